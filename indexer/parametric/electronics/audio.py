"""Loudspeakers, headphones, microphones and radios."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, metal, paint
from indexer.parametric.parts import Rng, beam, chance, curve, made, pick, slats, span
from indexer.parametric.solids import (
    Solid,
    ball,
    box,
    cylinder,
    lathe,
    merge,
    prism,
    rounded_box,
    torus,
    tube,
)

DARK = (0.1, 0.1, 0.11)


def _driver(r: float) -> Solid:
    """A loudspeaker's round membrane facing +z from z = 0."""
    rim = torus(r, r * 0.09, 24, 6).paint((0.35, 0.35, 0.36))
    membrane = lathe([(r * 0.95, 0), (r * 0.93, r * 0.06), (r * 0.4, r * 0.02), (0, r * 0.02)], 20).paint(DARK)
    return merge(rim, membrane, ball(r * 0.32, r * 0.16, sides=12).paint((0.3, 0.3, 0.31))).turn("x", 90)


@kind("speaker", also=("loudspeaker",), family="electronics")
def speaker(rng: Rng) -> Shape:
    """A loudspeaker box, tower, round speaker or horn."""
    style, case = (
        pick(rng, "bookshelf", "tower", "smart", "guitar amplifier", "megaphone"),
        either(rng, "wood", "paint"),
    )

    if style in ("bookshelf", "tower"):
        w, h = span(rng, 0.15, 0.26), span(rng, 0.26, 0.4) if style == "bookshelf" else span(rng, 0.8, 1.2)
        d, cones = w * span(rng, 0.9, 1.4), 2 if style == "bookshelf" else int(rng.integers(2, 5))
        r = min(w * 0.4, h / cones * 0.42)
        heights = np.linspace(r * 1.2, h - r * (0.8 if style == "bookshelf" else 1.2), cones)
        fronts = [_driver(r if i < cones - 1 else r * 0.45).move(y=float(y), z=d / 2) for i, y in enumerate(heights)]
        solid, words = (
            merge(box(w, h, d).paint(case.rgb), *fronts),
            f"a {'tall floor' if style == 'tower' else 'small'} loudspeaker box with {cones} round drivers",
        )
    elif style == "smart":
        r, h = span(rng, 0.04, 0.08), span(rng, 0.06, 0.22)
        body = lathe([(r * 0.9, 0), (r, h * 0.1), (r, h * 0.9), (r * 0.85, h), (0, h)], 28)
        solid, words = (
            merge(body.paint(case.rgb), torus(r * 0.8, 0.003, 24, 6).move(y=h).paint((0.3, 0.6, 0.9))),
            "a round smart speaker with a light ring",
        )
    elif style == "guitar amplifier":
        w, h, d = span(rng, 0.4, 0.6), span(rng, 0.38, 0.55), span(rng, 0.2, 0.28)
        cloth = box(w * 0.9, h * 0.7, 0.01).move(y=h * 0.06, z=d / 2).paint((0.45, 0.36, 0.25))
        knobs = slats(
            6, (-w * 0.35, h * 0.87, d / 2), (w * 0.35, h * 0.87, d / 2), cylinder(0.012, 0.014, 10).turn("x", 90)
        ).paint((0.8, 0.8, 0.8))
        grip = tube([(-0.09, 0, 0), (-0.07, 0.03, 0), (0.07, 0.03, 0), (0.09, 0, 0)], 0.009, 8).move(y=h)
        solid, words = (
            merge(
                rounded_box(w, h, d, 0.02).paint(DARK),
                cloth,
                knobs,
                _driver(h * 0.27).move(y=h * 0.41, z=d / 2 + 0.012),
                grip.paint(DARK),
            ),
            "a guitar amplifier with knobs and a handle",
        )
    else:
        horn = lathe(
            [(0.03, 0), (0.045, 0.12), (0.07, 0.22), (0.13, 0.32), (0.125, 0.32), (0.06, 0.2), (0.03, 0.1), (0, 0.09)],
            24,
        ).turn("x", 90)
        grip = tube([(0, -0.03, 0.04), (0, -0.15, 0.02)], 0.014, 8)
        solid, words = (
            merge(
                horn.paint(case.rgb), grip.paint(DARK), torus(0.13, 0.008, 24, 6).turn("x", 90).move(z=0.32).paint(DARK)
            ),
            "a megaphone with a pistol grip",
        )
    return made(
        "speaker",
        solid,
        f"{an(case.name)} speaker",
        words,
        "a device that plays sound",
        style=style if "phone" in style or "amp" in style else f"{style} speaker",
        material=case.name,
    )


@kind("headphones", also=("headset",), family="electronics")
def headphones(rng: Rng) -> Shape:
    """Headphones worn over the head."""
    color, r, cup = paint(rng), span(rng, 0.075, 0.09), span(rng, 0.028, 0.045)
    angles = np.linspace(-0.25, np.pi + 0.25, 22)
    band = tube(
        np.stack([r * np.cos(angles), r * 1.1 * np.sin(angles), np.zeros(22)], 1), span(rng, 0.004, 0.008), 8
    ).scale(1, 1, span(rng, 1, 2.5))
    shell = (
        lathe(np.array([(0.75, -0.25), (1, -0.1), (1, 0.3), (0.8, 0.5), (0, 0.55)]) * cup, 20)
        .turn("z", -90)
        .move(r, -0.03)
    )
    pad = (
        torus(cup * 0.75, cup * 0.25, 20, 8)
        .turn("z", 90)
        .move(r - cup * 0.3, -0.03)
        .paint(DARK if color.name != "black" else (0.35, 0.35, 0.36))
    )
    mic = chance(rng, 0.3)
    boom = (
        [
            merge(
                tube(curve([(-r, -0.05, 0.01), (-r, -0.08, 0.05), (-r * 0.6, -0.1, 0.09)], 8), 0.003, 6),
                ball(0.009, sides=10).move(-r * 0.6, -0.1, 0.09),
            ).paint(DARK)
        ]
        if mic
        else []
    )
    return made(
        "headphones",
        merge(merge(band, shell.both("x")).paint(color.rgb), pad.both("x"), *boom),
        f"a pair of {color.name} headphones",
        f"over-ear headphones {'with a microphone' if mic else 'with a headband'}",
        "earphones for listening to music",
        style="headset" if mic else "headphones",
        material=color.name,
    )


@kind("microphone", family="electronics")
def microphone(rng: Rng) -> Shape:
    """A hand, stand, studio or vintage microphone."""
    style, steel = pick(rng, "hand", "stand", "vintage", "studio"), metal(rng)
    head = merge(ball(0.027, 0.03, sides=16).move(y=0.19), torus(0.027, 0.0025, 20, 6).move(y=0.185)).paint(steel.rgb)
    body = lathe([(0.011, 0), (0.013, 0.01), (0.017, 0.14), (0.022, 0.165), (0.02, 0.175)], 16).paint(DARK)
    hand = merge(head, body)
    stand = merge(
        lathe([(0.13, 0), (0.125, 0.015), (0.015, 0.03), (0.01, 0.05), (0.01, 1.2)], 24),
        ball(0.015, sides=8).move(y=1.2),
    ).paint(DARK)
    if style == "hand":
        solid = hand if chance(rng, 0.5) else hand.turn("z", 90)
    elif style == "stand":
        boom = chance(rng, 0.4)
        solid = (
            merge(stand, hand.turn("x", 60).move(y=1.2))
            if not boom
            else merge(
                stand,
                tube([(0, 1.1, -0.25), (0, 1.4, 0.45)], 0.008, 6).paint(DARK),
                hand.turn("x", 100).move(y=1.4, z=0.42),
            )
        )
    elif style == "vintage":
        grille = slats(6, (-0.025, 0, 0.024), (0.025, 0, 0.024), rounded_box(0.006, 0.085, 0.008, 0.002))
        solid = merge(
            rounded_box(0.075, 0.11, 0.05, 0.022).move(y=0.1),
            grille.move(y=0.112),
            lathe([(0.05, 0), (0.045, 0.012), (0.012, 0.02), (0.01, 0.11)], 20),
        ).paint(steel.rgb)
    else:
        body = merge(
            cylinder(0.025, 0.07, 18), lathe([(0.026, 0.07), (0.028, 0.13), (0.02, 0.155), (0, 0.16)], 18)
        ).paint(steel.rgb)
        mount = merge(
            torus(0.05, 0.004, 20, 6).move(y=0.03),
            torus(0.05, 0.004, 20, 6).move(y=0.09),
            beam((0.05, -0.12, 0), (0.05, 0.1, 0), 0.012),
            cylinder(0.07, 0.015, 20).move(0.02, -0.13),
        ).paint(DARK)
        solid = merge(body, mount)
    words = {
        "hand": "a handheld microphone with a round grille",
        "stand": "a microphone on a tall stand",
        "vintage": "a retro microphone with a ribbed grille",
    }
    return made(
        "microphone",
        solid,
        f"{an(steel.name)} microphone",
        words.get(style, "a studio microphone in a shock mount"),
        "a microphone for singing",
        style=f"{style} microphone",
        material=steel.name,
    )


@kind("radio", family="electronics")
def radio(rng: Rng) -> Shape:
    """A table radio, a portable one or a boombox."""
    style, case = pick(rng, "vintage", "portable", "boombox"), either(rng, "wood", "paint")
    w, d = span(rng, 0.25, 0.5), span(rng, 0.1, 0.18)
    h = w * (0.62 if style != "boombox" else 0.5)
    mesh = lathe([(h * 0.32, 0), (h * 0.32, 0.008), (0, 0.012)], 24).turn("x", 90).paint((0.25, 0.24, 0.23))
    dials = slats(
        2, (-w * 0.3, h * 0.2, d / 2), (w * 0.3, h * 0.2, d / 2), cylinder(w * 0.05, 0.02, 16).turn("x", 90)
    ).paint((0.85, 0.8, 0.65))
    scale = box(w * 0.45, h * 0.16, 0.006).paint((0.9, 0.85, 0.65))
    if style == "vintage":
        arch = np.concatenate(
            [
                [(-w * 0.36, 0), (w * 0.36, 0)],
                [(w * 0.36 * np.cos(a), h * 0.8 + w * 0.3 * np.sin(a)) for a in np.linspace(0, np.pi, 13)],
            ]
        )
        body = (
            prism(arch, d).paint(case.rgb)
            if chance(rng, 0.5)
            else rounded_box(w * 0.8, h * 1.2, d, 0.05).paint(case.rgb)
        )
        solid = merge(
            body,
            mesh.move(y=h * 0.8, z=d / 2),
            dials.scale(0.7, 1, 1),
            scale.scale(0.6, 1, 1).move(y=h * 0.27, z=d / 2),
        )
    elif style == "portable":
        aerial = tube([(w * 0.4, h, 0), (w * 0.55, h + span(rng, 0.2, 0.4), 0)], 0.003, 6).paint((0.7, 0.7, 0.72))
        grip = tube(
            [(-w * 0.4, h * 0.95, 0), (-w * 0.38, h * 1.25, 0), (w * 0.38, h * 1.25, 0), (w * 0.4, h * 0.95, 0)],
            0.01,
            8,
        ).paint(DARK)
        solid = merge(
            rounded_box(w, h, d, 0.015).paint(case.rgb),
            mesh.move(-w * 0.22, h * 0.5, d / 2),
            scale.move(w * 0.22, h * 0.6, d / 2),
            dials.scale(0.5, 1, 1).move(w * 0.22),
            aerial,
            grip,
        )
    else:
        twins = mesh.move(w * 0.32, h * 0.42, d / 2).both("x")
        deck = merge(
            box(w * 0.24, h * 0.35, 0.01).move(y=h * 0.12, z=d / 2).paint((0.3, 0.3, 0.32)),
            scale.move(y=h * 0.7, z=d / 2),
        )
        buttons = slats(6, (-w * 0.1, h, 0), (w * 0.1, h, 0), box(w * 0.03, 0.012, 0.02)).paint((0.8, 0.8, 0.8))
        grip = tube(
            [(-w * 0.45, h * 0.9, 0), (-w * 0.44, h * 1.35, 0), (w * 0.44, h * 1.35, 0), (w * 0.45, h * 0.9, 0)],
            0.011,
            8,
        ).paint(DARK)
        solid = merge(rounded_box(w, h, d, 0.02).paint(case.rgb), twins, deck, buttons, grip)
    words = {
        "vintage": "an old wooden radio with two knobs",
        "portable": "a portable radio with an antenna and a handle",
    }
    return made(
        "radio",
        solid,
        f"{an(case.name)} radio",
        words.get(style, "a boombox cassette player with two speakers"),
        "a radio receiver",
        style="boombox" if style == "boombox" else f"{style} radio",
        material=case.name,
    )
