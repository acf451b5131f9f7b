"""A live index: adding, deleting, opening and looking up ids in one of many rows, beside LanceDB where it is installed.

Adding and deleting include opening the writer, and end when readers see it and a power cut can take nothing back: all
files and folders are synced. "add" takes an Arrow table and vectors, "append" dicts, which go through the journal. The
ids are found by a snapshot that was just opened. LanceDB's table is open before, and its ids have a B-tree.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from indexer.segments import Part
from indexer.writer import IndexWriter
from retriever.spaces.base import ShapeInput, SpaceIdentity
from retriever.store import Snapshot, item_id

PART = 16_384
"""Rows that are made together."""


class Store(Protocol):
    """What is measured."""

    def add(self, part: Part) -> None:
        """Adds rows; a search finds them when this returns."""

    def delete(self, ids: Sequence[str]) -> None:
        """Deletes rows."""

    def open(self) -> int:
        """Opens what is there; returns its live rows."""

    def find(self, ids: Sequence[str]) -> int:
        """How many of the ids are there."""


class Ours:
    """An index of this project."""

    def __init__(self, folder: Path, parts: Iterator[Part], dim: int) -> None:
        self._folder = folder
        self._space = SpaceIdentity("made up", dim, "0" * 64, ShapeInput())
        with IndexWriter(folder, self._space) as writer:
            writer.extend(parts)
            writer.commit()

    def add(self, part: Part) -> None:
        """Adds rows."""
        with IndexWriter(self._folder, self._space) as writer:
            writer.extend([part])
            writer.commit()

    def append(self, items: Sequence[dict[str, Any]], part: Part) -> None:
        """Adds rows by way of the journal, as an indexing run does."""
        with IndexWriter(self._folder, self._space) as writer:
            writer.append(items, part[1])
            writer.commit()

    def delete(self, ids: Sequence[str]) -> None:
        """Deletes rows."""
        with IndexWriter(self._folder, self._space) as writer:
            assert writer.snapshot is not None
            writer.delete(writer.snapshot.rows_of(ids))
            writer.commit()

    def open(self) -> int:
        """Opens it anew."""
        return len(Snapshot.open(self._folder))

    def find(self, ids: Sequence[str]) -> int:
        """Looks ids up."""
        return int((Snapshot.open(self._folder).locate(ids) >= 0).sum())


class Lance:
    """A table of LanceDB."""

    def __init__(self, folder: Path, parts: Iterator[Part], dim: int) -> None:
        import lancedb

        self._folder = folder
        first = _with_vectors(next(parts))
        rest = (batch for part in parts for batch in _with_vectors(part).to_batches())
        self._table = lancedb.connect(folder).create_table("items", first)
        self._table.add(pa.RecordBatchReader.from_batches(first.schema, rest))
        self._table.create_scalar_index("id")

    def add(self, part: Part) -> None:
        """Adds rows."""
        self._table.add(_with_vectors(part))

    def delete(self, ids: Sequence[str]) -> None:
        """Deletes rows."""
        self._table.delete(f"id IN ({_quoted(ids)})")

    def open(self) -> int:
        """Opens it anew."""
        import lancedb

        return int(lancedb.connect(self._folder).open_table("items").count_rows())

    def find(self, ids: Sequence[str]) -> int:
        """Looks ids up."""
        query = self._table.search().where(f"id IN ({_quoted(ids)})").select(["id"])
        return len(query.limit(len(ids)).to_arrow())


def rows(size: int, dim: int, rounds: int, batch: int = 1_000, work: Path | None = None) -> list[dict[str, Any]]:
    """Milliseconds of each operation, medians of `rounds` after an uncounted one, in turn with LanceDB's.

    Args:
        size: rows of the index.
        dim: length of a vector.
        rounds: counted runs of each operation.
        batch: items that are added, deleted or looked up together.
        work: where the index is made and left; None for a folder that goes.
    """
    with TemporaryDirectory() as scratch:
        stores = _made(work or Path(scratch), size, dim)
        times: dict[tuple[str, str], list[float]] = {}
        for number in range(rounds + 1):
            for name, store in stores.items():
                for what, seconds in _round(store, size, size + number * batch, dim, batch):
                    times.setdefault((what, name), []).append(1000 * seconds)
    medians = {key: median(every[1:]) for key, every in times.items()}
    return [
        {"operation": what, "ms": ours, **_beside(ours, medians.get((what, "lancedb")))}
        for (what, name), ours in medians.items()
        if name == "retriever"
    ]


def made_up(first: int, size: int, dim: int, seed: int = 0) -> Iterator[Part]:
    """Items `first` to `first` + `size` - 1 with metadata and random unit vectors, some thousand at a time."""
    for start in range(first, first + size, PART):
        numbers = np.arange(start, min(start + PART, first + size))
        vectors = np.random.default_rng([seed, start]).normal(size=(len(numbers), dim)).astype(np.float32)
        yield _items(numbers.tolist()), vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _made(folder: Path, size: int, dim: int) -> dict[str, Store]:
    stores: dict[str, Store] = {"retriever": Ours(folder / "index", made_up(0, size, dim), dim)}
    if find_spec("lancedb"):
        stores["lancedb"] = Lance(folder / "lancedb", made_up(0, size, dim), dim)
    return stores


def _round(store: Store, size: int, next_item: int, dim: int, batch: int) -> Iterator[tuple[str, float]]:
    """(operation, seconds) of each; what was added is deleted again, so that every round finds as many rows."""
    (added,) = made_up(next_item, batch, dim)
    old = [_id(item) for item in range(0, size, size // batch)][:batch]
    new = added[0].column("id").to_pylist()
    yield f"add {batch:,}", _seconds(store.add, added)[0]
    if isinstance(store, Ours):
        store.delete(new)
        yield f"append {batch:,}", _seconds(store.append, added[0].to_pylist(), added)[0]
    yield f"delete {batch:,}", _seconds(store.delete, new)[0]
    seconds, live = _seconds(store.open)
    assert live == size, f"{live} rows are live"
    yield "open", seconds
    seconds, found = _seconds(store.find, old)
    assert found == len(old), f"{found} of {len(old)} ids were found"
    yield f"find {batch:,} ids", seconds


def _seconds(do: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    result = do(*arguments)
    return time.perf_counter() - started, result


def _items(numbers: list[int]) -> pa.Table:
    count = len(numbers)
    return pa.table(
        {
            "id": [_id(number) for number in numbers],
            "root": ["made"] * count,
            "path": [_path(number) for number in numbers],
            "modality": ["shape"] * count,
            "label": [f"class {number % 50}" for number in numbers],
            "caption": [f"the shape of number {number}" for number in numbers],
            "sha256": [f"{number:064x}" for number in numbers],
            "bytes": numbers,
            "fingerprint": ["f"] * count,
            "faces": [number % 10_000 for number in numbers],
            "price": [number % 997 / 10 for number in numbers],
        }
    )


def _path(number: int) -> str:
    return f"{number % 1000}/{number}.obj"


def _id(number: int) -> str:
    return item_id("made", _path(number))


def _with_vectors(part: Part) -> pa.Table:
    items, vectors = part
    flat = pa.array(vectors.reshape(-1))
    return items.append_column("vector", pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]))


def _quoted(ids: Sequence[str]) -> str:
    return ", ".join(f"'{id}'" for id in ids)


def _beside(ours: float, theirs: float | None) -> dict[str, float | str]:
    """LanceDB's time, and ours as a multiple of it."""
    return {"lancedb ms": theirs or "-", "x lancedb": ours / theirs if theirs else "-"}
