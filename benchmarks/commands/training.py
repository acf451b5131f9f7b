"""What training brings: fine-tune, ablation."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmarks.commands.options import Data, JsonTo
from benchmarks.harness import save, show
from retriever.errors import UsageError


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("fine-tune")(fine_tune)
    app.command()(ablation)


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


def ablation(
    data: Data,
    space: Annotated[str, typer.Option(help="Space whose image and audio towers are bound to.")] = "mini",
    steps: Annotated[int, typer.Option(help="Optimiser steps of every variant.")] = 400,
    per_kind: Annotated[int, typer.Option(help="Parametric shapes of each kind.")] = 12,
    only: Annotated[
        list[str] | None, typer.Option(help="A variant's name in part, beside the first; repeat for more.")
    ] = None,
    work: Annotated[Path | None, typer.Option(help="Keep clouds and towers here, and go on from them.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
    device: Annotated[str, typer.Option(help="cpu or cuda, for the training.")] = "cpu",
    json: JsonTo = None,
) -> None:
    """Small 3D towers of equal budget: with other modalities as targets; without parts of the training."""
    from benchmarks.ablation.run import Ablation, Budget, table
    from benchmarks.ablation.variants import VARIANTS

    first, *others = VARIANTS
    chosen = [variant for variant in others if not only or any(part in variant.name for part in only)]
    if not chosen:
        raise UsageError(f"--only {' '.join(only or [])} fits none of: {', '.join(each.name for each in VARIANTS)}.")
    with TemporaryDirectory() as scratch:
        budget = Budget(steps=steps, per_kind=per_kind, seed=seed, device=device)
        found = list(Ablation(data, space, budget, work or Path(scratch)).rows([first, *chosen]))
    title = f"Ablation, {steps} steps each"
    show(title, table(found))
    if json:
        save(title, [{"variant": variant.name, **row} for variant, rows in found for row in rows], json)
