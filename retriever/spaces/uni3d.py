"""The 3D towers of Uni3D (Zhou et al. 2023, arXiv 2310.06773): clouds with colours into the space of EVA02-CLIP-E-plus.

Neighbourhoods of evenly spread points become tokens, which a vision transformer of the EVA family mixes with a class
token; of that model, only the blocks and the last norm are used. The texts and pictures of the space are those of
EVA02-E-14-plus in `retriever.spaces.openclip`, unchanged.

All variants were trained on 10,000 points, y up, in the unit sphere; the axis that points up is a matter of the space's
`ShapeInput`. Sampling is that of ``pointnet2_ops``: it starts with the first point of the cloud and never picks another
one close to the origin.

Names, sizes and arithmetic follow a description of the authors' code. The blocks were compared with those of timm,
from which the authors took them, and the numbers of parameters with those stated for the published files, which are
in half precision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from retriever.spaces.base import Encoder
from retriever.spaces.parts.encoders import ColoredCloudEncoder
from retriever.spaces.parts.eva import EPS, EvaBlock
from retriever.spaces.parts.pointnet import MiniPointNet, neighborhoods, position_code
from retriever.spaces.parts.variants import chosen_shape
from retriever.spaces.tokens import gather
from retriever.types import Modality

_GROUPS = {"groups": 512, "neighbors": 64, "local": 512, "dim": 1024}
_GATED = {**_GROUPS, "mlp": "gated", "split": False}
_NORMED = {**_GROUPS, "mlp": "gated-normed", "split": True}
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "ti": {**_GATED, "width": 192, "depth": 12, "heads": 3, "hidden": 512},
    "s": {**_GATED, "width": 384, "depth": 12, "heads": 6, "hidden": 1024},
    "b": {**_NORMED, "width": 768, "depth": 12, "heads": 12, "hidden": 2048},
    "l": {**_NORMED, "width": 1024, "depth": 24, "heads": 16, "hidden": 2730},
    "g": {**_GROUPS, "mlp": "plain", "split": False, "width": 1408, "depth": 40, "heads": 16, "hidden": 6144},
}
"""Sizes as published: those of `Uni3D`. Models trained without Objaverse-LVIS have the same."""


def tower(modality: Modality, config: Mapping[str, Any]) -> Uni3D:
    """The unfilled 3D tower.

    Args:
        modality: `Modality.SHAPE`.
        config: ``variant``, one of `VARIANTS`; whatever else it has takes the place of a size of the variant.

    Raises:
        SpaceError: another modality, or an unknown variant.
        TypeError: a size that the tower does not know.
    """
    return Uni3D(**chosen_shape("Uni3D", modality, VARIANTS, config))


def encoder(modality: Modality, tower: Uni3D, device: str) -> Encoder:
    """The filled 3D tower as an encoder of `PointCloud` payloads, which are to have 10,000 points."""
    return ColoredCloudEncoder(tower, device)


class Uni3D(nn.Module):
    """Clouds in, vectors out; the names of its weights are those of the published checkpoints.

    Args:
        width: of a token.
        depth: transformer blocks.
        heads: of each block.
        hidden: width inside the MLP of a block.
        mlp: kind of the MLP, one of `retriever.spaces.parts.eva.MLPS`.
        split: whether queries, keys and values have a matrix each.
        groups: neighbourhoods of a cloud.
        neighbors: points of each.
        local: width of what is said about a neighbourhood.
        dim: of a vector.
    """

    def __init__(
        self,
        *,
        width: int,
        depth: int,
        heads: int,
        hidden: int,
        mlp: str,
        split: bool,
        groups: int,
        neighbors: int,
        local: int,
        dim: int,
    ) -> None:
        super().__init__()
        self.groups = groups
        self.neighbors = neighbors
        self.encoder = MiniPointNet(6, first=(128, 256), second=(512, local))
        self.encoder2trans = nn.Linear(local, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.cls_pos = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = position_code(128, width)
        blocks = nn.Sequential(*(EvaBlock(width, heads, hidden, mlp=mlp, split=split) for _ in range(depth)))
        self.visual = nn.ModuleDict({"blocks": blocks, "fc_norm": nn.LayerNorm(width, eps=EPS)})
        self.trans2embed = nn.Linear(width, dim)

    def forward(self, points: Tensor, colors: Tensor) -> Tensor:
        """(b, n, 3) clouds in the unit sphere and (b, n, 3) RGB in 0..1 -> (b, dim), not of unit length."""
        centers, near = neighborhoods(points, self.groups, self.neighbors, skip_origin=True)
        members = gather(torch.cat([points, colors], dim=-1), near)
        members[..., :3] -= centers[:, :, None]
        tokens = self.encoder2trans(self.encoder(members)) + self.pos_embed(centers)
        x = torch.cat([(self.cls_token + self.cls_pos).expand(len(points), -1, -1), tokens], dim=1)
        vectors: Tensor = self.trans2embed(self.visual["fc_norm"](self.visual["blocks"](x)[:, 0]))
        return vectors
