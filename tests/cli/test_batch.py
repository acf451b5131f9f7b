"""``query --batch``, ``--exact`` and ``--as-of``: files of queries, their answers in every form, and lines at fault."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import simple_space
from commands import run

import retriever
from cli import batch


@pytest.fixture
def indexed(corpus: Path) -> Path:
    """The working folder of an indexed corpus."""
    assert run("index", corpus).exit_code == 0
    return corpus.parent


QUERIES = [
    {"text": "a box"},
    {"shape": "corpus/tall/a.off", "minus_text": ["red", "old"], "k": 1},
    {"expression": 'text:"a box" - 0.5*text:red', "where": "label = 'tall'", "to": "any"},
    {"text": "a box", "where": "label = 'sofa'"},
]


@pytest.fixture
def queries(indexed: Path) -> Path:
    """A file of them, with an empty line before the third."""
    lines = [json.dumps(query) for query in QUERIES]
    (indexed / "queries.jsonl").write_text("\n".join([*lines[:2], "", *lines[2:]]) + "\n")
    return indexed / "queries.jsonl"


LINES = [1, 2, 4, 5]


def test_a_line_of_json_a_query(queries: Path):
    done = run("query", "--batch", queries, "-k", 2)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.exit_code, done.stderr) == (0, "")
    assert [one["number"] for one in told] == LINES
    assert [one["count"] for one in told] == [2, 1, 2, 0]
    assert list(told[0]) == ["number", "query", "space", "count", "hits"]
    assert run("query", "--batch", queries, "-k", 2, "--json").stdout == done.stdout
    assert run("query", "--batch", "-", "-k", 2, given=queries.read_text()).stdout == done.stdout


@pytest.mark.parametrize("together", [1, 2, 256])
def test_the_answers_are_those_of_single_queries(queries: Path, monkeypatch: pytest.MonkeyPatch, together: int):
    monkeypatch.setattr(batch, "TOGETHER", together)
    told = [json.loads(line) for line in run("query", "--batch", queries, "--to", "shape").stdout.splitlines()]
    single = [
        run("query", "--text", "a box"),
        run("query", "--shape", "corpus/tall/a.off", "--minus-text", "red", "--minus-text", "old", "-k", 1),
        run("query", 'text:"a box" - 0.5*text:red', "--where", "label = 'tall'", "--to", "any"),
        run("query", "--text", "a box", "--where", "label = 'sofa'"),
    ]
    assert [run("query", "x", "--json").exit_code, *(one.exit_code for one in single)] == [0] * 5
    for one, alone in zip(told, single, strict=True):
        ids = [line.split("\t")[2] for line in alone.stdout.splitlines()]
        assert [hit["id"] for hit in one["hits"]] == ids


def test_one_table_of_all_hits(queries: Path):
    done = run("query", "--batch", queries, "--parquet", "hits.parquet", "--where", "label = 'flat'")
    assert done.stdout == "" and "4 hits of 4 queries written to hits.parquet" in done.stderr
    table = pq.read_table("hits.parquet")
    assert table.column_names[:4] == ["query", "rank", "score", "id"]
    assert table.column("query").to_pylist() == [1, 2, 4, 4]
    told = csv.DictReader(io.StringIO(run("query", "--batch", queries, "--csv", "--where", "label = 'flat'").stdout))
    rows = list(told)
    assert [row["query"] for row in rows] == ["1", "2", "4", "4"] and [row["rank"] for row in rows] == [
        "1",
        "1",
        "1",
        "2",
    ]
    assert [row["id"] for row in rows] == table.column("id").to_pylist()
    assert told.fieldnames == table.column_names


@pytest.mark.parametrize("together", [1, 256])
def test_a_table_of_no_hits_still_has_its_columns(queries: Path, monkeypatch: pytest.MonkeyPatch, together: int):
    monkeypatch.setattr(batch, "TOGETHER", together)
    queries.write_text('{"text": "x"}\n{"text": "y"}\n')
    assert run("query", "--batch", queries, "--where", "false", "--parquet", "none.parquet").exit_code == 0
    table = pq.read_table("none.parquet")
    assert len(table) == 0 and table.column_names[0] == "query"
    assert run("query", "--batch", queries, "--where", "false", "--csv").stdout == ",".join(table.column_names) + "\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"a chair", "queries.jsonl, line 3 is no JSON ("),
        (b'"a chair"', "line 3 is no JSON object; write one JSON object a line, such as {"),
        (b"\xff{}", "line 3 is no JSON ("),
        (b"[" * 100_000, "line 3 is no JSON ("),
        (b"{}", "line 3: There is nothing to look for"),
        (b'{"text": ""}', "line 3: The text term is empty"),
        (b'{"txet": "x"}', "line 3: A query has no 'txet'; its keys are query, expression, text, "),
        (b'{"txet": "x"}', "minus_vector, like, unlike, k, to, "),
        (b'{"text": 5}', "line 3: text takes a string"),
        (b'{"text": "x", "k": 0}', "line 3: k is 0: ask for 1 to 10,000 hits."),
        (b'{"text": "x", "k": NaN}', "line 3: k is nan"),
        (b'{"text": "x", "k": "5"}', "line 3: k is '5', of type str: give a whole number such as 5, without quotes."),
        (b'{"text": "x", "k": true}', "line 3: k is True, of type bool: give a whole number"),
        (b'{"text": "x", "query": ["a"]}', 'line 3: "query" is the name of a query, a string, and not of type list'),
        (b'{"text": "x", "to": ["shape"]}', "line 3: --to ['shape']: choose one of"),
        (b'{"text": "x", "where": "lable = 1"}', "line 3: The filter"),
        (
            b'{"text": "x", "where": "label = \'\\ud800\'"}',
            "line 3: The filter \"label = '\\ud800'\" is not valid UTF-8",
        ),
        (b'{"text": "x", "where": 1}', "line 3: where must be a string"),
        (b'{"id": "0123"}', "line 3: The index"),
        (b'{"shape": "nowhere.obj"}', "line 3: --shape nowhere.obj"),
        (b'{"expression": "txt:a"}', "line 3: There is no kind 'txt'"),
        (b'{"terms": [["text", "x"]]}', 'line 3: "terms" is for Python'),
    ],
)
@pytest.mark.parametrize("form", ["--json", "--csv", "--parquet"])
def test_a_line_at_fault_is_named(queries: Path, monkeypatch: pytest.MonkeyPatch, line: bytes, says: str, form: str):
    monkeypatch.setattr(batch, "TOGETHER", 1)
    queries.write_bytes(b'{"text": "x"}\n\n' + line + b'\n{"text": "y"}\n')
    done = run("query", "--batch", "queries.jsonl", form, *(["hits.parquet"] if form == "--parquet" else []))
    assert done.exit_code == 2, done.output
    assert says in done.stderr and done.stderr.startswith("error: queries.jsonl, line 3")
    assert "Traceback" not in done.output and len(done.stderr.splitlines()) <= 3
    assert not Path("hits.parquet").exists(), "nothing unfinished is left"


def test_the_name_of_a_query_is_passed_through(queries: Path):
    queries.write_text('{"query": "q1", "text": "x"}\n{"query": 7, "text": "x"}\n{"text": "x"}\n')
    told = [json.loads(line) for line in run("query", "--batch", queries).stdout.splitlines()]
    assert [one.get("name") for one in told] == ["q1", 7, None]
    assert [list(one)[:3] for one in told[::2]] == [["number", "name", "query"], ["number", "query", "space"]]
    assert told[0]["query"] == [{"modality": "text", "source": "x", "weight": 1.0}]


def test_a_query_that_asks_nothing_else_is_the_expression(queries: Path):
    queries.write_text('{"query": "a box"}\n{"query": "text:old - 0.5*text:red", "k": 1, "to": "any"}\n{"query": 7}\n')
    done = run("query", "--batch", queries, "--keep-going")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    single = [run("query", "a box", "--json"), run("query", "text:old - 0.5*text:red", "-k1", "--to", "any", "--json")]
    assert [{key: one[key] for key in one if key != "number"} for one in told[:2]] == [
        json.loads(one.stdout) for one in single
    ]
    assert "There is nothing to look for" in told[2]["error"], "a number is a name and no words"
    queries.write_text('{"query": "text:old -"}\n')
    assert "queries.jsonl, line 1" in run("query", "--batch", queries).stderr


@pytest.mark.parametrize("together", [1, 2, 256])
def test_what_is_at_fault_is_told_and_the_others_answered(
    queries: Path, monkeypatch: pytest.MonkeyPatch, together: int
):
    monkeypatch.setattr(batch, "TOGETHER", together)
    queries.write_text(
        '{"text": "x"}\nno JSON\n{"query": "q3", "id": "0123456789abcdef"}\n\n{"text": "y", "where": "lable = 1"}\n'
        '{"text": "y", "k": 0}\n{"text": "y"}\n'
    )
    done = run("query", "--batch", queries, "--keep-going")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 3 and done.stderr == "4 lines could not be answered; the error of each says why.\n"
    assert [one["number"] for one in told] == [1, 2, 3, 5, 6, 7]
    assert [one.get("count") for one in told] == [3, None, None, None, None, 3]
    assert told[2]["name"] == "q3" and "line 3: The index" in told[2]["error"]
    queries.write_text('{"text": "x"}\n')
    assert run("query", "--batch", queries, "--keep-going").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["queries.jsonl", "--keep-going", "--csv"], "--keep-going goes with --batch and JSON"),
        (["nowhere.jsonl"], "--batch nowhere.jsonl: No such file or directory; give a file of queries, or -."),
        (["corpus"], "--batch corpus: Is a directory"),
        (["empty.jsonl"], "empty.jsonl holds no query; write one JSON object a line"),
        (["queries.jsonl", "--text", "x"], "--batch takes its terms from the file"),
        (["queries.jsonl", "a chair"], "--batch takes its terms from the file"),
        (["queries.jsonl", "--csv", "--json"], "--json, --csv, --parquet and --html"),
        (["queries.jsonl", "--parquet", "-"], "--parquet -: this goes into a file, and - is none; name one"),
        (["queries.jsonl", "--parquet", "corpus"], "--parquet corpus is a folder; give a file"),
        (["queries.jsonl", "--parquet", "no/where.parquet"], "there is no folder no."),
        (["queries.jsonl", "--parquet", "queries.jsonl"], "--parquet queries.jsonl is read, too; choose"),
        (["queries.jsonl", "--parquet", "link.jsonl"], "--parquet link.jsonl is read, too"),
        (["queries.jsonl", "--as-of", "99"], "99"),
        (["queries.jsonl", "--where", "label = '\udcff'"], "is not valid UTF-8; type it again"),
    ],
)
def test_options_at_fault(queries: Path, arguments: list[str], says: str):
    Path("empty.jsonl").write_text("\n \n")
    Path("link.jsonl").symlink_to("queries.jsonl")
    before = queries.read_bytes()
    done = run("query", "--batch", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr and "Traceback" not in done.output
    assert queries.read_bytes() == before


def test_queries_on_standard_input_are_not_overwritten(queries: Path):
    before, ask = (
        queries.read_bytes(),
        [sys.executable, simple_space.__file__, "query", "--batch", "-", "--parquet", queries.name],
    )
    with queries.open("rb") as given:
        done = subprocess.run(ask, stdin=given, capture_output=True, text=True)
    assert done.returncode == 2 and "queries.jsonl is there, and nothing that this option has written" in done.stderr
    assert queries.read_bytes() == before


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_what_ends_a_batch_leaves_the_older_table(indexed: Path, how: signal.Signals):
    assert run("query", "--text", "old", "--parquet", "hits.parquet").exit_code == 0
    before = Path("hits.parquet").read_bytes()
    ask = [sys.executable, simple_space.__file__, "query", "--batch", "-", "--parquet", "hits.parquet", "-k", "1"]
    # Where the tests run in the background of a script, Ctrl-C is ignored by all its children.
    usual = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(ask, stdin=subprocess.PIPE, stderr=subprocess.PIPE, **usual) as process:
        assert process.stdin
        process.stdin.write(b'{"text": "x"}\n' * batch.TOGETHER + b"\n")
        process.stdin.flush()
        until = time.monotonic() + 300
        while not Path("hits.parquet.tmp").exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert Path("hits.parquet.tmp").exists()
        process.send_signal(how)
        process.wait(300)
    assert Path("hits.parquet").read_bytes() == before
    assert process.returncode == {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGKILL: -9}[how]
    assert how == signal.SIGKILL or not Path("hits.parquet.tmp").exists()


def test_a_table_by_way_of_a_link_or_into_a_device(queries: Path):
    Path("real.parquet").write_text("old")
    Path("link.parquet").symlink_to("real.parquet")
    assert run("query", "--batch", queries, "--parquet", "link.parquet").exit_code == 0
    assert Path("link.parquet").is_symlink() and len(pq.read_table("real.parquet"))
    assert run("query", "--batch", queries, "--parquet", "/dev/null").exit_code == 0
    assert not Path("/dev/null").is_file()


def test_no_query_of_standard_input(indexed: Path):
    assert "standard input holds no query" in run("query", "--batch", "-", given="").stderr
    assert "error: standard input, line 1 is no JSON" in run("query", "--batch", "-", given="x").stderr


def test_exact_finds_the_same_where_every_search_is(queries: Path):
    assert run("query", "a box", "--exact").stdout == run("query", "a box").stdout != ""
    assert run("query", "--batch", queries, "--exact").stdout == run("query", "--batch", queries).stdout


def test_an_earlier_version_is_asked(indexed: Path):
    version = json.loads(run("status", "--json").stdout)["version"]
    assert run("remove", "tall/").exit_code == 0
    assert len(run("query", "a box").stdout.splitlines()) == 1
    assert len(run("query", "a box", "--as-of", version).stdout.splitlines()) == 3
    gone = run("query", "a box", "--as-of", version + 99)
    assert gone.exit_code == 2 and str(version + 99) in gone.stderr and "Traceback" not in gone.output


def test_a_vector_may_be_written_as_its_numbers(queries: Path):
    vector = retriever.open().vectors(retriever.open().search(text="x", k=1)[0].id)[0].tolist()
    queries.write_text(json.dumps({"vector": vector, "k": 1}) + "\n" + json.dumps({"vector": [vector, vector], "k": 1}))
    one, two = [json.loads(line) for line in run("query", "--batch", queries).stdout.splitlines()]
    assert one["query"] == [{"modality": "vector", "source": f"<vector {len(vector)}>", "weight": 1.0}]
    assert one["hits"][0]["score"] == pytest.approx(1) and len(two["query"]) == 2
    queries.write_text('{"vector": [1, 2, "a"]}')
    assert "line 1: vector takes a string, a path, an array" in run("query", "--batch", queries).stderr
