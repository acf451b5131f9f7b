"""Insects, spiders, scorpions and crabs over one plan: segments, jointed legs, wings, feelers, claws, all varied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.parametric.forms import chance, hull, limb, pick, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import paint
from indexer.parametric.solids import ball, sheet
from indexer.parametric.surface import Solid, merge

FAMILY = "animals"
Segment = tuple[float, float, float]


@dataclass(frozen=True)
class Plan:
    """Half sizes (x, y, z) of the segments in body lengths; reach and knee height of the legs; what it carries."""

    head: Segment
    chest: Segment
    rear: Segment
    reach: float
    knee: float
    wings: float = 0.0
    feelers: float = 0.3
    legs: int = 3
    extra: str = ""


PLANS = {
    "ant": Plan((0.1, 0.09, 0.12), (0.07, 0.08, 0.16), (0.14, 0.14, 0.22), 0.55, 0.3, 0, 0.4),
    "beetle": Plan((0.1, 0.07, 0.09), (0.2, 0.13, 0.12), (0.26, 0.18, 0.33), 0.45, 0.15, 0, 0.25),
    "cockroach": Plan((0.08, 0.05, 0.07), (0.17, 0.08, 0.12), (0.19, 0.09, 0.42), 0.5, 0.14, 0, 0.8),
    "fly": Plan((0.13, 0.12, 0.1), (0.15, 0.15, 0.18), (0.16, 0.15, 0.28), 0.4, 0.2, 0.65, 0.1),
    "bee": Plan((0.12, 0.11, 0.09), (0.17, 0.17, 0.17), (0.17, 0.17, 0.32), 0.35, 0.18, 0.55, 0.2),
    "mosquito": Plan((0.06, 0.06, 0.06), (0.08, 0.11, 0.12), (0.05, 0.05, 0.4), 0.8, 0.6, 0.6, 0.2, 3, "sting"),
    "dragonfly": Plan(
        (0.09, 0.08, 0.07), (0.08, 0.09, 0.12), (0.035, 0.035, 0.6), 0.2, 0.08, 0.75, 0.05, 3, "two pairs"
    ),
    "grasshopper": Plan((0.08, 0.12, 0.08), (0.09, 0.12, 0.14), (0.08, 0.09, 0.42), 0.35, 0.2, 0, 0.35, 3, "hoppers"),
    "praying mantis": Plan((0.1, 0.06, 0.06), (0.04, 0.05, 0.32), (0.08, 0.08, 0.34), 0.4, 0.25, 0, 0.3, 3, "grasping"),
    "spider": Plan((0.0, 0.0, 0.0), (0.16, 0.11, 0.2), (0.24, 0.2, 0.3), 0.9, 0.5, 0, 0, 4, "fangs"),
    "scorpion": Plan((0.0, 0.0, 0.0), (0.15, 0.08, 0.16), (0.16, 0.09, 0.3), 0.5, 0.2, 0, 0, 4, "tail claws"),
    "crab": Plan((0.0, 0.0, 0.0), (0.42, 0.14, 0.3), (0.3, 0.08, 0.12), 0.75, 0.3, 0, 0, 4, "claws"),
}


def _legs(p: Plan, rng: np.random.Generator, low: float) -> Solid:
    """Legs with three joints each, every one a little different."""
    reach, knee = p.reach * vary(rng, 0.3), p.knee * rng.uniform(0.5, 1.5)
    r, sides, made = rng.uniform(0.011, 0.03), int(rng.integers(4, 8)), []
    fan = rng.uniform(28, 62)
    for i in range(p.legs):
        share = i / (p.legs - 1) * 2 - 1
        long_leg = "hoppers" in p.extra and i == 0
        for side in (1, -1):
            azimuth = np.radians(share * fan + rng.normal() * 7)
            out = np.array([np.cos(azimuth) * side, 0, np.sin(azimuth)])
            root = np.array([side * p.chest[0] * 0.7, low, share * p.chest[2] * 0.75])
            reach_i = reach * (1 + 0.15 * abs(share)) * (1.4 if long_leg else 1)
            top = knee * vary(rng, 0.15) * (2.2 if long_leg else 1)
            if long_leg:
                out = np.array([0.35 * side, 0, -0.95])
            keys = [
                (*root, r * 1.3),
                (*(root + out * reach_i * 0.38 + (0, top, 0)), r * (2.4 if long_leg else 1.1)),
                (*(root + out * reach_i * 0.75 + (0, -low * 0.45, 0)), r * 0.8),
                (*((root + out * reach_i) * (1, 0, 1) + (0, r, 0)), r * 0.5),
            ]
            made.append(limb(keys, sides, int(rng.integers(1, 3))))
    return merge(*made)


def _wing(length: float, width: float, rng: np.random.Generator, back: float) -> Solid:
    u, v = np.linspace(0, 1, 9), np.linspace(-1, 1, 4)
    half = width / 2 * np.sin(np.pi * (0.08 + 0.89 * u)) ** rng.uniform(0.4, 0.9)
    z = v * half[:, None] - back * u[:, None]
    grid = np.stack([np.broadcast_to(u[:, None] * length, z.shape), 0.06 * length * u[:, None] ** 2 + 0 * z, z], 2)
    return sheet(grid, 0.01)


def _wings(p: Plan, rng: np.random.Generator, top: float) -> Solid:
    """One or two pairs, spread, raised or folded over the back."""
    long, wide, how = p.wings * vary(rng, 0.25), rng.uniform(0.14, 0.26), pick(rng, "spread", "raised", "folded")
    if "two" in p.extra:
        wide *= 0.65
    yaw, lift = {
        "spread": (rng.uniform(-5, 25), rng.uniform(0, 20)),
        "raised": (15, rng.uniform(35, 75)),
        "folded": (rng.uniform(55, 78), 5),
    }[how]
    pairs = [(0.05, 1.0, 0.0)] + ([(-0.08, 0.85, 18.0)] if "two" in p.extra or chance(rng) else [])
    made = [
        _wing(long * k, wide, rng, 0.03).turn("y", yaw + more).turn("z", lift).move(0.04, top, z)
        for z, k, more in pairs
    ]
    return merge(*made).both("x")


def _claw_arm(rng: np.random.Generator, y: float, wide: float, front: float) -> Solid:
    """The right claw: arm, palm and two fingers."""
    s = rng.uniform(0.7, 1.35)
    x, z = wide + 0.22 * s, front + rng.uniform(0.1, 0.25) * s
    arm = limb([(wide * 0.7, y, front * 0.6, 0.04), (x, y + 0.05, z, 0.05), (x * 0.9, y + 0.03, z + 0.15 * s, 0.05)], 8)
    palm = limb(
        [
            (x * 0.9, y + 0.03, z + 0.1 * s, 0.05 * s),
            (x * 0.75, y + 0.03, z + 0.28 * s, 0.09 * s),
            (x * 0.65, y, z + 0.36 * s, 0.06 * s),
        ],
        9,
    )
    fingers = [
        limb(
            [
                (x * 0.66 + k * 0.04, y, z + 0.34 * s, 0.04 * s),
                (x * 0.55 + k * 0.08, y, z + 0.5 * s, 0.03 * s),
                (x * 0.45, y, z + 0.62 * s, 0.008),
            ],
            7,
        )
        for k in (-0.6, 1)
    ]
    return merge(arm, palm, *fingers)


def _extras(p: Plan, rng: np.random.Generator, y: float, front: float) -> list[Solid]:
    made: list[Solid] = []
    if p.feelers:
        f = p.feelers * vary(rng, 0.4)
        keys = [
            (0.03, y + 0.04, front, 0.014),
            (0.03 + 0.3 * f, y + 0.3 * f, front + 0.4 * f, 0.011),
            (0.03 + 0.5 * f, y + rng.uniform(0, 0.5) * f, front + f, 0.006),
        ]
        made.append(limb(keys, 5).both("x"))
    if "claws" in p.extra:
        made.append(_claw_arm(rng, y, p.chest[0], p.chest[2]).both("x"))
    if "tail" in p.extra:
        root, high = -p.rear[2] * 1.7 - p.chest[2] * 0.5, rng.uniform(0.5, 1.0)
        path = [
            (0, y, root, 0.08),
            (0, y + 0.25 * high, root - 0.3, 0.07),
            (0, y + 0.8 * high, root - 0.3, 0.06),
            (0, y + high, root, 0.065),
            (0, y + 0.85 * high, root + 0.2, 0.012),
        ]
        beads = [ball(0.085, sides=8).move(*key[:3]) for key in path[:4]]
        made.append(merge(limb(path, 8), *beads))
    if "fangs" in p.extra:
        made.append(
            limb(
                [(0.05, y, front, 0.035), (0.08, y - 0.04, front + 0.14, 0.03), (0.04, y - 0.1, front + 0.16, 0.008)], 6
            ).both("x")
        )
    if "grasping" in p.extra:
        arm = [
            (0.05, y, front - 0.1, 0.025),
            (0.14, y - 0.18, front + 0.05, 0.03),
            (0.1, y + 0.12, front + 0.2, 0.03),
            (0.06, y - 0.08, front + 0.28, 0.012),
        ]
        made.append(limb(arm, 6, 1).both("x"))
    if "sting" in p.extra:
        made.append(limb([(0, y, front, 0.02), (0, y - 0.2, front + 0.25, 0.006)], 5))
    return made


def _body(p: Plan, rng: np.random.Generator, y: float) -> tuple[list[Solid], float]:
    """Head, chest and rear in a row; and how far forward the head reaches."""
    fat, sides = vary(rng, 0.25), int(rng.choice([8, 12, 16]))
    (hx, hy, hz), (cx, cy, cz), (rx, ry, rz) = p.head, p.chest, p.rear
    parts = [ball(cx * fat, cy, cz, sides).move(y=y)]
    tilt, behind = rng.uniform(-14, 14), -(cz + rz) * rng.uniform(0.8, 0.95)
    rear = ball(rx * fat, ry * fat, rz * vary(rng), sides)
    if chance(rng, 0.4) and rz > 0.25:
        rows = [(-1, 0.1), (-0.6, 0.75), (0, 1.0), (0.7, 0.7), (1, 0.3)]
        rear = hull([(z * rz, max(w * rx * fat, 0.01), -w * ry, w * ry) for z, w in rows], sides, smooth=2)
    parts.append(rear.turn("x", tilt).move(0, y + 0.2 * (ry - cy), behind))
    front = cz
    if hx:
        parts.append(ball(hx, hy, hz, sides).move(0, y + 0.02, cz + hz * 0.7))
        eye = hx * rng.uniform(0.35, 0.75)
        parts.append(ball(eye, sides=8).move(hx * 0.75, y + hy * 0.4, cz + hz).both("x"))
        front = cz + 1.5 * hz
    return parts, front


def bug(rng: np.random.Generator, name: str) -> Shape:
    """One of `PLANS`."""
    p, s = PLANS[name], rng.uniform(0.02, 0.06)
    y = max(p.chest[1] * rng.uniform(0.7, 1.6), 0.05) + (0.5 if name == "mosquito" else 0.05) * rng.uniform(0.5, 1.0)
    colour = paint(rng)
    body, front = _body(p, rng, y)
    solids = [
        merge(*body).paint(colour.rgb),
        merge(_legs(p, rng, y), *_extras(p, rng, y, front)).paint(colour.shade(0.6)),
    ]
    words = ""
    if p.wings:
        solids.append(_wings(p, rng, y + p.chest[1] * 0.8).paint((0.8, 0.85, 0.88)))
        words = " and wings"
    number = {3: "six", 4: "eight"}[p.legs]
    return shape(
        [part.scale(s) for part in solids],
        (f"a {name}", f"a {colour.name} {name}", f"a {name} with {number} thin jointed legs{words}"),
        legs=2 * p.legs,
    )


@kind("grasshopper", ("cricket", "locust", "insect", "bug", "animal"), FAMILY)
def grasshopper(rng: np.random.Generator) -> Shape:
    """A long body with big hind legs."""
    return bug(rng, "grasshopper")


@kind("praying mantis", ("mantis", "insect", "bug", "animal"), FAMILY)
def mantis(rng: np.random.Generator) -> Shape:
    """A long chest and folded grasping arms."""
    return bug(rng, "praying mantis")


@kind("cockroach", ("roach", "insect", "bug", "animal"), FAMILY)
def cockroach(rng: np.random.Generator) -> Shape:
    """A flat oval body with long feelers."""
    return bug(rng, "cockroach")
