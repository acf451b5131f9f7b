"""The last step of a trained tower: from its own corner of the sphere to where the other modalities lie.

Towers bound to one hub still differ by a constant offset, the modality gap (Liang et al. 2022, arXiv 2203.02053), and
by how strongly each direction is expressed. Both are linear, and are fitted once, after the training
(`indexer.align.bridges`).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses


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
