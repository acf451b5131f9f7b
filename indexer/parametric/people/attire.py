"""What figures wear and carry: heads with hair and hats, robes, capes, armour, packs, wings, weapons, plinths."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, hull, limb, pick, rod
from indexer.parametric.people.builds import SIDES, Joints
from indexer.parametric.people.figures import stood
from indexer.parametric.people.stances import Build
from indexer.parametric.solids import ball, box, cone, cylinder, lathe, loft, rounded_box, sheet, torus
from indexer.parametric.surface import Solid, merge, ring


def hair(size: float, rng: np.random.Generator) -> tuple[Solid, str]:
    """Hair on a head of height `size` about the origin, and its word."""
    style = pick(rng, "short hair", "long hair", "a ponytail", "a bun", "spiky hair", "an afro", "pigtails")
    cap = ball(0.42, 0.42, 0.46, 14).move(0, 0.14, -0.08)
    extra = {
        "short hair": cap,
        "long hair": stood(hull([(-0.95, 0.3, -0.42, -0.1), (-0.3, 0.44, -0.5, 0.0), (0.2, 0.4, -0.5, 0.1)], 12, 3)),
        "a ponytail": limb([(0, 0.2, -0.45, 0.12), (0, 0.0, -0.75, 0.15), (0, -0.6, -0.72, 0.05)], 8),
        "a bun": ball(0.2, sides=10).move(0, 0.5, -0.3),
        "an afro": ball(0.66, 0.6, 0.62, 16).move(0, 0.25, -0.14),
        "pigtails": limb([(0.35, 0.15, -0.1, 0.1), (0.62, 0, -0.1, 0.14), (0.66, -0.6, -0.1, 0.05)], 8).both("x"),
    }
    if style == "spiky hair":
        spikes = [
            cone(0.14, rng.uniform(0.3, 0.6), 6).move(y=0.3).turn("x", lean).turn("z", tilt).move(0, 0.12, -0.06)
            for lean in (-75, -40, 0, 35)
            for tilt in (-45, 0, 45)
        ]
        return merge(cap, *spikes).scale(size), style
    return merge(cap, extra[style]).scale(size), style


HATS = {
    "a top hat": [(0.7, 0), (0.7, 0.05), (0.4, 0.06), (0.44, 0.62), (0, 0.62)],
    "a wizard hat": [(0.85, 0), (0.8, 0.05), (0.42, 0.1), (0.2, 0.8), (0, 1.4)],
    "a brimmed hat": [(0.75, 0.06), (0.72, 0.1), (0.41, 0.06), (0.38, 0.36), (0.2, 0.42), (0, 0.38)],
    "a helmet": [(0.48, -0.35), (0.5, 0.0), (0.4, 0.32), (0.15, 0.45), (0, 0.46)],
    "a conical straw hat": [(0.95, -0.1), (0.05, 0.4), (0, 0.4)],
    "a hood": [(0.42, -0.72), (0.52, -0.2), (0.5, 0.15), (0.3, 0.44), (0, 0.55)],
}


def hat(size: float, rng: np.random.Generator) -> tuple[Solid, str]:
    """Headgear for a head of height `size` about the origin, and its word."""
    word = pick(rng, *HATS, "a horned helmet", "a crown", "a cap")
    if word == "a crown":
        spike = cone(0.1, 0.28, 4).move(y=0.12)
        return merge(cylinder(0.44, 0.16, 16), ring(spike, 7, 0.36)).move(y=0.22).scale(size), word
    if word == "a cap":
        peak = box(0.5, 0.05, 0.4).move(0, 0.0, 0.5)
        return merge(lathe([(0.46, 0), (0.44, 0.2), (0.25, 0.36), (0, 0.38)], 16), peak).move(y=0.16).scale(size), word
    body = lathe(np.maximum(HATS["a helmet" if "helmet" in word else word], (0, -9)), 18).move(y=0.14)
    if word == "a horned helmet":
        horn = limb([(0.4, 0.25, 0, 0.12), (0.75, 0.4, 0, 0.09), (0.85, 0.85, 0.1, 0.01)], 8).both("x")
        return merge(body, horn).scale(size), word
    return body.scale(size), word


def robe(at: Joints, b: Build, rng: np.random.Generator, to: float) -> Solid:
    """A skirt or robe from the waist to `to` metres above the ground, folded or plain."""
    waist = float(at["pelvis"][1] + 0.1 * b.h)
    folds, deep = int(rng.integers(6, 14)), rng.uniform(0, 0.12)
    heights = np.linspace(to, waist, 7)
    radii = np.interp(heights, [to, waist], [rng.uniform(0.12, 0.26) * b.h, b.hips * 1.45 * b.h])
    turn = 2 * np.pi * np.arange(28) / 28
    wave = 1 + deep * np.sin(folds * turn)[None, :] * np.linspace(1, 0, 7)[:, None]
    rings = np.stack(
        [
            radii[:, None] * wave * np.cos(turn),
            np.repeat(heights[:, None], 28, 1),
            radii[:, None] * wave * np.sin(turn),
        ],
        2,
    )
    return loft(rings).scale(1, 1, 0.85).move(at["pelvis"][0], 0, at["pelvis"][2])


def cape(at: Joints, b: Build, rng: np.random.Generator) -> Solid:
    """A cloth from the shoulders down the back."""
    h, flow_out, long = b.h, rng.uniform(0.05, 0.4), rng.uniform(0.35, 0.75)
    u, v = np.linspace(0, 1, 8)[:, None], np.linspace(-1, 1, 9)[None, :]
    x = v * h * (b.shoulders * 1.05 + 0.1 * u)
    y = at["neck"][1] - 0.02 * h - u * long * h * (1 - 0.25 * flow_out) + 0 * v
    z = at["neck"][2] - 0.075 * h - u * flow_out * h * 0.7 - 0.02 * h * np.cos(v * 7) * u + 0.03 * h * v**2
    return sheet(np.stack(np.broadcast_arrays(x, y, z), 2), 0.012 * h)


def armour(at: Joints, b: Build, rng: np.random.Generator) -> Solid:
    """Pauldrons, breast plate, knee caps and greaves."""
    h = b.h
    pad = 0.06 * h * rng.uniform(0.8, 1.5)
    parts = [ball(pad, pad * 0.8, pad, 12).move(*(at[f"shoulder {s}"] + (0, 0.02 * h, 0))) for s in SIDES]
    parts.append(ball(b.shoulders * 0.98 * h, 0.13 * h, 0.095 * h, 16).move(*at["chest"]))
    belt = torus(b.hips * 1.55 * h, 0.02 * h, 18, 6).scale(1, 1.3, 0.75)
    parts.append(belt.move(*(at["pelvis"] + at["up"] * 0.05 * h)))
    for s in SIDES:
        knee, ankle, elbow, wrist = (at[f"{name} {s}"] for name in ("knee", "ankle", "elbow", "wrist"))
        parts.append(rod(knee + (ankle - knee) * 0.15, knee + (ankle - knee) * 0.85, 0.045 * h, 0.036 * h, 10))
        parts.append(rod(elbow + (wrist - elbow) * 0.2, wrist, 0.035 * h, 0.03 * h, 10))
    return merge(*parts)


def wings(at: Joints, b: Build, rng: np.random.Generator) -> Solid:
    """A pair on the back: feathered, or a bat's."""
    h, reach, up = b.h, rng.uniform(0.4, 0.85), rng.uniform(-0.1, 0.4)
    u, v = np.linspace(0, 1, 11)[:, None], np.linspace(0, 1, 6)[None, :]
    scallop = 0.06 * np.abs(np.sin(u * np.pi * rng.integers(3, 6))) if chance(rng) else 0 * u
    drop = (0.25 + 0.35 * np.sin(np.pi * (0.15 + 0.8 * u)) - scallop) * v
    y = at["chest"][1] + h * (up * u + 0.12 * np.sin(np.pi * u) + 0.05 - drop)
    z = at["chest"][2] - h * (0.08 + rng.uniform(0.05, 0.35) * u + 0 * v)
    x = h * (0.03 + reach * u * (1 - 0.1 * v))
    return sheet(np.stack(np.broadcast_arrays(x, y, z), 2), 0.02 * h).both("x")


def held(at: Joints, b: Build, rng: np.random.Generator) -> tuple[Solid, str]:
    """Something in the right hand, perhaps a shield in the left; and the word."""
    h = b.h
    word = pick(rng, "a sword", "a spear", "a staff", "an axe", "a gun", "a sword and a shield", "a bow", "a club")
    long = h * rng.uniform(0.4, 0.6)
    blade = merge(
        box(0.045 * h, long, 0.012 * h, (0.5, 1)).move(y=0.06 * h),
        box(0.13 * h, 0.02 * h, 0.03 * h).move(y=0.05 * h),
        cylinder(0.012 * h, 0.12 * h, 8).move(y=-0.07 * h),
    )
    pole = cylinder(0.013 * h, 1.05 * h, 8).move(y=-0.55 * h)
    barrel = merge(box(0.04 * h, 0.07 * h, 0.32 * h), box(0.035 * h, 0.12 * h, 0.04 * h).move(0, -0.1 * h, -0.05 * h))
    bow = torus(0.3 * h, 0.012 * h, 16, 6, sweep=170).turn("z", 90).turn("x", 90).turn("y", 90)
    thing = {
        "a spear": merge(pole, cone(0.035 * h, 0.15 * h, 6).move(y=0.48 * h)),
        "a staff": merge(pole, ball(0.05 * h, sides=10).move(y=0.52 * h)),
        "an axe": merge(pole.scale(1, 0.6, 1), box(0.2 * h, 0.16 * h, 0.02 * h, (0.6, 1)).move(0.06 * h, 0.12 * h)),
        "a gun": barrel.move(z=0.1 * h),
        "a bow": bow,
        "a club": lathe([(0.012, -0.08), (0.016, 0.1), (0.045, 0.35), (0.03, 0.42)], 10).scale(h),
    }.get(word, blade)
    hand = (at["hand r"] + at["wrist r"]) / 2
    tilt = 0.0 if word in ("a gun", "a bow", "a spear", "a staff") else rng.uniform(-30, 50)
    placed = thing.turn("x", tilt).move(*hand)
    if "shield" in word:
        disc = cylinder(0.2 * h, 0.03 * h, 20) if chance(rng) else box(0.28 * h, 0.03 * h, 0.42 * h)
        placed = merge(placed, disc.turn("x", 90).move(*(at["wrist l"] + (0.03 * h, 0, 0.05 * h))))
    return placed, word


def pack(at: Joints, b: Build, rng: np.random.Generator) -> Solid:
    """A backpack, a jet pack or a quiver."""
    h, w = b.h, rng.uniform(0.16, 0.26)
    body = rounded_box(w * h, 0.28 * h, 0.12 * h, 0.03 * h).move(0, -0.14 * h, 0)
    tanks = cylinder(0.05 * h, 0.3 * h, 12).move(0.06 * h, -0.15 * h).both("x")
    return (body if chance(rng, 0.7) else tanks).move(*(at["chest"] - at["ahead"] * 0.13 * h))


def plinth(b: Build, rng: np.random.Generator) -> Solid:
    """A base under a statue or a game miniature, its top at y = 0."""
    r, high = rng.uniform(0.18, 0.34) * b.h, rng.choice([0.03, 0.06, 0.25, 0.5]) * b.h
    form = pick(rng, "round", "square", "step")
    if form == "round":
        return cylinder(r, high, 28).move(y=-high)
    if form == "square":
        return box(2 * r, high, 2 * r, 0.9).move(y=-high)
    return merge(box(2.2 * r, high * 0.4, 2.2 * r), box(1.8 * r, high * 0.6, 1.8 * r).move(y=high * 0.4)).move(y=-high)


def feet_on_ground(solids: list[Solid], at: Joints) -> list[Solid]:
    """Shift the figure so that its lowest part stands at y = 0, its pelvis near the axis."""
    low = min(float(part.vertices[:, 1].min()) for part in solids)
    return [part.move(-float(at["pelvis"][0]), -low, 0) for part in solids]
