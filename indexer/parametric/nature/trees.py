"""Trees: broadleaf, conifers, palms and bare ones."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, flow, limb, pick, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import RGB
from indexer.parametric.solids import ball, cone, cylinder, lathe, sheet, tube
from indexer.parametric.surface import Points, Solid, merge, ring

FAMILY = "plants"
BARK: RGB = (0.36, 0.25, 0.16)
GREENS: tuple[RGB, ...] = ((0.17, 0.42, 0.14), (0.25, 0.5, 0.18), (0.35, 0.52, 0.2), (0.12, 0.32, 0.14))
AUTUMN: tuple[tuple[str, RGB], ...] = (
    ("orange", (0.8, 0.42, 0.1)),
    ("red", (0.7, 0.2, 0.12)),
    ("yellow", (0.85, 0.7, 0.2)),
    ("pink", (0.93, 0.65, 0.72)),
)


def green(rng: np.random.Generator) -> RGB:
    """A leaf colour."""
    r, g, b = np.array(GREENS[int(rng.integers(4))]) * rng.uniform(0.85, 1.15)
    return float(r), float(g), float(b)


def leaf(length: float, width: float, droop: float, curl: float = 0.15, lobes: int = 0) -> Solid:
    """A leaf from the origin along +x that bows down by `droop` of its length; with `lobes` it is cut like a fern's."""
    u, v = np.linspace(0, 1, 2 * lobes + 9 if lobes else 8), np.linspace(-1, 1, 3)
    half = width / 2 * np.sin(np.pi * np.clip(u * 0.93 + 0.05, 0, 1)) ** 0.8
    if lobes:
        half *= np.where(np.arange(len(u)) % 2 == 0, 0.35, 1.0)
    y = length * (0.35 * u - (droop + 0.35) * u**2)[:, None] + curl * width * np.abs(v)
    grid = np.stack([np.broadcast_to(u[:, None] * length * (1 - 0.15 * droop), y.shape), y, v * half[:, None]], 2)
    return sheet(grid, 0.012 * length)


def blob(rng: np.random.Generator, r: float, sides: int = 10) -> Solid:
    """A lumpy ball of foliage."""
    lump, phase = ball(r, r * 0.85, r, sides), rng.uniform(0, 6, 3)
    return lump.warp(
        lambda p: (
            p
            * (
                1
                + 0.16
                * np.sin(p @ np.array([[5, 1, 2], [1, 4, 3], [2, 2, 5]]) / r * 0.9 + phase).sum(axis=1, keepdims=True)
                / 1.6
            )
        )
    )


def branches(rng: np.random.Generator, height: float, trunk: float, spread: float, depth: int) -> tuple[Solid, Points]:
    """A forking trunk from y = 0, and the (n, 3) tips of the twigs."""
    made, tips, queue = (
        [],
        [],
        [(np.zeros(3), np.array([rng.normal(0, 0.05), 1.0, rng.normal(0, 0.05)]), height * 0.42, trunk, depth)],
    )
    while queue:
        start, way, length, r, level = queue.pop()
        bend = rng.normal(0, 0.12, 3)
        end = start + way / np.linalg.norm(way) * length
        made.append(
            limb(
                [(*start, r), (*((start + end) / 2 + bend * length * 0.3), r * 0.85), (*end, r * 0.66)],
                7 if level > 1 else 5,
                2,
            )
        )
        if level == 0:
            tips.append(end)
            continue
        forks, turn = int(rng.integers(2, 4)) + (level == depth), rng.uniform(0, 6)
        for i in range(forks):
            a = turn + 2 * np.pi * i / forks + rng.normal(0, 0.25)
            aside = np.array([np.cos(a), 0.15, np.sin(a)]) * spread
            queue.append(
                (end, way / np.linalg.norm(way) + aside, length * rng.uniform(0.55, 0.75), r * 0.62, level - 1)
            )
    return merge(*made).paint(BARK), np.array(tips)


def plain_tree(rng: np.random.Generator) -> Shape:
    """A leafy tree: a round, spreading, tall or cloud-like crown on a trunk that forks."""
    style, h = pick(rng, "round", "spreading", "tall", "clumped"), rng.uniform(4, 14)
    coloured = chance(rng, 0.25)
    name, rgb = AUTUMN[int(rng.integers(4))] if coloured else ("green", green(rng))
    if style == "clumped":
        trunk, tips = branches(rng, h, h * 0.045, 0.75, 2)
        crown = [blob(rng, h * rng.uniform(0.13, 0.19), 9).move(*tip) for tip in tips[:14]]
    else:
        bare = h * rng.uniform(0.25, 0.4)
        wide, tall = {"round": (0.32, 0.32), "spreading": (0.5, 0.22), "tall": (0.17, 0.38)}[style]
        trunk = merge(
            limb(
                [
                    (0, 0, 0, h * 0.045),
                    (rng.normal(0, 0.02) * h, bare * 0.5, 0, h * 0.033),
                    (0, bare, 0, h * 0.03),
                    (0, h * 0.6, 0, h * 0.02),
                ],
                9,
            ),
            *_boughs(rng, h, bare, wide),
        ).paint(BARK)
        middle = np.array([0, bare + tall * h * 0.8, 0])
        at = rng.normal(size=(9, 3))
        at *= (rng.uniform(0.55, 0.75, 9) / np.linalg.norm(at, axis=1))[:, None]
        crown = [blob(rng, 0.78 * h, 14).scale(wide, tall, wide).move(*middle)]
        crown += [
            blob(rng, h * min(wide, tall) * 0.55, 9).move(*(middle + point * (wide * h, tall * h, wide * h)))
            for point in at
        ]
    leaves = [part.paint(np.clip(np.multiply(rgb, vary(rng, 0.12)), 0, 1)) for part in crown]
    return shape(
        [trunk, *leaves],
        (
            f"a {name} tree",
            f"a leafy tree with a {style} crown",
            f"a deciduous tree with {name} leaves and a brown trunk",
        ),
        style=style,
        height=h,
    )


def _boughs(rng: np.random.Generator, h: float, bare: float, wide: float) -> list[Solid]:
    angles = rng.uniform(0, 6) + np.arange(4) * 1.6
    return [
        limb(
            [
                (0, bare * 0.9, 0, 0.02 * h),
                (np.cos(a) * wide * h * 0.5, bare + 0.12 * h, np.sin(a) * wide * h * 0.5, 0.012 * h),
            ],
            6,
            2,
        )
        for a in angles
    ]


@kind("conifer", ("evergreen tree", "plant"), FAMILY)
def conifer(rng: np.random.Generator) -> Shape:
    """A fir or pine: stacked cones, tiers of needled branches, or a slim cypress."""
    style, h, rgb = pick(rng, "stacked cones", "tiers of branches", "slim column"), rng.uniform(3, 18), green(rng)
    trunk = cylinder(h * 0.03, h * 0.95, 10, h * 0.006).paint(BARK)
    if style == "slim column":
        t = np.linspace(0, 1, 12)
        body = lathe(
            np.column_stack([h * 0.11 * np.sin(np.pi * (0.12 + 0.88 * t)) ** 0.7, h * (0.08 + 0.92 * t)]), 14
        ).paint(rgb)
        return shape([trunk, body], ("a cypress", "a slim column-shaped evergreen tree"), style=style, height=h)
    tiers, w = int(rng.integers(3, 8)), h * rng.uniform(0.2, 0.32)
    solids, low = [trunk], rng.uniform(0.08, 0.2)
    if style == "stacked cones":
        for i in range(tiers):
            y, size = h * (low + (1 - low) * i / (tiers + 0.6)), 1 - i / (tiers + 0.7)
            solids.append(
                lathe(
                    [(w * size * 0.55, y + 0.02 * h), (w * size, y), (0, y + h * (1 - low) / tiers * 1.55)], 16
                ).paint(rgb)
            )
    else:
        tiers = tiers * 2 + 2
        for i in range(tiers):
            y, size, n = h * (low + (0.95 - low) * i / tiers), 1 - i / (tiers + 0.6), 9
            needle = leaf(w * size, w * 0.3 * size + 0.04 * h, 0.35, -0.2)
            solids.append(ring(needle, n, start=i * 23).move(y=y).paint(np.multiply(rgb, vary(rng, 0.1))))
        solids.append(cone(0.03 * h, 0.1 * h, 8).move(y=0.92 * h).paint(rgb))
    if chance(rng, 0.2):
        solids.append(ball(h * 0.025, sides=8).move(y=h * 1.02).paint((0.95, 0.8, 0.2)))
    return shape(
        solids,
        (
            "a fir tree",
            f"a pine or christmas tree made of {style}",
            f"a tall evergreen tree with {count(tiers, 'tier')}",
        ),
        style=style,
        tiers=tiers,
    )


@kind("palm tree", ("palm", "coconut tree", "plant"), FAMILY)
def palm(rng: np.random.Generator) -> Shape:
    """A ringed, often leaning trunk under a crown of long drooping fronds."""
    h, lean, n = rng.uniform(4, 10), rng.uniform(0, 0.35), int(rng.integers(7, 14))
    keys = (
        np.array([(0, 0, 0, 0.03), (lean * 0.15, 0.35, 0, 0.024), (lean * 0.5, 0.7, 0, 0.021), (lean, 1.0, 0, 0.022)])
        * h
    )
    rows = flow(keys, 6)
    rows[1:-1:2, 3] *= 1.18
    top = rows[-1, :3]
    frond = leaf(h * rng.uniform(0.35, 0.5), h * rng.uniform(0.1, 0.14), rng.uniform(0.5, 0.85), -0.3, 8)
    rgb = green(rng)
    solids = [tube(rows[:, :3], rows[:, 3], 10).paint((0.5, 0.38, 0.25)), ring(frond, n).move(*top).paint(rgb)]
    solids.append(ring(frond.scale(0.75).turn("z", 28), n // 2, start=17).move(*top).paint(np.multiply(rgb, 1.15)))
    nuts = chance(rng)
    if nuts:
        solids.append(
            ring(ball(h * 0.022, sides=8), 4, h * 0.03)
            .move(*(top - np.array([0, h * 0.02, 0])))
            .paint((0.4, 0.26, 0.13))
        )
    extra = " and coconuts" * nuts
    return shape(
        solids,
        ("a palm tree", f"a {'leaning' if lean > 0.15 else 'straight'} palm with {n} fronds{extra}"),
        fronds=n,
        height=h,
    )


@kind("bare tree", ("leafless tree", "dead tree", "winter tree", "plant"), FAMILY)
def bare_tree(rng: np.random.Generator) -> Shape:
    """Trunk, boughs and twigs without leaves."""
    h, depth = rng.uniform(4, 10), 3
    wood, _ = branches(rng, h, h * rng.uniform(0.035, 0.055), rng.uniform(0.55, 0.95), depth)
    return shape([wood], ("a tree without leaves", "a bare winter tree with forking branches"), height=h)
