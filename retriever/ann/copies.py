"""Vectors of the row sets that are asked for again and again, side by side in memory."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from weakref import WeakSet

from retriever.ann.base import Rows, RowSet
from retriever.types import Vectors

KEPT, LARGEST = 2**25, 2**23
"""Bytes of all copies, and of one: rows that fill a core's cache are read at one pace wherever they lie."""


class Copies:
    """Copies of few rows, made when a set of them is asked for the second time; the latest are kept.

    From memory-mapped files, 2,000 rows of length 384 here and there take four times as long as side by side.

    Args:
        rows: what is copied.
        kept: bytes of all copies.
        largest: bytes of one.
    """

    def __init__(self, rows: Rows, kept: int = KEPT, largest: int = LARGEST) -> None:
        self._rows, self._kept, self._largest = rows, kept, largest
        self._once: WeakSet[RowSet] = WeakSet()
        self._copies: OrderedDict[RowSet, Vectors] = OrderedDict()
        self._one_at_a_time = Lock()

    def of(self, allowed: RowSet) -> Vectors | None:
        """(len(allowed), d) the set's vectors; None where they are not copied, or not yet."""
        if 4 * len(allowed) * self._rows.dim > self._largest:
            return None
        with self._one_at_a_time:
            if allowed in self._copies:
                self._copies.move_to_end(allowed)
            elif allowed in self._once:
                self._copies[allowed] = self._rows.gather(allowed.rows)
                while sum(copy.nbytes for copy in self._copies.values()) > self._kept:
                    self._copies.popitem(last=False)
            else:
                self._once.add(allowed)
            return self._copies.get(allowed)
