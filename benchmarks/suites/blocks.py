"""Rankings of galleries too large for one matrix: some queries at a time, of which only the measures are kept.

Ranks are not kept either: among all of ShapeNetCore there are some 10^8 relevant pairs. The rows, their intervals and
chance are those of `benchmarks.retrieval.protocol`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.protocol import Row, chance, row
from retriever import metrics
from retriever.types import Vectors

Part = Callable[[slice], NDArray]
"""Which queries -> (b, n) of them: booleans, or grades of relevance of which those above 0 are relevant."""

_ENTRIES = 8_000_000
"""Scores in memory at once."""


class _Asked(NamedTuple):
    """The q' of q queries that have anything to find.

    Attributes:
        wanted: (q',) int64, how many candidates are relevant.
        candidates: (q',) int64, how many there are.
        which: (q,) bool.
    """

    wanted: NDArray[np.int64]
    candidates: NDArray[np.int64]
    which: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class BlockRanking:
    """q queries against n candidates, by cosine; ranked when rows are asked for, once for each measure.

    What `benchmarks.retrieval.protocol.Ranking` is for one matrix.

    Attributes:
        queries: (q, d) unit vectors, one at least.
        gallery: (n, d) unit vectors, the candidates.
        relevant: which candidates ought to be found.
        hidden: which are no candidates of a query, such as itself; None hides nothing.
    """

    queries: Vectors
    gallery: Vectors
    relevant: Part
    hidden: Part | None = None
    _values: dict[str, metrics.Values] = field(default_factory=dict, init=False)
    _asked: list[_Asked] = field(default_factory=list, init=False)

    def rows(self, subset: str, measures: Mapping[str, str], *, classes: NDArray | None = None) -> Iterator[Row]:
        """One row a measure; none where no query has anything to find.

        Args:
            subset: what was ranked for what, as the table says it.
            measures: what the table calls a measure -> its name in `retriever.metrics`.
            classes: (q,) class of each query: every class weighs the same (macro); None for every query (micro).
        """
        chosen = {title: metrics.measure(name) for title, name in measures.items()}
        asked = self._ranked({rule.name: rule for rule in chosen.values() if rule.name not in self._values})
        if not len(asked.wanted):
            return
        labels = None if classes is None else classes[asked.which]
        for title, rule in chosen.items():
            by_chance = chance(rule, asked.wanted, asked.candidates)
            yield row(title, subset, rule, self._values[rule.name], by_chance, labels)

    def _ranked(self, rules: Mapping[str, metrics.Measure]) -> _Asked:
        """Works out the values that are still missing, and which queries have any."""
        if self._asked and not rules:
            return self._asked[0]
        values: dict[str, list[metrics.Values]] = {name: [] for name in rules}
        counts = []
        at_once = max(1, _ENTRIES // max(1, len(self.gallery)))
        for start in range(0, len(self.queries), at_once):
            part = slice(start, min(start + at_once, len(self.queries)))
            hidden = self.hidden(part) if self.hidden else None
            judged, which = metrics.judge(self.queries[part] @ self.gallery.T, self.relevant(part), hidden)
            for name, rule in rules.items():
                values[name].append(rule.values(judged))
            left = np.full(len(which), len(self.gallery)) if hidden is None else (~hidden).sum(axis=1)
            counts.append(_Asked(judged.counts, left[which], which))
        self._values.update({name: np.concatenate(parts) for name, parts in values.items()})
        self._asked[:] = [_Asked(*(np.concatenate(parts) for parts in zip(*counts, strict=True)))]
        return self._asked[0]


def same(queries: NDArray, gallery: NDArray) -> Part:
    """Relevant, or hidden, where the (q,) labels of queries and the (n,) labels of candidates are equal."""
    return lambda part: queries[part, None] == gallery
