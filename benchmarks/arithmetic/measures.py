"""What is measured of the first ten, with intervals; and the weights that do best on the tuning half."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.arithmetic.strategies import PLAIN, Ground, Posed, Strategy, Weights
from retriever import metrics

K = 10
ADDED = (0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 4.0)
MINUS = (0.25, 0.5, 1.0)
"""Weights that are tried, of what is added and taken off; the base has 1."""

Row = dict[str, Any]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Grades:
    """(q, n) what is right of each item for each question: its kind, its value; both make a right answer."""

    kind: Flags
    value: Flags

    @property
    def both(self) -> Flags:
        """(q, n) right answers."""
        return self.kind & self.value

    def of(self, chosen: Flags) -> Grades:
        """Of some questions."""
        return Grades(self.kind[chosen], self.value[chosen])


@dataclass(frozen=True)
class Measured:
    """(q,) each, of one strategy.

    Attributes:
        recall: share of the right answers among the first ten.
        precision: share of the first ten that are right answers.
        gain: nDCG of the first ten; a right answer is worth 3, half of one 1.
        kind, value: share of the first ten with the right kind, with the right value.
    """

    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    gain: NDArray[np.float64]
    kind: NDArray[np.float64]
    value: NDArray[np.float64]


def measured(scores: NDArray[np.floating], grades: Grades) -> Measured:
    """Of (q, n) scores; every question has a right answer."""
    order = first(scores, K)
    both, kind, value = (np.take_along_axis(flags, order, 1) for flags in (grades.both, grades.kind, grades.value))
    worth = _worth(grades.kind, grades.value)
    best = -np.partition(-worth, K - 1, axis=1)[:, :K]
    discount = 1 / np.log2(np.arange(2, K + 2))
    gained, ideal = _worth(kind, value) @ discount, -np.sort(-best, axis=1) @ discount
    return Measured(
        both.sum(axis=1) / grades.both.sum(axis=1),
        both.mean(axis=1),
        gained / ideal,
        kind.mean(axis=1),
        value.mean(axis=1),
    )


def _worth(kind: Flags, value: Flags) -> NDArray[np.float64]:
    return np.asarray(kind.astype(np.float64) + value + (kind & value))


def first(scores: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """(q, k) places of the highest scores, best first."""
    near = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, near, 1), axis=1, kind="stable")
    return np.take_along_axis(near, order, 1)


def tuned(
    strategy: Strategy, asked: Sequence[Posed], ground: Ground, grades: Grades, groups: NDArray[np.str_]
) -> Weights:
    """The weights with the highest mean recall over the groups of the tuning half: words and minus, then sounds."""
    if not strategy.tuned:
        return Weights()
    sounds = np.array(["audio" in posed.modalities for posed in asked], bool)
    quiet = _best(
        (Weights(text=text, minus=minus) for text in ADDED for minus in MINUS),
        strategy, asked, ground, grades, groups, ~sounds,
    )  # fmt: skip
    if not sounds.any():
        return quiet
    return _best((quiet.differing(audio=audio) for audio in ADDED), strategy, asked, ground, grades, groups, sounds)


def _best(
    candidates: Iterable[Weights], strategy: Strategy, asked: Sequence[Posed], ground: Ground, grades: Grades,
    groups: NDArray[np.str_], chosen: Flags,
) -> Weights:  # fmt: skip
    some = [posed for posed, is_chosen in zip(asked, chosen, strict=True) if is_chosen]
    right, names = grades.of(chosen), groups[chosen]

    def worth(weights: Weights) -> float:
        recall = measured(strategy.scores(some, ground, weights), right).recall
        return float(np.mean([recall[names == name].mean() for name in np.unique(names)]))

    return max(candidates, key=worth)


def interval(values: NDArray[np.float64], groups: NDArray[np.str_]) -> tuple[float, float, float]:
    """Mean over groups of their means, and its 95 % interval by a bootstrap over the questions within each group."""
    return metrics.bootstrap(values, groups=[np.flatnonzero(groups == name) for name in np.unique(groups)])


def shown(value: float, low: float, high: float, signed: bool = False) -> str:
    """A number and its interval."""
    sign = "+" if signed else ""
    return f"{value:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


def overall(found: Mapping[str, Measured], weights: Mapping[str, Weights], groups: NDArray[np.str_]) -> Iterator[Row]:
    """One row a strategy; all groups of questions count alike."""
    for name, each in found.items():
        chosen = weights[name]
        yield {
            "strategy": name,
            "recall@10": shown(*interval(each.recall, groups)),
            f"beside {PLAIN}": shown(*interval(each.recall - found[PLAIN].recall, groups), signed=True),
            "precision@10": interval(each.precision, groups)[0],
            "nDCG@10": interval(each.gain, groups)[0],
            "kind@10": interval(each.kind, groups)[0],
            "value@10": interval(each.value, groups)[0],
            "text, audio, minus": f"{chosen.text:g}, {chosen.audio:g}, {chosen.minus:g}",
        }


def by_group(
    found: Mapping[str, Measured], groups: NDArray[np.str_], columns: Sequence[str], rivals: Sequence[str]
) -> Iterator[Row]:
    """One row a group of questions: recall of some strategies, and which of the rivals is best."""
    for group in dict.fromkeys(groups.tolist()):
        chosen = groups == group
        recall = {name: each.recall[chosen] for name, each in found.items()}
        means = {name: float(each.mean()) for name, each in recall.items()}
        yield {
            "form: facet": group,
            "queries": int(chosen.sum()),
            **{name: shown(*metrics.bootstrap(recall[name])) for name in columns},
            "best": max(rivals, key=means.__getitem__),
        }
