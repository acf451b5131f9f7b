"""Lamps and candles."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import LIGHT, either, metal, paint
from indexer.parametric.parts import Rng, beam, chance, curve, made, pick, span
from indexer.parametric.solids import Solid, ball, box, cone, cylinder, lathe, merge, ring, tube


def shade(rng: Rng, r: float, h: float) -> tuple[Solid, str]:
    """A lampshade on y = 0, open below, with a bulb; and the word for its form."""
    style = pick(rng, "conical", "drum", "bell", "globe", "pleated", "square")
    top = r * span(rng, 0.35, 0.7)
    bulb = ball(0.035, sides=10).move(y=h * 0.4).paint(LIGHT)
    if style == "globe":
        return ball(r * 0.8, sides=16).move(y=r * 0.8), style
    if style == "square":
        return box(2 * r, h, 2 * r, taper=top / r), style
    outer = {
        "conical": [(r, 0), (top, h)],
        "drum": [(r, 0), (r * 0.95, h)],
        "bell": [(r, 0), (r * 0.72, h * 0.3), (r * 0.5, h * 0.7), (r * 0.4, h)],
        "pleated": [(r, 0), (top, h)],
    }[style]
    inner = [(x - 0.004, y - 0.002) for x, y in outer[::-1]]
    skin = lathe([*outer, *inner, outer[0]], 9 if style == "pleated" else 24)
    return merge(skin, bulb), style


@kind("table lamp", also=("lamp",), family="furniture")
def table_lamp(rng: Rng) -> Shape:
    """A bedside or table lamp with a shade."""
    r, h, tall = span(rng, 0.13, 0.22), span(rng, 0.14, 0.26), span(rng, 0.22, 0.4)
    material, color = (
        either(rng, "wood", "metal", "paint", "stone"),
        paint(rng, "white", "beige", "yellow", "red", "green", "blue"),
    )
    top, form = shade(rng, r, h)
    b = span(rng, 0.05, 0.11)
    bodies = {
        "vase": [(b * 0.6, 0), (b * 0.65, 0.02), (b, 0.4), (b * 0.8, 0.65), (b * 0.2, 0.85), (b * 0.15, 1)],
        "candlestick": [(b, 0), (b, 0.05), (0.02, 0.12), (0.018, 0.5), (0.03, 0.55), (0.016, 0.62), (0.016, 1)],
        "ball": [
            (b * 0.6, 0),
            (b * 0.6, 0.04),
            (b * 0.4, 0.1),
            (b * 1.1, 0.35),
            (b * 1.1, 0.5),
            (b * 0.3, 0.78),
            (0.012, 1),
        ],
        "column": [(b, 0), (b, 0.07), (b * 0.35, 0.1), (b * 0.35, 0.9), (0.014, 0.92), (0.014, 1)],
        "gourd": [(b * 0.7, 0), (b, 0.2), (b * 0.5, 0.45), (b * 0.7, 0.62), (b * 0.25, 0.85), (0.012, 1)],
    }
    style = pick(rng, *bodies)
    body = lathe(np.array(bodies[style]) * (1, tall), 24).paint(material.rgb)
    return made(
        "table lamp",
        merge(body, top.paint(color.rgb).move(y=tall - h * 0.15)),
        f"a lamp with {an(color.name)} shade",
        f"a bedside lamp with {an(material.name)} base",
        f"a table lamp with {an(form)} shade on {an(style)} base",
        style="table lamp",
        material=material.name,
    )


@kind("floor lamp", also=("standing lamp",), family="furniture")
def floor_lamp(rng: Rng) -> Shape:
    """A tall lamp that stands on the floor."""
    h, steel, color = (
        span(rng, 1.35, 1.8),
        either(rng, "metal", "wood", "paint"),
        paint(rng, "white", "beige", "yellow", "black", "red"),
    )
    style = pick(rng, "straight", "straight", "tripod", "arc", "torch")
    r = span(rng, 0.16, 0.28)
    top, _ = shade(rng, r, span(rng, 0.2, 0.35))
    plate = cylinder(span(rng, 0.13, 0.18), 0.025, 24)
    pole = cylinder(0.013, h, 8)
    if style == "tripod":
        stand = ring(tube([(0.02, h, 0), (0.34, 0, 0)], [0.016, 0.012], 8), 3, start=30)
    elif style == "arc":
        reach = span(rng, 0.7, 1.1)
        arc = curve([(0, 0, 0), (0, h * 0.75, 0), (reach * 0.4, h * 1.1, 0), (reach, h, 0)], 14)
        stand, top = merge(plate.scale(1.4, 2, 1.4), tube(arc, 0.013, 8)), top.move(x=reach, y=-0.3)
    else:
        stand = merge(plate, pole)
    if style == "torch":
        top = lathe([(0.02, 0), (r * 0.7, 0.1), (r, 0.16), (r * 0.97, 0.16), (r * 0.6, 0.1), (0, 0.03)], 24)
    words = {"straight": "a straight pole", "tripod": "three legs", "arc": "a curved arc", "torch": "an uplight bowl"}[
        style
    ]
    return made(
        "floor lamp",
        merge(stand.paint(steel.rgb), top.move(y=h - 0.02).paint(color.rgb)),
        "a tall lamp",
        f"{an(steel.name)} floor lamp",
        f"a standing lamp with {words} and {an(color.name)} shade",
        style=f"{'tripod' if style == 'tripod' else 'arc' if style == 'arc' else 'floor'} lamp",
        material=steel.name,
    )


@kind("desk lamp", also=("reading lamp",), family="furniture")
def desk_lamp(rng: Rng) -> Shape:
    """A lamp with a jointed or curved arm and a small head."""
    color, reach, rise = either(rng, "paint", "metal"), span(rng, 0.14, 0.26), span(rng, 0.22, 0.34)
    style = pick(rng, "jointed", "jointed", "gooseneck", "banker", "bar")
    base = lathe([(0.09, 0), (0.09, 0.015), (0.03, 0.035), (0.02, 0.05)], 24)
    if style == "banker":
        green = paint(rng, "green", "red", "blue", "white")
        trough = lathe([(0.05, -0.13), (0.065, -0.1), (0.065, 0.1), (0.05, 0.13)], 16).turn("z", 90).scale(1, 0.8, 1)
        solid = merge(
            merge(base, cylinder(0.009, 0.3, 8)).paint(color.rgb), trough.move(y=0.32, z=0.03).paint(green.rgb)
        )
        words = f"a banker's lamp with {an(green.name)} shade"
    elif style == "bar":
        arm = merge(beam((0, 0.03, -0.05), (0, rise * 1.3, -0.05), 0.025, 0.012), base.move(z=-0.05))
        light = box(0.34, 0.018, 0.04).move(0.1, rise * 1.3, -0.03)
        solid, words = merge(arm, light).paint(color.rgb), "a slim led desk lamp with a flat bar"
    else:
        solid, words = (
            _arm_lamp(style, base, reach, rise),
            ("a desk lamp with two jointed arms" if style == "jointed" else "a desk lamp with a flexible curved neck"),
        )
        solid = solid.paint(color.rgb)
    return made(
        "desk lamp",
        solid,
        f"{an(color.name)} desk lamp",
        words,
        "an adjustable lamp for reading at a desk",
        style={"banker": "bankers lamp"}.get(style, f"{style} desk lamp"),
        material=color.name,
    )


def _arm_lamp(style: str, base: Solid, reach: float, rise: float) -> Solid:
    head = lathe(
        [(0.075, 0), (0.06, 0.05), (0.03, 0.09), (0.02, 0.13), (0, 0.13), (0.018, 0.12), (0.056, 0.048), (0.072, 0)], 20
    )
    if style == "jointed":
        elbow, tip = (-reach * 0.6, rise, 0), (reach * 0.7, rise * 1.55, 0)
        arms = merge(
            tube([(0, 0.04, 0), elbow], 0.007, 6).move(z=0.012).both("z"),
            tube([elbow, tip], 0.007, 6).move(z=0.012).both("z"),
            ball(0.02, sides=10).move(*elbow),
            ball(0.018, sides=10).move(*tip),
        )
        return merge(base, arms, head.move(y=-0.12).turn("z", 28).move(*tip))
    neck = curve([(0, 0.03, 0), (0, rise, 0), (reach * 0.5, rise * 1.5, 0), (reach, rise * 1.25, 0)], 14)
    return merge(base, tube(neck, 0.008, 8), head.move(y=-0.12).turn("z", 20).move(reach, rise * 1.25, 0))


@kind("chandelier", also=("ceiling lamp",), family="furniture")
def chandelier(rng: Rng) -> Shape:
    """A hanging lamp with several lights."""
    arms, steel, h = int(rng.integers(4, 10)), metal(rng), span(rng, 0.4, 0.7)
    reach, candle = span(rng, 0.25, 0.45), chance(rng, 0.6)
    stem = lathe([(0.02, 0), (0.06, 0.05), (0.03, 0.12), (0.05, 0.2), (0.012, 0.26), (0.012, h), (0.06, h + 0.03)], 16)
    path = curve([(0.03, 0.1, 0), (reach * 0.5, -0.02, 0), (reach, 0.06, 0), (reach, 0.12, 0)], 12)
    if candle:
        light = merge(
            lathe([(0.02, 0), (0.045, 0.02), (0.04, 0.022)], 12),
            cylinder(0.012, 0.1, 8).move(y=0.02).paint((0.95, 0.93, 0.85)),
            lathe([(0.006, 0.12), (0.011, 0.14), (0, 0.18)], 8).paint(LIGHT),
        )
    else:
        light = merge(
            lathe([(0.02, 0.02), (0.05, 0.06), (0.075, 0.13), (0.07, 0.13), (0.02, 0.04)], 14),
            ball(0.03, sides=8).move(y=0.09).paint(LIGHT),
        )
        light = light if chance(rng, 0.5) else light.turn("x", 180).move(y=0.02)
    arm = merge(tube(path, 0.009, 6).paint(steel.rgb), light.move(reach, 0.11))
    tiers = [ring(arm, arms)]
    if chance(rng, 0.3):
        tiers.append(ring(arm.scale(0.6, 0.8, 0.6), max(arms // 2, 3), start=20).move(y=0.2))
    drops = (
        [ring(cone(0.012, 0.05, 6).turn("x", 180).move(y=0.1), arms, reach * 0.6, start=15).paint((0.85, 0.9, 0.95))]
        if chance(rng, 0.4)
        else []
    )
    return made(
        "chandelier",
        merge(stem.paint(steel.rgb), *tiers, *drops),
        "a hanging lamp with many lights",
        f"{an(steel.name)} chandelier",
        f"a chandelier with {count(arms, 'arm')} and {'candle bulbs' if candle else 'glass shades'}",
        style="chandelier",
        material=steel.name,
        arms=arms,
    )


@kind("pendant lamp", also=("hanging lamp",), family="furniture")
def pendant_lamp(rng: Rng) -> Shape:
    """One shade hanging from a cord."""
    r, h, cord, color = span(rng, 0.14, 0.3), span(rng, 0.12, 0.3), span(rng, 0.3, 0.8), either(rng, "paint", "metal")
    top, form = shade(rng, r, h)
    rose = cylinder(0.05, 0.025, 16).move(y=h + cord)
    return made(
        "pendant lamp",
        merge(top, tube([(0, h * 0.6, 0), (0, h + cord, 0)], 0.004, 6), rose).paint(color.rgb),
        f"{an(color.name)} ceiling lamp",
        f"{an(form)} lampshade hanging from a cord",
        style=f"{form} pendant lamp",
        material=color.name,
    )


@kind("candle", family="household")
def candle(rng: Rng) -> Shape:
    """A candle, alone or in a holder."""
    r, h, color, steel = (
        span(rng, 0.01, 0.04),
        span(rng, 0.08, 0.25),
        paint(rng, "white", "red", "beige", "green", "yellow"),
        metal(rng),
    )
    wax = lathe([(r, 0), (r, h), (r * 0.8, h * 1.01), (0, h * 0.985)], 16).paint(color.rgb)
    wick = cylinder(0.0015, 0.012, 5).move(y=h * 0.985).paint((0.1, 0.1, 0.1))
    lit = chance(rng, 0.5)
    flame = lathe([(0, 0), (0.006, 0.01), (0.004, 0.02), (0, 0.035)], 8).move(y=h + 0.006).paint((1.0, 0.75, 0.2))
    stick = merge(wax, wick, *([flame] if lit else []))
    holder = pick(rng, "none", "candlestick", "saucer", "candelabra")
    if holder == "candlestick":
        profile = np.array(
            [
                (0.05, 0),
                (0.045, 0.01),
                (0.012, 0.03),
                (0.01, 0.08),
                (0.018, 0.09),
                (0.01, 0.1),
                (0.01, 0.16),
                (r + 0.008, 0.17),
                (r + 0.008, 0.19),
            ]
        )
        solid = merge(lathe(profile, 20).paint(steel.rgb), stick.move(y=0.18))
    elif holder == "saucer":
        dish = lathe([(0.05, 0), (0.07, 0.015), (0.066, 0.015), (0.045, 0.005)], 20)
        grip = tube(
            curve([(0.06, 0.012, 0), (0.09, 0.03, 0), (0.11, 0.01, 0), (0.08, 0.0, 0), (0.06, 0.012, 0)], 12), 0.003, 6
        )
        solid = merge(merge(dish, grip).paint(steel.rgb), stick.move(y=0.004))
    elif holder == "candelabra":
        solid = _candelabra(stick, r, steel.rgb)
    else:
        solid = stick
    words = {
        "none": "a plain candle",
        "saucer": "a candle on a saucer with a handle",
        "candelabra": "a candelabra with three candles",
    }
    return made(
        "candle",
        solid,
        f"{an(color.name)} candle",
        words.get(holder, f"a candle in {an(steel.name)} candlestick"),
        f"{an('lit' if lit else 'unlit')} wax candle",
        style=holder if holder.startswith("cand") else "candle",
        material=color.name,
    )


def _candelabra(stick: Solid, r: float, rgb: tuple[float, float, float]) -> Solid:
    thin = min(1.0, 0.012 / r)
    small = stick.scale(thin, 1, thin)
    cup = lathe([(0.006, 0), (0.018, 0.012), (0.016, 0.02)], 12)
    stem = lathe(
        [(0.06, 0), (0.055, 0.012), (0.014, 0.03), (0.009, 0.1), (0.016, 0.12), (0.008, 0.14), (0.008, 0.26)], 16
    )
    arm = tube(curve([(0, 0.16, 0), (0.06, 0.14, 0), (0.11, 0.17, 0), (0.115, 0.22, 0)], 10), 0.006, 6)
    side = merge(arm.paint(rgb), cup.move(0.115, 0.22).paint(rgb), small.move(0.115, 0.235))
    return merge(stem.paint(rgb), cup.move(y=0.26).paint(rgb), small.move(y=0.275), side.both("x"))
