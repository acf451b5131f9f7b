"""Warships put together from hulls, stacked decks, turrets and masts; tugs."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, hull, pick, propeller, rod, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import Material, paint
from indexer.parametric.solids import ball, box, cylinder, rounded_box, torus
from indexer.parametric.surface import Solid, array, merge, ring
from indexer.parametric.vehicles.heavy import side_prism
from indexer.parametric.vehicles.water import FAMILY, funnel, painted, ship_hull

WHITE = (0.93, 0.93, 0.92)


def any_hull(rng: np.random.Generator, length: float, w: float, depth: float, colour: Material) -> Solid:
    """A ship's hull: full, a waterline model's without keel, a hard-chined one, or one with a bulbous bow."""
    style = pick(rng, "full", "full", "waterline", "chine", "bulb")
    half = length / 2
    if style == "chine":
        keys = [(-half, w * 0.42, 0, depth, 4), (0, w / 2, 0, depth, 4), (half * 0.6, w * 0.4, 0, depth * 1.1, 3)]
        return hull([*keys, (half, w * 0.04, depth * 0.5, depth * 1.3, 2)], 16).paint(colour.rgb)
    made = painted(
        ship_hull(length, w, depth, rng.uniform(0.1, 0.5), rng.uniform(0.4, 0.9), colour.shade(0.6)), colour.rgb
    )
    if style == "waterline":
        return made.scale(1, rng.uniform(0.45, 0.7), 1).move(y=depth * 0.35)
    if style == "bulb":
        bulb = ball(w * 0.12, depth * 0.22, length * 0.05, 12).move(0, depth * 0.25, half * 0.98)
        screw = propeller(depth * 0.3, 4).turn("y", 180).move(0, depth * 0.3, -half * 0.99)
        rudder = box(w * 0.03, depth * 0.6, length * 0.03).move(0, 0.05 * depth, -half * 1.02)
        return merge(made, merge(bulb, rudder).paint(colour.shade(0.6)), screw)
    return made


def decks(
    rng: np.random.Generator, w: float, length: float, level: float, rgb: tuple[float, float, float]
) -> list[Solid]:
    """A stack of deckhouses on y = 0, stepped and perhaps leaning, with or without window bands and rails."""
    n, y, z, solids = int(rng.integers(2, 6)), 0.0, 0.0, []
    lean, banded = rng.uniform(0.8, 1.0), chance(rng, 0.6)
    for _ in range(n):
        h = level * rng.uniform(0.7, 1.3)
        block = box(w, h, length, lean) if chance(rng, 0.7) else rounded_box(w, h, length, h * 0.3)
        solids.append(block.move(0, y, z).paint(rgb))
        if banded:
            solids.append(box(w * 1.01, h * 0.3, length * 0.98).move(0, y + h * 0.5, z).paint(DARK))
        if chance(rng, 0.3):
            solids.append(box(w * 1.25, h * 0.12, length * rng.uniform(0.5, 1.1)).move(0, y + h, z).paint(rgb))
        y, w, length = y + h, w * rng.uniform(0.65, 0.98), length * rng.uniform(0.55, 0.9)
        z += length * rng.uniform(-0.1, 0.12)
    return solids


def mast(rng: np.random.Generator, h: float) -> Solid:
    """A lattice, tripod or plain mast on y = 0 with yards and a radar."""
    top = rng.uniform(0.25, 0.6)
    if chance(rng, 0.4):
        legs = ring(rod((h * 0.12, 0, 0), (h * 0.03, h, 0), h * 0.015, sides=5), 4)
        rungs = [
            ring(rod((x, y * h, 0), (0, y * h, x), h * 0.008, sides=4), 4)
            for x, y in ((h * 0.1, 0.2), (h * 0.08, 0.45), (h * 0.05, 0.7))
        ]
        pole = merge(legs, *rungs)
    else:
        pole = rod((0, 0, 0), (0, h, -h * 0.05), h * 0.03, h * 0.012)
    yard = box(h * 0.5, h * 0.02, h * 0.02).move(0, h * top, 0)
    dish = (
        box(h * 0.25, h * 0.08, h * 0.03).move(0, h * (top + 0.3), h * 0.04)
        if chance(rng)
        else ball(h * 0.08, sides=12).move(0, h * 0.9, 0)
    )
    return merge(pole, yard, dish).paint(DARK)


def gun(rng: np.random.Generator, r: float) -> Solid:
    """A turret on y = 0 whose one to three barrels point to +z."""
    n, reach = int(rng.integers(1, 4)), r * rng.uniform(1.5, 3.2)
    house = pick(rng, "box", "ball", "wedge")
    shell = {
        "box": box(r * 1.7, r * 0.8, r * 1.9, (0.85, 0.75)),
        "ball": ball(r * 0.85, r * 0.8, r * 0.9, 14).move(y=r * 0.4),
        "wedge": side_prism([(-r, 0), (r, 0), (r * 0.6, r * 0.8), (-r, r * 0.6)], r * 1.5),
    }[house]
    x = (np.arange(n) - (n - 1) / 2) * r * 0.45
    barrels = [rod((a, r * 0.4, r * 0.5), (a, r * rng.uniform(0.45, 0.8), reach), r * 0.1) for a in x]
    return merge(cylinder(r * 0.9, r * 0.3, 16).move(y=-r * 0.2), shell, *barrels)


def navy(rng: np.random.Generator) -> Shape:
    """A cruiser, frigate or patrol boat, put together from decks, turrets, masts, funnels and launchers."""
    style, length = pick(rng, "cruiser", "frigate", "patrol boat"), rng.uniform(60, 200)
    w, depth = length * rng.uniform(0.09, 0.17), length * rng.uniform(0.045, 0.08)
    grey = paint(rng, "grey", "grey", "grey", "blue")
    solids = [any_hull(rng, length, w, depth, grey)]
    r = w * rng.uniform(0.12, 0.28)
    spots = [(0.33, 0), (0.22, 0), (-0.34, 180), (-0.24, 180)][: int(rng.integers(1, 5))]
    for i, (z, turn) in enumerate(spots):
        lift = depth + r * (0.1 + 0.9 * (i % 2))
        base = cylinder(r * 0.9, r * 0.9, 14).move(0, lift - r * 0.9, z * length)
        solids.append(merge(base, gun(rng, r).turn("y", turn).move(0, lift, z * length)).paint(grey.shade(0.88)))
    house = decks(rng, w * rng.uniform(0.5, 0.85), length * rng.uniform(0.14, 0.24), depth * 0.6, grey.rgb)
    solids += [part.move(0, depth * 0.98, length * rng.uniform(0.03, 0.08)) for part in house]
    if chance(rng, 0.6):
        aft = decks(rng, w * 0.55, length * 0.12, depth * 0.45, grey.rgb)
        solids += [part.move(0, depth * 0.98, -length * 0.14) for part in aft]
    stacks = int(rng.integers(0, 3))
    solids += [
        funnel(w * 0.12, depth * 1.5, grey.shade(0.8)).move(0, depth * 1.1, -length * (0.04 + 0.09 * i))
        for i in range(stacks)
    ]
    solids += [
        mast(rng, length * rng.uniform(0.08, 0.16)).move(0, depth * 1.6, z * length)
        for z in ((0.06, -0.12) if chance(rng) else (0.04,))
    ]
    if chance(rng, 0.5):
        tubes = array(
            cylinder(depth * 0.12, depth * 0.9, 10).turn("x", 65).turn("y", 90),
            [(0, depth, -length * 0.04 + i * depth * 0.3) for i in range(3)],
        )
        solids.append(tubes.both("x").paint(grey.shade(0.7)))
    if chance(rng, 0.4):
        solids.append(
            merge(box(w * 0.8, depth * 0.06, length * 0.16), torus(w * 0.25, w * 0.01, 20, 4).move(y=depth * 0.05))
            .move(0, depth, -length * 0.42)
            .paint(DARK)
        )
    words = f"{count(len(spots), 'gun turret')} and {count(stacks, 'funnel')}"
    return shape(
        solids,
        (f"a {style}", f"a {grey.name} naval {style} with {words}", "a navy ship with a mast"),
        style=style,
        length=length,
    )


@kind("tugboat", ("tug", "boat", "watercraft"), FAMILY)
def tugboat(rng: np.random.Generator) -> Shape:
    """A stout boat with a high wheelhouse, a funnel and tyres along its sides."""
    length, colour, trim = rng.uniform(12, 26), paint(rng), paint(rng)
    w, depth = length * rng.uniform(0.32, 0.42), length * rng.uniform(0.14, 0.2)
    solids = [any_hull(rng, length, w, depth, colour)]
    solids += [part.move(0, depth, length * 0.1) for part in decks(rng, w * 0.6, length * 0.32, length * 0.09, WHITE)]
    solids.append(funnel(w * 0.12, length * 0.2, trim.rgb).move(0, depth, -length * 0.12))
    tyres = array(
        torus(w * 0.08, w * 0.03, 14, 6).turn("z", 90),
        [(w * 0.49, depth * 0.75, z * length) for z in (-0.3, -0.15, 0, 0.15)],
    )
    solids += [tyres.both("x").paint(DARK), mast(rng, length * 0.3).move(0, depth + length * 0.2, length * 0.08)]
    solids.append(
        merge(
            cylinder(w * 0.06, depth * 0.4, 10).move(w * 0.1, depth, -length * 0.34).both("x"),
            box(w * 0.4, depth * 0.1, w * 0.05).move(0, depth * 1.25, -length * 0.34),
        ).paint(DARK)
    )
    return shape(
        solids,
        (f"a {colour.name} tugboat", "a tug with a wheelhouse, a funnel and tyres along its sides"),
        length=length,
    )
