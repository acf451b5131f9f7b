import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from index_making import DIM, SPACE, contents, ids, item, unit, write

from indexer.compaction import compact
from indexer.segments import ROW_GROUP
from indexer.writer import IndexWriter
from retriever.errors import IndexCorrupt, IndexMissing, UnknownItem
from retriever.store import Snapshot
from retriever.types import Modality


def test_rows_count_over_the_segments_in_order(index: Path) -> None:
    snapshot = Snapshot.open(index)
    assert (snapshot.rows, len(snapshot)) == (5, 4)
    assert snapshot.live.tolist() == [True, False, True, True, True]
    assert [(first, block.shape) for first, block in snapshot.blocks()] == [(0, (3, DIM)), (3, (2, DIM))]
    assert all(isinstance(block, np.memmap) for _, block in snapshot.blocks())
    assert snapshot.identity == SPACE
    assert snapshot.root_path(index.parent.name) == str(index.parent)


def test_vectors_come_in_the_order_asked_for(index: Path) -> None:
    snapshot = Snapshot.open(index)
    whole = np.concatenate([unit(3, seed=0), unit(2, seed=3)])
    rows = np.array([4, 0, 3, 0])
    assert np.array_equal(snapshot.vectors(rows), whole[rows])
    assert snapshot.vectors(np.array([], np.int64)).shape == (0, DIM)
    with pytest.raises(IndexError, match=r"0\.\.4"):
        snapshot.vectors(np.array([5]))


def test_take_gives_rows_in_order_with_repeats_and_unified_columns(index: Path) -> None:
    snapshot = Snapshot.open(index)
    table = snapshot.take(np.array([4, 0, 4, 3]), ["path", "note", "extent"])
    assert table.column_names == ["path", "note", "extent"]
    assert table.to_pylist() == [
        {"path": "4.obj", "note": "hello", "extent": None},
        {"path": "0.obj", "note": None, "extent": [1.0, 2.0, 0.0]},
        {"path": "4.obj", "note": "hello", "extent": None},
        {"path": "3.obj", "note": "7", "extent": [1.0, 2.0, 3.0]},
    ]
    assert snapshot.take(np.array([2])).column_names == snapshot.columns()
    assert snapshot.columns()[:2] == ["id", "root"]
    assert snapshot.columns()[-1] == "note"
    assert snapshot.take(np.array([], np.int64), ["path"]).to_pylist() == []
    with pytest.raises(KeyError):
        snapshot.take(np.array([0]), ["nonsense"])


def test_a_column_spans_the_segments(index: Path) -> None:
    snapshot = Snapshot.open(index)
    assert snapshot.column("note").to_pylist() == [None, None, None, "7", "hello"]
    assert snapshot.column("vertices").to_pylist() == [0, 10, 20, 30, None]
    with pytest.raises(KeyError):
        snapshot.column("nonsense")


def test_modalities_count_live_rows(index: Path) -> None:
    snapshot = Snapshot.open(index)
    assert snapshot.modalities() == {Modality.SHAPE: 3, Modality.TEXT: 1}
    assert snapshot.modality_rows(Modality.TEXT).tolist() == [False, False, False, False, True]
    assert snapshot.modality_rows(Modality.SHAPE).tolist() == [True, True, True, True, False]
    assert not snapshot.modality_rows(Modality.AUDIO).any()


def test_ids_lead_to_live_rows(index: Path) -> None:
    snapshot = Snapshot.open(index)
    assert snapshot.rows_of(ids(4, 0, 4)).tolist() == [4, 0, 4]
    assert snapshot.rows_of([]).tolist() == []
    assert snapshot.locate(ids(1, 2)).tolist() == [-1, 2]
    with pytest.raises(UnknownItem, match=f"no item '{ids(1)[0]}'"):
        snapshot.rows_of(ids(0, 1))


def test_ids_lead_to_rows_of_segments_without_a_file_of_them(index: Path) -> None:
    (index / "segments/000001/ids.npy").unlink()
    snapshot = Snapshot.open(index)
    assert [segment.keys is None for segment in snapshot.segments] == [True, False]
    assert snapshot.locate([*ids(4, 0, 1, 4), "none", "0" * 16, "é" * 8]).tolist() == [4, 0, -1, 4, -1, -1, -1]


def test_ids_may_be_any_text(tmp_path: Path) -> None:
    names = ["a", "0123456789ABCDEF", "0x23456789abcdef", "日本", "", "0123456789abcdef "]
    snapshot = write(tmp_path, [item(n, id=name) for n, name in enumerate(names)], [item(6), item(7, id="last")])
    assert [segment.keys for segment in snapshot.segments] == [None, None]
    snapshot = write(tmp_path, [item(8), item(0, id="a")])
    assert snapshot.locate([*names, *ids(6, 8), "last", "A"]).tolist() == [9, 1, 2, 3, 4, 5, 6, 8, 7, -1]
    again = write(tmp_path, [item(9), item(8, note="newer")])
    assert again.segments[-1].keys is not None
    assert again.locate(["a", *ids(8, 9)]).tolist() == [9, 11, 10]


def test_a_view_that_follows_another_opens_only_what_is_new(index: Path) -> None:
    first = Snapshot.open(index)
    write(index, [item(9)])
    second = Snapshot.open(index, before=first)
    assert [a is b for a, b in zip(first.segments, second.segments[:2], strict=True)] == [True, True]
    assert contents(second) == contents(Snapshot.open(index))
    saved = (index / "segments/000001/vectors.npy").read_bytes()
    (index / "segments/000001/vectors.npy").unlink()
    with pytest.raises(IndexCorrupt, match="the file is missing"):
        Snapshot.open(index, before=second)
    (index / "segments/000001/vectors.npy").write_bytes(saved)
    third = Snapshot.open(index, before=second)
    assert [a is b for a, b in zip(second.segments, third.segments, strict=True)] == [False, True, True]


def test_a_view_that_has_read_nothing_yet_outlives_compaction(index: Path) -> None:
    before = contents(Snapshot.open(index))
    old = Snapshot.open(index)
    compact(index)
    assert not (index / "segments/000001").exists()
    assert contents(old) == before
    assert old.locate(ids(0, 1, 4)).tolist() == [0, -1, 4]


def test_live_rows_are_counted_by_segment(index: Path) -> None:
    snapshot = Snapshot.open(index)
    assert snapshot.live_counts().tolist() == [2, 2] == [int(live.sum()) for live in snapshot.live_by_segment()]
    assert snapshot.deleted.tolist() == [1]


def test_take_reads_only_the_row_groups_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 2 * ROW_GROUP + 100
    snapshot = write(tmp_path, [item(number) for number in range(count)])
    parquet = pq.ParquetFile(tmp_path / "segments/000001/items.parquet")
    assert [parquet.metadata.row_group(i).num_rows for i in range(3)] == [ROW_GROUP, ROW_GROUP, 100]
    asked = []
    read = pq.ParquetFile.read_row_groups
    monkeypatch.setattr(
        pq.ParquetFile,
        "read_row_groups",
        lambda self, groups, columns, **more: asked.append((groups, columns)) or read(self, groups, columns, **more),
    )
    rows = np.array([count - 1, 3, 2 * ROW_GROUP])
    assert snapshot.take(rows, ["path"]).column("path").to_pylist() == [f"{row}.obj" for row in rows]
    assert asked == [([0, 2], ["path"])]
    many = np.random.default_rng(0).permutation(count)[:5000]
    assert snapshot.take(many, ["bytes"]).column("bytes").to_pylist() == many.tolist()


def test_an_index_without_rows_can_be_read(tmp_path: Path) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        assert writer.snapshot is None
        snapshot = writer.commit()
    assert (snapshot.rows, len(snapshot), list(snapshot.blocks()), snapshot.modalities()) == (0, 0, [], {})
    assert snapshot.take(np.array([], np.int64)).num_rows == 0
    assert snapshot.column("id").to_pylist() == []
    assert snapshot.locate(["x"]).tolist() == [-1]


def test_an_old_view_outlives_commits_and_compaction(index: Path) -> None:
    old = Snapshot.open(index)
    before = contents(old)
    files = [segment.items for segment in old.segments]
    write(index, [item(0, note="new"), item(9)])
    compact(index)
    assert not any(file.exists() for file in files)
    assert contents(old) == before
    assert old.rows_of(ids(0)).tolist() == [0]
    new = contents(Snapshot.open(index))
    assert new.keys() == before.keys() | set(ids(9))
    assert new[ids(0)[0]][0]["note"] == "new"


def test_opening_looks_again_when_a_writer_gets_in_between(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Snapshot.__init__
    calls = []

    def slow(self: Snapshot, folder: Path, *more: object, **named: object) -> None:
        calls.append(more)
        if len(calls) == 1:  # the manifest is read, the files are not yet
            compact(index)
        make(self, folder, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Snapshot, "__init__", slow)
    assert contents(Snapshot.open(index)).keys() == set(ids(0, 2, 3, 4))
    assert len(calls) > 2


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="holds no index"):
        Snapshot.open(tmp_path / "gone")


PAGE_OF_HITS = """
import sys
import retriever.store
assert "pyarrow" not in sys.modules
import numpy as np
snapshot = retriever.store.Snapshot.open(sys.argv[1])
snapshot.modalities()
snapshot.vectors(np.array([1]))
snapshot.take(np.array([4, 0, 3])).to_pylist()
if "ids" in sys.argv:
    snapshot.rows_of([sys.argv[3]])
heavy = {"pandas", "pyarrow.compute", "pyarrow.dataset", "duckdb", "torch", "faiss"}
print(*sorted(heavy & set(sys.modules)))
"""


def _imported(*arguments: object) -> list[str]:
    command = [sys.executable, "-c", PAGE_OF_HITS, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_a_page_of_hits_imports_little(tmp_path: Path) -> None:
    index = write(tmp_path / "index", [item(0), item(1), item(2)], [item(3), item(4, extra=1)]).folder
    assert _imported(index) == []
    assert _imported(index, "ids", ids(3)[0]) == []
    write(index, [item(5, modality="text"), item(6, extra="one")])
    assert _imported(index) == ["pyarrow.compute"], "mixed modalities and types need it, but no pandas"
