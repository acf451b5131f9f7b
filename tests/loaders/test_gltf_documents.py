"""glTF documents: what standards say that is not written in them, older ones, and those that ask for too much."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retriever import loaders
from retriever.errors import FileProblem

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
GREEN = {"pbrMetallicRoughness": {"baseColorFactor": [0, 1, 0, 1]}}
PLAIN: dict[str, Any] = {"pbrMetallicRoughness": {"metallicFactor": 0}}


def document(*materials: dict[str, Any] | None, mode: int = 4, indices: list[int] | None = None) -> dict[str, Any]:
    """A square for each material, its corners in a row where there are no `indices`."""
    numbers = np.array([0, 1, 2, 0, 2, 3] if indices is None else indices, np.uint16)
    data = SQUARE.tobytes() + numbers.tobytes()
    primitive: dict[str, Any] = {
        "attributes": {"POSITION": 0},
        "mode": mode,
        **({"indices": 1} if len(numbers) else {}),
    }
    used = [{**primitive, **({} if each is None else {"material": at})} for at, each in enumerate(materials)]
    return {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": used}],
        "materials": [each or {} for each in materials],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 4},
            *(
                [{"bufferView": 1, "componentType": 5123, "type": "SCALAR", "count": len(numbers)}]
                if len(numbers)
                else []
            ),
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 48},
            *([{"buffer": 0, "byteOffset": 48, "byteLength": numbers.nbytes}] if len(numbers) else []),
        ],
        "buffers": [{"byteLength": len(data), "uri": "data:;base64," + base64.b64encode(data).decode()}],
    }


def written(folder: Path, tree: dict[str, Any], before: bytes = b"") -> Path:
    (folder / "a.gltf").write_bytes(before + json.dumps(tree).encode())
    return folder / "a.gltf"


def problem(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        loaders.load_geometry(path)
    return caught.value


def test_a_material_that_says_no_color_is_white_beside_others(tmp_path: Path) -> None:
    found = loaders.load_geometry(written(tmp_path, document(GREEN, PLAIN, {}))).colors
    assert found is not None and found.tolist() == [[0, 1, 0]] * 2 + [[1, 1, 1]] * 4


@pytest.mark.parametrize("materials", [(PLAIN,), (PLAIN, {}), (PLAIN, None)])
def test_a_file_of_which_no_part_says_a_color_is_without(tmp_path: Path, materials: tuple[dict[str, Any]]) -> None:
    assert loaders.load_geometry(written(tmp_path, document(*materials))).colors is None


@pytest.mark.parametrize("indices", [[], [0, 1, 2, 3], [1, 2, 3, 0]])
def test_fans_are_triangles(tmp_path: Path, indices: list[int]) -> None:
    shape = loaders.load_geometry(written(tmp_path, document(None, mode=6, indices=indices)))
    a, b, c = (shape.vertices[column] for column in shape.faces.T)
    assert (np.cross(b - a, c - a) == (0, 0, 1)).all() and len(shape.faces) == 2


def test_a_byte_order_mark_is_no_part_of_a_document(tmp_path: Path) -> None:
    assert len(loaders.load_geometry(written(tmp_path, document(None), b"\xef\xbb\xbf")).faces) == 2


def test_older_documents_are_named(tmp_path: Path) -> None:
    old = {"asset": {"version": "1.0"}, "meshes": {"a": {"primitives": []}}, "accessors": {"b": {"count": 3}}}
    found = problem(written(tmp_path, old))
    assert found.kind == "unsupported" and "glTF 1" in str(found)


@pytest.mark.parametrize("part", ["accessors", "bufferViews"])
def test_few_bytes_do_not_unpack_to_any_number(tmp_path: Path, part: str) -> None:
    tree, size = document(None), 12 << 20
    tree["buffers"] = [{"byteLength": size}]
    tree["bufferViews"] += [{"buffer": 0, "byteLength": size}] * (400 if part == "bufferViews" else 1)
    unused = {"bufferView": 2, "componentType": 5126, "type": "VEC3", "count": size // 12}
    tree["accessors"] += [unused] * (400 if part == "accessors" else 1)
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIIII", b"glTF", 2, 28 + len(text) + size, len(text), 0x4E4F534A)
    (tmp_path / "a.glb").write_bytes(head + text + struct.pack("<II", size, 0x004E4942) + bytes(size))
    assert problem(tmp_path / "a.glb").kind == "too-large"
