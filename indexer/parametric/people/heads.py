"""Heads as sculptors, scanners and games make them: smooth, hollow, open at the back, low in polygons, helmeted."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, hull, limb, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import metal, stone
from indexer.parametric.people import attire
from indexer.parametric.people.body import head_in_parts
from indexer.parametric.people.figures import EYE, FAMILY, HAIRS, SKINS, stood
from indexer.parametric.skin import chain, skin
from indexer.parametric.solids import ball, box, cylinder, lathe, rounded_box
from indexer.parametric.surface import Points, Solid, merge


def _pair(keys: list[tuple[float, float, float, float]]) -> Points:
    """The bones and their mirror image in x."""
    rows = np.array(keys)
    return np.concatenate([chain(rows), chain(rows * (-1, 1, 1, 1))])


def face_bones(rng: np.random.Generator) -> tuple[Points, Points]:
    """Bones and hollows of a bald head one unit high about the origin, its ears included."""
    wide, jaw, deep, nose = (vary(rng, 0.14) for _ in range(4))
    bones = [
        chain([(0, 0.12, -0.16 * deep, 0.36), (0, 0.14, 0.06, 0.345)]),
        chain([(0, 0.1, 0.08, 0.33), (0, -0.2, 0.16, 0.22)]),
        _pair([(0.13, 0.11, 0.36, 0.05), (0.26 * wide, 0.09, 0.27, 0.05)]),
        _pair([(0.2 * wide, -0.09, 0.27, 0.08), (0.28 * wide, -0.06, 0.1, 0.08)]),
        _pair([(0.24 * jaw, -0.24, 0.0, 0.07), (0.08, -0.42, 0.26, 0.08)]),
        chain([(0, 0.06, 0.4, 0.035), (0, -0.1, 0.44 + 0.08 * nose, 0.055 * nose)]),
        _pair([(0.05, -0.12, 0.42, 0.04), (0.06, -0.12, 0.4, 0.04)]),
        _pair([(0.0, -0.215, 0.4, 0.035), (0.08, -0.225, 0.36, 0.03)]),
        _pair([(0.0, -0.275, 0.39, 0.035), (0.07, -0.27, 0.36, 0.03)]),
        chain([(0, -0.42, 0.28, 0.1), (0, -0.42, 0.32 * jaw, 0.08)]),
    ]
    if chance(rng, 0.8):
        bones.append(
            _pair([(0.36 * wide, 0.1, -0.02, 0.035), (0.4 * wide, 0.04, -0.06, 0.045), (0.35 * wide, -0.1, 0.0, 0.03)])
        )
    sockets = _pair([(0.15, 0.025, 0.45, 0.075), (0.17, 0.025, 0.45, 0.07)])
    return np.concatenate(bones) * np.tile((wide, 1, deep, 1), 2), sockets


def _neck(rng: np.random.Generator, shoulders: bool) -> Points:
    """Bones of a neck, down to the shoulders and the chest if wanted."""
    r, low = rng.uniform(0.17, 0.25), -rng.uniform(0.65, 1.0)
    bones = [chain([(0, -0.2, -0.08, r), (0, low, -0.14, r * 1.1)])]
    if shoulders:
        w = rng.uniform(0.5, 0.95)
        bones.append(
            _pair([(0, low + 0.05, -0.15, 0.16), (0.35, low - 0.08, -0.15, 0.16), (w, low - 0.25, -0.15, 0.2)])
        )
        bones.append(_pair([(0.25, low - 0.45, -0.08, 0.3), (0.4, low - 0.5, -0.1, 0.28)]))
    return np.concatenate(bones)


def sculpted(rng: np.random.Generator, neck: str, hollow: str) -> Solid:
    """A head one unit high in one skin.

    Args:
        rng: of its features.
        neck: "" for none, "neck", or "shoulders".
        hollow: "" for solid, "inside" for an inner shell, "open back" for the front half only, a thick mask.
    """
    bones, hollows = face_bones(rng)
    if neck:
        bones = np.concatenate([bones, _neck(rng, neck == "shoulders")])
    if hollow == "open back":
        hollows = np.concatenate(
            [
                hollows,
                chain([(0, 0.1, -0.3, 0.3), (0, 0.08, 0.08, 0.27), (0, -0.22, 0.1, 0.15)]),
                chain([(0, 0, -3.2, 3.1)] * 2),
            ]
        )
    head = skin(bones, rng.uniform(0.025, 0.06), int(rng.integers(30, 44)), hollows)
    if hollow != "inside":
        return head
    shell = np.concatenate([bones[:3], _neck(rng, False)]) * np.tile((0.88, 0.95, 0.88, 0.86), 2)
    return merge(head, skin(shell, 0.04, 24))


def _eyes(rng: np.random.Generator) -> Solid:
    r = rng.uniform(0.06, 0.09)
    return ball(r, sides=12).move(0.15, 0.025, 0.35).both("x")


def _low_polygon(rng: np.random.Generator) -> Solid:
    """A faceted head: few sides, a wedge of a nose."""
    wide, chin = vary(rng, 0.15), rng.uniform(0.1, 0.24)
    rows = [(-0.5, chin, 0.1, 0.36), (-0.25, 0.3 * wide, -0.25, 0.42), (0.0, 0.36 * wide, -0.46, 0.43)]
    rows += [(0.25, 0.36 * wide, -0.48, 0.42), (0.42, 0.26, -0.4, 0.3), (0.5, 0.1, -0.2, 0.1)]
    skull = stood(hull(rows, int(rng.integers(6, 12)), rng.uniform(2, 3)))
    nose = box(0.12, 0.2, 0.16, (0.4, 0.2)).move(0, -0.14, 0.44)
    ears = box(0.06, 0.18, 0.12).move(0.36 * wide, -0.08, -0.02).both("x")
    return merge(skull, nose, ears)


def _toy(rng: np.random.Generator) -> Solid:
    """A cartoon character's head: a ball, a block, an egg or a cylinder with features put on."""
    base = {
        "ball": ball(0.5 * vary(rng, 0.15), 0.5, 0.48, 20),
        "block": rounded_box(0.9 * vary(rng, 0.15), 1, 0.85, rng.uniform(0.02, 0.25)).move(y=-0.5),
        "egg": stood(
            hull(
                [(-0.5, 0.12, -0.1, 0.1), (-0.2, 0.36, -0.36, 0.36), (0.2, 0.44, -0.44, 0.44), (0.5, 0.2, -0.2, 0.2)],
                18,
                smooth=3,
            )
        ),
        "cylinder": cylinder(0.45, 0.9, 22).move(y=-0.45),
    }[pick(rng, "ball", "block", "egg", "cylinder")]
    size = rng.uniform(0.07, 0.16)
    eyes = ball(size, size * 1.2, 0.08, 12).move(0.18, 0.06, 0.4).both("x").paint(EYE)
    nose = ball(rng.uniform(0.04, 0.12), sides=10).move(0, -0.08, 0.48)
    ears = ball(0.06, 0.12, 0.08, 10).move(0.48, 0, 0).both("x")
    return merge(base, eyes, *([nose] if chance(rng) else []), *([ears] if chance(rng) else []))


@kind("human head", ("head", "human face"), FAMILY)
def human_head(rng: np.random.Generator) -> Shape:
    """A head, a bust or a mask, in parts or in one skin."""
    return head_in_parts(rng) if chance(rng, 0.2) else _any_head(rng)


def _any_head(rng: np.random.Generator) -> Shape:
    style = pick(rng, "sculpted", "sculpted", "sculpted", "bust", "bust", "hollow", "open back", "low polygon", "toy")
    solids = {
        "sculpted": lambda: [sculpted(rng, pick(rng, "", "neck", "neck"), "")],
        "bust": lambda: [sculpted(rng, "shoulders", pick(rng, "", "", "inside"))],
        "hollow": lambda: [sculpted(rng, "neck", "inside")],
        "open back": lambda: [sculpted(rng, "", "open back")],
        "low polygon": lambda: [_low_polygon(rng)],
        "toy": lambda: [_toy(rng)],
    }[style]()
    skin_rgb, material = SKINS[int(rng.integers(5))], stone(rng)
    solids = [solids[0].paint(skin_rgb)]
    if style in ("sculpted", "bust", "hollow", "open back") and chance(rng, 0.5):
        solids.append(_eyes(rng).paint((0.95, 0.95, 0.93)))
    if style == "low polygon" and chance(rng, 0.6):
        solids.append(rod((0, -0.3, -0.08), (0, -0.85, -0.12), 0.2, 0.24, 8).paint(skin_rgb))
    words = ""
    if style != "open back" and chance(rng, 0.5):
        top, words = attire.hair(1.0, rng) if chance(rng, 0.65) else attire.hat(1.0, rng)
        solids.append(top.paint(HAIRS[int(rng.integers(5))]))
    if style == "bust" and chance(rng, 0.6):
        low = float(solids[0].vertices[:, 1].min())
        foot = lathe(np.array([(0.42, -0.5), (0.42, -0.42), (0.2, -0.3), (0.22, 0.05), (0.3, 0.12)]) + (0, low), 18)
        solids = [part.paint(material.rgb) for part in [*solids, foot]]
    name = {"bust": "bust", "open back": "face"}.get(style, "head")
    more = f" with {words}" if words else ""
    return shape(
        [part.scale(0.24 * vary(rng)) for part in solids],
        (f"a human {name}", f"a {name} of a person{more}", f"a {style} {name}" if style != name else "a portrait bust"),
        style=style,
    )


@kind("mask", ("face mask", "costume mask"), FAMILY)
def mask(rng: np.random.Generator) -> Shape:
    """A hollow front of a face with holes for the eyes; a carved tribal one, or a full sculpted one."""
    style = pick(rng, "face", "long", "round")
    bones, _ = face_bones(rng)
    tall, wide = {"face": (1.0, 1.0), "long": (1.6, 0.95), "round": (0.95, 1.15)}[style]
    holes = [
        _pair([(0.13, 0.03, 0.0, 0.07), (0.16, 0.03, 0.7, 0.07)]),
        chain([(0, 0.1, -0.3, 0.32), (0, 0.08, 0.07, 0.29), (0, -0.22, 0.1, 0.17)]),
        chain([(0, 0, -3.15, 3.1)] * 2),
    ]
    if chance(rng):
        holes.append(_pair([(0, -0.25, 0.2, 0.05), (0.1, -0.24, 0.6, 0.05)]))
    made = skin(bones, 0.04, 36, np.concatenate(holes)).scale(0.22 * wide, 0.22 * tall, 0.22)
    colour = metal(rng)
    parts = [made.paint(colour.rgb)]
    if chance(rng, 0.3):
        horn = limb([(0.2, 0.4, 0.1, 0.07), (0.4, 0.65, 0.1, 0.06), (0.35, 0.95, 0.15, 0.01)], 8).both("x")
        parts.append(horn.scale(0.22).paint(colour.shade(0.6)))
    return shape(parts, ("a mask", f"a {colour.name} mask with holes for the eyes", f"a {style} mask"), style=style)
