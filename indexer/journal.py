"""Rows of a run that are not in a segment yet: an append-only Arrow stream that a killed process can leave anywhere.

Corpora bring columns of their own, and later files may bring more of them or other types, so the journal keeps these
extras as one JSON column; their types are settled when the whole journal is known and becomes a segment.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from indexer import extras
from indexer.admission import check_core
from retriever.errors import UsageError
from retriever.files import sync_folder
from retriever.store import layout
from retriever.store.schema import ITEMS
from retriever.types import Vectors

log = logging.getLogger(__name__)

EXTRAS = "extras"
VECTOR = "vector"
SEGMENT = b"segment"


class Journal:
    """The journal being written.

    Every Arrow message is written and synced by itself, so after any crash the file is some whole batches and perhaps
    a torn one, which readers ignore.

    Args:
        folder: of the index.
        segment: number of the segment these rows will become; a manifest that is past it has them already.
        dim: length of a vector.
    """

    def __init__(self, folder: Path, segment: int, dim: int) -> None:
        self.rows = 0
        self._schema = pa.schema(
            [*ITEMS, pa.field(EXTRAS, pa.string()), pa.field(VECTOR, pa.list_(pa.float32(), dim))],
            metadata={SEGMENT: str(segment)},
        )
        self._fd = os.open(folder / layout.JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._size = 0
        try:
            self._write(self._schema.serialize())
            sync_folder(folder)
        except BaseException:
            self.close()
            raise

    def append(self, items: Sequence[Mapping[str, Any]], vectors: Vectors) -> None:
        """Adds rows as one batch, on disk when this returns; a batch that does not fit on the disk leaves no trace."""
        columns = [_core_column(field, items) for field in ITEMS]
        columns.append(pa.array([extras.to_json(item) for item in items], pa.string()))
        flat = pa.array(np.ascontiguousarray(vectors, np.float32).reshape(-1))
        columns.append(pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]))
        self._write(pa.record_batch(columns, schema=self._schema).serialize())
        self.rows += len(items)

    def close(self) -> None:
        """Closes the file and leaves it where it is."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1

    def _write(self, message: pa.Buffer) -> None:
        view = memoryview(message)
        try:
            written = 0
            while written < len(view):
                written += os.write(self._fd, view[written:])
            os.fsync(self._fd)
        except BaseException as error:
            with suppress(OSError):
                whole = os.fstat(self._fd).st_size == self._size + len(view)
                if isinstance(error, OSError) or not whole:  # Ctrl-C in the middle of the sync takes nothing away
                    os.ftruncate(self._fd, self._size)
                    os.lseek(self._fd, self._size, os.SEEK_SET)
            raise
        self._size += len(view)


class Leftover:
    """The complete batches of a journal on disk, read as often as needed without holding them all.

    Attributes:
        segment: number of the segment they become; 0 where there is no readable journal.
        ids: (rows,) of the items.
        schema: the segment's columns, extras typed.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / layout.JOURNAL
        self.segment = 0
        self.ids: list[str] = []
        types = extras.Types()
        self._whole = 0
        for batch in self._batches():
            if (added := _extras(batch)) is None:
                log.warning(
                    f"The journal {self._path} of an interrupted run is damaged after its first {self.rows:,} items: "
                    "the others are left out, until `retriever index` reads their files again."
                )
                break
            self._whole += 1
            self.ids += batch.column("id").to_pylist()
            for item in added:
                types.see(item)
        # What had a core column's name before that was one is left out, as `store.schema.conform` does.
        self.schema = pa.schema([*ITEMS, *(field for field in types.fields() if field.name not in ITEMS.names)])

    @property
    def rows(self) -> int:
        """In complete batches."""
        return len(self.ids)

    def parts(self) -> Iterator[tuple[pa.Table, Vectors]]:
        """(items with the columns of `schema`, vectors) of each batch."""
        for batch in islice(self._batches(), self._whole):
            vectors = batch.column(VECTOR).flatten().to_numpy().reshape(batch.num_rows, -1)
            yield self._items(batch), vectors

    def _items(self, batch: pa.RecordBatch) -> pa.Table:
        rows = [extras.from_json(text) for text in batch.column(EXTRAS).to_pylist()]
        columns = [batch.column(name) for name in ITEMS.names]
        added = list(self.schema)[len(ITEMS) :]
        columns += [extras.array(field, (row.get(field.name) for row in rows)) for field in added]
        return pa.table(columns, schema=self.schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        if not self._path.exists() or not self._path.stat().st_size:
            return
        with pa.memory_map(str(self._path)) as source:
            # The end of a torn journal shows as one of these, depending on the byte it was cut at.
            with suppress(pa.ArrowInvalid, OSError, EOFError):
                stream = pa.ipc.open_stream(source)
                self.segment = int(stream.schema.metadata[SEGMENT])
            if not self.segment:
                return
            while (batch := _next(stream)) is not None:
                yield _as_of_now(batch)


def discard(folder: Path) -> None:
    """Removes the journal."""
    (folder / layout.JOURNAL).unlink(missing_ok=True)


def _next(stream: pa.ipc.RecordBatchStreamReader) -> pa.RecordBatch | None:
    try:
        return stream.read_next_batch()
    except (StopIteration, EOFError, OSError, pa.ArrowInvalid):
        return None


def _as_of_now(batch: pa.RecordBatch) -> pa.RecordBatch:
    """With the core columns that the version which wrote it did not have, empty."""
    for field in ITEMS:
        if field.name not in batch.schema.names:
            batch = batch.append_column(field, pa.nulls(batch.num_rows, field.type))
    return batch


def _extras(batch: pa.RecordBatch) -> list[dict[str, Any]] | None:
    """What the items of a batch have beside the core columns; None where it is not as it was written."""
    try:
        batch.validate(full=True)
        for field in ITEMS:
            check_core(field, batch.column(field.name))
        return [extras.from_json(text) for text in batch.column(EXTRAS).to_pylist()]
    except (ValueError, UsageError):  # the first is Arrow's too, and that of JSON
        return None


def _core_column(field: pa.Field, items: Sequence[Mapping[str, Any]]) -> pa.Array:
    values = [item.get(field.name) for item in items]
    if pa.types.is_string(field.type):
        values = [None if value is None else extras.clean(str(value)) for value in values]
    try:
        if pa.types.is_list(field.type):
            values = [_listed(value) for value in values]
        column = pa.array(values, field.type)
    except pa.ArrowException as error:
        raise UsageError(
            f"The column {field.name!r} must hold {field.type} ({error}): rename the metadata column of that name."
        ) from error
    check_core(field, column)
    return column


def _listed(value: Any) -> Any:
    """A list with its texts in valid UTF-8; a text is none, though Arrow takes it for one of its letters."""
    if isinstance(value, str | bytes):
        raise pa.ArrowInvalid(f"{value!r} is no list")
    if not isinstance(value, list | tuple):
        return value
    return [extras.clean(each) if isinstance(each, str) else each for each in value]
