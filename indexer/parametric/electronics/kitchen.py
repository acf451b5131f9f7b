"""Kitchen appliances."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import GLASS, either, metal, paint
from indexer.parametric.parts import (
    Rng,
    chance,
    curve,
    dial,
    frame,
    handle,
    made,
    pick,
    slats,
    span,
    vessel,
)
from indexer.parametric.solids import (
    array,
    ball,
    box,
    capsule,
    cylinder,
    lathe,
    merge,
    ring,
    rounded_box,
    torus,
    tube,
)

DARK = (0.1, 0.1, 0.11)

WHITE_GOODS = ("white", "white", "grey", "black", "beige")


@kind("refrigerator", also=("fridge",), family="electronics")
def refrigerator(rng: Rng) -> Shape:
    """A fridge with one, two or four doors."""
    style, d = pick(rng, "single-door", "fridge-freezer", "side-by-side", "french-door", "mini"), span(rng, 0.55, 0.7)
    color = paint(rng, *WHITE_GOODS, "red", "blue", "turquoise")
    w = span(rng, 0.8, 0.95) if style in ("side-by-side", "french-door") else span(rng, 0.5, 0.7)
    h = span(rng, 0.6, 0.85) if style == "mini" else span(rng, 1.5, 1.95)
    grip = tube([(0, -0.15, 0), (0, -0.15, 0.04), (0, 0.15, 0.04), (0, 0.15, 0)], 0.01, 8).paint(metal(rng).rgb)
    split = h * (span(rng, 0.3, 0.4) if chance(rng, 0.5) else span(rng, 0.6, 0.72))
    spans = {"fridge-freezer": [(0.0, split), (split, h)], "french-door": [(0.0, h * 0.3), (h * 0.3, h)]}.get(
        style, [(0.0, h)]
    )
    parts = [box(w, h, d).paint(color.shade(0.9))]
    for low, high in spans:
        columns = 2 if style == "side-by-side" or (style == "french-door" and low > 0) else 1
        wide = w / columns
        leaf = (
            rounded_box(wide - 0.008, high - low - 0.012, 0.05, 0.012)
            .move(0, low + 0.006, d / 2 + 0.025)
            .paint(color.rgb)
        )
        at = min((low + high) / 2, low + 0.8) if low == 0 else low + 0.25
        door = merge(leaf, grip.scale(1, min(1.0, (high - low) / 0.6), 1).move(wide * 0.4, at, d / 2 + 0.05))
        parts.append(door.move(-w / 4).both("x") if columns == 2 else door)
    return made(
        "refrigerator",
        merge(*parts),
        f"{an(color.name)} fridge",
        f"{an(style)} refrigerator",
        "a small fridge" if style == "mini" else "a tall kitchen fridge with door handles",
        style=f"{style} fridge" if style != "fridge-freezer" else style,
        material=color.name,
    )


@kind("microwave", also=("microwave oven",), family="electronics")
def microwave(rng: Rng) -> Shape:
    """A small oven with a control panel."""
    w, h, d, color = span(rng, 0.44, 0.55), span(rng, 0.26, 0.32), span(rng, 0.3, 0.4), paint(rng, *WHITE_GOODS, "red")
    wide = w * span(rng, 0.66, 0.76)
    window = merge(
        frame(wide, h * 0.92, 0.035, 0.02).paint(color.shade(0.85)),
        box(wide - 0.06, h * 0.92 - 0.06, 0.008).move(y=0.03).paint((0.12, 0.14, 0.15)),
    )
    x = (w - wide) / 2
    parts = [box(w, h, d).paint(color.rgb), window.move(-x * 0.95, h * 0.04, d / 2)]
    panel = (w + wide) / 4 + x * 0.02
    if chance(rng, 0.5):
        button = box(0.018, 0.012, 0.006).paint(color.shade(0.6))
        pads = [((i - 1) * 0.026, h * (0.2 + 0.1 * j), d / 2) for i in range(3) for j in range(4)]
        parts += [
            array(button, pads).move(panel),
            box(0.08, 0.03, 0.006).move(panel, h * 0.75, d / 2).paint((0.1, 0.35, 0.25)),
        ]
    else:
        parts.append(slats(2, (panel, h * 0.3, d / 2), (panel, h * 0.68, d / 2), dial(0.028)).paint(color.shade(0.6)))
    bar = tube([(0, 0, 0), (0, 0, 0.03), (0, h * 0.6, 0.03), (0, h * 0.6, 0)], 0.007, 8)
    parts += [
        bar.move(wide / 2 - x, h * 0.2, d / 2).paint((0.6, 0.6, 0.62)),
        box(0.03, 0.015, 0.03).move(w * 0.4, -0.015, d * 0.4).both("x").both("z").paint(DARK),
    ]
    return made(
        "microwave",
        merge(*parts),
        f"{an(color.name)} microwave oven",
        "a microwave with a window and a control panel",
        "a kitchen appliance that heats food",
        style="microwave",
        material=color.name,
    )


@kind("stove", also=("cooker", "oven"), family="electronics")
def stove(rng: Rng) -> Shape:
    """A cooker with burners and an oven."""
    w, h, d, color = span(rng, 0.5, 0.8), span(rng, 0.82, 0.92), span(rng, 0.55, 0.65), paint(rng, *WHITE_GOODS, "red")
    gas, knobs = chance(rng, 0.5), int(rng.integers(4, 7))
    burner = (
        merge(torus(0.075, 0.008, 20, 6), torus(0.035, 0.008, 16, 6), ring(box(0.1, 0.01, 0.01).move(0.05, 0.012), 4))
        if gas
        else lathe([(0.09, 0), (0.09, 0.008), (0, 0.008)], 24)
    )
    plates = burner.move(w * 0.24, h + 0.004, d * 0.22).both("x").both("z").paint(DARK)
    door = merge(
        box(w * 0.94, h * 0.55, 0.02).paint(color.shade(0.92)),
        box(w * 0.7, h * 0.28, 0.024).move(y=h * 0.12).paint((0.1, 0.1, 0.11)),
    )
    bar = (
        tube([(-w * 0.36, 0, 0), (-w * 0.36, 0, 0.045), (w * 0.36, 0, 0.045), (w * 0.36, 0, 0)], 0.009, 8)
        .move(y=h * 0.72, z=d / 2)
        .paint((0.65, 0.65, 0.67))
    )
    controls = slats(knobs, (-w * 0.38, h * 0.88, d / 2), (w * 0.38, h * 0.88, d / 2), dial(0.022)).paint(DARK)
    back = [box(w, 0.16, 0.04).move(y=h, z=-d / 2 + 0.02).paint(color.rgb)] if chance(rng, 0.4) else []
    drawer = box(w * 0.94, h * 0.14, 0.02).move(y=0.03, z=d / 2 + 0.008).paint(color.shade(0.92))
    return made(
        "stove",
        merge(
            box(w, h, d).paint(color.rgb), plates, door.move(y=h * 0.2, z=d / 2 + 0.008), bar, controls, drawer, *back
        ),
        f"{an(color.name)} stove",
        f"{an('gas' if gas else 'electric')} cooker with four burners",
        f"a kitchen stove with an oven below and {count(knobs, 'knob')}",
        style=f"{'gas' if gas else 'electric'} stove",
        material=color.name,
    )


@kind("toaster", family="electronics")
def toaster(rng: Rng) -> Shape:
    """A bread toaster."""
    w, h, d, color, slots = (
        span(rng, 0.24, 0.34),
        span(rng, 0.16, 0.2),
        span(rng, 0.14, 0.2),
        either(rng, "metal", "paint"),
        int(rng.integers(1, 3)),
    )
    body = rounded_box(w, h, d, span(rng, 0.015, 0.05)).paint(color.rgb)
    zs = [0.0] if slots == 1 else [-d * 0.18, d * 0.18]
    gap = array(box(w * 0.75, 0.004, 0.028), [(0, h - 0.002, z) for z in zs]).paint(DARK)
    toasted = chance(rng, 0.5)
    bread = (
        [array(rounded_box(w * 0.45, 0.08, 0.014, 0.006), [(0, h - 0.035, z) for z in zs]).paint((0.75, 0.52, 0.26))]
        if toasted
        else []
    )
    lever = merge(
        box(0.012, 0.02, 0.05).move(w / 2 + 0.005, h * 0.65), dial(0.015).turn("y", 90).move(w / 2, h * 0.25, 0)
    ).paint(DARK)
    return made(
        "toaster",
        merge(body, gap, lever, *bread, box(w * 0.9, 0.012, d * 0.9).move(y=-0.01).paint(DARK)),
        f"{an(color.name)} toaster",
        f"a toaster with {count(slots, 'slot')}{' and toast popping up' if toasted else ''}",
        "a kitchen appliance for toasting bread",
        style="toaster",
        material=color.name,
    )


@kind("blender", also=("food mixer",), family="electronics")
def blender(rng: Rng) -> Shape:
    """A jug blender or a stand mixer."""
    color, stand = either(rng, "paint", "metal"), chance(rng, 0.4)
    if stand:
        bowl = (
            vessel(curve(np.array([(0.5, 0), (0.85, 0.3), (1, 1)]) * (0.11, 0.15), 8), 0.004)
            .move(y=0.04, z=0.06)
            .paint((0.75, 0.76, 0.78))
        )
        body = merge(
            rounded_box(0.2, 0.04, 0.36, 0.018),
            rounded_box(0.1, 0.24, 0.1, 0.03).move(y=0.02, z=-0.12),
            capsule((0, 0.3, -0.14), (0, 0.31, 0.13), 0.075, 0.06, 16),
        )
        whisk = merge(
            cylinder(0.01, 0.1, 8).move(y=0.15, z=0.06), ball(0.03, 0.05, sides=10).move(y=0.12, z=0.06)
        ).paint((0.7, 0.7, 0.72))
        solid, name, words = merge(body.paint(color.rgb), bowl, whisk), "stand mixer", "a stand mixer with a steel bowl"
    else:
        base = merge(box(0.17, 0.13, 0.17, taper=0.75), dial(0.025).move(y=0.06, z=0.075)).paint(color.rgb)
        jug = lathe([(0.045, 0), (0.07, 0.2), (0.066, 0.2), (0.042, 0.01), (0, 0.01)], 8).paint(GLASS)
        grip = handle(0.045, 0.13, 0.008).move(0.058, 0.12).paint(DARK)
        top = lathe([(0.072, 0.2), (0.07, 0.22), (0.025, 0.225), (0.02, 0.24), (0, 0.24)], 16).paint(DARK)
        solid, name, words = (
            merge(base, merge(jug, grip, top).move(y=0.13)),
            "blender",
            "a blender with a glass jug and a lid",
        )
    return made(
        "blender",
        solid,
        f"{an(color.name)} {name}",
        words,
        "a kitchen machine for mixing food",
        style=name,
        material=color.name,
    )
