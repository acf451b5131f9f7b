"""Machines for washing, cleaning, cooling and light."""

from __future__ import annotations

import numpy as np

from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import LIGHT, paint
from indexer.parametric.parts import (
    Rng,
    chance,
    curve,
    dial,
    frame,
    made,
    pick,
    slats,
    span,
)
from indexer.parametric.solids import (
    ball,
    box,
    capsule,
    cylinder,
    lathe,
    loft,
    merge,
    ring,
    rounded_box,
    sheet,
    torus,
    tube,
)

WHITE_GOODS = ("white", "white", "grey", "black", "beige")

DARK = (0.1, 0.1, 0.11)


@kind("washing machine", also=("washer",), family="electronics")
def washing_machine(rng: Rng) -> Shape:
    """A front or top loading washer, or a dryer."""
    w, h, d, color = span(rng, 0.55, 0.65), span(rng, 0.82, 0.95), span(rng, 0.5, 0.65), paint(rng, *WHITE_GOODS)
    front, r = chance(rng, 0.75), span(rng, 0.16, 0.22)
    parts = [
        box(w, h, d).paint(color.rgb),
        box(w * 0.2, 0.06, 0.01).move(-w * 0.3, h * 0.89, d / 2).paint(color.shade(0.8)),
    ]
    parts.append(dial(0.03).move(w * 0.1, h * 0.93, d / 2).paint(color.shade(0.7)))
    parts.append(
        slats(
            3, (w * 0.25, h * 0.93, d / 2), (w * 0.4, h * 0.93, d / 2), cylinder(0.01, 0.008, 10).turn("x", 90)
        ).paint(DARK)
    )
    if front:
        porthole = merge(
            torus(r, 0.025, 28, 8).turn("x", 90).paint(pick(rng, color.shade(0.8), (0.7, 0.7, 0.72), DARK)),
            ball(r * 0.95, r * 0.95, 0.035, sides=20).paint((0.25, 0.32, 0.36)),
        )
        parts.append(porthole.move(y=h * 0.48, z=d / 2 + 0.005))
    else:
        parts += [
            box(w * 0.9, 0.02, d * 0.75).move(y=h, z=0.04).paint(color.shade(1.05)),
            box(w, 0.12, 0.1).move(y=h, z=-d / 2 + 0.05).paint(color.rgb),
        ]
    return made(
        "washing machine",
        merge(*parts),
        f"{an(color.name)} washing machine",
        f"a {'front' if front else 'top'}-loading washer",
        "a laundry machine with a round glass door" if front else "a laundry machine with a lid on top",
        style=f"{'front' if front else 'top'} loader",
        material=color.name,
    )


@kind("fan", also=("electric fan",), family="electronics")
def fan(rng: Rng) -> Shape:
    """A desk, standing or ceiling fan."""
    style, blades, r, color = (
        pick(rng, "desk", "standing", "ceiling", "box"),
        int(rng.integers(3, 7)),
        span(rng, 0.15, 0.24),
        paint(rng, *WHITE_GOODS, "blue", "red"),
    )
    u, v = np.meshgrid(np.linspace(0.15, 0.92, 6), np.linspace(-1, 1, 4), indexing="ij")
    pitch = 4 if style == "ceiling" else 1
    wide = r * (0.14 if style == "ceiling" else 0.9 / blades + 0.12) * np.sqrt(np.sin(np.pi * (u * 0.85 + 0.12)))
    blade = sheet(np.stack([u * r * pitch / (2 if style == "ceiling" else 1), wide * v * 0.3, wide * v], axis=2), 0.004)
    rotor = merge(ring(blade, blades), lathe([(r * 0.16, -0.03), (r * 0.17, 0.02), (0, 0.05)], 16))
    if style == "ceiling":
        solid = merge(
            rotor,
            cylinder(r * 0.4, 0.09, 20).move(y=0.02),
            cylinder(0.012, 0.3, 8).move(y=0.1),
            lathe([(0.02, 0.35), (0.06, 0.4), (0.06, 0.42)], 16),
            ball(0.07, 0.05, sides=12).move(y=-0.04).paint(LIGHT),
        ).paint(color.rgb)
    else:
        head = rotor.turn("x", 90)
        hoops = [
            torus(r * s, 0.003, 28, 5).turn("x", 90).move(z=z)
            for s, z in ((1, 0), (0.75, 0.055), (0.4, 0.065), (0.75, -0.055))
        ]
        wires = ring(
            tube([(0.02, 0.068, 0), (r * 0.7, 0.058, 0), (r, 0, 0), (r * 0.7, -0.058, 0)], 0.0018, 4), 14
        ).turn("x", 90)
        motor = capsule((0, 0, -0.06), (0, 0, -0.14), 0.05)
        guard = merge(*hoops, wires).paint((0.75, 0.75, 0.77))
        if style == "box":
            case = merge(frame(2.3 * r, 2.3 * r, 0.03, 0.13).move(y=-1.15 * r), box(0.1, 0.02, 0.02).move(y=1.15 * r))
            bars = slats(9, (0, -r, 0.06), (0, r, 0.06), box(2.2 * r, 0.006, 0.006))
            solid = merge(head.paint(color.shade(0.8)), merge(case, bars).paint(color.rgb))
        else:
            low = span(rng, 0.8, 1.1) if style == "standing" else r * 1.35
            stand = merge(
                cylinder(0.018, low, 10).move(y=-low, z=-0.1),
                lathe([(r * 0.85, 0), (r * 0.8, 0.02), (0.03, 0.05)], 24).move(y=-low, z=-0.1),
            )
            solid = merge(merge(head, motor, stand).paint(color.rgb), guard)
    name = {"desk": "table fan", "box": "box fan"}.get(style, f"{style} fan")
    return made(
        "fan",
        solid,
        f"{an(color.name)} fan",
        f"{an(name)} with {count(blades, 'blade')}",
        f"{an(name)} that blows air",
        style=name,
        material=color.name,
        blades=blades,
    )


@kind("air conditioner", family="electronics")
def air_conditioner(rng: Rng) -> Shape:
    """A wall unit, or the unit outside."""
    outside, color = chance(rng, 0.4), paint(rng, "white", "white", "grey", "beige")
    if outside:
        w, h, d = span(rng, 0.75, 0.9), span(rng, 0.55, 0.7), span(rng, 0.28, 0.36)
        r = h * 0.4
        grille = merge(
            *[torus(r * s, 0.006, 24, 5).turn("x", 90) for s in (0.3, 0.55, 0.8, 1.0)],
            box(2 * r, 0.01, 0.01),
            box(0.01, 2 * r, 0.01).move(y=-r),
        ).move(-w * 0.15, h / 2, d / 2)
        vents = slats(8, (w * 0.36, h * 0.15, d / 2), (w * 0.36, h * 0.85, d / 2), box(w * 0.2, 0.02, 0.008))
        solid = merge(
            box(w, h, d).paint(color.rgb),
            grille.paint(DARK),
            vents.paint(color.shade(0.7)),
            box(0.08, 0.04, d).move(w * 0.35, -0.04).both("x").paint(DARK),
        )
    else:
        w, h, d = span(rng, 0.75, 1.0), span(rng, 0.26, 0.32), span(rng, 0.18, 0.24)
        flap = box(w * 0.88, 0.008, 0.08).turn("x", 35).move(y=0.03, z=d * 0.42)
        solid = merge(
            rounded_box(w, h, d, 0.05).paint(color.rgb),
            flap.paint(color.shade(0.85)),
            box(0.06, 0.02, 0.006).move(w * 0.38, h * 0.4, d / 2).paint((0.2, 0.5, 0.3)),
            box(w * 0.88, 0.02, 0.02).move(y=0.02, z=d * 0.4).paint(DARK),
        )
    return made(
        "air conditioner",
        solid,
        f"{an(color.name)} air conditioner",
        "an outdoor cooling unit with a round grille" if outside else "a wall-mounted cooling unit with a flap",
        "a machine that cools a room",
        style="outdoor unit" if outside else "wall unit",
        material=color.name,
    )


@kind("vacuum cleaner", also=("hoover",), family="electronics")
def vacuum(rng: Rng) -> Shape:
    """A canister, upright or robot vacuum cleaner."""
    color, style = paint(rng), pick(rng, "canister", "upright", "robot")
    nozzle = merge(box(0.28, 0.03, 0.1), cylinder(0.018, 0.06, 10).turn("x", -30).move(y=0.02)).paint(DARK)
    if style == "robot":
        r = span(rng, 0.15, 0.18)
        solid = merge(
            lathe([(r * 0.96, 0.01), (r, 0.03), (r, 0.07), (r * 0.95, 0.085), (0, 0.085)], 32).paint(color.rgb),
            lathe([(r * 0.25, 0.085), (r * 0.24, 0.1), (0, 0.1)], 20).paint(DARK),
            cylinder(0.03, 0.03, 12).turn("z", 90).move(r * 0.7, 0.02).both("x").paint(DARK),
        )
    elif style == "upright":
        body = capsule((0, 0.2, -0.06), (0, 0.6, -0.2), 0.09, 0.06, 16)
        bar = tube(curve([(0, 0.6, -0.2), (0, 0.95, -0.33), (0, 1.1, -0.4), (0, 1.12, -0.34)], 9), 0.015, 8)
        solid = merge(
            merge(body, rounded_box(0.32, 0.1, 0.24, 0.03)).paint(color.rgb),
            bar.paint(DARK),
            cylinder(0.06, 0.03, 14).turn("z", 90).move(0.16, 0.05, -0.1).both("x").paint(DARK),
        )
    else:
        body = ball(0.13, 0.11, 0.2, sides=18).move(y=0.12)
        wheel = cylinder(0.08, 0.03, 18).turn("z", 90).move(0.14, 0.08, -0.1).both("x").paint(DARK)
        hose = tube(curve([(0, 0.15, 0.18), (0.05, 0.5, 0.35), (0.1, 0.75, 0.5), (0.12, 0.7, 0.6)], 16), 0.02, 8)
        pipe = tube([(0.12, 0.7, 0.6), (0.12, 0.05, 0.95)], 0.016, 8).paint((0.7, 0.7, 0.72))
        solid = merge(body.paint(color.rgb), wheel, hose.paint(DARK), pipe, nozzle.move(0.12, 0, 0.98))
    words = {"robot": "a flat round robot vacuum", "upright": "an upright hoover with a long handle"}.get(
        style, "a canister vacuum with a hose and wheels"
    )
    return made(
        "vacuum cleaner",
        solid,
        f"{an(color.name)} vacuum cleaner",
        words,
        "a machine for cleaning carpets",
        style=f"{style} vacuum",
        material=color.name,
    )


@kind("clothes iron", also=("flat iron",), family="electronics")
def iron(rng: Rng) -> Shape:
    """An iron for pressing clothes."""
    color, long = paint(rng), span(rng, 0.2, 0.26)
    w = long * span(rng, 0.42, 0.52)
    t = np.linspace(0, 1, 9)
    half = w / 2 * np.sqrt(1 - t**2)
    side = np.stack([half, t * long * 0.72], 1)
    outline = np.concatenate(
        [[(w / 2, -long * 0.28)], side[:-1], [(0, long * 0.72)], side[:-1][::-1] * (-1, 1), [(-w / 2, -long * 0.28)]]
    )
    rings = [np.insert(outline * s, 1, y, axis=1) for s, y in ((1, 0.01), (0.95, 0.04), (0.7, 0.08), (0.5, 0.1))]
    sole = [np.insert(outline * 1.02, 1, y, axis=1) for y in (0.0, 0.012)]
    grip = tube(
        curve(
            [
                (0, 0.08, long * 0.32),
                (0, 0.14, long * 0.28),
                (0, 0.15, 0),
                (0, 0.14, -long * 0.22),
                (0, 0.05, -long * 0.25),
            ],
            14,
        ),
        0.014,
        10,
    )
    return made(
        "clothes iron",
        merge(
            loft(np.stack(rings)).paint(color.rgb),
            loft(np.stack(sole)).paint((0.75, 0.76, 0.78)),
            grip.paint(color.shade(0.7)),
            dial(0.018).turn("x", -90).move(y=0.1),
        ),
        f"{an(color.name)} iron",
        "a steam iron with a pointed metal sole",
        "an iron for pressing clothes",
        style="steam iron",
        material=color.name,
    )


@kind("light bulb", also=("lightbulb",), family="electronics")
def light_bulb(rng: Rng) -> Shape:
    """A bulb, a candle bulb, a globe or a spiral."""
    style, r = pick(rng, "classic", "globe", "candle", "spiral"), span(rng, 0.025, 0.035)
    thread = np.array([[(0.42, 0.28 + 0.14 * i), (0.46, 0.35 + 0.14 * i)] for i in range(5)]).reshape(-1, 2)
    cap = lathe(np.concatenate([[(0.12, 0), (0.18, 0.08), (0.4, 0.25)], thread, [(0.42, 1.0)]]) * r, 18).paint(
        (0.72, 0.72, 0.74)
    )
    profiles = {
        "classic": [(0.42, 1), (0.5, 1.4), (0.95, 2.3), (1, 2.8), (0.7, 3.45), (0.001, 3.7)],
        "globe": [(0.42, 1), (0.6, 1.3), (1.3, 2.1), (1.4, 2.8), (0.9, 3.7), (0.001, 4.0)],
        "candle": [(0.42, 1), (0.65, 1.6), (0.6, 2.3), (0.25, 3.3), (0.001, 3.8)],
    }
    if style == "spiral":
        turn = np.linspace(0, 6 * np.pi, 50)
        coil = tube(np.stack([0.62 * np.cos(turn), 1.5 + turn * 0.11, 0.62 * np.sin(turn)], 1) * r, r * 0.2, 8)
        glass = merge(coil, cylinder(r * 0.55, r * 0.6, 16).move(y=r * 0.95))
    else:
        glass = lathe(curve(profiles[style], 14) * r, 22)
    down = chance(rng, 0.3)
    solid = merge(cap, glass.paint(pick(rng, LIGHT, (0.95, 0.95, 0.95))))
    return made(
        "light bulb",
        solid.turn("x", 180) if down else solid,
        "an electric light bulb",
        f"{an(style)} bulb {'hanging with its cap up' if down else 'with a screw cap'}",
        "a lamp bulb",
        style=f"{style} light bulb",
        material="glass",
    )
