"""What queries' values come to, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from retriever.metrics.judged import Values


def class_means(
    values: Values, classes: Sequence[object] | NDArray, middle: Callable[..., NDArray] = np.mean
) -> dict[str, float]:
    """The middle of each class's values, by class in the order of names; a macro figure is the mean of these.

    Its interval draws classes anew (`bootstrap` of these): what is the same for all queries of a class, such as how
    hard it is, then counts once.

    Args:
        values: (q,) one a query, q above 0.
        classes: (q,) class of each.
        middle: mean or median.
    """
    names, places = np.unique(np.array(classes, object).astype(str), return_inverse=True)
    order = np.argsort(places, kind="stable")
    parts = np.split(values[order], np.cumsum(np.bincount(places, minlength=len(names)))[:-1])
    return {str(name): float(middle(part)) for name, part in zip(names, parts, strict=True)}


def bootstrap(
    values: Values,
    *,
    groups: Sequence[NDArray[np.int64]] | None = None,
    middle: Callable[..., NDArray] = np.mean,
    rounds: int = 1000,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Middle of `values`, and the 2.5 % and 97.5 % points of the same over resampled queries.

    Args:
        values: (q,) one a query, q above 0.
        groups: positions of the queries of each of some given groups; then every group weighs the same, and queries are
            drawn anew within theirs.
        middle: mean or median.
        rounds: of resampling.
        seed: of the resampling.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    parts = [values] if groups is None else [values[group] for group in groups]
    with np.errstate(invalid="ignore"):  # a median between two that were never found
        drawn = np.mean([_resampled(part, middle, rounds, rng) for part in parts], axis=0)
        value = float(np.mean([middle(part) for part in parts]))
    low, high = np.percentile(drawn, [2.5, 97.5], method="linear" if np.isfinite(drawn).all() else "nearest")
    return value, float(low), float(high)


def _resampled(values: Values, middle: Callable[..., NDArray], rounds: int, rng: np.random.Generator) -> Values:
    """(rounds,) middles of the values drawn with replacement, some millions at a time."""
    at_once = max(1, 4_000_000 // len(values))
    sizes = [min(at_once, rounds - start) for start in range(0, rounds, at_once)]
    return np.concatenate([middle(values[rng.integers(0, len(values), (size, len(values)))], axis=1) for size in sizes])
