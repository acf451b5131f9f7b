"""Indexes and corpora that were renamed, copied and taken elsewhere."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from index_making import SPACE, contents, item, unit
from index_reading import counts
from small_corpus import write_box, write_boxes

from indexer.build import index
from indexer.forgetting import Forgotten
from indexer.removal import remove
from indexer.writer import IndexWriter
from retriever import open as open_index
from retriever.check import check
from retriever.store import Manifest, Snapshot, item_id


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder of five boxes and, beside them, their index."""
    write_boxes(tmp_path / "project/shapes", 5)
    index(tmp_path / "project/shapes", tmp_path / "project/.retriever")
    return tmp_path / "project"


def root(project: Path) -> str:
    """Of the only corpus of the index in a folder, as readers see it, who write nothing."""
    folder = project / ".retriever"
    before = {path: path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}
    (place,) = Snapshot.open(folder).roots.values()
    assert {path: path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))} == before
    return place


def test_a_folder_that_is_renamed_goes_on_working(project: Path):
    here = project.rename(project.with_name("renamed"))
    assert root(here) == str(here / "shapes")
    searched = open_index(here / ".retriever")
    hits = searched.search(id="box-000.off", k=10)
    assert len(hits) == 4 and all(hit.file.is_file() and hit.file.is_relative_to(here) for hit in hits)
    assert searched.status().roots == {"shapes": str(here / "shapes")}
    removed = remove(here / ".retriever", [str(here / "shapes/box-003.off")], dry_run=True)
    assert [path for _, path in removed] == ["box-003.off"]


def test_the_next_run_notes_the_new_place_and_embeds_nothing(project: Path):
    here = project.rename(project.with_name("renamed"))
    done = index(here / "shapes", here / ".retriever")
    assert counts(done) == {"unchanged": 5}
    assert done.moved == {str(project / "shapes"): str(here / "shapes")} and not done.absent
    written = Manifest.read(here / ".retriever")
    assert (written.roots, written.folder) == ({"shapes": str(here / "shapes")}, str(here / ".retriever"))
    assert not check(here / ".retriever").damaged
    before = (here / ".retriever/manifest.json").read_bytes()
    assert not index(here / "shapes", here / ".retriever").moved
    assert (here / ".retriever/manifest.json").read_bytes() == before


def test_a_part_of_a_corpus_that_moved_along_is_a_part_of_it(project: Path):
    here = project.rename(project.with_name("renamed"))
    write_box(here / "shapes/new.off", (7, 1, 1))
    assert counts(index(here / "shapes/new.off", here / ".retriever")) == {"embedded": 1}
    assert Manifest.read(here / ".retriever").roots == {"shapes": str(here / "shapes")}


@pytest.mark.parametrize("original", ["kept", "changed", "gone"])
def test_a_copy_has_its_own_files(project: Path, original: str):
    here = Path(shutil.copytree(project, project.with_name("copy")))
    if original == "changed":
        (project / "shapes/box-000.off").unlink()
    elif original == "gone":
        shutil.rmtree(project)
    (here / "shapes/box-001.off").unlink()
    assert root(here) == str(here / "shapes")
    assert original == "gone" or root(project) == str(project / "shapes")
    for path in (here / "shapes").iterdir():
        os.utime(path)  # as `cp -r` does
    assert counts(index(here / "shapes", here / ".retriever")) == {"updated": 4, "removed": 1}


def test_an_index_that_moves_alone_keeps_its_root(project: Path, tmp_path: Path):
    (tmp_path / "else").mkdir()
    (project / ".retriever").rename(tmp_path / "else/.retriever")
    assert root(tmp_path / "else") == str(project / "shapes")
    write_boxes(tmp_path / "else/shapes", 2)  # others that are called alike, most of them
    assert root(tmp_path / "else") == str(project / "shapes")
    assert counts(index(project / "shapes", tmp_path / "else/.retriever")) == {"unchanged": 5}
    assert Manifest.read(tmp_path / "else/.retriever").folder == str(tmp_path / "else/.retriever")


def test_a_part_of_the_files_is_found_where_the_others_are_gone(project: Path, tmp_path: Path):
    here = tmp_path / "usb"
    shutil.copytree(project / ".retriever", here / ".retriever")
    write_boxes(here / "shapes", 2)
    project.rename(project.with_name("away"))
    assert root(here) == str(here / "shapes")
    shutil.rmtree(here / "shapes")
    assert root(here) == str(project / "shapes"), "there is nothing in either place: it says where they were"


def test_only_the_roots_that_moved_along_are_elsewhere(project: Path, tmp_path: Path):
    write_box(tmp_path / "nas/x.off", (3, 1, 1))
    index([tmp_path / "nas"], project / ".retriever")
    (tmp_path / "deep").mkdir()
    here = project.rename(tmp_path / "deep/project")
    expected = {"shapes": str(here / "shapes"), "nas": str(tmp_path / "nas")}
    assert Snapshot.open(here / ".retriever").roots == expected
    assert remove(here / ".retriever", [str(tmp_path / "nas")])
    assert Manifest.read(here / ".retriever").roots == {"shapes": str(here / "shapes")}
    assert len(Snapshot.open(here / ".retriever")) == 5


def test_an_index_within_its_corpus_moves_along(tmp_path: Path):
    write_boxes(tmp_path / "shapes", 3)
    index(tmp_path / "shapes", tmp_path / "shapes/.retriever")
    here = (tmp_path / "shapes").rename(tmp_path / "renamed")
    assert root(here) == str(here)
    assert counts(index(here, here / ".retriever")) == {"unchanged": 3}


def test_a_corpus_that_was_the_whole_disk_is_found_where_that_is_mounted(tmp_path: Path):
    with IndexWriter(tmp_path / ".retriever", SPACE) as writer:
        writer.append([item(number) for number in range(200)], unit(200))
        writer.commit()
    _rewrite(tmp_path / ".retriever/manifest.json", roots={"corpus": "/"}, folder="/.retriever")
    for number in range(0, 200, 2):
        (tmp_path / f"{number}.obj").write_bytes(b"x" * number)
    assert root(tmp_path) == str(tmp_path)


def test_links_are_followed(project: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(project)
    assert root(tmp_path / "link") == str(project / "shapes")
    here = project.rename(tmp_path / "moved")
    project.symlink_to(here)
    assert root(project) == str(here / "shapes")
    assert counts(index(project / "shapes", project / ".retriever")) == {"unchanged": 5}


@pytest.fixture
def moved(corpus: Path, folder: Path, tmp_path: Path) -> Path:
    """Where an indexed corpus lies now; a link is in its old place."""
    index([corpus], folder, workers=0)
    (tmp_path / "big").mkdir()
    here = corpus.rename(tmp_path / "big/moved")
    corpus.symlink_to(here)
    return here


def test_a_corpus_whose_place_a_link_has_taken_is_the_same_corpus(corpus: Path, folder: Path, moved: Path):
    for paths in ([corpus], [moved], [corpus / "tall"], [moved / "flat/c.off"], [moved, corpus]):
        done = index(paths, folder, workers=0)
        assert not counts(done).keys() - {"unchanged"} and not done.moved
    assert Manifest.read(folder).roots == {"corpus": str(corpus)} and len(Snapshot.open(folder)) == 5
    (moved / "tall/b.off").unlink()
    assert counts(index([corpus], folder, workers=0)) == {"unchanged": 4, "removed": 1}


@pytest.mark.parametrize("by_link", [True, False])
def test_what_is_removed_may_be_named_by_a_link_or_really(corpus: Path, folder: Path, moved: Path, by_link: bool):
    place, beside = corpus if by_link else moved, Forgotten()
    assert [path for _, path in remove(folder, [str(place / "tall/a.off")])] == ["tall/a.off"]
    assert len(remove(folder, [str(place)], forgotten=beside)) == 4
    assert beside.roots == {"corpus": str(corpus)} and not Manifest.read(folder).roots


def test_an_index_that_has_a_corpus_twice_loses_all_of_it(corpus: Path, folder: Path, moved: Path):
    """As versions made it that followed the link."""
    with IndexWriter(folder, Snapshot.open(folder).identity) as writer:
        root = writer.root(moved)
        rows = writer.snapshot.take(np.arange(5), ["path", "modality", "sha256", "bytes", "fingerprint"]).to_pylist()
        items = [item(0, root) | row | {"id": item_id(root, row["path"])} for row in rows]
        writer.append(items, writer.snapshot.vectors(np.arange(5)))
        writer.commit()
    assert counts(index([corpus], folder, workers=0)) == {"unchanged": 5}
    beside = Forgotten()
    assert len(remove(folder, [str(corpus)], forgotten=beside)) == 10
    assert sorted(beside.roots.values()) == [str(moved), str(corpus)] and not Manifest.read(folder).roots


def test_a_linked_folder_in_a_corpus_is_a_part_of_it(corpus: Path, folder: Path, tmp_path: Path):
    write_boxes(tmp_path / "other", 2, ".obj")
    (corpus / "scans").symlink_to(tmp_path / "other")
    (corpus / "again").symlink_to(corpus / "tall")
    index([corpus], folder, workers=0)
    ids = set(contents(Snapshot.open(folder)))
    for part in ("scans", "scans/box-001.obj", "tall", "again", "again/a.off"):
        assert not counts(index([corpus / part], folder, workers=0)).keys() - {"unchanged"}, part
    assert set(contents(Snapshot.open(folder))) == ids and len(Manifest.read(folder).roots) == 1
    assert [path for _, path in remove(folder, [str(corpus / "scans/box-001.obj")])] == ["scans/box-001.obj"]
    assert [path for _, path in remove(folder, [str(corpus / "scans")])] == ["scans/box-000.obj"]
    assert [path for _, path in remove(folder, [str(corpus / "again/a.off")])] == ["tall/a.off"]


def test_an_archive_is_looked_into_by_any_of_its_names(corpus: Path, folder: Path, moved: Path, tmp_path: Path):
    (tmp_path / "other").mkdir()
    (moved / "scans").symlink_to(tmp_path / "other")
    for number, place in enumerate((moved / "one.zip", moved / "two.zip", tmp_path / "other/three.zip")):
        with ZipFile(place, "w") as pack:
            pack.write(write_box(tmp_path / "x.off", (3, 7, 1 + number)), "x.off")
    for place in (corpus / "one.zip", moved / "two.zip", corpus / "scans/three.zip"):
        assert counts(index([place], folder, workers=0)) == {"embedded": 1}
    assert counts(index([corpus], folder, workers=0)) == {"unchanged": 8}
    assert Manifest.read(folder).roots == {"corpus": str(corpus)}


def test_older_versions_are_found_as_well(project: Path):
    folder, (old, *_) = project / ".retriever", Snapshot.open(project / ".retriever").roots.values()
    first = Manifest.read(folder).version
    remove(folder, ["box-000.off"])
    here = project.rename(project.with_name("renamed"))
    for _ in range(2):
        assert Snapshot.open(here / ".retriever", first).roots == {"shapes": str(here / "shapes")} != {"shapes": old}
        index(here / "shapes", here / ".retriever")


def test_an_index_of_an_older_version_learns_where_it_lies(project: Path):
    folder = project / ".retriever"
    _rewrite(folder / "manifest.json", format=3)
    copy = Path(shutil.copytree(project, project.with_name("copy")))
    assert root(copy) == str(project / "shapes"), "nothing says that it moved"
    assert counts(index(project / "shapes", folder)) == {"unchanged": 5}
    here = project.rename(project.with_name("renamed"))
    assert root(here) == str(here / "shapes")


def test_a_folder_whose_name_is_no_text_holds_an_index_all_the_same(project: Path):
    here = project.rename(os.fsdecode(os.fsencode(project) + b"\xff"))
    assert root(here) == str(project / "shapes")
    remove(here / ".retriever", ["box-000.off"])
    assert Manifest.read(here / ".retriever").folder == "" and len(Snapshot.open(here / ".retriever")) == 4


def test_a_copy_of_a_part_does_not_take_the_place_of_a_drive_that_is_away(corpus: Path, folder: Path, tmp_path: Path):
    index([corpus], folder)
    shutil.copytree(corpus / "flat", tmp_path / "part/flat")  # three of five
    drive = corpus.rename(tmp_path / "away")
    done = index([tmp_path / "part"], folder)
    assert counts(done) == {"reused": 3} and not done.moved and done.absent == [str(corpus)]
    drive.rename(corpus)
    assert counts(index([corpus], folder)) == {"unchanged": 5}
    assert len(Snapshot.open(folder)) == 8


def _rewrite(path: Path, **changes: object) -> None:
    """A manifest with other values; of an older format it does not say where the index lies."""
    data = json.loads(path.read_text()) | changes
    del data["crc"]
    if data["format"] < 4:
        del data["folder"]
    path.write_text(json.dumps(data))
