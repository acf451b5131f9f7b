"""The 3D towers of Point-Bind (Guo et al. 2023, arXiv 2309.00615): clouds into the space of ImageBind.

A trunk, I2P-MAE or Point-BERT, and two linear layers with a norm between them. The other modalities of the space are
the towers of ImageBind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.errors import SpaceError
from retriever.spaces.base import Encoder
from retriever.spaces.parts.encoders import CloudEncoder
from retriever.spaces.parts.i2pmae import I2PMAE
from retriever.spaces.parts.pointbert import PointBert
from retriever.types import Modality

TRUNKS: dict[str, type[I2PMAE] | type[PointBert]] = {"i2p-mae": I2PMAE, "point-bert": PointBert}
"""The published variants, by what ``config["trunk"]`` says."""


def tower(modality: Modality, config: Mapping[str, Any]) -> nn.Module:
    """The unfilled 3D tower.

    Args:
        modality: `Modality.SHAPE`.
        config: ``trunk``, one of `TRUNKS`; ``hidden`` and ``dim``, widths between and after the two linear layers
            (512 and 1024); all else are sizes of the trunk. What is left out is as published.

    Raises:
        SpaceError: another modality, or an unknown trunk.
        TypeError: a size that the trunk does not know.
    """
    if modality is not Modality.SHAPE:
        raise SpaceError(f"Point-Bind has no {modality} tower of its own; take that of ImageBind, whose space it is.")
    sizes = dict(config)
    name, hidden, dim = sizes.pop("trunk", None), sizes.pop("hidden", 512), sizes.pop("dim", 1024)
    if name not in TRUNKS:
        raise SpaceError(f'Point-Bind has no trunk {name!r}; set "trunk" to one of {", ".join(TRUNKS)}.')
    return PointBind(TRUNKS[name](**sizes), hidden, dim)


def encoder(modality: Modality, tower: nn.Module, device: str) -> Encoder:
    """The filled 3D tower as an encoder of `PointCloud` payloads, which are to have 8192 points."""
    return CloudEncoder(tower, device)


class PointBind(nn.Module):
    """A trunk bound to ImageBind; the names of its weights are those of the published checkpoints."""

    def __init__(self, trunk: I2PMAE | PointBert, hidden: int, dim: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.pc_projection = nn.Parameter(torch.zeros(trunk.width, hidden))
        self.point_encoder = trunk
        head = nn.Sequential(nn.LayerNorm(hidden, eps=1e-6), nn.Dropout(0.5), nn.Linear(hidden, dim, bias=False))
        scale = nn.Sequential(nn.Identity(), _Scale())
        self.bind = nn.ModuleDict({"modality_head_point": head, "modality_postprocessor_point": scale})

    def forward(self, points: Tensor) -> Tensor:
        """(b, n, 3) clouds in the unit sphere -> (b, dim) unit vectors."""
        projected = self.point_encoder(points) @ self.pc_projection
        return F.normalize(self.bind["modality_head_point"](projected).float(), dim=-1)


class _Scale(nn.Module):
    """Holds what the authors multiply unit vectors by afterwards, which is 1 for clouds."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("log_logit_scale", torch.zeros(()))
