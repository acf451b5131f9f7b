"""What a space makes of things: each picture and sound encoded once, with progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from indexer.align.captions import label_vectors
from retriever import spaces
from retriever.loaders.sampling import sample
from retriever.types import Geometry, Modality, Vectors

_AT_ONCE = 64


def say(line: str) -> None:
    """Progress, to stderr."""
    print(line, file=sys.stderr, flush=True)


class Encoding:
    """The vectors of a space.

    Args:
        space: the space to judge.
    """

    def __init__(self, space: spaces.Space) -> None:
        self.space = space
        self._kept: dict[str, Vectors] = {}

    def reads(self, *modalities: Modality) -> bool:
        """Whether the space has all these encoders."""
        return self.space.modalities >= set(modalities)

    def labels(self, names: Sequence[str]) -> Vectors:
        """(n, d) unit vectors of class names, each the mean over the prompt templates."""
        return label_vectors(names, self.space.encoder(Modality.TEXT))

    def encode(self, what: str, **sources: Sequence[Any]) -> Vectors:
        """As `Space.encode` of one modality, with progress; pictures and sounds called `what` are encoded once."""
        ((modality, items),) = sources.items()
        if what in self._kept:
            return self._kept[what]
        vectors = _in_parts(what, items, lambda part: self.space.encode(**dict[str, Any]({modality: part})))
        if modality in ("images", "audio"):
            self._kept[what] = vectors
        return vectors

    def encode_meshes(self, what: str, meshes: Sequence[Geometry]) -> Vectors:
        """(n, d) unit vectors of meshes, y up, sampled as the space asks; the seed is the mesh's place."""
        rule, encoder = self.space.identity.shape, self.space.encoder(Modality.SHAPE)
        numbered = list(enumerate(meshes))
        return _in_parts(
            what, numbered, lambda part: encoder.encode([sample(mesh, rule, "y", seed) for seed, mesh in part])
        )


def _in_parts(what: str, items: Sequence[Any], encode: Callable[[Sequence[Any]], Vectors]) -> Vectors:
    started, parts = time.perf_counter(), []
    for start in range(0, len(items), _AT_ONCE):
        parts.append(encode(items[start : start + _AT_ONCE]))
        done = min(start + _AT_ONCE, len(items))
        if done == len(items) or done % (16 * _AT_ONCE) == 0:
            say(f"{what} {done}/{len(items)}, {done / (time.perf_counter() - started):.0f} a second")
    return np.concatenate(parts)
