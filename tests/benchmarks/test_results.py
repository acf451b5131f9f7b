"""Results are kept whole, go on after failures and interruptions, and are set side by side without bare times."""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from benchmarks.commands import results as commands
from benchmarks.results import compare, machine, report, run, store
from benchmarks.results.parts import Part, Settings, chosen
from benchmarks.results.parts import parts as every_part
from benchmarks.results.store import Head, Results
from benchmarks.results.tables import KINDS, Kind, Table, Value, quality
from retriever.errors import RetrieverError, UsageError

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RAN = "RESULTS_TEST_RAN"
"""Environment variable: a file to which every part adds its name when it is run."""

HEAD = Head({"name": "acme-2-cores", "cpu": "ACME", "cores": 2}, "abc1234", "c0de", "mini", "wei9ht5")
SPEED = Table(
    "Speed", ("way",), [
        {"way": "theirs", "seconds": 2.0, "x": 1.0, "recall": 0.5},
        {"way": "ours", "seconds": 1.0, "x": 0.5, "recall": 0.75},
        {"way": "alone", "seconds": 7.125, "x": "-", "recall": 0.25},
    ], "python -m benchmarks speed", "2 rounds", {"x": "seconds as a multiple of theirs"}, "speed",
)  # fmt: skip
FOUND = Table(
    "Found | again", ("measure", "subset"), [
        {"measure": "mAP", "subset": "all", "value": 0.4974, "low": 0.4744, "high": 0.5194, "queries": 10},
        {"measure": "median rank", "subset": "all", "value": 1.0, "low": 1.0, "high": 1.0, "queries": 10},
    ], "python -m benchmarks found", part="found",
)  # fmt: skip


def results(*tables: Table, head: Head = HEAD, **parts: str) -> Results:
    states = {table.part: store.DONE for table in tables} | parts
    return Results(head, "2026-01-31", list(tables), states)


def changed(table: Table, place: int, **cells: object) -> Table:
    return replace(table, rows=[{**row, **cells} if i == place else row for i, row in enumerate(table.rows)])


# What columns hold


def test_every_column_of_the_documented_tables_is_classified():
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8").partition("\n## Results")[2]
    headers = re.findall(r"^\|(.+)\|\n\|[ |:-]+\|$", text, re.MULTILINE)
    columns = {cell.strip() for header in headers for cell in header.split("|")}
    assert len(headers) > 10 and {"x import torch", "recall@10"} <= columns
    # Tables that explain in words are not made by a program.
    assert columns - KINDS.keys() - {"form", "for example", "right"} == set()


def test_the_tables_of_a_quick_run_say_what_their_columns_hold():
    names = {part.name: part for part in every_part(Settings())}
    made = [table for name in ("live",) for table in names[name].tables(Settings(quick=True))]
    assert made and [table.unknown() for table in made] == [[]]
    assert replace(made[0], rows=[{"operation": "add", "speed": 1.0, "x": 2.0}]).unknown() == ["speed", "x"]


def test_a_column_is_a_key_only_where_it_tells_rows_apart():
    assert FOUND.kind("queries") is Kind.FACT and replace(FOUND, keys=("queries",)).kind("queries") is Kind.KEY
    assert replace(FOUND, keys=("measure",)).kind("subset") is Kind.FACT


def test_qualities_are_read_with_their_intervals():
    assert quality(FOUND.rows[0], "value") == Value(0.4974, 0.4744, 0.5194)
    assert quality({"recall@10": "-0.032 [-0.040, +0.026]"}, "recall@10") == Value(-0.032, -0.040, 0.026)
    assert quality({"before": 0.5, "low before": 0.25, "high before": 0.75, "low": 0}, "before") == Value(
        0.5, 0.25, 0.75
    )
    assert quality({"recall": 0.5}, "recall") == Value(0.5) and quality({"recall": "-"}, "recall") is None
    assert quality({"value": "inf", "low": 3.0, "high": "inf"}, "value") == Value(np.inf, 3.0, np.inf)


# The machine and the code


def test_a_machine_is_called_by_its_make():
    assert machine.slug("AMD EPYC", 2, "") == "amd-epyc-2-cores"
    assert machine.slug("Intel(R) Xeon(R) CPU @ 2.20GHz", 1, "") == "intel-xeon-1-core"
    assert machine.slug("Apple M3", 8, "NVIDIA H200") == "apple-m3-8-cores-nvidia-h200"
    told = machine.describe()
    assert told["name"] == machine.slug(told["cpu"], told["cores"], told["gpu"])
    assert told["versions"]["numpy"] == np.__version__
    assert platform.node() not in {str(value) for value in told.values()}


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def clone(folder: Path) -> Path:
    (folder / "benchmarks").mkdir(parents=True)
    (folder / "benchmarks" / "__init__.py").write_text("")
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "--message", "first")
    return folder


def test_a_commit_is_dirty_where_anything_but_results_changed(tmp_path: Path):
    root = clone(tmp_path / "clone")
    short = git(root, "rev-parse", "--short", "HEAD")
    assert machine.commit(root) == short
    (root / "results").mkdir()
    (root / "results" / "a.json").write_text("{}")
    assert machine.commit(root, root / "results") == short
    assert machine.commit(root, tmp_path) == machine.commit(root) == f"{short}-dirty"
    before = machine.code(root)
    (root / "benchmarks" / "new.py").write_text("1")
    assert machine.commit(root, root / "results") == f"{short}-dirty"
    assert machine.code(root) != before


def test_a_folder_without_git_or_unknown_to_it_has_no_commit(tmp_path: Path):
    bare = tmp_path / "bare"
    (bare / "benchmarks").mkdir(parents=True)
    (bare / "benchmarks" / "__init__.py").write_text("")
    assert machine.commit(bare) == "unknown"
    inside = clone(tmp_path / "home") / "downloads"
    bare.rename(inside)
    assert machine.commit(inside) == "unknown"


# The file


def test_a_file_is_read_as_it_was_written(tmp_path: Path):
    odd = Table(
        "Odd", ("n",), [{"n": np.int64(1), "MB": np.float32(0.5), "value": np.inf, "same": np.bool_(True)}], "c"
    )
    store.write(results(SPEED, odd, broken="failed: it broke."), tmp_path / "a" / "b.json")
    again = store.read(tmp_path / "a" / "b.json")
    assert again.head == HEAD and again.tables[0] == SPEED
    assert again.tables[1].rows == [{"n": 1, "MB": 0.5, "value": "inf", "same": True}]
    assert again.parts == {"speed": "done", "": "done", "broken": "failed: it broke."}


def test_a_file_is_whole_or_as_it_was(tmp_path: Path):
    path = tmp_path / "a.json"
    store.write(results(SPEED), path)
    before = path.read_bytes()
    torn = results(SPEED, FOUND, head=replace(HEAD, machine={"name": "x", "memory_gb": float("nan")}))
    with pytest.raises(ValueError, match="nan"):
        store.write(torn, path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    with pytest.raises(RetrieverError, match=r"Cannot write to the results in .*a\.json"):
        store.write(results(SPEED), path / "under-a-file.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "no file of results"),
        ('{"title": "t", "rows": []}', "no file of results"),
        ('{"format": 1, "tables": []}', "no file of results"),
        ('[{"format": 1}]', "no file of results"),
        ('{"format": 2}', "format 2.*take a newer version"),
    ],
)
def test_another_file_is_refused_by_name(tmp_path: Path, content: str, said: str):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(UsageError, match=rf"x\.json.*{said}"):
        store.read(tmp_path / "x.json")
    with pytest.raises(UsageError, match="cannot be read"):
        store.read(tmp_path)


def test_a_file_is_found_by_path_or_by_commit_of_this_machine(tmp_path: Path):
    folder = tmp_path / machine.describe()["name"]
    for stem in ("abc1234", "abc1234-quick", "def5678-dirty"):
        store.write(results(SPEED), folder / f"{stem}.json")
    assert store.locate(str(folder / "abc1234.json"), tmp_path) == folder / "abc1234.json"
    assert store.locate("abc1234", tmp_path) == folder / "abc1234.json"
    assert store.locate("def", tmp_path) == folder / "def5678-dirty.json"
    assert store.locate("abc1234-quick", tmp_path) == folder / "abc1234-quick.json"
    with pytest.raises(UsageError, match=r"abc1234 or abc1234-quick.*say which"):
        store.locate("abc", tmp_path)
    with pytest.raises(UsageError, match=r"0000 is neither.*it holds abc1234,"):
        store.locate("0000", tmp_path)
    (folder / "abc1234-quick.json").unlink()
    assert store.locate("abc1234" + "0" * 33, tmp_path) == folder / "abc1234.json"


def test_other_settings_have_other_files():
    heads = [HEAD, replace(HEAD, quick=True), replace(HEAD, space="point-bind")]
    assert [head.stem for head in heads] == ["abc1234", "abc1234-quick", "abc1234-point-bind"]


# The report


def test_a_report_shows_ratios_first_and_no_time_without_one():
    first, _, alone = report.table(SPEED)[0], *report.table(SPEED)[1:]
    assert list(first) == ["way", "x", "recall", report.HERE]
    assert first[report.HERE] == "seconds 2.000" and alone[report.HERE] == ""
    text = report.markdown(results(SPEED))
    assert "7.125" not in text
    assert "2 rounds; *x*: seconds as a multiple of theirs." in text
    bare = replace(SPEED, rows=[SPEED.rows[2]])
    assert report.HERE not in report.table(bare)[0] and "nothing to measure beside" in report.caption(bare)
    timed = replace(SPEED, rows=[{"way": "alone", "seconds": 7.125, "x": "-"}])
    assert "alone" not in report.markdown(results(timed)).partition("## Speed")[2].replace("of results alone", "")
    signed = replace(SPEED, rows=[{"way": "ours", "beside addition": "+0.032 [+0.026, +0.040]"}])
    assert "| +0.032 [+0.026, +0.040] |" in report.markdown(results(signed))


def test_a_report_has_everything_a_reader_needs():
    text = report.markdown(results(SPEED, FOUND, head=replace(HEAD, quick=True), broken="failed: it broke."))
    for part in ("ACME, 2 cores", "abc1234", "2026-01-31", "not to be cited", "`python -m benchmarks found`",
                 "0.497 [0.474, 0.519]", "- **broken**: failed: it broke."):  # fmt: skip
        assert part in text
    headings = {
        re.sub(r"[^\w -]", "", line[3:].lower()).replace(" ", "-") for line in text.splitlines() if line[:3] == "## "
    }
    assert set(re.findall(r"\(#([^)]+)\)", text)) == headings - {"contents"}
    assert "low" not in report.table(FOUND)[0]


def test_tables_of_a_report_are_aligned_and_keep_their_columns():
    piped = changed(FOUND, 0, subset="a|b")
    tables = re.findall(r"(?:^\|.*\|\n)+", report.markdown(results(SPEED, piped)), re.MULTILINE)
    assert len(tables) == 3  # the front's, too
    for table in tables:
        lines = table.splitlines()
        assert len({len(line) for line in lines}) == 1
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1


# Side by side

NUMBERS = st.floats(0.001, 1000) | st.sampled_from(["-", "inf"]) | st.integers(1, 9)
SHARES = st.floats(0, 1)


@st.composite
def tables(draw: st.DrawFn, title: str) -> Table:
    rows = [
        {
            "subset": draw(st.sampled_from("abc")), "value": value, "low": value - draw(SHARES),
            "high": value + draw(SHARES), "x": draw(NUMBERS), "MB": draw(NUMBERS), "rows": draw(st.integers(0, 2)),
            "recall": draw(SHARES | st.just("-")),
        }
        for value in draw(st.lists(SHARES, max_size=4))
    ]  # fmt: skip
    return Table(title, ("subset",), rows, "again", part=title)


@st.composite
def files(draw: st.DrawFn) -> Results:
    titles = draw(st.lists(st.sampled_from("pqr"), unique=True))
    made = Head({"name": draw(st.sampled_from(["m", "n"]))}, "abc", "", "mini")
    return results(*[draw(tables(title)) for title in titles], head=made)


@settings(deadline=None, max_examples=40)
@given(files())
def test_a_file_beside_itself_has_no_difference(one: Results):
    found = compare.compare(one, one)
    assert found.notes == found.only_a == found.only_b == found.fallen(0) == []
    for line in found.lines:
        assert line.kind is not Kind.FACT and not line.differs
        infinite = line.change is not None and np.isnan(line.change)  # inf - inf, inf / inf
        assert infinite or line.change == (0 if line.kind is Kind.QUALITY else 1)


@settings(deadline=None, max_examples=40)
@given(files(), files())
def test_the_other_way_round_everything_is_the_other_way_round(one: Results, other: Results):
    there, back = compare.compare(one, other), compare.compare(other, one)
    assert (sorted(there.only_a), sorted(there.only_b)) == (sorted(back.only_b), sorted(back.only_a))

    def place(line: compare.Line) -> tuple:
        return line.table, tuple(line.key.items()), line.column

    turned = {place(line): line for line in back.lines}
    assert {place(line) for line in there.lines} == set(turned)
    for line in there.lines:
        again = turned[place(line)]
        assert (line.a, line.b, line.differs) == (again.b, again.a, again.differs)
        if line.kind is Kind.QUALITY:
            assert line.change == pytest.approx(-again.change, nan_ok=True)
        elif line.change and np.isfinite(line.change) and again.change:
            assert line.change == pytest.approx(1 / again.change)
    bare = [line for line in there.lines if line.kind is Kind.ABSOLUTE]
    assert all(line.a is line.b is None for line in bare)
    assert not bare or one.head.machine == other.head.machine


def test_qualities_differ_where_their_intervals_do_not_meet():
    def beside(value: float, low: float, high: float) -> compare.Line:
        other = changed(FOUND, 0, value=value, low=low, high=high)
        return compare.compare(results(FOUND), results(other)).lines[0]

    assert beside(0.53, 0.52, 0.54).differs is True and beside(0.46, 0.45, 0.47).differs is True
    assert beside(0.53, 0.51, 0.55).differs is False
    text = compare.markdown(compare.compare(results(FOUND), results(changed(FOUND, 0, value=0.5))), "one", "two")
    assert "A: one\nB: two" in text and "| +0.003 | within" in text


def test_times_are_compared_on_one_machine_only_and_never_shown():
    quicker = changed(SPEED, 1, seconds=0.25, x=0.125)
    same = compare.markdown(compare.compare(results(SPEED), results(quicker)), "a", "b")
    assert re.search(r"ours +\| seconds +\| 0\.250", same) and "1.000" in same
    assert "7.125" not in same
    away = replace(HEAD, machine={"name": "other"})
    found = compare.compare(results(SPEED), results(quicker, head=away))
    assert {line.kind for line in found.lines} == {Kind.RATIO, Kind.QUALITY}
    assert "absolute numbers are left out" in found.notes[0]
    (ratio,) = (line for line in found.lines if line.kind is Kind.RATIO and line.change != 1)
    assert (ratio.key, ratio.a, ratio.b, ratio.change) == ({"way": "ours"}, 0.5, 0.125, 0.25)


def test_what_makes_two_files_hard_to_compare_is_said():
    more = replace(changed(FOUND, 0, queries=11), sizes="11 queries", rows=[*changed(FOUND, 0, queries=11).rows[:1]])
    other = results(more, head=replace(HEAD, space="point-bind", quick=True), found="failed: too large.")
    found = compare.compare(results(SPEED, FOUND), other)
    notes = " ".join(found.notes)
    for part in ("the space mini (weights wei9ht5), B the space point-bind", "B was made with --quick",
                 "found in B: failed: too large.", "B has 11 queries"):  # fmt: skip
        assert part in notes
    assert found.only_a == ["Speed", "Found | again: median rank, all"] and found.only_b == []
    assert [(line.column, line.a, line.b) for line in found.lines if line.kind is Kind.FACT] == [("queries", 10, 11)]


def test_figures_of_papers_are_not_compared():
    assert compare.compare(*[results(replace(FOUND, compared=False))] * 2).lines == []


def test_only_shares_that_fell_far_enough_have_fallen():
    def fallen(table: Table, by: float) -> list[str]:
        return [line.column for line in compare.compare(results(FOUND, SPEED), results(table)).fallen(by)]

    assert fallen(changed(FOUND, 0, value=0.4774), 0.02) == []
    assert fallen(changed(FOUND, 0, value=0.4773), 0.02) == ["value"]
    assert fallen(changed(FOUND, 0, value=0.6), 0.02) == fallen(changed(FOUND, 1, value=0.5), 0.02) == []
    assert fallen(changed(SPEED, 1, recall=0.1, x=0.01), 0.02) == ["recall"]


# A run


def _ran(name: str) -> None:
    with Path(os.environ[RAN]).open("a") as file:
        file.write(f"{name}\n")


def good(asked: Settings) -> Iterator[Table]:
    _ran("good")
    sys.stdout.write("what a library prints\n")
    yield SPEED
    yield replace(FOUND, rows=[{"measure": "quick", "subset": str(asked.quick), "value": 1.0}])


def failing(_: Settings) -> Iterator[Table]:
    _ran("failing")
    yield FOUND
    raise UsageError(f"There is no {Path.home()}/thing:\ngive one.")


def broken(_: Settings) -> Iterator[Table]:
    _ran("broken")
    raise ZeroDivisionError("by nothing")
    yield SPEED


def killed(_: Settings) -> Iterator[Table]:
    _ran("killed")
    os.kill(os.getpid(), signal.SIGKILL)
    yield SPEED


def made_parts(asked: Settings) -> list[Part]:
    """What the processes of a run are given instead of the real parts."""
    return [
        Part("failing", "fails", failing),
        Part("good", "is good", good, reads_data=True),
        Part("broken", "breaks", broken, group="bad"),
        Part("killed", "is killed", killed, group="bad"),
        Part("fed", "wants data", good, lambda asked: "" if asked.data else "it needs --data FOLDER", group="bad"),
    ]


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "REGISTRY", "test_results:made_parts")
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PYTHONPATH", str(HERE))
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
    with pytest.raises(UsageError, match="--only god: choose among failing, good, bad, broken, killed, fed"):
        run.everything(Settings(), tmp_path, only=["god"])
    with pytest.raises(UsageError, match="--only fed cannot be run: it needs --data FOLDER"):
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


# The commands


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


def test_the_command_compares_and_fails_where_a_quality_fell(app: typer.Typer, tmp_path: Path):
    paths = [str(tmp_path / f"{name}.json") for name in "ab"]
    for path, table in zip(paths, (FOUND, changed(FOUND, 0, value=0.25)), strict=True):
        store.write(results(table), Path(path))
    out = tmp_path / "new" / "out.json"
    done = CliRunner().invoke(app, ["compare", *paths, "--json", str(out)])
    assert done.exit_code == 0 and "-0.247" in done.stdout
    assert json.loads(out.read_text())["rows"][0]["a"] == {"value": 0.4974, "low": 0.4744, "high": 0.5194}
    done = CliRunner().invoke(app, ["compare", *paths, "--fail-below", "0.02"])
    assert done.exit_code == 1
    assert "Found | again, mAP, all, value: 0.497 [0.474, 0.519] fell to 0.250 [0.474, 0.519]" in done.stderr
    assert CliRunner().invoke(app, ["compare", *paths, "--fail-below", "0.3"]).exit_code == 0
    wrong = CliRunner().invoke(app, ["compare", paths[0], "nothing", "--into", str(tmp_path)])
    assert isinstance(wrong.exception, UsageError) and "nothing is neither" in str(wrong.exception)
