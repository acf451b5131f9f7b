"""Late fusion: what several rankings of the same items become."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.query.fusion import by_least, by_rank, by_score, log_odds, reciprocal_rank, standardised


def test_reciprocal_rank_by_hand():
    scores, rows = reciprocal_rank([np.array([7, 3]), np.array([3, 9])])
    assert rows.tolist() == [3, 7, 9]
    np.testing.assert_allclose(scores, [1 / 62 + 1 / 61, 1 / 61, 1 / 62])
    scores, rows = reciprocal_rank([np.array([7, 3]), np.array([3, 9])], [1, -1], k=1)
    assert rows.tolist() == [7, 3, 9]
    np.testing.assert_allclose(scores, [1 / 2, 1 / 3 - 1 / 2, -1 / 3])


def test_reciprocal_rank_of_nothing_is_nothing():
    assert [len(each) for each in reciprocal_rank([])] == [0, 0]
    assert [len(each) for each in reciprocal_rank([np.zeros(0, np.int64)] * 2)] == [0, 0]


@given(st.lists(st.permutations(range(12)), min_size=1, max_size=4), st.randoms())
def test_the_order_of_rankings_does_not_matter_and_rows_come_once(rankings, random):
    lists = [np.array(ranking[: 3 + len(ranking) // 2]) for ranking in rankings]
    scores, rows = reciprocal_rank(lists)
    assert sorted(rows.tolist()) == sorted({row for ranking in lists for row in ranking.tolist()})
    assert (np.diff(scores) <= 0).all()
    random.shuffle(lists)
    again = reciprocal_rank(lists)
    assert dict(zip(rows.tolist(), scores.round(12), strict=True)) == dict(
        zip(again[1].tolist(), again[0].round(12), strict=True)
    )


@given(st.permutations(range(9)))
def test_one_ranking_alone_keeps_its_order(ranking):
    assert reciprocal_rank([np.array(ranking)])[1].tolist() == list(ranking)


@pytest.fixture
def scores():
    return np.random.default_rng(0).standard_normal((50, 3)) * [1, 0.01, 100] + [0, 0.2, 5]


@pytest.mark.parametrize("fuse", [by_rank, by_score])
def test_the_scale_of_a_column_does_not_count(scores, fuse):
    np.testing.assert_allclose(fuse(scores, [1, 2, -1]), fuse(scores * [3, 5, 0.1] + 7, [1, 2, -1]), atol=1e-9)


def test_shares_by_rank_are_those_of_reciprocal_rank(scores):
    rankings = [np.argsort(-column) for column in scores.T]
    fused, rows = reciprocal_rank(rankings, [1, 2, -1])
    np.testing.assert_allclose(by_rank(scores, [1, 2, -1]).sum(axis=1)[rows], fused)


def test_equal_scores_share_a_rank_and_a_percentile():
    column = np.array([[0.5], [0.9], [0.5], [0.1]])
    np.testing.assert_allclose(by_rank(column, [1.0]).ravel(), [1 / 62, 1 / 61, 1 / 62, 1 / 64])
    np.testing.assert_allclose(np.exp(log_odds(column)).ravel(), [2.5 / 1.5, 3.5 / 0.5, 2.5 / 1.5, 0.5 / 3.5])


def test_standardised_columns():
    out = standardised(np.array([[1.0, 5.0], [3.0, 5.0]]))
    np.testing.assert_allclose(out, [[-1, 0], [1, 0]])
    assert by_score(np.zeros((0, 2)), [1, 1]).shape == by_least(np.zeros((0, 2)), [1, 1]).shape == (0, 2)


def test_what_matches_all_terms_goes_before_what_matches_one_best():
    odds = np.array([[5, -2], [2, 1], [1, 1]])
    shares = by_least(odds, [1, 3])
    np.testing.assert_allclose(shares, [[0, -2], [0, 1], [1, 0]])


def test_a_minus_has_no_part_in_the_minimum_and_takes_off_how_much_better_it_matches():
    odds = np.array([[5, 4, -9], [5, 4, 6], [-2, 4, 3]])
    np.testing.assert_allclose(by_least(odds, [1, 1, -7]), [[0, 4, 0], [0, 4, -2], [-2, 0, -5]])


def test_log_odds_among_rows_are_even_about_the_middle():
    column = np.array([[0.5], [0.9], [0.1]])
    np.testing.assert_allclose(log_odds(column).ravel(), [0, np.log(5), -np.log(5)], atol=1e-12)
    assert log_odds(np.array([[1.0], [1.0]])).ravel().tolist() == pytest.approx([np.log(3)] * 2)
    assert log_odds(np.zeros((0, 2))).shape == (0, 2)


def test_a_ranking_may_weigh_each_of_its_rows():
    scores, rows = reciprocal_rank([np.array([7, 3]), np.array([3, 9])], [1, np.array([0.5, 2])])
    assert rows.tolist() == [9, 3, 7]
    np.testing.assert_allclose(scores, [2 / 62, 1 / 62 + 0.5 / 61, 1 / 61])
