"""Which conditions are taken over HTTP: comparisons of columns, and nothing that takes time or memory without end.

DuckDB bounds neither for what one expression alone can ask: a cross join in a subquery runs for days, and
``repeat('x', 4000000000)`` takes what memory there is, whatever its limit. So a subquery is refused, and so is every
function that is not known to give no more than it was given. It looks at 2,048 rows before it notices that the time is
over, so that what one row may cost is bounded as well: a pattern is read anew for each row unless it is a constant, and
a list, row or struct that becomes text doubles its quotes with every one around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from retriever.errors import FilterError


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTIONS = _words("""
    lower upper lcase ucase length len strlen trim ltrim rtrim reverse strip_accents contains starts_with prefix suffix
    ends_with instr strpos left right substring substr regexp_matches regexp_full_match regexp_extract concat split_part
    abs ceil ceiling floor round trunc sqrt cbrt exp ln log log2 log10 pow power sign mod greatest least isnan isinf
    isfinite coalesce nullif ifnull if hash random now
    list_contains list_has array_contains list_min list_max list_sum list_avg list_extract array_extract array_length
""")
"""That may be called."""

_BEFORE = _words("and or not in like ilike glob to between is then when else case any all from")
"""Words of the language that a parenthesis may follow."""

_TYPES = _words("cast try_cast decimal numeric varchar char")

MOST_LETTERS = 100_000
MOST_SIGNS = 500
"""Words and signs; texts, numbers and the commas between them cost nothing for each row."""

LONGEST = 1_000
"""Letters of one text, and of all patterns, where what is repeated ``{9}`` times counts nine times."""

JOINED, LETTERS_JOINED = 8, 2_000
"""Texts that are put together in all, and letters of a condition that does so."""

DEEPEST = 30
"""Brackets within one another; what DuckDB's parser takes for many, or for one that is never closed, has no bound."""

_PREFIXES = _words("e E x X b B n N &")

_QUERIES = _words("""
    with table values pivot pivot_wider pivot_longer unpivot describe desc show summarize explain call execute
""")
"""What a subquery may begin with beside SELECT and FROM; columns may be called so as well."""

_CLOSED = {")": "(", "]": "["}

_NO_VALUES = _BEFORE | _words("array is as distinct similar escape symmetric collate")
"""Words that a bracket may follow which begins a list."""

_PATTERNS = _words("regexp_matches regexp_full_match regexp_extract")
"""Functions whose second argument is a pattern."""

_AFTER_PATTERN = _words(", ) and or then else when end")

_NO_PATTERN = "over HTTP a pattern is one text in single quotes"

_REPEATED = re.compile(r"(\)?)\{(?:\d*,)?(\d+)")
"""How often something of a pattern comes at most, and whether that is a group."""

_CLASS = 50  # letters that cost as much as one class of Unicode, such as \pL

_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*+') | (?P<name>"(?:[^"]|"")*+") | (?P<word>[^\W\d]\w*) | (?P<mark>--|/\*|\$|'|")
    | (?P<space>\s+) | (?P<number>\d+) | (?P<sign>\|\||~+\*?|[ -~]) | (?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)


def check_condition(where: str) -> None:
    """Let pass what may be asked over HTTP.

    Raises:
        FilterError: a subquery, a function that is not one of `FUNCTIONS`, a list, a pattern that is no text, a
            comment, another form of quotes, or more than can be read and evaluated soon.
    """
    if len(where) > MOST_LETTERS:
        raise _refused(f"{where[:40]} ...", f"it has more than the {MOST_LETTERS:,} letters that are taken over HTTP")
    reading = _Reading(where)
    for found in _TOKEN.finditer(where):
        if found.lastgroup != "space":
            reading.take(str(found.lastgroup), found[0].lower(), found.start())
    if reading.open:
        raise _refused(where, "a bracket is never closed, which is not taken over HTTP")


@dataclass
class _Bracket:
    """One that is open.

    Attributes:
        opened: ``(`` or ``[``.
        called: the function that it is of; "in" for the list of IN, empty where no commas may come.
        commas: so far.
    """

    opened: str
    called: str
    commas: int = 0


class _Reading:
    """What was read of a condition; each further token raises FilterError where it is too much.

    Attributes:
        open: the brackets that are.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self.open: list[_Bracket] = []
        self._before = self._last = ""  # the last two tokens
        self._due = ""  # "pattern" where one must come, "end" after one
        self._signs = self._joined = self._pattern = 0

    def take(self, kind: str, token: str, start: int) -> None:
        """The next token; `start` is where it stands."""
        # Before a quote the letter E lets backslashes count; and some odd characters are spaces to DuckDB.
        is_escaped = kind == "text" and self._last in _PREFIXES and self._where[start - 1] in _PREFIXES
        is_odd = kind in ("mark", "odd") or is_escaped
        self._hold(not is_odd, f"{token[:9]} is not taken over HTTP, where text goes in single quotes")
        self._hold(len(token) <= LONGEST, f"over HTTP a text or name has {LONGEST:,} letters at most")
        self._signs += kind not in ("text", "number") and token != ","
        self._hold(self._signs <= MOST_SIGNS, f"over HTTP {MOST_SIGNS} words and signs are taken at most")
        self._check_pattern(kind, token)
        if kind == "word":
            self._check_word(token)
        if token in ("(", "[", "{"):
            self._opened(token)
        elif token in (")", "]", "}"):
            self._hold(
                bool(self.open) and self.open.pop().opened == _CLOSED.get(token),
                "its brackets do not match, which is not taken over HTTP",
            )
        elif token == ",":
            self._comma()
        elif token == "||":
            self._join()
        if token in ("~", "~*") or (self._last, token) == ("similar", "to"):
            self._due = "pattern"
        self._before, self._last = self._last, token

    def _hold(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise _refused(self._where, otherwise)

    def _check_pattern(self, kind: str, token: str) -> None:
        if self._due == "end":
            self._hold(token in _AFTER_PATTERN, _NO_PATTERN)
            self._due = ""
        elif self._due == "pattern":
            self._hold(kind == "text", _NO_PATTERN)
            self._pattern += _size(token)
            self._hold(
                self._pattern <= LONGEST,
                f"over HTTP patterns have {LONGEST:,} letters at most, each repetition counted",
            )
            self._due = "end"

    def _check_word(self, word: str) -> None:
        alone = word == "from" and self._last == "distinct"  # of IS DISTINCT FROM
        is_query = word in ("select", "from", "for", "lambda") and not alone
        self._hold(not is_query, f"{word.upper()} is not taken over HTTP, where conditions are over columns alone")
        begins = word in _QUERIES and self._last == "("
        self._hold(
            not begins, f'{word.upper()} begins a query, which is not taken over HTTP; a column goes in "quotes"'
        )

    def _opened(self, token: str) -> None:
        self._hold(len(self.open) < DEEPEST, f"over HTTP {DEEPEST} brackets are open at once at most")
        last = self._last
        is_name = last[:1] == '"' or last[:1].isalpha() or last[:1] == "_"
        if token != "(":
            of_value = (is_name and last not in _NO_VALUES) or last in (")", "]")
            self._hold(token == "[" and of_value, "over HTTP a list goes in round brackets, after IN")
            self.open.append(_Bracket(token, ""))
            return
        called = ""
        if is_name and (last[:1] == '"' or self._before == "." or last not in _BEFORE):
            called = last.strip('"')
            is_type = last in _TYPES and self._before != "."
            self._hold(called in FUNCTIONS or is_type, f"the function {called} is not taken over HTTP")
            is_turned = called in _PATTERNS and self._before == "."
            self._hold(not is_turned, f"over HTTP it is {called}(text, 'pattern')")
        if called == "concat":
            self._join()
        self.open.append(_Bracket(token, "in" if last == "in" else called))

    def _comma(self) -> None:
        within = self.open[-1].called if self.open else ""
        self._hold(bool(within), "over HTTP commas are between what a function takes, and in the list of IN")
        self.open[-1].commas += 1
        if within == "concat":
            self._join()
        if within in _PATTERNS and self.open[-1].commas == 1:
            self._due = "pattern"

    def _join(self) -> None:
        self._joined += 1
        few = self._joined <= JOINED and len(self._where) <= LETTERS_JOINED
        self._hold(few, f"over HTTP || and concat join {JOINED} texts at most, in {LETTERS_JOINED:,} letters in all")


def _size(pattern: str) -> int:
    """Letters of a pattern where what is repeated counts as often; no less, and of some more."""
    size, times = len(pattern) + _CLASS * pattern.count("\\p"), 1
    for group, most in _REPEATED.findall(pattern):
        if group:
            times *= max(1, int(most[:9]))
        else:
            size += int(most[:9])
    return size * times


def _refused(where: str, why: str) -> FilterError:
    return FilterError(f"The filter {where!r} is refused ({why}): ask with it by `retriever query --where`.")
