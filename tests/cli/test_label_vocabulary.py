"""``retriever label`` without a list: names of the vocabulary, as specific as is sure enough."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import run
from index_reading import touch
from small_corpus import write_box

from indexer import namers
from indexer.vocabulary.hedging import taxonomy
from retriever.query.zeroshot import CONFIDENCE, KINDS
from retriever.store import Snapshot

PATHS = ["000.off", "001.off", "002.off", "003.off"]
ANY = ("--min-confidence", "0.002")
"""The space of these tests means nothing by its words, so that no name is sure."""


@pytest.fixture
def indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Boxes whose names say nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    for number, path in enumerate(PATHS):
        write_box(tmp_path / "corpus" / path, (1 + number, 9, 1))
    assert run("index", "corpus").exit_code == 0
    return tmp_path


def rows() -> dict[str, dict[str, Any]]:
    snapshot = Snapshot.open(".retriever")
    columns = [name for name in ("path", "label", CONFIDENCE, KINDS) if name in snapshot.columns()]
    return {row["path"]: row for row in snapshot.take(np.flatnonzero(snapshot.live), columns).to_pylist()}


def test_names_come_with_what_they_are_a_kind_of_and_nothing_is_written(indexed: Path):
    before = rows()
    told = json.loads(run("label", *ANY, "--json").stdout)
    assert told["names"] is None and [row["path"] for row in told["items"]] == PATHS
    for row in told["items"]:
        assert tuple(row["kinds"]) in taxonomy().kinds and row["kinds"][0] == row["name"]
        assert 0.002 <= row["confidence"] <= 1
    assert rows() == before


def test_where_there_is_nothing_to_name_the_vocabulary_is_not_encoded(indexed: Path):
    done = run("label", "--where", "faces > 1000000", "--template", "a picture of a {}")
    assert done.exit_code == 0 and done.stderr == "No item qualifies.\n"
    assert not any("a picture of a {}" in templates for _, templates in namers._kept)


def test_what_no_name_is_sure_enough_of_is_counted(indexed: Path):
    done = run("label")
    assert done.exit_code == 0 and "4 items were less sure and are left out" in done.stderr
    assert done.stdout == "" and "No item qualifies" in done.stderr


def test_all_forms_hold_the_same(indexed: Path):
    told = json.loads(run("label", *ANY, "--json").stdout)["items"]
    listed = list(csv.DictReader(io.StringIO(run("label", *ANY, "--csv").stdout)))
    assert [row["kinds"].split("; ") for row in listed] == [row["kinds"] for row in told]
    assert run("label", *ANY, "--parquet", "names.parquet").exit_code == 0
    table = pq.read_table("names.parquet")
    assert table.schema.field("kinds").type == pa.list_(pa.string())
    assert table.column("kinds").to_pylist() == [row["kinds"] for row in told]
    plain = [line.split("\t") for line in run("label", *ANY).stdout.splitlines()]
    assert [(row[0], row[-1]) for row in plain] == [(row["name"], row["id"]) for row in told]


def test_more_confidence_gives_more_general_names_and_none_the_likeliest(indexed: Path):
    sizes = taxonomy().within.sum(axis=0)
    seen = []
    for least in ("0", "0.004", "0.02"):
        told = json.loads(run("label", "--min-confidence", least, "--json").stdout)["items"]
        assert all(row["confidence"] >= float(least) for row in told)
        seen.append({row["id"]: sizes[taxonomy().names.index(row["name"])] for row in told})
    assert len(seen[0]) == len(PATHS) and set(seen[0].values()) == {1}, "the likeliest of all without kinds"
    assert set(seen[2]) <= set(seen[1]) <= set(seen[0]) and seen[2]
    assert all(seen[2][id] >= seen[1][id] >= seen[0][id] for id in seen[2])


def test_written_names_are_found_with_what_they_are_a_kind_of(indexed: Path):
    assert "4 labels written." in run("label", *ANY, "--write").stderr
    now = rows()
    assert all(row[KINDS][0] == row["label"] for row in now.values())
    general = now["002.off"][KINDS][-1]
    found = run("items", "--where", f"list_contains({KINDS}, '{general.replace(chr(39), chr(39) * 2)}')", "--json")
    wanted = [path for path in PATHS if general in now[path][KINDS]]
    assert [item["path"] for item in json.loads(found.stdout)["items"]] == wanted
    text = next(csv.DictReader(io.StringIO(run("items", "--where", "path = '002.off'", "--csv").stdout)))
    assert text[KINDS].split("; ") == now["002.off"][KINDS]

    touch(indexed / "corpus/000.off")
    (indexed / "corpus/001.off").rename(indexed / "corpus/renamed.off")
    write_box(indexed / "corpus/002.off", (9, 9, 1))
    assert run("index", "corpus").exit_code == 0
    later = rows()
    assert later["000.off"] == now["000.off"] and later["003.off"] == now["003.off"]
    assert {**later["renamed.off"], "path": ""} == {**now["001.off"], "path": ""}
    assert later["002.off"] == {"path": "002.off", "label": None, CONFIDENCE: None, KINDS: None}


def test_names_of_a_list_have_the_kinds_that_the_vocabulary_knows(indexed: Path):
    assert run("label", *ANY, "--write").exit_code == 0
    assert "4 labels written." in run("label", "--names", "armchair,flurble", "--write", "--overwrite").stderr
    kinds = {"armchair": ["armchair", "chair", "seating furniture", "furniture"], "flurble": ["flurble"]}
    assert all(row[KINDS] == kinds[row["label"]] for row in rows().values())


def test_labels_that_are_given_have_their_kinds(indexed: Path):
    (indexed / "corpus/000.json").write_text('{"label": "Office Chair"}')
    (indexed / "corpus/001.json").write_text('{"label": "flurble"}')
    assert run("index", "corpus").exit_code == 0
    now = rows()
    assert now["000.off"][KINDS] == ["office chair", "chair", "seating furniture", "furniture"]
    assert now["001.off"][KINDS] == ["flurble"] and now["002.off"][KINDS] is None
    (indexed / "corpus/000.json").unlink()
    assert run("index", "corpus").exit_code == 0 and rows()["000.off"][KINDS] is None


def test_prompts_of_ones_own(indexed: Path):
    usual = json.loads(run("label", *ANY, "--json").stdout)["items"]
    same = json.loads(run("label", *ANY, "--template", "{}", "--template", "a 3d model of a {}", "--json").stdout)
    other = json.loads(run("label", *ANY, "--template", "{}", "--json").stdout)
    assert same["items"] == usual and [row["score"] for row in other["items"]] != [row["score"] for row in usual]


def test_a_column_of_the_corpus_that_is_called_so_gets_another_name(indexed: Path):
    Path("table.csv").write_text(f"path,{KINDS}\n000.off,mine\n")
    assert run("index", "corpus", "--metadata", "table.csv").exit_code == 0
    assert run("label", *ANY, "--write").exit_code == 0
    snapshot = Snapshot.open(".retriever")
    row = snapshot.take(snapshot.rows_of([json.loads(run("items", "--json").stdout)["items"][0]["id"]])).to_pylist()[0]
    assert row[f"table_{KINDS}"] == "mine" and row[KINDS][0] == row["label"]


def test_each_look_of_a_watch_names_what_lost_its_label(indexed: Path, monkeypatch: pytest.MonkeyPatch):
    sidecar, named, looks = indexed / "corpus/000.json", list[int](), iter(range(2))

    def pause(_: float) -> None:
        if next(looks, None) is None:
            raise KeyboardInterrupt
        sidecar.unlink(missing_ok=True)

    def name(folder: Path, _: object) -> int:
        snapshot = Snapshot.open(folder)
        named.append(len(snapshot) - snapshot.take(np.flatnonzero(snapshot.live), ["label"]).column(0).null_count)
        return 0

    sidecar.write_text('{"label": "chair"}')
    monkeypatch.setattr("cli.watching.time", SimpleNamespace(sleep=pause, monotonic=time.monotonic))
    monkeypatch.setattr("indexer.labelling.label_unnamed", name)
    assert run("index", "corpus", "--label", "--watch", "0.1").exit_code == 0
    assert named == [1, 0], "after the first run, and after the look that found it gone"


def test_a_run_with_label_that_reads_no_file_says_which(tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/broken.off").write_text("OFF\n3 1 0\n")
    done = run("index", tmp_path / "corpus", "--index", tmp_path / "index", "--label")
    assert done.exit_code == 3 and "nothing was indexed" in done.stderr and "broken.off" in done.stderr
