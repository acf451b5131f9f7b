"""Insects and spiders."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from indexer.parametric.forms import chance, kinds_of, limb, pick, shape, tint, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import paint
from indexer.parametric.nature.bugs import bug
from indexer.parametric.solids import ball, cone, sheet
from indexer.parametric.surface import Points, Solid, merge

FAMILY = "animals"
INSECT = ("insect", "bug", "animal")
EYE = (0.05, 0.05, 0.06)


def walking_legs(places: list[tuple[float, float, float]], reach: float, height: float, r: float) -> Solid:
    """Bent legs on both sides: each place is (z, spread towards z at the foot, share of the reach)."""
    legs = []
    for z, spread, share in places:
        out = reach * share
        keys = [
            (0.1 * reach, height, z, r),
            (out * 0.5, height * 1.9, z + spread * 0.5, r * 0.9),
            (out, r * 0.4, z + spread, r * 0.45),
        ]
        legs.append(limb(keys, 6, 2))
    return merge(*legs).both("x")


def feelers(start: tuple[float, float, float], length: float, r: float) -> Solid:
    """A pair of antennae that bow forward."""
    x, y, z = start
    return limb(
        [
            (x, y, z, r),
            (x + 0.3 * length, y + 0.55 * length, z + 0.4 * length, r * 0.8),
            (x + 0.5 * length, y + 0.5 * length, z + length, r * 0.5),
        ],
        5,
    ).both("x")


def _wing_sheet(length: float, width: float, back: float, rgb: tuple[float, float, float]) -> Solid:
    """A flat right wing from x = 0, its tip `back` behind the root."""
    u, v = np.linspace(0, 1, 8), np.linspace(-1, 1, 5)
    half = width / 2 * np.sin(np.pi * (0.1 + 0.87 * u) ** 0.8)
    z = v * half[:, None] - back * u[:, None]
    grid = np.stack([np.broadcast_to(u[:, None] * length, z.shape), 0.05 * length * u[:, None] + 0 * z, z], 2)
    return sheet(grid, 0.012 * length).paint(rgb)


@kind("ant", INSECT, FAMILY)
def ant(rng: np.random.Generator) -> Shape:
    """Head, thin-waisted body and a big abdomen on six legs."""
    if chance(rng, 0.7):
        return bug(rng, "ant")
    colour, s = paint(rng, "black", "brown", "red"), 0.01 * vary(rng)
    y = 0.45 * s
    head = ball(0.2 * s, 0.18 * s, 0.23 * s, 12).move(0, y * 1.1, 0.75 * s)
    chest = ball(0.14 * s, 0.14 * s, 0.3 * s, 12).move(0, y, 0.25 * s)
    waist = ball(0.06 * s, sides=8).move(0, y, -0.1 * s)
    rear = ball(0.26 * s, 0.26 * s, 0.38 * s * vary(rng), 14).move(0, y * 1.1, -0.48 * s)
    jaws = cone(0.05 * s, 0.2 * s, 6).turn("x", 90).turn("y", -18).move(0.08 * s, y, 0.93 * s).both("x")
    legs = walking_legs(
        [(0.4 * s, 0.4 * s, 1), (0.25 * s, 0.0, 1.05), (0.08 * s, -0.5 * s, 1.15)], 0.75 * s, y, 0.035 * s
    )
    solids = [
        merge(head, chest, waist, rear, jaws, legs, feelers((0.08 * s, y * 1.3, 0.9 * s), 0.45 * s, 0.02 * s)).paint(
            colour.rgb
        )
    ]
    return shape(solids, ("an ant", f"a {colour.name} ant with six legs and two antennae"), legs=6)


@kind("beetle", INSECT, FAMILY)
def beetle(rng: np.random.Generator) -> Shape:
    """A domed, split shell on six legs: ladybird, scarab or stag beetle."""
    if chance(rng, 0.7):
        return bug(rng, "beetle")
    style, s = pick(rng, "ladybug", "scarab beetle", "stag beetle"), 0.02 * vary(rng)
    colour = (
        paint(rng, "red", "orange", "yellow") if style == "ladybug" else paint(rng, "black", "brown", "green", "blue")
    )
    round_ = 1.0 if style == "ladybug" else 0.62
    y, dome = 0.2 * s, (0.55 if style == "ladybug" else 0.36) * s
    shell = ball(0.6 * s * round_, dome, 0.62 * s, 18).move(0, y, -0.15 * s)
    shell = tint(shell.paint(colour.rgb), EYE, lambda at, n: (np.abs(at[:, 0]) < 0.025 * s) | (at[:, 1] < y - 0.02 * s))
    if style == "ladybug":
        shell = tint(
            shell,
            EYE,
            lambda at, n: (np.sin(at[:, 2] * 16 / s + 1) * np.sin(np.abs(at[:, 0]) * 14 / s) > 0.45) & (at[:, 1] > y),
        )
    chest = ball(0.42 * s * round_ + 0.06 * s, dome * 0.75, 0.2 * s, 14).move(0, y, 0.48 * s)
    head = ball(0.22 * s, 0.16 * s, 0.18 * s, 12).move(0, y, 0.72 * s)
    legs = walking_legs([(0.4 * s, 0.35 * s, 1), (0.05 * s, 0, 1.1), (-0.25 * s, -0.4 * s, 1.05)], 0.9 * s, y, 0.04 * s)
    extra = [feelers((0.08 * s, y, 0.85 * s), 0.3 * s, 0.02 * s)]
    if style == "stag beetle":
        extra = [
            limb(
                [
                    (0.1 * s, y, 0.8 * s, 0.05 * s),
                    (0.32 * s, y + 0.05 * s, 1.15 * s, 0.06 * s),
                    (0.1 * s, y + 0.1 * s, 1.5 * s, 0.02 * s),
                ],
                7,
            ).both("x")
        ]
    solids = [shell, merge(chest, head, legs, *extra).paint(EYE if style == "ladybug" else colour.shade(0.7))]
    return shape(
        solids, (f"a {style}", f"a {colour.name} {style} with six legs and a domed shell"), style=style, legs=6
    )


def _patterned(at: Points, _: Points, s: float, edge: float) -> NDArray[np.bool_]:
    """The border and the spots of a butterfly's wing."""
    return (at[:, 0] > edge) | (np.sin(at[:, 2] * 9 / s) * np.sin(at[:, 0] * 9 / s) > 0.6)


@kind("butterfly", ("insect", "animal"), FAMILY)
def butterfly(rng: np.random.Generator) -> Shape:
    """Two pairs of broad wings about a thin body, spread flat or half closed."""
    colour, other, s, lift = paint(rng), paint(rng), 0.04 * vary(rng), rng.uniform(-5, 85)
    u, v = np.linspace(0, 1, 9), np.linspace(0, 1, 7)
    fore_lead, fore_trail = np.interp(u, [0, 0.5, 1], [0.25, 0.85, 1.05]), np.interp(u, [0, 0.6, 1], [0.05, 0.12, 0.5])
    hind_lead, hind_trail = (
        np.interp(u, [0, 0.6, 1], [0.08, 0.14, -0.2]),
        np.interp(u, [0, 0.5, 0.8, 1], [-0.15, -0.75, -0.85, -0.45]),
    )
    wings, big, tail = [], rng.uniform(0.8, 1.3), rng.uniform(0.8, 1.4)
    for lead, trail, reach in ((fore_lead, fore_trail, 1.15 * big), (hind_lead, hind_trail * tail, 0.85 * big)):
        z = (lead[:, None] + (trail - lead)[:, None] * v) * s
        plate = sheet(np.stack([np.broadcast_to(u[:, None] * reach * s, z.shape), 0 * z, z], 2), 0.015 * s).paint(
            colour.rgb
        )
        wings.append(tint(plate, other.rgb, partial(_patterned, s=s, edge=reach * s * 0.78)))
    pair = merge(*wings).move(x=0.03 * s).turn("z", lift).both("x")
    body = limb(
        [
            (0, 0, -0.7 * s, 0.03 * s),
            (0, 0, -0.2 * s, 0.06 * s),
            (0, 0, 0.15 * s, 0.08 * s),
            (0, 0, 0.32 * s, 0.06 * s),
        ],
        10,
    )
    solids = [pair, merge(body, feelers((0.02 * s, 0.03 * s, 0.35 * s), 0.4 * s, 0.012 * s)).paint(EYE)]
    return shape(solids, ("a butterfly", f"a {colour.name} and {other.name} butterfly with four wings"), wings=4)


def _fly(rng: np.random.Generator, style: str) -> Shape:
    """A fly, bee, wasp or mosquito: clear wings, big eyes, six legs."""
    if chance(rng, 0.7):
        return bug(rng, {"housefly": "fly", "wasp": "bee"}.get(style, style))
    s = 0.012 * vary(rng)
    thin = {"housefly": 1.0, "bee": 1.15, "wasp": 0.7, "mosquito": 0.32}[style]
    rgb = {
        "housefly": (0.2, 0.22, 0.2),
        "bee": (0.85, 0.6, 0.15),
        "wasp": (0.92, 0.78, 0.12),
        "mosquito": (0.3, 0.25, 0.2),
    }[style]
    y = (0.9 if style == "mosquito" else 0.4) * s
    chest = ball(0.28 * s * max(thin, 0.55), 0.28 * s * max(thin, 0.6), 0.3 * s, 12).move(0, y, 0.15 * s)
    rear = (
        ball(0.3 * s * thin, 0.28 * s * thin, 0.55 * s, 16)
        .turn("x", -8 if style == "mosquito" else 4)
        .move(0, y, -0.5 * s)
        .paint(rgb)
    )
    if style in ("bee", "wasp"):
        rear = tint(rear, EYE, lambda at, n: np.sin(at[:, 2] * 28 / s) > 0.2)
    head = ball(0.2 * s, 0.18 * s, 0.16 * s, 12).move(0, y, 0.52 * s)
    eyes = (
        ball(0.11 * s, 0.14 * s, 0.12 * s, 10)
        .move(0.13 * s, y + 0.05 * s, 0.58 * s)
        .both("x")
        .paint((0.5, 0.1, 0.08) if style == "housefly" else EYE)
    )
    wings = (
        _wing_sheet(1.15 * s, 0.42 * s, 0.75 * s, (0.8, 0.85, 0.88))
        .turn("z", 18)
        .move(0.1 * s, y + 0.25 * s, 0.1 * s)
        .both("x")
    )
    legs = walking_legs(
        [(0.3 * s, 0.3 * s, 1), (0.15 * s, 0, 1.05), (0.0, -0.45 * s, 1.15)],
        0.7 * s * (1.3 if style == "mosquito" else 1),
        y * 0.9,
        0.03 * s,
    )
    extra = [feelers((0.06 * s, y + 0.1 * s, 0.65 * s), 0.25 * s, 0.015 * s)]
    if style == "mosquito":
        extra.append(limb([(0, y, 0.65 * s, 0.02 * s), (0, y - 0.35 * s, 1.15 * s, 0.01 * s)], 5))
    solids = [merge(chest, head).paint(rgb), rear, eyes, wings, merge(legs, *extra).paint(EYE)]
    return shape(
        solids, (f"a {style}", f"a {style} with transparent wings and six legs", "a flying insect"), style=style, legs=6
    )


@kind("dragonfly", INSECT, FAMILY)
def dragonfly(rng: np.random.Generator) -> Shape:
    """A needle body with two pairs of long narrow wings."""
    if chance(rng, 0.7):
        return bug(rng, "dragonfly")
    colour, s = paint(rng, "blue", "green", "red", "turquoise"), 0.04 * vary(rng)
    body = limb(
        [
            (0, 0, -1.3 * s, 0.05 * s),
            (0, 0, -0.9 * s, 0.045 * s),
            (0, 0, -0.1 * s, 0.06 * s),
            (0, 0.02 * s, 0.1 * s, 0.14 * s),
            (0, 0, 0.35 * s, 0.1 * s),
        ],
        10,
    )
    eyes = ball(0.11 * s, sides=10).move(0.08 * s, 0.03 * s, 0.42 * s).both("x").paint(EYE)
    wings = merge(
        *[
            _wing_sheet(1.15 * s * k, 0.3 * s, b * s, (0.8, 0.86, 0.9)).move(0.05 * s, 0.1 * s, z * s)
            for k, b, z in ((1, -0.12, 0.15), (0.95, 0.2, -0.08))
        ]
    )
    legs = walking_legs(
        [(0.2 * s, 0.2 * s, 1), (0.1 * s, 0.1 * s, 1), (0, -0.1 * s, 1)], 0.25 * s, -0.1 * s, 0.018 * s
    ).turn("z", 180)
    return shape(
        [body.paint(colour.rgb), eyes, wings.both("x"), legs.move(y=-0.3 * s).paint(EYE)],
        ("a dragonfly", f"a {colour.name} dragonfly with four long wings"),
        wings=4,
    )


kinds_of(
    FAMILY,
    _fly,
    {
        "fly": (("insect", "bug", "animal"), ("housefly",)),
        "bee": (("insect", "bug", "animal"), ("bee", "bee", "wasp")),
        "mosquito": (("insect", "bug", "animal"), ("mosquito",)),
    },
)
