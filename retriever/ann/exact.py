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

SPARSE = 0.25
"""Below this part of allowed rows, gathering them costs less than scoring the whole block."""

_Part = tuple[NDArray[np.int64], Vectors, NDArray[np.bool_] | None]
"""Row numbers, their vectors, and which of them are banned (None: none is)."""


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
        mask = None if allowed is None else allowed.mask
        scores, rows = blank(len(queries), k)
        for start in range(0, len(queries), BLOCK_QUERIES):
            batch = queries[start : start + BLOCK_QUERIES]
            for number, shortlist in enumerate(self._shortlists(batch, k, mask), start):
                found, where = settle(self._rows, queries[number], shortlist, k)
                scores[number, : len(found)], rows[number, : len(where)] = found, where
        return scores, rows

    def _shortlists(self, queries: Vectors, k: int, allowed: NDArray[np.bool_] | None) -> list[NDArray[np.int64]]:
        """Per query, the rows that may be among its k best."""
        lists = [_Shortlist(k, slack(self._rows.dim)) for _ in queries]
        for rows, vectors, banned in self._parts(allowed):
            scores = queries @ vectors.T
            if banned is not None:
                scores[:, banned] = -np.inf
            for shortlist, row_scores in zip(lists, scores, strict=True):
                shortlist.offer(row_scores, rows)
        return [shortlist.close() for shortlist in lists]

    def _parts(self, allowed: NDArray[np.bool_] | None) -> Iterator[_Part]:
        """All allowed rows, at most BLOCK_ROWS at once: gathered where few are allowed, else banned by a mask."""
        for first, block in zip(self._rows.starts[:-1], self._rows.blocks, strict=True):
            for start in range(0, len(block), BLOCK_ROWS):
                part = block[start : start + BLOCK_ROWS]
                rows = np.arange(first + start, first + start + len(part))
                mask = None if allowed is None else allowed[rows[0] : rows[-1] + 1]
                if mask is None or mask.all():
                    yield rows, part, None
                elif mask.mean() > SPARSE:
                    yield rows, part, ~mask
                elif mask.any():
                    yield rows[mask], part[mask], None


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
            self._floor = float(np.partition(scores, -self._k)[-self._k]) - self._slack
            near = scores > self._floor
            scores, rows = scores[near], rows[near]
        self._scores, self._rows, self._fresh = [scores], [rows], 0

    def close(self) -> NDArray[np.int64]:
        """The shortlist, in no particular order."""
        self._trim()
        return self._rows[0]
