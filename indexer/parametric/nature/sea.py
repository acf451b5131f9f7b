"""Fish, sharks, whales and dolphins."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, hull, pick, shape, tint, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import paint
from indexer.parametric.nature.motion import swimming
from indexer.parametric.solids import ball, prism, wing
from indexer.parametric.surface import Solid, merge

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
@swimming
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
@swimming
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
@swimming
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
@swimming
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
