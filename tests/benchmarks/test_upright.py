"""The benchmark of corpora saved with another axis up, over a few shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from retrieval_data import write_named
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.retrieval import upright
from benchmarks.retrieval.encoding import Encoding
from benchmarks.retrieval.made import made_shapes
from retriever import spaces

KINDS = (
    *("airliner", "bench", "bicycle", "car", "chair", "church", "dog", "elephant", "giraffe", "helicopter", "horse"),
    *("motorcycle", "mug", "sailboat", "sofa", "stool", "table", "teapot", "tractor", "windmill"),
)


def test_it_measures_what_is_told_and_what_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upright, "SIZES", (20,))
    monkeypatch.setattr(upright, "CORPORA", 2)
    made = made_shapes(1, KINDS)
    source = upright.Source("few", made.meshes, made.labels, made.kinds)
    (title, rows), (found, measured) = upright.tables(source, Encoding(spaces.get()), tmp_path)
    assert title == "Which axis is up, few" and found == "What is found, few"
    told = {row["saved with"]: (row["read with y up"], row["with z up"]) for row in rows}
    assert told == {"y up": (1, 0), "z up": (0, 1), "any pose": (1, 0)}
    values = {(row["measure"], row["subset"]): row["value"] for row in measured}
    for measure in ("top-1", "text->3D mAP"):
        lying, looked, said = (values[measure, f"saved with z up, --up {up}"] for up in ("y", "auto", "z"))
        assert lying <= looked == said == pytest.approx(values[measure, "saved with y up, --up auto"], abs=0.2)


def test_held_back_meshes_come_by_their_names(tmp_path: Path):
    write_named(tmp_path)
    (source,) = upright.sources(tmp_path)
    assert len(source.meshes) == len(source.labels) and set(source.labels) == set(np.arange(len(source.names)))
    assert list(upright.sources(tmp_path / "empty")) == []


def test_the_command_says_what_it_needs(tmp_path: Path):
    done = CliRunner().invoke(app, ["upright", "--data", str(tmp_path)])
    assert done.exit_code == 1 and "holds no shapes_named" in str(done.exception)
