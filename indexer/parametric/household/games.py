"""Balls, dice and chess pieces."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, paint
from indexer.parametric.parts import Rng, chance, made, pick, span
from indexer.parametric.solids import (
    Solid,
    array,
    ball,
    box,
    cylinder,
    lathe,
    loft,
    merge,
    prism,
    ring,
    rounded_box,
    torus,
    tube,
)


@kind("ball", family="household", rigid=True)
def sports_ball(rng: Rng) -> Shape:
    """A ball for a game."""
    style, color = pick(rng, "beach", "basket", "tennis", "rugby", "soccer", "bowling", "plain"), paint(rng)
    usual = {"beach": 0.2, "basket": 0.12, "tennis": 0.034, "rugby": 0.14, "soccer": 0.11, "bowling": 0.109}
    r = usual.get(style, 0.1) * span(rng, 0.85, 1.15)
    seam = torus(r * 0.998, r * 0.018, 36, 5)
    if style == "beach":
        colors = [paint(rng).rgb, (0.95, 0.95, 0.95)]
        solid = merge(*[_gore(r, 60).turn("y", 60 * i).paint(colors[i % 2]) for i in range(6)])
    elif style == "basket":
        bow = torus(r * 0.75, r * 0.018, 30, 5).turn("z", 90).move(r * 0.66).both("x")
        solid = merge(
            ball(r, sides=28).paint((0.85, 0.42, 0.12)), merge(seam, seam.turn("x", 90), bow).paint((0.1, 0.08, 0.07))
        )
    elif style == "tennis":
        t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        wave = np.stack([np.cos(t) + 0.35 * np.cos(3 * t), 0.95 * np.sin(2 * t), np.sin(t) - 0.35 * np.sin(3 * t)], 1)
        line = tube(wave / np.linalg.norm(wave, axis=1, keepdims=True) * r, r * 0.03, 5, closed=True)
        solid = merge(ball(r, sides=24).paint((0.8, 0.88, 0.2)), line.paint((0.95, 0.95, 0.93)))
    elif style == "rugby":
        solid = merge(
            ball(r, r * 0.62, r * 0.62, sides=24).paint((0.5, 0.27, 0.14)),
            box(r * 0.7, 0.006, 0.01).move(y=r * 0.61).paint((0.95, 0.95, 0.95)),
        )
    elif style == "soccer":
        solid = merge(ball(r, sides=28).paint((0.95, 0.95, 0.95)), _patches(r).paint((0.08, 0.08, 0.08)))
    elif style == "bowling":
        holes = [
            cylinder(r * 0.13, 0.004, 10).move(y=r * 0.985).turn("x", a).turn("z", b)
            for a, b in ((12, 8), (12, -8), (-12, 0))
        ]
        solid = merge(ball(r, sides=28).paint(color.rgb), merge(*holes).paint((0.03, 0.03, 0.03)))
    else:
        solid = ball(r, sides=int(rng.integers(8, 32))).paint(color.rgb)
    name = {
        "beach": "beach ball",
        "basket": "basketball",
        "tennis": "tennis ball",
        "rugby": "rugby ball",
        "soccer": "soccer ball",
        "bowling": "bowling ball",
    }.get(style, "ball")
    words = {
        "beach": "a striped inflatable ball",
        "rugby": "an oval american football",
        "soccer": "a football with black patches",
        "bowling": f"{an(color.name)} bowling ball with three holes",
    }
    if style != "rugby":
        solid = solid.turn("x", span(rng, 0, 90)).turn("y", span(rng, 0, 360))
    return made(
        "ball",
        solid,
        an(name),
        words.get(style, f"a round {color.name if style == 'plain' else name.replace('ball', '').strip()} ball"),
        "a sphere" if style != "rugby" else "an egg-shaped ball",
        style=name,
        material=color.name,
    )


def _gore(r: float, degrees: float) -> Solid:
    """A slice of a ball between two meridians."""
    lat = np.linspace(-np.pi / 2, np.pi / 2, 15)[1:-1]
    lon = np.radians(np.linspace(0, degrees, 6))
    skin = (
        np.stack(
            [
                np.outer(np.cos(lat), np.cos(lon)),
                np.repeat(np.sin(lat)[:, None], 6, 1),
                np.outer(np.cos(lat), np.sin(lon)),
            ],
            2,
        )
        * r
    )
    axis = np.stack([np.zeros(13), r * np.sin(lat), np.zeros(13)], 1)[:, None]
    return loft(np.concatenate([skin, axis], axis=1), np.array([0, -r, 0.0]), np.array([0, r, 0.0]))


def _patches(r: float) -> Solid:
    """Twelve pentagons on a sphere, at the corners of an icosahedron."""
    patch = lathe([(r * 0.33, r * 0.93), (r * 0.31, r * 0.965), (0, r * 1.006)], 5)
    upper = merge(patch, *[patch.turn("z", -63.43).turn("y", 72 * i) for i in range(5)])
    return merge(upper, upper.turn("x", 180))


@kind("dice", also=("die",), family="household", rigid=True)
def dice(rng: Rng) -> Shape:
    """One die or two."""
    color, size = paint(rng, "white", "red", "black", "blue", "green"), span(rng, 0.014, 0.02)
    dots = (0.05, 0.05, 0.05) if color.name == "white" else (0.95, 0.95, 0.95)
    pair = chance(rng, 0.3)
    one = _die(size, span(rng, 0.08, 0.25)).paint(color.rgb)
    one = merge(one, _pips(size).paint(dots))
    other = [one.turn("z", 90).turn("y", span(rng, 10, 80)).stand().move(size * 1.6, 0, size * 0.6)] if pair else []
    return made(
        "dice",
        merge(one, *other),
        f"{an(color.name)} die",
        "a pair of dice" if pair else "a cube with dots on its sides",
        "a six-sided die for games",
        style="pair of dice" if pair else "die",
        material=color.name,
    )


def _die(size: float, roundness: float) -> Solid:
    return rounded_box(size, size, size, size * roundness)


def _pips(size: float) -> Solid:
    """The dots of a die standing on y = 0; opposite sides sum to seven."""
    s, h = size * 0.27, size / 2
    two, four = [(-s, -s), (s, s)], [(-s, -s), (s, s), (-s, s), (s, -s)]
    one, sides = [(0.0, 0.0)], [(-s, 0.0), (s, 0.0)]
    layouts = (one, two, one + two, four, four + one, four + sides)
    dot = cylinder(size * 0.08, size * 0.01, 10).move(y=h - size * 0.003)
    faces = [array(dot, [(x, 0, z) for x, z in layout]) for layout in layouts]
    turns = [("x", 0), ("x", 90), ("z", 90), ("z", -90), ("x", -90), ("x", 180)]
    return merge(*[face.turn(axis, angle) for face, (axis, angle) in zip(faces, turns, strict=True)]).move(y=h)


@kind("chess piece", also=("chessman",), family="household")
def chess_piece(rng: Rng) -> Shape:
    """A pawn, rook, knight, bishop, queen or king."""
    piece, color = pick(rng, "pawn", "rook", "knight", "bishop", "queen", "king"), either(rng, "wood", "stone", "paint")
    h, r = (
        {"pawn": 0.045, "rook": 0.052, "knight": 0.06, "bishop": 0.068, "queen": 0.08, "king": 0.09}[piece],
        span(rng, 0.014, 0.019),
    )
    foot = np.array(
        [(1, 0), (1, 0.07), (0.75, 0.13), (0.5, 0.2), (0.36, 0.45), (0.33, 0.6), (0.6, 0.63), (0.6, 0.66), (0.35, 0.68)]
    )
    body = {
        "pawn": [(0.3, 0.72), (0.52, 0.8), (0.55, 0.88), (0.4, 0.96), (0, 1)],
        "rook": [(0.55, 0.74), (0.62, 0.78), (0.62, 0.9), (0, 0.9)],
        "bishop": [(0.5, 0.76), (0.52, 0.82), (0.3, 0.92), (0.12, 0.95), (0.16, 0.98), (0, 1)],
        "queen": [(0.42, 0.75), (0.68, 0.9), (0.55, 0.92), (0.4, 0.94), (0.15, 0.96), (0.15, 0.99), (0, 1)],
        "king": [(0.42, 0.72), (0.6, 0.86), (0.45, 0.89), (0, 0.91)],
        "knight": [(0, 0.68)],
    }[piece]
    parts = [lathe(np.concatenate([foot, body]) * (r, h), 24)]
    if piece == "rook":
        parts.append(ring(box(r * 0.2, h * 0.1, r * 0.3).move(y=h * 0.9), 6, r * 0.52))
    elif piece == "queen":
        parts.append(ring(ball(r * 0.11, sides=8).move(y=h * 0.91), 8, r * 0.6))
    elif piece == "king":
        parts += [
            box(r * 0.16, h * 0.12, r * 0.16).move(y=h * 0.89),
            box(r * 0.5, h * 0.03, r * 0.16).move(y=h * 0.945),
        ]
    elif piece == "knight":
        horse = np.array(
            [
                (-0.5, 0),
                (0.45, 0),
                (0.3, 0.35),
                (0.5, 0.55),
                (1.0, 0.5),
                (1.05, 0.75),
                (0.55, 1.15),
                (0.35, 1.4),
                (0.2, 1.2),
                (-0.2, 1.1),
                (-0.6, 0.7),
            ]
        )
        parts[0] = lathe(np.concatenate([foot[:4], [(0.55, 0.24), (0, 0.24)]]) * (r, h), 24)
        parts.append(prism(horse * (r, h * 0.52), r * 0.6).move(y=h * 0.24))
    return made(
        "chess piece",
        merge(*parts).paint(color.rgb),
        f"a chess {piece}",
        f"{an(color.name)} {piece}",
        f"the {piece} of a chess set",
        style=piece,
        material=color.name,
    )
