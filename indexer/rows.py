"""Between the index's rows and the files of a run: what is known of old rows, and new rows on their way in."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from indexer import given
from indexer.found import SourceFile
from indexer.metadata import MetadataTable
from indexer.parts import split
from indexer.plan_changes import Indexed, stamp
from indexer.roots import outermost
from indexer.vocabulary import kinds
from indexer.writer import IndexWriter
from retriever.store import Snapshot, item_id
from retriever.types import Vectors
from retriever.wording import counted

log = logging.getLogger(__name__)

FACTS = (
    *("vertices", "faces", "extent", "surface_area", "watertight", "volume", "up", "colored"),
    *("width", "height", "seconds", "rate", "channels"),
)
"""Columns that follow from a file's bytes."""

_PLANNED = ("path", "fingerprint", "sha256", "bytes", "up")


def indexed_rows(snapshot: Snapshot, roots: Collection[Path]) -> dict[Path, list[Indexed]]:
    """Live rows of the corpora at `roots`, none of which lies below another, and of roots below, which they take over.

    Rows of roots below get no stamp but what it says of a table, so that they are written again, and come first.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    known = {name: Path(at) for name, at in snapshot.roots.items()}
    held_by = {name: root for name, at in known.items() if (root := outermost(at, roots))}
    ours = pc.is_in(snapshot.column("root"), value_set=pa.array(held_by, pa.string())).to_numpy()
    rows = np.flatnonzero(ours & snapshot.live)
    own: dict[Path, list[Indexed]] = {root: [] for root in roots}
    taken_over: dict[Path, list[Indexed]] = {root: [] for root in roots}
    for row, name, *planned in _tuples(snapshot, rows, ("root", *_PLANNED)):
        root, old = held_by[name], _indexed(row, *planned)
        if known[name] == root:
            own[root].append(old)
        else:
            path = known[name].relative_to(root) / old.path
            taken_over[root].append(replace(old, path=path.as_posix(), stamp=old.table))
    return {root: taken_over[root] + own[root] for root in roots}


class KnownContent:
    """Which bytes the index has vectors for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._sizes = np.unique(snapshot.column("bytes").to_numpy()[snapshot.live])

    def may_hold(self, size: int) -> bool:
        """Whether a file of `size` bytes is worth hashing."""
        place = int(np.searchsorted(self._sizes, size))
        return place < len(self._sizes) and bool(self._sizes[place] == size)

    def rows_with(self, hashes: Collection[str]) -> dict[str, list[Indexed]]:
        """Content hash -> live rows made from these bytes."""
        import pyarrow as pa
        import pyarrow.compute as pc

        same = pc.is_in(self._snapshot.column("sha256"), value_set=pa.array(hashes, pa.string())).to_numpy()
        found: dict[str, list[Indexed]] = {}
        for row, *planned in _tuples(self._snapshot, np.flatnonzero(same & self._snapshot.live), _PLANNED):
            old = _indexed(row, *planned)
            found.setdefault(old.sha256, []).append(old)
        return found


def facts(snapshot: Snapshot, rows: Sequence[int]) -> list[dict[str, Any]]:
    """What is known of the bytes that `rows` were made from."""
    table: list[dict[str, Any]] = snapshot.take(np.array(rows, np.int64), FACTS).to_pylist()
    return table


def item(
    root: str, file: SourceFile, sha256: str, known: Mapping[str, Any], up: str, parts: str = ""
) -> dict[str, Any]:
    """The row of a file: metadata from the layout and the user, `known` facts from its bytes, and the core columns.

    `parts` says of which other files it was read, as `indexer.parts.remembered` does.
    """
    label = file.metadata.get("label")
    return {
        **file.metadata,
        **known,
        "label_kinds": list(kinds(str(label))) if label else None,
        "id": item_id(root, file.path),
        "root": root,
        "path": file.path,
        "modality": str(file.modality),
        "sha256": sha256,
        "bytes": file.bytes,
        "fingerprint": stamp(file, up) + given.remembered(file.given) + parts,
    }


def remark_on(table: MetadataTable, files: Sequence[SourceFile], *, whole: bool) -> None:
    """Says which rows of the user's table are of no use.

    Args:
        table: to be joined to the files.
        files: of all corpora of a run, as scanned.
        whole: whether these are all the files of their corpora; of a part, rows without a file are as they should be.
    """
    used = {table.key_of(file.path, file.metadata.get("model_id")) for file in files} - {None}
    if files and not used:
        log.warning(
            f"The metadata table {table.file} names none of {counted(len(files), 'file')}; its column {table.key!r} "
            f"must hold paths or names such as {files[0].path!r}."
        )
    elif files and whole and len(used) < len(table.rows):
        unused = next(key for key in table.rows if key not in used)
        log.warning(
            f"{len(used):,} of {len(table.rows):,} rows of {table.file} were used; the first unused names {unused!r}."
        )


def joined(files: Sequence[SourceFile], table: MetadataTable) -> list[SourceFile]:
    """All files of a corpus with what the user's table says of them; rows of no use are remarked on."""
    remark_on(table, files, whole=True)
    return [with_row(file, table) for file in files]


def with_row(file: SourceFile, table: MetadataTable) -> SourceFile:
    """The file with its row of the table."""
    row = table.row(file.path, file.metadata.get("model_id"))
    if not row:
        return file
    content = json.dumps(row, sort_keys=True, default=str)
    digest = blake2b(content.encode(), digest_size=8).hexdigest()
    return replace(file, metadata={**file.metadata, **row}, table=digest, given=tuple(row))


class RowBuffer:
    """Hands rows to the writer some hundred at a time, or after some seconds: each handing over waits for the disk.

    Left by an exception or Ctrl-C, it hands over what it has.
    """

    ROWS = 256
    SECONDS = 2.0

    def __init__(self, writer: IndexWriter) -> None:
        self._writer = writer
        self._items: list[dict[str, Any]] = []
        self._vectors: list[Vectors] = []
        self._since = time.monotonic()

    def __enter__(self) -> RowBuffer:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def add(self, items: Sequence[dict[str, Any]], vectors: Vectors) -> None:
        """Takes n items and their (n, d) vectors."""
        self._items += items
        self._vectors.append(vectors)
        if len(self._items) >= self.ROWS or time.monotonic() - self._since > self.SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hands over everything."""
        items, vectors = self._items, self._vectors
        self._items, self._vectors, self._since = [], [], time.monotonic()
        if items:
            self._writer.append(items, np.concatenate(vectors))


def _indexed(row: int, path: str, fingerprint: str, sha256: str, size: int, up: str | None) -> Indexed:
    """A row from its columns `_PLANNED`."""
    whole, parts = split(fingerprint)
    stamp, names = given.split(whole)
    return Indexed(row, path, stamp, sha256, size, up, parts, names)


def _tuples(snapshot: Snapshot, rows: np.ndarray, columns: Sequence[str]) -> zip[tuple[Any, ...]]:
    """(row number, value of each column) of each row."""
    table = snapshot.take(rows, columns)
    return zip(rows.tolist(), *(table.column(name).to_pylist() for name in columns), strict=True)
