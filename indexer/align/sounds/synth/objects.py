"""Things that are struck, dropped, rubbed or pressed, and instruments."""

from __future__ import annotations

import numpy as np

from indexer.align.sounds.synth.parts import (
    RATE,
    Rng,
    Samples,
    click,
    decay,
    drift,
    noise,
    place,
    rise_and_fall,
    slope,
    stroke,
    times,
    tone,
)
from indexer.align.sounds.synth.rules import rule
from indexer.align.sounds.words import class_captions


def _body(rng: Rng, hertz: float, falls: float, count: int = 6) -> Samples:
    """A struck solid: partials at no simple ratios."""
    ratios = np.sort(rng.uniform(1, 5, count - 1))
    f = hertz * np.concatenate([[1.0], ratios])
    t = falls * rng.uniform(0.3, 1.2, count) / np.sqrt(f / hertz)
    return stroke(list(f), list(t), list(rng.uniform(0.2, 1, count)), int(RATE * max(0.1, falls * 1.2)))


@rule(*class_captions("door_wood_knock"))
def knock(rng: Rng, n: int) -> Samples:
    """Groups of two to six knocks on wood."""
    total, at, low = np.zeros(n), rng.uniform(0, 0.8), rng.uniform(90, 350)
    while at < n / RATE:
        gap = rng.uniform(0.11, 0.35)
        for _ in range(int(rng.integers(2, 7))):
            hit = _body(rng, low, rng.uniform(0.06, 0.16))
            place(total, hit, at, rng.uniform(0.6, 1))
            place(total, click(rng, 0.015, 300, 5000), at, rng.uniform(0.1, 0.5))
            at += gap * rng.uniform(0.9, 1.1)
        at += rng.uniform(0.5, 3)
    return total


@rule(*class_captions("clock_tick"))
def clock_tick(rng: Rng, n: int) -> Samples:
    """Even ticks, two kinds in turn."""
    total, rate = np.zeros(n), rng.choice([1.0, 2.0, rng.uniform(2, 6)])
    pair = [_body(rng, f, rng.uniform(0.01, 0.06)) for f in rng.uniform(1200, 5000, 2)]
    other = rng.uniform(0.3, 1.0)
    for i, moment in enumerate(times(rng, n / RATE, rate, 0.005)):
        place(total, pair[i % 2], moment, 1.0 if i % 2 else other)
        place(total, click(rng, 0.008, 1000, 8000), moment, 0.4)
    return total + 10.0 ** rng.uniform(-4, -1.5) * noise(rng, n, 50, 6000, 4)


@rule(*class_captions("keyboard_typing"))
def typing(rng: Rng, n: int) -> Samples:
    """Keys down and up, in uneven haste."""
    total = 10.0 ** rng.uniform(-4, -1.5) * noise(rng, n, 50, 5000, 4)
    for moment in times(rng, n / RATE, rng.uniform(4, 11), rng.uniform(0.3, 0.7)):
        low = rng.uniform(600, 2000)
        place(total, click(rng, rng.uniform(0.01, 0.03), low, 8000), moment, rng.uniform(0.4, 1))
        place(
            total,
            click(rng, rng.uniform(0.01, 0.03), low, 6000),
            moment + rng.uniform(0.05, 0.12),
            rng.uniform(0.1, 0.5),
        )
        place(total, _body(rng, rng.uniform(200, 600), 0.04), moment, rng.uniform(0, 0.3))
    return total


@rule(*class_captions("mouse_click"))
def mouse_click(rng: Rng, n: int) -> Samples:
    """A click down, a click up; seldom."""
    total = 10.0 ** rng.uniform(-4, -1.5) * noise(rng, n, 50, 5000, 4)
    for moment in times(rng, n / RATE, rng.uniform(0.5, 3), rng.uniform(0.1, 0.6)):
        for shift, gain in ((0.0, 1.0), (rng.uniform(0.06, 0.16), rng.uniform(0.4, 0.9))):
            hit = stroke(list(rng.uniform(1500, 6000, 4)), [0.02] * 4, [1, 0.8, 0.6, 0.5], RATE // 20)
            place(
                total,
                hit + 0.5 * np.pad(click(rng, 0.012, 1500, 8000), (0, RATE // 20))[: RATE // 20],
                moment + shift,
                gain,
            )
    return total


@rule(*class_captions("footsteps"))
def footsteps(rng: Rng, n: int) -> Samples:
    """Heel and toe, near two a second, on hard or soft ground."""
    total, low = 0.01 * noise(rng, n, 50, 4000, 4), rng.uniform(70, 250)
    bright, soft = rng.uniform(800, 6000), rng.uniform(0.03, 0.15)
    for moment in times(rng, n / RATE, rng.uniform(1.4, 2.6), 0.05):
        place(total, _body(rng, low, 0.08), moment, rng.uniform(0.5, 1))
        place(total, click(rng, soft, 150, bright), moment, rng.uniform(0.3, 1))
        place(total, click(rng, soft, 300, bright), moment + rng.uniform(0.06, 0.14), rng.uniform(0.1, 0.5))
    return total


@rule(*class_captions("clapping"))
def clapping(rng: Rng, n: int) -> Samples:
    """One pair of hands in time, or many out of it."""
    total = np.zeros(n)
    rate, uneven = (rng.uniform(2, 4), 0.05) if rng.random() < 0.4 else (rng.uniform(12, 90), 1.0)
    for moment in times(rng, n / RATE, rate, uneven):
        center = rng.uniform(700, 2200)
        place(total, click(rng, rng.uniform(0.02, 0.06), 0.5 * center, 2.5 * center), moment, rng.uniform(0.3, 1))
    return total


@rule(*class_captions("church_bells"))
def church_bells(rng: Rng, n: int) -> Samples:
    """Bells: hum, prime, tierce, quint, nominal and above."""
    total = np.zeros(n)
    bells = rng.uniform(150, 700, int(rng.integers(1, 5)))
    for moment in times(rng, n / RATE, rng.uniform(0.4, 2.5), 0.2):
        f = rng.choice(bells)
        ratios = np.array([0.5, 1.0, 1.19, 1.5, 2.0, 2.5, 2.66, 3.0, 4.0, 5.3]) * rng.uniform(0.99, 1.01, 10)
        falls = rng.uniform(2, 6) * np.array([1.5, 1, 0.8, 0.7, 0.8, 0.4, 0.4, 0.3, 0.25, 0.15])
        hit = stroke(list(f * ratios), list(falls), list(rng.uniform(0.3, 1, 10)), 3 * RATE)
        place(total, hit, moment)
    return total


@rule(*class_captions("glass_breaking"))
def glass_breaking(rng: Rng, n: int) -> Samples:
    """A blow, and a rain of shards that thins out."""
    total, at = np.zeros(n), rng.uniform(0, 1.5)
    place(total, click(rng, rng.uniform(0.05, 0.2), 500, 8000), at, 1.5)
    for delay in rng.exponential(rng.uniform(0.1, 0.4), int(rng.integers(30, 120))):
        shard = stroke(list(rng.uniform(1800, 7500, 3)), list(rng.uniform(0.03, 0.25, 3)), [1, 0.7, 0.5], RATE // 4)
        place(total, shard, at + delay, rng.uniform(0.1, 0.7) * np.exp(-delay))
    return total


@rule(*class_captions("door_wood_creaks"))
def creak(rng: Rng, n: int) -> Samples:
    """Stick and slip: slow pulses through a wooden body, their pace wandering."""
    pace = np.exp(np.log(rng.uniform(25, 250)) + 0.5 * drift(rng, n, rng.uniform(0.8, 3)))
    turns = np.cumsum(pace) / RATE
    pulse = np.exp(-8 * (turns % 1)) * (1 + 0.2 * rng.standard_normal(int(turns[-1]) + 2)[turns.astype(int)])
    body = np.fft.rfft(_body(rng, rng.uniform(300, 1200), 0.05, 8), 2 * n)
    made = np.fft.irfft(np.fft.rfft(np.diff(pulse, prepend=0.0), 2 * n) * body, 2 * n)[:n]
    return np.asarray(made * np.clip(drift(rng, n, 1.0) + 0.6, 0, 1.5))


@rule(*class_captions("can_opening"))
def can_opening(rng: Rng, n: int) -> Samples:
    """A crack and a hiss."""
    total, at = 0.005 * noise(rng, n, 50, 5000, 4), rng.uniform(0.1, 2)
    place(total, _body(rng, rng.uniform(1500, 4000), 0.08), at - 0.05, 0.6)
    place(total, click(rng, rng.uniform(0.03, 0.08), 800, 8000), at, 1.2)
    place(total, click(rng, rng.uniform(0.2, 0.9), 2500, 8000), at + 0.02, rng.uniform(0.3, 0.8))
    return total


@rule("piano", "a note on the piano", "grand piano")
def piano(rng: Rng, n: int) -> Samples:
    """Notes and chords of stiff strings."""
    total = np.zeros(n)
    for moment in times(rng, n / RATE, rng.uniform(1, 5), 0.3):
        f = 440 * 2.0 ** (int(rng.integers(-30, 20)) / 12)
        k = np.arange(1, 16)
        hertz = f * k * np.sqrt(1 + 4e-4 * k * k)
        place(total, stroke(list(hertz), list(4 / np.sqrt(k) * (220 / f) ** 0.4), list(slope(15, 6)), 2 * RATE), moment)
        place(total, click(rng, 0.02, 100, 2000), moment, 0.1)
    return total


@rule("guitar", "a plucked guitar", "acoustic guitar")
def guitar(rng: Rng, n: int) -> Samples:
    """Plucked strings: partials with the dips of the place where they were plucked."""
    total, pluck = np.zeros(n), rng.uniform(0.08, 0.3)
    for moment in times(rng, n / RATE, rng.uniform(1.5, 6), 0.3):
        f = 440 * 2.0 ** (int(rng.integers(-29, 2)) / 12)
        k = np.arange(1, 25)
        strengths = np.abs(np.sin(np.pi * k * pluck)) / k
        place(total, stroke(list(f * k), list(2.5 / k**0.7), list(strengths), 2 * RATE), moment)
    return total


@rule("drum", "a drum being played", "drums")
def drum(rng: Rng, n: int) -> Samples:
    """Skins: a tone that falls, and rattle."""
    total, rate = np.zeros(n), rng.uniform(1.5, 6)
    for moment in times(rng, n / RATE, rate, 0.1):
        f, size = rng.choice([rng.uniform(50, 90), rng.uniform(110, 240)]), RATE // 2
        skin = tone(f * (1 + 0.8 * decay(size, 0.15)), size, (1, 0.3, 0.2)) * decay(size, rng.uniform(0.2, 0.5))
        place(total, skin, moment)
        place(total, click(rng, rng.uniform(0.05, 0.25), 300, 8000), moment, rng.choice([0.05, 0.4]))
    return total


@rule("violin", "a violin being bowed", "fiddle")
def violin(rng: Rng, n: int) -> Samples:
    """Bowed notes with vibrato."""
    total, at = np.zeros(n), 0.0
    while at < n / RATE:
        size = int(RATE * rng.uniform(0.3, 1.5))
        f = 440 * 2.0 ** (int(rng.integers(-14, 20)) / 12)
        vibrato = 1 + 0.008 * np.sin(2 * np.pi * rng.uniform(4.5, 7) * np.arange(size) / RATE)
        strings = tone(f * vibrato, size, slope(20, 5) * rng.uniform(0.4, 1, 20))
        place(total, (strings + 0.03 * noise(rng, size, 1000, 8000)) * rise_and_fall(size, 0.08, 0.1), at)
        at += size / RATE
    return total


@rule("flute", "a flute", "whistle", "a blown whistle")
def flute(rng: Rng, n: int) -> Samples:
    """Breathy notes with few partials."""
    total, at = np.zeros(n), 0.0
    while at < n / RATE:
        size = int(RATE * rng.uniform(0.2, 1.2))
        f = 440 * 2.0 ** (int(rng.integers(2, 30)) / 12)
        air = noise(rng, size, 0.8 * f, 2 * f)
        note = tone(f * (1 + 0.004 * drift(rng, size, 6)), size, (1, rng.uniform(0, 0.4), 0.1)) + 0.08 * air
        place(total, note * rise_and_fall(size, 0.05, 0.06), at)
        at += size / RATE + rng.uniform(0, 0.2)
    return total
