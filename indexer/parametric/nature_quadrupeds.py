"""Four-legged animals: one body plan, one table of species, several poses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.parametric.forms import DARK, hull, limb, pick, shape, tint, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.solids import ball, cone, cylinder
from indexer.parametric.surface import Color, Solid, merge

FAMILY = "animals"
RGB = tuple[float, float, float]
PALE = (0.92, 0.9, 0.85)
BROWN, DUN, TAN, GREY, BLACK = (
    (0.42, 0.27, 0.16),
    (0.6, 0.44, 0.28),
    (0.76, 0.6, 0.4),
    (0.5, 0.5, 0.5),
    (0.13, 0.12, 0.12),
)
GINGER, PINK, WHITE = (0.78, 0.45, 0.18), (0.9, 0.68, 0.66), (0.93, 0.92, 0.9)
NAMES = {
    BROWN: "brown",
    DUN: "light brown",
    TAN: "tan",
    GREY: "grey",
    BLACK: "black",
    GINGER: "ginger",
    PINK: "pink",
    WHITE: "white",
}


@dataclass(frozen=True)
class Species:
    """Measures of one animal in metres, as it stands.

    Attributes:
        length: chest to rump.
        shoulder: ground to back.
        depth: of the chest.
        width: of the chest.
        leg: radius of the upper leg.
        neck: length, and `rise` its angle above the level.
        head: length from the back of the skull to the nose, `snout` its slimness towards the nose (1 blunt).
        tail: length; `ears` length, with a shape word; `horns` a word or nothing.
    """

    length: float
    shoulder: float
    depth: float
    width: float
    leg: float
    neck: float
    rise: float
    head: float
    snout: float
    tail: float
    ears: float
    ear_shape: str = "pointed"
    tail_shape: str = "thin"
    horns: str = ""
    extra: str = ""
    foot: str = "paw"
    coats: tuple[RGB, ...] = (BROWN, BLACK, TAN, GREY)
    also: tuple[str, ...] = ()
    words: str = ""


SPECIES: dict[str, Species] = {
    "dog": Species(
        0.6,
        0.6,
        0.25,
        0.2,
        0.05,
        0.22,
        50,
        0.24,
        0.55,
        0.35,
        0.11,
        "floppy",
        "up",
        coats=(BROWN, BLACK, TAN, WHITE, GINGER),
        also=("puppy", "pet"),
        words="a pet dog with floppy ears and a raised tail",
    ),
    "wolf": Species(
        0.8,
        0.75,
        0.3,
        0.24,
        0.055,
        0.28,
        35,
        0.3,
        0.5,
        0.45,
        0.12,
        "pointed",
        "bushy",
        coats=(GREY, BLACK, WHITE),
        also=("wild dog",),
        words="a wolf with pointed ears and a bushy tail",
    ),
    "fox": Species(
        0.5,
        0.4,
        0.16,
        0.14,
        0.03,
        0.16,
        40,
        0.19,
        0.35,
        0.42,
        0.1,
        "pointed",
        "bushy",
        coats=(GINGER,),
        also=("red fox",),
        words="a fox with a pointed snout and a long bushy tail",
    ),
    "cat": Species(
        0.38,
        0.3,
        0.13,
        0.11,
        0.027,
        0.09,
        55,
        0.12,
        0.9,
        0.34,
        0.055,
        "pointed",
        "up",
        coats=(GINGER, BLACK, GREY, WHITE, TAN),
        also=("kitten", "pet"),
        words="a house cat with pointed ears and a long raised tail",
    ),
    "lion": Species(
        1.25,
        1.0,
        0.45,
        0.36,
        0.09,
        0.35,
        40,
        0.4,
        0.8,
        0.9,
        0.1,
        "round",
        "tuft",
        extra="mane",
        coats=(TAN, DUN),
        also=("big cat",),
        words="a male lion with a thick mane and a tufted tail",
    ),
    "tiger": Species(
        1.4,
        0.95,
        0.42,
        0.36,
        0.09,
        0.3,
        30,
        0.36,
        0.8,
        0.95,
        0.1,
        "round",
        "thin",
        extra="stripes",
        coats=(GINGER,),
        also=("big cat",),
        words="a striped tiger with a long tail",
    ),
    "horse": Species(
        1.45,
        1.55,
        0.6,
        0.48,
        0.1,
        0.85,
        50,
        0.62,
        0.55,
        0.75,
        0.16,
        "pointed",
        "hair",
        extra="crest",
        foot="hoof",
        coats=(BROWN, BLACK, WHITE, DUN, GREY),
        also=("stallion", "pony"),
        words="a horse with a mane and a long hairy tail",
    ),
    "zebra": Species(
        1.35,
        1.35,
        0.55,
        0.45,
        0.09,
        0.7,
        50,
        0.55,
        0.55,
        0.6,
        0.17,
        "pointed",
        "tuft",
        extra="crest stripes",
        foot="hoof",
        coats=(WHITE,),
        words="a zebra with black and white stripes",
    ),
    "donkey": Species(
        1.1,
        1.1,
        0.45,
        0.38,
        0.075,
        0.55,
        45,
        0.5,
        0.6,
        0.5,
        0.28,
        "long",
        "tuft",
        extra="crest",
        foot="hoof",
        coats=(GREY, BROWN),
        also=("mule",),
        words="a donkey with long ears",
    ),
    "cow": Species(
        1.6,
        1.4,
        0.72,
        0.6,
        0.11,
        0.5,
        18,
        0.55,
        0.75,
        0.9,
        0.2,
        "side",
        "tuft",
        "short",
        "udder patches",
        "hoof",
        (WHITE, BROWN, BLACK),
        ("cattle",),
        "a cow with short horns and an udder",
    ),
    "bull": Species(
        1.7,
        1.5,
        0.85,
        0.72,
        0.13,
        0.45,
        15,
        0.55,
        0.8,
        0.9,
        0.18,
        "side",
        "tuft",
        "curved",
        "hump",
        "hoof",
        (BROWN, BLACK),
        ("ox", "cattle"),
        "a heavy bull with curved horns and a humped back",
    ),
    "sheep": Species(
        0.85,
        0.75,
        0.45,
        0.42,
        0.045,
        0.22,
        35,
        0.27,
        0.65,
        0.18,
        0.12,
        "side",
        "thin",
        "",
        "wool",
        "hoof",
        (WHITE, PALE),
        ("lamb",),
        "a sheep with thick curly wool",
    ),
    "goat": Species(
        0.8,
        0.75,
        0.36,
        0.28,
        0.045,
        0.32,
        50,
        0.28,
        0.6,
        0.15,
        0.14,
        "side",
        "up",
        "swept",
        "beard",
        "hoof",
        (WHITE, BROWN, GREY),
        (),
        "a goat with swept-back horns and a beard",
    ),
    "pig": Species(
        1.0,
        0.7,
        0.48,
        0.44,
        0.07,
        0.14,
        8,
        0.36,
        0.75,
        0.2,
        0.15,
        "floppy",
        "curly",
        "",
        "disc nose",
        "hoof",
        (PINK, PINK, BLACK),
        ("hog", "swine"),
        "a fat pig with a flat snout and a curly tail",
    ),
    "wild boar": Species(
        1.1,
        0.8,
        0.5,
        0.38,
        0.06,
        0.2,
        0,
        0.45,
        0.5,
        0.25,
        0.12,
        "pointed",
        "thin",
        "tusks",
        "disc nose",
        "hoof",
        (BROWN, BLACK),
        ("boar",),
        "a wild boar with tusks and a long snout",
    ),
    "deer": Species(
        1.05,
        1.1,
        0.38,
        0.3,
        0.055,
        0.6,
        60,
        0.35,
        0.5,
        0.14,
        0.16,
        "side",
        "thin",
        "antlers",
        "",
        "hoof",
        (BROWN, DUN),
        ("stag",),
        "a stag with branching antlers",
    ),
    "antelope": Species(
        0.95,
        0.95,
        0.34,
        0.26,
        0.045,
        0.5,
        60,
        0.3,
        0.5,
        0.2,
        0.15,
        "side",
        "thin",
        "straight",
        "",
        "hoof",
        (TAN, DUN),
        ("gazelle",),
        "a slender antelope with long straight horns",
    ),
    "elephant": Species(
        2.4,
        2.9,
        1.5,
        1.35,
        0.28,
        0.4,
        12,
        0.95,
        0.85,
        1.1,
        0.95,
        "huge",
        "tuft",
        "ivory",
        "trunk",
        "column",
        (GREY,),
        (),
        "an elephant with a long trunk, tusks and big ears",
    ),
    "rhinoceros": Species(
        2.1,
        1.7,
        1.0,
        0.9,
        0.19,
        0.45,
        -5,
        0.85,
        0.7,
        0.6,
        0.2,
        "pointed",
        "thin",
        "nose",
        "",
        "column",
        (GREY,),
        ("rhino",),
        "a rhinoceros with two horns on its nose",
    ),
    "hippopotamus": Species(
        2.2,
        1.4,
        1.05,
        1.0,
        0.19,
        0.35,
        0,
        0.8,
        1.15,
        0.35,
        0.1,
        "round",
        "thin",
        "",
        "",
        "column",
        ((0.45, 0.4, 0.42),),
        ("hippo",),
        "a barrel-shaped hippopotamus with short legs and a broad muzzle",
    ),
    "giraffe": Species(
        1.5,
        2.9,
        0.8,
        0.6,
        0.12,
        2.1,
        68,
        0.6,
        0.5,
        0.9,
        0.18,
        "side",
        "tuft",
        "ossicones",
        "crest spots",
        "hoof",
        (TAN,),
        (),
        "a giraffe with a very long neck and spotted coat",
    ),
    "camel": Species(
        1.5,
        1.85,
        0.65,
        0.52,
        0.1,
        1.05,
        42,
        0.5,
        0.6,
        0.5,
        0.1,
        "round",
        "tuft",
        "",
        "humps",
        "hoof",
        (TAN, DUN),
        ("dromedary",),
        "a camel with humps on its back and a long neck",
    ),
    "bear": Species(
        1.3,
        1.1,
        0.62,
        0.58,
        0.13,
        0.3,
        18,
        0.42,
        0.5,
        0.08,
        0.11,
        "round",
        "thin",
        "",
        "hump",
        "paw",
        (BROWN, BLACK, WHITE),
        (),
        "a heavy bear with round ears and thick legs",
    ),
    "panda": Species(
        1.1,
        0.9,
        0.58,
        0.56,
        0.13,
        0.22,
        20,
        0.38,
        0.7,
        0.08,
        0.11,
        "round",
        "thin",
        "",
        "panda",
        "paw",
        (WHITE,),
        ("giant panda", "bear"),
        "a black and white panda bear",
    ),
    "rabbit": Species(
        0.3,
        0.22,
        0.15,
        0.14,
        0.03,
        0.05,
        60,
        0.11,
        0.75,
        0.05,
        0.13,
        "long",
        "ball",
        coats=(GREY, BROWN, WHITE),
        also=("bunny", "hare"),
        words="a rabbit with long upright ears and a ball tail",
    ),
    "mouse": Species(
        0.085,
        0.05,
        0.042,
        0.04,
        0.007,
        0.012,
        15,
        0.035,
        0.35,
        0.09,
        0.018,
        "round",
        "thin",
        coats=(GREY, WHITE, BROWN),
        also=("rat", "rodent"),
        words="a mouse with round ears and a thin tail",
    ),
    "squirrel": Species(
        0.18,
        0.13,
        0.075,
        0.065,
        0.014,
        0.03,
        50,
        0.055,
        0.6,
        0.22,
        0.022,
        "pointed",
        "plume",
        coats=(GINGER, GREY),
        words="a squirrel with a large bushy upright tail",
    ),
}


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


def _ears(s: Species) -> Solid:
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


def _horns(s: Species) -> list[Solid]:
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


def _tail(s: Species) -> Solid:
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


def _features(s: Species, coat: RGB, nose: np.ndarray, skull: np.ndarray) -> list[Solid]:
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
        h = s.head
        keys = (
            np.array(
                [
                    (0, -0.1, 0.4, 0.2),
                    (0, -0.5, 0.72, 0.17),
                    (0, -1.2, 0.8, 0.13),
                    (0, -1.9, 0.75, 0.1),
                    (0, -2.15, 0.95, 0.08),
                ]
            )
            * h
        )
        parts.append(limb(keys, 10).move(*skull).paint(coat))
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


def _coat(solid: Solid, s: Species) -> Solid:
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
    head = [_head(s), _ears(s), *_horns(s)]
    head[0], head[1] = (
        _recolour(head[0], coat),
        head[1].paint(np.multiply(coat, 0.85) if "panda" not in s.extra else BLACK),
    )
    turned = [part.turn("x", droop).move(*skull) for part in head]
    nose = skull + np.array([0, -0.1 - np.sin(np.radians(droop)) * 0.6, np.cos(np.radians(droop)) * 0.66]) * s.head
    body = merge(_torso(s), neck, _tail(s)).paint(coat)
    legs = [
        leg if np.allclose(leg.colors[0], DARK) else leg.paint(coat)
        for leg in _legs(s, rng.uniform(10, 22) if pose == "walking" else 0)
    ]
    return (
        [_coat(body, s), _coat(merge(*legs), s), *turned, *_features(s, coat, nose, skull)],
        pose,
        NAMES.get(coat, "grey"),
    )


def _recolour(head: Solid, coat: RGB) -> Solid:
    plain = np.isclose(head.colors, 0.7).all(axis=1)
    return Solid(head.vertices, head.faces, np.where(plain[:, None], np.asarray(coat, np.float32), head.colors))


def _varied(s: Species, rng: np.random.Generator) -> Species:
    sizes = {
        name: getattr(s, name) * vary(rng, 0.1)
        for name in ("length", "depth", "width", "leg", "neck", "head", "snout", "tail", "ears")
    }
    return Species(**{**s.__dict__, **sizes, "shoulder": s.shoulder * vary(rng, 0.06)})


def _register(name: str, species: Species) -> None:
    @kind(name, (*species.also, "animal"), FAMILY)
    def make(rng: np.random.Generator) -> Shape:
        solids, pose, colour = quadruped(_varied(species, rng), rng)
        return shape(
            solids,
            (
                f"a {name} {pose}",
                f"a {colour} {name}",
                species.words,
                f"a four-legged animal, a {colour} {name} {pose}",
            ),
            pose=pose,
            legs=4,
        )


for _name, _species in SPECIES.items():
    _register(_name, _species)
