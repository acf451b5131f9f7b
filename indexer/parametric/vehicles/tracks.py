"""Tractors, excavators, tanks and armoured cars."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, axles, beam, chance, pick, rod, shape, tint, vary, wheel
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, paint
from indexer.parametric.solids import ball, box, cylinder, rounded_box
from indexer.parametric.surface import Solid, merge
from indexer.parametric.vehicles.heavy import side_prism

FAMILY = "vehicles"


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
    """A hull on tracks with a turret and a long gun; or one of `armor.any_tank`."""
    from indexer.parametric.vehicles.armor import any_tank  # which builds on this module's family

    if chance(rng, 0.6):
        return any_tank(rng)
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
        style=style,
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
