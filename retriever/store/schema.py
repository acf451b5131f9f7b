"""The columns of ``items.parquet``: one row per indexed item, beside any columns the user's own metadata adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ITEMS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),  # see ids.item_id; stable over re-indexing
        pa.field("root", pa.string(), nullable=False),  # short name of the corpus root, see Manifest.roots
        pa.field("path", pa.string(), nullable=False),  # below the root, "/" between parts
        pa.field("modality", pa.string(), nullable=False),
        pa.field("label", pa.string()),  # class, where the layout or a sidecar gives one
        pa.field("caption", pa.string()),  # free text from a sidecar
        pa.field("name", pa.string()),  # file stem as words
        pa.field("sha256", pa.string(), nullable=False),  # of the file's bytes; seeds the sampling
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("fingerprint", pa.string(), nullable=False),  # of file, sidecars and metadata row, see indexer.parts
        pa.field("vertices", pa.int64()),
        pa.field("faces", pa.int64()),
        pa.field("extent", pa.list_(pa.float32())),  # box edges x, y, z in file units
        pa.field("surface_area", pa.float64()),  # of a mesh, square file units
        pa.field("watertight", pa.bool_()),  # of a mesh: every edge is of two faces
        pa.field("volume", pa.float64()),  # of a mesh that closes up, cubic file units
        pa.field("up", pa.string()),  # the file axis taken as up
        pa.field("colored", pa.bool_()),
        pa.field("width", pa.int64()),  # of a picture, pixels, as seen
        pa.field("height", pa.int64()),
        pa.field("seconds", pa.float64()),  # of a sound, all of the file
        pa.field("rate", pa.int64()),  # samples a second
        pa.field("channels", pa.int64()),
        pa.field("preview", pa.string()),  # sidecar picture, below the root
        pa.field("split", pa.string()),  # train, test, val where the layout says
        pa.field("label_kinds", pa.list_(pa.string())),  # the label and what it is a kind of, nearest first
    ]
)
"""Core columns; anything else in a segment came from the corpus layout or from ``--metadata``."""


def unify(types: Iterable[pa.DataType]) -> pa.DataType:
    """The type that holds values of all of `types`: itself, float64 for numbers that differ, else string."""
    kinds = {kind for kind in types if not pa.types.is_null(kind)}
    if len(kinds) <= 1:
        return kinds.pop() if kinds else pa.string()
    return pa.float64() if kinds <= {pa.int64(), pa.float64()} else pa.string()


def merged(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """Columns of all segments: the core ones in their order, then the others by name, types unified."""
    types: dict[str, set[pa.DataType]] = {}
    for field in (field for schema in schemas for field in schema if field.name not in ITEMS.names):
        types.setdefault(field.name, set()).add(field.type)
    return pa.schema([*ITEMS, *(pa.field(name, unify(types[name])) for name in sorted(types))])


def merged_by(schemas: Sequence[tuple[pa.Schema, bool]]) -> pa.Schema:
    """As `merged`, of schemas and whether they say what type a column has: others do so of those that are theirs alone.

    A column whose only text was in rows that are gone holds numbers again.
    """
    heard = merged([schema for schema, says in schemas if says])
    rest = [[field for field in schema if field.name not in heard.names] for schema, says in schemas if not says]
    return merged([heard, *map(pa.schema, rest)])


def conform(table: pa.Table, schema: pa.Schema, rows: int) -> pa.Table:
    """`table` of `rows` rows with the columns of `schema`: cast where its type differs, nulls where it has none.

    Segments that were written before a core column was one may lack it, or have a user's column of its name; the latter
    is null where it cannot be cast.
    """
    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.chunked_array([pa.nulls(rows, field.type)]))
        elif table.schema.field(field.name).type == field.type:
            columns.append(table.column(field.name))
        else:
            columns.append(_cast(table.column(field.name), field.type))
    return pa.table(columns, schema=schema)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_float64(column.type) and pa.types.is_string(kind):
        return pa.chunked_array([pa.array([None if n is None else spelled(n) for n in column.to_pylist()], kind)])
    try:
        return column.cast(kind, safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.chunked_array([pa.nulls(len(column), kind)])


def spelled(number: float) -> str:
    """A number in a column that is text, as others in it are: 100.0, 1e-07, inf.

    So do JSON and DuckDB, in which filters see it; Arrow writes 100 and 1e-7.
    """
    return repr(number)


def positions(column: pa.ChunkedArray, values: Sequence[str]) -> NDArray[np.int32]:
    """(rows,) position in `values` (unique) of each string of `column`, -1 where it is none of them."""
    import pyarrow.compute as pc

    # Made from buffers: pa.array, pa.scalar and to_numpy import pandas where it is installed, and that costs 0.2 s.
    texts = [value.encode() for value in values]
    ends = pa.py_buffer(np.cumsum([0, *map(len, texts)], dtype=np.int32))
    wanted = pa.StringArray.from_buffers(len(texts), ends, pa.py_buffer(b"".join(texts)))
    found: list[NDArray[Any]] = [np.zeros(0, np.int32)]
    for chunk in column.iterchunks():
        nowhere = pa.py_buffer(np.full(len(chunk), -1, np.int32))
        absent = pa.Array.from_buffers(pa.int32(), len(chunk), [None, nowhere])
        found.append(np.from_dlpack(pc.coalesce(pc.index_in(chunk, value_set=wanted), absent)))
    return np.concatenate(found)
