"""Doors and windows."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import GLASS, either, metal, paint
from indexer.parametric.parts import (
    Rng,
    beam,
    chance,
    frame,
    knob,
    made,
    pick,
    slats,
    span,
)
from indexer.parametric.solids import (
    Solid,
    box,
    cylinder,
    merge,
    prism,
    torus,
)


@kind("door", family="furniture")
def door(rng: Rng) -> Shape:
    """A door leaf, mostly in its frame."""
    w, h, material = span(rng, 0.75, 1.0), span(rng, 1.95, 2.2), either(rng, "wood", "wood", "paint")
    double, style = chance(rng, 0.2), pick(rng, "plain", "panelled", "panelled", "glazed", "planked", "arched")
    leaf = _leaf(rng, w, h, style).paint(material.rgb)
    grip = merge(
        knob(0.028), beam((0, 0, 0.05), (0.1, 0, 0.05), 0.018) if chance(rng, 0.5) else knob(0.03).move(z=0.02)
    )
    leaf = merge(leaf, grip.mirror("x").move(w / 2 - 0.07, h * 0.48, 0.02).paint(metal(rng).rgb))
    if style == "glazed":
        leaf = merge(leaf, box(w * 0.75, h * 0.85, 0.01).move(y=h * 0.08).paint(GLASS))
    leaves = leaf.mirror("x").move(w / 2).both("x") if double else leaf
    wide = w * (1 + double)
    parts = [leaves]
    framed = style != "arched" and chance(rng, 0.7)
    if framed:
        jamb = merge(box(0.08, h + 0.08, 0.14).move(wide / 2 + 0.04).both("x"), box(wide, 0.08, 0.14).move(y=h))
        parts.append(jamb.paint(material.shade(0.8)))
    name = "double door" if double else "door"
    return made(
        "door",
        merge(*parts),
        f"{an(material.made_of)} {name}",
        f"{an(material.name)} {name} with {'a handle' if not double else 'two handles'}",
        f"{an(style)} {name}{' in a frame' if framed else ''}",
        style=f"{style} {name}",
        material=material.name,
    )


def _leaf(rng: Rng, w: float, h: float, style: str) -> Solid:
    if style == "panelled":
        rows, columns = int(rng.integers(2, 4)), int(rng.integers(1, 3))
        cell_w, cell_h = (w - 0.1) / columns, (h - 0.16) / rows
        panel = frame(cell_w - 0.05, cell_h - 0.06, 0.03, 0.06)
        cells = [
            panel.move((i - (columns - 1) / 2) * cell_w, 0.1 + j * cell_h) for i in range(columns) for j in range(rows)
        ]
        return merge(box(w, h, 0.04), *cells)
    if style == "glazed":
        bars = slats(int(rng.integers(2, 5)), (0, h * 0.25, 0), (0, h * 0.8, 0), box(w * 0.8, 0.03, 0.04))
        return merge(frame(w, h, 0.12, 0.04), bars)
    if style == "planked":
        planks = slats(6, (-w * 5 / 12, 0, 0), (w * 5 / 12, 0, 0), box(w / 6 * 0.95, h, 0.03))
        braces = slats(3, (0, h * 0.12, 0.025), (0, h * 0.82, 0.025), box(w * 0.95, 0.12, 0.025))
        return merge(planks, braces)
    if style == "arched":
        bow = np.radians(np.linspace(0, 180, 15))
        top = np.stack([w / 2 * np.cos(bow), h - w / 2 + w / 2 * np.sin(bow)], 1)
        return prism(np.concatenate([[(-w / 2, 0), (w / 2, 0)], top]), 0.05)
    return box(w, h, 0.04)


@kind("window", family="furniture")
def window(rng: Rng) -> Shape:
    """A framed window with panes."""
    w, h, bar = span(rng, 0.6, 1.8), span(rng, 0.8, 1.6), span(rng, 0.04, 0.08)
    color, across, up = either(rng, "wood", "paint"), int(rng.integers(1, 4)), int(rng.integers(1, 5))
    style = pick(rng, "casement", "sash", "arched", "shuttered", "round")
    parts = [box(w - bar, h - bar, 0.01).move(y=bar / 2).paint(GLASS), frame(w, h, bar, 0.08).paint(color.rgb)]
    if style == "round":
        r = w / 2
        parts = [cylinder(r, 0.01, 32).turn("x", 90).move(y=r).paint(GLASS)]
        parts += [torus(r, bar / 2).turn("x", 90).move(y=r).paint(color.rgb)]
        across, up = 2, 2
    if style == "arched":
        parts.append(
            torus(w / 2 - bar / 2, bar / 2, 16, 8, sweep=180)
            .turn("x", 90)
            .turn("x", 180)
            .move(y=h - bar / 2)
            .paint(color.rgb)
        )
        parts.append(_half_disc(w / 2 - bar / 2).move(y=h - bar / 2).paint(GLASS))
    if across > 1:
        xs = w / 2 - w / across
        parts.append(
            slats(across - 1, (-xs, 0, 0), (xs, 0, 0), box(bar * 0.5, h if style != "round" else w, 0.03)).paint(
                color.rgb
            )
        )
    if up > 1:
        tall = w if style == "round" else h
        parts.append(
            slats(up - 1, (0, tall / up, 0), (0, tall - tall / up, 0), box(w, bar * 0.5, 0.03)).paint(color.rgb)
        )
    if style == "shuttered":
        leaf = merge(
            frame(w / 2, h, 0.05, 0.03),
            slats(12, (0, 0.05, 0), (0, h - 0.1, 0), box(w / 2 - 0.1, 0.05, 0.01).turn("x", 30)),
        )
        parts.append(leaf.move(w * 0.76, 0, 0.02).both("x").paint(paint(rng).rgb))
    if chance(rng, 0.6) and style != "round":
        parts.append(box(w + 0.12, 0.04, 0.2).move(y=-0.04, z=0.05).paint(color.rgb))
    return made(
        "window",
        merge(*parts),
        "a glass window",
        f"{an(style)} window with {count(across * up, 'pane')}",
        f"a window with {an(color.name)} frame",
        style=f"{style} window",
        material=color.name,
        panes=across * up,
    )


def _half_disc(r: float) -> Solid:
    bow = np.radians(np.linspace(0, 180, 17))
    return prism(np.stack([r * np.cos(bow), r * np.sin(bow)], 1), 0.01)
