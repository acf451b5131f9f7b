"""Pistols and rifles, pointing towards +z."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, kinds_of, pick, rod, shape, vary
from indexer.parametric.gear.modern_guns import assembled
from indexer.parametric.gear.weapons import GUN, STEEL
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import Material, metal, wood
from indexer.parametric.solids import ball, box, cylinder, lathe, prism, rounded_box, tube
from indexer.parametric.surface import Solid, array, merge, ring

FAMILY = "weapons"


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
        if chance(rng, 0.2):
            solids.append(cylinder(0.016, length * 0.7, 14).turn("x", 90).move(0, 0.018, length * 0.6).paint(DARK))
        if chance(rng, 0.3):
            solids.append(box(0.022, 0.02, 0.05).move(0, -0.042, length * 0.3).paint(DARK))
        if chance(rng, 0.3):
            solids.append(
                box(0.02, length * 0.3, 0.04).turn("x", 14).move(0, -length * 0.85, -length * 0.12).paint(GUN)
            )
        if chance(rng, 0.3):
            teeth = [(0, 0.0, -length * 0.38 + 0.006 * i) for i in range(8)]
            solids.append(array(box(w * 1.06, 0.03, 0.003), teeth).paint(GUN))
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


def _rifle(rng: np.random.Generator, style: str) -> Shape:
    """An assault rifle, hunting rifle, sniper rifle, shotgun or submachine gun."""
    length, coat = (
        {"submachine gun": 0.62, "sniper rifle": 1.15}.get(style, 0.95) * vary(rng, 0.06),
        wood(rng) if style in ("hunting rifle", "shotgun") or chance(rng, 0.3) else Material("black", DARK, "plastic"),
    )
    if style in ("assault rifle", "submachine gun") and chance(rng, 0.7):
        solids, words = assembled(rng, length, coat, style == "submachine gun")
        return shape(
            solids, (f"a {style}", f"a {style} with {words}", f"a military gun with a {coat.name} stock"), style=style
        )
    solids = (
        _modern_gun(rng, style, length, coat)
        if style in ("assault rifle", "submachine gun")
        else _long_gun(rng, style, length, coat)
    )
    scoped = style == "sniper rifle" or chance(rng, 0.25)
    if scoped:
        scope = (
            lathe(
                np.array([(0.02, 0), (0.022, 0.05), (0.014, 0.08), (0.014, 0.2), (0.024, 0.24), (0.026, 0.31)])
                * (vary(rng, 0.25), vary(rng, 0.3)),
                16,
            )
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


def _long_gun(rng: np.random.Generator, style: str, length: float, coat: Material) -> list[Solid]:
    """A gun with a full-length stock: bolt, lever or pump action, one barrel or two, a pistol grip at times."""
    fore, reach, back = (
        length * rng.uniform(0.16, 0.5),
        length * rng.uniform(0.5, 0.66),
        length * rng.uniform(0.34, 0.46),
    )
    butt, w = rng.uniform(0.1, 0.16), rng.uniform(0.03, 0.048)
    outline = [(fore, -0.022), (fore, 0.004), (-0.05, 0.012), (-back * 0.38, 0.0), (-back, rng.uniform(-0.04, 0.01))]
    outline += [(-back, -butt), (-back * 0.92, -butt), (-back * 0.42, -0.055), (-0.05, -0.042)]
    y, r = 0.018, rng.uniform(0.009, 0.014)
    solids = [prism(outline, w).turn("y", -90).paint(coat.rgb), trigger(rng.uniform(0.02, 0.03)).move(0, -0.04, -0.06)]
    twin = style == "shotgun" and chance(rng, 0.4)
    pipe = rod((0, y, -0.08), (0, y, reach), r, r * 0.8, 14)
    solids.append((pipe.move(x=r).both("x") if twin else pipe).paint(GUN))
    solids.append(rounded_box(w * 1.05, 0.05, rng.uniform(0.12, 0.24), 0.006).move(0, -0.022, -0.03).paint(GUN))
    if chance(rng, 0.25):
        solids.append(pistol_grip(0.1, 0.05, w * 0.9, 18).move(0, -0.03, -0.1).paint(coat.rgb))
    action = pick(rng, "bolt", "lever", "pump") if style != "shotgun" else pick(rng, "pump", "pump", "lever")
    if not twin:
        solids += _action(action, length, y, coat)
    if style != "shotgun" and chance(rng, 0.5):
        solids.append(box(0.024, rng.uniform(0.03, 0.1), 0.07).move(0, -0.11, 0.02).paint(GUN))
    solids.append(box(0.004, 0.02, 0.012).move(0, y + r * 0.7, reach * 0.97).paint(GUN))
    if style == "sniper rifle" and chance(rng, 0.75):
        foot = (rng.uniform(0.07, 0.13), -rng.uniform(0.15, 0.25), fore * 0.95 + 0.03)
        solids.append(rod((0.01, -0.01, fore * 0.9), foot, 0.006).both("x").paint(GUN))
    if style == "sniper rifle" and chance(rng, 0.6):
        solids.append(cylinder(0.017, rng.uniform(0.05, 0.2), 12).turn("x", 90).move(0, y, reach * 0.97).paint(GUN))
    return solids


def _action(action: str, length: float, y: float, coat: Material) -> list[Solid]:
    if action == "pump":
        magazine = rod((0, y - 0.026, 0), (0, y - 0.026, length * 0.48), 0.011, sides=12).paint(GUN)
        return [magazine, cylinder(0.022, 0.16, 14).turn("x", 90).move(0, y - 0.026, length * 0.2).paint(coat.rgb)]
    if action == "lever":
        loop = tube([(0, -0.04, 0.0), (0, -0.09, -0.02), (0, -0.09, -0.12), (0, -0.045, -0.13)], 0.005, 6)
        return [loop.paint(STEEL), rod((0, y - 0.022, 0), (0, y - 0.022, length * 0.46), 0.008).paint(GUN)]
    return [rod((0, y, -0.04), (0.05, 0.0, -0.05), 0.005).paint(STEEL), ball(0.009, sides=8).move(0.052, 0, -0.05)]


kinds_of(
    FAMILY,
    _rifle,
    {
        "rifle": (
            ("long gun", "gun", "firearm", "weapon"),
            ("assault rifle", "assault rifle", "assault rifle", "hunting rifle", "hunting rifle", "sniper rifle"),
        ),
        "shotgun": (("long gun", "gun", "firearm", "weapon"), ("shotgun",)),
        "submachine gun": (("machine pistol", "gun", "firearm", "weapon"), ("submachine gun",)),
    },
)
