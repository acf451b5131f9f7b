"""What is measured of a mesh: its surface, whether it is closed, and what it encloses."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st
from pxr import UsdGeom
from usd_stages import stage

from retriever import loaders
from retriever.loaders import mesh
from retriever.loaders.solidity import measured
from retriever.spaces import Inputs
from retriever.types import Geometry, ShapeInput

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
BOX = trimesh.creation.box((1, 2, 3))


def geometry(mesh: trimesh.Trimesh) -> Geometry:
    return Geometry(np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64))


def soup(mesh: trimesh.Trimesh) -> Geometry:
    """With corners of its own for each face, as STL has them."""
    return Geometry(mesh.triangles.reshape(-1, 3).astype(np.float64), np.arange(3 * len(mesh.faces)).reshape(-1, 3))


@pytest.mark.parametrize("form", [geometry, soup])
def test_a_box(form: type) -> None:
    assert measured(form(BOX)) == {"surface_area": pytest.approx(22), "watertight": True, "volume": pytest.approx(6)}


@pytest.mark.parametrize("scale", [1e-20, 1e-3, 1e6, 1e20])
def test_the_units_are_those_of_the_file(scale: float) -> None:
    box = geometry(BOX)
    facts = measured(Geometry(box.vertices * scale + 5 * scale, box.faces))
    assert facts["surface_area"] == pytest.approx(22 * scale**2, rel=1e-6)
    assert facts["volume"] == pytest.approx(6 * scale**3, rel=1e-6)


def test_a_hole_in_it() -> None:
    box = geometry(BOX)
    facts = measured(Geometry(box.vertices, box.faces[1:]))
    assert facts["watertight"] is False and "volume" not in facts


def test_faces_that_look_the_other_way() -> None:
    """All of them: a box inside out holds as much. One of them: what it holds cannot be told."""
    box = geometry(BOX)
    assert measured(Geometry(box.vertices, box.faces[:, ::-1]))["volume"] == pytest.approx(6)
    one = box.faces.copy()
    one[0] = one[0, ::-1]
    facts = measured(Geometry(box.vertices, one))
    assert facts["watertight"] is True and "volume" not in facts


def test_parts_add_up_and_may_touch_along_an_edge() -> None:
    """Where four faces meet in an edge no printer knows what is meant, but the volume can be told."""
    apart = trimesh.util.concatenate([BOX, BOX.copy().apply_translation((5, 0, 0))])
    facts = measured(geometry(apart))
    assert facts["watertight"] is True and facts["volume"] == pytest.approx(12)
    touching = trimesh.util.concatenate([BOX, BOX.copy().apply_translation((1, 2, 0))])
    facts = measured(geometry(touching))
    assert facts["watertight"] is False and facts["volume"] == pytest.approx(12)


def test_a_sheet_with_a_back_encloses_nothing() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float64)
    front = np.array([[0, 1, 2], [0, 2, 3]])
    facts = measured(Geometry(corners, np.concatenate([front, front[:, ::-1]])))
    assert facts["watertight"] is False and facts["volume"] == pytest.approx(0, abs=1e-12)


def test_faces_without_an_area_change_nothing() -> None:
    box = geometry(BOX)
    flat = np.array([[0, 0, 1], [2, 2, 2]])
    assert measured(Geometry(box.vertices, np.concatenate([box.faces, flat]))) == measured(box)


def test_of_faces_without_any_area_nothing_is_closed() -> None:
    line = Geometry(np.array([[0.0, 0, 0], [1, 0, 0], [0, 0, 1e-9]]), np.array([[0, 1, 2]]))
    assert measured(line)["watertight"] is False


def test_clouds_have_none() -> None:
    assert measured(Geometry(np.random.default_rng(0).random((9, 3)), np.zeros((0, 3), np.int64))) == {}


@given(st.integers(0, 2**32 - 1), st.sampled_from(["box", "ball", "ring", "heap"]), st.integers(0, 3))
def test_as_trimesh_has_it(seed: int, kind: str, lost: int) -> None:
    """Turned and moved at random, in float32 as files have it, with some faces lost or turned."""
    random = np.random.default_rng(seed)
    ball = trimesh.creation.icosphere(2)
    meshes = {"box": BOX, "ball": ball, "ring": trimesh.creation.annulus(1, 2, 1)}
    mesh = meshes.get(kind) or trimesh.util.concatenate(
        [ball.copy().apply_translation(random.normal(size=3) * 3) for _ in range(4)]
    )
    mesh = mesh.copy().apply_transform(trimesh.transformations.random_rotation_matrix(random.random(3)))
    vertices = (mesh.vertices + random.normal(size=3)).astype(np.float32).astype(np.float64)
    faces = np.asarray(mesh.faces, np.int64)[random.permutation(len(mesh.faces))[lost:]]
    if seed % 3 == 0:
        faces[0] = faces[0, ::-1]
    truth = trimesh.Trimesh(vertices, faces, process=False)
    apart = Geometry(vertices[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3))
    for given_mesh in (Geometry(vertices, faces), apart):
        facts = measured(given_mesh)
        assert facts["surface_area"] == pytest.approx(truth.area, rel=1e-6)
        assert facts["watertight"] == truth.is_watertight
        assert ("volume" in facts) == truth.is_volume
        if truth.is_volume:
            assert facts["volume"] == pytest.approx(truth.volume, rel=1e-5)


def test_a_large_mesh_is_gone_through_in_parts() -> None:
    ball = trimesh.creation.icosphere(7)
    facts = measured(soup(ball))
    assert facts["watertight"] is True and facts["volume"] == pytest.approx(ball.volume)


def test_it_takes_less_memory_than_the_mesh() -> None:
    mesh = soup(trimesh.creation.icosphere(8))
    tracemalloc.start()
    measured(mesh)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.8 * (mesh.vertices.nbytes + mesh.faces.nbytes)


@pytest.mark.parametrize("name", ["chair.glb", "chair.obj", "chair.stl", "chair.off", "chair.3mf", "chair_ascii.ply"])
def test_files_tell_of_it(name: str) -> None:
    facts = loaders.load(CHAIRS / name, Inputs(ShapeInput())).facts
    mesh = trimesh.load_mesh(CHAIRS / "chair.stl")
    assert facts["watertight"] == mesh.is_watertight
    assert facts["surface_area"] == pytest.approx(mesh.area, rel=1e-4)
    assert facts.get("volume", mesh.volume) == pytest.approx(mesh.volume, rel=1e-4)


def mirrored_scene() -> trimesh.Scene:
    """A ball of the double size, and one that stands mirrored beside it."""
    ball = trimesh.creation.icosphere(2)
    scene = trimesh.Scene()
    scene.add_geometry(ball, geom_name="ball", transform=np.diag([2.0, 2, 2, 1]))
    scene.add_geometry(
        ball,
        geom_name="ball",
        transform=trimesh.transformations.translation_matrix([9, 0, 0]) @ np.diag([-1.0, 1, 1, 1]),
    )
    return scene


@pytest.mark.parametrize("suffix", [".glb", ".3mf"])
def test_what_stands_mirrored_in_its_scene_encloses_as_much(suffix: str, tmp_path: Path) -> None:
    mirrored_scene().export(tmp_path / f"scene{suffix}")
    facts = loaders.load(tmp_path / f"scene{suffix}", Inputs(ShapeInput())).facts
    assert facts["watertight"] is True
    assert facts["volume"] == pytest.approx(9 * trimesh.creation.icosphere(2).volume, rel=1e-5)


def test_what_a_usd_stage_mirrors_encloses_as_much(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    for name, scale in (("plain", 2.0), ("mirrored", -1.0)):
        box = trimesh.creation.box()
        prim = UsdGeom.Mesh.Define(made, f"/{name}")
        prim.CreatePointsAttr(box.vertices.tolist())
        prim.CreateFaceVertexCountsAttr([3] * len(box.faces))
        prim.CreateFaceVertexIndicesAttr(box.faces.ravel().tolist())
        prim.AddTranslateOp().Set((5 * scale, 0, 0))
        prim.AddScaleOp().Set((scale, abs(scale), abs(scale)))
    made.Save()
    assert loaders.load(tmp_path / "a.usda", Inputs(ShapeInput())).facts["volume"] == pytest.approx(8 + 1)


@pytest.mark.parametrize("name", ["fbx/blender_y_up.fbx", "blend/scene_34.blend", "blend/scene_50.blend"])
def test_solids_of_a_scene_of_blender_look_outwards_also_where_they_are_mirrored(name: str) -> None:
    path = CHAIRS.parent / name
    geometry = mesh.READERS[path.suffix](path.read_bytes(), path)
    assert geometry.mirrored is not None and 0 < geometry.mirrored.sum() < len(geometry.faces)
    signs = {float(np.sign(volume)) for volume in solids(geometry)}
    assert signs == {1.0}, "as wedges were made"


def solids(geometry: Geometry) -> list[float]:
    """Signed volumes of the parts that are closed."""
    assert geometry.mirrored is not None
    faces = np.where(geometry.mirrored[:, None], geometry.faces[:, ::-1], geometry.faces)
    part = np.arange(len(geometry.vertices))
    for _ in range(len(part)):
        np.minimum.at(part, faces, part[faces].min(axis=1, keepdims=True))
    parts = [trimesh.Trimesh(geometry.vertices, faces[part[faces[:, 0]] == one], process=False) for one in set(part)]
    return [each.volume for each in parts if len(each.faces) and each.is_watertight]
