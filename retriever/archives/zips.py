"""Zip archives. Members are stored or deflated, as all usual programs pack them."""

from __future__ import annotations

import errno
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING

from retriever.archives.entries import MAX_BYTES, Entry, State
from retriever.errors import FileProblem

if TYPE_CHECKING:
    from zipfile import ZipInfo

_PIECE = 1 << 20  # bytes of a member that are copied at once
_DEEPEST = 100  # folders above a member: a name of 64 KB may have more than memory holds
_UTF8, _ENCRYPTED = 0x800, 0x1  # flags of a member
_DRIVE = re.compile(r"[A-Za-z]:")


class Zip:
    """One that is open, as `entries.Archive`.

    Attributes:
        members: by their path; of several with one name the last.
        folders: what lies in each folder, "" for the archive itself, by name.
    """

    def __init__(self, path: Path) -> None:
        from zipfile import BadZipFile, ZipFile

        try:
            self._zip = ZipFile(path)
        except (BadZipFile, ValueError, NotImplementedError, EOFError) as error:  # ValueError: of a name's bytes
            raise _damaged(error) from error
        self._lock = Lock()
        self.members: dict[str, ZipInfo] = {}
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
            is_regular = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
            self.folders["/".join(parts[:-1])][parts[-1]] = Entry(parts[-1], _state(info), is_regular)
            self.members["/".join(parts)] = info

    def folder(self, place: str) -> list[Entry]:
        """What lies in a folder."""
        if place not in self.folders:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), place)
        return list(self.folders[place].values())

    def state(self, name: str) -> State:
        """Bytes of a member, and their CRC-32."""
        return _state(self._info(name))

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

    def _info(self, name: str) -> ZipInfo:
        """What the archive's directory says of a member."""
        above, _, last = name.rpartition("/")
        entry = self.folders.get(above, {}).get(last)
        if entry is None or not entry.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return self.members[name]

    @contextmanager
    def _unpacking(self, name: str) -> Iterator[tuple[ZipInfo, IO[bytes]]]:
        from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile

        info = self._info(name)
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
