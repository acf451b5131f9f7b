"""The last step of a trained tower: from its own corner of the sphere to where the other modalities lie.

Towers bound to one hub still differ by a constant offset, the modality gap (Liang et al. 2022, arXiv 2203.02053), and
by how strongly each direction is expressed. Both are linear, and are fitted once, after the training
(`indexer.align.bridges`).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.spaces.prototypes import SCALE


class Bridge(nn.Module):
    """Unit vectors -> unit vectors: an affine map and a normalisation; it is not trained, and changes nothing at first.

    Args:
        dim: of the vectors.
    """

    turn: Tensor
    shift: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.register_buffer("turn", torch.eye(dim))
        self.register_buffer("shift", torch.zeros(dim))

    def forward(self, vectors: Tensor) -> Tensor:
        """(b, dim) vectors of any length above zero -> (b, dim) unit vectors."""
        with torch.autocast(vectors.device.type, enabled=False):
            return F.normalize(F.normalize(vectors.float(), dim=-1) @ self.turn + self.shift, dim=-1)


class Expectation(nn.Module):
    """Unit vectors -> what is to be expected of them, and a little of themselves.

    A tower that was bound to a hub by contrast says how likely each caption is: by the softmax that it was trained
    with. Its own vector is only where these agree best. The mean of the captions' places, weighted by how likely they
    are, is nearer to the right one where few examples were to be had, and so to what other modalities have bound to
    that caption. It knows no other captions, and is left out in training.

    Args:
        dim: of the vectors.
        own: how many times the vector itself is added: enough to tell two things of one caption from each other.
        hesitant: add less of what is expected where many captions are likely: what no caption names stays as it is.
    """

    captions: Tensor
    places: Tensor

    def __init__(self, dim: int, *, own: float, hesitant: bool = False) -> None:
        super().__init__()
        self.own, self.hesitant = own, hesitant
        self.register_buffer("captions", torch.empty(0, dim))
        self.register_buffer("places", torch.empty(0, dim))

    def forward(self, vectors: Tensor, bridged: Tensor) -> Tensor:
        """(b, dim) vectors of any length above zero, and the same after the bridge -> (b, dim) unit vectors."""
        if self.training or not len(self.captions):
            return bridged
        with torch.autocast(vectors.device.type, enabled=False):
            likely = (SCALE * F.normalize(vectors.float(), dim=-1) @ self.captions.T).softmax(dim=-1)
            expected = likely @ (self.places - self.places.mean(dim=0))  # shorter, the more captions are likely
            if not self.hesitant:
                expected = F.normalize(expected, dim=-1)
            return F.normalize(expected + self.own * bridged, dim=-1)

    @torch.no_grad()
    def expect(self, captions: Tensor, places: Tensor | None = None) -> None:
        """Expects these captions and no others.

        Args:
            captions: (n, dim) unit vectors that the tower was bound to.
            places: (n, dim) unit vectors of what they stand for in the space; the captions' own by default.
        """
        self.captions, self.places = captions, captions if places is None else places

    @torch.no_grad()
    def widen(self, captions: Tensor) -> None:
        """Expects (n, dim) unit vectors of more captions as well; one that expects none goes on expecting none."""
        if len(self.captions):
            more = captions.to(self.captions)
            self.expect(torch.cat([self.captions, more]), torch.cat([self.places, more]))

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *rest: Any) -> None:
        """Takes as many captions as a file has; files of towers that expect nothing have none."""
        captions = state_dict.get(f"{prefix}captions", self.captions[:0])
        kept = {"captions": captions, "places": state_dict.get(f"{prefix}places", captions)}
        for name, tensor in kept.items():
            own = getattr(self, name)
            setattr(self, name, torch.empty_like(tensor, dtype=own.dtype, device=own.device))
        super()._load_from_state_dict({**state_dict, **{f"{prefix}{n}": t for n, t in kept.items()}}, prefix, *rest)
