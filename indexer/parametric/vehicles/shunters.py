"""More engines on rails: shunters, toy trains, industrial and streamlined engines, on wheels or on a piece of track."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, chance, hull, pick, rod, shape
from indexer.parametric.kinds import Shape
from indexer.parametric.materials import GLASS, LIGHT, Material, paint
from indexer.parametric.solids import box, cylinder, lathe, rounded_box
from indexer.parametric.surface import Solid, array, merge
from indexer.parametric.vehicles.rail import GAUGE, WIDTH, buffers, wheels


def rails(length: float) -> Solid:
    """A piece of track whose rails' tops are at y = 0."""
    sleepers = array(box(GAUGE * 1.7, 0.15, 0.3), [(0, -0.32, z) for z in np.arange(-length / 2, length / 2, 0.75)])
    return merge(box(0.1, 0.17, length).move(GAUGE / 2, -0.17, 0).both("x").paint(ALLOY), sleepers.paint(DARK))


def _house(rng: np.random.Generator, w: float, h: float, d: float, colour: Material) -> Solid:
    """A cab on y = 0: solid with panes, or four posts under a roof."""
    roof = rounded_box(w * 1.08, 0.16, d * 1.12, 0.07).move(y=h).paint(DARK)
    if chance(rng, 0.35):
        posts = box(0.12, h, 0.12).move(w / 2 - 0.08, 0, d / 2 - 0.08).both("x").both("z")
        return merge(merge(posts, box(w, h * 0.4, d)).paint(colour.rgb), roof)
    panes = merge(box(w * 1.02, h * 0.32, d * 0.7).move(y=h * 0.55), box(w * 0.8, h * 0.3, d * 1.02).move(y=h * 0.56))
    return merge(box(w, h, d).paint(colour.rgb), panes.paint(GLASS), roof)


def shunter(rng: np.random.Generator) -> Shape:
    """A short engine: hood before or on both sides of the cab, a boiler, a steeple, or a bullet nose."""
    style = pick(rng, "one hood", "centre cab", "boiler", "streamlined", "box")
    colour, trim, length = paint(rng), paint(rng), rng.uniform(5.5, 14)
    w, low, high, half = WIDTH * rng.uniform(0.75, 1.0), rng.uniform(0.8, 1.2), rng.uniform(2.0, 2.8), length / 2
    r = rng.uniform(0.4, 0.62)
    n = max(2, int(length / (r * 4.5)))
    solids = [
        box(w, 0.3, length).move(0, low - 0.3, 0).paint(DARK),
        wheels(r, list(np.linspace(-half * 0.72, half * 0.72, n)), chance(rng)),
    ]
    cab_d = length * rng.uniform(0.2, 0.34)
    if style == "boiler":
        tube_r = w * rng.uniform(0.3, 0.42)
        at = low + tube_r * 1.05
        solids.append(cylinder(tube_r, length * 0.64, 20).turn("x", 90).move(0, at, -half * 0.32).paint(colour.rgb))
        stack = lathe(
            np.array([(0.2, 0), (0.16, 0.3), (0.3, 0.8), (0.3, 1.0)]) * (rng.uniform(0.8, 1.5), rng.uniform(0.7, 1.3)),
            14,
        )
        solids.append(stack.move(0, at + tube_r * 0.9, half * 0.45).paint(DARK))
        solids.append(lathe([(0.3, 0), (0.3, 0.25), (0, 0.5)], 14).move(0, at + tube_r * 0.9, 0.0).paint(trim.rgb))
        if chance(rng):
            solids.append(
                box(w * 0.22, tube_r * 1.5, length * 0.45).move(w * 0.38, low, half * 0.1).both("x").paint(colour.rgb)
            )
        solids.append(_house(rng, w, high, cab_d, colour).move(0, low, -half + cab_d * 0.6))
    elif style == "streamlined":
        keys = [
            (-half, w / 2, low, low + high, 5),
            (half * 0.3, w / 2, low, low + high, 5),
            (half * 0.8, w * 0.42, low, low + high * 0.7, 3.5),
        ]
        solids.append(
            hull([*keys, (half * 1.05, w * 0.25, low, low + high * 0.3, 2.5)], 20, smooth=3).paint(colour.rgb)
        )
        solids.append(box(w * 1.02, high * 0.22, length * 0.6).move(0, low + high * 0.6, -half * 0.25).paint(GLASS))
    elif style == "box":
        solids.append(rounded_box(w, high, length * 0.96, 0.15).move(0, low, 0).paint(colour.rgb))
        solids.append(box(w * 0.8, high * 0.3, length * 0.965).move(0, low + high * 0.55, 0).paint(GLASS))
        solids.append(
            array(
                box(w * 1.02, high * 0.25, 0.5),
                [(0, low + high * 0.55, z) for z in np.linspace(-half * 0.75, half * 0.75, 5)],
            ).paint(DARK)
        )
    else:
        hood_h, wide = high * rng.uniform(0.5, 0.75), w * rng.uniform(0.6, 0.85)
        place = 0.0 if style == "centre cab" else -half + cab_d * 0.6
        front = half - place - cab_d / 2
        hood = rounded_box(wide, hood_h, front * 0.97, 0.08).move(0, low, place + cab_d / 2 + front * 0.48)
        solids.append((merge(hood, hood.mirror("z")) if style == "centre cab" else hood).paint(colour.rgb))
        grille = array(
            box(wide * 0.8, 0.05, 0.04), [(0, low + hood_h * (0.2 + 0.1 * i), half * 0.985) for i in range(6)]
        )
        solids += [grille.paint(DARK), _house(rng, w * 0.95, high, cab_d, trim).move(0, low, place)]
        solids.append(cylinder(0.12, 0.6, 10).move(wide * 0.2, low + hood_h, half * 0.4).paint(DARK))
    rail = [rod((w * 0.47, low, z), (w * 0.47, low + 0.9, z), 0.025, sides=5) for z in (half * 0.95, half * 0.5)]
    rail.append(rod((w * 0.47, low + 0.9, half * 0.95), (w * 0.47, low + 0.9, half * 0.5), 0.025, sides=5))
    if chance(rng):
        solids.append(merge(*rail).both("x").paint(trim.rgb))
    solids += [buffers(half, low - 0.1), buffers(half, low - 0.1).mirror("z")]
    solids.append(cylinder(0.14, 0.1, 12).turn("x", 90).move(0, low + high * 0.35, half).paint(LIGHT))
    if chance(rng, 0.25):
        solids.append(rails(length * rng.uniform(1.05, 1.6)))
    power = "steam" if style == "boiler" else "diesel"
    words = {"one hood": "a hood and a cab", "centre cab": "a cab in the middle", "boiler": "a boiler and a chimney"}
    return shape(
        solids,
        (
            f"a {power} locomotive",
            f"a {colour.name} {power} locomotive with {words.get(style, 'a long body')}",
            f"a railway engine on {2 * n} wheels",
        ),
        style=style,
        length=length,
    )
