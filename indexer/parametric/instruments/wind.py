"""Brass and woodwind instruments."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, flow, kinds_of, rod, shape, vary
from indexer.parametric.instruments.drums import CHROME
from indexer.parametric.kinds import Shape
from indexer.parametric.materials import RGB, wood
from indexer.parametric.solids import box, cylinder, lathe, tube
from indexer.parametric.surface import Solid, array, merge

FAMILY = "instruments"
BRASS: tuple[tuple[str, RGB], ...] = (
    ("brass", (0.85, 0.66, 0.25)),
    ("golden", (0.9, 0.75, 0.3)),
    ("silver", (0.78, 0.79, 0.8)),
)


def bell(r: float, length: float, rgb: RGB, small: float = 0.1) -> Solid:
    """A flaring bell that opens towards +z, its mouth at z = 0."""
    t = np.linspace(0, 1, 10)
    outer = np.column_stack([r * (small + (1 - small) * t**4), -length * (1 - t)])
    inner = outer[:2:-1] * (0.93, 1)
    return lathe(np.concatenate([outer, inner]), 22).turn("x", 90).paint(rgb)


def _trumpet(rng: np.random.Generator, style: str) -> Shape:
    """A trumpet, bugle, trombone, french horn or tuba."""
    name, rgb = BRASS[int(rng.integers(3))]
    if style in ("trumpet", "bugle"):
        loop = tube(
            [
                (0, 0, 0.1),
                (0, 0, -0.2),
                (0, -0.03, -0.23),
                (0, -0.08, -0.23),
                (0, -0.11, -0.2),
                (0, -0.11, 0.14),
                (0, -0.08, 0.17),
                (0, -0.02, 0.17),
                (0, 0.01, 0.14),
            ],
            0.0065,
            8,
        )
        lead = merge(
            tube([(0.022, 0, 0.14), (0.022, 0, -0.33)], 0.0055, 8),
            lathe([(0.004, 0), (0.006, 0.04), (0.013, 0.07), (0.012, 0.08)], 12).turn("x", -90).move(0.022, 0, -0.32),
        )
        solids = [
            merge(loop, lead).paint(rgb),
            bell(0.062, 0.2, rgb, 0.12).move(z=0.3),
            rod((0, 0, 0.08), (0, 0, 0.14), 0.0075).paint(rgb),
        ]
        if style == "trumpet":
            valve = merge(cylinder(0.012, 0.15, 14), cylinder(0.004, 0.19, 8), cylinder(0.011, 0.006, 14).move(y=0.19))
            solids.append(array(valve, [(0.011, -0.13, z) for z in (-0.04, -0.01, 0.02)]).paint(rgb))
        words = "three valves and a flared bell" if style == "trumpet" else "a flared bell and no valves"
    elif style == "trombone":
        slide = tube(
            [(0.03, 0, -0.4), (0.03, 0, 0.55), (0.03, -0.04, 0.6), (0.03, -0.08, 0.55), (0.03, -0.08, -0.25)], 0.008, 8
        )
        back = tube(
            [
                (0.03, -0.08, -0.25),
                (0.0, -0.05, -0.25),
                (0, 0.02, -0.6),
                (0, 0.08, -0.66),
                (0, 0.14, -0.6),
                (0, 0.14, 0.0),
            ],
            0.009,
            8,
        )
        solids = [
            merge(slide, back).paint(rgb),
            bell(0.11, 0.4, rgb, 0.09).move(0, 0.14, 0.3),
            lathe([(0.008, 0), (0.016, 0.05)], 12).turn("x", -90).move(0.03, 0, -0.38).paint(rgb),
        ]
        words = "a long slide and a flared bell"
    else:
        big = style == "tuba"
        a = np.linspace(0, 2 * np.pi * (1.6 if not big else 1.3), 40)
        r = np.linspace(0.13, 0.16, 40)
        coil = tube(
            np.column_stack([0.02 * np.cos(a * 0.5), r * np.cos(a) * (1.5 if big else 1), r * np.sin(a)]),
            np.linspace(0.008, 0.02, 40),
            8,
        ).paint(rgb)
        mouth = bell(0.16, 0.34, rgb, 0.14)
        valves = array(cylinder(0.013, 0.1, 12), [(0, -0.05, z) for z in (-0.04, 0.0, 0.04)]).paint(rgb)
        pipe = tube(
            [(0, 0.1, -0.1), (0, 0.2, -0.2), (0, 0.23, -0.26)]
            if big
            else [(0, 0.05, 0.12), (0, 0.16, 0.2), (0, 0.2, 0.26)],
            0.006,
            6,
        ).paint(rgb)
        solids = [
            coil,
            valves,
            pipe,
            mouth.turn("x", -90).move(0, 0.42, 0.1) if big else mouth.turn("y", 100).move(0.22, -0.1, -0.1),
        ]
        words = "coiled tubes and a wide bell"
    size, wide, deep = 2.2 if style == "tuba" else 1.0, vary(rng), vary(rng)
    return shape(
        [part.scale(size * wide, size, size * deep) for part in solids],
        (f"a {style}", f"a {name} {style} with {words}", f"a brass instrument, a {style}"),
        style=style,
    )


def _flute(rng: np.random.Generator, style: str) -> Shape:
    """A transverse flute, recorder, clarinet, oboe-like pipe, saxophone or pan pipes, along y."""
    timber = wood(rng)
    rgb = (0.8, 0.8, 0.82) if style == "transverse flute" else DARK if style == "clarinet" else timber.rgb
    if style == "pan flute":
        n = int(rng.integers(6, 13))
        pipes = [
            cylinder(0.011, 0.09 + 0.015 * i, 14).move((i - n / 2) * 0.023, -(0.09 + 0.015 * i), 0) for i in range(n)
        ]
        band = box(n * 0.023, 0.018, 0.03).move(-0.011, -0.08, 0).paint(timber.shade(0.6))
        return shape(
            [merge(*pipes).paint(timber.rgb), band],
            ("a pan flute", f"a pan flute with {n} pipes"),
            style=style,
            pipes=n,
        )
    if style == "saxophone":
        name, brass = BRASS[int(rng.integers(3))]
        path = flow(
            [
                (0, 0.42, 0.1),
                (0, 0.5, 0.06),
                (0, 0.47, 0.0),
                (0, 0.3, 0),
                (0, 0.02, 0),
                (0, -0.06, 0.06),
                (0, 0.0, 0.12),
                (0, 0.14, 0.14),
            ],
            4,
        )
        cone_r = np.interp(np.linspace(0, 1, len(path)), [0, 0.25, 1], [0.006, 0.011, 0.036])
        t = np.linspace(0, 1, 6)
        mouth = lathe(np.column_stack([0.036 + 0.034 * t**2, 0.1 * t]), 20).turn("x", 10).move(0, 0.13, 0.14)
        keys = array(
            cylinder(0.011, 0.008, 12).turn("x", 90),
            [(0.0, y, 0.02 + 0.012 * (0.4 - y)) for y in np.linspace(0.05, 0.36, 8)],
        )
        bars = rod((0.025, 0.02, 0.01), (0.02, 0.38, 0.005), 0.004)
        return shape(
            [
                merge(tube(path, cone_r, 14), mouth, keys, bars).paint(brass),
                rod((0, 0.42, 0.1), (0, 0.4, 0.15), 0.009, 0.004).paint(DARK),
            ],
            ("a saxophone", f"a {name} saxophone with keys and an upturned bell"),
            style=style,
        )
    length = rng.uniform(0.3, 0.66)
    profile = {
        "transverse flute": [(0.01, 0), (0.01, 0.72), (0.012, 0.73), (0.012, 0.75), (0.01, 0.76), (0.01, 1.0)],
        "recorder": [
            (0.018, 0),
            (0.014, 0.06),
            (0.011, 0.2),
            (0.011, 0.22),
            (0.014, 0.7),
            (0.019, 0.74),
            (0.016, 0.86),
            (0.008, 1.0),
        ],
        "clarinet": [(0.032, 0), (0.016, 0.1), (0.013, 0.2), (0.013, 0.82), (0.016, 0.84), (0.013, 0.88), (0.006, 1.0)],
    }[style]
    solids = [lathe(np.array(profile) * (1, length), 16).paint(rgb)]
    places = [(0, length * y, 0.011) for y in np.linspace(0.2, 0.62, 7)]
    if style == "recorder":
        solids += [
            array(cylinder(0.004, 0.004, 10).turn("x", 90), places).paint(DARK),
            box(0.012, 0.018, 0.006).move(0, length * 0.83, 0.013).paint(DARK),
        ]
    else:
        pads = array(
            cylinder(0.008, 0.005, 12).turn("x", 90), [(0, length * y, 0.013) for y in np.linspace(0.12, 0.68, 10)]
        )
        solids += [merge(pads, rod((0.011, length * 0.12, 0.008), (0.011, length * 0.68, 0.008), 0.0025)).paint(CHROME)]
        if style == "transverse flute":
            solids.append(box(0.022, 0.026, 0.012).move(0, length * 0.86, 0.004).paint(rgb))
    return shape(
        solids,
        (f"a {style}", f"a slim {style} with finger holes" if style == "recorder" else f"a slim {style} with keys"),
        style=style,
        length=length,
    )


kinds_of(
    FAMILY,
    _trumpet,
    {
        "trumpet": (("brass instrument", "wind instrument", "musical instrument"), ("trumpet", "trumpet", "bugle")),
        "trombone": (("brass instrument", "wind instrument", "musical instrument"), ("trombone",)),
        "french horn": (("brass instrument", "wind instrument", "musical instrument"), ("french horn",)),
        "tuba": (("brass instrument", "wind instrument", "musical instrument"), ("tuba",)),
    },
)


kinds_of(
    FAMILY,
    _flute,
    {
        "flute": (("woodwind instrument", "wind instrument", "musical instrument"), ("transverse flute", "recorder")),
        "clarinet": (("woodwind instrument", "wind instrument", "musical instrument"), ("clarinet",)),
        "saxophone": (("woodwind instrument", "wind instrument", "musical instrument"), ("saxophone",)),
        "pan flute": (("woodwind instrument", "wind instrument", "musical instrument"), ("pan flute",)),
    },
)
