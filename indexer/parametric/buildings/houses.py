"""Houses, flats, offices and warehouses: walls, roofs, doors and rows of windows."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, pick, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, RGB, paint
from indexer.parametric.solids import box, cylinder, lathe, prism
from indexer.parametric.surface import Color, Solid, array, merge

FAMILY = "buildings"
WALLS: tuple[RGB, ...] = (
    (0.9, 0.87, 0.8),
    (0.85, 0.76, 0.6),
    (0.62, 0.32, 0.25),
    (0.75, 0.72, 0.68),
    (0.6, 0.68, 0.72),
    (0.8, 0.62, 0.5),
)
ROOFS: tuple[RGB, ...] = ((0.5, 0.22, 0.16), (0.3, 0.3, 0.33), (0.4, 0.27, 0.2), (0.25, 0.35, 0.3))
LEAD: RGB = (0.35, 0.38, 0.42)


def wall(rng: np.random.Generator) -> RGB:
    """A plaster, brick or stone colour."""
    return WALLS[int(rng.integers(len(WALLS)))]


def roof(rng: np.random.Generator) -> RGB:
    """A tile or slate colour."""
    return ROOFS[int(rng.integers(len(ROOFS)))]


def gable(w: float, d: float, h: float, overhang: float = 0.35) -> Solid:
    """A saddle roof on y = 0 over w by d, the ridge along z."""
    side = w / 2 + overhang
    slab = [(-side, -0.08), (0, h), (side, -0.08), (side, 0.12), (0, h + 0.2), (-side, 0.12)]
    inner = prism([(-w / 2, 0), (w / 2, 0), (0, h)], d * 0.995)
    return merge(prism(slab, d + 2 * overhang), inner)


def hip(w: float, d: float, h: float, overhang: float = 0.35, ridge: float = 0.0) -> Solid:
    """A roof that slopes on all four sides; `ridge` is the top's depth as a share."""
    return box(w + 2 * overhang, h, d + 2 * overhang, (0.02, max(ridge, 0.02)))


def window_grid(w: float, h: float, across: int, up: int, fill: tuple[float, float] = (0.55, 0.55)) -> Solid:
    """Panes in the xy plane over w by h, centred in x and from y = 0."""
    step_x, step_y = w / across, h / up
    pane = box(step_x * fill[0], step_y * fill[1], 0.12)
    x = (np.arange(across) - (across - 1) / 2) * step_x
    y = (np.arange(up) + 0.5 - fill[1] / 2) * step_y
    return array(pane, [(a, b, 0) for a in x for b in y]).paint(GLASS)


def windows_around(
    w: float, h: float, d: float, across: tuple[int, int], up: int, fill: tuple[float, float] = (0.55, 0.55)
) -> Solid:
    """Panes on all four sides of a block on y = 0."""
    front = window_grid(w, h, across[0], up, fill).move(z=d / 2)
    side = window_grid(d, h, across[1], up, fill).turn("y", 90).move(x=w / 2)
    return merge(front, front.mirror("z"), side, side.mirror("x"))


def door(w: float, h: float, rgb: Color) -> Solid:
    """A door with a frame in the xy plane on y = 0."""
    return merge(box(w, h, 0.16).paint(rgb), box(w * 1.25, h * 1.07, 0.1).paint((0.9, 0.9, 0.88)))


def plain_house(rng: np.random.Generator) -> Shape:
    """A detached house: gabled, hipped, flat, l-shaped, a-frame or a hut."""
    style, storeys = (
        pick(rng, "gabled roof", "hipped roof", "flat roof", "l-shaped plan", "a-frame"),
        int(rng.integers(1, 4)),
    )
    w, d, colour, tiles, door_paint = rng.uniform(6, 10), rng.uniform(7, 13), wall(rng), roof(rng), paint(rng)
    if style == "a-frame":
        return _a_frame(rng, w, d, tiles, door_paint.rgb)
    h = 2.8 * storeys
    solids = [
        box(w, h, d).paint(colour),
        windows_around(w, h, d, (int(rng.integers(2, 4)), int(rng.integers(2, 5))), storeys, (0.4, 0.45)),
    ]
    solids.append(door(1.0, 2.1, door_paint.rgb).move(rng.uniform(-0.1, 0.1) * w, 0, d / 2 + 0.1))
    pitch = w * rng.uniform(0.28, 0.55)
    if style == "flat roof":
        solids += [
            box(w + 0.4, 0.35, d + 0.4).move(y=h).paint((0.85, 0.84, 0.82)),
            box(w * 0.5, 2.6, d * 0.45).move(w * 0.2, h, 0).paint(colour),
        ]
    elif style == "hipped roof":
        solids.append(hip(w, d, pitch * 0.8, ridge=max(0.0, 1 - w / d)).move(y=h).paint(tiles))
    else:
        solids.append(gable(w, d, pitch).move(y=h).paint(tiles))
    if style == "l-shaped plan":
        w2, d2 = w * rng.uniform(0.7, 1.0), d * 0.45
        ell = merge(
            box(d2, h, w2).paint(colour),
            windows_around(d2, h, w2, (2, 2), storeys, (0.4, 0.45)),
            gable(d2, w2, pitch * 0.75).move(y=h).paint(tiles),
        )
        solids.append(ell.turn("y", 90).move(w / 2 + w2 / 2 - 0.1, 0, -d * 0.22))
    features = []
    if chance(rng, 0.6) and style != "flat roof":
        solids.append(
            merge(box(0.8, pitch + 1.2, 0.8), box(0.95, 0.2, 0.95).move(y=pitch + 1.1))
            .move(w * 0.25, h, -d * 0.2)
            .paint((0.5, 0.3, 0.25))
        )
        features.append("a chimney")
    if chance(rng, 0.35):
        posts = array(box(0.2, 2.4, 0.2), [(x * w * 0.4, 0, d / 2 + 1.8) for x in (-1, -0.33, 0.33, 1)])
        solids += [
            merge(
                posts, box(w * 0.95, 0.2, 2.2).move(0, 2.4, d / 2 + 1), box(w * 0.95, 0.25, 2.2).move(0, 0, d / 2 + 1)
            ).paint((0.88, 0.86, 0.82))
        ]
        features.append("a porch")
    if chance(rng, 0.25):
        solids += [
            box(3.2, 2.6, 5.5).move(-w / 2 - 1.6, 0, d / 2 - 3).paint(colour),
            box(2.5, 2.1, 0.1).move(-w / 2 - 1.6, 0, d / 2 - 0.2).paint((0.92, 0.92, 0.9)),
            box(3.5, 0.25, 5.8).move(-w / 2 - 1.6, 2.6, d / 2 - 3).paint(tiles),
        ]
        features.append("a garage")
    tail = " and " + " and ".join(features) if features else ""
    floors = "one-storey" if storeys == 1 else f"{'two' if storeys == 2 else 'three'}-storey"
    return shape(
        solids,
        (f"a {floors} house", f"a house with a {style}", f"a {floors} house with a {style}{tail}"),
        storeys=storeys,
        style=style,
    )


def _a_frame(rng: np.random.Generator, w: float, d: float, tiles: RGB, door_rgb: Color) -> Shape:
    h = w * rng.uniform(0.9, 1.25)
    solids = [
        gable(w, d, h, 0.3).paint(tiles),
        prism([(-w * 0.45, 0), (w * 0.45, 0), (0, h * 0.9)], d * 1.01).paint((0.6, 0.42, 0.26)),
    ]
    solids += [
        door(1.0, 2.1, door_rgb).move(0, 0, d / 2 + 0.05),
        box(w * 0.3, 1.4, 0.1).move(0, 2.6, d / 2 + 0.05).paint(GLASS),
    ]
    return shape(
        solids, ("a cabin", "an a-frame cabin with a steep roof down to the ground"), style="a-frame", storeys=1
    )


@kind("apartment block", ("block of flats", "residential building", "building"), FAMILY)
def apartments(rng: np.random.Generator) -> Shape:
    """A slab with balconies and rows of windows."""
    floors, w, d, colour = int(rng.integers(4, 13)), rng.uniform(14, 40), rng.uniform(9, 14), wall(rng)
    h, bays = floors * 2.9, max(int(w / 3.5), 3)
    solids = [
        box(w, h, d).paint(colour),
        windows_around(w, h, d, (bays, 3), floors, (0.45, 0.5)),
        box(w + 0.3, 0.5, d + 0.3).move(y=h).paint((0.6, 0.6, 0.6)),
    ]
    solids += [
        box(3.5, 2.4, d * 0.4).move(rng.uniform(-0.3, 0.3) * w, h + 0.4, 0).paint(colour),
        door(2.2, 2.4, DARK).move(0, 0, d / 2 + 0.1),
    ]
    balconies = chance(rng, 0.7)
    if balconies:
        slab = merge(box(w / bays * 0.85, 0.15, 1.3), box(w / bays * 0.85, 1.0, 0.08).move(z=0.62))
        x = (np.arange(bays) - (bays - 1) / 2) * w / bays
        places = [(a, 2.9 * f + 0.1, d / 2 + 0.65) for a in x[:: int(rng.integers(1, 3))] for f in range(1, floors)]
        solids.append(array(slab, places).paint((0.8, 0.8, 0.8)))
    extra = " and balconies" * balconies
    return shape(
        solids,
        ("an apartment building", f"an apartment block of {floors} storeys with rows of windows{extra}"),
        storeys=floors,
    )


@kind("office building", ("commercial building", "building"), FAMILY)
def office(rng: np.random.Generator) -> Shape:
    """A mid-rise office with bands of windows, perhaps on a podium or in an l plan."""
    floors, w, d, style = (
        int(rng.integers(3, 9)),
        rng.uniform(16, 36),
        rng.uniform(12, 22),
        pick(rng, "glass curtain walls", "bands of windows", "a grid of windows"),
    )
    h, colour = floors * 3.5, wall(rng)
    solids = [box(w, h, d).paint(colour)]
    if style == "a grid of windows":
        solids.append(windows_around(w, h, d, (int(w / 2.6), int(d / 2.6)), floors, (0.6, 0.55)))
    else:
        share = 0.85 if style.startswith("glass") else 0.5
        solids.append(
            array(box(w + 0.2, 3.5 * share, d + 0.2), [(0, 3.5 * f + 0.9, 0) for f in range(floors)]).paint(GLASS)
        )
    solids += [
        box(w + 0.6, 0.8, d + 0.6).move(y=h).paint((0.55, 0.55, 0.56)),
        box(w * 0.2, 2.5, d * 0.3).move(w * 0.1, h + 0.6, 0).paint((0.6, 0.6, 0.62)),
    ]
    solids += [
        box(w * 0.3, 0.3, 3).move(0, 3.2, d / 2 + 1.2).paint(DARK),
        box(w * 0.22, 3, 0.3).move(0, 0, d / 2).paint(DARK),
    ]
    if chance(rng, 0.4):
        solids.append(
            merge(
                box(w * 0.6, h * 0.6, d * 1.1).paint(colour),
                windows_around(w * 0.6, h * 0.6, d * 1.1, (6, 6), max(floors - 2, 2)),
            ).move(-w * 0.6, 0, d * 0.35)
        )
    return shape(
        solids,
        (
            "an office building",
            f"an office building with {style}",
            f"an office block of {floors} storeys with a flat roof",
        ),
        storeys=floors,
    )


@kind("warehouse", ("industrial building", "building"), FAMILY)
def warehouse(rng: np.random.Generator) -> Shape:
    """A long shed with roller doors, or a factory with a saw-tooth roof and smokestacks."""
    w, d, h, colour = rng.uniform(14, 26), rng.uniform(22, 45), rng.uniform(5, 9), wall(rng)
    plant = chance(rng)
    solids = [box(w, h, d).paint(colour)]
    gates = int(rng.integers(2, 5))
    solids.append(
        array(
            box(w / gates * 0.6, h * 0.6, 0.2), [((i - (gates - 1) / 2) * w / gates, 0, d / 2) for i in range(gates)]
        ).paint((0.35, 0.4, 0.45))
    )
    if plant:
        teeth = int(rng.integers(4, 8))
        step = d / teeth
        tooth = prism([(-step / 2, 0), (step / 2, 0), (step / 2, step * 0.55)], w).turn("y", 90)
        solids.append(array(tooth, [(0, h, (i - (teeth - 1) / 2) * step) for i in range(teeth)]).paint(roof(rng)))
        stacks = int(rng.integers(1, 4))
        stack = lathe([(1.3, 0), (0.85, h * 3), (1.0, h * 3), (1.0, h * 3.1), (0.7, h * 3.1)], 16)
        solids.append(
            array(stack, [(w / 2 + 2.5, 0, -d * 0.3 + i * 5) for i in range(stacks)]).paint((0.6, 0.35, 0.28))
        )
        solids.append(cylinder(3, h * 0.9, 20).move(-w / 2 - 4, 0, 0).paint((0.75, 0.76, 0.78)))
        words = f"a factory with a saw-tooth roof and {count(stacks, 'chimney')}"
    else:
        solids.append(gable(w, d, w * rng.uniform(0.12, 0.25), 0.3).move(y=h).paint((0.6, 0.62, 0.65)))
        words = f"a long warehouse with {count(gates, 'roller door')}"
    return shape(solids, (words.split(" with")[0], words), style="factory" if plant else "warehouse")
