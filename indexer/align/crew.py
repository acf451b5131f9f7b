"""Work that falls into parts, done by several processes: making training data takes longer than learning from it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

PARTS = 64
"""What is made depends on their number, and so it is fixed; how many processes share them does not matter."""

T = TypeVar("T")


def shared(work: Callable[[int], T], workers: int, parts: int = PARTS) -> Iterator[T]:
    """``work(part)`` for each part from 0, in this order.

    Args:
        work: can be pickled, as `functools.partial` of a module's function can.
        workers: processes; with one, all is done in this one.
        parts: how many.
    """
    if workers < 2:
        yield from map(work, range(parts))
        return
    with _one_thread_each(), ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, range(parts))


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started within compute with one thread: with as many as there are cores, all would wait for all."""
    before = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    os.environ.update(dict.fromkeys(before, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
