"""Spiders and scorpions."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, kinds_of, limb, shape, vary
from indexer.parametric.kinds import Shape
from indexer.parametric.materials import paint
from indexer.parametric.nature.bugs import bug
from indexer.parametric.nature.small import FAMILY, walking_legs
from indexer.parametric.solids import ball, cone
from indexer.parametric.surface import merge


def _spider(rng: np.random.Generator, style: str) -> Shape:
    """Two-part body on eight arched legs; or a scorpion with claws and a raised tail."""
    if chance(rng, 0.7):
        return bug(rng, style)
    scorpion, colour, s = style == "scorpion", paint(rng, "black", "brown", "grey", "red"), 0.03 * vary(rng)
    y, r = 0.3 * s, rng.uniform(0.03, 0.07) * s
    places = [
        (0.35 * s, 0.9 * s, 1.15),
        (0.2 * s, 0.35 * s, 1.2),
        (0.05 * s, -0.35 * s, 1.2),
        (-0.1 * s, -0.95 * s, 1.15),
    ]
    parts = [
        walking_legs(places, rng.uniform(0.9, 1.3) * s, y, r),
        ball(0.26 * s, 0.18 * s, 0.32 * s, 14).move(0, y, 0.2 * s),
    ]
    if scorpion:
        tail = [
            (0, y, -0.5 * s, 0.14 * s),
            (0, y + 0.35 * s, -1.2 * s, 0.11 * s),
            (0, y + 1.1 * s, -1.15 * s, 0.1 * s),
            (0, y + 1.3 * s, -0.6 * s, 0.11 * s),
            (0, y + 1.0 * s, -0.35 * s, 0.02 * s),
        ]
        parts += [limb(tail, 10), ball(0.25 * s, 0.16 * s, 0.55 * s, 14).move(0, y, -0.25 * s)]
        arm = [
            (0.15 * s, y, 0.4 * s, 0.06 * s),
            (0.6 * s, y, 0.75 * s, 0.07 * s),
            (0.5 * s, y, 1.1 * s, 0.14 * s),
            (0.35 * s, y, 1.45 * s, 0.03 * s),
        ]
        parts += [
            limb(arm, 8).both("x"),
            limb([(0.55 * s, y, 1.1 * s, 0.06 * s), (0.5 * s, y, 1.45 * s, 0.02 * s)], 6).both("x"),
        ]
    else:
        parts.append(ball(0.42 * s * vary(rng), 0.38 * s, 0.5 * s * vary(rng), 16).move(0, y + 0.12 * s, -0.5 * s))
        parts.append(cone(0.05 * s, 0.2 * s, 6).turn("x", 110).move(0.08 * s, y, 0.48 * s).both("x"))
    name = "scorpion" if scorpion else "spider"
    return shape(
        [merge(*parts).paint(colour.rgb)],
        (f"a {name}", f"a {colour.name} {name} with eight legs{' and a stinging tail' * scorpion}"),
        legs=8,
    )


kinds_of(
    FAMILY,
    _spider,
    {
        "spider": (("arachnid", "animal"), ("spider",)),
        "scorpion": (("arachnid", "animal"), ("scorpion",)),
    },
)
