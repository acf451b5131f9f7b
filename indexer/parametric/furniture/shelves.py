"""Open shelves and coat racks."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import either, metal, paint
from indexer.parametric.parts import Rng, chance, four_legs, made, pick, slats, span
from indexer.parametric.solids import Solid, array, box, cylinder, lathe, merge, prism, tube


def carcass(w: float, h: float, d: float, board: float, back: bool = True) -> Solid:
    """An open box standing on y = 0: sides, top, bottom, and a back at -z."""
    sides = box(board, h, d).move((w - board) / 2).both("x")
    flat = box(w - 2 * board, board, d)
    parts = [sides, flat, flat.move(y=h - board)]
    if back:
        parts.append(box(w - board, h - board, 0.008).move(y=board / 2, z=-d / 2 + 0.004))
    return merge(*parts)


def foot(rng: Rng, w: float, d: float) -> tuple[Solid, float]:
    """What a cabinet stands on, and how high: a plinth, legs or nothing."""
    style = pick(rng, "plinth", "legs", "none")
    h = {"plinth": span(rng, 0.05, 0.1), "legs": span(rng, 0.08, 0.22), "none": 0.004}[style]
    return (four_legs(rng, w * 0.96, d * 0.94, h, 0.045)[0] if style == "legs" else box(w * 0.96, h, d * 0.92)), h


def books(rng: Rng, w: float, h: float, d: float) -> Solid:
    """A row of upright books from x = 0, none taller than h."""
    widths = rng.uniform(0.02, 0.055, int(w / 0.045) + 1)
    ends = np.cumsum(widths)
    used = int(np.searchsorted(ends, w * span(rng, 0.5, 1.0)))
    row = [
        box(widths[i] * 0.95, h * span(rng, 0.6, 0.95), d * span(rng, 0.7, 0.95))
        .move(ends[i] - widths[i] / 2)
        .paint(paint(rng).rgb)
        for i in range(max(used, 1))
    ]
    return merge(*row)


@kind("bookshelf", also=("bookcase",), family="furniture")
def bookshelf(rng: Rng) -> Shape:
    """Open shelves, with or without books."""
    return pick(rng, _bookcase, _bookcase, _cubes, _rack, _ladder_shelf)(rng)


def _bookcase(rng: Rng) -> Shape:
    w, h, d, board = span(rng, 0.6, 1.3), span(rng, 0.9, 2.2), span(rng, 0.25, 0.38), span(rng, 0.018, 0.035)
    material, filled, levels = either(rng, "wood", "wood", "paint"), chance(rng, 0.5), int(rng.integers(3, 7))
    base, low = foot(rng, w, d)
    gap = (h - board) / levels
    shelves = [(0, gap * i, 0) for i in range(1, levels)]
    parts = [merge(carcass(w, h, d, board, chance(rng, 0.7)), array(box(w - 2 * board, board, d), shelves)).move(y=low)]
    parts = [merge(*parts, base).paint(material.rgb)]
    if filled:
        rows = (0.0, *(y for _, y, _ in shelves))
        parts += [books(rng, w - 2 * board, gap - board, d).move(board - w / 2, low + y + board) for y in rows]
    return made(
        "bookshelf",
        merge(*parts),
        f"{an(material.made_of)} bookcase",
        f"{an(material.name)} bookshelf {'full of books' if filled else 'with empty shelves'}",
        f"a {'tall' if h > 1.5 else 'low'} bookcase with {count(levels, 'shelf', 'shelves')}",
        style="bookcase",
        material=material.name,
        shelves=levels,
    )


def _cubes(rng: Rng) -> Shape:
    across, up, cell, d = int(rng.integers(1, 5)), int(rng.integers(2, 5)), span(rng, 0.3, 0.4), span(rng, 0.3, 0.4)
    w, h, board, material = across * cell, up * cell, span(rng, 0.02, 0.04), either(rng, "wood", "paint")
    walls = slats(across + 1, (-w / 2, 0, 0), (w / 2, 0, 0), box(board, h + board, d))
    floors = slats(up + 1, (0, 0, 0), (0, h, 0), box(w, board, d))
    parts = [merge(walls, floors).paint(material.rgb)]
    for spot in rng.permutation(across * up)[: int(rng.integers(0, across * up))]:
        x, y = (spot % across + 0.5) * cell - w / 2, spot // across * cell + board
        parts.append(box(cell * 0.85, cell * 0.8, d * 0.92).move(x, y).paint(paint(rng).rgb))
    return made(
        "bookshelf",
        merge(*parts),
        "a cube shelf",
        f"{an(material.name)} shelf with {across * up} square compartments",
        f"a cube storage unit, {across} wide and {up} high",
        style="cube shelf",
        material=material.name,
        shelves=up,
    )


def _rack(rng: Rng) -> Shape:
    w, h, d, levels = span(rng, 0.8, 1.8), span(rng, 1.4, 2.2), span(rng, 0.35, 0.6), int(rng.integers(3, 6))
    steel, board = metal(rng), either(rng, "wood", "metal")
    post = box(0.04, h, 0.04).move(w / 2, 0, d / 2 - 0.02).both("x").both("z")
    shelves = slats(levels, (0, 0.1, 0), (0, h - 0.06, 0), box(w, 0.04, d))
    parts = [post.paint(steel.rgb), shelves.paint(board.rgb)]
    if chance(rng, 0.5):
        brace = tube([(-w / 2, 0.1, -d / 2), (w / 2, h - 0.05, -d / 2)], 0.008, 6)
        parts.append(brace.both("x").paint(steel.rgb))
    return made(
        "bookshelf",
        merge(*parts),
        "an open shelving rack",
        f"{an(steel.name)} storage rack",
        f"a warehouse shelf with four posts and {count(levels, 'shelf', 'shelves')}",
        style="storage rack",
        material=steel.name,
        shelves=levels,
    )


def _ladder_shelf(rng: Rng) -> Shape:
    w, h, levels, material = (
        span(rng, 0.5, 0.8),
        span(rng, 1.5, 1.9),
        int(rng.integers(3, 6)),
        either(rng, "wood", "paint"),
    )
    lean, low_depth = span(rng, 0.2, 0.4), span(rng, 0.4, 0.5)
    rail = tube([(w / 2, 0, low_depth), (w / 2, h, low_depth - lean)], 0.018, 4).both("x")
    rear = tube([(w / 2, 0, 0), (w / 2, h, 0)], 0.018, 4).both("x")
    shelves = []
    for share in np.linspace(0.12, 0.9, levels):
        d = low_depth - lean * share
        shelves.append(box(w, 0.02, d).move(y=h * share, z=d / 2))
    return made(
        "bookshelf",
        merge(rail, rear, *shelves).paint(material.rgb),
        "a ladder shelf",
        f"a leaning {material.name} shelf",
        f"a ladder shelf with {count(levels, 'shelf', 'shelves')} that get narrower towards the top",
        style="ladder shelf",
        material=material.name,
        shelves=levels,
    )


@kind("coat rack", also=("coat stand",), family="furniture")
def coat_rack(rng: Rng) -> Shape:
    """A post with hooks for coats."""
    h, hooks, feet = span(rng, 1.6, 1.9), int(rng.integers(4, 8)), int(rng.integers(3, 5))
    material = either(rng, "wood", "metal", "paint")
    post = lathe([(0.022, 0.04), (0.022, h), (0.035, h + 0.02), (0, h + 0.06)], 12)
    bow = tube([(0, h - 0.1, 0), (0.1, h - 0.12, 0), (0.15, h - 0.03, 0)], 0.009, 6)
    parts = [bow.turn("y", 360 / hooks * i) for i in range(hooks)]
    if chance(rng, 0.5):
        parts += [bow.scale(0.7, 1, 0.7).move(y=-0.25).turn("y", 360 / hooks * (i + 0.5)) for i in range(hooks)]
    if chance(rng, 0.5):
        stand = [
            prism([(0, 0.06), (0.26, 0), (0.28, 0.03), (0, 0.2)], 0.03).turn("y", 360 / feet * i) for i in range(feet)
        ]
    else:
        stand = [cylinder(0.18, 0.035, 24)]
    return made(
        "coat rack",
        merge(post, *parts, *stand).paint(material.rgb),
        f"{an(material.made_of)} coat stand",
        f"a standing {material.name} coat rack with {count(hooks, 'hook')}",
        "a hall stand for hanging coats and hats",
        style="coat stand",
        material=material.name,
        hooks=hooks,
    )
