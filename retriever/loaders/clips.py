"""Sounds as clips, in the convention of ImageBind: where the clips lie, how they are resampled, what is taken out.

Only what the clips need is kept and resampled, so that memory does not grow with the length of a sound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from retriever.types import AudioInput

Mono = NDArray[np.float32]

LEAST = 0.025
"""Seconds that a clip has at least: one frame of the spectrum; shorter sounds are followed by silence."""

_ZEROS = 6
"""Zero crossings of the sinc on each side."""
_ROLLOFF = 0.99
_WEIGHTS = 1 << 20
"""Weights of the filter made at once."""


@dataclass(frozen=True)
class Clips:
    """The clips of one sound: `AudioInput.clips` of them, spread evenly, the last one ends with it or a sample before.

    Attributes:
        frames: of the sound, at least 1.
        rate: of the sound, samples a second.
        audio: of the space.
    """

    frames: int
    rate: int
    audio: AudioInput

    @property
    def total(self) -> int:
        """Samples of the whole sound at the encoder's rate."""
        return math.ceil(Fraction(self.audio.rate * self.frames, self.rate))

    @property
    def length(self) -> int:
        """Samples of a clip at that rate: `AudioInput.seconds`, or the whole of a shorter sound."""
        return min(round(self.audio.seconds * self.audio.rate), self.total)

    @property
    def starts(self) -> list[int]:
        """The first sample of each clip, at that rate."""
        # In floats where the authors' code has floats: it decides whether a clip starts a sample sooner.
        room = Fraction(max(self.total / self.audio.rate - self.audio.seconds, 0.0))
        steps = max(1, self.audio.clips - 1)
        places = [int(room * number / steps * self.audio.rate) for number in range(self.audio.clips)]
        return [min(place, self.total - self.length) for place in places]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Frames of the sound, first and one past the last, that `cut` is to be given."""
        reached = (reach(self.rate, self.audio.rate, first, count) for first, count in self._parts)
        return [(max(low, 0), min(high, self.frames)) for low, high in reached]

    def cut(self, held: Sequence[Mono]) -> Mono:
        """The clips one after the other, (clips * m,) float32, the mean of each taken out.

        Of clips that overlap, the later one begins with what the earlier one left: the authors take the means out of
        the sound itself. m is `length`, or `LEAST` seconds where that is more.

        Args:
            held: samples of each of `spans`.
        """
        parts = [
            resampled(samples, low, self.rate, self.audio.rate, first, count)
            for samples, (low, _), (first, count) in zip(held, self.spans, self._parts, strict=True)
        ]
        views = [parts[0][at : at + self.length] for at in self.starts] if self._overlap else parts
        short = max(0, round(LEAST * self.audio.rate) - self.length)
        return np.concatenate([np.pad(_centred(view), (0, short)) for view in views])

    @property
    def _overlap(self) -> bool:
        return self.total < self.audio.clips * self.length

    @property
    def _parts(self) -> list[tuple[int, int]]:
        """First and number of the samples that are made in one go: each clip, or all the sound if they overlap."""
        return [(0, self.total)] if self._overlap else [(start, self.length) for start in self.starts]


def reach(rate: int, wanted: int, first: int, count: int) -> tuple[int, int]:
    """Frames, first and one past the last, that `resampled` listens to; some may lie beyond the sound."""
    if rate == wanted:
        return first, first + count
    source, target = _ratio(rate, wanted)
    half = _half(source, target)
    return first * source // target - half, (first + count - 1) * source // target + half + 2


def resampled(samples: Mono, at: int, rate: int, wanted: int, first: int, count: int) -> Mono:
    """`count` samples, from sample `first` on, of a sound at another rate: (count,) float32.

    Band-limited interpolation (Smith & Gossett 1984) by a sinc under a Hann window, with the width and the cut-off that
    torchaudio takes by default, as the published weights were trained on what that filter gives; soxr's is another.

    Args:
        samples: of the sound, those of `reach`; silence lies beyond.
        at: the frame of the sound that they begin with.
        rate: of the sound.
        wanted: rate of what is returned.
        first: in samples at that rate.
        count: likewise.
    """
    low, high = reach(rate, wanted, first, count)
    held = np.zeros(high - low, np.float32)
    begin, end = max(low, at), min(high, at + len(samples))
    if begin < end:
        held[begin - low : end - low] = samples[begin - at : end - at]
    if rate == wanted:
        return held
    source, target = _ratio(rate, wanted)
    taps = 2 * _half(source, target) + 2
    around = np.lib.stride_tricks.sliding_window_view(held, taps)
    made = np.empty(count, np.float32)
    step = max(1, _WEIGHTS // taps)
    for start in range(0, count, step):
        places = np.arange(first + start, first + min(count, start + step), dtype=np.int64) * source
        whole, phase = np.divmod(places, target)
        weights = _all_kernels(source, target)[phase] if taps * target <= _WEIGHTS else _kernels(source, target, phase)
        np.vecdot(around[whole - first * source // target], weights, out=made[start : start + len(places)])
    return made


@lru_cache(maxsize=8)
def _all_kernels(source: int, target: int) -> Mono:
    """(target, taps): of every phase there is."""
    return _kernels(source, target, np.arange(target))


def _kernels(source: int, target: int, phase: NDArray[np.int64]) -> Mono:
    """(n, taps) weights of the frames around a place that lies phase / target frames after one of them."""
    half, cutoff = _half(source, target), _cutoff(source, target)
    turns = (np.arange(-half, half + 2) - phase[:, None] / target) * cutoff
    np.clip(turns, -_ZEROS, _ZEROS, out=turns)
    return (np.sinc(turns) * np.cos(turns * (np.pi / _ZEROS / 2)) ** 2 * cutoff).astype(np.float32)


def _ratio(rate: int, wanted: int) -> tuple[int, int]:
    common = math.gcd(rate, wanted)
    return rate // common, wanted // common


def _cutoff(source: int, target: int) -> float:
    """What is kept of the source's own band."""
    return min(source, target) * _ROLLOFF / source


def _half(source: int, target: int) -> int:
    """Frames on each side that a sample is made of."""
    return math.ceil(_ZEROS / _cutoff(source, target))


def _centred(view: Mono) -> Mono:
    """Takes the mean out of a view of a sound, and returns a copy of what is left."""
    view -= view.mean(dtype=np.float64).astype(np.float32)
    return view.copy()
