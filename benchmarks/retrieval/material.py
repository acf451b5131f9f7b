"""The data folder and what a space makes of it: each thing read once, each vector computed once.

A data folder holds any of ``shapes69`` (ready clouds of classes), ``shapes_named`` (packed meshes with free names),
``renders``, ``photos/caltech101``, ``audio/esc10``, ``audio/esc50`` and ``class_map.json``; a folder with a
``points.npy`` of its own counts as ready clouds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from indexer.align.captions import clean, label_vectors
from indexer.align.shapes.sources import LabelledClouds, labelled_clouds
from retriever import spaces
from retriever.loaders.sampling import sample
from retriever.types import Geometry, Modality, Vectors

_AT_ONCE = 64


def say(line: str) -> None:
    """Progress, to stderr."""
    print(line, file=sys.stderr, flush=True)


class Goes(NamedTuple):
    """The classes of photos and of sounds that go with a class of shapes."""

    photos: tuple[str, ...]
    sounds: tuple[str, ...]


class Material:
    """What there is to measure a space on.

    Args:
        folder: laid out as above.
        space: the space to judge.
    """

    def __init__(self, folder: Path, space: spaces.Space) -> None:
        self.folder, self.space = folder, space
        self._kept: dict[str, Vectors] = {}

    def towered(self, space: spaces.Space) -> Material:
        """The same data for a space that differs in its 3D tower only: pictures and sounds keep their vectors."""
        other = Material(self.folder, space)
        other._kept = self._kept
        return other

    def reads(self, *modalities: Modality) -> bool:
        """Whether the space has all these encoders."""
        return self.space.modalities >= set(modalities)

    @property
    def clouds_folder(self) -> Path | None:
        """Where the ready clouds are, if there are any."""
        folders = (self.folder, self.folder / "shapes69")
        return next((folder for folder in folders if (folder / "points.npy").is_file()), None)

    @cached_property
    def clouds(self) -> LabelledClouds:
        """The ready clouds of `clouds_folder`."""
        assert self.clouds_folder
        return labelled_clouds(self.clouds_folder)

    @cached_property
    def cloud_vectors(self) -> Vectors:
        """(n, d) unit vectors of `clouds`."""
        return self.encode("clouds", shapes=list(self.clouds.points))

    @cached_property
    def class_map(self) -> dict[str, Goes]:
        """Class of `clouds`, as its name in words -> what goes with it; nothing where clouds or map are missing."""
        path = self.folder / "class_map.json"
        if self.clouds_folder is None or not path.is_file():
            return {}
        pairs = json.loads(path.read_text(encoding="utf-8"))
        return {clean(name): Goes(tuple(photos), tuple(sounds)) for name, (photos, _, sounds) in pairs.items()}

    def labels(self, names: Sequence[str]) -> Vectors:
        """(n, d) unit vectors of class names, each the mean over the prompt templates."""
        return label_vectors(names, self.space.encoder(Modality.TEXT))

    def encode(self, what: str, **sources: Sequence[Any]) -> Vectors:
        """As `Space.encode` of one modality, with progress; pictures and sounds called `what` are encoded once."""
        ((modality, items),) = sources.items()
        if what in self._kept:
            return self._kept[what]
        vectors = _in_parts(what, items, lambda part: self.space.encode(**{modality: part}))
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
