"""A process killed at any moment leaves an index that reads well and that the next run completes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import crash_child
import numpy as np
import pytest
from index_making import SPACE, contents, ids, item, unit, write

from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.store import Snapshot, versions

pytestmark = pytest.mark.usefixtures("no_sync")

Contents = dict[str, tuple[dict[str, object], tuple[float, ...]]]


@pytest.fixture
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Syncing hundreds of indexes takes a minute, and a kill, unlike a power cut, loses nothing without it."""
    monkeypatch.setattr(os, "fsync", lambda fd: None)


def _base(folder: Path) -> Contents:
    """Two small segments (one more and they are merged) and a deleted row."""
    write(folder, [item(0), item(1), item(2), item(10)], [item(3, note=1), item(11)])
    with IndexWriter(folder, SPACE) as writer:
        writer.delete(np.array([3]))
        return contents(writer.commit())


def _killed(scenario: str, base: Path, cases: Path) -> Iterator[tuple[Path, int, dict[int, Contents]]]:
    """Each folder as a kill left it, the appends that had returned, and what its versions hold."""
    cases.mkdir()
    here = Path(__file__).parents
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, here[1:3])),
    }  # this tree, however it is installed
    command = [sys.executable, crash_child.__file__, scenario, str(base), str(cases)]
    subprocess.run(command, env=environment, check=True, timeout=600)
    logs = sorted(cases.glob("*.log"))
    assert len(logs) > 15, "too few crash points were hit to mean anything"
    for log in logs:
        folder = log.with_suffix("")
        held = _held(folder)
        for kept in versions.kept(folder):
            assert len(held[kept.version]) == kept.rows, f"{folder.name}: {kept} is broken"
        yield folder, len(log.read_text().splitlines()), held


def _held(folder: Path) -> dict[int, Contents]:
    """Version -> what it holds."""
    return {kept.version: contents(Snapshot.open(folder, kept.version)) for kept in versions.kept(folder)}


def _models(before: Contents) -> list[Contents]:
    """What may be live after 0, 1, ... whole appends; last, after the commit, which also deletes row 2."""
    models = [before]
    for number, items in enumerate(crash_child.appended()):
        vectors = unit(len(items), 1000 + number).tolist()
        rows: Contents = {str(row["id"]): (row, tuple(vector)) for row, vector in zip(items, vectors, strict=True)}
        models.append(models[-1] | rows)
    return [*models, {id: row for id, row in models[-1].items() if id not in ids(2)}]


def _plain(held: Contents) -> dict[str, tuple[object, ...]]:
    """Without the types of added columns, which depend on what else is in the index."""
    return {id: (row["path"], row.get("label"), str(row.get("note")), vector) for id, (row, vector) in held.items()}


def test_a_run_killed_anywhere(tmp_path: Path) -> None:
    models = [_plain(model) for model in _models(_base(tmp_path / "base"))]
    for folder, acknowledged, held in _killed("run", tmp_path / "base", tmp_path / "cases"):
        seen = _plain(contents(Snapshot.open(folder)))
        assert seen in models, f"{folder.name}: a reader sees half of something"
        with IndexWriter(folder, SPACE) as writer:
            assert writer.snapshot is not None
            found = _plain(contents(writer.snapshot))
        assert found in models, f"{folder.name}: recovered half of something"
        assert found in models[acknowledged:], f"{folder.name}: an appended batch is lost"
        crash_child.run_rest(folder)
        assert held.items() <= _held(folder).items(), f"{folder.name}: a kept version has changed or is gone"
        assert _plain(contents(Snapshot.open(folder))) == models[-1], f"{folder.name}: the next run ends elsewhere"
        assert not (folder / "journal.arrows").exists()


def test_a_bulk_load_killed_anywhere(tmp_path: Path) -> None:
    before = _base(tmp_path / "base")
    rows = [
        (item, tuple(vector))
        for number, items in enumerate(crash_child.appended())
        for item, vector in zip(items, unit(len(items), 1000 + number).tolist(), strict=True)
    ]
    # A segment of three rows at a time.
    models = [_plain(before | {str(row[0]["id"]): row for row in rows[:n]}) for n in (0, 3, 6, len(rows))]
    seen = set()
    for folder, _, _ in _killed("extend", tmp_path / "base", tmp_path / "cases"):
        held = _plain(contents(Snapshot.open(folder)))
        assert held in models, f"{folder.name}: a reader sees half of a segment"
        seen.add(models.index(held))
        crash_child.extend(folder)
        assert _plain(contents(Snapshot.open(folder))) == models[-1], f"{folder.name}: the next run ends elsewhere"
        needed = {entry.name for manifest in versions.manifests(folder) for entry in manifest.segments}
        assert {path.name for path in (folder / "segments").iterdir()} == needed, f"{folder.name}: something is left"
    assert seen == {0, 1, 2, 3}


def test_a_compaction_killed_anywhere(tmp_path: Path) -> None:
    before = _base(tmp_path / "base")
    for folder, _, _ in _killed("compact", tmp_path / "base", tmp_path / "cases"):
        assert contents(Snapshot.open(folder)) == before, folder.name
        compact(folder)
        assert contents(Snapshot.open(folder)) == before, folder.name
        assert len(list((folder / "segments").iterdir())) == 1
        assert list((folder / "deleted").iterdir()) == []
        assert len(versions.kept(folder)) == len(list((folder / "versions").iterdir())) == 1


@pytest.mark.parametrize("keep", ["manifest.json", "journal.arrows"])
def test_a_journal_that_is_sealed_already_is_not_sealed_again(tmp_path: Path, keep: str) -> None:
    """The crash between the new manifest and the end of the journal, and its twin, byte by byte."""
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(1), item(2)], unit(2))
        saved = {name: (tmp_path / name).read_bytes() for name in ("manifest.json", "journal.arrows")}
        writer.commit()
    (tmp_path / keep).write_bytes(saved[keep])
    (tmp_path / "journal.arrows").write_bytes(saved["journal.arrows"])
    with IndexWriter(tmp_path, SPACE) as writer:
        assert writer.recovered == (2 if keep == "manifest.json" else 0)
        assert writer.commit().rows == 2
