"""A user's shapes as training examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from indexer.align.own.examples.words import Words
from indexer.align.own.reading import Example
from indexer.align.shapes.augment import Augmentation
from indexer.align.shapes.dataset import Clouds, groupings
from indexer.align.shapes.examples import ShapeExamples
from retriever.spaces.shape_tower import ShapeTower, TowerConfig, colors_of, surface_of
from retriever.spaces.views import Surfaces
from retriever.types import PointCloud

__all__ = ["OwnShapes", "ShapeTower", "TowerConfig"]

_BLOCK = 64
_VARIED = Augmentation(foreign=0.08, sparse=0.07)
"""Less like scans than in the training of `mini`, which knows them already: enough not to forget them."""

SHARES = (1.0, 0.5, 0.25, 0.0)
"""Of the weight of what is seen that the tower had before: one of these is kept."""


class OwnShapes(ShapeExamples):
    """Clouds that vary in pose, proportions and noise, lose parts and colours, gain foreign points.

    They are judged as they are, colours included.

    Args:
        examples: shapes, read.
        held_out: (n,) True for those that are for validation only.
        config: of the tower.
    """

    def __init__(self, examples: Sequence[Example], held_out: NDArray[np.bool_], config: TowerConfig) -> None:
        words = Words.of(examples)
        super().__init__(_clouds(examples, held_out, words, config), config, augmentation=_VARIED)
        self.judge = words.judge("3d", held_out)
        self._first = np.searchsorted(self.clouds.owner, np.flatnonzero(held_out))
        self._seen: Tensor | None = None

    @torch.inference_mode()
    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """As `Judge.measures`; with as much of what is seen as finds most."""
        return self._settled(tower, phrase_vectors)[1]

    @torch.inference_mode()
    def settled(self, tower: nn.Module, phrase_vectors: Tensor, config: dict[str, Any]) -> dict[str, Any]:
        """The description of a trained tower, from that of the one before.

        What looks does not learn, and is the less worth the more the points have learnt: its weight is what finds most
        of the held-out examples, or half of what it was where none are. What verified poses is dropped.
        """
        if config.get("verifier_width"):
            config = config | {"verifier_width": 0}
        if not config.get("views"):
            return config
        share = self._settled(tower, phrase_vectors)[0]
        return config | {"views": config["views"] | {"weight": share * config["views"]["weight"]}}

    def _settled(self, tower: nn.Module, phrase_vectors: Tensor) -> tuple[float, dict[str, float]]:
        """The share of the weight of what is seen that finds most, and the measures with it."""
        assert isinstance(tower, ShapeTower)
        said, seen = self._of_held_out(tower, phrase_vectors.device.type)
        if tower.views is None or not len(said):
            return SHARES[1], self.judge.measures(said, phrase_vectors)
        weight = tower.views.config.weight
        tried = {
            share: self.judge.measures(F.normalize(said + share * weight * seen, dim=-1), phrase_vectors)
            for share in SHARES
        }
        best = max(tried, key=lambda share: tried[share]["text_to_3d_map"])
        return best, tried[best]

    def _of_held_out(self, tower: ShapeTower, device: str) -> tuple[Tensor, Tensor]:
        """(n, d) unit vectors of the held-out clouds' points, and of what is seen of them, which stays the same."""
        said, seen = [torch.zeros(0, tower.config.dim)], [torch.zeros(0, tower.config.dim)]
        for start in range(0, len(self._first), _BLOCK):
            points, colors, grouping = self.resident.batch(self._first[start : start + _BLOCK])
            points, colors, grouping = points.to(device), colors.to(device), grouping.to(device)
            vectors, ways = tower.stood(points, colors, grouping)
            said.append(vectors.float().cpu())
            if tower.views is not None and self._seen is None:
                clouds = [PointCloud(*cloud) for cloud in zip(points.cpu().numpy(), colors.cpu().numpy(), strict=True)]
                surfaces = Surfaces.of([surface_of(cloud) for cloud in clouds], device)
                seen.append(tower.seen(surfaces, ways).float().cpu())
        if self._seen is None:
            self._seen = torch.cat(seen)
        return torch.cat(said), self._seen


def _clouds(examples: Sequence[Example], held_out: NDArray[np.bool_], words: Words, config: TowerConfig) -> Clouds:
    drawn = [
        (place, cloud)
        for place, each in enumerate(examples)
        for cloud in each.payloads
        if isinstance(cloud, PointCloud)
    ]
    points = np.stack([cloud.points for _, cloud in drawn]).astype(np.float16)
    colors = np.stack([colors_of(cloud) for _, cloud in drawn])
    centers, near, patch_near = groupings(points, config)
    return Clouds(
        points=points,
        colors=np.round(colors * 255).astype(np.uint8),
        centers=centers,
        near=near,
        patch_near=patch_near,
        owner=np.array([place for place, _ in drawn]),
        captions=[list(several) for several in words.of_each],
        phrases=words.phrases,
        held_out=held_out,
        sources=["own"] * len(examples),
    )
