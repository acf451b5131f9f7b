"""What alignment minimises: contrastive losses with several positives, weighed by how alike the texts are."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name everybody uses


def soft_targets(text: Tensor, others: Tensor, sharpness: float | Tensor) -> Tensor:
    """(b, d) and (c, d) unit text vectors -> (b, c) rows that sum to 1.

    Names repeat and synonyms abound ("sofa", "couch"): instead of one positive each, the probability is spread over
    all captions by their similarity in the frozen hub.
    """
    return torch.softmax(sharpness * text @ others.T, dim=1)


def alignment_loss(
    vectors: Tensor,
    text: Tensor,
    phrases: Tensor,
    *,
    scale: float | Tensor = 30.0,
    sharpness: float | None = None,
    backward: float = 0.5,
    among: float = 0.25,
) -> Tensor:
    """Symmetric InfoNCE (van den Oord et al. 2018, arXiv 1807.03748) with soft positives.

    Targets and predictions share one temperature: at the optimum a vector is its caption's vector. (With a learnable
    one, which drifted to twice the targets', cosines between text and shape stayed at 0.15-0.25.)

    Args:
        vectors: (b, d) unit vectors of the trained tower.
        text: (b, d) unit hub vectors of one caption of each.
        phrases: (c, d) unit hub vectors of captions: tower -> text is contrasted with all of them, which costs
            little since the hub is frozen.
        scale: inverse temperature.
        sharpness: that of the targets, where it is another one.
        backward: weight of text -> tower, contrasted within the batch.
        among: weight of tower -> tower within the batch, with the similarity of the captions as the target.

    Returns:
        A scalar, 0 at best.
    """
    own = scale if sharpness is None else sharpness
    forward_loss = _divergence(soft_targets(text, phrases, own), scale * vectors @ phrases.T)
    alike = soft_targets(text, text, own)
    loss = forward_loss + backward * _divergence(alike, scale * text @ vectors.T)
    if not among or len(vectors) < 2:
        return loss
    others = ~torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
    shape = (len(vectors), len(vectors) - 1)
    targets = torch.softmax((own * text @ text.T)[others].reshape(shape), dim=1)
    return loss + among * _divergence(targets, (scale * vectors @ vectors.T)[others].reshape(shape))


def companion_loss(vectors: Tensor, companions: Tensor, others: Tensor, scale: float) -> Tensor:
    """Symmetric InfoNCE with soft positives between two modalities of the same things.

    It binds one tower to another, item by item (Point-Bind, arXiv 2309.00615, section 3.2: 3D to its own picture),
    where captions bind it only to what has the same name.

    Args:
        vectors: (b, d) unit vectors of the trained tower.
        companions: (b, d) unit vectors of the same things from a frozen tower.
        others: (c, d) more of that tower's, to contrast with.
        scale: inverse temperature.
    """
    return alignment_loss(vectors, companions, torch.cat([companions, others]), scale=scale, among=0)


def _divergence(targets: Tensor, logits: Tensor) -> Tensor:
    """Cross-entropy less the targets' own entropy: the same gradient, and 0 where nothing is left to learn."""
    return F.kl_div(F.log_softmax(logits, dim=1), targets, reduction="batchmean")
