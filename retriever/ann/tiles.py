"""Vectors as torch tiles of a bounded size, in the format and on the device they are multiplied in.

Three sources, one contract (`Tiles`): converted in place on the CPU; kept whole in its memory or a GPU's; or streamed
into the GPU's through pinned memory, tile by tile. On the CPU, tests take a second buffer for the device; the same
contract was run on a GPU.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import Rows
from retriever.ann.precision import Format

if TYPE_CHECKING:
    from torch import Tensor

Tile = tuple[NDArray[np.int64] | range, "Tensor"]
"""(m,) row numbers, ascending, and their (m, d) vectors, which are overwritten when the next tile is asked for."""

PRODUCTS = 2**28
"""Products with a tile at once, where its size is free: 512 MiB. Few queries so see large tiles, and few of them."""

ENTRIES = 2**31 - 1
"""Of a tile at most: with more, products on GPUs have reached beyond their memory (PyTorch issue 17897)."""

GATHERED = 2**29
"""Bytes of a tile that rows are copied into from here and there: two such tiles, and the products with one, have to fit
in what `gpu.RESERVE` leaves beside the copy of all vectors."""

STEP = 8192
"""Products of a query are filled up to a multiple of this, see `picks`; so are sizes that are free to be one."""


class Tiles(Protocol):
    """A source of tiles."""

    def tiles(self, rows: NDArray[np.int64] | None, queries: int = PRODUCTS) -> Iterator[Tile]:
        """The rows asked for, ascending; None: all of them. `queries` will be multiplied with each tile at once."""
        ...


class HostTiles:
    """Tiles in the CPU's memory; float32 rows that lie together are not copied.

    Args:
        vectors: memory-mapped or not.
        format: of the tiles.
        size: most rows of a tile.
    """

    def __init__(self, vectors: Rows, format: Format, size: int) -> None:
        import torch

        self.size = size
        self.vectors = vectors
        self.dtype = getattr(torch, format.name)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The given NumPy array is not writable")  # tiles are never written to
            self._blocks = [torch.from_numpy(block) for block in vectors.blocks]
        self._gathered = torch.empty(0)

    def tiles(self, rows: NDArray[np.int64] | None, queries: int = PRODUCTS) -> Iterator[Tile]:
        """See `Tiles`."""
        buffer = self.buffer(rows)
        for part in self.parts(rows):
            whole = self._in_place(part) if rows is None else None
            yield part, self.fill(buffer, part) if whole is None else whole

    def parts(self, rows: NDArray[np.int64] | None) -> Iterator[NDArray[np.int64]]:
        """The row numbers of the tiles, one after the other."""
        for start, stop in spans(len(self.vectors) if rows is None else len(rows), self.size):
            yield np.arange(start, stop) if rows is None else rows[start:stop]

    def buffer(self, rows: NDArray[np.int64] | None, *, pinned: bool = False) -> Tensor:
        """What the largest tile of these rows fits in; pinned: a GPU can copy it without the CPU's help."""
        import torch

        count = min(self.size, len(self.vectors) if rows is None else len(rows))
        return torch.empty((count, self.vectors.dim), dtype=self.dtype, pin_memory=pinned)

    def fill(self, buffer: Tensor, rows: NDArray[np.int64]) -> Tensor:
        """Convert rows (ascending) into the start of a buffer, and return that."""
        starts = np.searchsorted(rows, self.vectors.starts)
        for number, block in enumerate(self._blocks):
            begin, end = starts[number : number + 2].tolist()
            if begin < end:
                self._copy(buffer[begin:end], block, rows[begin:end] - self.vectors.starts[number])
        return buffer[: len(rows)]

    def _copy(self, out: Tensor, block: Tensor, rows: NDArray[np.int64]) -> None:
        import torch

        first, last = int(rows[0]), int(rows[-1])
        if last - first + 1 == len(rows):
            out.copy_(block[first : last + 1])
            return
        if len(self._gathered) < len(rows):
            self._gathered = torch.empty((self.size, self.vectors.dim))
        gathered = self._gathered[: len(rows)]
        torch.index_select(block, 0, torch.from_numpy(rows), out=gathered)
        out.copy_(gathered)

    def _in_place(self, rows: NDArray[np.int64]) -> Tensor | None:
        """Rows that lie together in one block, where they need no conversion."""
        number = int(np.searchsorted(self.vectors.starts, rows[0], side="right")) - 1
        first = int(rows[0] - self.vectors.starts[number])
        block = self._blocks[number]
        return (
            block[first : first + len(rows)] if block.dtype == self.dtype and first + len(rows) <= len(block) else None
        )


def _even(size: int) -> int:
    """A size whose products need no filling up."""
    return size - size % STEP if size > STEP else size


def spans(count: int, size: int) -> Iterator[tuple[int, int]]:
    """Start and end of each run of `size` numbers below `count`; the last may be shorter."""
    for start in range(0, count, size):
        yield start, min(start + size, count)


class ResidentTiles:
    """Tiles of a copy of all vectors in a device's memory.

    Args:
        host: what to copy, once, tile by tile.
        device: "cuda", or "cpu" for `KeptTiles` and in tests.
        products: with a tile at once, None: `PRODUCTS`; few queries so see large tiles, up to `ENTRIES` and `GATHERED`,
            but none smaller than `host`'s.
    """

    def __init__(self, host: HostTiles, device: str, products: int | None = None) -> None:
        import torch

        self._host, self._products = host, products or PRODUCTS
        self._copy = torch.empty((len(host.vectors), host.vectors.dim), dtype=host.dtype, device=device)
        for rows, tile in host.tiles(None):
            self._copy[int(rows[0]) : int(rows[-1]) + 1].copy_(tile)

    def tiles(self, rows: NDArray[np.int64] | None, queries: int = PRODUCTS) -> Iterator[Tile]:
        """See `Tiles`."""
        import torch

        most = min(self._products // max(queries, 1), ENTRIES // self._host.vectors.dim)
        if rows is not None:
            most = min(most, GATHERED // (self._host.vectors.dim * self._copy.itemsize))
        size = max(self._host.size, _even(most))
        for start, stop in spans(len(self._copy) if rows is None else len(rows), size):
            if rows is None:
                yield range(start, stop), self._copy[start:stop]
            else:
                part = torch.from_numpy(rows[start:stop]).to(self._copy.device)
                yield rows[start:stop], torch.index_select(self._copy, 0, part)


class KeptTiles:
    """Tiles of a copy in the CPU's memory, made once a good part of the rows is asked for; until then, the host's.

    Args:
        host: what to copy.
        products: see `ResidentTiles`.
    """

    def __init__(self, host: HostTiles, products: int) -> None:
        self._host, self._products = host, products
        self._copy: ResidentTiles | None = None

    def tiles(self, rows: NDArray[np.int64] | None, queries: int = PRODUCTS) -> Iterator[Tile]:
        """See `Tiles`."""
        if self._copy is None and (rows is None or len(rows) > len(self._host.vectors) // 4):
            self._copy = ResidentTiles(self._host, "cpu", self._products)
        return (self._copy or self._host).tiles(rows, queries)


class StreamedTiles:
    """Tiles that are brought to a device while the one before is worked on: for more vectors than fit there.

    One thread reads the next tile from the files into pinned memory, in the format of the tiles, and copies it on a
    stream of its own. There are two buffers on each side; one is filled again only when what was queued on it is done.

    Args:
        host: what to read.
        device: "cuda", or "cpu" in tests.
    """

    def __init__(self, host: HostTiles, device: str) -> None:
        self._host, self._device = host, device

    def tiles(self, rows: NDArray[np.int64] | None, queries: int = PRODUCTS) -> Iterator[Tile]:
        """See `Tiles`."""
        import torch

        lane = _Lane(self._device)
        pinned = [self._host.buffer(rows, pinned=lane.stream is not None) for _ in range(2)]
        there = [torch.empty_like(buffer, device=self._device) for buffer in pinned]

        def bring(slot: int, part: NDArray[np.int64], free: Any) -> tuple[NDArray[np.int64], Tensor, Any]:
            lane.wait(slot)
            tile = there[slot][: len(part)]
            return part, tile, lane.copy(slot, tile, self._host.fill(pinned[slot], part), free)

        coming: Future[tuple[NDArray[np.int64], Tensor, Any]] | None = None
        with ThreadPoolExecutor(1) as thread:
            for number, part in enumerate(self._host.parts(rows)):
                behind, coming = coming, thread.submit(bring, number % 2, part, lane.mark())
                if behind is not None:
                    yield lane.take(*behind.result())
            if coming is not None:
                yield lane.take(*coming.result())


class _Lane:
    """The order between the stream that copies to a GPU and the one that computes; on the CPU all is in order anyway.

    Attributes:
        stream: that copies; None on the CPU.
    """

    def __init__(self, device: str) -> None:
        import torch

        self.stream = torch.cuda.Stream(device) if torch.device(device).type == "cuda" else None
        self._device = device
        self._copied: list[Any] = [None, None]

    def mark(self) -> Any:
        """A point in the computing stream: what was queued so far."""
        import torch

        return None if self.stream is None else torch.cuda.current_stream(self._device).record_event()

    def wait(self, slot: int) -> None:
        """Wait until the last copy out of a pinned buffer is done, so that it can be filled again."""
        if self._copied[slot] is not None:
            self._copied[slot].synchronize()

    def copy(self, slot: int, out: Tensor, filled: Tensor, free: Any) -> Any:
        """Start a copy once what was queued up to `free` is done; returns the event of its end."""
        import torch

        if self.stream is None:
            out.copy_(filled)
            return None
        with torch.cuda.stream(self.stream):
            self.stream.wait_event(free)
            out.copy_(filled, non_blocking=True)
            self._copied[slot] = self.stream.record_event()
        return self._copied[slot]

    def take(self, part: NDArray[np.int64], tile: Tensor, copied: Any) -> Tile:
        """A tile, once the computing stream may read it."""
        import torch

        if self.stream is not None:
            torch.cuda.current_stream(self._device).wait_event(copied)
        return part, tile
