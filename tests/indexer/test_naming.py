"""What materials and scenes name is remembered: an unchanged one is not read to know which pictures are textures."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import simple_space
from index_reading import counts, rows
from pxr import Sdf, Usd
from small_corpus import write_box, write_picture
from zips import packed

from indexer import sidecars
from indexer.build import index
from indexer.compaction import compact
from indexer.left_out import left_out
from indexer.naming import Naming
from indexer.removal import remove
from indexer.roots import Corpus
from retriever import archives
from retriever.archives import State
from retriever.check import check
from retriever.errors import FileProblem
from retriever.loaders import blend, usd
from retriever.store import Snapshot, layout

GLTF = '{"images": [{"uri": "skin.png"}]}'


def aged(*files: Path, seconds: float = 60) -> None:
    """As if they had been changed some time ago."""
    for file in files:
        then = time.time_ns() - int(seconds * 1e9)
        os.utime(file, ns=(then, then))


def write_mtl(path: Path, *pictures: str, seconds: float = 60) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("newmtl x\n" + "".join(f"map_Kd {name}\n" for name in pictures))
    aged(path, seconds=seconds)
    return path


def remembered(folder: Path) -> dict[str, list[str]]:
    """Whole path -> what it names; nothing where there is no such file."""
    if not (folder / layout.NAMING).exists():
        return {}
    said = json.loads(gzip.decompress((folder / layout.NAMING).read_bytes()))
    return {f"{at}/{name}": one[2] for at, files in said["files"].items() for name, one in files.items()}


@pytest.fixture
def pictured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pictures of which a material names one, in a folder each, a layer and a glTF file; and a shape."""
    monkeypatch.setattr(simple_space, "open_space", simple_space.open_pictured)
    root = tmp_path / "pictured"
    write_box(root / "box.obj", (1, 2, 3))
    for name in ("a/wood.png", "a/photo.png", "b/wood.png", "b/photo.png", "b/skin.png", "grain.png"):
        write_picture(root / name, (200, len(name) * 9, 30))
    for name in ("a", "b"):
        write_mtl(root / name / "palette.mtl", "wood.png")
    (root / "b/model.gltf").write_text(GLTF)
    stage = Usd.Stage.CreateNew(str(root / "layer.usda"))
    stage.DefinePrim("/m", "Shader").CreateAttribute("inputs:file", Sdf.ValueTypeNames.Asset).Set("grain.png")
    stage.Save()
    aged(root / "b/model.gltf", root / "layer.usda")
    return root


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are read for what they name, from here on."""
    files: list[str] = []
    real = sidecars.named

    def noted(file: Path, state: State) -> list[str] | None:
        files.append(file.name)
        return real(file, state)

    monkeypatch.setattr(sidecars, "named", noted)
    return files


def pictures(folder: Path) -> list[str]:
    return sorted(path for path in rows(folder) if path.endswith(".png"))


def test_a_run_in_which_nothing_changed_reads_none_of_them(pictured: Path, folder: Path, asked: list[str]) -> None:
    index([pictured], folder)
    assert sorted(asked) == ["layer.usda", "model.gltf", "palette.mtl", "palette.mtl"]
    assert pictures(folder) == ["a/photo.png", "b/photo.png"]
    asked.clear()
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != layout.LOCK}
    summary = index([pictured], folder)
    assert (asked, summary.skipped["companion"]) == ([], 6)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != layout.LOCK} == before
    assert remembered(folder)[f"{pictured}/layer.usda"] == ["grain.png"]


def test_what_a_changed_material_names_anew_leaves_the_index(pictured: Path, folder: Path, asked: list[str]) -> None:
    index([pictured], folder)
    asked.clear()
    write_mtl(pictured / "a/palette.mtl", "wood.png", "photo.png", seconds=30)
    assert index([pictured], folder).removed == 1
    assert asked == ["palette.mtl"] and pictures(folder) == ["b/photo.png"]
    write_mtl(pictured / "a/palette.mtl", "photo.png", seconds=20)
    assert index([pictured], folder).embedded == 1
    assert pictures(folder) == ["a/wood.png", "b/photo.png"]


def test_a_file_that_was_changed_a_moment_ago_is_not_trusted(pictured: Path, folder: Path) -> None:
    material, other = pictured / "a/palette.mtl", "newmtl x\nmap_Kd photo.png\n"
    material.write_text("newmtl x\nmap_Kd wood.png \n")
    assert len(other) == material.stat().st_size
    index([pictured], folder)
    assert str(material) not in remembered(folder)
    then = material.stat().st_mtime_ns
    material.write_text(other)
    os.utime(material, ns=(then, then))  # within what the file system tells apart
    index([pictured], folder)
    assert pictures(folder) == ["a/wood.png", "b/photo.png"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda data: b"{}",
        lambda data: gzip.compress(b"[" * 200_000),
        lambda data: gzip.compress(b'{"rules": "0.0.1 0", "files": {}}'),
        *(
            lambda data, files=files: gzip.compress(
                json.dumps(json.loads(gzip.decompress(data)) | {"files": files}).encode()
            )
            for files in ([], {"a": 1}, {"a": {"b": 1}}, {"a": {"b": [1, 2]}}, {"a": {"b": [1, 2, 3]}})
        ),
    ],
)
def test_a_damaged_memory_is_none(pictured: Path, folder: Path, asked: list[str], damage: Callable[[bytes], bytes]):
    index([pictured], folder)
    whole = (folder / layout.NAMING).read_bytes()
    (folder / layout.NAMING).write_bytes(damage(whole))
    asked.clear()
    assert counts(index([pictured], folder)) == {"unchanged": 3}
    assert len(asked) == 4 and (folder / layout.NAMING).read_bytes() == whole


def test_a_memory_that_cannot_be_written_is_none(pictured: Path, folder: Path, asked: list[str]) -> None:
    index([pictured], folder)
    (folder / layout.NAMING).unlink()
    (folder / layout.NAMING).mkdir()
    assert counts(index([pictured], folder)) == {"unchanged": 3} and not list(folder.glob("*.tmp"))


def test_what_is_gone_is_forgotten(pictured: Path, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_picture(other / "photo.png", (1, 2, 3))
    write_mtl(other / "x.mtl", "x.png")
    index([pictured, other], folder)
    assert len(remembered(folder)) == 5
    (pictured / "a/palette.mtl").unlink()
    (pictured / "b/model.gltf").unlink()
    index([pictured / "b"], folder)
    assert f"{pictured}/b/model.gltf" not in remembered(folder)
    assert f"{pictured}/a/palette.mtl" in remembered(folder), "nobody looked there"
    index([pictured], folder)
    known = [f"{other}/x.mtl", f"{pictured}/b/palette.mtl", f"{pictured}/layer.usda"]
    assert sorted(remembered(folder)) == known
    remove(folder, [str(other)])
    index([pictured], folder)
    assert sorted(remembered(folder)) == known[1:]
    (pictured / "b/palette.mtl").unlink()
    (pictured / "layer.usda").unlink()
    index([pictured], folder)
    assert not (folder / layout.NAMING).exists()


def test_a_corpus_that_takes_over_another_keeps_what_is_known(pictured: Path, folder: Path, asked: list[str]) -> None:
    index([pictured / "a"], folder)
    asked.clear()
    index([pictured], folder)
    assert sorted(asked) == ["layer.usda", "model.gltf", "palette.mtl"] and len(remembered(folder)) == 4


def test_files_named_one_by_one_forget_nothing(pictured: Path, folder: Path, asked: list[str]) -> None:
    index([pictured], folder)
    asked.clear()
    index([pictured / "a/photo.png"], folder)
    assert not asked and len(remembered(folder)) == 4


def test_everything_again_reads_them_again(pictured: Path, folder: Path, asked: list[str]) -> None:
    index([pictured], folder)
    asked.clear()
    index([pictured], folder, again=True)
    assert len(asked) == 4 and len(remembered(folder)) == 4


def test_members_of_archives_are_remembered_by_their_bytes(pictured: Path, folder: Path, asked: list[str]) -> None:
    pack = packed(pictured.with_name("kit.zip"), pictured)
    index([pack], folder)
    asked.clear()
    assert index([pack], folder).skipped["companion"] == 6 and not asked
    write_mtl(pictured / "a/palette.mtl", "photo.png")
    packed(pack, pictured)
    index([pack], folder)
    assert asked == ["palette.mtl"]
    assert [path.removeprefix("kit.zip/") for path in pictures(folder)] == ["a/wood.png", "b/photo.png"]


def test_readers_use_it_and_write_nothing(pictured: Path, folder: Path, asked: list[str]) -> None:
    index([pictured], folder)
    asked.clear()
    before = (folder / layout.NAMING).stat()
    write_mtl(pictured / "a/palette.mtl", "photo.png", seconds=30)
    found = left_out(Snapshot.open(folder), "*.png", lambda *_: None)
    assert asked == ["palette.mtl"] and f"{pictured}/a/photo.png" in [one.path for one in found.left_out]
    assert (folder / layout.NAMING).stat() == before


def test_it_is_part_of_the_index(pictured: Path, folder: Path, asked: list[str]) -> None:
    index([pictured], folder)
    asked.clear()
    assert not check(folder).damaged
    compact(folder)
    (folder / layout.NAMING).write_bytes(b"damaged")
    assert not check(folder).damaged, "it is made again by itself"


def test_a_corpus_without_pictures_has_none(corpus: Path, folder: Path) -> None:
    write_mtl(corpus / "tall/a.mtl", "wood.png")
    index([corpus], folder)
    assert not (folder / layout.NAMING).exists()


@pytest.mark.parametrize(
    ("name", "module", "function", "error"),
    [
        ("layer.usda", usd, "named_by", FileProblem("unsupported", "needs usd-core.")),
        ("scene.blend", blend, "pictures_of", MemoryError()),
    ],
)
def test_what_cannot_be_told_now_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: Any, function: str, error: BaseException
) -> None:
    def fails(_: object) -> list[str]:
        raise error

    (tmp_path / name).write_text("#usda 1.0\n")
    aged(tmp_path / name)
    monkeypatch.setattr(module, function, fails)
    state = archives.look(tmp_path / name)
    naming = Naming(tmp_path)
    assert not naming.named(tmp_path / name, state)
    naming.save([Corpus(tmp_path)], [])
    monkeypatch.setattr(module, function, lambda _: ["grain.png"])
    assert Naming(tmp_path).named(tmp_path / name, state) == ["grain.png"]
