"""What is known of hits beyond what every hit shows: read from the index when first looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

FIXED = ("id", "path", "root", "modality", "label")
"""Columns that a hit has as attributes."""

HIDDEN = frozenset({"fingerprint"})
"""Columns that are nobody's business."""


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
