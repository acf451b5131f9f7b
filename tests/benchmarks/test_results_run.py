"""A run of all benchmarks goes on after failures and interruptions, and keeps what was good."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from results_making import FAILS, FOUND, RAN, SPEED, made_parts, results
from suite_layouts import modelnet40, write_text2shape
from typer.testing import CliRunner

from benchmarks.commands import results as commands
from benchmarks.results import machine, run, store
from benchmarks.results.parts import chosen
from benchmarks.results.parts import parts as every_part
from benchmarks.results.settings import Settings
from benchmarks.results.tables import Table
from retriever.errors import UsageError

CHANGING = "results_making:parts_that_change"


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "REGISTRY", "results_making:made_parts")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    monkeypatch.setenv(RAN, str(tmp_path / "ran"))
    return tmp_path / "ran"


def test_what_fails_is_said_and_ends_nothing(ran: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    seen: list[str] = []
    outcome = run.everything(Settings(quick=True), tmp_path / "results", each=lambda table: seen.append(table.title))
    assert outcome.failed == {
        "failing": "There is no ~/thing: give one.",
        "broken": "ZeroDivisionError: by nothing",
        "killed": "its process was ended by SIGKILL, as systems do that run out of memory",
    }
    found = store.read(outcome.file)
    assert outcome.file.parent.name == machine.describe()["name"] and outcome.file.stem.endswith("-quick")
    assert [(table.part, table.title) for table in found.tables] == [
        ("failing", FOUND.title), ("good", SPEED.title), ("good", FOUND.title)
    ]  # fmt: skip
    assert seen == [table.title for table in found.tables]
    assert found.tables[2].rows[0]["subset"] == "True"
    assert found.parts["good"] == "done" and found.parts["fed"] == "left out: it needs --data FOLDER"
    assert "**killed**: failed: its process was ended" in outcome.report.read_text()
    printed = capfd.readouterr()
    assert "good (2 of 5): is good; 3 left after it" in printed.err and "what a library prints" in printed.err
    assert printed.out == ""


def test_a_run_goes_on_where_another_ended(ran: Path, tmp_path: Path):
    into = tmp_path / "results"

    def interrupt(table: Table) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.everything(Settings(), into, only=["good"], each=interrupt)
    (path,) = into.rglob("*.json")
    left = store.read(path)
    assert [table.title for table in left.tables] == [SPEED.title] and left.parts == {"good": "unfinished"}

    run.everything(Settings(), into, only=["good"], resume=True)
    assert [table.title for table in store.read(path).tables] == [SPEED.title, FOUND.title]
    run.everything(Settings(), into, only=["good", "failing"], resume=True)
    assert ran.read_text().split() == ["good", "good", "failing"]  # the second was whole
    run.everything(Settings(data=tmp_path), into, only=["good"], resume=True)
    assert ran.read_text().split()[3:] == ["good"]  # there is more to measure on
    again = run.everything(Settings(), into, only=["good"])
    assert ran.read_text().split()[4:] == ["good"]  # not asked to go on
    assert [table.part for table in store.read(again.file).tables] == ["failing", "good", "good"]


def test_to_go_on_without_data_keeps_what_was_measured_on_it(ran: Path, tmp_path: Path):
    into, data, moved = tmp_path / "results", tmp_path / "data", tmp_path / "moved"
    (data / "set").mkdir(parents=True)
    (data / "set" / "a.csv").write_text("1")

    def titles(data: Path | None) -> list[str]:
        path = run.everything(Settings(data), into, only=["fed"], resume=True, registry=CHANGING).file
        assert str(tmp_path) not in path.read_text()
        return [table.title for table in store.read(path).tables]

    assert titles(data) == [SPEED.title, FOUND.title] == titles(None)
    data.rename(moved)
    assert titles(moved) == [SPEED.title, FOUND.title] and ran.read_text().split() == ["fed"]  # the same data
    (moved / "set" / "b.csv").write_text("2")
    titles(moved)
    assert ran.read_text().split() == ["fed"] * 2  # there is more now
    titles(moved)
    assert ran.read_text().split() == ["fed"] * 2


def test_a_part_that_fails_when_it_is_run_again_keeps_its_tables(
    ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    into = tmp_path / "results"

    def again() -> tuple[list[str], str, dict[str, str]]:
        outcome = run.everything(Settings(), into, only=["moody"], registry=CHANGING)
        found = store.read(outcome.file)
        return [table.title for table in found.tables], found.parts["moody"], outcome.failed

    monkeypatch.setenv(FAILS, "")
    assert again() == ([SPEED.title], "failed: Not today.", {"moody": "Not today."})  # as far as it came
    monkeypatch.delenv(FAILS)
    assert again() == ([SPEED.title, FOUND.title], "done", {})
    monkeypatch.setenv(FAILS, "")
    assert again() == ([SPEED.title, FOUND.title], "done", {"moody": "Not today."})
    assert "moody: the tables of an earlier run are kept" in capsys.readouterr().err

    def interrupt(table: Table) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.everything(Settings(), into, only=["moody"], registry=CHANGING, each=interrupt)
    (path,) = into.rglob("*.json")
    assert [table.title for table in store.read(path).tables] == [SPEED.title, FOUND.title]


def test_the_data_folder_is_not_named_however_it_was_given(ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "data" / "broken").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for named in ("data", "./data/../data", tmp_path / "data"):
        outcome = run.everything(Settings(Path(named)), tmp_path / "results", only=["fed"], registry=CHANGING)
        assert outcome.failed == {"fed": "FOLDER/broken is broken, and so is data/broken."}


def test_a_file_of_before_knows_no_data(tmp_path: Path):
    store.write(results(SPEED), tmp_path / "a.json")
    saved = json.loads((tmp_path / "a.json").read_text())
    saved["with_data"] = [*saved.pop("data"), "speed"]
    (tmp_path / "a.json").write_text(json.dumps(saved))
    found = store.read(tmp_path / "a.json")
    assert found.done("speed") and not found.done("speed", "0" * 16)


def test_an_incomplete_set_says_so_and_the_others_are_measured(tmp_path: Path):
    data = tmp_path / "data"
    modelnet40(data / "ModelNet40", {"chair": [0]}, {"chair": [0]})
    write_text2shape(data)
    outcome = run.everything(Settings(data, quick=True), tmp_path / "results", only=["suites"])
    assert set(outcome.failed) == {"modelnet40", "shapenet"}
    assert outcome.failed["modelnet40"].startswith("ModelNet40 has 1 test shapes where 2,468 are published")
    found = store.read(outcome.file)
    assert found.parts["text2shape"] == "done" and found.parts["esc50"].startswith("left out")
    assert {table.part for table in found.tables} == {"text2shape"}


def test_tables_of_other_code_are_not_kept(ran: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    outcome = run.everything(Settings(), tmp_path, only=["good"])
    found = store.read(outcome.file)
    found.head = replace(found.head, code="another")
    store.write(found, outcome.file)
    run.everything(Settings(), tmp_path, only=["failing"], resume=True)
    assert [table.part for table in store.read(outcome.file).tables] == ["failing"]
    assert "its tables are not kept" in capsys.readouterr().err


def test_parts_are_chosen_by_name_and_group(ran: Path, tmp_path: Path):
    every = made_parts(Settings())
    assert [part.name for part in chosen(every, ["bad", "good"])] == ["good", "broken", "killed", "fed"]
    with pytest.raises(UsageError, match="only=god: choose among failing, good, bad, broken, killed, fed"):
        run.everything(Settings(), tmp_path, only=["god"])
    with pytest.raises(UsageError, match="only=fed cannot be run: it needs data=FOLDER"):
        run.everything(Settings(), tmp_path, only=["fed"])
    assert not ran.exists() and not list(tmp_path.iterdir())
    outcome = run.everything(Settings(), tmp_path / "out", only=["bad"])  # of a group, what can be run is run
    assert set(outcome.failed) == {"broken", "killed"} and "fed" in store.read(outcome.file).parts


def test_every_part_has_a_name_of_its_own_and_suites_need_data(tmp_path: Path):
    every = every_part(Settings())
    names = [part.name for part in every]
    assert len(set(names)) == len(names) and {"cold", "ingest", "encode", "retrieval", "arithmetic"} <= set(names)
    suites = [part for part in every if part.group == "suites"]
    assert suites and all("--data FOLDER" in part.missing(Settings()) for part in suites)
    assert all("holds no" in part.missing(Settings(data=tmp_path)) for part in suites)


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    commands.register(made)
    return made


def test_the_command_ends_with_1_where_a_part_failed(ran: Path, app: typer.Typer, tmp_path: Path):
    asked = ["all", "--into", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*asked, "--only", "good"])
    assert done.exit_code == 0 and "Speed, 2 rounds\n| way" in done.stdout
    assert all(Path(line).is_file() for line in done.stdout.split()[-2:])
    done = CliRunner().invoke(app, [*asked, "--only", "broken"])
    assert done.exit_code == 1 and "broken failed: ZeroDivisionError: by nothing" in done.stderr
