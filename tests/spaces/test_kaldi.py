"""The spectrum that ImageBind hears: goldens of Kaldi's filter bank as its authors call it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from retriever import loaders
from retriever.spaces.parts import kaldi
from retriever.types import AudioInput, Waveform

GOLDENS = np.load(Path(__file__).parents[1] / "data" / "published" / "audio.npz")
PADDING = 4.268 / 9.138


def test_the_filters_are_the_goldens() -> None:
    assert np.abs(kaldi.filter_bank()[:-1].T.numpy() - GOLDENS["mel_banks"]).max() < 1e-4
    assert not kaldi.filter_bank()[-1].any()


def test_spectra_of_a_wave_are_the_goldens() -> None:
    payload = loaders.load_audio(GOLDENS["wave16k_5s"], AudioInput(seconds=2.0, clips=3)).payload
    assert isinstance(payload, Waveform)
    made = kaldi.mel_clips(torch.from_numpy(payload.samples.reshape(3, -1)))
    assert made.shape == (3, 1, 128, 204) and made.dtype == torch.float32
    assert np.abs(made.numpy() - GOLDENS["mel_5s"].astype(np.float32)).max() < 3e-3


@pytest.mark.parametrize(("samples", "frames"), [(1, 1), (400, 1), (559, 1), (560, 2), (32_000, 198), (50_000, 204)])
def test_frames_that_a_clip_lacks_are_padding(samples: int, frames: int) -> None:
    clips = torch.randn(2, samples, generator=torch.Generator().manual_seed(0))
    made = kaldi.mel_clips(clips)
    assert made.shape == (2, 1, 128, 204)
    assert ((made[..., frames:] - PADDING).abs() < 1e-6).all()
    assert ((made[..., :frames] - PADDING).abs().amax(dim=(1, 2)) > 0.01).all()


def test_silence_is_the_floor() -> None:
    made = kaldi.mel_clips(torch.zeros(1, 32_000))[..., :198]
    assert (made - (np.log(np.finfo(np.float32).eps) + 4.268) / 9.138).abs().max() < 1e-5
