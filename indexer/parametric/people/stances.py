"""How a figure stands, sits or moves: joint angles, and the joints in space that they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.parametric.people.figures import bone_end
from indexer.parametric.surface import Points

Arm = tuple[float, float, float, float]
Leg = tuple[float, float, float]


@dataclass(frozen=True)
class Stance:
    """Joint angles in degrees, right side then left.

    Attributes:
        words: for captions.
        arms: (lift, swing) of the upper arm, then of the forearm: sideways, and forward.
        legs: (spread, thigh lifted forward, knee bent back).
        lean: of the trunk, forward.
        low: whether the hips are far below standing height, so that long clothes don't fit.
    """

    words: str
    arms: tuple[Arm, Arm] = ((9, 0, 5, 12), (9, 0, 5, 12))
    legs: tuple[Leg, Leg] = ((3, 0, 0), (3, 0, 0))
    lean: float = 0.0
    low: bool = False


def _same(arm: Arm) -> tuple[Arm, Arm]:
    return (arm, arm)


STANCES = (
    Stance("standing"),
    Stance("standing with feet apart", _same((16, 0, 12, 10)), ((9, 0, 0), (9, 0, 0))),
    Stance("standing in a t-pose with arms stretched out", _same((90, 0, 90, 0)), ((4, 0, 0), (4, 0, 0))),
    Stance("standing in an a-pose", _same((42, 0, 42, 6)), ((7, 0, 0), (7, 0, 0))),
    Stance("with the weight on one leg", ((12, 5, 6, 25), (30, -15, -25, 20)), ((2, -4, 0), (9, 14, 18))),
    Stance("walking", ((8, 28, 5, 50), (8, -28, 5, -5)), ((2, -24, 16), (2, 26, 8)), 3),
    Stance("running", ((12, 50, 0, 130), (14, -48, 5, 40)), ((2, -35, 60), (2, 62, 75)), 14),
    Stance("sitting", _same((12, 25, -4, 80)), ((7, 88, 88), (7, 88, 88)), 0, True),
    Stance("sitting on the ground", _same((30, -30, 18, -10)), ((8, 95, 10), (8, 110, 70)), -12, True),
    Stance("crouching", _same((15, 50, -8, 80)), ((12, 115, 140), (12, 80, 130)), 32, True),
    Stance("kneeling", ((12, 10, 0, 60), (12, 35, -10, 75)), ((5, 8, 96), (5, 88, 88)), 6, True),
    Stance("in a fighting stance", ((30, 35, -25, 115), (35, 60, -15, 120)), ((10, 32, 32), (12, -24, 18)), 10),
    Stance("boxing", ((25, 30, -35, 130), (10, 88, 5, 90)), ((8, 24, 20), (8, -26, 14)), 8),
    Stance("lunging with a raised arm", ((140, 20, 150, 10), (40, 50, 20, 70)), ((8, 72, 70), (6, -42, 8)), 14),
    Stance("raising both arms", _same((150, 0, 168, 0)), ((8, 0, 0), (8, 0, 0))),
    Stance("waving", ((115, 0, 165, 15), (9, 0, 5, 12))),
    Stance("with arms crossed", _same((22, 30, -62, 75))),
    Stance("with hands on the hips", _same((45, -12, -58, 0)), ((8, 0, 0), (8, 0, 0))),
    Stance("pointing forward", ((10, 86, 4, 90), (9, 0, 5, 12))),
    Stance("pointing to the side", ((86, 0, 90, 0), (45, -12, -58, 0)), ((7, 0, 0), (7, 0, 0))),
    Stance("holding both hands forward", _same((8, 25, -4, 88)), ((4, 0, 0), (4, 0, 0))),
    Stance("jumping", ((130, 0, 150, 0), (120, 0, 120, 40)), ((8, 60, 95), (8, -20, 60))),
    Stance("dancing", ((95, 10, 150, 20), (60, 0, 40, 40)), ((10, 62, 80), (3, 0, 0)), -4),
    Stance("kicking", ((35, -15, 0, 90), (35, 40, -10, 110)), ((3, 0, 5), (8, 85, 10)), -14),
    Stance("throwing", ((95, -30, 150, -20), (20, 60, 10, 80)), ((8, -22, 10), (8, 34, 14)), 4),
    Stance("praying", _same((10, 30, -28, 118)), ((2, 0, 0), (2, 0, 0)), 8),
    Stance("bending forward", _same((10, 70, 4, 60)), ((5, -8, 5), (5, -8, 5)), 65),
)


@dataclass(frozen=True)
class Build:
    """Proportions of a body, as shares of its height `h` in metres.

    Attributes:
        head: height of the head.
        legs: hips above the ground.
        arms: length of both arm bones.
        shoulders, hips: half widths.
        thick: of the limbs, 1 as usual.
        belly: of the waist, 1 as usual.
    """

    h: float
    head: float = 0.135
    legs: float = 0.5
    arms: float = 0.33
    shoulders: float = 0.112
    hips: float = 0.062
    thick: float = 1.0
    belly: float = 1.0


def joints(stance: Stance, build: Build, rng: np.random.Generator, loose: float = 7.0) -> dict[str, Points]:
    """Where the joints lie, their angles varied by `loose` degrees.

    Returns:
        "pelvis", "chest", "neck", "head" (its middle); for either side, "r" and "l", "shoulder", "elbow", "wrist",
        "hand", "hip", "knee", "ankle", "toe"; and the trunk's directions "up" and "ahead".
    """
    h = build.h
    pelvis = np.array([0.0, build.legs * h, 0.0])
    a = np.radians(stance.lean + rng.uniform(-3, 3))
    up, ahead = np.array([rng.normal() * 0.03, np.cos(a), np.sin(a)]), np.array([0.0, -np.sin(a), np.cos(a)])
    rise = (1 - build.legs - build.head * 1.28) * h
    at = {"pelvis": pelvis, "up": up, "ahead": ahead, "chest": pelvis + up * rise * 0.72, "neck": pelvis + up * rise}
    at["head"] = (
        at["neck"] + (up * 0.75 + np.array([0, 0.25, 0])) * build.head * 0.78 * h + ahead * 0.1 * build.head * h
    )
    for i, (side, sign) in enumerate((("r", 1.0), ("l", -1.0))):
        lift, swing, lift2, swing2 = np.array(stance.arms[i]) + rng.normal(size=4) * loose * 0.6
        shoulder = at["neck"] - up * 0.045 * h + np.array([sign * build.shoulders * h, 0, 0])
        elbow = bone_end(shoulder, build.arms * 0.53 * h, lift, swing + stance.lean * 0.4, sign)
        wrist = bone_end(elbow, build.arms * 0.47 * h, lift2, swing2 + stance.lean * 0.4, sign)
        at[f"shoulder {side}"], at[f"elbow {side}"], at[f"wrist {side}"] = shoulder, elbow, wrist
        at[f"hand {side}"] = wrist + (wrist - elbow) / np.linalg.norm(wrist - elbow) * 0.085 * h
        spread, thigh, knee = np.array(stance.legs[i]) + rng.normal(size=3) * loose * (0.25, 0.4, 0.25)
        hip = pelvis + np.array([sign * build.hips * h, -0.02 * h, 0])
        bone = build.legs * h
        middle = bone_end(hip, bone * 0.48, spread, thigh, sign)
        ankle = bone_end(middle, bone * 0.44, spread * 0.8, thigh - max(knee, 0.0), sign)
        flat = float(np.clip((thigh - knee) * 0.6, -55, 15))
        toe = ankle + bone_end(np.zeros(3), 0.13 * h, 12, 78 + flat, sign)
        at[f"hip {side}"], at[f"knee {side}"], at[f"ankle {side}"], at[f"toe {side}"] = hip, middle, ankle, toe
    return at
