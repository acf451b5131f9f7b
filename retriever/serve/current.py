"""The newest version of an index, opened again when there is a newer one."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from retriever.files import stamp
from retriever.index import Index
from retriever.store import layout
from retriever.store.snapshot import Snapshot

FILTER_SECONDS = 10.0
"""A filter that takes longer is given up: the searches of others wait for it."""


class Current:
    """An index that is never behind: a commit is seen by the next request.

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
        self._stamp: object = None
        self._index: Index | None = None
        self.index()

    def index(self) -> Index:
        """The newest version; what an earlier request holds stays whole.

        Raises:
            IndexMissing: the folder is gone.
            IndexCorrupt: its files do not fit together.
        """
        with self._opening:
            now = stamp(self.folder / layout.MANIFEST)
            if self._index is None or now is None or now != self._stamp:
                before = None if self._index is None else self._index.snapshot
                snapshot = Snapshot.open(self.folder, before=before, filter_seconds=FILTER_SECONDS)
                if before is None or self._index is None or snapshot.manifest != before.manifest:
                    self._index = Index(snapshot, device=self._device)
                self._stamp = now  # from before the reading: a commit in between is seen the next time
            return self._index
