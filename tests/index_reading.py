"""What an index holds and a run did, in the forms that tests compare."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from indexer.summary import Summary
from retriever.store import Snapshot


def rows(folder: Path) -> dict[str, dict[str, object]]:
    """Live rows by path; fails where a path comes twice."""
    snapshot = Snapshot.open(folder)
    listed = snapshot.take(np.flatnonzero(snapshot.live)).to_pylist()
    by_path = {row["path"]: row for row in listed}
    assert len(by_path) == len(listed), "an item is there twice"
    return by_path


def vector(folder: Path, path: str) -> np.ndarray:
    snapshot = Snapshot.open(folder)
    return snapshot.vectors(snapshot.rows_of([str(rows(folder)[path]["id"])]))[0]


def counts(summary: Summary) -> dict[str, int]:
    names = ("embedded", "reused", "updated", "unchanged", "removed", "recovered")
    return {name: getattr(summary, name) for name in names if getattr(summary, name)}


def touch(path: Path) -> None:
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000_000))
