"""Runs a scenario over and over, each time in a fresh copy of an index, killed with SIGKILL one system call later.

    crash_child.py SCENARIO BASE CASES

leaves CASES/1, CASES/2, ... as the kills left them, and CASES/N.log with a line for each append that had returned.
The last one ran to its end.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute
from index_making import SPACE, ids, item, unit

import indexer.bulk
import indexer.writer
from indexer.compaction import compact
from indexer.segments import segments_to_merge
from indexer.writer import IndexWriter

WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}


class Killer:
    """Kills this process just before the nth call that changes files, or halfway through a write."""

    def __init__(self, folder: Path, after: int) -> None:
        self.folder = str(folder)
        self.left = after
        self.write = os.write

    def start(self) -> None:
        sys.addaudithook(self._audit)
        os.fsync = self._fsync
        os.write = self._write

    def _step(self, last_words: Callable[[], object] = lambda: None) -> None:
        self.left -= 1
        if not self.left:
            last_words()
            os.kill(os.getpid(), signal.SIGKILL)

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in WATCHED and str(arguments[0]).startswith(self.folder):
            reading = event == "open" and not (int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR))
            if not reading:
                self._step()

    def _fsync(self, fd: int) -> None:
        self._step()  # a kill loses nothing that was written, so syncing only costs time here

    def _write(self, fd: int, data: memoryview) -> int:
        self._step(lambda: self.write(fd, data[: len(data) // 2]))
        return self.write(fd, data)


def run(folder: Path, acknowledge: Callable[[], object]) -> None:
    """Adds rows 100-104, gives 0, 1 and 100 new ones, deletes 2, all of it in one run."""
    with IndexWriter(folder, SPACE) as writer:
        assert writer.snapshot is not None
        writer.delete(writer.snapshot.rows_of(ids(2)))
        for number, items in enumerate(appended()):
            writer.append(items, unit(len(items), 1000 + number))
            acknowledge()
        writer.commit()


def run_rest(folder: Path) -> None:
    """The same run again, as a user would start it: what is deleted already is not deleted again."""
    with IndexWriter(folder, SPACE) as writer:
        for number, items in enumerate(appended()):
            writer.append(items, unit(len(items), 1000 + number))
        if writer.snapshot:
            rows = writer.snapshot.locate(ids(2))
            writer.delete(rows[rows >= 0])
        writer.commit()


def appended() -> list[list[dict[str, object]]]:
    return [
        [item(100), item(0, note="new")],
        [item(101), item(102, note=1)],
        [item(100, note="newer"), item(103), item(1, note="new")],
        [item(104)],
    ]


def extend(folder: Path) -> None:
    """Loads the same rows at once, which makes segments of three."""
    with IndexWriter(folder, SPACE) as writer:
        writer.extend((_table(items), unit(len(items), 1000 + number)) for number, items in enumerate(appended()))
        writer.commit()


def _table(items: list[dict[str, object]]) -> pa.Table:
    names = dict.fromkeys(name for row in items for name in row)
    return pa.table({name: [row.get(name) for row in items] for name in names})


SCENARIOS: dict[str, Callable[[Path, Callable[[], object]], object]] = {
    "run": run,
    "extend": lambda folder, acknowledge: extend(folder),
    "compact": lambda folder, acknowledge: compact(folder),
}


def main(scenario: str, base: Path, cases: Path) -> None:
    # So that the run seals its journal on the way and merges at its end.
    indexer.writer.SEAL_ROWS = 6
    indexer.bulk.LARGEST = 3
    indexer.writer.segments_to_merge = partial(segments_to_merge, most=2)
    pa.array([1])  # imports all that pyarrow imports late, once for all children
    for number in range(1, 1000):
        folder = cases / str(number)
        shutil.copytree(base, folder)
        log = os.open(cases / f"{number}.log", os.O_WRONLY | os.O_CREAT)
        child = os.fork()
        if not child:
            killer = Killer(folder, number)
            killer.start()
            SCENARIOS[scenario](folder, lambda: killer.write(log, b"appended\n"))  # noqa: B023 - the child's own
            os._exit(0)
        os.close(log)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            sys.exit(os.WEXITSTATUS(status))
    sys.exit("still killed after 1000 calls")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
