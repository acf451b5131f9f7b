"""Worsened clouds do to a shape what their labels say."""

import numpy as np
import pytest
from retrieval_data import ball

from benchmarks.retrieval.domains import (
    CLEAN,
    DOMAINS,
    NEAR,
    anyhow,
    cluttered,
    depth_views,
    noisy,
    thinned,
    tilted,
    turned,
    upright,
)
from benchmarks.retrieval.scans import FEWEST, Lidar, Sensor, seen


def rng(seed=0):
    return np.random.default_rng(seed)


def plate(z, half, points=2000, seed=0):
    flat = rng(seed).uniform(-half, half, (points, 2))
    return np.column_stack([flat, np.full(points, z)]).astype(np.float32)


@pytest.fixture(scope="module")
def clouds():
    return [ball(1500), plate(0.0, 0.7, 1500), ball(1500, 1) * np.float32([0.2, 1, 0.2]), plate(0.1, 0.5, 300)]


@pytest.mark.parametrize("domain", [CLEAN, *DOMAINS], ids=lambda domain: domain.name)
def test_every_severity_leaves_clouds_that_can_be_encoded_and_are_the_same_again(domain, clouds):
    for severity in range(1, len(domain.severities) + 1):
        worse = domain.clouds(severity, clouds, range(4))
        for cloud in worse:
            assert cloud.dtype == np.float32 and cloud.shape[1] == 3 and len(cloud) >= FEWEST
            assert np.isfinite(cloud).all() and np.ptp(cloud, axis=0).max() > 0.01
        for cloud, again in zip(worse, domain.clouds(severity, clouds, range(4)), strict=True):
            np.testing.assert_array_equal(cloud, again)


@pytest.mark.parametrize("domain", [d for d in DOMAINS if d.name != "clutter"], ids=lambda domain: domain.name)
def test_what_becomes_of_a_cloud_is_up_to_its_place_not_to_the_others(domain, clouds):
    (alone,) = domain.clouds(2, clouds[2:3], [7])
    np.testing.assert_array_equal(alone, domain.clouds(2, [clouds[0], clouds[2]], [3, 7])[1])
    (elsewhere,) = domain.clouds(2, clouds[2:3], [8])
    assert elsewhere.shape != alone.shape or not np.array_equal(elsewhere, alone)


@pytest.mark.parametrize("points", [1024, 8192])
def test_a_camera_sees_the_side_of_a_ball_that_faces_it(points):
    cloud, sensor = ball(points), Sensor(yaw=40, elevation=20)
    facing = cloud @ sensor.place / 3
    visible = np.isin(np.arange(points), seen(cloud, sensor))
    # From 3 radii, the rim of what is seen lies at 1/3; grazing parts may be lost, and cells reach round the rim.
    assert visible[facing > 0.6].all() and visible[facing > 1 / 3].mean() > 0.8
    assert not visible[facing < 0].any()


def test_a_camera_does_not_see_what_is_behind_a_plate():
    scene = np.concatenate([plate(0.5, 0.4), plate(-0.5, 0.9, seed=1)])
    from_front, from_behind = seen(scene, Sensor(0, 0)), seen(scene, Sensor(180, 0))
    assert from_behind.tolist() == list(range(2000, 4000))
    assert from_front[:2000].tolist() == list(range(2000))
    shadow = 0.4 * 3.5 / 2.5
    assert np.abs(scene[from_front[2000:]]).max(axis=1).min() > shadow - 0.05
    assert (np.abs(scene[2000:, :2]).max(axis=1) > shadow + 0.15).sum() < len(from_front) - 2000


def test_a_near_camera_sees_no_more_than_its_field():
    half = np.tan(np.radians(30)) * 1.5
    cloud = plate(0.0, 1.0)
    kept = cloud[seen(cloud, Sensor(0, 0, distance=1.5))]
    assert np.abs(kept).max() <= half < np.abs(cloud).max()
    inside = (np.abs(cloud) <= half).all(axis=1)
    assert len(kept) == inside.sum()


def test_several_cameras_see_more_than_one_and_no_point_twice():
    cloud = ball()
    one = depth_views(cloud, rng(), [], sensor=Sensor(0, 20))
    three = depth_views(cloud, rng(), [], cameras=3, sensor=Sensor(0, 20))
    assert 0.25 < len(one) / len(cloud) < 0.4
    assert 0.7 < len(three) / len(cloud) < 0.95 and len(three) == len(np.unique(three, axis=0))


def test_a_camera_that_sees_nothing_still_leaves_some_points():
    outside = plate(0.0, 0.1) + np.float32([0.95, 0, 0])
    assert len(seen(outside, Sensor(0, 0, distance=1.5, field=20))) == FEWEST


def test_a_lidar_returns_one_point_a_beam_on_its_rings():
    cloud, sensor = ball(20_000), Sensor(yaw=130, elevation=10, distance=4)
    returns = Lidar(rings=0.8, steps=0.4, lost=0).scan(cloud, rng(), sensor) - sensor.place
    ranges = np.linalg.norm(returns, axis=1)
    assert ranges.max() < np.sqrt(16 - 1) + 0.25  # not the far side
    up = np.degrees(np.arcsin(returns[:, 1] / ranges))
    rings = np.unique(np.round(up, 3))
    np.testing.assert_allclose(np.diff(rings), 0.8, atol=0.01)  # no ring between is missing
    assert len(rings) == pytest.approx(2 * np.degrees(np.arcsin(1 / 4)) / 0.8, abs=2)
    beams = np.round(returns / ranges[:, None], 4)
    assert len(np.unique(beams, axis=0)) == len(beams)


def test_a_lidar_hits_the_surface_that_the_points_are_of():
    sensor = Sensor(yaw=75, elevation=10, distance=8)
    returns = Lidar(noise=0, lost=0).scan(ball(20_000), rng(), sensor)
    assert np.abs(np.linalg.norm(returns, axis=1) - 1).mean() < 0.02


def test_lidar_noise_is_a_share_of_the_range_along_the_beam():
    cloud, sensor = ball(8000), Sensor(0, 10, distance=8)
    exact, moved = (Lidar(noise=sigma, lost=0).scan(cloud, rng(), sensor) - sensor.place for sigma in (0, 0.02))
    far, farther = np.linalg.norm(exact, axis=1), np.linalg.norm(moved, axis=1)
    np.testing.assert_allclose(exact / far[:, None], moved / farther[:, None], atol=1e-5)
    assert (farther / far).std() == pytest.approx(0.02, rel=0.25)


def test_a_lidar_loses_returns_with_distance_but_never_all():
    cloud = ball(8000)
    counts = [len(Lidar(noise=0).scan(cloud, rng(), Sensor(0, 10, far))) for far in (4, 8, 16)]
    assert counts[0] > 2 * counts[1] > 4 * counts[2] > 0
    full, half = (len(Lidar(lost=lost).scan(cloud, rng(), Sensor(0, 10, 5))) for lost in (0, 0.1))
    assert half / full == pytest.approx(0.5, abs=0.1)
    assert len(Lidar(lost=1).scan(cloud, rng(), Sensor(0, 10, 5))) == FEWEST


def test_fewer_points_are_some_of_more():
    cloud = ball(1500)
    few, more = (thinned(cloud, rng(), [], points=points) for points in (64, 512))
    assert (len(few), len(more)) == (64, 512)
    assert {tuple(point) for point in few} < {tuple(point) for point in more} < {tuple(point) for point in cloud}
    assert len(thinned(cloud, rng(), [], points=9000)) == 1500


def test_turns_are_rotations_of_the_kind_that_is_said():
    for seed in range(50):
        for turn in (upright, tilted, anyhow):
            matrix = turn(rng(seed))
            np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
            assert np.linalg.det(matrix) == pytest.approx(1)
        assert upright(rng(seed))[1, 1] == pytest.approx(1)
    tilts = np.degrees(np.arccos([tilted(rng(seed))[1, 1] for seed in range(300)]))
    assert tilts.max() <= 30 and tilts.max() > 28 and tilts.min() < 2
    every = np.mean([anyhow(rng(seed)) for seed in range(3000)], axis=0)
    assert np.abs(every).max() < 0.05  # of all rotations alike, the mean is nothing
    cloud = ball(10)
    half_turn = turned(cloud, rng(), [], turn=lambda _: np.diag([-1.0, 1, -1]))
    np.testing.assert_allclose(half_turn, cloud * [-1, 1, -1])


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_clutter_is_that_share_of_the_points_half_floor_and_near(share, clouds):
    cloud = clouds[2]
    mixed = cluttered(cloud, rng(), [clouds[0], clouds[1]], share=share)
    np.testing.assert_array_equal(mixed[: len(cloud)], cloud)
    foreign = mixed[len(cloud) :]
    assert len(foreign) / len(mixed) == pytest.approx(share, abs=0.001)
    assert np.linalg.norm(foreign, axis=1).max() <= NEAR + 1e-6
    floor = cloud[:, 1].min()
    on_floor = np.isclose(foreign[:, 1], floor)
    assert on_floor.mean() == pytest.approx(0.5, abs=0.05) and (foreign[:, 1] >= floor - 1e-6).all()


def test_others_stand_beside_a_shape_and_not_in_it():
    post, wall = ball(1500) * np.float32([0.3, 1, 0.3]), ball(1500) * np.float32([0.5, 0.4, 0.5])
    foreign = cluttered(post, rng(), [wall], share=0.5)[len(post) :]
    pieces = foreign[foreign[:, 1] > -0.99]
    assert 0.45 < len(pieces) / len(foreign) <= 0.5
    aside = np.linalg.norm(pieces[:, [0, 2]], axis=1)
    assert 0.3 < aside.min() < 0.4 and pieces[:, 1].max() < 0  # it is shorter and stands on the floor


def test_without_others_all_clutter_is_floor(clouds):
    foreign = cluttered(clouds[2], rng(), [], share=0.5)[len(clouds[2]) :]
    assert len(foreign) == len(clouds[2])
    np.testing.assert_allclose(foreign[:, 1], clouds[2][:, 1].min())


def test_noise_has_the_deviation_that_is_said():
    assert noisy(np.zeros((5000, 3), np.float32), rng(), [], sigma=0.02).std() == pytest.approx(0.02, rel=0.05)
