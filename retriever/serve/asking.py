"""A request becomes a query that reads no file but those that were uploaded: no path of a request is ever opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from retriever.errors import UnknownItem, UsageError
from retriever.query import expression as language
from retriever.query.naming import may_name
from retriever.query.request import ASKED, LIKE, MINUS, PLUS, Query, check_k, check_where, query_of
from retriever.query.term import Term
from retriever.query.terms import check_term, is_bare
from retriever.serve.conditions import check_condition
from retriever.serve.uploads import FOLDER, Uploads
from retriever.store.ids import id_keys
from retriever.store.places import Places
from retriever.store.snapshot import Snapshot

KEYS = ("q", *PLUS, *MINUS, *LIKE, *ASKED, "explain")
"""What a request may hold; ``q`` is the expression, the others are those of `Index.search`."""

SWITCHES = ("center", "unbalanced", "geometry_only", "unique", "explain")
"""Those of them that are true or false."""

LISTED = ("where", "to", "k", "offset", "sort")
"""What a request for items may hold: the keywords of `Index.browse`."""

COUNTED = ("column", "where", "to", "k")
"""What a request for counts may hold: the keywords of `Index.counts`."""

_FILES = ("image", "audio", "shape", "vector")
"""Kinds of terms whose source is a file."""

_LISTED = 10  # items where nobody says how many, as hits
_COUNTED = 20  # values

MOST_LETTERS = 20_000
"""Of an expression."""

MOST_TERMS = 200
"""Of a request, those in means counted; each is read, encoded and told."""

DEEPEST = 8
"""Means within one another: each is parsed again for every one around it."""


@dataclass(frozen=True)
class Question:
    """A request that was read, but not looked up yet.

    Attributes:
        words: the expression.
        written: its terms.
        rest: all else that is asked, with the terms of the keywords.
        leaves: all terms, and in place of a mean those that it is made of.
        explain: whether each hit says why it is one.
    """

    words: str | None
    written: tuple[Term, ...]
    rest: Query
    leaves: tuple[Term, ...]
    explain: bool = False


def question_of(keywords: Mapping[str, Any]) -> Question:
    """What some of `KEYS` ask; neither the index nor any file is looked at.

    Args:
        keywords: of a query string or a JSON object.

    Raises:
        UsageError: a key or value at fault, or more than is taken over HTTP.
        FilterError: a condition that is not taken over HTTP.
    """
    if unknown := sorted(keywords.keys() - set(KEYS)):
        raise UsageError(f"A search has no {unknown[0]!r}; its keys are {', '.join(KEYS)}.")
    words = keywords.get("q")
    if not isinstance(words, str | None):
        raise UsageError(f'q is of type {type(words).__name__}: give an expression, such as "a chair".')
    if len(words or "") > MOST_LETTERS:
        raise UsageError(f"q has more than {MOST_LETTERS:,} letters; ask in fewer, or with `retriever query`.")
    for switch in SWITCHES:
        if not isinstance(value := keywords.get(switch, False), bool):
            raise UsageError(f"{switch} is {value!r}: give true or false.")
    written = language.parse(words) if words else ()
    rest = query_of({key: value for key, value in keywords.items() if key not in ("q", "explain")}, read=_example)
    check_where(rest.where)
    if rest.where is not None:
        check_condition(rest.where)
    leaves = tuple(islice(_leaves((*written, *rest.terms)), MOST_TERMS + 1))
    if len(leaves) > MOST_TERMS:
        raise UsageError(f"There are more than {MOST_TERMS} terms; ask with fewer, or with `retriever query`.")
    return Question(words, written, rest, leaves, keywords.get("explain", False))


def listing_of(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of `Index.browse`, of a request for items; nothing but the keywords is looked at.

    Raises:
        UsageError: a key or value at fault, or more than is taken over HTTP.
        FilterError: a condition that is not taken over HTTP.
    """
    return _looking("A list of items", "items", LISTED, {"k": _LISTED, **keywords})


def counting_of(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of `Index.counts`, likewise.

    Raises:
        UsageError: a key or value at fault, or more than is taken over HTTP.
        FilterError: a condition that is not taken over HTTP.
    """
    if not keywords.get("column"):
        raise UsageError("column is missing: name one whose values are counted, such as column=label.")
    return _looking("A count", "values", COUNTED, {"k": _COUNTED, **keywords})


def _looking(called: str, what: str, keys: Sequence[str], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords, where they may be asked over HTTP."""
    if unknown := sorted(keywords.keys() - set(keys)):
        raise UsageError(f"{called} has no {unknown[0]!r}; its keys are {', '.join(keys)}.")
    check_k(keywords["k"], what)
    if (where := keywords.get("where")) is not None:
        check_condition(where)
    return dict(keywords)


def request_of(question: Question, snapshot: Snapshot, uploads: Uploads) -> Query:
    """The query that the engine is asked; an upload stands in it by its handle.

    Args:
        question: what is asked.
        snapshot: where items are looked up.
        uploads: the only files that a term may name.

    Raises:
        UsageError: a term that names another file.
        UnknownItem: an item that the index does not hold.
    """
    items = _Items(snapshot)
    files = {term.source: path for term in question.leaves if (path := _file(term, uploads, items)) is not None}
    terms = (*question.written, *question.rest.terms)
    bare = is_bare(question.words, question.written) and _names(items, question.written[0].source)
    return replace(question.rest, terms=terms, bare=bare, files=files)


class _Items:
    """Says whether the index holds an item, by what hits show of it; the paths are read where they are needed."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._places: Places | None = None

    def holds(self, name: str) -> bool:
        """Whether it is an id of 16 digits, or a path as hits show it."""
        if id_keys([name]) is not None:
            return int(self._snapshot.locate([name])[0]) >= 0
        self._places = self._places or Places(self._snapshot)
        return len(self._places.shown(name)) > 0


def _names(items: _Items, words: str) -> bool:
    """Whether bare words are an item: the paths are not read for what reads like words."""
    return may_name(words) and items.holds(words)


def _leaves(terms: Iterable[Term], depth: int = 0) -> Iterator[Term]:
    """The terms, and in place of a mean those that it is made of, each looked at by itself."""
    for term in terms:
        if term.kind == "mean":
            if depth == DEEPEST:
                raise UsageError(f"More than {DEEPEST} means are within one another; write the query with fewer.")
            for member in language.members(term.source):
                yield from _leaves(member, depth + 1)
            continue
        check_term(term)
        if term.kind == "where":
            check_condition(term.source)
        yield term


def _example(value: str) -> tuple[str, str]:
    """The kind and source of the term of a `like`: an upload by its term, else an item; no file is looked for."""
    kind, colon, source = value.partition(":")
    return (kind, source) if colon and kind in _FILES and source.startswith(f"{FOLDER}/") else ("id", value)


def _file(term: Term, uploads: Uploads, items: _Items) -> Path | None:
    """The file that a term, which is no mean, asks with; None for one that asks with none."""
    if term.kind == "id" and not items.holds(term.source):
        raise UnknownItem(f"The index has no item {term.source!r}: take an id or a path from a hit of a query.")
    if term.kind not in _FILES:
        return None
    if (upload := uploads.of_handle(term.source)) is None:
        raise UsageError(_refusal(term))
    return upload.path


def _refusal(term: Term) -> str:
    if term.source.startswith(f"{FOLDER}/"):
        return (
            f"The upload {term.source} is not here any more, for uploads last as long as the server runs: "
            "hand the file over again."
        )
    return (
        f"{term.kind}:{term.source} is refused: over HTTP only uploaded files and items of the index can be asked "
        "with; upload the file, or name an item with id:."
    )
