"""How large a mesh's surface is, whether it is closed, and what it encloses: what a printer or a caster asks.

Vertices count by where they are, for files repeat them for normals and textures. Each edge has a number of 64 bits that
follows from the places of its ends, and a sign for its direction. Of faces that close up and look to one side every
edge runs as often one way as the other, so these numbers add up to nothing (those of others by a chance of one in
2^64), and the volume is that of the pyramids from any point to all faces. A mesh is watertight where every edge is of
just two faces: "exclusive or" tells of nearly all meshes that they are not, and the rest are sorted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from retriever.types import Geometry

_CELLS = 1 << 22
"""Along the longest edge of the box: a float32 tells about so many apart. Vertices in one cell are one place."""
_SHIFT = 0.381966
"""Of a cell: no round number lies on a border, where rounding errors would part what is one place."""
_CHUNK = 65_536  # faces or vertices at once, as in `sampling`
_NONE = np.uint64(0)

_Numbers = NDArray[np.uint64]
_Number = TypeVar("_Number", bound=np.generic)


def measured(geometry: Geometry) -> dict[str, object]:
    """Facts of a mesh; of a cloud nothing.

    Args:
        geometry: cleaned.

    Returns:
        ``surface_area``, in square units of the file; ``watertight``, whether every edge is of two faces; and, where
        faces close up and look to one side, ``volume``, in cubic units of the file. What parts that overlap have in
        common counts for each of them.
    """
    vertices, faces = geometry.vertices, geometry.faces
    if geometry.mirrored is not None:
        faces = np.where(geometry.mirrored[:, None], faces[:, ::-1], faces)
    if not len(faces):
        return {}
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    box = (low + high) / 2, float((high - low).max())
    area, volume = _area_and_volume(vertices, faces, *box)
    keys = _keys(vertices, *box)
    balance, parity = _sums(keys, faces)
    size = box[1]
    facts: dict[str, object] = {
        "surface_area": area * size**2,
        "watertight": not parity and _is_paired(keys, faces),
    }
    return facts if balance else facts | {"volume": abs(volume) * size**3}


def _area_and_volume(
    vertices: NDArray[np.float64], faces: NDArray[np.int64], middle: NDArray[np.float64], size: float
) -> tuple[float, float]:
    """The areas of all faces, and the signed volumes of the pyramids from the middle to them, in a box of unit size."""
    area = volume = 0.0
    for chunk in _chunks(faces):
        corners = (vertices[chunk] - middle) / size
        (ax, ay, az), (bx, by, bz), (cx, cy, cz) = np.ascontiguousarray(corners.transpose(1, 2, 0))
        ux, uy, uz, vx, vy, vz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
        x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        area += float(np.sqrt(x * x + y * y + z * z).sum()) / 2
        volume += float((ax * x + ay * y + az * z).sum()) / 6
    return area, volume


def _sums(keys: _Numbers, faces: NDArray[np.int64]) -> tuple[int, int]:
    """What the edges add up to, those that run the other way taken off; and their "exclusive or"."""
    balance = parity = _NONE
    for chunk in _chunks(faces):
        numbers, ahead = _edges(keys, chunk)
        parity ^= np.bitwise_xor.reduce(numbers, axis=None)
        with np.errstate(over="ignore"):
            balance += np.add.reduce(np.where(ahead, numbers, _NONE - numbers), axis=None)
    return int(balance), int(parity)


def _is_paired(keys: _Numbers, faces: NDArray[np.int64]) -> bool:
    """Whether every edge is of just two faces, where each is of an even number of them."""
    edges = np.empty((len(faces), 3), np.uint64)
    for here, chunk in zip(_chunks(edges), _chunks(faces), strict=True):
        here[:] = _edges(keys, chunk)[0].T
    numbers = edges.reshape(-1)
    numbers.sort()
    numbers = numbers[np.searchsorted(numbers, _NONE, side="right") :]
    return bool(len(numbers) and (numbers[1:-1:2] != numbers[2::2]).all())


def _chunks(rows: NDArray[_Number]) -> Iterator[NDArray[_Number]]:
    return (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))


def _edges(keys: _Numbers, faces: NDArray[np.int64]) -> tuple[_Numbers, NDArray[np.bool_]]:
    """(3, f) the number of each edge, and which way it runs; 0 of faces with two corners in one place."""
    corners = np.ascontiguousarray(keys[faces].T)
    following = corners[[1, 2, 0]]
    numbers = _mixed(np.minimum(corners, following) + _mixed(np.maximum(corners, following)))
    numbers[:, (corners == following).any(axis=0)] = 0
    return numbers, corners < following


def _keys(vertices: NDArray[np.float64], middle: NDArray[np.float64], size: float) -> _Numbers:
    """(v,) a number for each place: one for the vertices of one cell."""
    keys = np.empty(len(vertices), np.uint64)
    for here, chunk in zip(_chunks(keys), _chunks(vertices), strict=True):
        cells = np.floor((chunk - middle) / size * _CELLS + _SHIFT).astype(np.int64).astype(np.uint64)
        here[:] = _mixed(_mixed(_mixed(cells[:, 0]) + cells[:, 1]) + cells[:, 2])
    return keys


def _mixed(numbers: _Numbers) -> _Numbers:
    """Others in their place that look drawn at random, one to one (the finalizer of SplitMix64, Steele et al. 2014)."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
