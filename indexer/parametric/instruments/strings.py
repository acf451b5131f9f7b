"""Guitars, standing upright and facing +z; and what stringed instruments share."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, flow, kinds_of, limb, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, count
from indexer.parametric.materials import RGB, paint, wood
from indexer.parametric.solids import box, cylinder, loft, prism, rounded_box
from indexer.parametric.surface import Points, Solid, array, merge

FAMILY = "instruments"
STRING: RGB = (0.85, 0.84, 0.8)


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


def _guitar(rng: np.random.Generator, style: str) -> Shape:
    """An acoustic or electric guitar, a bass, a ukulele or a banjo."""
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
            plate(outline, 0.088).scale(1.012, 1.004, 1).paint(dark.rgb),
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


kinds_of(
    FAMILY,
    _guitar,
    {
        "guitar": (
            ("string instrument", "musical instrument"),
            ("acoustic guitar", "electric guitar", "electric guitar", "bass guitar"),
        ),
        "ukulele": (("string instrument", "musical instrument"), ("ukulele",)),
        "banjo": (("string instrument", "musical instrument"), ("banjo",)),
    },
)
