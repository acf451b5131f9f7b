"""What the network that looks at shapes learns from: surfaces, captions, and what a teacher sees of the meshes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import partial
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from indexer import parametric
from indexer.align.bridges import unit
from indexer.align.crew import PARTS, shared
from indexer.align.shapes.sources import LabelledShape, named_meshes, parametric_shapes
from indexer.align.split import is_held_out
from retriever.drawing.render import GREY, View, render
from retriever.errors import FileProblem
from retriever.files import whole_file
from retriever.loaders.sampling import sample
from retriever.spaces import folders
from retriever.types import Modality, ShapeInput, Vectors

POINTS = 8192
"""Points that are kept of a surface; a step sees fewer of them."""
PICTURES = 6
"""Pictures of a mesh that the teacher sees."""
SEED = 11_000
"""Of the parametric shapes."""


@dataclass(frozen=True)
class Material:
    """s shapes.

    Attributes:
        points: (s, m, 3) float16.
        normals: (s, m, 3) int8, a hundred to the unit.
        colors: (s, m, 3) uint8 RGB.
        targets: (s, d) unit vectors: what the teacher says of their pictures.
        captions: s lists of phrases, the first one the name.
        held_out: (s,) True where nothing may learn from it.
        made_by: what it all depends on.
    """

    points: NDArray[np.float16]
    normals: NDArray[np.int8]
    colors: NDArray[np.uint8]
    targets: Vectors
    captions: list[list[str]]
    held_out: NDArray[np.bool_]
    made_by: str

    def save(self, path: Path) -> None:
        """As an npz of these arrays, whole or not at all."""
        arrays: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            np.savez(file, **arrays | {"captions": np.array(json.dumps(self.captions))})

    @classmethod
    def kept(cls, path: Path, made_by: str) -> Material | None:
        """Back from `save`; None where there is none, or one that was made otherwise."""
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as packed:
            if "made_by" not in packed.files or str(packed["made_by"]) != made_by:
                return None
            arrays = {name: packed[name] for name in packed.files}
        return cls(**arrays | {"captions": json.loads(str(arrays["captions"])), "made_by": made_by})


def gathered(data: Path, folder: Path, per_kind: int, workers: int, path: Path) -> Material:
    """Named meshes and parametric shapes, as the teacher sees them; kept in an npz.

    Args:
        data: folder with shapes_named.
        folder: of the space whose image tower is the teacher.
        per_kind: parametric shapes of each kind.
        workers: processes.
        path: of the npz; what lies there is taken where teacher and settings are the same.
    """
    space, named = folders.open_space(folder), data / "shapes_named"
    teacher = folders.read(folder)["towers"][Modality.IMAGE]["sha256"]
    made_by = f"{teacher} {sha256((named / 'items.csv').read_bytes()).hexdigest()} {per_kind}"
    if found := Material.kept(path, made_by):
        return found
    shapes: list[LabelledShape] = []
    columns: list[list[NDArray]] = [[], [], [], []]
    for part in shared(partial(_part, named, per_kind), workers):
        for shape, (*arrays, pictures) in part:
            seen = space.encode(images=list(pictures)).mean(axis=0, keepdims=True)
            shapes.append(shape)
            for column, array in zip(columns, [*arrays, unit(seen)[0]], strict=True):
                column.append(array)
        typer.echo(f"{len(shapes)} shapes seen by the teacher", err=True)
    points, normals, colors, targets = (np.stack(column) for column in columns)
    captions = [list(shape.captions) for shape in shapes]
    held_out = np.array([_held_out(shape) for shape in shapes])
    fresh = Material(points, normals, colors, targets, captions, held_out, made_by)
    fresh.save(path)
    return fresh


def _held_out(shape: LabelledShape) -> bool:
    return shape.source != "parametric" and is_held_out(shape.group)


def _part(named: Path, per_kind: int, part: int) -> list[tuple[LabelledShape, tuple[NDArray, ...]]]:
    meshes = islice(named_meshes(named), part, None, PARTS)
    made: Iterator[LabelledShape] = iter(())
    if kinds := parametric.names()[part::PARTS]:
        made = parametric_shapes(per_kind, SEED, kinds)
    rng = np.random.default_rng((SEED, part))
    return [(shape, found) for shape in chain(meshes, made) if (found := _seen(shape, rng))]


def _seen(shape: LabelledShape, rng: np.random.Generator) -> tuple[NDArray, ...]:
    """Points, normals and colours of a surface, and pictures of the mesh; nothing where it has no surface."""
    geometry = shape.geometry
    try:
        surface = sample(geometry, ShapeInput(points=64, color=GREY[0], surface=POINTS), "y", 0).surface
    except FileProblem:
        return ()
    assert surface is not None and surface.normals is not None
    colors = np.full_like(surface.points, GREY[0]) if surface.colors is None else surface.colors
    views = [View(yaw=rng.uniform(0, 360), elevation=rng.uniform(0, 40)) for _ in range(PICTURES)]
    return (
        surface.points.astype(np.float16),
        np.round(surface.normals * 100).astype(np.int8),
        np.round(colors * 255).astype(np.uint8),
        np.stack([render(geometry, view) for view in views]),
    )
