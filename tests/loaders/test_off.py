"""What OFF files and their kin say of colours: of vertices, beside normals and texture coordinates, and of faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retriever import loaders
from retriever.types import Geometry

PLACES = ["0 0 0", "1 0 0", "0 1 0", "0 0 1"]
NORMALS = ["-0.577 -0.577 -0.577", *PLACES[1:]]
FACES = ["3 0 2 1", "3 0 1 3", "3 1 2 3", "3 0 3 2"]
RED, GREEN, BLUE, BLACK = [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]


def read(folder: Path, kind: str, columns: list[str], faces: list[str]) -> Geometry:
    """The file of four vertices, with columns behind the place of each."""
    rows = [f"{place} {more}" for place, more in zip(PLACES, columns, strict=True)]
    (folder / "a.off").write_text("\n".join([kind, f"4 {len(faces)} 0", *rows, *faces, ""]))
    return loaders.load_geometry(folder / "a.off")


def colors_of(found: Geometry) -> list[list[float]] | None:
    return None if found.colors is None else np.round(found.colors, 3).tolist()


@pytest.mark.parametrize("color", ["255 0 0 255", "255 0 0", "1 0 0", "1.0 0.0 0.0 1.0"])
@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("COFF", "{color}"),
        ("NCOFF", "{normal} {color}"),
        ("NCOFF", "{color} {normal}"),
        ("CNOFF", "{normal} {color}"),
        ("CSTOFF", "{color} 0.5 0.25"),
        ("STCOFF", "{color} 0.5 0.25"),
        ("NCSTOFF", "{color} {normal} 0.5 0.25"),
        ("STCNOFF", "{normal} {color} 0.5 0.25"),
        ("OFF", ""),
        ("NOFF", "{normal}"),
        ("NSTOFF", "{normal} 0.5 0.25"),
    ],
)
def test_colours_of_vertices_under_any_header(tmp_path: Path, kind: str, columns: str, color: str) -> None:
    found = read(tmp_path, kind, [columns.format(color=color, normal=normal) for normal in NORMALS], FACES)
    assert len(found.faces) == 4
    assert colors_of(found) == ([RED] * 4 if "C" in kind else None)


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("NCOFF", "1 0 0 0 0 1"),
        ("NCOFF", "0.5 0.5 0.5 0.1 0.1 0.1"),
        ("NCOFF", "0 0 1"),
        ("COFF", "7"),
        ("COFF", "0 0 -1"),
        ("COFF", ""),
    ],
    ids=["both are of length 1", "neither is", "normals alone", "numbers of colours", "normals in their place", "none"],
)
def test_colours_that_cannot_be_told_are_none(tmp_path: Path, kind: str, columns: str) -> None:
    assert read(tmp_path, kind, [columns] * 4, FACES).colors is None


def test_points_alone_have_their_colours(tmp_path: Path) -> None:
    assert colors_of(read(tmp_path, "COFF", ["255 0 0 255"] * 3 + ["0 0 255 255"], [])) == [RED, RED, RED, BLUE]


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        (["255 0 0", "0 255 0", "0 0 255", "0 0 0"], [RED, GREEN, BLUE, BLACK]),
        (["255 0 0 255", "0 255 0 255", "0 0 255 255", "0 0 0 255"], [RED, GREEN, BLUE, BLACK]),
        (["1.0 0.0 0.0", "0.0 1.0 0.0", "0.0 0.0 1.0", "0 0 0"], [RED, GREEN, BLUE, BLACK]),
        (["1 0 0 0.5", "0 1 0 0.5", "0 0 1 0.5", "0 0 0 0.5"], [RED, GREEN, BLUE, BLACK]),
        (["255 0 0", "0 255 0", "0 0 255", ""], None),
        (["255 0 0", "0 255 0", "0 0 255", "0 0 0 255"], None),
        (["255 0 0", "0 255 0", "0 0 255", "0 0 -1"], None),
        (["red of it", "red of it", "red of it", "red of it"], None),
        (["3", "4", "5", "6"], None),
    ],
)
def test_colours_of_faces_where_each_has_one(
    tmp_path: Path, behind: list[str], expected: list[list[float]] | None
) -> None:
    faces = [f"{face} {color}" for face, color in zip(FACES, behind, strict=True)]
    assert colors_of(read(tmp_path, "OFF", [""] * 4, faces)) == expected
    painted = read(tmp_path, "COFF", ["0 0 255"] * 4, faces)
    assert colors_of(painted) == (expected or [BLUE] * 4)


@pytest.mark.parametrize(
    "faces",
    [
        ["4 0 1 2 3 255 0 0", "3 1 2 3 0 0 255"],
        ["4 0 1 2 3 1.0 0.0 0.0", "3 1 2 3 0.0 0.0 1.0"],
    ],
)
def test_colours_of_polygons_go_to_all_their_triangles(tmp_path: Path, faces: list[str]) -> None:
    assert colors_of(read(tmp_path, "OFF", [""] * 4, faces)) == [RED, RED, BLUE]
