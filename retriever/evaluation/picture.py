"""A picture of an evaluation: precision against recall, the classes, and which of them are taken for which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.evaluation.answers import LEVELS, MAP, Answers, Evaluation
from retriever.figures import check_figure, save_figure, styled
from retriever.metrics import class_means

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BARS = 40  # classes that can be told apart
_BEST = 10  # of them
_CELLS = 24
_TICK = 28  # letters of a class


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
        figure.suptitle(_plain(f"{evaluation.how} (space {evaluation.space})"), fontsize=9)
        _curves(axes[0], evaluation.answers)
        if classed:
            _bars(axes[1], classed[0])
            _confusion(axes[2], _telling(classed))
        save_figure(figure, path)


def _curves(axes: Axes, answers: Sequence[Answers]) -> None:
    several = [each for each in answers if each.measured.relevant.max() > 1]
    for each in several or answers:  # where one item is relevant, precision does not depend on recall
        mean = each.measured.values[MAP.name].mean()
        axes.plot(LEVELS, each.measured.precision / len(each), label=f"{each.pair}  mAP {mean:.3f}")
    axes.set(
        xlabel="recall", ylabel="interpolated precision", xlim=(0, 1), ylim=(0, 1.02), title="Precision and recall"
    )
    axes.grid(alpha=0.3)
    axes.legend(loc="best", frameon=False)


def _bars(axes: Axes, answers: Answers) -> None:
    """Classes by falling mAP; of many the best and the worst, with a gap between."""
    assert answers.classes is not None
    means = class_means(answers.measured.values[MAP.name], answers.classes)
    names = sorted(means, key=lambda name: (-means[name], name))
    places = np.arange(len(names))
    if len(names) > _BARS:
        names = names[:_BEST] + names[_BEST - _BARS :]
        places = np.concatenate([np.arange(_BEST), np.arange(_BEST + 1, _BARS + 1)])
        axes.text(0.02, _BEST, f"... {len(means) - _BARS} more ...", va="center", fontsize=6)
    axes.barh(places, [means[name] for name in names])
    axes.set_yticks(places, [_tick(name) for name in names], fontsize=max(5, 8 - len(names) // 10))
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel="mAP", title=f"Classes, {answers.pair}")


def _telling(answers: Sequence[Answers]) -> Answers:
    """Confusions are those of classification, where it was asked, else of the first hits."""
    return next((each for each in answers if each.pair.endswith(">label")), answers[-1])


def _confusion(axes: Axes, answers: Answers) -> None:
    names, shares = confusion(answers)
    assert answers.classes is not None
    of = len({*answers.classes})
    picture = axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    size, ticks = max(5, 8 - len(names) // 8), [_tick(name) for name in names]
    axes.set_xticks(range(shares.shape[1]), [*ticks, "other"][: shares.shape[1]], rotation=90, fontsize=size)
    axes.set_yticks(range(len(names)), ticks, fontsize=size)
    which = f"the {len(names)} of {of} classes most often confused" if len(names) < of else "all classes"
    axes.set(xlabel="class of the first", ylabel="class of the query", title=f"Confusion, {answers.pair}: {which}")
    axes.figure.colorbar(picture, ax=axes, shrink=0.7, label="share of the class's queries")


def _tick(name: str) -> str:
    """A class as it can stand beside an axis: short, no formula to matplotlib, no control characters to a viewer."""
    text = "".join(letter if letter.isprintable() else " " for letter in name)
    return _plain(text if len(text) <= _TICK else f"{text[: _TICK - 1]}…")


def _plain(text: str) -> str:
    return text.replace("$", r"\$")


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
    pairs = Counter(zip(answers.classes, answers.firsts, strict=True))
    queries, wrong = Counter(answers.classes), Counter[str]()
    for (asked, first), count in pairs.items():
        if asked != first:
            wrong[asked] += count
            wrong[first] += count
    names = sorted({*answers.classes, *answers.firsts})
    shown = sorted(sorted(names, key=lambda name: -wrong[name])[:most])
    shares = np.array([[pairs[one, other] / max(queries[one], 1) for other in shown] for one in shown])
    if len(shown) < len(names):
        asked_for = np.array([[float(queries[one] > 0)] for one in shown])
        shares = np.concatenate([shares, asked_for - shares.sum(axis=1, keepdims=True)], axis=1)
    return shown, shares
