"""What every backend promises, and the parts they share.

A backend's own arithmetic only has to *shortlist*: float32 products of the same two vectors differ in their last bits
between kernels and block sizes. `settle` scores the shortlist again in float64, so all backends give the same
numbers in the same order, and equal vectors tie exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retriever.types import Vectors

Neighbours = tuple[NDArray[np.float32], NDArray[np.int64]]
"""(q, k) cosines, highest first, and (q, k) row numbers; -inf and -1 where fewer than k rows are allowed."""

SUM = "sum"
"""What stands for a modality in the pair of a query of several terms: it lies where none of them does."""

CHUNK = 256
"""Rows widened to float64 at once: both sides of their products stay in a core's cache."""


class RowSet:
    """Rows that a search may return; immutable, and what backends make of it is made once.

    Attributes:
        mask: (rows,) True where a row may be returned.
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self.mask = mask.view()
        self.mask.flags.writeable = False
        self._parts: dict[tuple[int, int], RowSet] = {}

    def __len__(self) -> int:
        """Rows that may be returned."""
        return self._count

    @cached_property
    def _count(self) -> int:
        return int(np.count_nonzero(self.mask))

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Their numbers, ascending."""
        return np.flatnonzero(self.mask)

    @cached_property
    def bits(self) -> NDArray[np.uint8]:
        """The mask, eight rows a byte, the lowest first, as a faiss bitmap selector points to it."""
        return np.packbits(self.mask, bitorder="little")

    def part(self, start: int, stop: int) -> RowSet:
        """The same of the rows from start to before stop, numbered from 0."""
        return self._parts.setdefault((start, stop), RowSet(self.mask[start:stop]))


class NearestNeighbours(Protocol):
    """A searchable set of vectors; its rows are numbered from 0."""

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        """The k best rows of every query by cosine; among equal cosines the lower row comes first.

        Args:
            queries: (q, d) float32 unit vectors; q may be 0.
            k: from 1; may be more than there are rows.
            allowed: rows that may be returned; None allows all.
            pairs: modality pairs that the queries are of, such as "text>shape"; an approximate backend searches as
                hard as the hardest of them needs. Exact ones do not look at it.

        Raises:
            ValueError: an argument of the wrong shape, or k below 1.
        """
        ...


class Rows:
    """The vectors of several blocks, numbered through; nothing is copied until gathered.

    Args:
        blocks: (n_i, d) float32 arrays, memory-mapped or not.
        dim: d, needed where there are no blocks.
    """

    def __init__(self, blocks: Sequence[Vectors], dim: int) -> None:
        self.blocks = [np.asarray(block) for block in blocks if len(block)]
        self.starts = np.cumsum([0, *map(len, self.blocks)])
        self.dim = dim

    def __len__(self) -> int:
        return int(self.starts[-1])

    def between(self, start: int, stop: int) -> Iterator[Vectors]:
        """The rows from start to before stop, in place, as parts of the blocks that they lie in."""
        for first, block in zip(self.starts[:-1].tolist(), self.blocks, strict=True):
            if first < stop and start < first + len(block):
                yield block[max(0, start - first) : stop - first]

    def gather(self, rows: NDArray[np.int64], out: Vectors | None = None) -> Vectors:
        """(len(rows), d) copy, in the order asked; into `out` where one is given, which is C-contiguous."""
        if out is None:
            out = np.empty((len(rows), self.dim), np.float32)
        if len(self.blocks) == 1:
            return self._take(0, rows, out)
        owner = np.searchsorted(self.starts, rows, side="right") - 1
        for number in np.unique(owner):
            mine = owner == number
            if mine.all():
                return self._take(number, rows, out)
            out[mine] = self.blocks[number][rows[mine] - self.starts[number]]
        return out

    def _take(self, number: int, rows: NDArray[np.int64], out: Vectors) -> Vectors:
        """All rows from one block."""
        local = rows - self.starts[number]
        if len(local) and local.view(np.uint64).max() >= len(self.blocks[number]):  # what is below 0 is very large
            raise IndexError(f"rows must be from 0 to {len(self) - 1}")
        return np.take(self.blocks[number], local, axis=0, out=out, mode="clip")  # other modes copy `out` first

    def check(self, queries: Vectors, k: int, allowed: RowSet | None) -> None:
        """Raise ValueError where a search's arguments do not fit these rows."""
        if queries.ndim != 2 or queries.shape[1] != self.dim:
            raise ValueError(f"queries must be (q, {self.dim}), not {queries.shape}")
        if k < 1:
            raise ValueError(f"k must be 1 or more, not {k}")
        if allowed is not None and (allowed.mask.shape != (len(self),) or allowed.mask.dtype != np.bool_):
            raise ValueError(f"allowed must be ({len(self)},) bool, not {allowed.mask.shape} {allowed.mask.dtype}")


def slack(dim: int) -> float:
    """How far two float32 computations of one cosine of unit vectors can be apart: twice the bound d * eps / 2."""
    return dim * float(np.finfo(np.float32).eps)


def blank(queries: int, k: int) -> Neighbours:
    """A result without any hit."""
    return np.full((queries, k), -np.inf, np.float32), np.full((queries, k), -1, np.int64)


def best(scores: NDArray[np.floating], rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Positions of the k highest scores, best first, equal ones by lower row."""
    return np.lexsort((rows, -scores))[:k]


def settle(vectors: Rows, query: NDArray[np.float32], shortlist: NDArray[np.int64], k: int) -> Neighbours:
    """The k best of a shortlist for one query, by float64 arithmetic: (<= k,) cosines and row numbers.

    Every row is summed on its own, so that a row's score does not depend on its place or its neighbours.
    """
    scores = np.empty(len(shortlist), np.float32)
    wide, widened = query.astype(np.float64), _Widened(vectors, min(len(shortlist), CHUNK))
    for start in range(0, len(shortlist), CHUNK):
        chunk = slice(start, start + CHUNK)
        scores[chunk] = _dots(widened(shortlist[chunk]), wide)
    order = best(scores, shortlist, k)
    return scores[order], shortlist[order]


def settle_all(
    vectors: Rows, queries: Vectors, owners: NDArray[np.integer], rows: NDArray[np.int64], k: int
) -> Neighbours:
    """The k best of many shortlists, as `settle` gives them one by one, bit by bit.

    Args:
        vectors: what rows are numbers of.
        queries: (q, d).
        owners: (n,) the query that each row is shortlisted for, in any order.
        rows: (n,); no row twice for one query.
        k: from 1.
    """
    return ranked(len(queries), owners, rows, cosines(vectors, queries, owners, rows), k)


def settle_each(vectors: Rows, queries: Vectors, shortlists: NDArray[np.int64], k: int) -> Neighbours:
    """`settle_all` for shortlists of about one length: nothing has to be said of each row, so it takes half as long.

    Args:
        vectors: what rows are numbers of.
        queries: (q, d).
        shortlists: (q, m) row numbers, none twice in a line; -1 where there is none.
        k: from 1.
    """
    count, width = shortlists.shape
    scores = np.empty(shortlists.shape, np.float32)
    some = max(1, CHUNK // max(width, 1))
    wide, widened = queries.astype(np.float64), _Widened(vectors, min(some, count) * width)
    for start in range(0, count, some):
        chunk = slice(start, start + some)
        rows = np.maximum(shortlists[chunk], 0)
        scores[chunk] = _dots(widened(rows.ravel()).reshape(*rows.shape, -1), wide[chunk, None])
    scores[shortlists < 0] = -np.inf
    order = np.lexsort((shortlists, -scores))[:, :k]
    out = blank(count, k)
    out[0][:, :width] = np.take_along_axis(scores, order, 1)
    out[1][:, :width] = np.take_along_axis(shortlists, order, 1)
    return out


def cosines(
    vectors: Rows, queries: Vectors, owners: NDArray[np.integer], rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """(n,) cosines of rows with the queries that own them, by the arithmetic of `settle`."""
    scores = np.empty(len(rows), np.float32)
    wide, widened = queries.astype(np.float64), _Widened(vectors, min(len(rows), CHUNK))
    for start in range(0, len(rows), CHUNK):
        chunk = slice(start, start + CHUNK)
        scores[chunk] = _dots(widened(rows[chunk]), wide[owners[chunk]])
    return scores


class _Widened:
    """Copies of rows in float64, each in the place of the one before: new memory costs as much as what is done in it.

    Args:
        vectors: whose rows.
        most: rows at once.
    """

    def __init__(self, vectors: Rows, most: int) -> None:
        self._vectors = vectors
        self._narrow = np.empty((most, vectors.dim), np.float32)
        self._wide = np.empty(self._narrow.shape)

    def __call__(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n, d); overwritten by the next."""
        wide = self._wide[: len(rows)]
        wide[:] = self._vectors.gather(rows, self._narrow[: len(rows)])
        return wide


def _dots(vectors: NDArray[np.float64], queries: NDArray[np.float64]) -> NDArray[np.float64]:
    """(...) products of (..., d) vectors with the queries beside them, each summed in one order wherever it stands.

    Not by BLAS, whose sums may depend on what else is multiplied with them.
    """
    found: NDArray[np.float64] = np.einsum("...d,...d->...", vectors, queries)
    return found


def ranked(
    queries: int, owners: NDArray[np.integer], rows: NDArray[np.int64], scores: NDArray[np.floating], k: int
) -> Neighbours:
    """The k best pairs of every query, best first, equal ones by lower row; as `NearestNeighbours.search` returns."""
    out = blank(queries, k)
    order = np.lexsort((rows, -scores, owners))
    owners = owners[order]
    place = np.arange(len(order)) - np.searchsorted(owners, owners)  # of a pair among its query's
    first = place < k
    out[0][owners[first], place[first]] = scores[order][first]
    out[1][owners[first], place[first]] = rows[order][first]
    return out
