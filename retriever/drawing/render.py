"""Pictures of coloured meshes without a graphics card: a camera, a few lights, a z-buffer.

>>> pixels = render(geometry, View(yaw=30, elevation=20))
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.drawing.raster import NOTHING, visible_faces
from retriever.types import Geometry

GREY = (0.7, 0.7, 0.7)
"""Colour of faces that have none."""

_FINER = 2  # pixels are the mean of this many squared


@dataclass(frozen=True)
class View:
    """Where a shape is looked at from; the camera turns about it and always sees it whole.

    Attributes:
        yaw: degrees about the y axis; 0 looks at the side that faces +z, 90 at the one that faces +x.
        elevation: degrees above the horizon, -90..90.
        roll: degrees that the camera leans to its right.
        field: of view in degrees, 0 for an orthographic camera.
        fill: share of the picture's side that the longer side of the shape's outline takes, 0..1.
    """

    yaw: float = 35.0
    elevation: float = 25.0
    roll: float = 0.0
    field: float = 35.0
    fill: float = 0.9


@dataclass(frozen=True)
class Light:
    """How a shape is lit.

    Attributes:
        ambient: share of the colour that is seen without any lamp.
        lamps: (x, y, z, strength) each: a direction towards the lamp in the camera's frame (x right, y up, z to the
            camera), of any length, and what it adds where it falls at a right angle.
        gloss: strength of the highlights, 0 for a matt surface.
        sharpness: exponent of the highlights.
    """

    ambient: float = 0.45
    lamps: tuple[tuple[float, float, float, float], ...] = ((-0.5, 1.0, 0.8, 0.55), (1.0, 0.3, 0.5, 0.2))
    gloss: float = 0.0
    sharpness: float = 20.0


PLAIN = Light()


def render(
    geometry: Geometry, view: View | None = None, *, side: int = 96, light: Light = PLAIN, background: int = 255
) -> NDArray[np.uint8]:
    """A picture of a mesh before a plain background.

    Args:
        geometry: triangles, y up; faces without colours are grey.
        view: where from; a view from above the front right corner if None.
        side: edge length in pixels.
        light: how it is lit.
        background: grey level, 0..255.

    Returns:
        (side, side, 3) uint8 sRGB, the first row at the top. The same arguments give the same picture.
    """
    rgba = render_rgba(geometry, view, side=side, light=light).astype(np.float32)
    opaque = rgba[:, :, 3:] / 255
    return np.round(rgba[:, :, :3] * opaque + background * (1 - opaque)).astype(np.uint8)


def render_rgba(
    geometry: Geometry, view: View | None = None, *, side: int = 96, light: Light = PLAIN
) -> NDArray[np.uint8]:
    """As `render`, on nothing: (side, side, 4) uint8, colour not multiplied by the coverage in the last channel."""
    view = view or View()
    fine = side * _FINER
    if not len(geometry.faces):
        return np.zeros((side, side, 4), np.uint8)
    points = placed(geometry.vertices, view)
    screen, nearness = projected(points, view, fine, geometry.faces)
    seen = visible_faces(screen, nearness, geometry.faces, fine)
    hit = seen != NOTHING
    picture = np.zeros((fine * fine, 4), np.float32)
    picture[hit, :3] = _shaded(points, geometry, light, seen[hit])
    picture[hit, 3] = 1.0
    cells = picture.reshape(side, _FINER, side, _FINER, 4).sum(axis=(1, 3))
    cells[:, :, :3] /= np.maximum(cells[:, :, 3:], 1)
    cells[:, :, 3] /= _FINER**2
    return np.round(cells * 255).astype(np.uint8)


def placed(vertices: NDArray[np.float64], view: View) -> NDArray[np.float64]:
    """Vertices in the camera's frame (x right, y up, z to the camera), in the unit sphere."""
    used = vertices - (vertices.max(axis=0) + vertices.min(axis=0)) / 2
    radius = max(float(np.sqrt((used**2).sum(axis=1).max())), 1e-12)
    return np.asarray(used / radius @ rotation(view).T)


def rotation(view: View) -> NDArray[np.float64]:
    """(3, 3) y up -> the camera's frame."""
    yaw, up, roll = np.radians([view.yaw, view.elevation, view.roll])
    about_y = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(up), -np.sin(up)], [0, np.sin(up), np.cos(up)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y)


def projected(
    placed: NDArray[np.float64], view: View, side: int, faces: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where vertices fall on the screen, in pixels, and how near they are."""
    if view.field > 0:
        distance = 1.05 / np.sin(np.radians(min(view.field, 120.0) / 2))
        nearness = 1 / (distance - placed[:, 2])
        flat = placed[:, :2] * nearness[:, None]
    else:
        nearness, flat = placed[:, 2], placed[:, :2]
    outline = flat[faces.ravel()]
    low, high = outline.min(axis=0), outline.max(axis=0)
    zoom = view.fill * side / max(float((high - low).max()), 1e-9)
    screen = (flat - (low + high) / 2) * zoom * (1, -1) + side / 2
    return screen, nearness


def _shaded(
    placed: NDArray[np.float64], geometry: Geometry, light: Light, seen: NDArray[np.int64]
) -> NDArray[np.float32]:
    """(n, 3) colours in 0..1 of the faces that n pixels see; every face is flat and lit from the side that is seen."""
    shown, pixel = np.unique(seen, return_inverse=True)
    a, b, c = (placed[geometry.faces[shown, i]] for i in range(3))
    normal = unit(np.cross(b - a, c - a))
    normal[normal[:, 2] < 0] *= -1
    base = np.broadcast_to(GREY, (len(shown), 3)) if geometry.colors is None else geometry.colors[shown]
    level, shine = np.full(len(shown), light.ambient), np.zeros(len(shown))
    for x, y, z, strength in light.lamps:
        towards = unit(np.array([x, y, z]))
        level += strength * np.clip(normal @ towards, 0, None)
        shine += strength * light.gloss * np.clip(normal @ unit(towards + (0, 0, 1)), 0, None) ** light.sharpness
    colors = np.clip(base * level[:, None] + shine[:, None], 0, 1)
    return colors.astype(np.float32)[pixel]


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 3) of length 1; those of no length stay what they are."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))
