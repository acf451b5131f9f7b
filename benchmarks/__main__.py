"""``python -m benchmarks cold | ingest | zero-shot | all``."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.harness import show

app = typer.Typer(no_args_is_help=True, help="Measure what the documentation claims.")
JsonTo = Annotated[Path | None, typer.Option("--json", help="Also write the rows to this file.")]


@app.command()
def cold(
    items: Annotated[int, typer.Option(help="Rows of the index.")] = 10_000,
    rounds: Annotated[int, typer.Option(help="Counted runs of each process.")] = 7,
    json: JsonTo = None,
) -> None:
    """A text query in a fresh process: wall time and peak memory."""
    from benchmarks.cold import rows

    show(f"Cold start, {items:,} items, medians of {rounds}", rows(items, rounds), json_to=json)


@app.command()
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


@app.command("zero-shot")
def zero_shot(
    data: Annotated[Path, typer.Option(help="Folder with points.npy and items.csv of labelled clouds.")],
    space: Annotated[str, typer.Option(help="Space to judge.")] = "mini",
    json: JsonTo = None,
) -> None:
    """Zero-shot classification and retrieval on clouds that the space was not trained on."""
    from benchmarks.zero_shot import rows
    from retriever import spaces

    show(f"Zero-shot, space {space}", list(rows(data, spaces.get(space))), json_to=json)


@app.command("all")
def everything() -> None:
    """What needs no data: cold and ingest."""
    cold()
    ingest()


if __name__ == "__main__":
    app()
