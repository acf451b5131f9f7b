"""The outer shape of Blender's files: compression, the header, and the blocks, none of which is looked into here.

A file is a row of blocks, memory as it lay in the program that wrote it: pointers are addresses of other blocks, and
the last but one block, ``DNA1``, says how each kind of struct is laid out.
"""

from __future__ import annotations

import io
import struct
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from retriever.errors import FileProblem
from retriever.loaders.files import MAX_BYTES
from retriever.loaders.numeric import not_a, truncated

_GZIP, _ZSTD, _MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BLENDER"
_STEP = 4 << 20
_MOST = 8_000_000
"""Blocks; a file that claims to have more is not followed for minutes."""
_OF_ID = b"DATA"
"""Code of the blocks that belong to the ID (object, mesh, material...) before them."""


def unpacked(data: bytes, most: int = MAX_BYTES) -> bytes | bytearray:
    """What a file holds when its compression is undone: zstd since Blender 3.0, gzip before.

    Raises:
        FileProblem: "truncated", "malformed", or "too-large" before much more than `most` bytes are in memory.
    """
    if data[:2] == _GZIP:
        steps = _gunzipped(data)
    elif data[:4] == _ZSTD:
        steps = _zstd(data)
    else:
        return data
    whole = bytearray()
    try:
        for step in steps:
            whole += step
            if len(whole) > most:
                raise FileProblem("too-large", "unpacks to more than is read; split or simplify it.")
    except (OSError, EOFError, zlib.error) as error:
        raise FileProblem("malformed", "is damaged where it is compressed; save it again.") from error
    return whole


def _gunzipped(data: bytes) -> Iterator[bytes]:
    import gzip

    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        while step := file.read(_STEP):
            yield step


def _zstd(data: bytes) -> Iterator[bytes]:
    """Blender writes many frames, and a table of them in a frame that is passed over."""
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as file:
        while step := file.read(_STEP):
            yield step


@dataclass
class Blocks:
    """All blocks of a file, by number.

    Attributes:
        data: the whole file, unpacked.
        order: "<" or ">", how its numbers lie.
        pointer: bytes of a pointer, 4 or 8.
        code: what each block is, such as b"OB" for an object; `_OF_ID` for what belongs to the ID before.
        address: what pointers to it hold.
        start: of its bytes in `data`.
        size: of its bytes.
        struct: number of the kind of struct that it holds.
        count: how many of these.
        section: number of the ID that it belongs to; its own, of an ID.
    """

    data: bytes | bytearray
    order: str
    pointer: int
    code: list[bytes] = field(default_factory=list)
    address: array[int] = field(default_factory=lambda: array("Q"))
    start: array[int] = field(default_factory=lambda: array("q"))
    size: array[int] = field(default_factory=lambda: array("q"))
    struct: array[int] = field(default_factory=lambda: array("q"))
    count: array[int] = field(default_factory=lambda: array("q"))
    section: array[int] = field(default_factory=lambda: array("q"))

    def __post_init__(self) -> None:
        self._inside: dict[int, dict[int, int]] = {}
        self._ids: dict[int, int] = {}

    def find(self, address: int, section: int) -> int | None:
        """The block at an address, as a pointer in `section` means it: addresses are unique within an ID only."""
        if not self._ids:
            self._ids = {self.address[n]: n for n in range(len(self.code)) if self.section[n] == n}
        if section not in self._inside:
            end = section + 1
            while end < len(self.code) and self.section[end] == section:
                end += 1
            self._inside[section] = {self.address[n]: n for n in range(section, end)}
        found = self._inside[section].get(address)
        return self._ids.get(address) if found is None else found

    def bytes_of(self, number: int) -> memoryview:
        """What a block holds."""
        return memoryview(self.data)[self.start[number] : self.start[number] + self.size[number]]


def blocks_of(data: bytes | bytearray) -> Blocks:
    """The blocks of a file that is no longer compressed.

    Raises:
        FileProblem: "malformed" for no file of Blender, "truncated" or "unsupported".
    """
    found, head, large, at = _header(data)
    section = 0
    names: dict[bytes, bytes] = {}
    while True:
        if at + head.size > len(data):
            raise truncated("there are more blocks")
        if large:
            code, kind, address, size, count = head.unpack_from(data, at)
        else:
            code, size, address, kind, count = head.unpack_from(data, at)
        at += head.size
        if code == b"ENDB":
            return found
        if size < 0 or at + size > len(data) or len(found.code) >= _MOST:
            raise truncated(f"a block has {size} bytes")
        section = section if code == _OF_ID else len(found.code)
        name = code.rstrip(b"\0")
        found.code.append(names.setdefault(name, name))
        found.address.append(address)
        found.start.append(at)
        found.size.append(size)
        found.struct.append(kind)
        found.count.append(count)
        found.section.append(section)
        at += size


def _header(data: bytes | bytearray) -> tuple[Blocks, struct.Struct, bool, int]:
    """Without blocks yet; how the head of a block lies, whether in the way of Blender 5, and where the first begins."""
    large = data[7:9] == b"17"  # the header's length, which others do not have
    size = 17 if large else 12
    if data[:7] != _MAGIC or len(data) < size:
        raise not_a("a file of Blender")
    width, order = (b"-", data[12:13]) if large else (data[7:8], data[8:9])
    if width not in (b"-", b"_") or order not in (b"v", b"V"):
        raise not_a("a file of Blender")
    if large and data[10:12] != b"01":
        raise FileProblem("unsupported", "is of a later version of Blender than is read; export it as GLB.")
    pointer, mark = (8 if width == b"-" else 4), ("<" if order == b"v" else ">")
    layout = "4siQqq" if large else "4siQii" if pointer == 8 else "4siIii"
    return Blocks(data, mark, pointer), struct.Struct(mark + layout), large, size
