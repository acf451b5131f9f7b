"""Drums and drum kits."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import RGB, paint, wood
from indexer.parametric.solids import ball, box, cylinder, lathe, torus
from indexer.parametric.surface import Solid, array, merge, ring

FAMILY = "instruments"
CHROME: RGB = (0.75, 0.76, 0.78)


def _drum(r: float, h: float, rgb: RGB, lugs: int = 8) -> Solid:
    """A drum standing on y = 0: shell, hoops, skin and lugs."""
    hoops = array(torus(r * 1.02, r * 0.045, 28, 6), [(0, h * 0.03, 0), (0, h * 0.97, 0)]).paint(CHROME)
    rods = ring(cylinder(r * 0.025, h * 0.9, 6).move(y=h * 0.05), lugs, r * 1.06).paint(CHROME)
    return merge(
        cylinder(r, h, 28).paint(rgb),
        cylinder(r * 0.97, h * 0.02, 28).move(y=h * 0.985).paint((0.95, 0.94, 0.9)),
        hoops,
        rods,
    )


def _cymbal(r: float, y: float, tilt: float) -> Solid:
    """A cymbal on its stand at the origin."""
    disc = (
        lathe([(r, 0), (r * 0.3, 0.03 * r), (r * 0.25, 0.12 * r), (0, 0.16 * r)], 26)
        .turn("x", tilt)
        .move(y=y)
        .paint((0.85, 0.68, 0.28))
    )
    feet = ring(rod((0, 0.2, 0), (0.25, 0, 0), 0.01, sides=6), 3)
    return merge(disc, merge(cylinder(0.011, y, 8), feet).paint(CHROME))


@kind("drum", ("percussion instrument", "musical instrument"), FAMILY)
def drum(rng: np.random.Generator) -> Shape:
    """A snare, bass drum, conga, bongos, timpani, djembe or tambourine."""
    style, colour, timber = (
        pick(rng, "snare drum", "marching drum", "conga", "bongos", "kettledrum", "djembe", "tambourine"),
        paint(rng),
        wood(rng),
    )
    skin = (0.93, 0.9, 0.82)
    if style in ("snare drum", "marching drum"):
        r = rng.uniform(0.15, 0.22)
        solids = [_drum(r, r * (0.75 if style == "snare drum" else 1.8), colour.rgb)]
        if chance(rng):
            top = r * (0.75 if style == "snare drum" else 1.8)
            stick = merge(rod((0, 0, 0), (0.36, 0.0, 0), 0.008, 0.005), ball(0.009, sides=8).move(x=0.37)).paint(
                timber.rgb
            )
            solids += [stick.turn("y", a).move(-0.15, top + 0.02, 0.05 * i) for i, a in enumerate((15, -20))]
    elif style == "tambourine":
        jingles = ring(cylinder(0.022, 0.012, 14).turn("z", 90), 8, 0.13)
        solids = [
            lathe([(0.12, 0), (0.135, 0), (0.135, 0.05), (0.12, 0.05)], 30).paint(timber.rgb),
            cylinder(0.125, 0.004, 30).move(y=0.046).paint(skin),
            jingles.move(y=0.025).paint(CHROME),
        ]
    elif style == "kettledrum":
        bowl = lathe([(0.05, 0.25), (0.2, 0.32), (0.32, 0.5), (0.35, 0.75), (0.35, 0.8)], 28).paint((0.75, 0.45, 0.28))
        legs = merge(
            ring(rod((0.1, 0.35, 0), (0.33, 0.0, 0), 0.018), 4),
            torus(0.355, 0.018, 28, 6).move(y=0.79),
            ring(cylinder(0.012, 0.3, 6).move(y=0.48), 6, 0.37),
        )
        solids = [bowl, legs.paint(CHROME), cylinder(0.345, 0.01, 28).move(y=0.8).paint(skin)]
    else:
        profile = {
            "conga": [(0.12, 0), (0.17, 0.35), (0.175, 0.45), (0.14, 0.75)],
            "djembe": [(0.12, 0), (0.075, 0.2), (0.08, 0.3), (0.17, 0.48), (0.18, 0.6)],
            "bongos": [(0.085, 0), (0.1, 0.17)],
        }[style]
        top_r, top = profile[-1]
        one = merge(
            lathe(profile, 24).paint(timber.rgb),
            cylinder(top_r * 0.98, 0.008, 24).move(y=top).paint(skin),
            torus(top_r * 1.03, 0.01, 24, 6).move(y=top - 0.02).paint(CHROME),
        )
        solids = [one]
        if style == "bongos":
            solids = [
                one.move(x=0.1),
                one.scale(1.2, 1, 1.2).move(x=-0.14),
                box(0.08, 0.05, 0.06).move(0, 0.06, 0).paint(timber.shade(0.7)),
            ]
    return shape(
        solids,
        (
            f"a {style}" if style != "bongos" else "a pair of bongos",
            f"a {style} with a round skin",
            "a percussion drum",
        ),
        style=style,
    )


@kind("drum kit", ("drum set", "drums", "percussion instrument", "musical instrument"), FAMILY)
def drum_kit(rng: np.random.Generator) -> Shape:
    """A bass drum with toms, a snare, a floor tom, a hi-hat and cymbals, and perhaps a stool."""
    colour, toms, cymbals, stool = paint(rng), int(rng.integers(1, 4)), int(rng.integers(1, 4)), chance(rng, 0.7)
    solids = [_drum(0.28, 0.42, colour.rgb, 10).turn("x", 90).move(0, 0.29, 0.0)]
    x = (np.arange(toms) - (toms - 1) / 2) * 0.34
    solids += [_drum(0.13 + 0.015 * i, 0.2, colour.rgb, 6).turn("x", -22).move(a, 0.64, 0.1) for i, a in enumerate(x)]
    solids.append(merge(*[rod((a * 0.3, 0.55, 0.2), (a, 0.7, 0.15), 0.012) for a in x]).paint(CHROME))
    solids += [
        _drum(0.19, 0.4, colour.rgb, 6).move(0.62, 0.22, -0.25),
        ring(cylinder(0.012, 0.5, 6), 3, 0.21).move(0.62, 0, -0.25).paint(CHROME),
    ]
    solids += [
        _drum(0.17, 0.14, colour.rgb, 8).move(-0.48, 0.55, -0.25),
        merge(cylinder(0.014, 0.55, 8), ring(rod((0, 0.25, 0), (0.22, 0, 0), 0.01, sides=6), 3))
        .move(-0.48, 0, -0.25)
        .paint(CHROME),
    ]
    solids.append(merge(_cymbal(0.17, 0.84, 0), _cymbal(0.17, 0.8, 0)).move(-0.8, 0, -0.05))
    for px, pz, y in ((-0.55, 0.3, 1.2), (0.6, 0.3, 1.15), (0.95, -0.1, 1.05))[:cymbals]:
        solids.append(_cymbal(rng.uniform(0.19, 0.25), y * vary(rng, 0.05), -rng.uniform(5, 20)).move(px, 0, pz))
    if stool:
        solids += [
            cylinder(0.17, 0.08, 20).move(0, 0.45, -0.75).paint(DARK),
            merge(cylinder(0.02, 0.45, 8), ring(rod((0, 0.25, 0), (0.22, 0, 0), 0.012, sides=6), 3))
            .move(z=-0.75)
            .paint(CHROME),
        ]
    return shape(
        solids,
        (
            "a drum kit",
            f"a {colour.name} drum kit with {count(toms, 'tom')} and {count(cymbals, 'cymbal')}",
            "a drum set with a bass drum, a snare, toms and cymbals",
        ),
        toms=toms,
        cymbals=cymbals,
    )
