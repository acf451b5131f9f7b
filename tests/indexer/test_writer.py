import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from index_making import DIM, SPACE, contents, ids, item, live, unit, write

from indexer.writer import IndexWriter
from retriever.errors import SpaceError, UsageError
from retriever.store import Snapshot, read_failures, versions
from retriever.store.versions import KEEP
from retriever.types import ShapeInput


def test_rows_are_seen_from_commit_on(tmp_path: Path) -> None:
    with IndexWriter(tmp_path / "deep" / "index", SPACE) as writer:
        writer.append([item(1), item(2)], unit(2, 1))
        writer.append([item(3)], unit(1, 2))
        assert (writer.snapshot, writer.recovered) == (None, 0)
        snapshot = writer.commit()
        assert writer.snapshot is snapshot
    assert np.array_equal(snapshot.vectors(np.arange(3)), np.concatenate([unit(2, 1), unit(1, 2)]))
    assert contents(Snapshot.open(tmp_path / "deep" / "index")) == contents(snapshot)


def test_deletions_are_seen_from_commit_on(tmp_path: Path) -> None:
    write(tmp_path, [item(1), item(2), item(3)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0]))
        writer.delete(np.array([2]))
        assert live(tmp_path) == {1, 2, 3}
        writer.commit()
    assert live(tmp_path) == {2}
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([1]))
    assert live(tmp_path) == {2}, "without commit nothing is deleted"


def test_an_id_is_live_once_the_last_one(tmp_path: Path) -> None:
    write(tmp_path, [item(1), item(2)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(2, note="newer"), item(3, note="first")], unit(2))
        writer.append([item(3, note="second")], unit(1, 5))
        snapshot = writer.commit()
    held = contents(snapshot)
    assert held.keys() == set(ids(1, 2, 3))
    assert [held[id][0].get("note") for id in ids(1, 2, 3)] == [None, "newer", "second"]
    assert held[ids(3)[0]][1] == tuple(unit(1, 5)[0].tolist())
    assert snapshot.rows == 5


@pytest.mark.parametrize("name", ["my-1", None])
def test_an_index_that_was_emptied_takes_items_again(tmp_path: Path, name: str | None) -> None:
    write(tmp_path, [item(1, id=name) if name else item(1)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0]))
        assert not len(writer.commit())
    write(tmp_path, [item(1), item(2)])
    assert live(tmp_path) == {1, 2}


def test_a_full_journal_becomes_a_segment_without_the_pending_deletions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.writer.SEAL_ROWS", 4)
    write(tmp_path, [item(0), item(1)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0, 1]))
        for number in range(1, 10):
            writer.append([item(number, note="new")], unit(1, number))
        assert live(tmp_path) == {0, *range(1, 9)}, "0 stays until commit, the old 1 gave way to the new one"
        writer.commit()
    assert live(tmp_path) == set(range(1, 10))
    assert [entry.rows for entry in Snapshot.open(tmp_path).manifest.segments] == [2, 4, 4, 1]


def test_leaving_without_commit_keeps_rows_for_the_next_writer(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(1), item(2)], unit(2))
        raise KeyboardInterrupt
    assert live(tmp_path) == set()
    with IndexWriter(tmp_path, SPACE) as writer:
        assert writer.recovered == 2
        assert writer.snapshot is not None
        assert writer.snapshot.rows == 2
    with IndexWriter(tmp_path, SPACE) as writer:
        assert writer.recovered == 0
    assert live(tmp_path) == {1, 2}


def test_recovered_rows_replace_older_ones(tmp_path: Path) -> None:
    write(tmp_path, [item(1), item(2)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(2, note="newer")], unit(1))
    with IndexWriter(tmp_path, SPACE) as writer:
        assert writer.recovered == 1
        assert contents(writer.commit())[ids(2)[0]][0]["note"] == "newer"


def test_many_small_segments_become_one_without_their_deleted_rows(tmp_path: Path) -> None:
    write(tmp_path, *[[item(number), item(100 + number, extra=number)] for number in range(8)])
    before = contents(Snapshot.open(tmp_path))
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0, 3]))
        writer.append([item(50, extra="text")], unit(1))
        after = writer.commit()
    assert (len(after.segments), after.rows, len(after), after.manifest.deleted) == (1, 15, 15, None)
    gone = {ids(0)[0], ids(101)[0]}
    for id, (row, vector) in contents(after).items():
        assert id not in gone
        if id in before:
            old, same = before[id]
            assert vector == same
            assert row == {**old, **({"extra": str(old["extra"])} if "extra" in old else {})}
    assert "000001" in [path.name for path in (tmp_path / "segments").iterdir()], "a kept version lists it"
    for number in range(KEEP):
        write(tmp_path, [item(60 + number)])
    names = sorted(path.name for path in (tmp_path / "segments").iterdir())
    kept = [Snapshot.open(tmp_path, version).manifest for version in versions.numbers(tmp_path)]
    assert names == sorted({entry.name for manifest in kept for entry in manifest.segments})
    assert "000001" not in names, "no kept version lists the merged ones any more"
    assert list((tmp_path / "deleted").iterdir()) == []


def test_a_commit_swaps_the_manifest_once(tmp_path: Path) -> None:
    before = write(tmp_path, [item(1), item(2), item(3)]).manifest.version
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(1, note="newer"), item(4)], unit(2))
        writer.delete(np.array([1]))
        after = writer.commit()
    assert after.manifest.version == before + 1
    assert after.deleted.tolist() == [0, 1]


def test_an_ann_folder_stays_as_long_as_a_kept_version_names_it(tmp_path: Path) -> None:
    write(tmp_path, [item(1)])
    (tmp_path / "ann/000001").mkdir(parents=True)
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.set_ann("000001")
        assert writer.commit().manifest.ann == "000001"
        writer.set_ann(None)
        assert writer.commit().manifest.ann is None
        assert (tmp_path / "ann/000001").exists(), "the version before names it"
        for number in range(KEEP):
            writer.append([item(number)], unit(1))
            writer.commit()
    assert not (tmp_path / "ann/000001").exists()


def test_a_commit_with_nothing_to_do_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, [item(1)])
    before = (tmp_path / "manifest.json").read_bytes()
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([], unit(0))
        writer.commit()
    assert (tmp_path / "manifest.json").read_bytes() == before


def test_columns_that_differ_in_case_only_are_one(tmp_path: Path) -> None:
    snapshot = write(tmp_path, [item(1, Price=1, Label="own")], [item(2, price=2, PRICE=None)])
    others = [name for name in snapshot.columns() if name.lower() in ("price", "label", "label_")]
    assert others == ["label", "Price", "label_"]
    assert snapshot.column("Price").to_pylist() == [1, 2]


def test_roots_get_short_unique_names_that_last(tmp_path: Path) -> None:
    for name in ("a/cars", "b/cars", "boats"):
        (tmp_path / name).mkdir(parents=True)
    with IndexWriter(tmp_path / "index", SPACE) as writer:
        assert writer.root(tmp_path / "a" / "cars") == "cars"
        assert writer.root(tmp_path / "b" / "cars") == "cars-2"
    with IndexWriter(tmp_path / "index", SPACE) as writer:
        assert writer.root(tmp_path / "a" / ".." / "a" / "cars") == "cars"
        assert writer.root(tmp_path / "boats") == "boats"
        assert writer.root(Path("/")) == "root"
        assert writer.commit().root_path("cars-2") == str(tmp_path / "b" / "cars")


def test_roots_are_named_all_at_once_and_not_as_rows_of_others_are(tmp_path: Path) -> None:
    write(tmp_path / "index", [item(1, root="cars")])
    places = [tmp_path / name for name in ("a/cars", "b/cars", "boats", "a/cars")]
    with IndexWriter(tmp_path / "index", SPACE) as writer:
        before = writer.manifest.version
        assert writer.root_names(places) == ["cars-2", "cars-3", "boats", "cars-2"]
        assert writer.root_names(places) == ["cars-2", "cars-3", "boats", "cars-2"]
        assert writer.manifest.version == before + 1


def test_another_space_is_refused_and_both_are_named(tmp_path: Path) -> None:
    write(tmp_path, [item(1)])
    for other in (
        replace(SPACE, name="point-bind"),
        replace(SPACE, weights="f" * 64),
        replace(SPACE, shape=ShapeInput(points=2048)),
    ):
        with pytest.raises(SpaceError, match=r"'toy' \(weights 0123456789ab, 8-d, 1024 points") as caught:
            IndexWriter(tmp_path, other)
        assert f"{other.name!r} (weights {other.weights[:12]}, 8-d, {other.shape.points} points" in str(caught.value)
    with IndexWriter(tmp_path, SPACE) as writer:
        assert writer.snapshot is not None, "the refused ones gave the lock back"


@pytest.mark.parametrize(
    "vectors", [unit(2), unit(1, dim=DIM + 1), unit(1).astype(np.float64), unit(1) * 2, unit(1) * np.nan]
)
def test_vectors_that_do_not_fit_are_refused(tmp_path: Path, vectors: np.ndarray) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        with pytest.raises(SpaceError, match=r"'toy' gave .*: fix its encoder"):
            writer.append([item(1)], vectors)
        with pytest.raises(SpaceError, match="of type list: give a NumPy array"):
            writer.append([item(1)], vectors.tolist())
        assert writer.commit().rows == 0


def test_a_closed_writer_takes_nothing_from_who_wrote_since(tmp_path: Path) -> None:
    with IndexWriter(tmp_path, SPACE) as closed:
        closed.append([item(1)], unit(1))
        closed.commit()
        closed.append([item(2)], unit(1))
    write(tmp_path, [item(3)])
    table = pa.Table.from_pylist([item(4)])
    for late in (
        lambda: closed.append([item(4)], unit(1)),
        lambda: closed.extend([(table, unit(1))]),
        closed.commit,
        lambda: closed.root(tmp_path),
        lambda: closed.move_root("/a", "/b"),
        lambda: closed.set_ann(None),
        lambda: closed.rewrite(["000001"]),
    ):
        with pytest.raises(UsageError, match="is closed, and others may have written since: open another one"):
            late()
    assert live(tmp_path) == {1, 2, 3}


def test_tables_and_mappings_go_where_they_belong(tmp_path: Path) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        with pytest.raises(UsageError, match=r"append takes a list of mappings.*to_pylist.*extend"):
            writer.append(pa.Table.from_pylist([item(1), item(2)]), unit(2))  # type: ignore[arg-type]
        with pytest.raises(
            UsageError, match=r"are of type list: extend takes a table of Arrow.*mappings go into append"
        ):
            writer.extend([([item(1)], unit(1))])  # type: ignore[list-item]
        writer.append(pa.Table.from_pylist([item(3)]).to_pylist(), unit(1))
        writer.extend([(pa.RecordBatch.from_pylist([item(4)]), unit(1)), (pa.Table.from_pylist([item(5)]), unit(1))])
        writer.commit()
    assert live(tmp_path) == {3, 4, 5}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": None}, "'id' is due for every item: add it"),
        ({"path": None}, "'path' is due for every item: add it"),
        ({"bytes": "many"}, "'bytes' must hold int64"),
        ({"modality": "smell"}, "'smell' is none: write one of shape, image, audio, text"),
    ],
)
def test_items_that_do_not_fit_are_refused_and_stop_no_later_writer(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        with pytest.raises(UsageError, match=message):
            writer.append([item(0), item(1, **change)], unit(2))
        writer.append([item(2)], unit(1))
        writer.commit()
    assert set(contents(write(tmp_path, [item(3)]))) == set(ids(2, 3))


def test_the_manifest_is_plain_json(tmp_path: Path) -> None:
    write(tmp_path, [item(1), item(2, modality="text")])
    data = json.loads((tmp_path / "manifest.json").read_text())
    (segment,) = data["segments"]
    assert segment.pop("files").keys() == {"vectors.npy", "items.parquet", "ids.npy"}
    assert segment == {"name": "000001", "rows": 2, "modalities": {"shape": 1, "text": 1}}
    assert data["created"] <= data["updated"]
    assert data["updated"].endswith("+00:00")
    assert read_failures(tmp_path) == []
