"""Where the corpora of an index lie: as its manifest says, or where an index that moved with them sees their files."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever import archives
from retriever.files import exists
from retriever.types import is_utf8

if TYPE_CHECKING:
    from retriever.store.snapshot import Snapshot

_SAMPLE = 64  # items of a root whose files are looked for, at least, where it has so many


def place_of(folder: Path) -> str:
    """Absolute path of an index with its links followed, as a manifest notes it; empty where it is no text."""
    place = folder.resolve().as_posix()
    return place if is_utf8(place) else ""


def located(snapshot: Snapshot) -> dict[str, str]:
    """Short name of each corpus root -> its absolute path now.

    Of an index that lies elsewhere than when its manifest was written, a root is where it would be had it moved along,
    if half of its files are there, or more of them than at its old place. So a copy has its own files, also beside the
    original, and a root that stayed behind is found where it was.
    """
    roots, then, now = snapshot.manifest.roots, snapshot.manifest.folder, place_of(snapshot.folder)
    if not then or not now or then == now:
        return dict(roots)
    return {name: _now(snapshot, name, root, _along(root, then, now)) for name, root in roots.items()}


def share(snapshot: Snapshot, root: str, place: str) -> float:
    """How many of the items of the root of this short name have a file of their path and size below `place`, 0 to 1.

    Objects of scenes do not count. Goes by all of up to 64 others, and by 64 to 127 at even distances of more; 0 where
    there are none.
    """
    if not exists(place):
        return 0.0
    live = snapshot.live if len(snapshot.manifest.roots) == 1 else snapshot.live & _of_root(snapshot, root)
    if snapshot.manifest.objects:
        live = _without_objects(snapshot, live)
    rows = np.flatnonzero(live)
    taken = snapshot.take(rows[:: max(1, len(rows) // _SAMPLE)], ["root", "path", "bytes"]).to_pylist()
    some = [row for row in taken if row["root"] == root]
    return sum(_size(f"{place}/{row['path']}") == row["bytes"] for row in some) / max(1, len(some))


def _without_objects(snapshot: Snapshot, live: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those of some rows that are of files; whole scenes would be read to see whether they hold the others."""
    from retriever.store.objects import objects

    files = live.copy()
    files[objects(snapshot)] = False
    return files


def _of_root(snapshot: Snapshot, root: str) -> NDArray[np.bool_]:
    from retriever.store.schema import positions

    return positions(snapshot.column("root"), [root]) == 0


def _along(root: str, then: str, now: str) -> str:
    """Where `root` is if it moved with an index from `then` to `now`."""
    return posixpath.normpath(posixpath.join(now, posixpath.relpath(root, then)))


def _now(snapshot: Snapshot, name: str, old: str, new: str) -> str:
    if new == old:
        return old
    found = share(snapshot, name, new)
    return new if found >= 0.5 or found > share(snapshot, name, old) else old


def _size(path: str) -> int | None:
    found = archives.state(path)
    return found and found[0]
