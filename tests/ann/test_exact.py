"""What only the exact backend promises: bounded memory, and no heavy imports."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np

from retriever.ann import exact
from retriever.ann.exact import ExactSearch


def unit(rng, rows, dim):
    vectors = rng.standard_normal((rows, dim), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


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
