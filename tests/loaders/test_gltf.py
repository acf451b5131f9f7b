"""glTF as it is found on the web: compressed, quantised, sparse, instanced, with transformed textures."""

from __future__ import annotations

import base64
import copy
import json
import struct
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gltf_documents import SQUARE, Document, packed

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders.gltf import draco
from retriever.loaders.gltf.plain import is_plain
from retriever.types import Geometry

DATA = Path(__file__).parents[1] / "data"
CHAIRS = DATA / "chairs"
DRACO, MESHOPT = "KHR_draco_mesh_compression", "EXT_meshopt_compression"


def taken_apart(name: str) -> tuple[dict[str, Any], bytes]:
    data = (CHAIRS / name).read_bytes()
    size = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + size]), data[28 + size :]


def problem(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        loaders.load_geometry(path)
    return caught.value


def same(found: Geometry, name: str) -> bool:
    expected = loaders.load_geometry(CHAIRS / name)
    return bool((found.vertices == expected.vertices).all() and (found.faces == expected.faces).all())


@pytest.mark.parametrize("name", ["chair_draco.glb", "chair_textured_draco.glb"])
def test_without_dracopy_the_cure_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, "DracoPy", None)
    found = problem(CHAIRS / name)
    assert found.kind == "unsupported" and "pip install 'any3d-retriever[draco]'" in str(found)


def test_what_lies_beside_a_draco_mesh_as_it_is_needs_no_dracopy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "DracoPy", None)
    tree, binary = taken_apart("chair.glb")
    for mesh in tree["meshes"]:
        mesh["primitives"][0]["extensions"] = {DRACO: {"bufferView": 0, "attributes": {"POSITION": 0}}}
    tree["extensionsUsed"] = [DRACO]
    (tmp_path / "a.glb").write_bytes(packed(tree, binary))
    assert same(loaders.load_geometry(tmp_path / "a.glb"), "chair.glb")
    tree["extensionsRequired"] = [DRACO]
    (tmp_path / "a.glb").write_bytes(packed(tree, binary))
    assert problem(tmp_path / "a.glb").kind == "unsupported"


def test_a_draco_mesh_is_read_also_where_it_is_not_said_to_be_required(tmp_path: Path) -> None:
    tree, binary = taken_apart("chair_draco.glb")
    del tree["extensionsRequired"], tree["extensionsUsed"]
    (tmp_path / "a.glb").write_bytes(packed(tree, binary))
    assert same(loaders.load_geometry(tmp_path / "a.glb"), "chair_draco.glb")


def test_a_compressed_view_with_its_bytes_beside_it_is_read_as_these_unless_required(tmp_path: Path) -> None:
    made = Document()
    for view in made.tree["bufferViews"]:
        told = {"buffer": 0, "byteLength": 30, "byteStride": 4, "count": view["byteLength"] // 4, "mode": "ATTRIBUTES"}
        view["extensions"] = {MESHOPT: told}
    made.tree["extensionsUsed"] = [MESHOPT]
    assert (made.read(tmp_path).vertices == SQUARE).all()
    made.tree["extensionsRequired"] = [MESHOPT]
    assert problem(made.written(tmp_path)).kind == "malformed"


def draco_blob() -> tuple[dict[str, Any], bytes, int, bytes]:
    tree, binary = taken_apart("chair_textured_draco.glb")
    view = tree["bufferViews"][tree["meshes"][0]["primitives"][0]["extensions"][DRACO]["bufferView"]]
    start = view.get("byteOffset", 0)
    return tree, binary, start, binary[start : start + view["byteLength"]]


@pytest.mark.parametrize(("count", "kind"), [(2**31, "too-large"), (10**6, "malformed")])
def test_what_the_head_of_a_draco_mesh_counts_is_not_believed(count: int, kind: str) -> None:
    blob = draco_blob()[3]
    assert blob[8] == 1 and blob[12] < 128, "an edgebreaker mesh with fewer than 128 vertices"
    number, left = b"", count
    while left:
        number, left = number + bytes([left & 127 | (128 if left > 127 else 0)]), left >> 7
    for data in (blob[:12] + number + blob[13:], blob[:13] + number + blob[14:]):
        with pytest.raises(FileProblem) as caught:
            draco.unpacked(data)
        assert caught.value.kind == kind


def test_damaged_draco_meshes_are_refused_or_read(capfd: pytest.CaptureFixture[str]) -> None:
    blob, random = draco_blob()[3], np.random.default_rng(5)
    kinds = set()
    for _ in range(2000):
        data = bytearray(blob)
        for place in random.integers(0, len(data), random.integers(1, 4)):
            data[place] = random.integers(0, 256)
        try:
            draco.unpacked(bytes(data))
        except (FileProblem, IndexError) as error:
            kinds.add(getattr(error, "kind", "malformed"))
    assert "malformed" in kinds
    assert capfd.readouterr() == ("", "")


def test_fractions_stand_for_positions(tmp_path: Path) -> None:
    """As KHR_mesh_quantization has them: the node brings them to their size."""
    made = Document()
    rows = np.hstack([SQUARE * 32767, np.zeros((4, 1))]).astype(np.int16)
    made.primitive["attributes"]["POSITION"] = number = made.array(rows, normalized=True)
    made.tree["accessors"][number]["type"] = "VEC3"
    made.tree["bufferViews"][-1]["byteStride"] = 8
    made.tree["nodes"] = [{"mesh": 0, "scale": [4, 4, 4], "translation": [1, 2, 3]}]
    np.testing.assert_allclose(made.read(tmp_path).vertices, SQUARE * 4 + (1, 2, 3), atol=1e-6)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_fractions_stand_for_places_on_a_picture_and_for_colors(tmp_path: Path, kind: type) -> None:
    made, most = Document(), np.iinfo(kind).max
    made.four_colors()
    uv = np.full((4, 2), (0.75, 0.25)) * most  # in the green quarter
    made.primitive["attributes"]["TEXCOORD_0"] = made.array(np.round(uv).astype(kind), normalized=True)
    assert (made.read(tmp_path).colors == (0, 1, 0)).all()
    colors = np.full((4, 4), most, kind)
    colors[:, 1] = most // 3
    made.primitive["attributes"]["COLOR_0"] = made.array(colors, normalized=True)
    np.testing.assert_allclose(made.read(tmp_path).colors, [(0, 1 / 3, 0)] * 2, atol=0.01)
    del made.primitive["material"]
    np.testing.assert_allclose(made.read(tmp_path).colors, [(1, 1 / 3, 1)] * 2, atol=0.01)


@pytest.mark.parametrize(
    ("transform", "seen"),
    [
        ({"offset": [0, 0]}, (1, 1, 1)),
        ({"offset": [0.5, 0]}, (0, 0, 1)),
        ({"offset": [0, 1], "scale": [1, -1]}, (0, 1, 0)),
        ({"offset": [0, 1], "rotation": np.pi / 2, "scale": [0.5, 0.5]}, (0, 0, 1)),
        ({"texCoord": 1}, (1, 0, 0)),
    ],
)
def test_a_picture_that_is_moved_turned_and_scaled(
    tmp_path: Path, transform: dict[str, object], seen: tuple[int, int, int]
) -> None:
    """The fourth is the example of the extension: it uses the lower left quarter of the picture, turned."""
    made = Document()
    made.four_colors(extensions={"KHR_texture_transform": transform})
    corner = np.full((4, 2), 0.9, np.float32)
    made.primitive["attributes"]["TEXCOORD_0"] = made.array(corner)
    made.primitive["attributes"]["TEXCOORD_1"] = made.array(corner - np.float32(0.8))
    assert (made.read(tmp_path).colors == seen).all()


def test_a_picture_may_have_another_set_of_coordinates(tmp_path: Path) -> None:
    made = Document()
    made.four_colors(texCoord=1)
    made.primitive["attributes"]["TEXCOORD_1"] = made.array(np.full((4, 2), 0.1, np.float32))
    assert (made.read(tmp_path).colors == (1, 0, 0)).all()


def test_sparse_positions_are_put_in_place(tmp_path: Path) -> None:
    made = Document()
    moved = np.array([[0, 3, 0]], np.float32)
    indices = made.view(np.array([3], np.uint8).tobytes())
    values = made.view(moved.tobytes())
    made.tree["accessors"][made.primitive["attributes"]["POSITION"]]["sparse"] = {
        "count": 1,
        "indices": {"bufferView": indices, "componentType": 5121},
        "values": {"bufferView": values},
    }
    assert made.read(tmp_path).vertices.tolist() == [*SQUARE[:3].tolist(), [0, 3, 0]]


def test_instances_stand_where_they_are_placed(tmp_path: Path) -> None:
    made = Document()
    quarter = round(32767 * np.sqrt(0.5))
    attributes = {
        "TRANSLATION": made.array(np.array([[0, 0, 0], [5, 0, 0]], np.float32)),
        "ROTATION": made.array(np.array([[0, 0, 0, 32767], [0, 0, quarter, quarter]], np.int16), normalized=True),
        "SCALE": made.array(np.array([[1, 1, 1], [2, 2, 2]], np.float32)),
    }
    places = {"extensions": {"EXT_mesh_gpu_instancing": {"attributes": attributes}}}
    made.tree["nodes"] = [{"mesh": 0, "translation": [0, 0, 1], "children": [1], **places}, {"mesh": 0}]
    turned = SQUARE[:, [1, 0, 2]] * (-2, 2, 2) + (5, 0, 0)
    expected = np.concatenate([SQUARE, SQUARE, turned]) + (0, 0, 1)
    found = made.read(tmp_path).vertices
    assert found.shape == (12, 3)
    for row in expected:
        assert np.abs(found - row).max(axis=1).min() < 1e-3


def test_instances_of_which_no_place_is_said_stand_where_their_node_does(tmp_path: Path) -> None:
    made = Document()
    identities = made.array(np.arange(3, dtype=np.float32)[:, None])
    made.tree["nodes"][0]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": {"_ID": identities}}}
    assert made.read(tmp_path).vertices.tolist() == SQUARE.tolist()


def test_few_bytes_do_not_stand_for_any_number_of_rows(tmp_path: Path) -> None:
    made = Document()
    number = made.primitive["attributes"]["POSITION"]
    made.tree["accessors"][number] |= {"count": 10**7, "normalized": True}
    made.tree["bufferViews"][made.tree["accessors"][number]["bufferView"]]["byteStride"] = 0
    tracemalloc.start()
    assert problem(made.written(tmp_path)).kind == "malformed"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 << 20


def test_more_instances_than_a_scene_holds_are_too_many(tmp_path: Path) -> None:
    made = Document()
    number = made.array(np.zeros((1, 3), np.float32))
    made.tree["accessors"][number]["count"] = 10**8
    del made.tree["accessors"][number]["bufferView"]
    made.tree["nodes"][0]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": number}}}
    start = time.monotonic()
    assert problem(made.written(tmp_path)).kind == "too-large"
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("where", ["accessors", "bufferViews", "stream"])
def test_counts_of_compressed_files_are_not_believed(tmp_path: Path, where: str) -> None:
    whole, binary = taken_apart("chair_meshopt.glb")
    for count in (10**6, 10**9, 10**12, 1.5, "7", None, *((-1, True) if where != "bufferViews" else ())):
        tree = copy.deepcopy(whole)
        if where == "stream":
            for view in tree["bufferViews"]:
                for told in view.get("extensions", {}).values():
                    told["count"] = count
        for part in tree[where] if where != "stream" else ():
            part["count" if where == "accessors" else "byteLength"] = count
        (tmp_path / "a.glb").write_bytes(packed(tree, binary))
        assert problem(tmp_path / "a.glb").kind in ("malformed", "truncated", "too-large")


def test_buffers_beside_a_compressed_gltf_are_found(tmp_path: Path) -> None:
    tree, binary = taken_apart("chair_meshopt_khr.glb")
    for uri in ("some%20where.bin", "data:application/octet-stream;base64," + base64.b64encode(binary).decode()):
        tree["buffers"][0]["uri"] = uri
        (tmp_path / "a.gltf").write_text(json.dumps(tree))
        if not uri.startswith("data:"):
            assert problem(tmp_path / "a.gltf").kind == "missing-part"
            (tmp_path / "some where.bin").write_bytes(binary)
        assert same(loaders.load_geometry(tmp_path / "a.gltf"), "chair_meshopt_khr.glb")


@pytest.mark.parametrize("name", ["chair.glb", "chair_textured.glb"])
def test_plain_files_go_to_trimesh_as_they_are(name: str) -> None:
    assert is_plain(taken_apart(name)[0])
