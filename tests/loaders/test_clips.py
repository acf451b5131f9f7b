"""Sounds in the convention of ImageBind: goldens of its own front end, and every fault and oddity of files."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import clips
from retriever.spaces import SpaceIdentity
from retriever.spaces.parts import kaldi
from retriever.types import AudioInput, ImageInput, Loaded, ShapeInput, Waveform

GOLDENS = np.load(Path(__file__).parents[1] / "data" / "published" / "audio.npz")
EAR = AudioInput(rate=16_000, seconds=2.0, clips=3)


def wave(seconds: float, rate: int, dc: int = 0) -> np.ndarray:
    """The formula of the goldens: (n,) int16 of three tones and a sweep."""
    t = np.arange(int(seconds * rate)) / rate
    tones = 0.3 * np.sin(2 * np.pi * 440 * t) + 0.2 * np.sin(2 * np.pi * 1000 * t + 0.5)
    tones += 0.15 * np.sin(2 * np.pi * 50 * t) + 0.25 * np.sin(2 * np.pi * (200 * t + 580 * t * t))
    return np.round(tones * 32767).astype(np.int16) + np.int16(dc)


def noise(seconds: float, rate: int) -> np.ndarray:
    return (0.2 * np.random.default_rng(0).standard_normal(round(seconds * rate))).astype(np.float32)


def saved(path: Path, samples: np.ndarray, rate: int, **how: str) -> Path:
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    with soundfile.SoundFile(path, "w", rate, channels, **how) as file:
        for start in range(0, len(samples), 4096):  # libsndfile's Vorbis writer takes no more
            file.write(samples[start : start + 4096])
    return path


def in_clips(loaded: Loaded) -> np.ndarray:
    """(clips, m)."""
    assert isinstance(loaded.payload, Waveform) and loaded.payload.samples.dtype == np.float32
    return loaded.payload.samples.reshape(EAR.clips, -1)


def heard(path: Path) -> np.ndarray:
    return in_clips(loaders.load_audio(path, EAR))


def mel(path: Path) -> np.ndarray:
    return kaldi.mel_clips(torch.from_numpy(heard(path))).numpy()


def problem(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        heard(path)
    assert str(caught.value).endswith(".") and ";" in str(caught.value), "a sentence with a cure"
    return caught.value


@pytest.mark.parametrize(
    ("rate", "seconds", "golden"),
    [
        (8_000, 0.25, "wave8000_to16k"),
        (22_050, 0.25, "wave22050_to16k"),
        (48_000, 0.25, "wave48000_to16k"),
        (44_100, 5, "wave16k_5s"),
    ],
)
def test_resampling_is_that_of_the_goldens(rate: int, seconds: float, golden: str) -> None:
    samples, wanted = wave(seconds, rate).astype(np.float32) / 32768, GOLDENS[golden]
    assert clips.Clips(len(samples), rate, EAR).total == len(wanted)
    made = clips.resampled(samples, 0, rate, 16_000, 0, len(wanted))
    assert np.abs(made - wanted).max() < 2e-5
    low, high = clips.reach(rate, 16_000, 1000, 500)
    part = clips.resampled(samples[low:high], low, rate, 16_000, 1000, 500)
    np.testing.assert_array_equal(part, made[1000:1500])


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
    assert np.quantile(away, 0.999) < 0.025


def test_of_several_channels_the_first_is_heard(tmp_path: Path) -> None:
    t = np.arange(44_100) / 44_100
    other = np.round(0.4 * np.sin(2 * np.pi * 300 * t) * np.cos(2 * np.pi * 3 * t) * 32767).astype(np.int16)
    soundfile.write(tmp_path / "stereo.flac", np.stack([wave(1, 44_100), other], axis=1), 44_100)
    assert np.abs(mel(tmp_path / "stereo.flac")[0] - GOLDENS["mel_stereo_1s_clip0"]).max() < 0.1


def test_clips_begin_and_end_with_the_sound() -> None:
    assert clips.Clips(5 * 44_100, 44_100, EAR).starts == [0, 24_000, 48_000]
    assert clips.Clips(44_100, 44_100, EAR).starts == [0, 0, 0]
    for total in range(96_000, 97_000):
        _, middle, last = clips.Clips(total, 16_000, EAR).starts
        assert 0 <= total - 32_000 - last <= 1, "a sample sooner where the authors' floats make it so"
        assert 0 <= (total - 32_000) // 2 - middle <= 1
    assert clips.Clips(9 * 16_000, 16_000, AudioInput(seconds=2.0, clips=1)).starts == [0]


@pytest.mark.parametrize(
    ("name", "rate", "how"),
    [
        ("a.wav", 22_050, {}),
        ("a.flac", 22_050, {}),
        ("a.ogg", 22_050, {}),
        ("a.mp3", 22_050, {}),
        ("opus.ogg", 24_000, {"format": "OGG", "subtype": "OPUS"}),
        ("gsm.wav", 8_000, {"subtype": "GSM610"}),
        ("adpcm.wav", 16_000, {"subtype": "IMA_ADPCM"}),
    ],
)
def test_clips_of_a_long_file_are_those_of_its_samples(
    tmp_path: Path, name: str, rate: int, how: dict[str, str]
) -> None:
    path = saved(tmp_path / name, noise(10, rate), rate, **how)
    whole, _ = soundfile.read(path, dtype="float32")
    total = -(-len(whole) * 16_000 // rate)
    made = whole if rate == 16_000 else clips.resampled(whole, 0, rate, 16_000, 0, total)
    wanted = [made[start : start + 32_000] for start in (0, (total - 32_000) // 2, total - 32_000)]
    assert np.abs(heard(path) - [clip - clip.mean() for clip in wanted]).max() < 1e-6


def test_clips_that_overlap_carry_what_was_taken_out_before(tmp_path: Path) -> None:
    samples = noise(4, 16_000) + np.linspace(0, 0.3, 64_000, dtype=np.float32)
    before, left, wanted = samples.copy(), samples.copy(), []
    for start in (0, 16_000, 32_000):
        left[start : start + 32_000] -= left[start : start + 32_000].mean()
        wanted.append(left[start : start + 32_000].copy())
    assert np.abs(in_clips(loaders.load_audio(samples, EAR)) - wanted).max() < 1e-6
    np.testing.assert_array_equal(samples, before)


@pytest.mark.parametrize("rate", [100, 11_025, 47_999, 96_000, 99_991, 192_000])
def test_a_tone_keeps_its_pitch_at_any_rate(tmp_path: Path, rate: int) -> None:
    hertz = 30 if rate == 100 else 440
    tone = 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * 2.2)) / rate)
    soundfile.write(tmp_path / "tone.wav", tone, rate)
    clip = heard(tmp_path / "tone.wav")[1]
    spectrum = np.abs(np.fft.rfft(clip * np.hanning(len(clip))))
    assert spectrum.argmax() / 2 == pytest.approx(hertz, abs=1)
    assert np.abs(clip[2000:-2000]).max() == pytest.approx(0.5, abs=0.02)


def test_memory_does_not_grow_with_the_sound(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.tile(np.stack([noise(20, 16_000)] * 2, axis=1), (9, 1)), 16_000)
    tracemalloc.start()
    clip = heard(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert clip.shape == (3, 32_000)
    assert most < 16 * 2**20, "180 s of two channels are 22 MiB"


@pytest.mark.parametrize("frames", [1, 160, 399])
def test_a_click_is_followed_by_silence(tmp_path: Path, frames: int) -> None:
    click = noise(0.025, 16_000)[:frames]
    soundfile.write(tmp_path / "click.wav", click, 16_000, subtype="FLOAT")
    clip = heard(tmp_path / "click.wav")
    assert clip.shape == (3, 400) and not clip[:, frames:].any()
    assert np.abs(clip[:, :frames] - (click - click.mean())).max() < 1e-6
    assert np.isfinite(mel(tmp_path / "click.wav")).all()


def test_an_array_is_as_its_file(tmp_path: Path) -> None:
    samples = (wave(5, 16_000) / 32768).astype(np.float32)
    soundfile.write(tmp_path / "sound.wav", samples, 16_000, subtype="FLOAT")
    np.testing.assert_array_equal(in_clips(loaders.load_audio(samples, EAR)), heard(tmp_path / "sound.wav"))


def test_only_what_no_recording_reaches_is_brought_down(tmp_path: Path) -> None:
    tone = (wave(2, 16_000) / 32768).astype(np.float32)
    for name, gain, peak in (("codec", 1.5, 1.34), ("whole numbers", 32768.0, 1.0), ("huge", 1e30, 1.0)):
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, tone * np.float32(gain), 16_000, subtype="FLOAT")
        assert np.abs(heard(path)).max() == pytest.approx(peak, abs=0.02)


def test_what_cannot_be_heard_is_said(tmp_path: Path) -> None:
    late = np.zeros(160_000, np.float32)
    late[40_000] = 1  # between the first clip and the second
    assert "nothing to hear in its 3 clips of 2 s" in str(problem(saved(tmp_path / "late.wav", late, 16_000)))
    assert "nothing to hear in it;" in str(problem(saved(tmp_path / "short.wav", late[:9000], 16_000)))
    right = np.stack([np.zeros(16_000), noise(1, 16_000)], axis=1)
    assert "in its first channel" in str(problem(saved(tmp_path / "right.wav", right, 16_000)))
    assert problem(saved(tmp_path / "none.wav", late[:0], 16_000)).kind == "empty"


def test_numbers_that_are_not_finite(tmp_path: Path) -> None:
    samples = noise(2, 16_000)
    samples[100:200], samples[200] = np.nan, np.inf
    clip = heard(saved(tmp_path / "some.wav", samples, 16_000, subtype="FLOAT"))
    assert np.isfinite(clip).all() and np.ptp(clip[0, 100:201]) == 0
    samples[:20_000] = np.nan
    assert problem(saved(tmp_path / "most.wav", samples, 16_000, subtype="FLOAT")).kind == "not-finite"


def test_half_a_file(tmp_path: Path) -> None:
    for suffix in (".wav", ".mp3", ".flac", ".ogg"):
        path = saved(tmp_path / f"a{suffix}", noise(14, 16_000), 16_000)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        if suffix != ".flac":  # a recording that was broken off is as long as it is
            loaded, whole = loaders.load_audio(path, EAR), soundfile.read(path, dtype="float32")[0]
            assert loaded.facts["seconds"] == len(whole) / 16_000 < 8
            last = whole[-32_000:]
            assert np.abs(in_clips(loaded)[2] - (last - last.mean())).max() < 1e-6
        else:
            assert problem(path).kind in ("truncated", "malformed")


def test_a_stream_that_was_saved_as_it_came(tmp_path: Path) -> None:
    known = saved(tmp_path / "known.flac", noise(9, 16_000), 16_000)
    data = bytearray(known.read_bytes())
    data[21] &= 0xF0  # the number of samples, 36 bits, is 0 where it was not known
    data[22:26] = bytes(4)
    (tmp_path / "stream.flac").write_bytes(data)
    for entry in (EAR, AudioInput()):
        one, other = (loaders.load_audio(tmp_path / f"{name}.flac", entry) for name in ("known", "stream"))
        assert isinstance(one.payload, Waveform) and isinstance(other.payload, Waveform)
        np.testing.assert_array_equal(one.payload.samples, other.payload.samples)
        assert one.facts == other.facts


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
def test_damaged_files_give_clips_or_a_file_problem(tmp_path: Path, suffix: str) -> None:
    path = saved(tmp_path / f"a{suffix}", np.stack([noise(3, 22_050)] * 2, axis=1), 22_050)
    good, random = path.read_bytes(), np.random.default_rng(7)
    for count in (1, 2, 8, 32):
        data = bytearray(good)
        for place in np.concatenate([random.integers(0, 200, count), random.integers(0, len(data), count)]):
            data[place] ^= 1 << random.integers(0, 8)
        path.write_bytes(data)
        try:
            assert np.isfinite(heard(path)).all()
        except FileProblem as found:
            assert found.kind != "unreadable"


def test_identities_of_before_there_were_clips_and_crops() -> None:
    identity = SpaceIdentity("mini", 8, "5", ShapeInput(), ImageInput(), AudioInput())
    written = identity.to_json()
    del written["image"]["fit"], written["audio"]["clips"]
    assert SpaceIdentity.from_json(written) == identity
    bound = SpaceIdentity("mini", 8, "5", ShapeInput(), ImageInput(224, fit="crop"), EAR)
    assert bound != identity and SpaceIdentity.from_json(bound.to_json()) == bound
    assert "pictures cropped to 224x224 on 255, sounds 3 x 2 s at 16000 Hz" in str(bound)
