"""The items of an index as judgements and queries name them: by id, or by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from retriever.ann.base import SUM
from retriever.errors import UsageError
from retriever.evaluation.qrels import Qrels
from retriever.query.expression import format, members
from retriever.query.naming import may_name
from retriever.query.ranking import pair_kind
from retriever.query.request import Query
from retriever.query.resolve import UNKNOWN, kind_of, shared
from retriever.query.stored import centroid
from retriever.query.term import Term
from retriever.store.ids import id_keys
from retriever.store.places import Places
from retriever.store.snapshot import Snapshot


class Items:
    """Ids and paths of the live items.

    Args:
        snapshot: of the index.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        rows = np.flatnonzero(snapshot.live)
        table = snapshot.take(rows, ["id", "path"])
        ids = table.column("id").to_pylist()
        self._rows = dict(zip(ids, rows.tolist(), strict=True))
        self._by_path: dict[str, list[str]] = {}
        for id, path in zip(ids, table.column("path").to_pylist(), strict=True):
            self._by_path.setdefault(path, []).append(id)
        self._lying: dict[str, list[str]] = {}
        self._beside: tuple[Items, Mapping[str, str]] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id: str) -> bool:
        return id in self._rows

    def go_by(self, other: Items, ids: Mapping[str, str]) -> None:
        """Lets them be named as another index names them, too; `ids` are those there -> those here."""
        self._beside = other, ids

    def row(self, id: str) -> int:
        """Of an item that is there, its row in the snapshot."""
        return self._rows[id]

    def id_of(self, item: str) -> str | None:
        """Of an id or a path; None where the index does not hold it.

        Raises:
            UsageError: several items have that path, under several roots.
        """
        found = self._own(item)
        if found is not None or self._beside is None:
            return found
        other, ids = self._beside
        return ids.get(other._own(item) or "")

    def _own(self, item: str) -> str | None:
        if item in self._rows:
            return item
        several = self._by_path.get(item) or self._lying_at(item)
        if len(several) > 1:
            raise UsageError(f"{item!r} is the path of {len(several)} items of the index; name them by their ids.")
        return several[0] if several else None

    def _lying_at(self, path: str) -> list[str]:
        """Ids of what a search finds by a path that hits do not show so, such as a whole one."""
        if not may_name(path) or id_keys([path]) is not None:  # words, or an id that is not there
            return []
        if path not in self._lying:
            found = self._snapshot.take(self._places.at(path), ["id"])
            self._lying[path] = list(found.column(0).to_pylist())
        return self._lying[path]

    @cached_property
    def _places(self) -> Places:
        return Places(self._snapshot)

    def keywords(self, name: str, qrels: Qrels) -> dict[str, Any]:
        """What a query looks for that nothing but its name is known of.

        Raises:
            UsageError: it is no item, and may not be words.
        """
        if id := self.id_of(name):
            return {"id": id}
        if qrels.words:
            return {"text": name}
        raise UsageError(
            f"--qrels {qrels.file}: {name!r} is no item of the index; say with --queries FILE what queries look for."
        )

    def asked(self, query: Query) -> Query:
        """The query with its items by their ids here, also the one that bare words name; others it leaves.

        Raises:
            UsageError: a path that several items have.
        """
        first, *others = query.terms
        if query.bare and may_name(first.source) and (id := self.id_of(first.source)):
            query = replace(query, terms=(Term("id", id, first.weight), *others), bare=False)
        return replace(query, terms=tuple(map(self._by_id, query.terms)))

    def _by_id(self, term: Term) -> Term:
        if term.kind == "id":
            return replace(term, source=self.id_of(term.source) or term.source)
        if term.kind == "mean":
            return replace(term, source=", ".join(format(map(self._by_id, part)) for part in members(term.source)))
        return term

    def kind(self, query: Query) -> str:
        """What a query as a whole is of, as the search has it: a modality, or `SUM`.

        Raises:
            FilterError: DuckDB does not accept the condition of a centroid.
            UsageError: nothing fulfils it.
        """
        return pair_kind(shared(query.terms, [kind_of(term, self._leaf_kind) for term in query.terms]))

    def _leaf_kind(self, term: Term) -> str:
        if term.kind == "where":
            return centroid(self._snapshot, term)[1]
        if term.kind == "vector":
            return UNKNOWN
        return self._modality(term.source) if term.kind == "id" else term.kind

    def _modality(self, id: str) -> str:
        """Of an item; of one that is not there, that of a sum: the search will say what is wrong."""
        row = self._rows.get(id)
        if row is None:
            return SUM
        return str(self._snapshot.take(np.array([row]), ["modality"]).column(0)[0].as_py())
