"""Chairs, in the styles that homes, offices and gardens have."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import RGB, either, metal, paint, wood
from indexer.parametric.parts import Rng, beam, castors, chance, curve, four_legs, made, pick, slats, span
from indexer.parametric.solids import Solid, box, cylinder, lathe, merge, rounded_box, sheet, tube


@kind("chair", also=("seat",), family="furniture")
def chair(rng: Rng) -> Shape:
    """Any chair for one person."""
    styles = (_dining, _dining, _spindle, _office, _lounge, _rocking, _cantilever, _folding, _shell, _stacking, _high)
    return pick(rng, *styles)(rng)


def backrest(rng: Rng, w: float, h: float, thick: float, rgb: RGB) -> tuple[Solid, str]:
    """An upright backrest between two posts, from y = 0 to h, and the words for its style."""
    style = pick(rng, "slats", "ladder", "panel", "cross", "cushion")
    posts = beam((w / 2 - thick / 2, 0, 0), (w / 2 - thick / 2, h, 0), thick, narrow=0.8).both("x")
    inner = w - 2 * thick
    top = box(w, thick * 1.6, thick * 0.8).move(y=h - thick * 1.6)
    if style == "slats":
        number = int(rng.integers(3, 7))
        bar = box(inner / number * 0.5, h * 0.92, thick * 0.4)
        reach = inner / 2 - inner / number / 2
        return merge(posts, top, slats(number, (-reach, 0, 0), (reach, 0, 0), bar)).paint(rgb), "a slatted back"
    if style == "ladder":
        number = int(rng.integers(2, 5))
        rungs = slats(number, (0, h * 0.25, 0), (0, h * 0.92, 0), box(inner, h * 0.1, thick * 0.5))
        return merge(posts, rungs).paint(rgb), "a ladder back"
    if style == "panel":
        share = span(rng, 0.35, 0.9)
        return merge(posts, box(inner, h * share, thick * 0.6).move(y=h * (1 - share))).paint(rgb), "a solid back"
    if style == "cross":
        cross = beam((-inner / 2, h * 0.1, 0), (inner / 2, h * 0.9, 0), thick * 0.6).both("x")
        return merge(posts, top, cross).paint(rgb), "a crossed back"
    pad = rounded_box(inner * 1.04, h * 0.7, thick * 1.6, thick * 0.7).move(y=h * 0.28, z=thick * 0.4)
    return merge(posts.paint(rgb), pad.paint(paint(rng).rgb)), "a padded back"


def _dining(rng: Rng) -> Shape:
    w, d, h, thick = span(rng, 0.38, 0.5), span(rng, 0.38, 0.48), span(rng, 0.42, 0.48), span(rng, 0.03, 0.05)
    tall, material = span(rng, 0.38, 0.62), either(rng, "wood", "wood", "paint")
    legs, leg_style = four_legs(rng, w, d, h, thick)
    back, back_words = backrest(rng, w, tall, thick, material.rgb)
    back = back.turn("x", -span(rng, 3, 12)).move(y=h, z=-d / 2 + thick / 2)
    parts = [legs.paint(material.rgb), back]
    seat = box(w, span(rng, 0.02, 0.04), d).move(y=h).paint(material.rgb)
    if chance(rng, 0.4):
        seat = merge(seat, rounded_box(w * 0.94, 0.05, d * 0.92, 0.02).move(y=h + 0.02).paint(paint(rng).rgb))
    if chance(rng, 0.4):
        low = h * span(rng, 0.25, 0.5)
        stretcher = box(0.018, 0.025, d - thick).move(w / 2 - thick * 0.6, low).both("x")
        parts.append(merge(stretcher, box(w - thick, 0.025, 0.018).move(y=low)).paint(material.rgb))
    armed = chance(rng, 0.25)
    if armed:
        rest = box(0.05, 0.025, d * 0.9).move(w / 2 + 0.005, h + 0.2, 0.02)
        post = box(0.03, 0.2, 0.03).move(w / 2, h, d * 0.32)
        parts.append(merge(rest, post).both("x").paint(material.rgb))
    name = "armchair" if armed else "dining chair"
    return made(
        "chair",
        merge(seat, *parts),
        f"{an(material.made_of)} chair with four legs",
        an(f"{material.name} {name}"),
        f"{an(name)} with {back_words} and {leg_style} legs",
        style=name,
        material=material.name,
        legs=4,
    )


def _spindle(rng: Rng) -> Shape:
    """A Windsor chair: thin spindles under a bow or a rail."""
    w, h, tall, number = span(rng, 0.42, 0.5), span(rng, 0.42, 0.46), span(rng, 0.42, 0.6), int(rng.integers(5, 10))
    material = either(rng, "wood", "wood", "paint")
    angles = np.linspace(0, np.pi, 15)
    bow = np.stack([w / 2 * 0.9 * np.cos(angles), tall * np.sin(angles) ** 0.6, np.zeros(15)], 1)
    x = np.linspace(-1, 1, number + 2)[1:-1] * w * 0.4
    tops = tall * np.sqrt(np.clip(1 - (x / (w * 0.45)) ** 2, 0, 1)) ** 0.6
    spindles = [tube([(a * 0.8, 0, 0), (a, b, 0)], 0.008, 6) for a, b in zip(x, tops, strict=True)]
    back = merge(tube(bow, 0.014, 8), *spindles).turn("x", -12).move(y=h + 0.03, z=-w * 0.4)
    legs, _ = four_legs(rng, w * 0.75, w * 0.7, h, 0.04, splay=0.08)
    seat = cylinder(w / 2, 0.04, 24).scale(1, 1, 0.92).move(y=h)
    return made(
        "chair",
        merge(back, legs, seat).paint(material.rgb),
        f"{an(material.made_of)} chair with a round seat",
        an(f"{material.name} windsor chair"),
        f"a windsor chair with {count(number, 'spindle')} and splayed legs",
        style="windsor chair",
        material=material.name,
        legs=4,
    )


def _office(rng: Rng) -> Shape:
    w, h, tall, arms = span(rng, 0.45, 0.55), span(rng, 0.44, 0.54), span(rng, 0.35, 0.8), int(rng.integers(4, 6))
    color, armed = paint(rng), chance(rng, 0.7)
    base = castors(rng, arms, span(rng, 0.26, 0.34), h).paint((0.15, 0.15, 0.16))
    seat = rounded_box(w, 0.09, w * 0.95, 0.04).move(y=h)
    back = rounded_box(w * span(rng, 0.8, 1.0), tall, 0.07, 0.035).bend("x", -span(rng, 0, 25))
    back = back.turn("x", -8).move(y=h + 0.14, z=-w * 0.48)
    stem = beam((0, h + 0.03, -w * 0.3), (0, h + 0.25, -w * 0.55), 0.07, 0.02).paint((0.2, 0.2, 0.2))
    parts = [base, merge(seat, back).paint(color.rgb), stem]
    if armed:
        path = curve([(w * 0.3, h, 0), (w * 0.58, h + 0.03, 0), (w * 0.58, h + 0.2, 0)], 7)
        rest = rounded_box(0.07, 0.03, 0.26, 0.012).move(w * 0.58, h + 0.2, 0)
        parts.append(merge(tube(path, 0.016, 8), rest).both("x").paint((0.12, 0.12, 0.13)))
    tall_word = "tall" if tall > 0.55 else "low"
    return made(
        "chair",
        merge(*parts),
        "an office chair",
        f"{an(color.name)} swivel chair",
        f"an office chair with {count(arms, 'wheel')} and a {tall_word} back",
        f"a rolling desk chair with {'armrests' if armed else 'no armrests'}",
        style="office chair",
        material=color.name,
        wheels=arms,
    )


def _lounge(rng: Rng) -> Shape:
    """An upholstered easy chair."""
    w, d, h = span(rng, 0.62, 0.85), span(rng, 0.6, 0.8), span(rng, 0.28, 0.36)
    arm, tall, color = span(rng, 0.09, 0.16), span(rng, 0.4, 0.7), paint(rng)
    wings = chance(rng, 0.3)
    soft = span(rng, 0.02, 0.06)
    seat = merge(box(w, h * 0.7, d).move(y=0.1), rounded_box(w - 2 * arm, 0.16, d, 0.05).move(y=h * 0.7 + 0.08))
    back = rounded_box(w, tall, 0.16, soft).turn("x", -span(rng, 5, 16)).move(y=h + 0.04, z=-d / 2 + 0.06)
    side = rounded_box(arm, h + 0.16, d, soft).move(w / 2 - arm / 2, 0.1).both("x")
    parts = [seat, back, side]
    if wings:
        wing = rounded_box(0.05, tall * 0.7, 0.2, 0.02).turn("x", -8)
        parts.append(wing.move(w / 2 - 0.03, h + tall * 0.3, -d / 2 + 0.14).both("x"))
    legs, leg_style = four_legs(rng, w * 0.95, d * 0.92, 0.11, 0.045)
    name = "wing chair" if wings else "armchair"
    return made(
        "chair",
        merge(merge(*parts).paint(color.rgb), legs.paint(wood(rng).rgb)),
        "an armchair",
        f"{an(color.name)} upholstered armchair",
        f"{an(name)} with a padded seat and short {leg_style} legs",
        style=name,
        material=color.name,
        legs=4,
    )


def _rocking(rng: Rng) -> Shape:
    w, d, h, material = span(rng, 0.48, 0.58), span(rng, 0.45, 0.52), span(rng, 0.36, 0.42), wood(rng)
    angles = np.linspace(-0.55, 0.5, 12)
    rocker = np.stack([np.full(12, w / 2), 0.9 - 0.9 * np.cos(angles), 0.9 * np.sin(angles)], 1)
    back, words = backrest(rng, w, span(rng, 0.6, 0.8), 0.035, material.rgb)
    x, z = w / 2, d / 2 - 0.04
    posts = merge(beam((x, 0.03, z), (x, h + 0.22, z), 0.035), beam((x, 0.03, -z), (x, h, -z), 0.035))
    rest = box(0.06, 0.025, d).move(x, h + 0.2)
    return made(
        "chair",
        merge(
            merge(tube(rocker, 0.02, 8), posts, rest).both("x").paint(material.rgb),
            box(w, 0.03, d).move(y=h).paint(material.rgb),
            back.turn("x", -16).move(y=h, z=-d / 2 + 0.03),
        ),
        "a rocking chair",
        f"{an(material.name)} rocking chair",
        f"a wooden rocking chair on two curved runners with {words}",
        style="rocking chair",
        material=material.name,
    )


def _cantilever(rng: Rng) -> Shape:
    w, d, h, tall, color = span(rng, 0.42, 0.5), span(rng, 0.42, 0.48), 0.45, span(rng, 0.34, 0.45), paint(rng)
    steel, x = metal(rng), span(rng, 0.42, 0.5) / 2
    side = [(x, h + tall, -d / 2 - 0.06), (x, h, -d / 2), (x, h, d / 2), (x, 0.014, d / 2), (x, 0.014, -d / 2)]
    pipe = np.concatenate([np.array(side), np.array(side[::-1]) * (-1, 1, 1)])
    seat = rounded_box(w, 0.035, d, 0.012).move(y=h)
    back = rounded_box(w, tall * 0.55, 0.03, 0.012).turn("x", -8).move(y=h + tall * 0.45, z=-d / 2 - 0.03)
    return made(
        "chair",
        merge(tube(pipe, 0.013, 8).paint(steel.rgb), merge(seat, back).paint(color.rgb)),
        "a cantilever chair",
        f"a cantilever chair of bent {steel.name} tube",
        f"a modern chair with a {color.name} seat and no back legs",
        style="cantilever chair",
        material=steel.name,
    )


def _folding(rng: Rng) -> Shape:
    w, h, tall = span(rng, 0.38, 0.46), span(rng, 0.42, 0.46), span(rng, 0.35, 0.42)
    material = either(rng, "wood", "metal", "paint")
    x = w / 2
    front, rear = (
        beam((x, 0, 0.24), (x, h + tall, -0.26), 0.03, 0.02),
        beam((x - 0.04, 0, -0.24), (x - 0.04, h, 0.18), 0.03),
    )
    number = int(rng.integers(1, 5))
    rails = slats(number, (0, h + tall * 0.45, -0.14), (0, h + tall * 0.85, -0.22), box(w, 0.26 / number * 0.7, 0.018))
    seat = slats(6, (0, h, -0.16), (0, h, 0.2), box(w, 0.02, 0.062 if chance(rng, 0.5) else 0.075))
    return made(
        "chair",
        merge(front.both("x"), rear.both("x"), rails, seat).paint(material.rgb),
        "a folding chair",
        f"{an(material.name)} folding chair with crossed legs",
        f"{an(material.made_of)} garden chair that folds",
        style="folding chair",
        material=material.name,
    )


def _shell(rng: Rng) -> Shape:
    """A moulded shell on thin legs or a pedestal."""
    w, h, tall, color = span(rng, 0.44, 0.54), span(rng, 0.42, 0.46), span(rng, 0.34, 0.44), paint(rng)
    spine = curve([(h - 0.02, 0.24), (h, 0.05), (h + 0.02, -0.16), (h + 0.15, -0.24), (h + tall, -0.3)], 14)
    across = np.linspace(-1, 1, 9)
    lift = span(rng, 0.02, 0.12) * np.abs(across) ** 2.5
    width = w / 2 * (0.85 + 0.15 * np.sin(np.linspace(0, np.pi, 14)))[:, None]
    lean = np.linspace(0, 1, 14)[:, None]
    grid = np.stack([width * across, spine[:, :1] + lift * (1 - lean), spine[:, 1:] + lift * 1.6 * lean], axis=2)
    pedestal = chance(rng, 0.35)
    if pedestal:
        base = lathe([(0.22, 0), (0.21, 0.02), (0.04, 0.06), (0.025, h * 0.6), (0.06, h - 0.01)], 24).paint(color.rgb)
    else:
        base = four_legs(rng, 0.36, 0.36, h - 0.01, 0.03, splay=0.07)[0].paint(wood(rng).rgb)
    legs = "a pedestal foot" if pedestal else "four splayed legs"
    return made(
        "chair",
        merge(sheet(grid, 0.012).paint(color.rgb), base),
        "a modern shell chair",
        f"{an(color.name)} plastic shell chair",
        f"a moulded chair with {legs}",
        style="shell chair",
        material=color.name,
    )


def _stacking(rng: Rng) -> Shape:
    """A school or hall chair: bent plywood on a tubular frame."""
    w, d, h, tall = span(rng, 0.38, 0.46), span(rng, 0.38, 0.44), span(rng, 0.36, 0.46), span(rng, 0.32, 0.42)
    steel, board = metal(rng), either(rng, "wood", "paint")
    x = w / 2 - 0.02
    legs = tube([(x, 0, d / 2), (x, h, d / 2 - 0.04), (x, h, -d / 2), (x, h + tall, -d / 2 - 0.06)], 0.011, 8)
    rear = tube([(x, h, -d / 2 + 0.08), (x, 0, -d / 2 - 0.03)], 0.011, 8)
    seat = box(w, 0.014, d).move(y=h + 0.01)
    back = box(w, span(rng, 0.12, 0.24), 0.014).turn("x", -9).move(y=h + tall * 0.5, z=-d / 2 - 0.03)
    return made(
        "chair",
        merge(merge(legs, rear).both("x").paint(steel.rgb), merge(seat, back).paint(board.rgb)),
        "a school chair",
        f"a stacking chair with a {steel.name} frame",
        f"a simple chair with thin metal legs and {an(board.name)} seat",
        style="school chair",
        material=steel.name,
        legs=4,
    )


def _high(rng: Rng) -> Shape:
    """A child's high chair."""
    material, h = either(rng, "wood", "paint"), span(rng, 0.52, 0.62)
    legs, _ = four_legs(rng, 0.34, 0.32, h, 0.035, splay=0.07)
    back, _ = backrest(rng, 0.34, 0.34, 0.028, material.rgb)
    rests = box(0.03, 0.03, 0.3).move(0.16, h + 0.18).both("x")
    posts = box(0.025, 0.18, 0.025).move(0.16, h, 0.12).both("x")
    tray = rounded_box(0.42, 0.025, 0.22, 0.01).move(y=h + 0.21, z=0.2).paint(paint(rng).rgb)
    step = box(0.34, 0.02, 0.12).move(y=h * 0.4, z=0.2)
    body = merge(legs, box(0.34, 0.025, 0.32).move(y=h), rests, posts, step).paint(material.rgb)
    return made(
        "chair",
        merge(body, back.move(y=h, z=-0.15), tray),
        "a high chair",
        "a baby's high chair with a tray",
        f"{an(material.made_of)} child's chair with long legs",
        style="high chair",
        material=material.name,
        legs=4,
    )
