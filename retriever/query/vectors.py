"""Vectors that users give, as arrays or files: checked, and brought to length one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retriever.errors import UsageError
from retriever.types import Vectors

_SQUARABLE = (1e-140, 1e140)  # lengths whose squares lose nothing in float64


def unit(vectors: ArrayLike, dim: int) -> Vectors:
    """(q, dim) float32 unit vectors of a (q, dim) or (dim,) array of numbers of any length above zero.

    Raises:
        UsageError: another shape, no numbers, not finite, or without direction; names the row.
    """
    given = _numbers(vectors)
    rows = given[None] if given.ndim == 1 else given
    if rows.ndim != 2 or rows.shape[1] != dim:
        raise UsageError(f"The vectors have the shape {given.shape}; give (q, {dim}) or ({dim},), as this index has.")
    lengths = _lengths(rows)
    if not ((lengths > _SQUARABLE[0]) & (lengths < _SQUARABLE[1])).all():
        rows = _scaled(rows)
        lengths = _lengths(rows)
    if len(bad := np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))):
        fault = "holds numbers that are not finite" if not np.isfinite(lengths[bad[0]]) else "is all zeros"
        which = "The vector" if given.ndim == 1 else f"Row {bad[0]} of the vectors"
        raise UsageError(f"{which} {fault}, so nothing is near it; leave it out.")
    out = np.empty(rows.shape, np.float32)
    np.divide(rows, lengths[:, None], out=out, casting="same_kind")
    return out


def _numbers(vectors: ArrayLike) -> NDArray[Any]:
    try:
        given = np.asarray(vectors)
    except (ValueError, TypeError) as error:  # rows of different lengths
        raise UsageError(f"The vectors make no array ({error}); give one array of floats.") from error
    if given.dtype.kind not in "fiu":
        raise UsageError(f"The vectors are of type {given.dtype}; give floats.")
    if given.dtype.kind == "f" and given.dtype.itemsize > 8:
        return _scaled(np.atleast_1d(given)).astype(np.float64).reshape(given.shape)
    return given if given.dtype.kind == "f" else given.astype(np.float64)


def _lengths(rows: NDArray[Any]) -> NDArray[np.float64]:
    with np.errstate(over="ignore", invalid="ignore"):
        lengths: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    return lengths


def _scaled(rows: NDArray[Any]) -> NDArray[Any]:
    """Each row times the power of two that brings its largest entry to 0.5..1, which changes no direction."""
    largest = np.abs(rows).max(axis=-1, keepdims=True, initial=0)
    exponents = np.where(np.isfinite(largest), np.frexp(largest)[1], 0)
    scaled: NDArray[Any] = np.ldexp(rows, -exponents)
    return scaled
