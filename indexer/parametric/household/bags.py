"""Bags, suitcases and books."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import PAPER, RUBBER, paint
from indexer.parametric.parts import Rng, chance, curve, hoop, made, pick, slats, span
from indexer.parametric.solids import (
    Solid,
    box,
    cylinder,
    lathe,
    merge,
    prism,
    rounded_box,
    torus,
    tube,
)


@kind("suitcase", also=("luggage",), family="household")
def suitcase(rng: Rng) -> Shape:
    """A trolley, a vintage suitcase or a briefcase."""
    style, color = pick(rng, "rolling", "vintage", "briefcase"), paint(rng)
    if style == "rolling":
        w, h, d = span(rng, 0.36, 0.5), span(rng, 0.5, 0.75), span(rng, 0.2, 0.3)
        ribs = slats(
            int(rng.integers(3, 8)), (-w * 0.38, 0.04, 0), (w * 0.38, 0.04, 0), box(0.012, h - 0.08, d + 0.012)
        )
        shell = merge(rounded_box(w, h, d, 0.04), ribs).paint(color.rgb)
        rise = span(rng, 0.05, 0.4)
        rod = tube(
            [
                (-w * 0.25, h, -d * 0.3),
                (-w * 0.25, h + rise, -d * 0.3),
                (w * 0.25, h + rise, -d * 0.3),
                (w * 0.25, h, -d * 0.3),
            ],
            0.01,
            8,
        )
        wheel = cylinder(0.03, 0.02, 14).turn("z", 90).move(w * 0.4, -0.02, d * 0.35).both("x").both("z").paint(RUBBER)
        solid, words = (
            merge(shell, rod.paint((0.6, 0.6, 0.62)), wheel),
            "a trolley suitcase with wheels and a telescopic handle",
        )
    else:
        w, h, d = span(rng, 0.4, 0.65), span(rng, 0.28, 0.42), span(rng, 0.09, 0.2)
        shell = rounded_box(w, h, d, 0.02).paint(color.rgb)
        grip = tube([(-0.07, 0, 0), (-0.06, 0.04, 0), (0.06, 0.04, 0), (0.07, 0, 0)], 0.01, 8).move(y=h)
        trim = (
            [box(0.04, h * 1.02, d * 1.03).move(x, -h * 0.01) for x in (-w * 0.33, w * 0.33)]
            if style == "vintage"
            else []
        )
        clasp = box(0.03, 0.04, 0.012).move(w * 0.25, h * 0.85, d / 2).both("x")
        solid = merge(shell, merge(grip, *trim).paint((0.3, 0.19, 0.11)), clasp.paint((0.78, 0.65, 0.3)))
        words = "an old suitcase with leather straps" if style == "vintage" else "a leather briefcase with two clasps"
    return made(
        "suitcase",
        solid,
        f"{an(color.name)} suitcase",
        words,
        "luggage for travelling",
        style="briefcase" if style == "briefcase" else f"{style} suitcase",
        material=color.name,
    )


@kind("bag", family="household")
def bag(rng: Rng) -> Shape:
    """A handbag, a shopping bag, a backpack or a sack."""
    style, color = pick(rng, "handbag", "shopping bag", "backpack", "backpack", "sack", "tote bag"), paint(rng)
    w = span(rng, 0.26, 0.38)
    h, d = w * span(rng, 0.7, 1.3), w * span(rng, 0.3, 0.5)
    loop = hoop(w * 0.24, w * span(rng, 0.3, 0.5), 0.008)
    if style == "backpack":
        h = w * span(rng, 1.2, 1.5)
        pocket = rounded_box(w * 0.75, h * 0.4, d * 0.4, 0.03).move(y=h * 0.06, z=d * 0.6)
        strap = tube(
            curve(
                [
                    (w * 0.25, h * 0.9, -d / 2),
                    (w * 0.3, h * 0.75, -d * 0.95),
                    (w * 0.3, h * 0.35, -d * 0.85),
                    (w * 0.35, h * 0.1, -d / 2),
                ],
                10,
            ),
            0.018,
            8,
        )
        solid = merge(
            rounded_box(w, h, d, w * 0.2).paint(color.rgb),
            merge(pocket, strap.both("x"), hoop(0.04, 0.04, 0.008).move(y=h - 0.005, z=-d * 0.2)).paint(
                color.shade(0.75)
            ),
        )
        words = "a backpack with two shoulder straps and a pocket"
    elif style == "sack":
        r = w * 0.6
        sack = lathe(
            curve(
                np.array([(0.8, 0), (1.05, 0.2), (0.95, 0.55), (0.3, 0.85), (0.25, 0.88), (0.5, 1)]) * (r, h * 1.3), 14
            ),
            18,
        )
        solid, words = (
            merge(sack.paint((0.72, 0.6, 0.42)), torus(r * 0.28, r * 0.05, 14, 6).move(y=h * 1.13)),
            "a cloth sack tied with a rope",
        )
    elif style == "handbag":
        outline = [(-w / 2, 0), (w / 2, 0), (w * 0.4, h), (-w * 0.4, h)]
        flap = prism(
            [(-w * 0.42, h), (-w * 0.46, h * 0.5), (0, h * 0.4), (w * 0.46, h * 0.5), (w * 0.42, h)], d * 0.1
        ).move(z=d * 0.5)
        solid = merge(
            merge(prism(outline, d), flap).paint(color.rgb),
            loop.move(y=h).paint(color.shade(0.6)),
            cylinder(0.015, 0.02, 12).turn("x", 90).move(y=h * 0.5, z=d * 0.52).paint((0.8, 0.66, 0.28)),
        )
        words = "a lady's handbag with a flap and a handle"
    else:
        walls = merge(
            box(w, h, 0.005).move(z=d / 2).both("z"), box(0.005, h, d).move(w / 2).both("x"), box(w, 0.005, d)
        )
        solid, words = (
            merge(walls, loop.move(y=h, z=d / 2).both("z")).paint(color.rgb),
            "an open shopping bag with two handles",
        )
    return made("bag", solid, f"{an(color.name)} {style}", words, style=style, material=color.name)


@kind("book", family="household")
def book(rng: Rng) -> Shape:
    """A closed book, an open one, or a stack of books."""
    style = pick(rng, "closed", "open", "stack", "standing")
    if style == "stack":
        number, y, pile = int(rng.integers(2, 8)), 0.0, []
        for _ in range(number):
            one, color = _volume(rng)
            pile.append(one.turn("y", span(rng, -20, 20)).move(y=y))
            y += one.size[1]
        return made(
            "book",
            merge(*pile),
            "a stack of books",
            f"a pile of {count(number, 'book')}",
            f"{count(number, 'book')} lying on top of each other",
            style="stack of books",
            material="paper",
            books=number,
        )
    one, color = _volume(rng)
    if style == "open":
        w, d, rise = span(rng, 0.13, 0.2), span(rng, 0.18, 0.28), span(rng, 0.01, 0.03)
        x = np.linspace(0, w, 9)
        page = np.concatenate(
            [np.stack([x, 0.006 + rise * np.sin(np.pi * (x / w) ** 0.6) * 1.0 + 0.004], 1), [(w, 0.006), (0, 0.006)]]
        )
        one = merge(prism(page, d * 0.96).both("x").paint(PAPER), box(w * 2 + 0.02, 0.005, d).paint(color)).turn(
            "x", span(rng, 0, 35)
        )
    elif style == "standing":
        one = one.turn("z", 90).turn("x", 90) if chance(rng, 0.5) else one.turn("x", 90)
    return made(
        "book",
        one,
        {"closed": "a closed book", "open": "an open book", "standing": "a book standing upright"}[style],
        f"a {'hardcover' if one.size[1] > 0.03 else 'thin'} book",
        "a book with a coloured cover and paper pages",
        style=f"{style} book",
        material="paper",
        books=1,
    )


def _volume(rng: Rng) -> tuple[Solid, tuple[float, float, float]]:
    """A book lying on its back, its spine at -x; and its colour."""
    w, d, thick, color = span(rng, 0.12, 0.22), span(rng, 0.18, 0.3), span(rng, 0.012, 0.06), paint(rng)
    cover = merge(box(w, 0.003, d), box(w, 0.003, d).move(y=thick - 0.003), box(0.004, thick, d).move(-w / 2))
    pages = box(w - 0.008, thick - 0.006, d - 0.01).move(y=0.003).paint(PAPER)
    return merge(cover.paint(color.rgb), pages), color.rgb
