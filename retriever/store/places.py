"""Which rows a path means: as a hit shows it, below its corpus root, or as the file lies on disk."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.files import exists, expanded
from retriever.store.snapshot import Snapshot
from retriever.types import is_utf8


class Places:
    """Where the files of all rows lie.

    Args:
        snapshot: of the index; its two columns are read once.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._roots = [(name, place) for name, places in roots_on_disk(snapshot).items() for place in places]
        self._root, self._path = (snapshot.column(name) for name in ("root", "path"))

    def at(self, target: str) -> NDArray[np.int64]:
        """Live rows of the file `target`: those whose hits show that path, or else the one that lies there on disk."""
        found = self.shown(target)
        if len(found):
            return found
        out = np.zeros(self._snapshot.rows, np.bool_)
        for place in on_disk(target):
            for name, root in self._roots:
                if place.is_relative_to(root):
                    out |= self._of_root(name) & self._equal(place.relative_to(root).as_posix())
        return np.flatnonzero(out & self._snapshot.live)

    def shown(self, target: str) -> NDArray[np.int64]:
        """Live rows of the file whose hits show the path `target`; the disk is not looked at."""
        return np.flatnonzero(self._equal(PurePosixPath(target).as_posix()) & self._snapshot.live)

    def near(self, target: str, most: int = 3) -> list[str]:
        """Paths of live items that may be meant by `target`, which is none: files named so, or nearly so."""
        import pyarrow.compute as pc

        name, stem = PurePosixPath(target).name, PurePosixPath(target).stem
        if not stem or not is_utf8(name):
            return []
        live = self._path.filter(pa.array(self._snapshot.live))
        end = pc.utf8_lower(pc.replace_substring_regex(live, pattern="^.*/", replacement=""))
        for meant in (pc.equal(end, name.lower()), pc.match_substring(end, stem.lower())):
            if found := live.filter(meant).slice(0, 100).to_pylist():
                return sorted(dict.fromkeys(found), key=len)[:most]
        return []

    def at_or_below(self, target: str, among: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """(rows,) True for live rows whose path is `target` or lies in it.

        What is there on disk is meant as it lies there, whatever hits of other roots show; else paths as hits show
        them count, too.

        Args:
            target: of a file or folder.
            among: (rows,) True for the rows that matter; None for all.

        Raises:
            UsageError: it may mean items of several roots; lists the whole paths.
        """
        places, live = on_disk(target), self._snapshot.live
        lying = self._lying_in(places) & live
        if lying.any() and any(map(exists, places)):
            return lying
        shown = self._below(PurePosixPath(target).as_posix()) & live
        self._check_one(target, shown if among is None else shown & among, lying if among is None else lying & among)
        return lying | shown

    def _check_one(self, target: str, shown: NDArray[np.bool_], lying: NDArray[np.bool_]) -> None:
        """Raise UsageError where rows that show `target` as their path are of several roots, or others lie there."""
        place = PurePosixPath(target)
        roots = self._snapshot.roots
        meant = [str(PurePosixPath(root, place)) for name, root in roots.items() if self._any(name, shown)]
        if meant and (lying & ~shown).any():
            meant.append(str(on_disk(target)[0]))
        if len(meant) > 1:
            raise UsageError(
                f"{target!r} is a path in {len(meant)} places of the index; give one of these: {', '.join(meant)}."
            )

    def _lying_in(self, places: Iterable[PurePosixPath]) -> NDArray[np.bool_]:
        """(rows,) True for what is, or was, at or below one of these places on disk."""
        out = np.zeros(self._snapshot.rows, np.bool_)
        for place in places:
            for name, root in self._roots:
                if root.is_relative_to(place):
                    out |= self._of_root(name)
                elif place.is_relative_to(root):
                    out |= self._of_root(name) & self._below(place.relative_to(root).as_posix())
        return out

    def _any(self, root: str, rows: NDArray[np.bool_]) -> bool:
        return bool((rows & self._of_root(root)).any())

    def _equal(self, place: str) -> NDArray[np.bool_]:
        import pyarrow.compute as pc

        return self._spelt(place, pc.equal)

    def _below(self, place: str) -> NDArray[np.bool_]:
        import pyarrow.compute as pc

        return self._spelt(
            place,
            lambda paths, place: pc.or_(pc.equal(paths, place), pc.starts_with(paths, f"{place.rstrip('/')}/")),
        )

    def _spelt(self, place: str, fits: Callable[[pa.ChunkedArray, str], pa.ChunkedArray]) -> NDArray[np.bool_]:
        """(rows,) True for paths that fit a place; where none does, letters and their accents may be written apart."""
        if not is_utf8(place):  # no path of an index
            return np.zeros(self._snapshot.rows, np.bool_)
        found = _mask(fits(self._path, place))
        if found.any() or place.isascii():
            return found
        return _mask(fits(self._composed, unicodedata.normalize("NFC", place)))

    @cached_property
    def _composed(self) -> pa.ChunkedArray:
        """The paths as most people type them: macOS and some archives write "ü" as "u" and two dots."""
        import pyarrow.compute as pc

        return pc.utf8_normalize(self._path, "NFC")

    def _of_root(self, name: str) -> NDArray[np.bool_]:
        import pyarrow.compute as pc

        return _mask(pc.equal(self._root, name))


def on_disk(target: str) -> tuple[PurePosixPath, ...]:
    """Where a path lies on disk, as it is written and with its links followed; nowhere where it is no path."""
    try:
        path = expanded(target).absolute()
        written, real = Path(os.path.normpath(path)), path.resolve()
        # "link/.." is not the folder that the link lies in.
        places = (written, real) if written == real or written.resolve() == real else (real,)
    except (OSError, ValueError, RuntimeError):  # no name of a file: too long, or a NUL in it; links in a circle
        return ()
    return tuple(dict.fromkeys(PurePosixPath(place.as_posix()) for place in places))


def roots_on_disk(snapshot: Snapshot) -> dict[str, tuple[PurePosixPath, ...]]:
    """Short name of each corpus root -> its place, and the one that a link there leads to now."""
    return {name: on_disk(at) or (PurePosixPath(at),) for name, at in snapshot.roots.items()}


def _mask(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(column.to_numpy(), np.bool_)
