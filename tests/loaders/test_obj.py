"""What OBJ files say of colours: painted vertices, materials, pictures, and several files of materials."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from retriever import loaders

SQUARE = "v 0 0 0{0}\nv 1 0 0{0}\nv 1 1 0{0}\nv 0 1 0{0}\n"
FACES = "vt 0.5 0.5\nusemtl a\nf -4/1 -3/1 -2/1\nf -4/1 -2/1 -1/1\n"
RED, GREEN, BLUE, WHITE, GREY = [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [0.5, 0.5, 0.5]


def colors_of(folder: Path, obj: str, **materials: str) -> list[list[float]] | None:
    """The colours of an OBJ file's faces, or of its points, beside files of materials by their stems."""
    for stem, text in materials.items():
        (folder / f"{stem}.mtl").write_text(text)
    (folder / "a.obj").write_text(obj)
    colors = loaders.load_geometry(folder / "a.obj").colors
    return None if colors is None else np.round(colors, 3).tolist()


@pytest.mark.parametrize(
    ("painted", "material", "expected"),
    [
        (" 1 0 0", "Kd 0 0 1", RED),
        (" 255 0 0", "Kd 0 0 1", RED),
        (" 1 0 0 1", "Kd 0 0 1", RED),
        (" 1 1 1", "Kd 0 0 1", BLUE),
        (" 255 255 255", "Kd 0 0 1", BLUE),
        (" 1 1 1", "", WHITE),
        (" 0 0 -1", "Kd 0 0 1", BLUE),
        ("", "Kd 0 0 1", BLUE),
        (" 1 0 0", "map_Kd green.png", GREEN),
        (" 1 0 0", "Kd 0 0 1\nmap_Kd gone.png", RED),
    ],
)
def test_a_painted_vertex_goes_before_the_colour_of_a_material(
    tmp_path: Path, painted: str, material: str, expected: list[float]
) -> None:
    Image.new("RGB", (2, 2), (0, 255, 0)).save(tmp_path / "green.png")
    found = colors_of(tmp_path, "mtllib m.mtl\n" + SQUARE.format(painted) + FACES, m=f"newmtl a\n{material}\n")
    assert found == [expected] * 2


@pytest.mark.parametrize(
    ("material", "painted", "expected"),
    [
        ("Kd 0 0 1", " 1 0 0", [RED, RED, BLUE, BLUE]),
        ("Kd 0 0 1", " 255 0 0", [RED, RED, BLUE, BLUE]),
        ("Kd 0 0 1", " 1 1 1", [BLUE] * 4),
        ("", " 1 0 0", [RED, RED, GREY, GREY]),
        ("", " 1 1 1", [WHITE, WHITE, GREY, GREY]),
    ],
)
@pytest.mark.parametrize("painted_first", [True, False])
def test_some_objects_may_be_painted(
    tmp_path: Path, material: str, painted: str, expected: list[list[float]], painted_first: bool
) -> None:
    parts = [SQUARE.format(painted) + FACES, SQUARE.format("") + FACES]
    text = "mtllib m.mtl\n" + "".join(parts if painted_first else parts[::-1])
    found = colors_of(tmp_path, text, m=f"newmtl a\n{material}\n")
    assert found == (expected if painted_first else expected[::-1])


def test_a_face_between_painted_and_plain_vertices_has_the_colour_of_its_material(tmp_path: Path) -> None:
    square = "v 0 0 0 1 0 0\nv 1 0 0 1 0 0\nv 1 1 0 1 0 0\nv 0 1 0\n"
    assert colors_of(tmp_path, "mtllib m.mtl\n" + square + FACES, m="newmtl a\nKd 0 0 1\n") == [RED, BLUE]


def test_points_may_be_painted_in_part(tmp_path: Path) -> None:
    assert colors_of(tmp_path, "v 0 0 0 1 0 0\nv 1 0 0\nv 0 1 0 0 1 0\n") == [RED, GREY, GREEN]


@pytest.mark.parametrize("material", ["newmtl\ta\nKd\t1\t0\t0\n", "\tnewmtl \t a\n\t\tKd \t1 0\t0\n"])
def test_materials_may_be_laid_out_with_tabs(tmp_path: Path, material: str) -> None:
    assert colors_of(tmp_path, "mtllib\tm.mtl\n" + SQUARE.format("") + FACES, m=material) == [RED, RED]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("one.mtl two.mtl", RED),
        ("two.mtl  one.mtl", BLUE),
        ("gone.mtl two.mtl", BLUE),
        ("none.mtl two.mtl", BLUE),
        ("one two.mtl", GREEN),
    ],
)
def test_a_line_may_name_several_files_of_materials(tmp_path: Path, line: str, expected: list[float]) -> None:
    (tmp_path / "one two.mtl").write_text("newmtl a\nKd 0 1 0\n")
    texts = {"one": "newmtl a\nKd 1 0 0\n", "two": "newmtl a\nKd 0 0 1\n", "none": "newmtl b\nKd 0 1 0\n"}
    assert colors_of(tmp_path, f"mtllib {line}\n" + SQUARE.format("") + FACES, **texts) == [expected] * 2
