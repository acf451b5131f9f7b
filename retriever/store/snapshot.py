"""An index as it was at one moment; writers never disturb it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.errors import IndexChanged, IndexCorrupt, UnknownItem
from retriever.files import read_npy
from retriever.store import layout, versions
from retriever.store.ids import id_keys
from retriever.store.manifest import Manifest, SegmentEntry
from retriever.store.roots import located
from retriever.store.segment import Segment, pick
from retriever.types import Modality, Vectors

if TYPE_CHECKING:
    import pyarrow as pa


class Snapshot:
    """Immutable view of one manifest version.

    A row number is a position over the segments in order. Files stay open, so that the view holds while a writer
    commits or compacts; readers take no lock and write nothing.

    Args:
        folder: of the index.
        manifest: the version to see.
        before: an earlier view of the same index; the segments that both have are opened once.
        filter_seconds: a filter that takes longer is given up; None for as long as it takes.

    Attributes:
        folder: of the index.
        manifest: the version seen.
        identity: the space that made the vectors.
        rows: all rows, deleted ones included.
        segments: opened, in row order.
        firsts: (segments,) int64 row number of each segment's first row.
        deleted: int64 rows that no longer count, ascending.
        live: (rows,) False where deleted.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        before: Snapshot | None = None,
        *,
        filter_seconds: float | None = None,
    ) -> None:
        self.folder = folder
        self.filter_seconds = filter_seconds
        self.manifest = manifest
        self.identity = manifest.space
        self.rows = manifest.rows
        opened = {segment.items.parent.name: segment for segment in before.segments} if before is not None else {}
        self.segments: list[Segment] = [
            _segment(folder, entry, manifest.space.dim, opened) for entry in manifest.segments
        ]
        sizes = np.array([entry.rows for entry in manifest.segments], np.int64)
        self.firsts = np.cumsum(sizes) - sizes
        self.deleted = _read_deleted(folder, manifest)
        self.live = np.ones(self.rows, np.bool_)
        self.live[self.deleted] = False
        for array in (self.deleted, self.live):
            array.flags.writeable = False

    @classmethod
    def open(
        cls,
        folder: Path | str,
        version: int | None = None,
        *,
        before: Snapshot | None = None,
        filter_seconds: float | None = None,
    ) -> Snapshot:
        """A version of the index in `folder`.

        Args:
            folder: of the index.
            version: one that is kept, see `retriever.store.versions`; None for the newest.
            before: an earlier view of the same index; the segments that both have are opened once.
            filter_seconds: a filter that takes longer is given up; None for as long as it takes.

        Raises:
            IndexMissing: there is no index.
            IndexCorrupt: its files are damaged or do not fit together.
            UsageError: that version is not kept; names those that are.
        """
        folder = Path(folder)
        read: Callable[[], Manifest] = (
            (lambda: Manifest.read(folder)) if version is None else (lambda: versions.read(folder, version))
        )
        manifest = read()
        while True:
            try:
                return cls(folder, manifest, before, filter_seconds=filter_seconds)
            except IndexCorrupt:
                # A writer may have replaced these files after the manifest was read: look again.
                newer = read()
                if newer.version == manifest.version:
                    raise
                manifest = newer

    def __reduce__(self) -> tuple[Callable[[Path, int], Snapshot], tuple[Path, int]]:
        """What another process needs to open the same version there, as long as it is kept."""
        again = partial(Snapshot.open, filter_seconds=self.filter_seconds)
        return again, (self.folder.absolute(), self.manifest.version)

    def __len__(self) -> int:
        """Live rows."""
        return self.rows - len(self.deleted)

    def __bool__(self) -> bool:
        """A view is there, also one without a live row: `if snapshot` asks whether it is None."""
        return True

    @property
    def overtaken(self) -> bool:
        """Whether a compaction has taken away files of it, so that filters and names cannot be looked at any more."""
        return any(not segment.items.exists() for segment in self.segments)

    def changed(self) -> IndexChanged:
        """The error to raise where it is `overtaken`."""
        return IndexChanged(f"The index {self.folder} was written to since it was opened here: open it again.")

    def blocks(self) -> Iterator[tuple[int, Vectors]]:
        """(first row, memory-mapped (n, d) vectors) of each segment, deleted rows included."""
        for first, segment in zip(self.firsts.tolist(), self.segments, strict=True):
            yield first, segment.vectors

    def live_by_segment(self) -> list[NDArray[np.bool_]]:
        """`live`, cut where segments meet."""
        return np.split(self.live, self.firsts[1:]) if self.segments else []

    def live_counts(self) -> NDArray[np.int64]:
        """(segments,) live rows of each."""
        dead = np.searchsorted(self.deleted, [*self.firsts, self.rows])
        return np.array([segment.rows for segment in self.segments], np.int64) - np.diff(dead)

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """(n, d) copy of the vectors of n rows."""
        rows = np.asarray(rows, np.int64)
        out = np.empty((len(rows), self.identity.dim), np.float32)
        for number, places in self._by_segment(rows):
            out[places] = self.segments[number].vectors[rows[places] - self.firsts[number]]
        return out

    def columns(self) -> list[str]:
        """Names of the items' columns: the core ones, then what the corpus and its metadata added."""
        return self.schema.names

    @cached_property
    def schema(self) -> pa.Schema:
        """The items' columns over all segments; what type they have is for segments with live rows to say."""
        from retriever.store.schema import merged_by

        counts = self.live_counts().tolist()
        return merged_by([(segment.schema, live > 0) for segment, live in zip(self.segments, counts, strict=True)])

    def column(self, name: str) -> pa.ChunkedArray:
        """One column, `rows` long; null where a segment lacks it.

        Raises:
            KeyError: no segment has it.
        """
        import pyarrow as pa

        from retriever.store.schema import conform

        schema = pa.schema([self.schema.field(name)])
        tables = [conform(segment.read([name]), schema, segment.rows) for segment in self.segments]
        return pa.concat_tables(tables or [schema.empty_table()]).column(0)

    def modalities(self) -> dict[Modality, int]:
        """Live rows of each modality that has any."""
        counts = np.bincount(self._modality_codes[self.live], minlength=len(Modality))
        return {modality: int(n) for modality, n in zip(Modality, counts, strict=True) if n}

    def modality_rows(self, modality: Modality) -> NDArray[np.bool_]:
        """(rows,) True where a row is of `modality`, deleted or not."""
        return self._modality_codes == list(Modality).index(Modality(modality))

    def take(self, rows: NDArray[np.int64], columns: Sequence[str] | None = None) -> pa.Table:
        """Items of `rows`, in their order; reads only the row groups that hold them.

        Args:
            rows: row numbers, any order, repeats allowed.
            columns: names (None: all); one that no segment has raises KeyError.
        """
        import pyarrow as pa

        from retriever.store.schema import conform

        schema = self.schema if columns is None else pa.schema([self.schema.field(name) for name in columns])
        unique, back = np.unique(np.asarray(rows, np.int64), return_inverse=True)
        parts = []
        for number, places in self._by_segment(unique):
            local = unique[places] - self.firsts[number]
            parts.append(conform(self.segments[number].take(local, schema.names), schema, len(local)))
        return pick(pa.concat_tables(parts or [schema.empty_table()]), back)

    def locate(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """(n,) live row of each id, -1 where the index does not hold it.

        Of the rows of one segment that share an id only the last can be live; see `IndexWriter`.
        """
        unique = list(dict.fromkeys(ids))
        places, keys = _keyed(unique)
        found = np.full(len(unique), -1, np.int64)
        for first, segment in zip(self.firsts.tolist(), self.segments, strict=True):
            if segment.keys is not None:
                rows, asked = segment.find(keys), places
            else:
                rows, asked = segment.find_names(unique), np.arange(len(unique))
            there = np.flatnonzero(rows >= 0)
            there = there[self.live[first + rows[there]]]
            found[asked[there]] = first + rows[there]
        slot = {id: i for i, id in enumerate(unique)}
        return found[[slot[id] for id in ids]] if len(unique) else found

    def rows_of(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """(n,) live row of each id.

        Raises:
            UnknownItem: names an id that the index does not hold.
        """
        rows = self.locate(ids)
        for id, row in zip(ids, rows.tolist(), strict=True):
            if row < 0:
                raise UnknownItem(f"The index {self.folder} has no item {id!r}: take an id from a hit of a query.")
        return rows

    @cached_property
    def roots(self) -> dict[str, str]:
        """Short name of a corpus root -> its absolute path now, also where the index has moved along with it."""
        return located(self)

    def root_path(self, root: str) -> str:
        """Absolute path of the corpus root called `root`; the name itself where the index knows no path."""
        return self.roots.get(root, root)

    def _by_segment(self, rows: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """(segment number, places in `rows` that lie in it), only for segments that any row lies in."""
        if len(rows) and not (rows.min() >= 0 and rows.max() < self.rows):
            raise IndexError(f"rows lie outside 0..{self.rows - 1}")
        number = np.searchsorted(self.firsts, rows, side="right") - 1
        for one in np.unique(number).tolist():
            yield one, np.flatnonzero(number == one)

    @cached_property
    def _modality_codes(self) -> NDArray[np.int8]:
        """(rows,) position in `Modality`; the items are read only where a segment mixes modalities."""
        from retriever.store.schema import positions

        names = [modality.value for modality in Modality]
        out = np.empty(self.rows, np.int8)
        for first, entry, segment in zip(self.firsts.tolist(), self.manifest.segments, self.segments, strict=True):
            block = out[first : first + entry.rows]
            if len(entry.modalities) == 1:
                block[:] = names.index(next(iter(entry.modalities)))
            else:
                block[:] = positions(segment.read(["modality"]).column(0), names)
        return out


def _segment(folder: Path, entry: SegmentEntry, dim: int, opened: dict[str, Segment]) -> Segment:
    """The segment of an entry: the one opened before where its files are still the same."""
    path, known = folder / layout.SEGMENTS / entry.name, opened.get(entry.name)
    return known if known is not None and known.is_still(path, entry.rows) else Segment(path, entry.rows, dim)


def _keyed(ids: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Places of the ids that are numbers, and the numbers."""
    if (keys := id_keys(ids)) is not None:
        return np.arange(len(ids)), keys
    each = [(place, key) for place, id in enumerate(ids) if (key := id_keys([id])) is not None]
    places = np.array([place for place, _ in each], np.int64)
    return places, np.concatenate([np.zeros(0, np.uint64), *(key for _, key in each)])


def _read_deleted(folder: Path, manifest: Manifest) -> NDArray[np.int64]:
    if manifest.deleted is None:
        return np.zeros(0, np.int64)
    path = folder / layout.DELETED / manifest.deleted
    try:
        rows = np.array(read_npy(path, mmap_mode="r"))
    except (OSError, ValueError) as error:
        raise IndexCorrupt(
            f"The list of deleted rows {path} cannot be read ({error}): "
            "restore it, or index the corpus into a new folder."
        ) from error
    fits = rows.dtype == np.int64 and rows.ndim == 1
    if not fits or (len(rows) and not (rows[0] >= 0 and rows[-1] < manifest.rows and (np.diff(rows) > 0).all())):
        raise IndexCorrupt(
            f"The list of deleted rows {path} does not fit the index's {manifest.rows} rows: "
            "restore it, or index the corpus into a new folder."
        )
    return rows
