"""Heads and busts, hands, skulls and skeletons."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, hull, limb, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import stone
from indexer.parametric.people.figures import EYE, HAIRS, POSES, SKINS, bone_end, head_parts, stood
from indexer.parametric.solids import ball, box, cone, lathe, torus
from indexer.parametric.surface import Points, Solid, merge

FAMILY = "people"
BONE = (0.88, 0.84, 0.73)


def head_in_parts(rng: np.random.Generator) -> Shape:
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
        chest = stood(hull([(y, w, -d - 0.08, d - 0.08) for y, w, d in keys], 18, 2.5, smooth=2)).scale(h)
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


def hand_in_parts(rng: np.random.Generator) -> Shape:
    """A hand with four jointed fingers and a thumb, in one of several gestures; or a robot's."""
    name = pick(rng, *GESTURES)
    curls, thumb_in, words = GESTURES[name]
    skin, slim = SKINS[int(rng.integers(5))], vary(rng, 0.12)
    palm = stood(
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
        elbow = bone_end(shoulder, 0.17 * h, pose.arm[i], pose.swing[i], side)
        wrist = bone_end(elbow, 0.15 * h, pose.arm[i], pose.swing[i] + pose.elbow[i], side)
        knee = bone_end(hip, 0.245 * h, pose.spread, pose.thigh[i], side)
        ankle = bone_end(knee, 0.235 * h, pose.spread, pose.thigh[i] - pose.knee[i], side)
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
