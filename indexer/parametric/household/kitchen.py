"""Pots, pans, kettles and teapots."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, metal, wood
from indexer.parametric.parts import Rng, chance, curve, handle, made, pick, span, vessel
from indexer.parametric.solids import (
    Solid,
    ball,
    capsule,
    cylinder,
    lathe,
    merge,
    prism,
    torus,
    tube,
)


def lid(r: float, rise: float, grip: float) -> Solid:
    """A domed lid on y = 0 with a round knob."""
    dome = lathe([(r, 0), (r, 0.004), (r * 0.7, rise * 0.7), (r * 0.25, rise), (0, rise)], 24)
    return merge(dome, lathe(np.array([(0.4, 0), (0.4, 0.5), (1, 0.9), (0.8, 1.5), (0, 1.6)]) * grip, 12).move(y=rise))


@kind("pot", also=("cooking pot",), family="household")
def pot(rng: Rng) -> Shape:
    """A pot to cook in, with two handles or one."""
    r, color = span(rng, 0.08, 0.16), either(rng, "metal", "metal", "paint")
    h, style = r * span(rng, 0.7, 1.7), pick(rng, "stockpot", "saucepan", "casserole", "cauldron")
    covered = chance(rng, 0.5)
    if style == "cauldron":
        profile = curve(np.array([(0.35, 0.1), (0.9, 0.25), (1.1, 0.55), (0.85, 0.92), (0.95, 1)]) * (r, h), 14)
        feet = [capsule((r * 0.55, 0.01, 0), (r * 0.6, h * 0.25, 0), r * 0.07).turn("y", 120 * i) for i in range(3)]
        bail = torus(r * 0.9, r * 0.03, 20, 6, sweep=180).turn("x", 90).move(y=h * 0.9)
        parts, covered = [vessel(profile, r * 0.06), *feet, bail], False
    else:
        parts = [vessel([(r * 0.97, 0), (r, 0.01), (r, h)], 0.004)]
    if style == "saucepan":
        parts.append(tube([(r * 0.98, h * 0.85, 0), (r * 1.3, h * 0.95, 0), (r * 2.5, h, 0)], [0.008, 0.009, 0.012], 8))
    elif style in ("stockpot", "casserole"):
        ear = torus(r * 0.22, r * 0.05, 10, 6, sweep=180).turn("y", -90).move(r * 0.99, h * 0.82)
        parts.append(ear.both("x"))
    if covered:
        parts.append(lid(r * 1.01, r * 0.2, r * 0.12).move(y=h))
    return made(
        "pot",
        merge(*parts).paint(color.rgb),
        f"{an(color.name)} cooking pot",
        f"{an(style)} {'with a lid' if covered else 'without a lid'}",
        f"{an(color.name)} {style} with {'one long handle' if style == 'saucepan' else 'two handles'}",
        style=style,
        material=color.name,
    )


@kind("pan", also=("frying pan",), family="household")
def pan(rng: Rng) -> Shape:
    """A shallow pan with a long handle."""
    r, steel, grip = span(rng, 0.1, 0.16), metal(rng), either(rng, "wood", "metal", "paint")
    style = pick(rng, "frying pan", "frying pan", "skillet", "wok")
    h = r * (0.55 if style == "wok" else span(rng, 0.22, 0.4))
    bottom = 0.3 if style == "wok" else 0.78
    profile = curve(np.array([(bottom, 0), (bottom + 0.14, 0.25), (1, 1)]) * (r, h), 8)
    stem = tube(
        [(r * 0.95, h * 0.75, 0), (r * 1.25, h * 1.1, 0), (r * 2.6, h * 1.3, 0)], [0.008, 0.01, 0.013], 8
    ).scale(1, 1, 1.3)
    parts = [vessel(profile, 0.004).paint(steel.rgb), stem.paint(grip.rgb)]
    if chance(rng, 0.2):
        white = lathe([(r * 0.42, 0), (r * 0.38, 0.006), (0, 0.008)], 16).scale(1, 1, 0.85).paint((0.97, 0.97, 0.95))
        yolk = ball(r * 0.14, r * 0.08, sides=12).move(y=0.006).paint((0.98, 0.75, 0.1))
        parts.append(merge(white, yolk).move(y=0.005))
    return made(
        "pan",
        merge(*parts),
        an(style),
        f"{an(steel.name)} {style}",
        f"a round shallow pan with a long {grip.name} handle",
        style=style,
        material=steel.name,
    )


@kind("kettle", family="household")
def kettle(rng: Rng) -> Shape:
    """A stove-top or an electric kettle."""
    r, color, electric = span(rng, 0.08, 0.11), either(rng, "metal", "paint"), chance(rng, 0.5)
    if electric:
        h = r * span(rng, 2.0, 2.6)
        body = lathe(np.array([(1, 0), (1, 0.08), (0.95, 0.5), (0.75, 0.95), (0.6, 1)]) * (r, h), 24)
        base = cylinder(r * 1.05, 0.018, 24).paint((0.1, 0.1, 0.1))
        beak = prism([(-r * 0.7, h * 0.68), (-r * 1.15, h * 0.95), (-r * 0.6, h * 0.95)], r * 0.5)
        grip = handle(r * 0.75, h * 0.8, r * 0.13).move(r * 0.78, h * 0.52).paint((0.12, 0.12, 0.13))
        solid = merge(
            base, merge(body, beak).paint(color.rgb).move(y=0.015), grip, ball(r * 0.12, sides=8).move(y=h + 0.015)
        )
    else:
        h = r * span(rng, 1.2, 1.5)
        body = lathe(curve(np.array([(0.9, 0), (1.1, 0.12), (1.05, 0.4), (0.6, 0.85), (0.3, 1)]) * (r, h), 12), 24)
        spout = tube(
            [(-r * 0.8, h * 0.45, 0), (-r * 1.35, h * 0.75, 0), (-r * 1.55, h * 0.95, 0)],
            [r * 0.24, r * 0.15, r * 0.1],
            10,
        )
        hoop = (
            torus(r * 0.75, r * 0.07, 20, 8, sweep=180)
            .turn("x", 90)
            .scale(1, 1.15, 1)
            .move(y=h * 0.8)
            .paint(wood(rng).rgb)
        )
        solid = merge(merge(body, spout, lid(r * 0.42, r * 0.08, r * 0.12).move(y=h * 0.95)).paint(color.rgb), hoop)
    name = "electric kettle" if electric else "stove kettle"
    return made(
        "kettle",
        solid,
        f"{an(color.name)} kettle",
        f"{an(name)} with a spout",
        f"{an(color.name)} kettle for boiling water with {'a side handle' if electric else 'a hoop handle on top'}",
        style=name,
        material=color.name,
    )


@kind("teapot", family="household")
def teapot(rng: Rng) -> Shape:
    """A pot with a lid, a spout and a handle."""
    r, color = span(rng, 0.06, 0.1), either(rng, "paint", "paint", "metal")
    styles = {
        "round": ([(0.5, 0), (0.95, 0.25), (1, 0.55), (0.5, 1)], 1.5),
        "squat": ([(0.65, 0), (1.1, 0.35), (1.05, 0.6), (0.45, 1)], 1.1),
        "tall": ([(0.7, 0), (0.85, 0.3), (0.75, 0.7), (0.45, 1)], 2.1),
        "cylindrical": ([(0.9, 0), (0.9, 0.9), (0.6, 1)], 1.4),
    }
    style = pick(rng, *styles)
    profile, high = styles[style]
    h = r * high
    body = lathe(curve(np.array(profile) * (r, h), 12), 28)
    spout_path = curve(
        [(-r * 0.75, h * 0.3, 0), (-r * 1.25, h * 0.45, 0), (-r * 1.4, h * 0.75, 0), (-r * 1.75, h * 0.95, 0)], 9
    )
    spout = tube(spout_path, np.linspace(r * 0.26, r * 0.09, 9), 10)
    grip = handle(r * 0.75, h * 0.6, r * 0.1).move(r * 0.8, h * 0.52)
    cover = lid(r * 0.5, r * 0.14, r * 0.13).move(y=h * 0.97)
    return made(
        "teapot",
        merge(body, spout, grip, cover).paint(color.rgb),
        f"{an(color.name)} teapot",
        f"{an(style)} teapot with a lid",
        f"{an(color.made_of if color.made_of == 'metal' else 'porcelain')} teapot with a curved spout and a handle",
        style=f"{style} teapot",
        material=color.name,
    )
