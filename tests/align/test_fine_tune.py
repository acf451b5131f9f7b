"""Training on one's own shapes, from files to a space that indexes and answers."""

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import small_space
import torch
from safetensors.numpy import load_file

import retriever
from indexer import build
from indexer.align.loop import Recipe
from indexer.align.own.checks import remarks
from indexer.align.own.fine_tune import fine_tune
from indexer.align.own.interrupts import held_interrupts
from indexer.align.own.origin import Run
from indexer.align.own.pairs import of_clouds, read_pairs
from indexer.align.own.reading import Example
from indexer.align.own.splits import SPLIT
from indexer.align.own.tuning import Tuning, of_length
from retriever import spaces
from retriever.errors import RetrieverError, SpaceError, UsageError
from retriever.evaluation import by_label, figures
from retriever.spaces import home
from retriever.types import Modality

QUICK = Tuning(steps=40, batch=16, rate=4e-3, holdout=0.25, views=2, half=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with spaces, one of them small, and shapes."""
    place = tmp_path_factory.mktemp("align")
    small_space.write_space(place / "spaces/small", Modality.SHAPE, Modality.IMAGE)
    small_space.write_shapes(place / "shapes")
    return place


@pytest.fixture(autouse=True)
def _own(place, monkeypatch):
    monkeypatch.setenv(home.ENVIRONMENT, str(place / "spaces"))


def tune(place, into, *, tuning=QUICK, source="shapes", **more):
    return fine_tune(read_pairs(place / source).pairs, "small", into, tuning, workers=0, **more)


@pytest.fixture(scope="module")
def trained(place):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(home.ENVIRONMENT, str(place / "spaces"))
        said: list[str] = []
        report = tune(place, "mine", data="shapes", license="CC BY 4.0", say=said.append)
    return report, said


def test_what_comes_out_is_a_space_that_indexes_and_answers(trained, place, tmp_path):
    report, _ = trained
    assert "mine" in spaces.names() and report.folder == place / "spaces/mine"
    build.index(place / "shapes/car", tmp_path / "index", space="mine", workers=0)
    index = retriever.open(tmp_path / "index")
    assert index.space.identity.name == "mine"
    assert len(index.search(text="a car", k=3)) == 3


def test_it_learns_and_reports_before_and_after(trained):
    tower = trained[0].towers[Modality.SHAPE]
    assert (tower.trained, tower.held_out, tower.phrases) == (18, 6, 4)
    assert tower.before.keys() == tower.after.keys() == {"loss", "top1", "text_to_3d_map", "3d_to_3d_map"}
    assert tower.after["top1"] > tower.before["top1"]
    assert [row["step"] for row in tower.curve][:2] == [0, 3] and tower.curve[-1]["step"] == 40


def test_the_folder_holds_all_that_is_to_be_known(trained):
    folder = trained[0].folder
    card = json.loads((folder / home.CARD).read_text())
    assert card["based_on"] == {"name": "small", "weights": spaces.get("small").identity.weights}
    assert card["training"]["recipes"]["shape"]["steps"] == 40
    assert "CC BY 4.0" in card["license"] and "random shape weights" in card["license"]
    readme = (folder / "README.md").read_text()
    assert "inherit the licence of the data" in readme and "| 3D tower | 18 | 6 | 0 | 4 |" in readme
    assert "(curve-shape.svg)" in readme
    ElementTree.parse(folder / "curve-shape.svg")
    assert not list(folder.parent.glob(".*"))


def test_files_that_were_held_out_are_told_so_that_they_alone_can_be_asked_about(trained, place, tmp_path):
    folder, tower = trained[0].folder, trained[0].towers[Modality.SHAPE]
    build.index(place / "shapes", tmp_path / "index", space="mine", workers=0, metadata=folder / SPLIT)
    index = retriever.open(tmp_path / "index")
    splits = dict(zip(*(index.snapshot.column(name).to_pylist() for name in ("path", "split")), strict=True))
    assert Counter(splits.values()) == {"train": tower.trained, "val": tower.held_out}
    found = by_label(index, figures=figures(["hit@1"]), where="split = 'val'").of("shape>label")
    assert found.row(figures(["hit@1"])[0])["value"] == pytest.approx(tower.after["top1"])


def test_towers_that_were_not_trained_are_the_same(trained, place):
    old, new = (json.loads((place / f"spaces/{name}/space.json").read_text())["towers"] for name in ("small", "mine"))
    assert old["image"] == new["image"] and old["text"] == new["text"]
    assert old["shape"]["sha256"] != new["shape"]["sha256"]
    assert spaces.get("mine").identity.weights != spaces.get("small").identity.weights


def test_the_same_seed_and_files_give_the_same_weights_another_seed_others(trained, place):
    again = tune(place, "again")
    other = tune(place, "other", tuning=Tuning(**{**vars(QUICK), "seed": 1}))
    one, same, different = (load_file(each.folder / "shape.safetensors") for each in (trained[0], again, other))
    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert not all(np.array_equal(one[name], different[name]) for name in one)


def test_an_interrupted_training_goes_on_where_it_was(trained, place):
    def pull(phase, done, total):
        if phase == "train shape" and done == 11:
            raise KeyboardInterrupt

    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        tune(place, "broken", progress=pull)
    assert "broken" not in spaces.names()
    with pytest.raises(UsageError, match="interrupted and waits"):
        tune(place, "broken", tuning=Tuning(**{**vars(QUICK), "rate": 1e-3}))
    report = tune(place, "broken", say=said.append)
    assert "going on from step 11 of 40" in said
    one, same = (load_file(folder / "shape.safetensors") for folder in (trained[0].folder, report.folder))
    assert all(np.array_equal(one[name], same[name]) for name in one)


def test_minutes_become_steps_that_a_second_start_keeps(place):
    def pull(phase, done, total):
        if phase == "train shape" and done == 1:
            raise KeyboardInterrupt

    timed = Tuning(minutes=0.02, batch=16, views=1, half=False)
    with pytest.raises(KeyboardInterrupt):
        tune(place, "timed", tuning=timed, progress=pull)
    steps = json.loads((place / "spaces/.timed.training/plan.json").read_text())["steps"]["shape"]
    assert tune(place, "timed", tuning=timed).towers[Modality.SHAPE].recipe.steps == steps >= 1


@pytest.mark.parametrize("text", ["", "[]", '{"what": 1}', "[" * 100_000])
def test_a_damaged_plan_of_an_interrupted_training_is_dropped_only_when_asked(tmp_path, text):
    training = Run(tmp_path / ".mine.training")
    training.folder.mkdir()
    training.plan({"data": 1}, {"shape": 3})
    assert training.begin({"data": 1}, "mine", overwrite=False) == {"shape": 3}
    (training.folder / "plan.json").write_text(text)
    with pytest.raises(UsageError, match=r"plan\.json of an interrupted training of 'mine' is damaged"):
        training.begin({"data": 1}, "mine", overwrite=False)
    assert training.begin({"data": 1}, "mine", overwrite=True) == {}


def test_a_space_is_overwritten_only_when_asked_and_then_as_a_whole(place):
    short = Tuning(**{**vars(QUICK), "steps": 2})
    first = tune(place, "twice", tuning=short)
    with pytest.raises(UsageError, match="exists already"):
        tune(place, "twice", tuning=short)
    (first.folder / "left.txt").write_text("old")
    again = fine_tune(read_pairs(place / "shapes").pairs, "twice", "twice", short, workers=0, overwrite=True)
    assert json.loads((again.folder / home.CARD).read_text())["based_on"]["name"] == "twice"
    assert not (again.folder / "left.txt").exists()


def test_names_that_ship_are_not_to_be_had(place):
    with pytest.raises(UsageError, match="'mini' is the name of a space that ships"):
        tune(place, "mini")
    with pytest.raises(UsageError, match="letters"):
        tune(place, "../mine")


def test_clouds_and_a_given_split_and_a_folder_to_write_to(place, tmp_path):
    rng = np.random.default_rng(0)
    scale = np.where(np.arange(12) % 2, 1, 9)[:, None, None] * np.array([0.1, 0, 0]) + 0.1
    pairs = of_clouds(rng.standard_normal((12, 128, 3)) * scale, ["long", "round"] * 6)
    held_out = np.arange(12) < 4
    report = fine_tune(pairs, place / "spaces/small", tmp_path / "long", QUICK, held_out=held_out)
    assert report.towers[Modality.SHAPE].held_out == 4 and report.folder == tmp_path / "long"
    assert (tmp_path / "long/space.json").is_file()


def test_bad_files_are_listed_and_stop_nothing(place, tmp_path):
    shutil.copytree(place / "shapes", tmp_path / "shapes")
    (tmp_path / "shapes/car/empty.glb").write_bytes(b"")
    report = tune(tmp_path, tmp_path / "out", tuning=Tuning(**{**vars(QUICK), "steps": 2}), failed=[("x", "is odd")])
    assert [Path(path).name for path, _ in report.failed] == ["x", "empty.glb"]
    listed = [json.loads(line) for line in (report.folder / "failures.jsonl").read_text().splitlines()]
    assert listed[0] == {"path": "x", "problem": "is odd"} and "export" in listed[1]["problem"]


@pytest.mark.parametrize(
    ("labels", "message"),
    [(["chair"] * 4, "called 'chair': one class alone"), (["bed"], "called 'bed'")],
)
def test_one_class_is_refused_before_training(place, labels, message):
    clouds = np.random.default_rng(0).standard_normal((len(labels), 60, 3))
    with pytest.raises(RetrieverError, match=message):
        fine_tune(of_clouds(clouds, labels), "small", "never", QUICK)
    assert "never" not in spaces.names()


def test_a_class_of_one_and_copies_are_remarked_on_and_trained_on(place):
    said: list[str] = []
    clouds = np.random.default_rng(0).standard_normal((8, 60, 3))
    clouds[1] = clouds[0]
    pairs = of_clouds(clouds, ["bed", "bed", *["chair"] * 5, "lamp"])
    report = fine_tune(pairs, "small", "remarks", Tuning(**{**vars(QUICK), "steps": 2}), say=said.append)
    assert "note: 2 classes have one shape only, used for training alone: bed, lamp" in said
    assert "note: copies of other shapes, kept on the same side of the split: 1" in said
    assert any(
        "note: there is little to learn from, 3 classes, half of them of 2 shapes or fewer:" in line for line in said
    )
    assert report.towers[Modality.SHAPE].trained == 8 - report.towers[Modality.SHAPE].held_out


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ((9, 9, 9), "3 classes, half of them of 9 shapes or fewer: .* figures on 1 shape held out say little"),
        ((200, 100), "2 classes, half of them of 100 shapes or fewer"),
        ((1, 2, 50), "3 classes, half of them of 2 shapes or fewer"),
        ((10, 10, 10), None),
        ((1, 10, 50), None),
    ],
)
def test_a_small_set_is_told_what_to_expect(sizes, says):
    labels = [name for name, size in zip(("bed", "chair", "lamp"), sizes, strict=False) for _ in range(size)]
    examples = [
        Example(pair, (), str(place)) for place, pair in enumerate(of_clouds(np.zeros((len(labels), 4, 3)), labels))
    ]
    told = " | ".join(remarks(examples, np.arange(len(labels)) == 0, Modality.SHAPE))
    assert ("little to learn" in told) == (says is not None) and re.search(says or "", told)
    captioned = [replace(each, pair=replace(each.pair, label=None)) for each in examples]
    assert "little to learn" not in " ".join(remarks(captioned, np.arange(len(labels)) == 0, Modality.SHAPE))


def test_nothing_held_out_is_said_and_no_error(place):
    said: list[str] = []
    report = tune(place, "all", tuning=Tuning(**{**vars(QUICK), "steps": 2, "holdout": 0.0}), say=said.append)
    assert report.towers[Modality.SHAPE].after == {}
    assert any("no shapes are held out" in line for line in said)
    assert "nothing was measured" in (report.folder / "README.md").read_text()


def test_modalities_that_the_space_lacks_are_named(place):
    with pytest.raises(SpaceError, match=r"no audio tower to train \(it has towers for: shape, image\)"):
        tune(place, "never", modalities=["audio"])
    with pytest.raises(RetrieverError, match="no pictures among the files"):
        tune(place, "never", modalities=["image"])
    with pytest.raises(RetrieverError, match="None of 2 files could be read"):
        fine_tune(of_clouds(np.zeros((2, 5, 3)), ["a", "b"]), "small", "never", QUICK)


def test_weights_of_another_tower_are_named(place, tmp_path):
    folder = small_space.write_space(tmp_path / "old", Modality.SHAPE)
    (folder / "shape.safetensors").write_bytes((place / "spaces/small/image.safetensors").read_bytes())
    with pytest.raises(SpaceError, match=r"old/shape\.safetensors are damaged"):
        fine_tune(read_pairs(place / "shapes").pairs, folder, "never", QUICK, workers=0)
    card = json.loads((folder / home.CARD).read_text())
    card["towers"]["shape"]["config"]["wings"] = 2
    (folder / home.CARD).write_text(json.dumps(card))
    with pytest.raises(SpaceError, match="wings"):
        fine_tune(read_pairs(place / "shapes").pairs, folder, "never", QUICK, workers=0)


@pytest.mark.parametrize(
    "wrong", [{"batch": 1}, {"holdout": 1.0}, {"steps": 0}, {"views": 0}, {"steps": 3, "minutes": 1.0}]
)
def test_settings_out_of_range_name_their_argument(wrong):
    with pytest.raises(UsageError, match=f"{next(iter(wrong))}="):
        Tuning(**wrong)


def test_recipes_suit_their_length():
    for steps in (1, 7, 300, 6000):
        recipe = of_length(Recipe(rate=1e-3), steps)
        rates = [recipe.rate_at(step) for step in range(steps)]
        assert 1 <= recipe.warmup <= max(1, steps // 2) and 1 <= recipe.validate_every <= steps
        assert max(rates) <= 1e-3 and 0.5 <= recipe.average <= 0.998


def test_interrupts_wait_for_the_end_of_a_step():
    import os
    import signal

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), held_interrupts() as check:
        check()
        os.kill(os.getpid(), signal.SIGINT)
        survived = torch.ones(3).sum()  # a step that is under way
        assert survived == 3
        check()
    assert signal.getsignal(signal.SIGINT) is before
