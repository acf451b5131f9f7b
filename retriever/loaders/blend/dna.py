"""How structs lie in a file of Blender, by its own description: the block ``DNA1``."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from math import prod

from retriever.errors import FileProblem
from retriever.loaders.blend.blocks import Blocks

_FORMATS = {
    "char": "b",
    "uchar": "B",
    "short": "h",
    "ushort": "H",
    "int": "i",
    "long": "i",
    "ulong": "I",
    "float": "f",
    "double": "d",
    "int8_t": "b",
    "int64_t": "q",
    "uint64_t": "Q",
}
_SIZES = re.compile(r"\[(\d+)\]")
_NAME = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a struct.

    Attributes:
        kind: name of its type, of a pointer of what it points at.
        offset: bytes from the start of the struct.
        shape: of an array; empty for a single one.
        format: of one value, as `struct` has it; empty for a struct within.
    """

    kind: str
    offset: int
    shape: tuple[int, ...]
    format: str


class Struct:
    """One kind of struct.

    Attributes:
        name: of the kind.
        size: in bytes.
    """

    def __init__(self, name: str, size: int, fields: Callable[[], dict[str, Field]]) -> None:
        self.name, self.size, self._fields = name, size, fields

    @cached_property
    def fields(self) -> dict[str, Field]:
        """By name, laid out at first use: a file describes some nine hundred kinds, of which few are looked at."""
        return self._fields()


class Dna:
    """All kinds of struct of a file.

    Attributes:
        structs: in the order that blocks name them by.
        by_name: the same.

    Raises:
        FileProblem: "malformed".
    """

    def __init__(self, blocks: Blocks) -> None:
        self._order, self._pointer = blocks.order, blocks.pointer
        try:
            self._data = bytes(blocks.bytes_of(blocks.code.index(b"DNA1")))
            self._names, at = self._texts(b"NAME", 4)
            self._types, at = self._texts(b"TYPE", at)
            at = self._marked(b"TLEN", at)
            self._lengths = struct.unpack_from(f"{self._order}{len(self._types)}H", self._data, at)
            self.structs = self._structs(self._marked(b"STRC", at + 2 * len(self._types)))
        except (ValueError, IndexError, struct.error) as error:
            raise FileProblem("malformed", "does not say how its data lies; save it again.") from error
        self.by_name = {each.name: each for each in self.structs}

    def _marked(self, mark: bytes, at: int) -> int:
        at = -(-at // 4) * 4
        if self._data[at : at + 4] != mark:
            raise ValueError(mark)
        return at + 4

    def _texts(self, mark: bytes, at: int) -> tuple[list[str], int]:
        at = self._marked(mark, at)
        (count,) = struct.unpack_from(self._order + "I", self._data, at)
        if count > len(self._data):
            raise ValueError(count)
        words = self._data[at + 4 :].split(b"\0", count)[:count]
        return [word.decode("utf-8", "replace") for word in words], at + 4 + sum(map(len, words)) + len(words)

    def _structs(self, at: int) -> list[Struct]:
        (count,) = struct.unpack_from(self._order + "I", self._data, at)
        at, found = at + 4, []
        for _ in range(count):
            kind, fields = struct.unpack_from(self._order + "HH", self._data, at)
            name, size = self._types[kind], self._lengths[kind]
            found.append(Struct(name, size, partial(self._laid, at + 4, fields, size)))
            at += 4 + 4 * fields
        return found

    def _laid(self, at: int, count: int, size: int) -> dict[str, Field]:
        """The fields whose description is at a place; they lie one after the other, without gaps."""
        pairs = struct.unpack_from(f"{self._order}{2 * count}H", self._data, at)
        offset, found = 0, {}
        for kind, number in zip(pairs[::2], pairs[1::2], strict=True):
            word, name = self._types[kind], self._names[number]
            is_pointer, shape = name[0] in "*(", tuple(map(int, _SIZES.findall(name)))
            mark = ("Q" if self._pointer == 8 else "I") if is_pointer else _FORMATS.get(word, "")
            found[_NAME.findall(name)[0]] = Field(word, offset, shape, mark)
            offset += prod(shape) * (self._pointer if is_pointer else self._lengths[kind])
        if offset > size:
            raise ValueError(offset)
        return found
