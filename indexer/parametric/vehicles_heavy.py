"""Lorries, buses, tractors, diggers and armour."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, axles, beam, chance, pick, rod, shape, tint, vary, wheel
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
    """A rigid lorry: cab and box, tank, dump body, flat bed or logs."""
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


@kind("bus", ("coach", "omnibus", "passenger vehicle"), FAMILY)
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


@kind("tractor", ("farm tractor", "farm vehicle"), FAMILY)
def tractor(rng: np.random.Generator) -> Shape:
    """A farm tractor: huge rear wheels, small front wheels, bonnet, exhaust, cab or roll bar."""
    big, small, colour = (
        rng.uniform(0.75, 0.95),
        rng.uniform(0.38, 0.5),
        paint(rng, "red", "green", "blue", "yellow", "orange"),
    )
    length, cabbed = rng.uniform(2.2, 2.7), chance(rng, 0.65)
    hood = rounded_box(0.7, 0.65, length * 0.62, 0.12).move(0, big * 0.95, length * 0.36).paint(colour.rgb)
    solids = [hood, box(0.5, 0.4, length).move(0, big * 0.65, length * 0.1).paint(DARK)]
    solids.append(box(0.5, 0.45, 0.06).move(0, big, length * 0.67).paint(DARK))
    solids.append(rod((0.2, big + 0.5, length * 0.42), (0.2, big + 1.3, length * 0.42), 0.05).paint(DARK))
    guard = rounded_box(0.45, 0.12, big * 1.6, 0.05).move(0.62, big * 1.9, -0.35).both("x").paint(colour.rgb)
    seat = merge(rounded_box(0.5, 0.12, 0.45, 0.05), rounded_box(0.5, 0.5, 0.12, 0.05).move(z=-0.2)).move(
        0, big * 1.35, -0.4
    )
    solids += [guard, seat.paint(DARK)]
    if cabbed:
        solids.append(box(1.25, 1.15, 1.2, 0.88).move(0, big * 1.45, -0.3).paint(GLASS))
        solids.append(rounded_box(1.3, 0.14, 1.3, 0.05).move(0, big * 1.45 + 1.15, -0.3).paint(colour.rgb))
    else:
        bar = [
            beam((0.5, big, -0.6), (0.5, big + 1.4, -0.65), 0.09).both("x"),
            box(1.09, 0.09, 0.09).move(0, big + 1.36, -0.65),
        ]
        solids += [merge(*bar).paint(DARK), rod((0, big * 1.5, 0.0), (0, big + 0.9, 0.2), 0.03).paint(DARK)]
    solids += axles(wheel(big, 0.5, "disc", colour.rgb), 1.6, [-0.35], big)
    solids += axles(wheel(small, 0.28, "disc", colour.rgb), 1.4, [length * 0.55], small)
    top = "a glazed cab" if cabbed else "an open seat and a roll bar"
    return shape(
        solids,
        (f"a {colour.name} tractor", f"a farm tractor with large rear wheels and {top}"),
        cab=int(cabbed),
        wheels=4,
    )


def crawler(length: float, h: float, width: float, sides: int = 8) -> Solid:
    """One caterpillar track around road wheels, on y = 0, along z."""
    r = h / 2
    bow = np.linspace(-np.pi / 2, np.pi / 2, 7)
    arc = np.column_stack([np.cos(bow) * r, np.sin(bow) * r + r])
    straight = length / 2 - r
    forward = np.array([straight, 0.0])
    outline = np.concatenate([arc + forward, (arc * (-1, 1) - forward)[::-1]])
    belt = side_prism([(z, y) for z, y in outline], width).paint(DARK)
    road = [
        cylinder(r * 0.62, width * 1.1, 14).turn("z", 90).move(width * 0.55, r * 0.8, z)
        for z in np.linspace(-straight, straight, sides)
    ]
    return merge(belt, merge(*road).paint((0.35, 0.36, 0.34)))


@kind("tank", ("battle tank", "armored vehicle", "military vehicle"), FAMILY)
def tank(rng: np.random.Generator) -> Shape:
    """A hull on tracks with a turret and a long gun."""
    length, w = rng.uniform(5.5, 7.5), rng.uniform(2.9, 3.6)
    half, track_h, colour = length / 2, 1.0 * vary(rng), paint(rng, "green", "green", "beige", "brown", "grey")
    deck = track_h * rng.uniform(1.15, 1.4)
    outline = [
        (-half * 0.97, 0.7),
        (-half * 0.85, 0.4),
        (half * 0.8, 0.4),
        (half, 0.75),
        (half * 0.55, deck),
        (-half * 0.9, deck),
    ]
    solids = [side_prism(outline, w * 0.98).paint(colour.rgb)]
    tread = crawler(length * 0.97, track_h, w * 0.18, int(rng.integers(5, 8))).move(x=w * 0.43)
    solids += [
        tread.both("x"),
        box(w * 0.22, 0.06, length).move(w * 0.43, track_h * 1.03, 0).both("x").paint(colour.shade(0.9)),
    ]
    style = pick(rng, "flat angular turret", "rounded turret", "boxy turret")
    th, tz = rng.uniform(0.6, 0.85), rng.uniform(-0.1, 0.1) * length
    turret = {
        "flat angular turret": box(w * 0.62, th, length * 0.4, (0.72, 0.6)),
        "rounded turret": ball(w * 0.36, th * 1.15, length * 0.2, 16),
        "boxy turret": box(w * 0.58, th, length * 0.36, 0.9),
    }[style].move(0, deck, tz)
    reach = length * rng.uniform(0.42, 0.62)
    muzzle = tz + length * 0.15 + reach
    gun = merge(
        rod((0, 0, tz), (0, 0, muzzle), 0.1, 0.075, 12), cylinder(0.13, 0.4, 12).turn("x", 90).move(z=muzzle - 0.3)
    )
    solids += [turret.paint(colour.rgb), gun.move(y=deck + th * 0.55).paint(colour.shade(0.8))]
    hatch = cylinder(0.3, 0.18, 14).move(w * 0.13, deck + th, tz - 0.2)
    solids += [
        hatch.paint(colour.shade(0.85)),
        rod((-w * 0.2, deck + th, tz - 0.6), (-w * 0.2, deck + th + 1.3, tz - 0.7), 0.02, sides=5),
    ]
    return shape(
        solids,
        (
            f"a {colour.name} tank",
            f"a battle tank with tracks and a {style}",
            f"a {colour.name} army tank with a {style} and a long gun barrel",
        ),
        gun=reach,
    )


@kind("armored car", ("armoured vehicle", "military vehicle", "apc"), FAMILY)
def armored_car(rng: np.random.Generator) -> Shape:
    """A wedge-shaped armoured hull on four, six or eight wheels, perhaps with a small turret."""
    pairs, r, w, colour = (
        int(rng.integers(2, 5)),
        0.55 * vary(rng),
        2.6 * vary(rng),
        paint(rng, "green", "beige", "grey", "brown"),
    )
    length = 1.5 * pairs + rng.uniform(1.6, 2.4)
    half, h = length / 2, 1.3 * vary(rng)
    outline = [
        (-half, 0.5 * h),
        (-half * 0.9, 0),
        (half * 0.75, 0),
        (half, 0.4 * h),
        (half * 0.5, h),
        (-half * 0.92, h),
    ]
    solids = [
        side_prism(outline, w).warp(
            lambda p: p * np.stack([1 - 0.18 * (p[:, 1] > 0.8 * h), 1 + 0 * p[:, 1], 1 + 0 * p[:, 1]], 1)
        )
    ]
    solids = [solids[0].move(y=r * 1.1).paint(colour.rgb)]
    armed = chance(rng, 0.7)
    if armed:
        turret = cylinder(0.65, 0.5, 8, 0.5).move(0, r * 1.1 + h, -0.1 * length)
        gun = rod((0, r * 1.1 + h + 0.28, 0), (0, r * 1.1 + h + 0.32, half * 0.9), 0.05)
        solids += [turret.paint(colour.shade(0.9)), gun.paint(DARK)]
    solids.append(
        box(w * 0.3, 0.18, 0.05).turn("x", -45).move(w * 0.2, r * 1.1 + 0.75 * h, half * 0.7).both("x").paint(GLASS)
    )
    places = list(np.linspace(-half * 0.68, half * 0.6, pairs))
    solids += axles(wheel(r, 0.38, "disc", DARK), w * 0.95, places, r)
    gear = "a gun turret" if armed else "no turret"
    return shape(
        solids,
        (f"a {colour.name} armored vehicle", f"an armored car with {2 * pairs} wheels and {gear}"),
        wheels=2 * pairs,
    )


@kind("excavator", ("digger", "construction machine"), FAMILY)
def excavator(rng: np.random.Generator) -> Shape:
    """A cab on tracks with a jointed arm and a bucket."""
    colour, length, lift = paint(rng, "yellow", "orange", "yellow", "blue"), rng.uniform(3.2, 4.2), rng.uniform(35, 60)
    solids = [crawler(length, 0.85, 0.55, 6).move(x=1.0).both("x"), cylinder(0.6, 0.3, 16).move(y=0.75).paint(DARK)]
    solids.append(rounded_box(2.3, 1.0, 2.6, 0.15).move(0, 1.0, -0.6).paint(colour.rgb))
    cab = rounded_box(0.95, 1.5, 1.3, 0.1).move(0.65, 1.05, 0.35)
    solids.append(tint(cab.paint(GLASS), colour.rgb, lambda at, n: (n[:, 1] > 0.9) | (at[:, 1] < 1.2)))
    reach = length * 0.95
    knee = np.array([-0.3, 1.5 + reach * np.sin(np.radians(lift)), 0.6 + reach * np.cos(np.radians(lift))])
    drop = np.radians(rng.uniform(-75, -45))
    wrist = knee + np.array([0, np.sin(drop), np.cos(drop) * 0.7]) * reach * 0.72
    middle = (np.array([-0.3, 1.4, 0.6]) + knee) / 2 + (0, 0.45, 0)
    solids += [beam((-0.3, 1.4, 0.6), middle, 0.36).paint(colour.rgb), beam(middle, knee, 0.32).paint(colour.rgb)]
    solids += [
        beam(knee, wrist, 0.26).paint(colour.rgb),
        rod((-0.3, 1.5, 0.9), middle - (0, 0.25, 0), 0.08).paint(ALLOY),
    ]
    scoop = side_prism(
        [(0, 0), (0.15, -0.6), (-0.25, -0.95), (-0.75, -0.85), (-0.6, -0.7), (-0.3, -0.72), (-0.2, -0.1)], 0.8
    )
    solids.append(scoop.move(*wrist).paint(DARK))
    return shape(
        solids, (f"a {colour.name} excavator", "an excavator with tracks, a jointed arm and a bucket"), reach=reach
    )
