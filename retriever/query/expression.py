r"""The query language: ``shape:car.obj + 0.5*(audio:waves.wav - text:"red") + mean(id:0a1b, id:2c3d)``.

Grammar (spaces are free except where `space` or "no space" is said)::

    expression = [sign] term { sign term }
    term       = [number "*"] ( leaf | where | mean | "(" expression ")" )
    leaf       = kind ":" value                         no space on either side of the colon
    where      = "where(" quoted ")"                    no space before the parenthesis
    mean       = "mean(" expression { "," expression } ")"
    sign       = "+" | "-"                              after a bare value: a space must come before it
    kind       = "text" | "image" | "audio" | "shape" | "id" | "vector"
    value      = bare | quoted
    bare       = any characters but space, not beginning with a quote
    quoted     = '"' { character | '\"' | '\\' } '"'  |  "'" { character | "\'" | '\\' } "'"
    number     = a positive decimal number, such as 2, 0.5 or 1e-3

A bare value may hold ``+ - *`` (``my-car_2.obj``, ``C:\x.obj``). Inside parentheses it ends before one that closes more
than it opened itself, inside ``mean(...)`` also before a comma. In a quoted value a backslash stands for itself unless
a backslash or that quote follows. A string in which no term begins is one text term as it is: ``a red chair``. What
reads so and is hardly meant, ``text:a+text:b`` say, is refused: see `retriever.query.slips`.

A sum in parentheses is only a way to write: its sign and weight go to its terms. ``mean(...)`` is a term of its own,
for its members are brought to unit length first; its source is their expressions, as `format` writes them.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable

from retriever.errors import ExpressionError
from retriever.query.slips import Slips, in_words
from retriever.query.term import Term
from retriever.types import Modality

KINDS = (
    *(modality.value for modality in (Modality.TEXT, Modality.IMAGE, Modality.AUDIO, Modality.SHAPE)),
    "id",
    "vector",
)
"""Kinds of terms that are written ``kind:value``."""

CALLS = ("where", "mean")
"""Kinds of terms that are written ``kind(...)``."""

DEEPEST = 50
"""Parentheses within one another."""

_WEIGHT = re.compile(r"([^\s*:\"'(),]+)\s*\*\s*(?=[A-Za-z_]\w*[:(]|\()")
_KIND = re.compile(r"([A-Za-z_]\w*):")
_CALL = re.compile(r"([A-Za-z_]\w*)\(")
_BARE = re.compile(r"[^\s\"']\S*")
_PLAIN = re.compile(r"[^\s\"'(),][^\s(),]*")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPE = re.compile(r"\\([\"'\\])")

_SLIPS = Slips(KINDS)

_ANY = "|".join(KINDS)
_CALLED = rf"(?i:{'|'.join(CALLS)})\("
# Possessive (?+, *+), and each space in one place only: a long text is read once and not tried in every way.
_LEAD = r"(?:[+-]\s*)?+(?:[^\s*:\"'(),]+\s*\*\s*)?"
_BEGINS = re.compile(rf"(?:{_LEAD}\(\s*)*+{_LEAD}(?:(?:{_ANY}):|[A-Za-z_]\w*:\S|{_CALLED})")
_INSIDE = re.compile(rf"(?:^|[\s+*-])(?:{_ANY}):\S|[+*-]\s*(?:\(\s*)+(?:{_ANY}):\S|[+*-]\s*{_CALLED}")


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a query expression, in the order written, sums in parentheses multiplied out.

    Raises:
        ExpressionError: points at the fault and says how to mend it.
    """
    if not text.strip():
        raise ExpressionError('The query is empty: write what to look for, such as text:"a chair".', text, 0)
    if not (_BEGINS.match(text.lstrip()) or _INSIDE.search(text)):
        if slip := in_words(text):
            raise ExpressionError(slip[0], text, slip[1])
        return (Term(Modality.TEXT.value, text.strip()),)
    return tuple(_Parser(text).whole())


def members(source: str) -> tuple[tuple[Term, ...], ...]:
    """The terms of each member of a mean, from its source.

    Raises:
        ExpressionError: shows the mean, and points at the fault.
    """
    parser = _Parser(f"mean({source})", 5)
    found = parser.members(opened=4)
    if parser.ahead():
        raise parser.error("The mean ends before this: take a ) away, or put what holds it in quotes.")
    return tuple(found)


def format(terms: Iterable[Term]) -> str:
    """The expression of some terms; `parse` gives them back, also from inside parentheses."""
    written = ""
    for term in terms:
        minus = term.weight < 0
        if written:
            written += " - " if minus else " + "
        elif minus:
            written = "-"
        written += _format_term(term)
    return written


def _format_term(term: Term) -> str:
    weight = abs(float(term.weight))
    front = "" if weight == 1 else f"{weight!r}*"
    if term.kind == "mean":
        return f"{front}mean({term.source})"
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", term.source) + '"'
    if term.kind == "where":
        return f"{front}where({quoted})"
    slip = _SLIPS.in_value(term.kind, term.source, inside=False)
    bare = term.kind != Modality.TEXT and not slip and _PLAIN.fullmatch(term.source)
    return f"{front}{term.kind}:{term.source if bare else quoted}"


class _Parser:
    """A cursor over one expression."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.at = at
        self.ends = ""  # what ends a bare value beside a space: ")" within parentheses, "),'" within a mean's
        self.depth = 0

    def whole(self) -> list[Term]:
        terms = self.sum()
        if self.ahead():
            raise self.error(f"This {self.ahead()} belongs to no parenthesis: take it away, or open one with (.")
        return terms

    def sum(self) -> list[Term]:
        """Terms up to the end, or to what ends a value here."""
        terms = self.term(self.sign(required=False))
        while self.ahead() and self.ahead() not in (self.ends or ")"):
            terms += self.term(self.sign(required=True))
        return terms

    def members(self, opened: int) -> list[tuple[Term, ...]]:
        """The members of a mean, up to and with the parenthesis that closes it."""
        found: list[tuple[Term, ...]] = []
        while not found or self.text[self.at - 1] == ",":
            self.skip_space()
            start = self.at
            member = self.within(self.sum, "),", opened)
            if len(member) == 1 and abs(member[0].weight) != 1:
                raise self.error("A weight does nothing to a member of a mean that is one term; take it away.", start)
            found.append(tuple(member))
            self.close(opened, "),")
        return found

    def within(self, part: Callable[[], list[Term]], ends: str, opened: int) -> list[Term]:
        """What is read inside a parenthesis."""
        if self.depth == DEEPEST:
            raise self.error(f"More than {DEEPEST} parentheses are open: write the query with fewer.", opened)
        outside, self.ends, self.depth = self.ends, ends, self.depth + 1
        terms = part()
        self.ends, self.depth = outside, self.depth - 1
        return terms

    def close(self, opened: int, ends: str = ")") -> None:
        if not self.ahead():
            raise self.error("The ( opened here is never closed: end it with ).", opened)
        if self.ahead() not in ends:
            raise self.error("Two terms need + or - between them; a value with spaces needs quotes.")
        self.at += 1

    def sign(self, *, required: bool) -> float:
        self.skip_space()
        start, found = self.at, self.ahead()
        if found in ("+", "-"):
            self.at += 1
            self.skip_space()
            if not self.ahead() or self.ahead() in self.ends:
                raise self.error(f"Nothing follows the {found}: write a term after it, or take it away.", start)
            return -1.0 if found == "-" else 1.0
        if found == "*":
            raise self.error('A weight goes before its term: 0.5*text:"red".')
        if required:
            raise self.error("Two terms need + or - between them; a value with spaces needs quotes.")
        return 1.0

    def term(self, sign: float) -> list[Term]:
        start = self.at
        weight = sign * self.weight()
        opened, called = self.at, _CALL.match(self.text, self.at)
        if self.ahead() == "(":
            self.at += 1
            self.skip_space()
            if self.ahead() == ")":
                raise self.error("There is nothing between these parentheses: write a term, or take them away.", opened)
            inner = self.within(self.sum, ")", opened)
            self.close(opened)
            terms = [Term(term.kind, term.source, weight * term.weight) for term in inner]
            if not all(0 < abs(term.weight) < math.inf for term in terms):
                raise self.error("The weights multiplied here are too large or too small; use others.", start)
        elif called and called[1].lower() in CALLS:
            if called[1] not in CALLS:
                raise self.error(f"There is no {called[1]}(...): {_suggestion(called[1])}.")
            terms = [Term(called[1], self.call(called[1], called.end()), weight)]
        else:
            kind = self.kind()
            terms = [Term(kind, self.value(kind), weight)]
        self.skip_space()
        return terms

    def call(self, name: str, start: int) -> str:
        """The source of a mean or a condition, whose parenthesis was opened before `start`."""
        self.at = start
        self.skip_space()
        if name == "mean":
            if self.ahead() == ")":
                raise self.error("A mean needs a member or more: mean(id:0a1b, id:2c3d).", start - 1)
            return ", ".join(format(member) for member in self.members(start - 1))
        if self.ahead() not in ("'", '"'):
            raise self.error("A condition goes in quotes: where(\"label = 'chair'\").")
        condition = self.value(name)
        self.skip_space()
        if self.ahead() not in ("", ")"):
            raise self.error("The condition ends here: close the parenthesis with ).")
        self.close(start - 1)
        return condition

    def weight(self) -> float:
        found = _WEIGHT.match(self.text, self.at)
        if not found:
            return 1.0
        try:
            weight = float(found[1])
        except ValueError:
            raise self.error(f"The weight {found[1]!r} is not a number: write one such as 0.5*, or none.") from None
        if not (0 < weight < math.inf):
            raise self.error(
                f"The weight {found[1]} must be above zero and finite; to take a term away write - before it."
            )
        self.at = found.end()
        return weight

    def kind(self) -> str:
        found = _KIND.match(self.text, self.at)
        if not found:
            raise self.error(f'A term must begin with one of {_choices()}; a text is written text:"...".')
        if found[1] not in KINDS:
            raise self.error(f"There is no kind {found[1]!r}: {_suggestion(found[1])}.")
        self.at = found.end()
        return found[1]

    def value(self, kind: str) -> str:
        quoted = self.ahead() in ("'", '"')
        found = _QUOTED.match(self.text, self.at) if quoted else None
        if quoted and not found:
            raise self.error(f"The quote opened here is never closed: end the value with {self.ahead()}.")
        written = found[0] if found else self.bare()
        value = _unescape(written) if quoted else written
        if not value.strip():
            if kind in CALLS:
                raise self.error("There is no condition between these quotes: where(\"label = 'chair'\").")
            raise self.error(f"{kind}: has no value: write it right after the colon, in quotes if it holds spaces.")
        slip = None if quoted else _SLIPS.in_value(kind, value, inside=bool(self.ends))
        if slip:
            raise self.error(slip[0], self.at + slip[1])
        self.at += len(written)
        return value

    def bare(self) -> str:
        """The value that begins here without a quote; empty where none does."""
        found = _BARE.match(self.text, self.at)
        written, open_here = found[0] if found else "", 0
        for place, character in enumerate(written):
            if not open_here and character in self.ends:
                return written[:place]
            open_here += (character == "(") - (character == ")")
        return written

    def ahead(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def skip_space(self) -> None:
        while self.ahead().isspace():
            self.at += 1

    def error(self, message: str, column: int | None = None) -> ExpressionError:
        return ExpressionError(message, self.text, self.at if column is None else column)


def _unescape(quoted: str) -> str:
    """The value between the quotes; only that quote and the backslash can be escaped."""
    mark = quoted[0]
    return _ESCAPE.sub(lambda found: found[1] if found[1] in (mark, "\\") else found[0], quoted[1:-1])


def _choices() -> str:
    return ", ".join(f"{kind}:" for kind in KINDS)


def _suggestion(word: str) -> str:
    if word.lower() in CALLS:
        return "write mean(id:0a1b, id:2c3d)" if word.lower() == "mean" else "write where(\"label = 'chair'\")"
    near = difflib.get_close_matches(word.lower(), KINDS, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}:"
    return f'write one of {_choices()} - text with a colon in it goes in quotes, text:"..."'
