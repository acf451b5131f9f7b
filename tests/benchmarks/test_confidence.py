"""How well confidences hold: on shapes whose labels are easy, and on a space that knows nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import simple_space
from small_corpus import write_box
from typer.testing import CliRunner

from benchmarks import confidence
from benchmarks.__main__ import app
from retriever import spaces
from retriever.errors import UsageError

KINDS = 12


@pytest.fixture(autouse=True)
def simple(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(spaces._FAMILIES, spaces.DEFAULT, "simple_space")
    monkeypatch.setattr(spaces, "_opened", {})
    simple_space.install()
    yield
    spaces._opened.clear()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Twelve kinds of boxes, five of each that differ by little."""
    rng = np.random.default_rng(0)
    for kind in range(KINDS):
        size = rng.uniform(1, 9, 3)
        for number in range(5):
            write_box(
                tmp_path / "corpus" / f"kind {chr(97 + kind)}" / f"{number}.off",
                tuple(size * rng.uniform(0.98, 1.02, 3)),
            )
    return tmp_path / "corpus"


def test_shapes_of_a_kind_are_found_and_words_by_hashing_say_nothing(corpus: Path, tmp_path: Path):
    found = dict(confidence.tables(corpus, spaces.get("mini"), tmp_path))
    hits = {row["queries by"]: row for row in found["Confidence of hits"]}
    assert hits["shapes"]["hits"] == 60 * confidence.HITS and hits["shapes"]["held"] > 0.3
    assert hits["shapes"]["calibration error"] < 0.25
    for row in hits.values():
        assert abs(row["said"] - row["held"]) <= row["calibration error"] + 1e-9
    assert {row["words"]: row["texts"] for row in found["Surest hit of words that mean nothing here"]} == {
        "labels": KINDS, "nonsense": len(confidence.NONSENSE),
    }  # fmt: skip
    labels = {row["names"]: row for row in found["Confidence of zero-shot labels"]}
    assert set(labels) == {KINDS, 10, 4} and all(row["shapes"] == 60 for row in labels.values())
    assert labels[4]["capped"] <= labels[4]["share alone"]  # most shapes are of none of four names


def test_a_fold_takes_labels_away_and_nothing_else(corpus: Path, tmp_path: Path):
    found = confidence.indexed(corpus, tmp_path, spaces.get("mini"))
    hidden = found.labels == 3
    there = confidence._without(found, hidden, tmp_path / "fold")
    shown = there.column("label").to_pylist()
    assert [label is None for label in shown] == hidden.tolist() and len(there) == len(found.rows)
    np.testing.assert_array_equal(there.vectors(np.arange(there.rows)), found.vectors)


def test_few_labels_are_refused(tmp_path: Path):
    for name in ("a", "b"):
        write_box(tmp_path / "corpus" / name / "1.off", (1, 2, 3))
    with pytest.raises(UsageError, match=r"corpus=.*corpus has 2 labels on shapes: 10 are the least"):
        confidence.indexed(tmp_path / "corpus", tmp_path, spaces.get("mini"))


def test_the_command_prints_three_tables_and_keeps_them(corpus: Path, tmp_path: Path):
    done = CliRunner().invoke(app, ["confidence", "--corpus", str(corpus), "--json", str(tmp_path / "rows.json")])
    assert done.exit_code == 0, done.output
    assert done.output.count("| ---") >= 3 and (tmp_path / "rows.json").read_text().count('"section"') == 5 + 2 + 3
