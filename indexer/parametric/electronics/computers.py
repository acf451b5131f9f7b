"""Computers and screens."""

from __future__ import annotations

import numpy as np

from indexer.parametric.electronics.peripherals import keyboard_solid, keys
from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import RGB, SCREEN, paint
from indexer.parametric.parts import Rng, chance, made, pick, plate, slats, span
from indexer.parametric.solids import (
    Solid,
    ball,
    box,
    cylinder,
    lathe,
    merge,
    rounded_box,
    tube,
)

GADGETS = ("black", "white", "grey", "grey")


def screen(w: float, h: float, depth: float, glow: RGB, rgb: RGB) -> Solid:
    """A flat display standing on y = 0, facing +z."""
    return merge(box(w, h, depth).paint(rgb), box(w * 0.96, h * 0.93, 0.002).move(y=h * 0.045, z=depth / 2).paint(glow))


@kind("laptop", also=("notebook computer",), family="electronics")
def laptop(rng: Rng) -> Shape:
    """An open or closed portable computer."""
    w, color, thick = span(rng, 0.28, 0.4), paint(rng, "black", "grey", "white", "red", "blue"), span(rng, 0.012, 0.03)
    d = w * span(rng, 0.62, 0.75)
    open_ = 0.0 if chance(rng, 0.1) else span(rng, 85, 140)
    glow = pick(rng, SCREEN, (0.2, 0.4, 0.7), (0.75, 0.8, 0.85))
    dark = (0.1, 0.1, 0.11) if color.name != "black" else (0.3, 0.3, 0.32)
    board = keys(w * 0.86, d * 0.42, 5, 13, 0.002).move(y=thick, z=-d * 0.15).paint(dark)
    pad = box(w * 0.28, 0.001, d * 0.24).move(y=thick, z=d * 0.3).paint(color.shade(0.8))
    case = box(w, thick, d)
    shell = box(w, d, 0.007).paint(color.rgb)
    lid = merge(shell, box(w * 0.92, d * 0.85, 0.001).move(y=d * 0.07, z=0.0038).paint(glow))
    lid = lid.turn("x", 90 - open_).move(y=thick + 0.004, z=-d / 2)
    hinge = cylinder(0.004, w * 0.6, 8).move(y=-w * 0.3).turn("z", 90).move(y=thick, z=-d / 2)
    return made(
        "laptop",
        merge(merge(case, hinge).paint(color.rgb), board, pad, lid),
        f"{an(color.name)} laptop",
        f"{an('open' if open_ else 'closed')} laptop computer",
        f"a notebook computer with a {'dark' if glow == SCREEN else 'bright'} screen and a keyboard",
        style="laptop",
        material=color.name,
    )


def foot(rng: Rng, w: float) -> tuple[Solid, float]:
    """The stand of a flat screen, and how high it lifts the screen."""
    style, rise = pick(rng, "plate", "round", "feet", "v"), w * span(rng, 0.08, 0.22)
    stem = box(w * 0.07, rise * 1.8, 0.02).move(z=-0.03)
    if style == "plate":
        return merge(stem, box(w * 0.38, 0.01, w * 0.28)), rise
    if style == "round":
        return merge(stem, lathe([(w * 0.2, 0), (w * 0.19, 0.012), (0, 0.016)], 28)), rise
    if style == "feet":
        leg = tube([(w * 0.36, 0.008, w * 0.12), (w * 0.34, rise * 1.1, 0), (w * 0.36, 0.008, -w * 0.12)], 0.008, 6)
        return leg.both("x"), rise
    bar = tube([(0, 0.008, -0.03), (w * 0.28, 0.008, w * 0.15)], 0.009, 6)
    return merge(stem, bar.both("x")), rise


@kind("monitor", also=("computer monitor", "display"), family="electronics")
def monitor(rng: Rng) -> Shape:
    """A flat or a tube computer screen."""
    w, color, tube_ = span(rng, 0.42, 0.8), paint(rng, *GADGETS), chance(rng, 0.2)
    h = w * pick(rng, 0.5625, 0.5625, 0.625, 0.75, 0.42)
    glow = pick(rng, SCREEN, (0.2, 0.4, 0.7), (0.3, 0.55, 0.5))
    if tube_:
        w, h, color = span(rng, 0.36, 0.45), span(rng, 0.3, 0.36), paint(rng, "beige", "grey", "black")
        solid = merge(
            picture_tube(w, h, glow, color.rgb).move(y=0.07),
            lathe([(0.14, 0), (0.12, 0.03), (0.05, 0.08)], 20).move(z=-0.15).paint(color.rgb),
        )
    else:
        stand, rise = foot(rng, w)
        solid = merge(screen(w, h, span(rng, 0.015, 0.04), glow, color.rgb).move(y=rise), stand.paint(color.shade(0.9)))
    wide = "an ultrawide" if h / w < 0.5 else "a flat"
    return made(
        "monitor",
        solid,
        "a computer screen",
        f"{an(color.name)} {'crt' if tube_ else 'flat'} monitor",
        "an old tube monitor" if tube_ else f"{wide} screen on a stand",
        style="crt monitor" if tube_ else "flat monitor",
        material=color.name,
    )


def picture_tube(w: float, h: float, glow: RGB, rgb: RGB) -> Solid:
    """An old deep screen on y = 0 facing +z: bezel in front, narrowing behind."""
    bezel = box(w, h, 0.1).paint(rgb)
    back = box(w * 0.96, 0.32, h * 0.96, taper=(0.6, 0.6)).turn("x", -90).move(y=h / 2, z=-0.04).paint(rgb)
    glass = ball(w * 0.42, h * 0.4, 0.025, sides=20).move(y=h * 0.54, z=0.045).paint(glow)
    return merge(bezel, back, glass)


@kind("tv", also=("television",), family="electronics")
def tv(rng: Rng) -> Shape:
    """A flat television, or an old one."""
    style = pick(rng, "flat", "flat", "curved", "retro", "crt")
    glow = pick(rng, SCREEN, (0.2, 0.35, 0.6), (0.35, 0.2, 0.4))
    if style in ("flat", "curved"):
        w, color = span(rng, 0.7, 1.6), paint(rng, "black", "grey")
        h, (stand, rise) = w * 0.5625, foot(rng, w)
        x = np.linspace(-w / 2, w / 2, 12)
        sag = 0.35 * (x / w) ** 2 * w * (style == "curved")
        outline = np.concatenate([np.stack([x, sag], 1), np.stack([x, sag - 0.04], 1)[::-1]])
        panel = plate(outline, h).paint(color.rgb)
        front = np.concatenate([np.stack([x * 0.97, sag + 0.003], 1), np.stack([x * 0.97, sag - 0.01], 1)[::-1]])
        solid = merge(
            merge(panel, plate(front, h * 0.94).move(y=h * 0.03).paint(glow)).move(y=rise), stand.paint(color.rgb)
        )
        words = f"a {style} screen television on a stand"
    elif style == "retro":
        w, h, color = (
            span(rng, 0.5, 0.7),
            span(rng, 0.38, 0.48),
            paint(rng, "brown", "red", "orange", "beige", "turquoise"),
        )
        knobs = slats(2, (w * 0.38, h * 0.55, 0.2), (w * 0.38, h * 0.78, 0.2), cylinder(0.022, 0.025, 14).turn("x", 90))
        ears = tube([(0, h, 0), (span(rng, 0.15, 0.3), h + 0.35, -0.05)], 0.004, 6).both("x")
        legs = (
            tube([(w * 0.4, 0, 0.12), (w * 0.44, -0.28, 0.17)], [0.014, 0.009], 8).both("x").both("z")
            if chance(rng, 0.5)
            else box(w * 0.8, 0.01, 0.3)
        )
        body = merge(
            rounded_box(w, h, 0.4, 0.04).paint(color.rgb),
            ball(w * 0.33, h * 0.38, 0.03, sides=20).move(-w * 0.1, h / 2, 0.19).paint(glow),
        )
        solid, words = (
            merge(body, merge(knobs, ears, legs).paint((0.3, 0.25, 0.2))),
            "an old television with an antenna and two knobs",
        )
    else:
        w, h, color = span(rng, 0.5, 0.75), span(rng, 0.42, 0.55), paint(rng, "black", "grey")
        solid, words = picture_tube(w, h, glow, color.rgb), "a deep tube television"
    return made(
        "tv",
        solid,
        f"{an(color.name)} television",
        words,
        "a tv set for watching films",
        style=f"{style} tv",
        material=color.name,
    )


@kind("desktop computer", also=("computer",), family="electronics")
def desktop(rng: Rng) -> Shape:
    """A case, alone or with its screen and keyboard."""
    color, style = (
        paint(rng, "black", "grey", "beige", "white"),
        pick(rng, "tower", "workstation", "workstation", "all-in-one"),
    )
    w, h, d = span(rng, 0.17, 0.23), span(rng, 0.36, 0.48), span(rng, 0.38, 0.46)
    bays = slats(int(rng.integers(1, 4)), (0, h * 0.66, d / 2), (0, h * 0.86, d / 2), box(w * 0.8, 0.035, 0.008)).paint(
        color.shade(0.75)
    )
    button = cylinder(0.012, 0.006, 12).turn("x", 90).move(y=h * 0.5, z=d / 2).paint((0.3, 0.7, 0.9))
    grille = slats(5, (0, h * 0.08, d / 2), (0, h * 0.3, d / 2), box(w * 0.7, 0.008, 0.004)).paint(color.shade(0.6))
    tower = merge(box(w, h, d).paint(color.rgb), bays, button, grille)
    screen_w = span(rng, 0.44, 0.6)
    stand, rise = foot(rng, screen_w)
    panel = screen(screen_w, screen_w * 0.6, 0.03, (0.2, 0.4, 0.65), color.rgb)
    display = merge(panel.move(y=rise), stand.paint(color.rgb))
    board = keyboard_solid(rng, 0.42, color.shade(0.9)).move(0, 0, 0.32)
    mouse = ball(0.03, 0.02, 0.05, sides=12).move(0.3, 0.012, 0.32).paint(color.shade(0.8))
    if style == "tower":
        solid, words = tower, "a computer tower case"
    elif style == "all-in-one":
        solid, words = merge(display, board, mouse), "an all-in-one computer with a keyboard and a mouse"
    else:
        solid, words = (
            merge(tower.move(-screen_w / 2 - 0.2), display, board, mouse),
            "a personal computer with tower, screen, keyboard and mouse",
        )
    return made(
        "desktop computer",
        solid,
        f"{an(color.name)} desktop computer",
        words,
        "a pc for the office",
        style="computer tower" if style == "tower" else f"{style} computer",
        material=color.name,
    )
