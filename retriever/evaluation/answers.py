"""What an evaluation found, and the tables that are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.metrics import (
    Judged,
    Measure,
    Values,
    bootstrap,
    by_chance,
    class_means,
    interpolated_precision,
    measure,
)

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]

CUTS = (1, 10)
"""Lengths of the lists that are looked at where nobody says."""
LEVELS = np.linspace(0, 1, 101)
"""Of recall, at which precision is kept."""
_AT_1 = ("hit", "recall")
_MACRO = "macro "


@dataclass(frozen=True)
class Figure:
    """A number of an evaluation: a measure, averaged over queries or over classes.

    Attributes:
        measure: of every query.
        macro: whether every class weighs the same.
    """

    measure: Measure
    macro: bool = False

    @property
    def name(self) -> str:
        """As it is printed: "mAP", "macro mAP"."""
        return _MACRO * self.macro + self.measure.name


def figures(names: Sequence[str] = (), cuts: Sequence[int] = ()) -> tuple[Figure, ...]:
    """What to measure.

    Args:
        names: as `retriever.metrics.measure` reads them, "macro " before any of them; none for the usual ones.
        cuts: k of hit@k, recall@k, precision@k and nDCG@k, which the usual ones begin with; none for `CUTS`, of whose 1
            the last two are left out: where relevance is yes or no, they are the same as hit@1.

    Raises:
        UsageError: there is no such measure, or no such k.
    """
    for k in cuts:
        if not 1 <= k <= 10**6:
            raise UsageError(f"-k {k}: the length of a list goes from 1 to 1,000,000.")
    at = [
        f"{stem}@{k}"
        for stem in ("hit", "recall", "precision", "nDCG")
        for k in cuts or CUTS
        if cuts or k > 1 or stem in _AT_1
    ]
    if not names:
        names = (*at, "mAP", "macro mAP", "R-precision", "MRR", "median rank", "first tier", "second tier")
    elif cuts:
        names = (*at, *names)
    return tuple(dict.fromkeys(map(_figure, names)))


def _figure(name: str) -> Figure:
    text = " ".join(name.replace("-", " ", 1).split()) if name.lower().startswith(_MACRO.strip()) else name
    if text.lower().startswith(_MACRO):
        return Figure(measure(text[len(_MACRO) :]), macro=True)
    return Figure(measure(text))


USUAL = figures()
"""What is measured where nobody says."""


def are_usual(chosen: Sequence[Figure]) -> bool:
    """Whether they are what `figures` gives where no measure is named, whatever `cuts` were."""
    cuts = [figure.measure.k for figure in chosen if figure.name.startswith("hit@") and figure.measure.k]
    return tuple(chosen) in (USUAL, figures(cuts=cuts))


MAP = measure("mAP")
"""What pictures show, and so is always measured."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What is kept of q rankings; ranks are not, for a query may have a million relevant items.

    Attributes:
        values: name of a measure -> (q,) of the queries; `MAP` is among them.
        relevant: (q,) how many items are, at least 1.
        precision: (l,) sum over the queries of precision at the `LEVELS` of recall.
        candidates: (q,) how many items were ranked; None where a ranking ends early.
    """

    values: Mapping[str, Values]
    relevant: Values
    precision: Values
    candidates: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, judged: Judged, figures: Iterable[Figure], candidates: NDArray[np.int64] | None = None) -> Measured:
        """Of some rankings."""
        chosen = {figure.measure.name: figure.measure for figure in figures} | {MAP.name: MAP}
        values = {name: each.values(judged) for name, each in chosen.items()}
        precision = interpolated_precision(judged, LEVELS).sum(axis=0)
        return cls(values, judged.counts.astype(np.float64), precision, candidates)

    @classmethod
    def join(cls, parts: Sequence[Measured]) -> Measured:
        """The queries of several, one after the other."""
        ranked = [part.candidates for part in parts if part.candidates is not None]
        return cls(
            {name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values},
            np.concatenate([part.relevant for part in parts]),
            np.sum([part.precision for part in parts], axis=0),
            np.concatenate(ranked) if len(ranked) == len(parts) else None,
        )

    def __len__(self) -> int:
        """How many queries."""
        return len(self.relevant)

    def chance(self, measure: Measure) -> Values | None:
        """(q,) what a random order is expected to score; None where that is not known."""
        if self.candidates is None:
            return None
        return by_chance(measure, self.relevant.astype(np.int64), self.candidates)


@dataclass(frozen=True, eq=False)
class Answers:
    """How queries of one kind found items of one kind; q of them, those with something to find.

    Attributes:
        pair: the kinds, such as "text>shape", "label>shape" or "shape>label".
        queries: q names: of a label, an item's id, or what the judgements call a query.
        classes: q classes of the queries, or None where they have none.
        measured: of their rankings.
        gallery: how many items were ranked; for judgements of several galleries the largest.
        firsts: q classes of what was ranked first; None where there are no classes.
    """

    pair: str
    queries: Sequence[str]
    classes: Sequence[str] | None
    measured: Measured
    gallery: int
    firsts: Sequence[str] | None = None

    def __len__(self) -> int:
        """How many queries."""
        return len(self.measured)

    def row(self, figure: Figure) -> Row:
        """One figure, its 95 % interval by bootstrap over the queries, of a macro one over the classes."""
        values, chance = self.measured.values[figure.measure.name], self.measured.chance(figure.measure)
        middle = figure.measure.middle
        if figure.macro:
            assert self.classes is not None
            values = np.array([*class_means(values, self.classes, middle).values()])
            chance = None if chance is None else np.array([*class_means(chance, self.classes).values()])
            middle = np.mean
        value, low, high = bootstrap(values, middle=middle)
        return self._row(figure, None, (value, low, high), chance, len(self))

    def by_class(self, figure: Figure) -> Iterator[Row]:
        """One row a class, in the order of their names; no intervals, for most classes have few queries."""
        assert self.classes is not None
        values, chance = self.measured.values[figure.measure.name], self.measured.chance(figure.measure)
        counts = class_means(np.ones(len(self)), self.classes, np.sum)
        by_class = {} if chance is None else class_means(chance, self.classes)
        for name, value in class_means(values, self.classes, figure.measure.middle).items():
            of_chance = np.array([by_class[name]]) if by_class else None
            yield self._row(figure, name, (value, None, None), of_chance, int(counts[name]))

    def _row(
        self,
        figure: Figure,
        name: str | None,
        interval: tuple[float, float | None, float | None],
        chance: Values | None,
        queries: int,
    ) -> Row:
        value, low, high = interval
        return {
            "pair": self.pair, "class": name, "measure": figure.name, "value": value, "low": low, "high": high,
            "chance": None if chance is None else float(chance.mean()), "queries": queries, "gallery": self.gallery,
        }  # fmt: skip


class Told(Protocol):
    """What has one row for a figure, and one more for each class."""

    @property
    def classes(self) -> Sequence[str] | None:
        """Of the queries; None where they have none."""

    def row(self, figure: Figure) -> Row:
        """Over all queries."""

    def by_class(self, figure: Figure) -> Iterator[Row]:
        """Class by class."""


def rows_of(every: Iterable[Told], figures: Sequence[Figure], *, by_class: bool) -> list[Row]:
    """The rows of a table of all of them; macro figures are left out where queries have no classes."""
    rows = []
    for told in every:
        fitting = [figure for figure in figures if told.classes is not None or not figure.macro]
        rows += [told.row(figure) for figure in fitting]
        if by_class and told.classes is not None:
            rows += [row for figure in fitting if not figure.macro for row in told.by_class(figure)]
    return rows


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How an index answered.

    Attributes:
        what: what the answers were judged by, such as "label" or a file's name.
        how: in a sentence, what was ranked and by what.
        space: name of the joint space.
        version: of the index.
        figures: what was measured.
        answers: one or more, one for each pair of kinds.
        notes: what a reader of the numbers should know.
        folder: absolute path of the index.
    """

    what: str
    how: str
    space: str
    version: int
    figures: tuple[Figure, ...]
    answers: tuple[Answers, ...]
    notes: tuple[str, ...] = ()
    folder: str = ""

    @property
    def index(self) -> str:
        """Which index that was, in words."""
        return f"the index {self.folder}, version {self.version}, in the space {self.space}"

    def of(self, pair: str) -> Answers:
        """The answers of a pair; KeyError where it was not asked."""
        return {each.pair: each for each in self.answers}[pair]

    @property
    def pairs(self) -> tuple[str, ...]:
        """The pairs that were asked."""
        return tuple(each.pair for each in self.answers)

    def rows(self, *, by_class: bool = False) -> list[Row]:
        """Keys pair, class, measure, value, low, high, chance, queries and gallery; class is None over all of them.

        Macro figures are left out where queries have no classes. With `by_class` there is one row a class, too.
        """
        return rows_of(self.answers, self.figures, by_class=by_class)

    def per_query(self) -> pa.Table:
        """One row a query: columns pair, query, class, first (class of what came first), then one a measure."""
        import pyarrow as pa

        plain = [figure.name for figure in self.figures if not figure.macro]
        tables = []
        for each in self.answers:
            nothing = [None] * len(each)
            columns = {
                "pair": [each.pair] * len(each),
                "query": list(each.queries),
                "class": nothing if each.classes is None else list(each.classes),
                "first": nothing if each.firsts is None else list(each.firsts),
            }
            table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
            for name in plain:
                table = table.append_column(name, pa.array(each.measured.values[name], pa.float64()))
            tables.append(table)
        return pa.concat_tables(tables)
