"""Ships: hulls lofted along z, with superstructures, masts and guns."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, beam, hull, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import Material, paint
from indexer.parametric.solids import box, cylinder, loft, wing
from indexer.parametric.surface import Color, Solid, array, merge

FAMILY = "vehicles"


def ship_hull(
    length: float,
    beam_width: float,
    depth: float,
    sheer: float = 0.3,
    stern: float = 0.75,
    keel: Color = (0.5, 0.15, 0.12),
) -> Solid:
    """A hull along z, keel on y = 0, deck at `depth`, the bow at +z.

    Args:
        length: from stern to stem at deck level.
        beam_width: greatest width.
        depth: from keel to deck.
        sheer: how far the bow rises above the deck, as a share of the depth.
        stern: width of the transom as a share of the beam.
        keel: colour below the waterline.
    """
    t = np.linspace(0, 1, 14)
    plan = np.where(
        t < 0.45,
        stern + (1 - stern) * np.sin(np.minimum(t / 0.45, 1) * np.pi / 2),
        1 - np.maximum((t - 0.45) / 0.55, 0) ** 2.4,
    )
    plan = np.maximum(plan, 0.015) * beam_width / 2
    top = depth * (
        1 + sheer * np.maximum((t - 0.5) / 0.5, 0) ** 2 + 0.25 * sheer * np.maximum((0.25 - t) / 0.25, 0) ** 2
    )
    bottom = depth * 0.55 * (np.maximum((t - 0.85) / 0.15, 0) ** 1.5 + np.maximum((0.15 - t) / 0.15, 0))
    levels = np.array([0.0, 0.12, 0.45, 1.0, 1.0, 0.45, 0.12, 0.0])
    spread = np.array([0.25, 0.78, 0.95, 1.0, -1.0, -0.95, -0.78, -0.25])
    flare = 1 - (1 - np.abs(spread)) * (1 + 0.8 * np.maximum(t - 0.6, 0)[:, None] * 2.0)
    x = plan[:, None] * np.sign(spread) * np.clip(flare, 0.02, 1)
    y = bottom[:, None] + levels * (top - bottom)[:, None]
    rake = depth * 0.5 * (y / depth) * np.maximum((t - 0.8) / 0.2, 0)[:, None]
    z = np.broadcast_to(((t - 0.5) * length)[:, None], x.shape) + rake
    return _antifouled(loft(np.stack([x, y, z], 2)), depth * 0.35, keel)


def _antifouled(solid: Solid, waterline: float, keel: Color) -> Solid:
    centres = solid.vertices[solid.faces].mean(axis=1)
    below = np.where((centres[:, 1] < waterline)[:, None], np.asarray(keel, np.float32), (-1.0, -1.0, -1.0))
    return Solid(solid.vertices, solid.faces, below.astype(np.float32))


def painted(solid: Solid, rgb: Color) -> Solid:
    """A ship hull's topsides in a colour, what is below the waterline kept."""
    colors = np.where(solid.colors < 0, np.asarray(rgb, np.float32), solid.colors)
    return Solid(solid.vertices, solid.faces, colors)


def funnel(r: float, h: float, rgb: Color) -> Solid:
    """A raked ship's funnel with a black top."""
    return (
        merge(cylinder(r, h, 16).paint(rgb), cylinder(r * 1.03, h * 0.2, 16).move(y=h * 0.82).paint(DARK))
        .scale(1, 1, 1.5)
        .turn("x", -8)
    )


def _bridge(w: float, h: float, d: float, floors: int) -> Solid:
    """A white deckhouse with bands of windows."""
    level = h / floors
    decks = [
        box(w * (1 - 0.04 * i), level, d * (1 - 0.06 * i)).move(0, i * level, 0).paint((0.93, 0.93, 0.92))
        for i in range(floors)
    ]
    bands = [
        box(w * (1.005 - 0.04 * i), level * 0.35, d * (1.01 - 0.06 * i)).move(0, (i + 0.45) * level, 0).paint(DARK)
        for i in range(floors)
    ]
    return merge(*decks, *bands)


@kind("cargo ship", ("ship", "freighter", "vessel", "watercraft"), FAMILY)
def cargo_ship(rng: np.random.Generator) -> Shape:
    """A container ship, tanker or bulk carrier: long hull, bridge at the stern."""
    length, style = rng.uniform(90, 200), pick(rng, "container ship", "oil tanker", "bulk carrier")
    w, depth = length * rng.uniform(0.13, 0.17), length * rng.uniform(0.07, 0.1)
    colour, half = paint(rng, "red", "blue", "black", "green", "grey"), length / 2
    solids = [painted(ship_hull(length, w, depth, 0.35), colour.rgb)]
    house_h, house_z = length * rng.uniform(0.09, 0.13), -half * rng.uniform(0.72, 0.82)
    solids.append(_bridge(w * 0.85, house_h, length * 0.08, int(rng.integers(4, 7))).move(0, depth, house_z))
    solids.append(
        box(w * 1.0, length * 0.015, length * 0.03)
        .move(0, depth + house_h * 0.85, house_z + length * 0.025)
        .paint((0.93, 0.93, 0.92))
    )
    solids.append(funnel(w * 0.09, house_h * 0.6, colour.rgb).move(0, depth + house_h * 0.8, house_z - length * 0.03))
    solids += _deck_cargo(rng, style, length, w, depth, house_z + length * 0.07)
    solids.append(rod((0, depth * 1.2, half * 0.9), (0, depth * 1.2 + length * 0.07, half * 0.9), length * 0.003))
    words = {
        "container ship": "stacked with containers",
        "oil tanker": "with pipes on a flat deck",
        "bulk carrier": "with hatches and cranes",
    }[style]
    return shape(
        solids,
        (f"a large {style}", f"a {colour.name} {style} {words}", f"a cargo ship {words} and a bridge at the stern"),
        style=style,
        length=length,
    )


def _deck_cargo(rng: np.random.Generator, style: str, length: float, w: float, depth: float, aft: float) -> list[Solid]:
    fore = length * 0.33
    if style == "container ship":
        rows = np.arange(aft, fore, length * 0.062)
        height, unit, solids = length * 0.017, w * 0.16, []
        for z in rows:
            width = 5 if z < length * 0.22 else 3
            for lane in range(width):
                stack = int(rng.integers(2, 6))
                crate = box(unit * 0.97, height * stack, length * 0.056).move(
                    (lane - (width - 1) / 2) * unit, depth, z + length * 0.028
                )
                solids.append(crate.paint(paint(rng).rgb))
        return solids
    if style == "oil tanker":
        pipes = [
            rod((x * w, depth * 1.06, aft), (x * w, depth * 1.06, fore), w * 0.02, sides=6) for x in (-0.06, 0.0, 0.06)
        ]
        cross = [
            rod((-0.4 * w, depth * 1.08, z), (0.4 * w, depth * 1.08, z), w * 0.02, sides=6)
            for z in np.linspace(aft, fore, 5)[1:-1]
        ]
        derrick = rod((0.1 * w, depth, 0), (0.1 * w, depth + length * 0.06, 0), w * 0.025)
        return [merge(*pipes, *cross, derrick).paint((0.6, 0.3, 0.2))]
    holds = int(rng.integers(3, 6))
    places = np.linspace(aft + 0.05 * length, fore - 0.05 * length, holds)
    hatch = box(w * 0.6, depth * 0.15, (places[1] - places[0]) * 0.7)
    solids = [array(hatch, [(0, depth, z) for z in places]).paint((0.45, 0.3, 0.22))]
    for z in (places[:-1] + places[1:]) / 2:
        mast = cylinder(w * 0.035, length * 0.07, 8).move(0, depth, z)
        jib = beam(
            (0, depth + length * 0.065, z), (0, depth + length * 0.075, z + (places[1] - places[0]) * 0.7), w * 0.04
        )
        solids.append(merge(mast, jib).paint((0.9, 0.75, 0.2)))
    return solids


@kind("ocean liner", ("cruise ship", "passenger ship", "ship", "watercraft"), FAMILY)
def ocean_liner(rng: np.random.Generator) -> Shape:
    """A passenger ship: many decks of windows, one to four funnels."""
    length, funnels, decks = rng.uniform(120, 300), int(rng.integers(1, 5)), int(rng.integers(3, 8))
    w, depth, colour = length * rng.uniform(0.11, 0.14), length * 0.07, paint(rng, "white", "black", "blue", "white")
    trim, level = paint(rng, "red", "yellow", "orange", "blue"), length * 0.012
    solids = [painted(ship_hull(length, w, depth, 0.3, 0.6), colour.rgb)]
    for i in range(decks):
        size = length * (0.68 - 0.05 * i)
        plan = hull(
            [
                (-size / 2, w * 0.4, 0, level),
                (-size * 0.45, w * 0.46, 0, level),
                (size * 0.38, w * 0.46, 0, level),
                (size / 2, w * 0.3, 0, level),
            ],
            12,
            12,
        )
        solids.append(plan.move(0, depth + i * level, -0.04 * length).paint((0.95, 0.95, 0.94)))
        solids.append(
            box(w * 0.935, level * 0.4, size * 0.8).move(0, depth + (i + 0.35) * level, -0.06 * length).paint(DARK)
        )
    top = depth + decks * level
    for z in np.linspace(-0.16, 0.12, funnels) * length if funnels > 1 else [-0.05 * length]:
        solids.append(funnel(w * 0.13, length * 0.055, trim.rgb).move(0, top - level * 0.3, z))
    boat = hull([(-1, 0.1, 0.3, 1), (-0.6, 0.42, 0, 1), (0.6, 0.42, 0, 1), (1, 0.1, 0.3, 1)], 10).scale(length * 0.012)
    places = [(w * 0.49, depth + level * min(decks - 1, 2), z) for z in np.linspace(-0.25, 0.2, 8) * length]
    solids += [
        array(boat, places).both("x").paint(trim.rgb),
        rod((0, top, 0.2 * length), (0, top + 0.08 * length, 0.19 * length), 0.002 * length),
    ]
    words = f"{count(funnels, 'funnel')} and {count(decks, 'deck')}"
    return shape(
        solids, (f"a {colour.name} ocean liner", f"a passenger ship with {words}"), funnels=funnels, decks=decks
    )


def _gun_turret(r: float, barrels: int) -> Solid:
    house = box(r * 1.7, r * 0.8, r * 1.9, (0.85, 0.7)).move(y=r * 0.3)
    tubes = (
        [
            rod((x * r * 0.5, r * 0.7, r * 0.6), (x * r * 0.5, r * 0.95, r * 2.9), r * 0.11)
            for x in np.linspace(-1, 1, barrels)
        ]
        if barrels > 1
        else []
    )
    single = [rod((0, r * 0.7, r * 0.6), (0, r * 0.95, r * 2.9), r * 0.12)] if barrels == 1 else []
    return merge(cylinder(r, r * 0.35, 16), house, *tubes, *single)


@kind("warship", ("naval ship", "military ship", "ship", "watercraft"), FAMILY)
def warship(rng: np.random.Generator) -> Shape:
    """A battleship, destroyer or aircraft carrier; or another of `ships.navy`."""
    from indexer.parametric.vehicles.ships import navy  # which builds on this module

    if rng.random() < 0.5:
        return navy(rng)
    length, style = rng.uniform(110, 280), pick(rng, "battleship", "destroyer", "aircraft carrier")
    w = length * {"battleship": 0.14, "destroyer": 0.1, "aircraft carrier": 0.13}[style] * vary(rng, 0.06)
    depth, grey = length * (0.075 if style == "aircraft carrier" else 0.055), paint(rng, "grey")
    solids = [painted(ship_hull(length, w, depth, 0.25, 0.65), grey.rgb)]
    if style == "aircraft carrier":
        solids += _carrier_deck(rng, length, w, depth, grey)
        return shape(
            solids,
            (f"a {style}", f"a grey {style} with a flat flight deck and a side tower"),
            style=style,
            length=length,
        )
    barrels, steps = (int(rng.integers(2, 4)), 4) if style == "battleship" else (1, 3)
    r = w * (0.26 if style == "battleship" else 0.2)
    turret = _gun_turret(r, barrels).paint(grey.shade(0.9))
    solids += [turret.move(0, depth * 1.04, length * 0.3), turret.turn("y", 180).move(0, depth, -length * 0.33)]
    if style == "battleship":
        solids += [
            turret.move(0, depth + r * 0.9, length * 0.19),
            cylinder(r, r * 0.95, 14).move(0, depth, length * 0.19).paint(grey.rgb),
        ]
    for i in range(steps):
        size = length * (0.3 - 0.055 * i)
        solids.append(
            box(w * (0.62 - 0.1 * i), depth * 0.55, size, 0.9)
            .move(0, depth * (1 + 0.5 * i), 0.02 * length + i * 0.012 * length)
            .paint(grey.rgb)
        )
    tower = depth * (1 + 0.5 * steps)
    mast = merge(
        rod((0, tower, 0.05 * length), (0, tower + 0.09 * length, 0.05 * length), 0.004 * length, 0.002 * length),
        box(w * 0.5, 0.3, 0.3).move(0, tower + 0.05 * length, 0.05 * length),
    )
    solids.append(mast.paint(DARK))
    stacks = int(rng.integers(1, 3))
    solids += [
        funnel(w * 0.13, length * 0.05, grey.shade(0.8)).move(0, depth * 1.5, -length * (0.03 + 0.08 * i))
        for i in range(stacks)
    ]
    words = f"gun turrets, {count(stacks, 'funnel')} and a mast"
    return shape(solids, (f"a {style}", f"a grey {style} with {words}"), style=style, length=length)


def _carrier_deck(rng: np.random.Generator, length: float, w: float, depth: float, grey: Material) -> list[Solid]:
    half, top = length / 2, depth * 1.28
    deck = box(w * 1.5, depth * 0.12, length * 0.98, (1, 1)).warp(
        lambda p: p * np.column_stack([1 - 0.45 * (p[:, 2] > 0), np.ones((len(p), 2))])
    )
    angled = box(w * 0.7, depth * 0.11, length * 0.6).turn("y", -9).move(-w * 0.45, top, -0.05 * length)
    island = [
        box(w * 0.2, depth * 0.9, length * 0.11).move(w * 0.6, top, 0.05 * length),
        box(w * 0.14, depth * 0.6, length * 0.06).move(w * 0.6, top + depth * 0.8, 0.06 * length),
    ]
    mast = rod((w * 0.6, top + depth, 0.05 * length), (w * 0.6, top + depth * 2.4, 0.05 * length), length * 0.002)
    jet = merge(
        hull([(-1, 0.15, 0, 0.3), (0, 0.2, 0, 0.4), (1, 0.02, 0.1, 0.2)], 8),
        wing(0.9, 0.2, 0.8, 0.5, 0.08).both("x").move(y=0.15),
    ).scale(length * 0.022)
    places = [
        (x * w, top + depth * 0.12, z * half)
        for x, z in zip(rng.uniform(-0.35, 0.3, 6), np.linspace(-0.8, 0.7, 6), strict=True)
    ]
    return [
        merge(deck.move(y=top), angled).paint(grey.shade(0.55)),
        box(w * 0.98, depth * 0.4, length * 0.9).move(0, depth * 0.95, -0.03 * length).paint(grey.rgb),
        merge(*island, mast).paint(grey.rgb),
        array(jet, places).paint(DARK),
    ]
