"""Trains the audio tower of `mini`: ``python -m indexer.align.sounds --data FOLDER --out FOLDER``."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import torch
import typer

from indexer.align import captions
from indexer.align.command import run
from indexer.align.loop import Alignment, Recipe
from indexer.align.sounds import clips
from indexer.align.sounds.examples import MIXTURE, SoundExamples
from indexer.align.sounds.synth import made
from retriever.spaces.audio_tower import AudioTower, AudioTowerConfig


def main(
    data: Annotated[Path, typer.Option(help="Folder of SET/CLASS/*.ogg and SET/*.ogg, named by what is heard.")],
    out: Annotated[Path, typer.Option(help="Folder for packed clips, checkpoint, curve and tower.safetensors.")],
    fold: Annotated[
        int, typer.Option(min=-1, max=4, help="Fifth of the recordings to hold out, 0..4; -1 trains on all.")
    ] = 0,
    per_kind: Annotated[int, typer.Option(help="Sounds made by rule of each kind.")] = 16,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 5000,
    batch: Annotated[int, typer.Option(help="Clips a step.")] = 64,
    rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 2e-3,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Bind an audio tower to the text hub by contrastive training; run again to go on after an interruption."""
    out.mkdir(parents=True, exist_ok=True)
    sounds = _packed(out / "clips.npz", lambda: clips.read(data))
    if per_kind:
        sounds += _packed(out / f"made-{per_kind}-{seed}.npz", lambda: made(per_kind, seed))
    config = AudioTowerConfig()
    examples = SoundExamples(sounds, config, fold=fold, mixture=MIXTURE)
    _say(f"{len(examples.trained)} clips, {len(examples.held_out)} held out, {len(examples.phrases)} captions")
    vectors = captions.kept_label_vectors(examples.phrases, out / "phrases.npz")
    torch.manual_seed(seed)
    recipe = Recipe(steps=steps, batch=batch, rate=rate, warmup=100, decay=0.6, average=0.995, seed=seed, device=device)
    Alignment(examples, vectors, AudioTower(config), recipe, out).train(_say)
    (out / "config.json").write_text(json.dumps(asdict(config), indent=2) + "\n", encoding="utf-8")
    _say(f"written: {out / 'tower.safetensors'} and config.json")


def _packed(path: Path, make: Callable[[], list[clips.Clip]]) -> list[clips.Clip]:
    """Sounds from `path` where they were packed before."""
    if not path.is_file():
        clips.save(make(), path)
    return clips.load(path)


def _say(line: str) -> None:
    typer.echo(line, err=True)


if __name__ == "__main__":
    run(lambda: typer.run(main))
