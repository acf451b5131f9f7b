"""Spoons, forks, knives and the board to cut on."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, metal, paint
from indexer.parametric.parts import Rng, chance, made, pick, span, vessel
from indexer.parametric.solids import (
    Solid,
    array,
    ball,
    box,
    cylinder,
    merge,
    prism,
    sheet,
    torus,
    tube,
)


def _stem(rng: Rng, long: float) -> Solid:
    """A cutlery handle from z = 0 to z = long, flat or round."""
    w = long * span(rng, 0.06, 0.11)
    outline = [(-w * 0.3, 0), (w * 0.3, 0), (w * 0.35, long * 0.4), (w, long * 0.85), (w * 0.7, long), (-w * 0.7, long)]
    flat = prism([*outline, (-w, long * 0.85), (-w * 0.35, long * 0.4)], long * 0.03).turn("x", 90)
    return (
        flat
        if chance(rng, 0.7)
        else tube([(0, 0, 0), (0, 0, long * 0.4), (0, 0, long)], [w * 0.35, w * 0.5, w * 0.8], 8)
    )


@kind("spoon", family="household")
def spoon(rng: Rng) -> Shape:
    """A spoon or a ladle."""
    material, long = either(rng, "metal", "metal", "wood"), span(rng, 0.1, 0.2)
    style = pick(rng, "tablespoon", "teaspoon", "ladle", "cooking spoon")
    a, b = long * span(rng, 0.13, 0.2), long * span(rng, 0.2, 0.32)
    if style == "ladle":
        bowl = vessel(np.array([(0.3, 0), (0.8, 0.25), (1, 0.8)]) * a * 1.6, a * 0.1, 18).move(y=-a * 1.2, z=-a * 1.4)
    else:
        u, v = np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 2 * np.pi, 19), indexing="ij")
        grid = np.stack([a * u * np.cos(v), -a * 0.55 * (1 - u**2), b * u * np.sin(v)], axis=2)
        bowl = sheet(np.maximum(grid, -1), long * 0.015).move(z=-b * 0.95)
    stem = _stem(rng, long)
    stem = stem.turn("x", -30 if style == "ladle" else -6)
    return made(
        "spoon",
        merge(bowl, stem).paint(material.rgb),
        f"{an(material.name)} spoon",
        an(style),
        f"{an(style)} with {'a deep round' if style == 'ladle' else 'an oval'} bowl and a long handle",
        style=style,
        material=material.name,
    )


@kind("fork", family="household")
def fork(rng: Rng) -> Shape:
    """A table fork or a serving fork."""
    steel, long, tines = either(rng, "metal", "metal", "metal", "wood"), span(rng, 0.11, 0.18), int(rng.integers(2, 5))
    w, reach = long * span(rng, 0.12, 0.18), long * span(rng, 0.28, 0.45)
    tine = box(w * 0.13, long * 0.025, reach).move(z=-reach / 2)
    row = array(tine, [(x, 0, -reach * 0.55) for x in np.linspace(-w * 0.43, w * 0.43, tines)])
    palm = prism(
        [
            (-w * 0.2, 0),
            (w * 0.2, 0),
            (w / 2, -reach * 0.35),
            (w / 2, -reach * 0.6),
            (-w / 2, -reach * 0.6),
            (-w / 2, -reach * 0.35),
        ],
        long * 0.025,
    )
    head = merge(row, palm.turn("x", 90).move(y=long * 0.0125))
    curved = head.warp(
        lambda p: np.column_stack([p[:, 0], p[:, 1] + 0.4 * p[:, 2] ** 2 / reach + 0.22 * p[:, 2], p[:, 2]])
    )
    return made(
        "fork",
        merge(curved, _stem(rng, long)).paint(steel.rgb),
        f"{an(steel.name)} fork",
        f"a fork with {('two', 'three', 'four')[tines - 2]} tines",
        "a piece of cutlery with prongs and a handle",
        style="table fork" if tines > 2 else "carving fork",
        material=steel.name,
        tines=tines,
    )


@kind("kitchen knife", family="household")
def kitchen_knife(rng: Rng) -> Shape:
    """A knife for the table or for cutting food."""
    style, steel, grip = (
        pick(rng, "chef's", "bread", "table", "cleaver", "paring"),
        metal(rng),
        either(rng, "wood", "paint"),
    )
    blade = {"paring": 0.09, "table": 0.12}.get(style, span(rng, 0.17, 0.24))
    deep = {"chef's": 0.045, "bread": 0.03, "table": 0.02, "cleaver": 0.09, "paring": 0.022}[style]
    outlines = {
        "chef's": [(0, 0), (0, -deep), (blade * 0.5, -deep), (blade * 0.85, -deep * 0.6), (blade, 0)],
        "bread": [
            (0, 0),
            (0, -deep),
            *[(blade * (i + 0.5 * (i % 2)) / 12, -deep * (0.9 + 0.1 * (i % 2))) for i in range(1, 12)],
            (blade, -deep * 0.5),
            (blade, 0),
        ],
        "table": [(0, 0), (0, -deep), (blade * 0.8, -deep * 1.1), (blade, -deep * 0.6), (blade * 0.97, 0)],
        "cleaver": [(0, 0), (0, -deep), (blade, -deep), (blade, 0)],
        "paring": [(0, 0), (0, -deep), (blade * 0.6, -deep), (blade, -deep * 0.2)],
    }
    edge = prism(outlines[style], 0.0025).paint(steel.rgb)
    hilt = prism(
        [(0, 0.003), (0, -0.025), (-0.05, -0.021), (-0.1, -0.03), (-0.115, -0.015), (-0.1, 0.003)], 0.016
    ).paint(grip.rgb)
    rivets = [
        cylinder(0.003, 0.018, 8).turn("x", 90).move(-x, -0.011, -0.009).paint(steel.rgb) for x in (0.03, 0.06, 0.085)
    ]
    flat = merge(edge, hilt, *rivets).turn("x", 90)
    return made(
        "kitchen knife",
        flat if chance(rng, 0.6) else flat.turn("x", -90),
        f"{an(style)} knife",
        f"a kitchen knife with {an(grip.name)} handle",
        f"{an(style)} knife with {an('wide' if deep > 0.04 else 'narrow')} blade",
        style=f"{style.replace(chr(39), '')} knife",
        material=grip.name,
    )


@kind("cutting board", family="household")
def cutting_board(rng: Rng) -> Shape:
    """A board to cut food on."""
    w, d, material, round_ = (
        span(rng, 0.25, 0.45),
        span(rng, 0.18, 0.3),
        either(rng, "wood", "wood", "paint"),
        chance(rng, 0.25),
    )
    board = cylinder(d * 0.6, 0.02, 32) if round_ else box(w, 0.02, d)
    stem = box(0.1, 0.02, 0.04).move((d * 0.6 if round_ else w / 2) + 0.045)
    eye = torus(0.018, 0.01, 16, 6).move((d * 0.6 if round_ else w / 2) + 0.105, 0.01)
    held = chance(rng, 0.6)
    food = (
        [
            ball(0.03, sides=12).move(x, 0.045, 0.03).paint(paint(rng, "red", "green", "orange").rgb)
            for x in (-0.06, 0.02)
        ]
        if chance(rng, 0.3)
        else []
    )
    return made(
        "cutting board",
        merge(merge(board, *([stem, eye] if held else [])).paint(material.rgb), *food),
        f"{an(material.name)} chopping board",
        f"a {'round' if round_ else 'rectangular'} board {'with a handle' if held else 'without a handle'}",
        style="round cutting board" if round_ else "cutting board",
        material=material.name,
    )
