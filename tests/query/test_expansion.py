"""Query expansion: what a query moves to, and what is found from there."""

from __future__ import annotations

import json

import numpy as np
import pytest
from conftest import ITEMS, made_item, meaning
from hypothesis import given
from hypothesis import strategies as st

import retriever
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.errors import UsageError
from retriever.query.background import Background
from retriever.query.calibrate import FILE, Calibration
from retriever.query.compose import unit_rows
from retriever.query.expansion import ALPHA, expanded, expanded_among

DIM = 6


def told(hits):
    return [(hit.id, hit.score, hit.shares, hit.fused, hit.confidence, hit.repeats) for hit in hits]


def ids(hits):
    return [hit.id for hit in hits]


@pytest.fixture
def many(tmp_path, made_space, monkeypatch):
    """300 shapes and 40 texts of all mixtures of meanings."""
    monkeypatch.setattr(spaces, "get", lambda name: {"made": made_space}[name])
    (tmp_path / "corpus").mkdir()
    vectors = unit_rows(np.random.default_rng(0).random((340, DIM)) ** 3).astype(np.float32)
    with IndexWriter(tmp_path / "index", made_space.identity) as writer:
        root = writer.root(tmp_path / "corpus")
        kinds = ["shape"] * 300 + ["text"] * 40
        items = [
            made_item(root, f"{number}.obj", kind, ["even", "odd"][number % 2]) for number, kind in enumerate(kinds)
        ]
        writer.append(
            [{**item, "name": "oak lamp" if number == 7 else "thing"} for number, item in enumerate(items)], vectors
        )
        writer.commit()
    return retriever.open(tmp_path / "index")


@pytest.fixture
def calibrated(many):
    """The same, knowing what cosines mean."""
    line = Background(tuple(np.linspace(-0.4, 1.0, 21).tolist()), 5.0, 20.0, 20.0, 1000)
    identity = many.snapshot.identity
    made = Calibration(identity.name, identity.weights, (), 340, {"text>shape": line, "sum>shape": line}, {})
    (many.snapshot.folder / FILE).write_text(made.to_json())
    return retriever.open(many.snapshot.folder)


def by_hand(index, query, count, among):
    """Ids of some items by their cosine with the query moved towards the `count` nearest of them; those cosines."""
    vectors = index.vectors(among).astype(np.float64)
    near = vectors[np.argsort(-(vectors @ query))[:count]]
    mean = unit_rows((np.maximum(near @ query, 0) ** ALPHA @ near)[None])[0]
    cosines = vectors @ unit_rows((query + mean)[None])[0]
    order = np.argsort(-cosines)
    return [among[place] for place in order], cosines[order]


def shapes(index, where=None):
    return ids(index.search(text="wide", k=340, to="shape", where=where, geometry_only=True))


# The arithmetic.


def vectors_of(count):
    return st.integers(0, 2**32 - 1).map(
        lambda seed: unit_rows(np.random.default_rng(seed).standard_normal((count, DIM))).astype(np.float32)
    )


@given(vectors_of(1), vectors_of(5), st.integers(0, 5))
def test_it_moves_towards_its_neighbours_and_without_any_stays(one, others, count):
    (query,), near = one.astype(np.float64), others[:count]
    moved = expanded(query, near)
    assert np.linalg.norm(moved) == pytest.approx(1)
    if (near @ query > 0).any():
        assert moved @ query >= 0.5**0.5 - 1e-9, "half way to a direction less than a right angle off"
    else:
        assert moved.tolist() == query.tolist()


@given(vectors_of(4), vectors_of(9), st.integers(1, 12))
def test_among_all_candidates_as_one_by_one(queries, gallery, count):
    scores = queries @ gallery.T
    scores[np.arange(4), np.arange(4)] = -np.inf
    found = expanded_among(queries, scores, lambda places: gallery[places], count)
    for query, line, moved in zip(queries, scores, found, strict=True):
        best = [place for place in np.argsort(-line)[:count] if line[place] > -np.inf]
        np.testing.assert_allclose(moved, expanded(query, gallery[best]), atol=1e-6)


# What is found.


@pytest.mark.parametrize("count", [1, 5, 40, 1000])
@pytest.mark.parametrize("where", [None, "label = 'odd'"])
def test_hits_are_in_the_order_of_the_moved_query_and_scores_are_of_the_query(many, count, where):
    hits = many.search(text="tall red", to="shape", where=where, expand=count, geometry_only=True, k=50)
    query = meaning("tall red").astype(np.float64)
    wanted, cosines = by_hand(many, query, count, shapes(many, where))
    assert ids(hits) == wanted[:50]
    np.testing.assert_allclose([hit.fused for hit in hits], cosines[:50], atol=1e-6)
    np.testing.assert_allclose([hit.score for hit in hits], many.vectors(ids(hits)) @ query, atol=1e-6)
    assert all(sum(hit.shares) == pytest.approx(hit.score, abs=1e-12) for hit in hits)
    assert [hit.score for hit in hits] != sorted((hit.score for hit in hits), reverse=True)


def test_an_item_that_asks_is_none_of_its_neighbours(many):
    among = shapes(many)
    asked = among.pop(7)
    hits = many.search(id=asked, to="shape", expand=3, k=20)
    assert ids(hits) == by_hand(many, many.vectors(asked)[0].astype(np.float64), 3, among)[0][:20]


def test_a_moved_query_finds_what_the_query_alone_ranks_low(made_index):
    asked = meaning("green") + 0.1 * meaning("tall")
    plain, moved = made_index.search(vector=asked, k=5), made_index.search(vector=asked, expand=1, k=5)
    assert [hit.path for hit in plain[:2]] == ["planks/green_plank.obj", "towers/tower.obj"]
    assert [hit.path for hit in moved[:2]] == ["planks/green_plank.obj", "planks/plank.obj"], "by way of the green one"
    assert {hit.id: hit.score for hit in plain} == {hit.id: hit.score for hit in moved}


def test_words_are_fused_with_names_as_ever(many):
    named, alone = (
        many.search(text="oak lamp", to="shape", expand=5, k=200, geometry_only=only) for only in (False, True)
    )
    assert named[0].path == "7.obj" != alone[0].path
    assert [id for id in ids(named) if id != named[0].id] == [id for id in ids(alone) if id != named[0].id][:199]


def test_few_items_no_hits_and_ties(made_index, many):
    everything = made_index.search(text="tall", to="shape", expand=1000, k=100)
    assert len(everything) == 5
    assert len(made_index.search(text="tall", expand=5, where="false")) == 0
    away = {"expression": "-text:'wide tall deep red green blue'", "to": "shape", "k": 4}
    hits, plain = many.search(**away, expand=5), many.search(**away)
    assert ids(hits) == ids(plain), "no cosine is above 0, so the query stays where it is"
    assert [hit.fused for hit in hits] == pytest.approx([hit.score for hit in plain])
    one, other = made_index.search(vector=meaning("wide tall"), expand=2, k=2)
    assert {one.path, other.path} == {"planks/plank.obj", "towers/tower.obj"}
    assert one.fused == pytest.approx(other.fused)


def test_none_is_as_not_said(many):
    asked = {"text": "tall", "minus_text": "blue", "to": "shape"}
    assert told(many.search(**asked, expand=0)) == told(many.search(**asked))


SETTINGS = {
    "k": st.integers(1, 40),
    "to": st.sampled_from(["shape", "text"]),
    "where": st.sampled_from([None, "label = 'odd'", "false", "vertices > 55"]),
    "expand": st.integers(0, 60),
    "geometry_only": st.booleans(),
    "unique": st.booleans(),
    "diverse": st.sampled_from([None, 0.5]),
    "text": st.lists(st.sampled_from(["wide", "tall red", "blue"]), min_size=1, max_size=2, unique=True),
}


def test_a_batch_is_answered_as_one_by_one(many):
    drawn = st.lists(st.fixed_dictionaries(SETTINGS), min_size=1, max_size=6)

    @given(drawn)
    def check(asked):
        for one, hits in zip(asked, many.search_many(asked), strict=True):
            assert told(hits) == told(many.search(**one)), one

    check()


@pytest.mark.parametrize("k", [3, 60, 300])
def test_all_hits_that_are_sure_enough_come(calibrated, k):
    every = calibrated.search(text="tall red", to="shape", k=300, geometry_only=True)
    least = every[60].confidence
    sure = {hit.id for hit in every if hit.confidence >= least}
    for more in ({"geometry_only": True}, {}, {"unique": True}, {"diverse": 0.5}):
        hits = calibrated.search(text="tall red", to="shape", min_confidence=least, expand=3, k=k, **more)
        assert set(ids(hits)) <= sure
        assert len(hits) + sum(hit.repeats for hit in hits) >= min(k, len(sure)), more
    away = calibrated.search(text="tall red", to="shape", min_confidence=least, expand=1, k=k, geometry_only=True)
    order = [id for id in ids(calibrated.search(text="tall red", to="shape", expand=1, k=300, geometry_only=True))]
    assert ids(away) == [id for id in order if id in sure][:k]


def test_repeats_are_folded_and_different_things_come_first(many):
    asked = {"text": "tall", "to": "shape", "expand": 5, "geometry_only": True}
    folded = many.search(**asked, unique=True, k=50)
    order = {hit.id: hit.rank for hit in many.search(**asked, k=300)}
    assert any(hit.repeats for hit in folded) and [order[hit.id] for hit in folded] == sorted(
        order[id] for id in ids(folded)
    )
    varied = many.search(**asked, diverse=0.5, k=10)
    assert varied[0].id == folded[0].id and ids(varied) != ids(many.search(**asked, k=10))


def test_it_says_what_the_hits_are_ordered_by(many):
    hits = many.search(text="tall", to="shape", expand=5, geometry_only=True, k=3)
    first = json.loads(hits.to_json())["hits"][0]
    assert first["fused"] > first["score"] == round(hits[0].score, 6)
    assert sum(share.share for share in hits[0].explanation.shares) == pytest.approx(hits[0].score)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"expand": -1}, "expand=-1: give how many of its first hits"),
        ({"expand": 1001}, "expand=1001: give how many .* 0 to 1,000"),
        ({"expand": True}, "expand=True"),
        ({"expand": 2.0}, "expand=2.0"),
        ({"expand": None}, "expand=None"),
        (
            {"expand": 5, "to": "any"},
            "expand=5 moves a query towards items of one kind: choose one with to=, of shape, text",
        ),
        *(
            ({"expand": 5, "combine": how}, f"combine={how} searches for each term by itself")
            for how in ("rank", "score", "match")
        ),
    ],
)
def test_what_cannot_be_expanded(made_index, asked, words):
    with pytest.raises(UsageError, match=words):
        made_index.search(text="tall", **asked)
    with pytest.raises(UsageError, match=f"Query 2: {words}"):
        made_index.search_many(["tall", {"text": "tall", **asked}])


def test_any_kind_is_one_kind_where_there_is_no_other(tmp_path, made_space, monkeypatch):
    monkeypatch.setattr(spaces, "get", lambda name: {"made": made_space}[name])
    (tmp_path / "corpus").mkdir()
    with IndexWriter(tmp_path / "index", made_space.identity) as writer:
        root = writer.root(tmp_path / "corpus")
        some = [item for item in ITEMS[:-1] if item[1] == "shape"]
        items = [made_item(root, path, kind, label) for path, kind, label, _ in some]
        writer.append(items, np.stack([meaning(words) for *_, words in some]))
        writer.commit()
    index = retriever.open(tmp_path / "index")
    assert told(index.search(text="tall", to="any", expand=2)) == told(index.search(text="tall", expand=2))
