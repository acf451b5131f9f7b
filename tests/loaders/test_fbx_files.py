"""FBX: real files of Blender and Assimp, whole and damaged, against where their makers have everything."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from fbx_scenes import counted_colors, mesh, model, scene
from taken_apart import taken_apart

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.loaders.fbx import read_fbx
from retriever.types import Geometry, PointCloud, ShapeInput

DATA = Path(__file__).parents[1] / "data" / "fbx"
INPUTS = Inputs(ShapeInput(points=64, color=0.5))
TRUTH = {name: np.array(points) for name, points in json.loads((DATA / "truth.json").read_text()).items()}
TO_Y_UP = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)  # rows of z-up points to y up
RED, GREEN, BLUE, YELLOW, CYAN = [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]
GREY = [0.5, 0.5, 0.5]


def read(path: Path, *, skin: bool = False) -> Geometry:
    return read_fbx(path.read_bytes(), path, skin=skin)


@pytest.mark.parametrize(("name", "up"), [("blender_y_up.fbx", "y"), ("blender_z_up.fbx", "z")])
def test_all_that_is_seen_in_blender_stands_where_it_does_there(name: str, up: str) -> None:
    # Parents scaled unevenly, a mirrored one, a skeleton in a pose; the file's unit is a centimetre.
    path = DATA / name
    geometry = read(path)
    assert geometry.up == up
    names = ["plain", "mirrored", "small", "hexagon", "quad", "bar", "tree_LOD0"]
    assert sorted(TRUTH) == sorted(names)
    turn = TO_Y_UP if up == "y" else np.eye(3)
    assert len(geometry.vertices) == sum(map(len, TRUTH.values()))
    for points in TRUTH.values():
        gaps = np.linalg.norm(geometry.vertices[:, None] / 100 - (points @ turn)[None], axis=2)
        assert gaps.min(axis=0).max() < 2e-5


@pytest.mark.parametrize("name", ["blender_y_up.fbx", "blender_z_up.fbx"])
def test_materials_painted_vertices_and_pictures_in_the_file_or_beside_it(name: str) -> None:
    geometry = read(DATA / name, skin=True)
    # 4 wedges of 6 red and 2 blue triangles, a painted hexagon of 4, a bar of 16 without a material, a picture on 2.
    assert counted_colors(geometry) == {
        tuple(map(float, color)): count
        for color, count in [(RED, 24), (BLUE, 8), (GREEN, 4), (GREY, 16), (YELLOW, 1), (CYAN, 1)]
    }
    assert geometry.skin is not None and len(geometry.skin.pictures) == 1
    assert (geometry.skin.picture >= 0).sum() == 2


def test_a_picture_that_is_gone_costs_its_colour_alone_and_is_told(tmp_path: Path) -> None:
    path = Path(shutil.copy(DATA / "blender_z_up.fbx", tmp_path / "a.fbx"))
    geometry = read(path)
    assert len(geometry.faces) == 54
    assert not {tuple(map(float, YELLOW)), tuple(map(float, CYAN))} & counted_colors(geometry).keys()
    assert {part.name: part.state for part in loaders.load(path, INPUTS).parts}["half.png"] is None
    for place in ("textures", "a.fbm"):
        (tmp_path / place).mkdir()
        shutil.copy(DATA / "half.png", tmp_path / place)
        assert (tuple(map(float, YELLOW))) in counted_colors(read(path))
        shutil.rmtree(tmp_path / place)


@pytest.mark.parametrize("name", ["assimp.fbx", "assimp_ascii.fbx"])
def test_files_of_assimp_binary_and_ascii(name: str) -> None:
    geometry = read(DATA / name)
    wanted = {(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0.5, 0.5, 1)}
    assert {tuple(point) for point in geometry.vertices.round(6).tolist()} == wanted
    assert counted_colors(geometry) == {tuple(map(float, GREEN)): 2, tuple(map(float, YELLOW)): 2}
    shape = loaders.load_geometry(DATA / name)
    assert shape.extent == pytest.approx((1, 1, 1)) and shape.skin is not None


@pytest.mark.parametrize("name", ["assimp.fbx", "assimp_ascii.fbx", "blender_y_up.fbx"])
def test_damaged_files_give_a_cloud_or_a_file_problem(tmp_path: Path, name: str) -> None:
    whole = (DATA / name).read_bytes()
    random = np.random.default_rng(7)
    damaged = [whole[:end] for end in random.integers(1, len(whole), 60)]
    for count in (1, 1, 2, 4, 16, 64) * 10:
        data = bytearray(whole)
        for place in random.integers(0, len(data), count):
            data[place] ^= 1 << random.integers(0, 8)
        damaged.append(bytes(data))
    for data in damaged:
        (tmp_path / "a.fbx").write_bytes(data)
        try:
            payload = loaders.load(tmp_path / "a.fbx", INPUTS).payload
        except FileProblem as found:
            assert found.kind != "unreadable"
            continue
        assert isinstance(payload, PointCloud) and np.isfinite(payload.points).all()


SQUARE = "Vertices: *12 {\na: 0,0,0,2,0,0,2,2,0,0,2,0\n}\nPolygonVertexIndex: *4 {\na: 0,1,2,-4\n}\n"
PENTAGON = "Vertices: *15 {\na: 0,0,0,3,0,0,3,1,0,1,2,0,0,1,0\n}\nPolygonVertexIndex: *5 {\na: 0,1,2,3,-5\n}\n"


def test_models_are_objects_by_the_names_of_all_that_they_hang_on(tmp_path: Path) -> None:
    path = tmp_path / "a.fbx"
    objects = mesh(1) + mesh(2, SQUARE) + mesh(3, PENTAGON) + model(10, "Kitchen", "Null") + model(11, "Chair")
    objects += model(12, "Table") + model(13, "Chair", Lcl_Translation=(5, 0, 0)) + model(14, "Lamp", Show=0)
    objects += model(15, "Lamp")
    links = "1,11 11,10 2,12 12,10 10,0 1,13 13,10 2,14 14,0 3,15 15,0 2,15"
    path.write_bytes(scene(objects, links))
    # The second chair is the first, elsewhere; a lamp has two meshes, and of the one that is hidden nothing is told.
    assert taken_apart(path) == {
        "Kitchen": (4, (6, 2, 0)),
        "Chair": (1, (1, 1, 0)),
        "Table": (2, (2, 2, 0)),
        "Lamp": (5, (3, 2, 0)),
    }
    nodes = [node.path for node in read(path).nodes]
    kitchen = [("Kitchen", name) for name in ("Chair", "Table", "Chair (2)")]
    assert nodes == [*kitchen, ("Lamp",), ("Lamp",)]


def test_objects_of_files_that_blender_wrote() -> None:
    found = taken_apart(DATA / "blender_z_up.fbx")
    assert list(found) == ["root", "hexagon", "quad", "bar", "tree_LOD0", "plain", "mirrored", "small"]
    assert found["plain"][0] == 16 and found["small"][0] == 8  # with what hangs on it, and alone
    for name in ("hexagon", "bar", "small"):
        assert found[name][1] == pytest.approx(np.ptp(TRUTH[name] * 100, axis=0), abs=0.06)


def test_models_that_hang_on_each_other_very_deep_are_objects_of_the_outer_levels(tmp_path: Path) -> None:
    count = 3000
    models = "".join(model(10 + number, f"m{number}", Lcl_Translation=(1, 0, 0)) for number in range(count))
    links = " ".join(f"1,{10 + number} {10 + number},{9 + number if number else 0}" for number in range(count))
    (tmp_path / "a.fbx").write_bytes(scene(mesh(1) + models, links))
    paths = [node.path for node in read(tmp_path / "a.fbx").nodes]
    assert len(paths) == count and paths[0] == ("m0",) and paths[-1] == tuple(f"m{number}" for number in range(64))
