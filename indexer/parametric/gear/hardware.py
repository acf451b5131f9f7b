"""Fasteners, gear wheels, anvils and anchors."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, pick, rod, shape
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import metal
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, loft, prism, torus, tube
from indexer.parametric.surface import Points, Solid, merge, ring

FAMILY = "tools"


def holed(outer: Points, inner: Points, depth: float) -> Solid:
    """A plate with one hole: (n, 2) outlines with the same number of corners, drawn out along y from 0 to `depth`."""
    walls = [
        np.column_stack([flat[:, 0], np.full(len(flat), y), flat[:, 1]])
        for flat, y in ((outer, 0.0), (outer, depth), (inner, depth), (inner, 0.0))
    ]
    return loft(np.stack(walls), closed=True)


def circle(r: float, sides: int, start: float = 0.0) -> Points:
    """(sides, 2) points on a circle."""
    t = np.linspace(0, 2 * np.pi, sides, endpoint=False) + np.radians(start)
    return np.column_stack([np.cos(t), np.sin(t)]) * r


def polygon_at(r: float, corners: int, sides: int) -> Points:
    """(sides, 2) points on a regular polygon, at equal angles, so that it can be paired with a circle."""
    t = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    wedge = 2 * np.pi / corners
    reach = r * np.cos(wedge / 2) / np.cos((t + wedge / 2) % wedge - wedge / 2)
    return np.column_stack([np.cos(t), np.sin(t)]) * reach[:, None]


def thread(r: float, start: float, end: float, pitch: float) -> Solid:
    """A threaded rod along y, as rings of alternating radius set askew."""
    y = np.arange(start, end, pitch / 2)
    rings = np.column_stack([r * np.where(np.arange(len(y)) % 2, 0.84, 1.0), y])
    return lathe(rings, 16).warp(lambda p: p + np.column_stack([0 * p[:, 0], pitch * 0.25 * p[:, 0] / r, 0 * p[:, 0]]))


@kind("screw", ("fastener", "machine part"), FAMILY)
def screw(rng: np.random.Generator) -> Shape:
    """A hex bolt, wood screw, machine screw, eye bolt or nail, its head up."""
    style, coat, r = (
        pick(rng, "hex bolt", "wood screw", "socket screw", "eye bolt", "nail"),
        metal(rng),
        rng.uniform(0.003, 0.008),
    )
    length = r * rng.uniform(6, 14)
    if style == "nail":
        solids = [
            cone(r * 0.5, r * 1.6, 12).turn("x", 180).move(y=r * 1.6),
            cylinder(r * 0.5, length, 12).move(y=r * 1.6),
            cylinder(r * 1.2, r * 0.25, 18).move(y=length + r * 1.6),
        ]
    elif style == "wood screw":
        y = np.linspace(0, length, 22)
        solids = [
            lathe(
                np.column_stack(
                    [r * np.clip(0.15 + 1.6 * y / length, 0, 1) * np.where(np.arange(22) % 2, 0.7, 1.0), y]
                ),
                14,
            ),
            lathe([(r, length), (r * 2, length + r * 1.1), (r * 2, length + r * 1.25)], 18),
        ]
        solids.append(box(r * 3.2, r * 0.3, r * 0.5).move(y=length + r * 1.15).paint(DARK))
    else:
        solids = [
            thread(r, 0, length * rng.uniform(0.5, 0.95), r * 0.5),
            cylinder(r * 0.98, length * 0.6, 16).move(y=length * 0.42),
        ]
        head = {
            "hex bolt": cylinder(r * 1.9, r * 1.3, 6).move(y=length),
            "socket screw": merge(
                cylinder(r * 1.6, r * 1.9, 22).move(y=length),
                cylinder(r * 0.85, r * 0.1, 6).move(y=length + r * 1.85).paint(DARK),
            ),
        }
        solids.append(head.get(style, torus(r * 1.8, r * 0.6, 22, 8).turn("x", 90).move(y=length + r * 2.2)))
    painted = [part if np.allclose(part.colors[0], DARK) else part.paint(coat.rgb) for part in solids]
    return shape(
        painted,
        (
            f"a {style}" if style[0] != "e" else "an eye bolt",
            f"a {coat.name} {style}",
            f"a metal {style} with a {'smooth' if style == 'nail' else 'threaded'} shank",
        ),
        style=style,
    )


@kind("nut", ("fastener", "machine part"), FAMILY, rigid=True)
def nut(rng: np.random.Generator) -> Shape:
    """A hex, square, flange or wing nut, or a washer."""
    style, coat, r = (
        pick(rng, "hex nut", "square nut", "wing nut", "washer", "flange nut"),
        metal(rng),
        rng.uniform(0.005, 0.015),
    )
    hole, n = circle(r * rng.uniform(0.5, 0.6), 24), 24
    if style == "washer":
        solids = [holed(circle(r * 1.1, n), hole, r * 0.16)]
    elif style == "wing nut":
        ear = prism([(0.6, 0.1), (1.1, 0.5), (1.9, 1.7), (1.6, 2.1), (1.1, 1.8), (0.6, 0.9)], 0.4).scale(r)
        solids = [holed(circle(r * 0.9, n), hole, r * 1.1), ear.both("x")]
    else:
        outer = polygon_at(r * (1.15 if style == "square nut" else 1.0), 4 if style == "square nut" else 6, n)
        solids = [holed(outer, hole, r * 0.85)]
        if style == "flange nut":
            solids.append(holed(circle(r * 1.35, n), hole, r * 0.2))
    return shape(
        [merge(*solids).paint(coat.rgb)], (f"a {style}", f"a {coat.name} {style} with a round hole"), style=style
    )


@kind("gear wheel", ("gear", "cog", "cogwheel", "machine part"), FAMILY, rigid=True)
def gear_wheel(rng: np.random.Generator) -> Shape:
    """A spur gear with a bore, plain, spoked or with lightening holes; or a pair in mesh."""
    teeth, coat, r = int(rng.integers(10, 33)), metal(rng), rng.uniform(0.03, 0.1)
    depth, style = r * rng.uniform(0.2, 0.6), pick(rng, "solid", "spoked", "hubbed")
    tall = r * min(5.0 / teeth, 0.28)
    t = (np.arange(teeth)[:, None] + np.array([-0.28, -0.16, 0.16, 0.28])).ravel() * 2 * np.pi / teeth
    reach = np.tile([r - tall, r, r, r - tall], teeth)
    outer = np.column_stack([np.cos(t), np.sin(t)]) * reach[:, None]
    inner_r = (r - tall) * (0.8 if style == "spoked" else 0.25)
    inner = np.column_stack([np.cos(t), np.sin(t)]) * inner_r
    solids = [holed(outer, inner, depth)]
    if style == "spoked":
        n, hub = int(rng.integers(4, 7)), r * 0.28
        bar = box(inner_r * 1.02 - hub * 0.6, depth * 0.7, r * 0.14).move(
            (inner_r * 1.02 + hub * 0.6) / 2, depth * 0.15, 0
        )
        solids += [ring(bar, n), holed(circle(hub, 24), circle(hub * 0.5, 24), depth * 1.2)]
    elif style == "hubbed":
        solids.append(holed(circle(r * 0.42, 24), circle(inner_r, 24), depth * 1.8))
    made = merge(*solids).turn("x", 90)
    return shape(
        [made.paint(coat.rgb)],
        (
            "a gear wheel",
            f"a gear with {teeth} teeth",
            f"a {style} {coat.name} gear wheel with {teeth} teeth and a center hole",
        ),
        teeth=teeth,
        style=style,
    )


@kind("anvil", ("blacksmith tool", "forge tool"), FAMILY)
def anvil(rng: np.random.Generator) -> Shape:
    """A waisted iron block with a horn and a heel, perhaps on a stump."""
    length, w, h, stump = rng.uniform(0.4, 0.6), rng.uniform(0.1, 0.14), rng.uniform(0.22, 0.3), chance(rng, 0.4)
    base = box(length * 0.55, h * 0.18, w * 1.5, 0.9)
    waist = loft(
        np.stack(
            [
                np.column_stack(
                    [np.array([-1, 1, 1, -1]) * a * length / 2, np.full(4, y * h), np.array([-1, -1, 1, 1]) * b * w / 2]
                )
                for y, a, b in ((0.15, 0.48, 1.2), (0.3, 0.3, 0.8), (0.5, 0.3, 0.8), (0.68, 0.52, 1.0))
            ]
        )
    )
    top = box(length * 0.62, h * 0.34, w).move(-length * 0.06, h * 0.66, 0)
    t = np.linspace(0, 1, 8)
    horn = tube(
        np.column_stack([length * (0.24 + 0.4 * t), h * (0.82 + 0.08 * t), 0 * t]), w * 0.46 * (1 - 0.93 * t**1.3), 14
    )
    iron = merge(base, waist, top, horn, box(length * 0.1, h * 0.22, w).move(-length * 0.4, h * 0.78, 0)).paint(
        (0.28, 0.28, 0.3)
    )
    solids = [iron.move(y=0.45 if stump else 0)]
    if stump:
        solids.append(cylinder(length * 0.4, 0.45, 16).paint((0.45, 0.32, 0.2)))
    return shape(solids, ("an anvil", f"an iron anvil with a horn{' on a tree stump' * stump}"), stump=int(stump))


@kind("anchor", ("ship anchor", "nautical gear"), FAMILY)
def anchor(rng: np.random.Generator) -> Shape:
    """A shank, two curved arms with flukes, a stock and a ring."""
    h, coat, stocked = rng.uniform(0.8, 1.6), metal(rng), chance(rng, 0.75)
    w, r = h * rng.uniform(0.34, 0.44), h * 0.035
    a = np.linspace(-1.15, 1.15, 17)
    arc = tube(np.column_stack([w * np.sin(a), w * (1 - np.cos(a)) * 0.95 + r, 0 * a]), r * (1.25 - 0.5 * np.abs(a)), 8)
    tip = np.array([w * np.sin(1.15), w * (1 - np.cos(1.15)) * 0.95, 0])
    fluke = prism([(-0.1, -0.09), (0.05, -0.06), (0.03, 0.13), (-0.16, 0.05)], 0.16).scale(h * 0.9).move(*tip)
    parts = [
        rod((0, 0, 0), (0, h, 0), r * 1.2, r, 10),
        arc,
        fluke.both("x"),
        torus(h * 0.07, r * 0.5, 20, 7).turn("x", 90).move(y=h + h * 0.06),
    ]
    if stocked:
        parts += [
            rod((-w * 0.75, h * 0.88, 0), (w * 0.75, h * 0.88, 0), r * 0.8),
            ball(r * 1.3, sides=10).move(w * 0.75, h * 0.88, 0).both("x"),
        ]
    return shape(
        [merge(*parts).paint(coat.rgb)],
        ("an anchor", f"a {coat.name} ship anchor with two curved arms and a ring"),
        stock=int(stocked),
    )
