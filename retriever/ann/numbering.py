"""Rows have numbers in a snapshot and ids in an approximate index; segments that move or go come between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retriever.ann.files import AnnFile
from retriever.store.snapshot import Snapshot


@dataclass(frozen=True)
class Numbering:
    """Between ids, the rows of the covered segments numbered through, and rows of the snapshot.

    Attributes:
        starts: (segments + 1,) first id of each covered segment, and the number of ids.
        firsts: (segments,) first row of each now; -1 where a segment is gone.
    """

    starts: NDArray[np.int64]
    firsts: NDArray[np.int64]

    @classmethod
    def of(cls, covered: Sequence[tuple[str, int]], now: dict[str, int]) -> Numbering:
        """Of (name, rows) of the covered segments, and the first row of each segment that is there now."""
        starts = np.cumsum([0, *(rows for _, rows in covered)], dtype=np.int64)
        return cls(starts, np.array([now.get(name, -1) for name, _ in covered], np.int64))

    @classmethod
    def between(cls, file: AnnFile, snapshot: Snapshot) -> Numbering:
        """Of what was built, and a snapshot of the same index."""
        names = (entry.name for entry in snapshot.manifest.segments)
        return cls.of(file.segments, dict(zip(names, snapshot.firsts.tolist(), strict=True)))

    @cached_property
    def _count(self) -> np.uint64:
        return np.uint64(self.starts[-1])

    @cached_property
    def same(self) -> bool:
        """Whether ids are row numbers."""
        return bool((self.firsts == self.starts[:-1]).all())

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Row of each id; -1 where its segment is gone, and for what is no id: -1, and numbers in a damaged file."""
        known = ids.view(np.uint64) < self._count  # what is below 0 is very large
        if self.same:
            return np.where(known, ids, -1)
        ids = np.where(known, ids, 0)
        segment = np.searchsorted(self.starts, ids, side="right") - 1
        first = self.firsts[segment]
        return np.where(known & (first >= 0), ids - self.starts[segment] + first, -1)

    def ids_mask(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask over rows as one over ids."""
        if self.same:
            return rows[: self.starts[-1]]
        pieces = [
            rows[first : first + size] if first >= 0 else np.zeros(size, np.bool_)
            for first, size in zip(self.firsts.tolist(), np.diff(self.starts).tolist(), strict=True)
        ]
        return np.concatenate([np.zeros(0, np.bool_), *pieces])

    def covered(self, rows: int) -> NDArray[np.bool_]:
        """(rows,) True for the rows that have an id."""
        mask = np.zeros(rows, np.bool_)
        for first, size in zip(self.firsts.tolist(), np.diff(self.starts).tolist(), strict=True):
            if first >= 0:
                mask[first : first + size] = True
        return mask
