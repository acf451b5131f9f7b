"""What only the faiss backend does: choosing a device, and knowing when faiss's answer is not enough."""

from __future__ import annotations

import logging
import subprocess
import sys

import numpy as np
import pytest

from retriever.ann import faiss_flat, gpu
from retriever.ann.base import RowSet
from retriever.ann.exact import ExactSearch
from retriever.ann.faiss_flat import FaissFlat
from retriever.ann.gpu import Storage, gpu_count, library, on_gpus, storages
from retriever.ann.torch_exact import TorchExact

GIB = 2**30
CARD = 24 * GIB


def unit(rng, rows, dim=16):
    vectors = rng.standard_normal((rows, dim), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_asking_for_cuda_says_once_where_the_search_runs(caplog):
    vectors = unit(np.random.default_rng(0), 20)
    with caplog.at_level(logging.WARNING):
        found = FaissFlat([vectors], 16, device="cuda").search(vectors[3:4], 1)
    assert found[1].tolist() == [[3]]
    assert len(caplog.records) == (0 if gpu.faiss_gpus() else 1)
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


@pytest.mark.parametrize(
    ("rows", "free", "expected"),
    [
        (10**6, [CARD], [Storage(), Storage(half=True)]),
        (20 * 10**6, [CARD], [Storage(half=True)]),  # 29 GiB in float32
        (10**8, [CARD], []),
        (10**8, [CARD] * 8, [Storage(8), Storage(8, half=True)]),
        (10**8, [CARD] * 4, [Storage(4, half=True)]),
        (10**8, [CARD] * 7 + [GIB], []),  # parts are equal, so the fullest card counts
        (3, [CARD] * 8, [Storage(3), Storage(3, half=True)]),
        (0, [CARD] * 2, [Storage(), Storage(half=True)]),
        (10**8, [], [Storage(2), Storage(2, half=True)]),  # not known: tried
    ],
)
def test_storage_by_rows_and_memory(rows, free, expected):
    assert list(storages(rows, 384, len(free) or 2, free)) == expected


def test_without_gpus_there_is_no_storage():
    assert storages(10, 10, 0) == ()


@pytest.mark.parametrize(
    ("rows", "faiss", "torch", "expected"),
    [
        (10**6, 1, 1, "torch"),  # sooner done
        (10**6, 1, 0, "faiss"),
        (10**6, 2, 2, "faiss"),
        (10**6, 0, 1, "torch"),  # faiss-cpu
        (10**8, 1, 1, "torch"),  # streamed
        (10**8, 1, 0, "numpy"),
        (10**6, 0, 0, "numpy"),
    ],
)
def test_library_by_what_is_there(rows, faiss, torch, expected):
    assert library(rows, 384, faiss, torch, [CARD] * faiss) == expected


def test_a_gpu_that_is_not_there_costs_one_line(caplog):
    vectors = unit(np.random.default_rng(2), 20)
    with caplog.at_level(logging.WARNING):
        search = on_gpus([vectors[:5], vectors[5:]], 16)
    assert search.search(vectors[3:4], 1)[1].tolist() == [[3]]
    assert isinstance(search, (FaissFlat, TorchExact) if gpu_count() else ExactSearch)
    assert len(caplog.records) == (0 if gpu_count() else 1)


def test_no_library_is_imported_to_look_for_gpus_without_a_driver():
    if gpu.driver():
        pytest.skip("a GPU's driver is installed")
    code = (
        "import sys; from retriever.ann.gpu import gpu_count; assert gpu_count() == 0; "
        "sys.exit(bool({'torch', 'faiss'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("rows", [1, 2, 3, 500])
def test_shards_number_rows_through(rows):
    rng = np.random.default_rng(3)
    vectors = unit(rng, rows)
    sharded = FaissFlat(np.split(vectors, [rows // 3]), 16, device="cpu", storage=Storage(shards=4))
    np.testing.assert_array_equal(sharded.search(vectors, 1)[1][:, 0], np.arange(rows))


@pytest.mark.parametrize("shards", [1, 3])
def test_half_precision_is_scored_again(shards):
    rng = np.random.default_rng(4)
    center = unit(rng, 1)
    vectors = center + 1e-4 * unit(rng, 3000)  # closer than float16 can tell
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    half = FaissFlat([vectors, unit(rng, 3000)], 16, device="cpu", storage=Storage(shards, half=True))
    exact = ExactSearch([vectors, half._rows.blocks[1]], 16)
    for queries in (center, unit(rng, 5)):
        for found, expected in zip(half.search(queries, 10), exact.search(queries, 10), strict=True):
            np.testing.assert_array_equal(found, expected)
