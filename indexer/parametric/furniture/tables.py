"""Tables and desks."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import GLASS, Material, either, metal, paint
from indexer.parametric.parts import (
    Rng,
    beam,
    chance,
    ellipse,
    four_legs,
    frame,
    made,
    pick,
    plate,
    pull,
    rectangle,
    span,
)
from indexer.parametric.solids import Solid, array, box, cylinder, lathe, merge, ring, tube

Base = tuple[Solid, str]


@kind("table", family="furniture")
def table(rng: Rng) -> Shape:
    """A dining, kitchen or side table."""
    return pick(rng, _rectangular, _rectangular, _round, _side)(rng)


def _rectangular(rng: Rng) -> Shape:
    w, d, h = span(rng, 1.0, 2.4), span(rng, 0.65, 1.1), span(rng, 0.68, 0.78)
    material, thick = either(rng, "wood", "wood", "paint", "metal"), span(rng, 0.02, 0.06)
    base, words = pick(rng, _on_legs, _on_legs, _trestle, _hoops, _slabs)(rng, w, d, h)
    glass = chance(rng, 0.12)
    top = plate(rectangle(w, d, pick(rng, 0.0, 0.0, 0.05, 0.2)), thick).move(y=h)
    return made(
        "table",
        merge(base.paint(material.rgb), top.paint(GLASS if glass else material.rgb)),
        "a rectangular table",
        f"{an(material.made_of)} dining table",
        f"{an(material.name)} table with {words}",
        f"a long table with {'a glass' if glass else 'a'} rectangular top" if w > 1.7 else "a kitchen table",
        style="glass table" if glass else "dining table",
        material=material.name,
    )


def _on_legs(rng: Rng, w: float, d: float, h: float) -> Base:
    thick, inset = span(rng, 0.04, 0.09), span(rng, 0, 0.12)
    legs, style = four_legs(rng, w - inset, d - inset, h, thick)
    if chance(rng, 0.6):
        deep = span(rng, 0.06, 0.14)
        apron = merge(
            box(w - inset - thick, deep, 0.02).move(y=h - deep, z=(d - inset) / 2 - thick / 2).both("z"),
            box(0.02, deep, d - inset - thick).move((w - inset) / 2 - thick / 2, h - deep).both("x"),
        )
        return merge(legs, apron), f"four {style} legs"
    return legs, f"four {style} legs"


def _trestle(rng: Rng, w: float, d: float, h: float) -> Base:
    x, t = w * span(rng, 0.3, 0.42), span(rng, 0.04, 0.08)
    crossed = chance(rng, 0.5)
    if crossed:
        side = beam((x, 0, -d * 0.42), (x, h, d * 0.36), t).both("z")
    else:
        side = merge(box(t, h, t * 2.2).move(x), box(t, t, d * 0.8).move(x), box(t, t, d * 0.7).move(x, h - t))
    bar = box(2 * x, t * 1.4, t * 0.7).move(y=h * (0.45 if crossed else 0.3))
    return merge(side.both("x"), bar), "crossed trestle legs" if crossed else "a trestle base"


def _hoops(rng: Rng, w: float, d: float, h: float) -> Base:
    """A closed frame at either end."""
    hoop = frame(d * 0.9, h, span(rng, 0.03, 0.07), span(rng, 0.04, 0.1)).turn("y", 90)
    return hoop.move(w * span(rng, 0.36, 0.47)).both("x"), "two frame legs"


def _slabs(rng: Rng, w: float, d: float, h: float) -> Base:
    slab = box(span(rng, 0.03, 0.08), h, d * span(rng, 0.7, 1.0)).move(w * span(rng, 0.35, 0.48)).both("x")
    return slab, "two slab sides"


def _round(rng: Rng) -> Shape:
    r, h, material = span(rng, 0.35, 0.85), span(rng, 0.68, 0.78), either(rng, "wood", "wood", "paint", "stone")
    stretch = span(rng, 1.2, 1.5) if chance(rng, 0.25) else 1.0
    base, words = pick(rng, _column, _column, _tripod, _ring_legs)(rng, r, h)
    top = plate(ellipse(r * stretch, r, 36), span(rng, 0.02, 0.05)).move(y=h)
    name = "oval table" if stretch > 1 else "round table"
    return made(
        "table",
        merge(base, top).paint(material.rgb),
        an(name),
        f"{an(material.name)} {name}",
        f"{an(name)} with {words}",
        style=name,
        material=material.name,
    )


def _column(rng: Rng, r: float, h: float) -> Base:
    foot, t = r * span(rng, 0.5, 0.75), span(rng, 0.03, 0.09)
    shape = np.array(
        [(foot / t, 0), (foot / t, 0.03), (1.6, 0.07), (1, 0.15), (span(rng, 0.8, 1.8), 0.5), (1, 0.85), (2, 1)]
    )
    return lathe(shape * (t, h), 24), "a pedestal base"


def _tripod(rng: Rng, r: float, h: float) -> Base:
    feet = int(rng.integers(3, 5))
    leg = beam((0.03, h * 0.3, 0), (r * 0.7, 0.02, 0), 0.05, narrow=0.7)
    return merge(ring(leg, feet), lathe([(0.04, h * 0.2), (0.05, h * 0.4), (0.03, h * 0.6), (0.06, h)], 16)), (
        f"a column on {count(feet, 'foot', 'feet')}"
    )


def _ring_legs(rng: Rng, r: float, h: float) -> Base:
    legs = int(rng.integers(3, 6))
    leg = tube([(r * 0.6, h, 0), (r * span(rng, 0.6, 0.85), 0, 0)], [span(rng, 0.02, 0.04), 0.015], 10)
    return ring(leg, legs, start=span(rng, 0, 90)), f"{count(legs, 'leg')}"


def _side(rng: Rng) -> Shape:
    w, d, h, material = span(rng, 0.38, 0.55), span(rng, 0.35, 0.5), span(rng, 0.45, 0.62), either(rng, "wood", "paint")
    legs, style = four_legs(rng, w, d, h, 0.035)
    parts = [legs, box(w + 0.03, 0.025, d + 0.03).move(y=h)]
    drawers = int(rng.integers(0, 3))
    if drawers:
        deep = 0.11 * drawers
        parts.append(box(w - 0.02, deep, d - 0.02).move(y=h - deep))
        fronts = [(0, h - 0.105 * (i + 1), d / 2 - 0.008) for i in range(drawers)]
        parts.append(array(merge(box(w - 0.08, 0.09, 0.02), pull(rng, 0.1).move(y=0.045, z=0.01)), fronts))
    if chance(rng, 0.5):
        parts.append(box(w - 0.03, 0.02, d - 0.03).move(y=h * 0.25))
    words = f" and {count(drawers, 'drawer')}" if drawers else ""
    return made(
        "table",
        merge(*parts).paint(material.rgb),
        "a small side table",
        f"{an(material.name)} bedside table{words.replace(' and', ' with')}",
        f"a nightstand with {style} legs{words}",
        style="bedside table",
        material=material.name,
        drawers=drawers,
    )


@kind("coffee table", family="furniture")
def coffee_table(rng: Rng) -> Shape:
    """A low table before a sofa."""
    w, d, h = span(rng, 0.8, 1.3), span(rng, 0.5, 0.75), span(rng, 0.3, 0.45)
    material, glass = either(rng, "wood", "metal", "paint", "stone"), chance(rng, 0.35)
    shape = pick(rng, "rectangular", "round", "oval")
    outline = {"rectangular": rectangle(w, d, 0.04), "round": ellipse(w * 0.4, w * 0.4), "oval": ellipse(w / 2, d / 2)}[
        shape
    ]
    reach = 0.95 if shape == "rectangular" else 0.62
    legs, _ = four_legs(rng, np.ptp(outline[:, 0]) * reach, np.ptp(outline[:, 1]) * reach, h, span(rng, 0.03, 0.07))
    parts = [legs.paint(material.rgb), plate(outline, 0.03).move(y=h).paint(GLASS if glass else material.rgb)]
    shelf = chance(rng, 0.4)
    if shelf:
        parts.append(plate(outline * reach * 0.95, 0.02).move(y=h * 0.3).paint(material.rgb))
    return made(
        "coffee table",
        merge(*parts),
        "a low table",
        f"{an(shape)} {material.name} coffee table",
        f"a coffee table with {'a glass top' if glass else 'four short legs'}{' and a shelf below' if shelf else ''}",
        style=f"{shape} coffee table",
        material=material.name,
    )


@kind("desk", also=("writing table",), family="furniture")
def desk(rng: Rng) -> Shape:
    """A table to work at."""
    return pick(rng, _pedestal_desk, _pedestal_desk, _corner_desk, _standing_desk, _school_desk)(rng)


def _drawers(rng: Rng, w: float, h: float, d: float, number: int, material: Material) -> Solid:
    """A box of drawers on y = 0, its fronts at z = d / 2."""
    each = h / number
    front = box(w * 0.92, each * 0.86, 0.02).move(y=each * 0.07, z=d / 2).paint(material.shade(1.15))
    grip = pull(rng, min(w * 0.4, 0.14)).move(y=each / 2, z=d / 2 + 0.01).paint(metal(rng).rgb)
    return merge(box(w, h, d).paint(material.rgb), array(merge(front, grip), [(0, i * each, 0) for i in range(number)]))


def _pedestal_desk(rng: Rng) -> Shape:
    w, d, h, material = span(rng, 1.1, 1.7), span(rng, 0.55, 0.8), 0.72, either(rng, "wood", "wood", "paint")
    number, twin, wide = int(rng.integers(2, 5)), chance(rng, 0.5), span(rng, 0.32, 0.42)
    stack = _drawers(rng, wide, h - 0.06, d * 0.9, number, material).move((w - wide) / 2 - 0.02, 0.06)
    other = stack.mirror("x") if twin else box(0.04, h, d * 0.9).move(-w / 2 + 0.04).paint(material.rgb)
    panel = box(w * 0.9, h * 0.5, 0.02).move(y=h * 0.45, z=-d * 0.35)
    top = box(w, 0.035, d).move(y=h)
    return made(
        "desk",
        merge(stack, other, merge(panel, top).paint(material.rgb)),
        f"{an(material.made_of)} desk with drawers",
        f"{an(material.name)} office desk",
        f"a desk with {count(number * (1 + twin), 'drawer')}{' on both sides' if twin else ' on one side'}",
        style="office desk",
        material=material.name,
        drawers=number * (1 + twin),
    )


def _corner_desk(rng: Rng) -> Shape:
    w, d, h, material = span(rng, 1.4, 1.8), span(rng, 0.55, 0.7), span(rng, 0.7, 0.75), either(rng, "wood", "paint")
    arm = span(rng, 0.6, 1.0)
    corner = [(-w / 2, -d / 2), (w / 2, -d / 2), (w / 2, d / 2), (-w / 2 + d, d / 2), (-w / 2 + d, d / 2 + arm)]
    top = plate([*corner, (-w / 2, d / 2 + arm)], 0.03).move(y=h)
    spots = [(-w / 2 + 0.05, -d / 2 + 0.05), (w / 2 - 0.05, -d / 2 + 0.05), (w / 2 - 0.05, d / 2 - 0.05)]
    spots += [(-w / 2 + 0.05, d / 2 + arm - 0.05), (-w / 2 + d - 0.05, d / 2 + arm - 0.05)]
    legs = array(cylinder(0.025, h, 10), [(x, 0, z) for x, z in spots]).paint(metal(rng).rgb)
    stack = _drawers(rng, 0.36, h * 0.85, d * 0.8, 3, material).move(w / 2 - 0.28, h * 0.15 - 0.02)
    return made(
        "desk",
        merge(top.paint(material.rgb), legs, stack),
        "a corner desk",
        f"an l-shaped {material.name} desk",
        "an l-shaped computer desk with drawers",
        style="corner desk",
        material=material.name,
        drawers=3,
    )


def _standing_desk(rng: Rng) -> Shape:
    w, d, h, material = span(rng, 1.2, 1.7), span(rng, 0.6, 0.8), span(rng, 0.72, 1.2), either(rng, "wood", "paint")
    x = w * 0.36
    leg = merge(
        box(0.07, h, 0.09).move(x), box(0.06, 0.04, d * 0.9).move(x), box(0.05, 0.03, d * 0.7).move(x, h - 0.03)
    )
    bar = box(2 * x, 0.05, 0.04).move(y=h - 0.08)
    tall = "a standing desk" if h > 0.9 else "a modern desk"
    return made(
        "desk",
        merge(
            merge(leg.both("x"), bar).paint(paint(rng, "white", "black", "grey").rgb),
            box(w, 0.028, d).move(y=h).paint(material.rgb),
        ),
        tall,
        f"a desk with {an(material.name)} top on two metal columns",
        f"{tall} with t-shaped legs",
        style="standing desk",
        material=material.name,
        drawers=0,
    )


def _school_desk(rng: Rng) -> Shape:
    w, d, h, material, steel = (
        span(rng, 0.55, 0.7),
        span(rng, 0.4, 0.5),
        span(rng, 0.62, 0.74),
        either(rng, "wood"),
        metal(rng),
    )
    side = tube(
        [(w * 0.42, 0.01, d * 0.45), (w * 0.42, 0.01, -d * 0.45), (w * 0.42, h, -d * 0.3), (w * 0.42, h, d * 0.4)],
        0.014,
        8,
    )
    bin_ = merge(
        box(w * 0.8, 0.015, d * 0.8),
        box(0.015, 0.12, d * 0.8).move(w * 0.4).both("x"),
        box(w * 0.8, 0.12, 0.015).move(z=-d * 0.4),
    )
    return made(
        "desk",
        merge(
            side.both("x").paint(steel.rgb),
            bin_.move(y=h - 0.12).paint(steel.shade(0.8)),
            box(w, 0.025, d).move(y=h).paint(material.rgb),
        ),
        "a school desk",
        "a small pupil's desk with a tray",
        f"a school desk with {an(material.name)} top and metal legs",
        style="school desk",
        material=material.name,
        drawers=0,
    )
