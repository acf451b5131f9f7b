"""The process of its own: one that ends is a problem of its file and of no other."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from pathlib import Path

import pytest

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs, apart
from retriever.types import ShapeInput

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
INPUTS = Inputs(ShapeInput(points=64))


def process() -> int:
    """The number of the process that is there after a file was read."""
    loaders.load(CHAIRS / "chair.usdc", INPUTS)
    assert apart._process is not None
    return apart._process.pid


def test_one_process_reads_many_files() -> None:
    first = process()
    loaders.load(CHAIRS / "chair.step", INPUTS)
    assert process() == first


def test_one_that_ended_costs_one_file() -> None:
    first = process()
    os.kill(first, signal.SIGKILL)
    with pytest.raises(FileProblem, match="stopped the process") as caught:
        loaders.load(CHAIRS / "chair.usda", INPUTS)
    assert caught.value.kind == "crashed"
    assert process() != first


def test_one_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    first = process()
    os.kill(first, signal.SIGSTOP)
    monkeypatch.setattr(apart, "_SECONDS", 1)
    with pytest.raises(FileProblem, match="more than 1 seconds") as caught:
        loaders.load(CHAIRS / "chair.usda", INPUTS)
    assert caught.value.kind == "too-large"
    monkeypatch.undo()
    assert process() != first


def test_copies_of_one_that_was_ended_are_removed() -> None:
    first = process()
    left = Path(tempfile.mkdtemp(prefix=apart.copies_of(first)))
    (left / "a.usda").write_text("#usda 1.0")
    os.kill(first, signal.SIGKILL)
    with pytest.raises(FileProblem, match="stopped the process"):
        loaders.load(CHAIRS / "chair.usda", INPUTS)
    assert not left.exists()


def test_an_interrupt_leaves_no_answer_to_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    process()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(apart, "_received", interrupted)
    with pytest.raises(KeyboardInterrupt):
        loaders.load(CHAIRS / "chair.step", INPUTS)
    monkeypatch.undo()
    assert loaders.load(CHAIRS / "chair.usdc", INPUTS).facts["faces"] == 72


def test_a_python_that_cannot_be_started_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    os.kill(process(), signal.SIGKILL)
    with pytest.raises(FileProblem, match="stopped the process"):
        loaders.load(CHAIRS / "chair.usda", INPUTS)
    monkeypatch.setattr("sys.executable", "/no/python")
    with pytest.raises(FileProblem, match="does not start here") as caught:
        loaders.load(CHAIRS / "chair.usda", INPUTS)
    assert caught.value.kind == "unsupported"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_ctrl_c_does_not_wait_for_a_library_to_return_to_python() -> None:
    status = Path(f"/proc/{process()}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    assert not caught & 1 << (signal.SIGINT - 1)


def test_threads_wait_for_one_another() -> None:
    names, found = ["chair.usda", "chair.step", "chair.usdz", "chair.igs"] * 3, {}

    def read(number: int) -> None:
        found[number] = loaders.load(CHAIRS / names[number], INPUTS).facts["up"]

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(names))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(len(names))] == ["y", "z", "y", "z"] * 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_fork_has_a_process_of_its_own() -> None:
    first = process()
    child = os.fork()
    if not child:
        same = True
        try:
            same = process() == first
        finally:
            os._exit(int(same))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert process() == first
