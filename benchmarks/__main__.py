"""``python -m benchmarks`` and a name: cold, ingest, encode, retrieval, arithmetic, fine-tune, ablation, ann, live, ...

``python -m benchmarks --help`` lists all of them.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmarks.harness import save, show
from retriever.errors import RetrieverError, UsageError

app = typer.Typer(no_args_is_help=True, help="Measure what the documentation claims.")
Data = Annotated[Path, typer.Option(help="Folder of test data, as docs/benchmarks.md describes it.")]
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


@app.command()
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


@app.command()
def retrieval(
    data: Data,
    space: Annotated[str, typer.Option(help="Space to judge.")] = "mini",
    robustness: Annotated[bool, typer.Option("--robustness", help="Worse and worse clouds instead.")] = False,
    json: JsonTo = None,
) -> None:
    """How well a space retrieves: zero-shot shapes, names, renders, photos and sounds, as far as the data goes."""
    from benchmarks.retrieval import ROBUSTNESS, SECTIONS, tables
    from benchmarks.retrieval.material import Material
    from retriever import spaces

    rows = []
    for title, found in tables(Material(data, spaces.get(space)), ROBUSTNESS if robustness else SECTIONS):
        show(f"{title}, space {space}", found)
        rows += [{"section": title, **row} for row in found]
    if not rows:
        raise UsageError(f"--data {data} holds nothing that {space!r} can be measured on; see docs/benchmarks.md.")
    if json:
        save(f"Retrieval, space {space}", rows, json)


@app.command()
def arithmetic(
    space: Annotated[str, typer.Option(help="Space to judge.")] = "mini",
    per_value: Annotated[int, typer.Option(min=4, help="Shapes to be found of each value of an attribute.")] = 10,
    others: Annotated[int, typer.Option(min=1, help="Shapes of each kind that is only in the way.")] = 4,
    queries: Annotated[int, typer.Option(min=2, help="Questions of each form and task, at most.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Of the shapes, the questions and the sounds.")] = 0,
    json: JsonTo = None,
) -> None:
    """Ways to add and subtract shapes, words, sounds and pictures, on made-up shapes whose right answers are known."""
    from benchmarks.arithmetic import Sizes, tables
    from retriever import spaces

    rows = []
    for title, found in tables(spaces.get(space), Sizes(per_value, others, queries, seed)):
        show(f"{title}, space {space}", found)
        rows += [{"section": title, **row} for row in found]
    if json:
        save(f"Arithmetic, space {space}", rows, json)


@app.command("fine-tune")
def fine_tune(
    data: Data,
    space: Annotated[str, typer.Option(help="Space to start from.")] = "mini",
    into: Annotated[str | None, typer.Option(help="Keep what comes out as a space of this name.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the space --into.")] = False,
    tuned: Annotated[
        str | None, typer.Option(help="Only measure this space, trained on the same split; for example mini-research.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Optimiser steps; by default what align takes.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Minutes of training instead.")] = None,
    seed: Annotated[int, typer.Option(help="Of the split and the training.")] = 0,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto, for the training.")] = "cpu",
    json: JsonTo = None,
) -> None:
    """A space before and after fine-tuning on three quarters of labelled clouds, on the last quarter."""
    from benchmarks.fine_tune import measure
    from indexer.align.own.tuning import Tuning

    tuning = Tuning(steps=steps, minutes=minutes, seed=seed, device=device, holdout=0)
    outcome = measure(data, space, into, tuning, overwrite=overwrite, tuned=tuned)
    how = f"{tuned} beside {space}" if tuned else f"Fine-tuning {space}, {outcome.seconds / 60:.1f} minutes"
    title = f"{how}: {outcome.trained} shapes for training, measured on the others"
    show(title, outcome.rows, json_to=json)


@app.command()
def ablation(
    data: Data,
    space: Annotated[str, typer.Option(help="Space whose image and audio towers are bound to.")] = "mini",
    steps: Annotated[int, typer.Option(help="Optimiser steps of every variant.")] = 400,
    per_kind: Annotated[int, typer.Option(help="Parametric shapes of each kind.")] = 12,
    only: Annotated[list[str] | None, typer.Option(help="A variant's name in part; repeat for more.")] = None,
    work: Annotated[Path | None, typer.Option(help="Keep clouds and towers here, and go on from them.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
    device: Annotated[str, typer.Option(help="cpu or cuda, for the training.")] = "cpu",
    json: JsonTo = None,
) -> None:
    """Small 3D towers of equal budget: with other modalities as targets; without parts of the training."""
    from benchmarks.ablation.run import Ablation, Budget, table
    from benchmarks.ablation.variants import VARIANTS

    chosen = [variant for variant in VARIANTS if not only or any(part in variant.name for part in only)]
    if not chosen:
        raise UsageError(f"--only {' '.join(only or [])} fits none of: {', '.join(each.name for each in VARIANTS)}.")
    with TemporaryDirectory() as scratch:
        budget = Budget(steps=steps, per_kind=per_kind, seed=seed, device=device)
        found = list(Ablation(data, space, budget, work or Path(scratch)).rows(chosen))
    title = f"Ablation, {steps} steps each"
    show(title, table(found))
    if json:
        save(title, [{"variant": variant.name, **row} for variant, rows in found for row in rows], json)


@app.command()
def ann(
    rows: Annotated[int, typer.Option(min=1000, help="Made-up vectors to search.")] = 200_000,
    dim: Annotated[int, typer.Option(min=8, help="Length of one.")] = 384,
    vectors: Annotated[
        Path | None, typer.Option(help="Your own instead: NPZ with arrays base, like and cross.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Counted runs of each.")] = 5,
    table: Annotated[
        list[str] | None, typer.Option(help="search, overhead, filters, exact or gpu; repeat for more.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="A contender's name in part; repeat for more.")] = None,
    json: JsonTo = None,
) -> None:
    """Nearest neighbours beside FAISS, and beside hnswlib, usearch, LanceDB and Chroma where installed."""
    from benchmarks.ann import GPU, TABLES, tables
    from benchmarks.ann.data import load, make

    if unknown := sorted(set(table or ()) - {*TABLES, GPU}):
        raise UsageError(f"--table {unknown[0]}: choose one of {', '.join((*TABLES, GPU))}.")
    material = load(vectors) if vectors else make(rows, dim)
    size = f"{len(material.base):,} vectors of length {material.base.shape[1]}, medians of {rounds}"
    found = []
    with TemporaryDirectory() as scratch:
        for title, part in tables(material, Path(scratch), rounds, table or TABLES, only):
            show(f"{title}, {size}", part)
            found += [{"section": title, **row} for row in part]
    if json:
        save(f"Nearest neighbours, {size}", found, json)


@app.command()
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


@app.command()
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


@app.command()
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


@app.command("all")
def everything() -> None:
    """What needs no data: cold and ingest."""
    cold()
    ingest()


if __name__ == "__main__":
    try:
        app()
    except RetrieverError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
