"""The command line, in this process: what is printed where, and the exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import rows, run
from small_corpus import write_bad, write_box, write_boxes

from cli.output import printable
from retriever import __version__

COMMANDS = ("index", "query", "status", "remove", "compact", "demo")


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
        (["query", "--text", "x", "--expand", "1001"], 2, "--expand 1001"),
        (["query", "--text", "x", "--expand", "5", "--combine", "rank"], 2, "--combine rank searches for each term"),
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
        (
            ["query", "--shape", "corpus/tall/a.off", "x", "corpus/tall/b.off"],
            2,
            "again before each further file, as in --shape corpus/tall/b.off; a value that has spaces needs quotes",
        ),
        (["serve", "corpus/tall/b.off"], 2, "again before each further file; a value"),
        (["query", "--where", "label = 'tall'"], 2, "`retriever items --where \"label = 'tall'\"` lists items without"),
        (["query", "--to", "any"], 2, "`retriever items` lists items without one"),
        (["items", "--where", "lable = 'tall'"], 2, "did you mean 'label'"),
        (["items", "--to", "audio"], 2, "holds no audio"),
        (["items", "-k", "-1"], 2, "'-k'"),
        (["items", "--json", "--csv"], 2, "exclude each other"),
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


def test_debug_shows_the_traceback(indexed: Path):
    done = run("--debug", "query", "--id", "0123")
    assert type(done.exception).__name__ == "UnknownItem"


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


def test_check_names_damage_and_its_cure_works(indexed: Path):
    assert run("check").exit_code == 0
    facts = dict(row[:2] for row in rows(run("check")))
    assert facts["damaged"] == "nothing" and facts["read"].startswith("1 segment, ")
    path = Path(".retriever/segments/000001/vectors.npy")
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    done = run("check")
    assert done.exit_code == 1 and "damaged\t1 file" in done.stdout.splitlines()
    assert (
        f"{path} is damaged" in done.stderr
        and f"`retriever index {indexed} --index {indexed.parent / '.retriever'}`" in done.stderr
    )
    told = json.loads(run("check", "--json").stdout)
    ids = run("check", "--items").stdout.split()
    assert told["damaged"][0]["items"] == ids and len(ids) == 3
    assert run("query", "--text", "box").exit_code == 0
    for cure in (("remove", *ids), ("compact",), ("index", indexed)):
        assert run(*cure).exit_code == 0
    assert run("check").exit_code == 0 and len(rows(run("query", "--text", "box"))) == 3


def test_remove_by_path_id_and_filter(indexed: Path):
    assert [path for _, path in rows(run("remove", "tall/", "--dry-run"))] == ["tall/a.off", "tall/b.off"]
    assert len(rows(run("query", "--text", "box"))) == 3
    assert [path for _, path in rows(run("remove", "tall", "--where", "extent[2] > 8"))] == ["tall/a.off"]
    id = rows(run("query", "--text", "box", "--where", "path = 'tall/b.off'"))[0][2]
    done = run("remove", id)
    assert rows(done) == [[id, "tall/b.off"]] and "1 item removed." in done.stderr
    assert [path for _, path in rows(run("remove", indexed / "flat"))] == ["flat/c.off"]
    assert run("query", "--text", "box").exit_code == 1
    assert "3 embedded" in run("index", indexed).stderr


def test_a_corpus_that_moved_is_followed(indexed: Path, tmp_path: Path):
    before = rows(run("query", "x"))
    indexed.rename(tmp_path / "moved")
    done = run("index", "moved")
    assert done.exit_code == 0 and f"{indexed} is {tmp_path / 'moved'} now: its items moved along" in done.stderr
    assert ": 0 embedded, 3 unchanged in" in done.stderr
    assert rows(run("query", "x")) == before
    assert "now: its items" not in run("index", "moved").stderr


def test_a_folder_that_moved_with_its_index_needs_no_command(
    indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    here = tmp_path / "usb"
    here.mkdir()
    for name in (".retriever", "corpus"):
        (tmp_path / name).rename(here / name)
    monkeypatch.chdir(here)
    (hit,) = json.loads(run("query", "x", "-k", 1, "--json").stdout)["hits"]
    assert Path(hit["file"]).is_relative_to(here) and Path(hit["file"]).is_file()
    assert ["root", f"corpus: {here / 'corpus'}"] in rows(run("status"))
    assert len(rows(run("query", "--id", "corpus/tall/a.off"))) == 2
    assert rows(run("remove", "corpus/tall", "--dry-run")) == rows(run("remove", "tall", "--dry-run"))
    done = run("index", "corpus").stderr
    assert f"{indexed} is {here / 'corpus'} now: its items moved along" in done and ": 0 embedded, 3 unchanged" in done
    assert "moved along" not in run("index", "corpus").stderr


def test_a_root_that_cannot_be_looked_at_is_not_there(indexed: Path, tmp_path: Path):
    path, far = tmp_path / ".retriever/manifest.json", f"/{'x' * 300}/corpus"
    path.write_text(path.read_text().replace(str(indexed), far))
    assert ["root", f"corpus: {far} (not there now)"] in rows(run("status"))


def test_a_corpus_that_moved_in_parts_is_told_how_to_leave_its_old_place(indexed: Path, tmp_path: Path):
    assert "not there now" not in run("index", indexed).stderr
    indexed.rename(tmp_path / "deeper")
    (tmp_path / "moved").mkdir()
    (tmp_path / "deeper").rename(tmp_path / "moved/deeper")
    said = run("index", "moved").stderr
    assert f"{indexed} is not there now; if it moved, `retriever remove {indexed}`" in said
    assert run("remove", indexed).exit_code == 0
    found = {row[5] for row in rows(run("query", "x"))}
    assert found == {"deeper/tall/a.off", "deeper/tall/b.off", "deeper/flat/c.off"}


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
