"""Bodies over joints in several styles: one smooth skin, rounded limbs, blocks, or a machine's plates."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from indexer.parametric.forms import beam, chance, hull, limb, pick, rod
from indexer.parametric.people.figures import stood
from indexer.parametric.people.stances import Build
from indexer.parametric.skin import chain, skin
from indexer.parametric.solids import ball, box, cylinder, rounded_box
from indexer.parametric.surface import Points, Solid, merge

Joints = dict[str, Points]
SIDES = ("r", "l")


def _keys(*pairs: tuple[Points, float]) -> Points:
    return np.array([(*point, r) for point, r in pairs])


def smooth(at: Joints, b: Build, rng: np.random.Generator, woman: bool, head: bool = True) -> list[Solid]:
    """One skin over trunk, limbs and head, as a sculptor's."""
    h, t = b.h, b.thick
    wide = np.array([1.0, 0, 0]) * h
    chest, pelvis, neck, front = at["chest"], at["pelvis"], at["neck"], at["ahead"] * h
    waist = pelvis + (chest - pelvis) * 0.45
    bones = [
        chain(_keys((chest - wide * b.shoulders * 0.55, 0.064 * h), (chest + wide * b.shoulders * 0.55, 0.064 * h))),
        chain(_keys((pelvis - wide * b.hips * 0.8, 0.062 * h * t), (pelvis + wide * b.hips * 0.8, 0.062 * h * t))),
        chain(_keys((waist - wide * 0.03, 0.05 * h * b.belly), (waist + wide * 0.03, 0.05 * h * b.belly))),
        chain(_keys((at["shoulder r"], 0.034 * h * t), (neck, 0.03 * h), (at["shoulder l"], 0.034 * h * t))),
        chain(_keys((pelvis, 0.06 * h), (chest, 0.064 * h))),
    ]
    if b.belly > 1.15:
        bones.append(chain(_keys((waist + front * 0.03, 0.07 * h * b.belly), (waist + front * 0.02, 0.068 * h))))
    if woman:
        bust = [chest + wide * s * b.shoulders * 0.42 + front * 0.045 for s in (1, -1)]
        bones += [chain(_keys((point, 0.032 * h), (point + front * 0.012, 0.026 * h))) for point in bust]
    for s in SIDES:
        bones += _smooth_limbs(at, s, h, t)
    if head:
        bones.append(head_bones(at, b))
        bones.append(chain(_keys((neck, 0.034 * h), (at["head"], 0.03 * h))))
    return [skin(np.concatenate(bones), rng.uniform(0.01, 0.022) * h, int(rng.integers(34, 46)))]


def _smooth_limbs(at: Joints, s: str, h: float, t: float) -> list[Points]:
    shoulder, elbow, wrist, hand = (at[f"{name} {s}"] for name in ("shoulder", "elbow", "wrist", "hand"))
    hip, knee, ankle, toe = (at[f"{name} {s}"] for name in ("hip", "knee", "ankle", "toe"))
    calf = knee + (ankle - knee) * 0.3 - at["ahead"] * 0.008 * h
    arm = _keys((shoulder, 0.035 * h * t), (elbow, 0.026 * h * t), (wrist, 0.018 * h * t), (hand, 0.02 * h))
    leg = _keys((hip, 0.055 * h * t), (knee, 0.035 * h * t), (calf, 0.036 * h * t), (ankle, 0.022 * h * t))
    heel = ankle + (0, -0.02 * h, -0.012 * h)
    foot = _keys((heel, 0.022 * h), (heel + (toe - ankle) * 0.8 - (0, 0.004 * h, 0), 0.02 * h))
    return [chain(arm), chain(leg), chain(foot)]


def head_bones(at: Joints, b: Build) -> Points:
    """Cranium, jaw and nose in the figure's frame."""
    r, up, front, c = b.head * b.h, at["up"], at["ahead"], at["head"]
    return np.concatenate(
        [
            chain(
                _keys((c + up * 0.1 * r - front * 0.08 * r, 0.4 * r), (c + up * 0.1 * r + front * 0.06 * r, 0.36 * r))
            ),
            chain(_keys((c + front * 0.12 * r, 0.3 * r), (c - up * 0.34 * r + front * 0.2 * r, 0.16 * r))),
            chain(
                _keys((c + up * 0.02 * r + front * 0.42 * r, 0.04 * r), (c - up * 0.1 * r + front * 0.5 * r, 0.06 * r))
            ),
        ]
    )


def rounded(at: Joints, b: Build, rng: np.random.Generator, woman: bool) -> list[Solid]:
    """Separate rounded limbs about a lofted trunk, with few or many sides."""
    h, t, sides = b.h, b.thick, int(rng.integers(5, 13))
    parts = [_trunk(at, b, woman, max(sides, 8))]
    balls = chance(rng, 0.35)
    for s in SIDES:
        shoulder, elbow, wrist, hand = (at[f"{name} {s}"] for name in ("shoulder", "elbow", "wrist", "hand"))
        hip, knee, ankle, toe = (at[f"{name} {s}"] for name in ("hip", "knee", "ankle", "toe"))
        parts += [
            limb(_keys((shoulder, 0.034 * h * t), (elbow, 0.025 * h * t)), sides),
            limb(_keys((elbow, 0.026 * h * t), (wrist, 0.019 * h * t)), sides),
            limb(_keys((hip, 0.052 * h * t), (knee, 0.034 * h * t)), sides),
            limb(
                _keys((knee, 0.035 * h * t), (knee + (ankle - knee) * 0.3, 0.036 * h * t), (ankle, 0.02 * h * t)), sides
            ),
            limb(_keys((wrist, 0.018 * h), ((wrist + hand) / 2, 0.023 * h), (hand, 0.014 * h)), sides),
            limb(_keys((ankle, 0.026 * h), (ankle + (toe - ankle) * 0.6, 0.024 * h), (toe, 0.016 * h)), sides),
        ]
        if balls:
            parts += [ball(0.034 * h * t, sides=10).move(*point) for point in (shoulder, elbow, hip, knee)]
    neck = rod(at["neck"] - at["up"] * 0.02 * h, at["head"], 0.032 * h, 0.03 * h, 10)
    return [merge(*parts), neck]


def _trunk(at: Joints, b: Build, woman: bool, sides: int) -> Solid:
    h = b.h
    length = float(np.linalg.norm(at["neck"] - at["pelvis"]))
    waist, deep = (0.075 if woman else 0.088) * b.belly, 0.058 * (0.5 + 0.5 * b.belly)
    rows = [
        (-0.055, b.hips * 0.7, 0.05),
        (0, b.hips * 1.5, 0.065),
        (0.35 * length / h, waist, deep),
        (0.7 * length / h, b.shoulders * 0.93, 0.068),
        (length / h - 0.03, b.shoulders * 1.03, 0.05),
        (length / h + 0.01, 0.035, 0.03),
    ]
    lying = hull([(y * h, w * h, -d * h, d * h) for y, w, d in rows], sides, 2.5, smooth=2)
    lean = float(np.degrees(np.arctan2(at["up"][2], at["up"][1])))
    return stood(lying).turn("x", lean).move(*at["pelvis"])


def blocky(at: Joints, b: Build, rng: np.random.Generator, woman: bool) -> list[Solid]:
    """Boxes for limbs, trunk and head, as block games and paper figures have them."""
    h, t = b.h, b.thick * rng.uniform(1.0, 1.5)
    one_piece = chance(rng)
    lean = float(np.degrees(np.arctan2(at["up"][2], at["up"][1])))
    length = float(np.linalg.norm(at["neck"] - at["pelvis"])) * 1.06
    trunk = box(2 * b.hips * 1.5 * h, length, 0.13 * h, (b.shoulders / (b.hips * 1.5), 1.0) if chance(rng) else 1.0)
    parts = [trunk.move(y=-0.05 * h).turn("x", lean).move(*at["pelvis"])]
    for s in SIDES:
        w, leg = 0.055 * h * t, 0.075 * h * t
        for names, thick in ((("shoulder", "elbow", "wrist", "hand"), w), (("hip", "knee", "ankle"), leg)):
            points = [at[f"{name} {s}"] for name in names]
            points = [points[0], points[-1]] if one_piece else points
            parts += [beam(p, q, thick) for p, q in pairwise(points)]
        parts.append(beam(at[f"ankle {s}"] - (0, 0, leg * 0.4), at[f"toe {s}"], leg * 0.9))
    size = b.head * h
    head = box(size * 0.9, size, size * 0.9) if chance(rng, 0.7) else cylinder(size * 0.45, size, 16)
    return [merge(*parts), head.turn("x", lean * 0.5).move(*(at["head"] - at["up"] * size * 0.5))]


def machine(at: Joints, b: Build, rng: np.random.Generator) -> list[Solid]:
    """A robot: ball joints, plated or tubular limbs, a box, dome or screen for a head."""
    h, t, plated = b.h, b.thick * rng.uniform(0.8, 1.6), chance(rng, 0.6)
    lean = float(np.degrees(np.arctan2(at["up"][2], at["up"][1])))
    length = float(np.linalg.norm(at["neck"] - at["pelvis"]))
    chest = rounded_box(2.1 * b.shoulders * h, length * 0.62, 0.2 * h, 0.03 * h).move(y=length * 0.4)
    front = cylinder(0.035 * h, 0.03 * h, 12).turn("x", 90).move(0, length * 0.7, 0.09 * h)
    hips = box(2.2 * b.hips * h, 0.09 * h, 0.13 * h).move(y=-0.05 * h)
    trunk = merge(chest, front, hips, cylinder(0.04 * h, length * 0.5, 12)).turn("x", lean).move(*at["pelvis"])
    parts = [trunk]
    for s in SIDES:
        for names, r in ((("shoulder", "elbow", "wrist"), 0.03 * h * t), (("hip", "knee", "ankle"), 0.04 * h * t)):
            points = [at[f"{name} {s}"] for name in names]
            parts += [ball(r * 1.25, sides=10).move(*point) for point in points]
            for p, q in pairwise(points):
                way = (q - p) * 0.12
                parts += [beam(p + way, q - way, r * 2.0) if plated else rod(p, q, r * 0.9, r * 0.7)]
        parts.append(beam(at[f"ankle {s}"] - (0, 0.02 * h, 0.05 * h), at[f"toe {s}"] - (0, 0.01 * h, 0), 0.07 * h * t))
        parts += _claw(at, s, h)
    return [merge(*parts), _robot_head(b.head * h, rng).turn("x", lean * 0.4).move(*at["head"])]


def _claw(at: Joints, s: str, h: float) -> list[Solid]:
    wrist, hand = at[f"wrist {s}"], at[f"hand {s}"]
    aside = np.array([0, 0, 0.025 * h])
    return [beam(wrist, hand + aside * k, 0.016 * h) for k in (-1, 0.2, 1)]


def _robot_head(size: float, rng: np.random.Generator) -> Solid:
    style = pick(rng, "box", "dome", "screen", "ball")
    eyes = ball(size * 0.11, sides=8).move(size * 0.2, size * 0.05, size * 0.42).both("x")
    antenna = merge(rod((0, 0, 0), (0, size * 0.5, 0), size * 0.03), ball(size * 0.08, sides=8).move(y=size * 0.5))
    base = {
        "box": box(size, size * 0.85, size * 0.85).move(y=-size * 0.42),
        "dome": merge(cylinder(size * 0.48, size * 0.4, 20).move(y=-size * 0.4), ball(size * 0.48, sides=20)),
        "screen": rounded_box(size * 1.35, size, size * 0.6, size * 0.12).move(y=-size * 0.5),
        "ball": ball(size * 0.5, sides=20),
    }[style]
    return merge(base, eyes, antenna.move(y=size * 0.4)) if chance(rng) else merge(base, eyes)
