"""What people drink from: mugs, cups and glasses."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import GLASS, paint
from indexer.parametric.parts import Rng, chance, handle, made, outline_of, pick, span, vessel
from indexer.parametric.solids import Solid, cylinder, lathe, merge


@kind("mug", family="household")
def mug(rng: Rng) -> Shape:
    """A straight drinking vessel with a handle."""
    r, h, color = span(rng, 0.035, 0.05), span(rng, 0.08, 0.12), paint(rng)
    styles: dict[str, list[tuple[float, float]]] = {
        "straight": [(1, 0), (1, 0.5), (1, 1)],
        "tapered": [(0.75, 0), (0.88, 0.5), (1, 1)],
        "barrel-shaped": [(0.85, 0), (1.05, 0.5), (0.9, 1)],
        "rounded": [(0.6, 0), (0.95, 0.25), (1, 0.6), (1, 1)],
        "beer": [(1.1, 0), (1.02, 0.15), (1, 0.5), (1.0, 1)],
    }
    style, outside = outline_of(rng, r, h * (1.4 if chance(rng, 0.15) else 1.0), styles)
    tall = outside[-1, 1]
    grip = handle(r * span(rng, 0.5, 0.85), tall * span(rng, 0.45, 0.75), r * span(rng, 0.09, 0.16))
    parts = [vessel(outside, r * 0.1), grip.move(r * 0.92, tall * 0.5)]
    full = chance(rng, 0.3)
    drink = [cylinder(r * 0.85, 0.003, 20).move(y=tall * 0.8).paint((0.25, 0.14, 0.08))] if full else []
    return made(
        "mug",
        merge(merge(*parts).paint(color.rgb), *drink),
        f"{an(color.name)} mug with a handle",
        f"{an(color.name)} {'beer stein' if style == 'beer' else 'coffee mug'}",
        f"{an(style)} ceramic mug{' full of coffee' if full else ''}",
        style="beer mug" if style == "beer" else "coffee mug",
        material=color.name,
    )


@kind("cup", also=("teacup",), family="household")
def cup(rng: Rng) -> Shape:
    """A tea or espresso cup, mostly on a saucer."""
    r, color, saucer, handled = span(rng, 0.035, 0.05), paint(rng), chance(rng, 0.65), chance(rng, 0.8)
    h = r * span(rng, 1.1, 1.8)
    styles = {
        "flared": [(0.45, 0), (0.5, 0.1), (0.8, 0.5), (1, 1)],
        "round": [(0.4, 0), (0.85, 0.3), (1, 0.7), (0.98, 1)],
        "straight": [(0.7, 0), (0.8, 0.5), (0.85, 1)],
        "footed": [(0.5, 0), (0.35, 0.12), (0.75, 0.4), (0.95, 0.75), (1.02, 1)],
    }
    style, outside = outline_of(rng, r, h, styles)
    parts = [vessel(outside, r * 0.07)]
    if handled:
        parts.append(handle(r * 0.55, h * 0.5, r * 0.07).move(r * 0.85, h * 0.58))
    if saucer:
        dish = lathe(
            np.array([(0, 0), (0.9, 0), (1.3, 0.12), (1.75, 0.3), (1.73, 0.34), (1.25, 0.18), (0.6, 0.08), (0, 0.08)])
            * r,
            28,
        )
        parts = [merge(*parts).move(y=r * 0.09), dish]
    return made(
        "cup",
        merge(*parts).paint(color.rgb),
        f"{an(color.name)} cup",
        f"a teacup {'on a saucer' if saucer else 'without a saucer'}",
        f"{an(style)} porcelain cup {'with a small handle' if handled else 'without a handle'}",
        style="cup and saucer" if saucer else "teacup",
        material=color.name,
    )


@kind("glass", also=("drinking glass",), family="household")
def glass(rng: Rng) -> Shape:
    """A tumbler or a stemmed glass."""
    stemmed, r = chance(rng, 0.6), span(rng, 0.028, 0.045)
    if not stemmed:
        cups = {"tumbler": [(0.8, 0), (0.9, 0.5), (1, 1)], "pint glass": [(0.7, 0), (0.8, 0.5), (1.05, 0.8), (1, 1)]}
        name, outside = outline_of(rng, r, r * span(rng, 2, 4), cups)
        solid = vessel(outside, 0.0025)
    else:
        bowls = {
            "wine glass": [(0.1, 0), (0.9, 0.3), (1, 0.55), (0.75, 1)],
            "champagne flute": [(0.08, 0), (0.55, 0.25), (0.6, 0.7), (0.5, 1)],
            "martini glass": [(0.08, 0), (0.7, 0.5), (1.35, 1)],
            "goblet": [(0.1, 0), (0.8, 0.15), (1, 0.5), (1, 1)],
            "brandy snifter": [(0.1, 0), (1.1, 0.25), (1.2, 0.5), (0.7, 1)],
        }
        name, profile = outline_of(rng, r, r * span(rng, 1.6, 2.6), bowls)
        stem = r * (0.8 if name == "brandy snifter" else span(rng, 1.6, 2.8))
        cupped = np.add(profile, (0, stem))
        inner = np.maximum(cupped[::-1] - (0.002, 0), (0.0, stem + 0.004))
        foot = np.array([(0, 0), (r * 0.85, 0), (r * 0.8, 0.003), (r * 0.1, 0.01), (r * 0.09, stem)])
        solid = lathe(np.concatenate([foot, cupped, inner]), 24)
    filled = chance(rng, 0.35)
    solid = solid.paint(GLASS)
    return made(
        "glass",
        merge(solid, _drink(rng, solid)) if filled else solid,
        "a drinking glass",
        an(name),
        f"{an(name)} {'on a thin stem' if stemmed else 'with a flat bottom'}{', half full' if filled else ''}",
        style=name,
        material="glass",
    )


def _drink(rng: Rng, solid: Solid) -> Solid:
    """A disc of liquid at two thirds of the height of a vessel, as wide as the vessel is there."""
    level = solid.size[1] * 0.7
    radii = np.hypot(solid.vertices[:, 0], solid.vertices[:, 2])
    near = (np.abs(solid.vertices[:, 1] - level) < solid.size[1] * 0.08) & (radii > 1e-3)  # the axis is no wall
    wide = float(radii[near].min()) if near.any() else 0.02
    return (
        cylinder(wide * 0.97, 0.002, 20)
        .move(y=level)
        .paint(pick(rng, (0.5, 0.05, 0.12), (0.9, 0.75, 0.3), (0.8, 0.45, 0.1)))
    )
