"""Two indexing runs, of which one starts and ends while the other has looked at its files and not yet the lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from index_reading import counts, rows
from small_corpus import write_box
from zips import packed

from indexer import build
from indexer.build import index
from indexer.removal import remove
from indexer.survey import Surveyed, survey
from retriever.store import Snapshot


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], list[object]]:
    """Has something done behind the first survey; the list that comes back counts the surveys of the run around it."""

    def arrange(other: Callable[[], object]) -> list[object]:
        surveys: list[object] = []

        def overtaken(*args: Any) -> list[Surveyed]:
            parts = survey(*args)
            surveys.append(parts)
            if len(surveys) == 1:
                with monkeypatch.context() as patch:
                    patch.setattr(build, "survey", survey)
                    other()
            return parts

        monkeypatch.setattr(build, "survey", overtaken)
        return surveys

    return arrange


def test_a_root_that_another_run_made_holds_what_lies_below_it(corpus: Path, folder: Path, meanwhile):
    surveys = meanwhile(lambda: index([corpus], folder))
    assert counts(index([corpus / "flat"], folder)) == {"unchanged": 3}
    assert len(surveys) == 2
    assert list(Snapshot.open(folder).roots.values()) == [str(corpus)] and len(rows(folder)) == 5


def test_an_archive_that_another_run_named_keeps_its_items(corpus: Path, folder: Path, meanwhile):
    index([corpus], folder)
    pack = packed(corpus / "kit.zip", corpus / "flat")
    meanwhile(lambda: index([pack], folder))
    summary = index([corpus], folder)
    assert counts(summary) == {"unchanged": 8} and not summary.skipped
    assert "kit.zip/c.off" in rows(folder)


def test_files_that_another_run_added_stay(corpus: Path, folder: Path, meanwhile):
    index([corpus], folder)
    meanwhile(lambda: index([write_box(corpus / "tall/new.off", (1, 2, 9))], folder))
    assert counts(index([corpus], folder)) == {"unchanged": 6}


def test_an_index_that_stayed_as_it_was_is_surveyed_once(corpus: Path, folder: Path, meanwhile):
    surveys = meanwhile(lambda: None)
    index([corpus], folder)
    index([corpus], folder)
    assert len(surveys) == 2


def test_items_that_were_removed_meanwhile_come_back(corpus: Path, folder: Path, meanwhile):
    index([corpus], folder)
    meanwhile(lambda: remove(folder, ["flat"]))
    assert counts(index([corpus], folder)) == {"embedded": 3, "unchanged": 2}
