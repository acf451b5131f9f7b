"""Approximate search: shortlisted by four-bit codes of projected vectors in inverted lists, re-ranked exactly.

The codes are product-quantised (Jegou et al., TPAMI 2011), one code per projected dimension, and looked up and added
up in registers (Andre et al., VLDB 2015; ``faiss.IndexIVFPQFastScan``). Vectors are centred and projected on the data's
own principal directions before. Both leave the order of inner products as it is, up to what the projection loses, and
take away what queries of another modality do not share with the data: such queries lie far from all of it, where a
graph walk loses its way, while a scan only needs a deeper pool. The shortlist is scored again with the full vectors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import (
    NearestNeighbours,
    Neighbours,
    Rows,
    RowSet,
    best,
    blank,
    settle,
    settle_all,
    settle_each,
    slack,
)
from retriever.ann.copies import Copies
from retriever.ann.exact import ExactSearch
from retriever.ann.files import OVERFETCH, AnnFile, Part
from retriever.ann.inverted_lists import Near, Scan
from retriever.ann.numbering import Numbering
from retriever.ann.plan import GATHER_NS, Effort
from retriever.ann.slices import Slice, Split
from retriever.ann.wheels import load, threads
from retriever.types import Vectors

TOGETHER = 4_000_000
"""Shortlisted rows of all queries that are looked at in one go; each takes some 30 bytes."""

MORE_PROBES, MORE_POOL = 8, 2
"""Times as many lists and rows, for a query whose lists hold fewer allowed rows than it wants."""

LEAST = np.finfo(np.float32).min
"""Below every product, above the -inf of what is no row."""

FEW = 32
"""Rows up to which one query's are settled at once: to leave some of them out takes as long."""

SCATTERED = 0.3
"""The part of the rows below which one query is scored with each where it lies: reading all takes longer."""


class IvfPqSearch:
    """The approximate index beside an exact search of the rows that it does not hold, see `NearestNeighbours`.

    Args:
        blocks: (n_i, d) float32 unit vectors; rows are numbered through all blocks.
        dim: d.
        file: what was built.
        scans: one a part of `file`.
        numbering: between its ids and the rows.
        members: for each part, (rows,) True for the rows of its modality.
        exact: searches what is better searched exactly; None makes one.
    """

    def __init__(
        self,
        blocks: Sequence[Vectors],
        dim: int,
        file: AnnFile,
        scans: Sequence[Scan],
        numbering: Numbering,
        members: Sequence[NDArray[np.bool_]],
        exact: NearestNeighbours | None = None,
    ) -> None:
        self._faiss = load()
        self._rows = Rows(blocks, dim)
        self._copies = Copies(self._rows)
        self._exact = exact or ExactSearch(blocks, dim)
        self._parts = file.parts
        self._scans = scans
        self._numbering = numbering
        covered = self._numbering.covered(len(self._rows))
        self._masks = [covered & mask for mask in members]
        self._all = RowSet(np.ones(len(self._rows), np.bool_))
        self._splits: WeakKeyDictionary[RowSet, Split] = WeakKeyDictionary()

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        """See `NearestNeighbours.search`; the recall is the one that the efforts were tuned for."""
        self._rows.check(queries, k, allowed)
        split = self._split(self._all if allowed is None else allowed)
        found = [
            self._scanned(number, mine, queries, k, mine.effort(tuple(pairs), k))
            for number, mine in enumerate(split.slices)
            if len(mine.allowed)
        ]
        if len(split.rest):
            found.append(self._exact.search(queries, k, split.rest))
        return _merged(found, len(queries), k)

    def _split(self, allowed: RowSet) -> Split:
        if allowed not in self._splits:
            rest, slices = allowed.mask.copy(), []
            for mask, part, scan in zip(self._masks, self._parts, self._scans, strict=True):
                rest &= ~mask
                slices.append(Slice(allowed.mask & mask, self._numbering, scan, part))
            self._splits[allowed] = Split(tuple(slices), RowSet(rest))
        return self._splits[allowed]

    def _scanned(self, number: int, mine: Slice, queries: Vectors, k: int, effort: Effort) -> Neighbours:
        """The k best that a scan finds, in more lists where these hold fewer; exactly where that is quicker."""
        part, count = self._parts[number], len(mine.allowed)
        if not self._pays(part, effort, count):
            return self._exactly(mine.allowed, queries, k)
        step = max(1, TOGETHER * count // (effort.pool * part.rows))
        if len(queries) <= step:
            scores, rows = self._found(number, mine, queries, k, effort)
        else:
            scores, rows = blank(len(queries), k)
            for start in range(0, len(queries), step):
                some = slice(start, start + step)
                scores[some], rows[some] = self._found(number, mine, queries[some], k, effort)
        short = (rows[:, min(k, count) - 1] < 0).nonzero()[0]
        if len(short):
            more = Effort(MORE_PROBES * effort.probes, MORE_POOL * effort.pool)
            scores[short], rows[short] = self._scanned(number, mine, queries[short], k, more)
        return scores, rows

    def _found(self, number: int, mine: Slice, queries: Vectors, k: int, effort: Effort) -> Neighbours:
        """The k best that a scan finds; those of queries that a filter opposes are found exactly."""
        if mine.whole:
            return self._ranked(self._shortlists(number, mine, queries, effort), queries, k)
        near = self._scans[number].near(queries, effort.probes)
        opposed = mine.opposed(near.lists)
        if not opposed.any():
            return self._ranked(self._shortlists(number, mine, queries, effort, near), queries, k)
        scores, rows = blank(len(queries), k)
        scores[opposed], rows[opposed] = self._exactly(mine.allowed, queries[opposed], k)
        if not opposed.all():
            others, near = queries[~opposed], near.at(~opposed)
            shortlists = self._shortlists(number, mine, others, effort, near)
            scores[~opposed], rows[~opposed] = self._ranked(shortlists, others, k)
        return scores, rows

    def _exactly(self, allowed: RowSet, queries: Vectors, k: int) -> Neighbours:
        """The k best of all allowed rows; where they are few, one query is scored with a copy, or where they lie."""
        if len(queries) != 1 or len(allowed) >= SCATTERED * len(self._rows):
            return self._exact.search(queries, k, allowed)
        copy = self._copies.of(allowed)
        return self._ranked(allowed.rows[None], queries, k, None if copy is None else queries @ copy.T)

    def _pays(self, part: Part, effort: Effort, count: int) -> bool:
        """Whether the scan is quicker than scoring all allowed rows, and good enough."""
        exactly = count * self._rows.dim * GATHER_NS * 1e-9
        scanned = part.sizes.seconds(part.rows, self._rows.dim, effort, selected=count < OVERFETCH * part.rows)
        return effort.probes > 0 and effort.pool < count and scanned < exactly

    def _shortlists(
        self, number: int, mine: Slice, queries: Vectors, effort: Effort, near: Near | None = None
    ) -> NDArray[np.int64]:
        """(q, <= pool / density) row numbers, -1 where there is none."""
        scan = self._scans[number]
        if mine.whole:
            return self._numbering.rows(scan.ids(queries, effort.pool, effort.probes))
        if mine.density < OVERFETCH:
            return self._numbering.rows(scan.ids(queries, effort.pool, effort.probes, mine.selection, near))
        fetch = math.ceil(effort.pool / mine.density)
        rows = self._numbering.rows(scan.ids(queries, fetch, effort.probes, near=near))
        return np.where((rows >= 0) & mine.allowed.mask[rows], rows, -1)

    def _ranked(
        self, shortlists: NDArray[np.int64], queries: Vectors, k: int, scores: NDArray[np.float32] | None = None
    ) -> Neighbours:
        """The k best of each shortlist, by the full vectors; `scores` are their float32 products, where known."""
        if shortlists.size <= FEW and len(queries) == 1:
            return self._settled(queries, shortlists[shortlists >= 0], k)
        scores = self._scores(queries, shortlists) if scores is None else scores
        others = max(scores.shape[1] - k, 0)
        kth = np.partition(scores, others, axis=1)[:, others, None]
        near = scores >= np.maximum(kth - slack(self._rows.dim), LEAST)
        if len(queries) == 1:
            return self._settled(queries, shortlists[near], k)
        counts = np.count_nonzero(near, axis=1)
        most = max(int(counts.max(initial=0)), 1)
        if most * len(queries) > 2 * counts.sum():  # few have near-ties, and many of them
            owners, places = np.nonzero(near)
            return settle_all(self._rows, queries, owners, shortlists[owners, places], k)
        first = np.argpartition(-scores, most - 1, axis=1)[:, :most]  # all that are near are among them
        return settle_each(self._rows, queries, np.take_along_axis(shortlists, first, 1), k)

    def _settled(self, query: Vectors, shortlist: NDArray[np.int64], k: int) -> Neighbours:
        out = blank(1, k)
        found, rows = settle(self._rows, query[0], shortlist, k)
        out[0][0, : len(found)], out[1][0, : len(rows)] = found, rows
        return out

    def _scores(self, queries: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(q, n) float32 products of each query with the rows beside it, -inf for -1."""
        queries, rows = np.ascontiguousarray(queries), np.ascontiguousarray(rows)
        part = np.empty(rows.shape, np.float32)
        if len(self._rows.blocks) == 1:
            self._products(part, queries, self._rows.blocks[0], rows)
            return part
        scores = np.full(rows.shape, -np.inf, np.float32)
        owner = np.searchsorted(self._rows.starts, rows, side="right") - 1  # -1 of -1
        local = rows - self._rows.starts[owner]
        for number in np.flatnonzero(np.bincount(owner.ravel() + 1)[1:]).tolist():
            self._products(part, queries, self._rows.blocks[number], np.where(owner == number, local, -1))
            np.maximum(scores, part, out=scores)
        return scores

    def _products(self, out: NDArray[np.float32], queries: Vectors, block: Vectors, rows: NDArray[np.int64]) -> None:
        """Fills `out` with the products of each query with the rows of a block beside it, -inf for -1."""
        pointers = map(self._faiss.swig_ptr, (out, queries, block, rows))
        with threads(self._faiss, 1 if len(queries) == 1 else None):
            self._faiss.fvec_inner_products_by_idx(*pointers, block.shape[1], *rows.shape)


def _merged(found: Sequence[Neighbours], queries: int, k: int) -> Neighbours:
    """The k best of several results over different rows."""
    if len(found) == 1:
        return found[0]
    out = blank(queries, k)
    if not found:
        return out
    scores = np.concatenate([scores for scores, _ in found], axis=1)
    rows = np.concatenate([rows for _, rows in found], axis=1)
    for query in range(queries):
        order = best(scores[query], rows[query], k)
        out[0][query], out[1][query] = scores[query][order], rows[query][order]
    return out
