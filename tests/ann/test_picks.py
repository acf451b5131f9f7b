"""What is found on a device without waiting: the highest products, and whether they are enough to answer a query."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from unit_vectors import near, unit

from retriever.ann.base import Rows, RowSet
from retriever.ann.exact import ExactSearch
from retriever.ann.gpu import torch_gpus
from retriever.ann.picks import MOST_K, SPARE, Picks, highest
from retriever.ann.precision import FORMATS
from retriever.ann.tiles import STEP, HostTiles, ResidentTiles
from retriever.ann.torch_exact import TorchExact

DEVICES = ["cpu", *(["cuda"] if torch_gpus() else [])]


def picked(vectors, queries, k, *, device="cpu", tile=1000, numbers=None, format="float16"):
    rows = Rows([vectors], vectors.shape[1])
    picks = Picks(queries, k, FORMATS[format], device)
    for part, values in HostTiles(rows, FORMATS[format], tile).tiles(numbers):
        picks.offer(values.to(device) if device != "cpu" else values)
        assert len(part)
    return picks.settle(rows, numbers)


@pytest.mark.parametrize("device", DEVICES)
@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    width=st.sampled_from([100, STEP, 3 * STEP, 7 * STEP + 8, 32 * STEP, 64 * STEP]),  # up to three levels
    count=st.sampled_from([1, 64, 100]),
    distinct=st.sampled_from([1, 3, 500, 60_000]),
    empty=st.sampled_from([0, 1, 90]),
)
def test_the_highest_of_long_rows(device, seed, width, count, distinct, empty):
    rng = np.random.default_rng(seed)
    values = (rng.integers(0, distinct, (2, width)) / np.float32(distinct)).astype(np.float16)
    values[:, width - min(empty, width) :] = -np.inf
    found, columns = highest(torch.from_numpy(values).to(device), count)
    found, columns = found.cpu().numpy(), columns.cpu().numpy()
    np.testing.assert_array_equal(np.sort(found), np.sort(values)[:, -count:])
    np.testing.assert_array_equal(np.take_along_axis(values, columns, 1), found)
    assert all(len(np.unique(line)) == count for line in columns)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("count", [1, 7, 8, 9, 33])
@pytest.mark.parametrize("tile", [50, 3000, 20_000])
def test_far_apart_neighbours_are_all_picked(device, count, tile):
    rng = np.random.default_rng(0)
    vectors, queries = unit(rng, 20_000, 48), unit(rng, count, 48)
    found, lost = picked(vectors, queries, 10, device=device, tile=tile)
    expected = ExactSearch([vectors], 48).search(queries, 10)
    assert not len(lost)
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_array_equal(found[0], expected[0])


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("tile", [400, 20_000])
def test_a_query_with_too_many_near_ties_is_not_answered(device, tile):
    rng = np.random.default_rng(1)
    center, others = unit(rng, 1, 48)[0], unit(rng, 9000, 48)
    vectors = np.concatenate([others, near(rng, center, 200, 1e-4)])[rng.permutation(9200)]
    queries = np.concatenate([others[:2], center[None], others[2:4]])
    found, lost = picked(vectors, queries, 10, device=device, tile=tile)
    assert lost.tolist() == [2]
    assert (found[1][2] == -1).all()
    expected = ExactSearch([vectors], 48).search(queries, 10)
    np.testing.assert_array_equal(np.delete(found[1], 2, 0), np.delete(expected[1], 2, 0))


def test_as_many_near_ties_as_there_are_places_are_answered():
    rng = np.random.default_rng(2)
    center = unit(rng, 1, 48)[0]
    for ties, answered in ((SPARE + 10 - 1, True), (SPARE + 10, True), (SPARE + 11, False)):
        vectors = np.concatenate([near(rng, center, ties, 1e-6), -near(rng, center, 3000, 0.5)])
        found, lost = picked(vectors, center[None], 10)
        assert (len(lost) == 0) is (answered and ties < SPARE + 10)  # the last place must lie below the floor
        if not len(lost):
            np.testing.assert_array_equal(found[1], ExactSearch([vectors], 48).search(center[None], 10)[1])


def test_all_rows_may_be_near_where_all_have_a_place():
    vectors = np.tile(unit(np.random.default_rng(3), 1, 8), (SPARE + 3, 1))
    found, lost = picked(vectors, vectors[:1], 3)
    assert not len(lost)
    assert found[1].tolist() == [[0, 1, 2]]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("format", sorted(FORMATS))
def test_rows_keep_their_numbers_where_some_are_asked_for(device, format):
    rng = np.random.default_rng(4)
    vectors, queries = unit(rng, 9000, 64), unit(rng, 5, 64)
    numbers = np.flatnonzero(rng.random(9000) < 0.3)
    found, lost = picked(vectors, queries, 4, device=device, numbers=numbers, format=format)
    allowed = np.zeros(9000, bool)
    allowed[numbers] = True
    expected = ExactSearch([vectors], 64).search(queries, 4, RowSet(allowed))
    assert len(lost) == 0
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("k", [MOST_K, MOST_K + 1])
def test_the_largest_k_that_is_picked_and_one_more(device, k):
    rng = np.random.default_rng(5)
    vectors, queries = unit(rng, 12_000, 24), unit(rng, 3, 24)
    search = TorchExact([vectors], 24, device=device, format="float16", source="resident", tile_rows=5000)
    for found, expected in zip(search.search(queries, k), ExactSearch([vectors], 24).search(queries, k), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_several_tiles_of_a_copy(monkeypatch):
    monkeypatch.setattr("retriever.ann.tiles.PRODUCTS", 9 * STEP)
    rng = np.random.default_rng(6)
    vectors, queries = unit(rng, 30_000, 16), unit(rng, 9, 16)
    tiles = ResidentTiles(HostTiles(Rows([vectors], 16), FORMATS["float16"], 64), "cpu")
    assert [len(tile) for _, tile in tiles.tiles(None, 4)] == [2 * STEP, 30_000 - 2 * STEP]
    search = TorchExact([vectors], 16, format="float16", source="resident", tile_rows=64)
    for found, expected in zip(search.search(queries, 7), ExactSearch([vectors], 16).search(queries, 7), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.skipif(not torch_gpus(), reason="needs a GPU")
def test_a_gpu_is_not_waited_for_between_tiles():
    rng = np.random.default_rng(7)
    tile = torch.from_numpy(unit(rng, 300_001, 64)).half().cuda()
    picks = Picks(unit(rng, 20, 64), 10, FORMATS["float16"], "cuda")
    picks.offer(tile)
    torch.cuda.set_sync_debug_mode("error")
    try:
        picks.offer(tile)
    finally:
        torch.cuda.set_sync_debug_mode("default")
