"""What an evaluation found, and the tables that are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.metrics import Judged, Measure, bootstrap, measure

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]

CUTS = (1, 10)
"""Lengths of the lists that are looked at where nobody says."""
_AT_1 = ("hit", "recall")
MACRO = "macro "
"""Before a measure's name: every class weighs the same, however many queries it has."""


@dataclass(frozen=True)
class Figure:
    """A column of numbers: a measure, averaged over queries or over classes.

    Attributes:
        measure: of every query.
        macro: whether every class weighs the same.
    """

    measure: Measure
    macro: bool = False

    @property
    def name(self) -> str:
        """As it is printed: "mAP", "macro mAP"."""
        return MACRO * self.macro + self.measure.name


def figures(names: Sequence[str] = (), cuts: Sequence[int] = ()) -> tuple[Figure, ...]:
    """What to measure.

    Args:
        names: as `retriever.metrics.measure` reads them, "macro " before any of them; none for the usual ones.
        cuts: k of hit@k, recall@k, precision@k and nDCG@k, which the usual ones begin with; none for `CUTS`. Where k
            is 1, the last two are the same as hit@1 and left out.

    Raises:
        UsageError: there is no such measure, or no such k.
    """
    for k in cuts:
        if not 1 <= k <= 10**6:
            raise UsageError(f"-k {k}: the length of a list goes from 1 to 1,000,000.")
    at = [
        f"{stem}@{k}" for stem in ("hit", "recall", "precision", "nDCG") for k in cuts or CUTS if k > 1 or stem in _AT_1
    ]
    if not names:
        names = (*at, "mAP", "macro mAP", "R-precision", "MRR", "median rank", "first tier", "second tier")
    elif cuts:
        names = (*at, *names)
    return tuple(dict.fromkeys(map(_figure, names)))


def _figure(name: str) -> Figure:
    text = " ".join(name.replace("-", " ", 1).split()) if name.lower().startswith(MACRO.strip()) else name
    if text.lower().startswith(MACRO):
        return Figure(measure(text[len(MACRO) :]), macro=True)
    return Figure(measure(text))


USUAL = figures()
"""What is measured where nobody says."""


@dataclass(frozen=True, eq=False)
class Answers:
    """How queries of one kind found items of one kind; q of them, those with something to find.

    Attributes:
        pair: the kinds, such as "text>shape", "label>shape" or "shape>label".
        queries: q names: of a label, an item's id, or what the judgements call a query.
        classes: q classes of the queries, or None where they have none.
        judged: where the relevant items came.
        gallery: how many items were ranked.
        firsts: q classes of what was ranked first, None of a query for which nothing was; or None where there are no
            classes.
        unanswerable: queries that had nothing to find and are left out.
    """

    pair: str
    queries: Sequence[str]
    classes: Sequence[str] | None
    judged: Judged
    gallery: int
    firsts: Sequence[str | None] | None = None
    unanswerable: int = 0

    def row(self, figure: Figure) -> Row:
        """One figure, its 95 % interval by bootstrap over the queries; macro ones draw within each class."""
        values = figure.measure.values(self.judged)
        groups = list(self.members().values()) if figure.macro else None
        value, low, high = bootstrap(values, groups=groups, middle=figure.measure.middle)
        return {
            "pair": self.pair, "class": None, "measure": figure.name, "value": value, "low": low, "high": high,
            "queries": len(values), "gallery": self.gallery,
        }  # fmt: skip

    def members(self) -> dict[str, NDArray[np.int64]]:
        """Class -> positions of its queries, by name."""
        if self.classes is None:
            raise UsageError(f"The queries of {self.pair} have no classes, so nothing can be averaged over these.")
        names, places = np.unique(np.array(self.classes, object).astype(str), return_inverse=True)
        return {str(name): np.flatnonzero(places == place) for place, name in enumerate(names)}

    def by_class(self, figure: Figure) -> Iterator[Row]:
        """One row a class, in the order of their names; no intervals, for most classes have few queries."""
        values = figure.measure.values(self.judged)
        for name, members in self.members().items():
            yield {
                "pair": self.pair, "class": name, "measure": figure.name,
                "value": float(figure.measure.middle(values[members])), "low": None, "high": None,
                "queries": len(members), "gallery": self.gallery,
            }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How an index answered.

    Attributes:
        what: what the answers were judged by, such as "label" or a file's name.
        how: in a sentence, what was ranked and by what.
        space: name of the joint space.
        version: of the index.
        answers: one for each pair of kinds.
        notes: what a reader of the numbers should know.
    """

    what: str
    how: str
    space: str
    version: int
    answers: tuple[Answers, ...]
    notes: tuple[str, ...] = ()

    def of(self, pair: str) -> Answers:
        """The answers of a pair; KeyError where it was not asked."""
        return {each.pair: each for each in self.answers}[pair]

    @property
    def pairs(self) -> tuple[str, ...]:
        """The pairs that were asked."""
        return tuple(each.pair for each in self.answers)

    def rows(self, figures: Sequence[Figure] = USUAL, *, by_class: bool = False) -> list[Row]:
        """Keys pair, class, measure, value, low, high, queries and gallery; class is None over all of them.

        Args:
            figures: what to measure; macro ones are left out where queries have no classes.
            by_class: one row a class, too.
        """
        rows = []
        for answers in self.answers:
            fitting = [figure for figure in figures if answers.classes is not None or not figure.macro]
            rows += [answers.row(figure) for figure in fitting]
            if by_class and answers.classes is not None:
                rows += [row for figure in fitting if not figure.macro for row in answers.by_class(figure)]
        return rows

    def per_query(self, figures: Sequence[Figure] = USUAL) -> pa.Table:
        """One row a query: columns pair, query, class, first (class of what came first), then one a measure."""
        import pyarrow as pa

        plain = [figure for figure in figures if not figure.macro]
        tables = []
        for each in self.answers:
            nothing = [None] * len(each.judged)
            columns = {
                "pair": [each.pair] * len(each.judged),
                "query": list(each.queries),
                "class": nothing if each.classes is None else list(each.classes),
                "first": nothing if each.firsts is None else list(each.firsts),
            }
            table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
            for figure in plain:
                table = table.append_column(figure.name, pa.array(figure.measure.values(each.judged), pa.float64()))
            tables.append(table)
        return pa.concat_tables(tables)
