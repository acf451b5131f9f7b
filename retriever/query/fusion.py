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
    rankings: Sequence[NDArray[np.int64]], weights: Sequence[ArrayLike] | None = None, k: float = HALFWAY
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009): a sum of ``weight / (k + rank)``.

    Args:
        rankings: row numbers, best first, of each ranking; a row that one lacks gets nothing from it.
        weights: of each ranking, of any sign: a number, or one for each of its rows; None for 1 each.
        k: how slowly a rank loses worth.

    Returns:
        (n,) scores, highest first, and (n,) the rows that any ranking holds; equal scores by lower row.
    """
    rows, places = np.unique(np.concatenate([np.zeros(0, np.int64), *rankings]), return_inverse=True)
    scores, start = np.zeros(len(rows)), 0
    for number, ranking in enumerate(rankings):
        where = places[start : start + len(ranking)]
        worth = 1.0 if weights is None else np.asarray(weights[number], np.float64)
        scores[where] += worth / (k + 1 + np.arange(len(ranking)))
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


def by_least(odds: NDArray[np.floating], weights: ArrayLike) -> NDArray[np.float64]:
    """(n, t) shares of "must match every term": a row's score is that of the term with a plus that it matches worst.

    From it is taken off by how much the row matches each term with a minus better than that. Minus terms have no part
    in the minimum: what is like a shape is somewhat like all words about it too, and would be ruled out.

    Args:
        odds: (n, t) on one scale for all terms, such as log-odds.
        weights: (t,) of which only the signs are looked at, one of them a plus at least.
    """
    wide, plus = np.asarray(odds, np.float64), np.asarray(weights, np.float64) > 0
    if not len(wide):
        return np.zeros(wide.shape)
    worst = np.where(plus, wide, np.inf).argmin(axis=1)[:, None]
    least = np.take_along_axis(wide, worst, axis=1)
    shares = np.where(plus, 0, -np.maximum(wide - least, 0))
    np.put_along_axis(shares, worst, least, axis=1)
    return shares


def standardised(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, t) columns of mean 0 and standard deviation 1; one of equal scores is all 0."""
    wide = np.asarray(scores, np.float64)
    if not len(wide):
        return wide
    spread = wide.std(axis=0)
    return (wide - wide.mean(axis=0)) / np.where(spread > _FLAT, spread, np.inf)


def log_odds(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, t) log-odds of each score's place among the rows of its column, 0 in the middle; equal scores have equal."""
    above = _above(scores)
    return np.log((len(above) - above - 0.5) / (above + 0.5))


def _above(scores: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n, t) how many of a column's scores are higher."""
    wide = np.asarray(scores)
    out = np.empty(wide.shape, np.int64)
    for column in range(wide.shape[1]):
        out[:, column] = len(wide) - np.searchsorted(np.sort(wide[:, column]), wide[:, column], side="right")
    return out
