"""What nodes of glTF and CAD files, and of scenes in memory, are called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from gltf_documents import SQUARE, Document
from taken_apart import taken_apart

from retriever import loaders
from retriever.loaders import memory, shapes
from retriever.loaders.soup import DEEPEST
from retriever.types import Geometry, ShapeInput

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
SHAPE = ShapeInput(points=64, color=0.5)

BIN, TWO, Nodes = {"mesh": 0}, {"mesh": 1}, list[dict[str, Any]]


def paths(geometry: Geometry) -> list[str]:
    return ["/".join(node.path) for node in geometry.nodes]


def gltf(nodes: Nodes, roots: tuple[int, ...] = (0,)) -> Document:
    """Nodes of a mesh "plate", 0, and of one without a name of two primitives, 1."""
    made = Document()
    made.tree["nodes"], made.tree["scenes"] = nodes, [{"nodes": list(roots)}]
    (first,) = made.tree["meshes"]
    made.tree["meshes"] = [{**first, "name": "plate"}, {"primitives": first["primitives"] * 2}]
    return made


def read_paths(made: Document, folder: Path) -> list[str]:
    return sorted(paths(made.read(folder)))


def test_nodes_of_gltf_are_called_by_their_names_from_the_top(tmp_path: Path) -> None:
    car = {"name": "car", "children": [2]}
    made = gltf([car, {**car, "children": [3]}, {"name": "wheel", **BIN}, {"name": "wheel", **BIN}], (0, 1))
    assert read_paths(made, tmp_path) == ["car (2)/wheel", "car/wheel"], "as in the file, not as trimesh calls them"


def test_nodes_of_gltf_without_names_are_called_by_their_meshes_or_as_those_above(tmp_path: Path) -> None:
    nodes: Nodes = [{"name": "car", "children": [1, 2, 3]}, BIN, {"name": "Object_4", **BIN}, {"children": [4, 5]}]
    made = gltf([*nodes, {"name": "Object_5", **TWO}, TWO])
    expected = ["car/car/Object_5", "car/car/Object_5", "car/car/car", "car/car/car", "car/plate", "car/plate (2)"]
    assert read_paths(made, tmp_path) == expected


def test_primitives_of_one_node_are_one_and_none_is_called_by_chance(tmp_path: Path) -> None:
    nodes: Nodes = [{"name": "top", "children": [1, 2]}, {"name": "pair", "children": [3], **TWO}, {"name": "a", **BIN}]
    made = gltf([*nodes, {"name": "pair_b", **BIN}])
    assert read_paths(made, tmp_path) == ["top/a", "top/pair", "top/pair", "top/pair/pair_b"]
    found = made.read(tmp_path)
    assert all(node.end - node.start == 2 for node in found.nodes)


@pytest.mark.parametrize("name", [None, "", "world", "12", "a_1"])
def test_odd_names_of_nodes_of_gltf(tmp_path: Path, name: str | None) -> None:
    again: Nodes = [{"name": name, "mesh": 2} for _ in range(3)]
    made = gltf([{"children": [1, 2, 3]}, *again], (0,))
    made.tree["meshes"].append({"primitives": made.tree["meshes"][0]["primitives"]})
    found = read_paths(made, tmp_path)
    assert len(set(found)) == 3 and all(found)
    assert not name or name == "world" or sorted(each.split("/")[-1] for each in found)[0] == name


def test_nodes_of_gltf_come_as_in_the_file_and_of_copies_the_first_is_taken(tmp_path: Path) -> None:
    chairs: Nodes = [
        {"name": f"Chair{number}", **TWO, "translation": [at, 0, 0]} for at, number in ((0, ""), (9, ".1"))
    ]
    wheels: Nodes = [{"name": "wheel", **BIN, "scale": [size, 1, 1]} for size in (1, 2, 3)]
    made = gltf([{"name": "kit", "children": [1, 2, 3, 4, 5]}, *chairs, *wheels])
    assert paths(made.read(tmp_path)) == [
        *("kit/Chair", "kit/Chair", "kit/Chair.1", "kit/Chair.1"),
        *("kit/wheel", "kit/wheel (2)", "kit/wheel (3)"),
    ]
    found = taken_apart(tmp_path / "a.glb")
    assert list(found) == ["Chair", "wheel", "wheel (2)", "wheel (3)"]
    assert [found[name][1][0] for name in ("wheel", "wheel (2)", "wheel (3)")] == [1, 2, 3]


def test_copies_of_a_mesh_that_numbers_place_are_called_as_their_node(tmp_path: Path) -> None:
    made = gltf([{"name": "forest", "children": [1, 2]}, {"name": "tree", "mesh": 0}, {"name": "hut", **TWO}])
    places = {"TRANSLATION": made.array(np.array([[0, 0, 0], [5, 0, 0], [9, 0, 0]], np.float32))}
    made.tree["nodes"][1]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": places}}
    copies = [f"forest/tree/tree{number}" for number in ("", " (2)", " (3)")]
    assert read_paths(made, tmp_path) == ["forest/hut", "forest/hut", *copies]


def test_very_deep_nodes_of_gltf_are_of_the_last_that_has_a_path(tmp_path: Path) -> None:
    nodes: Nodes = [{"name": f"n{at}", "children": [at + 1], **BIN} for at in range(99)]
    found = gltf([*nodes, {"name": "end", **BIN}]).read(tmp_path)
    assert len(found.nodes) == 100 and max(len(node.path) for node in found.nodes) == DEEPEST
    assert found.nodes[0].path == found.nodes[29].path


def test_a_scene_in_memory_has_nodes_and_a_mesh_has_none() -> None:
    scene = trimesh.Scene()
    scene.add_geometry(trimesh.creation.box(), node_name="a", geom_name="box")
    scene.add_geometry(trimesh.creation.box(), node_name="b", geom_name="box2", parent_node_name="a")
    assert paths(memory.geometry_of(scene)[0]) == ["a", "a/b"]
    assert memory.geometry_of(trimesh.creation.box())[0].nodes == ()


def test_primitives_of_a_scene_in_memory_are_one_node(tmp_path: Path) -> None:
    made = gltf([{"name": "top", "children": [1, 2]}, {"name": "pair", **TWO}, {"name": "a", **BIN}])
    scene = trimesh.load_scene(made.written(tmp_path), process=False)
    assert sorted(paths(memory.geometry_of(scene)[0])) == ["top/a", "top/pair", "top/pair"]


def test_parts_of_an_assembly_are_called_by_their_names() -> None:
    assert sorted(shapes.objects_of(CHAIRS / "chair.step")) == ["back.ply", "leg.ply", "legs.ply", "seat.ply"]
    assert shapes.objects_of(CHAIRS / "chair.iges") == {}, "which OpenCASCADE makes one of"


def test_parts_of_an_assembly_whose_places_have_no_names_are_called_by_their_products(tmp_path: Path) -> None:
    text = (CHAIRS / "chair.step").read_text()
    text = re.sub(r"(NEXT_ASSEMBLY_USAGE_OCCURRENCE\('\d+',)'\w+'", r"\1' '", text)
    (tmp_path / "a.step").write_text(text)
    assert {"back.ply", "leg.ply", "seat.ply"} < set(shapes.objects_of(tmp_path / "a.step"))


def test_what_has_no_surface_is_no_object_that_is_loaded(tmp_path: Path) -> None:
    made = gltf([{"name": "top", "children": [1, 2]}, {"name": "a", **BIN}, {"name": "line", "mesh": 2}])
    line = {
        "attributes": {"POSITION": made.array(SQUARE * np.float32((1, 0, 0)))},
    }
    made.tree["meshes"].append({"primitives": [{**line, "indices": made.primitive["indices"]}]})
    found = loaders.load_shape(made.written(tmp_path), SHAPE, inside=True)
    assert [each.name for each in found.inside] == ["a.ply"]
