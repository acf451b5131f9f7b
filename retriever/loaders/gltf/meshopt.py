"""EXT_meshopt_compression and KHR_meshopt_compression: the compressed views of glTF files, after the specification.

A stream of attributes holds, for each byte of an element, the deltas between elements in groups of 16. Where a group
lies follows from the groups before it, so one pass finds them all, and the rest is done for all groups at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.files import MAX_BYTES, MAX_VERTICES
from retriever.loaders.gltf.filters import FILTERS
from retriever.loaders.gltf.triangles import triangles

NAMES = ("EXT_meshopt_compression", "KHR_meshopt_compression")

_GROUP = 16
_WIDTHS = ((0, 1, 2, 4), (1, 2, 4, 8))
"""Bits of a delta by the control mode of a byte, and by the two bits before its group; of version 1."""
_WIDTHS_0 = (0, 2, 4, 8)
_ZEROS, _LITERAL = 2, 3
_AT_ONCE = 1 << 16
"""Groups that are unpacked at once, for the memory."""

Bytes = NDArray[np.uint8]


def decoded(data: bytes, told: dict[str, Any]) -> bytes:
    """What a compressed view holds.

    Args:
        data: the compressed bytes.
        told: the extension's properties: count, byteStride, mode, filter.

    Raises:
        FileProblem: "malformed" or "too-large"; and what numpy and Python raise for damaged data.
    """
    count, stride, mode = told["count"], told["byteStride"], told["mode"]
    if not 0 <= count <= 6 * MAX_VERTICES or count * stride > MAX_BYTES:
        raise FileProblem("too-large", "has more vertices than are read; simplify it.")
    if mode == "ATTRIBUTES":
        made = _attributes(data, count, stride)
        return FILTERS[told.get("filter", "NONE")](made).tobytes()
    indices = {"TRIANGLES": triangles, "INDICES": _sequence}[mode](data, count)
    return indices.astype({2: np.uint16, 4: np.uint32}[stride]).tobytes()


def damaged() -> FileProblem:
    """For a stream that does not add up."""
    return FileProblem("malformed", "holds damaged compressed geometry; copy or export it again.")


def _attributes(data: bytes, count: int, stride: int) -> Bytes:
    """(count, stride) elements, before their filter."""
    if data[0] not in (0xA0, 0xA1) or stride % 4 or not 4 <= stride <= 256:
        raise damaged()
    version, channels = data[0] & 15, stride // 4
    tail = stride + channels * version
    end = len(data) - max(tail, 24 if version else 32)
    if end < 1 + -(-count // 256) * channels:  # what the least block takes, before anything is made
        raise damaged()
    base = np.frombuffer(data, np.uint8, stride, len(data) - tail)
    modes = data[len(data) - channels :] if version else bytes(channels)
    deltas = _deltas(data[:end], count, stride, version)
    return _summed(deltas, base, modes)


def _deltas(data: bytes, count: int, stride: int, version: int) -> Bytes:
    """(stride, count) deltas, as they are coded."""
    groups = -(-count // _GROUP)
    found: dict[int, tuple[list[int], list[int]]] = {width: ([], []) for width in (1, 2, 4, 8)}
    literal: list[tuple[int, int, int]] = []
    at = 1
    for first, elements in _blocks(count, stride):
        controls = data[at : at + stride // 4 * version]
        at += len(controls)
        for byte in range(stride):
            control = controls[byte // 4] >> byte % 4 * 2 & 3 if version else -1
            row = byte * groups + first
            if control == _LITERAL:
                literal.append((row * _GROUP, at, elements))
                at += elements
            elif control != _ZEROS:
                at = _walked(data, at, -(-elements // _GROUP), row, _WIDTHS[control] if version else _WIDTHS_0, found)
            if at > len(data):
                raise damaged()
    if at != len(data):
        raise damaged()
    return _unpacked(data, found, literal, (stride, groups))[:, :count]


def _blocks(count: int, stride: int) -> Iterator[tuple[int, int]]:
    """The number of each block's first group, and its elements."""
    most = min(8192 // stride & ~15, 256)
    for first in range(0, count, most):
        yield first // _GROUP, min(most, count - first)


def _walked(
    data: bytes, at: int, groups: int, row: int, widths: tuple[int, ...], found: dict[int, tuple[list[int], list[int]]]
) -> int:
    """Note where the groups of one byte of a block lie; where they end.

    A delta of all ones stands for a whole byte behind its group.
    """
    start, at = at, at + -(-groups // 4)
    bits = int.from_bytes(data[start:at], "little")
    for group in range(row, row + groups):
        width = widths[bits & 3]
        bits >>= 2
        if not width:
            continue
        rows, places = found[width]
        rows.append(group)
        places.append(at)
        if width == 8:
            at += _GROUP
            continue
        packed = int.from_bytes(data[at : at + 2 * width], "little")
        if width == 2:
            packed &= packed >> 1 & 0x55555555
        elif width == 4:
            packed &= packed >> 1
            packed &= packed >> 2 & 0x1111111111111111
        at += 2 * width + packed.bit_count()
    return at


def _unpacked(
    data: bytes,
    found: dict[int, tuple[list[int], list[int]]],
    literal: list[tuple[int, int, int]],
    shape: tuple[int, int],
) -> Bytes:
    """(stride, 16 * groups) deltas of all groups that were found; zero elsewhere."""
    raw = np.frombuffer(data, np.uint8)
    table = np.zeros((shape[0] * shape[1], _GROUP), np.uint8)
    for width, (rows, places) in found.items():
        for start in range(0, len(rows), _AT_ONCE):
            span = slice(start, start + _AT_ONCE)
            table[rows[span]] = _groups(raw, np.array(places[span])[:, None], width)
    flat = table.reshape(-1)
    for start, at, elements in literal:
        flat[start : start + elements] = raw[at : at + elements]
    return table.reshape(shape[0], -1)


def _groups(raw: Bytes, places: NDArray[np.int64], width: int) -> Bytes:
    """(n, 16) deltas of groups at (n, 1) places."""
    packed = raw[places + np.arange(2 * width)]
    if width == 8:
        return packed
    shifts = np.arange(0, 8, width).astype(np.uint8)
    if width > 1:  # the first delta is in the highest bits, but where it is one bit
        shifts = shifts[::-1]
    most = (1 << width) - 1
    values = (packed[:, :, None] >> shifts & most).reshape(-1, _GROUP)
    whole = values == most
    behind = places + 2 * width - 1 + np.cumsum(whole, axis=1)
    values[whole] = raw[behind[whole]]
    return values


def _summed(deltas: Bytes, base: Bytes, modes: bytes) -> Bytes:
    """(count, stride) elements of deltas from one to the next, the first from `base`; a mode for every four bytes."""
    made = np.empty((deltas.shape[1], len(base)), np.uint8)
    for mode in set(modes):
        kind, turn = mode & 15, mode >> 4
        if kind > 2 or (turn and kind != 2):
            raise damaged()
        here = np.flatnonzero(np.repeat(np.frombuffer(modes, np.uint8) == mode, 4))
        size = np.dtype(("u1", "<u2", "<u4")[kind])
        change: NDArray[Any] = np.ascontiguousarray(deltas[here].T).view(size)
        first: NDArray[Any] = base[here].view(size)
        if kind == 2:
            turned = change >> np.uint32(turn) | change << np.uint32(-turn & 31) if turn else change
            values = np.bitwise_xor.accumulate(turned, axis=0) ^ first
        else:
            values = np.cumsum(_signed(change), axis=0, dtype=size) + first
        made[:, here] = values.view(np.uint8)
    return made


def _signed(codes: NDArray[Any]) -> NDArray[Any]:
    """Zigzag codes as two's complement of the same unsigned type."""
    one = codes.dtype.type(1)
    return codes >> one ^ -(codes & one)


def _sequence(data: bytes, count: int) -> NDArray[np.uint32]:
    """(count,) indices of any topology: each a delta from one of two that came before."""
    raw = np.frombuffer(data, np.uint8)[1:-4].astype(np.uint64)
    ends = np.flatnonzero(raw < 128)
    if data[0] != 0xD1 or len(ends) != count or (count and ends[-1] + 1 != len(raw)):
        raise damaged()
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)[:count]
    if (ends - starts > 4).any():
        raise damaged()
    codes = np.zeros(count, np.uint64)
    for step in range(5):
        more = starts + step <= ends
        codes[more] |= (raw[starts[more] + step] & np.uint64(127)) << np.uint64(7 * step)
    code = codes.astype(np.uint32)
    change, made = _signed(code >> np.uint32(1)), np.empty(count, np.uint32)
    for line in (0, 1):
        on = (code & np.uint32(1)) == line
        made[on] = np.cumsum(change[on], dtype=np.uint32)
    return made
