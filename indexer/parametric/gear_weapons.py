"""Weapons: blades, axes, spears, bows, shields, firearms, cannons, bombs and grenades.

Blades, axes and spears stand upright; guns point towards +z.
"""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, flow, pick, rod, shape, vary, wheel
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import RGB, Material, metal, paint, wood
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, loft, prism, rounded_box, sheet, torus, tube
from indexer.parametric.surface import Solid, array, merge, ring
from indexer.parametric.vehicles_space import fins

FAMILY = "weapons"
STEEL: RGB = (0.68, 0.7, 0.73)
GUN: RGB = (0.2, 0.2, 0.22)


def blade(keys: list[tuple[float, float, float]], thickness: float, single: bool = False) -> Solid:
    """A blade along y from (height, front edge x, back edge x) rows; diamond in section, or one-edged."""
    rows = np.asarray(keys)
    y, a, b = rows.T
    middle = a + (b - a) * (0.85 if single else 0.5)
    thick = np.maximum(thickness / 2 * np.minimum((b - a) / max(float((b - a).max()), 1e-9) * 1.5, 1.0), 1e-4)
    ring_x = np.stack([a, middle, b, middle], 1)
    ring_z = np.stack([0 * y, thick, thick * 0.6 if single else 0 * y, -thick], 1)
    return loft(np.stack([ring_x, np.broadcast_to(y[:, None], ring_x.shape), ring_z], 2)).paint(STEEL)


def grip(length: float, r: float, rgb: RGB) -> Solid:
    """A ribbed handle from y = -length to 0."""
    y = np.linspace(-length, 0, 13)
    return lathe(np.column_stack([r * (1 + 0.08 * (np.arange(13) % 2)), y]), 12).scale(0.8, 1, 1.0).paint(rgb)


@kind("sword", ("blade", "melee weapon", "weapon"), FAMILY)
def sword(rng: np.random.Generator) -> Shape:
    """A longsword, katana, sabre, rapier, scimitar or broadsword."""
    style, length = (
        pick(rng, "longsword", "katana", "sabre", "rapier", "scimitar", "broadsword"),
        rng.uniform(0.7, 1.05),
    )
    w = {"rapier": 0.022, "katana": 0.032, "broadsword": 0.075}.get(style, 0.05) * vary(rng)
    t, trim, leather = np.linspace(0, 1, 12), metal(rng), wood(rng)
    curve = {"katana": 0.06, "sabre": 0.12, "scimitar": 0.2}.get(style, 0.0) * length
    bow = -curve * t**2
    half = w / 2 * np.where(t > 0.88, np.maximum((1 - t) / 0.12, 0.02), 1 - 0.25 * t)
    if style == "scimitar":
        half *= 1 + 0.8 * np.exp(-(((t - 0.75) / 0.15) ** 2))
    solids = [blade(list(zip(t * length, bow - half, bow + half, strict=True)), w * 0.22, curve > 0)]
    handle = length * (0.28 if style in ("katana", "longsword") else 0.16)
    solids.append(grip(handle, 0.014, leather.rgb))
    if style == "katana":
        solids.append(cylinder(0.04, 0.008, 20).paint(DARK))
    elif style == "rapier":
        cup = [
            tube([(0.0, 0.06 * s, 0.05), (0.06, 0.02 * s, 0.03), (0.05, -handle * 0.8, 0.0)], 0.004, 6) for s in (0, 1)
        ]
        solids.append(
            merge(*cup, ball(0.045, 0.02, 0.045, 14), rod((-0.09, 0, 0), (0.09, 0, 0), 0.006)).paint(trim.rgb)
        )
    else:
        guard = (
            box(length * 0.24, 0.022, 0.028)
            if style != "sabre"
            else tube([(-0.06, 0, 0), (0.06, 0, 0), (0.07, -handle * 0.5, 0), (0.01, -handle, 0)], 0.006, 8)
        )
        if style in ("longsword", "broadsword") and chance(rng):
            guard = guard.warp(lambda p: p + np.column_stack([0 * p[:, 0], 2.2 * p[:, 0] ** 2, 0 * p[:, 0]]))
        solids.append(guard.paint(trim.rgb))
    if style != "katana":
        solids.append(ball(0.024, sides=12).move(y=-handle - 0.015).paint(trim.rgb))
    curved = "curved" if curve else "straight"
    return shape(
        solids,
        (
            f"a {style}",
            f"a sword with a {curved} blade and a {trim.name} hilt",
            f"a {style} with a {curved} steel blade",
        ),
        style=style,
        length=length,
    )


@kind("knife", ("blade", "cutting tool"), FAMILY)
def knife(rng: np.random.Generator) -> Shape:
    """A kitchen knife, dagger, combat knife or pocket knife."""
    style, length, coat = (
        pick(rng, "kitchen knife", "dagger", "combat knife", "pocket knife", "cleaver"),
        rng.uniform(0.12, 0.24),
        wood(rng) if chance(rng) else paint(rng, "black", "red", "green"),
    )
    t = np.linspace(0, 1, 9)
    w = (
        length
        * {"kitchen knife": 0.2, "dagger": 0.17, "combat knife": 0.18, "pocket knife": 0.2, "cleaver": 0.45}[style]
        * vary(rng)
    )
    if style == "dagger":
        half = w / 2 * (1 - t) ** 0.6
        keys = list(zip(t * length, -half, half + 1e-4, strict=True))
    elif style == "cleaver":
        keys = [
            (0, -0.1 * w, 0.12 * w),
            (0.05 * length, -0.85 * w, 0.15 * w),
            (0.96 * length, -0.9 * w, 0.15 * w),
            (length, -0.8 * w, 0.1 * w),
        ]
    else:
        keys = list(zip(t * length, -w * 0.85 * (1 - t**3.5) - 0.0005, 0.15 * w * (1 - t**6), strict=True))
    solids = [blade(keys, 0.004 + 0.01 * length, style != "dagger").move(y=0.004)]
    h = length * rng.uniform(0.6, 0.85)
    if style in ("dagger", "combat knife"):
        solids += [box(w * 1.7, 0.008, 0.014).paint(DARK), ball(0.012, sides=10).move(y=-h).paint(DARK)]
    handle = rounded_box(w * 0.75, h, 0.018, 0.007).move(
        x=-0.25 * w if style == "cleaver" else -0.3 * w * (style != "dagger"), y=-h
    )
    solids.append(handle.paint(coat.rgb))
    rivets = array(
        cylinder(0.003, 0.02, 8).turn("x", 90).move(z=-0.01),
        [(-0.28 * w * (style != "dagger"), -h * y, 0) for y in (0.2, 0.5, 0.8)],
    )
    solids.append(rivets.paint(STEEL))
    return shape(
        solids,
        (f"a {style}", f"a knife with a {coat.name} handle", f"a {style} with a steel blade and a {coat.name} handle"),
        style=style,
    )


@kind("axe", ("hatchet", "chopping tool"), FAMILY)
def axe(rng: np.random.Generator) -> Shape:
    """A felling axe, hatchet, double-bladed battle axe or halberd-like pole axe."""
    style, timber = pick(rng, "wood axe", "hatchet", "battle axe", "double battle axe", "pickaxe"), wood(rng)
    h = {"hatchet": 0.4, "wood axe": 0.8, "pickaxe": 0.9}.get(style, 0.95) * vary(rng)
    bow = 0.03 * h if style in ("wood axe", "hatchet") else 0.0
    y = np.linspace(0, 1, 7)
    handle = tube(
        np.column_stack([bow * np.sin(y * 5), y * h, 0 * y]), 0.016 + 0.008 * (1 - y) * (style != "battle axe"), 10
    ).scale(1.3, 1, 0.9)
    s, at = h * (0.26 if style == "battle axe" or style.startswith("double") else 0.2) * vary(rng), h * 0.9
    if style == "pickaxe":
        t = np.linspace(-1, 1, 15)
        bar = tube(
            np.column_stack([t * h * 0.36, at - 0.12 * h * t**2, 0 * t]), 0.028 * (1 - 0.8 * np.abs(t) ** 1.5), 4
        )
        return shape(
            [handle.paint(timber.rgb), bar.paint(STEEL), box(0.06, 0.08, 0.06).move(y=at - 0.04).paint(STEEL)],
            ("a pickaxe", "a pickaxe with a curved pointed head"),
            style=style,
        )
    edge = np.linspace(-1, 1, 7) * (1.25 if "battle" in style else 1.0)
    curve = [(s * (1.0 - 0.18 * e**2), at + s * 0.62 * e) for e in edge]
    outline = [(0.0, at - 0.2 * s), (s * 0.4, at - 0.22 * s), *curve, (s * 0.4, at + 0.25 * s), (0.0, at + 0.22 * s)]
    head = prism(outline, 0.035 * (h**0.5)).warp(
        lambda p: p * np.column_stack([np.ones((len(p), 2)), np.clip(1.1 - p[:, 0] / s, 0.08, 1)])
    )
    if style.startswith("double"):
        head = head.both("x")
    back = box(0.08 * h, 0.09 * h, 0.035).move(-0.03 * h, at - 0.045 * h, 0)
    solids = [handle.paint(timber.rgb), merge(head, back).paint(STEEL)]
    if "battle" in style:
        solids.append(cone(0.02, 0.12 * h, 8).move(y=h).paint(STEEL))
    return shape(
        solids, (f"a {style}", f"a {style} with a steel head and a {timber.name} handle"), style=style, length=h
    )


@kind("spear", ("lance", "polearm", "weapon"), FAMILY)
def spear(rng: np.random.Generator) -> Shape:
    """A spear, trident, halberd, javelin or arrow."""
    style, timber, h = pick(rng, "spear", "trident", "halberd", "arrow"), wood(rng), rng.uniform(1.6, 2.4)
    if style == "arrow":
        h = 0.75
    r = 0.014 if style != "arrow" else 0.004
    solids = [cylinder(r, h, 10).paint(timber.rgb)]
    if style == "spear":
        t = np.linspace(0, 1, 7)
        half = 0.05 * np.sin(np.pi * (0.15 + 0.85 * t)) ** 0.8 + 0.002
        solids += [
            blade(list(zip(h + t * 0.28, -half, half, strict=True)), 0.025),
            cylinder(0.022, 0.08, 10, 0.016).move(y=h - 0.06).paint(STEEL),
        ]
        if chance(rng, 0.4):
            solids.append(
                ring(prism([(0, 0), (0.04, -0.16), (0.01, -0.18)], 0.006), 7, 0.01)
                .move(y=h - 0.05)
                .paint(paint(rng, "red", "white", "black").rgb)
            )
    elif style == "trident":
        prong = merge(
            tube([(0, h, 0), (0.1, h + 0.02, 0), (0.12, h + 0.1, 0), (0.12, h + 0.3, 0)], 0.012, 8),
            cone(0.025, 0.08, 8).move(0.12, h + 0.28, 0),
        )
        solids.append(
            merge(
                prong.both("x"), rod((0, h, 0), (0, h + 0.36, 0), 0.012), cone(0.025, 0.08, 8).move(y=h + 0.35)
            ).paint(metal(rng).rgb)
        )
    elif style == "halberd":
        head = prism(
            [
                (0, h - 0.05),
                (0.12, h - 0.1),
                (0.26, h - 0.16),
                (0.3, h + 0.05),
                (0.26, h + 0.22),
                (0.12, h + 0.12),
                (0, h + 0.1),
            ],
            0.014,
        )
        hook = prism([(0, h + 0.06), (-0.1, h + 0.06), (-0.2, h - 0.04), (-0.08, h), (0, h)], 0.014)
        solids += [
            merge(head, hook).paint(STEEL),
            blade([(h, -0.03, 0.03), (h + 0.15, -0.025, 0.025), (h + 0.45, -0.001, 0.001)], 0.02),
        ]
    else:
        feather = prism([(0, 0.02), (0.03, 0.0), (0.03, 0.09), (0, 0.12)], 0.0015)
        solids += [
            ring(feather, 3, 0.003).paint(paint(rng, "red", "white", "green", "blue").rgb),
            blade([(h, -0.016, 0.016), (h + 0.05, -0.001, 0.001)], 0.008),
        ]
    return shape(
        solids,
        (f"a {style}" if style != "arrow" else "an arrow", f"a {style} with a long {timber.name} shaft"),
        style=style,
        length=h,
    )


@kind("bow", ("archery bow", "ranged weapon", "weapon"), FAMILY)
def bow(rng: np.random.Generator) -> Shape:
    """A longbow or recurve bow with its string, with or without an arrow; or a crossbow."""
    style, timber = pick(rng, "longbow", "recurve bow", "crossbow"), wood(rng)
    h = {"longbow": 1.7, "recurve bow": 1.3, "crossbow": 0.7}[style] * vary(rng, 0.08)
    t = np.linspace(-1, 1, 25)
    depth = 0.2 * h * vary(rng)
    x = depth * (1 - t**2)
    if style == "recurve bow":
        x = depth * (1 - np.abs(t) ** 1.6) + 0.14 * h * np.maximum(np.abs(t) - 0.75, 0) * 4 * np.abs(t)
    limbs = (
        tube(np.column_stack([x, t * h / 2, 0 * t]), 0.014 * (1.15 - 0.7 * np.abs(t)), 8)
        .scale(1, 1, 1.4)
        .paint(timber.rgb)
    )
    ends = [(float(x[0]), -h / 2, 0.0), (float(x[-1]), h / 2, 0.0)]
    drawn = chance(rng, 0.3) or style == "crossbow"
    nock = (-0.28 * h if drawn else float(x[0]), 0.0, 0.0)
    string = merge(rod(ends[0], nock, 0.003, sides=5), rod(nock, ends[1], 0.003, sides=5)).paint((0.9, 0.88, 0.8))
    solids = [limbs, string, box(0.03, 0.12, 0.032).move(depth, -0.06, 0).paint(DARK)]
    if style == "crossbow":
        solids = [part.turn("x", 90).turn("y", -90) for part in solids[:2]]
        stock = prism(
            [
                (-0.75 * h, -0.12),
                (-0.75 * h, 0.0),
                (-0.3 * h, 0.03),
                (depth * 1.05, 0.03),
                (depth * 1.05, -0.02),
                (-0.3 * h, -0.04),
            ],
            0.045,
        ).turn("y", -90)
        solids += [
            stock.move(y=-0.03).paint(timber.shade(0.8)),
            tube([(0, -0.05, -0.3 * h), (0, -0.12, -0.33 * h), (0, -0.1, -0.42 * h)], 0.006, 6).paint(DARK),
            rod((0, 0.015, -0.2 * h), (0, 0.015, depth * 1.5), 0.005).paint(STEEL),
        ]
    elif chance(rng, 0.4) or drawn:
        solids += [
            rod(nock, (depth + 0.25 * h, 0, 0), 0.005, sides=6).paint((0.7, 0.55, 0.35)),
            cone(0.012, 0.05, 8).turn("z", -90).move(x=depth + 0.25 * h).paint(STEEL),
        ]
    words = (
        "a crossbow with a wooden stock"
        if style == "crossbow"
        else f"a {timber.name} {style} with a string{', drawn with an arrow' if drawn else ''}"
    )
    return shape(solids, (f"a {style}", words), style=style, length=h)


@kind("shield", ("armor", "defensive gear"), FAMILY)
def shield(rng: np.random.Generator) -> Shape:
    """A round, heater, tower or oval shield with a rim and a boss or emblem, facing +z."""
    style, colour, trim, h = (
        pick(rng, "round shield", "knight's shield", "tower shield", "oval shield"),
        paint(rng),
        metal(rng),
        rng.uniform(0.6, 1.1),
    )
    t = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    outline = {
        "round shield": np.column_stack([np.cos(t), np.sin(t)]) * h / 2,
        "oval shield": np.column_stack([0.62 * np.cos(t), np.sin(t)]) * h / 2,
        "tower shield": np.array(
            [(-0.3, -0.5), (0, -0.53), (0.3, -0.5), (0.32, 0), (0.3, 0.5), (0, 0.53), (-0.3, 0.5), (-0.32, 0)]
        )
        * h,
        "knight's shield": np.array(
            [
                (0, -0.55),
                (0.14, -0.4),
                (0.29, -0.15),
                (0.36, 0.15),
                (0.37, 0.42),
                (0.18, 0.46),
                (0, 0.5),
                (-0.18, 0.46),
                (-0.37, 0.42),
                (-0.36, 0.15),
                (-0.29, -0.15),
                (-0.14, -0.4),
            ]
        )
        * h,
    }[style]
    curve = rng.uniform(0.3, 0.9) / h
    scales = np.array([0.02, 0.4, 0.75, 1.0])
    rings = np.stack([np.column_stack([outline * s, -curve * np.square(outline[:, 0] * s)]) for s in scales])
    front = np.concatenate([rings, (rings - np.array([0, 0, 0.02]))[::-1]])
    rim = tube(np.column_stack([outline, -curve * np.square(outline[:, 0])]), 0.014, 8, closed=True)
    solids = [loft(front).paint(colour.rgb), rim.paint(trim.rgb)]
    emblem = pick(rng, "a boss", "a cross", "no emblem")
    if emblem == "a boss":
        solids.append(ball(0.09 * h, 0.09 * h, 0.07 * h, 16).paint(trim.rgb))
    elif emblem == "a cross":
        bar = [
            sheet(
                np.stack(
                    [
                        np.array(
                            [
                                [
                                    a * 0.6 * outline[:, 0].max() if k == 0 else a * 0.04 * h,
                                    b,
                                    -curve * (a * 0.6 * outline[:, 0].max() if k == 0 else a * 0.04 * h) ** 2 + 0.012,
                                ]
                                for a in np.linspace(-1, 1, 7)
                            ]
                        )
                        for b in ((-0.04 * h, 0.04 * h) if k == 0 else (-0.35 * h, 0.38 * h))
                    ]
                ),
                0.012,
            )
            for k in (0, 1)
        ]
        solids.append(merge(*bar).paint(trim.rgb))
    solids.append(
        tube([(0, 0.1 * h, -0.03), (0, 0.08 * h, -0.08), (0, -0.08 * h, -0.08), (0, -0.1 * h, -0.03)], 0.01, 6).paint(
            DARK
        )
    )
    return shape(
        solids,
        (f"a {style}", f"a {colour.name} {style} with {emblem}", f"a {colour.name} shield with a {trim.name} rim"),
        style=style,
    )


def pistol_grip(h: float, depth: float, w: float, lean: float = 15) -> Solid:
    """A handle down from the origin, leaning back."""
    return rounded_box(w, h, depth, min(w, depth) * 0.35).move(y=-h).turn("x", lean)


def trigger(size: float) -> Solid:
    """A guard loop and its trigger below the origin, along z."""
    loop = tube(
        [(0, 0, size), (0, -0.8 * size, 0.9 * size), (0, -size, 0), (0, -0.8 * size, -0.8 * size), (0, 0, -size)],
        0.1 * size,
        6,
    )
    return merge(
        loop, tube([(0, 0, 0.1 * size), (0, -0.4 * size, 0.15 * size), (0, -0.65 * size, 0.35 * size)], 0.1 * size, 5)
    )


@kind("pistol", ("handgun", "gun", "firearm", "weapon"), FAMILY)
def pistol(rng: np.random.Generator) -> Shape:
    """A semi-automatic, a revolver, or a flintlock."""
    style, length = pick(rng, "semi-automatic pistol", "revolver", "flintlock pistol"), rng.uniform(0.17, 0.24)
    timber, w = wood(rng), 0.03
    if style == "semi-automatic pistol":
        slide = rounded_box(w, 0.034, length, 0.006).move(z=length * 0.1).paint(GUN if chance(rng) else STEEL)
        frame = rounded_box(w * 0.9, 0.022, length * 0.8, 0.005).move(0, -0.022, length * 0.08).paint(GUN)
        solids = [
            slide,
            frame,
            pistol_grip(length * 0.6, 0.05, w, 14).move(0, -0.012, -length * 0.22).paint(DARK),
            trigger(0.025).move(0, -0.022, length * 0.05).paint(GUN),
        ]
        solids += [
            cylinder(0.008, 0.012, 12).turn("x", 90).move(0, 0.018, length * 0.6).paint(DARK),
            array(box(0.006, 0.007, 0.01), [(0, 0.034, -length * 0.35), (0, 0.034, length * 0.55)]),
        ]
    elif style == "revolver":
        barrel = rod((0, 0.012, 0.03), (0, 0.012, length * 0.85), 0.01, sides=14)
        drum = merge(cylinder(0.022, 0.045, 18), ring(cylinder(0.005, 0.049, 8), 6, 0.019)).turn("x", 90).move(z=-0.02)
        frame = merge(
            box(0.014, 0.012, 0.1).move(0, 0.02, 0.0),
            box(0.014, 0.01, 0.1).move(0, -0.03, 0),
            box(0.014, 0.05, 0.02).move(0, -0.03, -0.045),
            box(0.014, 0.05, 0.014).move(0, -0.03, 0.035),
            box(0.008, 0.025, 0.01).turn("x", -30).move(0, 0.02, -0.055),
        )
        solids = [
            merge(barrel, drum, frame, box(0.004, 0.01, 0.015).move(0, 0.022, length * 0.8)).paint(
                STEEL if chance(rng) else GUN
            ),
            trigger(0.022).move(0, -0.03, -0.005).paint(GUN),
        ]
        solids.append(
            tube(
                [(0, -0.005, -0.05), (0, -0.04, -0.075), (0, -0.09, -0.085), (0, -0.11, -0.09)],
                [0.014, 0.016, 0.018, 0.02],
                10,
            )
            .scale(0.8, 1, 1)
            .paint(timber.rgb)
        )
    else:
        length *= 1.6
        stock = tube(
            [
                (0, -0.012, length * 0.6),
                (0, -0.014, 0),
                (0, -0.03, -length * 0.2),
                (0, -0.09, -length * 0.36),
                (0, -0.11, -length * 0.38),
            ],
            [0.012, 0.016, 0.019, 0.02, 0.024],
            12,
        )
        solids = [
            stock.paint(timber.rgb),
            rod((0, 0.008, -0.03), (0, 0.008, length * 0.68), 0.011, 0.009, 14).paint(STEEL),
            trigger(0.022).move(0, -0.03, -length * 0.12).paint(metal(rng).rgb),
        ]
        solids.append(tube([(0.018, 0.0, -0.05), (0.02, 0.03, -0.06), (0.02, 0.04, -0.035)], 0.005, 6).paint(STEEL))
    return shape(solids, (f"a {style}", f"a {style} with a grip and a trigger", "a handgun"), style=style)


@kind("rifle", ("long gun", "gun", "firearm", "weapon"), FAMILY)
def rifle(rng: np.random.Generator) -> Shape:
    """An assault rifle, hunting rifle, sniper rifle, shotgun or submachine gun."""
    style = pick(rng, "assault rifle", "hunting rifle", "sniper rifle", "shotgun", "submachine gun")
    length, coat = (
        {"submachine gun": 0.62, "sniper rifle": 1.15}.get(style, 0.95) * vary(rng, 0.06),
        wood(rng) if style in ("hunting rifle", "shotgun") or chance(rng, 0.3) else Material("black", DARK, "plastic"),
    )
    solids = (
        _modern_gun(rng, style, length, coat)
        if style in ("assault rifle", "submachine gun")
        else _long_gun(style, length, coat)
    )
    scoped = style == "sniper rifle" or chance(rng, 0.25)
    if scoped:
        scope = (
            lathe([(0.02, 0), (0.022, 0.05), (0.014, 0.08), (0.014, 0.2), (0.024, 0.24), (0.026, 0.31)], 16)
            .turn("x", 90)
            .move(0, 0.075, -0.12)
        )
        solids += [scope.paint(DARK), array(box(0.012, 0.035, 0.02), [(0, 0.03, -0.01), (0, 0.03, 0.09)]).paint(DARK)]
    return shape(
        solids,
        (f"a {style}", f"a {style} with a {coat.name} stock", f"a {style}{' with a scope' * scoped} and a long barrel"),
        style=style,
        scope=int(scoped),
    )


def _modern_gun(rng: np.random.Generator, style: str, length: float, coat: Material) -> list[Solid]:
    short = style == "submachine gun"
    body = merge(
        rounded_box(0.045, 0.07, length * 0.34, 0.008).move(0, -0.03, 0),
        rounded_box(0.04, 0.045, length * 0.24, 0.01).move(0, -0.015, length * 0.28),
    )
    barrel = merge(
        rod((0, 0.01, length * 0.2), (0, 0.01, length * (0.5 if short else 0.56)), 0.009, sides=12),
        cylinder(0.014, 0.05, 12).turn("x", 90).move(0, 0.01, length * (0.46 if short else 0.52)),
    )
    lean, curved = rng.uniform(0, 12), chance(rng)
    mag_z = length * 0.08
    if curved:
        magazine = tube(
            [(0, -0.02, mag_z), (0, -0.1, mag_z + 0.01), (0, -0.17, mag_z + 0.04), (0, -0.2, mag_z + 0.06)], 0.028, 4
        ).scale(0.6, 1, 1)
    else:
        magazine = box(0.026, 0.17, 0.055).move(y=-0.17).turn("x", -lean).move(0, -0.02, mag_z)
    stock = (
        prism(
            [
                (0, 0.03),
                (-length * 0.3, 0.025),
                (-length * 0.3, -0.1),
                (-length * 0.27, -0.1),
                (-length * 0.1, -0.02),
                (0, -0.02),
            ],
            0.035,
        )
        .turn("y", -90)
        .move(z=-length * 0.15)
    )
    if short and chance(rng):
        stock = merge(
            rod((0, 0.02, -length * 0.15), (0, 0.02, -length * 0.42), 0.007),
            rod((0, -0.02, -length * 0.15), (0, -0.05, -length * 0.42), 0.007),
            box(0.02, 0.1, 0.015).move(0, -0.07, -length * 0.42),
        )
    sights = array(box(0.01, 0.035, 0.015), [(0, 0.03, length * 0.4), (0, 0.03, -length * 0.1)])
    return [
        merge(body, barrel, magazine, sights).paint(GUN),
        merge(stock, pistol_grip(0.1, 0.045, 0.032, 20).move(0, -0.02, -length * 0.1)).paint(coat.rgb),
        trigger(0.025).move(0, -0.03, -length * 0.04).paint(GUN),
    ]


def _long_gun(style: str, length: float, coat: Material) -> list[Solid]:
    outline = [
        (length * 0.35, -0.02),
        (length * 0.35, 0.004),
        (-0.05, 0.012),
        (-length * 0.16, 0.0),
        (-length * 0.42, -0.02),
        (-length * 0.42, -0.14),
        (-length * 0.38, -0.14),
        (-length * 0.17, -0.055),
        (-0.05, -0.04),
    ]
    solids = [
        prism(outline, 0.038).turn("y", -90).paint(coat.rgb),
        rod((0, 0.018, -0.08), (0, 0.018, length * 0.6), 0.012, 0.009, 14).paint(GUN),
        trigger(0.025).move(0, -0.04, -0.06).paint(GUN),
    ]
    if style == "shotgun":
        solids += [
            rod((0, -0.008, 0), (0, -0.008, length * 0.5), 0.012, sides=12).paint(GUN),
            cylinder(0.022, 0.16, 14).turn("x", 90).move(0, -0.008, length * 0.18).paint(coat.rgb),
        ]
    else:
        solids += [
            rod((0, 0.018, -0.04), (0.05, 0.0, -0.05), 0.005).paint(STEEL),
            ball(0.009, sides=8).move(0.052, 0, -0.05).paint(STEEL),
            box(0.004, 0.02, 0.012).move(0, 0.025, length * 0.58).paint(GUN),
        ]
    if style == "sniper rifle":
        solids += [
            rod((0.01, -0.01, length * 0.3), (0.1, -0.22, length * 0.34), 0.006).both("x").paint(GUN),
            cylinder(0.017, 0.07, 12).turn("x", 90).move(0, 0.018, length * 0.57).paint(GUN),
        ]
    return solids


@kind("cannon", ("artillery", "gun", "weapon"), FAMILY)
def cannon(rng: np.random.Generator) -> Shape:
    """An old cannon on a wheeled carriage, a naval gun on trucks, or a field howitzer."""
    style, timber, coat = pick(rng, "wheeled cannon", "naval cannon", "howitzer"), wood(rng), metal(rng)
    length, lift = rng.uniform(1.3, 2.2), rng.uniform(2, 18)
    r = length * 0.075
    profile = [
        (0, -0.12),
        (0.4 * r, -0.1),
        (0.4 * r, -0.04),
        (1.25 * r, 0),
        (1.3 * r, 0.06 * length),
        (1.15 * r, 0.08 * length),
        (1.1 * r, 0.45 * length),
        (1.2 * r, 0.46 * length),
        (1.0 * r, 0.5 * length),
        (0.8 * r, 0.92 * length),
        (1.1 * r, 0.97 * length),
        (1.0 * r, length),
        (0.5 * r, length),
        (0.5 * r, 0.9 * length),
    ]
    if style == "howitzer":
        profile = [
            (0.9 * r, 0),
            (0.9 * r, 0.4 * length),
            (0.5 * r, 0.45 * length),
            (0.45 * r, 1.35 * length),
            (0.65 * r, 1.38 * length),
            (0.65 * r, 1.48 * length),
            (0.3 * r, 1.48 * length),
        ]
    barrel = lathe(profile, 20).turn("x", 90 - lift).move(z=-0.42 * length)
    big = length * (0.14 if style == "naval cannon" else 0.32)
    y = big + (r * 1.6 if style == "naval cannon" else 0.3 * r)
    solids = [barrel.move(y=y).paint(coat.rgb if style != "howitzer" else (0.3, 0.36, 0.25))]
    if style == "naval cannon":
        cheek = prism(
            [
                (-0.5 * length, 0),
                (0.35 * length, 0),
                (0.35 * length, 2.4 * r),
                (0.0, 2.4 * r),
                (-0.2 * length, 1.5 * r),
                (-0.35 * length, 1.5 * r),
                (-0.5 * length, 0.8 * r),
            ],
            0.5 * r,
        ).turn("y", -90)
        solids.append(
            merge(cheek.move(x=1.5 * r).both("x"), box(3 * r, r, 0.7 * length).move(z=-0.1 * length))
            .move(y=big * 0.8)
            .paint(timber.rgb)
        )
        solids += [
            cylinder(big, 0.5 * r, 18).turn("z", 90).move(2.3 * r, big, z * length).both("x").paint(timber.shade(0.7))
            for z in (-0.32, 0.22)
        ]
    else:
        trail = prism(
            [
                (0.1 * length, 0.25 * r),
                (-0.3 * length, -0.2 * r),
                (-1.1 * length, -y + 0.02),
                (-1.1 * length, -y + 0.14),
                (-0.3 * length, r),
                (0.1 * length, r),
            ],
            0.5 * r,
        ).turn("y", -90)
        solids.append(
            trail.move(1.3 * r, y - 0.3 * r, 0)
            .both("x")
            .paint(timber.rgb if style != "howitzer" else (0.3, 0.36, 0.25))
        )
        if style == "howitzer":
            one = wheel(big * 0.9, 0.16, "disc", (0.3, 0.36, 0.25))
            solids.append(
                box(length * 0.9, length * 0.45, 0.03).move(0, y - 0.1, 0.16 * length).paint((0.3, 0.36, 0.25))
            )
        else:
            spokes = ring(box(big * 0.9, 0.05, 0.05).move(x=big * 0.45), 12)
            one = (
                merge(torus(big * 0.94, 0.06, 26, 6), spokes, cylinder(0.12, 0.24, 12).move(y=-0.12))
                .turn("z", 90)
                .paint(timber.shade(0.75))
            )
        solids += [
            one.move(r * 3.4, big * (0.9 if style == "howitzer" else 1.0), 0).both("x"),
            rod((-r * 3.4, big, 0), (r * 3.4, big, 0), 0.4 * r).paint(DARK),
        ]
    return shape(
        solids, (f"a {style}", f"a {coat.name} cannon on a carriage", f"a {style} with a long barrel"), style=style
    )


@kind("bomb", ("explosive", "weapon"), FAMILY)
def bomb(rng: np.random.Generator) -> Shape:
    """A cartoon bomb with a fuse, an aerial bomb with fins, a grenade or sticks of dynamite."""
    style = pick(rng, "round bomb with a fuse", "aerial bomb", "hand grenade", "stick grenade", "bundle of dynamite")
    if style == "round bomb with a fuse":
        fuse = tube(flow([(0, 1.2, 0), (0.05, 1.45, 0), (0.3, 1.6, 0), (0.45, 1.85, 0)], 3), 0.05, 6).paint(
            (0.8, 0.7, 0.5)
        )
        solids = [
            ball(1.0, sides=24).paint(DARK),
            cylinder(0.3, 0.28, 16).move(y=0.95).paint(DARK),
            fuse,
            ball(0.12, sides=8).move(0.45, 1.9, 0).paint((0.95, 0.6, 0.1)),
        ]
        solids = [part.scale(0.1) for part in solids]
    elif style == "aerial bomb":
        r, length, n = 0.2 * vary(rng), rng.uniform(1.0, 1.6), 4
        t = np.linspace(0, 1, 12)
        body = lathe(
            [
                (0.25 * r, -length / 2),
                *zip(r * np.sin(np.pi * (0.1 + 0.75 * t)) ** 0.6, (t - 0.4) * length, strict=True),
                (0.0, length * 0.66),
            ],
            20,
        )
        tail = merge(
            fins(0.25 * r, n, length * 0.3, length * 0.24, r * 1.1, 0.0).move(y=-length * 0.42),
            torus(r * 1.15, 0.02, 4, 4).scale(1, 5, 1).turn("y", 45).move(y=-length * 0.48),
        )
        solids = [
            merge(body, tail).paint(paint(rng, "green", "grey", "black").rgb),
            lathe([(r * 0.97, 0), (r * 0.97, 0.05)], 20).move(y=length * 0.2).paint((0.9, 0.75, 0.1)),
        ]
    elif style == "hand grenade":
        body = ball(0.032, 0.045, 0.032, 16)
        grooved = body.warp(
            lambda p: (
                p
                * (1 + 0.06 * np.sign(np.sin(np.arctan2(p[:, 2], p[:, 0]) * 8)) * np.sign(np.sin(p[:, 1] * 260)))[
                    :, None
                ]
            )
        )
        lever = tube([(0.0, 0.06, 0), (0.025, 0.06, 0), (0.04, 0.03, 0), (0.042, -0.02, 0)], 0.005, 5)
        solids = [
            grooved.paint((0.28, 0.34, 0.2)),
            cylinder(0.012, 0.025, 12).move(y=0.04).paint(STEEL),
            lever.paint(STEEL),
            torus(0.014, 0.0015, 16, 5).turn("x", 90).move(-0.022, 0.056, 0).paint(STEEL),
        ]
    elif style == "stick grenade":
        solids = [
            cylinder(0.014, 0.24, 12).paint((0.62, 0.45, 0.28)),
            cylinder(0.035, 0.11, 18).move(y=0.23).paint((0.35, 0.38, 0.34)),
            cylinder(0.017, 0.025, 12).move(y=-0.01).paint(DARK),
        ]
    else:
        n = int(rng.choice([1, 3, 7]))
        places = (
            [(0, 0, 0)]
            if n == 1
            else [
                (0.034 * np.cos(a), 0, 0.034 * np.sin(a)) for a in np.arange(n - (n == 7)) * 2 * np.pi / (n - (n == 7))
            ]
            + ([(0, 0, 0)] if n == 7 else [])
        )
        k = 1.0 if n != 3 else 0.58
        solids = [
            array(cylinder(0.016, 0.2, 14), np.array(places) * k).paint((0.75, 0.15, 0.1)),
            tube([(0, 0.2, 0), (0.01, 0.25, 0), (0.04, 0.29, 0), (0.03, 0.33, 0)], 0.003, 5).paint((0.85, 0.8, 0.6)),
        ]
        if n > 1:
            solids.append(
                array(cylinder(0.052 if n == 7 else 0.037, 0.012, 18), [(0, 0.05, 0), (0, 0.14, 0)]).paint(DARK)
            )
        return shape(
            solids,
            (
                "a stick of dynamite" if n == 1 else "a bundle of dynamite",
                f"{count(n, 'red dynamite stick')} with a fuse",
            ),
            style=style,
            sticks=n,
        )
    return shape(solids, (f"a {style}", f"a {style}, an explosive weapon"), style=style)
