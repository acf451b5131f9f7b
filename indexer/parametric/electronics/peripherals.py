"""Keyboards, mice, printers and game controllers."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import RGB, paint
from indexer.parametric.parts import Rng, chance, curve, made, pick, slats, span
from indexer.parametric.solids import (
    Solid,
    array,
    ball,
    box,
    capsule,
    cylinder,
    lathe,
    merge,
    ring,
    rounded_box,
    tube,
)

GADGETS = ("black", "white", "grey", "grey")


def keys(w: float, d: float, rows: int, columns: int, rise: float = 0.004) -> Solid:
    """A field of keys on y = 0, with a space bar in the front row."""
    step_x, step_z = w / columns, d / rows
    cap = box(step_x * 0.84, rise, step_z * 0.84, taper=0.85)
    spots = [
        (x, z)
        for z in range(rows)
        for x in range(columns)
        if z < rows - 1 or not columns // 4 <= x < columns - columns // 4
    ]
    places = [((x - (columns - 1) / 2) * step_x, 0, (z - (rows - 1) / 2) * step_z) for x, z in spots]
    wide = columns - 2 * (columns // 4)
    return merge(array(cap, places), box(wide * step_x * 0.95, rise, step_z * 0.84).move(z=(rows - 1) / 2 * step_z))


def keyboard_solid(rng: Rng, w: float, rgb: RGB) -> Solid:
    """A computer keyboard lying on y = 0."""
    d = w * span(rng, 0.3, 0.4)
    caps = keys(w * 0.94, d * 0.85, 5, int(w * 36), 0.008).move(y=0.016)
    light = np.minimum(np.array(rgb) * 1.35 + 0.08, 1)
    return merge(box(w, 0.018, d).paint(rgb), caps.paint(light)).turn("x", 3)


@kind("computer keyboard", also=("keyboard",), family="electronics")
def keyboard(rng: Rng) -> Shape:
    """Keys to type on."""
    color, w = paint(rng, "black", "white", "grey", "beige", "blue"), span(rng, 0.28, 0.48)
    solid = keyboard_solid(rng, w, color.rgb)
    corded = chance(rng, 0.4)
    cord = (
        [
            tube(
                curve([(0, 0.01, -0.05), (0.02, 0.01, -0.15), (-0.03, 0.004, -0.25), (0.04, 0.004, -0.34)], 12),
                0.0025,
                6,
            ).paint(color.rgb)
        ]
        if corded
        else []
    )
    return made(
        "computer keyboard",
        merge(solid, *cord),
        f"{an(color.name)} computer keyboard",
        f"a {'full-size' if w > 0.38 else 'compact'} keyboard with rows of keys",
        f"a {'wired' if corded else 'wireless'} keyboard for typing",
        style="keyboard",
        material=color.name,
    )


@kind("computer mouse", also=("mouse",), family="electronics")
def mouse(rng: Rng) -> Shape:
    """A pointing device."""
    color, long, corded = paint(rng, *GADGETS, "red", "blue"), span(rng, 0.095, 0.125), chance(rng, 0.5)
    w, h = long * span(rng, 0.48, 0.6), long * span(rng, 0.26, 0.36)
    body = ball(w / 2, h, long / 2, sides=20)
    body = body.warp(lambda p: np.column_stack([p[:, 0], np.maximum(p[:, 1], p[:, 1] * 0.02), p[:, 2]]))
    wheel = cylinder(h * 0.22, 0.007, 14).turn("z", 90).move(0.0035, h * 0.74, -long * 0.24).paint((0.3, 0.3, 0.3))
    cord = (
        [
            tube(
                curve(
                    [
                        (0, h * 0.3, -long * 0.48),
                        (0.01, 0.003, -long),
                        (-0.03, 0.003, -long * 1.6),
                        (0, 0.003, -long * 2.1),
                    ],
                    12,
                ),
                0.002,
                6,
            )
        ]
        if corded
        else []
    )
    return made(
        "computer mouse",
        merge(body.paint(color.rgb), wheel, *[c.paint(color.rgb) for c in cord]),
        f"{an(color.name)} computer mouse",
        f"a {'wired' if corded else 'wireless'} mouse with two buttons and a wheel",
        "a mouse for a desktop computer",
        style="computer mouse",
        material=color.name,
    )


@kind("printer", family="electronics")
def printer(rng: Rng) -> Shape:
    """A desktop printer."""
    w, h, d, color = (
        span(rng, 0.38, 0.5),
        span(rng, 0.16, 0.32),
        span(rng, 0.32, 0.42),
        paint(rng, "white", "grey", "black", "beige"),
    )
    sheet = box(0.21, 0.29, 0.002)
    body = merge(rounded_box(w, h, d, 0.02), box(w * 0.7, 0.02, d * 0.4).move(y=h * 0.12, z=d * 0.6)).paint(color.rgb)
    slot = box(w * 0.65, h * 0.22, 0.02).move(y=h * 0.2, z=d / 2 - 0.005).paint((0.08, 0.08, 0.08))
    paper = merge(
        sheet.turn("x", -20).move(y=h * 0.9, z=-d * 0.3), sheet.turn("x", 90).move(y=h * 0.2, z=d * 0.42)
    ).paint((0.97, 0.97, 0.95))
    panel = merge(
        box(0.06, 0.035, 0.004).move(-w * 0.32, h * 0.72, d / 2).paint((0.2, 0.5, 0.6)),
        slats(
            3, (w * 0.24, h * 0.75, d / 2), (w * 0.4, h * 0.75, d / 2), cylinder(0.008, 0.005, 10).turn("x", 90)
        ).paint((0.3, 0.3, 0.3)),
    )
    return made(
        "printer",
        merge(body, slot, paper, panel),
        f"{an(color.name)} printer",
        f"an {'office' if h > 0.24 else 'inkjet'} printer with paper",
        "a machine that prints on paper",
        style="printer",
        material=color.name,
    )


@kind("game controller", also=("gamepad",), family="electronics")
def game_controller(rng: Rng) -> Shape:
    """A pad or a joystick for games."""
    color, style = paint(rng), pick(rng, "pad", "pad", "retro", "joystick")
    dark = (0.1, 0.1, 0.1) if color.name != "black" else (0.5, 0.5, 0.52)
    dots = ring(cylinder(0.006, 0.006, 12), 4, 0.013)
    cross = merge(box(0.03, 0.006, 0.01), box(0.01, 0.006, 0.03))
    if style == "pad":
        grip = capsule((0.045, 0.015, 0), (0.068, 0.008, 0.07), 0.024, 0.018).both("x")
        stick = (
            merge(cylinder(0.006, 0.012, 10), lathe([(0.01, 0.012), (0.011, 0.016), (0, 0.014)], 14))
            .move(0.027, 0.033, 0.022)
            .both("x")
        )
        solid = merge(
            merge(rounded_box(0.13, 0.036, 0.06, 0.016), grip).paint(color.rgb),
            merge(stick, dots.move(0.048, 0.034, -0.005), cross.move(-0.048, 0.034, -0.005)).paint(dark),
        )
    elif style == "retro":
        solid = merge(
            box(0.125, 0.018, 0.055).paint(color.rgb),
            merge(
                cross.move(-0.04, 0.017), slats(2, (0.025, 0.017, 0), (0.045, 0.017, 0), cylinder(0.008, 0.005, 14))
            ).paint((0.75, 0.12, 0.1) if color.name != "red" else dark),
            box(0.03, 0.003, 0.008).move(y=0.017).paint(dark),
        )
    else:
        boot = lathe([(0.03, 0.035), (0.025, 0.05), (0.008, 0.055), (0.008, 0.13)], 16)
        solid = merge(
            box(0.12, 0.038, 0.12, taper=0.85).paint(color.rgb),
            boot.paint(dark),
            ball(0.018, sides=14).move(y=0.14).paint((0.8, 0.1, 0.1)),
            cylinder(0.012, 0.01, 14).move(-0.035, 0.036, 0.035).paint((0.8, 0.1, 0.1)),
        )
    words = {
        "pad": "a gamepad with two thumbsticks",
        "retro": "a flat retro game pad with a cross and two buttons",
    }.get(style, "an arcade joystick with a ball top")
    return made(
        "game controller",
        solid,
        f"{an(color.name)} game controller",
        words,
        "a controller for video games",
        style={"joystick": "joystick"}.get(style, "gamepad"),
        material=color.name,
    )
