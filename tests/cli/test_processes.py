"""The command line as its own process: signals, kills, pipes, terminals."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import simple_space
from small_corpus import write_box, write_boxes

from indexer.journal import Leftover

COMMAND = [sys.executable, simple_space.__file__]
BOXES = 64
LIMIT = 300
"""Seconds after which a process counts as hung; a busy machine may take long."""
ROOT = Path(__file__).parents[2]
INTERRUPTED = "Interrupted. What was embedded is kept: the same command goes on from there.\n"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    write_boxes(tmp_path / "boxes", BOXES)
    return tmp_path


def start(work: Path, *arguments: str, pause: float = 0.0, columns: int = 120, **how: object) -> subprocess.Popen[str]:
    environment = {**os.environ, simple_space.PAUSE: str(pause), "COLUMNS": str(columns)}
    environment.pop("RETRIEVER_INDEX", None)
    # Where the tests run in the background of a script, Ctrl-C is ignored by all its children.
    signals = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | signals | how
    return subprocess.Popen([*COMMAND, *arguments], cwd=work, env=environment, text=True, **streams)  # type: ignore[call-overload, no-any-return]


def finish(work: Path, *arguments: str) -> tuple[int, str, str]:
    process = start(work, *arguments)
    out, err = process.communicate(timeout=LIMIT)
    return process.returncode, out, err


def wait_for_rows(work: Path, process: subprocess.Popen[str]) -> None:
    """Until the run has put rows into its journal."""
    deadline = time.monotonic() + LIMIT
    while not Leftover(work / ".retriever").rows:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """Processes that read files for the run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == pid and b"spawn_main" in command:
            found.append(int(stat.parent.name))
    return found


def counted(text: str, what: str) -> int:
    found = re.search(rf"(\d+) {what}", text)
    return int(found[1]) if found else 0


def test_a_name_that_the_encoding_of_the_output_lacks_is_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_box(tmp_path / "boxes" / "椅子.off", (1, 2, 3))
    assert finish(tmp_path, "index", "boxes")[0] == 0
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    for form in ([], ["--csv"], ["--json"]):
        code, out, err = finish(tmp_path, "query", "größe", *form)
        assert (code, err) == (0, "") and r"\u6905\u5b50.off" in out


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_was_stopped_goes_on(work: Path, how: signal.Signals):
    process = start(work, "index", "boxes", "--workers", "2", pause=0.5)
    wait_for_rows(work, process)
    process.send_signal(how)
    _, err = process.communicate(timeout=LIMIT)
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert err == INTERRUPTED
    else:
        assert process.returncode == -how
    code, _, err = finish(work, "index", "boxes")
    assert code == 0
    assert 0 < counted(err, "unchanged") == BOXES - counted(err, "embedded")
    if how == signal.SIGKILL:
        assert f"recovered {counted(err, 'unchanged')} of them" in err
    told = json.loads(finish(work, "query", "--text", "box", "-k", "200", "--json")[1])
    paths = [hit["path"] for hit in told["hits"]]
    assert len(paths) == len(set(paths)) == BOXES


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("typer", ("query", "--text", "a box")),
        ("cli.newest", ("query", "--text", "a box")),
        ("cli.progress", ("index", "boxes")),
    ],
)
def test_ctrl_c_while_something_is_imported_is_one_line(work: Path, module: str, command: tuple[str, ...]):
    """Pressed when Python looks for `module`."""
    code = f"""
import runpy, signal, sys
class Press:
    def find_spec(self, name, *rest):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Press())
runpy.run_module("retriever", run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # as in `start`
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")


def test_ctrl_c_reaches_the_whole_process_group(work: Path):
    process = start(work, "index", "boxes", "--workers", "2", pause=0.3, start_new_session=True)
    deadline = time.monotonic() + LIMIT
    while len(children(process.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, while the workers still start
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130 and "Traceback" not in err and len(err.splitlines()) == 1


def test_more_than_one_ctrl_c_adds_no_words(work: Path):
    process = start(work, "index", "boxes", "--workers", "2", pause=0.5)
    wait_for_rows(work, process)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.002)
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130 and err in ("", INTERRUPTED)
    assert finish(work, "index", "boxes")[0] == 0


def test_a_killed_worker_stops_nothing(work: Path):
    process = start(work, "index", "boxes", "--workers", "2", pause=0.4)
    wait_for_rows(work, process)
    workers = children(process.pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err
    assert f"{BOXES} embedded" in err


def test_exit_codes_and_streams(work: Path):
    (work / "boxes" / "bad.off").write_bytes(b"")
    code, out, err = finish(work, "index", "boxes")
    assert (code, out) == (3, "") and "bad.off has no bytes" in err
    code, out, err = finish(work, "query", "--text", "box", "--json")
    assert code == 0 and err == "" and json.loads(out)["count"] == 10
    code, out, err = finish(work, "query", "--id", "nope")
    assert code == 2 and out == "" and err.startswith("error: ") and len(err.splitlines()) == 1


def test_a_reader_that_closes_the_pipe_is_no_error(work: Path):
    finish(work, "index", "boxes")
    reading, writing = os.pipe()
    os.close(reading)
    process = start(work, "query", "--text", "box", "--csv", stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=LIMIT)
    assert err == "" and process.returncode == 0


def into_nowhere(work: Path, *arguments: str, streams: tuple[str, ...]) -> tuple[int, str]:
    """Exit code and standard error (where that is not one of `streams`, whose reader is gone) of a command."""
    reading, writing = os.pipe()
    os.close(reading)
    process = start(work, *arguments, **dict.fromkeys(streams, writing))
    os.close(writing)
    _, err = process.communicate(timeout=LIMIT)
    return process.returncode, err or ""


def test_a_run_whose_messages_nobody_reads_is_finished(work: Path):
    (work / "boxes" / "bad.off").write_bytes(b"")
    assert into_nowhere(work, "index", "boxes", "--workers", "2", streams=("stdout", "stderr"))[0] == 3
    code, out, _ = finish(work, "status", "--json")
    assert code == 0 and json.loads(out)["items"] == {"shape": BOXES}
    with Path("/dev/full").open("w") as full:
        process = start(work, "index", "boxes", stderr=full)
        assert process.wait(LIMIT) == 3


def test_files_are_written_also_where_nobody_reads_what_is_printed(work: Path):
    for name in ("tall", "flat"):
        write_boxes(work / "shapes" / name, 3)
    assert finish(work, "index", "shapes")[0] == 0
    arguments = ("eval", "--per-query", "each.parquet", "--figure", "eval.svg")
    assert into_nowhere(work, *arguments, streams=("stdout",))[0] == 0
    assert (work / "each.parquet").exists() and (work / "eval.svg").exists()


@pytest.mark.parametrize("form", ["--csv", "--json", "--to=any"])
def test_output_that_cannot_be_written_is_one_line(work: Path, form: str):
    finish(work, "index", "boxes")
    with (work / "answer").open("w") as file:
        process = start(work, "query", "--text", "box", form, stdout=file, preexec_fn=forbid_writing)
        _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 1 and len(err.splitlines()) == 1 and "File too large" in err


@pytest.mark.parametrize("arguments", [("--help",), ("query", "--help"), ("--version",)])
def test_help_that_cannot_be_written_is_one_line(work: Path, arguments: tuple[str, ...]):
    with Path("/dev/full").open("w") as full:
        process = start(work, *arguments, stdout=full)
        _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 1 and len(err.splitlines()) == 1 and "No space left" in err


@pytest.mark.parametrize("arguments", [(), ("--help",), ("query", "--help"), ("--version",)])
def test_help_that_nobody_reads_is_no_error(work: Path, arguments: tuple[str, ...]):
    assert into_nowhere(work, *arguments, streams=("stdout",)) == (0, "")


def forbid_writing() -> None:
    """Let every write to a file fail, as on a full disk; any Unix can."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def on_terminal(work: Path, *arguments: str, columns: int = 120) -> str:
    """What a person sees, escape sequences included."""
    ours, theirs = pty.openpty()
    process = start(work, *arguments, stdout=theirs, stderr=theirs, stdin=theirs, columns=columns)
    os.close(theirs)
    seen = b""
    while True:
        try:
            seen += os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
    process.wait(LIMIT)
    os.close(ours)
    return seen.decode()


def test_terminals_get_bars_and_tables(work: Path):
    shown = on_terminal(work, "index", "boxes")
    assert "Embedding" in shown and f"{BOXES}/{BOXES}" in shown
    table = on_terminal(work, "query", "--shape", "boxes/box-003.off", "--minus-text", "red", "-k", "3")
    assert "score" in table and "box-003.off" in table and "−red" in table and "\t" not in table
    assert "items" in on_terminal(work, "status")


def visible(shown: str) -> list[str]:
    """Lines of a terminal without their escape sequences."""
    return re.sub(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[\d;?]*[A-Za-z]", "", shown).splitlines()


def test_nothing_is_taken_for_markup(work: Path):
    write_box(work / "few" / "[red]x[/red] :smile:.off", (1, 2, 3))
    (work / "few" / "[red]x[/red] :smile:.txt").write_text("a [bold]heavy[/nope] box :smile:")
    (work / "few" / "[bad].off").write_bytes(b"")
    assert "[bad].off has no bytes" in on_terminal(work, "index", "few")
    table = on_terminal(work, "query", "--text", "box")
    assert "[red]x[/red] :smile:.off" in table and "a [bold]heavy[/nope] box :smile:" in table
    assert "+[/b]:x:[b]" in on_terminal(work, "query", "--text", "[/b]:x:[b]", "--text", "box")
    assert "[bad].off" in on_terminal(work, "status", "--failures")


def test_tables_fit_narrow_terminals_with_rank_score_and_path(work: Path):
    finish(work, "index", "boxes")
    terms = ("--shape", "boxes/box-003.off", "--minus-text", "something red", "--text", "box")
    for columns in (60, 100):
        one = visible(on_terminal(work, "query", "--text", "box", "-k", "3", columns=columns))
        many = visible(on_terminal(work, "query", *terms, "-k", "3", columns=columns))
        for lines in (one, many):
            assert max(map(len, lines[:-1])) <= columns
            assert {"#", "score", "path"} <= set(lines[1].split())
        assert ("what" in one[1], "size" in one[1]) == (True, columns > 60)


@pytest.mark.parametrize(("columns", "whole"), [(40, ["openshape-vitb32"]), (60, ["openshape-vitb32", "512"])])
def test_names_of_spaces_are_not_cut(work: Path, columns: int, whole: list[str]):
    lines = visible(on_terminal(work, "spaces", columns=columns))
    assert whole in [line.split()[: len(whole)] for line in lines]
    assert max(map(len, lines)) <= columns


def test_logs_get_plain_lines(work: Path):
    process = start(work, "index", "boxes", "--workers", "2", pause=0.8)
    _, err = process.communicate(timeout=LIMIT)
    assert re.search(r"^Embedding: \d+ of 64 files, [\d.]+/s, \d+:\d\d left$", err, re.MULTILINE), err
    assert "\x1b" not in err


def test_the_package_runs_as_the_command_does(tmp_path: Path):
    write_boxes(tmp_path / "boxes", 2)

    def module(*arguments: str) -> subprocess.CompletedProcess[str]:
        code = [sys.executable, "-m", "retriever", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        environment.pop("RETRIEVER_INDEX", None)
        return subprocess.run(code, cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert module("--version").stdout.startswith("retriever ")
    done = module("index", "boxes", "--workers", "2")  # which import the package's door again
    assert done.returncode == 0 and ".retriever: 2 embedded" in done.stderr
    assert len(module("query", "--text", "a box").stdout.splitlines()) == 2
    refused = module("query", "shape:")
    assert refused.returncode == 2 and refused.stderr.startswith("error: ")
    assert "Usage: retriever " in module().stdout
