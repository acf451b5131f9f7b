"""OFF and its kin (COFF, NCOFF, STOFF, ...), ASCII, also with the counts on the first line as ModelNet has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import polygons
from retriever.loaders.colors import RGB, as_rgb, mean_of_corners
from retriever.loaders.numeric import NO_FACES, lines_are_even, not_a, table, truncated, whole_numbers
from retriever.types import Geometry
from retriever.wording import counted

_HEADER = re.compile(rb"\s*((?:ST|C|N)*)OFF\s*(BINARY)?\s*(-?\d+)\s+(-?\d+)(?:[ \t]+-?\d+)?[ \t]*(?:\r?\n|\r|$)")


def read_off(data: bytes, path: Path, *, textures: bool = True) -> Geometry:
    """Vertices and faces, polygons cut into triangles; colours of the faces, else of the vertices of a COFF file.

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
    points, painted = rows[:, :3], _vertex_colors(rows, header[1])
    sizes, corners, own = _polygons(lines[vertex_count : vertex_count + face_count])
    faces, polygon = polygons.faces(sizes, corners, points)
    if not len(faces):
        return Geometry(points, NO_FACES, painted)
    if own is not None:
        return Geometry(points, faces, own[polygon])
    return Geometry(points, faces, None if painted is None else mean_of_corners(painted, faces))


def _table(lines: list[bytes]) -> NDArray[np.float64]:
    """(v, c) numbers of the vertex lines."""
    width = len(lines[0].split()) if lines else 3
    values = table(lines, width) if width >= 3 else None
    if values is None:
        raise not_a("an OFF file whose vertices have three coordinates")
    return values


def _vertex_colors(rows: NDArray[np.float64], kind: bytes) -> RGB | None:
    """(v, 3) of a file whose header says C; None where it has none, or they cannot be told from normals.

    Geomview has normals before colours, VCGLib and MeshLab behind them, whatever the order of the letters.
    """
    normals, coordinates = 3 * (b"N" in kind), 2 * (b"ST" in kind)
    size = min(rows.shape[1] - 3 - normals - coordinates, 4)
    if b"C" not in kind or size < 3:
        return None
    if not normals:
        return _rgb(rows[:, 3 : 3 + size])
    either = [_rgb(rows[:, start : start + size]) for start, of in ((6, 3), (3, 3 + size)) if _are_normals(rows, of)]
    found = [colors for colors in either if colors is not None]
    return found[0] if len(found) == 1 else None


def _are_normals(rows: NDArray[np.float64], start: int) -> bool:
    """Whether most of three columns are of length 1."""
    squares = np.square(rows[:, start : start + 3].clip(-2, 2)).sum(axis=1)
    return abs(float(np.median(squares)) - 1) < 0.02


def _rgb(columns: NDArray[Any]) -> RGB | None:
    """(n, 3) in 0..1 of three columns, or of four with alpha, in 0..1 or 0..255; None of any others."""
    colors = as_rgb(columns) if columns.shape[1] in (3, 4) else None
    return None if colors is None else colors[:, :3]


def _polygons(lines: list[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64], RGB | None]:
    """(p,) numbers of corners, with which the lines start, all corners, and (p, 3) colours, where each line has one."""
    if not lines:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), None
    text = b"\n".join(lines)
    try:
        values = whole_numbers(text)
    except FileProblem:  # colours in 0..1 after the corners
        values = np.zeros(1, np.int64)
    size, width, count = int(values[0]), len(lines[0].split()), len(lines)
    if 0 < size < width and lines_are_even(text, len(values), count, width) and (values[::width] == size).all():
        rows = values.reshape(count, width)
        return np.full(count, size), rows[:, 1 : size + 1].reshape(-1), _rgb(rows[:, size + 1 :])
    sizes, corners, rest = [], [], []
    for words in map(bytes.split, lines):
        size = int(words[0]) if words[0].isdigit() else -1
        if not 0 <= size < len(words):
            raise not_a("an OFF file whose faces have the corners that they count")
        sizes.append(size)
        corners += words[1 : size + 1]
        rest.append(b" ".join(words[size + 1 :]))
    return np.array(sizes), whole_numbers(b" ".join(corners)), _face_colors(rest)


def _face_colors(rest: list[bytes]) -> RGB | None:
    """(p, 3) of what follows the corners on each line; None where that of any is no colour."""
    width = len(rest[0].split())
    try:
        columns = table(rest, width) if width in (3, 4) else None
    except FileProblem:
        return None
    return None if columns is None else _rgb(columns)
