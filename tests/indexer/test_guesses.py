"""Guessed labels stay with the bytes that they were guessed from, through every way in which a row is written anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import simple_space
from index_reading import counts, rows, touch
from scene_files import write_scene
from small_corpus import write_box, write_gltf

from indexer.build import index
from indexer.labelling import label
from retriever.query.zeroshot import CONFIDENCE, KINDS, names_of
from retriever.spaces import ShapeInput, Space, SpaceIdentity
from retriever.store import Snapshot
from retriever.types import Modality

NAMES = names_of(["chair", "table", "lamp"], [])


@pytest.fixture
def things(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus without labels in a space that looks at colours, and its index with guessed ones."""
    colored = ShapeInput(points=256, color=0.5)
    towers = {modality: simple_space.TOWERS[modality] for modality in (Modality.SHAPE, Modality.TEXT)}
    space = Space(SpaceIdentity("mini", simple_space.DIM, "6", colored), towers, "made for tests")
    monkeypatch.setattr(simple_space, "open_space", lambda **_: space)
    for n, name in enumerate(("a.off", "b.off", "c.obj")):
        write_box(tmp_path / "things" / name, (1, 2 + n, 3))
    write_gltf(tmp_path / "things", 1)
    index([tmp_path / "things"], folder)
    assert label(folder, NAMES, write=True).written == 4
    return tmp_path / "things"


def guesses(folder: Path) -> dict[str, tuple[object, object]]:
    return {path: (row["label"], row[CONFIDENCE]) for path, row in rows(folder).items()}


def touch_all(things: Path) -> None:
    for path in things.iterdir():
        touch(path)


def add_captions(things: Path) -> None:
    for stem in "abct":
        (things / f"{stem}.txt").write_text("a thing")


@pytest.mark.parametrize("change", [touch_all, add_captions])
def test_guesses_stay_where_no_file_changes(change: Callable[[Path], None], things: Path, folder: Path):
    before = guesses(folder)
    assert all(name and sure for name, sure in before.values())
    change(things)
    summary = index([things], folder)
    assert counts(summary) == {"embedded": 2, "updated": 2} and summary.dropped == 0
    assert guesses(folder) == before


def test_guesses_stay_beside_a_metadata_table(things: Path, folder: Path, tmp_path: Path):
    before = guesses(folder)
    (tmp_path / "prices.csv").write_text("path,price\na.off,1\nc.obj,2\n")
    assert index([things], folder, metadata=tmp_path / "prices.csv").dropped == 0
    assert guesses(folder) == before and rows(folder)["c.obj"]["price"] == 2


def test_renamed_and_copied_files_take_their_guesses_along(things: Path, folder: Path):
    before = guesses(folder)
    (things / "a.off").rename(things / "renamed.off")
    (things / "c.obj").rename(things / "renamed.obj")
    shutil.copy(things / "b.off", things / "copy.off")
    assert counts(index([things], folder)) == {"embedded": 1, "reused": 2, "removed": 2, "unchanged": 2}
    after = guesses(folder)
    assert (after["renamed.off"], after["renamed.obj"]) == (before["a.off"], before["c.obj"])
    assert after["copy.off"] == after["b.off"] == before["b.off"]


def test_objects_of_renamed_and_copied_scenes_take_their_guesses_along(tmp_path: Path, folder: Path):
    kits = write_scene(tmp_path / "kits/kit.glb", Crate=(1, 1, 1), Pole=(1, 9, 1)).parent
    index(kits, folder, objects=True)
    assert label(folder, NAMES, write=True).written == 3
    before = guesses(folder)
    shutil.copy(kits / "kit.glb", kits / "copy.glb")
    (kits / "kit.glb").rename(kits / "renamed.glb")
    summary = index(kits, folder)
    assert (summary.embedded, summary.objects, summary.dropped) == (2, 4, 0)
    after = guesses(folder)
    for inside in ("", "/Crate.ply", "/Pole.ply"):
        assert after[f"copy.glb{inside}"] == after[f"renamed.glb{inside}"] == before[f"kit.glb{inside}"]


def test_moved_corpus_takes_its_guesses_along(things: Path, folder: Path):
    before = guesses(folder)
    moved = things.rename(things.with_name("moved"))
    assert counts(index([moved], folder)) == {"unchanged": 4}
    assert guesses(folder) == before
    assert list(Snapshot.open(folder).manifest.roots.values()) == [str(moved)]


def test_guesses_go_where_the_content_changes(things: Path, folder: Path):
    before = guesses(folder)
    write_box(things / "a.off", (5, 1, 1))
    write_gltf(things, 9)  # the same bytes in the .gltf, but another shape
    touch(things / "t.gltf")
    summary = index([things], folder)
    assert summary.dropped == 2
    after = guesses(folder)
    assert after["a.off"] == after["t.gltf"] == (None, None)
    assert (after["b.off"], after["c.obj"]) == (before["b.off"], before["c.obj"])
    assert index([things], folder).dropped == 0


def test_another_axis_drops_guesses(things: Path, folder: Path):
    assert index([things], folder, up="z").dropped == 4


def test_label_of_the_corpus_goes_before_a_guess(things: Path, folder: Path):
    (things / "a.json").write_text('{"label": "box"}')
    assert index([things], folder).dropped == 1
    assert guesses(folder)["a.off"] == ("box", None)


def test_file_of_the_same_bytes_without_a_guess_gets_none(tmp_path: Path, folder: Path):
    for name in ("a.off", "b.off"):
        write_box(tmp_path / "things" / name, (1, 2, 3))
    index([tmp_path / "things"], folder)
    label(folder, NAMES, where="path = 'a.off'", write=True)
    touch_all(tmp_path / "things")
    index([tmp_path / "things"], folder)
    after = guesses(folder)
    assert after["a.off"][0] and after["b.off"] == (None, None)


def test_a_guess_from_before_there_were_kinds_gets_its_own(things: Path, folder: Path):
    before = rows(folder)
    for file in folder.rglob("items.parquet"):
        pq.write_table(pq.read_table(file).drop_columns([KINDS]), file, write_page_checksum=True)
    index([things], folder, again=True)
    after = rows(folder)
    assert {path: row[KINDS] for path, row in after.items()} == {path: row[KINDS] for path, row in before.items()}
    assert all(row[KINDS][0] == row["label"] for row in after.values())


def test_guesses_of_objects_follow_them_into_other_scenes(things: Path, folder: Path):
    kit = write_scene(things / "kit.glb", Crate=(1, 1, 1), Pole=(1, 9, 1))
    index([things], folder, objects=True)
    label(folder, NAMES, write=True)
    before = guesses(folder)
    assert all(before[f"kit.glb/{name}.ply"][0] for name in ("Crate", "Pole"))
    kit.rename(things / "set.glb")
    write_scene(things / "other.glb", Crate=(1, 1, 1), Slab=(5, 0.5, 7))
    index([things], folder)
    found = guesses(folder)
    for path, of in (("set.glb/Pole", "Pole"), ("set.glb/Crate", "Crate"), ("other.glb/Crate", "Crate")):
        assert found[f"{path}.ply"] == before[f"kit.glb/{of}.ply"]
    assert found["other.glb/Slab.ply"] == (None, None)
