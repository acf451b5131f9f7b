"""``retriever items --count``: how many there are of each value, in every form."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import list_column
import pytest
from commands import rows, run
from small_corpus import write_box, write_boxes
from transcript import play


@pytest.fixture
def priced(indexed: Path) -> Path:
    """The three boxes with prices, of which one has none, and a maker each."""
    (indexed / "facts.csv").write_text(
        "path,price,maker\ntall/a.off,2.5,Al\nflat/c.off,2.5,Bo\ntall/b.off,,\"A, 'B'\"\n"
    )
    assert run("index", indexed, "--metadata", indexed / "facts.csv").exit_code == 0
    return indexed


def test_a_line_a_value_the_commonest_first(priced: Path):
    assert rows(run("items", "--count", "label")) == [["tall", "2"], ["flat", "1"]]
    assert rows(run("items", "--count", "maker")) == [["A, 'B'", "1"], ["Al", "1"], ["Bo", "1"]]
    assert rows(run("items", "--count", "price")) == [["2.5", "2"], ["", "1"]], "what has no value comes last"
    assert rows(run("items", "--count", "maker", "-k", "1")) == [["A, 'B'", "1"]]
    assert rows(run("items", "--count", "Label", "--where", "price > 0")) == [["flat", "1"], ["tall", "1"]]
    assert rows(run("items", "--count", "label", "--to", "shape", "-k", "0")) == [["tall", "2"], ["flat", "1"]]
    none = run("items", "--count", "label", "--where", "faces < 0")
    assert none.exit_code == 0 and none.stdout == "" and none.stderr == "No item qualifies.\n"


def test_json_and_csv(priced: Path):
    told = json.loads(run("items", "--count", "price", "--json").stdout)
    assert told == {
        "space": "mini",
        "column": "price",
        "total": 3,
        "count": 1,
        "values": [{"value": 2.5, "items": 2}, {"value": None, "items": 1}],
    }
    none = json.loads(run("items", "--count", "price", "--json", "--where", "false").stdout)
    assert none == {"space": "mini", "column": "price", "total": 0, "count": 0, "values": []}
    read = list(csv.DictReader(io.StringIO(run("items", "--count", "maker", "--csv").stdout)))
    assert read == [{"value": value, "items": "1"} for value in ("A, 'B'", "Al", "Bo")]
    assert run("items", "--count", "price", "--csv").stdout == "value,items\n2.5,2\n,1\n"
    assert run("items", "--count", "price", "--csv", "--where", "false").stdout == "value,items\n"


def test_lists_are_counted_by_their_elements(indexed: Path):
    write_box(indexed / "cubes/cube.off", (9, 9, 9))
    assert run("index", indexed).exit_code == 0
    found = rows(run("items", "--count", "extent"))
    assert found[:2] == [["9.0", "3"], ["1.0", "3"]] or found[:2] == [["1.0", "3"], ["9.0", "3"]]
    assert found[2:] == [["7.0", "1"]], "a cube has one edge three times, and is one item"
    list_column.add(Path(".retriever"), "tags", {"tall/a.off": ["high", "slim", "high"], "tall/b.off": ["high"]})
    assert rows(run("items", "--count", "tags")) == [["high", "2"], ["slim", "1"], ["", "2"]]
    assert rows(run("items", "--count", "tags", "--where", "list_contains(tags, 'slim')")) == [
        ["high", "1"],
        ["slim", "1"],
    ]


def test_a_terminal_gets_the_first_and_is_told_how_many_there_are(indexed: Path, tmp_path: Path):
    for number in range(23):
        write_boxes(indexed / f"kind {number:02}", 1 + (number == 5))
    write_boxes(indexed, 1)  # of no class
    assert run("index", indexed).exit_code == 0
    program = f"{sys.executable} -m retriever items --count label"
    some, three, all_of_them, table = play([f"{program} {more}" for more in ("", "-k 3", "-k 0", "--csv")], tmp_path)
    head, _, first, second, *_ = some.output.strip().splitlines()
    assert head.split() == ["label", "items"] and first.split()[:3] == ["kind", "05", "2"]
    assert second.split()[:2] == ["tall", "2"]
    assert some.output.endswith("20 of 25 values of 28 items; -k 0 shows all.") and some.output.count("kind") == 18
    assert three.output.endswith("3 of 25 values of 28 items; -k 0 shows all.")
    assert [line.split()[:2] for line in three.output.splitlines() if line.split()[:1] == ["-"]] == [["-", "1"]]
    assert "values" not in all_of_them.output and all_of_them.output.count("kind") == 23
    assert table.output.count("kind") == 23, "what goes into a file is whole"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("labl",), "--count labl: this index has no such column (did you mean 'label'?): use id, root, path, "),
        (("",), "--count '': give the name of a column"),
        (("-label",), "--count -label: this index has no such column (did you mean 'label'?)"),
        (("label", "--sort", "path"), "--count lists values and no items, so that --sort has nothing to do"),
        (("label", "--html", "items.html"), "so that --html has nothing to do"),
        (("label", "--parquet", "items.parquet"), "so that --parquet has nothing to do"),
        (("label", "--vectors", "vectors.npy"), "so that --vectors has nothing to do"),
        (("label", "--files", "picks"), "so that --files has nothing to do"),
        (("label", "--json", "--csv"), "--json and --csv exclude each other"),
    ],
)
def test_what_cannot_be_counted(indexed: Path, options: tuple[str, ...], said: str):
    failed = run("items", "--count", *options)
    assert failed.exit_code == 2 and failed.stdout == "" and said in failed.stderr
    assert not any(Path(name).exists() for name in ("items.html", "items.parquet", "vectors.npy", "picks"))


@pytest.mark.parametrize("column", ["label", "extent"])
def test_nothing_heavy_is_imported(indexed: Path, column: str):
    program = (
        f"import sys; from cli.main import app; app(['items', '--count', '{column}'], standalone_mode=False); "
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "\t2\n" in done.stdout
    assert not {"torch", "faiss", "duckdb", "trimesh", "pandas"} & set(done.stderr.split())
