"""Sounds: wav, flac, ogg and mp3, by libsndfile -> the waveform that an audio encoder is given.

Files are unpacked block by block, no further than the encoder listens, and only what it listens to is kept, so that
memory does not grow with a file's length or number of channels. What the file holds counts, not its suffix.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem, MissingDependency
from retriever.loaders import clips
from retriever.loaders.files import regular_size, unreadable
from retriever.types import AudioInput, Waveform

RATES = (100, 1_000_000)
"""Least and most samples a second of a file that is read."""
SILENT = 1e-4
"""Peak, of a full scale of 1, below which nothing is heard: 80 dB down, the noise of 16-bit recording."""

_OVERSHOOT = 2.0
"""Peak that no recording has: what a lossy codec adds to the full scale stays under it."""
_BLOCK = 1 << 20
"""Numbers unpacked at once, all channels counted."""

_UNKNOWN = 1 << 60
"""Frames from which on libsndfile means that it does not know; of a stream that was saved as it came."""
_STDERR = Lock()

Mono = NDArray[np.float32]


def read(path: Path, audio: AudioInput) -> tuple[Waveform, dict[str, object]]:
    """The sound, and its facts: seconds of the whole file, rate in samples a second, and channels.

    Raises:
        FileProblem: "malformed", "truncated", "unsupported", "empty", "silent", "not-finite" or "unreadable".
        MissingDependency: libsndfile or soxr is not there.
    """
    soundfile = _soundfile()
    regular_size(path)
    try:
        # Opened here, so that the operating system's refusals are told from damage, in words.
        with path.open("rb") as file, _hushed(file.read(3)):
            opened = partial(_at_start, soundfile, file)
            heard = _passages(opened, audio) if audio.clips else _start(opened, audio)
    except soundfile.LibsndfileError as error:
        raise _problem(error) from error
    except OSError as error:
        raise unreadable(error) from error
    facts: dict[str, object] = {
        "seconds": heard.frames / heard.rate,
        "rate": heard.rate,
        "channels": heard.channels,
    }
    return (_in_clips if audio.clips else _waveform)(heard, audio), facts


def from_array(samples: NDArray[Any], audio: AudioInput, rate: int | None = None) -> Waveform:
    """The sound of an (n,) array of floats, about -1..1, or of an (n, channels) one whose rate is known.

    Args:
        samples: as a file holds them.
        audio: what the encoder is given.
        rate: of the samples, a second; None for the space's.

    Raises:
        FileProblem: "malformed" for any other shape or type, "empty", "silent", "not-finite" or "unsupported".
    """
    _check_samples(samples, several=rate is not None)
    rate = audio.rate if rate is None else rate
    if not (RATES[0] <= rate <= RATES[1] and rate == int(rate)):
        raise FileProblem("unsupported", f"has {rate:g} samples a second; give a whole number of 8,000 to 192,000.")
    layout = clips.Clips(len(samples), int(rate), audio)
    spans = layout.spans if audio.clips else [(0, _frames(rate, audio))]
    with np.errstate(over="ignore"):  # too large for a float32 is infinite, and found below
        parts = [samples[start:end].astype(np.float32).reshape(-1, *samples.shape[1:]) for start, end in spans]
    loudest = max(float(np.abs(part).max()) for part in parts) if samples.ndim == 2 else 0.0
    mono = [part if part.ndim == 1 else part[:, 0] if audio.clips else _mean(part.T) for part in parts]
    heard = _Heard(mono, len(samples), int(rate), loudest=loudest)
    return (_in_clips if audio.clips else _waveform)(heard, audio)


def _check_samples(samples: NDArray[Any], *, several: bool) -> None:
    """Whether they are the floats of one channel, or of `several`; the channels come last, as soundfile has them."""
    if samples.ndim in (1, 2) and not samples.size:
        raise _empty()
    fits = samples.ndim == 1 or (several and samples.ndim == 2 and samples.shape[1] <= len(samples))
    if samples.dtype.kind != "f" or not fits:
        raise FileProblem(
            "malformed",
            f"is {samples.dtype} of shape {samples.shape}; give floats of -1 to 1, of shape (n,), or with a rate "
            "(n, channels).",
        )


@dataclass(frozen=True)
class _Heard:
    """What the encoder listens to, at the file's own rate.

    Attributes:
        parts: one channel; of a space that takes clips, those of `clips.Clips.spans`, else the beginning only.
        frames: of the whole file.
        rate: samples a second.
        channels: of the file.
        loudest: peak of the parts over all channels.
    """

    parts: list[Mono]
    frames: int
    rate: int
    channels: int = 1
    loudest: float = 0.0


def _at_start(soundfile: Any, file: Any) -> Any:
    """The open file as libsndfile reads it, from its first byte on."""
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    sound = soundfile.SoundFile(file.fileno(), closefd=False)
    if not RATES[0] <= sound.samplerate <= RATES[1]:
        sound.close()
        raise FileProblem("unsupported", f"has {sound.samplerate} samples a second; save it with 8,000 to 192,000.")
    if sound.frames >= _UNKNOWN:  # soundfile seeks to where it has read to, which fails at an end that is not known
        sound.seekable = lambda: False
    return sound


def _blocks(sound: Any, frames: int) -> Iterator[Mono]:
    """(channels, n) parts of the sound, until so many frames are read or it ends."""
    rows, got = max(1, _BLOCK // sound.channels), 0
    while got < frames:
        block = sound.read(min(rows, frames - got), dtype="float32", always_2d=True).T.copy()
        if not block.size:
            return
        got += block.shape[1]
        yield block


def _start(opened: Callable[[], Any], audio: AudioInput) -> _Heard:
    """The beginning of the sound, the mean of its channels."""
    with opened() as sound:
        wanted = min(sound.frames, _frames(sound.samplerate, audio))
        got, heard, blocks = 0, 0.0, []
        for block in _blocks(sound, wanted):
            got += block.shape[1]
            heard = max(heard, float(np.abs(block).max()))
            blocks.append(_mean(block))
        if got < wanted:
            _check_end(sound)
    if not blocks:
        raise _empty()
    frames = got if got < wanted else sound.frames
    return _Heard([np.concatenate(blocks)], frames, sound.samplerate, sound.channels, heard)


def _mean(block: NDArray[np.float32]) -> Mono:
    """(n,) of (channels, n)."""
    return block.mean(axis=0, dtype=np.float64).astype(np.float32)


def _passages(opened: Callable[[], Any], audio: AudioInput) -> _Heard:
    """Where the clips lie, the first channel; a file whose length turns out to be another is read once more."""
    with opened() as sound:
        said = frames = sound.frames
        if frames:
            heard = _passage(sound, frames, audio)
            frames = heard.frames
        if frames < said:
            _check_end(sound)
    if not frames:
        raise _empty()
    if frames < said:
        with opened() as sound:
            heard = _passage(sound, frames, audio)
    return heard


def _passage(sound: Any, frames: int, audio: AudioInput) -> _Heard:
    """As if the sound had so many frames; read from end to end, as seeking in MP3 and Vorbis is not exact."""
    spans = clips.Clips(frames, sound.samplerate, audio).spans
    parts = [np.zeros(end - start, np.float32) for start, end in spans]
    at, loudest = 0, 0.0
    for block in _blocks(sound, frames):
        for (start, end), part in zip(spans, parts, strict=True):
            inside = block[:, max(start - at, 0) : max(end - at, 0)]
            if inside.size:
                begin = max(at - start, 0)
                part[begin : begin + inside.shape[1]] = inside[0]
                loudest = max(loudest, float(np.abs(inside).max()))
        at += block.shape[1]
    return _Heard(parts, at, sound.samplerate, sound.channels, loudest)


def _check_end(sound: Any) -> None:
    """For a sound that has ended before its header says."""
    if sound.format != "MP3" and sound.frames < _UNKNOWN:  # the length of an MP3 is an estimate
        raise FileProblem("truncated", "ends before its header says; copy or save it again.")


def _waveform(heard: _Heard, audio: AudioInput) -> Waveform:
    """Checked, brought to the encoder's rate, and to a peak of 1 where it is louder."""
    if heard.loudest >= SILENT > np.abs(heard.parts[0]).max():
        raise FileProblem("silent", "has channels that cancel each other; save it with one of them.")
    (samples,), peak = _finite(heard.parts)
    if peak < SILENT:
        raise _silent(f"its first {audio.seconds:g} s" if len(samples) >= _frames(heard.rate, audio) else "it")
    samples = samples / max(peak, np.float32(1))
    if heard.rate != audio.rate:
        samples = _resampled(samples, heard.rate, audio.rate)
    return Waveform(np.ascontiguousarray(samples, np.float32))


def _in_clips(heard: _Heard, audio: AudioInput) -> Waveform:
    """Checked, and made as ImageBind's authors make it; only what no recording reaches is brought to a peak of 1."""
    parts, peak = _finite(heard.parts)
    if heard.loudest >= SILENT > peak:
        raise FileProblem(
            "silent", "has nothing to hear in its first channel, which alone is listened to; save it as mono."
        )
    layout = clips.Clips(heard.frames, heard.rate, audio)
    if peak < SILENT:
        raise _silent(f"its {audio.clips} clips of {audio.seconds:g} s" if layout.length < layout.total else "it")
    if peak > _OVERSHOOT:
        parts = [part / peak for part in parts]
    return Waveform(layout.cut(parts))


def _finite(parts: Sequence[Mono]) -> tuple[list[Mono], np.float32]:
    """The parts with 0 for what is not finite, and their peak.

    Raises:
        FileProblem: "not-finite" where most of it is not.
    """
    finite = [np.isfinite(part) for part in parts]
    if 2 * sum(int(each.sum()) for each in finite) < sum(map(len, parts)):
        raise FileProblem("not-finite", "has samples that are not finite in most of it; save it again.")
    parts = [np.where(good, part, np.float32(0)) for good, part in zip(finite, parts, strict=True)]
    return parts, max(np.abs(part).max() for part in parts)


def _resampled(samples: Mono, rate: int, wanted: int) -> Mono:
    """(about n * wanted / rate,), one at least, by band-limited interpolation."""
    try:
        import soxr
    except ImportError as error:
        raise MissingDependency("Sounds are resampled by soxr, which is not installed: pip install soxr.") from error
    out = soxr.resample(samples, rate, wanted, quality="HQ")
    return out if len(out) else samples[:1]


def _frames(rate: int, audio: AudioInput) -> int:
    """How many frames, at a rate, the encoder listens to."""
    return max(1, round(audio.seconds * rate))


@contextmanager
def _hushed(head: bytes) -> Iterator[None]:
    """Nothing on standard error while an MP3 is read: libmpg123 talks there, and cannot be told not to."""
    if head != b"ID3" and head[:1] != b"\xff":
        yield
        return
    with _STDERR:
        spoken = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(spoken, 2)
            os.close(spoken)
            os.close(nowhere)


def _soundfile() -> Any:
    try:
        import soundfile
    except (ImportError, OSError) as error:  # OSError: there is no libsndfile
        raise MissingDependency("Sounds are read by soundfile, which cannot be used: pip install soundfile.") from error
    return soundfile


def _problem(error: Any) -> FileProblem:
    """What libsndfile's refusal is for the user."""
    reason = str(error.error_string).strip().rstrip(".")
    if "unimplemented" in reason.lower() or "not supported" in reason.lower():
        return FileProblem("unsupported", f"has a coding that is not read ({reason}); save it as 16-bit WAV or FLAC.")
    # libsndfile says this of MP3 files that end early, too
    shown = "" if reason.startswith("File does not exist") else f" ({reason})"
    return FileProblem("malformed", f"is no whole sound file{shown}; save it again as WAV or FLAC.")


def _silent(where: str) -> FileProblem:
    return FileProblem("silent", f"has nothing to hear in {where}; cut the silence away, or record it louder.")


def _empty() -> FileProblem:
    return FileProblem("empty", "holds no samples; record or save it again.")


READERS = dict.fromkeys((".wav", ".flac", ".ogg", ".mp3"), read)
