import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from index_making import DIM, SPACE, contents, ids, item, unit, write

from indexer.durable import disk_errors
from indexer.writer import IndexWriter
from retriever.errors import IndexBusy, RetrieverError, SpaceError, UsageError
from retriever.store import Failure, Snapshot, read_failures, versions
from retriever.store.versions import KEEP
from retriever.types import ShapeInput

ROOT = Path(__file__).parent.parent.parent


def _live(folder: Path) -> set[int]:
    return {int(str(row["bytes"])) for row, _ in contents(Snapshot.open(folder)).values()}


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
        assert _live(tmp_path) == {1, 2, 3}
        writer.commit()
    assert _live(tmp_path) == {2}
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([1]))
    assert _live(tmp_path) == {2}, "without commit nothing is deleted"


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


def test_a_full_journal_becomes_a_segment_without_the_pending_deletions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.writer.SEAL_ROWS", 4)
    write(tmp_path, [item(0), item(1)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0, 1]))
        for number in range(1, 10):
            writer.append([item(number, note="new")], unit(1, number))
        assert _live(tmp_path) == {0, *range(1, 9)}, "0 stays until commit, the old 1 gave way to the new one"
        writer.commit()
    assert _live(tmp_path) == set(range(1, 10))
    assert [entry.rows for entry in Snapshot.open(tmp_path).manifest.segments] == [2, 4, 4, 1]


def test_leaving_without_commit_keeps_rows_for_the_next_writer(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(1), item(2)], unit(2))
        raise KeyboardInterrupt
    assert _live(tmp_path) == set()
    with IndexWriter(tmp_path, SPACE) as writer:
        assert writer.recovered == 2
        assert writer.snapshot is not None
        assert writer.snapshot.rows == 2
    with IndexWriter(tmp_path, SPACE) as writer:
        assert writer.recovered == 0
    assert _live(tmp_path) == {1, 2}


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
    assert [name for name in snapshot.columns() if name.lower().startswith(("price", "label"))] == [
        "label",
        "Price",
        "label_",
    ]
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
        assert writer.commit().rows == 0


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"is no index and not empty \(it has 'holiday.jpg'\): name a new folder"):
        IndexWriter(tmp_path, SPACE)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_only_one_writes_at_a_time(tmp_path: Path) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        with pytest.raises(IndexBusy, match=f"This process itself, .*is writing to the index {tmp_path}: wait"):
            IndexWriter(tmp_path, SPACE)
        writer.commit()
    with IndexWriter(tmp_path, SPACE):
        assert _live(tmp_path) == set(), "readers need no lock"


def test_a_forked_worker_does_not_keep_the_lock(tmp_path: Path) -> None:
    writer = IndexWriter(tmp_path, SPACE)
    hold, release = os.pipe()
    started, start = os.pipe()
    child = os.fork()
    if not child:
        os.close(release)
        os.write(start, b"1")
        os.read(hold, 1)  # a worker that outlives its parent's lock
        os._exit(0)
    try:
        os.read(started, 1)
        writer.close()
        with IndexWriter(tmp_path, SPACE) as again:
            assert again.recovered == 0
    finally:
        os.close(release)
        os.waitpid(child, 0)


ENDLESS = """
import sys
from pathlib import Path
from index_making import SPACE, item, unit
from indexer.durable import disk_errors
from indexer.writer import IndexWriter
writer = IndexWriter(Path(sys.argv[1]), SPACE)
for number in range(10**9):
    writer.append([item(2 * number), item(2 * number + 1)], unit(2, number))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_kill_9_loses_no_appended_row_and_leaves_no_lock(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", ENDLESS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout
        for _ in range(20):
            acknowledged = int(child.stdout.readline())
        with pytest.raises(IndexBusy, match=f"pid {child.pid}"):
            IndexWriter(tmp_path, SPACE)
        child.send_signal(signal.SIGKILL)
    with IndexWriter(tmp_path, SPACE) as writer:
        assert writer.recovered % 2 == 0
        assert writer.recovered >= 2 * (acknowledged + 1)
        assert _live(tmp_path) == set(range(writer.recovered))


@contextmanager
def _full_disk(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes: writes fail as they do on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 40, 700, 1500, 2500, 4000, 6000, 9000, 12000, 16000])
def test_a_full_disk_loses_nothing(tmp_path: Path, size: int) -> None:
    write(tmp_path, [item(number) for number in range(4)])
    acknowledged = set(range(4))
    with _full_disk(size), pytest.raises(RetrieverError) as caught, IndexWriter(tmp_path, SPACE) as writer:
        for number in range(4, 60):
            writer.append([item(number)], unit(1, number))
            acknowledged.add(number)
        writer.replace_failures("corpus", lambda path: True, [Failure("corpus", "x.obj", "empty", "It is empty.")])
        writer.commit()
        raise AssertionError(f"{size} bytes were enough")
    assert f"Cannot write to the index {tmp_path} (File too large): free disk space" in str(caught.value)
    assert _live(tmp_path) >= set(range(4))
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(99)], unit(1))
        writer.commit()
    assert _live(tmp_path) == acknowledged | {99}


def test_appending_goes_on_after_the_disk_was_full(tmp_path: Path) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(1)], unit(1))
        size = (tmp_path / "journal.arrows").stat().st_size
        with _full_disk(size + 100), pytest.raises(RetrieverError, match="free disk space"):
            writer.append([item(2)], unit(1))
        assert (tmp_path / "journal.arrows").stat().st_size == size
        writer.append([item(3)], unit(1))
        with _full_disk(100), pytest.raises(RetrieverError, match="free disk space"):
            writer.commit()
        writer.append([item(4)], unit(1))
        writer.commit()
    assert _live(tmp_path) == {1, 3, 4}


@pytest.mark.parametrize("size", [0, 200, 1000, 4000])
def test_deleting_on_a_full_disk_loses_nothing(tmp_path: Path, size: int) -> None:
    before = write(tmp_path, [item(number) for number in range(700)])
    with (
        _full_disk(size),
        pytest.raises(RetrieverError, match="free disk space"),
        IndexWriter(tmp_path, SPACE) as writer,
    ):
        writer.delete(np.arange(600))
        writer.commit()
    assert _live(tmp_path) == set(range(700))
    assert Snapshot.open(tmp_path).manifest == before.manifest
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (errno.EACCES, "make the folder and all in it writable for you, or name another one, then"),
        (errno.EROFS, "make the folder and all in it writable for you, or name another one, then"),
        (errno.ENOSPC, "free disk space, then"),
        (errno.EIO, "check the folder and its disk, or name another one, then"),
    ],
)
def test_what_the_system_refuses_is_told_with_its_cure(error: int, cure: str) -> None:
    with pytest.raises(RetrieverError) as caught, disk_errors(Path("parts.retriever")):
        raise OSError(error, os.strerror(error))
    assert f"the index parts.retriever ({os.strerror(error)}): {cure} run" in str(caught.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(RetrieverError, match=r"Cannot write to the index .*file/index \(Not a directory\)"):
        IndexWriter(tmp_path / "file" / "index", SPACE)


def test_the_manifest_is_plain_json(tmp_path: Path) -> None:
    write(tmp_path, [item(1), item(2, modality="text")])
    data = json.loads((tmp_path / "manifest.json").read_text())
    assert data["segments"] == [{"name": "000001", "rows": 2, "modalities": {"shape": 1, "text": 1}}]
    assert data["created"] <= data["updated"]
    assert data["updated"].endswith("+00:00")
    assert read_failures(tmp_path) == []


def test_a_system_without_file_locks_is_told_what_to_do(tmp_path: Path) -> None:
    program = """
import sys
sys.modules["fcntl"] = None
from indexer.durable import disk_errors
from indexer.writer import IndexWriter
from retriever.errors import RetrieverError
from retriever.spaces.base import ShapeInput, SpaceIdentity
try:
    IndexWriter(sys.argv[1], SpaceIdentity("made", 2, "0", ShapeInput()))
except RetrieverError as error:
    print(error)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "index")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "run retriever inside WSL" in said
