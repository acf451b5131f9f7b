"""Which archives a run looks into: those that are named, and those that the index has items or failures of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from retriever import archives
from retriever.files import exists
from retriever.store import Snapshot, read_failures

_THROUGH = f"({'|'.join(map(re.escape, archives.SUFFIXES))})/"
_STACK = re.compile(f"({'|'.join(map(re.escape, (archives.NPY, *archives.HDF5)))})(?=/)", re.IGNORECASE)


@dataclass(frozen=True)
class Packs:
    """All of them, whatever corpus they lie in.

    Attributes:
        named: absolute paths of those that the user names.
        known: (absolute path of the root, path below it) of those that the index knows.
    """

    named: frozenset[Path] = frozenset()
    known: frozenset[tuple[str, PurePosixPath]] = frozenset()

    @classmethod
    def of(cls, paths: Iterable[Path], before: Snapshot | None) -> Packs:
        """Those among `paths`, and those of the index as it was before the run."""
        packs = [path for path in paths if archives.is_archive(path)]
        named = frozenset(place for path in packs for place in _places(path))
        return cls(named, frozenset(_known(before)) if before is not None else frozenset())

    def below(self, root: Path) -> frozenset[PurePosixPath]:
        """Those that are there below a corpus root, relative to it; also where it has moved there."""
        places = {*self.named, *(Path(at, pack) for at, pack in self.known)}
        places |= {root / pack for at, pack in self.known if not exists(at)}
        packs = [place for place in places if archives.is_archive(place)]
        held = [(place, at) for place in packs for at in {root, root.resolve()} if place.is_relative_to(at)]
        return frozenset(PurePosixPath(place.relative_to(at).as_posix()) for place, at in held)


def as_stored(path: str) -> tuple[str, str]:
    """Sorts the clouds of a stack by their numbers, whatever folders of classes they are in, and all else by paths."""
    found = _STACK.search(path)
    return (path[: found.end()], path.rpartition("/")[2]) if found else (path, "")


def _places(path: Path) -> tuple[Path, ...]:
    """Where a named file lies: really, as it was written, and, of a link, really but for its own name."""
    return path.resolve(), path.absolute(), path.parent.resolve() / path.name


def _known(before: Snapshot) -> Iterator[tuple[str, PurePosixPath]]:
    """Of each path in the index all that may be an archive: the disk knows."""
    import pyarrow.compute as pc

    packed = pc.match_substring_regex(before.column("path"), _THROUGH, ignore_case=True).to_numpy()
    rows = before.take(np.flatnonzero(packed & before.live), ["root", "path"]).to_pylist()
    places = {(row["root"], PurePosixPath(row["path"]).parent) for row in rows}
    failed = {(failure.root, PurePosixPath(failure.path)) for failure in read_failures(before.folder)}
    places |= {(root, path.parent) for root, path in failed}
    places |= {(root, path) for root, path in failed if path.suffix.lower() != archives.NPY}  # that was met, not named
    for root, path in places:
        for place in (path, *path.parents):
            if place.suffix.lower() in archives.SUFFIXES:
                yield before.roots.get(root, root), place
