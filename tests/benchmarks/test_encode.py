"""The encoder benchmark over spaces in small: every tower and batch has its row, and nothing is left behind."""

from __future__ import annotations

import os

import pytest
import small_published
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.encode import memory_rows, present, rows, sampling_rows
from retriever import spaces
from retriever.spaces import catalogue, home

BOUND = small_published.FAMILIES[1]


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    for published in (BOUND, small_published.PUBLISHED):
        monkeypatch.setitem(catalogue.PUBLISHED, published.name, published)


def test_every_tower_and_batch_is_measured_under_made_up_weights() -> None:
    before = os.environ.get(home.ENVIRONMENT)
    with present(BOUND.name) as weights:
        assert weights == "made-up weights" and BOUND.name in spaces.names()
        found = rows(BOUND.name, [1, 3], rounds=1, device="cpu")
    assert [(row["tower"], row["batch"]) for row in found] == [
        (tower, batch) for tower in ("shape", "image", "text") for batch in (1, 3)
    ]
    assert all(row["items/s"] > 0 and row["GFLOP an item"] > 0 and row["x matmul"] > 0 for row in found)
    assert BOUND.name not in spaces.names() and os.environ.get(home.ENVIRONMENT) == before


def test_what_sampling_takes_is_a_part_of_the_tower() -> None:
    with present(small_published.NAME):
        whole, part = sampling_rows(small_published.NAME, 2, rounds=2, device="cpu")
    assert whole["share"] == 1 and 0 < part["share"] < 1
    assert part["ms a cloud"] == pytest.approx(part["share"] * whole["ms a cloud"])
    assert sampling_rows("mini", 2, rounds=1, device="cpu") == []


def test_a_text_query_is_weighed_in_a_process_of_its_own() -> None:
    torch, query = memory_rows("mini", rounds=1)
    assert torch["process"] == "import torch" and query["process"] == "query --text, mini"
    assert 30 < query["MB"] < 2000


def test_the_command_prints_its_tables() -> None:
    result = CliRunner().invoke(app, ["encode", "--space", "mini", "--batch", "1", "--rounds", "1"])
    assert result.exit_code == 0, result.output
    assert "Encoders of mini (its own weights)" in result.output and "Peak memory of a text query" in result.output
