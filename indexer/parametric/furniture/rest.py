"""Stools, sofas, benches and beds."""

from __future__ import annotations

import numpy as np

from indexer.parametric.furniture.sofas import any_sofa
from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import either, metal, paint, stone, wood
from indexer.parametric.parts import Rng, chance, four_legs, made, pick, slats, span
from indexer.parametric.solids import Solid, array, box, cylinder, lathe, merge, rounded_box, torus, tube


@kind("stool", family="furniture")
def stool(rng: Rng) -> Shape:
    """A seat without a back."""
    return pick(rng, _legged_stool, _legged_stool, _bar_stool, _ottoman)(rng)


def _legged_stool(rng: Rng) -> Shape:
    legs, tall = int(rng.integers(3, 5)), chance(rng, 0.4)
    h, r, material = (
        span(rng, 0.6, 0.8) if tall else span(rng, 0.3, 0.5),
        span(rng, 0.14, 0.2),
        either(rng, "wood", "paint"),
    )
    square = legs == 4 and chance(rng, 0.5)
    seat = (rounded_box(2 * r, 0.04, 2 * r, 0.01) if square else cylinder(r, span(rng, 0.025, 0.05), 24)).move(y=h)
    out = span(rng, 0, 0.1)
    leg = tube([(r * 0.7, h, 0), (r * 0.75 + out, 0, 0)], [0.018, 0.014], 8)
    turn = np.arange(legs) * 2 * np.pi / legs + np.pi / 4
    reach = r * 0.75 + out * 0.6
    bars = tube(
        np.stack([reach * np.cos(turn), np.full(legs, h * 0.35), -reach * np.sin(turn)], 1), 0.009, 6, closed=True
    )
    parts = [seat, *(leg.turn("y", float(np.degrees(angle))) for angle in turn)]
    if chance(rng, 0.6):
        parts.append(bars)
    name = "bar stool" if tall else "stool"
    return made(
        "stool",
        merge(*parts).paint(material.rgb),
        f"{an(material.made_of)} stool",
        f"{an(material.name)} {name} with {count(legs, 'leg')}",
        f"a {'tall' if tall else 'low'} stool with a {'square' if square else 'round'} seat",
        style=name,
        material=material.name,
        legs=legs,
    )


def _bar_stool(rng: Rng) -> Shape:
    h, r, steel, color = span(rng, 0.6, 0.8), span(rng, 0.17, 0.21), metal(rng), paint(rng)
    foot = lathe([(r, 0), (r * 0.95, 0.015), (0.04, 0.05), (0.025, 0.08), (0.025, h)], 24)
    rest = torus(0.15, 0.01, 20, 6).move(y=h * 0.35)
    seat = lathe([(r * 0.7, 0), (r, 0.03), (r * 0.98, 0.08), (r * 0.8, 0.1), (0, 0.1)], 24).move(y=h)
    spokes = box(0.3, 0.012, 0.012).move(y=h * 0.35)
    return made(
        "stool",
        merge(merge(foot, rest, spokes).paint(steel.rgb), seat.paint(color.rgb)),
        "a bar stool",
        f"a bar stool with {an(color.name)} round seat",
        f"a tall stool on a {steel.name} pedestal",
        style="bar stool",
        material=steel.name,
        legs=1,
    )


def _ottoman(rng: Rng) -> Shape:
    r, h, color, cube = span(rng, 0.22, 0.35), span(rng, 0.32, 0.42), paint(rng), chance(rng, 0.5)
    pad = (
        rounded_box(2 * r, h, 2 * r, 0.06)
        if cube
        else lathe([(r * 0.85, 0), (r, h * 0.2), (r, h * 0.8), (r * 0.85, h), (0, h)], 24)
    )
    return made(
        "stool",
        pad.paint(color.rgb),
        "an upholstered footstool",
        f"{an(color.name)} {'cube' if cube else 'round'} ottoman",
        f"a {'square' if cube else 'round'} padded pouf without legs",
        style="ottoman",
        material=color.name,
        legs=0,
    )


@kind("sofa", also=("couch",), family="furniture")
def sofa(rng: Rng) -> Shape:
    """An upholstered seat for several."""
    if chance(rng, 0.75):
        return any_sofa(rng)
    seats, arm, d = int(rng.integers(2, 5)), span(rng, 0.1, 0.25), span(rng, 0.75, 0.95)
    each, low, tall, soft = span(rng, 0.55, 0.75), span(rng, 0.06, 0.16), span(rng, 0.3, 0.5), span(rng, 0.02, 0.06)
    corner, color = chance(rng, 0.25), paint(rng)
    w, h = seats * each, 0.4
    base = box(w + 2 * arm, h - 0.12 - low, d).move(y=low)
    xs = [((i - (seats - 1) / 2) * each, 0, 0) for i in range(seats)]
    cushion = rounded_box(each * 0.98, 0.16, d * 0.8, soft).move(y=h - 0.13, z=d * 0.1)
    behind = rounded_box(each * 0.98, tall, 0.16, soft).turn("x", -10).move(y=h, z=-d * 0.28)
    back = rounded_box(w + 2 * arm, h + tall * 0.8 - low, 0.16, soft).move(y=low, z=-d / 2 + 0.08)
    side = rounded_box(arm, h + span(rng, 0.1, 0.22) - low, d, soft).move(w / 2 + arm / 2, low).both("x")
    parts = [base, array(merge(cushion, behind), xs), back, side]
    if corner:
        chaise = rounded_box(each, h - low, d * 0.9, soft).move((w - each) / 2, low, d * 0.9)
        parts.append(chaise)
    legs, _ = four_legs(rng, w + arm, d * 0.9, low + 0.02, 0.05)
    name = "corner sofa" if corner else "loveseat" if seats == 2 else f"{count(seats, 'seat', 'seat')} sofa"
    return made(
        "sofa",
        merge(merge(*parts).paint(color.rgb), legs.paint(wood(rng).rgb)),
        f"{an(color.name)} sofa",
        f"an upholstered couch with {count(seats, 'cushion')}",
        f"{an(name)} with {'thick' if arm > 0.17 else 'slim'} armrests",
        style=name,
        material=color.name,
        seats=seats,
    )


@kind("bench", family="furniture")
def bench(rng: Rng) -> Shape:
    """A long hard seat."""
    w, d, h, material = (
        span(rng, 1.0, 1.9),
        span(rng, 0.35, 0.5),
        span(rng, 0.4, 0.48),
        either(rng, "wood", "wood", "paint"),
    )
    style = pick(rng, "plain", "park", "park", "stone")
    if style == "stone":
        material = stone(rng)
        block = box(0.12, h, d * 0.8, taper=0.85).move(w * 0.36).both("x")
        solid = merge(block, box(w, 0.09, d).move(y=h)).paint(material.rgb)
        words = "a stone bench on two blocks"
    elif style == "plain":
        legs, _ = four_legs(rng, w * 0.95, d, h, 0.06)
        solid = merge(legs, box(w, 0.045, d).move(y=h)).paint(material.rgb)
        words = "a backless bench with four legs"
    else:
        solid, words = _park_bench(rng, w, d, h).paint(material.rgb), "a park bench with a slatted back"
        iron = metal(rng)
        end = merge(
            tube([(0, 0, d / 2), (0, h, d / 2 - 0.03), (0, h, -d / 2), (0, 0, -d / 2 - 0.05)], 0.02, 8),
            tube([(0, h + 0.22, -d / 2), (0, h + 0.24, d / 2 - 0.08), (0, h, d / 2 - 0.04)], 0.018, 8),
        )
        solid = merge(solid, end.move(w / 2 - 0.1).both("x").paint(iron.shade(0.6)))
    name = {"plain": "bench", "park": "park bench", "stone": "stone bench"}[style]
    return made(
        "bench",
        solid,
        f"{an(material.name)} bench",
        words,
        "a long seat for several people",
        style=name,
        material=material.name,
    )


def _park_bench(rng: Rng, w: float, d: float, h: float) -> Solid:
    number = int(rng.integers(3, 6))
    plank = box(w, 0.03, d / number * 0.8)
    seat = slats(number, (0, h, -d / 2 + 0.05), (0, h, d / 2 - 0.04), plank)
    rail = box(w, 0.35 / number * 0.8, 0.03)
    back = slats(number, (0, 0.1, 0), (0, 0.42, 0), rail)
    post = box(0.04, 0.52, 0.03).move(w / 2 - 0.1, z=-0.02).both("x")
    return merge(seat, merge(back, post).turn("x", -12).move(y=h, z=-d / 2))


@kind("bed", family="furniture")
def bed(rng: Rng) -> Shape:
    """A bed, a bunk bed, a four-poster or a cot."""
    return pick(rng, _plain_bed, _plain_bed, _plain_bed, _bunk_bed, _poster_bed, _cot)(rng)


def bedding(rng: Rng, w: float, d: float) -> Solid:
    """A mattress on y = 0 with a blanket and pillows towards -z."""
    pillows = 2 if w > 1.2 else 1
    mattress = rounded_box(w, 0.2, d, 0.05).paint((0.93, 0.92, 0.9))
    blanket = rounded_box(w * 1.02, 0.17, d * span(rng, 0.55, 0.75), 0.04)
    blanket = blanket.move(y=0.07, z=d * 0.5 - blanket.size[2] / 2 + 0.01).paint(paint(rng).rgb)
    pillow = rounded_box(w / pillows * 0.8, 0.12, 0.38, 0.055).paint((0.96, 0.96, 0.97))
    xs = [((i - (pillows - 1) / 2) * w / pillows, 0.18, -d / 2 + 0.25) for i in range(pillows)]
    return merge(mattress, blanket, array(pillow, xs))


def _plain_bed(rng: Rng) -> Shape:
    w, d, h = pick(rng, 0.9, 1.0, 1.4, 1.6, 1.8), span(rng, 1.9, 2.1), span(rng, 0.2, 0.35)
    material, tall = either(rng, "wood", "wood", "paint", "metal"), span(rng, 0.35, 0.7)
    head = pick(rng, "panel", "bars")
    if head == "panel":
        board = rounded_box(w + 0.08, h + tall, span(rng, 0.05, 0.12), 0.02)
    else:
        posts = box(0.05, h + tall, 0.05).move(w / 2 + 0.02).both("x")
        bars = slats(int(rng.integers(5, 10)), (-w / 2 + 0.08, h, 0), (w / 2 - 0.08, h, 0), cylinder(0.012, tall, 6))
        board = merge(posts, bars, box(w, 0.05, 0.04).move(y=h + tall - 0.05))
    parts = [board.move(z=-d / 2 - 0.03), box(w + 0.06, 0.16, d).move(y=h - 0.1)]
    if chance(rng, 0.4):
        parts.append(board.scale(1, 0.6, 1).move(z=d / 2 + 0.03))
    legs, _ = four_legs(rng, w, d, h - 0.08, 0.06, splay=0)
    size = "double bed" if w > 1.2 else "single bed"
    frame_words = "a solid headboard" if head == "panel" else "a barred headboard"
    return made(
        "bed",
        merge(merge(*parts, legs).paint(material.rgb), bedding(rng, w, d).move(y=h)),
        f"a {size}",
        f"{an(material.made_of)} bed with pillows and a blanket",
        f"a {size} with {frame_words}",
        style=size,
        material=material.name,
    )


def _bunk_bed(rng: Rng) -> Shape:
    w, d, h, material = (
        span(rng, 0.8, 1.0),
        span(rng, 1.8, 2.0),
        span(rng, 1.5, 1.8),
        either(rng, "wood", "paint", "metal"),
    )
    post = box(0.06, h, 0.06).move(w / 2, 0, d / 2).both("x").both("z")
    levels = [(0, 0.3, 0), (0, h - 0.55, 0)]
    deck = merge(box(w, 0.1, d), box(0.03, 0.12, d).move(w / 2, 0.26).both("x"))
    rungs = slats(5, (w / 2 + 0.05, 0.25, 0), (w / 2 + 0.05, h - 0.5, 0), box(0.03, 0.03, 0.36))
    rail = box(0.035, h - 0.1, 0.035).move(w / 2 + 0.05, 0, 0.19).both("z")
    ends = box(w, 0.1, 0.03).move(y=h - 0.12, z=d / 2).both("z")
    frame = merge(post, array(deck, levels), rungs, rail, ends).paint(material.rgb)
    beds = [bedding(rng, w * 0.92, d * 0.95).move(y=y + 0.08) for _, y, _ in levels]
    return made(
        "bed",
        merge(frame, *beds),
        "a bunk bed",
        f"{an(material.made_of)} bunk bed with a ladder",
        "two beds one above the other",
        style="bunk bed",
        material=material.name,
    )


def _poster_bed(rng: Rng) -> Shape:
    w, d, h, material = span(rng, 1.4, 1.8), span(rng, 2.0, 2.1), span(rng, 1.9, 2.2), wood(rng)
    shape = np.array([(0.05, 0), (0.05, 0.3), (0.03, 0.4), (0.045, 0.6), (0.03, 0.8), (0.035, 1.0)]) * (1, h)
    posts = lathe(shape, 10).move(w / 2, 0, d / 2).both("x").both("z")
    rails = merge(box(w, 0.07, 0.05).move(y=h, z=d / 2).both("z"), box(0.05, 0.07, d).move(w / 2, h).both("x"))
    parts = [posts, rails, box(w, 0.16, d).move(y=0.25), box(w, h * 0.5, 0.05).move(y=0.1, z=-d / 2)]
    roof = chance(rng, 0.5)
    canopy = [box(w + 0.1, 0.04, d + 0.1).move(y=h + 0.07).paint(paint(rng).rgb)] if roof else []
    return made(
        "bed",
        merge(merge(*parts).paint(material.rgb), bedding(rng, w * 0.95, d * 0.96).move(y=0.4), *canopy),
        "a four-poster bed",
        f"{an(material.name)} bed with four tall posts",
        f"a canopy bed with {'a roof' if roof else 'an open frame'}",
        style="four-poster bed",
        material=material.name,
    )


def _cot(rng: Rng) -> Shape:
    w, d, h, material = span(rng, 0.6, 0.75), span(rng, 1.1, 1.3), span(rng, 0.8, 1.0), either(rng, "wood", "paint")
    bar, low = box(0.016, h - 0.32, 0.016), 0.3
    rail = merge(box(0.03, 0.04, d), box(0.03, 0.04, d).move(y=h - low))
    number = int(rng.integers(9, 14))
    side = merge(rail, slats(number, (0, 0, -d / 2 + 0.06), (0, 0, d / 2 - 0.06), bar)).move(w / 2, low).both("x")
    posts = box(0.045, h + 0.04, 0.045).move(w / 2, 0, d / 2).both("x").both("z")
    ends = box(w, h - low, 0.025).move(y=low, z=d / 2).both("z")
    bottom = box(w, 0.1, d).move(y=0.35).paint((0.95, 0.95, 0.96))
    return made(
        "bed",
        merge(merge(side, posts, ends).paint(material.rgb), bottom),
        "a baby crib",
        f"{an(material.made_of)} cot with barred sides",
        "a crib with railings for a baby",
        style="cot",
        material=material.name,
    )
