"""The other files that an item was read from: materials, buffers, textures, whatever their names.

Its row remembers their names and a hash of their sizes and times, as the loader met them, behind the stamp in the
column ``fingerprint``: ``STAMP|HASH|["palette.mtl", "../images/wood.png"]``. A later run only looks at their states: no
mesh is read to find them. Rows of items that are one file have no such part, nor have those of former versions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from retriever.archives import state
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


class States:
    """The states of files now, each looked at once: many meshes may share a material."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int] | None] = {}

    def again(self, file: Path, then: str) -> str:
        """What `remembered` says now of the files that it named `then`, for an item that lies at `file`."""
        if not then:
            return ""
        folder, names = file.parent, json.loads(then.split("|", 2)[2])
        return remembered(Part(name, self._state(f"{folder}/{name}")) for name in names)

    def _state(self, path: str) -> tuple[int, int] | None:
        if path not in self._known:
            self._known[path] = state(path)
        return self._known[path]
