"""Rockets, missiles and space shuttles."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, hull, pick, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, paint
from indexer.parametric.solids import ball, box, cylinder, lathe, torus, wing
from indexer.parametric.surface import Solid, merge, ring
from indexer.parametric.vehicles.air import fin, wings

FAMILY = "vehicles"


def nozzle(r: float) -> Solid:
    """A rocket nozzle that opens downward from y = 0."""
    return lathe([(r, -1.3 * r), (r * 0.75, -0.8 * r), (r * 0.4, -0.1 * r), (r * 0.4, 0.1 * r)], 16).paint(DARK)


def ogive(r: float, h: float) -> list[tuple[float, float]]:
    """The profile of a rounded point: (radius, height) from the base up."""
    t = np.linspace(0, 1, 8)
    return [(float(r * np.sqrt(max(1 - s**1.8, 0.0))), float(h * s)) for s in t]


def fins(r: float, count_of: int, root: float, tip: float, span: float, sweep: float) -> Solid:
    """Fins about the y axis, their leading edges up, at y = 0."""
    return ring(wing(root, tip, span, sweep, 0.08).turn("x", -90).move(x=r * 0.9), count_of)


@kind("rocket", ("space rocket", "spacecraft"), FAMILY)
def rocket(rng: np.random.Generator) -> Shape:
    """A launcher with boosters, a slim staged rocket, a cartoon rocket or a space shuttle."""
    style, colour, trim = (
        pick(rng, "cartoon rocket", "staged rocket", "rocket with boosters", "staged rocket"),
        paint(rng),
        paint(rng),
    )
    n = int(rng.integers(3, 5))
    if style == "cartoon rocket":
        h, r = rng.uniform(3, 5), rng.uniform(0.55, 0.8)
        t = np.linspace(0, 1, 14)
        radius = (
            r * (0.55 + 0.45 * np.sin(np.pi * np.minimum(t * 1.15, 1) ** 0.9)) * np.sqrt(np.maximum(1 - t**3.2, 0))
            + 0.001
        )
        body = lathe(np.column_stack([radius, 0.6 + t * h]), 24).paint(colour.rgb)
        tip = t > 0.72
        cap = lathe(np.column_stack([radius[tip] * 1.02, 0.62 + t[tip] * h]), 24).paint(trim.rgb)
        blade = fins(r * 0.6, n, h * 0.3, h * 0.16, r * 1.1, h * 0.2).move(y=0.6 + h * 0.15).paint(trim.rgb)
        port = merge(
            torus(r * 0.3, 0.06, 20, 8).turn("x", 90).paint(trim.rgb),
            cylinder(r * 0.28, 0.05, 18).turn("x", 90).paint(GLASS),
        )
        solids = [body, cap, blade, port.move(0, 0.6 + h * 0.55, r * 0.97), nozzle(r * 0.5).move(y=0.65)]
        return shape(
            solids,
            ("a toy rocket", f"a {colour.name} rocket with {count(n, f'{trim.name} fin')} and a round window"),
            style=style,
            fins=n,
        )
    r = rng.uniform(1.5, 2.5)
    h = r * rng.uniform(16, 24)
    waist = r * rng.uniform(0.7, 1.0)
    profile = [
        (r, 0),
        (r, h * 0.55),
        (waist, h * 0.58),
        (waist, h * 0.84),
        *[(x, h * 0.84 + y) for x, y in ogive(waist, h * 0.15)[1:]],
    ]
    solids = [lathe(profile, 22).paint(colour.rgb if chance(rng) else (0.93, 0.93, 0.92)), nozzle(r * 0.65)]
    solids += [cylinder(r * 1.015, h * 0.03, 22).move(y=h * y).paint(trim.rgb) for y in (0.1, 0.5, 0.8)]
    if style == "rocket with boosters":
        b = r * rng.uniform(0.5, 0.75)
        side = lathe([(b, 0), (b, h * 0.42), *[(x, h * 0.42 + y) for x, y in ogive(b, b * 2.2)[1:]]], 16).paint(
            trim.rgb
        )
        n = int(rng.choice([2, 2, 4]))
        solids += [ring(merge(side, nozzle(b * 0.7)).move(x=r + b), n)]
        words = f"{count(n, 'side booster')}"
    else:
        solids.append(fins(r, n, h * 0.1, h * 0.05, r * 0.9, h * 0.04).move(y=h * 0.06).paint(trim.rgb))
        words = f"{count(n, 'fin')} at the base"
    return shape(
        solids,
        ("a rocket", f"a tall space rocket with {words}", f"a {colour.name} {style} standing upright"),
        style=style,
        height=h,
    )


@kind("space shuttle", ("shuttle orbiter", "spaceplane", "spacecraft"), FAMILY)
def space_shuttle(rng: np.random.Generator) -> Shape:
    """A delta-winged orbiter, alone or on its tank with two boosters."""
    white, length = (0.94, 0.94, 0.93), 37.0 * vary(rng)
    half, r = length / 2, length * 0.072
    keys = [
        (half, 0.15, -0.7, -0.3),
        (half * 0.9, 0.6, -1, 0.25),
        (half * 0.68, 0.95, -1, 0.95),
        (half * 0.4, 1, -1, 1),
        (-half * 0.85, 1.05, -1, 1),
        (-half * 0.92, 1, -0.9, 1),
    ]
    body = hull(np.array(keys) * (1, r, r, r), 18, 3, smooth=2).paint(white)
    delta = merge(
        wings(length * 0.42, length * 0.1, length * 0.31, length * 0.14, 0, 0.06),
        wings(length * 0.7, length * 0.35, r * 1.5, length * 0.18, 0, 0.04),
    )
    solids = [
        body,
        delta.move(0, -0.85 * r, -0.2 * half).paint(white),
        fin(length * 0.2, length * 0.1, length * 0.2, length * 0.12).move(0, 0.9 * r, -0.72 * half).paint(white),
    ]
    engine = nozzle(r * 0.4).turn("x", 90)
    solids += [engine.move(x, y, -0.92 * half) for x, y in ((0, 0.5 * r), (-0.45 * r, -0.2 * r), (0.45 * r, -0.2 * r))]
    solids += [ball(0.3 * r, 0.35 * r, 0.12 * length, 12).move(0.6 * r, 0.85 * r, -0.78 * half).both("x").paint(white)]
    solids.append(box(r * 1.3, 0.3 * r, 0.3 * r).turn("x", 35).move(0, 0.38 * r, 0.82 * half).paint(DARK))
    stacked = chance(rng, 0.4)
    if stacked:
        tank = lathe(
            [
                (r * 1.5, 0),
                (r * 1.5, length * 0.95),
                *[(x, length * 0.95 + y) for x, y in ogive(r * 1.5, length * 0.3)[1:]],
            ],
            20,
        ).paint((0.72, 0.4, 0.2))
        booster = lathe([(r * 0.9, 0), (r * 0.65, 2), (r * 0.65, length * 1.05), (0, length * 1.18)], 16).paint(white)
        pack = merge(tank.move(y=length * 0.05), booster.move(x=2.2 * r).both("x"))
        solids = [part.turn("x", -90).move(y=half) for part in solids]
        solids = [*[part.move(z=1.4 * r) for part in solids], pack.move(z=-1.4 * r)]
    words = "on its fuel tank with two boosters" if stacked else "with delta wings"
    return shape(solids, ("a space shuttle", f"a white space shuttle {words}"), stacked=int(stacked))


@kind("missile", ("guided missile", "projectile", "weapon"), "weapons")
def missile(rng: np.random.Generator) -> Shape:
    """A slim tube with a pointed nose and two sets of fins, lying along z."""
    length, r, n = rng.uniform(2, 6), rng.uniform(0.03, 0.06), int(rng.integers(3, 5))
    r *= length
    colour, trim = paint(rng, "white", "grey", "green"), paint(rng, "red", "black", "yellow", "grey")
    body = lathe(
        [
            (r * 0.8, 0),
            (r, 0.02 * length),
            (r, length * 0.8),
            *[(x, length * 0.8 + y) for x, y in ogive(r, length * 0.2)[1:]],
        ],
        18,
    )
    tail = fins(r, n, length * 0.16, length * 0.09, r * 2.2, length * 0.05).move(y=length * 0.1)
    solids = [
        body.paint(colour.rgb),
        tail.paint(trim.rgb),
        cylinder(r * 1.02, length * 0.02, 18).move(y=length * 0.76).paint(trim.rgb),
    ]
    middle = chance(rng, 0.6)
    if middle:
        solids.append(
            fins(r, n, length * 0.12, length * 0.03, r * 1.8, length * 0.06)
            .move(y=length * 0.55)
            .paint(colour.shade(0.8))
        )
    words = "tail fins and middle wings" if middle else "tail fins"
    return shape(
        [part.turn("x", 90) for part in solids],
        (
            f"a {colour.name} missile",
            f"a missile with {count(n, 'fin')} and a pointed nose",
            f"a guided missile with {words}",
        ),
        fins=n,
    )
