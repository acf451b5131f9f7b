"""Helicopters and drones."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, hull, pick, propeller, rod, shape, tint, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, paint
from indexer.parametric.solids import ball, box, cylinder, rounded_box, torus, tube, wing
from indexer.parametric.surface import Solid, array, merge, ring
from indexer.parametric.vehicles.air import fin, leg, wings

FAMILY = "vehicles"


def rotor(r: float, blades: int, start: float = 20.0) -> Solid:
    """A main rotor about the y axis on a short mast below y = 0."""
    blade = box(r, r * 0.012, r * 0.055).turn("z", -2).move(x=r / 2)
    return merge(ring(blade, blades, start=start), cylinder(r * 0.05, r * 0.05, 12).move(y=-r * 0.02)).paint(DARK)


@kind("helicopter", ("chopper", "rotorcraft", "aircraft"), FAMILY)
def helicopter(rng: np.random.Generator) -> Shape:
    """A light, transport, attack or tandem-rotor helicopter."""
    style, colour, blades = (
        pick(rng, "light", "transport", "attack", "tandem-rotor"),
        paint(rng),
        int(rng.integers(2, 6)),
    )
    size = {"light": 1.0, "transport": 1.5, "attack": 1.3, "tandem-rotor": 1.8}[style] * vary(rng)
    solids = {"light": _light, "transport": _transport, "attack": _attack, "tandem-rotor": _tandem}[style](
        rng, colour.rgb, blades
    )
    skids = style == "light" and chance(rng, 0.8)
    solids += _skids() if skids else _wheels(style)
    gear = "skids" if skids else "wheels"
    return shape(
        [part.scale(size) for part in solids],
        (
            "a helicopter",
            f"a {colour.name} {style} helicopter",
            f"a {style} helicopter with {count(blades, 'rotor blade')} and {gear}",
        ),
        style=style,
        blades=blades,
    )


def _tail_boom(
    y: float, start: float, end: float, r: float, rgb: tuple[float, float, float], rise: float = 0.5
) -> list[Solid]:
    boom = tube([(0, y, start), (0, y + 0.15, end)], [r, r * 0.4], 12)
    upright = fin(0.8, 0.4, 1.0, 0.5).move(0, y - 0.1, end)
    screw = propeller(0.65, 2, 0.12).turn("y", 90).move(0.16, y + rise, end - 0.25)
    return [merge(boom, upright, wings(0.4, 0.3, 0.8, 0.05).move(0, y + 0.12, end + 0.8)).paint(rgb), screw]


def _light(rng: np.random.Generator, rgb: tuple[float, float, float], blades: int) -> list[Solid]:
    if chance(rng, 0.4):
        bubble = ball(0.85, 0.85, 0.95, 18).move(0, 1.45, 0.6).paint(GLASS)
        lattice = [
            rod((x, y, -0.4), (x * 0.2, 1.75, -4.2), 0.03, sides=5) for x, y in ((0.3, 1.1), (-0.3, 1.1), (0.0, 1.9))
        ]
        cross = [
            rod((0.3 * (1 - t), 1.1 + 0.65 * t, -0.4 - 3.8 * t), (0, 1.9 - 0.15 * t, -0.6 - 3.6 * t), 0.02, sides=4)
            for t in np.linspace(0, 0.9, 7)
        ]
        body = [
            bubble,
            merge(*lattice, *cross).paint(rgb),
            rounded_box(0.7, 0.8, 0.9, 0.1).move(0, 1.0, -0.45).paint(DARK),
        ]
        screw = propeller(0.55, 2, 0.12).turn("y", 90).move(0.14, 1.8, -4.2)
        return [
            *body,
            screw,
            rod((0, 1.6, -0.3), (0, 2.75, -0.3), 0.07).paint(DARK),
            rotor(4.6, blades).move(0, 2.75, -0.3),
        ]
    keys = [
        (1.9, 0.2, 0.85, 1.2),
        (1.5, 0.62, 0.68, 1.62),
        (0.8, 0.82, 0.6, 2.05),
        (-0.4, 0.78, 0.7, 2.1),
        (-1.3, 0.4, 1.15, 1.95),
        (-1.8, 0.22, 1.45, 1.85),
    ]
    cabin = tint(
        hull(keys, 20, 2.5, smooth=3).paint(rgb),
        GLASS,
        lambda at, n: (at[:, 2] > 0.5) & (at[:, 1] > 1.15) & (n[:, 1] < 0.95),
    )
    return [
        cabin,
        *_tail_boom(1.65, -1.5, -5.0, 0.24, rgb),
        rod((0, 2.0, 0), (0, 2.6, 0), 0.09).paint(DARK),
        rotor(4.8, blades).move(0, 2.6, 0),
    ]


def _transport(rng: np.random.Generator, rgb: tuple[float, float, float], blades: int) -> list[Solid]:
    keys = [
        (3.0, 0.3, 0.7, 1.1, 3),
        (2.6, 0.8, 0.5, 1.6, 3.5),
        (1.8, 1.05, 0.4, 2.3, 4),
        (-1.6, 1.05, 0.4, 2.4, 4),
        (-2.8, 0.5, 1.2, 2.3, 3),
    ]
    body = tint(hull(keys, 20, smooth=2).paint(rgb), GLASS, lambda at, n: (at[:, 2] > 1.9) & (at[:, 1] > 1.2))
    hump = rounded_box(1.2, 0.6, 2.6, 0.25).move(0, 2.25, -0.2).paint(rgb)
    panes = array(box(0.04, 0.45, 0.45), [(1.03, 1.4, z) for z in (-1.2, -0.5, 0.2, 0.9)]).both("x").paint(GLASS)
    return [
        body,
        hump,
        panes,
        *_tail_boom(2.0, -2.2, -6.4, 0.42, rgb, 0.8),
        rod((0, 2.8, 0), (0, 3.2, 0), 0.12).paint(DARK),
        rotor(5.8, blades).move(0, 3.2, 0),
    ]


def _attack(rng: np.random.Generator, rgb: tuple[float, float, float], blades: int) -> list[Solid]:
    keys = [
        (3.4, 0.15, 0.9, 1.3),
        (2.9, 0.42, 0.8, 1.65),
        (1.4, 0.55, 0.7, 2.1),
        (0.2, 0.62, 0.7, 2.4),
        (-1.6, 0.45, 1.0, 2.2),
        (-2.4, 0.28, 1.4, 2.0),
    ]
    body = tint(
        hull(keys, 16, 3, smooth=2).paint(rgb),
        GLASS,
        lambda at, n: (at[:, 2] > 0.7) & (at[:, 2] < 2.9) & (at[:, 1] > 1.6),
    )
    stub = wing(1.0, 0.7, 1.6, 0.1).move(0.4, 1.4, -0.1).both("x").paint(rgb)
    pods = [cylinder(0.17, 1.3, 12).turn("x", 90).move(x, 1.15, -0.7) for x in (1.2, 1.8)]
    engines = cylinder(0.28, 1.7, 14).turn("x", 90).move(0.62, 2.15, -1.1).both("x").paint(rgb)
    gun = rod((0, 0.75, 2.6), (0, 0.6, 3.5), 0.05).paint(DARK)
    solids = [body, stub, merge(*pods).both("x").paint(DARK), engines, gun]
    return [
        *solids,
        *_tail_boom(1.8, -2.2, -6.2, 0.3, rgb, 0.7),
        rod((0, 2.3, -0.2), (0, 2.9, -0.2), 0.12).paint(DARK),
        rotor(5.4, blades).move(0, 2.9, -0.2),
    ]


def _tandem(rng: np.random.Generator, rgb: tuple[float, float, float], blades: int) -> list[Solid]:
    keys = [
        (4.2, 0.3, 0.8, 1.2, 3),
        (3.8, 0.85, 0.5, 1.9, 4),
        (3.0, 1.05, 0.4, 2.4, 5),
        (-3.0, 1.05, 0.4, 2.4, 5),
        (-4.0, 0.8, 1.2, 2.5, 4),
    ]
    body = tint(hull(keys, 20).paint(rgb), GLASS, lambda at, n: (at[:, 2] > 3.1) & (at[:, 1] > 1.3))
    pylons = [box(0.8, 0.7, 1.6, (0.7, 0.6)).move(0, 2.3, 2.7), box(0.8, 1.7, 2.0, (0.7, 0.6)).move(0, 2.3, -3.2)]
    panes = (
        array(cylinder(0.22, 0.04, 12).turn("z", 90), [(1.06, 1.6, z) for z in (-1.8, -0.6, 0.6, 1.8)])
        .both("x")
        .paint(GLASS)
    )
    blades = max(blades, 3)
    return [
        body,
        merge(*pylons).paint(rgb),
        panes,
        rotor(4.0, blades).move(0, 3.15, 2.7),
        rotor(4.0, blades, 50).move(0, 4.15, -3.2),
    ]


def _skids() -> list[Solid]:
    runner = tube([(0.95, 0.05, -1.3), (0.95, 0.05, 1.4), (0.95, 0.2, 1.7)], 0.05, 8)
    struts = [rod((0.95, 0.05, z), (0.45, 0.85, z), 0.04) for z in (-0.7, 0.8)]
    return [merge(runner, *struts).both("x").paint(DARK)]


def _wheels(style: str) -> list[Solid]:
    front = {"tandem-rotor": 2.8, "transport": 2.2}.get(style, 1.0)
    one = leg(0.8, 0.25, 0.16)
    return [one.move(0.85, 0, front).both("x"), one.move(0.4, 0, -2.2 if style != "light" else -0.9).both("x")]


@kind("drone", ("unmanned aircraft", "uav"), FAMILY)
def drone(rng: np.random.Generator) -> Shape:
    """A multicopter with four, six or eight rotors, or a long-winged military drone."""
    colour = paint(rng, "white", "black", "grey", "red", "blue", "orange")
    if chance(rng, 0.2):
        keys = [
            (4.0, 0.2, -0.1, 0.4),
            (3.6, 0.5, -0.35, 0.75),
            (2.6, 0.55, -0.4, 0.8),
            (0, 0.42, -0.35, 0.45),
            (-3.6, 0.3, -0.25, 0.35),
        ]
        solids = [
            hull(keys, 16, smooth=3),
            wings(1.1, 0.6, 7.5 * vary(rng), 0.1, 0.3),
            fin(1.0, 0.5, 1.3, 0.4).turn("z", 40).move(0, 0.1, -3.0).both("x"),
        ]
        solids = [
            merge(*solids).paint(colour.rgb),
            propeller(0.9).turn("y", 180).move(0, 0, -3.7),
            *[leg(0.8, 0.2, 0.15).move(x, -1.1, z) for x, z in ((0, 2.6), (0.8, -0.6), (-0.8, -0.6))],
        ]
        return shape(
            solids,
            ("a military drone", f"a {colour.name} unmanned aircraft with long wings and a v-tail"),
            style="fixed wing",
        )
    arms, reach, r = int(rng.choice([4, 4, 4, 6, 8])), rng.uniform(0.2, 0.35), rng.uniform(0.1, 0.14)
    start = 45.0 if arms == 4 else 30.0
    guarded = chance(rng, 0.3) and arms == 4
    body = hull(
        [
            (-0.16, 0.05, -0.03, 0.03),
            (-0.08, 0.085, -0.04, 0.05),
            (0.08, 0.085, -0.04, 0.05),
            (0.17, 0.05, -0.02, 0.03),
        ],
        16,
        3,
        smooth=2,
    )
    arm = merge(rod((0.05, 0, 0), (reach, 0.015, 0), 0.018, 0.012), cylinder(0.025, 0.06, 12).move(reach, -0.01, 0))
    blade = box(r * 2, 0.006, 0.022, 0.9).move(reach, 0.055, 0)
    solids = [
        body.paint(colour.rgb),
        ring(arm, arms, start=start).paint(colour.shade(0.8)),
        ring(blade.turn("y", 10), arms, start=start - 10).paint(DARK),
    ]
    if guarded:
        solids.append(ring(torus(r * 1.1, 0.007, 20, 6).move(reach, 0.05, 0), arms, start=start).paint(DARK))
    frame = tube([(0.07, -0.03, 0.06), (0.12, -0.15, 0.06), (0.12, -0.15, -0.08), (0.07, -0.03, -0.08)], 0.008, 6).both(
        "x"
    )
    camera = merge(ball(0.04, 0.04, 0.04, 12), cylinder(0.018, 0.03, 10).turn("x", 90).move(z=0.03)).move(
        0, -0.06, 0.11
    )
    solids += [frame.paint(DARK), camera.paint(DARK)]
    name = {4: "quadcopter", 6: "hexacopter", 8: "octocopter"}[arms]
    return shape(
        solids, (f"a {name} drone", f"a {colour.name} drone with {count(arms, 'rotor')} and a camera"), rotors=arms
    )
