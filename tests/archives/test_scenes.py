"""Scenes as folders of their objects, as far as many ask at once."""

from __future__ import annotations

import errno
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from scene_files import write_scene

from retriever import archives, loaders
from retriever.archives import scenes
from retriever.errors import FileProblem

NAMES = [f"Part {letter}.ply" for letter in "ABCDEFGH"]


def test_a_scene_is_read_once_however_many_threads_ask_for_its_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = write_scene(tmp_path / "kit.glb", **{name[:-4]: (1, 2, 3 + i) for i, name in enumerate(NAMES)})
    whole, read = loaders.objects_of, []

    def objects_of(path: Path) -> dict[str, bytes]:
        read.append(path)
        time.sleep(0.1)
        return whole(path)

    monkeypatch.setattr(loaders, "objects_of", objects_of)
    with ThreadPoolExecutor(len(NAMES)) as threads:
        found = list(threads.map(archives.read, [kit / name for name in NAMES]))
    assert found == [whole(kit)[name] for name in NAMES] and read == [kit]


def test_what_is_wrong_with_a_scene_is_found_once_and_told_to_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = tmp_path / "kit.glb"
    kit.write_bytes(b"glTF, or not")
    whole, read = loaders.objects_of, []
    monkeypatch.setattr(loaders, "objects_of", lambda path: (read.append(path), whole(path))[1])
    for _ in range(3):
        with pytest.raises(FileProblem) as told:
            archives.read(kit / "any.ply")
        assert told.value.kind == "malformed"
    assert read == [kit]


def test_a_scene_that_did_not_fit_into_memory_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = write_scene(tmp_path / "kit.glb", Crate=(1, 1, 1), Pole=(1, 9, 1))

    def full(_: Path) -> dict[str, bytes]:
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(loaders, "objects_of", full)
        archives.read(kit / "Pole.ply")
    assert archives.objects(kit) == list(loaders.objects_of(kit))


def test_the_objects_of_a_large_scene_wait_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs time alone."""
    monkeypatch.setattr(scenes, "_KEPT", 1000)
    names = {name[:-4]: (1, 2, 3 + i) for i, name in enumerate(NAMES)}
    whole, read = loaders.objects_of, []
    monkeypatch.setattr(loaders, "objects_of", lambda path: (read.append(path), whole(path))[1])
    kit = write_scene(tmp_path / "kit.glb", **names)
    wanted = whole(kit)
    assert sum(map(len, wanted.values())) > 1000
    with ThreadPoolExecutor(len(NAMES)) as threads:
        found = list(threads.map(archives.read, [kit / name for name in 4 * NAMES]))
    assert found == 4 * [wanted[name] for name in NAMES] and read == [kit]

    def full() -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    other = write_scene(tmp_path / "other.glb", **names)
    assert [archives.read(other / name) for name in NAMES] == [wanted[name] for name in NAMES]
