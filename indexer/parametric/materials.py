"""Named colours of things: each is a word that a caption can use and a colour that varies a little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Material:
    """A word for captions ("oak", "red", "chrome"), its colour, and the word for what it is made of."""

    name: str
    rgb: RGB
    made_of: str

    @property
    def solid(self) -> str:
        """What the thing is made of, for a caption: painted things count as plastic."""
        return "plastic" if self.made_of == "painted" else self.made_of

    def shade(self, factor: float) -> RGB:
        """The colour made darker (below 1) or lighter (above 1)."""
        r, g, b = (min(channel * factor, 1.0) for channel in self.rgb)
        return r, g, b


_WOOD = {
    "oak": (0.66, 0.49, 0.30),
    "pine": (0.83, 0.68, 0.45),
    "walnut": (0.36, 0.23, 0.14),
    "mahogany": (0.42, 0.17, 0.11),
    "beech": (0.78, 0.58, 0.40),
    "ebony": (0.16, 0.12, 0.10),
}
_METAL = {
    "steel": (0.62, 0.64, 0.67),
    "chrome": (0.80, 0.82, 0.85),
    "iron": (0.24, 0.24, 0.26),
    "brass": (0.76, 0.61, 0.26),
    "copper": (0.74, 0.45, 0.29),
    "silver": (0.75, 0.75, 0.77),
    "gold": (0.90, 0.72, 0.22),
}
_PAINT = {
    "red": (0.78, 0.12, 0.11),
    "blue": (0.13, 0.28, 0.67),
    "green": (0.15, 0.50, 0.21),
    "yellow": (0.93, 0.79, 0.15),
    "orange": (0.91, 0.48, 0.11),
    "purple": (0.44, 0.19, 0.55),
    "pink": (0.92, 0.55, 0.66),
    "white": (0.93, 0.93, 0.91),
    "black": (0.09, 0.09, 0.10),
    "grey": (0.52, 0.53, 0.54),
    "brown": (0.40, 0.25, 0.15),
    "turquoise": (0.20, 0.68, 0.67),
    "beige": (0.84, 0.77, 0.64),
}
_STONE = {
    "marble": (0.88, 0.87, 0.85),
    "granite": (0.45, 0.44, 0.44),
    "concrete": (0.63, 0.62, 0.60),
    "sandstone": (0.80, 0.68, 0.50),
    "slate": (0.30, 0.33, 0.36),
}
_GROUPS = {
    "wood": ("wooden", _WOOD),
    "metal": ("metal", _METAL),
    "paint": ("painted", _PAINT),
    "stone": ("stone", _STONE),
}

GLASS: RGB = (0.70, 0.84, 0.88)
SCREEN: RGB = (0.07, 0.09, 0.12)
RUBBER: RGB = (0.08, 0.08, 0.09)
PAPER: RGB = (0.95, 0.93, 0.87)
LIGHT: RGB = (0.99, 0.95, 0.78)


def wood(rng: np.random.Generator) -> Material:
    """One of six woods."""
    return _pick(rng, "wood")


def metal(rng: np.random.Generator) -> Material:
    """One of seven metals."""
    return _pick(rng, "metal")


def paint(rng: np.random.Generator, *only: str) -> Material:
    """A plain colour, of `only` these names if any are given."""
    return _pick(rng, "paint", only)


def stone(rng: np.random.Generator) -> Material:
    """One of five stones."""
    return _pick(rng, "stone")


def either(rng: np.random.Generator, *groups: str) -> Material:
    """A material from one of the groups "wood", "metal", "paint" and "stone"."""
    return _pick(rng, groups[int(rng.integers(len(groups)))])


def _pick(rng: np.random.Generator, group: str, only: tuple[str, ...] = ()) -> Material:
    made_of, colors = _GROUPS[group]
    choices = only or tuple(colors)
    name = choices[int(rng.integers(len(choices)))]
    r, g, b = np.clip(np.array(colors[name]) * rng.uniform(0.88, 1.1) + rng.uniform(-0.02, 0.02, 3), 0, 1)
    return Material(name, (float(r), float(g), float(b)), made_of)
