"""Forms that many families share: smooth hulls, limbs, bars, wheels, propellers, and the last step to a `Shape`.

Hulls run along z, limbs wherever their keys lie, wheels turn about the x axis with the hub at the origin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indexer.parametric.kinds import Maker, Part, Shape, kind
from indexer.parametric.materials import RGB, RUBBER
from indexer.parametric.solids import box, cylinder, lathe, loft, tube
from indexer.parametric.surface import GREY, Color, Points, Solid, merge, ring

DARK: RGB = (0.16, 0.16, 0.17)
ALLOY: RGB = (0.72, 0.73, 0.75)
_ARTICLE = re.compile(r"\ba (?=[aei]|o(?!ne\b)|u(?!ni|-|fo|k)|hour|8|11|18)")


def shape(solids: list[Solid], captions: tuple[str, ...], **parts: Part) -> Shape:
    """Join the solids; `generate` fills in the kind. "a" before a vowel in a caption becomes "an"."""
    phrases = tuple(_ARTICLE.sub("an ", phrase) for phrase in captions)
    return Shape(merge(*solids), "", phrases, dict(parts))


def kinds_of(
    family: str,
    make: Callable[[np.random.Generator, str], Shape],
    table: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
) -> None:
    """Register related kinds that one function makes.

    Args:
        family: of all of them.
        make: makes a shape of a style.
        table: for each kind its synonyms, and the styles that are of this kind.
    """
    for name, (also, styles) in table.items():
        kind(name, also, family)(_any_style(make, styles))


def _any_style(make: Callable[[np.random.Generator, str], Shape], styles: tuple[str, ...]) -> Maker:
    def any_style(rng: np.random.Generator) -> Shape:
        return make(rng, pick(rng, *styles))

    return any_style


def pick(rng: np.random.Generator, *choices: str) -> str:
    """One of the words."""
    return choices[int(rng.integers(len(choices)))]


def vary(rng: np.random.Generator, amount: float = 0.12) -> float:
    """A factor near 1, at most `amount` from it."""
    return float(rng.uniform(1 - amount, 1 + amount))


def chance(rng: np.random.Generator, share: float = 0.5) -> bool:
    """True in `share` of the cases."""
    return bool(rng.random() < share)


def flow(keys: ArrayLike, steps: int = 3) -> Points:
    """A smooth curve through (n, c) key rows: `steps` rows per span, Catmull-Rom."""
    rows = np.asarray(keys, np.float64)
    padded = np.concatenate([2 * rows[:1] - rows[1:2], rows, 2 * rows[-1:] - rows[-2:-1]])
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = (padded[i : len(rows) - 1 + i, None] for i in range(4))
    spans = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.concatenate([spans.reshape(-1, rows.shape[1]), rows[-1:]])


def hull(stations: ArrayLike, sides: int = 20, power: float = 2.0, smooth: int = 0) -> Solid:
    """The skin of a body along z.

    Args:
        stations: (n, 4) rows (z, half width, low y, high y), or (n, 5) with the section's power last.
        sides: corners of each section.
        power: of the superellipse sections: 2 round, 4 and more boxy, 1 a diamond.
        smooth: rows per span to put in between, 0 for straight spans.
    """
    rows = np.asarray(stations, np.float64)
    if smooth:
        rows = flow(rows, smooth)
        rows[:, 1] = np.maximum(rows[:, 1], 1e-3)
    angles = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    cos, sin = np.cos(angles), np.sin(angles)
    share = 2 / (rows[:, 4:5] if rows.shape[1] > 4 else power)
    x = rows[:, 1:2] * np.sign(cos) * np.abs(cos) ** share
    half = np.maximum(rows[:, 3:4] - rows[:, 2:3], 1e-3) / 2
    y = rows[:, 2:3] + half + half * np.sign(sin) * np.abs(sin) ** share
    z = np.broadcast_to(rows[:, :1], x.shape)
    return loft(np.stack([x, y, z], axis=2))


def limb(keys: ArrayLike, sides: int = 10, steps: int = 3) -> Solid:
    """A smooth round limb through (n, 4) keys (x, y, z, radius), its ends rounded off."""
    rows = flow(keys, steps)
    for end, inner in ((0, 1), (-1, -2)):
        way = rows[end, :3] - rows[inner, :3]
        way = way / max(float(np.linalg.norm(way)), 1e-9)
        caps = [
            (*(rows[end, :3] + way * rows[end, 3] * out), rows[end, 3] * left)
            for out, left in ((0.3, 0.88), (0.6, 0.55))
        ]
        rows = np.concatenate([caps[::-1], rows]) if end == 0 else np.concatenate([rows, caps])
    return tube(rows[:, :3], np.maximum(rows[:, 3], 1e-4), sides)


def rod(start: ArrayLike, end: ArrayLike, r: float, r_end: float | None = None, sides: int = 8) -> Solid:
    """A straight round bar with flat ends."""
    a, b, aside, up = _frame(start, end)
    turn = 2 * np.pi * np.arange(sides) / sides
    spokes = np.cos(turn)[:, None] * aside + np.sin(turn)[:, None] * up
    return loft(np.stack([a + r * spokes, b + (r if r_end is None else r_end) * spokes]), a, b)


def beam(start: ArrayLike, end: ArrayLike, thickness: float) -> Solid:
    """A straight square bar, `thickness` across the flats, two sides level where it can be."""
    a, b, aside, up = _frame(start, end)
    square = np.stack([aside + up, up - aside, -aside - up, aside - up]) * (thickness / 2)
    return loft(np.stack([a + square, b + square]), a, b)


def _frame(start: ArrayLike, end: ArrayLike) -> tuple[Points, Points, Points, Points]:
    """The two points, and two unit vectors across the line between them, the first of them level."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    dx, _, dz = b - a
    level, length = np.hypot(dx, dz), max(float(np.linalg.norm(b - a)), 1e-12)
    aside = np.array([-dz / level, 0.0, dx / level]) if level > 1e-9 * length else np.array([1.0, 0.0, 0.0])
    along = (b - a) / length
    up = np.array(
        [
            aside[1] * along[2] - aside[2] * along[1],
            aside[2] * along[0] - aside[0] * along[2],
            aside[0] * along[1] - aside[1] * along[0],
        ]
    )
    return a, b, aside, up


def fill(solid: Solid, rgb: Color) -> Solid:
    """Paint what is still unpainted."""
    plain = (np.abs(solid.colors - np.float32(GREY[0])) < 1e-4).all(axis=1, keepdims=True)
    return Solid(solid.vertices, solid.faces, np.where(plain, np.asarray(rgb, np.float32), solid.colors))


def tint(solid: Solid, rgb: Color, where: Callable[[Points, Points], NDArray[np.bool_]]) -> Solid:
    """Paint the faces for which `where(centres, unit normals)` is true."""
    corners = solid.vertices[solid.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    chosen = where(corners.mean(axis=1), normals)
    colors = np.where(chosen[:, None], np.asarray(rgb, np.float32), solid.colors)
    return Solid(solid.vertices, solid.faces, colors)


def wheel(r: float, width: float, style: str = "disc", rim: Color = ALLOY, sides: int = 24) -> Solid:
    """A tyred wheel about the x axis; `style` is "disc", "spoked" (five spokes) or "bare" (tyre and flat hub)."""
    inner = r * 0.66
    half = width / 2
    profile = [(inner, -half * 0.8), (r * 0.95, -half), (r, -half * 0.6), (r, half * 0.6), (r * 0.95, half)]
    tyre = lathe([*profile, (inner, half * 0.8)], sides).paint(RUBBER)
    if style == "bare":
        return merge(tyre, cylinder(inner * 0.8, width * 1.04, 16).move(y=-half * 1.04).paint(rim)).turn("z", 90)
    if style == "disc":
        dish = [(inner * 0.98, -half * 0.9), (inner * 0.98, half * 0.86), (inner * 0.6, half * 0.7), (r * 0.12, half)]
        full = [(radius, -height) for radius, height in dish[:0:-1]] + dish[1:]
        return merge(tyre, lathe(full, 16).paint(rim)).turn("z", 90)
    spoke = box(inner, width * 0.28, r * 0.16, (1.0, 0.8)).move(x=inner / 2, y=half * 0.42)
    face = merge(ring(spoke, 5), cylinder(r * 0.16, width * 0.32, 12).move(y=half * 0.42)).paint(rim)
    return merge(tyre, face, face.mirror("y")).turn("z", 90)


def axles(one: Solid, track: float, places: list[float], height: float) -> list[Solid]:
    """`one` wheel at either side of x = 0, `track` apart, at each z of `places`."""
    return [one.move(side * track / 2, height, z) for z in places for side in (-1, 1)]


def propeller(r: float, blades: int = 2, chord: float = 0.0, rgb: Color = DARK) -> Solid:
    """Blades in the xy plane about z with a small spinner pointing to +z."""
    width = chord or r * 0.16
    blade = box(r, width * 0.2, width, (1.0, 0.8)).turn("x", 25).move(x=r / 2)
    hub = lathe([(r * 0.1, -r * 0.08), (r * 0.1, 0.02 * r), (0.0, r * 0.2)], 12)
    return merge(ring(blade, blades), hub).turn("x", 90).paint(rgb)
