"""Lorries, fire engines and buses."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, axles, beam, chance, pick, rod, shape, vary, wheel
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, LIGHT, Material, paint
from indexer.parametric.solids import ball, box, cylinder, lathe, prism, rounded_box
from indexer.parametric.surface import Solid, array, merge

FAMILY = "vehicles"


def side_prism(outline: list[tuple[float, float]], width: float) -> Solid:
    """An outline of (z, y) points drawn out across x."""
    return prism(np.array(outline) * (-1, 1), width).turn("y", 90)


def truck_cab(w: float, h: float, length: float, nosed: bool, colour: Material) -> Solid:
    """A lorry's cab whose back is at z = 0, its floor at y = 0, facing +z."""
    if nosed:
        outline = [(0, 0), (length, 0), (length, 0.42 * h), (0.5 * length, 0.52 * h), (0.42 * length, h), (0, h)]
        screen = box(w * 0.86, h * 0.42, 0.05).turn("x", -8).move(0, 0.53 * h, 0.48 * length)
        grille = box(w * 0.45, h * 0.34, 0.06).move(0, 0.05 * h, length)
        pane_z = 0.22 * length
    else:
        outline = [(0, 0), (length, 0), (length, 0.5 * h), (0.86 * length, 0.97 * h), (0.8 * length, h), (0, h)]
        screen = box(w * 0.9, h * 0.4, 0.05).turn("x", -16).move(0, 0.52 * h, length * 1.0)
        grille = box(w * 0.6, h * 0.26, 0.06).move(0, 0.12 * h, length)
        pane_z = 0.58 * length
    shell = side_prism(outline, w).paint(colour.rgb)
    panes = box(0.04, h * 0.32, length * 0.26).move(w / 2, 0.56 * h, pane_z).both("x")
    lamps = ball(0.13, 0.13, 0.06, 10).move(w * 0.4, 0.16 * h, length).both("x").paint(LIGHT)
    mirrors = box(0.12, 0.4, 0.1).move(w / 2 + 0.14, 0.55 * h, length * 0.62).both("x").paint(DARK)
    return merge(shell, merge(screen, panes).paint(GLASS), grille.paint(DARK), lamps, mirrors)


def _load(style: str, w: float, h: float, length: float, colour: Material) -> Solid:
    """What a lorry carries, on y = 0 from z = -length to 0."""
    if style == "box":
        return rounded_box(w, h, length, 0.06).move(z=-length / 2).paint(colour.rgb)
    if style == "tank":
        r = min(w, h) / 2
        ends = [(0.0, -length / 2), (r * 0.8, -length / 2 + 0.15), (r, -length / 2 + 0.5), (r, length / 2 - 0.5)]
        barrel = (
            lathe([*ends, (r * 0.8, length / 2 - 0.15), (0.0, length / 2)], 20)
            .turn("x", 90)
            .move(0, r + 0.15, -length / 2)
        )
        saddle = box(w * 0.5, 0.5, length * 0.9).move(z=-length / 2).paint(DARK)
        lids = array(cylinder(0.25, 0.12, 10), [(0, 2 * r + 0.12, -length * s) for s in (0.25, 0.5, 0.75)])
        return merge(merge(barrel, lids).paint(colour.rgb), saddle)
    if style == "dump":
        outline = [
            (-length, 0.35 * h),
            (-0.9 * length, 0),
            (-0.05 * length, 0),
            (0, 0.55 * h),
            (0.5, 0.62 * h),
            (0.5, 0.7 * h),
        ]
        return side_prism([*outline, (-0.05 * length, 0.66 * h), (-length, 0.6 * h)], w).paint(colour.rgb)
    floor = box(w, 0.15, length).move(z=-length / 2).paint((0.5, 0.38, 0.25))
    wall = box(w, 0.9, 0.1).move(z=-0.05).paint(DARK)
    if style == "flatbed":
        return merge(floor, wall)
    logs = [
        cylinder(0.28, length * 0.95, 10).turn("x", -90).move((i - 1) * 0.62, 0.45 + 0.5 * j, 0)
        for i in range(3)
        for j in (0, 1)
    ]
    stakes = array(box(0.08, 1.4, 0.08), [(s * w * 0.47, 0.1, -length * z) for s in (-1, 1) for z in (0.15, 0.5, 0.85)])
    return merge(floor, wall, merge(*logs).paint((0.55, 0.4, 0.26)), stakes.paint(DARK))


LOADS = {
    "box": "a closed cargo box",
    "tank": "a cylindrical tank",
    "dump": "a dump body",
    "flatbed": "a flat bed",
    "logs": "a load of logs",
}


@kind("truck", ("lorry", "goods vehicle"), FAMILY)
def truck(rng: np.random.Generator) -> Shape:
    """A rigid lorry: cab and box, tank, dump body, flat bed or logs; or one of `lorries.TRADES`."""
    from indexer.parametric.vehicles.lorries import TRADES, trade  # which build on this module

    if chance(rng, 0.5):
        return trade(rng, pick(rng, *TRADES))
    w, r, cab_h, colour, other = 2.4 * vary(rng, 0.05), 0.5 * vary(rng), 2.1 * vary(rng, 0.1), paint(rng), paint(rng)
    style, nosed = pick(rng, *LOADS), chance(rng, 0.4)
    cab_l, load_l, load_h = (2.6 if nosed else 1.9) * vary(rng, 0.08), rng.uniform(3.8, 6.5), rng.uniform(1.8, 2.7)
    floor = r * 1.35
    frame = box(0.9, 0.25, cab_l + load_l).move(0, floor - 0.12, (cab_l - load_l) / 2 - 0.1).paint(DARK)
    solids = [frame, truck_cab(w, cab_h, cab_l, nosed, colour).move(y=floor - 0.15)]
    solids.append(_load(style, w, load_h, load_l, other).move(0, floor + 0.12, -0.15))
    places = [cab_l * (0.75 if nosed else 0.6), -load_l * 0.72]
    if load_l > 5:
        places.append(-load_l * 0.72 - 2.3 * r)
    solids += axles(wheel(r, r * 0.65, "disc"), w * 0.86, places, r)
    front = "bonneted cab" if nosed else "flat-nosed cab"
    return shape(
        solids,
        (
            f"a {colour.name} truck",
            f"a truck with {LOADS[style]}",
            f"a {colour.name} truck with a {front} and {LOADS[style]}",
        ),
        style=style,
        wheels=2 * len(places),
    )


@kind("semi-trailer truck", ("articulated lorry", "big rig", "truck"), FAMILY)
def semi_trailer(rng: np.random.Generator) -> Shape:
    """A tractor unit and a long trailer on many wheels."""
    w, r, colour, other = 2.5 * vary(rng, 0.04), 0.52 * vary(rng, 0.06), paint(rng), paint(rng)
    style, nosed = pick(rng, "box", "box", "tank", "flatbed", "logs"), chance(rng, 0.5)
    cab_l, load_l, load_h = (3.4 if nosed else 2.1) * vary(rng, 0.06), rng.uniform(10, 14), rng.uniform(2.3, 2.8)
    floor = r * 1.4
    solids = [truck_cab(w, 2.5 * vary(rng, 0.08), cab_l, nosed, colour).move(y=floor - 0.15)]
    solids.append(box(0.9, 0.25, cab_l + 3.2).move(0, floor - 0.1, cab_l / 2 - 1.6).paint(DARK))
    solids.append(_load(style, w, load_h, load_l, other).move(0, floor + 0.3, -0.5))
    solids.append(box(1.1, 0.25, load_l).move(0, floor + 0.1, -load_l / 2 - 0.5).paint(DARK))
    if nosed or chance(rng, 0.5):
        solids.append(rod((w * 0.44, floor, -0.25), (w * 0.44, floor + 3.2, -0.25), 0.09).both("x").paint(ALLOY))
    places = [cab_l * (0.8 if nosed else 0.62), -0.9, -0.9 - 2.2 * r]
    places += [-load_l * 0.82 + i * 2.3 * r for i in range(int(rng.integers(2, 4)))]
    solids += axles(wheel(r, r * 0.7, "disc", sides=18), w * 0.86, places, r)
    return shape(
        solids,
        (
            f"a {colour.name} semi truck",
            f"a semi truck and trailer with {LOADS[style]}",
            f"a {colour.name} tractor unit pulling a long trailer",
        ),
        wheels=2 * len(places),
        length=cab_l + load_l,
    )


@kind("fire engine", ("fire truck", "emergency vehicle"), FAMILY)
def fire_engine(rng: np.random.Generator) -> Shape:
    """A red lorry with lockers, a blue light and a ladder on the roof."""
    w, r, cab_l, load_l, h = 2.4 * vary(rng, 0.05), 0.52, 2.6 * vary(rng), rng.uniform(4.5, 7), 2.2 * vary(rng, 0.06)
    colour, floor = paint(rng, "red", "red", "red", "yellow"), 0.7
    solids = [truck_cab(w, h, cab_l, False, colour).move(y=floor - 0.15)]
    solids.append(rounded_box(w, h * 0.95, load_l, 0.08).move(0, floor - 0.1, -load_l / 2 - 0.05).paint(colour.rgb))
    doors = array(box(0.04, h * 0.6, load_l * 0.2), [(0, floor + 0.2, -load_l * s) for s in (0.2, 0.48, 0.78)])
    solids.append(doors.move(x=w / 2).both("x").paint(ALLOY))
    lift, reach = rng.uniform(2, 14), load_l + cab_l * rng.uniform(0.5, 1.0)
    rail = beam((0.3, 0, 0), (0.3, 0, reach), 0.1).both("x")
    rungs = array(box(0.6, 0.05, 0.05), [(0, -0.02, z) for z in np.arange(0.2, reach, 0.45)])
    ladder = merge(rail, rungs).turn("x", -lift).move(0, floor + h + 0.1, -load_l).paint(ALLOY)
    solids += [ladder, cylinder(0.5, 0.35, 14).move(0, floor + h - 0.2, -load_l * 0.93).paint(DARK)]
    solids.append(box(1.2, 0.15, 0.2).move(0, floor + h - 0.15, cab_l * 0.6).paint((0.15, 0.3, 0.9)))
    solids += axles(wheel(r, 0.36, "disc"), w * 0.86, [cab_l * 0.6, -load_l * 0.7], r)
    return shape(
        solids, (f"a {colour.name} fire engine", "a fire truck with a long ladder on its roof"), wheels=4, ladder=reach
    )


@kind("bus", ("omnibus", "passenger vehicle"), FAMILY)
def bus(rng: np.random.Generator) -> Shape:
    """A city bus, double-decker, coach or bonneted school bus."""
    style = pick(rng, "city bus", "double-decker bus", "school bus", "coach")
    decks = 2 if style.startswith("double") else 1
    w, length, r = 2.5 * vary(rng, 0.04), rng.uniform(9, 13), 0.5
    h = {1: 2.9, 2: 4.1}[decks] * vary(rng, 0.05)
    colour = {
        "double-decker bus": paint(rng, "red", "green", "blue"),
        "school bus": paint(rng, "yellow", "orange"),
    }.get(style, paint(rng))
    base, half = 0.35, length / 2
    solids = [rounded_box(w, h - base, length, 0.22).move(y=base).paint(colour.rgb)]
    if style == "school bus":
        solids.append(rounded_box(w * 0.8, 1.1, 1.7, 0.15).move(0, base + 0.1, half + 0.6).paint(colour.rgb))
        solids += [box(w * 0.5, 0.5, 0.05).move(0, base + 0.3, half + 1.44).paint(DARK)]
    for deck in range(decks):
        y = base + 0.9 + deck * 1.72 * h / 4.1
        step = rng.uniform(1.1, 1.6)
        places = [(0, y, z) for z in np.arange(-half + 0.9, half - 0.9, step)]
        pane = box(w + 0.05, 0.85, step * rng.uniform(0.8, 0.92))
        solids.append(array(pane, places).paint(GLASS))
        solids.append(box(w * 0.88, 1.0, 0.06).move(0, y, half).paint(GLASS))
        solids.append(box(w * 0.8, 0.7, 0.06).move(0, y, -half).paint(GLASS))
    solids.append(
        array(box(0.06, 1.9, 1.0), [(-w / 2, base + 0.1, half - 1.0), (-w / 2, base + 0.1, -half * 0.1)]).paint(DARK)
    )
    lamp = ball(0.12, 0.12, 0.08, 10).move(w * 0.38, base + 0.35, half + (1.45 if style == "school bus" else 0))
    solids.append(lamp.both("x").paint(LIGHT))
    places_z = [half * (1.02 if style == "school bus" else 0.62), -half * 0.55]
    solids += axles(wheel(r, 0.3, "disc"), w * 0.92, places_z, r)
    return shape(
        solids,
        (
            style,
            f"a {colour.name} {style}",
            f"a long {colour.name} {style} with {'two rows' if decks == 2 else 'one row'} of windows",
        ),
        decks=decks,
        length=length,
    )
