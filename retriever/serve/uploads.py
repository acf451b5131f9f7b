"""Files that were handed to the server: kept in a folder of its own until it ends."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from threading import Lock

from retriever.errors import UsageError
from retriever.types import Modality

LARGEST = 64 * 2**20
"""Bytes of one file."""

KEPT = 512 * 2**20
"""Bytes of all; beyond, the oldest go."""

FOLDER = "uploads"
"""What handles begin with."""

_KEY = 16
_NAME = 60
_ODD = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Upload:
    """One file.

    Attributes:
        key: "u" and hex digits of its content: the same bytes have the same key.
        handle: what a term names it by: ``image:uploads/KEY/photo.jpg``; no place in a file system. The same bytes have
            another under another name.
        path: where it lies; nothing in it comes from a request, but for a suffix that is known.
        modality: what it is.
        size: in bytes.
    """

    key: str
    handle: str
    path: Path
    modality: Modality
    size: int


class Uploads:
    """All of them; a file is found by its handle or key alone, never by a path."""

    def __init__(self) -> None:
        self._folder = Path(mkdtemp(prefix="retriever-serve-"))
        self._changing = Lock()
        self._by_key: dict[str, Upload] = {}

    def close(self) -> None:
        """Remove all files."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, name: str, data: bytes) -> Upload:
        """Keep a file.

        Args:
            name: its name on the user's machine; says of which kind it is, but for a .txt, which may be a cloud.
            data: its bytes.

        Raises:
            UsageError: it is empty, too large, no shape, picture or sound, or there is no room for it.
        """
        modality, suffix = _kind(name, data)
        if not data:
            raise UsageError(f"{name} is empty; choose another file.")
        if len(data) > LARGEST:
            raise UsageError(too_large(name))
        key = "u" + hashlib.sha256(suffix.encode() + data).hexdigest()[:_KEY]
        with self._changing:
            handle, known = f"{FOLDER}/{key}/{_plain(name, suffix)}", self._by_key.pop(key, None)
            if known is not None and known.path.is_file():  # folders for temporary files are cleaned now and then
                self._by_key[key] = known  # the newest again
                return replace(known, handle=handle)
            # Two folders deep: a mesh may name files up to the folder above its own, which is this server's too.
            path = self._folder / key / f"upload{suffix}"
            _write(path, data)
            upload = Upload(key, handle, path, modality, len(data))
            self._by_key[key] = upload
            while sum(one.size for one in self._by_key.values()) > KEPT:
                oldest = self._by_key.pop(next(iter(self._by_key)))
                shutil.rmtree(oldest.path.parent, ignore_errors=True)
        return upload

    def of_key(self, key: str) -> Upload | None:
        """The upload with a key."""
        return self._by_key.get(key)

    def of_handle(self, handle: str) -> Upload | None:
        """The upload that a term names: the file of its content, by any name that it may have been sent under."""
        parts = handle.split("/")
        found = self._by_key.get(parts[1]) if len(parts) == 3 and parts[0] == FOLDER else None
        if found is None or parts[2] != _plain(parts[2], found.path.suffix):
            return None
        return replace(found, handle=handle)


def _write(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    part = path.with_name("part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise UsageError(
            f"The file cannot be kept ({error.strerror}): make room in the server's folder for temporary files."
        ) from error


def too_large(name: str) -> str:
    """What to say of a file that is."""
    return (
        f"{name} is larger than {LARGEST // 2**20} MiB, the most that the page takes; ask with it by `retriever query`."
    )


def _kind(name: str, data: bytes) -> tuple[Modality, str]:
    from retriever.loaders import kind_of_bytes

    suffix = PurePosixPath(name).suffix.lower()
    modality = kind_of_bytes(f"file{suffix}", data)
    if modality is None or modality is Modality.TEXT:
        raise UsageError(f"{name} is no 3D file, picture or sound that can be read; choose another, or type words.")
    return modality, suffix


def _plain(name: str, suffix: str) -> str:
    """A name that needs no quotes in an expression."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    return (_ODD.sub("-", stem)[:_NAME].strip("-.") or "file") + suffix
