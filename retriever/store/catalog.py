"""Filters: an SQL expression over the items' columns -> the rows that it allows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FilterError
from retriever.store.kept import ROW, KeptColumns, named, quoted
from retriever.store.schema import ITEMS
from retriever.store.snapshot import Snapshot
from retriever.types import is_utf8

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

RESERVED = (ROW, "file_row_number", "filename")
"""Names that the items' own columns must not have."""

MEMORY = 2**30
"""Bytes that DuckDB may take, or a quarter of the memory where that is less: filters look at a few rows at a time."""

_CALLED = {
    **dict.fromkeys(("tris", "triangles", "polys", "polygons", "facets"), "faces"),
    **dict.fromkeys(("verts", "points"), "vertices"),
    **dict.fromkeys(("size", "filesize", "file_size"), "bytes"),
    **dict.fromkeys(("file", "filename", "folder", "ext", "extension", "suffix", "format"), "path"),
    **dict.fromkeys(("duration", "length"), "seconds"),
    **dict.fromkeys(("class", "category", "kind", "type"), "label"),
    **dict.fromkeys(("bbox", "dimensions", "bounds"), "extent"),
    "manifold": "watertight",
}
"""What others call columns of the index."""

_AGAIN = 0.25  # seconds until a statement that was begun after the deadline is given up, too

_OF_TEXT = re.compile(r"\bVARCHAR\b|casting from source column")
"""What DuckDB says of a condition that takes text for something else."""
_OF_TIME = re.compile(r"\b(?:DATE|TIME|TIMESTAMP)\b|\b(?:year|month|day|hour|minute|second|date_part)\(")
"""The same, for a date or a time."""
_OF_LIST = re.compile(r"\b[A-Z]{2,}\[\]")
"""What DuckDB says of a condition that takes a list for one value."""

_SQL_TYPES = {"int64": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "string": "VARCHAR", "float": "FLOAT"}


def rows_where(snapshot: Snapshot, where: str) -> NDArray[np.bool_]:
    """(rows,) True where `where` holds; deleted rows are not taken out, and NULL counts as False.

    DuckDB runs it over the view ``items`` and can open nothing but this snapshot's own item files. The connection is
    made once for a snapshot and serves one thread at a time; columns that are asked for again are kept in memory, see
    `KeptColumns`.

    Args:
        snapshot: what to filter.
        where: one SQL expression, such as ``label = 'chair' and vertices < 10000``.

    Raises:
        FilterError: it is not one expression that DuckDB accepts over these columns.
        IndexChanged: the index was compacted since it was opened.
        IndexCorrupt: the items are damaged.
    """
    import duckdb

    if not is_utf8(where):
        raise FilterError(f"The filter {where!r} is not valid UTF-8; type it again.")
    mask = np.zeros(snapshot.rows, np.bool_)
    if not snapshot.segments:
        return mask
    try:
        mask[_catalog(snapshot).rows(snapshot, where)] = True
    except duckdb.Error as error:
        if isinstance(error, duckdb.FatalException | duckdb.InternalException):
            _CATALOGS.pop(snapshot, None)  # such a connection answers nothing any more
        if isinstance(error, duckdb.InterruptException) and snapshot.filter_seconds is not None:
            raise FilterError(
                f"The filter {where!r} takes longer than the {snapshot.filter_seconds:g} seconds that it may here: "
                "ask for less, or with `retriever query --where`."
            ) from error
        if not snapshot.overtaken:
            if type(error) in (duckdb.Error, duckdb.InvalidInputException, duckdb.IOException):  # of damaged files, too
                for segment in snapshot.segments:
                    segment.check()
            raise FilterError(_explain(error, where, snapshot)) from error
        raise snapshot.changed() from error
    return mask


class _Catalog:
    """The items of one snapshot in DuckDB, for as long as the snapshot is there; it holds no reference to it."""

    def __init__(self, snapshot: Snapshot) -> None:
        import duckdb

        self._asking = Lock()
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "autoload_known_extensions": False,
                "memory_limit": f"{_memory() // 2**20}MiB",
                "temp_directory": "",  # nothing is put on the disk
                "max_temp_directory_size": "0B",
            },
        )
        self._connection.execute("SET parquet_metadata_cache = true")
        self._kept = KeptColumns(self._connection)
        self._items = _items(self._connection, snapshot)

    def rows(self, snapshot: Snapshot, where: str) -> NDArray[np.int64]:
        """Rows for which `where` holds, in any order; raises duckdb.Error where it is no condition over the items."""
        import duckdb

        timed = partial(_deadline, self._connection, snapshot.filter_seconds)
        with self._asking:
            try:
                # Parsed on its own first: what is one expression by itself is one between parentheses.
                duckdb.SQLExpression(where)
                source = self._kept.source(snapshot, where)
                with timed():  # but not the taking in of columns, which is done once
                    found = self._connection.execute(
                        f"SELECT {ROW} FROM {source} AS items WHERE (\n{where}\n)"
                    ).fetchnumpy()
            except duckdb.InterruptException:
                raise
            except duckdb.Error:
                # Again, from the files and by way of a relation, whose messages are about the condition alone.
                with timed():
                    found = self._items.filter(where).project(ROW).fetchnumpy()
        rows: NDArray[np.int64] = found[ROW]
        return rows


@contextmanager
def _deadline(connection: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    """Statements that still run after so many seconds raise duckdb.InterruptException."""
    if seconds is None:
        yield
        return
    done = Event()

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            connection.interrupt()
            wait = _AGAIN

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()  # no interrupt of it meets the next statement


def _memory() -> int:
    """Bytes that DuckDB may take."""
    try:
        return min(MEMORY, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4)
    except (AttributeError, OSError, ValueError):  # Windows
        return MEMORY


_CATALOGS: WeakKeyDictionary[Snapshot, _Catalog] = WeakKeyDictionary()
_OPENING = Lock()


def _catalog(snapshot: Snapshot) -> _Catalog:
    with _OPENING:
        if snapshot not in _CATALOGS:
            _CATALOGS[snapshot] = _Catalog(snapshot)
        return _CATALOGS[snapshot]


def _items(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> duckdb.DuckDBPyRelation:
    """The view ``items``, in a connection that can do nothing else any more."""
    files = [str(segment.items.resolve()) for segment in snapshot.segments]
    firsts = snapshot.firsts.tolist()
    parts = [
        f"SELECT * EXCLUDE (file_row_number){_casts(segment.schema, snapshot.schema)}"
        f"{_absent(segment.schema, snapshot.schema)}, "
        f"file_row_number + {first} AS {ROW} FROM read_parquet({_quote(file)}, file_row_number = true)"
        for segment, file, first in zip(snapshot.segments, files, firsts, strict=True)
    ]
    connection.execute("SET python_enable_replacements = false")
    connection.execute(f"SET allowed_paths = [{', '.join(map(_quote, files))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    connection.execute(f"CREATE VIEW items AS {' UNION ALL BY NAME '.join(parts)}")
    return connection.table("items")


def _sql_type(kind: pa.DataType) -> str:
    import pyarrow as pa

    return f"{_sql_type(kind.value_type)}[]" if pa.types.is_list(kind) else _SQL_TYPES[str(kind)]


def _casts(own: pa.Schema, whole: pa.Schema) -> str:
    """REPLACE clause for the columns whose type differs between segments."""
    names = [field.name for field in own if field.type != whole.field(field.name).type]
    casts = [f"TRY_CAST({quoted(name)} AS {_sql_type(whole.field(name).type)}) AS {quoted(name)}" for name in names]
    return f" REPLACE ({', '.join(casts)})" if casts else ""


def _absent(own: pa.Schema, whole: pa.Schema) -> str:
    """NULLs for the core columns that a segment written before they were ones does not have."""
    names = [name for name in ITEMS.names if name not in own.names]
    return "".join(f", CAST(NULL AS {_sql_type(whole.field(name).type)}) AS {quoted(name)}" for name in names)


def meant(name: str, columns: Sequence[str]) -> str | None:
    """The column that is likely meant by a name which is none."""
    near = get_close_matches(_CALLED.get(name.lower(), name.lower()), columns, 1)
    return near[0] if near else None


def _explain(error: duckdb.Error, where: str, snapshot: Snapshot) -> str:
    # Without DuckDB's class of error and its picture of the query.
    message = re.sub(r"^[A-Z][\w ]* Error: ", "", str(error).split("\n")[0]).rstrip(".! ")
    if match := re.match(r'Referenced column "(.*?)" not found', message):
        columns = snapshot.columns()
        near = meant(match[1], columns)
        return (
            f"The filter {where!r} names {match[1]!r}, which is no column of this index"
            f"{f' (did you mean {near!r}?)' if near else ''}: "
            f"use {', '.join(columns)}, and put text in single quotes."
        )
    if _OF_LIST.search(message) and (name := _list_in(where, snapshot)):
        column = name if name.isidentifier() else quoted(name)
        element = "'chair'" if str(snapshot.schema.field(name).type.value_type) == "string" else "2.5"
        return (
            f"The filter {where!r} takes {name!r} for one value, and it holds lists ({message}): write "
            f"list_contains({column}, {element}) for those that have an element, or {column}[1] for the first one."
        )
    if _OF_TEXT.search(message) and (name := _text_in(where, snapshot)):
        return f"The filter {where!r} takes {name!r} for {_cure(name, message)}"
    return (
        f"The filter {where!r} cannot be used ({message}): "
        "write one SQL expression that is true or false, such as \"label = 'chair' and vertices < 10000\"."
    )


def _cure(name: str, message: str) -> str:
    """What a column of text was taken for, as DuckDB says it, and how to ask instead."""
    column = name if name.isidentifier() else quoted(name)
    if _OF_TIME.search(message):
        return (
            f"a date or a time, and these are text in an index ({message}): write try_cast({column} as timestamp), or "
            f"compare with a text, as in {column} > '2024-01-31'."
        )
    return (
        f"a number, and it is text in this index, as not all its values were numbers ({message}): write "
        f"try_cast({column} as double), or once all are numbers, index with --again."
    )


def _text_in(where: str, snapshot: Snapshot) -> str | None:
    """The only column of text that a condition names, where the corpus brought it along; None of others, or several."""
    schema = snapshot.schema
    texts = [name for name in named(where, snapshot.columns()) if str(schema.field(name).type) == "string"]
    return texts[0] if len(texts) == 1 and texts[0] not in ITEMS.names else None


def _list_in(where: str, snapshot: Snapshot) -> str | None:
    """The only column of lists that a condition names; None where there are none, or several."""
    import pyarrow as pa

    lists = [one for one in named(where, snapshot.columns()) if pa.types.is_list(snapshot.schema.field(one).type)]
    return lists[0] if len(lists) == 1 else None


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
