"""Polygons as triangles that stay within them: where a fan would leave one that is not convex, its ears are cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retriever.loaders.numeric import fan

_OUTSIDE = -1e-6
"""Of a triangle's normal along that of its polygon, in shares of the polygon's area: below it, the two disagree."""
_AT_ONCE = 200_000
"""Polygons that are looked at together, so that large meshes take little memory."""
_MOST_STEPS = 20_000_000
"""Squares of corners, summed: what would take longer stays a fan."""


def triangles(
    sizes: NDArray[np.int64], vertex: NDArray[np.int64], points: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each polygon as its corners less two triangles.

    Args:
        sizes: (p,) corners of each polygon.
        vertex: (sum of sizes,) of each corner, in range.
        points: (v, 3) where the vertices are.

    Returns:
        faces (f, 3) as numbers of corners, and the polygon (f,) that each comes from.
    """
    faces, polygon = fan(sizes, np.arange(len(vertex)))
    bounds = np.searchsorted(polygon, np.arange(0, len(sizes), _AT_ONCE)).tolist() if (sizes > 3).any() else []
    first, steps = np.cumsum(sizes) - sizes, 0
    for start, end in pairwise([*bounds, len(faces)]):
        bad, normals = _left(vertex[faces[start:end]], polygon[start:end], points)
        starts = np.searchsorted(polygon, bad)
        _turn_quads(faces, starts[sizes[bad] == 4])
        for number, at, normal in zip(bad.tolist(), starts.tolist(), normals, strict=True):
            size = int(sizes[number])
            steps += size * size
            if size > 4 and steps < _MOST_STEPS:
                corners = points[vertex[first[number] : first[number] + size]]
                faces[at : at + size - 2] = _ears(_flat(corners, normal)) + first[number]
    return faces, polygon


def _left(
    faces: NDArray[np.int64], polygon: NDArray[np.int64], points: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers of the polygons that their fans leave, and their normals, (n, 3)."""
    if not len(polygon):
        return polygon, np.zeros((0, 3))
    a, b, c = (points[corner].astype(np.float64) for corner in faces.T)
    normals = np.cross(b - a, c - a)
    local = polygon - polygon[0]
    whole = np.stack([np.bincount(local, axis) for axis in normals.T], axis=1)
    along = np.einsum("ij,ij->i", normals, whole[local])
    bad = np.unique(local[along < _OUTSIDE * np.einsum("ij,ij->i", whole, whole)[local]])
    return bad + polygon[0], whole[bad]


def _turn_quads(faces: NDArray[np.int64], starts: NDArray[np.int64]) -> None:
    """Cut quads, whose two triangles begin at `starts`, from their second corner instead of their first."""
    (a, b, c), d = faces[starts].T, faces[starts + 1, 2]
    faces[starts], faces[starts + 1] = np.stack([b, c, d], axis=1), np.stack([b, d, a], axis=1)


def _flat(points: NDArray[np.floating], normal: NDArray[np.float64]) -> NDArray[np.floating]:
    """(n, 2) of (n, 3) points, seen along a normal so that they turn to the left."""
    axis = int(np.abs(normal).argmax())
    seen = points[:, [(axis + 1) % 3, (axis + 2) % 3]]
    return seen if normal[axis] > 0 else seen[:, ::-1]


def _ears(points: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n - 2, 3) corners of triangles; of a polygon that crosses itself, as good as may be."""
    left, found = list(range(len(points))), []
    while len(left) > 3:
        at = next((n for n in range(len(left)) if _is_ear(points[left], n)), 0)
        found.append((left[at - 1], left[at], left[(at + 1) % len(left)]))
        del left[at]
    return np.array([*found, left], np.int64)


def _is_ear(points: NDArray[np.floating], at: int) -> bool:
    """Whether the triangle of a corner and those beside it is turned right, and holds no other corner."""
    corners = points[[at - 1, at, (at + 1) % len(points)]]
    sides = np.roll(corners, -1, axis=0) - corners
    if not sides[0, 0] * sides[1, 1] - sides[0, 1] * sides[1, 0] > 0:
        return False
    to = points[:, None] - corners
    inside = (sides[:, 0] * to[..., 1] - sides[:, 1] * to[..., 0] >= 0).all(axis=1)
    inside &= ~(to == 0).all(axis=2).any(axis=1)
    return not inside.any()
