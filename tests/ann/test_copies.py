"""Copies of the rows that a condition allows: made at the second time, the latest kept."""

import numpy as np
from numpy.testing import assert_array_equal

from retriever.ann.base import Rows, RowSet
from retriever.ann.copies import Copies

VECTORS = np.random.default_rng(0).standard_normal((60, 8)).astype(np.float32)
ROW = 4 * 8


def every(step):
    return RowSet(np.arange(60) % step == 0)


def test_a_set_is_copied_when_it_is_asked_for_again():
    copies, some = Copies(Rows([VECTORS[:25], VECTORS[25:]], 8)), every(7)
    assert copies.of(some) is None
    copy = copies.of(some)
    assert copy is not None and copies.of(some) is copy
    assert_array_equal(copy, VECTORS[::7])


def test_no_more_is_kept_than_agreed_and_the_latest_stay():
    copies = Copies(Rows([VECTORS], 8), kept=40 * ROW, largest=30 * ROW)
    halves, thirds, quarters = sets = [every(step) for step in (2, 3, 4)]  # 30, 20 and 15 rows
    for some in sets:
        copies.of(some)
    assert copies.of(halves) is not None
    assert copies.of(thirds) is not None  # which takes the place of the halves
    kept = copies.of(thirds)
    assert copies.of(quarters) is not None and copies.of(thirds) is kept
    again = copies.of(halves)
    assert again is not None and copies.of(thirds) is not kept


def test_large_sets_are_read_where_they_lie():
    copies = Copies(Rows([VECTORS], 8), largest=20 * ROW)
    halves, thirds = every(2), every(3)
    assert [copies.of(halves) for _ in range(3)] == [None] * 3
    assert [copies.of(thirds) is None for _ in range(2)] == [True, False]


def test_a_set_that_is_gone_is_not_taken_for_another():
    copies = Copies(Rows([VECTORS], 8))
    for _ in range(50):
        assert copies.of(every(5)) is None
