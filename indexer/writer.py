"""The only code that writes the rows of an index: journal -> segment -> manifest, so that any crash leaves it readable.

The manifest is the truth. What it does not list does not exist; what it lists is on disk before it says so; and the
journal goes only after a manifest lists its rows. A journal is numbered like the segment that it becomes, so that one
left behind by a crash in between is known to be sealed already.

Of the rows of one segment that share an id only the last is ever live, and of all segments at most one such row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer import bulk, lexicon
from indexer import journal as journals
from indexer.admission import check_vectors, make_folder, manifest_of
from indexer.durable import FolderLock, disk_errors
from indexer.extras import Spelling
from indexer.journal import Journal, Leftover
from indexer.keeping import keep_found, keep_versions, sweep
from indexer.records import write_deleted, write_manifest
from indexer.segments import SEAL_ROWS, Part, merged_parts, segments_to_merge, sound, write_segment
from indexer.superseding import superseded, union
from retriever.files import crc32
from retriever.spaces.base import SpaceIdentity
from retriever.store import layout
from retriever.store.manifest import Manifest, SegmentEntry
from retriever.store.roots import place_of
from retriever.store.segment import Segment
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
            make_folder(self.folder)
            self._lock = FolderLock(self.folder)
        try:
            self._manifest = manifest_of(self.folder, identity)
            self._journal: Journal | None = None
            self._doomed: list[NDArray[np.int64]] = []
            self._forgotten: set[str] = set()
            self.snapshot = Snapshot.open(self.folder) if self._manifest.segments else None
            with disk_errors(self.folder):
                keep_found(self.folder, self._manifest)
                if self.snapshot is not None:
                    self._manifest = replace(self._manifest, roots=self.snapshot.roots)
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
        """Gives the lock back; uncommitted rows stay in the journal, uncommitted deletions are forgotten.

        What writes raises UsageError from then on, for another writer may have changed the index.
        """
        if self._journal:
            self._journal.close()
        self._lock.release()

    def root(self, path: Path) -> str:
        """As `root_names`, of one corpus."""
        return self.root_names([path])[0]

    def root_names(self, paths: Sequence[Path]) -> list[str]:
        """The short names that the corpora at `paths` have in this index: the folder's, numbered where it is taken.

        A name is taken, too, where rows have it that somebody else wrote: they are of no file below the folder.
        """
        roots = dict(self._manifest.roots)
        names = {place: name for name, place in reversed(roots.items())}
        found = [(path, path.resolve()) for path in paths]
        new = [place for path, place in found if str(path) not in names and str(place) not in names]
        taken = {*roots, *self._roots_of_rows()} if new else set()
        for place in dict.fromkeys(new):
            stem = place.name or "root"
            name = next(name for n in count(1) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)
            taken.add(name)
            roots[name], names[str(place)] = str(place), name
        if new:
            with self._lock.writing():
                self._publish(roots=roots)
        # As it is written first: a known root may be a link by now.
        return [names[str(path) if str(path) in names else str(place)] for path, place in found]

    def move_root(self, name: str, place: Path) -> None:
        """Lets the corpus of this short name be the one at the absolute path `place`."""
        with self._lock.writing():
            self._publish(roots={**self._manifest.roots, name: str(place)})

    def append(self, items: Sequence[Mapping[str, Any]], vectors: Vectors) -> None:
        """Adds rows, durable when this returns; an id that is live already takes the place of its older row.

        Args:
            items: n mappings with the columns of `retriever.store.schema.ITEMS`, of which only nullable ones may be
                missing, and any others; ``root`` is a name that `root` gave, any other one is shown as it is.
            vectors: (n, d) float32 of unit length.

        Raises:
            SpaceError: vectors do not fit the space.
            UsageError: a column is missing or holds something else; none of the items is added.
        """
        if not len(items):
            return
        check_vectors(self._manifest.space, len(items), vectors)
        with self._lock.writing():
            if self._journal is None:
                self._seal()  # a journal whose sealing failed, say on a full disk, is never written over
                self._ensure_manifest()
                self._journal = Journal(self.folder, self._manifest.next_segment, self._manifest.space.dim)
            self._journal.append([self._spelling.item(item) for item in items], vectors)
            if self._journal.rows >= SEAL_ROWS:
                self._seal()

    def extend(self, parts: Iterable[Part]) -> int:
        """Adds many rows without a journal: large segments are written directly, a few row groups in memory.

        Every segment of a million rows is durable and seen by readers as soon as it is full, the last one when this
        returns. Where it ends early, the rows of the segment under way are lost, and those before stay. As with
        `append`, a later row takes the place of an older one with its id.

        Args:
            parts: (items with the columns of `retriever.store.schema.ITEMS`, of which only nullable ones may be
                missing, and any others; (n, d) float32 of unit length), of any sizes; read once, a part at a time.

        Returns:
            Rows added.

        Raises:
            SpaceError: vectors do not fit the space.
            UsageError: a column is missing or holds something else.
        """
        with self._lock.writing():
            self._seal()
            self._ensure_manifest()
        before, dim = self._manifest.rows, self._manifest.space.dim
        ready = (self._ready(items, vectors) for items, vectors in parts)
        for entry in bulk.write_segments(self.folder, self._manifest.next_segment, dim, ready):
            with self._lock.writing():
                self._take_in(entry)
        return self._manifest.rows - before

    def delete(self, rows: NDArray[np.int64]) -> None:
        """Marks rows of `snapshot` as deleted; takes effect at `commit`."""
        self._doomed.append(np.array(rows, np.int64))

    def forget_roots(self, names: Iterable[str]) -> None:
        """Takes roots off the list at `commit`, unless items of them stay; `names` are those that `root` gave."""
        self._forgotten.update(names)

    def commit(self) -> Snapshot:
        """Makes all appended rows and deletions visible, merges small segments, and removes files nobody needs.

        The version is kept, and so are those of the `versions.KEEP` - 1 commits before, with their files.
        """
        before = self._manifest
        with self._lock.writing():
            doomed = np.concatenate([np.zeros(0, np.int64), *self._doomed])
            if not self._seal(doomed) and len(doomed):
                self._publish(deleted=union(self._deleted(), doomed))
            self._doomed = []
            self._drop_roots()
            self._merge_small()
            self._ensure_manifest()
            keep_versions(self.folder, self._manifest)
            sweep(self.folder, self._manifest, before)
        return Snapshot.open(self.folder) if self.snapshot is None else self.snapshot

    def rewrite(self, names: Collection[str]) -> None:
        """Replaces the segments called `names` by one of their live rows, behind the others; row numbers change."""
        self._lock.check()
        if not names or self.snapshot is None:
            return
        every = list(zip(self._manifest.segments, self.snapshot.segments, self.snapshot.live_by_segment(), strict=True))
        # A copy would have a checksum of its own, and so hide damage; where nothing is copied, there is none to hide.
        names = {
            entry.name
            for entry, _, live in every
            if entry.name in names and (not live.any() or sound(self.folder, entry))
        }
        if not names:
            return
        stay = [(entry, live) for entry, _, live in every if entry.name not in names]
        merge = [(segment, live) for entry, segment, live in every if entry.name in names]
        rows = sum(int(live.sum()) for _, live in merge)
        entries = [entry for entry, _ in stay]
        if rows:
            schema, parts = merged_parts(merge)
            number = self._manifest.next_segment
            entries.append(write_segment(self.folder, number, schema, self._manifest.space.dim, parts))
            lexicon.write(self.folder / layout.SEGMENTS / entries[-1].name)
        live = np.concatenate([*(live for _, live in stay), np.ones(rows, np.bool_)])
        self._publish(segments=tuple(entries), deleted=np.flatnonzero(~live))

    @property
    def manifest(self) -> Manifest:
        """What is published now."""
        return self._manifest

    def keep_for_later(self, *, folder_labels: bool, objects: bool) -> None:
        """Notes whether folders are classes, and objects of scenes are items, for the runs to come."""
        if (folder_labels, objects) != (self._manifest.folder_labels, self._manifest.objects):
            with self._lock.writing():
                self._publish(folder_labels=folder_labels, objects=objects)

    def set_ann(self, name: str | None, **wish: Any) -> None:
        """Makes the folder `name` below ``ann``, which is on disk, what an approximate search uses; None for none.

        Args:
            name: of the folder.
            wish: `Manifest.recall` and `Manifest.memory`, where they are to change.
        """
        with self._lock.writing():
            self._publish(ann=name, **wish)

    def _seal(self, doomed: NDArray[np.int64] | None = None) -> int:
        """Turns the journal, this writer's or one found, into a segment, and deletes rows where there is one.

        Returns:
            The rows that this made visible.
        """
        if self._journal:
            self._journal.close()
            self._journal = None
        found = Leftover(self.folder)
        rows = found.rows if found.segment >= self._manifest.next_segment else 0
        if rows:
            dim = self._manifest.space.dim
            self._take_in(write_segment(self.folder, found.segment, found.schema, dim, found.parts()), doomed)
        journals.discard(self.folder)
        return rows

    def _take_in(self, entry: SegmentEntry, doomed: NDArray[np.int64] | None = None) -> None:
        """Makes a segment that is on disk count, in place of older rows with its ids; deletes rows, too."""
        segment = Segment(self.folder / layout.SEGMENTS / entry.name, entry.rows, self._manifest.space.dim)
        lexicon.write(segment.items.parent)
        gone = superseded(self.snapshot, segment)
        deleted = union(self._deleted(), gone if doomed is None else np.concatenate([gone, doomed]))
        self._publish(segments=(*self._manifest.segments, entry), deleted=deleted)

    def _ready(self, items: pa.Table, vectors: Vectors) -> Part:
        check_vectors(self._manifest.space, len(items), vectors)
        return bulk.as_items(items, self._spelling), vectors

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.snapshot.columns() if self.snapshot is not None else ())

    def _drop_roots(self) -> None:
        gone, roots = self._forgotten, self._manifest.roots
        if gone:
            gone -= self._roots_of_rows()
        if gone & roots.keys():
            self._publish(roots={name: at for name, at in roots.items() if name not in gone})
        self._forgotten = set()

    def _roots_of_rows(self) -> set[str]:
        """The short names that live rows have for their root."""
        if self.snapshot is None:
            return set()
        return set(self.snapshot.column("root").filter(pa.array(self.snapshot.live)).unique().to_pylist())

    def _merge_small(self) -> None:
        if self.snapshot is not None:
            sizes = self.snapshot.live_counts().tolist()
            self.rewrite({self._manifest.segments[place].name for place in segments_to_merge(sizes)})

    def _deleted(self) -> NDArray[np.int64]:
        return self.snapshot.deleted if self.snapshot is not None else np.zeros(0, np.int64)

    def _publish(self, deleted: NDArray[np.int64] | None = None, **changes: Any) -> None:
        """Swaps the manifest for one with these deleted rows and attributes; everything it lists is on disk before."""
        old = self._manifest
        version, now = old.version + 1, datetime.now(UTC).isoformat(timespec="seconds")
        new = replace(old, version=version, created=old.created or now, updated=now, **changes)
        number = max([old.next_segment, *(int(entry.name) + 1 for entry in new.segments)])
        new = replace(new, next_segment=number, folder=place_of(self.folder))
        if deleted is not None:
            name = write_deleted(self.folder, version, deleted)
            new = replace(new, deleted=name, deleted_crc=crc32(self.folder / layout.DELETED / name) if name else None)
        write_manifest(self.folder, new)
        self._manifest = new
        self.snapshot = Snapshot(self.folder, new, self.snapshot) if new.segments else None

    def _ensure_manifest(self) -> None:
        """Publishes a first one, and one that says where the index and its roots are now that it has moved."""
        if not self._manifest.version or self._manifest.folder != place_of(self.folder):
            self._publish()
