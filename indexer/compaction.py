"""Giving back the disk that deleted rows take, and reading fewer files afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.durable import disk_errors
from indexer.writer import IndexWriter
from retriever.store import layout
from retriever.store.manifest import Manifest

LARGEST = 1_048_576
"""Rows of the largest segment that compaction makes; it needs free disk for one of them, not for a second index."""


@dataclass(frozen=True)
class Compaction:
    """What `compact` did.

    Attributes:
        rows_before: deleted ones included.
        rows_after: all live.
        bytes_freed: on disk.
    """

    rows_before: int
    rows_after: int
    bytes_freed: int


def groups_to_compact(live: Sequence[int], rows: Sequence[int], largest: int = LARGEST) -> list[list[int]]:
    """Positions of the segments to rewrite, grouped by the segment that they become.

    Args:
        live: live rows of each segment.
        rows: all rows of each segment.
        largest: live rows that one group may have, unless a single segment has more.
    """
    groups: list[list[int]] = []
    held = largest + 1
    for position, count in enumerate(live):
        if held + count > largest:
            groups.append([])
            held = 0
        groups[-1].append(position)
        held += count
    return [group for group in groups if len(group) > 1 or live[group[0]] < rows[group[0]]]


def compact(folder: Path) -> Compaction:
    """Rewrites the live rows of the index in `folder` into as few segments as needed; ids stay, row numbers change.

    Readers that have the index open keep their view, but must open it again to filter.

    Raises:
        IndexMissing: there is none.
        IndexBusy: another process writes to it.
        RetrieverError: the disk is full; the index is as usable as before.
    """
    folder = Path(folder)
    with IndexWriter(folder, Manifest.read(folder).space) as writer:
        before, bytes_before = writer.snapshot, layout.bytes_on_disk(folder)
        if before is None:
            return Compaction(0, 0, 0)
        live = [int(mask.sum()) for mask in before.live_by_segment()]
        rows = [entry.rows for entry in before.manifest.segments]
        with disk_errors(folder):
            for group in groups_to_compact(live, rows):
                writer.rewrite({before.manifest.segments[position].name for position in group})
                writer.sweep()
            writer.sweep()
        after = 0 if writer.snapshot is None else writer.snapshot.rows
        return Compaction(before.rows, after, bytes_before - layout.bytes_on_disk(folder))
