"""Swords, knives, axes and spears, standing upright."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, kinds_of, pick, rod, shape, vary
from indexer.parametric.gear.weapons import STEEL
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import RGB, metal, paint, wood
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, loft, prism, rounded_box, tube
from indexer.parametric.surface import Solid, array, merge, ring

FAMILY = "weapons"


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


@kind("axe", ("chopping tool",), FAMILY)
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


def _spear(rng: np.random.Generator, style: str) -> Shape:
    """A spear, trident, halberd, javelin or arrow."""
    timber, h = wood(rng), rng.uniform(1.6, 2.4)
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


kinds_of(
    FAMILY,
    _spear,
    {
        "spear": (("pole weapon", "weapon"), ("spear", "spear", "trident", "halberd")),
        "arrow": (("projectile", "archery gear"), ("arrow",)),
    },
)
