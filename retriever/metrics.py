"""Retrieval metrics over score matrices, as the field defines them.

Let `scores` be (q, n), higher is better, and `relevant` (q, n) booleans. Rows without a relevant item are left out
of every mean (there is nothing to find). hit@k and recall@k are kept apart: they agree only where one item is relevant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
Relevance = NDArray[np.bool_]


def ranked(scores: Scores, relevant: Relevance) -> Relevance:
    """(q, n) relevance in the order of falling scores, ties by lower column; rows with nothing relevant dropped."""
    keep = relevant.any(axis=1)
    order = np.argsort(-scores[keep], axis=1, kind="stable")
    return np.take_along_axis(relevant[keep], order, axis=1)


def average_precision(scores: Scores, relevant: Relevance) -> NDArray[np.float64]:
    """(q',) mean over the relevant ranks i of precision@i (MVTN's and TREC's definition, full list)."""
    hits = ranked(scores, relevant)
    precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    return np.asarray((precision * hits).sum(axis=1) / hits.sum(axis=1))


def hit_at(k: int, scores: Scores, relevant: Relevance) -> NDArray[np.float64]:
    """(q',) 1 where at least one of the first k is relevant (cross-modal papers call this R@k)."""
    return np.asarray(ranked(scores, relevant)[:, :k].any(axis=1), np.float64)


def recall_at(k: int, scores: Scores, relevant: Relevance) -> NDArray[np.float64]:
    """(q',) share of the relevant items among the first k."""
    hits = ranked(scores, relevant)
    return np.asarray(hits[:, :k].sum(axis=1) / hits.sum(axis=1))


def bootstrap(values: NDArray[np.float64], *, rounds: int = 1000, seed: int = 0) -> tuple[float, float, float]:
    """Mean of `values`, and the 2.5 % and 97.5 % points of means over resampled queries."""
    rng = np.random.Generator(np.random.PCG64(seed))
    means = values[rng.integers(0, len(values), (rounds, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)
