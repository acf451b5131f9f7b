"""Telephones of all ages, and remote controls."""

from __future__ import annotations

import numpy as np

from indexer.parametric.electronics.handsets import bar, booth, desk_set, smartphone
from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import SCREEN, paint
from indexer.parametric.parts import Rng, beam, chance, curve, made, pick, plate, rectangle, slats, span
from indexer.parametric.solids import (
    Solid,
    array,
    box,
    cylinder,
    lathe,
    merge,
    prism,
    ring,
    rounded_box,
    torus,
    tube,
)

DARK = (0.1, 0.1, 0.11)


def keypad(step: float, size: float) -> Solid:
    """Twelve buttons in the plane of x and y, facing +z, centred on the origin."""
    button = box(size, size * 0.8, size * 0.4)
    return array(button, [((i - 1) * step, (j - 1.5) * step * 0.8 - size * 0.4, 0) for i in range(3) for j in range(4)])


@kind("cellphone", also=("mobile phone",), family="electronics")
def cellphone(rng: Rng) -> Shape:
    """A smartphone, a flip phone or an old brick."""
    style, color = pick(rng, "smartphone", "smartphone", "flip phone", "brick phone", "candybar phone"), paint(rng)
    if style != "flip phone" and chance(rng, 0.7):
        solid, words = (smartphone if style == "smartphone" else bar)(rng, color)
        solid, style = (
            solid.turn("x", pick(rng, 0, 0, -90, -75)),
            "smartphone" if style == "smartphone" else "mobile phone",
        )
        captions = (f"{an(color.name)} {style}", words, "a handheld telephone")
        return made("cellphone", solid, *captions, style=style, material=color.name)
    dark = DARK if color.name != "black" else (0.55, 0.55, 0.57)
    if style == "smartphone":
        w, h, d = span(rng, 0.065, 0.08), span(rng, 0.13, 0.168), span(rng, 0.007, 0.011)
        slab = plate(rectangle(w, h, w * 0.14, 5), d).paint(color.rgb)
        glass = (
            plate(rectangle(w * 0.93, h * 0.93, w * 0.1, 5), 0.0006)
            .move(y=d)
            .paint(pick(rng, SCREEN, (0.15, 0.3, 0.55)))
        )
        lenses = slats(
            int(rng.integers(2, 4)),
            (-w * 0.28, -0.0015, -h * 0.4),
            (-w * 0.28, -0.0015, -h * 0.25),
            cylinder(0.006, 0.002, 14),
        ).paint(DARK)
        flat = merge(slab, glass, lenses)
        words, solid = "a phone with a large touch screen", flat
    elif style == "flip phone":
        w, h, d, lean = 0.048, 0.09, 0.012, span(rng, 10, 60)
        low = merge(
            rounded_box(w, d, h, 0.004).paint(color.rgb),
            keypad(0.013, 0.009).turn("x", -90).move(y=d, z=0.008).paint(dark),
        )
        high = merge(
            rounded_box(w, h, d * 0.8, 0.004).paint(color.rgb),
            box(w * 0.8, h * 0.55, 0.001).move(y=h * 0.25, z=d * 0.4).paint((0.4, 0.55, 0.6)),
        )
        hinge = cylinder(d * 0.5, w, 12).move(y=-w / 2).turn("z", 90).move(y=d, z=-h / 2).paint(color.shade(0.8))
        words, solid = "a folding phone with a keypad", merge(low, high.turn("x", -lean).move(y=d, z=-h / 2), hinge)
    else:
        brick = style == "brick phone"
        w, h, d = (0.06, 0.2, 0.045) if brick else (0.046, 0.11, 0.014)
        body = rounded_box(w, h, d, d * 0.3).paint(color.rgb)
        face = merge(
            keypad(0.015, 0.011).move(y=h * 0.33, z=d / 2), box(w * 0.4, 0.008, 0.003).move(y=h * 0.88, z=d / 2)
        ).paint(dark)
        display = box(w * 0.75, h * 0.2, 0.002).move(y=h * 0.6, z=d / 2).paint((0.55, 0.65, 0.45))
        aerial = (
            [cylinder(0.006, 0.09, 8).move(w * 0.32, h * 0.98, -d * 0.2).paint(DARK)]
            if brick or chance(rng, 0.3)
            else []
        )
        solid = merge(body, face, display, *aerial)
        solid = solid if brick or chance(rng, 0.5) else solid.turn("x", -90)
        words = "an old mobile phone with buttons and an antenna" if aerial else "an old mobile phone with buttons"
    if style == "smartphone" and chance(rng, 0.5):
        solid = solid.turn("x", 90)
    return made(
        "cellphone", solid, f"{an(color.name)} {style}", words, "a handheld telephone", style=style, material=color.name
    )


@kind("telephone", also=("phone",), family="electronics")
def telephone(rng: Rng) -> Shape:
    """A desk telephone with a receiver."""
    color, style = (
        paint(rng),
        pick(rng, "rotary", "rotary", "push-button", "push-button", "office", "office", "candlestick"),
    )
    if style != "candlestick" and chance(rng, 0.65):
        solid, words = (booth if chance(rng, 0.25) else desk_set)(rng, color)
        captions = (f"{an(color.name)} telephone", words, "a phone with a receiver")
        return made("telephone", solid, *captions, style=words.removeprefix("a "), material=color.name)
    dark = (0.9, 0.9, 0.88) if color.name == "black" else DARK
    cup = lathe([(0.024, -0.012), (0.03, 0.012), (0.02, 0.02)], 16)
    arm = tube(curve([(-0.085, 0.02, 0), (-0.05, 0.035, 0), (0.05, 0.035, 0), (0.085, 0.02, 0)], 10), 0.012, 10)
    receiver = merge(arm, cup.move(0.085).both("x"))
    if style == "candlestick":
        post = lathe([(0.07, 0), (0.07, 0.02), (0.03, 0.04), (0.016, 0.06), (0.016, 0.25), (0.02, 0.27)], 20)
        horn = (
            lathe([(0.008, 0), (0.015, 0.03), (0.035, 0.06), (0.03, 0.058), (0.01, 0.03)], 16)
            .turn("x", 80)
            .move(y=0.27, z=0.01)
        )
        ear = (
            lathe([(0.012, 0), (0.014, 0.09), (0.03, 0.13), (0.028, 0.14), (0, 0.12)], 16)
            .turn("x", 180)
            .move(0.05, 0.24)
        )
        solid = merge(merge(post, horn, ear, beam((0, 0.2, 0), (0.05, 0.2, 0), 0.01)).paint(color.rgb))
    else:
        side = [(-0.1, 0), (0.1, 0), (0.1, 0.025), (0.0, 0.075), (-0.07, 0.09), (-0.1, 0.06)]
        w = 0.2 if style != "office" else 0.22
        body = prism(side, w).turn("y", -90).mirror("x")
        face = (
            merge(torus(0.045, 0.012, 24, 8), ring(cylinder(0.007, 0.005, 8), 10, 0.045, start=-60, sweep=280))
            if style == "rotary"
            else keypad(0.028, 0.02).turn("x", -90)
        )
        panel = face.turn("x", 27).move(0.02 if style == "office" else 0, 0.062, 0.045).paint(dark)
        rests = box(0.012, 0.03, 0.03).move(0.06, 0.08, -0.055).both("x").paint(color.rgb)
        hand = (
            receiver.turn("y", 90).move(-0.075, 0.085, 0.0) if style == "office" else receiver.move(y=0.108, z=-0.055)
        )
        twist = np.linspace(0, 24 * np.pi, 90)
        x = np.linspace(-0.1, -0.17, 90)
        cord = tube(np.stack([x, 0.02 + 0.008 * np.sin(twist), 0.04 + 0.008 * np.cos(twist)], 1), 0.002, 4)
        solid = merge(
            body.paint(color.rgb),
            panel,
            rests,
            hand.paint(color.shade(0.9)),
            *([cord.paint(color.rgb)] if chance(rng, 0.4) else []),
        )
    described = {
        "rotary": "an old phone with a rotary dial",
        "push-button": "a desk phone with push buttons",
        "candlestick": "an antique upright telephone",
    }
    return made(
        "telephone",
        solid,
        f"{an(color.name)} telephone",
        described.get(style, "an office phone with a receiver at its side"),
        "a phone with a receiver",
        style=f"{style} telephone",
        material=color.name,
    )


@kind("remote control", also=("remote",), family="electronics")
def remote(rng: Rng) -> Shape:
    """A remote control with many buttons."""
    w, long, h, color, rows = (
        span(rng, 0.035, 0.06),
        span(rng, 0.12, 0.22),
        span(rng, 0.012, 0.024),
        paint(rng, "black", "grey", "white"),
        int(rng.integers(4, 9)),
    )
    dark = (0.75, 0.75, 0.77) if color.name == "black" else DARK
    step = min(w / 3.6, long * 0.5 / rows)
    pads = array(
        cylinder(step * 0.32, 0.004, 10),
        [((i - 1) * w * 0.28, h - 0.001, long * 0.4 - j * step * 1.1) for i in range(3) for j in range(rows)],
    )
    power = cylinder(w * 0.09, 0.004, 12).move(-w * 0.28, h - 0.001, -long * 0.42).paint((0.8, 0.1, 0.1))
    wheel = torus(w * 0.24, w * 0.07, 20, 6).scale(1, 0.3, 1).move(y=h, z=-long * 0.25).paint(dark)
    return made(
        "remote control",
        merge(rounded_box(w, h, long, h * 0.35).paint(color.rgb), pads.paint(dark), power, wheel),
        f"{an(color.name)} remote control",
        "a tv remote with rows of buttons",
        "a handheld controller for a television",
        style="remote control",
        material=color.name,
    )
