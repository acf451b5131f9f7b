"""Clouds ready for training: sampled once, neighbourhoods and all, kept in one npz so that a run can be repeated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from indexer.align.sources import LabelledShape
from retriever.errors import FileProblem
from retriever.loaders.sampling import sample
from retriever.spaces.shape_tower import Grouping, TowerConfig, group
from retriever.types import ShapeInput

_BLOCK = 64


@dataclass(frozen=True)
class Dataset:
    """n clouds of s shapes.

    Attributes:
        points: (n, p, 3) float16, unit sphere.
        centers, near, patch_near: the clouds' `Grouping`, in small integers.
        owner: (n,) which shape a cloud was drawn from.
        captions: s lists of indices into `phrases`.
        phrases: every caption once.
        held_out: (s,) True for shapes kept for validation; near-duplicates are on one side.
        sources: s names of where each came from.
    """

    points: NDArray[np.float16]
    centers: NDArray[np.uint16]
    near: NDArray[np.uint16]
    patch_near: NDArray[np.uint16]
    owner: NDArray[np.int64]
    captions: list[list[int]]
    phrases: list[str]
    held_out: NDArray[np.bool_]
    sources: list[str]

    def batch(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, Grouping]:
        """(b, p, 3) float32 points of some clouds and their neighbourhoods."""

        def index(array: NDArray) -> torch.Tensor:
            return torch.from_numpy(array[rows].astype(np.int64))

        points = torch.from_numpy(self.points[rows].astype(np.float32))
        return points, Grouping(index(self.centers), index(self.near), index(self.patch_near))

    def save(self, path: Path) -> None:
        """As an npz of plain arrays."""
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in ("captions", "phrases", "sources"):
            arrays[name] = np.frombuffer(json.dumps(arrays[name]).encode(), np.uint8)
        np.savez(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Dataset:
        """Back from `save`."""
        with np.load(path, allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in packed.files}
        for name in ("captions", "phrases", "sources"):
            arrays[name] = json.loads(arrays[name].tobytes())
        return cls(**arrays)


def build(
    shapes: Iterable[LabelledShape],
    config: TowerConfig,
    *,
    views: Callable[[LabelledShape], int],
    held_out_share: float = 0.08,
    progress: Callable[[int], None] = lambda done: None,
) -> Dataset:
    """Samples `views(shape)` clouds of each shape; shapes without a surface are passed over."""
    entry = ShapeInput(points=config.points)
    clouds: list[NDArray[np.float32]] = []
    owner: list[int] = []
    captions: list[list[int]] = []
    sources: list[str] = []
    held_out: list[bool] = []
    phrases: dict[str, int] = {}
    for shape in shapes:
        share = _fraction(shape.group)
        try:
            drawn = [sample(shape.geometry, entry, "y", seed).points for seed in range(views(shape))]
        except FileProblem:
            continue
        clouds.extend(drawn)
        owner.extend([len(captions)] * len(drawn))
        captions.append([phrases.setdefault(caption, len(phrases)) for caption in shape.captions])
        sources.append(shape.source)
        held_out.append(share < held_out_share)
        progress(len(captions))
    points = np.stack(clouds).astype(np.float16)
    centers, near, patch_near = _groupings(points, config)
    return Dataset(
        points, centers, near, patch_near, np.array(owner), captions, list(phrases), np.array(held_out), sources
    )


def _groupings(points: NDArray[np.float16], config: TowerConfig) -> tuple[NDArray[np.uint16], ...]:
    parts = []
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # hundreds of tiny steps: waiting for a second thread costs more than it gives
    try:
        for start in range(0, len(points), _BLOCK):
            block = group(torch.from_numpy(points[start : start + _BLOCK].astype(np.float32)), config)
            parts.append([index.numpy().astype(np.uint16) for index in (block.centers, block.near, block.patch_near)])
    finally:
        torch.set_num_threads(threads)
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _fraction(key: str) -> float:
    """A number in 0..1 that depends on `key` alone: the split stays the same when shapes are added."""
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest(), "big") / 2**32
