"""Nearest neighbours: the search of this project beside libraries and products, on the same vectors and queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.ann.data import Material

TABLES = ("search", "overhead", "opposed", "deep", "filters", "exact")
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
    from benchmarks.ann import deep, exact, filters, on_gpu, opposed, overhead, speed
    from benchmarks.ann.contenders import Ours

    if GPU in which:
        yield "Exact on a GPU", list(on_gpu.rows([len(material.base)], material.base.shape[1], rounds))
    if set(which) == {GPU}:
        return
    exam = speed.Exam(material)
    kinds = speed.named(only if "search" in which else [Ours.name])
    if {"search", "overhead", "opposed", "deep"} & set(which):
        ready = speed.built(material, kinds, work)
        if "search" in which:
            yield "Building", list(speed.build_rows(ready))
            yield "Search", list(speed.search_rows(exam, ready, rounds))
        ours = ready[Ours.name].contender if Ours.name in ready else None
        if isinstance(ours, Ours) and "overhead" in which:
            yield "Overhead over the same calls of FAISS", list(overhead.rows(material, ours, rounds))
        if isinstance(ours, Ours) and "opposed" in which:
            yield "Recall@10 under filters that oppose the query", list(opposed.rows(material, ours))
        if isinstance(ours, Ours) and "deep" in which:
            yield "Recall of more than ten neighbours", list(deep.rows(material, ours))
        del ours
        ready.clear()  # gigabytes
    if "filters" in which:
        yield "Filters", list(filters.rows(exam, rounds, work))
    if "exact" in which:
        yield "Exact batches", list(exact.rows(material, rounds))
