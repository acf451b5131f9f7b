"""Snakes, lizards, frogs and snails."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import hull, kinds_of, limb, pick, shape, tint, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import paint
from indexer.parametric.nature.small import EYE
from indexer.parametric.solids import ball, cone, tube
from indexer.parametric.surface import merge

FAMILY = "animals"


@kind("snake", ("reptile", "serpent", "animal"), FAMILY)
def snake(rng: np.random.Generator) -> Shape:
    """A long body winding, coiled, or raised like a cobra."""
    style, colour, other = (
        pick(rng, "winding", "coiled", "rearing"),
        paint(rng, "green", "brown", "red", "yellow", "black"),
        paint(rng, "yellow", "black", "brown"),
    )
    r, t = rng.uniform(0.02, 0.035), np.linspace(0, 1, 60)
    taper = r * np.interp(t, [0, 0.3, 0.85, 0.93, 1], [0.15, 0.9, 1.0, 0.75, 0.9])
    if style == "winding":
        path = np.column_stack(
            [
                0.13
                * np.sin(t * 2 * np.pi * rng.uniform(1.5, 2.5))
                * np.sin(np.pi * np.minimum(t * 1.2, 1) * 0.9 + 0.3),
                taper,
                t - 0.5,
            ]
        )
    else:
        turns, rise = rng.uniform(2, 3), 0.3 if style == "rearing" else 0.06
        angle = t * turns * 2 * np.pi
        ring_r = 0.17 - 0.1 * t
        high = r + t * r * 3.2
        path = np.column_stack([ring_r * np.cos(angle), high, ring_r * np.sin(angle)])
        up = np.maximum((t - 0.8) / 0.2, 0)
        path = path * np.column_stack([1 - up, np.ones(60), 1 - up]) + np.column_stack(
            [0 * t, rise * up**0.8, 0.1 * up**3]
        )
    body = tint(
        tube(path, taper, 10).paint(colour.rgb), other.rgb, lambda at, n: np.sin((at[:, 0] + at[:, 2] * 1.3) * 60) > 0.6
    )
    way = path[-1] - path[-4]
    way = way * (1, 0.1, 1) / np.linalg.norm(way * (1, 0.1, 1)) if style != "rearing" else np.array([0, 0, 1.0])
    turn_y = float(np.degrees(np.arctan2(way[0], way[2])))
    head = (
        hull([(-1, 0.6, -0.5, 0.5), (0, 1.25, -0.6, 0.6), (1.2, 0.9, -0.5, 0.35), (2.0, 0.35, -0.3, 0.1)], 12, smooth=2)
        .scale(r)
        .paint(colour.rgb)
    )
    eyes = ball(0.2 * r, sides=8).move(0.85 * r, 0.35 * r, 0.9 * r).both("x").paint(EYE)
    tongue = tube([(0, -0.1 * r, 1.9 * r), (0, -0.1 * r, 3 * r), (0.3 * r, -0.1 * r, 3.5 * r)], 0.07 * r, 5).paint(
        (0.7, 0.1, 0.1)
    )
    solids = [body, merge(head, eyes, tongue).turn("y", turn_y).move(*path[-1])]
    if style == "rearing":
        solids.append(
            ball(2.4 * r, 3.2 * r, 0.5 * r, 14).move(*(path[-1] - np.array([0, 3.2 * r, 0.8 * r]))).paint(colour.rgb)
        )
    name = {"winding": "winding snake", "coiled": "coiled snake", "rearing": "cobra rearing its head"}[style]
    return shape(solids, ("a snake", f"a {name}", f"a {colour.name} snake with {other.name} bands"), style=style)


def _lizard(rng: np.random.Generator, style: str) -> Shape:
    """A lizard or crocodile: long body and tail on four sprawling legs."""
    croc, colour = style == "crocodile", paint(rng, "green", "green", "brown", "grey")
    s = 1.0 if croc else 0.08 * vary(rng)
    y, w = 0.28 * s, 0.26 * s
    snout = (
        [(1.75, 0.3, -0.1, 0.05), (1.3, 0.34, -0.16, 0.1), (0.95, 0.7, -0.25, 0.3)]
        if croc
        else [(1.1, 0.25, -0.15, 0.05), (0.95, 0.6, -0.25, 0.25), (0.75, 0.75, -0.3, 0.4)]
    )
    keys = [
        *snout,
        (0.6, 0.6, -0.3, 0.3),
        (0.3, 0.95, -0.5, 0.45),
        (-0.3, 1, -0.5, 0.5),
        (-0.7, 0.6, -0.35, 0.4),
        (-1.4, 0.3, -0.25, 0.25),
        (-2.3, 0.04, -0.2, -0.1),
    ]
    body = hull(np.array(keys) * (s, w, w * 1.2, w * 1.2), 14, smooth=3)
    sway = rng.uniform(-0.25, 0.25) / s
    body = body.warp(
        lambda p: p + np.column_stack([sway * np.minimum(p[:, 2] + 0.5 * s, 0) ** 2, np.zeros((len(p), 2))])
    )
    legs = [
        limb(
            [
                (0.6 * w, 0, z, 0.3 * w),
                (1.6 * w, 0.15 * w, z + 0.1 * s, 0.26 * w),
                (1.8 * w, -y + 0.12 * w, z + 0.28 * s, 0.18 * w),
                (2.2 * w, -y + 0.1 * w, z + 0.42 * s, 0.12 * w),
            ],
            8,
        )
        for z in (0.3 * s, -0.5 * s)
    ]
    parts = [body, merge(*legs).both("x")]
    if croc:
        ridge = cone(0.1 * w, 0.28 * w, 5)
        parts += [
            ridge.move(x, 0.5 * w, z * s)
            for z in np.linspace(0.3, -1.6, 12)
            for x in (-0.25 * w * max(1 + z / 2, 0.1), 0.25 * w * max(1 + z / 2, 0.1))
        ]
    eyes = ball(0.13 * w, sides=8).move(0.42 * w, 0.4 * w, (0.95 if croc else 0.85) * s).both("x")
    name = style
    solids = [merge(*parts).move(y=y).paint(colour.rgb), eyes.move(y=y).paint(EYE)]
    return shape(solids, (f"a {name}", f"a {colour.name} {name} with a long tail and four short legs"), legs=4)


@kind("frog", ("amphibian", "animal"), FAMILY)
def frog(rng: np.random.Generator) -> Shape:
    """A squat body with bulging eyes and long folded hind legs."""
    colour, s = paint(rng, "green", "green", "brown", "yellow", "blue"), 0.05 * vary(rng)
    keys = [
        (1.0, 0.2, -0.05, 0.15),
        (0.8, 0.6, -0.2, 0.35),
        (0.4, 0.78, -0.45, 0.5),
        (-0.2, 0.8, -0.6, 0.35),
        (-0.8, 0.4, -0.5, 0.0),
    ]
    body = hull(np.array(keys) * s, 16, smooth=3).turn("x", -18).move(y=0.75 * s)
    thigh = limb(
        [
            (0.45 * s, 0.35 * s, -0.65 * s, 0.26 * s),
            (1.05 * s, 0.5 * s, 0.05 * s, 0.2 * s),
            (0.95 * s, 0.2 * s, -0.7 * s, 0.12 * s),
            (1.1 * s, 0.06 * s, -0.75 * s, 0.09 * s),
            (1.25 * s, 0.04 * s, 0.1 * s, 0.06 * s),
        ],
        10,
    )
    fore = limb(
        [
            (0.55 * s, 0.6 * s, 0.45 * s, 0.15 * s),
            (0.85 * s, 0.35 * s, 0.45 * s, 0.11 * s),
            (0.7 * s, 0.06 * s, 0.75 * s, 0.08 * s),
        ],
        8,
    )
    toes = merge(
        *[
            limb([(1.2 * s, 0.04 * s, 0.0, 0.05 * s), ((1.2 + d) * s, 0.03 * s, 0.4 * s, 0.03 * s)], 5, 1)
            for d in (-0.15, 0.05, 0.25)
        ]
    )
    bumps = ball(0.2 * s, sides=10).move(0.42 * s, 1.3 * s, 0.55 * s)
    pupils = ball(0.12 * s, sides=8).move(0.52 * s, 1.34 * s, 0.62 * s).both("x").paint(EYE)
    solids = [merge(body, merge(thigh, fore, toes, bumps).both("x")).paint(colour.rgb), pupils]
    return shape(solids, ("a frog", f"a {colour.name} frog sitting on folded legs"), legs=4)


@kind("snail", ("mollusc", "animal"), FAMILY)
def snail(rng: np.random.Generator) -> Shape:
    """A coiled shell on a slug-like foot with two eye stalks."""
    colour, s = paint(rng, "brown", "beige", "orange", "grey"), 0.03 * vary(rng)
    t = np.linspace(0, 1, 40)
    angle, r = -t * 2 * np.pi * rng.uniform(2.0, 2.8) + 0.6, 0.6 * s * (1 - t) ** 0.9 + 0.02 * s
    coil = np.column_stack([0.15 * s * t, np.sin(angle) * r, -np.cos(angle) * r])
    shell = tube(coil, 0.34 * s * (1 - t) + 0.05 * s, 12).move(0, 0.95 * s, -0.1 * s)
    foot = hull(
        [
            (-1.3, 0.05, 0, 0.06),
            (-0.8, 0.24, 0, 0.2),
            (0, 0.3, 0, 0.32),
            (0.7, 0.24, 0, 0.34),
            (1.15, 0.2, 0.1, 0.5),
            (1.35, 0.1, 0.25, 0.45),
        ],
        12,
        smooth=2,
    ).scale(s)
    stalk = limb(
        [
            (0.1 * s, 0.42 * s, 1.15 * s, 0.05 * s),
            (0.2 * s, 0.85 * s, 1.35 * s, 0.035 * s),
            (0.2 * s, 0.88 * s, 1.36 * s, 0.06 * s),
        ],
        7,
    ).both("x")
    return shape(
        [shell.paint(colour.rgb), merge(foot, stalk).paint((0.68, 0.58, 0.45))],
        ("a snail", f"a snail with a {colour.name} spiral shell"),
        shell=1,
    )


kinds_of(
    FAMILY,
    _lizard,
    {
        "lizard": (("reptile", "animal"), ("lizard",)),
        "crocodile": (("alligator", "reptile", "animal"), ("crocodile",)),
    },
)
