"""A shape as few bytes that a browser can draw: corners with their normals and colours, or points.

The bytes, little-endian: a header of four uint32 (1 for triangles and 0 for points, the number n of corners or points,
the number of faces or points of the file, 0); then n times 3 float32, places in the unit sphere, y up; n times 4 int8,
normals (of points 0); n times 4 uint8, sRGB.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retriever.drawing.light import CLAY
from retriever.drawing.render import unit
from retriever.drawing.surface import smoothed
from retriever.loaders.skins import at
from retriever.types import Geometry

MOST_FACES = 200_000
"""Of larger meshes the vertices that share a cell of a grid become one; it is as fine as gives so few faces."""

MOST_POINTS = 300_000

_FINEST, _COARSEST = 1024, 32  # steps of the grid across the shape

_Floats = NDArray[np.floating]


def packed(geometry: Geometry) -> bytes:
    """The bytes of a shape, y up."""
    if not len(geometry.faces):
        return _points(geometry)
    vertices, faces = _used(geometry.vertices, geometry.faces)
    places, faces, kept = _coarse(_centred(vertices), faces)
    corners = places[faces]
    flat = unit(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    normals = smoothed(corners, flat)
    return _joined(1, len(geometry.faces), corners.reshape(-1, 3), normals.reshape(-1, 3), _colors(geometry, kept))


def _points(geometry: Geometry) -> bytes:
    step = -(-len(geometry.vertices) // MOST_POINTS)
    places = _centred(geometry.vertices)[::step]
    colors = (
        np.tile(np.array(CLAY, np.float32), (len(places), 1)) if geometry.colors is None else geometry.colors[::step]
    )
    return _joined(0, len(geometry.vertices), places, np.zeros_like(places), colors)


def _joined(kind: int, of: int, places: _Floats, normals: _Floats, colors: _Floats) -> bytes:
    count = len(places)
    turned, painted = np.zeros((count, 4), np.int8), np.full((count, 4), 255, np.uint8)
    turned[:, :3] = np.round(normals * 127).clip(-127, 127)
    painted[:, :3] = np.round(colors * 255).clip(0, 255)
    header = np.array([kind, count, of, 0], "<u4")
    return b"".join(part.tobytes() for part in (header, places.astype("<f4"), turned, painted))


def _used(vertices: _Floats, faces: NDArray[np.int64]) -> tuple[_Floats, NDArray[np.int64]]:
    """Without the vertices that no face has: one that lies far off would leave the rest a speck."""
    used = np.zeros(len(vertices), np.bool_)
    used[faces] = True
    return vertices[used], (np.cumsum(used) - 1)[faces]


def _centred(vertices: _Floats) -> _Floats:
    """In the unit sphere about the middle of the box."""
    used = vertices - (vertices.max(axis=0) + vertices.min(axis=0)) / 2
    return np.asarray(used / max(float(np.sqrt((used**2).sum(axis=1).max())), 1e-12))


def _coarse(places: _Floats, faces: NDArray[np.int64]) -> tuple[_Floats, NDArray[np.int64], NDArray[np.int64]]:
    """(v, 3) vertices and (f, 3) faces, `MOST_FACES` at most, and (f,) which faces they were.

    Vertices in one cell of a grid become their mean: a face that lies in one cell is nothing then, and no hole is torn.
    Of a tangle, whose faces are large, every second, third or so is left.
    """
    steps, out = _FINEST, (places, faces, np.arange(len(faces)))
    while len(out[1]) > MOST_FACES and steps > _COARSEST:
        out = _gridded(places, faces, steps)
        steps = int(steps * min(0.9, np.sqrt(MOST_FACES / max(1, len(out[1])))))
    step = max(1, -(-len(out[1]) // MOST_FACES))
    return out[0], out[1][::step], out[2][::step]


def _gridded(
    places: _Floats, faces: NDArray[np.int64], steps: int
) -> tuple[_Floats, NDArray[np.int64], NDArray[np.int64]]:
    """The same for a grid of so many steps across the shape."""
    cells = np.floor((places + 1) * (steps / 2)).astype(np.int64)
    key = (cells[:, 0] * 2 * steps + cells[:, 1]) * 2 * steps + cells[:, 2]
    _, cell, count = np.unique(key, return_inverse=True, return_counts=True)
    means = np.stack([np.bincount(cell, places[:, axis]) / count for axis in range(3)], axis=1)
    faces = cell[faces]
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    return means, faces[whole], np.flatnonzero(whole)


def _colors(geometry: Geometry, faces: NDArray[np.int64]) -> NDArray[np.float32]:
    """(3 f, 3) of the corners of some faces; a picture gives each corner the colour that it has there."""
    base = _clay(len(faces)) if geometry.colors is None else geometry.colors[faces]
    out = np.repeat(base.astype(np.float32), 3, axis=0)
    if geometry.skin is not None:
        under = np.flatnonzero(np.repeat(geometry.skin.picture[faces] >= 0, 3))
        which, corner = faces[under // 3], under % 3
        out[under] = at(geometry.skin, which, geometry.skin.uv[which, corner])
    return out


def _clay(count: int) -> NDArray[np.float32]:
    """(n, 3) of what has no colour."""
    return np.tile(np.array(CLAY, np.float32), (count, 1))
