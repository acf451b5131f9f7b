"""Cars: a lofted body with wheel arches, a glazed cabin, wheels, lamps and bumpers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, axles, beam, chance, hull, shape, tint, vary, wheel
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, LIGHT, paint
from indexer.parametric.solids import ball, box, rounded_box, torus
from indexer.parametric.surface import Solid, merge

FAMILY = "vehicles"
RED_LAMP = (0.75, 0.08, 0.06)


@dataclass(frozen=True)
class Plan:
    """Measures of one car in metres; profiles are (share of the length from the middle, share of the height)."""

    length: float
    width: float
    height: float
    clearance: float
    tyre: float
    top: tuple[tuple[float, float], ...]
    cabin: tuple[tuple[float, float], ...] = ()
    front: float = 0.31
    rear: float = -0.3

    @property
    def axle_places(self) -> list[float]:
        """The z of the rear and the front axle."""
        return [self.rear * self.length, self.front * self.length]


DECK = ((-0.5, 0.4), (-0.49, 0.58), (-0.45, 0.64))
CARS: dict[str, tuple[tuple[float, ...], tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]] = {
    "sedan": (
        (4.7, 1.82, 1.44, 0.16, 0.33),
        (*DECK, (-0.3, 0.66), (0.2, 0.66), (0.44, 0.55), (0.49, 0.45), (0.5, 0.35)),
        ((-0.39, 0.62), (-0.24, 0.95), (-0.1, 1.0), (0.05, 0.98), (0.25, 0.62)),
    ),
    "hatchback": (
        (4.0, 1.75, 1.5, 0.17, 0.32),
        ((-0.5, 0.4), (-0.49, 0.6), (-0.3, 0.63), (0.22, 0.62), (0.43, 0.53), (0.49, 0.42), (0.5, 0.35)),
        ((-0.49, 0.6), (-0.4, 0.94), (-0.25, 1.0), (0.05, 0.99), (0.29, 0.6)),
    ),
    "station wagon": (
        (4.8, 1.82, 1.48, 0.16, 0.33),
        ((-0.5, 0.4), (-0.49, 0.6), (-0.3, 0.64), (0.2, 0.64), (0.44, 0.54), (0.49, 0.44), (0.5, 0.35)),
        ((-0.49, 0.6), (-0.44, 0.93), (-0.3, 0.99), (0.04, 0.99), (0.24, 0.61)),
    ),
    "suv": (
        (4.7, 1.92, 1.78, 0.25, 0.39),
        ((-0.5, 0.35), (-0.49, 0.6), (-0.3, 0.62), (0.24, 0.62), (0.46, 0.56), (0.495, 0.48), (0.5, 0.35)),
        ((-0.485, 0.6), (-0.44, 0.95), (-0.3, 1.0), (0.08, 0.99), (0.27, 0.6)),
    ),
    "sports car": (
        (4.4, 1.9, 1.2, 0.11, 0.34),
        ((-0.5, 0.45), (-0.49, 0.64), (-0.42, 0.7), (-0.3, 0.68), (0.15, 0.66), (0.4, 0.48), (0.49, 0.36), (0.5, 0.28)),
        ((-0.4, 0.66), (-0.2, 0.92), (-0.06, 1.0), (0.02, 0.98), (0.23, 0.62)),
    ),
    "convertible": (
        (4.3, 1.8, 1.3, 0.14, 0.33),
        (*DECK, (-0.26, 0.66), (-0.24, 0.52), (0.12, 0.52), (0.14, 0.68), (0.42, 0.56), (0.49, 0.45), (0.5, 0.35)),
        (),
    ),
    "limousine": (
        (7.2, 1.86, 1.48, 0.17, 0.34),
        ((-0.5, 0.4), (-0.49, 0.6), (-0.35, 0.65), (0.28, 0.65), (0.46, 0.55), (0.49, 0.46), (0.5, 0.35)),
        ((-0.42, 0.62), (-0.35, 0.95), (-0.2, 1.0), (0.16, 0.99), (0.3, 0.63)),
    ),
    "coupe": (
        (4.5, 1.85, 1.36, 0.14, 0.34),
        (*DECK, (-0.3, 0.68), (0.15, 0.68), (0.42, 0.58), (0.49, 0.48), (0.5, 0.35)),
        ((-0.42, 0.66), (-0.2, 0.94), (-0.08, 1.0), (0.0, 0.99), (0.19, 0.66)),
    ),
    "muscle car": (
        (4.9, 1.9, 1.32, 0.16, 0.35),
        ((-0.5, 0.5), (-0.49, 0.66), (-0.4, 0.7), (-0.2, 0.7), (0.1, 0.7), (0.46, 0.66), (0.49, 0.6), (0.5, 0.4)),
        ((-0.38, 0.68), (-0.2, 0.96), (-0.1, 1.0), (-0.02, 0.98), (0.12, 0.68)),
    ),
    "supercar": (
        (4.5, 2.0, 1.12, 0.1, 0.35),
        ((-0.5, 0.5), (-0.49, 0.72), (-0.35, 0.78), (-0.2, 0.72), (0.2, 0.62), (0.42, 0.42), (0.49, 0.32), (0.5, 0.24)),
        ((-0.36, 0.76), (-0.12, 0.95), (0.0, 1.0), (0.06, 0.97), (0.3, 0.55)),
    ),
    "beetle car": (
        (4.1, 1.6, 1.5, 0.2, 0.33),
        ((-0.5, 0.3), (-0.47, 0.45), (-0.38, 0.6), (-0.2, 0.64), (0.2, 0.62), (0.38, 0.56), (0.47, 0.42), (0.5, 0.28)),
        ((-0.45, 0.5), (-0.32, 0.78), (-0.18, 0.95), (-0.02, 1.0), (0.1, 0.94), (0.19, 0.62)),
    ),
    "minivan": (
        (4.8, 1.9, 1.75, 0.17, 0.34),
        ((-0.5, 0.35), (-0.49, 0.55), (-0.3, 0.58), (0.25, 0.57), (0.42, 0.48), (0.49, 0.4), (0.5, 0.3)),
        ((-0.49, 0.55), (-0.46, 0.93), (-0.35, 1.0), (0.05, 1.0), (0.16, 0.93), (0.38, 0.5)),
    ),
    "microcar": (
        (2.9, 1.5, 1.5, 0.17, 0.29),
        ((-0.5, 0.4), (-0.48, 0.6), (-0.3, 0.62), (0.28, 0.6), (0.44, 0.5), (0.5, 0.35)),
        ((-0.48, 0.6), (-0.4, 0.92), (-0.25, 1.0), (0.12, 0.98), (0.36, 0.58)),
    ),
}


def plan_of(style: str, rng: np.random.Generator) -> Plan:
    """The measures of a `style` of CARS, each varied a little."""
    sizes, top, cabin = CARS[style]
    length, width, height, clearance, tyre = (size * vary(rng, 0.09) for size in sizes)
    shift = rng.uniform(-0.02, 0.02)
    moved = tuple((z + shift * (i > 0), y) for i, (z, y) in enumerate(cabin))
    top = tuple((z, y * vary(rng, 0.05)) for z, y in top)
    front = 0.38 if style == "limousine" else 0.31
    return Plan(length, width, height, clearance, tyre * 1.02, top, moved, front, -front + 0.01)


def body(plan: Plan, power: float = 5.0) -> Solid:
    """The lower body: a boxy hull whose floor rises over the wheels."""
    arch = plan.tyre * 1.18
    around = np.concatenate([at + arch * np.array([-1.01, -0.95, -0.7, 0, 0.7, 0.95, 1.01]) for at in plan.axle_places])
    half = plan.length / 2
    z = np.unique(np.concatenate([[s * plan.length for s, _ in plan.top], around, np.linspace(-half, half, 9)]))
    high = np.interp(z / plan.length, *np.transpose(plan.top)) * plan.height
    low = np.full(len(z), plan.clearance)
    for at in plan.axle_places:
        low = np.maximum(
            low, plan.tyre + np.sqrt(np.maximum(arch**2 - (z - at) ** 2, 0)) - (np.abs(z - at) >= arch) * 9
        )
    taper = 1 - 0.13 * np.abs(z / half) ** 5
    low = np.minimum(np.where(np.abs(z) > half * 0.98, low + 0.12 * plan.height, low), high - 0.02)
    return hull(np.column_stack([z, plan.width / 2 * taper, low, high]), 20, power)


def cabin(plan: Plan, rgb: tuple[float, float, float], pillars: int = 1) -> Solid:
    """The glazed upper body, its roof and pillars painted."""
    keys = np.array(plan.cabin) * (plan.length, plan.height)
    belt = min(keys[0, 1], keys[-1, 1]) - 0.08
    z = np.linspace(keys[0, 0], keys[-1, 0], 13)
    high = np.maximum(np.interp(z, keys[:, 0], keys[:, 1]), belt + 0.06)
    inset = plan.width / 2 * (0.97 - 0.1 * np.abs(np.linspace(-1, 1, 13)) ** 4)
    glass = hull(np.column_stack([z, inset, np.full(13, belt), high]), 20, 2.9).paint(GLASS)
    middle = np.linspace(keys[1, 0], keys[-2, 0], pillars + 2)[1:-1]
    step = (z[1] - z[0]) * 0.6
    return tint(
        glass,
        rgb,
        lambda at, normal: (
            (normal[:, 1] > 0.9)
            | (np.abs(at[:, 2:3] - middle) < step).any(axis=1) & (np.abs(normal[:, 2]) < 0.3)
            | (at[:, 1] > plan.height * 0.95)
        ),
    )


def trim(plan: Plan, round_lamps: bool = False) -> list[Solid]:
    """Lamps at both ends, a grille, bumpers, mirrors and a number plate."""
    half, w, h = plan.length / 2, plan.width, plan.height
    lamp = ball(0.1, 0.1, 0.05, 12) if round_lamps else ball(0.2, 0.08, 0.09, 12)
    parts = [lamp.move(w * 0.35, h * 0.43, half * 0.965).both("x").paint(LIGHT)]
    parts.append(
        rounded_box(w * 0.18, h * 0.09, 0.12, 0.03).move(w * 0.36, h * 0.36, -half * 0.975).both("x").paint(RED_LAMP)
    )
    parts.append(rounded_box(w * 0.42, h * 0.1, 0.1, 0.03).move(0, h * 0.34, half * 0.97).paint(DARK))
    bumper = rounded_box(w * 0.84, h * 0.1, 0.2, 0.05)
    parts += [bumper.move(0, plan.clearance + 0.08, side * (half - 0.05)).paint(DARK) for side in (-1, 1)]
    if plan.cabin:
        mirror = rounded_box(0.2, 0.12, 0.1, 0.03).move(w / 2 + 0.03, h * 0.64, plan.cabin[-1][0] * plan.length - 0.35)
        parts.append(mirror.both("x").paint(DARK))
    return parts


def running_gear(plan: Plan, style: str, inset: float = 0.11) -> list[Solid]:
    """Four wheels under the arches, touching y = 0."""
    width = plan.tyre * 0.62
    return axles(wheel(plan.tyre, width, style), plan.width - 2 * inset, plan.axle_places, plan.tyre)


def open_seats(plan: Plan, rgb: tuple[float, float, float]) -> list[Solid]:
    """A windscreen, two rows of seats and a steering wheel for a car without a roof."""
    w, h, length = plan.width, plan.height, plan.length
    screen = box(w * 0.8, h * 0.34, 0.04, (0.85, 1)).turn("x", -32).move(0, h * 0.66, length * 0.13).paint(GLASS)
    seat = merge(rounded_box(0.5, 0.18, 0.5, 0.06), rounded_box(0.5, 0.6, 0.15, 0.06).turn("x", -12).move(z=-0.2))
    places = [(w * 0.22, h * 0.48, -0.03 * length), (w * 0.22, h * 0.48, -0.17 * length)]
    seats = [seat.move(*place).both("x").paint(rgb) for place in places]
    wheel_ring = torus(0.17, 0.02, 16, 6).turn("x", 65).move(w * 0.22, h * 0.72, length * 0.07).paint(DARK)
    return [screen, wheel_ring, *seats]


@kind("vintage car", ("old car", "classic car", "automobile"), FAMILY)
def vintage_car(rng: np.random.Generator) -> Shape:
    """A car of the twenties or thirties: upright cabin, long bonnet, separate wings, running boards, round lamps."""
    length, w, h, r = 4.2 * vary(rng), 1.6 * vary(rng, 0.05), 1.75 * vary(rng, 0.06), 0.38 * vary(rng, 0.06)
    half, floor, colour, trim_colour = length / 2, 0.45, paint(rng), paint(rng, "black", "black", "brown", "red")
    open_top = chance(rng, 0.35)
    bonnet = hull([(0.02 * length, 0.42 * w, floor, 0.66 * h), (half * 0.86, 0.24 * w, floor, 0.6 * h)], 16, 4)
    grille = rounded_box(0.5 * w, 0.42 * h, 0.1, 0.05).move(0, floor, half * 0.86).paint(ALLOY)
    tub = rounded_box(0.86 * w, (0.68 * h - floor), 0.52 * length, 0.12).move(0, floor, -0.2 * length)
    solids = [bonnet.paint(colour.rgb), grille, tub.paint(colour.rgb)]
    plan = Plan(length, w, h, floor, r, ())
    if open_top:
        solids += open_seats(plan, trim_colour.rgb)
    else:
        glass = rounded_box(0.8 * w, 0.3 * h, 0.44 * length, 0.1).move(0, 0.66 * h, -0.2 * length).paint(GLASS)
        roof = rounded_box(0.84 * w, 0.07, 0.47 * length, 0.03).move(0, 0.95 * h, -0.2 * length).paint(colour.rgb)
        posts = [
            beam((0.39 * w, 0.64 * h, z * length), (0.39 * w, 0.97 * h, z * length), 0.07) for z in (-0.41, -0.2, 0.01)
        ]
        solids += [glass, roof, merge(*posts).both("x").paint(colour.rgb)]
    places = [-0.3 * length, 0.36 * length]
    guard = torus(r * 1.12, 0.1, 14, 8, 170).scale(1, 1.6, 1).turn("x", -90).turn("y", 90).move(0.43 * w, r, 0)
    solids.append(merge(*[guard.move(z=z) for z in places]).both("x").paint(trim_colour.rgb))
    solids.append(box(0.22, 0.05, 0.42 * length).move(0.44 * w, 0.36, 0.03 * length).both("x").paint(trim_colour.rgb))
    solids += axles(wheel(r, 0.16, "spoked", trim_colour.rgb), 0.86 * w, places, r)
    solids.append(ball(0.12, 0.12, 0.14, 12).move(0.3 * w, 0.52 * h, half * 0.9).both("x").paint(LIGHT))
    spare = chance(rng, 0.5)
    if spare:
        solids.append(wheel(r * 0.9, 0.14, "disc").turn("y", 90).move(0, 0.5 * h, -0.49 * length))
    kind_of = "open vintage car" if open_top else "vintage sedan"
    extra = " and a spare wheel on the back" * spare
    return shape(
        solids,
        (
            kind_of,
            f"a {colour.name} {kind_of} with separate fenders",
            f"an old-timer with round headlamps, running boards{extra}",
        ),
        wheels=4 + spare,
    )
