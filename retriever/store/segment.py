"""One immutable batch of rows: ``vectors.npy``, memory-mapped, beside ``items.parquet``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.errors import IndexCorrupt
from retriever.store import layout
from retriever.types import Vectors

if TYPE_CHECKING:
    import pyarrow as pa


class Segment:
    """A segment opened for reading; it stays readable when its files are unlinked later.

    Args:
        folder: the segment's own folder.
        rows: as the manifest says.
        dim: length of a vector.

    Raises:
        IndexCorrupt: a file is missing, damaged or does not fit `rows` and `dim`.
    """

    def __init__(self, folder: Path, rows: int, dim: int) -> None:
        self.items = folder / layout.ITEMS
        self.rows = rows
        self.vectors = _map_vectors(folder / layout.VECTORS, rows, dim)
        self._reading = Lock()  # a ParquetFile serves one thread at a time
        self._parquet = _open_parquet(self.items, rows)
        groups = self._parquet.metadata
        sizes = [groups.row_group(i).num_rows for i in range(groups.num_row_groups)]
        self._group_ends = np.cumsum(sizes, dtype=np.int64)

    @cached_property
    def schema(self) -> pa.Schema:
        """Names and types of its columns."""
        return self._parquet.schema_arrow.remove_metadata()

    def read(self, columns: Sequence[str], groups: Sequence[int] | None = None) -> pa.Table:
        """Those of `columns` that it has, of the row groups asked for (None: all)."""
        import pyarrow as pa

        known = [name for name in columns if name in self.schema.names]
        groups = range(len(self._group_ends)) if groups is None else groups
        try:
            with self._reading:
                return self._parquet.read_row_groups(list(groups), columns=known, use_threads=len(groups) > 1)
        except (OSError, pa.ArrowException) as error:
            raise _damaged(self.items, str(error)) from error

    def take(self, rows: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """Rows of this segment (ascending, unique), reading only the row groups that hold them."""
        group_of = np.searchsorted(self._group_ends, rows, side="right")
        groups, slot = np.unique(group_of, return_inverse=True)
        sizes = np.diff(self._group_ends, prepend=0)
        starts = self._group_ends - sizes
        # Where each group begins in the table that read() makes of just these groups.
        begins = np.cumsum(sizes[groups]) - sizes[groups]
        return pick(self.read(columns, groups.tolist()), rows - starts[group_of] + begins[slot])

    def parts(self, keep: NDArray[np.bool_]) -> Iterator[tuple[pa.Table, Vectors]]:
        """Kept rows, one row group at a time: (items, vectors)."""
        start = 0
        for group, end in enumerate(self._group_ends.tolist()):
            rows = np.flatnonzero(keep[start:end])
            if len(rows):
                yield self.read(self.schema.names, [group]).take(rows), self.vectors[start + rows]
            start = end


def pick(table: pa.Table, rows: NDArray[np.int64]) -> pa.Table:
    """Rows of a table, in the order given; a page of hits does not pay for importing pyarrow.compute."""
    import pyarrow as pa

    if len(rows) > 256:
        return table.take(rows)
    if not len(rows):
        return table.slice(0, 0)
    return pa.concat_tables([table.slice(row, 1) for row in rows.tolist()]).combine_chunks()


def _map_vectors(path: Path, rows: int, dim: int) -> Vectors:
    try:
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise _damaged(path, "the file is missing") from error
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path, str(error)) from error
    if vectors.shape != (rows, dim) or vectors.dtype != np.float32:
        raise _damaged(path, f"it holds {vectors.dtype} {vectors.shape} where the manifest says float32 {(rows, dim)}")
    return vectors


def _open_parquet(path: Path, rows: int) -> pa.parquet.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(path, memory_map=True)
    except FileNotFoundError as error:
        raise _damaged(path, "the file is missing") from error
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, str(error)) from error
    if parquet.metadata.num_rows != rows:
        raise _damaged(path, f"it holds {parquet.metadata.num_rows} rows where the manifest says {rows}")
    return parquet


def _damaged(path: Path, reason: str) -> IndexCorrupt:
    return IndexCorrupt(
        f"The index file {path} is damaged ({reason}): restore it, or index the corpus into a new folder."
    )
