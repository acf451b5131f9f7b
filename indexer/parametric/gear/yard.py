"""Saws, drills, shovels and other yard tools."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, flow, kinds_of, pick, rod, shape
from indexer.parametric.gear.hardware import circle, holed
from indexer.parametric.gear.tools import STEEL, handle_coat
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import paint, wood
from indexer.parametric.solids import box, cone, cylinder, lathe, loft, rounded_box, sheet, tube
from indexer.parametric.surface import Points, array, merge

FAMILY = "tools"


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


def _shovel(rng: np.random.Generator, style: str) -> Shape:
    """A shovel, spade, rake, pitchfork, hoe or broom-like garden tool standing on its head."""
    timber, h = wood(rng), rng.uniform(0.75, 1.3)
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


kinds_of(
    FAMILY,
    _shovel,
    {
        "shovel": (("garden tool", "hand tool"), ("pointed shovel", "square spade", "snow shovel")),
        "rake": (("garden tool", "hand tool"), ("rake",)),
        "pitchfork": (("garden tool", "hand tool"), ("pitchfork",)),
        "hoe": (("garden tool", "hand tool"), ("hoe",)),
    },
)
