"""Rows that may be among the nearest, and how they are settled: few where products tell them apart, many if need be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import Neighbours, Rows, cosines, ranked
from retriever.ann.precision import Format, lengths
from retriever.types import Vectors

if TYPE_CHECKING:
    import torch
    from torch import Tensor

CPU_BATCH, GPU_BATCH = 1024, 512
"""Queries multiplied with a tile at once; on the CPU the quickest of 128 to 1024, on a GPU a guess."""

GROUP, STEP = 64, 8
"""Rows of which only the best is looked at first, and the groups of these that are looked at next."""


class Shortlists:
    """Per query, the rows seen so far that may be among its k best.

    A row is kept if its product x^, rounded to the format, is at least round(t - e), where t is a cosine that k rows
    are proven to reach, and e the error of a product before it is rounded: from cosine >= t follows x >= t - e, and
    rounding keeps the order. Products of k rows that are at least p prove t = p - u |p| - e for the roundoff u. As p
    serves the k-th best of the groups' best products, so that few products are looked at one by one.

    Args:
        queries: (q, d).
        k: from 1.
        format: of queries and tiles.
        device: of tiles.
        limit: rows from which a query's shortlist is given up.

    Attributes:
        lost: (q,) True for the queries whose shortlists were given up.
    """

    def __init__(self, queries: Vectors, k: int, format: Format, device: str, limit: int) -> None:
        import torch

        self._queries, self._k, self._limit = queries, k, limit
        self._roundoff = format.roundoff + 2.0**-23
        dtype = getattr(torch, format.name)
        short = torch.from_numpy(np.ascontiguousarray(queries)).to(dtype)
        self._errors = format.error(lengths(queries - short.float().numpy()), queries.shape[1])
        self._short, self._device = short.to(device), device
        self._integers = device == "cpu" and dtype.itemsize == 2
        self._twice = torch.from_numpy(2 * self._errors).float().to(device)
        self._best = torch.full((len(queries), k), -torch.inf, dtype=dtype, device=device)
        self._floor = torch.full((len(queries),), -torch.inf, dtype=dtype, device=device)
        self._spaces = [torch.empty(0, dtype=dtype, device=device)] * 3
        self.lost = np.zeros(len(queries), np.bool_)
        self._found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))]
        self._fresh = 0

    def offer(self, tile: Tensor, rows: NDArray[np.int64] | range) -> None:
        """Take in the rows of a tile that can still be among the k best."""
        group = GROUP
        while group > 1 and len(tile) < 4 * self._k * group:
            group //= 2
        whole = len(tile) - len(tile) % group
        batch = CPU_BATCH if self._device == "cpu" else GPU_BATCH
        for start in range(0, len(self._queries), batch):
            part = slice(start, start + batch)
            self._look(part, tile[:whole], rows, group)
            if whole < len(tile):
                self._look(part, tile[whole:], rows[whole:], 1)
        if self._fresh > max(2**18, len(self._found[0][0])):  # not sooner, or equal vectors are copied for every tile
            self._trim()

    def _look(self, part: slice, tile: Tensor, rows: NDArray[np.int64] | range, group: int) -> None:
        """Find the products of some queries that reach their floors; a group is `group` rows at equal distances."""
        import torch

        short = self._short[part]
        levels = [self._space(number, len(tile) // size, len(short)) for number, size in enumerate(_sizes(group))]
        torch.mm(tile, short.T, out=levels[0])
        self._fold(levels, torch.int16 if self._integers else short.dtype)
        self._raise(part, levels[-1])
        if self._integers and not bool((self._floor[part] > 0).all()):
            self._fold(levels, short.dtype)
        places, owners = _reaching(levels, self._floor[part])
        found = torch.stack([owners + part.start, places // len(short)]).cpu().numpy()
        numbers = found[1] + rows.start if isinstance(rows, range) else rows[found[1]]
        self._found.append((found[0], numbers, levels[0].flatten()[places].float().cpu().numpy()))
        self._fresh += len(places)

    def _fold(self, levels: Sequence[Tensor], dtype: torch.dtype) -> None:
        """Make each level but the first: row i is the best of the rows before it that are i modulo its length.

        A CPU compares floats of 16 bits six times as fast if it takes them for integers, which keeps the order of those
        above 0 and puts all others below them: the best of rows without any above 0 then is any of them.
        """
        import torch

        for fine, coarse in pairwise(level.view(dtype) for level in levels):
            torch.amax(fine.view(-1, *coarse.shape), 0, out=coarse)

    def _space(self, number: int, rows: int, queries: int) -> Tensor:
        """(rows, queries) of memory for a level; overwritten by the next tile's."""
        import torch

        if self._spaces[number].numel() < rows * queries:
            self._spaces[number] = torch.empty(rows * queries, dtype=self._short.dtype, device=self._device)
        return self._spaces[number][: rows * queries].view(rows, queries)

    def _raise(self, part: slice, tops: Tensor) -> None:
        """Raise the floors of some queries by (n, q) products of different rows."""
        import torch

        apart = len(tops)
        while apart % 2 == 0 and apart >= 3 * self._k:  # so wide, two of the k best seldom meet
            apart //= 2
        tops = tops.view(-1, apart, tops.shape[1]).amax(0)
        best = torch.cat([self._best[part], tops.T], 1).topk(self._k, 1).values
        self._best[part] = best
        proven = best[:, -1].float()
        floor = (proven - proven.abs() * self._roundoff - self._twice[part]).to(best.dtype)
        self._floor[part] = torch.where(self._floor[part] == torch.inf, self._floor[part], floor)

    def _trim(self) -> None:
        """Drop what the floors have risen above; give up the queries that are left with too many rows."""
        owners, rows, products = (np.concatenate(column) for column in zip(*self._found, strict=True))
        keep = products >= self._floor.float().cpu().numpy()[owners]
        self.lost |= np.bincount(owners[keep], minlength=len(self.lost)) > self._limit
        keep &= ~self.lost[owners]
        self._found = [(owners[keep], rows[keep], products[keep])]
        self._fresh = 0
        self._floor[self.lost.nonzero()[0]] = float("inf")

    def settle(self, vectors: Rows) -> Neighbours:
        """The k best of each shortlist, by the arithmetic of `base.settle`; nothing for a query that is lost."""
        self._trim()
        owners, rows, products = self._found[0]
        first = _leading(owners, products, self._k)
        scores = cosines(vectors, self._queries, owners[first], rows[first])
        rest = ~first & (products >= self._proven(owners[first], scores)[owners])
        more = cosines(vectors, self._queries, owners[rest], rows[rest])
        owners, rows = (np.concatenate([values[first], values[rest]]) for values in (owners, rows))
        return ranked(len(self._queries), owners, rows, np.concatenate([scores, more]), self._k)

    def _proven(self, owners: NDArray[np.int64], scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """(q,) the least product of a row that can come before the worst of the k `scores` of its query."""
        import torch

        floors = np.full(len(self._queries), np.inf)
        np.minimum.at(floors, owners, scores)
        floors[np.bincount(owners, minlength=len(floors)) < self._k] = -np.inf
        least = torch.from_numpy((floors - self._errors).astype(np.float32)).to(self._floor.dtype)
        found: NDArray[np.float32] = least.float().numpy()
        return found


def _sizes(group: int) -> list[int]:
    """Rows that one value of each level stands for: one, a `STEP`, all of a group."""
    return sorted({1, min(group, STEP), group})


def _reaching(levels: Sequence[Tensor], floor: Tensor) -> tuple[Tensor, Tensor]:
    """(n,) places in the flattened first level whose values reach their query's floor, and their queries.

    Args:
        levels: (m, q) values; of each further level, row i is the best of every row before it that is i modulo its
            length, so that places which are equal modulo its size belong together.
        floor: (q,).
    """
    places = (levels[-1] >= floor).flatten().nonzero()[:, 0]
    owners = places % len(floor)
    for fine, coarse in zip(levels[-2::-1], levels[:0:-1], strict=True):
        some = fine.view(-1, coarse.numel())[:, places]
        steps, which = (some >= floor[owners]).nonzero(as_tuple=True)
        places, owners = places[which] + steps * coarse.numel(), owners[which]
    return places, owners


def _leading(owners: NDArray[np.int64], products: NDArray[np.float32], k: int) -> NDArray[np.bool_]:
    """(n,) True for each query's k best pairs by product."""
    order = np.lexsort((-products, owners))
    place = np.arange(len(order)) - np.searchsorted(owners[order], owners[order])
    first = np.zeros(len(order), np.bool_)
    first[order[place < k]] = True
    return first
