"""Mobile phones and telephone receivers in the many forms people model them."""

from __future__ import annotations

import numpy as np

from indexer.parametric.materials import SCREEN, Material
from indexer.parametric.parts import Rng, chance, curve, pick, plate, rectangle, span
from indexer.parametric.solids import Solid, array, ball, box, cylinder, lathe, merge, ring, rounded_box, torus, tube

DARK = (0.1, 0.1, 0.11)
GREY = (0.55, 0.55, 0.57)


def receiver(rng: Rng, long: float = 0.2) -> Solid:
    """A handset along x, its two cups facing down: slim or thick, round or square, straight or bowed."""
    bow, thick = span(rng, 0.0, 0.04), span(rng, 0.009, 0.016)
    half = long / 2 - 0.015
    if chance(rng, 0.4):
        bar = rounded_box(long, thick * 1.6, 0.04, 0.008).move(y=0.015)
        cup = rounded_box(0.05, 0.035, 0.052, 0.012).move(half - 0.01, -0.012)
        return merge(bar, cup.both("x"))
    path = curve([(-half, 0.02, 0), (-half * 0.6, 0.02 + bow, 0), (half * 0.6, 0.02 + bow, 0), (half, 0.02, 0)], 10)
    r = span(rng, 0.022, 0.032)
    profile = np.array([(0.75, -0.5), (1.0, -0.2), (1.0, 0.2), (0.6, 0.75)]) * (r, 0.03)
    return merge(tube(path, thick, 10), lathe(profile, 18).move(half).both("x"))


def buttons(rng: Rng, w: float, h: float, rise: float, columns: int = 3, rows: int = 4) -> Solid:
    """Keys that fill w x h in the plane of x and y, facing +z, round or square."""
    step_x, step_y = w / columns, h / rows
    share = span(rng, 0.6, 0.92)
    key = box(step_x * share, step_y * share, rise)
    if chance(rng, 0.4):
        key = ball(step_x * share / 2, step_y * share / 2, rise, 10).move(y=step_y * share / 2)
    places = [
        ((i - (columns - 1) / 2) * step_x, (j - rows / 2) * step_y, 0.0) for i in range(columns) for j in range(rows)
    ]
    return array(key, places)


def smartphone(rng: Rng, color: Material) -> tuple[Solid, str]:
    """A smartphone: rounded plate, screen, camera hump, button, notch; with a case or a stand at times."""
    w, d = span(rng, 0.06, 0.085), span(rng, 0.006, 0.013)
    h = w * span(rng, 1.7, 2.2)
    r = w * span(rng, 0.03, 0.22)
    body = plate(rectangle(w, h, r, 5), d).turn("x", 90).move(y=h / 2).paint(color.rgb)
    if chance(rng, 0.4):
        body = rounded_box(w, h, d, d * 0.49).paint(color.rgb)
    inset_x, inset_y = span(rng, 0.86, 0.97), span(rng, 0.72, 0.96)
    glass = box(w * inset_x, h * inset_y, 0.0008).move(0, h * (1 - inset_y) / 2, d / 2)
    front = [glass.paint(pick(rng, SCREEN, (0.15, 0.3, 0.55)))]
    if inset_y < 0.85:
        home = cylinder(w * 0.08, 0.002, 16).turn("x", 90) if chance(rng, 0.6) else box(w * 0.25, h * 0.03, 0.002)
        front.append(home.move(0, h * (1 - inset_y) / 4, d / 2).paint(GREY))
    if chance(rng, 0.5):
        front.append(box(w * 0.25, 0.003, 0.002).move(0, h * 0.965, d / 2).paint(DARK))
    lens = cylinder(w * 0.07, 0.004, 14).turn("x", -90)
    places = [(-w * 0.28, h * (0.92 - 0.09 * i), -d / 2) for i in range(int(rng.integers(1, 4)))]
    back = [array(lens, places).paint(DARK)]
    if chance(rng, 0.4):
        back.append(
            rounded_box(w * 0.36, h * 0.26, 0.003, 0.001).move(-w * 0.26, h * 0.7, -d / 2).paint(color.shade(0.8))
        )
    side = array(box(0.0015, h * 0.08, d * 0.4), [(w / 2, h * 0.6, 0), (w / 2, h * 0.72, 0), (-w / 2, h * 0.7, 0)])
    if chance(rng, 0.3):
        icons = buttons(rng, w * 0.8, h * 0.6, 0.0008, 4, 6).move(y=h * 0.52, z=d / 2).paint((0.8, 0.8, 0.82))
        front.append(icons)
    return merge(body, *front, *back, side.paint(GREY)), "a phone with a large touch screen"


def bar(rng: Rng, color: Material) -> tuple[Solid, str]:
    """A mobile phone with keys: bar, brick, slider, or with a full keyboard."""
    style = pick(rng, "bar", "bar", "brick", "slider", "keyboard")
    w, deep = span(rng, 0.042, 0.055), span(rng, 0.012, 0.024)
    h, dark = w * span(rng, 2.1, 2.8), DARK if color.name != "black" else GREY
    if style == "brick":
        w, h, deep = 0.06, span(rng, 0.17, 0.22), span(rng, 0.03, 0.06)
    if style == "keyboard":
        w, h = span(rng, 0.06, 0.07), span(rng, 0.105, 0.125)
    body = rounded_box(w, h, deep, deep * span(rng, 0.1, 0.49))
    if chance(rng, 0.3):
        body = body.taper(span(rng, 0.8, 1.25))
    columns, rows = (8, 4) if style == "keyboard" else (3, int(rng.integers(4, 6)))
    low, high = 0.06 * h, h * span(rng, 0.4, 0.52)
    pads = buttons(rng, w * 0.82, high - low, deep * 0.15, columns, rows).move(y=(low + high) / 2, z=deep / 2)
    disc = torus(w * 0.14, w * 0.04, 16, 6).turn("x", 90).move(y=high + h * 0.07, z=deep / 2)
    glass = box(w * span(rng, 0.7, 0.9), h * span(rng, 0.24, 0.34), 0.002).move(y=h * 0.63, z=deep / 2)
    slot = box(w * 0.3, h * 0.012, 0.003).move(y=h * 0.955, z=deep / 2)
    parts = [body.paint(color.rgb), merge(pads, disc, slot).paint(dark), glass.paint((0.55, 0.65, 0.45))]
    aerial = style == "brick" or chance(rng, 0.35)
    if aerial:
        long = h * span(rng, 0.12, 0.6)
        stub = cylinder(w * span(rng, 0.05, 0.14), long, 10, w * 0.05).move(w * 0.32, h * 0.97, -deep * 0.2)
        parts.append(stub.paint(DARK))
    if style == "slider":
        parts.append(
            rounded_box(w, h * 0.8, deep * 0.6, deep * 0.2).move(y=h * 0.5, z=-deep * 0.75).paint(color.shade(0.7))
        )
    words = "an old mobile phone with buttons" + " and an antenna" * aerial
    return merge(*parts), words if style != "keyboard" else "a mobile phone with a full keyboard"


def booth(rng: Rng, color: Material) -> tuple[Solid, str]:
    """A wall phone or a pay phone: an upright case, a receiver in its hook at the side, keys or a dial, a cord."""
    w, h, d = span(rng, 0.16, 0.26), span(rng, 0.24, 0.45), span(rng, 0.07, 0.14)
    case = rounded_box(w, h, d, 0.015) if chance(rng, 0.5) else box(w, h, d, (1, span(rng, 0.5, 1.0)))
    hand = receiver(rng, min(0.2, h * 0.7)).turn("z", 90).move(-w * 0.32, h * 0.6, d / 2 + 0.035)
    if chance(rng, 0.5):
        face = buttons(rng, w * 0.4, w * 0.5, 0.01).move(w * 0.18, h * 0.45, d / 2)
    else:
        face = merge(torus(w * 0.2, 0.012, 24, 8), ring(cylinder(0.008, 0.01, 8), 10, w * 0.2)).turn("x", 90)
        face = face.move(w * 0.16, h * 0.5, d / 2 + 0.005)
    at = np.linspace(0, 1, 60)
    sag = -0.14 * np.sin(np.pi * at) - 0.02
    coil = np.stack([-w * 0.32 + at * w * 0.5, h * 0.3 + sag, d / 2 + 0.01 * np.sin(at * 80)], axis=1)
    parts = [case.paint(color.rgb), hand.paint(DARK), face.paint(GREY), tube(coil, 0.004, 5).paint(DARK)]
    if chance(rng, 0.4):
        parts.append(box(w * 0.3, 0.03, 0.01).move(w * 0.16, h * 0.85, d / 2).paint(GREY))
    return merge(*parts), "a wall telephone with a receiver on a cord"


def desk_set(rng: Rng, color: Material) -> tuple[Solid, str]:
    """A desk phone: a low wedge, dome or block under a receiver that lies across, along or beside; feet, cord, keys."""
    w, d, h = span(rng, 0.16, 0.25), span(rng, 0.16, 0.24), span(rng, 0.05, 0.13)
    style = pick(rng, "dome", "block", "pyramid", "wedge")
    case = {
        "dome": lambda: lathe(np.array([(1, 0), (0.98, 0.2), (0.75, 0.6), (0.45, 1.0)]) * (w / 2, h), 28),
        "block": lambda: rounded_box(w, h * 0.8, d, span(rng, 0.005, 0.03)),
        "pyramid": lambda: box(w, h, d, (span(rng, 0.4, 0.7), span(rng, 0.3, 0.6))),
        "wedge": lambda: box(w, h, d).warp(
            lambda p: p * np.stack([p[:, 0] * 0 + 1, 0.65 - 0.7 * p[:, 2] / d, p[:, 0] * 0 + 1], 1)
        ),
    }[style]()
    top = float(case.vertices[:, 1].max())
    hand = receiver(rng, span(rng, 0.18, 0.23))
    beside = style in ("block", "wedge") and chance(rng, 0.6)
    cradle = box(0.014, 0.03, 0.04).move(0.05, top - 0.008, -d * 0.1 * (not beside)).both("x")
    hand = hand.turn("y", 90).move(-w * 0.36, top + 0.012, 0) if beside else hand.move(y=top + 0.025, z=-d * 0.1)
    slope = {"dome": 40.0, "pyramid": 55.0, "wedge": 35.0}.get(style, 8.0) * span(rng, 0.7, 1.1)
    dialled = chance(rng, 0.45)
    if dialled:
        face = merge(cylinder(w * 0.2, 0.01, 28), torus(w * 0.2, 0.007, 24, 6).move(y=0.01))
        face = merge(face, ring(cylinder(w * 0.025, 0.004, 8).move(y=0.01), 10, w * 0.15, start=-60, sweep=280))
    else:
        face = buttons(rng, w * 0.42, w * 0.5, 0.008).turn("x", -90)
    panel = face.turn("x", slope).move(w * 0.12 * beside, h * (0.62 if slope > 20 else 0.8), d * 0.24)
    parts = [case.paint(color.rgb), panel.paint(GREY if color.name == "black" else DARK), hand.paint(color.shade(0.9))]
    parts.append(cradle.paint(color.rgb))
    if chance(rng, 0.5):
        at = np.linspace(0, 26 * np.pi, 100)
        x, z = np.linspace(-w * 0.5, -w * 0.75, 100), np.linspace(d * 0.3, -d * 0.3, 100)
        parts.append(tube(np.stack([x, 0.012 + 0.008 * np.sin(at), z + 0.008 * np.cos(at)], 1), 0.002, 4).paint(DARK))
    kind_of = "a rotary dial" if dialled else "push buttons"
    return merge(*parts), f"a desk phone with {kind_of} and a receiver"
