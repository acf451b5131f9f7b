"""Which rows a path means: as a hit shows it, below its corpus root, or as the file lies on disk."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from retriever.store.snapshot import Snapshot


class Places:
    """Where the files of all rows lie.

    Args:
        snapshot: of the index; its two columns are read once.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._roots = snapshot.manifest.roots
        self._root, self._path = (snapshot.column(name) for name in ("root", "path"))

    def at(self, target: str) -> NDArray[np.int64]:
        """Live rows of the file `target`: those whose hits show that path, or else the one that lies there on disk."""
        found = self.shown(target)
        if len(found) or (on_disk := _on_disk(target)) is None:
            return found
        out = np.zeros(self._snapshot.rows, np.bool_)
        for name, root in self._roots.items():
            if on_disk.is_relative_to(root):
                out |= self._of_root(name) & self._equal(on_disk.relative_to(root).as_posix())
        return np.flatnonzero(out & self._snapshot.live)

    def shown(self, target: str) -> NDArray[np.int64]:
        """Live rows of the file whose hits show the path `target`; the disk is not looked at."""
        return np.flatnonzero(self._equal(PurePosixPath(target).as_posix()) & self._snapshot.live)

    def at_or_below(self, target: str) -> NDArray[np.bool_]:
        """(rows,) True where a path is `target` or lies in it, as a hit shows it or as it lies on disk."""
        out = self._below(PurePosixPath(target).as_posix())
        on_disk = PurePosixPath(Path(target).resolve().as_posix())
        for name, root in self._roots.items():
            if PurePosixPath(root).is_relative_to(on_disk):
                out |= self._of_root(name)
            elif on_disk.is_relative_to(root):
                out |= self._of_root(name) & self._below(on_disk.relative_to(root).as_posix())
        return out

    def _equal(self, place: str) -> NDArray[np.bool_]:
        import pyarrow.compute as pc

        return _mask(pc.equal(self._path, place))

    def _below(self, place: str) -> NDArray[np.bool_]:
        import pyarrow.compute as pc

        return _mask(pc.or_(pc.equal(self._path, place), pc.starts_with(self._path, f"{place.rstrip('/')}/")))

    def _of_root(self, name: str) -> NDArray[np.bool_]:
        import pyarrow.compute as pc

        return _mask(pc.equal(self._root, name))


def _on_disk(target: str) -> PurePosixPath | None:
    try:
        return PurePosixPath(Path(target).expanduser().resolve().as_posix())
    except (OSError, ValueError, RuntimeError):  # no name of a file: too long, or a NUL in it, or no such user's home
        return None


def _mask(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(column.to_numpy(), np.bool_)
