"""How the cosines of one pair of modalities are spread between what asks and what is found.

Between items of one modality the samples do not tell all: few items have few cosines, and those of copies and of true
matches are among them. There a cosine near to 1 is at least as rare as `CROWDING` says: a copy of the query is sure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

CROWDING = 2.5
"""Log-odds of a percentile that items of one modality gain, at least, for each e-fold that they come nearer.

Were vectors spread evenly over d dimensions, the share above a cosine c would fall as (1 - c)^(d / 2). Beyond the
median of different classes, in `mini`, log-odds rose by 2.5 to 6 for each e-fold of 1 - c, of 240 photos, 120 sounds
and 364 shapes alike: this is the least of these.
"""

_CLOSEST = 1e-6
"""One less the cosine of equal vectors, but for rounding."""


@dataclass(frozen=True)
class Background:
    """Cosines of one pair, as quantiles that are evenly spaced in log-odds and so lie densest in both tails.

    Attributes:
        cosines: ascending.
        bound: log-odds of the last quantile; minus that of the first. They go as far as 20 samples lie beyond.
        rise: log-odds that a unit of cosine adds above the last quantile, where the tail is taken to be exponential.
        fall: the same below the first.
        samples: cosines that were looked at.
    """

    cosines: tuple[float, ...]
    bound: float
    rise: float
    fall: float
    samples: int

    def log_odds(self, scores: ArrayLike, *, alike: bool = False) -> Floats:
        """Of the share of the background that is below each score to the share above; rises without end.

        Args:
            scores: cosines, any shape.
            alike: whether what asks and what is found are of one modality, so that a cosine of 1 is that of a copy.
        """
        given = np.asarray(scores, np.float64)
        cosines, odds = self._line
        inside = np.interp(given, cosines, odds)
        above, below = np.maximum(given - cosines[-1], 0), np.maximum(cosines[0] - given, 0)
        found = inside + self.rise * above - self.fall * below
        return np.maximum(found, self._least(given)) if alike else np.asarray(found)

    def _least(self, scores: Floats) -> Floats:
        """Log-odds above the median, at least, between items of one modality: few items have a median as well."""
        middle = self.cosines[len(self.cosines) // 2]
        nearer = np.log(max(1 - middle, _CLOSEST) / np.maximum(1 - scores, _CLOSEST))
        return np.where(scores > middle, CROWDING * nearer, -np.inf)

    @cached_property
    def _line(self) -> tuple[Floats, Floats]:
        """Where cosines are equal, as with few items, only the middle of their log-odds stays."""
        cosines, first, counts = np.unique(np.array(self.cosines), return_index=True, return_counts=True)
        odds = np.linspace(-self.bound, self.bound, len(self.cosines))
        return cosines, (odds[first] + odds[first + counts - 1]) / 2

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Background:
        """Back from its fields as JSON values.

        Raises:
            ValueError, KeyError, TypeError: it is none.
        """
        cosines = tuple(float(one) for one in data["cosines"])
        made = cls(cosines, float(data["bound"]), float(data["rise"]), float(data["fall"]), int(data["samples"]))
        if not cosines or list(cosines) != sorted(cosines) or min(made.bound, made.rise, made.fall) < 0:
            raise ValueError("a background does not rise")
        return made
