"""Vectors -> projection, inverted lists and codes: one pass over a sample to learn, one over all to encode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.ann.coders import Coder, FaissCoder
from retriever.ann.base import Rows, RowSet
from retriever.ann.inverted_lists import Scan
from retriever.ann.plan import IvfPq
from retriever.errors import IndexCorrupt
from retriever.types import Vectors

SAMPLE = 40
"""Training vectors a list: faiss warns below 39."""

LEAST_SAMPLE = 50_000
"""Training vectors at least, where there are as many: the directions and codes are learnt from them too."""

ENERGY = 0.9
"""Share of the vectors' variance that the projection keeps, as far as the plan's width allows."""

STEP = 16
"""Dimensions come in multiples of this; the scan adds up codes in registers of sixteen."""

CHUNK = 65_536
"""Rows projected and encoded at once."""

Progress = Callable[[int], None]
"""Told how many rows are encoded."""


def train(
    rows: Rows,
    members: RowSet,
    ids: NDArray[np.int64],
    sizes: IvfPq,
    *,
    coder: Callable[..., Coder] = FaissCoder,
    seed: int = 0,
    progress: Progress | None = None,
) -> Scan:
    """An inverted file of the member rows.

    Args:
        rows: all vectors, memory-mapped.
        members: those to put in.
        ids: (rows,) id of each row.
        sizes: as planned; fewer dimensions are taken where these hold `ENERGY` of the variance.
        coder: makes what finds lists and codes, given what `Coder` is.
        seed: of the sample, of the random rotation, and of the coder.
        progress: called after every chunk.

    Raises:
        IndexCorrupt: a vector is not finite, which none is that was written; faiss would end the process.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    sample = _finite(_sample(rows, members, max(SAMPLE * sizes.lists, LEAST_SAMPLE), random))
    center = sample.mean(axis=0)
    projection = _projection(sample - center, sizes.dims, random)
    made = coder(sample - center, projection, sizes, seed)
    done = 0
    for chunk in _chunks(members.rows):
        made.add(_finite(rows.gather(chunk)) - center, ids[chunk])
        done += len(chunk)
        if progress:
            progress(done)
    return Scan(made.finished(), projection)


def _sample(rows: Rows, members: RowSet, size: int, random: np.random.Generator) -> Vectors:
    every = members.rows
    chosen = every if len(every) <= size else np.sort(random.choice(every, size, replace=False))
    return rows.gather(chosen)


def _finite(vectors: Vectors) -> Vectors:
    if not np.isfinite(vectors).all():
        raise IndexCorrupt("The index has vectors that are not finite, so it is damaged: `retriever check` says where.")
    return vectors


def _projection(centered: Vectors, widest: int, random: np.random.Generator) -> NDArray[np.float32]:
    """(d, dims) principal directions, turned at random among themselves so that each code has as much to say."""
    values, directions = np.linalg.eigh(np.cov(centered, rowvar=False).astype(np.float64))
    share = np.cumsum(values[::-1].clip(0)) / max(values.clip(0).sum(), 1e-12)
    enough = int(np.searchsorted(share, ENERGY)) + 1
    dims = min(widest, -(-enough // STEP) * STEP)
    turn: NDArray[Any] = np.linalg.qr(random.standard_normal((dims, dims)))[0]
    return np.ascontiguousarray(directions[:, ::-1][:, :dims] @ turn, np.float32)


def _chunks(rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
