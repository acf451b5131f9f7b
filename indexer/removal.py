"""Taking items out of an index by id, by path, or by a filter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from indexer.failures import forget_failures
from indexer.forgetting import Forgotten, named_by
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
        targets: ids, and paths of files or folders: of those that are there on disk, or else relative to a corpus root.
        where: SQL condition over the items' columns.
        dry_run: only find them.
        forgotten: is told of the roots and failures that go.

    Returns:
        (id, path) of each; whole paths where the index has several roots.

    Raises:
        UsageError: nothing is named, or a target is empty, means no item and nothing else of the index, or may mean
            items of several roots.
        IndexBusy: another process writes to the index.
    """
    if not targets and where is None:
        raise UsageError("Nothing is named; give ids, paths or --where.")
    if not all(target.strip() for target in targets):  # as a path it would be the current folder
        raise UsageError("One of the names is empty, as of a shell variable that is not set; name . for this folder.")
    beside = Forgotten() if forgotten is None else forgotten
    if dry_run:
        snapshot = Snapshot.open(folder)
        return _names(snapshot, _rows(snapshot, targets, where, beside))
    with IndexWriter(folder, Snapshot.open(folder).identity) as writer:
        snapshot = writer.snapshot if writer.snapshot is not None else Snapshot.open(folder)
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
    chosen = snapshot.live if where is None else snapshot.live & rows_where(snapshot, where)
    return np.flatnonzero(chosen & _meant(snapshot, targets, chosen) if targets else chosen)


def _meant(snapshot: Snapshot, targets: Sequence[str], among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(rows,) True for live rows that a target means, an id or else a path; one path must do for those of `among`."""
    meant = np.zeros(snapshot.rows, np.bool_)
    rows = snapshot.locate(targets)
    meant[rows[rows >= 0]] = True
    paths = [target for target, row in zip(targets, rows.tolist(), strict=True) if row < 0]
    places = Places(snapshot) if paths else None
    for target in paths:
        assert places
        found = places.at_or_below(target, among)
        if not found.any():
            raise UsageError(f"The index {snapshot.folder} has no item {target!r}; give an id, or {_cure(target)}.")
        meant |= found
    return meant


def _cure(target: str) -> str:
    if not set("*?[") & set(target):
        return "a path as a query shows it"
    quoted = target.replace("'", "''")
    return f"for a pattern --where \"path glob '{quoted}'\""


def _names(snapshot: Snapshot, rows: NDArray[np.int64]) -> list[tuple[str, str]]:
    """Id and path; with several roots the whole path, for one below a root may be there twice."""
    table = snapshot.take(rows, ["id", "root", "path"]).to_pylist()
    several = len(snapshot.roots) > 1
    return [
        (row["id"], str(PurePosixPath(snapshot.root_path(row["root"]), row["path"])) if several else row["path"])
        for row in table
    ]
