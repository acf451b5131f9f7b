"""Bridges, along x."""

from __future__ import annotations

import numpy as np

from indexer.parametric.buildings.houses import FAMILY
from indexer.parametric.forms import beam, chance, pick, rod, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import paint, stone, wood
from indexer.parametric.solids import box, prism, tube
from indexer.parametric.surface import Solid, array, merge


@kind("bridge", ("crossing", "structure"), FAMILY)
def bridge(rng: np.random.Generator) -> Shape:
    """A stone arch, suspension, truss, cable-stayed or beam bridge along x."""
    style, span, w = (
        pick(rng, "arch bridge", "suspension bridge", "truss bridge", "cable-stayed bridge", "footbridge"),
        rng.uniform(40, 90),
        rng.uniform(5, 9),
    )
    made, words = {
        "arch bridge": _arch,
        "suspension bridge": _suspension,
        "truss bridge": _truss,
        "cable-stayed bridge": _stayed,
        "footbridge": _footbridge,
    }[style](rng, span, w)
    return shape(made, ("a bridge", f"a {style}", f"a {style} with {words}"), style=style, span=span)


def _arch(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    arches, block = int(rng.integers(1, 5)), stone(rng)
    each, a = span / arches, np.linspace(np.pi, 0, 11)
    r = each * 0.42
    outline = [
        (-each / 2, 0),
        *[(r * np.cos(t), r * np.sin(t)) for t in a],
        (each / 2, 0),
        (each / 2, r * 1.25),
        (-each / 2, r * 1.25),
    ]
    piece = prism(outline, w)
    places = [((i - (arches - 1) / 2) * each, 0, 0) for i in range(arches)]
    rail = box(span, 1.0, 0.5).move(y=r * 1.25)
    return [merge(array(piece, places), rail.move(z=w / 2 - 0.25), rail.move(z=-w / 2 + 0.25)).paint(block.rgb)], count(
        arches, "stone arch", "stone arches"
    )


def _suspension(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    half, deck, top, colour = (
        span / 2,
        span * 0.09,
        span * rng.uniform(0.24, 0.32),
        paint(rng, "red", "grey", "orange", "green"),
    )
    at = half * 0.6
    legs = box(1.0, top, 1.0).move(z=w / 2 + 0.5)
    portal = merge(legs, legs.mirror("z"), box(0.8, 1.0, w).move(y=top * 0.95), box(0.8, 1.0, w).move(y=top * 0.65))
    x = np.linspace(-half, half, 41)
    y = np.where(
        np.abs(x) < at,
        deck + 1.5 + (top - deck - 1.5) * (x / at) ** 2,
        deck + (top - deck) * (half - np.abs(x)) / (half - at),
    )
    cable = tube(np.column_stack([x, y, np.full(41, w / 2 + 0.4)]), 0.3, 6)
    hangers = [
        rod((a, deck, w / 2 + 0.4), (a, b, w / 2 + 0.4), 0.08, sides=4) for a, b in zip(x[1:-1], y[1:-1], strict=True)
    ]
    side = merge(cable, *hangers)
    deck_slab = box(span, 0.9, w).move(y=deck - 0.5).paint((0.42, 0.42, 0.44))
    return [
        merge(portal.move(x=at), portal.move(x=-at), side, side.mirror("z")).paint(colour.rgb),
        deck_slab,
    ], f"two {colour.name} towers and hanging cables"


def _truss(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    bays, h, deck, colour = (
        int(rng.integers(6, 11)),
        span * rng.uniform(0.1, 0.15),
        5.0,
        paint(rng, "grey", "green", "brown", "blue"),
    )
    x = np.linspace(-span / 2, span / 2, bays + 1)
    bowed = chance(rng)
    y = deck + h * (np.sin(np.pi * np.arange(bays + 1) / bays) * 0.9 + 0.1 if bowed else np.ones(bays + 1))
    bars = [beam((x[0], deck, 0), (x[-1], deck, 0), 0.5)]
    for i in range(bays):
        bars += [
            beam((x[i], y[i], 0), (x[i + 1], y[i + 1], 0), 0.5),
            beam((x[i], deck, 0), (x[i + 1], y[i + 1], 0), 0.35),
        ]
        bars.append(beam((x[i], deck, 0), (x[i], y[i], 0), 0.35))
    side = merge(*bars).move(z=w / 2)
    cross = (
        array(box(0.35, 0.35, w), [(a, b, 0) for a, b in zip(x[1:-1], y[1:-1], strict=True)])
        if not bowed
        else box(0.4, 0.4, w).move(y=float(y.max()))
    )
    piers = array(box(2, deck, w * 1.1), [(-span * 0.46, 0, 0), (span * 0.46, 0, 0)]).paint((0.6, 0.6, 0.58))
    return [
        merge(side, side.mirror("z"), cross).paint(colour.rgb),
        box(span, 0.5, w).move(y=deck).paint((0.42, 0.42, 0.44)),
        piers,
    ], "a steel lattice of triangles"


def _stayed(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    pylons, deck, top = int(rng.integers(1, 3)), span * 0.08, span * 0.42
    at = [0.0] if pylons == 1 else [-span * 0.25, span * 0.25]
    reach = span / 2 / pylons * 0.95
    solids = [box(span, 0.8, w).move(y=deck).paint((0.45, 0.45, 0.47))]
    mast = merge(
        beam((0, 0, w / 2 + 0.6), (0, top * 0.8, 0.5), 1.2),
        beam((0, 0, -w / 2 - 0.6), (0, top * 0.8, -0.5), 1.2),
        box(1.3, top * 0.3, 1.8).move(y=top * 0.72),
    )
    stays = [
        rod((0, top * (1 - 0.03 * i), 0), (s * reach * (1 - i / 9), deck + 0.8, t * w * 0.45), 0.12, sides=4)
        for i in range(7)
        for s in (-1, 1)
        for t in (-1, 1)
    ]
    one = merge(mast.paint((0.9, 0.9, 0.88)), merge(*stays).paint((0.85, 0.85, 0.85)))
    return [*solids, *[one.move(x=x) for x in at]], f"{count(pylons, 'pylon')} and straight cables"


def _footbridge(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    length, rise, timber = span * 0.15, span * 0.02, wood(rng)
    x = np.linspace(-1, 1, 17)
    y = 0.4 + rise * (1 - x**2)
    planks = [
        box(length / 17, 0.1, 2.0)
        .turn("z", float(np.degrees(-np.arctan(4 * rise * a / length))))
        .move(a * length / 2, b, 0)
        for a, b in zip(x, y, strict=True)
    ]
    rail = tube(np.column_stack([x * length / 2, y + 1.0, np.full(17, 0.95)]), 0.06, 6)
    posts = [box(0.1, 1.0, 0.1).move(a * length / 2, b, 0.95) for a, b in zip(x[::2], y[::2], strict=True)]
    girder = tube(np.column_stack([x * length / 2, y - 0.12, np.full(17, 0.8)]), 0.15, 6)
    side = merge(rail, *posts, girder)
    return [
        merge(*planks).paint(timber.rgb),
        merge(side, side.mirror("z")).paint(timber.shade(0.8)),
    ], "wooden planks, a curved deck and handrails"
