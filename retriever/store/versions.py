"""``versions/NNNNNN.json``: the manifests of the last commits; what a kept one lists stays on disk."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from retriever.errors import IndexCorrupt, IndexMissing, UsageError
from retriever.files import read_npy
from retriever.store import layout
from retriever.store.manifest import Manifest

KEEP = 10
"""Committed versions that are kept, the newest one included; a compaction keeps only that, or as many as it is told."""


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Version:
    """One version of an index that can be opened.

    Attributes:
        version: its number.
        updated: UTC, ISO 8601.
        rows: live ones.
    """

    version: int
    updated: str
    rows: int


def newest(versions: Iterable[int], keep: int = KEEP) -> list[int]:
    """The versions to keep: the `keep` (at least 0) newest ones, ascending."""
    return sorted(set(versions))[-keep:] if keep > 0 else []


def file(folder: Path, version: int) -> Path:
    """Where the manifest of a version of the index in `folder` is kept."""
    return folder / layout.VERSIONS / f"{version:06d}.json"


def numbers(folder: Path) -> list[int]:
    """Versions that are kept, ascending."""
    return sorted(int(path.stem) for path in (folder / layout.VERSIONS).glob("*.json") if path.stem.isdecimal())


def read(folder: Path, version: int) -> Manifest:
    """The manifest of a version.

    Raises:
        UsageError: it is not kept; names those that are.
        IndexCorrupt: the file is damaged.
        IndexMissing: there is no index.
    """
    if not isinstance(version, int):
        raise UsageError(f"as_of must be the number of a version, not {version!r}.")
    current = Manifest.read(folder)
    if version == current.version:
        return current
    if version < current.version:
        with suppress(FileNotFoundError):
            return _manifest(folder, version)
    there = ", ".join(f"{each.version} ({each.updated})" for each in kept(folder)) or "none, it is empty"
    raise UsageError(f"--as-of {version}: the index {folder} does not keep that version; it has {there}.")


def kept(folder: Path) -> list[Version]:
    """The versions that can be opened, ascending; the last one is the newest, which needs no copy.

    Raises:
        IndexMissing: there is no index.
        IndexCorrupt: a manifest is damaged.
    """
    current = Manifest.read(folder)
    while True:
        try:
            return _kept(folder, current)
        except FileNotFoundError as error:
            # A writer may have replaced these files after the manifest was read: look again.
            newer = Manifest.read(folder)
            if newer.version == current.version:
                raise _unreadable(Path(error.filename), error) from error
            current = newer


def _kept(folder: Path, current: Manifest) -> list[Version]:
    """Those up to `current`; raises FileNotFoundError where a file of that one is gone."""
    found = []
    for number in numbers(folder):
        if number < current.version:  # a later one is from before the index was restored
            with suppress(FileNotFoundError):  # a writer dropped it meanwhile
                try:
                    found.append(_version(folder, _manifest(folder, number)))
                except IndexCorrupt as error:
                    log.warning(str(error))
    return [*found, _version(folder, current)] if current.version else found


def manifests(folder: Path) -> list[Manifest]:
    """The manifests that are kept, for the one that writes.

    Raises:
        IndexCorrupt: one is damaged.
    """
    return [_manifest(folder, number) for number in numbers(folder)]


def _manifest(folder: Path, version: int) -> Manifest:
    path = file(folder, version)
    try:
        return Manifest.read_file(path)
    except IndexMissing as error:
        raise FileNotFoundError(path) from error
    except IndexCorrupt as error:
        raise IndexCorrupt(
            f"The kept manifest {path} is damaged: restore it, or delete it and lose version {version} only."
        ) from error


def _version(folder: Path, manifest: Manifest) -> Version:
    return Version(manifest.version, manifest.updated, manifest.rows - _deleted(folder, manifest))


def _deleted(folder: Path, manifest: Manifest) -> int:
    if manifest.deleted is None:
        return 0
    path = folder / layout.DELETED / manifest.deleted
    try:
        return len(read_npy(path, mmap_mode="r"))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(deleted: Path, error: Exception) -> IndexCorrupt:
    return IndexCorrupt(
        f"The list of deleted rows {deleted} cannot be read ({error}): "
        "restore it, or index the corpus into a new folder."
    )
