"""Pieces that the parsers share: numbers out of text, polygons into triangles, the problems that all formats have."""

from __future__ import annotations

import warnings
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem

WARNINGS = RLock()
"""Held while warnings are treated otherwise: Python keeps their filters per process, and threads would mix them up."""

_OF_NUMBERS = b"0123456789+-.eEaAdDfFiInNtTyY"
"""Letters of numbers, and of those that are none."""

NO_FACES = np.zeros((0, 3), np.int64)


def truncated(claim: str) -> FileProblem:
    """For a header that counts more than follows it."""
    return FileProblem("truncated", f"says {claim} and ends before them; copy or export it again.")


def not_a(kind: str) -> FileProblem:
    """For content that is not what the suffix says."""
    return FileProblem("malformed", f"is not {kind}; give it the suffix of what it is, or export it again.")


def numbers(text: bytes) -> NDArray[np.float64]:
    """All numbers of a text that holds nothing else but white space.

    Raises:
        FileProblem: "malformed" at a word that is no number.
    """
    return _parsed(text, np.float64)


def whole_numbers(text: bytes) -> NDArray[np.int64]:
    """As `numbers`, for integers, and ten times faster.

    Raises:
        FileProblem: "malformed" at a word that is no integer.
    """
    return _parsed(text, np.int64)


def _parsed(text: bytes, kind: type) -> NDArray:
    with WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("error")  # NumPy only warns where it stops at a word
        try:
            return np.fromstring(text, kind, sep=" ") if text.strip() else np.zeros(0, kind)
        except (DeprecationWarning, ValueError) as error:
            raise FileProblem("malformed", "has words among its numbers; export it again.") from error


def table(lines: list[bytes], width: int) -> NDArray[np.float64] | None:
    """(n, width) numbers of n lines; None where not each of them has so many.

    Raises:
        FileProblem: "malformed" at a word that is no number.
    """
    text = b"\n".join(lines)
    values = numbers(text)
    return values.reshape(-1, width) if lines_are_even(text, len(values), len(lines), width) else None


def lines_are_even(text: bytes, found: int, count: int, width: int) -> bool:
    """Whether each of `count` lines, in which `found` numbers were, has `width` of them.

    Their number in all does not say so: one line may have too many, and another as many too few.
    """
    if found != count * width:
        return False
    if text.translate(None, _OF_NUMBERS) == ((b" " * (width - 1) + b"\n") * count)[:-1]:
        return True  # with such gaps no line has more, so none has fewer; several times faster than what follows
    letters = np.frombuffer(text, np.uint8)
    gap = np.ones(len(letters) + 1, np.bool_)  # one before the text, too
    np.less_equal(letters, ord(" "), out=gap[1:])
    begins, ends = np.flatnonzero(gap[:-1] > gap[1:]), np.flatnonzero(letters == ord("\n"))
    if (len(begins), len(ends)) != (found, count - 1):
        return False
    return bool((begins[width::width] > ends).all() and (begins[width - 1 : -1 : width] < ends).all())


def indices(values: NDArray) -> NDArray[np.int64]:
    """Whole numbers of numbers that were read as text; what cannot be an index becomes -1, which no check lets pass."""
    if values.dtype.kind in "iu":  # of a binary file; what a cast cannot hold becomes negative
        return values.astype(np.int64)
    inside = (values >= 0) & (values < 2**53)
    return np.where(inside, values, -1).astype(np.int64)


def in_range(faces: NDArray[np.int64], vertices: int) -> NDArray[np.int64]:
    """The faces as they are.

    Raises:
        FileProblem: "malformed" where one points at a vertex that does not exist.
    """
    if len(faces) and (faces.min() < 0 or faces.max() >= vertices):
        raise FileProblem("malformed", "has faces that point at vertices which do not exist; export it again.")
    return faces


def fan(sizes: NDArray[np.int64], corners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Polygons as fans of triangles.

    Args:
        sizes: (p,) corners of each polygon; those of fewer than 3 give nothing.
        corners: (sum of sizes,) vertex numbers, polygon after polygon.

    Returns:
        faces (f, 3) and the polygon (f,) that each comes from.
    """
    if (sizes == 3).all():
        return corners.reshape(-1, 3), np.arange(len(sizes))
    if sizes[0] > 3 and (sizes == sizes[0]).all():  # quads mostly; several times faster than what follows
        rows = corners.reshape(len(sizes), -1)
        faces = np.empty((len(sizes), rows.shape[1] - 2, 3), np.int64)
        faces[..., 0], faces[..., 1], faces[..., 2] = rows[:, :1], rows[:, 1:-1], rows[:, 2:]
        return faces.reshape(-1, 3), np.repeat(np.arange(len(sizes)), faces.shape[1])
    triangles = np.maximum(sizes - 2, 0)
    polygon = np.repeat(np.arange(len(sizes)), triangles)
    first = np.repeat(np.cumsum(sizes) - sizes, triangles)
    step = np.arange(len(polygon)) - np.repeat(np.cumsum(triangles) - triangles, triangles)
    return np.stack([corners[first], corners[first + step + 1], corners[first + step + 2]], axis=1), polygon
