"""Octopuses, crabs, turtles and starfish."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, flow, hull, kinds_of, limb, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import paint
from indexer.parametric.nature.bugs import bug
from indexer.parametric.nature.sea import EYE, PALE
from indexer.parametric.solids import ball, lathe, prism, wing
from indexer.parametric.surface import merge, ring

FAMILY = "animals"


def _octopus(rng: np.random.Generator, style: str) -> Shape:
    """A round head over eight curling arms; or a squid with a pointed mantle."""
    colour, squid = paint(rng, "red", "orange", "purple", "brown", "pink"), style == "squid"
    r = rng.uniform(0.15, 0.3)
    tall = 2.2 if squid else rng.uniform(1.1, 1.5)
    t = np.linspace(0, 1, 10)
    profile = np.column_stack([np.sin(np.pi * (0.25 + 0.75 * t)) * (0.6 if squid else 1.0), t * tall]) * r
    head = lathe([(0.0, 0.0), *profile[:-1], (0.0, tall * r)], 20).move(y=r * 0.5)
    eyes = merge(ball(0.16 * r, sides=10).paint(PALE), ball(0.09 * r, sides=8).move(z=0.12 * r).paint(EYE))
    solids = [
        head.paint(colour.rgb),
        eyes.move((0.35 if squid else 0.45) * r, r * 0.75, (0.4 if squid else 0.62) * r).both("x"),
    ]
    for i in range(8):
        reach, wave = r * rng.uniform(1.7, 2.4), rng.uniform(-0.7, 0.7) * r
        keys = [
            (0.2 * r, 0.55 * r, 0, 0.2 * r),
            (0.8 * r, 0.3 * r, 0, 0.16 * r),
            (0.65 * reach, 0.06 * r, wave * 0.7, 0.11 * r),
        ]
        keys += [(reach, 0.15 * r, wave, 0.06 * r), (reach * 1.02, 0.38 * r, wave * 0.6, 0.02 * r)]
        arm = limb(keys, 8)
        solids.append(
            (arm.turn("z", -50).move(y=0.3 * r) if squid else arm).turn("y", i * 45 + 22).paint(colour.shade(0.92))
        )
    if squid:
        solids.append(
            prism([(0, 0), (0.9, -0.5), (0, -1.1), (-0.9, -0.5)], 0.06)
            .scale(r)
            .move(y=r * (0.5 + tall))
            .paint(colour.rgb)
        )
    name = "squid" if squid else "octopus"
    return shape(solids, (f"a {name}", f"a {colour.name} {name} with eight arms"), arms=8)


def _crab(rng: np.random.Generator, style: str) -> Shape:
    """A wide flat shell, eight bent legs, two claws and stalked eyes; or a lobster."""
    if style == "crab" and chance(rng, 0.6):
        return bug(rng, "crab")
    colour, lobster = paint(rng, "red", "orange", "brown", "blue"), style == "lobster"
    w = rng.uniform(0.08, 0.16)
    long = 0.55 if lobster else 1.0
    y = 0.45 * w
    solids = [
        hull(
            [
                (-0.62 * w, 0.3 * w, -0.2 * w, 0.1 * w),
                (-0.4 * w, 0.8 * w * long, -0.25 * w, 0.25 * w),
                (0.2 * w, w * long, -0.25 * w, 0.3 * w),
                (0.6 * w, 0.5 * w * long, -0.15 * w, 0.12 * w),
            ],
            16,
            2.6,
            smooth=2,
        ).move(y=y)
    ]
    for i in range(4):
        z, spread = w * (0.3 - 0.27 * i), 0.9 - 0.5 * i
        keys = [
            (0.7 * w * long, y, z, 0.08 * w),
            (1.3 * w * long + 0.1 * w, y + 0.45 * w, z + 0.3 * spread * w, 0.08 * w),
            (1.8 * w * long + 0.15 * w, 0.02 * w, z + 0.5 * spread * w, 0.025 * w),
        ]
        solids.append(limb(keys, 7, 2).both("x"))
    arm = [
        (0.6 * w * long, y, 0.45 * w, 0.1 * w),
        (1.15 * w * long, y + 0.1 * w, 0.9 * w, 0.12 * w),
        (0.95 * w * long, y + 0.1 * w, 1.35 * w, 0.12 * w),
    ]
    claw = [
        limb(
            [
                (0.95 * w * long, y + 0.1 * w, 1.3 * w, 0.16 * w),
                (0.8 * w * long, y + 0.1 * w, 1.6 * w, 0.2 * w),
                (0.45 * w * long, y + 0.1 * w, 1.95 * w, 0.05 * w),
            ],
            8,
        )
    ]
    claw.append(
        limb(
            [
                (0.8 * w * long, y + 0.1 * w, 1.5 * w, 0.1 * w),
                (0.62 * w * long, y + 0.1 * w, 1.62 * w, 0.1 * w),
                (0.32 * w * long, y + 0.1 * w, 1.85 * w, 0.03 * w),
            ],
            7,
        )
    )
    solids += [limb(arm, 8).both("x"), *[part.both("x") for part in claw]]
    if lobster:
        keys = [
            (-0.5 * w, 0.45 * w, -0.2 * w, 0.22 * w),
            (-1.2 * w, 0.4 * w, -0.2 * w, 0.18 * w),
            (-2.0 * w, 0.28 * w, -0.16 * w, 0.1 * w),
        ]
        fan = ring(ball(0.3 * w, 0.04 * w, 0.16 * w, 10).move(x=0.25 * w), 5, start=30, sweep=120).move(
            0, y * 0.9, -2.1 * w
        )
        solids += [
            hull(keys, 14, smooth=2).move(y=y),
            fan,
            limb(
                [
                    (0.1 * w, y, 0.6 * w, 0.03 * w),
                    (0.4 * w, y + 0.6 * w, 1.6 * w, 0.012 * w),
                    (0.7 * w, y + 0.5 * w, 2.6 * w, 0.008 * w),
                ],
                5,
            ).both("x"),
        ]
    eyes = merge(
        limb([(0.2 * w, y + 0.1 * w, 0.5 * w, 0.04 * w), (0.22 * w, y + 0.35 * w, 0.6 * w, 0.04 * w)], 6),
        ball(0.07 * w, sides=8).move(0.22 * w, y + 0.4 * w, 0.6 * w),
    )
    name = "lobster" if lobster else "crab"
    return shape(
        [merge(*solids).paint(colour.rgb), eyes.both("x").paint(EYE)],
        (f"a {name}", f"a {colour.name} {name} with two claws and eight legs"),
        legs=8,
        claws=2,
    )


def _turtle(rng: np.random.Generator, style: str) -> Shape:
    """A domed shell with a head, a tail, and stout legs or flippers."""
    sea, shell, skin = (
        style == "sea turtle",
        paint(rng, "green", "brown", "beige"),
        paint(rng, "green", "brown", "grey"),
    )
    length = rng.uniform(0.2, 0.8)
    half, dome = length / 2, length * (0.2 if sea else rng.uniform(0.3, 0.45))
    t = np.linspace(np.pi / 2, 0, 8)
    top = lathe([(0.92, -0.08), (1.0, 0.0), *[(np.sin(a) * 0.98, np.cos(a)) for a in t[1:]]], 20).scale(
        half * 0.8, dome, half
    )
    base = 0.35 * length * (0.3 if sea else 0.5)
    solids = [
        top.move(y=base).paint(shell.rgb),
        ball(half * 0.72, dome * 0.25, half * 0.9, 14).move(y=base).paint((0.8, 0.74, 0.5)),
    ]
    head = limb(
        [
            (0, base + 0.1 * dome, half * 0.8, half * 0.17),
            (0, base + 0.35 * dome, half * 1.15, half * 0.16),
            (0, base + 0.4 * dome, half * 1.4, half * 0.2),
            (0, base + 0.3 * dome, half * 1.55, half * 0.12),
        ],
        12,
    )
    if sea:
        fore = (
            wing(half * 0.5, half * 0.2, half * 1.15, half * 0.6, 0.14)
            .turn("z", -8)
            .move(half * 0.45, base, half * 0.6)
        )
        rear = wing(half * 0.35, half * 0.2, half * 0.55, half * 0.3, 0.14).move(half * 0.4, base * 0.9, -half * 0.7)
        legs = merge(fore, rear)
    else:
        legs = merge(
            *[
                limb(
                    [
                        (half * 0.45, base, z * half, half * 0.2),
                        (half * 0.72, base * 0.6, z * half * 1.15, half * 0.18),
                        (half * 0.75, half * 0.1, z * half * 1.2, half * 0.16),
                    ],
                    10,
                )
                for z in (0.62, -0.65)
            ]
        )
    tail = limb([(0, base, -half * 0.9, half * 0.1), (0, base * 0.8, -half * 1.2, half * 0.02)], 8)
    eyes = ball(half * 0.04, sides=8).move(half * 0.16, base + 0.48 * dome, half * 1.45).both("x").paint(EYE)
    solids += [merge(head, legs.both("x"), tail).paint(skin.rgb), eyes]
    name = "sea turtle" if sea else "tortoise"
    return shape(
        solids,
        (f"a {name}", f"a {name} with a domed {shell.name} shell and {'four flippers' if sea else 'four legs'}"),
        legs=4,
    )


@kind("starfish", ("sea star", "sea animal", "animal"), FAMILY)
def starfish(rng: np.random.Generator) -> Shape:
    """Five (sometimes six or seven) tapering arms about a small disc."""
    arms, r, colour = (
        int(rng.choice([5, 5, 5, 6, 7])),
        rng.uniform(0.06, 0.15),
        paint(rng, "orange", "red", "pink", "purple", "beige"),
    )
    keys = flow(
        [
            (0, 0.3 * r, 0, 0.3 * r),
            (0.5 * r, 0.18 * r, 0, 0.22 * r),
            (r, 0.1 * r, rng.uniform(-0.1, 0.1) * r, 0.06 * r),
        ],
        3,
    )
    arm = limb(keys, 10, 1).scale(1, 0.75, 1)
    return shape(
        [merge(ring(arm, arms), ball(0.32 * r, 0.25 * r, 0.32 * r, 14).move(y=0.22 * r)).paint(colour.rgb)],
        (f"a {colour.name} starfish", f"a starfish with {count(arms, 'arm')}"),
        arms=arms,
    )


kinds_of(
    FAMILY,
    _octopus,
    {
        "octopus": (("sea animal", "animal"), ("octopus",)),
        "squid": (("sea animal", "animal"), ("squid",)),
    },
)


kinds_of(
    FAMILY,
    _crab,
    {
        "crab": (("crustacean", "sea animal", "animal"), ("crab",)),
        "lobster": (("crustacean", "sea animal", "animal"), ("lobster",)),
    },
)


kinds_of(
    FAMILY,
    _turtle,
    {
        "turtle": (("reptile", "animal"), ("tortoise", "sea turtle")),
    },
)
