"""Objects of scenes as items: which there are, what they know, and what becomes of them later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import run
from index_reading import counts, rows, touch, vector
from scene_files import write_scene
from small_corpus import write_box
from zips import packed

import retriever
from indexer.build import index
from indexer.removal import remove
from indexer.writer import IndexWriter
from retriever import archives, loaders, spaces
from retriever.query.upright import usual_up
from retriever.store import Snapshot, read_failures, roots
from retriever.store.manifest import Manifest

CRATE, POLE, SLAB = (1, 1, 1), (1, 9, 1), (5, 0.5, 7)


@pytest.fixture
def kits(tmp_path: Path) -> Path:
    """A scene of three objects, one of a single object, and a file that is no scene."""
    write_scene(tmp_path / "kits/kit.glb", Crate=CRATE, Pole=POLE, Slab=SLAB)
    write_scene(tmp_path / "kits/lone.glb", Box=(1, 2, 3))
    write_box(tmp_path / "kits/flat.off", (3, 1, 4))
    return tmp_path / "kits"


INSIDE = {f"kit.glb/{name}.ply" for name in ("Crate", "Pole", "Slab")}
FILES = {"kit.glb", "lone.glb", "flat.off"}


def test_the_objects_of_a_scene_are_items_beside_it(kits: Path, folder: Path):
    summary = index(kits, folder, objects=True)
    assert counts(summary) == {"embedded": 3} and summary.objects == 3
    found = rows(folder)
    assert found.keys() == FILES | INSIDE
    pole = found["kit.glb/Pole.ply"]
    assert (pole["name"], pole["label"], pole["modality"], pole["faces"]) == ("pole", None, "shape", 12)
    assert pole["extent"] == pytest.approx(POLE) and pole["up"] == "y" and pole["watertight"]
    assert pole["bytes"] == archives.look(kits / "kit.glb/Pole.ply")[0]


@pytest.mark.parametrize("workers", [0, 2])
def test_an_object_has_the_vector_of_its_own_file(kits: Path, folder: Path, workers: int):
    index(kits, folder, objects=True, workers=workers)
    space = spaces.get(Snapshot.open(folder).identity.name)
    for path in INSIDE:
        assert np.array_equal(space.encode(shapes=[kits / path])[0], vector(folder, path))
        alone = kits.parent / "alone" / Path(path).name
        alone.parent.mkdir(exist_ok=True)
        alone.write_bytes(archives.read(kits / path))
        assert loaders.content_hash(alone) == rows(folder)[path]["sha256"]
    hits = retriever.open(folder).search(shape=kits / "kit.glb/Pole.ply", k=1)
    assert (hits[0].path, round(hits[0].score, 5)) == ("kit.glb/Pole.ply", 1)


def test_a_run_that_changes_nothing_reads_no_scene(kits: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    index(kits, folder, objects=True)
    before = rows(folder)
    monkeypatch.setattr(loaders, "load", lambda *_, **__: pytest.fail("a file was read"))
    monkeypatch.setattr(loaders, "objects_of", lambda *_: pytest.fail("a scene was read"))
    assert counts(index(kits, folder)) == {"unchanged": 3} and rows(folder) == before


def test_the_index_keeps_the_wish_until_it_is_taken_back(kits: Path, folder: Path):
    def written() -> dict[str, object]:
        return json.loads((folder / "manifest.json").read_text())

    index(kits, folder)
    assert rows(folder).keys() == FILES and written()["format"] == 4 and "objects" not in written()
    assert index(kits, folder, objects=True).objects == 3
    before = rows(folder)
    assert written()["format"] == 6 and Manifest.read(folder).objects and retriever.open(folder).status().objects
    assert "\nobjects\t3 of scenes, by --objects\n" in run("status", "--index", folder).stdout
    write_scene(kits / "new.glb", One=CRATE, Two=SLAB)
    assert index(kits, folder).objects == 2
    (kits / "new.glb").unlink()
    assert counts(index(kits, folder, objects=False)) == {"updated": 2, "unchanged": 1, "removed": 1}
    assert rows(folder).keys() == FILES and written()["format"] == 4
    index(kits, folder, objects=True)
    assert {path: row["id"] for path, row in rows(folder).items()} == {path: row["id"] for path, row in before.items()}


def test_objects_follow_their_scene(kits: Path, folder: Path):
    index(kits, folder, objects=True)
    before = rows(folder)
    write_scene(kits / "kit.glb", Crate=CRATE, Pole=(1, 12, 1), Wheel=(4, 4, 1))
    assert counts(index(kits, folder)) == {"embedded": 1, "unchanged": 2}
    found = rows(folder)
    assert found.keys() == FILES | {f"kit.glb/{name}.ply" for name in ("Crate", "Pole", "Wheel")}
    assert found["kit.glb/Pole.ply"]["id"] == before["kit.glb/Pole.ply"]["id"]
    assert found["kit.glb/Pole.ply"]["extent"] == pytest.approx((1, 12, 1))
    (kits / "kit.glb").rename(kits / "set.glb")
    index(kits, folder)
    assert rows(folder).keys() == (FILES - {"kit.glb"}) | {
        "set.glb",
        *(f"set.glb/{name}.ply" for name in ("Crate", "Pole", "Wheel")),
    }
    (kits / "set.glb").unlink()
    assert counts(index(kits, folder)) == {"removed": 1, "unchanged": 2}
    assert rows(folder).keys() == {"lone.glb", "flat.off"}


def test_only_the_scene_that_is_named_is_looked_at_again(kits: Path, folder: Path):
    write_scene(kits / "other.glb", Ball=(2, 2, 3), Post=(1, 7, 1))
    index(kits, folder, objects=True)
    before = rows(folder)
    for name in ("kit.glb", "other.glb"):
        touch(kits / name)
    assert index(kits / "kit.glb", folder).objects == 3
    assert rows(folder).keys() == before.keys()
    assert index(kits / "kit.glb", folder, again=True).objects == 3 and rows(folder).keys() == before.keys()


def test_what_is_said_of_a_scene_later_leaves_it_its_objects(kits: Path, folder: Path):
    index(kits, folder, objects=True)
    (kits / "kit.txt").write_text("things for a yard")
    table = kits.parent / "prices.csv"
    table.write_text("path,price\nkit.glb,12\nflat.off,3\n")
    for metadata in (None, table, None):
        index(kits, folder, metadata=metadata)
        found = rows(folder)
        assert found.keys() == FILES | INSIDE and found["kit.glb"]["caption"] == "things for a yard"
        assert found["kit.glb/Pole.ply"].get("caption") is None and found["kit.glb/Pole.ply"].get("price") is None
    assert found["kit.glb"]["price"] == 12


def test_a_scene_that_cannot_be_read_any_more_has_no_objects(kits: Path, folder: Path):
    index(kits, folder, objects=True)
    (kits / "kit.glb").write_bytes((kits / "kit.glb").read_bytes()[:200])
    assert len(index(kits, folder).failed) == 1
    assert rows(folder).keys() == FILES - {"kit.glb"}
    write_scene(kits / "kit.glb", Crate=CRATE, Pole=POLE, Slab=SLAB)
    index(kits, folder)
    assert rows(folder).keys() == FILES | INSIDE and not read_failures(folder)


class Stopped:
    """Rows are handed over one by one, and the run ends after some of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.handed: list[str] = []

    def index(self, after: int, *arguments: Any, **options: Any) -> None:
        whole = IndexWriter.append

        def append(writer: IndexWriter, items: list, vectors: np.ndarray) -> None:
            for number, item in enumerate(items):
                if len(self.handed) >= after:
                    raise KeyboardInterrupt
                self.handed.append(item["path"])
                whole(writer, [item], vectors[number : number + 1])

        with self._monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(IndexWriter, "append", append)
            index(*arguments, **options)


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Stopped:
    return Stopped(monkeypatch)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_an_interrupted_run_is_made_whole(kits: Path, folder: Path, after: int, stopped: Stopped):
    write_scene(kits / "kit.glb", Crate=CRATE, Old=POLE, Slab=SLAB)
    index(kits, folder, objects=True)
    write_scene(kits / "kit.glb", Crate=CRATE, Pole=POLE, Slab=SLAB)
    stopped.index(after, kits, folder)
    assert "kit.glb" not in stopped.handed, "a scene comes behind its objects"
    index(kits, folder)
    assert rows(folder).keys() == FILES | INSIDE


def test_a_first_run_that_was_interrupted_is_gone_on_with_and_nothing_is_removed(
    kits: Path, folder: Path, stopped: Stopped
):
    stopped.index(2, kits / "kit.glb", folder, objects=True)
    assert len(stopped.handed) == 2
    summary = index(kits, folder)
    assert counts(summary) == {"embedded": 3} and summary.objects == 3
    assert rows(folder).keys() == FILES | INSIDE


@pytest.mark.parametrize("first", [None, "lone.glb"])
def test_what_an_interrupted_run_began_and_none_goes_on_with_takes_no_object(
    kits: Path, folder: Path, first: str | None, stopped: Stopped
):
    index(kits, folder, objects=True)
    before = rows(folder)
    stopped.index(2, kits / "kit.glb", folder, up="z")
    if first:  # a run that does not look at the scene
        index(kits / first, folder)
    index(kits, folder)
    assert rows(folder) == before


def test_a_scene_that_is_brought_back_after_an_interrupted_run_has_its_objects_again(
    kits: Path, folder: Path, stopped: Stopped
):
    index(kits, folder, objects=True)
    before = rows(folder)
    (kits / "kit.glb").rename(kits.parent / "kept.glb")
    write_scene(kits / "kit.glb", Crate=CRATE, Pole=(1, 12, 1), Wheel=(4, 4, 1))
    stopped.index(3, kits / "kit.glb", folder)
    (kits.parent / "kept.glb").rename(kits / "kit.glb")
    index(kits, folder)
    assert rows(folder) == before


def test_a_scene_is_removed_with_its_objects_and_an_object_alone(kits: Path, folder: Path):
    index(kits, folder, objects=True)
    assert [path for _, path in remove(folder, ["kit.glb/Slab.ply"])] == ["kit.glb/Slab.ply"]
    index(kits, folder)
    assert rows(folder).keys() == (FILES | INSIDE) - {"kit.glb/Slab.ply"}, "it comes back when the scene changes"
    remove(folder, [str(kits / "kit.glb")])
    assert rows(folder).keys() == FILES - {"kit.glb"}
    index(kits, folder)
    assert rows(folder).keys() == FILES | INSIDE
    remove(folder, [str(rows(folder)["kit.glb"]["id"])])
    index(kits, folder)
    assert rows(folder).keys() == FILES | INSIDE


def test_an_axis_that_is_given_is_that_of_the_objects(kits: Path, folder: Path):
    index(kits, folder, objects=True, up="z")
    assert {row["up"] for row in rows(folder).values()} == {"z"}
    space = spaces.get(Snapshot.open(folder).identity.name)
    path = kits / "kit.glb/Pole.ply"
    assert np.array_equal(space.encode(shapes=[path], up="z")[0], vector(folder, "kit.glb/Pole.ply"))


def test_scenes_in_archives_are_taken_whole(kits: Path, folder: Path):
    pack = packed(kits.parent / "pack.zip", kits)
    index(pack, folder, objects=True)
    assert not any(archives.is_object(path) for path in rows(folder))


def test_objects_are_asked_with_and_shown_by_their_paths(kits: Path, folder: Path):
    assert run("index", kits, "--index", folder, "--objects").stderr.splitlines()[0].partition(" in ")[0] == (
        f"{folder}: 3 embedded and 3 objects, 0 unchanged"
    )
    found = run("query", "--shape", kits / "kit.glb/Pole.ply", "-k", "1", "--index", folder, "--json").stdout
    assert json.loads(found)["hits"][0]["path"] == "kit.glb/Pole.ply"
    page = kits.parent / "hits.html"
    assert run("query", "--id", "kit.glb/Pole.ply", "--html", page, "--index", folder).exit_code == 0
    assert page.read_text().count("data:image/webp") >= 3
    wrong = run("query", "--shape", kits / "kit.glb/Pile.ply", "--index", folder)
    assert wrong.exit_code == 2 and "kit.glb holds Crate.ply, Pole.ply, Slab.ply" in wrong.stderr


def test_files_in_a_folder_that_is_called_like_a_scene_are_no_objects(kits: Path, folder: Path):
    for length in (3, 4, 5):
        box = kits / f"car.obj/box{length}.ply"
        box.parent.mkdir(exist_ok=True)
        box.write_bytes(archives.read(kits / "kit.glb/Pole.ply"))
    index(kits, folder, objects=True, up="z")
    opened = retriever.open(folder)
    assert opened.status().objects == len(INSIDE)
    pack = packed(kits.parent / "pack.zip", kits)
    for place in (kits, pack):
        assert usual_up(opened.snapshot, place / "car.obj/box3.ply") == "z", place
    assert usual_up(opened.snapshot, kits / "kit.glb/Pole.ply") is None, "a GLB file says it itself"


def test_no_scene_is_read_to_see_whether_a_corpus_moved(kits: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    index(kits / "kit.glb", folder, objects=True)
    monkeypatch.setattr(roots, "_SAMPLE", 1)  # of a kit's hundred objects and the kit itself, most will be objects
    monkeypatch.setattr(loaders, "objects_of", lambda *_: pytest.fail("a scene was read"))
    assert roots.share(Snapshot.open(folder), "kits", str(kits)) == 1
