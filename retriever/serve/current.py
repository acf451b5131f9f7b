"""The newest version of an index, opened again when there is a newer one."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from retriever.index import Index
from retriever.query import calibrate
from retriever.store import layout
from retriever.store.snapshot import Snapshot

FILTER_SECONDS = 10.0
"""A filter that takes longer is given up: the searches of others wait for it."""

_Stamp = tuple[int, int, int]


class Current:
    """An index that is never behind: a commit, and a calibration after it, is seen by the next request.

    Args:
        folder: of the index; None as for `retriever.open`.
        device: "auto", "cpu" or "cuda", for the search.

    Raises:
        IndexMissing: there is none.
        IndexCorrupt: its files do not fit together.
    """

    def __init__(self, folder: Path | str | None = None, *, device: str = "auto") -> None:
        self.folder = layout.find(folder).absolute()
        self._device = device
        self._opening = Lock()
        self._stamp: _Stamp | None = None
        self._calibrated: _Stamp | None = None
        self._index: Index | None = None
        self.index()

    def index(self) -> Index:
        """The newest version; what an earlier request holds stays whole.

        Raises:
            IndexMissing: the folder is gone.
            IndexCorrupt: its files do not fit together.
        """
        with self._opening:
            stamp, calibrated = self._now(layout.MANIFEST), self._now(calibrate.FILE)
            if self._index is None or stamp is None or stamp != self._stamp:
                before = None if self._index is None else self._index.snapshot
                snapshot = Snapshot.open(self.folder, before=before, filter_seconds=FILTER_SECONDS)
                if before is None or self._index is None or snapshot.manifest != before.manifest:
                    self._index, self._calibrated = Index(snapshot, device=self._device), calibrated
                self._stamp = stamp  # from before the reading: a commit in between is seen the next time
            if calibrated != self._calibrated:  # it is written a while after the commit that it is for
                self._index, self._calibrated = self._index.recalibrated(), calibrated
            return self._index

    def _now(self, name: str) -> _Stamp | None:
        """What changes when a file of the index is replaced; None where it cannot be told, or there is none."""
        try:
            found = (self.folder / name).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size
