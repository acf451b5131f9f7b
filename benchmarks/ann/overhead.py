"""Ours beside the same calls of FAISS on the same index, and no Python beyond them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.ann.contenders import TARGETS, Ours
from benchmarks.ann.data import K, Material
from benchmarks.ann.speed import BATCH, rate
from retriever.ann.wheels import load
from retriever.types import Vectors

QUERIES = 500
"""Asked in a round, at most."""


class Raw:
    """The scan, the products with the full vectors and the choice of the best, and nothing else.

    Args:
        ours: whose index is searched.
        base: (n, d) vectors.
        probes: lists to scan.
        pool: rows to re-rank.
    """

    def __init__(self, ours: Ours, base: Vectors, probes: int, pool: int) -> None:
        scan = ours.trained
        self._index, self._projection, self._base, self._pool = scan.index, scan.projection, base, pool
        self._how = load().SearchParametersIVF(nprobe=probes)

    def __call__(self, queries: Vectors) -> NDArray[np.int64]:
        """(q, K) row numbers."""
        faiss = load()
        rows = self._index.search(queries @ self._projection, self._pool, params=self._how)[1]
        scores = np.empty(rows.shape, np.float32)
        places = map(faiss.swig_ptr, (scores, queries, self._base, rows))
        faiss.fvec_inner_products_by_idx(*places, queries.shape[1], *rows.shape)
        best = np.argpartition(-scores, K - 1, axis=1)[:, :K]
        order = np.argsort(-np.take_along_axis(scores, best, 1), axis=1)
        found: NDArray[np.int64] = np.take_along_axis(rows, np.take_along_axis(best, order, 1), 1)
        return found


def rows(material: Material, ours: Ours, rounds: int) -> Iterator[dict[str, Any]]:
    """Every kind of query, recall and batch that ours does not search exactly, in turn; medians.

    Args:
        material: whose test queries are asked.
        ours: built.
        rounds: counted ones.
    """
    ours.ladders()
    for kind in material.test:
        for wanted in TARGETS:
            effort = ours.effort(kind, wanted)
            if effort.probes:
                raw = Raw(ours, material.base, effort.probes, effort.pool)
                for batch, threads in ((1, 1), (BATCH, os.cpu_count() or 1)):
                    load().omp_set_num_threads(threads)
                    times = _compared(raw, _asking(ours, kind, wanted), material.test[kind], batch, rounds)
                    yield {
                        "queries": kind,
                        "wanted": wanted,
                        "together": batch,
                        **_cells(*times),
                        "parameter": ours.describe(kind, wanted),
                    }


def _asking(ours: Ours, kind: str, wanted: float) -> Callable[[Vectors], Any]:
    return lambda queries: ours.search(queries, kind, wanted)


def _compared(
    raw: Callable[[Vectors], Any], ours: Callable[[Vectors], Any], queries: Vectors, batch: int, rounds: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(rounds,) milliseconds of a batch of both, after an uncounted round."""
    took = [[1000 * batch / rate(ask, queries, batch, QUERIES) for ask in (raw, ours)] for _ in range(rounds + 1)]
    one, other = np.array(took[1:]).T
    return one, other


def _cells(raw: NDArray[np.float64], ours: NDArray[np.float64]) -> dict[str, float]:
    return {
        "raw FAISS ms": median(raw.tolist()),
        "retriever ms": median(ours.tolist()),
        "more ms": median((ours - raw).tolist()),
        "x": median((ours / raw).tolist()),
    }
