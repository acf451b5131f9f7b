"""Surfaces drawn as pictures, and a 3D tower that looks at them beside the points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from indexer import parametric
from retriever.drawing.render import View, placed, render
from retriever.loaders.sampling import sample
from retriever.spaces.pose import Ways
from retriever.spaces.shape_tower import ShapeEncoder, ShapeTower, TowerConfig
from retriever.spaces.tokens import group
from retriever.spaces.views import (
    FULL,
    Drawn,
    Surfaces,
    ViewConfig,
    ViewTower,
    around,
    camera,
    draw,
    reach,
)
from retriever.types import Geometry, PointCloud, ShapeInput, Surface

VIEWS = ViewConfig(side=32, count=4, stem=8, widths=(8, 16), depths=(1, 1), gated=1)
SMALL = TowerConfig(
    points=128, centers=32, neighbors=8, patches=12, patch_neighbors=6, width=32, layers=1, heads=2,
    pose_width=32, pose_layers=1, views=VIEWS,
)  # fmt: skip


def shape(kind: str, seed: int = 3) -> Geometry:
    solid = parametric.generate(kind, seed).solid
    return Geometry(solid.vertices, solid.faces, solid.colors)


def cloud(kind: str, surface: int = 2000) -> PointCloud:
    return sample(shape(kind), ShapeInput(points=128, color=0.4, surface=surface), "y", 1)


def picture(surface: Surface, yaw: float = 30, elevation: float = 20, side: int = 64) -> np.ndarray:
    turns = camera(yaw, elevation)[None, None]
    return draw(Surfaces.of([surface]), turns, side, reach(len(surface.points)))[0, 0].numpy()


@pytest.mark.parametrize("kind", ["car", "chair", "mug", "table"])
@pytest.mark.parametrize("points", [1500, 8000])
def test_a_drawn_surface_looks_like_the_mesh(kind: str, points: int) -> None:
    surface = cloud(kind, points).surface
    assert surface is not None
    wanted = render(shape(kind), View(yaw=30, elevation=20), side=64).astype(float)
    drawn = picture(surface)
    covered, there = (each.min(axis=2) < 250 for each in (drawn, wanted))
    assert (covered & there).sum() > 0.75 * (covered | there).sum()
    both = covered & there
    assert np.abs(drawn[both] - wanted[both]).mean() < 35


def test_cameras_are_those_of_the_renderer() -> None:
    points = np.random.default_rng(0).normal(size=(50, 3))
    points -= (points.max(axis=0) + points.min(axis=0)) / 2
    points /= np.linalg.norm(points, axis=1).max()
    for yaw, elevation in ((0, 0), (35, 20), (200, -10)):
        turned = points @ camera(yaw, elevation).numpy().T
        np.testing.assert_allclose(turned, placed(points, View(yaw=yaw, elevation=elevation)), atol=1e-12)
    assert len(around(6, 20)) == 6
    torch.testing.assert_close(around(6, 20)[2], camera(120, 20))


def plate(z: float, color: tuple[float, float, float], count: int = 3000, size: float = 1.0) -> Surface:
    at = np.random.default_rng(0).uniform(-size, size, (count, 2)).astype(np.float32)
    points = np.column_stack([at, np.full(count, z, np.float32)])
    return Surface(points, np.tile(np.float32([0, 0, 1]), (count, 1)), np.tile(np.float32(color), (count, 1)))


def together(*surfaces: Surface) -> Surface:
    return Surface(
        *(np.concatenate([getattr(each, name) for each in surfaces]) for name in ("points", "normals", "colors"))
    )


def test_what_is_in_front_hides_what_is_behind() -> None:
    both = together(plate(0.5, (0.9, 0.1, 0.1), 8000), plate(-0.5, (0.1, 0.9, 0.1), 8000))
    for yaw, hidden in ((0, 1), (180, 0)):
        middle = picture(both, yaw, 0)[24:40, 24:40]
        assert (middle[..., 1 - hidden] > 2 * middle[..., hidden]).mean() > 0.97


@pytest.mark.parametrize("count", [700, FULL[1], 3000, FULL[0], 9000])
def test_no_gaps_are_seen_between_the_points(count: int) -> None:
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0.0]])
    square = Geometry(corners, np.array([[0, 1, 2], [0, 2, 3]]), np.full((2, 3), 0.2, np.float32))
    surface = sample(square, ShapeInput(color=0.4, surface=count), "y", 1).surface
    assert surface is not None
    inside = picture(surface, 0, 0)[8:56, 8:56]
    assert (inside < 150).mean() > 0.98


def test_without_normals_nearer_is_brighter() -> None:
    near, far = plate(0.5, (0.5, 0.5, 0.5), size=0.3), plate(-0.5, (0.5, 0.5, 0.5))
    flat = replace(together(near, far), normals=None)
    drawn = picture(flat, 0, 0)
    assert drawn[32, 32, 0] > drawn[10, 10, 0] + 30


def test_surfaces_of_fewer_points_are_drawn_as_alone() -> None:
    few, many = plate(0, (0.5, 0.1, 0.1), 700), plate(0, (0.1, 0.1, 0.5), 1100)
    assert reach(700) == reach(1100)
    turns = camera(10, 10).expand(2, 1, 3, 3)
    both = draw(Surfaces.of([few, many]), turns, 32, reach(700))
    torch.testing.assert_close(both[0, 0].numpy(), picture(few, 10, 10, 32))
    torch.testing.assert_close(both[1, 0].numpy(), picture(many, 10, 10, 32))


def test_a_view_tower_looks_from_all_around() -> None:
    torch.manual_seed(0)
    tower = ViewTower(VIEWS).eval()
    surfaces = Surfaces.of([cloud("car").surface, cloud("chair").surface])
    stand = torch.eye(3).expand(2, 3, 3)
    with torch.inference_mode():
        seen = tower(surfaces, stand, 1)
        quarter = tower(surfaces, camera(90, 0).expand(2, 3, 3), 1)
        eighth = tower(surfaces, camera(45, 0).expand(2, 3, 3), 1)
    torch.testing.assert_close(seen.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(seen, quarter, atol=1e-4, rtol=0)
    assert (seen - eighth).abs().max() > 1e-3


@pytest.fixture(scope="module")
def tower() -> ShapeTower:
    torch.manual_seed(2)
    return ShapeTower(SMALL).eval()


def test_what_is_seen_is_added_to_what_the_points_say(tower: ShapeTower) -> None:
    clouds = [cloud("car"), cloud("chair")]
    points, colors = (
        torch.from_numpy(np.stack([getattr(each, name) for each in clouds])) for name in ("points", "colors")
    )
    surfaces = Surfaces.of([each.surface for each in clouds])
    with torch.inference_mode():
        said = tower(points, colors)
        both = tower(points, colors, None, Drawn(surfaces, 2))
        ways = Ways.as_they_are(points)
        if tower.pose is not None:
            from retriever.spaces.pose import hypotheses

            ways = Ways(*hypotheses(tower.pose(points, group(points, SMALL)), tower.pose.directions))
        seen = ways.firm().mean(lambda some, turn: tower.views(surfaces.take(some), turn, 2))
    wanted = torch.nn.functional.normalize(said + VIEWS.weight * seen, dim=1)
    torch.testing.assert_close(both, wanted, atol=1e-5, rtol=0)


def test_firm_ways_are_the_likely_ones_and_come_in_gradually() -> None:
    ups = torch.eye(3).expand(3, 3, 3)
    shares = torch.tensor([[1.0, 0, 0], [0.5, 0.3, 0.2], [0.6, 0.2401, 0.1599]])
    firm = Ways(ups, shares).firm().shares
    torch.testing.assert_close(firm.sum(dim=1), torch.ones(3))
    assert firm[0].tolist() == [1, 0, 0]
    assert firm[1, 1] > 0 and firm[1, 2] == 0
    assert 0 < firm[2, 1] < 0.001


def test_nothing_is_drawn_in_training(tower: ShapeTower) -> None:
    points = torch.rand(2, 128, 3)
    tower.train()
    try:
        vectors = tower(points, points, None, Drawn(Surfaces.of([cloud("car").surface] * 2), 2))
        torch.testing.assert_close(vectors, tower(points, points))
        assert not any(weight.requires_grad for weight in tower.views.parameters())
    finally:
        tower.eval()


@pytest.fixture(scope="module")
def encoder(tower: ShapeTower, tmp_path_factory: pytest.TempPathFactory) -> ShapeEncoder:
    weights = tmp_path_factory.mktemp("tower") / "shape.safetensors"
    save_file({name: value.contiguous() for name, value in tower.state_dict().items()}, str(weights))
    return ShapeEncoder(weights, SMALL)


def test_a_vector_does_not_depend_on_its_neighbours(encoder: ShapeEncoder) -> None:
    clouds = [cloud("car", 2000), cloud("chair", 7000), cloud("mug", 500), cloud("table", 1900), cloud("bed", 2000)]
    together = encoder.encode(clouds)
    alone = np.concatenate([encoder.encode([each]) for each in clouds])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_cloud_without_a_surface_is_its_own(encoder: ShapeEncoder) -> None:
    bare = replace(cloud("car"), surface=None)
    own = replace(bare, surface=Surface(bare.points))
    np.testing.assert_allclose(encoder.encode([bare]), encoder.encode([own]), atol=1e-6)


def test_a_tower_is_described_by_plain_values() -> None:
    from dataclasses import asdict

    assert TowerConfig.of(asdict(SMALL)) == SMALL
    assert TowerConfig.of(asdict(replace(SMALL, views=None))).views is None
