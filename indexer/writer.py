"""The only code that writes an index: journal -> segment -> manifest, in an order that any crash leaves readable.

The manifest is the truth. What it does not list does not exist; what it lists is on disk before it says so; and the
journal goes only after a manifest lists its rows. A journal is numbered like the segment that it becomes, so that one
left behind by a crash in between is known to be sealed already.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import journal as journals
from indexer.durable import FolderLock, disk_errors
from indexer.extras import Spelling
from indexer.journal import Journal, Leftover
from indexer.records import write_deleted, write_failures, write_manifest
from indexer.segments import SEAL_ROWS, merged_parts, segments_to_merge, write_segment
from retriever.errors import SpaceError, UsageError
from retriever.spaces.base import SpaceIdentity
from retriever.store import layout
from retriever.store.failures import Failure, read_failures
from retriever.store.manifest import Manifest, SegmentEntry
from retriever.store.snapshot import Snapshot
from retriever.types import Vectors


class IndexWriter:
    """Adds to, deletes from and tidies one index; use it as a context manager.

    Rows appended are on disk at once and survive a kill, but readers see them from `commit` on (or from the moment
    `SEAL_ROWS` of them became a segment). Leaving the block without `commit` keeps them for the next writer.

    Args:
        folder: of the index; made if missing.
        identity: the space of the vectors to come.

    Attributes:
        snapshot: what is committed now; None while the index has no rows.
        recovered: rows saved from a run that was interrupted.

    Raises:
        IndexBusy: another process writes to it.
        IndexCorrupt: it is damaged.
        SpaceError: it holds vectors of another space.
        UsageError: the folder holds something else.
    """

    snapshot: Snapshot | None
    recovered: int

    def __init__(self, folder: Path | str, identity: SpaceIdentity) -> None:
        self.folder = Path(folder)
        with disk_errors(self.folder):
            _make_folder(self.folder)
            self._lock = FolderLock(self.folder)
        try:
            self._manifest = _manifest(self.folder, identity)
            self._journal: Journal | None = None
            self._doomed: NDArray[np.int64] = np.zeros(0, np.int64)
            self._reopen()
            self._spelling = Spelling(self.snapshot.columns() if self.snapshot is not None else ())
            with disk_errors(self.folder):
                self.recovered = self._seal()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> IndexWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the lock back; uncommitted rows stay in the journal, uncommitted deletions are forgotten."""
        if self._journal:
            self._journal.close()
        self._lock.release()

    def root(self, path: Path) -> str:
        """The short name that the corpus at `path` has in this index: its folder's name, numbered where taken."""
        absolute = str(path.resolve())
        roots = self._manifest.roots
        for name, known in roots.items():
            if known == absolute:
                return name
        stem = path.resolve().name or "root"
        name = next(name for n in range(1, len(roots) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in roots)
        with disk_errors(self.folder):
            self._publish(roots={**roots, name: absolute})
        return name

    def append(self, items: Sequence[Mapping[str, Any]], vectors: Vectors) -> None:
        """Adds rows, durable when this returns; an id that is live already takes the place of its older row.

        Args:
            items: n mappings with the columns of `retriever.store.schema.ITEMS` (missing ones null) and any others.
            vectors: (n, d) float32 of unit length.
        """
        if not len(items):
            return
        self._check(items, vectors)
        with disk_errors(self.folder):
            if self._journal is None:
                self._seal()  # a journal whose sealing failed, say on a full disk, is never written over
                self._ensure_manifest()
                self._journal = Journal(self.folder, self._manifest.next_segment, self._manifest.space.dim)
            self._journal.append([self._spelling.item(item) for item in items], vectors)
            if self._journal.rows >= SEAL_ROWS:
                self._seal()

    def delete(self, rows: NDArray[np.int64]) -> None:
        """Marks rows of `snapshot` as deleted; takes effect at `commit`."""
        self._doomed = np.union1d(self._doomed, np.asarray(rows, np.int64))

    def replace_failures(self, root: str, scope: Callable[[str], bool], failures: Sequence[Failure]) -> None:
        """Writes `failures` in place of those known below `root` whose path is in `scope`, or that come again."""
        known, again = read_failures(self.folder), {failure.path for failure in failures}
        paths = [self._path_below(root, failure) for failure in known]
        kept = [
            failure
            for failure, path in zip(known, paths, strict=True)
            if path is None or not (path in again or scope(path))
        ]
        if [*kept, *failures] != known:
            with disk_errors(self.folder):
                write_failures(self.folder, [*kept, *failures])

    def _path_below(self, root: str, failure: Failure) -> str | None:
        """Path below `root` of a failure, also one of a root that `root` has taken over; None elsewhere."""
        roots = self._manifest.roots
        here, there = Path(roots.get(root, root)), Path(roots.get(failure.root, failure.root), failure.path)
        return there.relative_to(here).as_posix() if there.is_relative_to(here) else None

    def commit(self) -> Snapshot:
        """Makes all appended rows and deletions visible, merges small segments, and removes files nobody needs.

        Files of the version before stay until the next commit, for readers that are still filtering it.
        """
        before = self._manifest
        with disk_errors(self.folder):
            self._seal()
            if len(self._doomed):
                self._publish(deleted=np.union1d(self._deleted(), self._doomed))
                self._doomed = self._doomed[:0]
            self._merge_small()
            self._ensure_manifest()
            self.sweep(before)
        return Snapshot.open(self.folder) if self.snapshot is None else self.snapshot

    def rewrite(self, names: Collection[str]) -> None:
        """Replaces the segments called `names` by one of their live rows, behind the others; row numbers change."""
        if not names or self.snapshot is None:
            return
        every = list(zip(self._manifest.segments, self.snapshot.segments, self.snapshot.live_by_segment(), strict=True))
        stay = [(entry, live) for entry, _, live in every if entry.name not in names]
        merge = [(segment, live) for entry, segment, live in every if entry.name in names]
        rows = sum(int(live.sum()) for _, live in merge)
        entries = [entry for entry, _ in stay]
        if rows:
            schema, parts = merged_parts(merge)
            number = self._manifest.next_segment
            entries.append(write_segment(self.folder, number, schema, self._manifest.space.dim, rows, parts))
        live = np.concatenate([*(live for _, live in stay), np.ones(rows, np.bool_)])
        self._publish(segments=tuple(entries), deleted=np.flatnonzero(~live))

    def sweep(self, *keep: Manifest) -> None:
        """Removes segments, tombstones and ann folders that neither the current manifest nor one of `keep` lists."""
        manifests = (self._manifest, *keep)
        segments = {entry.name for manifest in manifests for entry in manifest.segments}
        deleted = {manifest.deleted for manifest in manifests}
        for folder in _entries(self.folder / layout.SEGMENTS):
            if folder.name not in segments:
                shutil.rmtree(folder)
        for file in _entries(self.folder / layout.DELETED):
            if file.name not in deleted:
                file.unlink()
        searched = {manifest.ann for manifest in manifests}
        for folder in _entries(self.folder / layout.ANN):
            if folder.name not in searched:
                shutil.rmtree(folder)

    def _seal(self) -> int:
        """Turns the journal, this writer's or one found, into a segment; returns the rows that this made visible."""
        if self._journal:
            self._journal.close()
            self._journal = None
        found = Leftover(self.folder)
        rows = found.rows if found.segment >= self._manifest.next_segment else 0
        if rows:
            dim = self._manifest.space.dim
            entry = write_segment(self.folder, found.segment, found.schema, dim, rows, found.parts())
            self._publish(
                segments=(*self._manifest.segments, entry),
                deleted=np.union1d(self._deleted(), self._superseded(found.ids)),
            )
        journals.discard(self.folder)
        return rows

    def _superseded(self, ids: list[str]) -> NDArray[np.int64]:
        """Rows whose id comes again in the segment about to follow, and rows of that segment whose id comes later."""
        last = {id: place for place, id in enumerate(ids)}
        repeated = [self._manifest.rows + place for place, id in enumerate(ids) if last[id] != place]
        older = self.snapshot.locate(list(last)) if self.snapshot is not None else np.zeros(0, np.int64)
        return np.concatenate([older[older >= 0], np.array(repeated, np.int64)])

    def _merge_small(self) -> None:
        if self.snapshot is not None:
            sizes = [int(live.sum()) for live in self.snapshot.live_by_segment()]
            self.rewrite({self._manifest.segments[place].name for place in segments_to_merge(sizes)})

    def _deleted(self) -> NDArray[np.int64]:
        return np.flatnonzero(~self.snapshot.live) if self.snapshot is not None else np.zeros(0, np.int64)

    def _publish(
        self,
        *,
        roots: dict[str, str] | None = None,
        segments: tuple[SegmentEntry, ...] | None = None,
        deleted: NDArray[np.int64] | None = None,
    ) -> None:
        """Swaps the manifest for one with these parts replaced; everything it lists is on disk before."""
        old = self._manifest
        version, now = old.version + 1, datetime.now(UTC).isoformat(timespec="seconds")
        new = replace(old, version=version, created=old.created or now, updated=now)
        if roots is not None:
            new = replace(new, roots=roots)
        if segments is not None:
            following = [int(entry.name) + 1 for entry in segments]
            new = replace(new, segments=segments, next_segment=max([old.next_segment, *following]))
        if deleted is not None:
            new = replace(new, deleted=write_deleted(self.folder, version, deleted))
        write_manifest(self.folder, new)
        self._manifest = new
        self._reopen()

    def _ensure_manifest(self) -> None:
        if not self._manifest.version:
            self._publish()

    def _reopen(self) -> None:
        self.snapshot = Snapshot.open(self.folder) if self._manifest.segments else None

    def _check(self, items: Sequence[Mapping[str, Any]], vectors: Vectors) -> None:
        space = self._manifest.space
        if vectors.shape != (len(items), space.dim) or vectors.dtype != np.float32:
            raise SpaceError(
                f"The space {space.name!r} gave {vectors.dtype} {vectors.shape} for {len(items)} items "
                f"where float32 {(len(items), space.dim)} is due: fix its encoder."
            )
        if not (np.abs(np.linalg.norm(vectors, axis=1) - 1) < 1e-3).all():
            raise SpaceError(f"The space {space.name!r} gave a vector that is not of unit length: fix its encoder.")


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"The index {folder} would be a folder, and this is a file: name another with --index.")
    folder.mkdir(parents=True, exist_ok=True)
    if layout.is_index(folder):
        return
    strangers = sorted({path.name for path in folder.iterdir()} - {layout.LOCK, f"{layout.MANIFEST}.tmp"})
    if strangers:
        raise UsageError(
            f"The folder {folder} is no index and not empty (it has {strangers[0]!r}): name a new folder with --index."
        )


def _manifest(folder: Path, identity: SpaceIdentity) -> Manifest:
    if not layout.is_index(folder):
        return Manifest(space=identity)
    manifest = Manifest.read(folder)
    if manifest.space != identity:
        raise SpaceError(
            f"The index {folder} holds vectors of {manifest.space}, "
            f"these would be of {identity}: use that space, or another folder with --index."
        )
    return manifest


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
