"""Clouds that are saved as .txt, as ModelNet40 with normals is: shapes everywhere, and notes stay notes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from commands import run


def write_cloud(file: Path, size: tuple[float, float, float], rows: int = 300) -> None:
    """Rows of x,y,z and a normal in a box."""
    rng = np.random.default_rng(rows)
    points, normals = rng.uniform(-0.5, 0.5, (rows, 3)) * size, rng.normal(size=(rows, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(file, np.hstack([points, normals]), fmt="%.6f", delimiter=",")


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two classes of clouds, a list of their names and a note with numbers in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    corpus = tmp_path / "modelnet"
    write_cloud(corpus / "tower/tower_0001.txt", (1, 9, 1))
    write_cloud(corpus / "tower/tower_0002.txt", (1, 8, 1))
    write_cloud(corpus / "plank/plank_0001.txt", (9, 1, 1))
    (corpus / "shape_names.txt").write_text("tower\nplank\n")
    (corpus / "sizes.txt").write_text("1 9 1\n9 1 1\nin metres\n")
    return corpus


def items(*options: object) -> dict[str, tuple[str, str | None]]:
    done = run("items", "--json", *options)
    assert done.exit_code == 0, done.output
    return {row["path"]: (row["modality"], row["label"]) for row in json.loads(done.stdout)["items"]}


def test_they_are_indexed_as_shapes_of_the_classes_of_their_folders(corpus: Path):
    done = run("index", corpus)
    assert done.exit_code == 0 and "5 embedded" in done.stderr, done.stderr
    assert items() == {
        "plank/plank_0001.txt": ("shape", "plank"),
        "shape_names.txt": ("text", None),
        "sizes.txt": ("text", None),
        "tower/tower_0001.txt": ("shape", "tower"),
        "tower/tower_0002.txt": ("shape", "tower"),
    }


def test_they_are_asked_with(corpus: Path):
    assert run("index", corpus).exit_code == 0
    tower, note = corpus / "tower/tower_0001.txt", corpus / "sizes.txt"
    for asked in (("--shape", tower), (f"shape:{tower}",), (tower,), ("--like", tower)):
        done = run("query", *asked, "-k", 2)
        assert done.exit_code == 0, done.output
        assert {line.split("\t")[5] for line in done.stdout.splitlines()} == {
            f"tower/tower_000{number}.txt" for number in (1, 2)
        }
    done = run("query", "--shape", note)
    assert done.exit_code == 2 and "this is a file of kind text" in done.stderr


def test_a_page_draws_them(corpus: Path, tmp_path: Path):
    assert run("index", corpus).exit_code == 0
    done = run("query", "--shape", corpus / "plank/plank_0001.txt", "--html", tmp_path / "hits.html")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "hits.html").read_text()
    assert page.count("data:image/webp") >= 4, "the query and three hits"


def test_one_that_becomes_a_note_is_one(corpus: Path):
    assert run("index", corpus).exit_code == 0
    (corpus / "tower/tower_0002.txt").write_text("a tower of bricks")
    assert run("index", corpus).exit_code == 0
    assert items()["tower/tower_0002.txt"][0] == "text"


def test_they_are_found_in_a_zip_archive(corpus: Path, tmp_path: Path):
    pack = tmp_path / "pack.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        for file in sorted(corpus.rglob("*.txt")):
            archive.write(file, file.relative_to(corpus))
    assert run("index", pack).exit_code == 0
    assert sum(modality == "shape" for modality, _ in items().values()) == 3


def test_a_large_one_beside_a_shape_is_no_caption_and_no_fault(corpus: Path):
    write_cloud(corpus / "tower/whole.txt", (1, 9, 1), rows=20_000)
    assert (corpus / "tower/whole.txt").stat().st_size > 1 << 20
    (corpus / "tower/whole.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 9 1\nf 1 2 3\n")
    done = run("index", corpus)
    assert done.exit_code == 0 and "whole.txt" not in done.stderr, done.stderr
    assert "texts of numbers beside other files" in done.stderr
