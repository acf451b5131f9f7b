"""What only the faiss backend does: choosing a device, and knowing when faiss's answer is not enough."""

from __future__ import annotations

import logging
import subprocess
import sys
from types import SimpleNamespace

import faiss
import numpy as np
import pytest

from retriever.ann import faiss_flat, gpu
from retriever.ann.base import RowSet
from retriever.ann.cpu import CpuExact
from retriever.ann.exact import ExactSearch
from retriever.ann.faiss_flat import FaissFlat
from retriever.ann.gpu import Gpus, Placed, Storage, place, present, storages
from retriever.ann.on_gpus import on_gpus
from retriever.ann.precision import FLOAT16, FLOAT32
from retriever.ann.shards import TorchShards
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
    ("rows", "gpus", "expected"),
    [
        (10**6, Gpus(1, 1, (CARD,)), ("torch", 1, FLOAT16, True)),  # sooner done
        (10**6, Gpus(1, 0), ("faiss", 1, FLOAT32, True)),
        (10**6, Gpus(2, 2, (CARD,) * 2), ("faiss", 2, FLOAT32, True)),
        (10**6, Gpus(0, 1, (CARD,)), ("torch", 1, FLOAT16, True)),  # faiss-cpu
        (10**6, Gpus(0, 4, (CARD,) * 4), ("torch", 4, FLOAT16, True)),
        (10**6, Gpus(2, 1, (CARD,)), ("faiss", 2, FLOAT32, True)),  # how much room there is, is not known: tried
        (10**6, Gpus(0, 1), ("torch", 1, FLOAT16, True)),
        (10**8, Gpus(1, 1, (CARD,)), ("torch", 1, FLOAT16, False)),
        (10**8, Gpus(2, 2, (CARD,) * 2), ("torch", 2, FLOAT16, False)),
        (10**8, Gpus(4, 4, (CARD,) * 4), ("faiss", 4, FLOAT16, True)),
        (10**8, Gpus(0, 4, (CARD,) * 4), ("torch", 4, FLOAT16, True)),
        (10**8, Gpus(0, 4, (CARD,) * 3 + (GIB,)), ("torch", 4, FLOAT16, False)),  # parts are equal
    ],
)
def test_vectors_are_placed_by_what_is_there(rows, gpus, expected):
    assert place(rows, 384, gpus) == Placed(*expected)


def test_without_gpus_there_is_no_place():
    assert place(10, 10, Gpus()) is None


def test_a_part_fits_up_to_the_last_byte():
    rows = 10**7
    needed = rows // 2 * 384 * 2 + gpu.RESERVE
    assert place(rows, 384, Gpus(0, 2, (needed, needed))).resident
    assert not place(rows, 384, Gpus(0, 2, (needed, needed - 1))).resident
    assert not place(rows + 1, 384, Gpus(0, 2, (needed, needed))).resident


def test_a_gpu_that_is_not_there_costs_one_line(caplog):
    vectors = unit(np.random.default_rng(2), 20)
    with caplog.at_level(logging.WARNING):
        search = on_gpus([vectors[:5], vectors[5:]], 16)
    assert search.search(vectors[3:4], 1)[1].tolist() == [[3]]
    gpus = present() != Gpus()
    assert isinstance(search, (FaissFlat, TorchExact, TorchShards) if gpus else CpuExact)
    assert len(caplog.records) == (0 if gpus else 1)


def test_a_gpu_that_cannot_be_asked_has_nothing_free(monkeypatch):
    import torch

    def full(_):
        raise RuntimeError("CUDA error: CUDA-capable device(s) is/are busy or unavailable")

    monkeypatch.setattr(torch.cuda, "mem_get_info", full)
    monkeypatch.setattr(gpu, "torch_devices", lambda: ["cuda:0", "cuda:1"])
    assert gpu.free_bytes(2) == (0, 0)
    assert not place(10, 10, Gpus(0, 2, gpu.free_bytes(2))).resident


def test_no_library_is_imported_to_look_for_gpus_without_a_driver():
    if gpu.driver():
        pytest.skip("a GPU's driver is installed")
    code = (
        "import sys; from retriever.ann.gpu import Gpus, present; assert present() == Gpus(); "
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
def test_each_shard_is_given_its_rows_at_once(monkeypatch, shards):
    added, add = [], faiss.IndexFlatIP.add

    def noted(self, rows):
        added.append(len(rows))
        add(self, rows)

    monkeypatch.setattr(faiss.IndexFlatIP, "add", noted)
    vectors = unit(np.random.default_rng(5), 300)
    search = FaissFlat(np.split(vectors, [50, 120, 260]), 16, device="cpu", storage=Storage(shards))
    assert added == [300 // shards] * shards
    np.testing.assert_array_equal(search.search(vectors, 1)[1][:, 0], np.arange(300))


def test_float16_in_gpus_is_left_to_faiss_itself(monkeypatch):
    made = []
    for name in ("GpuIndexFlatConfig", "StandardGpuResources"):
        monkeypatch.setattr(faiss, name, lambda: SimpleNamespace(use_cuvs=True), raising=False)
    monkeypatch.setattr(faiss, "GpuIndexFlatIP", lambda resources, dim, config: made.append(config), raising=False)
    search = FaissFlat([unit(np.random.default_rng(6), 20)], 16, device="cpu")
    search._gpu = True
    search._flat(0, True)
    search._flat(1, False)
    assert [(config.device, config.useFloat16, config.use_cuvs) for config in made] == [
        (0, True, False),
        (1, False, True),
    ]


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
