"""More lorries: cabs of many forms, chassis with ladder frames, and bodies for every trade; ambulances."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, axles, beam, chance, hull, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, LIGHT, Material, paint
from indexer.parametric.solids import ball, box, cylinder, lathe, rounded_box, sheet, torus
from indexer.parametric.surface import Solid, array, merge
from indexer.parametric.vehicles.cars import FAMILY
from indexer.parametric.vehicles.coachwork import road_wheel
from indexer.parametric.vehicles.heavy import side_prism


def cab(rng: np.random.Generator, w: float, h: float, length: float, colour: Material) -> list[Solid]:
    """A cab from z = 0 to `length` on y = 0: bonneted, flat, rounded, open, or hollow with seats to be seen."""
    style = pick(rng, "bonnet", "old bonnet", "flat", "round", "open")
    if style == "bonnet":
        low = rounded_box(w * 0.8, h * 0.5, length * 0.55, 0.1).move(0, 0, length * 0.72)
        house = box(w, h, length * 0.5, (0.9, 0.85)).move(z=length * 0.25)
        guards = box(w * 0.22, 0.12, length * 0.5).move(w * 0.42, h * 0.3, length * 0.72).both("x")
        glass = box(w * 0.84, h * 0.36, 0.04).turn("x", -10).move(0, h * 0.55, length * 0.48)
        return [merge(low, house, guards).paint(colour.rgb), glass.paint(GLASS), *_face(w, h, length, 0.8)]
    if style == "old bonnet":
        nose = hull([(0, w * 0.4, 0, h * 0.52), (length, w * 0.26, 0, h * 0.48)], 14, 5.0)
        house = rounded_box(w * 0.94, h, length * 0.42, 0.12).move(z=length * 0.2)
        guard = torus(h * 0.26, 0.1, 12, 6, 180).turn("x", -90).turn("y", 90).move(w * 0.42, 0, length * 0.7).both("x")
        return [merge(nose, house, guard).paint(colour.rgb), *_face(w, h, length, 0.5)]
    if style == "open":
        floor = box(w, h * 0.35, length)
        posts = [rod((w * 0.45, h * 0.3, z), (w * 0.43, h, z), 0.04).both("x") for z in (0.06, length * 0.7)]
        seat = merge(box(w * 0.8, 0.3, 0.5), box(w * 0.8, 0.6, 0.14).move(z=-0.2)).move(0, h * 0.35, length * 0.3)
        steering = torus(0.22, 0.025, 16, 6).turn("x", 50).move(w * 0.22, h * 0.62, length * 0.6)
        top = box(w, 0.08, length * 0.8).move(0, h, length * 0.38)
        panel = [
            box(w, h * 0.22, 0.06).move(0, h * 0.3, length * 0.97),
            box(0.05, h * 0.25, length * 0.7).move(w * 0.47, h * 0.3, length * 0.4).both("x"),
        ]
        return [
            merge(floor, top, *panel).paint(colour.rgb),
            merge(*posts, seat, steering).paint(DARK),
            *_face(w, h, length, 0.9),
        ]
    if style == "round":
        keys = [
            (0, w / 2, 0, h),
            (length * 0.6, w / 2, 0, h),
            (length * 0.9, w * 0.48, 0, h * 0.8),
            (length, w * 0.45, 0, h * 0.45),
        ]
        shell = hull(keys, 20, 6.0, smooth=2).paint(colour.rgb)
        pane = box(w * 0.8, h * 0.34, 0.03).turn("x", -24).move(0, h * 0.5, length * 0.99)
        return [shell, pane.paint(GLASS), *_face(w, h * 0.8, length, 0.8)]
    lean = length * rng.uniform(0.0, 0.12)
    outline = [(0, 0), (length, 0), (length, 0.5 * h), (length - lean, h), (0, h)]
    side = box(0.03, h * 0.36, length * 0.5).move(w / 2, h * 0.52, length * 0.55).both("x")
    pane = (
        box(w * 0.88, h * 0.4, 0.03).turn("x", -np.degrees(np.arctan2(lean, h * 0.5))).move(0, h * 0.52, length + 0.01)
    )
    sleeper = [box(w * 0.98, h * 0.3, length * 0.6, (0.9, 0.4)).move(0, h, length * 0.3)] if chance(rng, 0.4) else []
    return [
        merge(side_prism(outline, w), *sleeper).paint(colour.rgb),
        merge(side, pane).paint(GLASS),
        *_face(w, h, length, 0.9),
    ]


def _face(w: float, h: float, length: float, wide: float) -> list[Solid]:
    """Grille, bumper, lamps and mirrors of a cab's front at z = `length`."""
    grille = array(box(w * 0.5 * wide, 0.03, 0.04), [(0, h * (0.14 + 0.05 * i), length) for i in range(5)])
    bumper = box(w * max(wide, 0.8), 0.22, 0.18).move(0, -0.08, length + 0.05)
    lamps = cylinder(0.11, 0.06, 12).turn("x", 90).move(w * 0.36 * wide, h * 0.22, length).both("x")
    mirrors = merge(
        rod((w / 2, h * 0.75, length * 0.5), (w / 2 + 0.22, h * 0.75, length * 0.6), 0.02),
        box(0.14, 0.35, 0.06).move(w / 2 + 0.22, h * 0.58, length * 0.6),
    )
    return [merge(grille, bumper, mirrors.both("x")).paint(DARK), lamps.paint(LIGHT)]


def frame(w: float, first: float, last: float, y: float) -> Solid:
    """A ladder frame with cross members, a tank at either side and a drive shaft."""
    rails = box(0.1, 0.2, last - first).move(w * 0.18, y, (first + last) / 2).both("x")
    cross = array(box(w * 0.36, 0.1, 0.08), [(0, y + 0.05, z) for z in np.linspace(first + 0.2, last - 0.2, 6)])
    tanks = cylinder(0.24, 0.9, 14).turn("x", 90).move(w * 0.36, y - 0.05, first * 0.3).both("x")
    return merge(rails, cross, tanks, rod((0, y, first + 0.3), (0, y, last - 0.3), 0.05)).paint(DARK)


def _canvas(w: float, h: float, length: float, colour: Material) -> Solid:
    turn = np.linspace(-1, 1, 11)
    bow = np.stack([w / 2 * np.sign(turn) * np.abs(turn) ** 0.4, h * (0.55 + 0.45 * (1 - np.abs(turn) ** 3))], axis=1)
    bow = np.concatenate([[(-w / 2, 0.45)], bow, [(w / 2, 0.45)]])
    grid = np.stack([np.column_stack([bow, np.full(len(bow), z)]) for z in (-length, -length / 2, 0)])
    return merge(sheet(grid, 0.03), _bed(w, length, 0.5)).paint(colour.shade(0.8))


def _bed(w: float, length: float, wall: float) -> Solid:
    """An open tray behind z = 0."""
    sides = box(0.05, wall, length).move(w * 0.48, 0, -length / 2).both("x")
    ends = array(box(w * 0.96, wall, 0.05), [(0, 0, -0.03), (0, 0, -length + 0.03)])
    return merge(box(w, 0.08, length).move(z=-length / 2), sides, ends)


def _mixer(w: float, h: float, length: float, colour: Material) -> Solid:
    r = w * 0.42
    drum = lathe(
        np.array([(0.35, 0), (0.85, 0.2), (1.0, 0.42), (0.95, 0.6), (0.45, 1.0), (0.38, 1.0)]) * (r, length * 0.9), 20
    )
    legs = beam((0, 0, -length * 0.9), (0, h * 0.85, -length * 0.9), 0.25)
    return merge(
        drum.turn("x", -76).move(0, r * 0.95, -0.1).paint(colour.rgb),
        merge(legs, box(w * 0.5, 0.4, 0.4).move(0, h * 0.5, -length)).paint(DARK),
    )


def _crane(w: float, h: float, length: float, colour: Material, rng: np.random.Generator) -> Solid:
    up = np.radians(rng.uniform(5, 50))
    reach = length * rng.uniform(0.9, 1.4)
    tip = (0, h * 0.6 + reach * np.sin(up), -length * 0.8 + reach * np.cos(up))
    boom = beam((0, h * 0.6, -length * 0.8), tip, 0.35)
    house = merge(cylinder(0.6, 0.3, 16), box(w * 0.6, h * 0.5, length * 0.35).move(y=0.3)).move(0, 0, -length * 0.75)
    hook = merge(
        rod(tip, (tip[0], tip[1] - 1.2, tip[2]), 0.02), ball(0.15, sides=10).move(tip[0], tip[1] - 1.3, tip[2])
    )
    return merge(
        merge(boom, house).paint(colour.rgb), hook.paint(DARK), box(w, 0.12, length).move(z=-length / 2).paint(DARK)
    )


def _launcher(w: float, h: float, length: float, colour: Material, rng: np.random.Generator) -> Solid:
    n, rows = int(rng.integers(2, 6)), int(rng.integers(1, 4))
    step, lift = w * 0.9 / n, rng.uniform(0, 35)
    one = merge(
        cylinder(step * 0.42, length * 0.9, 12), lathe([(step * 0.42, length * 0.9), (0, length * 0.9 + step)], 12)
    )
    tubes = array(
        one.turn("x", 90), [((i - (n - 1) / 2) * step, j * step + step, 0) for i in range(n) for j in range(rows)]
    )
    return merge(
        tubes.turn("x", -lift).move(0, 0.2, -length).paint(colour.rgb),
        box(w, 0.15, length).move(z=-length / 2).paint(DARK),
    )


def _garbage(w: float, h: float, length: float, colour: Material) -> Solid:
    outline = [(0, 0), (0, h), (-length * 0.8, h), (-length, h * 0.55), (-length * 1.05, 0.1), (-length * 0.85, 0)]
    ribs = array(box(w * 1.03, h * 0.9, 0.08), [(0, 0.05, -length * t) for t in (0.1, 0.3, 0.5, 0.7)])
    return merge(side_prism(outline, w), ribs).paint(colour.rgb)


TRADES = {
    "military truck": "a canvas cover over its bed",
    "cement mixer truck": "a mixing drum",
    "crane truck": "a crane on its back",
    "garbage truck": "a garbage body",
    "rocket launcher truck": "missile tubes on its back",
    "open truck": "an open bed",
    "truck cab": "no load behind the cab",
    "stake truck": "a bed with stakes",
}


def trade(rng: np.random.Generator, style: str) -> Shape:
    """A lorry of one of `TRADES`."""
    colour = paint(rng, "green", "beige", "brown", "grey") if style.startswith(("military", "rocket")) else paint(rng)
    other = colour if chance(rng, 0.4) else paint(rng)
    w, h, r = 2.3 * vary(rng, 0.08), 1.9 * vary(rng, 0.15), 0.5 * vary(rng, 0.15)
    front, length = rng.uniform(1.5, 2.8), rng.uniform(2.6, 6.5)
    if style == "truck cab":
        length = rng.uniform(1.6, 2.4)
    y = r * rng.uniform(1.1, 1.5)
    load = {
        "military truck": lambda: _canvas(w, h * rng.uniform(0.8, 1.1), length, other),
        "cement mixer truck": lambda: _mixer(w, h, length, other),
        "crane truck": lambda: _crane(w, h, length, other, rng),
        "garbage truck": lambda: _garbage(w, h * 1.05, length, other),
        "rocket launcher truck": lambda: _launcher(w, h, length, other, rng),
        "open truck": lambda: _bed(w, length, rng.uniform(0.3, 1.3)).paint(other.rgb),
        "truck cab": lambda: cylinder(0.5, 0.12, 16).move(0, 0, -length * 0.6).paint(DARK),
        "stake truck": lambda: merge(
            _bed(w, length, 0.2),
            array(
                box(0.06, h * 0.6, 0.06),
                [(s * w * 0.47, 0, -length * t) for s in (-1, 1) for t in np.linspace(0.03, 0.97, 7)],
            ),
        ).paint(other.rgb),
    }[style]()
    solids = [frame(w, -length, front, y - 0.25), *[part.move(y=y - 0.05) for part in cab(rng, w, h, front, colour)]]
    solids.append(load.move(0, y, -0.15))
    places = [front * rng.uniform(0.5, 0.8), -length * 0.7]
    if length > 4 or chance(rng, 0.3):
        places.append(-length * 0.7 - 2.2 * r if length > 3 else -length * 0.7 + 2.2 * r)
    solids += axles(road_wheel(rng, r, r * rng.uniform(0.5, 0.8)), w * 0.88, places, r)
    if chance(rng, 0.3):
        solids.append(rod((w * 0.45, y, -0.08), (w * 0.45, y + h * 1.3, -0.08), 0.07).paint(ALLOY))
    return shape(
        solids,
        (f"a {colour.name} {style}", f"a truck with {TRADES[style]}", f"a {colour.name} lorry with {TRADES[style]}"),
        style=style,
        wheels=2 * len(places),
    )


@kind("garbage truck", ("refuse truck", "truck"), FAMILY)
def garbage_truck(rng: np.random.Generator) -> Shape:
    """A lorry that collects garbage."""
    return trade(rng, "garbage truck")


@kind("military truck", ("army truck", "military vehicle", "truck"), FAMILY)
def military_truck(rng: np.random.Generator) -> Shape:
    """An army lorry with a canvas cover, an open bed or rockets."""
    return trade(rng, pick(rng, "military truck", "military truck", "rocket launcher truck"))


@kind("ambulance", ("emergency vehicle", "van"), FAMILY)
def ambulance(rng: np.random.Generator) -> Shape:
    """A van or a box on a cab, with a light bar and crosses."""
    w, h, length, r = 1.95 * vary(rng), rng.uniform(1.9, 2.5), rng.uniform(3.0, 4.2), 0.36
    colour, y = paint(rng, "white", "white", "yellow", "red"), 0.45
    rear = rounded_box(w, h, length, 0.08).move(0, y, -length / 2).paint(colour.rgb)
    cross = merge(box(0.03, 0.6, 0.2).move(y=-0.3), box(0.03, 0.2, 0.6).move(y=-0.1)).move(
        w / 2, y + h * 0.6, -length / 2
    )
    solids = [
        rear,
        cross.both("x").paint((0.8, 0.1, 0.1)),
        box(w * 0.6, 0.16, 0.25).move(0, y + h, -0.2).paint((0.15, 0.25, 0.9)),
    ]
    solids += [
        part.move(y=y) for part in cab(rng, w * 0.97, h * rng.uniform(0.75, 0.95), rng.uniform(1.4, 2.0), colour)
    ]
    solids.append(
        array(box(0.03, h * 0.3, length * 0.2), [(w * 0.5, y + h * 0.55, -length * t) for t in (0.15, 0.85)])
        .both("x")
        .paint(GLASS)
    )
    solids += axles(road_wheel(rng, r, 0.24), w * 0.86, [0.9, -length * 0.7], r)
    return shape(solids, (f"a {colour.name} ambulance", "an ambulance with a siren and a cross on its side"), wheels=4)
