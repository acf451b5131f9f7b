"""Towers: stone, lattice, television, water, clock; and pagodas."""

from __future__ import annotations

import numpy as np

from indexer.parametric.buildings.houses import hip, roof, windows_around
from indexer.parametric.buildings.old import battlements
from indexer.parametric.forms import DARK, beam, chance, pick, rod, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import paint, stone
from indexer.parametric.solids import box, cone, cylinder, lathe
from indexer.parametric.surface import merge, ring

FAMILY = "buildings"


@kind("tower", ("tall structure", "building"), FAMILY)
def tower(rng: np.random.Generator) -> Shape:
    """A stone tower, a lattice mast, a tv tower, a water tower or a pagoda."""
    style = pick(rng, "stone tower", "lattice tower", "television tower", "water tower", "pagoda", "clock tower")
    return _TOWERS[style](rng, style)


def _stone_tower(rng: np.random.Generator, style: str) -> Shape:
    r, h, block = rng.uniform(3, 5), rng.uniform(14, 26), stone(rng)
    square = style == "clock tower" or chance(rng, 0.4)
    solids = [(box(2 * r, h, 2 * r, 0.92) if square else cylinder(r, h, 20, r * 0.9)).paint(block.rgb)]
    if style == "clock tower":
        face = cylinder(r * 0.7, 0.2, 24).turn("x", 90).move(0, h * 0.84, r * 0.93).paint((0.95, 0.94, 0.9))
        hands = (
            merge(box(0.15, r * 0.5, 0.1), box(0.15, r * 0.4, 0.1).turn("z", -70))
            .move(0, h * 0.84, r * 0.93 + 0.25)
            .paint(DARK)
        )
        dial = merge(face, hands)
        solids += [
            merge(*[dial.turn("y", a) for a in (0, 90, 180, 270)]),
            box(2.1 * r, 0.6, 2.1 * r).move(y=h).paint(block.shade(0.8)),
            hip(2 * r, 2 * r, r * 2.6, 0.1).move(y=h + 0.5).paint(roof(rng)),
        ]
    else:
        solids += [
            (battlements(2 * r, 2 * r, 0.8) if square else ring(box(1, 1.2, 1), 9, r * 0.95))
            .move(y=h + 0.5)
            .paint(block.rgb)
        ]
        solids += [
            (box(2.2 * r, 0.9, 2.2 * r) if square else cylinder(r * 1.08, 0.9, 20))
            .move(y=h - 0.3)
            .paint(block.shade(0.9))
        ]
    solids += [box(1.4, 2.6, 0.3).move(0, 0, r).paint(DARK), box(0.5, 1.6, 0.3).move(0, h * 0.45, r * 0.95).paint(DARK)]
    return shape(
        solids, (f"a {style}", f"a {'square' if square else 'round'} {block.name} {style}"), style=style, height=h
    )


def _lattice_tower(rng: np.random.Generator, style: str) -> Shape:
    h, w, levels = rng.uniform(30, 80), 0.0, int(rng.integers(5, 9))
    w = h * rng.uniform(0.16, 0.34)
    t = np.linspace(0, 1, levels + 1)
    half = w / 2 * (1 - t) ** rng.uniform(1.0, 1.9) + 0.012 * h
    bars = []
    for i in range(levels):
        a, b, low, up = half[i], half[i + 1], t[i] * h, t[i + 1] * h
        thick = 0.012 * h * (1 - 0.5 * t[i])
        side = [
            beam((a, low, a), (b, up, b), thick * 1.4),
            beam((-a, low, a), (b, up, b), thick * 0.7),
            beam((a, low, a), (-b, up, b), thick * 0.7),
            beam((-b, up, b), (b, up, b), thick * 0.8),
        ]
        bars.append(merge(*side))
    face = merge(*bars)
    solids = [merge(*[face.turn("y", a) for a in (0, 90, 180, 270)]), cylinder(0.006 * h, 0.12 * h, 6).move(y=h)]
    if chance(rng, 0.4):
        solids.append(box(w * 0.5, 0.02 * h, w * 0.5).move(y=0.34 * h))
    rgb = paint(rng, "brown", "grey", "red", "grey")
    return shape(
        [merge(*solids).paint(rgb.rgb)],
        ("a lattice tower", "a steel lattice tower with crossed beams", f"a tall {rgb.name} iron tower"),
        style=style,
        height=h,
    )


def _tv_tower(rng: np.random.Generator, style: str) -> Shape:
    h = rng.uniform(120, 250)
    shaft = lathe([(0.06 * h, 0), (0.03 * h, 0.12 * h), (0.02 * h, 0.6 * h), (0.018 * h, 0.72 * h)], 20)
    pod = lathe(
        [(0.02 * h, 0.56 * h), (0.075 * h, 0.61 * h), (0.08 * h, 0.64 * h), (0.05 * h, 0.68 * h), (0.018 * h, 0.7 * h)],
        24,
    )
    mast = lathe([(0.01 * h, 0.7 * h), (0.006 * h, 0.9 * h), (0, h)], 10)
    return shape(
        [shaft.paint((0.75, 0.75, 0.74)), pod.paint((0.5, 0.6, 0.68)), mast.paint((0.8, 0.2, 0.15))],
        ("a tv tower", "a television tower with a round observation deck and an antenna"),
        style=style,
        height=h,
    )


def _water_tower(rng: np.random.Generator, style: str) -> Shape:
    r, h, legs = rng.uniform(3, 5), rng.uniform(12, 20), int(rng.integers(4, 7))
    tank = (
        lathe([(0.2 * r, -0.5 * r), (0.85 * r, -0.15 * r), (r, 0.1 * r), (r, 1.1 * r), (0, 1.7 * r)], 22)
        .move(y=h)
        .paint(paint(rng, "grey", "red", "blue", "brown", "white").rgb)
    )
    post = rod((r * 1.15, 0, 0), (r * 0.85, h + 0.1 * r, 0), 0.25)
    hoops = [
        ring(
            rod(
                (r * 1.07, h * y, 0),
                (r * 1.07 * np.cos(2 * np.pi / legs), h * y, r * 1.07 * np.sin(2 * np.pi / legs)),
                0.12,
                sides=6,
            ),
            legs,
        )
        for y in (0.35, 0.7)
    ]
    return shape(
        [tank, merge(ring(post, legs), *hoops, cylinder(0.4, h, 10)).paint((0.5, 0.5, 0.52))],
        ("a water tower", f"a water tower with a tank on {count(legs, 'leg')}"),
        style=style,
        legs=legs,
    )


def _pagoda(rng: np.random.Generator, style: str) -> Shape:
    tiers, w, h, tiles = int(rng.integers(3, 8)), rng.uniform(7, 11), 4.0, roof(rng)
    solids, y = [box(w * 1.3, 1, w * 1.3).paint((0.7, 0.69, 0.66))], 1.0
    for i in range(tiers):
        size = w * (1 - 0.09 * i)
        eaves = lathe([(size * 1.05, 0.35), (size * 0.98, 0), (size * 0.45, 1.5)], 4).turn("y", 45)
        solids += [
            box(size * 0.8, h * 0.7, size * 0.8).move(y=y).paint((0.65, 0.2, 0.14)),
            eaves.move(y=y + h * 0.6).paint(tiles),
        ]
        solids.append(windows_around(size * 0.8, h * 0.6, size * 0.8, (3, 3), 1, (0.4, 0.6)).move(y=y))
        y += h * 0.88
    solids.append(cone(0.5, 4, 8).move(y=y).paint((0.8, 0.65, 0.2)))
    return shape(solids, ("a pagoda", f"a pagoda with {count(tiers, 'curved roof')}"), style=style, tiers=tiers)


_TOWERS = {
    "stone tower": _stone_tower,
    "clock tower": _stone_tower,
    "lattice tower": _lattice_tower,
    "television tower": _tv_tower,
    "water tower": _water_tower,
    "pagoda": _pagoda,
}
