"""Bows and shields."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import RGB, metal, paint, wood
from indexer.parametric.solids import ball, box, cone, loft, prism, sheet, tube
from indexer.parametric.surface import merge

FAMILY = "weapons"
STEEL: RGB = (0.68, 0.7, 0.73)
GUN: RGB = (0.2, 0.2, 0.22)


@kind("bow", ("ranged weapon", "weapon"), FAMILY)
def bow(rng: np.random.Generator) -> Shape:
    """A longbow or recurve bow with its string, with or without an arrow; or a crossbow."""
    style, timber = pick(rng, "longbow", "recurve bow", "crossbow"), wood(rng)
    h = {"longbow": 1.7, "recurve bow": 1.3, "crossbow": 0.7}[style] * vary(rng, 0.08)
    t = np.linspace(-1, 1, 25)
    depth = 0.2 * h * vary(rng)
    x = depth * (1 - t**2)
    if style == "recurve bow":
        x = depth * (1 - np.abs(t) ** 1.6) + 0.14 * h * np.maximum(np.abs(t) - 0.75, 0) * 4 * np.abs(t)
    limbs = (
        tube(np.column_stack([x, t * h / 2, 0 * t]), 0.014 * (1.15 - 0.7 * np.abs(t)), 8)
        .scale(1, 1, 1.4)
        .paint(timber.rgb)
    )
    ends = [(float(x[0]), -h / 2, 0.0), (float(x[-1]), h / 2, 0.0)]
    drawn = chance(rng, 0.3) or style == "crossbow"
    nock = (-0.28 * h if drawn else float(x[0]), 0.0, 0.0)
    string = merge(rod(ends[0], nock, 0.003, sides=5), rod(nock, ends[1], 0.003, sides=5)).paint((0.9, 0.88, 0.8))
    solids = [limbs, string, box(0.03, 0.12, 0.032).move(depth, -0.06, 0).paint(DARK)]
    if style == "crossbow":
        solids = [part.turn("x", 90).turn("y", -90) for part in solids[:2]]
        stock = prism(
            [
                (-0.75 * h, -0.12),
                (-0.75 * h, 0.0),
                (-0.3 * h, 0.03),
                (depth * 1.05, 0.03),
                (depth * 1.05, -0.02),
                (-0.3 * h, -0.04),
            ],
            0.045,
        ).turn("y", -90)
        solids += [
            stock.move(y=-0.03).paint(timber.shade(0.8)),
            tube([(0, -0.05, -0.3 * h), (0, -0.12, -0.33 * h), (0, -0.1, -0.42 * h)], 0.006, 6).paint(DARK),
            rod((0, 0.015, -0.2 * h), (0, 0.015, depth * 1.5), 0.005).paint(STEEL),
        ]
    elif chance(rng, 0.4) or drawn:
        solids += [
            rod(nock, (depth + 0.25 * h, 0, 0), 0.005, sides=6).paint((0.7, 0.55, 0.35)),
            cone(0.012, 0.05, 8).turn("z", -90).move(x=depth + 0.25 * h).paint(STEEL),
        ]
    words = (
        "a crossbow with a wooden stock"
        if style == "crossbow"
        else f"a {timber.name} {style} with a string{', drawn with an arrow' if drawn else ''}"
    )
    return shape(solids, (f"a {style}", words), style=style, length=h)


@kind("shield", ("armor", "defensive gear"), FAMILY)
def shield(rng: np.random.Generator) -> Shape:
    """A round, heater, tower or oval shield with a rim and a boss or emblem, facing +z."""
    style, colour, trim, h = (
        pick(rng, "round shield", "knight's shield", "tower shield", "oval shield"),
        paint(rng),
        metal(rng),
        rng.uniform(0.6, 1.1),
    )
    t = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    outline = {
        "round shield": np.column_stack([np.cos(t), np.sin(t)]) * h / 2,
        "oval shield": np.column_stack([0.62 * np.cos(t), np.sin(t)]) * h / 2,
        "tower shield": np.array(
            [(-0.3, -0.5), (0, -0.53), (0.3, -0.5), (0.32, 0), (0.3, 0.5), (0, 0.53), (-0.3, 0.5), (-0.32, 0)]
        )
        * h,
        "knight's shield": np.array(
            [
                (0, -0.55),
                (0.14, -0.4),
                (0.29, -0.15),
                (0.36, 0.15),
                (0.37, 0.42),
                (0.18, 0.46),
                (0, 0.5),
                (-0.18, 0.46),
                (-0.37, 0.42),
                (-0.36, 0.15),
                (-0.29, -0.15),
                (-0.14, -0.4),
            ]
        )
        * h,
    }[style]
    curve = rng.uniform(0.3, 0.9) / h
    scales = np.array([0.02, 0.4, 0.75, 1.0])
    rings = np.stack([np.column_stack([outline * s, -curve * np.square(outline[:, 0] * s)]) for s in scales])
    front = np.concatenate([rings, (rings - np.array([0, 0, 0.02]))[::-1]])
    rim = tube(np.column_stack([outline, -curve * np.square(outline[:, 0])]), 0.014, 8, closed=True)
    solids = [loft(front).paint(colour.rgb), rim.paint(trim.rgb)]
    emblem = pick(rng, "a boss", "a cross", "no emblem")
    if emblem == "a boss":
        solids.append(ball(0.09 * h, 0.09 * h, 0.07 * h, 16).paint(trim.rgb))
    elif emblem == "a cross":
        bar = [
            sheet(
                np.stack(
                    [
                        np.array(
                            [
                                [
                                    a * 0.6 * outline[:, 0].max() if k == 0 else a * 0.04 * h,
                                    b,
                                    -curve * (a * 0.6 * outline[:, 0].max() if k == 0 else a * 0.04 * h) ** 2 + 0.012,
                                ]
                                for a in np.linspace(-1, 1, 7)
                            ]
                        )
                        for b in ((-0.04 * h, 0.04 * h) if k == 0 else (-0.35 * h, 0.38 * h))
                    ]
                ),
                0.012,
            )
            for k in (0, 1)
        ]
        solids.append(merge(*bar).paint(trim.rgb))
    solids.append(
        tube([(0, 0.1 * h, -0.03), (0, 0.08 * h, -0.08), (0, -0.08 * h, -0.08), (0, -0.1 * h, -0.03)], 0.01, 6).paint(
            DARK
        )
    )
    return shape(
        solids,
        (f"a {style}", f"a {colour.name} {style} with {emblem}", f"a {colour.name} shield with a {trim.name} rim"),
        style=style,
    )
