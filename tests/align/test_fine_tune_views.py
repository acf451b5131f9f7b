"""Training a 3D tower that looks at shapes as well: what looks stays as it is, and weighs what it is worth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import small_space
import torch
from safetensors.numpy import load_file

from indexer.align.own.examples.shapes import SHARES
from indexer.align.own.fine_tune import fine_tune
from indexer.align.own.pairs import read_pairs
from indexer.align.own.tuning import Tuning
from indexer.align.shapes import verifying
from indexer.align.shapes.views import build_in
from retriever.spaces import home
from retriever.spaces.mini import open_space
from retriever.spaces.pose import PoseVerifier
from retriever.spaces.views import ViewConfig, ViewTower
from retriever.types import Modality

VIEWS = ViewConfig(side=32, count=3, weight=0.8, stem=8, widths=(8, 16), depths=(1, 1), gated=1)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(home.ENVIRONMENT, str(tmp_path / "spaces"))
    small_space.write_space(tmp_path / "spaces/small", Modality.SHAPE, Modality.IMAGE)
    torch.manual_seed(0)
    build_in(tmp_path / "spaces/small", ViewTower(VIEWS).state_dict(), VIEWS, surface=300)
    verifying.build_in(tmp_path / "spaces/small", PoseVerifier(384, 8))
    small_space.write_shapes(tmp_path / "shapes")
    return tmp_path


@pytest.mark.parametrize("holdout", [0.25, 0.0])
def test_what_looks_stays_and_its_weight_is_settled(place: Path, holdout: float) -> None:
    tuning = Tuning(steps=40, batch=16, rate=4e-3, holdout=holdout, views=2, half=False)
    report = fine_tune(read_pairs(place / "shapes").pairs, "small", "mine", tuning, workers=0)
    before, after = (load_file(place / "spaces" / name / "shape.safetensors") for name in ("small", "mine"))
    gone = before.keys() - after.keys()  # it speaks of the vectors of the tower before
    assert {name.split(".")[0] for name in gone} == {"verifier"} and after.keys() <= before.keys()
    for name, weights in before.items():
        if name.startswith("views."):
            np.testing.assert_array_equal(weights, after[name])
    assert (before["projection.weight"] != after["projection.weight"]).any()
    card = json.loads((place / "spaces/mine/space.json").read_text())
    views = card["towers"]["shape"]["config"]["views"]
    assert card["towers"]["shape"]["config"]["verifier_width"] == 0
    assert views | {"weight": VIEWS.weight} == json.loads(json.dumps(vars(VIEWS)))
    share = views["weight"] / VIEWS.weight
    if not holdout:
        assert share == 0.5
        return
    assert min(abs(share - each) for each in SHARES) < 1e-9
    after_training = report.towers[Modality.SHAPE].after
    files = sorted((place / "shapes").rglob("*.off"))
    vectors = open_space(report.folder).encode(shapes=files)
    assert vectors.shape == (len(files), 384)
    assert after_training["text_to_3d_map"] > report.towers[Modality.SHAPE].before["text_to_3d_map"]
