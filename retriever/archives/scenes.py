"""Scenes as folders of their objects: ``kit.glb/Chair.ply`` is what is called Chair in ``kit.glb``.

A scene is a file of its own as well: it is looked into only where a path runs through it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import IO

from retriever.archives.entries import Entry, State

SUFFIXES = (
    *(".3mf", ".blend", ".dae", ".fbx", ".glb", ".gltf", ".iges", ".igs", ".obj", ".step", ".stp"),
    *(".usd", ".usda", ".usdc", ".usdz", ".vrm"),
)
"""Of files that may hold several objects, in lower case."""
_KEPT = 64 << 20  # bytes of a scene's objects that are kept in memory; more go into a file without a name


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
        self._kept = files if sum(self._sizes.values()) <= _KEPT else _on_disk(files)

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
        if (data := (self._kept or self._objects()).get(name)) is None:
            raise _missing(name)
        return data[:most]

    def copy(self, name: str, file: IO[bytes]) -> None:
        """The same into a file."""
        file.write(self.read(name))

    def _objects(self) -> dict[str, bytes]:
        from retriever.loaders import objects_of

        return objects_of(self._path)


class _OnDisk(Mapping[str, bytes]):
    """Files in one that has no name, and is gone with this."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        from tempfile import TemporaryFile

        self._file, self._reading = TemporaryFile(), Lock()  # noqa: SIM115 - as long as this is
        self._places: dict[str, tuple[int, int]] = {}
        for name, data in files.items():
            self._places[name] = self._file.tell(), len(data)
            self._file.write(data)
        self._file.flush()

    def __getitem__(self, name: str) -> bytes:
        start, size = self._places[name]
        with self._reading:
            self._file.seek(start)
            return self._file.read(size)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _on_disk(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Nothing where there is no room: all of the scene is read then whenever an object is asked for."""
    try:
        return _OnDisk(files)
    except OSError:
        return {}


def _missing(name: str) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
