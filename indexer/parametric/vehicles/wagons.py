"""Carriages, goods wagons and whole trains."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, kinds_of, pick, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, paint
from indexer.parametric.solids import box, cylinder, lathe
from indexer.parametric.surface import Solid, array, merge
from indexer.parametric.vehicles.rail import WIDTH, bogies, buffers, pantograph, rail_body, steam_engine, windows

FAMILY = "vehicles"


@kind("railway carriage", ("passenger wagon", "train coach", "train car", "rail vehicle"), FAMILY)
def carriage(rng: np.random.Generator) -> Shape:
    """A passenger coach with rows of windows, single or double deck, flat or arched roof."""
    length, colour, decks = rng.uniform(16, 26), paint(rng), 1 + int(chance(rng, 0.25))
    high = 3.8 if decks == 1 else 4.7
    solids = [
        bogies(length),
        rail_body(length, 0.9, high, float(rng.uniform(4, 8))).paint(colour.rgb),
        buffers(length / 2, 1.0),
    ]
    solids += [
        buffers(length / 2, 1.0).mirror("z"),
        box(WIDTH * 0.8, 0.25, length * 0.96).move(0, high - 0.12, 0).paint(DARK),
    ]
    step = rng.uniform(1.3, 2.2)
    solids += [
        windows(length * 0.86, 2.0 + 1.3 * deck if decks == 1 else 1.5 + 1.7 * deck, 0.85, step)
        for deck in range(decks)
    ]
    solids.append(
        array(box(WIDTH + 0.04, 2.0, 0.8), [(0, 1.2, s * length * 0.465) for s in (-1, 1)]).paint(colour.shade(0.6))
    )
    deck_words = "double-deck" if decks == 2 else "single-deck"
    return shape(
        solids,
        (f"a {colour.name} railway coach", f"a {deck_words} passenger carriage with a row of windows"),
        decks=decks,
        length=length,
    )


def _freight(style: str, rng: np.random.Generator, length: float) -> list[Solid]:
    colour, half = paint(rng), length / 2
    floor = box(WIDTH, 0.2, length).move(0, 1.0, 0).paint(DARK)
    if style == "tank wagon":
        r = 1.35
        barrel = lathe(
            [
                (0, -half * 0.96),
                (r * 0.8, -half * 0.93),
                (r, -half * 0.85),
                (r, half * 0.85),
                (r * 0.8, half * 0.93),
                (0, half * 0.96),
            ],
            22,
        )
        return [
            floor,
            barrel.turn("x", 90).move(0, 1.2 + r, 0).paint(colour.rgb),
            cylinder(0.4, 0.35, 14).move(0, 1.2 + 2 * r - 0.05, 0),
        ]
    if style == "hopper wagon":
        walls = box(WIDTH * 0.7, 2.1, length * 0.72, (1.4, 1.35)).move(0, 1.1, 0).paint(colour.rgb)
        ribs = [(s * WIDTH * 0.45, 1.2, z) for s in (-1, 1) for z in np.linspace(-half * 0.8, half * 0.8, 7)]
        return [floor, walls, array(box(0.12, 2.0, 0.12), ribs).paint(colour.shade(0.8))]
    if style == "flat wagon":
        crates = [box(2.4, 2.5, length * 0.45).move(0, 1.2, s * length * 0.24).paint(paint(rng).rgb) for s in (-1, 1)]
        return [floor, *crates]
    ribs = [(0, 1.2, z) for z in np.linspace(-half * 0.94, half * 0.94, 9)]
    door = box(WIDTH + 0.1, 2.3, length * 0.2).move(0, 1.3, 0).paint(colour.shade(0.8))
    return [
        floor,
        rail_body(length, 1.1, 3.9, 8).paint(colour.rgb),
        array(box(WIDTH + 0.06, 2.3, 0.1), ribs).paint(colour.shade(0.9)),
        door,
    ]


@kind("freight wagon", ("goods wagon", "freight car", "rail vehicle"), FAMILY)
def freight_wagon(rng: np.random.Generator) -> Shape:
    """A boxcar, tank wagon, hopper or container flat."""
    style, length = pick(rng, "boxcar", "tank wagon", "hopper wagon", "flat wagon"), rng.uniform(9, 15)
    solids = [
        *_freight(style, rng, length),
        bogies(length),
        buffers(length / 2, 1.0),
        buffers(length / 2, 1.0).mirror("z"),
    ]
    words = {
        "boxcar": "sliding doors",
        "tank wagon": "a cylindrical tank",
        "hopper wagon": "sloping sides",
        "flat wagon": "two containers",
    }[style]
    return shape(solids, (f"a railway {style}", f"a {style} with {words} on two bogies"), style=style, length=length)


def _train(rng: np.random.Generator, style: str) -> Shape:
    """A whole train: a steam engine, an express or a tram with its wagons."""
    colour, trim = paint(rng), paint(rng)
    wagons, step = int(rng.integers(1, 4)), {"steam train": 9.0, "high-speed train": 16.0, "tram": 9.0}[style]
    solids: list[Solid] = []
    if style == "steam train":
        solids, length, _ = steam_engine(rng, colour, trim)
        coach = [rail_body(step * 0.94, 0.9, 3.5, 6), box(WIDTH * 0.9, 0.2, step * 0.96).move(0, 3.4, 0)]
        rows = merge(*coach).paint(trim.rgb), windows(step * 0.9, 2.0, 0.8, 1.3), bogies(step, 0.42)
        solids += [part.move(z=-length / 2 - step * (i + 0.5) - 0.3) for i in range(wagons) for part in rows]
    else:
        wagons += 1
        fast = style.startswith("high")
        low, high, half = 0.5, 3.7, wagons * step / 2
        nose = 5.0 if fast else 0.8
        solids.append(rail_body(2 * half, low, high, 4.5, nose).paint(colour.rgb))
        solids.append(windows(2 * half - 2 * nose, 2.0 if fast else 1.5, 0.7 if fast else 1.2, 1.5))
        joints = [(0, low - 0.02, -half + step * i) for i in range(1, wagons)]
        solids.append(array(box(WIDTH * 0.98, high - low - 0.1, 0.4), joints).scale(1.03, 1.03, 1).paint(DARK))
        solids.append(box(WIDTH + 0.04, 0.3, 2 * half - 2 * nose).move(0, 1.1, 0).paint(trim.rgb))
        solids += [bogies(step * 0.95, 0.42).move(z=-half + step * (i + 0.5)) for i in range(wagons)]
        screen = (
            box(WIDTH * 0.7, 1.0, 0.1)
            .turn("x", -58 if fast else -10)
            .move(0, high - 1.45, half - nose * (0.5 if fast else 0.3))
        )
        solids += [merge(screen, screen.mirror("z")).paint(GLASS), pantograph(high - 0.05, 0.0)]
    return shape(
        solids,
        (style, f"a {colour.name} {style}", f"a {style} with {count(wagons, 'carriage')}"),
        style=style,
        wagons=wagons,
    )


kinds_of(
    FAMILY,
    _train,
    {
        "train": (("railway train", "rail transport"), ("steam train", "high-speed train")),
        "tram": (("streetcar", "rail transport"), ("tram",)),
    },
)
