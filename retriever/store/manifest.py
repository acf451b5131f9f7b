"""``manifest.json``: the one file that says what an index holds at this moment."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from retriever.errors import IndexCorrupt, IndexMissing
from retriever.spaces.base import SpaceIdentity
from retriever.store import layout

FORMAT = 2
"""Version of the folder's layout; a reader refuses newer ones. 2 added `Manifest.ann` and its wishes."""


@dataclass(frozen=True)
class SegmentEntry:
    """One segment as the manifest lists it.

    Attributes:
        name: of its folder below ``segments``.
        rows: deleted ones included.
        modalities: modality -> rows, deleted ones included.
    """

    name: str
    rows: int
    modalities: dict[str, int]


@dataclass(frozen=True)
class Manifest:
    """One version of an index.

    Attributes:
        space: what made the vectors.
        version: counts the manifests published; a commit may take more than one.
        roots: short name of a corpus root -> its absolute path.
        segments: in the order of their rows.
        deleted: file of tombstones below ``deleted``, or None.
        ann: folder below ``ann`` with what an approximate search needs, or None.
        recall: share of the true nearest that an approximate search was last wished to find; None: never said.
        memory: bytes that it was last wished to take at most; None: never said.
        next_segment: number of the next segment; a journal with a lower number is in a segment already.
        created: UTC, ISO 8601.
        updated: UTC, ISO 8601.
    """

    space: SpaceIdentity
    version: int = 0
    roots: dict[str, str] = field(default_factory=dict)
    segments: tuple[SegmentEntry, ...] = ()
    deleted: str | None = None
    ann: str | None = None
    recall: float | None = None
    memory: int | None = None
    next_segment: int = 1
    created: str = ""
    updated: str = ""

    @property
    def rows(self) -> int:
        """Rows of all segments, deleted ones included."""
        return sum(segment.rows for segment in self.segments)

    def to_json(self) -> str:
        """The file's text."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of the index in `folder`.

        Raises:
            IndexMissing: there is none.
            IndexCorrupt: it cannot be understood.
        """
        return cls.read_file(folder / layout.MANIFEST)

    @classmethod
    def read_file(cls, path: Path) -> Manifest:
        """The manifest in the file `path`, of the folder that it lies in.

        Raises:
            IndexMissing: there is none.
            IndexCorrupt: it cannot be understood.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            _check_format(path, data)
            return cls._from_json(data)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise IndexMissing(
                f"The folder {path.parent} holds no index: "
                f"name another, or make one with `retriever index FOLDER --index {path.parent}`."
            ) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexCorrupt(
                f"The index manifest {path} cannot be read ({error}): "
                "restore it, or index the corpus into a new folder."
            ) from error

    @classmethod
    def _from_json(cls, data: dict[str, Any]) -> Manifest:
        segments = tuple(SegmentEntry(**entry) for entry in data.pop("segments"))
        return cls(space=SpaceIdentity.from_json(data.pop("space")), segments=segments, **data)


def _check_format(path: Path, data: dict[str, Any]) -> None:
    found = data.pop("format")
    if found > FORMAT:
        raise IndexCorrupt(
            f"The index manifest {path} was made by a newer version of retriever "
            f"(format {found}, known here: {FORMAT}): upgrade with `pip install -U any3d-retriever`."
        )
