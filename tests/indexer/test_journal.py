import os
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from index_making import DIM, ids, item, unit

from indexer.journal import Journal, Leftover, discard
from indexer.segments import segments_to_merge
from retriever.errors import UsageError

BATCHES = ([item(1), item(2, note="x")], [item(3)], [item(4, note=1), item(5), item(6)])


def _write(folder: Path) -> list[int]:
    """Writes `BATCHES`; returns the file's size before any and after each."""
    journal = Journal(folder, 7, DIM)
    sizes = [(folder / "journal.arrows").stat().st_size]
    for seed, batch in enumerate(BATCHES):
        journal.append(batch, unit(len(batch), seed))
        sizes.append((folder / "journal.arrows").stat().st_size)
    assert journal.rows == 6
    journal.close()
    return sizes


def _rows(left: Leftover) -> tuple[list[dict[str, object]], np.ndarray]:
    parts = list(left.parts())
    items = [row for table, _ in parts for row in table.to_pylist()]
    return items, np.concatenate([vectors for _, vectors in parts])


def test_it_reads_back_as_written(tmp_path: Path) -> None:
    _write(tmp_path)
    left = Leftover(tmp_path)
    assert (left.segment, left.rows, left.ids) == (7, 6, ids(1, 2, 3, 4, 5, 6))
    items, vectors = _rows(left)
    assert np.array_equal(vectors, np.concatenate([unit(2, 0), unit(1, 1), unit(3, 2)]))
    assert [row["bytes"] for row in items] == [1, 2, 3, 4, 5, 6]
    assert [row["note"] for row in items] == [None, "x", None, "1", None, None]
    assert items[1]["extent"] == [1.0, 2.0, 2.0]
    assert items[1]["caption"] is None


def _as_before(folder: Path, column: str, written: str = "") -> None:
    """The journal of a version that had no such core column; the user's column `written` had its name."""
    path = folder / "journal.arrows"
    data = path.read_bytes().replace(written.encode(), column.encode()) if written else path.read_bytes()
    with pa.ipc.open_stream(data) as stream:
        batches, metadata = list(stream), stream.schema.metadata
    without = [batch.drop_columns([column]) for batch in batches]
    with pa.ipc.new_stream(path, without[0].schema.with_metadata(metadata)) as out:
        for batch in without:
            out.write_batch(batch)


def test_one_from_before_a_column_was_one_has_it_empty(tmp_path: Path) -> None:
    _write(tmp_path)
    _as_before(tmp_path, "volume")
    items, _ = _rows(Leftover(tmp_path))
    assert [row["bytes"] for row in items] == [1, 2, 3, 4, 5, 6]
    assert {row["volume"] for row in items} == {None}


def test_nor_has_it_a_users_column_of_that_name(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1, DIM)
    journal.append([item(1, kinds_label="mine", price=3), item(2)], unit(2))
    journal.close()
    _as_before(tmp_path, "label_kinds", written="kinds_label")
    items, _ = _rows(Leftover(tmp_path))
    assert [(row["bytes"], row["label_kinds"], row["price"]) for row in items] == [(1, None, 3), (2, None, None)]


def test_cut_at_any_byte_the_complete_batches_are_left(tmp_path: Path) -> None:
    sizes = _write(tmp_path)
    path = tmp_path / "journal.arrows"
    whole = path.read_bytes()
    rows_at = [0, 2, 3, 6]
    near_an_end = {size + shift for size in [0, *sizes] for shift in range(-100, 101)}
    for size in sorted((near_an_end | set(range(0, len(whole), 7))) & set(range(len(whole) + 1)), reverse=True):
        path.write_bytes(whole[:size])
        complete = sum(size >= end for end in sizes[1:])
        left = Leftover(tmp_path)
        assert left.rows == rows_at[complete], f"cut at byte {size} of {sizes}"
        assert sum(len(vectors) for _, vectors in left.parts()) == left.rows


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_ctrl_c_while_a_batch_is_synced_keeps_it_and_a_failing_disk_does_not(
    tmp_path: Path, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, 7, DIM)
    journal.append(BATCHES[0], unit(2, 0))

    def interrupted(fd: int) -> None:
        raise error

    with monkeypatch.context() as patched, pytest.raises(error):
        patched.setattr(os, "fsync", interrupted)
        journal.append(BATCHES[1], unit(1, 1))
    journal.close()
    assert Leftover(tmp_path).ids == (ids(1, 2, 3) if error is KeyboardInterrupt else ids(1, 2))


@pytest.mark.parametrize("tail", [bytes(4096), b"\xff" * 64, b"\xff\xff\xff\xff" + bytes(60), b"nonsense"])
def test_a_torn_tail_is_ignored(tmp_path: Path, tail: bytes) -> None:
    _write(tmp_path)
    with (tmp_path / "journal.arrows").open("ab") as file:
        file.write(tail)
    assert Leftover(tmp_path).rows == 6


@pytest.mark.parametrize(
    ("written", "instead"),
    [(b'{"note": 1}', b'{"note"; 1}'), (b"class 1", b"class \xff"), (b"shape", b"shade"), (b"ff", b"\xff\xff")],
)
def test_from_a_damaged_batch_on_nothing_is_taken_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, written: bytes, instead: bytes
) -> None:
    start = _write(tmp_path)[2]
    path = tmp_path / "journal.arrows"
    data = path.read_bytes()
    assert written in data[start:]
    path.write_bytes(data[:start] + data[start:].replace(written, instead, 1))
    left = Leftover(tmp_path)
    assert left.ids == ids(1, 2, 3)
    assert len(_rows(left)[0]) == 3
    assert "journal.arrows of an interrupted run is damaged after its first 3 items" in caplog.text


def test_no_journal_and_a_discarded_one_have_no_rows(tmp_path: Path) -> None:
    assert (Leftover(tmp_path).rows, Leftover(tmp_path).segment) == (0, 0)
    _write(tmp_path)
    discard(tmp_path)
    discard(tmp_path)
    assert Leftover(tmp_path).rows == 0


def test_one_is_never_written_over(tmp_path: Path) -> None:
    _write(tmp_path)
    with pytest.raises(FileExistsError):
        Journal(tmp_path, 8, DIM)
    assert Leftover(tmp_path).rows == 6


def test_added_columns_get_the_type_that_holds_all_their_values(tmp_path: Path) -> None:
    values: dict[str, tuple[list[object], pa.DataType, list[object]]] = {
        "int": ([1, None, -(2**63)], pa.int64(), [1, None, -(2**63)]),
        "float": ([1, 0.5, 2**53], pa.float64(), [1.0, 0.5, 2.0**53]),
        "bool": ([True, False, None], pa.bool_(), [True, False, None]),
        "text": (["a", "ü", ""], pa.string(), ["a", "ü", ""]),
        "mixed": ([1, "a", True], pa.string(), ["1", "a", "true"]),
        "huge": ([1, 2**70, None], pa.string(), ["1", str(2**70), None]),
        "list": ([[1, 2], None, {"a": "b"}], pa.string(), ["[1, 2]", None, '{"a": "b"}']),
        "numpy": ([np.int32(3), np.float32(0.5), None], pa.float64(), [3.0, 0.5, None]),
        "date": ([date(2025, 1, 2), None, None], pa.string(), ["2025-01-02", None, None]),
        "nan": ([float("inf"), 1, None], pa.float64(), [float("inf"), 1.0, None]),
        "surrogate": (["a\udcff", None, None], pa.string(), ["a?", None, None]),
    }
    journal = Journal(tmp_path, 1, DIM)
    for place in range(3):
        extras = {name: given[place] for name, (given, _, _) in values.items()}
        journal.append([item(place, never=None, **extras)], unit(1))
    journal.close()
    left = Leftover(tmp_path)
    items, _ = _rows(left)
    assert "never" not in left.schema.names
    for name, (_, kind, expected) in values.items():
        assert left.schema.field(name).type == kind, name
        assert [row[name] for row in items] == expected, name


def test_a_core_column_of_another_type_names_the_column(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1, DIM)
    journal.append([item(1, label=3, name="\udcff")], unit(1))
    with pytest.raises(UsageError, match=r"column 'vertices' must hold int64 .*rename the metadata column"):
        journal.append([item(2, vertices="many")], unit(1))
    journal.append([item(3)], unit(1))
    journal.close()
    items, _ = _rows(Leftover(tmp_path))
    assert [(row["bytes"], row["label"], row["name"]) for row in items] == [(1, "3", "?"), (3, "class 0", None)]


def test_a_core_column_of_lists_holds_texts_in_valid_utf8_and_takes_no_text_for_a_list(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1, DIM)
    journal.append([item(1, label_kinds=["st\udcff", "chair"]), item(2, label_kinds=("a",)), item(3)], unit(3))
    with pytest.raises(UsageError, match=r"column 'label_kinds' must hold list<item: string> \('chair' is no list\)"):
        journal.append([item(4, label_kinds="chair")], unit(1))
    journal.close()
    items, _ = _rows(Leftover(tmp_path))
    assert [row["label_kinds"] for row in items] == [["st?", "chair"], ["a"], None]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([1] * 8, []),
        ([1] * 9, list(range(9))),
        ([70_000, *[5] * 8, 65_536], []),
        ([70_000, *[5] * 5, 65_536, *[65_535] * 4], [1, 2, 3, 4, 5]),
        ([0] * 9, list(range(9))),
    ],
)
def test_segments_to_merge(rows: list[int], expected: list[int]) -> None:
    assert segments_to_merge(rows) == expected
