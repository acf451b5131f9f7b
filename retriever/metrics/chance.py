"""What a random order is expected to score: the exact mean over all orders, query by query.

Of n candidates r are relevant. Each place holds a relevant one with chance r / n; where one does, each other place does
with chance (r - 1) / (n - 1).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from retriever.metrics.judged import Values
from retriever.metrics.named import Measure
from retriever.metrics.values import E_MEASURE

Counts = NDArray[np.int64]
_UNLIKELY = 1e-12
_SURE = 28


def by_chance(measure: Measure, wanted: Counts, candidates: Counts) -> Values | None:
    """(q,) expected values of a random order, where relevance is yes or no; None where they are not known.

    Args:
        measure: any but the median rank.
        wanted: (q,) how many candidates are relevant, at least 1.
        candidates: (q,) how many there are, at least as many.
    """
    rule = _RULES.get(measure.name.split("@")[0])
    if rule is None:
        return None
    # The same few counts come again and again: all items of a class have as many of their kind to find.
    counts, places = np.unique(np.stack([wanted, candidates]), axis=1, return_inverse=True)
    r, n = counts.astype(np.int64)
    k = n if measure.k is None else np.full(len(n), measure.k)
    return np.asarray(rule(r, n, k), np.float64)[places.reshape(-1)]


def _hit(r: Counts, n: Counts, k: Counts) -> Values:
    missed = np.ones(len(n))
    for place in range(int(np.minimum(k, n).max(initial=0))):
        missed = np.where(place < k, missed * np.clip((n - r - place) / np.maximum(n - place, 1), 0, 1), missed)
        if missed.max() < _UNLIKELY:
            break
    return np.asarray(1 - missed)


def _reciprocal_rank(r: Counts, n: Counts, k: Counts) -> Values:
    return np.array([_first(*each) for each in zip(r.tolist(), n.tolist(), k.tolist(), strict=True)])


def _first(r: int, n: int, k: int) -> float:
    """Of 1 / rank of the first relevant one; places that are reached with a chance below e^-`_SURE` are left out."""
    place = np.arange(min(k, n - r + 1, math.ceil(_SURE * n / r)))
    here = r / (n - place)
    reached = np.concatenate([[1.0], np.cumprod(1 - here[:-1])])
    return float((here * reached / (place + 1)).sum())


def _recall(r: Counts, n: Counts, k: Counts) -> Values:
    return np.asarray(np.minimum(k, n) / n)


def _precision(r: Counts, n: Counts, k: Counts) -> Values:
    return np.asarray(r / n * np.minimum(k, n) / k)


def _f1(r: Counts, n: Counts, k: Counts) -> Values:
    return np.asarray(2 * r / n * np.minimum(k, n) / (k + r))


def _average_precision(r: Counts, n: Counts, k: Counts) -> Values:
    """The i-th place has precision (1 + (i - 1) (r - 1) / (n - 1)) / i where it is relevant; summed over the places."""
    seen = np.minimum(k, n)
    harmonic = _sums(1 / np.arange(1, seen.max(initial=1) + 1), seen)
    others = (r - 1) / np.maximum(n - 1, 1)
    return np.asarray(r / n * (harmonic + (seen - harmonic) * others) / np.minimum(r, k))


def _ndcg(r: Counts, n: Counts, k: Counts) -> Values:
    seen = np.minimum(k, n)
    gains = 1 / np.log2(np.arange(2, seen.max(initial=1) + 2))
    return np.asarray(r / n * _sums(gains, seen) / _sums(gains, np.minimum(r, seen)))


def _sums(values: Values, counts: Counts) -> Values:
    """(q,) sums of the first `counts` of the values."""
    return np.asarray(np.cumsum(values)[counts - 1])


_RULES: dict[str, Callable[[Counts, Counts, Counts], Values]] = {
    "hit": _hit,
    "recall": _recall,
    "precision": _precision,
    "F1": _f1,
    "mAP": _average_precision,
    "nDCG": _ndcg,
    "nDCG-linear": _ndcg,
    "MRR": _reciprocal_rank,
    "NN": lambda r, n, _: r / n,
    "R-precision": lambda r, n, _: r / n,
    "first tier": lambda r, n, _: r / n,
    "second tier": lambda r, n, _: np.minimum(2 * r, n) / n,
    "E-measure": lambda r, n, _: _f1(r, n, np.full(len(n), E_MEASURE)),
}
