"""The contract of every 3D format: one real file each of the same chair gives the same upright cloud."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from retriever import loaders
from retriever.errors import FileProblem, SpaceError, UsageError
from retriever.loaders import Inputs
from retriever.types import Modality, PointCloud, ShapeInput

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
FILES = sorted(path.name for path in CHAIRS.iterdir() if loaders.modality_of(path))
SPLATS = {"chair_splat.ply", "chair_packed.ply", "chair.splat", "chair.spz", "chair_v2.spz", "chair_v4.spz"}
SCANS = {"chair.las", "chair.laz"}
COLORED = [
    *sorted(SPLATS | SCANS),
    "chair.asc",
    "chair.blend",
    "chair.fbx",
    "chair.glb",
    "chair.gltf",
    "chair.obj",
    "chair.ply",
    "chair_ascii.pcd",
    "chair_ascii.ply",
    "chair_binary.pcd",
    "chair_colored.npy",
    "chair_colored.xyz",
    "chair_draco.glb",
    "chair_instanced.glb",
    "chair_meshopt.glb",
    "chair_meshopt_khr.glb",
    "chair_mixed.ply",
    "chair_no_count.pts",
    "chair_on_a_floor.blend",
    "chair_textured.glb",
    "chair_textured_draco.glb",
    "chair.vrm",
    "chair.step",
    *(f"chair.{suffix}" for suffix in ("usd", "usda", "usdc", "usdz")),
]
CAD = {"chair.step", "chair.stp", "chair.iges", "chair.igs"}
"""In millimetres, the others are in metres."""
BLUE, RED = np.array([51, 102, 204]) / 255, np.array([204, 51, 51]) / 255
SHAPE = ShapeInput(points=1024, color=0.5)
INPUTS = Inputs(SHAPE)


def cloud_of(path: Path, shape: ShapeInput = SHAPE, up: str = "auto") -> PointCloud:
    payload = loaders.load(path, Inputs(shape), up=up).payload
    assert isinstance(payload, PointCloud)
    return payload


def farthest_gap(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance from each point to the other cloud's nearest, the worse of both directions."""
    gaps = np.linalg.norm(a[:, None] - b[None], axis=2)
    return float(max(gaps.min(axis=0).mean(), gaps.min(axis=1).mean()))


def test_every_suffix_has_a_real_file() -> None:
    assert {Path(name).suffix for name in FILES} == loaders.suffixes(Modality.SHAPE)


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_upright_chair(name: str) -> None:
    cloud = cloud_of(CHAIRS / name)
    assert cloud.points.shape == (1024, 3)
    assert cloud.points.dtype == np.float32
    assert farthest_gap(cloud.points, cloud_of(CHAIRS / "chair.glb").points) < 0.06
    back = cloud.points[cloud.points[:, 1] > cloud.points[:, 1].max() - 0.3]
    assert back[:, 2].max() < 0, "the back rest is at the top and behind"


@pytest.mark.parametrize("name", FILES)
def test_facts(name: str) -> None:
    facts = loaders.load(CHAIRS / name, INPUTS).facts
    is_cloud = name in SPLATS | SCANS or Path(name).suffix in {".xyz", ".asc", ".pts", ".pcd", ".npy", ".npz"}
    zs = {"chair.stl", "chair_ascii.stl", "chair.3mf", "chair_z_up.dae", "chair.usd", "chair.usdc"}
    z_up = name in CAD | SCANS | zs or name.endswith(".blend")
    assert facts["faces"] == (0 if is_cloud else 72)
    assert facts["vertices"] in ({1500} if is_cloud else {46, 48, 144, 216})
    y_down = name in SPLATS and not name.endswith(".spz")
    assert facts["up"] == ("z" if z_up else "-y" if y_down else "y")
    extent = np.array([0.5, 0.4, 1.08] if z_up else [0.5, 1.08, 0.4]) * (1000 if name in CAD else 1)
    assert facts["extent"] == pytest.approx(extent, rel=0.02)
    if Path(name).suffix != ".dae":  # its exporter writes a material in any case
        assert facts["colored"] == (name in COLORED)


@pytest.mark.parametrize("name", COLORED)
def test_colors_lie_where_they_belong(name: str) -> None:
    cloud = cloud_of(CHAIRS / name)
    assert cloud.colors is not None
    is_red = np.abs(cloud.colors - RED).max(axis=1) < 0.01
    is_blue = np.abs(cloud.colors - BLUE).max(axis=1) < 0.01
    assert (is_red | is_blue).all()
    seat = np.median(cloud.points[is_blue, 1])
    assert cloud.points[is_red, 1].min() > seat
    assert 0.4 < is_red.mean() < 0.7


def test_files_without_color_get_the_level_of_the_space() -> None:
    colors = cloud_of(CHAIRS / "chair.stl", ShapeInput(points=16, color=0.4)).colors
    assert colors is not None
    assert (colors == np.float32(0.4)).all()
    assert cloud_of(CHAIRS / "chair.glb", ShapeInput(points=16, color=None)).colors is None


@pytest.mark.parametrize("name", ["chair_textured.glb", "chair.glb"])
def test_looking_at_color_does_not_move_the_points(name: str) -> None:
    blind, seeing = ShapeInput(points=64), ShapeInput(points=64, color=0.5)
    assert (cloud_of(CHAIRS / name, blind).points == cloud_of(CHAIRS / name, seeing).points).all()
    assert loaders.load(CHAIRS / name, Inputs(blind)).facts == loaders.load(CHAIRS / name, Inputs(seeing)).facts


def test_up_is_a_choice() -> None:
    auto, z, y = (cloud_of(CHAIRS / "chair.stl", up=up).points for up in ("auto", "z", "y"))
    assert (auto == z).all()
    np.testing.assert_allclose(z, y[:, [0, 2, 1]] * [1, 1, -1], atol=1e-6)
    assert loaders.load(CHAIRS / "chair.stl", INPUTS, up="y").facts["up"] == "y"
    with pytest.raises(UsageError, match="y, z or auto"):
        loaders.load(CHAIRS / "chair.stl", INPUTS, up="x")


def test_a_space_may_have_z_up() -> None:
    y = cloud_of(CHAIRS / "chair.obj", ShapeInput(up="y")).points
    z = cloud_of(CHAIRS / "chair.obj", ShapeInput(up="z")).points
    np.testing.assert_allclose(z, y[:, [0, 2, 1]] * [1, -1, 1], atol=1e-6)


def test_dae_may_say_that_x_is_up(tmp_path: Path) -> None:
    text = (CHAIRS / "chair.dae").read_bytes().replace(b"Y_UP", b"X_UP")
    (tmp_path / "a.dae").write_bytes(text)
    assert loaders.load(tmp_path / "a.dae", INPUTS).facts["up"] == "x"
    sizes = np.ptp(cloud_of(tmp_path / "a.dae").points, axis=0)
    assert sizes.argmax() == 0, "the file's y axis lies flat"


def test_the_same_bytes_give_the_same_points(tmp_path: Path) -> None:
    shutil.copy(CHAIRS / "chair.ply", tmp_path / "other name.PLY")
    first, second = cloud_of(CHAIRS / "chair.ply"), cloud_of(tmp_path / "other name.PLY")
    assert (first.points == second.points).all()
    known = loaders.content_hash(CHAIRS / "chair.ply")
    assert loaders.load(tmp_path / "other name.PLY", INPUTS).sha256 == known
    again = loaders.load(CHAIRS / "chair.ply", INPUTS, sha256=known).payload
    assert isinstance(again, PointCloud)
    assert (again.points == first.points).all()


def test_arrays_are_clouds() -> None:
    points = np.load(CHAIRS / "chair.npy")
    shape = ShapeInput(points=256, color=0.5)
    first, second = (loaders.load_shape(points, shape).payload for _ in range(2))
    assert isinstance(first, PointCloud) and isinstance(second, PointCloud)
    assert (first.points == second.points).all()
    assert farthest_gap(first.points, cloud_of(CHAIRS / "chair.glb").points) < 0.1
    bytes_and_floats = [np.hstack([points, np.full_like(points, level)]) for level in (255, 1.0)]
    for array in bytes_and_floats:
        payload = loaders.load_shape(array, shape).payload
        assert isinstance(payload, PointCloud) and payload.colors is not None
        assert (payload.colors == 1).all()


@pytest.mark.parametrize("array", [np.zeros((3, 2)), np.zeros(3), np.zeros((0, 3)), np.full((4, 3), "x")])
def test_other_arrays_are_refused(array: np.ndarray) -> None:
    with pytest.raises(FileProblem):
        loaders.load_shape(array, SHAPE)


def test_missing_materials_and_textures_cost_only_the_color(tmp_path: Path) -> None:
    shutil.copy(CHAIRS / "chair.obj", tmp_path)
    loaded = loaders.load(tmp_path / "chair.obj", INPUTS)
    assert loaded.facts["colored"] is False
    assert loaded.facts["faces"] == 72


def test_obj_in_latin_1_with_indices_that_count_back(tmp_path: Path) -> None:
    (tmp_path / "m.mtl").write_bytes("newmtl gr\u00fcn\nKd 0 1 0\n".encode("latin-1"))
    part = "o \u00e9t\u00e9\nusemtl gr\u00fcn\nv {0} 0 0\nv {0} 1 0\nv {0} 0 1\nf -3 -2 -1\n"
    text = "mtllib m.mtl\n" + part.format(0) + part.format(1)
    (tmp_path / "a.obj").write_bytes(text.encode("latin-1"))
    cloud = cloud_of(tmp_path / "a.obj")
    assert cloud.colors is not None
    assert (cloud.colors == [0, 1, 0]).all()
    assert sorted(set((cloud.points[:, 0] > 0).tolist())) == [False, True], "both triangles are there"


def test_a_textured_ply(tmp_path: Path) -> None:
    picture = Image.new("RGB", (2, 1), (255, 0, 0))
    picture.putpixel((1, 0), (0, 0, 255))
    picture.save(tmp_path / "two colours.png")
    (tmp_path / "a.ply").write_text(
        "ply\nformat ascii 1.0\ncomment TextureFile two colours.png\nelement vertex 4\nproperty float x\n"
        "property float y\nproperty float z\nelement face 2\nproperty list uchar int vertex_indices\n"
        "property list uchar float texcoord\nend_header\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n"
        "3 0 1 2 6 0.2 0.5 0.2 0.5 0.2 0.5\n3 0 2 3 6 0.8 0.5 0.8 0.5 0.8 0.5\n"
    )
    colors = cloud_of(tmp_path / "a.ply").colors
    assert colors is not None
    assert np.unique(colors, axis=0).tolist() == [[0, 0, 1], [1, 0, 0]]
    (tmp_path / "two colours.png").unlink()
    assert loaders.load(tmp_path / "a.ply", INPUTS).facts["colored"] is False


def test_an_unknown_sampling_rule_is_refused() -> None:
    with pytest.raises(SpaceError, match="sampling rule 99"):
        loaders.load(CHAIRS / "chair.obj", Inputs(ShapeInput(sampling=99)))


def test_modalities_go_by_suffix_in_any_case() -> None:
    expected = {"a.GLB": "shape", "b.Jpeg": "image", "c.WAV": "audio", "d.md": "text", "e.max": None, "f": None}
    assert {name: loaders.modality_of(Path(name)) for name in expected} == expected


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfa red chair\n", "a red chair"),
        ("un café".encode(), "un café"),
        ("un café".encode("latin-1"), "un café"),
        ("a chair".encode("utf-16"), "a chair"),
    ],
)
def test_texts(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "note.txt").write_bytes(data)
    loaded = loaders.load(tmp_path / "note.txt", INPUTS)
    assert (loaded.modality, loaded.payload.text, loaded.facts) == (Modality.TEXT, text, {})  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "faces",
    [
        "f 1 2 3\nf 1 3 4",
        "f 1 2 3 4",
        "f 1/1 2/2 3/3 4/4",
        "f 1//1 2//1 3//1 4//1",
        "f 1/1/1 2/2/1 3/3/1 4/4/1",
        "f 1/1/ 2/2/ 3/3/ 4/4/",
        "f 1 2/2 3/3/1\nf 1//1 3 4",
        "  f\t1  2 3 # first\nf -4 -2 -1",
        "f 1 2 \\\n 3 4",
    ],
)
def test_every_way_to_write_an_obj_face(tmp_path: Path, faces: str) -> None:
    text = "v 0 0 0\nv 1 0 0 # corner\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nvn 0 0 1\n" + faces + "\n"
    (tmp_path / "a.obj").write_text(text)
    loaded = loaders.load(tmp_path / "a.obj", INPUTS)
    assert (loaded.facts["vertices"], loaded.facts["faces"]) == (4, 2)
    inside = cloud_of(tmp_path / "a.obj").points
    assert np.ptp(inside[:, 0]) == pytest.approx(np.ptp(inside[:, 1]), rel=0.05)


def test_obj_colors_of_vertices_pictures_and_lines_alone(tmp_path: Path) -> None:
    square = "v 0 0 0 {0}\nv 1 0 0 {0}\nv 1 1 0 {0}\nv 0 1 0 {0}\n"
    (tmp_path / "a.obj").write_text(square.format("1 0 0") + "f 1 2 3 4\n")
    colors = cloud_of(tmp_path / "a.obj").colors
    assert colors is not None and (colors == [1, 0, 0]).all()
    Image.new("RGB", (2, 2), (0, 255, 0)).save(tmp_path / "green one.png")
    (tmp_path / "b.mtl").write_text("newmtl a b\nKd 0 0 0\nmap_Kd green one.png\n")
    (tmp_path / "b.obj").write_text(
        "mtllib b.mtl\n" + square.format("") + "vt 0.5 0.5\nusemtl a b\nf 1/1 2/1 3/1\nusemtl other\nf 1 3 4\n"
    )
    colors = cloud_of(tmp_path / "b.obj").colors
    assert colors is not None
    assert np.unique(colors, axis=0).tolist() == [[0, 1, 0], [0.5, 0.5, 0.5]]
    (tmp_path / "c.obj").write_text(square.format("") + "l 1 2 3 4\n")
    assert loaders.load(tmp_path / "c.obj", INPUTS).facts["faces"] == 0


def test_compressed_pcd() -> None:
    # 300 points with coordinates -5..5 in steps of 0.1, all red, written by open3d.
    geometry = loaders.load_geometry(CHAIRS.parent / "compressed.pcd")
    assert geometry.vertices.shape == (300, 3) and geometry.colors is not None
    np.testing.assert_allclose(geometry.vertices, np.round(geometry.vertices, 1), atol=1e-6)
    assert (geometry.vertices.min(axis=0).tolist(), np.unique(geometry.colors, axis=0).tolist()) == (
        [-5, -5, -5],
        [[1, 0, 0]],
    )


def test_all_that_a_mesh_was_read_from_is_told(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "images").mkdir()
    Image.new("RGB", (2, 2), (51, 102, 204)).save(tmp_path / "images/wood.png")
    (tmp_path / "m/all.mtl").write_text("newmtl wood\nmap_Kd ..\\images\\wood.png\n")
    corners = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\n"
    (tmp_path / "m/a.obj").write_text(f"mtllib all.mtl\nmtllib none.mtl\n{corners}usemtl wood\nf 1/1 2/2 3/3\n")
    parts = {part.name: part.state for part in loaders.load(tmp_path / "m/a.obj", INPUTS).parts}
    known = {name: (tmp_path / "m" / name).stat() for name in ("all.mtl", "../images/wood.png")}
    assert parts == {
        "none.mtl": None,
        **{name: (state.st_size, state.st_mtime_ns) for name, state in known.items()},
    }
    assert loaders.load(CHAIRS / "chair.glb", INPUTS).parts == ()
    assert [part.name for part in loaders.load(CHAIRS / "chair.gltf", INPUTS).parts] == ["chair.bin"]
