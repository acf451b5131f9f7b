"""Objects of a scene: which groups of nodes they are, what they are called, and the files that they become."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.loaders import objects, ply
from retriever.loaders.geometry import cleaned
from retriever.loaders.numeric import NO_FACES
from retriever.loaders.ply_file import to_ply
from retriever.types import Geometry, Node

BOX = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float64)
SIDES = np.array([(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6)])
TURN = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
RED, BLUE = (1, 0, 0), (0, 0, 1)


def scene(*parts: tuple[str, np.ndarray], colors: list[tuple[int, ...]] | None = None) -> Geometry:
    """Meshes of the sides of a box each, by their paths, "a/b", and (8, 3) where their corners are."""
    count = len(SIDES)
    faces = np.concatenate([SIDES + len(BOX) * number for number in range(len(parts))])
    nodes = tuple(
        Node(tuple(path.split("/")), at * count, (at + 1) * count) for at, (path, _) in enumerate(parts) if path
    )
    rgb = None if colors is None else np.repeat(np.array(colors, np.float32), count, axis=0)
    return Geometry(np.concatenate([points for _, points in parts]), faces, rgb, nodes=nodes)


def box(*size: float) -> np.ndarray:
    return BOX * size


def found(geometry: Geometry) -> dict[str, int]:
    """Objects -> of how many boxes each is."""
    return {name: len(each.faces) // len(SIDES) for name, each in objects.split(geometry)}


def test_a_group_and_what_is_in_it_are_objects_the_outer_first() -> None:
    made = scene(
        ("kit/chair/leg", box(1, 1, 5)),
        ("kit/chair/seat", box(5, 1, 5)),
        ("kit/table", box(9, 2, 9)),
    )
    assert list(found(made).items()) == [("chair", 2), ("table", 1), ("leg", 1), ("seat", 1)]


def test_what_is_all_of_the_scene_is_no_object() -> None:
    assert found(scene(("world/chair", box(1, 1, 5)))) == {}
    assert found(scene(("world/chair", box(1, 1, 5)), ("world/chair", box(1, 2, 5)))) == {}, "as primitives are"
    assert found(scene(("", box(1, 1, 5)), ("", box(1, 2, 5)))) == {}, "without names there are none"
    assert found(scene(("", box(1, 1, 5)), ("chair", box(1, 2, 5)))) == {"chair": 1}


@pytest.mark.parametrize(
    ("chain", "name"),
    [
        ("Node_3/Object_4/Chair/Mesh.001", "Chair"),
        ("Stool/Chair/Mesh", "Stool"),
        ("RootNode/Object_4", "RootNode"),
        ("12/geometry_0/Open CASCADE STEP translator 7.8 1.2/Sitz", "Sitz"),
        ("NAUO12/SOLID/COMPOUND/Bolt M8", "Bolt M8"),
        ("mesh_chair", "mesh_chair"),
    ],
)
def test_a_chain_of_nodes_is_one_object_called_by_the_first_name_that_says_something(chain: str, name: str) -> None:
    assert found(scene((f"top/{chain}", box(1, 1, 5)), ("top/other", box(5, 1, 5)))) == {name: 1, "other": 1}


@pytest.mark.parametrize(
    "change",
    [
        lambda points: points + (70, -3, 5),
        lambda points: points @ TURN.T,
        lambda points: points * 40,
        lambda points: points * (-1, 1, 1),
        lambda points: (points * (1, -3, 3) / (1, 3, 3)) @ TURN * 0.1 + 9,
        lambda points: points + np.linspace(0, 1e-4, 24).reshape(8, 3),
    ],
    ids=["place", "turn", "size", "side", "all of it", "rounding"],
)
def test_of_copies_the_first_is_taken(change) -> None:  # type: ignore[no-untyped-def]
    one = box(1, 2, 5)
    assert found(scene(("s/a", one), ("s/b", change(one)), ("s/c", box(1, 1, 1)))) == {"a": 1, "c": 1}


def test_what_has_other_proportions_is_another_object_though_it_has_the_same_corners() -> None:
    """All corners of any box are as far from its middle as one another."""
    made = scene(*((f"s/{size}", box(1, 1, size)) for size in range(1, 6)))
    assert found(made) == {str(size): 1 for size in range(1, 6)}


def test_another_color_is_another_object() -> None:
    one = box(1, 2, 5)
    made = scene(("s/a", one), ("s/b", one), ("s/c", one + 3), colors=[RED, BLUE, RED])
    assert found(made) == {"a": 1, "b": 1}


def test_what_is_alike_in_parts_is_one_group() -> None:
    parts = [("leg", box(1, 1, 5)), ("seat", box(5, 1, 5) + 3)]
    made = scene(*((f"room/{chair}/{part}", at * 2 + 7) for chair in ("chair", "chair (2)") for part, at in parts))
    assert found(made) == {"chair": 2, "leg": 1, "seat": 1}


NAMES = {
    "a/b": "a b",
    "a\\b": "a b",
    "..": "object",
    ".": "object",
    "": "object",
    "  ": "object",
    ".hidden": "hidden",
    ". . /../etc": "etc",
    "a\tb\x00\x7f\x85c\u2028d": "a b c d",
    "\ud800chair": "chair",
    "\u202echair": "chair",
    "x" * 300: "x" * 60,
    "ns:chair?": "ns chair",
    "Stuhl Nr. 3 (grün)": "Stuhl Nr. 3 (grün)",
    "椅子": "椅子",
}


@pytest.mark.parametrize(("name", "fit"), NAMES.items(), ids=[ascii(name)[:20] for name in NAMES])
def test_names_that_do_not_fit_into_paths_become_names_that_do(name: str, fit: str) -> None:
    made = scene(("s", box(1, 1, 5)), ("s", box(1, 2, 5)))
    made = Geometry(made.vertices, made.faces, nodes=(Node(("s", name), 0, 8), Node(("s", "other"), 8, 16)))
    assert list(found(made)) == [fit, "other"]


def test_equal_names_are_numbered_and_those_of_one_path_are_one() -> None:
    paths = ("s/a/b", "s/a/c", "s/b", "s/b (2)", "s/d", "s/d")
    made = scene(*((path, box(1, 1, size + 1)) for size, path in enumerate(paths)))
    assert found(made) == {"a": 2, "b": 1, "b (2)": 1, "d": 2, "b (3)": 1, "c": 1}


def test_names_that_are_numbered_are_not_numbered_twice() -> None:
    paths = ("s/car/wheel", "s/car/wheel (2)", "s/van/wheel", "s/van/wheel (2)", "s/van/(2)", "s/cab/(2)", "s/cab/x")
    made = scene(*((path, box(1, 1, size + 1)) for size, path in enumerate(paths)))
    wheels = ["wheel", "wheel (2)", "wheel (3)", "wheel (4)"]
    assert list(found(made)) == ["car", "van", "cab", *wheels, "(2)", "(2) (2)", "x"]


@given(st.lists(st.text(max_size=80), min_size=2, max_size=8, unique=True))
def test_any_names_become_names_of_files_that_differ(names: list[str]) -> None:
    count = len(SIDES)
    made = scene(*(("s", box(1, 1, size + 1)) for size in range(len(names))))
    nodes = tuple(Node(("s", name), at * count, (at + 1) * count) for at, name in enumerate(names))
    given_ = list(found(Geometry(made.vertices, made.faces, nodes=nodes)))
    assert len(set(given_)) == len(names)
    for name in given_:
        file = f"kit.glb/{name}.ply"
        assert Path(file).parts == ("kit.glb", f"{name}.ply") and name.isprintable() and name == name.strip()
        assert not name.startswith(".") and len(f"{name}.ply".encode()) <= 255


PATHS = st.lists(st.lists(st.sampled_from("abc"), max_size=5), min_size=1, max_size=8)


@given(PATHS)
def test_objects_are_what_is_below_a_node(paths: list[list[str]]) -> None:
    """Against sets: each that hangs on some node, but all of it, is an object, once."""
    made = scene(*(("/".join(path), box(1, 1 + at, 20 + at * at)) for at, path in enumerate(paths)))
    below: dict[tuple[str, ...], set[int]] = {}
    for at, path in enumerate(paths):
        for depth in range(1, len(path) + 1):
            below.setdefault(tuple(path[:depth]), set()).add(at)
    expected = {frozenset(each) for each in below.values() if len(each) < len(paths)}
    tops = [each.vertices[:, 2].reshape(-1, 8).max(axis=1) for _, each in objects.split(made)]
    held = [frozenset(round(float(top) - 20) for top in each) for each in tops]
    assert len(held) == len(set(held))
    assert set(held) == {frozenset(at * at for at in each) for each in expected}


def test_at_most_so_many_objects_the_outer_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "MOST", 3)
    made = scene(*((f"s/g{group}/{size}", box(1, group, size)) for group in (2, 3) for size in (4, 5)))
    assert found(made) == {"g2": 2, "g3": 2, "4": 1}


def test_what_is_too_much_together_is_left_out_and_smaller_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ("a/b/p", "a/b/q", "a/b/s", "a/r", "z")
    made = scene(*((path, box(1, 1, size + 1)) for size, path in enumerate(paths)))
    assert found(made) == {"a": 4, "z": 1, "b": 3, "r": 1, "p": 1, "q": 1, "s": 1}
    monkeypatch.setattr(objects, "_WORK", 1.4)
    assert found(made) == {"a": 4, "z": 1, "r": 1, "p": 1}


def test_deep_and_hostile_scenes_are_not_taken_apart() -> None:
    made = scene(("a", box(1, 1, 5)), ("b", box(1, 2, 5)))
    deep = tuple(Node(("n",) * 600_000 + (name,), at, at + 8) for name, at in (("a", 0), ("b", 8)))
    assert found(Geometry(made.vertices, made.faces, nodes=deep)) == {}


def test_points_alone_have_objects_as_well() -> None:
    points = np.random.default_rng(0).normal(size=(30, 3))
    nodes = (Node(("a",), 0, 10), Node(("b",), 10, 30))
    made = dict(objects.split(Geometry(points, NO_FACES, points.clip(0, 1).astype(np.float32), nodes=nodes)))
    assert {name: len(each.vertices) for name, each in made.items()} == {"a": 10, "b": 20}
    assert made["b"].colors is not None and made["b"].colors.tolist() == points[10:].clip(0, 1).astype("f4").tolist()
    assert (made["b"].vertices == points[10:]).all() and made["b"].faces.shape == (0, 3)


def test_an_object_stands_where_it_stood_and_has_its_own_vertices_alone() -> None:
    made = scene(("s/a", box(1, 1, 5)), ("s/b", box(3, 1, 5) + 7), colors=[RED, BLUE])
    made = replace(made, up="z", nodes=(Node(("b",), 8, 10),))
    ((_, object_),) = objects.split(made)
    assert object_.up == "z" and (object_.vertices[object_.faces] == made.vertices[made.faces[8:10]]).all()
    assert object_.vertices.tolist() == made.vertices[8:12].tolist()
    assert object_.colors is not None and object_.colors.tolist() == [list(BLUE)] * 2


def test_vertices_that_lie_far_apart_are_no_reason_to_count_all_between() -> None:
    faces = np.array([[0, 500_000, 999_999], [1, 2, 3]])
    points = np.random.default_rng(0).normal(size=(1_000_000, 3))
    made = dict(objects.split(Geometry(points, faces, nodes=(Node(("a",), 0, 1), Node(("b",), 1, 2)))))
    assert made["a"].faces.tolist() == [[0, 1, 2]] and (made["a"].vertices == points[faces[0]]).all()


def test_an_object_at_one_point_is_none() -> None:
    assert found(scene(("a", box(0, 0, 0)), ("b", box(1, 1, 1)))) == {"b": 1}


def test_faces_that_damage_takes_away_are_taken_from_their_nodes() -> None:
    made = scene(("s/a", box(1, 1, 5)), ("s/b", box(3, 1, 5)), ("s/c", box(3, 2, 5)))
    made.vertices[8] = np.nan
    kept = cleaned(made)
    lost = int((SIDES == 0).any(axis=1).sum())
    assert [(each.start, each.end) for each in kept.nodes] == [(0, 8), (8, 16 - lost), (16 - lost, 24 - lost)]


finite = st.floats(-1e6, 1e6)
shades = st.floats(0, 1, width=32)


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    points = np.array(draw(st.lists(st.tuples(finite, finite, finite), min_size=3, max_size=9)), np.float64)
    corner = st.integers(0, len(points) - 1)
    rows = draw(st.lists(st.tuples(corner, corner, corner), max_size=6))
    faces = np.array(rows, np.int64).reshape(-1, 3)
    count = len(faces) or len(points)
    rgb = draw(st.none() | st.lists(st.tuples(shades, shades, shades), min_size=count, max_size=count))
    mirrored = draw(st.none() | st.lists(st.booleans(), min_size=len(faces), max_size=len(faces)))
    return Geometry(
        points,
        faces,
        None if rgb is None else np.array(rgb, np.float32),
        up=draw(st.sampled_from([None, "x", "y", "-y", "z"])),
        mirrored=None if mirrored is None else np.array(mirrored, np.bool_),
    )


@given(geometries())
def test_a_ply_file_holds_the_object(geometry: Geometry) -> None:
    read = ply.read_ply(to_ply(geometry), Path("a.ply"))
    faces = geometry.faces.copy()
    if geometry.mirrored is not None:
        faces[geometry.mirrored] = faces[geometry.mirrored][:, ::-1]
    assert (read.vertices == geometry.vertices).all() and read.faces.tolist() == faces.tolist()
    assert read.up == geometry.up and read.mirrored is None
    assert (read.colors is None) == (geometry.colors is None)
    if read.colors is not None and geometry.colors is not None:
        assert read.colors.shape == geometry.colors.shape
        assert np.abs(read.colors - geometry.colors).max(initial=0) <= 0.5 / 255 + 1e-6
