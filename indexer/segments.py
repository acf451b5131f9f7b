"""Making segments: from a journal, or from others that are small or full of deleted rows."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from indexer.durable import sync_folder
from retriever.store import layout
from retriever.store.manifest import SegmentEntry
from retriever.store.schema import conform, merged
from retriever.store.segment import Segment
from retriever.types import Vectors

SEAL_ROWS = 65_536
"""Rows after which a journal becomes a segment; smaller segments are merged when there are many."""

ROW_GROUP = 2_048
"""Rows that are read together: a page of ten hits may lie in ten groups, so few; a filter reads all, so not too few."""

Part = tuple[pa.Table, Vectors]


def segments_to_merge(rows: Sequence[int], small: int = SEAL_ROWS, most: int = 8) -> list[int]:
    """Positions of the segments to rewrite as one: all small ones, once there are more than `most` of them.

    Args:
        rows: live rows of each segment.
        small: fewer rows than this make a segment small.
        most: small segments that may stay.
    """
    positions = [position for position, count in enumerate(rows) if count < small]
    return positions if len(positions) > most else []


def write_segment(
    folder: Path, number: int, schema: pa.Schema, dim: int, rows: int, parts: Iterable[Part]
) -> SegmentEntry:
    """Writes segment `number` of the index in `folder`, synced to disk; on an error nothing of it is left.

    Args:
        folder: of the index.
        number: one that no manifest has listed.
        schema: columns of the items.
        dim: length of a vector.
        rows: of all parts together.
        parts: (items with the columns of `schema`, vectors), any sizes; only about a row group is held at a time.

    Returns:
        What a manifest lists to make it count.
    """
    target = folder / layout.SEGMENTS / f"{number:06d}"
    shutil.rmtree(target, ignore_errors=True)  # what a crash before the manifest left
    target.mkdir(parents=True)
    modalities: Counter[str] = Counter()
    try:
        with (target / layout.VECTORS).open("wb") as vectors, (target / layout.ITEMS).open("wb") as items:
            header = {"descr": "<f4", "fortran_order": False, "shape": (rows, dim)}
            np.lib.format.write_array_header_1_0(vectors, header)
            with pq.ParquetWriter(items, schema, compression="zstd") as writer:
                for table, block in _rechunk(parts, ROW_GROUP):
                    writer.write_table(table, row_group_size=ROW_GROUP)
                    modalities.update(table.column("modality").to_pylist())
                    vectors.write(np.ascontiguousarray(block, "<f4").data)
            for file in (vectors, items):
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    for parent in (target, target.parent, folder):
        sync_folder(parent)
    return SegmentEntry(target.name, rows, dict(modalities))


def merged_parts(segments: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> tuple[pa.Schema, Iterator[Part]]:
    """Columns and kept rows of segments, each with a mask of the rows to keep, as `write_segment` takes them."""
    schema = merged([segment.schema for segment, _ in segments])
    parts = (part for segment, keep in segments for part in segment.parts(keep))
    return schema, ((conform(table, schema, len(block)), block) for table, block in parts)


def _rechunk(parts: Iterable[Part], size: int) -> Iterator[Part]:
    """The same rows in parts of `size`, the last one smaller; row groups come out even whatever the batches were."""
    tables: list[pa.Table] = []
    blocks: list[Vectors] = []
    held = 0
    for table, block in parts:
        tables.append(table)
        blocks.append(block)
        held += len(block)
        if held < size:
            continue
        whole, joined = pa.concat_tables(tables), np.concatenate(blocks)
        cut = held - held % size
        for start in range(0, cut, size):
            yield whole.slice(start, size), joined[start : start + size]
        # Copies, so that the rest does not keep the whole alive.
        tables, blocks, held = [whole.slice(cut).combine_chunks()], [joined[cut:].copy()], held - cut
    if held:
        yield pa.concat_tables(tables), np.concatenate(blocks)
