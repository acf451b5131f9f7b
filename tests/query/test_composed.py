"""Composed queries over the made index: means, centroids, vectors, late fusion and variety."""

from __future__ import annotations

import json

import numpy as np
import pytest
from conftest import ITEMS, made_item, meaning

import retriever
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.errors import ExpressionError, FilterError, UnknownItem, UsageError
from retriever.query.background import Background
from retriever.query.calibrate import FILE, Calibration
from retriever.query.compose import unit_rows
from retriever.query.request import Query
from retriever.query.term import Term
from retriever.types import Modality


@pytest.fixture
def different(tmp_path, made_space, monkeypatch):
    """The made index, but that no two files have the same bytes."""
    monkeypatch.setattr(spaces, "get", lambda name: {"made": made_space}[name])
    (tmp_path / "corpus").mkdir()
    with IndexWriter(tmp_path / "index", made_space.identity) as writer:
        root = writer.root(tmp_path / "corpus")
        items = [made_item(root, path, modality, label) for path, modality, label, _ in ITEMS[:-1]]
        writer.append(
            [{**item, "sha256": f"{number:064x}"} for number, item in enumerate(items)],
            np.stack([meaning(words) for *_, words in ITEMS[:-1]]),
        )
        writer.commit()
    return retriever.open(tmp_path / "index")


def paths(hits):
    return [hit.path for hit in hits]


def ids_of(index):
    return {hit.path: hit.id for hit in index.search(text="tall", to="any", k=100)}


def told(hits):
    return [(hit.id, hit.score, hit.shares, hit.fused, hit.confidence, hit.repeats) for hit in hits]


def test_a_group_is_what_it_multiplies_out_to(made_index):
    one = made_index.search("text:tall - 0.5*(text:red - text:blue)", k=5)
    assert told(one) == told(made_index.search("text:tall - 0.5*text:red + 0.5*text:blue", k=5))


def test_a_mean_of_one_is_itself(made_index):
    one, other = made_index.search("mean(text:'tall red')"), made_index.search("text:'tall red'", geometry_only=True)
    assert paths(one) == paths(other)
    np.testing.assert_allclose([hit.score for hit in one], [hit.score for hit in other], atol=1e-6)


def test_the_members_of_a_mean_weigh_the_same_however_long_their_sums(made_index):
    hits = made_index.search("mean(3*text:tall + 3*text:wide, text:red)", k=5)
    tall, wide, red = made_index.encode_terms([Term("text", word) for word in ("tall", "wide", "red")])
    query = unit_rows((tall + wide)[None])[0] + red
    vectors = made_index.vectors([hit.id for hit in hits])
    np.testing.assert_allclose([hit.score for hit in hits], vectors @ query / np.linalg.norm(query), atol=1e-6)


def test_the_share_of_a_mean_is_split_over_its_members(made_index):
    for center in (False, True):
        for hit in made_index.search("text:tall - 0.5*mean(text:red + text:wide, text:blue)", center=center):
            first, second = hit.explanation.shares
            assert (first.term, first.members) == ('text:"tall"', ())
            assert second.term == '-0.5*mean(text:"red" + text:"wide", text:"blue")'
            assert [name for name, _ in second.members] == ['text:"red" + text:"wide"', 'text:"blue"']
            assert sum(part for _, part in second.members) == pytest.approx(second.share, abs=1e-12)
            assert first.share + second.share == pytest.approx(hit.score, abs=1e-12)


def test_items_inside_a_mean_are_left_out(made_index):
    ids = ids_of(made_index)
    hits = made_index.search(f"mean(id:{ids['towers/tower.obj']}, id:{ids['towers/red_tower.obj']})")
    assert set(paths(hits)) == {"planks/plank.obj", "planks/green_plank.obj", "tunnel.obj"}


def test_a_condition_is_the_centroid_of_what_fulfils_it(made_index):
    hits = made_index.search("where(\"label = 'tower'\")", k=5)
    ids = ids_of(made_index)
    mean = made_index.vectors([ids["towers/tower.obj"], ids["towers/red_tower.obj"]]).sum(axis=0)
    vectors = made_index.vectors([hit.id for hit in hits])
    np.testing.assert_allclose([hit.score for hit in hits], vectors @ mean / np.linalg.norm(mean), atol=1e-6)
    assert len(hits) == 5, "what fulfils it may be found"


@pytest.mark.parametrize(
    ("expression", "error", "words"),
    [
        ("where(\"label = 'sofa'\")", UsageError, "No item fulfils the term where"),
        ('where("colour = 1")', FilterError, "colour"),
        ("mean(text:tall, -text:tall)", UsageError, 'text:"tall", -text:"tall" cancel'),
        ("text:x + mean(id:nope)", UnknownItem, "'nope'"),
    ],
)
def test_faults_of_means_and_conditions(made_index, expression, error, words):
    with pytest.raises(error, match=words):
        made_index.search(expression)


def test_a_mean_by_hand_is_parsed_and_checked(made_index):
    hits = made_index.search(terms=[Term("mean", "text:tall, text:red")])
    assert paths(hits) == paths(made_index.search("mean(text:tall, text:red)"))
    for source in ("text:tall) + (text:red", "smell:tall", "text:tall,", "chair"):
        with pytest.raises(ExpressionError):
            made_index.search(terms=[Term("mean", source)])


def test_a_vector_of_a_file(made_index, tmp_path):
    np.save(tmp_path / "tall.npy", 5 * made_index.encode_terms([Term("text", "tall")])[0].astype(np.float64))
    wanted = paths(made_index.search(text="tall", geometry_only=True))
    assert paths(made_index.search(vector=tmp_path / "tall.npy")) == wanted
    assert paths(made_index.search(f"vector:'{tmp_path}/tall.npy' + 1e-6*text:red")) == wanted


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (np.ones(5), "one vector of 6 numbers"),
        (np.ones((2, 6)), "one vector of 6 numbers"),
        (np.zeros(6), "all zeros"),
        (np.full(6, np.nan), "not finite"),
        (np.array(["a"] * 6), "give floats"),
        (b"no array", "no NumPy array of numbers; write"),
        (None, "there is no file"),
    ],
)
def test_a_vector_at_fault_is_named(made_index, tmp_path, content, words):
    file = tmp_path / "v.npy"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        np.save(file, content)
    with pytest.raises(UsageError, match=f"minus_vector={file}.*{words}"):
        made_index.search(text="tall", minus_vector=file)


def test_projection_takes_a_direction_out(made_index):
    hits = made_index.search("text:'tall red' - 0.1*text:red", minus="project", k=5)
    assert paths(hits)[0] == "towers/tower.obj"
    assert hits[0].score == pytest.approx(1, abs=1e-2)
    assert all(sum(hit.shares) == pytest.approx(hit.score, abs=1e-12) for hit in hits)


@pytest.mark.parametrize("combine", ["rank", "score", "match"])
def test_late_fusion_searches_each_term_and_orders_by_what_it_says(made_index, combine):
    hits = made_index.search(text=["tall", "red"], combine=combine, to="any", k=4)
    assert paths(hits)[0] == "towers/red_tower.obj", "it alone is both"
    fused = [hit.fused for hit in hits]
    assert fused == sorted(fused, reverse=True)
    assert all(sum(hit.shares) == pytest.approx(hit.score, abs=1e-12) for hit in hits)


def test_a_minus_counts_in_late_fusion_too(made_index):
    for combine in ("rank", "score", "match"):
        found = paths(made_index.search(text="tall", minus_text="red", combine=combine, k=5))
        assert found.index("towers/tower.obj") < found.index("towers/red_tower.obj"), combine


def test_slerp_lies_between(made_index):
    assert paths(made_index.search(text=["tall", "red"], combine="slerp", k=1)) == ["towers/red_tower.obj"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"minus": "divide"}, "minus is 'divide': choose one of subtract, project"),
        ({"combine": "both"}, "combine is 'both': choose one of sum, slerp"),
        ({"combine": "slerp"}, "combine=slerp lies between two"),
        ({"center": "yes"}, "center is 'yes': give True or False"),
        ({"diverse": 2}, "diverse=2"),
        ({"min_confidence": -1}, "min_confidence=-1"),
        ({"min_confidence": True}, "min_confidence=True: give a probability"),
        ({"min_confidence": False}, "min_confidence=False: give a probability"),
        ({"min_confidence": 0.5}, "takes 20 items or more, and this index has 7"),
    ],
)
def test_ways_that_there_are_not(made_index, asked, words):
    with pytest.raises(UsageError, match=words):
        made_index.search(text="tall", **asked)


def test_only_minus_terms_cannot_be_fused_late(made_index):
    with pytest.raises(UsageError, match="add one, or use sum"):
        made_index.search(minus_text="tall", combine="rank")


def test_weights_are_balanced_by_the_spread_of_their_modality(made_index, monkeypatch):
    monkeypatch.setitem(made_index.space.__dict__, "spreads", {Modality.TEXT: 0.1, Modality.SHAPE: 0.2})
    plank = made_index.search(text="wide", k=1)[0].id
    asked = {"id": plank, "text": "tall red", "k": 3}
    twice = [Term("text", "tall red", 2.0), Term("id", plank)]
    balanced, plain = made_index.search(**asked), made_index.search(**asked, unbalanced=True)
    by_hand = made_index.search(terms=twice, unbalanced=True, k=3)
    assert [hit.score for hit in balanced] == pytest.approx([hit.score for hit in by_hand])
    assert [hit.score for hit in balanced] != pytest.approx([hit.score for hit in plain])
    for hit in balanced:
        assert sum(hit.shares) == pytest.approx(hit.score)
    assert [term.weight for term in balanced.terms] == [1.0, 1.0]
    once, again = (made_index.search(text=["tall", "red"], unbalanced=flag) for flag in (False, True))
    assert [hit.score for hit in once] == [hit.score for hit in again]


def test_spreads_that_are_not_known_for_all_terms_balance_nothing(made_index, monkeypatch):
    monkeypatch.setitem(made_index.space.__dict__, "spreads", {Modality.TEXT: 0.1})
    asked = {"id": made_index.search(text="wide", k=1)[0].id, "text": "tall red", "k": 3}
    one, other = made_index.search(**asked), made_index.search(**asked, unbalanced=True)
    assert [hit.score for hit in one] == [hit.score for hit in other]


def test_centring_uses_the_mean_of_what_the_index_holds(made_index):
    ids = ids_of(made_index)
    hits = made_index.search(id=ids["towers/red_tower.obj"], center=True, to="any", k=10)
    shapes = made_index.vectors([id for path, id in ids.items() if path.endswith(".obj")])
    (vector,) = made_index.vectors([ids["towers/red_tower.obj"]])
    query = vector - shapes.mean(axis=0)
    found = made_index.vectors([hit.id for hit in hits])
    np.testing.assert_allclose([hit.score for hit in hits], found @ query / np.linalg.norm(query), atol=1e-6)


def test_near_duplicates_are_folded_and_counted(different):
    hits = different.search(text="tall", to="any", unique=True, k=10)
    assert hits[0].repeats == 1 and hits[0].path == "towers/tower.obj", "notes/tower.txt means the same"
    assert "notes/tower.txt" not in paths(hits)
    assert json.loads(hits.to_json())["hits"][0]["repeats"] == 1


def test_variety_puts_other_things_first(different):
    plain = different.search(text="tall", to="any", k=2, geometry_only=True)
    assert paths(plain) == ["towers/tower.obj", "notes/tower.txt"]
    varied = different.search(text="tall", to="any", k=2, diverse=0.3, geometry_only=True)
    assert paths(varied)[0] == "towers/tower.obj" and varied[1].score < plain[1].score
    same = different.search(text="tall", to="any", k=2, diverse=1.0, geometry_only=True)
    assert paths(same) == paths(plain)
    both = different.search(text="tall", to="any", k=3, diverse=0.5, unique=True)
    assert len(both) == 3 and "notes/tower.txt" not in paths(both)


@pytest.mark.parametrize(("switch", "trade"), [(True, 0.7), (False, None)])
def test_variety_may_be_a_switch(different, switch, trade):
    asked = {"text": "tall", "to": "any", "k": 5, "geometry_only": True}
    wanted = told(different.search(**asked, diverse=trade))
    assert told(different.search(**asked, diverse=switch)) == wanted
    assert [told(hits) for hits in different.search_many([{**asked, "diverse": switch}], diverse=0.1)] == [wanted]
    by_hand = Query((Term("text", "tall"),), k=5, to="any", geometry_only=True, diverse=switch)
    assert by_hand.diverse == trade and [told(hits) for hits in different.search_many([by_hand])] == [wanted]


def test_examples_that_are_like_it_and_not(made_index):
    ids = ids_of(made_index)
    like, unlike = ids["towers/red_tower.obj"], ids["planks/plank.obj"]
    hits = made_index.search(like=like, unlike=[unlike])
    assert hits[0].path == "towers/tower.obj"
    assert not {"towers/red_tower.obj", "planks/plank.obj"} & set(paths(hits))
    assert [term.weight > 0 for term in hits.terms] == [True, False]


def test_many_ways_at_once_are_answered_as_one_by_one(made_index):
    ids = list(ids_of(made_index).values())
    asked = [
        {"expression": "mean(text:tall, text:red) - where(\"label = 'plank'\")", "minus": "project"},
        {"text": ["tall", "red"], "combine": "rank", "to": "any"},
        {"text": ["tall", "red"], "combine": "match", "where": "label is not null"},
        {"text": ["wide", "green"], "combine": "slerp", "center": True},
        {"text": "tall", "to": "any", "unique": True},
        {"text": "tall", "to": "any", "diverse": 0.5, "k": 2},
        {"like": ids[:2], "unlike": ids[3], "minus_text": "red"},
        {"text": "tall"},
    ]
    for one, hits in zip(asked, made_index.search_many(asked, k=3, to="shape"), strict=True):
        assert told(hits) == told(made_index.search(**{"k": 3, "to": "shape", **one})), one


def line(low, high):
    """A background whose cosines are spread evenly."""
    return Background(tuple(np.linspace(low, high, 21).tolist()), 5.0, 20.0, 20.0, 1000)


@pytest.fixture
def calibrated(different):
    """Texts are near to texts whatever they say; a shape at 0.5 is already rare."""
    identity = different.snapshot.identity
    backgrounds = {"text>text": line(0.5, 1.0), "text>shape": line(-0.4, 0.3), "sum>shape": line(-0.4, 0.3)}
    made = Calibration(identity.name, identity.weights, (), 7, backgrounds, {})
    (different.snapshot.folder / FILE).write_text(made.to_json())
    return retriever.open(different.snapshot.folder)


def test_scores_of_different_kinds_are_ranked_by_what_they_mean(made_index, calibrated):
    asked = {"text": "tall tall tall red", "to": "any", "k": 4, "geometry_only": True}
    tower, note, red = "towers/tower.obj", "notes/tower.txt", "towers/red_tower.obj"
    assert paths(made_index.search(**asked))[:3] == [tower, note, red]
    hits = calibrated.search(**asked)
    assert paths(hits)[:3] == [tower, red, note]
    assert paths(calibrated.search(**{**asked, "text": "tall"}))[0] == note, "the very text that was asked with"
    assert [hit.fused for hit in hits] == sorted((hit.fused for hit in hits), reverse=True)
    assert all(0 <= hit.confidence <= 1 for hit in hits)
    assert told(calibrated.search_many([asked])[0]) == told(hits)


def test_hits_below_a_confidence_are_left_out(calibrated):
    hits = calibrated.search(text="tall", geometry_only=True)
    least = hits[1].confidence
    assert [hit.confidence for hit in hits] == sorted((hit.confidence for hit in hits), reverse=True)
    assert told(calibrated.search(text="tall", geometry_only=True, min_confidence=least)) == told(hits[:2])
    assert len(calibrated.search(text="tall", min_confidence=1.0)) == 0
    assert json.loads(hits.to_json())["hits"][0]["confidence"] == round(hits[0].confidence, 6)


def test_what_must_match_all_is_told_by_log_odds_of_percentiles(calibrated):
    hits = calibrated.search(text=["tall", "red"], combine="match", to="shape", k=2)
    assert hits[0].path == "towers/red_tower.obj"
    vectors = calibrated.vectors([hit.id for hit in hits])
    cosines = vectors @ calibrated.encode_terms([Term("text", word) for word in ("tall", "red")]).T
    wanted = line(-0.4, 0.3).log_odds(cosines.min(axis=1))
    np.testing.assert_allclose([hit.fused for hit in hits], wanted, rtol=1e-4)


def test_names_are_searched_too_and_can_be_switched_off(different):
    plain = different.search(text="tunnel", geometry_only=True, k=5)
    assert plain[0].path != "tunnel.obj" and all(hit.fused is None for hit in plain)
    named = different.search(text="tunnel", k=5)
    assert named[0].path == "tunnel.obj"
    assert {hit.id: hit.score for hit in named} == {hit.id: hit.score for hit in plain}
    for other in ({"text": "tunnel", "minus_text": "red"}, {"expression": "mean(text:tunnel)"}):
        assert all(hit.fused is None for hit in different.search(**other)), "names go with nothing but texts"
    assert paths(different.search(text="tunnel", where="label = 'tower'", k=1)) != ["tunnel.obj"]
