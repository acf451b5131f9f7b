"""Surfaces drawn as pictures, and a 3D tower that looks at them beside the points."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from indexer import parametric
from retriever.drawing.render import View, placed, render
from retriever.loaders.sampling import sample
from retriever.spaces.pose import Ways
from retriever.spaces.shape_tower import GREY, ShapeEncoder, ShapeTower, TowerConfig, colors_of, surface_of
from retriever.spaces.tokens import group
from retriever.spaces.views import (
    FINER,
    FULL,
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
    return draw(Surfaces.of([surface]), camera(yaw, elevation)[None, None], side)[0, 0].numpy()


@pytest.mark.parametrize("kind", ["car", "chair", "mug", "table"])
@pytest.mark.parametrize("points", [1500, 8000])
def test_a_drawn_surface_looks_like_the_mesh(kind: str, points: int) -> None:
    surface = cloud(kind, points).surface
    assert surface is not None
    wanted = render(shape(kind), View(yaw=30, elevation=20), side=64).astype(float)
    drawn = picture(surface)
    overlap, difference = compared(drawn, wanted)
    assert overlap > 0.84 and difference < 24
    mirrored = compared(drawn[:, ::-1], wanted)
    assert mirrored[0] < overlap - 0.03 and compared(drawn[::-1], wanted)[0] < overlap


def compared(drawn: np.ndarray, wanted: np.ndarray) -> tuple[float, float]:
    """Share of the covered pixels that both cover, and the mean difference of their colours."""
    covered, there = (each.min(axis=2) < 250 for each in (drawn, wanted))
    both = covered & there
    return both.sum() / (covered | there).sum(), float(np.abs(drawn[both] - wanted[both]).mean())


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


@pytest.mark.parametrize("side", [48, 64])
@pytest.mark.parametrize("dense", [0.04, FULL[1], 0.18, FULL[0], 0.55])
def test_no_gaps_are_seen_between_the_points(dense: float, side: int) -> None:
    count = math.ceil(dense * (side * FINER) ** 2)
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0.0]])
    square = Geometry(corners, np.array([[0, 1, 2], [0, 2, 3]]), np.full((2, 3), 0.2, np.float32))
    surface = sample(square, ShapeInput(color=0.4, surface=count), "y", 1).surface
    assert surface is not None
    inside = picture(surface, 0, 0, side)[side // 8 : -side // 8, side // 8 : -side // 8]
    assert (inside < 150).mean() > 0.98


def test_without_normals_nearer_is_brighter() -> None:
    near, far = plate(0.5, (0.5, 0.5, 0.5), size=0.3), plate(-0.5, (0.5, 0.5, 0.5))
    flat = replace(together(near, far), normals=None)
    drawn = picture(flat, 0, 0)
    assert drawn[32, 32, 0] > drawn[10, 10, 0] + 30


def test_surfaces_of_fewer_points_are_drawn_as_alone() -> None:
    few, many = plate(0, (0.5, 0.1, 0.1), 700), plate(0, (0.1, 0.1, 0.5), 4000)
    assert reach(torch.tensor([700, 4000, 20_000]), 64).tolist() == [3, 1, 1]
    both = draw(Surfaces.of([few, many]), camera(10, 10).expand(2, 1, 3, 3), 32)
    torch.testing.assert_close(both[0, 0].numpy(), picture(few, 10, 10, 32))
    torch.testing.assert_close(both[1, 0].numpy(), picture(many, 10, 10, 32))


def test_a_view_tower_looks_from_all_around() -> None:
    torch.manual_seed(0)
    tower = ViewTower(VIEWS).eval()
    surfaces = Surfaces.of([cloud("car").surface, cloud("chair").surface])
    stand = torch.eye(3).expand(2, 3, 3)
    with torch.inference_mode():
        seen = tower(surfaces, tower.around(stand))
        quarter = tower(surfaces, tower.around(camera(90, 0).expand(2, 3, 3)))
        eighth = tower(surfaces, tower.around(camera(45, 0).expand(2, 3, 3)))
    torch.testing.assert_close(seen.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(seen, quarter, atol=1e-4, rtol=0)
    assert (seen - eighth).abs().max() > 1e-3


@pytest.fixture(scope="module")
def tower() -> ShapeTower:
    torch.manual_seed(2)
    return ShapeTower(SMALL).eval()


@pytest.mark.parametrize(("pose_width", "verifier_width"), [(32, 8), (32, 0), (0, 0)])
def test_what_is_seen_is_added_to_what_the_points_say(pose_width: int, verifier_width: int, tmp_path: Path) -> None:
    torch.manual_seed(3)
    config = replace(SMALL, pose_width=pose_width, verifier_width=verifier_width)
    tower = ShapeTower(config).eval()
    clouds = [cloud("car"), cloud("chair")]
    points = torch.from_numpy(np.stack([each.points for each in clouds]))
    colors = torch.from_numpy(np.stack([colors_of(each) for each in clouds]))
    surfaces = Surfaces.of([surface_of(each) for each in clouds])
    with torch.inference_mode():
        said, ways = tower.stood(points, colors, group(points, config))
        firm = ways.firm()
        seen = firm.mean(firm.looks(lambda some, turn: tower.views(surfaces.take(some), tower.views.around(turn))))
        torch.testing.assert_close(tower.seen(surfaces, ways), seen)
        wanted = torch.nn.functional.normalize(said + VIEWS.weight * seen, dim=1)
    np.testing.assert_allclose(written(tower, config, tmp_path).encode(clouds), wanted.numpy(), atol=1e-5)


def written(tower: ShapeTower, config: TowerConfig, folder: Path) -> ShapeEncoder:
    weights = folder / "shape.safetensors"
    save_file({name: value.contiguous() for name, value in tower.state_dict().items()}, str(weights))
    return ShapeEncoder(weights, config)


def test_a_tower_takes_only_what_it_has_from_the_weights_of_another(tower: ShapeTower, tmp_path: Path) -> None:
    more = ShapeTower(replace(SMALL, verifier_width=8))
    more.load_state_dict(tower.state_dict(), strict=False)
    written(more, SMALL, tmp_path)
    bare = ShapeTower(replace(SMALL, views=None)).load(tmp_path / "shape.safetensors").eval()
    points = torch.rand(2, 128, 3)
    torch.testing.assert_close(bare(points, points), tower(points, points))


def test_firm_ways_are_the_likely_ones_and_come_in_gradually() -> None:
    ups = torch.eye(3).expand(3, 3, 3)
    shares = torch.tensor([[1.0, 0, 0], [0.5, 0.3, 0.2], [0.6, 0.2401, 0.1599]])
    firm = Ways(ups, shares).firm().shares
    torch.testing.assert_close(firm.sum(dim=1), torch.ones(3))
    assert firm[0].tolist() == [1, 0, 0]
    assert firm[1, 1] > 0 and firm[1, 2] == 0
    assert 0 < firm[2, 1] < 0.001


def test_directions_that_differ_by_rounding_give_the_same_pictures() -> None:
    ups = torch.nn.functional.normalize(torch.randn(50, 1, 3, generator=torch.Generator().manual_seed(0)), dim=2)
    one, other = (Ways(each, torch.ones(50, 1)).firm().ups for each in (ups, ups * (1 + 1e-7) + 1e-8))
    assert ((one == other).all(dim=2)).sum() >= 49
    assert (one - ups).abs().max() < 0.003


def test_what_looks_does_not_learn(tower: ShapeTower) -> None:
    assert tower.views is not None
    assert not any(weight.requires_grad for weight in tower.views.parameters())


@pytest.fixture(scope="module")
def encoder(tower: ShapeTower, tmp_path_factory: pytest.TempPathFactory) -> ShapeEncoder:
    return written(tower, SMALL, tmp_path_factory.mktemp("tower"))


def test_a_vector_does_not_depend_on_its_neighbours(encoder: ShapeEncoder) -> None:
    kinds = ("car", "chair", "mug", "table", "bed", "bottle", "guitar", "horse")
    clouds = [cloud(kind, count) for kind in kinds for count in (2000, 4100, 500)]
    together = encoder.encode(clouds)
    alone = np.concatenate([encoder.encode([each]) for each in clouds])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_cloud_without_a_surface_is_its_own_colours_included(encoder: ShapeEncoder) -> None:
    bare = replace(cloud("car"), surface=None)
    own = replace(bare, surface=Surface(bare.points, colors=bare.colors))
    np.testing.assert_allclose(encoder.encode([bare]), encoder.encode([own]), atol=1e-6)
    grey = replace(bare, colors=np.full_like(bare.points, GREY))
    assert surface_of(grey).colors is None and surface_of(replace(bare, colors=None)).colors is None


def test_a_tower_is_described_by_plain_values() -> None:
    for config in (SMALL, replace(SMALL, views=None)):
        assert TowerConfig.of(json.loads(json.dumps(asdict(config)))) == config
