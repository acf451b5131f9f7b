"""Hands and feet: in one skin with any fingers folded, with or without a forearm; jointed and robot hands."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from indexer.parametric.forms import beam, chance, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import metal
from indexer.parametric.people.body import hand_in_parts
from indexer.parametric.people.figures import FAMILY, SKINS
from indexer.parametric.skin import chain, skin
from indexer.parametric.solids import ball, cylinder
from indexer.parametric.surface import Points, Solid, merge

ROOTS = ((-0.034, 0.085, 0.06), (-0.012, 0.093, 0.074), (0.011, 0.09, 0.07), (0.033, 0.082, 0.053))
GESTURES = {
    "an open hand": (0, 0, 0, 0, 0),
    "a flat hand with closed fingers": (0, 0, 0, 0, 0),
    "a fist": (1, 1, 1, 1, 1),
    "a hand with the index finger pointing": (1, 1, 1, 0, 1),
    "a hand with two fingers up": (1, 1, 0, 0, 1),
    "a hand with three fingers up": (1, 0, 0, 0, 1),
    "a hand with four fingers up": (0, 0, 0, 0, 1),
    "a thumbs up": (1, 1, 1, 1, 0),
    "a hand with horns": (0, 1, 1, 0, 1),
    "a hand calling with thumb and little finger": (0, 1, 1, 1, 0),
    "a grasping hand": (0.45, 0.45, 0.45, 0.45, 0.5),
    "a relaxed hand": (0.3, 0.27, 0.24, 0.2, 0.2),
    "a hand pinching": (0.2, 0.25, 0.3, 0.55, 0.6),
    "a hand with one finger folded": (0, 1, 0, 0, 0),
}


def finger_keys(x: float, y: float, length: float, fold: float, fan: float, rng: np.random.Generator) -> Points:
    """(4, 4) joints of a finger with radii; `fold` 0 straight to 1 into the palm, `fan` sideways."""
    r, bend = 0.0088 * vary(rng, 0.08), fold * 84 + rng.uniform(0, 9)
    point, angle, keys = np.array([x, y, 0.0]), np.radians(4.0), [(x, y, 0.0, r * 1.12)]
    for share in (0.45, 0.31, 0.24):
        angle += np.radians(bend * (0.95 if share == 0.45 else 1.05))
        point = point + length * share * np.array([fan * max(np.cos(angle), 0), np.cos(angle), np.sin(angle)])
        keys.append((*point, r * (0.82 + 0.3 * share)))
    return np.array(keys)


def hand_keys(rng: np.random.Generator, gesture: str) -> list[Points]:
    """Chains of joints: four fingers, then the thumb; palm towards +z, fingers up."""
    folds = GESTURES[gesture]
    spread = 0.0 if "closed" in gesture else rng.uniform(0.3, 1.6)
    fingers = [
        finger_keys(
            x, y, length, fold, x * 5 * spread + (0.12 if "closed" not in gesture else 0) * np.sign(x) * (1 - fold), rng
        )
        for (x, y, length), fold in zip(ROOTS, folds, strict=False)
    ]
    out = np.radians(rng.uniform(20, 50)) * (1 - folds[4])
    base = np.array([0.03, 0.015, 0.008])
    middle = base + 0.045 * np.array([np.cos(0.5 - out * 0.3) * (1 - 0.45 * folds[4]), 0.6, 0.35 + 0.4 * folds[4]])
    way = np.array([np.sin(out) - 0.9 * folds[4], np.cos(out), 0.35 * folds[4]])
    tip = middle + 0.038 * way / np.linalg.norm(way)
    fingers.append(np.array([(*base, 0.0145), (*middle, 0.0115), (*((middle + tip) / 2), 0.0105), (*tip, 0.0085)]))
    return fingers


def _palm() -> Points:
    keys = [(-0.024, 0.0), (-0.036, 0.085), (-0.012, 0.09), (0.011, 0.09), (0.034, 0.082), (0.026, 0.0)]
    rows = [chain([(0.25 * x, -0.02, 0, 0.017), (x * 0.95, y, 0, 0.0135)]) for x, y in keys]
    return np.concatenate([*rows, chain([(-0.018, 0.04, 0, 0.016), (0.018, 0.045, 0, 0.016)])])


def smooth_hand(rng: np.random.Generator, gesture: str, arm: float) -> Solid:
    """One skin over the bones; the forearm reaches `arm` metres below the wrist."""
    bones = [_palm(), *[chain(keys) for keys in hand_keys(rng, gesture)]]
    if arm > 0:
        wrist = [(0, -0.02, 0, 0.021), (0, -0.05, 0, 0.021), (0, -0.05 - arm, 0, 0.023 + 0.09 * arm)]
        bones.append(chain(wrist))
    return skin(np.concatenate(bones), rng.uniform(0.002, 0.005), int(40 + 60 * min(arm, 0.25)))


def robot_hand(rng: np.random.Generator, gesture: str) -> Solid:
    """Bars and ball joints on a flat palm."""
    square = chance(rng)
    parts = [beam((0, -0.02, 0), (0, 0.088, 0), 0.03).scale(2.7, 1, 0.8)]
    for keys in hand_keys(rng, gesture):
        parts += [ball(r * 1.15, sides=8).move(*point) for *point, r in keys]
        for a, b in pairwise(keys):
            parts.append(beam(a[:3], b[:3], 1.5 * b[3]) if square else rod(a[:3], b[:3], a[3] * 0.85, b[3] * 0.85))
    parts.append(cylinder(0.026, 0.03, 14).move(y=-0.05))
    return merge(*parts)


@kind("hand", ("human hand", "body part"), FAMILY)
def hand(rng: np.random.Generator) -> Shape:
    """A hand in any gesture, in one skin, of joints, or a robot's."""
    return hand_in_parts(rng) if chance(rng, 0.2) else _any_hand(rng)


def _any_hand(rng: np.random.Generator) -> Shape:
    gesture = pick(rng, *GESTURES)
    robot = chance(rng, 0.15)
    arm = rng.uniform(0.03, 0.25) if chance(rng, 0.6) else 0.0
    made = robot_hand(rng, gesture) if robot else smooth_hand(rng, gesture, arm)
    made = made.scale(vary(rng, 0.1), 1.0, vary(rng, 0.15))
    made = made.paint(metal(rng).rgb if robot else SKINS[int(rng.integers(5))])
    if chance(rng):
        made = made.mirror("x")
    lay = pick(rng, "up", "up", "flat", "down", "side")
    made = {"flat": made.turn("x", 90), "down": made.turn("z", 180), "side": made.turn("z", 90)}.get(lay, made)
    words = f"{gesture} and forearm" if arm > 0.1 and not robot else gesture
    who = "robot" if robot else "human"
    return shape(
        [made.turn("y", rng.uniform(-180, 180))],
        ("a hand", words, f"a {who} hand with fingers"),
        gesture=gesture,
        fingers=5,
    )


@kind("foot", ("human foot", "bare foot", "body part"), FAMILY)
def foot(rng: np.random.Generator) -> Shape:
    """A bare foot with five toes, cut above the ankle or below the knee."""
    high, w = (0.1, 0.16, 0.4)[int(rng.integers(3))], vary(rng, 0.1)
    bones = [
        chain([(0, 0.035, -0.05, 0.034), (0, 0.06, 0.02, 0.034), (0.012 * w, 0.03, 0.12, 0.026)]),
        chain([(0.0, 0.035, -0.04, 0.032), (-0.03 * w, 0.02, 0.1, 0.02)]),
        chain([(0, 0.04, -0.03, 0.033), (0, 0.11, -0.025, 0.033), (0, 0.11 + high, -0.02, 0.036 + 0.05 * high)]),
        chain([(-0.028 * w, 0.02, 0.1, 0.019), (0.024 * w, 0.022, 0.125, 0.02)]),
    ]
    for i, r in enumerate((0.0135, 0.0105, 0.0098, 0.009, 0.0085)):
        x, z = (0.03 - 0.0165 * i) * w, 0.145 - 0.008 * i
        bones.append(chain([(x, 0.016, z - 0.03, r * 1.1), (x * 1.05, 0.013, z + 0.025 - 0.004 * i, r)]))
    made = skin(np.concatenate(bones), rng.uniform(0.003, 0.007), 38).paint(SKINS[int(rng.integers(5))])
    made = made.mirror("x") if chance(rng) else made
    words = "a foot and lower leg" if high > 0.3 else "a foot cut above the ankle"
    return shape([made], ("a foot", words, "a bare human foot with five toes"), toes=5)
