"""Figures of many makes: people of several builds, clothed or armed, robots, aliens, statues, toys, lying people."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, pick, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import metal, paint, stone
from indexer.parametric.people import attire
from indexer.parametric.people.builds import Joints, blocky, head_bones, machine, rounded, smooth
from indexer.parametric.people.figures import FAMILY, HAIRS, SKINS, figure_in_parts, head_parts
from indexer.parametric.people.stances import STANCES, Build, Stance, joints
from indexer.parametric.skin import skin
from indexer.parametric.solids import ball
from indexer.parametric.surface import Solid

ROLES: dict[str, tuple[str, ...]] = {
    "man": (),
    "woman": (),
    "child": (),
    "boy": (),
    "girl": (),
    "warrior": ("held",),
    "knight": ("armour", "held", "hat"),
    "wizard": ("robe", "held", "hat"),
    "monk": ("robe",),
    "soldier": ("pack", "held", "hat"),
    "angel": ("wings", "robe"),
    "superhero": ("cape",),
    "king": ("cape", "hat", "robe"),
    "woman in a dress": ("robe",),
    "hiker": ("pack",),
    "hunter": ("held", "hat", "cape"),
    "demon": ("wings",),
    "astronaut": ("pack", "hat"),
}


def _build(who: str, rng: np.random.Generator) -> Build:
    """Proportions: adults, children, the stocky, the lanky, and big-headed cartoon characters."""
    young = who in ("child", "boy", "girl")
    head = rng.uniform(0.16, 0.2) if young else rng.uniform(0.12, 0.148)
    toon = chance(rng, 0.2)
    if toon:
        head = rng.uniform(0.2, 0.4)
    woman = who in ("woman", "girl", "angel", "woman in a dress")
    h = rng.uniform(0.9, 1.4) if young else (1.66 if woman else 1.78) * vary(rng, 0.06)
    legs = (0.5 - 0.55 * (head - 0.135)) * vary(rng, 0.05)
    thick = vary(rng, 0.22) * (1.35 if toon else 0.93 if woman else 1.05)
    wide = (0.1 if woman else 0.116) * vary(rng, 0.1) * (0.95 if toon else 1)
    return Build(
        h, head, legs, legs * 0.66 * vary(rng, 0.06), wide, 0.06 * vary(rng, 0.1), thick, rng.uniform(0.8, 1.45)
    )


def _as_shown(at: Joints, b: Build, rng: np.random.Generator, style: str, woman: bool) -> list[Solid]:
    """The bare body in a style, its head included."""
    if style == "smooth":
        return smooth(at, b, rng, woman)
    if style == "blocky":
        return blocky(at, b, rng, woman)
    size = b.head * b.h
    parts = smooth(at, b, rng, woman, head=False) if style == "with a face" else rounded(at, b, rng, woman)
    if style == "plain":
        form = rng.uniform(0.34, 0.5)
        return [*parts, ball(form * size, 0.5 * size, form * 1.1 * size, 14).move(*at["head"])]
    if style == "rounded":
        return [*parts, skin(head_bones(at, b), 0.08 * size, 18)]
    head = head_parts(size, SKINS[int(rng.integers(5))], HAIRS[int(rng.integers(5))], "bald")
    return [*parts, *[part.move(*at["head"]) for part in head]]


def _dress(role: str, at: Joints, b: Build, stance: Stance, rng: np.random.Generator) -> tuple[list[Solid], list[str]]:
    """What the role wears, and the words for it."""
    wanted, size = set(ROLES[role]), b.head * b.h
    parts: list[Solid] = []
    words: list[str] = []
    long_clothes = not stance.low and abs(stance.lean) < 20
    if "robe" in wanted and long_clothes:
        parts.append(
            attire.robe(at, b, rng, 0.04 if role != "woman in a dress" else rng.uniform(0.03, 0.45) * at["pelvis"][1])
        )
        words.append("a long robe" if role != "woman in a dress" else "a dress")
    for name, make, word in (
        ("cape", attire.cape, "a cape"),
        ("armour", attire.armour, "armour"),
        ("wings", attire.wings, "wings"),
        ("pack", attire.pack, "a backpack"),
    ):
        if name in wanted:
            parts.append(make(at, b, rng))
            words.append(word)
    if "held" in wanted:
        thing, word = attire.held(at, b, rng)
        parts.append(thing)
        words.append(word)
    if "hat" in wanted or chance(rng, 0.15):
        top, word = attire.hat(size, rng)
        parts.append(top.move(*at["head"]))
        words.append(word)
    elif chance(rng, 0.6):
        top, word = attire.hair(size, rng)
        parts.append(top.move(*at["head"]))
        words.append(word)
    return [part.paint(paint(rng).rgb) for part in parts], words


def character(rng: np.random.Generator, stance: Stance | None = None) -> Shape:
    """A person of some role, build and make; in `stance`, and then without a plinth, or in any."""
    role = pick(rng, *ROLES) if chance(rng, 0.6) else pick(rng, "man", "woman", "child")
    woman = role in ("woman", "girl", "angel", "woman in a dress")
    pose = stance or STANCES[int(rng.integers(len(STANCES)))]
    b = _build(role, rng)
    at = joints(pose, b, rng)
    style = pick(rng, "smooth", "smooth", "smooth", "rounded", "plain", "blocky", "with a face", "with a face")
    colour, material = SKINS[int(rng.integers(5))], stone(rng)
    body = [part.paint(colour) for part in _as_shown(at, b, rng, style, woman)]
    worn, words = _dress(role, at, b, pose, rng) if chance(rng, 0.75) else ([], [])
    solids = attire.feet_on_ground([*body, *worn], at)
    statue = stance is None and chance(rng, 0.15)
    if statue:
        solids = [part.paint(material.rgb) for part in [*solids, attire.plinth(b, rng)]]
    elif stance is None and chance(rng, 0.12):
        solids.append(attire.plinth(b, rng).paint((0.2, 0.2, 0.2)))
    look = f" with {' and '.join(words[:3])}" if words else ""
    made = {"blocky": "a blocky figure of ", "plain": "a mannequin of "}.get(style, "a 3d character of ")
    person = f"a {role}"
    return shape(
        solids,
        (
            person,
            f"a person {pose.words}",
            f"{person} {pose.words}{look}",
            f"a statue of {person}" if statue else made + person,
        ),
        pose=pose.words,
        style=style,
        height=b.h,
    )


@kind("human figure", ("person", "human body"), FAMILY)
def figure(rng: np.random.Generator) -> Shape:
    """A person: put together of dressed parts, or one of the many characters."""
    return figure_in_parts(rng) if chance(rng, 0.2) else character(rng)


@kind("lying person", ("person lying down", "person", "human figure"), FAMILY)
def lying(rng: np.random.Generator) -> Shape:
    """A person flat on the back, the belly or the side, or crawling."""
    style = pick(rng, "on the back", "on the belly", "on the side", "on all fours")
    crawl = Stance("", ((8, 85, 5, 85), (8, 80, 5, 80)), ((6, 88, 90), (6, 82, 88)))
    curled = Stance("", ((12, 50, -5, 90), (12, 40, -5, 80)), ((4, 50, 70), (4, 40, 60)))
    flat = Stance("", ((25, 0, 20, 5), (30, 0, 30, 5)), ((6, 4, 4), (7, 6, 8)))
    made = character(rng, {"on all fours": crawl, "on the side": curled}.get(style, flat))
    solid = made.solid.turn("x", {"on the back": -90, "on the side": -90}.get(style, 88))
    solid = solid.turn("z", 85) if style == "on the side" else solid
    words = "a person on all fours" if style == "on all fours" else f"a person lying {style}"
    return shape([solid], (words, f"a human figure {words.removeprefix('a person ')}", made.captions[0]), style=style)


@kind("robot", ("humanoid robot", "android", "mecha"), FAMILY)
def robot(rng: np.random.Generator) -> Shape:
    """A machine in a human's form."""
    stance = STANCES[int(rng.integers(len(STANCES)))] if chance(rng, 0.6) else STANCES[0]
    b = Build(
        1.8 * vary(rng, 0.2),
        rng.uniform(0.11, 0.24),
        rng.uniform(0.38, 0.52),
        rng.uniform(0.3, 0.4),
        thick=vary(rng, 0.3),
    )
    at = joints(stance, b, rng, 4.0)
    colour = metal(rng) if chance(rng) else paint(rng)
    solids = [part.paint(colour.rgb) for part in machine(at, b, rng)]
    if chance(rng, 0.25):
        solids.append(attire.held(at, b, rng)[0].paint((0.2, 0.2, 0.22)))
    if chance(rng, 0.2):
        solids.append(attire.pack(at, b, rng).paint((0.2, 0.2, 0.22)))
    solids = attire.feet_on_ground(solids, at)
    return shape(
        solids, ("a robot", f"a {colour.name} robot {stance.words}", "a humanoid robot with jointed arms and legs")
    )


@kind("alien", ("extraterrestrial", "monster", "creature"), FAMILY)
def alien(rng: np.random.Generator) -> Shape:
    """A thin being with a big head, or a hulking monster with horns or a tail."""
    thin = chance(rng, 0.55)
    stance = STANCES[int(rng.integers(len(STANCES)))]
    b = (
        Build(1.5 * vary(rng), rng.uniform(0.2, 0.3), 0.46, 0.36, 0.08, 0.045, 0.62, 0.7)
        if thin
        else Build(2.2 * vary(rng), rng.uniform(0.11, 0.17), 0.4, 0.42, 0.16, 0.075, 1.5, 1.5)
    )
    at = joints(stance, b, rng)
    colour, size = paint(rng, "green", "grey", "purple", "blue", "red"), b.head * b.h
    solids = smooth(at, b, rng, False)
    if thin:
        solids.append(
            ball(0.5 * size, 0.52 * size, 0.55 * size, 16).move(*(at["head"] + (0, 0.15 * size, -0.1 * size)))
        )
        eyes = ball(0.17 * size, 0.1 * size, 0.08 * size, 10).turn("z", 25).move(0.2 * size, 0, 0.4 * size).both("x")
        solids.append(eyes.move(*at["head"]).paint((0.05, 0.05, 0.05)))
    else:
        horned = attire.hat(size, rng)[0]
        solids.append(horned.move(*at["head"]))
    solids = attire.feet_on_ground([*[part.paint(colour.rgb) for part in solids[:1]], *solids[1:]], at)
    name = "alien" if thin else "monster"
    return shape(
        solids, (f"a {colour.name} {name}", f"a {name} {stance.words}", f"a humanoid {name} creature"), style=name
    )
