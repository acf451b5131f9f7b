"""The command line, in this process: what is printed where, and the exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from small_corpus import write_bad, write_box, write_boxes
from typer.testing import CliRunner, Result

from cli.main import app
from cli.output import printable
from retriever import __version__

COMMANDS = ("index", "query", "status", "remove", "compact", "demo")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Boxes in two class folders, in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    for name, size in {"tall/a.off": (1, 9, 1), "tall/b.off": (1, 7, 1), "flat/c.off": (9, 1, 9)}.items():
        write_box(tmp_path / "corpus" / name, size)
    return tmp_path / "corpus"


@pytest.fixture
def indexed(corpus: Path) -> Path:
    assert run("index", corpus).exit_code == 0
    return corpus


def rows(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return [line.split("\t") for line in result.stdout.splitlines()]


def test_version():
    assert run("--version").stdout == f"retriever {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_that_name_the_command(command: str):
    text = run(command, "--help").stdout
    assert "Examples" in text and f"retriever {command} " in text


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_no_type_beside_a_flag(command: str):
    assert "bool" not in run(command, "--help").stdout and "bool" not in run("--help").stdout


def test_help_lists_every_command_and_no_arguments_show_it():
    shown = run("--help").stdout
    assert all(f" {command} " in shown for command in COMMANDS)
    assert all(f" {command} " in run().output for command in COMMANDS)


@pytest.mark.parametrize("heavy", ["torch", "numpy", "pyarrow", "duckdb", "trimesh", "faiss"])
def test_help_imports_nothing_heavy(heavy: str):
    code = (
        "import sys; from typer.testing import CliRunner; from cli.main import app\n"
        "CliRunner().invoke(app, ['--help']); CliRunner().invoke(app, ['query', '--help'])\n"
        f"sys.exit({heavy!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_index_reports_on_stderr_only(corpus: Path):
    done = run("index", corpus)
    assert done.exit_code == 0 and done.stdout == ""
    assert ".retriever: 3 embedded, 0 unchanged" in done.stderr
    again = run("index", corpus)
    assert "0 embedded, 3 unchanged" in again.stderr
    assert run("index", corpus, "--quiet").stderr == ""


def test_failures_are_summed_up_and_listed(corpus: Path):
    bad = write_bad(corpus / "bad")
    (corpus / "bad" / "new\nline.obj").write_bytes(b"")
    done = run("index", corpus, "--quiet")
    assert done.exit_code == 3
    assert f"failed {len(bad) + 1}:" in done.stderr and "more, see: retriever status --failures" in done.stderr
    listed = {Path(path).name: (kind, message) for kind, path, message in rows(run("status", "--failures"))}
    assert listed["empty.obj"][0] == "empty" and "export it again" in listed["empty.obj"][1]
    assert r"new\nline.obj" in listed and len(listed) == len(bad) + 1
    named = run("index", corpus, "--index", "my own.retriever")
    assert "see: retriever status --failures --index 'my own.retriever'" in named.stderr
    assert "--failures --index 'my own.retriever'" in run("status", "--index", "my own.retriever").stdout
    told = json.loads(run("status", "--failures", "--json").stdout)
    assert told["failures"] == len(told["failed"]) == len(bad) + 1


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


def test_missing_and_empty_folders(corpus: Path, tmp_path: Path):
    missing = run("index", tmp_path / "nowhere")
    assert missing.exit_code == 2 and missing.stderr.startswith("error: ") and "nowhere" in missing.stderr
    (tmp_path / "void").mkdir()
    empty = run("index", tmp_path / "void")
    assert empty.exit_code == 1 and "glb" in empty.stderr and "void" in empty.stderr
    assert not (tmp_path / ".retriever").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["query", "--text", "x", "--index", "nowhere"], 1, "nowhere"),
        (["query", "--text", "x", "--where", "no_such_column = 1"], 2, "no_such_column"),
        (["query", "--text", "x", "--where", "1 = 1; drop table items"], 2, "drop table"),
        (["query", "--text", "x", "--json", "--csv"], 2, "--json, --csv, --parquet and --html"),
        (["query", "--text", "x", "--html", "hits.html", "--parquet", "hits.parquet"], 2, "--html exclude each other"),
        (["query", "--shape", "nowhere.obj"], 2, "nowhere.obj"),
        (["query", "--id", "0123"], 2, "0123"),
        (["query", "shape:"], 2, "shape:"),
        (["query", "--to", "any"], 2, "nothing to look for"),
        (["query", "text:a + (text:b"], 2, "The ( opened here is never closed"),
        (["query", "--text", "x", "--combine", "slerp"], 2, "--combine slerp lies between two"),
        (["query", "--text", "x", "--minus", "divide"], 2, "divide"),
        (["query", "--text", "x", "--diverse", "2"], 2, "--diverse 2"),
        (["query", "--text", "x", "--min-confidence", "2"], 2, "--min-confidence 2"),
        (["query", "--vector", "nowhere.npy"], 2, "nowhere.npy"),
        (["query", "--like", "nowhere.obj"], 2, "nowhere.obj"),
        (["query", "--text", "x", "--explain", "--csv"], 2, "--explain goes with --json or the table"),
        (["query", "--image", "nowhere.png"], 2, "nowhere.png does not exist"),
        (["query", "audio:corpus/tall/a.off"], 2, "ask with shape:"),
        (["query", "--text", "x", "-k", "0"], 2, "-k"),
        (["query", "--text", "x", "--to", "smell"], 2, "smell"),
        (["remove"], 2, ""),
        (["remove", "--dry-run"], 2, "--where"),
        (["remove", "no/such/place"], 2, "no/such/place"),
        (["frobnicate"], 2, "frobnicate"),
        (["index", ".", "--up", "x"], 2, "--up"),
        (["index", "corpus", "--space", "maxi"], 1, "maxi"),
        (["index", "corpus", "--metadata", "nowhere.csv"], 2, "nowhere.csv"),
        (["index", ""], 2, "empty"),
        (["index", "corpus", "--index", ""], 2, "empty"),
        (["index", ".retriever"], 2, "is an index"),
        (["index", "/dev/null"], 2, "/dev/null"),
        (["index", "corpus", "--wrkers", "2"], 2, "--workers"),
        (["query", "two", "words"], 2, "quotes"),
        (["query", "--shape", "corpus/tall/a.off", "x", "corpus/tall/b.off"], 2, "again before each further file"),
        (["query", "--parquet"], 2, "requires an argument; see: retriever query --help"),
        (["query", "--", "-text:chair", "-k", "2"], 2, "(-k 2): put options before --; see: retriever query --help"),
        (["query", "x", "--where", "lable = 'tall'"], 2, "did you mean 'label'"),
        (["query", "x", "--parquet", "-"], 2, "--parquet -: this goes into a file"),
        (["query", "x", "--parquet", "nowhere/hits.parquet"], 2, "there is no folder nowhere."),
        (["query", "x", "--html", "-"], 2, "ends in .html or .htm, not -"),
        (["query", "x", "--html", "corpus/tall/a.off"], 2, "ends in .html or .htm, not corpus/tall/a.off"),
        (["query", "x", "--html", "nowhere/hits.html"], 2, "there is no folder nowhere."),
        (["query", "--text", "x", "--explain", "--html", "hits.html"], 2, "--explain goes with --json or the table"),
        (["query", "--batch", "-", "--html", "hits.html"], 2, "--html shows the hits of one query; leave --batch out"),
        (["--nope"], 2, "--nope"),
        (["demo", "corpus/tall/a.off"], 1, "corpus/tall/a.off"),
    ],
)
def test_errors_name_the_fault_and_never_show_a_traceback(indexed: Path, arguments: list[str], code: int, says: str):
    done = run(*arguments)
    assert done.exit_code == code, done.output
    assert says in done.output and "Traceback" not in done.output
    assert done.stdout == "" or arguments == ["remove"]
    assert arguments == ["remove"] or (done.stderr.startswith("error: ") and len(done.stderr.splitlines()) <= 3)


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


def test_debug_shows_the_traceback(indexed: Path):
    done = run("--debug", "query", "--id", "0123")
    assert type(done.exception).__name__ == "UnknownItem"


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
    assert run("query", 'text:"tall box" - text:"flat box"').stderr == ""
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
    assert nothing.exit_code == 0 and nothing.stdout == "" and "No item qualifies." in nothing.stderr


def test_csv_and_parquet(indexed: Path, tmp_path: Path):
    told = run("query", "--text", "box", "--csv", "-k", 2).stdout
    assert [row["rank"] for row in csv.DictReader(io.StringIO(told))] == ["1", "2"]
    done = run("query", "--text", "box", "--parquet", "hits.parquet", "-k", 2)
    assert done.stdout == "" and "hits.parquet" in done.stderr
    assert pq.read_table(tmp_path / "hits.parquet").column("rank").to_pylist() == [1, 2]


def test_index_folder_from_option_environment_and_above(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert run("index", corpus, "--index", "other.retriever").exit_code == 0
    assert run("status").exit_code == 1
    assert run("status", "--index", "other.retriever").exit_code == 0
    monkeypatch.setenv("RETRIEVER_INDEX", str(tmp_path / "other.retriever"))
    assert run("status").exit_code == 0
    monkeypatch.delenv("RETRIEVER_INDEX")
    assert run("index", corpus).exit_code == 0
    monkeypatch.chdir(corpus / "tall")
    assert run("status").exit_code == 0


def test_the_index_that_the_environment_names_is_not_written_and_that_is_said(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RETRIEVER_INDEX", "my parts.retriever")
    told = run("index", corpus).stderr.splitlines()
    assert told[0] == (
        "note: this writes .retriever here, not 'my parts.retriever' of $RETRIEVER_INDEX, which queries take; "
        "--index 'my parts.retriever' would write that."
    )
    assert Path(".retriever").is_dir() and not Path("my parts.retriever").exists()
    for arguments in (["--quiet"], ["--index", ".retriever"], ["--index", "my parts.retriever"]):
        assert "note:" not in run("index", corpus, *arguments).stderr
    for same in (".retriever", str(tmp_path / "corpus" / ".." / ".retriever"), ""):
        monkeypatch.setenv("RETRIEVER_INDEX", same)
        assert "note:" not in run("index", corpus).stderr


def test_a_run_that_reads_nothing_says_so(corpus: Path, tmp_path: Path):
    bad = write_bad(tmp_path / "bad")
    for _ in range(2):
        done = run("index", tmp_path / "bad")
        assert done.exit_code == 3
        assert f"  nothing was indexed: none of its {len(bad)} files could be read" in done.stderr
    one = run("index", tmp_path / "bad" / "empty.obj", "--index", "one.retriever")
    assert one.exit_code == 3 and "its only file could not be read" in one.stderr
    (corpus / "broken.obj").write_bytes(b"")
    for _ in range(2):
        some = run("index", corpus)
        assert some.exit_code == 3 and "nothing was" not in some.stderr and "failed 1:" in some.stderr


def test_status_counts_rows_that_are_dead_apart(indexed: Path):
    assert run("remove", "tall/a.off").exit_code == 0
    assert run("label", "--names", "high,low", "--write", "--overwrite").exit_code == 0  # supersedes both rows
    facts, told = dict(row[:2] for row in rows(run("status"))), json.loads(run("status", "--json").stdout)
    assert facts["items"] == "2 shape" and told["items"] == {"shape": 2} and told["deleted"] == 3
    assert re.fullmatch(r"3, about [\d.]+ KiB on disk; give it back with: retriever compact", facts["deleted rows"]), (
        facts
    )
    at = "status", "--index", ".retriever"
    assert "give it back with: retriever compact --index .retriever" in run(*at).stdout
    before = sum(path.stat().st_size for path in Path(".retriever/segments").rglob("*") if path.is_file())
    assert 0.3 * before < told["freeable"] < before
    assert run("compact").exit_code == 0
    facts, told = dict(row[:2] for row in rows(run("status"))), json.loads(run("status", "--json").stdout)
    assert facts["items"] == "2 shape" and facts["deleted rows"] == "0" and told["freeable"] == 0


def test_status(indexed: Path):
    facts = dict(row[:2] for row in rows(run("status")))
    assert facts["items"] == "3 shape" and facts["space"] == "mini" and facts["failures"] == "0"
    assert facts["root"] == f"corpus: {indexed}"
    told = json.loads(run("status", "--json").stdout)
    assert told["items"] == {"shape": 3} and told["roots"] == {"corpus": str(indexed)}


def test_remove_by_path_id_and_filter(indexed: Path):
    assert [path for _, path in rows(run("remove", "tall/", "--dry-run"))] == ["tall/a.off", "tall/b.off"]
    assert len(rows(run("query", "--text", "box"))) == 3
    assert [path for _, path in rows(run("remove", "tall", "--where", "extent[2] > 8"))] == ["tall/a.off"]
    id = rows(run("query", "--text", "box", "--where", "path = 'tall/b.off'"))[0][2]
    done = run("remove", id)
    assert rows(done) == [[id, "tall/b.off"]] and "1 items removed." in done.stderr
    assert [path for _, path in rows(run("remove", indexed / "flat"))] == ["flat/c.off"]
    assert run("query", "--text", "box").exit_code == 1
    assert "3 embedded" in run("index", indexed).stderr


def test_a_corpus_that_moved_is_told_how_to_leave_its_old_place(indexed: Path, tmp_path: Path):
    assert "not there now" not in run("index", indexed).stderr
    indexed.rename(tmp_path / "moved")
    said = run("index", "moved").stderr
    assert f"{indexed} is not there now; if it moved, `retriever remove {indexed}`" in said
    assert run("remove", indexed).exit_code == 0
    assert {row[5] for row in rows(run("query", "x"))} == {"tall/a.off", "tall/b.off", "flat/c.off"}


def test_remove_here_means_the_folder_not_everything(indexed: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(indexed / "tall")
    assert [path for _, path in rows(run("remove", ".", "--dry-run"))] == ["tall/a.off", "tall/b.off"]


def test_compact_frees_disk(corpus: Path, tmp_path: Path):
    write_boxes(corpus / "many", 40)
    run("index", corpus)
    run("remove", "many/")
    before = sum(path.stat().st_size for path in (tmp_path / ".retriever").rglob("*") if path.is_file())
    done = run("compact")
    assert done.exit_code == 0 and done.stdout == "" and "freed" in done.stderr
    assert sum(path.stat().st_size for path in (tmp_path / ".retriever").rglob("*") if path.is_file()) < before
    assert len(rows(run("query", "--text", "box"))) == 3


def test_versions_are_told_and_go_with_a_compaction(indexed: Path, tmp_path: Path):
    assert "kept" not in dict(row[:2] for row in rows(run("status")))
    run("remove", "tall/a.off")
    run("remove", "flat/")
    told = json.loads(run("status", "--json").stdout)["versions"]
    numbers = [each["version"] for each in told]
    assert [each["rows"] for each in told] == [3, 2, 1] and all(each["updated"] for each in told)
    assert dict(row[:2] for row in rows(run("status")))["kept"] == f"3 versions, {numbers[0]} to {numbers[-1]}"
    assert run("compact", "--keep", "2").exit_code == 0
    told = json.loads(run("status", "--json").stdout)["versions"]
    assert [each["version"] for each in told] == [numbers[-1], numbers[-1] + 1]
    assert run("compact").exit_code == 0
    assert len(json.loads(run("status", "--json").stdout)["versions"]) == 1
    refused = run("compact", "--keep", "0")
    assert refused.exit_code == 2 and "--keep" in refused.stderr


def test_control_characters_never_reach_the_terminal(corpus: Path):
    write_box(corpus / "tall/\x1b[31mred\n.off", (1, 5, 1))
    run("index", corpus)
    done = run("query", "--text", "box")
    assert r"tall/\x1b[31mred\n.off" in done.stdout and "\x1b" not in done.stdout
    assert len(done.stdout.splitlines()) == 4


def test_printable_keeps_what_people_read():
    assert printable("größe ☃ 椅子") == "größe ☃ 椅子"
    assert printable("a\tb\x00\x7f\u202e\udce9") == r"a\tb\x00\x7f\u202e\udce9"


def test_demo_writes_a_corpus_that_can_be_indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    done = run("demo", "shapes", "--per-kind", 1)
    assert done.exit_code == 0 and "retriever index shapes" in done.stderr
    assert re.search(r"^\d+ shapes, \d+ pictures and \d+ sounds written to shapes;", done.stderr, re.MULTILINE)
    indexed = run("index", "shapes")
    assert indexed.exit_code == 0 and " 0 embedded" not in indexed.stderr


def test_terms_that_cannot_be_centred_are_named(indexed: Path):
    done = run("query", "--text", "a box", "--center", "-k", 1)
    assert done.exit_code == 0
    assert "not centred, as the index holds none: text" in done.stderr
    assert "not centred" not in run("query", "--text", "a box", "-k", 1).stderr
