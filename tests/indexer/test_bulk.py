"""Many rows at once: straight into segments, with the same promises as row by row."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from index_making import DIM, SPACE, contents, ids, item, unit, write

from indexer.segments import Part
from indexer.writer import IndexWriter
from retriever.errors import RetrieverError, SpaceError, UsageError
from retriever.store import Snapshot
from retriever.store.schema import ITEMS

Row = dict[str, object]


def part(items: list[Row], seed: int = 0) -> Part:
    return pa.Table.from_pylist(items), unit(len(items), seed)


def extended(folder: Path, *parts: Part) -> Snapshot:
    with IndexWriter(folder, SPACE) as writer:
        assert writer.extend(iter(parts)) == sum(len(vectors) for _, vectors in parts)
        return writer.commit()


def test_it_holds_what_appending_would(tmp_path: Path) -> None:
    parts = [part([item(n, note=n) for n in range(5)], 1), part([item(n, note=None) for n in range(5, 8)], 2)]
    snapshot = extended(tmp_path / "bulk", *parts)
    with IndexWriter(tmp_path / "rows", SPACE) as writer:
        for items, vectors in parts:
            writer.append(items.to_pylist(), vectors)
        expected = writer.commit()
    assert contents(snapshot) == contents(expected)
    assert snapshot.schema == expected.schema
    assert snapshot.modalities() == expected.modalities()
    assert not (tmp_path / "bulk/journal.arrows").exists()


def test_segments_fill_up_and_parts_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.bulk.LARGEST", 5)
    parts = [part([item(n) for n in range(start, end)], start) for start, end in ((0, 3), (3, 16), (16, 16), (16, 18))]
    snapshot = extended(tmp_path, *(each for each in parts if len(each[1])))
    assert [entry.rows for entry in snapshot.manifest.segments] == [5, 5, 5, 3]
    assert snapshot.column("bytes").to_pylist() == list(range(18))
    assert np.array_equal(snapshot.vectors(np.arange(18)), np.concatenate([vectors for _, vectors in parts]))


def test_later_rows_take_the_place_of_older_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.bulk.LARGEST", 4)
    write(tmp_path, [item(n, note="old") for n in range(4)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(3, note="journal"), item(4, note="journal")], unit(2))
        first = part([item(n, note="first") for n in (0, 3, 5, 5, 6)])
        second = part([item(n, note="second") for n in (6, 5, 7)])
        writer.extend([first, second])
        writer.append([item(7, note="last")], unit(1))
        held = {row["path"]: row["note"] for row, _ in contents(writer.commit()).values()}
    assert held == {
        "0.obj": "first", "1.obj": "old", "2.obj": "old", "3.obj": "first", "4.obj": "journal", "5.obj": "second",
        "6.obj": "second", "7.obj": "last",
    }  # fmt: skip


@pytest.mark.parametrize("names", ["bulk", "index", "both"])
def test_ids_of_any_kind_take_the_place_of_older_ones(tmp_path: Path, names: str) -> None:
    older, newer = (["a", ids(1)[0]] if names in ("index", "both") else ids(0, 1)), ["b", ids(1)[0], "b"]
    write(tmp_path, [item(0, id=older[0]), item(1, id=older[1])])
    given = newer if names in ("bulk", "both") else [ids(2)[0], ids(1)[0], ids(2)[0]]
    snapshot = extended(tmp_path, part([item(n, id=id) for n, id in enumerate(given)]))
    assert snapshot.live.tolist() == [True, False, False, True, True]
    assert snapshot.locate([older[0], *given]).tolist() == [0, 4, 3, 4]


def test_what_is_full_is_seen_and_stays_and_the_rest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.bulk.LARGEST", 4)

    def parts() -> Iterator[Part]:
        yield part([item(n) for n in range(3)])
        yield part([item(n) for n in range(3, 7)])
        assert contents(Snapshot.open(tmp_path)).keys() == set(ids(0, 1, 2, 3))
        raise FileNotFoundError("the caller's own")

    with IndexWriter(tmp_path, SPACE) as writer:
        with pytest.raises(FileNotFoundError, match="the caller's own"):
            writer.extend(parts())
        assert contents(writer.commit()).keys() == set(ids(0, 1, 2, 3))
    assert [path.name for path in (tmp_path / "segments").iterdir()] == ["000001"]


def test_columns_may_come_and_change_their_type(tmp_path: Path) -> None:
    snapshot = extended(
        tmp_path,
        part([item(0, Price=1)], 0),
        part([item(1, price=2.5, tag="x")], 1),
        part([item(2)], 2),
        part([item(3, price="cheap")], 3),
        part([item(4, label_="kept", tag="y")], 4),
    )
    assert snapshot.column("Price").to_pylist() == ["1", "2.5", None, "cheap", None]
    assert snapshot.column("tag").to_pylist() == [None, "x", None, None, "y"]
    assert snapshot.column("label_").to_pylist() == [None] * 4 + ["kept"]
    assert [entry.rows for entry in snapshot.manifest.segments] == [1, 2, 1, 1]


def test_types_become_those_that_filters_know(tmp_path: Path) -> None:
    columns = {
        "small": pa.array([1, None], pa.int8()),
        "huge": pa.array([2**63, 1], pa.uint64()),
        "half": pa.array([0.5, None], pa.float32()),
        "kind": pa.array(["a", "b"]).dictionary_encode(),
        "long": pa.array(["a", None], pa.large_string()),
        "day": pa.array([datetime.date(2025, 1, 2), None]),
        "tags": pa.array([["a", "b"], None]),
        "flag": pa.array([True, None]),
        "unknown": pa.array([float("nan"), 2.0]),
        "nothing": pa.nulls(2),
    }
    table, vectors = part([item(0), item(1)])
    for name, column in columns.items():
        table = table.append_column(name, column)
    snapshot = extended(tmp_path, (table, vectors))
    added = {field.name: str(field.type) for field in snapshot.schema if field.name not in ITEMS.names}
    assert added == {
        "small": "int64", "huge": "double", "half": "double", "kind": "string", "long": "string", "day": "string",
        "tags": "string", "flag": "bool", "unknown": "double",
    }  # fmt: skip
    row = snapshot.take(np.array([0]), sorted(added)).to_pylist()[0]
    assert row == {
        "small": 1, "huge": 2.0**63, "half": 0.5, "kind": "a", "long": "a", "day": "2025-01-02", "tags": '["a", "b"]',
        "flag": True, "unknown": None,
    }  # fmt: skip


def test_a_core_column_of_floats_with_gaps_is_taken(tmp_path: Path) -> None:
    table, vectors = part([item(0), item(1)])
    faces = pa.chunked_array([pa.array([12.0, float("nan")])])
    snapshot = extended(tmp_path, (table.append_column("faces", faces), vectors))
    assert snapshot.column("faces").to_pylist() == [12, None]


@pytest.mark.parametrize(
    "vectors", [unit(2), unit(1, dim=DIM + 1), unit(1).astype(np.float64), unit(1) * 2, unit(1) * np.nan]
)
def test_vectors_that_do_not_fit_are_refused(tmp_path: Path, vectors: np.ndarray) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        with pytest.raises(SpaceError, match=r"'toy' gave .*: fix its encoder"):
            writer.extend([part([item(1)]), (part([item(2)])[0], vectors)])
        assert writer.commit().rows == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": None}, "'id' is due for every item"),
        ({"bytes": "many"}, r"'bytes' must hold int64 \(.*\): rename"),
        ({"modality": "smell"}, "'smell' is none: write one of shape, image, audio, text"),
    ],
)
def test_columns_that_do_not_fit_are_named(tmp_path: Path, change: Row, message: str) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        with pytest.raises(UsageError, match=message):
            writer.extend([part([item(1) | change])])
        with pytest.raises(UsageError, match="'sha256' is due for every item: add it"):
            writer.extend([(part([item(1)])[0].drop_columns("sha256"), unit(1))])
        assert writer.commit().rows == 0


def test_a_full_disk_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, [item(0)])
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with IndexWriter(tmp_path, SPACE) as writer:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        try:
            with pytest.raises(RetrieverError, match="free disk space"):
                writer.extend([part([item(n) for n in range(1, 3000)])])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert contents(writer.commit()).keys() == set(ids(0))
        writer.extend([part([item(n) for n in range(1, 3000)])])
        assert len(writer.commit()) == 3000


def test_nothing_is_no_rows(tmp_path: Path) -> None:
    assert extended(tmp_path).rows == 0
