"""What the grammar lets pass and few mean: ``text:a+text:b``, ``text:chair)``, ``text:chair*2``, ``2*chair``, ``()``.

By the grammar each of these is words, or part of a bare value; looked for, they find something else in silence. So an
unquoted one is an error, and in quotes anything may stand. Each text is read once, however long it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection

# Possessive (++, *+, ?+), so that no digit and no space is tried in two places: a long text is read once.
_NUMBER = r"(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][+-]?\d++)?+"
_WEIGHT_BEHIND = re.compile(_NUMBER)
_LEAD = rf"\s*+(?:[+-]\s*+)?+(?:{_NUMBER}\s*+\*\s*+)?+"
_NOTHING = re.compile(rf"{_LEAD}[(\s]*\)[)\s]*")
_WEIGHED = re.compile(rf"\s*+(?:[+-]\s*+)?+{_NUMBER}(?:\*|\s++\*\s++)(?=[^\W\d]|\(\s*+[^\W\d])")
_CONDITION = re.compile(r"\s*+where(?P<space>\s++)\(\s*+(?P<quote>[\"'])?")
_COMPARED = re.compile(r"[=<>]")


class Slips:
    """Finds them.

    Args:
        kinds: of terms that are written ``kind:value``.
    """

    def __init__(self, kinds: Collection[str]) -> None:
        leaf = rf"(?:{'|'.join(kinds)}):\S"
        self._unspaced = re.compile(rf"[+-](?:{_NUMBER}\*)?\(*(?:mean\(+)*(?:{leaf}|where\([\"'])")

    def in_value(self, kind: str, value: str, *, inside: bool) -> tuple[str, int] | None:
        """What is wrong with a bare value, and where in it; None for most.

        Args:
            kind: of its term.
            value: as written.
            inside: whether it stands in a parenthesis, which then ends it.
        """
        if joined := self._unspaced.search(value):
            cure = f"put a space before this {value[joined.start()]}, or the value in quotes if it belongs to it"
            return f"Behind a value without quotes a sign needs a space: {cure}.", joined.start()
        front, star, behind = value.rpartition("*")
        if star and _WEIGHT_BEHIND.fullmatch(behind):
            return f"A weight goes before its term, {behind}*{kind}:...; or put the value in quotes.", len(front)
        if not inside and value.endswith(")") and _closes_another(value):
            return "This ) belongs to no parenthesis: take it away, or put the value in quotes.", len(value) - 1
        return None


def in_words(text: str) -> tuple[str, int] | None:
    """What is wrong with an expression in which no term begins, and where; None for most, which are words."""
    if _NOTHING.fullmatch(text) and "(" in text:
        cure = "write a term, or take them away"
        return f"There is nothing between these parentheses: {cure}.", text.rindex("(", 0, text.index(")"))
    if weighed := _WEIGHED.match(text):
        return 'Behind a weight goes a term with its kind, 2*text:"chair"; text:"..." also for words with a *.', (
            weighed.end()
        )
    condition = _CONDITION.match(text)
    if condition and text.rstrip().endswith(")") and (condition["quote"] or _COMPARED.search(text)):
        cure = "where(\"label = 'chair'\"), without a space and in quotes"
        return f'A condition is written {cure}; words go in text:"...".', condition.start("space")
    return None


def _closes_another(value: str) -> bool:
    """Whether the last parenthesis closes none that was opened in `value`."""
    opened = 0
    for character in value[:-1]:
        opened = opened + 1 if character == "(" else max(0, opened - (character == ")"))
    return not opened
