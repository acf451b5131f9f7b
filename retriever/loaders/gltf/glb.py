"""Writing a GLB file of a document whose numbers are given as arrays."""

from __future__ import annotations

import json
import struct
from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tree = dict[str, Any]

JSON, BINARY = 0x4E4F534A, 0x004E4942
"""Kinds of chunks."""

_KINDS = {"f4": 5126, "u1": 5121, "u2": 5123, "u4": 5125}
_SHAPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}


class Writer:
    """Gathers arrays and pictures.

    Attributes:
        accessors: of what was added.
    """

    def __init__(self) -> None:
        self.accessors: list[Tree] = []
        self._views: list[Tree] = []
        self._data: list[bytes] = []
        self._size = 0
        self._known: dict[Hashable, int] = {}

    def array(self, key: Hashable, rows: NDArray[Any]) -> int:
        """Add an (n, columns) array; the number of its accessor. What has a known key is there already."""
        if key not in self._known:
            self._known[key] = len(self.accessors)
            kind, shape = _KINDS[rows.dtype.str[1:]], _SHAPES[rows.shape[1]]
            view = self.view(np.ascontiguousarray(rows, rows.dtype.newbyteorder("<")).tobytes())
            self.accessors.append({"bufferView": view, "componentType": kind, "count": len(rows), "type": shape})
        return self._known[key]

    def view(self, data: bytes) -> int:
        """Add bytes; the number of their view."""
        self._views.append({"buffer": 0, "byteOffset": self._size, "byteLength": len(data)})
        self._data += [data, bytes(-len(data) % 4)]
        self._size += len(data) + -len(data) % 4
        return len(self._views) - 1

    def file(self, tree: Tree) -> bytes:
        """The whole file, of a document without buffers, views and accessors."""
        whole = {**tree, "accessors": self.accessors, "bufferViews": self._views}
        text = json.dumps({**whole, "buffers": [{"byteLength": self._size}]}).encode()
        text += b" " * (-len(text) % 4)
        head = struct.pack("<4sIIII", b"glTF", 2, 28 + len(text) + self._size, len(text), JSON)
        return b"".join([head, text, struct.pack("<II", self._size, BINARY), *self._data])
