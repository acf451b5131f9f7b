"""What only the torch backend does: it proves which rows it may drop, and brings vectors to a device tile by tile."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from unit_vectors import near, unit

from retriever.ann import shortlists, torch_exact
from retriever.ann.base import Rows, RowSet
from retriever.ann.exact import ExactSearch
from retriever.ann.gpu import fits, torch_gpus
from retriever.ann.precision import BFLOAT16, FLOAT32, FORMATS, KEPT, cpu_format, kept, lengths, pays
from retriever.ann.shortlists import Shortlists
from retriever.ann.tiles import HostTiles, KeptTiles, ResidentTiles, StreamedTiles
from retriever.ann.torch_exact import TorchExact

WAYS = [
    {"format": "bfloat16"},
    {"format": "bfloat16", "source": "host", "tile_rows": 3000},
    {"format": "float32"},
    {"format": "float16", "source": "resident", "tile_rows": 3000},
    {"format": "float16", "source": "streamed", "tile_rows": 1000},
]
IDS = ["bfloat16", "converted", "float32", "resident", "streamed"]
if torch_gpus():
    WAYS += [{"device": "cuda"}, {"device": "cuda", "source": "streamed", "tile_rows": 1000}]
    IDS += ["gpu", "gpu-streamed"]


def assert_equals_exact(blocks, dim, queries, k, allowed=None, **way):
    found = TorchExact(blocks, dim, **way).search(queries, k, allowed)
    expected = ExactSearch(blocks, dim).search(queries, k, allowed)
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_array_equal(found[0], expected[0])


@pytest.mark.parametrize("way", WAYS, ids=IDS)
@pytest.mark.parametrize("step", [1e-1, 1e-2, 1e-3, 1e-5, 1e-7])
def test_thousands_of_vectors_closer_than_the_format_can_tell(way, step):
    rng = np.random.default_rng(0)
    center = unit(rng, 1, 64)[0]
    vectors = np.concatenate([unit(rng, 500, 64), near(rng, center, 9000, step), unit(rng, 500, 64)])
    queries = np.concatenate([center[None], near(rng, center, 5, step), unit(rng, 3, 64)])
    assert_equals_exact(np.split(vectors, [400, 4000, 4001]), 64, queries, 10, **way)


@pytest.mark.parametrize("way", WAYS, ids=IDS)
@pytest.mark.parametrize("share", [0.0005, 0.01, 0.3, 0.7, 0.999])
def test_masks_of_every_density(way, share):
    rng = np.random.default_rng(1)
    vectors, queries = unit(rng, 12_000, 32), unit(rng, 4, 32)
    allowed = RowSet(rng.random(12_000) < share)
    assert_equals_exact(np.split(vectors, [1, 5000, 5003]), 32, queries, 20, allowed, **way)


@pytest.mark.parametrize("way", WAYS, ids=IDS)
def test_a_mask_that_forbids_the_nearest(way):
    rng = np.random.default_rng(2)
    vectors, query = unit(rng, 9000, 16), unit(rng, 1, 16)
    assert_equals_exact([vectors], 16, query, 7, RowSet((vectors @ query[0]) < 0), **way)


@pytest.mark.parametrize("way", WAYS, ids=IDS)
@pytest.mark.parametrize("k", [1, 200, 2500])
def test_ties_over_the_edge_of_k(way, k):
    rng = np.random.default_rng(3)
    vectors = np.tile(unit(rng, 30, 16), (300, 1))
    assert_equals_exact([vectors], 16, vectors[:5], k, **way)


@pytest.mark.parametrize("way", WAYS, ids=IDS)
def test_all_equal_vectors_are_given_up_and_still_answered(way):
    vectors = np.tile(unit(np.random.default_rng(4), 1, 8), (20_000, 1))
    found = TorchExact([vectors], 8, **way).search(vectors[:3], 4)
    assert found[1].tolist() == [[0, 1, 2, 3]] * 3


@pytest.mark.parametrize("way", WAYS, ids=IDS)
def test_rows_that_come_better_and_better(way):
    rng = np.random.default_rng(5)
    query, vectors = unit(rng, 1, 24), unit(rng, 15_000, 24)
    vectors = vectors[np.argsort(vectors @ query[0])]
    assert_equals_exact([vectors], 24, query, 10, **way)


def test_more_queries_than_one_pass_answers(monkeypatch):
    monkeypatch.setattr(torch_exact, "BATCH", 50)
    monkeypatch.setattr(shortlists, "CPU_BATCH", 16)
    rng = np.random.default_rng(6)
    assert_equals_exact([unit(rng, 3000, 16)], 16, unit(rng, 130, 16), 5, format="bfloat16")


def test_what_the_program_allows_torch_does_not_change_the_answer():
    rng = np.random.default_rng(7)
    vectors, queries = near(rng, unit(rng, 1, 64)[0], 5000, 1e-4), unit(rng, 9, 64)
    torch.set_float32_matmul_precision("medium")
    try:
        assert_equals_exact([vectors], 64, queries, 10, format="float32")
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")


@pytest.mark.skipif(not hasattr(torch.backends.cuda.matmul, "fp32_precision"), reason="needs torch 2.9")
def test_nor_does_what_it_allows_in_the_newer_way():
    rng = np.random.default_rng(7)
    vectors, queries = near(rng, unit(rng, 1, 64)[0], 5000, 1e-4), unit(rng, 9, 64)
    on_gpus, on_cpus = torch.backends.cuda.matmul, torch.backends.mkldnn.matmul
    torch.set_float32_matmul_precision("highest")
    on_gpus.fp32_precision, on_cpus.fp32_precision, on_gpus.allow_fp16_accumulation = "tf32", "bf16", True
    try:
        with torch_exact._FULL_SUMS:
            assert (on_gpus.fp32_precision, on_cpus.fp32_precision) == ("ieee", "ieee")
            assert not on_gpus.allow_fp16_accumulation and not on_gpus.allow_fp16_reduced_precision_reduction
        assert_equals_exact([vectors], 64, queries, 10, format="float32")
        assert (on_gpus.fp32_precision, on_cpus.fp32_precision) == ("tf32", "bf16")
        assert on_gpus.allow_fp16_accumulation and on_gpus.allow_fp16_reduced_precision_reduction
    finally:
        on_gpus.fp32_precision, on_cpus.fp32_precision, on_gpus.allow_fp16_accumulation = "ieee", "ieee", False
        torch.set_float32_matmul_precision("highest")


@pytest.mark.parametrize("allowed", ["highest", "high", "medium"])
def test_what_the_program_allows_can_be_asked_for_meanwhile(allowed):
    on_gpus, on_cpus = torch.backends.cuda.matmul, torch.backends.mkldnn.matmul
    torch.set_float32_matmul_precision(allowed)
    newer = [getattr(where, "fp32_precision", None) for where in (on_gpus, on_cpus)]
    try:
        with torch_exact._FULL_SUMS:
            assert torch.get_float32_matmul_precision() == "highest" and not on_gpus.allow_tf32
        assert torch.get_float32_matmul_precision() == allowed
        assert [getattr(where, "fp32_precision", None) for where in (on_gpus, on_cpus)] == newer
    finally:
        torch.set_float32_matmul_precision("highest")


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    dim=st.sampled_from([1, 3, 64, 384]),
    name=st.sampled_from(sorted(FORMATS)),
    scale=st.sampled_from([0, 1, 12, 40]),
)
def test_no_product_is_further_off_than_proven(seed, dim, name, scale):
    """Entries of very different sizes too, as far down as a format's smallest numbers."""
    rng = np.random.default_rng(seed)
    both = unit(rng, 60, dim) * 2.0 ** -rng.integers(0, scale + 1, (60, dim))
    both = (both / lengths(both)[:, None]).astype(np.float32)
    vectors, queries = both[:50], both[50:]
    dtype, format = getattr(torch, name), FORMATS[name]
    short = [torch.from_numpy(part).to(dtype) for part in (queries, vectors)]
    products = torch.mm(short[0], short[1].T).double().numpy()
    residuals = lengths(queries - short[0].float().numpy())
    bound = format.error(residuals, dim)[:, None]
    exact = queries.astype(np.float64) @ vectors.astype(np.float64).T
    rounding = format.roundoff * np.abs(products) + format.smallest
    assert (np.abs(products - exact) <= bound + rounding).all()


SOURCES = {
    "host": lambda host: host,
    "kept": lambda host: KeptTiles(host, 1),
    "resident": lambda host: ResidentTiles(host, "cpu"),
    "streamed": lambda host: StreamedTiles(host, "cpu"),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_tiles_hold_all_rows_once_and_in_order(source, format, size):
    rng = np.random.default_rng(9)
    vectors = unit(rng, 300, 8)
    host = HostTiles(Rows(np.split(vectors, [10, 10, 133, 134]), 8), FORMATS[format], size)
    tiles = SOURCES[source](host)
    some = np.flatnonzero(rng.random(300) < 0.4)
    for rows in (some[:60], None, some, np.arange(50, 140), np.empty(0, np.int64)):
        seen = [(np.array(part), tile.clone()) for part, tile in tiles.tiles(rows)]
        expected = np.arange(300) if rows is None else rows
        assert all(len(part) == len(tile) <= size for part, tile in seen)
        np.testing.assert_array_equal(np.concatenate([np.empty(0, int), *(part for part, _ in seen)]), expected)
        rounded = torch.from_numpy(vectors[expected]).to(FORMATS[format].name and getattr(torch, format))
        assert torch.equal(torch.cat([rounded[:0], *(tile for _, tile in seen)]), rounded)


@pytest.mark.parametrize(("queries", "most"), [(1, 300), (4, 100), (400, 7)])
def test_few_queries_see_a_copy_in_few_tiles(queries, most):
    vectors = unit(np.random.default_rng(12), 300, 8)
    tiles = ResidentTiles(HostTiles(Rows([vectors], 8), FORMATS["float32"], 7), "cpu", products=400)
    for rows in (None, np.arange(0, 300, 2)):
        seen = [(np.array(part), tile.clone()) for part, tile in tiles.tiles(rows, queries)]
        expected = np.arange(300) if rows is None else rows
        np.testing.assert_array_equal(np.concatenate([part for part, _ in seen]), expected)
        np.testing.assert_array_equal(torch.cat([tile for _, tile in seen]).numpy(), vectors[expected])
        assert max(len(part) for part, _ in seen) == min(most, len(expected))


def test_tiles_of_a_copy_are_no_larger_than_a_gpu_takes_nor_copied_together_than_it_has_room_for(monkeypatch):
    monkeypatch.setattr("retriever.ann.tiles.ENTRIES", 8 * 100)
    monkeypatch.setattr("retriever.ann.tiles.GATHERED", 4 * 8 * 40)
    vectors = unit(np.random.default_rng(13), 300, 8)
    tiles = ResidentTiles(HostTiles(Rows([vectors], 8), FORMATS["float32"], 7), "cpu")
    assert [len(tile) for _, tile in tiles.tiles(None, 1)] == [100, 100, 100]
    assert [len(tile) for _, tile in tiles.tiles(np.arange(0, 300, 3), 1)] == [40, 40, 20]
    big = ResidentTiles(HostTiles(Rows([vectors], 8), FORMATS["float32"], 250), "cpu")
    assert [len(tile) for _, tile in big.tiles(np.arange(300), 1)] == [250, 50]


def test_a_search_that_stops_half_way_leaves_no_thread_waiting():
    host = HostTiles(Rows([unit(np.random.default_rng(10), 100, 8)], 8), FORMATS["float16"], 10)
    tiles = StreamedTiles(host, "cpu").tiles(None)
    rows, _ = next(tiles)
    tiles.close()
    np.testing.assert_array_equal(rows, np.arange(10))


def test_float32_tiles_are_not_copied():
    vectors = unit(np.random.default_rng(11), 100, 8)
    host = HostTiles(Rows([vectors], 8), FORMATS["float32"], 30)
    assert [np.shares_memory(tile.numpy(), vectors) for _, tile in host.tiles(None)] == [True] * 4


@pytest.mark.parametrize(
    ("queries", "rows", "loaded", "format", "copied", "expected"),
    [
        (1, 10**7, True, BFLOAT16, True, False),  # one query is all memory traffic
        (16, 200_000, True, BFLOAT16, True, True),
        (16, 10**6, True, BFLOAT16, False, False),  # all rows would be converted each time
        (100, 150_000, False, BFLOAT16, True, False),  # the import costs more
        (1000, 10**6, False, BFLOAT16, True, True),
        (1000, 10**6, True, FLOAT32, False, True),
        (16, 10**6, True, FLOAT32, False, False),
        (1000, 10**6, True, None, True, False),
        (0, 10**6, True, BFLOAT16, True, False),
        (100, 0, False, BFLOAT16, True, False),
    ],
)
def test_a_batch_has_to_earn_the_import_of_torch(queries, rows, loaded, format, copied, expected):
    assert pays(queries, rows, 384, loaded, format, copied) is expected


def test_a_copy_is_kept_where_the_budget_allows_and_never_of_what_needs_none():
    assert kept(FORMATS["bfloat16"], 100, 8, 1600)
    assert not kept(FORMATS["bfloat16"], 100, 8, 1599)
    assert not kept(FORMATS["bfloat16"], KEPT, 1, 3 * KEPT)
    assert not kept(FORMATS["float32"], 100, 8)


@pytest.mark.parametrize(
    ("vendor", "flags", "expected"),
    [
        ("AuthenticAMD", "avx2 avx512f avx512_bf16 vnni", BFLOAT16),
        ("AuthenticAMD", "avx2 avx512f avx512_bf16x", None),
        ("GenuineIntel", "avx512f avx512_bf16 amx_bf16", BFLOAT16),
        ("GenuineIntel", "avx512f avx512_bf16", FLOAT32),
        ("GenuineIntel", "avx2", None),
        ("", "", None),
    ],
)
def test_what_torch_is_quick_at_is_told_by_the_maker_and_the_flags_of_the_cpu(tmp_path, vendor, flags, expected):
    (tmp_path / "cpuinfo").write_text(f"processor : 0\nvendor_id : {vendor}\nflags : fpu {flags}\n")
    assert cpu_format(tmp_path / "cpuinfo") is expected


def test_nothing_is_expected_of_an_unknown_cpu(tmp_path):
    assert cpu_format(tmp_path / "none") is None


def test_bfloat16_is_only_taken_where_torch_says_that_it_is_native():
    asked = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    if asked is None or sys.platform != "linux":
        pytest.skip("this torch does not tell")
    assert cpu_format() != BFLOAT16 or asked()


@pytest.mark.parametrize(
    ("rows", "free", "expected"),
    [(10**6, 8 * 2**30, True), (10**7, 8 * 2**30, False), (10**7, 12 * 2**30, True), (10**8, 80 * 10**9, True)],
)
def test_a_copy_stays_in_a_gpu_if_it_fits(rows, free, expected):
    assert fits(rows, 384, free) is expected


def test_torch_is_not_imported_before_a_search_is_made():
    code = "import sys, retriever.ann.torch_exact, retriever.ann.gpu; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_shortlist_without_end_is_given_up_and_the_others_are_kept():
    rng = np.random.default_rng(12)
    same, others = np.tile(unit(rng, 1, 8), (1000, 1)), unit(rng, 1000, 8)
    queries = np.concatenate([same[:1], others[:2]])
    vectors = Rows([same, others[others @ same[0] < 0.9]], 8)
    lists = Shortlists(queries, 3, FORMATS["bfloat16"], "cpu", limit=500)
    for rows, tile in HostTiles(vectors, FORMATS["bfloat16"], 400).tiles(None):
        lists.offer(tile, rows)
    _, rows = lists.settle(vectors)
    assert lists.lost.tolist() == [True, False, False]
    assert (rows[0] == -1).all()
    np.testing.assert_array_equal(rows[1:], ExactSearch(vectors.blocks, 8).search(queries[1:], 3)[1])


def test_threads_do_not_disturb_each_other():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((40_000, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    search, queries = TorchExact([vectors], 32, format="float32", tile_rows=512), vectors[:40]
    masks = [RowSet(rng.random(len(vectors)) < 0.2) for _ in range(3)]
    alone = [search.search(queries, 5, mask)[1] for mask in masks]
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(lambda n: search.search(queries, 5, masks[n % 3])[1], range(12)))
    for number, found in enumerate(together):
        np.testing.assert_array_equal(found, alone[number % 3])
