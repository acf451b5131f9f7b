"""Heights in an ESRI ASCII grid, as .asc files of terrain are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.numeric import not_a, numbers, truncated
from retriever.types import Geometry
from retriever.wording import counted

MARK = b"ncols"
"""How such a file begins, in any case."""
_MOST = 1_000_000
"""Heights that are looked at; of more, every second, third or so row and column."""


def read_grid(data: bytes) -> Geometry:
    """Two triangles between any four neighbours that have heights; z up, north along y.

    Raises:
        FileProblem: "malformed", "truncated" or "empty".
    """
    lines = data.split(b"\n", 12)
    said = {word[0].lower(): word[1] for word in map(bytes.split, lines) if len(word) == 2 and word[0][:1].isalpha()}
    try:
        columns, rows = int(said[b"ncols"]), int(said[b"nrows"])
        across = float(said.get(b"dx") or said[b"cellsize"])
        along = float(said.get(b"dy") or said[b"cellsize"])
        nothing = float(said.get(b"nodata_value", b"-9999"))
        values = numbers(b"\n".join(lines[len(said) :]))
    except (KeyError, ValueError) as error:
        raise not_a("an ESRI grid that can be understood") from error
    if columns < 2 or rows < 2:
        raise FileProblem("empty", "holds no surface of heights; export it again.")
    if len(values) < columns * rows:
        raise truncated(counted(columns * rows, "height"))
    step = int(np.ceil(np.sqrt(columns * rows / _MOST)))
    heights = values[: columns * rows].reshape(rows, columns)[::step, ::step]
    return _surface(heights, heights != nothing, across * step, along * step)


def _surface(heights: NDArray[np.float64], known: NDArray[np.bool_], across: float, along: float) -> Geometry:
    row, column = np.nonzero(known)
    number = np.cumsum(known).reshape(known.shape) - 1
    whole = known[:-1, :-1] & known[:-1, 1:] & known[1:, :-1] & known[1:, 1:]
    a, b, c, d = (part[whole] for part in (number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]))
    faces = np.stack([a, c, b, b, c, d], axis=1).reshape(-1, 3)
    return Geometry(np.stack([column * across, -row * along, heights[known]], axis=1), faces, up="z")
