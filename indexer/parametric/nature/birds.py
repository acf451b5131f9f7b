"""Birds, standing and flying."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from indexer.parametric.forms import chance, hull, limb, rod, shape, tint, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.nature.plumage import BIRDS, COLORS, RGB, Bird
from indexer.parametric.solids import ball, cone, prism, sheet
from indexer.parametric.surface import Solid, merge

FAMILY = "animals"
EYE = (0.05, 0.05, 0.06)
BLACK, GREY, RED, WHITE = COLORS["black"], COLORS["grey"], COLORS["red"], COLORS["white"]


def _body(b: Bird) -> Solid:
    half = b.size / 2
    keys = [
        (half, 0.2, -0.3, 0.25),
        (half * 0.8, 0.65, -0.75, 0.6),
        (half * 0.2, 1, -1, 0.95),
        (-half * 0.4, 0.8, -0.7, 0.8),
        (-half * 0.85, 0.4, -0.15, 0.5),
        (-half * 1.1, 0.15, 0.1, 0.32),
    ]
    g = b.girth * b.size
    return hull(np.array(keys) * (1, g * 0.92, g, g), 16, smooth=3)


def _tail(b: Bird, colour: RGB) -> Solid:
    t, half, w = b.tail * b.size, b.size / 2, b.size * b.girth
    if "plume" in b.extra:
        feathers = [
            limb(
                [
                    (x * 0.3, 0, 0, 0.12 * w),
                    (x, t * 0.7, -t * 0.35, 0.2 * w),
                    (x * 1.5, t * 0.55, -t * 0.9, 0.1 * w),
                    (x * 1.6, 0.05 * t, -t, 0.03 * w),
                ],
                7,
            )
            for x in np.linspace(-0.25, 0.25, 5) * w
        ]
        return merge(*feathers).move(0, 0.2 * w, -half * 0.8).paint((0.08, 0.2, 0.15))
    spread = 0.95 if "fan" in b.extra else 0.55
    plate = prism([(-0.22 * w, 0), (0.22 * w, 0), (spread * w, t), (0, t * 1.08), (-spread * w, t)], 0.06 * w).turn(
        "x", -90
    )
    return (
        plate.turn("x", 35 if "up tail" in b.extra else -4)
        .move(0, 0.25 * w, -half * 0.95)
        .paint(np.multiply(colour, 0.8))
    )


def _open_wing(span: float, chord: float, lift: float, thickness: float) -> Solid:
    """A spread right wing with a bent wrist and fingered tip, from x = 0."""
    share = np.array([0, 0.2, 0.42, 0.65, 0.85, 1.0])
    lead = np.array([0.32, 0.42, 0.55, 0.42, 0.2, -0.1]) * chord
    trail = np.array([-0.62, -0.6, -0.5, -0.5, -0.5, -0.35]) * chord
    y = np.interp(share, [0, 0.42, 1], [0, lift, lift * 0.9 if lift > 0 else lift * 1.2]) * span
    cross = np.linspace(0, 1, 5)
    z = lead[:, None] + (trail - lead)[:, None] * cross
    camber = np.sin(np.pi * cross**0.7) * 0.08 * chord
    grid = np.stack([np.broadcast_to(share[:, None] * span, z.shape), y[:, None] + camber, z], 2)
    return sheet(grid, thickness)


def _folded_wings(b: Bird) -> Solid:
    g, s = b.girth * b.size, b.size
    if "flippers" in b.extra:
        return ball(0.1 * g, 0.16 * g, 0.36 * s, 12).turn("y", -8).move(g * 0.98, 0.1 * g, 0.02 * s).both("x")
    keys = [
        (0.32 * s, 0.06 * g, -0.1 * g, 0.25 * g),
        (0.15 * s, 0.14 * g, -0.5 * g, 0.5 * g),
        (-0.2 * s, 0.12 * g, -0.35 * g, 0.5 * g),
        (-0.62 * s, 0.03 * g, 0.1 * g, 0.3 * g),
    ]
    return hull(keys, 10, smooth=2).turn("y", 4).move(x=g * 0.85).both("x")


def _head(b: Bird, coat: RGB) -> tuple[Solid, np.ndarray]:
    """The head about the origin, its beak towards +z; and the skull's radius as a vector."""
    r = b.head * b.size / 2 * 1.15
    length, thick, hook = b.beak
    beak_l, beak_w = length * b.size, thick * b.size
    if "flat beak" in b.extra:
        beak = hull(
            [
                (r * 0.6, beak_w * 0.6, -0.3 * beak_w, 0.4 * beak_w),
                (r + beak_l * 0.6, beak_w * 0.8, -0.25 * beak_w, 0.1 * beak_w),
                (r + beak_l, beak_w * 0.6, -0.2 * beak_w, 0),
            ],
            12,
        )
    elif hook < -20:
        drop = np.sin(np.radians(hook)) * beak_l
        beak = limb(
            [
                (0, 0, r * 0.7, beak_w),
                (0, 0.15 * drop, r + beak_l * 0.5, beak_w * 0.8),
                (0, drop, r + beak_l * 0.65, beak_w * 0.15),
            ],
            10,
        )
    else:
        beak = cone(beak_w, beak_l + r * 0.4, 10).turn("x", 90 - hook).move(z=r * 0.7)
    skull = ball(r, r * 0.98, r * 1.1, 14).paint((0.95, 0.95, 0.94) if "white head" in b.extra else coat)
    big = "big eyes" in b.extra
    eye = (
        ball(r * 0.32, r * 0.32, r * 0.12, 12).move(0.42 * r, 0.2 * r, 0.88 * r)
        if big
        else ball(r * 0.13, sides=8).move(0.78 * r, 0.25 * r, 0.62 * r)
    )
    parts = [skull, beak.paint(b.beak_rgb), eye.both("x").paint((0.9, 0.7, 0.1) if big else EYE)]
    if "comb" in b.extra:
        comb = (
            prism(
                np.array([(-0.9, 0), (-0.95, 0.6), (-0.5, 0.45), (-0.2, 0.85), (0.1, 0.5), (0.45, 0.8), (0.7, 0.1)])
                * r,
                0.2 * r,
            )
            .turn("y", 90)
            .move(0, 0.8 * r, 0.1 * r)
        )
        parts += [comb.paint(RED), ball(0.15 * r, 0.4 * r, 0.2 * r, 8).move(0, -0.9 * r, 0.7 * r).paint(RED)]
    if big:
        parts.append(cone(0.2 * r, 0.5 * r, 8).turn("z", -18).move(0.55 * r, 0.8 * r, 0.1 * r).both("x").paint(coat))
    return merge(*parts), np.array([0, 0, r])


def _neck(b: Bird, start: np.ndarray, skull: np.ndarray) -> Solid:
    g, r = b.girth * b.size, b.head * b.size * 0.5
    thin = r * (0.55 if b.neck > 0.4 else 0.95)
    middle = (start + skull) / 2
    if "curved neck" in b.extra:
        up = skull[1] - start[1]
        keys = [
            (*start, g * 0.45),
            (0, start[1] + 0.3 * up, start[2] + 0.28 * b.size, thin * 1.2),
            (0, start[1] + 0.7 * up, start[2] + 0.02 * b.size, thin),
        ]
        return limb([*keys, (0, skull[1] + 0.06 * b.size, skull[2] - 0.12 * b.size, thin * 0.9), (*skull, thin)], 10)
    return limb([(*start, g * 0.62), (*middle, (g * 0.3 + thin) * (0.6 if b.neck > 0.4 else 0.95)), (*skull, thin)], 12)


def _legs(b: Bird, hip: float, z: float) -> Solid:
    w, thick = b.girth * b.size, b.size * (0.07 if "thick" in b.extra else 0.028)
    x = 0.42 * w
    knee = hip * 0.52
    parts = [
        rod((x, hip + 0.7 * w, z), (x, knee, z - 0.1 * hip), thick * 1.9, thick),
        rod((x, knee, z - 0.1 * hip), (x, thick * 0.5, z), thick),
    ]
    toe = max(b.size * 0.16, thick * 2)
    parts += [
        rod((x, thick * 0.5, z), (x + toe * dx, thick * 0.4, z + toe * dz), thick * 0.9, thick * 0.4, 6)
        for dx, dz in ((-0.5, 0.85), (0, 1), (0.5, 0.85), (0, -0.5))
    ]
    return merge(*parts).both("x")


def bird(b: Bird, rng: np.random.Generator, flying: bool) -> list[Solid]:
    """The solids of a standing or flying bird."""
    coat = b.coats[int(rng.integers(len(b.coats)))]
    tilt = np.radians(6 if flying else b.tilt)
    g, hip = b.girth * b.size, b.legs * b.size
    body = merge(_body(b).paint(coat), _tail(b, coat))
    if "belly" in b.extra:
        body = tint(body, WHITE, lambda at, n: (at[:, 1] < -0.25 * g) & (at[:, 2] > -0.45 * b.size))
    wing_rgb = GREY if "grey wings" in b.extra else tuple(np.multiply(coat, 0.72))
    if flying:
        lift = rng.uniform(-0.2, 0.55)
        body = merge(
            body,
            _open_wing(b.size * rng.uniform(1.2, 1.7), b.size * 0.55, lift, 0.06 * g)
            .move(0.4 * g, 0.3 * g, 0.1 * b.size)
            .both("x")
            .paint(wing_rgb),
        )
    else:
        body = merge(body, _folded_wings(b).paint(wing_rgb))
    level = (
        0.0 if flying else hip + g * 0.9 * np.cos(tilt) + b.size * 0.42 * np.sin(tilt) * (1.0 if b.tilt > 40 else 0.55)
    )
    body = body.turn("x", -np.degrees(tilt)).move(y=level)
    front = np.array(
        [
            0,
            np.sin(tilt) * 0.4 * b.size + 0.15 * g * np.cos(tilt) + level,
            np.cos(tilt) * 0.4 * b.size - 0.1 * g * np.sin(tilt),
        ]
    )
    way = np.radians(15) if flying else np.radians(72 if b.tilt < 40 else 85)
    reach = b.neck * b.size * vary(rng, 0.08) + b.head * b.size * 0.45
    skull = front + np.array([0, np.sin(way), np.cos(way)]) * reach
    head, _ = _head(b, coat)
    solids = [
        body,
        _neck(b, front, skull).paint((0.95, 0.95, 0.94) if "white head" in b.extra else coat),
        head.move(*skull),
    ]
    if not flying:
        foot_z = -0.06 * b.size if b.tilt < 40 else -0.12 * b.size
        solids.append(
            _legs(b, max(hip, 0.03 * b.size), foot_z).paint(
                (0.85, 0.55, 0.2) if b.beak_rgb != BLACK else (0.35, 0.3, 0.3)
            )
        )
    return solids


def _varied(b: Bird, rng: np.random.Generator) -> Bird:
    sizes = {
        name: getattr(b, name) * vary(rng, 0.1) for name in ("size", "girth", "tilt", "neck", "head", "legs", "tail")
    }
    return replace(b, **sizes)


GROUNDED = {"penguin", "ostrich", "chicken", "rooster"}


def _register(name: str, species: Bird) -> None:
    @kind(name, ("bird", "animal"), FAMILY)
    def make(rng: np.random.Generator) -> Shape:
        flying = name not in GROUNDED and chance(rng, 0.3)
        pose = "flying with spread wings" if flying else "standing on two legs"
        return shape(
            bird(_varied(species, rng), rng, flying), (f"a {name}", f"a {name} {pose}", species.words), pose=pose
        )


for _name, _bird in BIRDS.items():
    _register(_name, _bird)
