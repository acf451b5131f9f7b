"""Throats: pulses of the voice's cords, or breath, through resonances; animals and people differ in the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.align.sounds.synth.parts import (
    RATE,
    Rng,
    Samples,
    drift,
    formants,
    noise,
    place,
    rise_and_fall,
    seconds,
    slope,
    tone,
)
from indexer.align.sounds.synth.rules import rule
from indexer.align.sounds.words import class_captions

Range = tuple[float, float]


@dataclass(frozen=True)
class Call:
    """How an animal calls.

    Attributes:
        pitch: in Hz, of a call's highest point.
        length: of a call, in seconds.
        gap: between calls of a series.
        series: calls in a row.
        rest: between series.
        contour: pitch over the call beside its highest, evenly spaced.
        breath: of noise beside tone, 0..1.
        resonances: the throat's, in Hz.
        flutter: swings of loudness a second, 0 for none.
        rough: how far loudness and pitch jitter.
        attack: in seconds.
        fall: of the partials, in dB an octave.
    """

    pitch: Range
    length: Range
    gap: Range
    series: tuple[int, int]
    rest: Range
    contour: Sequence[float]
    breath: Range
    resonances: Sequence[float]
    flutter: Range = (0.0, 0.0)
    rough: float = 0.05
    attack: float = 0.02
    fall: float = 6.0


CALLS: dict[str, Call] = {
    "dog": Call((250, 900), (0.08, 0.3), (0.1, 0.5), (1, 4), (0.4, 2),
        (0.6, 1, 0.5), (0.2, 0.5), (700, 1300, 2600), rough=0.2, attack=0.008),
    "cat": Call((450, 900), (0.4, 1.2), (0.3, 1), (1, 2), (0.5, 2),
        (0.75, 1, 0.95, 0.65), (0.02, 0.1), (1000, 2000, 3800), attack=0.08),
    "cow": Call((110, 260), (1, 2.5), (0.5, 2), (1, 1), (0.5, 2),
        (0.6, 0.9, 1, 0.95, 0.7), (0.02, 0.15), (350, 900, 2300), rough=0.1, attack=0.15),
    "sheep": Call((180, 420), (0.5, 1.3), (0.3, 1), (1, 2), (0.4, 1.5),
        (0.9, 1, 0.9), (0.05, 0.2), (700, 1500, 2700), (7, 12), 0.1, 0.04),
    "pig": Call((60, 180), (0.1, 0.5), (0.08, 0.4), (1, 4), (0.2, 1),
        (0.8, 1, 0.8), (0.4, 0.8), (400, 1200, 2400), (15, 40), 0.4, 0.02),
    "hen": Call((350, 800), (0.08, 0.3), (0.15, 0.5), (2, 6), (0.3, 1.2),
        (0.8, 1, 0.7), (0.05, 0.2), (900, 2000, 3500), rough=0.15),
    "rooster": Call((500, 1000), (0.8, 2.0), (0.5, 1.5), (1, 1), (0.6, 2),
        (0.5, 0.75, 0.7, 1, 1, 0.9, 0.5), (0.05, 0.2), (1000, 2000, 3600), rough=0.1, fall=4),
    "crow": Call((280, 600), (0.2, 0.5), (0.15, 0.5), (2, 5), (0.4, 1.5),
        (0.85, 1, 0.8), (0.3, 0.6), (1300, 1900, 3200), (30, 70), 0.3),
    "frog": Call((60, 500), (0.1, 0.5), (0.1, 0.6), (1, 6), (0.2, 1),
        (0.9, 1, 0.95), (0.02, 0.2), (600, 1500, 2600), (18, 60), 0.1),
    "crying_baby": Call((330, 600), (0.5, 1.5), (0.1, 0.35), (2, 5), (0.2, 0.6),
        (0.7, 1, 0.95, 0.9, 0.6), (0.02, 0.25), (1000, 2400, 3800), rough=0.12, attack=0.06, fall=3),
    "laughing": Call((150, 450), (0.07, 0.18), (0.05, 0.14), (4, 10), (0.3, 1),
        (0.9, 1, 0.75), (0.1, 0.4), (700, 1400, 2600), rough=0.08),
    "coughing": Call((120, 280), (0.1, 0.35), (0.1, 0.4), (1, 4), (0.5, 1.5),
        (1, 0.8, 0.5), (0.6, 0.95), (600, 1300, 2500), rough=0.3, attack=0.008),
    "sneezing": Call((200, 450), (0.2, 0.6), (0.5, 2), (1, 1), (1, 3),
        (1, 0.9, 0.5), (0.7, 0.97), (900, 2200, 4200), rough=0.2, attack=0.015),
    "snoring": Call((25, 80), (0.6, 1.6), (0.5, 1.5), (1, 2), (0.3, 1),
        (0.8, 1, 0.9), (0.5, 0.9), (300, 900, 2200), (20, 45), 0.3, 0.2),
    "breathing": Call((80, 120), (0.6, 1.6), (0.15, 0.7), (2, 4), (0.1, 0.6),
        (1, 1), (1.0, 1.0), (800, 1800, 3600), rough=0.1, attack=0.25),
    "drinking_sipping": Call((80, 300), (0.1, 0.5), (0.2, 0.7), (1, 4), (0.4, 1.5),
        (0.7, 1, 1.2), (0.7, 1.0), (900, 2500, 4200), (15, 60), 0.5, 0.03),
    "brushing_teeth": Call((80, 100), (0.1, 0.2), (0.0, 0.05), (4, 20), (0.1, 0.6),
        (1, 1), (1.0, 1.0), (2500, 4500, 6500), rough=0.2, attack=0.04),
    "horse": Call((500, 1200), (0.9, 1.8), (0.4, 1), (1, 1), (0.5, 2),
        (0.8, 1, 0.8, 0.6, 0.4), (0.1, 0.3), (900, 1900, 3000), (8, 14), 0.15),
    "duck": Call((180, 350), (0.1, 0.3), (0.08, 0.3), (2, 6), (0.3, 1),
        (1, 0.95, 0.8), (0.1, 0.3), (1200, 1900, 3100), (0, 0), 0.15, 0.01, 3),
    "owl": Call((280, 480), (0.25, 0.9), (0.2, 0.6), (2, 5), (0.5, 1.5),
        (0.95, 1, 0.97), (0.02, 0.08), (400, 900, 1800), (0, 0), 0.03, 0.06, 14),
    "lion": Call((50, 120), (0.8, 2.5), (0.3, 1), (1, 2), (0.4, 1.2),
        (0.7, 1, 0.8, 0.6), (0.3, 0.6), (450, 1000, 2200), (20, 35), 0.4, 0.15),
}  # fmt: skip
"""Class or animal -> its call."""

_NEW: dict[str, tuple[str, ...]] = {
    "horse": ("horse", "a neighing horse", "pony"),
    "duck": ("duck", "a quacking duck"),
    "owl": ("owl", "a hooting owl", "bird"),
    "lion": ("lion", "a roaring lion"),
}


def call(rng: Rng, way: Call, size: int) -> Samples:
    """One call of `size` samples."""
    ends = np.linspace(0, 1, len(way.contour))
    contour = np.interp(np.linspace(0, 1, size), ends, np.asarray(way.contour) * rng.uniform(0.93, 1.07, len(ends)))
    pitch = rng.uniform(*way.pitch) * contour * (1 + 0.3 * way.rough * drift(rng, size, 20))
    breath = rng.uniform(*way.breath)
    cords = tone(np.maximum(pitch, 20), size, slope(30, way.fall))
    sound = (1 - breath) * cords / max(cords.std(), 1e-9) + breath * noise(rng, size, 200, 8000, 2)
    throat = rng.uniform(0.85, 1.2)
    sound = formants(sound, [(f * throat * rng.uniform(0.9, 1.1), 0.12 * f) for f in way.resonances])
    if way.flutter[1]:
        sound = sound * (0.55 + 0.45 * np.sin(2 * np.pi * rng.uniform(*way.flutter) * seconds(size)))
    loudness = np.exp(way.rough * 2 * drift(rng, size, 15)) * rise_and_fall(size, way.attack, 0.35 * size / RATE)
    return np.asarray(sound * loudness / max(sound.std(), 1e-9))


def caller(way: Call) -> Callable[[Rng, int], Samples]:
    """A maker of series of calls."""

    def make(rng: Rng, n: int) -> Samples:
        total = 10.0 ** rng.uniform(-4, -1.5) * noise(rng, n, 50, 6000, 4)
        at, size = rng.uniform(0, 0.6), int(RATE * rng.uniform(*way.length))
        while at < n / RATE:
            for _ in range(int(rng.integers(way.series[0], way.series[1] + 1))):
                several = max(64, int(size * rng.uniform(0.85, 1.15)))
                place(total, call(rng, way, several), at, rng.uniform(0.6, 1))
                at += several / RATE + rng.uniform(*way.gap)
            at += rng.uniform(*way.rest)
        return total

    return make


for _name, _way in CALLS.items():
    rule(*_NEW.get(_name, class_captions(_name)))(caller(_way))
