import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from retriever import metrics

SCORES = np.array([[0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.3, 0.4], [1.0, 0.5, 0.2, 0.1]])
RELEVANT = np.array([[True, False, True, False], [True, False, False, False], [False, False, False, False]])


def test_average_precision_by_hand():
    # Ranks 1 and 3: (1/1 + 2/3) / 2. Rank 4: 1/4. The third query has nothing to find and is left out.
    np.testing.assert_allclose(metrics.average_precision(SCORES, RELEVANT), [5 / 6, 1 / 4])


def test_hit_and_recall_by_hand():
    np.testing.assert_array_equal(metrics.hit_at(1, SCORES, RELEVANT), [1, 0])
    np.testing.assert_array_equal(metrics.hit_at(4, SCORES, RELEVANT), [1, 1])
    np.testing.assert_array_equal(metrics.recall_at(2, SCORES, RELEVANT), [0.5, 0])


def test_ties_go_to_the_lower_column():
    scores, relevant = np.ones((1, 3)), np.array([[False, True, False]])
    np.testing.assert_allclose(metrics.average_precision(scores, relevant), [0.5])


@given(arrays(np.float64, (5, 12), elements=st.floats(-1, 1)), arrays(np.bool_, (5, 12)), st.integers(1, 12))
def test_measures_agree_with_their_definitions(scores, relevant, k):
    expected_ap, expected_recall, expected_hit = [], [], []
    for row, wanted in zip(scores, relevant, strict=True):
        if not wanted.any():
            continue
        ranking = sorted(range(12), key=lambda i: (-row[i], i))
        precisions, found = [], 0
        for rank, column in enumerate(ranking, 1):
            if wanted[column]:
                found += 1
                precisions.append(found / rank)
        expected_ap.append(sum(precisions) / wanted.sum())
        inside = sum(wanted[column] for column in ranking[:k])
        expected_recall.append(inside / wanted.sum())
        expected_hit.append(float(inside > 0))
    np.testing.assert_allclose(metrics.average_precision(scores, relevant), expected_ap)
    np.testing.assert_allclose(metrics.recall_at(k, scores, relevant), expected_recall)
    np.testing.assert_allclose(metrics.hit_at(k, scores, relevant), expected_hit)


def test_bootstrap_holds_the_mean_and_narrows_with_more_queries():
    rng = np.random.default_rng(0)
    few, many = rng.random(20), rng.random(2000)
    mean, low, high = metrics.bootstrap(few)
    assert mean == pytest.approx(few.mean())
    assert low < mean < high
    _, low_many, high_many = metrics.bootstrap(many)
    assert high_many - low_many < high - low
    assert metrics.bootstrap(few) == metrics.bootstrap(few)
