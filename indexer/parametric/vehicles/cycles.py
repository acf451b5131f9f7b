"""Bicycles, motorcycles and scooters."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, chance, hull, pick, rod, shape, vary, wheel
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import LIGHT, RUBBER, Material, paint
from indexer.parametric.solids import ball, box, cylinder, rounded_box, torus, tube
from indexer.parametric.surface import Color, Solid, merge, ring

FAMILY = "vehicles"


def wire_wheel(r: float, tyre: float, spokes: int = 14, rim: Color = ALLOY) -> Solid:
    """A bicycle wheel about the x axis: tyre, rim, thin spokes and a hub."""
    hoop = merge(torus(r - tyre, tyre, 30, 8).paint(RUBBER), torus(r - 2.2 * tyre, tyre * 0.7, 30, 6).paint(rim))
    spoke = rod((r * 0.03, 0, 0), (r - 2 * tyre, 0, 0), 0.0035, sides=4).paint(rim)
    hub = cylinder(r * 0.06, r * 0.26, 10).move(y=-r * 0.13).paint(rim)
    return merge(hoop, ring(spoke, spokes), hub).turn("z", 90)


def saddle(width: float, length: float) -> Solid:
    """A narrow-nosed seat, its top on y = 0, pointing to +z."""
    keys = [(-length / 2, width * 0.3, -0.05, 0), (-length * 0.35, width / 2, -0.06, 0.01), (0, width * 0.3, -0.05, 0)]
    return hull([*keys, (length / 2, width * 0.13, -0.04, 0)], 12, smooth=2).paint(DARK)


@kind("bicycle", ("bike", "cycle", "push bike"), FAMILY, rigid=True)
def bicycle(rng: np.random.Generator) -> Shape:
    """A road, city, mountain or penny-farthing bicycle, or a tandem."""
    style, colour = (
        pick(rng, "road bike", "mountain bike", "city bike", "step-through bike", "tandem", "penny-farthing"),
        paint(rng),
    )
    if style == "penny-farthing":
        return _penny_farthing(rng, colour)
    r, tyre = rng.uniform(0.3, 0.36), {"mountain bike": 0.028, "road bike": 0.013}.get(style, 0.02)
    span = (1.02 if style != "tandem" else 1.7) * vary(rng, 0.04)
    rear, front, crank = (
        np.array([0, r, -span * 0.44]),
        np.array([0, r, span * 0.56]),
        np.array([0, r - 0.04, -span * 0.44 + 0.43]),
    )
    seat, head = crank + (0, 0.5 * vary(rng), -0.16), front + (0, 0.44, -0.22)
    neck = head - (0, 0.12, -0.05)
    tubes = [
        (crank, neck),
        (crank, seat),
        (rear + (0.06, 0, 0), crank),
        (rear - (0.06, 0, 0), crank),
        (rear, seat - (0, 0.08, 0)),
        (neck, head),
    ]
    tubes.append(
        (crank + (0, 0.16, 0.0), neck - (0, 0.02, 0))
        if style == "step-through bike"
        else (seat - (0, 0.07, 0), head - (0, 0.02, 0))
    )
    if style == "tandem":
        second = crank + (0, 0, 0.68)
        tubes += [(crank, second), (second, second + (0, 0.5, -0.16)), (second, neck)]
    frame = merge(*[rod(a, b, 0.018) for a, b in tubes]).paint(colour.rgb)
    fork = merge(*[rod(head + (x, -0.1, 0.04), front + (x, 0, 0), 0.012) for x in (-0.05, 0.05)]).paint(colour.rgb)
    solids = [frame, fork, wire_wheel(r, tyre).move(*rear), wire_wheel(r, tyre).move(*front)]
    solids += [saddle(0.17, 0.27).move(*(seat + (0, 0.1, 0))), rod(seat, seat + (0, 0.07, 0), 0.013).paint(ALLOY)]
    if style == "tandem":
        solids += [saddle(0.17, 0.27).move(*(crank + (0, 0.6, 0.52)))]
    solids += [_handlebar(style, head), _cranks(crank, rear)]
    extra = ""
    if style in ("city bike", "step-through bike") and chance(rng, 0.6):
        solids.append(box(0.34, 0.22, 0.24, 1.15).move(*(head + (0, 0.02, 0.2))).paint((0.55, 0.42, 0.26)))
        extra = " and a basket"
    return shape(
        solids,
        (f"a {style}", f"a {colour.name} bicycle with two spoked wheels{extra}", f"a {colour.name} {style}{extra}"),
        style=style,
        wheels=2,
    )


def _handlebar(style: str, head: np.ndarray) -> Solid:
    top = head + (0, 0.1, 0.02)
    stem = rod(head, top, 0.014).paint(ALLOY)
    if style == "road bike":
        half = [
            (0, 0, 0.04),
            (0.2, 0, 0.04),
            (0.21, 0, 0.13),
            (0.21, -0.08, 0.15),
            (0.21, -0.13, 0.08),
            (0.21, -0.13, 0.02),
        ]
    elif style in ("mountain bike", "tandem"):
        half = [(0, 0, 0.03), (0.1, 0.01, 0.03), (0.34, 0.02, -0.02)]
    else:
        half = [(0, 0, 0.03), (0.12, 0.06, 0.06), (0.27, 0.05, 0.0), (0.29, 0.04, -0.16)]
    return merge(stem, tube(half, 0.013, 8).both("x").move(*top).paint(DARK))


def _cranks(crank: np.ndarray, rear: np.ndarray) -> Solid:
    ringed = cylinder(0.095, 0.008, 20).turn("z", 90).move(*(crank + (0.05, 0, 0)))
    arms = [rod(crank + (0.07 * s, 0, 0), crank + (0.07 * s, -0.12 * s, 0.12 * s), 0.01, sides=6) for s in (-1, 1)]
    pedals = [box(0.09, 0.02, 0.07).move(*(crank + (0.13 * s, -0.12 * s, 0.12 * s))) for s in (-1, 1)]
    links = [rod(crank + (0.055, y, 0), rear + (0.055, y * 0.4, 0), 0.005, sides=4) for y in (-0.09, 0.09)]
    return merge(ringed, *arms, *pedals, *links).paint(DARK)


def _penny_farthing(rng: np.random.Generator, colour: Material) -> Shape:
    big, small = rng.uniform(0.62, 0.75), rng.uniform(0.18, 0.24)
    top = big * 2 + 0.06
    backbone = tube([(0, top, 0), (0, top - 0.08, -0.25), (0, big * 1.2, -0.55), (0, small, -0.8)], 0.02, 8).paint(
        colour.rgb
    )
    fork = merge(*[rod((x, big, 0), (x * 0.5, top, 0), 0.014) for x in (-0.07, 0.07)]).paint(colour.rgb)
    bar = tube([(-0.3, top - 0.08, 0), (0, top + 0.02, 0.03), (0.3, top - 0.08, 0)], 0.013, 8).paint(DARK)
    solids = [backbone, fork, bar, saddle(0.18, 0.26).move(0, top + 0.06, -0.18)]
    solids += [wire_wheel(big, 0.015, 24).move(0, big, 0), wire_wheel(small, 0.013, 12).move(0, small, -0.8)]
    solids.append(_cranks(np.array([0, big, 0.0]), np.array([0, big, 0.01])))
    return shape(
        solids,
        (
            "a penny-farthing",
            "an old high-wheel bicycle",
            "a penny-farthing with one huge front wheel and a tiny rear wheel",
        ),
        style="penny-farthing",
        wheels=2,
    )


@kind("motorcycle", ("motorbike", "vehicle"), FAMILY, rigid=True)
def motorcycle(rng: np.random.Generator) -> Shape:
    """A sport bike, chopper, dirt bike or classic motorcycle."""
    style, colour = pick(rng, "sport motorcycle", "chopper", "dirt bike", "classic motorcycle"), paint(rng)
    r, span = rng.uniform(0.29, 0.33), {"chopper": 1.75, "dirt bike": 1.45}.get(style, 1.4) * vary(rng, 0.04)
    fat = {"chopper": 0.17, "dirt bike": 0.1}.get(style, 0.14)
    back, front, rake = -span * 0.5, span * 0.5, {"chopper": 0.5, "dirt bike": 0.2}.get(style, 0.24)
    head = np.array([0, r + 0.55, front - rake])
    lift = 0.14 if style == "dirt bike" else 0.0
    solids = [
        wheel(r, fat * 1.1, "spoked").move(0, r, back),
        wheel(r * (1.08 if style == "chopper" else 1.0), fat * 0.8, "spoked").move(0, r, front),
    ]
    solids.append(merge(*[rod((x, r, front), (x, head[1] + 0.06, head[2]), 0.028) for x in (-0.1, 0.1)]).paint(ALLOY))
    engine = merge(
        rounded_box(0.3, 0.32, 0.42, 0.06), *[cylinder(0.09, 0.28, 12).turn("x", a).move(0, 0.25, 0) for a in (-22, 22)]
    )
    solids.append(engine.move(0, r * 0.75 + lift, 0.02).paint((0.4, 0.4, 0.42)))
    tank = hull(
        [(-0.22, 0.08, 0.0, 0.13), (-0.1, 0.13, -0.02, 0.2), (0.1, 0.15, -0.02, 0.23), (0.24, 0.07, 0.02, 0.14)],
        14,
        smooth=2,
    )
    solids.append(tank.move(0, r + 0.36 + lift * 0.8, 0.14).paint(colour.rgb))
    low = -0.14 if style == "chopper" else lift
    seat = hull(
        [(-0.36, 0.09, 0.02, 0.12), (-0.2, 0.14, 0, 0.1), (0.05, 0.13, 0, 0.08), (0.2, 0.08, 0, 0.07)], 12, 3, smooth=2
    )
    solids.append(seat.move(0, r + 0.38 + low, -0.27).paint(DARK))
    spine = [
        rod((0, r + 0.15, -0.25), head, 0.035),
        rod((0.1, r, back), (0.08, r + 0.02, -0.2), 0.03).both("x"),
        rod((0, r * 0.7, 0.2), head, 0.03),
    ]
    spine.append(rod((0.1, r, back + 0.02), (0.08, r + 0.42 + low, -0.32), 0.022).both("x"))
    solids.append(merge(*spine).paint(DARK))
    pipe = tube(
        [
            (0.16, r * 0.9, 0.2),
            (0.19, r * 0.6, 0.0),
            (0.2, r * 0.65 + lift, -0.3),
            (0.2, r * 0.85 + 1.5 * lift, back - 0.1),
        ],
        [0.025, 0.03, 0.045, 0.05],
        8,
    )
    solids.append((pipe.both("x") if style == "chopper" else pipe).paint(ALLOY))
    solids += _motorcycle_front(style, head, colour, r, front)
    guard = torus(r * 1.1, 0.05, 12, 6, 150).scale(1, 1.5, 1).turn("z", 90).turn("x", 180)
    solids.append(guard.turn("x", -20).move(0, r, back).paint(colour.rgb))
    words = {
        "sport motorcycle": "a fairing",
        "chopper": "a long raked fork and high handlebars",
        "dirt bike": "a high seat",
        "classic motorcycle": "a round headlamp",
    }
    return shape(
        solids,
        (f"a {style}", f"a {colour.name} {style} with {words[style]}", f"a {colour.name} motorbike with two wheels"),
        style=style,
        wheels=2,
    )


def _motorcycle_front(style: str, head: np.ndarray, colour: Material, r: float, front: float) -> list[Solid]:
    rise = {"chopper": 0.32, "sport motorcycle": 0.02, "dirt bike": 0.16}.get(style, 0.12)
    bar = tube([(0, 0.04, 0), (0.12, rise, 0), (0.36, rise - 0.01, -0.12)], 0.016, 8).both("x").move(*head).paint(DARK)
    parts = [bar, ball(0.1, 0.1, 0.08, 14).move(*(head + (0, -0.06, 0.13))).paint(LIGHT)]
    if style == "sport motorcycle":
        shell = hull(
            [(0.34, 0.03, -0.12, -0.02), (0.2, 0.14, -0.22, 0.08), (-0.1, 0.2, -0.42, 0.08), (-0.4, 0.15, -0.5, -0.25)],
            14,
            smooth=2,
        )
        parts.append(shell.move(*head).paint(colour.rgb))
        parts.append(
            hull([(-0.2, 0.05, 0, 0.1), (0.0, 0.12, -0.02, 0.1), (0.3, 0.08, -0.05, 0.0)], 10)
            .move(0, r + 0.52, -0.55)
            .paint(colour.rgb)
        )
    if style == "dirt bike":
        parts.append(box(0.16, 0.02, 0.6, 0.7).move(0, r * 2 + 0.1, front).paint(colour.rgb))
        parts.append(box(0.16, 0.02, 0.6, 0.7).turn("x", 12).move(0, r * 2 + 0.22, -front * 0.9).paint(colour.rgb))
    return parts


@kind("scooter", ("two-wheeler", "vehicle"), FAMILY)
def scooter(rng: np.random.Generator) -> Shape:
    """A motor scooter with a step-through body, or a kick scooter."""
    colour = paint(rng)
    if chance(rng, 0.4):
        r, deck = rng.uniform(0.05, 0.1), rng.uniform(0.5, 0.65)
        z, tall = deck * 0.62, rng.uniform(0.75, 1.0)
        solids = [
            rounded_box(0.12, 0.03, deck, 0.012).move(0, r, 0).paint(colour.rgb),
            rod((0, r, deck * 0.45), (0, r * 2 + 0.04, z), 0.018).paint(ALLOY),
        ]
        solids += [
            rod((0, r * 2, z), (0, tall, z - 0.1), 0.016).paint(ALLOY),
            rod((-0.2, tall, z - 0.1), (0.2, tall, z - 0.1), 0.016).paint(DARK),
        ]
        solids += [wheel(r, 0.03, "bare", colour.rgb).move(0, r, at) for at in (z + 0.03, -deck * 0.55)]
        return shape(
            solids,
            ("a kick scooter", f"a {colour.name} kick scooter with a deck and a handlebar"),
            style="kick scooter",
            wheels=2,
        )
    r = rng.uniform(0.2, 0.24)
    shell = hull(
        [(-0.75, 0.1, 0.42, 0.6), (-0.6, 0.21, 0.25, 0.68), (-0.3, 0.22, 0.2, 0.68), (0.0, 0.16, 0.2, 0.6)],
        16,
        3,
        smooth=2,
    )
    shield = hull([(0.42, 0.24, 0.28, 0.62), (0.47, 0.2, 0.3, 0.9), (0.52, 0.1, 0.3, 0.92)], 14, 3)
    floor = rounded_box(0.4, 0.07, 0.6, 0.03).move(0, 0.2, 0.2)
    guard = hull([(0.38, 0.08, 0.3, 0.42), (0.55, 0.1, 0.35, 0.5), (0.78, 0.06, 0.28, 0.36)], 12, smooth=2)
    solids = [merge(shell, shield, floor, guard).paint(colour.rgb)]
    solids.append(rounded_box(0.28, 0.1, 0.62, 0.05).move(0, 0.68, -0.36).paint(DARK))
    solids += [
        rod((0, r, 0.6), (0, 1.0, 0.44), 0.035).paint(ALLOY),
        tube([(-0.33, 1.02, 0.36), (0, 1.0, 0.46), (0.33, 1.02, 0.36)], 0.022, 8).paint(DARK),
    ]
    solids += [
        ball(0.12, 0.1, 0.1, 12).move(0, 1.0, 0.48).paint(colour.rgb),
        ball(0.07, 0.07, 0.04, 12).move(0, 1.0, 0.57).paint(LIGHT),
    ]
    solids += [wheel(r, 0.11, "disc").move(0, r, z) for z in (0.6, -0.55)]
    return shape(
        solids,
        ("a motor scooter", f"a {colour.name} motor scooter with a step-through body"),
        style="motor scooter",
        wheels=2,
    )
