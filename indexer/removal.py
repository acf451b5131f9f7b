"""Taking items out of an index by id, by path, or by a filter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.forgetting import Forgotten, forget_failures, named_by
from indexer.writer import IndexWriter
from retriever.errors import UsageError
from retriever.store import Snapshot
from retriever.store.catalog import rows_where
from retriever.store.places import Places


def remove(
    folder: Path,
    targets: Sequence[str],
    *,
    where: str | None = None,
    dry_run: bool = False,
    forgotten: Forgotten | None = None,
) -> list[tuple[str, str]]:
    """Delete items; where `targets` and `where` are both given, those that both mean.

    Without `where`, the failures at or below the paths go, too, and the corpus roots, which are then no root any more.

    Args:
        folder: of the index.
        targets: ids, and paths of files or folders, relative to a corpus root or to the working folder.
        where: SQL condition over the items' columns.
        dry_run: only find them.
        forgotten: is told of the roots and failures that go.

    Returns:
        (id, path) of each.

    Raises:
        UsageError: nothing is named, or a target means no item and nothing else of the index.
        IndexBusy: another process writes to the index.
    """
    if not targets and where is None:
        raise UsageError("Nothing is named; give ids, paths or --where.")
    beside = Forgotten() if forgotten is None else forgotten
    if dry_run:
        snapshot = Snapshot.open(folder)
        return _names(snapshot, _rows(snapshot, targets, where, beside))
    with IndexWriter(folder, Snapshot.open(folder).identity) as writer:
        snapshot = writer.snapshot or Snapshot.open(folder)
        rows = _rows(snapshot, targets, where, beside)
        writer.delete(rows)
        writer.forget_roots(beside.roots)
        writer.commit()
        forget_failures(folder, beside.failures)
        return _names(snapshot, rows)


def _rows(snapshot: Snapshot, targets: Sequence[str], where: str | None, beside: Forgotten) -> NDArray[np.int64]:
    """The rows that are meant; `beside` grows by what else is."""
    if where is None:
        targets = named_by(snapshot, targets, beside)
        if not targets:  # all of them meant something else
            return np.zeros(0, np.int64)
    return _chosen(snapshot, targets, where)


def _chosen(snapshot: Snapshot, targets: Sequence[str], where: str | None) -> NDArray[np.int64]:
    chosen = snapshot.live.copy()
    if targets:
        chosen &= _meant(snapshot, targets)
    if where is not None:
        chosen &= rows_where(snapshot, where)
    return np.flatnonzero(chosen)


def _meant(snapshot: Snapshot, targets: Sequence[str]) -> NDArray[np.bool_]:
    """(rows,) True for live rows that a target means: an id, or else a path."""
    meant = np.zeros(snapshot.rows, np.bool_)
    rows = snapshot.locate(targets)
    meant[rows[rows >= 0]] = True
    paths = [target for target, row in zip(targets, rows.tolist(), strict=True) if row < 0]
    places = Places(snapshot) if paths else None
    for target in paths:
        assert places
        found = snapshot.live & places.at_or_below(target)
        if not found.any():
            raise UsageError(
                f"The index {snapshot.folder} has no item {target!r}; give an id, or a path as a query shows it."
            )
        meant |= found
    return meant


def _names(snapshot: Snapshot, rows: NDArray[np.int64]) -> list[tuple[str, str]]:
    table = snapshot.take(rows, ["id", "path"])
    return list(zip(table.column("id").to_pylist(), table.column("path").to_pylist(), strict=True))
