"""Training on one's own pictures and sounds."""

from pathlib import Path

import pytest
import small_space

from indexer.align.own.fine_tune import fine_tune
from indexer.align.own.pairs import read_pairs
from indexer.align.own.tuning import Tuning
from retriever import spaces
from retriever.spaces import home
from retriever.types import Modality

QUICK = Tuning(steps=40, batch=16, rate=4e-3, holdout=0.25, half=False)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(home.ENVIRONMENT, str(tmp_path / "spaces"))
    small_space.write_space(tmp_path / "spaces/small", Modality.IMAGE, Modality.AUDIO)
    return tmp_path


def test_pictures_of_three_colours_are_told_apart(place):
    small_space.write_pictures(place / "pictures")
    report = fine_tune(read_pairs(place / "pictures").pairs, "small", "mine", QUICK, workers=0)
    tower = report.towers[Modality.IMAGE]
    assert tower.after["top1"] > 0.9 and tower.after["loss"] < tower.before["loss"]
    vectors = spaces.get("mine").encode(texts=["red", "blue"], images=[place / "pictures/red/0.png"])
    assert vectors[2] @ vectors[0] > vectors[2] @ vectors[1]


def test_sounds_of_three_kinds_are_told_apart(place):
    small_space.write_sounds(place / "sounds")
    report = fine_tune(read_pairs(place / "sounds").pairs, "small", "mine", QUICK, workers=0)
    tower = report.towers[Modality.AUDIO]
    assert tower.after["top1"] > 0.6 and tower.after["loss"] < tower.before["loss"]
    assert list(report.towers) == [Modality.AUDIO]
    assert spaces.get("mine").modalities == {Modality.IMAGE, Modality.AUDIO, Modality.TEXT}


def test_two_towers_in_one_go(place):
    small_space.write_pictures(place / "files/pictures", 3)
    small_space.write_sounds(place / "files/sounds", 3)
    small_space.write_shapes(place / "files/shapes", 2)
    said: list[str] = []
    short = Tuning(steps=2, batch=4, half=False)
    report = fine_tune(read_pairs(place / "files").pairs, "small", "mine", short, workers=0, say=said.append)
    assert list(report.towers) == [Modality.IMAGE, Modality.AUDIO]
    assert "note: 8 shapes left out, as this trains the tower for image and audio" in said
    assert {"curve-image.svg", "curve-audio.svg"} <= {path.name for path in report.folder.iterdir()}
