"""Clouds with colours as input: what the encoders of OpenShape, Uni3D and ULIP-2 have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.types import Modality, Payload, PointCloud, Vectors

NO_COLOR = 0.4
"""RGB level of a cloud without colours; OpenShape, and Uni3D after it, also trained with it."""


class ColoredCloudEncoder:
    """A tower, called with (b, n, 3) points and (b, n, 3) colours, as an encoder of `PointCloud` payloads.

    Args:
        tower: filled, on the device; gives (b, dim).
        device: torch's name of it.
        mirrored: whether the tower was trained on clouds that are mirrored along y.
    """

    modality = Modality.SHAPE
    batch = 16

    def __init__(self, tower: nn.Module, device: str, *, mirrored: bool = False) -> None:
        self._tower = tower
        self._device = device
        self._mirrored = mirrored

    @torch.inference_mode()
    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, dim) float32 unit vectors of clouds of as many points each; `NO_COLOR` where a cloud has no colours."""
        clouds = [payload for payload in payloads if isinstance(payload, PointCloud)]
        starts = range(0, len(clouds), self.batch)
        vectors = [self._tower(*self._tensors(clouds[at : at + self.batch])) for at in starts]
        return F.normalize(torch.cat(vectors).float(), dim=-1).cpu().numpy()

    def _tensors(self, clouds: Sequence[PointCloud]) -> tuple[Tensor, Tensor]:
        points = np.stack([cloud.points for cloud in clouds])
        if self._mirrored:
            points = points * np.array([1, -1, 1], np.float32)
        painted = [np.full_like(cloud.points, NO_COLOR) if cloud.colors is None else cloud.colors for cloud in clouds]
        return torch.from_numpy(points).to(self._device), torch.from_numpy(np.stack(painted)).to(self._device)
