"""The image tower: a small residual convolutional network that points into the text hub.

Basic residual blocks (He et al. 2016, arXiv 1512.03385) behind a stem that quarters the picture at once, shortcuts
that average before they project (ResNet-D, He et al. 2019, arXiv 1812.01187), and channels weighed by what the whole
picture shows (squeeze and excitation, Hu et al. 2018, arXiv 1709.01507) in the two last stages. Dense 3x3 convolutions
in channels-last order, since on a CPU their backward pass is several times faster, for the same work, than that of
depthwise ones; batch norm, since group norm costs a third of the speed there.
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
from retriever.types import Modality, Payload, Picture, Vectors


@dataclass(frozen=True)
class ImageTowerConfig:
    """Sizes of the tower; stored beside its weights.

    Attributes:
        side: edge length in pixels of the pictures that it is meant for; any other of 32 or more works too.
        stem: channels after the first convolution.
        widths: channels of the stages; each halves the picture, but for the first.
        depths: blocks of the stages.
        gated: how many stages, the last ones, weigh their channels.
        momentum: share of a batch in the running statistics of the batch norms.
        dim: of the output.
    """

    side: int = 96
    stem: int = 24
    widths: Sequence[int] = (48, 96, 192, 320)
    depths: Sequence[int] = (2, 2, 3, 2)
    gated: int = 2
    momentum: float = 0.02
    dim: int = 384


class ImageTower(nn.Module):
    """Pictures in, unit vectors out."""

    def __init__(self, config: ImageTowerConfig) -> None:
        super().__init__()
        self.config = config
        widths, stages = list(config.widths), len(config.widths)
        self.stem = nn.Sequential(
            _Convolution(3, config.stem, 3, 2), nn.ReLU(), _Convolution(config.stem, widths[0], 3, 2), nn.ReLU()
        )
        blocks: list[nn.Module] = []
        before = widths[0]
        for stage, (width, depth) in enumerate(zip(widths, config.depths, strict=True)):
            for i in range(depth):
                stride = 2 if stage and not i else 1
                blocks.append(_Block(before, width, stride, gated=stage >= stages - config.gated))
                before = width
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.LayerNorm(2 * before)
        self.projection = nn.Linear(2 * before, config.dim)
        self.bridge = Bridge(config.dim)
        self.expectation = Expectation(config.dim, own=2.0, hesitant=True)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = config.momentum
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def load(self, weights: Path) -> ImageTower:
        """Takes the weights of a safetensors file, of any precision, and returns itself."""
        from safetensors.torch import load_model

        load_model(self, weights)
        return self

    def forward(self, pixels: Tensor) -> Tensor:
        """(b, h, w, 3) sRGB, 0..255, bytes or floats -> (b, dim) unit vectors.

        After training a picture is looked at twice, as it is and mirrored: things stay what they are in a mirror.
        """
        looks = self.look(pixels)
        if not self.training:
            looks = F.normalize(looks, dim=-1) + F.normalize(self.look(pixels.flip(2)), dim=-1)
        vectors: Tensor = self.expectation(looks, self.bridge(looks))
        return vectors

    def look(self, pixels: Tensor) -> Tensor:
        """(b, h, w, 3) sRGB, 0..255 -> (b, dim) vectors of any length, before the bridge."""
        x = self.blocks(self.stem((pixels.float() / 127.5 - 1).permute(0, 3, 1, 2)))
        pooled = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=-1)
        projected: Tensor = self.projection(self.norm(pooled))
        return projected


class _Convolution(nn.Module):
    """A convolution that keeps the size, but for its stride, and its batch norm."""

    def __init__(self, before: int, after: int, size: int, stride: int = 1) -> None:
        super().__init__()
        self.weigh = nn.Conv2d(before, after, size, stride, size // 2, bias=False)
        self.norm = nn.BatchNorm2d(after)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.weigh(x))


class _Gate(nn.Module):
    """Weighs channels by what the whole picture shows."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weights = nn.Sequential(nn.Linear(width, width // 8), nn.ReLU(), nn.Linear(width // 8, width))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.weights(x.mean(dim=(2, 3))))[:, :, None, None]


class _Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, before: int, after: int, stride: int, *, gated: bool) -> None:
        super().__init__()
        self.first = _Convolution(before, after, 3, stride)
        self.second = _Convolution(after, after, 3)
        nn.init.zeros_(self.second.norm.weight)  # every block starts as its shortcut
        self.gate = _Gate(after) if gated else nn.Identity()
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or before != after:
            halve = nn.AvgPool2d(stride, ceil_mode=True) if stride > 1 else nn.Identity()
            self.shortcut = nn.Sequential(halve, _Convolution(before, after, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.gate(self.second(F.relu(self.first(x)))) + self.shortcut(x))


class ImageEncoder:
    """The tower as an encoder: `Picture` payloads in, unit vectors out."""

    modality = Modality.IMAGE

    def __init__(self, weights: Path, config: ImageTowerConfig, device: str = "cpu") -> None:
        self._tower = ImageTower(config).load(weights).to(device).eval()
        self._device = device
        self._part = 16 if device == "cpu" else 256
        self.batch = self._part * at_once(device)

    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, dim) float32 unit vectors."""
        pictures = [payload.pixels for payload in payloads if isinstance(payload, Picture)]
        return np.concatenate(side_by_side(self._encoded, pictures, self._part, self._device)).astype(np.float32)

    def _encoded(self, pictures: Sequence[NDArray[np.uint8]]) -> Vectors:
        vectors: Vectors = self._tower(torch.from_numpy(np.stack(pictures)).to(self._device)).cpu().numpy()
        return vectors
