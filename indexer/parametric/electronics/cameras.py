"""Cameras, flashlights and batteries."""

from __future__ import annotations

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, paint
from indexer.parametric.parts import Rng, chance, made, pick, slats, span
from indexer.parametric.solids import (
    ball,
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


@kind("camera", family="electronics")
def camera(rng: Rng) -> Shape:
    """A photo, film, video or surveillance camera."""
    style, color = (
        pick(rng, "slr", "compact", "rangefinder", "movie", "security", "instant"),
        paint(rng, "black", "black", "grey", "white", "brown", "red"),
    )
    r = span(rng, 0.025, 0.038)
    lens = merge(
        *[
            cylinder(r * s, long, 24).turn("x", 90).move(z=z)
            for s, long, z in ((1.05, 0.015, 0), (1, 0.035, 0.01), (1.08, 0.012, 0.042))
        ]
    ).paint(DARK)
    glass = ball(r * 0.85, r * 0.85, 0.006, sides=16).paint((0.25, 0.3, 0.5))
    optic = merge(lens, glass.move(z=0.054))
    w, h, d = span(rng, 0.11, 0.145), span(rng, 0.07, 0.09), span(rng, 0.03, 0.055)
    knobs = merge(
        cylinder(0.011, 0.01, 14).move(w * 0.36, h),
        cylinder(0.006, 0.012, 10).move(w * 0.2, h),
        cylinder(0.009, 0.008, 14).move(-w * 0.36, h),
    ).paint((0.6, 0.6, 0.62))
    if style == "slr":
        prism_ = box(w * 0.34, 0.03, d * 1.05, taper=(0.6, 0.8)).move(y=h)
        grip = rounded_box(0.03, h * 0.95, d * 0.7, 0.01).move(-w * 0.42, 0, d * 0.5)
        solid = merge(
            merge(rounded_box(w, h, d, 0.008), prism_, grip).paint(color.rgb),
            knobs,
            optic.scale(1, 1, span(rng, 1, 2.5)).move(y=h * 0.48, z=d / 2),
        )
    elif style in ("compact", "rangefinder"):
        band = (
            box(w * 1.003, h * 0.55, d * 1.01)
            .move(y=h * 0.15)
            .paint(color.shade(0.5) if style == "rangefinder" else color.rgb)
        )
        finder = box(0.016, 0.01, 0.003).move(w * 0.25, h * 0.82, d / 2).paint((0.6, 0.75, 0.8))
        solid = merge(
            rounded_box(w, h, d * 0.8, 0.008).paint((0.72, 0.72, 0.74) if style == "rangefinder" else color.rgb),
            band.scale(1, 1, 0.8),
            knobs,
            optic.scale(0.8).move(w * 0.05, h * 0.45, d * 0.4),
            finder,
        )
    elif style == "instant":
        body = merge(
            box(0.11, 0.05, 0.13),
            prism([(0.06, 0.05), (-0.06, 0.05), (-0.06, 0.09), (0.03, 0.09)], 0.11).turn("y", -90),
        ).paint(color.rgb)
        photo = box(0.085, 0.002, 0.05).move(y=0.015, z=0.08).paint((0.96, 0.96, 0.95))
        solid = merge(
            body,
            optic.scale(0.7, 0.7, 0.4).move(y=0.068, z=0.05),
            photo,
            box(0.03, 0.018, 0.005).move(0.03, 0.075, 0.045).paint((0.9, 0.9, 0.8)),
        )
    elif style == "movie":
        reels = cylinder(0.07, 0.02, 24).turn("z", 90).move(0.01, 0.17, 0.055).both("z").paint(DARK)
        legs = ring(tube([(0.01, 0, 0), (0.28, -0.75, 0)], 0.009, 6), 3, start=30).paint((0.5, 0.35, 0.2))
        hood = box(0.09, 0.05, 0.09, taper=0.6).turn("x", -90).move(y=0.05, z=0.28).paint(DARK)
        solid = merge(
            box(0.09, 0.11, 0.22).paint(color.rgb), reels, legs, optic.move(y=0.055, z=0.11), hood.move(z=-0.06)
        )
    else:
        arm = tube([(0, 0.03, -0.02), (0, 0.1, -0.06), (0, 0.1, -0.14)], 0.01, 8).paint((0.6, 0.6, 0.6))
        roof = box(0.09, 0.006, 0.22).move(y=0.068, z=0.03)
        solid = merge(
            merge(box(0.075, 0.065, 0.18), roof, cylinder(0.04, 0.015, 16).turn("x", 90).move(y=0.1, z=-0.15)).paint(
                color.rgb
            ),
            arm,
            optic.scale(0.75, 0.75, 0.4).move(y=0.032, z=0.09),
        )
    words = {
        "slr": "a reflex camera with a long lens",
        "compact": "a small digital camera",
        "rangefinder": "a vintage film camera",
        "movie": "a movie camera with two reels on a tripod",
        "security": "a surveillance camera on a bracket",
    }
    return made(
        "camera",
        solid,
        f"{an(color.name)} camera",
        words.get(style, "an instant camera with a photo coming out"),
        "a device for taking pictures",
        style=f"{style} camera",
        material=color.name,
    )


@kind("flashlight", also=("torch",), family="electronics")
def flashlight(rng: Rng) -> Shape:
    """A hand torch or a lantern."""
    color, r, lantern = either(rng, "paint", "metal"), span(rng, 0.012, 0.018), chance(rng, 0.25)
    if lantern:
        cage = [tube([(0.055, 0.05, 0), (0.05, 0.17, 0)], 0.003, 5).turn("y", 90 * i) for i in range(4)]
        body = merge(
            lathe([(0.065, 0), (0.065, 0.03), (0.055, 0.05)], 24),
            lathe([(0.055, 0.17), (0.06, 0.18), (0.03, 0.21), (0, 0.215)], 24),
            *cage,
        )
        glass = lathe([(0.045, 0.05), (0.048, 0.11), (0.04, 0.17)], 20).paint((0.95, 0.9, 0.7))
        bail = torus(0.05, 0.003, 18, 6, sweep=180).turn("x", 90).move(y=0.2)
        solid, words = merge(merge(body, bail).paint(color.rgb), glass), "a camping lantern with a handle"
    else:
        long = span(rng, 0.1, 0.2)
        body = lathe(
            [
                (r * 0.9, 0),
                (r, 0.005),
                (r, long),
                (r * 1.7, long + 0.03),
                (r * 1.75, long + 0.045),
                (r * 1.5, long + 0.045),
                (0, long + 0.035),
            ],
            20,
        )
        lens = cylinder(r * 1.5, 0.002, 20).move(y=long + 0.04).paint((0.97, 0.95, 0.8))
        switch = rounded_box(0.008, 0.02, 0.006, 0.002).move(y=long * 0.75, z=r).paint(DARK)
        solid, words = merge(body.paint(color.rgb), lens, switch).turn("x", 90), "a torch with a wide round head"
    return made(
        "flashlight",
        solid,
        f"{an(color.name)} flashlight",
        words,
        "a light to carry in the dark",
        style="lantern" if lantern else "flashlight",
        material=color.name,
    )


@kind("battery", family="electronics")
def battery(rng: Rng) -> Shape:
    """A round cell, a nine-volt block or a car battery."""
    style, color = pick(rng, "round", "round", "nine-volt", "car"), paint(rng)
    tip = (0.75, 0.75, 0.77)
    if style == "round":
        r = span(rng, 0.005, 0.017)
        h = r * span(rng, 3.2, 7.5) if r < 0.01 else r * 3.6
        solid = merge(
            cylinder(r, h * 0.7, 24).paint(DARK),
            cylinder(r, h * 0.28, 24).move(y=h * 0.7).paint(color.rgb),
            cylinder(r * 0.35, h * 0.04, 12).move(y=h * 0.98).paint(tip),
            cylinder(r * 0.9, h * 0.01, 20).move(y=-h * 0.01).paint(tip),
        )
        solid = solid if chance(rng, 0.6) else solid.turn("z", 90)
    elif style == "nine-volt":
        posts = merge(
            cylinder(0.003, 0.003, 12).move(-0.006, 0.046), cylinder(0.0045, 0.003, 6).move(0.006, 0.046)
        ).paint(tip)
        solid = merge(
            box(0.026, 0.012, 0.017).paint(color.rgb), box(0.026, 0.034, 0.017).move(y=0.012).paint(DARK), posts
        )
    else:
        posts = cylinder(0.012, 0.03, 12).move(0.09, 0.19, 0.05).both("x").paint(tip)
        caps = slats(6, (-0.09, 0.19, -0.03), (0.09, 0.19, -0.03), cylinder(0.012, 0.006, 12)).paint(color.rgb)
        solid = merge(
            box(0.24, 0.16, 0.17).paint(DARK), box(0.245, 0.03, 0.175).move(y=0.16).paint(color.shade(0.7)), posts, caps
        )
    words = {"round": "a round battery cell", "nine-volt": "a nine-volt block battery"}
    return made(
        "battery",
        solid,
        f"{an(color.name)} battery",
        words.get(style, "a car battery with two terminals"),
        "a battery that stores electricity",
        style=f"{style} battery",
        material=color.name,
    )
