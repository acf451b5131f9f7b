"""Pickups and vans."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, pick, shape, tint, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, Material, paint
from indexer.parametric.solids import box, rounded_box
from indexer.parametric.surface import Solid, merge
from indexer.parametric.vehicles.cars import Plan, body, cabin, running_gear, trim

FAMILY = "vehicles"


def _cargo_bed(plan: Plan, z0: float, z1: float, colour: Material, flat: bool) -> list[Solid]:
    low, high, w = plan.height * 0.42, plan.height * (0.48 if flat else 0.6), plan.width
    middle, length = (z0 + z1) / 2, z1 - z0
    floor = box(w * 0.96, 0.06, length).move(0, low, middle).paint(DARK)
    if flat:
        return [floor.scale(1.06, 1, 1), box(w, high - low + 0.3, 0.06).move(0, low, z1 - 0.06).paint(DARK)]
    walls = merge(
        box(0.07, high - low, length).move(w * 0.455, low, middle).both("x"),
        *[box(w * 0.94, high - low, 0.07).move(0, low, z) for z in (z0 + 0.06, z1 - 0.05)],
    )
    return [floor, walls.paint(colour.rgb)]


@kind("pickup truck", ("pickup", "truck", "vehicle"), FAMILY)
def pickup_truck(rng: np.random.Generator) -> Shape:
    """A light truck with an open cargo bed or a flatbed behind a single or double cab."""
    double, flat, colour = chance(rng), chance(rng, 0.3), paint(rng)
    back = -0.17 if double else -0.04
    top = (
        (-0.5, 0.3),
        (-0.495, 0.43),
        (back, 0.43),
        (back + 0.01, 0.6),
        (0.26, 0.6),
        (0.46, 0.55),
        (0.495, 0.46),
        (0.5, 0.35),
    )
    roof = ((back, 0.58), (back + 0.04, 0.96), (back + 0.1, 1.0), (0.13, 0.99), (0.27, 0.58))
    plan = Plan(5.3 * vary(rng, 0.06), 1.9 * vary(rng, 0.04), 1.8 * vary(rng, 0.05), 0.28, 0.39, top, roof)
    solids = [body(plan, 6).paint(colour.rgb), cabin(plan, colour.rgb, int(double)), *trim(plan)]
    solids += running_gear(plan, pick(rng, "disc", "spoked"))
    solids += _cargo_bed(plan, -0.5 * plan.length, back * plan.length, colour, flat)
    cab, bed = "double cab" if double else "single cab", "flatbed" if flat else "open cargo bed"
    return shape(
        solids,
        (
            f"a {colour.name} pickup truck",
            f"a pickup truck with a {cab}",
            f"a {colour.name} pickup with a {cab} and a {bed}",
        ),
        style=bed,
        wheels=4,
    )


@kind("van", ("motor vehicle", "vehicle"), FAMILY)
def van(rng: np.random.Generator) -> Shape:
    """A one-box van: delivery van, minibus or camper."""
    style, colour = pick(rng, "delivery van", "minibus", "camper van"), paint(rng)
    height, length = rng.uniform(1.9, 2.6), rng.uniform(4.6, 6.2)
    nose = rng.uniform(0.4, 0.55)
    top = (
        (-0.5, 0.5),
        (-0.49, 0.97),
        (-0.45, 1.0),
        (0.2, 1.0),
        (0.27, 0.96),
        (0.39, nose),
        (0.48, nose - 0.08),
        (0.5, 0.25),
    )
    plan = Plan(length, 1.95 * vary(rng, 0.05), height, 0.2, 0.34, top, front=0.33)
    solids = [_van_body(plan, style, colour), *trim(plan, chance(rng, 0.3)), *running_gear(plan, "disc")]
    if style == "camper van" or chance(rng, 0.2):
        solids.append(
            rounded_box(1.4, 0.2, length * 0.4, 0.08).move(0, height - 0.03, -0.1 * length).paint(colour.shade(0.8))
        )
    words = {"delivery van": "closed cargo sides", "minibus": "rows of side windows", "camper van": "a raised roof"}[
        style
    ]
    return shape(
        solids, (style, f"a {colour.name} van with {words}", f"a {colour.name} {style} with a short nose"), style=style
    )


def _van_body(plan: Plan, style: str, colour: Material) -> Solid:
    shell, length, h = body(plan, 7).paint(colour.rgb), plan.length, plan.height
    shell = tint(shell, GLASS, lambda at, normal: (np.abs(at[:, 2] / length - 0.33) < 0.06) & (normal[:, 1] > 0.2))
    panes = [] if style == "delivery van" else list(np.linspace(-0.38, 0.07, 4))
    glass = [box(0.04, h * 0.27, length * 0.13).move(plan.width * 0.49, h * 0.6, z * length) for z in [*panes, 0.22]]
    return merge(shell, merge(*glass).both("x").paint(GLASS))
