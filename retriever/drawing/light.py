"""How a surface is lit: a sky, a lamp at the upper left, a weak one at the right, and less light in corners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retriever.drawing.render import unit
from retriever.drawing.surface import Surface

CLAY = (0.74, 0.73, 0.71)
"""Colour of shapes that have none."""

_SKY, _GROUND = 0.46, 0.16
_KEY = (-0.62, 0.80, 0.55, 0.95)  # direction to the lamp in the camera's frame, strength
_FILL = (0.95, 0.05, 0.45, 0.16)
_GLOSS, _SHARPNESS = 0.07, 30.0
_GAMMA = 2.2
_WHITE = 0.84

_RINGS = (0.012, 0.03, 0.065)
"""Radii at which a pixel looks for what stands above it, as shares of the picture's side."""
_DIRECTIONS = 8
_DARKEST, _DEEPENING = 0.85, 1.9
_FAR = 2.5  # times a ring's radius: what is so much nearer to the camera is another thing, and casts less


def linear(colors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colours in 0..1, sRGB, as what is reflected; black things reflect a little too, and white ones not all."""
    return np.asarray(_WHITE * np.clip(colors, 0.03, 1) ** np.float32(_GAMMA), np.float32)


def lit(
    base: NDArray[np.float32], surface: Surface, openness: NDArray[np.float32], elevation: float
) -> NDArray[np.float32]:
    """(n, 3) light that n pixels send, 0 to about 1.

    Args:
        base: (n, 3) their colours, `linear`.
        surface: what they see.
        openness: (n,) how much of the sky each sees, 0..1.
        elevation: of the camera in degrees.
    """
    x, y, z = (np.ascontiguousarray(axis) for axis in surface.normal.T)
    lean = np.radians(elevation)
    up = y * np.float32(np.cos(lean)) + z * np.float32(np.sin(lean))
    level = (_GROUND + (_SKY - _GROUND) * (0.5 + 0.5 * up)) * openness
    shine = np.zeros_like(level)
    for *direction, strength in (_KEY, _FILL):
        lamp = unit(np.array(direction))
        half = unit(lamp + (0, 0, 1))
        level += strength * _facing(x, y, z, lamp) * (0.45 + 0.55 * openness)
        shine += strength * _facing(x, y, z, half) ** np.float32(_SHARPNESS)
    return np.asarray(base * level[:, None] + (_GLOSS * shine * openness)[:, None], np.float32)


def _facing(
    x: NDArray[np.float32], y: NDArray[np.float32], z: NDArray[np.float32], towards: NDArray[np.floating]
) -> NDArray[np.float32]:
    """(n,) cosine between normals and a direction; 0 where they look away from it."""
    a, b, c = towards.astype(np.float32)
    return np.maximum(x * a + y * b + z * c, np.float32(0))


def toned(light: NDArray[np.floating]) -> NDArray[np.floating]:
    """Amounts of light as sRGB in 0..1, without a hard edge at white: bright tones are bent below 1."""
    knee = 0.7
    over = np.clip(light - knee, 0, None)
    return np.asarray((np.minimum(light, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee)))) ** (1 / _GAMMA))


def openness(surface: Surface, side: int, step: int) -> NDArray[np.float32]:
    """(n,) how much of the sky each of n pixels sees past its surroundings, 0..1: ambient occlusion in the picture.

    Args:
        surface: what the pixels see.
        side: of the picture in pixels.
        step: one in so many pixels of a row, and rows, is worked out for all beside it.
    """
    coarse = side // step
    every = (surface.pixel % side % step == 0) & (surface.pixel // side % step == 0)
    place = surface.pixel[every] // side // step * coarse + surface.pixel[every] % side // step
    grid = np.full((coarse, coarse), -np.inf, np.float32)
    grid.ravel()[place] = surface.height[every] / step
    facing = np.zeros((3, coarse, coarse), np.float32)
    facing.reshape(3, -1)[:, place] = surface.normal[every].T
    shade = np.zeros((coarse, coarse), np.float32)
    for ring, share in enumerate(_RINGS):
        for turn in range(_DIRECTIONS):
            angle = 2 * np.pi * (turn + 0.5 * (ring % 2)) / _DIRECTIONS
            shade += _raised(grid, facing, share * coarse, angle)
    dark = np.minimum(_DARKEST, _DEEPENING * shade / (len(_RINGS) * _DIRECTIONS))
    wide = np.repeat(np.repeat(1 - dark, step, axis=0), step, axis=1)
    return np.asarray(wide.reshape(-1)[surface.pixel], np.float32)


def _raised(grid: NDArray[np.float32], facing: NDArray[np.float32], radius: float, angle: float) -> NDArray[np.float32]:
    """(h, w) sine of how high what lies at a distance and angle stands above each pixel's surface, 0..1."""
    dx, dy = round(radius * np.cos(angle)), round(radius * np.sin(angle))
    here, there = _overlap(grid.shape[0], dx, dy)
    length = max(1.0, float(np.hypot(dx, dy)))
    with np.errstate(invalid="ignore"):
        rise = grid[there] - grid[here]
        above = (rise * facing[2][here] + dx * facing[0][here] - dy * facing[1][here]) / length
        above = np.clip(above - 0.1, 0, 1) * np.clip(_FAR - rise / length / 2, 0, 1)
    out = np.zeros_like(grid)
    out[here] = np.nan_to_num(above, posinf=0, neginf=0)
    return out


def _overlap(side: int, dx: int, dy: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Pixels that have another one (dx, dy) away in the picture, and those others."""

    def both(step: int) -> tuple[slice, slice]:
        start, end = max(0, -step), side - max(0, step)
        return slice(start, end), slice(start + step, end + step)

    (rows, other_rows), (columns, other_columns) = both(dy), both(dx)
    return (rows, columns), (other_rows, other_columns)
