"""OFF and its kin (COFF, NOFF, CNOFF, STOFF), ASCII, also with the counts on the first line as ModelNet has them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import polygons
from retriever.loaders.numeric import NO_FACES, lines_are_even, not_a, table, truncated, whole_numbers
from retriever.types import Geometry
from retriever.wording import counted

_HEADER = re.compile(rb"\s*(?:ST)?(C)?N?OFF\s*(BINARY)?\s*(-?\d+)\s+(-?\d+)(?:[ \t]+-?\d+)?[ \t]*(?:\r?\n|\r|$)")


def read_off(data: bytes, path: Path, *, textures: bool = True) -> Geometry:
    """Vertices and faces, polygons cut into triangles; the vertex colours of a COFF file, brought to its faces.

    Raises:
        FileProblem: "malformed", "truncated", "unsupported" (binary) or "empty".
    """
    if b"#" in data:
        data = re.sub(rb"#[^\r\n]*", b"", data)
    header = _HEADER.match(data)
    if header is None:
        raise not_a("an OFF file")
    if header[2]:
        raise FileProblem("unsupported", "is a binary OFF file; convert it to ASCII OFF or PLY.")
    vertex_count, face_count = int(header[3]), int(header[4])
    if min(vertex_count, face_count) < 0:
        raise not_a("an OFF file that can be understood")
    if 6 * vertex_count + 2 * face_count > len(data):
        raise truncated(f"{counted(vertex_count, 'vertex', 'vertices')} and {counted(face_count, 'face')}")
    lines = [line for line in data[header.end() :].splitlines() if line and not line.isspace()]
    if len(lines) < vertex_count + face_count:
        raise truncated(f"{counted(vertex_count, 'vertex', 'vertices')} and {counted(face_count, 'face')}")
    rows = _table(lines[:vertex_count])
    if not len(rows):
        raise FileProblem("empty", "holds no vertices; export it again.")
    faces = _faces(lines[vertex_count : vertex_count + face_count], rows[:, :3])
    return Geometry(rows[:, :3], faces, _colors(rows, faces) if header[1] and b"N" not in header[0] else None)


def _table(lines: list[bytes]) -> NDArray[np.float64]:
    """(v, c) numbers of the vertex lines."""
    width = len(lines[0].split()) if lines else 3
    values = table(lines, width) if width >= 3 else None
    if values is None:
        raise not_a("an OFF file whose vertices have three coordinates")
    return values


def _faces(lines: list[bytes], points: NDArray[np.float64]) -> NDArray[np.int64]:
    """(f, 3) of lines that start with a count of corners; what follows the corners is colour."""
    if not lines:
        return NO_FACES
    text = b"\n".join(lines)
    try:
        values = whole_numbers(text)
    except FileProblem:  # colours in 0..1 after the corners
        values = np.zeros(1, np.int64)
    size, count = int(values[0]), len(lines)
    if size > 0 and lines_are_even(text, len(values), count, size + 1) and (values[:: size + 1] == size).all():
        return polygons.faces(np.full(count, size), values.reshape(count, -1)[:, 1:].reshape(-1), points)[0]
    sizes, corners = [], []
    for words in map(bytes.split, lines):
        size = int(words[0]) if words[0].isdigit() else -1
        if not 0 <= size < len(words):
            raise not_a("an OFF file whose faces have the corners that they count")
        sizes.append(size)
        corners += words[1 : size + 1]
    return polygons.faces(np.array(sizes), whole_numbers(b" ".join(corners)), points)[0]


def _colors(rows: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """Of the columns after x y z, 0..1 or 0..255; None where there are none."""
    if rows.shape[1] < 6 or not len(faces):
        return None
    rgb = rows[:, 3:6] / (255 if rows[:, 3:6].max() > 1 else 1)
    return rgb.clip(0, 1)[faces].mean(axis=1).astype(np.float32)
