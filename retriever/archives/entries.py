"""What a file that is looked into as a folder gives: its members, and their states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Protocol

MAX_BYTES = 2 << 30
"""Largest file that is read; a mesh of this size has some 40 million triangles."""

CLASSES = "shape_names.txt"
"""The text beside an HDF5 file that names its classes."""

State = tuple[int, int]
"""Bytes of a file, and when it was changed (ns); of a member its bytes and what changes with them."""


@dataclass(frozen=True)
class Entry:
    """What lies in a folder of an archive; as `os.DirEntry`.

    Attributes:
        name: without the folder.
        state: of a member; None of a folder.
        is_regular: whether it is a file, and no link or device.
    """

    name: str
    state: State | None = None
    is_regular: bool = True

    def is_dir(self) -> bool:
        """Whether it is a folder."""
        return self.state is None

    def is_file(self) -> bool:
        """Whether it is a file, and no link or device."""
        return self.state is not None and self.is_regular


class Archive(Protocol):
    """One that is open; for any number of threads. Members are named by their path in it, "/" between its parts.

    Attributes:
        refused: members whose names lead out of it.
    """

    refused: int

    def folder(self, place: str) -> list[Entry]:
        """What lies in a folder, "" for the archive itself; FileNotFoundError for what is none."""

    def state(self, name: str) -> State:
        """The state of a member; FileNotFoundError for what is none."""

    def read(self, name: str, most: int | None = None) -> bytes:
        """The bytes of a member, or the first of them.

        Raises:
            FileProblem: it is damaged, or cannot be read.
            FileNotFoundError: there is none.
        """

    def copy(self, name: str, file: IO[bytes]) -> None:
        """The same into a file, in little memory."""
