"""Nearest neighbours: the search of this project beside libraries and products, on the same vectors and queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.ann.data import Material

TABLES = ("search", "overhead", "filters", "exact")
GPU = "gpu"
"""A further one, made only when asked for."""


def tables(
    material: Material, work: Path, rounds: int, which: Sequence[str] = TABLES, only: Sequence[str] | None = None
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Title and rows of each table.

    Args:
        material: vectors and queries.
        work: an empty folder.
        rounds: counted ones.
        which: of `TABLES`, and `GPU`.
        only: parts of contenders' names; None takes all that are installed.
    """
    from benchmarks.ann import exact, filters, on_gpu, overhead, speed
    from benchmarks.ann.contenders import Ours

    if GPU in which:
        yield "Exact on a GPU", list(on_gpu.rows([len(material.base)], material.base.shape[1], rounds))
    if set(which) == {GPU}:
        return
    exam = speed.Exam(material)
    kinds = speed.named(only if "search" in which else [Ours.name])
    if "search" in which or "overhead" in which:
        ready = speed.built(material, kinds, work)
        if "search" in which:
            yield "Building", list(speed.build_rows(ready))
            yield "Search", list(speed.search_rows(exam, ready, rounds))
        if "overhead" in which and Ours.name in ready:
            ours = ready[Ours.name].contender
            assert isinstance(ours, Ours)
            yield "Overhead over the same calls of FAISS", list(overhead.rows(material, ours, rounds))
        ready.clear()  # gigabytes
    if "filters" in which:
        yield "Filters", list(filters.rows(exam, rounds, work))
    if "exact" in which:
        yield "Exact batches", list(exact.rows(material, rounds))
