"""The protocol over judgements: queries are asked as any other, and lists end somewhere, as in TREC.

What was judged relevant and is not in the list, or not in the index at all, was not found. Items that nobody judged are
not relevant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retriever.errors import UsageError
from retriever.evaluation.answers import USUAL, Answers, Evaluation, Figure, Measured, are_usual
from retriever.evaluation.items import Items
from retriever.evaluation.qrels import Qrels
from retriever.evaluation.run import writing
from retriever.metrics import Judged
from retriever.query.candidates import Candidates
from retriever.query.naming import may_name
from retriever.query.request import MOST, Query, blame, query_of
from retriever.query.terms import leaves
from retriever.wording import counted

if TYPE_CHECKING:
    from retriever.index import Index

DEPTH = 1_000
"""Length of the lists, as TREC's; where nobody says."""

_TOGETHER = 64
_SHOWN = 3

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Asked:
    """One query with what is relevant for it.

    Attributes:
        name: as the judgements have it.
        query: what is asked.
        pair: of its kind, and of what it looks for.
        gallery: how many items it may find.
        grades: id -> relevance above 0; what the index does not hold goes by what it was called.
    """

    name: str
    query: Query
    pair: str
    gallery: int
    grades: Mapping[str, float]


def by_qrels(
    index: Index,
    qrels: Qrels,
    queries: Mapping[str, str | Mapping[str, Any]] | None = None,
    *,
    figures: Sequence[Figure] = USUAL,
    depth: int = DEPTH,
    run: Path | None = None,
    exact: bool = False,
    progress: Progress = lambda *_: None,
    items: Items | None = None,
    **usual: Any,
) -> Evaluation:
    """Where queries find what was judged relevant for them.

    Args:
        index: to be judged.
        qrels: the judgements.
        queries: what each query looks for, an expression or keywords of `retriever.Index.search`, in which an item may
            be a path; queries without judgements are left out. None where the judgements name items of the index, or
            (in a table) words to look for.
        figures: what to measure; of the usual ones, whatever their k, macro figures are left out, for queries have no
            classes here.
        depth: length of a query's list, 1 to 10,000.
        run: file to write the lists to, in TREC's format for runs, for other programs to judge.
        exact: look at every vector, also where an approximate search was built.
        progress: told how many queries of all are done.
        items: of the index, by all that they may be called; None for their ids and paths.
        usual: further keywords of `search` for queries that do not say, such as ``to``, ``where``, ``geometry_only``.

    Raises:
        UsageError: a query that cannot be asked or of which nothing is known, none that is left, a bad depth or filter.
        SpaceError: the space is not there, or cannot encode a query.
    """
    if not 1 <= depth <= MOST:
        raise UsageError(f"--depth {depth}: a query's list has 1 to {MOST:,} items.")
    if not isinstance(qrels, Qrels):
        raise UsageError(f"The judgements are of type {type(qrels).__name__}; give what read_qrels makes of a file.")
    if queries is not None and not queries:
        raise UsageError("There are no queries to ask; give one at least, or None to ask with what was judged.")
    if "k" in usual:
        raise UsageError("k is not for an evaluation: depth says how long the lists are.")
    chosen = _fitting(figures, depth)
    items = Items(index.snapshot) if items is None else items
    asked, notes = _Plan(items, Candidates(index.snapshot), qrels, queries, {**usual, "k": depth}).asked()
    measured: dict[str, list[Measured]] = {}
    with writing(run, items, qrels) as write:
        for start in range(0, len(asked), _TOGETHER):
            some = asked[start : start + _TOGETHER]
            for one, hits in zip(some, index.search_many([each.query for each in some], exact=exact), strict=True):
                write(one.name, hits)
                found = Measured.of(_judged(one.grades, [hit.id for hit in hits]), chosen)
                measured.setdefault(one.pair, []).append(found)
            progress("ask", start + len(some), len(asked))
    how = f"By {qrels.file.name}: the first {counted(depth, 'item')} of each query, as `retriever query` finds them"
    return Evaluation(
        qrels.file.name,
        how,
        index.snapshot.identity.name,
        index.snapshot.manifest.version,
        chosen,
        tuple(_answers(asked, measured)),
        tuple(notes),
        str(index.snapshot.folder.absolute()),
    )


def _fitting(figures: Sequence[Figure], depth: int) -> tuple[Figure, ...]:
    """Those that lists of that length can tell; of the usual ones some are left out, others are refused."""
    if tuple(figures) == USUAL:
        return tuple(figure for figure in USUAL if not figure.macro and (figure.measure.k or 1) <= depth)
    if are_usual(figures):
        figures = [figure for figure in figures if not figure.macro]
    for figure in figures:
        if figure.macro:
            raise UsageError(f"--measure {figure.name!r} averages over classes, which judgements have none of.")
        if (figure.measure.k or 1) > depth:
            raise UsageError(
                f"--measure {figure.name} looks deeper than the lists are: give --depth {figure.measure.k}."
            )
    return tuple(figures)


@dataclass
class _Plan:
    """Which queries are asked, and what is to be said of the others."""

    items: Items
    candidates: Candidates
    qrels: Qrels
    queries: Mapping[str, str | Mapping[str, Any]] | None
    usual: Mapping[str, Any]
    _themselves: int = 0
    _kept_out: int = 0
    _gone: list[str] = field(default_factory=list)

    def asked(self) -> tuple[list[Asked], list[str]]:
        """Those that can be judged, and notes."""
        known = [
            name for name in self.qrels.grades if self.queries is None or name in self.queries
        ]  # in the order of the judgements
        asked, missing, empty, held = [], set(), 0, 0
        for name in known:
            if self._is_gone(name):
                self._gone.append(name)
                continue
            query = self._query(name)
            wanted = self._wanted(name, query)
            absent = {item for item in wanted if item not in self.items}
            missing |= absent
            held += len(wanted) - len(absent)
            if wanted:
                with query.blamed():
                    pair, gallery = self._place(query, wanted.keys() - absent)
                asked.append(Asked(name, query, pair, gallery, wanted))
            else:
                empty += 1
        self._check(asked, held, missing)
        return asked, list(self._notes(len(self.qrels.grades) - len(known), missing, empty))

    def _is_gone(self, name: str) -> bool:
        """Whether a query that may be words looks like an item instead, and there is none."""
        may_be_words = self.queries is None and self.qrels.words
        return may_be_words and may_name(name) and self.items.id_of(name) is None

    def _query(self, name: str) -> Query:
        given = self.items.keywords(name, self.qrels) if self.queries is None else self.queries[name]
        if isinstance(given, str):
            given = {"expression": given}
        if "k" in given:
            raise UsageError(f"Query {name}: k is not for a query here; the depth is the same for all of them.")
        try:
            query = query_of({**self.usual, **given}, name=f"Query {name}")
            query.check()
            return self.items.asked(query)
        except UsageError as error:
            raise blame(error, f"Query {name}") from error

    def _wanted(self, name: str, query: Query) -> dict[str, float]:
        """Id -> relevance above 0, of what is not the query itself."""
        wanted: dict[str, float] = {}
        for item, grade in self.qrels.grades[name].items():
            id = self.items.id_of(item) or item
            if id in wanted:
                raise UsageError(
                    f"--qrels {self.qrels.file}: {item!r} was judged for {name!r} twice, as id and as path."
                )
            wanted[id] = grade
        itself = {term.source for term in leaves(query.terms) if term.kind == "id"}
        self._themselves += any(wanted.get(id, 0) > 0 for id in itself)
        return {id: grade for id, grade in wanted.items() if grade > 0 and id not in itself}

    def _place(self, query: Query, wanted: Iterable[str]) -> tuple[str, int]:
        """The pair of kinds, and how many items may be found."""
        targets = self.candidates.targets(query.to)
        rows = self.candidates.rows(query.to, query.where)
        count = len(self.items) if rows is None else len(rows.rows)
        self._kept_out += 0 if rows is None else sum(not rows.mask[self.items.row(id)] for id in wanted)
        return f"{self.items.kind(query)}>{targets[0] if len(targets) == 1 else 'any'}", count

    def _check(self, asked: Sequence[Asked], held: int, missing: set[str]) -> None:
        """Raise UsageError where all of it must be a mistake."""
        if not asked and self.queries is not None and not self.qrels.grades.keys() & self.queries.keys():
            one, other = next(iter(self.qrels.grades)), next(iter(self.queries))
            raise UsageError(
                f"--qrels {self.qrels.file} judges none of the queries that are given: it has {one!r}, "
                f"they have {other!r}."
            )
        if not asked and self._gone:
            raise UsageError(
                f"--qrels {self.qrels.file}: the index holds none of the items that ask, such as {self._gone[0]!r}: "
                "write ids or paths as hits have them, or say with --queries FILE what queries look for."
            )
        if not asked:
            raise UsageError(f"--qrels {self.qrels.file} judges nothing relevant: a relevance above 0 does.")
        if not any(one.gallery for one in asked):
            raise UsageError(f"No item of the index fulfils {asked[0].query.where}, so there is nothing to find.")
        if not held:
            raise UsageError(
                f"--qrels {self.qrels.file}: the index holds none of its relevant items, such as {min(missing)!r}: "
                "write ids or paths as hits have them."
            )

    def _notes(self, unknown: int, missing: set[str], empty: int) -> Iterator[str]:
        if missing:
            shown = ", ".join(sorted(missing)[:_SHOWN])
            yield f"Relevant items that are not in the index and count as never found: {len(missing):,} ({shown})."
        if self._gone:
            shown = ", ".join(self._gone[:_SHOWN])
            yield f"Queries that look like items and are not in the index, left out: {len(self._gone):,} ({shown})."
        if self._kept_out:
            yield f"Relevant items that --to or --where keeps out, and that count as never found: {self._kept_out:,}."
        if self._themselves:
            yield f"Queries that were judged relevant for themselves, which does not count: {self._themselves:,}."
        if unknown:
            yield f"Judged queries that are not among those given, and left out: {unknown:,}."
        if empty:
            yield f"Queries without a relevant item, left out: {empty:,}."
        if self.queries is not None and (idle := len(self.queries.keys() - self.qrels.grades.keys())):
            yield f"Queries without judgements, left out: {idle:,}."


def _answers(asked: Sequence[Asked], measured: Mapping[str, Sequence[Measured]]) -> Iterator[Answers]:
    """One for each pair of kinds."""
    for pair, parts in measured.items():
        some = [one for one in asked if one.pair == pair]
        yield Answers(pair, [one.name for one in some], None, Measured.join(parts), max(one.gallery for one in some))


def _judged(grades: Mapping[str, float], found: Sequence[str]) -> Judged:
    places = {id: place for place, id in enumerate(found, 1)}
    pairs = sorted((places.get(id, np.inf), grade) for id, grade in grades.items())
    ranks, weights = zip(*pairs, strict=True)
    return Judged(np.array([len(pairs)]), np.array(ranks, np.float64), np.array(weights, np.float64))
