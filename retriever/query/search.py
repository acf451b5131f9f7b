"""Queries from terms to hits: check -> filter -> resolve -> compose -> search -> explain, many as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import SUM, NearestNeighbours, best
from retriever.query.candidates import Candidates
from retriever.query.compose import Composed, compose
from retriever.query.expression import format
from retriever.query.hits import Hits
from retriever.query.metadata import FIXED, Later
from retriever.query.request import Query
from retriever.query.resolve import resolve
from retriever.spaces.base import Space
from retriever.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

TOGETHER = 4096
"""Hits whose columns are read at once, if several queries have so many."""


@dataclass(frozen=True)
class Engine:
    """What answers queries.

    Attributes:
        snapshot: what is searched.
        candidates: of the same snapshot.
        neighbours: gives the backend over its rows; asked only when the arguments have been found sound.
        space: gives the space of the index; asked only where a term must be encoded.
    """

    snapshot: Snapshot
    candidates: Candidates
    neighbours: Callable[[], NearestNeighbours]
    space: Callable[[], Space]


@dataclass(frozen=True)
class _Ready:
    """A query that only has to be searched.

    Attributes:
        place: in the order asked.
        asked: rows that are left out of its hits.
        pairs: the modality pairs it is of; of several terms, or one with a minus, those of a sum.
    """

    place: int
    query: Query
    composed: Composed
    asked: NDArray[np.int64]
    pairs: tuple[str, ...]


def search(engine: Engine, queries: Sequence[Query]) -> list[Hits]:
    """The hits of each query, as if it had been asked alone: the k best, fewer only where fewer qualify.

    Raises:
        UsageError: an argument, file or filter at fault.
        SpaceError: a term that the space has no encoder for.
    """
    for query in queries:
        with query.blamed():
            query.check()
            engine.candidates.rows(query.to, query.where)
    groups: dict[tuple[object, ...], list[_Ready]] = {}
    for ready in _ready(engine, queries):
        query = ready.query
        # One more neighbour for each item that is left out, so that its set of candidates is that of other queries.
        key = query.k + len(ready.asked), query.to, query.where, ready.pairs
        groups.setdefault(key, []).append(ready)
    hits: list[Hits | None] = [None] * len(queries)
    for group in groups.values():
        for ready, found in zip(group, _explained(engine.snapshot, group, _found(engine, group)), strict=True):
            hits[ready.place] = found
    return [found for found in hits if found is not None]


def _ready(engine: Engine, queries: Sequence[Query]) -> Iterator[_Ready]:
    for place, (query, terms) in enumerate(zip(queries, resolve(engine.snapshot, engine.space, queries), strict=True)):
        with query.blamed():
            weights, names = [term.weight for term in query.terms], [format([term]) for term in query.terms]
            composed = compose(terms.vectors, weights, names)
            targets = engine.candidates.targets(query.to)
        kinds = terms.kinds if len(terms.kinds) == 1 and query.terms[0].weight > 0 else (SUM,)
        pairs = dict.fromkeys(f"{kind}>{target}" for kind in kinds for target in targets)
        yield _Ready(place, query, composed, terms.asked, tuple(sorted(pairs)))


def _found(engine: Engine, group: Sequence[_Ready]) -> list[NDArray[np.int64]]:
    """The rows nearest to each query of a group, which have all but their vectors in common."""
    first = group[0]
    vectors = np.stack([ready.composed.vector for ready in group]).astype(np.float32)
    allowed = engine.candidates.rows(first.query.to, first.query.where)
    _, rows = engine.neighbours().search(vectors, first.query.k + len(first.asked), allowed, first.pairs)
    return [_without(ready.asked, found[found >= 0])[: ready.query.k] for ready, found in zip(group, rows, strict=True)]


def _without(asked: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows[~np.isin(rows, asked)] if len(asked) else rows


def _explained(snapshot: Snapshot, group: Sequence[_Ready], rows: Sequence[NDArray[np.int64]]) -> Iterator[Hits]:
    """Hits for the rows of each query, ordered by the float64 cosines that their shares sum to."""
    start = 0
    while start < len(group):
        end, count = start + 1, len(rows[start])
        while end < len(group) and count + len(rows[end]) <= TOGETHER:
            count += len(rows[end])
            end += 1
        yield from _read(snapshot, group[start:end], rows[start:end])
        start = end


def _read(snapshot: Snapshot, group: Sequence[_Ready], rows: Sequence[NDArray[np.int64]]) -> Iterator[Hits]:
    """The same for some queries, whose hits are read together."""
    shares = [ready.composed.shares(snapshot.vectors(found)) for ready, found in zip(group, rows, strict=True)]
    orders = [best(share.sum(axis=1), found, len(found)) for share, found in zip(shares, rows, strict=True)]
    nearest = np.concatenate([found[order] for found, order in zip(rows, orders, strict=True)])
    items, whole = snapshot.take(nearest, FIXED), Later(lambda: snapshot.take(nearest))
    start = 0
    for ready, share, order in zip(group, shares, orders, strict=True):
        part = start, len(order)
        more = partial(_slice, whole, *part)
        roots = snapshot.manifest.roots
        yield Hits(ready.query.terms, snapshot.identity.name, items.slice(*part), roots, share[order], more)
        start += len(order)


def _slice(whole: Later, start: int, length: int) -> pa.Table:
    return whole.table.slice(start, length)
