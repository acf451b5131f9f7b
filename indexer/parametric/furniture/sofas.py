"""Sofas of many makes: rolled, boxed, tufted, on legs or a frame, modular, curved, with loose cushions."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count
from indexer.parametric.materials import either, paint
from indexer.parametric.parts import Rng, beam, chance, four_legs, made, pick, rectangle, span
from indexer.parametric.solids import Solid, array, ball, box, cylinder, lathe, loft, merge, prism, rounded_box


def pillow(rng: Rng, w: float) -> Solid:
    """A loose square cushion with thin edges, centred on the origin, facing +z."""
    rows = [rectangle(w * k, w * k, 0.12 * w, 3) for k in (0.9, 1.0, 0.9)]
    rings = [np.column_stack([row, np.full(len(row), z * w * 0.16)]) for row, z in zip(rows, (-1, 0, 1), strict=True)]
    return loft(np.stack(rings)).scale(1, 1, span(rng, 0.8, 1.2))


def arm(rng: Rng, style: str, w: float, h: float, d: float) -> Solid:
    """The right arm, its inner side at x = 0, standing on y = 0."""
    if style == "rolled":
        roll = cylinder(w * 0.62, d, 16).turn("x", 90).move(w * 0.55, h - w * 0.5, -d / 2)
        return merge(box(w * 0.85, h - w * 0.5, d).move(w * 0.45), roll)
    if style == "sloped":
        return prism([(-d / 2, 0), (d / 2, 0), (d / 2, h * 0.65), (-d / 2, h * 1.1)], w).turn("y", -90).move(w / 2)
    if style == "frame":
        bar = span(rng, 0.03, 0.06)
        post = box(bar, h, bar).move(w / 2, 0, d / 2 - bar).both("z")
        return merge(post, box(w * 0.7, bar, d).move(w / 2, h - bar), box(bar, bar, d).move(w / 2, h * 0.5))
    soft = span(rng, 0.01, 0.09)
    return rounded_box(w, h, d, soft).move(w / 2)


def back(rng: Rng, style: str, w: float, h: float, thick: float) -> Solid:
    """A back standing on y = 0, w wide, its middle at z = 0."""
    if style == "arched":
        x = np.linspace(-w / 2, w / 2, 15)
        top = h * (0.72 + 0.28 * np.cos(x / w * np.pi))
        return prism([(-w / 2, 0), (w / 2, 0), *zip(x[::-1], top, strict=True)], thick)
    if style == "tufted":
        columns, rows = max(int(w / 0.22), 3), 3
        x, y = np.meshgrid(
            np.linspace(-w / 2, w / 2, columns + 1)[:-1] + w / columns / 2, h * (np.arange(rows) + 0.5) / rows
        )
        pads = array(
            ball(w / columns * 0.55, h / rows * 0.55, thick * 0.35, 8), np.stack([x, y, x * 0 + thick / 2], -1)
        )
        return merge(box(w, h, thick), pads)
    if style == "slatted":
        bars = array(
            box(0.04, h, 0.025), [(x, 0, 0) for x in np.linspace(-w / 2 + 0.03, w / 2 - 0.03, max(int(w / 0.15), 4))]
        )
        return merge(bars, box(w, 0.06, 0.05).move(y=h - 0.06), box(w, 0.05, 0.05))
    return rounded_box(w, h, thick, span(rng, 0.01, 0.08))


def _seat_row(rng: Rng, seats: int, each: float, d: float, tall: float) -> list[Solid]:
    """Seat and back cushions side by side; y = 0 is the top of the base."""
    thick, soft, split = span(rng, 0.1, 0.22), span(rng, 0.02, 0.08), chance(rng, 0.75)
    number, w = (seats, each) if split else (1, seats * each)
    xs = [((i - (number - 1) / 2) * w, 0, 0) for i in range(number)]
    parts = [array(rounded_box(w * 0.985, thick, d * 0.82, soft).move(z=d * 0.09), xs)]
    if chance(rng, 0.7):
        behind = rounded_box(w * 0.97, tall, span(rng, 0.12, 0.24), soft).turn("x", -span(rng, 4, 18))
        parts.append(array(behind.move(y=thick * 0.9, z=-d * 0.26), xs))
    for _ in range(int(rng.integers(0, 5)) * chance(rng, 0.5)):
        one = pillow(rng, span(rng, 0.3, 0.48)).turn("z", rng.uniform(-20, 20)).turn("x", -20)
        parts.append(one.move(span(rng, -0.42, 0.42) * seats * each, thick + 0.2, -d * 0.08))
    return parts


def _curved(rng: Rng) -> tuple[Solid, str, int]:
    """A sofa along an arc."""
    r, sweep, d, h = span(rng, 1.1, 2.2), span(rng, 1.2, 3.2), span(rng, 0.7, 0.95), span(rng, 0.35, 0.45)
    a = np.linspace(-sweep / 2, sweep / 2, 22) - np.pi / 2

    def bow(inner: float, outer: float, low: float, high: float) -> Solid:
        section = [
            (inner, low),
            (outer, low),
            (outer, high * 0.97),
            (outer - 0.03, high),
            (inner + 0.03, high),
            (inner, high * 0.97),
        ]
        return loft(np.stack([[(q * np.cos(t), y, q * np.sin(t)) for q, y in section] for t in a]))

    tall = span(rng, 0.65, 0.95)
    parts = [bow(r, r + d, 0.05, h), bow(r + d - 0.22, r + d, 0.05, tall), bow(r + 0.02, r + d - 0.2, h, h + 0.1)]
    return merge(*parts).move(z=r + d / 2), "curved sofa", 4


def _straight(rng: Rng) -> tuple[Solid, str, int, int]:
    """A straight or a corner sofa: its solid, name, seats and arms."""
    seats, each, d = int(rng.integers(2, 6)), span(rng, 0.5, 0.85), span(rng, 0.7, 1.1)
    low, h, tall = span(rng, 0.02, 0.2), span(rng, 0.22, 0.36), span(rng, 0.25, 0.55)
    w, thick = seats * each, span(rng, 0.06, 0.25)
    arm_style = pick(rng, "box", "box", "rolled", "sloped", "frame", "none")
    back_style = pick(rng, "plain", "plain", "arched", "tufted", "slatted")
    arm_w, arm_h = span(rng, 0.08, 0.32), h + span(rng, 0.12, 0.36)
    base = rounded_box(w, h - low, d, span(rng, 0.005, 0.05)).move(y=low)
    parts = [base, *[part.move(y=h) for part in _seat_row(rng, seats, each, d, tall)]]
    parts.append(
        back(rng, back_style, w + (0 if arm_style == "none" else 1.2 * arm_w), h + tall - low, thick).move(
            y=low, z=-d / 2 + thick * 0.3
        )
    )
    arms = 0 if arm_style == "none" else 1 if chance(rng, 0.12) else 2
    if arms:
        one = arm(rng, arm_style, arm_w, arm_h - low, d).move(w / 2, low)
        parts.append(one.both("x") if arms == 2 else one)
    name = "loveseat" if seats == 2 else f"{count(seats, 'seat', 'seat')} sofa"
    corner = pick(rng, "", "", "", "chaise", "corner", "u-shape")
    if corner:
        long = span(rng, 0.7, 1.9)
        wing = merge(
            rounded_box(d, h - low, long, 0.03).move(y=low), rounded_box(d * 0.95, 0.15, long * 0.98, 0.05).move(y=h)
        )
        if corner != "chaise":
            wing = merge(wing, rounded_box(thick, h + tall - low, long, 0.03).move(d / 2 - thick / 2, low))
        wing = wing.move((w - d) / 2 + arm_w * 0.5, 0, (d + long) / 2 - 0.02)
        parts.append(wing.both("x") if corner == "u-shape" else wing)
        name = {"chaise": "sofa with a chaise", "corner": "corner sofa", "u-shape": "u-shaped sofa"}[corner]
    legs, _ = four_legs(rng, w, d * 0.9, low + 0.02, span(rng, 0.04, 0.07))
    return merge(*parts, legs), name, seats, arms


def _daybed(rng: Rng) -> tuple[Solid, str, int]:
    """A chaise longue: a long seat with one raised end."""
    w, d, h = span(rng, 1.4, 2.0), span(rng, 0.6, 0.8), span(rng, 0.3, 0.42)
    seat = rounded_box(w, 0.18, d, 0.06).move(y=h - 0.1)
    end = rounded_box(d * 0.9, 0.14, d, 0.06).turn("z", -span(rng, 40, 70)).move(w / 2, h + 0.25)
    roll = cylinder(0.1, d, 14).turn("x", 90).move(w / 2 - 0.25, h + 0.17, -d / 2)
    legs, _ = four_legs(rng, w, d, h - 0.08, 0.06)
    solids = [seat, end, legs, beam((-w / 2, h - 0.12, 0), (w / 2, h - 0.12, 0), 0.08, d * 0.9)]
    return merge(*solids, *([roll] if chance(rng, 0.5) else [])), "chaise longue", 1


def any_sofa(rng: Rng) -> Shape:
    """A sofa of any make."""
    color, material, form = paint(rng), either(rng, "wood", "metal"), pick(rng, *("straight",) * 8, "curved", "daybed")
    arms = 0
    if form == "straight":
        solid, name, seats, arms = _straight(rng)
    else:
        solid, name, seats = (_curved if form == "curved" else _daybed)(rng)
    if chance(rng, 0.15):
        foot = lathe([(0.25, 0), (0.28, 0.1), (0.28, 0.36), (0.24, 0.4), (0, 0.4)], 20)
        solid = merge(solid, foot.move(span(rng, -0.5, 0.5), 0, 1.2))
    worn = "leather" if chance(rng, 0.3) else "upholstered"
    return made(
        "sofa",
        solid.paint(color.rgb),
        f"{an(color.name)} sofa",
        f"{an(worn)} couch with {'no armrests' if not arms else count(arms, 'armrest')}",
        an(name) if not name.startswith("u-") else f"a {name}",
        style=name,
        material=material.name,
        seats=seats,
    )
