"""Pictures of an evaluation: what they show, in every format, the same each time."""

import sys
from xml.etree import ElementTree

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from retriever.errors import UsageError
from retriever.evaluation import USUAL, Answers, Evaluation
from retriever.evaluation.answers import Measured
from retriever.evaluation.picture import confusion, draw
from retriever.figures import check_figure
from retriever.metrics import Judged, interpolated_precision, judge


def answers(classes: int = 4, each: int = 6, seed: int = 0, pair: str = "shape>shape") -> Answers:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each)
    scores = rng.random((len(labels), len(labels))) + (labels[:, None] == labels) * 0.5
    judged, _ = judge(scores, labels[:, None] == labels, np.eye(len(labels), dtype=bool))
    names = [f"class {label}" for label in labels]
    ids = [str(i) for i in range(len(labels))]
    return Answers(pair, ids, names, Measured.of(judged, USUAL), len(labels), rng.permutation(names).tolist())


def evaluation(*several: Answers) -> Evaluation:
    return Evaluation("label", "shapes by label", "mini", 1, USUAL, several)


def texts(path) -> str:
    return " ".join(part.text or "" for part in ElementTree.parse(path).iter() if part.tag.endswith("text"))


def test_curves_bars_and_confusions_are_named(tmp_path):
    draw(evaluation(answers(), answers(pair="image>shape", seed=1)), tmp_path / "e.svg")
    shown = texts(tmp_path / "e.svg")
    for words in ("shapes by label", "recall", "shape>shape", "image>shape", "class 3", "Confusion"):
        assert words in shown


def test_of_many_classes_the_best_and_the_worst_are_shown(tmp_path):
    draw(evaluation(answers(classes=60, each=2)), tmp_path / "e.svg")
    assert "20 more" in texts(tmp_path / "e.svg")


def test_without_classes_there_is_the_curve_alone(tmp_path):
    plain = answers()
    draw(evaluation(Answers("text>shape", plain.queries, None, plain.measured, 24)), tmp_path / "e.svg")
    assert "recall" in texts(tmp_path / "e.svg") and "Confusion" not in texts(tmp_path / "e.svg")


@pytest.mark.parametrize("name", ["tall $x^^2$", "a\x07bell", "灯", "a very long name of a class, " * 9])
def test_any_label_can_be_drawn(tmp_path, name, recwarn):
    found = answers()
    renamed = [name if label == "class 1" else label for label in found.classes]
    draw(evaluation(Answers("shape>shape", found.queries, renamed, found.measured, 24, renamed)), tmp_path / "e.svg")
    assert name[:7].replace("\x07", " ") in texts(tmp_path / "e.svg")
    draw(evaluation(Answers("shape>shape", found.queries, renamed, found.measured, 24, renamed)), tmp_path / "e.png")
    assert Image.open(tmp_path / "e.png").size[1] < 1100
    assert not [each.message for each in recwarn.list if issubclass(each.category, UserWarning)]


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".PNG"])
def test_the_same_figure_is_the_same_file(tmp_path, suffix):
    files = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for file in files:
        draw(evaluation(answers()), file)
    assert files[0].read_bytes() == files[1].read_bytes() and files[0].stat().st_size > 1000
    if suffix == ".PNG":
        assert Image.open(files[0]).size[0] > 1000


@pytest.mark.parametrize("name", ["e.jpg", "e", "e.svg.txt"])
def test_other_names_are_refused(tmp_path, name):
    with pytest.raises(UsageError, match=r"ends in \.svg, \.png or \.pdf"):
        check_figure(tmp_path / name)


def test_folders_are_made_and_what_cannot_be_written_is_said(tmp_path):
    draw(evaluation(answers()), tmp_path / "new" / "e.svg")
    assert (tmp_path / "new" / "e.svg").is_file()
    with pytest.raises(UsageError, match="cannot be written"):
        draw(evaluation(answers()), tmp_path / "new" / "e.svg" / "e.svg")


def test_without_matplotlib_the_cure_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r'pip install "any3d-retriever\[figures\]"'):
        check_figure(tmp_path / "e.svg")


def test_confusions_are_shares_of_each_class():
    found = Answers("shape>label", list("abcd"), list("xxyz"), answers().measured, 3, ["x", "y", "y", "y"])
    names, shares = confusion(found)
    assert names == ["x", "y", "z"]
    assert shares.tolist() == [[0.5, 0.5, 0], [0, 1, 0], [0, 1, 0]]
    names, shares = confusion(found, most=2)
    assert names == ["x", "y"]  # of those taken for another as often, the first
    assert shares.tolist() == [[0.5, 0.5, 0], [0, 1, 0]]


@given(st.integers(0, 2**32 - 1))
def test_trec_eval_agrees_on_interpolated_precision(seed):
    rng = np.random.default_rng(seed)
    wanted = np.arange(14) < 5  # of five, the steps of recall are levels; trec_eval rounds others in its own way
    ranks = rng.permutation(14) + 1.0
    judged = Judged(np.array([wanted.sum()]), np.sort(ranks[wanted]), np.ones(wanted.sum()))
    qrels = {"q": {str(i): int(wanted[i]) for i in range(14)}}
    run = {"q": {str(i): -float(ranks[i]) for i in range(14)}}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"iprec_at_recall"}).evaluate(run)["q"]
    levels = np.linspace(0, 1, 11)
    ours = interpolated_precision(judged, levels)[0]
    assert ours == pytest.approx([theirs[f"iprec_at_recall_{level:.2f}"] for level in levels])
