"""Answers that differ from each other: the best pool of a search re-ranked for variety, near-duplicates folded away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retriever.errors import UsageError
from retriever.query.request import MOST
from retriever.types import Vectors

POOL = 5
LEAST = 50
"""What is re-ranked: `POOL` hits for each that is wanted, `LEAST` at least."""

NEAR = 0.95
"""Cosine from which two items count as near-duplicates; see docs/diversity.md for how it was measured, in `mini`."""

TRADE = 0.7
"""Weight of relevance against variety where nobody says."""

_DEEPER = 4  # times as deep a pool, where folding left too few


@dataclass(frozen=True)
class Pool:
    """Items in the order of their rank, the best first.

    Attributes:
        rows: (m,) int64 row numbers.
        vectors: (m, d) float32 unit vectors.
        contents: (m) equal ones are one thing in several files, see `bodies.same_geometry`. None: not known.
    """

    rows: NDArray[np.int64]
    vectors: Vectors
    contents: ArrayLike | None = None


@dataclass(frozen=True)
class Fold:
    """An item, and those that are as good as the same.

    Attributes:
        place: in the ranking, of the best of them.
        folded: places of the others, ascending, all after `place`.
    """

    place: int
    folded: tuple[int, ...] = ()


def depth(k: int) -> int:
    """How many items `mmr` and `unique` look at for k wanted ones."""
    return min(max(POOL * k, LEAST), MOST)


def check_trade(trade: float) -> None:
    """Raise UsageError for a trade-off out of range."""
    if not (isinstance(trade, int | float | np.number) and 0 <= trade <= 1):
        raise UsageError(
            f"--diverse {trade!r}: give a number from 0, variety alone, to 1, relevance alone; such as 0.7."
        )


def check_limit(limit: float) -> None:
    """Raise UsageError for a cosine that can be no limit of near-duplicates."""
    if not (isinstance(limit, int | float | np.number) and 0 < limit <= 1):
        raise UsageError(
            f"--limit {limit}: give the least cosine of near-duplicates, above 0 and up to 1; such as 0.95."
        )


def mmr(vectors: Vectors, scores: ArrayLike, k: int, trade: float = TRADE) -> NDArray[np.int64]:
    """Maximal marginal relevance: each next item is good and unlike those before it.

    Carbonell and Goldstein (1998): the first is the most relevant; then, again and again, that with the largest
    ``trade * relevance - (1 - trade) * similarity``, the similarity being the largest to any item already taken. Both
    are standardised over the pool (mean 0, deviation 1; similarities over its pairs), since cosines of texts with
    shapes lie about 0.2 and of shapes with shapes about 0.7: so `trade` means the same for every pair of modalities.

    Args:
        vectors: (m, d) unit vectors of the pool, best first.
        scores: (m,) relevance, higher is better, on any scale.
        k: how many to take; m if there are fewer.
        trade: 0 to 1; 1 is relevance alone and gives the order of `scores`.

    Returns:
        (min(k, m),) places in the pool, in their new order; equal ones by place.

    Raises:
        UsageError: a trade-off out of range.
    """
    check_trade(trade)
    relevance = np.asarray(scores, np.float64)
    count = min(k, len(relevance))
    if trade == 1 or count < 2:
        return np.argsort(-relevance, kind="stable")[:count]
    wide = np.asarray(vectors, np.float64)
    middle, deviation = _similarities(wide)
    gain = trade * _standardised(relevance)
    closest = np.full(len(wide), -np.inf)
    order = np.empty(count, np.int64)
    order[0] = relevance.argmax()
    for place in range(1, count):
        np.maximum(closest, (wide @ wide[order[place - 1]] - middle) / deviation, out=closest)
        gain[order[place - 1]] = -np.inf
        order[place] = (gain - (1 - trade) * closest).argmax()
    return order


def folded(
    vectors: Vectors, limit: float = NEAR, contents: ArrayLike | None = None, most: int | None = None
) -> list[Fold]:
    """The ranking with every item folded under the best one that it repeats.

    From the best down, each item that is not folded yet takes the later ones whose cosine with itself is `limit` or
    more. So all that lies under an item is near to that very item, however long a chain of neighbours goes on.

    Args:
        vectors: (m, d) unit vectors, best first.
        limit: least cosine, above 0 to 1.
        contents: (m) of each; equal ones are folded whatever their cosine.
        most: how many of the items kept are wanted, 1 or more; None for all.

    Returns:
        The items kept, in their order; of all, their places and those folded under them are all of 0..m-1, each once.

    Raises:
        UsageError: a limit out of range.
    """
    check_limit(limit)
    same = None if contents is None else np.unique(np.asarray(contents), return_inverse=True)[1]
    left = np.ones(len(vectors), np.bool_)
    folds: list[Fold] = []
    for first in range(len(vectors)):
        if len(folds) == most:
            break
        if not left[first]:
            continue
        after = slice(first + 1, None)  # a view: to copy those that are left takes longer than to multiply all
        # float32 cosines of equal vectors come out a little below 1
        repeats = vectors[after] @ vectors[first] >= limit - 1e-6
        if same is not None:
            repeats |= same[after] == same[first]
        repeats &= left[after]
        left[after] &= ~repeats
        folds.append(Fold(first, tuple((first + 1 + np.flatnonzero(repeats)).tolist())))
    return folds


def unique(fetch: Callable[[int], Pool], k: int, limit: float = NEAR) -> tuple[Pool, list[Fold]]:
    """The k best items of which none repeats another.

    Args:
        fetch: gives the best items down to a depth; asked again, deeper, until k are left when repeats are folded, or
            no more come.
        k: how many are wanted; fewer come where the items that qualify, or the deepest pool of `MOST`, hold no more.
        limit: as of `folded`.

    Returns:
        the last pool, and its first k folds, whose places count in it.

    Raises:
        UsageError: a limit out of range.
    """
    deep, before = depth(k), 0
    while True:
        pool = fetch(deep)
        folds = folded(pool.vectors, limit, pool.contents, most=k)
        # not where fewer came than asked for: some may have been left out on the way
        if len(folds) >= k or len(pool.rows) <= before or deep >= MOST:
            return pool, folds
        deep, before = min(deep * _DEEPER, MOST), len(pool.rows)


def _similarities(wide: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and deviation of the cosines of all pairs of different rows, by way of the smaller Gram matrix."""
    count, dim = wide.shape
    pairs = count * (count - 1)
    lengths = np.einsum("ij,ij->i", wide, wide)
    gram = wide @ wide.T if count <= dim else wide.T @ wide  # whose squared entries have the same sum
    mean = (float(np.square(wide.sum(axis=0)).sum()) - float(lengths.sum())) / pairs
    squares = (float(np.square(gram).sum()) - float(np.square(lengths).sum())) / pairs
    return mean, _deviation(squares - mean * mean)


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = values - values.mean()
    return centred / _deviation(float(np.square(centred).mean()))


def _deviation(variance: float) -> float:
    """Its root; 1 where all values are the same but for rounding, which then all become 0."""
    return float(np.sqrt(variance)) if variance > 1e-12 else 1.0
