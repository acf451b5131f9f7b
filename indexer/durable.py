"""Writing that survives a crash: one writer at a time, whole files or none, and full disks said plainly."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from retriever.errors import IndexBusy, RetrieverError, UsageError
from retriever.store import layout

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class FolderLock:
    """The right to write to a folder; the kernel takes it back when the process dies, however it dies.

    Args:
        folder: an index, or what else `what` says.
        what: it is, for the message.

    Raises:
        IndexBusy: another process (or writer of this one) holds it.
        RetrieverError: the system has no such locks.
    """

    def __init__(self, folder: Path, what: str = "the index") -> None:
        if fcntl is None:
            raise RetrieverError(
                "Writing an index needs the file locks of Linux or macOS: on Windows, run retriever inside WSL."
            )
        self._folder, self._what = folder, what
        self._fd = os.open(folder / layout.LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._fd, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(self._fd)
            if not isinstance(error, BlockingIOError):
                raise
            own = holder == str(os.getpid())
            who = "This process itself, perhaps another thread," if own else f"Another process (pid {holder})"
            cure = "wait until it is done" if own else "wait until it is done, or stop it"
            raise IndexBusy(f"{who} is writing to {what} {folder}: {cure}.") from error
        _held.add(self._fd)
        with suppress(OSError):  # only said to others who ask; a full disk must not leave the lock held
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, str(os.getpid()).encode(), 0)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """What writes to the folder goes in here; see `check` and `disk_errors`."""
        self.check()
        with disk_errors(self._folder, self._what):
            yield

    def check(self) -> None:
        """Raise UsageError where it was given back, or is that of the process which this one was forked from."""
        if self._fd not in _held:
            raise UsageError(
                f"This writer to {self._what} {self._folder} is closed, and others may have written since: "
                "open another one, and do all writing before it is closed."
            )

    def release(self) -> None:
        """Let others write; harmless when called twice."""
        if self._fd in _held:
            _held.discard(self._fd)
            os.close(self._fd)
        self._fd = -1


_held: set[int] = set()


def _forget_in_child() -> None:
    # A forked worker shares the lock: were it to outlive a killed parent, the index would stay locked.
    for fd in _held:
        with suppress(OSError):
            os.close(fd)
    _held.clear()


if fcntl is not None:
    os.register_at_fork(after_in_child=_forget_in_child)


@contextmanager
def disk_errors(folder: Path, what: str = "the index") -> Iterator[None]:
    """Turns the operating system's refusal to write into a sentence.

    Args:
        folder: written to.
        what: it is.

    Raises:
        RetrieverError: the disk is full, read-only or not ours.
    """
    try:
        yield
    except OSError as error:
        raise RetrieverError(
            f"Cannot write to {what} {folder} ({error.strerror or error}): "
            f"{_cure(error)}, then run the command again; what was there before is kept."
        ) from error


def _cure(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "make the folder and all in it writable for you, or name another one"
    # numpy gives no number where the disk took only a part of an array.
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, None):
        return "free disk space"
    return "check the folder and its disk, or name another one"
