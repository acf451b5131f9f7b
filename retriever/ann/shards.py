"""Exact search by several devices, each over its part of the rows.

Every part's scores are those of `base.settle`, so the best of all parts are what `ExactSearch` finds, bit by bit. On
the CPU, tests take it for several devices; several GPUs have not been tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from retriever.ann.base import Neighbours, Rows, RowSet, ranked
from retriever.ann.torch_exact import TorchExact
from retriever.types import Vectors


class TorchShards:
    """A `TorchExact` a device, see `NearestNeighbours`; all are asked at once.

    Args:
        blocks: (n_i, d) float32 unit vectors; rows are numbered through all blocks.
        dim: d.
        devices: "cpu", "cuda:0" and so on, at least one; each is given as many rows.
        source: as `TorchExact` takes it; None: each device keeps its part if that fits there.
        tile_rows: as `TorchExact` takes it.
    """

    def __init__(
        self,
        blocks: Sequence[Vectors],
        dim: int,
        devices: Sequence[str],
        *,
        source: str | None = None,
        tile_rows: int | None = None,
    ) -> None:
        self._rows = Rows(blocks, dim)
        edges = np.linspace(0, len(self._rows), len(devices) + 1).astype(int).tolist()
        self._spans = list(pairwise(edges))
        self._shards = [
            TorchExact(list(self._rows.between(*span)), dim, device=device, source=source, tile_rows=tile_rows)
            for device, span in zip(devices, self._spans, strict=True)
        ]
        self._threads = ThreadPoolExecutor(len(devices))

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        """See `NearestNeighbours.search`."""
        self._rows.check(queries, k, allowed)
        parts = [None if allowed is None else allowed.part(*span) for span in self._spans]
        found = list(self._threads.map(lambda shard, part: shard.search(queries, k, part), self._shards, parts))
        scores = np.concatenate([scores for scores, _ in found], axis=1)
        rows = np.concatenate(
            [np.where(rows < 0, -1, rows + start) for (_, rows), (start, _) in zip(found, self._spans, strict=True)],
            axis=1,
        )
        owners, places = np.nonzero(rows >= 0)
        return ranked(len(queries), owners, rows[owners, places], scores[owners, places], k)
