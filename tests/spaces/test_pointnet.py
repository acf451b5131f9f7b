from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from made_up import fill
from torch import nn

from retriever.spaces.parts import pointnet
from retriever.spaces.parts.pointnet import (
    Blocks,
    MiniPointNet,
    nearest,
    neighborhoods,
    squared_distances,
    within,
)
from retriever.spaces.tokens import NEAR_ORIGIN, farthest_points, gather

DATA = Path(__file__).parents[1] / "data/published"
CLOUDS = ("chair", "torus", "ball_small")


@pytest.fixture(scope="module")
def goldens() -> dict[str, np.ndarray]:
    """What the authors' own code makes of `clouds`."""
    return dict(np.load(DATA / "pointbind.npz"))


@pytest.fixture(scope="module")
def clouds() -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(points)[None] for name, points in np.load(DATA / "clouds.npz").items()}


def drawn(b: int, n: int, seed: int = 0) -> torch.Tensor:
    """Clouds of which some points lie near the origin."""
    points = torch.randn(b, n, 3, generator=torch.Generator().manual_seed(seed)) / 2
    points[:, ::7] *= 0.02
    return points


def picked_one_by_one(points: np.ndarray, count: int, start: int, skip: bool) -> list[int]:
    """The rule of pointnet2_ops for one cloud, as slow as it reads."""
    distance = np.full(len(points), 1e10, np.float32)
    open_to_all = np.square(points).sum(axis=1) > NEAR_ORIGIN if skip else np.ones(len(points), bool)
    picked = [start]
    while len(picked) < count:
        np.minimum(distance, np.square(points - points[picked[-1]]).sum(axis=1), out=distance)
        picked.append(int(np.where(open_to_all, distance, -1).argmax()))
    return picked


@pytest.mark.parametrize("name", CLOUDS)
def test_the_samples_of_every_scale_are_those_of_i2p_mae(name, clouds, goldens) -> None:
    points = clouds[name]
    for scale, count in enumerate((512, 256, 64)):
        picked = farthest_points(points, count, skip_origin=True)
        assert np.array_equal(picked[0], goldens[f"i2p-mae/{name}/fps{scale}"])
        points = gather(points, picked)


@pytest.mark.parametrize("name", CLOUDS[:2])
@pytest.mark.parametrize("start", [0, 100])
def test_the_samples_are_those_of_point_bert_from_any_start(name, start, clouds, goldens) -> None:
    picked = farthest_points(clouds[name], 512, start=start)
    assert np.array_equal(picked[0], goldens[f"point-bert/{name}/fps_from_{start}"])


def test_points_near_the_origin_are_skipped_only_when_asked(clouds) -> None:
    torus = clouds["torus"]
    near = torus[0].square().sum(dim=-1) <= NEAR_ORIGIN
    assert near[farthest_points(torus, 512)].any()
    assert not near[farthest_points(torus, 512, skip_origin=True)].any()


def test_the_first_sample_may_lie_near_the_origin(clouds) -> None:
    ball = clouds["ball_small"]
    assert ball[0, 0].square().sum() <= NEAR_ORIGIN
    assert farthest_points(ball, 9, skip_origin=True)[0, 0] == 0


@pytest.mark.parametrize("n", [20, 128, 300])
@pytest.mark.parametrize("skip", [False, True])
def test_each_cloud_of_a_batch_is_sampled_as_alone_whatever_its_size(n, skip) -> None:
    points = drawn(3, n)
    wanted = [picked_one_by_one(cloud, 12, 1, skip) for cloud in points.numpy()]
    assert farthest_points(points, 12, start=1, skip_origin=skip).tolist() == wanted


def test_each_cloud_may_start_at_a_point_of_its_own():
    points = drawn(3, 40)
    together = farthest_points(points, 8, start=torch.tensor([7, 0, 39]))
    apart = [farthest_points(cloud[None], 8, start=start)[0] for cloud, start in zip(points, (7, 0, 39), strict=True)]
    assert together.tolist() == torch.stack(apart).tolist()


def test_more_samples_than_points_repeat_some() -> None:
    (picked,) = farthest_points(drawn(1, 5), 8).tolist()
    assert set(picked[:5]) == set(picked) == set(range(5))


def test_a_cloud_that_is_all_near_the_origin_is_sampled_at_its_first_point() -> None:
    assert farthest_points(torch.full((1, 9, 3), 1e-3), 4, skip_origin=True).tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize("shift", [0, 30])
def test_neighbours_are_exact_far_from_the_origin_as_well(shift, clouds) -> None:
    chair = clouds["chair"] + shift
    centers, near = neighborhoods(chair, 64, 48)
    exact = squared_distances(centers.double(), chair.double())
    found, wanted = exact.gather(2, near).sort(dim=-1).values, exact.sort(dim=-1).values[..., :48]
    assert torch.allclose(found, wanted, rtol=1e-6, atol=0)


def test_neighbours_do_not_depend_on_how_many_centres_are_looked_at_at_once(monkeypatch) -> None:
    points = drawn(2, 500)
    at_once = nearest(points[:, :40], points, 7).sort(dim=-1).values
    monkeypatch.setitem(pointnet._DISTANCES, "cpu", 3 * 1000)
    assert torch.equal(nearest(points[:, :40], points, 7).sort(dim=-1).values, at_once)


def in_ball_one_by_one(center: np.ndarray, points: np.ndarray, radius: float, count: int) -> list[int]:
    inside = [i for i, point in enumerate(points) if np.square(point - center).sum() <= radius**2][:count]
    return inside + [inside[0] if inside else 0] * (count - len(inside))


@pytest.mark.parametrize("count", [4, 32, 400])
def test_a_ball_holds_the_first_points_within_the_radius_and_repeats_the_first(count, monkeypatch) -> None:
    monkeypatch.setitem(pointnet._DISTANCES, "cpu", 3 * 600)
    points = drawn(2, 300)
    centers = torch.cat([points[:, 100:120], torch.full((2, 1, 3), 50.0)], dim=1)  # the last is far from all
    wanted = [
        [in_ball_one_by_one(center, cloud, 0.3, count) for center in some]
        for some, cloud in zip(centers.numpy(), points.numpy(), strict=True)
    ]
    assert within(centers, points, 0.3, count).tolist() == wanted


def test_a_point_at_the_radius_is_in_the_ball() -> None:
    points = torch.tensor([[[2.0, 0, 0], [0.5, 0, 0], [0, 0, 0]]])
    assert within(points[:, 2:], points, 0.5, 3).tolist() == [[[1, 2, 1]]]


def test_a_neighbourhoods_network_is_the_one_that_its_layers_spell_out(monkeypatch) -> None:
    network = fill(MiniPointNet(6, first=(16, 24), second=(32, 20)))
    groups = torch.randn(2, 10, 5, 6, generator=torch.Generator().manual_seed(1))
    features = network.first_conv(groups.flatten(0, 1).mT)
    both = torch.cat([features.amax(dim=2, keepdim=True).expand_as(features), features], dim=1)
    wanted = network.second_conv(both).amax(dim=2).reshape(2, 10, 20)
    for at_once in (1, 15, 1000):
        monkeypatch.setitem(pointnet._MEMBERS, "cpu", at_once)
        assert torch.allclose(network(groups), wanted, atol=1e-5)


def test_a_token_moves_only_those_that_see_it() -> None:
    blocks = fill(Blocks(1, 12, heads=2))
    tokens, position = torch.randn(2, 1, 4, 12, generator=torch.Generator().manual_seed(2)).unbind()
    seen = torch.ones(1, 4, 4, dtype=torch.bool)
    seen[0, :2, 3] = False
    moved = tokens.clone()
    moved[0, 3, :6] += 1
    same = (blocks(tokens, position, seen) == blocks(moved, position, seen)).all(dim=-1)
    assert same.tolist() == [[True, True, False, False]]


def test_the_position_is_added_before_every_block() -> None:
    twice = fill(Blocks(2, 12, heads=2))
    first, second = (Blocks(1, 12, heads=2) for _ in range(2))
    first.blocks, second.blocks = nn.ModuleList([twice.blocks[0]]), nn.ModuleList([twice.blocks[1]])
    tokens, position = torch.randn(2, 1, 4, 12, generator=torch.Generator().manual_seed(3)).unbind()
    assert torch.equal(twice(tokens, position), second(first(tokens, position), position))
