"""A map as a figure: points coloured by a column, the names of the largest groups where most of them are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retriever.figures import COLOURS, check_figure, save_figure, styled
from retriever.maps.layout import Places
from retriever.maps.regions import Region, regions
from retriever.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from retriever.maps.mapped import Map

_MARKS = ("o", "^", "s")
"""With each of the colours, for print and for the colour-blind; what comes after these is grey."""

_GREY, _DARK = "#b8b8b8", "#333333"
_NAMED = 400
"""Groups whose names are tried, largest first; a name that would lie on another is left out."""

_DRAWN = 20_000
"""Points that are drawn one by one at most."""

_LETTERS = 28
_SCALE = 12  # different numbers from which on they are a scale
_WIDE = 100.0  # largest of them over the smallest from which on it is a logarithmic one


def draw(drawn: Map, path: Path) -> None:
    """Draw a map into a file.

    Raises:
        UsageError: matplotlib is not there, or the file is no picture, or cannot be written.
    """
    check_figure(path)
    from matplotlib.figure import Figure

    values = drawn.values()
    with styled():
        figure = Figure(figsize=(8, 8), layout="constrained")
        axes = figure.subplots()
        axes.set(xlim=(-1.04, 1.04), ylim=(-1.04, 1.04), aspect="equal", xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(False)
        if _is_scale(values):
            _by_number(figure, axes, drawn, values)
        else:
            _by_group(figure, axes, drawn, [_text(value) for value in values])
        axes.set_xlabel(_caption(drawn), fontsize=7, color=_DARK)
        save_figure(figure, path)


def _is_scale(values: Sequence[Any]) -> bool:
    numbers = [value for value in values if value is not None]
    kinds = {type(value) for value in numbers}
    return bool(kinds) and kinds <= {int, float} and len(set(numbers)) > _SCALE


def _by_number(figure: Figure, axes: Axes, drawn: Map, values: Sequence[Any]) -> None:
    from matplotlib.colors import LogNorm, Normalize

    numbers = np.array([np.nan if value is None else value for value in values], np.float64)
    known = np.isfinite(numbers)
    low, high = float(numbers[known].min()), float(numbers[known].max())
    norm = LogNorm(low, high) if low > 0 and high / low > _WIDE else Normalize(low, high)
    size = _size(len(values))
    axes.scatter(*_along(drawn.places[~known]), s=size, c=_GREY, linewidths=0, rasterized=_is_many(drawn))
    points = axes.scatter(
        *_along(drawn.places[known]), s=size, c=numbers[known], cmap="viridis", norm=norm, linewidths=0
    )
    figure.colorbar(points, ax=axes, shrink=0.5, label=_plain(drawn.color))


def _by_group(figure: Figure, axes: Axes, drawn: Map, values: Sequence[str]) -> None:
    found = regions(drawn.places, values)
    looks = {group.value: (mark, colour) for group, (mark, colour) in zip(found, _looks(), strict=False)}
    numbers, size = {name: number for number, name in enumerate(looks)}, _size(len(values))
    which = np.array([numbers.get(name, -1) for name in values], np.int64)  # of texts each has the room of the longest
    axes.scatter(*_along(drawn.places[which < 0]), s=size, c=_GREY, linewidths=0, rasterized=_is_many(drawn))
    for name, (mark, colour) in reversed(looks.items()):  # the rarer ones on top
        axes.scatter(
            *_along(drawn.places[which == numbers[name]]),
            s=size,
            c=colour,
            marker=mark,
            linewidths=0,
            rasterized=_is_many(drawn),
        )
    _write(figure, axes, found[:_NAMED], {name: colour for name, (_, colour) in looks.items()})


def _looks() -> list[tuple[str, str]]:
    return [(mark, colour) for mark in _MARKS for colour in COLOURS]


def _write(figure: Figure, axes: Axes, found: Sequence[Region], colours: dict[str, str]) -> None:
    """The names, each where it lies on no name of a larger group."""
    from matplotlib.transforms import Bbox

    figure.draw_without_rendering()  # so that it is known where everything comes to lie
    taken: list[Bbox] = []
    for group in found:
        common = group.value in colours
        text = axes.text(
            group.x, group.y, _short(group.value), fontsize=8 if common else 6.5, ha="center", va="center",
            color=colours.get(group.value, _DARK), weight="bold" if common else "normal",
            bbox={"facecolor": "white", "alpha": 0.65, "edgecolor": "none", "pad": 0.6},  # and so it stays text
        )  # fmt: skip
        text.set_in_layout(False)
        box = text.get_window_extent().padded(1)
        if any(box.overlaps(other) for other in taken):
            text.remove()
        else:
            taken.append(box)


def _caption(drawn: Map) -> str:
    items = drawn.items
    where = f", {items.asked['where']}" if items.asked.get("where") else ""
    less = f"; {drawn.laid_out:,} laid out, the others placed among them" if drawn.laid_out < len(drawn) else ""
    return _plain(
        _printable(f"{counted(len(drawn), 'item')}{where}, in the space {items.space}, by {drawn.color}{less}")
    )


def _is_many(drawn: Map) -> bool:
    """Whether the points become a picture within an SVG or PDF, which a viewer could not handle one by one."""
    return len(drawn) > _DRAWN


def _along(places: Places) -> tuple[Any, Any]:
    return places[:, 0], places[:, 1]


def _size(count: int) -> float:
    """Of a point, in square points: what can be told apart of few, and of many leaves their density to be seen."""
    return float(np.clip(12_000 / max(count, 1), 1.5, 26))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _short(name: str) -> str:
    text = _printable(name[: _LETTERS + 1])
    return _plain(text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _plain(text: str) -> str:
    """No formula to matplotlib."""
    return text.replace("$", r"\$")
