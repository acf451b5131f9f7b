"""What a writer does where the disk, the lock or the process fails: no row that was appended is lost."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from index_making import SPACE, item, live, unit, write

from indexer.durable import disk_errors
from indexer.failures import replace_failures
from indexer.writer import IndexWriter
from retriever.errors import IndexBusy, RetrieverError, UsageError
from retriever.store import Failure, Snapshot

ROOT = Path(__file__).parent.parent.parent


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
        assert live(tmp_path) == set(), "readers need no lock"


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
from indexer.failures import replace_failures
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
        assert live(tmp_path) == set(range(writer.recovered))


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
        failure = Failure("corpus", "x.obj", "empty", "It is empty.")
        replace_failures(tmp_path, {}, {"corpus": lambda path: True}, [failure])
        writer.commit()
        raise AssertionError(f"{size} bytes were enough")
    assert f"Cannot write to the index {tmp_path} (File too large): free disk space" in str(caught.value)
    assert live(tmp_path) >= set(range(4))
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(99)], unit(1))
        writer.commit()
    assert live(tmp_path) == acknowledged | {99}


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
    assert live(tmp_path) == {1, 3, 4}


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
    assert live(tmp_path) == set(range(700))
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


def test_a_system_without_file_locks_is_told_what_to_do(tmp_path: Path) -> None:
    program = """
import sys
sys.modules["fcntl"] = None
from indexer.durable import disk_errors
from indexer.failures import replace_failures
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
