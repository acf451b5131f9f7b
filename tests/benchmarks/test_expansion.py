"""What moving queries towards their first hits brings, where the right answers are plain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from retrieval_data import write_clouds, write_data
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.retrieval.expansion import NEIGHBOURS, Asked


def test_a_query_that_is_off_is_brought_back_by_its_first_hit():
    gallery = np.array([[0.9, 0.1, 0.4], [0.1, 0.9, 0.4], [1, 0, -0.1]], np.float32)
    gallery /= np.linalg.norm(gallery, axis=1, keepdims=True)
    query = np.array([[0.3, 0.1, 0.95]], np.float32)
    asked = Asked("it", query / np.linalg.norm(query), gallery, np.array([[True, False, True]]))
    assert asked.precision(0) == pytest.approx((1 + 2 / 3) / 2)
    assert asked.precision(1) == 1


def test_what_is_hidden_is_neither_neighbour_nor_candidate():
    gallery = np.eye(3, dtype=np.float32)
    same = np.array([[True, True, False]] * 2 + [[False, False, True]])
    asked = Asked("it", gallery, gallery, same, np.eye(3, dtype=bool))
    assert asked.precision(0) == asked.precision(3)


def test_the_command_needs_shapes(tmp_path: Path):
    done = CliRunner().invoke(app, ["expansion", "--data", str(tmp_path)])
    assert done.exit_code == 1 and "holds neither shapes69 nor shapes_named" in str(done.exception)


def test_the_command_has_a_row_for_every_number_of_neighbours(tmp_path: Path):
    write_data(tmp_path / "all")
    write_clouds(tmp_path / "some" / "shapes69")
    titles = ["text->3D", "photo->3D", "3D->3D", "held-back names"]
    for folder, columns in (("all", titles), ("some", ["text->3D", "3D->3D"])):
        done = CliRunner().invoke(app, ["expansion", "--data", str(tmp_path / folder)])
        assert done.exit_code == 0, done.output
        table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if "|" in line]
        assert [name for name in table[0] if name != "held-back labels"] == ["neighbours", *columns]
        assert [int(row[0]) for row in table[2:]] == [*NEIGHBOURS]
