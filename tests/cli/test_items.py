"""``retriever items``: what an index holds, in every form, without a question."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import rows, run
from small_corpus import write_box, write_boxes
from transcript import play

import retriever
from retriever.store import Snapshot

PATHS = ["flat/c.off", "tall/a.off", "tall/b.off"]


def test_a_line_an_item_by_path(indexed: Path):
    found = rows(run("items"))
    assert [row[3] for row in found] == PATHS
    by_query = {row[5]: [row[2], *row[3:6]] for row in rows(run("query", "box"))}
    assert found == [by_query[path] for path in PATHS]


def test_of_a_collection_the_name_says_what_an_item_is(indexed: Path):
    for path in ("props/Oak barrel_02.off", "garden-set/bench.off", "props/00017.off", "drum kit/drum kit 2.off"):
        write_box(indexed / path, (1, 2, 3 + len(path)))
    assert run("index", indexed).exit_code == 0
    shown = {path: what for _, _, what, path in rows(run("items"))}
    assert shown["props/Oak barrel_02.off"] == "oak barrel" and shown["garden-set/bench.off"] == "bench"
    assert shown["props/00017.off"] == "props" and shown["drum kit/drum kit 2.off"] == "drum kit"
    assert shown["tall/a.off"] == "tall"
    hits = {row[5]: row[4] for row in rows(run("query", "text:box", "-k", "9", "--geometry-only"))}
    assert hits == shown


def test_what_fulfils_a_condition_and_how_many(indexed: Path):
    assert [row[3] for row in rows(run("items", "--where", "label = 'tall'"))] == PATHS[1:]
    assert [row[3] for row in rows(run("items", "--where", "label = 'tall'", "-k", "1"))] == PATHS[1:2]
    assert len(rows(run("items", "-k", "0"))) == 3 and len(rows(run("items", "--to", "shape"))) == 3
    none = run("items", "--where", "faces < 0")
    assert none.exit_code == 0 and none.stdout == "" and none.stderr == "No item qualifies.\n"
    assert run("remove", "tall/a.off").exit_code == 0
    assert [row[3] for row in rows(run("items"))] == [PATHS[0], PATHS[2]]


def test_what_is_closed_and_what_it_holds(indexed: Path):
    boxes = [row[3] for row in rows(run("items", "--where", "watertight and volume between 1 and 1000"))]
    assert boxes == PATHS
    without_a_side = (indexed / PATHS[0]).read_text().replace("8 6 0", "8 5 0").removesuffix("4 1 5 7 3\n")
    (indexed / PATHS[0]).write_text(without_a_side)
    assert run("index", indexed).exit_code == 0
    assert [row[3] for row in rows(run("items", "--where", "not watertight and volume is null"))] == PATHS[:1]


def test_json_says_of_an_item_what_it_says_of_a_hit(indexed: Path):
    told = json.loads(run("items", "--json", "-k", "2").stdout)
    assert (told["space"], told["total"], told["count"]) == ("mini", 3, 2)
    hits = {hit["path"]: hit for hit in json.loads(run("query", "box", "--json").stdout)["hits"]}
    ranked = ("rank", "score", "shares", "fused", "confidence")
    assert told["items"] == [
        {name: value for name, value in hits[path].items() if name not in ranked} for path in PATHS[:2]
    ]
    none = json.loads(run("items", "--where", "faces < 0", "--json").stdout)
    assert none == {"space": "mini", "total": 0, "count": 0, "items": []}


def test_tables_have_all_columns_and_whole_roots(indexed: Path):
    (indexed / "labels.csv").write_text("path,price\ntall/a.off,2.5\n")
    assert run("index", indexed, "--metadata", indexed / "labels.csv").exit_code == 0
    done = run("items", "--parquet", "items.parquet")
    assert done.stdout == "" and done.stderr == "3 items written to items.parquet\n"
    table = pq.read_table("items.parquet")
    listed = [name for name in Snapshot.open(".retriever").columns() if name != "fingerprint"]
    assert sorted(table.column_names) == sorted(listed) and "price" in listed
    assert table["path"].to_pylist() == PATHS and set(table["root"].to_pylist()) == {str(indexed)}
    assert table["price"].to_pylist() == [None, 2.5, None]
    lines = list(csv.DictReader(io.StringIO(run("items", "--csv").stdout)))
    assert [line["path"] for line in lines] == PATHS and list(lines[0]) == table.column_names
    assert lines[1]["price"] == "2.5" and len(lines[0]["extent"].split()) == 3
    assert run("items", "--where", "faces < 0", "--parquet", "items.parquet").exit_code == 0
    assert pq.read_table("items.parquet").num_rows == 0
    assert run("items", "--where", "faces < 0", "--csv").stdout.strip() == ",".join(table.column_names)


def test_a_page_with_pictures(indexed: Path):
    done = run("items", "--where", "label = 'tall'", "--html", "items.html")
    assert done.stdout == "" and done.stderr == "2 items written to items.html\n"
    page = Path("items.html").read_text()
    assert page.count("data:image/webp") == 2 and page.count('class="card"') == 2 and "12 faces" in page
    assert (indexed / "tall/a.off").as_uri() in page and "label = &#x27;tall&#x27;" in page
    write_boxes(indexed / "many", 101)
    assert run("index", indexed).exit_code == 0
    done = run("items", "--html", "items.html", "--vectors", "vectors.npy")
    assert "100 items written to items.html of 104; -k 0 writes all" in done.stderr
    assert Path("items.html").read_text().count('class="card"') == 100
    assert "104 vectors of 32 numbers written to vectors.npy\n" in done.stderr and len(np.load("vectors.npy")) == 104


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--html", "items.html", "--csv"), "--json, --csv, --parquet and --html exclude each other"),
        (("--html", "corpus/tall/a.off"), "ends in .html or .htm, not corpus/tall/a.off"),
        (("--html", "nowhere/items.html"), "there is no folder nowhere."),
    ],
)
def test_pages_that_cannot_be_written(indexed: Path, options: tuple[str, ...], said: str):
    failed = run("items", *options)
    assert failed.exit_code == 2 and said in failed.stderr


def test_vectors_in_the_order_of_the_list(indexed: Path):
    vectors = retriever.open(".retriever").vectors([indexed / path for path in reversed(PATHS)])
    done = run("items", "--sort", "-path", "--vectors", "vectors.npy")
    assert done.stdout == "" and done.stderr == "3 vectors of 32 numbers written to vectors.npy\n"
    np.testing.assert_array_equal(np.load("vectors.npy"), vectors)
    options = ("items", "--sort", "-path", "-k", "2", "--vectors")
    done = run(*options, "vectors.npy", "--csv")
    listed = csv.DictReader(io.StringIO(done.stdout))
    assert [line["path"] for line in listed] == PATHS[:0:-1] and "2 vectors of" in done.stderr
    assert np.load("vectors.npy").tolist() == vectors[:2].tolist()
    done = run(*options, "vectors.parquet", "--where", "label = 'flat'")
    assert done.stderr == "1 vector of 32 numbers written to vectors.parquet\n"
    (row,) = pq.read_table("vectors.parquet").to_pylist()
    assert (row["path"], row["label"], row["vector"]) == (PATHS[0], "flat", vectors[2].tolist())
    done = run(*options, "vectors.npy", "--parquet", "items.parquet")
    assert "vectors.npy\n2 items written to items.parquet" in done.stderr
    assert pq.read_table("items.parquet")["path"].to_pylist() == PATHS[:0:-1]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("vectors.csv", "ends in .npy or .parquet, not vectors.csv; name one"),
        ("-", "ends in .npy or .parquet, not -"),
        ("no/vectors.npy", "--vectors no/vectors.npy cannot be written: there is no folder no."),
        ("items.parquet", "items.parquet is written, too; choose another file"),
        ("corpus/cloud.npy", "--vectors corpus/cloud.npy is there, and nothing that this option has written"),
    ],
)
def test_vectors_that_cannot_be_written(indexed: Path, file: str, said: str):
    np.save(indexed / "cloud.npy", np.zeros((9, 3), np.float32))
    failed = run("items", "--vectors", file, "--parquet", "items.parquet")
    assert failed.exit_code == 2 and said in failed.stderr and not Path("items.parquet").exists()


def test_columns_that_order_the_items_in_every_form(indexed: Path):
    (indexed / "facts.csv").write_text("path,price,maker\ntall/a.off,2,Bo\nflat/c.off,10,Al\ntall/b.off,,Al\n")
    assert run("index", indexed, "--metadata", indexed / "facts.csv").exit_code == 0
    flat, first, second = PATHS

    def sorted_by(*columns: str) -> list[str]:
        return [row[3] for row in rows(run("items", *(f"--sort={column}" for column in columns)))]

    assert sorted_by("price") == [first, flat, second], "numbers go by their size, and what has none comes last"
    assert sorted_by("-price") == [flat, first, second]
    assert sorted_by("-label") == [first, second, flat], "equal ones go by path"
    assert sorted_by("maker,-volume") == sorted_by("maker", "-Volume") == [flat, second, first]
    assert [row[3] for row in rows(run("items", "--sort", "-price", "-k", "1", "--to", "shape"))] == [flat]
    told = json.loads(run("items", "--sort", "-price", "--json", "-k", "2").stdout)
    assert [item["path"] for item in told["items"]] == [flat, first] and told["total"] == 3
    lines = csv.DictReader(io.StringIO(run("items", "--sort", "-price", "--where", "price > 0", "--csv").stdout))
    assert [line["path"] for line in lines] == [flat, first]
    run("items", "--sort", "-price", "--parquet", "items.parquet")
    assert pq.read_table("items.parquet")["path"].to_pylist() == [flat, first, second]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("tris", "--sort tris: this index has no such column (did you mean 'faces'?): use id, root, path, "),
        ("-pth", "(did you mean 'path'?)"),
        ("faces,", "--sort '': give the name of a column"),
        ("extent", "--sort extent: that column holds lists"),
    ],
)
def test_columns_that_cannot_order_anything(indexed: Path, given: str, said: str):
    failed = run("items", "--sort", given)
    assert failed.exit_code == 2 and failed.stdout == "" and said in failed.stderr


def test_several_roots_are_listed_one_after_the_other_by_whole_paths(indexed: Path, tmp_path: Path):
    write_boxes(tmp_path / "abc/tall", 2)
    assert run("index", indexed, tmp_path / "abc").exit_code == 0
    found = [row[3] for row in rows(run("items"))]
    first = [str(tmp_path / "abc/tall" / f"box-00{number}.off") for number in (0, 1)]
    assert found == first + [str(indexed / path) for path in PATHS]


def test_a_terminal_gets_the_first_and_is_told_how_many_there_are(indexed: Path, tmp_path: Path):
    write_boxes(indexed / "many", 25)
    assert run("index", indexed).exit_code == 0
    program = f"{sys.executable} -m retriever"
    some, three, all_of_them, table = play(
        [f"{program} items {options}" for options in ("", "-k 3", "-k 0", "--csv")], tmp_path
    )
    assert some.output.endswith("20 of 28 items; -k 0 shows all.") and some.output.count(".off") == 20
    head, _, first, *_ = some.output.strip().splitlines()
    assert head.split() == ["what", "path", "faces", "size"] and first.split()[:3] == ["flat", "flat/c.off", "12"]
    assert " in /home/you/corpus" in some.output
    assert three.output.endswith("3 of 28 items; -k 0 shows all.") and three.output.count(".off") == 3
    assert "items" not in all_of_them.output and all_of_them.output.count(".off") == 28
    assert table.output.count(".off") == 28, "what goes into a file is whole"


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["lines", "json"])
def test_nothing_heavy_is_imported(indexed: Path, options: list[str]):
    program = (
        f"import sys; from cli.main import app; app(['items', *{options}], standalone_mode=False); "
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "tall/a.off" in done.stdout
    assert not {"torch", "faiss", "duckdb", "trimesh", "pandas"} & set(done.stderr.split())
