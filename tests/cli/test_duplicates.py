"""``retriever duplicates``: what it prints in each format, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from scene_files import write_scene
from small_corpus import write_box
from typer.testing import CliRunner, Result

from cli.main import app
from retriever.wording import size


def retriever(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three boxes; one of them lies there twice, another one also larger."""
    things = tmp_path / "things"
    write_box(things / "flat.off", (4, 4, 1))
    write_box(things / "long.off", (9, 1, 2))
    write_box(things / "longer.off", (18, 2, 4))
    write_box(things / "cube.off", (1, 1, 1))
    shutil.copy(things / "flat.off", things / "flat copy.off")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    assert retriever("index", things).exit_code == 0
    return things


def test_lines(folder: Path):
    done = retriever("duplicates", "--limit", "1")
    cells = [line.split("\t") for line in done.stdout.splitlines()]
    assert [(cell[0], cell[1], cell[4]) for cell in cells] == [
        ("1", "first", "flat copy.off"),
        ("1", "exact", "flat.off"),
        ("2", "first", "long.off"),
        ("2", "geometry ×2", "longer.off"),
    ]
    assert "2 groups: beside the first of each, 1 with the same bytes" in done.stderr
    assert "1 with the same geometry (1 larger or smaller), 0 near." in done.stderr


def test_the_objects_of_a_copied_scene_take_no_bytes_beside_it(folder: Path):
    kit = write_scene(folder / "kit.glb", Pole=(1, 9, 3), Slab=(5, 1, 7))
    shutil.copy(kit, folder / "same.glb")
    assert retriever("index", folder, "--objects").exit_code == 0
    told = retriever("duplicates", "--where", "path like '%.glb%'", "--limit", "1").stderr
    assert f"3 with the same bytes ({size(kit.stat().st_size)})" in told


def test_json_counts_what_it_lists(folder: Path):
    told = json.loads(retriever("duplicates", "--limit", "1", "--json").stdout)
    assert {name: told[name] for name in ("space", "limit", "count", "exact", "geometry", "near")} == {
        "space": "mini",
        "limit": 1.0,
        "count": 2,
        "exact": 1,
        "geometry": 1,
        "near": 0,
    }
    group = told["groups"][0]
    assert group["modality"] == "shape" and group["size"] == len(group["members"]) == 2
    first = group["members"][0]
    assert first["root"] == str(folder) and first["kind"] == "first" and first["score"] == pytest.approx(1)
    assert len(first["id"]) == 16 and first["bytes"] == (folder / first["path"]).stat().st_size


def test_csv_has_a_line_an_item(folder: Path):
    rows = list(csv.DictReader(io.StringIO(retriever("duplicates", "--limit", "1", "--csv").stdout)))
    assert list(rows[0]) == ["group", "kind", "score", "id", "modality", "bytes", "path", "root", "scale"]
    assert [(row["group"], row["kind"]) for row in rows] == [
        ("1", "first"),
        ("1", "exact"),
        ("2", "first"),
        ("2", "geometry"),
    ]
    assert [float(row["scale"]) for row in rows] == [1, 1, 1, 2]


def test_nothing_that_repeats(folder: Path):
    done = retriever("duplicates", "--limit", "1", "--where", "path like 'cube%'")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "No item repeats another.\n")
    told = json.loads(retriever("duplicates", "--where", "false", "--json").stdout)
    assert told["count"] == 0 and told["groups"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--limit", "0"], "--limit 0.0: give the least cosine of near-duplicates"),
        (["--limit", "many"], "--limit"),
        (["--json", "--csv"], "--json and --csv exclude each other"),
        (["--to", "audio"], "holds no audio"),
        (["--where", "colour = 1"], "no column"),
    ],
)
def test_what_cannot_be_understood_is_one_line(folder: Path, arguments: list[str], words: str):
    done = retriever("duplicates", *arguments)
    assert done.exit_code == 2 and words in done.stderr and len(done.stderr.splitlines()) == 1
