"""Ways to combine the terms of a question, with nothing of their own: they call what queries call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retriever.query import fusion
from retriever.query.compose import compose, slerp
from retriever.types import Modality, Vectors

Scores = NDArray[np.floating]


@dataclass(frozen=True)
class Posed:
    """A question as vectors.

    Attributes:
        vectors: (t, d) unit vectors, the base first.
        signs: (t,) 1 or -1.
        modalities: of the terms.
        right: (n,) the right answers, for the oracle alone.
    """

    vectors: Vectors
    signs: NDArray[np.float64]
    modalities: tuple[Modality, ...]
    right: NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """What is known without looking at any question.

    Attributes:
        vectors: (n, d) of the gallery.
        means: modality -> (d,) mean of its unit vectors.
        spreads: modality -> standard deviation of the cosines of one of it with the gallery.
    """

    vectors: Vectors
    means: Mapping[Modality, Vectors]
    spreads: Mapping[Modality, float]


@dataclass(frozen=True)
class Weights:
    """How much the terms beside the base count, which has 1.

    Attributes:
        text: of added words.
        audio: of an added sound.
        minus: of what is taken off.
    """

    text: float = 1.0
    audio: float = 1.0
    minus: float = 1.0

    def of(self, posed: Posed) -> NDArray[np.float64]:
        """(t,) signed."""
        added = {Modality.TEXT: self.text, Modality.AUDIO: self.audio}
        return np.array([
            1.0 if not place else -self.minus if sign < 0 else added.get(modality, 1.0)
            for place, (sign, modality) in enumerate(zip(posed.signs, posed.modalities, strict=True))
        ])  # fmt: skip

    def differing(self, **values: float) -> Weights:
        """The same but for some."""
        return replace(self, **values)


How = Callable[[Posed, Ground, Weights], Scores]
"""A vector (d,) to search with, or scores (n,)."""


@dataclass(frozen=True)
class Strategy:
    """A row of the table.

    Attributes:
        name: of the row.
        how: what it does with one question.
        tuned: whether weights are chosen for it on the tuning half.
        late: `how` gives scores, not a vector.
    """

    name: str
    how: How
    tuned: bool = False
    late: bool = False

    def scores(self, asked: Sequence[Posed], ground: Ground, weights: Weights) -> NDArray[np.float32]:
        """(q, n), higher is better."""
        found = np.stack([self.how(posed, ground, weights) for posed in asked]).astype(np.float32)
        return found if self.late else found @ ground.vectors.T


def summed(*, centred: bool = False, by_spread: bool = False, minus: str = "subtract") -> How:
    """A signed weighted sum of unit vectors.

    Args:
        centred: takes the mean of its modality off each term first.
        by_spread: also divides each weight by the spread of its modality's cosines.
        minus: as of `compose`.
    """

    def how(posed: Posed, ground: Ground, weights: Weights) -> Scores:
        scale = weights.of(posed)
        if by_spread:
            scale = scale / [ground.spreads[modality] for modality in posed.modalities]
        means = np.stack([ground.means[modality] for modality in posed.modalities]) if centred else None
        return compose(posed.vectors, scale, minus=minus, means=means).vector

    return how


def on_the_arc(posed: Posed, ground: Ground, weights: Weights) -> Scores:
    """Between two terms with a plus by `slerp`, terms with a minus subtracted from that."""
    scale = weights.of(posed)
    plus = scale > 0
    if plus.sum() != 2:
        return compose(posed.vectors, scale).vector
    middle = slerp(posed.vectors[plus], scale[plus]).vector
    return compose(np.vstack([middle, posed.vectors[~plus]]), [1.0, *scale[~plus]]).vector


def by_rank(posed: Posed, ground: Ground, weights: Weights) -> Scores:
    """Every term ranks the gallery; reciprocal ranks are summed."""
    return fusion.by_rank(_columns(posed, ground), weights.of(posed)).sum(axis=1)


def by_score(posed: Posed, ground: Ground, weights: Weights) -> Scores:
    """Every term scores the gallery; standardised scores are summed."""
    return fusion.by_score(_columns(posed, ground), weights.of(posed)).sum(axis=1)


def by_least(posed: Posed, ground: Ground, weights: Weights) -> Scores:
    """Every term must match: the least of its percentiles counts."""
    return fusion.by_least(fusion.log_odds(_columns(posed, ground)), weights.of(posed)).sum(axis=1)


def by_least_of_plus(posed: Posed, ground: Ground, weights: Weights) -> Scores:
    """Every term with a plus must match; those with a minus are not looked at."""
    plus = posed.signs > 0
    return fusion.by_least(fusion.log_odds(_columns(posed, ground)[:, plus]), posed.signs[plus]).sum(axis=1)


def _columns(posed: Posed, ground: Ground) -> Scores:
    return np.asarray(ground.vectors @ posed.vectors.T)


def base_alone(posed: Posed, ground: Ground, weights: Weights) -> Scores:
    """The shape, or picture, as if nothing else had been said."""
    return posed.vectors[0]


def rest_alone(posed: Posed, ground: Ground, weights: Weights) -> Scores:
    """What was added, as if there were no shape; the opposite of what was taken off where nothing was added."""
    added = posed.vectors[1:][posed.signs[1:] > 0]
    return added.sum(axis=0) if len(added) else -posed.vectors[1:].sum(axis=0)


def oracle(posed: Posed, ground: Ground, weights: Weights) -> Scores:
    """Scores by the middle of the right answers, a right answer's own by the middle of the others.

    Left in, a dozen vectors of hundreds of numbers would find themselves by chance alone.
    """
    right = ground.vectors[posed.right]
    total = right.sum(axis=0)
    scores = ground.vectors @ (total / np.linalg.norm(total))
    if len(right) > 1:
        others = total - right
        scores[posed.right] = (right * others).sum(axis=1) / np.linalg.norm(others, axis=1)
    return np.asarray(scores)


PLAIN = "addition"
RIVALS = (
    Strategy(PLAIN, summed()),
    Strategy("addition, by spread (default)", summed(by_spread=True)),
    Strategy("addition, tuned", summed(), tuned=True),
    Strategy("centred", summed(centred=True)),
    Strategy("centred, by spread", summed(centred=True, by_spread=True)),
    Strategy("centred, tuned", summed(centred=True), tuned=True),
    Strategy("project", summed(minus="project")),
    Strategy("project, by spread", summed(by_spread=True, minus="project")),
    Strategy("project, tuned", summed(minus="project"), tuned=True),
    Strategy("centred, project, tuned", summed(centred=True, minus="project"), tuned=True),
    Strategy("slerp, tuned", on_the_arc, tuned=True),
    Strategy("late, by rank", by_rank, late=True),
    Strategy("late, by score", by_score, late=True),
    Strategy("late, match", by_least, late=True),
    Strategy("late, match all plus", by_least_of_plus, late=True),
)
REFERENCES = (
    Strategy("base alone", base_alone),
    Strategy("rest alone", rest_alone),
    Strategy("oracle", oracle, late=True),
)
SHOWN = (
    "base alone",
    "rest alone",
    PLAIN,
    "addition, by spread (default)",
    "addition, tuned",
    "late, by rank",
    "oracle",
)
"""Those that are told apart by task."""
