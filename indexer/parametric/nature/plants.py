"""Small plants: flowers, bushes, grass, ferns and mushrooms."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, limb, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import paint
from indexer.parametric.nature.leafage import leafy_bush
from indexer.parametric.nature.pots import pot
from indexer.parametric.nature.trees import blob, green, leaf
from indexer.parametric.solids import ball, cylinder, lathe, rounded_box
from indexer.parametric.surface import array, merge, ring

FAMILY = "plants"


@kind("fern", ("wild plant", "plant"), FAMILY)
def fern(rng: np.random.Generator) -> Shape:
    """A rosette of long cut fronds from the ground."""
    n, size, rgb = int(rng.integers(9, 18)), rng.uniform(0.4, 1.0), green(rng)
    frond = leaf(size, size * rng.uniform(0.25, 0.4), rng.uniform(0.4, 0.8), 0.1, 10)
    outer = ring(frond.turn("z", 30), n)
    inner = ring(frond.scale(0.75).turn("z", 55), n // 2, start=13)
    return shape(
        [outer.paint(rgb), inner.paint(np.multiply(rgb, 1.15))],
        ("a fern", f"a fern with {n + n // 2} feathery fronds"),
        fronds=n + n // 2,
    )


@kind("grass", ("wild plant", "plant"), FAMILY)
def grass(rng: np.random.Generator) -> Shape:
    """A tuft of narrow blades, or reeds with brown heads."""
    n, h, rgb, reed = int(rng.integers(18, 45)), rng.uniform(0.2, 0.9), green(rng), chance(rng, 0.3)
    blades = []
    for a, lean, tall, r in zip(
        rng.uniform(0, 360, n),
        rng.uniform(45, 80, n),
        rng.uniform(0.6, 1, n) * h,
        rng.uniform(0, 0.12, n) * h,
        strict=True,
    ):
        blades.append(
            leaf(float(tall), h * 0.045, 0.25, 0.1).turn("z", float(lean)).move(x=float(r)).turn("y", float(a))
        )
    solids = [merge(*blades).paint(rgb)]
    if reed:
        stalk = merge(
            rod((0, 0, 0), (0, h * 1.25, 0), h * 0.01, sides=5).paint(rgb),
            cylinder(h * 0.03, h * 0.2, 8).move(y=h * 1.0).paint((0.4, 0.25, 0.13)),
        )
        solids.append(
            array(
                stalk,
                np.column_stack(
                    [rng.uniform(-0.12, 0.12, 5) * h, -rng.uniform(0, 0.15, 5) * h, rng.uniform(-0.12, 0.12, 5) * h]
                ),
            )
        )
    return shape(
        solids,
        (
            "a reed plant" if reed else "a tuft of grass",
            f"{'reeds with brown heads' if reed else 'long thin blades of grass'}",
        ),
        blades=n,
    )


@kind("bush", ("shrub", "plant"), FAMILY)
def bush(rng: np.random.Generator) -> Shape:
    """A low cloud of foliage, a clipped ball or hedge, or a berry bush."""
    if chance(rng, 0.5):
        return leafy_bush(rng)
    style, r, rgb = pick(rng, "round", "wild", "clipped hedge"), rng.uniform(0.4, 1.2), green(rng)
    if style == "clipped hedge":
        solids = [rounded_box(r * rng.uniform(2, 4), r * 1.3, r * 0.9, 0.12).paint(rgb)]
    else:
        n = 7 if style == "round" else 14
        at = rng.normal(size=(n, 3)) * (0.5, 0.25, 0.5) * r + (0, 0.55 * r, 0)
        solids = [
            blob(rng, r * rng.uniform(0.35, 0.55), 10).move(*point).paint(np.multiply(rgb, vary(rng, 0.12)))
            for point in at
        ]
    berries = chance(rng, 0.3) and style != "clipped hedge"
    if berries:
        colour = paint(rng, "red", "pink", "yellow", "purple", "white")
        at = rng.normal(size=(30, 3))
        at *= (0.9, 0.6, 0.9) / np.linalg.norm(at, axis=1)[:, None]
        solids.append(array(ball(0.06 * r, sides=6), at * r + (0, 0.6 * r, 0)).paint(colour.rgb))
    extra = f" with {colour.name} flowers" if berries else ""
    return shape(
        solids,
        (f"a {style} bush" if style != "clipped hedge" else "a clipped hedge", f"a green bush{extra}"),
        style=style,
    )


@kind("flower", ("blossom", "plant"), FAMILY)
def flower(rng: np.random.Generator) -> Shape:
    """A daisy, tulip, rose or sunflower on a stem with leaves."""
    style, colour, h = (
        pick(rng, "daisy", "tulip", "rose", "sunflower"),
        paint(rng, "red", "yellow", "pink", "white", "purple", "orange", "blue"),
        rng.uniform(0.25, 0.7),
    )
    if style == "sunflower":
        colour, h = paint(rng, "yellow"), h * 2
    bend, rgb, r = rng.uniform(0, 0.15) * h, green(rng), h * rng.uniform(0.12, 0.2)
    solids = [limb([(0, 0, 0, 0.018 * h), (bend * 0.3, h * 0.5, 0, 0.014 * h), (bend, h, 0, 0.013 * h)], 7).paint(rgb)]
    solids += [
        leaf(h * 0.35, h * 0.1, 0.3).turn("z", 35).turn("y", a).move(bend * 0.2, h * y, 0).paint(rgb)
        for y, a in zip((0.2, 0.35, 0.5), rng.uniform(0, 360, 3), strict=True)
    ]
    if style in ("daisy", "sunflower"):
        n = int(rng.integers(8, 16)) if style == "daisy" else 20
        petal = leaf(r, r * (2.6 / n + 0.12), 0.1, 0.15).move(x=r * 0.25)
        disc = ball(r * (0.35 if style == "daisy" else 0.6), r * 0.14, r * (0.35 if style == "daisy" else 0.6), 14)
        head = merge(
            ring(petal, n).paint(colour.rgb), disc.paint((0.9, 0.7, 0.15) if style == "daisy" else (0.28, 0.17, 0.08))
        )
        if style == "sunflower":
            head = merge(head, ring(petal.move(x=r * 0.2), n, start=9).paint(colour.rgb))
        head = head.turn("x", rng.uniform(10, 70))
    elif style == "tulip":
        t = np.linspace(0, 1, 7)
        cup = leaf(r * 1.5, r * 0.95, -0.2, 0.25).turn("z", 72).move(x=r * 0.12)
        head = merge(
            ring(cup, 6), lathe(np.column_stack([r * (0.1 + 0.38 * np.sin(np.pi * t * 0.7)), r * 1.15 * t]), 12)
        ).paint(colour.rgb)
    else:
        layers = [
            ring(leaf(r * s, r * s, 0.05, 0.3).turn("z", tilt), 5, start=tilt).move(y=0.02 * h)
            for s, tilt in ((1.0, 25), (0.9, 48), (0.75, 66), (0.6, 80))
        ]
        head = merge(*layers, ball(r * 0.3, r * 0.4, r * 0.3, 10).move(y=0.3 * r)).paint(colour.rgb)
    solids.append(head.move(bend, h, 0))
    potted = chance(rng, 0.2)
    if potted:
        vessel, y, _ = pot(rng, h * 0.18)
        solids = [vessel, *[part.move(y=y) for part in solids]]
    return shape(
        solids,
        (
            f"a {style}",
            f"a {colour.name} {style} flower",
            f"a {colour.name} flower on a green stem{' in a pot' * potted}",
        ),
        style=style,
    )


@kind("mushroom", ("toadstool", "fungus"), FAMILY)
def mushroom(rng: np.random.Generator) -> Shape:
    """One to four mushrooms with domed, flat, pointed or funnel caps."""
    style, n, colour = (
        pick(rng, "domed", "flat", "pointed"),
        int(rng.choice([1, 1, 1, 2, 3, 4])),
        paint(rng, "red", "brown", "beige", "orange", "white", "purple"),
    )
    spotted, solids = chance(rng, 0.4), []
    for i in range(n):
        s = 0.1 * (1 if i == 0 else rng.uniform(0.4, 0.8))
        h, w = s * rng.uniform(0.8, 1.4), s * rng.uniform(0.6, 0.9)
        tall = {"domed": 0.6, "flat": 0.25, "pointed": 1.2}[style] * w
        t = np.linspace(0, np.pi / 2, 8)
        dome = np.column_stack([np.cos(t) * w, np.sin(t) ** (1.0 if style != "pointed" else 1.3) * tall])
        cap = (
            lathe([(w * 0.2, 0.12 * tall), (w * 0.9, -0.06 * tall), *dome[:-1], (0, tall)], 20)
            .move(y=h)
            .paint(colour.rgb)
        )
        stem = lathe([(0.24 * w, 0), (0.3 * w, 0.1 * h), (0.2 * w, 0.6 * h), (0.22 * w, h * 1.02)], 14).paint(
            (0.92, 0.88, 0.78)
        )
        parts = [cap, stem, lathe([(0.34 * w, h * 0.66), (0.2 * w, h * 0.75)], 14).paint((0.88, 0.84, 0.74))]
        if spotted:
            a, u = np.arange(11) * 2.4, np.linspace(0.25, 0.95, 11) * np.pi / 2
            at = np.column_stack([np.cos(u) * w * np.cos(a), np.sin(u) * tall + h, np.cos(u) * w * np.sin(a)])
            parts.append(array(ball(0.09 * w, 0.06 * w, 0.09 * w, 8), at).paint((0.95, 0.94, 0.9)))
        at_x, at_z = (
            (0, 0) if i == 0 else (rng.uniform(0.08, 0.14) * np.cos(i * 2.2), rng.uniform(0.08, 0.14) * np.sin(i * 2.2))
        )
        solids.append(merge(*parts).move(at_x, 0, at_z))
    look = f"{colour.name} {style} {'cap' if n == 1 else 'caps'}{' with white spots' * spotted}"
    return shape(
        solids,
        (
            f"{'a mushroom' if n == 1 else count(n, 'mushroom')}",
            f"a mushroom with a {look}" if n == 1 else f"mushrooms with {look}",
        ),
        mushrooms=n,
    )
