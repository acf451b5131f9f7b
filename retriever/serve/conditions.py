"""Which conditions are taken over HTTP: comparisons of columns, and nothing that takes time or memory without end.

DuckDB bounds neither for what one expression alone can ask: a cross join in a subquery runs for days, and
``repeat('x', 4000000000)`` takes what memory there is, whatever its limit. So a subquery is refused, and so is every
function that is not known to give no more than it was given.
"""

from __future__ import annotations

import re

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
DEEPEST = 30
"""Brackets within one another; what DuckDB's parser takes for many, or for one that is never closed, has no bound."""

_PREFIXES = _words("e E x X b B n N &")

_QUERIES = _words("""
    with table values pivot pivot_wider pivot_longer unpivot describe desc show summarize explain call execute
""")
"""What a subquery may begin with beside SELECT and FROM; columns may be called so as well."""

_DEEPER = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}

_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*+') | (?P<name>"(?:[^"]|"")*+") | (?P<word>[^\W\d]\w*) | (?P<mark>--|/\*|\$|'|")
    | (?P<space>\s+) | (?P<number>\d+) | (?P<sign>[ -~]) | (?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)


def check_condition(where: str) -> None:
    """Let pass what may be asked over HTTP.

    Raises:
        FilterError: a subquery, a function that is not one of `FUNCTIONS`, a comment, another form of quotes, or more
            than can be read soon.
    """
    if len(where) > MOST_LETTERS:
        raise _refused(f"{where[:40]} ...", f"it has more than the {MOST_LETTERS:,} letters that are taken over HTTP")
    before, between, depth = "", "", 0  # the last two tokens, and the brackets that are open
    for found in _TOKEN.finditer(where):
        kind, token = str(found.lastgroup), found[0].lower()
        if kind == "space":
            continue
        # Before a quote the letter E lets backslashes count; and some odd characters are spaces to DuckDB.
        is_escaped = kind == "text" and between in _PREFIXES and where[found.start() - 1] in _PREFIXES
        if kind in ("mark", "odd") or is_escaped:
            raise _refused(where, f"{token[:9]} is not taken over HTTP, where text goes in single quotes")
        if kind == "word":
            _check_word(where, token, between)
        if token == "(":
            _check_call(where, between, before)
        depth += _DEEPER.get(token, 0)
        if not 0 <= depth <= DEEPEST:
            raise _refused(where, f"its brackets do not match, or over the {DEEPEST} that are taken over HTTP are open")
        before, between = between, token
    if depth:
        raise _refused(where, "a bracket is never closed, which is not taken over HTTP")


def _check_word(where: str, word: str, after: str) -> None:
    alone = word == "from" and after == "distinct"  # of IS DISTINCT FROM
    if word in ("select", "from", "for", "lambda") and not alone:
        raise _refused(where, f"{word.upper()} is not taken over HTTP, where conditions are over columns alone")
    if word in _QUERIES and after == "(":
        raise _refused(where, f'{word.upper()} begins a query, which is not taken over HTTP; a column goes in "quotes"')


def _check_call(where: str, called: str, before: str) -> None:
    name = called.strip('"')
    is_name = called[:1] == '"' or called[:1].isalpha() or called[:1] == "_"
    if is_name and (called[:1] == '"' or before == "." or name not in _BEFORE | _TYPES) and name not in FUNCTIONS:
        raise _refused(where, f"the function {name} is not taken over HTTP")


def _refused(where: str, why: str) -> FilterError:
    return FilterError(f"The filter {where!r} is refused ({why}): ask with it by `retriever query --where`.")
