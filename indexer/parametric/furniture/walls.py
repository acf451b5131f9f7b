"""What hangs on walls and stands on mantelpieces: mirrors, pictures and clocks."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, paint
from indexer.parametric.parts import (
    Rng,
    beam,
    chance,
    ellipse,
    frame,
    made,
    pick,
    rectangle,
    span,
)
from indexer.parametric.solids import (
    Solid,
    ball,
    box,
    cylinder,
    merge,
    prism,
    ring,
    rounded_box,
    torus,
    tube,
)


@kind("mirror", family="furniture")
def mirror(rng: Rng) -> Shape:
    """A looking glass: on the wall, standing, or for the hand."""
    w, h, color = span(rng, 0.35, 0.7), span(rng, 0.5, 1.5), either(rng, "wood", "metal", "paint")
    style, form = pick(rng, "wall", "wall", "standing", "hand"), pick(rng, "oval", "round", "rectangular", "arched")
    bow = np.radians(np.linspace(0, 180, 15))
    arch = np.concatenate(
        [[(-w / 2, -h / 2), (w / 2, -h / 2)], np.stack([w / 2 * np.cos(bow), h / 2 - w / 2 + w / 2 * np.sin(bow)], 1)]
    )
    outline = {
        "oval": ellipse(w / 2, h / 2),
        "round": ellipse(w / 2, w / 2),
        "rectangular": rectangle(w, h),
        "arched": arch,
    }[form]
    silver = prism(outline * 0.96, 0.02).paint((0.78, 0.85, 0.88))
    rim = tube(np.insert(outline, 2, 0.0, axis=1), span(rng, 0.012, 0.04), 8, closed=True).paint(color.rgb)
    glass = merge(silver, rim)
    low = -float(outline[:, 1].min())
    if style == "hand":
        glass = merge(
            glass.scale(0.35),
            tube([(0, -low * 0.35, 0), (0, -low * 0.35 - 0.14, 0)], [0.008, 0.013], 8).paint(color.rgb),
        )
    elif style == "standing":
        post = box(0.035, low * 2 + 0.1, 0.035).move(w / 2 + 0.05, -low - 0.2).both("x")
        feet = box(0.05, 0.04, 0.45).move(w / 2 + 0.05, -low - 0.2).both("x")
        bar = box(w + 0.1, 0.03, 0.03).move(y=-low - 0.12)
        glass = merge(glass.turn("x", -6), merge(post, feet, bar).paint(color.rgb))
    return made(
        "mirror",
        glass,
        f"{an(form)} mirror",
        f"{an(style)} mirror with {an(color.name)} frame",
        f"{an(form)} looking glass",
        style=f"{style} mirror",
        material=color.name,
    )


@kind("picture frame", also=("framed picture",), family="furniture")
def picture_frame(rng: Rng) -> Shape:
    """A picture in a frame."""
    w, h, bar, material = (
        span(rng, 0.15, 1.0),
        span(rng, 0.15, 0.8),
        span(rng, 0.015, 0.06),
        either(rng, "wood", "metal", "paint"),
    )
    easel = w < 0.4
    canvas = merge(
        box(w - bar, h - bar, 0.006).move(y=bar / 2).paint((0.93, 0.91, 0.86)),
        box(w * 0.6, h * 0.25, 0.008).move(y=h * 0.2).paint(paint(rng, "green", "brown", "blue").rgb),
        box(w * 0.6, h * 0.35, 0.008).move(y=h * 0.45).paint(paint(rng, "blue", "yellow", "orange").rgb),
    )
    parts = [frame(w, h, bar, 0.02).paint(material.rgb), canvas]
    if easel:
        parts = [
            merge(*parts).turn("x", -14),
            beam((0, h * 0.6, -h * 0.15), (0, 0, -h * 0.4), 0.03, 0.006).paint((0.2, 0.2, 0.2)),
        ]
    return made(
        "picture frame",
        merge(*parts),
        f"{an(material.name)} picture frame",
        "a small photo frame standing on a desk" if easel else "a painting in a frame for the wall",
        style="photo frame" if easel else "painting",
        material=material.name,
    )


@kind("clock", family="furniture")
def clock(rng: Rng) -> Shape:
    """A wall clock, alarm clock or grandfather clock."""
    style, case, hour = (
        pick(rng, "wall", "wall", "alarm", "grandfather", "mantel"),
        either(rng, "wood", "metal", "paint"),
        rng.integers(12),
    )
    r = span(rng, 0.1, 0.2)
    hands = merge(
        beam((0, 0, 0), (0, r * 0.5, 0), r * 0.07, 0.004, 0.4).turn("z", -30.0 * float(hour)),
        beam((0, 0, 0), (0, r * 0.78, 0), r * 0.05, 0.004, 0.4).turn("z", -30.0 * float(rng.integers(12))),
    )
    tick = box(r * 0.16, 0.004, r * 0.04)
    ticks = ring(tick, 12, r * 0.84).turn("x", 90)
    face = merge(
        cylinder(r, 0.012, 32).turn("x", 90).paint((0.95, 0.94, 0.9)),
        merge(hands.move(z=0.016), ticks.move(z=0.01)).paint((0.08, 0.08, 0.09)),
    )
    rim = torus(r, r * span(rng, 0.05, 0.14), 32, 8).turn("x", 90).paint(case.rgb)
    dial = merge(face, rim)
    if style == "alarm":
        bell = (
            merge(ball(r * 0.38, r * 0.26, r * 0.38, sides=12), cylinder(0.006, r * 0.5, 6).move(y=-r * 0.4))
            .turn("z", -32)
            .move(r * 0.62, r * 1.05, -r * 0.2)
        )
        leg = tube([(r * 0.5, -r * 0.8, -r * 0.2), (r * 0.8, -r * 1.25, -r * 0.2)], r * 0.07, 6)
        drum = cylinder(r, r * 0.5, 28).turn("x", 90).move(z=-r * 0.5)
        grip = torus(r * 0.3, r * 0.05, 10, 6, sweep=180).turn("x", 90).move(y=r * 1.15, z=-r * 0.2)
        solid = merge(dial, merge(bell.both("x"), leg.both("x"), drum, grip).paint(case.rgb))
    elif style == "grandfather":
        solid = merge(dial, _tall_case(r).paint(case.rgb), _pendulum(r))
    elif style == "mantel":
        body = prism(
            np.concatenate(
                [
                    [(-1.9, -1.4), (1.9, -1.4), (1.7, -0.9)],
                    [(1.25, -0.2), (0.9, 0.8), (0, 1.3), (-0.9, 0.8), (-1.25, -0.2), (-1.7, -0.9)],
                ]
            )
            * r,
            r,
        )
        solid = merge(dial, body.move(z=-r * 0.52).paint(case.rgb))
    else:
        square = chance(rng, 0.3)
        back = (
            rounded_box(2.3 * r, 2.3 * r, 0.03, 0.015).move(y=-1.15 * r, z=-0.02)
            if square
            else cylinder(r * 1.02, 0.03, 32).turn("x", 90).move(z=-0.03)
        )
        solid = merge(dial, back.paint(case.rgb))
    name = {"alarm": "alarm clock", "grandfather": "grandfather clock", "mantel": "mantel clock"}.get(
        style, "wall clock"
    )
    words = {
        "alarm": "an alarm clock with two bells",
        "grandfather": "a tall pendulum clock in a case",
        "mantel": "a mantel clock with a curved case",
    }
    return made(
        "clock",
        solid,
        an(name),
        f"{an(case.name)} {name}",
        words.get(style, "a round clock with two hands"),
        style=name,
        material=case.name,
    )


def _tall_case(r: float) -> Solid:
    """A grandfather clock's case around a dial at the origin."""
    w, d = r * 2.7, r * 1.6
    hood = box(w, r * 2.8, d).move(y=-r * 1.4, z=-d / 2 - 0.005)
    trunk = box(w * 0.75, r * 5, d * 0.8).move(y=-r * 6.4, z=-d / 2)
    foot = merge(box(w, r * 1.6, d).move(y=-r * 8), box(w * 1.08, r * 0.3, d * 1.08).move(y=-r * 8.2)).move(z=-d / 2)
    roof = prism(np.array([(-1.5, 1.4), (1.5, 1.4), (0, 2.2)]) * r, d).move(z=-d / 2)
    return merge(hood, trunk, foot, roof, frame(w * 0.6, r * 4.2, 0.02, 0.03).move(y=-r * 6))


def _pendulum(r: float) -> Solid:
    bob = cylinder(r * 0.35, 0.01, 20).turn("x", 90).move(y=-r * 5)
    return merge(bob, box(0.01, r * 3, 0.006).move(y=-r * 5)).move(z=-r * 0.1).paint((0.8, 0.65, 0.25))
