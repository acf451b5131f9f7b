"""The other files that an item was read from: materials, buffers, textures, whatever their names.

Its row remembers their names and a hash of their sizes and times, as the loader met them, behind the stamp in the
column ``fingerprint``: ``STAMP|HASH|["palette.mtl", "../images/wood.png"]``. A later run only looks at their states: no
mesh is read to find them. Rows of items that are one file have no such part, nor have those of former versions.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import numpy as np

from retriever.archives import state
from retriever.store import Snapshot
from retriever.types import Part


def remembered(parts: Iterable[Part]) -> str:
    """What a row says of them; empty where there are none."""
    listed = sorted((part.name, part.state) for part in parts)
    if not listed:
        return ""
    digest = blake2b(json.dumps(listed).encode(), digest_size=8).hexdigest()
    return f"|{digest}|{json.dumps([name for name, _ in listed])}"


def split(fingerprint: str) -> tuple[str, str]:
    """The stamp in a row's fingerprint, and what it says of other files."""
    stamp, bar, rest = fingerprint.partition("|")
    return stamp, bar + rest


def named_below(snapshot: Snapshot, root: Path) -> frozenset[str]:
    """Paths below the corpus at `root` of the other files that its live rows were read from."""
    import pyarrow.compute as pc

    names = [name for name, at in snapshot.roots.items() if at == str(root)]
    column = snapshot.column("fingerprint")
    rows = np.flatnonzero(pc.match_substring(column, "|").to_numpy() & snapshot.live)
    found = set()
    for row in snapshot.take(rows, ["root", "path", "fingerprint"]).to_pylist():
        if row["root"] in names:
            folder = posixpath.dirname(row["path"])
            found |= {posixpath.normpath(posixpath.join(folder, name)) for name in _names(split(row["fingerprint"])[1])}
    return frozenset(found)


def _names(parts: str) -> list[str]:
    """The files that `remembered` names."""
    names: list[str] = json.loads(parts.split("|", 2)[2])
    return names


class States:
    """The states of files now, each looked at once: many meshes may share a material."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int] | None] = {}

    def again(self, file: Path, then: str) -> str:
        """What `remembered` says now of the files that it named `then`, for an item that lies at `file`."""
        if not then:
            return ""
        folder, names = file.parent, _names(then)
        return remembered(Part(name, self._state(f"{folder}/{name}")) for name in names)

    def _state(self, path: str) -> tuple[int, int] | None:
        if path not in self._known:
            self._known[path] = state(path)
        return self._known[path]
