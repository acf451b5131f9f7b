"""Which vectors a map draws together: the edges between each and its nearest neighbours, with weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retriever.types import Vectors

NEIGHBOURS = 15
"""Of each vector, which its edges go to."""

PERPLEXITY = 10.0
"""To how many of them, in effect, the weights are spread."""

_HALVINGS = 50


class Edges(NamedTuple):
    """Pairs of vectors that attract each other, each in both directions, by `ends`.

    Attributes:
        starts: (e,) number of the one that is drawn.
        ends: (e,) number of the one that draws it.
        weights: (e,) float64; their sum is 1.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    weights: NDArray[np.float64]


def edges(vectors: Vectors, neighbours: int = NEIGHBOURS, perplexity: float = PERPLEXITY) -> Edges:
    """The joint probabilities of t-SNE between nearest neighbours, which are found exactly.

    Args:
        vectors: (n, d) float32 unit vectors, n above 1.
        neighbours: of each; fewer where there are not so many others.
        perplexity: at most two thirds of these.
    """
    count = min(neighbours, len(vectors) - 1)
    near, squares = others(vectors, count)
    weights = _spread(squares, min(perplexity, max(1.0, count * 2 / 3)))
    return _both_ways(near, weights)


def islands(pulls: Edges) -> NDArray[np.int64]:
    """(n,) the number of the island of each vector, from 0: what no edges join, however many, is on another.

    Args:
        pulls: with edges of every vector, in the order of their starts, as `edges` gives them.
    """
    firsts = np.flatnonzero(np.diff(pulls.starts, prepend=-1))
    least = np.arange(len(firsts))
    while True:
        lower = np.minimum(least, np.minimum.reduceat(least[pulls.ends], firsts))
        lower = lower[lower]
        if np.array_equal(lower, least):
            return np.unique(least, return_inverse=True)[1]
        least = lower


def nearest(base: Vectors, queries: Vectors, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(q, count) cosines and numbers of the exact nearest of `base`, best first; equal ones by number."""
    from retriever.ann.torch_exact import TorchExact

    return TorchExact([np.ascontiguousarray(base)], base.shape[1]).search(queries, count)


def others(vectors: Vectors, count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n, count) numbers of the others that are nearest to each vector, exactly, and the squared distances."""
    cosines, rows = nearest(vectors, vectors, count + 1)
    itself = rows == np.arange(len(vectors))[:, None]
    itself[:, -1] |= ~itself.any(axis=1)  # among many copies it may not be there
    squares = np.maximum(0, 2 - 2 * cosines[~itself].astype(np.float64))
    return rows[~itself].reshape(-1, count), squares.reshape(-1, count)


def _spread(squares: NDArray[np.float64], perplexity: float) -> NDArray[np.float64]:
    """(n, k) weights that fall with the distance, so fast that each line, whose sum is 1, has that perplexity."""
    squares = squares - squares[:, :1]
    low, high = np.zeros(len(squares)), np.full(len(squares), np.inf)
    rate, wanted = 1 / np.maximum(squares.mean(axis=1), 1e-12), np.log(perplexity)
    for _ in range(_HALVINGS):
        weights = np.exp(-squares * rate[:, None])
        sums = weights.sum(axis=1)
        wide = np.log(sums) + rate * (squares * weights).sum(axis=1) / sums > wanted
        low, high = np.where(wide, rate, low), np.where(wide, high, rate)
        # Where all are equally far, no rate is enough.
        rate = np.minimum(np.where(np.isinf(high), rate * 2, (low + high) / 2), 1e12)
    weights = np.exp(-squares * rate[:, None])
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _both_ways(near: NDArray[np.int64], weights: NDArray[np.float64]) -> Edges:
    """Each edge in both directions, with the mean of its two weights, as shares of all."""
    n, k = near.shape
    starts, ends = np.repeat(np.arange(n), k), near.ravel()
    keys, places = np.unique(np.concatenate([starts * n + ends, ends * n + starts]), return_inverse=True)
    sums = np.bincount(places, np.tile(weights.ravel(), 2) / (2 * n))
    return Edges(keys // n, keys % n, sums.astype(np.float64))
