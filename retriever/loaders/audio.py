"""Sounds: wav, flac, ogg and mp3, by libsndfile -> the waveform that an audio encoder is given.

Only as much of a file is unpacked as the encoder listens to, block by block, so that memory does not grow with a
file's length, rate or number of channels. What the file holds counts, not its suffix.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem, MissingDependency
from retriever.loaders.files import regular_size, unreadable
from retriever.types import AudioInput, Waveform

RATES = (100, 1_000_000)
"""Least and most samples a second of a file that is read."""
SILENT = 1e-4
"""Peak, of a full scale of 1, below which nothing is heard: 80 dB down, the noise of 16-bit recording."""

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
        with path.open("rb") as file, _hushed(file.read(3)), _at_start(soundfile, file) as sound:
            samples, frames = _mono(sound, audio)
            rate, channels = sound.samplerate, sound.channels
    except soundfile.LibsndfileError as error:
        raise _problem(error) from error
    except OSError as error:
        raise unreadable(error) from error
    return _waveform(samples, rate, audio), {"seconds": frames / rate, "rate": rate, "channels": channels}


def from_array(samples: NDArray[Any], audio: AudioInput) -> Waveform:
    """The sound of an (n,) array of floats, about -1..1, at the space's rate.

    Raises:
        FileProblem: "malformed" for any other shape or type, "empty", "silent" or "not-finite".
    """
    if samples.ndim != 1 or samples.dtype.kind != "f":
        raise FileProblem(
            "malformed", f"is {samples.dtype} of shape {samples.shape}; give floats of -1 to 1, of shape (n,)."
        )
    if not len(samples):
        raise _empty()
    kept = samples[: _frames(audio.rate, audio)]
    with np.errstate(over="ignore"):  # too large for a float32 is infinite, and found below
        return _waveform(kept.astype(np.float32), audio.rate, audio)


def _at_start(soundfile: Any, file: Any) -> Any:
    """The open file as libsndfile reads it, from its first byte on."""
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    return soundfile.SoundFile(file.fileno(), closefd=False)


def _mono(sound: Any, audio: AudioInput) -> tuple[Mono, int]:
    """(n,) at the file's rate, the mean of its channels, as far as the encoder listens; and the frames in all."""
    if not RATES[0] <= sound.samplerate <= RATES[1]:
        raise FileProblem("unsupported", f"has {sound.samplerate} samples a second; save it with 8,000 to 192,000.")
    wanted = min(sound.frames, _frames(sound.samplerate, audio))
    rows, got, heard, blocks = max(1, _BLOCK // sound.channels), 0, 0.0, []
    while got < wanted:
        block = sound.read(min(rows, wanted - got), dtype="float32", always_2d=True).T.copy()
        if not block.size:
            break
        got += block.shape[1]
        heard = max(heard, float(np.abs(block).max()))
        blocks.append(block.mean(axis=0, dtype=np.float64).astype(np.float32))
    if got < wanted and sound.format != "MP3" and sound.frames < _UNKNOWN:  # the length of an MP3 is an estimate
        raise FileProblem("truncated", "ends before its header says; copy or save it again.")
    if not blocks:
        raise _empty()
    samples = np.concatenate(blocks)
    if heard >= SILENT > np.abs(samples).max():
        raise FileProblem("silent", "has channels that cancel each other; save it with one of them.")
    return samples, got if got < wanted else sound.frames


def _waveform(samples: Mono, rate: int, audio: AudioInput) -> Waveform:
    """Checked, brought to the encoder's rate, and to a peak of 1 where it is louder."""
    finite = np.isfinite(samples)
    if finite.sum() * 2 < len(samples):
        raise FileProblem("not-finite", "has samples that are not finite in most of it; save it again.")
    samples = np.where(finite, samples, np.float32(0))
    peak = np.abs(samples).max()
    if peak < SILENT:
        where = f"its first {audio.seconds:g} s" if len(samples) >= _frames(rate, audio) else "it"
        raise FileProblem("silent", f"has nothing to hear in {where}; cut the silence away, or record it louder.")
    samples = samples / max(peak, np.float32(1))
    if rate != audio.rate:
        samples = _resampled(samples, rate, audio.rate)
    return Waveform(np.ascontiguousarray(samples, np.float32))


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


def _empty() -> FileProblem:
    return FileProblem("empty", "holds no samples; record or save it again.")


READERS = dict.fromkeys((".wav", ".flac", ".ogg", ".mp3"), read)
