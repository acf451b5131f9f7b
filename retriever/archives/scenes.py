"""Scenes as folders of their objects: ``kit.glb/Chair.ply`` is what is called Chair in ``kit.glb``.

A scene is a file of its own as well: it is looked into only where a path runs through it.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import IO

from retriever.archives.entries import Entry, State

SUFFIXES = (
    *(".3mf", ".blend", ".dae", ".fbx", ".glb", ".gltf", ".iges", ".igs", ".obj", ".step", ".stp"),
    *(".usd", ".usda", ".usdc", ".usdz", ".vrm"),
)
"""Of files that may hold several objects, in lower case."""
_KEPT = 256 << 20  # bytes of a scene's objects; of larger ones all is read whenever one is asked for


class Scene:
    """One as a folder, as `entries.Archive`.

    Raises:
        FileProblem: it cannot be read as a 3D file.
    """

    refused = 0

    def __init__(self, path: Path) -> None:
        self._path, self._changed = path, path.stat().st_mtime_ns
        files = self._objects()
        self._sizes = {name: len(data) for name, data in files.items()}
        self._files = files if sum(self._sizes.values()) <= _KEPT else {}

    def folder(self, place: str) -> list[Entry]:
        """The objects."""
        if place:
            raise _missing(place)
        return [Entry(name, self.state(name)) for name in self._sizes]

    def state(self, name: str) -> State:
        """Bytes of an object's file, and when the scene was changed."""
        if name not in self._sizes:
            raise _missing(name)
        return self._sizes[name], self._changed

    def read(self, name: str, most: int | None = None) -> bytes:
        """An object as a PLY file."""
        self.state(name)
        return (self._files or self._objects())[name][:most]

    def copy(self, name: str, file: IO[bytes]) -> None:
        """The same into a file."""
        file.write(self.read(name))

    def _objects(self) -> dict[str, bytes]:
        from retriever.loaders import objects_of

        return objects_of(self._path)


def _missing(name: str) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
