"""Triangles for the flat ends of surfaces: a fan where the outline allows it, ear clipping otherwise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def triangulate(outline: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cover a simple polygon with triangles.

    Args:
        outline: (n, 2) corners, anticlockwise, not repeating the first, no crossings.

    Returns:
        (n - 2, 3) indices into `outline`, anticlockwise.
    """
    count = len(outline)
    for start in range(min(count, 4)):
        fan = np.empty((count - 2, 3), np.int64)
        fan[:, 0] = start
        fan[:, 1] = (start + np.arange(1, count - 1)) % count
        fan[:, 2] = (start + np.arange(2, count)) % count
        if (twice_area(outline[fan]) > 0).all():
            return fan
    return _clip_ears(outline)


def twice_area(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed double areas of (n, 3, 2) triangles, positive where anticlockwise."""
    a, b = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def anticlockwise(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same (n, 2) polygon, its corners in anticlockwise order."""
    x, y = outline.T
    return outline if np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) >= 0 else outline[::-1]


def _clip_ears(outline: NDArray[np.float64]) -> NDArray[np.int64]:
    left = list(range(len(outline)))
    ears: list[tuple[int, int, int]] = []
    while len(left) > 3:
        at = _find_ear(outline, left)
        ears.append((left[at - 1], left[at], left[(at + 1) % len(left)]))
        del left[at]
    ears.append((left[0], left[1], left[2]))
    return np.array(ears, np.int64)


def _find_ear(outline: NDArray[np.float64], left: list[int]) -> int:
    """Position in `left` of a corner that can be cut off; the most convex one if rounding hides every ear."""
    ring = outline[left]
    corners = np.stack([np.roll(ring, 1, axis=0), ring, np.roll(ring, -1, axis=0)], axis=1)
    areas = twice_area(corners)
    for at in np.flatnonzero(areas > 0):
        if not _covers_any(corners[at], ring):
            return int(at)
    return int(np.argmax(areas))


def _covers_any(triangle: NDArray[np.float64], points: NDArray[np.float64]) -> bool:
    """Whether any point lies in the triangle, its own corners aside."""
    inside = np.ones(len(points), bool)
    for a, b in zip(triangle, np.roll(triangle, -1, axis=0), strict=True):
        edge, offset = b - a, points - a
        inside &= edge[0] * offset[:, 1] - edge[1] * offset[:, 0] >= 0
        inside &= (points != a).any(axis=1)
    return bool(inside.any())
