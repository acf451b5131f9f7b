"""Baskets, buckets, barrels and boxes."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, kind
from indexer.parametric.materials import either, metal, paint, wood
from indexer.parametric.parts import Rng, beam, chance, hoop, made, pick, slats, span, vessel
from indexer.parametric.solids import (
    box,
    cylinder,
    lathe,
    merge,
    prism,
    ring,
    torus,
    tube,
)


@kind("basket", family="household")
def basket(rng: Rng) -> Shape:
    """A woven or wire basket."""
    r, material = span(rng, 0.12, 0.28), either(rng, "wood", "wood", "metal", "paint")
    h, style = r * span(rng, 0.6, 1.6), pick(rng, "woven", "wire", "picnic", "laundry")
    flare = span(rng, 0.7, 0.95)
    if style == "wire":
        rings = [torus(r * (flare + (1 - flare) * t), 0.004, 24, 5).move(y=h * t) for t in np.linspace(0, 1, 5)]
        ribs = ring(tube([(0.01, 0, 0), (r * flare, 0, 0), (r, h, 0)], 0.003, 5), 16)
        body = merge(*rings, ribs)
    else:
        levels = np.linspace(0, 1, 17)
        bulge = 1 + 0.03 * (np.arange(17) % 2)
        outside = np.stack([r * (flare + (1 - flare) * levels) * bulge, levels * h], 1)
        body = merge(vessel(outside, r * 0.06), torus(r, r * 0.06, 24, 8).move(y=h))
        body = body.scale(1.4, 1, 1) if style == "picnic" else body
    held = style == "picnic" or (style != "laundry" and chance(rng, 0.6))
    parts = [body]
    if held:
        wide = r * 1.4 if style == "picnic" else r
        parts.append(hoop(wide * 0.97, h * span(rng, 0.8, 1.3), r * 0.05).move(y=h * 0.95))
    elif chance(rng, 0.6):
        parts.append(hoop(r * 0.25, r * 0.25, r * 0.05).turn("y", 90).move(r, h).both("x"))
    return made(
        "basket",
        merge(*parts).paint(material.rgb),
        f"{an(style)} basket",
        f"{an(material.name)} basket {'with a handle over the top' if held else 'without a top handle'}",
        f"{an(style)} basket for {pick(rng, 'fruit', 'bread', 'flowers') if style != 'laundry' else 'clothes'}",
        style=f"{style} basket",
        material=material.name,
    )


@kind("bucket", also=("pail",), family="household")
def bucket(rng: Rng) -> Shape:
    """A pail, or a bin for waste."""
    r, color = span(rng, 0.12, 0.17), either(rng, "metal", "paint", "wood")
    h, bin_ = r * span(rng, 1.6, 2.2), chance(rng, 0.25)
    narrow = span(rng, 0.65, 0.85)
    body = vessel([(r * narrow, 0), (r * (1 + narrow) / 2, h / 2), (r, h)], 0.006)
    parts = [body, torus(r, 0.007, 24, 6).move(y=h)]
    if color.made_of == "wooden":
        parts += [torus(r * (narrow + (1 - narrow) * t) + 0.004, 0.008, 24, 6).move(y=h * t) for t in (0.2, 0.75)]
    if bin_:
        parts.append(torus(r * narrow, 0.006, 24, 6).move(y=0.01))
    else:
        bail = hoop(r, r * 1.1, 0.005).turn("x", span(rng, -70, 30)).move(y=h * 0.93)
        parts.append(bail)
    name = "waste bin" if bin_ else "bucket"
    return made(
        "bucket",
        merge(*parts).paint(color.rgb),
        f"{an(color.name)} {name}",
        f"{an(color.solid)} {name} {'without a handle' if bin_ else 'with a wire handle'}",
        f"an open {name} that gets wider towards the top",
        style=name,
        material=color.name,
    )


@kind("barrel", also=("cask",), family="household")
def barrel(rng: Rng) -> Shape:
    """A wooden cask or an oil drum."""
    r, steel = span(rng, 0.25, 0.35), metal(rng)
    h, oil = r * span(rng, 2.2, 3.0), chance(rng, 0.35)
    if oil:
        color = paint(rng)
        body = cylinder(r, h, 28).paint(color.rgb)
        ribs = [torus(r, 0.012, 28, 6).move(y=h * t).paint(color.rgb) for t in (0.01, 0.34, 0.66, 0.99)]
        bung = cylinder(0.03, 0.015, 12).move(r * 0.6, h)
        solid, name, material = merge(body, *ribs, bung), "oil drum", color.name
    else:
        oak, bulge = wood(rng), span(rng, 1.12, 1.3)
        t = np.linspace(0, 1, 11)
        wide = r * (1 + (bulge - 1) * np.sin(np.pi * t))
        body = lathe(
            np.concatenate(
                [[(0, 0.03), (r * 0.9, 0.03)], np.stack([wide, h * t], 1), [(r * 0.9, h - 0.03), (0, h - 0.03)]]
            ),
            20,
        )
        bands = [
            cylinder(float(np.interp(s, t, wide)) + 0.004, 0.035, 28).move(y=h * s - 0.017)
            for s in (0.05, 0.25, 0.75, 0.95)
        ]
        solid, name, material = (
            merge(body.paint(oak.rgb), merge(*bands).paint(steel.shade(0.6))),
            "wooden barrel",
            oak.name,
        )
    lying = chance(rng, 0.2)
    return made(
        "barrel",
        solid.turn("z", 90) if lying else solid,
        an(name),
        f"{an(material)} barrel {'lying on its side' if lying else 'standing upright'}",
        "a steel drum for oil" if oil else "a wine cask with iron hoops",
        style=name,
        material=material,
    )


@kind("box", also=("container",), family="household")
def crate(rng: Rng) -> Shape:
    """A cardboard box, a wooden crate, a chest or a gift."""
    return pick(rng, _cardboard, _slatted, _treasure, _gift, _tool_box)(rng)


def _cardboard(rng: Rng) -> Shape:
    w, h, d = span(rng, 0.25, 0.6), span(rng, 0.15, 0.45), span(rng, 0.25, 0.5)
    rgb, opened = (0.72, 0.55, 0.36), chance(rng, 0.5)
    if opened:
        walls = merge(
            box(0.006, h, d).move(w / 2).both("x"), box(w, h, 0.006).move(z=d / 2).both("z"), box(w, 0.006, d)
        )
        flap = box(d * 0.5, 0.005, d).move(d * 0.25).turn("z", span(rng, -50, 40)).move(w / 2, h)
        end = box(w, 0.005, d * 0.5).move(z=d * 0.25).turn("x", span(rng, -30, 50)).move(y=h, z=d / 2)
        solid = merge(walls, flap.both("x"), end.both("z")).paint(rgb)
    else:
        tape = box(w * 0.12, h * 1.004, d * 1.004).paint((0.82, 0.7, 0.45))
        solid = merge(box(w, h, d).paint(rgb), tape)
    return made(
        "box",
        solid,
        "a cardboard box",
        f"an {'open' if opened else 'unopened'} cardboard box",
        f"a brown paper box {'with four open flaps' if opened else 'closed with tape'}",
        style="cardboard box",
        material="cardboard",
    )


def _slatted(rng: Rng) -> Shape:
    w, h, d, oak, number = (
        span(rng, 0.35, 0.9),
        span(rng, 0.25, 0.8),
        span(rng, 0.3, 0.8),
        wood(rng),
        int(rng.integers(2, 5)),
    )
    board, closed = h / number * 0.82, chance(rng, 0.6)
    top = h - board
    long = slats(number, (0, 0, d / 2), (0, top, d / 2), box(w, board, 0.02)).both("z")
    short = slats(number, (w / 2, 0, 0), (w / 2, top, 0), box(0.02, board, d)).both("x")
    post = box(0.04, h, 0.04).move(w / 2 - 0.03, 0, d / 2 - 0.03).both("x").both("z")
    parts = [long, short, post, box(w, 0.02, d)]
    if closed:
        parts.append(box(w + 0.03, 0.025, d + 0.03).move(y=h))
        parts.append(beam((-w / 2, 0.03, d / 2 + 0.02), (w / 2, h - 0.03, d / 2 + 0.02), 0.06, 0.02).both("z"))
    return made(
        "box",
        merge(*parts).paint(oak.rgb),
        "a wooden crate",
        f"{an(oak.name)} crate made of slats",
        f"{an('closed' if closed else 'open')} wooden shipping crate",
        style="wooden crate",
        material=oak.name,
    )


def _treasure(rng: Rng) -> Shape:
    w, h, d, oak, steel = span(rng, 0.45, 0.8), span(rng, 0.22, 0.35), span(rng, 0.3, 0.45), wood(rng), metal(rng)
    bow = np.radians(np.linspace(0, 180, 13))
    arch = np.stack([d / 2 * np.cos(bow), d * 0.4 * np.sin(bow)], 1)
    cover = prism(arch, w).turn("y", 90)
    straps = [prism(arch * 1.03, 0.04).turn("y", 90).move(x) for x in (-w * 0.35, w * 0.35)]
    bands = [box(0.04, h, d * 1.03).move(x) for x in (-w * 0.35, w * 0.35)]
    lean = -span(rng, 35, 80) if chance(rng, 0.3) else 0.0
    cover = (
        merge(cover.paint(oak.rgb), merge(*straps).paint(steel.rgb)).move(z=d / 2).turn("x", lean).move(y=h, z=-d / 2)
    )
    lock = box(0.06, 0.07, 0.02).move(y=h - 0.05, z=d / 2 + 0.01)
    return made(
        "box",
        merge(box(w, h, d).paint(oak.rgb), merge(*bands, lock).paint(steel.rgb), cover),
        "a treasure chest",
        f"{an(oak.name)} chest with {steel.name} bands",
        f"a wooden chest with a rounded lid{' standing open' if lean else ''}",
        style="treasure chest",
        material=oak.name,
    )


def _gift(rng: Rng) -> Shape:
    w, h, d, color, ribbon = span(rng, 0.15, 0.4), span(rng, 0.08, 0.35), span(rng, 0.15, 0.4), paint(rng), paint(rng)
    bands = merge(box(w * 0.12, h + 0.002, d + 0.004), box(w + 0.004, h + 0.002, d * 0.12))
    loop = torus(w * 0.12, w * 0.025, 16, 6).scale(1, 1, 0.7).turn("x", 90).turn("z", 30).move(w * 0.11, h + w * 0.09)
    return made(
        "box",
        merge(box(w, h, d).paint(color.rgb), merge(bands, loop.both("x")).paint(ribbon.rgb)),
        "a gift box",
        f"{an(color.name)} present with {an(ribbon.name)} ribbon",
        "a wrapped birthday present with a bow",
        style="gift box",
        material=color.name,
    )


def _tool_box(rng: Rng) -> Shape:
    w, h, d, color = span(rng, 0.35, 0.55), span(rng, 0.14, 0.2), span(rng, 0.18, 0.24), paint(rng)
    roof = (
        prism([(-d / 2, 0), (d / 2, 0), (d * 0.25, d * 0.3), (-d * 0.25, d * 0.3)], w).turn("y", 90).move(y=h + 0.006)
    )
    grip = tube([(-0.08, 0, 0), (-0.07, 0.05, 0), (0.07, 0.05, 0), (0.08, 0, 0)], 0.009, 8).move(y=h + d * 0.3)
    clasps = box(0.035, 0.05, 0.01).move(w * 0.3, h - 0.025, d / 2).both("x")
    return made(
        "box",
        merge(merge(box(w, h, d), roof).paint(color.rgb), merge(grip, clasps).paint((0.15, 0.15, 0.16))),
        "a toolbox",
        f"{an(color.name)} toolbox with a handle on top",
        "a metal box for carrying tools",
        style="toolbox",
        material=color.name,
    )
