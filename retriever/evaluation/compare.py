"""Two indexes of one corpus by the same protocol, query by query: another space, other options, before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.evaluation.answers import Answers, Evaluation, Figure, Row, rows_of
from retriever.evaluation.items import Items
from retriever.evaluation.judgements import by_qrels
from retriever.evaluation.labels import by_label
from retriever.evaluation.qrels import Qrels
from retriever.evaluation.shared import Shared, blamed
from retriever.evaluation.sides import LABEL
from retriever.metrics import Values, class_means, difference

if TYPE_CHECKING:
    import pyarrow as pa

    from retriever.index import Index

AGAINST = "against"
"""What the other index is called, where the first is "value"."""


@dataclass(frozen=True, eq=False)
class Beside:
    """How two indexes answered the same q queries.

    Attributes:
        pair: the kinds, as of `Answers`.
        queries: q names, as the first index has them.
        classes: q classes of the queries, or None where they have none.
        values: name of a measure -> (q,) of the first index.
        against: likewise of the other.
        gallery: how many items were ranked.
    """

    pair: str
    queries: Sequence[str]
    classes: Sequence[str] | None
    values: Mapping[str, Values]
    against: Mapping[str, Values]
    gallery: int

    def row(self, figure: Figure) -> Row:
        """One figure of both, its difference with a 95 % interval, and p; of a macro one over the classes."""
        name, middle = figure.measure.name, figure.measure.middle
        both = [self.values[name], self.against[name]]
        if figure.macro:
            assert self.classes is not None
            both = [np.array([*class_means(values, self.classes, middle).values()]) for values in both]
            middle = np.mean
        found = difference(both[0], both[1], middle=middle)
        interval = (found.low, found.high, found.p)
        return self._row(figure, None, (found.first, found.second, found.value), interval, len(self.queries))

    def by_class(self, figure: Figure) -> Iterator[Row]:
        """One row a class, in the order of their names, without intervals, for most classes have few queries."""
        assert self.classes is not None
        name, middle = figure.measure.name, figure.measure.middle
        ours, theirs = (class_means(one[name], self.classes, middle) for one in (self.values, self.against))
        counts = class_means(np.ones(len(self.queries)), self.classes, np.sum)
        for each, value in ours.items():
            apart = 0.0 if value == theirs[each] else value - theirs[each]  # no inf - inf
            yield self._row(figure, each, (value, theirs[each], apart), (None, None, None), int(counts[each]))

    def _row(
        self,
        figure: Figure,
        name: str | None,
        values: tuple[float, float, float],
        interval: tuple[float | None, float | None, float | None],
        queries: int,
    ) -> Row:
        value, against, apart = values
        low, high, p = interval
        return {
            "pair": self.pair, "class": name, "measure": figure.name, "value": value, AGAINST: against,
            "difference": apart, "low": low, "high": high, "p": p, "queries": queries, "gallery": self.gallery,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Comparison:
    """How two indexes answered the same queries over the same items.

    Attributes:
        one: how the first did.
        other: how the other did.
        answers: one or more, one for each pair of kinds that both answered.
        notes: what a reader of the numbers should know.
    """

    one: Evaluation
    other: Evaluation
    answers: tuple[Beside, ...]
    notes: tuple[str, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """What was measured."""
        return self.one.figures

    def rows(self, *, by_class: bool = False) -> list[Row]:
        """Keys pair, class, measure, value, against, difference, low, high, p, queries and gallery.

        The difference is value - against; class is None over all of them, and low, high and p are None within one.
        """
        return rows_of(self.answers, self.figures, by_class=by_class)

    def per_query(self) -> pa.Table:
        """One row a query: columns pair, query, class, then two a measure, "mAP" and "against mAP"."""
        import pyarrow as pa

        tables = []
        for each in self.answers:
            classes = [None] * len(each.queries) if each.classes is None else list(each.classes)
            columns = {"pair": [each.pair] * len(each.queries), "query": list(each.queries), "class": classes}
            table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
            for name in [figure.name for figure in self.figures if not figure.macro]:
                table = table.append_column(name, pa.array(each.values[name], pa.float64()))
                table = table.append_column(f"{AGAINST} {name}", pa.array(each.against[name], pa.float64()))
            tables.append(table)
        return pa.concat_tables(tables)


def compare_by_label(
    index: Index,
    against: Index,
    column: str = "label",
    *,
    where: str | None = None,
    queries_where: str | None = None,
    **options: Any,
) -> Comparison:
    """`by_label` of two indexes of one corpus, over the items that both hold, with the same label.

    Args:
        index: to be judged.
        against: what it is compared with.
        column: as in `by_label`.
        where: as in `by_label`; what fulfils it in one index alone is left out of both.
        queries_where: likewise.
        options: the others of `by_label`.

    Raises:
        UsageError: as `by_label`; or the two have nothing in common, no queries, or are one.
        SpaceError: as `by_label`.
    """
    shared = Shared(index, against)
    shared.keep_alike(column)
    shared.keep_where("--where", where)
    shared.keep_where("--queries-where", queries_where)
    given = {**options, "where": where, "queries_where": queries_where}
    ids = shared.ids()
    ways = [partial(by_label, column=column, called=called, **given) for called in ({}, ids)]
    one, other = _evaluated(shared, ways)
    return _compared(shared, one, other, ids)


def compare_by_qrels(
    index: Index,
    against: Index,
    qrels: Qrels,
    queries: Mapping[str, Mapping[str, Any]] | None = None,
    **options: Any,
) -> Comparison:
    """`by_qrels` of two indexes of one corpus, over the items that both hold; what one lacks counts as never found.

    Args:
        index: to be judged.
        against: what it is compared with.
        qrels: as in `by_qrels`; queries that are an item of one index alone are left out.
        queries: likewise.
        options: the others of `by_qrels` but ``run``.

    Raises:
        UsageError: as `by_qrels`; or the two have nothing in common, no queries, or are one.
        SpaceError: as `by_qrels`.
    """
    shared = Shared(index, against)
    shared.keep_where("--where", options.get("where"))
    items = _called_alike(shared)
    if queries is None:
        qrels = _asked_of_both(shared, (index, against), items, qrels)
    ways = [partial(by_qrels, qrels=qrels, queries=queries, items=called, **options) for called in items]
    one, other = _evaluated(shared, ways)
    return _compared(shared, one, other, {})


def _called_alike(shared: Shared) -> list[Items]:
    """The items of both, each also by what they are called in the other: an id, or a whole path."""
    one, other = (Items(index.snapshot) for index in shared.indexes())
    ids = shared.ids()
    one.go_by(other, ids)
    other.go_by(one, {ours: theirs for theirs, ours in ids.items()})
    return [one, other]


def _asked_of_both(shared: Shared, indexes: Sequence[Index], narrowed: Sequence[Items], qrels: Qrels) -> Qrels:
    """The judgements without those of queries that are an item, and none that both hold."""
    whole = [Items(index.snapshot) for index in indexes]
    kept = {
        name: grades
        for name, grades in qrels.grades.items()
        if all(items.id_of(name) for items in narrowed) or not any(items.id_of(name) for items in whole)
    }
    if left_out := len(qrels.grades) - len(kept):
        shared.notes.append(f"Queries that are an item which not both hold, left out: {left_out:,}.")
    return Qrels(qrels.file, kept, qrels.words)


def _evaluated(shared: Shared, ways: Sequence[Callable[[Index], Evaluation]]) -> list[Evaluation]:
    """Each of the two in its way."""
    found = []
    for index, evaluate in zip(shared.indexes(), ways, strict=True):
        with blamed(index.snapshot):
            found.append(evaluate(index))
    return found


def _compared(shared: Shared, one: Evaluation, other: Evaluation, ids: Mapping[str, str]) -> Comparison:
    """What both answered; `ids` says which query of the other is which of the first."""
    notes = list(shared.notes)
    notes += [note if note in other.notes else f"value: {note}" for note in one.notes]
    notes += [f"{AGAINST}: {note}" for note in other.notes if note not in one.notes]
    answers = []
    for pair in dict.fromkeys((*one.pairs, *other.pairs)):
        if pair not in one.pairs or pair not in other.pairs:
            notes.append(f"{pair} is left out: one of the two cannot answer it.")
            continue
        beside = _beside(one.of(pair), other.of(pair), ids)
        if len(beside.queries):
            answers.append(beside)
        if left_out := len(one.of(pair)) + len(other.of(pair)) - 2 * len(beside.queries):
            notes.append(f"Queries of {pair} that were asked of one of the two alone, left out: {left_out:,}.")
    if not answers:
        raise UsageError(f"The two indexes answered no query in common: {' '.join(notes)}")
    return Comparison(one, other, tuple(answers), tuple(notes))


def _beside(one: Answers, other: Answers, ids: Mapping[str, str]) -> Beside:
    place = {_key(other, ids.get(name, name)): number for number, name in enumerate(other.queries)}
    places = np.array([place.get(_key(one, name), -1) for name in one.queries], np.int64)
    ours: NDArray[np.int64] = np.flatnonzero(places >= 0)
    theirs = places[ours]
    classes = None if one.classes is None else [one.classes[place] for place in ours.tolist()]
    return Beside(
        one.pair,
        [one.queries[place] for place in ours.tolist()],
        classes,
        {name: values[ours] for name, values in one.measured.values.items()},
        {name: values[theirs] for name, values in other.measured.values.items()},
        one.gallery,
    )


def _key(answers: Answers, name: str) -> str:
    """A label is the same in whatever case, see `Labels`."""
    return name.casefold() if answers.pair.startswith(f"{LABEL}>") else name
