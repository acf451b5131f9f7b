"""Why a hit is one: shares, what passed, and the nearest label, by the mean vectors of the labels' items."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest
from index_making import DIM, SPACE, item, unit

from indexer.writer import IndexWriter
from retriever.errors import UsageError
from retriever.query.explain import Explanation, Labels
from retriever.store import Snapshot


def made(folder: Path, labels: list[str | None], vectors: np.ndarray) -> Snapshot:
    with IndexWriter(folder, SPACE) as writer:
        writer.append([item(number, label=label) for number, label in enumerate(labels)], vectors)
        return writer.commit()


def means(labels: list[str | None], vectors: np.ndarray) -> tuple[list[str], np.ndarray]:
    names = sorted({label for label in labels if label is not None})
    sums = np.stack([vectors[[label == name for label in labels]].sum(axis=0) for name in names])
    return names, sums / np.linalg.norm(sums, axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_label_whose_mean_is_nearest(seed: int, tmp_path: Path):
    random = np.random.default_rng(seed)
    labels = [None if number == 40 else f"kind {number}" for number in random.integers(0, 41, 300).tolist()]
    vectors = unit(300, seed)
    names, centroids = means(labels, vectors)
    asked = unit(20, seed + 10)
    found, cosines = Labels(made(tmp_path, labels, vectors)).nearest("shape", asked)
    assert found == [names[place] for place in (asked @ centroids.T).argmax(axis=1)]
    np.testing.assert_allclose(cosines, (asked @ centroids.T).max(axis=1), atol=1e-5)


def test_of_a_label_with_many_items_some_from_all_over_stand_for_all(tmp_path: Path):
    random = np.random.default_rng(0)
    labels: list[str | None] = ["many"] * 3000 + ["few"] * 5 + ["many"] * 3000
    drift = np.linspace(-1, 1, len(labels))[:, None] * np.eye(DIM)[2]  # what is first in the index is not all there is
    base = np.where([[label == "many"] for label in labels], np.eye(DIM)[0], np.eye(DIM)[1])
    vectors = base + drift + random.normal(0, 0.1, (len(labels), DIM))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    names, centroids = means(labels, vectors)
    found, cosines = Labels(made(tmp_path, labels, vectors)).nearest("shape", centroids)
    assert found == names == ["few", "many"] and (cosines > 0.98).all()


def test_no_label_is_nearest_where_there_is_none_or_where_items_cancel(tmp_path: Path):
    one = unit(1)
    assert Labels(made(tmp_path / "none", [None, None], unit(2))).nearest("shape", one)[0] == [None]
    opposite = np.concatenate([one, -one])
    assert Labels(made(tmp_path / "cancel", ["a", "a"], opposite)).nearest("shape", one)[0] == [None]


def test_an_explanation_names_shares_label_and_what_passed(made_index):
    hits = made_index.search("text:tall - text:red", where="faces = 20 and label <> 'sofa'", k=2)
    assert [share.term for share in hits[0].explanation.shares] == ['text:"tall"', '-text:"red"']
    assert [share.share for share in hits[0].explanation.shares] == list(hits[0].shares)
    assert hits[0].explanation.nearest == "tower" and 0.8 < hits[0].explanation.nearness <= 1
    assert hits[0].explanation.passed == {"faces": 20, "label": "tower"}
    told = json.loads(hits.to_json(explain=True))["hits"][0]["explain"]
    assert told["nearest_label"] == "tower" and told["passed"] == {"faces": 20, "label": "tower"}
    assert "explain" not in json.loads(hits.to_json())["hits"][0]


def test_numbers_that_json_has_not_are_null():
    passed = {"price": float("nan"), "sizes": [1.5, float("inf")], "faces": 3, "label": "a"}
    told = Explanation((), None, 0.0, passed).to_dict()["passed"]
    assert told == {"price": None, "sizes": [1.5, None], "faces": 3, "label": "a"}
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_an_unlabelled_hit_is_explained_by_its_neighbours(made_index):
    hits = made_index.search(text="deep", k=5)
    assert hits[0].path == "tunnel.obj" and hits[0].label is None
    assert hits[0].explanation.nearest in {"tower", "plank"}
    assert made_index.search(text="tall", to="text", k=1)[0].explanation.nearest is None, "no text has a label"


def test_what_was_sent_to_another_process_says_that_it_cannot_be_explained(made_index):
    hits = made_index.search(text="tall", k=1)
    assert hits[0].explanation == hits.explain()[0]
    for sent in (copy.deepcopy(hits)[0], copy.deepcopy(hits[0])):
        assert sent == hits[0]
        with pytest.raises(UsageError, match="cannot be explained"):
            sent.explanation  # noqa: B018
