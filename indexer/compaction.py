"""Giving back the disk that deleted rows take, and reading fewer files afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer import lexicon
from indexer.ann.optimize import Wish, bring_up_to_date, installed
from indexer.bulk import LARGEST
from indexer.calibration import calibrate
from indexer.durable import disk_errors
from indexer.keeping import forget_versions, keep_versions, sweep
from indexer.progress import Progress
from indexer.writer import IndexWriter
from retriever.errors import UsageError
from retriever.store import layout
from retriever.store.manifest import Manifest


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


def compact(folder: Path, keep: int = 1, *, progress: Progress | None = None) -> Compaction:
    """Rewrites the live rows of the index in `folder` into as few segments as needed; ids stay, row numbers change.

    An approximate search is built again where its rows have moved.

    Readers that have the index open keep their view, but must open it again to filter.

    Args:
        folder: of the index.
        keep: versions that can be opened afterwards, the compacted one included; others and their files go.
        progress: told of the approximate search, where it is built again.

    Raises:
        IndexMissing: there is none.
        IndexBusy: another process writes to it.
        UsageError: `keep` is not 1 or more.
        RetrieverError: the disk is full; the index is as usable as before.
    """
    if keep < 1:
        raise UsageError(f"--keep {keep}: at least 1 version is kept, the newest.")
    folder = Path(folder)
    space = Manifest.read(folder).space
    with IndexWriter(folder, space) as writer:
        before, bytes_before = writer.snapshot, layout.bytes_on_disk(folder)
        entries = before.manifest.segments if before is not None else ()
        live = before.live_counts().tolist() if before is not None else []
        groups = groups_to_compact(live, [entry.rows for entry in entries])
        with disk_errors(folder):
            # What the new version takes the place of goes at once, so that there is never a second index on disk.
            forget_versions(folder, keep - 1 if groups else keep)
            for group in groups:
                writer.rewrite({entries[position].name for position in group})
                sweep(folder, writer.manifest)
            lexicon.bring_up_to_date(writer.snapshot)
            bring_up_to_date(writer, Wish(), lambda: installed(space), progress)
            calibrate(writer, lambda: installed(space))
            keep_versions(folder, writer.manifest, keep)
            sweep(folder, writer.manifest)
        rows, after = (0 if snapshot is None else snapshot.rows for snapshot in (before, writer.snapshot))
        return Compaction(rows, after, bytes_before - layout.bytes_on_disk(folder))
