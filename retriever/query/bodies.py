"""Which items are the same thing under several names: the same bytes, or one mesh that was saved again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

TOLERANCE = 5e-4
"""How far proportions of the bounding boxes of one mesh may lie apart; formats round coordinates."""

ALIKE = 0.8
"""Cosine that one mesh has with itself at least, sampled again; in `mini` 399 of 400 had that, half of them 0.96."""

TURNED = 0.3
"""The same where their surfaces have the same area too, for their box: a space may not know a mesh that lies."""

_SHIFTS = ((0.0, 0.0), (0.0, 0.5), (0.5, 0.0), (0.5, 0.5))  # of a grid: what lies near shares a cell of one of them
_ROUNDS = 16
_CHUNK = 8192


def same_content(snapshot: Snapshot, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) for each of n rows the place, among them, of the first that has the same bytes.

    Where the hash is empty, they are not known, and so nothing's but its own: vectors of one's own have such. Shapes
    whose surfaces differ in area are not the same: their geometry lies in other files than the one of these bytes.
    """
    hashes = snapshot.column("sha256")
    codes = np.concatenate(
        [np.zeros(0, np.int32)] + [np.from_dlpack(chunk.indices) for chunk in hashes.dictionary_encode().iterchunks()]
    )
    unknown = hashes.index("").as_py()
    areas = _numbers(snapshot.take(rows, ("surface_area",)).column("surface_area").iterchunks()).astype(np.float32)
    keys = codes[rows].astype(np.int64) << 32 | np.nan_to_num(areas, nan=-1.0).view(np.uint32)
    _, firsts, back = np.unique(keys, return_index=True, return_inverse=True)
    same = np.asarray(firsts[back], np.int64)
    return same if unknown < 0 else np.where(codes[rows] == codes[unknown], np.arange(len(rows)), same)


def same_geometry(snapshot: Snapshot, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) for each of n rows the place, among them, of the first that has the same geometry.

    That is a shape with as many faces (of clouds: points), a bounding box of the same proportions whichever axis is up,
    and a cosine of `ALIKE` or more, or of `TURNED` with a surface of the same area, too: moving, scaling, turning by
    right angles and saving in another format leave them. The vectors alone do not tell, for each file has points of its
    own drawn from its surface. Other modalities have no geometry. Work and memory grow as n log n, however many are
    alike.
    """
    first = np.arange(len(rows))
    count, proportions, areas = _forms(snapshot, rows)
    left = np.flatnonzero(np.isfinite(proportions).all(axis=1))
    for shift in _SHIFTS:
        cells = np.floor(proportions[left] / (2 * TOLERANCE) + shift).astype(np.int64)
        for leaders, members in _led(snapshot, rows, areas, left, _runs(count[left], cells)):
            first[members] = leaders
        left = left[first[left] == left]
    while not np.array_equal(first[first], first):
        first = first[first]
    return first


def longest_edges(snapshot: Snapshot, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) longest edge of each item's bounding box, in units of its file; NaN where it has none."""
    longest = _edges(snapshot.take(rows, ("extent",)).column("extent")).max(axis=1)
    return np.where(longest > 0, longest, np.nan)


def _forms(
    snapshot: Snapshot, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """What moving, scaling and turning by right angles leave of n items.

    Returns:
        (n,) faces, of clouds the negative of their points; (n, 2) short and middle edge of the box over the long one;
        (n,) area of the surface over that squared. NaN where an item is no shape, or nothing is known of it.
    """
    table = snapshot.take(rows, ("faces", "vertices", "surface_area", "extent"))
    faces, vertices, areas = (_numbers(table.column(name).iterchunks()) for name in table.column_names[:3])
    edges = np.sort(_edges(table.column("extent")), axis=1)
    known = (edges[:, 2] > 0) & np.isfinite(edges).all(axis=1) & ((faces > 0) | (vertices > 0))
    proportions = np.full((len(rows), 2), np.nan)
    proportions[known] = edges[known, :2] / edges[known, 2:]
    count = np.where(faces > 0, faces, -vertices)
    areas = np.divide(areas, edges[:, 2] ** 2, out=np.full(len(rows), np.nan), where=known)
    return np.where(known, count, 0).astype(np.int64), proportions, areas


def _numbers(chunks: Iterable[pa.Array]) -> NDArray[np.float64]:
    """(n,) values of a column, NaN where there is none; pyarrow's own ways import pandas, or its compute, for that."""
    parts = (np.array(chunk.to_pylist(), float) if chunk.null_count else np.from_dlpack(chunk) for chunk in chunks)
    return np.concatenate([np.zeros(0), *parts])


def _edges(extents: pa.ChunkedArray) -> NDArray[np.float64]:
    """(n, 3) numbers of a column of lists, NaN where there are fewer."""
    edges, at = np.full((len(extents), 3), np.nan), 0
    for chunk in extents.iterchunks():
        starts = np.from_dlpack(chunk.offsets)
        whole = np.flatnonzero(np.diff(starts) >= 3)
        edges[at + whole] = _numbers([chunk.values])[starts[whole, None] + np.arange(3)]
        at += len(chunk)
    return edges


def _runs(count: NDArray[np.int64], cells: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in an order that brings equal forms together, ascending within them, and the number of each one's form."""
    order = np.lexsort((cells[:, 1], cells[:, 0], count))
    columns = (count[order], cells[order, 0], cells[order, 1])
    changes = reduce(np.logical_or, (np.diff(column) != 0 for column in columns))
    return order, np.concatenate([np.zeros(min(1, len(order)), np.int64), np.cumsum(changes)])


def _led(
    snapshot: Snapshot,
    rows: NDArray[np.int64],
    areas: NDArray[np.float64],
    places: NDArray[np.int64],
    runs: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(leaders, members): of every run the first, and those alike; then the same of what is left of it.

    A run of more than `_ROUNDS` different things in one form keeps what is left after them apart.
    """
    order, run = runs
    for _ in range(_ROUNDS):
        starts = np.flatnonzero(np.diff(run, prepend=-1))
        leads = np.repeat(starts, np.diff(np.append(starts, len(run))))
        others = np.flatnonzero(leads != np.arange(len(run)))
        if not len(others):
            return
        leaders, members = places[order[leads[others]]], places[order[others]]
        as_large = np.isclose(areas[leaders], areas[members], rtol=TOLERANCE, atol=0)
        alike = cosines(snapshot, rows[leaders], rows[members]) >= np.where(as_large, TURNED, ALIKE)
        yield leaders[alike], members[alike]
        order, run = order[others[~alike]], run[others[~alike]]


def cosines(snapshot: Snapshot, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) cosine of each of n pairs of rows; some thousands of vectors are in memory at once."""
    parts = [np.zeros(0)]
    for start in range(0, len(left), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        pairs = snapshot.vectors(left[chunk]), snapshot.vectors(right[chunk])
        parts.append(np.einsum("ij,ij->i", *pairs, dtype=np.float64))
    return np.concatenate(parts)
