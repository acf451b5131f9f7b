"""What only the faiss backend does: choosing a device, and knowing when faiss's answer is not enough."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from retriever.ann import faiss_flat
from retriever.ann.base import RowSet
from retriever.ann.exact import ExactSearch
from retriever.ann.faiss_flat import FaissFlat


def unit(rng, rows, dim=16):
    vectors = rng.standard_normal((rows, dim), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_asking_for_cuda_says_once_where_the_search_runs(caplog):
    vectors = unit(np.random.default_rng(0), 20)
    with caplog.at_level(logging.WARNING):
        found = FaissFlat([vectors], 16, device="cuda").search(vectors[3:4], 1)
    assert found[1].tolist() == [[3]]
    assert len(caplog.records) == (0 if faiss_flat.gpu_count() else 1)
    assert all("faiss-gpu" in record.message for record in caplog.records)


@pytest.mark.parametrize("selectors", [True, False], ids=["selectors", "overfetch"])
def test_k_is_filled_where_all_allowed_rows_lie_far_from_the_query(selectors):
    rng = np.random.default_rng(1)
    vectors, query = unit(rng, 4000), unit(rng, 1)
    allowed = RowSet((vectors @ query[0]) < -0.05)  # the nearest rows are all forbidden
    found = FaissFlat([vectors], 16, device="cpu", selectors=selectors).search(query, 10, allowed)
    expected = ExactSearch([vectors], 16).search(query, 10, allowed)
    assert len(allowed) > 0.3 * len(vectors)
    np.testing.assert_array_equal(found[1], expected[1])
    assert (found[1] >= 0).all()


def test_clear_needs_k_allowed_rows_and_a_gap_below_the_last():
    near = np.array([0.9, 0.8, 0.7, 0.6], np.float32)
    assert faiss_flat._clear(near, near[:3], 2, 1e-5)
    assert not faiss_flat._clear(near, near[:1], 2, 1e-5)
    assert not faiss_flat._clear(near, near, 4, 1e-5)
