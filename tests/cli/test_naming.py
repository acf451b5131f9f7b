"""What a hit shows is asked with: ids, paths, and files without an option before them."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from commands import rows, run
from PIL import Image
from small_corpus import write_box


@pytest.fixture
def indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Boxes below two roots, one path in both of them, and a picture; asked from a folder beside them."""
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    for name, size in {
        "one/tall/a.off": (1, 9, 1),
        "one/tall/b.off": (1, 7, 1),
        "one/flat/c.off": (9, 1, 9),
        "two/flat/c.off": (8, 1, 9),
        "two/my box.off": (3, 2, 1),
    }.items():
        write_box(tmp_path / name, size)
    Image.new("RGB", (40, 40), "red").save(tmp_path / "two/red.png")
    assert run("index", tmp_path / "one", tmp_path / "two", "--index", tmp_path / ".retriever").exit_code == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path


def id_of(path: str) -> str:
    """Of the only item with that path below its root."""
    asked = run("query", "--text", "x", "--to", "any", "--json", "--where", f"path = '{path}'")
    return str(json.loads(asked.stdout)["hits"][0]["id"])


@pytest.mark.parametrize("path", ["tall/a.off", "./tall/a.off", "../one/tall/a.off", "my box.off"])
def test_the_path_of_a_hit_is_an_item_as_its_id_is(indexed: Path, path: str):
    id = id_of(path.removeprefix("./").removeprefix("../one/"))
    by_id = run("query", "--id", id).stdout
    assert id not in by_id and len(by_id.splitlines()) == 4
    for arguments in (["--id", path], [f'id:"{path}"']):
        done = run("query", *arguments)
        assert (done.exit_code, done.stdout, done.stderr) == (0, by_id, "")
    assert json.loads(run("query", "--id", path, "--json").stdout)["query"] == [
        {"modality": "id", "source": path, "weight": 1.0}
    ]


@pytest.mark.parametrize("form", ["{root}/one/tall/a.off", "tall/a.off"])
def test_an_example_may_be_a_path_too(indexed: Path, form: str):
    path = form.format(root=indexed)
    asked = run("query", "--id", path).stdout
    assert run("query", "--id", f"{indexed}/one/tall/a.off").stdout == asked
    with_file = path.startswith("/")  # a file that is here is read
    assert (run("query", "--like", path).stdout == asked) is not with_file
    assert len(rows(run("query", "--like", "tall/a.off", "--unlike", "my box.off"))) == 3


def test_a_path_below_several_roots_lists_the_ids(indexed: Path):
    for arguments in (["--id", "flat/c.off"], ["--like", "flat/c.off"], ["flat/c.off"]):
        done = run("query", *arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "error: 'flat/c.off' is the path of 2 items of the index; give an id of these: " in done.stderr
        assert f"({indexed}/one)" in done.stderr and f"({indexed}/two)" in done.stderr
    id = done.stderr.partition("these: ")[2][:16]
    assert len(rows(run("query", "--id", id))) == 4
    assert len(rows(run("query", "--id", "../two/flat/c.off"))) == 4, "where it lies is not ambiguous"


@pytest.mark.parametrize("option", ["--id", "--like", "--minus-id"])
@pytest.mark.parametrize("value", ["nowhere.off", "chair", "tall", "~nobody/x.off", "x" * 5000])
def test_what_is_neither_is_told(indexed: Path, option: str, value: str):
    done = run("query", option, value)
    assert done.exit_code == 2 and f"has no item {value!r}, and there is no such file" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_paths_that_may_be_meant_are_named(indexed: Path):
    for value, meant in (("A.off", "'tall/a.off'"), ("x/a.off", "'tall/a.off'"), ("BOX", "'my box.off'")):
        assert run("query", "--id", value).stderr.endswith(f"to ask with: take {meant}.\n")
    both = run("query", "--minus-id", "c.off", "--text", "tall").stderr
    assert both.endswith("take 'flat/c.off'.\n"), "of two roots, once"


def test_accents_may_be_written_apart(indexed: Path):
    apart, composed = (unicodedata.normalize(form, "two/Bühne für Jörg.off") for form in ("NFD", "NFC"))
    write_box(indexed / apart, (5, 5, 1))
    assert run("index", indexed / "two").exit_code == 0
    asked = run("query", "--id", Path(apart).name)
    assert asked.exit_code == 0 and run("query", "--id", Path(composed).name).stdout == asked.stdout
    assert run("query", "--id", indexed / composed).stdout == asked.stdout
    assert run("remove", Path(composed).name, "--dry-run").exit_code == 0
    write_box(indexed / composed, (5, 9, 1))
    assert run("index", indexed / "two").exit_code == 0
    assert run("query", "--id", Path(composed).name).stdout != run("query", "--id", Path(apart).name).stdout


def test_an_item_without_an_option_is_asked_with_and_that_is_said(indexed: Path):
    id = id_of("tall/a.off")
    asked = run("query", "--id", id).stdout
    for words in (id, "tall/a.off", f" {id} "):
        done = run("query", words)
        name = words.strip()
        assert (done.exit_code, done.stdout) == (0, asked)
        assert done.stderr == f"note: asked with --id {name}; to search for the words, give --text {name}\n"
        as_words = run("query", "--text", words)
        assert as_words.stderr == "" and len(rows(as_words)) == 5
    for words in ("0123456789abcdef", "tall/z.off"):
        absent = run("query", words)
        assert absent.stderr == f"note: there is no file and no item {words}, so that was searched as words\n"
        assert len(rows(absent)) == 5
    for folder in (str(indexed), "./", "../"):
        said = run("query", folder).stderr
        assert said == f"note: {folder} is a folder, and was searched as words; to ask with a file of it, name that\n"
    assert run("query", indexed.name).stderr == "", "a bare name reads as words"
    together = json.loads(run("query", id, "--minus-text", "red", "--json").stdout)["query"]
    assert [term["modality"] for term in together] == ["id", "text"]


def test_a_line_of_a_batch_names_items_likewise(indexed: Path):
    lines = [{"expression": "tall/a.off"}, {"id": "tall/b.off"}, {"text": "tall/a.off"}, {"like": ["my box.off"]}]
    Path("queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    told = [json.loads(line) for line in run("query", "--batch", "queries.jsonl").stdout.splitlines()]
    assert [one["query"][0]["modality"] for one in told] == ["id", "id", "text", "id"]
    Path("queries.jsonl").write_text('{"text": "x"}\n{"expression": "flat/c.off"}\n')
    assert (
        "error: queries.jsonl, line 2: 'flat/c.off' is the path of 2" in run("query", "--batch", "queries.jsonl").stderr
    )


def test_a_file_without_an_option_is_asked_with_by_its_suffix(indexed: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(indexed)
    for kind, name in {"shape": "two/my box.off", "image": "two/red.png"}.items():
        quoted = f"'{name}'" if " " in name else name
        done = run("query", name)
        assert done.stdout == run("query", f"--{kind}", name).stdout != ""
        assert done.stderr == f"note: asked with --{kind} {quoted}; to search for the words, give --text {quoted}\n"
    two = run("query", "--shape", "one/tall/a.off", "one/tall/b.off", "--json")
    assert [term["source"] for term in json.loads(two.stdout)["query"]] == ["one/tall/b.off", "one/tall/a.off"]


@pytest.mark.parametrize("name", ["notes.txt", "table.csv"])
def test_a_file_that_no_term_reads_is_refused(indexed: Path, name: str):
    Path(name).write_text("a chair")
    done = run("query", name)
    assert done.exit_code == 2 and f"error: {name} is a file, and none of 3D, a picture or a sound" in done.stderr
    assert len(rows(run("query", f"text:{name}"))) == 5


def test_hits_of_several_roots_say_where_each_lies(indexed: Path):
    asked = ["query", "--text", "x", "--where", "path = 'flat/c.off'"]
    files = {f"{indexed}/one/flat/c.off", f"{indexed}/two/flat/c.off"}
    found = rows(run(*asked))
    assert {row[5] for row in found} == files
    for row in found:
        assert run("query", "--id", row[5]).stdout == run("query", "--id", row[2]).stdout
    told = json.loads(run(*asked, "--json").stdout)["hits"]
    Path("queries.jsonl").write_text('{"text": "x"}')
    batch = json.loads(run("query", "--batch", "queries.jsonl", *asked[3:]).stdout)["hits"]
    for hits in (told, batch):
        assert {hit["file"] for hit in hits} == files and {hit["path"] for hit in hits} == {"flat/c.off"}
        assert {hit["root"] for hit in hits} == {f"{indexed}/one", f"{indexed}/two"}


def test_a_file_called_by_a_code_goes_by_its_folder(indexed: Path):
    write_box(indexed / "two/sofas/old/m1561.off", (1, 2, 3))
    write_box(indexed / "two/m1562.off", (1, 2, 3))
    assert run("index", indexed / "one", indexed / "two", "--index", indexed / ".retriever").exit_code == 0
    what = {row[5].rsplit("/")[-1]: row[4] for row in rows(run("query", "--text", "x", "--where", "label is null"))}
    assert [what[name] for name in ("m1561.off", "m1562.off", "my box.off")] == ["old", "m1562", "my box"]
