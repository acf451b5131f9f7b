from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
import simple_space
from index_making import unit
from large_index import DIM, ROWS, TALKING, TOY, fill, table
from small_corpus import write_box

from indexer.ann.optimize import Wish, bring_up_to_date
from indexer.writer import IndexWriter


@pytest.fixture(autouse=True)
def _simple_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small space stands in for the default one."""
    simple_space.stand_in(monkeypatch)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Five boxes in two class folders."""
    for n, name in enumerate(["tall/a.off", "tall/b.off", "flat/c.off", "flat/d.off", "flat/e.off"]):
        write_box(tmp_path / "corpus" / name, (1, 1 + n, 2))
    return tmp_path / "corpus"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index just large enough, with its approximate search."""
    folder = tmp_path_factory.mktemp("large") / "index"
    fill(folder, (table(0, ROWS), unit(ROWS, dim=DIM)))
    with IndexWriter(folder, TOY) as writer:
        done = bring_up_to_date(writer, Wish(recall=0.9), lambda: TALKING)
    assert done is not None
    return folder


@pytest.fixture
def copy(large: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return copytree(large, tmp_path / "copy")
