"""The value of each query, from where its relevant items came; R of them are relevant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retriever.metrics.judged import Judged, Values

E_MEASURE = 32
"""Length of the list that the E-measure is of: a first page, says the Princeton Shape Benchmark (2004, section 4)."""


def hit_at(judged: Judged, k: int) -> Values:
    """(q,) 1 where one of the first k is relevant; for class names as candidates and k 1, top-1 accuracy."""
    return np.asarray(judged.best() <= k, np.float64)


def recall_at(judged: Judged, k: int | NDArray) -> Values:
    """(q,) share of the relevant items that are among the first k; k may differ by query, as (q,)."""
    return judged.sums(judged.ranks <= np.repeat(k, judged.counts if np.ndim(k) else len(judged.ranks))) / judged.counts


def precision_at(judged: Judged, k: int) -> Values:
    """(q,) share of the first k that is relevant; places after the end of a list count as irrelevant."""
    return judged.sums(judged.ranks <= k) / k


def f1_at(judged: Judged, k: int) -> Values:
    """(q,) harmonic mean of precision@k and recall@k."""
    return 2 * judged.sums(judged.ranks <= k) / (k + judged.counts)


def average_precision(judged: Judged, k: int | None = None) -> Values:
    """(q,) sum of precision@i over the relevant ranks i, divided by R; by min(R, k) where the list ends at k."""
    seen = judged.ranks if k is None else np.where(judged.ranks <= k, judged.ranks, np.inf)
    wanted = judged.counts if k is None else np.minimum(judged.counts, k)
    return judged.sums(judged.found / seen) / wanted


def r_precision(judged: Judged, _: int | None = None) -> Values:
    """(q,) precision@R, which is recall@R; SHREC's first tier is the same number."""
    return recall_at(judged, judged.counts)


def interpolated_precision(judged: Judged, levels: NDArray) -> Values:
    """(q, l) the best precision at any rank that reaches a level of recall, 0..1 (TREC's iprec_at_recall)."""
    precision, recall = judged.found / judged.ranks, judged.found / np.repeat(judged.counts, judged.counts)
    out = np.zeros((len(judged), len(levels)))
    for row, (start, count) in enumerate(zip(judged.firsts.tolist(), judged.counts.tolist(), strict=True)):
        part = slice(start, start + count)
        best = np.maximum.accumulate(precision[part][::-1])[::-1]
        out[row] = best[np.minimum(np.searchsorted(recall[part], levels - 1e-9), count - 1)]
    return out


def second_tier(judged: Judged, _: int | None = None) -> Values:
    """(q,) recall@2R (SHREC, Princeton Shape Benchmark)."""
    return recall_at(judged, 2 * judged.counts)


def ndcg(judged: Judged, k: int | None = None) -> Values:
    """(q,) sum of (2^grade - 1) / log2(rank + 1) over the first k, over the same of the best order (Burges 2005)."""
    return _ndcg(judged, k, 2**judged.grades - 1)


def linear_ndcg(judged: Judged, k: int | None = None) -> Values:
    """(q,) the same with the grade itself as the gain, as in trec_eval and BEIR; the same number where grades are 1."""
    return _ndcg(judged, k, judged.grades)


def _ndcg(judged: Judged, k: int | None, gains: Values) -> Values:
    last = np.inf if k is None else k
    order = np.lexsort((-gains, np.repeat(np.arange(len(judged)), judged.counts)))
    ideal = np.where(judged.found <= last, gains[order] / np.log2(judged.found + 1), 0)
    return judged.sums(np.where(judged.ranks <= last, gains / np.log2(judged.ranks + 1), 0)) / judged.sums(ideal)


def reciprocal_rank(judged: Judged, k: int | None = None) -> Values:
    """(q,) 1 / rank of the first relevant item; 0 where it comes after k."""
    best = judged.best()
    return np.where(best <= (np.inf if k is None else k), 1 / best, 0)


def first_rank(judged: Judged, _: int | None = None) -> Values:
    """(q,) rank of the first relevant item, inf where none was found."""
    return judged.best()
