"""A shape as one would photograph it: smooth, softly lit, with its creases and its shadow; for people to look at.

Slower and finer than `render`, which makes what is learned from. Everything is worked out for the pixels that see
something, so that a shape of a million faces takes little longer than one of a thousand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retriever.drawing.light import CLAY, linear, lit, openness, toned
from retriever.drawing.raster import NOTHING, visible_faces
from retriever.drawing.render import View, placed, projected
from retriever.drawing.surface import Surface, of_faces, of_points
from retriever.loaders.skins import at
from retriever.types import Geometry

VIEW = View(yaw=33.0, elevation=20.0, field=24.0, fill=0.86)
"""From the front right, somewhat above, as catalogues show things."""

MOST_POINTS = 60_000
"""Points of a cloud that are drawn; of more, every second, third or so."""

_FINER = 2
_RIMS = 300  # of the side, to a pixel of the rim's reach
_SHADOW = 0.34  # opacity at its darkest
_RIM = 0.5  # opacity of the dark line around what is drawn, which keeps thin pale parts apart from a pale ground
_MARGIN = 0.07  # share of the side in which it fades
_AT_ONCE = 8_000_000  # pixels under faces that are worked out together
_MOST = 8 * _AT_ONCE  # of a mesh whose faces cover more, fewer are drawn: it is a tangle that takes for ever
_ENOUGH = 200_000  # faces that cast it; so many are so small that some of them do
_COARSER = 4  # pixels of the picture to one of the shadow, which is soft


def portrait(geometry: Geometry, side: int, view: View = VIEW) -> NDArray[np.uint8]:
    """A picture of a mesh or a cloud on nothing.

    Args:
        geometry: y up; without colours it is the colour of clay.
        side: edge length in pixels.
        view: where from, in perspective.

    Returns:
        (side, side, 4) uint8 sRGB, colour not multiplied by the coverage in the last channel, the first row at the
        top. The same arguments give the same picture.
    """
    geometry = _thinned(geometry)
    fine = side * _FINER
    points = placed(geometry.vertices, view)
    outline = geometry.faces if len(geometry.faces) else np.arange(len(points))[:, None]
    screen, nearness = projected(points, view, fine, outline)
    if len(geometry.faces):
        surface = of_faces(_seen(screen, nearness, geometry.faces, fine), points, screen, nearness, geometry)
    else:
        surface = of_points(points, screen, nearness, fine)
    colors = lit(_base(geometry, surface), surface, openness(surface, fine, _FINER), view.elevation)
    picture = _averaged(colors, surface.pixel, side)
    return _over(picture, _shadow(geometry, view, side) if len(geometry.faces) else np.zeros((side, side)))


def _thinned(geometry: Geometry) -> Geometry:
    """A mesh as it is; of a cloud `MOST_POINTS` at most."""
    step = -(-len(geometry.vertices) // MOST_POINTS)
    if len(geometry.faces) or step <= 1:
        return geometry
    colors = None if geometry.colors is None else geometry.colors[::step]
    return Geometry(geometry.vertices[::step], geometry.faces, colors)


def _seen(
    screen: NDArray[np.float64], nearness: NDArray[np.float64], faces: NDArray[np.int64], side: int
) -> NDArray[np.int64]:
    """As `visible_faces`, in bounded memory; of a mesh whose faces cover too much, of every second, third or so."""
    boxes = _boxes(screen[faces])
    step = 1 + int(boxes.sum() // _MOST)
    chosen = np.arange(0, len(faces), step)
    parts = np.split(chosen, np.flatnonzero(np.diff(boxes[chosen].cumsum() // _AT_ONCE)) + 1)
    if step == len(parts) == 1:
        return visible_faces(screen, nearness, faces, side)
    seen, kept = np.full(side * side, NOTHING, np.int64), chosen[:0]
    for part in parts:  # beside what is seen so far: a face that is hidden among some is hidden among all
        kept = np.concatenate([kept, part])
        seen = visible_faces(screen, nearness, faces[kept], side)
        hit = seen != NOTHING
        seen[hit] = kept[seen[hit]]
        kept = np.unique(seen[hit])
    return seen


def _boxes(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """(f,) pixels in the boxes around (f, 3, 2) triangles, one each at least."""
    return np.asarray((corners.max(axis=1) - corners.min(axis=1)).clip(1, None).prod(axis=1))


def _base(geometry: Geometry, surface: Surface) -> NDArray[np.float32]:
    """(n, 3) colours of what the pixels see, `linear`."""
    if geometry.colors is None:
        base = np.broadcast_to(linear(np.array(CLAY, np.float32)), (len(surface.part), 3))
    else:
        base = linear(geometry.colors)[surface.part]
    if geometry.skin is None or surface.uv is None:
        return base
    under = np.flatnonzero(geometry.skin.picture[surface.part] >= 0)
    base = base.copy()
    base[under] = linear(at(geometry.skin, surface.part[under], surface.uv[under]))
    return base


def _averaged(colors: NDArray[np.float32], pixel: NDArray[np.int64], side: int) -> NDArray[np.float32]:
    """(side, side, 4) in 0..1, the light multiplied by the coverage in the last channel."""
    fine = side * _FINER
    picture = np.zeros((fine * fine, 4), np.float32)
    picture[pixel, :3], picture[pixel, 3] = colors, 1
    return np.asarray(picture.reshape(side, _FINER, side, _FINER, 4).mean(axis=(1, 3)))


def _over(picture: NDArray[np.float32], shadow: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The picture, toned, over its black shadow and rim; (side, side, 4) uint8, not multiplied any more."""
    own = picture[:, :, 3]
    rim = _RIM * np.minimum(1, 2 * _blurred(own.astype(np.float64), max(1, len(own) // _RIMS)))
    coverage = own + (1 - own) * (1 - (1 - shadow) * (1 - rim))
    colors = toned(picture[:, :, :3] / np.maximum(own, 1e-6)[:, :, None])
    colors *= (own / np.maximum(coverage, 1e-6))[:, :, None]
    return np.round(np.dstack([colors, coverage]).clip(0, 1) * 255).astype(np.uint8)


def _shadow(geometry: Geometry, view: View, side: int) -> NDArray[np.float64]:
    """(side, side) opacity of the soft shadow on the ground that a mesh stands on, lit from straight above."""
    coarse = max(2, side // _COARSER)
    ground = geometry.vertices * (1, 0, 1) + (0, geometry.vertices[:, 1].min(), 0)
    both = placed(np.concatenate([geometry.vertices, ground]), view)  # the ground lies within the box of the shape
    screen, nearness = projected(both, view, coarse, geometry.faces)
    flat = slice(len(ground), None)
    faces = geometry.faces[:: 1 + len(geometry.faces) // _ENOUGH]
    mask = (_seen(screen[flat], nearness[flat], faces, coarse) != NOTHING).reshape(coarse, coarse)
    soft = _blurred(mask.astype(np.float64), max(1, coarse // 20))
    return _SHADOW * _enlarged(soft, side) * _fading(side) * _fading(side)[:, None]


def _fading(side: int) -> NDArray[np.float64]:
    """(side,) 1, but falling to 0 at both ends, so that no shadow is cut off."""
    from_end = np.minimum(np.arange(side), np.arange(side)[::-1])
    return np.asarray(np.minimum(1, from_end / (_MARGIN * side)))


def _blurred(picture: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """(h, w) means over squares of twice `reach` and a pixel, three times over: nearly a bell curve."""
    width = 2 * reach + 1
    for _ in range(3):
        for axis in (0, 1):
            padded = np.pad(picture, [(reach + 1, reach) if axis == at else (0, 0) for at in (0, 1)])
            sums = padded.cumsum(axis=axis)
            ends = np.take(sums, range(width, sums.shape[axis]), axis=axis)
            picture = (ends - np.take(sums, range(sums.shape[axis] - width), axis=axis)) / width
    return picture


def _enlarged(picture: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """(side, side) of a smaller square, linear between the middles of its pixels."""
    places = ((np.arange(side) + 0.5) * len(picture) / side - 0.5).clip(0, len(picture) - 1)
    low = np.minimum(places.astype(np.int64), len(picture) - 2)
    part = (places - low)[:, None]
    rows = picture[low] * (1 - part) + picture[low + 1] * part
    return np.asarray(rows[:, low] * (1 - part.T) + rows[:, low + 1] * part.T)
