"""Options that write files, and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run
from small_corpus import write_boxes, write_picture


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("tall", "flat"):
        write_boxes(tmp_path / "boxes" / name, 3)
    assert run("index", "boxes").exit_code == 0
    (tmp_path / "judged.txt").write_text("boxes/tall 0 tall/box-000.off 1\n")
    return tmp_path


WRITERS = [
    ("query", "box", "--parquet"),
    ("items", "--parquet"),
    ("label", "--names", "tall,flat", "--parquet"),
    ("eval", "--parquet"),
    ("eval", "--per-query"),
    ("eval", "--qrels", "judged.txt", "--run"),
]


@pytest.mark.parametrize("writer", WRITERS, ids=" ".join)
@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("axe.glb", "a name that ends in .glb is one of a 3D file"),
        ("photo.JPG", "a name that ends in .JPG is one of a picture"),
        ("--csv", "a file was to come here, and no option; for one of that name, give ./--csv"),
        ("boxes", "is a folder"),
        ("notes.md", "is there, and nothing that this option has written"),
        ("no/hits.out", "there is no folder no"),
    ],
)
def test_no_output_takes_the_place_of_what_is_none(work: Path, writer: tuple[str, ...], file: str, message: str):
    (work / "axe.glb").write_bytes(b"a model")
    (work / "notes.md").write_text("what I wrote")
    done = run(*writer, file)
    assert done.exit_code == 2 and message in done.stderr and f"{writer[-1]} {file}" in done.stderr, done.output
    assert (work / "axe.glb").read_bytes() == b"a model" and (work / "notes.md").read_text() == "what I wrote"
    assert not (work / "--csv").exists()


@pytest.mark.parametrize("writer", WRITERS[:5], ids=" ".join)
@pytest.mark.parametrize("name", ["out.parquet", "out", "out.table"])
def test_an_earlier_output_is_replaced(work: Path, writer: tuple[str, ...], name: str):
    (work / "out").touch()  # as mktemp does
    for _ in range(2):
        assert run(*writer, name).exit_code == 0
        assert (work / name).read_bytes()[:4] == b"PAR1"


def test_an_earlier_figure_is_replaced_and_no_photo(work: Path):
    write_picture(work / "photo.png", (1, 2, 3))
    before = (work / "photo.png").read_bytes()
    done = run("eval", "--figure", "photo.png")
    assert done.exit_code == 2 and "--figure photo.png is there" in done.stderr
    assert (work / "photo.png").read_bytes() == before
    for _ in range(2):
        assert run("eval", "--figure", "eval.png").exit_code == 0


@pytest.mark.parametrize("name", ["vectors.npy", "vectors.parquet"])
def test_earlier_vectors_are_replaced(work: Path, name: str):
    (work / name).touch()
    for count in ("3", "2"):
        done = run("items", "-k", count, "--vectors", name)
        assert done.exit_code == 0 and done.stderr.startswith(f"{count} vectors"), done.output


def test_an_earlier_run_is_replaced(work: Path):
    (work / "judged.csv").write_text("query,item\nbox,tall/box-000.off\n")
    for _ in range(2):
        done = run("eval", "--qrels", "judged.csv", "--run", "run.txt")
        assert done.exit_code == 0, done.output
    assert " Q0 " in (work / "run.txt").read_text()
