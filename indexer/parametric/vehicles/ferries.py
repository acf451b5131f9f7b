"""Yachts, ferries, longships and hovercraft."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, beam, chance, hull, propeller, rod, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, paint, wood
from indexer.parametric.solids import box, cylinder, rounded_box, torus, tube
from indexer.parametric.surface import array, merge, ring
from indexer.parametric.vehicles.boats import open_hull
from indexer.parametric.vehicles.sail import square_sail
from indexer.parametric.vehicles.ships import WHITE, any_hull
from indexer.parametric.vehicles.water import FAMILY


@kind("yacht", ("motor yacht", "boat", "watercraft"), FAMILY)
def yacht(rng: np.random.Generator) -> Shape:
    """A sleek white motor yacht with raked decks."""
    length, colour = rng.uniform(14, 60), paint(rng, "white", "white", "blue", "black", "grey")
    w, depth, half = length * rng.uniform(0.2, 0.28), length * rng.uniform(0.08, 0.12), length / 2
    solids, y, size, wide = (
        [any_hull(rng, length, w, depth, colour)],
        depth * 0.98,
        length * rng.uniform(0.45, 0.6),
        w * 0.8,
    )
    for i in range(int(rng.integers(1, 4))):
        h, z = length * 0.055, -half * (0.15 + 0.05 * i)
        deck = hull(
            [
                (z - size / 2, wide / 2, 0, h, 6),
                (z + size * 0.2, wide / 2, 0, h, 6),
                (z + size / 2, wide * 0.3, 0, h * 0.25, 5),
            ],
            16,
        )
        solids += [
            deck.move(y=y).paint(WHITE),
            box(wide * 1.01, h * 0.35, size * 0.6).move(0, y + h * 0.45, z - size * 0.1).paint(GLASS),
        ]
        y, size, wide = y + h, size * rng.uniform(0.55, 0.75), wide * 0.85
    arch = tube(
        [
            (-wide * 0.5, y - 0.1, -half * 0.3),
            (-wide * 0.4, y + length * 0.05, -half * 0.36),
            (wide * 0.4, y + length * 0.05, -half * 0.36),
            (wide * 0.5, y - 0.1, -half * 0.3),
        ],
        length * 0.006,
        6,
    )
    rail = rod(
        (w * 0.44, depth * 1.35, -half * 0.2), (w * 0.1, depth * 1.75, half * 0.93), length * 0.002, sides=4
    ).both("x")
    solids += [merge(arch, rail).paint(ALLOY)]
    return shape(solids, (f"a {colour.name} motor yacht", "a luxury yacht with raked decks"), length=length)


@kind("ferry", ("passenger ship", "ship", "watercraft"), FAMILY)
def ferry(rng: np.random.Generator) -> Shape:
    """A blunt ship with car decks and windows, at times a paddle steamer."""
    length, colour, paddles = rng.uniform(30, 120), paint(rng), chance(rng, 0.35)
    w, depth = length * rng.uniform(0.16, 0.24), length * 0.07
    solids = [any_hull(rng, length, w, depth, colour)]
    n, level = int(rng.integers(2, 4)), length * 0.035
    for i in range(n):
        size = length * (0.8 - 0.12 * i)
        solids.append(box(w * (0.95 - 0.08 * i), level * 0.15, size).move(0, depth + (i + 1) * level, 0).paint(WHITE))
        posts = [(w * (0.44 - 0.04 * i), depth + i * level, z) for z in np.linspace(-size * 0.46, size * 0.46, 14)]
        solids.append(array(box(w * 0.02, level, w * 0.02), posts).both("x").paint(WHITE))
        solids.append(box(w * 0.6, level, size * 0.75).move(0, depth + i * level, 0).paint(WHITE))
    top = depth + n * level
    solids.append(box(w * 0.4, level, length * 0.1).move(0, top, length * 0.2).paint(WHITE))
    stacks = 2 if paddles else 1
    solids += [
        cylinder(w * 0.06, length * 0.12, 14).move((2 * i - stacks + 1) * w * 0.15, top, 0).paint(DARK)
        for i in range(stacks)
    ]
    if paddles:
        blades = ring(box(depth * 1.1, w * 0.3, depth * 0.08).move(depth * 0.5, -w * 0.15), 10)
        wheel = merge(blades, torus(depth * 0.9, depth * 0.06, 20, 6)).turn("z", 90)
        place = (
            [wheel.move(0, depth * 0.9, -length * 0.52).scale(1.6, 1, 1)]
            if chance(rng)
            else [wheel.move(w * 0.55, depth * 0.9, 0).both("x")]
        )
        solids.append(merge(*place).paint((0.7, 0.15, 0.12)))
    name = "paddle steamer" if paddles else "ferry"
    return shape(
        solids, (f"a {colour.name} {name}", f"a {name} with open decks and {count(stacks, 'funnel')}"), style=name
    )


@kind("longship", ("viking ship", "galley", "ship", "watercraft"), FAMILY)
def longship(rng: np.random.Generator) -> Shape:
    """An open ship with raised ends, a square sail, oars and shields."""
    length, timber = rng.uniform(12, 24), wood(rng)
    w, depth, half = length * rng.uniform(0.18, 0.26), length * 0.09, length / 2
    solids = [open_hull(length, w, depth, 0.08).paint(timber.rgb)]
    stem = tube(
        [
            (0, depth * 0.6, half * 0.96),
            (0, depth * 2.2, half * 1.06),
            (0, depth * 3.2, half * 1.02),
            (0, depth * 3.3, half * 1.1),
        ],
        length * 0.012,
        8,
    )
    solids.append(merge(stem, stem.mirror("z")).paint(timber.shade(0.7)))
    n = int(rng.integers(5, 11))
    z = np.linspace(-0.32, 0.3, n) * length
    if chance(rng, 0.75):
        oars = [
            rod((w * 0.4, depth, a), (w * 1.1, -depth * 0.2, a - 0.04 * length), length * 0.004, sides=5) for a in z
        ]
        solids.append(merge(*oars).both("x").paint(timber.shade(0.8)))
    if chance(rng, 0.6):
        solids.append(
            array(cylinder(length * 0.025, length * 0.006, 14).turn("z", -90), [(w * 0.49, depth * 1.05, a) for a in z])
            .both("x")
            .paint(paint(rng).rgb)
        )
    if chance(rng, 0.75):
        tall = length * rng.uniform(0.45, 0.65)
        solids += [
            rod((0, 0.1, 0), (0, tall, 0), length * 0.01).paint(timber.shade(0.6)),
            square_sail(w * 2.2, tall * 0.55, 0.12).move(0, tall * 0.38, 0.1),
        ]
        solids.append(
            rod((-w * 1.15, tall * 0.94, 0), (w * 1.15, tall * 0.94, 0), length * 0.006).paint(timber.shade(0.6))
        )
    solids.append(
        array(box(w * 0.8, depth * 0.08, length * 0.02), [(0, depth * 0.6, a) for a in z]).paint(timber.shade(0.8))
    )
    return shape(
        solids,
        (
            f"a {timber.name} longship",
            "a viking ship with raised ends",
            "an old rowing and sailing ship",
        ),
        length=length,
    )


@kind("hovercraft", ("air-cushion vehicle", "watercraft"), FAMILY)
def hovercraft(rng: np.random.Generator) -> Shape:
    """A deck on a rubber skirt, with ducted fans behind and a cabin."""
    length, colour, fans = rng.uniform(5, 20), paint(rng), int(rng.integers(1, 3))
    w, skirt = length * rng.uniform(0.4, 0.55), length * 0.09
    solids = [
        rounded_box(w, skirt, length, skirt * 0.48).paint(DARK),
        box(w * 0.85, skirt * 0.4, length * 0.88).move(y=skirt * 0.9).paint(colour.rgb),
    ]
    solids.append(
        box(w * 0.55, length * 0.13, length * 0.38, (0.85, 0.8)).move(0, skirt * 1.3, length * 0.12).paint(WHITE)
    )
    solids.append(
        box(w * 0.56, length * 0.05, length * 0.34).move(0, skirt * 1.3 + length * 0.05, length * 0.12).paint(GLASS)
    )
    r = w * (0.22 if fans == 2 else 0.3)
    duct = merge(
        torus(r, r * 0.12, 24, 8).turn("x", 90).scale(1, 1, 2.0),
        propeller(r * 0.92, 4),
        beam((0, -r, 0), (0, 0, 0), r * 0.12),
    )
    solids += [
        duct.move((2 * i - fans + 1) * w * 0.23, skirt * 1.3 + r, -length * 0.4).paint(colour.shade(0.8))
        for i in range(fans)
    ]
    return shape(
        solids, (f"a {colour.name} hovercraft", f"a hovercraft with {count(fans, 'fan')} and a rubber skirt"), fans=fans
    )
