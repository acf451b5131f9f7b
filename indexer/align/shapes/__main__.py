"""Trains the 3D tower of `mini`: ``python -m indexer.align.shapes --named FOLDER --out FOLDER``."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from indexer import vocabulary
from indexer.align import captions
from indexer.align.command import run
from indexer.align.loop import Alignment, Recipe
from indexer.align.shapes import material, poses
from indexer.align.shapes.examples import PARAMETRIC, ShapeExamples
from retriever.spaces.shape_tower import MINI, ShapeTower


def main(
    named: Annotated[Path, typer.Option(help="Folder of packed meshes with items.csv.")],
    out: Annotated[Path, typer.Option(help="Folder for clouds, checkpoint, curve and tower.safetensors.")],
    per_kind: Annotated[int, typer.Option(help="Parametric shapes of each kind.")] = 40,
    views: Annotated[int, typer.Option(help="Clouds of each mesh; half of them worn.")] = 6,
    workers: Annotated[int, typer.Option(help="Processes that make the clouds.")] = 1,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 5000,
    pose_steps: Annotated[int, typer.Option(help="Steps of the network that stands clouds upright.")] = 4600,
    batch: Annotated[int, typer.Option(help="Clouds a step.")] = 192,
    rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 2e-3,
    start: Annotated[Path | None, typer.Option("--from", help="Weights to start from; random ones by default.")] = None,
    warmup: Annotated[int, typer.Option(help="Steps in which the rate rises.")] = 200,
    validate_every: Annotated[int, typer.Option(help="Steps between validations.")] = 250,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Bind a 3D tower to the text hub by contrastive training; run again to go on after an interruption."""
    config = MINI
    clouds = material.gathered(out, named, views, per_kind, seed, config, workers, device)
    mixture = {PARAMETRIC: 0.5}
    examples = ShapeExamples(clouds, config, mixture=mixture, widen=vocabulary.widen, device=device)
    _say(f"{len(clouds.points)} clouds of {len(clouds.captions)} shapes, {len(examples.phrases)} captions")
    vectors = captions.kept_label_vectors(examples.phrases, out / "phrases.npz")
    tower = ShapeTower(config)
    recipe = Recipe(
        steps=steps, batch=batch, rate=rate, seed=seed, device=device, validate_every=validate_every, warmup=warmup
    )
    if start is not None:
        tower.load(start)
    else:
        tower.pose = poses.trained(clouds, config, replace(recipe, steps=pose_steps), out / "pose", _say)
    Alignment(examples, vectors, tower, recipe, out).train(_say)
    _say(f"written: {out / 'tower.safetensors'}")


def _say(line: str) -> None:
    typer.echo(line, err=True)


if __name__ == "__main__":
    run(lambda: typer.run(main))
