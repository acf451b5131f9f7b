"""The geometry of one prim in its own space: meshes, the basic solids, and points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import polygons
from retriever.loaders.numeric import NO_FACES, fan, in_range
from retriever.loaders.usd.stage import library

Points = NDArray[np.float64]
Faces = NDArray[np.int64]

_SEGMENTS, _RINGS = 32, 16
"""Of solids: around the axis, and from pole to pole."""
_TURNS = {"X": [2, 0, 1], "Y": [1, 2, 0], "Z": [0, 1, 2]}
"""Axis of a solid -> where its coordinates come from, made along z."""
_PLANES = {"X": [2, 1, 0], "Y": [0, 2, 1], "Z": [0, 1, 2]}
"""Likewise of planes, whose width lies along x where it can."""


@dataclass(frozen=True)
class Local:
    """Triangles, or points alone.

    Attributes:
        points: (v, 3).
        faces: (f, 3) into `points`.
        polygon: (f,) the number of the polygon, as the file counts them, that each triangle is of.
        corners: (f, 3) the numbers of the polygons' corners.
    """

    points: Points
    faces: Faces
    polygon: Faces
    corners: Faces


def geometry(prim: Any, points: Points | None, time: Any) -> Local:
    """That of one prim.

    Args:
        prim: a Gprim.
        points: (v, 3) instead of its own.
        time: a `pxr.Usd.TimeCode`.

    Returns:
        triangles; of kinds that have no surface here (curves, points), their points; nothing of other kinds.

    Raises:
        FileProblem: "malformed".
    """
    geom = library().UsdGeom
    if prim.IsA(geom.PointBased):
        if points is None:
            points = _array(geom.PointBased(prim).GetPointsAttr().Get(time), np.float64).reshape(-1, 3)
        return _mesh(geom.Mesh(prim), points, time) if prim.IsA(geom.Mesh) else _of(points, NO_FACES)
    made = _SOLIDS.get(str(prim.GetTypeName()).removesuffix("_1"))
    if made is None:
        return _of(np.zeros((0, 3)), NO_FACES)
    return _of(*made(lambda name: prim.GetAttribute(name).Get(time)))


def _mesh(mesh: Any, points: Points, time: Any) -> Local:
    """The cage of a mesh: its polygons cut up, without its holes."""
    sizes = _array(mesh.GetFaceVertexCountsAttr().Get(time), np.int64)
    indices = _array(mesh.GetFaceVertexIndicesAttr().Get(time), np.int64)
    if not len(points) or not len(sizes):
        return _of(points[:0], NO_FACES)
    if sizes.min() < 0 or sizes.sum() != len(indices):
        raise FileProblem("malformed", f"has a mesh, {mesh.GetPath()}, whose counts do not fit; export it again.")
    corners, polygon = polygons.triangles(sizes, in_range(indices, len(points)), points)
    holes = _array(mesh.GetHoleIndicesAttr().Get(time), np.int64)
    if len(holes):
        kept = ~np.isin(polygon, holes)
        corners, polygon = corners[kept], polygon[kept]
    return Local(points, in_range(indices[corners], len(points)), polygon, corners)


def _array(values: Any, kind: type) -> NDArray[Any]:
    return np.asarray(() if values is None else values, kind)


def _of(points: Points, faces: Faces) -> Local:
    return Local(points, faces, np.zeros(len(faces), np.int64), np.zeros_like(faces))


Value = Callable[[str], Any]
"""Name of an attribute -> what it is; USD has a default for each."""


def _cube(value: Value) -> tuple[Points, Faces]:
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
    sides = [0, 1, 3, 2, 4, 6, 7, 5, 0, 4, 5, 1, 2, 3, 7, 6, 0, 2, 6, 4, 1, 5, 7, 3]
    return corners * value("size") / 2, fan(np.full(6, 4), np.array(sides))[0]


def _plane(value: Value) -> tuple[Points, Faces]:
    square = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], np.float64)
    size = (value("width") / 2, value("length") / 2, 1)
    return (square * size)[:, _PLANES[value("axis")]], np.array([[0, 1, 2], [0, 2, 3]])


def _sphere(value: Value) -> tuple[Points, Faces]:
    turn = np.linspace(-np.pi / 2, np.pi / 2, _RINGS + 1)
    return _lathe(value("radius") * np.stack([np.cos(turn), np.sin(turn)], 1), "Z")


def _cone(value: Value) -> tuple[Points, Faces]:
    half = value("height") / 2
    return _lathe(np.array([(0, -half), (value("radius"), -half), (0, half)]), value("axis"))


def _ends(value: Value) -> tuple[float, float]:
    """Radius of the lower and of the upper end; the newer kinds have two."""
    radius = value("radius")
    return (radius, radius) if radius is not None else (value("radiusBottom"), value("radiusTop"))


def _cylinder(value: Value) -> tuple[Points, Faces]:
    half, (low, high) = value("height") / 2, _ends(value)
    return _lathe(np.array([(0, -half), (low, -half), (high, half), (0, half)]), value("axis"))


def _capsule(value: Value) -> tuple[Points, Faces]:
    half, (low, high) = value("height") / 2, _ends(value)
    turn = np.linspace(0, np.pi / 2, _RINGS // 2 + 1)
    bow = np.stack([np.cos(turn), np.sin(turn)], 1)
    lower = bow[::-1] * (low, -low) - (0, half)
    return _lathe(np.concatenate([lower, bow * high + (0, half)]), value("axis"))


def _lathe(profile: Points, axis: str) -> tuple[Points, Faces]:
    """A profile (n, 2) of radius and height, from bottom to top, turned around an axis."""
    turn = np.arange(_SEGMENTS) * (2 * np.pi / _SEGMENTS)
    around = np.stack([np.cos(turn), np.sin(turn), np.ones(_SEGMENTS)], 1)
    points = (around[None] * profile[:, [0, 0, 1]][:, None]).reshape(-1, 3)
    ring = np.arange(len(profile) - 1)[:, None] * _SEGMENTS
    here, beside = ring + np.arange(_SEGMENTS), ring + (np.arange(_SEGMENTS) + 1) % _SEGMENTS
    quads = np.stack([here, beside, beside + _SEGMENTS, here + _SEGMENTS], 2).reshape(-1)
    return points[:, _TURNS[axis]], fan(np.full(len(quads) // 4, 4), quads)[0]


_SOLIDS: dict[str, Callable[[Value], tuple[Points, Faces]]] = {
    "Cube": _cube,
    "Plane": _plane,
    "Sphere": _sphere,
    "Cone": _cone,
    "Cylinder": _cylinder,
    "Capsule": _capsule,
}
