"""Things of space: rockets, missiles, starships, flying saucers, satellites and stations."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, beam, chance, hull, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, LIGHT, paint
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, rounded_box, sheet, torus, wing
from indexer.parametric.surface import Color, Solid, array, merge, ring
from indexer.parametric.vehicles_air import fin, wings

FAMILY = "vehicles"
FOIL = (0.85, 0.68, 0.25)
PANEL = (0.12, 0.16, 0.4)


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


@kind("rocket", ("space rocket", "launch vehicle", "spacecraft"), FAMILY)
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


@kind("spaceship", ("starship", "spacecraft", "science fiction ship"), FAMILY)
def spaceship(rng: np.random.Generator) -> Shape:
    """A science-fiction ship: fighter, wedge cruiser, saucer-and-nacelles starship or freighter."""
    style, colour, trim = (
        pick(rng, "starfighter", "wedge cruiser", "saucer starship", "space freighter"),
        paint(rng, "grey", "white", "grey", "black", "blue", "red"),
        paint(rng),
    )
    make = {
        "starfighter": _starfighter,
        "wedge cruiser": _cruiser,
        "saucer starship": _saucer_ship,
        "space freighter": _freighter,
    }[style]
    words = {
        "starfighter": "four cannons on its wings",
        "wedge cruiser": "a bridge tower",
        "saucer starship": "two engine nacelles",
        "space freighter": "cargo pods",
    }[style]
    return shape(
        make(rng, colour.rgb, trim.rgb),
        ("a spaceship", f"a {colour.name} {style}", f"a {style} spaceship with {words}"),
        style=style,
    )


def _starfighter(rng: np.random.Generator, rgb: Color, trim: Color) -> list[Solid]:
    length = rng.uniform(8, 12)
    keys = [
        (length * 0.6, 0.12, -0.1, 0.1),
        (length * 0.3, 0.35, -0.3, 0.3),
        (0, 0.8, -0.5, 0.6),
        (-length * 0.3, 0.9, -0.5, 0.6),
        (-length * 0.38, 0.7, -0.4, 0.5),
    ]
    solids = [hull(keys, 12, 3).paint(rgb), ball(0.4, 0.45, 1.2, 14).move(0, 0.5, 0.6).paint(GLASS)]
    span, spread = length * rng.uniform(0.35, 0.55), float(rng.choice([0.0, 12.0, -15.0, 18.0]))
    panel = (
        wing(length * 0.28, length * 0.15, span, length * rng.uniform(0.0, 0.12), 0.06)
        .turn("z", spread)
        .move(z=-length * 0.15)
    )
    gun = rod(
        (np.cos(np.radians(spread)) * span, np.sin(np.radians(spread)) * span, -length * 0.3),
        (np.cos(np.radians(spread)) * span, np.sin(np.radians(spread)) * span, length * 0.2),
        0.1,
    )
    arm = merge(panel.paint(trim), gun.paint(DARK))
    halves = merge(arm, arm.mirror("y")) if spread > 0 else arm
    engine = cylinder(0.4, 2.0, 14, 0.5).turn("x", 90).move(0.8, 0.25, -length * 0.42).both("x").paint(DARK)
    return [*solids, halves.both("x"), engine, engine.mirror("y")]


def _cruiser(rng: np.random.Generator, rgb: Color, trim: Color) -> list[Solid]:
    length, w = 100.0, rng.uniform(40, 60)
    keys = [(length * 0.5, 0.6, -0.5, 0.5), (-length * 0.4, w / 2, -7, 7), (-length * 0.45, w / 2, -6, 6)]
    solids = [hull(keys, 16, 1.0).paint(rgb)]
    for i in range(3):
        size = 1 - 0.25 * i
        solids.append(
            box(w * 0.5 * size, 4, length * 0.4 * size, (0.85, 0.75)).move(0, 5.5 + 3.2 * i, -length * 0.22).paint(rgb)
        )
    tower = merge(
        box(5, 7, 5).move(y=13), box(18, 3.5, 6, 0.9).move(y=19), ball(2, sides=12).move(6, 23.5, 0).both("x")
    )
    solids.append(tower.move(z=-length * 0.3).paint(rgb))
    solids.append(
        array(cylinder(3.4, 5, 14, 4).turn("x", -90), [(x, 0, -length * 0.44) for x in (-12, 0, 12)]).paint(trim)
    )
    return solids


def _saucer_ship(rng: np.random.Generator, rgb: Color, trim: Color) -> list[Solid]:
    r = rng.uniform(30, 38)
    disc = (
        lathe(
            [(r * 0.15, -5), (r * 0.6, -2.5), (r, -0.6), (r, 0.9), (r * 0.5, 3), (r * 0.2, 5), (r * 0.1, 7), (0, 7.5)],
            32,
        )
        .move(0, 12, 30)
        .paint(rgb)
    )
    body = hull([(22, 5, -5, 4), (10, 7, -7, 6), (-25, 5, -4, 5), (-40, 2, 0, 4)], 16, smooth=2).paint(rgb)
    neck = beam((0, 3, 5), (0, 12, 18), 5).paint(rgb)
    pod = hull([(32, 2.5, -2.5, 2.5), (28, 4, -4, 4), (-25, 3, -3, 3), (-32, 1.5, -1, 1.5)], 14).move(24, 22, -32)
    struts = beam((3, 2, -18), (24, 22, -24), 2.5)
    dish = cylinder(4.5, 1.5, 18, 3).turn("x", 90).move(0, -0.5, 22).paint(trim)
    glow = ball(3.6, sides=12).move(24, 22, -1).both("x").paint(trim)
    return [disc, body, neck, merge(pod, struts).both("x").paint(rgb), dish, glow]


def _freighter(rng: np.random.Generator, rgb: Color, trim: Color) -> list[Solid]:
    bays = int(rng.integers(3, 6))
    solids = [box(6, 6, bays * 12 + 14).move(y=-3).paint(DARK)]
    for i in range(bays):
        z = (i - (bays - 1) / 2) * 12
        solids.append(rounded_box(10, 9, 10, 1.5).move(8.5, -4.5, z).both("x").paint(trim if i % 2 else rgb))
    front, back = bays * 6 + 6, -bays * 6 - 8
    solids.append(
        hull([(front + 14, 2, -2, 1), (front + 8, 7, -4, 6), (front, 8, -6, 7), (front - 4, 7, -6, 6)], 12, 4).paint(
            rgb
        )
    )
    solids.append(box(9, 2, 1).turn("x", -50).move(0, 3.2, front + 10.5).paint(GLASS))
    solids.append(rounded_box(22, 12, 12, 2).move(0, -6, back).paint(rgb))
    return [
        *solids,
        array(cylinder(3.5, 6, 14, 2.5).turn("x", -90).move(z=back - 5), [(-7, 0, 0), (0, 0, 0), (7, 0, 0)]).paint(
            DARK
        ),
    ]


@kind("flying saucer", ("ufo", "alien spaceship", "spacecraft"), FAMILY)
def flying_saucer(rng: np.random.Generator) -> Shape:
    """A lens-shaped disc with a dome, lights and perhaps legs."""
    r, flat, metal_rgb = (
        rng.uniform(4, 8),
        rng.uniform(0.1, 0.22),
        paint(rng, "grey", "grey", "green", "purple", "turquoise"),
    )
    h = r * flat
    disc = lathe(
        [(r * 0.3, -h), (r * 0.75, -h * 0.6), (r, 0), (r * 0.98, 0.03 * r), (r * 0.7, h * 0.6), (r * 0.38, h)], 32
    ).paint(metal_rgb.rgb)
    dome_r = r * rng.uniform(0.28, 0.42)
    solids = [disc, ball(dome_r, dome_r * rng.uniform(0.7, 1.1), dome_r, 20).move(y=h * 0.9).paint(GLASS)]
    lamps = int(rng.integers(6, 17))
    solids.append(ring(ball(r * 0.045, sides=10), lamps, r * 0.82).move(y=h * 0.4).paint(LIGHT))
    legs = int(rng.choice([0, 3, 4]))
    if legs:
        foot = merge(
            rod((r * 0.5, -h * 0.7, 0), (r * 0.72, -h - r * 0.35, 0), r * 0.025),
            cylinder(r * 0.08, r * 0.03, 12).move(r * 0.72, -h - r * 0.37, 0),
        )
        solids.append(ring(foot, legs).paint(DARK))
    stand = f" on {count(legs, 'leg')}" if legs else ""
    return shape(
        solids,
        (
            "a ufo",
            f"a flying saucer with a glass dome{stand}",
            f"a {metal_rgb.name} disc-shaped ufo with {lamps} lights",
        ),
        lights=lamps,
    )


def solar_wing(w: float, length: float, panels: int) -> Solid:
    """A row of panels from x = 0 along +x in the xy plane."""
    size = length / panels
    cells = array(box(size * 0.92, w, 0.03 * w), [((i + 0.5) * size + 0.1, -w / 2, 0) for i in range(panels)]).paint(
        PANEL
    )
    return merge(cells, rod((0, 0, 0), (length, 0, 0), 0.02 * w + 0.02).paint(ALLOY))


def dish(r: float) -> Solid:
    """A parabolic antenna that opens towards +z, with its feed."""
    u, v = np.meshgrid(np.linspace(0.02, 1, 6), np.linspace(0, 2 * np.pi, 25))
    bowl = sheet(np.stack([r * u * np.cos(v), r * u * np.sin(v), 0.35 * r * u**2], 2), 0.02 * r).paint(
        (0.92, 0.92, 0.92)
    )
    feed = merge(
        *[
            rod((r * 0.8 * np.cos(a), r * 0.8 * np.sin(a), 0.22 * r), (0, 0, 0.75 * r), 0.015 * r, sides=5)
            for a in (0.5, 2.6, 4.7)
        ]
    )
    return merge(bowl, feed.paint(DARK), ball(0.07 * r, sides=8).move(z=0.75 * r).paint(DARK))


@kind("satellite", ("space probe", "spacecraft"), FAMILY)
def satellite(rng: np.random.Generator) -> Shape:
    """A box, drum or ball with solar wings, antennas and a dish; or a space station."""
    style = pick(rng, "box", "drum", "sputnik", "station")
    foil = (FOIL, (0.75, 0.75, 0.77), (0.9, 0.9, 0.9))[int(rng.integers(3))]
    if style == "sputnik":
        solids = [ball(0.3, sides=24).paint(ALLOY)]
        solids += [
            rod((0.2 * sx, 0.2 * sy, -0.1), (1.0 * sx, 0.9 * sy, -1.9), 0.012).paint(DARK)
            for sx in (-1, 1)
            for sy in (-1, 1)
        ]
        return shape(
            solids, ("a small round satellite", "a ball-shaped satellite with four long antennas"), style=style
        )
    if style == "station":
        return _station(rng, foil)
    w, h, panels = rng.uniform(1, 1.8), rng.uniform(1.2, 2.5), int(rng.integers(2, 6))
    body = box(w, h, w) if style == "box" else cylinder(w / 2, h, 20)
    solids = [body.move(y=-h / 2).paint(foil)]
    arm = solar_wing(w * rng.uniform(0.8, 1.3), panels * w * rng.uniform(0.8, 1.1), panels).move(x=w * 0.5 + 0.15)
    solids.append(merge(arm, rod((0, 0, 0), (w, 0, 0), 0.04).paint(ALLOY)).both("x"))
    dished = chance(rng, 0.75)
    if dished:
        solids.append(dish(w * rng.uniform(0.4, 0.75)).move(0, h * 0.1, w * 0.55))
    solids += [
        rod((w * 0.3, h / 2, 0), (w * 0.4, h / 2 + 0.9, 0), 0.02),
        cone(0.15, 0.3, 12).move(0, h / 2, 0),
        nozzle(0.2).move(y=-h / 2),
    ]
    extra = " and a dish antenna" if dished else ""
    return shape(
        solids,
        (
            "a satellite",
            f"a {style}-shaped satellite with two solar wings{extra}",
            f"a satellite with {count(2 * panels, 'solar panel')}",
        ),
        panels=2 * panels,
    )


def _station(rng: np.random.Generator, foil: Color) -> Shape:
    modules = int(rng.integers(2, 5))
    tube_of = lathe([(0.8, -2.4), (2.0, -1.8), (2.0, 1.8), (0.8, 2.4)], 18).turn("x", 90)
    solids = [array(tube_of, [(0, 0, (i - (modules - 1) / 2) * 4.8) for i in range(modules)]).paint(foil)]
    solids.append(tube_of.turn("y", 90).move(x=4).both("x").paint((0.85, 0.85, 0.86)))
    truss = beam((-16, 2.8, 0), (16, 2.8, 0), 0.7).paint(ALLOY)
    pair = solar_wing(2.6, 8, 5).turn("z", 90).move(0, 3.2, 0)
    solids += [truss, rod((0, 1.5, 0), (0, 3, 0), 0.4).paint(ALLOY)]
    for x in (9, 14):
        solids.append(merge(pair, pair.turn("z", 180).move(y=5.6)).move(x=x).both("x"))
    return shape(
        solids,
        ("a space station", "a space station with modules, a truss and eight solar wings"),
        style="station",
        modules=modules,
    )
