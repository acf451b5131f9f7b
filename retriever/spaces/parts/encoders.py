"""Published towers as encoders: batches in, unit vectors out; what a payload becomes is the hook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.spaces.parts.bpe import ClipTokenizer
from retriever.spaces.parts.vit import normalised
from retriever.types import Modality, Payload, PointCloud, Text, Vectors


class TowerEncoder:
    """A tower as an encoder: a kind of them says in `vectors` what it makes of a batch.

    Args:
        tower: filled, on the device.
        device: torch's name of it.
    """

    modality: Modality
    batch: int

    def __init__(self, tower: nn.Module, device: str) -> None:
        self.tower = tower
        self.device = device

    @torch.inference_mode()
    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, dim) float32 unit vectors."""
        starts = range(0, len(payloads), self.batch)
        return self.unit(torch.cat([self.vectors(payloads[at : at + self.batch]) for at in starts]))

    def vectors(self, payloads: Sequence[Payload]) -> Tensor:
        """(b, dim) of a batch, of any length above zero."""
        raise NotImplementedError

    @staticmethod
    def unit(vectors: Tensor) -> Vectors:
        """The same as float32, of unit length, off the device."""
        unit: Vectors = F.normalize(vectors.float(), dim=-1).cpu().numpy()
        return unit


class PictureEncoder(TowerEncoder):
    """Of `Picture` payloads: squares of the tower's side, already cropped, brought to CLIP's mean and deviation."""

    modality = Modality.IMAGE
    batch = 8

    def vectors(self, payloads: Sequence[Payload]) -> Tensor:
        """As `TowerEncoder.vectors`."""
        found: Tensor = self.tower(normalised(payloads, self.device))
        return found


class TextEncoder(TowerEncoder):
    """Of `Text` payloads, by CLIP's tokens; texts of one length go through together, so that none is padded."""

    modality = Modality.TEXT
    batch = 32

    def __init__(self, tower: nn.Module, device: str) -> None:
        super().__init__(tower, device)
        self._tokenizer = ClipTokenizer()

    @torch.inference_mode()
    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, dim) float32 unit vectors."""
        texts = [payload.text for payload in payloads if isinstance(payload, Text)]
        order: list[int] = []
        found = []
        for rows, ids in self._tokenizer.batches(texts, self.batch):
            order += rows
            found.append(self.tower(ids.to(self.device)))
        return self.unit(torch.cat(found))[np.argsort(order)]


class CloudEncoder(TowerEncoder):
    """Of `PointCloud` payloads of as many points each; colours are not looked at."""

    modality = Modality.SHAPE
    batch = 32

    def vectors(self, payloads: Sequence[Payload]) -> Tensor:
        """As `TowerEncoder.vectors`."""
        found: Tensor = self.tower(self.points(_clouds(payloads)))
        return found

    def points(self, clouds: Sequence[PointCloud]) -> Tensor:
        """(b, n, 3) on the device."""
        return torch.from_numpy(np.stack([cloud.points for cloud in clouds])).to(self.device)


class ColoredCloudEncoder(CloudEncoder):
    """The same of towers that take (b, n, 3) colours as well; a cloud without any is `NO_COLOR`.

    Args:
        tower: filled, on the device.
        device: torch's name of it.
        mirrored: whether the tower was trained on clouds that are mirrored along y.
    """

    NO_COLOR: ClassVar = 0.4
    """RGB level; OpenShape, and Uni3D after it, also trained with it."""

    batch = 16

    def __init__(self, tower: nn.Module, device: str, *, mirrored: bool = False) -> None:
        super().__init__(tower, device)
        self._mirrored = mirrored

    def vectors(self, payloads: Sequence[Payload]) -> Tensor:
        """As `TowerEncoder.vectors`."""
        clouds = _clouds(payloads)
        points = self.points(clouds)
        if self._mirrored:
            points = points * torch.tensor([1.0, -1.0, 1.0], device=self.device)
        painted = [
            np.full_like(cloud.points, self.NO_COLOR) if cloud.colors is None else cloud.colors for cloud in clouds
        ]
        found: Tensor = self.tower(points, torch.from_numpy(np.stack(painted)).to(self.device))
        return found


def _clouds(payloads: Sequence[Payload]) -> list[PointCloud]:
    return [payload for payload in payloads if isinstance(payload, PointCloud)]
