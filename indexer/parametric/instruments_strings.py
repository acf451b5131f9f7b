"""Stringed instruments: guitars, violins and harps, standing upright and facing +z."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, flow, limb, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import RGB, metal, paint, wood
from indexer.parametric.solids import box, cylinder, lathe, loft, prism, rounded_box, tube
from indexer.parametric.surface import Points, Solid, array, merge

FAMILY = "instruments"
STRING: RGB = (0.85, 0.84, 0.8)
MUSIC = ("musical instrument", "string instrument")


def plate(outline: Points, depth: float, edge: float = 0.0) -> Solid:
    """A star-shaped outline of (n, 2) points in xy, `depth` thick along z about z = 0, its edges rounded by `edge`."""
    centre = (outline.min(axis=0) + outline.max(axis=0)) / 2
    shrink = 1 - 2 * edge / np.ptp(outline, axis=0).min()
    small = centre + (outline - centre) * shrink
    layers = (
        [(small, -depth / 2), (outline, -depth / 2 + edge), (outline, depth / 2 - edge), (small, depth / 2)]
        if edge
        else [(outline, -depth / 2), (outline, depth / 2)]
    )
    rings = [np.column_stack([flat, np.full(len(flat), z)]) for flat, z in layers]
    return loft(np.stack(rings), np.array([*centre, -depth / 2]), np.array([*centre, depth / 2]))


def waisted(length: float, lower: float, waist: float, upper: float, sides: int = 40) -> Points:
    """A guitar-like outline from y = 0 to `length`: widths of the lower bout, the waist and the upper bout."""
    t = np.linspace(0, 1, sides // 2 + 1)
    keys = flow(
        [
            (0, 0.0),
            (0.04, 0.62 * lower),
            (0.25, lower),
            (0.45, (waist + lower) / 2 * 0.97),
            (0.58, waist),
            (0.78, upper),
            (0.95, 0.7 * upper),
            (1.0, 0.0),
        ],
        4,
    )
    half = np.interp(t, keys[:, 0], np.maximum(keys[:, 1], 0)) / 2
    half[[0, -1]] = 0.12 * lower, 0.12 * upper
    return np.concatenate([np.column_stack([half, t * length]), np.column_stack([-half, t * length])[::-1]])


def neck_and_strings(
    start: float, end: float, w: float, z: float, strings: int, bridge: float, board: RGB
) -> list[Solid]:
    """A fretted neck from y = start to end, and strings from the bridge to the nut."""
    board_solid = box(w, end - start, 0.02, (0.82, 1)).move(0, start, z).paint(board)
    back = limb([(0, start, z - 0.012, w * 0.45), (0, end, z - 0.012, w * 0.38)], 10).scale(1, 1, 0.8).paint(board)
    x = np.linspace(-0.4, 0.4, strings) * w
    wires = merge(
        *[rod((a * 1.1, bridge, z + 0.016), (a * 0.85, end + 0.02, z + 0.014), 0.0016, sides=4) for a in x]
    ).paint(STRING)
    fret_y = end - (end - start) * (1 - 2 ** (-np.arange(1, 15) / 12)) / (1 - 2 ** (-14 / 12))
    frets = array(box(w * 0.9, 0.003, 0.005), [(0, y, z + 0.011) for y in fret_y]).paint(STRING)
    return [board_solid, back, wires, frets]


def peg_head(y: float, w: float, z: float, pegs: int, rgb: RGB, one_side: bool = False) -> list[Solid]:
    """A head above the nut with tuning pegs."""
    h = 0.16
    outline = [
        (-w * 0.42, 0),
        (w * 0.42, 0),
        (w * 0.75, h * 0.25),
        (w * (0.55 if one_side else 0.85), h),
        (-w * 0.85, h * 0.95),
        (-w * 0.75, h * 0.25),
    ]
    head = prism(np.array(outline), 0.016).turn("x", -10).move(0, y, z)
    rows = np.linspace(0.25, 0.88, pegs if one_side else max(pegs // 2, 1)) * h
    places = [(-w * 0.9, y + a, z) for a in rows] + ([] if one_side else [(w * 0.9, y + a, z) for a in rows])
    knob = rounded_box(0.022, 0.014, 0.012, 0.004)
    return [head.paint(rgb), array(knob, places).paint(STRING)]


@kind("guitar", MUSIC, FAMILY)
def guitar(rng: np.random.Generator) -> Shape:
    """An acoustic or electric guitar, a bass, a ukulele or a banjo."""
    style = pick(rng, "acoustic guitar", "electric guitar", "electric guitar", "bass guitar", "ukulele", "banjo")
    if style in ("electric guitar", "bass guitar"):
        return _electric(rng, style)
    small = style == "ukulele"
    strings, top = (4 if small else 5 if style == "banjo" else 6), wood(rng)
    dark = wood(rng)
    length, w = 0.48, 0.37 * vary(rng, 0.06)
    neck_w, end = 0.055, 0.48 + 0.36
    if style == "banjo":
        r = 0.15
        drum = merge(
            cylinder(r, 0.07, 30).turn("x", 90).move(0, r, -0.04).paint(top.rgb),
            cylinder(r * 0.94, 0.005, 30).turn("x", 90).move(0, r, 0.03).paint((0.93, 0.91, 0.85)),
        )
        solids, bridge, start = (
            [drum, box(0.07, 0.012, 0.016).move(0, r * 0.7, 0.035).paint(dark.rgb)],
            r * 0.7,
            2 * r - 0.01,
        )
    else:
        outline = waisted(length, w, w * 0.63, w * 0.76)
        solids = [
            plate(outline, 0.1, 0.006).paint(top.rgb),
            plate(outline * 1.0, 0.088).scale(1.012, 1.004, 1).paint(dark.rgb),
        ]
        solids += [
            cylinder(0.048, 0.004, 24).turn("x", 90).move(0, length * 0.62, 0.049).paint(DARK),
            box(0.15, 0.025, 0.012).move(0, length * 0.27, 0.05).paint(dark.rgb),
        ]
        bridge, start = length * 0.28, length * 0.68
    solids += neck_and_strings(start, end, neck_w, 0.05 if style != "banjo" else 0.03, strings, bridge, dark.rgb)
    solids += peg_head(end, neck_w, 0.045 if style != "banjo" else 0.025, strings + strings % 2, dark.rgb)
    scale = 0.55 if small else 1.0
    body = "round drum-like body" if style == "banjo" else "hollow body with a round sound hole"
    return shape(
        [part.scale(scale) for part in solids],
        (
            f"a {style}" if style[0] not in "u" else "a ukulele",
            f"a {top.name} {style} with {count(strings, 'string')}",
            f"a {style} with a {body}",
        ),
        style=style,
        strings=strings,
    )


def _electric(rng: np.random.Generator, style: str) -> Shape:
    form, colour, bass = (
        pick(rng, "double-cut body", "single-cut body", "v-shaped body", "pointed body"),
        paint(rng),
        style.startswith("bass"),
    )
    strings, dark = 4 if bass else 6, wood(rng)
    half = {
        "double-cut body": [
            (0, 0),
            (0.11, 0.0),
            (0.165, 0.06),
            (0.16, 0.14),
            (0.12, 0.2),
            (0.125, 0.27),
            (0.15, 0.33),
            (0.13, 0.36),
            (0.085, 0.34),
            (0.03, 0.29),
        ],
        "single-cut body": [
            (0, 0),
            (0.11, 0.0),
            (0.17, 0.06),
            (0.165, 0.14),
            (0.115, 0.21),
            (0.12, 0.27),
            (0.135, 0.32),
            (0.1, 0.335),
            (0.06, 0.3),
            (0.03, 0.3),
        ],
        "v-shaped body": [
            (0, 0.12),
            (0.08, -0.02),
            (0.16, -0.06),
            (0.19, -0.03),
            (0.12, 0.18),
            (0.06, 0.32),
            (0.03, 0.33),
        ],
        "pointed body": [
            (0, 0.03),
            (0.13, -0.03),
            (0.2, -0.02),
            (0.14, 0.12),
            (0.12, 0.2),
            (0.19, 0.36),
            (0.14, 0.33),
            (0.05, 0.27),
            (0.03, 0.29),
        ],
    }[form]
    right = np.array(half)
    left = right[::-1].copy()
    if form == "single-cut body":
        left = np.array([(0.03, 0.33), (0.1, 0.36), (0.13, 0.32), *right[::-1][4:].tolist()])
    outline = np.concatenate([right, left * (-1, 1)])
    outline = outline[np.r_[True, np.linalg.norm(np.diff(outline, axis=0), axis=1) > 1e-6]]
    solids = [prism(outline, 0.042).paint(colour.rgb)]
    if chance(rng, 0.6) and form != "v-shaped body":
        guard = prism([(-0.02, 0.05), (0.1, 0.05), (0.11, 0.14), (0.08, 0.26), (0.0, 0.29), (-0.05, 0.24)], 0.004).move(
            z=0.022
        )
        solids.append(guard.paint(paint(rng, "white", "black").rgb))
    pickups = [
        rounded_box(0.08, 0.02, 0.008, 0.003).move(0, y, 0.025)
        for y in ((0.14, 0.21) if chance(rng) else (0.12, 0.17, 0.22))
    ]
    knobs = [
        cylinder(0.011, 0.012, 14).turn("x", 90).move(x, y, 0.022)
        for x, y in ((0.1, 0.06), (0.075, 0.035), (0.12, 0.1))
    ]
    solids += [merge(*pickups, *knobs).paint(DARK), box(0.085, 0.03, 0.012).move(0, 0.07, 0.025).paint(STRING)]
    end = 0.92 if bass else 0.72
    solids += neck_and_strings(0.25, end, 0.05, 0.028, strings, 0.08, dark.rgb)
    solids += peg_head(end, 0.05, 0.022, strings, dark.rgb if chance(rng) else colour.rgb, chance(rng, 0.6))
    return shape(
        solids,
        (
            f"an {style}" if not bass else "a bass guitar",
            f"a {colour.name} {style} with {count(strings, 'string')}",
            f"a solid-body {style} with a {form}",
        ),
        style=style,
        strings=strings,
    )


@kind("violin", ("bowed instrument", *MUSIC), FAMILY)
def violin(rng: np.random.Generator) -> Shape:
    """A violin, cello or double bass, with or without its bow."""
    style, timber, bowed = pick(rng, "violin", "violin", "cello", "double bass"), wood(rng), chance(rng, 0.5)
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


@kind("harp", MUSIC, FAMILY)
def harp(rng: np.random.Generator) -> Shape:
    """A concert or celtic harp, or an ancient lyre."""
    coat = metal(rng) if chance(rng, 0.4) else wood(rng)
    if chance(rng, 0.25):
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
