"""The files of hits and items in a folder of their own."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import simple_space
from commands import run
from scene_files import write_scene
from small_corpus import write_box, write_gltf, write_paint, write_painted, write_picture
from zips import packed

import retriever
from cli import queried
from indexer.build import index
from retriever import archives, loaders
from retriever.errors import UsageError
from retriever.query import copied
from retriever.query.browse import Items
from retriever.query.copied import copy_files
from retriever.query.item import Item
from retriever.types import Modality


@pytest.fixture(autouse=True)
def _simple_space(monkeypatch: pytest.MonkeyPatch) -> None:
    simple_space.stand_in(monkeypatch)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A painted box, a triangle in two files, a scene, and a picture."""
    folder = tmp_path / "corpus"
    write_painted(folder / "boxes/box.obj", "../paint/palette.mtl")
    (folder / "paint").mkdir()
    write_paint(folder / "paint/palette.mtl", (1, 0, 0))
    (folder / "parts").mkdir()
    write_gltf(folder / "parts", 2)
    write_scene(folder / "kit.glb", Crate=(1, 1, 1), Pole=(1, 9, 1))
    write_picture(folder / "red.png", (220, 20, 20))
    return folder


@pytest.fixture
def folder(corpus: Path, tmp_path: Path) -> Path:
    index(corpus, tmp_path / "index", objects=True)
    return tmp_path / "index"


def lying(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_files_lie_below_the_folder_as_below_their_root_with_what_they_need(corpus: Path, folder: Path):
    picks = folder.parent / "picks"
    done = retriever.open(folder).browse(to="any").copy_files(picks)
    assert not done.failed and {path.relative_to(picks).as_posix() for path in done.files} == lying(picks)
    assert lying(picks) == {
        *("boxes/box.obj", "paint/palette.mtl", "parts/t.gltf", "parts/t.bin", "red.png"),
        *("kit.glb", "kit/Crate.ply", "kit/Pole.ply"),
    }
    assert (picks / "kit/Pole.ply").read_bytes() == archives.read(corpus / "kit.glb/Pole.ply")
    for name in ("boxes/box.obj", "kit.glb", "red.png"):
        assert (picks / name).read_bytes() == (corpus / name).read_bytes()
    box = loaders.load_geometry(picks / "boxes/box.obj")
    assert box.colors is not None and box.colors[0].tolist() == [1, 0, 0]


def test_the_files_of_hits_are_copied_beside_what_is_printed(corpus: Path, folder: Path):
    picks = folder.parent / "picks"
    asked = ("query", "--shape", corpus / "kit.glb/Pole.ply", "-k", "1", "--index", folder, "--files", picks)
    done = run(*asked)
    assert (done.exit_code, done.stderr) == (0, f"1 file copied to {picks}\n") and "kit.glb/Pole.ply" in done.stdout
    assert lying(picks) == {"kit/Pole.ply"}
    again = run(*asked)
    assert again.exit_code == 2 and f"--files {picks} is not empty" in again.stderr and not again.stdout
    listed = run("items", "--where", "name = 'crate'", "--index", folder, "--files", folder.parent / "one")
    assert (listed.stdout, lying(folder.parent / "one")) == ("", {"kit/Crate.ply"})


def test_members_of_archives_become_files(corpus: Path, tmp_path: Path):
    (corpus / "kit.glb").unlink()
    index(packed(tmp_path / "packs/media.zip", corpus), tmp_path / "index")
    retriever.open(tmp_path / "index").browse().copy_files(tmp_path / "picks")
    assert lying(tmp_path / "picks") == {
        f"media/{name}" for name in ("boxes/box.obj", "paint/palette.mtl", "parts/t.gltf", "parts/t.bin", "red.png")
    }


def test_two_files_that_would_lie_in_one_place_lie_beside_each_other(corpus: Path, tmp_path: Path):
    write_scene(corpus / "kit.glb", Crate=(1, 1, 1), Pole=(1, 9, 1))
    write_box(corpus / "kit/Crate.off", (1, 2, 3)).rename(corpus / "kit/Crate.ply")
    (corpus / "kit/Crate.ply").write_bytes(archives.read(corpus / "kit.glb/Pole.ply"))
    write_box(tmp_path / "other/corpus/red.off", (3, 2, 1))
    index([corpus, tmp_path / "other/corpus"], tmp_path / "index", objects=True)
    retriever.open(tmp_path / "index").browse(to="shape").copy_files(tmp_path / "picks")
    found = lying(tmp_path / "picks")
    assert {"corpus/kit/Crate.ply", "corpus/kit/Crate (2).ply", "corpus/kit.glb", "corpus (2)/red.off"} <= found


def test_what_is_gone_is_said(corpus: Path, folder: Path):
    (corpus / "red.png").unlink()
    write_scene(corpus / "kit.glb", Box=(1, 2, 3))
    picks = folder.parent / "picks"
    done = run("items", "--index", folder, "--files", picks)
    assert done.exit_code == 3 and lying(picks) >= {"kit.glb", "boxes/box.obj"}
    assert [line.split()[1] for line in done.stderr.splitlines()[1:]] == [
        "kit.glb/Crate.ply",
        "kit.glb/Pole.ply",
        "red.png",
    ]


def test_files_are_there_before_a_list_whose_reader_may_go_away(folder: Path, monkeypatch: pytest.MonkeyPatch):
    there: list[set[str]] = []
    monkeypatch.setattr(queried, "deliver", lambda *_, **__: there.append(lying(folder.parent / "picks")))
    monkeypatch.setattr(Items, "json_parts", lambda _: there.append(lying(folder.parent / "more")) or ())
    run("query", "--where", "name = 'pole'", "--text", "tall", "--index", folder, "--files", folder.parent / "picks")
    run("items", "--json", "--where", "name = 'pole'", "--index", folder, "--files", folder.parent / "more")
    assert there == [{"kit/Pole.ply"}] * 2


def test_a_folder_that_cannot_be_meant_is_refused(folder: Path, tmp_path: Path):
    (tmp_path / "file").write_text("here")
    found = retriever.open(folder).browse()
    for wrong, said in ((tmp_path / "file", "is a file"), (tmp_path / "no/where", "there is no folder")):
        with pytest.raises(UsageError, match=said):
            found.copy_files(wrong)
    with pytest.raises(UsageError, match="cannot be written to"):
        found.copy_files(tmp_path / ("long" * 100))
    assert run("items", "--index", folder, "--files", "-").exit_code == 2
    (tmp_path / "empty").mkdir()
    assert len(found.copy_files(tmp_path / "empty").files) == 8
    asked = tmp_path / "asked.jsonl"
    asked.write_text('{"text": "a box"}\n')
    refused = run("query", "--batch", asked, "--index", folder, "--files", tmp_path / "new")
    assert refused.exit_code == 2 and not (tmp_path / "new").exists()


def item(root: Path, path: str) -> Item:
    return Item("0" * 16, path, str(root), Modality.SHAPE, None, {})


def test_rows_that_lead_elsewhere_copy_nothing(corpus: Path, folder: Path, tmp_path: Path):
    """An index may come from somebody else."""
    (corpus.parent / "secret.off").write_text("OFF")
    os.mkfifo(corpus / "endless.off")
    paths = ("../secret.off", "/etc/passwd", str(corpus.parent / "secret.off"), "endless.off", "a\0.off")
    done = copy_files([item(corpus, path) for path in paths], tmp_path / "picks", several_roots=False)
    assert len(done.failed) == 5 and not lying(tmp_path / "picks")


def test_nothing_is_written_outside_the_folder(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_box(corpus / "...zip/a.off", (1, 2, 3))
    write_box(corpus / "b.off", (1, 2, 3))
    (tmp_path / "own/paint").mkdir(parents=True)
    (tmp_path / "own/paint/palette.mtl").write_text("mine")
    (tmp_path / "own/picks").mkdir()
    monkeypatch.chdir(tmp_path / "own/picks")
    copy_files([item(corpus, "...zip/a.off"), item(corpus / "boxes", "box.obj")], Path(), several_roots=False)
    assert lying(tmp_path / "own/picks") == {"...zip/a.off", "boxes/box.obj", "paint/palette.mtl"}
    items = [item(corpus / "boxes/..", "b.off"), item(corpus / "boxes", "box.obj")]
    copy_files(items, Path("../picks/../more"), several_roots=True)
    assert lying(tmp_path / "own/more") == {"corpus/b.off", "boxes/box.obj", "paint/palette.mtl"}
    assert (tmp_path / "own/paint/palette.mtl").read_text() == "mine"
    assert {path.name for path in (tmp_path / "own").iterdir()} == {"paint", "picks", "more"}


def test_models_keep_their_own_materials(tmp_path: Path):
    """Also where two corpora, or an archive and a folder, are called the same."""
    for place, color in (("one/assets", (1, 0, 0)), ("two/assets", (0, 1, 0)), ("three/kit", (0, 0, 1))):
        write_painted(tmp_path / place / "box.obj", "palette.mtl")
        write_paint(tmp_path / place / "palette.mtl", color)
    packed(tmp_path / "three/kit.zip", tmp_path / "one/assets")
    roots = [tmp_path / "one/assets", tmp_path / "two/assets"]
    copy_files([item(root, "box.obj") for root in roots], tmp_path / "picks", several_roots=True)
    paths = ["kit.zip/box.obj", "kit/box.obj"]
    copy_files([item(tmp_path / "three", path) for path in paths], tmp_path / "more", several_roots=False)
    for place, color in (
        ("picks/assets", [1, 0, 0]),
        ("picks/assets (2)", [0, 1, 0]),
        ("more/kit", [1, 0, 0]),
        ("more/three/kit", [0, 0, 1]),
    ):
        box = loaders.load_geometry(tmp_path / place / "box.obj")
        assert box.colors is not None and box.colors[0].tolist() == color


def test_a_name_that_cannot_be_written_ends_no_copying(corpus: Path, tmp_path: Path):
    long = f"{'k' * 300}.off"
    write_box(corpus / "kit.off", (1, 2, 3))
    with zipfile.ZipFile(corpus / "kit.off.zip", "w") as archive:
        archive.write(corpus / "kit.off", "kit.off")
        archive.write(corpus / "kit.off", long)
    paths = ["kit.off", "kit.off.zip/kit.off", f"kit.off.zip/{long}", "boxes/box.obj"]
    done = copy_files([item(corpus, path) for path in paths], tmp_path / "picks", several_roots=False)
    assert [path for path, _ in done.failed] == [f"kit.off.zip/{long}"]
    assert lying(tmp_path / "picks") == {"kit.off", "corpus/kit.off/kit.off", "boxes/box.obj", "paint/palette.mtl"}


def test_what_is_copied_in_part_is_taken_away(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(file: Path) -> Iterator[bytes]:
        yield b"OFF"
        raise KeyboardInterrupt

    monkeypatch.setattr(copied, "_parts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        copy_files([item(corpus, "boxes/box.obj")], tmp_path / "picks", several_roots=False)
    assert not lying(tmp_path / "picks")


def test_maps_that_are_not_looked_at_come_along(corpus: Path, folder: Path):
    """Whoever opens the copy wants its normals as well."""
    for name in ("wood.png", "wood_normal.png", "shine.png", "other.png"):
        write_picture(corpus / "paint" / name, (10, 200, 30))
    paint = corpus / "paint/palette.mtl"
    paint.write_text(
        f"{paint.read_text()}map_Kd wood.png\nmap_Bump -bm 0.2 wood_normal.png\nmap_Ks ../paint/shine.png\n"
    )
    index(corpus, folder)
    picks = folder.parent / "picks"
    retriever.open(folder).browse(where="path = 'boxes/box.obj'").copy_files(picks)
    assert lying(picks) == {
        *("boxes/box.obj", "paint/palette.mtl"),
        *("paint/wood.png", "paint/wood_normal.png", "paint/shine.png"),
    }
