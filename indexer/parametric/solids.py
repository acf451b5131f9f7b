"""Primitive closed surfaces: metres, y up, fronts facing +z.

Where a primitive lies: `box`, `rounded_box`, `cylinder` and `cone` stand on y = 0, centred in x and z; `ball`, `torus`
and `prism` are centred on the origin; `lathe`, `tube`, `capsule` and `sheet` lie where their points say; `wing` reaches
from x = 0 towards +x. Every primitive is watertight and wound outward; `merge` joins parts without cutting overlaps.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from indexer.parametric.polygons import anticlockwise, triangulate
from indexer.parametric.surface import Faces, Points, Solid, array, merge, outward, ring, unpainted

__all__ = [
    "Points",
    "Solid",
    "array",
    "ball",
    "box",
    "capsule",
    "cone",
    "cylinder",
    "lathe",
    "loft",
    "merge",
    "prism",
    "ring",
    "rounded_box",
    "sheet",
    "torus",
    "tube",
    "wing",
]


def box(w: float, h: float, d: float, taper: float | tuple[float, float] = 1.0) -> Solid:
    """Stands on y = 0; `taper` is the top's width and depth (or both) as a share of the base's."""
    tx, tz = taper if isinstance(taper, tuple) else (taper, taper)
    base = np.array([(-0.5, 0, -0.5), (-0.5, 0, 0.5), (0.5, 0, 0.5), (0.5, 0, -0.5)]) * (w, 0, d)
    return unpainted(np.concatenate([base, base * (tx, 1, tz) + (0, h, 0)]), _BOX)


def rounded_box(w: float, h: float, d: float, radius: float) -> Solid:
    """Stands on y = 0, every edge rounded with `radius` (held below half of the shortest edge)."""
    r = min(radius, 0.499 * min(w, h, d))
    angles = np.radians([0, 30, 60, 90])
    corner = np.concatenate([angles + quarter for quarter in np.radians([0, 90, 180, 270])])
    centres = np.repeat([(1, 1), (-1, 1), (-1, -1), (1, -1)], 4, axis=0) * (w / 2 - r, d / 2 - r)
    bow = np.radians([-75, -45, 0, 0, 45, 75])
    flat = centres + r * np.cos(bow)[:, None, None] * np.stack([np.cos(corner), np.sin(corner)], axis=1)
    heights = h / 2 + np.sign(np.arange(6) - 2.5) * (h / 2 - r) + r * np.sin(bow) * (1 / np.sin(np.radians(75)))
    return loft(np.insert(flat, 1, heights[:, None], axis=2))


def cylinder(r: float, h: float, sides: int = 24, r_top: float | None = None) -> Solid:
    """Stands on y = 0; `r_top` makes it a truncated cone."""
    return lathe([(r, 0.0), (r if r_top is None else r_top, h)], sides)


def cone(r: float, h: float, sides: int = 24) -> Solid:
    """Stands on y = 0, the tip at height h."""
    return lathe([(r, 0.0), (0.0, h)], sides)


def ball(rx: float, ry: float | None = None, rz: float | None = None, sides: int = 20) -> Solid:
    """An ellipsoid centred on the origin; one radius alone makes a sphere."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, sides // 2 + 1)
    unit = lathe(np.stack([np.cos(angles), np.sin(angles)], axis=1), sides)
    return unit.scale(rx, rx if ry is None else ry, rx if rz is None else rz)


def capsule(start: ArrayLike, end: ArrayLike, r: float, r_end: float | None = None, sides: int = 12) -> Solid:
    """A tube from point to point with round ends; the two radii may differ."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    last = r if r_end is None else r_end
    bow = np.radians([0, 30, 60, 85])
    path = np.concatenate([a - along * r * np.sin(bow[::-1])[:, None], b + along * last * np.sin(bow)[:, None]])
    return tube(path, np.concatenate([r * np.cos(bow[::-1]), last * np.cos(bow)]), sides)


def lathe(profile: ArrayLike, sides: int = 24) -> Solid:
    """Turn a profile about the y axis.

    Args:
        profile: (n, 2) pairs (radius, height), along the outside from the bottom; it may come back down an inside to
            make a vessel. Radius 0 at an end closes it to a point; any other end gets a flat cap.
        sides: corners of each ring.
    """
    rh = np.asarray(profile, np.float64)
    cos, sin = _circle(sides)
    x, z = rh[:, :1] * cos, rh[:, :1] * sin
    rings = np.stack([x, np.broadcast_to(rh[:, 1:], x.shape), z], axis=2)
    bottom, top = np.array([0.0, rh[0, 1], 0.0]), np.array([0.0, rh[-1, 1], 0.0])
    return loft(rings[int(rh[0, 0] <= 1e-9) : len(rh) - int(rh[-1, 0] <= 1e-9)], bottom, top)


def tube(path: ArrayLike, radius: float | ArrayLike, sides: int = 10, closed: bool = False) -> Solid:
    """A round pipe along a path: handles, legs, wires.

    Args:
        path: (n, 3) points; corners are mitred. Best for paths that lie near one plane.
        radius: one, or one for each point.
        sides: corners of each ring.
        closed: join the last point to the first.
    """
    points = np.asarray(path, np.float64)
    steps = np.roll(points, -1, axis=0) - points
    steps /= np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-12)
    before = np.roll(steps, 1, axis=0)
    if not closed:
        before[0], steps[-1] = steps[0], before[-1]
    along = before + steps
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    normal = np.linalg.eigh(steps.T @ steps)[1][:, 0]  # of the plane nearest to the path
    aside = np.cross(normal, along)
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-12)
    up = np.cross(along, aside)
    aside = aside / np.maximum((along * steps).sum(axis=1, keepdims=True), 0.5)  # the mitre
    cos, sin = _circle(sides)
    spokes = cos[None, :, None] * aside[:, None] + sin[None, :, None] * up[:, None]
    radii = np.broadcast_to(np.asarray(radius, np.float64), len(points))
    return loft(points[:, None] + radii[:, None, None] * spokes, closed=closed)


def torus(r: float, thickness: float, sides: int = 28, tube_sides: int = 10, sweep: float = 360.0) -> Solid:
    """A ring lying flat about the origin: `r` to the middle of the tube, `thickness` the tube's radius."""
    full = sweep >= 360.0
    angles = np.radians(np.linspace(0, min(sweep, 360.0), sides, endpoint=not full))
    path = np.stack([r * np.cos(angles), np.zeros(sides), -r * np.sin(angles)], axis=1)
    return tube(path, thickness, tube_sides, closed=full)


def prism(outline: ArrayLike, depth: float) -> Solid:
    """A simple polygon of (n, 2) points in x and y, drawn out along z, centred on z = 0; it may be concave."""
    flat = anticlockwise(np.asarray(outline, np.float64))
    count, ends = len(flat), triangulate(flat)
    front = np.column_stack([flat, np.full(count, depth / 2)])
    at = np.arange(count)
    after = (at + 1) % count
    walls = np.concatenate([np.stack([at, at + count, after], 1), np.stack([after, at + count, after + count], 1)])
    return unpainted(np.concatenate([front, front * (1, 1, -1)]), np.concatenate([ends, ends[:, ::-1] + count, walls]))


def sheet(grid: ArrayLike, thickness: float) -> Solid:
    """A curved plate through a (rows, columns, 3) grid of points, thickened by half to either side."""
    points = np.asarray(grid, np.float64)
    normals = np.cross(np.gradient(points, axis=0), np.gradient(points, axis=1))
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-12)
    offset = normals * (thickness / 2)
    rows = np.concatenate([points + offset, (points - offset)[:, ::-1]], axis=1)
    rows_count, columns = points.shape[:2]
    end = np.stack([np.arange(columns), 2 * columns - 1 - np.arange(columns)], axis=1)
    strip = np.concatenate(
        [np.stack([end[:-1, 0], end[1:, 0], end[:-1, 1]], 1), np.stack([end[1:, 0], end[1:, 1], end[:-1, 1]], 1)]
    )
    walls = _walls(rows_count, 2 * columns, False)
    caps = [strip, strip[:, ::-1] + (rows_count - 1) * 2 * columns]
    return outward(rows.reshape(-1, 3), np.concatenate([walls, *caps]))


def wing(
    root: float, tip: float, span: float, sweep: float = 0.0, thickness: float = 0.12, dihedral: float = 0.0
) -> Solid:
    """One wing from x = 0 to x = `span`, leading edge towards +z, the root chord's middle on the x axis.

    Args:
        root: chord at x = 0.
        tip: chord at x = `span`.
        span: length along x.
        sweep: how far the tip's middle lies behind the root's (towards -z).
        thickness: greatest thickness as a share of the chord.
        dihedral: how far the tip lies above the root.
    """
    section = np.array([(0.5, 0), (0.38, 0.42), (0.15, 0.5), (-0.2, 0.3), (-0.5, 0.03), (-0.5, -0.03), (-0.2, -0.3)])
    section = np.concatenate([section, [(0.15, -0.5), (0.38, -0.42)]])
    rings = [
        np.column_stack([np.full(9, x), section[:, 1] * chord * thickness + y, section[:, 0] * chord + z])
        for x, y, z, chord in ((0.0, 0.0, 0.0, root), (span, dihedral, -sweep, tip))
    ]
    return loft(np.stack(rings))


def loft(rings: ArrayLike, start: Points | None = None, end: Points | None = None, closed: bool = False) -> Solid:
    """The skin over (m, n, 3) rings of points; the ends close on `start` and `end`, else on their ring's mean.

    With `closed`, the last ring joins the first and there are no ends.
    """
    grid = np.asarray(rings, np.float64)
    count, sides = grid.shape[:2]
    vertices = grid.reshape(-1, 3)
    if not closed:
        tips = [grid[0].mean(axis=0) if start is None else start, grid[-1].mean(axis=0) if end is None else end]
        vertices = np.concatenate([vertices, tips])
    return outward(vertices, _walls(count, sides, closed) if closed else _skin(count, sides))


@lru_cache(maxsize=512)
def _walls(count: int, sides: int, closed: bool) -> Faces:
    """Two triangles between neighbours on neighbouring rings of a (count, sides) grid of vertices."""
    low = np.arange(count if closed else count - 1)[:, None] * sides
    high = (low + sides) % (count * sides)
    at = np.arange(sides)
    after = (at + 1) % sides
    a, b, c, d = low + at, low + after, high + at, high + after
    return np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])


@lru_cache(maxsize=512)
def _skin(count: int, sides: int) -> Faces:
    """Walls plus a fan at either end onto the two vertices that follow the grid."""
    at = np.arange(sides)
    after = (at + 1) % sides
    first = np.stack([at, after, np.full(sides, count * sides)], 1)
    last = np.stack([after, at, np.full(sides, sides + 1)], 1) + (count - 1) * sides
    return np.concatenate([_walls(count, sides, False), first, last])


@lru_cache(maxsize=64)
def _circle(sides: int) -> tuple[Points, Points]:
    angles = 2 * np.pi * np.arange(sides) / sides
    return np.cos(angles), np.sin(angles)


_BOX_FACES = ("032", "021", "456", "467", "015", "054", "126", "165", "237", "276", "304", "347")
_BOX = np.array([[int(corner) for corner in face] for face in _BOX_FACES])
