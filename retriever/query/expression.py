r"""The query language: ``shape:car.obj + 0.5*audio:waves.wav - text:"red"``.

Grammar (spaces are free except where `space` or "no space" is said)::

    expression = [sign] term { sign term }
    term       = [number "*"] kind ":" value            no space on either side of the colon
    sign       = "+" | "-"                              after a bare value: a space must come before it
    kind       = "text" | "image" | "audio" | "shape" | "id"
    value      = bare | quoted
    bare       = any characters but space, not beginning with a quote
    quoted     = '"' { character | '\"' | '\\' } '"'  |  "'" { character | "\'" | '\\' } "'"
    number     = a positive decimal number, such as 2, 0.5 or 1e-3

A bare value may hold ``+ - *`` (``my-car_2.obj``, ``C:\x.obj``). In a quoted one a backslash stands for itself unless
a backslash or that quote follows. A string in which no ``kind:`` begins is one text term as it is: ``a red chair``.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable

from retriever.errors import ExpressionError
from retriever.types import Modality, Term

KINDS = (Modality.TEXT.value, Modality.IMAGE.value, Modality.AUDIO.value, Modality.SHAPE.value, "id")

_WEIGHT = re.compile(r"([^\s*:\"']+)\s*\*\s*(?=[A-Za-z_]\w*:)")
_KIND = re.compile(r"([A-Za-z_]\w*):")
_BARE = re.compile(r"[^\s\"']\S*")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPE = re.compile(r"\\([\"'\\])")

_LEAD = r"\s*[+-]?\s*(?:[^\s*:\"']+\s*\*\s*)?"
_BEGINS = re.compile(rf"{_LEAD}(?:(?:{'|'.join(KINDS)}):|[A-Za-z_]\w*:\S)")
_INSIDE = re.compile(rf"(?:^|[\s+*-])(?:{'|'.join(KINDS)}):\S")


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a query expression, in the order written.

    Raises:
        ExpressionError: points at the fault and says how to mend it.
    """
    if not text.strip():
        raise ExpressionError('The query is empty: write what to look for, such as text:"a chair".', text, 0)
    if not (_BEGINS.match(text) or _INSIDE.search(text)):
        return (Term(Modality.TEXT.value, text.strip()),)
    return _Parser(text).terms()


def format(terms: Iterable[Term]) -> str:
    """The expression of some terms; `parse` gives them back."""
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
    bare = term.kind != Modality.TEXT and _BARE.fullmatch(term.source)
    value = term.source if bare else '"' + re.sub(r'(["\\])', r"\\\1", term.source) + '"'
    return f"{'' if weight == 1 else f'{weight!r}*'}{term.kind}:{value}"


class _Parser:
    """A cursor over one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def terms(self) -> tuple[Term, ...]:
        terms = [self.term(self.sign(required=False))]
        while self.at < len(self.text):
            terms.append(self.term(self.sign(required=True)))
        return tuple(terms)

    def sign(self, *, required: bool) -> float:
        self.skip_space()
        start, found = self.at, self.ahead()
        if found in ("+", "-"):
            self.at += 1
            self.skip_space()
            if not self.ahead():
                raise self.error(f"Nothing follows the {found}: write a term after it, or take it away.", start)
            return -1.0 if found == "-" else 1.0
        if found == "*":
            raise self.error('A weight goes before its term: 0.5*text:"red".')
        if required:
            raise self.error("Two terms need + or - between them; a value with spaces needs quotes.")
        return 1.0

    def term(self, sign: float) -> Term:
        weight = self.weight()
        kind = self.kind()
        value = self.value(kind)
        self.skip_space()
        return Term(kind, value, sign * weight)

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
        found = (_QUOTED if quoted else _BARE).match(self.text, self.at)
        if quoted and not found:
            raise self.error(f"The quote opened here is never closed: end the value with {self.ahead()}.")
        written = found[0] if found else ""
        value = _unescape(written) if quoted else written
        if not value.strip():
            raise self.error(f"{kind}: has no value: write it right after the colon, in quotes if it holds spaces.")
        self.at += len(written)
        return value

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
    near = difflib.get_close_matches(word.lower(), KINDS, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}:"
    return f'write one of {_choices()} - text with a colon in it goes in quotes, text:"..."'
