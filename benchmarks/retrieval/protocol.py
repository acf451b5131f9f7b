"""What every retrieval figure here has in common: the ranking, the measures over it, their intervals and chance.

Every candidate is ranked for every query by cosine. mAP is over the full list and micro-averaged over queries; queries
without a relevant candidate are left out. Intervals are 95 % by bootstrap over the queries. Chance is the exact
expectation of the same measure under a random order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever import metrics

Row = dict[str, Any]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Ranking:
    """q queries against n candidates.

    Attributes:
        scores: (q, n), higher is better.
        relevant: (q, n), what ought to be found.
        hidden: (q, n), candidates that are none for this query, such as itself; None hides nothing.
    """

    scores: NDArray[np.floating]
    relevant: Mask
    hidden: Mask | None = None

    @property
    def askable(self) -> bool:
        """Whether any query has anything to find."""
        return bool(self._wanted.any())

    @cached_property
    def judged(self) -> metrics.Judged:
        """Where the relevant candidates came, of the q' queries that have any."""
        return metrics.judge(self.scores, self.relevant, self.hidden)[0]

    def chance(self, measure: metrics.Measure) -> float | None:
        """What a random order is expected to score, where that is known."""
        relevant = self._wanted
        candidates = np.full(len(relevant), relevant.shape[1]) if self.hidden is None else (~self.hidden).sum(axis=1)
        return chance(measure, relevant.sum(axis=1), candidates)

    def of(self, queries: Mask, candidates: Mask | None = None) -> Ranking:
        """The same for some queries, against some of the candidates."""
        columns = np.ones(self.scores.shape[1], bool) if candidates is None else candidates
        part = np.ix_(queries, columns)
        return Ranking(self.scores[part], self.relevant[part], None if self.hidden is None else self.hidden[part])

    @property
    def _wanted(self) -> Mask:
        return self.relevant if self.hidden is None else self.relevant & ~self.hidden


def hit_rate(measure: str, subset: str, k: int, ranking: Ranking) -> Iterator[Row]:
    """One row of a table: hit@k; none where no query has anything to find."""
    yield from measured(subset, ranking, {measure: f"hit@{k}"})


def mean_precision(measure: str, subset: str, ranking: Ranking) -> Iterator[Row]:
    """One row of a table: mAP; none where no query has anything to find."""
    yield from measured(subset, ranking, {measure: "mAP"})


def measured(
    subset: str, ranking: Ranking, measures: Mapping[str, str], *, classes: NDArray | None = None
) -> Iterator[Row]:
    """One row a measure; none where no query has anything to find.

    Args:
        subset: what was ranked for what, as the table says it.
        ranking: of the queries.
        measures: what the table calls a measure -> its name in `retriever.metrics`.
        classes: (q,) class of each query: every class weighs the same (macro); None for every query (micro).
    """
    if not ranking.askable:
        return
    asked = None if classes is None else classes[ranking._wanted.any(axis=1)]
    for title, name in measures.items():
        measure = metrics.measure(name)
        yield row(title, subset, measure, measure.values(ranking.judged), ranking.chance(measure), asked)


def row(
    title: str,
    subset: str,
    measure: metrics.Measure,
    values: metrics.Values,
    by_chance: float | None,
    classes: NDArray | None = None,
) -> Row:
    """A row of a table, of (q,) values of queries; `classes`, (q,), makes it a mean over classes, without chance."""
    if classes is None:
        value, low, high = metrics.bootstrap(values, middle=measure.middle)
    else:
        value, low, high = metrics.bootstrap(np.array([*metrics.class_means(values, classes, measure.middle).values()]))
    return {
        "measure": title, "subset": subset, "value": value, "low": low, "high": high, "queries": len(values),
        "chance": by_chance if classes is None else None,
    }  # fmt: skip


def chance(measure: metrics.Measure, wanted: NDArray, candidates: NDArray) -> float | None:
    """What a random order is expected to score, where that is known.

    Args:
        measure: of the queries.
        wanted: (q,) how many candidates are relevant; queries without any do not count.
        candidates: (q,) how many there are.
    """
    asked = wanted > 0
    values = metrics.by_chance(measure, wanted[asked], candidates[asked])
    return None if values is None else float(values.mean())
