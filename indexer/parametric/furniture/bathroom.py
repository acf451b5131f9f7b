"""Bathtubs, toilets, washbasins and taps."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, metal, paint
from indexer.parametric.parts import Rng, beam, chance, curve, ellipse, made, pick, plate, rectangle, span
from indexer.parametric.solids import Solid, ball, box, cylinder, lathe, loft, merge, ring, rounded_box, torus, tube

PORCELAIN = (0.94, 0.94, 0.92)


def basin(outline: np.ndarray, h: float, wall: float, depth: float, narrow: float) -> Solid:
    """An open basin standing on y = 0: the (n, 2) outline at its rim, `narrow` times as wide at the foot."""
    n = len(outline)
    inside = outline * (1 - 2 * wall / np.ptp(outline, axis=0))
    middle = (1 + narrow) / 2 + 0.1
    levels = [(outline * narrow, 0.0), (outline * min(middle, 1.0), h * 0.45), (outline, h), (inside, h)]
    levels += [(inside * min(middle, 1.0), h - depth * 0.6), (inside * narrow * 0.9, h - depth)]
    return loft(np.stack([np.insert(flat, 1, np.full(n, y), axis=1) for flat, y in levels]))


def faucet(rng: Rng, reach: float) -> Solid:
    """A tap at the origin pouring towards +z, with one or two handles."""
    pipe = tube(
        curve([(0, 0, 0), (0, reach * 0.9, 0), (0, reach * 1.2, reach * 0.5), (0, reach * 0.85, reach)], 12),
        reach * 0.09,
        8,
    )
    grip = merge(
        cylinder(reach * 0.1, reach * 0.3, 10),
        ring(box(reach * 0.25, reach * 0.08, reach * 0.08).move(y=reach * 0.3), 4, reach * 0.12),
    )
    lever = beam((0, reach * 0.3, 0), (reach * 0.5, reach * 0.45, 0), reach * 0.1)
    sides = grip.move(reach * 0.7).both("x") if chance(rng, 0.5) else lever
    return merge(pipe, sides)


@kind("bathtub", also=("bath",), family="furniture")
def bathtub(rng: Rng) -> Shape:
    """A tub to bathe in."""
    w, d, h = span(rng, 1.4, 1.8), span(rng, 0.65, 0.85), span(rng, 0.45, 0.6)
    style, chrome = pick(rng, "built-in", "clawfoot", "freestanding", "corner"), metal(rng)
    color = paint(rng, "white", "white", "white", "beige", "pink", "turquoise")
    if style == "built-in":
        tub = basin(rectangle(w, d, 0.04), h, 0.07, h * 0.8, 0.97)
    elif style == "corner":
        d = w
        bow = np.radians(np.linspace(0, 90, 12))
        outline = np.concatenate([[(0.0, 0.0)], np.stack([w * np.cos(bow), w * np.sin(bow)], 1)]) - w * 0.42
        tub = basin(outline * 0.9, h, 0.12, h * 0.75, 0.96)
    else:
        tub = basin(
            ellipse(w / 2, d / 2, 36) if chance(rng, 0.5) else rectangle(w, d, 0.3, 9),
            h,
            0.04,
            h * 0.85,
            span(rng, 0.65, 0.85),
        )
    parts = [tub.paint(color.rgb), faucet(rng, 0.16).turn("y", 90).move(-w / 2 + 0.02, h).paint(chrome.rgb)]
    if style == "clawfoot":
        claw = merge(
            tube(curve([(0.02, 0.16, 0), (0.06, 0.1, 0), (0.02, 0.02, 0)], 8), 0.022, 8),
            ball(0.035, sides=10).move(0.02, 0.02),
        )
        feet = claw.turn("y", -45).move(w * 0.3, -0.13, d * 0.28).both("x").both("z")
        parts.append(feet.paint(chrome.rgb))
    return made(
        "bathtub",
        merge(*parts),
        f"{an(color.name)} bathtub",
        f"{an(style)} bath",
        f"{an(style)} bathtub with {an(chrome.name)} tap",
        style=f"{style} bathtub",
        material=color.name,
    )


@kind("toilet", family="furniture")
def toilet(rng: Rng) -> Shape:
    """A water closet with a seat and a tank."""
    h, w, long, lid = span(rng, 0.36, 0.42), span(rng, 0.35, 0.4), span(rng, 0.45, 0.55), chance(rng, 0.5)
    color, style = paint(rng, "white", "white", "beige", "pink"), pick(rng, "close-coupled", "wall-hung", "high-tank")
    bowl = ellipse(w / 2, long / 2, 28)
    shrink = [(0.55, 0.0, -0.06), (0.5, h * 0.3, -0.06), (0.85, h * 0.75, -0.02), (1.0, h, 0.0)]
    if style == "wall-hung":
        shrink = [(0.4, h * 0.3, -0.1), (0.75, h * 0.55, -0.05), (0.95, h * 0.85, 0.0), (1.0, h, 0.0)]
    inside = [(0.78, h, 0.0), (0.6, h * 0.75, -0.02), (0.3, h * 0.55, -0.04)]
    rings = [np.column_stack([bowl[:, 0] * s, np.full(28, y), bowl[:, 1] * s + z]) for s, y, z in shrink + inside]
    seat = torus(0.42, 0.06, 28, 8).scale(w * 1.1, 0.25, long * 1.1).move(y=h + 0.01)
    cover = plate(ellipse(w * 0.52, long * 0.52), 0.025)
    cover = cover.turn("x", 90).move(y=h + long * 0.52, z=-long * 0.4) if lid else cover.move(y=h + 0.03)
    parts = [loft(np.stack(rings)), seat, cover]
    z = -long / 2 - 0.06
    if style == "high-tank":
        parts += [tube([(0, h * 0.6, z), (0, 1.6, z)], 0.02, 8), rounded_box(0.45, 0.3, 0.2, 0.02).move(y=1.6, z=z)]
        parts.append(box(0.2, h * 0.7, 0.2).move(y=h * 0.2, z=z + 0.08))
    elif style == "wall-hung":
        parts.append(box(w * 1.6, 1.1, 0.12).move(y=0, z=z + 0.02))
    else:
        tank = span(rng, 0.32, 0.42)
        parts += [
            rounded_box(w * 1.1, tank, 0.18, 0.025).move(y=h - 0.02, z=z),
            box(w * 1.16, 0.03, 0.21).move(y=h + tank - 0.02, z=z),
        ]
        parts += [
            box(w * 0.6, h * 0.97, 0.22).move(y=0, z=z + 0.08),
            cylinder(0.02, 0.015, 10).move(y=h + tank + 0.01, z=z),
        ]
    return made(
        "toilet",
        merge(*parts).paint(color.rgb),
        f"{an(color.name)} porcelain toilet",
        f"{an(style)} toilet with the lid {'up' if lid else 'down'}",
        "a bathroom toilet with a seat and a water tank",
        style=f"{style} toilet",
        material=color.name,
    )


@kind("sink", also=("washbasin",), family="furniture")
def sink(rng: Rng) -> Shape:
    """A washbasin or a kitchen sink."""
    style, steel = pick(rng, "pedestal", "vanity", "kitchen", "bowl", "wall"), metal(rng)
    w, d = span(rng, 0.45, 0.65), span(rng, 0.38, 0.48)
    outline = ellipse(w / 2, d / 2, 32) if chance(rng, 0.5) else rectangle(w, d, 0.08, 6)
    tub = basin(outline, 0.17, 0.03, 0.13, 0.5).paint(PORCELAIN)
    tap = faucet(rng, 0.13).move(y=0.16, z=-d / 2 + 0.03).paint(steel.rgb)
    if style == "pedestal":
        stand = lathe([(0.13, 0), (0.11, 0.05), (0.07, 0.3), (0.08, 0.6), (0.13, 0.72)], 20).paint(PORCELAIN)
        solid = merge(stand, merge(tub, tap).move(y=0.68))
    elif style == "vanity":
        wood = either(rng, "wood", "paint")
        body = merge(
            box(w + 0.25, 0.7, d + 0.08), box(w / 2 + 0.08, 0.6, 0.02).move(w / 4 + 0.06, 0.05, d / 2 + 0.05).both("x")
        ).paint(wood.rgb)
        solid = merge(
            body, box(w + 0.3, 0.04, d + 0.12).move(y=0.7).paint(wood.shade(1.25)), merge(tub, tap).move(y=0.72)
        )
    elif style == "kitchen":
        deep = basin(rectangle(0.42, 0.4, 0.05), 0.2, 0.012, 0.185, 0.9).paint(steel.rgb)
        beside = deep if chance(rng, 0.5) else box(0.42, 0.012, 0.4).move(y=0.19).paint(steel.rgb)
        pour = faucet(rng, 0.2).move(0, 0.19, -0.21).paint(steel.rgb)
        solid = merge(deep.move(0.23), beside.move(-0.22), pour)
    elif style == "bowl":
        solid = merge(
            box(w + 0.3, 0.05, d + 0.1).paint(either(rng, "wood", "stone").rgb),
            merge(tub, tap.move(z=-0.04)).move(y=0.05),
        )
    else:
        solid = merge(tub, tap, tube([(0, 0, 0), (0, -0.15, 0), (0, -0.15, -d / 2)], 0.02, 8).paint(steel.rgb))
    name = "kitchen sink" if style == "kitchen" else "washbasin"
    return made(
        "sink",
        solid,
        f"{an(name)} with a tap",
        f"{an(style)} sink with {an(steel.name)} faucet",
        "a metal sink for washing dishes" if style == "kitchen" else "a porcelain bathroom sink",
        style=f"{style} sink",
        material=steel.name,
    )


@kind("faucet", also=("tap",), family="furniture")
def tap(rng: Rng) -> Shape:
    """A water tap on its own."""
    steel, reach = metal(rng), span(rng, 0.12, 0.25)
    style = pick(rng, "basin", "kitchen", "garden")
    if style == "garden":
        body = tube([(0, 0, -0.12), (0, 0, 0), (0, 0, 0.05), (0, -0.05, 0.08)], [0.016, 0.02, 0.018, 0.014], 10)
        wheel = merge(torus(0.03, 0.006, 16, 6), ring(box(0.03, 0.006, 0.008).move(0.015), 4)).move(y=0.07)
        solid = merge(body, cylinder(0.01, 0.07, 8), wheel, torus(0.025, 0.008, 14, 6).turn("x", 90).move(z=-0.12))
    else:
        solid = merge(
            faucet(rng, reach), rounded_box(reach * (1.8 if style == "basin" else 0.6), 0.02, 0.06, 0.008).move(y=-0.01)
        )
    return made(
        "faucet",
        solid.paint(steel.rgb),
        f"{an(steel.name)} water tap",
        f"{an(style)} faucet with a spout",
        style=f"{style} tap",
        material=steel.name,
    )
