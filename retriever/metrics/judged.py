"""Where relevant items came in rankings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
Relevance = NDArray[np.bool_] | NDArray[np.floating]
Values = NDArray[np.float64]

_TIES = 8  # relevant items whose equals are counted one by one


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
    tied = np.flatnonzero(np.searchsorted(ordered, own, "right") > ranks)
    if len(tied) > _TIES:
        places = np.empty(len(scores), np.int64)
        places[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
        ranks = places[columns]
    else:
        for one in tied:
            ranks[one] += np.count_nonzero(-scores[: columns[one]] == own[one])
    order = np.argsort(ranks)
    return Judged(
        np.array([len(columns)]), ranks[order].astype(np.float64), np.asarray(grades[columns][order], np.float64)
    )
