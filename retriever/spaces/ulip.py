"""The 3D tower of ULIP-2 (Xue et al. 2024, arXiv 2305.08275): clouds with colours into the space of OpenCLIP's bigG.

A Point-BERT of 18 blocks and a linear layer. The texts and pictures of the space are those of ViT-bigG-14 in
`retriever.spaces.openclip`, unchanged; of a class, the authors average the unit vectors of many phrases.

The model was trained on 10,000 points in the unit sphere. Unconfirmed: that y points up in them, as in ULIP's data of
before (the axis is a matter of the space's `ShapeInput`); that a cloud without colours is given RGB 0.4, as with
OpenShape, whose evaluation the authors share; and how the file names its tensors before ``point_encoder.`` and
``pc_projection``, for which the catalogue has all that is likely. The authors start sampling at a random point of the
cloud, here it is the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from retriever.spaces.base import Encoder
from retriever.spaces.parts.encoders import ColoredCloudEncoder
from retriever.spaces.parts.pointbert import PointBert
from retriever.spaces.parts.variants import chosen_shape
from retriever.types import Modality

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "ulip2": {"depth": 18, "width": 384, "heads": 6, "groups": 512, "neighbors": 32, "dim": 1280}
}
"""Sizes as published: those of `PointBert`, and ``dim``, of the projection."""


def tower(modality: Modality, config: Mapping[str, Any]) -> Ulip:
    """The unfilled 3D tower.

    Args:
        modality: `Modality.SHAPE`.
        config: ``variant``, one of `VARIANTS`; whatever else it has takes the place of a size of the variant.

    Raises:
        SpaceError: another modality, or an unknown variant.
        TypeError: a size that the tower does not know.
    """
    sizes = chosen_shape("ULIP-2", modality, VARIANTS, config)
    dim = sizes.pop("dim")
    return Ulip(PointBert(channels=6, **sizes), dim)


def encoder(modality: Modality, tower: Ulip, device: str) -> Encoder:
    """The filled 3D tower as an encoder of `PointCloud` payloads, which are to have 10,000 points."""
    return ColoredCloudEncoder(tower, device)


class Ulip(nn.Module):
    """Clouds in, vectors out; the names of its weights are those of the published checkpoint."""

    def __init__(self, trunk: PointBert, dim: int) -> None:
        super().__init__()
        self.point_encoder = trunk
        self.pc_projection = nn.Parameter(torch.zeros(trunk.width, dim))

    def forward(self, points: Tensor, colors: Tensor) -> Tensor:
        """(b, n, 3) clouds in the unit sphere and (b, n, 3) RGB in 0..1 -> (b, dim), not of unit length."""
        features: Tensor = self.point_encoder(torch.cat([points, colors], dim=-1))
        return features @ self.pc_projection
