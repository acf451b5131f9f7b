"""``retriever map``: places of items, in every form, and as a figure."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import rows, run
from small_corpus import write_box, write_boxes

import retriever

PATHS = ["flat/c.off", "tall/a.off", "tall/b.off"]


def test_a_line_an_item_by_path(indexed: Path):
    found = rows(run("map"))
    listed = rows(run("items"))
    assert [row[2:] for row in found] == listed and [row[5] for row in found] == PATHS
    places = np.array([row[:2] for row in found], float)
    assert np.abs(places).max() == 1 and rows(run("map")) == found
    assert np.linalg.norm(places[1] - places[2]) < np.linalg.norm(places[1] - places[0])


def test_the_same_places_in_every_form(indexed: Path):
    lines = rows(run("map"))
    places = [[float(x), float(y)] for x, y, *_ in lines]
    told = json.loads(run("map", "--json").stdout)
    assert (told["space"], told["total"], told["count"], told["laid_out"]) == ("mini", 3, 3, 3)
    assert [[item["x"], item["y"]] for item in told["items"]] == places
    items = json.loads(run("items", "--json").stdout)["items"]
    assert [{name: item[name] for name in items[0]} for item in told["items"]] == items
    table = [*csv.DictReader(io.StringIO(run("map", "--csv").stdout))]
    assert [*table[0]] == ["id", "path", "root", "modality", "label", "name", "x", "y"]
    assert [[float(row["x"]), float(row["y"])] for row in table] == places and table[1]["label"] == "tall"
    done = run("map", "--parquet", "map.parquet")
    assert done.stdout == "" and done.stderr == "3 items written to map.parquet\n"
    kept = pq.read_table("map.parquet")
    assert kept.column_names == [*table[0]] and kept["root"].to_pylist() == [str(indexed)] * 3
    assert np.allclose(np.stack([kept["x"], kept["y"]], axis=1), places, atol=1e-6)


def test_json_says_how_sure_a_guessed_label_is(indexed: Path):
    write_box(indexed / "bare.off", (1, 2, 5))
    assert run("index", indexed).exit_code == 0
    assert run("label", "--names", "box,table", "--write").exit_code == 0
    shown = [json.loads(run(command, "--json").stdout)["items"] for command in ("items", "map")]
    assert sum("label_confidence" in item for item in shown[0]) == 1
    assert [{name: item[name] for name in item if name not in "xy"} for item in shown[1]] == shown[0]


def test_what_it_is_of(indexed: Path):
    assert [row[5] for row in rows(run("map", "--where", "label = 'tall'"))] == PATHS[1:]
    none = run("map", "--where", "faces < 0")
    assert none.exit_code == 0 and none.stdout == "" and none.stderr == "No item qualifies.\n"
    assert json.loads(run("map", "--where", "faces < 0", "--json").stdout)["items"] == []
    assert run("map", "--where", "faces < 0", "--csv").stdout == "id,path,root,modality,label,name,x,y\n"
    assert run("map", "--where", "faces < 0", "--parquet", "map.parquet").exit_code == 0
    assert pq.read_table("map.parquet").num_rows == 0
    one = rows(run("map", "--where", "path = 'flat/c.off'"))
    assert [row[:2] for row in one] == [["0.000000", "0.000000"]]


def test_a_column_that_colours_is_in_the_table(indexed: Path):
    (indexed / "labels.csv").write_text("path,price,x\ntall/a.off,2.5,left\n")
    assert run("index", indexed, "--metadata", indexed / "labels.csv").exit_code == 0
    table = [*csv.DictReader(io.StringIO(run("map", "--csv", "--color", "price").stdout))]
    assert [row["price"] for row in table] == ["", "2.5", ""] and "x" in table[0] and "faces" not in table[0]
    table = [*csv.DictReader(io.StringIO(run("map", "--csv", "--color", "x").stdout))]
    assert [row["x"] for row in table] == ["", "left", ""] and float(table[0]["map_x"]) <= 1


@pytest.mark.parametrize("name", ["map.svg", "map.png", "map.pdf"])
def test_a_figure(indexed: Path, name: str):
    pytest.importorskip("matplotlib")
    write_boxes(indexed / "many", 30)
    write_box(indexed / "$odd^\n name_" / "a.off", (1, 2, 30))
    assert run("index", indexed).exit_code == 0
    for options in (
        ("--color", "label"),
        ("--color", "label_kinds"),
        ("--color", "faces"),
        ("--color", "bytes"),
        ("--where", "faces < 0"),
    ):
        done = run("map", "--figure", name, *options)
        assert done.exit_code == 0 and done.stdout == "" and done.stderr == f"figure written to {name}\n"
        assert Path(name).stat().st_size > 1000
    before = Path(name).read_bytes()
    assert run("map", "--figure", name, "--where", "faces < 0").exit_code == 0 and Path(name).read_bytes() == before


def test_a_figure_names_groups_and_another_form_comes_along(indexed: Path):
    pytest.importorskip("matplotlib")
    done = run("map", "--svg", "map.svg", "--csv")
    picture = Path("map.svg").read_text()
    assert ">tall<" in picture and ">flat<" in picture
    assert "3 items, in the space mini, by label" in picture and len(done.stdout.splitlines()) == 4


def test_a_label_that_the_font_lacks_is_no_reason_to_warn(indexed: Path, recwarn: pytest.WarningsRecorder):
    pytest.importorskip("matplotlib")
    write_box(indexed / "椅子" / "a.off", (1, 2, 30))
    assert run("index", indexed).exit_code == 0
    assert run("map", "--figure", "map.svg").exit_code == 0 and "椅子" in Path("map.svg").read_text("utf-8")
    assert [str(one.message) for one in recwarn if "Glyph" in str(one.message)] == []


def test_one_long_text_takes_no_room_for_each_item(indexed: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("matplotlib")
    found = retriever.open().browse().map()
    found.save_figure("map.svg")  # what matplotlib keeps is there
    monkeypatch.setattr(found, "values", lambda: ["a" * 10**7, "b", "b\0"])
    tracemalloc.start()
    found.save_figure("map.svg")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 3e7 and f">{'a' * 27}…<" in Path("map.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--json", "--csv"), "--json, --csv and --parquet exclude each other"),
        (("--color", "lable"), "--color lable: this index has no such column (did you mean 'label'?): use id, root"),
        (("--figure", "map.jpg"), "--figure map.jpg: "),
        (("--parquet", "nowhere/map.parquet"), "there is no folder nowhere."),
        (("--to", "image"), "holds no image"),
        (("--where", "nothing = 1"), "nothing"),
    ],
)
def test_what_cannot_be_meant(indexed: Path, options: tuple[str, ...], said: str):
    failed = run("map", *options)
    assert failed.exit_code == 2 and said in failed.stderr and not failed.stdout


def test_in_python(indexed: Path):
    index = retriever.open()
    told: list[str] = []
    found = index.browse(where="label = 'tall'").map(progress=lambda phase, done, total: told.append(phase))
    assert len(found) == 2 and found.places.shape == (2, 2) and found.laid_out == 2 and found.values() == ["tall"] * 2
    assert [item.path for _, _, item in found.each()] == PATHS[1:]
    with pytest.raises(retriever.errors.UsageError, match="color=nothing"):
        index.browse().map("nothing")


def test_of_lists_the_element_that_most_items_have_colours(corpus: Path):
    boxes = ("chair/a.off", "armchair/b.off", "table lamp/c.off", "unheard of/d.off", "e.off")
    for number, path in enumerate(boxes):
        write_box(corpus / path, (1, 2, 3 + number))
    assert run("index", corpus).exit_code == 0
    there = retriever.open().browse(where="label is null or label <> 'tall' and label <> 'flat'").map("label_kinds")
    found = {item.path: value for (_, _, item), value in zip(there.each(), there.values(), strict=True)}
    lamp = found.pop("table lamp/c.off")
    assert found == {
        "chair/a.off": "furniture",
        "armchair/b.off": "furniture",
        "unheard of/d.off": "unheard of",
        "e.off": None,
    }
    assert lamp in retriever.open().items(["label_kinds"], where="label = 'table lamp'").column(0).to_pylist()[0]


def test_of_many_some_are_laid_out(indexed: Path, monkeypatch: pytest.MonkeyPatch):
    from retriever.maps import layout, mapped
    from retriever.query import browse

    write_boxes(indexed / "many", 40)
    assert run("index", indexed).exit_code == 0
    whole = retriever.open().browse()
    monkeypatch.setattr(layout, "LAID_OUT", 20)
    monkeypatch.setattr(mapped, "LAID_OUT", 20)
    monkeypatch.setattr(browse, "_BYTES", 7 * 4 * whole.dim)
    found = whole.map()
    assert found.laid_out == 20 and np.array_equal(found.places, layout.lay_out(whole.vectors()))
    assert json.loads(run("map", "--json").stdout)["laid_out"] == 20
