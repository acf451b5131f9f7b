"""Triangle lists as EXT_meshopt_compression stores them: most take one byte, and share an edge."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem

_RECENT = 16


def triangles(data: bytes, count: int) -> NDArray[np.uint32]:
    """(count,) indices of `count` / 3 triangles.

    Raises:
        FileProblem: "malformed"; an IndexError where damaged data ask for what was not there.
    """
    codes, rest, table = data[1 : 1 + count // 3], data[1 + count // 3 : -16], data[-16:]
    if data[0] != 0xE1 or count % 3 or len(codes) + len(rest) + 17 != len(data) or len(codes) * 3 != count:
        raise FileProblem("malformed", "holds damaged compressed triangles; copy or export it again.")
    reader = _Reader(rest, table)
    made: list[int] = []
    for code in codes:
        made += reader.on_an_edge(code >> 4, code & 15) if code < 0xF0 else reader.alone(code & 15)
    if reader.at != len(rest):
        raise FileProblem("malformed", "holds damaged compressed triangles; copy or export it again.")
    return (np.array(made, np.int64) & 0xFFFFFFFF).astype(np.uint32)


class _Reader:
    """What the triangles so far leave: recent edges and vertices, the latest first, and the next new vertex."""

    def __init__(self, data: bytes, table: bytes) -> None:
        self.at = 0
        self._data, self._table = data, table
        self._edges: deque[tuple[int, int]] = deque(maxlen=_RECENT)
        self._vertices: deque[int] = deque(maxlen=_RECENT)
        self._next = self._last = 0

    def on_an_edge(self, edge: int, kind: int) -> tuple[int, int, int]:
        """A triangle on a recent edge."""
        a, b = self._edges[edge]
        if 0 < kind < 13:
            c = self._vertices[kind]
        else:
            c = self._new() if kind == 0 else self._beside(kind)
            self._vertices.appendleft(c)
        self._edges.appendleft((c, b))
        self._edges.appendleft((a, c))
        return a, b, c

    def alone(self, kind: int) -> tuple[int, int, int]:
        """A triangle on no recent edge, its corners by the table, or by a byte of its own."""
        corners = self._table[kind] if kind < 14 else self._byte()
        if kind >= 14 and not corners:
            self._next = 0
        second, third = corners >> 4, corners & 15
        a = self._explicit() if kind == 15 else self._new()
        b = self._corner(second)
        c = self._corner(third)
        self._edges.extendleft(((b, a), (c, b), (a, c)))
        self._vertices.appendleft(a)
        if second in (0, 15):
            self._vertices.appendleft(b)
        if third in (0, 15):
            self._vertices.appendleft(c)
        return a, b, c

    def _new(self) -> int:
        self._next += 1
        return self._next - 1

    def _beside(self, kind: int) -> int:
        if kind == 15:
            return self._explicit()
        self._last += 1 if kind == 14 else -1
        return self._last

    def _corner(self, kind: int) -> int:
        if kind == 0:
            return self._new()
        return self._explicit() if kind == 15 else self._vertices[kind - 1]

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _explicit(self) -> int:
        """A zigzag delta from the last such, in bytes of seven bits."""
        value = 0
        for shift in range(0, 35, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                break
        else:
            raise IndexError
        value &= 0xFFFFFFFF
        self._last = self._last + (value >> 1 ^ -(value & 1)) & 0xFFFFFFFF
        return self._last
