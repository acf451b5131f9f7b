"""Pianos in more of the ways people model them: hollow or solid cases, few or many keys, every leg and lid; organs."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, flow, pick, rod, shape, vary
from indexer.parametric.instruments.keys import IVORY, keyboard, piano_coat
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import Material, metal
from indexer.parametric.solids import box, cylinder, lathe, prism, rounded_box
from indexer.parametric.surface import Points, Solid, array, merge

BRASS = (0.8, 0.65, 0.3)


def flat(outline: Points, thickness: float) -> Solid:
    """A plate on y = 0 whose outline is given as (x, z)."""
    return prism(outline * (1, -1), thickness).turn("x", -90).move(y=thickness / 2)


def rim(outline: Points, h: float, wall: float) -> Solid:
    """An upright wall on y = 0 along a closed (x, z) outline."""
    after = np.roll(outline, -1, axis=0)
    pieces = []
    for a, b in zip(outline, after, strict=True):
        along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
        aside = np.array([-along[1], along[0]]) * wall / 2
        pieces.append(flat(np.array([a + aside, b + aside, b - aside, a - aside]), h))
    return merge(*pieces)


def manual(rng: np.random.Generator, w: float, depth: float) -> Solid:
    """A keyboard: all keys, fewer and larger ones, or one slab with black keys only."""
    style = pick(rng, "full", "few", "slab")
    if style == "slab":
        slab = box(w, 0.018, depth).paint(IVORY)
        x = np.linspace(-w * 0.46, w * 0.46, int(rng.integers(12, 37)))
        blacks = array(
            box(w / len(x) * 0.4, 0.016, depth * 0.6), np.column_stack([x, 0 * x + 0.018, 0 * x - depth * 0.18])
        )
        return merge(slab, blacks.paint(DARK))
    return keyboard(7 if style == "full" else int(rng.integers(2, 6)), w, depth)


def piano_leg(rng: np.random.Generator, h: float) -> Solid:
    """A square, tapered, turned or double leg on y = 0."""
    style, r = pick(rng, "square", "tapered", "turned", "double", "column"), rng.uniform(0.04, 0.08)
    if style == "square":
        return box(r * 1.8, h, r * 1.8)
    if style == "tapered":
        return cylinder(r * 0.5, h, 4, r * 1.1)
    if style == "double":
        return merge(box(r, h, r).move(x=r * 1.4).both("x"), box(r * 4, r, r))
    if style == "column":
        return merge(
            cylinder(r * 0.8, h, 16), cylinder(r * 1.3, h * 0.08, 16), cylinder(r * 1.3, h * 0.1, 16).move(y=h * 0.9)
        )
    return lathe(
        np.array([(0.5, 0), (0.6, 0.08), (0.4, 0.15), (0.9, 0.5), (1.1, 0.75), (0.8, 0.85), (1.2, 1.0)]) * (r, h), 12
    )


def _inside(outline: Points, y: float, w: float, length: float) -> list[Solid]:
    """Soundboard, iron frame and strings."""
    board = flat(outline * 0.93 + (0, -0.03), 0.02).move(y=y - 0.12).paint((0.7, 0.5, 0.25))
    ends = [(x, -length * (0.45 + 0.45 * (0.5 - x / w))) for x in np.linspace(-w * 0.38, w * 0.38, 14)]
    strings = [rod((x * 0.9, y - 0.06, -0.12), (x, y - 0.06, z), 0.003, sides=4) for x, z in ends]
    bars = [rod((x, y - 0.05, -0.1), (x, y - 0.05, -length * 0.5), 0.015, sides=5) for x in (-w * 0.25, 0.0, w * 0.2)]
    return [board, merge(*strings, *bars).paint(BRASS)]


def bench(rng: np.random.Generator, coat: Material) -> Solid:
    """A piano bench or a round stool on y = 0."""
    if chance(rng, 0.3):
        seat = merge(cylinder(0.18, 0.06, 20).move(y=0.44), cylinder(0.03, 0.44, 10), cylinder(0.17, 0.03, 16))
        return seat.paint(coat.rgb)
    w, d = rng.uniform(0.5, 0.9), rng.uniform(0.3, 0.4)
    legs = box(0.045, 0.42, 0.045).move(w / 2 - 0.05, 0, d / 2 - 0.05).both("x").both("z")
    return merge(legs.paint(coat.rgb), rounded_box(w, rng.uniform(0.05, 0.12), d, 0.02).move(y=0.42).paint(DARK))


def grand(rng: np.random.Generator) -> Shape:
    """A grand piano: baby to concert, hollow with strings or solid, the lid flat, half or fully up, or off."""
    coat, length, w = piano_coat(rng), rng.uniform(1.2, 2.8), 1.45 * vary(rng, 0.08)
    waist, tail = rng.uniform(0.2, 0.4), rng.uniform(0.2, 0.42)
    right = [
        (w / 2, 0.0),
        (w / 2, -length * rng.uniform(0.2, 0.4)),
        (w * waist, -length * 0.6),
        (w * 0.08, -length * 0.85),
    ]
    end = [(-w * 0.12, -length), (-w * tail, -length), (-w / 2, -length * 0.9)]
    outline = np.concatenate([[(-w / 2, 0.0)], flow([*right, *end], int(rng.integers(1, 5)))])
    y, h = rng.uniform(0.55, 0.72), rng.uniform(0.2, 0.36)
    top, lid = y + h, pick(rng, "raised", "raised", "closed", "no", "folded")
    if lid == "closed" or chance(rng, 0.35):
        solids = [flat(outline, h).move(y=y).paint(coat.rgb)]
    else:
        solids = [
            merge(rim(outline, h, 0.05), flat(outline, 0.04)).move(y=y).paint(coat.rgb),
            *_inside(outline, top, w, length),
        ]
    plate = flat(outline * 1.01, rng.uniform(0.015, 0.04))
    angle = rng.uniform(25, 50)
    if lid == "closed":
        solids.append(plate.move(y=top).paint(coat.rgb))
    elif lid != "no":
        up = plate.move(x=w / 2).turn("z", angle).move(-w / 2, top, 0)
        prop = (w * 0.15, top + 0.6 * w * np.sin(np.radians(angle)), -0.3)
        solids += [up.paint(coat.rgb), rod((w * 0.4, top, -0.3), prop, 0.012).paint(coat.rgb)]
    depth = rng.uniform(0.2, 0.34)
    solids += [
        box(w, h * 0.4, depth).move(0, y, depth / 2).paint(coat.rgb),
        manual(rng, w * 0.86, 0.15).move(0, y + h * 0.4, depth * 0.55),
    ]
    solids.append(box(w * 0.06, h * 0.85, depth).move(w * 0.47, y, depth / 2).both("x").paint(coat.rgb))
    leg = piano_leg(rng, y)
    back = [(-w * 0.2, 0, -length * 0.8)] if chance(rng, 0.85) else [(s * w * 0.3, 0, -length * 0.55) for s in (-1, 1)]
    solids.append(array(leg, [(-w * 0.42, 0, -0.02), (w * 0.42, 0, -0.02), *back]).paint(coat.rgb))
    if chance(rng, 0.75):
        lyre = [rod((x, 0.1, -0.1), (x * 1.4, y, -0.12), 0.015) for x in (-0.07, 0.07)]
        pedals = array(box(0.03, 0.015, 0.12), [(x, 0.09, -0.03) for x in (-0.07, 0, 0.07)])
        solids += [merge(*lyre, box(0.22, 0.05, 0.1).move(0, 0.08, -0.1)).paint(coat.rgb), pedals.paint(BRASS)]
    if chance(rng, 0.6):
        solids.append(box(w * rng.uniform(0.35, 0.6), 0.24, 0.015).turn("x", -18).move(0, top, -0.15).paint(coat.rgb))
    seated = chance(rng, 0.45)
    if seated:
        solids.append(bench(rng, coat).move(z=depth + rng.uniform(0.25, 0.5)))
    words = {"raised": "its lid raised", "closed": "a closed lid", "no": "no lid", "folded": "an open lid"}[lid]
    return shape(
        solids,
        (
            f"a {coat.name} grand piano",
            f"a grand piano with {words}{' and a bench' * seated}",
            "a winged piano on legs",
        ),
        lid_up=int(lid in ("raised", "folded")),
    )


def upright(rng: np.random.Generator) -> Shape:
    """An upright piano: spinet to tall, plain or panelled, open in front or closed, legs or brackets."""
    coat, h, w = piano_coat(rng), rng.uniform(0.9, 1.5), rng.uniform(1.3, 1.6)
    d, y, reach = rng.uniform(0.25, 0.5), rng.uniform(0.58, 0.7), rng.uniform(0.22, 0.34)
    solids = []
    if chance(rng, 0.3):
        side = box(0.05, h, d).move(w / 2 - 0.025, 0, -d / 2).both("x")
        shell = [
            side,
            box(w, h, 0.03).move(z=-d + 0.015),
            box(w, 0.04, d).move(0, h, -d / 2),
            box(w, y, 0.03).move(z=-0.02),
        ]
        strings = [
            rod((x, 0.1, -d + 0.06), (x * 0.95, h - 0.1, -d + 0.06), 0.004, sides=4)
            for x in np.linspace(-w * 0.42, w * 0.42, 20)
        ]
        hammers = array(box(0.012, 0.25, 0.02), [(x, y + 0.12, -d * 0.5) for x in np.linspace(-w * 0.42, w * 0.42, 28)])
        solids += [merge(*shell).paint(coat.rgb), merge(*strings).paint(BRASS), hammers.paint(IVORY)]
    else:
        lean = rng.uniform(0.8, 1.0)
        solids += [
            box(w, h, d, (1, lean)).move(z=-d / 2).paint(coat.rgb),
            box(w * 1.04, 0.04, d * lean * 1.1).move(0, h, -d / 2).paint(coat.shade(0.85)),
        ]
    solids += [
        box(w * 0.98, 0.1, reach).move(0, y, reach / 2).paint(coat.rgb),
        manual(rng, w * 0.88, 0.15).move(0, y + 0.1, reach * 0.55),
    ]
    solids.append(box(0.07, rng.uniform(0.12, 0.26), reach).move(w * 0.465, y, reach / 2).both("x").paint(coat.rgb))
    if chance(rng, 0.75):
        solids.append(piano_leg(rng, y).move(w * 0.45, 0, reach * 0.8).both("x").paint(coat.rgb))
        solids.append(box(0.08, 0.1, d + reach).move(w * 0.46, 0, (reach - d) / 2).both("x").paint(coat.rgb))
    if chance(rng, 0.6):
        solids.append(box(w * 0.6, 0.26, 0.015).turn("x", -12).move(0, y + 0.18, 0.02).paint(coat.shade(0.8)))
    if chance(rng, 0.6):
        solids.append(array(box(0.05, 0.015, 0.1), [(x, 0.07, 0.04) for x in (-0.1, 0, 0.1)]).paint(BRASS))
    if chance(rng, 0.5):
        n = int(rng.integers(1, 4))
        x = (np.arange(n) - (n - 1) / 2) * w * 0.92 / n
        solids.append(
            array(box(w * 0.8 / n, (h - y) * 0.5, 0.02), [(a, y + (h - y) * 0.35, 0.0) for a in x]).paint(
                coat.shade(1.2)
            )
        )
    if chance(rng, 0.3):
        solids.append(cylinder(0.015, 0.14, 8).move(w * 0.3, h * 0.85, 0.06).both("x").paint(metal(rng).rgb))
    seated = chance(rng, 0.45)
    if seated:
        solids.append(bench(rng, coat).move(z=reach + rng.uniform(0.25, 0.5)))
    return shape(
        solids,
        (
            f"a {coat.name} upright piano",
            f"an upright piano with a row of keys{' and a bench' * seated}",
            "a tall flat piano",
        ),
        bench=int(seated),
    )


@kind("pipe organ", ("organ", "church organ", "keyboard instrument", "musical instrument"), "instruments")
def pipe_organ(rng: np.random.Generator) -> Shape:
    """A console with several keyboards before ranks of pipes in towers."""
    coat, w = piano_coat(rng), rng.uniform(1.6, 3.0)
    n, tall = int(rng.integers(9, 22)), rng.uniform(1.2, 2.6)
    x = np.linspace(-w * 0.45, w * 0.45, n)
    form = pick(rng, "peak", "valley", "towers")
    high = {
        "peak": 1 - 0.6 * np.abs(x / w * 2),
        "valley": 0.4 + 0.6 * np.abs(x / w * 2),
        "towers": 0.7 + 0.3 * np.cos(x / w * 18),
    }[form]
    r = w * 0.4 / n
    pipes = [
        lathe([(r * 0.3, 0), (r, r * 4), (r, r * 4 + tall * k), (r * 0.85, r * 4 + tall * k)], 12).move(a, 1.1, -0.2)
        for a, k in zip(x, high, strict=True)
    ]
    solids = [box(w, 1.1, 0.7).move(0, 0, -0.3).paint(coat.rgb), merge(*pipes).paint(metal(rng).rgb)]
    for i in range(int(rng.integers(2, 5))):
        solids.append(keyboard(5, w * 0.5, 0.13).move(0, 0.72 + 0.07 * i, 0.3 - 0.12 * i))
    solids += [
        box(w * 0.6, 0.1, 0.5).move(0, 0.62, 0.2).paint(coat.rgb),
        box(w * 0.08, 0.62, 0.3).move(w * 0.26, 0, 0.28).both("x").paint(coat.rgb),
    ]
    solids.append(
        array(box(0.04, 0.03, 0.4), [(a, 0.05, 0.25) for a in np.linspace(-w * 0.22, w * 0.22, 13)]).paint(DARK)
    )
    if chance(rng):
        solids.append(box(0.12, 1.2 + tall, 0.5).move(w / 2, 0, -0.3).both("x").paint(coat.rgb))
    return shape(solids, (f"a {coat.name} pipe organ", f"a church organ with {n} pipes and several keyboards"), pipes=n)
