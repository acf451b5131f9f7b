"""More armour: tanks of all ages, self-propelled guns, half-tracks, field guns."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, axles, beam, chance, hull, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import Material, paint
from indexer.parametric.solids import ball, box, cylinder, loft, rounded_box, torus
from indexer.parametric.surface import Points, Solid, array, merge, ring
from indexer.parametric.vehicles.coachwork import road_wheel
from indexer.parametric.vehicles.heavy import side_prism

FAMILY = "vehicles"


def track(rng: np.random.Generator, length: float, h: float, width: float) -> Solid:
    """A caterpillar track on y = 0: a band or a solid run, with raised ends, links, few large or many small wheels."""
    rise, slack = h * rng.uniform(0.15, 0.5), rng.uniform(0.12, 0.3)
    z, r = length / 2, h * 0.32
    outline = [
        (-z * (1 - slack), 0),
        (z * (1 - slack), 0),
        (z * 0.97, rise),
        (z, rise + r),
        (z * 0.93, h),
        (-z * 0.93, h),
    ]
    outline += [(-z, rise + r), (-z * 0.97, rise)]
    around = np.array(outline)
    run = side_prism(outline, width) if chance(rng, 0.5) else merge(*_band(around, width, h * 0.08))
    n = int(rng.integers(4, 9))
    size = min(h * rng.uniform(0.3, 0.46), length * (1 - slack) / n * 0.48)
    road = cylinder(size, width * 0.9, 16).turn("z", 90).move(width * 0.45, size + h * 0.06, 0)
    wheels = [array(road, [(0, 0, a) for a in np.linspace(-z * (1 - slack), z * (1 - slack), n)])]
    wheels.append(cylinder(r, width * 0.9, 14).turn("z", 90).move(width * 0.45, rise + r, z * 0.9).both("z"))
    links = []
    if chance(rng, 0.5):
        step = np.linspace(-z * 0.9, z * 0.9, 24)
        links = [array(box(width * 1.06, h * 0.05, length * 0.015), [(0, y, a) for a in step for y in (-h * 0.03, h)])]
    return merge(merge(run, *links).paint(DARK), merge(*wheels).paint((0.35, 0.36, 0.34))).move(y=h * 0.03)


def _band(around: Points, width: float, thick: float) -> list[Solid]:
    after = np.roll(around, -1, axis=0)
    return [
        beam((0, a[1], a[0]), (0, b[1], b[0]), thick).scale(width / thick, 1, 1)
        for a, b in zip(around, after, strict=True)
    ]


def _gun(rng: np.random.Generator, reach: float, r: float) -> Solid:
    """A barrel from the origin to z = reach, with a mantlet, a sleeve and a brake at times."""
    parts = [rod((0, 0, 0), (0, 0, reach), r, r * 0.75, 12), box(r * 6, r * 5, r * 3).move(0, -r * 2.5, r)]
    if chance(rng, 0.5):
        parts.append(cylinder(r * 1.5, reach * 0.15, 12).turn("x", 90).move(z=reach * 0.5))
    if chance(rng, 0.5):
        parts.append(
            merge(cylinder(r * 1.7, r * 5, 10).turn("x", 90), box(r * 4.4, r * 1.4, r).move(0, -r * 0.7, r * 2)).move(
                z=reach
            )
        )
    return merge(*parts).turn("x", -rng.uniform(0, 12))


def _turret(rng: np.random.Generator, w: float, h: float, d: float) -> Solid:
    style = pick(rng, "dome", "cast", "box", "wedge", "round", "facets")
    if style == "dome":
        return ball(w / 2, h * 1.1, d / 2, 16)
    if style == "cast":
        return hull(
            [
                (-d / 2, w * 0.25, 0, h * 0.8),
                (-d * 0.2, w / 2, 0, h),
                (d * 0.2, w * 0.45, 0, h),
                (d / 2, w * 0.15, h * 0.1, h * 0.6),
            ],
            16,
            2.6,
            smooth=2,
        )
    if style == "box":
        return box(w, h, d, (rng.uniform(0.7, 1), rng.uniform(0.6, 1)))
    if style == "round":
        return cylinder(w / 2, h, 20, w * rng.uniform(0.3, 0.48))
    if style == "wedge":
        return side_prism([(-d / 2, 0), (d * 0.3, 0), (d / 2, h * 0.4), (d * 0.2, h), (-d / 2, h)], w)
    plan = np.array([(-0.35, -0.5), (0.35, -0.5), (0.5, -0.1), (0.28, 0.5), (-0.28, 0.5), (-0.5, -0.1)]) * (w, d)
    rings = np.stack([np.insert(plan * k, 1, y, axis=1) for k, y in ((1.0, 0.0), (rng.uniform(0.6, 0.9), h))])
    return loft(rings)


def _kit(rng: np.random.Generator, w: float, deck: float, length: float, colour: Material) -> list[Solid]:
    """Boxes, drums, hatches, aerials, skirts, machine guns: what lies about on a tank."""
    parts = [
        rounded_box(w * 0.1, 0.25, length * rng.uniform(0.1, 0.3), 0.03).move(s * w * 0.42, deck * 0.98, z * length)
        for s in (-1, 1)
        for z in rng.uniform(-0.4, 0.3, 2)
    ]
    if chance(rng, 0.5):
        parts.append(cylinder(0.22, w * 0.5, 14).turn("z", 90).move(w * 0.25, deck + 0.2, -length * 0.46))
    if chance(rng, 0.4):
        parts.append(box(0.04, deck * 0.45, length * 0.85).move(w * 0.52, deck * 0.5, 0).both("x"))
    if chance(rng, 0.5):
        parts.append(rod((w * 0.2, deck, -length * 0.2), (w * 0.22, deck + 2.0, -length * 0.26), 0.02, sides=5))
    grilles = array(box(w * 0.5, 0.03, 0.06), [(0, deck, -length * 0.4 + 0.12 * i) for i in range(6)])
    return [merge(*parts, grilles).paint(colour.shade(0.85))]


def _old_tank(rng: np.random.Generator, colour: Material) -> list[Solid]:
    """The rhomboid of the first world war: tracks all round, guns at the sides."""
    length, h, w = rng.uniform(7, 9), rng.uniform(2.3, 2.7), rng.uniform(3.2, 4.0)
    z = length / 2
    outline = [(-z * 0.6, 0), (z * 0.35, 0), (z, h * 0.6), (z * 0.85, h), (z * 0.3, h * 1.02), (-z, h * 0.45)]
    side = side_prism(outline, w * 0.17).move(x=w * 0.41)
    band = merge(*_band(np.array(outline) * 1.02, w * 0.16, 0.12)).move(x=w * 0.41)
    core = side_prism(
        [(-z * 0.7, 0.4), (z * 0.3, 0.4), (z * 0.8, h * 0.55), (z * 0.5, h * 0.95), (-z * 0.7, h * 0.6)], w * 0.7
    )
    sponson = box(0.9, 0.9, 1.8, (0.9, 0.6)).move(w * 0.55, h * 0.3, 0.2)
    barrel = rod((w * 0.6, h * 0.5, 0.6), (w * 0.66, h * 0.5, 2.4), 0.1)
    top = box(w * 0.35, 0.5, 1.4).move(0, h * 0.93, z * 0.45)
    return [
        merge(side, band).both("x").paint(colour.shade(0.8)),
        merge(core, top, merge(sponson, barrel).both("x")).paint(colour.rgb),
    ]


def any_tank(rng: np.random.Generator) -> Shape:
    """A light, medium, heavy, old or turretless tank, or a self-propelled gun."""
    style = pick(
        rng,
        "light tank",
        "main battle tank",
        "heavy tank",
        "tank destroyer",
        "self-propelled gun",
        "world war one tank",
    )
    colour = paint(rng, "green", "green", "beige", "brown", "grey")
    if style.startswith("world"):
        return shape(
            _old_tank(rng, colour),
            (f"a {style}", f"a {colour.name} rhomboid tank with guns at its sides", "an old army tank"),
            style=style,
        )
    length, w = rng.uniform(4.2, 7.5), rng.uniform(2.3, 3.7)
    h, half = 0.95 * vary(rng, 0.25), length / 2
    deck = h * rng.uniform(1.05, 1.5)
    nose = rng.uniform(0.45, 0.85)
    outline = [
        (-half * 0.95, 0.65 * deck),
        (-half * 0.85, 0.35),
        (half * 0.8, 0.35),
        (half, deck * 0.6),
        (half * nose, deck),
        (-half * 0.95, deck),
    ]
    solids = [side_prism(outline, w * rng.uniform(0.6, 0.98)).paint(colour.rgb)]
    belt = w * rng.uniform(0.13, 0.22)
    solids.append(track(rng, length, h, belt).move(x=w / 2 - belt / 2).both("x"))
    if chance(rng, 0.7):
        solids.append(
            box(belt * 1.2, 0.05, length * 0.98).move(w / 2 - belt / 2, h * 1.08, 0).both("x").paint(colour.shade(0.9))
        )
    th, reach = rng.uniform(0.5, 0.95), length * rng.uniform(0.25, 0.75)
    at = rng.uniform(-0.15, 0.12) * length
    if style == "tank destroyer":
        case = side_prism(
            [(-half * 0.8, 0), (half * nose * 0.9, 0), (half * nose * 0.4, th * 1.2), (-half * 0.7, th * 1.2)], w * 0.8
        ).move(y=deck)
        top = case.warp(lambda p: p * np.stack([1 - 0.2 * (p[:, 1] > deck + th), 1 + 0 * p[:, 1], 1 + 0 * p[:, 1]], 1))
        solids.append(merge(top, _gun(rng, reach, 0.09).move(0, deck + th * 0.5, half * nose * 0.6)).paint(colour.rgb))
    else:
        big = style == "self-propelled gun"
        d, wide = length * rng.uniform(0.3, 0.45) * (1.2 if big else 1), w * rng.uniform(0.5, 0.75)
        turret = _turret(rng, wide, th * (1.6 if big else 1), d)
        gun = _gun(rng, reach, rng.uniform(0.06, 0.12)).move(0, th * 0.5, d * 0.4)
        hatch = cylinder(0.28, rng.uniform(0.08, 0.35), 12).move(wide * 0.2, th * (1.55 if big else 0.95), -d * 0.1)
        at = -length * 0.2 if big else at
        whole = merge(turret, gun, hatch).turn("y", rng.uniform(-25, 25) * chance(rng, 0.3))
        solids.append(whole.move(0, deck, at).paint(colour.rgb))
    solids += _kit(rng, w, deck, length, colour) if chance(rng, 0.7) else []
    return shape(
        solids, (f"a {style}", f"a {colour.name} {style} with tracks and a gun", "an army tank"), style=style, gun=reach
    )


@kind("half-track", ("military vehicle", "armored vehicle"), FAMILY)
def half_track(rng: np.random.Generator) -> Shape:
    """Wheels in front, tracks behind, an open armoured body."""
    length, w, r = rng.uniform(5.2, 6.5), rng.uniform(1.9, 2.3), 0.45 * vary(rng)
    half, y, colour = length / 2, 0.75, paint(rng, "green", "beige", "grey", "brown")
    bonnet = hull([(0, w * 0.36, y, y + 0.85), (half * 0.95, w * 0.28, y, y + 0.6)], 12, 7)
    wall = (
        side_prism([(-half, y), (0.1, y), (0.15, y + 1.0), (-half * 0.4, y + 1.2), (-half, y + 1.0)], 0.05)
        .move(x=w * 0.46)
        .both("x")
    )
    tub = merge(
        box(w * 0.92, 0.06, half).move(0, y, -half / 2),
        box(w * 0.92, 1.0, 0.05).move(0, y, -half),
        box(w * 0.92, 0.95, 0.05).turn("x", -15).move(0, y, 0.2),
    )
    seats = array(box(0.4, 0.4, half * 0.8), [(s * w * 0.3, y, -half * 0.5) for s in (-1, 1)])
    gun = merge(rod((0, y + 1.1, -0.3), (0, y + 1.25, 1.0), 0.04), cylinder(0.04, 1.0, 8).move(0, y + 0.2, -0.3))
    guards = box(w * 0.16, 0.06, r * 2.6).move(w * 0.42, r * 2.05, half * 0.65).both("x")
    belt = track(rng, length * 0.48, 0.8, w * 0.15).move(w * 0.4, 0, -half * 0.5).both("x")
    solids = [merge(bonnet, wall, tub, guards).paint(colour.rgb), merge(seats, gun).paint(DARK), belt]
    solids += axles(road_wheel(rng, r, 0.25), w * 0.86, [half * 0.65], r)
    return shape(
        solids,
        (f"a {colour.name} half-track", "a half-track army vehicle with wheels in front and tracks behind"),
        wheels=2,
    )


@kind("howitzer", ("field gun", "artillery", "artillery gun", "weapon"), "weapons")
def howitzer(rng: np.random.Generator) -> Shape:
    """A wheeled gun with a shield and trails; long or short barrel."""
    colour, r, w = paint(rng, "green", "grey", "beige", "brown"), rng.uniform(0.4, 0.7), rng.uniform(1.3, 1.9)
    reach, lift = rng.uniform(1.4, 4.0), rng.uniform(3, 45)
    barrel = merge(
        rod((0, 0, -0.5), (0, 0, reach), 0.1, 0.07, 14),
        box(0.28, 0.2, 1.4).move(0, -0.25, -0.1),
        box(0.3, 0.35, 0.35).move(0, -0.18, -0.6),
    )
    if chance(rng, 0.5):
        barrel = merge(barrel, cylinder(0.13, 0.3, 12).turn("x", 90).move(z=reach))
    solids = [barrel.turn("x", -lift).move(0, r * 1.7, 0).paint(colour.shade(0.8))]
    if chance(rng, 0.7):
        shield = box(w * 0.36, rng.uniform(0.7, 1.2), 0.03).turn("x", rng.uniform(-15, 5)).move(w * 0.25, r * 1.1, 0.25)
        solids.append(shield.both("x").paint(colour.rgb))
    spread, back = rng.uniform(0.0, 0.9), rng.uniform(1.8, 3.0)
    trail = merge(
        beam((0.15, r, 0), (0.15 + spread, 0.1, -back), 0.14), box(0.3, 0.3, 0.08).move(0.15 + spread, 0, -back)
    )
    solids.append(merge(trail.both("x"), rod((-w / 2, r, 0), (w / 2, r, 0), 0.06)).paint(colour.rgb))
    if chance(rng, 0.5):
        tyre = road_wheel(rng, r, 0.2)
    else:
        tyre = merge(
            torus(r - 0.04, 0.04, 24, 6),
            ring(rod((0, 0, 0), (r - 0.04, 0, 0), 0.025, sides=5), 12),
            cylinder(0.1, 0.2, 10).move(y=-0.1),
        ).turn("z", 90)
    solids += axles(tyre, w, [0.0], r)
    return shape(
        solids,
        (f"a {colour.name} howitzer", "an artillery gun on two wheels with a long barrel", "a field cannon"),
        barrel=reach,
    )
