"""A user's shapes as training examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from indexer.align.own.examples.words import Words
from indexer.align.own.reading import Example
from indexer.align.shapes.augment import Augmentation
from indexer.align.shapes.dataset import Clouds, groupings
from indexer.align.shapes.examples import ShapeExamples
from retriever.spaces.shape_tower import ShapeTower, TowerConfig, colors_of
from retriever.types import PointCloud

__all__ = ["OwnShapes", "ShapeTower", "TowerConfig"]

_BLOCK = 64
_VARIED = Augmentation(foreign=0.08, sparse=0.07)
"""Less like scans than in the training of `mini`, which knows them already: enough not to forget them."""


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

    @torch.inference_mode()
    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """As `Judge.measures`."""
        device = phrase_vectors.device.type
        vectors = [torch.zeros(0, phrase_vectors.shape[1])]
        for start in range(0, len(self._first), _BLOCK):
            points, colors, grouping = self.resident.batch(self._first[start : start + _BLOCK])
            vectors.append(tower(points.to(device), colors.to(device), grouping.to(device)).float().cpu())
        return self.judge.measures(torch.cat(vectors), phrase_vectors)


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
