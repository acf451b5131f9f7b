"""Removing the files of an index that no manifest needs any more."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from retriever.store import layout
from retriever.store.manifest import Manifest


def sweep(folder: Path, manifests: Collection[Manifest]) -> None:
    """Removes the segments, tombstones and ann folders of the index in `folder` that none of `manifests` lists."""
    needed: dict[str, set[str | None]] = {
        layout.SEGMENTS: {entry.name for manifest in manifests for entry in manifest.segments},
        layout.DELETED: {manifest.deleted for manifest in manifests},
        layout.ANN: {manifest.ann for manifest in manifests},
    }
    for kind, names in needed.items():
        for path in _entries(folder / kind):
            if path.name not in names:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
