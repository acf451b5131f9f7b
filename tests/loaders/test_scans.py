"""Laser scans, their many points and odd colours; grids of heights; what LZF packs."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs, apart, las
from retriever.loaders.lzf import unpacked
from retriever.types import ShapeInput

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
INPUTS = Inputs(ShapeInput(points=1024, color=0.5))


def scan(path: Path, places: np.ndarray, kind: int = 2, **fields: np.ndarray) -> Path:
    """A LAS file of whole millimetres, of point format 0, 2 or 7, with bytes of another program behind each point."""
    names = {0: [("rest", "u1", 4)], 2: [("rest", "u1", 4), ("rgb", "<u2", 3)], 7: [("gps", "<f8"), ("rgb", "<u2", 3)]}
    front = [("p", "<i4", 3), ("i", "<u2")]
    middle = (
        [("r", "u1"), ("f", "u1"), ("class", "u1"), ("rest", "u1", 5)] if kind == 7 else [("f", "u1"), ("class", "u1")]
    )
    rows = np.zeros(len(places), [*front, *middle, *names[kind], ("more", "u1", 3)])
    rows["p"] = np.round(np.asarray(places) * 1000)
    for name, values in fields.items():
        rows[name] = values
    head = bytearray(375)
    head[:4], head[24], head[25] = b"LASF", 1, 4
    struct.pack_into("<HIIBHI", head, 94, 375, 375, 0, kind, rows.itemsize, 0)
    struct.pack_into("<6d", head, 131, 0.001, 0.001, 0.001, 4e6, 0, 0)
    struct.pack_into("<Q", head, 247, len(rows))
    path.write_bytes(bytes(head) + rows.tobytes())
    return path


PLACES = np.random.default_rng(0).random((100, 3))


@pytest.mark.parametrize(("kind", "withheld", "noise"), [(2, 0x81, 7), (7, 1, 18)])
def test_noise_and_what_is_withheld_are_left_out_unless_all_are(
    tmp_path: Path, kind: int, withheld: int, noise: int
) -> None:
    classes = np.full(100, 2)
    classes[:10] = noise
    fields = {"class": classes}
    if kind == 7:
        fields["f"] = np.repeat([0, 4], [80, 20])
    else:
        classes[80:] = withheld
    geometry = loaders.load_geometry(scan(tmp_path / "a.las", PLACES, kind, **fields), up="y")
    assert geometry.vertices == pytest.approx(PLACES[10:80] + [4e6, 0, 0], abs=0.0006)
    whole = scan(tmp_path / "b.las", PLACES, kind, **{"class": np.full(100, noise)})
    assert loaders.load(whole, INPUTS).facts["vertices"] == 100


@pytest.mark.parametrize(("most", "level"), [(65535, 1.0), (255, 1.0), (0, None), (256, 256 / 65535)])
def test_colours_are_of_16_bits_or_of_8(tmp_path: Path, most: int, level: float | None) -> None:
    colors = loaders.load_geometry(scan(tmp_path / "a.las", PLACES, rgb=np.full((100, 3), most))).colors
    assert (colors is None) if level is None else (colors is not None and (colors == np.float32(level)).all())
    assert loaders.load_geometry(scan(tmp_path / "b.las", PLACES, kind=0, i=np.arange(100))).colors is None


def test_of_many_points_every_so_many_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(las, "MOST_POINTS", 30)
    monkeypatch.setattr(las, "_BLOCK", 29 * 7)  # seven points at once
    geometry = loaders.load_geometry(scan(tmp_path / "a.las", PLACES), up="y")
    assert geometry.vertices == pytest.approx(PLACES[::4] + [4e6, 0, 0], abs=0.0006)
    monkeypatch.setattr(las, "MOST_POINTS", 501)  # of 1505
    packed = loaders.load_geometry(CHAIRS / "chair.laz").vertices
    monkeypatch.undo()
    assert (packed == loaders.load_geometry(CHAIRS / "chair.laz").vertices[::4]).all()


def test_scans_that_are_none(tmp_path: Path) -> None:
    whole = (CHAIRS / "chair.las").read_bytes()
    packed = (CHAIRS / "chair.laz").read_bytes()
    bad = {
        "a.las": (b"~VERSION INFORMATION\n VERS. 2.0 :\n" * 20, "malformed"),
        "b.las": (whole[:-1], "truncated"),
        "c.las": (whole[:104] + b"\x3f" + whole[105:], "unsupported"),
        "d.las": (whole[:105] + b"\x05\0" + whole[107:], "malformed"),
        "e.las": (whole[:107] + bytes(4) + whole[111:], "empty"),
        "a.laz": (packed[: len(packed) // 2], "malformed"),
        "b.laz": (packed.replace(b"laszip encoded", b"other encoded "), "malformed"),
    }
    for name, (data, kind) in bad.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(FileProblem, match=r";.*\.$") as caught:
            loaders.load(tmp_path / name, INPUTS)
        assert caught.value.kind == kind, name


def test_laz_without_lazrs_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lazrs.py").write_text("raise ImportError('No module named lazrs')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(apart, "_process", None)
    try:
        with pytest.raises(FileProblem, match=r"lazrs reads .*pip install 'any3d-retriever\[laz\]'") as caught:
            loaders.load(CHAIRS / "chair.laz", INPUTS)
        assert caught.value.kind == "unsupported"
        assert loaders.load(CHAIRS / "chair.las", INPUTS).facts["vertices"] == 1500
    finally:
        assert apart._process is not None
        apart._process.kill()
        apart._process.communicate()


GRID = "ncols 3\nNROWS 3\nxllcorner 500000\nyllcorner 4000000\ncellsize 10\nNODATA_value -9999\n"


def test_a_grid_of_heights(tmp_path: Path) -> None:
    (tmp_path / "a.asc").write_text(GRID + "1 2 3\n4 5 6\n7 8 -9999\n")
    loaded = loaders.load(tmp_path / "a.asc", INPUTS)
    assert (loaded.facts["vertices"], loaded.facts["faces"], loaded.facts["up"]) == (8, 6, "z")
    geometry = loaders.load_geometry(tmp_path / "a.asc", up="y")
    assert geometry.vertices[[0, 2, 7]].tolist() == [[0, 0, 1], [20, 0, 3], [10, -20, 8]]
    sides = geometry.vertices[geometry.faces]
    assert (np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0])[:, 2] > 0).all(), "all look up"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (GRID + "1 2 3\n4 5 6\n7 8\n", "truncated"),
        (GRID.replace("10", "wide") + "1 2 3\n" * 3, "malformed"),
        (GRID.replace("cellsize 10\n", "") + "1 2 3\n" * 3, "malformed"),
        (GRID.replace("ncols 3", "ncols 1") + "1\n" * 3, "empty"),
        (GRID + "1 2 three\n" * 3, "malformed"),
        (GRID + "-9999 -9999 -9999\n" * 3, "empty"),
        ("-----BEGIN PGP SIGNATURE-----\n\niQIzBAAB\n", "unsupported"),
    ],
)
def test_grids_that_are_none(tmp_path: Path, text: str, kind: str) -> None:
    (tmp_path / "a.asc").write_text(text)
    with pytest.raises(FileProblem, match=r";.*\.$") as caught:
        loaders.load(tmp_path / "a.asc", INPUTS)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        (b"\x02abc", b"abc"),
        (b"\x00a\xe0\x0a\x00", b"a" * 20),
        (b"\x02abc\xe0\x00\x02", b"abc" * 4),
        (b"\x05abcdef\x20\x05\x00!", b"abcdefabc!"),
    ],
)
def test_lzf(packed: bytes, plain: bytes) -> None:
    assert unpacked(packed, len(plain)) == plain
    for bad, size in ((packed[:-1], len(plain)), (packed, len(plain) + 1), (b"\x00a\x20\x05", 4)):
        with pytest.raises(FileProblem) as caught:
            unpacked(bad, size)
        assert caught.value.kind == "malformed"
