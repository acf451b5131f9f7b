"""Retrieval among named meshes whose groups no tower was trained on: by any name, and by pictures of them.

The gallery is those meshes. A name finds the meshes that are called so, or labelled so; a picture finds those with the
label of the mesh that it shows. Few labels repeat, so the figures over pictures mostly say whether the very shape is
found; where it is hidden, the others of its label must be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import NamedMesh, held_out_meshes
from benchmarks.retrieval.protocol import Ranking, Row, hit_rate, mean_precision
from retriever.types import ImageInput, Modality, Vectors

VIEWS = ((20.0, 20.0), (110.0, 20.0), (200.0, 35.0), (290.0, 35.0))
"""Yaw and elevation, in degrees, of the pictures made of each mesh, before plain white."""
PICTURED = "kenney"
"""The set that ``renders`` are of."""


def rows(material: Material) -> Iterator[Row]:
    """Name->3D hit@10; render->3D mAP of pictures made here and of the authors' own."""
    folder = material.folder / "shapes_named"
    if not (folder / "items.csv").is_file() or not material.reads(Modality.SHAPE, Modality.TEXT):
        return
    meshes = held_out_meshes(folder)
    if not meshes:
        return
    vectors = material.encode_meshes("held-back meshes", [mesh.geometry for mesh in meshes])
    names = sorted({mesh.words for mesh in meshes})
    yield from by_name(meshes, vectors, names, material.labels(names))
    if not material.reads(Modality.IMAGE):
        return
    shown = np.repeat(np.arange(len(meshes)), len(VIEWS))
    yield from by_picture("rendered here", meshes, vectors, shown, _rendered(material, meshes))
    files = authors_pictures(meshes, material.folder / "renders")
    if files:
        pictures = material.encode("authors' renders", images=list(files.values()))
        yield from by_picture("authors' renders", meshes, vectors, np.array(list(files)), pictures)


def by_name(meshes: Sequence[NamedMesh], vectors: Vectors, names: Sequence[str], queries: Vectors) -> Iterator[Row]:
    """Hit@10 of the names, whose vectors are `queries`, among the meshes, whose vectors are `vectors`."""
    called = np.array([[name in (mesh.words, mesh.label) for mesh in meshes] for name in names])
    yield from hit_rate("name->3D hit@10", "held-back names", 10, Ranking(queries @ vectors.T, called))


def by_picture(
    subset: str, meshes: Sequence[NamedMesh], vectors: Vectors, shown: NDArray[np.int64], queries: Vectors
) -> Iterator[Row]:
    """MAP by label of pictures, whose vectors are `queries`, of the meshes `shown`; with and without these."""
    labels = np.array([mesh.label for mesh in meshes])
    same = labels[shown][:, None] == labels
    scores = queries @ vectors.T
    yield from mean_precision("render->3D mAP", subset, Ranking(scores, same))
    itself = shown[:, None] == np.arange(len(meshes))
    yield from mean_precision("render->3D mAP", f"{subset}, itself hidden", Ranking(scores, same, itself))


def authors_pictures(meshes: Sequence[NamedMesh], folder: Path) -> dict[int, Path]:
    """Which mesh -> its picture, called as the mesh is."""
    files = {i: folder / f"{mesh.name.replace(' ', '_')}.jpg" for i, mesh in enumerate(meshes)}
    return {i: file for i, file in files.items() if meshes[i].source == PICTURED and file.is_file()}


def _rendered(material: Material, meshes: Sequence[NamedMesh]) -> Vectors:
    """(meshes x views, d) vectors of the pictures made here, the views of a mesh after each other."""
    from retriever.drawing.render import View, render

    entry = material.space.identity.image or ImageInput()
    views = [View(yaw=yaw, elevation=elevation) for yaw, elevation in VIEWS]
    pictures = [render(mesh.geometry, view, side=entry.side) for mesh in meshes for view in views]
    return material.encode("rendered here", images=pictures)
