"""Files that are there whole or not at all, and arrays, JSON and checksums of files that may be damaged."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A binary file that appears at `path` on disk, complete, when the block ends well, and not at all otherwise."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105 - replaces a file of that name
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes names created, replaced or removed in `folder` survive a power cut."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced; None where it cannot be told, or there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def exists(path: PurePath | str) -> bool:
    """Whether there is such a file or folder, as far as one may look and it can be the name of one."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # too long a name, or a folder that may not be looked into; a NUL
        return False


def expanded(path: PurePath | str) -> Path:
    """With the place of a user's home for ``~`` or ``~user`` at its start; as it is where no such user is known."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def crc32(path: Path) -> int:
    """CRC-32 of a file."""
    crc = 0
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            crc = zlib.crc32(block, crc)
    return crc


def json_crc32(data: Any) -> int:
    """CRC-32 of what JSON says, however it is laid out."""
    return zlib.crc32(json.dumps(data, sort_keys=True).encode())


def read_json(path: Path) -> Any:
    """What is written in a JSON file.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def read_npy(path: Path, mmap_mode: Literal["r"] | None = None) -> NDArray[Any]:
    """The array in a ``.npy`` file, which holds nothing else where it is to be memory-mapped.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is damaged, or too large for the memory.
    """
    try:
        array = np.load(path, mmap_mode=mmap_mode, allow_pickle=False)
    except OSError:
        raise
    except Exception as error:  # numpy reads the header as Python, so a damaged one can raise whatever its parser does
        raise ValueError(str(error) or type(error).__name__) from error
    if not isinstance(array, np.ndarray):
        raise ValueError("it is an archive")
    if isinstance(array, np.memmap) and array.offset + array.nbytes != path.stat().st_size:
        raise ValueError("its header does not fit its size")
    return array
