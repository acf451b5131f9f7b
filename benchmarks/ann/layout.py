"""How indexes of up to a billion vectors are laid out: sizes from the plan, times from parts that are measured here.

No index of that size is built. What a search does is a sum of parts, each of which costs the same for each row, list or
read, however many there are: these are measured on this machine and multiplied out.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.ann.data import Source
from indexer.ann.train import train
from retriever.ann.base import Rows, RowSet
from retriever.ann.inverted_lists import Scan
from retriever.ann.plan import ASSIGN_NS, ENCODE_NS, EXACT_NS, GATHER_NS, LIST_NS, SCAN_NS, Effort, IvfPq, plan
from retriever.ann.wheels import load

Row = dict[str, Any]

POOL = 150
PROBED = 1 / 16
"""Rows re-ranked, and share of the lists looked into: about what a recall of 0.99 takes of cross-modal queries."""

FILE = 2 * 2**30
"""Bytes of the file that single vectors are read from; the system's cache is asked to forget it before."""


@dataclass(frozen=True)
class Parts:
    """Nanoseconds; of a query on one core, of building on all.

    Attributes:
        scan: per row and projected dimension.
        list: per inverted list looked into.
        assign: per row, projected dimension and list that it is compared with.
        encode: per row and projected dimension: the rest of adding it.
        read: of one vector, somewhere in a file that is not in memory.
    """

    scan: float
    list: float
    assign: float
    encode: float
    read: float


def measure(rows: int, dim: int, rounds: int, work: Path, file: int = FILE) -> Parts:
    """Each part, as medians of several runs.

    Args:
        rows: of the vectors that are scanned.
        dim: of a vector.
        rounds: runs of each part.
        work: a folder for the file.
        file: its bytes.
    """
    vectors = np.concatenate(list(Source(dim).blocks(rows)))
    queries = Source(dim).cross(50, 0)
    many = (plan(rows, dim).sizes or IvfPq(256, min(dim, 96))).lists
    fine, coarse = (_trained(vectors, lists) for lists in (many, many // 8))
    # Another list costs its rows and itself: two sizes of lists tell one from the other.
    slopes = [_per_list(scan, queries, rounds) for scan in (fine, coarse)]
    sizes = [rows * fine.index.d / many, rows * coarse.index.d / (many // 8)]
    per_row = (slopes[1] - slopes[0]) / (sizes[1] - sizes[0])
    some = np.ascontiguousarray((vectors[:65_536] - vectors.mean(axis=0)) @ fine.projection)
    assign = _seconds(lambda: fine.index.quantizer.search(some, 1), rounds) * 1e9 / some.size
    added = _seconds(lambda: fine.index.add(some), rounds) * 1e9 / some.size
    read = _read_ns(work / "vectors.bin", dim, file)
    return Parts(per_row, max(0.0, slopes[0] - per_row * sizes[0]), assign / many, max(0.0, added - assign), read)


def part_rows(parts: Parts) -> list[Row]:
    """The parts beside what the plan takes them for."""
    found = [
        ("scan, a row and dimension", parts.scan, SCAN_NS),
        ("a list looked into", parts.list, LIST_NS),
        ("assign, a row, dimension and list", parts.assign, ASSIGN_NS),
        ("encode, a row and dimension", parts.encode, ENCODE_NS),
    ]
    rows = [{"part": name, "ns": f"{ns:.4g}", "x the plan's": f"{ns / planned:.2f}"} for name, ns, planned in found]
    return [*rows, {"part": "a vector read from disk", "ns": f"{parts.read:.4g}", "x the plan's": "-"}]


def layout_rows(parts: Parts, dim: int, memory: int, counts: list[int]) -> list[Row]:
    """For each number of vectors: bytes, seconds, and how many machines of `memory` bytes they take.

    Args:
        parts: as measured.
        dim: of a vector.
        memory: bytes of one machine that its share of the codes may take.
        counts: of vectors.
    """
    return [_layout(parts, dim, memory, count) for count in counts]


def _layout(parts: Parts, dim: int, memory: int, count: int) -> Row:
    whole = plan(count, dim).sizes
    assert whole is not None
    machines = math.ceil(whole.bytes(count, dim) / memory)
    share = math.ceil(count / machines)
    sizes = plan(share, dim, memory=memory).sizes
    assert sizes is not None
    effort = Effort(int(sizes.lists * PROBED), POOL)
    scanned = share * PROBED * sizes.dims * parts.scan + effort.probes * parts.list
    routed = sizes.lists * sizes.dims * EXACT_NS
    build = share * sizes.dims * (parts.encode + parts.assign * sizes.lists)
    return {
        "vectors": f"{count:,}",
        "GB on disk": count * dim * 4 / 1e9,
        "GB in memory": whole.bytes(count, dim) / 1e9,
        "machines": machines,
        "lists each": sizes.lists,
        "build h": build / 3.6e12,
        "query ms, vectors in memory": (scanned + routed + POOL * dim * GATHER_NS) / 1e6,
        "query ms, from disk": (scanned + routed + POOL * parts.read) / 1e6,
    }


def _trained(vectors: Any, lists: int) -> Scan:
    members = RowSet(np.ones(len(vectors), np.bool_))
    return train(Rows([vectors], vectors.shape[1]), members, members.rows, IvfPq(lists, min(vectors.shape[1], 96)))


def _per_list(scan: Scan, queries: Any, rounds: int) -> float:
    """Nanoseconds that one more list costs a query on one core."""
    lists, threads = scan.index.nlist, os.cpu_count() or 1

    def ask(probes: int) -> None:
        for query in queries:
            scan.ids(query[None], POOL, probes)

    load().omp_set_num_threads(1)
    half, every = (_seconds(partial(ask, probes), rounds) for probes in (lists // 2, lists))
    load().omp_set_num_threads(threads)
    return (every - half) / len(queries) / (lists / 2) * 1e9


def _seconds(run: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return median(taken[1:])


def _read_ns(path: Path, dim: int, size: int, reads: int = 500) -> float:
    """Of one vector at a random place of a file that the system's cache does not hold."""
    step = dim * 4
    with path.open("wb") as file:
        block = os.urandom(min(size, 1 << 24))
        for _ in range(max(1, size // len(block))):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    places = np.random.default_rng(0).integers(0, path.stat().st_size // step, reads) * step
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)
        started = time.perf_counter()
        for place in places.tolist():
            os.pread(descriptor, step, place)
        return (time.perf_counter() - started) / reads * 1e9
    finally:
        os.close(descriptor)
        path.unlink()
