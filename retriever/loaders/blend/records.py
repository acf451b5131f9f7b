"""Structs of a file of Blender by the names of their fields, and what their pointers lead to."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.blend.blocks import Blocks, blocks_of, unpacked
from retriever.loaders.blend.dna import Dna, Field, Struct
from retriever.loaders.files import MAX_BYTES

DAMAGE = (KeyError, IndexError, ValueError, TypeError, OverflowError, struct.error)
"""What reading by names and places that a file gives raises where the file is damaged."""


class File:
    """A file of Blender, of which nothing but the heads of its blocks is read until it is asked for.

    Args:
        data: its bytes.
        most: bytes that it may unpack to.

    Raises:
        FileProblem: as `unpacked`, `blocks_of` and `Dna`.
    """

    def __init__(self, data: bytes, most: int = MAX_BYTES) -> None:
        self.blocks: Blocks = blocks_of(unpacked(data, most))
        self.dna = Dna(self.blocks)

    def all(self, code: bytes) -> Iterator[Record]:
        """The IDs of a code, such as b"SC" for scenes."""
        return (self.record(number) for number, each in enumerate(self.blocks.code) if each == code)

    def record(self, number: int) -> Record:
        """The first struct of a block."""
        kind = self.dna.structs[self.blocks.struct[number]]
        if kind.size > self.blocks.size[number]:
            raise FileProblem("malformed", "has blocks that are too short for what they hold; save it again.")
        return Record(self, kind, self.blocks.start[number], number)


class Record:
    """One struct.

    Attributes:
        file: where it is.
        kind: what it is.
        number: of its block, which identifies it where it is the first struct in there.
    """

    __slots__ = ("_at", "file", "kind", "number")

    def __init__(self, file: File, kind: Struct, at: int, number: int) -> None:
        self.file, self.kind, self._at, self.number = file, kind, at, number

    @property
    def name(self) -> str:
        """Of an ID, without the two letters for its kind."""
        return self.part("id").text("name")[2:]

    def has(self, name: str) -> bool:
        """Whether this version of Blender knew the field."""
        return name in self.kind.fields

    def number_of(self, name: str, otherwise: float = 0) -> Any:
        """A number, or `otherwise` where this version of Blender did not know the field."""
        field = self.kind.fields.get(name)
        return otherwise if field is None else self._values(field, 1)[0]

    def array(self, name: str, otherwise: Any = None) -> NDArray[np.float64]:
        """The numbers of an array, in its shape."""
        field = self.kind.fields.get(name)
        if field is None:
            return np.array(otherwise, np.float64)
        return np.array(self._values(field, prod(field.shape)), np.float64).reshape(field.shape)

    def text(self, name: str) -> str:
        """Of an array of characters; empty where the field is not known."""
        field = self.kind.fields.get(name)
        if field is None:
            return ""
        start = self._at + field.offset
        return _text(self.file.blocks.data[start : start + prod(field.shape)])

    def part(self, name: str) -> Record:
        """A struct that lies within this one."""
        field = self.kind.fields[name]
        return Record(self.file, self.file.dna.by_name[field.kind], self._at + field.offset, self.number)

    def to(self, name: str) -> Record | None:
        """What a pointer leads to; None for nothing, and for what is not in this file."""
        return self._record(self.number_of(name))

    def each(self, name: str) -> Iterator[Record]:
        """The members of a list."""
        if not self.has(name):
            return
        found, seen = self.part(name).to("first"), set()
        while found is not None and found.number not in seen:
            seen.add(found.number)
            yield found
            found = found.next()

    def next(self) -> Record | None:
        """The member after this one: all that can be in a list begins with a pointer to it."""
        return self._record(self._values(Field("", 0, (), "Q" if self.file.blocks.pointer == 8 else "I"), 1)[0])

    def pointers(self, name: str, count: int) -> list[Record | None]:
        """What the first pointers of an array lead to that this one leads to."""
        mark = f"{self.file.blocks.order}u{self.file.blocks.pointer}"
        return [self._record(each) for each in self.values(name, mark, count).tolist()]

    def raw(self, name: str) -> memoryview:
        """The bytes that a pointer leads to; none for nothing."""
        number = self._find(self.number_of(name))
        return memoryview(b"") if number is None else self.file.blocks.bytes_of(number)

    def string(self, name: str) -> str:
        """The text that a pointer leads to."""
        return _text(self.raw(name))

    def values(self, name: str, mark: str, count: int, shape: tuple[int, ...] = ()) -> NDArray[Any]:
        """(count, ...) values that a pointer leads to, not copied; `mark` is their type as NumPy has it, with order."""
        return _seen(self.raw(name), np.dtype((mark, shape)), count)

    def table(self, name: str, kind: str, fields: Sequence[str], count: int) -> NDArray[Any]:
        """(count,) structs that a pointer leads to, not copied, with some of their fields."""
        struct_, order = self.file.dna.by_name[kind], self.file.blocks.order
        of = [struct_.fields[each] for each in fields]
        dtype = np.dtype(
            {
                "names": list(fields),
                "formats": [(order + each.format, each.shape) for each in of],
                "offsets": [each.offset for each in of],
                "itemsize": struct_.size,
            }
        )
        return _seen(self.raw(name), dtype, count)

    def rows(self, name: str, kind: str, count: int) -> Iterator[Record]:
        """The structs of an array that a pointer leads to, one by one."""
        number = self._find(self.number_of(name))
        if number is None:
            return
        struct_ = self.file.dna.by_name[kind]
        if not 0 <= count * struct_.size <= self.file.blocks.size[number]:
            raise _short()
        for row in range(count):
            yield Record(self.file, struct_, self.file.blocks.start[number] + row * struct_.size, number)

    def _values(self, field: Field, count: int) -> tuple[Any, ...]:
        return struct.unpack_from(
            f"{self.file.blocks.order}{count}{field.format}", self.file.blocks.data, self._at + field.offset
        )

    def _find(self, address: int) -> int | None:
        return self.file.blocks.find(address, self.file.blocks.section[self.number]) if address else None

    def _record(self, address: int) -> Record | None:
        number = self._find(address)
        return None if number is None else self.file.record(number)


def _seen(data: memoryview, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    if not 0 <= count * dtype.itemsize <= len(data):
        raise _short()
    return np.frombuffer(data, dtype, count) if count else np.zeros(0, dtype)


def _text(data: bytes | bytearray | memoryview) -> str:
    return bytes(data).partition(b"\0")[0].decode("utf-8", "replace")


def _short() -> FileProblem:
    return FileProblem("malformed", "counts more than its blocks hold; save it again.")
