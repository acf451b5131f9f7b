"""What a commit made can be opened again, until ten others followed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_making import SPACE, contents, item, unit, write

from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.errors import IndexCorrupt, IndexMissing, UsageError
from retriever.store import Manifest, Snapshot, versions
from retriever.store.versions import KEEP, newest


@given(st.sets(st.integers(1, 10**6)), st.integers(0, 20))
def test_the_newest_are_kept(there: set[int], keep: int) -> None:
    kept = newest(there, keep)
    assert kept == sorted(kept)
    assert len(kept) == min(keep, len(there))
    assert all(a < b for a in there - set(kept) for b in kept)


def test_ten_by_default() -> None:
    assert newest(range(1, 100)) == list(range(90, 100))


def test_every_commit_can_be_opened_until_ten_others_followed(tmp_path: Path) -> None:
    models = {}
    for number in range(KEEP + 3):
        snapshot = write(tmp_path, [item(number), item(number + 1, note=number)])
        models[snapshot.manifest.version] = contents(snapshot)
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0, 1, 2]))
        snapshot = writer.commit()
    models[snapshot.manifest.version] = contents(snapshot)
    there = versions.kept(tmp_path)
    assert [each.version for each in there] == versions.numbers(tmp_path) == sorted(models)[-KEEP:]
    for each in there:
        old = Snapshot.open(tmp_path, each.version)
        assert contents(old) == models[each.version]
        assert (old.manifest.updated, len(old)) == (each.updated, each.rows)
    assert contents(Snapshot.open(tmp_path, there[-1].version)) == contents(Snapshot.open(tmp_path))


def test_a_version_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    write(tmp_path, [item(1)], [item(2)])
    first, second = versions.kept(tmp_path)
    for wrong in (0, -1, 99):
        with pytest.raises(UsageError) as caught:
            Snapshot.open(tmp_path, wrong)
        assert f"as_of={wrong}: " in str(caught.value)
        assert f"{first.version} ({first.updated}), {second.version} ({second.updated})" in str(caught.value)
    with pytest.raises(IndexMissing):
        Snapshot.open(tmp_path / "gone", 1)
    with pytest.raises(IndexMissing):
        versions.kept(tmp_path / "gone")


def test_a_run_that_changes_nothing_makes_no_version(tmp_path: Path) -> None:
    write(tmp_path, [item(1)])
    before = versions.kept(tmp_path)
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.commit()
    assert versions.kept(tmp_path) == before


def test_an_index_from_before_there_were_versions_keeps_what_it_was(tmp_path: Path) -> None:
    old = write(tmp_path, [item(1)])
    shutil.rmtree(tmp_path / "versions")
    assert [each.version for each in versions.kept(tmp_path)] == [old.manifest.version]
    write(tmp_path, [item(2)])
    assert contents(Snapshot.open(tmp_path, old.manifest.version)) == contents(old)


def test_a_restored_index_forgets_the_future(tmp_path: Path) -> None:
    old = write(tmp_path, [item(1)])
    saved = (tmp_path / "manifest.json").read_bytes()
    write(tmp_path, [item(2)], [item(3)])
    (tmp_path / "manifest.json").write_bytes(saved)
    assert [each.version for each in versions.kept(tmp_path)] == [old.manifest.version]
    with pytest.raises(UsageError, match="as_of="):
        Snapshot.open(tmp_path, old.manifest.version + 1)
    new = write(tmp_path, [item(4)])
    assert versions.numbers(tmp_path) == [old.manifest.version, new.manifest.version]
    assert contents(Snapshot.open(tmp_path, new.manifest.version)) == contents(new)


def test_damage_costs_that_version_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = write(tmp_path, [item(1)]).manifest.version
    second = write(tmp_path, [item(2)])
    path = versions.file(tmp_path, first)
    path.write_text("{")
    with pytest.raises(IndexCorrupt, match=rf"{path} is damaged: .*delete it and lose version {first} only"):
        Snapshot.open(tmp_path, first)
    for use in (versions.kept, lambda folder: write(folder, [item(3)])):
        caplog.clear()
        use(tmp_path)
        assert f"{path} is damaged" in caplog.text
    assert first not in {each.version for each in versions.kept(tmp_path)}
    path.unlink()
    assert contents(Snapshot.open(tmp_path, second.manifest.version)) == contents(second)
    write(tmp_path, [item(4)])
    with pytest.raises(UsageError, match="as_of="):
        Snapshot.open(tmp_path, first)


def test_damaged_tombstones_are_noticed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path, [item(1), item(2)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0]))
        name = writer.commit().manifest.deleted
        writer.append([item(3)], unit(1))
        writer.commit()
    (tmp_path / "deleted" / str(name)).write_bytes(b"x")
    assert len(versions.kept(tmp_path)) == 2, "the one before any deletion, and the newest"
    assert f"{name} cannot be read" in caplog.text


def test_counting_looks_again_when_a_writer_gets_in_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, [item(1), item(2)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0]))
        deleted = writer.commit().manifest.deleted
    read, calls = Manifest.read, []

    def slow(folder: Path) -> Manifest:
        manifest = read(folder)
        calls.append(manifest.version)
        if len(calls) == 1:  # the manifest is read, what it lists is not yet
            compact(folder)
        return manifest

    monkeypatch.setattr(Manifest, "read", slow)
    there = versions.kept(tmp_path)
    assert not (tmp_path / "deleted" / str(deleted)).exists()
    assert [(each.version, each.rows) for each in there] == [(read(tmp_path).version, 1)] != [(calls[0], 1)]


def test_tombstones_that_are_gone_are_noticed(tmp_path: Path) -> None:
    write(tmp_path, [item(1), item(2)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0]))
        name = writer.commit().manifest.deleted
    (tmp_path / "deleted" / str(name)).unlink()
    with pytest.raises(IndexCorrupt, match=rf"{name} cannot be read"):
        versions.kept(tmp_path)


def test_a_kept_manifest_is_the_one_that_was_committed(tmp_path: Path) -> None:
    write(tmp_path, [item(1)])
    saved = json.loads((tmp_path / "manifest.json").read_text())
    write(tmp_path, [item(2)])
    assert json.loads(versions.file(tmp_path, saved["version"]).read_text()) == saved
