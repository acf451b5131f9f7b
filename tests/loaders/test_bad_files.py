"""Bad files: every fault has its kind and a cure, and nothing but a FileProblem ever comes out."""

from __future__ import annotations

import io
import json
import logging
import os
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs, files
from retriever.loaders import points as clouds
from retriever.types import AudioInput, ImageInput, PointCloud, ShapeInput

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
FILES = sorted(path.name for path in CHAIRS.iterdir() if loaders.modality_of(path))
SHAPE = ShapeInput(points=64, color=0.5)
INPUTS = Inputs(SHAPE)
MEDIA = Inputs(SHAPE, image=ImageInput(), audio=AudioInput())
SUFFIXES = sorted({Path(name).suffix for name in FILES})


def problem(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        loaders.load(path, INPUTS)
    return caught.value


def written(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def glb(tree: object, binary: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(binary), 0x004E4942) + binary if binary else b""
    return struct.pack("<4sII", b"glTF", 2, length or 12 + len(chunks)) + chunks


def npy(shape: tuple[int, ...], dtype: str = "<f4", data: bytes = b"") -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue() + data


def archive(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


PLY = "ply\nformat {} 1.0\nelement vertex {}\nproperty float x\nproperty float y\nproperty float z\n"
PCD = "FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH {0}\nHEIGHT 1\nPOINTS {0}\nDATA {1}\n"
HUGE_ACCESSOR = {"asset": {"version": "2.0"}, "accessors": [{"count": 10**12, "componentType": 5126, "type": "VEC3"}]}
MADE_UP_ACCESSORS = {"asset": {"version": "2.0"}, "accessors": [{"count": 10**7, "type": "VEC3"}] * 7}
NPY_OBJECT = npy((3,), "|O", b"\x80\x04]\x94.")

CASES = [
    ("a.stl", b"\0" * 80 + struct.pack("<I", 10**9) + b"\0" * 500, "truncated"),
    ("a.stl", b"\0" * 84, "empty"),
    ("a.stl", archive(**{"chair.stl": (CHAIRS / "chair.stl").read_bytes()}), "malformed"),
    ("a.stl", b"solid a\nendsolid a\n", "empty"),
    ("a.stl", "solid a\n facet normal 0 0 1\n outer loop\n vertex 0 0 0\n vertex 1 0 0\n", "truncated"),
    ("a.stl", "solid a\n facet\n vertex 0 0 0\n vertex 1 0 x\n vertex 0 1 0\nendsolid a", "malformed"),
    ("a.ply", PLY.format("binary_little_endian", 10**9) + "end_header\n", "truncated"),
    ("a.ply", PLY.format("ascii", 10**9) + "end_header\n0 0 0\n", "truncated"),
    ("a.ply", PLY.format("ascii", 2) + "end_header\n0 0 0\n1 1\n", "truncated"),
    ("a.ply", PLY.format("ascii", 0) + "end_header\n", "empty"),
    ("a.ply", PLY.format("ascii", -1) + "end_header\n", "malformed"),
    ("a.ply", PLY.format("ebcdic", 1) + "end_header\n0 0 0\n", "malformed"),
    ("a.ply", PLY.format("ascii", 1), "malformed"),
    ("a.off", "OFF\n1000000000 5 0\n0 0 0\n", "truncated"),
    ("a.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n", "malformed"),
    ("a.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1\n", "malformed"),
    ("a.off", "OFF\n0 0 0\n", "empty"),
    ("a.off", "OFF BINARY\n3 1 0\n", "unsupported"),
    ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "malformed"),
    ("a.obj", "# nothing\n", "empty"),
    ("a.obj", "v nan nan nan\nv nan 0 0\nv nan 1 0\nf 1 2 3\n", "not-finite"),
    ("a.obj", "v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n", "no-surface"),
    ("line.obj", "v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n", "no-surface"),
    ("a.glb", glb({"asset": {"version": "2.0"}}, length=10**9), "truncated"),
    ("a.glb", glb({"asset": {"version": "2.0"}}), "empty"),
    ("a.glb", b"glTF\1\0\0\0" + b"\0" * 12, "unsupported"),
    ("a.glb", glb(HUGE_ACCESSOR), "truncated"),
    ("a.glb", glb([]), "malformed"),
    ("a.gltf", "{", "malformed"),
    ("a.gltf", json.dumps(MADE_UP_ACCESSORS), "too-large"),
    ("a.3mf", archive(a=b"x"), "malformed"),
    ("a.dae", "<COLLADA></COLL", "malformed"),
    ("a.xyz", "1 2 3\n4 5\n", "malformed"),
    ("a.xyz", "1 2 3\n4 5 six\n", "malformed"),
    ("a.xyz", "# a comment\n", "empty"),
    ("a.pts", "1000000000\n1 2 3\n", "truncated"),
    ("a.pcd", PCD.format(10**9, "binary"), "truncated"),
    ("a.pcd", PCD.format(10**9, "ascii") + "0 0 0\n", "truncated"),
    ("a.pcd", PCD.format(5, "binary_compressed"), "truncated"),
    ("a.pcd", PCD.format(0, "ascii"), "empty"),
    ("a.pcd", PCD.replace("x y z", "x y q").format(1, "ascii") + "0 0 0\n", "malformed"),
    ("a.npy", npy((10**9, 3)), "truncated"),
    ("a.npy", npy((2**40, 2**40, 3)), "truncated"),
    ("a.npy", NPY_OBJECT, "unsupported"),
    ("a.npy", npy((4,), "<f4", b"\0" * 16), "malformed"),
    ("a.npz", archive(**{"points.npy": NPY_OBJECT}), "unsupported"),
    ("a.npz", archive(**{"a.npy": npy((3,), "<f4", b"\0" * 12)}), "malformed"),
    ("a.txt", " \n\t", "empty"),
    ("a.txt", b"\x7fELF\0\0", "malformed"),
    ("a.blend", b"BLENDER", "malformed"),
    ("a.blend", b"BLENDER-v300" + b"\0" * 9, "truncated"),
    ("a.blend", b"BLENDER17-02v0600" + b"\0" * 32, "unsupported"),
    ("a.max", b"BLENDER", "unsupported"),
]


@pytest.mark.parametrize(("name", "data", "kind"), CASES)
def test_each_fault_has_its_kind(tmp_path: Path, name: str, data: bytes | str, kind: str) -> None:
    found = problem(written(tmp_path, name, data))
    assert found.kind == kind, str(found)
    assert str(found).endswith(".")
    assert ";" in str(found), "the sentence ends with a cure"


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".txt"])
def test_empty_files(tmp_path: Path, suffix: str) -> None:
    assert problem(written(tmp_path, f"a{suffix}", b"")).kind == "empty"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 200, b"<html><body>404</body></html>"])
def test_other_content_under_a_3d_suffix(tmp_path: Path, suffix: str, data: bytes) -> None:
    assert problem(written(tmp_path, f"a{suffix}", data)).kind == "malformed"


@pytest.mark.parametrize("name", ["chair.glb", "chair.obj", "photo.png", "bark.wav", "note.txt"])
def test_a_pointer_of_git_lfs_is_said_to_be_one(tmp_path: Path, name: str) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 123456\n"
    with pytest.raises(FileProblem, match="git lfs pull") as caught:
        loaders.load(written(tmp_path, name, pointer), MEDIA)
    assert caught.value.kind == "missing-part"


def test_text_in_utf_16_without_its_mark_is_told_how_to_be_saved(tmp_path: Path) -> None:
    found = problem(written(tmp_path, "note.txt", "Ein alter Stuhl".encode("utf-16-le")))
    assert found.kind == "malformed" and "save it as UTF-8" in str(found)


def test_a_missing_buffer_is_named(tmp_path: Path) -> None:
    found = problem(written(tmp_path, "a.gltf", (CHAIRS / "chair.gltf").read_bytes()))
    assert found.kind == "missing-part"
    assert "chair.bin" in str(found)


def test_buffers_are_looked_for_near_the_file_only(tmp_path: Path) -> None:
    secret = written(tmp_path, "chair.bin", (CHAIRS / "chair.bin").read_bytes())
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    for name in (str(secret), "../../chair.bin"):
        text = (CHAIRS / "chair.gltf").read_text().replace("chair.bin", name)
        assert problem(written(deep, "a.gltf", text)).kind == "missing-part"


def test_unreadable_missing_and_special_files(tmp_path: Path) -> None:
    assert problem(tmp_path / "gone.obj").kind == "unreadable"
    (tmp_path / "folder.obj").mkdir()
    assert problem(tmp_path / "folder.obj").kind == "unreadable"
    os.mkfifo(tmp_path / "pipe.obj")
    assert problem(tmp_path / "pipe.obj").kind == "unreadable"
    with pytest.raises(FileProblem):
        loaders.content_hash(tmp_path / "gone.obj")


def test_permission_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.obj", "v 0 0 0\n")

    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)  # root reads what its mode forbids
    found = problem(path)
    assert (found.kind, "Permission denied" in str(found)) == ("unreadable", True)


def test_too_large(tmp_path: Path) -> None:
    with (tmp_path / "a.stl").open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)  # sparse: takes no room
    assert problem(tmp_path / "a.stl").kind == "too-large"


def test_archives_that_unpack_to_too_much(tmp_path: Path) -> None:
    path = written(tmp_path, "a.3mf", archive(**{"3D/3dmodel.model": b"x"}))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02") + 24  # the directory's unpacked size
    data[at : at + 4] = struct.pack("<I", 0xFFFFFFF0)
    assert problem(written(tmp_path, "b.3mf", bytes(data))).kind == "too-large"


def test_an_array_called_points_is_enough(tmp_path: Path) -> None:
    points = npy((3, 3), "<f4", np.eye(3, dtype="<f4").tobytes())
    path = written(tmp_path, "a.npz", archive(**{"names.npy": NPY_OBJECT, "normals.npy": points, "points.npy": points}))
    assert loaders.load(path, INPUTS).facts["vertices"] == 3


@pytest.mark.parametrize("change", [lambda text: b"\xef\xbb\xbf" + text, lambda text: text.replace(b".", b",")])
def test_ascii_stl_with_a_mark_in_front_or_decimal_commas(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    plain = (CHAIRS / "chair_ascii.stl").read_bytes()
    assert b"." in plain
    path = written(tmp_path, "a.stl", change(plain))
    expected = loaders.load(CHAIRS / "chair_ascii.stl", INPUTS).facts
    assert loaders.load(path, INPUTS).facts == expected


def test_binary_stl_with_bytes_after_its_end(tmp_path: Path) -> None:
    path = written(tmp_path, "a.stl", (CHAIRS / "chair.stl").read_bytes() + b"\0made by hand")
    assert loaders.load(path, INPUTS).facts["faces"] == 72


@pytest.mark.parametrize("count", [0, 2**32 - 1])
def test_binary_stl_that_was_written_as_a_stream(tmp_path: Path, count: int) -> None:
    whole = (CHAIRS / "chair.stl").read_bytes()
    path = written(tmp_path, "a.stl", whole[:80] + struct.pack("<I", count) + whole[84:])
    assert loaders.load(path, INPUTS).facts["faces"] == 72
    assert problem(written(tmp_path, "b.stl", path.read_bytes()[:-1])).kind in ("malformed", "truncated")


def test_modelnet_files_with_counts_on_the_first_line(tmp_path: Path) -> None:
    path = written(tmp_path, "a.off", "OFF4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 3\n")
    assert loaders.load(path, INPUTS).facts["faces"] == 2


def test_libraries_stay_silent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    logging.lastResort, last = logging.StreamHandler(), logging.lastResort
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            loaders.load(CHAIRS / "chair.glb", INPUTS)
            written(tmp_path, "a.obj", "mtllib none.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl x\nf 1 2 3\n")
            loaders.load(tmp_path / "a.obj", INPUTS)
            problem(written(tmp_path, "b.glb", (CHAIRS / "chair.glb").read_bytes()[:300]))
    finally:
        logging.lastResort = last
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", FILES)
def test_damaged_files_give_a_cloud_or_a_file_problem(tmp_path: Path, name: str) -> None:
    whole = (CHAIRS / name).read_bytes()
    random = np.random.default_rng(len(whole))
    (tmp_path / "chair.bin").write_bytes((CHAIRS / "chair.bin").read_bytes())
    cuts = [whole[:n] for n in random.integers(1, len(whole), 12)]
    flipped = []
    for count in (1, 1, 1, 2, 4, 8, 32, 128):
        data = bytearray(whole)
        head = min(len(data), 600)  # half of the damage in the header, where it does most
        for place in np.concatenate([random.integers(0, head, count), random.integers(0, len(data), count)]):
            data[place] ^= 1 << random.integers(0, 8)
        flipped.append(bytes(data))
    for data in cuts + flipped:
        path = written(tmp_path, name, data)
        try:
            payload = loaders.load(path, INPUTS).payload
        except FileProblem as found:
            assert found.kind != "unreadable"
            continue
        assert isinstance(payload, PointCloud)
        assert np.isfinite(payload.points).all()
        assert payload.colors is not None and ((payload.colors >= 0) & (payload.colors <= 1)).all()


def cloud_file(folder: Path, suffix: str, points: np.ndarray) -> Path:
    """The cloud in one of the formats of bare clouds."""
    path = folder / f"a{suffix}"
    lines = "\n".join(" ".join(map(str, row)) for row in points.tolist())
    match suffix:
        case ".npy":
            np.save(path, points)
        case ".npz":
            np.savez(path, points=points)
        case ".pcd":
            path.write_text(PCD.format(len(points), "ascii") + lines + "\n")
        case ".ply":
            path.write_text(PLY.format("ascii", len(points)) + f"end_header\n{lines}\n")
        case _:
            path.write_text(lines + "\n")
    return path


@pytest.mark.parametrize("suffix", [".xyz", ".asc", ".pts", ".npy", ".npz", ".pcd", ".ply"])
def test_clouds_of_one_point_of_equal_points_and_with_nan(tmp_path: Path, suffix: str) -> None:
    for points in (np.ones((1, 3)), np.full((50, 3), 0.25), np.full((3, 3), 1e-40)):
        assert problem(cloud_file(tmp_path, suffix, points)).kind == "no-surface"
    points = np.random.default_rng(0).random((50, 3))
    points[:10, 1] = np.nan
    loaded = loaders.load(cloud_file(tmp_path, suffix, points), INPUTS)
    assert loaded.facts["vertices"] == 40
    assert isinstance(loaded.payload, PointCloud) and np.isfinite(loaded.payload.points).all()
    points[:40, 2] = np.inf
    assert problem(cloud_file(tmp_path, suffix, points)).kind == "not-finite"


@pytest.mark.parametrize(
    ("points", "kind"),
    [
        (np.ones((1, 3)), "no-surface"),
        (np.zeros((9, 3)), "no-surface"),
        (np.full((9, 3), np.nan), "not-finite"),
        (np.full((9, 3), 1e300), "not-finite"),
    ],
)
def test_arrays_of_one_point_of_equal_points_and_with_nan(points: np.ndarray, kind: str) -> None:
    with pytest.raises(FileProblem) as caught:
        loaders.load_shape(points, SHAPE)
    assert caught.value.kind == kind and ";" in str(caught.value)


def test_small_files_of_more_points_than_are_read_are_refused_before_they_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clouds, "MAX_VERTICES", 9)
    bytes_ = npy((10, 3), "|u1", b"0" * 30)
    for name, data in {"a.npy": bytes_, "a.npz": archive(**{"points.npy": bytes_}), "a.xyz": "1 2 3\n" * 10}.items():
        assert problem(written(tmp_path, name, data)).kind == "too-large"
    assert problem(written(tmp_path, "b.npy", npy((10, 3), "|u1", b"0" * 27))).kind == "truncated"
    assert loaders.load(written(tmp_path, "c.npy", npy((9, 3), "|u1", bytes(range(27)))), INPUTS).payload is not None


def test_what_does_not_fit_into_memory_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise MemoryError

    path = written(tmp_path, "a.npz", archive(**{"points.npy": npy((9, 3), "|u1", bytes(range(27)))}))
    monkeypatch.setattr(clouds, "from_array", full)
    assert problem(path).kind == "too-large"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xyz", "0 0 0\n1 1\n2 2 2 5\n7 7 7\n"),
        ("a.asc", "0,0,0\n1,1\n2,2,2,5\n7,7,7\n"),
        ("a.pts", "0 0 0\n1 1\n2 2 2 5\n7 7 7\n"),
        ("a.pts", "4\n0  0 0\n1  1\n2  2 2 5 \n 7 7 7\n"),
        ("a.obj", "v 0 0 0\nv 1 0\nv 1 1 0 9\nv 5 5 5\nf 1 2 3\n"),
        ("a.off", "OFF\n4 1 0\n0 0 0\n1 0\n1 1 0 9\n5 5 5\n3 0 1 2\n"),
        ("a.off", "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n5 5 5\n3 0 1\n3 3 0 1 2\n"),
    ],
)
def test_a_line_with_too_little_is_not_made_up_for_by_one_with_too_much(tmp_path: Path, name: str, data: str) -> None:
    assert problem(written(tmp_path, name, data)).kind == "malformed"


@pytest.mark.parametrize("gap", [" ", "   ", "\t", " \t "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "  \n", "\n  "])
def test_even_lines_may_be_laid_out_in_any_way(tmp_path: Path, gap: str, end: str) -> None:
    rows = [("0", "0", "0"), ("-1e-3", "2.5E+2", ".5"), ("nan", "0", "1"), ("+7", "7.", "-7")]
    text = end.join(map(gap.join, rows)) + end
    points = [[0, 0, 0], [-0.001, 250, 0.5], [7, 7, -7]]
    off = f"OFF\n4 1 0\n{text}\n3 0 1 3\n"
    obj = "".join(f"v{gap}{gap.join(row)}{end}" for row in rows)
    for name, data in (("a.xyz", text), ("a.pts", text), ("a.off", off), ("a.obj", obj)):
        found = loaders.load_geometry(written(tmp_path, name, data))
        assert found.vertices[:2].tolist() == points[:2] and found.vertices[-1].tolist() == points[2]
