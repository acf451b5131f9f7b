"""Stacks of clouds as folders: what a path into one gives, and every way in which a stack can be bad."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pytest
from rights import run_without_rights
from stacks import CLOUDS, LABELS, write_hdf5, write_npy, write_packed

from retriever import archives, loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.types import PointCloud, ShapeInput

INPUTS = Inputs(ShapeInput(points=64, color=0.5))
WRITERS: dict[str, Callable[[Path], Path]] = {"s.npy": write_npy, "s.h5": write_hdf5, "s.HDF5": write_packed}


def below(folder: Path) -> dict[str, bool]:
    """Every path in a folder, and whether it is one."""
    found = {}
    for entry in archives.listing(folder):
        found[entry.name] = entry.is_dir()
        if entry.is_dir():
            found |= {f"{entry.name}/{name}": is_dir for name, is_dir in below(folder / entry.name).items()}
    return found


@pytest.mark.parametrize("name", WRITERS)
def test_each_cloud_is_a_file_of_its_own(name: str, tmp_path: Path):
    stack = WRITERS[name](tmp_path / name)
    assert archives.is_archive(stack) and archives.refused(stack) == 0 and not archives.is_damaged(stack)
    members = [path for path, is_dir in below(stack).items() if not is_dir]
    assert len(members) == len(CLOUDS) and archives.first(stack) in members
    for path in members:
        member, cloud = stack / path, CLOUDS[int(Path(path).stem)]
        np.testing.assert_array_equal(np.load(io.BytesIO(archives.read(member))), cloud)
        assert archives.read(member, 6) == b"\x93NUMPY" and archives.is_file(member)
        assert archives.look(member) == (len(archives.read(member)), stack.stat().st_mtime_ns)
        assert archives.holder(member) == stack
        with archives.opened(member) as file:
            assert file.read() == archives.read(member)
    one = loaders.load(stack / members[17], INPUTS)
    np.save(tmp_path / "alone.npy", CLOUDS[int(Path(members[17]).stem)])
    alone = loaders.load(tmp_path / "alone.npy", INPUTS)
    assert one.sha256 == alone.sha256 and isinstance(one.payload, PointCloud) and isinstance(alone.payload, PointCloud)
    np.testing.assert_array_equal(one.payload.points, alone.payload.points)


def test_names_and_classes(tmp_path: Path):
    assert list(below(write_npy(tmp_path / "s.npy")))[:2] == ["000000.npy", "000001.npy"]
    packed = below(write_packed(tmp_path / "s.h5"))
    assert {path for path, is_dir in packed.items() if is_dir} == {"chair", "night stand", "xbox"}
    assert [path for path in packed if path.startswith("night stand/")][:2] == [
        "night stand/000001.npy",
        "night stand/000004.npy",
    ]
    written = write_hdf5(tmp_path / "t.h5", label=[f"a/{label}".encode() for label in LABELS])
    assert {path for path, is_dir in below(written).items() if is_dir} == {"a chair", "a night stand", "a xbox"}


@pytest.mark.parametrize("kind", ["of one length", "of any length"])
def test_texts_are_names_of_folders_whatever_they_are(kind: str, tmp_path: Path):
    words = ["models", "~$x", "a.retriever", ".hidden", "3", "train", "b" * 5000, "Stühle", "cup.obj", "c/d"] * 4
    labels = np.array([word.encode() for word in words]) if kind == "of one length" else words
    folders = {path for path, is_dir in below(write_hdf5(tmp_path / "s.h5", label=labels)).items() if is_dir}
    plain = {"models", "x", "a retriever", "hidden", "3", "train", "b" * 60, "Stühle", "cup.obj", "c d"}
    assert folders == plain


@pytest.mark.parametrize(
    "labels", [None, np.arange(7), np.arange(40.0), np.arange(40), [b""] * 40, [b".."] * 40, np.zeros((40, 2), int)]
)
def test_labels_that_name_nothing_are_no_folders(labels: object, tmp_path: Path):
    stack = write_hdf5(tmp_path / "s.h5", labels=labels)
    assert not any(below(stack).values()) and len(below(stack)) == len(CLOUDS)


def test_names_of_classes_that_come_later_are_seen(tmp_path: Path):
    stack = write_packed(tmp_path / "s.h5")
    (tmp_path / "shape_names.txt").unlink()
    assert archives.first(stack) == "000000.npy"
    (tmp_path / "shape_names.txt").write_text("a\nb\nc\n")
    assert archives.first(stack) == "a/000000.npy"


def test_numbers_of_classes_beyond_their_names_are_told(tmp_path: Path):
    stack = write_packed(tmp_path / "s.h5")
    (tmp_path / "shape_names.txt").write_text("chair\n\ntable\n")
    with pytest.raises(
        FileProblem, match=r"labels of 0 to 2, and shape_names.txt beside it names 2 classes; give that a"
    ):
        list(archives.listing(stack))


@pytest.mark.parametrize("name", ["data", "points", "pc", "xyz", "partial"])
def test_the_array_of_clouds_is_found(name: str, tmp_path: Path):
    stack = write_hdf5(tmp_path / "s.h5", **({"data": None, "index": np.zeros((40, 8, 3), int)} | {name: CLOUDS}))
    assert len(below(stack)) == len(CLOUDS)
    named = write_hdf5(tmp_path / "t.h5", **({"data": None, "a": CLOUDS + 1} | {name: CLOUDS}))
    if name == "partial":
        with pytest.raises(
            FileProblem, match=r"holds a \(40, 32, 3\), partial \(40, 32, 3\) where one .*; call it data"
        ):
            list(archives.listing(named))
    else:
        np.testing.assert_array_equal(np.load(io.BytesIO(archives.read(named / "000003.npy"))), CLOUDS[3])


@pytest.mark.parametrize("columns", [3, 6, 7])
@pytest.mark.parametrize("kind", ["<f2", "<f4", ">f4", "<f8"])
def test_every_width_and_type_is_read(columns: int, kind: str, tmp_path: Path):
    clouds = np.random.default_rng(1).random((3, 5, columns)).astype(kind)
    stack = write_npy(tmp_path / "s.npy", clouds)
    for number, cloud in enumerate(clouds):
        member = archives.read(stack / f"{number:06}.npy")
        np.testing.assert_array_equal(np.load(io.BytesIO(member)), cloud)
    colored = loaders.load_geometry(stack / "000001.npy").colors
    assert (colored is not None) == (columns > 3)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((8, 3), np.float32),
        np.zeros((4, 32, 3), np.uint8),  # as well a picture
        np.zeros((4, 3, 32), np.float32),
        np.zeros((0, 32, 3), np.float32),
        np.zeros((2, 4, 32, 3), np.float32),
        np.float32(1),
        np.array([None]),
    ],
)
def test_other_arrays_are_no_stacks(array: np.ndarray, tmp_path: Path):
    path = write_npy(tmp_path / "s.npy", array)
    assert not archives.is_archive(path) and archives.holder(path) is None
    assert not archives.is_file(path / "000000.npy")
    with pytest.raises(NotADirectoryError):
        list(archives.listing(path))


def test_what_is_no_array_at_all_is_no_stack(tmp_path: Path):
    (tmp_path / "s.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr': __import__('os')}" + b" " * 99)
    (tmp_path / "d.npy").mkdir()
    assert not any(archives.is_archive(tmp_path / name) for name in ("s.npy", "d.npy", "gone.npy"))
    write_npy(tmp_path / "d.npy/000000.npy", CLOUDS[0])
    assert len(archives.read(tmp_path / "d.npy/000000.npy")) == archives.look(tmp_path / "d.npy/000000.npy")[0]


@pytest.mark.parametrize(
    "name",
    ["000040.npy", "000000", "0.npy", "0000000.npy", "chair/000000.npy", "000000.npy/x", "../s.npy", "-00001.npy", "x"],
)
def test_names_that_are_no_member(name: str, tmp_path: Path):
    stack = write_npy(tmp_path / "s.npy")
    assert not archives.is_file(stack / name) or name == "../s.npy"
    if name != "../s.npy":
        with pytest.raises(OSError, match=r"No such file|Not a directory"):
            archives.read(stack / name)


def test_a_cloud_lies_in_its_class_alone(tmp_path: Path):
    stack = write_packed(tmp_path / "s.h5")
    assert archives.is_file(stack / "chair/000000.npy")
    assert not any(archives.is_file(stack / name) for name in ("xbox/000000.npy", "000000.npy", "chair"))
    with pytest.raises(FileNotFoundError):
        list(archives.listing(stack / "table"))


def damage(stack: Path) -> None:
    data = stack.read_bytes()
    stack.write_bytes(data[: len(data) * 2 // 3])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("s.npy", "says 40 clouds and ends before them; copy or save it again"),
        ("s.h5", r"is no HDF5 file or a damaged one \(.*truncated.*\); download it again"),
        ("s.HDF5", r"is no HDF5 file or a damaged one \(.*truncated.*\); download it again"),
    ],
)
def test_a_file_that_ends_early(name: str, says: str, tmp_path: Path):
    stack = WRITERS[name](tmp_path / name)
    damage(stack)
    with pytest.raises(FileProblem, match=says):
        list(archives.listing(stack))
    assert archives.is_damaged(stack) and archives.first(stack) is None
    assert not archives.is_file(stack / "000000.npy")


def test_bytes_that_are_no_hdf5(tmp_path: Path):
    (tmp_path / "s.h5").write_bytes(b"<html>not found</html>")
    with pytest.raises(FileProblem, match="is no HDF5 file or a damaged one"):
        list(archives.listing(tmp_path / "s.h5"))


@pytest.mark.parametrize("name", WRITERS)
def test_a_stack_that_is_written_again_is_seen(name: str, tmp_path: Path):
    stack = WRITERS[name](tmp_path / name)
    first = archives.first(stack)
    assert first
    before = archives.read(stack / first)
    with h5py.File(stack, "r+") if name != "s.npy" else io.BytesIO() as file:
        if isinstance(file, h5py.File):
            file["data"][...] = CLOUDS + 1
        else:
            write_npy(stack, CLOUDS + 1)
    os.utime(stack, ns=(1, 1))  # as far as a clock of any precision tells
    after = archives.read(stack / first)
    np.testing.assert_array_equal(np.load(io.BytesIO(after)), np.load(io.BytesIO(before)) + 1)


def test_fortran_order_is_told(tmp_path: Path):
    stack = write_npy(tmp_path / "s.npy", np.asfortranarray(CLOUDS))
    with pytest.raises(FileProblem, match=r"in Fortran order; save numpy.ascontiguousarray of the array"):
        list(archives.listing(stack))


def test_a_small_file_cannot_claim_a_great_many(tmp_path: Path):
    with h5py.File(tmp_path / "s.h5", "w") as file:
        file.create_dataset("data", (10**9, 8, 3), np.float32, chunks=(1, 8, 3))
    with pytest.raises(FileProblem, match=r"more than the 4,000,000 clouds that are read; split it"):
        list(archives.listing(tmp_path / "s.h5"))
    with h5py.File(tmp_path / "t.h5", "w") as file:
        file.create_dataset("data", (2, 10**9, 3), np.float32, chunks=(1, 8, 3))
    with pytest.raises(FileProblem, match="over the limit"):
        loaders.load(tmp_path / "t.h5/000000.npy", INPUTS)


def test_a_file_leads_to_no_other(tmp_path: Path):
    write_hdf5(tmp_path / "secret.h5")
    (tmp_path / "raw").write_bytes(CLOUDS.tobytes())
    with h5py.File(tmp_path / "s.h5", "w") as file:
        file["data"] = h5py.ExternalLink("secret.h5", "/data")
        file["points"] = h5py.SoftLink("/data")
        file.create_dataset("pc", CLOUDS.shape, np.float32, external=str(tmp_path / "raw"))
        layout = h5py.VirtualLayout(CLOUDS.shape, np.float32)
        layout[...] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "data", CLOUDS.shape)
        file.create_virtual_dataset("xyz", layout)
    with pytest.raises(FileProblem, match="holds no array at all where one array of clouds"):
        list(archives.listing(tmp_path / "s.h5"))


def test_without_h5py_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stack = write_hdf5(tmp_path / "s.h5")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(
        FileProblem, match=r"pip install 'any3d-retriever\[hdf5\]', or save its clouds as one NPY array"
    ):
        list(archives.listing(stack))


@pytest.mark.parametrize("name", WRITERS)
def test_threads_read_side_by_side(name: str, tmp_path: Path):
    stack = WRITERS[name](tmp_path / name)
    members = [path for path, is_dir in below(stack).items() if not is_dir] * 5
    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda path: archives.read(stack / path), members))
    for path, data in zip(members, read, strict=True):
        np.testing.assert_array_equal(np.load(io.BytesIO(data)), CLOUDS[int(Path(path).stem)])


def test_a_stack_that_may_not_be_read(tmp_path: Path):
    stack = write_hdf5(tmp_path / "s.h5")
    stack.chmod(0)
    code = """
import sys
from pathlib import Path
from retriever import archives
try:
    list(archives.listing(Path(sys.argv[1])))
except OSError as error:
    print(type(error).__name__)
"""
    assert run_without_rights(code, stack) == "PermissionError\n"
