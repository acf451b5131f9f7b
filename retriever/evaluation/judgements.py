"""The protocol over judgements: queries are asked as any other, and lists end somewhere, as in TREC.

What was judged relevant and is not in the list, or not in the index at all, was not found. Items that nobody judged are
not relevant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from retriever.ann.base import SUM
from retriever.errors import UsageError
from retriever.evaluation.answers import Answers, Evaluation
from retriever.evaluation.qrels import Qrels
from retriever.metrics import Judged
from retriever.query.candidates import Candidates
from retriever.query.request import Query, blame, check_k, query_of
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

if TYPE_CHECKING:
    from retriever.index import Index
    from retriever.query.hits import Hits

DEPTH = 1_000
"""Length of the lists, as TREC's; where nobody says."""

_TOGETHER = 64
TAG = "retriever"
"""Last field of a run's lines: what made it."""

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class _Asked:
    """One query with what is relevant for it.

    Attributes:
        name: as the judgements have it.
        query: what is asked.
        kind: of the query.
        grades: id -> relevance above 0; what the index does not hold goes by what it was called.
    """

    name: str
    query: Query
    kind: str
    grades: Mapping[str, float]


def by_qrels(
    index: Index,
    qrels: Qrels,
    queries: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    depth: int = DEPTH,
    run: Path | None = None,
    exact: bool = False,
    progress: Progress = lambda *_: None,
    **usual: Any,
) -> Evaluation:
    """Where queries find what was judged relevant for them.

    Args:
        index: to be judged.
        qrels: the judgements.
        queries: what each query looks for, as keywords of `retriever.Index.search`; queries without judgements are
            left out. None where the judgements name items of the index, or (in a table) words to look for.
        depth: length of a query's list, 1 to 10,000.
        run: file to write the lists to, in TREC's format for runs, for other programs to judge.
        exact: look at every vector, also where an approximate search was built.
        progress: told how many queries of all are done.
        usual: further keywords of `search` for queries that do not say, such as ``to``, ``where``, ``geometry_only``.

    Raises:
        UsageError: a query that cannot be asked or of which nothing is known, none that is left, a bad depth or filter.
        SpaceError: the space is not there, or cannot encode a query.
    """
    check_k(depth)
    items = _Items(index.snapshot)
    asked, notes = _asked(items, qrels, queries, {**usual, "k": depth})
    lists: list[list[str]] = []
    with _writing(run) as out:
        for start in range(0, len(asked), _TOGETHER):
            some = asked[start : start + _TOGETHER]
            for one, hits in zip(some, index.search_many([each.query for each in some], exact=exact), strict=True):
                _write(out, one.name, hits)
                lists.append([hit.id for hit in hits])
            progress("ask", len(lists), len(asked))
    target = usual.get("to") or Candidates(index.snapshot).targets(None)[0]
    answers = tuple(_answers(asked, lists, target, index.snapshot))
    how = f"{target}s by {qrels.file.name}: the first {depth:,} of each query, as `retriever query` finds them"
    return Evaluation(
        qrels.file.name, how, index.snapshot.identity.name, index.snapshot.manifest.version, answers, tuple(notes)
    )


def _asked(
    items: _Items, qrels: Qrels, queries: Mapping[str, Mapping[str, Any]] | None, usual: Mapping[str, Any]
) -> tuple[list[_Asked], list[str]]:
    """The queries that can be judged, and what is to be said of the others."""
    asked, missing, empty, unknown = [], set(), 0, []
    for name, judged in qrels.grades.items():
        grades = {item: grade for item, grade in judged.items() if grade > 0}
        if not grades:
            empty += 1
            continue
        if queries is not None and name not in queries:
            unknown.append(name)
            continue
        keywords = items.keywords(name, qrels) if queries is None else queries[name]
        query = _query({**usual, **keywords}, f"Query {name}")
        by_id = {items.id_of(item) or item: grade for item, grade in grades.items()}
        wanted = {id: grade for id, grade in by_id.items() if id not in items.named_by(query)}
        missing |= {id for id in wanted if id not in items}
        if wanted:
            asked.append(_Asked(name, query, items.kind(query), wanted))
        else:
            empty += 1
    if not asked:
        raise UsageError(
            f"--qrels {qrels.file} has no query to ask: give --queries with {unknown[:3] or 'its queries'}."
        )
    notes = []
    if missing:
        some = ", ".join(sorted(missing)[:3])
        notes.append(f"{len(missing):,} relevant items are not in the index and count as never found: {some}, ...")
    if unknown:
        notes.append(
            f"{len(unknown):,} judged queries are not in the file of queries and are left out: {unknown[0]}, ..."
        )
    if empty:
        notes.append(f"{empty:,} queries have no relevant item and are left out.")
    if queries is not None and (idle := len(queries.keys() - qrels.grades.keys())):
        notes.append(f"{idle:,} queries of the file have no judgements and are left out.")
    return asked, notes


def _query(keywords: Mapping[str, Any], name: str) -> Query:
    try:
        return query_of(keywords, name=name)
    except UsageError as error:
        raise blame(error, name) from error


class _Items:
    """The items of an index by id, and by path."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        rows = np.flatnonzero(snapshot.live)
        table = snapshot.take(rows, ["id", "path"])
        ids = table.column("id").to_pylist()
        self._rows = dict(zip(ids, rows.tolist(), strict=True))
        self._by_path: dict[str, list[str]] = {}
        for id, path in zip(ids, table.column("path").to_pylist(), strict=True):
            self._by_path.setdefault(path, []).append(id)

    def __contains__(self, id: str) -> bool:
        return id in self._rows

    def named_by(self, query: Query) -> set[str]:
        """Items that a query asks with, which are no answers to it."""
        return {term.source for term in query.terms if term.kind == "id"}

    def id_of(self, item: str) -> str | None:
        """Of an id or a path; None where the index does not hold it."""
        if item in self._rows:
            return item
        several = self._by_path.get(item, [])
        if len(several) > 1:
            raise UsageError(f"{item!r} is the path of {len(several)} items of the index; judge them by their ids.")
        return several[0] if several else None

    def keywords(self, name: str, qrels: Qrels) -> dict[str, Any]:
        """What a query looks for that nothing but its name is known of."""
        if id := self.id_of(name):
            return {"id": id}
        if qrels.words:
            return {"text": name}
        raise UsageError(
            f"--qrels {qrels.file}: {name!r} is no item of the index; say with --queries FILE what queries look for."
        )

    def kind(self, query: Query) -> str:
        """What a query is of: a modality, or several."""
        kinds = set()
        for term in query.terms:
            if term.weight > 0:
                kinds.add(self._modality(term.source) if term.kind == "id" else term.kind)
        return str(kinds.pop()) if len(kinds) == 1 and kinds <= set(Modality) else SUM

    def _modality(self, id: str) -> str:
        row = self._rows.get(id)
        if row is None:
            return SUM  # the search says what is wrong
        return str(self._snapshot.take(np.array([row]), ["modality"]).column(0)[0].as_py())


def _answers(
    asked: Sequence[_Asked], lists: Sequence[Sequence[str]], target: str, snapshot: Snapshot
) -> Iterator[Answers]:
    """One for each kind of query."""
    held = snapshot.modalities()
    gallery = sum(held.values()) if target == "any" else held.get(Modality(target), 0)
    for kind in dict.fromkeys(each.kind for each in asked):
        some = [(one, found) for one, found in zip(asked, lists, strict=True) if one.kind == kind]
        judged = Judged.join([_judged(one.grades, found) for one, found in some])
        yield Answers(f"{kind}>{target}", [one.name for one, _ in some], None, judged, gallery)


def _judged(grades: Mapping[str, float], found: Sequence[str]) -> Judged:
    places = {id: place for place, id in enumerate(found, 1)}
    pairs = sorted((places.get(id, np.inf), grade) for id, grade in grades.items())
    ranks, weights = zip(*pairs, strict=True)
    return Judged(np.array([len(pairs)]), np.array(ranks, np.float64), np.array(weights, np.float64))


@contextmanager
def _writing(path: Path | None) -> Iterator[TextIO | None]:
    """A file to write lines to; None where there is no path."""
    if path is None:
        yield None
        return
    try:
        out = path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"--run {path} cannot be written: {error.strerror or error}.") from error
    with out:
        yield out


def _write(out: TextIO | None, query: str, hits: Hits) -> None:
    """TREC's lines of a run; judges there sort by the score, so it falls with the rank however the list was made."""
    if out is not None:
        for hit in hits:
            out.write(f"{query.replace(' ', '_')} Q0 {hit.id} {hit.rank} {len(hits) - hit.rank + 1} {TAG}\n")
