from pathlib import Path

import numpy as np
import pytest
from index_making import SPACE, contents, item, unit, write

from indexer.compaction import compact, groups_to_compact
from indexer.writer import IndexWriter
from retriever.errors import IndexBusy, IndexMissing, UsageError
from retriever.store import Snapshot, versions


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_it_frees_the_disk_that_deleted_rows_took(tmp_path: Path) -> None:
    write(tmp_path, [item(n) for n in range(2000)], [item(n, extra=n) for n in range(2000, 3000)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.root(tmp_path)
        writer.delete(np.arange(100, 2900))
        before = contents(writer.commit())
    full = _bytes(tmp_path)
    done = compact(tmp_path)
    assert (done.rows_before, done.rows_after) == (3000, 200)
    assert done.bytes_freed == full - _bytes(tmp_path)
    assert _bytes(tmp_path) < full / 8
    after = Snapshot.open(tmp_path)
    assert contents(after) == before
    assert (after.rows, len(after.segments), after.manifest.deleted) == (200, 1, None)
    assert after.root_path(tmp_path.name) == str(tmp_path)
    assert after.take(np.array([0, 199]), ["extra"]).to_pylist() == [{"extra": None}, {"extra": 2999}]


def test_a_second_one_has_nothing_to_do(tmp_path: Path) -> None:
    write(tmp_path, [item(1)], [item(2)])
    compact(tmp_path)
    manifest = (tmp_path / "manifest.json").read_bytes()
    done = compact(tmp_path)
    assert (done.rows_before, done.rows_after, done.bytes_freed) == (2, 2, 0)
    assert (tmp_path / "manifest.json").read_bytes() == manifest


def test_segments_grow_to_a_limit_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups_to_compact, "__defaults__", (5,))
    write(tmp_path, *[[item(10 * run + n) for n in range(2)] for run in range(7)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0, 1, 13]))
        before = contents(writer.commit())
    compact(tmp_path)
    after = Snapshot.open(tmp_path)
    assert contents(after) == before
    assert sorted(entry.rows for entry in after.manifest.segments) == [3, 4, 4]


def test_when_every_row_is_deleted_nothing_is_left(tmp_path: Path) -> None:
    write(tmp_path, [item(1), item(2)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0, 1]))
        writer.commit()
    assert compact(tmp_path).rows_after == 0
    assert Snapshot.open(tmp_path).rows == 0
    assert list((tmp_path / "segments").iterdir()) == []
    assert contents(write(tmp_path, [item(3)])).keys() == {item(3)["id"]}


def test_rows_of_an_interrupted_run_are_kept(tmp_path: Path) -> None:
    write(tmp_path, [item(1)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(2)], unit(1))
    assert compact(tmp_path).rows_after == 2


def test_errors(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="holds no index"):
        compact(tmp_path / "gone")
    assert not (tmp_path / "gone").exists()
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.commit()
        with pytest.raises(IndexBusy):
            compact(tmp_path)
    assert compact(tmp_path).rows_after == 0


def test_versions_go_unless_they_are_asked_for(tmp_path: Path) -> None:
    models = []
    for number in range(5):
        models.append(contents(write(tmp_path, [item(number), item(number + 1)])))
    numbers = versions.numbers(tmp_path)
    assert len(numbers) == 5
    full = _bytes(tmp_path)
    done = compact(tmp_path, keep=3)
    assert done.bytes_freed == full - _bytes(tmp_path)
    assert versions.numbers(tmp_path) == [*numbers[3:], numbers[-1] + 1]
    for version, model in zip(numbers[3:], models[3:], strict=True):
        assert contents(Snapshot.open(tmp_path, version)) == model
    with pytest.raises(UsageError, match=f"as_of={numbers[2]}: "):
        Snapshot.open(tmp_path, numbers[2])
    compact(tmp_path, keep=2)
    assert versions.numbers(tmp_path) == [numbers[-1], numbers[-1] + 1], "there was nothing to rewrite"
    compact(tmp_path)
    assert versions.numbers(tmp_path) == [numbers[-1] + 1]
    assert len(list((tmp_path / "segments").iterdir())) == 1
    assert contents(Snapshot.open(tmp_path)) == models[-1]
    with pytest.raises(UsageError, match="keep=0: at least 1"):
        compact(tmp_path, keep=0)


def test_an_ann_folder_that_is_listed_stays(tmp_path: Path) -> None:
    write(tmp_path, [item(1)], [item(2)])
    (tmp_path / "ann/000001").mkdir(parents=True)
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.set_ann("000001")
        writer.commit()
    write(tmp_path, [item(3)])
    assert Snapshot.open(tmp_path).manifest.ann == "000001"
    assert (tmp_path / "ann/000001").exists()


@pytest.mark.parametrize(
    ("live", "rows", "expected"),
    [
        ([], [], []),
        ([10], [10], []),
        ([9], [10], [[0]]),
        ([5, 5], [5, 5], [[0, 1]]),
        ([6, 5], [6, 5], []),
        ([6, 5, 5, 1], [6, 5, 6, 1], [[1, 2]]),
        ([20, 19, 1], [20, 20, 1], [[1]]),
        ([0, 10, 0], [3, 10, 3], [[0, 1, 2]]),
    ],
)
def test_groups_to_compact(live: list[int], rows: list[int], expected: list[list[int]]) -> None:
    assert groups_to_compact(live, rows, largest=10) == expected
