"""What cosines are usual in a space, for each pair of modalities: for indexes that have too few items to tell.

Measured once for a space, on things of different kinds that are made by rule, so that anyone can measure it again:
``python -m indexer.align.backgrounds --space mini --out retriever/spaces/weights/mini/backgrounds.json``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from indexer.align.command import run
from indexer.align.sounds.synth.parts import RATE
from indexer.align.sounds.synth.rules import RULES, make
from indexer.ann.queries import sums
from indexer.calibration import background
from indexer.durable import disk_errors
from indexer.parametric import generate, names
from indexer.vocabulary.outline import load
from retriever import spaces
from retriever.ann.base import SUM
from retriever.drawing.render import View, render
from retriever.files import whole_file
from retriever.loaders.sampling import sample
from retriever.query.background import Background
from retriever.spaces import Space
from retriever.types import Geometry, Modality, Vectors

SEED = 900_000
"""Of all that is made: none that a demo's things have."""

SHAPES, SOUNDS, TEXTS = 2, 8, 1_000
"""Shapes, and as many pictures, of each kind; sounds of each kind; words, at most."""

KNOTS = 41
"""Quantiles that are kept: more would say no more."""

_SIDE = 224  # pixels of a picture's edge
_SUMS = 300


def measured(
    space: Space, shapes: Sequence[str] = (), sounds: Sequence[str] = (), seed: int = SEED
) -> dict[str, Background]:
    """Background of each pair of the space's modalities, and of sums with each.

    Every second kind asks for the others, so that no item is of the kind that asks.

    Args:
        space: with the towers that are in use.
        shapes: kinds of these, and of pictures; all by default.
        sounds: kinds of these, likewise.
        seed: of what is made.
    """
    makers: dict[Modality, Callable[[], Iterator[Vectors]]] = {
        Modality.TEXT: lambda: _texts(space),
        Modality.SHAPE: lambda: _shapes(space, shapes or names(), seed),
        Modality.IMAGE: lambda: _pictures(space, shapes or names(), seed),
        Modality.AUDIO: lambda: _sounds(space, sounds or [*RULES], seed),
    }
    halves: dict[str, tuple[Vectors, Vectors]] = {}
    for modality in (modality for modality in makers if modality in space.modalities):
        vectors = list(makers[modality]())
        halves[modality] = np.concatenate(vectors[::2]), np.concatenate(vectors[1::2])
    asked = {str(modality): asking for modality, (asking, _) in halves.items()}
    asked[SUM] = sums(np.concatenate(list(asked.values())), _SUMS, np.random.Generator(np.random.PCG64(seed)))
    return {
        f"{left}>{target}": background(queries @ found.T, knots=KNOTS)
        for left, queries in asked.items()
        for target, (_, found) in halves.items()
    }


def _texts(space: Space) -> Iterator[Vectors]:
    """(1, d) of each of some everyday words."""
    words = [term.name for term in load().terms]
    yield from space.encode(texts=words[:: 1 + len(words) // TEXTS])[:, None]


def _shapes(space: Space, kinds: Sequence[str], seed: int) -> Iterator[Vectors]:
    """(n, d) of each kind."""
    encoder = space.encoder(Modality.SHAPE)
    for kind in kinds:
        made = [_geometry(kind, seed + number) for number in range(SHAPES)]
        yield encoder.encode([sample(one, space.identity.shape, "y", seed) for one in made])


def _pictures(space: Space, kinds: Sequence[str], seed: int) -> Iterator[Vectors]:
    """(n, d) of each kind, of other shapes, seen from anywhere above the ground."""
    rng = np.random.default_rng(seed)
    for kind in kinds:
        made = [_geometry(kind, seed + SHAPES + number) for number in range(SHAPES)]
        views = [View(yaw=rng.uniform(0, 360), elevation=rng.uniform(0, 40)) for _ in made]
        yield space.encode(images=[render(one, view, side=_SIDE) for one, view in zip(made, views, strict=True)])


def _sounds(space: Space, kinds: Sequence[str], seed: int) -> Iterator[Vectors]:
    """(n, d) of each kind."""
    for kind in kinds:
        made = [make(kind, np.random.default_rng((seed + number, *kind.encode()))) for number in range(SOUNDS)]
        yield space.encode(audio=[(samples, RATE) for samples in made])


def _geometry(kind: str, seed: int) -> Geometry:
    solid = generate(kind, seed).solid
    return Geometry(solid.vertices, solid.faces, solid.colors)


def write(space: Space, found: Mapping[str, Background], path: Path) -> None:
    """Writes what was `measured`, for the weights that the space has now."""
    told = {"weights": space.identity.weights, "backgrounds": {pair: asdict(one) for pair, one in found.items()}}
    with disk_errors(path.parent), whole_file(path) as file:
        file.write(json.dumps(told).encode() + b"\n")


def main(
    out: Annotated[Path, typer.Option(help="File to write; a space's folder has it as backgrounds.json.")],
    space: Annotated[str, typer.Option(help="Space to measure.")] = spaces.DEFAULT,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "cpu",
) -> None:
    """Measure what cosines are usual in a space, for each pair of modalities."""
    one = spaces.get(space, device=device)
    write(one, measured(one), out)


if __name__ == "__main__":
    run(lambda: typer.run(main))
