"""Parts of a run that say how fast things are, and how large; each imports what it measures when it is called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results.settings import Settings
from benchmarks.results.tables import Table


def cold(settings: Settings) -> Iterator[Table]:
    """Of the default space, over random vectors."""
    from benchmarks.cold import rows

    items, rounds = (1_000, 2) if settings.quick else (10_000, 7)
    yield Table(
        "Cold start", ("process",), rows(items, rounds), f"python -m benchmarks cold --items {items} --rounds {rounds}",
        f"{items:,} items, medians of {rounds}",
    )  # fmt: skip


def ingest(settings: Settings) -> Iterator[Table]:
    """Of the default space, over parametric shapes."""
    from benchmarks.ingest import memory_rows, rows

    per_kind, rounds = (1, 1) if settings.quick else (4, 3)
    command = f"python -m benchmarks ingest --per-kind {per_kind} --rounds {rounds}"
    yield Table("Ingest", ("what",), rows(per_kind, rounds), command, f"medians of {rounds}")
    sizes = [1, 2] if settings.quick else [per_kind // 4 or 1, per_kind, per_kind * 4]
    yield Table("Peak memory of an indexing process", ("files",), memory_rows(sizes), command)


def encode(settings: Settings) -> Iterator[Table]:
    """Of every tower; of made-up weights where a published space is not here."""
    from benchmarks.encode import memory_rows, present, rows, sampling_rows

    batches, rounds = ([1, 8], 1) if settings.quick else ([1, 8, 32], 3)
    asked = " ".join(f"--batch {batch}" for batch in batches)
    command = f"python -m benchmarks encode --space {settings.space} {asked} --rounds {rounds}"
    with present(settings.space) as weights:
        sizes = f"{weights}, medians of {rounds}"
        found = rows(settings.space, batches, rounds, "cpu")
        yield Table("Encoders", ("tower", "device", "batch"), found, command, sizes)
        if steps := sampling_rows(settings.space, max(batches), rounds, "cpu"):
            yield Table("Sampling points", ("step", "batch"), steps, command, sizes)
        yield Table("Peak memory of a text query", ("process",), memory_rows(settings.space, rounds), command, sizes)


def live(settings: Settings) -> Iterator[Table]:
    """Over fewer rows than by itself."""
    from benchmarks.live import rows as measure

    rows, dim, rounds = (5_000, 64, 1) if settings.quick else (100_000, 384, 5)
    yield Table(
        "A live index", ("operation",), measure(rows, dim, rounds),
        f"python -m benchmarks live --rows {rows} --dim {dim} --rounds {rounds}",
        f"{rows:,} rows of length {dim}, medians of {rounds}",
    )  # fmt: skip


ANN: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "Building": (("contender",), {"x": "seconds as a multiple of FAISS HNSW32's"}),
    "Search": (
        ("queries", "wanted", "contender"),
        {name: "queries a second as a multiple of FAISS HNSW32's" for name in ("x", "batch x")},
    ),
    "Overhead over the same calls of FAISS": (
        ("queries", "wanted", "together"),
        {"x": "milliseconds as a multiple of the same calls of FAISS alone"},
    ),
    "Recall@10 under filters that oppose the query": (("queries", "wanted", "allowed"), {}),
    "Recall of more than ten neighbours": (("queries", "wanted", "allowed"), {}),
    "Filters": (("queries", "filter"), {}),
    "Exact batches": (("queries", "search"), {}),
}
"""Title -> keys, and what ratios are over."""


def ann(settings: Settings) -> Iterator[Table]:
    """Over fewer vectors than by itself."""
    from benchmarks.ann import tables
    from benchmarks.ann.data import make

    rows, dim, rounds = (5_000, 64, 1) if settings.quick else (50_000, 384, 3)
    sizes = f"{rows:,} vectors of length {dim}, medians of {rounds}"
    command = f"python -m benchmarks ann --rows {rows} --dim {dim} --rounds {rounds}"
    with TemporaryDirectory() as scratch:
        for title, found in tables(make(rows, dim), Path(scratch), rounds):
            keys, over = ANN[title]
            yield Table(f"Nearest neighbours: {title[0].lower()}{title[1:]}", keys, found, command, sizes, over)
