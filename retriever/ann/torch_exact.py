"""Exact search by torch, for batches: products in a short format pick the rows that float64 then decides between.

A tile of rows is multiplied with all queries in bfloat16 (CPUs that are quick at it), float16 (GPUs) or float32.
`Format.error` proves how far such a product can be from the cosine. A row is dropped only where it is proven to come
after k others, so the result is that of `ExactSearch`, bit by bit. On a GPU that is settled by `Picks`, and for queries
with many near-ties, and on the CPU, by `Shortlists`. Where there is a GPU, the contract suite tests it as well. On an
NVIDIA H200 it passed while an earlier `Shortlists` did all of it; as they are now, both have only been run on CPUs.

Where a GPU's memory runs out after all, since other programs take of it too, the vectors are streamed, and where that
does not work out either, they are searched on the CPU.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import Neighbours, Rows, RowSet, blank
from retriever.ann.exact import ExactSearch
from retriever.ann.gpu import fits, free_on
from retriever.ann.picks import MOST_K, Picks
from retriever.ann.precision import FLOAT16, FLOAT32, FORMATS, Format, cpu_format, kept
from retriever.ann.shortlists import CPU_BATCH, GPU_BATCH, Shortlists
from retriever.ann.tiles import HostTiles, KeptTiles, ResidentTiles, StreamedTiles, Tiles
from retriever.devices import out_of_memory
from retriever.types import Vectors

log = logging.getLogger(__name__)

CPU_TILE = 16_384
"""Rows of a tile, the quickest of 2048 to 20,480 for 32 to 1,000 queries."""
GPU_TILE = 131_072
"""The same on a GPU, at the least; a guess, not measured on one."""
CPU_PRODUCTS = CPU_TILE * CPU_BATCH
"""Products at once with tiles of a copy that is kept on the CPU."""

BATCH = 1024
"""Queries that one pass over the tiles answers; each keeps at most `MOST` rows."""

MOST, LEAST = 16_384, 2048
"""A shortlist of more rows than a 32nd of all, within these bounds, is given up, and its query searched in float32."""


class TorchExact:
    """Exact search by matrix products of tiles, see `NearestNeighbours`; on one device, see `shards` for several.

    Args:
        blocks: (n_i, d) float32 unit vectors; rows are numbered through all blocks.
        dim: d.
        device: "cpu", "cuda" or, of several, "cuda:1".
        format: "bfloat16", "float16" or "float32"; None: what the device multiplies quickest.
        tile_rows: rows multiplied at once; None: what suits the device.
        source: "host" (tiles converted on the CPU), "kept" (one copy of all vectors there), "resident" (one on the
            device), "streamed" (to the device, tile by tile); None: "kept" on the CPU and "resident" on a GPU if the
            copy is small enough.
    """

    def __init__(
        self,
        blocks: Sequence[Vectors],
        dim: int,
        *,
        device: str = "cpu",
        format: str | None = None,
        tile_rows: int | None = None,
        source: str | None = None,
    ) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads starve every other process
        self._rows = Rows(blocks, dim)
        self._exact = ExactSearch(blocks, dim)
        self._device = _placed(device)
        self._format = FORMATS[format or _quickest(device)]
        self._tile = tile_rows or (CPU_TILE if device == "cpu" else GPU_TILE)
        kind = source or _kind(self._device, self._format, len(self._rows), dim)
        self._waits = kind in ("resident", "streamed")
        self._sources = ["resident", "streamed"][kind == "streamed" :] if self._waits else [kind]
        self._tiles = self._next_tiles()
        self._one_at_a_time = Lock()  # tiles are gathered into one buffer

    def _next_tiles(self) -> Tiles | None:
        """Tiles from the first source that there is memory for; None where there is none."""
        while self._sources:
            try:
                return self._source(self._sources[0])
            except RuntimeError as error:
                self._give_up(error)
        return None

    def _give_up(self, error: RuntimeError) -> None:
        """Go on to the next source; raises the error where it is of another kind."""
        if not self._waits or not out_of_memory(error):
            raise error
        self._tiles = None
        del self._sources[0]
        instead = "bringing the vectors there for every batch" if self._sources else "searching on the CPU"
        log.warning("The memory of the GPU %s ran out: %s instead.", self._device, instead)

    def _source(self, kind: str) -> Tiles:
        host = HostTiles(self._rows, self._format, self._tile)
        if kind == "host":
            return host
        if kind == "kept":
            return KeptTiles(host, CPU_PRODUCTS)
        return (ResidentTiles if kind == "resident" else StreamedTiles)(host, self._device)

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        """See `NearestNeighbours.search`."""
        self._rows.check(queries, k, allowed)
        count = len(self._rows) if allowed is None else len(allowed)
        if 4 * k > max(self._tile, 64) or not count:  # as many as a tile has: no row could be dropped early
            return self._exact.search(queries, k, allowed)
        only = None if allowed is None or count == len(self._rows) else allowed
        out = blank(len(queries), k)
        for start in range(0, len(queries), BATCH):
            batch = slice(start, start + BATCH)
            out[0][batch], out[1][batch] = self._batch(queries[batch], k, only, count)
        return out

    def _batch(self, queries: Vectors, k: int, only: RowSet | None, count: int) -> Neighbours:
        with self._one_at_a_time:
            while self._tiles is not None:
                try:
                    return self._alone(self._tiles, queries, k, only, count)
                except RuntimeError as error:
                    self._give_up(error)
                self._tiles = self._next_tiles()  # once the error is gone, which held what was on the GPU
            return self._exact.search(queries, k, only)

    def _alone(self, tiles: Tiles, queries: Vectors, k: int, only: RowSet | None, count: int) -> Neighbours:
        if k > MOST_K or not self._waits:  # a CPU does not stand still while it is asked
            return self._shortlisted(tiles, queries, k, only, count)
        out, lost = self._picked(tiles, queries, k, only)
        if len(lost):
            out[0][lost], out[1][lost] = self._shortlisted(tiles, queries[lost], k, only, count)
        return out

    def _picked(
        self, tiles: Tiles, queries: Vectors, k: int, only: RowSet | None
    ) -> tuple[Neighbours, NDArray[np.int64]]:
        """The neighbours, and the queries that have too many near-ties to be answered so."""
        numbers = None if only is None else only.rows
        picks = Picks(queries, k, self._format, self._device)
        with _FULL_SUMS:
            for _, tile in tiles.tiles(numbers, picks.rows):
                picks.offer(tile)
        return picks.settle(self._rows, numbers)

    def _shortlisted(self, tiles: Tiles, queries: Vectors, k: int, only: RowSet | None, count: int) -> Neighbours:
        limit = min(max(count // 32, LEAST), MOST)
        shortlists = Shortlists(queries, k, self._format, self._device, max(limit, 4 * k))
        with _FULL_SUMS:
            together = min(len(queries), CPU_BATCH if self._device == "cpu" else GPU_BATCH)
            for rows, tile in tiles.tiles(None if only is None else only.rows, together):
                shortlists.offer(tile, rows)
        out = shortlists.settle(self._rows)
        lost = np.flatnonzero(shortlists.lost)
        if len(lost):  # near-ties without end
            out[0][lost], out[1][lost] = self._exact.search(queries[lost], k, only)
        return out


def _placed(device: str) -> str:
    """The device with its number, which other threads need."""
    if device != "cuda":
        return device
    import torch

    return f"cuda:{torch.cuda.current_device()}"


def _quickest(device: str) -> str:
    if device != "cpu":
        return FLOAT16.name
    return (cpu_format() or FLOAT32).name


def _kind(device: str, format: Format, rows: int, dim: int) -> str:
    if device == "cpu":
        return "kept" if kept(format, rows, dim) else "host"
    return "resident" if fits(rows, dim, free_on(device)) else "streamed"


class _FullSums:
    """Sums in float32, which `Format.error` rests on, whatever the program has allowed torch.

    That is set for the whole process: the first of several threads sets it, and the last sets back what was before.
    """

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._undo: list[Callable[[], object]] = []

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._undo = list(_summing_in_full())

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                for undo in self._undo:
                    undo()


def _summing_in_full() -> Iterator[Callable[[], object]]:
    """Takes back, one by one, what a program can allow torch; gives what allows it again."""
    import torch

    on_gpus: Any = torch.backends.cuda.matmul
    on_cpus: Any = getattr(torch.backends.mkldnn, "matmul", None)
    for name in ("allow_fp16_reduced_precision_reduction", "allow_fp16_accumulation"):
        if hasattr(on_gpus, name):
            yield partial(setattr, on_gpus, name, getattr(on_gpus, name))
            setattr(on_gpus, name, False)
    newer = [(where, where.fp32_precision) for where in (on_gpus, on_cpus) if hasattr(where, "fp32_precision")]
    try:
        older = torch.get_float32_matmul_precision()
    except RuntimeError:  # something was allowed in the newer way alone
        pass
    else:  # both ways, as one that contradicts the other makes torch refuse to tell it to other threads
        yield partial(torch.set_float32_matmul_precision, older)
        torch.set_float32_matmul_precision("highest")
    for where, allowed in newer:
        yield partial(setattr, where, "fp32_precision", allowed)
        where.fp32_precision = "ieee"


_FULL_SUMS = _FullSums()
