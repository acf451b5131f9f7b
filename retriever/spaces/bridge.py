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

SCALE = 30.0
"""Inverse temperature of the contrast with captions, in training and afterwards (`indexer.align.loop.Recipe.scale`)."""


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
    """Unit vectors -> the text vectors to be expected of them, and a little of themselves.

    A tower that was bound to a hub by contrast says how likely each caption is: by the softmax that it was trained
    with. Its own vector is only where these agree best. Their mean, weighted by how likely they are, is nearer to the
    caption's vector where few examples were to be had, and so to what other modalities have bound to that caption. It
    knows no other captions, and is left out in training.

    Args:
        dim: of the vectors.
        own: how many times the vector itself is added: enough to tell two things of one caption from each other.
        hesitant: add less of what is expected where many captions are likely: what no caption names stays as it is.
    """

    captions: Tensor

    def __init__(self, dim: int, *, own: float, hesitant: bool = False) -> None:
        super().__init__()
        self.own, self.hesitant = own, hesitant
        self.register_buffer("captions", torch.empty(0, dim))

    def forward(self, vectors: Tensor, bridged: Tensor) -> Tensor:
        """(b, dim) vectors of any length above zero, and the same after the bridge -> (b, dim) unit vectors."""
        if self.training or not len(self.captions):
            return bridged
        with torch.autocast(vectors.device.type, enabled=False):
            likely = (SCALE * F.normalize(vectors.float(), dim=-1) @ self.captions.T).softmax(dim=-1)
            expected = likely @ (self.captions - self.captions.mean(dim=0))  # shorter, the more captions are likely
            if not self.hesitant:
                expected = F.normalize(expected, dim=-1)
            return F.normalize(expected + self.own * bridged, dim=-1)

    @torch.no_grad()
    def widen(self, captions: Tensor) -> None:
        """Expects (n, dim) unit vectors of more captions as well; one that expects none goes on expecting none."""
        if len(self.captions):
            self.captions = torch.cat([self.captions, captions.to(self.captions)])

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *rest: Any) -> None:
        """Takes as many captions as a file has; files of towers that expect nothing have none."""
        kept = state_dict.get(f"{prefix}captions", self.captions[:0])
        self.captions = torch.empty_like(kept, dtype=self.captions.dtype, device=self.captions.device)
        super()._load_from_state_dict({**state_dict, f"{prefix}captions": kept}, prefix, *rest)
