"""Gaussian splats as clouds of what is seen of them: .splat here, .spz in `spz`, and the rows of PLY files for `ply`.

Trainers keep the axes of their cameras, y down, and PLY and .splat files are written so; whoever shows them turns them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.numeric import NO_FACES, not_a
from retriever.loaders.ply_rows import Columns
from retriever.types import Geometry

UP = "-y"
_FAINT = 0.1
"""Opacity below which a gaussian is left out: it hides less than a tenth of what is behind it. Trainers prune below
0.005 alone, and most of what hangs about a trained object is as faint as this."""
_MOST, _CELLS = 0.9, 10
"""The distance from the middle within which so many gaussians lie is so many cells of a grid."""
_SIDE = 1024
"""Cells along the whole grid; what lies outside, at fifty times that distance, is far."""
_COMPANY = 0.01
_DC = 0.28209479177387814
"""The first spherical harmonic, which the coefficients f_dc are multiples of."""
_CHUNK = 256
"""Gaussians of a packed PLY that share a row of bounds."""
_SPLAT = np.dtype([("place", "<f4", 3), ("size", "<f4", 3), ("rgba", "u1", 4), ("turn", "u1", 4)])


def read_splat(data: bytes, path: Path) -> Geometry:
    """A .splat file, which is nothing but rows of 32 bytes.

    Raises:
        FileProblem: "truncated", or "malformed" where the rows are something else.
    """
    rows = np.frombuffer(data, _SPLAT, len(data) // _SPLAT.itemsize)
    if not (rows["size"] > 0).all(axis=1).sum() * 2 > len(rows):  # of other bytes, one in eight has three such numbers
        raise not_a("a .splat file")
    if len(data) % _SPLAT.itemsize:
        raise FileProblem("truncated", "is not a whole number of rows of 32 bytes; copy or export it again.")
    rgba = rows["rgba"] / 255
    return cloud(rows["place"].astype(np.float64), rgba[:, :3], rgba[:, 3], UP)


def of_ply(vertex: Columns, chunk: Columns) -> Geometry | None:
    """What the rows of a PLY file show that are gaussians, as trained or as SuperSplat packs them; None of others."""
    if {"f_dc_0", "f_dc_1", "f_dc_2", "opacity", "x", "y", "z"} <= vertex.keys():
        opacity = 1 / (1 + np.exp(-np.asarray(vertex["opacity"], np.float64)))
        colors = rgb(_columns(vertex, "f_dc_0", "f_dc_1", "f_dc_2"))
        return cloud(_columns(vertex, "x", "y", "z"), colors, opacity, UP)
    if {"packed_position", "packed_color"} <= vertex.keys() and chunk:
        return _packed(vertex, chunk)
    return None


def rgb(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) colours in 0..1 of f_dc, as they are seen from all sides on average."""
    return np.nan_to_num(0.5 + _DC * coefficients).clip(0, 1)


def cloud(places: NDArray[np.float64], colors: NDArray[np.float64], opacity: NDArray[np.float64], up: str) -> Geometry:
    """The gaussians that are seen.

    Args:
        places: (n, 3).
        colors: (n, 3) in 0..1.
        opacity: (n,) in 0..1.
        up: the axis that points up.
    """
    seen = opacity >= _FAINT
    if seen.any():
        places, colors = places[seen], colors[seen]
    near = _in_company(places)
    return Geometry(places[near], NO_FACES, colors[near].astype(np.float32), up=up)


def _in_company(places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) which of (n, 3) are no floaters: in a grid, they have others in their own and the 26 cells about it.

    A cloud is scaled by its farthest point, so that one floater in a hundred makes a dot of an object. What is far away
    goes, and what has less company than a hundredth of what half of all have. Of surfaces on which gaussians are sown
    as unevenly as trainers sow them nothing goes.
    """
    finite: NDArray[np.bool_] = np.all(np.isfinite(places), axis=1)
    if finite.sum() * 2 < len(places):
        return np.ones(len(places), bool)  # for `cleaned` to say what is wrong
    middle = np.median(places[finite], axis=0)
    radius = np.quantile(np.linalg.norm(places[finite] - middle, axis=1), _MOST)
    if not 0 < radius < np.inf:
        return finite
    cells = np.floor((places - middle) * (_CELLS / radius))
    inside: NDArray[np.bool_] = np.all(np.abs(cells) < _SIDE // 2 - 1, axis=1)
    rows = cells[inside].astype(np.int64) + _SIDE // 2
    keys, cell, count = np.unique(
        (rows[:, 0] * _SIDE + rows[:, 1]) * _SIDE + rows[:, 2], return_inverse=True, return_counts=True
    )
    company = np.zeros(len(keys))
    for step in np.ndindex(3, 3, 3):
        asked = keys + ((step[0] - 1) * _SIDE + step[1] - 1) * _SIDE + step[2] - 1
        at = np.searchsorted(keys, asked).clip(0, len(keys) - 1)
        company += np.where(keys[at] == asked, count[at], 0)
    inside[inside] = company[cell] >= _COMPANY * np.median(company[cell])
    return inside


def _packed(vertex: Columns, chunk: Columns) -> Geometry:
    """Places of 11, 10 and 11 bits between the bounds of each chunk, and RGBA of 8 bits, between bounds or 0 to 1."""
    place = np.asarray(vertex["packed_position"], np.uint32)
    color = np.asarray(vertex["packed_color"], np.uint32)
    row = np.arange(len(place)) // _CHUNK
    if row[-1] >= len(np.asarray(chunk["min_x"])):
        raise not_a("a packed PLY file with all its chunks")
    shares = np.stack([(place >> 21) / 2047, (place >> 11 & 1023) / 1023, (place & 2047) / 2047], axis=1)
    low, high = (_columns(chunk, *(f"{end}_{axis}" for axis in "xyz"))[row] for end in ("min", "max"))
    rgba = np.stack([(color >> shift & 255) / 255 for shift in (24, 16, 8, 0)], axis=1)
    colors = rgba[:, :3]
    if "min_r" in chunk:
        least, most = (_columns(chunk, *(f"{end}_{channel}" for channel in "rgb"))[row] for end in ("min", "max"))
        colors = least + (most - least) * colors
    return cloud(low + (high - low) * shares, np.nan_to_num(colors).clip(0, 1), rgba[:, 3], UP)


def _columns(table: Columns, *names: str) -> NDArray[np.float64]:
    return np.stack([np.asarray(table[name], np.float64) for name in names], axis=1)
