"""Weather, water, fire and small animals."""

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
    seconds,
    slope,
    throb,
    times,
    tone,
)
from indexer.align.sounds.synth.rules import rule
from indexer.align.sounds.words import class_captions


def _drop(rng: Rng, low: float = 500, high: float = 2500) -> Samples:
    """A bubble: a sine that rises as it dies away."""
    size = int(RATE * rng.uniform(0.02, 0.12))
    time = seconds(size)
    curve = rng.uniform(low, high) * (1 + rng.uniform(0, 6) * time)
    return tone(curve, size, (1.0,)) * decay(size, size / RATE)


@rule(*class_captions("rain"))
def rain(rng: Rng, n: int) -> Samples:
    """Dense, even noise of drops."""
    total = noise(rng, n, rng.uniform(200, 1500), 8000, rng.uniform(-1, 3)) * np.exp(0.1 * drift(rng, n, 1))
    for moment in times(rng, n / RATE, rng.uniform(5, 60), 1.0):
        place(total, click(rng, 0.008, 1000, 8000), moment, rng.uniform(0.5, 3))
    return total


@rule(*class_captions("wind"))
def wind(rng: Rng, n: int) -> Samples:
    """Low noise in gusts, some of it whistling."""
    gust = np.exp(0.8 * drift(rng, n, rng.uniform(0.4, 1.5)))
    low = noise(rng, n, 30, rng.uniform(200, 900), 5)
    center = rng.uniform(300, 900)
    howl = noise(rng, n, 0.9 * center, 1.15 * center)
    return gust * (low + rng.uniform(0, 0.6) * gust * howl)


@rule(*class_captions("sea_waves"))
def sea_waves(rng: Rng, n: int) -> Samples:
    """Noise that swells for seconds and hisses away."""
    swell = throb(rng, n, rng.uniform(0.12, 0.5), rng.uniform(0.6, 0.97)) ** 1.5
    deep = noise(rng, n, 40, rng.uniform(500, 1500), 4)
    foam = noise(rng, n, rng.uniform(500, 1500), 8000, 2)
    return deep * (0.3 + swell) + rng.uniform(0.3, 1.5) * foam * swell**2


@rule(*class_captions("crackling_fire"))
def fire(rng: Rng, n: int) -> Samples:
    """Crackles of all sizes above a low flutter."""
    total = rng.uniform(0.02, 0.4) * noise(rng, n, 40, 800, 4) * np.exp(0.3 * drift(rng, n, 8))
    for moment in times(rng, n / RATE, rng.uniform(8, 60), 1.0):
        place(total, click(rng, rng.uniform(0.003, 0.02), rng.uniform(500, 3000), 8000), moment, rng.lognormal(-1, 0.9))
    return total


@rule(*class_captions("thunderstorm"))
def thunder(rng: Rng, n: int) -> Samples:
    """A crack that rolls away, with rain."""
    total = rng.uniform(0, 0.15) * noise(rng, n, 300, 8000, 2)
    at = rng.uniform(0, 1.5)
    for _ in range(int(rng.integers(3, 9))):
        size = int(RATE * rng.uniform(0.8, 2.5))
        place(
            total,
            noise(rng, size, 25, rng.uniform(120, 700), 5) * rise_and_fall(size, 0.03, 0.7),
            at,
            rng.uniform(0.3, 1),
        )
        at += rng.uniform(0.05, 0.6)
    return total


@rule(*class_captions("water_drops"))
def drops(rng: Rng, n: int) -> Samples:
    """Single drops into water."""
    total = 0.002 * noise(rng, n, 50, 4000, 4)
    for moment in times(rng, n / RATE, rng.uniform(0.8, 6), rng.uniform(0.1, 0.8)):
        place(total, _drop(rng), moment, rng.uniform(0.4, 1))
        place(total, click(rng, 0.005, 1000, 8000), moment - 0.005, 0.2)
    return total


@rule(*class_captions("pouring_water"))
def pouring(rng: Rng, n: int) -> Samples:
    """Bubbles without number, their pitch rising as the vessel fills."""
    total = rng.uniform(0.05, 0.3) * noise(rng, n, 400, 8000, 2) * np.exp(0.2 * drift(rng, n, 4))
    for moment in times(rng, n / RATE, rng.uniform(40, 120), 1.0):
        rise = 1 + 0.5 * moment * RATE / n
        place(total, _drop(rng, 300 * rise, 1800 * rise), moment, rng.uniform(0.1, 0.8))
    return total


@rule(*class_captions("toilet_flush"))
def flush(rng: Rng, n: int) -> Samples:
    """A rush that swells, gurgles and drains."""
    start = rng.uniform(0, 0.6)
    shape = np.clip((seconds(n) - start) / 0.3, 0, 1) * np.exp(
        -np.maximum(0, seconds(n) - start - 1.5) / rng.uniform(1, 4)
    )
    total = shape * noise(rng, n, 80, rng.uniform(2000, 7000), rng.uniform(2, 4)) * np.exp(0.3 * drift(rng, n, 6))
    for moment in times(rng, n / RATE, 25, 1.0):
        place(total, _drop(rng, 150, 900), moment, 0.5 * shape[int(moment * RATE)])
    return total


@rule(*class_captions("crickets"))
def crickets(rng: Rng, n: int) -> Samples:
    """Trains of pulses on one high tone."""
    total = 0.03 * noise(rng, n, 200, 8000, 2)
    for _ in range(int(rng.integers(1, 4))):
        f, pulse, group = rng.uniform(2800, 6500), rng.uniform(25, 70), rng.uniform(1.2, 5)
        time = seconds(n) + rng.uniform(0, 1)
        gate = ((time * group) % 1 < rng.uniform(0.3, 1.0)) * np.clip(np.sin(2 * np.pi * pulse * time), 0, 1)
        total += rng.uniform(0.2, 1) * gate * tone(f, n, (1.0,))
    return total


@rule(*class_captions("insects"))
def insects(rng: Rng, n: int) -> Samples:
    """Wings: a buzz that comes near and turns."""
    base = rng.uniform(120, 350) * (1 + 0.06 * drift(rng, n, rng.uniform(1, 4)))
    near = np.exp(rng.uniform(0.3, 1.3) * drift(rng, n, 1.5))
    return near * tone(base, n, slope(25, rng.uniform(3, 7))) + 0.05 * noise(rng, n, 100, 6000, 3)


@rule(*class_captions("chirping_birds"))
def birds(rng: Rng, n: int) -> Samples:
    """Phrases of whistled sweeps and trills."""
    total = 10.0 ** rng.uniform(-3, -1) * noise(rng, n, 100, 6000, 3)
    for _ in range(int(rng.integers(1, 4))):
        f, gain = rng.uniform(2000, 5000), rng.uniform(0.3, 1)
        at = rng.uniform(0, 1)
        while at < n / RATE:
            size, bend, shape = int(RATE * rng.uniform(0.04, 0.2)), rng.uniform(-0.5, 0.5), rng.uniform(-0.3, 0.3)
            gap = rng.uniform(0.02, 0.12)
            part = np.linspace(-0.5, 0.5, size)
            note = tone(f * rng.uniform(0.8, 1.2) * (1 + bend * part + shape * (4 * part * part - 0.5)), size, (1, 0.1))
            for _ in range(int(rng.integers(1, 7))):
                place(total, note * rise_and_fall(size, 0.01, 0.015), at, gain)
                at += size / RATE + gap
            at += rng.uniform(0.1, 0.9)
    return total


@rule(*class_captions("fireworks"))
def fireworks(rng: Rng, n: int) -> Samples:
    """A whistle up, a boom, and crackle."""
    total = 0.01 * noise(rng, n, 50, 3000, 4)
    for moment in times(rng, n / RATE, rng.uniform(0.6, 3), 0.7):
        if rng.random() < 0.4:
            size = int(RATE * 0.6)
            place(total, tone(np.linspace(1500, rng.uniform(2500, 4500), size), size, (1, 0.2)), moment - 0.6, 0.15)
        place(total, click(rng, rng.uniform(0.3, 1.0), 30, rng.uniform(800, 5000)), moment)
        for delay in rng.uniform(0.1, 0.9, int(rng.integers(0, 40))):
            place(total, click(rng, 0.01, 1000, 8000), moment + delay, rng.uniform(0.1, 0.4))
    return total
