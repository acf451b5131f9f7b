"""The words of segments are written with them, go with them, and are written again where they are missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from index_making import SPACE, item, unit, write

from indexer import lexicon
from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.errors import IndexCorrupt, MissingDependency
from retriever.store import Snapshot, words
from retriever.store.lexicon import Lexicon


def found(snapshot: Snapshot, query: str) -> list[str]:
    """Paths of the rows found."""
    rows = Lexicon(snapshot).search(query, None, 100)[1]
    return list(snapshot.take(rows, ["path"]).column("path").to_pylist())


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("segments/*/words.db"))


def test_an_item_that_comes_again_is_found_by_its_new_words_only(tmp_path: Path) -> None:
    snapshot = write(tmp_path, [item(1, caption="lamp"), item(2, caption="oak")], [item(1, caption="table")])
    assert found(snapshot, "table") == ["1.obj"]
    assert found(snapshot, "lamp") == []
    assert found(snapshot, "oak") == ["2.obj"]


def test_an_earlier_version_is_searched_by_the_words_it_had(tmp_path: Path) -> None:
    before = write(tmp_path, [item(1, caption="lamp")]).manifest.version
    write(tmp_path, [item(1, caption="table")])
    assert found(Snapshot.open(tmp_path, before), "lamp table") == ["1.obj"]
    assert found(Snapshot.open(tmp_path, before), "table") == []


@pytest.mark.parametrize(
    ("path", "searched"),
    [
        ("Downloads/Wall hook - 4382911/files/part1.stl", "4382911"),
        ("Wall hook/STL files 2/files/part1.stl", "wall"),
        ("rooms/wall/part1.stl", "wall"),
        ("files/part1.stl", "files"),
        ("part1.stl", "part"),
    ],
)
def test_a_file_is_found_by_the_folder_that_says_something(tmp_path: Path, path: str, searched: str) -> None:
    snapshot = write(tmp_path, [{**item(1, name="x", label="x"), "path": path}])
    assert found(snapshot, searched) == [path]
    assert found(snapshot, "rooms downloads stl") == [], "neither by those above it nor by those that say nothing"


def test_compacting_keeps_what_is_found(tmp_path: Path) -> None:
    write(tmp_path, [item(n, caption=f"lamp number{n}") for n in range(9)], [item(n, name="oak") for n in range(9, 12)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0, 5, 10]))
        before = writer.commit()
    queries = ("lamp", "oak", "lamp 3", "number", "class")
    expected = {query: sorted(found(before, query)) for query in queries}
    compact(tmp_path)
    after = Snapshot.open(tmp_path)
    assert {query: sorted(found(after, query)) for query in queries} == expected
    assert [path.parent.name for path in files(tmp_path)] == [entry.name for entry in after.manifest.segments]


def test_small_segments_that_are_merged_are_found_by_their_words(tmp_path: Path) -> None:
    snapshot = write(tmp_path, *[[item(n, caption=f"lamp {n}")] for n in range(12)])
    assert len(snapshot.segments) < 12
    assert sorted(found(snapshot, "lamp")) == sorted(f"{n}.obj" for n in range(12))
    assert len(files(tmp_path)) == len(list(tmp_path.glob("segments/*")))


def test_compacting_writes_the_words_of_an_index_that_had_none(tmp_path: Path) -> None:
    write(tmp_path, [item(1, caption="lamp")])
    (path,) = files(tmp_path)
    path.unlink()
    compact(tmp_path)
    assert found(Snapshot.open(tmp_path), "lamp") == ["1.obj"]


def test_a_file_with_a_wrong_byte_is_written_again_and_a_whole_one_is_left(tmp_path: Path) -> None:
    snapshot = write(tmp_path, [item(n, caption="lamp") for n in range(30)], [item(50)])
    first, second = files(tmp_path)
    kept = second.stat().st_ino
    whole = first.read_bytes()
    first.write_bytes(whole[:-200] + bytes([whole[-200] ^ 1]) + whole[-199:])
    with pytest.raises(IndexCorrupt, match="checksum"):
        lexicon.verify(first, 30)
    assert lexicon.bring_up_to_date(snapshot) == 1
    lexicon.verify(first, 30)
    assert second.stat().st_ino == kept
    assert lexicon.bring_up_to_date(snapshot) == 0


def test_a_writer_that_is_given_no_texts_writes_a_file_all_the_same(tmp_path: Path) -> None:
    bare = {name: value for name, value in item(1).items() if name != "label"}
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([bare], unit(1))
        writer.commit()
    assert found(Snapshot.open(tmp_path), "1") == ["1.obj"]
    assert found(Snapshot.open(tmp_path), "lamp") == []


def test_without_fts5_an_index_is_made_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(words, "TABLE", words.TABLE.replace("fts5", "no_such_thing"))
    snapshot = write(tmp_path, [item(1, caption="lamp")])
    assert len(snapshot) == 1
    assert files(tmp_path) == []
    assert list(tmp_path.glob("segments/*/*.tmp")) == []
    assert any("FTS5" in message for message in caplog.messages)
    words.stems_of.cache_clear()
    with pytest.raises(MissingDependency, match="FTS5"):
        words.stems_of("lamp")
    assert Lexicon(snapshot).search("lamp", None, 5)[1].tolist() == []
