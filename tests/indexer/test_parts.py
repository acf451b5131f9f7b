"""Files that meshes were read from, whatever their names: a change of one is a change of all that read it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import simple_space
from index_reading import counts, rows, touch, vector
from small_corpus import write_box, write_gltf, write_paint, write_painted, write_picture

from indexer import parts
from indexer.build import index
from retriever.types import Part


@pytest.fixture
def painted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two OBJ files of one material, below a third and a plain one, for a space that looks at colours alone."""
    monkeypatch.setattr(simple_space, "open_space", simple_space.open_colored)
    root = tmp_path / "painted"
    for name in ("a/one.obj", "a/two.obj", "three.obj"):
        write_painted(root / name)
    write_box(root / "plain.obj", (3, 2, 1))
    for folder in (root, root / "a"):
        write_paint(folder / "palette.mtl", (1, 0, 0))
    return root


def test_a_changed_material_embeds_what_it_is_of_again(painted: Path, folder: Path) -> None:
    index([painted], folder)
    old = vector(folder, "a/one.obj")
    assert counts(index([painted], folder)) == {"unchanged": 4}
    write_paint(painted / "a/palette.mtl", (0, 1, 0))
    touch(painted / "a/palette.mtl")
    assert counts(index([painted], folder)) == {"embedded": 2, "unchanged": 2}
    assert float(vector(folder, "a/one.obj") @ old) < 0.9
    np.testing.assert_array_equal(vector(folder, "three.obj"), old)
    assert counts(index([painted], folder)) == {"unchanged": 4}


def test_a_material_that_goes_and_comes_back(painted: Path, folder: Path) -> None:
    index([painted], folder)
    old = vector(folder, "three.obj")
    (painted / "palette.mtl").rename(painted / "palette.off-limits")
    assert counts(index([painted], folder)) == {"embedded": 1, "unchanged": 3}
    assert float(vector(folder, "three.obj") @ old) < 0.9
    assert counts(index([painted], folder)) == {"unchanged": 4}, "what is not there is remembered, too"
    (painted / "palette.off-limits").rename(painted / "palette.mtl")
    assert counts(index([painted], folder)) == {"embedded": 1, "unchanged": 3}
    np.testing.assert_array_equal(vector(folder, "three.obj"), old)


def test_companions_in_a_folder_that_is_a_link(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "elsewhere/models").mkdir(parents=True)
    write_gltf(tmp_path / "elsewhere/models", 2)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/linked").symlink_to(tmp_path / "elsewhere/models")
    summary = index(tmp_path / "corpus", folder)
    assert counts(summary) == {"embedded": 1} and not summary.failed


def test_a_buffer_of_another_name(corpus: Path, folder: Path) -> None:
    write_gltf(corpus / "tall", 1, "geometry.bin")
    index([corpus], folder)
    old = vector(folder, "tall/t.gltf")
    write_gltf(corpus / "tall", 5, "geometry.bin")
    touch(corpus / "tall/geometry.bin")
    assert counts(index([corpus], folder)) == {"embedded": 1, "unchanged": 5}
    assert not np.allclose(vector(folder, "tall/t.gltf"), old)
    (corpus / "tall/geometry.bin").unlink()
    summary = index([corpus], folder)
    assert [(failure.path, failure.kind) for failure in summary.failed] == [("tall/t.gltf", "missing-part")]
    assert "tall/t.gltf" not in rows(folder)


def test_a_changed_material_is_no_other_vector_where_no_colour_is_looked_at(tmp_path: Path, folder: Path) -> None:
    write_painted(tmp_path / "c/a.obj")
    write_paint(tmp_path / "c/palette.mtl", (1, 0, 0))
    index([tmp_path / "c"], folder)
    touch(tmp_path / "c/palette.mtl")
    assert counts(index([tmp_path / "c"], folder)) == {"updated": 1}
    assert counts(index([tmp_path / "c"], folder)) == {"unchanged": 1}
    shutil.copytree(tmp_path / "c", tmp_path / "c/copy", copy_function=shutil.copy)
    assert counts(index([tmp_path / "c"], folder)) == {"reused": 1, "unchanged": 1}
    touch(tmp_path / "c/copy/palette.mtl")
    assert counts(index([tmp_path / "c"], folder)) == {"updated": 1, "unchanged": 1}, "a copy has a material of its own"


def test_a_row_of_one_file_is_written_as_ever(corpus: Path, folder: Path) -> None:
    # So that an index of a former version has nothing to embed again, and that version nothing in one of this.
    index([corpus], folder)
    assert all("|" not in str(row["fingerprint"]) for row in rows(folder).values())


def test_what_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "wood +|.png").write_bytes(b"123")
    state = (3, (tmp_path / "wood +|.png").stat().st_mtime_ns)
    then = parts.remembered([Part("../wood +|.png", state), Part("gone.mtl", None)])
    assert parts.split(f"stamp:auto{then}") == ("stamp:auto", then)
    assert parts.split("stamp:auto") == ("stamp:auto", parts.remembered(()))
    assert parts.States().again(tmp_path / "a/x.obj", then) == then
    (tmp_path / "a/gone.mtl").write_text("back")
    assert parts.States().again(tmp_path / "a/x.obj", then) != then


def test_again_embeds_all_under_the_same_ids(corpus: Path, folder: Path) -> None:
    index([corpus], folder)
    before = {path: row["id"] for path, row in rows(folder).items()}
    assert counts(index([corpus / "tall"], folder, again=True)) == {"embedded": 2}
    assert counts(index([corpus], folder, again=True)) == {"embedded": 5}
    assert {path: row["id"] for path, row in rows(folder).items()} == before
    assert counts(index([corpus], folder)) == {"unchanged": 5}


def test_again_after_an_interruption_says_nothing_of_recovered_rows(corpus: Path, folder: Path) -> None:
    def stop(phase: str, done: int, total: int | None) -> None:
        if phase == "embed" and done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index([corpus], folder, progress=stop)
    assert counts(index([corpus], folder, again=True)) == {"embedded": 5}


def test_again_without_the_table_of_before_says_what_is_lost(
    corpus: Path, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "t.csv").write_text("path,price\ntall/a.off,9\n")
    index([corpus], folder, metadata=tmp_path / "t.csv")
    index([corpus], folder, metadata=tmp_path / "t.csv", again=True)
    assert rows(folder)["tall/a.off"]["price"] == 9 and not caplog.messages
    index([corpus], folder, again=True)
    assert [message for message in caplog.messages if "--metadata" in message]


def test_a_part_of_a_corpus_takes_no_texture_of_another_part_for_an_item(
    painted: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simple_space, "open_space", simple_space.open_pictured)
    for name in ("wood", "photo"):
        write_picture(painted / f"textures/{name}.png", (200, 30, 30))
    (painted / "a/palette.mtl").write_text("newmtl paint\nmap_Kd ../textures/wood.png\n")
    corners = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nvt 0 0\n"
    faces = "f 1/1 2/1 3/1\nf 1/1 2/1 4/1\n"
    (painted / "a/one.obj").write_text(f"mtllib palette.mtl\nusemtl paint\n{corners}{faces}")
    index([painted], folder)
    assert "textures/photo.png" in rows(folder) and "textures/wood.png" not in rows(folder)
    before = sorted(rows(folder))
    summary = index([painted / "textures"], folder)
    assert counts(summary) == {"unchanged": 1} and summary.skipped == {"companion": 1}
    assert sorted(rows(folder)) == before
