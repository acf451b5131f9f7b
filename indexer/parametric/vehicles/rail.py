"""Steam, diesel and electric locomotives, and what all rail vehicles share."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, beam, chance, hull, pick, rod, shape, tint
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, LIGHT, Material, paint
from indexer.parametric.solids import box, cylinder, lathe, rounded_box, tube
from indexer.parametric.surface import Solid, array, merge

FAMILY = "vehicles"
WIDTH = 2.8
GAUGE = 1.6


def rail_wheel(r: float, spoked: bool = False) -> Solid:
    """A flanged wheel about the x axis, the flange on the inner side (towards -x)."""
    profile = [
        (r * 1.08, -0.1),
        (r * 1.08, -0.06),
        (r, -0.05),
        (r, 0.06),
        (r * 0.85, 0.06),
        (r * 0.8, 0.0),
        (r * 0.2, 0.0),
        (r * 0.2, 0.1),
    ]
    body = lathe(profile, 20).turn("z", -90)
    return merge(
        body, *[box(0.05, r * 1.7, r * 0.12).move(0.03, -r * 0.85).turn("x", a) for a in (0, 60, 120)] if spoked else []
    )


def wheels(r: float, places: list[float], spoked: bool = False) -> Solid:
    """Wheel sets at each z, standing on y = 0."""
    one = rail_wheel(r, spoked).move(x=GAUGE / 2)
    pair = one.both("x")
    return array(pair, [(0, r, z) for z in places]).paint(DARK)


def bogies(length: float, r: float = 0.46) -> Solid:
    """Two two-axle bogies under a vehicle."""
    places = [s * length * 0.34 + d for s in (-1, 1) for d in (-1.1, 1.1)]
    frames = array(box(GAUGE + 0.4, 0.3, 3.2), [(0, r * 0.8, s * length * 0.34) for s in (-1, 1)])
    return merge(wheels(r, places), frames.paint(DARK))


def rail_body(length: float, low: float, high: float, power: float = 5.0, nose: float = 0.0) -> Solid:
    """A coach body along z; with `nose` metres both ends are streamlined, else flat."""
    half = length / 2
    if not nose:
        return hull([(-half, WIDTH / 2, low, high, power), (half, WIDTH / 2, low, high, power)], 24)
    rise = high - low
    end = [
        (half - nose, 1.0, high),
        (half - nose * 0.6, 0.96, high - rise * 0.08),
        (half - nose * 0.25, 0.82, low + rise * 0.6),
    ]
    end += [(half - nose * 0.05, 0.6, low + rise * 0.38), (half, 0.4, low + rise * 0.28)]
    rows = [(z, share * WIDTH / 2, low, top, power - 2 * (z - half + nose) / nose) for z, share, top in end]
    return hull([(-z, *rest) for z, *rest in rows[::-1]] + rows, 24)


def windows(length: float, y: float, h: float, step: float, share: float = 0.75) -> Solid:
    """A row of panes on both sides."""
    half = length / 2
    return array(
        box(WIDTH + 0.05, h, step * share), [(0, y, z) for z in np.arange(-half + step, half - step * 0.6, step)]
    ).paint(GLASS)


def buffers(z: float, y: float) -> Solid:
    """Two buffers at the front end, z."""
    one = merge(cylinder(0.08, 0.4, 10), cylinder(0.22, 0.06, 12).move(y=0.4)).turn("x", 90)
    return one.move(0.85, y, z).both("x").paint(DARK)


def steam_engine(rng: np.random.Generator, colour: Material, trim: Material) -> tuple[list[Solid], float, int]:
    """Boiler, cab, chimney, domes and wheels; the length and the number of driving axles."""
    drivers, big, r = int(rng.integers(2, 6)), rng.uniform(0.65, 1.0), rng.uniform(0.75, 1.05)
    base, length = big * 1.15, drivers * big * 2.15 + rng.uniform(1.8, 3.2)
    half, axis_y = length / 2, big * 1.15 + r
    boiler = cylinder(r, length * 0.72, 20).turn("x", 90).move(0, axis_y, -half * 0.42)
    box_front = cylinder(r * 1.04, length * 0.12, 20).turn("x", 90).move(0, axis_y, half * 0.78).paint(DARK)
    door = lathe([(r * 0.85, 0), (r * 0.6, 0.12), (0, 0.2)], 18).turn("x", 90).move(0, axis_y, half * 1.02).paint(DARK)
    chimney = (
        lathe([(0.28, 0), (0.2, 0.2), (0.2, 0.7), (0.32, 0.8), (0.32, 0.9)], 14)
        .move(0, axis_y + r * 0.9, half * 0.88)
        .paint(DARK)
    )
    dome = lathe([(0.34, 0), (0.34, 0.3), (0.2, 0.5), (0, 0.55)], 14).paint(trim.rgb)
    domes = array(dome, [(0, axis_y + r * 0.92, half * z) for z in ((0.1, 0.5) if chance(rng) else (0.3,))])
    cab = box(2.5, 2.4, length * 0.24).move(0, base, -half * 0.72).paint(colour.rgb)
    roof = rounded_box(2.8, 0.16, length * 0.3, 0.07).move(0, base + 2.4, -half * 0.72).paint(DARK)
    pane = box(2.55, 0.7, length * 0.12).move(0, base + 1.4, -half * 0.7).paint(GLASS)
    frame = box(1.9, 0.25, length).move(0, base - 0.25, 0).paint(DARK)
    step = box(2.5, 0.08, length * 0.78).move(0, base + 0.1, half * 0.2).paint(trim.rgb)
    lamp = cylinder(0.18, 0.25, 12).turn("x", 90).move(0, axis_y + r, half).paint(LIGHT)
    places = [half * 0.55 - i * big * 2.12 for i in range(drivers)]
    rods = (
        beam((GAUGE / 2 + 0.2, big * 0.8, places[0]), (GAUGE / 2 + 0.2, big * 0.8, places[-1]), 0.14)
        .both("x")
        .paint(ALLOY)
    )
    cylinders = cylinder(0.32, 0.9, 14).turn("x", 90).move(1.1, big * 0.95, half * 0.72).both("x").paint(colour.rgb)
    parts = [
        boiler.paint(colour.rgb),
        box_front,
        door,
        chimney,
        domes,
        cab,
        roof,
        pane,
        frame,
        step,
        lamp,
        rods,
        cylinders,
    ]
    parts += [wheels(big, places, True), wheels(big * 0.5, [half * 0.86]), buffers(half, base)]
    plough = box(2.2, base * 0.75, 0.7, (0.9, 0.25)).move(0, 0.12, half + 0.1).paint(trim.rgb)
    return [*parts, *([plough] if chance(rng) else [])], length, drivers


@kind("steam locomotive", ("steam train", "steam engine", "locomotive", "train"), FAMILY)
def steam_locomotive(rng: np.random.Generator) -> Shape:
    """A boiler on driving wheels with a chimney, domes and a cab, with or without a tender."""
    colour, trim, tender = (
        paint(rng, "black", "green", "blue", "red"),
        paint(rng, "red", "black", "yellow"),
        chance(rng, 0.6),
    )
    solids, length, drivers = steam_engine(rng, colour, trim)
    if tender:
        size, z = rng.uniform(4, 6), -length / 2
        middle = z - size / 2 - 0.4
        solids.append(box(2.5, 1.9, size, (1, 0.96)).move(0, 1.1, middle).paint(colour.rgb))
        solids.append(box(2.1, 0.3, size * 0.7, 0.6).move(0, 3.0, middle).paint(DARK))
        solids.append(wheels(0.48, [middle + d * size for d in (-0.33, 0, 0.33)]))
    extra = " and a coal tender" * tender
    return shape(
        solids,
        (f"a {colour.name} steam locomotive", f"a steam engine with a chimney and {2 * drivers} driving wheels{extra}"),
        driving_wheels=2 * drivers,
        tender=int(tender),
    )


def pantograph(y: float, z: float) -> Solid:
    """A current collector on a roof at height y."""
    arms = [tube([(x, y, z - 0.6), (x, y + 0.55, z + 0.5), (x * 0.6, y + 1.1, z - 0.3)], 0.04, 6) for x in (-0.5, 0.5)]
    return merge(*arms, box(1.7, 0.06, 0.25).move(0, y + 1.1, z - 0.3)).paint(DARK)


@kind("locomotive", ("railway engine", "train engine", "train"), FAMILY)
def locomotive(rng: np.random.Generator) -> Shape:
    """A diesel or electric locomotive: box cab, hood unit or streamlined; or one of `shunters`."""
    from indexer.parametric.vehicles.shunters import shunter  # which builds on this module

    if chance(rng):
        return shunter(rng)
    style, electric = (
        pick(rng, "box body with a cab at each end", "long hood and one cab", "streamlined nose"),
        chance(rng),
    )
    length, colour, trim, high = rng.uniform(13, 20), paint(rng), paint(rng), rng.uniform(3.7, 4.2)
    half, low = length / 2, 1.15
    solids = [
        bogies(length, 0.5),
        box(WIDTH * 0.95, 0.3, length * 0.98).move(0, 0.95, 0).paint(DARK),
        box(2.2, 0.6, length * 0.22).move(0, 0.4, 0),
    ]
    if style.startswith("long"):
        electric = False
        solids.append(box(1.9, high - low - 0.5, length * 0.62).move(0, low, -length * 0.15).paint(colour.rgb))
        solids.append(box(1.9, (high - low) * 0.5, length * 0.15).move(0, low, length * 0.38).paint(colour.rgb))
        cab = rounded_box(WIDTH, high - low, length * 0.14, 0.12).move(0, low, length * 0.23)
        solids.append(
            tint(
                cab.paint(trim.rgb),
                GLASS,
                lambda at, n: (at[:, 1] > low + 1.3) & (at[:, 1] < high - 0.4) & (n[:, 1] < 0.5),
            )
        )
        solids.append(
            rod((WIDTH * 0.47, low + 0.9, -half), (WIDTH * 0.47, low + 0.9, half), 0.03, sides=5)
            .both("x")
            .paint(trim.rgb)
        )
        solids.append(
            array(cylinder(0.5, 0.2, 14), [(0, high - 0.5, -length * s) for s in (0.05, 0.2, 0.35)]).paint(DARK)
        )
    else:
        nose = rng.uniform(2.2, 4) if style.startswith("stream") else 0.7
        solids.append(rail_body(length, low, high, 6, nose).paint(colour.rgb))
        solids.append(box(WIDTH + 0.03, 0.35, length * 0.82).move(0, low + 0.6, 0).paint(trim.rgb))
        screen = (
            box(WIDTH * 0.75, 0.8, 0.1).turn("x", -30 if nose > 1 else -12).move(0, high - 1.15, half - nose * 0.45)
        )
        solids += [merge(screen, screen.mirror("z")).paint(GLASS), windows(length * 0.8, high - 1.2, 0.6, 2.4, 0.4)]
    solids += [buffers(half, 1.1), buffers(half, 1.1).mirror("z")]
    if electric:
        solids.append(merge(*[pantograph(high - 0.05, s * length * 0.3) for s in (-1, 1)]))
    power = "electric" if electric else "diesel"
    return shape(
        solids,
        (
            f"a {power} locomotive",
            f"a {colour.name} {power} locomotive with a {style}",
            f"a {colour.name} railway engine with a {trim.name} stripe",
        ),
        style=style,
        length=length,
    )
