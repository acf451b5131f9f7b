"""Ways to build a car that people model by: one smooth shell, separate panels around an interior, plain blocks."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, axles, chance, hull, pick, rod, vary, wheel
from indexer.parametric.materials import GLASS, RUBBER, Material
from indexer.parametric.solids import ball, box, cylinder, lathe, loft, prism, rounded_box, sheet, torus
from indexer.parametric.surface import Points, Solid, array, merge, ring
from indexer.parametric.vehicles.cars import Plan

TUMBLE = 0.74
"""Half width of a roof as a share of the body's."""


def stations(plan: Plan, count: int = 26) -> tuple[Points, Points, Points, Points, Points]:
    """Along the car: z, half width, floor with wheel arches, shoulder height, roof height."""
    half, arch = plan.length / 2, plan.tyre * 1.16
    rims = [at + arch * np.array([-1.02, -0.98, -0.8, -0.45, 0, 0.45, 0.8, 0.98, 1.02]) for at in plan.axle_places]
    z = np.unique(np.concatenate([np.linspace(-half, half, count), *rims]).clip(-half, half))
    shoulder = np.interp(z / plan.length, *np.transpose(plan.top)) * plan.height
    low = np.full(len(z), plan.clearance)
    for at in plan.axle_places:
        inside = np.abs(z - at) < arch
        low[inside] = np.maximum(low[inside], plan.tyre + np.sqrt(arch**2 - (z[inside] - at) ** 2))
    low = np.minimum(low + 0.1 * plan.height * np.abs(z / half) ** 8, shoulder - 0.06)
    roof = shoulder
    if plan.cabin:
        keys = np.array(plan.cabin) * (plan.length, plan.height)
        roof = np.maximum(shoulder, np.interp(z, keys[:, 0], keys[:, 1], left=0, right=0))
    return z, plan.width / 2 * (1 - 0.16 * np.abs(z / half) ** 4), low, shoulder, roof


def one_shell(plan: Plan, swell: float = 0.06, crown: float = 0.04) -> Solid:
    """Body and cabin as one skin: sides that swell, a shoulder, windows that lean in, a crowned roof."""
    z, w, low, shoulder, roof = stations(plan)
    rise = np.clip((roof - shoulder) / (0.3 * plan.height), 0, 1)
    top = w * (0.93 - (0.93 - TUMBLE) * rise)
    side = low + 0.5 * (shoulder - low)
    up = crown * plan.height
    rows = [(0.84 * w, low), (0.96 * w, low + 0.15 * (shoulder - low)), ((1 + swell) * w, side)]
    rows += [(w, shoulder - 0.1 * (shoulder - low)), (0.95 * w, shoulder), (top, roof - 0.04 * plan.height * rise)]
    rows += [(0.86 * top, roof + 0.4 * up), (0.4 * top, roof + up)]
    right = np.stack([np.stack([x, y, z], axis=1) for x, y in rows], axis=1)
    return loft(np.concatenate([right, right[:, ::-1] * (-1, 1, 1)], axis=1))


def panels(plan: Plan, colour: Material, panes: bool) -> list[Solid]:
    """Two sides with arches cut out, bonnet, boot, roof, pillars and, with `panes`, thin windows: hollow inside."""
    z, w, low, shoulder, _ = stations(plan)
    outline = np.concatenate([np.column_stack([z, low]), np.column_stack([z, shoulder])[::-1]])
    side = prism(outline * (-1, 1), 0.05).turn("y", 90).move(plan.width / 2 - 0.03).both("x")
    half = plan.length / 2
    lids = [(-half, -0.3 * plan.length), (0.2 * plan.length, half)]
    if plan.cabin:
        lids = [(-half, plan.cabin[0][0] * plan.length), (plan.cabin[-1][0] * plan.length, half)]
    solids = [side]
    for first, last in lids:
        if last - first > 0.05:
            at = np.linspace(first, last, 7)
            high = np.interp(at, z, shoulder)
            across = np.linspace(-1, 1, 7)[None, :]
            x = across * (np.interp(at, z, w) * 0.98)[:, None]
            y = high[:, None] + 0.03 * plan.height * (1 - across**2)
            solids.append(sheet(np.stack([x, y, np.broadcast_to(at[:, None], x.shape)], axis=2), 0.02))
    ends = box(plan.width * 0.88, shoulder[0] - low[0], 0.06)
    solids += [ends.move(0, low[0], -half + 0.04), ends.scale(1, 0.9, 1).move(0, low[-1], half - 0.04)]
    made = [merge(*solids).paint(colour.rgb)]
    return made + (_greenhouse(plan, colour, panes) if plan.cabin else [])


def _greenhouse(plan: Plan, colour: Material, panes: bool) -> list[Solid]:
    keys = np.array(plan.cabin) * (plan.length, plan.height)
    base, edge = plan.width * 0.46, plan.width * 0.5 * TUMBLE
    across = np.linspace(-1, 1, 6)[None, :]
    rows = keys[1:-1]
    y = rows[:, 1:] + 0.03 * plan.height * (1 - across**2)
    x = np.broadcast_to(across * edge, y.shape)
    roof = sheet(np.stack([x, y, np.broadcast_to(rows[:, :1], y.shape)], axis=2), 0.03)
    feet = [(base, keys[0, 1], keys[0, 0]), (base, keys[0, 1], rows[:, 0].mean()), (base, keys[-1, 1], keys[-1, 0])]
    heads = [(edge, r[1], r[0]) for r in (rows[0], (rows[:, 0].mean(), rows[:, 1].max()), rows[-1])]
    bars = [rod(foot, head, 0.035, sides=6) for foot, head in zip(feet, heads, strict=True)]
    solids = [merge(roof, merge(*bars).both("x")).paint(colour.rgb)]
    if panes:
        across = np.linspace(-1, 1, 4)[None, :]
        for foot, head in ((feet[2], heads[2]), (feet[0], heads[0])):
            corners = np.array([foot, head])
            grid = np.stack([np.broadcast_to(corners[:, i : i + 1], (2, 4)) for i in range(3)], axis=2).copy()
            grid[:, :, 0] = across * corners[:, :1]
            solids.append(sheet(grid, 0.01).paint(GLASS))
        wall = np.array([[feet[0], feet[1], feet[2]], [heads[0], heads[1], heads[2]]])
        solids.append(sheet(wall, 0.01).both("x").paint(GLASS))
    return solids


def interior(plan: Plan, rng: np.random.Generator, colour: Material) -> list[Solid]:
    """Floor, seats, dashboard, steering wheel, engine, axles, exhaust: what a look under the skin shows."""
    w, h, length, low = plan.width, plan.height, plan.length, plan.clearance + 0.05
    seat = merge(rounded_box(0.5, 0.22, 0.5, 0.05), rounded_box(0.48, 0.62, 0.14, 0.05).turn("x", -14).move(z=-0.22))
    front = 0.02 * length
    seats = [seat.move(w * 0.23, low + 0.1, front).both("x")]
    if chance(rng, 0.7):
        seats.append(seat.scale(1, 1, 0.9).move(w * 0.23, low + 0.12, front - 0.2 * length).both("x"))
    solids = [merge(*seats).paint(colour.shade(0.6)), box(w * 0.84, 0.04, length * 0.86).move(0, low, 0).paint(DARK)]
    solids.append(rounded_box(w * 0.8, 0.22, 0.3, 0.06).move(0, h * 0.5, length * 0.17).paint(DARK))
    solids.append(torus(0.18, 0.02, 16, 6).turn("x", 62).move(w * 0.22, h * 0.6, length * 0.12).paint(DARK))
    if chance(rng, 0.6):
        block = merge(
            box(0.5, 0.3, 0.7), *[cylinder(0.09, 0.16, 10).move(0.13, 0.28, z).both("x") for z in (-0.2, 0, 0.2)]
        )
        solids.append(block.move(0, low + 0.05, length * 0.33).paint(ALLOY))
        solids.append(box(w * 0.5, 0.35, 0.05).move(0, low + 0.05, length * 0.44).paint(DARK))
    for z in plan.axle_places:
        solids.append(rod((-w * 0.42, plan.tyre, z), (w * 0.42, plan.tyre, z), 0.04).paint(DARK))
    pipe = rod((w * 0.15, low - 0.03, length * 0.3), (w * 0.25, low - 0.03, -length * 0.5), 0.03)
    shaft = rod((0, plan.tyre, plan.axle_places[0]), (0, plan.tyre, length * 0.28), 0.05)
    return [*solids, merge(pipe, shaft).paint(ALLOY)]


def road_wheel(rng: np.random.Generator, r: float, width: float) -> Solid:
    """A wheel as people model it: one of `wheel`, a plain cylinder, a torus with a dish or many spokes, few sides."""
    style = pick(rng, "disc", "spoked", "bare", "cylinder", "torus", "many", "coarse")
    if style in ("disc", "spoked", "bare"):
        return wheel(r, width, style)
    if style in ("cylinder", "coarse"):
        sides = 24 if style == "cylinder" else int(rng.integers(6, 13))
        hub = cylinder(r * 0.55, width * 1.06, sides).move(y=-width * 0.53).paint(ALLOY)
        return merge(cylinder(r, width, sides).move(y=-width / 2).paint(RUBBER), hub).turn("z", 90)
    tyre = torus(r - width * 0.42, width * 0.42, 28, 10).paint(RUBBER)
    if style == "torus":
        dish = lathe([(r * 0.1, -width * 0.2), (r * 0.7, -width * 0.1), (r * 0.7, width * 0.1), (r * 0.1, width * 0.3)])
        return merge(tyre, dish.paint(ALLOY)).turn("z", 90)
    spokes = ring(rod((0, 0, 0), (r * 0.7, 0, 0), r * 0.035, sides=5), int(rng.integers(7, 15)))
    return merge(tyre, merge(spokes, cylinder(r * 0.15, width * 0.6, 10).move(y=-width * 0.3)).paint(ALLOY)).turn(
        "z", 90
    )


def wheels_of(plan: Plan, rng: np.random.Generator) -> list[Solid]:
    """Four of `road_wheel`, sunk into the arches, flush or standing out."""
    width = plan.tyre * rng.uniform(0.45, 0.85)
    sunk = rng.uniform(-0.03, 0.16)
    return axles(road_wheel(rng, plan.tyre, width), plan.width - width - 2 * sunk, plan.axle_places, plan.tyre)


def blocks(plan: Plan, rng: np.random.Generator, colour: Material) -> list[Solid]:
    """A toy: one block for the body, one for the cabin, blocks for lamps and bumpers; rounded or sharp."""
    w, length, h = plan.width, plan.length, plan.height
    belt, round_off = h * rng.uniform(0.5, 0.66), rng.uniform(0.03, 0.3) * chance(rng, 0.6)
    lower = _block(w, belt - plan.clearance, length, round_off).move(y=plan.clearance)
    keys = np.array(plan.cabin or ((-0.35, 0.6), (-0.25, 1), (0.05, 1), (0.2, 0.6)))
    z0, z1 = keys[0, 0] * length, keys[-1, 0] * length
    taper = (rng.uniform(0.75, 0.95), rng.uniform(0.55, 0.95))
    upper = box(w * 0.92, h - belt, z1 - z0, taper) if chance(rng) else _block(w * 0.9, h - belt, z1 - z0, round_off)
    solids = [lower.paint(colour.rgb), upper.move(0, belt, (z0 + z1) / 2).paint(GLASS if chance(rng) else colour.rgb)]
    if chance(rng):
        roof = box(w * 0.92 * taper[0], 0.06, (z1 - z0) * taper[1]).move(0, h - 0.02, (z0 + z1) / 2)
        solids.append(roof.paint(colour.rgb))
    if chance(rng):
        lamp = box(w * 0.16, h * 0.1, 0.06) if chance(rng) else cylinder(w * 0.08, 0.08, 12).turn("x", 90)
        solids.append(lamp.move(w * 0.33, belt * 0.75, length / 2).both("x").paint((0.99, 0.95, 0.78)))
    if chance(rng):
        bumper = box(w * 1.02, h * 0.1, 0.14)
        solids += [bumper.move(0, plan.clearance + 0.05, s * length / 2).paint(DARK) for s in (-1, 1)]
    return solids


def _block(w: float, h: float, d: float, r: float) -> Solid:
    return rounded_box(w, h, d, r) if r else box(w, h, d)


def formula(rng: np.random.Generator, colour: Material, trim: Material) -> list[Solid]:
    """A single-seater: thin nose, side pods, wings at both ends, four bare wheels."""
    length, r, w = 4.6 * vary(rng), 0.34 * vary(rng), 1.9 * vary(rng, 0.06)
    half = length / 2
    keys = [(-half * 0.9, 0.2, 0.15, 0.5), (-half * 0.3, 0.38, 0.1, 0.85), (-0.02 * half, 0.36, 0.1, 0.62)]
    keys += [(half * 0.3, 0.26, 0.14, 0.56), (half * 0.98, 0.08, 0.2, 0.34)]
    pod = rounded_box(0.42, 0.36, length * 0.34, 0.1).move(0.52, 0.12, -half * 0.2).both("x")
    solids = [hull(keys, 16, 3.0, smooth=3).paint(colour.rgb), pod.paint(colour.shade(0.9))]
    front = [
        box(w * 0.95, 0.04, 0.35).move(0, 0.12, half * 0.98),
        box(0.04, 0.2, 0.4).move(w * 0.47, 0.08, half * 0.98).both("x"),
    ]
    rear_y = rng.uniform(0.75, 1.05)
    rear = [box(w * 0.55, 0.05, 0.35).turn("x", 10).move(0, rear_y, -half * 0.95)]
    rear.append(box(0.04, 0.4, 0.45).move(w * 0.27, rear_y - 0.3, -half * 0.95).both("x"))
    arms = [
        rod((0.15, r + dy, z), (w * 0.45, r, z), 0.025, sides=5).both("x")
        for z in (half * 0.62, -half * 0.65)
        for dy in (-0.08, 0.1)
    ]
    wide = r * rng.uniform(0.8, 1.15)
    one = road_wheel(rng, r, wide)
    solids += [merge(*front, *rear).paint(trim.rgb), merge(*arms).paint(DARK)]
    solids += axles(one, w - wide, [-half * 0.65, half * 0.62], r)
    solids.append(ball(0.13, 0.15, 0.15, 10).move(0, 0.75, -half * 0.1).paint(trim.rgb))
    if chance(rng, 0.4):
        solids.append(torus(0.28, 0.03, 16, 6, 180).turn("x", -90).turn("y", 0).move(0, 0.62, half * 0.02).paint(DARK))
    return solids


def buggy(rng: np.random.Generator, colour: Material) -> list[Solid]:
    """A jeep: flat panels, an upright screen, open sides or a soft top, a spare wheel on the back."""
    length, w, r = 3.6 * vary(rng), 1.6 * vary(rng, 0.06), 0.38 * vary(rng)
    half, floor = length / 2, r * 1.05
    solids = [
        box(w * 0.8, 0.5, length * 0.42).move(0, floor, half * 0.56),
        box(w * 0.78, 0.06, length * 0.56).move(0, floor, -half * 0.42),
        box(0.05, 0.42, length * 0.54).move(w * 0.4, floor, -half * 0.44).both("x"),
        box(w * 0.8, 0.42, 0.05).move(0, floor, -half * 0.97),
        box(w * 0.12, 0.05, r * 2.6).move(w * 0.45, r * 2.08, half * 0.62).both("x"),
        box(w * 0.98, 0.15, 0.12).move(0, floor - 0.1, half),
    ]
    frame = [
        box(w * 0.78, 0.05, 0.05).move(0, floor + 1.0, half * 0.1),
        box(0.05, 0.55, 0.05).move(w * 0.37, floor + 0.48, half * 0.12).both("x"),
    ]
    if chance(rng, 0.5):
        solids.append(box(w * 0.8, 0.05, length * 0.52).move(0, floor + 1.0, -half * 0.4))
        frame.append(box(0.05, 0.6, 0.05).move(w * 0.37, floor + 0.4, -half * 0.88).both("x"))
    seat = merge(box(0.45, 0.25, 0.45), box(0.45, 0.55, 0.12).move(z=-0.2))
    solids = [
        merge(*solids).paint(colour.rgb),
        merge(*frame).paint(DARK),
        seat.move(w * 0.2, floor, -half * 0.15).both("x").paint(DARK),
    ]
    solids.append(box(w * 0.74, 0.44, 0.02).turn("x", -8).move(0, floor + 0.54, half * 0.14).paint(GLASS))
    solids.append(torus(0.17, 0.02, 14, 6).turn("x", 60).move(w * 0.2, floor + 0.5, half * 0.02).paint(DARK))
    lamps = cylinder(0.1, 0.05, 12).turn("x", 90).move(w * 0.27, floor + 0.3, half * 0.98).both("x")
    slots = array(box(0.05, 0.3, 0.04), [(x, floor + 0.08, half * 0.985) for x in np.linspace(-0.22, 0.22, 6)])
    solids.append(merge(lamps, slots).paint(ALLOY))
    one = road_wheel(rng, r, r * 0.6)
    if chance(rng, 0.6):
        solids.append(one.turn("y", 90).move(0, floor + 0.25, -half * 1.05))
    return [*solids, *axles(one, w * 0.92, [-half * 0.62, half * 0.62], r)]
