"""What can be told of a parametric shape beside its kind, read from its parts, captions and proportions.

The generators take no wishes: many shapes are made, and of each the attributes are read off. An attribute is a facet
(the number of legs, say) with a few values, and every value has the words that a user would add to a query for it.
None of those words names the kind, so that they alone do not find it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from indexer.parametric.kinds import Shape, generate

TALL, LOW = "tall", "low"
_MEASURED = 90
"""Shapes of a kind that its usual proportions are taken from."""


@dataclass(frozen=True)
class Facet:
    """One thing that varies within one kind.

    Attributes:
        name: what varies: "legs", "outline", "height", "parts", "pose", "style" or "colour".
        kind: of shapes.
        marks: mark -> the words of that value. A mark such as "legs=3" is a part and its value, another one is a piece
            of a caption; "tall" and "low" of the facet "height" are the outer thirds of the kind's proportions.
    """

    name: str
    kind: str
    marks: Mapping[str, str]

    def value(self, shape: Shape) -> str | None:
        """The words of the value that a shape has; None where it has none of them, or several."""
        if self.name == "height":
            return _stature(shape)
        found = {words for mark, words in self.marks.items() if _has(shape, mark)}
        return found.pop() if len(found) == 1 else None

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The words of all values."""
        return tuple(dict.fromkeys(self.marks.values()))


def _has(shape: Shape, mark: str) -> bool:
    part, equals, value = mark.partition("=")
    if equals:
        return str(shape.parts.get(part)) == value
    return any(mark in caption for caption in shape.captions)


def _stature(shape: Shape) -> str | None:
    low, tall = _thirds(shape.kind)
    height = _height(shape)
    return TALL if height > tall else LOW if height < low else None


def _height(shape: Shape) -> float:
    """Height over the side of a square that is as large as the footprint."""
    x, y, z = np.ptp(shape.solid.vertices, axis=0)
    return float(y / np.sqrt(x * z))


@lru_cache(maxsize=256)
def _thirds(kind: str) -> tuple[float, float]:
    low, tall = np.percentile([_height(generate(kind, seed)) for seed in range(_MEASURED)], [33, 67])
    return float(low), float(tall)


def _counted(kind: str, part: str, noun: str, *numbers: int) -> Facet:
    words = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}
    plural = {number: noun if number == 1 else f"{noun}s" for number in numbers}
    return Facet("legs", kind, {f"{part}={number}": f"{words[number]} {plural[number]}" for number in numbers})


def _styled(name: str, kind: str, **words: str) -> Facet:
    """Values by the part "style": its first word -> what is said for it."""
    return Facet(name, kind, {f"style={style.replace('_', ' ')}": said for style, said in words.items()})


_LEGS = (
    Facet("legs", "stool", {"legs=3": "three legs", "legs=4": "four legs", "legs=1": "a pedestal"}),
    Facet("legs", "table", {"table with four": "four legs", "pedestal base": "a pedestal"}),
    _counted("fan", "blades", "blade", 3, 4, 6),
    _counted("drone", "rotors", "rotor", 4, 6, 8),
    _counted("helicopter", "blades", "blade", 2, 3, 5),
    _counted("armored car", "wheels", "wheel", 4, 6, 8),
    _counted("biplane", "wings", "wing", 2, 3),
    _counted("airliner", "engines", "engine", 2, 4),
    _counted("fork", "tines", "tine", 2, 3, 4),
    _counted("bus", "decks", "deck", 1, 2),
    _counted("fountain", "tiers", "tier", 1, 2, 3),
    _counted("house", "storeys", "storey", 1, 2, 3),
    _counted("ocean liner", "funnels", "funnel", 1, 2, 3, 4),
    _counted("starfish", "arms", "arm", 5, 6, 7),
)
_OUTLINES = (
    _styled("outline", "coffee table", rectangular_coffee_table="rectangular", oval_coffee_table="oval",
            round_coffee_table="round"),
    Facet("outline", "table", {"a round table": "round", "a rectangular table": "rectangular"}),
    Facet("outline", "stool", {"round seat": "round", "square seat": "square"}),
    Facet("outline", "cutting board", {"round board": "round", "rectangular board": "rectangular"}),
    _styled("outline", "plate", square_plate="square", oval_plate="oval", dinner_plate="round"),
    _styled("outline", "window", round_window="round", arched_window="arched", sash_window="rectangular"),
    Facet("outline", "street sign", {"a round sign": "round", "a square sign": "square",
                                     "octagonal": "octagonal", "triangular": "triangular"}),
    _styled("outline", "shield", round_shield="round", oval_shield="oval", tower_shield="rectangular"),
    _styled("outline", "pendant lamp", square_pendant_lamp="square", globe_pendant_lamp="round"),
)  # fmt: skip
_HEIGHTS = tuple(
    Facet("height", kind, {TALL: TALL, LOW: LOW})
    for kind in (
        "vase", "bottle", "teapot", "bookshelf", "wardrobe", "mug", "cabinet", "skyscraper", "conifer", "barrel",
        "candle", "table lamp", "tent", "jar", "basket",
    )
)  # fmt: skip
_PARTS = (
    Facet("parts", "chair", {"with armrests": "armrests", "no armrests": "no armrests"}),
    Facet("parts", "rifle", {"scope=1": "a scope", "scope=0": "no scope"}),
    Facet("parts", "rowboat", {"oars=2": "oars", "oars=0": "no oars"}),
    Facet("parts", "tractor", {"cab=1": "a cab", "cab=0": "no cab"}),
    Facet("parts", "steam locomotive", {"tender=1": "a tender", "tender=0": "no tender"}),
    Facet("parts", "skull", {"jaw=1": "a jaw", "jaw=0": "no jaw"}),
    Facet("parts", "cup", {"with a small handle": "a handle", "without a handle": "no handle"}),
    Facet("parts", "cutting board", {"with a handle": "a handle", "without a handle": "no handle"}),
    Facet("parts", "upright piano", {"bench=1": "a bench", "bench=0": "no bench"}),
    Facet("parts", "fighter jet", {"gear=1": "landing gear", "gear=0": "no landing gear"}),
)
_POSES = ("standing", "sitting", "lying down", "rearing up", "lowering its head", "galloping")
QUADRUPEDS = ("dog", "cat", "horse", "cow", "sheep", "pig", "lion", "rabbit", "fox", "goat")
BIRDS = ("songbird", "crow", "duck", "eagle", "pigeon", "parrot", "goose")
_STANCES = (
    *(Facet("pose", kind, {f"pose={pose}": pose for pose in _POSES}) for kind in QUADRUPEDS),
    *(
        Facet("pose", kind, {"pose=standing on two legs": "standing", "pose=flying with spread wings": "flying"})
        for kind in BIRDS
    ),
)
_STYLES = tuple(
    Facet("style", kind, {f"style={style}": style for style in styles})
    for kind, styles in {
        "car": ("sedan", "convertible", "suv", "sports car", "minivan", "hatchback"),
        "chair": ("office chair", "folding chair", "rocking chair", "windsor chair", "high chair", "wing chair"),
        "bed": ("single bed", "double bed", "bunk bed", "cot"),
        "hat": ("witch hat", "cowboy hat", "top hat", "party hat", "hard hat"),
        "floor lamp": ("tripod lamp", "arc lamp"),
        "bridge": ("arch bridge", "truss bridge", "suspension bridge", "cable-stayed bridge"),
        "tent": ("tipi", "ridge tent", "circus tent", "dome tent", "yurt"),
        "glass": ("tumbler", "wine glass", "martini glass", "champagne flute"),
        "guitar": ("electric guitar", "acoustic guitar"),
        "shoe": ("sneaker", "boot", "high heel", "slipper"),
        "bicycle": ("city bike", "road bike", "tandem", "penny-farthing"),
        "sword": ("katana", "scimitar", "rapier", "broadsword"),
    }.items()
)
COLOURED = ("chair", "suitcase", "mug", "umbrella", "bottle", "bag")
_COLOURS = tuple(
    Facet("colour", kind, {f"material={colour}": colour for colour in ("red", "blue", "green", "yellow", "black")})
    for kind in COLOURED
)

PLAIN = ("van", "truck")
"""Kinds without facets that are asked with."""
FACETS: tuple[Facet, ...] = (*_LEGS, *_OUTLINES, *_HEIGHTS, *_PARTS, *_STANCES, *_STYLES, *_COLOURS)
NAMES = tuple(dict.fromkeys(facet.name for facet in FACETS))


def of_kind(kind: str) -> tuple[Facet, ...]:
    """The facets that shapes of a kind have."""
    return tuple(facet for facet in FACETS if facet.kind == kind)


def attributes(shape: Shape) -> dict[str, str]:
    """Facet name -> value, of all facets that a shape has a value of."""
    found = {facet.name: facet.value(shape) for facet in of_kind(shape.kind)}
    return {name: value for name, value in found.items() if value is not None}
