"""Polygons into triangles: inside them, all of them, and each turned as they are; so in every format of polygons."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import polygons
from retriever.types import ShapeInput

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


def gear(size: int) -> np.ndarray:
    """(size, 3) corners of a wheel with teeth."""
    angles = np.arange(size) * (2 * np.pi / size)
    radius = np.where(np.arange(size) // 2 % 2, 1.0, 0.8)
    return np.stack([radius * np.cos(angles), radius * np.sin(angles), 0 * angles], axis=1)


def star(size: int) -> np.ndarray:
    """(size, 3) corners of a star with long points."""
    return gear(size) * np.where(np.arange(size) % 2, 1.0, 0.2)[:, None]


def area(points: np.ndarray, faces: np.ndarray) -> float:
    """Of all triangles, those that lie on others too."""
    a, b, c = (points[column] for column in faces.T)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


@pytest.mark.parametrize("made", [gear, star])
@pytest.mark.parametrize("size", [208, 1000])
def test_concave_polygons_of_many_corners_are_filled_once(made: Callable[[int], np.ndarray], size: int) -> None:
    points = made(size)
    x, y, _ = points.T
    faces, _ = polygons.triangles(np.array([size]), np.arange(size), points)
    assert area(points, faces) == pytest.approx((x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def test_many_concave_polygons_are_all_filled_once() -> None:
    sizes, corners = np.full(7000, 8), np.tile(np.arange(8), 7000)
    points = np.array([(0, 0, 0), (3, 0, 0), (3, 3, 0), (2, 3, 0), (2, 1, 0), (1, 1, 0), (1, 3, 0), (0, 3, 0)], float)
    assert area(points, polygons.faces(sizes, corners, points)[0]) == pytest.approx(7000 * 7)


def test_a_polygon_that_would_take_too_long_is_a_fan_and_those_after_it_are_cut() -> None:
    points = np.concatenate([star(20_000), turned(L, 0)])
    faces, owner = polygons.triangles(np.array([20_000, 6]), np.arange(20_006), points)
    assert len(faces) == 19_998 + 4
    assert (faces[owner == 0][:, 0] == 0).all()
    assert area(points, faces[owner == 1]) == pytest.approx(3)


def test_polygons_that_touch_or_cross_themselves_end() -> None:
    bow = np.array([(0, 0, 0), (3, 2, 0), (3, 0, 0), (0, 2, 0), (1, 3, 0)], float)
    assert len(polygons.triangles(np.array([5]), np.arange(5), bow)[0]) == 3
    tangle = np.random.default_rng(0).integers(0, 9, (400, 3)) * (1.0, 1.0, 0.0)
    assert len(polygons.triangles(np.array([400]), np.arange(400), tangle)[0]) == 398


def test_corners_at_vertices_that_do_not_exist_are_refused_unless_they_make_no_triangle() -> None:
    points = np.eye(3)
    for bad in (-1, 3):
        with pytest.raises(FileProblem, match="do not exist"):
            polygons.triangles(np.array([3, 4]), np.array([0, 1, 2, 0, 1, 2, bad]), points)
        assert len(polygons.faces(np.array([3, 2]), np.array([0, 1, 2, 0, bad]), points)[0]) == 1


@pytest.mark.parametrize("size", [3, 4, 5])
def test_many_polygons_are_cut_as_each_would_be_by_itself(size: int) -> None:
    flat = np.random.default_rng(size).random((6000, size, 2))
    points = np.concatenate([flat, np.zeros((6000, size, 1))], axis=2).reshape(-1, 3)
    vertex = np.random.default_rng(0).permutation(len(points))
    at_once, owner = polygons.faces(np.full(6000, size), np.argsort(vertex), points[vertex])
    for number in range(0, 6000, 61):
        alone, _ = polygons.triangles(np.array([size]), np.arange(size), points[size * number : size * (number + 1)])
        assert vertex[at_once[owner == number]].tolist() == (alone + size * number).tolist()


BRACKET = [(4, 0), (4, 1), (1, 1), (1, 4), (0, 4), (0, 0)]
"""Of a bracket whose fan from any of the first two corners, and the last two, covers the notch."""
SOLID = [(x, y, z) for z in (0, 1) for x, y in BRACKET]
WALLS = [*(list(range(6))[::-1], list(range(6, 12))), *([i, (i + 1) % 6, (i + 1) % 6 + 6, i + 6] for i in range(6))]
"""Both ends of the bracket and what is between them, as programs for modelling write it."""


def bracket(folder: Path, name: str) -> Path:
    """Quads beside polygons of six corners."""
    path = folder / name
    rows = "".join(f"{x} {y} {z}\n" for x, y, z in SOLID)
    counted = "".join(f"{len(wall)} {' '.join(map(str, wall))}\n" for wall in WALLS)
    head = (
        "ply\nformat {} 1.0\nelement vertex 12\nproperty float x\nproperty float y\nproperty float z\n"
        "element face 8\nproperty list uchar int vertex_indices\nend_header\n"
    )
    if name.endswith(".off"):
        path.write_text(f"OFF\n12 8 0\n{rows}{counted}")
    elif name == "ascii.ply":
        path.write_text(head.format("ascii") + rows + counted)
    elif name.endswith(".ply"):
        faces = b"".join(struct.pack(f"<B{len(wall)}i", len(wall), *wall) for wall in WALLS)
        path.write_bytes(head.format("binary_little_endian").encode() + np.array(SOLID, "<f4").tobytes() + faces)
    else:
        faces = "".join("f " + " ".join(f"{at + 1}/{at % 6 + 1}" for at in wall) + "\n" for wall in WALLS)
        uv = "".join(f"vt {x / 4} {y / 4}\n" for x, y in BRACKET)
        path.write_text(
            "mtllib a.mtl\n" + "".join(f"v {row}\n" for row in rows.splitlines()) + uv + "usemtl a\n" + faces
        )
    return path


@pytest.mark.parametrize("name", ["a.obj", "a.ply", "ascii.ply", "a.off"])
def test_every_format_of_polygons_keeps_to_concave_ones(tmp_path: Path, name: str) -> None:
    loaded = loaders.load_shape(bracket(tmp_path, name), ShapeInput(points=2000), measure=True)
    assert loaded.facts["surface_area"] == pytest.approx(30)
    assert (loaded.facts["volume"], loaded.facts["watertight"]) == (pytest.approx(7), True)


def test_texture_coordinates_go_with_the_corners_of_what_is_cut(tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 40), (0, 0, 255))
    picture.paste((255, 0, 0), (11, 0, 40, 29))  # the notch, seen from the upper left
    picture.save(tmp_path / "a.png")
    (tmp_path / "a.mtl").write_text("newmtl a\nmap_Kd a.png\n")
    colors = loaders.load_geometry(bracket(tmp_path, "a.obj")).colors
    assert colors is not None and np.unique(colors, axis=0).tolist() == [[0, 0, 1]]
