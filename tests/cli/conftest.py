from __future__ import annotations

from pathlib import Path

import pytest
import simple_space
from commands import run
from small_corpus import write_box


@pytest.fixture(autouse=True)
def _simple_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small space stands in for the default one."""
    simple_space.stand_in(monkeypatch)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Boxes in two class folders, in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    for name, size in {"tall/a.off": (1, 9, 1), "tall/b.off": (1, 7, 1), "flat/c.off": (9, 1, 9)}.items():
        write_box(tmp_path / "corpus" / name, size)
    return tmp_path / "corpus"


@pytest.fixture
def indexed(corpus: Path) -> Path:
    assert run("index", corpus).exit_code == 0
    return corpus
