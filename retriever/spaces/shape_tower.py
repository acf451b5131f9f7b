"""The 3D tower of `mini`: points -> local patches -> tokens -> one unit vector in the text hub's space.

Two set abstractions (Qi et al. 2017, arXiv 1706.02413) turn points into patch tokens, a small transformer
mixes them (Yu et al. 2022, arXiv 2111.14819), and a linear projection binds them to the hub (Guo et al. 2023,
arXiv 2309.00615, section 3.2). Plain torch: farthest-point sampling and neighbours are vectorised, nothing is compiled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.errors import SpaceError
from retriever.spaces.batches import at_once, side_by_side
from retriever.spaces.bridge import Bridge
from retriever.spaces.pose import PoseVerifier, UpEstimator, Ways, hypotheses
from retriever.spaces.tokens import Grouping, PatchTransformer, group
from retriever.spaces.views import Surfaces, ViewConfig, ViewTower
from retriever.types import Modality, Payload, PointCloud, Surface, Vectors


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
        verifier_width: of the network that tells by the vectors which way of standing is right; 0 for a tower without.
        views: of the network that looks at drawn surfaces beside the points; None for a tower without one.
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
    verifier_width: int = 0
    views: ViewConfig | None = None

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> TowerConfig:
        """From what the ``space.json`` of a space says of the tower."""
        views = config.get("views")
        return cls(**{**config, "views": None if views is None else ViewConfig.of(views)})


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
        self.verifier: PoseVerifier | None = None
        if config.verifier_width:
            self.verifier = PoseVerifier(config.dim, config.verifier_width).requires_grad_(False)
        self.bridge = Bridge(config.dim)
        self.views = ViewTower(config.views) if config.views else None

    def load(self, weights: Path) -> ShapeTower:
        """Takes the weights of a safetensors file, of any precision, and returns itself.

        A tower without `views` or `verifier` leaves those of one that has them.
        """
        from safetensors.torch import load_file

        absent = tuple(f"{part}." for part in ("views", "verifier") if getattr(self, part) is None)
        self.load_state_dict({name: value for name, value in load_file(weights).items() if not name.startswith(absent)})
        return self

    def forward(self, points: Tensor, colors: Tensor, grouping: Grouping | None = None) -> Tensor:
        """What the points say, as unit vectors.

        In training, clouds are stood up the likeliest way; afterwards as in `stood`.

        Args:
            points: (b, n, 3) in the unit sphere.
            colors: (b, n, 3) RGB in 0..1, `GREY` where unknown.
            grouping: of the points, where the caller has it already.

        Returns:
            (b, dim).
        """
        grouping = grouping or group(points, self.config)
        if self.training:
            stood = points if self.pose is None else self.pose.upright(points, grouping)
            return self._vectors(stood, colors, grouping)
        return self.stood(points, colors, grouping)[0]

    def stood(self, points: Tensor, colors: Tensor, grouping: Grouping) -> tuple[Tensor, Ways]:
        """What the points say, (b, dim) unit vectors, and the ways in which they may stand.

        A cloud that may stand in several ways is looked at in each of them. How likely each is, the `verifier` tells
        from what is then said; the vector is their mean, weighted so.
        """
        ways = self.ways(points, grouping)
        said = self.said(points, colors, grouping, ways)
        if self.verifier is not None:
            ways = ways.verified(self.verifier(said))
        return ways.mean(said), ways

    def ways(self, points: Tensor, grouping: Grouping) -> Ways:
        """In which ways (b, n, 3) clouds may stand, not yet verified; as they are, where nothing tells better."""
        if self.pose is None:
            return Ways.as_they_are(points)
        return Ways(*hypotheses(self.pose(points, grouping), self.pose.directions))

    def said(self, points: Tensor, colors: Tensor, grouping: Grouping, ways: Ways) -> Tensor:
        """(b, most, dim): what the points say in each of the ways, as `Ways.looks`."""
        return ways.looks(
            lambda some, turn: self._vectors(points[some] @ turn.transpose(1, 2), colors[some], grouping.take(some))
        )

    def seen(self, surfaces: Surfaces, ways: Ways) -> Tensor:
        """(b, dim) unit vectors: what is seen of surfaces in those ways that are about as likely as the best.

        For towers that have `views` only.
        """
        views = self.views
        assert views is not None
        firm = ways.firm()
        return firm.mean(firm.looks(lambda some, turn: views(surfaces.take(some), views.around(turn))))

    def _vectors(self, points: Tensor, colors: Tensor, grouping: Grouping) -> Tensor:
        vectors: Tensor = self.bridge(self.projection(self.pooled(points, grouping, colors * 2 - 2 * GREY)))
        return vectors


class ShapeEncoder:
    """The tower as an encoder: `PointCloud` payloads in, unit vectors out."""

    modality = Modality.SHAPE

    def __init__(self, weights: Path, config: TowerConfig, device: str = "cpu") -> None:
        self._tower = ShapeTower(config).load(weights).to(device).eval()
        self._device = device
        self._part = 16 if device == "cpu" else 128
        self.batch = self._part * at_once(device)

    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, dim) float32 unit vectors of clouds with or without colours; one without a surface is its own."""
        clouds = [payload for payload in payloads if isinstance(payload, PointCloud)]
        return np.concatenate(side_by_side(self._encoded, clouds, self._part, self._device)).astype(np.float32)

    @torch.inference_mode()
    def up_chances(self, clouds: Sequence[PointCloud], towards: NDArray[np.float64]) -> NDArray[np.float32]:
        """How likely up is near some directions, by the network that stands clouds upright.

        Args:
            clouds: n of them, of as many points as the encoder takes.
            towards: (k, 3) unit vectors.

        Returns:
            (n, k), each in 0..1.

        Raises:
            SpaceError: the tower has no such network.
        """
        if self._tower.pose is None:
            raise SpaceError("The space's 3D tower has no network that tells which way is up; take another space.")
        points = torch.from_numpy(np.stack([cloud.points for cloud in clouds])).to(self._device)
        grouping = group(points, self._tower.config)
        found = self._tower.pose.chances(points, grouping, torch.from_numpy(towards).to(points))
        return np.asarray(found.cpu().numpy())

    def _encoded(self, clouds: Sequence[PointCloud]) -> Vectors:
        points = torch.from_numpy(np.stack([cloud.points for cloud in clouds])).to(self._device)
        colors = torch.from_numpy(np.stack([colors_of(cloud) for cloud in clouds])).to(self._device)
        grouping = group(points, self._tower.config)
        vectors, ways = self._tower.stood(points, colors, grouping)
        if self._tower.views is not None:
            surfaces = Surfaces.of([surface_of(cloud) for cloud in clouds], self._device)
            weight = self._tower.views.config.weight
            vectors = F.normalize(vectors + weight * self._tower.seen(surfaces, ways), dim=-1)
        return np.asarray(vectors.cpu().numpy())


def surface_of(cloud: PointCloud) -> Surface:
    """What is drawn of a cloud: its surface, or its own points, which have no colours where all are `GREY`."""
    if cloud.surface is not None:
        return cloud.surface
    colored = cloud.colors is not None and bool((cloud.colors != np.float32(GREY)).any())
    return Surface(cloud.points, colors=cloud.colors if colored else None)


def colors_of(cloud: PointCloud) -> NDArray[np.float32]:
    """(n, 3) RGB of a cloud, `GREY` where it has none."""
    return np.full_like(cloud.points, GREY) if cloud.colors is None else cloud.colors
