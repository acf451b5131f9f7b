"""``retriever eval`` from the command line: tables, files, and faults in one sentence."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from commands import run
from small_corpus import write_box, write_picture, write_tone

SIZES = {
    "tower/1.off": (1, 9, 1), "tower/2.off": (1, 8, 1), "tower/3.off": (1, 7, 1), "plate/1.off": (9, 1, 9),
    "plate/2.off": (8, 1, 8), "beam/1.off": (9, 1, 1), "beam/2.off": (8, 1, 1),
}  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    for name, size in SIZES.items():
        write_box(Path("corpus") / name, size)
    write_picture(Path("corpus/tower/1.png"), (200, 30, 30))
    assert run("index", "corpus").exit_code == 0


def test_queries_are_expanded_by_either_protocol():
    done = run("eval", "--expand", "2", "--json")
    assert done.exit_code == 0 and "moved towards their 2 best" in json.loads(done.stdout)["how"], done.output
    Path("judged.csv").write_text("query,item\ntower/1.off,tower/2.off\n")
    for count in ("2", "1001"):
        done = run("eval", "--qrels", "judged.csv", "--to", "shape", "--expand", count)
        assert done.exit_code == (0 if count == "2" else 2), done.output
    assert "--expand 1001: give how many" in done.output


def test_json_holds_every_number_and_what_it_is_of():
    done = run("eval", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["index"] == str(Path(".retriever").absolute()) and told["version"] > 0
    assert told["by"] == "label" and told["space"] == "mini" and "vectors alone" in told["how"]
    found = {(row["pair"], row["measure"]): row for row in told["rows"]}
    assert found["shape>shape", "hit@1"]["queries"] == 7 and found["shape>shape", "hit@1"]["gallery"] == 7
    assert found["shape>shape", "mAP"]["value"] > 0.9  # boxes of one form are near to each other
    assert found["shape>label", "hit@1"]["gallery"] == 3
    for row in told["rows"]:
        assert row["low"] <= row["value"] <= row["high"]


def test_csv_parquet_and_plain_rows_say_the_same():
    options = ("eval", "--from", "shape", "--measure", "mAP", "-k", 2, "--by-class")
    rows = list(csv.DictReader(io.StringIO(run(*options, "--csv").stdout)))
    assert run(*options, "--parquet", "eval.parquet").exit_code == 0
    table = pq.read_table("eval.parquet").to_pylist()
    lines = [line.split("\t") for line in run(*options).stdout.splitlines()]
    assert len(rows) == len(table) == len(lines)
    assert {row["measure"] for row in rows} == {"hit@2", "recall@2", "precision@2", "nDCG@2", "mAP"}
    assert {row["class"] for row in rows} == {"", "tower", "plate", "beam"}
    for row, other, cells in zip(rows, table, lines, strict=True):
        assert float(row["value"]) == other["value"] == pytest.approx(float(cells[3]), abs=1e-4)


def test_on_a_terminal_pairs_stand_side_by_side(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("cli.evaluated.to_terminal", lambda: True)
    monkeypatch.setattr("cli.output.to_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    text = run("eval", "--from", "shape", "--by-class").stdout
    first = text.splitlines()
    header = next(line for line in first if "measure" in line)
    assert "shape>shape" in header and "shape>label" in header
    rank = next(line for line in first if "median rank" in line)
    assert "1 [1, 1]" in rank and "0.95" not in rank
    assert text.index("precision@10") < text.index("beam") and "R-precision" in text


def test_classes_come_the_worst_first_whatever_is_measured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("cli.evaluated.to_terminal", lambda: True)
    monkeypatch.setattr("cli.output.to_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    for name, sign in (("median-rank", -1), ("mAP", 1)):
        lines = run("eval", "--from", "shape", "--measure", name, "--by-class").stdout.splitlines()
        rows = [line.split() for line in lines[lines.index("shape>label") :]]
        values = [sign * float(words[-1]) for words in rows if words and words[0] in ("tower", "plate", "beam")]
        assert len(values) == 3 and values == sorted(values)


@pytest.fixture
def other() -> str:
    """Another index, without one of the boxes and with one that has become another."""
    write_box(Path("corpus/beam/2.off"), (1, 9, 2))
    Path("corpus/tower/3.off").unlink()
    assert run("index", "corpus", "--index", "other.retriever").exit_code == 0
    return "other.retriever"


def test_two_indexes_query_by_query(other: str):
    options = ("eval", "--from", "shape", "--against", other, "--measure", "mAP", "-k", 2, "--by-class")
    done = run(*options, "--json", "--per-query", "queries.parquet")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["index"] == str(Path(".retriever").absolute()) and told["space"] == told["against"]["space"] == "mini"
    assert told["against"]["index"] == str(Path(other).absolute())
    assert any("holds alone, left out of both: 1." in note for note in told["notes"])
    found = {(row["pair"], row["class"], row["measure"]): row for row in told["rows"]}
    row = found["shape>shape", None, "mAP"]
    assert row["queries"] == row["gallery"] == 6 and row["difference"] > 0 and row["low"] <= row["difference"]
    assert round(row["value"] - row["against"] - row["difference"], 5) == 0 and 0 < row["p"] <= 1
    assert found["shape>shape", "beam", "mAP"]["p"] is None and found["shape>shape", "beam", "mAP"]["difference"] > 0
    rows = list(csv.DictReader(io.StringIO(run(*options, "--csv").stdout)))
    assert run(*options, "--parquet", "eval.parquet").exit_code == 0
    table, lines = pq.read_table("eval.parquet").to_pylist(), run(*options).stdout.splitlines()
    assert len(rows) == len(table) == len(lines) == len(told["rows"])
    for row, other_row, line in zip(rows, table, lines, strict=True):
        assert (
            float(row["difference"]) == other_row["difference"] == pytest.approx(float(line.split("\t")[5]), abs=1e-4)
        )
    queries = pq.read_table("queries.parquet")
    assert queries.column_names[:5] == ["pair", "query", "class", "hit@2", "against hit@2"] and len(queries) == 12


@pytest.mark.parametrize("width", [60, 80])
def test_on_a_terminal_it_says_which_index_is_which(width: int, other: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("cli.compared.to_terminal", lambda: True)
    monkeypatch.setattr("cli.output.to_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    done = run("eval", "--against", other, "--by-class", "--measure", "mAP", "--measure", "median-rank")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert "shape>shape: 6 queries, 6 in the gallery" in lines and "shape>shape, mAP" in lines
    header = next(line for line in lines if "difference" in line)
    assert header.split() == (
        ["measure", "value", "against", "difference", "p"] if width == 60 else
        ["measure", "value", "against", "difference", "95", "%", "p"]
    )  # fmt: skip
    assert max(map(len, lines)) <= width and "…" not in done.stdout
    assert f"value: the index {Path('.retriever').absolute()}, version " in done.stderr
    assert f"against: the index {Path(other).absolute()}, version " in done.stderr
    start = lines.index("shape>shape, mAP")
    classes = [line.split() for line in lines[start : lines.index("shape>shape, median rank")]]
    lost = [float(words[-1]) for words in classes if words and words[0] in ("tower", "plate", "beam")]
    assert len(lost) == 3 and lost == sorted(lost) and lost[0] < lost[2], "what lost most comes first"


def test_an_index_and_an_earlier_version_of_it():
    write_box(Path("corpus/beam/2.off"), (1, 9, 2))
    assert run("index", "corpus").exit_code == 0
    before = json.loads(run("status", "--json").stdout)["version"] - 1
    done = run("eval", "--as-of", before, "--against", ".retriever", "--measure", "mAP", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["version"], told["against"]["version"]) == (before, before + 1)
    assert any("files changed between the two: 1" in note for note in told["notes"])


def test_figure_and_the_values_of_every_query():
    done = run("eval", "--from", "shape", "--figure", "eval.svg", "--per-query", "queries.parquet")
    assert done.exit_code == 0, done.output
    assert "Confusion" in Path("eval.svg").read_text() and "figure written to eval.svg" in done.stderr
    table = pq.read_table("queries.parquet")
    assert table.column_names[:4] == ["pair", "query", "class", "first"] and len(table) == 14


def test_judgements_of_a_file():
    Path("judged.csv").write_text(
        "query,item,relevance\ntower,tower/1.off,1\ntower,tower/2.off,2\ntower/3.off,tower/1.off,1\n"
    )
    done = run("eval", "--qrels", "judged.csv", "--measure", "hit@5", "--run", "run.trec", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [(row["pair"], row["value"]) for row in told["rows"]] == [("text>shape", 1), ("shape>shape", 1)]
    assert len(Path("run.trec").read_text().splitlines()) == 7 + 6
    Path("asked.jsonl").write_text('{"query": "tower", "text": "a tower"}\n')
    done = run(
        "eval", "--qrels", "judged.csv", "--queries", "asked.jsonl", "--depth", 1, "--geometry-only", "--measure", "mrr"
    )
    assert done.exit_code == 0 and "Judged queries that are not among those given, and left out: 1" in done.stderr


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_name_and_no_number_is_ever_cut(width: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("cli.evaluated.to_terminal", lambda: True)
    monkeypatch.setattr("cli.output.to_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    write_picture(Path("corpus/plate/seen.png"), (30, 30, 200))
    write_tone(Path("corpus/plate/heard.wav"), 400)
    write_tone(Path("corpus/tower/heard.wav"), 300)
    assert run("index", "corpus").exit_code == 0
    lines = run("eval", "--by-class").stdout.splitlines()
    assert max(map(len, lines)) <= width
    for pair in ("label>shape", "shape>shape", "shape>label", "image>shape", "audio>shape"):
        assert any(pair in line for line in lines)
    whole = [line.split() for line in lines if line.strip().startswith(("hit@1 ", "precision@10 ", "median rank "))]
    for words in whole:
        assert len([word for word in words if word.startswith("[")]) == len(
            [word for word in words if word.endswith("]")]
        )
    classes = lines[lines.index("shape>shape") :] if "shape>shape" in lines else []
    assert [words.split()[-1] for words in classes if words.strip().startswith("beam")], lines
    assert "…" not in "".join(lines)
    headers = [line for line in lines if "measure" in line]
    assert len(whole) == 3 * len(headers) and (len(headers) > 1 or width > 140)


def test_what_was_never_found_is_null_in_json():
    Path("judged.csv").write_text("query,item\ntower,nowhere.off\nbeam,beam/1.off\n")
    done = run("eval", "--qrels", "judged.csv", "--measure", "median rank", "--json")
    (row,) = json.loads(done.stdout)["rows"]
    assert row["value"] is None and row["low"] == 1, done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--label", "colour"], "--label colour: there is no such column"),
        (["--measure", "R@10"], "The measure 'R@10' means hit@K in some papers"),
        (["-k", "0"], "-k 0"),
        (["--json", "--csv"], "exclude each other"),
        (["--figure", "eval.jpg"], "--figure eval.jpg: the name ends in"),
        (["--depth", "5"], "--depth is about judgements"),
        (["--run", "run.trec"], "--run is about judgements"),
        (["--qrels", "judged.csv", "--by-class"], "--by-class goes by labels"),
        (["--qrels", "judged.csv", "--from", "shape"], "--from goes by labels"),
        (["--qrels", "judged.csv"], "--qrels judged.csv cannot be read"),
        (["--from", "audio"], "holds no audio"),
        (["--template", "a thing"], "has no {}"),
        (["--per-query", "no/where.parquet"], "--per-query no/where.parquet cannot be written: there is no folder no"),
        (["--parquet", "a.parquet", "--per-query", "a.parquet"], "a.parquet is written, too"),
        (["--qrels", "corpus/tower/1.off", "--run", "corpus/tower/1.off"], "is read, too"),
        (["--as-of", "9"], "9"),
        (["--label", ""], "--label : there is no such column"),
        (["--seed", "-1"], "--seed -1: give a number from 0"),
        (["--parquet", "corpus"], "--parquet corpus is a folder; give a file"),
        (["--figure", "corpus"], "--figure corpus is a folder; give a file"),
        (["--exact"], "--exact is about judgements"),
        (["--against", ".retriever"], "--against .retriever is the index itself"),
        (["--against", "b", "--figure", "eval.svg"], "--figure is of one index, and --against compares two"),
    ],
)
def test_faults_are_one_sentence(arguments: list[str], message: str):
    done = run("eval", *arguments)
    assert done.exit_code == 2 and message in done.stderr, done.output
    assert "Traceback" not in done.output


def test_without_an_index_the_cure_is_said(tmp_path: Path):
    done = run("eval", "--index", tmp_path / "nothing")
    assert done.exit_code == 1 and "retriever index" in done.stderr


def test_help_has_examples():
    text = run("eval", "--help").stdout
    assert "Examples" in text and "--qrels" in text
