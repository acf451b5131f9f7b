"""Ready tables of items and vectors -> large segments, with a few row groups in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from indexer.admission import check_core
from indexer.durable import disk_errors
from indexer.extras import Spelling, clean
from indexer.segments import Part, SegmentWriter
from retriever.errors import UsageError
from retriever.store.manifest import SegmentEntry
from retriever.store.schema import ITEMS, conform, merged

LARGEST = 1_048_576
"""Rows of the largest segment that loading and compaction make; the latter needs free disk for one of them."""


def write_segments(folder: Path, number: int, dim: int, parts: Iterable[Part]) -> Iterator[SegmentEntry]:
    """Writes segments `number`, `number` + 1, ... of up to `LARGEST` rows, and gives each when it is on disk.

    A part with other columns than those before begins a new segment, with the columns of both.

    Args:
        folder: of the index.
        number: one that no manifest has listed.
        dim: length of a vector.
        parts: items as `as_items` makes them, and their vectors; any sizes.
    """
    schema = ITEMS
    writer: SegmentWriter | None = None
    try:
        for items, vectors in parts:
            schema = merged([schema, items.schema])
            items = conform(items, schema, len(items))
            start = 0
            while start < len(items):
                if writer is not None and (writer.rows == LARGEST or writer.schema != schema):
                    with disk_errors(folder):
                        entry = writer.finish()
                    writer, number = None, number + 1
                    yield entry
                with disk_errors(folder):
                    writer = writer or SegmentWriter(folder, number, schema, dim)
                    end = min(len(items), start + LARGEST - writer.rows)
                    writer.add(items.slice(start, end - start), vectors[start:end])
                start = end
        if writer is not None:
            with disk_errors(folder):
                entry = writer.finish()
            writer = None
            yield entry
    except BaseException:
        if writer is not None:
            writer.abandon()
        raise


def as_items(table: pa.Table, spelling: Spelling) -> pa.Table:
    """A user's table with the core columns as they must be, and the others in the types that an index knows.

    Raises:
        UsageError: names the column that is missing, has gaps or holds something else; or it is no table of Arrow.
    """
    if not isinstance(table, pa.Table | pa.RecordBatch):
        raise UsageError(
            f"The items are of type {type(table).__name__}: extend takes a table of Arrow, "
            "as pyarrow.Table.from_pandas makes of a data frame; mappings go into append."
        )
    given = {name: _known(column) for name, column in zip(table.column_names, table.columns, strict=True)}
    named = {name: given[old] for name, old in spelling.item({name: name for name in given}).items()}
    columns = [_core(field, named.get(field.name), len(table)) for field in ITEMS]
    added = sorted(name for name, column in named.items() if name not in ITEMS.names and column.null_count < len(table))
    extras = [_extra(named[name]) for name in added]
    fields = [pa.field(name, column.type) for name, column in zip(added, extras, strict=True)]
    return pa.table(columns + extras, schema=pa.schema([*ITEMS, *fields]))


def _known(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with nulls for NaN, by which pandas says that a value is not known."""
    if not pa.types.is_floating(column.type):
        return column
    return pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)


def _core(field: pa.Field, column: pa.ChunkedArray | None, rows: int) -> pa.ChunkedArray:
    if column is None:
        column = pa.chunked_array([pa.nulls(rows, field.type)])
    try:
        column = column.cast(field.type)
    except pa.ArrowException as error:
        raise UsageError(
            f"The column {field.name!r} must hold {field.type} ({error}): rename the metadata column of that name."
        ) from error
    check_core(field, column)
    return column


def _extra(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as whole numbers, numbers, truth values or text; lists and the like become JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _extra(column.cast(kind.value_type))
    if pa.types.is_boolean(kind):
        return column
    if pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        return column.cast(pa.int64())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column.cast(pa.float64(), safe=False)
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        texts = [None if value is None else clean(json.dumps(value, default=str)) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    return column.cast(pa.string())
