"""Indexes of many vectors: ann, live, scale, layout."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmarks.commands.options import JsonTo
from benchmarks.harness import save, show, show_tables
from retriever.errors import UsageError

ROWS = 200_000
"""Vectors that `ann` makes up."""


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(ann)
    app.command()(live)
    app.command()(scale)
    app.command()(layout)


def ann(
    rows: Annotated[
        int | None,
        typer.Option(min=1000, help="Made-up vectors to search: 200,000; table gpu alone: 1, 4 and 10 million."),
    ] = None,
    dim: Annotated[int, typer.Option(min=8, help="Length of one.")] = 384,
    vectors: Annotated[
        Path | None, typer.Option(help="Your own instead: NPZ with arrays base, like and cross.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Counted runs of each.")] = 5,
    table: Annotated[
        list[str] | None, typer.Option(help="search, overhead, opposed, deep, filters, exact or gpu; repeat for more.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="A contender's name in part; repeat for more.")] = None,
    json: JsonTo = None,
) -> None:
    """Nearest neighbours beside FAISS, and beside hnswlib, usearch, LanceDB and Chroma where installed."""
    from benchmarks.ann import GPU, TABLES, on_gpu, tables
    from benchmarks.ann.data import load, make

    if unknown := sorted(set(table or ()) - {*TABLES, GPU}):
        raise UsageError(f"--table {unknown[0]}: choose one of {', '.join((*TABLES, GPU))}.")
    if set(table or ()) == {GPU} and not vectors:  # which makes its own
        found = list(on_gpu.rows([rows] if rows else on_gpu.COUNTS, dim, rounds))
        show(f"Exact on a GPU, vectors of length {dim}, medians of {rounds}", found, json_to=json)
        return
    material = load(vectors) if vectors else make(rows or ROWS, dim)
    size = f"{len(material.base):,} vectors of length {material.base.shape[1]}, medians of {rounds}"
    with TemporaryDirectory() as scratch:
        shown = tables(material, Path(scratch), rounds, table or TABLES, only)
        show_tables("Nearest neighbours", shown, size, json_to=json)


def live(
    rows: Annotated[int, typer.Option(min=2000, help="Rows of the index.")] = 1_000_000,
    dim: Annotated[int, typer.Option(min=8, help="Length of a vector.")] = 384,
    rounds: Annotated[int, typer.Option(min=1, help="Counted runs of each operation.")] = 5,
    batch: Annotated[int, typer.Option(min=1, help="Items added, deleted or looked up together.")] = 1_000,
    work: Annotated[Path | None, typer.Option(help="Make the index in this folder, and leave it there.")] = None,
    json: JsonTo = None,
) -> None:
    """Adding, deleting, opening and looking up ids in an index of many rows, beside LanceDB where installed."""
    from benchmarks.live import rows as measure

    title = f"A live index, {rows:,} rows of length {dim}, medians of {rounds}"
    show(title, measure(rows, dim, rounds, batch, work), json_to=json)


def scale(
    rows: Annotated[int, typer.Option(min=1000, help="Made-up vectors of the index.")] = 10_000_000,
    dim: Annotated[int, typer.Option(min=8, help="Length of one.")] = 384,
    recall: Annotated[float, typer.Option(help="Share of the true ten nearest to be found.")] = 0.99,
    work: Annotated[Path | None, typer.Option(help="Make the index in this folder, and leave it there.")] = None,
    json: JsonTo = None,
) -> None:
    """An index of many rows: time and memory of writing, building and opening it, recall and speed of searches."""
    from benchmarks.ann.scale import rows as measure

    size = f"{rows:,} rows of length {dim}"
    with TemporaryDirectory() as scratch:
        steps, queries = measure(rows, dim, recall, work or Path(scratch))
    show(f"Scale, {size}", steps)
    show(f"Searches, {size}", queries)
    if json:
        save(f"Scale, {size}", [*steps, *queries], json)


def layout(
    dim: Annotated[int, typer.Option(min=8, help="Length of a vector.")] = 384,
    memory: Annotated[float, typer.Option(help="GB of a machine that codes may take.")] = 16.0,
    rows: Annotated[int, typer.Option(min=1000, help="Vectors that the parts are measured on.")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="Counted runs of each part.")] = 5,
    json: JsonTo = None,
) -> None:
    """What a hundred million and a billion vectors take, from parts of a search that are measured here."""
    from benchmarks.ann.layout import layout_rows, measure, part_rows

    with TemporaryDirectory() as scratch:
        parts = measure(rows, dim, rounds, Path(scratch))
    show(f"Parts of a search, {rows:,} vectors, medians of {rounds}", part_rows(parts))
    counts = [10**6, 10**7, 10**8, 10**9]
    show(
        f"Layout, length {dim}, {memory:g} GB a machine",
        layout_rows(parts, dim, int(memory * 1e9), counts),
        json_to=json,
    )
