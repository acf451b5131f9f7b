import json
from dataclasses import asdict

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from retriever.spaces.audio_tower import (
    AudioEncoder,
    AudioTower,
    AudioTowerConfig,
    LogMel,
    band_edges,
    filterbank,
    to_clips,
)
from retriever.types import Modality, Waveform

CONFIG = AudioTowerConfig(channels=(4, 8, 8), depth=(0, 1, 0), width=16)


def tone(hertz, seconds, rate=16_000):
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate).astype(np.float32)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("tower") / "audio.safetensors"
    state = AudioTower(CONFIG).state_dict()
    save_file({k: v.half().contiguous() if v.is_floating_point() else v for k, v in state.items()}, str(path))
    return AudioEncoder(path, AudioTowerConfig(**json.loads(json.dumps(asdict(CONFIG)))))


@pytest.mark.parametrize("hertz", [100.0, 440.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_lights_the_band_that_it_lies_in(hertz):
    picture = LogMel(CONFIG)(torch.from_numpy(tone(hertz, 0.5))[None])[0]
    assert picture.shape == (CONFIG.mels, 51)
    edges = band_edges(CONFIG)
    band = int(picture[:, 25].argmax())
    assert edges[band] < hertz < edges[band + 2]


def test_every_band_hears_something_and_no_weight_is_negative():
    bank = filterbank(CONFIG, 257)
    assert bank.shape == (257, CONFIG.mels)
    assert (bank >= 0).all() and (bank.max(axis=0) > 0).all()


@given(st.floats(0.01, 10.0), st.integers(0, 2**16))
@settings(max_examples=20, deadline=None)
def test_gain_does_not_matter(gain, seed):
    samples = np.random.default_rng(seed).standard_normal((1, 4000)).astype(np.float32) * 0.3
    front = LogMel(CONFIG)
    torch.testing.assert_close(
        front(torch.from_numpy(samples * np.float32(gain))), front(torch.from_numpy(samples)), atol=2e-3, rtol=0
    )


def test_silence_is_the_floor_everywhere():
    picture = LogMel(CONFIG)(torch.zeros(1, 1600))
    torch.testing.assert_close(picture, torch.full_like(picture, CONFIG.floor))


@pytest.mark.parametrize("n", [1, 2, 160, 399, 80_000, 80_001, 960_000])
@pytest.mark.parametrize("level", [0.0, 1.0])
def test_any_length_has_one_unit_vector_and_always_the_same(encoder, n, level):
    samples = (level * np.random.default_rng(n).uniform(-1, 1, n)).astype(np.float32)
    first, again = (encoder.encode([Waveform(samples)]) for _ in range(2))
    assert first.shape == (1, 384) and first.dtype == np.float32
    assert np.linalg.norm(first) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_array_equal(first, again)


def test_a_vector_does_not_depend_on_its_neighbours(encoder):
    sounds = [Waveform(tone(f, s)) for f, s in ((300, 0.01), (440, 1), (1000, 13), (5000, 5), (80, 31))]
    together = encoder.encode(sounds)
    alone = np.concatenate([encoder.encode([sound]) for sound in sounds])
    np.testing.assert_allclose(together, alone, atol=1e-4)
    assert encoder.modality is Modality.AUDIO


@given(st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_clips_leave_out_at_most_a_fifth_of_one(n):
    samples = np.arange(1000, 1000 + n, dtype=np.float32)  # about equally loud everywhere
    clips = to_clips(samples, 50)
    assert clips.shape[1] == 50
    heard = set(clips.astype(int).ravel()) - {0}
    assert heard <= set(range(1000, 1000 + n)) and 1000 in heard
    assert n - len(heard) <= 10


def test_silent_stretches_of_a_long_sound_do_not_count(encoder):
    bark = tone(500, 5)
    long = np.concatenate([bark, np.zeros(240_000, np.float32)])
    np.testing.assert_allclose(encoder.encode([Waveform(long)]), encoder.encode([Waveform(bark)]), atol=1e-5)


def test_the_default_tower_is_small():
    assert sum(p.numel() for p in AudioTower(AudioTowerConfig()).parameters()) <= 3_000_000
