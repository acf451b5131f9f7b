"""`retriever check`: every byte of an index may be wrong, and what is said then helps."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from index_making import SPACE, contents, ids, item, live, unit, write

from indexer.compaction import compact
from indexer.removal import remove
from indexer.writer import IndexWriter
from retriever.check import check
from retriever.errors import IndexCorrupt
from retriever.store import Manifest, Snapshot

SEGMENT = Path("segments/000002")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Two segments, a deleted row, and versions."""
    folder = tmp_path / "index"
    write(folder, [item(number) for number in range(5)], [item(number) for number in range(5, 9)])
    with IndexWriter(folder, SPACE) as writer:
        writer.delete(np.array([6]))
        writer.commit()
    return folder


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_an_index_as_it_was_written_has_nothing_damaged(index: Path) -> None:
    found = check(index)
    assert (found.damaged, found.without, found.segments, found.items) == ((), (), 2, [])
    compact(index)
    assert not check(index).damaged


@pytest.mark.parametrize("name", ["vectors.npy", "items.parquet", "ids.npy"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.6, 0.9, 0.9999])
def test_any_byte_of_a_segment_may_be_wrong(index: Path, name: str, share: float) -> None:
    path = index / SEGMENT / name
    flip(path, int(share * path.stat().st_size))
    damaged = check(index).damaged
    assert damaged and all(str(path) in damage.message for damage in damaged)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("pattern", ["deleted/*.npy", "versions/000002.json"])
def test_any_byte_of_the_small_files_may_be_wrong(index: Path, pattern: str, share: float) -> None:
    (path,) = index.glob(pattern)
    flip(path, int(share * path.stat().st_size))
    assert str(path) in check(index).damaged[0].message


def test_a_digit_of_the_manifest_that_changed_is_seen(index: Path) -> None:
    path = index / "manifest.json"
    text = path.read_text()
    path.write_text(text.replace(SPACE.weights, SPACE.weights.replace("5", "6", 1)))
    (damage,) = check(index).damaged
    assert damage.file == path and "checksum" in damage.message
    path.write_text(text.replace('"format": ', '"format": x'))
    with pytest.raises(IndexCorrupt, match=r"manifest\.json"):
        check(index)


def test_what_is_missing_is_named(index: Path) -> None:
    (index / SEGMENT / "vectors.npy").unlink()
    (damage,) = check(index).damaged
    assert "vectors.npy is damaged (the file is missing)" in damage.message
    shutil.rmtree(index / "deleted")
    assert any("deleted" in damage.message for damage in check(index).damaged)


def test_words_that_do_not_fit_together_are_named(index: Path) -> None:
    path = index / SEGMENT / "words.db"
    data = bytearray(path.read_bytes())
    data[4096:8192] = bytes(4096)
    path.write_bytes(data)
    (damage,) = check(index).damaged
    assert "words.db" in damage.message and "`retriever compact`" in damage.message


def test_the_cure_for_damaged_vectors_cures(index: Path) -> None:
    before = contents(Snapshot.open(index))
    flip(index / SEGMENT / "vectors.npy", -2)
    found = check(index)
    (damage,) = found.damaged
    assert found.items == ids(5, 7, 8)
    assert "take 3 items out" in damage.message
    remove(index, found.items)
    assert check(index).items == [] and "takes it away" in check(index).damaged[0].message
    compact(index)
    assert not check(index).damaged and live(index) == {0, 1, 2, 3, 4}
    vectors = np.array([before[id][1] for id in ids(5, 7, 8)], np.float32)
    with IndexWriter(index, SPACE) as writer:
        writer.append([item(number) for number in (5, 7, 8)], vectors)
        writer.commit()
    assert contents(Snapshot.open(index)) == before and not check(index).damaged


def test_all_commands_of_a_cure_name_the_index(index: Path) -> None:
    folder = index.rename(index.with_name("my index"))
    flip(folder / SEGMENT / "vectors.npy", -2)
    (damage,) = check(folder).damaged
    of = f"--index '{folder}'"
    assert (
        f"`retriever check --items {of} | xargs -r retriever remove {of}`, `retriever compact {of}`" in damage.message
    )
    assert re.search(rf"`retriever index \S.* {of}`", damage.message)
    remove(folder, check(folder).items)
    assert f"`retriever compact {of}` takes it away" in check(folder).damaged[0].message


def test_ids_that_are_damaged_can_be_deleted(index: Path) -> None:
    flip(index / SEGMENT / "ids.npy", -1)
    (damage,) = check(index).damaged
    assert "delete it" in damage.message and not damage.items
    damage.file.unlink()
    assert not check(index).damaged
    assert remove(index, ids(7)) and live(index) == {0, 1, 2, 3, 4, 5, 8}


def test_a_copy_does_not_hide_damage(index: Path, caplog: pytest.LogCaptureFixture) -> None:
    flip(index / SEGMENT / "vectors.npy", -2)
    compact(index)
    assert "`retriever check` says what to do" in caplog.text
    assert check(index).items == ids(5, 7, 8)
    assert live(index) == {0, 1, 2, 3, 4, 5, 7, 8}


def test_an_index_of_an_older_version_opens_and_is_said_to_have_no_checksums(index: Path) -> None:
    for path in (index / "manifest.json", *(index / "versions").iterdir()):
        data = json.loads(path.read_text()) | {"format": 2}
        del data["crc"], data["deleted_crc"]
        for entry in data["segments"]:
            del entry["files"]
        path.write_text(json.dumps(data))
    assert len(Snapshot.open(index)) == 8
    found = check(index)
    assert not found.damaged and found.without == ("000001", "000002")
    flip(index / SEGMENT / "vectors.npy", -2)
    assert not check(index).damaged  # nothing can tell
    compact(index)
    assert not check(index).without and Manifest.read(index).segments[0].files.keys() >= {"vectors.npy"}


def test_vectors_of_a_bulk_load_have_checksums(tmp_path: Path) -> None:
    folder = tmp_path / "bulk"
    write(folder, [item(0)])
    rows = Snapshot.open(folder).take(np.array([0]))
    with IndexWriter(folder, SPACE) as writer:
        writer.extend([(rows, unit(1, seed=4))])
        writer.commit()
    assert all(
        entry.files.keys() == {"vectors.npy", "items.parquet", "ids.npy"} for entry in Manifest.read(folder).segments
    )
