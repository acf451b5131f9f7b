"""Polygons into triangles that stay inside them, also where these are concave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retriever.loaders.numeric import fan

_LONGEST = 200
"""Corners of a polygon; cutting takes up to their cube, and a longer one stays a fan."""
_MOST = 50_000
"""Corners of all polygons that are cut, which takes seconds; any further ones stay fans."""

_Flat = list[tuple[float, float]]


def triangles(
    points: NDArray[np.float64], sizes: NDArray[np.int64], corners: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Polygons as fans, or cut by ears where a fan would leave them.

    Args:
        points: (v, 3).
        sizes: (p,) corners of each polygon; those of fewer than 3 give nothing.
        corners: (sum of sizes,) numbers of `points`, in range, polygon after polygon.

    Returns:
        (f, 3) places in `corners`, and the polygon (f,) that each triangle comes from.
    """
    faces, polygon = fan(sizes, np.arange(len(corners)))
    if not len(faces) or (sizes <= 3).all():
        return faces, polygon
    starts = np.flatnonzero(np.diff(polygon, prepend=-1))
    a, b, c = (points[corners[column]] for column in faces.T)
    areas = np.cross(b - a, c - a)
    normals = np.add.reduceat(areas, starts)
    whole = np.repeat(normals, np.diff(starts, append=len(faces)), axis=0)
    leaves = (areas * whole).sum(axis=1) < -1e-6 * (whole * whole).sum(axis=1)
    budget = _MOST
    for number in np.flatnonzero(np.add.reduceat(leaves, starts)):
        first = starts[number]
        size = sizes[polygon[first]]
        if size <= min(_LONGEST, budget):
            budget -= size
            place = faces[first, 0]
            flat = _flattened(points[corners[place : place + size]], normals[number])
            faces[first : first + size - 2] = np.array(_ears(flat)) + place
    return faces, polygon


def _flattened(points: NDArray[np.float64], normal: NDArray[np.float64]) -> _Flat:
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
