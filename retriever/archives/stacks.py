"""Stacks of clouds as folders: each cloud is an NPY file, in a folder of its class where the file tells that.

``test.npy/000017.npy`` is the eighteenth cloud of an array (n, p, 3), ``test.h5/chair/000017.npy`` that of an HDF5 file
with labels. Clouds are read one by one: a stack may be larger than memory.
"""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from retriever.archives.entries import MAX_BYTES, Entry, State
from retriever.errors import FileProblem
from retriever.wording import counted

COLUMNS = (3, 6, 7)
"""Numbers of a point: x y z; with r g b; with r g b a."""
_MOST = 4_000_000  # clouds of a stack: a small file can claim a great many
_NAME = re.compile(r"(?:(?P<label>[^/]+)/)?(?P<number>\d{6,})\.npy")


@dataclass(frozen=True)
class Clouds:
    """What a file holds.

    Attributes:
        shape: (n, p, c), c one of `COLUMNS`.
        dtype: of the numbers, floats.
        changed: when the file was (ns).
        read: gives one cloud, (p, c), by its number.
        labels: the class of each, as a folder is called; none where they are not known.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype
    changed: int
    read: Callable[[int], NDArray[np.floating]]
    labels: Sequence[str] = ()


def holds_clouds(shape: Sequence[int], dtype: np.dtype) -> bool:
    """Whether an array is a stack: (n, p, c) floats. One of small whole numbers may as well be a picture."""
    return len(shape) == 3 and shape[2] in COLUMNS and dtype.kind == "f" and min(shape) > 0


def is_stack(path: Path) -> bool:
    """Whether an NPY file is one; False where it cannot be read."""
    try:
        with path.open("rb") as file:
            shape, _, dtype = npy_header(file)
    except (OSError, FileProblem):
        return False
    return holds_clouds(shape, dtype)


def of_npy(path: Path) -> Clouds:
    """The clouds of an NPY file that `is_stack`.

    Raises:
        FileProblem: its numbers are not in C order, or not all there.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        (count, points, columns), fortran, dtype = npy_header(file)
        begin = file.tell()
        found = os.fstat(file.fileno())
    if fortran:
        raise FileProblem("unsupported", "has its clouds in Fortran order; save numpy.ascontiguousarray of the array.")
    size = points * columns * dtype.itemsize
    if begin + count * size > found.st_size:
        raise _truncated(count)

    def read(number: int) -> NDArray[np.floating]:
        with path.open("rb") as file:
            file.seek(begin + number * size)
            data = file.read(size)
        if len(data) < size:
            raise _truncated(count)
        return np.frombuffer(data, dtype).reshape(points, columns)

    return Clouds((count, points, columns), dtype, found.st_mtime_ns, read)


def _truncated(count: int) -> FileProblem:
    return FileProblem("truncated", f"says {counted(count, 'cloud')} and ends before them; copy or save it again.")


def npy_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether in Fortran order, and type of an NPY file, which is then where its numbers begin.

    Raises:
        FileProblem: "malformed" for anything else.
    """
    try:
        old = np.lib.format.read_magic(file) == (1, 0)
        return (np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0)(file)
    except Exception as error:  # of many kinds, for the header is a piece of Python
        raise FileProblem("malformed", "is not an npy array; save it again with numpy.save.") from error


class Stack:
    """One as a folder, as `entries.Archive`.

    Raises:
        FileProblem: "too-large" for more clouds than are read.
    """

    refused = 0

    def __init__(self, clouds: Clouds) -> None:
        if clouds.shape[0] > _MOST:
            raise FileProblem("too-large", f"holds more than the {_MOST:,} clouds that are read; split it.")
        self._clouds = clouds
        head = io.BytesIO()
        kind = np.lib.format.dtype_to_descr(clouds.dtype)
        about = {"descr": kind, "fortran_order": False, "shape": clouds.shape[1:]}
        np.lib.format.write_array_header_1_0(head, about)
        self._head = head.getvalue()

    def folder(self, place: str) -> list[Entry]:
        """The classes, or the clouds where there are none, or those of a class."""
        if place not in self._folders:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), place)
        return self._folders[place]

    def state(self, name: str) -> State:
        """Bytes of a cloud's file, and when the stack was changed."""
        self._number(name)
        return self._state

    def read(self, name: str, most: int | None = None) -> bytes:
        """A cloud as `numpy.save` writes it."""
        if (size := self._state[0]) > MAX_BYTES:
            raise FileProblem("too-large", f"has {size} bytes, over the limit of {MAX_BYTES}; give fewer points.")
        return (self._head + self._clouds.read(self._number(name)).tobytes())[:most]

    def copy(self, name: str, file: IO[bytes]) -> None:
        """The same into a file."""
        file.write(self.read(name))

    @cached_property
    def _state(self) -> State:
        _, points, columns = self._clouds.shape
        return len(self._head) + points * columns * self._clouds.dtype.itemsize, self._clouds.changed

    @cached_property
    def _folders(self) -> dict[str, list[Entry]]:
        folders: dict[str, list[Entry]] = {"": []}
        for number in range(self._clouds.shape[0]):
            label, _, name = _name(number, self._clouds.labels).rpartition("/")
            folders.setdefault(label, []).append(Entry(name, self._state))
        folders[""] += [Entry(label) for label in folders if label]
        return folders

    def _number(self, name: str) -> int:
        """Which cloud a member is."""
        number = int(match["number"]) if (match := _NAME.fullmatch(name)) else self._clouds.shape[0]
        if number < self._clouds.shape[0] and name == _name(number, self._clouds.labels):
            return number
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)


def _name(number: int, labels: Sequence[str]) -> str:
    return f"{labels[number]}/{number:06}.npy" if labels else f"{number:06}.npy"
