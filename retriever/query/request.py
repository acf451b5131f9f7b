"""What is asked: a query as plain data, and how keywords become one."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

import numpy as np

from retriever.errors import ExpressionError, RetrieverError, UsageError
from retriever.query import expression as language
from retriever.types import Modality, Term, is_utf8

MOST = 10_000
"""The largest k."""

Source = str | os.PathLike[str]
Sources = Source | Sequence[Source] | None
"""One value of a keyword, or several."""

Asked = Union[str, Sequence[Term], Mapping[str, Any], "Query"]
"""A query of many: an expression, terms, the keywords of `Index.search`, or a `Query` ready made."""

PLUS = language.KINDS
MINUS = tuple(f"minus_{kind}" for kind in PLUS)
KEYS = ("expression", *PLUS, *MINUS, "terms", "k", "to", "where", "up")
"""The keywords of a query, in the order in which their terms count."""


@dataclass(frozen=True)
class Query:
    """One question.

    Attributes:
        terms: what is summed; one or more.
        k: hits wanted, 1 to `MOST`.
        to: a modality, "any", or None for shapes where the index holds any.
        where: SQL condition over the items' columns.
        up: the up axis of its shape files: "y", "z", or "auto" to go by their format.
        name: what messages about it begin with, such as "Query 3"; empty for one that is asked alone.
    """

    terms: tuple[Term, ...]
    k: int = 10
    to: str | None = None
    where: str | None = None
    up: str = "auto"
    name: str = ""

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Errors raised inside begin with the query's name."""
        try:
            yield
        except RetrieverError as error:
            if not self.name:
                raise
            raise blame(error, self.name) from error

    def check(self) -> None:
        """Raise UsageError where it makes no query, whatever the index."""
        if not self.terms:
            raise UsageError('There is nothing to look for: give an expression, or a term such as text="a chair".')
        for term in self.terms:
            _check_term(term)
        check_k(self.k)
        check_where(self.where)
        if self.up not in ("auto", "y", "z"):
            raise UsageError(f"up is {self.up!r}: choose one of auto, y, z.")


def query_of(keywords: Mapping[str, Any], *, name: str = "") -> Query:
    """The query that some of `KEYS` make; its terms are those of the expression, then of the keywords in their order.

    Raises:
        UsageError: a keyword that there is not, or of the wrong kind; the message does not yet begin with `name`.
    """
    if unknown := sorted(str(key) for key in keywords.keys() - set(KEYS)):
        raise UsageError(f"A query has no {unknown[0]!r}; its keys are {', '.join(KEYS)}.")
    if not isinstance(by_hand := keywords.get("terms") or (), Iterable):
        raise UsageError(f"terms takes a sequence of retriever.Term, not {type(by_hand).__name__}.")
    terms = [
        *parsed(keywords.get("expression")),
        *terms_of({kind: keywords.get(kind) for kind in PLUS}, 1.0),
        *terms_of({key.removeprefix("minus_"): keywords.get(key) for key in MINUS}, -1.0),
        *by_hand,
    ]
    rest = {key: keywords[key] for key in ("k", "to", "where", "up") if key in keywords}
    return Query(tuple(terms), name=name, **rest)


def queries_of(many: Sequence[Asked], usual: Mapping[str, Any]) -> list[Query]:
    """Many queries, named by their numbers from 1; `usual` holds what they do not say themselves.

    Raises:
        UsageError: begins with the number of the query at fault.
    """
    if isinstance(many, str | Mapping) or not isinstance(many, Iterable):
        raise UsageError("search_many takes a sequence of queries; ask a single one with search.")
    return [_one_of(asked, f"Query {number}", usual) for number, asked in enumerate(many, 1)]


def _one_of(asked: Asked, name: str, usual: Mapping[str, Any]) -> Query:
    if isinstance(asked, Query):
        return asked
    if isinstance(asked, str):
        asked = {"expression": asked}
    elif isinstance(asked, Sequence):
        asked = {"terms": asked}
    if not isinstance(asked, Mapping):
        kind = type(asked).__name__
        raise UsageError(f"{name} is of type {kind}; give an expression, terms, or a mapping of keywords.")
    try:
        return query_of({**usual, **asked}, name=name)
    except UsageError as error:
        raise blame(error, name) from error


def blame(error: RetrieverError, name: str) -> RetrieverError:
    """The same error, its message after a name."""
    if isinstance(error, ExpressionError):
        return ExpressionError(f"{name}: {error.message}", error.expression, error.column)
    return type(error)(f"{name}: {error}")


def parsed(expression: str | None) -> tuple[Term, ...]:
    """The terms of an expression; raises UsageError, also for what is more likely a file than a text."""
    if not isinstance(expression, str | None):
        raise UsageError(f"The expression must be a string, not {type(expression).__name__}; files go in shape=.")
    if expression is None:
        return ()
    terms = language.parse(expression)
    name = expression.strip()
    if terms == (Term(Modality.TEXT.value, name),) and _is_file(name):  # typed by many, and found by its words by none
        raise UsageError(f'{name} is a file: ask with --shape "{name}", or with text:"{name}" for the words.')
    return terms


def terms_of(keywords: Mapping[str, Sources], weight: float) -> list[Term]:
    """The keywords' values as terms, in the order of the keywords."""
    terms = []
    for kind, sources in keywords.items():
        if isinstance(sources, str | os.PathLike | Mapping) or not isinstance(sources, Iterable | None):
            sources = [sources]
        for source in () if sources is None else sources:
            if not isinstance(source, str | os.PathLike):
                raise UsageError(f"{kind} takes a string, a path, or a sequence of them, not {type(source).__name__}.")
            terms.append(Term(kind, os.fspath(source), weight))
    return terms


def check_where(where: object) -> None:
    """Raise UsageError for a condition that is no text."""
    if not isinstance(where, str | None):
        raise UsageError(f"where must be a string, not {type(where).__name__}: \"label = 'chair'\".")


def check_k(k: int) -> None:
    """Raise UsageError for a k out of range."""
    if not (isinstance(k, int | np.integer) and 1 <= k <= MOST):
        raise UsageError(f"k is {k}: ask for 1 to {MOST:,} hits.")


def _check_term(term: Term) -> None:
    if not isinstance(term, Term):
        raise UsageError(f"The term {term!r} is no retriever.Term; write Term('text', 'a chair'), for example.")
    if term.kind not in language.KINDS:
        raise UsageError(f"There are no terms of kind {term.kind!r}; the kinds are {', '.join(language.KINDS)}.")
    if not isinstance(term.source, str):
        raise UsageError(f"The source of the {term.kind} term must be a string, not {type(term.source).__name__}.")
    if not isinstance(term.weight, int | float | np.number):
        raise UsageError(f"The weight of {term.kind} {term.source!r} must be a number, not {term.weight!r}.")
    if not term.source.strip():
        raise UsageError(f"The {term.kind} term is empty; give it a value or leave it out.")
    if term.kind in (Modality.TEXT, "id") and not is_utf8(term.source):
        raise UsageError(f"The {term.kind} term {term.source!r} is not valid UTF-8; type it again.")
    if term.weight == 0 or not math.isfinite(term.weight):
        raise UsageError(f"The weight {term.weight} of {term.kind} {term.source!r} must be finite and not zero.")


def _is_file(name: str) -> bool:
    try:
        return bool(Path(name).suffix) and Path(name).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):  # too long for a name, or none at all
        return False
