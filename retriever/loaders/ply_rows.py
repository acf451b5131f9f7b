"""The rows of a PLY file: elements of scalars and lists."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retriever.loaders.numeric import numbers, truncated
from retriever.wording import counted

_DOUBLE = np.dtype("=f8")


@dataclass(frozen=True)
class Property:
    """One column; `counts` is the type of a list's length, None for a scalar."""

    name: str
    kind: np.dtype
    counts: np.dtype | None = None


@dataclass
class Element:
    """One table of the header."""

    name: str
    count: int
    properties: list[Property] = field(default_factory=list)

    def smallest(self, ascii_rows: bool) -> int:
        """Bytes of a row whose lists are all empty."""
        if ascii_rows:
            return 2 * len(self.properties)
        return sum((each.counts or each.kind).itemsize for each in self.properties)


@dataclass(frozen=True)
class Lists:
    """A list column: (n,) lengths, and all items one after the other."""

    sizes: NDArray[np.int64]
    items: NDArray


Columns = dict[str, "NDArray | Lists"]


def read(data: bytes, start: int, binary: bool, elements: list[Element]) -> dict[str, Columns]:
    """The columns of every element.

    Text is turned into rows of doubles and then read as if it were binary.

    Args:
        data: the file.
        start: where the rows start.
        binary: or text.
        elements: of the header, whose counts were checked against the size.

    Raises:
        FileProblem: "truncated" or "malformed".
    """
    if binary:
        return _tables(data, start, elements)
    doubles = [
        Element(
            element.name, element.count, [Property(p.name, _DOUBLE, p.counts and _DOUBLE) for p in element.properties]
        )
        for element in elements
    ]
    tables = _tables(numbers(data[start:]).tobytes(), 0, doubles)
    for element in elements:
        for each in element.properties:
            column = tables[element.name].get(each.name)
            if isinstance(column, np.ndarray):  # colours need their type's range; lists hold indices
                tables[element.name][each.name] = column.astype(each.kind)
    return tables


def _tables(data: bytes, at: int, elements: list[Element]) -> dict[str, Columns]:
    tables: dict[str, Columns] = {}
    for element in elements:
        if not element.count:
            tables[element.name] = {}
            continue
        found = _even(data, at, element) or _uneven(data, at, element)
        tables[element.name], at = found
    return tables


def _even(data: bytes, at: int, element: Element) -> tuple[Columns, int] | None:
    """Columns and end of an element all of whose rows are laid out as the first; None for any other."""
    places, lengths, width = _layout(data, at, element)
    end = at + width * element.count
    if end > len(data):
        return None
    columns: Columns = {}
    for each, place, length in zip(element.properties, places, lengths, strict=True):
        if each.counts is None:
            columns[each.name] = np.ndarray(element.count, each.kind, data, at + place, (width,))
            continue
        sizes = np.ndarray(element.count, each.counts, data, at + place - each.counts.itemsize, (width,))
        if (sizes != length).any():
            return None
        items = np.ndarray((element.count, length), each.kind, data, at + place, (width, each.kind.itemsize))
        columns[each.name] = Lists(sizes.astype(np.int64), items.reshape(-1))
    return columns, end


def _layout(data: bytes, at: int, element: Element) -> tuple[list[int], list[int], int]:
    """Of the row at `at`: where each property's values start in it, how many they are, and the row's bytes."""
    places, lengths, width = [], [], 0
    for each in element.properties:
        length = 1
        if each.counts is not None:
            length = _length(data, at + width, each.counts)
            width += each.counts.itemsize
        places.append(width)
        lengths.append(length)
        width += length * each.kind.itemsize
    return places, lengths, width


def _length(data: bytes, at: int, kind: np.dtype) -> int:
    """A list's length; it must not be negative, nor more than the bytes that are left."""
    if at + kind.itemsize > len(data):
        raise truncated("more rows than it has")
    value = np.ndarray((), kind, data, at).item()
    if not 0 <= value <= len(data) - at:
        raise truncated(f"a list of {counted(value, 'item')}")
    return int(value)


def _uneven(data: bytes, at: int, element: Element) -> tuple[Columns, int]:
    """Columns and end of an element whose rows differ, found row by row."""
    starts: list[list[int]] = []
    sizes: list[list[int]] = []
    for _ in range(element.count):
        places, lengths, width = _layout(data, at, element)
        starts.append([at + place for place in places])
        sizes.append(lengths)
        at += width
        if at > len(data):
            raise truncated(counted(element.count, f"{element.name} row"))
    columns: Columns = {}
    for each, start, size in zip(element.properties, np.array(starts).T, np.array(sizes).T, strict=True):
        values = _gathered(data, start, size, each.kind)
        columns[each.name] = values if each.counts is None else Lists(size, values)
    return columns, at


def _gathered(data: bytes, starts: NDArray[np.int64], sizes: NDArray[np.int64], kind: np.dtype) -> NDArray:
    """The values of `sizes` items at each of `starts`, one after the other."""
    firsts = np.repeat(starts, sizes)
    within = np.arange(len(firsts)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    places = (firsts + within * kind.itemsize)[:, None] + np.arange(kind.itemsize)
    return np.frombuffer(data, np.uint8)[places].view(kind)[:, 0] if len(places) else np.zeros(0, kind)
