"""Exact search on a GPU beside the time that reading the vectors once takes, which no exact search can beat."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from benchmarks.ann.data import K
from retriever.ann.base import NearestNeighbours, Neighbours
from retriever.ann.exact import ExactSearch
from retriever.ann.faiss_flat import FaissFlat
from retriever.ann.gpu import faiss_gpus, fits, free_bytes, storages, torch_devices, torch_gpus
from retriever.ann.precision import FLOAT16
from retriever.ann.shards import TorchShards
from retriever.ann.torch_exact import TorchExact
from retriever.errors import UsageError
from retriever.types import Vectors

COUNTS = (1_000_000, 4_000_000, 10_000_000)
"""Vectors of the indexes, unless another number is asked for; the largest takes 15 GB of the host's memory."""

SIZES = (1, 10, 100, 1000)
WARMING = 10
"""Uncounted rounds: a GPU that had nothing to do clocks down, and takes a while to come back."""

CHECKED = 20
"""Queries of a batch whose neighbours are compared with those of a search on the CPU."""


def rows(counts: Sequence[int], dim: int, rounds: int, sizes: tuple[int, ...] = SIZES) -> Iterator[dict[str, Any]]:
    """Milliseconds of batches over made-up vectors, and what share of the floor's speed that is; in turn, medians.

    Queries are taken from the host's memory and neighbours returned to it, so all copies are counted.

    Args:
        counts: of the vectors of each index.
        dim: of one.
        rounds: counted.
        sizes: of the batches.

    Raises:
        UsageError: torch sees no GPU.
    """
    if not torch_gpus():
        raise UsageError("--table gpu needs a GPU that torch can use; leave it out, or install a CUDA build of torch.")
    import torch

    base, queries, speed = unit(max(counts), dim, 0), unit(max(sizes), dim, 1), bandwidth()
    torch.cuda.empty_cache()  # what it took is the searches' again
    for count in counts:
        for found in _batches(base[:count], queries, rounds, sizes):
            floor = count * dim * found.pop("bytes of a number") / speed
            share = 1000 * floor / found["ms"]
            yield {"vectors": count, **found, "reading alone, ms": 1000 * floor, "share of the floor": share}


def _batches(base: Vectors, queries: Vectors, rounds: int, sizes: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Each batch by each search, after uncounted ones, whose neighbours are compared with the CPU's."""
    searches = dict(_searches(base, base.shape[1]))
    exact = ExactSearch([base], base.shape[1]).search(queries[:CHECKED], K)
    for size in sizes:
        ways: dict[str, Callable[[], Neighbours]] = {
            name: partial(search.search, queries[:size], K) for name, (search, _) in searches.items()
        }
        same = {name: _same(ask(), exact) for name, ask in ways.items()}
        times: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(WARMING + rounds):
            for name, ask in ways.items():
                started = time.perf_counter()
                ask()
                if number >= WARMING:
                    times[name].append(time.perf_counter() - started)
        for name, (_, bytes_of_one) in searches.items():
            took = median(times[name])
            yield {
                "queries": size,
                "search": name,
                "ms": 1000 * took,
                "queries a second": size / took,
                "same neighbours": same[name],
                "bytes of a number": bytes_of_one,
            }


def _same(found: Neighbours, exact: Neighbours) -> bool:
    """Whether the first queries have the same scores and rows, to the last bit."""
    shared = min(len(found[1]), CHECKED)
    return bool((found[0][:shared] == exact[0][:shared]).all() and (found[1][:shared] == exact[1][:shared]).all())


def unit(count: int, dim: int, seed: int) -> Vectors:
    """(count, dim) random unit vectors, made on the GPU."""
    import torch

    generator = torch.Generator("cuda").manual_seed(seed)
    out = np.empty((count, dim), np.float32)
    for start in range(0, count, 2**20):
        some = torch.randn(min(2**20, count - start), dim, generator=generator, device="cuda")
        torch.from_numpy(out[start : start + len(some)]).copy_(torch.nn.functional.normalize(some, dim=1))
    return out


def bandwidth(gigabytes: int = 4) -> float:
    """Bytes a second that the GPU reads, the best of ten sums over a long array."""
    import torch

    data = torch.ones(gigabytes * 2**28, device="cuda")
    best = 0.0
    for _ in range(10):
        started, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        started.record()
        data.sum()
        ended.record()
        torch.cuda.synchronize()
        best = max(best, 1000 * data.nbytes / started.elapsed_time(ended))
    return best


def _searches(base: Vectors, dim: int) -> Iterator[tuple[str, tuple[NearestNeighbours, float]]]:
    """Name, search, and bytes of a number that each GPU reads: the fewer, the more of them share the rows."""
    import torch

    if fits(len(base), dim, torch.cuda.mem_get_info()[0]):
        yield "retriever, torch float16", (TorchExact([base], dim, device="cuda"), FLOAT16.bytes)
    if len(devices := torch_devices()) > 1:
        name = f"retriever, torch float16, {len(devices)} GPUs"
        yield name, (TorchShards([base], dim, devices), FLOAT16.bytes / len(devices))
    if gpus := faiss_gpus():
        for storage in storages(len(base), dim, gpus, free_bytes(gpus)):
            name = f"retriever, faiss float{16 if storage.half else 32}"
            search = FaissFlat([base], dim, device="cuda", storage=storage)
            yield name, (search, (2 if storage.half else 4) / storage.shards)
