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
_LONGEST = 200
"""Corners of a polygon that is cut; cutting takes up to their cube, and a longer one stays a fan."""
_MOST = 50_000
"""Corners of all polygons that are cut, which takes seconds; any further ones stay fans."""

_Flat = list[tuple[float, float]]


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
    first, left = np.cumsum(sizes) - sizes, _MOST
    for start, end in pairwise([*bounds, len(faces)]):
        bad, normals = _left(vertex[faces[start:end]], polygon[start:end], points)
        starts = np.searchsorted(polygon, bad)
        _turn_quads(faces, starts[sizes[bad] == 4])
        for number, at, normal in zip(bad.tolist(), starts.tolist(), normals, strict=True):
            size = int(sizes[number])
            if 4 < size <= min(_LONGEST, left):
                left -= size
                corners = points[vertex[first[number] : first[number] + size]]
                faces[at : at + size - 2] = np.array(_ears(_flat(corners, normal))) + first[number]
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


def _flat(points: NDArray[np.floating], normal: NDArray[np.float64]) -> _Flat:
    """Seen along the axis that its normal is nearest to, counter-clockwise."""
    axis = int(np.argmax(np.abs(normal)))
    across, up = (axis + 1) % 3, (axis + 2) % 3
    if normal[axis] < 0:
        across, up = up, across
    return [(x, y) for x, y in points[:, [across, up]].tolist()]


def _ears(flat: _Flat) -> list[tuple[int, int, int]]:
    """The triangles of a polygon, by the numbers of its corners; of one that crosses itself, some."""
    left, out = list(range(len(flat))), []
    while len(left) > 3:
        place = next((place for place in range(len(left)) if _is_ear(flat, left, place)), 0)
        out.append((left[place - 1], left[place], left[(place + 1) % len(left)]))
        del left[place]
    return [*out, (left[0], left[1], left[2])]


def _is_ear(flat: _Flat, left: list[int], place: int) -> bool:
    """Whether a corner sticks out, and no other of the corners that are left lies in its triangle."""
    a, b, c = flat[left[place - 1]], flat[left[place]], flat[left[(place + 1) % len(left)]]
    if _turn(a, b, c) <= 0:
        return False
    others = (flat[number] for number in left)
    return not any(
        _turn(a, b, p) >= 0 and _turn(b, c, p) >= 0 and _turn(c, a, p) >= 0 for p in others if p not in (a, b, c)
    )


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Twice the area of a triangle, positive where it turns left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
