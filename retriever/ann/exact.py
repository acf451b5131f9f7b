"""Exact search with numpy, block by block over memory-mapped vectors: nothing to build, nothing to load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import Neighbours, Rows, RowSet, blank, settle, slack
from retriever.types import Vectors

BLOCK_ROWS = 16_384
BLOCK_QUERIES = 256
"""At most 16,384 x 256 float32 products (16 MiB) exist at once, however many rows there are."""

GROUP = 64
"""The first floor is the k-th best of the best of so many rows each: a bound that is found by one pass."""

FEW_QUERIES = 3
"""Up to so many, each is multiplied on its own with rows that stay in a core's cache: the product of two thin matrices
takes longer."""
CACHED_ROWS = 1024

GATHERED_ROWS = 2048
"""Rows copied together at once where few are allowed."""

SCANNED, GATHERED, MULTIPLIED = 0.09, 0.22, 0.015
"""Nanoseconds per row and dimension: reading rows one after the other, copying them from here and there, and (per query
as well) multiplying them. They only have to rank the two ways."""

_Part = tuple[NDArray[np.int64], Vectors, NDArray[np.float32] | None]
"""Row numbers, their vectors, and what to add to their scores: -inf where a row is banned (None: none is)."""


def sparse(queries: int) -> float:
    """The part of allowed rows below which copying these together costs less than scoring all."""
    each = MULTIPLIED * queries
    return (SCANNED + each) / (GATHERED + each)


class ExactSearch:
    """The reference backend, see `NearestNeighbours`.

    Args:
        blocks: (n_i, d) float32 unit vectors; rows are numbered through all blocks.
        dim: d.
    """

    def __init__(self, blocks: Sequence[Vectors], dim: int) -> None:
        self._rows = Rows(blocks, dim)

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        """See `NearestNeighbours.search`."""
        self._rows.check(queries, k, allowed)
        scores, rows = blank(len(queries), k)
        for start in range(0, len(queries), BLOCK_QUERIES):
            batch = queries[start : start + BLOCK_QUERIES]
            for number, shortlist in enumerate(self._shortlists(batch, k, allowed), start):
                found, where = settle(self._rows, queries[number], shortlist, k)
                scores[number, : len(found)], rows[number, : len(where)] = found, where
        return scores, rows

    def _shortlists(self, queries: Vectors, k: int, allowed: RowSet | None) -> list[NDArray[np.int64]]:
        """Per query, the rows that may be among its k best."""
        lists = [_Shortlist(k, slack(self._rows.dim)) for _ in queries]
        for rows, vectors, penalty in self._parts(allowed, sparse(len(queries))):
            scores = _products(queries, vectors)
            if penalty is not None:
                scores += penalty
            for shortlist, row_scores in zip(lists, scores, strict=True):
                shortlist.offer(row_scores, rows)
        return [shortlist.close() for shortlist in lists]

    def _parts(self, allowed: RowSet | None, sparse: float) -> Iterator[_Part]:
        """All allowed rows, at most BLOCK_ROWS at once: copied together where fewer than `sparse` are allowed."""
        if allowed is not None and len(allowed) < sparse * len(self._rows) / 16:
            yield from self._gathered(allowed.rows)
            return
        scattered = []
        for first, part in self._blocks():
            rows = np.arange(first, first + len(part))
            mask = None if allowed is None else allowed.mask[first : first + len(part)]
            count = len(part) if mask is None else np.count_nonzero(mask)
            if mask is None or count == len(part):
                yield rows, part, None
            elif count < sparse * len(part):
                scattered.append(rows[mask])
            else:
                yield rows, part, np.where(mask, np.float32(0), np.float32(-np.inf))
        yield from self._gathered(np.concatenate([np.empty(0, np.int64), *scattered]))

    def _blocks(self) -> Iterator[tuple[int, Vectors]]:
        """First row and vectors of all blocks, in parts of BLOCK_ROWS."""
        for first, block in zip(self._rows.starts[:-1].tolist(), self._rows.blocks, strict=True):
            for start in range(0, len(block), BLOCK_ROWS):
                yield first + start, block[start : start + BLOCK_ROWS]

    def _gathered(self, rows: NDArray[np.int64]) -> Iterator[_Part]:
        buffer = np.empty((min(len(rows), GATHERED_ROWS), self._rows.dim), np.float32)
        for start in range(0, len(rows), GATHERED_ROWS):
            some = rows[start : start + GATHERED_ROWS]
            yield some, self._rows.gather(some, buffer[: len(some)]), None


def _products(queries: Vectors, vectors: Vectors) -> NDArray[np.float32]:
    """(q, n) float32."""
    if not 1 < len(queries) <= FEW_QUERIES:
        return queries @ vectors.T
    out = np.empty((len(queries), len(vectors)), np.float32)
    for start in range(0, len(vectors), CACHED_ROWS):
        some = vectors[start : start + CACHED_ROWS]
        for scores, query in zip(out, queries, strict=True):
            np.dot(some, query, out=scores[start : start + CACHED_ROWS])
    return out


class _Shortlist:
    """The best rows that one query has seen so far, plus those too close to the k-th to call in float32."""

    def __init__(self, k: int, slack: float) -> None:
        self._k = k
        self._slack = slack
        self._floor = -np.inf
        self._scores = [np.empty(0, np.float32)]
        self._rows = [np.empty(0, np.int64)]
        self._fresh = 0

    def offer(self, scores: NDArray[np.float32], rows: NDArray[np.int64]) -> None:
        """Take in those of a block's rows that can still be among the k best."""
        if self._floor == -np.inf and len(scores) >= 2 * GROUP * self._k:
            self._floor = self._below(scores[: len(scores) // GROUP * GROUP].reshape(GROUP, -1).max(axis=0))
        near = np.flatnonzero(scores > self._floor)
        self._scores.append(scores[near])
        self._rows.append(rows[near])
        self._fresh += len(near)
        # Not before as many are new as were kept: a million equal vectors would be copied again for every block.
        if self._fresh > max(self._k, len(self._rows[0])):
            self._trim()

    def _trim(self) -> None:
        scores, rows = np.concatenate(self._scores), np.concatenate(self._rows)
        if len(scores) > self._k:
            self._floor = self._below(scores)
            near = scores > self._floor
            scores, rows = scores[near], rows[near]
        self._scores, self._rows, self._fresh = [scores], [rows], 0

    def _below(self, scores: NDArray[np.float32]) -> float:
        """What the k-th best of some rows' scores may be by another order of additions."""
        return float(np.partition(scores, -self._k)[-self._k]) - self._slack

    def close(self) -> NDArray[np.int64]:
        """The shortlist, in no particular order."""
        self._trim()
        return self._rows[0]
