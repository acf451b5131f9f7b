"""Files of Blender against what three of its versions say of the same scenes, see data/blend/make.py."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import numpy as np
import old_blend
import pytest
from taken_apart import taken_apart

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.loaders.blend import pictures_of, read_blend
from retriever.loaders.blend.blocks import unpacked
from retriever.types import Geometry, PointCloud, ShapeInput

BLENDS = Path(__file__).parents[1] / "data" / "blend"
SCENES = sorted(path.name for path in BLENDS.glob("*.blend"))
INPUTS = Inputs(ShapeInput(points=64, color=0.5))


def read(name: str, data: bytes | None = None) -> Geometry:
    path = BLENDS / name
    return read_blend(path.read_bytes() if data is None else data, path)


def plain(name: str) -> bytes:
    return bytes(unpacked((BLENDS / name).read_bytes()))


def by_color(geometry: Geometry) -> np.ndarray:
    """(c, 7) rows of r g b, area, and the middle of the surface that has the colour, in order of the colours."""
    assert geometry.colors is not None
    corners = geometry.vertices[geometry.faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    rows = []
    for color in np.unique(geometry.colors.round(2), axis=0):
        on = (np.abs(geometry.colors - color) < 0.006).all(axis=1)
        middle = (corners[on].mean(axis=1) * areas[on, None]).sum(axis=0) / areas[on].sum()
        rows.append([*color, areas[on].sum(), *middle])
    return np.array(rows)


def test_three_versions_wrote_the_scenes() -> None:
    assert SCENES == ["scene_34.blend", "scene_42.blend", "scene_50.blend"]


@pytest.mark.parametrize("name", SCENES)
def test_all_that_is_shown_is_where_blender_says(name: str) -> None:
    said = np.load((BLENDS / name).with_suffix(".npz"))
    geometry = read(name)
    assert geometry.vertices.shape == said["points"].shape
    gaps = np.abs(geometry.vertices[:, None] - said["points"]).max(axis=2)
    assert gaps.min(axis=0).max() < 1e-4 and gaps.min(axis=1).max() < 1e-4
    np.testing.assert_allclose(geometry.vertices.mean(axis=0), said["points"].mean(axis=0), atol=1e-4)


@pytest.mark.parametrize("name", SCENES)
def test_colors_are_on_as_much_surface_as_blender_says_and_there(name: str) -> None:
    said = np.load((BLENDS / name).with_suffix(".npz"))
    np.testing.assert_allclose(by_color(read(name)), said["colors"], atol=2e-3)


@pytest.mark.parametrize("name", SCENES)
def test_however_a_file_is_compressed_it_is_the_same(name: str) -> None:
    whole, data = read(name), plain(name)
    for other in (data, gzip.compress(data)):
        assert (read(name, other).vertices == whole.vertices).all()
    with pytest.raises(FileProblem, match="unpacks to more"):
        unpacked(gzip.compress(data), most=len(data) - 1)


def test_old_computers_wrote_other_numbers_and_shorter_pointers() -> None:
    whole, data = read("scene_34.blend"), plain("scene_34.blend")
    for order, pointer in (("<", 4), (">", 8), (">", 4)):
        found = read("scene_34.blend", old_blend.rewritten(data, order, pointer))
        assert (found.vertices == whole.vertices).all() and (found.faces == whole.faces).all()
        np.testing.assert_array_equal(found.colors, whole.colors)


def test_scenes_of_before_2_80_show_what_is_on_their_layers() -> None:
    whole, found = read("scene_34.blend"), read("scene_34.blend", old_blend.before_280(plain("scene_34.blend")))
    assert (np.sort(found.vertices, axis=0) == np.sort(whole.vertices, axis=0)).all()


def test_meshes_of_before_2_63_have_no_polygons() -> None:
    path = BLENDS.parent / "chairs" / "chair.blend"
    whole, data = read_blend(path.read_bytes(), path), bytes(unpacked(path.read_bytes()))
    found = read_blend(old_blend.before_263(data), path)
    assert (found.vertices == whole.vertices).all() and found.faces.shape == whole.faces.shape
    np.testing.assert_allclose(by_color(found), by_color(whole), atol=1e-9)


@pytest.mark.parametrize(
    ("place", "size", "is_floor"),
    [
        ((0, 0, 0.05), 1.0, True),  # its feet stand in it
        ((0, 0, 0.3), 1.0, False),  # through its middle
        ((0, 0, 1.2), 1.0, False),  # a ceiling
        ((0.8, 0, 0), 1.0, False),  # beside
        ((0, 0, 0), 0.45, False),  # a plate that is hardly wider
    ],
)
def test_a_floor_is_no_part_of_what_stands_on_it(
    place: tuple[float, float, float], size: float, is_floor: bool
) -> None:
    path = BLENDS.parent / "chairs" / "chair_on_a_floor.blend"
    data = old_blend.put_elsewhere(bytes(unpacked(path.read_bytes())), "Plane", place, size)
    assert len(read_blend(data, path).faces) == 72 + 2 * (not is_floor)


def test_an_array_without_end_is_refused_before_it_is_made() -> None:
    data = plain("scene_34.blend")
    many = old_blend.changed(data, b"ArrayModifierData", "count", 10**9)
    with pytest.raises(FileProblem, match="more copies") as found:
        read("scene_34.blend", many)
    assert found.value.kind == "too-large"


def test_pictures_beside_the_file_are_its_companions(tmp_path: Path) -> None:
    path = tmp_path / "scene.blend"
    shutil.copy(BLENDS / "scene_50.blend", path)
    bare = loaders.load(path, INPUTS)
    assert [(part.name, part.state) for part in bare.parts] == [("textures/blue.png", None), ("blue.png", None)]
    shutil.copytree(BLENDS / "textures", tmp_path / "textures")
    assert "textures/blue.png" in pictures_of(path.read_bytes())
    (part,) = loaders.load(path, INPUTS).parts
    assert part.name == "textures/blue.png" and part.state is not None
    assert bare.facts == loaders.load(path, INPUTS).facts


@pytest.mark.parametrize("name", SCENES)
def test_who_looks_at_a_scene_sees_it_upright_with_its_pictures(name: str) -> None:
    geometry, flat = loaders.load_geometry(BLENDS / name), read(name)
    np.testing.assert_allclose(geometry.vertices, flat.vertices[:, [0, 2, 1]] * [1, 1, -1])
    assert geometry.skin is not None
    assert [picture[0, 0].tolist() for picture in geometry.skin.pictures] == [[51, 102, 204]] * 2
    assert (geometry.skin.picture >= 0).sum() == 24


@pytest.mark.parametrize("name", SCENES)
def test_where_no_mesh_is_shown_the_problem_says_what_there_is(name: str) -> None:
    hidden = old_blend.changed(plain(name), b"OB", "restrictflag", 1)
    with pytest.raises(
        FileProblem, match=r"shows no mesh: it holds .* meshes that are hidden or have no faces.*1 lights.* as GLB"
    ) as found:
        read(name, hidden)
    assert found.value.kind == "empty"
    with pytest.raises(FileProblem, match=r"holds .* empties"):
        read(name, old_blend.changed(plain(name), b"OB", "type", 0))


@pytest.mark.parametrize("name", SCENES)
def test_damage_that_is_not_in_the_compression(name: str, tmp_path: Path) -> None:
    whole = plain(name)
    random = np.random.default_rng(5)
    heads = old_blend.places(whole)
    for number in range(80):
        data = bytearray(whole)
        for place in random.choice(heads, 4 ** int(random.integers(0, 5))):
            data[place] ^= 1 << random.integers(0, 8)
        cut = random.integers(1, len(data)) if number % 10 == 0 else len(data)
        (tmp_path / name).write_bytes(data[:cut])
        try:
            payload = loaders.load(tmp_path / name, INPUTS).payload
        except FileProblem as found:
            assert found.kind != "unreadable" and ";" in str(found)
            continue
        assert isinstance(payload, PointCloud) and np.isfinite(payload.points).all()


@pytest.mark.parametrize("name", SCENES)
def test_objects_of_a_scene_by_the_names_of_their_parents_and_instances(name: str) -> None:
    found = taken_apart(BLENDS / name)
    assert found["table"][0] == 32 and found["leg0"][0] == 8 and found["leg1"][0] == 24  # with what hangs on it
    assert found["mirrored"] == (32, (1.7, 1.1, 0.6)) and found["row"][0] == 48 and found["stairs"][0] == 24
    assert found["stand0"] == (28, (1.3, 1, 3.1)) and found["outer"][0] == 12 and found["nested"][0] == 16
    assert not found.keys() & {"stand1", "quaternion", "beside", "camera"}  # such as are there, or no meshes
    paths = [node.path for node in read(name).nodes]
    assert ("table", "leg1", "leg3") in paths and ("arm", "hangs on upper") in paths
    assert ("stand1", "nested", "below", "child") in paths
    assert not any("hidden" in each for path in paths for each in path)


def test_a_floor_is_no_object(tmp_path: Path) -> None:
    path = BLENDS.parent / "chairs" / "chair_on_a_floor.blend"
    assert [node.path for node in read_blend(path.read_bytes(), path).nodes] == [("chair",)]
    beside = tmp_path / "a.blend"
    beside.write_bytes(old_blend.put_elsewhere(bytes(unpacked(path.read_bytes())), "Plane", (9, 0, 0), 1))
    assert taken_apart(beside) == {"chair": (72, (0.5, 0.4, 1.1)), "Plane": (2, (2, 2, 0))}


def test_parents_that_hang_on_what_hangs_on_them_end_somewhere() -> None:
    whole = plain("scene_34.blend")
    for name, other in (("axis", "axis"), ("table", "leg3")):
        nodes = read("scene_34.blend", old_blend.hung_on(whole, name, other)).nodes
        assert len(nodes) == len(read("scene_34.blend").nodes)
        assert all(len(set(node.path)) == len(node.path) for node in nodes)


@pytest.mark.parametrize(
    ("letters", "expected"), [(b"Stuhl/\xff", "Stuhl/\ufffd"), (b"axi", "axi"), (b"XYZ", "XYZ"), (b"", None)]
)
def test_a_name_costs_at_most_itself(letters: bytes, expected: str | None) -> None:
    whole, data = read("scene_34.blend"), old_blend.called(plain("scene_34.blend"), "axis", letters)
    found = read("scene_34.blend", data)
    assert (found.vertices == whole.vertices).all()
    paths = {node.path: node.end - node.start for node in found.nodes}
    assert ("axis",) not in paths and len(paths) == len(found.nodes) == len(whole.nodes) - (expected is None)
    assert expected is None or paths[expected,] == 8
