"""Batches side by side on a CPU, each on a core of its own: in one batch, small operations gain little from others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

import torch

T = TypeVar("T")
V = TypeVar("V")

MOST = 8
"""Batches at once, whatever the number of cores: each takes some tens of megabytes."""


def at_once(device: str) -> int:
    """How many batches are worked on at once; 1 on a GPU, which is filled by one."""
    return 1 if device != "cpu" else max(1, min(torch.get_num_threads(), MOST))


def side_by_side(work: Callable[[Sequence[T]], V], items: Sequence[T], size: int, device: str) -> list[V]:
    """What `work` makes of each `size` items, in their order; without gradients.

    Args:
        work: of torch, for whom each item is one by itself.
        items: to be worked on.
        size: of a batch, but for the last one.
        device: where that is done.
    """
    batches = [items[start : start + size] for start in range(0, len(items), size)]

    def alone(batch: Sequence[T]) -> V:
        with torch.inference_mode():
            return work(batch)

    # Half precision is a state of this thread, which others would not have.
    if len(batches) < 2 or at_once(device) < 2 or torch.is_autocast_enabled("cpu"):
        return [alone(batch) for batch in batches]
    threads = torch.get_num_threads()
    try:
        return list(_pool(at_once(device)).map(alone, batches))
    finally:
        torch.set_num_threads(threads)  # what a new thread of the pool said of itself became the default


@lru_cache(maxsize=1)
def _pool(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, thread_name_prefix="encode", initializer=_on_one_core)


def _on_one_core() -> None:
    torch.set_num_threads(1)
    torch.get_num_threads()  # or the first operation here would take the default
