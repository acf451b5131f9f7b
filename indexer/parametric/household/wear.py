"""Shoes, eyeglasses, rings and watches."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, metal, paint
from indexer.parametric.parts import Rng, chance, curve, ellipse, made, pick, rectangle, span
from indexer.parametric.solids import (
    box,
    cylinder,
    lathe,
    loft,
    merge,
    prism,
    sheet,
    torus,
    tube,
)


@kind("shoe", family="household")
def shoe(rng: Rng) -> Shape:
    """A sneaker, boot, dress shoe, high heel or sandal, toes to +z."""
    style, color = pick(rng, "sneaker", "boot", "dress", "high-heeled", "slipper", "rubber boot"), paint(rng)
    long, w = span(rng, 0.25, 0.3), span(rng, 0.085, 0.105)
    rise = long * span(rng, 0.25, 0.4) if style == "high-heeled" else 0.0
    t = np.linspace(0, 1, 15)
    wide = (
        w
        * np.interp(
            t,
            [0, 0.12, 0.3, 0.5, 0.78, 0.92, 1],
            [0.45, 0.66, 0.7, 0.72, 1.0, 0.75, 0.2 if style in ("dress", "high-heeled") else 0.4],
        )
        / 2
    )
    ankle = {"boot": 0.75, "rubber boot": 1.1, "sneaker": 0.36, "dress": 0.28, "high-heeled": 0.2, "slipper": 0.2}[
        style
    ] * long
    high = np.interp(
        t,
        [0, 0.35, 0.5, 0.75, 0.95, 1],
        [ankle * 0.9 if ankle < 0.12 else 0.12, min(ankle, 0.12), 0.09, 0.065, 0.045, 0.02],
    )
    lift = rise * np.clip(1 - t / 0.62, 0, 1) ** 0.8
    around = np.linspace(0, 2 * np.pi, 15)[:-1]
    x, y = wide[:, None] * np.cos(around), lift[:, None] + 0.02 + high[:, None] * (0.5 + 0.5 * np.sin(around))
    upper = loft(np.stack([x, y, np.broadcast_to((t * long)[:, None], x.shape)], axis=2))
    sole_grid = np.stack(
        [
            wide[:, None] * np.array([-1.03, -0.4, 0.4, 1.03]),
            np.repeat(lift[:, None] + 0.012, 4, 1),
            np.repeat((t * long)[:, None], 4, 1),
        ],
        axis=2,
    )
    sole = sheet(sole_grid, 0.008 if style == "high-heeled" else 0.024).paint(paint(rng, "white", "black", "brown").rgb)
    parts = [upper.paint(color.rgb), sole]
    if rise:
        parts.append(tube([(0, 0, long * 0.03), (0, rise + 0.01, long * 0.06)], [0.006, 0.018], 8).paint(color.rgb))
    elif style in ("boot", "dress"):
        parts.append(box(w * 0.62, 0.03, long * 0.22).move(y=-0.015, z=long * 0.14).paint((0.1, 0.08, 0.07)))
    if style in ("boot", "rubber boot"):
        shaft = lathe(
            [
                (w * 0.42, 0),
                (w * 0.45, ankle * 0.5),
                (w * 0.52, ankle),
                (w * 0.46, ankle),
                (w * 0.3, ankle * 0.3),
                (0, ankle * 0.3),
            ],
            18,
        )
        parts.append(shaft.scale(0.85, 1, 1.15).move(y=0.05, z=long * 0.2).paint(color.rgb))
    if style in ("sneaker", "boot", "dress"):
        laces = [
            box(w * 0.5, 0.006, 0.008)
            .turn("y", 12 * (-1) ** i)
            .turn("x", 28)
            .move(y=0.12 - i * 0.011, z=long * (0.4 + 0.07 * i))
            for i in range(4)
        ]
        parts.append(merge(*laces).paint(paint(rng, "white", "black").rgb))
    name = {"dress": "dress shoe", "high-heeled": "high heel"}.get(style, style)
    words = {
        "high-heeled": "a lady's shoe with a high thin heel",
        "sneaker": "a running shoe with laces and a thick sole",
        "boot": "a leather boot with laces",
        "rubber boot": "a tall wellington boot",
        "dress": "a polished shoe with a low heel",
        "slipper": "a flat slipper without laces",
    }
    pair = chance(rng, 0.15)
    one = merge(*parts)
    return made(
        "shoe",
        one.move(w * 0.62).both("x") if pair else one,
        f"{an(color.name)} shoe",
        "a pair of shoes" if pair else f"{an(color.name)} {name}",
        words[style],
        style=name,
        material=color.name,
    )


@kind("eyeglasses", also=("glasses", "spectacles"), family="household")
def eyeglasses(rng: Rng) -> Shape:
    """Spectacles or sunglasses."""
    color, dark, form = (
        either(rng, "paint", "metal"),
        chance(rng, 0.45),
        pick(rng, "round", "rectangular", "oval", "aviator", "square"),
    )
    w, thick = span(rng, 0.048, 0.058), span(rng, 0.0012, 0.0035)
    h = w * {"round": 1.0, "rectangular": 0.6, "oval": 0.68, "aviator": 0.9, "square": 0.85}[form]
    outline = rectangle(w, h, h * 0.25) if form in ("rectangular", "square") else ellipse(w / 2, h / 2)
    if form == "aviator":
        outline = outline * np.column_stack([0.85 + 0.3 * (outline[:, 1] / h + 0.5), np.ones(len(outline))])
    rim = tube(np.insert(outline, 2, 0.0, axis=1), thick, 6, closed=True)
    x = w / 2 + span(rng, 0.008, 0.011)
    arm = tube(
        [
            (x + w * 0.5, h * 0.3, 0),
            (x + w * 0.56, h * 0.3, -0.01),
            (x + w * 0.56, h * 0.25, -0.1),
            (x + w * 0.52, -h * 0.2, -0.14),
        ],
        thick,
        6,
    )
    bridge = tube(curve([(-x + w * 0.5, h * 0.1, 0), (0, h * 0.22, 0.003), (x - w * 0.5, h * 0.1, 0)], 7), thick, 6)
    glass = prism(outline * 0.98, 0.002).move(x).both("x").paint((0.1, 0.1, 0.12) if dark else (0.78, 0.88, 0.9))
    name = "sunglasses" if dark else "reading glasses"
    return made(
        "eyeglasses",
        merge(merge(rim.move(x).both("x"), arm.both("x"), bridge).paint(color.rgb), glass),
        f"a pair of {name}",
        f"{form} glasses with {an(color.name)} frame",
        f"{name} with {'dark' if dark else 'clear'} {form} lenses",
        style=name,
        material=color.name,
    )


@kind("ring", also=("finger ring",), family="household", rigid=True)
def finger_ring(rng: Rng) -> Shape:
    """A plain or jewelled ring for a finger."""
    r, thick, gold, style = (
        0.009,
        span(rng, 0.0009, 0.002),
        metal(rng),
        pick(rng, "plain", "diamond", "signet", "three-stone"),
    )
    band = torus(r, thick, 36, 10).turn("x", 90)
    band = band.scale(1, 1, span(rng, 1, 2.2)) if style in ("plain", "signet") else band
    gem = lathe(np.array([(0, -1), (1, 0.15), (0.6, 0.6), (0, 0.6)]) * 0.0035, 8).move(y=r + 0.0045)
    stones = {
        "plain": [],
        "diamond": [gem],
        "signet": [],
        "three-stone": [gem, gem.scale(0.6).turn("z", 25).move(y=0.003), gem.scale(0.6).turn("z", -25).move(y=0.003)],
    }[style]
    parts = [
        merge(band, box(0.011, 0.003, 0.009).move(y=r)).paint(gold.rgb) if style == "signet" else band.paint(gold.rgb)
    ]
    parts += [stone.paint(paint(rng, "white", "red", "blue", "green").rgb) for stone in stones]
    words = {
        "plain": "a plain wedding band",
        "diamond": "an engagement ring with a diamond",
        "signet": "a signet ring with a flat face",
        "three-stone": "a ring with three gems",
    }
    return made(
        "ring",
        merge(*parts),
        f"{an(gold.name)} ring",
        words[style],
        "a piece of jewellery for a finger",
        style=f"{style} ring",
        material=gold.name,
    )


@kind("wristwatch", also=("watch",), family="household")
def wristwatch(rng: Rng) -> Shape:
    """A watch on a closed strap."""
    r, strap, case, square = (
        span(rng, 0.015, 0.022),
        paint(rng, "black", "brown", "blue", "red", "white"),
        metal(rng),
        chance(rng, 0.35),
    )
    a, b = 0.033, 0.027
    angles = 2 * np.pi * np.arange(32) / 32
    half = r * span(rng, 0.45, 0.7) * (0.75 + 0.25 * np.sin(angles))
    loop = np.stack([np.zeros(32), b * np.sin(angles), a * np.cos(angles)], 1)
    outer, inner = loop * 1.06, loop
    grid = np.stack(
        [
            outer + np.outer(half, (1, 0, 0)),
            outer - np.outer(half, (1, 0, 0)),
            inner - np.outer(half, (1, 0, 0)),
            inner + np.outer(half, (1, 0, 0)),
        ],
        axis=1,
    )
    body = box(2 * r, 0.007, 2 * r) if square else cylinder(r, 0.007, 28)
    face = cylinder(r * 0.85, 0.001, 28).move(y=0.007).paint(paint(rng, "white", "black", "blue").rgb)
    hands = (
        merge(box(0.0012, 0.0006, r * 0.6).move(z=-r * 0.3), box(r * 0.45, 0.0006, 0.0012).move(x=r * 0.22))
        .move(y=0.008)
        .paint((0.9, 0.3, 0.2))
    )
    knob = cylinder(0.002, 0.004, 8).turn("z", -90).move(r, 0.0035)
    head = merge(merge(body, knob).paint(case.rgb), face, hands).move(y=b - 0.001)
    return made(
        "wristwatch",
        merge(loft(grid, closed=True).paint(strap.rgb), head),
        f"{an(case.name)} wristwatch",
        f"a watch with {an(strap.name)} strap",
        f"a {'square' if square else 'round'} watch to wear on the arm",
        style="wristwatch",
        material=case.name,
    )
