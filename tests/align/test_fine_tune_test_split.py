"""Files marked as test: neither trained nor chosen on, and told of once, before and after."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import small_space
import torch
from commands import run
from safetensors.numpy import load_file

import retriever
from indexer import build
from indexer.align.own.fine_tune import fine_tune
from indexer.align.own.pairs import Pair, read_pairs
from indexer.align.own.splits import SPLIT
from indexer.align.own.tuning import Tuning
from indexer.align.shapes.views import build_in
from retriever.errors import UsageError
from retriever.evaluation import by_label, figures
from retriever.spaces import home
from retriever.spaces.views import ViewConfig, ViewTower
from retriever.types import Modality

QUICK = Tuning(steps=12, batch=16, rate=4e-3, holdout=0.25, views=2, half=False)
VIEWS = ViewConfig(side=32, count=3, weight=0.8, stem=8, widths=(8, 16), depths=(1, 1), gated=1)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a space that looks at shapes, and shapes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(home.ENVIRONMENT, str(tmp_path / "spaces"))
    small_space.write_space(tmp_path / "spaces/small", Modality.SHAPE)
    torch.manual_seed(0)
    build_in(tmp_path / "spaces/small", ViewTower(VIEWS).state_dict(), VIEWS, surface=300)
    small_space.write_shapes(tmp_path / "shapes")
    return tmp_path


def marked(place: Path, **numbers: str) -> list[Pair]:
    """The shapes, those whose number is among them marked as the split's name says."""
    splits = {number: split for split, several in numbers.items() for number in several}
    return [
        replace(pair, split=splits.get(Path(str(pair.source)).stem[-1])) for pair in read_pairs(place / "shapes").pairs
    ]


def outcome(folder: Path) -> tuple[dict[str, np.ndarray], float]:
    """The weights that came out, and how much what is seen weighs."""
    card = json.loads((folder / home.CARD).read_text())
    return load_file(folder / "shape.safetensors"), card["towers"]["shape"]["config"]["views"]["weight"]


def test_nothing_is_chosen_on_files_marked_as_test(place: Path) -> None:
    pairs = marked(place, test="45")
    said: list[str] = []
    report = fine_tune(pairs, "small", "mine", QUICK, workers=0, say=said.append)
    tower = report.towers[Modality.SHAPE]
    assert (tower.trained, tower.held_out, tower.tested) == (12, 4, 8)
    assert any("8 shapes marked as test, asked at the end alone" in line for line in said)
    # With every file of test under another name, all that was learnt and settled is the same.
    names = ["car", "bottle", "table", "chair"]
    others = [
        replace(pair, label=names[names.index(str(pair.label)) - 1]) if pair.split == "test" else pair for pair in pairs
    ]
    other = fine_tune(others, "small", "other", QUICK, workers=0)
    (weights, weight), (same, as_much) = outcome(report.folder), outcome(other.folder)
    assert weight == as_much and all(np.array_equal(weights[name], same[name]) for name in weights)
    assert other.towers[Modality.SHAPE].test_after != tower.test_after


def test_val_chooses_and_test_is_told_as_eval_has_it(place: Path) -> None:
    report = fine_tune(marked(place, val="3", test="45"), "small", "mine", QUICK, workers=0)
    tower = report.towers[Modality.SHAPE]
    assert (tower.trained, tower.held_out, tower.tested) == (12, 4, 8)
    assert tower.test_before.keys() == tower.test_after.keys() > tower.after.keys()
    with (report.folder / SPLIT).open() as file:
        splits = {row["path"]: row["split"] for row in csv.DictReader(file)}
    wanted = {"0": "train", "1": "train", "2": "train", "3": "val", "4": "test", "5": "test"}
    assert all(split == wanted[Path(path).stem[-1]] for path, split in splits.items()) and len(splits) == 24
    for space, told in (("small", tower.test_before), ("mine", tower.test_after)):
        folder = place / f"{space}.retriever"
        build.index(place / "shapes", folder, space=space, workers=0, metadata=report.folder / SPLIT)
        (figure,) = figures(["hit@1"])
        row = by_label(retriever.open(folder), figures=[figure], where="split = 'test'").of("shape>label").row(figure)
        # The index draws what it looks at from the whole surface, and so may differ in one of eight.
        assert row["value"] == pytest.approx(told["top1"][0], abs=0.126)
    readme = (report.folder / "README.md").read_text()
    assert "| 3D tower | 12 | 4 | 8 | 4 |" in readme and "On the 8 examples marked as test" in readme


def test_an_interrupted_training_tells_the_same_of_them(place: Path) -> None:
    def pull(phase: str, done: int, total: int | None) -> None:
        if phase == "train shape" and done == 7:
            raise KeyboardInterrupt

    pairs = marked(place, test="45")
    whole = fine_tune(pairs, "small", "mine", QUICK, workers=0)
    with pytest.raises(KeyboardInterrupt):
        fine_tune(pairs, "small", "broken", QUICK, workers=0, progress=pull)
    again = fine_tune(pairs, "small", "broken", QUICK, workers=0)
    first, second = (report.towers[Modality.SHAPE] for report in (whole, again))
    assert first.test_before == second.test_before and first.test_after == second.test_after


def test_a_split_of_ones_own_leaves_out_and_never_chooses_on_test(place: Path) -> None:
    pairs = marked(place, test="45")
    mask = [pair.split == "test" for pair in pairs]
    tower = fine_tune(pairs, "small", "mine", QUICK, workers=0, held_out=mask).towers[Modality.SHAPE]
    assert (tower.trained, tower.held_out, tower.tested) == (16, 0, 8) and tower.after == {}
    assert outcome(place / "spaces/mine")[1] == pytest.approx(VIEWS.weight / 2)


def test_the_summary_tells_them_apart(place: Path) -> None:
    small_space.write_shapes(place / "corpus", 1)
    for pair in marked(place, test="45"):
        path = Path(str(pair.source))
        folder = place / "corpus" / str(pair.label) / (pair.split or "train")
        folder.mkdir(parents=True, exist_ok=True)
        path.rename(folder / path.name)
    options = ("--steps", 3, "--batch", 8, "--workers", 0, "--holdout", 0.25)
    done = run("align", "corpus", "--into", "mine", "--from", "small", *options)
    assert done.exit_code == 0, done.output
    assert "held out, before and after:" in done.stderr
    assert "on 8 shapes marked as test, on which nothing was chosen, before and after" in done.stderr


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        ([True] * 5, "held_out= has 5 values for 24 pairs; give a boolean for each pair"),
        (np.zeros((24, 1), bool), r"held_out= has the shape \(24, 1\)"),
        (np.arange(24), "not the places of some"),
    ],
)
def test_a_split_of_ones_own_that_is_none_is_named(place: Path, mask: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fine_tune(marked(place), "small", "never", QUICK, workers=0, held_out=mask)  # type: ignore[arg-type]
