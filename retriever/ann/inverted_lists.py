"""Queries -> ids of likely neighbours, by faiss: the inverted lists of one part of an approximate index."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retriever.ann.files import AnnFile, Part, damaged
from retriever.ann.plan import IvfPq
from retriever.ann.wheels import load, threads
from retriever.files import read_npy
from retriever.types import Vectors

MANY_QUERIES, MANY_PROBES = 4, 100
"""From so many queries, or lists of one, on, the nearest lists are found here: batches of 100 took faiss 1.4 to 2.3
times as long, one query in 192 lists twice."""
ONE_BY_ONE = 8
"""The most lists that are quicker found one after the other than by parting them from all others."""
NEAR_LISTS = 2**18
"""Products of queries and lists at once, which stay in a core's cache."""

_BY_QUERY = 11
"""faiss: query by query, list by list, with a reservoir; its own choice took 1.2 times as long."""


class Near(NamedTuple):
    """Where queries are looked for.

    Attributes:
        projected: (q, dims) queries.
        lists: (q, probes) lists, nearest first.
        products: (q, probes) of their centres with the query.
    """

    projected: Vectors
    lists: NDArray[np.int64]
    products: NDArray[np.float32]

    def at(self, some: NDArray[np.bool_]) -> Near:
        """Those of some queries."""
        return Near(self.projected[some], self.lists[some], self.products[some])


class Selection:
    """Ids that a scan may return, as faiss looks them up; made once a filter.

    Args:
        allowed: (ids,) True for those.
    """

    def __init__(self, allowed: NDArray[np.bool_]) -> None:
        self._selector = load().IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        self._known: dict[int, Any] = {}

    def parameters(self, probes: int) -> Any:
        """How faiss is to search; kept, as making it takes as long as scanning ten lists."""
        if probes not in self._known:
            self._known[probes] = load().SearchParametersIVF(nprobe=probes, sel=self._selector)
        return self._known[probes]


class Scan:
    """The inverted file of one part: queries -> ids of likely neighbours.

    Args:
        index: ``faiss.IndexIVFPQFastScan``.
        projection: (d, dims) float32.
    """

    def __init__(self, index: Any, projection: NDArray[np.float32]) -> None:
        self._faiss = load()
        self.index = index
        self.index.implem = _BY_QUERY
        self.projection = projection
        self._known: dict[int, Any] = {}
        self._list_of: NDArray[np.uint32] | None = None

    @property
    def sizes(self) -> IvfPq:
        """Of its lists and codes."""
        return IvfPq(self.index.nlist, self.index.d)

    @classmethod
    def open(cls, file: AnnFile, part: Part, dim: int) -> Scan:
        """The part's files, memory-mapped.

        Raises:
            IndexCorrupt: one is missing or damaged.
        """
        faiss, codes = load(), file.codes(part)
        try:
            projection = read_npy(file.projection(part))
            index = faiss.read_index(str(codes), getattr(faiss, "IO_FLAG_MMAP_IFC", 0))
        except (OSError, ValueError, EOFError, RuntimeError, MemoryError) as error:
            raise damaged(codes, (str(error) or "out of memory").splitlines()[0]) from error
        if projection.shape != (dim, index.d) or index.ntotal != part.rows:
            raise damaged(codes, f"it holds {index.ntotal} vectors of {index.d} dimensions")
        return cls(index, projection)

    def ids(
        self, queries: Vectors, fetch: int, probes: int, only: Selection | None = None, near: Near | None = None
    ) -> NDArray[Any]:
        """(q, fetch) int64 ids by falling approximate score, -1 where there are no more.

        Args:
            queries: (q, d).
            fetch: how many.
            probes: inverted lists to scan.
            only: the ids allowed; None allows all.
            near: what `near` says of them, where that is known already.
        """
        how, at = self._parameters(probes, only), self._faiss.swig_ptr
        scores, found = np.empty((len(queries), fetch), np.float32), np.empty((len(queries), fetch), np.int64)
        with threads(self._faiss, 1 if len(queries) == 1 else None):
            if near is None and len(queries) < MANY_QUERIES and probes < MANY_PROBES:
                projected = self._projected(queries)
                self.index.search_c(len(queries), at(projected), fetch, at(scores), at(found), how)
                return found
            projected, lists, products = self.near(queries, probes) if near is None else near
            self.index.search_preassigned_c(
                len(queries), at(projected), fetch, at(lists), at(products), at(scores), at(found), False, how
            )
        return found

    def _parameters(self, probes: int, only: Selection | None) -> Any:
        probes = min(probes, self.index.nlist)
        if only is not None:
            return only.parameters(probes)
        if probes not in self._known:
            self._known[probes] = self._faiss.SearchParametersIVF(nprobe=probes)
        return self._known[probes]

    def near(self, queries: Vectors, probes: int) -> Near:
        """The lists to scan: those whose centres have the highest products with each query."""
        projected = self._projected(queries)
        probes, step = min(probes, self.index.nlist), max(1, NEAR_LISTS // self.index.nlist)
        if len(projected) <= step:
            return Near(projected, *_highest(projected @ self._centres.T, probes))
        lists = np.empty((len(projected), probes), np.int64)
        near = np.empty(lists.shape, np.float32)
        for start in range(0, len(projected), step):
            some = slice(start, start + step)
            lists[some], near[some] = _highest(projected[some] @ self._centres.T, probes)
        return Near(projected, lists, near)

    def counts(self, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(lists,) how many ids of each are allowed.

        Args:
            allowed: (ids,) True for those; as long in every call.
        """
        if self._list_of is None:
            self._list_of = self._lists(len(allowed))
        return np.bincount(self._list_of[allowed], minlength=self.index.nlist + 1)[:-1]

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """(lists,) how many ids each has."""
        return np.array([self.index.invlists.list_size(number) for number in range(self.index.nlist)])

    def _lists(self, size: int) -> NDArray[np.uint32]:
        """(size,) the list of each id; ids of other parts are in none, which is the last number.

        What is no id, in a damaged file, is passed over, as `Numbering.rows` does.
        """
        lists = np.full(size, self.index.nlist, np.min_scalar_type(self.index.nlist))
        for number, length in enumerate(self.lengths.tolist()):
            if length:
                ids = self._faiss.rev_swig_ptr(self.index.invlists.get_ids(number), length)
                lists[ids[ids.view(np.uint64) < size]] = number  # what is below 0 is very large
        return lists

    def _projected(self, queries: Vectors) -> Vectors:
        return np.ascontiguousarray(queries @ self.projection)

    @cached_property
    def _centres(self) -> NDArray[np.float32]:
        """(lists, dims)."""
        centres: NDArray[np.float32] = self.index.quantizer.reconstruct_n(0, self.index.nlist)
        return centres


def _highest(values: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(q, count) columns of each row's highest values, and these; the highest first, so a scan soon bars the rest."""
    every = np.arange(len(values))[:, None]
    if count <= ONE_BY_ONE:
        columns, left = np.empty((len(values), count), np.int64), values.copy()
        for place in range(count):
            columns[:, place] = left.argmax(axis=1)
            left[every[:, 0], columns[:, place]] = -np.inf
        return columns, values[every, columns]
    rest = values.shape[1] - count
    columns = (
        np.argpartition(values, rest, axis=1)[:, rest:] if rest else np.broadcast_to(np.arange(count), values.shape)
    )
    found = values[every, columns]
    order = (-found).argsort(axis=1)
    return columns[every, order], found[every, order]
