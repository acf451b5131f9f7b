"""Triangles to pixels in plain numpy: spans instead of pixels are what is looped over, and nothing is looped in Python.

Every triangle is cut into the rows of pixel centres that it crosses, every row into the pixels of its span, and the
nearest of the fragments of a pixel wins. Depth is linear over the screen: 1/z in perspective, z otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NOTHING = -1
"""The face seen by a pixel that sees none."""

_Floats = NDArray[np.floating]
_Ints = NDArray[np.int64]


class _Spans(NamedTuple):
    """Rows of triangles: which triangle, which row of pixels, and the two ends of the span in pixels."""

    face: _Ints
    row: _Ints
    left: _Floats
    right: _Floats


def visible_faces(screen: _Floats, nearness: _Floats, faces: _Ints, side: int) -> _Ints:
    """Which face each pixel sees.

    Faces are seen from both sides. One too thin to cover a pixel's centre still shows in the nearest pixels, so that
    wires and edges of sheets do not break up.

    Args:
        screen: (v, 2) x to the right and y down, in pixels; the square runs from 0 to `side`.
        nearness: (v,) larger is nearer, linear over the screen.
        faces: (f, 3) into both.
        side: edge length of the square in pixels.

    Returns:
        (side * side,) face indices, row by row from the top; `NOTHING` where none is seen.
    """
    seen = np.full(side * side, NOTHING, np.int64)
    corners = screen[faces]
    face, row, column = _pixels(_spans(corners, side), side)
    if not len(face):
        return seen
    depth = _depth(corners, nearness[faces], face, column + 0.5, row + 0.5)
    pixel = row * side + column
    nearest = np.full(side * side, -np.inf)
    np.maximum.at(nearest, pixel, depth)
    winners = np.flatnonzero(depth == nearest[pixel])[::-1]  # of equals, the first face is written last
    seen[pixel[winners]] = face[winners]
    return seen


def _spans(corners: _Floats, side: int) -> _Spans:
    """The rows of pixel centres that (f, 3, 2) triangles cross, or the nearest row where one lies between two."""
    by_height = np.take_along_axis(corners, corners[:, :, 1].argsort(axis=1)[:, :, None], axis=1)
    top, middle, bottom = by_height[:, 0], by_height[:, 1], by_height[:, 2]
    first = np.ceil(top[:, 1] - 0.5).astype(np.int64)
    last = np.floor(bottom[:, 1] - 0.5).astype(np.int64)
    flat = first > last
    lengths = np.clip(np.minimum(last, side - 1) - np.maximum(first, 0) + 1, 0, None)
    lengths[flat] = 0
    face, step = _ragged(lengths)
    row = np.maximum(first, 0)[face] + step
    y = row + 0.5
    ends = np.stack([_at(top, bottom, face, y), _other_edge(top, middle, bottom, face, y)])
    thin = np.flatnonzero(flat)
    x = corners[thin, :, 0]
    return _Spans(
        np.concatenate([face, thin]),
        np.concatenate([row, np.floor(corners[thin, :, 1].mean(axis=1)).astype(np.int64)]),
        np.concatenate([ends.min(axis=0), x.min(axis=1)]),
        np.concatenate([ends.max(axis=0), x.max(axis=1)]),
    )


def _other_edge(top: _Floats, middle: _Floats, bottom: _Floats, face: _Ints, y: _Floats) -> _Floats:
    """X at height `y` on the two short edges, above the middle corner and below it."""
    return np.where(y < middle[face, 1], _at(top, middle, face, y), _at(middle, bottom, face, y))


def _at(start: _Floats, end: _Floats, face: _Ints, y: _Floats) -> _Floats:
    """X at height `y` on the edges from `start` to `end`."""
    drop = end[:, 1] - start[:, 1]
    slope = np.divide(end[:, 0] - start[:, 0], drop, out=np.zeros_like(drop), where=drop > 1e-9)
    return start[face, 0] + (y - start[face, 1]) * slope[face]


def _pixels(spans: _Spans, side: int) -> tuple[_Ints, _Ints, _Ints]:
    """Face, row and column of every fragment inside the square."""
    first = np.ceil(spans.left - 0.5).astype(np.int64)
    last = np.floor(spans.right - 0.5).astype(np.int64)
    narrow = first > last  # between two centres: the nearest one
    middle = np.floor((spans.left + spans.right) / 2).astype(np.int64)
    first, last = np.where(narrow, middle, first), np.where(narrow, middle, last)
    first, last = np.maximum(first, 0), np.minimum(last, side - 1)
    inside = (spans.row >= 0) & (spans.row < side)
    owner, step = _ragged(np.where(inside, np.clip(last - first + 1, 0, None), 0))
    return spans.face[owner], spans.row[owner], first[owner] + step


def _depth(corners: _Floats, nearness: _Floats, face: _Ints, x: _Floats, y: _Floats) -> _Floats:
    """Nearness of fragments, from the plane through the three corners and never beyond them."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    da, db = nearness[:, 1] - nearness[:, 0], nearness[:, 2] - nearness[:, 0]
    area = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    solid = np.abs(area) > 1e-9
    safe = np.where(solid, area, 1.0)
    along_x = np.where(solid, (da * b[:, 1] - db * a[:, 1]) / safe, 0.0)
    along_y = np.where(solid, (db * a[:, 0] - da * b[:, 0]) / safe, 0.0)
    at_origin = nearness[:, 0] - along_x * corners[:, 0, 0] - along_y * corners[:, 0, 1]
    depth = at_origin[face] + along_x[face] * x + along_y[face] * y
    return np.asarray(np.clip(depth, nearness.min(axis=1)[face], nearness.max(axis=1)[face]))


def _ragged(lengths: _Ints) -> tuple[_Ints, _Ints]:
    """For rows of given lengths laid end to end: the row of every element, and its place in it."""
    owner = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.cumsum(lengths) - lengths
    return owner, np.arange(len(owner)) - starts[owner]
