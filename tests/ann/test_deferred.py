"""Exact first, approximate once that pays."""

from __future__ import annotations

import numpy as np

from retriever.ann.base import RowSet
from retriever.ann.deferred import OPENING, Deferred
from retriever.ann.exact import ExactSearch
from retriever.ann.plan import EXACT_NS

DIM = 16
VECTORS = np.eye(DIM, dtype=np.float32).repeat(4, axis=0)


class Opened(ExactSearch):
    """A backend that says that it was asked."""

    asked = 0

    def search(self, queries, k, allowed=None, pairs=()):
        self.asked += 1
        return super().search(queries, k, allowed, pairs)


def made(rows):
    """A search that believes to have `rows` rows, and what it opens."""
    opened = Opened([VECTORS], DIM)
    opens = []
    return Deferred(ExactSearch([VECTORS], DIM), lambda: opens.append(1) or opened, rows, DIM), opened, opens


def test_a_single_query_of_a_middling_index_opens_nothing():
    search, opened, opens = made(1_000_000)
    search.search(VECTORS[:1], 3)
    assert (opened.asked, opens) == (0, [])


def test_queries_add_up_until_opening_pays_and_it_is_opened_once():
    rows = 10_000_000
    each = rows * DIM * EXACT_NS * 1e-9
    search, opened, opens = made(rows)
    for _ in range(int(OPENING / each) + 5):
        search.search(VECTORS[:1], 3)
    assert opened.asked == 5
    assert opens == [1]


def test_a_batch_counts_as_its_queries_and_a_filter_as_the_rows_that_it_allows():
    search, opened, _ = made(20_000_000)
    few = RowSet(np.arange(len(VECTORS)) < 3)
    for _ in range(1000):
        search.search(VECTORS[:1], 3, few)
    assert opened.asked == 0
    search.search(VECTORS[:30], 3)
    assert opened.asked == 1
