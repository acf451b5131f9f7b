"""Files of public sets: which there are, and how those are read that the loaders of the search do not know."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from retriever.errors import FileProblem, UsageError
from retriever.loaders import mesh
from retriever.loaders.files import read_bytes
from retriever.loaders.numeric import NO_FACES, not_a, numbers
from retriever.types import Geometry


def files(folder: Path, suffix: str) -> list[Path]:
    """Those of a folder with that suffix, by name; without the ones that start with a dot, as macOS leaves them."""
    found = folder.glob(f"*{suffix}") if folder.is_dir() else ()
    return sorted(file for file in found if not file.name.startswith("."))


def read_mesh(path: Path, *, textures: bool) -> Geometry:
    """A mesh in any format that is indexed.

    Args:
        path: the file.
        textures: whether pictures on it are decoded.

    Raises:
        FileProblem: it cannot be read.
    """
    with np.errstate(all="ignore"):  # damaged numbers are found when it is cleaned, not by a warning
        return mesh.READERS[path.suffix.lower()](read_bytes(path), path, textures=textures)


def read_with_normals(path: Path) -> Geometry:
    """A cloud of lines of x, y, z, nx, ny, nz between commas; the normals are left, which are no colours.

    Raises:
        FileProblem: it cannot be read, or has other columns.
    """
    data = read_bytes(path)
    width = data.split(b"\n", 1)[0].count(b",") + 1
    values = numbers(data.replace(b",", b" "))
    if width != 6 or not len(values) or len(values) % width:
        raise not_a("a list of points with normals")
    return Geometry(values.reshape(-1, width)[:, :3], NO_FACES)


def y_up(geometry: Geometry, up: str) -> Geometry:
    """The geometry turned upright for a camera, whose up axis is y."""
    if up == "y":
        return geometry
    x, y, z = geometry.vertices.T
    return Geometry(np.stack([x, z, -y], axis=1), geometry.faces, geometry.colors)


def read_lines(path: Path) -> list[str]:
    """The lines of a text file that are not blank.

    Raises:
        UsageError: it cannot be read.
    """
    return [line.strip() for line in _text(path).splitlines() if line.strip()]


def read_rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a CSV file, which may be a ``.gz``, with these columns at least.

    Raises:
        UsageError: it cannot be read, or lacks a column.
    """
    lines = (line for line in read_csv(path) if line)
    heading = next(lines, [])
    if missing := [name for name in columns if name not in heading]:
        raise UsageError(f"{path} has no column {missing[0]!r}: take the file as it is published.")
    rows = [dict(zip(heading, line, strict=False)) for line in lines]
    if any(name not in row for row in rows for name in columns):
        raise UsageError(f"{path} has rows that are cut short: take the file as it is published.")
    return rows


def read_csv(path: Path) -> Iterator[list[str]]:
    """The cells of each line of a CSV file in UTF-8, which may be a ``.gz`` and is not held in memory.

    Raises:
        UsageError: it cannot be read.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield from csv.reader(file)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise UsageError(f"{path} cannot be read as CSV in UTF-8 ({error}): download it again.") from error


def _text(path: Path) -> str:
    """The whole of a UTF-8 file, unpacked where it is a ``.gz``."""
    try:
        data = read_bytes(path)
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except FileProblem as problem:
        raise UsageError(f"{path} {problem}") from problem
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise UsageError(f"{path} is damaged or no UTF-8 text: download it again.") from error
