"""An id is live at most once: which rows give way to those of a new segment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retriever.store.segment import Segment
from retriever.store.snapshot import Snapshot


def superseded(snapshot: Snapshot | None, segment: Segment) -> NDArray[np.int64]:
    """Rows that no longer count once `segment` follows the others of `snapshot`.

    Args:
        snapshot: of the rows before it; None where there are none.
        segment: the one to follow, which makes its rows the next row numbers.

    Returns:
        Live rows of `snapshot` whose id it has too, and rows of its own whose id comes again further down.
    """
    if segment.keys is None or (snapshot is not None and any(each.keys is None for each in snapshot.segments)):
        return _by_name(snapshot, segment)
    keys, rows = segment.keys
    again = rows[np.flatnonzero(keys[1:] == keys[:-1])].astype(np.int64)
    if snapshot is None:
        return again
    found = [snapshot.rows + again]
    for first, each in zip(snapshot.firsts.tolist(), snapshot.segments, strict=True):
        held = each.find(keys)  # ascending, so that the look-ups go through the other's keys once
        older = first + held[held >= 0]
        found.append(older[snapshot.live[older]])
    return np.concatenate(found)


def _by_name(snapshot: Snapshot | None, segment: Segment) -> NDArray[np.int64]:
    ids = segment.read(["id"]).column(0).to_pylist()
    last = {id: row for row, id in enumerate(ids)}
    again = np.array([row for row, id in enumerate(ids) if last[id] != row], np.int64)
    if snapshot is None:
        return again
    older = snapshot.locate(list(last))
    return np.concatenate([older[older >= 0], snapshot.rows + again])


def union(rows: NDArray[np.int64], more: NDArray[np.int64]) -> NDArray[np.int64]:
    """`rows` (ascending, unique) with `more` (any) in their places; costs no sorting of `rows`."""
    fresh = np.unique(more)
    place = np.searchsorted(rows, fresh)
    known = place < len(rows)
    known[known] = rows[place[known]] == fresh[known]
    return np.insert(rows, place[~known], fresh[~known])
