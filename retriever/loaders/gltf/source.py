"""The numbers of a glTF document, wherever and however they are stored: buffers, compressed views, sparse accessors."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.files import MAX_VERTICES
from retriever.loaders.gltf import meshopt
from retriever.loaders.gltf.glb import Tree
from retriever.loaders.parts import Parts

_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_COLUMNS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}


class Source:
    """A document and what it refers to, each read at most once.

    Args:
        tree: its JSON.
        chunk: the binary chunk of a GLB file, which is its first buffer where that has no URI.
        parts: finds the buffers beside the file.
    """

    def __init__(self, tree: Tree, chunk: bytes | None, parts: Parts) -> None:
        self.tree = tree
        self._chunk, self._parts = chunk, parts
        self._required = frozenset(tree.get("extensionsRequired", ()))
        self._buffers: dict[int, bytes] = {}
        self._views: dict[int, bytes] = {}
        self._made_up = 0

    def is_required(self, extension: str) -> bool:
        """Whether the document says that it cannot be read without."""
        return extension in self._required

    def array(self, number: int) -> NDArray[Any]:
        """(count, columns) of an accessor, as stored."""
        told = self.tree["accessors"][number]
        kind, shape = np.dtype(_TYPES[told["componentType"]]), (told["count"], _COLUMNS[told["type"]])
        found = self._read(told, kind, shape) if "bufferView" in told else self._zeros(shape, kind)
        if sparse := told.get("sparse"):
            found = found.copy()
            at = sparse["indices"]
            rows = self._read(at, np.dtype(_TYPES[at["componentType"]]), (sparse["count"], 1))[:, 0]
            found[rows] = self._read(sparse["values"], kind, (sparse["count"], shape[1]))
        return found

    def view(self, number: int) -> bytes:
        """The bytes of a view, unpacked."""
        if number not in self._views:
            self._views[number] = self._unpacked(self.tree["bufferViews"][number])
        return self._views[number]

    def is_packed(self, view: Tree) -> bool:
        """Whether a view is to be unpacked: not where it lies elsewhere as it is, for readers that cannot."""
        told = compression(view)
        return told is not None and (self.is_required(told[0]) or not self._has(view["buffer"]))

    def _unpacked(self, view: Tree) -> bytes:
        told = compression(view)
        if told is None or not self.is_packed(view):
            return self._slice(view)
        made = meshopt.decoded(self._slice(told[1]), told[1])
        if len(made) < view["byteLength"]:
            raise meshopt.damaged()
        return made

    def _slice(self, place: Tree) -> bytes:
        start = place.get("byteOffset", 0)
        found = self._buffer(place["buffer"])[start : start + place["byteLength"]]
        if start < 0 or len(found) != place["byteLength"]:
            raise FileProblem("truncated", "says it holds more data than there are; copy or export it again.")
        return found

    def _has(self, number: int) -> bool:
        return "uri" in self.tree["buffers"][number] or (number == 0 and self._chunk is not None)

    def _buffer(self, number: int) -> bytes:
        if number not in self._buffers:
            uri = self.tree["buffers"][number].get("uri")
            if uri is None and number == 0 and self._chunk is not None:
                self._buffers[number] = self._chunk
            else:
                _, inside, text = uri.partition("base64,")
                self._buffers[number] = base64.b64decode(text) if inside else self._parts.get(uri)
        return self._buffers[number]

    def _zeros(self, shape: tuple[int, int], kind: np.dtype[Any]) -> NDArray[Any]:
        self._made_up += shape[0]
        if self._made_up > MAX_VERTICES:
            raise FileProblem("too-large", "has more vertices than are read; simplify it.")
        return np.zeros(shape, kind)

    def _read(self, place: Tree, kind: np.dtype[Any], shape: tuple[int, int]) -> NDArray[Any]:
        """(n, columns) in a view; what does not fit into it raises a TypeError or a ValueError."""
        view = self.view(place["bufferView"])
        width = shape[1] * kind.itemsize
        stride = self.tree["bufferViews"][place["bufferView"]].get("byteStride", width)
        if stride < width:  # few bytes would stand for any number of rows
            raise ValueError
        return np.ndarray(shape, kind, view, place.get("byteOffset", 0), (stride, kind.itemsize))


def row_bytes(accessor: Tree) -> int:
    """What one row of an accessor takes."""
    return np.dtype(_TYPES[accessor["componentType"]]).itemsize * _COLUMNS[accessor["type"]]


def extension(thing: Tree, name: str) -> Tree | None:
    """What an extension says of a part of a document."""
    found: Tree | None = (thing.get("extensions") or {}).get(name)
    return found


def compression(view: Tree) -> tuple[str, Tree] | None:
    """The extension that packs a view, and what it says."""
    return next(((name, told) for name in meshopt.NAMES if (told := extension(view, name)) is not None), None)


def fractions(numbers: NDArray[Any]) -> NDArray[Any]:
    """Integers as the fractions of their type's largest that they stand for, -1..1 or 0..1; floats as they are."""
    if numbers.dtype.kind == "f":
        return numbers
    return np.maximum(numbers.astype(np.float32) / np.iinfo(numbers.dtype).max, -1)
