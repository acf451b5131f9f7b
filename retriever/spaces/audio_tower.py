"""The audio tower of `mini`: waveform -> log-mel picture -> convolutions -> one unit vector in the text hub's space.

The front end follows the convention of AST and ImageBind (Gong et al. 2021, arXiv 2104.01778; Girdhar et al. 2023,
arXiv 2305.05665): 16 kHz, windows of 25 ms every 10 ms, mel bands, logarithm, fixed mean and deviation, the mean over
several clips of a long sound. Levels are relative to the clip's loudest point, since recordings differ in gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.spaces.batches import at_once, side_by_side
from retriever.spaces.bridge import Bridge, Expectation
from retriever.types import Modality, Payload, Vectors, Waveform


@dataclass(frozen=True)
class AudioTowerConfig:
    """Sizes of the front end and the tower; stored beside its weights.

    Attributes:
        rate: samples a second.
        window: samples of a window.
        hop: samples from one window to the next.
        mels: bands.
        low: lower edge of the lowest band, in Hz; the highest ends at half the rate.
        decades: what lies this many powers of ten under the loudest point counts as silence.
        mean: of the log-mel values (natural logarithm), taken off.
        deviation: of them, divided by.
        clip: samples of a clip; shorter sounds are followed by silence, longer ones are cut into several.
        channels: of the four stages of convolutions.
        depth: convolutions of each stage after the first, which halves the picture.
        width: of the features that are pooled over time.
        dim: of the output.
    """

    rate: int = 16_000
    window: int = 400
    hop: int = 160
    mels: int = 64
    low: float = 40.0
    decades: float = 7.0
    mean: float = -9.0
    deviation: float = 4.0
    clip: int = 80_000
    channels: tuple[int, ...] = (24, 48, 96, 160)
    depth: tuple[int, ...] = (0, 1, 1, 1)
    width: int = 256
    dim: int = 384

    @property
    def floor(self) -> float:
        """The value of silence in a normalised log-mel picture."""
        return (-self.decades * float(np.log(10.0)) - self.mean) / self.deviation


def to_mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Frequency -> mel (O'Shaughnessy 1987), 2595 log10(1 + f / 700)."""
    return np.asarray(2595.0 * np.log10(1.0 + hertz / 700.0))


def to_hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `to_mel`."""
    return np.asarray(700.0 * (10.0 ** (mel / 2595.0) - 1.0))


def band_edges(config: AudioTowerConfig) -> NDArray[np.float64]:
    """(mels + 2,) edges in Hz, evenly spaced in mel: band i rises from edge i, peaks at i + 1, ends at i + 2."""
    low, high = to_mel(np.array([config.low, config.rate / 2]))
    return to_hertz(np.linspace(low, high, config.mels + 2))


def filterbank(config: AudioTowerConfig, bins: int) -> NDArray[np.float32]:
    """(bins, mels) triangles over the `bins` frequencies of a spectrum; every band holds at least its nearest bin."""
    edges = band_edges(config)
    hertz = np.linspace(0, config.rate / 2, bins)[:, None]
    rising = (hertz - edges[:-2]) / np.diff(edges[:-1])
    falling = (edges[2:] - hertz) / np.diff(edges[1:])
    weights = np.maximum(0.0, np.minimum(rising, falling))
    nearest = np.abs(hertz - edges[1:-1]).argmin(axis=0)
    empty = weights.sum(axis=0) == 0
    weights[nearest[empty], np.flatnonzero(empty)] = 1.0
    return weights.astype(np.float32)


class LogMel(nn.Module):
    """Waveforms -> log-mel power, without parameters to learn."""

    bank: Tensor
    taper: Tensor

    def __init__(self, config: AudioTowerConfig) -> None:
        super().__init__()
        self.config = config
        self.fft = 1 << (config.window - 1).bit_length()
        # Not part of the state: they follow from the configuration.
        self.register_buffer("bank", torch.from_numpy(filterbank(config, self.fft // 2 + 1)), persistent=False)
        self.register_buffer("taper", torch.hann_window(config.window, periodic=False), persistent=False)

    def power(self, samples: Tensor) -> Tensor:
        """(b, n) samples, n >= 1 -> (b, mels, 1 + n // hop) mel power, at least 0; windows are centred."""
        half = self.config.window // 2
        frames = F.pad(samples.float(), (half, half)).unfold(1, self.config.window, self.config.hop)
        spectrum = torch.fft.rfft((frames - frames.mean(dim=-1, keepdim=True)) * self.taper, n=self.fft)
        return ((spectrum.real.square() + spectrum.imag.square()) @ self.bank).transpose(1, 2)

    def forward(self, samples: Tensor) -> Tensor:
        """(b, n) samples -> (b, mels, frames) normalised log-mel picture."""
        return normalize(self.power(samples), self.config)


def normalize(power: Tensor, config: AudioTowerConfig) -> Tensor:
    """(b, mels, frames) mel power -> its logarithm beside the loudest point of each, cut at `decades`, normalised."""
    # What is quieter than the steps of a 16-bit recording is silence, not something to amplify.
    loudest = power.amax(dim=(1, 2), keepdim=True).clamp(min=1e-6)
    relative = (power / loudest).clamp(min=10.0**-config.decades)
    return (relative.log() - config.mean) / config.deviation


class AudioTower(nn.Module):
    """Waveforms or log-mel pictures in, unit vectors out."""

    def __init__(self, config: AudioTowerConfig) -> None:
        super().__init__()
        self.config = config
        self.front = LogMel(config)
        width, last = config.width, config.channels[-1]
        stages: list[nn.Module] = [_convolution(3, config.channels[0], (5, 7), (2, 4))]
        for i, (before, now) in enumerate(zip(config.channels[:-1], config.channels[1:], strict=True), start=1):
            stages.append(_convolution(before, now, (3, 3), (2, 2)))
            stages.extend(_Residual(now) for _ in range(config.depth[i]))
        self.stages = nn.Sequential(*stages)
        # Bands stay apart until here: what a low and what a high band mean is not the same.
        self.bands = nn.Linear(last * -(-config.mels // 2 ** len(config.channels)), width)
        self.attention = nn.Linear(width, 4)
        self.overall = nn.Sequential(nn.LayerNorm(3 * config.mels), nn.Linear(3 * config.mels, width), nn.GELU())
        self.norm = nn.LayerNorm(4 * width)
        self.dropout = nn.Dropout(0.3)
        self.projection = nn.Linear(4 * width, config.dim)
        self.bridge = Bridge(config.dim)
        self.expectation = Expectation(config.dim, own=0.3)

    def forward(self, sound: Tensor) -> Tensor:
        """(b, n) samples or (b, mels, frames) normalised log-mel pictures -> (b, dim) unit vectors."""
        picture = self.front(sound) if sound.ndim == 2 else sound.float()
        mean = picture.mean(dim=2, keepdim=True)
        deviation = (picture - mean).square().mean(dim=2).sqrt()
        overall = self.overall(torch.cat([mean[:, :, 0], deviation, picture.amax(dim=2)], dim=1))
        height = torch.linspace(-1, 1, picture.shape[1], device=picture.device)[:, None].expand_as(picture)
        x = torch.stack([picture, picture - mean, height], dim=1).contiguous(memory_format=torch.channels_last)
        x = self.stages(x).permute(0, 3, 1, 2).flatten(2)  # (b, time, channels * bands)
        x = F.gelu(self.bands(x))
        heads = self.attention(x).softmax(dim=1).to(x.dtype)  # (b, time, 4)
        several = (heads[..., None] * x.unflatten(2, (4, -1))).sum(dim=1).flatten(1)
        pooled = torch.cat([x.mean(dim=1), x.amax(dim=1), several, overall], dim=1)
        own = self.projection(self.dropout(self.norm(pooled)))
        vectors: Tensor = self.expectation(own, self.bridge(own))
        return vectors


def _convolution(before: int, now: int, kernel: tuple[int, int], stride: tuple[int, int]) -> nn.Sequential:
    """Convolution, normalisation, activation; the picture shrinks by `stride`, rounded up."""
    padding = (kernel[0] // 2, kernel[1] // 2)
    return nn.Sequential(
        nn.Conv2d(before, now, kernel, stride, padding, bias=False), nn.BatchNorm2d(now), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    """x + a convolution of it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = _convolution(channels, channels, (3, 3), (1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(x + self.inner(x))


def to_clips(samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """(n,) samples, n >= 1 -> (k, length): cut evenly, so that all is heard; one followed by silence if shorter.

    Of several, those more than 40 dB below the loudest are left out: pauses say nothing about the sound.
    """
    if len(samples) <= length:
        return np.pad(samples, (0, length - len(samples)))[None]
    # A last piece under a fifth of a clip is not worth one of its own.
    count = max(1, -(-(len(samples) - length // 5) // length))
    starts = np.linspace(0, len(samples) - length, count).astype(int) if count > 1 else [0]
    clips = np.stack([samples[start : start + length] for start in starts])
    power = np.square(clips, dtype=np.float64).mean(axis=1)
    return clips[power >= 1e-4 * power.max()]


class AudioEncoder:
    """The tower as an encoder: `Waveform` payloads in, unit vectors out."""

    modality = Modality.AUDIO

    def __init__(self, weights: Path, config: AudioTowerConfig, device: str = "cpu") -> None:
        from safetensors.torch import load_model

        self._tower = AudioTower(config).to(device).eval()
        load_model(self._tower, weights)
        self._device = device
        self._part = 16 if device == "cpu" else 128
        self.batch = self._part * at_once(device)

    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, dim) float32 unit vectors: of each sound the mean over its clips."""
        length = self._tower.config.clip
        sounds = [to_clips(payload.samples, length) for payload in payloads if isinstance(payload, Waveform)]
        clips = np.concatenate(sounds)
        vectors = np.concatenate(side_by_side(self._encoded, list(clips), self._part, self._device))
        ends = np.cumsum([len(clips) for clips in sounds])
        sums = np.add.reduceat(vectors, np.concatenate([[0], ends[:-1]]), axis=0)
        return (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float32)

    def _encoded(self, clips: Sequence[NDArray[np.float32]]) -> Vectors:
        vectors: Vectors = self._tower(torch.from_numpy(np.stack(clips)).to(self._device)).cpu().numpy()
        return vectors
