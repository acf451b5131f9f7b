"""What a 3D tower is pulled towards beside captions: the frozen vectors of pictures and of sounds.

Point-Bind (arXiv 2309.00615, section 3.2) adds up contrastive losses of 3D against each modality. Here each example of
a step takes one of its targets at random, its caption or a vector of another modality for that caption, all of them
contrasted with one another: the same sum in expectation, with the loop and the objective as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.retrieval.material import Material
from indexer.align.loop import Drawn, Examples
from indexer.align.shapes.examples import ShapeExamples
from indexer.align.shapes.sources import LabelledShape
from retriever.types import Vectors

_SIDES = 8
"""Yaws that shapes are pictured from, one each in turn."""

Targets = dict[str, NDArray[np.float32]]
"""A caption -> (d,) unit vector of another modality."""


class BoundExamples:
    """Examples whose captions are replaced, now and then, by what else stands for them.

    Args:
        examples: of the 3D tower.
        others: modality -> its targets.
        text: weight of the caption beside the weight 1 of every other modality; 0 takes captions only where a caption
            has nothing else.
    """

    def __init__(self, examples: Examples | ShapeExamples, others: Mapping[str, Targets], *, text: float = 1.0) -> None:
        self._examples, self._text, self._targets = examples, text, list(others.values())
        self.phrases = list(examples.phrases)
        self._places: list[dict[int, int]] = []
        vectors = []
        for modality, targets in others.items():
            places = {}
            for caption, phrase in enumerate(examples.phrases):
                if phrase in targets:
                    places[caption] = len(self.phrases)
                    self.phrases.append(f"{modality} of {phrase}")
                    vectors.append(targets[phrase])
            self._places.append(places)
        self._vectors = vectors

    def vectors(self, captions: Vectors) -> Vectors:
        """(c, d) vectors of `phrases`, from those of the captions."""
        return np.concatenate([captions, *(vector[None] for vector in self._vectors)]).astype(np.float32)

    def draw(self, rng: np.random.Generator, count: int) -> Drawn:
        """As the examples draw, with a target of each instead of a caption."""
        drawn = self._examples.draw(rng, count)
        return drawn._replace(captions=np.array([self._target(rng, int(caption)) for caption in drawn.captions]))

    def _target(self, rng: np.random.Generator, caption: int) -> int:
        there = [places[caption] for places in self._places if caption in places]
        if not there:
            return caption
        weights = np.array([self._text, *[1.0] * len(there)])
        return int(rng.choice([caption, *there], p=weights / weights.sum()))

    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """As the examples do, by captions alone."""
        return self._examples.validate(tower, phrase_vectors[: len(self._examples.phrases)])


def of_pictures(material: Material, shapes: Sequence[LabelledShape]) -> Targets:
    """Caption -> mean vector of pictures, one of each shape that is called so."""
    from retriever.drawing.render import View, render

    entry = material.space.identity.image
    assert entry
    pictures = [
        render(shape.geometry, View(yaw=360 / _SIDES * (number % _SIDES)), side=entry.side)
        for number, shape in enumerate(shapes)
    ]
    vectors = material.encode("pictures of training shapes", images=pictures)
    return _means([shape.captions for shape in shapes], vectors)


def of_sounds(material: Material) -> Targets:
    """Caption -> mean vector of the recordings for training that are called so."""
    from benchmarks.retrieval.sounds import FOLD, samples
    from indexer.align.sounds import clips

    entry = material.space.identity.audio
    assert entry
    heard = [clip for clip in clips.read(material.folder / "audio") if clip.fold != FOLD]
    vectors = material.encode("sounds for training", audio=[samples(clip, entry.rate) for clip in heard])
    return _means([clip.captions for clip in heard], vectors)


def _means(captions: Sequence[Sequence[str]], vectors: Vectors) -> Targets:
    sums: dict[str, NDArray[np.float32]] = {}
    for several, vector in zip(captions, vectors, strict=True):
        for caption in several:
            sums[caption] = sums.get(caption, np.zeros_like(vector)) + vector
    return {caption: (total / max(float(np.linalg.norm(total)), 1e-9)) for caption, total in sums.items()}
