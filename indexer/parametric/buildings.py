"""Houses and larger buildings: walls, roofs, doors and rows of windows."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, beam, chance, pick, rod, shape, vary
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, RGB, paint, stone
from indexer.parametric.solids import box, cone, cylinder, lathe, prism
from indexer.parametric.surface import Color, Solid, array, merge, ring

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


@kind("house", ("home", "building", "residential building"), FAMILY)
def house(rng: np.random.Generator) -> Shape:
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
        ("an apartment building", f"a {floors}-storey apartment block with rows of windows{extra}"),
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
        ("an office building", f"an office building with {style}", f"a {floors}-storey office block with a flat roof"),
        storeys=floors,
    )


@kind("warehouse", ("factory", "industrial building", "building"), FAMILY)
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


def tower_block(rng: np.random.Generator, w: float, d: float, h: float, style: str) -> Solid:
    """One high-rise on y = 0: "box", "setback", "tapered", "round", "twisted" or "slab"."""
    colour = (0.45, 0.55, 0.65) if chance(rng) else wall(rng)
    floors = max(int(h / 3.6), 5)
    rows = min(floors, 26)
    if style == "setback":
        parts, y, size = [], 0.0, 1.0
        for share in (0.45, 0.25, 0.18, 0.12):
            tall = h * share
            block = merge(
                box(w * size, tall, d * size).paint(colour),
                windows_around(w * size, tall, d * size, (5, 5), max(int(rows * share), 1), (0.5, 0.7)),
            )
            parts.append(block.move(y=y))
            y, size = y + tall, size * 0.74
        return merge(*parts, cone(w * 0.06, h * 0.16, 8).move(y=y).paint(LEAD))
    if style == "round":
        bands = array(
            cylinder(w * 0.505, h / rows * 0.55, 24), [(0, h * (i + 0.3) / rows, 0) for i in range(rows)]
        ).paint(GLASS)
        return merge(cylinder(w / 2, h, 24).paint(colour), bands, cylinder(w * 0.2, h * 0.04, 16).move(y=h).paint(LEAD))
    if style in ("tapered", "twisted"):
        turn, narrow = (
            (rng.uniform(40, 90) if style == "twisted" else 0.0),
            rng.uniform(0.35, 0.6) if style == "tapered" else 0.8,
        )
        floor = box(1, h / rows * 0.92, 1)
        slabs = [
            floor.scale(w * (1 - (1 - narrow) * t), 1, d * (1 - (1 - narrow) * t)).turn("y", turn * t).move(y=t * h)
            for t in np.arange(rows) / rows
        ]
        core = (
            box(w * 0.9, h, d * 0.9, narrow)
            if style == "tapered"
            else cylinder(min(w, d) * 0.42, h, 16, min(w, d) * 0.34)
        )
        return (
            merge(*slabs[::2], *slabs[1::2]).paint(colour)
            if rows < 4
            else merge(
                merge(*slabs).paint(colour), core.paint(GLASS), cone(w * 0.04, h * 0.14, 8).move(y=h).paint(LEAD)
            )
        )
    block = box(w, h, d).paint(colour)
    panes = windows_around(w, h, d, (max(int(w / 4), 3), max(int(d / 4), 3)), rows, (0.62, 0.62))
    return merge(block, panes, box(w * 0.4, h * 0.03, d * 0.4).move(y=h).paint((0.55, 0.55, 0.56)))


HIGH_RISE = ("box", "setback", "tapered", "round", "twisted", "box")


@kind("skyscraper", ("high-rise", "tower block", "office tower", "building"), FAMILY)
def skyscraper(rng: np.random.Generator) -> Shape:
    """A tall tower: box, setback art deco, tapered, round or twisted."""
    style, w, h = pick(rng, *HIGH_RISE), rng.uniform(22, 40), rng.uniform(110, 260)
    solids = [tower_block(rng, w, w * vary(rng, 0.2), h, style)]
    base = chance(rng, 0.4)
    if base:
        solids.append(box(w * 1.6, h * 0.05, w * 1.6).paint((0.7, 0.7, 0.7)))
    words = {
        "box": "a plain box-shaped skyscraper with a grid of windows",
        "setback": "a stepped art deco skyscraper with a spire",
        "tapered": "a tapering skyscraper with a spire",
        "round": "a round glass tower",
        "twisted": "a twisted skyscraper",
    }
    return shape(solids, ("a skyscraper", words[style], f"a very tall building, {words[style]}"), style=style, height=h)


@kind("city block", ("city", "cityscape", "group of buildings", "downtown"), FAMILY)
def city_block(rng: np.random.Generator) -> Shape:
    """Many buildings of differing height on a ground plate with streets."""
    across, along, pitch, high = int(rng.integers(2, 5)), int(rng.integers(2, 5)), 30.0, chance(rng, 0.6)
    solids = [box(across * pitch + 8, 0.5, along * pitch + 8).move(y=-0.5).paint((0.4, 0.4, 0.42))]
    for i in range(across):
        for j in range(along):
            w, d = rng.uniform(14, 22), rng.uniform(14, 22)
            h = float(rng.lognormal(3.7, 0.55)) if high else rng.uniform(9, 26)
            colour, rows = wall(rng), int(np.clip(h / 4, 3, 12))
            block = [box(w, h, d).paint(colour), windows_around(w, h, d, (4, 4), rows, (0.55, 0.5))]
            block.append(
                box(w * 0.35, 2.5, d * 0.3).move(w * 0.15, h, 0).paint((0.55, 0.55, 0.55))
                if high or chance(rng)
                else hip(w, d, 5, 0.4, 0.4).move(y=h).paint(roof(rng))
            )
            solids.append(merge(*block).move((i - (across - 1) / 2) * pitch, 0, (j - (along - 1) / 2) * pitch))
    n = across * along
    return shape(
        solids,
        (
            "a city block",
            f"a city block of {n} buildings",
            f"a {'downtown with high-rise towers' if high else 'neighbourhood of low buildings'} along streets",
        ),
        buildings=n,
    )


def battlements(w: float, d: float, size: float) -> Solid:
    """Merlons around the top edge of a w by d block, on y = 0."""
    x = np.arange(-w / 2 + size / 2, w / 2, 2 * size)
    z = np.arange(-d / 2 + size / 2, d / 2, 2 * size)
    places = [(a, 0, s * (d - size) / 2) for a in x for s in (-1, 1)] + [
        (s * (w - size) / 2, 0, b) for b in z for s in (-1, 1)
    ]
    return array(box(size, size * 1.2, size), places)


@kind("castle", ("fortress", "medieval building", "building"), FAMILY)
def castle(rng: np.random.Generator) -> Shape:
    """Curtain walls, round or square corner towers, a keep and a gate."""
    w, h, block, tiles = rng.uniform(24, 36), rng.uniform(7, 10), stone(rng), roof(rng)
    round_, spired = chance(rng, 0.6), chance(rng, 0.6)
    curtain = merge(box(w, h, 2), battlements(w, 2, 0.9).move(y=h)).move(z=w / 2)
    solids = [merge(*[curtain.turn("y", a) for a in (0, 90, 180, 270)]).paint(block.rgb)]
    tall, r = h * rng.uniform(1.4, 1.8), w * 0.1
    tower = cylinder(r, tall, 18, r * 0.95) if round_ else box(2 * r, tall, 2 * r)
    crown = cylinder(r * 1.12, 1.6, 18).move(y=tall) if round_ else box(2.3 * r, 1.6, 2.3 * r).move(y=tall)
    merlons = ring(box(0.9, 1.1, 0.9), 8, r).move(y=tall + 1.5)
    parts = [merge(tower, crown, merlons).paint(block.shade(0.94))]
    if spired:
        parts.append(cone(r * 1.15, r * 2.4, 18 if round_ else 4).turn("y", 45).move(y=tall + 1.5).paint(tiles))
    solids.append(array(merge(*parts), [(sx * w / 2, 0, sz * w / 2) for sx in (-1, 1) for sz in (-1, 1)]))
    keep_w, keep_h = w * 0.32, tall * rng.uniform(1.2, 1.6)
    keep = [
        box(keep_w, keep_h, keep_w).paint(block.rgb),
        battlements(keep_w, keep_w, 0.9).move(y=keep_h).paint(block.rgb),
        windows_around(keep_w, keep_h, keep_w, (2, 2), 3, (0.16, 0.4)).paint(DARK),
    ]
    if spired:
        keep.append(hip(keep_w * 0.85, keep_w * 0.85, keep_w * 0.7, 0).move(y=keep_h).paint(tiles))
    solids.append(merge(*keep).move(z=-w * 0.1))
    gate = [box(r * 1.5, h * 1.35, r * 1.3).move(s * r * 1.4, 0, w / 2 + 0.4) for s in (-1, 1)]
    solids += [
        merge(*gate).paint(block.shade(0.9)),
        box(r * 1.4, h * 0.65, 0.4).move(0, 0, w / 2 + 1.0).paint((0.35, 0.22, 0.13)),
    ]
    kind_of = "round" if round_ else "square"
    roofs = " and pointed roofs" * spired
    return shape(
        solids,
        (
            "a castle",
            f"a {block.name} castle with {kind_of} corner towers{roofs}",
            f"a medieval castle with walls, a keep and four {kind_of} towers",
        ),
        towers=4,
    )


@kind("church", ("chapel", "religious building", "building"), FAMILY)
def church(rng: np.random.Generator) -> Shape:
    """A nave with a steep roof and a steeple, or a domed basilica or mosque-like building."""
    style, w, colour, tiles = pick(rng, "a steeple", "twin towers", "a dome"), rng.uniform(8, 12), wall(rng), roof(rng)
    d, h = w * rng.uniform(1.7, 2.4), w * rng.uniform(0.7, 0.95)
    slots = array(
        prism([(-0.5, 0), (0.5, 0), (0.5, h * 0.4), (0, h * 0.52), (-0.5, h * 0.4)], 0.2).turn("y", 90),
        [(w / 2, h * 0.25, z) for z in np.linspace(-0.35, 0.35, 5) * d],
    )
    solids = [
        box(w, h, d).paint(colour),
        slots.both("x").paint((0.3, 0.35, 0.5)),
        gable(w, d, w * 0.65).move(y=h).paint(tiles),
    ]
    solids.append(
        prism([(-1.2, 0), (1.2, 0), (1.2, 2.4), (0, 3.6), (-1.2, 2.4)], 0.4)
        .move(z=d / 2 + w * (0.36 if style == "a steeple" else 0.02))
        .paint((0.35, 0.22, 0.13))
    )
    if style == "a dome":
        r = w * 0.48
        t = np.linspace(0, np.pi / 2, 9)
        dome = lathe([(r, 0), *[(r * np.cos(a), 0.8 + r * np.sin(a)) for a in t[:-1]], (0, 0.8 + r)], 24)
        solids += [
            cylinder(r, h * 0.75, 24).move(y=h).paint(colour),
            dome.move(y=h * 1.75).paint((0.35, 0.55, 0.5)),
            cylinder(0.5, 2.5, 12).move(y=h * 1.75 + r + 0.6).paint(colour),
        ]
        solids.append(box(w * 1.8, h, w * 0.8).paint(colour))
        top = h * 1.75 + r + 3
    else:
        side = w * 0.36
        tall = h * rng.uniform(1.9, 2.4)
        tower = merge(
            box(side, tall, side).paint(colour),
            hip(side, side, side * rng.uniform(1.2, 2.4), 0.2).move(y=tall).paint(tiles),
            windows_around(side, side, side, (1, 1), 1, (0.4, 0.7)).move(y=tall * 0.78).paint(DARK),
        )
        solids += [
            tower.move(x=x, z=d / 2 + side * (0.5 if style == "a steeple" else 0.1))
            for x in ((0,) if style == "a steeple" else (-w / 2, w / 2))
        ]
        top = tall + side * 1.2
    cross = merge(box(0.22, 2.2, 0.22), box(1.3, 0.22, 0.22).move(y=1.4)).paint((0.85, 0.7, 0.25))
    solids.append(
        cross.move(
            0,
            top if style != "twin towers" else h + w * 0.65,
            0 if style == "a dome" else d / 2 + w * 0.18 if style == "a steeple" else d / 2,
        )
    )
    return shape(
        solids,
        ("a church", f"a church with {style}", f"a church with {style}, a pitched roof and a cross"),
        style=style,
    )


@kind("tower", ("tall structure", "building"), FAMILY)
def tower(rng: np.random.Generator) -> Shape:
    """A stone tower, a lattice mast, a tv tower, a water tower or a pagoda."""
    style = pick(rng, "stone tower", "lattice tower", "television tower", "water tower", "pagoda", "clock tower")
    return _TOWERS[style](rng, style)


def _stone_tower(rng: np.random.Generator, style: str) -> Shape:
    r, h, block = rng.uniform(3, 5), rng.uniform(14, 26), stone(rng)
    square = style == "clock tower" or chance(rng, 0.4)
    solids = [(box(2 * r, h, 2 * r, 0.92) if square else cylinder(r, h, 20, r * 0.9)).paint(block.rgb)]
    if style == "clock tower":
        face = cylinder(r * 0.7, 0.2, 24).turn("x", 90).move(0, h * 0.84, r * 0.93).paint((0.95, 0.94, 0.9))
        hands = (
            merge(box(0.15, r * 0.5, 0.1), box(0.15, r * 0.4, 0.1).turn("z", -70))
            .move(0, h * 0.84, r * 0.93 + 0.25)
            .paint(DARK)
        )
        dial = merge(face, hands)
        solids += [
            merge(*[dial.turn("y", a) for a in (0, 90, 180, 270)]),
            box(2.1 * r, 0.6, 2.1 * r).move(y=h).paint(block.shade(0.8)),
            hip(2 * r, 2 * r, r * 2.6, 0.1).move(y=h + 0.5).paint(roof(rng)),
        ]
    else:
        solids += [
            (battlements(2 * r, 2 * r, 0.8) if square else ring(box(1, 1.2, 1), 9, r * 0.95))
            .move(y=h + 0.5)
            .paint(block.rgb)
        ]
        solids += [
            (box(2.2 * r, 0.9, 2.2 * r) if square else cylinder(r * 1.08, 0.9, 20))
            .move(y=h - 0.3)
            .paint(block.shade(0.9))
        ]
    solids += [box(1.4, 2.6, 0.3).move(0, 0, r).paint(DARK), box(0.5, 1.6, 0.3).move(0, h * 0.45, r * 0.95).paint(DARK)]
    return shape(
        solids, (f"a {style}", f"a {'square' if square else 'round'} {block.name} {style}"), style=style, height=h
    )


def _lattice_tower(rng: np.random.Generator, style: str) -> Shape:
    h, w, levels = rng.uniform(30, 80), 0.0, int(rng.integers(5, 9))
    w = h * rng.uniform(0.16, 0.34)
    t = np.linspace(0, 1, levels + 1)
    half = w / 2 * (1 - t) ** rng.uniform(1.0, 1.9) + 0.012 * h
    bars = []
    for i in range(levels):
        a, b, low, up = half[i], half[i + 1], t[i] * h, t[i + 1] * h
        thick = 0.012 * h * (1 - 0.5 * t[i])
        side = [
            beam((a, low, a), (b, up, b), thick * 1.4),
            beam((-a, low, a), (b, up, b), thick * 0.7),
            beam((a, low, a), (-b, up, b), thick * 0.7),
            beam((-b, up, b), (b, up, b), thick * 0.8),
        ]
        bars.append(merge(*side))
    face = merge(*bars)
    solids = [merge(*[face.turn("y", a) for a in (0, 90, 180, 270)]), cylinder(0.006 * h, 0.12 * h, 6).move(y=h)]
    if chance(rng, 0.4):
        solids.append(box(w * 0.5, 0.02 * h, w * 0.5).move(y=0.34 * h))
    rgb = paint(rng, "brown", "grey", "red", "grey")
    return shape(
        [merge(*solids).paint(rgb.rgb)],
        ("a lattice tower", "a steel lattice tower with crossed beams", f"a tall {rgb.name} iron tower"),
        style=style,
        height=h,
    )


def _tv_tower(rng: np.random.Generator, style: str) -> Shape:
    h = rng.uniform(120, 250)
    shaft = lathe([(0.06 * h, 0), (0.03 * h, 0.12 * h), (0.02 * h, 0.6 * h), (0.018 * h, 0.72 * h)], 20)
    pod = lathe(
        [(0.02 * h, 0.56 * h), (0.075 * h, 0.61 * h), (0.08 * h, 0.64 * h), (0.05 * h, 0.68 * h), (0.018 * h, 0.7 * h)],
        24,
    )
    mast = lathe([(0.01 * h, 0.7 * h), (0.006 * h, 0.9 * h), (0, h)], 10)
    return shape(
        [shaft.paint((0.75, 0.75, 0.74)), pod.paint((0.5, 0.6, 0.68)), mast.paint((0.8, 0.2, 0.15))],
        ("a tv tower", "a television tower with a round observation deck and an antenna"),
        style=style,
        height=h,
    )


def _water_tower(rng: np.random.Generator, style: str) -> Shape:
    r, h, legs = rng.uniform(3, 5), rng.uniform(12, 20), int(rng.integers(4, 7))
    tank = (
        lathe([(0.2 * r, -0.5 * r), (0.85 * r, -0.15 * r), (r, 0.1 * r), (r, 1.1 * r), (0, 1.7 * r)], 22)
        .move(y=h)
        .paint(paint(rng, "grey", "red", "blue", "brown", "white").rgb)
    )
    post = rod((r * 1.15, 0, 0), (r * 0.85, h + 0.1 * r, 0), 0.25)
    hoops = [
        ring(
            rod(
                (r * 1.07, h * y, 0),
                (r * 1.07 * np.cos(2 * np.pi / legs), h * y, r * 1.07 * np.sin(2 * np.pi / legs)),
                0.12,
                sides=6,
            ),
            legs,
        )
        for y in (0.35, 0.7)
    ]
    return shape(
        [tank, merge(ring(post, legs), *hoops, cylinder(0.4, h, 10)).paint((0.5, 0.5, 0.52))],
        ("a water tower", f"a water tower with a tank on {count(legs, 'leg')}"),
        style=style,
        legs=legs,
    )


def _pagoda(rng: np.random.Generator, style: str) -> Shape:
    tiers, w, h, tiles = int(rng.integers(3, 8)), rng.uniform(7, 11), 4.0, roof(rng)
    solids, y = [box(w * 1.3, 1, w * 1.3).paint((0.7, 0.69, 0.66))], 1.0
    for i in range(tiers):
        size = w * (1 - 0.09 * i)
        eaves = lathe([(size * 1.05, 0.35), (size * 0.98, 0), (size * 0.45, 1.5)], 4).turn("y", 45)
        solids += [
            box(size * 0.8, h * 0.7, size * 0.8).move(y=y).paint((0.65, 0.2, 0.14)),
            eaves.move(y=y + h * 0.6).paint(tiles),
        ]
        solids.append(windows_around(size * 0.8, h * 0.6, size * 0.8, (3, 3), 1, (0.4, 0.6)).move(y=y))
        y += h * 0.88
    solids.append(cone(0.5, 4, 8).move(y=y).paint((0.8, 0.65, 0.2)))
    return shape(solids, ("a pagoda", f"a pagoda with {count(tiers, 'curved roof')}"), style=style, tiers=tiers)


_TOWERS = {
    "stone tower": _stone_tower,
    "clock tower": _stone_tower,
    "lattice tower": _lattice_tower,
    "television tower": _tv_tower,
    "water tower": _water_tower,
    "pagoda": _pagoda,
}
