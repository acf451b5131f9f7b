"""Items of an index by what hits show of them: an id, or a path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UnknownItem, UsageError
from retriever.query.request import Query
from retriever.query.term import Term
from retriever.store.ids import id_keys
from retriever.store.snapshot import Snapshot
from retriever.types import is_utf8

_SHOWN = 5


def item_rows(snapshot: Snapshot, items: Sequence[str]) -> list[NDArray[np.int64]]:
    """Live rows of each id or path: one, several where a path is there below several roots, none where it is not.

    The paths are only read where something is no id.
    """
    located = snapshot.locate(items).tolist() if items else []
    rows = [np.array([row] if row >= 0 else [], np.int64) for row in located]
    paths = [
        place for place, item in enumerate(items) if located[place] < 0 and id_keys([item]) is None and is_utf8(item)
    ]
    if paths:
        from retriever.store.places import Places

        places = Places(snapshot)
        for place in paths:
            rows[place] = places.at(items[place])
    return rows


def the_row(snapshot: Snapshot, item: str, rows: NDArray[np.int64]) -> int:
    """The row of an id or path, of those that `item_rows` found.

    Raises:
        UnknownItem: there is none.
        UsageError: there are several; lists their ids.
    """
    if len(rows) == 1:
        return int(rows[0])
    if not len(rows):
        if id_keys([item]) is not None:
            snapshot.rows_of([item])  # raises
        raise UnknownItem(
            f"The index {snapshot.folder} has no item {item!r}, and there is no such file to ask with: "
            f"take {_meant(snapshot, item) or 'an id or a path from a hit of a query'}."
        )
    table = snapshot.take(rows[:_SHOWN], ["id", "root"]).to_pylist()
    named = ", ".join(f"{row['id']} ({snapshot.root_path(row['root'])})" for row in table)
    more = ", ..." if len(rows) > _SHOWN else ""
    raise UsageError(f"{item!r} is the path of {len(rows)} items of the index; give an id of these: {named}{more}.")


def _meant(snapshot: Snapshot, item: str) -> str:
    """The paths of the index that are most like one that it does not have; nothing where none is."""
    from retriever.store.places import Places

    return " or ".join(map(repr, Places(snapshot).near(item)))


def rows_named(snapshot: Snapshot, items: Sequence[str]) -> NDArray[np.int64]:
    """(n,) the row of each of n ids or paths.

    Raises:
        UnknownItem: names one that there is not.
        UsageError: a path that several items have; lists their ids.
    """
    rows = snapshot.locate(items)
    if (rows >= 0).all():  # ids, all of them
        return rows
    found = zip(items, item_rows(snapshot, items), strict=True)
    return np.array([the_row(snapshot, item, places) for item, places in found], np.int64)


def taken(snapshot: Snapshot, queries: Sequence[Query]) -> list[Query]:
    """The queries; a bare expression that is nothing but an item's id or path asks with that item.

    Raises:
        UsageError: a path that several items have.
    """
    bare = {query.terms[0].source for query in queries if query.bare and may_name(query.terms[0].source)}
    found = dict(zip(bare, item_rows(snapshot, list(bare)), strict=True))
    return [_as_item(snapshot, query, found) if query.bare else query for query in queries]


def _as_item(snapshot: Snapshot, query: Query, found: dict[str, NDArray[np.int64]]) -> Query:
    first, *others = query.terms
    if not len(rows := found.get(first.source, ())):
        return query
    with query.blamed():
        the_row(snapshot, first.source, np.asarray(rows))
    return replace(query, terms=(Term("id", first.source, first.weight), *others), bare=False)


def may_name(words: str) -> bool:
    """Whether words look like an item, so that it is worth reading the paths: an id, or the name of a file."""
    from retriever.loaders import modality_of

    return id_keys([words]) is not None or modality_of(Path(words)) is not None
