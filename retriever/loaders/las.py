"""Laser scans, .las and .laz: of many points every second, third or so, in memory that their number does not enlarge.

LAS is read here; lazrs unpacks LAZ, in the process of `apart`: a damaged file may have it ask for any memory.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever import archives
from retriever.errors import FileProblem
from retriever.loaders import apart
from retriever.loaders.files import regular_size, unreadable
from retriever.loaders.numeric import NO_FACES, not_a, truncated
from retriever.types import Geometry
from retriever.wording import counted

MOST_POINTS = 4_000_000
"""Points that are kept; of more, every second, third or so."""

_HEAD = 375  # bytes of the header of version 1.4, the longest
_BLOCK = 16 << 20  # bytes of points at once
_RGB = {2: 20, 3: 28, 5: 28, 7: 30, 8: 30, 10: 30}
"""Point format -> where its colours begin, three numbers of 16 bits."""
_SIZES = (20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67)
"""Bytes of a point by its format, at least: programs add bytes of their own."""
_NEEDED = 36  # bytes of a point that are looked at
_NEW = 6  # the first of the point formats whose classes have a byte to themselves
_NOISE = (7, 18)
_ZIPPED = 0x80  # of the point format
_ZIP_USER, _ZIP_RECORD = b"laszip encoded", 22204


@dataclass(frozen=True)
class _Header:
    """Where the points lie, and what their numbers mean.

    Attributes:
        start: of the points, in bytes.
        kind: the point format, 0 to 10.
        width: bytes of a point.
        count: points.
        scale, shift: (3,) of x, y, z.
        zip: how they are packed, as lazrs takes it; empty where they are not.
    """

    start: int
    kind: int
    width: int
    count: int
    scale: NDArray[np.float64]
    shift: NDArray[np.float64]
    zip: bytes


def read_las(path: Path) -> Geometry:
    """The points with their colours, if any; without those that are classed as noise, or withheld, unless all are.

    Raises:
        FileProblem: "malformed", "truncated", "empty", "unreadable"; "unsupported" for LAZ without lazrs.
    """
    size = regular_size(path)
    try:
        header = _header(path, size)
        step = -(-header.count // MOST_POINTS)
        if header.zip:
            rows = _asked(path, header, step, size)
        else:
            with archives.opened(path) as file:
                file.seek(header.start)
                rows = np.concatenate(list(_thinned(file.read, header.width, header.count, step)))
    except (OSError, ValueError) as error:
        raise unreadable(error) from error
    good = _good(rows, header.kind)
    rows = rows[good] if good.any() else rows
    places = np.ascontiguousarray(rows[:, :12]).view("<i4") * header.scale + header.shift
    return Geometry(places, NO_FACES, _colors(rows, header.kind), up="z")


def rows_here(value: Any, packing: bytes) -> tuple[None, list[NDArray[np.uint8]]]:
    """What `read_las` asks for of a LAZ file, in this process."""
    path, start, width, count, step = value
    try:
        import lazrs
    except ImportError as error:
        raise FileProblem(
            "unsupported",
            f"is a LAZ file, which lazrs reads ({error}); pip install 'any3d-retriever[laz]', or export it as LAS.",
        ) from error
    with archives.opened(Path(path)) as file:
        file.seek(start)

        def read(size: int) -> bytearray:
            rows = bytearray(size)
            unpacker.decompress_many(rows)
            return rows

        try:
            unpacker = lazrs.LasZipDecompressor(file, packing, lazrs.DecompressionSelection(_selected(lazrs)))
            rows = np.concatenate(list(_thinned(read, width, count, step)))
        except BaseException as error:  # a panic of Rust is no Exception
            raise FileProblem("malformed", "is damaged where it is compressed; copy or export it again.") from error
    return None, [rows]


def _selected(lazrs: Any) -> int:
    """What is looked at; of the newer point formats the rest stays packed, which takes half the time."""
    needed = ("XY_RETURNS_CHANNEL", "Z", "CLASSIFICATION", "FLAGS", "RGB")
    return sum(getattr(lazrs, f"SELECTIVE_DECOMPRESS_{name}") for name in needed)


def _asked(path: Path, header: _Header, step: int, size: int) -> NDArray[np.uint8]:
    value = [str(path), header.start, header.width, header.count, step]
    return apart.ask("laz", value, header.zip, size).arrays[0]


def _thinned(
    read: Callable[[int], bytes | bytearray], width: int, count: int, step: int
) -> Iterator[NDArray[np.uint8]]:
    """The first bytes of the first of each `step` points."""
    block = max(1, _BLOCK // width)
    for done in range(0, count, block):
        here = min(block, count - done)
        data = read(here * width)
        if len(data) < here * width:
            raise truncated(counted(count, "point"))
        yield np.frombuffer(data, np.uint8).reshape(here, width)[-done % step :: step, :_NEEDED].copy()


def _header(path: Path, size: int) -> _Header:
    with archives.opened(path) as file:
        head = file.read(_HEAD)
        if head[:4] != b"LASF" or len(head) < 227:
            raise not_a("a LAS file of a scan")
        end, start, records, kind, width, count = struct.unpack_from("<HIIBHI", head, 94)
        if head[25] >= 4 and len(head) == _HEAD:
            count = struct.unpack_from("<Q", head, 247)[0] or count
        numbers = np.frombuffer(head, "<f8", 6, 131)
        zipped, kind = kind & _ZIPPED, kind & 63
        if kind >= len(_SIZES):
            raise FileProblem(
                "unsupported", f"has points of format {kind}, of which 0 to 10 are read; export it again."
            )
        if width < _SIZES[kind] or start < end or start > size:
            raise FileProblem("malformed", "has a LAS header that makes no sense; export it again.")
        if not count:
            raise FileProblem("empty", "holds no points; export it again.")
        if not zipped and count * width > size - start:
            raise truncated(counted(count, "point"))
        file.seek(end)
        packing = _packing(file.read(start - end), records) if zipped else b""
    return _Header(start, kind, width, count, numbers[:3], numbers[3:], packing)


def _packing(data: bytes, records: int) -> bytes:
    """The record that says how the points are packed, of those between header and points."""
    at = 0
    for _ in range(records):
        if at + 54 > len(data):
            break
        user, number, size = struct.unpack_from("<2x16sHH", data, at)
        if user.rstrip(b"\0") == _ZIP_USER and number == _ZIP_RECORD:
            return data[at + 54 : at + 54 + size]
        at += 54 + size
    raise FileProblem("malformed", "does not say how its points are compressed; export it again.")


def _good(rows: NDArray[np.uint8], kind: int) -> NDArray[np.bool_]:
    """(n,) which points are neither classed as noise nor marked as withheld."""
    if kind < _NEW:
        return ~np.isin(rows[:, 15] & 31, _NOISE) & (rows[:, 15] >> 7 == 0)
    return ~np.isin(rows[:, 16], _NOISE) & (rows[:, 15] >> 2 & 1 == 0)


def _colors(rows: NDArray[np.uint8], kind: int) -> NDArray[np.float32] | None:
    """(n, 3) in 0..1; None where the format has none, or all are black: programs leave them so that know none."""
    if kind not in _RGB:
        return None
    values = np.ascontiguousarray(rows[:, _RGB[kind] : _RGB[kind] + 6]).view("<u2")
    most = values.max()
    if not most:
        return None
    scale = 65535 if most > 255 else 255  # some write bytes where 16 bits are meant
    return (values / scale).astype(np.float32)
