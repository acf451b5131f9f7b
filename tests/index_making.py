"""Small indexes for tests, and what they hold as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from indexer.writer import IndexWriter
from retriever.spaces.base import ShapeInput, SpaceIdentity
from retriever.store import Snapshot, item_id
from retriever.types import Vectors

DIM = 8
SPACE = SpaceIdentity("toy", DIM, "0123456789abcdef" * 4, ShapeInput())


def unit(n: int, seed: int = 0, dim: int = DIM) -> Vectors:
    """(n, dim) random unit vectors."""
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def item(number: int, root: str = "corpus", **more: object) -> dict[str, object]:
    """A shape called ``number.obj``."""
    path = f"{number}.obj"
    return {
        "id": item_id(root, path),
        "root": root,
        "path": path,
        "modality": "shape",
        "label": f"class {number % 3}",
        "sha256": f"{number:064x}",
        "bytes": number,
        "fingerprint": "f",
        "vertices": 10 * number,
        "extent": [1.0, 2.0, float(number)],
        **more,
    }


def ids(*numbers: int) -> list[str]:
    """Of the items with these numbers."""
    return [item_id("corpus", f"{number}.obj") for number in numbers]


def write(folder: Path, *runs: Sequence[Mapping[str, object]], dim: int = DIM) -> Snapshot:
    """One run, and so one segment, for each list of items; vectors are seeded with the first item's bytes."""
    space = SpaceIdentity("toy", dim, SPACE.weights, SPACE.shape)
    for items in runs:
        with IndexWriter(folder, space) as writer:
            writer.append(items, unit(len(items), seed=int(str(items[0]["bytes"])), dim=dim))
            writer.commit()
    return Snapshot.open(folder)


def contents(snapshot: Snapshot) -> dict[str, tuple[dict[str, object], tuple[float, ...]]]:
    """id -> (non-null columns, vector) of every live row; fails where an id is live twice."""
    rows = np.flatnonzero(snapshot.live)
    out = {}
    for row, vector in zip(snapshot.take(rows).to_pylist(), snapshot.vectors(rows).tolist(), strict=True):
        assert row["id"] not in out, f"{row['path']} is live twice"
        out[row["id"]] = ({name: value for name, value in row.items() if value is not None}, tuple(vector))
    return out


def live(folder: Path) -> set[int]:
    """Numbers of the items in the index of a folder."""
    return {int(str(row["bytes"])) for row, _ in contents(Snapshot.open(folder)).values()}
