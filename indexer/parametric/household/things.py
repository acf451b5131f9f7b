"""Umbrellas, ladders, keys and bells."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import either, metal, paint, wood
from indexer.parametric.parts import Rng, beam, chance, curve, ellipse, made, pick, slats, span
from indexer.parametric.solids import (
    Solid,
    ball,
    box,
    capsule,
    cylinder,
    lathe,
    loft,
    merge,
    prism,
    ring,
    torus,
    tube,
)


@kind("umbrella", also=("parasol",), family="household")
def umbrella(rng: Rng) -> Shape:
    """An open or closed umbrella, or a beach parasol."""
    ribs, r, color = int(rng.integers(6, 11)), span(rng, 0.45, 0.6), paint(rng)
    style, grip = pick(rng, "open", "open", "closed", "beach"), wood(rng)
    if style == "beach":
        r = span(rng, 0.9, 1.3)
    rise, long = r * span(rng, 0.35, 0.6), r * (2.1 if style == "beach" else 1.7)
    shaft = cylinder(r * (0.025 if style == "beach" else 0.012), long, 8).paint(metal(rng).rgb)
    tip = cylinder(0.006, 0.06, 8).move(y=long)
    if style == "closed":
        cloth = lathe(
            [(0.012, long * 0.28), (0.05, long * 0.34), (0.04, long * 0.6), (0.015, long * 0.96), (0, long)], ribs
        )
        parts = [cloth.paint(color.rgb)]
    else:
        parts = [_canopy(ribs, r, rise, striped=chance(rng, 0.3), rng=rng, rgb=color.rgb).move(y=long - rise)]
        rods = ring(tube([(0, long - rise * 1.3, 0), (r * 0.5, long - rise * 0.3, 0)], 0.004, 5), ribs)
        parts.append(rods.paint((0.55, 0.55, 0.57)))
    if style == "beach":
        parts.append(cylinder(0.2, 0.08, 20).paint((0.5, 0.5, 0.5)))
    elif chance(rng, 0.7):
        hook = curve([(0, 0.06, 0), (0, -0.04, 0), (0.035, -0.08, 0), (0.07, -0.04, 0), (0.07, -0.01, 0)], 12)
        parts.append(tube(hook, 0.012, 8).paint(grip.rgb))
    else:
        parts.append(capsule((0, 0.08, 0), (0, -0.03, 0), 0.014).paint(grip.rgb))
    words = {
        "open": "an open umbrella with a curved canopy",
        "closed": "a folded umbrella",
        "beach": "a large beach parasol on a base",
    }
    return made(
        "umbrella",
        merge(shaft, tip, *parts),
        f"{an(color.name)} umbrella",
        words[style],
        f"{an(color.name)} umbrella with {count(ribs, 'panel')}",
        style={"beach": "beach parasol", "closed": "closed umbrella"}.get(style, "umbrella"),
        material=color.name,
        ribs=ribs,
    )


def _canopy(ribs: int, r: float, rise: float, striped: bool, rng: Rng, rgb: tuple[float, float, float]) -> Solid:
    """A thin dome of panels, its rim on y = 0."""
    other = paint(rng, "white", "yellow", "blue").rgb if striped else rgb
    t = np.linspace(0, 1, 8)
    arc = np.stack([np.maximum(r * np.sin(t * np.pi / 2), 0.004), rise * np.cos(t * np.pi / 2)], 1)
    half, panels = np.pi / ribs, []
    for i in range(2):
        ends = [np.stack([arc[:, 0] * np.cos(s * half), arc[:, 1], arc[:, 0] * np.sin(s * half)], 1) for s in (-1, 1)]
        middle = np.stack([arc[:, 0] * np.cos(half) * 0.97, arc[:, 1], np.zeros(8)], 1)
        outer = np.stack([ends[0], middle, ends[1]], axis=1)
        inner = outer[:, ::-1] - (0, 0.004, 0)
        panels.append(loft(np.concatenate([outer, inner], axis=1)).paint(rgb if i == 0 else other))
    turns = [panels[i % 2].turn("y", 360 / ribs * i) for i in range(ribs)]
    return merge(*turns)


@kind("ladder", family="household")
def ladder(rng: Rng) -> Shape:
    """A straight ladder or a stepladder."""
    rungs, w, material = int(rng.integers(4, 12)), span(rng, 0.35, 0.5), either(rng, "wood", "metal", "paint")
    gap, steps = span(rng, 0.24, 0.3), chance(rng, 0.5)
    h = gap * (rungs + 0.5)
    if steps:
        reach = h * 0.32
        rail = beam((w / 2, 0, reach), (w * 0.38, h, 0.02), 0.05, 0.025).both("x")
        rear = beam((w / 2, 0, -reach), (w * 0.38, h, -0.02), 0.04, 0.02).both("x")
        treads = [
            box(w * (1 - 0.22 * t), 0.025, 0.09).move(y=h * t, z=reach * (1 - t)) for t in np.linspace(0.12, 0.9, rungs)
        ]
        parts = [
            rail,
            rear,
            *treads,
            box(w * 0.85, 0.03, 0.2).move(y=h),
            box(w * 0.9, 0.03, 0.02).move(y=h * 0.3, z=-reach * 0.7),
        ]
    else:
        pole = cylinder(0.011, w, 8).turn("z", 90).move(w / 2)
        parts = [box(0.03, h, 0.06).move(w / 2).both("x"), slats(rungs, (0, gap * 0.6, 0), (0, h - gap * 0.6, 0), pole)]
        if chance(rng, 0.3):
            parts = [merge(*parts).turn("x", -span(rng, 10, 20))]
    name = "stepladder" if steps else "ladder"
    return made(
        "ladder",
        merge(*parts).paint(material.rgb),
        f"{an(material.made_of if material.made_of != 'painted' else material.name)} ladder",
        f"{an(name)} with {count(rungs, 'step' if steps else 'rung')}",
        f"{an('folding' if steps else 'straight')} ladder for climbing",
        style=name,
        material=material.name,
        rungs=rungs,
    )


@kind("key", family="household")
def key(rng: Rng) -> Shape:
    """An old or a modern key, lying flat."""
    old, steel, teeth = chance(rng, 0.5), metal(rng), int(rng.integers(2, 6))
    long, r = span(rng, 0.03, 0.06), span(rng, 0.008, 0.014)
    if old:
        bow = pick(rng, torus(r, 0.002, 24, 8), ring(torus(r * 0.55, 0.0016, 16, 6), 3, r * 0.6, start=0))
        shaft = merge(
            capsule((r, 0, 0), (r + long, 0, 0), 0.0022), torus(0.003, 0.0012, 12, 6).turn("z", 90).move(r + 0.006)
        )
        bits = [
            box(0.003, 0.002, span(rng, 0.006, 0.013)).move(r + long - 0.002 - i * 0.005, -0.001, 0.005)
            for i in range(min(teeth, 3))
        ]
        solid, name = merge(bow, shaft, *bits), "antique key"
    else:
        x = np.linspace(long * 0.25, long, teeth * 2 + 1)
        edge = [(r + a, -0.002 - 0.0022 * (i % 2) * span(rng, 0.4, 1)) for i, a in enumerate(x)]
        blade = prism(
            [(r * 0.8, 0.0035), (r * 0.8, -0.0045), *edge, (r + long + 0.003, 0.001), (r + long, 0.0035)], 0.002
        )
        head = merge(
            prism(ellipse(r, r * pick(rng, 1.0, 1.2), 20), 0.0026),
            torus(r * 0.3, 0.0012, 12, 6).turn("x", 90).move(-r * 0.5),
        )
        solid, name = merge(blade, head).turn("x", 90), "door key"
    return made(
        "key",
        solid.paint(steel.rgb),
        f"{an(steel.name)} key",
        f"{an(name)} with {count(teeth, 'tooth', 'teeth')}",
        "a key for opening a lock",
        style=name,
        material=steel.name,
        teeth=teeth,
    )


@kind("bell", family="household")
def bell(rng: Rng) -> Shape:
    """A church, hand or reception bell."""
    r, gold, style = span(rng, 0.05, 0.3), metal(rng), pick(rng, "church", "hand", "cow", "reception")
    h = r * span(rng, 1.4, 1.9)
    outer = curve(np.array([(1, 0), (0.8, 0.15), (0.62, 0.5), (0.52, 0.85), (0.25, 1), (0.01, 1.03)]) * (r, h), 14)
    inner = np.maximum(outer[::-1] - (r * 0.07, r * 0.07), (0.0, 0.0))
    shell = lathe(np.concatenate([outer, inner]), 4 if style == "cow" else 28)
    clapper = merge(tube([(0, h * 0.9, 0), (0, r * 0.2, 0)], r * 0.03, 6), ball(r * 0.14, sides=10).move(y=r * 0.05))
    if style == "church":
        loop = torus(r * 0.2, r * 0.06, 14, 8).turn("x", 90).move(y=h + r * 0.2)
        yoke = box(r * 2, r * 0.25, r * 0.3).move(y=h + r * 0.35).paint(wood(rng).rgb)
        solid = merge(merge(shell, clapper, loop).paint(gold.rgb), yoke)
    elif style == "hand":
        grip = lathe(np.array([(0.12, 0), (0.16, 0.3), (0.1, 0.8), (0.18, 1.3), (0, 1.45)]) * r, 14).move(y=h)
        solid = merge(merge(shell, clapper).paint(gold.rgb), grip.paint(wood(rng).rgb))
    elif style == "cow":
        solid = merge(
            shell.turn("y", 45).scale(1, 1, 0.7),
            clapper,
            torus(r * 0.22, r * 0.05, 14, 6).turn("x", 90).move(y=h + r * 0.1),
        ).paint(gold.rgb)
    else:
        dome = lathe(np.array([(1, 0.1), (0.95, 0.35), (0.6, 0.65), (0, 0.75)]) * r, 28)
        solid = merge(
            merge(dome, cylinder(r * 0.1, r * 0.95, 10)).paint(gold.rgb),
            cylinder(r * 1.05, r * 0.12, 28).paint((0.12, 0.12, 0.12)),
        )
    return made(
        "bell",
        solid,
        f"{an(gold.name)} bell",
        {"church": "a church bell on a wooden yoke", "hand": "a hand bell with a handle", "cow": "a cowbell"}.get(
            style, "a reception desk bell"
        ),
        f"{an(gold.name)} bell that rings",
        style=f"{style} bell",
        material=gold.name,
    )
