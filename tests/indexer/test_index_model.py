"""Any sequence of writing, killing, merging and compacting leaves what a dict would hold."""

from __future__ import annotations

import json
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from index_making import SPACE, contents, item, unit

from indexer.compaction import compact
from indexer.segments import segments_to_merge
from indexer.writer import IndexWriter
from retriever.errors import UsageError
from retriever.store import Snapshot, versions
from retriever.store.versions import KEEP, newest

NUMBERS = st.lists(st.integers(0, 9), min_size=1, max_size=4)
EXTRAS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), st.one_of(st.integers(-5, 5), st.booleans(), st.text(max_size=3)), max_size=2
)
Row = tuple[dict[str, Any], tuple[float, ...]]
SEAL_ROWS = 6


class IndexModel(RuleBasedStateMachine):
    """`committed` and `journal` are what the index and its journal should hold, as plain data."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.patches = [
            mock.patch("os.fsync"),  # no power cuts here
            mock.patch("indexer.writer.SEAL_ROWS", SEAL_ROWS),
            mock.patch("indexer.bulk.LARGEST", 4),
            mock.patch("indexer.writer.segments_to_merge", partial(segments_to_merge, small=SEAL_ROWS, most=2)),
        ]
        for patch in self.patches:
            patch.start()
        self.committed: dict[str, Row] = {}
        self.journal: list[dict[str, Row]] = []
        self.journal_rows: list[int] = []
        self.sizes: list[int] = []
        self.doomed: list[tuple[str, Row]] = []
        self.made = 0
        self.old: tuple[Snapshot, dict[str, Row]] | None = None
        self.versions: dict[int, dict[str, Row]] = {}
        self.writer = IndexWriter(self.folder, SPACE)

    def teardown(self) -> None:
        if hasattr(self, "writer"):
            self.writer.close()
            for patch in self.patches:
                patch.stop()
            shutil.rmtree(self.folder)

    @rule(numbers=NUMBERS, extras=EXTRAS)
    def append(self, numbers: list[int], extras: dict[str, Any]) -> None:
        self.made += 1
        items = [item(number, name=f"{self.made}.{place}", **extras) for place, number in enumerate(numbers)]
        vectors = unit(len(items), self.made)
        self.writer.append(items, vectors)
        rows = zip(items, vectors.tolist(), strict=True)
        self.journal.append({str(row["id"]): (row, tuple(vector)) for row, vector in rows})
        self.journal_rows.append(len(items))
        if sum(self.journal_rows) >= SEAL_ROWS:
            self.seal(len(self.journal))
        else:
            self.sizes.append((self.folder / "journal.arrows").stat().st_size)

    @rule(numbers=NUMBERS, sizes=st.lists(st.integers(1, 3), max_size=4), extras=EXTRAS)
    def extend(self, numbers: list[int], sizes: list[int], extras: dict[str, Any]) -> None:
        """Rows come in bulk; what waits in the journal is older."""
        self.seal(len(self.journal))
        parts = []
        for size in sizes:
            self.made += 1
            chosen = [numbers[place % len(numbers)] for place in range(size)]
            items = [item(number, name=f"{self.made}.{place}", **extras) for place, number in enumerate(chosen)]
            parts.append((pa.Table.from_pylist(items), unit(size, self.made)))
            for row, vector in zip(items, parts[-1][1].tolist(), strict=True):
                self.committed[str(row["id"])] = (row, tuple(vector))
        assert self.writer.extend(iter(parts)) == sum(sizes)

    @precondition(lambda self: self.committed)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        some = data.draw(st.lists(st.sampled_from(sorted(self.committed)), unique=True))
        assert self.writer.snapshot
        self.writer.delete(self.writer.snapshot.rows_of(some))
        self.doomed += [(id, self.committed[id]) for id in some]

    @rule()
    def commit(self) -> None:
        self.seal(len(self.journal))
        for id, row in self.doomed:
            if self.committed.get(id) is row:
                del self.committed[id]
        self.doomed = []
        snapshot = self.writer.commit()
        assert plain(contents(snapshot)) == plain(self.committed)
        self.versions[snapshot.manifest.version] = dict(self.committed)
        there = versions.numbers(self.folder)
        assert there == newest({*there, *self.versions}, KEEP)

    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        """The process ends, the journal's last bytes are not written, and a new run begins."""
        self.writer.close()
        path = self.folder / "journal.arrows"
        complete = 0
        if path.exists():
            size = data.draw(st.integers(0, path.stat().st_size))
            path.write_bytes(path.read_bytes()[:size])
            complete = sum(end <= size for end in self.sizes)
        rows = sum(self.journal_rows[:complete])
        self.seal(complete)
        self.doomed = []
        self.writer = IndexWriter(self.folder, SPACE)
        assert self.writer.recovered == rows

    @rule(keep=st.integers(1, 3))
    def compact(self, keep: int) -> None:
        self.commit()
        self.writer.close()
        before = versions.numbers(self.folder)
        done = compact(self.folder, keep)
        assert done.rows_after == len(self.committed)
        compacted = Snapshot.open(self.folder)
        assert compacted.rows == len(self.committed)
        there = versions.numbers(self.folder)
        assert there == newest({*before, compacted.manifest.version}, keep)
        self.versions = {version: rows for version, rows in self.versions.items() if version in there}
        self.versions[compacted.manifest.version] = dict(self.committed)
        self.writer = IndexWriter(self.folder, SPACE)

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        """A kept version has what it had, and one that is not kept says so."""
        version = data.draw(st.sampled_from(sorted(self.versions)))
        if version in versions.numbers(self.folder):
            assert plain(contents(Snapshot.open(self.folder, version))) == plain(self.versions[version])
        else:
            with pytest.raises(UsageError, match=f"as_of={version}"):
                Snapshot.open(self.folder, version)

    @rule(numbers=st.lists(st.integers(0, 12), max_size=6))
    def look_up(self, numbers: list[int]) -> None:
        """An id leads to its row, whatever segments it went through."""
        if self.writer.snapshot is None:
            return
        snapshot = Snapshot.open(self.folder)
        asked = [str(item(number)["id"]) for number in numbers]
        for id, row in zip(asked, snapshot.locate(asked).tolist(), strict=True):
            if id in self.committed:
                assert tuple(snapshot.vectors(np.array([row]))[0].tolist()) == self.committed[id][1]
            else:
                assert row == -1

    @precondition(lambda self: self.writer.snapshot)
    @rule()
    def look(self) -> None:
        self.old = (Snapshot.open(self.folder), dict(self.committed))

    @invariant()
    def readers_see_what_is_committed(self) -> None:
        if getattr(self, "writer", None) and self.writer.snapshot:
            snapshot = Snapshot.open(self.folder)
            assert plain(contents(snapshot)) == plain(self.committed)
            assert len(snapshot) == len(self.committed) == sum(snapshot.modalities().values())

    @invariant()
    def an_old_view_stays_as_it_was(self) -> None:
        if getattr(self, "old", None):
            snapshot, rows = self.old  # type: ignore[misc]
            assert plain(contents(snapshot)) == plain(rows)

    def seal(self, batches: int) -> None:
        for batch in self.journal[:batches]:
            self.committed |= batch
        self.journal, self.journal_rows, self.sizes = [], [], []


def plain(held: dict[str, Row]) -> dict[str, tuple[Any, ...]]:
    """id -> name, added columns as text (their type depends on all that is in the index), vector."""
    return {
        id: (row["name"], {name: _text(row[name]) for name in "abc" if row.get(name) is not None}, vector)
        for id, (row, vector) in held.items()
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def test_the_model_of_a_kill_is_not_vacuous() -> None:
    assert plain({"x": (item(1, name="1.0", a=True), (1.0,))}) == {"x": ("1.0", {"a": "true"}, (1.0,))}
    assert not np.array_equal(unit(1, 1), unit(1, 2))


TestIndexModel = IndexModel.TestCase
TestIndexModel.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
