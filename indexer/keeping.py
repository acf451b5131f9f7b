"""Which versions an index keeps beside the current one, and removing the files that none of them needs."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from retriever.errors import IndexCorrupt
from retriever.files import sync_folder, whole_file
from retriever.store import layout, versions
from retriever.store.manifest import Manifest

log = logging.getLogger(__name__)


def keep_versions(folder: Path, current: Manifest, keep: int = versions.KEEP) -> None:
    """Keeps the current version and `keep` - 1 before it, and forgets the others."""
    _keep(folder, current)
    forget_versions(folder, keep)


def forget_versions(folder: Path, keep: int) -> None:
    """Forgets all kept versions but the `keep` newest; their files stay until `sweep`."""
    there = versions.numbers(folder)
    _drop(folder, sorted(set(there) - set(versions.newest(there, keep))))


def keep_found(folder: Path, found: Manifest) -> None:
    """Keeps the version that a writer found, in case that a crash came in between; forgets what is newer.

    An index that was restored from a copy may have manifests of a future that is no longer to come.
    """
    _drop(folder, [number for number in versions.numbers(folder) if number > found.version])
    if found.version:
        _keep(folder, found)


def sweep(folder: Path, *needed: Manifest) -> None:
    """Removes the segments, tombstones and ann folders that neither a kept version nor one of `needed` lists."""
    try:
        manifests = [*needed, *versions.manifests(folder)]
    except IndexCorrupt as error:  # what it lists cannot be told, so that nothing is removed
        log.warning(f"{error} Until then, no file of the index is removed.")
        return
    listed: dict[str, set[str | None]] = {
        layout.SEGMENTS: {entry.name for manifest in manifests for entry in manifest.segments},
        layout.DELETED: {manifest.deleted for manifest in manifests},
        layout.ANN: {manifest.ann for manifest in manifests},
    }
    for kind, names in listed.items():
        for path in _entries(folder / kind):
            if path.name not in names:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _keep(folder: Path, manifest: Manifest) -> None:
    """Keeps a copy of a manifest that was committed, if there is none."""
    path = versions.file(folder, manifest.version)
    if path.exists():
        return
    path.parent.mkdir(exist_ok=True)
    with whole_file(path) as file:
        file.write(manifest.to_json().encode())
    sync_folder(folder)


def _drop(folder: Path, numbers: Iterable[int]) -> None:
    """Forgets kept manifests, for good when this returns: only then may the files go that they list."""
    dropped = [versions.file(folder, number) for number in numbers]
    for path in dropped:
        path.unlink(missing_ok=True)
    if dropped:
        sync_folder(folder / layout.VERSIONS)
