"""Gaussian splats: what is seen of them, what floats about them, and files that claim more than they hold."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.types import PointCloud, ShapeInput

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
INPUTS = Inputs(ShapeInput(points=1024, color=0.5))


def splat(path: Path, places: np.ndarray, alpha: float | np.ndarray = 255) -> Path:
    rows = np.zeros(len(places), [("p", "<f4", 3), ("s", "<f4", 3), ("c", "u1", 4), ("r", "u1", 4)])
    rows["p"], rows["s"], rows["c"][:, 3] = places, 0.01, alpha
    path.write_bytes(rows.tobytes())
    return path


def problem(path: Path, data: bytes) -> FileProblem:
    path.write_bytes(data)
    with pytest.raises(FileProblem, match=r";.*\.$") as caught:
        loaders.load(path, INPUTS)
    return caught.value


def test_what_is_nearly_transparent_is_left_out_unless_all_is(tmp_path: Path) -> None:
    places = np.random.default_rng(0).random((200, 3))
    half = np.repeat([20, 30], 100)  # of 255
    assert loaders.load(splat(tmp_path / "a.splat", places, half), INPUTS).facts["vertices"] == 100
    assert loaders.load(splat(tmp_path / "b.splat", places, 20), INPUTS).facts["vertices"] == 200


def test_floaters_do_not_shrink_an_object_and_its_own_far_parts_stay(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    ball = random.normal(size=(20_000, 3))
    ball /= np.linalg.norm(ball, axis=1)[:, None]
    pole = np.stack([np.zeros(400), np.linspace(0, 4, 400), np.zeros(400)], axis=1)  # stands out, to four radii
    thing = np.vstack([ball, pole])
    floaters = random.normal(size=(600, 3))
    floaters *= np.exp(random.uniform(np.log(1.3), np.log(300), (600, 1))) / np.linalg.norm(floaters, axis=1)[:, None]
    loaded = loaders.load_geometry(splat(tmp_path / "a.splat", np.vstack([thing, floaters]))).vertices
    kept = np.abs(np.linalg.norm(loaded, axis=1) - 1) < 1e-6
    assert kept.sum() == 20_000
    assert loaded[:, 1].min() < -3.99, "the pole is there, upside down as trainers have it"
    assert len(loaded) < len(thing) + 60 and np.linalg.norm(loaded, axis=1).max() < 5


@pytest.mark.parametrize("name", ["chair_splat.ply", "chair.splat", "chair_packed.ply"])
def test_the_axis_that_points_up_can_be_said(name: str) -> None:
    auto, y, z = (loaders.load(CHAIRS / name, INPUTS, up=up).payload for up in ("auto", "y", "z"))
    assert isinstance(auto, PointCloud) and isinstance(y, PointCloud) and isinstance(z, PointCloud)
    np.testing.assert_allclose(auto.points, y.points * (1, -1, -1), atol=1e-6)
    np.testing.assert_allclose(z.points, y.points[:, [0, 2, 1]] * (1, 1, -1), atol=1e-6)
    upright = loaders.load_geometry(CHAIRS / name).vertices
    assert upright[:, 1].max() > 1 and upright[:, 1].min() == pytest.approx(0, abs=0.01)


def test_gaussians_with_odd_numbers(tmp_path: Path) -> None:
    places = np.random.default_rng(2).random((300, 3))
    places[:100] = np.nan
    assert loaders.load(splat(tmp_path / "a.splat", places), INPUTS).facts["vertices"] == 200
    places[:200] = np.inf
    assert problem(tmp_path / "b.splat", splat(tmp_path / "a.splat", places).read_bytes()).kind == "not-finite"
    one = splat(tmp_path / "a.splat", np.ones((9, 3))).read_bytes()
    assert problem(tmp_path / "b.splat", one).kind == "no-surface"


def test_other_bytes_are_no_splat(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).bytes(32 * 400)
    assert problem(tmp_path / "a.splat", noise).kind == "malformed"
    assert problem(tmp_path / "a.splat", (CHAIRS / "chair.splat").read_bytes()[:-1]).kind == "truncated"


def head(version: int, count: int) -> bytes:
    return struct.pack("<4sIIBBBB", b"NGSP", version, count, 0, 12, 0, 5 if version == 4 else 0)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (gzip.compress(b"NGS"), "malformed"),
        (gzip.compress(head(3, 9))[:-9], "malformed"),
        (gzip.compress(head(1, 9) + bytes(200)), "unsupported"),
        (gzip.compress(head(4, 9) + bytes(200)), "unsupported"),
        (head(3, 9) + bytes(200), "unsupported"),
        (gzip.compress(head(2, 0)), "empty"),
        (gzip.compress(head(2, 9) + bytes(9 * 13 - 1)), "truncated"),
        (gzip.compress(head(2, 2**32 - 1)), "too-large"),
        (head(4, 9) + struct.pack("<I12x", 2**32 - 1), "truncated"),
        (head(4, 9) + struct.pack("<I12x", 32) + struct.pack("<QQ", 2**63, 9) * 5, "truncated"),
        (b"NGSP", "unsupported"),
    ],
)
def test_spz_that_is_none(tmp_path: Path, data: bytes, kind: str) -> None:
    assert problem(tmp_path / "a.spz", data).kind == kind


def test_spz_unpacks_no_more_than_its_gaussians(tmp_path: Path) -> None:
    whole = gzip.decompress((CHAIRS / "chair.spz").read_bytes())
    (tmp_path / "a.spz").write_bytes(gzip.compress(whole + bytes(60 << 20), 1))
    tracemalloc.start()
    try:
        assert loaders.load(tmp_path / "a.spz", INPUTS).facts["vertices"] == 1500
        assert tracemalloc.get_traced_memory()[1] < 30 << 20
    finally:
        tracemalloc.stop()


def test_a_packed_ply_without_its_bounds_is_malformed(tmp_path: Path) -> None:
    whole = (CHAIRS / "chair_packed.ply").read_bytes()
    assert problem(tmp_path / "a.ply", whole.replace(b"float min_y", b"float low_y")).kind == "malformed"
    fewer = whole.replace(b"element chunk 7", b"element chunk 6")
    assert problem(tmp_path / "a.ply", fewer).kind == "malformed"


def test_a_packed_ply_of_old_has_no_bounds_of_colours(tmp_path: Path) -> None:
    names = [f"{end}_{of}{axis}" for of in ("", "scale_") for end in ("min", "max") for axis in "xyz"]
    lines = ["ply", "format binary_little_endian 1.0", "element chunk 1", *(f"property float {name}" for name in names)]
    lines += ["element vertex 2", "property uint packed_position", "property uint packed_rotation"]
    lines += ["property uint packed_scale", "property uint packed_color", "end_header", ""]
    bounds = np.array([0, 1, 2, 10, 11, 12, -5, -5, -5, -4, -4, -4], "<f4").tobytes()
    rows = np.array([[0, 0, 0, 0xFF8000FF], [0xFFFFFFFF, 0, 0, 0x000000FF]], "<u4").tobytes()
    (tmp_path / "a.ply").write_bytes("\n".join(lines).encode() + bounds + rows)
    geometry = loaders.load_geometry(tmp_path / "a.ply", up="y")
    assert geometry.vertices == pytest.approx(np.array([[0, 1, 2], [10, 11, 12]]))
    assert geometry.colors == pytest.approx(np.array([[1, 128 / 255, 0], [0, 0, 0]]))
