"""FBX as a tree of records, binary and ASCII, of the versions 6 and 7; arrays are unpacked when they are asked for.

Binary: https://code.blender.org/2013/08/fbx-binary-file-format-specification (sizes are of 8 bytes from 7.5 on).
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.files import MAX_BYTES
from retriever.loaders.numeric import not_a, numbers, truncated
from retriever.loaders.text import decoded

_MAGIC = b"Kaydara FBX Binary  \0"
_OLDEST = 6000
_WIDE = 7500
_DEEPEST = 64
_TOP = frozenset(("FBXHeaderExtension", "GlobalSettings", "Definitions", "Objects", "Connections"))
_OBJECTS = frozenset(
    ("GlobalSettings", "Model", "CollectionExclusive", "Geometry", "Deformer")
    + ("Material", "Texture", "LayeredTexture", "Video")
)
"""Of the objects, those that say what is seen; animation, most of many a file, is passed over."""
_SCALARS = {b"Y": "<h", b"C": "<?", b"B": "<?", b"I": "<i", b"F": "<f", b"D": "<d", b"L": "<q"}
_ARRAYS = {b"f": "<f4", b"d": "<f8", b"i": "<i4", b"l": "<i8", b"b": "u1", b"c": "u1"}
_NUMBER = rb"[-+]?(?:\.?\d[\w.#+-]*|(?:nan|inf)\b)"
_TOKEN = re.compile(
    rb'\s+|,|;[^\n]*|\*\d+|"(?P<text>[^"]*)"|(?P<key>[A-Za-z_]\w*)\s*:|(?P<open>{)|(?P<close>})'
    rb"|(?P<run>" + _NUMBER + rb")|(?P<word>[A-Za-z_]\w*)"
)
_MORE = re.compile(rb"(?:\s*,\s*" + _NUMBER + rb"){1,1000}")
"""What follows the first of a run of numbers, in parts, as what is matched costs memory until its end is found."""
_NO_NUMBER = re.compile(rb"1\.#\w+")
"""How Windows wrote what is no number."""
_FEW = 64
"""Bytes of a run of numbers that is no array."""


@dataclass(frozen=True)
class _Packed:
    """An array as it lies in the file; `kind` is empty where it is text."""

    kind: str
    count: int
    deflated: bool
    data: memoryview

    def unpacked(self) -> NDArray[Any]:
        if not self.kind:
            return numbers(_NO_NUMBER.sub(b"nan", bytes(self.data)).replace(b",", b" "))
        size = self.count * np.dtype(self.kind).itemsize
        if size > MAX_BYTES:
            raise FileProblem("too-large", "has larger arrays than are read; simplify it.")
        try:
            data = zlib.decompressobj().decompress(self.data, size) if self.deflated and size else self.data
        except zlib.error as error:
            raise FileProblem("malformed", "has damaged arrays; copy or export it again.") from error
        if len(data) < size:
            raise truncated(f"{size} bytes")
        return np.frombuffer(data, self.kind, self.count)


@dataclass(frozen=True)
class Node:
    """One record.

    Attributes:
        name: its keyword.
        values: numbers, bools, texts, bytes, and arrays that are still packed.
        children: the records within.
    """

    name: str
    values: list[Any] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    def all(self, name: str) -> list[Node]:
        """The children of a name."""
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> Node | None:
        """The first child of a name, if any."""
        return next((child for child in self.children if child.name == name), None)

    def text(self, name: str) -> str:
        """The text that a child holds; empty where it holds none."""
        child = self.first(name)
        return child.values[0] if child and child.values and isinstance(child.values[0], str) else ""

    def array(self, name: str) -> NDArray[np.float64]:
        """(n,) the numbers of a child; none where there is no such child.

        Raises:
            FileProblem: they end early, are no numbers or too many.
        """
        child = self.first(name)
        if child is None:
            return np.zeros(0)
        values = child.values if (inner := child.first("a")) is None else inner.values
        parts = [value.unpacked() if isinstance(value, _Packed) else [value] for value in values]
        try:
            return np.concatenate([np.asarray(part, np.float64) for part in parts] or [np.zeros(0)])
        except (ValueError, TypeError) as error:
            raise FileProblem("malformed", "has words among its numbers; export it again.") from error

    def data(self, name: str) -> bytes:
        """The bytes that a child holds, which ASCII files have in base 64; empty where it holds none."""
        child = self.first(name)
        values = child.values if child else []
        if values and isinstance(values[0], bytes):
            return values[0]
        return base64.b64decode("".join(value for value in values if isinstance(value, str)))


def parse(data: bytes) -> Iterator[Node]:
    """The records at the top that tell what is seen, one after the other.

    Raises:
        FileProblem: "malformed", "truncated", or "unsupported" for versions before 6.
    """
    if data.startswith(_MAGIC):
        yield from _binary(data)
    elif b"FBXHeaderExtension" in data[: 1 << 16] or b"; FBX" in data[:256]:
        yield from _ascii(data)
    else:
        raise not_a("an FBX file")


def _wanted(name: str, depth: int, parent: str) -> bool:
    return (depth > 0 or name in _TOP) and (depth != 1 or parent != "Objects" or name in _OBJECTS)


def _check_version(version: int) -> None:
    if version < _OLDEST:
        raise FileProblem("unsupported", f"is FBX of version {version}; save it as FBX 2011 or newer.")


def _binary(data: bytes) -> Iterator[Node]:
    if len(data) < 27:
        raise truncated("27 bytes")
    version = int.from_bytes(data[23:27], "little")
    _check_version(version)
    file, at = _Binary(data, "<QQQB" if version >= _WIDE else "<IIIB"), 27
    while at < len(data):
        node, at = file.node(at, len(data), 0, "")
        if node is not None:
            yield node
        elif at < 0:
            return
    raise truncated("more records")


class _Binary:
    """Reads records at places of a file; `header` is the form of what each begins with."""

    def __init__(self, data: bytes, header: str) -> None:
        self._data = data
        self._view = memoryview(data)
        self._header = struct.Struct(header)

    def node(self, at: int, limit: int, depth: int, parent: str) -> tuple[Node | None, int]:
        """The record at a place, None where it is not wanted, and where the next begins, -1 if there is none."""
        start = at + self._header.size
        if start > limit or depth > _DEEPEST:
            raise truncated("more records")
        end, count, size, letters = self._header.unpack_from(self._data, at)
        if not end:
            return None, -1
        start += letters
        if not start + size <= end <= limit or count > size:
            raise truncated(f"a record of {end - at} bytes")
        name = decoded(self._data[start - letters : start])
        if not _wanted(name, depth, parent):
            return None, end
        node, at = Node(name, self._values(start, count, start + size)), start + size
        while 0 <= at < end:
            child, at = self.node(at, end, depth + 1, name)
            if child is not None:
                node.children.append(child)
        return node, end

    def _values(self, at: int, count: int, limit: int) -> list[Any]:
        values = []
        for _ in range(count):
            value, at = self._value(at, limit)
            values.append(value)
        return values

    def _value(self, at: int, limit: int) -> tuple[Any, int]:
        kind, at = self._data[at : at + 1], at + 1
        if kind in _SCALARS:
            form = _SCALARS[kind]
            value, end = struct.unpack_from(form, self._data, at)[0], at + struct.calcsize(form)
        elif kind in _ARRAYS:
            count, encoding, size = struct.unpack_from("<III", self._data, at)
            size = size if encoding else count * np.dtype(_ARRAYS[kind]).itemsize
            end = at + 12 + size
            value = _Packed(_ARRAYS[kind], count, bool(encoding), self._view[at + 12 : end])
        elif kind in (b"S", b"R"):
            end = at + 4 + struct.unpack_from("<I", self._data, at)[0]
            found = self._data[at + 4 : end]
            value = found if kind == b"R" else decoded(found)
        else:
            raise FileProblem("malformed", "has values of a kind that no FBX file has; export it again.")
        if end > limit:
            raise truncated(f"a value of {end - at} bytes")
        return value, end


def _ascii(data: bytes) -> Iterator[Node]:
    version = re.search(rb"FBXVersion:\s*(\d{1,9})", data)
    _check_version(int(version[1]) if version else _OLDEST)
    stack = [Node("")]
    last = stack[0]
    for token, end in _tokens(data):
        match token.lastgroup:
            case "key":
                last = Node(token["key"].decode())
                if _wanted(last.name, len(stack) - 1, stack[-1].name):
                    stack[-1].children.append(last)
            case "open":
                stack.append(last)
            case "close":
                last = stack.pop()
                if len(stack) == 1:
                    yield last
            case kind if kind:
                last.values.extend(_value(kind, token, end))
        if not 0 < len(stack) <= _DEEPEST:
            raise FileProblem("malformed", "opens and closes records that do not match; export it again.")
    if len(stack) > 1:
        raise truncated("more records")


def _tokens(data: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """Tokens, of a run of numbers the first, and where each ends."""
    at = 0
    while at < len(data):
        token = _TOKEN.match(data, at)
        if token is None:
            raise FileProblem("malformed", "has signs that no FBX file has; export it again.")
        at = token.end()
        while token.lastgroup == "run" and (more := _MORE.match(data, at)):
            at = more.end()
        yield token, at


def _value(kind: str, token: re.Match[bytes], end: int) -> list[Any]:
    if kind != "run":
        return [decoded(token[kind]).replace("&quot;", '"')]
    run = memoryview(token.string)[token.start() : end]
    return [_Packed("", 0, False, run)] if len(run) > _FEW else [_number(word) for word in bytes(run).split(b",")]


def _number(word: bytes) -> int | float:
    try:
        return int(word) if word.strip().lstrip(b"+-").isdigit() else float(word)
    except ValueError:
        return np.nan
