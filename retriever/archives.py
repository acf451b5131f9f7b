"""Zip archives as folders: ``pack.zip/models/chair.glb`` is a member of ``pack.zip``, and read out of it in memory.

Every function takes any path. One that does not run through an archive means what it means to the operating system.
Members are stored or deflated, as all usual programs pack them. Nothing is ever written where a member's name says.
"""

from __future__ import annotations

import errno
import os
import posixpath
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedIOBase
from pathlib import Path, PurePath
from threading import Lock
from typing import IO, TYPE_CHECKING

from retriever.errors import FileProblem

if TYPE_CHECKING:
    from zipfile import ZipInfo

MAX_BYTES = 2 << 30
"""Largest file that is read; a mesh of this size has some 40 million triangles."""

SUFFIX = ".zip"

State = tuple[int, int]
"""Bytes of a file, and when it was changed (ns); of a member its bytes and their CRC-32."""

_OPEN = 8  # archives whose directories are kept
_PIECE = 1 << 20  # bytes of a member that are copied at once
_DEEPEST = 100  # folders above a member: a name of 64 KB may have more than memory holds
_UTF8, _ENCRYPTED = 0x800, 0x1  # flags of a member
_DRIVE = re.compile(r"[A-Za-z]:")
_NAMED = re.compile(r"(?<=[^/])\.zip(?=/|\Z)", re.IGNORECASE)  # where a path may come to an archive


@dataclass(frozen=True)
class Entry:
    """What lies in a folder of an archive; as `os.DirEntry`.

    Attributes:
        name: without the folder.
        info: of a member; None of a folder.
    """

    name: str
    info: ZipInfo | None = None

    def is_dir(self) -> bool:
        """Whether it is a folder."""
        return self.info is None

    def is_file(self) -> bool:
        """Whether it is a file, and no link or device."""
        return self.info is not None and stat.S_IFMT(self.info.external_attr >> 16) in (0, stat.S_IFREG)


def is_archive(path: Path) -> bool:
    """Whether there is a file that is called as zip archives are."""
    try:
        return path.suffix.lower() == SUFFIX and path.is_file()
    except (OSError, ValueError):
        return False


def look(path: str | PurePath) -> State:
    """The state of a regular file.

    Raises:
        FileProblem: it is none, or lies in a damaged archive.
        OSError: there is none, or it may not be looked at.
    """
    if member := _member(path):
        return _state(member[0].file(member[1]))
    found = Path(path).stat()
    if not stat.S_ISREG(found.st_mode):
        raise FileProblem("unreadable", "is not a regular file; point at the file itself.")
    return found.st_size, found.st_mtime_ns


def state(path: str | PurePath) -> State | None:
    """The same; None where there is no such file."""
    try:
        return look(path)
    except (OSError, ValueError, FileProblem):  # ValueError: a NUL in the name, or what is no text
        return None


def state_of(entry: Entry | os.DirEntry[str]) -> State:
    """The state of a file that `listing` has given; OSError where it cannot be looked at."""
    if isinstance(entry, Entry):
        assert entry.info
        return _state(entry.info)
    found = entry.stat()
    return found.st_size, found.st_mtime_ns


def is_file(path: Path) -> bool:
    """Whether there is a regular file that may be looked at."""
    return state(path) is not None


def read(path: Path, most: int | None = None) -> bytes:
    """The whole of a file, or its first bytes, `most` of them.

    Raises:
        FileProblem: a member that is damaged, larger than `MAX_BYTES`, encrypted or packed in an unusual way.
        OSError: there is no such file, or it may not be read.
    """
    member = _member(path)
    if member:
        return member[0].read(member[1], most)
    if most is None:
        return path.read_bytes()
    with path.open("rb") as file:
        return file.read(most)


@contextmanager
def opened(path: Path) -> Iterator[BufferedIOBase]:
    """A file with a descriptor, for libraries that take no bytes; that of a member is a copy without a name.

    Raises:
        FileProblem: as `read`.
        OSError: likewise.
    """
    if member := _member(path):
        from tempfile import TemporaryFile

        with TemporaryFile() as file:
            member[0].copy(member[1], file)
            file.seek(0)
            yield file
    else:
        with path.open("rb") as file:
            yield file


def listing(folder: Path) -> Iterator[Entry | os.DirEntry[str]]:
    """What lies in a folder, an archive or a folder of one, in any order.

    Raises:
        FileProblem: the archive is damaged.
        OSError: it cannot be listed.
    """
    if inside := _inside(folder):
        yield from inside[0].folder(inside[1])
    else:
        with os.scandir(folder) as entries:
            yield from entries


def refused(archive: Path) -> int:
    """How many members of an archive have names that lead out of it; 0 for any other path."""
    inside = _inside(archive)
    return inside[0].refused if inside and not inside[1] else 0


def holder(path: Path) -> Path | None:
    """The archive that a path runs through, or is."""
    found = _split(path)
    return Path(found[0]) if found else None


class _Archive:
    """One that is open; for any number of threads.

    Attributes:
        entries: members by their path, "/" between its parts; of several with one name the last.
        folders: what lies in each folder, "" for the archive itself, by name.
        refused: members whose names lead out of it.
    """

    def __init__(self, path: str) -> None:
        from zipfile import BadZipFile, ZipFile

        try:
            self._zip = ZipFile(path)
        except (BadZipFile, ValueError, NotImplementedError, EOFError) as error:  # ValueError: of a name's bytes
            raise _damaged(error) from error
        self._lock = Lock()
        self.entries: dict[str, Entry] = {}
        self.folders: dict[str, dict[str, Entry]] = {"": {}}
        self.refused = 0
        for info in self._zip.infolist():
            self._take(info)

    def _take(self, info: ZipInfo) -> None:
        name = _name(info)
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if not parts or parts[0] == "__MACOSX":
            return
        if ".." in parts or len(parts) > _DEEPEST or _DRIVE.match(parts[0]) or "\0" in name:
            self.refused += 1
            return
        is_folder = name.endswith("/")
        for depth in range(1, len(parts) + is_folder):
            place = "/".join(parts[:depth])
            if place not in self.folders:
                self.folders[place] = {}
                self.folders["/".join(parts[: depth - 1])].setdefault(parts[depth - 1], Entry(parts[depth - 1]))
        if not is_folder:
            entry = Entry(parts[-1], info)
            self.folders["/".join(parts[:-1])][parts[-1]] = self.entries["/".join(parts)] = entry

    def folder(self, place: str) -> list[Entry]:
        """What lies in a folder."""
        if place not in self.folders:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), place)
        return list(self.folders[place].values())

    def file(self, name: str) -> ZipInfo:
        """What its directory says of a member."""
        entry = self.entries.get(name)
        if entry is None or entry.info is None or not entry.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return entry.info

    def read(self, name: str, most: int | None = None) -> bytes:
        """The bytes of a member, as many as the directory says, with the CRC-32 that it says; or the first of them."""
        with self._unpacking(name) as (info, member):
            count = info.file_size if most is None else min(most, info.file_size)
            data = member.read(count)  # and no more, whatever it would unpack to
        if most is None:
            _check_size(info, len(data))
        return data

    def copy(self, name: str, file: IO[bytes]) -> None:
        """The same into a file, piece by piece."""
        from shutil import copyfileobj

        with self._unpacking(name) as (info, member):
            copyfileobj(member, file, _PIECE)
        _check_size(info, file.tell())

    @contextmanager
    def _unpacking(self, name: str) -> Iterator[tuple[ZipInfo, IO[bytes]]]:
        from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile

        info = self.file(name)
        if info.flag_bits & _ENCRYPTED:
            raise FileProblem("unsupported", "is encrypted in its zip archive; unpack that with its password.")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise FileProblem("unsupported", "is packed in an unusual way in its zip archive; unpack that.")
        if info.file_size > MAX_BYTES:
            raise FileProblem("too-large", f"has {info.file_size} bytes, over the limit of {MAX_BYTES}; simplify it.")
        try:
            with self._lock:
                member = self._zip.open(info)
            try:
                yield info, member
            finally:
                with self._lock:
                    member.close()
        except (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise _damaged(error) from error
        except OSError as error:
            if error.errno == errno.EINVAL:  # a place before the file's beginning
                raise _damaged(error) from error
            raise


def _check_size(info: ZipInfo, size: int) -> None:
    if size != info.file_size:
        raise _damaged("its size is wrong")


def _inside(path: str | PurePath) -> tuple[_Archive, str] | None:
    """The archive that a path runs through, or is, and the place in it, "" for itself; None for any other path.

    Raises:
        FileProblem: the archive is damaged.
        OSError: it cannot be read.
    """
    found = _split(path)
    return found and (_open(found[0], found[2]), found[1])


def _member(path: str | PurePath) -> tuple[_Archive, str] | None:
    """As `_inside`, but None for an archive itself."""
    inside = _inside(path)
    return inside if inside and inside[1] else None


def _split(path: str | PurePath) -> tuple[str, str, tuple[int, ...]] | None:
    """As `_inside`, the archive by its path; and what changes when it does."""
    whole = os.fspath(path).replace(os.sep, "/")
    for match in _NAMED.finditer(whole):
        above, below = whole[: match.end()], whole[match.end() :]
        try:
            found = Path(above).stat()
        except OSError:  # the system says so itself when it is asked for the file
            return None
        if stat.S_ISREG(found.st_mode):
            place = posixpath.normpath(below.lstrip("/"))
            key = (found.st_size, found.st_mtime_ns, found.st_ino)
            return None if place.startswith("..") else (above, "" if place == "." else place, key)
    return None


@lru_cache(_OPEN)
def _open(path: str, key: tuple[int, ...]) -> _Archive:
    """An archive as it is now: `key` is another when it has changed."""
    return _Archive(path)


def _name(info: ZipInfo) -> str:
    """The name of a member, "/" between its parts; many programs write UTF-8 and do not say so."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        try:
            name = name.encode("cp437").decode()
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/")


def _state(info: ZipInfo) -> State:
    return info.file_size, info.CRC


def _damaged(error: Exception | str) -> FileProblem:
    reason = str(error).rstrip(".") or type(error).__name__
    return FileProblem("malformed", f"is a damaged zip archive or lies in one ({reason}); download or pack it again.")
