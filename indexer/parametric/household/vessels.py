"""Bottles, vases, bowls, plates, jugs, jars and cans, mostly turned on a lathe."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import GLASS, either, metal, paint
from indexer.parametric.parts import Rng, chance, curve, handle, made, outline_of, pick, span, vessel
from indexer.parametric.solids import Points, Solid, ball, box, cylinder, lathe, merge, torus, tube


@kind("bottle", family="household")
def bottle(rng: Rng) -> Shape:
    """A wine, beer, soda, water, milk or medicine bottle."""
    r, h, color = span(rng, 0.03, 0.045), span(rng, 0.2, 0.32), either(rng, "paint")
    styles = {
        "wine bottle": [(1, 0), (1, 0.58), (0.85, 0.66), (0.36, 0.76), (0.34, 0.95), (0.4, 0.95), (0.4, 1)],
        "beer bottle": [(1, 0), (1, 0.5), (0.75, 0.65), (0.42, 0.78), (0.38, 0.97), (0.42, 1)],
        "champagne bottle": [(1.15, 0), (1.15, 0.35), (1.0, 0.5), (0.5, 0.72), (0.36, 0.95), (0.42, 1)],
        "soda bottle": [(0.95, 0), (1, 0.12), (0.85, 0.32), (1, 0.55), (0.9, 0.7), (0.4, 0.88), (0.4, 1)],
        "water bottle": [
            (1, 0),
            (1, 0.3),
            (0.93, 0.32),
            (1, 0.36),
            (1, 0.6),
            (0.93, 0.62),
            (1, 0.66),
            (0.45, 0.86),
            (0.42, 1),
        ],
        "milk bottle": [(1.1, 0), (1.1, 0.5), (0.9, 0.65), (0.58, 0.8), (0.56, 0.95), (0.62, 1)],
        "flask": [(1.4, 0), (1.45, 0.1), (0.4, 0.6), (0.34, 0.97), (0.42, 1)],
        "spray bottle": [(1.1, 0), (1.15, 0.3), (0.8, 0.6), (0.45, 0.8), (0.45, 1)],
        "jug bottle": [(1.5, 0), (1.55, 0.5), (1.0, 0.75), (0.4, 0.88), (0.4, 1)],
        "pill bottle": [(1.1, 0), (1.1, 0.75), (0.9, 0.8), (0.9, 1)],
    }
    style = pick(rng, *styles)
    h *= {"pill bottle": 0.4, "flask": 0.6, "spray bottle": 0.7}.get(style, 1.0)
    profile = np.array(styles[style]) * (r, h)
    neck = profile[-1, 0]
    parts = [lathe(profile, 24).paint(color.rgb)]
    stopper = pick(rng, "cap", "cork", "open")
    if style == "spray bottle":
        stopper = "trigger"
        head = merge(
            box(0.03, 0.035, 0.03),
            box(0.022, 0.022, 0.06).move(y=0.02, z=0.03),
            box(0.012, 0.045, 0.01).turn("x", 20).move(y=-0.02, z=0.035),
        )
        parts.append(head.move(y=h).paint(paint(rng, "white", "red", "blue").rgb))
    elif stopper == "cap":
        parts.append(cylinder(neck * 1.15, 0.018, 16).move(y=h - 0.006).paint(paint(rng).rgb))
    elif stopper == "cork":
        parts.append(cylinder(neck * 0.75, 0.03, 12).move(y=h - 0.015).paint((0.76, 0.58, 0.38)))
    label = chance(rng, 0.45) and style in (
        "wine bottle",
        "beer bottle",
        "pill bottle",
        "milk bottle",
        "champagne bottle",
    )
    if label:
        parts.append(cylinder(profile[0, 0] * 1.01, h * 0.25, 24).move(y=h * 0.1).paint((0.93, 0.9, 0.8)))
    return made(
        "bottle",
        merge(*parts),
        f"{an(color.name)} bottle",
        an(style),
        f"{an('open' if stopper == 'open' else 'closed')} bottle {'with' if label else 'without'} a label",
        style=style,
        material=color.name,
    )


@kind("vase", family="household")
def vase(rng: Rng) -> Shape:
    """A vessel for flowers."""
    r, h, color = span(rng, 0.06, 0.12), span(rng, 0.18, 0.45), either(rng, "paint", "paint", "stone", "metal")
    styles = {
        "bulbous": [(0.5, 0), (0.95, 0.25), (1, 0.45), (0.45, 0.75), (0.3, 0.88), (0.45, 1)],
        "amphora": [(0.3, 0), (0.35, 0.05), (0.85, 0.4), (1, 0.62), (0.4, 0.82), (0.35, 0.93), (0.5, 1)],
        "cylindrical": [(0.6, 0), (0.6, 0.5), (0.62, 1)],
        "trumpet": [(0.5, 0), (0.3, 0.15), (0.35, 0.5), (0.55, 0.8), (0.9, 1)],
        "teardrop": [(0.55, 0), (1, 0.25), (0.7, 0.5), (0.25, 0.75), (0.18, 1)],
        "hourglass": [(0.8, 0), (0.55, 0.3), (0.4, 0.5), (0.55, 0.75), (0.85, 1)],
        "ginger jar": [(0.55, 0), (0.7, 0.2), (1, 0.6), (0.85, 0.82), (0.45, 0.92), (0.48, 1)],
        "globe": [(0.4, 0), (0.9, 0.2), (1.1, 0.45), (0.9, 0.75), (0.5, 0.9), (0.55, 1)],
    }
    style, outside = outline_of(rng, r, h, styles)
    sides = pick(rng, 28, 28, 28, 6, 8)
    handled = style == "amphora" or chance(rng, 0.12)
    parts = [vessel(outside, r * 0.06, sides)]
    if handled:
        wide = np.interp([0.6, 0.93], outside[:, 1] / h, outside[:, 0])
        path = curve(
            [(wide[0], h * 0.6, 0), (r * 1.15, h * 0.8, 0), (r * 0.9, h * 0.95, 0), (wide[1], h * 0.93, 0)], 10
        )
        parts.append(tube(path, r * 0.07, 8).both("x"))
    flowers = chance(rng, 0.2)
    bunch = [_bunch(rng, h, outside[-1, 0] * 0.6)] if flowers else []
    return made(
        "vase",
        merge(merge(*parts).paint(color.rgb), *bunch),
        f"{an(color.name)} vase",
        f"{an(style)} vase{' with two handles' if handled else ''}{' holding flowers' if flowers else ''}",
        f"a {'tall' if h > 0.3 else 'small'} {color.name} vase with {'a faceted' if sides < 20 else 'a round'} body",
        style=f"{style} vase",
        material=color.name,
    )


def _bunch(rng: Rng, h: float, r: float) -> Solid:
    color, stems = paint(rng, "red", "yellow", "pink", "white", "purple"), list[Solid]()
    for angle in rng.uniform(0, 360, int(rng.integers(3, 8))):
        tip = (r + h * 0.25, h * span(rng, 1.4, 1.8), 0.0)
        stem = tube([(0, h * 0.2, 0), (r * 0.8, h * 0.98, 0), tip], 0.003, 5).paint((0.2, 0.45, 0.18))
        stems.append(merge(stem, ball(h * 0.08, h * 0.06, sides=8).move(*tip).paint(color.rgb)).turn("y", float(angle)))
    return merge(*stems)


@kind("bowl", family="household")
def bowl(rng: Rng) -> Shape:
    """An open round dish."""
    r, color = span(rng, 0.07, 0.16), either(rng, "paint", "paint", "wood", "metal")
    h = r * span(rng, 0.45, 0.95)
    styles = {
        "round": [(0.35, 0), (0.75, 0.25), (0.95, 0.65), (1, 1)],
        "conical": [(0.35, 0), (0.65, 0.5), (1, 1)],
        "footed": [(0.5, 0), (0.4, 0.12), (0.8, 0.4), (0.97, 0.75), (1, 1)],
        "mixing": [(0.6, 0), (0.85, 0.5), (1, 0.95), (1.06, 1)],
    }
    style, outside = outline_of(rng, r, h, styles)
    fruit = chance(rng, 0.25)
    inside = []
    if fruit:
        for angle in range(0, 360, 72):
            apple = ball(r * 0.3, r * 0.28, sides=12).move(r * 0.45, h * 0.75).turn("y", angle)
            inside.append(apple.paint(paint(rng, "red", "green", "yellow", "orange").rgb))
    return made(
        "bowl",
        merge(vessel(outside, r * 0.05).paint(color.rgb), *inside),
        f"{an(color.name)} bowl",
        f"{an(style)} {color.made_of if color.made_of != 'painted' else 'ceramic'} bowl",
        f"a bowl {'full of fruit' if fruit else 'with nothing in it'}",
        style="fruit bowl" if fruit else f"{style} bowl",
        material=color.name,
    )


@kind("plate", also=("dish",), family="household")
def plate(rng: Rng) -> Shape:
    """A flat dish."""
    r, color, style = span(rng, 0.09, 0.15), paint(rng), pick(rng, "dinner", "soup", "coupe", "square", "oval")
    deep = r * {"soup": 0.32, "coupe": 0.18}.get(style, 0.16)
    rim = 0.62 if style != "coupe" else 0.9
    profile = np.array(
        [(0, 0), (0.58, 0), (rim + 0.06, 0.6), (1, 1), (0.99, 1.15), (rim, 0.75), (0.55, 0.3), (0, 0.3)]
    ) * (r, deep)
    solid = lathe(profile, 4 if style == "square" else 36)
    solid = solid.turn("y", 45) if style == "square" else solid.scale(1.4, 1, 1) if style == "oval" else solid
    return made(
        "plate",
        solid.paint(color.rgb),
        f"{an(color.name)} plate",
        f"{an(style)} plate",
        f"a flat {color.name} dish to eat from",
        style=f"{style} plate",
        material=color.name,
    )


@kind("jug", also=("pitcher",), family="household")
def jug(rng: Rng) -> Shape:
    """A vessel with a handle and a pouring lip."""
    r, h, color = span(rng, 0.05, 0.09), span(rng, 0.16, 0.3), either(rng, "paint", "paint", "metal")
    styles = {
        "slender": [(0.7, 0), (0.8, 0.3), (0.6, 0.7), (0.7, 1)],
        "round": [(0.6, 0), (1, 0.3), (0.9, 0.55), (0.5, 0.8), (0.65, 1)],
        "straight": [(0.85, 0), (0.78, 0.5), (0.7, 1)],
    }
    style, outside = outline_of(rng, r, h, styles)
    lip = r * 0.35

    def spout(points: Points) -> Points:
        high = np.clip((points[:, 1] / h - 0.75) / 0.25, 0, 1) ** 1.5
        toward = np.clip(-points[:, 0] / r, 0, 1) ** 2
        return points + np.stack([-lip * high * toward * 1.6, lip * high * toward * 0.4, np.zeros(len(points))], 1)

    reach = float(np.interp(0.55, outside[:, 1] / h, outside[:, 0]))
    grip = handle(r * 0.75, h * 0.6, r * 0.1).move(reach * 0.88, h * 0.6)
    return made(
        "jug",
        merge(vessel(outside, r * 0.07).warp(spout), grip).paint(color.rgb),
        f"{an(color.name)} jug",
        f"{an(style)} pitcher with a handle and a spout",
        "a jug for pouring water or milk",
        style=f"{style} jug",
        material=color.name,
    )


@kind("jar", family="household")
def jar(rng: Rng) -> Shape:
    """A wide-mouthed container with a lid."""
    r, color, top = span(rng, 0.04, 0.08), paint(rng), either(rng, "metal", "wood", "paint")
    h, style = r * span(rng, 1.5, 2.8), pick(rng, "jam", "cookie", "canister")
    profiles = {
        "jam": [(0.95, 0), (1, 0.05), (1, 0.75), (0.85, 0.86), (0.82, 1)],
        "cookie": [(0.7, 0), (1.05, 0.35), (1.05, 0.6), (0.8, 1)],
        "canister": [(1, 0), (1, 1)],
    }
    rgb = GLASS if style == "jam" else color.rgb
    lid = lathe([(r * 0.9, 0), (r * 0.92, 0.02), (r * 0.6, 0.03), (0, 0.035)], 24)
    grip = [ball(r * 0.16, sides=10).move(y=0.04)] if style != "jam" else []
    return made(
        "jar",
        merge(
            lathe(np.array(profiles[style]) * (r, h), 24).paint(rgb), merge(lid, *grip).move(y=h - 0.003).paint(top.rgb)
        ),
        "a jar with a lid",
        f"{an(style)} jar",
        f"{an('glass' if style == 'jam' else color.name)} jar with {an(top.name)} lid",
        style=f"{style} jar",
        material=top.name,
    )


@kind("can", also=("tin can",), family="household")
def can(rng: Rng) -> Shape:
    """A drinks can or a food tin."""
    drink, color, steel = chance(rng, 0.6), paint(rng), metal(rng)
    r, h = (
        (span(rng, 0.028, 0.034), span(rng, 0.1, 0.17)) if drink else (span(rng, 0.035, 0.055), span(rng, 0.05, 0.12))
    )
    if drink:
        ends = lathe(
            [
                (r * 0.75, 0),
                (r, h * 0.07),
                (r, h * 0.9),
                (r * 0.8, h),
                (r * 0.76, h),
                (r * 0.74, h * 0.98),
                (0, h * 0.98),
            ],
            24,
        )
        opener = torus(r * 0.2, r * 0.05, 12, 6).scale(1, 0.4, 1.4).move(y=h * 0.985, z=r * 0.15)
        solid = merge(
            merge(ends, opener).paint(steel.rgb), cylinder(r * 1.005, h * 0.8, 24).move(y=h * 0.08).paint(color.rgb)
        )
    else:
        rim = torus(r, r * 0.035, 24, 6)
        ribs = [rim.move(y=h * share) for share in (0.0, 1.0)]
        solid = merge(cylinder(r, h, 24), *ribs).paint(steel.rgb)
        solid = merge(solid, cylinder(r * 1.01, h * 0.84, 24).move(y=h * 0.08).paint(color.rgb))
    return made(
        "can",
        solid,
        "a soda can" if drink else "a food tin",
        f"{an(color.name)} {'drinks can with a pull tab' if drink else 'tin of food with a paper label'}",
        style="soda can" if drink else "food tin",
        material=color.name,
    )
