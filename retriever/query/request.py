"""What is asked: a query as plain data, and how keywords become one."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Union

import numpy as np

from retriever.errors import ExpressionError, RetrieverError, UsageError
from retriever.files import expanded
from retriever.query import expression as language
from retriever.query.compose import MINUS as MINUS_RULES
from retriever.query.expansion import check_expand
from retriever.query.term import Term
from retriever.query.terms import Sources, check_term, each, is_bare, parsed, terms_of

MOST = 10_000
"""The largest k."""

COMBINE = ("sum", "slerp", "rank", "score", "match")
"""How terms become one order: by one vector, their sum or a point between two; or late, each term searched for itself
and the answers fused: by reciprocal ranks, by standardised scores, or by the term that an item matches worst."""

LATE = COMBINE[2:]

DEFAULT_MINUS, DEFAULT_COMBINE = "subtract", "sum"

Asked = Union[str, Sequence[Term], Mapping[str, Any], "Query"]
"""A query of many: an expression, terms, the keywords of `Index.search`, or a `Query` ready made."""

PLUS = language.KINDS
MINUS = tuple(f"minus_{kind}" for kind in PLUS)
LIKE = ("like", "unlike")


@dataclass(frozen=True)
class Query:
    """One question.

    Attributes:
        terms: what is summed; one or more.
        k: hits wanted, 1 to `MOST`.
        to: a modality, "any", or None for shapes where the index holds any.
        where: SQL condition over the items' columns.
        up: the up axis of its shape files: "y", "z", or "auto" to go by their format.
        minus: what a term with a minus does, one of `compose.MINUS`.
        combine: one of `COMBINE`.
        center: whether the mean of a term's modality is taken off it first.
        unbalanced: whether weights are taken as they stand, and not divided by the spread of their modality.
        geometry_only: whether names, captions and labels are not looked at.
        min_confidence: 0 to 1; hits with less are left out. None for all.
        diverse: 0 to 1, see `diversity.mmr`, True for its usual trade-off; None or False for the plain order.
        unique: whether near-duplicates are folded.
        expand: how many of its first hits it is moved towards, before it is asked again; 0 for none.
        name: what messages about it begin with, such as "Query 3"; empty for one that is asked alone.
        bare: whether the first term is an expression of words alone, which may be an item's id or path.
        files: where the files lie whose sources in terms are mere names, as those of uploads are.
    """

    terms: tuple[Term, ...]
    k: int = 10
    to: str | None = None
    where: str | None = None
    up: str = "auto"
    minus: str = DEFAULT_MINUS
    combine: str = DEFAULT_COMBINE
    center: bool = False
    unbalanced: bool = False
    geometry_only: bool = False
    min_confidence: float | None = None
    diverse: float | None = None
    unique: bool = False
    expand: int = 0
    name: str = ""
    bare: bool = False
    files: Mapping[str, Path] = field(default_factory=dict, hash=False, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.diverse, bool):
            from retriever.query.diversity import TRADE

            object.__setattr__(self, "diverse", TRADE if self.diverse else None)

    def place(self, term: Term) -> Path:
        """Where the file of a term lies."""
        return self.files.get(term.source) or expanded(term.source)

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
            where = f" --where {_in_a_shell(self.where)}" if isinstance(self.where, str) else ""
            raise UsageError(
                'There is nothing to look for: give an expression, or a term such as text="a chair"; '
                f"`retriever items{where}` lists items without one."
            )
        for term in self.terms:
            check_term(term)
        check_k(self.k)
        check_where(self.where)
        _choice("up", self.up, ("auto", "y", "z"))
        _choice("minus", self.minus, MINUS_RULES)
        _choice("combine", self.combine, COMBINE)
        for switch in ("center", "unbalanced", "geometry_only", "unique"):
            if not isinstance(value := getattr(self, switch), bool):
                raise UsageError(f"{switch} is {value!r}: give True or False.")
        plus = sum(term.weight > 0 for term in self.terms)
        if self.combine in LATE and not plus:
            raise UsageError(f"--combine {self.combine} ranks what a term with a plus finds; add one, or use sum.")
        if self.combine == "slerp" and not plus == len(self.terms) == 2:
            raise UsageError("--combine slerp lies between two terms with a plus; give two and no other, or use sum.")
        check_expand(self.expand)
        if self.expand and self.combine in LATE:
            raise UsageError(
                f"--combine {self.combine} searches for each term by itself, and --expand moves one vector: leave one "
                "of them out, or use sum."
            )
        if self.diverse is not None:
            from retriever.query.diversity import check_trade

            check_trade(self.diverse)
        least = self.min_confidence
        is_number = isinstance(least, int | float | np.number) and not isinstance(least, bool)
        if least is not None and not (is_number and 0 <= least <= 1):
            raise UsageError(f"--min-confidence {least!r}: give a probability from 0 to 1, such as 0.5.")


ASKED = tuple(one.name for one in fields(Query) if one.name not in ("terms", "name", "bare", "files"))
"""The keywords that say how to answer; what a query does not say itself can be said for many."""

KEYS = ("expression", *PLUS, *MINUS, *LIKE, "terms", *ASKED)
"""The keywords of a query, in the order in which their terms count."""


def asks_by_name(name: object, keywords: Mapping[str, Any]) -> bool:
    """Whether what a line of a file calls its query is what it looks for: nothing else in it says that."""
    return isinstance(name, str) and keywords.keys().isdisjoint(set(KEYS) - set(ASKED))


def query_of(
    keywords: Mapping[str, Any], *, name: str = "", read: Callable[[str], tuple[str, str]] | None = None
) -> Query:
    """The query that some of `KEYS` make; its terms are those of the expression, then of the keywords in their order.

    Args:
        keywords: what is asked.
        name: of the query.
        read: the kind and source of the term of a `like` or `unlike`; None for `likeness.example`, which looks for
            files.

    Raises:
        UsageError: a keyword that there is not, or of the wrong kind; the message does not yet begin with `name`.
    """
    if unknown := sorted(str(key) for key in keywords.keys() - set(KEYS)):
        raise UsageError(f"A query has no {unknown[0]!r}; its keys are {', '.join(KEYS)}.")
    if not isinstance(by_hand := keywords.get("terms") or (), Iterable):
        raise UsageError(f"terms takes a sequence of retriever.Term, not {type(by_hand).__name__}.")
    written = parsed(keywords.get("expression"))
    terms = [
        *written,
        *terms_of({kind: keywords.get(kind) for kind in PLUS}, 1.0),
        *terms_of({key.removeprefix("minus_"): keywords.get(key) for key in MINUS}, -1.0),
        *_likes(keywords.get("like"), keywords.get("unlike"), read),
        *by_hand,
    ]
    rest = {key: keywords[key] for key in ASKED if key in keywords}
    return Query(tuple(terms), name=name, bare=is_bare(keywords.get("expression"), written), **rest)


def queries_of(many: Sequence[Asked], usual: Mapping[str, Any]) -> list[Query]:
    """Many queries, named by their numbers from 1; `usual` holds what they do not say themselves.

    Raises:
        UsageError: begins with the number of the query at fault.
    """
    if hasattr(many, "columns"):  # of which only the names of its columns would be asked
        raise UsageError("search_many takes a sequence of queries; of a table give one column, or a dict a row.")
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


def _in_a_shell(where: str) -> str:
    """A condition as people write it on the command line."""
    return shlex.quote(where) if set(where) & set('"$`\\!') else f'"{where}"'


def check_where(where: object) -> None:
    """Raise UsageError for a condition that is no text."""
    if not isinstance(where, str | None):
        raise UsageError(f"where must be a string, not {type(where).__name__}: \"label = 'chair'\".")


def check_k(k: int, what: str = "hits") -> None:
    """Raise UsageError for a k of `what` that is no whole number, or out of range."""
    if isinstance(k, bool) or not isinstance(k, int | np.integer):
        raise UsageError(f"k is {k!r}, of type {type(k).__name__}: give a whole number such as 5, without quotes.")
    if not 1 <= k <= MOST:
        raise UsageError(f"k is {k}: ask for 1 to {MOST:,} {what}.")


def check_whole(name: str, value: object, least: int) -> None:
    """Raise UsageError for what is no whole number from `least` on."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise UsageError(f"{name} is {value!r}: give a whole number from {least} on.")


def _choice(name: str, value: object, choices: Sequence[str]) -> None:
    if value not in choices:
        raise UsageError(f"{name} is {value!r}: choose one of {', '.join(choices)}.")


def _likes(like: Sources, unlike: Sources, read: Callable[[str], tuple[str, str]] | None) -> Sequence[Term]:
    """The terms of items and files that are like what is looked for, and of those that are not."""
    wanted, unwanted = ([os.fspath(source) for source in each(*one)] for one in zip(LIKE, (like, unlike), strict=True))
    if not (wanted or unwanted):
        return ()
    from retriever.query.likeness import example, like_terms

    return like_terms(wanted, unwanted, read=read or example)
