from __future__ import annotations

from pathlib import Path

import pytest
import simple_space
from small_corpus import write_box

from retriever import spaces


@pytest.fixture(autouse=True)
def _simple_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small space stands in for the default one."""
    monkeypatch.setattr(spaces, "_FAMILIES", dict(spaces._FAMILIES))
    monkeypatch.setattr(spaces, "_opened", {})
    simple_space.install()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Five boxes in two class folders."""
    for n, name in enumerate(["tall/a.off", "tall/b.off", "flat/c.off", "flat/d.off", "flat/e.off"]):
        write_box(tmp_path / "corpus" / name, (1, 1 + n, 2))
    return tmp_path / "corpus"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"
