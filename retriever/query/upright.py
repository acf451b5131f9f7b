"""Which axis of a file that is asked with points up: that of the index's own files of its format."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retriever.store.catalog import rows_where
from retriever.store.snapshot import Snapshot


def usual_up(snapshot: Snapshot, path: Path) -> str | None:
    """The axis that most files of the index with the suffix of `path` were read with, those of its corpus first.

    None where the format says itself which axis is up, or the index has no such files.
    """
    from retriever import loaders

    suffix = path.suffix.lower()
    if loaders.usual_up(suffix) is None:
        return None
    like = f"up IN ('y', 'z') AND lower(path) LIKE '%{suffix}'"
    at = path.absolute()
    roots = [name.replace("'", "''") for name, root in snapshot.roots.items() if at.is_relative_to(root)]
    for where in [f"{like} AND root = '{name}'" for name in roots] + [like]:
        alike = rows_where(snapshot, where) & snapshot.live
        if alike.any():
            turned = alike & rows_where(snapshot, "up = 'z'")
            return "z" if 2 * np.count_nonzero(turned) > np.count_nonzero(alike) else "y"
    return None
