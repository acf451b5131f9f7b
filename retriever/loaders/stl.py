"""STL, binary and ASCII."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np

from retriever.errors import FileProblem
from retriever.loaders.numeric import not_a, numbers, truncated
from retriever.types import Geometry
from retriever.wording import counted

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_HEADER = 84
_UNCOUNTED = (0, 2**32 - 1)  # of programs that write triangles as they come, and never go back to the header
_MARK = b"\xef\xbb\xbf"  # of UTF-8, as editors put it in front
_OTHERS = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"glTF")
"""How archives and GLB begin, which sites hand out under other names, too; their bytes would be a huge count."""
_VERTEX = re.compile(rb"vertex[ \t]+([^\r\n]+)", re.IGNORECASE)


def read_stl(data: bytes, path: Path, *, textures: bool = True) -> Geometry:
    """A triangle soup; bytes after the triangles that a binary header counts are left out.

    Raises:
        FileProblem: "malformed", "truncated" or "empty".
    """
    data = data.removeprefix(_MARK)
    count = struct.unpack_from("<I", data, 80)[0] if len(data) >= _HEADER else 0
    if count in _UNCOUNTED and not (len(data) - _HEADER) % _TRIANGLE.itemsize:
        count = max(0, len(data) - _HEADER) // _TRIANGLE.itemsize
    whole = len(data) == _HEADER + _TRIANGLE.itemsize * count and count
    if not whole and data[:512].lstrip()[:5].lower() == b"solid" and re.search(rb"(?i)facet|endsolid", data):
        corners = _ascii(data)
    elif len(data) < _HEADER or b"\0" not in data or (not count and len(data) > _HEADER) or data.startswith(_OTHERS):
        raise not_a("an STL file")
    elif _HEADER + _TRIANGLE.itemsize * count > len(data):
        raise truncated(counted(count, "triangle"))
    else:
        corners = np.frombuffer(data, _TRIANGLE, count, _HEADER)["corners"].reshape(-1, 3).astype(np.float64)
    if not len(corners):
        raise FileProblem("empty", "holds no triangles; export it again.")
    return Geometry(corners, np.arange(len(corners)).reshape(-1, 3))


def _ascii(data: bytes) -> np.ndarray:
    """(3 f, 3) corners of all solids; a comma is a decimal point, as some programs write it in German or French."""
    if not re.search(rb"(?i)endsolid", data[-65536:]):
        raise FileProblem("truncated", "is an ASCII STL without its end; copy or export it again.")
    values = numbers(b" ".join(_VERTEX.findall(data)).replace(b",", b"."))
    if len(values) % 9:
        raise not_a("an ASCII STL file of whole triangles")
    return values.reshape(-1, 3)
