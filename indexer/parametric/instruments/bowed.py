"""Violins and harps, standing upright and facing +z."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, flow, kinds_of, limb, rod, shape
from indexer.parametric.instruments.strings import STRING, plate
from indexer.parametric.kinds import Shape
from indexer.parametric.materials import metal, wood
from indexer.parametric.solids import box, lathe, loft, prism, rounded_box, tube
from indexer.parametric.surface import merge

FAMILY = "instruments"


def _violin(rng: np.random.Generator, style: str) -> Shape:
    """A violin, cello or double bass, with or without its bow."""
    timber, bowed = wood(rng), chance(rng, 0.5)
    slope = 0.72 if style == "double bass" else 1.0
    keys = [
        (0.0, 0.1),
        (0.02, 0.5),
        (0.2, 0.98),
        (0.34, 0.9),
        (0.38, 1.02),
        (0.41, 0.78),
        (0.5, 0.56),
        (0.58, 0.62),
        (0.62, 0.86),
        (0.66, 0.74),
        (0.8, 0.8),
        (0.95 - 0.1 * (slope < 1), 0.6 * slope),
        (1.0, 0.12),
    ]
    y, w = np.array(keys).T
    half = w * 0.105
    outline = np.concatenate([np.column_stack([half, y * 0.36]), np.column_stack([-half, y * 0.36])[::-1]])
    deep = {"violin": 0.04, "cello": 0.06, "double bass": 0.075}[style]
    varnish = (0.55, 0.27, 0.12) if chance(rng) else timber.rgb
    belly = plate(outline, deep, 0.008).paint(varnish)
    z = deep / 2
    holes = (
        tube(flow([(0.045, 0.1, z), (0.032, 0.13, z), (0.042, 0.17, z), (0.03, 0.2, z)], 3), 0.0035, 5)
        .both("x")
        .paint(DARK)
    )
    tail = prism([(-0.012, 0.02), (0.012, 0.02), (0.02, 0.11), (-0.02, 0.11)], 0.006).move(z=z + 0.012).paint(DARK)
    bridge = box(0.04, 0.005, 0.032, (0.8, 1)).move(0, 0.155, z).paint((0.8, 0.65, 0.42))
    board = box(0.034, 0.27, 0.007, (0.7, 1)).move(0, 0.23, z + 0.016).paint(DARK)
    neck = limb([(0, 0.34, z, 0.013), (0, 0.5, z + 0.006, 0.011)], 10).paint(varnish)
    scroll = (
        tube(
            [
                (0, 0.5, z),
                (0, 0.56, z - 0.008),
                (0, 0.585, z - 0.02),
                (0, 0.575, z - 0.034),
                (0, 0.562, z - 0.026),
                (0, 0.57, z - 0.018),
            ],
            [0.011, 0.009, 0.008, 0.007, 0.006, 0.004],
            8,
        )
        .scale(1.2, 1, 1)
        .paint(varnish)
    )
    pegs = merge(
        *[
            rod((s * 0.008, 0.515 + 0.013 * i, z), (s * 0.036, 0.515 + 0.013 * i, z), 0.003, 0.006, 6)
            for i, s in enumerate((-1, 1, -1, 1))
        ]
    ).paint(DARK)
    strings = merge(
        *[rod((a, 0.06, z + 0.014), (a * 0.7, 0.5, z + 0.012), 0.0008, sides=4) for a in (-0.012, -0.004, 0.004, 0.012)]
    ).paint(STRING)
    solids = [belly, holes, tail, bridge, board, neck, scroll, pegs, strings]
    size = {"violin": 1.0, "cello": 2.1, "double bass": 3.1}[style]
    if style == "violin":
        solids.append(rounded_box(0.05, 0.03, 0.012, 0.005).move(-0.05, 0.0, z + 0.004).paint(DARK))
    else:
        solids.append(rod((0, 0, 0), (0, -0.09, 0), 0.004).paint(STRING))
    if bowed:
        length = 0.74 / size**0.6
        stick = tube(
            flow([(0, 0, 0), (0, length * 0.5, -0.008), (0, length, 0.004), (0, length + 0.012, 0.018)], 4), 0.004, 6
        )
        solids.append(
            merge(
                stick.paint(timber.shade(0.6)),
                box(0.008, length, 0.002).move(0, 0.01, 0.016).paint((0.93, 0.92, 0.88)),
                box(0.011, 0.05, 0.02).move(0, 0.02, 0.01).paint(DARK),
            ).move(0.16, 0, z)
        )
    extra = " with its bow" * bowed
    return shape(
        [part.scale(size) for part in solids],
        (
            f"a {style}{extra}",
            f"a wooden {style} with four strings and f-holes",
            f"a {style} with a curved body and a scroll",
        ),
        style=style,
        strings=4,
    )


def _harp(rng: np.random.Generator, style: str) -> Shape:
    """A concert or celtic harp, or an ancient lyre."""
    coat = metal(rng) if chance(rng, 0.4) else wood(rng)
    if style == "lyre":
        arms = tube(flow([(0.08, 0.0, 0), (0.2, 0.12, 0), (0.14, 0.35, 0), (0.2, 0.55, 0)], 4), 0.018, 8).both("x")
        base = plate(
            np.array([(-0.1, 0), (0.1, 0), (0.14, 0.08), (0.1, 0.16), (-0.1, 0.16), (-0.14, 0.08)]), 0.06, 0.008
        )
        strings = [rod((x, 0.1, 0.035), (x * 1.1, 0.5, 0), 0.0015, sides=4) for x in np.linspace(-0.08, 0.08, 7)]
        return shape(
            [
                merge(arms, base, rod((-0.22, 0.5, 0), (0.22, 0.5, 0), 0.014)).paint(coat.rgb),
                merge(*strings).paint(STRING),
            ],
            ("a lyre", f"a {coat.name} lyre with seven strings"),
            strings=7,
        )
    h, n = rng.uniform(0.8, 1.8), int(rng.integers(18, 37))
    pillar = lathe(
        [(0.045, 0), (0.05, 0.05), (0.024, 0.1), (0.022, 0.85), (0.035, 0.9), (0.03, 0.97), (0.05, 1.0)], 14
    ).move(0.35, 0, 0)
    neck = tube(
        flow([(0.35, 0.98, 0), (0.22, 0.98, 0), (0.05, 0.84, 0), (-0.12, 0.82, 0), (-0.2, 0.88, 0)], 4), 0.03, 10
    ).scale(1, 1, 0.75)
    sound = loft(
        np.stack(
            [
                np.array([(-1, -1), (1, -1), (1.0, 1), (-1, 1)])[:, [0, 0, 1]] * (0.0, 0.0, w)
                + np.array([(x - 0.02, y, 0), (x + 0.03, y, 0), (x + 0.03, y, 0), (x - 0.02, y, 0)])
                for x, y, w in ((0.32, 0.05, 0.11), (0.08, 0.42, 0.08), (-0.2, 0.9, 0.04))
            ]
        )
    )
    foot = box(0.2, 0.05, 0.24, 0.85).move(0.32, 0, 0)
    t = np.linspace(0.04, 0.9, n)
    curve = flow([(0.35, 0.98), (0.22, 0.98), (0.05, 0.84), (-0.12, 0.82), (-0.2, 0.88)], 4)
    low = np.column_stack(
        [np.interp(t, [0, 0.5, 1], [0.3, 0.09, -0.18]), np.interp(t, [0, 0.5, 1], [0.12, 0.43, 0.88])]
    )
    order = np.argsort(curve[:, 0])
    high_x = low[:, 0] + 0.02
    high_y = np.interp(high_x, curve[order, 0], curve[order, 1])
    strings = [
        rod((a, b, 0), (c, d, 0), 0.0013, sides=4)
        for (a, b), c, d in zip(low, high_x, high_y, strict=True)
        if d > b + 0.01
    ]
    solids = [merge(pillar, neck, sound, foot).paint(coat.rgb), merge(*strings).paint(STRING)]
    return shape(
        [part.scale(h) for part in solids],
        (
            "a harp",
            f"a {coat.name} harp with {len(strings)} strings",
            "a concert harp with a pillar, a curved neck and a soundboard",
        ),
        strings=len(strings),
    )


kinds_of(
    FAMILY,
    _violin,
    {
        "violin": (("fiddle", "string instrument", "musical instrument"), ("violin",)),
        "cello": (("violoncello", "string instrument", "musical instrument"), ("cello",)),
        "double bass": (("contrabass", "string instrument", "musical instrument"), ("double bass",)),
    },
)


kinds_of(
    FAMILY,
    _harp,
    {
        "harp": (("string instrument", "musical instrument"), ("harp",)),
        "lyre": (("ancient harp", "string instrument", "musical instrument"), ("lyre",)),
    },
)
