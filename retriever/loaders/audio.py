"""Sounds: wav, flac, ogg, mp3, aiff and others, by libsndfile -> the waveform that an audio encoder is given.

Files are unpacked block by block, no further than the encoder listens, and only what it listens to is kept, so that
memory does not grow with a file's length or number of channels. What the file holds counts, not its suffix.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever import archives
from retriever.errors import FileProblem, MissingDependency
from retriever.loaders import clips
from retriever.loaders.files import regular_size, unreadable
from retriever.loaders.waveforms import Heard, Mono, empty, frames_heard, mean, prepared
from retriever.types import AudioInput, Waveform

RATES = (100, 1_000_000)
"""Least and most samples a second of a file that is read."""

_BLOCK = 1 << 20
"""Numbers unpacked at once, all channels counted."""

_UNKNOWN = 1 << 60
"""Frames from which on libsndfile means that it does not know; of a stream that was saved as it came."""
_STDERR = Lock()


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
        with archives.opened(path) as file, _hushed(file.read(3)):
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
    return prepared(heard, audio), facts


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
    spans = layout.spans if audio.clips else [(0, frames_heard(rate, audio))]
    with np.errstate(over="ignore"):  # too large for a float32 is infinite, and found below
        parts = [samples[start:end].astype(np.float32).reshape(-1, *samples.shape[1:]) for start, end in spans]
    loudest = max(float(np.abs(part).max()) for part in parts) if samples.ndim == 2 else 0.0
    mono = [part if part.ndim == 1 else part[:, 0] if audio.clips else mean(part.T) for part in parts]
    heard = Heard(mono, len(samples), int(rate), loudest=loudest)
    return prepared(heard, audio)


def _check_samples(samples: NDArray[Any], *, several: bool) -> None:
    """Whether they are the floats of one channel, or of `several`; the channels come last, as soundfile has them."""
    if samples.ndim in (1, 2) and not samples.size:
        raise empty()
    fits = samples.ndim == 1 or (several and samples.ndim == 2 and samples.shape[1] <= len(samples))
    if samples.dtype.kind != "f" or not fits:
        raise FileProblem(
            "malformed",
            f"is {samples.dtype} of shape {samples.shape}; give floats of -1 to 1, of shape (n,), or with a rate "
            "(n, channels).",
        )


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


def _start(opened: Callable[[], Any], audio: AudioInput) -> Heard:
    """The beginning of the sound, the mean of its channels."""
    with opened() as sound:
        wanted = min(sound.frames, frames_heard(sound.samplerate, audio))
        got, heard, blocks = 0, 0.0, []
        for block in _blocks(sound, wanted):
            got += block.shape[1]
            heard = max(heard, float(np.abs(block).max()))
            blocks.append(mean(block))
        if got < wanted:
            _check_end(sound)
    if not blocks:
        raise empty()
    frames = got if got < wanted else sound.frames
    return Heard([np.concatenate(blocks)], frames, sound.samplerate, sound.channels, heard)


def _passages(opened: Callable[[], Any], audio: AudioInput) -> Heard:
    """Where the clips lie, the first channel; a file whose length turns out to be another is read once more."""
    with opened() as sound:
        said = frames = sound.frames
        if frames:
            heard = _passage(sound, frames, audio)
            frames = heard.frames
        if frames < said:
            _check_end(sound)
    if not frames:
        raise empty()
    if frames < said:
        with opened() as sound:
            heard = _passage(sound, frames, audio)
    return heard


def _passage(sound: Any, frames: int, audio: AudioInput) -> Heard:
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
    return Heard(parts, at, sound.samplerate, sound.channels, loudest)


def _check_end(sound: Any) -> None:
    """For a sound that has ended before its header says."""
    if sound.format != "MP3" and sound.frames < _UNKNOWN:  # the length of an MP3 is an estimate
        raise FileProblem("truncated", "ends before its header says; copy or save it again.")


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


READERS = dict.fromkeys((".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".caf", ".w64"), read)
