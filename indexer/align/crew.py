"""Work that falls into parts, done by several processes: making training data takes longer than learning from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
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
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, range(parts))
