"""Whether an index is as it was written: all of its files are read, and every checksum is compared."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from retriever.ann.files import AnnFile
from retriever.errors import IndexCorrupt, MissingDependency
from retriever.files import crc32
from retriever.store import layout, versions
from retriever.store.failures import read_failures
from retriever.store.manifest import Manifest, SegmentEntry, is_as_written
from retriever.store.segment import Segment, differing
from retriever.store.snapshot import Snapshot
from retriever.store.words import WordsFile
from retriever.wording import counted


@dataclass(frozen=True)
class Damage:
    """A file that is not as it was written.

    Attributes:
        file: its path.
        message: a sentence or two that name it and the cure.
        items: ids of the items of the newest version that are to be indexed again for it.
    """

    file: Path
    message: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        folder: of the index.
        version: the newest; earlier ones that are kept were read as well.
        segments: that were read.
        without: those of them that an older version of retriever wrote, without checksums.
        bytes: of all files in the folder.
        damaged: the files that are not as they were written.
    """

    folder: Path
    version: int
    segments: int
    without: tuple[str, ...]
    bytes: int
    damaged: tuple[Damage, ...]

    @property
    def items(self) -> list[str]:
        """Ids of the items that are to be indexed again, each once."""
        return list(dict.fromkeys(id for damage in self.damaged for id in damage.items))


def check(folder: Path) -> Checked:
    """Reads the index in `folder`; takes as long as its disk does.

    Raises:
        IndexMissing: there is none.
        IndexCorrupt: its manifest is damaged, so that nothing else can be read.
    """
    while True:
        manifest = Manifest.read(folder)
        found = _Check(folder, manifest).run()
        # A writer may have taken files away meanwhile: look again.
        if not found.damaged or Manifest.read(folder).version == manifest.version:
            return found


@dataclass
class _Check:
    folder: Path
    manifest: Manifest
    damaged: list[Damage] = field(default_factory=list)
    without: list[str] = field(default_factory=list)

    def run(self) -> Checked:
        manifests = list(self._manifests())
        segments = {entry.name: entry for each in manifests for entry in each.segments}
        for entry in segments.values():
            with self._read(self.folder / layout.SEGMENTS / entry.name):
                self._segment(entry)
        for name, crc in {each.deleted: each.deleted_crc for each in manifests if each.deleted}.items():
            self._deleted(self.folder / layout.DELETED / str(name), crc)
        for name in {each.ann for each in manifests if each.ann}:
            with self._read(self.folder / layout.ANN / name):
                AnnFile.read(self.folder, name).verify()
        with self._read(self.folder / layout.FAILURES):
            read_failures(self.folder)
        with self._read(self.folder / layout.DELETED):
            if not self.damaged:
                Snapshot(self.folder, self.manifest)
        size = layout.bytes_on_disk(self.folder)
        without = tuple(sorted(self.without))
        return Checked(self.folder, self.manifest.version, len(segments), without, size, tuple(self.damaged))

    @contextmanager
    def _read(self, path: Path) -> Iterator[None]:
        """Takes down what is said of a damaged file."""
        try:
            yield
        except IndexCorrupt as error:
            self.damaged.append(Damage(path, str(error)))

    def _manifests(self) -> Iterator[Manifest]:
        """The newest, and the others that are kept."""
        path = self.folder / layout.MANIFEST
        if not is_as_written(path):
            cure = 'restore it, or delete its "crc" if you changed it by hand'
            self.damaged.append(Damage(path, _differs(path, cure)))
        yield self.manifest
        for number in versions.numbers(self.folder):
            path = versions.file(self.folder, number)
            with self._read(path):
                if number < self.manifest.version:
                    yield versions.read(self.folder, number)
                    if not is_as_written(path):
                        cure = f"restore it, or delete it and lose version {number} only"
                        self.damaged.append(Damage(path, _differs(path, cure)))

    def _segment(self, entry: SegmentEntry) -> None:
        folder = self.folder / layout.SEGMENTS / entry.name
        segment = Segment(folder, entry.rows, self.manifest.space.dim)
        segment.check()
        with suppress(FileNotFoundError, MissingDependency), self._read(folder / layout.WORDS):
            WordsFile(folder / layout.WORDS, entry.rows).check()
        if not entry.files:
            self.without.append(entry.name)
        for path in differing(folder, entry.files):
            self.damaged.append(self._damage(path, entry, segment))

    def _damage(self, path: Path, entry: SegmentEntry, segment: Segment) -> Damage:
        if path.name == layout.IDS:
            return Damage(path, _differs(path, "delete it, and ids are looked up among the items instead"))
        items, of = self._items(entry, segment), f"--index {shlex.quote(str(self.folder))}"
        if not items:
            cure = f"nothing in it counts any more, so `retriever compact {of}` takes it away"
            return Damage(path, _differs(path, cure))
        roots = shlex.join(Snapshot(self.folder, self.manifest).roots.values()) or "FOLDER"
        cure = (
            f"take {counted(len(items), 'item')} out and index {'it' if len(items) == 1 else 'them'} again, with "
            f"`retriever check --items {of} | xargs -r retriever remove {of}`, `retriever compact {of}` and "
            f"`retriever index {roots} {of}`"
        )
        return Damage(path, _differs(path, cure), items)

    def _items(self, entry: SegmentEntry, segment: Segment) -> tuple[str, ...]:
        """Ids of the live rows of a segment; none where only earlier versions have it, or the index does not open."""
        with suppress(IndexCorrupt):
            snapshot = Snapshot(self.folder, self.manifest)
            for other, live in zip(self.manifest.segments, snapshot.live_by_segment(), strict=True):
                if other.name == entry.name:
                    ids = segment.read(["id"]).column(0).to_pylist()
                    return tuple(id for id, counts in zip(ids, live.tolist(), strict=True) if counts)
        return ()

    def _deleted(self, path: Path, crc: int | None) -> None:
        cure = "restore it, or index the corpus into a new folder"
        try:
            if crc is not None and crc32(path) != crc:
                self.damaged.append(Damage(path, _differs(path, cure)))
        except OSError as error:
            self.damaged.append(Damage(path, f"The file {path} cannot be read ({error.strerror or error}): {cure}."))


def _differs(path: Path, cure: str) -> str:
    return f"The file {path} is damaged (its checksum differs from the one written down): {cure}."
