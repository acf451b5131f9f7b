"""What PLY files may hold beside faces and bytes: several pictures, colours of wider types, strips of triangles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.types import Geometry, ShapeInput

HEAD = "ply\nformat {} 1.0\n"
PLACES = "property float x\nproperty float y\nproperty float z\n"
SQUARE = ["0 0 0", "1 0 0", "1 1 0", "0 1 0"]
RED, GREEN, GREY = [1, 0, 0], [0, 1, 0], [0.5, 0.5, 0.5]


def read(folder: Path, *parts: str | bytes) -> Geometry:
    path = folder / "a.ply"
    path.write_bytes(b"".join(part.encode() if isinstance(part, str) else part for part in parts))
    return loaders.load_geometry(path)


def textured(pictures: list[str], numbers: list[int], kind: str = "int") -> str:
    """Two triangles with texture coordinates and a number of a picture each; none where `numbers` is empty."""
    rows = [f"3 0 {at} {at + 1} 6 0.5 0.5 0.5 0.5 0.5 0.5" for at in (1, 2)]
    rows = [f"{row} {number}" for row, number in zip(rows, numbers, strict=True)] if numbers else rows
    return (
        HEAD.format("ascii")
        + "".join(f"comment TextureFile {name}\n" for name in pictures)
        + f"element vertex 4\n{PLACES}element face 2\nproperty list uchar int vertex_indices\n"
        + "property list uchar float texcoord\n"
        + (f"property {kind} texnumber\n" if numbers else "")
        + "end_header\n"
        + "\n".join([*SQUARE, *rows, ""])
    )


@pytest.mark.parametrize(
    ("pictures", "numbers", "expected"),
    [
        (["red.png", "the green.png"], [0, 1], [RED, GREEN]),
        (["red.png", "the green.png"], [1, 0], [GREEN, RED]),
        (["red.png", "the green.png"], [1, 1], [GREEN, GREEN]),
        (["red.png", "the green.png"], [1, 2], [GREEN, GREY]),
        (["red.png", "the green.png"], [-1, 0], [GREY, RED]),
        (["red.png", "gone.png"], [0, 1], [RED, GREY]),
        (["gone.png", "lost.png"], [0, 1], None),
        (["red.png", "the green.png"], [], [RED, RED]),
        (["red.png"], [0, 7], [RED, RED]),
        (["gone.png"], [], None),
    ],
)
@pytest.mark.parametrize("kind", ["int", "uchar", "float"])
def test_each_face_has_the_picture_of_its_number(
    tmp_path: Path, pictures: list[str], numbers: list[int], expected: list[list[float]] | None, kind: str
) -> None:
    Image.new("RGB", (2, 2), (255, 0, 0)).save(tmp_path / "red.png")
    Image.new("RGB", (2, 2), (0, 255, 0)).save(tmp_path / "the green.png")
    numbers = [number % 256 for number in numbers] if kind == "uchar" else numbers
    found = read(tmp_path, textured(pictures, numbers, kind))
    assert (None if found.colors is None else np.round(found.colors, 3).tolist()) == expected
    blind = loaders.load(tmp_path / "a.ply", Inputs(ShapeInput())).facts
    assert blind["colored"] == (expected is not None)


def colored(kind: str, binary: str, colors: np.ndarray) -> list[str | bytes]:
    """Four points with colours of one type."""
    text = {"": "ascii", "<": "binary_little_endian", ">": "binary_big_endian"}[binary]
    head = HEAD.format(text) + f"element vertex 4\n{PLACES}"
    head += "".join(f"property {kind} {name}\n" for name in ("red", "green", "blue")) + "end_header\n"
    if not binary:
        return [head, *(f"{xyz} {' '.join(map(str, rgb))}\n" for xyz, rgb in zip(SQUARE, colors.tolist(), strict=True))]
    rows = np.zeros(4, [("xyz", f"{binary}f4", 3), ("rgb", colors.dtype.newbyteorder(binary), 3)])
    rows["xyz"], rows["rgb"] = [row.split() for row in SQUARE], colors
    return [head, rows.tobytes()]


@pytest.mark.parametrize("binary", ["", "<", ">"])
@pytest.mark.parametrize(
    ("kind", "dtype", "levels", "expected"),
    [
        *(
            (kind, dtype, [200, 100, 50], [200 / 255, 100 / 255, 50 / 255])
            for kind, dtype in [
                ("uchar", "u1"),
                ("short", "i2"),
                ("ushort", "u2"),
                ("int", "i4"),
                ("uint", "u4"),
                ("float", "f4"),
                ("double", "f8"),
            ]
        ),
        ("uchar", "u1", [1, 0, 0], [1 / 255, 0, 0]),
        ("ushort", "u2", [65535, 32768, 0], [1, 32768 / 65535, 0]),
        ("float", "f4", [1, 0.5, 0], [1, 0.5, 0]),
        ("float", "f4", [1.25, 0.5, -0.5], [1, 0.5, 0]),
        ("double", "f8", [np.nan, 255, 51], [0, 1, 0.2]),
    ],
)
def test_colours_of_any_type(
    tmp_path: Path, binary: str, kind: str, dtype: str, levels: list[float], expected: list[float]
) -> None:
    found = read(tmp_path, *colored(kind, binary, np.array([levels, [0, 0, 0], levels, levels], dtype)))
    assert found.colors is not None
    assert found.colors[[0, 2, 3]] == pytest.approx(np.tile(expected, (3, 1)), abs=1e-4)
    assert (found.colors[1] == 0).all()


def strips(lists: list[list[int]], faces: str = "") -> str:
    head = HEAD.format("ascii") + f"element vertex 6\n{PLACES}{faces}element tristrips {len(lists)}\n"
    head += "property list int int vertex_indices\nend_header\n"
    points = [f"{at // 2} {at % 2} 0" for at in range(6)]
    return head + "\n".join([*points, *(" ".join(map(str, [len(each), *each])) for each in lists), ""])


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([[0, 2, 1, 3, 5]], [[0, 2, 1], [1, 2, 3], [1, 3, 5]]),
        ([[0, 2, 1, -1, 2, 4, 3, 5, -1]], [[0, 2, 1], [2, 4, 3], [3, 4, 5]]),
        ([[0, 2, 1, 3], [2, 4, 3]], [[0, 2, 1], [1, 2, 3], [2, 4, 3]]),
        ([[-1, 0, 2, -1, -1, 4, 2, 1, 3]], [[4, 2, 1], [1, 2, 3]]),
        ([[], [0, 2], [0, 2, 1], []], [[0, 2, 1]]),
    ],
)
@pytest.mark.parametrize("faces", ["", "element face 0\nproperty list uchar int vertex_indices\nproperty uchar red\n"])
def test_strips_are_unrolled(tmp_path: Path, lists: list[list[int]], expected: list[list[int]], faces: str) -> None:
    assert read(tmp_path, strips(lists, faces)).faces.tolist() == expected


def test_a_strip_of_less_than_a_triangle_leaves_a_cloud(tmp_path: Path) -> None:
    found = read(tmp_path, strips([[0, 1], [-1]]))
    assert (found.vertices.shape, found.faces.shape) == ((6, 3), (0, 3))


def test_binary_strips_with_painted_vertices(tmp_path: Path) -> None:
    rows = np.zeros(4, [("xyz", "<f4", 3), ("rgb", "u1", 3)])
    rows["xyz"], rows["rgb"] = [row.split() for row in SQUARE], (255, 0, 0)
    head = HEAD.format("binary_little_endian") + f"element vertex 4\n{PLACES}"
    head += "".join(f"property uchar {name}\n" for name in ("red", "green", "blue"))
    head += "element tristrips 1\nproperty list int int vertex_indices\nend_header\n"
    found = read(tmp_path, head, rows.tobytes(), np.array([4, 0, 1, 3, 2], "<i4").tobytes())
    assert found.colors is not None
    assert (found.faces.tolist(), found.colors.tolist()) == ([[0, 1, 3], [3, 1, 2]], [RED, RED])


def test_a_strip_of_vertices_that_do_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="vertices which do not exist") as caught:
        read(tmp_path, strips([[0, 1, 6]]))
    assert caught.value.kind == "malformed"
