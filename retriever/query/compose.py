"""Arithmetic of meaning: signed, weighted terms become one unit vector, and a score is split back into their shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retriever.errors import UsageError
from retriever.types import Vectors

CANCELLED = 1e-3
"""A sum shorter than this part of its weights is rounding noise, not a direction."""


@dataclass(frozen=True)
class Composed:
    """A query: ``vector = weights @ units``.

    Attributes:
        vector: (d,) float64, unit length.
        units: (t, d) float64, the terms' own unit vectors.
        weights: (t,) float64, what each adds to `vector`; as given, divided by the length of their sum.
    """

    vector: NDArray[np.float64]
    units: NDArray[np.float64]
    weights: NDArray[np.float64]

    def shares(self, vectors: Vectors) -> NDArray[np.float64]:
        """(n, t): what each term adds to the cosine of each of n vectors; rows sum to the cosine.

        Args:
            vectors: (n, d), of any length above zero.
        """
        return _unit(vectors) @ self.units.T * self.weights


def compose(vectors: Vectors, weights: ArrayLike, names: Sequence[str] = ()) -> Composed:
    """Re-normalise every term, weigh, sum, re-normalise.

    Encoders whose outputs differ in length cannot drown each other that way.

    Args:
        vectors: (t, d), one or more terms.
        weights: (t,) finite, not zero.
        names: the terms as messages should call them.

    Raises:
        UsageError: a term without direction, or terms that cancel each other.
    """
    named = ", ".join(names) if names else f"The {len(vectors)} terms"
    lengths = np.linalg.norm(np.asarray(vectors, np.float64), axis=1)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise UsageError(f"{named}: a term's vector has no direction, so nothing can be near it; leave that term out.")
    units = _unit(vectors)
    scale = np.asarray(weights, np.float64)
    scale = scale / np.abs(scale).max()
    total = scale @ units
    length = float(np.linalg.norm(total))
    if length < CANCELLED * np.abs(scale).sum():
        raise UsageError(
            f"{named} cancel each other, so nothing is left to look for; change a weight or leave one out."
        )
    return Composed(total / length, units, scale / length)


def _unit(vectors: Vectors) -> NDArray[np.float64]:
    wide = np.asarray(vectors, np.float64)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)
