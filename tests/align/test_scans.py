import pytest
import torch

from indexer.align.shapes.augment import Augmentation, to_unit_sphere
from indexer.align.shapes.scans import FEWEST, cluttered, cut, scanned, thinned

CLOUDS, POINTS = 30, 256


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def clouds():
    boxes = torch.rand(CLOUDS, POINTS, 3, generator=generator(1)) * torch.tensor([1.0, 2.0, 0.5])
    return to_unit_sphere(boxes)


def different(cloud):
    return len({tuple(point) for point in cloud.tolist()})


def test_cut_keeps_points_of_the_cloud_and_drops_one_side(clouds):
    after, kept = cut(clouds[:4], generator(5))
    assert after.shape == clouds[:4].shape
    torch.testing.assert_close(clouds[:4].gather(1, kept[..., None].expand(-1, -1, 3)), after)
    for old, new in zip(clouds[:4], after, strict=True):
        known = {tuple(point) for point in old.tolist()}
        left = {tuple(point) for point in new.tolist()}
        assert left < known


def test_thinned_clouds_have_few_to_all_of_their_points(clouds):
    after, kept = thinned(clouds, generator())
    torch.testing.assert_close(clouds.gather(1, kept[..., None].expand(-1, -1, 3)), after)
    counts = [different(cloud) for cloud in after]
    assert min(counts) >= FEWEST
    assert min(counts) < FEWEST * 1.5
    assert max(counts) > POINTS / 1.5


def test_thinning_spares_clouds_that_have_few_points_already():
    few = torch.rand(3, FEWEST // 2, 3, generator=generator(1))
    assert [different(cloud) for cloud in thinned(few, generator())[0]] == [FEWEST // 2] * 3


def test_clutter_replaces_no_more_points_than_are_allowed_and_leaves_the_others(clouds):
    after, foreign = cluttered(clouds, generator(), most=0.3)
    torch.testing.assert_close(after[~foreign], clouds[~foreign])
    assert (after[foreign] != clouds[foreign]).any(dim=-1).float().mean() > 0.99
    shares = foreign.float().mean(dim=1)
    assert shares.max() < 0.4  # 0.3 and some chance
    assert shares[2::3].median() < shares[:2].median(), "of strays there are few"


def test_floor_lies_under_the_thing_and_neighbours_stand_on_it(clouds):
    after, foreign = cluttered(clouds, generator(), most=0.9)
    lowest = clouds[..., 1].amin(dim=1)
    for i in range(0, CLOUDS, 3):
        floor = after[i, foreign[i], 1]
        torch.testing.assert_close(floor, lowest[i].expand_as(floor))
    for i in range(1, CLOUDS, 3):
        assert (after[i, foreign[i], 1] >= lowest[i] - 1e-5).all()


def test_strays_can_be_far_out(clouds):
    after, _ = cluttered(clouds, generator(), most=0.9)
    far = after[2::3].norm(dim=-1).amax(dim=1)
    assert far.max() > 1.5
    assert far.max() <= 2.5


def test_scans_are_the_first_clouds_and_the_others_stay(clouds):
    how = Augmentation(partial=0.2, foreign=0.2, sparse=0.2)
    points, colors = clouds.clone(), torch.rand(clouds.shape, generator=generator(2))
    before = colors.clone()
    changed = scanned(points, colors, how, generator(3))
    assert 6 < changed < 18
    assert (points[:changed] != clouds[:changed]).flatten(1).any(dim=1).all()
    torch.testing.assert_close(points[changed:], clouds[changed:])
    torch.testing.assert_close(colors[changed:], before[changed:])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_none_and_all_of_them_may_be_scans(clouds, share):
    how = Augmentation(partial=share, foreign=share, sparse=share)
    points, colors = clouds.clone(), torch.rand(clouds.shape, generator=generator(2))
    assert scanned(points, colors, how, generator(3)) == share * CLOUDS
    assert torch.isfinite(points).all()
