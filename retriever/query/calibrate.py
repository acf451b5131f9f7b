"""What a cosine means: where it stands among the index's own, and how likely the hit is a match.

Pairs of modalities have scales of their own: 0.3 is much between a text and a shape, and little between two shapes.
``calibration.json`` beside the manifest holds, for each pair, the background: how cosines are spread between typical
queries and the index's items. From it follow two numbers that mean the same for every pair:

- the percentile, the share of the background below a score;
- the confidence, a probability that the hit is a match, logistic in the log-odds of the percentile (Platt 1999). Where
  the index has labels, its two numbers were fitted on pairs of equal and of other labels, else they are `ASSUMED`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from retriever.files import read_json, stamp
from retriever.query.background import Background, Floats
from retriever.spaces.base import SpaceIdentity
from retriever.store.snapshot import Snapshot

log = logging.getLogger(__name__)

FILE = "calibration.json"
"""Its name, beside the manifest."""

FORMAT = 1
"""Version of the file; a newer one is not read."""

REFIT = 0.2
"""Share of the items that may come or go before it is fitted again; it stays in use until then."""

LEAST = 20
"""Items below which there is nothing to calibrate against."""


@dataclass(frozen=True)
class Match:
    """How the log-odds of a match follow from those of the percentile.

    Attributes:
        slope: above 0.
        intercept: at the median of the background.
        positives: pairs of one label that it was fitted on; 0 where it was assumed.
    """

    slope: float
    intercept: float
    positives: int = 0


ASSUMED = Match(1.0, -5.5)
"""Where no pair has labels: the odds of a match rise as those of the percentile do, from one in 250 at the median.

Set by hand near what a labelled corpus of 60 everyday classes gives, whose slopes are about 1; see docs/calibration.md.
"""


@dataclass(frozen=True)
class Calibration:
    """What the cosines of one index mean.

    Attributes:
        space: name of the space that made the vectors.
        weights: digest of its weights.
        segments: (name, rows) of each segment when it was fitted.
        rows: live items then.
        backgrounds: of each pair that was measured, such as "text>shape" or "sum>shape".
        matches: of each pair that has labels.
    """

    space: str
    weights: str
    segments: tuple[tuple[str, int], ...]
    rows: int
    backgrounds: Mapping[str, Background]
    matches: Mapping[str, Match]

    def percentile(self, pair: str, scores: ArrayLike) -> Floats:
        """Share of the pair's background below each score, 0..1.

        Beyond the samples it goes on as an exponential tail, so that the best of a million still differ; between items
        of one modality it rises by `CROWDING` at least.

        Args:
            pair: of the query's modality and the item's, "text>shape"; one that was not measured, such as pictures in
                an index that has none, goes by the scale of another against the same items, of texts before all others.
            scores: cosines, any shape.
        """
        return _share(self._log_odds(pair, scores))

    def confidence(self, pair: str, scores: ArrayLike) -> Floats:
        """Probability, 0..1, that the hit is of the kind that was asked for; it rises with the score.

        With labels it is the share of items with the query's label among those of such a score, the labels asked for as
        often as they come in the index. A pair without labels takes the mean of those that have some, pairs with the
        same items first; where no pair has any, `ASSUMED` stands in.
        """
        return _share(self.fair(pair, scores))

    def fair(self, pair: str | Sequence[str], scores: ArrayLike) -> Floats:
        """Log-odds of a match: ranks hits of several pairs in one list, and never saturates as `confidence` does.

        Args:
            pair: of all scores, or one for each.
            scores: (n,) cosines.
        """
        if isinstance(pair, str):
            match = self._match(pair)
            return np.asarray(match.slope * self._log_odds(pair, scores) + match.intercept)
        given, pairs = np.asarray(scores, np.float64), np.array(pair, object)
        out = np.empty(given.shape)
        for one in dict.fromkeys(pair):
            out[pairs == one] = self.fair(one, given[pairs == one])
        return out

    def is_due(self, snapshot: Snapshot) -> bool:
        """Whether more than `REFIT` of the items came or went, so that it should be fitted again."""
        known, names = dict(self.segments), [entry.name for entry in snapshot.manifest.segments]
        counts = zip(names, snapshot.live_counts().tolist(), strict=True)
        covered = sum(live for name, live in counts if name in known)
        return max(len(snapshot), self.rows) - covered > REFIT * self.rows

    def to_json(self) -> str:
        """The text of the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}) + "\n"

    @classmethod
    def read(cls, folder: Path, identity: SpaceIdentity) -> Calibration | None:
        """That of the index in `folder`; None where there is none for vectors of this space, damage being said."""
        path = folder / FILE
        try:
            data = read_json(path)
            if data["format"] > FORMAT:
                raise ValueError(f"format {data['format']} is of a newer version of retriever")
            found = cls._from_json(data)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            log.warning(f"The file {path} cannot be used ({error}): `retriever optimize` makes it again.")
            return None
        return found if (found.space, found.weights) == (identity.name, identity.weights) else None

    @classmethod
    def _from_json(cls, data: Mapping[str, Any]) -> Calibration:
        if not data["backgrounds"]:
            raise ValueError("it holds no background")
        return cls(
            str(data["space"]),
            str(data["weights"]),
            tuple((str(name), int(rows)) for name, rows in data["segments"]),
            int(data["rows"]),
            {pair: Background.from_json(one) for pair, one in data["backgrounds"].items()},
            {pair: _match(one) for pair, one in data["matches"].items()},
        )

    def _log_odds(self, pair: str, scores: ArrayLike) -> Floats:
        left, _, target = pair.partition(">")
        return (self.backgrounds.get(pair) or self._nearest(pair)).log_odds(scores, alike=left == target)

    def _nearest(self, pair: str) -> Background:
        """What stands for a pair that was not measured: texts, then others, after the same items; then the reverse."""
        left, _, target = pair.partition(">")
        after = [one for one in self.backgrounds if one.endswith(f">{target}")]
        near = [f"text>{target}", *after, *(one for one in self.backgrounds if one.startswith(f"{left}>"))]
        return next(self.backgrounds[one] for one in [*near, *self.backgrounds] if one in self.backgrounds)

    def _match(self, pair: str) -> Match:
        if pair in self.matches:
            return self.matches[pair]
        target = pair.partition(">")[2]
        near = [one for name, one in self.matches.items() if name.endswith(f">{target}")] or [*self.matches.values()]
        if not near:
            return ASSUMED
        return Match(float(np.mean([one.slope for one in near])), float(np.mean([one.intercept for one in near])))


class Latest:
    """The calibration of an opened index as it is now: it is written a while after the commit that it is for.

    Args:
        folder: of the index.
        identity: of the space that made its vectors.
    """

    def __init__(self, folder: Path, identity: SpaceIdentity) -> None:
        self._folder, self._identity = folder, identity
        self._known: tuple[object, Calibration | None] | None = None

    def now(self) -> Calibration | None:
        """As `Calibration.read`, which is done again only where the file is another one."""
        is_now = stamp(self._folder / FILE)  # from before the reading: one written in between is seen the next time
        known = self._known
        if known is None or known[0] != is_now:
            self._known = known = is_now, Calibration.read(self._folder, self._identity)
        return known[1]


def why_not(snapshot: Snapshot) -> str:
    """What to do where an index has no calibration and one is needed."""
    if len(snapshot) < LEAST:
        return (
            f"--min-confidence needs to know what scores mean, which takes {LEAST} items or more, and this index has "
            f"{len(snapshot)}; leave it out, or index more."
        )
    return "--min-confidence needs to know what scores mean in this index; run `retriever optimize` once."


def calibration_error(confidences: ArrayLike, matches: ArrayLike, *, bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015): how far confidences are from the shares that hold, 0..1.

    Args:
        confidences: 0..1, any shape.
        matches: whether each holds, of the same shape.
        bins: of equal width; in each, mean confidence is compared with the share, weighted by how many fall there.
    """
    said, held = np.ravel(np.asarray(confidences, np.float64)), np.ravel(np.asarray(matches, np.float64))
    place = np.minimum((said * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(place, said - held, minlength=bins)
    return float(np.abs(gaps).sum() / max(1, len(said)))


def _share(log_odds: Floats) -> Floats:
    """Log-odds as a share, without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0, -log_odds)))


def _match(data: Mapping[str, Any]) -> Match:
    made = Match(float(data["slope"]), float(data["intercept"]), int(data["positives"]))
    if not made.slope > 0:
        raise ValueError("a confidence does not rise")
    return made
