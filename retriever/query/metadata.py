"""What is known of hits beyond what every hit shows: read from the index when first looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

FIXED = ("id", "path", "root", "modality", "label")
"""Columns that a hit has as attributes."""

HIDDEN = frozenset({"fingerprint"})
"""Columns that are nobody's business."""


NUMBER = "query"
"""Column of the number of each hit's query, in the tables of many."""


def free_names(names: Sequence[str], taken: Iterable[str]) -> dict[str, str]:
    """Names of the items' columns -> those that they have in tables of hits, beside the hits' own.

    A name that one of `taken` or `NUMBER` has, in any case, gets an underscore, or as many as it takes.
    """
    used = {name.lower() for name in (*taken, NUMBER)}
    clashing = [name for name in names if name.lower() in used]
    used |= {name.lower() for name in names}
    new = {name: name for name in names}
    for name in clashing:
        while new[name].lower() in used:
            new[name] += "_"
        used.add(new[name].lower())
    return new


class Later:
    """A table that is read once, when it is first needed.

    Args:
        read: reads it.
    """

    def __init__(self, read: Callable[[], pa.Table]) -> None:
        self._read = read

    @cached_property
    def table(self) -> pa.Table:
        """All columns."""
        return self._read()

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """One mapping a row, of the columns that are neither `FIXED` nor `HIDDEN`."""
        shown = [name for name in self.table.column_names if name not in HIDDEN and name not in FIXED]
        rows: list[dict[str, Any]] = self.table.select(shown).to_pylist()
        return rows
