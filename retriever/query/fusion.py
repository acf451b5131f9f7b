"""Late fusion: several rankings or scores of the same items become one, where a sum of vectors is not wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

HALFWAY = 60
"""The constant of reciprocal rank fusion: rank 61 counts half of rank 1 (Cormack, Clarke and Buettcher, 2009)."""

_FLAT = 1e-9
"""Scores that spread less than this are equal but for rounding."""


def reciprocal_rank(
    rankings: Sequence[NDArray[np.int64]], weights: ArrayLike | None = None, k: float = HALFWAY
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009): a sum of ``weight / (k + rank)``.

    Args:
        rankings: row numbers, best first, of each ranking; a row that one lacks gets nothing from it.
        weights: (rankings,) of any sign; None for 1 each.
        k: how slowly a rank loses worth.

    Returns:
        (n,) scores, highest first, and (n,) the rows that any ranking holds; equal scores by lower row.
    """
    shares = [] if weights is None else np.asarray(weights, np.float64).tolist()
    rows, places = np.unique(np.concatenate([np.zeros(0, np.int64), *rankings]), return_inverse=True)
    scores, start = np.zeros(len(rows)), 0
    for number, ranking in enumerate(rankings):
        where = places[start : start + len(ranking)]
        scores[where] += (shares[number] if shares else 1.0) / (k + 1 + np.arange(len(ranking)))
        start += len(ranking)
    order = np.lexsort((rows, -scores))
    return scores[order], rows[order]


def by_rank(scores: NDArray[np.floating], weights: ArrayLike, k: float = HALFWAY) -> NDArray[np.float64]:
    """(n, t) shares of a reciprocal rank fusion of t columns of scores; a row's fused score is their sum.

    Args:
        scores: (n, t), higher is better; equal ones share the better rank.
        weights: (t,) of any sign.
        k: how slowly a rank loses worth.
    """
    return np.asarray(weights, np.float64) / (k + 1 + _above(scores))


def by_score(scores: NDArray[np.floating], weights: ArrayLike) -> NDArray[np.float64]:
    """(n, t) shares of a weighted mean of standardised scores; a row's fused score is their sum.

    Each column is brought to mean 0 and standard deviation 1 over the n rows, so that a modality whose cosines are all
    high counts no more than one whose cosines are all low. A column of equal scores is all 0.

    Args:
        scores: (n, t), higher is better.
        weights: (t,) of any sign, not all zero.
    """
    scale = np.asarray(weights, np.float64)
    return standardised(scores) * (scale / np.abs(scale).sum())


def by_least(levels: NDArray[np.floating], weights: ArrayLike) -> NDArray[np.float64]:
    """(n, t) shares of "must match every term": all of a row's score is that of the term it matches worst.

    Args:
        levels: (n, t) on one scale for all terms, 0 to 1, such as percentiles; a term with a minus counts from the
            other end, so that what is like it matches badly.
        weights: (t,) of which only the signs are looked at.
    """
    worth = np.where(np.asarray(weights, np.float64) < 0, 1 - levels, levels)
    shares = np.zeros(worth.shape)
    if len(worth):
        least = worth.argmin(axis=1)[:, None]
        np.put_along_axis(shares, least, np.take_along_axis(worth, least, axis=1), axis=1)
    return shares


def standardised(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, t) columns of mean 0 and standard deviation 1; one of equal scores is all 0."""
    wide = np.asarray(scores, np.float64)
    if not len(wide):
        return wide
    spread = wide.std(axis=0)
    return (wide - wide.mean(axis=0)) / np.where(spread > _FLAT, spread, np.inf)


def percentiles(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, t) share of the rows that each score of a column is not below, above 0 and to 1; equal scores have equal."""
    return 1 - _above(scores) / max(len(scores), 1)


def _above(scores: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n, t) how many of a column's scores are higher."""
    wide = np.asarray(scores)
    out = np.empty(wide.shape, np.int64)
    for column in range(wide.shape[1]):
        out[:, column] = len(wide) - np.searchsorted(np.sort(wide[:, column]), wide[:, column], side="right")
    return out
