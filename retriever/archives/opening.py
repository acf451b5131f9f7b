"""Archives and scenes as they are now, kept open: each is read once, however many threads ask for it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import Lock, RLock

from retriever.archives.entries import Archive
from retriever.archives.scenes import SUFFIXES as SCENES
from retriever.errors import FileProblem

OPEN = 8
"""Archives that are kept."""
_SCENES_OPEN = 2  # which may be large

Key = tuple[int, ...]
"""Changes when an archive does."""

_looking = Lock()  # two threads that miss one in a cache would each have their own


def archive(path: str, key: Key) -> Archive:
    """An archive as it is now: `key` is another when it has changed.

    Raises:
        FileProblem: it is damaged.
        OSError: it cannot be read.
    """
    with _looking:
        once = (scene if path.lower().endswith(SCENES) else other)(path, key)
    found = once.get()
    if isinstance(found, FileProblem):
        raise FileProblem(found.kind, found.message)
    return found


class Once:
    """One that is read by the first who asks, while others wait, or what is wrong with it.

    To find that out may take as long as reading it.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: Archive | FileProblem | None = None
        self._reading = RLock()  # a scene may name itself among its parts

    def get(self) -> Archive | FileProblem:
        """As it was read; whoever comes after another error than a `FileProblem` tries again."""
        with self._reading:
            if self._found is None:
                try:
                    self._found = _read(self._path)
                except FileProblem as problem:
                    self._found = problem.with_traceback(None)
            return self._found


@lru_cache(_SCENES_OPEN)
def scene(path: str, key: Key) -> Once:
    """One of the scenes that are kept."""
    return Once(path)


@lru_cache(OPEN)
def other(path: str, key: Key) -> Once:
    """One of the archives that are kept."""
    return Once(path)


def _read(path: str) -> Archive:
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix == ".zip":
        from retriever.archives.zips import Zip

        return Zip(file)
    if suffix in SCENES:
        from retriever.archives.scenes import Scene

        return Scene(file)
    from retriever.archives.stacks import Stack, of_npy

    if suffix == ".npy":
        return Stack(of_npy(file))
    from retriever.archives.hdf5 import of_hdf5

    return Stack(of_hdf5(file))
