"""Parts that many things share: legs, bars, plates, frames, vessels, knobs, castors; and small choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from indexer.parametric.kinds import Part, Shape
from indexer.parametric.materials import RUBBER
from indexer.parametric.solids import Points, Solid, array, box, cylinder, lathe, loft, merge, prism, ring, torus, tube

Choice = TypeVar("Choice")
Rng = np.random.Generator


def made(kind: str, solid: Solid, *phrases: str, **parts: Part) -> Shape:
    """A shape with its captions, generic to specific, and what it is made of."""
    return Shape(solid, kind, phrases, parts)


def span(rng: Rng, low: float, high: float) -> float:
    """A measure between two bounds."""
    return float(rng.uniform(low, high))


def pick(rng: Rng, *options: Choice) -> Choice:
    """One of the options."""
    return options[int(rng.integers(len(options)))]


def chance(rng: Rng, share: float) -> bool:
    """True in `share` of all cases."""
    return bool(rng.random() < share)


def beam(start: ArrayLike, end: ArrayLike, w: float, d: float | None = None, narrow: float = 1.0) -> Solid:
    """A bar of rectangular section w x d from point to point, its end `narrow` times as thick."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    aside = np.cross(along, (0.0, 0.0, 1.0) if abs(along[2]) < 0.9 else (0.0, 1.0, 0.0))
    aside /= np.linalg.norm(aside)
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]) * (w, w if d is None else d)
    section = corners @ np.stack([aside, np.cross(along, aside)])
    return loft(np.stack([a + section, b + section * narrow]), a, b)


def plate(outline: ArrayLike, thickness: float) -> Solid:
    """A flat plate standing on y = 0 whose (n, 2) outline is in x and z."""
    return prism(np.asarray(outline) * (1, -1), thickness).turn("x", -90).move(y=thickness / 2)


def rectangle(w: float, h: float, radius: float = 0.0, corners: int = 4) -> Points:
    """(n, 2) outline of a rectangle centred on the origin, its corners rounded."""
    if radius <= 0:
        return np.array([(-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2)])
    r = min(radius, 0.499 * min(w, h))
    turn = np.concatenate([np.linspace(0, 90, corners) + quarter for quarter in (0, 90, 180, 270)])
    centres = np.repeat([(1, 1), (-1, 1), (-1, -1), (1, -1)], corners, axis=0) * (w / 2 - r, h / 2 - r)
    return centres + r * np.stack([np.cos(np.radians(turn)), np.sin(np.radians(turn))], axis=1)


def ellipse(rx: float, ry: float, sides: int = 28) -> Points:
    """(n, 2) outline of an ellipse centred on the origin."""
    turn = 2 * np.pi * np.arange(sides) / sides
    return np.stack([rx * np.cos(turn), ry * np.sin(turn)], axis=1)


def frame(w: float, h: float, bar: float, depth: float) -> Solid:
    """An upright rectangular frame standing on y = 0, open in the middle."""
    post, rail = box(bar, h, depth), box(w - 2 * bar, bar, depth)
    return merge(post.move(-(w - bar) / 2), post.move((w - bar) / 2), rail, rail.move(y=h - bar))


def slats(number: int, first: ArrayLike, last: ArrayLike, slat: Solid) -> Solid:
    """Copies of `slat` evenly spread from one offset to another."""
    return array(slat, np.linspace(np.asarray(first, float), np.asarray(last, float), number))


def four_legs(rng: Rng, w: float, d: float, h: float, thick: float, splay: float | None = None) -> tuple[Solid, str]:
    """Four legs below the corners of a w x d top at height h, and the word for their style."""
    style = pick(rng, "square", "tapered", "round", "turned")
    out = span(rng, 0, 0.12) * h * chance(rng, 0.4) if splay is None else splay
    if style in ("square", "tapered"):
        leg = beam((0, h, 0), (out, 0, out), thick, narrow=1.0 if style == "square" else 0.55)
    elif style == "round":
        leg = tube([(0, h, 0), (out, 0, out)], [thick * 0.5, thick * 0.38], 10)
    else:
        shape = np.array([(0.3, 0), (0.45, 0.05), (0.3, 0.12), (0.5, 0.55), (0.3, 0.7), (0.55, 0.76), (0.5, 1)])
        leg = lathe(shape * (thick, h), 10)
    x, z = w / 2 - thick * 0.6, d / 2 - thick * 0.6
    return leg.move(x, 0, z).both("x").both("z"), style


def castors(rng: Rng, arms: int, radius: float, h: float) -> Solid:
    """The star foot of a swivel chair: arms with castors, standing on y = 0, and a column up to h."""
    wheel = cylinder(0.028, 0.03, 12).turn("z", 90).move(radius + 0.015, 0.028).paint(RUBBER)
    arm = beam((0.02, 0.10, 0), (radius, 0.065, 0), 0.035, narrow=0.6)
    column = cylinder(0.032, h - 0.09, 12, 0.022).move(y=0.09)
    return merge(ring(merge(wheel, arm), arms, start=span(rng, 0, 60)), column)


def vessel(outside: ArrayLike, wall: float, sides: int = 28) -> Solid:
    """A round open pot: an outside profile from the foot up, and an inside `wall` thinner, standing on y = 0."""
    outer = np.asarray(outside, np.float64)
    inner = np.maximum(outer[::-1] - (wall, 0), (wall * 0.2, wall))
    return lathe(np.concatenate([[(0, outer[0, 1])], outer, inner[:-1], [(0, max(inner[-1, 1], wall))]]), sides)


def curve(points: ArrayLike, steps: int = 12) -> Points:
    """(steps, n) points of a smooth Catmull-Rom curve through control points, ends included."""
    knots = np.asarray(points, np.float64)
    padded = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    at = np.linspace(0, len(knots) - 1, steps)
    i = np.minimum(at.astype(int), len(knots) - 2)
    t = (at - i)[:, None]
    a, b, c, d = padded[i], padded[i + 1], padded[i + 2], padded[i + 3]
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def handle(w: float, h: float, r: float, sides: int = 8) -> Solid:
    """A bowed handle such as a mug's: leaves and meets the y axis h apart, reaching w along +x, centred on y = 0."""
    knots = [(0, h / 2, 0), (w * 0.75, h * 0.48, 0), (w, 0, 0), (w * 0.75, -h * 0.42, 0), (0, -h / 2, 0)]
    return tube(curve(knots, 11), r, sides)


def knob(r: float) -> Solid:
    """A round pull facing +z from z = 0."""
    return lathe(np.array([(0.35, 0), (0.35, 0.5), (1, 0.8), (0.9, 1.4), (0, 1.6)]) * r, 10).turn("x", 90)


def pull(rng: Rng, w: float, style: str = "") -> Solid:
    """A drawer or door pull facing +z: "knob", "bar" or "bow", any if not said."""
    chosen = style or pick(rng, "knob", "bar", "bow")
    if chosen == "knob":
        return knob(0.016)
    if chosen == "bar":
        return tube([(-w / 2, 0, 0), (-w / 2, 0, 0.03), (w / 2, 0, 0.03), (w / 2, 0, 0)], 0.005, 8)
    return torus(w / 2, 0.005, 10, 6, sweep=180).turn("y", 180).scale(1, 1, 0.7)


def hoop(r: float, rise: float, thick: float) -> Solid:
    """A carrying handle over the top of something r wide, in the plane of x and y."""
    angles = np.linspace(0, np.pi, 14)
    return tube(np.stack([r * np.cos(angles), rise * np.sin(angles), np.zeros(14)], 1), thick, 8)


def dial(r: float) -> Solid:
    """A turning knob facing +z from z = 0."""
    return merge(cylinder(r, r * 0.8, 16, r * 0.85), box(r * 0.25, r * 0.3, r * 1.6).move(y=r * 0.7)).turn("x", 90)


def outline_of(rng: Rng, r: float, h: float, styles: Mapping[str, ArrayLike]) -> tuple[str, Points]:
    """One of the named profiles of (radius, height) in units of r and h, smoothed; and its name."""
    style = pick(rng, *styles)
    return style, np.maximum(curve(np.array(styles[style]) * (r, h), 14), (0.001, 0))
