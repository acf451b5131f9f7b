"""Zip archives that are indexed: what is looked into, what their items know, and what becomes of them later."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import simple_space
from index_reading import counts, rows, touch, vector
from rights import INDEXED, run_without_rights
from small_corpus import write_box, write_boxes, write_gltf, write_paint, write_painted, write_picture
from zips import packed, patched

from indexer.build import index
from indexer.removal import remove
from indexer.skipped import NESTED, ZIPS
from retriever.errors import RetrieverError, UsageError
from retriever.store import Snapshot, read_failures


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """A folder to be packed: two classes, with a caption, a preview, a material, a buffer and a texture."""
    kit = tmp_path / "kit"
    write_painted(kit / "chair/a.obj", "paint.mtl")
    write_paint(kit / "chair/paint.mtl", (1, 0, 0))
    write_box(kit / "chair/b.off", (1, 3, 1))
    write_picture(kit / "chair/b.png", (9, 9, 9))
    (kit / "chair/b.txt").write_text("a high stool")
    (kit / "table").mkdir()
    write_gltf(kit / "table", 2)
    (kit / "table/t.json").write_text('{"maker": "Ada", "caption": "a thin one"}')
    write_picture(kit / "photos/red.png", (200, 0, 0))
    (kit / "chair/paint.mtl").write_text((kit / "chair/paint.mtl").read_text() + "map_Kd ../photos/wood.png\n")
    write_picture(kit / "photos/wood.png", (90, 60, 0))
    (kit / "inner.zip").write_bytes(b"PK")
    return kit


@pytest.fixture
def pack(kit: Path, tmp_path: Path) -> Path:
    return packed(tmp_path / "packs/Furniture Kit 2.zip", kit)


def below(pack: Path, found: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    return {path.removeprefix(f"{pack.name}/"): row for path, row in found.items() if path.startswith(f"{pack.name}/")}


def test_an_archive_that_is_named_is_indexed_as_its_folder_would_be(kit: Path, pack: Path, tmp_path: Path) -> None:
    summary = index(pack, tmp_path / "packed")
    assert counts(summary) == {"embedded": 4} and not summary.failed
    skipped = index(kit, tmp_path / "plain").skipped
    assert skipped.pop(ZIPS) == summary.skipped.pop(NESTED) == 1 and skipped == summary.skipped
    assert list(summary.roots.values()) == [str(pack.parent)]
    found, plain = below(pack, rows(tmp_path / "packed")), rows(tmp_path / "plain")
    assert set(found) == set(plain) == {"chair/a.obj", "chair/b.off", "table/t.gltf", "photos/red.png"}
    for path, row in found.items():
        differ = {name for name in row if row[name] != plain[path].get(name)}
        assert differ <= {"id", "root", "path", "fingerprint", "preview"}, differ
        np.testing.assert_array_equal(
            vector(tmp_path / "packed", f"{pack.name}/{path}"), vector(tmp_path / "plain", path)
        )
    assert (found["chair/b.off"]["label"], found["chair/b.off"]["caption"]) == ("chair", "a high stool")
    assert found["chair/b.off"]["preview"] == f"{pack.name}/chair/b.png"
    assert counts(index(pack, tmp_path / "packed")) == {"unchanged": 4}


def test_worker_processes_read_members(tmp_path: Path) -> None:
    write_boxes(tmp_path / "boxes", 60)
    pack = packed(tmp_path / "packs/boxes.zip", tmp_path / "boxes")
    assert counts(index(pack, tmp_path / "index", workers=2)) == {"embedded": 60}
    assert counts(index(tmp_path / "boxes", tmp_path / "index")) == {"reused": 60}


def test_archives_that_are_met_are_counted_and_those_of_the_index_looked_into(pack: Path, tmp_path: Path) -> None:
    folder, other = tmp_path / "index", shutil.copy(pack, pack.with_name("other.zip"))
    with pytest.raises(RetrieverError, match="2 skipped: zip archives; name one to have it looked into"):
        index(pack.parent, folder)
    write_box(pack.parent / "plain.off", (7, 1, 1))
    summary = index(pack.parent, folder)
    assert counts(summary) == {"embedded": 1} and summary.skipped[ZIPS] == 2
    summary = index([pack.parent, pack], folder)
    assert counts(summary) == {"embedded": 4, "unchanged": 1} and summary.skipped[ZIPS] == 1
    assert counts(index(pack.parent, folder)) == {"unchanged": 5}
    assert counts(index(pack.parent / "plain.off", folder)) == {"unchanged": 1}
    assert counts(index(other, folder)) == {"reused": 3, "embedded": 1}
    assert counts(index(pack.parent, folder)) == {"unchanged": 9}
    pack.unlink()
    assert counts(index(pack.parent, folder)) == {"removed": 4, "unchanged": 5}


def test_members_are_compared_by_what_they_hold(kit: Path, pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    index(pack, folder)
    touch(kit / "chair/b.off")
    packed(pack, kit)
    touch(pack)
    assert counts(index(pack, folder)) == {"unchanged": 4}, "packed again"
    (kit / "photos/red.png").unlink()
    write_box(kit / "table/c.off", (4, 3, 2))
    write_paint(kit / "chair/paint.mtl", (0, 1, 0))
    (kit / "chair/b.txt").write_text("a low stool")
    packed(pack, kit)
    done = counts(index(pack.parent, folder))
    assert done == {"embedded": 2, "updated": 2, "unchanged": 1, "removed": 1}, "a table, and wood that nothing names"
    assert rows(folder)[f"{pack.name}/chair/b.off"]["caption"] == "a low stool"


def test_a_material_in_an_archive_that_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple_space, "open_space", simple_space.open_colored)
    write_painted(tmp_path / "kit/a.obj", "colors/paint.mtl")
    (tmp_path / "kit/colors").mkdir()
    write_paint(tmp_path / "kit/colors/paint.mtl", (1, 0, 0))
    pack = packed(tmp_path / "packs/kit.zip", tmp_path / "kit")
    index(pack, tmp_path / "index")
    before = vector(tmp_path / "index", "kit.zip/a.obj")
    write_paint(tmp_path / "kit/colors/paint.mtl", (0, 1, 0))
    packed(pack, tmp_path / "kit")
    assert counts(index(pack, tmp_path / "index")) == {"embedded": 1}
    assert float(vector(tmp_path / "index", "kit.zip/a.obj") @ before) < 0.9


def test_classes_are_looked_for_in_each_archive(tmp_path: Path) -> None:
    for name in ("a/x.off", "a/y.off", "b/z.off"):
        write_box(tmp_path / "kit/assets" / name, (1, 2, len(name)))
    packs = tmp_path / "packs"
    packed(packs / "deep/er/kit.zip", tmp_path / "kit")
    write_box(packs / "lamp/one.off", (3, 3, 1))
    write_box(packs / "sofa/two.off", (3, 2, 1))
    write_box(tmp_path / "plain/thing.off", (8, 8, 1))
    packed(packs / "lamp/more.zip", tmp_path / "plain")
    index([packs, packs / "deep/er/kit.zip", packs / "lamp/more.zip"], tmp_path / "index")
    labels = {path: row["label"] for path, row in rows(tmp_path / "index").items()}
    assert labels == {
        "deep/er/kit.zip/assets/a/x.off": "a",
        "deep/er/kit.zip/assets/a/y.off": "a",
        "deep/er/kit.zip/assets/b/z.off": "b",
        "lamp/more.zip/thing.off": None,
        "lamp/one.off": None,
        "sofa/two.off": None,
    }


def test_a_class_folder_gives_its_label_to_what_is_packed_in_it(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    write_box(packs / "lamp/one.off", (3, 3, 1))
    write_box(packs / "sofa/two.off", (3, 2, 1))
    write_box(tmp_path / "plain/scene.off", (8, 8, 1))
    pack = packed(packs / "lamp/Floor_Lamp.zip", tmp_path / "plain")
    index([packs, pack], tmp_path / "index")
    row = rows(tmp_path / "index")["lamp/Floor_Lamp.zip/scene.off"]
    assert (row["label"], row["name"]) == ("lamp", "floor lamp")
    index(packed(tmp_path / "oak chair/source.zip", tmp_path / "plain"), tmp_path / "index")
    assert rows(tmp_path / "index")["source.zip/scene.off"]["name"] == "scene"


def test_what_is_left_out_of_an_archive(pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    summary = index(pack, folder, exclude=[f"{pack.name}/chair/*", "photos/"])
    assert counts(summary) == {"embedded": 1} and summary.skipped["excluded"] == 6
    assert set(rows(folder)) == {f"{pack.name}/table/t.gltf"}
    (pack.parent / ".retrieverignore").write_text("*.zip\n")
    write_box(pack.parent / "plain.off", (1, 1, 5))
    assert counts(index(pack.parent, folder)) == {"embedded": 1, "removed": 1}


@pytest.mark.parametrize(
    ("target", "left"), [("{pack}", 0), ("{name}", 0), ("{pack}/chair", 2), ("{name}/chair/a.obj", 3)]
)
def test_items_of_an_archive_are_removed_by_their_paths(pack: Path, tmp_path: Path, target: str, left: int) -> None:
    index(pack, tmp_path / "index")
    gone = remove(tmp_path / "index", [target.format(pack=pack, name=pack.name)])
    assert len(gone) == 4 - left and len(rows(tmp_path / "index") if left else {}) == left
    write_box(pack.parent / "plain.off", (1, 1, 5))
    again = index(pack.parent, tmp_path / "index")
    assert len(rows(tmp_path / "index")) == (5 if left else 1), "an archive without items is not looked into any more"
    assert again.skipped[ZIPS] == (left == 0)


def test_bad_archives_and_members_stop_nothing(pack: Path, tmp_path: Path) -> None:
    folder, packs = tmp_path / "index", pack.parent
    (packs / "page.zip").write_text("<html>no such download</html>")
    with zipfile.ZipFile(packs / "locked.zip", "w") as file:
        file.write(write_box(tmp_path / "box.off", (1, 2, 3)), "box.off")
        file.writestr("../evil.off", "OFF")
    patched(packs / "locked.zip", 8, b"\1\0")
    with zipfile.ZipFile(packs / "mixed.zip", "w") as file:
        file.write(write_box(tmp_path / "box.off", (1, 2, 4)), "good.off")
        file.writestr("bad.off", "Dear diary")
    summary = index(sorted(packs.glob("*.zip")), folder)
    assert counts(summary) == {"embedded": 5} and summary.skipped["names that lead out of their archive"] == 1
    failed = {failure.path: (failure.kind, failure.message) for failure in summary.failed}
    assert set(failed) == {"page.zip", "locked.zip/box.off", "mixed.zip/bad.off"}
    assert failed["page.zip"][0] == "malformed" and "zip archive" in failed["page.zip"][1]
    assert failed["locked.zip/box.off"][0] == "unsupported" and "encrypted" in failed["locked.zip/box.off"][1]
    write_box(tmp_path / "elsewhere/a.off", (9, 2, 9))
    index(tmp_path / "elsewhere", folder)
    assert {failure.path for failure in read_failures(folder)} == set(failed), "they still stand"
    packed(packs / "page.zip", tmp_path / "elsewhere")
    assert counts(index(packs, folder)) == {"reused": 1, "unchanged": 5}, "and are tried again with their folder"
    assert {failure.path for failure in read_failures(folder)} == {"locked.zip/box.off", "mixed.zip/bad.off"}


def test_an_archive_that_is_damaged_later_loses_its_items(pack: Path, tmp_path: Path) -> None:
    index(pack, tmp_path / "index")
    whole = pack.read_bytes()
    pack.write_bytes(whole[: len(whole) // 2])
    summary = index(pack.parent, tmp_path / "index")
    assert (summary.removed, [failure.path for failure in summary.failed]) == (4, [pack.name])
    pack.write_bytes(whole)
    assert counts(index(pack.parent, tmp_path / "index")) == {"embedded": 4}


def test_an_archive_that_may_not_be_read_keeps_its_items(pack: Path, tmp_path: Path) -> None:
    index(pack, tmp_path / "index")
    pack.chmod(0)
    done = run_without_rights(INDEXED, pack, tmp_path / "index")
    assert json.loads(done) == [0, 0, 0, [[pack.name, "unreadable"]]]
    assert len(rows(tmp_path / "index")) == 4


def test_an_emptied_archive_is_no_mistake_and_an_empty_one_is(pack: Path, tmp_path: Path) -> None:
    index(pack, tmp_path / "index")
    with zipfile.ZipFile(pack, "w"):
        pass
    assert counts(index(pack, tmp_path / "index")) == {"removed": 4}
    with pytest.raises(RetrieverError, match="Nothing to index"):
        index(pack, tmp_path / "another")


def test_a_root_whose_archives_were_all_removed_is_not_taken_for_a_drive_that_is_away(
    pack: Path, tmp_path: Path
) -> None:
    index(pack, tmp_path / "index")
    remove(tmp_path / "index", [pack.name])
    with pytest.raises(RetrieverError, match="1 skipped: zip archives; name one"):
        index(pack.parent, tmp_path / "index")


def test_packs_move_along_with_their_index(pack: Path, tmp_path: Path) -> None:
    home, there = tmp_path / "home", tmp_path / "there"
    shutil.copytree(pack.parent, home / "packs")
    write_box(home / "packs/plain.off", (1, 1, 5))
    index([home / "packs", home / "packs" / pack.name], home / "index")
    home.rename(there)
    assert Snapshot.open(there / "index").roots == {"packs": str(there / "packs")}
    assert counts(index(there / "packs", there / "index")) == {"unchanged": 5}
    (there / "packs").rename(tmp_path / "last")
    summary = index(tmp_path / "last", there / "index")
    assert counts(summary) == {"unchanged": 5} and list(summary.moved.values()) == [str(tmp_path / "last")]


def test_a_path_into_an_archive_names_the_archive(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"as a whole: name {pack}\."):
        index(pack / "chair/a.obj", tmp_path / "index")


def test_a_link_to_an_archive(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links/kit.zip").symlink_to(pack)
    assert counts(index(tmp_path / "links/kit.zip", tmp_path / "index")) == {"embedded": 4}
    assert all(path.startswith(pack.name) for path in rows(tmp_path / "index"))
