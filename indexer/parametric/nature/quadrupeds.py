"""Four-legged animals: one body plan, one table of species, several poses."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, fill, hull, limb, pick, tint, vary
from indexer.parametric.nature.species import COATS, RGB, Species
from indexer.parametric.solids import ball, cone, cylinder
from indexer.parametric.surface import Color, Solid, merge

FAMILY = "animals"
BLACK, BROWN, PALE, PINK = COATS["black"], COATS["brown"], COATS["pale"], COATS["pink"]
NAMES = {rgb: {"dun": "light brown", "pale": "white", "mauve": "grey"}.get(name, name) for name, rgb in COATS.items()}


def _torso(s: Species) -> Solid:
    half, top = s.length / 2, s.shoulder
    belly, w = top - s.depth, s.width / 2
    thin = 0.82 if s.foot == "column" or s.depth > 0.4 * s.shoulder + 0.15 else 0.7
    keys = [
        (-half * 1.12, w * 0.3, top - s.depth * 0.6, top - s.depth * 0.2),
        (-half * 0.95, w * 0.8, top - s.depth * 0.85, top - 0.04 * s.depth),
    ]
    keys += [
        (-half * 0.6, w * 0.95, belly + s.depth * (1 - thin) * 0.8, top),
        (0, w * (0.6 + 0.4 * thin), top - s.depth * thin * 1.05, top - 0.06 * s.depth),
    ]
    keys += [
        (half * 0.55, w, belly, top),
        (half * 0.95, w * 0.8, belly + 0.1 * s.depth, top - 0.02 * s.depth),
        (half * 1.15, w * 0.35, belly + 0.35 * s.depth, top - 0.25 * s.depth),
    ]
    return hull(keys, 16, 2.3, smooth=2)


def _legs(s: Species, stride: float) -> list[Solid]:
    """Four legs; `stride` in degrees swings the diagonal pairs."""
    legs, half = [], s.length / 2
    hip = s.shoulder - s.depth * 0.55
    for z, side, swing in ((0.68, 1, 1), (0.68, -1, -1), (-0.72, 1, -1), (-0.72, -1, 1)):
        x, shift = side * s.width * 0.33, np.sin(np.radians(stride * swing)) * hip
        rear = z < 0
        if s.foot == "column":
            keys = [
                (x, hip, z * half, s.leg * 1.15),
                (x, hip * 0.5, z * half + shift * 0.4, s.leg),
                (x, s.leg * 0.4, z * half + shift, s.leg * 0.95),
            ]
        else:
            knee = (-0.16 if rear else 0.05) * hip
            thick = 1.75 if rear else 1.35
            keys = [
                (x * 0.9, hip + s.depth * 0.1, z * half, s.leg * thick),
                (x, hip * 0.72, z * half + shift * 0.2 + (0.12 * hip if rear else 0), s.leg * 1.15),
            ]
            keys += [
                (x, hip * 0.42, z * half + knee + shift * 0.6, s.leg * 0.68),
                (x, s.leg * 0.8, z * half + shift + knee * 0.4, s.leg * 0.58),
            ]
        foot_z = z * half + shift + (0 if s.foot == "column" else knee * 0.4)
        legs.append(limb(keys, 8))
        if s.foot == "paw":
            legs.append(ball(s.leg * 0.85, s.leg * 0.5, s.leg * 1.25, 8).move(x, s.leg * 0.5, foot_z + s.leg * 0.5))
        elif s.foot == "hoof":
            legs.append(cylinder(s.leg * 0.8, s.leg * 1.1, 10, s.leg * 0.58).move(x, 0, foot_z).paint(DARK))
    return legs


def _head(s: Species) -> Solid:
    """A head whose skull is at the origin, the nose towards +z."""
    h, blunt = s.head, s.snout
    keys = [
        (-h * 0.32, 0.08 * h, -0.06 * h, 0.1 * h),
        (-h * 0.22, 0.22 * h, -0.2 * h, 0.2 * h),
        (0, 0.28 * h, -0.26 * h, 0.24 * h),
        (h * 0.25, 0.22 * h, -0.25 * h, 0.16 * h),
    ]
    keys += [
        (h * 0.48, 0.23 * h * blunt**0.6, -0.22 * h, -0.22 * h + 0.36 * h * blunt**0.5),
        (h * 0.66, 0.17 * h * blunt, -0.2 * h, -0.2 * h + 0.26 * h * blunt**0.5),
    ]
    skull = hull(keys, 14, 2.3, smooth=2)
    eyes = ball(h * 0.05, sides=8).move(0.22 * h, 0.09 * h, 0.14 * h).both("x").paint(BLACK)
    nose = (
        ball(h * 0.07 * blunt + 0.02 * h, h * 0.05, h * 0.04, 8)
        .move(0, -0.06 * h - 0.04 * h / blunt, h * 0.66)
        .paint(DARK)
    )
    return merge(skull, eyes, nose)


def ears(s: Species) -> Solid:
    """The pair of ears about the skull."""
    h, e = s.head, s.ears
    flat = {
        "huge": (0.62, 1.0, 0.08),
        "round": (0.5, 0.55, 0.16),
        "long": (0.17, 0.6, 0.1),
        "floppy": (0.28, 0.5, 0.12),
        "side": (0.2, 0.5, 0.12),
    }
    if s.ear_shape == "pointed":
        return cone(e * 0.35, e, 8).scale(1, 1, 0.5).turn("z", -12).move(0.16 * h, 0.14 * h, -0.06 * h).both("x")
    rx, ry, rz = (share * e for share in flat[s.ear_shape])
    if s.ear_shape == "huge":
        return ball(rx, ry * 0.62, rz, 12).turn("y", 40).move(0.26 * h + rx * 0.7, -0.12 * h, -0.2 * h).both("x")
    one = ball(rx, ry, rz, 10)
    if s.ear_shape == "floppy":
        return one.turn("z", 20).move(0.25 * h, -0.02 * h, 0).both("x")
    if s.ear_shape == "side":
        return one.turn("z", -68).move(0.22 * h + e * 0.4, 0.16 * h, -0.08 * h).both("x")
    lift = 0.2 * h + (e * 0.5 if s.ear_shape == "long" else e * 0.15)
    return one.turn("z", -10 if s.ear_shape == "long" else 0).move(0.13 * h + 0.3 * rx, lift, -0.06 * h).both("x")


def horns(s: Species) -> list[Solid]:
    """Horns, antlers or tusks about the skull."""
    h = s.head
    horn: Color = (0.3, 0.25, 0.2)
    single = {
        "short": [(0.12, 0.22, 0, 0.05), (0.3, 0.3, 0, 0.04), (0.38, 0.48, 0.05, 0.012)],
        "curved": [(0.14, 0.22, 0, 0.075), (0.45, 0.3, 0.02, 0.06), (0.62, 0.55, 0.15, 0.015)],
        "swept": [(0.1, 0.2, -0.02, 0.06), (0.18, 0.6, -0.15, 0.05), (0.26, 0.75, -0.55, 0.012)],
        "straight": [(0.1, 0.2, -0.02, 0.05), (0.15, 0.7, -0.1, 0.035), (0.22, 1.3, -0.22, 0.01)],
        "ossicones": [(0.1, 0.2, 0, 0.045), (0.12, 0.4, -0.05, 0.04), (0.12, 0.43, -0.05, 0.06)],
        "tusks": [(0.14, -0.18, 0.45, 0.04), (0.24, -0.1, 0.52, 0.035), (0.25, 0.08, 0.5, 0.01)],
        "ivory": [(0.17, -0.28, 0.3, 0.06), (0.25, -0.6, 0.6, 0.05), (0.22, -0.6, 1.05, 0.012)],
    }
    if s.horns in single:
        colour = PALE if s.horns in ("tusks", "ivory") else horn
        return [limb(np.array(single[s.horns]) * h, 7).both("x").paint(colour)]
    if s.horns == "nose":
        cones = [
            cone(0.1 * h, size * h, 10).turn("x", 12).move(0, y * h, z * h)
            for size, y, z in ((0.5, 0.02, 0.5), (0.25, 0.12, 0.25))
        ]
        return [merge(*cones).paint(horn)]
    if s.horns == "antlers":
        beam = [(0.1, 0.2, -0.02, 0.04), (0.35, 0.7, -0.3, 0.035), (0.62, 1.2, -0.2, 0.03), (0.55, 1.7, 0.1, 0.012)]
        points = [
            [(0.2, 0.4, -0.12, 0.03), (0.22, 0.55, 0.25, 0.01)],
            [(0.42, 0.8, -0.32, 0.03), (0.6, 1.15, -0.6, 0.01)],
            [(0.6, 1.15, -0.22, 0.028), (0.85, 1.5, 0.0, 0.01)],
        ]
        return [merge(*[limb(np.array(branch) * h, 6, 2) for branch in (beam, *points)]).both("x").paint(horn)]
    return []


def tail(s: Species) -> Solid:
    """The tail, at the rump."""
    t, r = s.tail, s.leg
    root, top = -s.length / 2 * 1.05, s.shoulder - 0.12 * s.depth
    curves = {
        "thin": [(0, 0, 0, 0.5), (0, -0.35, -0.25, 0.35), (0, -0.85, -0.35, 0.22)],
        "tuft": [
            (0, 0, 0, 0.4),
            (0, -0.3, -0.15, 0.25),
            (0, -0.7, -0.2, 0.2),
            (0, -0.85, -0.2, 0.5),
            (0, -1.0, -0.2, 0.15),
        ],
        "up": [(0, 0, 0, 0.55), (0, 0.15, -0.4, 0.45), (0, 0.55, -0.6, 0.35), (0, 0.9, -0.5, 0.22)],
        "bushy": [(0, 0, 0, 0.7), (0, -0.15, -0.3, 1.3), (0, -0.4, -0.65, 1.5), (0, -0.6, -0.95, 0.4)],
        "hair": [(0, 0, 0, 0.4), (0, -0.1, -0.15, 0.6), (0, -0.6, -0.25, 0.8), (0, -1.15, -0.2, 0.3)],
        "plume": [(0, -0.1, 0, 1.0), (0, 0.25, -0.25, 2.2), (0, 0.75, -0.2, 2.4), (0, 1.0, -0.45, 1.4)],
        "curly": [(0, 0, 0, 0.3), (0.15, 0.2, -0.3, 0.25), (-0.1, 0.35, -0.35, 0.2), (0, 0.1, -0.5, 0.15)],
        "ball": [(0, -0.3, 0, 0.8), (0, -0.2, -0.3, 0.9)],
    }
    keys = np.array(curves[s.tail_shape]) * (t, t, t, r)
    return limb(keys + (0, top, root, 0), 8)


def features(s: Species, coat: RGB, nose: np.ndarray, skull: np.ndarray) -> list[Solid]:
    """What only some species have: manes, humps, wool, a trunk, an udder."""
    half, top, words = s.length / 2, s.shoulder, s.extra.split()
    neck = np.array([0, top - 0.2 * s.depth, half * 0.9])
    parts: list[Solid] = []
    if "mane" in words:
        parts.append(
            ball(s.head * 0.62, s.head * 0.66, s.head * 0.5, 14)
            .move(*(skull + np.array([0, -0.08, -0.3]) * s.head))
            .paint((0.4, 0.24, 0.12))
        )
    if "crest" in words:
        keys = [
            (*(neck + (skull - neck) * t + np.array([0, 0.16, -0.12]) * s.depth * (1.2 - t * 0.5)), s.depth * 0.09)
            for t in (0, 0.35, 0.7, 1.05)
        ]
        parts.append(limb(keys, 6).scale(0.6, 1, 1).paint(BLACK))
    if "hump" in words:
        parts.append(
            ball(s.width * 0.38, s.depth * 0.3, s.length * 0.2, 12)
            .move(0, top - 0.12 * s.depth, half * 0.5)
            .paint(coat)
        )
    if "humps" in words:
        hump = ball(s.width * 0.4, s.depth * 0.55, s.length * 0.17, 12)
        parts += [hump.move(0, top, z * s.length).paint(coat) for z in ((-0.2, 0.22) if s.tail > 0.5 else (0.0,))]
    if "wool" in words:
        rng = np.random.default_rng(int(s.length * 1e6))
        around = rng.normal(size=(26, 3)) * (1, 1, 1.2)
        around /= np.linalg.norm(around, axis=1, keepdims=True)
        at = around * (s.width * 0.42, s.depth * 0.42, half * 0.95) + (0, top - s.depth * 0.5, 0)
        parts += [ball(s.depth * 0.22, sides=8).move(*point).paint(coat) for point in at]
    if "trunk" in words:
        curl = [
            (0, -0.1, 0.4, 0.2),
            (0, -0.5, 0.72, 0.17),
            (0, -1.2, 0.8, 0.13),
            (0, -1.9, 0.75, 0.1),
            (0, -2.15, 0.95, 0.08),
        ]
        parts.append(limb(np.array(curl) * s.head, 10).move(*skull).paint(coat))
    if "udder" in words:
        parts.append(
            ball(s.width * 0.25, s.depth * 0.16, s.length * 0.12, 10)
            .move(0, top - s.depth * 0.95, -half * 0.45)
            .paint(PINK)
        )
    if "beard" in words:
        parts.append(
            cone(s.head * 0.1, s.head * 0.4, 8)
            .turn("x", 180)
            .move(*(nose + np.array([0, -0.12, -0.15]) * s.head))
            .paint(coat)
        )
    if "nose" in words:
        parts.append(cylinder(s.head * 0.15, s.head * 0.06, 12).turn("x", 90).move(*nose).paint((0.75, 0.5, 0.5)))
    return parts


def marked(solid: Solid, s: Species) -> Solid:
    """Stripes, spots and patches over the plain coat."""
    words, size = s.extra.split(), s.length
    if "stripes" in words:
        return tint(solid, BLACK, lambda at, n: np.sin(at[:, 2] * 26 / size + at[:, 1] * 4 / size) > 0.35)
    if "spots" in words or "patches" in words:
        scale = (9 if "patches" in words else 20) / size
        return tint(
            solid,
            BROWN if "spots" in words else BLACK,
            lambda at, n: np.sin(at @ (1.1, 1.3, 0.2) * scale) * np.sin(at[:, 2] * scale + at[:, 0] * scale) > 0.25,
        )
    if "panda" in words:
        return tint(
            solid,
            BLACK,
            lambda at, n: (at[:, 1] < s.shoulder - 0.75 * s.depth) | (np.abs(at[:, 2] - s.length * 0.35) < 0.12 * size),
        )
    return solid


def quadruped(s: Species, rng: np.random.Generator) -> tuple[list[Solid], str, str]:
    """An animal in a pose: its solids, the pose's word and the coat's."""
    pose = pick(rng, "standing", "walking", "standing", "lowering its head" if s.foot == "hoof" else "walking")
    coat = s.coats[int(rng.integers(len(s.coats)))]
    rise = np.radians(s.rise * vary(rng, 0.15) - (60 if pose.startswith("lower") else 0))
    length = s.neck * vary(rng, 0.08)
    start = np.array([0, s.shoulder - 0.32 * s.depth, s.length / 2 * 0.82])
    skull = start + np.array([0, np.sin(rise), np.cos(rise)]) * (length + 0.12 * s.depth)
    thick = min(s.depth * 0.32, max(s.head * 0.3, s.depth * 0.2))
    neck = limb([(*start, thick * 1.15), (*((start + skull) / 2), thick * 0.9), (*skull, s.head * 0.22)], 12)
    droop = float(np.clip(np.degrees(rise) * 0.45, -20, 32)) + 6
    head = [_head(s), ears(s), *horns(s)]
    head[0], head[1] = (
        fill(head[0], coat),
        head[1].paint(np.multiply(coat, 0.85) if "panda" not in s.extra else BLACK),
    )
    turned = [part.turn("x", droop).move(*skull) for part in head]
    nose = skull + np.array([0, -0.1 - np.sin(np.radians(droop)) * 0.6, np.cos(np.radians(droop)) * 0.66]) * s.head
    body = merge(_torso(s), neck, tail(s)).paint(coat)
    legs = [
        leg if np.allclose(leg.colors[0], DARK) else leg.paint(coat)
        for leg in _legs(s, rng.uniform(10, 22) if pose == "walking" else 0)
    ]
    return (
        [marked(body, s), marked(merge(*legs), s), *turned, *features(s, coat, nose, skull)],
        pose,
        coat_name(s, coat),
    )


def coat_name(s: Species, coat: RGB) -> str:
    """The word for a coat of this colour."""
    if "stripes" in s.extra:
        return "striped"
    return "black and white" if "panda" in s.extra else NAMES[coat]
