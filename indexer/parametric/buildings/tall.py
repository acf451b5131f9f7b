"""High-rise buildings and city blocks."""

from __future__ import annotations

import numpy as np

from indexer.parametric.buildings import massing
from indexer.parametric.buildings.houses import LEAD, hip, roof, wall, windows_around
from indexer.parametric.forms import chance, pick, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS
from indexer.parametric.solids import box, cone, cylinder
from indexer.parametric.surface import Solid, array, merge

FAMILY = "buildings"


def tower_block(rng: np.random.Generator, w: float, d: float, h: float, style: str) -> Solid:
    """One high-rise on y = 0: "box", "setback", "tapered", "round", "twisted" or "slab"."""
    colour = (0.45, 0.55, 0.65) if chance(rng) else wall(rng)
    floors = max(int(h / 3.6), 5)
    rows = min(floors, 26)
    if style == "setback":
        parts, y, size = [], 0.0, 1.0
        for share in (0.45, 0.25, 0.18, 0.12):
            tall = h * share
            block = merge(
                box(w * size, tall, d * size).paint(colour),
                windows_around(w * size, tall, d * size, (5, 5), max(int(rows * share), 1), (0.5, 0.7)),
            )
            parts.append(block.move(y=y))
            y, size = y + tall, size * 0.74
        return merge(*parts, cone(w * 0.06, h * 0.16, 8).move(y=y).paint(LEAD))
    if style == "round":
        bands = array(
            cylinder(w * 0.505, h / rows * 0.55, 24), [(0, h * (i + 0.3) / rows, 0) for i in range(rows)]
        ).paint(GLASS)
        return merge(cylinder(w / 2, h, 24).paint(colour), bands, cylinder(w * 0.2, h * 0.04, 16).move(y=h).paint(LEAD))
    if style in ("tapered", "twisted"):
        turn, narrow = (
            (rng.uniform(40, 90) if style == "twisted" else 0.0),
            rng.uniform(0.35, 0.6) if style == "tapered" else 0.8,
        )
        floor = box(1, h / rows * 0.92, 1)
        slabs = [
            floor.scale(w * (1 - (1 - narrow) * t), 1, d * (1 - (1 - narrow) * t)).turn("y", turn * t).move(y=t * h)
            for t in np.arange(rows) / rows
        ]
        core = (
            box(w * 0.9, h, d * 0.9, narrow)
            if style == "tapered"
            else cylinder(min(w, d) * 0.42, h, 16, min(w, d) * 0.34)
        )
        return (
            merge(*slabs[::2], *slabs[1::2]).paint(colour)
            if rows < 4
            else merge(
                merge(*slabs).paint(colour), core.paint(GLASS), cone(w * 0.04, h * 0.14, 8).move(y=h).paint(LEAD)
            )
        )
    block = box(w, h, d).paint(colour)
    panes = windows_around(w, h, d, (max(int(w / 4), 3), max(int(d / 4), 3)), rows, (0.62, 0.62))
    return merge(block, panes, box(w * 0.4, h * 0.03, d * 0.4).move(y=h).paint((0.55, 0.55, 0.56)))


HIGH_RISE = ("box", "setback", "tapered", "round", "twisted", "box")


@kind("skyscraper", ("high-rise", "tower block", "office tower", "building"), FAMILY)
def skyscraper(rng: np.random.Generator) -> Shape:
    """A tall tower: box, setback art deco, tapered, round or twisted; or one of many plans and tops."""
    if chance(rng, 0.65):
        return massing.any_skyscraper(rng)
    style, w, h = pick(rng, *HIGH_RISE), rng.uniform(22, 40), rng.uniform(110, 260)
    solids = [tower_block(rng, w, w * vary(rng, 0.2), h, style)]
    base = chance(rng, 0.4)
    if base:
        solids.append(box(w * 1.6, h * 0.05, w * 1.6).paint((0.7, 0.7, 0.7)))
    words = {
        "box": "a plain box-shaped skyscraper with a grid of windows",
        "setback": "a stepped art deco skyscraper with a spire",
        "tapered": "a tapering skyscraper with a spire",
        "round": "a round glass tower",
        "twisted": "a twisted skyscraper",
    }
    return shape(solids, ("a skyscraper", words[style], f"a very tall building, {words[style]}"), style=style, height=h)


@kind("city block", ("city", "cityscape", "group of buildings", "downtown"), FAMILY)
def city_block(rng: np.random.Generator) -> Shape:
    """Many buildings of differing height on a ground plate with streets."""
    if chance(rng, 0.6):
        return massing.skyline(rng)
    across, along, pitch, high = int(rng.integers(2, 5)), int(rng.integers(2, 5)), 30.0, chance(rng, 0.6)
    solids = [box(across * pitch + 8, 0.5, along * pitch + 8).move(y=-0.5).paint((0.4, 0.4, 0.42))]
    for i in range(across):
        for j in range(along):
            w, d = rng.uniform(14, 22), rng.uniform(14, 22)
            h = float(rng.lognormal(3.7, 0.55)) if high else rng.uniform(9, 26)
            colour, rows = wall(rng), int(np.clip(h / 4, 3, 12))
            block = [box(w, h, d).paint(colour), windows_around(w, h, d, (4, 4), rows, (0.55, 0.5))]
            block.append(
                box(w * 0.35, 2.5, d * 0.3).move(w * 0.15, h, 0).paint((0.55, 0.55, 0.55))
                if high or chance(rng)
                else hip(w, d, 5, 0.4, 0.4).move(y=h).paint(roof(rng))
            )
            solids.append(merge(*block).move((i - (across - 1) / 2) * pitch, 0, (j - (along - 1) / 2) * pitch))
    n = across * along
    return shape(
        solids,
        (
            "a city block",
            f"a city block of {n} buildings",
            f"a {'downtown with high-rise towers' if high else 'neighbourhood of low buildings'} along streets",
        ),
        buildings=n,
    )
