"""Things in memory give what their files give: the same payload where the seed of a shape is the same."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import soundfile
import trimesh
from PIL import Image
from small_corpus import write_box, write_tone

from indexer.parametric import corpus, generate
from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import memory
from retriever.types import AudioInput, Geometry, ImageInput, Modality, ShapeInput

SOUNDS = (AudioInput(rate=8000, seconds=2), AudioInput(rate=16_000, seconds=2, clips=3))
PICTURES = (ImageInput(side=32), ImageInput(side=32, fit="crop"))


def pixels_of(path: Path, entry: ImageInput) -> list:
    """Of a picture's file, and of the file as Pillow and then NumPy have it."""
    with Image.open(path) as opened:
        whole = np.asarray(opened.convert("RGBA" if opened.has_transparency_data else "RGB"))
        given = [path, opened, whole]
        return [loaders.load_image(one, entry).payload.pixels for one in given]


@pytest.mark.parametrize("entry", PICTURES)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_pictures_are_as_their_files(tmp_path: Path, entry: ImageInput, mode: str) -> None:
    colors = np.random.default_rng(0).integers(0, 256, (50, 70, 4)).astype(np.uint8)
    Image.fromarray(colors).convert(mode).save(tmp_path / "a.png")
    of_file, of_pillow, of_numpy = pixels_of(tmp_path / "a.png", entry)
    np.testing.assert_array_equal(of_pillow, of_file)
    np.testing.assert_array_equal(of_numpy, of_file)


def test_a_picture_is_turned_upright_and_stays_as_it_is(tmp_path: Path) -> None:
    picture = Image.linear_gradient("L").resize((4000, 3000))
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif)
    with Image.open(tmp_path / "a.jpg") as opened:
        loaded = loaders.load_image(opened, PICTURES[0])
        assert opened.size == (4000, 3000), "a JPEG would be unpacked smaller, where it is ours"
    assert loaded.facts == {"width": 3000, "height": 4000} == loaders.load_image(tmp_path / "a.jpg", PICTURES[0]).facts
    np.testing.assert_allclose(
        loaded.payload.pixels.astype(int), loaders.load_image(tmp_path / "a.jpg", PICTURES[0]).payload.pixels, atol=4
    )


def test_a_picture_whose_file_is_closed_or_damaged_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as opened:
        pass
    with pytest.raises(FileProblem, match="is a damaged picture"):
        loaders.load_image(opened, PICTURES[0])


@pytest.mark.parametrize("entry", SOUNDS)
@pytest.mark.parametrize(("channels", "rate"), [(1, 8000), (2, 22_050), (2, 44_100)])
def test_sounds_are_as_their_files(tmp_path: Path, entry: AudioInput, channels: int, rate: int) -> None:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (3 * rate, channels))
    soundfile.write(tmp_path / "a.flac", samples, rate)
    held = soundfile.read(tmp_path / "a.flac")
    loaded, given = loaders.load_audio(tmp_path / "a.flac", entry), loaders.load_audio(held, entry)
    np.testing.assert_array_equal(given.payload.samples, loaded.payload.samples)
    assert given.facts == loaded.facts == {"seconds": 3.0, "rate": rate, "channels": channels}


@pytest.mark.parametrize(
    ("sound", "message"),
    [
        ((np.zeros((2, 800)), 8000), r"of shape \(2, 800\); give floats of -1 to 1, of shape \(n,\), or with a rate"),
        ((np.ones(800, np.int16), 8000), "is int16 of shape"),
        ((np.ones(800), 3), "has 3 samples a second"),
        ((np.ones(800), 8000.5), "a whole number"),
        ((np.ones(800), float("nan")), "has nan samples a second"),
        ((np.zeros((0, 2)), 8000), "holds no samples"),
        ((np.stack([np.ones(800), -np.ones(800)], axis=1), 8000), "channels that cancel each other"),
        ((np.full((800, 2), np.nan), 8000), "not finite in most of it"),
    ],
)
def test_sounds_of_no_use_are_refused(sound: tuple, message: str) -> None:
    with pytest.raises(FileProblem, match=message):
        loaders.load_audio(sound, SOUNDS[0])


@pytest.mark.parametrize("suffix", ["glb", "obj", "ply", "off", "stl"])
def test_a_mesh_of_trimesh_gives_the_points_of_its_file(tmp_path: Path, suffix: str) -> None:
    path, up = tmp_path / f"chair.{suffix}", "z" if suffix == "stl" else "y"
    corpus.write(generate("chair", 0).solid, path)
    entry, seed = ShapeInput(points=512, color=0.5), hashlib.sha256(path.read_bytes()).hexdigest()
    of_file = loaders.load_shape(path, entry)
    for held in (trimesh.load(path), trimesh.load_scene(path)):
        given = loaders.load_shape(held, entry, up=up, sha256=seed)
        np.testing.assert_allclose(given.payload.points, of_file.payload.points, atol=1e-5)
        np.testing.assert_allclose(given.payload.colors, of_file.payload.colors, atol=0.01)
        assert given.facts["faces"] == of_file.facts["faces"] and given.facts["up"] == up
        again = loaders.load_shape(held, entry, up=up)
        assert again.sha256 == loaders.load_shape(held, entry).sha256 != seed, "by its numbers, not by its file"


def test_a_place_in_a_scene_counts(tmp_path: Path) -> None:
    box = trimesh.load(write_box(tmp_path / "box.off", (1, 2, 3)))
    scene = trimesh.Scene()
    scene.add_geometry(box)
    scene.add_geometry(box, transform=trimesh.transformations.translation_matrix([10, 0, 0]))
    assert loaders.load_shape(scene, ShapeInput()).facts["extent"] == [11.0, 2.0, 3.0]
    cloud = trimesh.PointCloud(np.random.default_rng(0).random((50, 3)), colors=np.full((50, 4), 255))
    loaded = loaders.load_shape(cloud, ShapeInput(points=64, color=0.5))
    assert loaded.facts["faces"] == 0 and (loaded.payload.colors == 1).all()


def test_a_geometry_of_our_own(tmp_path: Path) -> None:
    corners = np.random.default_rng(0).random((9, 3))
    geometry = Geometry(corners, np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]]))
    assert loaders.load_shape(geometry, ShapeInput()).facts["faces"] == 3
    with pytest.raises(FileProblem, match="holds no geometry"):
        loaders.load_shape(trimesh.Trimesh(), ShapeInput())
    with pytest.raises(FileProblem, match="is of type list; give a path, points, or a mesh"):
        loaders.load_shape([[0, 0, 0]], ShapeInput())


@pytest.fixture
def open3d() -> ModuleType:
    return pytest.importorskip("open3d")


def test_meshes_and_clouds_of_open3d(open3d: ModuleType, tmp_path: Path) -> None:
    mesh = open3d.geometry.TriangleMesh.create_box(1, 2, 3)
    mesh.paint_uniform_color([1, 0, 0])
    cloud = mesh.sample_points_uniformly(300)
    entry = ShapeInput(points=128, color=0.5)
    open3d.io.write_triangle_mesh(str(tmp_path / "a.ply"), mesh)
    seed = hashlib.sha256((tmp_path / "a.ply").read_bytes()).hexdigest()
    points = loaders.load_shape(tmp_path / "a.ply", entry).payload.points
    kinds = open3d.t.geometry
    for held in (mesh, kinds.TriangleMesh.from_legacy(mesh)):
        loaded = loaders.load_shape(held, entry, sha256=seed)
        assert loaded.facts == {"vertices": 8, "faces": 12, "extent": [1.0, 2.0, 3.0], "up": "y", "colored": True}
        np.testing.assert_allclose(loaded.payload.points, points, atol=1e-5)
        np.testing.assert_allclose(loaded.payload.colors, np.tile([1.0, 0, 0], (128, 1)), atol=1e-6)
    for held in (cloud, kinds.PointCloud.from_legacy(cloud)):
        loaded = loaders.load_shape(held, entry)
        assert (loaded.facts["vertices"], loaded.facts["faces"], loaded.facts["colored"]) == (300, 0, True)
    for held in (open3d.geometry.TriangleMesh(), kinds.PointCloud()):
        with pytest.raises(FileProblem):
            loaders.load_shape(held, entry)


def test_torch_tensors_are_arrays() -> None:
    torch = pytest.importorskip("torch")
    pixels = torch.randint(0, 256, (20, 30, 3), dtype=torch.uint8)
    np.testing.assert_array_equal(
        loaders.load_image(pixels, PICTURES[0]).payload.pixels,
        loaders.load_image(pixels.numpy(), PICTURES[0]).payload.pixels,
    )
    with pytest.raises(FileProblem, match=r"makes no NumPy array \(Can't call numpy.*detach"):
        loaders.load_shape(torch.rand(9, 3, requires_grad=True), ShapeInput())


@pytest.mark.parametrize(
    ("kind", "given", "count"),
    [
        ("image", np.zeros((4, 5, 3)), 1),
        ("image", np.zeros((2, 4, 5, 3)), 2),
        ("image", [np.zeros((4, 5, 3)), "a.png"], 2),
        ("image", Image.new("RGB", (2, 2)), 1),
        ("audio", np.zeros(9), 1),
        ("audio", (np.zeros(9), 8000), 1),
        ("audio", [(np.zeros(9), 8000)] * 2, 2),
        ("audio", (np.zeros(9), np.zeros(9)), 2),
        ("shape", np.zeros((9, 3)), 1),
        ("shape", np.zeros((2, 9, 3)), 2),
        ("shape", trimesh.Trimesh(), 1),
        ("shape", (trimesh.Trimesh(), Path("a.obj")), 2),
        ("vector", np.ones(4), 1),
        ("vector", np.ones((3, 4)), 3),
        ("vector", [0.5, 1, 2], 1),
        ("vector", [[0.5, 1], [2, 3]], 2),
        ("shape", np.zeros((0, 3)), 1),  # said to be empty where it is read
        ("shape", np.zeros((0, 9, 3)), 0),
        ("vector", np.zeros((0, 4)), 0),
        ("audio", np.array(["a.wav", "b.wav"]), 2),
        ("shape", pd.Series(["a.obj", "b.obj", "c.obj"]), 3),
        ("image", np.array([Path("a.png"), Image.new("RGB", (2, 2))], object), 2),
        ("vector", pd.Series([0.5, 1.0]), 1),
    ],
)
def test_one_thing_or_several(kind: str, given: object, count: int) -> None:
    assert len(memory.listed(kind, given)) == count


def test_names_are_short() -> None:
    assert memory.name_of("image", Image.new("RGB", (640, 480))) == "<image 640x480>"
    assert memory.name_of("image", np.zeros((480, 640, 3))) == "<image 640x480>"
    assert memory.name_of("audio", (np.zeros((24_000, 2)), 16_000)) == "<audio 1.50 s>"
    assert memory.name_of("audio", np.zeros(24_000)) == "<audio 24,000 samples>"
    assert memory.name_of("shape", np.zeros((2048, 3))) == "<shape 2,048 points>"
    assert memory.name_of("shape", trimesh.Trimesh()) == "<shape Trimesh>"
    assert memory.name_of("vector", np.zeros(384)) == "<vector 384>"


def test_what_stands_for_a_file_of_which_kind(tmp_path: Path) -> None:
    tone = soundfile.read(write_tone(tmp_path / "a.wav", 440))
    assert memory.knows("audio", tone) and not memory.knows("image", tone) and not memory.knows("shape", tone)
    assert memory.knows("shape", trimesh.Trimesh()) and not memory.knows("image", trimesh.Trimesh())
    assert not memory.knows("shape", Image.new("RGB", (2, 2))) and not memory.knows("shape", "a.obj")
    assert not memory.knows(Modality.TEXT, np.zeros(3)) and not memory.knows("vector", np.ndarray)
