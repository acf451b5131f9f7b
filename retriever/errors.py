"""Every error that a user can cause, under one root.

A message is one sentence (or two) that names the file or option at fault and the cure. Options are written as on the
command line, ``--min-confidence 2``, and shown so by it; to others they are the arguments that they stand for,
``min_confidence=2``. Lower libraries' exceptions are turned into these where they are caught, with ``raise ... from``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

_SHOWN = 70
"""Characters of an expression around its fault."""

_OTHERWISE = {
    "as": "names",
    "from": "asked",
    "template": "templates",
    "index": "folder",
    "label": "column",
    "count": "column",
    "measure": "figures",
}
"""Options that go by another name as an argument."""

_COMMAND = re.compile(r"(`[^`]*`|pip install .*)", re.DOTALL)
"""What goes into a shell as it is."""

_FIRST = re.compile(r"^((?:Query \d+: )?)--([a-z][a-z-]*) ")
_OPTION = re.compile(r"(?<![\w/.-])--([a-z][a-z-]*[a-z])(?: (?=\d|[A-Z]{2}))?")
"""Options with the space before a value: at the start of a message, and where what follows looks like one."""

_as_options = False


@contextmanager
def named_as_options(yes: bool = True) -> Iterator[None]:
    """Inside, messages name options as the command line does, or not; of all threads: a command has the process."""
    global _as_options
    before, _as_options = _as_options, yes
    try:
        yield
    finally:
        _as_options = before


def _said(message: str) -> str:
    """A message as its reader names things."""
    if _as_options or "--" not in message:
        return message
    message = _FIRST.sub(lambda found: found[1] + _argument(found[2]), message, count=1)
    return "".join(
        part if _COMMAND.fullmatch(part) else _OPTION.sub(lambda found: _argument(found[1]), part)
        for part in _COMMAND.split(message)
    )


def _argument(option: str) -> str:
    return _OTHERWISE.get(option, option.replace("-", "_")) + "="


class RetrieverError(Exception):
    """Root of all errors raised on purpose by retriever, indexer and cli."""

    def __str__(self) -> str:
        return _said(super().__str__())


class UsageError(RetrieverError):
    """An option, expression or argument that cannot be understood; the command line exits with 2."""


class ExpressionError(UsageError):
    """A query expression that does not parse; shows the expression, of a long one a part, and points at the column.

    Args:
        message: what is wrong, and the cure.
        expression: the whole expression as typed.
        column: 0-based position in `expression` of the fault.
    """

    def __init__(self, message: str, expression: str, column: int) -> None:
        super().__init__(message, expression, column)  # all of them, so that it can cross between processes
        self.message = message
        self.expression = expression
        self.column = column

    def __str__(self) -> str:
        start = max(0, min(self.column - _SHOWN // 2, len(self.expression) - _SHOWN))
        end = start + _SHOWN
        front, behind = "…" if start else "", "…" if end < len(self.expression) else ""
        # a line break in it would tear the caret off
        shown = "".join(c if c.isprintable() else " " for c in self.expression[start:end])
        return f"{_said(self.message)}\n  {front}{shown}{behind}\n  {' ' * (len(front) + self.column - start)}^"


class FileProblem(RetrieverError):
    """One input file that cannot be used; an indexing run records it and goes on.

    Args:
        kind: a short machine-readable word, such as "empty", "truncated", "no-surface", "not-finite",
            "unreadable", "unsupported", "too-large", "malformed", "missing-part".
        message: a sentence without the path; the path is added where it is shown.

    Attributes:
        alone: whether the file alone is at fault, and none that it names was looked for.
    """

    alone = True

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)  # both, so that it can cross between processes
        self.kind = kind
        self.message = message

    def __str__(self) -> str:
        return self.message


class IndexMissing(RetrieverError):
    """No index at the given place, or none found upward from here."""


class IndexCorrupt(RetrieverError):
    """An index folder whose files do not fit together."""


class IndexChanged(IndexCorrupt):
    """An index that was compacted since it was opened, so that some of its files are gone; opening it again helps."""


class IndexBusy(RetrieverError):
    """Another process is writing to this index."""


class SpaceError(RetrieverError):
    """A joint embedding space that is unknown, lacks weights or a modality, or differs from the index's."""


class FilterError(UsageError):
    """A ``where`` filter that DuckDB does not accept."""


class UnknownItem(UsageError):
    """An item id that the index does not hold."""


class MissingDependency(RetrieverError):
    """An optional package that is needed here and not installed; the message holds the pip line."""
