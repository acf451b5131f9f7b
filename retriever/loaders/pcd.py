"""Point Cloud Data files of the Point Cloud Library: DATA ascii, binary and binary_compressed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.lzf import unpacked
from retriever.loaders.numeric import NO_FACES, numbers, truncated
from retriever.types import Geometry
from retriever.wording import counted

_KINDS = {"F": "f", "I": "i", "U": "u"}


def read_pcd(data: bytes, path: Path) -> Geometry:
    """The fields x y z, and the colours of a field called rgb or rgba; other fields are left out.

    Raises:
        FileProblem: "malformed", "truncated" or "empty".
    """
    header, body = _split(data)
    try:
        encoding = header["DATA"][0].lower()
        dtype = _row_type(header)
        points = int(header["POINTS"][0]) if "POINTS" in header else int(header["WIDTH"][0]) * int(header["HEIGHT"][0])
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise FileProblem("malformed", "has a PCD header that makes no sense; save it again.") from error
    if not {"x", "y", "z"} <= set(dtype.names or ()):
        raise FileProblem("malformed", "has no fields x, y and z; save it with them.")
    if points <= 0:
        raise FileProblem("empty", "holds no points; save it again.")
    rows = _ROWS.get(encoding, _ascii_rows)(body, dtype, points)
    vertices = np.stack([rows[axis].astype(np.float64).reshape(points, -1)[:, 0] for axis in "xyz"], axis=1)
    return Geometry(vertices, NO_FACES, _packed_rgb(rows))


def _split(data: bytes) -> tuple[dict[str, list[str]], bytes]:
    """The header's lines by their first word, and the bytes after the DATA line."""
    end = re.search(rb"(?m)^DATA[ \t]+\w+[^\n]*\n?", data[: 1 << 16])
    if end is None:
        raise FileProblem("malformed", "has no PCD header; give it the suffix of what it is.")
    lines = data[: end.end()].decode("latin-1").splitlines()
    return {line.split()[0].upper(): line.split()[1:] for line in lines if line.strip()}, data[end.end() :]


def _row_type(header: dict[str, list[str]]) -> np.dtype:
    """The type of one row; fields called "_" are padding and get names of their own."""
    names = header["FIELDS"]
    counts = [int(count) for count in header.get("COUNT", ["1"] * len(names))]
    if min(counts) < 1 or not len(names) == len(header["SIZE"]) == len(header["TYPE"]) == len(counts):
        raise ValueError("fields, sizes, types and counts differ in number")
    fields = []
    for number, (name, size, kind, count) in enumerate(zip(names, header["SIZE"], header["TYPE"], counts, strict=True)):
        unique = f"_{number}" if name in names[:number] or name == "_" else name
        fields.append((unique, f"<{_KINDS[kind.upper()]}{int(size)}", (count,)))
    return np.dtype(fields)


def _columns(dtype: np.dtype) -> int:
    """Numbers in an ascii row."""
    return sum(int(np.prod(dtype[name].shape)) for name in dtype.names or ())


def _binary_rows(body: bytes, dtype: np.dtype, points: int) -> NDArray[np.void]:
    if points * dtype.itemsize > len(body):
        raise truncated(counted(points, "point"))
    return np.frombuffer(body, dtype, points)


def _unpacked_rows(body: bytes, dtype: np.dtype, points: int) -> NDArray[np.void]:
    """The rows of DATA binary_compressed: all values of the first field, then all of the second, and so on."""
    packed, size = np.frombuffer(body, "<u4", 2).tolist() if len(body) >= 8 else (0, 0)
    if size != points * dtype.itemsize or packed > len(body) - 8:
        raise truncated(counted(points, "point"))
    data, rows, at = unpacked(body[8 : 8 + packed], size), np.zeros(points, dtype), 0
    for name in dtype.names or ():
        column = np.frombuffer(data, dtype[name].base, rows[name].size, at)
        rows[name] = column.reshape(rows[name].shape)
        at += column.nbytes
    return rows


def _ascii_rows(body: bytes, dtype: np.dtype, points: int) -> NDArray[np.void]:
    """The rows of DATA ascii, in the type of their binary form."""
    if points * (2 * _columns(dtype) - 1) > len(body):
        raise truncated(counted(points, "point"))
    values, width = numbers(body), _columns(dtype)
    if len(values) < points * width:
        raise truncated(counted(points, "point"))
    table = values[: points * width].reshape(points, width)
    rows, column = np.zeros(points, dtype), 0
    for name in dtype.names or ():
        count = int(np.prod(dtype[name].shape))
        rows[name] = table[:, column : column + count].reshape(points, *dtype[name].shape)
        column += count
    return rows


def _packed_rgb(rows: NDArray[np.void]) -> NDArray[np.float32] | None:
    """(n, 3) RGB in 0..1 of a field that packs 0xRRGGBB into four bytes, float or integer."""
    for name in ("rgb", "rgba"):
        if name in (rows.dtype.names or ()) and rows.dtype[name].base.itemsize == 4:
            packed = np.ascontiguousarray(rows[name].reshape(len(rows), -1)[:, 0]).view(np.uint32)
            rgb = np.stack([packed >> shift & 255 for shift in (16, 8, 0)], axis=1)
            return (rgb / 255).astype(np.float32)
    return None


_ROWS = {"binary": _binary_rows, "binary_compressed": _unpacked_rows}
