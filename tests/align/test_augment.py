import torch

from indexer.align.shapes.augment import Augmentation, augment, repaint, rotations, to_unit_sphere
from retriever.spaces.shape_tower import GREY


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def clouds(count=6, points=128):
    return to_unit_sphere(torch.rand(count, points, 3, generator=generator(1)) * torch.tensor([1.0, 2.0, 0.5]))


def test_rotations_are_rotations():
    turned = rotations(50, Augmentation(), generator())
    torch.testing.assert_close(turned @ turned.transpose(1, 2), torch.eye(3).expand(50, 3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.linalg.det(turned), torch.ones(50), atol=1e-5, rtol=0)


def test_without_tumbling_and_tilt_up_stays_up():
    turned = rotations(20, Augmentation(tumble=0, flip=0, tilt=0), generator())
    up = torch.tensor([0.0, 1.0, 0.0])
    torch.testing.assert_close(turned @ up, up.expand(20, 3), atol=1e-5, rtol=0)


def test_augmented_clouds_are_centred_in_the_unit_sphere():
    made, _ = augment(clouds(), Augmentation(), generator())
    torch.testing.assert_close(made.mean(dim=1), torch.zeros(6, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(made.norm(dim=-1).amax(dim=1), torch.ones(6))


def test_no_augmentation_is_only_a_turn():
    nothing = Augmentation(tumble=1, stretch=0, noise=0)
    before, (after, ups) = clouds(), augment(clouds(), nothing, generator())
    torch.testing.assert_close(after.norm(dim=-1), before.norm(dim=-1), atol=1e-4, rtol=0)
    torch.testing.assert_close((after * ups[:, None]).sum(dim=-1), before[..., 1], atol=1e-4, rtol=0)


def test_flipped_clouds_stand_on_another_of_the_six_axes():
    _, ups = augment(clouds(64), Augmentation(tumble=0, flip=1, tilt=0), generator())
    assert {tuple(up.round().int().tolist()) for up in ups} == {
        (1, 0, 0), (-1, 0, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)
    }  # fmt: skip


def test_repainted_clouds_keep_their_colours_varied_or_lose_them_whole():
    colors = torch.rand(200, 16, 3, generator=generator(3))
    after = repaint(colors, Augmentation(grey=0.5), generator())
    assert after.min() >= 0 and after.max() <= 1
    grey = (after == GREY).all(dim=2).all(dim=1)
    assert 60 < grey.sum() < 140
    assert not (after[~grey] == GREY).all(dim=2).any()
    assert (repaint(colors, Augmentation(grey=1), generator()) == GREY).all()
