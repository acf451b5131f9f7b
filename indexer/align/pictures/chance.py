"""Random views, lights and materials: what makes many pictures of one shape."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray

from retriever.drawing.render import GREY, Light, View
from retriever.types import Geometry

COLORS = {
    "red": (0.8, 0.12, 0.1),
    "orange": (0.95, 0.5, 0.1),
    "yellow": (0.95, 0.85, 0.15),
    "green": (0.2, 0.6, 0.2),
    "blue": (0.15, 0.3, 0.8),
    "purple": (0.5, 0.2, 0.65),
    "pink": (0.95, 0.55, 0.7),
    "brown": (0.42, 0.26, 0.13),
    "black": (0.1, 0.1, 0.1),
    "white": (0.95, 0.95, 0.95),
    "grey": (0.5, 0.5, 0.5),
}
"""Colours that a shape may be painted with, and the word for each."""


def random_view(rng: np.random.Generator) -> View:
    """Any yaw; mostly a little from above, at times from anywhere; each third camera orthographic."""
    anywhere = rng.random() < 0.12
    return View(
        yaw=rng.uniform(0, 360),
        elevation=np.degrees(np.arcsin(rng.uniform(-1, 1))) if anywhere else rng.uniform(-15, 60),
        roll=rng.normal(0, 4),
        field=0.0 if rng.random() < 0.33 else rng.uniform(20, 65),
        fill=rng.uniform(0.88, 0.98),
    )


def random_light(rng: np.random.Generator) -> Light:
    """One or two lamps, mostly from above; each third surface glossy."""
    lamps = []
    for strength in rng.uniform(0.25, 0.7, rng.integers(1, 3)):
        x, y, z = rng.normal(0, 1), rng.normal(0.6, 0.7), abs(rng.normal(0.6, 0.6)) + 0.05
        lamps.append((x, y, z, float(strength)))
    gloss = rng.uniform(0.1, 0.7) if rng.random() < 0.33 else 0.0
    return Light(rng.uniform(0.3, 0.65), tuple(lamps), gloss, rng.uniform(6, 50))


def jittered(geometry: Geometry, rng: np.random.Generator) -> Geometry:
    """Every colour of the shape shifted a little; colours that are equal stay equal."""
    colors = _colors(geometry)
    distinct, which = np.unique(np.round(colors, 3), axis=0, return_inverse=True)
    moved = distinct * rng.uniform(0.75, 1.2, (len(distinct), 1)) + rng.normal(0, 0.04, distinct.shape)
    return Geometry(geometry.vertices, geometry.faces, np.clip(moved, 0, 1).astype(np.float32)[which.ravel()])


def painted(geometry: Geometry, rng: np.random.Generator) -> tuple[Geometry, str]:
    """The whole shape in one colour near one of `COLORS`, and the word for it."""
    word = str(rng.choice(list(COLORS)))
    hue, lightness, saturation = colorsys.rgb_to_hls(*COLORS[word])
    rgb = colorsys.hls_to_rgb(hue + rng.normal(0, 0.01), lightness * rng.uniform(0.9, 1.1), saturation)
    colors = np.broadcast_to(np.clip(rgb, 0, 1), (len(geometry.faces), 3)).astype(np.float32)
    return Geometry(geometry.vertices, geometry.faces, colors), word


def _colors(geometry: Geometry) -> NDArray[np.float32]:
    if geometry.colors is not None:
        return geometry.colors
    return np.full((len(geometry.faces), 3), GREY, np.float32)
