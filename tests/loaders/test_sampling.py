"""Properties of the sampling rule, over random soups and clouds."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from retriever.errors import FileProblem
from retriever.loaders import sampling
from retriever.loaders.geometry import cleaned
from retriever.loaders.numeric import NO_FACES, fan
from retriever.loaders.sampling import sample
from retriever.types import Geometry, ShapeInput

SHAPE = ShapeInput(points=512)
coordinates = st.floats(-1e6, 1e6, width=32)
clouds = hnp.arrays(np.float64, st.tuples(st.integers(3, 40), st.just(3)), elements=coordinates)


def soup(corners: np.ndarray) -> Geometry:
    whole = len(corners) // 3 * 3
    return Geometry(corners, np.arange(whole).reshape(-1, 3))


@settings(max_examples=60, deadline=None)
@given(clouds, st.integers(0, 2**256 - 1), st.booleans())
def test_mean_zero_in_the_unit_sphere_and_repeatable(corners: np.ndarray, seed: int, as_mesh: bool) -> None:
    geometry = soup(corners) if as_mesh else Geometry(corners, NO_FACES)
    try:
        points = sample(cleaned(geometry), SHAPE, "y", seed).points
    except FileProblem as problem:
        assert problem.kind == "no-surface"
        return
    assert points.shape == (512, 3)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-4)
    assert np.linalg.norm(points, axis=1).max() == pytest.approx(1, abs=1e-5)
    assert (points == sample(geometry, SHAPE, "y", seed).points).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.05, 10), min_size=2, max_size=20), st.integers(0, 2**64))
def test_every_face_gets_its_share_of_the_points(sides: list[float], seed: int) -> None:
    corners = np.zeros((len(sides), 3, 3))
    for i, side in enumerate(sides):  # each face in a plane of its own, told apart by z
        corners[i] = [[0, 0, i], [side, 0, i], [0, side, i]]
    colors = np.linspace(0, 1, len(sides), dtype=np.float32)[:, None].repeat(3, 1)
    geometry = Geometry(corners.reshape(-1, 3), np.arange(3 * len(sides)).reshape(-1, 3), colors)
    cloud = sample(geometry, ShapeInput(points=512, color=0.5), "y", seed)
    assert cloud.colors is not None
    counts = (np.abs(cloud.colors[:, :1] - colors[:, 0]) < 1e-6).sum(axis=0)
    share = np.square(sides) / np.square(sides).sum() * 512
    assert counts.sum() == 512
    assert (np.abs(counts - share) < 1 + 1e-6).all()


def test_points_fill_a_face_evenly() -> None:
    square = Geometry(np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0.0]]), np.array([[0, 1, 2], [0, 2, 3]]))
    points = sample(square, ShapeInput(points=1024), "y", seed=5).points[:, :2]
    cells = np.floor((points / np.ptp(points, axis=0) + 0.5) * 8).clip(0, 7)
    counts = np.bincount((cells @ [8, 1]).astype(int), minlength=64)
    assert counts.std() < 3, "independent draws have a deviation of 4 around 16"


def test_clouds_are_drawn_without_replacement_when_there_are_enough() -> None:
    many = np.random.default_rng(0).random((600, 3))
    assert len(np.unique(sample(Geometry(many, NO_FACES), SHAPE, "y", 1).points, axis=0)) == 512
    few = sample(Geometry(many[:10], NO_FACES), SHAPE, "y", 1).points
    assert few.shape == (512, 3)
    assert len(np.unique(few, axis=0)) == 10


def test_seeds_matter() -> None:
    geometry = soup(np.random.default_rng(0).random((30, 3)))
    first, second = (sample(geometry, SHAPE, "y", seed).points for seed in (1, 2))
    assert (first != second).any()


def test_a_mesh_without_area_is_said_and_a_thin_one_is_read() -> None:
    along = np.array([[0, 0, 0], [1, 1, 1], [3, 3, 3.0]]) / 7
    with pytest.raises(FileProblem) as problem:
        sample(Geometry(along, np.array([[0, 1, 2]])), SHAPE, "y", 1)
    assert problem.value.kind == "no-surface"
    wire = along + [[0, 0, 0], [0, 1e-6, 0], [0, 0, 0]]
    assert np.ptp(sample(Geometry(wire, np.array([[0, 1, 2]])), SHAPE, "y", 1).points[:, 0]) > 0.5


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("offset", [0.0, 1e7])
def test_units_and_place_do_not_matter(scale: float, offset: float) -> None:
    corners = np.random.default_rng(3).random((30, 3))
    plain = sample(soup(corners), SHAPE, "y", 9).points
    moved = sample(soup(corners * scale + offset * scale), SHAPE, "y", 9).points
    np.testing.assert_allclose(plain, moved, atol=1e-4)


def test_faces_that_are_not_finite_are_left_out() -> None:
    corners = np.random.default_rng(0).random((30, 3))
    corners[4] = np.nan
    corners[8, 1] = np.inf
    kept = cleaned(soup(corners))
    assert kept.faces.shape == (8, 3)
    assert np.isfinite(kept.vertices).all()
    np.testing.assert_array_equal(kept.vertices[kept.faces[0]], corners[:3])


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        (Geometry(np.zeros((0, 3)), NO_FACES), "empty"),
        (Geometry(np.zeros((5, 3)), NO_FACES), "no-surface"),
        (Geometry(np.full((5, 3), np.nan), NO_FACES), "not-finite"),
        (Geometry(np.eye(3), np.array([[0, 1, 3]])), "malformed"),
        (Geometry(np.eye(3), np.array([[0, 1, -1]])), "malformed"),
        (Geometry(np.vstack([np.eye(3), [[np.nan] * 3]]), np.array([[0, 1, 3], [1, 2, 3]])), "not-finite"),
        (Geometry(np.array([[0, 0, 0], [1e200, 0, 0], [0, 1, 0]]), np.array([[0, 1, 2]])), "not-finite"),
    ],
)
def test_geometry_that_cannot_be_sampled(geometry: Geometry, kind: str) -> None:
    with pytest.raises(FileProblem) as caught:
        cleaned(geometry)
    assert caught.value.kind == kind


def test_polygons_become_fans() -> None:
    faces, polygon = fan(np.array([3, 2, 5]), np.array([0, 1, 2, 8, 9, 3, 4, 5, 6, 7]))
    assert faces.tolist() == [[0, 1, 2], [3, 4, 5], [3, 5, 6], [3, 6, 7]]
    assert polygon.tolist() == [0, 2, 2, 2]


def test_faces_are_measured_alike_however_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    geometry = soup(np.random.default_rng(0).normal(size=(300, 3)))
    whole = sample(geometry, SHAPE, "y", seed=1).points
    monkeypatch.setattr(sampling, "_CHUNK", 7)
    np.testing.assert_array_equal(sample(geometry, SHAPE, "y", seed=1).points, whole)


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> Geometry:
    solid = trimesh.creation.box(bounds=[low, high])
    return Geometry(np.asarray(solid.vertices), np.asarray(solid.faces))


def test_a_surface_lies_in_the_frame_of_the_points_and_changes_none_of_them() -> None:
    geometry = box((0, 0, 5), (1, 2, 6))
    bare, seen = (sample(geometry, ShapeInput(points=512, surface=count), "z", 7) for count in (0, 3000))
    assert bare.surface is None
    assert (bare.points == seen.points).all()
    assert seen.surface is not None and seen.surface.normals is not None
    low, high = seen.points.min(axis=0), seen.points.max(axis=0)
    size = np.array([1, 1, 2]) * ((high - low) / [1, 1, 2]).mean()  # z up in the file, y in the cloud
    np.testing.assert_allclose(np.ptp(seen.surface.points, axis=0), size, rtol=0.02)
    at = np.abs(seen.surface.points - seen.surface.points.mean(axis=0)) / (size / 2)
    across = np.abs(seen.surface.normals).argmax(axis=1)
    np.testing.assert_allclose(np.abs(seen.surface.normals).max(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(at[np.arange(3000), across], 1, atol=0.03)


def test_any_first_part_of_a_surface_covers_all_of_it() -> None:
    two = np.concatenate([box((0, 0, 0), (1, 1, 1)).vertices, box((5, 0, 0), (6, 1, 1)).vertices])
    faces = box((0, 0, 0), (1, 1, 1)).faces
    surface = sample(Geometry(two, np.concatenate([faces, faces + 8])), ShapeInput(surface=4000), "y", 1).surface
    assert surface is not None
    assert 0.4 < (surface.points[:300, 0] > 0).mean() < 0.6


def test_a_bare_cloud_is_its_own_surface_without_normals() -> None:
    points = np.random.default_rng(0).random((700, 3))
    colors = points.astype(np.float32)
    for count, kept in ((4000, 700), (300, 300)):
        surface = sample(Geometry(points, NO_FACES, colors), ShapeInput(color=0.4, surface=count), "y", 1).surface
        assert surface is not None and surface.normals is None and surface.colors is not None
        assert len(np.unique(surface.points, axis=0)) == kept == len(surface.points)
        np.testing.assert_allclose(np.corrcoef(surface.points[:, 0], surface.colors[:, 0])[0, 1], 1, atol=1e-5)
    again = np.concatenate([points[:40]] * 6)
    surface = sample(Geometry(again, NO_FACES), ShapeInput(surface=4000), "y", 1).surface
    assert surface is not None and len(surface.points) == 40
    uncolored = sample(Geometry(points, NO_FACES), ShapeInput(color=0.4, surface=64), "y", 1).surface
    assert uncolored is not None and uncolored.colors is None
