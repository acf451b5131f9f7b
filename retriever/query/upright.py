"""Which axis of a file that is asked with points up: that of the index's own files of its format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np

from retriever import archives
from retriever.store.catalog import rows_where
from retriever.store.objects import objects
from retriever.store.snapshot import Snapshot

_KNOWN: WeakKeyDictionary[Snapshot, dict[tuple[str, ...], str | None]] = WeakKeyDictionary()
"""What was found out of a snapshot, by a suffix and the roots that a file lies in: it may take a look at all paths."""


def usual_up(snapshot: Snapshot, path: Path) -> str | None:
    """The axis that most files of the index with the suffix of `path` were read with, those of its corpus first.

    None where the format says itself which axis is up, or the index has no such files, or none on an unusual axis.
    """
    from retriever import loaders

    suffix = (archives.scene_of(path) or path).suffix.lower()  # an object stands as its scene does
    usual = loaders.usual_up(suffix)
    if usual is None:
        return None
    at = path.absolute()
    roots = [name for name, root in snapshot.roots.items() if at.is_relative_to(root)]
    known = _KNOWN.setdefault(snapshot, {})
    if (suffix, *roots) not in known:
        known[suffix, *roots] = _most(snapshot, suffix, roots, usual)
    return known[suffix, *roots]


def _most(snapshot: Snapshot, suffix: str, roots: Sequence[str], usual: str) -> str | None:
    other = "z" if usual == "y" else "y"
    turned = rows_where(snapshot, f"up = '{other}'") & snapshot.live
    if not turned.any():  # as in most indexes: no path need be read
        return None
    like = f"up IN ('y', 'z') AND lower(path) LIKE '%{suffix}'"
    files = snapshot.live.copy()
    files[objects(snapshot)] = False
    named = [name.replace("'", "''") for name in roots]
    for where in [*(f"{like} AND root = '{name}'" for name in named), like]:
        alike = rows_where(snapshot, where) & files
        if alike.any():
            return other if 2 * np.count_nonzero(turned & alike) > np.count_nonzero(alike) else usual
    return None
