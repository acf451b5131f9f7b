"""Figures of the benchmarks: curves with their intervals as bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from retriever.figures import COLOURS, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_PANEL = (3.6, 3.2)  # inches
_LINE = 0.2  # inches of a line of the legend


def severity_curves(tables: Mapping[str, Sequence[Mapping[str, Any]]], title: str) -> Figure:
    """A panel a measure, in it a line a domain over the severities, which start at the clean clouds.

    Args:
        tables: measure -> rows as `retrieval.generalisation.tables` makes them.
        title: above all of it.
    """
    from matplotlib.figure import Figure

    steps = _steps(next(iter(tables.values())))
    below = _LINE * (len(steps) + 1)
    height = _PANEL[1] + below
    with styled():
        figure = Figure(figsize=(_PANEL[0] * max(len(tables), 2), height))
        panels = figure.subplots(1, len(tables), squeeze=False)[0]
        for panel, (measure, rows) in zip(panels, tables.items(), strict=True):
            _curves(panel, measure, rows)
        figure.suptitle(title, fontsize=10)
        handles, names = panels[0].get_legend_handles_labels()
        explained = [f"{name}: {steps[name]}" if name in steps else name for name in names]
        figure.legend(handles, explained, loc="lower left", frameon=False, fontsize=8)
        figure.tight_layout(rect=(0, below / height, 1, 1))
    return figure


def _steps(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Domain -> what its severities are: "1 one camera; 2 ..."."""
    steps: dict[str, list[str]] = {}
    for row in rows:
        if row["severity"]:
            steps.setdefault(row["domain"], []).append(f"({row['severity']}) {row['subset']}")
    return {domain: ", ".join(each) for domain, each in steps.items()}


def _curves(panel: Axes, measure: str, rows: Sequence[Mapping[str, Any]]) -> None:
    clean = [row for row in rows if row["severity"] == 0]
    domains = dict.fromkeys(row["domain"] for row in rows if row["severity"])
    for number, domain in enumerate(domains):
        line = [*clean, *(row for row in rows if row["domain"] == domain and row["severity"])]
        at, colour = [row["severity"] for row in line], COLOURS[number % len(COLOURS)]
        panel.fill_between(
            at, [row["low"] for row in line], [row["high"] for row in line], color=colour, alpha=0.12, linewidth=0
        )
        marker = MARKERS[number % len(MARKERS)]
        panel.plot(at, [row["value"] for row in line], color=colour, marker=marker, markersize=4, label=domain)
    if chances := [row["chance"] for row in rows if row["chance"] is not None]:
        panel.axhline(max(chances), color="0.5", linestyle=":", linewidth=1, label="chance")
    panel.set_title(measure, fontsize=9)
    panel.set_xlabel("severity (0: clean)")
    panel.set_xticks(range(max(row["severity"] for row in rows) + 1))
    panel.set_ylim(0, 1)
