"""Exact at first, approximate once that pays: opening an approximate index costs more than a query or two do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

from retriever.ann.base import NearestNeighbours, Neighbours, RowSet
from retriever.ann.plan import EXACT_NS
from retriever.types import Vectors

OPENING = 0.3
"""Seconds: importing faiss and mapping its file."""


class Deferred:
    """Searches exactly until the time spent so would have opened the other backend, then with that one.

    Whatever is asked later, no more than twice the least time is spent (as with renting skis before buying them). The
    time is predicted from the number of products, never measured, so that a program's answers do not depend on how busy
    the machine is.

    Args:
        exact: at hand.
        open: gives the other backend; called once.
        rows: of the index.
        dim: length of a vector.
    """

    def __init__(self, exact: NearestNeighbours, open: Callable[[], NearestNeighbours], rows: int, dim: int) -> None:
        self._now = exact
        self._open: Callable[[], NearestNeighbours] | None = open
        self._rows, self._dim = rows, dim
        self._spent = 0.0
        self._opening = Lock()

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        """See `NearestNeighbours.search`."""
        if self._open is not None:
            count = self._rows if allowed is None else len(allowed)
            with self._opening:
                self._spent += len(queries) * count * self._dim * EXACT_NS * 1e-9
                if self._spent > OPENING and self._open is not None:
                    self._now, self._open = self._open(), None
        return self._now.search(queries, k, allowed, pairs)
