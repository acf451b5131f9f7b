"""The rows that may be found: worked out once, the same as worked out anew, and bounded in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from index_making import item, unit, write

from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.query import candidates as module
from retriever.query.candidates import Candidates
from retriever.store import Snapshot
from retriever.store.catalog import rows_where

CONDITIONS = ["label = 'class 1'", "vertices < 100", "bytes % 2 = 0", "modality = 'text'", "label is null", "true"]


def mixed(folder: Path, count: int = 30) -> Snapshot:
    """Shapes, texts and pictures in two segments."""
    kinds = ["shape", "text", "image"]
    items = [item(number, modality=kinds[number % 3]) for number in range(count)]
    return write(folder, items[:11], items[11:])


def by_hand(snapshot: Snapshot, to: str | None, where: str | None) -> list[int]:
    """The same from the items themselves, of the few conditions of these tests."""
    rules = {
        "label = 'class 1'": lambda one: one["label"] == "class 1",
        "vertices < 100": lambda one: one["vertices"] < 100,
        "bytes % 2 = 0": lambda one: one["bytes"] % 2 == 0,
        "modality = 'text'": lambda one: one["modality"] == "text",
        "label is null": lambda one: one["label"] is None,
        "true": lambda one: True,
        None: lambda one: True,
    }
    wanted = {None: ("shape",), "any": ("shape", "text", "image")}.get(to, (to,))
    rows = np.flatnonzero(snapshot.live)
    items = snapshot.take(rows).to_pylist()
    return [
        row for row, one in zip(rows.tolist(), items, strict=True) if one["modality"] in wanted and rules[where](one)
    ]


def numbers(candidates: Candidates, snapshot: Snapshot, to: str | None, where: str | None) -> list[int]:
    found = candidates.rows(to, where)
    return (np.arange(snapshot.rows) if found is None else found.rows).tolist()


def test_kept_answers_hold_after_deletes_commits_and_compaction(tmp_path: Path) -> None:
    snapshot = mixed(tmp_path)
    for step in range(4):
        candidates = Candidates(snapshot)
        for _ in range(3):  # the first time from the files, then from memory, then as kept
            for to in (None, "text", "any", "shape"):
                for where in (None, *CONDITIONS):
                    assert numbers(candidates, snapshot, to, where) == by_hand(snapshot, to, where), (step, to, where)
        if step == 2:
            compact(tmp_path)
        else:
            with IndexWriter(tmp_path, snapshot.identity) as writer:
                writer.delete(np.flatnonzero(snapshot.live)[1::4])
                writer.append([item(100 + step)], unit(1))
                writer.commit()
        snapshot = Snapshot.open(tmp_path)


def test_the_same_question_is_worked_out_once(tmp_path: Path) -> None:
    candidates = Candidates(mixed(tmp_path))
    for to, where in [("text", None), (None, "vertices < 100"), ("any", "vertices < 100")]:
        assert candidates.rows(to, where) is candidates.rows(to, where) is not None
    assert candidates.rows(None, "true") is candidates.rows("shape", "true"), "shapes are what is found unasked"
    assert candidates.rows("any", "true") is not candidates.rows("shape", "true")


def test_all_rows_are_no_set(tmp_path: Path) -> None:
    snapshot = mixed(tmp_path / "mixed")
    assert Candidates(snapshot).rows("any", None) is None
    assert len(Candidates(snapshot).rows("shape", None) or ()) == 10
    alike = write(tmp_path / "alike", [item(number) for number in range(5)])
    assert Candidates(alike).rows(None, None) is None and Candidates(alike).rows("shape", None) is None
    with IndexWriter(tmp_path / "alike", alike.identity) as writer:
        writer.delete(np.array([2]))
        writer.commit()
    assert np.flatnonzero(Candidates(Snapshot.open(tmp_path / "alike")).rows(None, None).mask).tolist() == [0, 1, 3, 4]


def test_what_is_kept_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    candidates = Candidates(mixed(tmp_path))
    for number in range(2 * module.MOST_SETS):
        candidates.rows("any", f"vertices < {number}")
    assert len(candidates._kept) == module.MOST_SETS
    latest = candidates.rows("any", f"vertices < {number}")
    monkeypatch.setattr(module, "MOST_BYTES", 1)
    other = candidates.rows("any", "vertices < 1000")
    assert candidates.rows("any", "vertices < 1000") is other, "the latest always is"
    again = candidates.rows("any", f"vertices < {number}")
    assert again is not latest and again.rows.tolist() == latest.rows.tolist()


def test_a_kept_set_is_what_the_filter_gives(tmp_path: Path) -> None:
    snapshot = mixed(tmp_path)
    candidates = Candidates(snapshot)
    for where in CONDITIONS:
        for _ in range(2):
            np.testing.assert_array_equal(candidates.rows("any", where).mask, rows_where(snapshot, where))
