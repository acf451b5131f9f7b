"""What may be looked at: an item of the index or an upload, by its key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from retriever import archives
from retriever.errors import UnknownItem
from retriever.serve.uploads import Uploads
from retriever.sheet.look import lying
from retriever.store.ids import id_keys
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

_COLUMNS = ("root", "path", "modality", "up", "preview")


@dataclass(frozen=True)
class Thing:
    """A file that the server may read.

    Attributes:
        path: where it lies.
        modality: what it is.
        up: the axis of a 3D file that points up; "auto" goes by the format.
        preview: a picture of it by its author.
    """

    path: Path
    modality: Modality
    up: str = "auto"
    preview: Path | None = None

    def is_there(self) -> bool:
        """Whether there is such a file; of an object its scene, which may be large, and is read to show it alone."""
        return archives.is_file(archives.scene_of(self.path) or self.path)

    def stamp(self) -> str:
        """Changes when the file does, or its preview; that of a file that is gone differs from all others."""
        return repr([_stamp(path) for path in (self.path, self.preview) if path is not None] + [self.up])


def thing(key: str, snapshot: Snapshot, uploads: Uploads) -> Thing:
    """The item with that id, or the upload with that key.

    Raises:
        UnknownItem: there is neither.
    """
    if upload := uploads.of_key(key):
        return Thing(upload.path, upload.modality)
    rows = snapshot.locate([key]) if id_keys([key]) is not None else np.array([-1])
    if rows[0] < 0:
        raise UnknownItem(f"The index has no item {key!r}, and there is no such upload: search again.")
    known = [name for name in _COLUMNS if name in snapshot.columns()]
    row: dict[str, Any] = snapshot.take(rows, known).to_pylist()[0]
    root, modality = Path(snapshot.root_path(row["root"])), Modality(row["modality"])
    if (path := lying(root, row["path"], modality)) is None:
        raise UnknownItem(f"The item {key!r} is no file of its corpus that is of kind {modality}: index it again.")
    up = row.get("up")
    return Thing(
        path,
        modality,
        up if up in ("x", "y", "z") else "auto",
        lying(root, row.get("preview"), Modality.IMAGE),
    )


def _stamp(path: Path) -> tuple[str, int, int]:
    return str(path), *(archives.state(archives.scene_of(path) or path) or (-1, -1))
