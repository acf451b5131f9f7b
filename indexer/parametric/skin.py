"""One smooth skin over many bones: sculpted bodies, heads and animals, as scans and sculpting programs make them.

The bones are round cones; their distance fields are blended with a soft minimum and the zero level is cut out of a grid
by marching tetrahedra (Doi and Koide 1991), whose surface is always closed. Its many slivers are then merged around the
points of the grid, which leaves about a third of the faces ("regularised marching tetrahedra", Treece, Prager and Gee
1999).
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indexer.parametric.surface import Faces, Points, Solid, outward, unpainted

_KUHN = np.array(
    [
        [0, 1 << a, (1 << a) | (1 << b), 7] if (a, b, c) in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else
        [0, (1 << a) | (1 << b), 1 << a, 7]
        for a, b, c in permutations(range(3))
    ]
)  # fmt: skip
"""(6, 4) corners of the tetrahedra of a cube, all of one orientation; corner bits are x, y, z."""

_FAR = 9.0
"""Blends beyond which a bone adds nothing: less than a thousandth of a blend at the surface."""

_BEND = 0.8
"""Length of the sum of the normals about vertices, as a share of the sum of lengths, below which none are merged."""


def skin(bones: ArrayLike, blend: float, cells: int = 44, hollows: ArrayLike | None = None) -> Solid:
    """The skin over bones.

    Args:
        bones: (n, 8) rows (x, y, z, radius) of one end, then of the other.
        blend: how far apart, in metres, surfaces still flow together; 0 is clamped to a hundredth of the size.
        cells: of the grid along the longest side; doubled until a point of the grid lies in the bones.
        hollows: (m, 8) bones that are carved out: eye sockets, mouths.

    Raises:
        ValueError: where the bones have no thickness, or the hollows leave nothing of them.
    """
    rows = np.asarray(bones, np.float32).reshape(-1, 8)
    balls = rows.reshape(-1, 4)
    if not (balls[:, 3] > 0).any():
        raise ValueError("None of the bones has a radius above 0: give one of them some thickness.")
    low = (balls[:, :3] - balls[:, 3:]).min(axis=0)
    size = (balls[:, :3] + balls[:, 3:]).max(axis=0) - low
    step = float(size.max()) / cells
    blend = max(blend, 0.25 * step)
    low = low - (1.5 * step + blend)
    counts = np.ceil((size + 2 * (1.5 * step + blend)) / step).astype(int) + 1
    axes = [(low[i] + np.arange(counts[i]) * step).astype(np.float32) for i in range(3)]
    field = _soft_union(axes, rows, blend)
    if not (field < 0).any():
        return skin(rows, blend, 2 * cells, hollows)
    if hollows is not None:
        field = np.maximum(field, -_soft_union(axes, np.asarray(hollows, np.float32).reshape(-1, 8), blend * 0.5))
    for axis in range(3):  # a blend of many bones swells beyond the grid: there it is cut off, and closed
        ends = np.moveaxis(field, axis, 0)
        ends[[0, -1]] = np.maximum(ends[[0, -1]], step)
    field[np.abs(field) < 1e-9] = 1e-9
    if not (field < 0).any():
        raise ValueError("The hollows leave nothing of the bones: make them smaller.")
    return _level(field, low, step)


def _soft_union(axes: list[NDArray[np.float32]], rows: NDArray[np.float32], blend: float) -> NDArray[np.float32]:
    """Distance to the blended bones at each point of a grid, negative inside; far from all of them just a large one."""
    total = np.zeros([len(axis) for axis in axes], np.float32)
    for row in rows:
        start, along = row[:3], row[4:7] - row[:3]
        reach = max(row[3], row[7]) + _FAR * blend
        first = np.minimum(start, row[4:7]) - reach
        last = np.maximum(start, row[4:7]) + reach
        near = tuple(slice(*np.searchsorted(axes[i], (first[i], last[i]))) for i in range(3))
        out = np.ix_(*(axes[i][near[i]] - start[i] for i in range(3)))
        squared = max(float(along @ along), 1e-12)
        t = np.clip(sum(out[i] * (along[i] / squared) for i in range(3)), 0, 1)
        distance = np.sqrt(sum((out[i] - t * along[i]) ** 2 for i in range(3))) - (row[3] + t * (row[7] - row[3]))
        total[near] += np.exp(np.minimum(-distance / blend, 60))
    return np.asarray(-blend * np.log(np.maximum(total, 1e-30)), np.float32)


def _cases() -> list[tuple[int, list[list[tuple[int, int]]]]]:
    """For each pattern of inner corners, triangles as triples of (inner, outer) corner pairs."""
    even = [p for p in permutations(range(4)) if np.linalg.det(np.eye(4)[list(p)]) > 0]
    cases = []
    for pattern in range(1, 15):
        inner = [i for i in range(4) if pattern >> i & 1]
        if len(inner) == 3:
            d, a, b, c = next(p for p in even if p[0] not in inner)
            triangles = [[(d, a), (d, c), (d, b)]]
        else:
            a, b, c, d = next(p for p in even if set(p[: len(inner)]) == set(inner))
            one = [[(a, b), (a, c), (a, d)]]
            two = [[(a, c), (a, d), (b, d)], [(a, c), (b, d), (b, c)]]
            triangles = one if len(inner) == 1 else two
        cases.append((pattern, triangles))
    return cases


_CASES = _cases()


def _level(field: NDArray[np.float32], low: Points, step: float) -> Solid:
    shape = np.array(field.shape)
    strides = np.array([shape[1] * shape[2], shape[2], 1])
    inside = field < 0
    held = np.zeros(shape - 1, np.int8)
    offsets = np.array([[corner >> axis & 1 for axis in range(3)] for corner in range(8)])
    for x, y, z in offsets:
        held += inside[x : shape[0] - 1 + x, y : shape[1] - 1 + y, z : shape[2] - 1 + z]
    cubes = np.argwhere((held > 0) & (held < 8))
    corners = (cubes[:, None] + offsets) @ strides
    tetrahedra = corners[:, _KUHN].reshape(-1, 4)
    flat = field.ravel()
    patterns = (flat[tetrahedra] < 0) @ (1, 2, 4, 8)
    edges = []
    for pattern, triangles in _CASES:
        found = tetrahedra[patterns == pattern]
        edges += [np.stack([found[:, pair] for pair in triangle], axis=1) for triangle in triangles]
    pairs = np.sort(np.concatenate(edges), axis=2)
    keys, faces = np.unique(pairs[..., 0].astype(np.int64) * len(flat) + pairs[..., 1], return_inverse=True)
    a, b = keys // len(flat), keys % len(flat)
    share = flat[a] / (flat[a] - flat[b])
    places = [np.stack(np.unravel_index(index, field.shape), axis=1) for index in (a, b)]
    vertices = (places[0] + (places[1] - places[0]) * np.clip(share, 0.03, 0.97)[:, None]) * step + low
    merged = _merged(vertices.astype(np.float64), faces.reshape(-1, 3), np.where(share < 0.5, a, b))
    solid = outward(*merged)
    return unpainted(solid.vertices, solid.faces)


def _merged(vertices: Points, faces: Faces, nearest: Faces) -> tuple[Points, Faces]:
    """Vertices with the same nearest point of the grid become one where the surface stays closed and in one piece.

    Args:
        vertices: (v, 3) of a closed surface.
        faces: (f, 3) into them.
        nearest: (v,) a number for the point of the grid that each vertex is next to.
    """
    of = _discs(faces, np.unique(nearest, return_inverse=True)[1])
    of = _flat(vertices, faces, of)
    while True:
        group, index = np.unique(of, return_inverse=True)
        kept = index[faces]
        kept = kept[(kept != np.roll(kept, 1, axis=1)).all(axis=1)]
        edges = kept[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        _, which, times = np.unique(edges @ (len(group), 1), return_inverse=True, return_counts=True)
        twice = np.zeros(len(group), bool)
        twice[edges[times[which] > 1]] = True
        if not twice.any():
            break
        of = _let_go(of, twice[index])
    return _summed(index, vertices) / np.bincount(index)[:, None], kept


def _summed(index: Faces, values: Points) -> Points:
    """Sums of the (n, 3) `values` of each index."""
    return np.stack([np.bincount(index, values[:, axis]) for axis in range(3)], axis=1)


def _discs(faces: Faces, of: Faces) -> Faces:
    """The groups `of` vertices, those undone whose piece of the surface is no disc: a neck, a blob, two sheets."""
    edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    within = of[edges[of[edges[:, 0]] == of[edges[:, 1]], 0]]
    filled = of[faces[(of[faces] == of[faces[:, :1]]).all(axis=1), 0]]
    count = int(of.max()) + 1
    # Euler's number, with every edge met from both of its faces.
    euler = np.bincount(of, minlength=count) - np.bincount(within, minlength=count) // 2
    euler += np.bincount(filled, minlength=count)
    return _let_go(of, euler[of] != 1)


def _flat(vertices: Points, faces: Faces, of: Faces) -> Faces:
    """The groups `of` vertices, those undone about which the surface bends sharply, as at tips and thin limbs."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    index = np.unique(of, return_inverse=True)[1]
    around = index[faces].ravel()
    total = _summed(around, np.repeat(normals, 3, axis=0))
    area = np.bincount(around, np.repeat(np.linalg.norm(normals, axis=1), 3))
    return _let_go(of, (np.linalg.norm(total, axis=1) < _BEND * area)[index])


def _let_go(of: Faces, which: NDArray[np.bool_]) -> Faces:
    """Each of some vertices in a group of its own."""
    return np.asarray(np.where(which, int(of.max()) + 1 + np.arange(len(of)), of))


def chain(keys: ArrayLike) -> Points:
    """(n - 1, 8) bones through (n, 4) keys (x, y, z, radius)."""
    rows = np.asarray(keys, np.float64)
    return np.concatenate([rows[:-1], rows[1:]], axis=1)
