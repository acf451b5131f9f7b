"""The vectors of items into a file: an array of NumPy, or a table that says beside each whose it is."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retriever.archives.stacks import COLUMNS as COLUMNS_OF_POINTS
from retriever.archives.stacks import npy_header
from retriever.errors import FileProblem, UsageError
from retriever.files import whole_file
from retriever.query.tables import Tables

if TYPE_CHECKING:
    import pyarrow as pa

    from retriever.query.browse import Items
    from retriever.types import Vectors

COLUMNS = ("id", "path", "label", "name")
"""What a table says of an item, before its ``vector``."""

_ARRAY, _TABLES = ".npy", (".parquet", ".pq")
_HEAD = 4096


def check(path: str | Path) -> None:
    """Raise UsageError for a name that says neither an array nor a table."""
    if Path(path).suffix.lower() not in (_ARRAY, *_TABLES):
        raise UsageError(
            f"Vectors go into a file whose name ends in .npy or .parquet, not {path}; name one, such as vectors.npy."
        )


def save(items: Items, path: str | Path) -> None:
    """Write what `Items.save_vectors` says, some megabytes at a time; a file is replaced when all is written.

    Raises:
        UsageError: another ending, a file that cannot be written, or one that is there and holds something else.
    """
    check(path)
    if Path(path).suffix.lower() == _ARRAY:
        _save_array(items, Path(path))
        return
    with Tables(path) as tables:
        for table, vectors in items.with_vectors(COLUMNS):
            tables.write(table.select(COLUMNS).append_column("vector", _as_lists(vectors)))


def is_array(head: bytes) -> bool:
    """Whether a file that begins so is an array of vectors, and not, say, a point cloud, which may end in .npy, too."""
    try:
        shape, _, kind = npy_header(io.BytesIO(head))
    except FileProblem:
        return False
    return kind == np.float32 and len(shape) == 2 and shape[1] not in COLUMNS_OF_POINTS


def _save_array(items: Items, path: Path) -> None:
    head = {"descr": "<f4", "fortran_order": False, "shape": (len(items), items.dim)}
    try:
        if path.is_file():
            with path.open("rb") as old:
                begin = old.read(_HEAD)
            if begin and not is_array(begin):
                raise UsageError(
                    f"{path} is there, and no array of vectors that could be replaced: choose another file."
                )
        with whole_file(path.resolve()) as file:  # a link stays one
            np.lib.format.write_array_header_1_0(file, head)
            for vectors in items.vector_parts():
                file.write(np.ascontiguousarray(vectors, "<f4").data)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise UsageError(f"The vectors cannot be written to {path} ({reason}); choose another file.") from error


def _as_lists(vectors: Vectors) -> pa.FixedSizeListArray:
    """(n, d) as n lists of d numbers."""
    import pyarrow as pa

    numbers = pa.py_buffer(np.ascontiguousarray(vectors, "<f4"))  # a buffer, as pa.array would import pandas
    flat = pa.Array.from_buffers(pa.float32(), vectors.size, [None, numbers])
    return pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
