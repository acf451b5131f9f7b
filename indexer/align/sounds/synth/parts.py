"""What sounds are made of: noises, tones, strokes and envelopes, at 16 kHz. Nothing here knows what it imitates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Samples = NDArray[np.float64]
Rng = np.random.Generator


def seconds(n: int) -> Samples:
    """(n,) time of each sample."""
    return np.arange(n) / RATE


def noise(rng: Rng, n: int, low: float = 20.0, high: float = 8000.0, tilt: float = 0.0) -> Samples:
    """Noise between two frequencies (soft edges) whose spectrum falls by `tilt` dB an octave; deviation 1."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hertz = np.maximum(np.fft.rfftfreq(n, 1 / RATE), 1.0)
    gain = (hertz / 1000.0) ** (-tilt / 6.02)
    gain /= np.sqrt((1 + (low / hertz) ** 6) * (1 + (hertz / high) ** 6))
    made = np.fft.irfft(spectrum * gain, n)
    return np.asarray(made / max(made.std(), 1e-12))


def drift(rng: Rng, n: int, rate: float) -> Samples:
    """A smooth random curve, deviation about 1, that changes some `rate` times a second."""
    points = max(4, int(n / RATE * rate) + 3)
    values = rng.standard_normal(points)
    at = np.linspace(0, points - 1.001, n)
    part = at % 1
    smooth = part * part * (3 - 2 * part)
    under = at.astype(int)
    return np.asarray(values[under] * (1 - smooth) + values[under + 1] * smooth)


def tone(hertz: Samples | float, n: int, partials: Sequence[float] | Samples) -> Samples:
    """A harmonic tone: frequency (n,) or one number, and the strength of each multiple of it below 7.5 kHz."""
    curve = np.broadcast_to(np.asarray(hertz, dtype=np.float64), (n,))
    turns = 2 * np.pi * np.cumsum(curve) / RATE
    total = np.zeros(n)
    for k, strength in enumerate(partials, start=1):
        if k * curve.min() > 7500 or strength == 0:
            continue
        total += np.where(k * curve < 7500, strength * np.sin(k * turns + 1.7 * k * k), 0.0)
    return total


def slope(count: int, decibels: float) -> Samples:
    """Strengths of `count` partials that fall by so many dB an octave."""
    return np.asarray(np.arange(1, count + 1) ** (-decibels / 6.02))


def rise_and_fall(n: int, attack: float, release: float) -> Samples:
    """An envelope of n samples: up within `attack` seconds, down within the last `release`."""
    time = seconds(n)
    return np.minimum(1.0, time / max(attack, 1e-4)) * np.minimum(1.0, (time[-1] - time) / max(release, 1e-4))


def decay(n: int, falls: float) -> Samples:
    """An envelope that falls by 60 dB in `falls` seconds."""
    return np.asarray(np.exp(-6.9 * seconds(n) / falls))


def stroke(hertz: Sequence[float], falls: Sequence[float], strengths: Sequence[float], n: int) -> Samples:
    """What a struck body gives: sines that die away, each at its own pace."""
    time = seconds(n)
    total = np.zeros(n)
    for f, t, a in zip(hertz, falls, strengths, strict=True):
        if f < 7800:
            total += a * np.sin(2 * np.pi * f * time) * np.exp(-6.9 * time / t)
    return total


def click(rng: Rng, length: float, low: float, high: float) -> Samples:
    """A burst of noise that dies away in `length` seconds."""
    n = max(32, int(length * RATE))
    return noise(rng, n, low, high) * decay(n, length)


def place(total: Samples, part: Samples, at: float, gain: float = 1.0) -> None:
    """Adds a part to a longer sound from second `at` on; what lies beyond its ends is dropped."""
    first = int(at * RATE)
    if 0 <= first < len(total):
        piece = part[: len(total) - first]
        total[first : first + len(piece)] += gain * piece


def times(rng: Rng, length: float, rate: float, unevenness: float) -> Samples:
    """Moments in 0..length, about `rate` a second: 0 for a clock's evenness, 1 for pure chance."""
    steps = (1 - unevenness) / rate + unevenness * rng.exponential(1 / rate, int(length * rate * 3) + 4)
    moments = np.cumsum(steps) - steps[0] * rng.random()
    return np.asarray(moments[(moments >= 0) & (moments < length)])


def formants(sound: Samples, peaks: Sequence[tuple[float, float]]) -> Samples:
    """A sound through a throat: the sum of resonances, each (frequency, width) in Hz."""
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    gain = np.full(len(hertz), 0.03)
    for i, (center, width) in enumerate(peaks):
        gain += 0.7**i / (1 + ((hertz - center) / width) ** 2)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound) * gain, len(sound)))


def throb(rng: Rng, n: int, rate: float, depth: float) -> Samples:
    """A gain that swings `rate` times a second between 1 - depth and 1, its pace wandering a little."""
    turns = 2 * np.pi * np.cumsum(rate * (1 + 0.03 * drift(rng, n, 1.0))) / RATE
    return np.asarray(1 - depth * (0.5 + 0.5 * np.sin(turns + rng.uniform(0, 6.28))))
