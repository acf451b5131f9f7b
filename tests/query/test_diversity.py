"""Maximal marginal relevance against its definition, and near-duplicates folded under the best of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from index_making import unit

from retriever.errors import UsageError
from retriever.query.diversity import LEAST, POOL, Fold, Pool, depth, folded, mmr, unique
from retriever.query.request import MOST

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 30)


def pool(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Vectors in the order of their falling relevance, and that."""
    vectors = unit(size, seed)
    return vectors, np.sort(np.random.default_rng(seed).normal(size=size))[::-1]


def by_definition(vectors: np.ndarray, scores: np.ndarray, k: int, trade: float) -> list[int]:
    """Carbonell and Goldstein's formula, word for word, over standardised numbers."""
    cosines = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    pairs = cosines[~np.eye(len(vectors), dtype=bool)]
    relevance, similarity = (scores - scores.mean()) / scores.std(), (cosines - pairs.mean()) / pairs.std()
    taken = [int(np.argmax(relevance))]
    while len(taken) < min(k, len(vectors)):
        rest = [place for place in range(len(vectors)) if place not in taken]
        gains = [trade * relevance[i] - (1 - trade) * max(similarity[i, j] for j in taken) for i in rest]
        taken.append(rest[int(np.argmax(gains))])
    return taken


@pytest.mark.parametrize("size", [3, 8, 9, 40])  # on both sides of the vectors' length
@pytest.mark.parametrize("trade", [0.0, 0.3, 0.7, 0.95])
def test_it_is_the_formula(size: int, trade: float):
    for seed in range(5):
        vectors, scores = pool(size, seed)
        assert mmr(vectors, scores, 10, trade).tolist() == by_definition(vectors, scores, 10, trade)


@given(SIZES, st.integers(1, 40), SEEDS, st.floats(0, 1))
def test_it_takes_k_different_ones_and_the_best_first(size: int, k: int, seed: int, trade: float):
    vectors, scores = pool(size, seed)
    order = mmr(vectors, scores, k, trade)
    assert len(order) == len(set(order.tolist())) == min(k, size) and order[0] == 0


@given(SIZES, SEEDS, st.integers(-3, 3), st.integers(-5, 5))
def test_the_scale_of_the_scores_does_not_matter(size: int, seed: int, exponent: int, offset: int):
    vectors, scores = pool(size, seed)
    other = scores * 2.0**exponent + offset
    np.testing.assert_array_equal(mmr(vectors, other, 10, 0.6), mmr(vectors, scores, 10, 0.6))


@pytest.mark.parametrize("common", [0.5, 2.0])
def test_what_all_vectors_have_in_common_does_not_matter(common: float):
    vectors, scores = pool(30, 4)
    crowded = np.hstack([vectors, np.full((30, 1), common, np.float32)]) / np.sqrt(1 + common**2)
    np.testing.assert_array_equal(mmr(crowded, scores, 10, 0.6), mmr(vectors, scores, 10, 0.6))


@given(arrays.arrays(np.float64, st.integers(1, 20), elements=st.sampled_from([0.1, 0.2, 0.3])))
def test_relevance_alone_is_the_plain_order_and_ties_go_by_place(scores: np.ndarray):
    expected = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    assert mmr(unit(len(scores)), scores, 50, 1).tolist() == expected


def test_equal_items_keep_their_order():
    same = np.repeat(unit(1), 6, axis=0)
    assert mmr(same, np.full(6, 0.4), 6, 0.5).tolist() == list(range(6))
    assert mmr(same, np.linspace(1, 0, 6), 6, 0.5).tolist() == list(range(6))


def test_a_repetition_gives_way_to_something_new():
    vectors = np.array([[1, 0, 0], [1, 0, 0], [0.6, 0.8, 0], [0.6, 0, 0.8]], np.float32)
    scores = [0.9, 0.89, 0.8, 0.7]
    assert mmr(vectors, scores, 2, 1).tolist() == [0, 1]
    assert mmr(vectors, scores, 3, 0.3).tolist() == [0, 2, 3]


@pytest.mark.parametrize("trade", [-0.1, 1.1, float("nan"), "much"])
def test_a_trade_off_out_of_range(trade: float):
    with pytest.raises(UsageError, match=r"diverse=.*: give a number from 0, variety alone, to 1"):
        mmr(unit(3), [3, 2, 1], 2, trade)


def test_the_pool_is_a_multiple_of_what_is_wanted():
    assert [depth(1), depth(100), depth(MOST)] == [LEAST, 100 * POOL, MOST]


@given(SIZES, SEEDS, st.floats(0.05, 1))
def test_every_item_is_kept_or_lies_under_one_that_is_near(size: int, seed: int, limit: float):
    vectors = unit(size, seed, dim=3)
    folds = folded(vectors, limit)
    assert sorted(place for fold in folds for place in (fold.place, *fold.folded)) == list(range(size))
    kept = [fold.place for fold in folds]
    assert kept == sorted(kept)
    cosines = vectors @ vectors.T
    for fold in folds:
        assert all(fold.place < place and cosines[fold.place, place] >= limit - 2e-6 for place in fold.folded)
    apart = cosines[np.ix_(kept, kept)] - 2 * np.eye(len(kept))
    assert (apart < limit).all()


@given(SIZES, SEEDS, st.floats(0.05, 1))
def test_folding_what_was_folded_changes_nothing(size: int, seed: int, limit: float):
    vectors = unit(size, seed, dim=3)
    kept = vectors[[fold.place for fold in folded(vectors, limit)]]
    assert folded(kept, limit) == [Fold(place) for place in range(len(kept))]


@given(SIZES, SEEDS, st.integers(1, 40), st.lists(st.integers(0, 9), min_size=30))
def test_the_first_few_have_all_that_repeats_them(size: int, seed: int, most: int, contents: list[int]):
    vectors = unit(size, seed, dim=3)
    assert folded(vectors, 0.9, contents[:size], most) == folded(vectors, 0.9, contents[:size])[:most]


def test_the_same_bytes_are_folded_whatever_their_vectors():
    vectors = np.eye(4, dtype=np.float32)
    assert folded(vectors, 0.9, ["a", "b", "a", "b"]) == [Fold(0, (2,)), Fold(1, (3,))]
    assert folded(vectors, 0.9) == [Fold(place) for place in range(4)]


def test_no_chain_of_neighbours_is_followed():
    angles = np.deg2rad([0, 20, 40, 60])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert folded(vectors, float(np.cos(np.deg2rad(21)))) == [Fold(0, (1,)), Fold(2, (3,))]


@pytest.mark.parametrize("limit", [0, -1, 1.01, float("nan"), None])
def test_a_limit_out_of_range(limit: float):
    with pytest.raises(UsageError, match=r"limit=.*: give the least cosine of near-duplicates"):
        folded(unit(3), limit)


def test_the_pool_deepens_until_k_differ():
    things = np.repeat(unit(12, dim=8), 100, axis=0)  # the hundred best are one thing, and so on
    asked = []

    def fetch(count: int) -> Pool:
        asked.append(count)
        return Pool(np.arange(len(things))[:count], things[:count])

    pool, folds = unique(fetch, 5)
    assert pool.rows[[fold.place for fold in folds]].tolist() == [0, 100, 200, 300, 400]
    assert [len(fold.folded) for fold in folds[:4]] == [99] * 4
    assert asked == sorted(set(asked)) and asked[0] == depth(5)
    pool, folds = unique(fetch, 20)
    assert len(folds) == 12 and asked[-1] >= len(things)


def test_plain_answers_are_asked_for_once():
    asked = []

    def fetch(count: int) -> Pool:
        asked.append(count)
        return Pool(np.arange(count), unit(count, dim=64))

    _, folds = unique(fetch, 10)
    assert asked == [depth(10)] and folds == [Fold(place) for place in range(10)]


def test_a_pool_from_which_some_were_left_out_is_not_the_last():
    things = np.repeat(unit(12, dim=8), 100, axis=0)

    def fetch(count: int) -> Pool:
        return Pool(np.arange(1, len(things))[: count - 1], things[1:count])  # without the item that was asked with

    assert len(unique(fetch, 5)[1]) == 5
