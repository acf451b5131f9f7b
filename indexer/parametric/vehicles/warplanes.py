"""Bombers, freighters, propeller fighters and seaplanes."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, axles, chance, hull, pick, propeller, rod, shape
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, Material, paint
from indexer.parametric.solids import ball
from indexer.parametric.surface import Solid, merge
from indexer.parametric.vehicles.air import FAMILY, PLANE, fin, leg, nacelle, wings


def _tube(length: float, r: float, nose: float = 0.5) -> Solid:
    half = length / 2
    keys = [
        (half, 0.25, -0.3, 0.2),
        (half * (1 - 0.12 * nose), 0.75, -0.8, 0.65),
        (half * 0.6, 1, -1, 1),
        (-0.1 * half, 1, -1, 1),
    ]
    keys += [(-half * 0.7, 0.5, -0.2, 0.8), (-half, 0.12, 0.3, 0.65)]
    return hull(np.array(keys) * (1, r, r, r), 18, 2.2, smooth=3)


def _big_plane(rng: np.random.Generator, length: float, r: float, y: float, engine: str, body: Material) -> list[Solid]:
    """Fuselage, wings with four or two engines, and a tail; `y` is the wings' height in radii."""
    half, span, chord = length / 2, length * rng.uniform(0.55, 0.72), length * rng.uniform(0.13, 0.18)
    sweep, dihedral = (span * 0.45 if engine == "jet" else chord * 0.2), span * (0.02 if y > 0 else 0.07)
    place = half * (0.2 if engine == "jet" else 0.25)
    main = wings(chord, chord * 0.4, span, sweep, dihedral).move(y=y * r, z=place)
    solids = [_tube(length, r, rng.uniform(0.3, 1.2)).paint(body.rgb), main.paint(body.shade(0.92))]
    shares = ((0.28, 0.55), (0.33,))[int(chance(rng, 0.35))]
    blades = int(rng.integers(3, 6))
    for s in shares:
        at = (span * s, y * r + dihedral * s - (0.45 * r if engine == "jet" else 0), place - sweep * s + chord * 0.45)
        pod = nacelle(0.32 * r, chord * 1.2)
        screw = [propeller(chord * 0.62, blades).move(z=chord * 0.62)] if engine == "propeller" else []
        solids.append(merge(pod.paint(body.shade(0.85)), *screw).move(*at).both("x"))
    upright = fin(length * 0.15, length * 0.08, length * rng.uniform(0.12, 0.18), length * 0.09)
    flat = wings(length * 0.1, length * 0.06, span * 0.36, sweep * 0.3)
    tee = chance(rng, 0.3)
    if chance(rng, 0.25):
        solids.append(
            upright.scale(1, 0.7, 1).move(span * 0.33, 0.2 * r, -half * 0.9).both("x").paint(body.shade(0.85))
        )
    else:
        solids.append(upright.move(y=0.6 * r, z=-half * 0.84).paint(body.shade(0.85)))
    return [*solids, flat.move(y=length * 0.13 + 0.4 * r if tee else 0.5 * r, z=-half * 0.9).paint(body.shade(0.9))]


@kind("bomber", ("bomber aircraft", "military aircraft", *PLANE), FAMILY)
def bomber(rng: np.random.Generator) -> Shape:
    """A heavy bomber: glazed nose, gun turrets, propeller or jet engines on the wings."""
    length, engine = rng.uniform(16, 40), pick(rng, "propeller", "propeller", "jet")
    r, body = length * rng.uniform(0.05, 0.07), paint(rng, "green", "grey", "beige", "black")
    solids = _big_plane(rng, length, r, rng.uniform(-0.5, 0.8), engine, body)
    half = length / 2
    solids.append(ball(0.6 * r, 0.6 * r, 0.7 * r, 14).move(y=-0.1 * r, z=half * 0.96).paint(GLASS))
    solids.append(ball(0.55 * r, 0.5 * r, 1.3 * r, 12).move(y=0.95 * r, z=half * 0.6).paint(GLASS))
    guns = [(0, 0.95 * r, -0.1 * half), (0, -0.95 * r, -0.2 * half), (0, 0.5 * r, -half)][: int(rng.integers(1, 4))]
    for x, y, z in guns:
        turret = merge(ball(0.35 * r, sides=12), rod((0.1 * r, 0, 0), (0.1 * r, 0.1 * r, -0.9 * r), 0.05 * r).both("x"))
        solids.append(turret.move(x, y, z).paint(DARK))
    return shape(
        solids,
        ("an airplane", f"a {body.name} {engine} bomber", "a heavy bomber with gun turrets and engines on its wings"),
        style=engine,
        turrets=len(guns),
    )


@kind("cargo plane", ("transport aircraft", "freighter aircraft", *PLANE), FAMILY)
def cargo_plane(rng: np.random.Generator) -> Shape:
    """A fat high-winged freighter."""
    length, engine = rng.uniform(22, 55), pick(rng, "propeller", "jet")
    r, body = length * rng.uniform(0.075, 0.1), paint(rng, "grey", "green", "white", "beige")
    solids = _big_plane(rng, length, r, 0.95, engine, body)
    pods = hull([(0.3 * length, 0.1, 0, 0.5), (0.1, 0.35, 0, 0.8), (-0.12 * length, 0.1, 0, 0.5)], 10).scale(r, r, 0.5)
    solids.append(pods.move(0.95 * r, -1.05 * r, 0).both("x").paint(body.rgb))
    if chance(rng):
        one = leg(r * 0.7, r * 0.2, r * 0.2)
        solids += [
            one.move(y=-1.5 * r, z=0.35 * length),
            *axles(one, r * 1.9, [0.02 * length, -0.02 * length], -1.5 * r),
        ]
    return shape(
        solids,
        ("an airplane", f"a {body.name} cargo plane", f"a large transport plane with high wings and {engine} engines"),
        style=engine,
    )


@kind("propeller fighter", ("fighter plane", "warbird", "military aircraft", *PLANE), FAMILY)
def propeller_fighter(rng: np.random.Generator) -> Shape:
    """A fighter of the forties: low elliptic or tapered wings, bubble or framed canopy, twin booms at times."""
    length, boom = rng.uniform(8.5, 11), chance(rng, 0.15)
    r, half, body = length * rng.uniform(0.065, 0.08), length / 2, paint(rng, "green", "grey", "blue", "beige", "brown")
    chord, span = length * rng.uniform(0.24, 0.3), length * rng.uniform(0.55, 0.66)
    main = wings(chord, chord * rng.uniform(0.3, 0.7), span, chord * 0.08, span * 0.1, 0.13).move(
        y=-0.5 * r, z=half * 0.22
    )
    short = _tube(length * (0.6 if boom else 1.0), r, 0.5).move(z=half * 0.2 * boom)
    solids = [short.paint(body.rgb), main.paint(body.shade(0.92))]
    tail = wings(length * 0.13, length * 0.08, span * 0.36, length * 0.03).move(y=0.4 * r, z=-half * 0.88)
    upright = fin(length * 0.15, length * 0.08, length * 0.14, length * 0.06).move(y=0.4 * r, z=-half * 0.88)
    blades = int(rng.integers(2, 5))
    screw = propeller(length * rng.uniform(0.14, 0.18), blades)
    if boom:
        pole = hull([(half * 0.7, 0.5 * r, -0.5 * r, 0.5 * r), (-half * 0.9, 0.2 * r, -0.2 * r, 0.2 * r)], 12, smooth=2)
        solids.append(
            merge(pole, upright.scale(1, 0.7, 1), screw.move(z=half * 0.72)).move(span * 0.32, 0, 0).both("x")
        )
        solids.append(wings(length * 0.12, length * 0.12, span * 0.32, 0.0).move(y=0.2 * r, z=-half * 0.88))
    else:
        solids += [merge(tail, upright).paint(body.shade(0.85)), screw.move(z=half * 1.01)]
    solids.append(ball(0.55 * r, 0.65 * r, rng.uniform(1.2, 2.2) * r, 12).move(y=0.85 * r, z=half * 0.05).paint(GLASS))
    guns = int(rng.integers(0, 4))
    solids += [
        rod(
            (span * (0.25 + 0.07 * i), -0.45 * r, half * 0.2),
            (span * (0.25 + 0.07 * i), -0.45 * r, half * 0.2 + chord * 0.7),
            0.03,
        )
        .both("x")
        .paint(DARK)
        for i in range(guns)
    ]
    if chance(rng):
        one = leg(r * 1.1, r * 0.45, r * 0.2)
        solids += axles(one, span * 0.45, [half * 0.35], -2.0 * r)
    return shape(
        solids,
        (
            "an airplane",
            f"a {body.name} propeller fighter",
            f"a world war two fighter plane with {blades} propeller blades",
        ),
        guns=2 * guns,
    )


@kind("seaplane", ("floatplane", "flying boat", *PLANE), FAMILY)
def seaplane(rng: np.random.Generator) -> Shape:
    """A high-winged plane on two floats, or a flying boat whose hull is one."""
    length, body, trim = rng.uniform(8, 16), paint(rng), paint(rng)
    r, half, span, chord = length * 0.075, length / 2, length * rng.uniform(0.6, 0.75), length * rng.uniform(0.16, 0.2)
    floats = chance(rng, 0.65)
    solids = [
        _tube(length, r, 0.6).paint(body.rgb),
        wings(chord, chord * 0.8, span, 0.0, 0.02 * span).move(y=r * 1.0, z=half * 0.25).paint(trim.rgb),
    ]
    solids.append(
        wings(length * 0.13, length * 0.09, span * 0.32, length * 0.02).move(y=0.5 * r, z=-half * 0.9).paint(trim.rgb)
    )
    solids.append(
        fin(length * 0.16, length * 0.09, length * 0.17, length * 0.07).move(y=0.5 * r, z=-half * 0.87).paint(trim.rgb)
    )
    keel = hull(
        [
            (half * 0.75, 0.1 * r, -0.1 * r, 0.4 * r),
            (half * 0.4, 0.4 * r, -0.5 * r, 0.4 * r),
            (-half * 0.55, 0.1 * r, 0.1 * r, 0.4 * r),
        ],
        12,
        2.4,
        smooth=3,
    )
    if floats:
        solids.append(keel.move(1.5 * r, -2.6 * r, half * 0.1).both("x").paint(body.shade(0.85)))
        struts = [
            rod((0.6 * r, -0.5 * r, z * half), (1.5 * r, -2.3 * r, z * half), 0.08 * r, sides=6) for z in (0.35, -0.1)
        ]
        solids.append(merge(*struts).both("x").paint(DARK))
        solids.append(propeller(length * 0.15, int(rng.integers(2, 4))).move(z=half * 1.01))
    else:
        solids.append(keel.scale(2.4, 1.8, 1.1).move(0, -0.9 * r, half * 0.05).paint(body.shade(0.85)))
        solids.append(
            merge(nacelle(0.35 * r, chord * 1.2), propeller(length * 0.12, 3).move(z=chord * 0.62))
            .move(span * 0.25, r * 1.2, half * 0.25 + chord * 0.3)
            .both("x")
            .paint(DARK)
        )
        solids.append(
            merge(keel.scale(0.6), rod((0, 0.2 * r, 0), (0, 1.4 * r, 0), 0.06 * r))
            .move(span * 0.75, -0.3 * r, half * 0.25)
            .both("x")
            .paint(body.shade(0.85))
        )
    words = "two floats" if floats else "a boat-shaped hull"
    return shape(
        solids, ("an airplane", f"a {body.name} seaplane", f"a seaplane with {words} and high wings"), span=2 * span
    )
