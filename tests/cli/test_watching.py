"""``retriever index --watch``: an index that follows its folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from threading import Thread

import pytest
import simple_space
from commands import run
from index_reading import counts, rows
from small_corpus import write_box, write_boxes, write_gltf

from cli import watching
from cli.progress import Silent
from indexer.build import index
from indexer.summary import Summary
from indexer.updating import Tried
from indexer.writer import IndexWriter
from retriever import loaders
from retriever.store import Snapshot, read_failures

LIMIT = 300
"""Seconds after which a run counts as hung; a busy machine may take long."""


class Watcher:
    """A process that watches the folder ``boxes``, and the lines that it has told."""

    def __init__(self, work: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, simple_space.__file__, "index", "boxes", "--watch", "0.1", *options],
            cwd=work,
            env={key: value for key, value in os.environ.items() if key != "RETRIEVER_INDEX"},
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.lines: list[str] = []
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        self.lines += []
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def told(self, *parts: str) -> bool:
        return any(all(part in line for part in parts) for line in self.lines)

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LIMIT
        while not holds():
            assert self.process.poll() is None and time.monotonic() < deadline, self.lines
            time.sleep(0.02)

    def ended(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=LIMIT)
        self._reader.join()
        return self.process.returncode


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Path]:
    write_boxes(tmp_path / "boxes", 3)
    yield tmp_path


@pytest.fixture
def start(work: Path) -> Iterator[Callable[..., Watcher]]:
    started: list[Watcher] = []

    def start(*options: str) -> Watcher:
        started.append(Watcher(work, *options))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


@pytest.fixture
def watcher(start: Callable[..., Watcher]) -> Watcher:
    return start()


def test_what_changes_in_the_folder_changes_in_the_index(work: Path, watcher: Watcher):
    watcher.until(lambda: watcher.told("3 embedded, 0 unchanged"))
    write_box(work / "boxes/new.off", (1, 5, 9))
    watcher.until(lambda: watcher.told("1 embedded, 3 unchanged"))
    (work / "boxes/box-000.off").unlink()
    watcher.until(lambda: watcher.told("0 embedded, 1 removed, 3 unchanged"))
    version = Snapshot.open(work / ".retriever").manifest.version
    time.sleep(1)  # some ten looks
    assert Snapshot.open(work / ".retriever").manifest.version == version
    assert len(watcher.lines) == 4, "it is silent where nothing changed"
    assert "looking again after every 0.1 s" in watcher.lines[1]
    assert watcher.ended() == 0
    assert len(Snapshot.open(work / ".retriever")) == 3


def test_what_goes_wrong_is_said_once_and_tried_again(work: Path, watcher: Watcher):
    watcher.until(lambda: watcher.told("3 embedded"))
    (work / "boxes/bad.off").write_text("no shape")
    watcher.until(lambda: watcher.told("bad.off is not an OFF file"))
    (work / "boxes/bad.off").unlink()
    watcher.until(lambda: watcher.lines[-1:] != [] and "3 unchanged" in watcher.lines[-1])
    with IndexWriter(work / ".retriever", Snapshot.open(work / ".retriever").identity):
        watcher.until(lambda: watcher.told("error:", "writ"))
        time.sleep(0.5)
    (work / "boxes").rename(work / "away")
    watcher.until(lambda: watcher.told("error: boxes cannot be indexed"))
    time.sleep(0.5)
    (work / "away").rename(work / "boxes")
    write_box(work / "boxes/new.off", (1, 5, 9))
    watcher.until(lambda: watcher.told("1 embedded, 3 unchanged"))
    assert sum(line.startswith("error:") for line in watcher.lines) == 2
    assert watcher.ended() == 0


def test_a_warning_is_not_given_again_by_every_look(work: Path, start: Callable[..., Watcher]):
    (work / "prices.csv").write_text("path,price\nno box.off,1\n")
    watcher = start("--metadata", "prices.csv")
    watcher.until(lambda: watcher.told("names none of 3 files"))
    time.sleep(1)  # some looks
    (work / "prices.csv").write_text("path,price\nbox-000.off,1\nno box.off,1\n")
    watcher.until(lambda: watcher.told("1 updated"))
    time.sleep(0.5)
    (work / "prices.csv").write_text("path,price\nno box.off,1\n")
    watcher.until(lambda: sum("names none of 3 files" in line for line in watcher.lines) == 2)
    time.sleep(0.5)
    assert watcher.ended() == 0
    assert sum("names none of 3 files" in line for line in watcher.lines) == 2


@pytest.mark.parametrize("options", [(), ("--quiet",)])
def test_a_file_that_fails_is_named_once_however_many_did_before(
    work: Path, start: Callable[..., Watcher], options: tuple[str, ...]
):
    for number in range(6):
        (work / f"boxes/bad{number}.off").write_text("no shape")
    watcher = start(*options)
    watcher.until(lambda: watcher.told("and 1 more"))
    (work / "boxes/worse.off").write_text("no shape")
    watcher.until(lambda: watcher.told("worse.off is not an OFF file"))
    write_box(work / "boxes/new.off", (1, 5, 9))
    watcher.until(lambda: len(Snapshot.open(work / ".retriever")) == 4)
    time.sleep(0.5)
    assert watcher.ended() == 0
    assert sum("bad0.off" in line for line in watcher.lines) == 1
    assert sum("worse.off" in line for line in watcher.lines) == 1
    assert sum("failed" in line for line in watcher.lines) == 2


@pytest.mark.parametrize(("phase", "is_cut_off"), [("scan", False), ("embed", True)])
def test_ctrl_c_ends_a_look_as_it_ends_a_wait_unless_much_is_embedded(
    phase: str, is_cut_off: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(watching, "_A_WHILE", 0)

    def stopped(show: Silent) -> Summary:
        show(phase, 0, None)
        time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) if is_cut_off else nullcontext():
        watching.watching(stopped, lambda now, last: iter(()), 0, Summary(), warned=watching.Warned(), quiet=True)


def test_a_first_run_that_is_refused_ends_it(work: Path):
    refused = run("index", work / "nowhere", "--watch", "1", "--index", work / "index")
    assert refused.exit_code == 2 and "nowhere cannot be indexed" in refused.stderr
    for seconds in ("0", "inf", "1e12", "nan"):
        assert run("index", work / "boxes", "--watch", seconds, "--index", work / "index").exit_code == 2


def test_a_damaged_file_is_read_again_when_it_changes(work: Path, monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []
    load = loaders.load

    def noted(path: Path, *rest: object, **others: object) -> object:
        read.append(path.name)
        return load(path, *rest, **others)

    monkeypatch.setattr(loaders, "load", noted)
    (work / "boxes/bad.off").write_text("no shape")
    tried: Tried = {}
    failed = [index(work / "boxes", work / ".retriever", workers=0, tried=tried).failed for _ in range(3)]
    assert [each.path for each in failed[0]] == ["bad.off"] and failed[0] == failed[1] == failed[2]
    assert read.count("bad.off") == 1 and read_failures(work / ".retriever") == failed[0]
    assert index(work / "boxes", work / ".retriever", workers=0, tried=tried, again=True).failed == failed[0]
    (work / "boxes/bad.off").write_text("no shape either")
    index(work / "boxes", work / ".retriever", workers=0, tried=tried)
    assert read.count("bad.off") == 3
    write_box(work / "boxes/bad.off", (1, 5, 9))
    assert counts(index(work / "boxes", work / ".retriever", workers=0, tried=tried)) == {"embedded": 1, "unchanged": 3}
    assert not read_failures(work / ".retriever")


def test_what_belongs_to_a_file_may_still_be_written_too(work: Path, caplog: pytest.LogCaptureFixture):
    """What is known of failures stays as well, and nobody is told that a table names nothing."""
    (work / "boxes/bad.off").write_text("no shape")
    write_gltf(work / "boxes", 2)
    table = work / "prices.csv"
    table.write_text("path,price\nbox-000.off,1\nbox-001.off,2\nbox-002.off,3\n")
    for path in (work / "boxes").iterdir():
        os.utime(path, (time.time() - 200, time.time() - 200))
    first = index(work / "boxes", work / ".retriever", metadata=table)
    held = rows(work / ".retriever")
    (work / "boxes/bad.off").write_text("no shape still")
    (work / "boxes/t.bin").write_bytes(b"")
    (work / "boxes/box-000.json").write_text('{"la')
    (work / "boxes/box-001.off").write_text("OFF")
    caplog.clear()
    done = index(work / "boxes", work / ".retriever", metadata=table, settled=60)
    assert done.failed == first.failed == read_failures(work / ".retriever") and len(done.failed) == 1
    assert counts(done) == {"unchanged": 1} and rows(work / ".retriever") == held and not caplog.messages
    assert len(index(work / "boxes", work / ".retriever", metadata=table).failed) == 4


def test_a_file_is_read_again_when_one_that_it_names_was_mended(work: Path):
    """Also a USD file, which a process of its own reads."""
    write_gltf(work / "boxes", 2, "data.bin")
    write_box(work / "boxes/a.off", (1, 2, 3))
    (work / "boxes/top.usda").write_text("#usda 1.0\n(\n    subLayers = [@./layer.usda@]\n)\n")
    whole = (work / "boxes/data.bin").read_bytes()
    layer = '#usda 1.0\ndef Mesh "m" {\n int[] faceVertexCounts = [3]\n int[] faceVertexIndices = [0, 1, 2]\n'
    (work / "boxes/layer.usda").write_text(f"{layer} point3f[] points = [(0, 0, 0), (0, 0, 0), (0, 0, 0)]\n}}\n")
    tried: Tried = {}
    for held in (whole[:10], bytes(len(whole))):
        (work / "boxes/data.bin").write_bytes(held)
        failed = index(work / "boxes", work / ".retriever", workers=0, tried=tried).failed
        assert [each.path for each in failed] == ["layer.usda", "t.gltf", "top.usda"]
    (work / "boxes/data.bin").write_bytes(whole)
    (work / "boxes/layer.usda").write_text(f"{layer} point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]\n}}\n")
    done = index(work / "boxes", work / ".retriever", workers=0, tried=tried)
    assert not done.failed and not tried and {"t.gltf", "top.usda"} <= rows(work / ".retriever").keys()


def test_what_failed_is_remembered_while_it_fails_and_below_a_new_root(work: Path):
    (work / "boxes/bad.off").write_text("no shape")
    (work / "boxes/worse.off").write_text("no shape")
    tried: Tried = {}
    index(work / "boxes", work / ".retriever", workers=0, tried=tried)
    (work / "boxes/worse.off").unlink()
    index(work, work / ".retriever", workers=0)
    done = index(work / "boxes", work / ".retriever", workers=0, tried=tried)
    assert [(each.root in done.roots, each.path) for each in done.failed] == [(True, "boxes/bad.off")]
    assert read_failures(work / ".retriever") == done.failed and [path.name for path in tried] == ["bad.off"]


def test_a_file_that_is_still_written_is_left_for_a_later_look(work: Path):
    """What the index has of it stays; a clock that is ahead hides nothing."""
    for path in (work / "boxes").iterdir():
        os.utime(path, (time.time() - 200, time.time() - 200))
    index(work / "boxes", work / ".retriever")
    held = (work / "boxes/box-000.off").read_bytes()
    (work / "boxes/box-000.off").write_bytes(held[:40])
    write_box(work / "boxes/new.off", (1, 5, 9))
    found = index(work / "boxes", work / ".retriever", settled=60)
    assert counts(found) == {"unchanged": 2} and not found.failed
    assert rows(work / ".retriever").keys() == {f"box-00{n}.off" for n in range(3)}
    (work / "boxes/box-000.off").write_bytes(held)
    for path in (work / "boxes").iterdir():
        os.utime(path, (time.time() - 100, time.time() - 100))
    os.utime(work / "boxes/new.off", (time.time() + 1000, time.time() + 1000))
    assert counts(index(work / "boxes", work / ".retriever", settled=60)) == {"embedded": 1, "updated": 3}
    write_boxes(work / "boxes", 4)
    (work / "boxes/new.off").unlink()
    assert counts(index(work / "boxes", work / ".retriever", settled=60)) == {"removed": 1}
