"""What a corpus and its rows in the index differ in: pure functions, no file is read.

A row remembers the stamp of the file it was made from: sizes and times of the file and its sidecars, its row of the
user's metadata, and the ``--up`` that was asked for; and the other files that it was read from, see `indexer.parts`. An
equal stamp means an equal row, as long as these files are as they were.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from indexer.found import SourceFile
from indexer.roots import upwards
from retriever.loaders import usd
from retriever.types import Modality, ShapeInput

KEPT = "kept"
"""In place of the hash of a table's row: columns of an earlier table were carried over. No row of a table is equal."""
_TABLE = re.compile(r"\+\w+")
_GEOMETRY_ELSEWHERE = {".gltf", *usd.SUFFIXES}
_COLOR_ELSEWHERE = {".obj", ".dae", ".fbx", ".blend"}


@dataclass(frozen=True, slots=True)
class Indexed:
    """A live row of the index, as far as planning looks at it.

    Attributes:
        path: below the root that is compared.
        stamp: of the file that it was made from.
        parts: the other files that this was read from, as `indexer.parts.remembered` says it.
        given: names of the columns that a table of the user gave, see `indexer.given`.
    """

    row: int
    path: str
    stamp: str
    sha256: str
    bytes: int
    up: str | None
    parts: str = ""
    given: tuple[str, ...] | None = None

    @property
    def table(self) -> str:
        """The part of the stamp that tells of a table of the user; empty where none said something of it."""
        found = _TABLE.search(self.stamp)
        return found[0] if found else ""


@dataclass(frozen=True)
class Changes:
    """What to do about one corpus.

    Attributes:
        unchanged: rows of files with nothing to do.
        write: files that are new or differ from their row, with that row.
        vanished: rows whose file is gone.
        stale: rows that a newer row of the same file stands beside.
    """

    unchanged: list[int]
    write: list[tuple[SourceFile, Indexed | None]]
    vanished: list[int]
    stale: list[int]


def stamp(file: SourceFile, up: str) -> str:
    """What a row remembers of its file, beside which columns a table gave and the other files that it was read from."""
    table = f"+{file.table}" if file.table else ""
    return file.fingerprint + table + (f":{up}" if file.modality is Modality.SHAPE else "")


def compare(
    files: Iterable[SourceFile],
    rows: Iterable[Indexed],
    *,
    up: str,
    covers: Callable[[str], bool],
    unreadable: Iterable[str] = (),
    has_table: bool = True,
    as_read: Callable[[Indexed], bool] = lambda _: True,
) -> Changes:
    """Differences between a scan and the index.

    Args:
        files: as scanned.
        rows: of the same root, in row order.
        up: as asked for.
        covers: whether a path was within the scan; rows outside are left alone.
        unreadable: files and folders ("" for the root) that could not be looked at; rows below them are left alone.
        has_table: whether the run was given a table of the user; without, rows keep what an earlier one said of them.
        as_read: whether the other files that a row was made from are as they were.
    """
    newest: dict[str, Indexed] = {}
    stale = []
    for row in rows:
        if row.path in newest:
            stale.append(newest[row.path].row)
        newest[row.path] = row
    unchanged, write = [], []
    for file in files:
        old = newest.pop(file.path, None)
        then = old and (old.stamp if has_table else _TABLE.sub("", old.stamp))
        if old is not None and stamp(file, up) == then and as_read(old):
            unchanged.append(old.row)
        else:
            write.append((file, old))
    hidden = frozenset(unreadable)
    vanished = [
        old.row
        for path, old in newest.items()
        if covers(path) and "" not in hidden and hidden.isdisjoint(upwards(path))
    ]
    return Changes(unchanged, write, vanished, stale)


def reusable(file: SourceFile, same_bytes: Iterable[Indexed], *, up: str, shape: ShapeInput) -> Indexed | None:
    """The row whose vector is the one that `file` would get, if any.

    Args:
        file: new or changed.
        same_bytes: rows whose file had the very bytes of `file`.
        up: as asked for.
        shape: of the space; where it looks at colour, formats that keep colours in a second file are read again.
    """
    if file.inside:  # its objects are not in that row
        return None
    suffix = PurePosixPath(file.path).suffix.lower()
    if suffix in _GEOMETRY_ELSEWHERE or (shape.color is not None and suffix in _COLOR_ELSEWHERE):
        return None
    for row in same_bytes:
        if shape.color is not None and row.parts:  # of any other format: what lies elsewhere are colours
            continue
        same_format = PurePosixPath(row.path).suffix.lower() == suffix
        same_up = file.modality is not Modality.SHAPE or up == row.up or row.stamp.endswith(f":{up}")
        if same_format and same_up:
            return row
    return None
