"""Vectors to search and queries of two kinds: like the vectors, and as another modality's lie beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.types import Vectors

K = 10
"""Neighbours that are looked for."""

PAIRS = {"like": "shape>shape", "cross": "text>shape"}
"""Kind of query -> modality pair that ours is told."""

TUNING, TEST = 400, 1000
"""Queries of a kind that search parameters are chosen on, and others that are measured."""

BLOCK, MADE = 65_536, 16_384
"""Vectors looked through, and made, at once."""

CLUSTERS, SUBSPACE = 2000, 48
SPREAD, NOISE = 0.8, 0.5
KEEP, TURN, OFFSET = 0.5, 0.3, 0.8
"""Of a cross-modal query: how much of a vector like the others, of the same turned, and of one constant vector."""


class Source:
    """Clusters in a subspace, plus noise: any number of unit vectors, block by block.

    The nearest cosine of a cross-modal query is about 0.3, where that of a query like the vectors is 0.67.

    Args:
        dim: of a vector.
        seed: of everything.
    """

    def __init__(self, dim: int, seed: int = 0) -> None:
        random = np.random.default_rng([seed, 0])
        inner = min(SUBSPACE, dim)
        self.dim, self._seed = dim, seed
        self._subspace = _orthonormal(random, dim, inner)
        self._clusters = unit(random.standard_normal((CLUSTERS, inner), np.float32))
        self._turn = self._subspace @ _orthonormal(random, inner, inner) @ self._subspace.T
        self._offset = unit(random.standard_normal((1, dim), np.float32))

    def blocks(self, rows: int) -> Iterator[Vectors]:
        """The first `rows` vectors."""
        for start in range(0, rows, MADE):
            yield self._points(min(MADE, rows - start), 1, start)

    def like(self, count: int, draw: int) -> Vectors:
        """(count, d) queries like the vectors; another `draw` gives others."""
        return self._points(count, 2, draw)

    def cross(self, count: int, draw: int) -> Vectors:
        """(count, d) cross-modal queries."""
        points = self._points(count, 3, draw)
        return unit(KEEP * points + TURN * (points @ self._turn) + OFFSET * self._offset)

    def _points(self, count: int, *draw: int) -> Vectors:
        random = np.random.default_rng([self._seed, *draw])
        inner = self._clusters[random.integers(0, CLUSTERS, count)]
        inner += SPREAD / np.sqrt(inner.shape[1]) * random.standard_normal(inner.shape, np.float32)
        noise = random.standard_normal((count, self.dim), np.float32)
        return unit(inner @ self._subspace.T + NOISE / np.sqrt(self.dim) * noise)


@dataclass(frozen=True)
class Material:
    """What is searched, and with what.

    Attributes:
        base: (n, d) float32 unit vectors.
        tuning: kind -> (q, d) queries to choose search parameters on.
        test: kind -> (q, d) others to measure.
    """

    base: Vectors
    tuning: dict[str, Vectors]
    test: dict[str, Vectors]


def make(rows: int, dim: int, *, tuning: int = TUNING, test: int = TEST, seed: int = 0) -> Material:
    """Made-up vectors and queries."""
    source = Source(dim, seed)
    base = np.empty((rows, dim), np.float32)
    for number, block in enumerate(source.blocks(rows)):
        base[number * MADE : number * MADE + len(block)] = block
    draws = {"like": source.like, "cross": source.cross}
    return Material(
        base,
        {kind: draw(tuning, 0) for kind, draw in draws.items()},
        {kind: draw(test, 1) for kind, draw in draws.items()},
    )


def load(file: Path) -> Material:
    """The user's own: arrays ``base``, ``like`` and ``cross``, of which one query in four is for tuning.

    Raises:
        UsageError: the file is no such thing.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            base, *queries = (unit(np.ascontiguousarray(arrays[name], np.float32)) for name in ("base", *PAIRS))
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"--vectors {file} cannot be read ({error}): save arrays base, like and cross.") from error
    every = dict(zip(PAIRS, queries, strict=True))
    if any(array.ndim != 2 or array.shape[1] != base.shape[1] or len(array) < 40 for array in [base, *queries]):
        raise UsageError(f"--vectors {file}: base, like and cross must be (40 or more, d), of the same d.")
    quarter = {kind: np.arange(len(each)) % 4 == 0 for kind, each in every.items()}
    return Material(
        base,
        {kind: each[quarter[kind]] for kind, each in every.items()},
        {kind: each[~quarter[kind]] for kind, each in every.items()},
    )


def unit(vectors: Vectors) -> Vectors:
    """Each brought to length 1."""
    scaled: Vectors = (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


def truth(blocks: Iterable[Vectors], queries: Vectors, k: int = K) -> NDArray[np.int64]:
    """(q, k) numbers of the nearest rows, found by plain float32 products; rows are numbered through the blocks."""
    import faiss

    scores = np.full((len(queries), k), -np.inf, np.float32)
    rows = np.full((len(queries), k), -1, np.int64)
    first = 0
    for block in blocks:
        found, where = faiss.knn(queries, np.ascontiguousarray(block), min(k, len(block)), faiss.METRIC_INNER_PRODUCT)
        scores, rows = np.hstack([scores, found]), np.hstack([rows, where + first])
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        scores, rows = np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)
        first += len(block)
    return rows


def recall(found: NDArray[np.int64], true: NDArray[np.int64]) -> float:
    """Share of the true neighbours among those found."""
    there = (found[:, :, None] == true[:, None, :]) & (true[:, None, :] >= 0)
    return float(there.sum() / (true >= 0).sum())


def _orthonormal(random: np.random.Generator, rows: int, columns: int) -> Vectors:
    directions: Vectors = np.linalg.qr(random.standard_normal((rows, columns)))[0].astype(np.float32)
    return directions
