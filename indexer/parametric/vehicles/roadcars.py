"""Road and racing cars: every body style, built in every way of `coachwork`."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, pick, rod, shape, tint
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, Material, paint
from indexer.parametric.solids import box, rounded_box
from indexer.parametric.surface import Solid, merge
from indexer.parametric.vehicles.cars import CARS, FAMILY, Plan, body, cabin, open_seats, plan_of, running_gear, trim
from indexer.parametric.vehicles.coachwork import (
    blocks,
    buggy,
    formula,
    interior,
    one_shell,
    panels,
    road_wheel,
    stations,
    wheels_of,
)

WAYS = {
    "hull": "with smooth sides",
    "shell": "with a streamlined body",
    "panels": "with a detailed interior and seats",
    "blocks": "built of simple blocks",
}


def _coach(rng: np.random.Generator, plan: Plan, style: str, way: str, colour: Material) -> list[Solid]:
    """The body of a car, without its wheels."""
    if way == "blocks":
        return blocks(plan, rng, colour)
    if way == "panels":
        return [*panels(plan, colour, chance(rng)), *interior(plan, rng, colour), *(trim(plan) if chance(rng) else [])]
    if way == "shell":
        skin = one_shell(plan, rng.uniform(0.0, 0.1), rng.uniform(0.01, 0.06)).paint(colour.rgb)
        z, _, _, shoulder, roof = stations(plan)
        over = shoulder + 0.02 * plan.height + (roof <= shoulder) * plan.height
        solids = [tint(skin, GLASS, lambda at, up: (at[:, 1] > np.interp(at[:, 2], z, over)) & (up[:, 1] < 0.85))]
        if chance(rng, 0.3):
            solids += [skin.scale(0.96, 0.95, 0.98).move(y=0.02 * plan.height)]
        return [*solids, *(trim(plan, chance(rng, 0.3)) if chance(rng, 0.6) else [])]
    pillars = {"limousine": 4, "sports car": 0}.get(style, 1)
    return [body(plan, rng.uniform(3.0, 7.0)).paint(colour.rgb), cabin(plan, colour.rgb, pillars), *trim(plan)]


def _extras(rng: np.random.Generator, plan: Plan, style: str) -> tuple[list[Solid], str]:
    """Perhaps a spoiler, a roof rack, a taxi sign or a siren, and the words for it."""
    if style in ("sports car", "supercar", "coupe", "muscle car") and chance(rng, 0.35):
        blade = box(plan.width * 0.8, 0.05, 0.3).move(0, plan.height * 0.88, -plan.length * 0.46)
        foot = box(0.05, 0.25, 0.15).move(0.5, plan.height * 0.68, -plan.length * 0.46).both("x")
        return [merge(blade, foot).paint(DARK)], " with a rear spoiler"
    if style in ("suv", "station wagon", "minivan") and chance(rng, 0.4):
        high = plan.height + 0.03
        rail = rod((0.55, high, -0.3 * plan.length), (0.55, high, 0.02 * plan.length), 0.03)
        bars = [box(1.2, 0.04, 0.06).move(0, high - 0.01, z * plan.length) for z in (-0.25, -0.1)]
        return [merge(rail.both("x"), *bars).paint(DARK)], " with a roof rack"
    if style == "sedan" and chance(rng, 0.3):
        if chance(rng):
            bar = rounded_box(1.0, 0.14, 0.22, 0.04).move(0, plan.height - 0.02, -0.05)
            return [bar.paint((0.15, 0.25, 0.85))], " with a police siren on the roof"
        sign = rounded_box(0.6, 0.16, 0.25, 0.04).move(0, plan.height - 0.02, -0.05)
        return [sign.paint((0.95, 0.8, 0.1))], " with a taxi sign on the roof"
    return [], ""


@kind("car", ("automobile", "passenger car", "motor car"), FAMILY)
def car(rng: np.random.Generator) -> Shape:
    """A road car of one of the styles of `CARS`, as a hull with a cabin, one shell, panels, or blocks."""
    style = pick(rng, "sedan", "sedan", "hatchback", "sports car", *CARS)
    plan, colour = plan_of(style, rng), paint(rng)
    way = pick(rng, "hull", "hull", "shell", "shell", "panels", "panels", "blocks")
    if style == "convertible":
        way = pick(rng, "hull", "panels")
        solids = (
            [body(plan, 5.5).paint(colour.rgb), *trim(plan)] if way == "hull" else panels(plan, colour, panes=False)
        )
        solids += open_seats(plan, paint(rng, "beige", "brown", "red", "black").rgb)
        extra = " with an open top"
    else:
        solids = _coach(rng, plan, style, way, colour)
        more, extra = _extras(rng, plan, style)
        solids += more
    solids += running_gear(plan, pick(rng, "disc", "spoked")) if chance(rng, 0.4) else wheels_of(plan, rng)
    built = "" if style == "convertible" else f" {WAYS[way]}"
    return shape(
        solids,
        (
            style,
            f"a {colour.name} {style}",
            f"a {colour.name} {style}{extra or built} and four wheels",
        ),
        style=style,
        length=plan.length,
        wheels=4,
    )


@kind("racing car", ("race car", "car"), FAMILY)
def racing_car(rng: np.random.Generator) -> Shape:
    """A formula car with open wheels, or a low closed one with a wing."""
    colour, other = paint(rng), paint(rng)
    if chance(rng, 0.6):
        return shape(
            formula(rng, colour, other),
            (
                "formula one car",
                f"a {colour.name} formula racing car",
                "a single-seat race car with open wheels and wings",
            ),
            style="formula",
            wheels=4,
        )
    plan = plan_of(pick(rng, "supercar", "sports car", "coupe"), rng)
    solids = [*_coach(rng, plan, "supercar", pick(rng, "shell", "hull", "panels"), colour), *wheels_of(plan, rng)]
    w, h, z = plan.width, plan.height, -plan.length * 0.47
    wing = [box(w * 0.95, 0.05, 0.4).turn("x", 8).move(0, h * 1.0, z), box(0.05, 0.45, 0.2).move(w * 0.3, h * 0.62, z)]
    solids.append(merge(wing[0], wing[1].both("x")).paint(other.rgb))
    return shape(
        solids,
        ("stock car", f"a {colour.name} racing car", "a race car with a large rear wing"),
        style="closed",
        wheels=4,
    )


@kind("jeep", ("off-road vehicle", "car"), FAMILY)
def jeep(rng: np.random.Generator) -> Shape:
    """An open off-road car, or a military one."""
    colour = paint(rng, "green", "beige", "brown", "red", "yellow", "blue", "grey")
    return shape(
        buggy(rng, colour),
        (f"a {colour.name} jeep", "an off-road car with flat panels and an upright windscreen", "a military jeep")
        if colour.name in ("green", "beige")
        else (f"a {colour.name} jeep", "an off-road car with flat panels and an upright windscreen"),
        wheels=4,
    )


@kind("golf cart", ("buggy", "electric vehicle"), FAMILY)
def golf_cart(rng: np.random.Generator) -> Shape:
    """A small open car: a bench, a roof on four posts, small wheels."""
    colour, length, w, r = paint(rng), rng.uniform(2.2, 2.8), 1.2, 0.23
    half = length / 2
    nose = rounded_box(w * 0.9, 0.5, length * 0.25, 0.12).move(0, 0.3, half * 0.76)
    tail = rounded_box(w * 0.9, 0.45, length * 0.34, 0.08).move(0, 0.3, -half * 0.6)
    seat = merge(rounded_box(w * 0.85, 0.14, 0.5, 0.05), rounded_box(w * 0.85, 0.45, 0.1, 0.04).move(y=0.1, z=-0.25))
    posts = [rod((w * 0.4, 0.5, z), (w * 0.42, 1.75, z * 0.75), 0.025) for z in (half * 0.68, -half * 0.75)]
    roof = rounded_box(w, 0.08, length * 0.66, 0.03).move(0, 1.73, -0.02)
    solids = [merge(nose, tail, roof).paint(colour.rgb), seat.move(0, 0.72, -half * 0.35).paint((0.85, 0.8, 0.7))]
    solids += [merge(*posts).both("x").paint(DARK), box(w * 0.85, 0.06, length * 0.9).move(y=0.27).paint(DARK)]
    one = road_wheel(rng, r, 0.16)
    solids += [one.move(s * w * 0.42, r, z) for s in (-1, 1) for z in (-half * 0.65, half * 0.65)]
    return shape(
        solids, (f"a {colour.name} golf cart", "a small open car with a roof on posts and a bench seat"), wheels=4
    )
