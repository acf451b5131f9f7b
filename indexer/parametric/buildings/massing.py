"""Buildings as people model them: towers of many plans and tops, houses of joined wings under roofs of many forms."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from indexer.parametric.buildings.houses import gable, hip, roof, wall, windows_around
from indexer.parametric.forms import chance, pick, rod, shape, vary
from indexer.parametric.kinds import Shape
from indexer.parametric.materials import GLASS
from indexer.parametric.parts import ellipse, plate, rectangle
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, prism
from indexer.parametric.surface import Points, Solid, array, merge


def plan(rng: np.random.Generator, w: float, d: float) -> tuple[Points, str]:
    """(n, 2) outline of a tower's floor, and its word."""
    style = pick(
        rng, "square", "square", "chamfered", "round", "l-shaped", "cross-shaped", "octagonal", "triangular", "h-shaped"
    )
    t = rng.uniform(0.35, 0.6)
    if style == "square":
        return rectangle(w, d), style
    if style == "chamfered":
        return rectangle(w, d, min(w, d) * rng.uniform(0.1, 0.3), int(rng.integers(2, 6))), style
    if style in ("round", "octagonal", "triangular"):
        return ellipse(w / 2, d / 2, {"round": 28, "octagonal": 8, "triangular": 3}[style]), style
    if style == "l-shaped":
        corners = [(0, 0), (1, 0), (1, t), (t, t), (t, 1), (0, 1)]
    elif style == "cross-shaped":
        a, b = 0.5 - t / 2, 0.5 + t / 2
        corners = [(a, 0), (b, 0), (b, a), (1, a), (1, b), (b, b), (b, 1), (a, 1), (a, b), (0, b), (0, a), (a, a)]
    else:
        corners = [
            (0, 0),
            (0.3, 0),
            (0.3, 0.35),
            (0.7, 0.35),
            (0.7, 0),
            (1, 0),
            (1, 1),
            (0.7, 1),
            (0.7, 0.65),
            (0.3, 0.65),
            (0.3, 1),
            (0, 1),
        ]
    return (np.array(corners) - 0.5) * (w, d), style


def _relief(outline: Points, h: float, rng: np.random.Generator) -> list[Solid]:
    """What stands out of a facade: floor slabs, upright fins, both, balconies' bands, or nothing."""
    style, floors = pick(rng, "slabs", "fins", "grid", "bands", "plain"), int(np.clip(h / rng.uniform(3.5, 9), 4, 40))
    made = []
    if style in ("slabs", "grid", "bands"):
        out = rng.uniform(1.02, 1.1)
        slab = plate(outline * out, h / floors * (0.5 if style == "bands" else 0.18))
        made.append(array(slab, [(0, h * (i + 0.5) / floors, 0) for i in range(floors)]))
    if style in ("fins", "grid"):
        along = np.linspace(0, len(outline), int(rng.integers(16, 44)), endpoint=False)
        i = along.astype(int) % len(outline)
        at = outline[i] + (np.roll(outline, -1, axis=0)[i] - outline[i]) * (along % 1)[:, None]
        thick = float(np.ptp(outline)) * rng.uniform(0.012, 0.03)
        made.append(array(box(thick, h * rng.uniform(1.0, 1.04), thick), [(x, 0, z) for x, z in at * 1.01]))
    return made


def crown(rng: np.random.Generator, outline: Points, h: float) -> tuple[Solid, str]:
    """What tops a tower whose roof is at y = 0, and its word."""
    w, d = np.ptp(outline, axis=0)
    style = pick(
        rng,
        "a flat roof",
        "an antenna",
        "a spire",
        "a pyramid roof",
        "a dome",
        "a slanted top",
        "a helipad",
        "two antennas",
        "roof machines",
    )
    mast = rod((0, 0, 0), (0, h * rng.uniform(0.1, 0.3), 0), w * 0.025, w * 0.008, 6)
    parts = {
        "an antenna": merge(box(w * 0.4, h * 0.03, d * 0.4), mast),
        "a spire": merge(cone(w * 0.22, h * rng.uniform(0.12, 0.3), 8), mast),
        "a pyramid roof": box(w, h * rng.uniform(0.06, 0.2), d, 0.03),
        "a dome": ball(w * 0.42, w * 0.4, d * 0.42, 18),
        "a slanted top": prism([(-w / 2, 0), (w / 2, 0), (w / 2, h * rng.uniform(0.05, 0.2))], d),
        "a helipad": merge(cylinder(w * 0.2, h * 0.03, 10), cylinder(w * 0.45, h * 0.012, 24).move(y=h * 0.03)),
        "two antennas": merge(mast.move(x=w * 0.2), mast.move(x=-w * 0.2), box(w * 0.7, h * 0.02, d * 0.5)),
    }
    machines = merge(
        *[box(w * rng.uniform(0.1, 0.3), h * 0.03, d * 0.2).move(w * x, 0, d * x * 0.6) for x in (-0.25, 0.05, 0.28)]
    )
    return parts.get(style, merge(machines, box(w * 0.9, h * 0.008, d * 0.9))), style


def tower(rng: np.random.Generator, w: float, d: float, h: float) -> tuple[Solid, str, str]:
    """A high-rise of one to six tiers on y = 0; the words for its plan and its top."""
    outline, word = plan(rng, w, d)
    tiers = int(rng.choice([1, 1, 2, 3, 5]))
    cuts = np.sort(np.append(rng.uniform(0.25, 0.9, tiers - 1), [0, 1])) * h
    parts, size, colour = [], 1.0, wall(rng)
    shrink, turn = rng.uniform(0.68, 0.92), rng.uniform(0, 30) * chance(rng, 0.2)
    for i, (low, high) in enumerate(pairwise(cuts)):
        tier = outline * size
        block = merge(
            plate(tier, high - low).paint(colour), *[part.paint(GLASS) for part in _relief(tier, high - low, rng)]
        )
        shift = rng.uniform(-0.5, 0.5) * (1 - size) * w * chance(rng, 0.3)
        parts.append(block.turn("y", turn * i).move(shift, low, 0))
        size *= shrink if i < tiers - 1 else 1.0
    top, crown_word = crown(rng, outline * size, h)
    return merge(*parts, top.turn("y", turn * (tiers - 1)).move(y=h).paint((0.5, 0.5, 0.52))), word, crown_word


def any_skyscraper(rng: np.random.Generator) -> Shape:
    """One tower or twins, on a podium or the bare ground."""
    w = rng.uniform(20, 45)
    h = w * rng.uniform(1.9, 6.5)
    solid, word, top = tower(rng, w, w * vary(rng, 0.35), h)
    style = pick(rng, "single", "single", "single", "podium", "twin")
    parts = [solid]
    if style == "twin":
        parts = [
            solid.move(x=w * 0.9),
            (solid.mirror("x") if chance(rng) else solid.scale(1, rng.uniform(0.7, 1), 1)).move(x=-w * 0.9),
        ]
        if chance(rng):
            parts.append(box(w, h * 0.03, w * 0.25).move(y=h * rng.uniform(0.3, 0.8)))
    if style == "podium":
        parts.append(
            box(w * rng.uniform(1.5, 2.4), h * rng.uniform(0.04, 0.12), w * rng.uniform(1.4, 2.2)).paint(
                (0.7, 0.7, 0.7)
            )
        )
    words = f"twin towers with {top}" if style == "twin" else f"a skyscraper with a {word} plan and {top}"
    return shape(parts, ("a skyscraper", words, "a very tall building"), style=style, height=h)


def any_roof(rng: np.random.Generator, style: str, w: float, d: float) -> Solid:
    """A roof of the style over w by d on y = 0."""
    h = w * rng.uniform(0.25, 0.6)
    if style == "gabled":
        return gable(w, d, h, rng.uniform(0.1, 0.6))
    if style == "hipped":
        return hip(w, d, h * 0.8, rng.uniform(0.1, 0.6), max(0.0, 1 - w / d))
    if style == "gambrel":
        return prism([(-w * 0.54, 0), (w * 0.54, 0), (w * 0.4, h * 0.7), (0, h * 1.1), (-w * 0.4, h * 0.7)], d * 1.06)
    if style == "mansard":
        return merge(box(w * 1.05, h * 0.7, d * 1.05, 0.8), box(w * 0.84, h * 0.25, d * 0.84, 0.3).move(y=h * 0.7))
    if style == "shed":
        return prism([(-w * 0.55, 0), (w * 0.55, 0), (w * 0.55, h * 0.6)], d * 1.08)
    if style == "thatched":
        return prism(
            [
                (-w * 0.62, -0.4),
                (w * 0.62, -0.4),
                (w * 0.4, h * 0.6),
                (0.15, h * 1.2),
                (-0.15, h * 1.2),
                (-w * 0.4, h * 0.6),
            ],
            d * 1.1,
        )
    if style == "curved":
        turn = np.linspace(0, np.pi, 14)
        return prism(np.stack([w * 0.53 * np.cos(turn), h * 0.8 * np.sin(turn)], 1), d * 1.05)
    return merge(
        box(w * 1.03, 0.3, d * 1.03),
        box(w * 1.03, 0.6, 0.15).move(z=d * 0.51).both("z"),
        box(0.15, 0.6, d).move(w * 0.51).both("x"),
    )


ROOF_STYLES = ("gabled", "gabled", "hipped", "gambrel", "mansard", "shed", "thatched", "curved", "flat")


def _details(rng: np.random.Generator, w: float, d: float, h: float) -> tuple[list[Solid], list[str]]:
    """A chimney, a porch, dormers, a balcony, steps, ground, a fence: some of them, and their words."""
    made: list[Solid] = []
    words = []
    if chance(rng, 0.5):
        made.append(box(0.9, w * 0.75, 0.9).move(rng.uniform(-0.35, 0.35) * w, h, rng.uniform(-0.3, 0.3) * d))
        words.append("a chimney")
    if chance(rng, 0.4):
        deep = rng.uniform(1.5, 3)
        post = box(0.22, 2.5, 0.22) if chance(rng) else cylinder(0.14, 2.5, 10)
        posts = array(
            post, [(x * w * 0.44, 0.3, d / 2 + deep - 0.2) for x in np.linspace(-1, 1, int(rng.integers(2, 6)))]
        )
        top = prism([(0, 0), (deep + 0.3, 0), (0, 0.9)], w * 1.0).turn("y", -90).move(0, 2.8, d / 2)
        made += [posts, top, box(w, 0.3, deep).move(z=d / 2 + deep / 2)]
        words.append("a porch")
    if chance(rng, 0.3):
        dormer = merge(box(1.5, 1.5, 2.2), gable(1.5, 2.2, 0.8, 0.2).move(y=1.5))
        made += [dormer.turn("y", 90).move(w * 0.28, h, z * d * 0.25) for z in (-1, 1)]
        words.append("dormers")
    if chance(rng, 0.25) and h > 4:
        made.append(
            merge(
                box(w * 0.5, 0.2, 1.4),
                array(box(0.08, 1, 0.08), [(x * w * 0.24, 0.2, 0.65) for x in np.linspace(-1, 1, 9)]),
                box(w * 0.5, 0.1, 0.1).move(0, 1.15, 0.65),
            ).move(0, 3, d / 2 + 0.7)
        )
        words.append("a balcony")
    if chance(rng, 0.3):
        made.append(box(w * rng.uniform(1.3, 2.2), 0.3, d * rng.uniform(1.3, 2)).move(y=-0.3))
    return made, words


def _block(rng: np.random.Generator, w: float, d: float, h: float, storeys: int, style: str) -> list[Solid]:
    walls = box(w, h, d)
    if chance(rng, 0.25):  # walls around an empty inside, as models that open have them
        t = 0.3
        walls = merge(
            box(w, h, t).move(z=(d - t) / 2).both("z"), box(t, h, d).move((w - t) / 2).both("x"), box(w, t, d)
        )
    panes = windows_around(
        w, h, d, (max(int(w / 3), 1), max(int(d / 3), 1)), storeys, (rng.uniform(0.25, 0.6), rng.uniform(0.35, 0.6))
    )
    return [walls.paint(wall(rng)), panes, any_roof(rng, style, w, d).move(y=h).paint(roof(rng))]


def any_house(rng: np.random.Generator) -> Shape:
    """One to three joined wings under roofs of one form, with what belongs to a house."""
    storeys, style = int(rng.integers(1, 4)), pick(rng, *ROOF_STYLES)
    w, d, h = rng.uniform(4.5, 11), rng.uniform(5, 14), storeys * rng.uniform(2.5, 3.1)
    solids = _block(rng, w, d, h, storeys, style)
    wings = int(rng.integers(0, 3))
    for i in range(wings):
        lower = max(storeys - int(rng.integers(0, 2)), 1)
        w2, d2 = w * rng.uniform(0.45, 0.9), d * rng.uniform(0.4, 0.9)
        wing = [
            part.turn("y", 90.0 * chance(rng))
            for part in [merge(*_block(rng, w2, d2, h * lower / storeys, lower, style))]
        ]
        solids += [part.move((1 - 2 * i) * (w + w2) * 0.4, 0, rng.uniform(-0.4, 0.4) * d) for part in wing]
    door = merge(box(1.0, 2.1, 0.2), box(1.3, 2.3, 0.12)).move(rng.uniform(-0.25, 0.25) * w, 0, d / 2)
    extra, words = _details(rng, w, d, h)
    solids += [door.paint((0.5, 0.3, 0.2)), *[part.paint((0.8, 0.78, 0.74)) for part in extra]]
    if chance(rng, 0.12):  # a round tower at a corner
        solids.append(lathe([(1.6, 0), (1.6, h * 1.25), (2.0, h * 1.25), (0, h * 1.9)], 14).move(w / 2, 0, d / 2))
        words.append("a corner tower")
    article = "flat-roofed house" if style == "flat" else f"house with a {style} roof"
    more = f" and {' and '.join(words)}" if words else ""
    floors = {1: "one-storey", 2: "two-storey", 3: "three-storey"}[storeys]
    return shape(solids, (f"a {floors} house", f"a {article}", f"a {article}{more}"), storeys=storeys, style=style)


def skyline(rng: np.random.Generator) -> Shape:
    """Towers and houses close together on a plate: a block, a row or a ring about a square."""
    layout = pick(rng, "grid", "row", "ring", "dense")
    pitch, n = rng.uniform(24, 40), int(rng.integers(4, 12))
    if layout == "row":
        at = [((i - n / 2) * pitch, 0.0) for i in range(n)]
    elif layout == "ring":
        at = [(np.cos(a) * pitch * n / 5, np.sin(a) * pitch * n / 5) for a in 2 * np.pi * np.arange(n) / n]
    else:
        side = 3 if layout == "grid" else 4
        at = [
            ((i % side - side / 2) * pitch * (1 if layout == "grid" else 0.75), (i // side - side / 2) * pitch)
            for i in range(side * side)
        ]
    solids, tall = [], chance(rng, 0.6)
    for x, z in at:
        h = float(rng.lognormal(3.9, 0.6)) if tall else rng.uniform(8, 24)
        made = tower(rng, pitch * rng.uniform(0.4, 0.8), pitch * rng.uniform(0.4, 0.8), min(h, 260))[0]
        solids.append(made.move(x, 0, z))
    low, high = np.array(at).min(axis=0) - pitch * 0.6, np.array(at).max(axis=0) + pitch * 0.6
    if chance(rng, 0.8):
        ground = box(high[0] - low[0], 1.0, high[1] - low[1])
        solids.append(ground.move((high[0] + low[0]) / 2, -1, (high[1] + low[1]) / 2).paint((0.4, 0.4, 0.42)))
    number = len(at)
    return shape(
        solids,
        (
            "a city block",
            f"a city block of {number} buildings",
            "a city with high-rise towers" if tall else "a group of low buildings",
        ),
        buildings=number,
    )
