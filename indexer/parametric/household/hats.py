"""Hats, caps and crowns."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import metal, paint
from indexer.parametric.parts import Rng, curve, ellipse, made, pick, plate, span
from indexer.parametric.solids import (
    ball,
    box,
    cone,
    cylinder,
    lathe,
    loft,
    merge,
    ring,
    torus,
)


@kind("hat", family="household")
def hat(rng: Rng) -> Shape:
    """A hat, cap, crown or helmet."""
    style, color, r = (
        pick(rng, "top", "sun", "cowboy", "bowler", "baseball", "witch", "hard", "chef", "party"),
        paint(rng),
        0.09,
    )
    h = span(rng, 0.09, 0.13)
    band = cylinder(r * 1.02, 0.025, 28).move(y=0.005).paint(paint(rng).rgb)
    brim = span(rng, 0.05, 0.1)
    dome = lathe(curve([(r, 0), (r * 0.97, h * 0.45), (r * 0.7, h * 0.85), (0.001, h)], 10), 24)
    if style == "top":
        crown = lathe(
            [(r + 0.06, 0), (r + 0.06, 0.006), (r, 0.012), (r * 0.95, h * 0.8), (r * 1.08, h * 1.5), (0, h * 1.5)], 28
        )
        parts = [crown.paint(color.rgb), band.move(y=0.008)]
    elif style in ("sun", "bowler"):
        edge = brim * 1.5 if style == "sun" else 0.045
        flat = lathe(
            [
                (r, 0),
                (r + edge, -0.012 if style == "sun" else 0.012),
                (r + edge, 0.0 if style == "sun" else 0.018),
                (r, 0.012),
            ],
            28,
        )
        parts = [merge(flat, dome).paint(color.rgb), band]
    elif style == "cowboy":
        flat = lathe([(r * 0.8, 0), (r, -0.004), (r + brim * 0.6, 0), (r + brim, 0), (r + brim, 0.006), (r, 0.004)], 32)
        flat = flat.warp(lambda p: p + np.outer(9.0 * np.maximum(np.abs(p[:, 0]) - r * 0.8, 0) ** 2, (0, 1, 0)))
        crown = dome.scale(0.85, 1.1, 1.0).warp(
            lambda p: (
                p
                - np.stack(
                    [
                        0 * p[:, 0],
                        np.where(p[:, 1] > h * 0.6, 0.02 * np.exp(-((p[:, 0] / 0.025) ** 2)), 0),
                        0 * p[:, 0],
                    ],
                    1,
                )
            )
        )
        parts = [merge(flat, crown).paint(color.rgb), band.scale(0.9, 1, 1)]
    elif style in ("baseball", "hard"):
        bill = plate(ellipse(r * 0.9, brim + r * 0.5, 24), 0.006).move(z=r * 0.75)
        bill = (
            bill.warp(lambda p: p - np.stack([0 * p[:, 0], 4.0 * p[:, 0] ** 2, 0 * p[:, 0]], 1))
            if style == "baseball"
            else merge(bill, torus(r * 1.05, 0.012, 24, 6), box(0.02, 0.012, r * 1.6).move(y=h * 0.92))
        )
        parts = [merge(dome, bill, ball(0.008, sides=8).move(y=h)).paint(color.rgb)]
    elif style == "witch":
        flat = lathe([(r, 0), (r + 0.1, 0), (r + 0.1, 0.006), (r, 0.01)], 28)
        parts = [
            merge(
                flat,
                lathe(curve([(r, 0), (r * 0.6, 0.12), (r * 0.25, 0.24), (0.001, 0.34)], 9), 20).bend(
                    "z", span(rng, -30, 30)
                ),
            ).paint(color.rgb),
            band,
        ]
    elif style == "chef":
        puff = ring(ball(r * 0.5, r * 0.55, sides=12), 8, r * 0.65).move(y=0.14)
        parts = [merge(cylinder(r, 0.12, 24), puff, ball(r, r * 0.5, sides=14).move(y=0.15)).paint((0.95, 0.95, 0.94))]
    else:
        parts = [cone(r * 0.8, 0.2, 20).paint(color.rgb), ball(0.025, sides=10).move(y=0.2).paint(paint(rng).rgb)]
    name = {
        "baseball": "baseball cap",
        "hard": "hard hat",
        "bowler": "bowler hat",
        "chef": "chef's hat",
        "witch": "witch hat",
    }.get(style, f"{style} hat")
    words = {
        "baseball": "a cap with a curved visor",
        "hard": "a safety helmet for builders",
        "witch": "a pointed hat with a wide brim",
        "party": "a cone-shaped party hat",
        "sun": "a hat with a wide brim",
    }
    return made(
        "hat",
        merge(*parts),
        an(name),
        f"{an(color.name)} {name}",
        words.get(style, f"{an(name)} with a brim and a band"),
        style=name.replace("'", ""),
        material=color.name,
    )


@kind("crown", family="household")
def crown(rng: Rng) -> Shape:
    """A king's or queen's crown."""
    r, h, points, gold = 0.09, span(rng, 0.06, 0.12), int(rng.integers(5, 10)), metal(rng)
    n = points * 4
    angles = 2 * np.pi * np.arange(n) / n
    top = h * (0.45 + 0.55 * np.abs(1 - (np.arange(n) % 4) / 2))
    flare = 1 + span(rng, 0, 0.25)
    low, high = (
        np.stack([r * np.cos(angles), np.zeros(n), r * np.sin(angles)], 1),
        np.stack([r * flare * np.cos(angles), top, r * flare * np.sin(angles)], 1),
    )
    skin = loft(np.stack([low, high, high * (0.96, 1, 0.96), low * (0.96, 1, 0.96)]), closed=True)
    jewels = ring(ball(0.009, sides=8).move(y=h * 0.2), points, r * 1.02).paint(
        paint(rng, "red", "blue", "green", "purple").rgb
    )
    tips = ring(ball(0.008, sides=8).move(y=h), points, r * flare).paint(gold.rgb)
    return made(
        "crown",
        merge(skin.paint(gold.rgb), torus(r, 0.006, 28, 6).move(y=0.006).paint(gold.rgb), jewels, tips),
        f"{an(gold.name)} crown",
        f"a royal crown with {points} points",
        "a king's crown set with jewels",
        style="crown",
        material=gold.name,
        points=points,
    )
