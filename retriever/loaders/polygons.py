"""Polygons as triangles that stay within them: where a fan would leave one that is not convex, its ears are cut."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from retriever.loaders.numeric import fan, in_range

_OUTSIDE = -1e-6
"""Of a triangle's normal along that of its polygon, in shares of the polygon's area: below it, the two disagree."""
_AT_ONCE = 5_000
"""Polygons that are looked at together: few enough that what is reckoned with stays in the processor's cache."""
_MOST = 20_000_000
"""Of the work of cutting, which takes seconds; polygons for which it is not enough stay fans."""
_EACH = 20
"""Corners more that a polygon counts as when its work is reckoned, as none is cut in no time."""
_LOOKS = 4
"""Times that all corners of a polygon are looked at for ears; once will do for one that does not touch itself."""

_Flat = list[tuple[float, float]]
_Columns = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def triangles(
    sizes: NDArray[np.int64], vertex: NDArray[np.int64], points: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each polygon as its corners less two triangles.

    Args:
        sizes: (p,) corners of each polygon; those of fewer than 3 give nothing.
        vertex: (sum of sizes,) of each corner.
        points: (v, 3) where the vertices are.

    Returns:
        faces (f, 3) as numbers of corners, and the polygon (f,) that each comes from.

    Raises:
        FileProblem: "malformed" where a corner of a triangle is at a vertex that does not exist.
    """
    return _cut(sizes, vertex, points, np.arange(len(vertex)))


def faces(
    sizes: NDArray[np.int64], vertex: NDArray[np.int64], points: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """As `triangles`, with the faces as numbers of vertices."""
    return _cut(sizes, vertex, points, vertex)


def _cut(
    sizes: NDArray[np.int64], vertex: NDArray[np.int64], points: NDArray[np.floating], called: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """As `triangles`, with the corners as they are `called`."""
    in_range(vertex if (sizes > 2).all() else vertex[np.repeat(sizes > 2, sizes)], len(points))
    out, polygon = fan(sizes, called)
    if (sizes <= 3).all():
        return out, polygon
    first, begins = _starts(sizes), _starts(np.maximum(sizes - 2, 0))
    columns = [np.ascontiguousarray(column, np.float64) for column in points.T]
    for quads in _some(np.flatnonzero(sizes == 4)):
        _turn_quads(out, begins[quads[_quads_left(vertex, first[quads], columns)]])
    left = _MOST
    for larger in _some(np.flatnonzero(sizes > 4)):
        for number, normal in _fans_left(vertex, first[larger], sizes[larger], points):
            size, start, at = (int(each[larger[number]]) for each in (sizes, first, begins))
            work = size * (size + _EACH)
            if work <= left:
                left -= work
                ears = _ears(_flat(points[vertex[start : start + size]], normal))
                out[at : at + size - 2] = called[start : start + size][np.array(ears)]
    return out, polygon


def _starts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of several runs, one after the other, begins."""
    return np.cumsum(counts) - counts


def _some(numbers: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]


def _quads_left(
    vertex: NDArray[np.int64], first: NDArray[np.int64], columns: list[NDArray[np.float64]]
) -> NDArray[np.int64]:
    """Numbers of the quads, given by their first corners, that their fans leave.

    The product of its diagonals is a quad's normal; what its first triangle has along it, the second has not.
    """
    corners = vertex[first + np.arange(4)[:, None]]
    (ax, bx, cx, dx), (ay, by, cy, dy), (az, bz, cz, dz) = (column[corners] for column in columns)
    side, across, other = (bx - ax, by - ay, bz - az), (cx - ax, cy - ay, cz - az), (dx - bx, dy - by, dz - bz)
    whole = _cross(across, other)
    along, length = _dot(_cross(side, across), whole), _dot(whole, whole)
    return np.flatnonzero((along < _OUTSIDE * length) | (along > (1 - _OUTSIDE) * length))


def _cross(a: _Columns, b: _Columns) -> _Columns:
    """Of vectors by their columns, several times faster than `numpy.cross`."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: _Columns, b: _Columns) -> NDArray[np.float64]:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _fans_left(
    vertex: NDArray[np.int64], first: NDArray[np.int64], sizes: NDArray[np.int64], points: NDArray[np.floating]
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Numbers of the polygons that their fans leave, and their normals, (3,)."""
    corners = np.repeat(first - _starts(sizes), sizes) + np.arange(sizes.sum())
    faces, polygon = fan(sizes, vertex[corners])
    a, b, c = (points[corner].astype(np.float64) for corner in faces.T)
    normals = np.cross(b - a, c - a)
    whole = np.stack([np.bincount(polygon, axis) for axis in normals.T], axis=1)
    along = np.einsum("ij,ij->i", normals, whole[polygon])
    for number in np.unique(polygon[along < _OUTSIDE * np.einsum("ij,ij->i", whole, whole)[polygon]]).tolist():
        yield number, whole[number]


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
    """The triangles of a polygon, by the numbers of its corners; of one that crosses itself, some.

    The first ear is cut each time. A cut makes ears of its two neighbours, or unmakes them, and of no other corner
    where the polygon does not touch itself, so that all takes up to the square of the corners.
    """
    left, out = list(range(len(flat))), []
    ears: set[int] = set()
    looks = _LOOKS
    while len(left) > 3:
        if not ears and looks:
            ears, looks = {number for place, number in enumerate(left) if _is_ear(flat, left, place)}, looks - 1
        place = bisect_left(left, min(ears, default=left[0]))
        out.append((left[place - 1], left[place], left[(place + 1) % len(left)]))
        ears.discard(left.pop(place))
        for near in (place - 1, place % len(left)):
            (ears.add if _is_ear(flat, left, near) else ears.discard)(left[near])
    return [*out, (left[0], left[1], left[2])]


def _is_ear(flat: _Flat, left: list[int], place: int) -> bool:
    """Whether a corner sticks out, and no other of the corners that are left lies in its triangle."""
    a, b, c = flat[left[place - 1]], flat[left[place]], flat[left[(place + 1) % len(left)]]
    (ax, ay), (bx, by), (cx, cy) = a, b, c
    (ux, uy), (vx, vy), (wx, wy) = (bx - ax, by - ay), (cx - bx, cy - by), (ax - cx, ay - cy)
    if ux * (cy - ay) <= uy * (cx - ax):
        return False
    inside = (  # to the left of all three sides; written out, as most of the time goes here
        (x, y)
        for x, y in [flat[number] for number in left]
        if ux * (y - ay) >= uy * (x - ax) and vx * (y - by) >= vy * (x - bx) and wx * (y - cy) >= wy * (x - cx)
    )
    return all(point in (a, b, c) for point in inside)
