"""What OBJ files say of colours: painted vertices, materials, pictures, and several files of materials."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from taken_apart import taken_apart

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


def flat(x: float, *corners: str) -> str:
    """A polygon whose corners are told as "x y"."""
    rows = [corner.split() for corner in corners]
    points = "".join(f"v {x + float(a)} {b} 0\n" for a, b in rows)
    return points + "f " + " ".join(str(number - len(rows)) for number in range(len(rows))) + "\n"


SEAT = ("0 0", "2 0", "2 2", "0 2")
LEG = ("0 0", "1 0", "0 3")
L = ("0 0", "3 0", "3 1", "1 1", "1 3", "0 3")


def test_objects_and_groups_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "a.obj"
    chair = "g default\no Chair\ng seat\n" + flat(0, *SEAT) + "g leg\nusemtl a\n" + flat(5, *LEG)
    table = "s off\no  Table top \n" + flat(10, *L) + "g default\n" + flat(20, *SEAT)
    more = "o Chair\ng leg\n" + flat(7, *LEG) + "g\n" + flat(9, *LEG) + "\to\n" + flat(0, *SEAT)
    path.write_text(chair + table + more)
    # The parts of the chair lie in two places of the file; those of the table have no groups.
    assert taken_apart(path) == {
        "Chair": (5, (10, 3, 0)),
        "Table top": (6, (12, 3, 0)),
        "seat": (2, (2, 2, 0)),
        "leg": (2, (3, 3, 0)),
    }
    assert [(node.path, node.end - node.start) for node in loaders.load_geometry(path).nodes] == [
        (("Chair", "seat"), 2),
        (("Chair", "leg"), 1),
        (("Table top",), 4),
        (("Table top",), 2),
        (("Chair", "leg"), 1),
        (("Chair",), 1),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_groups_alone_are_objects_and_names_may_be_in_any_letters(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.obj"
    text = (
        "g St\xfchle\n"
        + flat(0, *SEAT)
        + "g \xff\xfe\n"
        + flat(5, *LEG)
        + "g empty\ng ("
        + "a" * 999
        + "\n"
        + flat(9, *L)
    )
    path.write_bytes(text.encode(encoding))
    found = taken_apart(path)
    assert found == {"St\xfchle": (2, (2, 2, 0)), "\xff\xfe": (1, (1, 3, 0)), "(" + "a" * 59: (4, (3, 3, 0))}


def test_a_group_ends_where_an_object_begins(tmp_path: Path) -> None:
    path = tmp_path / "a.obj"
    path.write_text("g legs\no left\n" + flat(0, *LEG) + "o right\ng foot\n" + flat(5, *SEAT) + "o top\n" + flat(9, *L))
    assert taken_apart(path) == {"left": (1, (1, 3, 0)), "right": (2, (2, 2, 0)), "top": (4, (3, 3, 0))}
    assert [node.path for node in loaders.load_geometry(path).nodes] == [("left",), ("right", "foot"), ("top",)]


def test_what_has_no_names_or_no_faces_is_of_no_object(tmp_path: Path) -> None:
    for text in (flat(0, *SEAT), "o\ng default\n" + flat(0, *SEAT), "o cloud\nv 0 0 0\nv 1 1 1\n"):
        (tmp_path / "a.obj").write_text(text)
        assert loaders.load_geometry(tmp_path / "a.obj").nodes == ()
