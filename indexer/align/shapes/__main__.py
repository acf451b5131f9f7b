"""Trains the 3D tower of `mini`: ``python -m indexer.align --named FOLDER --out FOLDER``."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

import sys
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from indexer.align import captions, sources
from indexer.align.dataset import Dataset, build
from indexer.align.publish import publish
from indexer.align.train import Alignment, Recipe
from retriever import spaces
from retriever.errors import RetrieverError
from retriever.spaces.minilm import MiniLM
from retriever.spaces.shape_tower import TowerConfig


def main(
    named: Annotated[Path, typer.Option(help="Folder of packed meshes with items.csv.")],
    out: Annotated[Path, typer.Option(help="Folder for clouds, checkpoint, curve and the space it ends in.")],
    per_kind: Annotated[int, typer.Option(help="Parametric shapes of each kind.")] = 80,
    views: Annotated[int, typer.Option(help="Clouds drawn of each mesh.")] = 4,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 2600,
    batch: Annotated[int, typer.Option(help="Clouds a step.")] = 192,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Bind a 3D tower to the text hub by contrastive training; run again to go on after an interruption."""
    config = TowerConfig()
    data = _dataset(out / "clouds.npz", named, config, per_kind, views, seed)
    _say(f"{len(data.points)} clouds of {len(data.captions)} shapes, {len(data.phrases)} captions")
    hub: spaces.Encoder = MiniLM()
    phrase_vectors = captions.label_vectors(data.phrases, hub)
    run = Alignment(data, phrase_vectors, config, Recipe(steps=steps, batch=batch, seed=seed), out)
    run.train(_say)
    publish(out / "shape.safetensors", config, out / "space")
    _say(f"written: {out / 'space'}")


def _dataset(path: Path, named: Path, config: TowerConfig, per_kind: int, views: int, seed: int) -> Dataset:
    if path.is_file():
        return Dataset.load(path)
    shapes = chain(sources.named_meshes(named), sources.parametric_shapes(per_kind, seed))
    data = build(
        shapes,
        config,
        views=lambda shape: 1 if shape.source == "parametric" else views,
        progress=lambda done: _say(f"sampled {done} shapes") if done % 1000 == 0 else None,
    )
    data.save(path)
    return data


def _say(line: str) -> None:
    typer.echo(line, err=True)


if __name__ == "__main__":
    try:
        typer.run(main)
    except RetrieverError as error:
        _say(f"error: {error}")
        sys.exit(1)
