"""How often names of the vocabulary are right, where that is plain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from retrieval_data import write_data
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.retrieval.naming import LEAST, Called, rows
from indexer.vocabulary.hedging import taxonomy
from retriever.types import Vectors


class Spoken:
    """Names shapes as it is told to, all of them with a confidence of 0.6."""

    def __init__(self, names: list[str]) -> None:
        self._places = np.array([taxonomy().names.index(name) for name in names])

    def named(self, vectors: Vectors, least: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self._places, np.ones(len(vectors)), np.full(len(vectors), 0.6)


def told(names: list[str], captions: list[tuple[str, ...]], least: float) -> dict[str, float]:
    called = Called("them", np.zeros((len(captions), 4), np.float32), captions)
    return {row["confidence"]: row for row in rows(called, Spoken(names))}[least]  # type: ignore[arg-type]


def test_a_name_is_right_that_is_wider_or_narrower_and_specific_only_where_it_is_no_wider():
    captions = [("chair",), ("armchair",), ("chair",), ("chair",)]
    row = told(["chair", "chair", "armchair", "teapot"], captions, 0.5)
    assert row["right"] == 3 / 4 and row["named as specifically"] == 2 / 4
    assert row["named"] == 1 and row["said"] == pytest.approx(0.6) and row["shapes"] == 4


def test_what_has_no_word_in_the_vocabulary_does_not_count():
    row = told(["chair"], [("chair",), ("flurble",)], 0.5)
    assert row["shapes"] == 1 and row["without a word"] == 1 and row["right"] == 1


def test_what_is_not_sure_enough_gets_no_name():
    row = told(["chair"], [("chair",)], 0.7)
    assert row["named"] == 0 and row["named as specifically"] == 0 and row["right"] is None and row["said"] is None


def test_the_command_has_a_row_for_every_confidence(tmp_path: Path):
    write_data(tmp_path / "all")
    done = CliRunner().invoke(app, ["naming", "--data", str(tmp_path / "all"), "--per-kind", "1"])
    assert done.exit_code == 0, done.output
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if "|" in line]
    tables = [line for line in lines if line[0] == "confidence"]
    assert len(tables) == 4
    assert [float(line[0]) for line in lines if line[0][0].isdigit()] == [*LEAST] * 4
