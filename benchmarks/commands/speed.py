"""Time and memory of commands and encoders: cold, ingest, encode."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.commands.options import JsonTo
from benchmarks.harness import show


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(cold)
    app.command()(ingest)
    app.command()(encode)


def cold(
    items: Annotated[int, typer.Option(help="Rows of the index.")] = 10_000,
    rounds: Annotated[int, typer.Option(help="Counted runs of each process.")] = 7,
    json: JsonTo = None,
) -> None:
    """A text query in a fresh process: wall time and peak memory."""
    from benchmarks.cold import rows

    show(f"Cold start, {items:,} items, medians of {rounds}", rows(items, rounds), json_to=json)


def ingest(
    per_kind: Annotated[int, typer.Option(help="Parametric files of each kind.")] = 4,
    rounds: Annotated[int, typer.Option(help="Counted runs of each.")] = 3,
    corpus: Annotated[Path | None, typer.Option(help="Measure on this folder instead.")] = None,
    memory: Annotated[bool, typer.Option(help="Also measure peak memory as the corpus grows.")] = True,
    json: JsonTo = None,
) -> None:
    """Indexing end to end beside the encoder alone, and peak memory."""
    from benchmarks.ingest import memory_rows, rows

    show(f"Ingest, medians of {rounds}", rows(per_kind, rounds, corpus), json_to=json)
    if memory:
        show("Peak memory of an indexing process", memory_rows([per_kind // 4 or 1, per_kind, per_kind * 4]))


def encode(
    space: Annotated[str, typer.Option(help="Space to measure; one that is not here gets made-up weights.")] = "mini",
    batch: Annotated[list[int] | None, typer.Option(help="Batch size; repeat for more.")] = None,
    rounds: Annotated[int, typer.Option(help="Counted runs of each.")] = 3,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "cpu",
    json: JsonTo = None,
) -> None:
    """Items a second of every tower, the cost of sampling points, and the memory of a text query."""
    from benchmarks.encode import memory_rows, present, rows, sampling_rows

    with present(space) as weights:
        title = f"Encoders of {space} ({weights}), medians of {rounds}"
        show(title, rows(space, batch or [1, 8, 32], rounds, device), json_to=json)
        if steps := sampling_rows(space, 32, rounds, device):
            show("Sampling points", steps)
        show("Peak memory of a text query", memory_rows(space, rounds))
