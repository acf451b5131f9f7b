"""Structures in the open: lighthouses, windmills, tents and fountains."""

from __future__ import annotations

import numpy as np

from indexer.parametric.buildings.houses import FAMILY, gable, roof, wall
from indexer.parametric.forms import ALLOY, DARK, beam, chance, kinds_of, pick, rod, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, LIGHT, paint, stone
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, prism, rounded_box, torus, tube
from indexer.parametric.surface import Solid, array, merge, ring


@kind("lighthouse", ("beacon", "tower", "building"), FAMILY)
def lighthouse(rng: np.random.Generator) -> Shape:
    """A tapering banded tower with a gallery, a lantern room and a keeper's house."""
    h, colour, bands = rng.uniform(16, 34), paint(rng, "red", "red", "black", "blue"), int(rng.integers(2, 6))
    r, top, ringed = h * rng.uniform(0.1, 0.14), h * 0.07, chance(rng, 0.8)
    solids = [cylinder(r, h, 24, top).paint((0.94, 0.94, 0.92))]
    for i in range(bands if ringed else 0):
        a, b = (i * 2 + 0.5) / (bands * 2), (i * 2 + 1.5) / (bands * 2)
        solids.append(
            lathe([((r + (top - r) * a) * 1.01, a * h), ((r + (top - r) * b) * 1.015, b * h)], 24).paint(colour.rgb)
        )
    solids += [
        cylinder(top * 1.5, 0.5, 24).move(y=h).paint(DARK),
        ring(rod((top * 1.4, h, 0), (top * 1.4, h + 1.2, 0), 0.05, sides=5), 14).paint(DARK),
    ]
    solids += [
        torus(top * 1.4, 0.06, 24, 5).move(y=h + 1.2).paint(DARK),
        cylinder(top * 0.85, 2.4, 12).move(y=h + 0.4).paint(GLASS),
        cylinder(0.4, 1.6, 10).move(y=h + 0.6).paint(LIGHT),
    ]
    solids += [
        cone(top * 1.1, 1.8, 16).move(y=h + 2.8).paint(colour.rgb),
        ball(0.25, sides=8).move(y=h + 4.7).paint(colour.rgb),
    ]
    slots = [box(0.7, 1.2, 0.3).move(0, h * y, r + (top - r) * y).paint(DARK) for y in (0.25, 0.5, 0.75)]
    solids += [*slots, box(1.2, 2.2, 0.4).move(0, 0, r).paint((0.4, 0.25, 0.15))]
    house = chance(rng, 0.5)
    if house:
        solids += [
            box(5, 3, 7).move(r + 2.5, 0, 0).paint(wall(rng)),
            gable(5, 7, 2, 0.3).move(r + 2.5, 3, 0).paint(roof(rng)),
        ]
    rings = f"{colour.name} and white bands" if ringed else "a plain white tower"
    return shape(
        solids,
        (
            "a lighthouse",
            f"a lighthouse with {rings}",
            f"a lighthouse with a lantern room{' and a house beside it' * house}",
        ),
        height=h,
    )


def _windmill(rng: np.random.Generator, style: str) -> Shape:
    """A tower mill with four lattice sails, a farm wind pump, or a modern wind turbine."""
    if style == "wind turbine":
        h = rng.uniform(50, 90)
        blade = lathe([(h * 0.012, 0), (h * 0.03, h * 0.1), (h * 0.018, h * 0.35), (0.0, h * 0.55)], 12).scale(
            1, 1, 0.3
        )
        rotor = merge(*[blade.turn("z", a + 20) for a in (0, 120, 240)], ball(h * 0.025, sides=12)).move(0, h, h * 0.05)
        body = merge(
            cylinder(h * 0.03, h, 18, h * 0.016),
            rounded_box(h * 0.04, h * 0.045, h * 0.12, 0.6).move(0, h * 0.98, -h * 0.01),
        )
        return shape(
            [merge(body, rotor).paint((0.94, 0.94, 0.94))],
            ("a wind turbine", "a modern white wind turbine with three long blades"),
            style=style,
            blades=3,
        )
    if style == "wind pump":
        h, n = rng.uniform(8, 13), int(rng.choice([12, 16, 18]))
        legs = [beam((s * h * 0.14, 0, t * h * 0.14), (s * 0.1, h, t * 0.1), 0.14) for s in (-1, 1) for t in (-1, 1)]
        hoops = [torus(h * 0.14 * (1 - y) * 1.41, 0.05, 4, 4).turn("y", 45).move(y=h * y) for y in (0.25, 0.5, 0.75)]
        blade = box(h * 0.16, 0.03, h * 0.05, (1.0, 1.0)).turn("x", 30).move(h * 0.12, 0, 0)
        wheel = merge(ring(blade, n), torus(h * 0.2, 0.04, 24, 5)).turn("x", 90).move(0, h, 0.6)
        vane = merge(rod((0, h, 0), (0, h, -h * 0.2), 0.06), box(0.05, h * 0.12, h * 0.12).move(0, h * 0.94, -h * 0.24))
        return shape(
            [merge(*legs, *hoops, vane).paint((0.5, 0.5, 0.52)), wheel.paint(ALLOY)],
            ("a wind pump", f"a farm windmill with {n} blades on a lattice tower"),
            style=style,
            blades=n,
        )
    h, r = rng.uniform(9, 14), rng.uniform(3, 4.2)
    solids = [
        cylinder(r, h, int(rng.choice([8, 20])), r * 0.62).paint(wall(rng)),
        lathe([(r * 0.72, 0), (r * 0.68, 0.6), (r * 0.4, r * 0.6), (0, r * 0.8)], 20).move(y=h).paint(roof(rng)),
    ]
    length, start = h * 0.75, rng.uniform(0, 90)
    slats = array(box(length * 0.16, 0.06, 0.06), [(length * 0.08, y, 0) for y in np.linspace(0.2, 1, 9) * length])
    sail = merge(box(0.22, length, 0.18), slats, box(0.06, length * 0.82, 0.06).move(length * 0.16, length * 0.18, 0))
    solids.append(
        merge(
            *[sail.turn("z", start + a) for a in (0, 90, 180, 270)], cylinder(0.3, 1.4, 12).turn("x", 90).move(z=-1.2)
        )
        .move(0, h + 0.3, r * 0.62 + 1.0)
        .paint((0.4, 0.28, 0.18))
    )
    solids += [
        box(1.2, 2.2, 0.4).move(0, 0, r).paint((0.3, 0.2, 0.12)),
        array(box(0.8, 0.9, 0.2), [(0, h * 0.4, r * 0.84), (0, h * 0.68, r * 0.75)]).paint(GLASS),
    ]
    return shape(
        solids,
        ("a windmill", "an old windmill with four lattice sails", "a dutch tower windmill with a cap"),
        style=style,
        blades=4,
    )


@kind("tent", ("shelter",), FAMILY)
def tent(rng: np.random.Generator) -> Shape:
    """A ridge tent, dome tent, tipi, marquee or yurt."""
    style, colour = pick(rng, "ridge tent", "dome tent", "tipi", "circus tent", "yurt"), paint(rng)
    r = rng.uniform(1.2, 2.4)
    if style == "ridge tent":
        d = r * rng.uniform(1.2, 1.8)
        solids = [
            prism([(-r * 0.75, 0), (r * 0.75, 0), (0, r)], d).paint(colour.rgb),
            prism([(-0.3 * r, 0), (0.3 * r, 0), (0, r * 0.8)], d * 1.01).paint(colour.shade(0.45)),
        ]
        solids += [rod((0, 0, s * d / 2), (0, r * 1.06, s * d / 2), 0.02).paint(ALLOY) for s in (-1, 1)]
        solids += [rod((0, r * 1.0, s * d / 2), (0, 0, s * (d / 2 + r * 0.8)), 0.01, sides=4) for s in (-1, 1)]
    elif style == "dome tent":
        t = np.linspace(0, np.pi / 2, 8)
        shell = lathe(
            [*[(np.cos(a) ** 0.8, np.sin(a) * 0.75) for a in t[:-1]], (0, 0.75)], 6 if chance(rng) else 20
        ).scale(r)
        poles = [
            tube(
                np.column_stack(
                    [np.cos(u) * r * 1.01 * np.cos(a), np.sin(u) * r * 0.77, np.cos(u) * r * 1.01 * np.sin(a)]
                ),
                0.02,
                5,
            )
            for u in [np.linspace(0, np.pi, 15)]
            for a in (0.8, 2.3)
        ]
        solids = [
            shell.paint(colour.rgb),
            merge(*poles).paint(DARK),
            prism([(-0.35 * r, 0), (0.35 * r, 0), (0.2 * r, 0.5 * r), (-0.2 * r, 0.5 * r)], 0.3 * r)
            .move(z=0.82 * r)
            .turn("x", -4)
            .paint(colour.shade(0.5)),
        ]
    elif style == "tipi":
        h = r * 1.9
        sticks = ring(rod((r * 0.95, 0, 0), (-r * 0.2, h * 1.2, 0), 0.03, sides=6), 7, start=10)
        solids = [
            cylinder(r, h, 12, r * 0.1).paint(colour.rgb),
            sticks.paint((0.5, 0.36, 0.22)),
            prism([(-0.3 * r, 0), (0.3 * r, 0), (0, h * 0.5)], 0.1).turn("x", -27).move(z=r * 0.98).paint(DARK),
        ]
    elif style == "yurt":
        solids = [
            cylinder(r, r * 0.75, 24).paint(colour.rgb),
            cylinder(r * 1.06, r * 0.45, 24, r * 0.15).move(y=r * 0.75).paint(colour.shade(0.8)),
            box(r * 0.4, r * 0.6, 0.1).move(z=r * 0.98).paint((0.45, 0.3, 0.18)),
        ]
    else:
        r *= 3
        other = lathe([(r, 0), (r, r * 0.4)], 24).paint((0.95, 0.94, 0.9))
        top = lathe([(r * 1.06, r * 0.38), (r * 0.55, r * 0.62), (r * 0.2, r * 0.95), (0.0, r * 1.25)], 24)
        strips = np.arange(len(top.faces)) % 24 // 2 % 2 == 0
        striped = Solid(
            top.vertices, top.faces, np.where(strips[:, None], np.asarray(colour.rgb, np.float32), np.float32(0.95))
        )
        solids = [
            other,
            striped,
            rod((0, r * 1.2, 0), (0, r * 1.5, 0), 0.06),
            prism([(0, 0), (0.9, 0.25), (0, 0.5)], 0.03).move(0, r * 1.5 - 0.5, 0).paint(colour.rgb),
        ]
    return shape(solids, (f"a {style}", f"a {colour.name} {style}"), style=style)


@kind("fountain", ("water fountain", "monument"), FAMILY)
def fountain(rng: np.random.Generator) -> Shape:
    """A round or square basin with one to three bowls and arcs of water."""
    tiers, block, square = int(rng.integers(1, 4)), stone(rng), chance(rng, 0.3)
    r = rng.uniform(1.8, 3.5)
    sides = 4 if square else int(rng.choice([8, 28]))
    basin = lathe([(r, 0), (r * 1.05, 0.5), (r * 1.05, 0.6), (r * 0.92, 0.6), (r * 0.92, 0.2)], sides).turn(
        "y", 45 if square else 0
    )
    solids, y, size = (
        [
            basin.paint(block.rgb),
            cylinder(r * 0.93, 0.05, sides).turn("y", 45 if square else 0).move(y=0.45).paint((0.4, 0.65, 0.8)),
        ],
        0.2,
        r * 0.55,
    )
    for _ in range(tiers):
        stem = lathe([(size * 0.3, 0), (size * 0.16, size * 0.4), (size * 0.2, size)], 14).move(y=y)
        y += size
        bowl = lathe(
            [
                (size * 0.15, 0),
                (size * 0.75, size * 0.18),
                (size, size * 0.38),
                (size * 0.93, size * 0.38),
                (size * 0.6, size * 0.22),
            ],
            24,
        ).move(y=y)
        solids += [
            merge(stem, bowl).paint(block.rgb),
            cylinder(size * 0.85, 0.03, 20).move(y=y + size * 0.32).paint((0.4, 0.65, 0.8)),
        ]
        y, size = y + size * 0.2, size * 0.62
    solids.append(lathe([(size * 0.2, 0), (size * 0.3, size * 0.6), (0, size * 1.5)], 12).move(y=y).paint(block.rgb))
    if chance(rng):
        t = np.linspace(0, 1, 9)
        arc = tube(np.column_stack([t * r * 0.7, y + size + 1.2 * t - (y + 1.6) * t**2, 0 * t]), 0.03, 5)
        solids.append(ring(arc, 8).paint((0.6, 0.8, 0.92)))
    return shape(
        solids,
        (
            "a fountain",
            f"a {block.name} fountain with {count(tiers, 'tier')} and a {'square' if square else 'round'} basin",
        ),
        tiers=tiers,
    )


kinds_of(
    FAMILY,
    _windmill,
    {
        "windmill": (("mill",), ("tower mill", "tower mill", "wind pump")),
        "wind turbine": (("wind power plant",), ("wind turbine",)),
    },
)
