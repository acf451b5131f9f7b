"""Exact searches whose device has no memory left: the next way is taken, and one line says so."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from unit_vectors import unit

from retriever.ann.exact import ExactSearch
from retriever.ann.faiss_flat import FaissFlat
from retriever.ann.shards import TorchShards
from retriever.ann.tiles import ResidentTiles, StreamedTiles
from retriever.ann.torch_exact import TorchExact
from retriever.devices import out_of_memory


def running_out(monkeypatch, source, after: int = 0):
    """Has a source of tiles raise what torch raises without memory, once so many tiles were given."""
    given = source.tiles

    def tiles(self, *asked):
        for number, tile in enumerate(given(self, *asked)):
            if number == after:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
            yield tile

    monkeypatch.setattr(source, "tiles", tiles)


@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        ([ResidentTiles], ["bringing the vectors there"]),
        ([ResidentTiles, StreamedTiles], ["bringing the vectors there", "searching on the CPU"]),
    ],
)
def test_without_memory_for_a_search_the_next_way_is_taken(monkeypatch, caplog, failing, expected, after):
    monkeypatch.setattr("retriever.ann.tiles.PRODUCTS", 1)  # small tiles of a copy, too
    for source in failing:
        running_out(monkeypatch, source, after)
    rng = np.random.default_rng(5)
    vectors, queries = unit(rng, 3000, 16), unit(rng, 20, 16)
    search = TorchExact([vectors], 16, format="float16", source="resident", tile_rows=500)
    true = ExactSearch([vectors], 16).search(queries, 10)
    for _ in range(2):  # the second time nothing fails, and nothing is said
        found = search.search(queries, 10)
        np.testing.assert_array_equal(found[1], true[1])
        np.testing.assert_array_equal(found[0], true[0])
    assert len(caplog.messages) == len(expected)
    for message, part in zip(caplog.messages, expected, strict=True):
        assert "ran out" in message and part in message


def test_without_memory_for_a_copy_the_vectors_are_streamed(monkeypatch, caplog):
    def no_room(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr(ResidentTiles, "__init__", no_room)
    rng = np.random.default_rng(6)
    vectors, queries = unit(rng, 3000, 16), unit(rng, 3, 16)
    found = TorchShards([vectors], 16, ["cpu", "cpu"], source="resident").search(queries, 10)
    np.testing.assert_array_equal(found[1], ExactSearch([vectors], 16).search(queries, 10)[1])
    assert len(caplog.messages) == 2 and all("bringing the vectors there" in line for line in caplog.messages)


def test_other_errors_of_a_device_are_not_taken_for_a_lack_of_memory(monkeypatch):
    def broken(*_):
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(ResidentTiles, "tiles", broken)
    search = TorchExact([unit(np.random.default_rng(7), 300, 16)], 16, source="resident")
    with pytest.raises(RuntimeError, match="illegal"):
        search.search(unit(np.random.default_rng(8), 1, 16), 1)


@pytest.mark.parametrize(
    ("error", "ran_out"),
    [
        (torch.OutOfMemoryError("CUDA error"), True),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("Error in allocMemory: CUDA memory allocation error"), True),
        (MemoryError("std::bad_alloc"), True),
        (MemoryError("Unable to allocate 8.00 TiB for an array"), False),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
    ],
)
def test_a_lack_of_memory_is_known_by_what_the_libraries_say_of_it(error, ran_out):
    assert out_of_memory(error) == ran_out


@pytest.mark.parametrize("error", [RuntimeError("CUDA memory allocation error"), MemoryError("std::bad_alloc")])
def test_without_memory_for_a_search_of_faiss_the_cpu_answers(monkeypatch, caplog, error):
    def no_room(*_):
        raise error

    rng = np.random.default_rng(9)
    vectors, queries = unit(rng, 300, 16), unit(rng, 3, 16)
    search = FaissFlat([vectors], 16, device="cpu")
    monkeypatch.setattr(search, "_gpu", True)
    monkeypatch.setattr(search, "_fetch", no_room)
    found = search.search(queries, 10)
    np.testing.assert_array_equal(found[1], ExactSearch([vectors], 16).search(queries, 10)[1])
    assert "The memory of a GPU ran out" in caplog.text


@pytest.mark.parametrize("error", [RuntimeError("CUDA memory allocation error"), MemoryError("std::bad_alloc")])
def test_without_memory_for_vectors_in_float32_faiss_keeps_them_in_float16(monkeypatch, error):
    flat = FaissFlat._flat

    def only_half(self, number, half):
        if not half:
            raise error
        monkeypatch.setattr(self, "_gpu", False)
        return flat(self, number, half)

    monkeypatch.setattr("retriever.ann.faiss_flat.faiss_gpus", lambda: 1)
    monkeypatch.setattr("retriever.ann.faiss_flat.free_bytes", lambda gpus: ())
    monkeypatch.setattr(FaissFlat, "_flat", only_half)
    assert FaissFlat([unit(np.random.default_rng(9), 300, 16)], 16, device="cuda")._storage.half
