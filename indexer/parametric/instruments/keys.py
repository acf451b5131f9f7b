"""Pianos and synthesizers."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, flow, rod, shape
from indexer.parametric.instruments.drums import CHROME
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import RGB, Material, paint, wood
from indexer.parametric.solids import box, cylinder, lathe, prism, rounded_box
from indexer.parametric.surface import Points, Solid, array, merge

FAMILY = "instruments"
IVORY: RGB = (0.95, 0.94, 0.9)


def keyboard(octaves: int, w: float, depth: float) -> Solid:
    """White and black keys on y = 0 over width w along x, the player at +z."""
    n = 7 * octaves + 1
    step = w / n
    x = (np.arange(n) - (n - 1) / 2) * step
    white = array(box(step * 0.92, 0.018, depth), np.column_stack([x, 0 * x, 0 * x])).paint(IVORY)
    sharp = np.isin(np.arange(n) % 7, (0, 1, 3, 4, 5)) & (np.arange(n) < n - 1)
    at = x[sharp] + step / 2
    black = array(
        box(step * 0.5, 0.014, depth * 0.62), np.column_stack([at, 0 * at + 0.018, 0 * at - depth * 0.18])
    ).paint(DARK)
    return merge(white, black)


def _stool(rgb: RGB) -> Solid:
    legs = array(box(0.04, 0.42, 0.04), [(sx * 0.25, 0, sz * 0.13) for sx in (-1, 1) for sz in (-1, 1)])
    return merge(legs.paint(rgb), rounded_box(0.6, 0.07, 0.34, 0.03).move(y=0.42).paint(DARK))


def piano_coat(rng: np.random.Generator) -> Material:
    """Mostly black, sometimes white or wood."""
    return wood(rng) if chance(rng, 0.35) else paint(rng, "black", "black", "white", "brown")


@kind("grand piano", ("piano", "musical instrument", "keyboard instrument"), FAMILY)
def grand_piano(rng: np.random.Generator) -> Shape:
    """A winged case on three legs, its lid up or down, with or without a bench; or one of `pianos.grand`."""
    from indexer.parametric.instruments.pianos import grand  # which builds on this module

    if chance(rng, 0.75):
        return grand(rng)
    coat, lid_up, bench, length = piano_coat(rng), chance(rng, 0.65), chance(rng, 0.5), rng.uniform(1.5, 2.7)
    w = 1.48
    right = flow(
        [
            (w / 2, 0.0),
            (w / 2, -length * 0.32),
            (w * 0.3, -length * 0.6),
            (w * 0.06, -length * 0.8),
            (-w * 0.12, -length),
            (-w * 0.36, -length),
            (-w / 2, -length * 0.9),
        ],
        4,
    )
    outline = np.concatenate([[(-w / 2, 0.0)], right])
    solids = [
        _laid(outline, 0.3).move(y=0.65).paint(coat.rgb),
        _laid(outline * 0.94 + (0, -0.04), 0.02).move(y=0.94).paint((0.72, 0.55, 0.25)),
    ]
    lid = _laid(outline * 1.01, 0.025)
    if lid_up:
        angle = rng.uniform(30, 45)
        solids.append(lid.move(x=w / 2).turn("z", angle).move(-w / 2, 0.97, 0).paint(coat.rgb))
        solids.append(
            rod((w * 0.38, 0.95, -0.3), (w * 0.22, 0.97 + 0.72 * w * np.sin(np.radians(angle)), -0.35), 0.012).paint(
                coat.rgb
            )
        )
    else:
        solids.append(lid.move(y=0.965).paint(coat.rgb))
    solids += [box(w, 0.1, 0.28).move(0, 0.65, 0.13).paint(coat.rgb), keyboard(7, w * 0.86, 0.15).move(0, 0.74, 0.17)]
    solids += [box(0.09, 0.2, 0.28).move(s * w * 0.47, 0.65, 0.13).paint(coat.rgb) for s in (-1, 1)]
    leg = lathe([(0.05, 0), (0.04, 0.06), (0.06, 0.12), (0.075, 0.55), (0.085, 0.66)], 12 if chance(rng) else 4)
    solids.append(
        array(leg, [(-w * 0.42, 0, 0.05), (w * 0.42, 0, 0.05), (-w * 0.2, 0, -length * 0.82)]).paint(coat.rgb)
    )
    solids += [
        box(0.2, 0.55, 0.03).move(0, 0.12, -0.1).paint(coat.rgb),
        array(box(0.035, 0.02, 0.12), [(x, 0.1, -0.02) for x in (-0.07, 0, 0.07)]).paint((0.8, 0.65, 0.3)),
    ]
    if chance(rng, 0.6):
        solids.append(box(0.7, 0.25, 0.015).turn("x", -15).move(0, 0.96, -0.12).paint(coat.rgb))
    if bench:
        solids.append(_stool(coat.rgb).move(z=0.62))
    top = "its lid raised" if lid_up else "a closed lid"
    return shape(
        solids,
        (
            f"a {coat.name} grand piano",
            f"a grand piano with {top}{' and a bench' * bench}",
            "a grand piano on three legs with a row of keys",
        ),
        lid_up=int(lid_up),
    )


def _laid(outline: Points, thickness: float) -> Solid:
    """A plate on y = 0 whose outline is given as (x, z)."""
    return prism(outline * (1, -1), thickness).turn("x", -90).move(y=thickness / 2)


@kind("upright piano", ("piano", "musical instrument", "keyboard instrument"), FAMILY)
def upright_piano(rng: np.random.Generator) -> Shape:
    """A tall flat case with a keyboard shelf, legs and pedals; or one of `pianos.upright`."""
    from indexer.parametric.instruments.pianos import upright  # which builds on this module

    if chance(rng, 0.75):
        return upright(rng)
    coat, h, bench = piano_coat(rng), rng.uniform(1.1, 1.35), chance(rng, 0.5)
    w, d = 1.5, 0.35
    solids = [
        box(w, h, d).move(0, 0, -d / 2).paint(coat.rgb),
        box(w * 1.03, 0.04, d * 1.1).move(0, h, -d / 2).paint(coat.shade(0.85)),
    ]
    solids += [box(w, 0.13, 0.3).move(0, 0.62, 0.14).paint(coat.rgb), keyboard(7, w * 0.88, 0.15).move(0, 0.745, 0.18)]
    solids += [box(0.07, 0.25, 0.32).move(s * w * 0.475, 0.6, 0.15).paint(coat.rgb) for s in (-1, 1)]
    leg = lathe([(0.035, 0), (0.05, 0.1), (0.03, 0.3), (0.045, 0.55), (0.04, 0.62)], 12)
    solids.append(array(leg, [(s * w * 0.46, 0, 0.24) for s in (-1, 1)]).paint(coat.rgb))
    solids += [
        box(w * 0.85, 0.03, 0.02).move(0, 0.95, 0.01).paint(coat.shade(0.8)),
        array(box(0.05, 0.015, 0.1), [(x, 0.08, 0.05) for x in (-0.1, 0, 0.1)]).paint((0.8, 0.65, 0.3)),
    ]
    panels = array(box(w * 0.4, 0.3, 0.015), [(s * w * 0.23, h * 0.72, 0.005) for s in (-1, 1)])
    solids.append(panels.paint(coat.shade(1.2)))
    if bench:
        solids.append(_stool(coat.rgb).move(z=0.65))
    return shape(
        solids,
        (f"a {coat.name} upright piano", f"an upright piano with a keyboard and pedals{' and a bench' * bench}"),
        bench=int(bench),
    )


@kind("synthesizer", ("electric piano", "music keyboard", "keyboard instrument", "musical instrument"), FAMILY)
def synthesizer(rng: np.random.Generator) -> Shape:
    """A flat keyboard with knobs and a screen, flat on a table or on a crossed stand."""
    octaves, colour, stand = int(rng.integers(2, 8)), paint(rng, "black", "grey", "red", "white"), chance(rng, 0.4)
    w = octaves * 0.165 + 0.1
    d, y = rng.uniform(0.22, 0.34), 0.85 if stand else 0.0
    panel = d - 0.15
    solids = [
        rounded_box(w, 0.05, d, 0.012).paint(colour.rgb),
        keyboard(octaves, w - 0.08, 0.13).move(0, 0.045, d / 2 - 0.075),
        box(w, 0.035, panel, (1, 0.8)).move(0, 0.05, -d / 2 + panel / 2).paint(colour.shade(0.85)),
    ]
    n = int(w / 0.05)
    knobs = array(
        cylinder(0.009, 0.016, 10),
        [(x, 0.085, -d / 2 + panel * 0.5) for x in np.linspace(-w * 0.44, w * 0.44, n) if abs(x) > 0.09],
    )
    solids += [
        knobs.paint(CHROME),
        box(0.14, 0.005, panel * 0.5).move(0, 0.085, -d / 2 + panel * 0.5).paint((0.2, 0.5, 0.6)),
    ]
    solids = [part.move(y=y) for part in solids]
    if stand:
        bars = merge(
            *[rod((s * w * 0.35, 0.02, z), (-s * w * 0.3, y, z), 0.018) for s in (-1, 1) for z in (-0.12, 0.12)],
            *[rod((s * w * 0.35, 0.02, -0.2), (s * w * 0.35, 0.02, 0.2), 0.018) for s in (-1, 1)],
        )
        solids.append(bars.paint(DARK))
    place = " on a crossed stand" * stand
    return shape(
        solids,
        (
            "a music keyboard",
            f"a {colour.name} synthesizer with {count(octaves, 'octave')}{place}",
            f"an electronic piano keyboard{place}",
        ),
        octaves=octaves,
    )
