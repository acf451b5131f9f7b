"""Which way is up: the geometry of it, and a tower that stands clouds upright first."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from indexer.align.loop import Recipe
from indexer.align.shapes import sources
from indexer.align.shapes.augment import Augmentation, rotations
from indexer.align.shapes.dataset import Resident, build
from indexer.align.shapes.poses import PoseExamples, PoseTraining
from retriever.spaces.pose import (
    COUNT,
    HYPOTHESES,
    SNAP,
    PoseVerifier,
    UpEstimator,
    Ways,
    directions,
    hypotheses,
    likeliest,
    pose_loss,
    snapped,
    standing,
)
from retriever.spaces.shape_tower import GREY, ShapeTower, TowerConfig
from retriever.spaces.tokens import Grouping

SMALL = TowerConfig(
    points=128,
    centers=32,
    neighbors=8,
    patches=12,
    patch_neighbors=6,
    width=32,
    layers=1,
    heads=2,
    pose_width=32,
    pose_layers=1,
)


def random_directions(count):
    return torch.nn.functional.normalize(torch.randn(count, 3, generator=torch.Generator().manual_seed(0)), dim=-1)


def test_directions_cover_the_sphere_evenly_and_begin_with_y():
    every = directions()
    torch.testing.assert_close(every.norm(dim=-1), torch.ones(COUNT))
    assert every[0].tolist() == [0, 1, 0]
    nearest = (random_directions(2000) @ every.T).amax(dim=1).clamp(max=1).acos()
    assert nearest.max() < math.radians(13)


@pytest.mark.parametrize("up", [[0.0, 1, 0], [0.0, -1, 0], [1.0, 0, 0], [0.0, 0, -1]])
def test_standing_brings_an_axis_to_y(up):
    turn = standing(torch.tensor([up]))[0]
    torch.testing.assert_close(turn @ torch.tensor(up), torch.tensor([0.0, 1, 0]), atol=1e-6, rtol=0)


def test_standing_is_a_rotation_that_brings_any_direction_to_y():
    ups = random_directions(200)
    turns = standing(ups)
    torch.testing.assert_close(turns @ turns.transpose(1, 2), torch.eye(3).expand(200, 3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.linalg.det(turns), torch.ones(200), atol=1e-5, rtol=0)
    up = torch.tensor([0.0, 1, 0]).expand(200, 3)
    torch.testing.assert_close((turns @ ups[..., None])[..., 0], up, atol=1e-5, rtol=0)


def test_the_likeliest_direction_is_found_between_the_listed_ones():
    ups, every = random_directions(300), directions()
    found = likeliest(50 * ups @ every.T, every)
    away = (found * ups).sum(dim=1).clamp(max=1).acos()
    near_axis = snapped(ups).abs().amax(dim=1) == 1
    assert away[~near_axis].median() < math.radians(3)
    assert away.max() < SNAP + math.radians(8)


def test_hypotheses_are_apart_ranked_and_share_the_chance():
    every = directions()
    ups = torch.nn.functional.normalize(torch.tensor([[0, 1.0, 0], [1, 0.5, 0], [0, 0.3, -1]]), dim=-1)
    chances = torch.tensor([0.6, 0.3, 0.03])
    scores = (chances[:, None] * (50 * ups @ every.T).softmax(dim=1)).sum(dim=0, keepdim=True).log()
    found, shares = hypotheses(scores, every)
    assert (found[0, :2] * ups[:2]).sum(dim=1).min() > math.cos(math.radians(4))
    torch.testing.assert_close(shares[0], torch.tensor([0.54 / 0.78, 0.24 / 0.78, 0, 0]), atol=0.02, rtol=0)
    assert (found[0] @ found[0].T - 2 * torch.eye(HYPOTHESES)).max() < math.cos(math.radians(25))
    torch.testing.assert_close(likeliest(scores, every), found[:, 0])


def test_a_hypothesis_comes_in_gradually_as_rounding_differs_between_machines():
    every = directions()
    ups = torch.tensor([[0, 1.0, 0], [1.0, 0, 0]])
    second = []
    for chance in torch.linspace(0.05, 0.15, 101).tolist():
        chances = torch.tensor([1.0, chance])
        scores = (chances[:, None] * (50 * ups @ every.T).softmax(dim=1)).sum(dim=0, keepdim=True).log()
        second.append(float(hypotheses(scores, every)[1][0, 1]))
    assert second[0] == 0 < second[-1]
    steps = torch.tensor(second).diff()
    assert steps.min() >= 0
    assert steps.max() < 0.003


def test_nearly_an_axis_is_that_axis():
    tilted = torch.tensor([[0.1, -0.99, 0.0], [0.6, 0.8, 0.0]])
    tilted = torch.nn.functional.normalize(tilted, dim=-1)
    assert snapped(tilted)[0].tolist() == [0, -1, 0]
    torch.testing.assert_close(snapped(tilted)[1], tilted[1])


def test_the_loss_is_least_where_the_score_is_right():
    ups, every = random_directions(20), directions()
    right = pose_loss(50 * ups @ every.T, ups, every)
    assert abs(right.item()) < 1e-4
    assert pose_loss(-50 * ups @ every.T, ups, every) > 10


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """An estimator that knows two kinds, and their clouds."""
    shapes = sources.parametric_shapes(40, 0, ("airliner", "chair"))
    clouds = build(shapes, SMALL, draw=lambda shape: [shape.geometry], held_out_share=0.2)
    torch.manual_seed(0)
    estimator = UpEstimator(SMALL.pose_width, SMALL.pose_layers, SMALL.patches)
    recipe = Recipe(steps=500, batch=24, warmup=20, rate=5e-3, average=0.95, validate_every=500, half=False)
    training = PoseTraining(
        PoseExamples(clouds, SMALL), directions().numpy(), estimator, recipe, tmp_path_factory.mktemp("pose")
    )
    return training.train(lambda line: None), clouds, training.examples


def test_a_taught_estimator_leaves_upright_shapes_and_finds_up_in_others_far_above_chance(taught):
    estimator, _, examples = taught
    found = examples.validate(estimator, estimator.directions)
    assert found["parametric_upright"] > 0.9
    assert found["parametric_flipped"] > 0.25, found  # of five axes that it may be, and upright is likelier


def test_a_tower_with_it_sees_a_shape_that_lies_as_it_would_upright(taught):
    estimator, clouds, _ = taught
    torch.manual_seed(1)
    tower = ShapeTower(SMALL).eval()
    tower.pose = estimator
    points, grey, around = Resident(clouds).batch(np.arange(len(clouds.points)))
    turns = rotations(len(points), Augmentation(tumble=0, flip=1, tilt=0), torch.Generator().manual_seed(1))
    flipped = points @ turns.transpose(1, 2)
    with torch.inference_mode():
        right = ((estimator.up(flipped, around) * turns[:, :, 1]).sum(dim=1) > 0.99).nonzero().flatten()
        assert len(right)
        stood = estimator.upright(flipped, around)[right]
        torch.testing.assert_close(stood[..., 1], points[right][..., 1], atol=1e-4, rtol=0)
        bare = ShapeTower(replace(SMALL, pose_width=0)).eval()
        bare.load_state_dict({k: v for k, v in tower.state_dict().items() if not k.startswith("pose.")})
        some = Grouping(around.centers[right], around.near[right], around.patch_near[right])
        seen = tower.train()(flipped, grey, around)[right]
        torch.testing.assert_close(seen, bare(stood, grey[right], some), atol=1e-4, rtol=0)


def test_after_training_a_shape_is_the_mean_of_the_ways_in_which_it_may_stand(taught):
    estimator, clouds, _ = taught
    torch.manual_seed(1)
    tower = ShapeTower(SMALL).eval()
    tower.pose = estimator
    points, grey, around = Resident(clouds).batch(np.arange(24))
    lying = points @ rotations(24, Augmentation(tumble=1), torch.Generator().manual_seed(2)).transpose(1, 2)
    bare = ShapeTower(replace(SMALL, pose_width=0)).eval()
    bare.load_state_dict({k: v for k, v in tower.state_dict().items() if not k.startswith("pose.")})
    with torch.inference_mode():
        ups, shares = hypotheses(estimator(lying, around), estimator.directions)
        assert ((shares > 0).sum(dim=1) > 1).any()
        mean = sum(
            shares[:, k, None] * bare(lying @ standing(ups[:, k]).transpose(1, 2), grey, around)
            for k in range(HYPOTHESES)
        )
        seen = tower(lying, grey, around)
        torch.testing.assert_close(seen, torch.nn.functional.normalize(mean, dim=1), atol=1e-5, rtol=0)
        alone = torch.cat([tower(lying[k : k + 1], grey[k : k + 1], around.take(torch.tensor([k]))) for k in range(24)])
        torch.testing.assert_close(seen, alone, atol=1e-5, rtol=0)


def test_verified_ways_are_as_likely_as_both_say_and_none_comes_back():
    ways = Ways(torch.eye(3).expand(3, 3, 3), torch.tensor([[0.6, 0.4, 0], [0.6, 0.4, 0], [0.0, 1, 0]]))
    scores = torch.tensor([[5.0, 5, 900], [0, math.log(3), 0], [900, -900, 900]])
    wanted = torch.tensor([[0.6, 0.4, 0], [1 / 3, 2 / 3, 0], [0, 1, 0]])
    torch.testing.assert_close(ways.verified(scores).shares, wanted)


def test_a_tower_with_a_verifier_weighs_its_ways_by_what_is_then_said(taught):
    estimator, clouds, _ = taught
    torch.manual_seed(1)
    config = replace(SMALL, verifier_width=8)
    tower, bare = ShapeTower(config).eval(), ShapeTower(SMALL).eval()
    tower.pose = bare.pose = estimator
    with torch.no_grad():
        tower.verifier.score.weight.mul_(30)
    bare.load_state_dict({k: v for k, v in tower.state_dict().items() if not k.startswith("verifier.")})
    points, grey, around = Resident(clouds).batch(np.arange(24))
    lying = points @ rotations(24, Augmentation(tumble=1), torch.Generator().manual_seed(2)).transpose(1, 2)
    with torch.inference_mode():
        before = bare.ways(lying, around)
        said = bare.said(lying, grey, around, before)
        after = before.verified(tower.verifier(said))
        assert (after.shares - before.shares).abs().max() > 0.1
        vectors, ways = tower.stood(lying, grey, around)
        torch.testing.assert_close(ways.shares, after.shares, atol=1e-5, rtol=0)
        torch.testing.assert_close(vectors, after.mean(said), atol=1e-5, rtol=0)
        torch.testing.assert_close(tower(lying, grey, around), vectors)
    assert isinstance(tower.verifier, PoseVerifier)
    tower.train()(lying, grey, around).sum().backward()
    assert all(weight.grad is None for weight in tower.verifier.parameters())


def test_it_does_not_learn_with_the_tower(taught):
    tower = ShapeTower(SMALL).train()
    points = torch.rand(4, 128, 3)
    tower(points, torch.full_like(points, GREY)).sum().backward()
    assert all(weight.grad is None for weight in tower.pose.parameters())
    assert tower.local[0].weight.grad.abs().sum() > 0
