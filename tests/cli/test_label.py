"""``retriever label``: names for items, shown and written."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import run
from hypothesis import given
from hypothesis import strategies as st
from index_reading import touch
from small_corpus import write_box

from indexer.calibration import background
from indexer.labelling import label
from retriever import spaces
from retriever.errors import UsageError
from retriever.query.calibrate import FILE, Calibration, Match
from retriever.query.zeroshot import CONFIDENCE, TEMPLATES, Names, assign, name_vectors, names_of
from retriever.store import Snapshot

ROOT = Path(__file__).parents[2]
WORDS = "chair,table,lamp"


@pytest.fixture
def indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four boxes, of which two have no label of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    for name, size in {
        "tall/a.off": (1, 9, 1),
        "tall/b.off": (1, 7, 1),
        "c.off": (9, 1, 9),
        "d.off": (1, 1, 9),
    }.items():
        write_box(tmp_path / "corpus" / name, size)
    for name in "ab":
        (tmp_path / "corpus" / "tall" / f"{name}.json").write_text('{"label": "tower"}')
    assert run("index", "corpus").exit_code == 0
    return tmp_path


def labels() -> dict[str, tuple[str | None, float | None]]:
    snapshot = Snapshot.open(".retriever")
    rows = snapshot.take(np.flatnonzero(snapshot.live)).to_pylist()
    return {row["path"]: (row["label"], row.get(CONFIDENCE)) for row in rows}


def test_summary_of_the_next_run_counts_what_was_dropped(indexed: Path):
    assert run("label", "--names", WORDS, "--write").exit_code == 0
    before = labels()
    touch(indexed / "corpus/d.off")
    assert "dropped" not in run("index", "corpus").stderr and labels() == before
    write_box(indexed / "corpus/c.off", (1, 2, 3))
    assert "  1 guessed label dropped, as the file of each changed" in run("index", "corpus").stderr
    assert labels() == {**before, "c.off": (None, None)}


def test_every_item_gets_the_nearest_name_and_the_index_stays_as_it_is(indexed: Path):
    before = labels()
    done = run("label", "--names", WORDS, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["names"] == WORDS.split(",") and told["count"] == 4 and told["space"] == "mini"
    space, snapshot = spaces.get("mini"), Snapshot.open(".retriever")

    for row in told["items"]:
        prompts = [space.encode(texts=[way.format(name) for way in TEMPLATES]).mean(0) for name in told["names"]]
        vectors = np.stack([mean / np.linalg.norm(mean) for mean in prompts])
        cosines = vectors @ snapshot.vectors(snapshot.rows_of([row["id"]]))[0]
        assert row["name"] == told["names"][cosines.argmax()]
        assert row["score"] == pytest.approx(cosines.max(), abs=1e-5)
        assert row["confidence"] == pytest.approx(np.exp(30 * cosines).max() / np.exp(30 * cosines).sum(), abs=1e-4)
    assert labels() == before


def test_a_table_csv_and_parquet_hold_the_same(indexed: Path):
    told = json.loads(run("label", "--names", WORDS, "--json").stdout)["items"]
    plain = [line.split("\t") for line in run("label", "--names", WORDS).stdout.splitlines()]
    assert [(row[0], row[-1]) for row in plain] == [(row["name"], row["id"]) for row in told]
    listed = list(csv.DictReader(io.StringIO(run("label", "--names", WORDS, "--csv").stdout)))
    assert [(row["name"], float(row["confidence"])) for row in listed] == [(r["name"], r["confidence"]) for r in told]
    assert run("label", "--names", WORDS, "--parquet", "labels.parquet").exit_code == 0
    assert pq.read_table("labels.parquet").column("name").to_pylist() == [row["name"] for row in told]
    assert run("label", "--names", WORDS, "--json", "--csv").exit_code == 2


def test_items_of_several_roots_are_told_apart(indexed: Path):
    write_box(indexed / "other" / "c.off", (1, 2, 3))
    assert run("index", "other").exit_code == 0
    files = sorted(str(indexed / path) for path in ("corpus/c.off", "other/c.off"))
    only = ("label", "--names", WORDS, "--where", "path = 'c.off'")
    assert sorted(line.split("\t")[4] for line in run(*only).stdout.splitlines()) == files
    told = json.loads(run(*only, "--json").stdout)["items"]
    assert sorted(row["file"] for row in told) == files
    roots = {str(indexed / "corpus"), str(indexed / "other")}
    assert {row["root"] for row in told} == roots
    listed = csv.DictReader(io.StringIO(run(*only, "--csv").stdout))
    assert {row["root"] for row in listed} == roots


@pytest.mark.parametrize("form", ["--csv", "--json", ""])
def test_results_that_have_nowhere_to_go_are_no_error(indexed: Path, form: str):
    program = shlex.join([sys.executable, str(ROOT / "tests/simple_space.py"), "label", "--names", WORDS])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    done = subprocess.run(f"{program} {form} >&-", shell=True, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")


def test_written_labels_are_found_by_filters_and_others_are_kept(indexed: Path):
    assert labels()["c.off"] == (None, None)
    done = run("label", "--names", WORDS, "--write")
    assert done.exit_code == 0 and "2 labels written; 2 have a label already" in done.stderr, done.output
    assert done.stdout == "", "they are listed for those who ask for it"
    now = labels()
    assert now["tall/a.off"] == ("tower", None) and len(now) == 4
    name, confidence = now["c.off"]
    assert name in WORDS.split(",") and confidence is not None and 1 / 3 <= confidence <= 1
    found = run("query", "--text", "anything", "--where", f"label = '{name}' and {CONFIDENCE} > 0", "--json")
    assert "c.off" in {hit["path"] for hit in json.loads(found.stdout)["hits"]}
    assert "0 embedded, 4 unchanged" in run("index", "corpus").stderr and labels() == now
    again = run("label", "--names", WORDS, "--write", "--json")
    assert json.loads(again.stdout)["count"] == 4 and "0 labels written" in again.stderr
    assert "4 labels written." in run("label", "--names", WORDS, "--write", "--overwrite").stderr
    assert all(text in WORDS.split(",") for text, _ in labels().values())


@pytest.mark.parametrize("own", ['"high"', "87"])
def test_a_column_of_the_corpus_is_not_overwritten(own: str, indexed: Path):
    (indexed / "corpus" / "c.json").write_text(f'{{"{CONFIDENCE}": {own}}}')
    assert run("index", "corpus").exit_code == 0
    before = labels()
    assert run("label", "--names", WORDS).exit_code == 0
    done = run("label", "--names", WORDS, "--write", "--overwrite")
    assert done.exit_code == 2 and f"a column {CONFIDENCE} of its own" in done.stderr and done.stderr.count("\n") == 1
    assert labels() == before


def test_only_items_that_are_asked_for_and_sure_enough(indexed: Path):
    told = json.loads(run("label", "--names", WORDS, "--json").stdout)["items"]
    least = sorted(row["confidence"] for row in told)[1] + 1e-6
    sure = run("label", "--names", WORDS, "--min-confidence", least, "--json")
    assert json.loads(sure.stdout)["items"] == [row for row in told if row["confidence"] >= least]
    assert "2 items were less sure" in sure.stderr
    some = run("label", "--names", WORDS, "--where", "path like 'tall/%'", "--json")
    assert [row["path"] for row in json.loads(some.stdout)["items"]] == ["tall/a.off", "tall/b.off"]
    none = run("label", "--names", WORDS, "--where", "faces > 1000000", "--write")
    assert none.exit_code == 0 and "No item qualifies" in none.stderr and "0 labels written" in none.stderr


def test_a_file_of_names_may_hold_templates_and_remarks(indexed: Path):
    Path("names.txt").write_text("\ufeff# furniture\nchair\n\n  table\nlamp \n{} in a room\n", encoding="utf-8")
    whole = run("label", "--names-file", "names.txt", "--json")
    again = run("label", "--names", WORDS, "--template", "{} in a room", "--json")
    assert whole.exit_code == 0 and whole.stdout == again.stdout != run("label", "--names", WORDS, "--json").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--template", "a thing"), "The template 'a thing' has no {}"),
        (("--names", ""), "No name is in --names"),
        (("--names", " , ,"), "No name is in --names"),
        (("--names", "chair,a {}"), "'a {}' in --names holds {}: a way to ask goes in --template"),
        (("--names", "chair"), "Only 'chair' is in --names: give two or more"),
        (("--names", "chair,lamp, Chair"), "The name 'Chair' comes twice in --names"),
        (("--names", WORDS, "--template", "a thing"), "The template 'a thing' has no {}"),
        (("--names", WORDS, "--names-file", "x"), "--names and --names-file exclude each other"),
        (("--names-file", "none.txt"), "--names-file none.txt cannot be read"),
        (("--names-file", "."), "--names-file . cannot be read"),
        (("--names-file", "empty.txt"), "No name is in --names-file empty.txt"),
        (("--names-file", "binary.txt"), "--names-file binary.txt is not UTF-8"),
        (("--names", WORDS, "--min-confidence", "1.5"), "--min-confidence 1.5: give a share from 0 to 1"),
        (("--names", WORDS, "--min-confidence", "nan"), "--min-confidence nan"),
        (("--names", WORDS, "--overwrite"), "--overwrite says what --write does"),
        (("--names", WORDS, "--to", "audio"), "holds no audio"),
        (("--names", WORDS, "--where", "labl = 'x'"), "did you mean 'label'"),
    ],
)
def test_mistakes_are_told_in_a_line(arguments: tuple[str, ...], message: str, indexed: Path):
    Path("empty.txt").write_text("# nothing\n\n")
    Path("binary.txt").write_bytes(b"chair\n\xff\xfe\n")
    done = run("label", *arguments)
    assert done.exit_code == 2 and message in done.stderr, done.output
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.output


def test_help_has_examples():
    text = run("label", "--help").stdout
    assert "Examples" in text and "retriever label " in text


@given(st.permutations(("chair", "table", "lamp", "a red car")))
def test_the_order_of_names_changes_nothing(names: list[str]):
    space = spaces.get("mini")
    usual, other = (name_vectors(names_of(some), space) for some in (sorted(names), names))
    np.testing.assert_allclose(other[[names.index(name) for name in sorted(names)]], usual, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(usual, axis=1), 1, atol=1e-5)


def test_names_with_an_article_are_prompts_by_themselves_unless_templates_are_given():
    space = spaces.get("mini")
    usual = name_vectors(names_of(["a red car", "car"]), space)
    ways = space.encode(texts=[way.format("car") for way in TEMPLATES]).mean(axis=0)
    np.testing.assert_allclose(usual[0], space.encode(texts="a red car")[0], atol=1e-6)
    np.testing.assert_allclose(usual[1], ways / np.linalg.norm(ways), atol=1e-6)
    given_ = name_vectors(names_of(["a red car", "car"], ["see {}"]), space)
    np.testing.assert_allclose(given_, space.encode(texts=["see a red car", "see car"]), atol=1e-6)


def test_confidences_are_shares_of_one(indexed: Path):
    snapshot, space = Snapshot.open(".retriever"), spaces.get("mini")
    vectors = name_vectors(names_of(WORDS), space)
    rows = np.flatnonzero(snapshot.live)
    whole = assign(snapshot, rows, vectors)
    assert ((whole.confidences >= 1 / 3) & (whole.confidences <= 1)).all()
    assert len(assign(snapshot, rows[:0], vectors)) == 0
    np.testing.assert_allclose(assign(snapshot, rows, vectors, scale=0).confidences, 1 / 3)


def test_in_a_calibrated_index_no_name_is_surer_than_a_query_for_it(indexed: Path):
    plain = json.loads(run("label", "--names", WORDS, "--json").stdout)["items"]
    scores = sorted(row["score"] for row in plain)
    snapshot, pair = Snapshot.open(".retriever"), "text>shape"
    middle = (scores[1] + scores[2]) / 2
    spread = {pair: background(np.random.default_rng(0).normal(middle, 0.05, 5_000))}
    for matches in ({}, {pair: Match(1.0, -1.0, 50)}):
        known = Calibration(snapshot.identity.name, snapshot.identity.weights, (), 4, spread, matches)
        Path(".retriever", FILE).write_text(known.to_json())
        told = json.loads(run("label", "--names", WORDS, "--json").stdout)["items"]
        assert [(row["id"], row["name"], row["score"]) for row in told] == [
            (row["id"], row["name"], row["score"]) for row in plain
        ]
        most = known.confidence(pair, [row["score"] for row in plain])
        wanted = np.minimum(most, [row["confidence"] for row in plain])
        np.testing.assert_allclose([row["confidence"] for row in told], wanted, atol=1e-4)
        assert [row["confidence"] for row in told] != [row["confidence"] for row in plain]


def test_in_python_an_impossible_confidence_is_refused(indexed: Path):
    with pytest.raises(UsageError, match="give a share from 0 to 1"):
        label(Path(".retriever"), Names(("a", "b")), least=-1)


def test_how_many_of_the_written_labels_are_doubtful_is_said(indexed: Path):
    words = ",".join(f"a box of plain old brown wood of the kind {kind}" for kind in "pqrstuvw")  # so none is sure
    done = run("label", "--names", words, "--write", "--json")
    items = {row["path"]: row["confidence"] for row in json.loads(done.stdout)["items"]}
    doubtful = sum(items[path] < 0.5 for path in ("c.off", "d.off"))  # the others have labels of their own
    assert doubtful
    which = "1 of them is" if doubtful == 1 else f"{doubtful} of them are"
    assert f"{which} less sure than 0.5, which --min-confidence 0.5 would leave out." in done.stderr
    sure = run("label", "--names", words, "--write", "--overwrite", "--min-confidence", "0.5")
    assert (
        "less sure than 0.5" not in sure.stderr and f"{sum(v < 0.5 for v in items.values())} items were" in sure.stderr
    )
    assert "less sure than" not in run("label", "--names", words).stderr
