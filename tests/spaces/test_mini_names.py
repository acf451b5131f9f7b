"""What `mini` calls shapes that nobody named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commands import run

import retriever
from indexer import build
from indexer.labelling import label
from indexer.parametric import corpus, generate
from indexer.vocabulary.hedging import taxonomy
from retriever.query.zeroshot import CONFIDENCE

GENERAL = {"ladder": "climbing equipment", "helicopter": "aircraft", "chair": "furniture", "lighthouse": "building"} | {
    "guitar": "musical instrument",
    "shark": "animal",
}
"""Kinds of shapes, and what they are a kind of."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of shapes whose files are called by numbers."""
    folder = tmp_path_factory.mktemp("unnamed")
    (folder / "shapes").mkdir()
    for number, kind in enumerate(GENERAL):
        corpus.write(generate(kind, 7).solid, folder / f"shapes/{number}.off")
    build.index([folder / "shapes"], folder / "index", up="y")
    return folder / "index"


def test_things_are_called_what_they_are(folder: Path):
    known, told = taxonomy(), label(folder).items.to_pylist()
    assert len(told) == len(GENERAL)
    for row, (kind, general) in zip(told, GENERAL.items(), strict=True):
        above = known.kinds[known.names.index(kind)]
        assert general in row["kinds"] and (kind in row["kinds"] or row["name"] in above), (kind, row["kinds"])


def test_who_asks_for_certainty_hears_less(folder: Path):
    known = taxonomy().within.sum(axis=0)
    sizes = [
        {
            row["path"]: known[taxonomy().names.index(row["name"])]
            for row in label(folder, least=least).items.to_pylist()
        }
        for least in (0.0, 0.5, 0.98)
    ]
    assert all(sizes[0][path] <= sizes[1][path] <= sizes[2].get(path, 1e9) for path in sizes[1])
    assert sum(sizes[0].values()) < sum(sizes[1].values())


def test_a_run_names_what_has_no_label_and_leaves_the_others(folder: Path, tmp_path: Path):
    corpus_, index = tmp_path / "corpus", str(tmp_path / "index")
    corpus_.mkdir()
    for name in ("1.off", "2.off"):
        shutil.copy(folder.parent / "shapes" / name, corpus_)
    (corpus_ / "2.json").write_text('{"label": "my seat"}')
    (corpus_ / "note.md").write_text("a chair")
    done = run("index", str(corpus_), "--index", index, "--up", "y", "--label")
    assert done.exit_code == 0 and "  named 1 item that had no label" in done.stderr, done.output
    assert labels(index) == {"1.off": True, "2.off": False, "note.md": False}
    shutil.copy(folder.parent / "shapes/3.off", corpus_)
    assert "named" not in run("index", str(corpus_), "--index", index, "--up", "y").stderr
    assert labels(index)["3.off"] is False
    later = run("index", str(corpus_), "--index", index, "--up", "y", "--label")
    assert "0 embedded" in later.stderr and "  named 1 item" in later.stderr
    assert labels(index) == {"1.off": True, "2.off": False, "3.off": True, "note.md": False}
    again = run("index", str(corpus_), "--index", index, "--up", "y", "--label")
    assert again.exit_code == 0 and "named" not in again.stderr


def labels(index: str) -> dict[str, bool]:
    """Path -> whether its label was guessed."""
    table = retriever.open(index).items(["path", CONFIDENCE]).to_pylist()
    return {row["path"]: row[CONFIDENCE] is not None for row in table}
