"""Rankings: how weights, names, confidences and late fusion order what the searches of a query found."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from conftest import MEANINGS, made_item

import retriever
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.ann.base import SUM
from retriever.errors import SpaceError, UsageError
from retriever.query.background import Background
from retriever.query.calibrate import FILE, Calibration
from retriever.query.compose import balanced
from retriever.query.diversity import depth
from retriever.query.request import query_of
from retriever.query.resolve import UNKNOWN, resolve
from retriever.query.term import Term
from retriever.types import Modality

NAMES = ("oak", "lamp", "oak lamp", "house", "ox", "mouse", "round", "oak table")


def line(low, high):
    """A background whose cosines are spread evenly."""
    return Background(tuple(np.linspace(low, high, 21).tolist()), 5.0, 20.0, 20.0, 1000)


BACKGROUNDS = {
    "text>shape": line(-0.4, 0.3),
    "shape>shape": line(0.0, 0.8),
    "sum>shape": line(-0.2, 0.9),
    "text>text": line(0.5, 1.0),
    "shape>text": line(-0.4, 0.3),
    "sum>text": line(-0.4, 0.3),
}


def calibrated(folder, identity):
    (folder / FILE).write_text(Calibration(identity.name, identity.weights, (), 340, BACKGROUNDS, {}).to_json())
    return retriever.open(folder)


@pytest.fixture
def index(tmp_path, made_space, monkeypatch):
    """300 shapes and 40 texts of all mixtures of meanings, whose names say nothing of them; calibrated."""
    monkeypatch.setattr(spaces, "get", lambda name: {"made": made_space}[name])
    monkeypatch.setitem(made_space.__dict__, "spreads", {Modality.TEXT: 0.1, Modality.SHAPE: 0.2})
    (tmp_path / "corpus").mkdir()
    random = np.random.default_rng(0)
    with IndexWriter(tmp_path / "index", made_space.identity) as writer:
        root = writer.root(tmp_path / "corpus")
        items = []
        for number in range(340):
            name = f"{NAMES[number % 8]} {number}".replace(" ", "_")
            kind = "shape" if number < 300 else "text"
            items.append({**made_item(root, f"{name}.obj", kind, None), "sha256": f"{number:064x}"})
        vectors = random.random((340, 6)) ** 3
        writer.append(items, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))
        writer.commit()
    return calibrated(tmp_path / "index", made_space.identity)


@pytest.fixture
def plain(index):
    """The same without its calibration."""
    (index.snapshot.folder / FILE).unlink()
    return retriever.open(index.snapshot.folder)


def ids(hits):
    return [hit.id for hit in hits]


def test_an_open_index_takes_a_calibration_that_is_written_later(plain):
    before = plain.search("tall", k=3)
    calibrated(plain.snapshot.folder, plain.snapshot.identity)
    after = plain.search("tall", k=3)
    assert {hit.confidence for hit in before} == {None}
    assert [hit.id for hit in after] == [hit.id for hit in before] and all(hit.confidence for hit in after)


def scores(hits):
    return [hit.score for hit in hits]


def some(index, kind="shape", count=2):
    return ids(index.search(text="wide", to=kind, k=count, geometry_only=True))


# What queries are of.


def test_a_sum_is_of_the_modality_that_its_plus_terms_have_in_common(index, tmp_path):
    one, other = some(index)
    (note,) = some(index, "text", 1)
    np.save(tmp_path / "v.npy", np.ones(6))
    for expression, kind in {
        "text:tall + text:red": "text",
        "text:tall - 0.1*text:red": "text",
        f"text:tall - 0.1*id:{one}": "text",
        "mean(text:tall, text:red)": "text",
        f"mean(text:tall - 0.1*id:{one}, text:red)": "text",
        f"id:{one} + id:{other}": "shape",
        f"mean(id:{one}, mean(id:{other}))": "shape",
        "where(\"modality = 'shape'\")": "shape",
        "where(\"modality = 'text'\") + text:red": "text",
        'where("true")': "sum",
        f"text:tall + id:{one}": "sum",
        f"mean(text:tall, id:{one})": "sum",
        f"id:{note} + mean(text:tall)": "text",
        f"vector:'{tmp_path}/v.npy'": "sum",
        f"vector:'{tmp_path}/v.npy' + text:red": "sum",
    }.items():
        hits = index.search(expression, geometry_only=True, k=5)
        wanted = Calibration.read(index.snapshot.folder, index.snapshot.identity).confidence(
            f"{kind}>shape", scores(hits)
        )
        np.testing.assert_allclose([hit.confidence for hit in hits], wanted, atol=1e-9, err_msg=expression)


def test_terms_have_the_kind_of_what_they_are_made_of(index, tmp_path):
    one, _ = some(index)
    np.save(tmp_path / "v.npy", np.ones(6))
    query = query_of(
        {"expression": f"mean(id:{one}) + mean(text:a, id:{one}) + where('true')", "vector": tmp_path / "v.npy"}
    )
    (found,) = resolve(index.snapshot, lambda: index.space, [query])
    assert found.kinds == ("shape", SUM, SUM, UNKNOWN)


# Weights.


def test_a_term_of_unknown_origin_takes_the_mean_of_the_spreads():
    spreads = {"text": 0.1, "shape": 0.2}
    weights = balanced([1, 1, 1], ["text", "shape", UNKNOWN], lambda: spreads)
    np.testing.assert_allclose(weights / weights[1], [2, 1, 0.2 / 0.15])
    np.testing.assert_allclose(balanced([1, -2], [UNKNOWN, SUM], lambda: spreads), [0.5, -1])
    np.testing.assert_allclose(balanced([1, 1], ["text", "shape"], dict), [1, 1])


def test_a_space_need_not_be_opened_where_terms_are_of_one_modality():
    def never():
        raise AssertionError

    np.testing.assert_allclose(balanced([1, 2, -1], ["text", "text", UNKNOWN], never), [0.5, 1, -0.5])


def test_weights_are_balanced_only_in_sums_and_where_shapes_alone_are_searched(index):
    one, other = some(index, count=2)
    asked = {"text": "tall", "id": one, "k": 5}
    for more in ({}, {"minus": "project"}, {"minus_id": other}):
        assert scores(index.search(**asked, **more)) != scores(index.search(**asked, **more, unbalanced=True)), more
    for more in ({"to": "any"}, {"to": "text"}, {"combine": "slerp"}):
        assert scores(index.search(**asked, **more)) == scores(index.search(**asked, **more, unbalanced=True)), more


@pytest.mark.parametrize("combine", ["sum", "slerp", "rank", "score", "match"])
def test_only_the_ratio_of_weights_counts_however_large_or_small(index, combine):
    (one,) = some(index, count=1)

    def asked(factor, other):
        terms = [Term("text", "tall", factor), Term("id", one, other)]
        return index.search(terms=terms, combine=combine, k=5)

    for factor in (1.7e308, 1e-308, 5e-324):
        assert ids(asked(factor, factor)) == ids(asked(1.0, 1.0))
        assert np.isfinite(scores(asked(factor, factor))).all()
    np.testing.assert_allclose(scores(asked(1.7e308, 1e-308)), scores(asked(1.0, 1e-300)), atol=1e-9)


def test_a_small_minus_stays_a_minus(index):
    terms = [Term("text", "tall red", 1e308), Term("text", "red", -1e-308)]
    hits = index.search(terms=terms, minus="project", k=1)
    assert hits[0].score == pytest.approx(index.search(text="tall", k=340, geometry_only=True)[0].score, abs=0.05)
    assert hits[0].shares[1] < 0


@pytest.mark.parametrize("weight", [10**400, 1j, np.complex128(1), np.inf, np.float32(0)])
def test_what_is_no_weight_is_refused(index, weight):
    with pytest.raises(UsageError, match=r"[Ww]eight"):
        index.search(terms=[Term("text", "tall", weight)])


def test_stored_items_are_found_without_their_space(index, monkeypatch, caplog):
    (one,), (note,) = some(index, count=1), some(index, "text", 1)
    queries = [{"id": [one, note]}, {"id": note, "minus_id": one}]
    wanted = index.search_many(queries, unbalanced=True)

    def missing(name):
        raise SpaceError(f"There is no space {name!r} here; install it.")

    monkeypatch.setattr(spaces, "get", missing)
    with caplog.at_level(logging.WARNING):
        found = retriever.open(index.snapshot.folder).search_many(queries)
    assert [scores(hits) for hits in found] == [scores(hits) for hits in wanted]
    (said,) = caplog.messages
    assert "There is no space 'made' here; install it." in said and "as they stand" in said
    with pytest.raises(SpaceError):
        retriever.open(index.snapshot.folder).search(text="tall")


# Confidence.


@pytest.mark.parametrize("least", [0.001, 0.05, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("to", ["shape", "any"])
def test_all_hits_that_are_sure_enough_come_whatever_orders_them(index, least, to):
    asked = {"text": "tall", "to": to, "min_confidence": least}
    everything = index.search(text="tall", to=to, k=340, geometry_only=True)
    sure = {hit.id for hit in everything if hit.confidence >= least}
    for k in (3, 340):
        for more in ({}, {"geometry_only": True}, {"diverse": 0.5}, {"diverse": 0.5, "geometry_only": True}):
            found = ids(index.search(**asked, k=k, **more))
            assert len(found) == min(k, len(sure)) and set(found) <= sure, (k, more)
    words = {**asked, "text": "oak lamp", "k": 30}
    assert len(index.search(**words)) == len(index.search(**words, geometry_only=True))


@pytest.mark.parametrize("combine", ["rank", "score", "match"])
def test_late_fusion_goes_as_deep_as_sure_hits_lie(index, combine):
    terms = [Term("text", "tall", 0.01), Term("text", "blue", -1.0)]  # whose sum lies far from what a plus finds
    everything = index.search(terms=terms, k=340)
    least = everything[12].confidence
    hits = index.search(terms=terms, combine=combine, k=13, min_confidence=least)
    assert set(ids(hits)) == set(ids(everything)[:13])
    assert len(index.search(terms=terms, combine=combine, k=300, min_confidence=least)) == 13
    folded = index.search(terms=terms, combine=combine, k=13, min_confidence=least, unique=True, diverse=0.5)
    assert sum(1 + hit.repeats for hit in folded) == 13


def test_sure_hits_are_folded_like_others(index):
    everything = index.search(text="tall", k=300, geometry_only=True)
    least = everything[100].confidence
    wanted = index.search(text="tall", unique=True, geometry_only=True, k=340)
    sure = [hit for hit in wanted if hit.confidence >= least]
    for more in ({"geometry_only": True}, {}):
        hits = index.search(text="tall", unique=True, min_confidence=least, k=len(sure), **more)
        assert len(hits) >= len(sure) - 2 and all(hit.confidence >= least - 1e-9 for hit in hits)
    hits = index.search(text="tall", unique=True, min_confidence=least, k=5, geometry_only=True)
    assert ids(hits) == ids(sure)[:5]


# Names.


def test_names_are_looked_at_only_where_all_words_weigh_the_same(index):
    assert all(hit.fused is None for hit in index.search("text:oak + 0.5*text:lamp"))
    assert any(hit.fused is not None for hit in index.search("0.5*text:oak + 0.5*text:lamp"))


@pytest.mark.parametrize("to", ["shape", "any"])
@pytest.mark.parametrize("words", ["tall oak", "oak lamp", "the red lamp of a house", "tall"])
def test_the_best_stay_the_best_where_more_are_asked_for(index, to, words):
    every = index.search(text=words, to=to, k=200)
    for k in (1, 10, 100):
        hits = index.search(text=words, to=to, k=k)
        assert [(hit.id, hit.fused, hit.confidence) for hit in hits] == [
            (hit.id, hit.fused, pytest.approx(hit.confidence)) for hit in every[:k]
        ]


def test_a_name_counts_by_how_much_of_the_query_it_covers(plain):
    for words in ("red fast thing mouse", "tall grey unheard mouse"):
        wanted = plain.search(text=words, geometry_only=True, k=1)[0]
        assert plain.search(text=words, k=1)[0].id == wanted.id
    assert plain.search(text="oak lamp 2", k=1)[0].path == "oak_lamp_2.obj", "a whole name goes first"


def test_what_has_all_of_several_words_goes_first_whatever_it_looks_like(plain):
    for number in range(0, 300, 3):
        path = f"{NAMES[number % 8]} {number}.obj".replace(" ", "_")
        assert plain.search(text=path[:-4].replace("_", " "), k=1)[0].path == path
        assert plain.search(text=path, k=1)[0].path == path, "so it does by the name of its file"


# Late fusion.


@pytest.mark.parametrize("combine", ["rank", "score", "match"])
def test_late_fusion_over_several_kinds_goes_by_what_cosines_mean(plain, combine):
    asked = {"text": ["tall", "red"], "combine": combine, "to": "any", "k": 30}
    before = sum(hit.modality == "text" for hit in plain.search(**asked))
    again = calibrated(plain.snapshot.folder, plain.snapshot.identity)
    assert sum(hit.modality == "text" for hit in again.search(**asked)) < before, "texts are near to any text"


@pytest.mark.parametrize("combine", ["rank", "score", "match"])
def test_late_fusion_does_not_need_a_sum(plain, combine):
    hits = plain.search(text="tall", minus_text="tall", combine=combine, k=5)
    wanted = plain.search(text="tall", geometry_only=True, k=300)
    cosines = {hit.id: hit.score for hit in wanted}
    assert [hit.score for hit in hits] == pytest.approx([cosines[hit.id] for hit in hits])
    assert len(hits) == 5 and all(hit.shares == (pytest.approx(hit.score), 0) for hit in hits)
    with pytest.raises(UsageError, match="cancel"):
        plain.search(text="tall", minus_text="tall")


@pytest.mark.parametrize("name", ["index", "plain"])
def test_what_must_match_is_what_has_a_plus(request, name):
    index, asked = request.getfixturevalue(name), {"text": "tall red", "combine": "match", "k": 40}
    alone, without = index.search(**asked), index.search(**asked, minus_text="red")
    red, tall = (MEANINGS.index(word) for word in ("red", "tall"))
    one, other = (index.vectors(ids(hits)).mean(axis=0) for hits in (alone, without))
    assert other[red] < one[red], "what is red falls behind"
    assert other[tall] > 0.8 * one[tall], "and what was asked for stays"


@pytest.mark.parametrize("asked", [{"text": "tall"}, {"text": "oak"}, {"text": ["tall", "red"]}])
def test_variety_is_chosen_from_as_many_whatever_was_looked_at(index, asked):
    """Where words may be names, more is looked at; the trade-off is one of the best `depth(k)` all the same."""
    for more in ({}, {"geometry_only": True}):
        among = {hit.id for hit in index.search(**asked, **more, k=depth(10))}
        for trade in (0.0, 0.3):
            found = [hit.id for hit in index.search(**asked, **more, k=10, diverse=trade)]
            assert len(found) == 10 and set(found) <= among
