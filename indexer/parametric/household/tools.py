"""Brooms, mops, plungers, scissors and coat hangers."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import Material, either, metal, paint
from indexer.parametric.parts import Rng, chance, curve, made, pick, slats, span
from indexer.parametric.solids import (
    Solid,
    array,
    box,
    cylinder,
    lathe,
    merge,
    prism,
    ring,
    torus,
    tube,
)

STRAW = (0.8, 0.65, 0.35)


def _pole(rng: Rng, long: float) -> tuple[Solid, Material]:
    """A broomstick from y = 0.12 up, and what it is made of."""
    stick = either(rng, "wood", "paint")
    return cylinder(span(rng, 0.011, 0.015), long, 10).move(y=0.12).paint(stick.rgb), stick


@kind("broom", family="household")
def broom(rng: Rng) -> Shape:
    """A push broom, a household broom or a witch's broom, standing on its head."""
    style, (pole, stick) = pick(rng, "push broom", "house broom", "witch's broom"), _pole(rng, span(rng, 1.1, 1.5))
    if style == "push broom":
        w = span(rng, 0.3, 0.5)
        bristle = box(w / 20, 0.09, 0.06, taper=0.8)
        bristles = slats(14, (-w / 2 + 0.015, 0, 0), (w / 2 - 0.015, 0, 0), bristle).paint(STRAW)
        head = merge(bristles, box(w, 0.04, 0.06).move(y=0.09).paint(stick.shade(0.8)))
    elif style == "house broom":
        w = span(rng, 0.2, 0.3)
        fan = prism([(-w / 2, 0), (w / 2, 0), (w * 0.4, 0.2), (0.03, 0.32), (-0.03, 0.32), (-w * 0.4, 0.2)], 0.05)
        seams = array(box(w * 0.86, 0.008, 0.054), [(0, 0.14, 0), (0, 0.18, 0)])
        head = merge(fan.paint(STRAW), seams.paint(paint(rng).rgb))
    else:
        twigs = lathe([(0.1, 0), (0.13, 0.08), (0.09, 0.25), (0.03, 0.36), (0.02, 0.36)], 14)
        head = merge(twigs.paint(STRAW), torus(0.045, 0.012, 14, 6).move(y=0.32).paint((0.35, 0.2, 0.1)))
    return made(
        "broom",
        merge(pole, head),
        an(style),
        f"a broom with a long {stick.name} handle",
        "a broom for sweeping the floor",
        style=style.replace("'", ""),
        material=stick.name,
    )


@kind("mop", family="household")
def mop(rng: Rng) -> Shape:
    """A string mop or a flat one."""
    flat, (pole, stick), color = chance(rng, 0.35), _pole(rng, span(rng, 1.1, 1.4)), paint(rng)
    if flat:
        w = span(rng, 0.32, 0.45)
        head = merge(box(w, 0.02, 0.13).paint((0.9, 0.88, 0.82)), box(w * 0.9, 0.02, 0.1).move(y=0.02).paint(color.rgb))
        head = merge(head, cylinder(0.02, 0.1, 10).move(y=0.035).paint(color.rgb))
    else:
        reach = span(rng, 0.11, 0.17)
        strand = curve([(0.01, 0.2, 0), (reach * 0.5, 0.15, 0), (reach * 0.75, 0.05, 0), (reach, 0.01, 0)], 8)
        strands = ring(tube(strand, 0.012, 6), int(rng.integers(10, 18))).paint((0.9, 0.88, 0.82))
        head = merge(strands, cylinder(0.03, 0.06, 12).move(y=0.17).paint(color.rgb))
    return made(
        "mop",
        merge(pole, head),
        "a floor mop",
        f"a {'flat' if flat else 'string'} mop with a long {stick.name} handle",
        "a mop for wiping the floor",
        style="flat mop" if flat else "string mop",
        material=stick.name,
    )


@kind("plunger", family="household")
def plunger(rng: Rng) -> Shape:
    """A rubber cup on a stick."""
    (pole, stick), color = _pole(rng, span(rng, 0.35, 0.55)), paint(rng, "red", "black", "orange", "blue")
    outer = curve([(0.075, 0), (0.08, 0.02), (0.062, 0.07), (0.02, 0.11)], 9)
    cup = lathe(np.concatenate([outer, outer[::-1] * (0.9, 0.9)]), 24).scale(span(rng, 0.8, 1.1), 1.1, 1.0)
    return made(
        "plunger",
        merge(pole, cup.paint(color.rgb)),
        "a toilet plunger",
        f"a plunger with {an(color.name)} rubber cup",
        f"a rubber plunger on a short {stick.name} stick",
        style="plunger",
        material=stick.name,
    )


@kind("scissors", family="household")
def scissors(rng: Rng) -> Shape:
    """Scissors, lying flat, more or less open."""
    blade, steel, color, angle = span(rng, 0.07, 0.13), metal(rng), paint(rng), span(rng, 2, 28)
    r, thick = span(rng, 0.013, 0.019), 0.0025
    edge = prism(
        [(-0.006, -0.006), (0.006, -0.006), (0.007, blade * 0.3), (0.001, blade), (-0.005, blade * 0.3)], thick
    )
    arm = tube(curve([(0, 0, 0), (0.005, -0.03, 0), (0.018, -0.05, 0)], 6), 0.004, 8)
    bow = torus(r, 0.004, 22, 8).turn("x", 90).scale(0.85, 1.25, 1).move(0.022, -0.05 - r)
    one = merge(edge.paint(steel.rgb), merge(arm, bow).paint(color.rgb)).turn("z", -angle / 2)
    pivot = cylinder(0.004, 0.009, 10).turn("x", 90).move(z=-0.0045).paint(steel.rgb)
    return made(
        "scissors",
        merge(one.move(z=thick / 2), one.mirror("x").move(z=-thick / 2), pivot).turn("x", -90),
        "a pair of scissors",
        f"scissors with {color.name} handles",
        f"a pair of {'open' if angle > 12 else 'closed'} scissors for cutting paper",
        style="scissors",
        material=color.name,
    )


@kind("hanger", also=("coat hanger", "clothes hanger"), family="household")
def hanger(rng: Rng) -> Shape:
    """A hanger for clothes."""
    w, drop, material, thick = (
        span(rng, 0.19, 0.23),
        span(rng, 0.07, 0.13),
        either(rng, "wood", "metal", "paint"),
        span(rng, 0.0025, 0.008),
    )
    hook = curve(
        [(0, 0.02, 0), (0, 0.05, 0), (0.03, 0.07, 0), (0.025, 0.11, 0), (-0.01, 0.12, 0), (-0.03, 0.095, 0)], 16
    )
    shoulders = tube(
        curve(
            [(-w, -drop, 0), (-w * 0.5, -drop * 0.45, 0), (0, 0.02, 0), (w * 0.5, -drop * 0.45, 0), (w, -drop, 0)], 17
        ),
        thick,
        8,
    )
    bar = [tube([(-w, -drop, 0), (w, -drop, 0)], thick * 0.8, 8)] if chance(rng, 0.8) else []
    return made(
        "hanger",
        merge(merge(shoulders, *bar).paint(material.rgb), tube(hook, 0.002, 6).paint(metal(rng).rgb)),
        f"{an(material.solid)} coat hanger",
        f"{an(material.name)} hanger {'with a trouser bar' if bar else 'without a bar'}",
        style="coat hanger",
        material=material.name,
    )
