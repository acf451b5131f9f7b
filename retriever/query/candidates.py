"""Which rows may be found: those of the modality asked for that fulfil the filter, kept for the next query."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import RowSet
from retriever.errors import IndexMissing, UsageError
from retriever.store.layout import has_unfinished_run
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

if TYPE_CHECKING:
    import pyarrow as pa

MOST_SETS = 64
MOST_BYTES = 256 * 2**20
"""What is kept of earlier answers; the latest one always is."""

_Key = tuple[Modality | None, str | None]


class Candidates:
    """The rows of one snapshot that queries may find; the same question is worked out once.

    Args:
        snapshot: whose deleted rows are never candidates.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._kept: OrderedDict[_Key, RowSet | None] = OrderedDict()
        self._keeping = Lock()

    @cached_property
    def held(self) -> dict[Modality, int]:
        """Live rows of each modality that has any.

        Raises:
            IndexMissing: the index is empty.
        """
        held, folder = self._snapshot.modalities(), self._snapshot.folder
        if held:
            return held
        if has_unfinished_run(folder):
            raise IndexMissing(
                f"The index {folder} has a first run that is under way or was interrupted: wait for it, or "
                "repeat the same `retriever index PATH`, which goes on from there."
            )
        raise IndexMissing(f"The index {folder} is empty: fill it with `retriever index PATH`.")

    def targets(self, to: str | None) -> tuple[Modality, ...]:
        """The modalities that are looked for.

        Raises:
            IndexMissing: the index is empty.
            UsageError: it holds nothing of that modality, or there is no such modality.
        """
        one = self._one(to)
        return (one,) if one is not None else tuple(self.held)

    def rows(self, to: str | None, where: str | None) -> RowSet | None:
        """The rows that a query may find; None for all there are, so that a search need not look.

        Raises:
            IndexMissing: the index is empty.
            UsageError: it holds nothing of that modality, or there is no such modality.
            FilterError: a filter that DuckDB does not accept.
        """
        key = self._one(to), where
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = self._of_modality(key[0]) if where is None else self._filtered(to, where)
        with self._keeping:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and self._are_too_many():
                self._kept.popitem(last=False)
        return made

    def _one(self, to: str | None) -> Modality | None:
        """The modality asked for; None for any."""
        held = self.held
        modality = _target(to, Modality.SHAPE in held)
        if modality is not None and modality not in held:
            holds = ", ".join(f"{count:,} {name}" for name, count in held.items())
            raise UsageError(
                f"The index {self._snapshot.folder} holds no {modality} (it holds: {holds}); choose one with --to."
            )
        return modality

    def _of_modality(self, modality: Modality | None) -> RowSet | None:
        if modality is None or len(self.held) == 1:
            return None if len(self._snapshot) == self._snapshot.rows else RowSet(self._snapshot.live)
        return RowSet(self._snapshot.live & self._snapshot.modality_rows(modality))

    def _filtered(self, to: str | None, where: str) -> RowSet:
        from retriever.store.catalog import rows_where

        mask, base = rows_where(self._snapshot, where), self.rows(to, None)
        if base is not None:
            mask &= base.mask
        return RowSet(mask)

    def _are_too_many(self) -> bool:
        return len(self._kept) > MOST_SETS or sum(map(_bytes, self._kept.values())) > MOST_BYTES


def chosen(table: pa.Table, mask: NDArray[np.bool_]) -> pa.Table:
    """The rows of a table that a mask lets through."""
    import pyarrow as pa

    bits = pa.py_buffer(np.packbits(mask, bitorder="little"))  # a buffer, as pa.array would import pandas
    return table.filter(pa.Array.from_buffers(pa.bool_(), len(mask), [None, bits]))


def _bytes(rows: RowSet | None) -> int:
    """What a set takes with all that a backend may make of it: mask, bits, and 8 bytes a row."""
    return 0 if rows is None else len(rows.mask) * 9 // 8 + 8 * len(rows)


def _target(to: str | None, has_shapes: bool) -> Modality | None:
    """The modality asked for; None for any."""
    if to is None:
        return Modality.SHAPE if has_shapes else None
    if to == "any":
        return None
    try:
        return Modality(to)
    except ValueError:
        raise UsageError(f"--to {to}: choose one of {', '.join(Modality)}, any.") from None
