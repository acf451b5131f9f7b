"""What was heard of a sound -> the waveform that an audio encoder is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem, MissingDependency
from retriever.loaders import clips
from retriever.types import AudioInput, Waveform

SILENT = 1e-4
"""Peak, of a full scale of 1, below which nothing is heard: 80 dB down, the noise of 16-bit recording."""
_OVERSHOOT = 2.0
"""Peak that no recording has: what a lossy codec adds to the full scale stays under it."""

Mono = NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
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


def prepared(heard: Heard, audio: AudioInput) -> Waveform:
    """What an encoder is given of what was heard: checked, at its rate, and in clips where it takes such.

    Raises:
        FileProblem: "silent" or "not-finite".
        MissingDependency: soxr is not there.
    """
    return (_in_clips if audio.clips else _waveform)(heard, audio)


def frames_heard(rate: int, audio: AudioInput) -> int:
    """How many frames, at a rate, the encoder listens to."""
    return max(1, round(audio.seconds * rate))


def mean(block: NDArray[np.float32]) -> Mono:
    """(n,) of (channels, n)."""
    return block.mean(axis=0, dtype=np.float64).astype(np.float32)


def empty() -> FileProblem:
    """What is wrong with a sound without a sample."""
    return FileProblem("empty", "holds no samples; record or save it again.")


def _waveform(heard: Heard, audio: AudioInput) -> Waveform:
    """Checked, brought to the encoder's rate, and to a peak of 1 where it is louder."""
    if heard.loudest >= SILENT > np.abs(heard.parts[0]).max():
        raise FileProblem("silent", "has channels that cancel each other; save it with one of them.")
    (samples,), peak = _finite(heard.parts)
    if peak < SILENT:
        raise _silent(f"its first {audio.seconds:g} s" if len(samples) >= frames_heard(heard.rate, audio) else "it")
    samples = samples / max(peak, np.float32(1))
    if heard.rate != audio.rate:
        samples = _resampled(samples, heard.rate, audio.rate)
    return Waveform(np.ascontiguousarray(samples, np.float32))


def _in_clips(heard: Heard, audio: AudioInput) -> Waveform:
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


def _silent(where: str) -> FileProblem:
    return FileProblem("silent", f"has nothing to hear in {where}; cut the silence away, or record it louder.")
