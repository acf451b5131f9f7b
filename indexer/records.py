"""The small files of an index, each written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from retriever.files import sync_folder, whole_file
from retriever.store import layout
from retriever.store.failures import Failure
from retriever.store.manifest import Manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Makes `manifest` the index's; all that it lists must be on disk."""
    with whole_file(folder / layout.MANIFEST) as file:
        file.write(manifest.to_json().encode())


def write_deleted(folder: Path, version: int, rows: NDArray[np.int64]) -> str | None:
    """Writes the deleted rows (sorted) of manifest `version`; returns the file's name, None where there are none."""
    if not len(rows):
        return None
    path = folder / layout.DELETED / f"{version:06d}.npy"
    path.parent.mkdir(exist_ok=True)
    with whole_file(path) as file:
        np.save(file, rows.astype("<i8"), allow_pickle=False)
    sync_folder(folder)
    return path.name


def write_failures(folder: Path, failures: Sequence[Failure]) -> None:
    """Replaces the list of files that could not be indexed."""
    schema = pa.schema([(name, pa.string()) for name in ("root", "path", "kind", "message")])
    table = pa.Table.from_pylist([asdict(failure) for failure in failures], schema=schema)
    with whole_file(folder / layout.FAILURES) as file:
        pq.write_table(table, file, compression="zstd")
