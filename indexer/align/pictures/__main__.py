"""Trains the image tower of `mini`: ``python -m indexer.align.pictures --data FOLDER --out FOLDER``."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from indexer import vocabulary
from indexer.align import captions
from indexer.align.command import run
from indexer.align.crew import shared
from indexer.align.loop import Alignment, Recipe
from indexer.align.pictures import pack
from indexer.align.pictures.companions import kept_companions
from indexer.align.pictures.examples import PictureExamples
from indexer.align.pictures.sources import a_part
from retriever.spaces.image_tower import ImageTower, ImageTowerConfig


def main(
    data: Annotated[list[Path], typer.Option(help="Folder with photos, renders and shapes_named; may be repeated.")],
    out: Annotated[Path, typer.Option(help="Folder for the packed pictures, checkpoint, curve and tower.safetensors.")],
    shapes: Annotated[
        Path | None, typer.Option(help="Trained 3D tower; renders are then bound to the shapes that they show, too.")
    ] = None,
    views: Annotated[int, typer.Option(help="Pictures of each mesh.")] = 6,
    per_kind: Annotated[int, typer.Option(help="Pictures of parametric shapes of each kind.")] = 48,
    workers: Annotated[int, typer.Option(help="Processes that make the pictures.")] = 1,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 3000,
    batch: Annotated[int, typer.Option(help="Pictures a step.")] = 128,
    rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 2e-3,
    start: Annotated[Path | None, typer.Option("--from", help="Weights to start from; random ones by default.")] = None,
    validate_every: Annotated[int, typer.Option(help="Steps between validations.")] = 250,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Bind an image tower to the text hub by contrastive training; run again to go on after an interruption."""
    packed = out / "pack"
    if not pack.exists(packed):
        made = shared(partial(a_part, data, views, per_kind, seed), workers)
        pack.write(
            chain.from_iterable(made), packed, lambda done: _say(f"{done} pictures") if done % 5000 == 0 else None
        )
    config = ImageTowerConfig()
    pictures = pack.Pack.load(packed)
    beside = None
    if shapes is not None:
        _say("embedding the shapes that the pictures show")
        beside = kept_companions(pictures, data, per_kind, seed, shapes, device, workers, out / "companions.npz")
    shows = beside.shows if beside else None
    examples = PictureExamples(pictures, config.side, widen=vocabulary.widen, shows=shows, device=device)
    _say(f"{len(examples.pack.kinds)} pictures, {len(examples.phrases)} captions")
    vectors = captions.kept_label_vectors(examples.phrases, out / "phrases.npz")
    tower = ImageTower(config)
    if start is not None:
        tower.load(start)
    recipe = Recipe(
        steps=steps, batch=batch, rate=rate, validate_every=validate_every, seed=seed, device=device, weight_decay=0.1
    )
    Alignment(examples, vectors, tower, recipe, out, beside.vectors if beside else None).train(_say)
    _say(f"written: {out / 'tower.safetensors'}")


def _say(line: str) -> None:
    typer.echo(line, err=True)


if __name__ == "__main__":
    run(lambda: typer.run(main))
