"""Structures in the open: lighthouses, windmills, bridges, fences, gates, signs, lamps, tents and fountains."""

from __future__ import annotations

import numpy as np

from indexer.parametric.buildings import FAMILY, gable, roof, wall
from indexer.parametric.forms import ALLOY, DARK, beam, chance, pick, rod, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, LIGHT, paint, stone, wood
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, prism, rounded_box, torus, tube
from indexer.parametric.surface import Solid, array, merge, ring


@kind("lighthouse", ("beacon", "tower", "building"), FAMILY)
def lighthouse(rng: np.random.Generator) -> Shape:
    """A tapering banded tower with a gallery, a lantern room and a keeper's house."""
    h, colour, bands = rng.uniform(16, 34), paint(rng, "red", "red", "black", "blue"), int(rng.integers(2, 6))
    r, top, ringed = h * rng.uniform(0.1, 0.14), h * 0.07, chance(rng, 0.8)
    solids = [cylinder(r, h, 24, top).paint((0.94, 0.94, 0.92))]
    for i in range(bands if ringed else 0):
        a, b = (i * 2 + 0.5) / (bands * 2), (i * 2 + 1.5) / (bands * 2)
        solids.append(
            lathe([((r + (top - r) * a) * 1.01, a * h), ((r + (top - r) * b) * 1.015, b * h)], 24).paint(colour.rgb)
        )
    solids += [
        cylinder(top * 1.5, 0.5, 24).move(y=h).paint(DARK),
        ring(rod((top * 1.4, h, 0), (top * 1.4, h + 1.2, 0), 0.05, sides=5), 14).paint(DARK),
    ]
    solids += [
        torus(top * 1.4, 0.06, 24, 5).move(y=h + 1.2).paint(DARK),
        cylinder(top * 0.85, 2.4, 12).move(y=h + 0.4).paint(GLASS),
        cylinder(0.4, 1.6, 10).move(y=h + 0.6).paint(LIGHT),
    ]
    solids += [
        cone(top * 1.1, 1.8, 16).move(y=h + 2.8).paint(colour.rgb),
        ball(0.25, sides=8).move(y=h + 4.7).paint(colour.rgb),
    ]
    slots = [box(0.7, 1.2, 0.3).move(0, h * y, r + (top - r) * y).paint(DARK) for y in (0.25, 0.5, 0.75)]
    solids += [*slots, box(1.2, 2.2, 0.4).move(0, 0, r).paint((0.4, 0.25, 0.15))]
    house = chance(rng, 0.5)
    if house:
        solids += [
            box(5, 3, 7).move(r + 2.5, 0, 0).paint(wall(rng)),
            gable(5, 7, 2, 0.3).move(r + 2.5, 3, 0).paint(roof(rng)),
        ]
    rings = f"{colour.name} and white bands" if ringed else "a plain white tower"
    return shape(
        solids,
        (
            "a lighthouse",
            f"a lighthouse with {rings}",
            f"a lighthouse with a lantern room{' and a house beside it' * house}",
        ),
        height=h,
    )


@kind("windmill", ("mill", "wind turbine"), FAMILY)
def windmill(rng: np.random.Generator) -> Shape:
    """A tower mill with four lattice sails, a farm wind pump, or a modern wind turbine."""
    style = pick(rng, "tower mill", "wind turbine", "wind pump")
    if style == "wind turbine":
        h = rng.uniform(50, 90)
        blade = lathe([(h * 0.012, 0), (h * 0.03, h * 0.1), (h * 0.018, h * 0.35), (0.0, h * 0.55)], 12).scale(
            1, 1, 0.3
        )
        rotor = merge(*[blade.turn("z", a + 20) for a in (0, 120, 240)], ball(h * 0.025, sides=12)).move(0, h, h * 0.05)
        body = merge(
            cylinder(h * 0.03, h, 18, h * 0.016),
            rounded_box(h * 0.04, h * 0.045, h * 0.12, 0.6).move(0, h * 0.98, -h * 0.01),
        )
        return shape(
            [merge(body, rotor).paint((0.94, 0.94, 0.94))],
            ("a wind turbine", "a modern white wind turbine with three long blades"),
            style=style,
            blades=3,
        )
    if style == "wind pump":
        h, n = rng.uniform(8, 13), int(rng.choice([12, 16, 18]))
        legs = [beam((s * h * 0.14, 0, t * h * 0.14), (s * 0.1, h, t * 0.1), 0.14) for s in (-1, 1) for t in (-1, 1)]
        hoops = [torus(h * 0.14 * (1 - y) * 1.41, 0.05, 4, 4).turn("y", 45).move(y=h * y) for y in (0.25, 0.5, 0.75)]
        blade = box(h * 0.16, 0.03, h * 0.05, (1.0, 1.0)).turn("x", 30).move(h * 0.12, 0, 0)
        wheel = merge(ring(blade, n), torus(h * 0.2, 0.04, 24, 5)).turn("x", 90).move(0, h, 0.6)
        vane = merge(rod((0, h, 0), (0, h, -h * 0.2), 0.06), box(0.05, h * 0.12, h * 0.12).move(0, h * 0.94, -h * 0.24))
        return shape(
            [merge(*legs, *hoops, vane).paint((0.5, 0.5, 0.52)), wheel.paint(ALLOY)],
            ("a wind pump", f"a farm windmill with {n} blades on a lattice tower"),
            style=style,
            blades=n,
        )
    h, r = rng.uniform(9, 14), rng.uniform(3, 4.2)
    solids = [
        cylinder(r, h, int(rng.choice([8, 20])), r * 0.62).paint(wall(rng)),
        lathe([(r * 0.72, 0), (r * 0.68, 0.6), (r * 0.4, r * 0.6), (0, r * 0.8)], 20).move(y=h).paint(roof(rng)),
    ]
    length, start = h * 0.75, rng.uniform(0, 90)
    slats = array(box(length * 0.16, 0.06, 0.06), [(length * 0.08, y, 0) for y in np.linspace(0.2, 1, 9) * length])
    sail = merge(box(0.22, length, 0.18), slats, box(0.06, length * 0.82, 0.06).move(length * 0.16, length * 0.18, 0))
    solids.append(
        merge(
            *[sail.turn("z", start + a) for a in (0, 90, 180, 270)], cylinder(0.3, 1.4, 12).turn("x", 90).move(z=-1.2)
        )
        .move(0, h + 0.3, r * 0.62 + 1.0)
        .paint((0.4, 0.28, 0.18))
    )
    solids += [
        box(1.2, 2.2, 0.4).move(0, 0, r).paint((0.3, 0.2, 0.12)),
        array(box(0.8, 0.9, 0.2), [(0, h * 0.4, r * 0.84), (0, h * 0.68, r * 0.75)]).paint(GLASS),
    ]
    return shape(
        solids,
        ("a windmill", "an old windmill with four lattice sails", "a dutch tower windmill with a cap"),
        style=style,
        blades=4,
    )


@kind("bridge", ("crossing", "structure"), FAMILY)
def bridge(rng: np.random.Generator) -> Shape:
    """A stone arch, suspension, truss, cable-stayed or beam bridge along x."""
    style, span, w = (
        pick(rng, "arch bridge", "suspension bridge", "truss bridge", "cable-stayed bridge", "footbridge"),
        rng.uniform(40, 90),
        rng.uniform(5, 9),
    )
    made, words = {
        "arch bridge": _arch,
        "suspension bridge": _suspension,
        "truss bridge": _truss,
        "cable-stayed bridge": _stayed,
        "footbridge": _footbridge,
    }[style](rng, span, w)
    return shape(made, ("a bridge", f"a {style}", f"a {style} with {words}"), style=style, span=span)


def _arch(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    arches, block = int(rng.integers(1, 5)), stone(rng)
    each, a = span / arches, np.linspace(np.pi, 0, 11)
    r = each * 0.42
    outline = [
        (-each / 2, 0),
        *[(r * np.cos(t), r * np.sin(t)) for t in a],
        (each / 2, 0),
        (each / 2, r * 1.25),
        (-each / 2, r * 1.25),
    ]
    piece = prism(outline, w)
    places = [((i - (arches - 1) / 2) * each, 0, 0) for i in range(arches)]
    rail = box(span, 1.0, 0.5).move(y=r * 1.25)
    return [merge(array(piece, places), rail.move(z=w / 2 - 0.25), rail.move(z=-w / 2 + 0.25)).paint(block.rgb)], count(
        arches, "stone arch", "stone arches"
    )


def _suspension(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    half, deck, top, colour = (
        span / 2,
        span * 0.09,
        span * rng.uniform(0.24, 0.32),
        paint(rng, "red", "grey", "orange", "green"),
    )
    at = half * 0.6
    legs = merge(*[box(1.0, top, 1.0) for _ in range(1)]).move(z=w / 2 + 0.5)
    portal = merge(legs, legs.mirror("z"), box(0.8, 1.0, w).move(y=top * 0.95), box(0.8, 1.0, w).move(y=top * 0.65))
    x = np.linspace(-half, half, 41)
    y = np.where(
        np.abs(x) < at,
        deck + 1.5 + (top - deck - 1.5) * (x / at) ** 2,
        deck + (top - deck) * (half - np.abs(x)) / (half - at),
    )
    cable = tube(np.column_stack([x, y, np.full(41, w / 2 + 0.4)]), 0.3, 6)
    hangers = [
        rod((a, deck, w / 2 + 0.4), (a, b, w / 2 + 0.4), 0.08, sides=4) for a, b in zip(x[1:-1], y[1:-1], strict=True)
    ]
    side = merge(cable, *hangers)
    deck_slab = box(span, 0.9, w).move(y=deck - 0.5).paint((0.42, 0.42, 0.44))
    return [
        merge(portal.move(x=at), portal.move(x=-at), side, side.mirror("z")).paint(colour.rgb),
        deck_slab,
    ], f"two {colour.name} towers and hanging cables"


def _truss(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    bays, h, deck, colour = (
        int(rng.integers(6, 11)),
        span * rng.uniform(0.1, 0.15),
        5.0,
        paint(rng, "grey", "green", "brown", "blue"),
    )
    x = np.linspace(-span / 2, span / 2, bays + 1)
    bowed = chance(rng)
    y = deck + h * (np.sin(np.pi * np.arange(bays + 1) / bays) * 0.9 + 0.1 if bowed else np.ones(bays + 1))
    bars = [beam((x[0], deck, 0), (x[-1], deck, 0), 0.5)]
    for i in range(bays):
        bars += [
            beam((x[i], y[i], 0), (x[i + 1], y[i + 1], 0), 0.5),
            beam((x[i], deck, 0), (x[i + 1], y[i + 1], 0), 0.35),
        ]
        bars.append(beam((x[i], deck, 0), (x[i], y[i], 0), 0.35))
    side = merge(*bars).move(z=w / 2)
    cross = (
        array(box(0.35, 0.35, w), [(a, b, 0) for a, b in zip(x[1:-1], y[1:-1], strict=True)])
        if not bowed
        else box(0.4, 0.4, w).move(y=float(y.max()))
    )
    piers = array(box(2, deck, w * 1.1), [(-span * 0.46, 0, 0), (span * 0.46, 0, 0)]).paint((0.6, 0.6, 0.58))
    return [
        merge(side, side.mirror("z"), cross).paint(colour.rgb),
        box(span, 0.5, w).move(y=deck).paint((0.42, 0.42, 0.44)),
        piers,
    ], "a steel lattice of triangles"


def _stayed(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    pylons, deck, top = int(rng.integers(1, 3)), span * 0.08, span * 0.42
    at = [0.0] if pylons == 1 else [-span * 0.25, span * 0.25]
    reach = span / 2 / pylons * 0.95
    solids = [box(span, 0.8, w).move(y=deck).paint((0.45, 0.45, 0.47))]
    mast = merge(
        beam((0, 0, w / 2 + 0.6), (0, top * 0.8, 0.5), 1.2),
        beam((0, 0, -w / 2 - 0.6), (0, top * 0.8, -0.5), 1.2),
        box(1.3, top * 0.3, 1.8).move(y=top * 0.72),
    )
    stays = [
        rod((0, top * (1 - 0.03 * i), 0), (s * reach * (1 - i / 9), deck + 0.8, t * w * 0.45), 0.12, sides=4)
        for i in range(7)
        for s in (-1, 1)
        for t in (-1, 1)
    ]
    one = merge(mast.paint((0.9, 0.9, 0.88)), merge(*stays).paint((0.85, 0.85, 0.85)))
    return [*solids, *[one.move(x=x) for x in at]], f"{count(pylons, 'pylon')} and straight cables"


def _footbridge(rng: np.random.Generator, span: float, w: float) -> tuple[list[Solid], str]:
    length, rise, timber = span * 0.15, span * 0.02, wood(rng)
    x = np.linspace(-1, 1, 17)
    y = 0.4 + rise * (1 - x**2)
    planks = [
        box(length / 17, 0.1, 2.0)
        .turn("z", float(np.degrees(-np.arctan(4 * rise * a / length))))
        .move(a * length / 2, b, 0)
        for a, b in zip(x, y, strict=True)
    ]
    rail = tube(np.column_stack([x * length / 2, y + 1.0, np.full(17, 0.95)]), 0.06, 6)
    posts = [box(0.1, 1.0, 0.1).move(a * length / 2, b, 0.95) for a, b in zip(x[::2], y[::2], strict=True)]
    girder = tube(np.column_stack([x * length / 2, y - 0.12, np.full(17, 0.8)]), 0.15, 6)
    side = merge(rail, *posts, girder)
    return [
        merge(*planks).paint(timber.rgb),
        merge(side, side.mirror("z")).paint(timber.shade(0.8)),
    ], "wooden planks, a curved deck and handrails"


@kind("fence", ("barrier", "railing"), FAMILY)
def fence(rng: np.random.Generator) -> Shape:
    """Pickets, rails, iron bars, chain link or a board fence along x."""
    style, n, h = (
        pick(rng, "picket fence", "rail fence", "iron railing", "wire mesh fence", "board fence"),
        int(rng.integers(2, 5)),
        rng.uniform(0.9, 1.8),
    )
    w, colour = 2.0 * n, paint(rng, "white", "brown", "white", "green")
    posts = array(box(0.1, h * 1.05, 0.1), [(i * 2.0 - w / 2, 0, 0) for i in range(n + 1)])
    rails = [box(w, 0.07, 0.05).move(y=h * y) for y in ((0.2, 0.5, 0.8) if style == "rail fence" else (0.22, 0.78))]
    if style == "picket fence":
        step = 0.16
        picket = prism([(-0.045, 0), (0.045, 0), (0.045, h * 0.93), (0, h), (-0.045, h * 0.93)], 0.025).move(z=0.04)
        solids = [
            merge(posts, *rails, array(picket, [(x, 0, 0) for x in np.arange(-w / 2 + 0.1, w / 2, step)])).paint(
                colour.rgb
            )
        ]
    elif style == "iron railing":
        bar = merge(rod((0, 0.1, 0), (0, h, 0), 0.012, sides=6), cone(0.03, 0.1, 6).move(y=h))
        solids = [
            merge(posts, *rails, array(bar, [(x, 0, 0) for x in np.arange(-w / 2 + 0.12, w / 2, 0.13)])).paint(DARK)
        ]
    elif style == "wire mesh fence":
        wires = [
            rod((x, 0.05, 0), (x + h * s, h, 0), 0.006, sides=4)
            for x in np.arange(-w / 2, w / 2, 0.22)
            for s in (0.6, -0.6)
            if abs(x + h * s) <= w / 2
        ]
        poles = array(cylinder(0.035, h * 1.05, 10), [(i * 2.0 - w / 2, 0, 0) for i in range(n + 1)])
        solids = [merge(poles, *wires, rod((-w / 2, h, 0), (w / 2, h, 0), 0.02)).paint(ALLOY)]
    elif style == "board fence":
        boards = array(box(0.19, h * 0.97, 0.03), [(x, 0, 0.05) for x in np.arange(-w / 2 + 0.1, w / 2, 0.2)])
        solids = [merge(posts, *rails, boards).paint(wood(rng).rgb)]
    else:
        solids = [merge(posts, *rails).paint(wood(rng).rgb)]
    return shape(solids, (f"a {style}", f"a {style} with {count(n + 1, 'post')}"), style=style, posts=n + 1)


@kind("gate", ("entrance gate", "gateway"), FAMILY)
def gate(rng: np.random.Generator) -> Shape:
    """Two posts or an arch with iron or wooden leaves, or a torii."""
    style, w, h = (
        pick(rng, "iron gate", "wooden gate", "torii gate", "arched gate"),
        rng.uniform(2.4, 4.5),
        rng.uniform(1.8, 3.2),
    )
    if style == "torii gate":
        red = (0.78, 0.2, 0.12)
        posts = rod((w / 2, 0, 0), (w / 2 * 0.94, h, 0), 0.14, 0.12, 14).both("x")
        beams = merge(box(w * 1.1, 0.18, 0.16).move(y=h * 0.78), box(w * 1.35, 0.24, 0.34).move(y=h)).paint(red)
        top = (
            box(w * 1.45, 0.14, 0.42)
            .warp(lambda p: p + np.column_stack([0 * p[:, 0], 0.03 * p[:, 0] ** 2, 0 * p[:, 0]]))
            .move(y=h + 0.24)
            .paint(DARK)
        )
        return shape(
            [posts.paint(red), beams, top],
            ("a torii gate", "a red japanese torii gate with two posts and two beams"),
            style=style,
        )
    block = stone(rng)
    pier = merge(
        box(0.5, h * 1.1, 0.5), box(0.65, 0.15, 0.65).move(y=h * 1.1), ball(0.24, sides=12).move(y=h * 1.1 + 0.35)
    ).move(x=w / 2 + 0.25)
    solids = [pier.both("x").paint(block.rgb)]
    if style == "arched gate":
        a = np.linspace(0, np.pi, 13)
        r = w / 2
        outline = [
            *[((r + 0.55) * np.cos(t), (r + 0.55) * np.sin(t)) for t in a],
            *[(r * np.cos(t), r * np.sin(t)) for t in a[::-1]],
        ]
        solids = [merge(box(0.55, h, 0.6).move(x=r + 0.27).both("x"), prism(outline, 0.6).move(y=h)).paint(block.rgb)]
    if style == "wooden gate":
        leaf = [box(w * 0.49, 0.12, 0.05).move(w / 4, h * y, 0) for y in (0.15, 0.4, 0.62, 0.85)]
        leaf += [
            beam((0.05, h * 0.18, 0.04), (w * 0.47, h * 0.85, 0.04), 0.08),
            box(0.1, h * 0.85, 0.07).move(0.08, h * 0.1, 0),
            box(0.1, h * 0.85, 0.07).move(w * 0.47, h * 0.1, 0),
        ]
        solids.append(merge(*leaf).both("x").paint(wood(rng).rgb))
    else:
        x = np.arange(0.08, w / 2, 0.16)
        bars = [rod((a, 0.08, 0), (a, h * (0.8 + 0.25 * np.cos(a / w * np.pi)), 0), 0.014, sides=6) for a in x]
        bars += [box(w / 2, 0.05, 0.03).move(w / 4, h * y, 0) for y in (0.08, 0.42, 0.78)]
        solids.append(merge(*bars).both("x").paint(DARK))
    return shape(solids, (f"a {style}", f"a {style} between two {block.name} pillars"), style=style)


@kind("street sign", ("traffic sign", "road sign", "sign"), FAMILY)
def street_sign(rng: np.random.Generator) -> Shape:
    """A plate on a post: stop, warning triangle, round, square, arrows or name boards."""
    style, h = (
        pick(
            rng, "octagonal stop sign", "triangular warning sign", "round sign", "square sign", "signpost with arrows"
        ),
        rng.uniform(2.0, 2.8),
    )
    post = cylinder(0.035, h + (0.0 if style != "signpost with arrows" else 0.3), 12).paint(ALLOY)
    r, solids = rng.uniform(0.3, 0.42), [post]
    if style == "signpost with arrows":
        n, colour = int(rng.integers(2, 5)), paint(rng, "green", "blue", "brown", "white", "yellow")
        arrow = prism([(-0.12, 0), (0.75, 0), (0.92, 0.11), (0.75, 0.22), (-0.12, 0.22)], 0.04)
        solids += [arrow.turn("y", float(rng.uniform(0, 360))).move(y=h - 0.28 * i).paint(colour.rgb) for i in range(n)]
        return shape(solids, ("a signpost", f"a signpost with {count(n, 'arrow board')}"), style=style)
    sides = {"octagonal stop sign": 8, "triangular warning sign": 3, "round sign": 28, "square sign": 4}[style]
    spin = {8: 22.5, 3: 90.0, 4: 45.0 if chance(rng) else 0.0}.get(sides, 0.0)
    outer, inner = {8: ((0.95, 0.95, 0.95), (0.8, 0.1, 0.1)), 3: ((0.8, 0.1, 0.1), (0.95, 0.95, 0.92))}.get(
        sides, (paint(rng, "white", "red").rgb, paint(rng, "blue", "white", "yellow").rgb)
    )
    plate = (
        merge(cylinder(r, 0.02, sides).paint(outer), cylinder(r * 0.86, 0.03, sides).paint(inner))
        .turn("x", 90)
        .turn("z", spin)
    )
    solids.append(plate.move(0, h, 0.04))
    return shape(
        solids, ("a road sign", f"an {style} on a post" if style[0] == "o" else f"a {style} on a post"), style=style
    )


@kind("street lamp", ("lamp post", "street light"), FAMILY)
def street_lamp(rng: np.random.Generator) -> Shape:
    """An arm lamp, an old lantern, a globe lamp or a double-armed one; or a traffic light."""
    style, h = (
        pick(
            rng,
            "curved arm street lamp",
            "lantern lamp post",
            "globe lamp post",
            "double arm street lamp",
            "traffic light",
        ),
        rng.uniform(3, 9),
    )
    if style in ("curved arm street lamp", "double arm street lamp"):
        arm = tube([(0, h * 0.9, 0), (0.1, h, 0), (0.6, h * 1.06, 0), (h * 0.22, h * 1.06, 0)], 0.05, 8)
        head = merge(
            rounded_box(0.7, 0.14, 0.28, 0.06).paint(DARK), box(0.55, 0.04, 0.2).move(y=-0.03).paint(LIGHT)
        ).move(h * 0.22 + 0.25, h * 1.05, 0)
        side = merge(arm.paint(ALLOY), head)
        solids = [
            cylinder(0.09, h * 0.95, 12, 0.055).paint(ALLOY),
            cylinder(0.16, 0.5, 12).paint(ALLOY),
            side if style.startswith("curved") else side.both("x"),
        ]
    elif style == "traffic light":
        h = min(h, 4.0)
        lamps = [
            ball(0.09, 0.09, 0.05, 12).move(0, h - 0.75 + 0.28 * i, 0.14).paint(rgb)
            for i, rgb in enumerate(((0.1, 0.7, 0.25), (0.95, 0.75, 0.1), (0.85, 0.1, 0.1)))
        ]
        hoods = [cylinder(0.11, 0.12, 14).turn("x", 90).move(0, h - 0.75 + 0.28 * i, 0.1) for i in range(3)]
        solids = [
            cylinder(0.06, h, 12).paint(DARK),
            rounded_box(0.32, 0.95, 0.22, 0.04).move(0, h - 0.95, 0.02).paint(DARK),
            merge(*hoods).paint(DARK),
            *[lamp.move(z=0.1) for lamp in lamps],
        ]
    else:
        h = min(h, 4.2)
        post = lathe(
            [(0.2, 0), (0.2, 0.15), (0.1, 0.35), (0.09, 0.8), (0.055, 0.9), (0.045, h * 0.94), (0.09, h)], 14
        ).paint(DARK)
        if style == "lantern lamp post":
            top = [
                box(0.22, 0.5, 0.22, 1.55).paint(LIGHT),
                box(0.42, 0.2, 0.42, 0.25).move(y=0.5).paint(DARK),
                ball(0.06, sides=8).move(y=0.74).paint(DARK),
                beam((-0.3, -0.15, 0), (0.3, -0.15, 0), 0.04).paint(DARK),
            ]
        else:
            globes = int(rng.choice([1, 1, 3]))
            top = [ball(0.22, sides=16).move(y=0.2).paint(LIGHT)]
            if globes == 3:
                side = merge(
                    tube([(0, -0.3, 0), (0.3, -0.35, 0), (0.42, -0.1, 0)], 0.025, 6).paint(DARK),
                    ball(0.17, sides=14).move(0.42, 0.05, 0).paint(LIGHT),
                )
                top.append(side.both("x"))
        solids = [post, merge(*top).move(y=h)]
    return shape(solids, (f"a {style}", f"a {style} on a tall post"), style=style, height=h)


@kind("tent", ("camping tent", "shelter"), FAMILY)
def tent(rng: np.random.Generator) -> Shape:
    """A ridge tent, dome tent, tipi, marquee or yurt."""
    style, colour = pick(rng, "ridge tent", "dome tent", "tipi", "circus tent", "yurt"), paint(rng)
    r = rng.uniform(1.2, 2.4)
    if style == "ridge tent":
        d = r * rng.uniform(1.2, 1.8)
        solids = [
            prism([(-r * 0.75, 0), (r * 0.75, 0), (0, r)], d).paint(colour.rgb),
            prism([(-0.3 * r, 0), (0.3 * r, 0), (0, r * 0.8)], d * 1.01).paint(colour.shade(0.45)),
        ]
        solids += [rod((0, 0, s * d / 2), (0, r * 1.06, s * d / 2), 0.02).paint(ALLOY) for s in (-1, 1)]
        solids += [rod((0, r * 1.0, s * d / 2), (0, 0, s * (d / 2 + r * 0.8)), 0.01, sides=4) for s in (-1, 1)]
    elif style == "dome tent":
        t = np.linspace(0, np.pi / 2, 8)
        shell = lathe(
            [*[(np.cos(a) ** 0.8, np.sin(a) * 0.75) for a in t[:-1]], (0, 0.75)], 6 if chance(rng) else 20
        ).scale(r)
        poles = [
            tube(
                np.column_stack(
                    [np.cos(u) * r * 1.01 * np.cos(a), np.sin(u) * r * 0.77, np.cos(u) * r * 1.01 * np.sin(a)]
                ),
                0.02,
                5,
            )
            for u in [np.linspace(0, np.pi, 15)]
            for a in (0.8, 2.3)
        ]
        solids = [
            shell.paint(colour.rgb),
            merge(*poles).paint(DARK),
            prism([(-0.35 * r, 0), (0.35 * r, 0), (0.2 * r, 0.5 * r), (-0.2 * r, 0.5 * r)], 0.3 * r)
            .move(z=0.82 * r)
            .turn("x", -4)
            .paint(colour.shade(0.5)),
        ]
    elif style == "tipi":
        h = r * 1.9
        sticks = ring(rod((r * 0.95, 0, 0), (-r * 0.2, h * 1.2, 0), 0.03, sides=6), 7, start=10)
        solids = [
            cylinder(r, h, 12, r * 0.1).paint(colour.rgb),
            sticks.paint((0.5, 0.36, 0.22)),
            prism([(-0.3 * r, 0), (0.3 * r, 0), (0, h * 0.5)], 0.1).turn("x", -27).move(z=r * 0.98).paint(DARK),
        ]
    elif style == "yurt":
        solids = [
            cylinder(r, r * 0.75, 24).paint(colour.rgb),
            cylinder(r * 1.06, r * 0.45, 24, r * 0.15).move(y=r * 0.75).paint(colour.shade(0.8)),
            box(r * 0.4, r * 0.6, 0.1).move(z=r * 0.98).paint((0.45, 0.3, 0.18)),
        ]
    else:
        r *= 3
        other = lathe([(r, 0), (r, r * 0.4)], 24).paint((0.95, 0.94, 0.9))
        top = lathe([(r * 1.06, r * 0.38), (r * 0.55, r * 0.62), (r * 0.2, r * 0.95), (0.0, r * 1.25)], 24)
        strips = np.arange(len(top.faces)) % 24 // 2 % 2 == 0
        striped = Solid(
            top.vertices, top.faces, np.where(strips[:, None], np.asarray(colour.rgb, np.float32), np.float32(0.95))
        )
        solids = [
            other,
            striped,
            rod((0, r * 1.2, 0), (0, r * 1.5, 0), 0.06),
            prism([(0, 0), (0.9, 0.25), (0, 0.5)], 0.03).move(0, r * 1.5 - 0.5, 0).paint(colour.rgb),
        ]
    return shape(solids, (f"a {style}", f"a {colour.name} {style}"), style=style)


@kind("fountain", ("water fountain", "monument"), FAMILY)
def fountain(rng: np.random.Generator) -> Shape:
    """A round or square basin with one to three bowls and arcs of water."""
    tiers, block, square = int(rng.integers(1, 4)), stone(rng), chance(rng, 0.3)
    r = rng.uniform(1.8, 3.5)
    sides = 4 if square else int(rng.choice([8, 28]))
    basin = lathe([(r, 0), (r * 1.05, 0.5), (r * 1.05, 0.6), (r * 0.92, 0.6), (r * 0.92, 0.2)], sides).turn(
        "y", 45 if square else 0
    )
    solids, y, size = (
        [
            basin.paint(block.rgb),
            cylinder(r * 0.93, 0.05, sides).turn("y", 45 if square else 0).move(y=0.45).paint((0.4, 0.65, 0.8)),
        ],
        0.2,
        r * 0.55,
    )
    for _ in range(tiers):
        stem = lathe([(size * 0.3, 0), (size * 0.16, size * 0.4), (size * 0.2, size)], 14).move(y=y)
        y += size
        bowl = lathe(
            [
                (size * 0.15, 0),
                (size * 0.75, size * 0.18),
                (size, size * 0.38),
                (size * 0.93, size * 0.38),
                (size * 0.6, size * 0.22),
            ],
            24,
        ).move(y=y)
        solids += [
            merge(stem, bowl).paint(block.rgb),
            cylinder(size * 0.85, 0.03, 20).move(y=y + size * 0.32).paint((0.4, 0.65, 0.8)),
        ]
        y, size = y + size * 0.2, size * 0.62
    solids.append(lathe([(size * 0.2, 0), (size * 0.3, size * 0.6), (0, size * 1.5)], 12).move(y=y).paint(block.rgb))
    if chance(rng):
        t = np.linspace(0, 1, 9)
        arc = tube(np.column_stack([t * r * 0.7, y + size + 1.2 * t - (y + 1.6) * t**2, 0 * t]), 0.03, 5)
        solids.append(ring(arc, 8).paint((0.6, 0.8, 0.92)))
    return shape(
        solids,
        (
            "a fountain",
            f"a {block.name} fountain with {count(tiers, 'tier')} and a {'square' if square else 'round'} basin",
        ),
        tiers=tiers,
    )
