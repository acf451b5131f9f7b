"""Arithmetic of meaning: signed, weighted terms become one unit vector, and a score is split back into their shares.

However the vector is made, it is a linear combination of the terms' own unit vectors, and `Composed` keeps the numbers
of that combination. So a cosine with it falls apart exactly into one share a term.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retriever.errors import UsageError
from retriever.types import Modality, Vectors

CANCELLED = 1e-3
"""A sum shorter than this part of its weights is rounding noise, not a direction."""

ALIKE = 0.5
"""Cosine above which a minus term is like what is asked for: of 24 pairs of words in `mini`, from "sofa - bed" (0.47)
downward subtraction found the first about as well as that alone; from "truck - bus" (0.53) upward it mostly did not."""

LEFT = 0.5
"""What must be left then: with weights of 1, two terms of that cosine leave just this."""

MINUS = ("subtract", "project")
"""What a term with a minus does: it is subtracted with its weight, or its direction is taken out of the sum."""


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

    def taken_away(self) -> tuple[int, float] | None:
        """The minus term that is so like what the plus terms ask for that little of this is left, and what is.

        Returns:
            Its place, and the cosine of `vector` with the sum of the plus terms; None where enough is left.
        """
        away, toward = self.weights < 0, self.weights > 0
        wanted = self.weights[toward] @ self.units[toward]
        if not away.any() or not (length := float(np.linalg.norm(wanted))) > 0:
            return None
        likeness = np.where(away, self.units @ wanted / length, -1.0)
        place, left = int(likeness.argmax()), float(self.vector @ wanted / length)
        return (place, left) if likeness[place] > ALIKE and left < LEFT else None

    def shares(self, vectors: Vectors) -> NDArray[np.float64]:
        """(n, t): what each term adds to the cosine of each of n vectors; rows sum to the cosine.

        Args:
            vectors: (n, d), of any length above zero.
        """
        return unit_rows(vectors) @ self.units.T * self.weights


def compose(
    vectors: NDArray[np.floating],
    weights: ArrayLike,
    names: Sequence[str] = (),
    *,
    minus: str = "subtract",
    means: NDArray[np.floating] | None = None,
) -> Composed:
    """Re-normalise every term, weigh, sum, re-normalise.

    Encoders whose outputs differ in length cannot drown each other that way.

    Args:
        vectors: (t, d), one or more terms.
        weights: (t,) finite, of any magnitude, not all zero; one of zero adds nothing.
        names: the terms as messages should call them.
        minus: "subtract": weighted terms are summed as they are. "project": the sum of the terms with a plus loses the
            directions of those with a minus, so that its cosine with each of them is 0, whatever their weights.
        means: (t, d) the mean vector of each term's modality, which is taken off the unit vector of the term before it
            is normalised again; None for none.

    Raises:
        UsageError: a term without direction, terms that cancel each other, or only minus terms to project.
    """
    units = _directions(vectors, names)
    if means is not None:
        units = _directions(units - np.asarray(means, np.float64), names)
    scale = relative(weights)
    size = float(np.abs(scale).sum())
    if minus == "project" and (scale < 0).any():
        scale = _projected(units, scale, names)
    return _combined(units, scale, size, names)


def slerp(vectors: NDArray[np.floating], weights: ArrayLike, names: Sequence[str] = ()) -> Composed:
    """Spherical linear interpolation between two terms (Shoemake, "Animating rotation with quaternion curves", 1985).

    The vector lies on the arc between the two, as far along it as the second one's part of the weights says. With equal
    weights that is their sum brought to unit length; with others it is nearer to the middle or to an end than that.

    Args:
        vectors: (2, d).
        weights: (2,) above zero, finite.
        names: the terms as messages should call them.

    Raises:
        UsageError: not two terms, one with a minus, one without direction, or opposite ones.
    """
    scale = np.asarray(weights, np.float64)
    if len(scale) != 2 or not (scale > 0).all():
        raise UsageError(
            f"{_named(names, len(scale))}: slerp lies between two terms with a plus; give two, or use sum."
        )
    units, scale = _directions(vectors, names), relative(scale)
    along = scale[1] / scale.sum()
    # The angle by its tangent: an arc cosine loses half the digits where the two are close.
    angle = 2 * np.arctan2(np.linalg.norm(units[0] - units[1]), np.linalg.norm(units[0] + units[1]))
    if np.sin(angle) < CANCELLED and angle < 1:  # one direction: any combination is it
        return _combined(units, np.array([1 - along, along]), 1.0, names)
    arc = np.sin(np.array([1 - along, along]) * angle)
    return _combined(units, arc, float(arc.sum()), names)


def relative(weights: ArrayLike) -> NDArray[np.float64]:
    """(t,) weights as parts of the largest, -1..1, of the same ratios; no magnitude makes a sum of them overflow.

    Args:
        weights: (t,) finite, not all zero.
    """
    given = np.asarray(weights, np.float64)
    parts = np.abs(given) / np.abs(given).max()
    return np.sign(given) * np.maximum(parts, np.finfo(np.float64).tiny)  # a minus stays one, however small


def balanced(
    weights: ArrayLike, kinds: Sequence[str], spreads: Callable[[], Mapping[str, float]]
) -> NDArray[np.float64]:
    """(t,) weights, each divided by how widely the cosines of its term's modality are spread.

    A term of no known spread, such as a vector or a mean of several modalities, is divided by the mean of the others'.

    Args:
        weights: (t,) finite, not all zero.
        kinds: (t) modality of each term.
        spreads: gives those of the space; asked only where the terms are of more than one modality.
    """
    parts = relative(weights)
    if len(set(kinds) & set(Modality)) < 2:  # a common factor changes nothing
        return parts
    known = spreads()
    held = [known[kind] for kind in kinds if kind in known]
    return parts / [known.get(kind, float(np.mean(held))) for kind in kinds] if held else parts


def unit_rows(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, d) float64 of length 1, from rows of any length above zero."""
    wide = np.asarray(vectors, np.float64)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)


def _projected(units: NDArray[np.float64], scale: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
    """Weights with which the minus terms leave nothing of their directions in the sum of the others."""
    away, toward = scale < 0, scale > 0
    if not toward.any():
        raise UsageError(
            f"{_named(names, len(scale))}: only minus terms leave nothing to project; add one with a plus."
        )
    total = scale[toward] @ units[toward]
    # Least squares, for two minus terms may be one direction.
    parts, *_ = np.linalg.lstsq(units[away].T, total, rcond=1e-9)
    out = scale.copy()
    out[away] = -parts
    return out


def _combined(units: NDArray[np.float64], scale: NDArray[np.float64], size: float, names: Sequence[str]) -> Composed:
    """The unit vector of ``scale @ units``; `size` is the length it would have if all pointed one way."""
    total = scale @ units
    length = float(np.linalg.norm(total))
    if length < CANCELLED * size:
        raise UsageError(
            f"{_named(names, len(units))} cancel each other, so nothing is left to look for; "
            "change a weight or leave one out."
        )
    return Composed(total / length, units, scale / length)


def _directions(vectors: NDArray[np.floating], names: Sequence[str]) -> NDArray[np.float64]:
    """(t, d) unit vectors; raises UsageError where a row has no direction."""
    lengths = np.linalg.norm(np.asarray(vectors, np.float64), axis=1)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        named = _named(names, len(vectors))
        raise UsageError(f"{named}: a term's vector has no direction, so nothing can be near it; leave that term out.")
    return unit_rows(np.asarray(vectors))


def _named(names: Sequence[str], count: int) -> str:
    return ", ".join(names) if names else f"The {count} terms"
