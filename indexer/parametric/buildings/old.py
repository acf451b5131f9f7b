"""Castles, churches and towers."""

from __future__ import annotations

import numpy as np

from indexer.parametric.buildings.houses import gable, hip, roof, wall, windows_around
from indexer.parametric.forms import DARK, chance, pick, shape
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import stone
from indexer.parametric.solids import box, cone, cylinder, lathe, prism
from indexer.parametric.surface import Solid, array, merge, ring

FAMILY = "buildings"


def battlements(w: float, d: float, size: float) -> Solid:
    """Merlons around the top edge of a w by d block, on y = 0."""
    x = np.arange(-w / 2 + size / 2, w / 2, 2 * size)
    z = np.arange(-d / 2 + size / 2, d / 2, 2 * size)
    places = [(a, 0, s * (d - size) / 2) for a in x for s in (-1, 1)] + [
        (s * (w - size) / 2, 0, b) for b in z for s in (-1, 1)
    ]
    return array(box(size, size * 1.2, size), places)


@kind("castle", ("fortress", "medieval building", "building"), FAMILY)
def castle(rng: np.random.Generator) -> Shape:
    """Curtain walls, round or square corner towers, a keep and a gate."""
    w, h, block, tiles = rng.uniform(24, 36), rng.uniform(7, 10), stone(rng), roof(rng)
    round_, spired = chance(rng, 0.6), chance(rng, 0.6)
    curtain = merge(box(w, h, 2), battlements(w, 2, 0.9).move(y=h)).move(z=w / 2)
    solids = [merge(*[curtain.turn("y", a) for a in (0, 90, 180, 270)]).paint(block.rgb)]
    tall, r = h * rng.uniform(1.4, 1.8), w * 0.1
    tower = cylinder(r, tall, 18, r * 0.95) if round_ else box(2 * r, tall, 2 * r)
    crown = cylinder(r * 1.12, 1.6, 18).move(y=tall) if round_ else box(2.3 * r, 1.6, 2.3 * r).move(y=tall)
    merlons = ring(box(0.9, 1.1, 0.9), 8, r).move(y=tall + 1.5)
    parts = [merge(tower, crown, merlons).paint(block.shade(0.94))]
    if spired:
        parts.append(cone(r * 1.15, r * 2.4, 18 if round_ else 4).turn("y", 45).move(y=tall + 1.5).paint(tiles))
    solids.append(array(merge(*parts), [(sx * w / 2, 0, sz * w / 2) for sx in (-1, 1) for sz in (-1, 1)]))
    keep_w, keep_h = w * 0.32, tall * rng.uniform(1.2, 1.6)
    keep = [
        box(keep_w, keep_h, keep_w).paint(block.rgb),
        battlements(keep_w, keep_w, 0.9).move(y=keep_h).paint(block.rgb),
        windows_around(keep_w, keep_h, keep_w, (2, 2), 3, (0.16, 0.4)).paint(DARK),
    ]
    if spired:
        keep.append(hip(keep_w * 0.85, keep_w * 0.85, keep_w * 0.7, 0).move(y=keep_h).paint(tiles))
    solids.append(merge(*keep).move(z=-w * 0.1))
    gate = [box(r * 1.5, h * 1.35, r * 1.3).move(s * r * 1.4, 0, w / 2 + 0.4) for s in (-1, 1)]
    solids += [
        merge(*gate).paint(block.shade(0.9)),
        box(r * 1.4, h * 0.65, 0.4).move(0, 0, w / 2 + 1.0).paint((0.35, 0.22, 0.13)),
    ]
    kind_of = "round" if round_ else "square"
    roofs = " and pointed roofs" * spired
    return shape(
        solids,
        (
            "a castle",
            f"a {block.name} castle with {kind_of} corner towers{roofs}",
            f"a medieval castle with walls, a keep and four {kind_of} towers",
        ),
        towers=4,
    )


@kind("church", ("chapel", "religious building", "building"), FAMILY)
def church(rng: np.random.Generator) -> Shape:
    """A nave with a steep roof and a steeple, or a domed basilica or mosque-like building."""
    style, w, colour, tiles = pick(rng, "a steeple", "twin towers", "a dome"), rng.uniform(8, 12), wall(rng), roof(rng)
    d, h = w * rng.uniform(1.7, 2.4), w * rng.uniform(0.7, 0.95)
    slots = array(
        prism([(-0.5, 0), (0.5, 0), (0.5, h * 0.4), (0, h * 0.52), (-0.5, h * 0.4)], 0.2).turn("y", 90),
        [(w / 2, h * 0.25, z) for z in np.linspace(-0.35, 0.35, 5) * d],
    )
    solids = [
        box(w, h, d).paint(colour),
        slots.both("x").paint((0.3, 0.35, 0.5)),
        gable(w, d, w * 0.65).move(y=h).paint(tiles),
    ]
    solids.append(
        prism([(-1.2, 0), (1.2, 0), (1.2, 2.4), (0, 3.6), (-1.2, 2.4)], 0.4)
        .move(z=d / 2 + w * (0.36 if style == "a steeple" else 0.02))
        .paint((0.35, 0.22, 0.13))
    )
    if style == "a dome":
        r = w * 0.48
        t = np.linspace(0, np.pi / 2, 9)
        dome = lathe([(r, 0), *[(r * np.cos(a), 0.8 + r * np.sin(a)) for a in t[:-1]], (0, 0.8 + r)], 24)
        solids += [
            cylinder(r, h * 0.75, 24).move(y=h).paint(colour),
            dome.move(y=h * 1.75).paint((0.35, 0.55, 0.5)),
            cylinder(0.5, 2.5, 12).move(y=h * 1.75 + r + 0.6).paint(colour),
        ]
        solids.append(box(w * 1.8, h, w * 0.8).paint(colour))
        top = h * 1.75 + r + 3
    else:
        side = w * 0.36
        tall = h * rng.uniform(1.9, 2.4)
        tower = merge(
            box(side, tall, side).paint(colour),
            hip(side, side, side * rng.uniform(1.2, 2.4), 0.2).move(y=tall).paint(tiles),
            windows_around(side, side, side, (1, 1), 1, (0.4, 0.7)).move(y=tall * 0.78).paint(DARK),
        )
        solids += [
            tower.move(x=x, z=d / 2 + side * (0.5 if style == "a steeple" else 0.1))
            for x in ((0,) if style == "a steeple" else (-w / 2, w / 2))
        ]
        top = tall + side * 1.2
    cross = merge(box(0.22, 2.2, 0.22), box(1.3, 0.22, 0.22).move(y=1.4)).paint((0.85, 0.7, 0.25))
    solids.append(
        cross.move(
            0,
            top if style != "twin towers" else h + w * 0.65,
            0 if style == "a dome" else d / 2 + w * 0.18 if style == "a steeple" else d / 2,
        )
    )
    return shape(
        solids,
        ("a church", f"a church with {style}", f"a church with {style}, a pitched roof and a cross"),
        style=style,
    )
