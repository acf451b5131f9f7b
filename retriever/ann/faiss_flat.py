"""Exact search by ``faiss.IndexFlatIP``, on all GPUs where there are any; holds a copy of all vectors.

To bring a GPU its part takes as much memory on the host where that lies in several blocks.

On one GPU its contract was tested on an NVIDIA H200, in both precisions. Shards over several have only been tested on
the CPU, where faiss has them too.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import Neighbours, Rows, RowSet, blank, settle, slack
from retriever.ann.exact import ExactSearch
from retriever.ann.gpu import Storage, faiss_gpus, free_bytes, storages
from retriever.ann.precision import DRIFT, FLOAT16
from retriever.ann.wheels import load
from retriever.devices import out_of_memory
from retriever.types import Vectors

log = logging.getLogger(__name__)

MARGIN, HALF_MARGIN = 16, 64
"""Rows fetched beyond k, to see whether ties or near-ties reach over the edge; more where half precision blurs it."""

SPARSE = 0.25
"""Below this part of allowed rows the exact search is quicker."""

ATTEMPTS = 3
"""Each asks for four times as many as the one before."""

_FAILURES = (RuntimeError, MemoryError)
"""What faiss raises: MemoryError stands for C++'s std::bad_alloc, which RMM, the allocator of cuVS, throws."""

GPU_MOST = 2048
"""The most neighbours a faiss GPU index returns; larger requests go to the exact search."""


class FaissFlat:
    """Flat faiss index behind `NearestNeighbours`.

    Args:
        blocks: (n_i, d) float32 unit vectors; rows are numbered through all blocks.
        dim: d.
        device: "cpu", "cuda" or "auto" (a GPU where there is one).
        selectors: whether faiss is to be told which rows are allowed; otherwise it returns more rows than asked and
            those that are not allowed are dropped. None: on the CPU only, as GPU indexes may ignore selectors.
        storage: how the vectors are kept; None: the most precise way that fits.

    Raises:
        MissingDependency: faiss is not installed.
        MemoryError: the vectors fit in the GPUs in no way.
    """

    def __init__(
        self,
        blocks: Sequence[Vectors],
        dim: int,
        *,
        device: str = "auto",
        selectors: bool | None = None,
        storage: Storage | None = None,
    ) -> None:
        self._rows = Rows(blocks, dim)
        self._exact = ExactSearch(blocks, dim)
        gpus = 0 if device == "cpu" else faiss_gpus()
        if device == "cuda" and not gpus:
            log.warning("No GPU that faiss can use was found (is faiss-gpu installed?): searching on the CPU instead.")
        self._gpu = gpus > 0
        self._storage, self._index = self._stored([storage] if storage else self._storages(gpus))
        alone = not self._gpu and self._storage.shards == 1
        self._selectors = alone if selectors is None else selectors
        self._slack = half_slack(dim) if self._storage.half else slack(dim)

    def _storages(self, gpus: int) -> Sequence[Storage]:
        return storages(len(self._rows), self._rows.dim, gpus, free_bytes(gpus)) if gpus else [Storage()]

    def _stored(self, storages: Sequence[Storage]) -> tuple[Storage, Any]:
        """The first storage that works out; faiss raises one of `_FAILURES` where a GPU's memory runs out."""
        for storage in storages:
            try:
                return storage, self._build(storage)
            except _FAILURES as error:
                if not self._gpu:
                    raise
                log.info("faiss: %s", error)
        raise MemoryError(f"{len(self._rows):,} vectors of length {self._rows.dim} do not fit in the GPUs' memory.")

    def _build(self, storage: Storage) -> Any:
        faiss = load()
        edges = np.linspace(0, len(self._rows), storage.shards + 1).astype(int).tolist()
        parts = []
        for number, (start, stop) in enumerate(pairwise(edges)):
            parts.append(self._flat(number, storage.half))
            blocks = list(self._rows.between(start, stop))
            if blocks:  # at once: a GPU's index makes room for just what it is given, and copies what it has there
                parts[-1].add(np.ascontiguousarray(blocks[0] if len(blocks) == 1 else np.concatenate(blocks)))
        if len(parts) == 1:
            return parts[0]
        index = faiss.IndexShards(self._rows.dim, True, True)  # searched by threads; rows are numbered through
        for part in parts:
            index.add_shard(part)
        return index

    def _flat(self, number: int, half: bool) -> Any:
        """An empty index, on the GPU of this number where there are GPUs."""
        faiss, dim = load(), self._rows.dim
        if self._gpu:
            config = faiss.GpuIndexFlatConfig()
            config.device, config.useFloat16 = number, half
            if half:  # what cuVS has no search for, and would bring there in float32, all of it at once
                config.use_cuvs = False
            return faiss.GpuIndexFlatIP(faiss.StandardGpuResources(), dim, config)  # which keeps its resources
        if half:
            return faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        return faiss.IndexFlatIP(dim)

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        """See `NearestNeighbours.search`."""
        self._rows.check(queries, k, allowed)
        out = blank(len(queries), k)
        count = len(self._rows) if allowed is None else len(allowed)
        only = None if count == len(self._rows) else allowed
        left = np.arange(len(queries))
        try:
            for fetch in self._sizes(k, count):
                if len(left):
                    settled = self._attempt(queries[left], k, only, fetch)
                    _fill(out, left, settled)
                    left = left[[result is None for result in settled]]
        except _FAILURES as error:
            if not (self._gpu and out_of_memory(error)):
                raise
            log.warning("The memory of a GPU ran out: searching for these queries on the CPU instead.")
        if len(left):  # few rows allowed, more asked than faiss gives, or ties that go on and on
            out[0][left], out[1][left] = self._exact.search(queries[left], k, allowed)
        return out

    def _sizes(self, k: int, count: int) -> Iterator[int]:
        """How many neighbours to ask faiss for, attempt by attempt; none where the exact search is the better way."""
        if count <= SPARSE * len(self._rows):
            return
        pool = count if self._selectors else len(self._rows)
        most = min(pool, GPU_MOST) if self._gpu else pool
        margin = HALF_MARGIN if self._storage.half else MARGIN
        size = min(pool, math.ceil((k + margin) * pool / count))
        for _ in range(ATTEMPTS):
            if size <= most:
                yield size
            if size == pool:
                return
            size = min(pool, 4 * size)

    def _attempt(self, queries: Vectors, k: int, only: RowSet | None, fetch: int) -> list[Neighbours | None]:
        """Per query its final (<= k,) scores and rows, or None where `fetch` neighbours do not settle it."""
        pool = len(self._rows) if only is None or not self._selectors else len(only)
        results: list[Neighbours | None] = []
        for query, near, rows in zip(queries, *self._fetch(queries, fetch, only), strict=True):
            keep = np.ones(fetch, bool) if only is None else only.mask[rows]
            complete = fetch == pool or _clear(near, near[keep], k, self._slack)
            results.append(settle(self._rows, query, rows[keep], k) if complete else None)
        return results

    def _fetch(self, queries: Vectors, fetch: int, only: RowSet | None) -> Neighbours:
        """The library's own (q, fetch) scores and rows, best first, in float32."""
        queries = np.ascontiguousarray(queries)
        if only is None or not self._selectors:
            with _ON_GPU if self._gpu else nullcontext():
                return self._index.search(queries, fetch)
        faiss = load()
        selector = faiss.IDSelectorBitmap(only.bits)
        return self._index.search(queries, fetch, params=faiss.SearchParameters(sel=selector))


_ON_GPU = Lock()
"""faiss's GPU indexes may not be searched by two threads at once."""


def half_slack(dim: int) -> float:
    """How far a product of float16 vectors can be off in both directions, for a k-th row and one below it."""
    worst = np.full(1, FLOAT16.roundoff * (1 + DRIFT) + FLOAT16.smallest * dim**0.5)
    return 2 * float(FLOAT16.error(worst, dim)[0])


def _clear(near: NDArray[np.float32], kept: NDArray[np.float32], k: int, slack: float) -> bool:
    """Whether the k-th allowed score lies clear of the worst one fetched, so that no unseen row can come before it."""
    return len(kept) >= k and bool(kept[k - 1] - slack > near[-1])


def _fill(out: Neighbours, queries: NDArray[np.int64], results: list[Neighbours | None]) -> None:
    """Write the settled results into the lines of their queries."""
    for query, result in zip(queries, results, strict=True):
        if result is not None:
            scores, rows = result
            out[0][query, : len(scores)], out[1][query, : len(rows)] = scores, rows
