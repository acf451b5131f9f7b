"""A picture of an evaluation: precision against recall, the classes, and which of them are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.evaluation.answers import Answers, Evaluation
from retriever.figures import check_figure, save_figure, styled
from retriever.metrics import average_precision, interpolated_precision

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEVELS = np.linspace(0, 1, 101)
_BARS = 40  # classes that can be told apart
_BEST = 10  # of them
_CELLS = 24


def draw(evaluation: Evaluation, path: Path) -> None:
    """Precision against recall of every pair; where there are classes, their mAP, and the confusions.

    Raises:
        UsageError: matplotlib is not there, or the file is no picture, or cannot be written.
    """
    check_figure(path)
    from matplotlib.figure import Figure

    with styled():
        classed = [each for each in evaluation.answers if each.classes is not None]
        figure = Figure(figsize=(5.5 + 9.5 * bool(classed), 5), layout="constrained")
        axes = figure.subplots(1, 3 if classed else 1, squeeze=False)[0]
        figure.suptitle(f"{evaluation.how} (space {evaluation.space})", fontsize=9)
        _curves(axes[0], evaluation.answers)
        if classed:
            _bars(axes[1], classed[0])
            _confusion(axes[2], _telling(classed))
        save_figure(figure, path)


def _curves(axes: Axes, answers: Sequence[Answers]) -> None:
    several = [each for each in answers if each.judged.counts.max() > 1]
    for each in several or answers:  # where one item is relevant, precision does not depend on recall
        curve = interpolated_precision(each.judged, _LEVELS).mean(axis=0)
        axes.plot(_LEVELS, curve, label=f"{each.pair}  mAP {average_precision(each.judged).mean():.3f}")
    axes.set(
        xlabel="recall", ylabel="interpolated precision", xlim=(0, 1), ylim=(0, 1.02), title="Precision and recall"
    )
    axes.grid(alpha=0.3)
    axes.legend(loc="best", frameon=False)


def _bars(axes: Axes, answers: Answers) -> None:
    """Classes by falling mAP; of many the best and the worst, with a gap between."""
    values = average_precision(answers.judged)
    means = {name: float(values[members].mean()) for name, members in answers.members().items()}
    names = sorted(means, key=lambda name: (-means[name], name))
    places = np.arange(len(names))
    if len(names) > _BARS:
        names = names[:_BEST] + names[_BEST - _BARS :]
        places = np.concatenate([np.arange(_BEST), np.arange(_BEST + 1, _BARS + 1)])
        axes.text(0.02, _BEST, f"... {len(means) - _BARS} more ...", va="center", fontsize=6)
    axes.barh(places, [means[name] for name in names])
    axes.set_yticks(places, names, fontsize=max(4, 8 - len(names) // 10))
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel="mAP", title=f"Classes, {answers.pair}")


def _telling(answers: Sequence[Answers]) -> Answers:
    """Confusions are those of classification, where it was asked, else of the first hits."""
    return next((each for each in answers if each.pair.endswith(">label")), answers[-1])


def _confusion(axes: Axes, answers: Answers) -> None:
    names, shares = confusion(answers)
    picture = axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    size = max(4, 8 - len(names) // 6)
    axes.set_xticks(range(shares.shape[1]), [*names, "other"][: shares.shape[1]], rotation=90, fontsize=size)
    axes.set_yticks(range(len(names)), names, fontsize=size)
    axes.set(xlabel="class of the first", ylabel="class of the query", title=f"Confusion, {answers.pair}")
    axes.figure.colorbar(picture, ax=axes, shrink=0.7, label="share of the class's queries")


def confusion(answers: Answers, most: int = _CELLS) -> tuple[list[str], NDArray[np.float64]]:
    """Which classes come first for which.

    Args:
        answers: with classes.
        most: classes to show: those whose queries, and those whose items, are taken for another most often.

    Returns:
        The n classes, by name, and (n, n) shares of each row's queries; (n, n + 1) where classes are left out, the last
        column being all of these.
    """
    assert answers.classes is not None and answers.firsts is not None
    asked, first = np.array(answers.classes, object).astype(str), np.array(answers.firsts, object).astype(str)
    names = np.unique(np.concatenate([asked, first]))
    matrix = np.zeros((len(names), len(names)))
    np.add.at(matrix, (np.searchsorted(names, asked), np.searchsorted(names, first)), 1)
    wrong = matrix.sum(axis=1) + matrix.sum(axis=0) - 2 * matrix.diagonal()
    shown = np.sort(np.argsort(-wrong, kind="stable")[:most])
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    part = shares[np.ix_(shown, shown)]
    if len(shown) < len(names):
        part = np.concatenate(
            [part, shares[shown].sum(axis=1, keepdims=True) - part.sum(axis=1, keepdims=True)], axis=1
        )
    return names[shown].tolist(), part
