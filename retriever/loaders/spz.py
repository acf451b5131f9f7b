"""Gaussian splats as Niantic packs them, .spz: versions 2 and 3 in one gzip stream, version 4 in several of zstd.

Only places, opacities and colours are unpacked, which come first. The axes are those of OpenGL, y up.
"""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import numpy as np

from retriever.errors import FileProblem
from retriever.loaders import splats
from retriever.loaders.files import MAX_VERTICES
from retriever.loaders.numeric import not_a, truncated
from retriever.types import Geometry
from retriever.wording import counted

_GZIP, _MAGIC = b"\x1f\x8b", b"NGSP"
_HEAD = struct.Struct("<4sIIBBBBI")
"""Magic, version, count, degree, fractional bits, flags, streams, where their table is."""
_SHORT = 16  # bytes of it in versions before 4
_BYTES = (9, 1, 3)  # of a gaussian: its place, opacity and colour
_COLOR = 0.15  # a byte of colour is 255 * (0.5 + 0.15 * f_dc)


def read_spz(data: bytes, path: Path) -> Geometry:
    """The gaussians that are seen.

    Raises:
        FileProblem: "malformed", "truncated", "empty", "too-large" or "unsupported".
    """
    packed = data[:2] == _GZIP
    try:
        with _opened(data, packed) as file:
            head = file.read(_SHORT if packed else _HEAD.size)
            _, version, count, _, bits, _, streams, table = _HEAD.unpack(head.ljust(_HEAD.size, b"\0"))
            _check(head, version, count, packed)
            if packed:
                parts = [_whole(file, size * count, count) for size in _BYTES]
            else:
                parts = list(_streams(data, count, streams, table))
    except (OSError, EOFError, zlib.error) as error:
        raise FileProblem("malformed", "is damaged where it is compressed; export it again.") from error
    places, opacity, colors = (np.frombuffer(part, np.uint8) for part in parts)
    wide = np.zeros((3 * count, 4), np.uint8)
    wide[:, 1:] = places.reshape(-1, 3)
    fixed = (wide.view("<i4")[:, 0] >> 8).reshape(-1, 3)
    coefficients = (colors.reshape(-1, 3) / 255 - 0.5) / _COLOR
    return splats.cloud(fixed * 2.0**-bits, splats.rgb(coefficients), opacity / 255, "y")


def _opened(data: bytes, packed: bool) -> IO[bytes]:
    file = io.BytesIO(data)
    return cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file


def _check(head: bytes, version: int, count: int, packed: bool) -> None:
    if head[:4] != _MAGIC:
        raise not_a("an SPZ file")
    if version not in ((2, 3) if packed else (4,)):
        raise FileProblem("unsupported", f"is SPZ of version {version}, of which 2, 3 and 4 are read; export it again.")
    if not count:
        raise FileProblem("empty", "holds no gaussians; export it again.")
    if count > MAX_VERTICES:
        raise FileProblem("too-large", f"holds more than the {MAX_VERTICES:,} gaussians that are read; split it.")


def _whole(file: IO[bytes], size: int, count: int) -> bytes:
    """So many bytes of a stream; what it unpacks to beyond them stays packed."""
    part = file.read(size)
    if len(part) < size:
        raise truncated(counted(count, "gaussian"))
    return part


def _streams(data: bytes, count: int, streams: int, table: int) -> Iterator[bytes]:
    """The first three of the streams, whose packed and unpacked sizes stand in a table before them."""
    import pyarrow as pa

    at = table + 16 * streams
    if streams < len(_BYTES) or at > len(data):
        raise truncated(counted(streams, "stream"))
    for number, size in enumerate(_BYTES):
        packed, _ = struct.unpack_from("<QQ", data, table + 16 * number)
        with pa.CompressedInputStream(pa.BufferReader(data[at : at + packed]), "zstd") as file:
            yield _whole(file, size * count, count)
        at += packed
