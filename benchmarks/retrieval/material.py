"""The data folder and what a space makes of it: each thing read once, each vector computed once.

A data folder holds any of ``shapes69`` (ready clouds of classes), ``shapes_named`` (packed meshes with free names),
``renders``, ``photos/caltech101``, ``audio/esc10``, ``audio/esc50`` and ``class_map.json``; a folder with a
``points.npy`` of its own counts as ready clouds.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from benchmarks.retrieval.encoding import Encoding
from indexer.align.captions import clean
from indexer.align.shapes.sources import LabelledClouds, labelled_clouds
from retriever import spaces
from retriever.types import Vectors


class Goes(NamedTuple):
    """The classes of photos and of sounds that go with a class of shapes."""

    photos: tuple[str, ...]
    sounds: tuple[str, ...]


class Material(Encoding):
    """What there is to measure a space on.

    Args:
        folder: laid out as above.
        space: the space to judge.
    """

    def __init__(self, folder: Path, space: spaces.Space) -> None:
        super().__init__(space)
        self.folder = folder

    def towered(self, space: spaces.Space) -> Material:
        """The same data for a space that differs in its 3D tower only: pictures and sounds keep their vectors."""
        other = Material(self.folder, space)
        other._kept = self._kept
        return other

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
