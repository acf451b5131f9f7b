"""KHR_draco_mesh_compression: the meshes of glTF files that Draco packed, unpacked by DracoPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.files import MAX_VERTICES

NAME = "KHR_draco_mesh_compression"

_HEADER, _METADATA = 11, 0x8000
_MESH, _EDGEBREAKER = 1, 1
_MOST_A_BYTE = 1024
"""Faces that a byte can stand for; a flat grid of a million vertices has 38."""


@dataclass(frozen=True)
class Unpacked:
    """What Draco gave.

    Attributes:
        attributes: Draco's own number of an attribute -> (v, n).
        faces: (f, 3).
    """

    attributes: dict[int, NDArray[Any]]
    faces: NDArray[np.uint32]


def unpacked(data: bytes) -> Unpacked:
    """A compressed mesh.

    Raises:
        FileProblem: "malformed", "too-large", or "unsupported" without DracoPy.
    """
    try:
        import DracoPy
    except ImportError as error:
        raise FileProblem(
            "unsupported",
            f"is compressed with Draco, which DracoPy reads ({error}); pip install 'any3d-retriever[draco]', or export "
            "it without compression.",
        ) from error
    _check(data)
    try:
        mesh = DracoPy.decode(data)
    except MemoryError:
        raise
    except Exception as error:
        raise _damaged() from error
    return Unpacked({each["unique_id"]: np.asarray(each["data"]) for each in mesh.attributes}, np.asarray(mesh.faces))


def _damaged() -> FileProblem:
    return FileProblem("malformed", "holds a damaged Draco mesh; copy or export it again.")


def _check(data: bytes) -> None:
    """What the head of a mesh counts, before Draco allocates for it."""
    if data[:5] != b"DRACO" or len(data) < _HEADER or data[7] != _MESH:
        raise _damaged()
    if tuple(data[5:7]) != (2, 2):
        raise FileProblem("unsupported", "is compressed with another Draco than glTF's; export it again.")
    head = _Head(data)
    if int.from_bytes(data[9:11], "little") & _METADATA:
        head.pass_metadata()
    head.at += data[8] == _EDGEBREAKER
    most = max(head.number(), head.number())  # vertices and faces
    if most > 2 * MAX_VERTICES:
        raise FileProblem("too-large", "has more vertices than are read; simplify it.")
    if most > _MOST_A_BYTE * len(data):
        raise _damaged()


class _Head:
    """Reads the head of a Draco mesh; a place behind the end raises an IndexError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = _HEADER

    def number(self) -> int:
        """In bytes of seven bits."""
        value = shift = 0
        while True:
            byte = self._data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128 or shift > 63:
                return value

    def pass_metadata(self) -> None:
        for _ in range(self.number()):  # of attributes
            self.number()
            self._pass_one()
        self._pass_one()

    def _pass_one(self, depth: int = 0) -> None:
        if depth > 32:
            raise _damaged()
        for _ in range(self.number()):
            self._pass_name()
            size = self.number()
            self.at += size
        for _ in range(self.number()):
            self._pass_name()
            self._pass_one(depth + 1)

    def _pass_name(self) -> None:
        self.at += 1 + self._data[self.at]
