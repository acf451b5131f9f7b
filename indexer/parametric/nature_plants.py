"""Plants: trees, palms, pot plants, flowers, bushes, grass, ferns, mushrooms and cacti."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, flow, hull, limb, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import RGB, paint
from indexer.parametric.solids import ball, cone, cylinder, lathe, rounded_box, sheet, tube
from indexer.parametric.surface import Points, Solid, array, merge, ring

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


@kind("tree", ("broadleaf tree", "plant"), FAMILY)
def tree(rng: np.random.Generator) -> Shape:
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


@kind("conifer", ("fir tree", "pine tree", "christmas tree", "evergreen tree", "plant"), FAMILY)
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
        ("a fir tree", f"a conifer made of {style}", f"a tall evergreen tree with {count(tiers, 'tier')}"),
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


@kind("fern", ("wild plant", "plant"), FAMILY)
def fern(rng: np.random.Generator) -> Shape:
    """A rosette of long cut fronds from the ground."""
    n, size, rgb = int(rng.integers(9, 18)), rng.uniform(0.4, 1.0), green(rng)
    frond = leaf(size, size * rng.uniform(0.25, 0.4), rng.uniform(0.4, 0.8), 0.1, 10)
    outer = ring(frond.turn("z", 30), n)
    inner = ring(frond.scale(0.75).turn("z", 55), n // 2, start=13)
    return shape(
        [outer.paint(rgb), inner.paint(np.multiply(rgb, 1.15))],
        ("a fern", f"a fern with {n + n // 2} feathery fronds"),
        fronds=n + n // 2,
    )


@kind("grass", ("tuft of grass", "wild plant", "plant"), FAMILY)
def grass(rng: np.random.Generator) -> Shape:
    """A tuft of narrow blades, or reeds with brown heads."""
    n, h, rgb, reed = int(rng.integers(18, 45)), rng.uniform(0.2, 0.9), green(rng), chance(rng, 0.3)
    blades = []
    for a, lean, tall, r in zip(
        rng.uniform(0, 360, n),
        rng.uniform(45, 80, n),
        rng.uniform(0.6, 1, n) * h,
        rng.uniform(0, 0.12, n) * h,
        strict=True,
    ):
        blades.append(
            leaf(float(tall), h * 0.045, 0.25, 0.1).turn("z", float(lean)).move(x=float(r)).turn("y", float(a))
        )
    solids = [merge(*blades).paint(rgb)]
    if reed:
        stalk = merge(
            rod((0, 0, 0), (0, h * 1.25, 0), h * 0.01, sides=5).paint(rgb),
            cylinder(h * 0.03, h * 0.2, 8).move(y=h * 1.0).paint((0.4, 0.25, 0.13)),
        )
        solids.append(
            array(
                stalk,
                np.column_stack(
                    [rng.uniform(-0.12, 0.12, 5) * h, -rng.uniform(0, 0.15, 5) * h, rng.uniform(-0.12, 0.12, 5) * h]
                ),
            )
        )
    return shape(
        solids,
        (
            "a reed plant" if reed else "a tuft of grass",
            f"{'reeds with brown heads' if reed else 'long thin blades of grass'}",
        ),
        blades=n,
    )


@kind("bush", ("shrub", "hedge plant", "plant"), FAMILY)
def bush(rng: np.random.Generator) -> Shape:
    """A low cloud of foliage, a clipped ball or hedge, or a berry bush."""
    style, r, rgb = pick(rng, "round", "wild", "clipped hedge"), rng.uniform(0.4, 1.2), green(rng)
    if style == "clipped hedge":
        solids = [rounded_box(r * rng.uniform(2, 4), r * 1.3, r * 0.9, 0.12).paint(rgb)]
    else:
        n = 7 if style == "round" else 14
        at = rng.normal(size=(n, 3)) * (0.5, 0.25, 0.5) * r + (0, 0.55 * r, 0)
        solids = [
            blob(rng, r * rng.uniform(0.35, 0.55), 10).move(*point).paint(np.multiply(rgb, vary(rng, 0.12)))
            for point in at
        ]
    berries = chance(rng, 0.3) and style != "clipped hedge"
    if berries:
        colour = paint(rng, "red", "pink", "yellow", "purple", "white")
        at = rng.normal(size=(30, 3))
        at *= (0.9, 0.6, 0.9) / np.linalg.norm(at, axis=1)[:, None]
        solids.append(array(ball(0.06 * r, sides=6), at * r + (0, 0.6 * r, 0)).paint(colour.rgb))
    extra = f" with {colour.name} flowers" if berries else ""
    return shape(
        solids,
        (f"a {style} bush" if style != "clipped hedge" else "a clipped hedge", f"a green bush{extra}"),
        style=style,
    )


def pot(rng: np.random.Generator, r: float) -> tuple[Solid, float, str]:
    """A flower pot with soil; the soil's height and the colour's name."""
    style, h = pick(rng, "tapered", "round", "square"), r * rng.uniform(1.4, 2.2)
    colour = paint(rng, "orange", "brown", "white", "grey", "blue", "black")
    profile = {
        "tapered": [
            (0.68 * r, 0),
            (0.95 * r, 0.8 * h),
            (1.08 * r, 0.8 * h),
            (1.08 * r, h),
            (0.95 * r, h),
            (0.9 * r, 0.88 * h),
        ],
        "round": [
            (0.6 * r, 0),
            (1.1 * r, 0.35 * h),
            (1.1 * r, 0.65 * h),
            (0.85 * r, h),
            (0.75 * r, h),
            (0.75 * r, 0.88 * h),
        ],
        "square": [(1.15 * r, 0), (1.25 * r, h), (1.1 * r, h), (1.08 * r, 0.88 * h)],
    }[style]
    vessel = lathe(profile, 4 if style == "square" else 22).paint(colour.rgb)
    soil = cylinder(0.8 * r, 0.03 * h, 4 if style == "square" else 16).move(y=0.86 * h).paint((0.22, 0.15, 0.1))
    return merge(vessel, soil), 0.88 * h, colour.name


@kind("potted plant", ("house plant", "plant in a pot", "indoor plant", "plant"), FAMILY)
def potted_plant(rng: np.random.Generator) -> Shape:
    """A pot with a rosette, broad leaves on stalks, a little tree, a succulent, a snake plant or a fern."""
    style, r = (
        pick(
            rng,
            "broad leaves on stalks",
            "drooping leaves",
            "upright sword leaves",
            "a small round tree",
            "a succulent rosette",
            "feathery fronds",
        ),
        rng.uniform(0.1, 0.22),
    )
    vessel, y, name = pot(rng, r)
    rgb, solids, n = green(rng), [vessel], int(rng.integers(7, 16))
    if style == "a small round tree":
        tall = r * rng.uniform(3, 6)
        solids += [
            rod((0, y, 0), (0, y + tall, 0), 0.1 * r).paint(BARK),
            blob(rng, r * rng.uniform(1.3, 1.9), 14).move(y=y + tall).paint(rgb),
        ]
    elif style == "upright sword leaves":
        blade = leaf(r * rng.uniform(3.5, 5.5), r * 0.55, 0.05, 0.2)
        solids += [
            blade.scale(float(k)).turn("z", float(t)).turn("y", float(a)).move(y=y).paint(rgb)
            for k, t, a in zip(rng.uniform(0.6, 1, n), rng.uniform(62, 86, n), rng.uniform(0, 360, n), strict=True)
        ]
    elif style == "broad leaves on stalks":
        for a, out, up in zip(
            rng.uniform(0, 360, n), rng.uniform(0.5, 1.6, n) * r, rng.uniform(1.5, 5, n) * r, strict=True
        ):
            stalk = limb(
                [(0, y, 0, 0.05 * r), (out * 0.4, y + up * 0.6, 0, 0.045 * r), (out, y + up, 0, 0.03 * r)], 5, 2
            )
            blade = leaf(r * 1.5, r * 1.1, 0.45, 0.15).move(out, y + up, 0)
            solids.append(merge(stalk, blade).turn("y", float(a)).paint(rgb))
    elif style == "a succulent rosette":
        thick = (
            hull([(0, 0.12, -0.06, 0.06), (0.5, 0.3, -0.1, 0.12), (1.0, 0.04, -0.02, 0.04)], 8, smooth=2)
            .scale(r * 1.2)
            .turn("y", 90)
        )
        solids += [
            ring(thick.scale(k).turn("z", t), 9, start=t).move(y=y).paint(rgb)
            for k, t in ((1, 12), (0.85, 35), (0.6, 60))
        ]
    else:
        lobes = 9 if style == "feathery fronds" else 0
        frond = leaf(r * rng.uniform(2.5, 4), r * (0.8 if lobes else 0.3), rng.uniform(0.4, 0.9), 0.15, lobes)
        solids += [
            ring(frond.turn("z", 38), n).move(y=y).paint(rgb),
            ring(frond.scale(0.8).turn("z", 60), n // 2, start=11).move(y=y).paint(np.multiply(rgb, 1.15)),
        ]
    return shape(
        solids, ("a potted plant", f"a potted plant with {style}", f"a house plant in a {name} pot"), style=style
    )


@kind("flower", ("blossom", "plant"), FAMILY)
def flower(rng: np.random.Generator) -> Shape:
    """A daisy, tulip, rose or sunflower on a stem with leaves."""
    style, colour, h = (
        pick(rng, "daisy", "tulip", "rose", "sunflower"),
        paint(rng, "red", "yellow", "pink", "white", "purple", "orange", "blue"),
        rng.uniform(0.25, 0.7),
    )
    if style == "sunflower":
        colour, h = paint(rng, "yellow"), h * 2
    bend, rgb, r = rng.uniform(0, 0.15) * h, green(rng), h * rng.uniform(0.12, 0.2)
    solids = [limb([(0, 0, 0, 0.018 * h), (bend * 0.3, h * 0.5, 0, 0.014 * h), (bend, h, 0, 0.013 * h)], 7).paint(rgb)]
    solids += [
        leaf(h * 0.35, h * 0.1, 0.3).turn("z", 35).turn("y", a).move(bend * 0.2, h * y, 0).paint(rgb)
        for y, a in zip((0.2, 0.35, 0.5), rng.uniform(0, 360, 3), strict=True)
    ]
    if style in ("daisy", "sunflower"):
        n = int(rng.integers(8, 16)) if style == "daisy" else 20
        petal = leaf(r, r * (2.6 / n + 0.12), 0.1, 0.15).move(x=r * 0.25)
        disc = ball(r * (0.35 if style == "daisy" else 0.6), r * 0.14, r * (0.35 if style == "daisy" else 0.6), 14)
        head = merge(
            ring(petal, n).paint(colour.rgb), disc.paint((0.9, 0.7, 0.15) if style == "daisy" else (0.28, 0.17, 0.08))
        )
        if style == "sunflower":
            head = merge(head, ring(petal.move(x=r * 0.2), n, start=9).paint(colour.rgb))
        head = head.turn("x", rng.uniform(10, 70))
    elif style == "tulip":
        t = np.linspace(0, 1, 7)
        cup = leaf(r * 1.5, r * 0.95, -0.2, 0.25).turn("z", 72).move(x=r * 0.12)
        head = merge(
            ring(cup, 6), lathe(np.column_stack([r * (0.1 + 0.38 * np.sin(np.pi * t * 0.7)), r * 1.15 * t]), 12)
        ).paint(colour.rgb)
    else:
        layers = [
            ring(leaf(r * s, r * s, 0.05, 0.3).turn("z", tilt), 5, start=tilt).move(y=0.02 * h)
            for s, tilt in ((1.0, 25), (0.9, 48), (0.75, 66), (0.6, 80))
        ]
        head = merge(*layers, ball(r * 0.3, r * 0.4, r * 0.3, 10).move(y=0.3 * r)).paint(colour.rgb)
    solids.append(head.move(bend, h, 0))
    potted = chance(rng, 0.2)
    if potted:
        vessel, y, _ = pot(rng, h * 0.18)
        solids = [vessel, *[part.move(y=y) for part in solids]]
    return shape(
        solids,
        (
            f"a {style}",
            f"a {colour.name} {style} flower",
            f"a {colour.name} flower on a green stem{' in a pot' * potted}",
        ),
        style=style,
    )


@kind("mushroom", ("toadstool", "fungus"), FAMILY)
def mushroom(rng: np.random.Generator) -> Shape:
    """One to four mushrooms with domed, flat, pointed or funnel caps."""
    style, n, colour = (
        pick(rng, "domed", "flat", "pointed"),
        int(rng.choice([1, 1, 1, 2, 3, 4])),
        paint(rng, "red", "brown", "beige", "orange", "white", "purple"),
    )
    spotted, solids = chance(rng, 0.4), []
    for i in range(n):
        s = 0.1 * (1 if i == 0 else rng.uniform(0.4, 0.8))
        h, w = s * rng.uniform(0.8, 1.4), s * rng.uniform(0.6, 0.9)
        tall = {"domed": 0.6, "flat": 0.25, "pointed": 1.2}[style] * w
        t = np.linspace(0, np.pi / 2, 8)
        dome = np.column_stack([np.cos(t) * w, np.sin(t) ** (1.0 if style != "pointed" else 1.3) * tall])
        cap = (
            lathe([(w * 0.2, 0.12 * tall), (w * 0.9, -0.06 * tall), *dome[:-1], (0, tall)], 20)
            .move(y=h)
            .paint(colour.rgb)
        )
        stem = lathe([(0.24 * w, 0), (0.3 * w, 0.1 * h), (0.2 * w, 0.6 * h), (0.22 * w, h * 1.02)], 14).paint(
            (0.92, 0.88, 0.78)
        )
        parts = [cap, stem, lathe([(0.34 * w, h * 0.66), (0.2 * w, h * 0.75)], 14).paint((0.88, 0.84, 0.74))]
        if spotted:
            a, u = np.arange(11) * 2.4, np.linspace(0.25, 0.95, 11) * np.pi / 2
            at = np.column_stack([np.cos(u) * w * np.cos(a), np.sin(u) * tall + h, np.cos(u) * w * np.sin(a)])
            parts.append(array(ball(0.09 * w, 0.06 * w, 0.09 * w, 8), at).paint((0.95, 0.94, 0.9)))
        at_x, at_z = (
            (0, 0) if i == 0 else (rng.uniform(0.08, 0.14) * np.cos(i * 2.2), rng.uniform(0.08, 0.14) * np.sin(i * 2.2))
        )
        solids.append(merge(*parts).move(at_x, 0, at_z))
    look = f"{colour.name} {style} {'cap' if n == 1 else 'caps'}{' with white spots' * spotted}"
    return shape(
        solids,
        (
            f"{'a mushroom' if n == 1 else count(n, 'mushroom')}",
            f"a mushroom with a {look}" if n == 1 else f"mushrooms with {look}",
        ),
        mushrooms=n,
    )


@kind("cactus", ("succulent", "desert plant", "plant"), FAMILY)
def cactus(rng: np.random.Generator) -> Shape:
    """A ribbed column with arms, a barrel or a prickly pear; in the ground or a pot."""
    style, rgb = pick(rng, "column with arms", "barrel", "prickly pear"), (0.22, 0.45, 0.2)
    h = rng.uniform(0.3, 3.0)

    def ribbed(solid: Solid, x: float = 0.0) -> Solid:
        def rib(p: Points) -> Points:
            angle = np.arctan2(p[:, 2], p[:, 0] - x)
            return (p - (x, 0, 0)) * np.column_stack(
                [1 + 0.09 * np.cos(angle * 10), np.ones(len(p)), 1 + 0.09 * np.cos(angle * 10)]
            ) + (x, 0, 0)

        return solid.warp(rib)

    arms = 0
    if style == "column with arms":
        r, arms = h * rng.uniform(0.07, 0.1), int(rng.integers(1, 5))
        solids = [ribbed(limb([(0, 0, 0, r), (0, h * 0.5, 0, r * 1.05), (0, h, 0, r * 0.85)], 40))]
        for i in range(arms):
            y, reach, up = h * rng.uniform(0.3, 0.6), r * rng.uniform(2.4, 3.4), h * rng.uniform(0.2, 0.38)
            keys = [
                (0.5 * r, y, 0, 0.6 * r),
                (reach * 0.8, y + 0.02 * h, 0, 0.62 * r),
                (reach, y + 0.12 * h, 0, 0.66 * r),
                (reach, y + up, 0, 0.55 * r),
            ]
            solids.append(limb(keys, 12).turn("y", i * 360 / arms + rng.uniform(-25, 25)))
    elif style == "barrel":
        r = h * rng.uniform(0.4, 0.55)
        solids = [
            ribbed(ball(r, h / 2, r, 40)).move(y=h / 2),
            ring(ball(0.09 * r, sides=6), 8, 0.2 * r).move(y=h * 0.98).paint((0.9, 0.4, 0.5)),
        ]
    else:
        pads, solids = [(0.0, 0.22, 0.0, 0.0)], []
        for _ in range(int(rng.integers(4, 8))):
            x, y, z, a = pads[int(rng.integers(len(pads)))]
            turn = rng.uniform(-45, 45)
            pads.append(
                (
                    x - np.sin(np.radians(turn)) * 0.34,
                    y + np.cos(np.radians(turn)) * 0.36,
                    z + rng.uniform(-0.06, 0.06),
                    turn,
                )
            )
        solids = [ball(0.17, 0.23, 0.05, 12).turn("z", a).move(x, y, z).scale(h) for x, y, z, a in pads]
    solids = [part if part.colors[0, 0] == np.float32(0.9) else part.paint(rgb) for part in solids]
    potted = chance(rng, 0.4)
    if potted:
        vessel, y, _ = pot(rng, max(0.16 * h, 0.05) * (3.0 if style == "barrel" else 1.5))
        solids = [vessel, *[part.move(y=y * 0.97) for part in solids]]
    place = " in a pot" * potted
    words = f"a saguaro cactus with {count(arms, 'arm')}{place}" if arms else f"a {style} cactus{place}"
    return shape(solids, ("a cactus", words, f"a green cactus{place}"), style=style)
