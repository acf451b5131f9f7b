"""Making segments: from a journal, from ready tables, or from others that are small or full of deleted rows."""

from __future__ import annotations

import logging
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from retriever.files import crc32, sync_folder
from retriever.store import layout
from retriever.store.ids import id_keys
from retriever.store.manifest import SegmentEntry
from retriever.store.schema import conform, merged_by
from retriever.store.segment import Segment, differing
from retriever.types import Vectors

log = logging.getLogger(__name__)

SEAL_ROWS = 65_536
"""Rows after which a journal becomes a segment; smaller segments are merged when there are many."""

ROW_GROUP = 2_048
"""Rows that are read together: a page of ten hits may lie in ten groups, so few; a filter reads all, so not too few."""

Part = tuple[pa.Table, Vectors]


def segments_to_merge(rows: Sequence[int], small: int = SEAL_ROWS, most: int = 8) -> list[int]:
    """Positions of the segments to rewrite as one, once there are more than `most` small ones.

    The smallest ones: as few as bring their number down to `most`, and then each that is not much larger than those
    taken together. So a row is rewritten about as often as the small segments' rows double, not at every merge.

    Args:
        rows: live rows of each segment.
        small: fewer rows than this make a segment small.
        most: small segments that may stay.
    """
    order = sorted((count, position) for position, count in enumerate(rows) if count < small)
    if len(order) <= most:
        return []
    taken: list[int] = []
    held = 0
    for count, position in order:
        left = len(order) - len(taken) + (held > 0)
        if left <= most and count > 2 * held:
            break
        taken.append(position)
        held += count
    return sorted(taken)


class SegmentWriter:
    """A segment while it is written, a row group at a time; it counts once a manifest lists what `finish` returns.

    Args:
        folder: of the index.
        number: one that no manifest has listed.
        schema: columns of the items.
        dim: length of a vector.

    Attributes:
        rows: given so far.
        schema: columns of the items.
    """

    def __init__(self, folder: Path, number: int, schema: pa.Schema, dim: int) -> None:
        self.rows = 0
        self.schema = schema
        self._dim = dim
        self._folder = folder / layout.SEGMENTS / f"{number:06d}"
        shutil.rmtree(self._folder, ignore_errors=True)  # what a crash before the manifest left
        self._folder.mkdir(parents=True)
        self._rest: list[Part] = []
        self._written = 0
        self._modalities: Counter[str] = Counter()
        self._keys: list[NDArray[np.uint64]] | None = []
        self._files: list[BinaryIO] = []
        self._parquet: pq.ParquetWriter | None = None
        try:
            self._vectors, self._items = self._file(layout.VECTORS), self._file(layout.ITEMS)
            self._parquet = pq.ParquetWriter(self._items, schema, compression="zstd", write_page_checksum=True)
            self._write_header()
        except BaseException:
            self.abandon()
            raise

    def add(self, items: pa.Table, vectors: Vectors) -> None:
        """Adds rows: items with the columns of `schema`, and as many vectors; only about a row group is held."""
        self._rest.append((items, vectors))
        self.rows += len(vectors)
        held = self.rows - self._written
        if held >= ROW_GROUP:
            self._write_groups(held - held % ROW_GROUP)

    def finish(self) -> SegmentEntry:
        """Syncs it to disk; returns what a manifest lists to make it count."""
        if self._rest:
            self._write_groups(self.rows - self._written)
        assert self._parquet is not None
        self._parquet.close()
        self._vectors.seek(0)
        self._write_header()
        if self._keys is not None:
            np.save(self._file(layout.IDS), _sorted_keys(self._keys), allow_pickle=False)
        for file in self._files:
            file.flush()
            os.fsync(file.fileno())
            file.close()
        sums = {name: crc32(self._folder / name) for name in (Path(file.name).name for file in self._files)}
        for folder in (self._folder, self._folder.parent, self._folder.parent.parent):
            sync_folder(folder)
        return SegmentEntry(self._folder.name, self.rows, dict(self._modalities), sums)

    def abandon(self) -> None:
        """Leaves nothing of it."""
        if self._parquet is not None:
            with suppress(OSError, pa.ArrowException):  # what is not written yet need not be
                self._parquet.close()
            self._parquet.is_open = False  # so that it does not try again when it is collected
        for file in self._files:
            with suppress(OSError):
                file.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, name: str) -> BinaryIO:
        file = (self._folder / name).open("wb")
        self._files.append(file)
        return file

    def _write_header(self) -> None:
        # numpy leaves room in it for any number of rows, so that it can be written again at the end.
        header = {"descr": "<f4", "fortran_order": False, "shape": (self.rows, self._dim)}
        np.lib.format.write_array_header_1_0(self._vectors, header)

    def _write_groups(self, rows: int) -> None:
        """Writes the next `rows` rows; row groups come out even whatever the parts were."""
        items, vectors = pa.concat_tables([items for items, _ in self._rest]), [block for _, block in self._rest]
        joined = np.concatenate(vectors) if len(vectors) > 1 else vectors[0]
        for start in range(0, rows, ROW_GROUP):
            end = min(start + ROW_GROUP, rows)
            self._write_group(items.slice(start, end - start), joined[start:end])
        # Copies, so that the rest does not keep the whole alive.
        self._rest = [(items.slice(rows).combine_chunks(), joined[rows:].copy())] if rows < len(joined) else []
        self._written += rows

    def _write_group(self, items: pa.Table, vectors: Vectors) -> None:
        assert self._parquet is not None
        self._parquet.write_table(items, row_group_size=ROW_GROUP)
        self._vectors.write(np.ascontiguousarray(vectors, "<f4").data)
        self._modalities.update(items.column("modality").to_pylist())
        keys = id_keys(items.column("id").to_pylist()) if self._keys is not None else None
        self._keys = None if keys is None or self._keys is None else [*self._keys, keys]


def write_segment(folder: Path, number: int, schema: pa.Schema, dim: int, parts: Iterable[Part]) -> SegmentEntry:
    """Writes segment `number` of the index in `folder`, synced to disk; on an error nothing of it is left.

    Args:
        folder: of the index.
        number: one that no manifest has listed.
        schema: columns of the items.
        dim: length of a vector.
        parts: (items with the columns of `schema`, vectors), any sizes; only about a row group is held at a time.

    Returns:
        What a manifest lists to make it count.
    """
    writer = SegmentWriter(folder, number, schema, dim)
    try:
        for items, vectors in parts:
            writer.add(items, vectors)
        return writer.finish()
    except BaseException:
        writer.abandon()
        raise


def sound(folder: Path, entry: SegmentEntry) -> bool:
    """Whether a segment of the index in `folder` is as it was written, by its checksums; if not, it is said."""
    path = folder / layout.SEGMENTS / entry.name
    if not differing(path, entry.files):
        return True
    log.warning(f"The segment {path} is damaged and stays as it is: `retriever check` says what to do.")
    return False


def _sorted_keys(keys: Sequence[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """(2, rows) the ids' numbers, ascending, and their rows, ascending where a number comes again."""
    every = np.concatenate(keys)
    order = np.argsort(every, kind="stable")
    return np.stack([every[order], order.astype("<u8")])


def merged_parts(segments: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> tuple[pa.Schema, Iterator[Part]]:
    """Columns and kept rows of segments, each with a mask of the rows to keep, as `write_segment` takes them."""
    schema = merged_by([(segment.schema, bool(keep.any())) for segment, keep in segments])
    parts = (part for segment, keep in segments for part in segment.parts(keep))
    return schema, ((conform(table, schema, len(block)), block) for table, block in parts)
