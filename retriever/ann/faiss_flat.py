"""Exact search by ``faiss.IndexFlatIP``, on a GPU where there is one; holds a copy of all vectors."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import Neighbours, Rows, RowSet, blank, settle, slack
from retriever.ann.exact import SPARSE, ExactSearch
from retriever.errors import MissingDependency
from retriever.types import Vectors

log = logging.getLogger(__name__)

MARGIN = 16
"""Rows fetched beyond k, to see whether ties or near-ties reach over the edge."""

ATTEMPTS = 3
"""Each asks for four times as many as the one before."""

GPU_MOST = 2048
"""The most neighbours a faiss GPU index returns; larger requests go to the exact search."""


def load() -> Any:
    """The faiss module, imported at first use.

    Raises:
        MissingDependency: no distribution of it is installed.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # idle OpenMP threads would spin beside torch's
    try:
        import faiss
    except ImportError as error:
        raise MissingDependency(
            "faiss is not installed: pip install 'any3d-retriever[faiss]', or [gpu] for a CUDA card; never both, "
            "since they overwrite each other."
        ) from error
    return faiss


def gpu_count() -> int:
    """GPUs that the installed faiss can use; 0 for faiss-cpu, and where there is none."""
    try:
        faiss = load()
    except MissingDependency:
        return 0
    return int(faiss.get_num_gpus()) if hasattr(faiss, "StandardGpuResources") else 0


class FaissFlat:
    """Flat faiss index behind `NearestNeighbours`.

    Args:
        blocks: (n_i, d) float32 unit vectors; rows are numbered through all blocks.
        dim: d.
        device: "cpu", "cuda" or "auto" (a GPU where there is one).
        selectors: whether faiss is to be told which rows are allowed; otherwise it returns more rows than asked and
            those that are not allowed are dropped. None: on the CPU only, as GPU indexes may ignore selectors.
    """

    def __init__(
        self, blocks: Sequence[Vectors], dim: int, *, device: str = "auto", selectors: bool | None = None
    ) -> None:
        self._rows = Rows(blocks, dim)
        self._exact = ExactSearch(blocks, dim)
        self._gpu = device != "cpu" and gpu_count() > 0
        if device == "cuda" and not self._gpu:
            log.warning("No GPU that faiss can use was found (is faiss-gpu installed?): searching on the CPU instead.")
        self._selectors = not self._gpu if selectors is None else selectors
        self._index = self._build()

    def _build(self) -> Any:
        faiss = load()
        if self._gpu:
            self._resources = faiss.StandardGpuResources()  # must live as long as the index
            index = faiss.GpuIndexFlatIP(self._resources, self._rows.dim)
        else:
            index = faiss.IndexFlatIP(self._rows.dim)
        for block in self._rows.blocks:
            index.add(np.ascontiguousarray(block))
        return index

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        """See `NearestNeighbours.search`."""
        self._rows.check(queries, k, allowed)
        out = blank(len(queries), k)
        count = len(self._rows) if allowed is None else len(allowed)
        only = None if count == len(self._rows) else allowed
        left = np.arange(len(queries))
        for fetch in self._sizes(k, count):
            if len(left):
                settled = self._attempt(queries[left], k, only, fetch)
                _fill(out, left, settled)
                left = left[[result is None for result in settled]]
        if len(left):  # few rows allowed, more asked than faiss gives, or ties that go on and on
            out[0][left], out[1][left] = self._exact.search(queries[left], k, allowed)
        return out

    def _sizes(self, k: int, count: int) -> Iterator[int]:
        """How many neighbours to ask faiss for, attempt by attempt; none where the exact search is the better way."""
        if count <= SPARSE * len(self._rows):
            return
        pool = count if self._selectors else len(self._rows)
        most = min(pool, GPU_MOST) if self._gpu else pool
        size = min(pool, math.ceil((k + MARGIN) * pool / count))
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
            complete = fetch == pool or _clear(near, near[keep], k, slack(self._rows.dim))
            results.append(settle(self._rows, query, rows[keep], k) if complete else None)
        return results

    def _fetch(self, queries: Vectors, fetch: int, only: RowSet | None) -> Neighbours:
        """The library's own (q, fetch) scores and rows, best first, in float32."""
        queries = np.ascontiguousarray(queries)
        if only is None or not self._selectors:
            return self._index.search(queries, fetch)
        faiss = load()
        selector = faiss.IDSelectorBitmap(only.bits)
        return self._index.search(queries, fetch, params=faiss.SearchParameters(sel=selector))


def _clear(near: NDArray[np.float32], kept: NDArray[np.float32], k: int, slack: float) -> bool:
    """Whether the k-th allowed score lies clear of the worst one fetched, so that no unseen row can come before it."""
    return len(kept) >= k and bool(kept[k - 1] - slack > near[-1])


def _fill(out: Neighbours, queries: NDArray[np.int64], results: list[Neighbours | None]) -> None:
    """Write the settled results into the lines of their queries."""
    for query, result in zip(queries, results, strict=True):
        if result is not None:
            scores, rows = result
            out[0][query, : len(scores)], out[1][query, : len(rows)] = scores, rows
