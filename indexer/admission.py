"""What a writer lets in: a folder that is an index or can become one, its space, and items and vectors of that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from retriever.errors import SpaceError, UsageError
from retriever.spaces.base import SpaceIdentity
from retriever.store import layout
from retriever.store.manifest import Manifest
from retriever.types import Modality, Vectors


def make_folder(folder: Path) -> None:
    """Makes the folder of an index, if there is none.

    Raises:
        UsageError: it holds something else.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"The index {folder} would be a folder, and this is a file: name another with --index.")
    folder.mkdir(parents=True, exist_ok=True)
    if layout.is_index(folder):
        return
    strangers = sorted({path.name for path in folder.iterdir()} - {layout.LOCK, f"{layout.MANIFEST}.tmp"})
    if strangers:
        raise UsageError(
            f"The folder {folder} is no index and not empty (it has {strangers[0]!r}): name a new folder with --index."
        )


def manifest_of(folder: Path, identity: SpaceIdentity) -> Manifest:
    """The manifest of the index in `folder`, an empty one where there is none yet.

    Raises:
        SpaceError: it holds vectors of another space.
    """
    if not layout.is_index(folder):
        return Manifest(space=identity)
    manifest = Manifest.read(folder)
    if manifest.space != identity:
        raise SpaceError(
            f"The index {folder} holds vectors of {manifest.space}, "
            f"these would be of {identity}: use that space, or another folder with --index."
        )
    return manifest


def check_vectors(space: SpaceIdentity, count: int, vectors: Vectors) -> None:
    """Refuses vectors that are not `count` of unit length and of the space.

    Raises:
        SpaceError: says what they are.
    """
    if not isinstance(vectors, np.ndarray):
        raise SpaceError(f"The vectors are of type {type(vectors).__name__}: give a NumPy array of float32.")
    if vectors.shape != (count, space.dim) or vectors.dtype != np.float32:
        raise SpaceError(
            f"The space {space.name!r} gave {vectors.dtype} {vectors.shape} for {count} items where float32 "
            f"{(count, space.dim)} is due: fix its encoder, or of vectors of your own the array."
        )
    squares = np.einsum("ij,ij->i", vectors, vectors)  # makes no copy of them
    if not (np.abs(np.sqrt(squares) - 1) < 1e-3).all():
        raise SpaceError(
            f"The space {space.name!r} gave a vector that is not of unit length: fix its encoder, or divide vectors of "
            "your own by their lengths."
        )


def check_core(field: pa.Field, column: pa.Array | pa.ChunkedArray) -> None:
    """Raise UsageError for a core column of items with gaps that it may not have, or with what is no modality."""
    if column.null_count and not field.nullable:
        raise UsageError(f"The column {field.name!r} is due for every item: add it to the items.")
    if field.name == "modality" and (strange := set(column.unique().to_pylist()) - {each.value for each in Modality}):
        raise UsageError(f"The modality {min(strange)!r} is none: write one of {', '.join(Modality)}.")
