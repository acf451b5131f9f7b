"""``failures.parquet``: the files that could not be indexed, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from retriever.errors import IndexCorrupt
from retriever.store import layout


@dataclass(frozen=True)
class Failure:
    """One file that could not be indexed.

    Attributes:
        root: short name of its corpus root.
        path: below the root.
        kind: machine-readable word, as in `retriever.errors.FileProblem`.
        message: a sentence without the path.
    """

    root: str
    path: str
    kind: str
    message: str


def read_failures(folder: Path) -> list[Failure]:
    """Failures of the index in `folder` that still stand, in the order they were written.

    Raises:
        IndexCorrupt: the file is damaged.
    """
    path = folder / layout.FAILURES
    if not path.exists():
        return []
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return [Failure(**row) for row in pq.ParquetFile(path).read().to_pylist()]
    except (OSError, pa.ArrowException, TypeError) as error:
        raise IndexCorrupt(f"The list of failures {path} is damaged ({error}): delete it and index again.") from error
