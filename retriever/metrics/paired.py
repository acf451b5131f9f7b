"""Two systems that were asked the same queries: what they differ by, how sure that is, and whether it may be chance.

The p-value is that of Fisher's randomisation test, as Smucker, Allan and Carterette (2007, "A comparison of statistical
significance tests for information retrieval evaluation", CIKM) recommend it: were the systems the same, which of them
gave which of a query's two values would be a throw of a coin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.metrics.judged import Values

_EXACT = 13
"""Queries with two values that differ, at most, all of whose 2^n exchanges are looked at; of more, some at random."""
_NUMBERS = 4_000_000  # that are in memory at once
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Difference:
    """What two systems differ by, over the same queries.

    Attributes:
        first: middle of the values of one.
        second: of the other.
        value: first - second.
        low: 2.5 % point of `value` over resampled queries.
        high: its 97.5 % point.
        p: how often a difference at least so large comes, in either direction, were they the same; above 0.
    """

    first: float
    second: float
    value: float
    low: float
    high: float
    p: float


def difference(
    first: Values,
    second: Values,
    *,
    middle: Callable[..., NDArray] = np.mean,
    rounds: int = 1000,
    exchanges: int | None = None,
    seed: int = 0,
) -> Difference:
    """Compares two systems by their values of the same queries.

    The interval is by bootstrap: both values of a query are drawn together. The test looks at all ways to exchange the
    two values of some queries, where they differ in at most 13; else at some at random, among which that which was seen
    is counted (so that p is at least 1 / (exchanges + 1)).

    Args:
        first: (q,) values of one, q above 0; may be inf.
        second: (q,) of the other, of the same queries.
        middle: mean or median.
        rounds: of resampling.
        exchanges: at random; None for 9,999, of medians, which take longer, 999.
        seed: of both.

    Raises:
        ValueError: not as many of one as of the other, or none.
    """
    if len(first) != len(second) or not len(first):
        raise ValueError(f"{len(first)} values beside {len(second)}: give as many of both, and one at least.")
    both = np.stack([first, second]).astype(np.float64)
    rng = np.random.Generator(np.random.PCG64(seed))
    places = (rng.integers(0, len(first), (size, len(first))) for _, size in _parts(len(first), rounds))
    drawn = np.concatenate([_apart(both[0][some], both[1][some], middle) for some in places])
    low, high = np.percentile(drawn, [2.5, 97.5], method="linear" if np.isfinite(drawn).all() else "nearest")
    one, other = (float(middle(values)) for values in both)
    exchanges = (9999 if middle is np.mean else 999) if exchanges is None else exchanges
    seen = float(_apart(both[:1], both[1:], middle)[0])
    return Difference(one, other, seen, float(low), float(high), _chance(both, seen, middle, exchanges, rng))


def _chance(
    both: NDArray[np.float64], seen: float, middle: Callable[..., NDArray], exchanges: int, rng: np.random.Generator
) -> float:
    """How often an exchange gives a difference as large as the one that was seen."""
    differ = np.flatnonzero(both[0] != both[1])  # to exchange equal values changes nothing
    exact = len(differ) <= _EXACT
    least = abs(seen) - _ROUNDING * (1 + abs(seen)) if np.isfinite(seen) else np.inf
    count, total = 0, 2 ** len(differ) if exact else exchanges
    for start, size in _parts(both.shape[1], total):
        some = np.zeros((size, both.shape[1]), bool)
        if exact:
            some[:, differ] = np.arange(start, start + size)[:, None] >> np.arange(len(differ)) & 1 == 1
        else:
            some[:, differ] = rng.integers(0, 2, (size, len(differ)), dtype=np.int8) == 1
        count += int(np.count_nonzero(np.abs(_exchanged(both, some, middle)) >= least))
    return count / total if exact else (count + 1) / (total + 1)


def _exchanged(both: NDArray[np.float64], some: NDArray[np.bool_], middle: Callable[..., NDArray]) -> Values:
    """(n,) differences after n exchanges, (n, q)."""
    if middle is np.mean and np.isfinite(both).all():  # many times as quick
        apart = both[0] - both[1]
        return np.asarray(apart.mean() - 2 * (some @ apart) / len(apart), np.float64)
    return _apart(np.where(some, both[1], both[0]), np.where(some, both[0], both[1]), middle)


def _apart(first: NDArray, second: NDArray, middle: Callable[..., NDArray]) -> Values:
    """(n,) differences of the middles of (n, q) values; 0 where neither found anything."""
    with np.errstate(invalid="ignore"):  # inf - inf
        out = middle(first, axis=1) - middle(second, axis=1)
    return np.asarray(np.where(np.isnan(out), 0, out), np.float64)


def _parts(queries: int, rows: int) -> Iterator[tuple[int, int]]:
    """Where each part of some rows of numbers begins, and how many are in it, so that a part fits into memory."""
    at_once = max(1, _NUMBERS // queries)
    for start in range(0, rows, at_once):
        yield start, min(at_once, rows - start)
