"""What every backend must do, whatever its arithmetic."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.ann.train import train
from retriever.ann.base import Rows, RowSet
from retriever.ann.cpu import CpuExact
from retriever.ann.exact import ExactSearch
from retriever.ann.faiss_flat import FaissFlat
from retriever.ann.files import AnnFile, Part, Tuned
from retriever.ann.gpu import Storage, faiss_gpus, torch_devices, torch_gpus
from retriever.ann.ivf_pq import IvfPqSearch
from retriever.ann.numbering import Numbering
from retriever.ann.plan import Effort, IvfPq
from retriever.ann.shards import TorchShards
from retriever.ann.torch_exact import TorchExact


class Eager(IvfPqSearch):
    """Scans however few rows there are, where the real one would search these exactly."""

    def _pays(self, part, effort, count):
        return effort.probes > 0


def approximate(blocks, dim):
    """The inverted file, looking into all lists and re-ranking all rows: then it misses nothing.

    The last of several blocks lies outside of it, and of very few rows none is made.
    """
    inside, sizes = blocks[: max(1, len(blocks) - 1)], IvfPq(4, dim)
    segments = tuple((str(number), len(block)) for number, block in enumerate(inside))
    rows, count = Rows(blocks, dim), sum(map(len, inside))
    numbering = Numbering.of(segments, {name: sum(map(len, blocks[: int(name)])) for name, _ in segments})
    members = RowSet(np.arange(len(rows)) < count)
    if count < 64:
        return Eager(blocks, dim, AnnFile(None, 1.0, None, segments, ()), [], numbering, [])
    trained = train(rows, members, np.arange(len(rows)), sizes)
    tuned = (Tuned("text>shape", 1.0, Effort(4, len(rows)), 1.0, 1),)
    part = Part("shape", count, trained.sizes, {}, tuned)
    file = AnnFile(None, 1.0, None, segments, (part,))
    return Eager(blocks, dim, file, [trained], numbering, [members.mask])


BACKENDS = {
    "exact": ExactSearch,
    "cpu": CpuExact,
    "ivf-pq": approximate,
    "faiss-selectors": partial(FaissFlat, device="cpu"),
    "faiss-overfetch": partial(FaissFlat, device="cpu", selectors=False),
    "faiss-shards": partial(FaissFlat, device="cpu", storage=Storage(shards=3)),
    "faiss-half": partial(FaissFlat, device="cpu", storage=Storage(half=True)),
    "torch-bfloat16": partial(TorchExact, format="bfloat16"),
    "torch-float32": partial(TorchExact, format="float32", tile_rows=90),
    "torch-resident": partial(TorchExact, format="float16", tile_rows=70, source="resident"),
    "torch-streamed": partial(TorchExact, format="float16", tile_rows=64, source="streamed"),
    "torch-shards": partial(TorchShards, devices=["cpu"] * 2),
    "torch-shards-resident": partial(TorchShards, devices=["cpu"] * 3, tile_rows=70, source="resident"),
    "torch-shards-streamed": partial(TorchShards, devices=["cpu"] * 3, tile_rows=64, source="streamed"),
}
if faiss_gpus():  # the same contract, where there is a GPU to hold it on
    BACKENDS |= {
        "faiss-gpu": partial(FaissFlat, device="cuda"),
        "faiss-gpu-half": partial(FaissFlat, device="cuda", storage=Storage(half=True)),
    }
if torch_gpus():
    BACKENDS |= {
        "torch-gpu": partial(TorchExact, device="cuda"),
        "torch-gpu-bfloat16": partial(TorchExact, device="cuda", format="bfloat16", tile_rows=90, source="resident"),
        "torch-gpu-float32": partial(TorchExact, device="cuda", format="float32", tile_rows=90, source="streamed"),
        "torch-gpu-streamed": partial(TorchExact, device="cuda", tile_rows=64, source="streamed"),
        "torch-gpu-shards": partial(TorchShards, devices=torch_devices() * 2, tile_rows=70),
    }
DIM = 24


@pytest.fixture(params=BACKENDS, scope="module")
def backend(request):
    return BACKENDS[request.param]


def unit(rng, rows, dim=DIM):
    vectors = rng.standard_normal((rows, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def brute_force(vectors, queries, k, allowed=None):
    """The contract, said again in the plainest way."""
    scores = np.full((len(queries), k), -np.inf, np.float32)
    rows = np.full((len(queries), k), -1, np.int64)
    for q, query in enumerate(queries):
        cosines = [np.float32((v.astype(np.float64) * query.astype(np.float64)).sum()) for v in vectors]
        order = sorted(
            (r for r in range(len(vectors)) if allowed is None or allowed.mask[r]), key=lambda r: (-cosines[r], r)
        )
        for place, row in enumerate(order[:k]):
            scores[q, place], rows[q, place] = cosines[row], row
    return scores, rows


def assert_same(found, expected):
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_array_equal(found[0], expected[0])
    assert found[0].dtype == np.float32
    assert found[1].dtype == np.int64


def split(vectors, *cuts):
    return np.split(vectors, cuts)


@pytest.mark.parametrize("share", [None, 0.9, 0.5, 0.02], ids=["all", "most", "half", "few"])
def test_equals_brute_force_over_several_segments(backend, share):
    rng = np.random.default_rng(1)
    vectors, queries = unit(rng, 700), unit(rng, 5)
    allowed = None if share is None else RowSet(rng.random(700) < share)
    found = backend(split(vectors, 1, 300, 300, 650), DIM).search(queries, 9, allowed)
    assert_same(found, brute_force(vectors, queries, 9, allowed))


def test_equal_vectors_come_in_row_order_even_across_the_edge_of_k(backend):
    rng = np.random.default_rng(2)
    few, query = unit(rng, 3), unit(rng, 1)
    vectors = np.tile(few, (120, 1))
    found = backend(split(vectors, 50, 201), DIM).search(query, 130)
    assert_same(found, brute_force(vectors, query, 130))
    best = int(np.argmax(few @ query[0]))
    np.testing.assert_array_equal(found[1][0, :120], np.arange(120) * 3 + best)


def test_ties_respect_the_mask(backend):
    vectors = np.tile(unit(np.random.default_rng(3), 1), (90, 1))
    allowed = RowSet(np.arange(90) % 2 == 1)
    found = backend([vectors], DIM).search(vectors[:1], 3, allowed)
    np.testing.assert_array_equal(found[1], [[1, 3, 5]])


def test_k_above_the_number_of_rows_is_padded(backend):
    rng = np.random.default_rng(4)
    vectors, queries = unit(rng, 4), unit(rng, 2)
    found = backend(split(vectors, 2), DIM).search(queries, 7)
    assert_same(found, brute_force(vectors, queries, 7))
    assert (found[1][:, 4:] == -1).all()
    assert np.isneginf(found[0][:, 4:]).all()


@pytest.mark.parametrize("rows", [0, 30], ids=["no rows", "all deleted"])
def test_nothing_allowed_gives_no_neighbours(backend, rows):
    rng = np.random.default_rng(5)
    found = backend([unit(rng, rows)], DIM).search(unit(rng, 2), 3, RowSet(np.zeros(rows, bool)))
    assert (found[1] == -1).all()
    assert np.isneginf(found[0]).all()


def test_one_row(backend):
    vector = unit(np.random.default_rng(6), 1)
    scores, rows = backend([vector], DIM).search(vector, 1)
    assert rows.tolist() == [[0]]
    assert scores[0, 0] == pytest.approx(1, abs=1e-6)


def test_no_queries(backend):
    rng = np.random.default_rng(7)
    scores, rows = backend([unit(rng, 9)], DIM).search(unit(rng, 0), 3)
    assert scores.shape == rows.shape == (0, 3)


def test_a_query_does_not_depend_on_its_batch(backend):
    rng = np.random.default_rng(8)
    searcher, queries = backend([unit(rng, 400)], DIM), unit(rng, 300)
    together = searcher.search(queries, 5)
    alone = [searcher.search(query[None], 5) for query in queries[::60]]
    np.testing.assert_array_equal(together[0][::60], np.concatenate([scores for scores, _ in alone]))
    np.testing.assert_array_equal(together[1][::60], np.concatenate([rows for _, rows in alone]))


@pytest.mark.parametrize(
    ("queries", "k", "allowed"),
    [
        (np.zeros((1, DIM), np.float32), 0, None),
        (np.zeros((1, DIM + 1), np.float32), 1, None),
        (np.zeros(DIM, np.float32), 1, None),
        (np.zeros((1, DIM), np.float32), 1, RowSet(np.ones(9, bool))),
        (np.zeros((1, DIM), np.float32), 1, RowSet(np.ones(10, int))),
    ],
    ids=["k=0", "wrong dim", "flat query", "short mask", "integer mask"],
)
def test_arguments_that_do_not_fit_are_rejected(backend, queries, k, allowed):
    searcher = backend([unit(np.random.default_rng(9), 10)], DIM)
    with pytest.raises(ValueError, match="must be"):
        searcher.search(queries, k, allowed)


def test_vectors_may_be_memory_mapped_read_only(backend, tmp_path):
    rng = np.random.default_rng(10)
    vectors = unit(rng, 50)
    np.save(tmp_path / "vectors.npy", vectors)
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r", allow_pickle=False)
    query = unit(rng, 1)
    assert_same(backend([mapped], DIM).search(query, 4), brute_force(vectors, query, 4))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(0, 120),
    distinct=st.integers(1, 40),
    queries=st.integers(0, 4),
    k=st.integers(1, 150),
    share=st.sampled_from([None, 0.0, 0.1, 0.6, 1.0]),
    cuts=st.lists(st.integers(0, 120), max_size=3),
)
def test_any_index_equals_brute_force(backend, seed, rows, distinct, queries, k, share, cuts):
    rng = np.random.default_rng(seed)
    vectors = unit(rng, distinct)[rng.integers(0, distinct, rows)]
    asked = unit(rng, queries)
    allowed = None if share is None else RowSet(rng.random(rows) < share)
    found = backend(split(vectors, *sorted(cuts)), DIM).search(asked, k, allowed)
    assert_same(found, brute_force(vectors, asked, k, allowed))
