"""`Item`: one thing that an index holds, as it is listed without a search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from retriever.types import Modality


@dataclass(frozen=True)
class Item:
    """One item; its attributes are those of a `Hit` that no question changes.

    Attributes:
        id: stable over re-indexing.
        path: relative to the corpus root it was indexed from, "/" between parts.
        root: absolute path of that root.
        metadata: the other columns that were read.
    """

    id: str
    path: str
    root: str
    modality: Modality
    label: str | None
    metadata: dict[str, object]

    @property
    def file(self) -> Path:
        """Where the file lies now, if the corpus was not moved; in a zip archive the path goes on through that."""
        return Path(self.root) / self.path
