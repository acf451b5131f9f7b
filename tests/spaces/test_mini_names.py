"""What `mini` calls shapes that nobody named."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import build
from indexer.labelling import label
from indexer.parametric import corpus, generate
from indexer.vocabulary.hedging import taxonomy

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
