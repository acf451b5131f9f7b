"""``retriever query``: hits in every form, and what is remarked on."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from commands import rows, run
from PIL import Image


def test_an_explained_answer_is_more_lines_or_a_key(indexed: Path):
    asked = ["query", "mean(shape:corpus/tall/a.off, text:tall) - text:flat", "--where", "faces > 1", "-k", "1"]
    lines = rows(run(*asked, "--explain"))
    assert [line[1] for line in lines[1:]] == [
        'mean(shape:corpus/tall/a.off, text:"tall")',
        "  of it shape:corpus/tall/a.off",
        '  of it text:"tall"',
        '-text:"flat"',
        "nearest label: tall",
        "passed by its faces",
    ]
    told = json.loads(run(*asked, "--explain", "--json").stdout)["hits"][0]["explain"]
    assert told["nearest_label"] == "tall" and list(told["passed"]) == ["faces"]
    batch = Path("queries.jsonl")
    batch.write_text('{"text": "tall", "unique": true, "combine": "rank"}\n')
    answer = json.loads(run("query", "--batch", batch, "--explain").stdout)["hits"][0]
    assert answer["explain"]["terms"][0]["term"] == 'text:"tall"' and "repeats" in answer and "fused" in answer


def test_filter_errors_are_one_line(indexed: Path):
    assert len(run("query", "--text", "x", "--where", "label = ").stderr.splitlines()) == 1


def test_expression_errors_point_at_the_column(indexed: Path):
    lines = run("query", "shape:a.obj + 2*").stderr.splitlines()
    assert lines[0].startswith("error: ") and lines[-1].strip() == "^"


@pytest.mark.parametrize("expression", ["-text:chair", "-2*(text:a)"])
def test_an_expression_that_begins_with_a_minus_is_told_where_to_go(indexed: Path, expression: str):
    refused = run("query", expression)
    assert refused.exit_code == 2 and "an expression that begins with - goes after --" in refused.stderr
    assert len(rows(run("query", "--", expression))) == 3
    assert "goes after --" not in run("query", "--nope").stderr + run("status", "-x").stderr


def test_query_rows_are_tab_separated(indexed: Path):
    found = rows(run("query", "--shape", indexed / "tall/a.off", "-k", 2))
    assert [row[0] for row in found] == ["1", "2"]
    _, score, id, modality, label, path = found[0]
    assert (score, modality, label, path) == ("1.0000", "shape", "tall", "tall/a.off") and len(id) == 16


def test_query_shows_a_share_per_term(indexed: Path):
    for row in rows(run("query", "--shape", indexed / "tall/a.off", "--minus-shape", indexed / "flat/c.off")):
        score, shares = float(row[1]), [float(cell) for cell in row[6:]]
        assert len(shares) == 2 and abs(sum(shares) - score) < 2e-4


def test_query_json_follows_the_contract(indexed: Path):
    shape = str(indexed / "tall/a.off")
    told = json.loads(run("query", "--json", "--shape", shape, "--minus-text", "red", "-k", 2).stdout)
    assert told["query"] == [
        {"modality": "shape", "source": shape, "weight": 1.0},
        {"modality": "text", "source": "red", "weight": -1.0},
    ]
    assert told["space"] == "mini" and told["count"] == 2 == len(told["hits"])
    hit = told["hits"][0]
    named = ["modality", "label", "name", "caption"]
    assert list(hit) == ["rank", "score", "id", "path", "root", "file", *named, "shares"]
    assert (hit["root"], hit["file"]) == (str(indexed), shape)
    assert hit["path"] == "tall/a.off" and abs(sum(hit["shares"]) - hit["score"]) < 1e-6


def test_expression_equals_options(indexed: Path):
    shape = indexed / "tall/a.off"
    by_options = json.loads(run("query", "--json", "--shape", shape, "--minus-text", "red").stdout)
    by_expression = json.loads(run("query", "--json", f"shape:{shape} - text:red").stdout)
    assert by_options == by_expression


def test_words_that_read_like_a_sum_are_remarked_on(indexed: Path):
    assert "--minus-text" in run("query", "tall box - flat box").stderr
    assert run("query", 'text:"tall box" - 0.3*text:"flat box"').stderr == ""
    assert run("query", "tall box").stderr == ""


def test_repeated_options_are_summed(indexed: Path):
    both = run("query", "--json", "--shape", indexed / "tall/a.off", "--shape", indexed / "flat/c.off")
    assert [term["weight"] for term in json.loads(both.stdout)["query"]] == [1.0, 1.0]


def test_query_by_id_leaves_the_item_out(indexed: Path):
    id = rows(run("query", "--shape", indexed / "tall/a.off", "-k", 1))[0][2]
    assert "tall/a.off" not in [row[5] for row in rows(run("query", "--id", id))]


def test_query_filter(indexed: Path):
    found = rows(run("query", "--text", "box", "--where", "label = 'tall'"))
    assert sorted(row[5] for row in found) == ["tall/a.off", "tall/b.off"]
    nothing = run("query", "--text", "box", "--where", "faces > 99999")
    assert nothing.exit_code == 0 and nothing.stdout == "" and nothing.stderr == "No item qualifies.\n"


def test_items_of_other_kinds_that_fulfil_a_condition_are_told(tmp_path: Path, indexed: Path):
    Image.new("RGB", (40, 40), "red").save(indexed / "red.png")
    index = tmp_path / "with pictures"
    assert run("index", indexed, "--index", index).exit_code == 0
    asked = ("query", "--index", index, "--text", "box", "--where", "width >= 40")
    told = run(*asked)
    note = "note: 1 item of another kind fulfils the condition; to find those too, add --to any\n"
    assert (told.exit_code, told.stdout, told.stderr) == (0, "", f"{note}No item qualifies.\n")
    assert len(rows(run(*asked, "--to", "any"))) == 1 and run(*asked, "--to", "shape").stderr == "No item qualifies.\n"


def test_a_minus_term_that_leaves_little_of_what_is_asked_for_is_told(indexed: Path):
    told = run("query", "--text", "a tall red box", "--minus-text", "a tall box", "-k", 1)
    assert len(rows(told)) == 1
    assert told.stderr.startswith('note: -text:"a tall box" takes most of text:"a tall red box" away, ')
    less = 'text:"a tall red box" - 0.3*text:"a tall box"'
    assert f"a smaller weight, as in {less}, or --minus project leaves more of it\n" in told.stderr
    assert run("query", less).stderr == run("query", "text:flat - text:tall").stderr == ""
    assert run("query", 'text:"a tall red box" - text:"a tall box"', "--minus", "project").stderr == ""
    assert run("query", 'text:"a tall red box" - text:"a tall box"', "--combine", "rank").stderr == ""


def test_csv_and_parquet(indexed: Path, tmp_path: Path):
    told = run("query", "--text", "box", "--csv", "-k", 2).stdout
    assert [row["rank"] for row in csv.DictReader(io.StringIO(told))] == ["1", "2"]
    done = run("query", "--text", "box", "--parquet", "hits.parquet", "-k", 2)
    assert done.stdout == "" and "hits.parquet" in done.stderr
    assert pq.read_table(tmp_path / "hits.parquet").column("rank").to_pylist() == [1, 2]


def test_terms_that_cannot_be_centred_are_named(indexed: Path):
    done = run("query", "--text", "a box", "--center", "-k", 1)
    assert done.exit_code == 0
    assert "not centred, as the index holds none: text" in done.stderr
    assert "not centred" not in run("query", "--text", "a box", "-k", 1).stderr


@pytest.mark.parametrize("option", ["--shape", "--image", "--vector", "--like"])
def test_a_tilde_before_no_user_is_a_name_as_any_other(indexed: Path, option: str):
    refused = run("query", option, "~nosuch/x.obj")
    assert refused.exit_code == 2 and "~nosuch/x.obj" in refused.stderr.splitlines()[-1]
    assert refused.stderr.startswith("error: "), refused.stderr
    Path("~nosuch").mkdir()
    Path("corpus/tall/a.off").rename("~nosuch/x.off")
    assert len(rows(run("query", "shape:~nosuch/x.off", "-k", "1"))) == 1
    Path("asked.jsonl").write_text('{"shape": "~nosuch/y.obj"}\n{"shape": "~nosuch/x.off"}\n')
    batch = run("query", "--batch", "asked.jsonl", "--keep-going", "-k", "1")
    assert batch.exit_code == 3 and [line.count("error") for line in batch.stdout.splitlines()] == [1, 0]
