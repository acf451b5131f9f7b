"""People: whole figures in several poses, heads and busts, hands, skulls and skeletons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.parametric.forms import chance, hull, limb, pick, rod, shape, tint, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import RGB, paint, stone
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, torus
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
BONE = (0.88, 0.84, 0.73)


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


def _along(start: Points, length: float, lift: float, forward: float, side: float) -> Points:
    """The end of a bone that hangs down, lifted sideways, then swung forward, by degrees."""
    a, f = np.radians(lift), np.radians(forward)
    down = np.array([side * np.sin(a), -np.cos(a) * np.cos(f), np.cos(a) * np.sin(f)])
    return start + length * down


def arm(pose: Pose, i: int, shoulder: Points, h: float, r: float) -> tuple[list[Solid], Points, Points]:
    """The bare or sleeved arm's limbs; then the wrist and the hand's direction."""
    side = 1.0 if i == 0 else -1.0
    elbow = _along(shoulder, 0.17 * h, pose.arm[i], pose.swing[i], side)
    bend = pose.elbow[i]
    if pose.arm[i] > 35 and bend > 90:  # akimbo: the forearm comes back to the hip
        wrist = elbow + 0.15 * h * np.array([-side * 0.75, -0.62, 0.15])
    else:
        wrist = _along(elbow, 0.15 * h, pose.arm[i], pose.swing[i] + bend, side)
    way = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    upper = limb([(*shoulder, r * 1.25), (*((shoulder + elbow) / 2), r * 1.1), (*elbow, r * 0.9)], 10)
    lower = limb([(*elbow, r * 0.9), (*(elbow + 0.05 * h * way), r * 0.92), (*wrist, r * 0.58)], 10)
    return [upper, lower], wrist, way


def leg(pose: Pose, i: int, hip: Points, h: float, r: float) -> tuple[list[Solid], Solid]:
    """Thigh and shin, and the foot."""
    side = 1.0 if i == 0 else -1.0
    knee = _along(hip, 0.245 * h, pose.spread, pose.thigh[i], side)
    bend = pose.thigh[i] - pose.knee[i]
    ankle = _along(knee, 0.235 * h, pose.spread, bend, side)
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
    keys = [
        (0.5, 0.16, 0.12, 0.36),
        (0.42, 0.27, -0.2, 0.42),
        (0.2, 0.36, -0.46, 0.48),
        (0.05, 0.385, -0.42, 0.5),
        (-0.2, 0.37, -0.22, 0.48),
        (-0.42, 0.24, -0.05, 0.36),
        (-0.48, 0.08, 0.05, 0.25),
    ]
    face = [(0.44, 0.15, -0.5, -0.1), (0.36, 0.24, -0.5, 0.1), (0.1, 0.3, -0.42, 0.1), (-0.1, 0.2, -0.3, 0.1)]
    skull = merge(hull(np.array(keys) * 0.98, 18, smooth=2), hull(face, 14, smooth=2))
    nose = hull([(0.42, 0.045, -0.06, 0.14), (0.5, 0.065, -0.12, 0.0), (0.54, 0.04, -0.1, -0.05)], 8)
    ears = ball(0.05, 0.11, 0.07, 10).move(0.385, 0, -0.02).both("x")
    brow = ball(0.13, 0.035, 0.05, 8).move(0.16, 0.13, 0.41).both("x")
    lips = ball(0.11, 0.035, 0.04, 10).move(0, -0.25, 0.43).paint((0.7, 0.4, 0.38))
    eyes = ball(0.06, 0.04, 0.04, 8).move(0.16, 0.07, 0.42).both("x").paint(EYE)
    parts = [merge(skull, nose, ears, brow).paint(skin), lips, eyes]
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


@kind("human figure", ("person", "human body", "people"), FAMILY)
def figure(rng: np.random.Generator) -> Shape:
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
    return _stood(lying)


def _stood(lying: Solid) -> Solid:
    """Turn a hull along z upright: its z becomes y, its y becomes z."""
    return Solid(lying.vertices[:, (0, 2, 1)], lying.faces[:, ::-1], lying.colors)


@kind("human head", ("head", "bust", "portrait sculpture"), FAMILY)
def human_head(rng: np.random.Generator) -> Shape:
    """A head on its neck, or a bust with shoulders on a plinth, in flesh or stone."""
    bust, carved = chance(rng, 0.5), chance(rng, 0.4)
    skin, hair, style = (
        SKINS[int(rng.integers(5))],
        HAIRS[int(rng.integers(5))],
        pick(rng, "short", "long", "bun", "beard", "bald"),
    )
    h = 0.24 * vary(rng)
    solids = head_parts(h, skin, hair, style)
    neck = limb([(0, -0.25 * h, -0.06 * h, 0.24 * h), (0, -0.75 * h, -0.1 * h, 0.26 * h)], 14)
    solids.append(neck.paint(skin))
    material = stone(rng)
    if bust:
        keys = [(-1.35, 0.45, 0.22), (-1.1, 0.8, 0.34), (-0.88, 0.86, 0.32), (-0.72, 0.6, 0.26), (-0.6, 0.25, 0.22)]
        chest = _stood(hull([(y, w, -d - 0.08, d - 0.08) for y, w, d in keys], 18, 2.5, smooth=2)).scale(h)
        plinth = lathe([(0.4, -1.9), (0.4, -1.8), (0.2, -1.7), (0.2, -1.45), (0.3, -1.35)], 20).scale(h)
        solids += [chest.paint(skin if not carved else material.rgb), plinth.paint(material.shade(0.85))]
    if carved:
        solids = [part.paint(material.rgb) for part in solids]
    name = "bust" if bust else "head"
    look = (
        f"{material.name} {name}"
        if carved
        else f"human {name} with {style} hair"
        if style not in ("beard", "bald")
        else f"{'bearded' if style == 'beard' else 'bald'} human {name}"
    )
    return shape(
        solids,
        (
            f"a {name} of a person",
            f"a {look}",
            f"a sculpture of a human {name}" if bust else "a human head with a face, nose and ears",
        ),
        style=style,
    )


FINGERS = (
    (-0.034, 0.085, 0.062, 0.0085),
    (-0.012, 0.09, 0.075, 0.0092),
    (0.011, 0.089, 0.07, 0.009),
    (0.033, 0.082, 0.053, 0.0078),
)


def finger(x: float, y: float, length: float, r: float, curl: float) -> Solid:
    """One finger of three bones from (x, y) upward, each joint curled towards +z by `curl` degrees."""
    point, angle, keys = np.array([x, y, 0.0]), np.radians(6), [(x, y, 0.0, r * 1.05)]
    for share in (0.45, 0.3, 0.25):
        angle += np.radians(curl) * (0.85 if share == 0.45 else 1.0)
        point = point + length * share * np.array([x * 2.2 * (1 - curl / 90), np.cos(angle), np.sin(angle)])
        keys.append((*point, r * (0.8 + 0.3 * share)))
    return limb(keys, 8, 2)


GESTURES = {
    "open": ((5, 5, 5, 5), 5, "an open hand with five spread fingers"),
    "fist": ((82, 84, 84, 82), 60, "a clenched fist"),
    "pointing": ((82, 84, 84, 4), 55, "a hand pointing with its index finger"),
    "victory": ((82, 82, 4, 4), 60, "a hand showing a victory sign with two fingers"),
    "thumbs up": ((82, 84, 84, 82), -25, "a hand giving a thumbs up"),
    "grasping": ((38, 38, 38, 38), 25, "a half-closed grasping hand"),
    "relaxed": ((22, 20, 18, 14), 12, "a relaxed hand"),
}


@kind("hand", ("human hand", "body part"), FAMILY)
def hand(rng: np.random.Generator) -> Shape:
    """A hand with four jointed fingers and a thumb, in one of several gestures; or a robot's."""
    name = pick(rng, *GESTURES)
    curls, thumb_in, words = GESTURES[name]
    skin, slim = SKINS[int(rng.integers(5))], vary(rng, 0.12)
    palm = _stood(
        hull(
            [
                (-0.02, 0.027, -0.014, 0.014),
                (0.02, 0.036, -0.015, 0.017),
                (0.06, 0.044, -0.014, 0.013),
                (0.09, 0.042, -0.011, 0.009),
            ],
            16,
            2.6,
            smooth=2,
        )
    )
    wrist = limb([(0, -0.075, 0, 0.026), (0, -0.03, 0, 0.024), (0, 0, 0, 0.024)], 14).scale(1.15, 1, 0.75)
    fingers = [
        finger(x, y, length * vary(rng, 0.05), r, curl + rng.uniform(-4, 4))
        for (x, y, length, r), curl in zip(FINGERS, curls, strict=True)
    ]
    a = np.radians(thumb_in)
    base, middle = (
        np.array([0.034, 0.025, 0.008]),
        np.array([0.034 + 0.04 * np.cos(a), 0.055, 0.012 + 0.03 * max(np.sin(a), 0)]),
    )
    tip = middle + 0.032 * np.array([np.cos(a + 0.5) * 0.5 - max(np.sin(a), 0) * 0.9, 0.75, 0.4 * np.sin(a)])
    if name == "thumbs up":
        middle, tip = np.array([0.066, 0.05, 0.012]), np.array([0.1, 0.062, 0.01])
    fingers.append(limb([(*base, 0.014), (*middle, 0.0115), (*tip, 0.009)], 8))
    made = merge(palm, wrist, *fingers).scale(slim, 1, slim).paint(skin)
    if name == "thumbs up":
        made = made.turn("z", 90)
    if chance(rng):
        made = made.mirror("x")
    return shape(
        [made],
        (f"a hand, {name}", words, f"a human {words.removeprefix('an ').removeprefix('a ')}"),
        gesture=name,
        fingers=5,
    )


@kind("skull", ("human skull", "cranium", "bones"), FAMILY)
def skull(rng: np.random.Generator) -> Shape:
    """A human skull: round cranium, dark eye sockets and nose, cheek bones, teeth and jaw."""
    jaw, s, gape = chance(rng, 0.8), 0.2 * vary(rng), rng.uniform(0, 14)
    dome = hull(
        [
            (0.42, 0.2, 0.05, 0.36),
            (0.3, 0.31, -0.05, 0.47),
            (0.0, 0.4, -0.12, 0.56),
            (-0.3, 0.36, -0.1, 0.52),
            (-0.52, 0.16, 0.02, 0.32),
        ],
        20,
        smooth=3,
    )
    face = hull([(0.46, 0.15, -0.36, 0.1), (0.36, 0.27, -0.34, 0.12), (0.1, 0.28, -0.2, 0.1)], 14, 2.6, smooth=2)
    cheeks = limb([(0.26, -0.08, 0.36, 0.06), (0.37, -0.08, 0.18, 0.045), (0.36, -0.03, -0.04, 0.03)], 8).both("x")
    brows = limb([(0.05, 0.13, 0.45, 0.035), (0.2, 0.16, 0.43, 0.045), (0.31, 0.08, 0.34, 0.04)], 8).both("x")
    sockets = ball(0.105, 0.1, 0.07, 14).move(0.165, 0.03, 0.425).both("x").paint(EYE)
    nose = cone(0.075, 0.17, 3).scale(1, 1, 0.4).move(0, -0.17, 0.47).paint(EYE)
    upper = [box(0.034, 0.06, 0.03).move(x, -0.4, 0.43 - 1.6 * x * x) for x in np.linspace(-0.15, 0.15, 8)]
    solids = [merge(dome, face, cheeks, brows).paint(BONE), sockets, nose, merge(*upper).paint((0.95, 0.93, 0.86))]
    if jaw:
        bow = limb(
            [(0.31, -0.12, 0.0, 0.04), (0.29, -0.42, 0.06, 0.055), (0.17, -0.55, 0.36, 0.06), (0, -0.56, 0.44, 0.07)], 9
        ).both("x")
        lower = [box(0.032, 0.055, 0.03).move(x, -0.5, 0.42 - 1.6 * x * x) for x in np.linspace(-0.14, 0.14, 8)]
        solids.append(merge(bow.paint(BONE), merge(*lower).paint((0.95, 0.93, 0.86))).turn("x", gape).move(y=0.0))
    words = "with its lower jaw" if jaw else "without its lower jaw"
    return shape(
        [part.scale(s) for part in solids],
        ("a skull", f"a human skull {words}", "a skull with eye sockets, a nose hole and teeth"),
        jaw=int(jaw),
    )


def _bone(a: Points, b: Points, r: float) -> Solid:
    ends = [ball(r * 1.7, sides=8).move(*point) for point in (a, b)]
    return merge(rod(a, b, r, sides=7), *ends)


@kind("skeleton", ("human skeleton", "bones"), FAMILY)
def skeleton(rng: np.random.Generator) -> Shape:
    """A standing human skeleton: skull, spine, ribs, pelvis and limb bones."""
    pose, h = POSES[int(rng.integers(5))], 1.75 * vary(rng, 0.06)
    hip_y, shoulder_y, wide = 0.52 * h, 0.81 * h, 0.11 * h
    parts = [ball(0.02 * h, 0.012 * h, 0.018 * h, 8).move(0, y, -0.02 * h) for y in np.linspace(hip_y, 0.86 * h, 16)]
    for i, y in enumerate(np.linspace(shoulder_y - 0.015 * h, hip_y + 0.11 * h, 8)):
        w = 0.085 * h * (0.7 + 0.3 * np.sin(np.pi * (i + 1) / 8))
        parts.append(torus(1.0, 0.065, 18, 5).scale(w, 0.1 * h, w * 0.75).move(0, y, 0.02 * h))
    parts.append(torus(1.0, 0.25, 16, 6).turn("x", 20).scale(0.085 * h, 0.1 * h, 0.06 * h).move(0, hip_y - 0.01 * h, 0))
    parts.append(box(0.025 * h, 0.12 * h, 0.012 * h).move(0, shoulder_y - 0.15 * h, 0.075 * h))
    parts.append(rod((-wide, shoulder_y, 0), (wide, shoulder_y, 0), 0.01 * h))
    for i, side in enumerate((1.0, -1.0)):
        shoulder, hip = np.array([side * wide, shoulder_y, 0]), np.array([side * 0.06 * h, hip_y - 0.02 * h, 0])
        elbow = _along(shoulder, 0.17 * h, pose.arm[i], pose.swing[i], side)
        wrist = _along(elbow, 0.15 * h, pose.arm[i], pose.swing[i] + pose.elbow[i], side)
        knee = _along(hip, 0.245 * h, pose.spread, pose.thigh[i], side)
        ankle = _along(knee, 0.235 * h, pose.spread, pose.thigh[i] - pose.knee[i], side)
        parts += [
            _bone(a, b, r * h)
            for a, b, r in (
                (shoulder, elbow, 0.0085),
                (elbow, wrist, 0.0075),
                (hip, knee, 0.0115),
                (knee, ankle, 0.009),
            )
        ]
        way = (wrist - elbow) / np.linalg.norm(wrist - elbow)
        parts += [
            rod(wrist, wrist + way * 0.085 * h + np.array([0, 0, d * 0.03 * h]), 0.004 * h, sides=5)
            for d in (-0.7, -0.2, 0.3, 0.9)
        ]
        parts += [
            rod(ankle, ankle + np.array([d * 0.03 * h, -0.025 * h, 0.11 * h]), 0.005 * h, sides=5)
            for d in (-0.6, 0, 0.6)
        ]
    cranium = skull(rng).solid.scale(0.85).move(y=0.92 * h)
    return shape(
        [merge(*parts).paint(BONE), cranium],
        ("a skeleton", f"a human skeleton {pose.words}", "a skeleton with a skull, ribs, a spine and limb bones"),
        pose=pose.words,
    )
