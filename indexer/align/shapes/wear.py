"""Make a clean mesh look like one that somebody modelled: training shapes only.

Shapes made by rule have every part, each closed, outside only, straight and in proportion. Collected models have
missing bottoms, doubled shells, inner faces, stands, low-poly copies of curved parts, leaning and twisted bodies.
What a thing is stays the same under all of these, so its captions stay true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retriever.types import Geometry

Rng = np.random.Generator
Points = NDArray[np.float64]

_KEEP = 0.55  # least share of the area that a step which takes faces away must leave
_CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_CUBE_FACES = np.array(
    [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1)]
    + [(2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3)]
)


@dataclass(frozen=True)
class Wear:
    """The share of shapes that each step changes; steps are independent.

    Attributes:
        loose: parts left out.
        open: faces left out on one side: no bottom, no back.
        doubled: parts drawn twice, in place or as a shell within.
        inner: walls and blocks inside.
        boxed: parts replaced by the boxes around them.
        coarse: vertices joined by cells, which makes curves low-poly.
        jittered: vertices moved by cells.
        stretched: proportions changed, each axis by up to a third.
        warped: bent, twisted or tapered a little.
        mirrored: one half replaced by the other's mirror image.
        based: a plate, a stand or the ground beneath.
    """

    loose: float = 0.2
    open: float = 0.15
    doubled: float = 0.2
    inner: float = 0.2
    boxed: float = 0.12
    coarse: float = 0.12
    jittered: float = 0.12
    stretched: float = 0.4
    warped: float = 0.15
    mirrored: float = 0.05
    based: float = 0.1


@dataclass(frozen=True)
class _Soup:
    """f loose triangles: (f, 3, 3) corners, (f, 3) colours or none, (f,) the part each belongs to."""

    corners: Points
    colors: NDArray[np.float32] | None
    part: NDArray[np.int64]

    @property
    def low(self) -> Points:
        return self.corners.min(axis=(0, 1))

    @property
    def size(self) -> Points:
        return self.corners.max(axis=(0, 1)) - self.low

    def areas(self) -> Points:
        a, b, c = self.corners.transpose(1, 0, 2)
        return np.linalg.norm(np.cross(b - a, c - a), axis=1)

    def only(self, kept: NDArray[np.bool_]) -> _Soup:
        """Without the other faces; unchanged where too little would be left."""
        areas = self.areas()
        return self.of(kept) if areas[kept].sum() > _KEEP * areas.sum() else self

    def of(self, rows: NDArray) -> _Soup:
        """The faces `rows`, a mask or numbers."""
        return _Soup(self.corners[rows], None if self.colors is None else self.colors[rows], self.part[rows])

    def plus(self, corners: Points, like: NDArray[np.int64] | None = None) -> _Soup:
        """With more triangles: coloured as the faces `like`, or grey and of a part of their own."""
        colors, part = self.colors, np.full(len(corners), self.part.max() + 1) if like is None else self.part[like]
        if colors is not None:
            more = np.full((len(corners), 3), 0.5, np.float32) if like is None else colors[like]
            colors = np.concatenate([colors, more])
        return _Soup(np.concatenate([self.corners, corners]), colors, np.concatenate([self.part, part]))


def roughen(geometry: Geometry, rng: Rng, wear: Wear | None = None) -> Geometry:
    """The mesh after some of the steps of `Wear`, default amounts if `wear` is None; `rng` decides which.

    Args:
        geometry: triangles, y up; one without area, or a bare cloud, comes back as it is.
        rng: of which steps, and how much.
        wear: how often each step is taken.

    Returns:
        A mesh of one face or more, finite, with colours where the given one has them.
    """
    soup = _soup(geometry)
    if soup is None:
        return geometry
    chances = wear or Wear()
    for name, step in _STEPS.items():
        if rng.random() < getattr(chances, name):
            soup = step(soup, rng)
    faces = np.arange(3 * len(soup.corners)).reshape(-1, 3)
    return Geometry(soup.corners.reshape(-1, 3), faces, soup.colors)


def parts(geometry: Geometry) -> NDArray[np.int64]:
    """(f,) a number for each face, the same for faces that hang together by vertices at one place."""
    size = max(float(np.ptp(geometry.vertices, axis=0).max()), 1e-12)
    places = np.round(geometry.vertices / (size * 1e-6))
    faces = np.unique(places, axis=0, return_inverse=True)[1].reshape(-1)[geometry.faces]
    label = np.arange(int(faces.max()) + 1)
    while True:  # every vertex takes the least number around it, then that number's own
        before = label.copy()
        np.minimum.at(label, faces, label[faces].min(axis=1, keepdims=True))
        label = label[label]
        if (label == before).all():
            return np.unique(label[faces[:, 0]], return_inverse=True)[1].reshape(-1)


def _soup(geometry: Geometry) -> _Soup | None:
    if not len(geometry.faces):
        return None
    soup = _Soup(np.asarray(geometry.vertices, np.float64)[geometry.faces], geometry.colors, parts(geometry))
    return soup if soup.areas().sum() > 0 else None


def _some_parts(soup: _Soup, rng: Rng, most: float) -> NDArray[np.bool_]:
    """(f,) True for faces of a random choice of the parts that are at most `most` of the area each."""
    areas = np.bincount(soup.part, soup.areas(), minlength=soup.part.max() + 1)
    chosen = (areas <= most * areas.sum()) & (rng.random(len(areas)) < rng.uniform(0.1, 0.7))
    return chosen[soup.part]


def _loose(soup: _Soup, rng: Rng) -> _Soup:
    return soup.only(~_some_parts(soup, rng, 0.12))


def _open(soup: _Soup, rng: Rng) -> _Soup:
    """Mostly the bottom, else any side; only faces near that end of the box that look outward."""
    axis, sign = (1, -1.0) if rng.random() < 0.6 else (int(rng.integers(3)), float(rng.choice((-1.0, 1.0))))
    a, b, c = soup.corners.transpose(1, 0, 2)
    normals = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-300)
    height = (soup.corners.mean(axis=1) - soup.low)[:, axis] / max(float(soup.size[axis]), 1e-12)
    end = (height if sign > 0 else 1 - height) > 1 - rng.uniform(0.05, 0.4)
    return soup.only(~(end & (np.abs(normals[:, axis]) > 0.6)))


def _doubled(soup: _Soup, rng: Rng) -> _Soup:
    chosen = np.flatnonzero(_some_parts(soup, rng, 1.0))
    if not len(chosen):
        chosen = np.arange(len(soup.part))
    copy = soup.corners[chosen]
    if rng.random() < 0.6:
        middle = (copy.min(axis=(0, 1)) + copy.max(axis=(0, 1))) / 2
        copy = (copy - middle) * rng.uniform(0.85, 0.99) + middle
    return soup.plus(copy, chosen)


def _inner(soup: _Soup, rng: Rng) -> _Soup:
    """Blocks and bulkheads in the middle half of the largest part."""
    largest = soup.corners[soup.part == np.argmax(np.bincount(soup.part, soup.areas()))]
    low, size = largest.min(axis=(0, 1)), np.ptp(largest, axis=(0, 1))
    for _ in range(int(rng.integers(1, 6))):
        edges = size * rng.uniform(0.05, 0.4, 3)
        if rng.random() < 0.5:
            edges[int(rng.integers(3))] *= 0.02
        soup = soup.plus(_block(low + size * rng.uniform(0.3, 0.7, 3), edges))
    return soup


def _boxed(soup: _Soup, rng: Rng) -> _Soup:
    chosen = _some_parts(soup, rng, 0.3)
    numbers = np.unique(soup.part[chosen])[:64]
    if not len(numbers):
        return soup
    boxes, like = [], []
    for number in numbers:
        inside = soup.part == number
        low, high = soup.corners[inside].min(axis=(0, 1)), soup.corners[inside].max(axis=(0, 1))
        boxes.append(_block((low + high) / 2, high - low))
        like.append(np.full(12, int(np.argmax(inside))))
    left = np.concatenate([~np.isin(soup.part, numbers), np.ones(12 * len(numbers), np.bool_)])
    return soup.plus(np.concatenate(boxes), np.concatenate(like)).of(left)


def _coarse(soup: _Soup, rng: Rng) -> _Soup:
    """Vertex clustering (Rossignac and Borrel, 1993): every vertex moves to the mean of those in its cell."""
    cell, at = _cells(soup, rng.uniform(0.03, 0.1), rng)
    count = np.maximum(np.bincount(cell), 1)[:, None]
    means = np.stack([np.bincount(cell, at[:, i]) for i in range(3)], axis=1) / count
    moved = replace(soup, corners=means[cell].reshape(-1, 3, 3))
    areas = moved.areas()
    return moved.of(areas > 0) if areas.sum() > _KEEP * soup.areas().sum() else soup


def _jittered(soup: _Soup, rng: Rng) -> _Soup:
    cell, at = _cells(soup, rng.uniform(0.01, 0.05), rng)
    step = rng.uniform(0.003, 0.012) * float(soup.size.max())
    shifts = rng.normal(0, step, (int(cell.max()) + 1, 3))
    return replace(soup, corners=(at + shifts[cell]).reshape(-1, 3, 3))


def _cells(soup: _Soup, share: float, rng: Rng) -> tuple[NDArray[np.int64], Points]:
    """The cell of each of 3 f corners in a grid of steps `share` times the longest edge, and the (3 f, 3) corners."""
    at = soup.corners.reshape(-1, 3)
    places = np.floor((at - soup.low) / max(share * float(soup.size.max()), 1e-12) + rng.random(3)).astype(np.int64)
    return np.unique(places, axis=0, return_inverse=True)[1].reshape(-1), at


def _stretched(soup: _Soup, rng: Rng) -> _Soup:
    return replace(soup, corners=soup.corners * np.exp(rng.uniform(-0.28, 0.28, 3)))


def _warped(soup: _Soup, rng: Rng) -> _Soup:
    """Along a random axis: a bend (a parabola's), a twist or a taper."""
    along, aside, across = (int(i) for i in rng.permutation(3))
    middle, size = soup.low + soup.size / 2, np.maximum(soup.size, 1e-12)
    at = soup.corners - middle
    t = at[..., along] / size[along]
    kind, out = int(rng.integers(3)), at.copy()
    if kind == 0:
        out[..., aside] += rng.uniform(-0.35, 0.35) * size[along] * (t**2 - 1 / 12)
    elif kind == 1:
        angle = rng.uniform(-0.5, 0.5) * t
        out[..., aside] = np.cos(angle) * at[..., aside] - np.sin(angle) * at[..., across]
        out[..., across] = np.sin(angle) * at[..., aside] + np.cos(angle) * at[..., across]
    else:
        factor = 1 + rng.uniform(-0.5, 0.5) * t
        out[..., aside], out[..., across] = at[..., aside] * factor, at[..., across] * factor
    return replace(soup, corners=out + middle)


def _mirrored(soup: _Soup, rng: Rng) -> _Soup:
    """Across the plane x = middle, which most things are symmetrical about anyway."""
    middle, sign = soup.low[0] + soup.size[0] / 2, float(rng.choice((-1.0, 1.0)))
    half = np.flatnonzero((soup.corners[..., 0].mean(axis=1) - middle) * sign >= 0)
    areas = soup.areas()
    if areas[half].sum() < 0.35 * areas.sum():
        return soup
    image = soup.corners[half][:, ::-1] * (-1.0, 1.0, 1.0) + (2 * middle, 0.0, 0.0)
    return soup.of(half).plus(image, np.arange(len(half)))


def _based(soup: _Soup, rng: Rng) -> _Soup:
    """A square plate, a round foot, or a foot with a pole up to the thing's lowest point."""
    low, size = soup.low, soup.size
    w, d = np.maximum(size[[0, 2]], 0.1 * size.max()) * rng.uniform(0.6, 1.3, 2)
    thick, drop = float(size.max()) * rng.uniform(0.005, 0.05), 0.0
    x, z = low[0] + size[0] / 2, low[2] + size[2] / 2
    if rng.random() < 0.25:
        drop = float(size.max()) * rng.uniform(0.1, 0.4)
        pole = drop + 0.5 * float(size[1])
        soup = soup.plus(_block(np.array([x, low[1] - drop + pole / 2, z]), np.array([thick, pole, thick])))
        w, d = w * 0.5, d * 0.5
    plate = _block(np.array([x, low[1] - drop - thick / 2, z]), np.array([w, thick, d]))
    return soup.plus(plate if rng.random() < 0.6 else _disc(x, low[1] - drop, z, (w + d) / 4, thick))


def _block(middle: Points, edges: Points) -> Points:
    return (_CUBE * edges + middle)[_CUBE_FACES]


def _disc(x: float, y: float, z: float, r: float, thick: float) -> Points:
    """(72, 3, 3) a round plate whose top is at height y."""
    turn = 2 * np.pi * np.arange(18) / 18
    top = np.stack([x + r * np.cos(turn), np.full(18, y), z + r * np.sin(turn)], axis=1)
    after, low = np.roll(top, -1, axis=0), top - (0.0, thick, 0.0)
    low_after, hub = np.roll(low, -1, axis=0), np.broadcast_to((x, y, z), top.shape)
    fans = [(hub, after, top), (hub - (0.0, thick, 0.0), low, low_after), (top, after, low), (after, low_after, low)]
    return np.concatenate([np.stack(fan, axis=1) for fan in fans])


_STEPS: dict[str, Callable[[_Soup, Rng], _Soup]] = {
    "loose": _loose,
    "open": _open,
    "doubled": _doubled,
    "inner": _inner,
    "boxed": _boxed,
    "coarse": _coarse,
    "jittered": _jittered,
    "mirrored": _mirrored,
    "stretched": _stretched,
    "warped": _warped,
    "based": _based,
}
