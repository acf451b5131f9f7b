"""Machines, vehicles and signals."""

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
    stroke,
    throb,
    times,
    tone,
)
from indexer.align.sounds.synth.rules import rule
from indexer.align.sounds.words import class_captions


def _pulses(rng: Rng, hertz: Samples, roughness: float) -> Samples:
    """A train of strokes, `hertz` (n,) a second, of uneven strength."""
    turns = np.cumsum(hertz) / RATE
    part = turns % 1
    strength = 1 + roughness * rng.standard_normal(int(turns[-1]) + 2)
    return np.asarray(np.exp(-6 * part) * strength[turns.astype(int)])


@rule(*class_captions("engine"))
def engine(rng: Rng, n: int) -> Samples:
    """Uneven firing through a muffler, above a rumble."""
    base = rng.uniform(18, 70) * (1 + 0.02 * drift(rng, n, 2))
    if rng.random() < 0.4:
        base = base * (1 + rng.uniform(0.2, 1.0) * np.clip(drift(rng, n, 0.7), -0.5, 1.5))
    base = np.maximum(base, 8)
    firing = _pulses(rng, base, 0.3) * noise(rng, n, 60, rng.uniform(500, 3000), 3)
    return firing + 0.4 * tone(base, n, slope(20, rng.uniform(3, 9))) + 0.1 * noise(rng, n, 30, 4000, 5)


@rule(*class_captions("chainsaw"))
def chainsaw(rng: Rng, n: int) -> Samples:
    """A two-stroke engine that revs, buzz up to the top."""
    load = np.clip(drift(rng, n, rng.uniform(0.4, 2)), -1.2, 1.2)
    base = rng.uniform(70, 140) * (1 + 0.25 * load)
    buzz = tone(base, n, slope(60, rng.uniform(2, 5)))
    rough = _pulses(rng, base, 0.2) * noise(rng, n, 800, 8000)
    return (0.6 + 0.3 * load.clip(-1, 1)) * (buzz + rng.uniform(0.2, 1.0) * rough)


@rule(*class_captions("helicopter"))
def helicopter(rng: Rng, n: int) -> Samples:
    """Blades: bursts of low noise, ten to thirty a second, and a turbine behind them."""
    blades = np.full(n, rng.uniform(9, 28)) * (1 + 0.01 * drift(rng, n, 1))
    chop = _pulses(rng, blades, 0.1) ** rng.uniform(0.6, 2)
    body = noise(rng, n, 40, rng.uniform(300, 2500), rng.uniform(2, 6))
    whine = tone(rng.uniform(300, 1500), n, slope(3, 6))
    return chop * body + rng.uniform(0.05, 0.4) * noise(rng, n, 30, 3000, 5) + rng.uniform(0, 0.06) * whine


@rule(*class_captions("airplane"))
def airplane(rng: Rng, n: int) -> Samples:
    """A steady roar that comes and goes slowly; or propellers' drone."""
    swell = np.exp(0.5 * drift(rng, n, 0.3))
    roar = noise(rng, n, 40, rng.uniform(400, 3000), rng.uniform(3, 7))
    if rng.random() < 0.5:
        roar = 0.5 * roar + 0.5 * tone(rng.uniform(60, 130) * (1 + 0.01 * drift(rng, n, 0.5)), n, slope(25, 6))
    return swell * roar


@rule(*class_captions("train"))
def train(rng: Rng, n: int) -> Samples:
    """Wheels over joints: double knocks, again and again, above a rumble; now and then a horn."""
    total = 0.5 * noise(rng, n, 40, rng.uniform(800, 4000), 5) * np.exp(0.2 * drift(rng, n, 1))
    pair, gap = rng.uniform(0.5, 1.6), rng.uniform(0.1, 0.22)
    for moment in times(rng, n / RATE, 1 / pair, 0.03):
        for shift in (0.0, gap):
            place(total, click(rng, rng.uniform(0.06, 0.15), 80, 2500), moment + shift, rng.uniform(1.5, 3))
    if rng.random() < 0.35:
        size = int(RATE * rng.uniform(0.8, 2.5))
        chord = sum(tone(f * rng.uniform(0.9, 1.1), size, slope(12, 4)) for f in (255, 311, 370, 440))
        place(total, chord * rise_and_fall(size, 0.08, 0.2), rng.uniform(0, 1.5), 1.0)
    return total


@rule(*class_captions("car_horn"))
def car_horn(rng: Rng, n: int) -> Samples:
    """Two buzzing tones a third apart, held or in bursts."""
    low = rng.uniform(300, 460)
    total = 0.02 * noise(rng, n, 50, 2000, 5)
    at = rng.uniform(0, 0.5)
    while at < n / RATE:
        size = int(RATE * rng.choice([rng.uniform(0.12, 0.4), rng.uniform(0.6, 2.5)]))
        pair = tone(low, size, slope(20, 2)) + tone(low * rng.uniform(1.18, 1.28), size, slope(16, 2))
        place(total, pair * rise_and_fall(size, 0.015, 0.04), at)
        at += size / RATE + rng.uniform(0.08, 1.2)
    return total


@rule(*class_captions("siren"))
def siren(rng: Rng, n: int) -> Samples:
    """Wail, yelp, or two tones in turn."""
    time, pace = seconds(n), rng.uniform(0, 1)
    low, high = rng.uniform(400, 700), rng.uniform(900, 1600)
    if rng.random() < 0.35:
        swing = (np.sin(2 * np.pi * time * rng.uniform(0.5, 1.2) + pace) > 0).astype(float)
        high = low * rng.uniform(1.25, 1.45)
    else:
        swing = 0.5 - 0.5 * np.cos(
            2 * np.pi * time * rng.choice([rng.uniform(0.15, 0.6), rng.uniform(2, 5)]) + 6 * pace
        )
    return tone(low + (high - low) * swing, n, slope(7, rng.uniform(4, 12))) + 0.05 * noise(rng, n, 50, 3000, 5)


@rule(*class_captions("clock_alarm"))
def clock_alarm(rng: Rng, n: int) -> Samples:
    """Beeps in groups, or the ringing of a hammer between two bells."""
    total = np.zeros(n)
    if rng.random() < 0.3:
        rate, f = rng.uniform(14, 26), rng.uniform(1500, 3200)
        for moment in times(rng, n / RATE, rate, 0.02):
            place(total, stroke([f, 2.3 * f, 1.02 * f], [0.4, 0.2, 0.5], [1, 0.6, 0.7], RATE // 3), moment)
        return total
    f, beep, count = rng.uniform(900, 4000), rng.uniform(0.04, 0.25), int(rng.integers(1, 6))
    period = beep * rng.uniform(1.5, 2.2)
    rest = count * period + rng.choice([0.0, rng.uniform(0.2, 0.7)])
    size = int(beep * RATE)
    sound = tone(f, size, (1, 0.0, rng.uniform(0, 0.5))) * rise_and_fall(size, 0.003, 0.005)
    for start in np.arange(rng.uniform(0, 0.5), n / RATE, rest):
        for i in range(count):
            place(total, sound, start + i * period)
    return total


@rule(*class_captions("vacuum_cleaner"))
def vacuum_cleaner(rng: Rng, n: int) -> Samples:
    """A motor's whine in a steady rush of air."""
    base = rng.uniform(180, 500) * (1 + 0.01 * drift(rng, n, 1.5))
    whine = tone(base, n, slope(14, rng.uniform(0, 5)) * rng.uniform(0.2, 1, 14))
    return noise(rng, n, 150, 8000, rng.uniform(1, 4)) + rng.uniform(0.15, 0.8) * whine


@rule(*class_captions("washing_machine"))
def washing_machine(rng: Rng, n: int) -> Samples:
    """Mains hum, water and a drum that turns."""
    hum = tone(rng.choice([50.0, 60.0, 100.0, 120.0]), n, slope(12, 4) * rng.uniform(0.2, 1, 12))
    slosh = noise(rng, n, 100, rng.uniform(1500, 5000), 4) * throb(rng, n, rng.uniform(0.5, 6), rng.uniform(0.3, 0.9))
    return rng.uniform(0.2, 0.8) * hum + slosh


@rule(*class_captions("hand_saw"))
def hand_saw(rng: Rng, n: int) -> Samples:
    """Strokes to and fro through wood."""
    pace = rng.uniform(1.0, 2.6) * (1 + 0.05 * drift(rng, n, 1))
    turns = np.cumsum(pace) / RATE
    way = np.abs(np.sin(np.pi * turns)) ** rng.uniform(0.7, 2)
    back = np.where(turns.astype(int) % 2, rng.uniform(0.4, 0.9), 1.0)
    teeth = _pulses(rng, np.maximum(20.0, rng.uniform(100, 400) * way), 0.2)
    return way * back * (0.6 + teeth) * noise(rng, n, rng.uniform(300, 1200), 8000, rng.uniform(-1, 3))


@rule("telephone", "phone", "a ringing telephone")
def telephone(rng: Rng, n: int) -> Samples:
    """An old telephone's bells, two seconds on and off."""
    total, f, rate = np.zeros(n), rng.uniform(900, 1700), rng.uniform(18, 24)
    on = rng.uniform(0.8, 2.0)
    for moment in times(rng, n / RATE, rate, 0.01):
        if moment % (2 * on) < on:
            hit = stroke([f, 1.26 * f, 2.76 * f], [0.6, 0.6, 0.2], [1, 1, 0.4], RATE // 2)
            place(total, hit, moment)
    return total


@rule("ship", "boat", "a ship's horn", "foghorn")
def ship_horn(rng: Rng, n: int) -> Samples:
    """One long, very low tone."""
    size = int(RATE * rng.uniform(1.5, 3.8))
    total = 0.03 * noise(rng, n, 50, 1500, 4)
    place(total, tone(rng.uniform(70, 170), size, slope(30, 4)) * rise_and_fall(size, 0.15, 0.4), rng.uniform(0, 0.6))
    return total


@rule("gun", "pistol", "a gunshot", "rifle")
def gun(rng: Rng, n: int) -> Samples:
    """Shots: a crack and its tail."""
    total = np.zeros(n)
    for moment in times(rng, n / RATE, rng.choice([0.6, 1.5, 8.0]), 0.5):
        place(total, click(rng, rng.uniform(0.15, 0.7), 60, 8000), moment, rng.uniform(0.7, 1))
        place(total, noise(rng, RATE, 40, 500, 4) * decay(RATE, rng.uniform(0.3, 1.0)), moment, 0.4)
    return total
