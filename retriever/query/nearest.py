"""Vectors in, neighbours out, as arrays: what experiments ask an index for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retriever.ann.base import SUM
from retriever.errors import UsageError
from retriever.query.engine import Engine
from retriever.query.hits import Hits
from retriever.query.request import check_k, check_where
from retriever.query.term import Term
from retriever.query.vectors import unit
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

PAIRS = tuple(f"{left}>{right}" for left in (*Modality, SUM) for right in Modality)
"""What the vectors are of > what they look for, as an approximate search is tuned for."""


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """The k nearest items of each of q vectors, best first.

    Attributes:
        scores: (q, k) float32 cosines; -inf where fewer than k items qualify.
        rows: (q, k) int64 row numbers of the snapshot; -1 likewise.
        snapshot: what was searched.
    """

    scores: NDArray[np.float32]
    rows: NDArray[np.int64]
    snapshot: Snapshot = field(repr=False)

    def __len__(self) -> int:
        """How many vectors were asked about."""
        return len(self.rows)

    @property
    def ids(self) -> NDArray[np.object_]:
        """(q, k) ids of the items; None where fewer than k items qualify."""
        return self.column("id")

    def column(self, name: str) -> NDArray[np.object_]:
        """(q, k) values of one of the items' columns, such as "label"; None where fewer than k items qualify.

        Raises:
            UsageError: there is no such column.
        """
        if name not in self.snapshot.columns():
            raise UsageError(f"There is no column {name!r}: choose one of {', '.join(self.snapshot.columns())}.")
        there = self.rows >= 0
        values: NDArray[np.object_] = np.full(self.rows.shape, None, object)
        values[there] = _objects(self.snapshot.take(self.rows[there], [name]).column(0).to_pylist())
        return values

    def hits(self, number: int) -> Hits:
        """The neighbours of one vector, from 0, as a search gives them; its only term is called ``vector:number``."""
        number = range(len(self))[number]
        rows = self.rows[number][self.rows[number] >= 0]
        scores = self.scores[number][: len(rows), None].astype(np.float64)
        roots, name = self.snapshot.roots, self.snapshot.identity.name
        return Hits([Term("vector", str(number))], name, self.snapshot.take(rows), roots, scores)


def nearest(
    engine: Engine,
    vectors: ArrayLike,
    k: int = 10,
    *,
    to: str | None = None,
    where: str | None = None,
    pairs: Sequence[str] | None = (),
) -> Neighbourhood:
    """The k nearest items of each vector; see `Index.nearest`."""
    check_k(k)
    check_where(where)
    checked = _checked(pairs)
    queries = unit(vectors, engine.snapshot.identity.dim)
    allowed = engine.candidates.rows(to, where)
    scores, rows = engine.neighbours().search(queries, int(k), allowed, checked)
    return Neighbourhood(scores, rows, engine.snapshot)


def _checked(pairs: Sequence[str] | None) -> tuple[str, ...]:
    """The pairs; raises UsageError for what an approximate search would not understand."""
    if isinstance(pairs, str | bytes) or not isinstance(pairs, Iterable | None):
        raise UsageError(f'pairs is {pairs!r}; give a sequence, such as pairs=["text>shape"].')
    given = () if pairs is None else tuple(pairs)
    for pair in given:
        if not isinstance(pair, str) or pair not in PAIRS:
            raise UsageError(
                f"There is no pair {pair!r}; write one of {', '.join((*Modality, SUM))}, then >, "
                f'then one of {", ".join(Modality)}, such as "text>shape".'
            )
    return given


def _objects(values: Sequence[object]) -> NDArray[np.object_]:
    """A one-dimensional array of any objects, lists among them."""
    return np.fromiter(values, object, len(values))
