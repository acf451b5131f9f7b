"""Exact search on the CPU: by numpy, or by torch where a batch is large enough to be worth it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property

from retriever.ann.base import NearestNeighbours, Neighbours, RowSet
from retriever.ann.exact import ExactSearch
from retriever.ann.precision import Format, cpu_format, kept, pays
from retriever.types import Vectors


class CpuExact:
    """`ExactSearch` or `TorchExact`, whichever is sooner done; they give the same results bit by bit.

    Args:
        blocks: (n_i, d) float32 unit vectors; rows are numbered through all blocks.
        dim: d.
        memory: bytes that it may keep in memory beside the blocks; None: what `TorchExact` takes.
    """

    def __init__(self, blocks: Sequence[Vectors], dim: int, memory: int | None = None) -> None:
        self._blocks, self._dim, self._memory = blocks, dim, memory
        self._rows = sum(map(len, blocks))
        self._numpy = ExactSearch(blocks, dim)

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        """See `NearestNeighbours.search`."""
        rows = self._rows if allowed is None else len(allowed)
        worth = pays(len(queries), rows, self._dim, "torch" in sys.modules, self._format, self._copied)
        return (self._torch if worth else self._numpy).search(queries, k, allowed, pairs)

    @cached_property
    def _format(self) -> Format | None:
        return cpu_format()

    @cached_property
    def _copied(self) -> bool:
        return self._format is not None and kept(self._format, self._rows, self._dim, self._memory)

    @cached_property
    def _torch(self) -> NearestNeighbours:
        from retriever.ann.torch_exact import TorchExact

        return TorchExact(self._blocks, self._dim, source="kept" if self._copied else "host")
