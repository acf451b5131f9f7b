"""Augmentation of clouds during training: pose, proportions, noise and missing parts.

Turning and even scaling leave neighbourhoods as they are, so their precomputed `Grouping` stays valid; only where
parts are cut away is it made anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Augmentation:
    """How much of each.

    Attributes:
        tumble: share of clouds turned to any pose; the others turn about y only, with a small tilt.
        tilt: standard deviation of that tilt, radians.
        stretch: each axis is scaled by up to 1 + stretch or down to its inverse.
        noise: standard deviation added to every coordinate, at most, in units of the sphere's radius.
        partial: share of clouds that lose a side or thin out.
    """

    tumble: float = 0.35
    tilt: float = 0.08
    stretch: float = 0.3
    noise: float = 0.015
    partial: float = 0.2


def rotations(count: int, how: Augmentation, generator: torch.Generator) -> Tensor:
    """(count, 3, 3) rotation matrices."""
    axis_angle = torch.randn(count, 3, generator=generator) * how.tilt
    yaw = torch.zeros(count, 3)
    yaw[:, 1] = torch.rand(count, generator=generator) * 2 * torch.pi
    turned = _rotation(axis_angle) @ _rotation(yaw)
    quaternion = torch.nn.functional.normalize(torch.randn(count, 4, generator=generator), dim=-1)
    tumbled = torch.rand(count, generator=generator) < how.tumble
    return torch.where(tumbled[:, None, None], _from_quaternion(quaternion), turned)


def augment(points: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """(b, n, 3) clouds -> stretched, turned and noisy ones, back in the unit sphere."""
    b = len(points)
    log_stretch = torch.log(torch.tensor(1 + how.stretch))
    stretch = torch.exp((torch.rand(b, 1, 3, generator=generator) * 2 - 1) * log_stretch)
    turned = (points * stretch) @ rotations(b, how, generator).transpose(1, 2)
    sigma = torch.rand(b, 1, 1, generator=generator) * how.noise
    return to_unit_sphere(turned + sigma * torch.randn(points.shape, generator=generator))


def cut(points: Tensor, generator: torch.Generator) -> Tensor:
    """(b, n, 3) clouds without one side (up to 40 %) and thinned; the rest is repeated to n points."""
    b, n, _ = points.shape
    direction = torch.nn.functional.normalize(torch.randn(b, 3, 1, generator=generator), dim=1)
    order = (points @ direction).squeeze(-1).argsort(dim=1)
    kept = torch.randint(n * 6 // 10, n + 1, (b, 1), generator=generator)
    chosen = (torch.rand(b, n, generator=generator) * kept).long()
    return points.gather(1, order.gather(1, chosen)[..., None].expand(-1, -1, 3))


def to_unit_sphere(points: Tensor) -> Tensor:
    """Mean 0, largest norm 1."""
    centred = points - points.mean(dim=1, keepdim=True)
    return centred / centred.norm(dim=-1).amax(dim=1).clamp(min=1e-9)[:, None, None]


def _rotation(axis_angle: Tensor) -> Tensor:
    """(b, 3) axis times angle -> (b, 3, 3)."""
    angle = axis_angle.norm(dim=-1, keepdim=True).clamp(min=1e-9)
    half = angle / 2
    return _from_quaternion(torch.cat([half.cos(), axis_angle / angle * half.sin()], dim=-1))


def _from_quaternion(q: Tensor) -> Tensor:
    """(b, 4) unit quaternions w, x, y, z -> (b, 3, 3)."""
    w, x, y, z = q.unbind(-1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
