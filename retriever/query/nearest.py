"""Vectors in, neighbours out, as arrays: what experiments ask an index for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retriever.ann.base import SUM
from retriever.errors import UsageError
from retriever.query.engine import Engine
from retriever.query.hits import Hits
from retriever.query.request import check_k, check_where
from retriever.query.term import Term
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Vectors

PAIRS = tuple(f"{left}>{right}" for left in (*Modality, SUM) for right in Modality)
"""What the vectors are of > what they look for, as an approximate search is tuned for."""

_SQUARABLE = (1e-140, 1e140)  # lengths whose squares lose nothing in float64


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
        roots, name = self.snapshot.manifest.roots, self.snapshot.identity.name
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


def unit(vectors: ArrayLike, dim: int) -> Vectors:
    """(q, dim) float32 unit vectors of a (q, dim) or (dim,) array of numbers of any length above zero.

    Raises:
        UsageError: another shape, no numbers, not finite, or without direction; names the row.
    """
    given = _numbers(vectors)
    rows = given[None] if given.ndim == 1 else given
    if rows.ndim != 2 or rows.shape[1] != dim:
        raise UsageError(f"The vectors have the shape {given.shape}; give (q, {dim}) or ({dim},), as this index has.")
    lengths = _lengths(rows)
    if not ((lengths > _SQUARABLE[0]) & (lengths < _SQUARABLE[1])).all():
        rows = _scaled(rows)
        lengths = _lengths(rows)
    if len(bad := np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))):
        fault = "holds numbers that are not finite" if not np.isfinite(lengths[bad[0]]) else "is all zeros"
        raise UsageError(f"Row {bad[0]} of the vectors {fault}, so nothing is near it; leave it out.")
    out = np.empty(rows.shape, np.float32)
    np.divide(rows, lengths[:, None], out=out, casting="same_kind")
    return out


def _numbers(vectors: ArrayLike) -> NDArray[Any]:
    try:
        given = np.asarray(vectors)
    except (ValueError, TypeError) as error:  # rows of different lengths
        raise UsageError(f"The vectors make no array ({error}); give one array of floats.") from error
    if given.dtype.kind not in "fiu":
        raise UsageError(f"The vectors are of type {given.dtype}; give floats.")
    if given.dtype.kind == "f" and given.dtype.itemsize > 8:
        return _scaled(np.atleast_1d(given)).astype(np.float64).reshape(given.shape)
    return given if given.dtype.kind == "f" else given.astype(np.float64)


def _lengths(rows: NDArray[Any]) -> NDArray[np.float64]:
    with np.errstate(over="ignore", invalid="ignore"):
        lengths: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    return lengths


def _scaled(rows: NDArray[Any]) -> NDArray[Any]:
    """Each row times the power of two that brings its largest entry to 0.5..1, which changes no direction."""
    largest = np.abs(rows).max(axis=-1, keepdims=True, initial=0)
    exponents = np.where(np.isfinite(largest), np.frexp(largest)[1], 0)
    scaled: NDArray[Any] = np.ldexp(rows, -exponents)
    return scaled


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
