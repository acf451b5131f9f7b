"""The rows with the highest products, found on a device that is not waited for in between.

`Shortlists` ask after every tile how many rows were near, and a GPU stands still until the answer is there. Here every
step has a size that is known beforehand, so that all tiles are queued at once and only the end is waited for. What that
costs: a query with more near-ties than places gets no answer, and must be asked again.

Tiles are filled up to even widths, so that products fall into groups of equal size; besides, rows of products of an odd
length could not be written and read eight at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import Neighbours, Rows, settle_all
from retriever.ann.precision import Format, lengths
from retriever.ann.tiles import STEP
from retriever.types import Vectors

if TYPE_CHECKING:
    from torch import Tensor

MOST_K = 512
"""The largest k that is picked: selecting more is not what this is for."""

SPARE = 54
"""Places beyond k, at the least, for rows that the format cannot tell from the k-th."""

ALIGNED = 8
"""From so many queries on, as many as a multiple of this are multiplied: what matrix units take at once."""

GROUP, DIRECT = 64, 4096
"""Most values of a group, and values among which the highest are selected without groups."""


class Picks:
    """Per query, the rows of the highest products seen so far: as many as there are places.

    No row that was left out has a higher product than the lowest that was kept. So where that one is below the floor,
    as `Shortlists` define it, all rows at or above the floor are there.

    Args:
        queries: (q, d).
        k: from 1 to `MOST_K`.
        format: of queries and tiles.
        device: of tiles.

    Attributes:
        rows: of products with a tile: as many as there are queries, or a few more.
    """

    def __init__(self, queries: Vectors, k: int, format: Format, device: str) -> None:
        import torch

        self._queries, self._k, self._format = queries, k, format
        self._places = k + max(k, SPARE)
        self.rows = len(queries) if len(queries) < ALIGNED else -(-len(queries) // ALIGNED) * ALIGNED
        short = torch.zeros((self.rows, queries.shape[1]), dtype=getattr(torch, format.name))
        short[: len(queries)] = torch.from_numpy(np.ascontiguousarray(queries))
        self._rounded = short[: len(queries)]
        self._short = short.to(device)
        self._products = torch.empty(0, dtype=short.dtype, device=device)
        self._best: tuple[Tensor, Tensor] | None = None
        self._seen = 0

    def offer(self, tile: Tensor) -> None:
        """Take in the next rows; they are numbered in the order in which they come."""
        import torch

        values, rows = highest(self._multiplied(tile), self._places)
        rows += self._seen
        self._seen += len(tile)
        if self._best is not None:
            values, rows = torch.cat([self._best[0], values], 1), torch.cat([self._best[1], rows], 1)
            values, at = values.topk(self._places, 1, sorted=False)
            rows = rows.gather(1, at)
        self._best = values, rows

    def _multiplied(self, tile: Tensor) -> Tensor:
        """(q, n) products, filled up with -inf to a multiple of `STEP`; overwritten by the next."""
        import torch

        width = -(-len(tile) // STEP) * STEP
        if self._products.numel() < self.rows * width:
            self._products = torch.empty(self.rows * width, dtype=tile.dtype, device=tile.device)
        products = self._products[: self.rows * width].view(self.rows, width)
        torch.mm(self._short, tile.T, out=products[:, : len(tile)])
        if len(tile) < width:
            products[:, len(tile) :].fill_(-torch.inf)
        return products[: len(self._queries)]

    def settle(self, vectors: Rows, numbers: NDArray[np.int64] | None) -> tuple[Neighbours, NDArray[np.int64]]:
        """The k best of every query, by the arithmetic of `base.settle`, and the queries that have too many near-ties.

        Args:
            vectors: whose rows were offered.
            numbers: of the rows that were offered, in their order; None: all rows were.

        Returns:
            The neighbours, none for a query with too many near-ties, and the numbers of these queries.
        """
        assert self._best is not None
        residuals = lengths(self._queries - self._rounded.float().numpy())  # the device is at work meanwhile
        errors = self._format.error(residuals, self._queries.shape[1])
        values, rows = self._best[0].float().cpu().numpy(), self._best[1].cpu().numpy()
        floor = self._floor(values, errors)
        lost = (values.min(axis=1) >= floor) & (self._seen > self._places)
        near = (values >= floor[:, None]) & (values > -np.inf) & ~lost[:, None]  # -inf: no row, but filled up
        owners, found = np.nonzero(near)[0], rows[near]
        found = found if numbers is None else numbers[found]
        return settle_all(vectors, self._queries, owners, found, self._k), np.flatnonzero(lost)

    def _floor(self, values: NDArray[np.float32], errors: NDArray[np.float64]) -> NDArray[np.float32]:
        """(q,) the least product, rounded as they all are, of a row that can be among the k best."""
        import torch

        kth = np.partition(values, -self._k, axis=1)[:, -self._k].astype(np.float64)
        least = kth - np.abs(kth) * (self._format.roundoff + 2.0**-23) - 2 * errors
        rounded = torch.from_numpy(least.astype(np.float32)).to(self._rounded.dtype)
        floor: NDArray[np.float32] = rounded.float().numpy()
        return floor


def highest(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """(q, count) the highest of each row's values, in any order, and their columns.

    The highest `count` values lie in the groups with the `count` highest maxima: every value of another group is at
    most its group's maximum, and so at most the maximum of each of these. Selecting from a long row takes a GPU many
    passes by few of its processors, and maxima one pass by all.

    Args:
        values: (q, n) contiguous; n is at least `count`, and better a multiple of `STEP`.
        count: of values to find.
    """
    import torch

    width = values.shape[1]
    group = _group(width, count)
    if group == 1:
        return values.topk(count, 1, sorted=False)
    groups = values.view(len(values), group, -1)  # a group is every (width / group)-th value: neighbours read together
    _, column = highest(groups.amax(1), count)
    inside = torch.arange(0, width, groups.shape[2], device=values.device)
    columns = (column[:, None, :] + inside[:, None]).flatten(1)
    found, at = values.gather(1, columns).topk(count, 1, sorted=False)
    return found, columns.gather(1, at)


def _group(width: int, count: int) -> int:
    """Values of a group: a power of two that divides the width and leaves more groups than values to look at later."""
    group = 1
    while width > DIRECT and group < GROUP and width % (2 * group) == 0 and 4 * group * group * count <= width:
        group *= 2
    return group
