"""Sounds made different without becoming other sounds, on mel power pictures: hundreds of clips must do for thousands.

All of it happens where it is cheap. In power, sounds add up, rooms smear and filters multiply; so no waveform is
touched and no spectrum taken again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.spaces.audio_tower import AudioTowerConfig, band_edges, normalize, to_mel


@dataclass(frozen=True)
class Augmentation:
    """How much of each.

    Attributes:
        frames: length of a training picture.
        speed: playing speed is at most this factor up or down; pitch and length follow.
        stretch: length alone, likewise.
        pitch: pitch alone, likewise.
        mix: share of examples that are a sum of two sounds, as in between-class learning
            (Tokozume et al. 2018, arXiv 1711.10282).
        noise: share with steady noise under them.
        reverb: share with an exponential tail.
        equalize: deviation of a random filter's curve, in decibels.
        masks: stripes blanked over bands and over frames each (SpecAugment, Park et al. 2019, arXiv 1904.08779).
        band_mask: widest of them, in bands.
        frame_mask: widest, in frames.
    """

    frames: int = 320
    speed: float = 1.25
    stretch: float = 1.15
    pitch: float = 1.1
    mix: float = 0.5
    noise: float = 0.4
    reverb: float = 0.25
    equalize: float = 5.0
    masks: int = 2
    band_mask: int = 10
    frame_mask: int = 40


def warp(logs: Tensor, pitch: Tensor, config: AudioTowerConfig) -> Tensor:
    """Log-mel pictures (b, mels, frames) with all frequencies multiplied by `pitch` (b,); what is unknown repeats."""
    edges = band_edges(config)
    centers = torch.from_numpy(edges[1:-1]).float()
    low, high = (float(v) for v in to_mel(edges[[1, -2]]))
    from_mel = 2595.0 * torch.log10(1.0 + centers / pitch[:, None] / 700.0)
    place = ((from_mel - low) / (high - low) * (config.mels - 1)).clamp(0, config.mels - 1)
    under = place.floor().long().clamp(max=config.mels - 2)
    part = (place - under)[..., None]
    rows = under[..., None].expand(-1, -1, logs.shape[2])
    return logs.gather(1, rows) * (1 - part) + logs.gather(1, rows + 1) * part


def smear(power: Tensor, seconds: Tensor, wet: Tensor, config: AudioTowerConfig) -> Tensor:
    """Power pictures in a room whose sound falls by 60 dB in `seconds` (b,), `wet` (b,) the tail's share."""
    frames = min(60, power.shape[2])
    time = torch.arange(frames) * (config.hop / config.rate)
    tail = torch.exp(-13.8 * time / seconds[:, None])
    kernel = wet[:, None] * tail / tail.sum(dim=1, keepdim=True)
    kernel[:, 0] += 1 - wet
    b, mels, length = power.shape
    padded = F.pad(power.transpose(0, 1), (frames - 1, 0))
    return F.conv1d(padded, kernel.flip(1)[:, None], groups=b).transpose(0, 1).reshape(b, mels, length)


def equalize(power: Tensor, rng: NDArray[np.float64], decibels: float) -> Tensor:
    """Power pictures through random smooth filters, from (b, 6) normal numbers; curves' deviation in `decibels`."""
    points = torch.from_numpy(rng).float()[:, None]
    curve = F.interpolate(points, power.shape[1], mode="linear", align_corners=True)[:, 0]
    return power * 10.0 ** (decibels / 10 * curve)[..., None]


def hiss(power: Tensor, rng: np.random.Generator, share: float) -> Tensor:
    """Some of the power pictures with steady noise of random colour, 5 to 40 dB under their loudest band."""
    b, mels, frames = power.shape
    tilt = torch.from_numpy(rng.uniform(-3, 3, (b, 1))).float() * torch.linspace(-1, 1, mels)
    level = torch.from_numpy(10.0 ** rng.uniform(-4.0, -0.5, (b, 1)) * (rng.random((b, 1)) < share)).float()
    loudest = power.amax(dim=(1, 2))[:, None]
    grain = torch.from_numpy(rng.standard_exponential((b, 1, frames), dtype=np.float32))
    shift = torch.from_numpy(rng.integers(0, frames, mels))
    grains = grain[:, 0][:, (torch.arange(frames) + shift[:, None]) % frames]  # one draw, shifted band by band
    return power + (loudest * level * tilt.exp() / 20)[..., None] * grains


def mask(pictures: Tensor, rng: np.random.Generator, settings: Augmentation, value: float) -> Tensor:
    """Pictures with stripes set to `value`, in place."""
    b, mels, frames = pictures.shape
    for size, widest, shape in (
        (mels, settings.band_mask, (b, mels, 1)),
        (frames, settings.frame_mask, (b, 1, frames)),
    ):
        for _ in range(settings.masks):
            width = rng.integers(0, widest + 1, (b, 1))
            first = rng.integers(0, size - width + 1)
            at = np.arange(size)
            pictures.masked_fill_(torch.from_numpy((at >= first) & (at < first + width)).reshape(shape), value)
    return pictures


def mixed(power: Tensor, rng: np.random.Generator, share: float) -> tuple[Tensor, NDArray[np.int64]]:
    """Some pictures with another of the batch added, and whose caption each bears, (b,) rows of the batch.

    The caption is one of the two by chance, in proportion to loudness: over many draws the same as a mixed target.
    """
    b = len(power)
    rows = np.arange(b)
    other = np.roll(rows, 1 + int(rng.integers(max(1, b - 1))))
    decibels = np.where(rng.random(b) < share, rng.uniform(-20, 6, b), -200.0)
    weight = 10.0 ** (decibels / 20)
    loudest = power.amax(dim=(1, 2), keepdim=True).clamp(min=1e-12)
    even = power / loudest
    together = even + even[other] * torch.from_numpy(weight**2).float()[:, None, None]
    borne = np.where(rng.random(b) < weight / (1 + weight), other, rows)
    return together, borne


def augment(
    logs: Tensor, rng: np.random.Generator, settings: Augmentation, config: AudioTowerConfig
) -> tuple[Tensor, NDArray[np.int64]]:
    """Log power pictures (b, mels, frames), already cut and stretched -> tower inputs, and whose caption each bears."""
    b = len(logs)
    power = equalize(logs.exp(), rng.standard_normal((b, 6)), settings.equalize)
    roomy = np.flatnonzero(rng.random(b) < settings.reverb)
    if len(roomy):
        seconds, wet = (
            torch.from_numpy(rng.uniform(low, high, len(roomy))).float() for low, high in ((0.15, 1.5), (0.1, 0.7))
        )
        power[roomy] = smear(power[roomy], seconds, wet, config)
    power, borne = mixed(power, rng, settings.mix)
    pictures = normalize(hiss(power, rng, settings.noise), config)
    return mask(pictures, rng, settings, 0.0), borne
