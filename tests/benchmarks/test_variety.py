"""What variety costs, what bad examples bring, and what names add, where the right answers are plain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from retrieval_data import write_named
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.retrieval import variety

DIM = 8


def two_kinds(each: int) -> tuple[np.ndarray, np.ndarray]:
    """Vectors about two directions at right angles, and their labels."""
    noise = np.random.default_rng(0).normal(0, 0.02, (2 * each, DIM)).astype(np.float32)
    vectors = np.repeat(np.eye(DIM, dtype=np.float32)[:2], each, axis=0) + noise
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.repeat(["cup", "owl"], each)


def test_relevance_alone_keeps_the_score_and_variety_gives_it_away():
    vectors, labels = two_kinds(30)
    rows = list(variety.by_trade(vectors, labels, ["cup", "owl"], np.eye(DIM, dtype=np.float32)[:2]))
    for asked in ("text", "a shape"):
        alone, *_, varied = [row for row in rows if row["asked with"] == asked]
        assert (alone["trade-off"], alone["score kept"], alone["of that label"]) == (1, pytest.approx(1), 1)
        assert varied["score kept"] < 1 and varied["of that label"] < 1
        assert varied["cosine between hits"] < alone["cosine between hits"]


def test_bad_examples_take_away_what_they_have_in_common_with_the_right_ones():
    vectors = np.array([[1, 0], [0.8, 0.6], [0.7, 0.714], [0.6, -0.8]], np.float32)  # good, bad, right, wrong
    right = np.array([True, False, True, False])
    good, bad = np.array([0]), np.array([1])
    assert variety._found(vectors, good, bad, right, 0.0) == (0.5, 1.0)
    assert variety._found(vectors, good, bad, right, 1.0) == (0.5, 0.5)
    rows = list(variety.by_weight(*two_kinds(30), ["cup", "owl"]))
    assert [(row["queries"], row["mean average precision"]) for row in rows] == [(10, 1)] * len(variety.WEIGHTS)


def test_the_command_needs_named_meshes(tmp_path: Path):
    done = CliRunner().invoke(app, ["variety", "--data", str(tmp_path)])
    assert done.exit_code == 1 and "holds no shapes_named" in str(done.exception)


def test_the_command_measures_packed_meshes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_named(tmp_path)
    monkeypatch.setattr(variety, "_LEAST", 2)
    monkeypatch.setattr(variety, "_GOOD", 1)
    monkeypatch.setattr(variety, "EVERYDAY", "kenney")
    done = CliRunner().invoke(app, ["variety", "--data", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "Variety by trade-off" in done.output and "Bad examples by weight" in done.output
    names = next(line for line in done.output.splitlines() if line.startswith("| name "))
    assert [float(cell) for cell in names.split("|")[5:7]] == [1, 1]  # eight names, each of them said
