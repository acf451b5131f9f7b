"""Why files of the corpora are not in an index: failures as it lists them, the rest by the rules of a scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import numpy as np

from indexer.naming import Naming
from indexer.packs import Packs
from indexer.progress import Progress
from indexer.roots import upwards
from indexer.scan import scan
from indexer.skipped import why
from retriever import archives, spaces
from retriever.errors import SpaceError, UsageError
from retriever.files import exists
from retriever.store import Snapshot, read_failures
from retriever.store.places import on_disk, roots_on_disk

NEW = "not indexed yet: `retriever index` takes it in, unless --exclude leaves it out; or it was removed from the index"
"""Of a file that the rules let in: neither ``--exclude`` nor ``retriever remove`` leaves a trace in the index."""


@dataclass(frozen=True)
class LeftOut:
    """One file or folder that is no item.

    Attributes:
        path: whole.
        why: in words.
    """

    path: str
    why: str


@dataclass(frozen=True)
class Found:
    """What matches a pattern.

    Attributes:
        left_out: by root and path.
        items: how many files of the index match as well.
        unseen: corpus roots that are not there now, of which no more than the failures is known.
    """

    left_out: list[LeftOut]
    items: int
    unseen: list[str]


class _Pattern:
    """What is asked about: files and folders of a name, or of a path below a root or on disk; as ``--exclude``.

    Args:
        text: as given.
    """

    def __init__(self, text: str) -> None:
        self._name = text if "/" not in text else ""
        self._below = PurePosixPath(text.strip("/")).parts
        self._places = on_disk(text)

    def below(self, places: tuple[PurePosixPath, ...]) -> Callable[[str], bool]:
        """Whether a path below the root in these `places` is meant, or that of a folder which would hold what is."""
        on_disk = (here.relative_to(at).parts for here in self._places for at in places if here.is_relative_to(at))
        patterns = {self._below, *on_disk}

        def fits(path: str) -> bool:
            if self._name and any(fnmatchcase(part, self._name) for part in path.split("/")):
                return True
            return any(
                any(fnmatchcase(place, "/".join(parts)) for place in upwards(path))
                or _holds(Path(places[0]), PurePosixPath(path), parts)
                for parts in patterns
            )

        return fits

    def is_elsewhere(self, roots: Iterable[tuple[PurePosixPath, ...]]) -> bool:
        """Whether it is something on disk that lies in none of the roots, each given by its places."""
        every = [at for places in roots for at in places]
        inside = any(here.is_relative_to(at) for here in self._places for at in every)
        return not inside and any(map(exists, self._places))


def _holds(root: Path, path: PurePosixPath, parts: tuple[str, ...]) -> bool:
    """Whether a path is that of a folder or an archive on the way to `parts`."""
    depth = len(path.parts)
    if depth >= len(parts) or not fnmatchcase(str(path), "/".join(parts[:depth])):
        return False
    return (root / path).is_dir() or archives.is_archive(root / path)


def left_out(snapshot: Snapshot, pattern: str, progress: Progress) -> Found:
    """What below the corpus roots matches `pattern` and is no item, each with the reason.

    Args:
        snapshot: of the index.
        pattern: a name, or a path below a root or on disk; ``*`` stands for anything, also for several parts of a path.
        progress: told of the files found.

    Raises:
        UsageError: it is a file or folder that lies in no corpus of the index.
    """
    asked, places = _Pattern(pattern), roots_on_disk(snapshot)
    packs, kinds, failures = Packs.of((), snapshot), _kinds(snapshot), read_failures(snapshot.folder)
    out, items, unseen = list[LeftOut](), 0, list[str]()
    for name, root in snapshot.roots.items():
        fits, known = asked.below(places[name]), _indexed(snapshot, name)
        items += sum(map(fits, known))
        found = {one.path: f"failed: {one.message}" for one in failures if one.root == name and fits(one.path)}
        if exists(root):
            scanned = _scanned(snapshot, Path(root), packs, kinds, known, progress)
            found = {path: reason for path, reason in scanned if fits(path)} | found
        else:
            unseen.append(root)
        out += [LeftOut(f"{root}/{path}", found[path]) for path in sorted(found)]
    if not out and not items and asked.is_elsewhere(places.values()):
        raise UsageError(
            f"{pattern} lies in no folder that this index is of ({', '.join(snapshot.roots.values())}): index it with "
            "`retriever index`, or name what lies below one of these."
        )
    return Found(out, items, unseen)


def _scanned(
    snapshot: Snapshot,
    root: Path,
    packs: Packs,
    kinds: frozenset[str] | None,
    known: frozenset[str],
    progress: Progress,
) -> Iterator[tuple[str, str]]:
    """(path below the root, reason) of all that a run would not take in, or has not yet."""
    skipped: list[tuple[str, str]] = []
    found = scan(
        root,
        progress=lambda count: progress("scan", count, None),
        packs=packs.below(root),
        told=lambda path, reason, of: skipped.append((path, why(reason, of))),
        names=Naming(snapshot.folder).named,
    )
    yield from skipped
    yield from ((path, f"failed: {message}") for path, message in found.problems)
    own = snapshot.folder.resolve()
    for file in found.files:
        if file.path in known or (root / file.path).resolve().is_relative_to(own):
            continue
        unread = kinds is not None and file.modality not in kinds
        space = snapshot.identity.name
        yield file.path, f"the space {space} has no encoder for this kind: {file.modality}" if unread else NEW


def _kinds(snapshot: Snapshot) -> frozenset[str] | None:
    """What the space encodes; None where it is not there, and nothing is known."""
    try:
        return frozenset(spaces.get(snapshot.identity.name).modalities)
    except SpaceError:
        return None


def _indexed(snapshot: Snapshot, root: str) -> frozenset[str]:
    """Paths of the live items of a root."""
    rows = snapshot.take(np.flatnonzero(snapshot.live), ["root", "path"])
    roots, paths = (rows.column(name).to_pylist() for name in ("root", "path"))
    return frozenset(path for path, of in zip(paths, roots, strict=True) if of == root)
