"""Dinosaurs and dragons."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import fill, hull, limb, pick, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import paint
from indexer.parametric.nature.sea import fin_plate
from indexer.parametric.solids import ball, cone, sheet
from indexer.parametric.surface import Solid, merge

FAMILY = "animals"
EYE = (0.05, 0.05, 0.06)
HORN = (0.85, 0.8, 0.68)


def leg(x: float, hip: float, z: float, r: float, rear: bool = True) -> Solid:
    """A bent hind leg or a straighter fore leg with a clawed foot, on one side."""
    knee = 0.14 * hip
    keys = [
        (x, hip, z, r * 1.6),
        (x * 1.1, hip * 0.6, z + knee, r * 1.15),
        (x * 1.1, hip * 0.28, z - knee * (1 if rear else 0), r * 0.65),
        (x * 1.1, r * 0.4, z + knee * 0.3, r * 0.6),
    ]
    toes = [
        limb(
            [
                (x * 1.1, r * 0.35, z + knee * 0.2, r * 0.45),
                (x * 1.1 + d * r, r * 0.2, z + knee * 0.3 + r * 1.6, r * 0.16),
            ],
            6,
            1,
        )
        for d in (-0.6, 0, 0.6)
    ]
    return merge(limb(keys, 10), *toes)


def jaws(length: float, r: float, gape: float) -> Solid:
    """A big-toothed head about the origin, towards +z."""
    top = hull(
        [(-0.3, 0.6, -0.2, 0.75), (0.1, 0.9, -0.2, 1.0), (0.5, 0.7, -0.15, 0.8), (1.0, 0.4, -0.15, 0.35)],
        12,
        3,
        smooth=2,
    )
    low = (
        hull([(-0.25, 0.55, -0.4, 0.1), (0.4, 0.6, -0.35, 0.05), (0.95, 0.32, -0.2, 0.05)], 12, 3, smooth=2)
        .turn("x", gape)
        .move(y=-0.15)
    )
    shaped = merge(top, low).scale(r, r, length)
    teeth = [
        cone(0.08 * r, 0.22 * r, 5).turn("x", 180).move(s * 0.5 * r * (1.15 - 0.5 * z), -0.1 * r, z * length)
        for z in np.linspace(0.3, 0.9, 6)
        for s in (-1, 1)
    ]
    eyes = ball(0.1 * r, sides=8).move(0.75 * r, 0.6 * r, 0.2 * length).both("x").paint(EYE)
    return merge(shaped, merge(*teeth).paint(HORN), eyes)


def _theropod(rng: np.random.Generator) -> tuple[list[Solid], list[Solid]]:
    hip, gape = 2.6, rng.uniform(5, 25)
    keys = [
        (1.9, 0.3, 2.7, 3.5),
        (1.2, 0.6, 2.2, 3.4),
        (0.4, 0.72, 1.9, 3.2),
        (-0.6, 0.65, 2.0, 3.1),
        (-1.6, 0.4, 2.3, 3.0),
        (-3.2, 0.2, 2.5, 2.9),
        (-5.2, 0.03, 2.7, 2.78),
    ]
    neck = limb([(0, 3.0, 1.4, 0.55), (0, 3.7, 2.1, 0.42), (0, 4.1, 2.5, 0.42)], 12)
    arm = limb([(0.5, 2.6, 1.5, 0.13), (0.62, 2.25, 1.75, 0.1), (0.55, 2.3, 2.05, 0.05)], 8).both("x")
    return [hull(keys, 16, smooth=3), neck, arm, leg(0.6, hip, -0.3, 0.42).both("x")], [
        jaws(1.5, 0.55, gape).turn("x", 8).move(0, 4.1, 2.5)
    ]


def _sauropod(rng: np.random.Generator) -> tuple[list[Solid], list[Solid]]:
    rise = rng.uniform(2.5, 5.5)
    keys = [
        (3.0, 0.5, 3.0, 4.2),
        (2.0, 1.2, 2.4, 4.6),
        (0, 1.5, 2.0, 4.8),
        (-2.0, 1.2, 2.4, 4.5),
        (-3.5, 0.6, 3.0, 4.0),
        (-6.5, 0.25, 3.0, 3.4),
        (-10, 0.04, 2.2, 2.3),
    ]
    neck = limb(
        [
            (0, 3.9, 2.4, 0.85),
            (0, 4.2 + rise * 0.3, 4.5, 0.6),
            (0, 4.2 + rise * 0.75, 6.5, 0.45),
            (0, 4.2 + rise, 8.0, 0.36),
        ],
        12,
    )
    head = hull(
        [(-0.4, 0.25, -0.2, 0.25), (0.0, 0.36, -0.3, 0.35), (0.5, 0.3, -0.28, 0.15), (0.95, 0.2, -0.2, 0.0)],
        12,
        smooth=2,
    )
    pillars = merge(*[limb([(0.95, 3.0, z, 0.6), (1.0, 1.5, z, 0.45), (1.0, 0.35, z, 0.42)], 10) for z in (1.7, -1.8)])
    return [hull(keys, 18, smooth=3), neck, pillars.both("x")], [
        head.move(0, 4.2 + rise, 8.1),
        ball(0.07, sides=8).move(0.33, 4.4 + rise, 8.3).both("x").paint(EYE),
    ]


def _plated(rng: np.random.Generator) -> tuple[list[Solid], list[Solid]]:
    keys = [
        (2.9, 0.2, 0.75, 1.2),
        (2.2, 0.35, 0.8, 1.6),
        (1.2, 0.7, 0.9, 2.4),
        (-0.4, 0.95, 1.1, 3.1),
        (-1.6, 0.6, 1.4, 2.6),
        (-3.0, 0.25, 1.4, 1.9),
        (-4.4, 0.05, 1.4, 1.5),
    ]
    plates = []
    for i, z in enumerate(np.linspace(1.9, -3.2, 10)):
        size, back = (
            0.25 + 0.6 * np.exp(-(((z + 0.5) / 1.5) ** 2)),
            np.interp(z, [-4.4, -3, -1.6, -0.4, 1.2, 2.2], [1.5, 1.9, 2.6, 3.1, 2.4, 1.6]),
        )
        diamond = fin_plate(
            [
                (-size * 0.45, 0.15),
                (-size * 0.6, size * 0.7),
                (0, size * 1.5),
                (size * 0.6, size * 0.7),
                (size * 0.45, 0.15),
            ],
            0.1,
        )
        plates.append(diamond.turn("z", 14 * (-1) ** i).move(-0.15 * (-1) ** i, back - 0.25, z))
    spikes = [
        cone(0.09, 0.9, 7).turn("z", s * -55).turn("x", -25).move(0, 1.55, z) for z in (-3.9, -4.25) for s in (-1, 1)
    ]
    legs = merge(
        limb([(0.55, 1.5, 1.1, 0.35), (0.65, 0.8, 1.2, 0.25), (0.65, 0.22, 1.1, 0.24)], 10),
        limb([(0.65, 1.9, -1.0, 0.5), (0.7, 1.0, -0.8, 0.33), (0.7, 0.25, -1.0, 0.28)], 10),
    )
    return [hull(keys, 16, smooth=3), legs.both("x")], [
        merge(*plates).paint((0.75, 0.4, 0.2)),
        merge(*spikes).paint(HORN),
        ball(0.06, sides=8).move(0.3, 1.25, 2.55).both("x").paint(EYE),
    ]


def _horned(rng: np.random.Generator) -> tuple[list[Solid], list[Solid]]:
    keys = [
        (1.9, 0.6, 1.1, 2.2),
        (1.0, 0.95, 0.9, 2.6),
        (-0.6, 1.05, 0.9, 2.7),
        (-1.8, 0.6, 1.2, 2.3),
        (-3.0, 0.25, 1.1, 1.6),
        (-4.2, 0.04, 0.8, 0.9),
    ]
    head = hull(
        [(0, 0.55, -0.5, 0.5), (0.6, 0.5, -0.5, 0.4), (1.3, 0.28, -0.4, 0.1), (1.7, 0.06, -0.45, -0.1)], 12, smooth=2
    ).move(0, 1.75, 2.1)
    frill = ball(1.15, 1.05, 0.14, 18).turn("x", -32).move(0, 2.35, 2.0)
    legs = merge(
        limb([(0.7, 1.5, 1.1, 0.4), (0.85, 0.8, 1.2, 0.3), (0.8, 0.25, 1.15, 0.28)], 10),
        limb([(0.75, 1.6, -1.2, 0.5), (0.85, 0.85, -1.05, 0.34), (0.85, 0.25, -1.2, 0.3)], 10),
    )
    brow = limb([(0.32, 2.1, 2.5, 0.14), (0.5, 2.6, 3.2, 0.1), (0.5, 2.75, 3.9, 0.02)], 8).both("x")
    nose = cone(0.12, 0.45, 8).turn("x", 25).move(0, 1.95, 3.35)
    return [hull(keys, 16, smooth=3), head, frill, legs.both("x")], [
        merge(brow, nose).paint(HORN),
        ball(0.08, sides=8).move(0.5, 1.95, 2.6).both("x").paint(EYE),
    ]


DINOSAURS = {
    "tyrannosaurus": (_theropod, "t-rex", "a big head with sharp teeth, tiny arms and two strong legs"),
    "long-necked dinosaur": (_sauropod, "brontosaurus", "a very long neck and tail on four thick legs"),
    "stegosaurus": (_plated, "stegosaurus", "two rows of plates along its back and a spiked tail"),
    "triceratops": (_horned, "triceratops", "three horns and a bony neck frill"),
}


@kind("dinosaur", ("prehistoric reptile", "animal"), FAMILY)
def dinosaur(rng: np.random.Generator) -> Shape:
    """A tyrannosaurus, sauropod, stegosaurus or triceratops."""
    name, colour = pick(rng, *DINOSAURS), paint(rng, "green", "brown", "grey", "orange", "beige")
    make, short, words = DINOSAURS[name]
    body, rest = make(rng)
    plain = merge(*body).paint(colour.rgb)
    heads = [fill(part, colour.rgb) for part in rest]
    stretch = (vary(rng), vary(rng), vary(rng))
    return shape(
        [part.scale(*stretch) for part in (plain, *heads)],
        (f"a {name}", f"a {colour.name} {short} dinosaur", f"a {name} with {words}"),
        species=short,
    )


@kind("dragon", ("mythical creature", "monster"), FAMILY)
def dragon(rng: np.random.Generator) -> Shape:
    """Four legs, a long neck and tail, bat wings and horns."""
    colour, other, spread = (
        paint(rng, "green", "red", "black", "blue", "purple"),
        paint(rng, "orange", "red", "beige", "grey"),
        rng.uniform(10, 55),
    )
    keys = [
        (1.6, 0.35, 1.5, 2.3),
        (0.9, 0.65, 1.2, 2.5),
        (-0.3, 0.6, 1.2, 2.3),
        (-1.3, 0.5, 1.2, 2.1),
        (-2.4, 0.28, 1.2, 1.7),
        (-4.0, 0.15, 0.7, 1.0),
        (-5.4, 0.03, 0.6, 0.7),
    ]
    neck = limb([(0, 2.0, 1.1, 0.5), (0, 2.9, 1.8, 0.34), (0, 3.8, 1.9, 0.28), (0, 4.2, 2.4, 0.26)], 12)
    legs = merge(leg(0.55, 1.5, 0.9, 0.26, False), leg(0.6, 1.6, -1.1, 0.36))
    head = jaws(1.1, 0.36, 14).turn("x", 12).move(0, 4.2, 2.4)
    horns = limb([(0.16, 4.45, 2.4, 0.08), (0.3, 4.75, 1.95, 0.06), (0.32, 5.05, 1.7, 0.01)], 7).both("x").paint(HORN)
    tips = np.array([(0, 0, 0.6), (1.0, 0.2, 1.0), (2.0, 0.3, 0.7), (3.2, 0.1, -0.2), (4.0, -0.2, -1.4)])
    back = np.array([(0, 0, -0.9), (0.9, 0, -1.7), (1.9, 0, -1.5), (2.9, -0.05, -2.0), (3.9, -0.22, -1.75)])
    share = np.linspace(0, 1, 5)[None, :, None]
    skin = sheet(tips[:, None] * (1 - share) + back[:, None] * share, 0.06).paint(other.rgb)
    bones = limb(np.column_stack([tips, [0.16, 0.14, 0.12, 0.08, 0.03]]), 7).paint(colour.rgb)
    wings = merge(skin, bones).turn("z", spread).move(0.3, 2.3, 0.4).both("x")
    ridge = [
        cone(0.09, 0.35, 5).move(0, np.interp(z, [-4, -2.4, -0.3, 0.9], [0.95, 1.65, 2.25, 2.45]), z)
        for z in np.linspace(-3.8, 0.9, 12)
    ]
    barb = fin_plate([(-5.2, 0.65), (-5.5, 1.0), (-6.0, 0.65), (-5.5, 0.3)], 0.08)
    solids = [
        merge(hull(keys, 16, smooth=3), neck, legs.both("x"), barb).paint(colour.rgb),
        fill(head, colour.rgb),
        horns,
        wings,
        merge(*ridge).paint(other.rgb),
    ]
    return shape(
        solids,
        (
            "a dragon",
            f"a {colour.name} dragon with {other.name} bat wings",
            "a fantasy dragon with horns, wings and a long tail",
        ),
        legs=4,
        wings=2,
    )
