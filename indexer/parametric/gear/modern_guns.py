"""Guns put together from parts (receiver, barrel, stock, magazine, sights); machine guns, revolvers, blasters."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, pick, rod, shape, vary
from indexer.parametric.gear.weapons import GUN, STEEL
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import Material, paint, wood
from indexer.parametric.solids import ball, box, cylinder, lathe, prism, rounded_box, torus, tube
from indexer.parametric.surface import Solid, array, merge, ring

FAMILY = "weapons"
STOCKS = ("fixed", "skeleton", "tube", "thumbhole", "folded", "bullpup")


def _side(outline: list[tuple[float, float]], width: float) -> Solid:
    """A (z, y) outline drawn out across x."""
    return prism(np.array(outline) * (-1, 1), width).turn("y", 90)


def barrel(start: float, end: float, y: float, r: float, muzzle: str) -> Solid:
    """A barrel along z and what is at its end: "plain", "brake", "silencer" or "flare"."""
    parts = [rod((0, y, start), (0, y, end), r, r * 0.85, 12)]
    if muzzle == "silencer":
        parts.append(cylinder(r * 2.4, (end - start) * 0.5 + 0.08, 14).turn("x", 90).move(0, y, end - 0.02))
    if muzzle == "brake":
        parts.append(cylinder(r * 1.6, r * 6, 10).turn("x", 90).move(0, y, end))
        parts.append(array(box(r * 3.6, r * 0.6, r), [(0, y - r * 0.3, end + r * k) for k in (1.5, 3.0, 4.5)]))
    if muzzle == "flare":
        parts.append(lathe([(r, 0), (r * 1.2, r * 3), (r * 2.2, r * 5)], 12).turn("x", 90).move(0, y, end))
    return merge(*parts)


def stock(style: str, length: float, w: float) -> Solid:
    """A shoulder stock from z = 0 back to -length."""
    if style == "skeleton":
        bars = [rod((0, 0.02, 0), (0, 0.0, -length), 0.009), rod((0, -0.02, 0), (0, -0.09, -length), 0.009)]
        return merge(*bars, box(w * 0.8, 0.13, 0.02).move(0, -0.11, -length))
    if style == "tube":
        butt = _side([(-length, 0.03), (-length * 0.5, 0.025), (-length * 0.55, -0.04), (-length, -0.11)], w)
        return merge(cylinder(0.016, length * 0.9, 12).turn("x", -90), butt)
    if style == "folded":
        return merge(
            box(w * 0.4, 0.05, length * 0.9).move(w, -0.03, length * 0.4),
            box(w * 1.6, 0.05, 0.03).move(0.01, -0.03, -0.01),
        )
    if style == "thumbhole":
        outer = [(0, 0.03), (-length, 0.03), (-length, -0.11), (-length * 0.55, -0.075), (-length * 0.3, -0.11)]
        low = [*outer, (-length * 0.2, -0.1), (-length * 0.3, -0.04), (-length * 0.08, -0.025)]
        return _side(low, w)
    drop = 0.09 if style == "fixed" else 0.11
    return _side(
        [(0, 0.03), (-length, 0.02), (-length, -drop), (-length * 0.9, -drop), (-length * 0.35, -0.03), (0, -0.03)], w
    )


def magazine(style: str, size: float) -> Solid:
    """A magazine hanging from the origin: "straight", "curved", "drum" or "short"."""
    if style == "curved":
        rows = [(0, 0, 0), (0, -0.5 * size, 0.06 * size), (0, -0.85 * size, 0.2 * size), (0, -1.1 * size, 0.4 * size)]
        return tube(rows, 0.18 * size, 4).scale(0.55, 1, 1)
    if style == "drum":
        return merge(
            cylinder(0.42 * size, 0.3 * size, 20).turn("x", 90).move(0, -0.5 * size, -0.15 * size),
            box(0.16 * size, 0.3 * size, 0.3 * size).move(y=-0.2 * size),
        )
    high = size * (0.45 if style == "short" else 1.0)
    return box(0.16 * size, high, 0.34 * size, (1, 0.95)).move(y=-high).turn("x", -6)


def optics(rng: np.random.Generator, style: str) -> Solid:
    """What sits on a receiver's top at y = 0: "scope", "red dot", "carry handle" or "irons"."""
    if style == "scope":
        k = rng.uniform(0.7, 1.4)
        glass = lathe(
            np.array([(0.018, 0), (0.02, 0.05), (0.013, 0.08), (0.013, 0.18), (0.022, 0.22), (0.024, 0.28)]) * (1, k),
            14,
        )
        return merge(
            glass.turn("x", 90).move(0, 0.045, -0.12), array(box(0.012, 0.04, 0.02), [(0, 0, -0.02), (0, 0, 0.05)])
        )
    if style == "red dot":
        return merge(
            box(0.035, 0.012, 0.06), box(0.006, 0.04, 0.05).move(0.016).both("x"), box(0.035, 0.006, 0.05).move(y=0.038)
        )
    if style == "carry handle":
        return _side(
            [(-0.1, 0), (-0.08, 0.05), (0.1, 0.05), (0.12, 0), (0.1, 0), (0.085, 0.036), (-0.065, 0.036), (-0.085, 0)],
            0.018,
        )
    return array(box(0.008, 0.035, 0.012), [(0, 0, -0.08), (0, 0, 0.3)])


def guard(z: float, y: float, size: float = 0.03) -> Solid:
    """A trigger in its guard."""
    loop = [(0, y, z + size), (0, y - size, z + size * 0.8), (0, y - size, z - size * 0.8), (0, y, z - size)]
    return merge(tube(loop, size * 0.1, 6), rod((0, y, z), (0, y - size * 0.7, z + size * 0.2), size * 0.1, sides=5))


def hand_grip(y: float, z: float, h: float, w: float, lean: float = 18) -> Solid:
    """A pistol grip below (y, z)."""
    return rounded_box(w, h, 0.045, 0.012).move(y=-h).turn("x", lean).move(0, y, z)


def assembled(rng: np.random.Generator, length: float, coat: Material, short: bool) -> tuple[list[Solid], str]:
    """A military gun of length about `length`, with the words for its parts."""
    back, mag = pick(rng, *STOCKS), pick(rng, "straight", "curved", "curved", "drum" if short else "short")
    sight, muzzle = (
        pick(rng, "scope", "red dot", "carry handle", "irons"),
        pick(rng, "plain", "brake", "flare", "silencer"),
    )
    w, high = 0.042 * vary(rng, 0.2), 0.07 * vary(rng, 0.2)
    bull = back == "bullpup"
    rear, front = -length * (0.32 if bull else 0.1), length * rng.uniform(0.12, 0.2)
    shell = [(rear, -0.4 * high), (front, -0.5 * high), (front, 0.45 * high), (rear, 0.5 * high)]
    body = [
        _side(shell, w),
        rounded_box(w * 0.9, high * 0.6, length * 0.2, 0.008).move(0, -high * 0.25, front + length * 0.1),
    ]
    if chance(rng, 0.4):
        body.append(
            array(
                box(w * 0.5, 0.008, 0.006),
                [(0, high * 0.45, z) for z in np.linspace(rear * 0.8, front + length * 0.15, 16)],
            )
        )
    hold = length * 0.35 if bull else -length * 0.06
    solids = [merge(*body, barrel(front, front + length * rng.uniform(0.28, 0.4), 0.0, 0.009, muzzle)).paint(GUN)]
    solids.append(
        magazine(mag, rng.uniform(0.14, 0.2)).move(0, -0.35 * high, rear * 0.5 if bull else length * 0.06).paint(GUN)
    )
    hand = hand_grip(-0.4 * high, (0.02 if bull else hold), rng.uniform(0.08, 0.11), w * 0.75)
    butt = stock("fixed" if bull else back, length * (0.06 if bull else rng.uniform(0.24, 0.32)), w * 0.8).move(z=rear)
    solids += [merge(hand, butt).paint(coat.rgb), guard((0.07 if bull else hold + 0.07), -0.45 * high).paint(GUN)]
    solids.append(optics(rng, sight).move(0, 0.47 * high, length * 0.02).paint(DARK))
    if chance(rng, 0.3):
        solids.append(hand_grip(-0.4 * high, front + length * 0.12, 0.08, w * 0.6, 0).paint(DARK))
    if chance(rng, 0.15):
        solids.append(
            rod((0.01, 0, front + length * 0.2), (0.09, -0.2, front + length * 0.24), 0.006).both("x").paint(GUN)
        )
    return solids, f"a {mag} magazine" + (
        " and a scope" if sight == "scope" else " and a silencer" if muzzle == "silencer" else ""
    )


@kind("machine gun", ("automatic weapon", "gun", "firearm", "weapon"), FAMILY)
def machine_gun(rng: np.random.Generator) -> Shape:
    """A heavy gun on a bipod, a tripod or a wheeled shield, fed by a belt or a box."""
    length, coat = rng.uniform(1.0, 1.4), wood(rng) if chance(rng, 0.4) else Material("black", DARK, "plastic")
    mount, fed = pick(rng, "bipod", "tripod", "wheels"), pick(rng, "a belt", "an ammunition box", "a drum")
    solids = [box(0.07, 0.12, length * 0.34).move(0, -0.06, -length * 0.02)]
    solids.append(barrel(length * 0.15, length * 0.62, 0.01, 0.014, pick(rng, "plain", "brake", "flare")))
    if chance(rng):
        jacket = cylinder(0.04, length * 0.32, 16).turn("x", 90).move(0, 0.01, length * 0.15)
        solids.append(
            jacket
            if chance(rng)
            else merge(
                *[torus(0.03, 0.008, 14, 6).turn("x", 90).move(0, 0.01, z) for z in np.linspace(0.2, 0.5, 10) * length]
            )
        )
    if fed == "a drum":
        solids.append(cylinder(0.12, 0.06, 20).turn("z", 90).move(0.03, 0.1, 0.05))
    elif fed == "an ammunition box":
        solids.append(box(0.1, 0.16, 0.14).move(-0.08, -0.16, 0.03))
    else:
        rounds = cylinder(0.006, 0.07, 6).turn("x", 90)
        solids.append(array(rounds, [(-0.05 - 0.012 * i, -0.0012 * i * i, 0.0) for i in range(14)]))
    gun = [merge(*solids).paint(GUN), guard(-length * 0.14, -0.06).paint(GUN)]
    if mount == "bipod":
        gun.append(rod((0.01, -0.02, length * 0.42), (0.14, -0.32, length * 0.47), 0.009).both("x").paint(GUN))
        gun.append(
            merge(stock("fixed", length * 0.28, 0.045), hand_grip(-0.06, 0.0, 0.1, 0.035))
            .move(z=-length * 0.19)
            .paint(coat.rgb)
        )
    else:
        handles = array(cylinder(0.014, 0.12, 8), [(s * 0.05, -0.05, -length * 0.23) for s in (-1, 1)])
        gun.append(merge(handles, box(0.12, 0.02, 0.03).move(0, 0.0, -length * 0.22)).paint(DARK))
        feet = [rod((0, -0.06, 0.05), (x, -0.55, z), 0.018) for x, z in ((-0.35, 0.35), (0.35, 0.35), (0, -0.65))]
        if mount == "wheels":
            tyre = merge(torus(0.2, 0.025, 20, 6), ring(rod((0, 0, 0), (0.19, 0, 0), 0.01, sides=5), 8)).turn("z", 90)
            feet = [
                tyre.move(0.22, -0.4, 0.1).both("x"),
                rod((-0.22, -0.4, 0.1), (0.22, -0.4, 0.1), 0.018),
                feet[2],
                rod((0, -0.4, 0.1), (0, -0.05, 0.1), 0.03),
            ]
        gun.append(merge(*feet).paint(GUN))
        if chance(rng, 0.3):
            gun.append(box(0.5, 0.4, 0.01).move(0.29, -0.25, length * 0.16).both("x").paint(GUN))
    stands = {"bipod": "a bipod", "tripod": "a tripod", "wheels": "a wheeled carriage"}[mount]
    return shape(
        gun, (f"a machine gun on {stands}", f"a heavy machine gun fed by {fed}", "a military gun"), mount=mount
    )


@kind("revolver", ("pistol", "handgun", "gun", "firearm", "weapon"), FAMILY)
def revolver(rng: np.random.Generator) -> Shape:
    """A six-shooter: long or snub barrel, round or square butt, rib and ejector rod."""
    long, timber = rng.uniform(0.05, 0.22), wood(rng) if chance(rng, 0.7) else Material("black", DARK, "plastic")
    coat, n, k = STEEL if chance(rng) else GUN, int(rng.integers(5, 9)), rng.uniform(0.9, 1.2)
    drum_r, drum_l = 0.021 * k, 0.042 * k
    drum = [cylinder(drum_r, drum_l, 24), ring(cylinder(0.0052, drum_l + 0.002, 8), n, drum_r * 0.68).move(y=-0.001)]
    drum.append(ring(cylinder(0.004, drum_l * 0.7, 8).move(y=drum_l * 0.35), n, drum_r, start=180 / n))
    frame = _side(
        [
            (-0.03, -0.03),
            (0.035, -0.03),
            (0.05, -0.02),
            (0.05, 0.025),
            (0.03, 0.03),
            (-0.03, 0.03),
            (-0.045, 0.015),
            (-0.05, -0.02),
        ],
        0.018,
    )
    tube_y = 0.013
    solids = [
        frame,
        merge(*drum).turn("x", 90).move(z=-drum_l * 0.45),
        barrel(0.045, 0.05 + long, tube_y, 0.009 * k, "plain"),
    ]
    if chance(rng, 0.6):
        solids.append(box(0.007, 0.008, long).move(0, tube_y + 0.007, 0.05 + long / 2))
    if chance(rng, 0.6):
        solids.append(rod((0, tube_y - 0.016, 0.04), (0, tube_y - 0.016, 0.05 + long * 0.7), 0.006))
    solids.append(_side([(0.0, 0), (0.012, 0), (0.004, 0.012)], 0.004).move(0, tube_y + 0.013, 0.035 + long))
    solids.append(_side([(0, 0), (-0.012, 0.025), (-0.024, 0.03), (-0.01, 0)], 0.008).move(0, 0.02, -0.036))
    curve = [(0, -0.005, -0.045), (0, -0.04, -0.06), (0, -0.08, -0.07), (0, -0.11, -0.085 - 0.02 * chance(rng))]
    radii = np.array([0.013, 0.015, 0.018, 0.021]) * rng.uniform(0.85, 1.15)
    butt = tube(curve, radii, 10).scale(0.75, 1, 1)
    return shape(
        [merge(*solids).paint(coat), butt.paint(timber.rgb), guard(0.01, -0.03, 0.024).paint(coat)],
        (
            f"a revolver with a {'long' if long > 0.12 else 'short'} barrel",
            f"a handgun with a cylinder and a {timber.name} grip",
            "a six-shooter",
        ),
        chambers=n,
    )


@kind("blaster", ("ray gun", "laser gun", "toy gun", "weapon"), FAMILY)
def blaster(rng: np.random.Generator) -> Shape:
    """A science-fiction hand weapon: a bulb or block, rings along the barrel, a grip."""
    colour, trim, length = paint(rng), paint(rng), rng.uniform(0.22, 0.5)
    body = (
        ball(0.045, 0.045, length * 0.28, 16)
        if chance(rng)
        else rounded_box(0.06, 0.08, length * 0.5, 0.02).move(y=-0.04)
    )
    rings = [
        torus(0.026 - 0.003 * i, 0.006, 16, 6).turn("x", 90).move(z=length * (0.3 + 0.1 * i))
        for i in range(int(rng.integers(1, 5)))
    ]
    solids = [
        body.paint(colour.rgb),
        rod((0, 0, 0), (0, 0, length * 0.72), 0.014, 0.008).paint(GUN),
        merge(*rings).paint(trim.rgb),
    ]
    solids.append(ball(0.018, sides=10).move(z=length * 0.72).paint(trim.rgb))
    solids.append(hand_grip(-0.03, -length * 0.12, rng.uniform(0.09, 0.13), 0.035).paint(DARK))
    solids.append(guard(-0.0, -0.035, 0.028).paint(GUN))
    if chance(rng):
        solids.append(_side([(-0.1, 0), (0.05, 0), (-0.1, 0.06)], 0.008).move(0, 0.04, 0).paint(trim.rgb))
    if chance(rng, 0.4):
        solids.append(
            stock(pick(rng, "skeleton", "fixed"), length * 0.5, 0.03).move(z=-length * 0.22).paint(colour.rgb)
        )
    return shape(solids, (f"a {colour.name} blaster", "a science fiction laser pistol", "a toy ray gun"), length=length)
