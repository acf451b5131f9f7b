"""Whole human figures in several poses, and what heads, arms and legs are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.parametric.forms import chance, hull, limb, pick, rod, shape, tint, vary
from indexer.parametric.kinds import Shape
from indexer.parametric.materials import RGB, paint
from indexer.parametric.solids import ball, box, cylinder, lathe
from indexer.parametric.surface import Points, Solid, merge

FAMILY = "people"
SKINS: tuple[RGB, ...] = (
    (0.93, 0.76, 0.65),
    (0.86, 0.67, 0.54),
    (0.68, 0.48, 0.35),
    (0.45, 0.3, 0.21),
    (0.3, 0.2, 0.15),
)
HAIRS: tuple[RGB, ...] = ((0.1, 0.08, 0.07), (0.3, 0.19, 0.11), (0.75, 0.6, 0.33), (0.5, 0.22, 0.1), (0.65, 0.64, 0.62))
EYE = (0.08, 0.07, 0.07)


@dataclass(frozen=True)
class Pose:
    """Joint angles in degrees, right side then left.

    `arm` lifts the upper arm sideways (0 hangs, 90 level), `swing` brings it forward, `elbow` bends the forearm
    forward; `thigh` lifts the leg forward, `knee` bends it back, `spread` moves the legs apart.
    """

    words: str
    arm: tuple[float, float] = (8, 8)
    swing: tuple[float, float] = (0, 0)
    elbow: tuple[float, float] = (10, 10)
    thigh: tuple[float, float] = (0, 0)
    knee: tuple[float, float] = (0, 0)
    spread: float = 3


POSES = (
    Pose("standing"),
    Pose("standing"),
    Pose("standing in a t-pose with arms stretched out", (90, 90), elbow=(0, 0)),
    Pose("standing in an a-pose", (45, 45), elbow=(5, 5), spread=6),
    Pose("walking", (8, 8), (28, -28), (25, 25), (-24, 26), (22, 8)),
    Pose("running", (12, 12), (55, -45), (85, 80), (-35, 65), (60, 75)),
    Pose("sitting", (10, 10), (25, 25), (60, 60), (88, 88), (88, 88), 7),
    Pose("waving one hand", (150, 8), elbow=(25, 10)),
    Pose("raising both arms", (160, 160), elbow=(10, 10), spread=8),
    Pose("with hands on the hips", (42, 42), (-12, -12), (100, 100), spread=6),
    Pose("kicking", (30, 30), (-20, 30), (30, 30), (0, 70), (0, 10)),
)


def bone_end(start: Points, length: float, lift: float, forward: float, side: float) -> Points:
    """The end of a bone that hangs down, lifted sideways, then swung forward, by degrees."""
    a, f = np.radians(lift), np.radians(forward)
    down = np.array([side * np.sin(a), -np.cos(a) * np.cos(f), np.cos(a) * np.sin(f)])
    return start + length * down


def arm(pose: Pose, i: int, shoulder: Points, h: float, r: float) -> tuple[list[Solid], Points, Points]:
    """The bare or sleeved arm's limbs; then the wrist and the hand's direction."""
    side = 1.0 if i == 0 else -1.0
    elbow = bone_end(shoulder, 0.17 * h, pose.arm[i], pose.swing[i], side)
    bend = pose.elbow[i]
    if pose.arm[i] > 35 and bend > 90:  # akimbo: the forearm comes back to the hip
        wrist = elbow + 0.15 * h * np.array([-side * 0.75, -0.62, 0.15])
    else:
        wrist = bone_end(elbow, 0.15 * h, pose.arm[i], pose.swing[i] + bend, side)
    way = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    upper = limb([(*shoulder, r * 1.25), (*((shoulder + elbow) / 2), r * 1.1), (*elbow, r * 0.9)], 10)
    lower = limb([(*elbow, r * 0.9), (*(elbow + 0.05 * h * way), r * 0.92), (*wrist, r * 0.58)], 10)
    return [upper, lower], wrist, way


def leg(pose: Pose, i: int, hip: Points, h: float, r: float) -> tuple[list[Solid], Solid]:
    """Thigh and shin, and the foot."""
    side = 1.0 if i == 0 else -1.0
    knee = bone_end(hip, 0.245 * h, pose.spread, pose.thigh[i], side)
    bend = pose.thigh[i] - pose.knee[i]
    ankle = bone_end(knee, 0.235 * h, pose.spread, bend, side)
    thigh = limb([(*hip, r * 1.5), (*((hip + knee) / 2), r * 1.25), (*knee, r * 0.85)], 12)
    shin = limb([(*knee, r * 0.85), (*(knee + (ankle - knee) * 0.3), r * 0.92), (*ankle, r * 0.5)], 10)
    foot = hull(
        [(-0.035, 0.018, 0, 0.045), (0.0, 0.022, 0, 0.05), (0.06, 0.027, 0, 0.028), (0.11, 0.018, 0, 0.018)],
        10,
        smooth=2,
    ).scale(h)
    return [thigh, shin], foot.move(y=-0.035 * h).turn("x", float(np.clip(-bend * 0.6, -15, 45))).move(*ankle)


def head_parts(h: float, skin: RGB, hair: RGB, style: str) -> list[Solid]:
    """A head `h` tall about its middle, facing +z: skull, face, ears, hair."""
    rows = [(-0.5, 0.14, 0.1, 0.36), (-0.42, 0.23, 0.0, 0.42), (-0.28, 0.3, -0.12, 0.425), (-0.14, 0.335, -0.32, 0.43)]
    rows += [
        (0.0, 0.36, -0.45, 0.43),
        (0.07, 0.365, -0.48, 0.425),
        (0.13, 0.37, -0.5, 0.445),
        (0.27, 0.365, -0.5, 0.44),
    ]
    rows += [(0.38, 0.31, -0.44, 0.36), (0.46, 0.2, -0.3, 0.22), (0.5, 0.05, -0.12, 0.05)]
    nose = hull(
        [(0.38, 0.04, 0.04, 0.14), (0.43, 0.05, -0.1, 0.1), (0.5, 0.07, -0.14, 0.0), (0.56, 0.04, -0.13, -0.06)], 8
    )
    ears = ball(0.04, 0.11, 0.075, 10).turn("y", 25).move(0.37, 0, -0.04).both("x")
    brow = ball(0.11, 0.03, 0.04, 8).turn("z", -6).move(0.155, 0.145, 0.395).both("x")
    lids = ball(0.075, 0.045, 0.05, 10).move(0.15, 0.06, 0.385).both("x").paint((0.94, 0.93, 0.9))
    pupils = ball(0.035, 0.035, 0.025, 8).move(0.15, 0.06, 0.425).both("x").paint(EYE)
    lips = merge(ball(0.1, 0.022, 0.035, 10).move(y=0.016), ball(0.09, 0.026, 0.035, 10).move(y=-0.02))
    parts = [merge(stood(hull(rows, 20, 2.2, smooth=2)), nose, ears).paint(skin), lids, pupils, brow.paint(hair)]
    parts.append(lips.move(0, -0.25, 0.42).paint((0.7, 0.4, 0.38)))
    cap = tint(
        ball(0.43, 0.46, 0.52, 18).move(0, 0.1, -0.05).paint(hair),
        skin,
        lambda at, n: (at[:, 2] > 0.12) & (at[:, 1] < 0.33),
    )
    if style == "short":
        parts.append(_cut(cap, lambda p: (p[:, 2] > 0.18) & (p[:, 1] < 0.34), 0.8))
    elif style == "long":
        parts.append(_cut(cap, lambda p: (p[:, 2] > 0.18) & (p[:, 1] < 0.34), 0.8))
        parts.append(
            hull(
                [(-0.5, 0.3, -1.0, 0.2), (-0.3, 0.44, -1.05, 0.3), (-0.05, 0.42, -0.8, 0.3), (0.08, 0.4, -0.3, 0.3)],
                14,
                3,
            ).paint(hair)
        )
    elif style == "bun":
        parts += [
            _cut(cap, lambda p: (p[:, 2] > 0.15) & (p[:, 1] < 0.34), 0.8),
            ball(0.2, sides=12).move(0, 0.42, -0.42).paint(hair),
        ]
    elif style == "beard":
        parts.append(_cut(cap, lambda p: (p[:, 2] > 0.18) & (p[:, 1] < 0.34), 0.8))
        parts.append(
            hull([(0.1, 0.33, -0.5, -0.15), (0.35, 0.28, -0.72, -0.2), (0.47, 0.16, -0.7, -0.28)], 12, smooth=2).paint(
                hair
            )
        )
    return [part.scale(h) for part in parts]


def _cut(cap: Solid, where: Callable[[Points], NDArray[np.bool_]], factor: float) -> Solid:
    """Shrink part of a cap into the head, so that the face shows."""
    inside = where(cap.vertices)
    return Solid(np.where(inside[:, None], cap.vertices * factor, cap.vertices), cap.faces, cap.colors)


def simple_hand(wrist: Points, way: Points, h: float) -> Solid:
    """A mitten of a hand from the wrist on, `h` the person's height."""
    palm = limb(
        [(*wrist, 0.016 * h), (*(wrist + way * 0.04 * h), 0.022 * h), (*(wrist + way * 0.09 * h), 0.013 * h)], 8
    )
    thumb = limb(
        [(*(wrist + way * 0.02 * h), 0.01 * h), (*(wrist + way * 0.05 * h + np.array([0, 0, 0.028 * h])), 0.007 * h)], 6
    )
    return merge(palm, thumb)


def figure_in_parts(rng: np.random.Generator) -> Shape:
    """A man, woman or child in one of several poses, dressed or plain."""
    who, pose = pick(rng, "man", "woman", "child"), POSES[int(rng.integers(len(POSES)))]
    h = {"man": 1.78, "woman": 1.66, "child": 1.15}[who] * vary(rng, 0.05)
    stout = vary(rng, 0.18) * (1.1 if who == "man" else 0.95)
    skin, hair = SKINS[int(rng.integers(5))], HAIRS[int(rng.integers(5))]
    top, bottom = paint(rng), paint(rng)
    head_h = h * (0.135 if who != "child" else 0.185)
    hip_y, shoulder_y = 0.505 * h, h - head_h * 1.5
    wide = {"man": 0.128, "woman": 0.11, "child": 0.108}[who] * h
    waist = wide * (0.8 if who != "woman" else 0.66) * stout
    torso = _torso(hip_y, shoulder_y, wide, waist, h, who)
    solids = [torso.paint(top.rgb)]
    dressed = who == "woman" and chance(rng, 0.4) and "sitting" not in pose.words and "kick" not in pose.words
    for i, side in enumerate((1.0, -1.0)):
        limbs, wrist, way = arm(
            pose, i, np.array([side * wide * 1.02, shoulder_y - 0.035 * h, 0]), h, 0.025 * h * stout
        )
        solids += [limbs[0].paint(top.rgb), limbs[1].paint(skin), simple_hand(wrist, way, h).paint(skin)]
        legs, foot = leg(pose, i, np.array([side * wide * 0.5, hip_y, 0]), h, 0.034 * h * stout)
        solids += [*[part.paint(skin if dressed else bottom.rgb) for part in legs], foot.paint((0.15, 0.12, 0.1))]
    if dressed:
        solids.append(
            lathe([(0.17 * h, 0.26 * h), (0.1 * h, hip_y), (waist * 1.05, hip_y + 0.1 * h)], 20)
            .scale(1, 1, 0.75)
            .paint(top.rgb)
        )
    solids.append(
        rod((0, shoulder_y - 0.02 * h, 0), (0, shoulder_y + head_h * 0.5, 0.01 * h), 0.033 * h, 0.03 * h, 12).paint(
            skin
        )
    )
    style = pick(rng, "short", "beard", "bald", "hat") if who == "man" else pick(rng, "long", "bun", "short")
    hatted = style == "hat"
    solids += [
        part.move(0, shoulder_y + head_h * 0.95, 0.02 * h)
        for part in head_parts(head_h, skin, hair, "short" if hatted else style)
    ]
    if hatted:
        brim = merge(cylinder(0.6, 0.05, 20), lathe([(0.42, 0), (0.38, 0.4), (0.2, 0.46)], 16)).scale(head_h)
        solids.append(brim.move(0, shoulder_y + head_h * 1.2, 0.01 * h).paint(bottom.rgb))
    if pose.words == "sitting" and chance(rng, 0.6):
        solids.append(
            box(0.26 * h, 0.17 * h, 0.24 * h).move(0, hip_y - 0.05 * h - 0.17 * h, -0.01 * h).paint((0.5, 0.36, 0.22))
        )
    wear = "a dress" if dressed else f"a {top.name} top and {bottom.name} trousers"
    return shape(
        solids,
        (f"a {who}", f"a {who} {pose.words}", f"a person {pose.words}", f"a {who} {pose.words}, wearing {wear}"),
        pose=pose.words,
        height=h,
    )


def _torso(hip_y: float, shoulder_y: float, wide: float, waist: float, h: float, who: str) -> Solid:
    bust = 0.012 * h if who == "woman" else 0.0
    rows = [
        (hip_y - 0.05 * h, wide * 0.55, 0.055 * h, 0),
        (hip_y, wide * (0.98 if who == "woman" else 0.88), 0.07 * h, -0.005),
        (hip_y + 0.09 * h, waist, 0.058 * h, 0),
    ]
    rows += [
        (shoulder_y - 0.12 * h, wide * 0.92, 0.068 * h + bust, 0.01),
        (shoulder_y - 0.035 * h, wide * 1.04, 0.055 * h, 0),
        (shoulder_y + 0.005 * h, wide * 0.55, 0.04 * h, 0),
        (shoulder_y + 0.02 * h, 0.035 * h, 0.03 * h, 0),
    ]
    lying = hull([(y, w, -d + s * h, d + s * h) for y, w, d, s in rows], 18, 2.6, smooth=2)
    return stood(lying)


def stood(lying: Solid) -> Solid:
    """Turn a hull along z upright: its z becomes y, its y becomes z."""
    return Solid(lying.vertices[:, (0, 2, 1)], lying.faces[:, ::-1], lying.colors)
