"""What the pixels of a picture see: which face or point, how near, and which way the surface looks there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.drawing.raster import NOTHING
from retriever.drawing.render import unit
from retriever.types import Geometry

CREASE = np.cos(np.radians(40.0))
"""Faces that meet at a smaller angle are one smooth surface."""

SMOOTHED = 60_000
"""Most faces in sight that are smoothed: more are so small that each is but a pixel or two."""

_FEW, _MANY = 8, 32
"""Corners that meet in a vertex: nearly always few; those where more than many meet, as in a fan's, stay flat."""

_COVER = 1.0
"""Radius of a cloud's balls, of the side divided by the root of their number: few gaps show what is behind."""

_GRID = 1 << 20  # steps of the grid on which corners count as one, across the shape

_Floats = NDArray[np.floating]
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Surface:
    """Of n pixels that see something.

    Attributes:
        pixel: (n,) their numbers, row by row from the top.
        part: (n,) the face or point that each sees.
        normal: (n, 3) float32 unit vectors in the camera's frame (x right, y up, z to the camera).
        height: (n,) float32 how near to the camera, in pixels, from an origin of no meaning.
        uv: (n, 2) float32 texture coordinates of what has a skin; else None.
    """

    pixel: _Ints
    part: _Ints
    normal: NDArray[np.float32]
    height: NDArray[np.float32]
    uv: NDArray[np.float32] | None = None


def of_faces(seen: _Ints, points: _Floats, screen: _Floats, nearness: _Floats, geometry: Geometry) -> Surface:
    """Of a mesh in perspective.

    Args:
        seen: (side * side,) the face that each pixel sees.
        points: (v, 3) in the camera's frame.
        screen: (v, 2) in pixels.
        nearness: (v,) linear over the screen.
        geometry: its faces.
    """
    side = int(np.sqrt(len(seen)))
    pixel = np.flatnonzero(seen != NOTHING)
    shown, place = _numbered(seen[pixel], len(geometry.faces))
    faces = geometry.faces[shown]
    flat = _facing(points[faces])
    weights = _weights(screen[faces], nearness[faces], place, pixel % side + 0.5, pixel // side + 0.5)
    corners = smoothed(points[faces], flat) if len(faces) <= SMOOTHED else np.repeat(flat[:, None], 3, axis=1)
    height = points[faces][:, :, 2] * _zoom(points, screen)
    whole = _mixed(weights, np.dstack([corners, height]).astype(np.float32), place)
    normal = whole[:, :3] / np.maximum(np.sqrt((whole[:, :3] ** 2).sum(axis=1, keepdims=True)), 1e-12)
    uv = None if geometry.skin is None else _mixed(weights, geometry.skin.uv[shown], place)
    return Surface(pixel, seen[pixel], normal, whole[:, 3], uv)


def _numbered(seen: _Ints, count: int) -> tuple[_Ints, _Ints]:
    """As np.unique with its inverse, of numbers below `count`, without sorting them."""
    there = np.zeros(count, np.bool_)
    there[seen] = True
    shown = np.flatnonzero(there)
    place = np.empty(count, np.int64)
    place[shown] = np.arange(len(shown))
    return shown, place[seen]


def _mixed(weights: tuple[NDArray[np.float32], ...], corners: NDArray[np.float32], face: _Ints) -> NDArray[np.float32]:
    """(n, d) means of the (f, 3, d) values at the corners of n faces, by their shares."""
    first, second, third = (corners[:, corner][face] for corner in range(3))
    return np.asarray(weights[0][:, None] * first + weights[1][:, None] * second + weights[2][:, None] * third)


def _zoom(points: _Floats, screen: _Floats) -> float:
    """Pixels to a unit of the camera's frame, about: perspective makes what is near larger."""
    return float(np.ptp(screen, axis=0).max() / max(np.ptp(points[:, :2], axis=0).max(), 1e-9))


def _facing(corners: _Floats) -> _Floats:
    """(f, 3) unit normals of (f, 3, 3) corners, on the side that is seen; faces without area look at the camera."""
    normal = unit(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    normal[normal[:, 2] < 0] *= -1
    normal[~normal.any(axis=1)] = (0, 0, 1)
    return normal


def _weights(
    corners: _Floats, nearness: _Floats, face: _Ints, x: _Floats, y: _Floats
) -> tuple[NDArray[np.float32], ...]:
    """(n,) shares of a face's three corners in what is seen at (x, y): of its plane, and never beyond its edges."""
    origin, a, b = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    inverse = np.divide(1, area, out=np.zeros_like(area), where=np.abs(area) > 1e-9)[:, None]
    second = np.column_stack([b[:, 1], -b[:, 0], b[:, 0] * origin[:, 1] - b[:, 1] * origin[:, 0]]) * inverse
    third = np.column_stack([-a[:, 1], a[:, 0], a[:, 1] * origin[:, 0] - a[:, 0] * origin[:, 1]]) * inverse
    shares = [plane[face, 0] * x + plane[face, 1] * y + plane[face, 2] for plane in (second, third)]
    shares = [1 - shares[0] - shares[1], *shares]
    near = [share.clip(0, None) * nearness[:, corner][face] for corner, share in enumerate(shares)]
    total = near[0] + near[1] + near[2]
    return tuple((one / total).astype(np.float32) for one in near)


def smoothed(corners: _Floats, flat: _Floats) -> _Floats:
    """(f, 3, 3) normals at (f, 3, 3) corners: the mean of the faces that meet there, but for those across a crease.

    Args:
        corners: of the faces.
        flat: (f, 3) unit normals of the faces.
    """
    count = len(flat)
    vertex = _welded(corners.reshape(-1, 3))
    order = np.argsort(vertex, kind="stable")
    sizes = np.bincount(vertex)
    starts = np.cumsum(sizes) - sizes
    weight, out = _angles(corners).ravel(), np.repeat(flat, 3, axis=0)
    for least, most in ((1, _FEW), (_FEW, _MANY)):
        groups = np.flatnonzero((sizes > least) & (sizes <= most))
        slots = starts[groups, None] + np.arange(most)
        there = np.arange(most) < sizes[groups, None]
        corner = order[np.where(there, slots, 0)]
        normals = flat[corner // 3].astype(np.float32)
        alike = (normals @ normals.transpose(0, 2, 1) > CREASE) * (weight[corner] * there)[:, None, :]
        out[corner[there]] = unit((alike.astype(np.float32) @ normals)[there])
    return out.reshape(count, 3, 3)


def _welded(points: _Floats) -> _Ints:
    """(n,) numbers of the places of (n, 3) points; those at one place have one number."""
    low = points.min(axis=0)
    grid = np.round((points - low) * (_GRID / max(float(np.ptp(points, axis=0).max()), 1e-12))).astype(np.int64)
    return np.unique((grid[:, 0] * 2 * _GRID + grid[:, 1]) * 2 * _GRID + grid[:, 2], return_inverse=True)[1]


def _angles(corners: _Floats) -> _Floats:
    """(f, 3) angles of the corners in radians."""
    ahead = unit(np.roll(corners, -1, axis=1) - corners)
    behind = unit(np.roll(corners, 1, axis=1) - corners)
    return np.asarray(np.arccos(np.einsum("fcd,fcd->fc", ahead, behind).clip(-1, 1)))


def of_points(points: _Floats, screen: _Floats, nearness: _Floats, side: int) -> Surface:
    """Of a cloud: small balls, the larger the fewer there are."""
    radius = float(np.clip(_COVER * side / np.sqrt(len(points)), 2.0, side / 45))
    reach = int(np.ceil(radius))
    dx, dy = (axis.ravel() for axis in np.meshgrid(*[np.arange(-reach, reach + 1)] * 2))
    inside = dx * dx + dy * dy <= radius * radius
    dx, dy = dx[inside], dy[inside]
    bulge = np.sqrt(radius * radius - dx * dx - dy * dy)
    column, row = (np.floor(screen).astype(np.int64)[:, axis, None] + offset for axis, offset in ((0, dx), (1, dy)))
    zoom = _zoom(points, screen)
    height = points[:, 2, None] * zoom + bulge
    good = (column >= 0) & (column < side) & (row >= 0) & (row < side)
    pixel, height = (row * side + column)[good], height[good]
    point, offset = np.nonzero(good)
    # the last to be written stays: the highest, and of equals the first point
    order = np.lexsort((-point, height))
    winner = np.full(side * side, NOTHING, np.int64)
    winner[pixel[order]] = order
    seen = np.flatnonzero(winner != NOTHING)
    which = winner[seen]
    normal = np.stack([dx, -dy, bulge], axis=1)[offset[which]] / radius
    return Surface(seen, point[which], normal.astype(np.float32), height[which].astype(np.float32))
