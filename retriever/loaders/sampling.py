"""Geometry -> the cloud that a 3D encoder is given. Rule number `VERSION`: a change here changes every vector.

Points are placed by stratified sampling: one shift of an even grid along the cumulated area, so that every face gets
its share of the points, rounded up or down; inside the faces they follow a shifted R2 sequence (M. Roberts, 2018),
which fills large faces evenly where independent draws would clump. Both shifts, and the final order, come from a
PCG64 generator that is seeded by the content hash: the same file gives the same points on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.types import Geometry, PointCloud, ShapeInput, Surface

VERSION = 1

# Rows: the encoder's x, y, z in terms of the file's, for a file whose up axis is the key.
_TO_Y = {
    "x": np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]),
    "y": np.eye(3),
    "-y": np.diag([1.0, -1, -1]),
    "z": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
}
_NO_AREA = 1e-12
"""Of a mesh in a box of unit size: below it, all triangles are lines or points but for rounding."""
_CHUNK = 65_536  # faces at once: what is worked out for each of them stays in the processor's cache
_R2 = np.array([0.7548776662466927, 0.5698402909980532])  # 1/g, 1/g^2 with g the real root of g^3 = g + 1


def sample(geometry: Geometry, shape: ShapeInput, up: str, seed: int) -> PointCloud:
    """Draw ``shape.points`` points, turn them upright, centre them and scale them into the unit sphere.

    Args:
        geometry: cleaned.
        shape: how many points, the encoder's up axis, and the level of colour where there is none.
        up: the axis of the file that points up, "x", "y", "-y" or "z".
        seed: not negative; the content hash.

    Returns:
        points of mean 0 and largest norm 1; colours where the encoder looks at them; likewise a surface of
        ``shape.surface`` points, or of as many as a bare cloud has.

    Raises:
        FileProblem: "no-surface" where no triangle has an area, or the points drawn are all one.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    source = _Source.of(geometry)
    points, colors, _ = source.drawn(shape.points, random)
    turn = (_TO_Y[shape.up].T @ _TO_Y[up]).T
    points = points @ turn
    middle = points.mean(axis=0)
    points -= middle
    radius = np.sqrt((points * points).sum(axis=1).max())
    if not radius > 0:
        raise FileProblem("no-surface", "has no surface to draw points from; export it again.")
    cloud = PointCloud((points / radius).astype(np.float32))
    if shape.color is not None:
        level = np.full_like(cloud.points, shape.color) if colors is None else colors
        cloud = replace(cloud, colors=level)
    if shape.surface:
        points, colors, normals = source.drawn(shape.surface, random, repeat=False, normals=True)
        placed = ((points @ turn - middle) / radius).astype(np.float32)
        turned = None if normals is None else (normals @ turn).astype(np.float32)
        cloud = replace(cloud, surface=Surface(placed, turned, None if shape.color is None else colors))
    return cloud


def to_y(up: str) -> NDArray[np.float64]:
    """(3, 3) rotation of a file whose axis `up` ("x", "y", "-y" or "z") points up, to y up."""
    return _TO_Y[up]


@dataclass(frozen=True)
class _Source:
    """What points are drawn from.

    Attributes:
        geometry: cleaned.
        vertices: its vertices in a box of about unit size.
        areas: (f,) twice the area of every face there; (0,) of a bare cloud.
    """

    geometry: Geometry
    vertices: NDArray[np.float64]
    areas: NDArray[np.float64]

    @classmethod
    def of(cls, geometry: Geometry) -> _Source:
        low, high = geometry.vertices.min(axis=0), geometry.vertices.max(axis=0)
        vertices = (geometry.vertices - (low + high) / 2) / (high - low).max()
        areas = _areas(vertices, geometry.faces)
        if len(areas) and not areas.sum() > _NO_AREA:
            raise FileProblem("no-surface", "has triangles without any area; export it again, or as a point cloud.")
        return cls(geometry, vertices, areas)

    def drawn(
        self, count: int, random: np.random.Generator, *, repeat: bool = True, normals: bool = False
    ) -> tuple[NDArray[np.float64], NDArray[np.float32] | None, NDArray[np.float64] | None]:
        """`count` points of the surface, or of the cloud, their colours and, of a surface, their normals.

        A cloud of fewer points gives some of them several times; with ``repeat=False`` it gives fewer, all different.
        """
        colors = self.geometry.colors
        if not len(self.areas):
            size = len(self.vertices)
            chosen = random.choice(size, count if repeat else min(count, size), replace=repeat and size < count)
            if not repeat:
                chosen = chosen[np.sort(np.unique(self.vertices[chosen], axis=0, return_index=True)[1])]
            return self.vertices[chosen], None if colors is None else colors[chosen], None
        faces = _stratified(self.areas, count, random)
        corners = self.vertices[self.geometry.faces[faces]]
        sides = corners[:, 1:] - corners[:, :1]
        points = corners[:, 0] + np.einsum("ni,nij->nj", _in_triangle(count, random), sides)
        order = random.permutation(count)
        across = None
        if normals:
            across = np.cross(sides[order, 0], sides[order, 1])
            across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
        return points[order], None if colors is None else colors[faces[order]], across


def _areas(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.float64]:
    """(f,) twice the area of every face; by columns, which is several times faster than np.cross of rows."""
    columns, areas = np.ascontiguousarray(vertices.T), np.empty(len(faces))
    for start in range(0, len(faces), _CHUNK):
        a, b, c = (columns[:, corner] for corner in faces[start : start + _CHUNK].T)
        (ux, uy, uz), (vx, vy, vz) = b - a, c - a
        x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        areas[start : start + _CHUNK] = np.sqrt(x * x + y * y + z * z)
    return areas


def _stratified(areas: NDArray[np.float64], count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """(count,) face numbers; face i occurs count * areas[i] / sum times, rounded up or down."""
    ends = np.cumsum(areas)
    places = (np.arange(count) + random.random()) * (ends[-1] / count)
    return np.minimum(np.searchsorted(ends, places, side="right"), len(areas) - 1)


def _in_triangle(count: int, random: np.random.Generator) -> NDArray[np.float64]:
    """(count, 2) weights of a triangle's two sides, uniform over it."""
    square = (random.random(2) + np.arange(1, count + 1)[:, None] * _R2) % 1.0
    root = np.sqrt(square[:, :1])
    return np.concatenate([root * (1 - square[:, 1:]), root * square[:, 1:]], axis=1)
