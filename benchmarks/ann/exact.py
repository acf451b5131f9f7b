"""Exact search of many queries at once: one product of matrices, however it is done."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np

from benchmarks.ann.data import K, Material
from retriever.ann.exact import ExactSearch
from retriever.ann.torch_exact import TorchExact
from retriever.ann.wheels import load
from retriever.types import Vectors

SIZES = (100, 1000)


def rows(material: Material, rounds: int, sizes: tuple[int, ...] = SIZES) -> Iterator[dict[str, Any]]:
    """Milliseconds of a batch of cross-modal queries, beside FAISS, in turn; medians after an uncounted round.

    Args:
        material: its test queries are asked, and repeated where they are too few.
        rounds: counted.
        sizes: of the batches.
    """
    faiss = load()
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    base, dim = material.base, material.base.shape[1]
    flat = faiss.IndexFlatIP(dim)
    flat.add(base)
    by_torch, by_numpy = TorchExact([base], dim), ExactSearch([base], dim)
    ways: dict[str, Callable[[Vectors], Any]] = {
        "FAISS IndexFlatIP": lambda queries: flat.search(queries, K)[1],
        "retriever, torch": lambda queries: by_torch.search(queries, K)[1],
        "retriever, numpy": lambda queries: by_numpy.search(queries, K)[1],
    }
    for size in sizes:
        queries = np.resize(material.test["cross"], (size, dim))
        same = {
            name: bool((ask(queries) == ways["FAISS IndexFlatIP"](queries)).mean() > 0.999)
            for name, ask in ways.items()
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, ask in ways.items():
                started = time.perf_counter()
                ask(queries)
                times[name].append(1000 * (time.perf_counter() - started))
        reference = times["FAISS IndexFlatIP"]
        for name, took in times.items():
            x = median(a / b for a, b in zip(took, reference, strict=True))
            yield {"queries": size, "search": name, "ms": median(took), "x FAISS": x, "same neighbours": same[name]}
