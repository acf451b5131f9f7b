"""``manifest.json``: the one file that says what an index holds at this moment."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from retriever.errors import IndexCorrupt, IndexMissing
from retriever.files import json_crc32, read_json
from retriever.spaces.base import SpaceIdentity
from retriever.store import layout
from retriever.types import Modality

FORMAT = 6
"""Version of the folder's layout; a reader refuses newer ones.

2 added `Manifest.ann` and its wishes, 3 checksums, 4 `Manifest.folder`, 5 `Manifest.folder_labels`, 6
`Manifest.objects`. The last two are written where they are not as usual alone: of all others the manifest is one of
format 4, and older versions read it.
"""

_USUAL, _OF_LABELS = 4, 5

_CRC = "crc"
"""CRC-32 of the rest of the file. `retriever check` compares it, and nobody else: it may be mended by hand."""


@dataclass(frozen=True)
class SegmentEntry:
    """One segment as the manifest lists it.

    Attributes:
        name: of its folder below ``segments``.
        rows: deleted ones included.
        modalities: modality -> rows, deleted ones included.
        files: name -> CRC-32 of each of its files; empty where an older version wrote it.
    """

    name: str
    rows: int
    modalities: dict[str, int]
    files: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """One version of an index.

    Attributes:
        space: what made the vectors.
        version: counts the manifests published; a commit may take more than one.
        roots: short name of a corpus root -> its absolute path, when this was written; see `Snapshot.roots`.
        folder: absolute path of the index itself at that time; empty where an older version wrote it.
        segments: in the order of their rows.
        deleted: file of tombstones below ``deleted``, or None.
        deleted_crc: CRC-32 of that file; None where an older version wrote it.
        ann: folder below ``ann`` with what an approximate search needs, or None.
        recall: share of the true nearest that an approximate search was last wished to find; None: never said.
        memory: bytes that it was last wished to take at most; None: never said.
        folder_labels: whether the folders of a corpus may be classes, see `indexer.corpora`.
        objects: whether the objects of a scene are items as well, see `indexer.objects`.
        next_segment: number of the next segment; a journal with a lower number is in a segment already.
        created: UTC, ISO 8601.
        updated: UTC, ISO 8601.
    """

    space: SpaceIdentity
    version: int = 0
    roots: dict[str, str] = field(default_factory=dict)
    folder: str = ""
    segments: tuple[SegmentEntry, ...] = ()
    deleted: str | None = None
    deleted_crc: int | None = None
    ann: str | None = None
    recall: float | None = None
    memory: int | None = None
    folder_labels: bool = True
    objects: bool = False
    next_segment: int = 1
    created: str = ""
    updated: str = ""

    @property
    def rows(self) -> int:
        """Rows of all segments, deleted ones included."""
        return sum(segment.rows for segment in self.segments)

    def to_json(self) -> str:
        """The file's text.

        Raises:
            ValueError: it could not be read again, and neither could the index.
        """
        _check(self)
        form = FORMAT if self.objects else _USUAL if self.folder_labels else _OF_LABELS
        data = {"format": form, **asdict(self)}
        if self.folder_labels:
            del data["folder_labels"]
        if not self.objects:
            del data["objects"]
        return json.dumps({_CRC: json_crc32(data), **data}, indent=1, ensure_ascii=False) + "\n"

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
            data = read_json(path)
            _check_format(path, data)
            return cls._from_json(data)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise IndexMissing(
                f"The folder {path.parent} holds no index: "
                f"name another, or make one with `retriever index FOLDER --index {shlex.quote(str(path.parent))}`."
            ) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexCorrupt(
                f"The index manifest {path} cannot be read ({error}): "
                "restore it, or index the corpus into a new folder."
            ) from error

    @classmethod
    def _from_json(cls, data: dict[str, Any]) -> Manifest:
        data.pop(_CRC, None)
        segments = tuple(SegmentEntry(**entry) for entry in data.pop("segments"))
        found = cls(space=SpaceIdentity.from_json(data.pop("space")), segments=segments, **data)
        _check(found)
        return found


def is_as_written(path: Path) -> bool:
    """Whether a manifest that can be read is what was written; also where an older version wrote no checksum.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is damaged.
    """
    data = read_json(path)
    crc = data.pop(_CRC, None)
    return crc is None or crc == json_crc32(data)


def _check(manifest: Manifest) -> None:
    """Raises ValueError or TypeError for what no writer writes."""
    for entry in manifest.segments:
        _check_entry(entry, manifest.next_segment)
    _check_rest(manifest)


def _check_entry(entry: SegmentEntry, next_segment: int) -> None:
    """Likewise: its number would be given again, and its files lost."""
    if not re.fullmatch(r"\d+", entry.name) or int(entry.name) >= next_segment:
        raise ValueError(f"there cannot be a segment {entry.name!r}, as {next_segment!r} is the next")
    if not all(isinstance(name, str) and type(crc) is int for name, crc in entry.files.items()):
        raise ValueError(f"segment {entry.name} has the checksums {entry.files!r}")
    if not {*entry.modalities} <= {*Modality} or sum(map(_count, entry.modalities.values())) != _count(entry.rows):
        raise ValueError(f"segment {entry.name} has {entry.rows!r} rows, of which {entry.modalities!r}")


def _check_rest(found: Manifest) -> None:
    """Likewise."""
    for number in (found.version, found.next_segment, found.space.dim, found.memory or 0):
        _count(number)
    texts = [found.folder, found.created, found.updated, *found.roots.values()]
    if (
        {type(found.folder_labels), type(found.objects)} != {bool}
        or not all(isinstance(text, str) for text in texts)
        or not isinstance(found.recall, int | float | None)
    ):
        raise ValueError("a value is of the wrong type")
    for name, pattern in ((found.deleted, r"\d+\.npy"), (found.ann, r"\d+")):
        if name is not None and not re.fullmatch(pattern, name):
            raise ValueError(f"there is no file {name!r}")


def _count(number: int) -> int:
    """The number, if it is a whole one from 0 to what 64 bits hold."""
    if type(number) is not int or not 0 <= number < 2**63:
        raise ValueError(f"{number!r} is no number of rows")
    return number


def _check_format(path: Path, data: dict[str, Any]) -> None:
    found = data.pop("format")
    if found > FORMAT:
        raise IndexCorrupt(
            f"The index manifest {path} was made by a newer version of retriever "
            f"(format {found}, known here: {FORMAT}): upgrade with `pip install -U any3d-retriever`."
        )
