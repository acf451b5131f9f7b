"""Meshes packed end to end in npz files, as ``shapes_named`` and ``shapes69/meshes.npz`` hold them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.align.captions import clean
from indexer.align.split import group_keys, is_held_out
from retriever.types import Geometry


@dataclass(frozen=True)
class NamedMesh:
    """One mesh of ``shapes_named``.

    Attributes:
        geometry: triangles, y up; with colours where the author gave any.
        source: the set it comes from.
        name: as given by its author.
        words: the same in clean words.
        label: what counts as the same thing: its label in clean words.
    """

    geometry: Geometry
    source: str
    name: str
    words: str
    label: str


def held_out_meshes(folder: Path) -> list[NamedMesh]:
    """The meshes of `folder` whose groups no tower is trained on, in whatever set their near-duplicates are."""
    every = _items(folder)
    rows = [row for row, key in zip(every, group_keys(every), strict=True) if is_held_out(key)]
    found = []
    for row, mesh in _with_meshes(folder, rows):
        words = clean(row["name"])
        found.append(NamedMesh(mesh, row["set"], row["name"], words, clean(row["label"]) or words))
    return [mesh for mesh in found if mesh.words]


def every_mesh(folder: Path) -> tuple[list[Geometry], list[dict[str, str]]]:
    """All meshes of `folder`, set by set, and the row of ``items.csv`` of each."""
    found = list(_with_meshes(folder, _items(folder)))
    return [mesh for _, mesh in found], [row for row, _ in found]


def _items(folder: Path) -> list[dict[str, str]]:
    with (folder / "items.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _with_meshes(folder: Path, rows: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], Geometry]]:
    """The rows, set by set, and the mesh of each, with colours where the author gave any."""
    for source in sorted({row["set"] for row in rows}):
        of_source = [row for row in rows if row["set"] == source]
        meshes = unpacked(folder / f"{source}.npz", [int(row["row"]) for row in of_source])
        for row, mesh in zip(of_source, meshes, strict=True):
            yield row, mesh if row["coloured"] == "1" else replace(mesh, colors=None)


def unpacked(path: Path, rows: list[int]) -> Iterator[Geometry]:
    """Some of the meshes of one file.

    int16 ``vertices`` (divided by 32767), ``faces`` counted within the shape and, where there are colours, uint8
    ``face_rgb`` lie end to end; shape i has vertices ``vertex_start[i]:vertex_start[i + 1]``, and likewise faces.
    """
    with np.load(path, allow_pickle=False) as packed:
        arrays = {name: packed[name] for name in packed.files}
    for row in rows:
        yield _mesh(arrays, row)


def _mesh(arrays: Mapping[str, NDArray], i: int) -> Geometry:
    vertices = slice(arrays["vertex_start"][i], arrays["vertex_start"][i + 1])
    faces = slice(arrays["face_start"][i], arrays["face_start"][i + 1])
    rgb = arrays.get("face_rgb")
    return Geometry(
        arrays["vertices"][vertices] / 32767.0,
        arrays["faces"][faces].astype(np.int64),
        None if rgb is None else (rgb[faces] / 255).astype(np.float32),
    )
