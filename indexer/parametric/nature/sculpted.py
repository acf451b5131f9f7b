"""Four-legged animals in one skin, as sculptors make them, in many poses; and as toys of blocks or few facets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from indexer.parametric.forms import beam, chance, limb, pick, vary
from indexer.parametric.nature.species import Species
from indexer.parametric.skin import chain, skin
from indexer.parametric.solids import box
from indexer.parametric.surface import Points, Solid, merge


@dataclass(frozen=True)
class Gait:
    """A pose: lengths in units of the leg's length, angles in degrees.

    Attributes:
        words: for captions.
        feet: (forward, up) of the feet from below their joints: right fore, left fore, right hind, left hind.
        pitch: of the trunk, chest up.
        drop: how far the hips sink.
        neck: added to the neck's rise.
        turn: how far the head may turn aside.
        paws: only animals with paws do it.
    """

    words: str
    feet: tuple[tuple[float, float], ...] = ((0, 0), (0, 0), (0, 0), (0, 0))
    pitch: float = 0.0
    drop: float = 0.0
    neck: float = 0.0
    turn: float = 20.0
    paws: bool = False


GAITS = (
    Gait("standing"),
    Gait("standing", ((0.05, 0), (-0.05, 0), (-0.1, 0), (0.1, 0)), turn=70),
    Gait("walking", ((0.35, 0.04), (-0.3, 0), (-0.3, 0), (0.32, 0))),
    Gait("trotting", ((0.45, 0.3), (-0.35, 0), (-0.45, 0.05), (0.3, 0.2)), neck=5),
    Gait("running", ((0.85, 0.3), (0.6, 0.25), (-0.85, 0.2), (-0.65, 0.1)), 4, -0.1, -15),
    Gait("galloping", ((0.2, 0.45), (-0.2, 0.3), (0.35, 0.1), (0.15, 0.25)), -4, 0, -12),
    Gait("lowering its head", ((0.2, 0), (-0.1, 0), (0, 0), (0.1, 0)), neck=-65),
    Gait("with its head raised", neck=22, turn=40),
    Gait("sitting", ((0.05, 0), (0.0, 0), (0.55, 0), (0.5, 0)), 42, 0.62, 10, 40, True),
    Gait("lying down", ((0.85, 0.0), (0.75, 0.0), (0.6, 0), (0.5, 0)), 4, 0.72, 5, 50),
    Gait("rearing up", ((0.55, 0.55), (0.45, 0.4), (0.05, 0), (-0.15, 0)), 52, 0.05, -5),
    Gait("jumping", ((0.75, 0.55), (0.7, 0.5), (-0.75, 0.15), (-0.7, 0.1)), 22, -0.1, 0),
)


def choose_gait(s: Species, rng: np.random.Generator) -> Gait:
    """Any pose that the species takes."""
    heavy = s.foot == "column" or (s.foot == "hoof" and s.depth > 0.52 * s.shoulder)
    fit = [gait for gait in GAITS if (not gait.paws or s.foot == "paw") and not (heavy and abs(gait.pitch) > 10)]
    return fit[int(rng.integers(len(fit)))]


def _turned(points: Points, axis: int, degrees: float) -> Points:
    """Turned as `Solid.turn` does, about x (0) or y (1)."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, y, z = points.T
    return np.stack(
        [x, y * cos - z * sin, y * sin + z * cos] if axis == 0 else [x * cos + z * sin, y, z * cos - x * sin], 1
    )


def _keys(points: Points, radii: list[float]) -> Points:
    return np.column_stack([points, radii])


@dataclass(frozen=True)
class Frame:
    """Where an animal's parts lie in a pose: the skull, its droop and turn in degrees, and how the trunk is placed."""

    skull: Points
    droop: float
    yaw: float
    hip: Points
    pitch: float
    drop: float

    def trunk(self, solid: Solid) -> Solid:
        """A solid made for the level trunk, moved with it."""
        x, y, z = self.hip
        return solid.move(-x, -y, -z).turn("x", -self.pitch).move(x, y - self.drop, z)

    def head(self, solid: Solid) -> Solid:
        """A solid made about the skull, moved with it."""
        return solid.turn("x", self.droop).turn("y", self.yaw).move(*self.skull)

    def trunk_points(self, points: Points) -> Points:
        """Points of the level trunk, moved with it."""
        return _turned(points - self.hip, 0, -self.pitch) + self.hip - (0, self.drop, 0)


def framed(s: Species, gait: Gait, rng: np.random.Generator) -> Frame:
    """The frame of the species in the pose."""
    tall = s.shoulder - s.depth * 0.55
    hip = np.array([0.0, tall, -0.36 * s.length])
    pitch, drop = gait.pitch * vary(rng, 0.15), gait.drop * tall * vary(rng, 0.1)
    bare = Frame(np.zeros(3), 0, 0, hip, pitch, drop)
    start = bare.trunk_points(np.array([[0, s.shoulder - 0.3 * s.depth, s.length * 0.42]]))[0]
    rise = np.radians(s.rise * vary(rng, 0.15) + gait.neck + pitch * 0.35)
    yaw = rng.uniform(-1, 1) * gait.turn
    way = np.array([np.sin(np.radians(yaw)) * 0.6 * np.cos(rise), np.sin(rise), np.cos(rise)])
    skull = start + way * (s.neck * vary(rng, 0.1) + 0.12 * s.depth)
    droop = float(np.clip(np.degrees(rise) * 0.45, -20, 32)) + 6 + rng.uniform(-8, 10)
    return replace(bare, skull=skull, droop=droop, yaw=yaw)


def _trunk_bones(s: Species, f: Frame) -> list[Points]:
    half, top, r = s.length / 2, s.shoulder, s.width * 0.46
    tuck = 0.62 if s.foot == "paw" and s.depth < 0.4 else 0.85
    r = min(r, s.depth * 0.46)
    upper = np.array([(0, top - r * 1.15, -half * 0.86), (0, top - r * 1.1, 0), (0, top - r, half * 0.78)])
    lower = np.array(
        [
            (0, top - s.depth * 0.8 + r, -half * 0.7),
            (0, top - s.depth * tuck + r, 0),
            (0, top - s.depth + r, half * 0.6),
        ]
    )
    return [chain(_keys(f.trunk_points(row), [r * 0.95, r * k, r * 1.02])) for row, k in ((upper, 0.9), (lower, 0.92))]


def leg_keys(s: Species, gait: Gait, f: Frame) -> list[Points]:
    """(4, 4) joints with radii of the four legs, from the trunk to the foot."""
    tall, legs = s.shoulder - s.depth * 0.55, []
    for i, (z, sign) in enumerate(((0.33, 1), (0.33, -1), (-0.36, 1), (-0.36, -1))):
        rear = i > 1
        root = f.trunk_points(np.array([[sign * s.width * 0.3, tall, z * s.length]]))[0]
        ahead, up = gait.feet[i]
        wide = 1.0 + 0.9 * (gait.drop > 0.5)
        foot = np.array([root[0] * wide, s.leg * 0.45 + up * tall, root[2] + ahead * tall])
        if gait.pitch > 30 and not rear and up > 0:  # in the air before the chest
            foot = root + np.array([0, -0.55 + up * 0.6, ahead]) * tall
        slack = np.sqrt(max(tall**2 - float(((foot - root) ** 2).sum()), 0.0)) * 0.4
        bend = np.array([sign * 0.1, 0, 1.0]) * (slack + (0.03 if s.foot == "column" else 0.1) * tall)
        knee = root + (foot - root) * (0.42 if rear else 0.48) + bend * (1.0 if rear else -0.35)
        hock = root + (foot - root) * 0.74 - bend * (0.75 if rear else -0.1)
        k = 1.0 if s.foot == "column" else 0.62
        top = s.leg * (1.6 if rear else 1.35)
        legs.append(
            _keys(np.array([root, knee, hock, foot]), [top, s.leg * 1.05, s.leg * max(k, 0.62), s.leg * k * 0.95])
        )
    return legs


def _head_bones(s: Species, f: Frame) -> list[Points]:
    h, blunt = s.head, s.snout
    rows = (
        np.array([(0, 0, -0.1, 0.24), (0, 0, 0.14, 0.21), (0, -0.05, 0.22, 0.17), (0, -0.1, 0.58, 0.07 + 0.1 * blunt)])
        * h
    )
    placed = _turned(_turned(rows[:, :3], 0, f.droop), 1, f.yaw) + f.skull
    return [chain(np.column_stack([placed, rows[:, 3]])[i : i + 2]) for i in (0, 2)]


def _neck_keys(s: Species, f: Frame) -> Points:
    start = f.trunk_points(np.array([[0, s.shoulder - 0.36 * s.depth, s.length * 0.38]]))[0]
    thick = min(s.depth * 0.32, max(s.head * 0.32, s.depth * 0.22))
    middle = (start * 0.5 + f.skull * 0.5) - (0, 0.04 * s.neck, 0)
    return _keys(np.array([start, middle, f.skull]), [thick * 1.15, thick * 0.85, s.head * 0.2])


def _foot_keys(s: Species, keys: Points) -> Points:
    reach = {"paw": 1.5, "hoof": 0.6, "column": 0.4}[s.foot] * s.leg
    *foot, r = keys[-1]
    return np.array(
        [(*foot, r), (foot[0], foot[1] - 0.05 * s.leg, foot[2] + reach, r * (0.9 if s.foot == "paw" else 1.1))]
    )


def smooth_body(s: Species, gait: Gait, f: Frame, rng: np.random.Generator) -> Solid:
    """Trunk, neck, head and legs in one skin."""
    legs = leg_keys(s, gait, f)
    bones = [*_trunk_bones(s, f), *_head_bones(s, f), chain(_neck_keys(s, f))]
    bones += [chain(keys) for keys in legs] + [chain(_foot_keys(s, keys)) for keys in legs]
    return skin(np.concatenate(bones), s.leg * rng.uniform(0.15, 0.5), int(rng.integers(32, 44)))


def faceted_body(s: Species, gait: Gait, f: Frame, rng: np.random.Generator) -> Solid:
    """The same of separate limbs with few sides, or of boxes."""
    legs, neck, heads = leg_keys(s, gait, f), _neck_keys(s, f), _head_bones(s, f)
    if chance(rng, 0.5):
        sides = int(rng.integers(5, 8))
        barrel = [limb(np.concatenate([row[:1, :4], row[:, 4:]]), sides) for row in _trunk_bones(s, f)]
        head = [limb(row.reshape(2, 4), sides) for row in heads]
        return merge(*barrel, *head, limb(neck, sides), *[limb(keys, sides, 1) for keys in legs])
    trunk = box(s.width, s.depth, s.length * 1.05).move(y=s.shoulder - s.depth)
    skull = f.head(box(s.head * 0.5, s.head * 0.46, s.head * 0.5).move(y=-0.23 * s.head))
    snout = f.head(box(s.head * 0.3, s.head * 0.26, s.head * 0.4).move(0, -0.23 * s.head, 0.42 * s.head))
    parts = [f.trunk(trunk), skull, snout, beam(neck[0, :3], neck[-1, :3], 1.4 * neck[1, 3])]
    straight = chance(rng)
    for keys in legs:
        path = keys[[0, 3]] if straight else keys
        parts += [beam(a[:3], b[:3], s.leg * (1.9 if straight else 1.5)) for a, b in pairwise(path)]
    return merge(*parts)


def reshaped(s: Species, rng: np.random.Generator) -> Species:
    """The species as it is, as a cub or a toy with a big head and short legs, or lean or fat."""
    form = pick(rng, "as it is", "as it is", "toy", "lean", "fat")
    if form == "toy":
        low = s.shoulder - s.depth
        return replace(
            s,
            head=s.head * rng.uniform(1.25, 1.8),
            neck=s.neck * 0.7,
            shoulder=s.depth + low * rng.uniform(0.5, 0.8),
            leg=s.leg * 1.25,
        )
    k = {"lean": 0.85, "fat": 1.18}.get(form, 1.0)
    return replace(s, width=s.width * k, depth=min(s.depth * k, 0.8 * s.shoulder), leg=s.leg * k)
