"""Bare clouds: xyz, asc, pts, txt, npy, npz, parsed here on numpy; nothing is ever unpickled. pcd, splats, scans."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from retriever import archives
from retriever.archives.stacks import COLUMNS, holds_clouds, npy_header
from retriever.errors import FileProblem
from retriever.loaders import grid, las, splats, spz
from retriever.loaders.colors import as_rgb
from retriever.loaders.files import MAX_BYTES, MAX_VERTICES, read_bytes
from retriever.loaders.numeric import NO_FACES, lines_are_even, not_a, numbers, truncated
from retriever.loaders.pcd import read_pcd
from retriever.loaders.text import decoded
from retriever.types import Geometry
from retriever.wording import counted

_ARRAYS = ("points", "xyz", "pc", "vertices")
_COLORS = "colors"
_DECIMAL_COMMAS = re.compile(
    r"\s*(?:[^\W\d][^,;\s]*\s+)?(?:[-+]?(?:\d+(?:,\d+)?(?:e[-+]?\d+)?|nan|inf)(?:[;\s]+|$)){3,}", re.IGNORECASE
)
"""A row such as ``0,5 1,25 -3``, or ``C 0,5 1,25 -3``: as programs set to German, French and others write it."""
_COUNT = re.compile(r"\s*[0-9]{1,18}\s*")
_HEAD = 65536  # letters in which rows with decimal commas are looked for


def from_array(array: np.ndarray) -> Geometry:
    """A cloud from an (n, 3), (n, 6) or (n, 7) array: x y z, then r g b (0..1, or 0..255), then alpha.

    Without colour, where the three columns behind x y z are none, as normals are; seven columns are a cloud only where
    the last four are colours: they may be boxes as well.

    Raises:
        FileProblem: "malformed" for any other shape or type, "empty" for no rows.
    """
    if array.ndim != 2 or array.shape[1] not in COLUMNS or array.dtype.kind not in "fiu":
        raise _no_cloud(array)
    if not len(array):
        raise FileProblem("empty", "holds no points; export it again.")
    _check_rows(array.shape)
    columns = array.astype(np.float64)
    if columns.shape[1] == 7 and as_rgb(columns[:, 3:]) is None:
        raise _no_cloud(array)
    return Geometry(columns[:, :3], NO_FACES, as_rgb(columns[:, 3:6]) if columns.shape[1] > 3 else None)


def _no_cloud(array: np.ndarray) -> FileProblem:
    several = array.ndim == 3 and array.shape[2] in COLUMNS
    return FileProblem(
        "malformed",
        f"holds a {array.dtype} array of shape {array.shape}; "
        + (f"give each of its {counted(len(array), 'cloud')} by itself, " if several else "give ")
        + "x y z in shape (n, 3), with r g b in (n, 6), or with r g b a in (n, 7), colours of 0 to 1 or 0 to 255.",
    )


def read_xyz(data: bytes, path: Path) -> Geometry:
    """Rows of x y z, x y z r g b, or x y z r g b and more, separated by white space, commas or semicolons.

    Between white space or semicolons, a comma within numbers is their decimal point. As programs for chemistry write
    it, a line with their count may come first, then one with a comment, and before each point what it is: "C".
    """
    return from_array(_columns(_counted(_rows(data)))[:, :6])


def read_asc(data: bytes, path: Path) -> Geometry:
    """Rows as of `read_xyz`, or a grid of heights."""
    if data.startswith(b"-----BEGIN PGP"):
        raise FileProblem("unsupported", "is a signature of another file, and no cloud; leave it out.")
    return grid.read_grid(data) if data[:64].lstrip().lower().startswith(grid.MARK) else read_xyz(data, path)


def read_pts(data: bytes, path: Path) -> Geometry:
    """Rows of x y z, x y z intensity, or x y z intensity r g b, often under lines that hold their count, one a scan."""
    table = _columns(_of_scans(_rows(data)))
    if table.shape[1] == 7:  # the intensity comes before the colours
        table = np.concatenate([table[:, :3], table[:, 4:7]], axis=1)
    return from_array(table)


def read_npy(data: bytes, path: Path) -> Geometry:
    """One numeric array."""
    array = _array(io.BytesIO(data), len(data))
    if holds_clouds(array.shape, array.dtype):
        if archives.holder(path) not in (None, path):
            raise FileProblem(
                "malformed", f"holds {counted(len(array), 'cloud')}; unpack it, and name the file itself."
            )
        raise FileProblem(
            "malformed",
            f"holds {counted(len(array), 'cloud')}; name the file itself to index each of them, or ask with one, "
            f"such as {path.name}/000000.npy.",
        )
    return from_array(array)


def read_npz(data: bytes, path: Path) -> Geometry:
    """The array called points, xyz, pc or vertices, else the only one of shape (n, 3) or (n, 6).

    An array called colors, (n, 3) or (n, 4) of 0..1 or 0..255, gives its points their colours.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sizes = {
                info.filename[:-4]: info.file_size for info in archive.infolist() if info.filename.endswith(".npy")
            }
            colors = _colors(archive, sizes.pop(_COLORS)) if _COLORS in sizes else None
            named = next((name for name in _ARRAYS if name in sizes), None)
            if named is not None:
                return from_array(_with_colors(_member(archive, named, sizes[named]), colors))
            clouds: list[np.ndarray] = []
            for name, size in sizes.items():
                if _is_cloud(array := _member(archive, name, size)):
                    clouds.append(array)
                if len(clouds) > 1:  # the others are not even unpacked
                    break
    except FileProblem:
        raise
    except MemoryError as error:
        raise FileProblem("too-large", "does not fit into memory; split it.") from error
    except Exception as error:
        raise FileProblem("malformed", "is not a whole npz archive; save it again with numpy.savez.") from error
    if len(clouds) != 1:
        raise FileProblem("malformed", "needs an array called points, or exactly one of shape (n, 3); rename it.")
    return from_array(_with_colors(clouds[0], colors))


def _colors(archive: zipfile.ZipFile, size: int) -> np.ndarray | None:
    """The array of colours; None of one that is not read, such as ``colors=None`` makes."""
    try:
        return _member(archive, _COLORS, size)
    except FileProblem:
        return None


def _with_colors(cloud: np.ndarray, colors: np.ndarray | None) -> np.ndarray:
    """The cloud as x y z r g b where the other array has a colour for each of its points, else as it is."""
    if colors is None or colors.dtype.kind not in "fiu" or not _is_cloud(cloud):
        return cloud
    fits = colors.shape in ((len(cloud), 3), (len(cloud), 4))
    return np.hstack([cloud[:, :3], colors[:, :3]]) if fits else cloud


def _member(archive: zipfile.ZipFile, name: str, size: int) -> np.ndarray:
    if size > MAX_BYTES:
        raise FileProblem("too-large", "unpacks to more than is read; split it.")
    with archive.open(f"{name}.npy") as file:
        return _array(file, size)


def _is_cloud(array: np.ndarray) -> bool:
    return array.ndim == 2 and array.shape[1] in (3, 6)


def _check_rows(shape: Sequence[int]) -> None:
    """Raise FileProblem for a cloud that is larger in memory than any that is read: a byte becomes eight there."""
    if len(shape) == 2 and shape[1] in COLUMNS and shape[0] > MAX_VERTICES:
        raise FileProblem("too-large", f"holds more than the {MAX_VERTICES:,} points that are read; split it.")


def _array(file: IO[bytes], size: int) -> np.ndarray:
    """One npy array of `size` bytes, header checked before anything is allocated."""
    shape, fortran, dtype = npy_header(file)
    if dtype.hasobject:
        raise FileProblem("unsupported", "holds Python objects, which are never unpickled; save plain numbers.")
    count = int(np.prod([int(n) for n in shape], dtype=object))
    if count < 0 or count * dtype.itemsize > size - file.tell():
        raise truncated(counted(count, "number"))
    _check_rows(shape)
    array = np.frombuffer(file.read(count * dtype.itemsize), dtype, count)
    return array.reshape(shape, order="F" if fortran else "C")


def _rows(data: bytes) -> list[str]:
    """Lines that hold numbers; comments and blank lines left out, separators made spaces, decimal commas points."""
    text = decoded(data)
    text = text.replace(",", "." if _has_decimal_commas(text) else " ").replace(";", " ").replace("\t", " ")
    rows = [line for line in text.splitlines() if _holds_values(line)]
    if not rows:
        raise FileProblem("empty", "holds no points; export it again.")
    if any(not _is_number(word) for word in rows[0].split()):
        rows = rows[1:]  # column names
    if not rows:
        raise not_a("rows of x y z")
    return rows


def _has_decimal_commas(text: str) -> bool:
    """Whether commas are decimal points: there are some in the first rows of points, and all of these may be so read.

    One row does not say it: ``1 2 3,17`` may be a point and its intensity, which the next shows, ``3 4.5 5,9``.
    """
    if "," not in (head := text[:_HEAD]):
        return False
    lines = head.splitlines()[: None if len(text) <= _HEAD else -1]  # the last may be cut
    lines = [line for line in lines if _holds_values(line)]
    rows = [line for above, line in pairwise(["0", *lines]) if not _is_above_points(line, above)]
    return any("," in row for row in rows) and all(map(_DECIMAL_COMMAS.fullmatch, rows))


def _is_above_points(line: str, above: str) -> bool:
    """Whether it is a count, or else, as the first line or below a count, names of columns or a comment."""
    if _COUNT.fullmatch(line):
        return True
    worded = line.lstrip()[0] not in "+-.0123456789" and not _DECIMAL_COMMAS.fullmatch(line)
    return worded and _COUNT.fullmatch(above) is not None


def _counted(rows: list[str]) -> list[str]:
    """The rows that a lone number in the first line counts, the first so many of several; without it, all.

    Whether a comment comes between, which may be anything, is told by how many lines there are.
    """
    if not _COUNT.fullmatch(rows[0]):
        return rows
    number, rows = int(rows[0]), rows[1:]
    if not number:
        raise FileProblem("empty", "holds no points; export it again.")
    if len(rows) < number:
        raise truncated(counted(number, "point"))
    again = number < len(rows) and rows[number].strip().isdecimal()  # another count, without a comment before this
    rows = rows[:number] if again or len(rows) == number else rows[1 : number + 1]
    words = [row.split(None, 1) for row in rows]
    named = all(len(each) == 2 and not _is_number(each[0]) for each in words)
    return [each[1] for each in words] if named else rows


def _of_scans(rows: list[str]) -> list[str]:
    """The points of all scans, each below a line with their count; without one, all rows.

    What follows the first and is no whole scan is left out.
    """
    if len(rows[0].split()) > 1:
        return rows
    if not _COUNT.fullmatch(rows[0]):
        raise FileProblem("malformed", "starts with a line of one number that is no count of points; export it again.")
    if (count := int(rows[0])) >= len(rows):
        raise truncated(counted(count, "point"))
    points: list[str] = []
    at = 0
    while at < len(rows) and _COUNT.fullmatch(rows[at]) and (count := int(rows[at])) < len(rows) - at:
        points += rows[at + 1 : at + 1 + count]
        at += 1 + count
    if not points:
        raise FileProblem("empty", "holds no points; export it again.")
    return points


def _holds_values(line: str) -> bool:
    return bool(line) and not line.isspace() and line.lstrip()[0] not in "#/"


def _columns(rows: list[str]) -> NDArray[np.float64]:
    """(n, c) numbers of rows that must all have the same count c; only columns that are understood are kept."""
    width = len(rows[0].split()) if rows else 0
    text = "\n".join(rows).encode()
    values = numbers(text)
    if not lines_are_even(text, len(values), len(rows), width):
        raise not_a("rows of x y z with the same columns")
    table = values.reshape(len(rows), width)
    return table if width in COLUMNS else table[:, : 6 if width > 7 else 3]


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


READERS = {
    ".xyz": read_xyz,
    ".asc": read_asc,
    ".pts": read_pts,
    ".npy": read_npy,
    ".npz": read_npz,
    ".pcd": read_pcd,
    ".splat": splats.read_splat,
    ".spz": spz.read_spz,
}

TEXTS = {".txt": read_xyz}
"""Of a suffix that notes have as well; how they begin tells them apart."""

SCANS = {".las": las.read_las, ".laz": las.read_las}
"""Read from their path, and in parts: they may be larger than memory."""


def read(path: Path) -> tuple[Geometry, bytes]:
    """The cloud of a file, and the file's bytes; none of a scan.

    Raises:
        FileProblem: anything wrong with the file.
    """
    suffix = path.suffix.lower()
    if suffix in SCANS:
        return SCANS[suffix](path), b""
    data = read_bytes(path)
    return (READERS | TEXTS)[suffix](data, path), data
