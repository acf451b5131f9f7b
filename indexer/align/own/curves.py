"""A training's validation curve as a picture: SVG, written by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from math import ceil, floor, isfinite, log10
from pathlib import Path

Row = Mapping[str, float]

WIDTH = 760
_HEIGHT = 300  # of a panel
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 210, 44, 52
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555")
"""Told apart by the colour-blind as well (Okabe & Ito 2008)."""


def read_curve(path: Path) -> list[dict[str, float]]:
    """The rows of a ``curve.jsonl``: step and measures, each step once, as it was measured last.

    A line that a full disk or a power cut has torn is left out.
    """
    if not path.is_file():
        return []
    rows = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        with suppress(ValueError, KeyError, TypeError):
            row = json.loads(line)
            rows[row["step"]] = row
    return [row for _, row in sorted(rows.items())]


def draw(rows: Sequence[Row], title: str) -> str:
    """An SVG with one panel for the losses and one for the shares (top-1, mAP), against steps.

    Args:
        rows: step, and measures; not every row needs all. Names that end in "loss" are losses.
        title: above them.
    """
    names = list(dict.fromkeys(name for row in rows for name in row if name != "step"))
    losses = [name for name in names if name.endswith("loss")]
    shares = [name for name in names if name not in losses]
    panels = [(group, label, top) for group, label, top in ((losses, "loss", None), (shares, "share", 1.0)) if group]
    height = 34 + max(1, len(panels)) * _HEIGHT
    body = [
        _panel(rows, group, label, 34 + place * _HEIGHT, top) for place, (group, label, top) in enumerate(panels)
    ] or [_text(WIDTH / 2, 150, "nothing was validated", "middle")]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="13" role="img" aria-label="{escape(title)}">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>\n'
        f'<text x="{_LEFT}" y="26" font-size="16" font-weight="bold">{escape(title)}</text>\n'
        + "".join(body)
        + "</svg>\n"
    )


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers, 1, 2 or 5 times a power of ten apart, that lie in low..high."""
    rough = (high - low) / about
    if not rough > 1e-300:  # powers of ten end there
        return [low]
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first = ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, floor(high / step + 1e-9) + 1)]


def _panel(rows: Sequence[Row], names: Sequence[str], label: str, top: float, most: float | None) -> str:
    """One pair of axes; `most` is where the upright one ends, None for what the values need."""
    values = [row[name] for row in rows for name in names if isfinite(row.get(name, float("nan")))]
    last = max([row["step"] for row in rows] + [1])
    high = most or max(values + [0.0]) * 1.05 or 1.0
    y0, y1 = top + _HEIGHT - _BOTTOM, top + _TOP - 20

    def at(step: float, value: float) -> tuple[float, float]:
        return (
            _LEFT + (WIDTH - _LEFT - _RIGHT) * step / last,
            y0 - (y0 - y1) * min(value, high) / high,
        )

    parts = []
    for value in ticks(0, high):
        x, y = at(0, value)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{WIDTH - _RIGHT}" stroke="#e3e3e3"/>\n')
        parts.append(_text(x - 8, y + 4, f"{value:g}", "end"))
    for step in ticks(0, last):
        parts.append(_text(at(step, 0)[0], y0 + 20, f"{step:g}", "middle"))
    parts.append(f'<path d="M{_LEFT} {y1:.1f}V{y0:.1f}H{WIDTH - _RIGHT}" fill="none" stroke="#333"/>\n')
    parts.append(_text(_LEFT + (WIDTH - _LEFT - _RIGHT) / 2, y0 + 40, "step", "middle"))
    middle = (y0 + y1) / 2
    parts.append(_text(18, middle, label, "middle", f' transform="rotate(-90 18 {middle:.1f})"'))
    for place, name in enumerate(names):
        color = _COLORS[place % len(_COLORS)]
        points = [at(row["step"], row[name]) for row in rows if isfinite(row.get(name, float("nan")))]
        parts.append(_line(points, color))
        known = [row[name] for row in rows if name in row]
        parts.append(f'<circle cx="{WIDTH - _RIGHT + 20}" cy="{y1 + 10 + 22 * place:.1f}" r="5" fill="{color}"/>\n')
        parts.append(_text(WIDTH - _RIGHT + 32, y1 + 14 + 22 * place, f"{readable(name)} {known[-1]:.3f}", "start"))
    return "".join(parts)


def readable(name: str) -> str:
    """A measure's name as a person writes it: ``text_to_3d_map`` -> "text→3D mAP"."""
    plain = {"3d": "3D", "map": "mAP", "top1": "top-1", "top5": "top-5"}
    words = [plain.get(word, word) for word in name.split("_")]
    return " ".join(words).replace(" to ", "→")


def interval(value: float, low: float, high: float) -> str:
    """A measure with the ends of its interval, as tables have it."""
    return f"{value:.3f} ({low:.3f}-{high:.3f})"


def _line(points: Sequence[tuple[float, float]], color: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>{dots}\n'


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#333"{more}>{escape(text)}</text>\n'
