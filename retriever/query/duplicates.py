"""Groups of items that repeat each other: the same bytes, the same geometry, or vectors that lie close together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import NearestNeighbours, RowSet
from retriever.query.bodies import TOLERANCE, cosines, longest_edges, same_content, same_geometry
from retriever.query.diversity import NEAR, check_limit
from retriever.query.request import MOST, check_where
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

if TYPE_CHECKING:
    from retriever.index import Index

FIRST, EXACT, GEOMETRY, NEARBY = KINDS = ("first", "exact", "geometry", "near")
"""What an item is to those before it in its group: none, the same bytes, the same geometry, or close to the first."""

_NEIGHBOURS = 16
_DEEPER = 4  # times as many, where all of them are near
_BATCH = 1024
_COLUMNS = ("id", "path", "root", "bytes")

Progress = Callable[[str, int, int], None]
"""Told ("compare", items compared, items in all)."""


@dataclass(frozen=True)
class Member:
    """One item of a group.

    Attributes:
        id: of the item.
        path: below its corpus root.
        root: absolute path of that root.
        bytes: size of the file.
        kind: one of `KINDS`.
        score: cosine with the first of the group.
        scale: of a shape, its longest edge as a multiple of that of the first of the group, in their files' units: 25.4
            may be inches for millimetres, 1.33 a larger screw. None where it is not known, and of what is no shape.
    """

    id: str
    path: str
    root: str
    bytes: int
    kind: str
    score: float
    scale: float | None = None

    @property
    def resized(self) -> bool:
        """Whether it is larger or smaller than the first of its group, by more than formats round."""
        return self.scale is not None and abs(self.scale - 1) > TOLERANCE


@dataclass(frozen=True)
class Group:
    """Two or more items that repeat each other.

    Attributes:
        modality: of all of them.
        members: the first of them in the index, then by falling score; what has the same bytes or the same geometry
            follows on each other.
    """

    modality: Modality
    members: tuple[Member, ...]


def totals(groups: Sequence[Group]) -> dict[str, int]:
    """How many members there are of each of `KINDS`; of "first" as many as groups."""
    counts = Counter(member.kind for group in groups for member in group.members)
    return {kind: counts[kind] for kind in KINDS}


def duplicates(
    index: Index,
    limit: float = NEAR,
    *,
    to: str | None = None,
    where: str | None = None,
    exact: bool = False,
    progress: Progress = lambda phase, done, total: None,
) -> list[Group]:
    """The groups of items that repeat each other, largest first; nothing is written.

    Items with the same bytes, and shapes with the same geometry (`same_geometry`), always belong together. Of what is
    left, the first in the index gathers all whose cosine with it is `limit` or more, then the next that is in no group,
    and so on: nothing gets into a group by a chain of neighbours. Items of different modalities are never compared.

    Memory grows with the number of items by some tens of bytes each, and by what is found. Nearly all of the time goes
    into one search for every item.

    Args:
        index: opened.
        limit: least cosine of near-duplicates, above 0; 1 looks for none, and so searches nothing.
        to: as in `Index.search`.
        where: only among the items that fulfil this condition.
        exact: look at every vector, also where an approximate search was built.
        progress: told how far it is.

    Raises:
        UsageError: an argument at fault.
    """
    check_limit(limit)
    check_where(where)
    engine, snapshot = index._engine(exact), index.snapshot
    allowed = engine.candidates.rows(to, where)
    mask = snapshot.live if allowed is None else allowed.mask
    groups: list[Group] = []
    for modality in engine.candidates.targets(to):
        rows = np.flatnonzero(mask & snapshot.modality_rows(modality))
        content = same_content(snapshot, rows)
        body = _within(content, lambda places, rows=rows: same_geometry(snapshot, rows[places]))  # type: ignore[misc]
        first = body
        if limit < 1 and len(rows) > 1:
            pair = f"{modality}>{modality}"
            first = _within(
                body,
                lambda places, rows=rows, pair=pair: _near(  # type: ignore[misc]
                    snapshot, engine.neighbours(), rows[places], limit, pair, progress
                ),
            )
        groups += _groups(snapshot, modality, rows, content, body, first)
    return sorted(groups, key=lambda group: -len(group.members))


def _within(first: NDArray[np.int64], joined: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> NDArray[np.int64]:
    """`first` after those that are the first of something have been joined in their turn."""
    places = np.flatnonzero(first == np.arange(len(first)))
    onto = first.copy()
    onto[places] = places[joined(places)]
    return onto[first]


def _near(
    snapshot: Snapshot,
    neighbours: NearestNeighbours,
    rows: NDArray[np.int64],
    limit: float,
    pair: str,
    progress: Progress,
) -> NDArray[np.int64]:
    """(n,) for each of n rows, ascending, the place of the one that gathered it; its own where none did."""
    first, taken = np.arange(len(rows)), np.zeros(len(rows), np.bool_)
    mask = np.zeros(snapshot.rows, np.bool_)
    mask[rows] = True
    allowed = RowSet(mask)
    for start in range(0, len(rows), _BATCH):
        progress("compare", start, len(rows))
        places = start + np.flatnonzero(~taken[start : start + _BATCH])
        vectors = snapshot.vectors(rows[places])
        scores, found = neighbours.search(vectors, _NEIGHBOURS, allowed, (pair,))
        for number, place in enumerate(places.tolist()):
            if taken[place]:
                continue
            near, k = found[number][scores[number] >= limit], _NEIGHBOURS
            while len(near) == k < MOST:
                k = min(k * _DEEPER, MOST)
                deeper = neighbours.search(vectors[number : number + 1], k, allowed, (pair,))
                near = deeper[1][0][deeper[0][0] >= limit]
            others = np.searchsorted(rows, near)
            others = others[(others > place) & ~taken[others]]
            first[others], taken[others] = place, True
    return first


def _groups(
    snapshot: Snapshot,
    modality: Modality,
    rows: NDArray[np.int64],
    content: NDArray[np.int64],
    body: NDArray[np.int64],
    first: NDArray[np.int64],
) -> Iterator[Group]:
    """The groups of two or more; each array holds the place of the first of the same bytes, geometry, or group."""
    sizes = np.bincount(first, minlength=len(rows))
    places = np.flatnonzero(sizes[first] > 1)
    scores = np.full(len(rows), np.nan)
    scores[places] = np.clip(cosines(snapshot, rows[places], rows[first[places]]), -1, 1)
    kinds = np.select([first == np.arange(len(rows)), content < np.arange(len(rows)), body < content], range(3), 3)
    scales = np.full(len(rows), np.nan)
    scales[places] = longest_edges(snapshot, rows[places]) / longest_edges(snapshot, rows[first[places]])
    order = places[np.lexsort((places, content[places], -scores[body[places]], first[places]))]
    items = snapshot.take(rows[order], _COLUMNS).to_pylist()
    at = 0
    while at < len(order):
        end = at + int(sizes[first[order[at]]])
        members = []
        for item, place in zip(items[at:end], order[at:end].tolist(), strict=True):
            known = {**item, "root": snapshot.root_path(item["root"]), "kind": KINDS[kinds[place]]}
            scale = float(scales[place]) if np.isfinite(scales[place]) else None
            members.append(Member(**known, score=float(scores[place]), scale=scale))
        yield Group(modality, tuple(members))
        at = end
