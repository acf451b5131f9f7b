"""FBX: real files of Blender and Assimp, whole and damaged, against where their makers have everything."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from fbx_scenes import counted_colors

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
