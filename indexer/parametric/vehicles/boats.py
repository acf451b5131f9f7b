"""Rowing boats, motor boats and submarines."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, hull, kinds_of, pick, propeller, rod, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, paint, wood
from indexer.parametric.solids import box, cylinder, loft, rounded_box, torus, wing
from indexer.parametric.surface import Solid, array, merge
from indexer.parametric.vehicles.water import FAMILY, painted, ship_hull


def open_hull(length: float, w: float, depth: float, stern: float) -> Solid:
    """A boat open at the top: a thin shell along z, the bow at +z, the keel on y = 0."""
    t = np.linspace(0, 1, 15)
    plan = np.where(
        t < 0.5, stern + (1 - stern) * np.sin(np.pi * np.minimum(t, 0.5)), 1 - np.maximum((t - 0.5) / 0.5, 0) ** 2.2
    )
    half = np.maximum(plan * w / 2, 0.03)
    top = depth * (1 + 0.45 * np.abs(2 * t - 1) ** 2.5 * (t > 0.5) + 0.2 * np.abs(2 * t - 1) ** 2 * (t <= 0.5))
    bottom = depth * 0.5 * np.maximum((t - 0.8) / 0.2, 0) ** 1.5
    spread, rise = np.array([-1, -0.92, -0.7, -0.3, 0.3, 0.7, 0.92, 1]), np.array([1, 0.55, 0.15, 0, 0, 0.15, 0.55, 1])
    outer = np.stack(
        [
            half[:, None] * spread,
            bottom[:, None] + rise * (top - bottom)[:, None],
            np.broadcast_to(((t - 0.5) * length)[:, None], (15, 8)),
        ],
        2,
    )
    inner = outer * (0.93, 1, 0.97) + (0, 0.04, 0)
    inner[:, (0, -1), 1] -= 0.04
    return loft(np.concatenate([outer, inner[:, ::-1]], axis=1))


def _rowboat(rng: np.random.Generator, style: str) -> Shape:
    """An open boat with benches and oars, or a canoe with a paddle."""
    canoe, coat = style == "canoe", wood(rng) if chance(rng, 0.6) else paint(rng)
    length = rng.uniform(4, 5.5) if canoe else rng.uniform(2.6, 4.2)
    w, depth = (0.85 if canoe else rng.uniform(1.2, 1.5)), rng.uniform(0.36, 0.5)
    solids = [open_hull(length, w, depth, 0.06 if canoe else 0.65).paint(coat.rgb)]
    benches = int(rng.integers(2, 4))
    solids.append(
        array(
            box(w * 0.86, 0.05, 0.25), [(0, depth * 0.68, z) for z in np.linspace(-0.28, 0.22, benches) * length]
        ).paint(coat.shade(0.7))
    )
    oars = 0 if chance(rng, 0.2) else 1 if canoe else 2
    if oars:
        blade = box(0.03, 0.16, 0.5, (1, 1)).move(0, -0.08, 1.0)
        oar = merge(rod((0, 0, -0.9), (0, 0, 0.9), 0.025), blade)
        spread = oar.turn("y", 75).turn("z", -12).move(w * 0.55, depth + 0.12, 0)
        solids.append((oar.move(0, depth + 0.05, 0) if canoe else spread.both("x")).paint(coat.shade(0.8)))
    name = "canoe" if canoe else "rowboat"
    extra = f" and {count(oars, 'oar')}" if oars else " without oars"
    seats = count(benches, "bench", "benches")
    captions = (f"a small {name}", f"a {coat.name} {name} with {seats}", f"an open {name}{extra}")
    return shape(solids, captions, oars=oars, benches=benches)


@kind("motorboat", ("power boat", "boat", "watercraft"), FAMILY)
def motorboat(rng: np.random.Generator) -> Shape:
    """A fast boat: speedboat with a windscreen, cabin cruiser or fishing boat."""
    style, length = pick(rng, "speedboat", "cabin cruiser", "fishing boat"), rng.uniform(5, 14)
    w, depth, half = length * rng.uniform(0.28, 0.34), length * rng.uniform(0.1, 0.14), length / 2
    colour, trim = paint(rng), paint(rng, "white", "white", "beige", "brown")
    solids = [painted(ship_hull(length, w, depth, 0.35, 0.85, colour.shade(0.6)), colour.rgb)]
    if style == "speedboat":
        solids.append(
            box(w * 0.8, depth * 0.6, 0.06, (0.8, 1)).turn("x", -35).move(0, depth, length * 0.1).paint(GLASS)
        )
        seat = merge(box(0.9, 0.4, 0.7), box(0.9, 0.8, 0.2).move(z=-0.35)).scale(w / 3.2)
        solids.append(
            array(seat, [(x * w * 0.22, depth, z * length) for x in (-1, 1) for z in (-0.08, -0.28)]).paint(trim.rgb)
        )
        solids.append(
            rounded_box(w * 0.2, depth * 1.4, length * 0.07, 0.05).move(0, depth * 0.5, -half * 1.03).paint(DARK)
        )
    elif style == "cabin cruiser":
        house = hull(
            [
                (-0.3 * length, w * 0.4, 0, depth * 0.9, 6),
                (0.02 * length, w * 0.4, 0, depth * 0.95, 6),
                (0.3 * length, w * 0.25, 0, 0.2 * depth, 6),
            ],
            16,
        )
        solids += [
            house.move(y=depth).paint(trim.rgb),
            box(w * 0.81, depth * 0.35, length * 0.24).move(0, depth * 1.4, -0.13 * length).paint(DARK),
        ]
        solids += [box(w * 0.6, depth * 0.1, length * 0.22).move(0, depth * 2.6, -0.15 * length).paint(trim.rgb)]
        posts = [(s * w * 0.27, depth * 1.8, -z * length) for s in (-1, 1) for z in (0.06, 0.24)]
        solids.append(array(box(0.06, depth * 0.9, 0.06), posts).paint(DARK))
    else:
        house = box(w * 0.5, depth * 1.5, length * 0.2).move(0, depth, -0.1 * length).paint(trim.rgb)
        panes = box(w * 0.51, depth * 0.45, length * 0.205).move(0, depth * 1.85, -0.1 * length).paint(GLASS)
        mast = rod((0, depth, 0.12 * length), (0, depth + 0.45 * length, 0.12 * length), 0.008 * length)
        boom = rod((0, depth + 0.1 * length, 0.12 * length), (0, depth + 0.35 * length, 0.42 * length), 0.006 * length)
        roof = box(w * 0.58, depth * 0.12, length * 0.25).move(0, depth * 2.5, -0.1 * length).paint(colour.rgb)
        solids += [house, panes, roof, merge(mast, boom).paint(DARK)]
    words = {
        "speedboat": "a windscreen and open seats",
        "cabin cruiser": "a low cabin",
        "fishing boat": "a wheelhouse and a mast",
    }[style]
    return shape(solids, (style, f"a {colour.name} {style} with {words}"), style=style, length=length)


@kind("submarine", ("underwater vessel", "watercraft"), FAMILY)
def submarine(rng: np.random.Generator) -> Shape:
    """A cigar hull with a sail, fins and a screw: naval, old u-boat or small research boat."""
    style, colour = (
        pick(rng, "nuclear submarine", "u-boat", "research submarine"),
        paint(rng, "black", "grey", "yellow", "green"),
    )
    slim = {"nuclear submarine": 10.5, "u-boat": 11.0, "research submarine": 4.5}[style] * vary(rng)
    half = slim
    bow = 0.5 if style == "u-boat" else 0.92
    keys = [
        (half, 0.12, -0.1, 0.1),
        (half * 0.95, bow * 0.6, -bow * 0.6, bow * 0.6),
        (half * 0.82, bow, -bow, bow),
        (half * 0.5, 1, -1, 1),
    ]
    keys += [(-half * 0.4, 1, -1, 1), (-half * 0.75, 0.6, -0.6, 0.65), (-half, 0.12, -0.12, 0.12)]
    solids = [hull(keys, 20, smooth=3).paint(colour.rgb)]
    tower = hull(
        [(-0.13 * half, 0.06, 0, 1.9), (0, 0.26, 0, 1.95), (0.16 * half, 0.24, 0, 1.95), (0.24 * half, 0.05, 0, 1.8)],
        12,
        3,
    )
    solids.append(tower.move(0, 0, half * 0.22).paint(colour.shade(0.9)))
    solids.append(rod((0, 1.8, half * 0.24), (0, 2.9, half * 0.24), 0.05).paint(DARK))
    solids.append(
        wing(0.9, 0.5, 1.6, 0.2).both("x").move(0, 0.2 if style == "u-boat" else 1.3, half * 0.3).paint(colour.rgb)
    )
    tail = wing(1.3, 0.7, 1.5, 0.3)
    solids.append(
        merge(tail, tail.turn("z", 90), tail.turn("z", 180), tail.turn("z", -90)).move(z=-half * 0.86).paint(colour.rgb)
    )
    screw = propeller(0.7, int(rng.integers(3, 7)), 0.25, (0.7, 0.55, 0.25)).turn("y", 180).move(z=-half * 1.01)
    solids.append(screw)
    if style == "u-boat":
        solids += [
            box(0.7, 0.3, slim * 1.4).move(0, 0.85, 0).paint(colour.shade(0.8)),
            rod((0, 1.3, half * 0.55), (0, 1.55, half * 0.75), 0.06).paint(DARK),
        ]
    if style == "research submarine":
        solids += [
            torus(0.25, 0.06, 14, 6).turn("z", 90).move(0.95, 0.1, z).both("x").paint(DARK)
            for z in (half * 0.1, half * 0.4)
        ]
        solids.append(cylinder(0.2, 0.3, 12).turn("x", 90).move(0, -0.3, half * 0.95).paint(GLASS))
    return shape(
        [part.scale(4.0) for part in solids],
        (f"a {colour.name} submarine", f"a {style} with a conning tower, fins and a propeller"),
        style=style,
    )


kinds_of(
    FAMILY,
    _rowboat,
    {
        "rowboat": (("rowing boat", "boat", "watercraft"), ("rowboat",)),
        "canoe": (("boat", "watercraft"), ("canoe",)),
    },
)
