"""The approximate backend: what it returns is exact, what it misses is little, and masks always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.ann.train import train
from indexer.ann.tune import tune
from retriever.ann.base import Rows, RowSet
from retriever.ann.exact import ExactSearch
from retriever.ann.files import AnnFile, Part, Tuned
from retriever.ann.inverted_lists import Selection
from retriever.ann.ivf_pq import IvfPqSearch
from retriever.ann.numbering import Numbering
from retriever.ann.plan import Effort, IvfPq

DIM = 32
LISTS = 16


class Eager(IvfPqSearch):
    """Scans however few rows there are, where the real one would search these exactly."""

    def _pays(self, part, effort, count):
        return effort.probes > 0


def clustered(rows: int, seed: int, *, offset: float = 0.0) -> np.ndarray:
    """Unit vectors about 40 directions; with an offset, far from all of them as another modality's are."""
    directions = np.random.default_rng(0).standard_normal((40, DIM))
    random = np.random.default_rng(seed)
    vectors = directions[random.integers(0, 40, rows)] + 0.7 * random.standard_normal((rows, DIM))
    vectors[:, 0] += offset * 6
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def built(vectors, effort, *, cuts=(), covered=None, search=Eager, sizes=None):
    """A search over `vectors` in segments "0", "1", ...; those numbered in `covered` are in the inverted file."""
    blocks = np.split(vectors, cuts)
    firsts = {str(number): first for number, first in enumerate((0, *cuts))}
    names = list(firsts) if covered is None else [str(number) for number in covered]
    segments = tuple((name, len(blocks[int(name)])) for name in names)
    numbering = Numbering.of(segments, firsts)
    members = RowSet(numbering.covered(len(vectors)))
    ids = np.full(len(vectors), -1)
    for start, (name, rows) in zip(numbering.starts, segments, strict=False):
        ids[firsts[name] : firsts[name] + rows] = start + np.arange(rows)
    trained = train(Rows(blocks, DIM), members, ids, sizes or IvfPq(LISTS, DIM))
    tuned = tuple(Tuned(pair, 1.0, effort, 1.0, 1) for pair in ("shape>shape", "text>shape"))
    part = Part("shape", len(members), trained.sizes, {}, tuned)
    file = AnnFile(None, 0.9, None, segments, (part,))
    return search(blocks, DIM, file, [trained], numbering, [np.ones(len(vectors), bool)])


def recall(found, true) -> float:
    return float(np.mean([np.isin(t, f).mean() for f, t in zip(found, true, strict=True)]))


VECTORS = clustered(3000, 1)
QUERIES = clustered(40, 2)
ALL = Effort(LISTS, 3000)


@pytest.mark.parametrize("share", [None, 0.8, 0.1, 0.002], ids=["all", "most", "some", "few"])
@pytest.mark.parametrize("cuts", [(), (1, 900, 900, 2500)], ids=["one segment", "five segments"])
def test_with_every_list_and_a_pool_of_everything_it_is_exact(share, cuts):
    allowed = None if share is None else RowSet(np.random.default_rng(3).random(3000) < share)
    for k in (1, 10, 200):
        found = built(VECTORS, ALL, cuts=cuts).search(QUERIES, k, allowed)
        true = ExactSearch([VECTORS], DIM).search(QUERIES, k, allowed)
        np.testing.assert_array_equal(found[1], true[1])
        np.testing.assert_array_equal(found[0], true[0])


@pytest.mark.parametrize("offset", [0.0, 1.0], ids=["like the data", "far from it"])
def test_a_modest_effort_finds_most_and_scores_are_exact(offset):
    queries = clustered(200, 5, offset=offset)
    found = built(VECTORS, Effort(8, 100)).search(queries, 10)
    true = ExactSearch([VECTORS], DIM).search(queries, 10)
    assert recall(found[1], true[1]) > 0.9
    exact = np.einsum("qkd,qd->qk", VECTORS[found[1]].astype(np.float64), queries)
    np.testing.assert_allclose(found[0], exact, atol=1e-6)
    assert (np.diff(found[0], axis=1) <= 0).all()


def test_a_query_does_not_depend_on_its_batch():
    searcher = built(VECTORS, Effort(6, 60), cuts=(1000,))
    together = searcher.search(QUERIES, 10)
    for number, query in enumerate(QUERIES):
        alone = searcher.search(query[None], 10)
        np.testing.assert_array_equal(together[0][number], alone[0][0])
        np.testing.assert_array_equal(together[1][number], alone[1][0])


def test_rows_outside_are_searched_exactly_beside_it():
    vectors = np.concatenate([VECTORS, clustered(200, 6)])
    searcher = built(vectors, Effort(LISTS, 300), cuts=(1500, 3000), covered=(0, 1))
    queries = vectors[3000:3100]
    np.testing.assert_array_equal(searcher.search(queries, 1)[1][:, 0], np.arange(3000, 3100))


def test_segments_that_moved_or_went_are_understood():
    searcher = built(VECTORS, ALL, cuts=(500, 1500))
    old = searcher._parts, searcher._scans
    file = AnnFile(None, 0.9, None, (("0", 500), ("1", 1000), ("2", 1500)), old[0])
    # Segment 1 was rewritten behind the others: its rows are new ones, and not in the file.
    blocks = [VECTORS[:500], VECTORS[1500:], VECTORS[500:1500]]
    numbering = Numbering.of(file.segments, {"0": 0, "2": 500, "3": 2000})
    now = Eager(blocks, DIM, file, old[1], numbering, [np.ones(3000, bool)])
    moved = np.concatenate(blocks)
    for allowed in (None, RowSet(np.random.default_rng(8).random(3000) < 0.2)):
        found, true = now.search(QUERIES, 12, allowed), ExactSearch([moved], DIM).search(QUERIES, 12, allowed)
        np.testing.assert_array_equal(found[1], true[1])


def test_k_is_filled_where_the_allowed_rows_lie_in_lists_that_are_not_looked_into():
    query = VECTORS[:1]
    allowed = RowSet(VECTORS @ query[0] < np.quantile(VECTORS @ query[0], 0.2))
    found = built(VECTORS, Effort(1, 20)).search(query, 15, allowed)
    assert (found[1] >= 0).all()
    assert allowed.mask[found[1]].all()


class Counted(ExactSearch):
    """Says how many queries it was asked."""

    def __init__(self):
        super().__init__([VECTORS], DIM)
        self.asked = 0

    def search(self, queries, k, allowed=None, pairs=()):
        self.asked += len(queries)
        return super().search(queries, k, allowed, pairs)


def test_queries_whose_lists_hold_too_few_are_asked_again_in_more_lists_and_not_of_all_rows():
    exact = Counted()
    searcher = built(VECTORS, Effort(1, 20), sizes=IvfPq(400, DIM))
    fullest = searcher._scans[0].ids(QUERIES, 30, 1)
    assert ((fullest >= 0).sum(axis=1) < 15).any(), "no list is too short"
    searcher._exact = exact
    found = searcher.search(QUERIES, 15)
    assert (found[1] >= 0).all()
    assert exact.asked == 0


@pytest.mark.parametrize("share", [None, 0.2], ids=["all", "some"])
@pytest.mark.parametrize("probes", [1, 8, 9, LISTS - 1, LISTS])
def test_many_queries_at_once_scan_the_lists_that_few_do(probes, share):
    scan = built(VECTORS, ALL)._scans[0]
    queries = clustered(200, 9)
    only = None if share is None else Selection(np.random.default_rng(4).random(3000) < share)
    together = scan.ids(queries, 300, probes, only)
    apart = np.concatenate([scan.ids(part, 300, probes, only) for part in np.split(queries, 100)])  # two at a time
    assert (together >= 0).any()
    for some, others in zip(together, apart, strict=True):
        assert set(some) == set(others)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("together", [1, 3, 60])
def test_queries_whose_own_kind_a_filter_forbids_still_find_what_is_allowed(share, together):
    directions = np.random.default_rng(0).standard_normal((40, DIM)).astype(np.float32)
    kinds, theirs = (VECTORS @ directions.T).argmax(1), (QUERIES @ directions.T).argmax(1)
    allowed, forbidden = RowSet(kinds < 40 * share), theirs >= 40 * share
    queries = np.resize(QUERIES[forbidden], (60, DIM))
    search, exact = built(VECTORS, Effort(8, 100), sizes=IvfPq(64, DIM)), ExactSearch([VECTORS], DIM)
    found = np.concatenate([search.search(part, 10, allowed)[1] for part in np.split(queries, 60 // together)])
    assert recall(found, exact.search(queries, 10, allowed)[1]) > 0.95
    assert search.search(queries, 10)[1].shape == (60, 10)


def test_a_filter_that_knows_nothing_of_the_queries_leaves_them_to_the_scan():
    search, allowed = built(VECTORS, Effort(4, 60)), RowSet(np.random.default_rng(7).random(len(VECTORS)) < 0.5)
    split = search._split(allowed).slices[0]
    assert split.opposed(search._scans[0].near(QUERIES, 4).lists).mean() < 0.1


def test_equal_vectors_come_in_row_order():
    vectors = np.tile(VECTORS[:50], (40, 1))
    found = built(vectors, Effort(LISTS, 400)).search(vectors[:3], 30)
    np.testing.assert_array_equal(found[1], np.arange(30)[None] * 50 + np.arange(3)[:, None])


def test_no_effort_means_exactly():
    found = built(VECTORS, Effort(0, 10), search=IvfPqSearch).search(QUERIES, 5)
    np.testing.assert_array_equal(found[1], ExactSearch([VECTORS], DIM).search(QUERIES, 5)[1])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), k=st.integers(1, 60), share=st.floats(0.0005, 1), together=st.sampled_from([1, 2]))
def test_few_allowed_rows_wherever_they_are_scored_are_those_of_an_exact_search(seed, k, share, together):
    vectors = np.concatenate([VECTORS, VECTORS[:500]])  # with ties
    random = np.random.default_rng(seed)
    allowed, queries = RowSet(random.random(len(vectors)) < share), QUERIES[random.integers(0, 40, together)]
    searcher, exact = built(vectors, Effort(0, 0), cuts=(700,), search=IvfPqSearch), ExactSearch([vectors], DIM)
    for _ in range(3):  # from the second time on they are scored by a copy
        for mine, true in zip(searcher.search(queries, k, allowed), exact.search(queries, k, allowed), strict=True):
            np.testing.assert_array_equal(mine, true)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), k=st.integers(1, 60), share=st.floats(0, 1), cut=st.integers(1, 2999))
def test_masks_hold_and_k_is_filled(seed, k, share, cut):
    allowed = RowSet(np.random.default_rng(seed).random(3000) < share)
    scores, rows = SEARCHER.search(QUERIES[:3], k, allowed)
    due = min(k, len(allowed))
    assert ((rows >= 0).sum(axis=1) == due).all()
    assert allowed.mask[rows[rows >= 0]].all()
    assert all(len(set(line)) == due for line in rows[:, :due].tolist())
    assert np.isneginf(scores[rows < 0]).all()


SEARCHER = built(VECTORS, Effort(4, 40), cuts=(1000,), covered=(0,))


def test_only_blocks_that_hold_shortlisted_rows_are_looked_into(monkeypatch):
    searcher, looked_into, products = built(VECTORS, Effort(4, 40), cuts=range(100, 3000, 100)), [], Eager._products

    def noted(self, out, queries, block, rows):
        looked_into.append(next(n for n, each in enumerate(self._rows.blocks) if each is block))
        products(self, out, queries, block, rows)

    monkeypatch.setattr(Eager, "_products", noted)
    rows = np.array([[5, 1234, -1, 2999], [99, 1200, 7, -1]])
    scores = searcher._scores(QUERIES[:2], rows)
    assert looked_into == [0, 12, 29]
    np.testing.assert_allclose(scores, np.where(rows < 0, -np.inf, (VECTORS[rows] * QUERIES[:2, None]).sum(2)), 1e-4)


def test_tuning_reaches_what_is_wanted_on_queries_that_it_has_not_seen():
    searcher = built(VECTORS, ALL)
    scan = searcher._scans[0]
    queries = {
        "text>shape": clustered(200, 7, offset=1.0),
        "shape>shape": clustered(200, 8),
        "audio>shape": QUERIES[:3],
    }
    numbering = Numbering.of([("0", 3000)], {"0": 0})
    tuned = tune(scan, RowSet(np.ones(3000, bool)), numbering, ExactSearch([VECTORS], DIM), queries, 0.95, DIM)
    assert [(one.pair, one.density) for one in tuned] == [("text>shape", 1.0), ("shape>shape", 1.0)]
    assert all(one.recall >= 0.95 and 0 < one.effort.probes < LISTS for one in tuned)
    fresh = clustered(300, 9, offset=1.0)
    effort = next(one.effort for one in tuned if one.pair == "text>shape")
    found = built(VECTORS, effort).search(fresh, 10)[1]
    assert recall(found, ExactSearch([VECTORS], DIM).search(fresh, 10)[1]) > 0.92


def test_what_cannot_be_reached_is_not_used():
    searcher = built(VECTORS, ALL, sizes=IvfPq(LISTS, 16))
    noise = np.random.default_rng(1).standard_normal((60, DIM)).astype(np.float32)
    queries = {"text>shape": noise / np.linalg.norm(noise, axis=1, keepdims=True)}
    numbering = Numbering.of([("0", 3000)], {"0": 0})
    scan = searcher._scans[0]
    everything = RowSet(np.ones(3000, bool))
    (one,) = tune(scan, everything, numbering, ExactSearch([VECTORS], DIM), queries, 1 - 1e-9, DIM)
    assert one.effort.probes == 0 or one.recall == 1.0


def test_ids_of_a_damaged_file_are_no_rows():
    numbering = Numbering.of([("0", 5), ("1", 5)], {"0": 0, "1": 5})
    strange = np.array([[3, -1, 10, 2**62, -(2**62)]])
    np.testing.assert_array_equal(numbering.rows(strange), [[3, -1, -1, -1, -1]])
    np.testing.assert_array_equal(Numbering.of([("0", 5), ("1", 5)], {"1": 0}).rows(strange), [[-1] * 5])


def test_ids_of_a_damaged_file_count_for_no_list():
    ids = np.arange(3000)
    ids[:3] = 2**50, -5, 3000
    scan = train(Rows([clustered(3000, 1)], DIM), RowSet(np.ones(3000, bool)), ids, IvfPq(LISTS, DIM))
    allowed = np.arange(3000) % 5 == 0
    assert scan.counts(allowed).sum() == 600 - 1
    assert (scan.counts(allowed) <= scan.lengths).all()
