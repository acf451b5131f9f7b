"""Animals of the sea: fish, sharks, whales, dolphins, octopuses, crabs, turtles and starfish."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, flow, hull, limb, pick, shape, tint, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import paint
from indexer.parametric.solids import ball, lathe, prism, wing
from indexer.parametric.surface import Solid, merge, ring

FAMILY = "animals"
EYE = (0.05, 0.05, 0.06)
PALE = (0.9, 0.9, 0.88)


def fin_plate(points: list[tuple[float, float]], thickness: float) -> Solid:
    """A thin upright fin from (z, y) corners."""
    return prism(np.array(points) * (-1, 1), thickness).turn("y", 90)


def flipper(root: float, span: float, sweep: float, droop: float, thickness: float = 0.1) -> Solid:
    """A pair of side fins from x = 0, drooping by degrees."""
    return wing(root, root * 0.4, span, sweep, thickness).turn("z", -droop).both("x")


@kind("fish", ("sea animal", "animal"), FAMILY)
def fish(rng: np.random.Generator) -> Shape:
    """A slim, deep, round or long fish with dorsal, tail, belly and side fins."""
    style, colour, trim = pick(rng, "slim", "tall", "round", "tropical"), paint(rng), paint(rng)
    length = rng.uniform(0.2, 0.5)
    depth = length * {"slim": 0.13, "tall": 0.3, "round": 0.24, "tropical": 0.24}[style] * vary(rng)
    w = depth * {"slim": 0.7, "tall": 0.25, "round": 0.75, "tropical": 0.35}[style]
    half = length / 2
    keys = [
        (half, 0.08, -0.08, 0.05),
        (half * 0.85, 0.5, -0.4, 0.38),
        (half * 0.45, 0.95, -0.88, 0.9),
        (0.05 * half, 1, -1, 1),
    ]
    keys += [(-half * 0.45, 0.6, -0.6, 0.65), (-half * 0.8, 0.2, -0.2, 0.24), (-half * 0.95, 0.1, -0.17, 0.2)]
    body = hull(np.array(keys) * (1, w, depth, depth), 18, smooth=3).paint(colour.rgb)
    if style == "tropical":
        body = tint(body, trim.rgb, lambda at, n: np.sin(at[:, 2] * 22 / length) > 0.3)
    else:
        body = tint(body, PALE, lambda at, n: at[:, 1] < -0.4 * depth)
    forked = chance(rng, 0.6)
    t, tall = half * 0.42, depth * rng.uniform(0.8, 1.2)
    tail = [
        (-half * 0.88, 0.12 * depth),
        (-half - t, tall),
        (-half - t * (0.35 if forked else 1.1), 0),
        (-half - t, -tall),
        (-half * 0.88, -0.12 * depth),
    ]
    top = [
        (half * 0.35, 0.85 * depth),
        (half * 0.1, depth * (1.6 if style == "tropical" else 1.3)),
        (-half * 0.5, depth * 1.05),
        (-half * 0.55, 0.5 * depth),
    ]
    under = [(-half * 0.1, -0.85 * depth), (-half * 0.35, -depth * 1.3), (-half * 0.6, -0.5 * depth)]
    fins = merge(*[fin_plate(points, 0.012 * length + 0.001) for points in (tail, top, under)])
    side = (
        wing(half * 0.3, half * 0.12, half * 0.35, half * 0.25, 0.08)
        .turn("z", -30)
        .move(w * 0.85, -0.25 * depth, half * 0.3)
        .both("x")
    )
    eyes = ball(depth * 0.1 + 0.004, sides=10).move(w * 0.62, 0.2 * depth, half * 0.68).both("x").paint(EYE)
    solids = [body, merge(fins, side).paint(trim.rgb), eyes]
    tail_word = "forked" if forked else "straight"
    return shape(
        solids,
        (
            f"a {colour.name} fish",
            f"a {style} fish with a {tail_word} tail",
            f"a {style} {colour.name} fish with {trim.name} fins",
        ),
        style=style,
    )


@kind("shark", ("fish", "sea animal", "animal"), FAMILY)
def shark(rng: np.random.Generator) -> Shape:
    """A torpedo body, a tall back fin, long side fins and an upright crescent tail; or a hammerhead."""
    length, hammer, grey = rng.uniform(2, 5), chance(rng, 0.25), paint(rng, "grey", "grey", "blue")
    half, r = length / 2, length * rng.uniform(0.085, 0.11)
    keys = [
        (half, 0.08, -0.1, 0.15),
        (half * 0.85, 0.5, -0.5, 0.5),
        (half * 0.5, 0.9, -0.95, 0.85),
        (0.1 * half, 1, -1, 1),
        (-half * 0.4, 0.6, -0.6, 0.62),
    ]
    body = hull(
        np.array([*keys, (-half * 0.8, 0.25, -0.22, 0.28), (-half, 0.08, 0, 0.2)]) * (1, r, r, r), 18, smooth=3
    ).paint(grey.rgb)
    parts = [tint(body, PALE, lambda at, n: at[:, 1] < -0.35 * r)]
    back = [(0.2 * half, 0.85 * r), (-0.05 * half, r * 2.3), (-0.12 * half, r * 2.2), (-0.14 * half, 0.8 * r)]
    tail = [
        (-half * 0.88, 0.15 * r),
        (-half * 1.2, 2.2 * r),
        (-half * 1.05, 0.2 * r),
        (-half * 1.12, -1.1 * r),
        (-half * 0.9, -0.05 * r),
    ]
    small = [(-0.55 * half, 0.4 * r), (-0.68 * half, 0.85 * r), (-0.7 * half, 0.3 * r)]
    fins = merge(*[fin_plate(points, 0.16 * r) for points in (back, tail, small)])
    sides = flipper(half * 0.3, half * 0.48, half * 0.3, 22).move(0, -0.45 * r, half * 0.3)
    rear = flipper(half * 0.14, half * 0.2, half * 0.1, 40).move(0, -0.4 * r, -half * 0.45)
    eyes = (
        ball(0.08 * r, sides=8)
        .move(0.5 * r if not hammer else 1.85 * r, 0.15 * r, half * (0.82 if not hammer else 0.9))
        .both("x")
        .paint(EYE)
    )
    parts += [merge(fins, sides, rear).paint(grey.shade(0.85)), eyes]
    if hammer:
        parts.append(
            hull(
                [
                    (half * 0.8, 1.6 * r, -0.15 * r, 0.2 * r),
                    (half * 0.9, 1.85 * r, -0.18 * r, 0.22 * r),
                    (half, 1.5 * r, -0.1 * r, 0.12 * r),
                ],
                14,
                4,
            ).paint(grey.rgb)
        )
    name = "hammerhead shark" if hammer else "shark"
    return shape(
        parts, (f"a {name}", f"a {grey.name} {name} with a tall dorsal fin and an upright tail"), length=length
    )


@kind("whale", ("sea mammal", "sea animal", "animal"), FAMILY)
def whale(rng: np.random.Generator) -> Shape:
    """A huge blunt body with small flippers and level flukes: sperm, blue whale or orca."""
    style = pick(rng, "sperm whale", "blue whale", "orca")
    length = {"sperm whale": 15, "blue whale": 24, "orca": 7}[style] * vary(rng)
    half, r = length / 2, length * {"sperm whale": 0.12, "blue whale": 0.1, "orca": 0.13}[style]
    rgb = {"sperm whale": (0.35, 0.37, 0.4), "blue whale": (0.3, 0.42, 0.55), "orca": (0.08, 0.08, 0.09)}[style]
    front = {
        "sperm whale": [(half, 0.55, -0.2, 0.75), (half * 0.95, 0.75, -0.45, 0.95)],
        "blue whale": [(half, 0.15, -0.3, 0.05), (half * 0.9, 0.55, -0.75, 0.3)],
        "orca": [(half, 0.15, -0.25, 0.05), (half * 0.9, 0.55, -0.55, 0.4)],
    }
    keys = [
        *front[style],
        (half * 0.5, 1, -1, 1),
        (0, 0.95, -0.95, 0.95),
        (-half * 0.5, 0.5, -0.5, 0.55),
        (-half * 0.85, 0.18, -0.15, 0.25),
        (-half, 0.08, 0, 0.15),
    ]
    body = tint(hull(np.array(keys) * (1, r, r, r), 20, smooth=3).paint(rgb), PALE, lambda at, n: at[:, 1] < -0.5 * r)
    fluke = wing(half * 0.24, half * 0.06, half * 0.38, half * 0.2, 0.1).both("x").move(0, 0.1 * r, -half * 0.98)
    fore = flipper(half * 0.2, half * (0.3 if style == "blue whale" else 0.22), half * 0.15, 35).move(
        0, -0.5 * r, half * 0.4
    )
    tall = {"orca": 1.3, "blue whale": 0.35, "sperm whale": 0.3}[style] * r
    z = 0.0 if style == "orca" else -half * 0.5
    back = fin_plate(
        [(z + 0.16 * half, 0.5 * r), (z - 0.05 * half, 0.7 * r + tall), (z - 0.08 * half, 0.4 * r)], 0.1 * r
    )
    eyes = (
        ball(0.06 * r, sides=8).move(0.85 * r, -0.1 * r, half * 0.62).both("x").paint(EYE if style != "orca" else PALE)
    )
    return shape(
        [body, merge(fluke, fore, back).paint(rgb), eyes],
        (f"a {style}", f"a huge {style} with flippers and a wide tail fluke"),
        style=style,
    )


@kind("dolphin", ("sea mammal", "sea animal", "animal"), FAMILY)
def dolphin(rng: np.random.Generator) -> Shape:
    """A beaked, curved body with a back fin, flippers and level flukes, swimming or leaping."""
    length, grey, leap = rng.uniform(1.8, 2.8), paint(rng, "grey", "blue"), rng.uniform(0.0, 0.5)
    half, r = length / 2, length * rng.uniform(0.09, 0.115)
    keys = [
        (half * 1.05, 0.1, -0.2, 0.0),
        (half * 0.88, 0.2, -0.35, 0.05),
        (half * 0.84, 0.5, -0.5, 0.4),
        (half * 0.65, 0.8, -0.8, 0.8),
        (half * 0.2, 1, -1, 1),
    ]
    body = hull(
        np.array([*keys, (-half * 0.4, 0.62, -0.6, 0.66), (-half * 0.85, 0.16, -0.14, 0.2), (-half, 0.07, 0, 0.1)])
        * (1, r, r, r),
        18,
        smooth=3,
    )
    body = tint(body.paint(grey.rgb), PALE, lambda at, n: at[:, 1] < -0.4 * r)
    back = fin_plate(
        [(0.15 * half, 0.9 * r), (-0.1 * half, 1.9 * r), (-0.18 * half, 1.8 * r), (-0.14 * half, 0.75 * r)], 0.12 * r
    )
    fore = flipper(half * 0.2, half * 0.3, half * 0.2, 35).move(0, -0.45 * r, half * 0.4)
    fluke = wing(half * 0.2, half * 0.05, half * 0.32, half * 0.15, 0.1).both("x").move(0, 0.05 * r, -half * 0.97)
    eyes = ball(0.07 * r, sides=8).move(0.68 * r, 0, half * 0.72).both("x").paint(EYE)
    curve = leap / half

    def arch(points: np.ndarray) -> np.ndarray:
        return points - np.column_stack([np.zeros(len(points)), curve * points[:, 2] ** 2, np.zeros(len(points))])

    solids = [part.warp(arch) for part in (body, merge(back, fore, fluke).paint(grey.rgb), eyes)]
    return shape(
        solids,
        (
            "a dolphin",
            f"a {grey.name} dolphin {'leaping' if leap > 0.25 else 'swimming'}",
            "a dolphin with a beak and a curved back fin",
        ),
        length=length,
    )


@kind("octopus", ("sea animal", "animal"), FAMILY)
def octopus(rng: np.random.Generator) -> Shape:
    """A round head over eight curling arms; or a squid with a pointed mantle."""
    colour, squid = paint(rng, "red", "orange", "purple", "brown", "pink"), chance(rng, 0.3)
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


@kind("crab", ("crustacean", "sea animal", "animal"), FAMILY)
def crab(rng: np.random.Generator) -> Shape:
    """A wide flat shell, eight bent legs, two claws and stalked eyes; or a lobster."""
    colour, lobster = paint(rng, "red", "orange", "brown", "blue"), chance(rng, 0.3)
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


@kind("turtle", ("tortoise", "reptile", "animal"), FAMILY)
def turtle(rng: np.random.Generator) -> Shape:
    """A domed shell with a head, a tail, and stout legs or flippers."""
    sea, shell, skin = chance(rng, 0.4), paint(rng, "green", "brown", "beige"), paint(rng, "green", "brown", "grey")
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
