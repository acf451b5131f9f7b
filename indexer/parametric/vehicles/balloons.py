"""Lighter than air: airships and balloons."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, hull, propeller, rod, shape, tint
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, paint
from indexer.parametric.solids import cylinder, lathe, rounded_box, wing
from indexer.parametric.surface import merge

FAMILY = "vehicles"


@kind("airship", ("zeppelin", "blimp", "aircraft"), FAMILY)
def airship(rng: np.random.Generator) -> Shape:
    """A long gas hull with tail fins, a gondola and engines."""
    length, slim, colour, trim = rng.uniform(40, 120), rng.uniform(0.1, 0.17), paint(rng), paint(rng)
    r, t = length * slim, np.linspace(-1, 1, 17)
    radius = r * (1 - np.abs(t) ** 2.4) ** 0.75 * (1 + 0.08 * t) + 0.004 * length
    body = hull(np.column_stack([t * length / 2, radius, -radius, radius]), 24).paint(colour.rgb)
    if chance(rng):
        body = tint(body, trim.rgb, lambda at, n: np.abs(at[:, 1]) < 0.3 * r)
    tail = wing(length * 0.16, length * 0.1, r * 1.25, length * 0.03, 0.08).move(z=-length * 0.36)
    solids = [body, merge(*[tail.turn("z", a) for a in (0, 90, 180, 270)]).paint(trim.rgb)]
    gondola = hull(
        [(-0.09, 0.012, 0, 0.03), (-0.07, 0.02, -0.012, 0.03), (0.07, 0.02, -0.012, 0.03), (0.1, 0.008, 0.01, 0.03)],
        12,
        4,
    ).scale(length)
    solids.append(
        tint(gondola.paint(DARK), GLASS, lambda at, n: np.abs(n[:, 0]) > 0.8).move(0, -r - 0.018 * length, 0.1 * length)
    )
    engine = merge(
        hull([(-1, 0.2, -0.2, 0.2), (0, 0.4, -0.4, 0.4), (0.8, 0.3, -0.3, 0.3)], 10, smooth=2),
        propeller(1.0).move(z=0.8),
    ).scale(length * 0.016)
    solids.append(engine.move(r * 0.75, -r * 0.75, -0.08 * length).both("x").paint(DARK))
    return shape(
        solids,
        (
            "an airship",
            f"a {colour.name} zeppelin with {trim.name} tail fins",
            "a blimp with a gondola below and four tail fins",
        ),
        length=length,
    )


@kind("hot-air balloon", ("balloon", "aircraft"), FAMILY)
def hot_air_balloon(rng: np.random.Generator) -> Shape:
    """A striped or plain pear-shaped envelope with a wicker basket on ropes."""
    r, colour, other, striped = rng.uniform(6, 9), paint(rng), paint(rng), chance(rng, 0.7)
    tall, mouth = rng.uniform(1.0, 1.25), 0.2
    angles = np.linspace(-0.36, 0.5, 16) * np.pi
    radius = np.cos(angles) * (1 - 0.25 * np.maximum(-np.sin(angles), 0) ** 1.5)
    profile = np.column_stack([np.maximum(radius, 0), np.sin(angles) * np.where(angles < 0, 1.35, tall)]) * r
    bag = lathe([(mouth * r, profile[0, 1] - 0.12 * r), *profile], 24)
    base = 2.6 - bag.vertices[:, 1].min() + 1.0
    gores = int(rng.choice([4, 6, 12]))
    if striped:
        bag = tint(
            bag.paint(colour.rgb),
            other.rgb,
            lambda at, n: np.floor(np.arctan2(at[:, 2], at[:, 0]) * gores / np.pi) % 2 == 0,
        )
    else:
        bag = bag.paint(colour.rgb)
    bottom = base + profile[0, 1] - 0.12 * r
    basket = merge(
        rounded_box(1.5, 1.1, 1.5, 0.15).paint((0.55, 0.4, 0.25)),
        rounded_box(1.6, 0.14, 1.6, 0.06).move(y=1.0).paint((0.4, 0.25, 0.15)),
    )
    ropes = [
        rod((sx * 0.7, 1.1, sz * 0.7), (sx * mouth * r * 0.7, bottom, sz * mouth * r * 0.7), 0.04, sides=5)
        for sx in (-1, 1)
        for sz in (-1, 1)
    ]
    solids = [
        bag.move(y=base),
        basket,
        merge(*ropes).paint(DARK),
        cylinder(0.25, 0.5, 12).move(y=1.9).paint((0.6, 0.6, 0.62)),
    ]
    look = f"{colour.name} and {other.name} striped" if striped and other.name != colour.name else colour.name
    return shape(solids, ("a hot-air balloon", f"a {look} hot-air balloon with a basket"), radius=r)
