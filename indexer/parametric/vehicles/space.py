"""Things of space: starships, flying saucers, satellites and stations."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, beam, chance, hull, kinds_of, pick, rod, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, LIGHT, paint
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, rounded_box, sheet, wing
from indexer.parametric.surface import Color, Solid, array, merge, ring
from indexer.parametric.vehicles.rockets import nozzle

FAMILY = "vehicles"
FOIL = (0.85, 0.68, 0.25)
PANEL = (0.12, 0.16, 0.4)


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


def _satellite(rng: np.random.Generator, style: str) -> Shape:
    """A box, drum or ball with solar wings, antennas and a dish; or a space station."""
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


kinds_of(
    FAMILY,
    _satellite,
    {
        "satellite": (("spacecraft",), ("box", "drum", "box", "drum", "sputnik")),
        "space station": (("orbital station", "spacecraft"), ("station",)),
    },
)
