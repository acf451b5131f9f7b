"""What only the exact backend promises: bounded memory, and no heavy imports."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from unit_vectors import unit

from retriever.ann import exact
from retriever.ann.base import Rows, RowSet, settle
from retriever.ann.exact import ExactSearch


def test_many_queries_over_many_rows_stay_within_a_block(tmp_path):
    rng = np.random.default_rng(0)
    vectors, queries = unit(rng, 120_000, 8), unit(rng, 600, 8)
    tracemalloc.start()
    scores, _ = ExactSearch([vectors], 8).search(queries, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (scores[:, 0] >= scores[:, 2]).all()
    block = exact.BLOCK_ROWS * exact.BLOCK_QUERIES * 4
    assert peak < 5 * block < 600 * 120_000 * 4 / 3


def test_a_whole_corpus_of_equal_vectors_is_answered():
    vectors = np.tile(unit(np.random.default_rng(1), 1, 8), (100_000, 1))
    scores, rows = ExactSearch([vectors], 8).search(vectors[:1], 4)
    assert rows.tolist() == [[0, 1, 2, 3]]
    assert len(set(scores[0].tolist())) == 1


def test_faiss_is_not_imported():
    code = "import sys, retriever.ann.exact, retriever.ann.plan; sys.exit('faiss' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("queries", [1, 2, exact.FEW_QUERIES, exact.FEW_QUERIES + 1, 40])
@pytest.mark.parametrize("few", [False, True], ids=["as they lie", "few"])
def test_blocks_of_every_density_side_by_side(queries, few):
    """None allowed, all, some here and there, most: each is scored in its own way."""
    rng = np.random.default_rng(2)
    sizes, shares = [20_000, 3000, 17_000, 5, 9000], [0, 1, 0.05, 1, 0.95]
    if few:
        shares = [0, 0.004, 0.001, 1, 0]
    mask = np.concatenate([rng.random(size) < share for size, share in zip(sizes, shares, strict=True)])
    vectors, asked, allowed = unit(rng, sum(sizes), 8), unit(rng, queries, 8), RowSet(mask)
    blocks = np.split(vectors, np.cumsum(sizes)[:-1])
    scores, rows = ExactSearch(blocks, 8).search(asked, 6, allowed)
    for query in range(queries):
        expected = settle(Rows(blocks, 8), asked[query], allowed.rows, 6)
        np.testing.assert_array_equal(rows[query], expected[1])
        np.testing.assert_array_equal(scores[query], expected[0])


@pytest.mark.parametrize("k", [1, 30, 500])
def test_the_first_floor_is_not_too_high(k):
    """Where all good rows share a group, most groups' best rows are worse than the k-th of all."""
    rng = np.random.default_rng(3)
    vectors = unit(rng, 40_000, 8)
    query = vectors[:1]
    vectors[: 256 * 64 : 256] = query  # one group of the first block
    scores, rows = ExactSearch([vectors], 8).search(query, k)
    expected = settle(Rows([vectors], 8), query[0], np.arange(40_000), k)
    np.testing.assert_array_equal(rows[0], expected[1])
    np.testing.assert_array_equal(scores[0], expected[0])


def test_copying_together_pays_more_often_the_more_queries_there_are():
    shares = [exact.sparse(queries) for queries in (1, 10, 100, 1000)]
    assert shares == sorted(shares)
    assert 0.2 < shares[0] < shares[-1] < 1


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("row", [-1, 10])
def test_rows_that_do_not_exist_are_not_made_up(blocks, row):
    vectors = Rows(np.split(unit(np.random.default_rng(4), 10, 8), [4][: blocks - 1]), 8)
    with pytest.raises(IndexError):
        vectors.gather(np.array([row]))
