"""Writing the words of a segment's names, captions, labels and paths, see `retriever.store.words`."""

from __future__ import annotations

import errno
import logging
import os
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from indexer.corpora import HOLDERS
from indexer.durable import disk_errors
from retriever.errors import IndexCorrupt, MissingDependency
from retriever.files import sync_folder
from retriever.query.zeroshot import CONFIDENCE
from retriever.store import layout
from retriever.store import words as stored
from retriever.store.snapshot import Snapshot
from retriever.store.words import WEIGHTS

if TYPE_CHECKING:
    import sqlite3

log = logging.getLogger(__name__)

COMMON = 2_048
"""A word in more rows has its list ready: to have it read out by SQLite takes 10 ms per 100,000 rows."""

SMALL = 65_536
"""Rows from which a file has SQLite's usual pages; a page is the least that any of its tables takes."""

BATCH = 16_384
"""Rows whose texts are held at once."""

HASH_BYTES = 32 << 20
"""Of words that SQLite collects before it writes them; the more, the less it has to merge."""

_CHECKSUM_AT, _HEADER = 68, 100
"""Where SQLite leaves four bytes of its header to the application, and where the header ends."""

_HOLDER = rf"(?:(?:\d|{'|'.join(sorted(HOLDERS))})[\s_.-]*)+/"
_FOLDER_AND_STEM = rf"(?i)^(?:(?:.*?/)??([^/]*)/(?:{_HOLDER})*)?([^/]+?)(?:\.[^./]*)?$"
"""Of a path: the last folder that says more than how things are kept (``files``, ``STL 2``), and the file's stem."""

_MOST = np.iinfo(np.uint16).max


def write(folder: Path) -> None:
    """Writes the words of the segment in `folder`, whose items are there; synced to disk, or not at all.

    Without FTS5 nothing is written, and that is said.

    Raises:
        OSError: the disk is full, or another reason of the system's.
    """
    path = folder / layout.WORDS
    temporary = path.with_name(path.name + ".tmp")
    temporary.unlink(missing_ok=True)  # what a crash left
    try:
        sqlite3 = stored.sqlite()
        with _sentences(sqlite3, path), closing(sqlite3.connect(temporary, isolation_level=None)) as file:
            _fill(file, folder / layout.ITEMS)
        _seal(temporary)
        temporary.replace(path)
    except MissingDependency as error:
        log.warning(str(error))
    finally:
        with suppress(OSError):
            temporary.unlink()
    sync_folder(folder)


def bring_up_to_date(snapshot: Snapshot | None) -> int:
    """Writes the words of segments that an older version made, or whose file is damaged; the caller holds the lock.

    Returns:
        Segments that were written.
    """
    written = 0
    for segment in snapshot.segments if snapshot is not None else ():
        folder = segment.items.parent
        try:
            verify(folder / layout.WORDS, segment.rows)
        except MissingDependency as error:
            log.warning(str(error))
            break
        except (IndexCorrupt, FileNotFoundError):
            with disk_errors(folder.parent.parent):
                write(folder)
            written += 1
    return written


def verify(path: Path, rows: int) -> None:
    """Reads all of a segment's file.

    Raises:
        FileNotFoundError: there is none.
        IndexCorrupt: it is not as it was written.
        MissingDependency: the SQLite at hand has no FTS5.
    """
    stored.WordsFile(path, rows)
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if int.from_bytes(header[_CHECKSUM_AT : _CHECKSUM_AT + 4], "big") != _checksum(path):
        raise stored.damaged(path, "its checksum differs from the one written down")


@contextmanager
def _sentences(sqlite3: ModuleType, path: Path) -> Iterator[None]:
    """Turns what SQLite raises into what other files would raise."""
    try:
        yield
    except sqlite3.Error as error:
        if stored.NO_MODULE in str(error):
            raise stored.without_fts5() from error
        raise OSError(errno.EIO, f"SQLite: {error}", str(path)) from error


def _fill(file: sqlite3.Connection, items: Path) -> None:
    # It counts only when it is whole and synced, so that SQLite need not be able to take anything back.
    source = pq.ParquetFile(items)
    if source.metadata.num_rows < SMALL:
        file.execute("PRAGMA page_size = 1024")
    file.execute("PRAGMA journal_mode = off")
    file.execute("PRAGMA synchronous = off")
    file.execute(f"PRAGMA user_version = {stored.FORMAT}")
    file.execute(stored.TABLE)
    file.execute(stored.POSTINGS)
    file.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row)")
    file.execute("CREATE TABLE common (term TEXT PRIMARY KEY, rows BLOB, weights BLOB) WITHOUT ROWID")
    file.execute("CREATE TABLE facts (rows INTEGER, lengths BLOB)")
    file.execute("INSERT INTO words (words, rank) VALUES ('hashsize', ?)", (HASH_BYTES,))
    file.execute("BEGIN")
    lengths = [np.zeros(0, np.uint16)]
    insert = f"INSERT INTO words (rowid, {', '.join(WEIGHTS)}) VALUES (?{', ?' * len(WEIGHTS)})"
    for first, columns in _texts(source):
        lengths.append(_lengths(columns))
        rows = range(first, first + len(lengths[-1]))
        file.executemany(insert, zip(rows, *(column.to_pylist() for column in columns), strict=True))
    file.execute("INSERT INTO words (words) VALUES ('optimize')")
    every = np.concatenate(lengths)
    file.execute("INSERT INTO facts VALUES (?, ?)", (len(every), every.astype("<u2").tobytes()))
    for (stem,) in file.execute("SELECT term FROM temp.vocabulary WHERE doc > ?", (COMMON,)).fetchall():
        if stem not in stored.UNSAID:
            found, weights = stored.merged(stored.codes_of(file, stem))
            file.execute(
                "INSERT INTO common VALUES (?, ?, ?)", (stem, found.astype("<u4").tobytes(), weights.tobytes())
            )
    file.execute("COMMIT")


def _texts(file: pq.ParquetFile) -> Iterator[tuple[int, list[pa.Array]]]:
    """(first row, text of each field) of some rows at a time, names cut where words meet, guessed labels left out."""
    schema = file.schema_arrow
    wanted = [name for name in WEIGHTS if name in schema.names]
    guesses = CONFIDENCE in schema.names and pa.types.is_floating(schema.field(CONFIDENCE).type)
    first = 0
    for batch in file.iter_batches(BATCH, columns=[*wanted, *([CONFIDENCE] if guesses else [])]):
        held = {name: batch.column(name).cast(pa.string()) for name in wanted}
        if guesses and "label" in held:  # what the vectors guessed is no second opinion beside them
            held["label"] = pc.if_else(batch.column(CONFIDENCE).is_valid(), pa.scalar(None, pa.string()), held["label"])
        held["path"] = pc.replace_substring_regex(held["path"], _FOLDER_AND_STEM, r"\1 \2")
        yield first, [_cut(held.get(name), len(batch)) for name in WEIGHTS]
        first += len(batch)


def _cut(column: pa.Array | None, rows: int) -> pa.Array:
    if column is None or column.null_count == rows:
        return pa.nulls(rows, pa.string())
    for boundary in stored.BOUNDARIES:
        column = pc.replace_substring_regex(column, boundary, r"\1 \2")
    return column


def _lengths(columns: list[pa.Array]) -> NDArray[np.uint16]:
    """(rows,) words of each row, as spaces and the like part them."""
    words = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        if column.null_count < len(column):
            words += pc.fill_null(pc.count_substring_regex(column, r"[^\s_]+"), 0).to_numpy(zero_copy_only=False)
    return np.minimum(words, _MOST).astype(np.uint16)


def _seal(path: Path) -> None:
    """Writes the checksum into the header, and all to the disk."""
    checksum = _checksum(path)
    with path.open("r+b") as file:
        file.seek(_CHECKSUM_AT)
        file.write(checksum.to_bytes(4, "big"))
        file.flush()
        os.fsync(file.fileno())


def _checksum(path: Path) -> int:
    """CRC-32 of what follows the header."""
    crc = 0
    with path.open("rb") as file:
        file.seek(_HEADER)
        while block := file.read(1 << 22):
            crc = zlib.crc32(block, crc)
    return crc
