"""Retrieval metrics as the field defines them, each from nothing but the ranks at which relevant items came.

Let a ranking of n items answer a query for which R of them are relevant. hit@k and recall@k are kept apart: many
cross-modal papers print hit@k as "R@k"; the two agree only where one item is relevant. Queries without a relevant item
have no value and are left out (`judge`). Definitions follow TREC (trec_eval) where it has them, SHREC for the tiers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError

Scores = NDArray[np.floating]
Relevance = NDArray[np.bool_] | NDArray[np.floating]
Values = NDArray[np.float64]

E_MEASURE = 32
"""Length of the list that the E-measure is of: a first page, says the Princeton Shape Benchmark (2004, section 4)."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Where the relevant items of q queries came: all that a measure needs.

    Attributes:
        counts: (q,) int64, at least 1: how many items are relevant for each query.
        ranks: (r,) float64 from 1, ascending within a query, those of the first query first; inf where an item is not
            in the ranking, as in a list that ends early.
        grades: (r,) float64 above 0, how relevant each is; 1 where relevance is yes or no.
    """

    counts: NDArray[np.int64]
    ranks: Values
    grades: Values

    def __len__(self) -> int:
        """How many queries."""
        return len(self.counts)

    @classmethod
    def join(cls, parts: Iterable[Judged]) -> Judged:
        """The queries of several, one after the other."""
        several = list(parts) or [cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))]
        return cls(
            *(np.concatenate([getattr(part, name) for part in several]) for name in ("counts", "ranks", "grades"))
        )

    def of(self, queries: NDArray[np.bool_] | NDArray[np.int64]) -> Judged:
        """Some of the queries, by mask or by ascending positions."""
        keep = np.zeros(len(self), bool)
        keep[queries] = True
        items = np.repeat(keep, self.counts)
        return Judged(self.counts[keep], self.ranks[items], self.grades[items])

    @property
    def firsts(self) -> NDArray[np.int64]:
        """(q,) where each query's ranks begin."""
        return np.asarray(np.cumsum(self.counts) - self.counts)

    def sums(self, values: NDArray) -> Values:
        """(q,) sums of (r,) values over the relevant items of each query."""
        return np.add.reduceat(values.astype(np.float64), self.firsts) if len(self) else np.zeros(0)

    @property
    def found(self) -> Values:
        """(r,) how many relevant items of the same query came until here, this one included."""
        return np.asarray(np.arange(1, len(self.ranks) + 1) - np.repeat(self.firsts, self.counts), np.float64)

    def best(self) -> Values:
        """(q,) rank of the first relevant item."""
        return self.ranks[self.firsts]


def judge(
    scores: Scores, relevant: Relevance, hidden: NDArray[np.bool_] | None = None
) -> tuple[Judged, NDArray[np.bool_]]:
    """Ranks by falling score, equal ones by lower column.

    Args:
        scores: (q, n), higher is better.
        relevant: (q, n) booleans, or grades of which those above 0 are relevant.
        hidden: (q, n), items that are no candidates of that query, such as itself.

    Returns:
        The queries that have something to find, and (q,) which those are.
    """
    if hidden is not None:
        scores, relevant = np.where(hidden, -np.inf, scores), np.where(hidden, 0, relevant)
    wanted = relevant > 0
    asked = np.asarray(wanted.any(axis=1))
    parts = [
        _of_one(row, np.flatnonzero(columns), grades)
        for row, columns, grades in zip(scores[asked], wanted[asked], relevant[asked], strict=True)
    ]
    return Judged.join(parts), asked


def _of_one(scores: NDArray, columns: NDArray[np.int64], grades: NDArray) -> Judged:
    """One query's relevant columns; sorting values is several times quicker than sorting places."""
    ordered, own = np.sort(-scores), -scores[columns]
    ranks = np.searchsorted(ordered, own) + 1
    for tied in np.flatnonzero(np.searchsorted(ordered, own, "right") > ranks):
        ranks[tied] += np.count_nonzero(-scores[: columns[tied]] == own[tied])
    order = np.argsort(ranks)
    return Judged(
        np.array([len(columns)]), ranks[order].astype(np.float64), np.asarray(grades[columns][order], np.float64)
    )


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
    """(q,) sum of (2^grade - 1) / log2(rank + 1) over the first k, divided by what the best order has."""
    last = np.inf if k is None else k
    order = np.lexsort((-judged.grades, np.repeat(np.arange(len(judged)), judged.counts)))
    ideal = np.where(judged.found <= last, (2 ** judged.grades[order] - 1) / np.log2(judged.found + 1), 0)
    gains = np.where(judged.ranks <= last, (2**judged.grades - 1) / np.log2(judged.ranks + 1), 0)
    return judged.sums(gains) / judged.sums(ideal)


def reciprocal_rank(judged: Judged, k: int | None = None) -> Values:
    """(q,) 1 / rank of the first relevant item; 0 where it comes after k."""
    best = judged.best()
    return np.where(best <= (np.inf if k is None else k), 1 / best, 0)


def first_rank(judged: Judged, _: int | None = None) -> Values:
    """(q,) rank of the first relevant item, inf where none was found."""
    return judged.best()


@dataclass(frozen=True)
class Measure:
    """A measure of every query, and how the queries' values are made into one.

    Attributes:
        name: as it is printed: "mAP", "recall@10".
        rule: gives the value of each query.
        middle: the mean of the queries, or their median.
        k: length of the list it looks at; None for all of it.
    """

    name: str
    rule: Callable[..., Values]
    middle: Callable[..., NDArray] = np.mean
    k: int | None = None

    def values(self, judged: Judged) -> Values:
        """(q,) one a query."""
        return self.rule(judged, self.k)


_WITHOUT_K: dict[str, tuple[Callable[..., Values], Callable[..., NDArray]]] = {
    "mAP": (average_precision, np.mean),
    "R-precision": (r_precision, np.mean),
    "nDCG": (ndcg, np.mean),
    "MRR": (reciprocal_rank, np.mean),
    "median rank": (first_rank, np.median),
    "NN": (lambda judged, _: precision_at(judged, 1), np.mean),
    "first tier": (r_precision, np.mean),
    "second tier": (second_tier, np.mean),
    "E-measure": (lambda judged, _: f1_at(judged, E_MEASURE), np.mean),
}
_WITH_K: dict[str, Callable[..., Values]] = {
    "hit": hit_at,
    "recall": recall_at,
    "precision": precision_at,
    "F1": f1_at,
    "mAP": average_precision,
    "nDCG": ndcg,
    "MRR": reciprocal_rank,
}
NAMES = (*(f"{name}@K" for name in _WITH_K), *_WITHOUT_K)
"""What `measure` understands, K being a number."""


def measure(name: str) -> Measure:
    """The measure of a name, in whatever case: "mAP", "recall@10", "median rank" or "median-rank".

    Raises:
        UsageError: there is none; lists those that are.
    """
    wanted = re.sub(r"(?<!@)[\s_-]", "", name).lower()
    for known, (rule, middle) in _WITHOUT_K.items():
        if re.sub(r"[\s-]", "", known).lower() == wanted:
            return Measure(known, rule, middle)
    stem, _, number = wanted.partition("@")
    for known, rule in _WITH_K.items():
        if known.lower() == stem and re.fullmatch(r"[1-9]\d{0,6}", number, re.ASCII):
            return Measure(f"{known}@{int(number)}", rule, k=int(number))
    raise UsageError(f"There is no measure {name!r}; choose among {', '.join(NAMES)}, such as recall@10.")


def bootstrap(
    values: Values,
    *,
    groups: Sequence[NDArray[np.int64]] | None = None,
    middle: Callable[..., NDArray] = np.mean,
    rounds: int = 1000,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Middle of `values`, and the 2.5 % and 97.5 % points of the same over resampled queries.

    Args:
        values: (q,) one a query, q above 0.
        groups: positions of the queries of each class; then every class weighs the same (macro), and queries are drawn
            anew within their class; where each has but one, classes are drawn.
        middle: mean or median.
        rounds: of resampling.
        seed: of the resampling.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    within = groups is not None and max(map(len, groups)) > 1
    parts = [values[group] for group in groups or ()] if within else [values]
    with np.errstate(invalid="ignore"):  # a median between two that were never found
        drawn = np.mean([_resampled(part, middle, rounds, rng) for part in parts], axis=0)
        value = float(np.mean([middle(part) for part in parts]))
    low, high = np.percentile(drawn, [2.5, 97.5], method="linear" if np.isfinite(drawn).all() else "nearest")
    return value, float(low), float(high)


def _resampled(values: Values, middle: Callable[..., NDArray], rounds: int, rng: np.random.Generator) -> Values:
    """(rounds,) middles of the values drawn with replacement, some millions at a time."""
    at_once = max(1, 4_000_000 // len(values))
    sizes = [min(at_once, rounds - start) for start in range(0, rounds, at_once)]
    return np.concatenate([middle(values[rng.integers(0, len(values), (size, len(values)))], axis=1) for size in sizes])
