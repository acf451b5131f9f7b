"""Sounds and pictures in the convention of ImageBind and CLIP: against goldens of their own front ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import clips
from retriever.spaces import kaldi
from retriever.types import AudioInput, ImageInput, Waveform

DATA = Path(__file__).parents[1] / "data" / "published"
GOLDENS = np.load(DATA / "audio.npz")
EAR = AudioInput(rate=16_000, seconds=2.0, clips=3)
EYE = ImageInput(side=224, fit="crop")


def wave(seconds: float, rate: int, dc: int = 0) -> np.ndarray:
    """The formula of the goldens: (n,) int16 of three tones and a sweep."""
    t = np.arange(int(seconds * rate)) / rate
    tones = 0.3 * np.sin(2 * np.pi * 440 * t) + 0.2 * np.sin(2 * np.pi * 1000 * t + 0.5)
    tones += 0.15 * np.sin(2 * np.pi * 50 * t) + 0.25 * np.sin(2 * np.pi * (200 * t + 580 * t * t))
    return np.round(tones * 32767).astype(np.int16) + np.int16(dc)


def heard(path: Path) -> np.ndarray:
    """(clips, m) of a file."""
    payload = loaders.load_audio(path, EAR).payload
    assert isinstance(payload, Waveform)
    return payload.samples.reshape(EAR.clips, -1)


def mel(path: Path) -> np.ndarray:
    return kaldi.mel_clips(torch.from_numpy(heard(path))).numpy()


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_resampling_is_that_of_the_goldens(rate: int) -> None:
    samples = wave(0.25, rate).astype(np.float32) / 32768
    golden = GOLDENS[f"wave{rate}_to16k"]
    made = clips.resampled(lambda a, b: samples[a:b], len(samples), rate, 16_000, 0, len(golden))
    assert np.abs(made - golden).max() < 2e-5
    part = clips.resampled(lambda a, b: samples[a:b], len(samples), rate, 16_000, 1000, 500)
    assert np.abs(part - golden[1000:1500]).max() < 2e-5


@pytest.mark.parametrize(
    ("golden", "seconds", "rate", "dc", "near"),
    [
        ("mel_5s", 5, 44_100, 0, 0.1),
        ("mel_5s_dc", 5, 44_100, 2000, 0.1),
        ("mel_1s_clip0", 1, 44_100, 0, 0.1),
        ("mel_40ms_clip0", 0.04, 44_100, 0, 0.005),
        ("mel_2s_16k_clip0", 2, 16_000, 0, 0.003),
    ],
)
def test_a_file_becomes_the_goldens_spectra(
    tmp_path: Path, golden: str, seconds: float, rate: int, dc: int, near: float
) -> None:
    soundfile.write(tmp_path / "sound.wav", wave(seconds, rate, dc), rate)
    made, wanted = mel(tmp_path / "sound.wav"), GOLDENS[golden].astype(np.float32)
    away = np.abs((made if wanted.ndim == 4 else made[0]) - wanted)
    assert away.max() < near
    assert np.quantile(away, 0.99) < 0.025


def test_of_several_channels_the_first_is_heard(tmp_path: Path) -> None:
    t = np.arange(44_100) / 44_100
    other = np.round(0.4 * np.sin(2 * np.pi * 300 * t) * np.cos(2 * np.pi * 3 * t) * 32767).astype(np.int16)
    soundfile.write(tmp_path / "stereo.flac", np.stack([wave(1, 44_100), other], axis=1), 44_100)
    assert np.abs(mel(tmp_path / "stereo.flac")[0] - GOLDENS["mel_stereo_1s_clip0"]).max() < 0.1


def test_the_filters_are_the_goldens() -> None:
    assert np.abs(kaldi.filter_bank()[:-1].T.numpy() - GOLDENS["mel_banks"]).max() < 1e-4
    assert not kaldi.filter_bank()[-1].any()


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_clips_of_a_long_file_are_those_of_its_samples(tmp_path: Path, suffix: str) -> None:
    rate, rng = 22_050, np.random.default_rng(0)
    samples = (0.2 * rng.standard_normal(20 * rate)).astype(np.float32)
    path = tmp_path / f"long.{suffix}"
    soundfile.write(path, samples, rate)
    whole, _ = soundfile.read(path, dtype="float32")
    total = -(-len(whole) * 16_000 // rate)
    made = clips.resampled(lambda a, b: whole[a:b], len(whole), rate, 16_000, 0, total)
    wanted = [made[start : start + 32_000] for start in (0, (total - 32_000) // 2, total - 32_000)]
    assert np.abs(heard(path) - [clip - clip.mean() for clip in wanted]).max() < 1e-4


@pytest.mark.parametrize("rate", [100, 11_025, 47_999, 96_000, 192_000])
def test_a_tone_keeps_its_pitch_at_any_rate(tmp_path: Path, rate: int) -> None:
    hertz = 30 if rate == 100 else 440
    soundfile.write(tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * hertz * np.arange(rate * 3) / rate), rate)
    clip = heard(tmp_path / "tone.wav")[1]
    spectrum = np.abs(np.fft.rfft(clip * np.hanning(len(clip))))
    assert spectrum.argmax() / 2 == pytest.approx(hertz, abs=1)
    assert np.abs(clip[2000:-2000]).max() == pytest.approx(0.5, abs=0.02)


def test_a_click_of_ten_milliseconds_is_followed_by_silence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "click.wav", wave(0.01, 16_000), 16_000)
    clip = heard(tmp_path / "click.wav")
    assert clip.shape == (3, 400) and clip[:, :160].any() and not clip[:, 160:].any()
    assert np.isfinite(mel(tmp_path / "click.wav")).all()


def test_an_array_is_as_its_file(tmp_path: Path) -> None:
    samples = (wave(5, 16_000) / 32768).astype(np.float32)
    soundfile.write(tmp_path / "sound.wav", samples, 16_000, subtype="FLOAT")
    payload = loaders.load_audio(samples, EAR).payload
    assert isinstance(payload, Waveform)
    assert np.array_equal(payload.samples.reshape(3, -1), heard(tmp_path / "sound.wav"))


def test_what_cannot_be_heard_is_said(tmp_path: Path) -> None:
    silent = np.zeros(160_000, np.float32)
    silent[40_000] = 1  # between the first clip and the second
    broken = np.full(16_000, np.nan, np.float32)
    for name, samples, said in (("silent", silent, "3 clips of 2 s"), ("broken", broken, "not finite in most")):
        soundfile.write(tmp_path / f"{name}.wav", samples, 16_000, subtype="FLOAT")
        with pytest.raises(FileProblem, match=said):
            loaders.load_audio(tmp_path / f"{name}.wav", EAR)
    soundfile.write(tmp_path / "cut.flac", wave(10, 16_000), 16_000)
    (tmp_path / "cut.flac").write_bytes((tmp_path / "cut.flac").read_bytes()[:100_000])
    with pytest.raises(FileProblem) as problem:
        loaders.load_audio(tmp_path / "cut.flac", EAR)
    assert problem.value.kind in {"truncated", "malformed"}


@pytest.mark.parametrize("name", ["land_300x200", "odd_331x220", "tall_97x150", "rgba_256x240"])
def test_pictures_are_cropped_as_the_goldens(name: str) -> None:
    made = loaders.load_image(DATA / f"{name}.png", EYE).payload.pixels  # type: ignore[union-attr]
    golden = np.load(DATA / "pictures.npz")[name]
    assert np.abs(made.astype(int) - golden.astype(int)).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (100_000, 1), (224, 224), (3000, 20)])
def test_pictures_of_any_size_become_the_square(size: tuple[int, int], tmp_path: Path) -> None:
    Image.new("RGB", size, (10, 200, 30)).save(tmp_path / "picture.png")
    pixels = loaders.load_image(tmp_path / "picture.png", EYE).payload.pixels  # type: ignore[union-attr]
    assert pixels.shape == (224, 224, 3) and (pixels == (10, 200, 30)).all()


def test_the_middle_of_a_turned_photo_is_upright(tmp_path: Path) -> None:
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[:150] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turned clockwise by whoever shows it: what is the top in the file is the right of the picture
    Image.fromarray(pixels).save(tmp_path / "photo.jpg", exif=exif)
    made = loaders.load_image(tmp_path / "photo.jpg", EYE).payload.pixels  # type: ignore[union-attr]
    assert made[:, 120:].min() > 200 and made[:, :100].max() < 50
