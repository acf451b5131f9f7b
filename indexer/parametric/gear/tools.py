"""Hammers, screwdrivers, wrenches and pliers."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, flow, pick, shape, vary
from indexer.parametric.gear.hardware import circle, holed, polygon_at
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import RGB, Material, metal, paint, wood
from indexer.parametric.solids import ball, box, cylinder, lathe, loft, prism, tube
from indexer.parametric.surface import merge

FAMILY = "tools"
STEEL: RGB = (0.66, 0.68, 0.7)


def handle_coat(rng: np.random.Generator) -> Material:
    """Wood or coloured plastic."""
    return wood(rng) if chance(rng, 0.4) else paint(rng, "red", "yellow", "blue", "black", "orange", "green")


@kind("hammer", ("hand tool",), FAMILY)
def hammer(rng: np.random.Generator) -> Shape:
    """A claw hammer, sledgehammer, ball-peen hammer, mallet or war hammer."""
    style, h, coat = (
        pick(rng, "claw hammer", "sledgehammer", "ball-peen hammer", "wooden mallet", "gavel"),
        rng.uniform(0.28, 0.36),
        handle_coat(rng),
    )
    if style == "sledgehammer":
        h *= 2.4
    r, y = h * 0.04 if style != "sledgehammer" else 0.018, h * 0.95
    handle = (
        lathe([(r * 1.2, 0), (r * 1.25, 0.3 * h), (r * 0.8, 0.5 * h), (r * 0.75, y)], 12)
        .scale(1.2, 1, 0.9)
        .paint(coat.rgb)
    )
    s = h * 0.13 if style != "sledgehammer" else 0.09
    if style == "claw hammer":
        face = merge(cylinder(0.36 * s, 0.35 * s, 14).move(y=0.75 * s), cylinder(0.27 * s, 0.8 * s, 12)).turn("z", -90)
        t = np.linspace(0, 1, 6)
        claw = loft(
            np.stack(
                [
                    np.column_stack(
                        [
                            np.full(4, -1.25 * s * a),
                            np.array([0.3, 0.3, -0.3, -0.3]) * s * (1 - 0.8 * a) - 0.55 * s * a**2,
                            np.array([-1, 1, 1, -1]) * 0.14 * s + 0,
                        ]
                    )
                    for a in t
                ]
            )
        )
        head = merge(
            face, box(0.7 * s, 0.7 * s, 0.6 * s).move(y=-0.35 * s), claw.move(z=0.2 * s), claw.move(z=-0.2 * s)
        )
    elif style == "ball-peen hammer":
        head = merge(
            cylinder(0.4 * s, 1.3 * s, 16).turn("z", -90).move(x=-0.2 * s),
            ball(0.38 * s, sides=14).move(x=-0.7 * s),
            cylinder(0.22 * s, 0.7 * s, 12).turn("z", 90),
        )
    elif style in ("wooden mallet", "gavel"):
        block = (
            lathe(
                [
                    (0.65 * s, -1.1 * s),
                    (0.75 * s, -s),
                    (0.62 * s, -0.5 * s),
                    (0.62 * s, 0.5 * s),
                    (0.75 * s, s),
                    (0.65 * s, 1.1 * s),
                ],
                20,
            ).turn("z", 90)
            if style == "gavel"
            else box(2.6 * s, 1.5 * s, 1.4 * s, (0.92, 1)).move(y=-0.75 * s)
        )
        head = block
    else:
        head = prism(
            [
                (-1.3, -0.45),
                (-1.15, -0.6),
                (1.15, -0.6),
                (1.3, -0.45),
                (1.3, 0.45),
                (1.15, 0.6),
                (-1.15, 0.6),
                (-1.3, 0.45),
            ],
            1.1,
        ).scale(s)
    rgb = wood(rng).rgb if style in ("wooden mallet", "gavel") else STEEL
    return shape(
        [handle, head.move(y=y).paint(rgb)], (f"a {style}", f"a {style} with a {coat.name} handle"), style=style
    )


@kind("screwdriver", ("hand tool",), FAMILY)
def screwdriver(rng: np.random.Generator) -> Shape:
    """A fluted handle, a thin shaft and a flat or cross tip, standing on the tip."""
    coat, shaft, flat = handle_coat(rng), rng.uniform(0.06, 0.2), chance(rng)
    r, h = rng.uniform(0.012, 0.018), rng.uniform(0.09, 0.12)
    t = np.linspace(0, 1, 10)
    profile = np.column_stack([r * np.interp(t, [0, 0.15, 0.3, 0.85, 1], [0.55, 0.7, 1, 1, 0.6]), t * h])
    handle = (
        lathe(profile, 24)
        .warp(
            lambda p: (
                p
                * np.column_stack(
                    [
                        1 + 0.08 * np.cos(np.arctan2(p[:, 2], p[:, 0]) * 6),
                        np.ones(len(p)),
                        1 + 0.08 * np.cos(np.arctan2(p[:, 2], p[:, 0]) * 6),
                    ]
                )
            )
        )
        .move(y=shaft)
    )
    tip = box(0.009, 0.014, 0.0015, (0.5, 2.5)) if flat else merge(box(0.006, 0.012, 0.0015), box(0.0015, 0.012, 0.006))
    return shape(
        [handle.paint(coat.rgb), cylinder(0.003, shaft, 10).move(y=0.01).paint(STEEL), tip.paint(STEEL)],
        ("a screwdriver", f"a {'flat' if flat else 'cross'}-head screwdriver with a {coat.name} handle"),
        tip="flat" if flat else "cross",
    )


@kind("wrench", ("spanner", "hand tool"), FAMILY)
def wrench(rng: np.random.Generator) -> Shape:
    """An open, ring, combination or adjustable wrench lying upright in the xy plane."""
    style, h = (
        pick(rng, "open-end wrench", "combination wrench", "adjustable wrench", "ring wrench"),
        rng.uniform(0.14, 0.3),
    )
    w, thick, coat = h * 0.075, h * 0.035, metal(rng)
    bar = box(w, h * 0.74, thick * 0.8).move(y=h * 0.13)
    jaw_r = h * 0.12
    jaw = prism(
        [
            (-0.3, -0.9),
            (0.3, -0.9),
            (0.85, -0.5),
            (1.0, 0.1),
            (0.8, 0.85),
            (0.45, 0.95),
            (0.45, 0.1),
            (0.2, -0.2),
            (-0.2, -0.2),
            (-0.45, 0.1),
            (-0.45, 0.95),
            (-0.8, 0.85),
            (-1.0, 0.1),
            (-0.85, -0.5),
        ],
        thick / jaw_r,
    ).scale(jaw_r)
    eye = holed(circle(jaw_r * 0.9, 24), polygon_at(jaw_r * 0.6, 6, 24), thick).move(y=-thick / 2).turn("x", 90)
    if style == "adjustable wrench":
        head = prism(
            [
                (-0.35, -0.9),
                (0.4, -0.9),
                (1.0, -0.2),
                (1.0, 0.2),
                (0.2, 0.1),
                (-0.15, 0.15),
                (-0.15, 1.15),
                (-0.65, 1.05),
                (-0.9, 0.2),
            ],
            thick / jaw_r,
        ).scale(jaw_r)
        slider = merge(
            prism([(0.35, 0.05), (0.95, 0.2), (0.8, 1.0), (0.35, 1.1)], 0.8 * thick / jaw_r).scale(jaw_r),
            cylinder(jaw_r * 0.22, jaw_r * 0.5, 12).turn("z", 90).move(jaw_r * 0.75, -jaw_r * 0.25, 0),
        )
        solids = [
            bar,
            head.turn("z", -15).move(y=h * 0.92),
            slider.turn("z", -15).move(y=h * 0.92),
            eye.scale(0.55).move(y=h * 0.1),
        ]
    else:
        top = eye if style == "ring wrench" else jaw.turn("z", 15)
        low = jaw.turn("z", 195).scale(0.9) if style == "open-end wrench" else eye
        solids = [bar, top.move(y=h * 0.93), low.move(y=h * 0.07)]
    return shape(
        [merge(*solids).paint(coat.rgb)],
        (f"a {style}", f"a {coat.name} {style}", "a steel spanner for nuts and bolts"),
        style=style,
    )


@kind("pliers", ("gripping tool", "hand tool"), FAMILY)
def pliers(rng: np.random.Generator) -> Shape:
    """Two crossed levers about a pivot: pliers, long-nose pliers, pincers or scissors-like shears."""
    style, coat, spread = (
        pick(rng, "combination pliers", "long-nose pliers", "pincers"),
        paint(rng, "red", "blue", "yellow", "black", "orange"),
        rng.uniform(4, 12),
    )
    nose = {"combination pliers": 0.045, "long-nose pliers": 0.08, "pincers": 0.035}[style] * vary(rng)
    arm = tube(flow([(0.0, 0.0, 0), (-0.012, -0.02, 0), (-0.026, -0.06, 0), (-0.022, -0.13, 0)], 3), 0.0065, 8).scale(
        1, 1, 1.2
    )
    if style == "pincers":
        jaw = tube(flow([(0.0, 0.0, 0), (0.028, 0.015, 0), (0.03, 0.035, 0), (0.002, 0.048, 0)], 3), 0.006, 6)
    else:
        jaw = prism(
            [
                (-0.004, -0.008),
                (0.014, -0.01),
                (0.016, 0.012),
                (0.005 if style.startswith("long") else 0.009, nose),
                (0.0, nose),
                (0.0, 0.01),
            ],
            0.011,
        )
    lever = merge(arm.paint(coat.rgb), jaw.paint(STEEL)).turn("z", -spread / 2)
    other = lever.mirror("x")
    pivot = cylinder(0.011, 0.02, 16).turn("x", 90).move(z=-0.01).paint((0.45, 0.46, 0.48))
    return shape([lever, other, pivot], (f"a pair of {style}", f"{style} with {coat.name} handles"), style=style)
