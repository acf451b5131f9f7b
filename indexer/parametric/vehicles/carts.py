"""Small things on wheels: skateboards, wheelchairs, barrows, trolleys, single wheels; and traffic cones."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, axles, chance, hull, pick, rod, shape, wheel
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import metal, paint
from indexer.parametric.solids import box, cylinder, lathe, rounded_box, torus, tube
from indexer.parametric.surface import array, merge, ring
from indexer.parametric.vehicles.cycles import wire_wheel

FAMILY = "vehicles"


@kind("skateboard", ("board with wheels",), FAMILY)
def skateboard(rng: np.random.Generator) -> Shape:
    """A deck with upturned ends on two trucks and four small wheels."""
    length, w, colour, trim = rng.uniform(0.7, 1.1), rng.uniform(0.19, 0.25), paint(rng), paint(rng)
    half, lift = length / 2, rng.uniform(0.02, 0.05)
    keys = [
        (-half, w * 0.25, lift, lift + 0.012),
        (-half * 0.93, w * 0.42, lift * 0.7, lift * 0.7 + 0.012),
        (-half * 0.7, w / 2, 0, 0.012),
    ]
    deck = hull([*keys, *[(-z, *rest) for z, *rest in keys[::-1]]], 12, 8).move(y=0.085).paint(colour.rgb)
    truck = merge(
        box(0.06, 0.05, 0.06, 1.4).move(y=0.035), rod((-w * 0.42, 0.03, 0), (w * 0.42, 0.03, 0), 0.012)
    ).paint(ALLOY)
    places = [-half * 0.62, half * 0.62]
    solids = [
        deck,
        array(truck, [(0, 0, z) for z in places]),
        *axles(wheel(0.03, 0.035, "bare", trim.rgb, 14), w * 0.8, places, 0.03),
    ]
    return shape(
        solids, (f"a {colour.name} skateboard", f"a skateboard with {trim.name} wheels and upturned ends"), wheels=4
    )


@kind("wheelchair", ("chair with wheels", "medical equipment"), FAMILY, rigid=True)
def wheelchair(rng: np.random.Generator) -> Shape:
    """A seat between two big hand-rimmed wheels with small castors and footrests."""
    r, w, cloth = rng.uniform(0.28, 0.33), rng.uniform(0.42, 0.5), paint(rng, "black", "blue", "red", "grey")
    seat_y, back = r * 1.55, rng.uniform(0.4, 0.5)
    solids = [
        rounded_box(w, 0.05, 0.42, 0.02).move(0, seat_y, 0.1),
        rounded_box(w, back, 0.04, 0.02).turn("x", -8).move(0, seat_y, -0.11),
    ]
    solids = [part.paint(cloth.rgb) for part in solids]
    x = w / 2 + 0.02
    path = [(x, seat_y + back + 0.06, -0.3), (x, seat_y + back + 0.04, -0.18), (x, seat_y, -0.1), (x, 0.2, -0.05)]
    side = [
        tube(path, 0.014, 8),
        rod((x, seat_y, -0.1), (x, seat_y, 0.32), 0.014),
        rod((x, seat_y, 0.32), (x * 0.8, 0.14, 0.5), 0.012),
    ]
    side += [
        rod((x, seat_y + 0.2, -0.1), (x, seat_y + 0.2, 0.25), 0.022),
        rod((x, seat_y + 0.2, 0.25), (x, seat_y, 0.27), 0.012),
    ]
    side += [
        rod((x, 0.2, -0.05), (x, 0.2, 0.3), 0.012),
        rod((x, 0.1, 0.3), (x, seat_y, 0.3), 0.012),
        box(0.14, 0.015, 0.14).move(x * 0.6, 0.12, 0.54),
    ]
    solids.append(merge(*side).both("x").paint(ALLOY))
    big = merge(wire_wheel(r, 0.015), torus(r * 0.88, 0.008, 24, 6).turn("z", 90).move(x=0.04).paint(ALLOY))
    solids.append(big.move(x + 0.05, r, -0.05).both("x"))
    solids.append(wheel(0.09, 0.03, "bare", sides=14).move(x, 0.09, 0.3).both("x"))
    return shape(
        solids,
        ("a wheelchair", f"a wheelchair with a {cloth.name} seat, two large wheels and two small wheels"),
        wheels=4,
    )


@kind("wheelbarrow", ("barrow", "garden cart"), FAMILY)
def wheelbarrow(rng: np.random.Generator) -> Shape:
    """A tray on one front wheel with two handles and two legs."""
    r, colour, wooden = rng.uniform(0.16, 0.21), paint(rng, "green", "red", "blue", "grey", "orange"), chance(rng, 0.3)
    w, length = rng.uniform(0.5, 0.65), rng.uniform(0.75, 0.95)
    floor = box(w * 0.6, 0.02, length * 0.7)
    sides = [
        box(0.02, 0.3, length * 0.8).turn("z", -25).move(w * 0.3, 0, 0).both("x"),
        box(w * 0.85, 0.3, 0.02).turn("x", 38).move(0, 0, length * 0.33),
    ]
    sides.append(box(w * 0.8, 0.24, 0.02).turn("x", -18).move(0, 0, -length * 0.35))
    solids = [merge(floor, *sides).move(0, r + 0.22, 0).paint((0.6, 0.43, 0.26) if wooden else colour.rgb)]
    shaft = [
        rod((0.05, r, length * 0.6), (w * 0.3, r + 0.2, -length * 0.2), 0.02),
        rod((w * 0.3, r + 0.2, -length * 0.2), (w * 0.45, r + 0.42, -length * 0.95), 0.02),
    ]
    shaft.append(
        tube(
            [(w * 0.3, r + 0.2, -length * 0.1), (w * 0.34, 0, -length * 0.28), (w * 0.32, r + 0.22, -length * 0.4)],
            0.016,
            8,
        )
    )
    solids += [merge(*shaft).both("x").paint(DARK), wheel(r, 0.08, "disc", colour.rgb).move(0, r, length * 0.62)]
    stuff = "wooden" if wooden else colour.name
    return shape(solids, (f"a {stuff} wheelbarrow", "a wheelbarrow with one wheel, a tray and two handles"), wheels=1)


@kind("shopping cart", ("supermarket trolley", "cart"), FAMILY)
def shopping_cart(rng: np.random.Generator) -> Shape:
    """A tapered wire basket on four castors with a handle."""
    w, d, h, handle = (
        rng.uniform(0.45, 0.55),
        rng.uniform(0.75, 0.95),
        rng.uniform(0.4, 0.5),
        paint(rng, "red", "blue", "green", "yellow"),
    )
    low, wires = 0.42, []
    corners = [
        np.array([sx * w / 2 * (0.8 if sz > 0 else 1.0), low + h, sz * d / 2])
        for sx, sz in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    floor = [corner * (0.85, 0, 0.8) + (0, low + (0.1 if corner[2] > 0 else 0), 0.03) for corner in corners]
    for i in range(4):
        a, b, c, e = corners[i], corners[(i + 1) % 4], floor[i], floor[(i + 1) % 4]
        wires += [rod(c + (a - c) * t, e + (b - e) * t, 0.005, sides=4) for t in (0, 0.33, 0.66, 1.0)]
        steps = 6 if i % 2 == 0 else 9
        wires += [rod(c + (e - c) * t, a + (b - a) * t, 0.004, sides=4) for t in np.arange(steps) / steps]
    wires += [
        rod(floor[0] + (floor[1] - floor[0]) * t, floor[3] + (floor[2] - floor[3]) * t, 0.004, sides=4)
        for t in (0.2, 0.4, 0.6, 0.8)
    ]
    frame = tube([(0.22, low + h + 0.08, -d * 0.6), (0.22, 0.14, -d * 0.42), (0.2, 0.14, d * 0.42)], 0.012, 8).both("x")
    solids = [
        merge(*wires, frame).paint(ALLOY),
        rod((-w * 0.5, low + h + 0.08, -d * 0.6), (w * 0.5, low + h + 0.08, -d * 0.6), 0.02).paint(handle.rgb),
    ]
    solids += [wheel(0.06, 0.03, "bare", sides=12).move(0.21, 0.06, z).both("x") for z in (-d * 0.4, d * 0.4)]
    return shape(
        solids, ("a shopping cart", f"a wire shopping cart with a {handle.name} handle and four castors"), wheels=4
    )


@kind("wheel", ("round rolling part",), FAMILY, rigid=True)
def lone_wheel(rng: np.random.Generator) -> Shape:
    """A car wheel, wagon wheel, bicycle wheel or ship's wheel."""
    style = pick(rng, "car wheel", "wagon wheel", "bicycle wheel", "ship's wheel")
    if style == "car wheel":
        rim = pick(rng, "disc", "spoked")
        made = wheel(rng.uniform(0.28, 0.4), rng.uniform(0.18, 0.28), rim, metal(rng).rgb, 32)
        return shape(
            [made.turn("y", 90)],
            ("a car wheel with a tyre", f"a rubber tyre on a {'five-spoke' if rim == 'spoked' else 'disc'} rim"),
            style=style,
        )
    if style == "bicycle wheel":
        spokes = int(rng.integers(14, 29))
        return shape(
            [wire_wheel(0.33, 0.015, spokes).turn("y", 90)],
            ("a bicycle wheel", "a thin bicycle wheel with many wire spokes"),
            style=style,
            spokes=spokes,
        )
    r, spokes, coat = rng.uniform(0.35, 0.6), int(rng.integers(6, 15)), (0.5, 0.34, 0.2)
    reach = r * (1.3 if style.startswith("ship") else 0.97)
    spoke = lathe([(0.02, 0), (0.03, r * 0.4), (0.02, r * 0.85), (0.018, r * 1.05), (0.028, reach)], 8).turn("z", -90)
    felly = torus(r, 0.045, 36, 6).scale(1, 0.9, 1)
    hub = lathe([(0.06, -0.12), (0.1, -0.04), (0.1, 0.04), (0.06, 0.12)], 16)
    solids = [merge(ring(spoke, spokes), felly).paint(coat), hub.paint((0.35, 0.25, 0.16))]
    return shape(
        [part.turn("x", 90) for part in solids],
        (f"a wooden {style}", f"a {style} with {count(spokes, 'wooden spoke')}"),
        style=style,
        spokes=spokes,
    )


@kind("traffic cone", ("road cone", "pylon"), FAMILY)
def traffic_cone(rng: np.random.Generator) -> Shape:
    """A cone on a square or round foot with pale bands."""
    h, r, bands, colour = (
        rng.uniform(0.3, 1.0),
        rng.uniform(0.13, 0.2),
        int(rng.integers(1, 4)),
        paint(rng, "orange", "orange", "red", "yellow"),
    )
    r *= h / 0.6
    squared = chance(rng, 0.7)
    foot = rounded_box(2.9 * r, 0.05 * h, 2.9 * r, 0.02) if squared else cylinder(1.45 * r, 0.05 * h, 28)
    body = lathe([(r, 0.04 * h), (r * 0.16, h * 0.98), (r * 0.1, h)], 28)
    solids = [foot.paint(colour.shade(0.85)), body.paint(colour.rgb)]
    for i in range(bands):
        y, tall = h * (0.3 + 0.22 * i), h * 0.1
        at = [1 - 0.84 * (level / h - 0.04) / 0.94 for level in (y, y + tall)]
        solids.append(lathe([(r * at[0] * 1.02, y), (r * at[1] * 1.03, y + tall)], 28).paint((0.95, 0.95, 0.95)))
    return shape(
        solids,
        (
            f"a {colour.name} traffic cone",
            f"a traffic cone with {count(bands, 'white band')} on a {'square' if squared else 'round'} foot",
        ),
        bands=bands,
    )
