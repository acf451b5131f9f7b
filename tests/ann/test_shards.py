"""Several devices side by side; where there are no GPUs, the CPU stands for each of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from unit_vectors import near, unit

from retriever.ann.base import RowSet
from retriever.ann.exact import ExactSearch
from retriever.ann.gpu import torch_devices
from retriever.ann.shards import TorchShards
from retriever.ann.torch_exact import TorchExact

DEVICES = torch_devices() if len(torch_devices()) > 1 else ["cpu"] * 3


def assert_equals_exact(blocks, queries, k, allowed=None, **way):
    found = TorchShards(blocks, queries.shape[1], DEVICES, **way).search(queries, k, allowed)
    expected = ExactSearch(blocks, queries.shape[1]).search(queries, k, allowed)
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_array_equal(found[0], expected[0])


@pytest.mark.parametrize("source", [None, "resident", "streamed"])
@pytest.mark.parametrize("step", [1e-2, 1e-5, 1e-7])
def test_near_ties_over_the_edges_of_parts(source, step):
    rng = np.random.default_rng(0)
    center = unit(rng, 1, 32)[0]
    vectors = np.concatenate([unit(rng, 900, 32), near(rng, center, 4000, step), unit(rng, 900, 32)])
    queries = np.concatenate([center[None], near(rng, center, 4, step), unit(rng, 3, 32)])
    assert_equals_exact(np.split(vectors, [10, 2500]), queries, 12, source=source)


def test_ties_come_in_row_order_whichever_device_has_them():
    vectors = np.tile(unit(np.random.default_rng(1), 30, 16), (200, 1))
    assert_equals_exact([vectors], vectors[:5], 450)


@pytest.mark.parametrize("allowed", [slice(0, 700), slice(1000, 1700), slice(2900, 3000), slice(5, 3000, 7)])
def test_a_filter_may_leave_devices_without_rows(allowed):
    rng = np.random.default_rng(2)
    mask = np.zeros(3000, bool)
    mask[allowed] = True
    assert_equals_exact(np.split(unit(rng, 3000, 16), [1200]), unit(rng, 4, 16), 200, RowSet(mask))


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_fewer_rows_than_devices(rows):
    rng = np.random.default_rng(3)
    assert_equals_exact([unit(rng, rows, 8)], unit(rng, 2, 8), 3)


def test_the_parts_of_a_filter_are_made_once():
    allowed = RowSet(np.array([True, False, True, True]))
    assert allowed.part(1, 4) is allowed.part(1, 4)
    assert allowed.part(1, 4).rows.tolist() == [1, 2]
    assert len(allowed.part(1, 2)) == 0


def test_what_the_program_allows_torch_is_set_back_after_the_last_of_several_searches():
    rng = np.random.default_rng(4)
    vectors, queries = near(rng, unit(rng, 1, 64)[0], 6000, 1e-4), unit(rng, 9, 64)
    searches = [TorchExact([vectors], 64, format="float32", tile_rows=rows) for rows in (500, 900, 2000)]
    expected = ExactSearch([vectors], 64).search(queries, 10)
    torch.set_float32_matmul_precision("medium")
    try:
        with ThreadPoolExecutor(3) as threads:
            for found in threads.map(lambda number: searches[number % 3].search(queries, 10), range(12)):
                np.testing.assert_array_equal(found[1], expected[1])
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")
