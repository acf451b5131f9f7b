"""The surface every parametric shape is made of, and the operations that move, copy and join surfaces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
Faces = NDArray[np.int64]
Color = Sequence[float] | NDArray[np.float32]

GREY = (0.7, 0.7, 0.7)
AXES = {"x": 0, "y": 1, "z": 2}


@dataclass(frozen=True, eq=False)
class Solid:
    """A surface that encloses a volume, or several joined; every method returns a new one.

    Attributes:
        vertices: (v, 3) float64, metres.
        faces: (f, 3) int64 into `vertices`, anticlockwise seen from outside.
        colors: (f, 3) float32 RGB in 0..1.
    """

    vertices: Points
    faces: Faces
    colors: NDArray[np.float32]

    def move(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
        """Shift by metres."""
        return replace(self, vertices=np.add(self.vertices, (x, y, z)))

    def turn(self, axis: str, degrees: float) -> Solid:
        """Turn about the "x", "y" or "z" axis through the origin, anticlockwise seen from the axis' positive end."""
        return replace(self, vertices=self.vertices @ _rotation(axis, degrees).T)

    def scale(self, x: float, y: float | None = None, z: float | None = None) -> Solid:
        """Stretch from the origin; one factor alone scales all three axes. Factors are positive: see `mirror`."""
        factors = (x, x, x) if y is None and z is None else (x, 1.0 if y is None else y, 1.0 if z is None else z)
        return replace(self, vertices=self.vertices * factors)

    def paint(self, rgb: Color) -> Solid:
        """Give every face one colour, RGB in 0..1."""
        return replace(self, colors=_plain(rgb, len(self.faces)))

    def mirror(self, axis: str) -> Solid:
        """Reflect in the plane through the origin across `axis`."""
        factors = np.ones(3)
        factors[AXES[axis]] = -1.0
        return replace(self, vertices=self.vertices * factors, faces=self.faces[:, ::-1])

    def both(self, axis: str) -> Solid:
        """The solid joined with its mirror image."""
        return merge(self, self.mirror(axis))

    def warp(self, move: Callable[[Points], Points]) -> Solid:
        """Pass the (v, 3) vertices through a smooth map: bend, taper, twist."""
        return replace(self, vertices=move(self.vertices))

    def bend(self, axis: str, degrees: float) -> Solid:
        """Curl the y direction into an arc that turns about `axis` by `degrees` over the height of the solid."""
        return replace(self, vertices=_bent(self.vertices, axis, np.radians(degrees)))

    def taper(self, top: float) -> Solid:
        """Narrow x and z linearly from 1 at the lowest point to `top` at the highest."""
        y = self.vertices[:, 1]
        share = (y - y.min()) / max(float(np.ptp(y)), 1e-9)
        factors = 1.0 + (top - 1.0) * share
        return replace(self, vertices=self.vertices * np.stack([factors, np.ones_like(y), factors], axis=1))

    def stand(self) -> Solid:
        """Shift so that the lowest point is at y = 0 and the box is centred on the y axis."""
        low, high = self.vertices.min(axis=0), self.vertices.max(axis=0)
        return replace(self, vertices=self.vertices - ((low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2))

    @property
    def size(self) -> tuple[float, float, float]:
        """Edge lengths of the axis-aligned box."""
        x, y, z = np.ptp(self.vertices, axis=0)
        return float(x), float(y), float(z)

    @property
    def volume(self) -> float:
        """Enclosed volume, overlaps counted twice; negative if wound inward."""
        return _volume(self.vertices, self.faces)

    @property
    def area(self) -> float:
        """Surface area."""
        a, b, c = (self.vertices[self.faces[:, i]] for i in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def merge(*solids: Solid) -> Solid:
    """Join solids into one; overlaps are kept as they are."""
    if len(solids) == 1:
        return solids[0]
    starts = np.cumsum([0] + [len(solid.vertices) for solid in solids])
    return Solid(
        np.concatenate([solid.vertices for solid in solids]),
        np.concatenate([solid.faces + start for solid, start in zip(solids, starts, strict=False)]),
        np.concatenate([solid.colors for solid in solids]),
    )


def array(solid: Solid, offsets: ArrayLike) -> Solid:
    """A copy of `solid` at each of the (n, 3) offsets."""
    places = np.asarray(offsets, np.float64).reshape(-1, 1, 3)
    return _copies(solid, solid.vertices + places)


def ring(solid: Solid, count: int, radius: float = 0.0, start: float = 0.0, sweep: float = 360.0) -> Solid:
    """`count` copies about the y axis: moved `radius` along +x, then turned in equal steps from `start` degrees.

    A `sweep` below 360 degrees spreads the copies over that arc, both ends included.
    """
    full = sweep >= 360.0
    steps = np.radians(start + sweep * np.arange(count) / (count if full else max(count - 1, 1)))
    cos, sin = np.cos(steps)[:, None], np.sin(steps)[:, None]
    x, y, z = np.add(solid.vertices, (radius, 0.0, 0.0)).T
    return _copies(
        solid, np.stack([x * cos + z * sin, np.broadcast_to(y, (count, len(y))), z * cos - x * sin], axis=-1)
    )


def unpainted(vertices: Points, faces: Faces) -> Solid:
    """A grey solid."""
    return Solid(vertices, faces, _plain(GREY, len(faces)))


def outward(vertices: Points, faces: Faces) -> Solid:
    """A grey solid, its consistently wound faces turned over if they face inward."""
    return unpainted(vertices, faces if _volume(vertices - vertices[0], faces) >= 0 else faces[:, ::-1])


def _rotation(axis: str, degrees: float) -> Points:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix[i, i], matrix[j, j], matrix[i, j], matrix[j, i] = cos, cos, -sin, sin
    return matrix


def _bent(vertices: Points, axis: str, angle: float) -> Points:
    """Bend in the plane of y and the third axis; y = min stays where it is."""
    if abs(angle) < 1e-6:
        return vertices
    aside = AXES["z" if axis == "x" else "x"]
    sign = 1.0 if axis == "x" else -1.0
    y = vertices[:, 1] - vertices[:, 1].min()
    radius = max(float(y.max()), 1e-9) / angle
    turn, out = y / radius, vertices.copy()
    arm = radius - sign * vertices[:, aside]
    out[:, 1] = vertices[:, 1].min() + arm * np.sin(turn)
    out[:, aside] = sign * (radius - arm * np.cos(turn))
    return out


def _copies(solid: Solid, places: Points) -> Solid:
    """Join copies of `solid` whose vertices are `places`, (n, v, 3)."""
    count, size = places.shape[:2]
    faces = solid.faces + size * np.arange(count)[:, None, None]
    return Solid(places.reshape(-1, 3), faces.reshape(-1, 3), np.tile(solid.colors, (count, 1)))


def _volume(vertices: Points, faces: Faces) -> float:
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def _plain(rgb: Color, count: int) -> NDArray[np.float32]:
    return np.broadcast_to(np.asarray(rgb, np.float32), (count, 3))
