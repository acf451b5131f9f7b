"""Sounds: one real file of every format, every way in which samples are stored, and every fault."""

from __future__ import annotations

import os
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.types import AudioInput, Loaded, Modality, ShapeInput, Waveform

ENTRY = AudioInput(rate=16_000, seconds=2.0)
INPUTS = Inputs(ShapeInput(), audio=ENTRY)
SUFFIXES = sorted(loaders.suffixes(Modality.AUDIO))
HERTZ = 440.0
FORMS = {".opus": ("OGG", "OPUS"), ".oga": ("OGG", "VORBIS"), ".aif": ("AIFF", None)}
"""Suffixes that soundfile does not write by."""


def tone(rate: int, seconds: float, channels: int = 1, hertz: float = HERTZ) -> np.ndarray:
    """(n, channels) of half the full scale."""
    return np.repeat(0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)[:, None], channels, 1)


def saved(path: Path, samples: np.ndarray, rate: int, subtype: str | None = None, form: str | None = None) -> Path:
    form, subtype = FORMS.get(path.suffix, (form, subtype))
    with soundfile.SoundFile(path, "w", rate, samples.shape[1], subtype=subtype, format=form) as file:
        for start in range(0, len(samples), 4096):  # libsndfile's Vorbis writer takes no more
            file.write(samples[start : start + 4096])
    return path


def rate_of(suffix: str, wanted: int) -> int:
    """Samples a second that a format can have: of Opus, a few."""
    return wanted if suffix != ".opus" else min((8000, 12_000, 16_000, 24_000, 48_000), key=lambda r: abs(r - wanted))


def load(path: Path) -> Loaded:
    return loaders.load(path, INPUTS)


def samples_of(path: Path) -> np.ndarray:
    payload = load(path).payload
    assert isinstance(payload, Waveform)
    assert payload.samples.ndim == 1 and payload.samples.dtype == np.float32 and len(payload.samples)
    assert np.isfinite(payload.samples).all() and np.abs(payload.samples).max() < 1.01
    return payload.samples


def loudest_hertz(samples: np.ndarray, rate: int = ENTRY.rate) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples))


def problem(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        load(path)
    assert str(caught.value).endswith(".") and ";" in str(caught.value), "a sentence with a cure"
    return caught.value


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same_tone(tmp_path: Path, suffix: str) -> None:
    rate = rate_of(suffix, 44_100)
    path = saved(tmp_path / f"a{suffix}", tone(rate, 1, 2), rate)
    loaded = load(path)
    assert loaded.modality is Modality.AUDIO and loaded.sha256 == loaders.content_hash(path)
    assert (loaded.facts["rate"], loaded.facts["channels"]) == (rate, 2)
    assert loaded.facts["seconds"] == pytest.approx(1, abs=0.1)
    samples = samples_of(path)
    assert len(samples) == pytest.approx(16_000, rel=0.1)
    assert loudest_hertz(samples) == pytest.approx(HERTZ, abs=2)
    assert np.sqrt(np.square(samples[4000:12_000]).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.03)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_lies_beyond_is_not_heard(tmp_path: Path, suffix: str) -> None:
    rate = rate_of(suffix, 22_050)
    long = np.concatenate([tone(rate, 2), tone(rate, 4, hertz=3000)])
    path = saved(tmp_path / f"a{suffix}", long, rate)
    assert load(path).facts["seconds"] == pytest.approx(6, abs=0.1)
    samples = samples_of(path)
    assert len(samples) == 32_000
    assert loudest_hertz(samples) == pytest.approx(HERTZ, abs=2)


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("8-bit.wav", 8000, 1, "PCM_U8"),
        ("24-bit.wav", 48_000, 2, "PCM_24"),
        ("32-bit.wav", 16_000, 1, "PCM_32"),
        ("float.wav", 11_025, 1, "FLOAT"),
        ("double.wav", 16_000, 1, "DOUBLE"),
        ("telephone.wav", 8000, 1, "ULAW"),
        ("adpcm.wav", 16_000, 1, "IMA_ADPCM"),
        ("192 kHz.wav", 192_000, 1, "PCM_24"),
        ("192 kHz, 8 channels.flac", 192_000, 8, "PCM_24"),
        ("8 channels.wav", 48_000, 8, "PCM_16"),
        ("opus.ogg", 48_000, 2, "OPUS"),
        ("8 kHz.mp3", 8000, 1, None),
    ],
)
def test_every_rate_depth_and_number_of_channels(
    tmp_path: Path, name: str, rate: int, channels: int, subtype: str | None
) -> None:
    form = "OGG" if subtype == "OPUS" else None
    path = saved(tmp_path / name, tone(rate, 0.5, channels), rate, subtype, form)
    assert (load(path).facts["rate"], load(path).facts["channels"]) == (rate, channels)
    samples = samples_of(path)
    assert len(samples) == pytest.approx(8000, rel=0.2)
    assert loudest_hertz(samples) == pytest.approx(HERTZ, abs=4)


def test_channels_are_averaged(tmp_path: Path) -> None:
    both = np.hstack([tone(16_000, 1), tone(16_000, 1, hertz=1000)])
    samples = samples_of(saved(tmp_path / "a.wav", both, 16_000, "FLOAT"))
    np.testing.assert_allclose(samples, both.mean(axis=1), atol=1e-6)


def test_resampling_keeps_what_both_rates_can_hold_and_nothing_else(tmp_path: Path) -> None:
    high = tone(48_000, 1) + tone(48_000, 1, hertz=12_000)
    samples = samples_of(saved(tmp_path / "a.wav", high, 48_000, "FLOAT"))
    expected = tone(16_000, 1)[:, 0] / np.abs(high).max()
    np.testing.assert_allclose(samples[400:-400], expected[400:-400], atol=2e-3)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("frames", [1, 441])
def test_the_shortest_clips(tmp_path: Path, suffix: str, frames: int) -> None:
    rate = rate_of(suffix, 44_100)
    path = saved(tmp_path / f"a{suffix}", np.full((frames, 1), 0.5), rate)
    assert len(samples_of(path)) == pytest.approx(max(1, frames * 16_000 / rate), abs=2)
    assert load(path).facts["seconds"] == pytest.approx(frames / rate)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_silence(tmp_path: Path, suffix: str) -> None:
    path = saved(tmp_path / f"a{suffix}", np.zeros((8000, 2)), 16_000)
    assert problem(path).kind == "silent" and "nothing to hear in it" in str(problem(path))


def test_silence_at_the_start_and_channels_that_cancel(tmp_path: Path) -> None:
    late = np.concatenate([np.zeros((32_000, 1)), tone(16_000, 1)])
    assert "its first 2 s" in str(problem(saved(tmp_path / "late.wav", late, 16_000)))
    against = tone(16_000, 1, 2) * [1, -1]
    assert "cancel each other" in str(problem(saved(tmp_path / "against.wav", against, 16_000)))


@pytest.mark.parametrize("suffix", [".wav", ".ogg"])
def test_a_header_without_samples(tmp_path: Path, suffix: str) -> None:
    assert problem(saved(tmp_path / f"a{suffix}", np.zeros((0, 1)), 16_000)).kind == "empty"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty_files(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").write_bytes(b"")
    assert problem(tmp_path / f"a{suffix}").kind == "empty"


def test_numbers_that_are_not_finite(tmp_path: Path) -> None:
    samples = tone(16_000, 1)
    samples[100:200], samples[200] = np.nan, np.inf
    heard = samples_of(saved(tmp_path / "some.wav", samples, 16_000, "FLOAT"))
    assert (heard[100:201] == 0).all()
    np.testing.assert_allclose(heard[201:], samples[201:, 0], atol=1e-6)
    samples[:9000] = np.nan
    assert problem(saved(tmp_path / "most.wav", samples, 16_000, "FLOAT")).kind == "not-finite"
    huge = tone(16_000, 1) * 1e300
    assert problem(saved(tmp_path / "huge.wav", huge, 16_000, "DOUBLE")).kind == "not-finite"


def test_what_is_louder_than_the_full_scale_is_brought_down_to_it(tmp_path: Path) -> None:
    samples = samples_of(saved(tmp_path / "a.wav", tone(16_000, 1) * 5000, 16_000, "FLOAT"))
    np.testing.assert_allclose(samples, 2 * tone(16_000, 1)[:, 0], atol=1e-3)


def test_half_a_file(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (16_000, 1))
    for suffix in SUFFIXES:
        path = saved(tmp_path / f"a{suffix}", noise, 16_000)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        if suffix in (".wav", ".aif", ".aiff", ".w64", ".mp3"):  # a recording that was broken off is as long as it is
            assert load(path).facts["seconds"] == pytest.approx(len(samples_of(path)) / 16_000)
            assert 5000 < len(samples_of(path)) < 9000
        else:
            assert problem(path).kind in ("truncated", "malformed", "empty")


def wav(rate: int, channels: int, data: bytes) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 % 2**32, channels * 2 % 2**16, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(("rate", "channels"), [(2_000_000_000, 1), (1, 1), (0, 1), (16_000, 0), (16_000, 65_535)])
def test_headers_that_ask_for_the_absurd(tmp_path: Path, rate: int, channels: int) -> None:
    (tmp_path / "a.wav").write_bytes(wav(rate, channels, b"\x10\x20" * 4000))
    assert problem(tmp_path / "a.wav").kind in ("unsupported", "malformed")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "data", [b"<html>404</html>", b"RIFF\0\0\0\0WAVE", b"fLaC", b"OggS\0\2", b"ID3\4\0", b"\xff\xfb"]
)
def test_what_is_no_sound(tmp_path: Path, suffix: str, data: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / f"a{suffix}").write_bytes(data + bytes(200))
    assert problem(tmp_path / f"a{suffix}").kind in ("malformed", "unsupported", "empty", "silent")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_files_give_a_sound_or_a_file_problem(
    tmp_path: Path, suffix: str, capfd: pytest.CaptureFixture[str]
) -> None:
    rate = rate_of(suffix, 22_050)
    path = saved(tmp_path / f"a{suffix}", tone(rate, 0.5, 2), rate)
    good, random = path.read_bytes(), np.random.default_rng(7)
    for count in (0, 0, 0, 0, 1, 1, 2, 4, 8, 32, 128):
        data = bytearray(good)
        for place in np.concatenate([random.integers(0, 200, count), random.integers(0, len(data), count)]):
            data[place] ^= 1 << random.integers(0, 8)
        path.write_bytes(data if count else data[: random.integers(1, len(data))])
        try:
            samples_of(path)
        except FileProblem as found:
            assert found.kind != "unreadable"
    assert capfd.readouterr() == ("", "")


def test_missing_and_special_files(tmp_path: Path) -> None:
    assert problem(tmp_path / "gone.wav").kind == "unreadable"
    (tmp_path / "folder.mp3").mkdir()
    assert problem(tmp_path / "folder.mp3").kind == "unreadable"
    os.mkfifo(tmp_path / "pipe.ogg")
    assert problem(tmp_path / "pipe.ogg").kind == "unreadable"


def test_threads_read_at_once(tmp_path: Path) -> None:
    paths = [
        saved(tmp_path / f"{n}{suffix}", tone(rate, 0.3, hertz=200 + 50 * n), rate)
        for n in range(4)
        for suffix, rate in ((suffix, rate_of(suffix, 44_100)) for suffix in SUFFIXES)
    ]
    alone = [samples_of(path) for path in paths]
    with ThreadPoolExecutor(8) as threads:
        for one, other in zip(threads.map(samples_of, paths * 2), alone * 2, strict=True):
            np.testing.assert_array_equal(one, other)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40_000), st.sampled_from([np.float32, np.float64]))
def test_arrays_are_sounds(count: int, kind: type) -> None:
    given_as = np.random.default_rng(count).uniform(-0.9, 0.9, count).astype(kind)
    loaded = loaders.load_audio(given_as, ENTRY)
    assert isinstance(loaded.payload, Waveform)
    np.testing.assert_array_equal(loaded.payload.samples, given_as[:32_000].astype(np.float32))
    assert loaded.facts == {"seconds": count / 16_000, "rate": 16_000, "channels": 1}


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (np.zeros((4, 2)), "malformed"),
        (np.ones(9, np.int16), "malformed"),
        (np.zeros(0), "empty"),
        (np.zeros(9), "silent"),
        (np.full(9, np.nan), "not-finite"),
        (np.full(9, 1e300), "not-finite"),
    ],
)
def test_other_arrays_are_refused(array: np.ndarray, kind: str) -> None:
    with pytest.raises(FileProblem) as caught:
        loaders.load_audio(array, ENTRY)
    assert caught.value.kind == kind and ";" in str(caught.value)
