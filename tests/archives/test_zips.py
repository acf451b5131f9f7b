"""Zip archives as folders: what a path into one gives, and every way in which an archive can be bad."""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pxr import UsdGeom
from rights import run_without_rights
from small_corpus import write_box, write_paint, write_painted, write_picture, write_tone
from usd_stages import square, stage
from zips import packed, patched

from retriever import archives, loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.loaders.usd import stage as usd_stage
from retriever.loaders.usd.stage import on_disk
from retriever.types import AudioInput, ImageInput, Loaded, PointCloud, ShapeInput

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
INPUTS = Inputs(ShapeInput(points=64, color=0.5), image=ImageInput(32), audio=AudioInput(16_000, 2.0))


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """An archive of one member, box.off, stored."""
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as file:
        file.write(write_box(tmp_path / "box.off", (1, 2, 3)), "box.off")
    return tmp_path / "pack.zip"


def same(one: Loaded, other: Loaded) -> None:
    """Fails where two files gave something else to the encoder, or other facts."""
    assert (one.sha256, one.facts, one.modality) == (other.sha256, other.facts, other.modality)
    for name in vars(one.payload):
        np.testing.assert_array_equal(getattr(one.payload, name), getattr(other.payload, name))


@pytest.mark.parametrize("name", sorted(path.name for path in CHAIRS.iterdir() if loaders.modality_of(path)))
def test_every_format_is_read_out_of_an_archive_as_from_disk(name: str, chairs: Path):
    member = chairs / "models" / name
    read = loaders.load(member, INPUTS)
    same(read, loaders.load(CHAIRS / name, INPUTS))
    assert [part.name for part in read.parts] == [part.name for part in loaders.load(CHAIRS / name, INPUTS).parts]
    assert all(part.state == archives.state(member.parent / part.name) for part in read.parts)
    assert len(loaders.load_geometry(member).vertices) == len(loaders.load_geometry(CHAIRS / name).vertices)


@pytest.fixture(scope="module")
def chairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = tmp_path_factory.mktemp("chairs") / "Chairs.ZIP"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in CHAIRS.iterdir():
            file.write(path, f"models/{path.name}")
    return archive


def test_pictures_sounds_and_notes(tmp_path: Path):
    files = [
        write_picture(tmp_path / "media/red.png", (200, 0, 0)),
        write_tone(tmp_path / "media/a.wav", 440),
        write_tone(tmp_path / "media/b.ogg", 440),
    ]
    (tmp_path / "media/note.txt").write_text("a note")
    archive = packed(tmp_path / "media.zip", tmp_path / "media")
    for file in files:
        same(loaders.load(archive / file.name, INPUTS), loaders.load(file, INPUTS))
        assert loaders.content_hash(archive / file.name) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (
        loaders.load(archive / "note.txt", INPUTS).payload == loaders.load(tmp_path / "media/note.txt", INPUTS).payload
    )


def test_companions_lie_in_the_archive_and_not_beside_it(tmp_path: Path):
    inside = tmp_path / "in"
    write_painted(inside / "models/a.obj", "../materials/paint.mtl")
    write_painted(inside / "b.obj", "../paint.mtl")
    (inside / "materials").mkdir()
    write_paint(inside / "materials/paint.mtl", (1, 0, 0))
    write_paint(tmp_path / "paint.mtl", (1, 0, 0))
    archive = packed(tmp_path / "pack.zip", inside)

    def color(path: Path) -> list[float] | None:
        cloud = loaders.load(path, INPUTS).payload
        assert isinstance(cloud, PointCloud)
        return None if cloud.colors is None else cloud.colors.mean(axis=0).tolist()

    assert color(archive / "models/a.obj") == color(inside / "models/a.obj") == [1, 0, 0]
    assert color(inside / "b.obj") == [1, 0, 0] != color(archive / "b.obj")


def test_usd_layers_that_refer_to_others_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "in/set").mkdir(parents=True)
    part = stage(tmp_path / "in/part.usdc")
    part.SetDefaultPrim(UsdGeom.Xform.Define(part, "/part").GetPrim())
    square(part, "/part/mesh")
    part.Save()
    made = stage(tmp_path / "in/set/a.usda")
    made.DefinePrim("/one", "Xform").GetReferences().AddReference("../part.usdc")
    made.DefinePrim("/two", "Xform").GetReferences().AddReference("gone.usda")
    made.Save()
    archive = packed(tmp_path / "pack.zip", tmp_path / "in")
    there = set(Path(tempfile.gettempdir()).glob("retriever-*"))
    read = loaders.load(archive / "set/a.usda", INPUTS)
    same(read, loaders.load(tmp_path / "in/set/a.usda", INPUTS))
    states = {part.name: part.state for part in read.parts}
    assert states == {"../part.usdc": archives.state(archive / "part.usdc"), "gone.usda": None}
    assert set(Path(tempfile.gettempdir()).glob("retriever-*")) <= there


def test_a_layer_that_names_more_than_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "in").mkdir()
    made = stage(tmp_path / "in/a.usda")
    made.DefinePrim("/one", "Xform").GetReferences().AddReference("b.usda")
    made.Save()
    (tmp_path / "in/b.usda").write_text("#usda 1.0\n" + "#" * 5000)
    archive = packed(tmp_path / "pack.zip", tmp_path / "in")
    with on_disk(archive / "a.usda") as copy:
        assert sorted(path.name for path in copy.parent.iterdir()) == ["a.usda", "b.usda"]
    assert not copy.parent.parent.exists()
    monkeypatch.setattr(usd_stage, "MAX_BYTES", 5000)
    with pytest.raises(FileProblem, match="names files of over 5000 bytes"), on_disk(archive / "a.usda"):
        pass


def test_what_a_path_into_an_archive_means(box: Path, tmp_path: Path):
    member = box / "box.off"
    crc = zlib.crc32((tmp_path / "box.off").read_bytes())
    assert archives.state(member) == (len((tmp_path / "box.off").read_bytes()), crc)
    assert archives.read(box / "models/../box.off") == archives.read(member) == (tmp_path / "box.off").read_bytes()
    assert archives.is_file(box) and archives.is_archive(box) and not archives.is_archive(member)
    assert archives.holder(member) == box and archives.holder(tmp_path / "box.off") is None
    for path in (box / "gone.off", box / "../box.off", box / "box.off/x", tmp_path / "no.zip/box.off"):
        assert not archives.is_file(path)
        with pytest.raises(OSError, match=r"such file|Not a directory"):
            archives.read(path)


@pytest.mark.parametrize(
    ("name", "is_one"), [("A.ZIP", True), ("..zip", True), (".zip", False), ("a.zip.off", False), ("a.zip\\b", False)]
)
def test_how_archives_are_called(box: Path, name: str, is_one: bool):
    path = box.rename(box.with_name(name))
    assert archives.is_archive(path) == archives.is_file(path / "box.off") == is_one
    assert archives.holder(path / "box.off") == archives.holder(path) == (path if is_one else None)


def test_an_archive_that_is_replaced_is_read_anew(box: Path, tmp_path: Path):
    before = archives.read(box / "box.off")
    with zipfile.ZipFile(box, "w") as file:
        file.write(write_box(tmp_path / "box.off", (5, 2, 3)), "box.off")
    assert archives.read(box / "box.off") == (tmp_path / "box.off").read_bytes() != before
    box.unlink()
    assert not archives.is_file(box / "box.off")


def test_a_folder_that_is_called_like_an_archive_is_one(tmp_path: Path):
    box = write_box(tmp_path / "kit.zip/box.off", (1, 2, 3))
    assert archives.read(box) == box.read_bytes() and archives.holder(box) is None
    assert [entry.name for entry in archives.listing(box.parent)] == ["box.off"]


def listed(archive: Path) -> dict[str, bool]:
    """Paths of all that is in an archive -> whether it is a folder."""
    found: dict[str, bool] = {}
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in archives.listing(archive / folder):
            found[f"{folder}{entry.name}"] = entry.is_dir()
            waiting += [f"{folder}{entry.name}/"] if entry.is_dir() else []
    return found


def test_names_of_members(tmp_path: Path):
    given = [
        "a\\b.off",
        "/c/d.off",
        "./e.off",
        "../f.off",
        "g/../../h.off",
        "C:\\i.off",
        "__MACOSX/a/._b.off",
        "j//k.off",
        "l/" * 200 + "m.off",
    ]
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as file:
        for name in given:
            info = zipfile.ZipInfo(name)
            info.filename = name
            file.writestr(info, name)
        file.writestr("empty/", b"")
        link = zipfile.ZipInfo("link.off")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    assert [name for name, folder in sorted(listed(tmp_path / "pack.zip").items()) if not folder] == [
        "a/b.off",
        "c/d.off",
        "e.off",
        "j/k.off",
        "link.off",
    ]
    assert archives.refused(tmp_path / "pack.zip") == 4
    assert archives.read(tmp_path / "pack.zip/a/b.off") == b"a\\b.off"
    assert not archives.is_file(tmp_path / "pack.zip/link.off")


def test_names_that_are_not_said_to_be_utf8(tmp_path: Path):
    utf8, latin = "stühle.off".encode(), "tür.off".encode("cp437")
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as file:
        file.writestr("x" * len(utf8), "a")
        file.writestr("y" * len(latin), "b")
    data = (tmp_path / "pack.zip").read_bytes()
    (tmp_path / "pack.zip").write_bytes(data.replace(b"x" * len(utf8), utf8).replace(b"y" * len(latin), latin))
    assert sorted(listed(tmp_path / "pack.zip")) == ["stühle.off", "tür.off"]


def test_of_members_with_one_name_the_last_counts(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as file:
        file.writestr("a.txt", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("a.txt", "last")
    assert archives.read(tmp_path / "pack.zip/a.txt") == b"last" and list(listed(tmp_path / "pack.zip")) == ["a.txt"]


def cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-30])


def spoiled(archive: Path) -> None:
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b"OFF", b"off", 1))


def shifted(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    place = struct.unpack("<I", data[-6:-2])[0]
    data[-6:-2] = struct.pack("<I", place + 50)
    archive.write_bytes(data)


FAULTS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no archive": (lambda path: path.write_text("<html>"), "malformed", "zip archive .* download"),
    "cut short": (cut, "malformed", "zip archive"),
    "other bytes": (spoiled, "malformed", "CRC"),
    "encrypted": (lambda path: patched(path, 8, b"\1\0"), "unsupported", "encrypted .* password"),
    "unusual method": (lambda path: patched(path, 10, b"\x09\0"), "unsupported", "unusual way"),
    "says too little": (lambda path: patched(path, 24, struct.pack("<I", 5)), "malformed", "CRC|size"),
    "says too much": (lambda path: patched(path, 24, struct.pack("<I", 1 << 20)), "malformed", "zip archive"),
    "says far too much": (lambda path: patched(path, 24, struct.pack("<I", (1 << 32) - 2)), "too-large", "limit"),
    "directory elsewhere": (shifted, "malformed", "zip archive"),
    "header elsewhere": (lambda path: patched(path, 42, b"\xff\xff\0\0", local=False), "malformed", "zip archive"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_archives_are_problems_of_the_file(fault: str, box: Path):
    spoil, kind, message = FAULTS[fault]
    spoil(box)
    with pytest.raises(FileProblem, match=message) as caught:
        loaders.load(box / "box.off", INPUTS)
    assert caught.value.kind == kind and str(caught.value).endswith(".")


def test_a_bomb_gives_no_more_than_its_directory_says(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "pack.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("a.off", b"\0" * (64 << 20))
    patched(tmp_path / "pack.zip", 24, struct.pack("<I", 1000))
    tracemalloc.start()
    with pytest.raises(FileProblem, match="damaged") as caught:
        loaders.load(tmp_path / "pack.zip/a.off", INPUTS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.kind == "malformed" and peak < 16 << 20


def test_a_member_is_copied_in_pieces(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "pack.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.wav", bytes(64 << 20))
    tracemalloc.start()
    with archives.opened(tmp_path / "pack.zip/a.wav") as copy:
        assert os.fstat(copy.fileno()).st_size == 64 << 20 and copy.read(1) == b"\0"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_an_archive_that_may_not_be_read(box: Path):
    box.chmod(0)
    script = """
import sys
from pathlib import Path
from retriever import loaders
from retriever.errors import FileProblem
try:
    loaders.load_geometry(Path(sys.argv[1]))
except FileProblem as problem:
    print(problem.kind, problem)
"""
    assert run_without_rights(script, box / "box.off").startswith("unreadable cannot be read (Permission denied)")


def test_threads_share_an_archive(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "pack.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(200):
            file.writestr(f"{number}.txt", str(number) * 5000)
    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda number: archives.read(tmp_path / f"pack.zip/{number}.txt"), range(200)))
    assert read == [(str(number) * 5000).encode() for number in range(200)]
    assert loaders.modality_of(tmp_path / "pack.zip") is None
