"""Vectors that are already there: of a file, of the items that fulfil a condition, of a modality as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import SUM
from retriever.errors import FileProblem, UsageError
from retriever.files import read_npy
from retriever.query.term import Held, Term
from retriever.query.vectors import unit
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

MOST_MEANT = 65_536
"""Items that a centroid is worked out from; of more, so many are taken at even distances."""

_SAMPLE = 4096
"""The same for the mean of a modality."""

_CHUNK = 4096


def read_vector(term: Term, dim: int, path: Path) -> NDArray[np.float32]:
    """(dim,) float32 unit vector from a NumPy file, or from an array in memory.

    Args:
        term: of kind "vector".
        dim: of the index's space.
        path: of a ``.npy`` file that holds (dim,) or (1, dim) numbers, unless the term holds them.

    Raises:
        UsageError: no such file, or what it holds is no such vector.
    """
    option = option_of(term)
    held = _loaded(option, path, dim) if term.held is None else _array(option, term.held)
    if held.shape not in ((dim,), (1, dim)):
        raise UsageError(f"{option} holds an array of the shape {held.shape}; a term is one vector of {dim} numbers.")
    try:
        vector: NDArray[np.float32] = unit(held, dim)[0]
    except UsageError as error:
        raise UsageError(f"{option}: {error}") from error
    return vector


def _loaded(option: str, path: Path, dim: int) -> NDArray[Any]:
    """The array of a NumPy file."""
    if not path.is_file():
        raise UsageError(f"{option}: there is no file {path.absolute()}; give a .npy file that holds {dim} numbers.")
    try:
        return read_npy(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{option}: this is no NumPy array of numbers; write one with numpy.save.") from error


def _array(option: str, held: Held) -> NDArray[Any]:
    """An array in memory."""
    from retriever.loaders.memory import as_array

    try:
        return as_array(held.value)
    except FileProblem as problem:
        raise UsageError(f"{option} {problem}") from problem


def centroid(snapshot: Snapshot, term: Term) -> tuple[NDArray[np.float32], str]:
    """(d,) float32 unit vector, the mean of the items that fulfil a condition; and their modality, `SUM` for several.

    Args:
        snapshot: whose live items are asked.
        term: of kind "where"; its source is the condition.

    Raises:
        FilterError: DuckDB does not accept the condition.
        UsageError: nothing fulfils it, or what does cancels out.
    """
    from retriever.store.catalog import rows_where

    rows = np.flatnonzero(rows_where(snapshot, term.source) & snapshot.live)
    if not len(rows):
        raise UsageError(f"No item fulfils the term where({term.source!r}); change its condition.")
    mean = _mean(snapshot, rows, MOST_MEANT)
    length = float(np.linalg.norm(mean))
    if length < 1e-6:
        raise UsageError(
            f"The items of the term where({term.source!r}) have no common direction; narrow its condition."
        )
    kind = next((kind.value for kind in Modality if snapshot.modality_rows(kind)[rows].all()), SUM)
    return (mean / length).astype(np.float32), kind


class Means:
    """The mean vector of each modality of one snapshot, each worked out once.

    Args:
        snapshot: whose live items are averaged.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[str, NDArray[np.float64]] = {}

    def of(self, kind: str) -> NDArray[np.float64]:
        """(d,) mean of the unit vectors of a modality's items, of up to 4,096 of them; zeros where there are none."""
        if kind not in self._known:
            snapshot = self._snapshot
            mean = np.zeros(snapshot.identity.dim)
            if kind in list(Modality):
                rows = np.flatnonzero(snapshot.live & snapshot.modality_rows(Modality(kind)))
                mean = _mean(snapshot, rows, _SAMPLE) if len(rows) else mean
            self._known[kind] = mean
        return self._known[kind]


def modalities(snapshot: Snapshot, rows: NDArray[np.int64]) -> list[str]:
    """The modality of each row."""
    out: NDArray[np.object_] = np.full(len(rows), "", object)
    for modality in Modality:
        if (out != "").all():
            break
        out[snapshot.modality_rows(modality)[rows]] = modality.value
    names: list[str] = out.tolist()
    return names


def spread(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The rows; of more than `most`, so many at even distances."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def option_of(term: Term) -> str:
    """A term as the command line's option."""
    return f"--{'minus-' if term.weight < 0 else ''}{term.kind} {term.source}"


def _mean(snapshot: Snapshot, rows: NDArray[np.int64], most: int) -> NDArray[np.float64]:
    rows = spread(rows, most)
    total = np.zeros(snapshot.identity.dim)
    for start in range(0, len(rows), _CHUNK):
        total += snapshot.vectors(rows[start : start + _CHUNK]).sum(axis=0, dtype=np.float64)
    return total / len(rows)
