"""Fences, gates, signs and lamps."""

from __future__ import annotations

import numpy as np

from indexer.parametric.buildings.houses import FAMILY
from indexer.parametric.forms import ALLOY, DARK, beam, chance, kinds_of, pick, rod, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import LIGHT, paint, stone, wood
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, prism, rounded_box, tube
from indexer.parametric.surface import array, merge


@kind("fence", ("barrier",), FAMILY)
def fence(rng: np.random.Generator) -> Shape:
    """Pickets, rails, iron bars, chain link or a board fence along x."""
    style, n, h = (
        pick(rng, "picket fence", "rail fence", "iron railing", "wire mesh fence", "board fence"),
        int(rng.integers(2, 5)),
        rng.uniform(0.9, 1.8),
    )
    w, colour = 2.0 * n, paint(rng, "white", "brown", "white", "green")
    posts = array(box(0.1, h * 1.05, 0.1), [(i * 2.0 - w / 2, 0, 0) for i in range(n + 1)])
    rails = [box(w, 0.07, 0.05).move(y=h * y) for y in ((0.2, 0.5, 0.8) if style == "rail fence" else (0.22, 0.78))]
    if style == "picket fence":
        step = 0.16
        picket = prism([(-0.045, 0), (0.045, 0), (0.045, h * 0.93), (0, h), (-0.045, h * 0.93)], 0.025).move(z=0.04)
        solids = [
            merge(posts, *rails, array(picket, [(x, 0, 0) for x in np.arange(-w / 2 + 0.1, w / 2, step)])).paint(
                colour.rgb
            )
        ]
    elif style == "iron railing":
        bar = merge(rod((0, 0.1, 0), (0, h, 0), 0.012, sides=6), cone(0.03, 0.1, 6).move(y=h))
        solids = [
            merge(posts, *rails, array(bar, [(x, 0, 0) for x in np.arange(-w / 2 + 0.12, w / 2, 0.13)])).paint(DARK)
        ]
    elif style == "wire mesh fence":
        wires = [
            rod((x, 0.05, 0), (x + h * s, h, 0), 0.006, sides=4)
            for x in np.arange(-w / 2, w / 2, 0.22)
            for s in (0.6, -0.6)
            if abs(x + h * s) <= w / 2
        ]
        poles = array(cylinder(0.035, h * 1.05, 10), [(i * 2.0 - w / 2, 0, 0) for i in range(n + 1)])
        solids = [merge(poles, *wires, rod((-w / 2, h, 0), (w / 2, h, 0), 0.02)).paint(ALLOY)]
    elif style == "board fence":
        boards = array(box(0.19, h * 0.97, 0.03), [(x, 0, 0.05) for x in np.arange(-w / 2 + 0.1, w / 2, 0.2)])
        solids = [merge(posts, *rails, boards).paint(wood(rng).rgb)]
    else:
        solids = [merge(posts, *rails).paint(wood(rng).rgb)]
    return shape(solids, (f"a {style}", f"a {style} with {count(n + 1, 'post')}"), style=style, posts=n + 1)


@kind("gate", ("entrance gate", "gateway"), FAMILY)
def gate(rng: np.random.Generator) -> Shape:
    """Two posts or an arch with iron or wooden leaves, or a torii."""
    style, w, h = (
        pick(rng, "iron gate", "wooden gate", "torii gate", "arched gate"),
        rng.uniform(2.4, 4.5),
        rng.uniform(1.8, 3.2),
    )
    if style == "torii gate":
        red = (0.78, 0.2, 0.12)
        posts = rod((w / 2, 0, 0), (w / 2 * 0.94, h, 0), 0.14, 0.12, 14).both("x")
        beams = merge(box(w * 1.1, 0.18, 0.16).move(y=h * 0.78), box(w * 1.35, 0.24, 0.34).move(y=h)).paint(red)
        top = (
            box(w * 1.45, 0.14, 0.42)
            .warp(lambda p: p + np.column_stack([0 * p[:, 0], 0.03 * p[:, 0] ** 2, 0 * p[:, 0]]))
            .move(y=h + 0.24)
            .paint(DARK)
        )
        return shape(
            [posts.paint(red), beams, top],
            ("a torii gate", "a red japanese torii gate with two posts and two beams"),
            style=style,
        )
    block = stone(rng)
    pier = merge(
        box(0.5, h * 1.1, 0.5), box(0.65, 0.15, 0.65).move(y=h * 1.1), ball(0.24, sides=12).move(y=h * 1.1 + 0.35)
    ).move(x=w / 2 + 0.25)
    solids = [pier.both("x").paint(block.rgb)]
    if style == "arched gate":
        a = np.linspace(0, np.pi, 13)
        r = w / 2
        outline = [
            *[((r + 0.55) * np.cos(t), (r + 0.55) * np.sin(t)) for t in a],
            *[(r * np.cos(t), r * np.sin(t)) for t in a[::-1]],
        ]
        solids = [merge(box(0.55, h, 0.6).move(x=r + 0.27).both("x"), prism(outline, 0.6).move(y=h)).paint(block.rgb)]
    if style == "wooden gate":
        leaf = [box(w * 0.49, 0.12, 0.05).move(w / 4, h * y, 0) for y in (0.15, 0.4, 0.62, 0.85)]
        leaf += [
            beam((0.05, h * 0.18, 0.04), (w * 0.47, h * 0.85, 0.04), 0.08),
            box(0.1, h * 0.85, 0.07).move(0.08, h * 0.1, 0),
            box(0.1, h * 0.85, 0.07).move(w * 0.47, h * 0.1, 0),
        ]
        solids.append(merge(*leaf).both("x").paint(wood(rng).rgb))
    else:
        x = np.arange(0.08, w / 2, 0.16)
        bars = [rod((a, 0.08, 0), (a, h * (0.8 + 0.25 * np.cos(a / w * np.pi)), 0), 0.014, sides=6) for a in x]
        bars += [box(w / 2, 0.05, 0.03).move(w / 4, h * y, 0) for y in (0.08, 0.42, 0.78)]
        solids.append(merge(*bars).both("x").paint(DARK))
    return shape(solids, (f"a {style}", f"a {style} between two {block.name} pillars"), style=style)


@kind("street sign", ("road sign", "sign"), FAMILY)
def street_sign(rng: np.random.Generator) -> Shape:
    """A plate on a post: stop, warning triangle, round, square, arrows or name boards."""
    style, h = (
        pick(
            rng, "octagonal stop sign", "triangular warning sign", "round sign", "square sign", "signpost with arrows"
        ),
        rng.uniform(2.0, 2.8),
    )
    post = cylinder(0.035, h + (0.0 if style != "signpost with arrows" else 0.3), 12).paint(ALLOY)
    r, solids = rng.uniform(0.3, 0.42), [post]
    if style == "signpost with arrows":
        n, colour = int(rng.integers(2, 5)), paint(rng, "green", "blue", "brown", "white", "yellow")
        arrow = prism([(-0.12, 0), (0.75, 0), (0.92, 0.11), (0.75, 0.22), (-0.12, 0.22)], 0.04)
        solids += [arrow.turn("y", float(rng.uniform(0, 360))).move(y=h - 0.28 * i).paint(colour.rgb) for i in range(n)]
        return shape(solids, ("a signpost", f"a signpost with {count(n, 'arrow board')}"), style=style)
    sides = {"octagonal stop sign": 8, "triangular warning sign": 3, "round sign": 28, "square sign": 4}[style]
    spin = {8: 22.5, 3: 90.0, 4: 45.0 if chance(rng) else 0.0}.get(sides, 0.0)
    outer, inner = {8: ((0.95, 0.95, 0.95), (0.8, 0.1, 0.1)), 3: ((0.8, 0.1, 0.1), (0.95, 0.95, 0.92))}.get(
        sides, (paint(rng, "white", "red").rgb, paint(rng, "blue", "white", "yellow").rgb)
    )
    plate = (
        merge(cylinder(r, 0.02, sides).paint(outer), cylinder(r * 0.86, 0.03, sides).paint(inner))
        .turn("x", 90)
        .turn("z", spin)
    )
    solids.append(plate.move(0, h, 0.04))
    return shape(
        solids, ("a road sign", f"an {style} on a post" if style[0] == "o" else f"a {style} on a post"), style=style
    )


def _street_lamp(rng: np.random.Generator, style: str) -> Shape:
    """An arm lamp, an old lantern, a globe lamp or a double-armed one; or a traffic light."""
    h = rng.uniform(3, 9)
    if style in ("curved arm street lamp", "double arm street lamp"):
        arm = tube([(0, h * 0.9, 0), (0.1, h, 0), (0.6, h * 1.06, 0), (h * 0.22, h * 1.06, 0)], 0.05, 8)
        head = merge(
            rounded_box(0.7, 0.14, 0.28, 0.06).paint(DARK), box(0.55, 0.04, 0.2).move(y=-0.03).paint(LIGHT)
        ).move(h * 0.22 + 0.25, h * 1.05, 0)
        side = merge(arm.paint(ALLOY), head)
        solids = [
            cylinder(0.09, h * 0.95, 12, 0.055).paint(ALLOY),
            cylinder(0.16, 0.5, 12).paint(ALLOY),
            side if style.startswith("curved") else side.both("x"),
        ]
    elif style == "traffic light":
        h = min(h, 4.0)
        lamps = [
            ball(0.09, 0.09, 0.05, 12).move(0, h - 0.75 + 0.28 * i, 0.14).paint(rgb)
            for i, rgb in enumerate(((0.1, 0.7, 0.25), (0.95, 0.75, 0.1), (0.85, 0.1, 0.1)))
        ]
        hoods = [cylinder(0.11, 0.12, 14).turn("x", 90).move(0, h - 0.75 + 0.28 * i, 0.1) for i in range(3)]
        solids = [
            cylinder(0.06, h, 12).paint(DARK),
            rounded_box(0.32, 0.95, 0.22, 0.04).move(0, h - 0.95, 0.02).paint(DARK),
            merge(*hoods).paint(DARK),
            *[lamp.move(z=0.1) for lamp in lamps],
        ]
    else:
        h = min(h, 4.2)
        post = lathe(
            [(0.2, 0), (0.2, 0.15), (0.1, 0.35), (0.09, 0.8), (0.055, 0.9), (0.045, h * 0.94), (0.09, h)], 14
        ).paint(DARK)
        if style == "lantern lamp post":
            top = [
                box(0.22, 0.5, 0.22, 1.55).paint(LIGHT),
                box(0.42, 0.2, 0.42, 0.25).move(y=0.5).paint(DARK),
                ball(0.06, sides=8).move(y=0.74).paint(DARK),
                beam((-0.3, -0.15, 0), (0.3, -0.15, 0), 0.04).paint(DARK),
            ]
        else:
            globes = int(rng.choice([1, 1, 3]))
            top = [ball(0.22, sides=16).move(y=0.2).paint(LIGHT)]
            if globes == 3:
                side = merge(
                    tube([(0, -0.3, 0), (0.3, -0.35, 0), (0.42, -0.1, 0)], 0.025, 6).paint(DARK),
                    ball(0.17, sides=14).move(0.42, 0.05, 0).paint(LIGHT),
                )
                top.append(side.both("x"))
        solids = [post, merge(*top).move(y=h)]
    return shape(solids, (f"a {style}", f"a {style} on a tall post"), style=style, height=h)


kinds_of(
    FAMILY,
    _street_lamp,
    {
        "street lamp": (
            ("lamp post", "street light"),
            ("curved arm street lamp", "lantern lamp post", "globe lamp post", "double arm street lamp"),
        ),
        "traffic light": (("traffic signal", "stoplight"), ("traffic light",)),
    },
)
