"""The demo's pictures and sounds: readable, the same twice, of things in the corpus, and no class of it."""

import subprocess
import sys
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from indexer import demo
from indexer.corpora import Layout, name_of, words
from indexer.parametric import names
from retriever.errors import UsageError
from retriever.loaders import load_audio, load_image
from retriever.types import AudioInput, ImageInput

WRITE = """
import sys
from pathlib import Path, PurePosixPath
from indexer.demo import write_demo
print(write_demo(Path(sys.argv[1]), per_kind=1))
assert "torch" not in sys.modules
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo, written by a process that never imports torch."""
    folder = tmp_path_factory.mktemp("demo") / "shapes"
    subprocess.run([sys.executable, "-c", WRITE, str(folder)], check=True)
    return folder


def media(folder: Path) -> dict[str, bytes]:
    """Pictures and sounds by their path in the folder."""
    files = [*folder.glob("pictures/*"), *folder.glob("sounds/*")]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_every_picture_shows_something_before_white(folder: Path):
    assert len(demo.PICTURES) >= 10
    for name in demo.PICTURES:
        pixels = load_image(folder / "pictures" / name, ImageInput()).payload.pixels
        shown = (pixels < 240).any(axis=2)
        assert (pixels[[0, -1]] > 240).all(), name
        assert 0.02 < shown.mean() < 0.9 and pixels[shown].std() > 5, name


def test_every_sound_is_loud_and_lasts(folder: Path):
    assert len(demo.SOUNDS) >= 6
    for name in demo.SOUNDS:
        loaded = load_audio(folder / "sounds" / name, AudioInput())
        assert loaded.facts == {"seconds": 4.0, "rate": 16_000, "channels": 1}
        assert np.abs(loaded.payload.samples).max() == pytest.approx(0.9, abs=0.01), name


def test_a_demo_is_written_again_with_the_same_bytes_and_heals(folder: Path):
    before = media(folder)
    assert len(before) == len(demo.PICTURES) + len(demo.SOUNDS)
    for name in before:
        (folder / name).unlink()
    written = demo.write_demo(folder, per_kind=1)
    assert media(folder) == before
    assert (written.pictures, written.sounds) == (len(demo.PICTURES), len(demo.SOUNDS))
    shapes = [file for file in folder.rglob("*") if file.suffix in {".glb", ".obj", ".stl", ".ply", ".off"}]
    assert written.shapes == len(shapes)


def test_shapes_keep_their_class_and_what_is_asked_with_has_none(folder: Path):
    layout = Layout.of(folder)
    assert not {"pictures", "sounds"} & set(names())
    for file in folder.rglob("*.*"):
        path = PurePosixPath(file.relative_to(folder))
        label = layout.columns(path).get("label")
        assert label == (None if path.parts[0] in {"pictures", "sounds", ".demo.json"} else words(path.parts[0]))


def test_pictures_show_kinds_of_the_corpus_and_are_named_by_them():
    assert set(demo.PICTURES.values()) <= set(names())
    assert all((name_of(PurePosixPath(name)) or "").endswith(kind) for name, kind in demo.PICTURES.items())


@pytest.mark.parametrize("seed", [0, 1, 499_999, 500_000, 2**40])
def test_another_seed_asks_with_other_things_that_no_space_was_trained_on(seed: int):
    apart = demo.seed_apart(seed)
    assert 500_000 <= apart < 1_000_003  # corpora have lower ones, training has higher ones
    if 0 < seed < 500_000:
        assert apart != demo.seed_apart(0)


def test_pictures_of_someone_else_are_left_alone(tmp_path: Path):
    mine = tmp_path / "pictures" / "guitar.jpg"
    mine.parent.mkdir()
    mine.write_bytes(b"precious")
    with pytest.raises(UsageError, match="not empty"):
        demo.write_demo(tmp_path, per_kind=1)
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [mine] and mine.read_bytes() == b"precious"
