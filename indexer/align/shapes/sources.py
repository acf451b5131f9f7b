"""Where labelled shapes come from: the layouts of training sets, and shapes made by rule."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.align.captions import clean
from indexer.align.split import group_keys
from retriever.errors import UsageError
from retriever.types import Geometry


@dataclass(frozen=True)
class LabelledShape:
    """One shape to learn from.

    Attributes:
        geometry: triangles, y up.
        captions: clean phrases that all describe it, never empty.
        group: shapes of one group are near-duplicates and stay on one side of a split.
        source: where it came from.
    """

    geometry: Geometry
    captions: tuple[str, ...]
    group: str
    source: str


@dataclass(frozen=True)
class LabelledClouds:
    """A test set of ready clouds.

    Attributes:
        points: (n, p, 3) float32, y up where `upright`.
        labels: n indices into `names`.
        names: class names as words.
        upright: (n,) True where y is about up, False where the pose is arbitrary.
    """

    points: NDArray[np.float32]
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    upright: NDArray[np.bool_]


def named_meshes(folder: Path) -> Iterator[LabelledShape]:
    """Meshes packed as ``<set>.npz`` beside an ``items.csv`` (set, row, name, category, group, coloured).

    In each file, int16 `vertices` (divided by 32767), per-shape `faces` and their uint8 `face_rgb` lie end to end;
    shape i has vertices ``vertex_start[i]:vertex_start[i + 1]`` and likewise faces.
    """
    table = folder / "items.csv"
    if not table.is_file():
        raise UsageError(f"{folder} has no items.csv; --named takes a folder of packed meshes with that table.")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    keys = group_keys(rows)
    for name in sorted({row["set"] for row in rows}):
        with np.load(folder / f"{name}.npz", allow_pickle=False) as packed:
            arrays = {key: packed[key] for key in ("vertices", "faces", "vertex_start", "face_start", "face_rgb")}
        for row, key in ((row, key) for row, key in zip(rows, keys, strict=True) if row["set"] == name):
            captions = dict.fromkeys(filter(None, (clean(row["name"]), clean(row["category"].replace("_", " ")))))
            if captions:
                geometry = _unpack(arrays, int(row["row"]), colored=row["coloured"] == "1")
                yield LabelledShape(geometry, tuple(captions), key, name)


def _unpack(arrays: dict[str, NDArray], i: int, *, colored: bool) -> Geometry:
    vertices = slice(arrays["vertex_start"][i], arrays["vertex_start"][i + 1])
    faces = slice(arrays["face_start"][i], arrays["face_start"][i + 1])
    colors = (arrays["face_rgb"][faces] / 255).astype(np.float32) if colored else None
    return Geometry(arrays["vertices"][vertices] / 32767.0, arrays["faces"][faces].astype(np.int64), colors)


def parametric_shapes(per_kind: int, seed: int, kinds: Sequence[str] = ()) -> Iterator[LabelledShape]:
    """`per_kind` shapes of the kinds, or of all that `indexer.parametric` can make; none that the demo corpus shows."""
    from indexer import parametric

    for kind in kinds or parametric.names():
        for number in range(per_kind):
            shape = parametric.generate(kind, (seed + 1) * 1_000_003 + number)
            geometry = Geometry(shape.solid.vertices, shape.solid.faces, shape.solid.colors)
            captions = tuple(dict.fromkeys(shape.captions))
            yield LabelledShape(geometry, captions, f"parametric/{kind}/{number}", "parametric")


def labelled_clouds(folder: Path) -> LabelledClouds:
    """A test set of ``points.npy`` (n, p, 3) and ``items.csv`` (row, name, upright)."""
    with (folder / "items.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = tuple(sorted({row["name"] for row in rows}))
    labels = np.array([names.index(row["name"]) for row in rows])
    upright = np.array([row["upright"] == "1" for row in rows])
    points = np.load(folder / "points.npy", allow_pickle=False)[[int(row["row"]) for row in rows]]
    return LabelledClouds(points.astype(np.float32), labels, names, upright)
