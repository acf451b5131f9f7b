"""Hand tools, fasteners and hardware."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, flow, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import RGB, Material, metal, paint, wood
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, loft, prism, rounded_box, sheet, torus, tube
from indexer.parametric.surface import Points, Solid, array, merge, ring

FAMILY = "tools"
STEEL: RGB = (0.66, 0.68, 0.7)


def handle_coat(rng: np.random.Generator) -> Material:
    """Wood or coloured plastic."""
    return wood(rng) if chance(rng, 0.4) else paint(rng, "red", "yellow", "blue", "black", "orange", "green")


def holed(outer: Points, inner: Points, depth: float) -> Solid:
    """A plate with one hole: (n, 2) outlines with the same number of corners, drawn out along y from 0 to `depth`."""
    walls = [
        np.column_stack([flat[:, 0], np.full(len(flat), y), flat[:, 1]])
        for flat, y in ((outer, 0.0), (outer, depth), (inner, depth), (inner, 0.0))
    ]
    return loft(np.stack(walls), closed=True)


def circle(r: float, sides: int, start: float = 0.0) -> Points:
    """(sides, 2) points on a circle."""
    t = np.linspace(0, 2 * np.pi, sides, endpoint=False) + np.radians(start)
    return np.column_stack([np.cos(t), np.sin(t)]) * r


def polygon_at(r: float, corners: int, sides: int) -> Points:
    """(sides, 2) points on a regular polygon, at equal angles, so that it can be paired with a circle."""
    t = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    wedge = 2 * np.pi / corners
    reach = r * np.cos(wedge / 2) / np.cos((t + wedge / 2) % wedge - wedge / 2)
    return np.column_stack([np.cos(t), np.sin(t)]) * reach[:, None]


@kind("hammer", ("mallet", "hand tool"), FAMILY)
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


@kind("saw", ("cutting tool", "hand tool"), FAMILY)
def saw(rng: np.random.Generator) -> Shape:
    """A hand saw, hacksaw, bow saw, or circular saw blade, its teeth down."""
    style, length, coat = (
        pick(rng, "hand saw", "hacksaw", "circular saw blade"),
        rng.uniform(0.4, 0.6),
        handle_coat(rng),
    )
    if style == "circular saw blade":
        n, r = int(rng.integers(18, 41)), 0.12
        t = np.repeat(np.linspace(0, 2 * np.pi, n, endpoint=False), 2) + np.tile([0, 1.5 * np.pi / n], n)
        outer = np.column_stack([np.cos(t), np.sin(t)]) * (r * np.tile([1.0, 0.88], n))[:, None]
        plate = holed(outer, circle(0.1 * r, 2 * n), 0.003).turn("x", 90).move(y=r)
        return shape(
            [plate.paint(STEEL)], ("a circular saw blade", f"a round saw blade with {n} teeth"), style=style, teeth=n
        )
    n = int(length / 0.012)
    teeth = [(x, -0.006 if i % 2 else 0.0) for i, x in enumerate(np.linspace(0, length, n))]
    if style == "hand saw":
        plate = loft(_saw_rings(np.array(teeth), length, 0.05, 0.12))
        grip = [
            rounded_box(0.03, 0.13, 0.026, 0.012).turn("z", 18).move(-0.1, 0.0, 0),
            rounded_box(0.12, 0.03, 0.024, 0.011).move(-0.03, 0.09, 0),
            rounded_box(0.1, 0.03, 0.024, 0.011).move(-0.045, -0.01, 0),
            rounded_box(0.05, 0.12, 0.024, 0.011).move(0.0, 0.0, 0),
        ]
        solids = [plate.paint(STEEL), merge(*grip).paint(coat.rgb)]
    else:
        strip = loft(_saw_rings(np.array(teeth), length, 0.02, 0.02))
        frame = tube([(-0.01, 0.01, 0), (-0.02, 0.1, 0), (length + 0.02, 0.1, 0), (length + 0.01, 0.01, 0)], 0.007, 8)
        solids = [
            strip.paint(STEEL),
            frame.paint(STEEL),
            merge(
                rounded_box(0.03, 0.12, 0.03, 0.012).turn("z", 12).move(-0.06, -0.02, 0),
                rounded_box(0.06, 0.028, 0.028, 0.01).move(-0.035, 0.075, 0),
            ).paint(coat.rgb),
        ]
    return shape(solids, (f"a {style}", f"a {style} with teeth and a {coat.name} handle"), style=style)


def _saw_rings(teeth: Points, length: float, tip: float, heel: float) -> Points:
    """Quad sections along a toothed blade, the back `heel` high at x = 0 and `tip` at the end."""
    back = heel + (tip - heel) * teeth[:, 0] / length
    sides = [
        np.column_stack([teeth[:, 0], y, np.full(len(teeth), z)])
        for y, z in ((teeth[:, 1], -0.0008), (back, -0.0008), (back, 0.0008), (teeth[:, 1], 0.0008))
    ]
    return np.stack(sides, axis=1)


@kind("pliers", ("pincers", "hand tool"), FAMILY)
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


@kind("shovel", ("spade", "garden tool"), FAMILY)
def shovel(rng: np.random.Generator) -> Shape:
    """A shovel, spade, rake, pitchfork, hoe or broom-like garden tool standing on its head."""
    style, timber, h = (
        pick(rng, "pointed shovel", "square spade", "rake", "pitchfork", "hoe", "snow shovel"),
        wood(rng),
        rng.uniform(0.75, 1.3),
    )
    w, long = h * 0.2, h * 0.26
    if style in ("pointed shovel", "square spade", "snow shovel"):
        w *= 1.7 if style == "snow shovel" else 1.0
        v, u = np.linspace(0, 1, 8), np.linspace(-1, 1, 7)
        half = w / 2 * (np.sqrt(np.clip(v * 1.25 + 0.04, 0, 1)) if style == "pointed shovel" else np.full(8, 0.95))
        z = -(0.12 if style != "square spade" else 0.05) * w * (1 - u**2)
        grid = np.stack([half[:, None] * u, np.broadcast_to(v[:, None] * long, (8, 7)), np.broadcast_to(z, (8, 7))], 2)
        head = merge(sheet(grid, 0.005), rod((0, long * 0.7, -0.08 * w), (0, long * 1.35, 0), 0.018, 0.02))
    elif style == "rake":
        n = int(rng.integers(9, 15))
        head = merge(
            box(0.45, 0.02, 0.025).move(y=0.07),
            array(
                cone(0.008, 0.08, 6).turn("x", 180).move(y=0.08), [(x, 0, 0.005) for x in np.linspace(-0.21, 0.21, n)]
            ),
            rod((0, 0.08, 0), (0, 0.2, 0), 0.014),
        )
    elif style == "pitchfork":
        n = int(rng.integers(3, 6))
        tines = [
            tube([(x, 0.0, 0.02), (x, 0.12, -0.02), (x, 0.25, 0), (x * 0.5, 0.3, 0)], 0.006, 6)
            for x in np.linspace(-0.1, 0.1, n)
        ]
        head = merge(*tines, rod((0, 0.28, 0), (0, 0.38, 0), 0.016))
    else:
        head = merge(
            box(0.16, 0.1, 0.006).turn("x", 20), tube([(0, 0.09, 0.03), (0, 0.14, 0.03), (0, 0.2, 0)], 0.008, 6)
        )
    start = {"rake": 0.15, "pitchfork": 0.32, "hoe": 0.18}.get(style, long * 1.1)
    solids = [head.paint(STEEL), cylinder(0.016, h, 12).move(y=start).paint(timber.rgb)]
    d_grip = chance(rng) and style not in ("rake", "hoe")
    if d_grip:
        top = start + h
        grip = tube(
            [
                (0, top - 0.02, 0),
                (0.06, top + 0.04, 0),
                (0.06, top + 0.1, 0),
                (-0.06, top + 0.1, 0),
                (-0.06, top + 0.04, 0),
                (0, top - 0.02, 0),
            ],
            0.012,
            8,
        )
        solids.append(grip.paint(timber.shade(0.8)))
    end = "d-shaped grip" if d_grip else "straight handle"
    return shape(solids, (f"a {style}", f"a {style} with a long {timber.name} shaft and a {end}"), style=style)


@kind("drill", ("power drill", "power tool", "electric tool"), FAMILY)
def drill(rng: np.random.Generator) -> Shape:
    """A cordless or corded pistol drill with a bit, or a hand drill."""
    colour, cordless = paint(rng, "yellow", "red", "blue", "green", "orange", "black"), chance(rng, 0.6)
    body = lathe([(0.022, -0.09), (0.032, -0.08), (0.034, 0.02), (0.026, 0.05), (0.02, 0.06)], 18).turn("x", 90)
    chuck = lathe([(0.02, 0.06), (0.021, 0.075), (0.02, 0.085), (0.008, 0.105)], 16).turn("x", 90).paint(DARK)
    t = np.linspace(0, 1, 24)
    spiral = tube(
        np.column_stack([0.0015 * np.cos(t * 25), 0.0015 * np.sin(t * 25), 0.1 + t * rng.uniform(0.06, 0.12)]), 0.003, 6
    ).paint(STEEL)
    grip = tube([(0, -0.01, -0.03), (0, -0.06, -0.035), (0, -0.13, -0.045)], [0.02, 0.017, 0.018], 12).scale(
        0.9, 1, 1.25
    )
    solids = [
        merge(body, grip).paint(colour.rgb),
        chuck,
        spiral,
        box(0.014, 0.03, 0.014).move(0, -0.06, -0.002).paint(DARK),
    ]
    if cordless:
        solids.append(rounded_box(0.065, 0.045, 0.1, 0.012).move(0, -0.175, -0.045).paint(DARK))
    else:
        solids.append(
            tube(
                flow([(0, -0.13, -0.05), (0, -0.18, -0.06), (0.03, -0.2, -0.12), (0.06, -0.2, -0.2)], 3), 0.004, 6
            ).paint(DARK)
        )
    power = "battery" if cordless else "power cord"
    return shape(
        solids,
        (
            "a power drill",
            f"a {colour.name} drill with a {power}",
            f"a pistol-shaped electric drill with a bit and a {power}",
        ),
        cordless=int(cordless),
    )


def thread(r: float, start: float, end: float, pitch: float) -> Solid:
    """A threaded rod along y, as rings of alternating radius set askew."""
    y = np.arange(start, end, pitch / 2)
    rings = np.column_stack([r * np.where(np.arange(len(y)) % 2, 0.84, 1.0), y])
    return lathe(rings, 16).warp(lambda p: p + np.column_stack([0 * p[:, 0], pitch * 0.25 * p[:, 0] / r, 0 * p[:, 0]]))


@kind("screw", ("bolt", "fastener", "machine part"), FAMILY)
def screw(rng: np.random.Generator) -> Shape:
    """A hex bolt, wood screw, machine screw, eye bolt or nail, its head up."""
    style, coat, r = (
        pick(rng, "hex bolt", "wood screw", "socket screw", "eye bolt", "nail"),
        metal(rng),
        rng.uniform(0.003, 0.008),
    )
    length = r * rng.uniform(6, 14)
    if style == "nail":
        solids = [
            cone(r * 0.5, r * 1.6, 12).turn("x", 180).move(y=r * 1.6),
            cylinder(r * 0.5, length, 12).move(y=r * 1.6),
            cylinder(r * 1.2, r * 0.25, 18).move(y=length + r * 1.6),
        ]
    elif style == "wood screw":
        y = np.linspace(0, length, 22)
        solids = [
            lathe(
                np.column_stack(
                    [r * np.clip(0.15 + 1.6 * y / length, 0, 1) * np.where(np.arange(22) % 2, 0.7, 1.0), y]
                ),
                14,
            ),
            lathe([(r, length), (r * 2, length + r * 1.1), (r * 2, length + r * 1.25)], 18),
        ]
        solids.append(box(r * 3.2, r * 0.3, r * 0.5).move(y=length + r * 1.15).paint(DARK))
    else:
        solids = [
            thread(r, 0, length * rng.uniform(0.5, 0.95), r * 0.5),
            cylinder(r * 0.98, length * 0.6, 16).move(y=length * 0.42),
        ]
        head = {
            "hex bolt": cylinder(r * 1.9, r * 1.3, 6).move(y=length),
            "socket screw": merge(
                cylinder(r * 1.6, r * 1.9, 22).move(y=length),
                cylinder(r * 0.85, r * 0.1, 6).move(y=length + r * 1.85).paint(DARK),
            ),
        }
        solids.append(head.get(style, torus(r * 1.8, r * 0.6, 22, 8).turn("x", 90).move(y=length + r * 2.2)))
    painted = [part if np.allclose(part.colors[0], DARK) else part.paint(coat.rgb) for part in solids]
    return shape(
        painted,
        (
            f"a {style}" if style[0] != "e" else "an eye bolt",
            f"a {coat.name} {style}",
            f"a metal {style} with a {'smooth' if style == 'nail' else 'threaded'} shank",
        ),
        style=style,
    )


@kind("nut", ("hex nut", "fastener", "machine part"), FAMILY)
def nut(rng: np.random.Generator) -> Shape:
    """A hex, square, flange or wing nut, or a washer."""
    style, coat, r = (
        pick(rng, "hex nut", "square nut", "wing nut", "washer", "flange nut"),
        metal(rng),
        rng.uniform(0.005, 0.015),
    )
    hole, n = circle(r * rng.uniform(0.5, 0.6), 24), 24
    if style == "washer":
        solids = [holed(circle(r * 1.1, n), hole, r * 0.16)]
    elif style == "wing nut":
        ear = prism([(0.6, 0.1), (1.1, 0.5), (1.9, 1.7), (1.6, 2.1), (1.1, 1.8), (0.6, 0.9)], 0.4).scale(r)
        solids = [holed(circle(r * 0.9, n), hole, r * 1.1), ear.both("x")]
    else:
        outer = polygon_at(r * (1.15 if style == "square nut" else 1.0), 4 if style == "square nut" else 6, n)
        solids = [holed(outer, hole, r * 0.85)]
        if style == "flange nut":
            solids.append(holed(circle(r * 1.35, n), hole, r * 0.2))
    return shape(
        [merge(*solids).paint(coat.rgb)], (f"a {style}", f"a {coat.name} {style} with a round hole"), style=style
    )


@kind("gear wheel", ("gear", "cog", "cogwheel", "machine part"), FAMILY)
def gear_wheel(rng: np.random.Generator) -> Shape:
    """A spur gear with a bore, plain, spoked or with lightening holes; or a pair in mesh."""
    teeth, coat, r = int(rng.integers(10, 33)), metal(rng), rng.uniform(0.03, 0.1)
    depth, style = r * rng.uniform(0.2, 0.6), pick(rng, "solid", "spoked", "hubbed")
    tall = r * min(5.0 / teeth, 0.28)
    t = (np.arange(teeth)[:, None] + np.array([-0.28, -0.16, 0.16, 0.28])).ravel() * 2 * np.pi / teeth
    reach = np.tile([r - tall, r, r, r - tall], teeth)
    outer = np.column_stack([np.cos(t), np.sin(t)]) * reach[:, None]
    inner_r = (r - tall) * (0.8 if style == "spoked" else 0.25)
    inner = np.column_stack([np.cos(t), np.sin(t)]) * inner_r
    solids = [holed(outer, inner, depth)]
    if style == "spoked":
        n, hub = int(rng.integers(4, 7)), r * 0.28
        bar = box(inner_r * 1.02 - hub * 0.6, depth * 0.7, r * 0.14).move(
            (inner_r * 1.02 + hub * 0.6) / 2, depth * 0.15, 0
        )
        solids += [ring(bar, n), holed(circle(hub, 24), circle(hub * 0.5, 24), depth * 1.2)]
    elif style == "hubbed":
        solids.append(holed(circle(r * 0.42, 24), circle(inner_r, 24), depth * 1.8))
    made = merge(*solids).turn("x", 90)
    return shape(
        [made.paint(coat.rgb)],
        (
            "a gear wheel",
            f"a gear with {teeth} teeth",
            f"a {style} {coat.name} gear wheel with {teeth} teeth and a center hole",
        ),
        teeth=teeth,
        style=style,
    )


@kind("anvil", ("blacksmith tool", "forge tool"), FAMILY)
def anvil(rng: np.random.Generator) -> Shape:
    """A waisted iron block with a horn and a heel, perhaps on a stump."""
    length, w, h, stump = rng.uniform(0.4, 0.6), rng.uniform(0.1, 0.14), rng.uniform(0.22, 0.3), chance(rng, 0.4)
    base = box(length * 0.55, h * 0.18, w * 1.5, 0.9)
    waist = loft(
        np.stack(
            [
                np.column_stack(
                    [np.array([-1, 1, 1, -1]) * a * length / 2, np.full(4, y * h), np.array([-1, -1, 1, 1]) * b * w / 2]
                )
                for y, a, b in ((0.15, 0.48, 1.2), (0.3, 0.3, 0.8), (0.5, 0.3, 0.8), (0.68, 0.52, 1.0))
            ]
        )
    )
    top = box(length * 0.62, h * 0.34, w).move(-length * 0.06, h * 0.66, 0)
    t = np.linspace(0, 1, 8)
    horn = tube(
        np.column_stack([length * (0.24 + 0.4 * t), h * (0.82 + 0.08 * t), 0 * t]), w * 0.46 * (1 - 0.93 * t**1.3), 14
    )
    iron = merge(base, waist, top, horn, box(length * 0.1, h * 0.22, w).move(-length * 0.4, h * 0.78, 0)).paint(
        (0.28, 0.28, 0.3)
    )
    solids = [iron.move(y=0.45 if stump else 0)]
    if stump:
        solids.append(cylinder(length * 0.4, 0.45, 16).paint((0.45, 0.32, 0.2)))
    return shape(solids, ("an anvil", f"an iron anvil with a horn{' on a tree stump' * stump}"), stump=int(stump))


@kind("anchor", ("ship anchor", "nautical gear"), FAMILY)
def anchor(rng: np.random.Generator) -> Shape:
    """A shank, two curved arms with flukes, a stock and a ring."""
    h, coat, stocked = rng.uniform(0.8, 1.6), metal(rng), chance(rng, 0.75)
    w, r = h * rng.uniform(0.34, 0.44), h * 0.035
    a = np.linspace(-1.15, 1.15, 17)
    arc = tube(np.column_stack([w * np.sin(a), w * (1 - np.cos(a)) * 0.95 + r, 0 * a]), r * (1.25 - 0.5 * np.abs(a)), 8)
    tip = np.array([w * np.sin(1.15), w * (1 - np.cos(1.15)) * 0.95, 0])
    fluke = prism([(-0.1, -0.09), (0.05, -0.06), (0.03, 0.13), (-0.16, 0.05)], 0.16).scale(h * 0.9).move(*tip)
    parts = [
        rod((0, 0, 0), (0, h, 0), r * 1.2, r, 10),
        arc,
        fluke.both("x"),
        torus(h * 0.07, r * 0.5, 20, 7).turn("x", 90).move(y=h + h * 0.06),
    ]
    if stocked:
        parts += [
            rod((-w * 0.75, h * 0.88, 0), (w * 0.75, h * 0.88, 0), r * 0.8),
            ball(r * 1.3, sides=10).move(w * 0.75, h * 0.88, 0).both("x"),
        ]
    return shape(
        [merge(*parts).paint(coat.rgb)],
        ("an anchor", f"a {coat.name} ship anchor with two curved arms and a ring"),
        stock=int(stocked),
    )
