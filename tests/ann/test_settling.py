"""Scores in float64: of one query, of many with shortlists of any length, and of many with shortlists of one length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retriever.ann.base import CHUNK, Rows, settle, settle_all, settle_each
from tests.unit_vectors import unit

ROWS = 900


def shortlists(random, queries, longest):
    """(q, longest) row numbers, none twice in a line; -1 behind the end of each."""
    rows = random.permuted(np.tile(np.arange(ROWS), (queries, 1)), axis=1)[:, :longest]
    return np.where(np.arange(longest) < random.integers(0, longest + 1, queries)[:, None], rows, -1)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31), dim=st.integers(1, 70), queries=st.integers(0, 12), longest=st.integers(1, 40),
    k=st.integers(1, 50), cut=st.integers(0, ROWS),
)  # fmt: skip
def test_settling_many_equals_settling_one_by_one(seed, dim, queries, longest, k, cut):
    random = np.random.default_rng(seed)
    vectors, asked = Rows(np.split(unit(random, ROWS, dim), [cut]), dim), unit(random, queries, dim)
    rows = shortlists(random, queries, longest)
    owners, places = np.nonzero(rows >= 0)
    mixed = random.permutation(len(owners))
    each = settle_each(vectors, asked, rows, k)
    every = settle_all(vectors, asked, owners[mixed], rows[owners, places][mixed], k)
    for number, shortlist in enumerate(rows):
        scores, found = settle(vectors, asked[number], random.permutation(shortlist[shortlist >= 0]), k)
        for many in (each, every):
            np.testing.assert_array_equal(many[0][number, : len(scores)], scores)
            np.testing.assert_array_equal(many[1][number, : len(found)], found)
            assert (many[1][number, len(found) :] == -1).all()
            assert (many[0][number, len(found) :] == -np.inf).all()


@pytest.mark.parametrize("width", [7, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_equal_vectors_score_the_same_wherever_they_stand(width):
    random = np.random.default_rng(3)
    vectors, asked = Rows([np.repeat(unit(random, 1, 37), ROWS, axis=0)], 37), unit(random, 5, 37)
    rows = random.permuted(np.tile(np.arange(ROWS), (5, 1)), axis=1)[:, :width]
    scores, found = settle_each(vectors, asked, rows, 7)
    assert len(np.unique(scores)) == 5
    np.testing.assert_array_equal(found, np.sort(rows, axis=1)[:, :7])
