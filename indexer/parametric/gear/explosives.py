"""Cannons, bombs and grenades."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, flow, kinds_of, pick, rod, shape, vary, wheel
from indexer.parametric.gear.weapons import STEEL
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import metal, paint, wood
from indexer.parametric.solids import ball, box, cylinder, lathe, prism, torus, tube
from indexer.parametric.surface import array, merge, ring
from indexer.parametric.vehicles.rockets import fins

FAMILY = "weapons"


@kind("cannon", ("artillery", "gun", "weapon"), FAMILY)
def cannon(rng: np.random.Generator) -> Shape:
    """An old cannon on a wheeled carriage, a naval gun on trucks, or a field howitzer."""
    style, timber, coat = pick(rng, "wheeled cannon", "naval cannon", "howitzer"), wood(rng), metal(rng)
    length, lift = rng.uniform(1.3, 2.2), rng.uniform(2, 18)
    r = length * 0.075
    profile = [
        (0, -0.12),
        (0.4 * r, -0.1),
        (0.4 * r, -0.04),
        (1.25 * r, 0),
        (1.3 * r, 0.06 * length),
        (1.15 * r, 0.08 * length),
        (1.1 * r, 0.45 * length),
        (1.2 * r, 0.46 * length),
        (1.0 * r, 0.5 * length),
        (0.8 * r, 0.92 * length),
        (1.1 * r, 0.97 * length),
        (1.0 * r, length),
        (0.5 * r, length),
        (0.5 * r, 0.9 * length),
    ]
    if style == "howitzer":
        profile = [
            (0.9 * r, 0),
            (0.9 * r, 0.4 * length),
            (0.5 * r, 0.45 * length),
            (0.45 * r, 1.35 * length),
            (0.65 * r, 1.38 * length),
            (0.65 * r, 1.48 * length),
            (0.3 * r, 1.48 * length),
        ]
    barrel = lathe(profile, 20).turn("x", 90 - lift).move(z=-0.42 * length)
    big = length * (0.14 if style == "naval cannon" else 0.32)
    y = big + (r * 1.6 if style == "naval cannon" else 0.3 * r)
    solids = [barrel.move(y=y).paint(coat.rgb if style != "howitzer" else (0.3, 0.36, 0.25))]
    if style == "naval cannon":
        cheek = prism(
            [
                (-0.5 * length, 0),
                (0.35 * length, 0),
                (0.35 * length, 2.4 * r),
                (0.0, 2.4 * r),
                (-0.2 * length, 1.5 * r),
                (-0.35 * length, 1.5 * r),
                (-0.5 * length, 0.8 * r),
            ],
            0.5 * r,
        ).turn("y", -90)
        solids.append(
            merge(cheek.move(x=1.5 * r).both("x"), box(3 * r, r, 0.7 * length).move(z=-0.1 * length))
            .move(y=big * 0.8)
            .paint(timber.rgb)
        )
        solids += [
            cylinder(big, 0.5 * r, 18).turn("z", 90).move(2.3 * r, big, z * length).both("x").paint(timber.shade(0.7))
            for z in (-0.32, 0.22)
        ]
    else:
        trail = prism(
            [
                (0.1 * length, 0.25 * r),
                (-0.3 * length, -0.2 * r),
                (-1.1 * length, -y + 0.02),
                (-1.1 * length, -y + 0.14),
                (-0.3 * length, r),
                (0.1 * length, r),
            ],
            0.5 * r,
        ).turn("y", -90)
        solids.append(
            trail.move(1.3 * r, y - 0.3 * r, 0)
            .both("x")
            .paint(timber.rgb if style != "howitzer" else (0.3, 0.36, 0.25))
        )
        if style == "howitzer":
            one = wheel(big * 0.9, 0.16, "disc", (0.3, 0.36, 0.25))
            solids.append(
                box(length * 0.9, length * 0.45, 0.03).move(0, y - 0.1, 0.16 * length).paint((0.3, 0.36, 0.25))
            )
        else:
            spokes = ring(box(big * 0.9, 0.05, 0.05).move(x=big * 0.45), 12)
            one = (
                merge(torus(big * 0.94, 0.06, 26, 6), spokes, cylinder(0.12, 0.24, 12).move(y=-0.12))
                .turn("z", 90)
                .paint(timber.shade(0.75))
            )
        solids += [
            one.move(r * 3.4, big * (0.9 if style == "howitzer" else 1.0), 0).both("x"),
            rod((-r * 3.4, big, 0), (r * 3.4, big, 0), 0.4 * r).paint(DARK),
        ]
    return shape(
        solids, (f"a {style}", f"a {coat.name} cannon on a carriage", f"a {style} with a long barrel"), style=style
    )


def _bomb(rng: np.random.Generator, style: str) -> Shape:
    """A cartoon bomb with a fuse, an aerial bomb with fins, a grenade or sticks of dynamite."""
    if style == "round bomb with a fuse":
        fuse = tube(flow([(0, 1.2, 0), (0.05, 1.45, 0), (0.3, 1.6, 0), (0.45, 1.85, 0)], 3), 0.05, 6).paint(
            (0.8, 0.7, 0.5)
        )
        solids = [
            ball(1.0, sides=24).paint(DARK),
            cylinder(0.3, 0.28, 16).move(y=0.95).paint(DARK),
            fuse,
            ball(0.12, sides=8).move(0.45, 1.9, 0).paint((0.95, 0.6, 0.1)),
        ]
        solids = [part.scale(0.1) for part in solids]
    elif style == "aerial bomb":
        r, length, n = 0.2 * vary(rng), rng.uniform(1.0, 1.6), 4
        t = np.linspace(0, 1, 12)
        body = lathe(
            [
                (0.25 * r, -length / 2),
                *zip(r * np.sin(np.pi * (0.1 + 0.75 * t)) ** 0.6, (t - 0.4) * length, strict=True),
                (0.0, length * 0.66),
            ],
            20,
        )
        tail = merge(
            fins(0.25 * r, n, length * 0.3, length * 0.24, r * 1.1, 0.0).move(y=-length * 0.42),
            torus(r * 1.15, 0.02, 4, 4).scale(1, 5, 1).turn("y", 45).move(y=-length * 0.48),
        )
        solids = [
            merge(body, tail).paint(paint(rng, "green", "grey", "black").rgb),
            lathe([(r * 0.97, 0), (r * 0.97, 0.05)], 20).move(y=length * 0.2).paint((0.9, 0.75, 0.1)),
        ]
    elif style == "hand grenade":
        body = ball(0.032, 0.045, 0.032, 16)
        grooved = body.warp(
            lambda p: (
                p
                * (1 + 0.06 * np.sign(np.sin(np.arctan2(p[:, 2], p[:, 0]) * 8)) * np.sign(np.sin(p[:, 1] * 260)))[
                    :, None
                ]
            )
        )
        lever = tube([(0.0, 0.06, 0), (0.025, 0.06, 0), (0.04, 0.03, 0), (0.042, -0.02, 0)], 0.005, 5)
        solids = [
            grooved.paint((0.28, 0.34, 0.2)),
            cylinder(0.012, 0.025, 12).move(y=0.04).paint(STEEL),
            lever.paint(STEEL),
            torus(0.014, 0.0015, 16, 5).turn("x", 90).move(-0.022, 0.056, 0).paint(STEEL),
        ]
    elif style == "stick grenade":
        solids = [
            cylinder(0.014, 0.24, 12).paint((0.62, 0.45, 0.28)),
            cylinder(0.035, 0.11, 18).move(y=0.23).paint((0.35, 0.38, 0.34)),
            cylinder(0.017, 0.025, 12).move(y=-0.01).paint(DARK),
        ]
    else:
        n = int(rng.choice([1, 3, 7]))
        places = (
            [(0, 0, 0)]
            if n == 1
            else [
                (0.034 * np.cos(a), 0, 0.034 * np.sin(a)) for a in np.arange(n - (n == 7)) * 2 * np.pi / (n - (n == 7))
            ]
            + ([(0, 0, 0)] if n == 7 else [])
        )
        k = 1.0 if n != 3 else 0.58
        solids = [
            array(cylinder(0.016, 0.2, 14), np.array(places) * k).paint((0.75, 0.15, 0.1)),
            tube([(0, 0.2, 0), (0.01, 0.25, 0), (0.04, 0.29, 0), (0.03, 0.33, 0)], 0.003, 5).paint((0.85, 0.8, 0.6)),
        ]
        if n > 1:
            solids.append(
                array(cylinder(0.052 if n == 7 else 0.037, 0.012, 18), [(0, 0.05, 0), (0, 0.14, 0)]).paint(DARK)
            )
        return shape(
            solids,
            (
                "a stick of dynamite" if n == 1 else "a bundle of dynamite",
                f"{count(n, 'red dynamite stick')} with a fuse",
            ),
            style=style,
            sticks=n,
        )
    return shape(solids, (f"a {style}", f"a {style}, an explosive weapon"), style=style)


kinds_of(
    FAMILY,
    _bomb,
    {
        "bomb": (("explosive", "weapon"), ("round bomb with a fuse", "aerial bomb")),
        "grenade": (("explosive", "weapon"), ("hand grenade", "hand grenade", "stick grenade")),
        "dynamite": (("explosive",), ("bundle of dynamite",)),
    },
)
