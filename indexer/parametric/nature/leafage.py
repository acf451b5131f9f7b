"""Leaves by the hundred, and what they cover: leafy trees, bushes, and plants in pots of many habits."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, limb, pick, shape, vary
from indexer.parametric.kinds import Shape
from indexer.parametric.materials import paint
from indexer.parametric.nature.trees import BARK, blob, branches, green, leaf
from indexer.parametric.solids import ball, box, cone, cylinder, lathe
from indexer.parametric.surface import Points, Solid, merge, ring


def scattered(one: Solid, at: Points, rng: np.random.Generator, upright: float = 0.0) -> Solid:
    """A copy of `one` at each of the (n, 3) points, turned at random; `upright` 1 turns them about y alone."""
    count, size = len(at), len(one.vertices)
    turns = rng.normal(size=(count, 4)) * (1.0, 1 - upright, 1.0, 1 - upright)
    w, x, y, z = (turns / np.linalg.norm(turns, axis=1, keepdims=True)).T
    rotation = np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], 1),
            np.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], 1),
            np.stack([2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], 1),
        ],
        1,
    )
    places = one.vertices @ rotation.transpose(0, 2, 1) * rng.uniform(0.6, 1.2, (count, 1, 1)) + at[:, None]
    faces = one.faces + size * np.arange(count)[:, None, None]
    return Solid(places.reshape(-1, 3), faces.reshape(-1, 3), np.tile(one.colors, (count, 1)))


def leaflet(length: float, rng: np.random.Generator) -> Solid:
    """One small leaf from the origin: a plain card, a diamond or a pointed oval."""
    wide = length * rng.uniform(0.3, 0.8)
    form = pick(rng, "card", "diamond", "oval")
    if form == "oval":
        return leaf(length, wide, 0.2, 0.1)
    card = box(wide, 0.02 * length, length).move(z=length / 2)
    return card if form == "card" else ball(wide / 2, 0.03 * length, length / 2, 4).move(z=length / 2)


def crown_points(rng: np.random.Generator, count: int, size: tuple[float, float, float], hollow: float = 0.6) -> Points:
    """Points in an ellipsoid about the origin, the inner `hollow` of it mostly empty."""
    at = rng.normal(size=(count, 3))
    at /= np.linalg.norm(at, axis=1, keepdims=True)
    return at * rng.uniform(hollow, 1.0, (count, 1)) * size


def leafy_tree(rng: np.random.Generator) -> Shape:
    """A tree with hundreds of leaves on a branching trunk, or in a crown of a plain form on a pole."""
    h, rgb = rng.uniform(3, 12), green(rng)
    style = pick(rng, "branching", "ball", "cone", "layers", "umbrella", "blobs", "low poly")
    trunk, tips = branches(rng, h * 0.9, h * rng.uniform(0.025, 0.06), rng.uniform(0.5, 0.95), int(rng.integers(2, 4)))
    if style == "branching":
        near = np.repeat(tips, max(420 // len(tips), 3), axis=0)
        at = near + rng.normal(size=near.shape) * h * rng.uniform(0.04, 0.08)
        crown = scattered(leaflet(h * rng.uniform(0.03, 0.07), rng), at, rng)
        return _tree([trunk, crown.paint(rgb)], "a tree with many leaves on its branches", style)
    bare, wide = h * rng.uniform(0.15, 0.45), h * rng.uniform(0.18, 0.45)
    top = h - bare
    pole = limb(
        [(0, 0, 0, h * 0.04), (rng.normal() * 0.03 * h, bare * 0.6, 0, h * 0.03), (0, bare + top * 0.5, 0, h * 0.018)],
        7,
    )
    if style == "ball":
        at = crown_points(rng, 380, (wide, top * 0.5, wide)) + (0, bare + top * 0.5, 0)
        crown = scattered(leaflet(h * rng.uniform(0.05, 0.1), rng), at, rng)
    elif style == "cone":
        crown = cone(wide * 0.8, top, int(rng.integers(5, 20))).move(y=bare)
    elif style == "layers":
        n = int(rng.integers(3, 7))
        crown = merge(
            *[
                cone(wide * (1 - 0.75 * i / n), top / n * 1.7, 9).turn("y", 40.0 * i).move(y=bare + top * 0.9 * i / n)
                for i in range(n)
            ]
        )
    elif style == "umbrella":
        at = crown_points(rng, 300, (wide * 1.4, top * 0.16, wide * 1.4), 0.2) + (0, h * 0.85, 0)
        crown = scattered(leaflet(h * 0.08, rng), at, rng)
    else:
        sides, n = (5 if style == "low poly" else 12), int(rng.integers(1, 7))
        at = rng.normal(size=(n, 3)) * (wide * 0.5, top * 0.2, wide * 0.5) * (n > 1) + (0, bare + top * 0.5, 0)
        crown = merge(*[blob(rng, wide * rng.uniform(0.6, 1.0), sides).move(*point) for point in at])
    kept = trunk if style == "umbrella" else pole
    return _tree(
        [kept.paint(BARK), crown.paint(rgb)],
        f"a tree with a crown of {style}" if style in ("layers", "blobs") else f"a {style} tree",
        style,
    )


def _tree(solids: list[Solid], words: str, style: str) -> Shape:
    return shape(solids, ("a tree", words, "a green tree with a trunk"), style=style)


def leafy_bush(rng: np.random.Generator) -> Shape:
    """A low mound of leaves or twigs with leaves."""
    r, rgb = rng.uniform(0.3, 1.2), green(rng)
    at = crown_points(rng, int(rng.integers(150, 420)), (r, r * rng.uniform(0.5, 1.0), r), 0.3)
    at = np.abs(at * (0, 1, 0)) + at * (1, 0, 1)
    crown = scattered(leaflet(r * rng.uniform(0.12, 0.3), rng), at, rng)
    stems = [
        limb([(0, 0, 0, 0.03 * r), (*(point * 0.5 + (0, 0.1 * r, 0)), 0.02 * r), (*point, 0.012 * r)], 5, 2)
        for point in at[:12]
    ]
    return shape(
        [crown.paint(rgb), merge(*stems).paint(BARK)],
        ("a leafy bush", "a bush with many leaves", "a green shrub"),
        style="leafy",
    )


def planter(rng: np.random.Generator, r: float) -> tuple[Solid, float]:
    """A pot, bowl, box, urn or basket, perhaps on a saucer or legs; and the soil's height."""
    style = pick(rng, "pot", "bowl", "box", "urn", "tall", "legs", "trough")
    h = r * {"bowl": 0.9, "tall": 3.2, "trough": 1.2}.get(style, rng.uniform(1.3, 2.0))
    n = int(rng.choice([6, 8, 24]))
    if style in ("box", "trough"):
        w = 2 * r * (2.2 if style == "trough" else 1.0)
        body = merge(box(w, h, 2 * r, rng.uniform(1.0, 1.3)), box(w * 1.12, h * 0.12, 2.25 * r).move(y=h * 0.92))
        return body, h
    rows = {
        "bowl": [(0.4, 0), (0.8, 0.25), (1.15, 0.7), (1.25, 1), (1.1, 1), (1.0, 0.75)],
        "urn": [(0.6, 0), (0.6, 0.08), (0.25, 0.2), (0.9, 0.5), (1.0, 0.8), (1.2, 1), (1.0, 1), (0.85, 0.8)],
    }.get(style, [(rng.uniform(0.55, 1.0), 0), (1.0, 0.85), (1.1, 0.85), (1.1, 1), (0.95, 1), (0.9, 0.8)])
    body = merge(lathe(np.array(rows) * (r, h), n), cylinder(0.85 * r, 0.04 * h, 12).move(y=0.84 * h))
    if style == "legs":
        stand = ring(box(0.12 * r, h * 1.1, 0.12 * r), 4, 1.05 * r)
        return merge(body.move(y=h * 0.45), stand), h * 1.33
    if chance(rng, 0.3):
        body = merge(body, lathe([(1.0 * r, 0), (1.3 * r, 0.12 * h), (1.25 * r, 0.12 * h), (0.9 * r, 0.04 * h)], 20))
    return body, 0.86 * h


def _stemmed(rng: np.random.Generator, r: float, n: int, blade: Solid) -> Solid:
    """Stalks that rise and lean out, each with a leaf at its end."""
    made = []
    for _ in range(n):
        up, out = r * rng.uniform(1, 5), r * rng.uniform(0.2, 2.2)
        stalk = limb([(0, 0, 0, 0.05 * r), (out * 0.35, up * 0.65, 0, 0.04 * r), (out, up, 0, 0.025 * r)], 5, 2)
        tip = blade.scale(rng.uniform(0.6, 1.15)).turn("z", rng.uniform(-50, 30)).move(out, up, 0)
        made.append(merge(stalk, tip).turn("y", rng.uniform(0, 360)))
    return merge(*made)


def _trunked(rng: np.random.Generator, r: float) -> Solid:
    """A potted little tree: a stem, perhaps several, and tufts of leaves on top."""
    made = []
    for _ in range(int(rng.integers(1, 4))):
        tall, lean = r * rng.uniform(2.5, 7), r * rng.normal() * 0.5
        stem = limb([(0, 0, 0, 0.1 * r), (lean * 0.7, tall * 0.5, 0, 0.08 * r), (lean, tall, 0, 0.07 * r)], 7).paint(
            BARK
        )
        blade = leaf(r * rng.uniform(1.5, 3), r * rng.uniform(0.2, 0.6), rng.uniform(0.3, 1.1))
        tuft = merge(ring(blade.turn("z", 35), 8), ring(blade.scale(0.8).turn("z", 65), 6, start=20))
        made.append(merge(stem, tuft.move(lean, tall, 0)).turn("y", rng.uniform(0, 360)))
    return merge(*made)


def _trailing(rng: np.random.Generator, r: float, y: float) -> Solid:
    """Vines that hang over the rim with small leaves."""
    vines, at = [], []
    for a in rng.uniform(0, 2 * np.pi, 9):
        out, fall = r * rng.uniform(1.2, 1.9), y * rng.uniform(0.3, 0.9)
        way = np.array([np.cos(a), 0, np.sin(a)])
        path = [way * 0, way * out * 0.6 + (0, 0.5 * r, 0), way * out, way * out * 1.1 - (0, fall, 0)]
        vines.append(limb([(*point, 0.03 * r) for point in path], 5, 3))
        at += [path[2] * (1 - t) + path[3] * t for t in np.linspace(0, 1, 9)] + [path[1]]
    points = np.array(at) + rng.normal(size=(len(at), 3)) * 0.08 * r
    top = crown_points(rng, 60, (r, 0.6 * r, r), 0.2) + (0, 0.4 * r, 0)
    return merge(*vines, scattered(leaflet(0.45 * r, rng), np.concatenate([points, top]), rng))


def any_potted(rng: np.random.Generator) -> Shape:
    """A plant of some habit in a planter of some form."""
    r, rgb, colour = rng.uniform(0.08, 0.25), green(rng), paint(rng)
    vessel, y = planter(rng, r)
    n = int(rng.integers(6, 20))
    style = pick(
        rng,
        "big leaves on stalks",
        "heart-shaped leaves",
        "a tuft of leaves on a stem",
        "trailing vines",
        "a bushy crown",
        "long grassy leaves",
        "flowers",
        "a branching little tree",
    )
    if style == "big leaves on stalks":
        plant = _stemmed(
            rng,
            r,
            n,
            leaf(r * rng.uniform(1.3, 2.4), r * rng.uniform(0.6, 1.4), 0.35, 0.15, int(rng.choice([0, 0, 5]))),
        )
    elif style == "heart-shaped leaves":
        plant = _stemmed(rng, r, n, ball(0.6 * r, 0.06 * r, 0.5 * r, 10).move(x=0.5 * r))
    elif style == "a tuft of leaves on a stem":
        plant = _trunked(rng, r)
    elif style == "trailing vines":
        plant = _trailing(rng, r, y)
    elif style == "a bushy crown":
        high = r * rng.uniform(0.8, 2.6)
        at = crown_points(rng, 260, (r * rng.uniform(1.1, 2.0), high, r * 1.5), 0.3) + (0, high * 0.9, 0)
        plant = merge(
            scattered(leaflet(r * rng.uniform(0.3, 0.6), rng), at, rng),
            limb([(0, 0, 0, 0.08 * r), (0, high, 0, 0.05 * r)], 6),
        )
    elif style == "long grassy leaves":
        blade = leaf(r * rng.uniform(3, 6), r * rng.uniform(0.1, 0.3), rng.uniform(0.1, 0.9))
        plant = merge(
            *[
                blade.scale(vary(rng, 0.3)).turn("z", rng.uniform(35, 88)).turn("y", rng.uniform(0, 360))
                for _ in range(n + 8)
            ]
        )
    elif style == "flowers":
        petal = ring(ball(0.22 * r, 0.05 * r, 0.12 * r, 8).turn("z", 20).move(x=0.25 * r), 6)
        bloom = merge(petal, ball(0.14 * r, sides=8)).turn("z", -25).paint(paint(rng).rgb)
        plant = merge(_stemmed(rng, r, max(n // 2, 4), bloom), _stemmed(rng, r * 0.5, 12, leaf(1.5 * r, 0.5 * r, 0.3)))
    else:
        trunk, tips = branches(rng, r * rng.uniform(4, 7), 0.12 * r, rng.uniform(0.6, 1.0), 2)
        near = np.repeat(tips, 22, axis=0)
        plant = merge(trunk, scattered(leaflet(0.45 * r, rng), near + rng.normal(size=near.shape) * 0.5 * r, rng))
    solids = [vessel.paint(colour.rgb), plant.move(y=y).paint(rgb)]
    return shape(
        solids, ("a potted plant", f"a potted plant with {style}", f"a house plant in a {colour.name} pot"), style=style
    )
