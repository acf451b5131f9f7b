"""Polygons into triangles: inside them, all of them, and each turned as they are."""

from __future__ import annotations

import numpy as np
import pytest

from retriever.loaders import polygons

L = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
ARROW = [(0, 0), (2, -1), (1, 0), (2, 1)]  # a concave quadrilateral
COMB = [(0, 0), (5, 0), (5, 3), (4, 3), (4, 1), (3, 1), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)]
FRAME = [(0, 0), (3, 0), (3, 3), (0, 3), (0, 0), (1, 1), (1, 2), (2, 2), (2, 1), (1, 1)]  # a hole, by a double edge


def turned(polygon: list[tuple[float, float]], first: int) -> np.ndarray:
    """In space, on a plane of no axis, beginning at another corner."""
    flat = np.array(polygon[first:] + polygon[:first], float)
    across, up = np.array([0.6, 0.0, 0.8]), np.array([0.48, 0.8, -0.36])
    return flat[:, :1] * across + flat[:, 1:] * up + 7


@pytest.mark.parametrize(("polygon", "area"), [(L, 3), (ARROW, 1), (COMB, 11), (FRAME, 8)])
def test_triangles_of_concave_polygons_fill_them_once(polygon: list[tuple[float, float]], area: float) -> None:
    normal = np.cross([0.6, 0.0, 0.8], [0.48, 0.8, -0.36])
    for first in range(len(polygon)):
        for back in (False, True):
            points = turned(polygon, first)[:: -1 if back else 1]
            faces, owner = polygons.triangles(np.array([len(points)]), np.arange(len(points)), points)
            assert len(faces) == len(points) - 2 and (owner == 0).all()
            a, b, c = (points[column] for column in faces.T)
            areas = np.cross(b - a, c - a) @ normal / 2 * (-1 if back else 1)
            assert (areas > -1e-9).all()
            assert areas.sum() == pytest.approx(area)


def test_the_same_polygon_is_cut_wherever_it_stands_among_others() -> None:
    points = np.concatenate([turned(L, 2), turned([(0, 0), (1, 0), (1, 1), (0, 1)], 0), turned(ARROW, 1)])
    sizes = np.array([6, 2, 4, 3, 4])
    corners = np.array([*range(6), 0, 1, *range(6, 10), 0, 1, 2, *range(10, 14)])
    faces, owner = polygons.triangles(sizes, corners, points)
    assert owner.tolist() == [0] * 4 + [2] * 2 + [3] + [4] * 2
    a, b, c = (points[corners[column]] for column in faces.T)
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    assert [areas[owner == number].sum() for number in (0, 2, 4)] == pytest.approx([3, 1, 1])


def test_very_many_corners_and_crossing_polygons_end() -> None:
    angles = np.linspace(0, 2 * np.pi, 1001)[:-1]
    radius = np.where(np.arange(1000) % 2, 1.0, 0.2)
    star = np.stack([radius * np.cos(angles), radius * np.sin(angles), 0 * angles], axis=1)
    assert len(polygons.triangles(np.array([1000]), np.arange(1000), star)[0]) == 998
    bow = np.array([(0, 0, 0), (3, 2, 0), (3, 0, 0), (0, 2, 0), (1, 3, 0)], float)
    assert len(polygons.triangles(np.array([5]), np.arange(5), bow)[0]) == 3
