"""Rows that may be among the nearest, and how they are settled: few where products tell them apart, many if need be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import Neighbours, Rows, cosines, ranked
from retriever.ann.precision import Format, lengths
from retriever.types import Vectors

if TYPE_CHECKING:
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
        self._twice = torch.from_numpy(2 * self._errors[:, None]).float().to(device)
        self._best = torch.full((len(queries), k), -torch.inf, dtype=dtype, device=device)
        self._floor = torch.full((len(queries), 1), -torch.inf, dtype=dtype, device=device)
        self._products = torch.empty(0, dtype=dtype, device=device)
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
        if self._products.numel() < len(short) * len(tile):
            self._products = torch.empty(len(short) * len(tile), dtype=tile.dtype, device=tile.device)
        products = self._products[: len(short) * len(tile)].view(len(short), len(tile))
        torch.mm(short, tile.T, out=products)
        levels = [products]
        while group > 1:
            levels.append(self._tops(levels[-1].view(len(short), min(group, STEP), -1), self._floor[part]))
            group //= STEP
        self._raise(part, levels[-1])
        owners, columns, near = _reaching(levels, self._floor[part])
        found = torch.stack([owners + part.start, columns]).cpu().numpy()
        numbers = found[1] + rows.start if isinstance(rows, range) else rows[found[1]]
        self._found.append((found[0], numbers, near.float().cpu().numpy()))
        self._fresh += len(near)

    def _tops(self, groups: Tensor, floor: Tensor) -> Tensor:
        """(q, n) the best product of each group; of a group without any above 0, where all floors are, any product.

        A CPU compares floats of 16 bits six times as fast if it takes them for integers, which keeps the order of
        those above 0 and puts all others below them.
        """
        import torch

        if self._device != "cpu" or groups.element_size() != 2 or not bool((floor > 0).all()):
            return groups.amax(1)
        return groups.view(torch.int16).amax(1).view(groups.dtype)

    def _raise(self, part: slice, tops: Tensor) -> None:
        """Raise the floors of some queries by their groups' best products."""
        import torch

        apart = tops.shape[1]
        while apart % 2 == 0 and apart >= 3 * self._k:  # so wide, two of the k best seldom meet
            apart //= 2
        tops = tops.view(len(tops), -1, apart).amax(1)
        best = torch.cat([self._best[part], tops], 1).topk(self._k, 1).values
        self._best[part] = best
        proven = best[:, -1:].float()
        floor = (proven - proven.abs() * self._roundoff - self._twice[part]).to(best.dtype)
        self._floor[part] = torch.where(self._floor[part] == torch.inf, self._floor[part], floor)

    def _trim(self) -> None:
        """Drop what the floors have risen above; give up the queries that are left with too many rows."""
        owners, rows, products = (np.concatenate(column) for column in zip(*self._found, strict=True))
        keep = products >= self._floor.float().cpu().numpy()[owners, 0]
        self.lost |= np.bincount(owners[keep], minlength=len(self.lost)) > self._limit
        keep &= ~self.lost[owners]
        self._found = [(owners[keep], rows[keep], products[keep])]
        self._fresh = 0
        self._floor[self.lost.nonzero()[0], :] = float("inf")

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


def _reaching(levels: Sequence[Tensor], floor: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(n,) queries, columns and values of the first level that reach their query's floor.

    Args:
        levels: (q, m) values; of each further level, value i is the best of every value j with i = j modulo its width.
        floor: (q, 1).
    """
    owners, columns = (levels[-1] >= floor).nonzero(as_tuple=True)
    values = levels[-1][owners, columns]
    for wide, fine in zip(levels[:0:-1], levels[-2::-1], strict=True):
        some = fine.view(len(fine), -1, wide.shape[1])[owners, :, columns]
        pairs, places = (some >= floor[owners]).nonzero(as_tuple=True)
        values = some[pairs, places]
        owners, columns = owners[pairs], places * wide.shape[1] + columns[pairs]
    return owners, columns, values


def _leading(owners: NDArray[np.int64], products: NDArray[np.float32], k: int) -> NDArray[np.bool_]:
    """(n,) True for each query's k best pairs by product."""
    order = np.lexsort((-products, owners))
    place = np.arange(len(order)) - np.searchsorted(owners[order], owners[order])
    first = np.zeros(len(order), np.bool_)
    first[order[place < k]] = True
    return first
