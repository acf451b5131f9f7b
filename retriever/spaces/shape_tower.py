"""The 3D tower of `mini`: points -> local patches -> tokens -> one unit vector in the text hub's space.

Two set abstractions (Qi et al. 2017, arXiv 1706.02413) turn points into patch tokens, a small transformer
mixes them (Yu et al. 2022, arXiv 2111.14819), and a linear projection binds them to the hub (Guo et al. 2023,
arXiv 2309.00615, section 3.2). Plain torch: farthest-point sampling and neighbours are vectorised, nothing is compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.spaces.bridge import Bridge
from retriever.spaces.pose import UpEstimator, hypotheses, standing
from retriever.spaces.tokens import Grouping, PatchTransformer, group
from retriever.types import Modality, Payload, PointCloud, Vectors


@dataclass(frozen=True)
class TowerConfig:
    """Sizes of the tower; stored beside its weights.

    Attributes:
        points: points of a cloud.
        centers: centres of the first abstraction, the farthest points of the cloud.
        neighbors: points around each centre.
        patches: centres of the second abstraction, and so the number of tokens.
        patch_neighbors: first-level centres around each of them.
        local: width of what is said about the surroundings of a first-level centre.
        width: of a token.
        layers: of the transformer.
        heads: of each layer.
        dim: of the output.
        pose_width: of a token of the network that stands clouds upright first; 0 for a tower without one.
        pose_layers: of its transformer.
    """

    points: int = 1024
    centers: int = 128
    neighbors: int = 20
    patches: int = 48
    patch_neighbors: int = 12
    local: int = 64
    width: int = 256
    layers: int = 3
    heads: int = 8
    dim: int = 384
    pose_width: int = 0
    pose_layers: int = 2


MINI = TowerConfig(pose_width=192, pose_layers=3)
"""Those of `mini`."""

GREY = 0.4
"""RGB level that stands for "no colour", as in OpenShape and Uni3D; the tower sees colours relative to it."""


class ShapeTower(PatchTransformer):
    """Clouds in, unit vectors out."""

    def __init__(self, config: TowerConfig) -> None:
        super().__init__(
            local=config.local,
            paint=3,
            width=config.width,
            layers=config.layers,
            heads=config.heads,
            patches=config.patches,
        )
        self.config = config
        self.projection = nn.Linear(2 * config.width, config.dim)
        self.pose: UpEstimator | None = None
        if config.pose_width:
            self.pose = UpEstimator(config.pose_width, config.pose_layers, config.patches).requires_grad_(False)
        self.bridge = Bridge(config.dim)

    def load(self, weights: Path) -> ShapeTower:
        """Takes the weights of a safetensors file, of any precision, and returns itself."""
        from safetensors.torch import load_model

        load_model(self, weights)
        return self

    def forward(self, points: Tensor, colors: Tensor, grouping: Grouping | None = None) -> Tensor:
        """(b, n, 3) clouds in the unit sphere and their RGB in 0..1, `GREY` where unknown -> (b, dim) unit vectors.

        In training, clouds are stood up the likeliest way. Afterwards a cloud that may stand in several ways is looked
        at in each of them, and its vector is their mean, weighted by how likely they are.
        """
        grouping = grouping or group(points, self.config)
        if self.pose is None:
            return self._vectors(points, colors, grouping)
        if self.training:
            return self._vectors(self.pose.upright(points, grouping), colors, grouping)
        ups, shares = hypotheses(self.pose(points, grouping), self.pose.directions)
        rows, which = shares.nonzero(as_tuple=True)
        turns = standing(ups[rows, which])
        looks = self._in_equal_parts(points, colors, grouping, rows, turns) * shares[rows, which, None]
        return F.normalize(looks.new_zeros(len(points), looks.shape[1]).index_add(0, rows, looks), dim=-1)

    def _in_equal_parts(
        self, points: Tensor, colors: Tensor, grouping: Grouping, rows: Tensor, turns: Tensor
    ) -> Tensor:
        """(m, dim) unit vectors of the clouds `rows`, (m,), turned by (m, 3, 3).

        Parts are of one size, the last one filled up: each new size would cost new kernels and buffers for good.
        """
        size = (len(points) + 1) // 2
        filled = F.pad(rows, (0, -len(rows) % size))
        turns = torch.cat([turns, turns[:1].expand(len(filled) - len(rows), 3, 3)])
        parts = [
            self._vectors(points[some] @ turn.transpose(1, 2), colors[some], grouping.take(some))
            for some, turn in zip(filled.split(size), turns.split(size), strict=True)
        ]
        return torch.cat(parts)[: len(rows)]

    def _vectors(self, points: Tensor, colors: Tensor, grouping: Grouping) -> Tensor:
        vectors: Tensor = self.bridge(self.projection(self.pooled(points, grouping, colors * 2 - 2 * GREY)))
        return vectors


class ShapeEncoder:
    """The tower as an encoder: `PointCloud` payloads in, unit vectors out."""

    modality = Modality.SHAPE

    def __init__(self, weights: Path, config: TowerConfig, device: str = "cpu") -> None:
        self._tower = ShapeTower(config).load(weights).to(device).eval()
        self._device = device
        self.batch = 32 if device == "cpu" else 128

    @torch.inference_mode()
    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, dim) float32 unit vectors of clouds with or without colours."""
        clouds = [payload for payload in payloads if isinstance(payload, PointCloud)]
        vectors = []
        for start in range(0, len(clouds), self.batch):
            some = clouds[start : start + self.batch]
            points = torch.from_numpy(np.stack([cloud.points for cloud in some])).to(self._device)
            colors = torch.from_numpy(np.stack([colors_of(cloud) for cloud in some])).to(self._device)
            vectors.append(self._tower(points, colors).cpu().numpy())
        return np.concatenate(vectors).astype(np.float32)


def colors_of(cloud: PointCloud) -> NDArray[np.float32]:
    """(n, 3) RGB of a cloud, `GREY` where it has none."""
    return np.full_like(cloud.points, GREY) if cloud.colors is None else cloud.colors
