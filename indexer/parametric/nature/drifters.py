"""Rays, jellyfish and seahorses."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import limb, pick, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import paint
from indexer.parametric.nature.motion import swimming
from indexer.parametric.solids import ball, lathe, sheet
from indexer.parametric.surface import merge

FAMILY = "animals"


@kind("ray", ("stingray", "manta ray", "fish", "sea animal", "animal"), FAMILY)
@swimming
def ray(rng: np.random.Generator) -> Shape:
    """A flat body with broad wings and a whip of a tail."""
    style, s, colour = (
        pick(rng, "manta", "stingray"),
        rng.uniform(0.5, 2.5),
        paint(rng, "grey", "brown", "blue", "black"),
    )
    reach, lift = s * rng.uniform(0.6, 1.1) * (1.3 if style == "manta" else 1), s * rng.uniform(-0.25, 0.35)
    u, v = np.linspace(-1, 1, 21)[:, None], np.linspace(-1, 1, 9)[None, :]
    chord = s * (0.04 + (0.55 if style == "manta" else 0.7) * np.sqrt(np.clip(1 - np.abs(u) ** 1.3, 0, 1)))
    z = v * chord - (0.28 * s * np.abs(u) if style == "manta" else 0 * u)
    y = lift * np.abs(u) ** 1.6 + 0.02 * s * (1 - v**2) * (1 - np.abs(u))
    wings = sheet(np.stack(np.broadcast_arrays(u * reach, y, z), 2), 0.035 * s)
    body = ball(0.2 * s, 0.1 * s, 0.5 * s, 14)
    tail = limb([(0, 0, -0.4 * s, 0.05 * s), (0, 0, -1.0 * s, 0.025 * s), (0, 0.05 * s, -1.7 * s, 0.008 * s)], 6)
    horns = limb([(0.12 * s, 0, 0.5 * s, 0.05 * s), (0.14 * s, 0, 0.75 * s, 0.03 * s)], 6).both("x")
    eyes = ball(0.05 * s, sides=8).move(0.15 * s, 0.1 * s, 0.3 * s).both("x").paint((0.05, 0.05, 0.06))
    parts = [wings, body, tail, *([horns] if style == "manta" else [])]
    name = "manta ray" if style == "manta" else "stingray"
    return shape(
        [merge(*parts).paint(colour.rgb), eyes], (f"a {name}", f"a {colour.name} {name} with a thin tail"), style=style
    )


@kind("jellyfish", ("medusa", "sea animal", "animal"), FAMILY)
def jellyfish(rng: np.random.Generator) -> Shape:
    """A bell with trailing tentacles."""
    r, h, n = rng.uniform(0.1, 0.3), rng.uniform(0.5, 1.1), int(rng.integers(6, 20))
    bell = np.array([(0.85, -0.1), (1.0, 0.0), (0.92, 0.4), (0.6, 0.8), (0, 1), (0, 0.9), (0.55, 0.65), (0.8, 0.3)]) * (
        r,
        h * r,
    )
    dome = lathe([(0.001, 0.25 * h * r), *bell[[7, 0, 1, 2, 3, 4]]], 24)
    made = []
    for i in range(n):
        a, long = 2 * np.pi * i / n, r * rng.uniform(1.5, 4)
        wave = r * rng.uniform(0.05, 0.25)
        t = np.linspace(0, 1, 6)
        x, z = 0.8 * r * np.cos(a) + wave * np.sin(7 * t + i), 0.8 * r * np.sin(a) + wave * np.cos(6 * t)
        made.append(limb(np.stack([x, -t * long, z, 0.03 * r * (1.1 - t)], 1), 5, 2))
    arms = [
        limb(
            [
                (k * 0.2 * r, 0.1 * r, 0, 0.1 * r),
                (k * 0.3 * r, -r, 0.1 * r, 0.12 * r),
                (k * 0.1 * r, -1.8 * r, 0, 0.02 * r),
            ],
            7,
        )
        for k in (-1, 0, 1)
    ]
    colour = paint(rng)
    return shape(
        [dome.paint(colour.rgb), merge(*made, *arms).paint(colour.shade(1.1))],
        ("a jellyfish", f"a {colour.name} jellyfish", f"a jellyfish with {count(n, 'tentacle')}"),
        tentacles=n,
    )


@kind("seahorse", ("fish", "sea animal", "animal"), FAMILY)
def seahorse(rng: np.random.Generator) -> Shape:
    """An upright body with a horse's head, a belly and a curled tail."""
    s, colour = rng.uniform(0.1, 0.3), paint(rng)
    fat, curl = rng.uniform(0.8, 1.3), rng.uniform(0.7, 1.2)
    a = np.linspace(0, 1.8 * np.pi * curl, 10)
    spiral = np.stack(
        [0 * a, -0.95 + 0.2 * np.sin(-a) * (1 - a / 9), 0.12 - 0.2 * np.cos(a) * (1 - a / 9), 0.07 - 0.006 * a], 1
    )
    body = limb(
        [
            (0, 0.72, 0.08, 0.12),
            (0, 0.5, -0.08, 0.1),
            (0, 0.2, 0.02, 0.17 * fat),
            (0, -0.15, 0.08, 0.2 * fat),
            (0, -0.55, -0.04, 0.11),
        ],
        14,
    )
    tail = limb([(0, -0.5, -0.04, 0.12), *spiral[:8]], 8)
    snout = limb([(0, 0.72, 0.1, 0.11), (0, 0.64, 0.3, 0.05), (0, 0.6, 0.45, 0.045)], 8)
    spikes = [ball(0.03, 0.08, 0.04, 6).move(0, 0.86 - 0.03 * i, 0.04 - 0.07 * i) for i in range(3)]
    fin = ball(0.02, 0.16, 0.12, 10).move(0, -0.05, -0.16)
    eyes = ball(0.03, sides=8).move(0.1, 0.74, 0.12).both("x")
    parts = merge(body, tail, snout, fin, eyes, *spikes).scale(s).paint(colour.rgb)
    return shape(
        [parts], ("a seahorse", f"a {colour.name} seahorse", "a seahorse with a curled tail"), style="seahorse"
    )
