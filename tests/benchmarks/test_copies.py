"""Near-duplicates by cosine against marked groups, and meshes sampled again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from retrieval_data import write_named
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.retrieval.copies import by_limit, by_share


def test_pairs_are_counted_once_and_beside_those_that_are_marked(monkeypatch: pytest.MonkeyPatch):
    angles = np.radians([0, 5, 40, 44, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    groups = np.array([0, 0, 1, 2, 1])  # marked: 0 with 1, and 2 with 4, which are far apart
    for block in (512, 2):
        monkeypatch.setattr("benchmarks.retrieval.copies._BLOCK", block)
        close, any_ = by_limit(vectors, groups, (0.99, -1.0))
        assert (close["pairs"], close["marked"]) == (2, 2)
        assert close["precision"] == close["recall"] == close["F1"] == 0.5
        assert (any_["pairs"], any_["precision"], any_["recall"]) == (10, 0.2, 1)


def test_shares_are_of_the_largest_cosines():
    rows = list(by_share(np.arange(101) / 100))
    assert [row["cosine at least"] for row in rows] == pytest.approx([0, 0.25, 0.5, 0.75, 0.95])


def test_the_command_needs_named_meshes(tmp_path: Path):
    done = CliRunner().invoke(app, ["copies", "--data", str(tmp_path)])
    assert done.exit_code == 1 and "holds no shapes_named" in str(done.exception)


def test_the_command_measures_packed_meshes(tmp_path: Path):
    write_named(tmp_path)
    done = CliRunner().invoke(app, ["copies", "--data", str(tmp_path), "--json", str(tmp_path / "rows.json")])
    assert done.exit_code == 0, done.output
    assert "Near-duplicates by cosine" in done.output and "sampled again" in done.output
