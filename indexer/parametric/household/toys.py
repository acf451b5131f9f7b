"""Trophies, globes and soft toys."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, metal, paint
from indexer.parametric.parts import Rng, chance, curve, made, span, vessel
from indexer.parametric.solids import (
    ball,
    box,
    cylinder,
    lathe,
    merge,
    prism,
    torus,
    tube,
)


@kind("trophy", also=("cup trophy",), family="household")
def trophy(rng: Rng) -> Shape:
    """A winner's cup."""
    r, gold, base = span(rng, 0.06, 0.1), metal(rng), either(rng, "wood", "stone")
    h, foot = r * span(rng, 2.2, 3.2), r * span(rng, 0.5, 0.9)
    cup = vessel(
        curve(np.array([(0.12, 0), (0.1, 0.25), (0.2, 0.4), (0.75, 0.6), (0.95, 0.85), (1, 1)]) * (r, h), 16), r * 0.04
    )
    ear = tube(
        curve([(r * 0.8, h * 0.62, 0), (r * 1.45, h * 0.68, 0), (r * 1.4, h * 0.95, 0), (r * 0.98, h * 0.92, 0)], 11),
        r * 0.07,
        8,
    )
    star = chance(rng, 0.25)
    parts = [cup, lathe([(r * 0.45, 0), (r * 0.4, h * 0.03), (r * 0.12, h * 0.08)], 20)]
    if star:
        angles = np.pi / 2 + np.pi / 5 * np.arange(10)
        reach = r * 0.9 * np.where(np.arange(10) % 2 == 0, 1.0, 0.42)
        parts = [
            prism(np.stack([reach * np.cos(angles), reach * np.sin(angles)], 1), r * 0.2).move(y=h * 0.75),
            cylinder(r * 0.12, h * 0.55, 12, r * 0.08),
        ]
    else:
        parts.append(ear.both("x"))
    block = box(r * 1.3, foot, r * 1.3, taper=0.85) if chance(rng, 0.6) else cylinder(r * 0.7, foot, 24, r * 0.6)
    return made(
        "trophy",
        merge(merge(*parts).paint(gold.rgb).move(y=foot), block.paint(base.rgb)),
        f"{an(gold.name)} trophy",
        "a star award on a base" if star else "a winner's cup with two handles",
        f"a sports prize on {an(base.name)} base",
        style="star trophy" if star else "trophy cup",
        material=gold.name,
    )


@kind("globe", also=("terrestrial globe",), family="household", rigid=True)
def globe(rng: Rng) -> Shape:
    """A model of the earth on a stand."""
    r, steel = span(rng, 0.1, 0.2), either(rng, "metal", "wood")
    land = [
        ball(r * 0.45, r * 0.04, r * span(rng, 0.2, 0.45), sides=10)
        .move(y=r * 0.985)
        .turn("x", float(a))
        .turn("y", float(b))
        for a, b in zip(rng.uniform(20, 150, 7), rng.uniform(0, 360, 7), strict=True)
    ]
    sphere = merge(ball(r, sides=28).paint((0.25, 0.48, 0.72)), merge(*land).paint((0.35, 0.55, 0.27)))
    arc = torus(r * 1.1, r * 0.035, 20, 8, sweep=190).turn("x", 90).turn("z", -90 - 5)
    axle = tube([(0, -r * 1.1, 0), (0, r * 1.1, 0)], r * 0.02, 6)
    tilted = merge(sphere, merge(arc, axle).paint(steel.rgb)).turn("z", -23)
    stand = lathe(np.array([(0.65, -1.6), (0.62, -1.53), (0.12, -1.45), (0.07, -1.1), (0, -1.05)]) * r, 24).paint(
        steel.rgb
    )
    return made(
        "globe",
        merge(tilted, stand),
        "a desk globe",
        "a globe of the world",
        f"an earth globe on {an(steel.name)} stand",
        style="globe",
        material=steel.name,
    )


@kind("teddy bear", also=("stuffed toy",), family="household")
def teddy_bear(rng: Rng) -> Shape:
    """A sitting soft toy: a bear or a rabbit."""
    color, rabbit = paint(rng, "brown", "beige", "white", "grey", "pink"), chance(rng, 0.3)
    fat, big = span(rng, 0.85, 1.15), span(rng, 0.85, 1.15)
    head = ball(0.1 * big, 0.09 * big, 0.09 * big, sides=16).move(y=0.31)
    muzzle = ball(0.045, 0.035, 0.04, sides=12).move(y=0.29, z=0.08 * big).paint(color.shade(1.25))
    ear = (
        ball(0.025, 0.1, 0.018, sides=10).turn("z", -12).move(0.045, 0.46)
        if rabbit
        else ball(0.04, 0.04, 0.02, sides=12).move(0.08 * big, 0.38)
    )
    arm = (
        ball(0.035, 0.09, 0.035, sides=12)
        .turn("x", span(rng, -60, -20))
        .turn("z", span(rng, 20, 60))
        .move(0.11 * fat, 0.18, 0.04)
    )
    leg = (
        merge(ball(0.045, 0.045, 0.1, sides=12), ball(0.048, 0.055, 0.03, sides=12).move(z=0.1))
        .turn("y", 22)
        .move(0.08 * fat, 0.045, 0.1)
    )
    fur = merge(
        ball(0.11 * fat, 0.125, 0.1 * fat, sides=16).move(y=0.13), head, ear.both("x"), arm.both("x"), leg.both("x")
    ).paint(color.rgb)
    face = merge(
        ball(0.012, sides=8).move(0.035, 0.335, 0.08 * big).both("x"),
        ball(0.014, 0.01, 0.01, sides=8).move(y=0.3, z=0.118 * big),
    ).paint((0.05, 0.05, 0.05))
    bow = (
        [ball(0.035, 0.022, 0.015, sides=8).move(0.03, 0.225, 0.085).both("x").paint(paint(rng, "red", "blue").rgb)]
        if chance(rng, 0.4)
        else []
    )
    name = "toy rabbit" if rabbit else "teddy bear"
    return made(
        "teddy bear",
        merge(fur, muzzle, face, *bow),
        an(name),
        f"{an(color.name)} plush {'rabbit with long ears' if rabbit else 'bear'}",
        f"a sitting stuffed animal {'with a bow tie' if bow else 'for children'}",
        style=name,
        material=color.name,
    )
