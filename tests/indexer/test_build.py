from __future__ import annotations

import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from index_reading import counts, rows, touch, vector
from small_corpus import write_box, write_boxes, write_gltf

from indexer.build import index
from indexer.removal import remove
from indexer.writer import IndexWriter
from retriever.errors import RetrieverError, UsageError
from retriever.store import Manifest, Snapshot, item_id, read_failures
from retriever.store.catalog import rows_where


def test_first_run_embeds_everything(corpus: Path, folder: Path):
    summary = index([corpus], folder)
    assert counts(summary) == {"embedded": 5} and not summary.failed
    row = rows(folder)["flat/c.off"]
    assert row["label"] == "flat" and row["vertices"] == 8 and row["up"] == "y" and row["modality"] == "shape"
    assert row["extent"] == [1, 3, 2]


def test_unchanged_folder_embeds_nothing_and_writes_nothing(corpus: Path, folder: Path):
    index([corpus], folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != "lock"}
    assert counts(index([corpus], folder)) == {"unchanged": 5}
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != "lock"} == before


def test_changed_file_is_embedded_anew_under_its_id(corpus: Path, folder: Path):
    index([corpus], folder)
    old_id, old = rows(folder)["tall/a.off"]["id"], vector(folder, "tall/a.off")
    write_box(corpus / "tall/a.off", (5, 1, 1))
    assert counts(index([corpus], folder)) == {"embedded": 1, "unchanged": 4}
    assert rows(folder)["tall/a.off"]["id"] == old_id
    assert not np.allclose(vector(folder, "tall/a.off"), old)


def test_removed_file_leaves_the_index(corpus: Path, folder: Path):
    index([corpus], folder)
    (corpus / "flat/d.off").unlink()
    assert counts(index([corpus], folder)) == {"removed": 1, "unchanged": 4}
    assert "flat/d.off" not in rows(folder)


def test_rows_that_a_program_wrote_under_the_name_of_a_root_are_no_rows_of_it(corpus: Path, folder: Path):
    index([corpus], folder)
    written = {"root": "bolts", "modality": "shape", "sha256": "", "bytes": 0, "fingerprint": ""}
    items = [{"id": item_id("bolts", path), "path": path, **written} for path in ("m3.glb", "m4.glb")]
    with IndexWriter(folder, Snapshot.open(folder).identity) as writer:
        writer.append(items, writer.commit().vectors(np.arange(2)))
        writer.commit()
    write_boxes(corpus.parent / "bolts", 2)
    for expected in ({"embedded": 2}, {"unchanged": 2}):
        assert counts(index([corpus.parent / "bolts"], folder)) == expected
    roots = Counter(row["root"] for row in rows(folder).values())
    assert roots == {"corpus": 5, "bolts": 2, "bolts-2": 2}


def test_root_that_is_suddenly_empty_keeps_its_items(corpus: Path, folder: Path):
    # As an unmounted drive is.
    index([corpus], folder)
    shutil.rmtree(corpus)
    corpus.mkdir()
    with pytest.raises(RetrieverError, match="retriever remove"):
        index([corpus], folder)
    assert len(rows(folder)) == 5


def test_emptied_part_of_a_root_leaves_the_index(corpus: Path, folder: Path):
    index([corpus], folder)
    shutil.rmtree(corpus / "flat")
    (corpus / "flat").mkdir()
    index([corpus / "flat"], folder)
    assert [path for path in rows(folder) if path.startswith("flat/")] == []
    assert len(rows(folder)) > 0


def test_touched_file_embeds_nothing_and_is_then_unchanged(corpus: Path, folder: Path):
    index([corpus], folder)
    touch(corpus / "tall/b.off")
    assert counts(index([corpus], folder)) == {"updated": 1, "unchanged": 4}
    assert counts(index([corpus], folder)) == {"unchanged": 5}


def test_moved_file_takes_its_vector_along(corpus: Path, folder: Path):
    index([corpus], folder)
    old = vector(folder, "tall/a.off")
    (corpus / "tall/a.off").rename(corpus / "flat/moved.off")
    assert counts(index([corpus], folder)) == {"reused": 1, "removed": 1, "unchanged": 4}
    np.testing.assert_array_equal(vector(folder, "flat/moved.off"), old)
    row = rows(folder)["flat/moved.off"]
    assert (row["label"], row["name"], row["vertices"]) == ("flat", "moved", 8)


def test_copy_reuses_the_vector(corpus: Path, folder: Path):
    index([corpus], folder)
    shutil.copy(corpus / "tall/a.off", corpus / "tall/copy.off")
    assert counts(index([corpus], folder)) == {"reused": 1, "unchanged": 5}


def test_new_caption_updates_the_row_only(corpus: Path, folder: Path):
    index([corpus], folder)
    old = vector(folder, "tall/a.off")
    (corpus / "tall/a.txt").write_text("a very tall box")
    assert counts(index([corpus], folder)) == {"updated": 1, "unchanged": 4}
    assert rows(folder)["tall/a.off"]["caption"] == "a very tall box"
    np.testing.assert_array_equal(vector(folder, "tall/a.off"), old)


def test_another_up_axis_embeds_anew(corpus: Path, folder: Path):
    index([corpus], folder)
    old = vector(folder, "tall/a.off")
    assert counts(index([corpus], folder, up="z")) == {"embedded": 5}
    assert rows(folder)["tall/a.off"]["up"] == "z"
    assert not np.allclose(vector(folder, "tall/a.off"), old)
    assert counts(index([corpus], folder, up="z")) == {"unchanged": 5}


def test_the_axis_that_auto_took_is_no_change_of_the_vector(corpus: Path, folder: Path):
    index([corpus], folder)
    assert counts(index([corpus], folder, up="y")) == {"updated": 5}


def test_part_of_a_known_root(corpus: Path, folder: Path):
    index([corpus], folder)
    write_box(corpus / "tall/new.off", (9, 1, 1))
    write_box(corpus / "flat/new.off", (9, 2, 1))
    (corpus / "flat/c.off").unlink()
    assert counts(index([corpus / "tall"], folder)) == {"embedded": 1, "unchanged": 2}
    assert rows(folder)["tall/new.off"]["label"] == "tall"
    assert {"flat/c.off", "flat/d.off"} <= set(rows(folder)) and "flat/new.off" not in rows(folder)
    assert len(Manifest.read(folder).roots) == 1


def test_one_file(corpus: Path, folder: Path):
    assert counts(index([corpus / "tall/a.off"], folder)) == {"embedded": 1}
    assert list(rows(folder)) == ["a.off"]
    assert counts(index([corpus / "tall/b.off"], folder)) == {"embedded": 1}
    assert sorted(rows(folder)) == ["a.off", "b.off"]


def test_a_root_around_known_ones_takes_their_rows_over(corpus: Path, folder: Path):
    index([corpus / "tall"], folder)
    index([corpus / "flat/c.off"], folder)
    old = vector(folder, "a.off")
    assert counts(index([corpus], folder)) == {"embedded": 2, "updated": 3}
    listed = rows(folder)
    assert sorted(listed) == ["flat/c.off", "flat/d.off", "flat/e.off", "tall/a.off", "tall/b.off"]
    assert {row["root"] for row in listed.values()} == {"corpus"}
    np.testing.assert_array_equal(vector(folder, "tall/a.off"), old)
    assert list(Manifest.read(folder).roots.values()) == [str(corpus)], "the others are no roots any more"
    assert counts(index([corpus], folder)) == {"unchanged": 5}
    assert counts(index([corpus / "tall"], folder)) == {"unchanged": 2}


def test_a_corpus_that_moved_takes_its_items_and_failures_along(corpus: Path, folder: Path, tmp_path: Path):
    (corpus / "bad.glb").write_bytes(b"no mesh")
    other = write_box(tmp_path / "other/x.off", (3, 1, 1)).with_name("bad.obj")
    other.write_text("Dear diary")
    index([corpus, tmp_path / "other"], folder)
    assert len(read_failures(folder)) == 2
    corpus.rename(tmp_path / "moved")
    (tmp_path / "moved/tall/a.off").unlink()
    done = index([tmp_path / "moved"], folder)
    assert done.moved == {str(corpus): str(tmp_path / "moved")}
    assert counts(done) == {"removed": 1, "unchanged": 4}
    assert [(one.root, one.path) for one in read_failures(folder)] == [("other", "bad.obj"), ("corpus", "bad.glb")]
    other.unlink()
    index([tmp_path / "moved"], folder)
    assert [one.root for one in read_failures(folder)] == ["corpus"]
    assert len(remove(folder, [str(tmp_path / "moved")])) == 4
    assert list(Manifest.read(folder).roots) == ["other"]
    assert len(Snapshot.open(folder)) == 1


def test_a_folder_with_other_files_is_not_where_a_corpus_moved(corpus: Path, folder: Path, tmp_path: Path):
    index([corpus], folder)
    corpus.rename(tmp_path / "away")
    write_box(tmp_path / "new/corpus/tall/a.off", (3, 1, 1))
    done = index([tmp_path / "new/corpus"], folder)
    assert not done.moved and done.absent == [str(corpus)] and len(Snapshot.open(folder)) == 6
    (tmp_path / "away").rename(corpus)
    assert counts(index([corpus], folder)) == {"unchanged": 5}


def test_two_roots_of_one_name(tmp_path: Path, folder: Path):
    for parent in ("x", "y"):
        write_box(tmp_path / parent / "models/a.off", (1, 2, 3))
    index([tmp_path / "x/models"], folder)
    assert counts(index([tmp_path / "y/models"], folder)) == {"reused": 1}
    snapshot = Snapshot.open(folder)
    assert len(snapshot) == 2 and len(set(snapshot.column("id").to_pylist())) == 2


def test_metadata_table_is_joined_and_its_changes_noticed(corpus: Path, folder: Path, tmp_path: Path):
    table = tmp_path / "prices.csv"
    table.write_text("path,price,label\ntall/a.off,9,tower\nflat/c.off,7,\n")
    index([corpus], folder, metadata=table)
    listed = rows(folder)
    assert (listed["tall/a.off"]["price"], listed["tall/a.off"]["label"]) == (9, "tower")
    assert (listed["flat/c.off"]["price"], listed["flat/c.off"]["label"]) == (7, "flat")
    assert listed["tall/b.off"]["price"] is None
    assert counts(index([corpus], folder, metadata=table)) == {"unchanged": 5}
    table.write_text("path,price\ntall/a.off,10\nflat/c.off,7\n")
    assert counts(index([corpus], folder, metadata=table)) == {"updated": 1, "unchanged": 4}
    assert rows(folder)["tall/a.off"]["price"] == 10
    write_box(corpus / "flat/new.off", (5, 4, 3))
    assert counts(index([corpus], folder)) == {"embedded": 1, "unchanged": 5}
    assert rows(folder)["tall/a.off"]["price"] == 10, "a run without the table leaves its columns alone"
    table.write_text("path,price\nflat/c.off,7\n")
    assert counts(index([corpus], folder, metadata=table)) == {"updated": 1, "unchanged": 5}
    assert rows(folder)["tall/a.off"]["price"] is None


def test_a_file_that_brings_its_library_down_is_one_failure(corpus: Path, folder: Path):
    nested = 100_000
    (corpus / "tall" / "deep.usda").write_text("#usda 1.0\n" + 'def "a" {' * nested + "}" * nested)
    summary = index([corpus], folder)
    assert [(failure.path, failure.kind) for failure in summary.failed] == [("tall/deep.usda", "crashed")]
    assert index([corpus], folder).unchanged == summary.embedded > 0


def test_gltf_is_never_reused_as_its_geometry_lies_elsewhere(corpus: Path, folder: Path):
    write_gltf(corpus / "tall", 1)
    assert not index([corpus], folder).failed
    old = vector(folder, "tall/t.gltf")
    write_gltf(corpus / "tall", 5)
    touch(corpus / "tall/t.bin")
    assert counts(index([corpus], folder)) == {"embedded": 1, "unchanged": 5}
    assert not np.allclose(vector(folder, "tall/t.gltf"), old)


def test_interrupted_run_goes_on(tmp_path: Path, folder: Path):
    paths = write_boxes(tmp_path / "boxes", 24)

    def stop(phase: str, done: int, total: int | None) -> None:
        if phase == "embed" and done >= 16:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index([tmp_path / "boxes"], folder, progress=stop)
    summary = index([tmp_path / "boxes"], folder)
    assert counts(summary) == {"recovered": 16, "unchanged": 16, "embedded": 8}
    assert sorted(rows(folder)) == [path.name for path in paths]


def test_recovered_are_only_files_that_this_run_looks_at(tmp_path: Path, folder: Path):
    for name, count in [("a", 16), ("b", 2)]:
        write_boxes(tmp_path / name, count)
    index([tmp_path / "b"], folder)

    def stop(phase: str, done: int, total: int | None) -> None:
        if phase == "embed" and done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index([tmp_path / "a"], folder, progress=stop)
    assert counts(index([tmp_path / "b"], folder)) == {"unchanged": 2}
    assert len(Snapshot.open(folder)) > 2, "the others are there for all that"


def test_interrupted_update_leaves_no_double(tmp_path: Path, folder: Path):
    boxes = tmp_path / "boxes"
    write_boxes(boxes, 24)
    index([boxes], folder)
    for n in range(24):
        write_box(boxes / f"box-{n:03}.off", (3, 1 + n, 1))

    def stop(phase: str, done: int, total: int | None) -> None:
        if phase == "embed" and done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index([boxes], folder, progress=stop)
    assert len(rows(folder)) == 24, "readers still see the version before"
    assert counts(index([boxes], folder)) == {"recovered": 8, "unchanged": 8, "embedded": 16}
    assert len(rows(folder)) == 24


def test_all_that_is_known_of_a_file_can_be_filtered(corpus: Path, folder: Path, tmp_path: Path):
    prices = {"path": ["tall/a.off", "flat/c.off"], "price": [Decimal("1.50"), Decimal("20.00")], "Faces": [1, 2]}
    pq.write_table(pa.table(prices), tmp_path / "prices.parquet")
    (corpus / "tall/a.txt").write_text("a tall box")
    index([corpus], folder, metadata=tmp_path / "prices.parquet")
    row = rows(folder)["tall/a.off"]
    conditions = [
        "price < 5 and faces_ = 1",
        "caption like '%tall%'",
        "label = 'tall' and path like '%a.off'",
        "vertices = 8 and faces = 12 and extent[2] = 1 and modality = 'shape'",
        f"id = '{row['id']}' and sha256 = '{row['sha256']}' and bytes = {row['bytes']}",
    ]
    snapshot = Snapshot.open(folder)
    for condition in conditions:
        found = snapshot.take(np.flatnonzero(rows_where(snapshot, condition)), ["path"]).column("path").to_pylist()
        assert "tall/a.off" in found and "flat/c.off" not in found, condition


def test_an_index_of_any_name_in_the_corpus_is_not_walked(corpus: Path, folder: Path):
    index([corpus], corpus / "parts")
    summary = index([corpus], folder)
    assert counts(summary) == {"embedded": 5} and not summary.failed
    assert summary.skipped == {"an index": 1}
    with pytest.raises(UsageError, match="parts is an index"):
        index([corpus / "parts"], folder)
    (corpus / "manifest.json").write_text("{}")  # of others: not every one is ours
    assert counts(index([corpus], folder)) == {"unchanged": 5}


def test_one_path_needs_no_list(corpus: Path, folder: Path):
    assert counts(index(str(corpus), folder)) == {"embedded": 5}
