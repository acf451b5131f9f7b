import numpy as np
import pytest
import torch

from indexer.align.sounds.augment import Augmentation, augment, hiss, mask, mixed, smear, warp
from retriever.spaces.audio_tower import AudioTowerConfig, LogMel, band_edges

CONFIG = AudioTowerConfig()
RNG = np.random.default_rng


def tone(hertz, n=16_000):
    return torch.from_numpy(np.sin(2 * np.pi * hertz * np.arange(n) / 16_000).astype(np.float32))[None]


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_a_warped_tone_lies_where_the_higher_tone_would(factor):
    logs = LogMel(CONFIG).power(tone(1000)).clamp(min=1e-10).log()
    moved = warp(logs, torch.tensor([factor]), CONFIG)[0, :, 50]
    edges = band_edges(CONFIG)
    band = int(moved.argmax())
    assert edges[max(0, band - 1)] < 1000 * factor < edges[min(len(edges) - 1, band + 3)]


def test_a_room_keeps_the_energy_and_never_sounds_before():
    power = torch.zeros(2, CONFIG.mels, 200)
    power[:, :, 100] = 1.0
    wet = smear(power, torch.tensor([0.2, 1.0]), torch.tensor([0.5, 0.5]), CONFIG)
    assert (wet[:, :, :100].abs() < 1e-6).all()
    torch.testing.assert_close(wet.sum(dim=2), power.sum(dim=2), atol=1e-3, rtol=1e-3)
    assert wet[1, 0, 150] > wet[0, 0, 150]  # the longer one lasts


def test_a_mixture_bears_the_louder_sounds_caption_more_often():
    power = torch.rand(64, 4, 8, generator=torch.Generator().manual_seed(0))
    own = []
    for seed in range(40):
        _, borne = mixed(power, RNG(seed), 1.0)
        own.append((borne == np.arange(64)).mean())
    assert 0.55 < np.mean(own) < 0.95
    together, borne = mixed(power, RNG(0), 0.0)
    assert (borne == np.arange(64)).all()
    torch.testing.assert_close(together, power / power.amax(dim=(1, 2), keepdim=True))


def test_noise_only_adds():
    power = torch.rand(16, CONFIG.mels, 50, generator=torch.Generator().manual_seed(0))
    noisy = hiss(power, RNG(0), 0.5)
    assert (noisy >= power).all()
    touched = (noisy > power).flatten(1).any(dim=1).float().mean()
    assert 0.1 < touched < 0.9


def test_masks_are_stripes():
    settings = Augmentation(masks=1, band_mask=10, frame_mask=20)
    masked = mask(torch.ones(8, 64, 100), RNG(1), settings, 0.0) == 0
    rows, columns = masked.all(dim=2), masked.all(dim=1)
    assert (masked == (rows[:, :, None] | columns[:, None])).all()
    assert rows.sum(dim=1).max() <= 10 and columns.sum(dim=1).max() <= 20 and masked.any()


def test_augmented_pictures_are_finite_bounded_and_follow_the_seed():
    logs = torch.randn(12, CONFIG.mels, 64, generator=torch.Generator().manual_seed(0)) * 3 - 10
    logs[0] = -23.0  # silence
    first, borne = augment(logs, RNG(5), Augmentation(), CONFIG)
    again, _ = augment(logs, RNG(5), Augmentation(), CONFIG)
    torch.testing.assert_close(first, again)
    assert torch.isfinite(first).all() and first.min() >= CONFIG.floor - 1e-4
    assert ((borne >= 0) & (borne < 12)).all()
