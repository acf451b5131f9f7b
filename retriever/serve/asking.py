"""A request becomes a query that reads no file but those that were uploaded: no path of a request is ever opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from retriever.errors import UnknownItem, UsageError
from retriever.loaders import modality_of
from retriever.query import expression as language
from retriever.query.request import ASKED, MINUS, PLUS, Query, check_where, query_of
from retriever.query.terms import check_term, is_bare
from retriever.serve.conditions import check_condition
from retriever.serve.uploads import Uploads
from retriever.store.ids import id_keys
from retriever.store.places import Places
from retriever.store.snapshot import Snapshot
from retriever.types import Term

KEYS = ("q", *PLUS, *MINUS, *ASKED, "explain")
"""What a request may hold; ``q`` is the expression, the others are those of `Index.search`."""

_FILES = ("image", "audio", "shape", "vector")
"""Kinds of terms whose source is a file."""


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes:
        query: as the engine takes it; an upload is named by the place where it lies.
        handles: place of an upload -> its handle.
        explain: whether each hit says why it is one.
    """

    query: Query
    handles: Mapping[str, str]
    explain: bool = False

    def told(self, text: str) -> str:
        """A text of the engine, its uploads by their handles."""
        for path, handle in self.handles.items():
            text = text.replace(path, handle)
        return text


def request_of(keywords: Mapping[str, Any], snapshot: Snapshot, uploads: Uploads) -> Request:
    """What some of `KEYS` ask.

    Args:
        keywords: of a query string or a JSON object.
        snapshot: where items are looked up.
        uploads: the only files that a term may name.

    Raises:
        UsageError: a key or value at fault, or a term that names another file.
        UnknownItem: an item that the index does not hold.
        FilterError: a condition that is not taken over HTTP.
    """
    if unknown := sorted(keywords.keys() - set(KEYS)):
        raise UsageError(f"A search has no {unknown[0]!r}; its keys are {', '.join(KEYS)}.")
    words = keywords.get("q")
    if not isinstance(words, str | None):
        raise UsageError(f'q is of type {type(words).__name__}: give an expression, such as "a chair".')
    if not isinstance(explain := keywords.get("explain", False), bool):
        raise UsageError(f"explain is {explain!r}: give true or false.")
    written = language.parse(words) if words else ()
    rest = query_of({key: value for key, value in keywords.items() if key not in ("q", "explain")})
    check_where(rest.where)
    if rest.where is not None:
        check_condition(rest.where)
    items, handles = _Items(snapshot), dict[str, str]()
    terms = tuple(_allowed(term, uploads, items, handles) for term in (*written, *rest.terms))
    bare = is_bare(words, written) and items.holds(written[0].source)
    return Request(replace(rest, terms=terms, bare=bare), handles, explain)


class _Items:
    """Says whether the index holds an item, by what hits show of it; the paths are read where they are needed."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._places: Places | None = None

    def holds(self, name: str) -> bool:
        """Whether it is an id of 16 digits, or a path as hits show it."""
        if id_keys([name]) is not None:
            return int(self._snapshot.locate([name])[0]) >= 0
        if modality_of(Path(name)) is None:
            return False
        self._places = self._places or Places(self._snapshot)
        return bool(np.any(self._places.shown(name)))


def _allowed(term: Term, uploads: Uploads, items: _Items, handles: dict[str, str]) -> Term:
    """The term as the engine takes it."""
    check_term(term)
    if term.kind == "mean":
        members = [_each(member, uploads, items, handles) for member in language.members(term.source)]
        return replace(term, source=", ".join(map(language.format, members)))
    if term.kind == "where":
        check_condition(term.source)
    if term.kind == "id" and not items.holds(term.source):
        raise UnknownItem(f"The index has no item {term.source!r}: take an id or a path from a hit of a query.")
    if term.kind not in _FILES:
        return term
    if (upload := uploads.of_handle(term.source)) is None:
        raise UsageError(_refusal(term))
    handles[str(upload.path)] = upload.handle
    return replace(term, source=str(upload.path))


def _each(member: Sequence[Term], uploads: Uploads, items: _Items, handles: dict[str, str]) -> list[Term]:
    return [_allowed(term, uploads, items, handles) for term in member]


def _refusal(term: Term) -> str:
    if term.source.startswith("uploads/"):
        return (
            f"The upload {term.source} is not here any more, for uploads last as long as the server runs: "
            "hand the file over again."
        )
    return (
        f"{term.kind}:{term.source} is refused: over HTTP only uploaded files and items of the index can be asked "
        "with; upload the file, or name an item with id:."
    )
