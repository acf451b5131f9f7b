"""Clouds ready for training: sampled once, neighbourhoods and all, kept in one npz so that a run can be repeated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from indexer.align.shapes.sources import LabelledShape
from indexer.align.split import HELD_OUT, is_held_out
from retriever.errors import FileProblem
from retriever.loaders.sampling import sample
from retriever.spaces.shape_tower import GREY, TowerConfig
from retriever.spaces.tokens import Grouping, group
from retriever.types import Geometry, PointCloud, ShapeInput

_BLOCK = {"cpu": 64, "cuda": 1024}
"""Clouds whose neighbourhoods are found at once."""
_LISTS = ("captions", "phrases", "sources")

Draw = Callable[[LabelledShape], Iterable[Geometry]]
"""The geometries of a shape to draw one cloud of each from; the first is the shape as it is."""


@dataclass(frozen=True)
class Clouds:
    """n clouds of s shapes.

    Attributes:
        points: (n, p, 3) float16, unit sphere.
        colors: (n, p, 3) uint8 RGB.
        centers, near, patch_near: the clouds' `Grouping`, in small integers.
        owner: (n,) which shape a cloud was drawn from, ascending.
        captions: s lists of indices into `phrases`.
        phrases: every caption once.
        held_out: (s,) True for shapes kept for validation; near-duplicates are on one side.
        sources: s names of where each came from.
    """

    points: NDArray[np.float16]
    colors: NDArray[np.uint8]
    centers: NDArray[np.uint16]
    near: NDArray[np.uint16]
    patch_near: NDArray[np.uint16]
    owner: NDArray[np.int64]
    captions: list[list[int]]
    phrases: list[str]
    held_out: NDArray[np.bool_]
    sources: list[str]

    def save(self, path: Path) -> None:
        """As an npz of plain arrays."""
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in _LISTS:
            arrays[name] = np.frombuffer(json.dumps(arrays[name]).encode(), np.uint8)
        np.savez(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Clouds:
        """Back from `save`."""
        with np.load(path, allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in packed.files}
        for name in _LISTS:
            arrays[name] = json.loads(arrays[name].tobytes())
        return cls(**arrays)

    @classmethod
    def joined(cls, parts: Sequence[Clouds]) -> Clouds:
        """Several sets as one; equal captions are one phrase."""
        phrases: dict[str, int] = {}
        captions = [
            [phrases.setdefault(part.phrases[phrase], len(phrases)) for phrase in several]
            for part in parts
            for several in part.captions
        ]
        before = np.cumsum([0, *(len(part.captions) for part in parts)])
        arrays = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("points", "colors", "centers", "near", "patch_near", "held_out")
        }
        owner = np.concatenate([part.owner + start for part, start in zip(parts, before[:-1], strict=True)])
        sources = [source for part in parts for source in part.sources]
        return cls(**arrays, owner=owner, captions=captions, phrases=list(phrases), sources=sources)


class Resident:
    """Clouds where they are drawn from: on the CPU the same memory, on a GPU a copy.

    Args:
        clouds: all of them.
        device: "cpu" or "cuda".
    """

    def __init__(self, clouds: Clouds, device: str = "cpu") -> None:
        self.device = device
        places = (clouds.centers, clouds.near, clouds.patch_near)
        arrays = (clouds.points, clouds.colors, *(array.view(np.int16) for array in places))
        self._arrays = [torch.from_numpy(np.ascontiguousarray(array)).to(device) for array in arrays]

    def batch(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor, Grouping]:
        """(b, p, 3) float32 points of some clouds, their colours in 0..1, and their neighbourhoods."""
        chosen = torch.from_numpy(np.asarray(rows, np.int64)).to(self.device)
        points, colors, *places = (array[chosen] for array in self._arrays)
        return points.float(), colors.float() / 255, Grouping(*(place.long() for place in places))


def build(
    shapes: Iterable[LabelledShape],
    config: TowerConfig,
    *,
    draw: Draw,
    held_out_share: float = HELD_OUT,
    progress: Callable[[int], None] = lambda done: None,
    device: str = "cpu",
) -> Clouds:
    """Samples one cloud of each geometry that `draw` gives; shapes without a surface are passed over.

    Neighbourhoods are found on the `device`, "cpu" or "cuda".
    """
    entry = ShapeInput(points=config.points, color=GREY)
    clouds: list[PointCloud] = []
    owner: list[int] = []
    captions: list[list[int]] = []
    sources: list[str] = []
    held_out: list[bool] = []
    phrases: dict[str, int] = {}
    for shape in shapes:
        try:
            drawn = [sample(geometry, entry, "y", seed) for seed, geometry in enumerate(draw(shape))]
        except FileProblem:
            continue
        clouds.extend(drawn)
        owner.extend([len(captions)] * len(drawn))
        captions.append([phrases.setdefault(caption, len(phrases)) for caption in shape.captions])
        sources.append(shape.source)
        held_out.append(is_held_out(shape.group, held_out_share))
        progress(len(captions))
    points = np.stack([cloud.points for cloud in clouds]).astype(np.float16)
    colors = np.stack([cloud.colors for cloud in clouds if cloud.colors is not None])
    centers, near, patch_near = groupings(points, config, device)
    return Clouds(
        points,
        np.round(colors * 255).astype(np.uint8),
        centers,
        near,
        patch_near,
        np.array(owner),
        captions,
        list(phrases),
        np.array(held_out),
        sources,
    )


def groupings(points: NDArray[np.float16], config: TowerConfig, device: str = "cpu") -> tuple[NDArray[np.uint16], ...]:
    """Of (n, p, 3) clouds: the fields of their `Grouping`, in small integers."""
    parts = []
    block = _BLOCK[device]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # hundreds of tiny steps: waiting for a second thread costs more than it gives
    try:
        for start in range(0, len(points), block):
            found = group(torch.from_numpy(points[start : start + block]).to(device).float(), config).to("cpu")
            parts.append([index.numpy().astype(np.uint16) for index in (found.centers, found.near, found.patch_near)])
    finally:
        torch.set_num_threads(threads)
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))
