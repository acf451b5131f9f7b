"""Keyboards, drums and wind instruments."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, flow, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import RGB, Material, paint, wood
from indexer.parametric.solids import ball, box, cylinder, lathe, prism, rounded_box, torus, tube
from indexer.parametric.surface import Points, Solid, array, merge, ring

FAMILY = "instruments"
IVORY: RGB = (0.95, 0.94, 0.9)
CHROME: RGB = (0.75, 0.76, 0.78)
BRASS: tuple[tuple[str, RGB], ...] = (
    ("brass", (0.85, 0.66, 0.25)),
    ("golden", (0.9, 0.75, 0.3)),
    ("silver", (0.78, 0.79, 0.8)),
)


def keyboard(octaves: int, w: float, depth: float) -> Solid:
    """White and black keys on y = 0 over width w along x, the player at +z."""
    n = 7 * octaves + 1
    step = w / n
    x = (np.arange(n) - (n - 1) / 2) * step
    white = array(box(step * 0.92, 0.018, depth), np.column_stack([x, 0 * x, 0 * x])).paint(IVORY)
    sharp = np.isin(np.arange(n) % 7, (0, 1, 3, 4, 5)) & (np.arange(n) < n - 1)
    at = x[sharp] + step / 2
    black = array(
        box(step * 0.5, 0.014, depth * 0.62), np.column_stack([at, 0 * at + 0.018, 0 * at - depth * 0.18])
    ).paint(DARK)
    return merge(white, black)


def _stool(rgb: RGB) -> Solid:
    legs = array(box(0.04, 0.42, 0.04), [(sx * 0.25, 0, sz * 0.13) for sx in (-1, 1) for sz in (-1, 1)])
    return merge(legs.paint(rgb), rounded_box(0.6, 0.07, 0.34, 0.03).move(y=0.42).paint(DARK))


def piano_coat(rng: np.random.Generator) -> Material:
    """Mostly black, sometimes white or wood."""
    return wood(rng) if chance(rng, 0.35) else paint(rng, "black", "black", "white", "brown")


@kind("grand piano", ("piano", "musical instrument", "keyboard instrument"), FAMILY)
def grand_piano(rng: np.random.Generator) -> Shape:
    """A winged case on three legs, its lid up or down, with or without a bench."""
    coat, lid_up, bench, length = piano_coat(rng), chance(rng, 0.65), chance(rng, 0.5), rng.uniform(1.5, 2.7)
    w = 1.48
    right = flow(
        [
            (w / 2, 0.0),
            (w / 2, -length * 0.32),
            (w * 0.3, -length * 0.6),
            (w * 0.06, -length * 0.8),
            (-w * 0.12, -length),
            (-w * 0.36, -length),
            (-w / 2, -length * 0.9),
        ],
        4,
    )
    outline = np.concatenate([[(-w / 2, 0.0)], right])
    solids = [
        _laid(outline, 0.3).move(y=0.65).paint(coat.rgb),
        _laid(outline * 0.94 + (0, -0.04), 0.02).move(y=0.94).paint((0.72, 0.55, 0.25)),
    ]
    lid = _laid(outline * 1.01, 0.025)
    if lid_up:
        angle = rng.uniform(30, 45)
        solids.append(lid.move(x=w / 2).turn("z", angle).move(-w / 2, 0.97, 0).paint(coat.rgb))
        solids.append(
            rod((w * 0.38, 0.95, -0.3), (w * 0.22, 0.97 + 0.72 * w * np.sin(np.radians(angle)), -0.35), 0.012).paint(
                coat.rgb
            )
        )
    else:
        solids.append(lid.move(y=0.965).paint(coat.rgb))
    solids += [box(w, 0.1, 0.28).move(0, 0.65, 0.13).paint(coat.rgb), keyboard(7, w * 0.86, 0.15).move(0, 0.74, 0.17)]
    solids += [box(0.09, 0.2, 0.28).move(s * w * 0.47, 0.65, 0.13).paint(coat.rgb) for s in (-1, 1)]
    leg = lathe([(0.05, 0), (0.04, 0.06), (0.06, 0.12), (0.075, 0.55), (0.085, 0.66)], 12 if chance(rng) else 4)
    solids.append(
        array(leg, [(-w * 0.42, 0, 0.05), (w * 0.42, 0, 0.05), (-w * 0.2, 0, -length * 0.82)]).paint(coat.rgb)
    )
    solids += [
        box(0.2, 0.55, 0.03).move(0, 0.12, -0.1).paint(coat.rgb),
        array(box(0.035, 0.02, 0.12), [(x, 0.1, -0.02) for x in (-0.07, 0, 0.07)]).paint((0.8, 0.65, 0.3)),
    ]
    if chance(rng, 0.6):
        solids.append(box(0.7, 0.25, 0.015).turn("x", -15).move(0, 0.96, -0.12).paint(coat.rgb))
    if bench:
        solids.append(_stool(coat.rgb).move(z=0.62))
    top = "its lid raised" if lid_up else "a closed lid"
    return shape(
        solids,
        (
            f"a {coat.name} grand piano",
            f"a grand piano with {top}{' and a bench' * bench}",
            "a grand piano on three legs with a row of keys",
        ),
        lid_up=int(lid_up),
    )


def _laid(outline: Points, thickness: float) -> Solid:
    """A plate on y = 0 whose outline is given as (x, z)."""
    return prism(outline * (1, -1), thickness).turn("x", -90).move(y=thickness / 2)


@kind("upright piano", ("piano", "musical instrument", "keyboard instrument"), FAMILY)
def upright_piano(rng: np.random.Generator) -> Shape:
    """A tall flat case with a keyboard shelf, legs and pedals; or a pipe organ console."""
    coat, h, bench = piano_coat(rng), rng.uniform(1.1, 1.35), chance(rng, 0.5)
    w, d = 1.5, 0.35
    solids = [
        box(w, h, d).move(0, 0, -d / 2).paint(coat.rgb),
        box(w * 1.03, 0.04, d * 1.1).move(0, h, -d / 2).paint(coat.shade(0.85)),
    ]
    solids += [box(w, 0.13, 0.3).move(0, 0.62, 0.14).paint(coat.rgb), keyboard(7, w * 0.88, 0.15).move(0, 0.745, 0.18)]
    solids += [box(0.07, 0.25, 0.32).move(s * w * 0.475, 0.6, 0.15).paint(coat.rgb) for s in (-1, 1)]
    leg = lathe([(0.035, 0), (0.05, 0.1), (0.03, 0.3), (0.045, 0.55), (0.04, 0.62)], 12)
    solids.append(array(leg, [(s * w * 0.46, 0, 0.24) for s in (-1, 1)]).paint(coat.rgb))
    solids += [
        box(w * 0.85, 0.03, 0.02).move(0, 0.95, 0.01).paint(coat.shade(0.8)),
        array(box(0.05, 0.015, 0.1), [(x, 0.08, 0.05) for x in (-0.1, 0, 0.1)]).paint((0.8, 0.65, 0.3)),
    ]
    panels = array(box(w * 0.4, 0.3, 0.015), [(s * w * 0.23, h * 0.72, 0.005) for s in (-1, 1)])
    solids.append(panels.paint(coat.shade(1.2)))
    if bench:
        solids.append(_stool(coat.rgb).move(z=0.65))
    return shape(
        solids,
        (f"a {coat.name} upright piano", f"an upright piano with a keyboard and pedals{' and a bench' * bench}"),
        bench=int(bench),
    )


@kind("synthesizer", ("electric piano", "music keyboard", "keyboard instrument", "musical instrument"), FAMILY)
def synthesizer(rng: np.random.Generator) -> Shape:
    """A flat keyboard with knobs and a screen, flat on a table or on a crossed stand."""
    octaves, colour, stand = int(rng.integers(2, 8)), paint(rng, "black", "grey", "red", "white"), chance(rng, 0.4)
    w = octaves * 0.165 + 0.1
    d, y = rng.uniform(0.22, 0.34), 0.85 if stand else 0.0
    panel = d - 0.15
    solids = [
        rounded_box(w, 0.05, d, 0.012).paint(colour.rgb),
        keyboard(octaves, w - 0.08, 0.13).move(0, 0.045, d / 2 - 0.075),
        box(w, 0.035, panel, (1, 0.8)).move(0, 0.05, -d / 2 + panel / 2).paint(colour.shade(0.85)),
    ]
    n = int(w / 0.05)
    knobs = array(
        cylinder(0.009, 0.016, 10),
        [(x, 0.085, -d / 2 + panel * 0.5) for x in np.linspace(-w * 0.44, w * 0.44, n) if abs(x) > 0.09],
    )
    solids += [
        knobs.paint(CHROME),
        box(0.14, 0.005, panel * 0.5).move(0, 0.085, -d / 2 + panel * 0.5).paint((0.2, 0.5, 0.6)),
    ]
    solids = [part.move(y=y) for part in solids]
    if stand:
        bars = merge(
            *[rod((s * w * 0.35, 0.02, z), (-s * w * 0.3, y, z), 0.018) for s in (-1, 1) for z in (-0.12, 0.12)],
            *[rod((s * w * 0.35, 0.02, -0.2), (s * w * 0.35, 0.02, 0.2), 0.018) for s in (-1, 1)],
        )
        solids.append(bars.paint(DARK))
    place = " on a crossed stand" * stand
    return shape(
        solids,
        (
            "a music keyboard",
            f"a {colour.name} synthesizer with {count(octaves, 'octave')}{place}",
            f"an electronic piano keyboard{place}",
        ),
        octaves=octaves,
    )


def _drum(r: float, h: float, rgb: RGB, lugs: int = 8) -> Solid:
    """A drum standing on y = 0: shell, hoops, skin and lugs."""
    hoops = array(torus(r * 1.02, r * 0.045, 28, 6), [(0, h * 0.03, 0), (0, h * 0.97, 0)]).paint(CHROME)
    rods = ring(cylinder(r * 0.025, h * 0.9, 6).move(y=h * 0.05), lugs, r * 1.06).paint(CHROME)
    return merge(
        cylinder(r, h, 28).paint(rgb),
        cylinder(r * 0.97, h * 0.02, 28).move(y=h * 0.985).paint((0.95, 0.94, 0.9)),
        hoops,
        rods,
    )


def _cymbal(r: float, y: float, tilt: float) -> Solid:
    """A cymbal on its stand at the origin."""
    disc = (
        lathe([(r, 0), (r * 0.3, 0.03 * r), (r * 0.25, 0.12 * r), (0, 0.16 * r)], 26)
        .turn("x", tilt)
        .move(y=y)
        .paint((0.85, 0.68, 0.28))
    )
    feet = ring(rod((0, 0.2, 0), (0.25, 0, 0), 0.01, sides=6), 3)
    return merge(disc, merge(cylinder(0.011, y, 8), feet).paint(CHROME))


@kind("drum", ("percussion instrument", "musical instrument"), FAMILY)
def drum(rng: np.random.Generator) -> Shape:
    """A snare, bass drum, conga, bongos, timpani, djembe or tambourine."""
    style, colour, timber = (
        pick(rng, "snare drum", "marching drum", "conga", "bongos", "kettledrum", "djembe", "tambourine"),
        paint(rng),
        wood(rng),
    )
    skin = (0.93, 0.9, 0.82)
    if style in ("snare drum", "marching drum"):
        r = rng.uniform(0.15, 0.22)
        solids = [_drum(r, r * (0.75 if style == "snare drum" else 1.8), colour.rgb)]
        if chance(rng):
            top = r * (0.75 if style == "snare drum" else 1.8)
            stick = merge(rod((0, 0, 0), (0.36, 0.0, 0), 0.008, 0.005), ball(0.009, sides=8).move(x=0.37)).paint(
                timber.rgb
            )
            solids += [stick.turn("y", a).move(-0.15, top + 0.02, 0.05 * i) for i, a in enumerate((15, -20))]
    elif style == "tambourine":
        jingles = ring(cylinder(0.022, 0.012, 14).turn("z", 90), 8, 0.13)
        solids = [
            lathe([(0.12, 0), (0.135, 0), (0.135, 0.05), (0.12, 0.05)], 30).paint(timber.rgb),
            cylinder(0.125, 0.004, 30).move(y=0.046).paint(skin),
            jingles.move(y=0.025).paint(CHROME),
        ]
    elif style == "kettledrum":
        bowl = lathe([(0.05, 0.25), (0.2, 0.32), (0.32, 0.5), (0.35, 0.75), (0.35, 0.8)], 28).paint((0.75, 0.45, 0.28))
        legs = merge(
            ring(rod((0.1, 0.35, 0), (0.33, 0.0, 0), 0.018), 4),
            torus(0.355, 0.018, 28, 6).move(y=0.79),
            ring(cylinder(0.012, 0.3, 6).move(y=0.48), 6, 0.37),
        )
        solids = [bowl, legs.paint(CHROME), cylinder(0.345, 0.01, 28).move(y=0.8).paint(skin)]
    else:
        profile = {
            "conga": [(0.12, 0), (0.17, 0.35), (0.175, 0.45), (0.14, 0.75)],
            "djembe": [(0.12, 0), (0.075, 0.2), (0.08, 0.3), (0.17, 0.48), (0.18, 0.6)],
            "bongos": [(0.085, 0), (0.1, 0.17)],
        }[style]
        top_r, top = profile[-1]
        one = merge(
            lathe(profile, 24).paint(timber.rgb),
            cylinder(top_r * 0.98, 0.008, 24).move(y=top).paint(skin),
            torus(top_r * 1.03, 0.01, 24, 6).move(y=top - 0.02).paint(CHROME),
        )
        solids = [one]
        if style == "bongos":
            solids = [
                one.move(x=0.1),
                one.scale(1.2, 1, 1.2).move(x=-0.14),
                box(0.08, 0.05, 0.06).move(0, 0.06, 0).paint(timber.shade(0.7)),
            ]
    return shape(
        solids,
        (
            f"a {style}" if style != "bongos" else "a pair of bongos",
            f"a {style} with a round skin",
            "a percussion drum",
        ),
        style=style,
    )


@kind("drum kit", ("drum set", "drums", "percussion instrument", "musical instrument"), FAMILY)
def drum_kit(rng: np.random.Generator) -> Shape:
    """A bass drum with toms, a snare, a floor tom, a hi-hat and cymbals, and perhaps a stool."""
    colour, toms, cymbals, stool = paint(rng), int(rng.integers(1, 4)), int(rng.integers(1, 4)), chance(rng, 0.7)
    solids = [_drum(0.28, 0.42, colour.rgb, 10).turn("x", 90).move(0, 0.29, 0.0)]
    x = (np.arange(toms) - (toms - 1) / 2) * 0.34
    solids += [_drum(0.13 + 0.015 * i, 0.2, colour.rgb, 6).turn("x", -22).move(a, 0.64, 0.1) for i, a in enumerate(x)]
    solids.append(merge(*[rod((a * 0.3, 0.55, 0.2), (a, 0.7, 0.15), 0.012) for a in x]).paint(CHROME))
    solids += [
        _drum(0.19, 0.4, colour.rgb, 6).move(0.62, 0.22, -0.25),
        ring(cylinder(0.012, 0.5, 6), 3, 0.21).move(0.62, 0, -0.25).paint(CHROME),
    ]
    solids += [
        _drum(0.17, 0.14, colour.rgb, 8).move(-0.48, 0.55, -0.25),
        merge(cylinder(0.014, 0.55, 8), ring(rod((0, 0.25, 0), (0.22, 0, 0), 0.01, sides=6), 3))
        .move(-0.48, 0, -0.25)
        .paint(CHROME),
    ]
    solids.append(merge(_cymbal(0.17, 0.84, 0), _cymbal(0.17, 0.8, 0)).move(-0.8, 0, -0.05))
    for px, pz, y in ((-0.55, 0.3, 1.2), (0.6, 0.3, 1.15), (0.95, -0.1, 1.05))[:cymbals]:
        solids.append(_cymbal(rng.uniform(0.19, 0.25), y * vary(rng, 0.05), -rng.uniform(5, 20)).move(px, 0, pz))
    if stool:
        solids += [
            cylinder(0.17, 0.08, 20).move(0, 0.45, -0.75).paint(DARK),
            merge(cylinder(0.02, 0.45, 8), ring(rod((0, 0.25, 0), (0.22, 0, 0), 0.012, sides=6), 3))
            .move(z=-0.75)
            .paint(CHROME),
        ]
    return shape(
        solids,
        (
            "a drum kit",
            f"a {colour.name} drum kit with {count(toms, 'tom')} and {count(cymbals, 'cymbal')}",
            "a drum set with a bass drum, a snare, toms and cymbals",
        ),
        toms=toms,
        cymbals=cymbals,
    )


def bell(r: float, length: float, rgb: RGB, small: float = 0.1) -> Solid:
    """A flaring bell that opens towards +z, its mouth at z = 0."""
    t = np.linspace(0, 1, 10)
    outer = np.column_stack([r * (small + (1 - small) * t**4), -length * (1 - t)])
    inner = outer[:2:-1] * (0.93, 1)
    return lathe(np.concatenate([outer, inner]), 22).turn("x", 90).paint(rgb)


@kind("trumpet", ("brass instrument", "horn", "wind instrument", "musical instrument"), FAMILY)
def trumpet(rng: np.random.Generator) -> Shape:
    """A trumpet, bugle, trombone, french horn or tuba."""
    style, (name, rgb) = pick(rng, "trumpet", "bugle", "trombone", "french horn", "tuba"), BRASS[int(rng.integers(3))]
    if style in ("trumpet", "bugle"):
        loop = tube(
            [
                (0, 0, 0.1),
                (0, 0, -0.2),
                (0, -0.03, -0.23),
                (0, -0.08, -0.23),
                (0, -0.11, -0.2),
                (0, -0.11, 0.14),
                (0, -0.08, 0.17),
                (0, -0.02, 0.17),
                (0, 0.01, 0.14),
            ],
            0.0065,
            8,
        )
        lead = merge(
            tube([(0.022, 0, 0.14), (0.022, 0, -0.33)], 0.0055, 8),
            lathe([(0.004, 0), (0.006, 0.04), (0.013, 0.07), (0.012, 0.08)], 12).turn("x", -90).move(0.022, 0, -0.32),
        )
        solids = [
            merge(loop, lead).paint(rgb),
            bell(0.062, 0.2, rgb, 0.12).move(z=0.3),
            rod((0, 0, 0.08), (0, 0, 0.14), 0.0075).paint(rgb),
        ]
        if style == "trumpet":
            valve = merge(cylinder(0.012, 0.15, 14), cylinder(0.004, 0.19, 8), cylinder(0.011, 0.006, 14).move(y=0.19))
            solids.append(array(valve, [(0.011, -0.13, z) for z in (-0.04, -0.01, 0.02)]).paint(rgb))
        words = "three valves and a flared bell" if style == "trumpet" else "a flared bell and no valves"
    elif style == "trombone":
        slide = tube(
            [(0.03, 0, -0.4), (0.03, 0, 0.55), (0.03, -0.04, 0.6), (0.03, -0.08, 0.55), (0.03, -0.08, -0.25)], 0.008, 8
        )
        back = tube(
            [
                (0.03, -0.08, -0.25),
                (0.0, -0.05, -0.25),
                (0, 0.02, -0.6),
                (0, 0.08, -0.66),
                (0, 0.14, -0.6),
                (0, 0.14, 0.0),
            ],
            0.009,
            8,
        )
        solids = [
            merge(slide, back).paint(rgb),
            bell(0.11, 0.4, rgb, 0.09).move(0, 0.14, 0.3),
            lathe([(0.008, 0), (0.016, 0.05)], 12).turn("x", -90).move(0.03, 0, -0.38).paint(rgb),
        ]
        words = "a long slide and a flared bell"
    else:
        big = style == "tuba"
        a = np.linspace(0, 2 * np.pi * (1.6 if not big else 1.3), 40)
        r = np.linspace(0.13, 0.16, 40)
        coil = tube(
            np.column_stack([0.02 * np.cos(a * 0.5), r * np.cos(a) * (1.5 if big else 1), r * np.sin(a)]),
            np.linspace(0.008, 0.02, 40),
            8,
        ).paint(rgb)
        mouth = bell(0.16, 0.34, rgb, 0.14)
        valves = array(cylinder(0.013, 0.1, 12), [(0, -0.05, z) for z in (-0.04, 0.0, 0.04)]).paint(rgb)
        pipe = tube(
            [(0, 0.1, -0.1), (0, 0.2, -0.2), (0, 0.23, -0.26)]
            if big
            else [(0, 0.05, 0.12), (0, 0.16, 0.2), (0, 0.2, 0.26)],
            0.006,
            6,
        ).paint(rgb)
        solids = [
            coil,
            valves,
            pipe,
            mouth.turn("x", -90).move(0, 0.42, 0.1) if big else mouth.turn("y", 100).move(0.22, -0.1, -0.1),
        ]
        words = "coiled tubes and a wide bell"
    size = 2.2 if style == "tuba" else 1.0
    return shape(
        [part.scale(size) for part in solids],
        (f"a {style}", f"a {name} {style} with {words}", f"a brass instrument, a {style}"),
        style=style,
    )


@kind("flute", ("woodwind instrument", "wind instrument", "musical instrument"), FAMILY)
def flute(rng: np.random.Generator) -> Shape:
    """A transverse flute, recorder, clarinet, oboe-like pipe, saxophone or pan pipes, along y."""
    style, timber = pick(rng, "transverse flute", "recorder", "clarinet", "saxophone", "pan flute"), wood(rng)
    rgb = (0.8, 0.8, 0.82) if style == "transverse flute" else DARK if style == "clarinet" else timber.rgb
    if style == "pan flute":
        n = int(rng.integers(6, 13))
        pipes = [
            cylinder(0.011, 0.09 + 0.015 * i, 14).move((i - n / 2) * 0.023, -(0.09 + 0.015 * i), 0) for i in range(n)
        ]
        band = box(n * 0.023, 0.018, 0.03).move(-0.011, -0.08, 0).paint(timber.shade(0.6))
        return shape(
            [merge(*pipes).paint(timber.rgb), band],
            ("a pan flute", f"a pan flute with {n} pipes"),
            style=style,
            pipes=n,
        )
    if style == "saxophone":
        name, brass = BRASS[int(rng.integers(3))]
        path = flow(
            [
                (0, 0.42, 0.1),
                (0, 0.5, 0.06),
                (0, 0.47, 0.0),
                (0, 0.3, 0),
                (0, 0.02, 0),
                (0, -0.06, 0.06),
                (0, 0.0, 0.12),
                (0, 0.14, 0.14),
            ],
            4,
        )
        cone_r = np.interp(np.linspace(0, 1, len(path)), [0, 0.25, 1], [0.006, 0.011, 0.036])
        t = np.linspace(0, 1, 6)
        mouth = lathe(np.column_stack([0.036 + 0.034 * t**2, 0.1 * t]), 20).turn("x", 10).move(0, 0.13, 0.14)
        keys = array(
            cylinder(0.011, 0.008, 12).turn("x", 90),
            [(0.0, y, 0.02 + 0.012 * (0.4 - y)) for y in np.linspace(0.05, 0.36, 8)],
        )
        bars = rod((0.025, 0.02, 0.01), (0.02, 0.38, 0.005), 0.004)
        return shape(
            [
                merge(tube(path, cone_r, 14), mouth, keys, bars).paint(brass),
                rod((0, 0.42, 0.1), (0, 0.4, 0.15), 0.009, 0.004).paint(DARK),
            ],
            ("a saxophone", f"a {name} saxophone with keys and an upturned bell"),
            style=style,
        )
    length = rng.uniform(0.3, 0.66)
    profile = {
        "transverse flute": [(0.01, 0), (0.01, 0.72), (0.012, 0.73), (0.012, 0.75), (0.01, 0.76), (0.01, 1.0)],
        "recorder": [
            (0.018, 0),
            (0.014, 0.06),
            (0.011, 0.2),
            (0.011, 0.22),
            (0.014, 0.7),
            (0.019, 0.74),
            (0.016, 0.86),
            (0.008, 1.0),
        ],
        "clarinet": [(0.032, 0), (0.016, 0.1), (0.013, 0.2), (0.013, 0.82), (0.016, 0.84), (0.013, 0.88), (0.006, 1.0)],
    }[style]
    solids = [lathe(np.array(profile) * (1, length), 16).paint(rgb)]
    places = [(0, length * y, 0.011) for y in np.linspace(0.2, 0.62, 7)]
    if style == "recorder":
        solids += [
            array(cylinder(0.004, 0.004, 10).turn("x", 90), places).paint(DARK),
            box(0.012, 0.018, 0.006).move(0, length * 0.83, 0.013).paint(DARK),
        ]
    else:
        pads = array(
            cylinder(0.008, 0.005, 12).turn("x", 90), [(0, length * y, 0.013) for y in np.linspace(0.12, 0.68, 10)]
        )
        solids += [merge(pads, rod((0.011, length * 0.12, 0.008), (0.011, length * 0.68, 0.008), 0.0025)).paint(CHROME)]
        if style == "transverse flute":
            solids.append(box(0.022, 0.026, 0.012).move(0, length * 0.86, 0.004).paint(rgb))
    return shape(
        solids,
        (f"a {style}", f"a slim {style} with finger holes" if style == "recorder" else f"a slim {style} with keys"),
        style=style,
        length=length,
    )
