"""The prototypes of a trained space: which names its training shapes bear, and where these lie.

``python -m indexer.align.prototypes --data FOLDER --space FOLDER`` makes them for a space that has its towers, and
writes them into its folder: to the text tower, and to the captions that its towers for pictures and sounds expect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from safetensors.numpy import load_file, save

from indexer.align.bridges import shape_vectors, unit
from indexer.align.captions import label_vectors
from indexer.align.command import run
from indexer.align.publish import TEXTS, revise, text_tower
from indexer.align.shapes.sources import LabelledShape, named_meshes, parametric_shapes
from indexer.align.sounds.places import placed
from indexer.align.split import is_held_out
from indexer.vocabulary import widen
from retriever.files import whole_file
from retriever.spaces import Space, folders
from retriever.spaces.minilm import MiniLM
from retriever.spaces.prototypes import Prototypes
from retriever.types import Modality, Vectors

EACH = 10
"""Parametric shapes of each kind, beside all named meshes that were trained on."""
SEED = 7_000
"""Of these."""

_PHRASE = re.compile("(?:a|an|the|one|two|three|some) ")


def fit(space: Space, shapes: Sequence[LabelledShape], seed: int = 0) -> Prototypes:
    """Those of a space with a 3D tower, from shapes that it was trained on.

    Only names are kept, and what the vocabulary adds to them: phrases ("a table with three legs") are many, and were
    worth 0.01 of caption->3D hit@10.

    Args:
        space: with its bridges.
        shapes: with their captions.
        seed: of the points of their surfaces.
    """
    bearers: dict[str, list[int]] = {}
    for place, shape in enumerate(shapes):
        for name in names(shape):
            bearers.setdefault(name, []).append(place)
    vectors = shape_vectors(space, shapes, seed).astype(np.float64)
    means = np.array([vectors[places].mean(axis=0) for places in bearers.values()])
    return Prototypes(label_vectors(list(bearers), MiniLM()), unit(means - means.mean(axis=0)))


def names(shape: LabelledShape) -> list[str]:
    """The captions of a shape, and what else it may be called, without phrases."""
    return [words for words in dict.fromkeys(widen(shape.captions)) if not _PHRASE.match(words)]


def build_in(folder: Path, data: Path, seed: int = 0, each: int = EACH) -> None:
    """Fits the prototypes of the space in `folder`, and builds them into its towers.

    Args:
        folder: of a space with 3D, image and audio towers.
        data: folder with shapes_named.
        seed: of the points of surfaces.
        each: parametric shapes of each kind, beside the named meshes.
    """
    meshes = [shape for shape in named_meshes(data / "shapes_named") if not is_held_out(shape.group)]
    found = fit(folders.open_space(folder), [*meshes, *parametric_shapes(each, SEED)], seed)
    found.write(folder / TEXTS)
    kept = Prototypes.read(folder / TEXTS)  # as rounded
    place_captions(folder / "image.safetensors", kept.moved)
    place_captions(folder / "audio.safetensors", lambda captions: placed(captions, kept))
    revise(folder, towers=folders.read(folder)["towers"] | {Modality.TEXT: text_tower(folder / TEXTS)})


def place_captions(weights: Path, placed: Callable[[Vectors], Vectors]) -> None:
    """Makes a tower's `Expectation` expect captions elsewhere.

    Args:
        weights: of the tower, a file that is written again.
        placed: (n, d) unit vectors of captions in the hub -> (n, d) unit vectors of their places.
    """
    state = load_file(weights)
    captions = state["expectation.captions"].astype(np.float32)
    state["expectation.places"] = placed(unit(captions)).astype(np.float16)
    with whole_file(weights) as file:
        file.write(save(state))


def main(
    data: Annotated[Path, typer.Option(help="Folder with shapes_named.")],
    space: Annotated[Path, typer.Option(help="Folder of a space, which is changed.")],
    seed: Annotated[int, typer.Option(help="Of the points of surfaces.")] = 0,
) -> None:
    """Move a space's names towards where the shapes lie that are called so."""
    build_in(space, data, seed)
    typer.echo(f"written: {space}; measure its spreads and backgrounds again", err=True)


if __name__ == "__main__":
    run(lambda: typer.run(main))
