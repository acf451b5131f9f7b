"""Results are kept whole and reported without bare times, and tell of a machine and a folder what others may know."""

from __future__ import annotations

import platform
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from results_making import FOUND, HEAD, SPEED, changed, results

from benchmarks.results import machine, report, store
from benchmarks.results.folders import fingerprint, hidden
from benchmarks.results.parts import parts as every_part
from benchmarks.results.settings import Settings
from benchmarks.results.tables import KINDS, Kind, Table, Value, quality
from retriever.errors import RetrieverError, UsageError

ROOT = Path(__file__).parent.parent.parent


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


# What is told of folders


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("/scratch/sets/x.off is damaged.", "FOLDER/x.off is damaged."),
        ("give '/scratch/sets', or (/scratch/sets): /scratch/sets.", "give 'FOLDER', or (FOLDER): FOLDER."),
        ("see file:///scratch/sets/a or\n  /home/me/b", "see file://FOLDER/a or ~/b"),
        ("/scratch/sets2 and /scratch/sets-old", "/scratch/sets2 and /scratch/sets-old"),
        ("/mnt/scratch/sets and ./scratch/sets", "/mnt/scratch/sets and ./scratch/sets"),
        ("data is in scratch/sets: a/b, see /.", "data is in scratch/sets: a/b, see /."),
        ("/scratch/sets.bak/home/me", "/scratch/sets.bak/home/me"),
    ],
)
def test_folders_are_not_named_and_sentences_stay_as_they_are(message: str, said: str):
    folders = {Path("/scratch/sets"): "FOLDER", Path("/home/me"): "~", Path("/"): "ROOT", Path("/a"): "A"}
    assert hidden(message, folders | {Path(): "HERE", Path("data"): "DATA"}) == said


def test_the_longer_of_two_folders_goes_first():
    folders = {Path("/home/me"): "~", Path("/home/me/sets"): "FOLDER", Path("/home"): "HOMES"}
    assert hidden("/home/me/sets/a, /home/me/b, /home/c", folders) == "FOLDER/a, ~/b, HOMES/c"


def test_a_folder_is_told_by_what_is_in_it_and_not_by_where_it_lies(tmp_path: Path):
    one, other = tmp_path / "one", tmp_path / "elsewhere" / "other"
    for folder in (one, other):
        (folder / "set" / "deep").mkdir(parents=True)
        (folder / "set" / "a.csv").write_text("123")
        (folder / "set" / "deep" / "b.bin").write_text(str(folder))
    (other / ".DS_Store").write_text("left by a system")
    (other / "set" / "nowhere").symlink_to(tmp_path / "nothing")
    assert fingerprint(one) != fingerprint(other)
    (other / "set" / "nowhere").unlink()
    first = fingerprint(one)
    assert first == fingerprint(other) and re.fullmatch("[0-9a-f]{16}", first)
    (one / "set" / "a.csv").write_text("1234")
    grown = fingerprint(one)
    (one / "set" / "a.csv").rename(one / "set" / "c.csv")
    assert len({first, grown, fingerprint(one), fingerprint(tmp_path / "nothing")}) == 4
