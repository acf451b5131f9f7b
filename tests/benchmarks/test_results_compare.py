"""Two files of results side by side: what differs, what is lost, and no bare times."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from results_making import FOUND, HEAD, SPEED, changed, results
from typer.testing import CliRunner

from benchmarks.commands import results as commands
from benchmarks.results import compare, store
from benchmarks.results.matching import paired
from benchmarks.results.store import Head, Results
from benchmarks.results.tables import Kind, Table
from retriever.errors import UsageError

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
    assert found.notes == found.only_a == found.only_b == found.lost == found.fallen(0) == []
    for line in found.lines:
        assert line.kind is not Kind.FACT and not line.differs
        assert line.change == (0 if line.kind is Kind.QUALITY else 1)


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
            assert line.change == pytest.approx(-again.change)
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


def lost(a: Results, b: Results) -> list[str]:
    return compare.compare(a, b).lost


def test_qualities_that_only_the_first_has_are_lost():
    whole = results(FOUND, SPEED)
    assert lost(whole, results(FOUND)) == ["Speed: only A has it"]
    assert lost(whole, results(FOUND, replace(SPEED, rows=SPEED.rows[:2]))) == ["Speed: alone: only A has it"]
    assert lost(whole, results(FOUND, changed(SPEED, 1, recall="-"))) == ["Speed: ours, recall: only A has it"]
    assert lost(results(FOUND), whole) == []
    timed = replace(SPEED, rows=[{"way": "ours", "seconds": 1.0, "x": 0.5}])  # no quality
    assert lost(results(timed), results()) == lost(results(timed), results(replace(timed, rows=[]))) == []


def test_a_part_that_did_not_end_is_lost():
    assert lost(results(FOUND), results(FOUND, speed="failed: out of memory")) == ["speed in B: failed: out of memory"]
    assert lost(results(FOUND), results(FOUND, found=store.UNFINISHED)) == ["found in B: unfinished"]
    assert lost(results(FOUND, speed="failed: it."), results(FOUND, suite="left out: it needs data")) == []


@pytest.mark.parametrize("value", [np.nan, np.inf, "nan"])
def test_a_quality_that_is_no_number_any_more_is_lost(value: object):
    (said,) = lost(results(FOUND), results(changed(FOUND, 1, value=value)))
    assert said.startswith("Found | again, median rank, all, value: 1.000 [1.000, 1.000] in A, ")
    assert lost(results(changed(FOUND, 1, value=value)), results(FOUND)) == []


def test_infinite_ranks_are_no_change_and_leave_no_gap_in_json():
    never = changed(FOUND, 1, value=np.inf, high="inf")
    found = compare.compare(results(never), results(never))
    line = next(line for line in found.lines if line.key["measure"] == "median rank")
    assert (line.change, line.differs, found.lost) == (0, False, [])
    none = compare.compare(results(never), results(changed(FOUND, 1, value=np.nan, high=np.nan)))
    assert re.search(
        r"inf \[1\.000, inf\] +\| inf \[1\.000, inf\] +\| \+0\.000 +\| within", compare.markdown(found, "a", "b")
    )
    line = next(line for line in none.lines if line.key["measure"] == "median rank")
    assert line.change is None and line.differs is None
    assert re.search(r"nan \[1\.000, nan\] +\| - +\| - +\|", compare.markdown(none, "a", "b"))
    for each in (found, none):
        json.dumps(each.as_json(), allow_nan=False)


CLIPS = "2,468 clips, partial: 3 of 9,843 training shapes, 1 unreadable, 4 templates"


def test_rows_meet_where_nothing_but_counts_differ():
    fewer = CLIPS.replace("2,468", "2,467").replace("3 of 9,843", "4 of 9,843").replace("1 un", "12 un")
    one, other = (results(changed(FOUND, 0, subset=told)) for told in (CLIPS, fewer))
    found = compare.compare(one, replace(other, tables=[changed(other.tables[0], 0, value=0.1)]))
    assert found.only_a == found.only_b == found.lost == []
    assert [line.key["subset"] for line in found.fallen(0.02)] == [CLIPS]
    assert found.notes == [f"Found | again: mAP, {CLIPS} in A is set beside mAP, {fewer} in B."]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (["fold 1, 4 templates"], ["fold 2, 4 templates"]),
        (["names, 1 template"], ["names, 64 templates"]),
        (["5 shapes, drawn: 5 a class, seed 0"], ["5 shapes, drawn: 7 a class, seed 0"]),
        (["1024"], ["512"]),
        (["20 clips"], ["18 clips", "19 clips"]),  # which is meant?
        (["20 clips", "21 clips"], ["18 clips"]),
    ],
)
def test_rows_of_other_settings_do_not_meet(ours: list[str], theirs: list[str]):
    assert paired([(each,) for each in ours], [(each,) for each in theirs]) == {}


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    commands.register(made)
    return made


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
    store.write(results(changed(FOUND, 0, value=np.nan), gone="failed: it broke."), Path(paths[1]))
    done = CliRunner().invoke(app, ["compare", *paths, "--json", str(out)])
    assert done.exit_code == 0

    def refuse(name: str) -> None:
        raise AssertionError(name)

    (row, *_) = json.loads(out.read_text(), parse_constant=refuse)["rows"]
    assert (row["b"]["value"], row["change"]) == ("nan", None)
    done = CliRunner().invoke(app, ["compare", *paths, "--fail-below", "0.9"])
    assert done.exit_code == 1 and "gone in B: failed: it broke." in done.stderr and "nan" in done.stderr
    wrong = CliRunner().invoke(app, ["compare", paths[0], "nothing", "--into", str(tmp_path)])
    assert isinstance(wrong.exception, UsageError) and "nothing is neither" in str(wrong.exception)
