"""Values, intervals and chance of a ranking, against what comes out by hand or by trying every order."""

import numpy as np
import pytest

from benchmarks.retrieval.protocol import Ranking, hit_rate, mean_precision
from retriever import metrics


def test_a_row_says_value_interval_queries_and_chance():
    scores = np.array([[0.9, 0.8, 0.1, 0.0], [0.1, 0.9, 0.8, 0.0], [0.9, 0.1, 0.0, -0.1]])
    relevant = np.array([[1, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]], bool)
    (row,) = mean_precision("mAP", "all", Ranking(scores, relevant))
    # First query: hits at ranks 1 and 3. Second: at rank 3. The third has nothing to find.
    assert row["value"] == pytest.approx(((1 + 2 / 3) / 2 + 1 / 3) / 2)
    assert row["low"] <= row["value"] <= row["high"] and row["queries"] == 2
    (row,) = hit_rate("top-1", "all", 1, Ranking(scores, relevant))
    assert row["value"] == 0.5
    assert row["chance"] == pytest.approx((2 / 4 + 1 / 4) / 2)


def test_what_is_hidden_is_neither_found_nor_counted():
    scores, relevant = np.array([[0.9, 0.8, 0.7]]), np.array([[True, False, True]])
    ranking = Ranking(scores, relevant, np.array([[True, False, False]]))
    assert metrics.average_precision(ranking.judged).tolist() == [1 / 2]
    assert metrics.hit_at(ranking.judged, 1).tolist() == [0.0]
    assert ranking.chance(metrics.measure("hit@1")) == 1 / 2  # one of the two that are left
    nothing = Ranking(scores, relevant, np.array([[True, False, True]]))
    assert list(mean_precision("mAP", "all", nothing)) == []


def test_a_part_keeps_rows_and_columns():
    rng = np.random.default_rng(0)
    scores, relevant, hidden = rng.random((4, 5)), rng.random((4, 5)) > 0.5, rng.random((4, 5)) > 0.8
    queries, candidates = np.array([1, 0, 1, 0], bool), np.array([1, 1, 0, 0, 1], bool)
    part = Ranking(scores, relevant, hidden).of(queries, candidates)
    assert part.scores.tolist() == scores[[0, 2]][:, [0, 1, 4]].tolist()
    assert part.hidden is not None and part.hidden.tolist() == hidden[[0, 2]][:, [0, 1, 4]].tolist()
