"""An index folder of made-up items with metadata, and queries of another modality among them to tune on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.ann.optimize import Wish, bring_up_to_date
from indexer.segments import Part
from indexer.writer import IndexWriter
from retriever.spaces.base import ShapeInput, SpaceIdentity
from retriever.store import item_id
from retriever.types import Vectors

POINTS, LABELS = 100_000, 100
"""Different values of the columns ``n_points`` and ``label``, each as frequent as the others."""


def write(folder: Path, blocks: Iterable[Vectors], texts: Vectors) -> None:
    """Shapes with the vectors of `blocks`, rows 0 on, and after them texts.

    An approximate search is tuned on items of other modalities, so the texts make it ready for cross-modal queries.
    """
    with IndexWriter(folder, identity(texts.shape[1])) as writer:
        writer.extend(_parts(blocks, texts))
        writer.commit()


def build(folder: Path, dim: int, recall: float) -> bool:
    """Builds and tunes the approximate index; whether the plan asks for one."""
    with IndexWriter(folder, identity(dim)) as writer:
        done = bring_up_to_date(writer, Wish(recall), lambda: None)
    return done is not None and done.built is not None


def identity(dim: int) -> SpaceIdentity:
    """A space that nothing can be encoded in."""
    return SpaceIdentity("made up", dim, "0" * 64, ShapeInput())


def points(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """``n_points`` of items; a number prime to `POINTS` scatters them."""
    return numbers * 7919 % POINTS


def labels(numbers: NDArray[np.int64]) -> list[str]:
    """``label`` of items."""
    return [f"class {number}" for number in (numbers % LABELS).tolist()]


def _parts(blocks: Iterable[Vectors], texts: Vectors) -> Iterator[Part]:
    first = 0
    for block in blocks:
        yield _items(np.arange(first, first + len(block)), "shape"), block
        first += len(block)
    yield _items(np.arange(first, first + len(texts)), "text"), texts


def _items(numbers: NDArray[np.int64], modality: str) -> pa.Table:
    count = len(numbers)
    paths = [f"{number % 1000}/{number}.obj" for number in numbers.tolist()]
    return pa.table(
        {
            "id": [item_id("made", path) for path in paths],
            "root": ["made"] * count,
            "path": paths,
            "modality": [modality] * count,
            "label": labels(numbers),
            "sha256": [f"{number:064x}" for number in numbers.tolist()],
            "bytes": numbers,
            "fingerprint": ["made up"] * count,
            "n_points": points(numbers),
        }
    )
