"""What alignment minimises: contrastive losses with several positives, weighed by how alike the texts are."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name everybody uses


def soft_targets(text: Tensor, others: Tensor, sharpness: float) -> Tensor:
    """(b, d) and (c, d) unit text vectors -> (b, c) rows that sum to 1.

    Names repeat and synonyms abound ("sofa", "couch"): instead of one positive each, the probability is spread over
    all captions by their similarity in the frozen hub.
    """
    return torch.softmax(sharpness * text @ others.T, dim=1)


def alignment_loss(
    shape: Tensor, text: Tensor, phrases: Tensor, scale: Tensor, *, sharpness: float = 30.0, backward: float = 0.5
) -> Tensor:
    """Symmetric InfoNCE (van den Oord et al. 2018, arXiv 1807.03748) with soft positives.

    Args:
        shape: (b, d) unit vectors of the trained tower.
        text: (b, d) unit hub vectors of one caption of each.
        phrases: (c, d) unit hub vectors of every caption there is: 3D -> text is contrasted with all of them,
            which costs little since the hub is frozen.
        scale: scalar, inverse temperature of the trained side.
        sharpness: inverse temperature of the targets.
        backward: weight of text -> 3D, contrasted within the batch.

    Returns:
        A scalar, 0 at best.
    """
    forward_loss = _divergence(soft_targets(text, phrases, sharpness), scale * shape @ phrases.T)
    backward_loss = _divergence(soft_targets(text, text, sharpness), scale * text @ shape.T)
    return forward_loss + backward * backward_loss


def _divergence(targets: Tensor, logits: Tensor) -> Tensor:
    """Cross-entropy less the targets' own entropy: the same gradient, and 0 where nothing is left to learn."""
    return F.kl_div(F.log_softmax(logits, dim=1), targets, reduction="batchmean")
