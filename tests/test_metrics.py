"""Every measure by hand, against trec_eval, and against its definition on random rankings with ties."""

from itertools import permutations

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from retriever import metrics
from retriever.errors import UsageError
from retriever.metrics import Judged, judge, measure

SCORES = np.array([[0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.3, 0.4], [1.0, 0.5, 0.2, 0.1]])
RELEVANT = np.array([[True, False, True, False], [True, False, False, False], [False, False, False, False]])


def of(name, judged):
    return measure(name).values(judged).tolist()


def test_by_hand():
    # Ranks 1 and 3 of four; rank 4 of four. The third query has nothing to find and is left out.
    judged, asked = judge(SCORES, RELEVANT)
    assert asked.tolist() == [True, True, False]
    assert judged.ranks.tolist() == [1, 3, 4]
    assert of("mAP", judged) == pytest.approx([(1 + 2 / 3) / 2, 1 / 4])
    assert of("mAP@3", judged) == pytest.approx([(1 + 2 / 3) / 2, 0])
    assert of("hit@1", judged) == [1, 0]
    assert of("hit@4", judged) == [1, 1]
    assert of("recall@2", judged) == [0.5, 0]
    assert of("precision@2", judged) == [0.5, 0]
    assert of("F1@2", judged) == pytest.approx([2 * 0.5 * 0.5 / 1, 0])
    assert of("R-precision", judged) == of("first tier", judged) == [0.5, 0]
    assert of("second tier", judged) == [1, 0]  # the first 4 of query one, the first 2 of query two
    assert of("MRR", judged) == [1, 0.25]
    assert of("MRR@3", judged) == [1, 0]
    assert of("median rank", judged) == [1, 4]
    assert of("NN", judged) == [1, 0]
    assert of("E-measure", judged) == pytest.approx([2 * 2 / (32 + 2), 2 * 1 / (32 + 1)])
    assert of("nDCG", judged) == pytest.approx([(1 + 1 / 2) / (1 + 1 / np.log2(3)), 1 / np.log2(5)])


def test_grades_weigh_in_ndcg_alone():
    judged, _ = judge(np.array([[3.0, 2.0, 1.0]]), np.array([[1, 0, 3]]))
    gained, best = 1 + 7 / 2, 7 + 1 / np.log2(3)
    assert of("nDCG", judged) == pytest.approx([gained / best])
    assert of("nDCG@1", judged) == pytest.approx([1 / 7])
    assert of("mAP", judged) == pytest.approx([(1 + 2 / 3) / 2])


def test_what_a_list_does_not_hold_was_not_found():
    judged = Judged(np.array([3]), np.array([2, np.inf, np.inf]), np.ones(3))
    assert of("mAP", judged) == pytest.approx([0.5 / 3])
    assert of("recall@1000", judged) == pytest.approx([1 / 3])
    assert of("R-precision", judged) == pytest.approx([1 / 3])
    nowhere = Judged(np.array([1]), np.array([np.inf]), np.ones(1))
    assert of("MRR", nowhere) == of("hit@10", nowhere) == of("nDCG", nowhere) == [0]
    assert of("median rank", nowhere) == [np.inf]


def test_ties_go_to_the_lower_column_and_hidden_ones_are_no_candidates():
    scores, relevant = np.ones((1, 3)), np.array([[False, True, False]])
    assert of("mAP", judge(scores, relevant)[0]) == [0.5]
    assert of("mAP", judge(scores, relevant, np.array([[True, False, False]]))[0]) == [1]
    nothing, asked = judge(scores, relevant, relevant)
    assert len(nothing) == 0 and not asked.any()
    assert of("mAP", nothing) == []


def test_parts_are_joined_in_their_order():
    scores = np.random.default_rng(0).random((5, 9))
    whole, _ = judge(scores, np.ones((5, 9)))
    parts = [judge(scores[rows], np.ones((len(rows), 9)))[0] for rows in ([0], [1, 2, 3, 4])]
    assert Judged.join(parts).ranks.tolist() == whole.ranks.tolist()
    assert len(Judged.join([])) == 0


TREC = {
    "map": "mAP", "P_5": "precision@5", "recall_5": "recall@5", "Rprec": "R-precision", "recip_rank": "MRR",
    "success_5": "hit@5", "map_cut_5": None, "ndcg": "nDCG", "ndcg_cut_5": "nDCG@5",
}  # fmt: skip


@given(st.integers(0, 2**32 - 1), st.integers(0, 12))
def test_trec_eval_agrees(seed, listed):
    """On lists that end early too; its gains are linear, which are 2^grade - 1 where grades are 0 and 1."""
    rng = np.random.default_rng(seed)
    wanted = rng.random(12) > 0.6
    wanted[rng.integers(12)] = True
    order = rng.permutation(12)
    ranks = np.full(12, np.inf)
    ranks[order[:listed]] = np.arange(1, listed + 1)
    judged = Judged(np.array([wanted.sum()]), np.sort(ranks[wanted]), np.ones(wanted.sum()))
    qrels = {"q": {str(item): int(wanted[item]) for item in range(12)}}
    run = {"q": {str(item): float(-rank) for rank, item in enumerate(order[:listed])}}
    names = {name for name, ours in TREC.items() if ours}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, names).evaluate(run).get("q", {})
    for name in names:
        assert of(TREC[name], judged) == pytest.approx([theirs.get(name, 0)]), name


@given(st.integers(0, 2**32 - 1))
def test_trec_eval_agrees_on_grades(seed):
    rng = np.random.default_rng(seed)
    grades = rng.integers(0, 4, 15)
    grades[rng.integers(15)] = 2
    scores = rng.permutation(15).astype(float)
    judged, _ = judge(scores[None], grades[None])
    # trec_eval adds up the grades themselves: handing it 2^grade - 1 gives the gains that are used here.
    qrels = {"q": {str(item): int(2**grade - 1) for item, grade in enumerate(grades)}}
    run = {"q": {str(item): float(score) for item, score in enumerate(scores)}}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg", "ndcg_cut_10"}).evaluate(run)["q"]
    assert of("nDCG", judged) == pytest.approx([theirs["ndcg"]])
    assert of("nDCG@10", judged) == pytest.approx([theirs["ndcg_cut_10"]])


few_values = st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0])


@given(arrays(np.float64, (5, 12), elements=few_values), arrays(np.bool_, (5, 12)), arrays(np.bool_, (5, 12)))
def test_ranks_agree_with_their_definition(scores, relevant, hidden):
    expected = []
    for row, wanted, out in zip(scores, relevant, hidden, strict=True):
        ranking = sorted((i for i in range(12) if not out[i]), key=lambda i: (-row[i], i))
        expected += [rank for rank, column in enumerate(ranking, 1) if wanted[column]]
    judged, asked = judge(scores, relevant, hidden)
    assert judged.ranks.tolist() == expected
    assert asked.tolist() == (relevant & ~hidden).any(axis=1).tolist()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("map", "mAP"),
        ("Recall@05", None),
        ("RECALL@5", "recall@5"),
        ("median-rank", "median rank"),
        ("ndcg", "nDCG"),
        ("P_10", "precision@10"),
        ("p@5", "precision@5"),
        ("ndcg_cut_10", "nDCG-linear@10"),
        ("recall_100", "recall@100"),
        ("recip_rank", "MRR"),
        ("Rprec", "R-precision"),
        ("success_1", "hit@1"),
        ("hit_rate@10", "hit@10"),
        ("top-1", "hit@1"),
        ("nDCG-linear", "nDCG-linear"),
        ("F1@3", "F1@3"),
    ],
)
def test_names_are_read_in_any_case(written, name):
    if name is None:
        with pytest.raises(UsageError, match="choose among"):
            measure(written)
    else:
        assert measure(written).name == name


@pytest.mark.parametrize(
    "written", ["", "recall", "hit@0", "hit@-1", "hit@x", "mAP@", "precision@1.5", "F@10", "mrr10", "hit10"]
)
def test_other_names_are_refused(written):
    with pytest.raises(UsageError, match=r"hit@K.*such as recall@10"):
        measure(written)


def test_what_papers_disagree_on_is_asked_back():
    with pytest.raises(UsageError, match=r"'R@10' means hit@K in some papers and recall@K in others"):
        measure("R@10")
    with pytest.raises(UsageError, match=r"'map_cut_5' divides by all relevant items, mAP@K by K at most"):
        measure("map_cut_5")
    with pytest.raises(UsageError, match="looks too deep"):
        measure("recall@10000000")


def test_bootstrap_holds_the_mean_and_narrows_with_more_queries():
    rng = np.random.default_rng(0)
    few, many = rng.random(20), rng.random(2000)
    mean, low, high = metrics.bootstrap(few)
    assert mean == pytest.approx(few.mean())
    assert low < mean < high
    _, low_many, high_many = metrics.bootstrap(many)
    assert high_many - low_many < high - low
    assert metrics.bootstrap(few) == metrics.bootstrap(few)


def test_bootstrap_holds_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(1)
    held = 0
    for sample in rng.random((200, 60)):
        _, low, high = metrics.bootstrap(sample, rounds=300)
        held += low <= 0.5 <= high
    assert 0.9 <= held / 200 <= 0.99


def test_groups_that_are_given_weigh_the_same_and_are_drawn_within():
    values = np.array([1.0, 1.0, 1.0, 0.0])
    assert metrics.bootstrap(values, groups=[np.arange(3), np.array([3])]) == (0.5, 0.5, 0.5)


def test_class_means_are_by_name():
    assert metrics.class_means(np.array([1.0, 0, 3, 5]), ["b", "a", "b", "a"]) == {"a": 2.5, "b": 2}
    assert metrics.class_means(np.array([1.0, 0, 8]), ["a"] * 3, np.median) == {"a": 1}


def test_an_interval_over_classes_holds_the_truth_as_often_as_it_says():
    """Classes differ in how hard they are, most have one query and one has many: what is drawn anew is the classes."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        sizes = [1] * 50 + [30]
        hard = rng.random(51)
        values = np.concatenate([hard[i] + rng.normal(0, 0.1, size) for i, size in enumerate(sizes)])
        means = metrics.class_means(values, np.repeat(np.arange(51), sizes))
        _, low, high = metrics.bootstrap(np.array([*means.values()]), rounds=300)
        held += low <= 0.5 <= high
    assert 0.88 <= held / 200 <= 0.99


def test_many_ties_cost_no_more_than_sorting_and_change_nothing():
    scores = np.repeat(np.arange(50.0), 40)[None]
    relevant = np.arange(2000)[None] % 3 == 0
    order = sorted(range(2000), key=lambda i: (-scores[0, i], i))
    assert judge(scores, relevant)[0].ranks.tolist() == [n for n, i in enumerate(order, 1) if relevant[0, i]]


def test_the_median_of_what_was_never_found_is_infinite():
    value, low, high = metrics.bootstrap(np.array([1.0, np.inf, np.inf]), middle=np.median)
    assert value == np.inf and low == 1 and high == np.inf


@settings(deadline=None)
@given(st.integers(1, 6), st.data())
def test_chance_is_the_mean_over_every_order(candidates, data):
    wanted = data.draw(st.integers(1, candidates))
    k = data.draw(st.integers(1, candidates + 2))
    places = np.arange(candidates)
    orders = np.array(list(permutations(places)))
    judged, _ = judge(-orders.astype(float), np.broadcast_to(places < wanted, orders.shape))
    for name in metrics.NAMES:
        asked = measure(name.replace("@K", f"@{k}"))
        expected = metrics.by_chance(asked, np.array([wanted]), np.array([candidates]))
        if name == "median rank":
            assert expected is None
        else:
            assert expected[0] == pytest.approx(asked.values(judged).mean()), name


def test_chance_is_of_each_query_in_their_order():
    wanted, candidates = np.array([1, 3, 1, 2]), np.array([1000, 10, 5, 10])
    for name in ("hit@3", "mAP", "MRR", "nDCG@5"):
        together = metrics.by_chance(measure(name), wanted, candidates)
        alone = [metrics.by_chance(measure(name), wanted[i : i + 1], candidates[i : i + 1])[0] for i in range(4)]
        assert together.tolist() == pytest.approx(alone), name
    assert metrics.by_chance(measure("recall@1"), wanted, candidates).tolist() == [0.001, 0.1, 0.2, 0.1]


def test_chance_in_a_large_gallery_is_worked_out_at_once():
    wanted, candidates = np.array([1, 2, 500_000]), np.full(3, 1_000_000)
    harmonic = (1 / np.arange(1, 1_000_001)).sum()
    chance = metrics.by_chance(measure("MRR"), wanted, candidates)
    assert chance[0] == pytest.approx(harmonic / 1_000_000)
    assert chance[0] < chance[1] < 2 * chance[0]
    assert chance[2] == pytest.approx(np.log(2), abs=1e-5)  # every place holds one with chance 1/2
