"""Trains the 3D tower of `mini`: ``python -m indexer.align.shapes --named FOLDER --out FOLDER``."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

import sys
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from indexer.align import captions, vocabulary
from indexer.align.loop import Alignment, Recipe
from indexer.align.shapes import poses, sources
from indexer.align.shapes.dataset import Clouds, build
from indexer.align.shapes.examples import PARAMETRIC, ShapeExamples
from indexer.align.shapes.wear import roughen
from retriever.errors import RetrieverError
from retriever.spaces.shape_tower import MINI, ShapeTower, TowerConfig
from retriever.types import Geometry


def main(
    named: Annotated[Path, typer.Option(help="Folder of packed meshes with items.csv.")],
    out: Annotated[Path, typer.Option(help="Folder for clouds, checkpoint, curve and tower.safetensors.")],
    per_kind: Annotated[int, typer.Option(help="Parametric shapes of each kind.")] = 40,
    views: Annotated[int, typer.Option(help="Clouds of each mesh; half of them worn.")] = 6,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 5000,
    pose_steps: Annotated[int, typer.Option(help="Steps of the network that stands clouds upright.")] = 4600,
    batch: Annotated[int, typer.Option(help="Clouds a step.")] = 192,
    rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 2e-3,
    start: Annotated[Path | None, typer.Option("--from", help="Weights to start from; random ones by default.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Bind a 3D tower to the text hub by contrastive training; run again to go on after an interruption."""
    config = MINI
    meshes = _packed(out / "named.npz", sources.named_meshes(named), config, views)
    made = _packed(out / "parametric.npz", sources.parametric_shapes(per_kind, seed), config, 2)
    clouds = Clouds.joined([meshes, made])
    examples = ShapeExamples(clouds, config, mixture={PARAMETRIC: 0.5}, widen=vocabulary.widen)
    _say(f"{len(clouds.points)} clouds of {len(clouds.captions)} shapes, {len(examples.phrases)} captions")
    vectors = captions.kept_label_vectors(examples.phrases, out / "phrases.npz")
    tower = ShapeTower(config)
    if start is not None:
        tower.load(start)
    else:
        tower.pose = poses.trained(clouds, config, pose_steps, out / "pose", device, seed, _say)
    recipe = Recipe(steps=steps, batch=batch, rate=rate, seed=seed, device=device)
    Alignment(examples, vectors, tower, recipe, out).train(_say)
    _say(f"written: {out / 'tower.safetensors'}")


def _packed(path: Path, shapes: Iterable[sources.LabelledShape], config: TowerConfig, views: int) -> Clouds:
    """Clouds of `shapes`, from `path` where they were made before."""
    if path.is_file():
        return Clouds.load(path)

    def draw(shape: sources.LabelledShape) -> Iterable[Geometry]:
        rng = np.random.default_rng(int.from_bytes(blake2b(shape.group.encode(), digest_size=8).digest(), "big"))
        for view in range(views):
            yield shape.geometry if view < views / 2 else roughen(shape.geometry, rng)

    clouds = build(
        shapes,
        config,
        draw=draw,
        progress=lambda done: _say(f"{path.stem}: {done} shapes") if done % 1000 == 0 else None,
    )
    clouds.save(path)
    return clouds


def _say(line: str) -> None:
    typer.echo(line, err=True)


if __name__ == "__main__":
    try:
        typer.run(main)
    except RetrieverError as error:
        _say(f"error: {error}")
        sys.exit(1)
