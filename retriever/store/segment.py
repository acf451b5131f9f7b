"""One immutable batch of rows: ``vectors.npy``, ``items.parquet`` and ``ids.npy``, all memory-mapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.errors import IndexCorrupt
from retriever.files import crc32, read_npy
from retriever.store import layout
from retriever.types import Vectors

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"PAR1"


class Segment:
    """A segment opened for reading; it stays readable when its files are unlinked later.

    All files are mapped when it is opened, which holds on to them, but the footer of the items is only read when they
    are asked for: that of a million rows has ten thousand entries.

    Args:
        folder: the segment's own folder.
        rows: as the manifest says.
        dim: length of a vector.

    Attributes:
        items: path of its Parquet file.
        rows: deleted ones included.
        vectors: (rows, dim) float32, memory-mapped.
        keys: (2, rows) uint64, memory-mapped: the ids as numbers, ascending, and the row of each, ascending where an id
            comes again; None where an older version wrote the segment, or where its ids are no `item_id`.

    Raises:
        IndexCorrupt: a file is missing, damaged or does not fit `rows` and `dim`; what only the footer of the items
            tells is raised where they are first read.
    """

    def __init__(self, folder: Path, rows: int, dim: int) -> None:
        self.items = folder / layout.ITEMS
        self.rows = rows
        self.vectors = _map_vectors(folder / layout.VECTORS, rows, dim)
        self.keys = _map_keys(folder / layout.IDS, rows)
        self._bytes = _map_items(self.items)
        self._stamp = _stamp(folder)
        self._reading = Lock()  # a ParquetFile serves one thread at a time

    def is_still(self, folder: Path, rows: int) -> bool:
        """Whether what lies in `folder` now are the files that this segment has open."""
        same = folder == self.items.parent and rows == self.rows
        return same and self._stamp is not None and _stamp(folder) == self._stamp

    @cached_property
    def schema(self) -> pa.Schema:
        """Names and types of its columns."""
        return self._parquet.schema_arrow.remove_metadata()

    def find(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """(n,) the last row, deleted or not, of each of n ids given as numbers, -1 where it has none; needs `keys`."""
        assert self.keys is not None
        known, rows = self.keys
        place = np.searchsorted(known, keys, side="right") - 1
        there = (place >= 0) & (known[place] == keys)
        return np.where(there, rows[place].astype(np.int64), -1)

    def find_names(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """(n,) as `find`, of ids as they are (unique), by reading the column: for segments without `keys`."""
        from retriever.store.schema import positions

        slots = positions(self.read(["id"]).column(0), ids)
        found = np.full(len(ids), -1, np.int64)
        held = np.flatnonzero(slots >= 0)
        found[slots[held]] = held  # of those that come again, the last
        return found

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

    def check(self) -> None:
        """Reads all items; raises IndexCorrupt where they are damaged."""
        for group in range(len(self._group_ends)):
            self.read(self.schema.names, [group])

    def take(self, rows: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """Rows of this segment (ascending, unique), reading only the row groups that hold them."""
        group_of = np.searchsorted(self._group_ends, rows, side="right")
        groups, slot = np.unique(group_of, return_inverse=True)
        sizes = np.diff(self._group_ends, prepend=0)
        starts = self._group_ends - sizes
        # Where each group begins in the table that read() makes of just these groups.
        begins = np.cumsum(sizes[groups]) - sizes[groups]
        return pick(self.read(columns, groups.tolist()), rows - starts[group_of] + begins[slot])

    @cached_property
    def _parquet(self) -> pa.parquet.ParquetFile:
        return _open_parquet(self._bytes, self.items, self.rows)

    @cached_property
    def _group_ends(self) -> NDArray[np.int64]:
        """(groups,) number of the row behind each row group."""
        footer = self._parquet.metadata
        sizes = [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]
        return np.cumsum(sizes, dtype=np.int64)

    def parts(self, keep: NDArray[np.bool_]) -> Iterator[tuple[pa.Table, Vectors]]:
        """Kept rows, one row group at a time: (items, vectors)."""
        start = 0
        for group, end in enumerate(self._group_ends.tolist()):
            rows = np.flatnonzero(keep[start:end])
            if len(rows):
                yield self.read(self.schema.names, [group]).take(rows), self.vectors[start + rows]
            start = end


def differing(folder: Path, sums: Mapping[str, int]) -> list[Path]:
    """Files of a segment in `folder` whose CRC-32 is another than in `sums`; one that is not there is none.

    Raises:
        IndexCorrupt: one cannot be read.
    """
    found = []
    for path, crc in ((folder / name, crc) for name, crc in sums.items()):
        try:
            if path.exists() and crc32(path) != crc:
                found.append(path)
        except OSError as error:
            raise _damaged(path, error.strerror or str(error)) from error
    return found


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
        vectors = read_npy(path, mmap_mode="r")
    except FileNotFoundError as error:
        raise _damaged(path, "the file is missing") from error
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if vectors.shape != (rows, dim) or vectors.dtype != np.float32:
        raise _damaged(path, f"it holds {vectors.dtype} {vectors.shape} where the manifest says float32 {(rows, dim)}")
    return vectors


def _map_keys(path: Path, rows: int) -> NDArray[np.uint64] | None:
    try:
        keys = read_npy(path, mmap_mode="r")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if keys.shape != (2, rows) or keys.dtype != np.uint64:
        raise _damaged(path, f"it holds {keys.dtype} {keys.shape} where the manifest says uint64 {(2, rows)}")
    return keys


def _map_items(path: Path) -> NDArray[np.uint8]:
    try:
        held = np.memmap(path, np.uint8, "r")
    except FileNotFoundError as error:
        raise _damaged(path, "the file is missing") from error
    except (OSError, ValueError) as error:  # ValueError: nothing is in it
        raise _damaged(path, str(error)) from error
    footer = int.from_bytes(held[-8:-4].tobytes(), "little")
    if held[-4:].tobytes() != _MAGIC or footer + 3 * len(_MAGIC) > len(held):
        raise _damaged(path, "it does not end as a Parquet file does")
    return held


def _open_parquet(held: NDArray[np.uint8], path: Path, rows: int) -> pa.parquet.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(pa.BufferReader(pa.py_buffer(held)), page_checksum_verification=True)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, str(error)) from error
    if parquet.metadata.num_rows != rows:
        raise _damaged(path, f"it holds {parquet.metadata.num_rows} rows where the manifest says {rows}")
    return parquet


def _stamp(folder: Path) -> tuple[tuple[int, ...], ...] | None:
    """What tells the files of a segment from others of the same names; None where one is missing."""
    try:
        states = [(folder / name).stat() for name in (layout.VECTORS, layout.ITEMS)]
    except OSError:
        return None
    return tuple((state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns) for state in states)


def _damaged(path: Path, reason: str) -> IndexCorrupt:
    return IndexCorrupt(
        f"The index file {path} is damaged ({reason}): restore it, or index the corpus into a new folder."
    )
