"""The benchmark of the live index measures what it says; how fast anything is here does not matter."""

from pathlib import Path

import numpy as np

from benchmarks.live import made_up, rows
from retriever.store import Snapshot


def test_every_operation_is_measured_and_leaves_the_rows(tmp_path: Path) -> None:
    found = rows(300, 16, rounds=2, batch=20, work=tmp_path)
    assert [row["operation"] for row in found] == ["add 20", "append 20", "delete 20", "open", "find 20 ids"]
    assert all(row["ms"] > 0 for row in found)
    snapshot = Snapshot.open(tmp_path / "index")
    assert len(snapshot) == 300


def test_items_have_metadata_and_unit_vectors() -> None:
    parts = list(made_up(5, 40, 8))
    assert sum(len(items) for items, _ in parts) == 40
    items, vectors = parts[0]
    assert len(set(items.column("id").to_pylist())) == 40
    assert items.column("price").null_count == 0
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    again = next(made_up(5, 40, 8))
    assert np.array_equal(vectors, again[1])
