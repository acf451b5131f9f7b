"""What must hold of any geometry before it is sampled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.numeric import in_range
from retriever.types import Geometry, Node

LARGEST = 1e30
"""Coordinates beyond this are damage, not geometry; squares of smaller ones are finite."""


def cleaned(geometry: Geometry) -> Geometry:
    """The geometry without the faces or points that touch a coordinate which is not finite.

    Raises:
        FileProblem: "empty" without a vertex, "malformed" where a face points at no vertex, "not-finite" where
            more than half would be lost, "no-surface" where all vertices are one point.
    """
    vertices, faces = geometry.vertices, geometry.faces
    if not len(vertices):
        raise FileProblem("empty", "holds no geometry; export it again with its meshes selected.")
    in_range(faces, len(vertices))
    good: NDArray[np.bool_] = np.all(np.abs(vertices) < LARGEST, axis=1)  # False for NaN too
    if not good.all():
        geometry = _kept(geometry, good)
    if not np.ptp(geometry.vertices, axis=0).max() > 1 / LARGEST:
        raise FileProblem("no-surface", "has all its vertices at one point; export it again.")
    return geometry


def _kept(geometry: Geometry, good: NDArray[np.bool_]) -> Geometry:
    """Without the vertices that are not `good` and all that uses them."""
    faces, colors = geometry.faces, geometry.colors
    kept: NDArray[np.bool_] = np.all(good[faces], axis=1) if len(faces) else good
    if kept.sum() * 2 < max(len(kept), 1):
        raise FileProblem("not-finite", "has coordinates that are not finite in most of it; export it again.")
    if colors is not None:
        colors = colors[kept]
    number = np.cumsum(good) - 1
    skin = None if geometry.skin is None else geometry.skin.of(kept)
    mirrored = None if geometry.mirrored is None else geometry.mirrored[kept]
    faces = number[faces[kept]] if len(faces) else faces
    ends = np.concatenate([[0], np.cumsum(kept)]) if geometry.nodes else kept
    nodes = tuple(Node(each.path, int(ends[each.start]), int(ends[each.end])) for each in geometry.nodes)
    return Geometry(geometry.vertices[good], faces, colors, skin, geometry.up, mirrored, nodes)
