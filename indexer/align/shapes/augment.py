"""Augmentation of clouds during training: pose, proportions, noise and colour; what scans are like is in `scans`.

Turning and even scaling leave neighbourhoods as they are, so that their precomputed `Grouping` stays valid. Everything
is done for a whole batch at once, where the `generator` is: the only source of chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from indexer.align.draws import by_chance
from retriever.spaces.pose import standing
from retriever.spaces.shape_tower import GREY

_OTHER_AXES = torch.tensor([[1.0, 0, 0], [-1, 0, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])


@dataclass(frozen=True)
class Augmentation:
    """How much of each.

    Attributes:
        tumble: share of clouds turned to any pose.
        flip: share of clouds that lie on a side or on their head; the others turn about y only, with a small tilt.
        tilt: standard deviation of that tilt, radians.
        stretch: each axis is scaled by up to 1 + stretch or down to its inverse.
        noise: standard deviation added to every coordinate, at most, in units of the sphere's radius.
        partial: share of clouds that lose a side, or all that is not seen from one direction.
        foreign: share of clouds with points of floor, neighbours or nothing among theirs; some of them partial, too.
        sparse: share of clouds that keep few of their points, or of those and the foreign ones.
        grey: share of clouds that lose their colours.
    """

    tumble: float = 0.4
    flip: float = 0.15
    tilt: float = 0.08
    stretch: float = 0.3
    noise: float = 0.05
    partial: float = 0.2
    foreign: float = 0.2
    sparse: float = 0.15
    grey: float = 0.6


def rotations(count: int, how: Augmentation, generator: torch.Generator) -> Tensor:
    """(count, 3, 3) rotation matrices."""
    on = by_chance(generator)
    axis_angle = torch.randn(count, 3, **on) * how.tilt
    yaw = torch.zeros(count, 3, device=generator.device)
    yaw[:, 1] = torch.rand(count, **on) * 2 * torch.pi
    turned = _rotation(axis_angle) @ _rotation(yaw)
    quaternion = torch.nn.functional.normalize(torch.randn(count, 4, **on), dim=-1)
    flipped = standing(_OTHER_AXES.to(generator.device)[torch.randint(5, (count,), **on)]) @ turned
    chance = torch.rand(count, **on)[:, None, None]
    turned = torch.where(chance < how.tumble + how.flip, flipped, turned)
    return torch.where(chance < how.tumble, _from_quaternion(quaternion), turned)


def augment(points: Tensor, how: Augmentation, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(b, n, 3) clouds -> stretched, turned and noisy ones, back in the unit sphere; and (b, 3), where up is now."""
    b, on = len(points), by_chance(generator)
    stretch = torch.exp((torch.rand(b, 1, 3, **on) * 2 - 1) * math.log(1 + how.stretch))
    rotation = rotations(b, how, generator)
    turned = (points * stretch) @ rotation.transpose(1, 2)
    sigma = torch.rand(b, 1, 1, **on).square() * how.noise  # mostly little
    return to_unit_sphere(turned + sigma * torch.randn(points.shape, **on)), rotation[:, :, 1]


def repaint(colors: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """(b, n, 3) RGB in 0..1 -> brighter, darker or shifted ones, and the grey of "no colour" for some clouds."""
    b, on = len(colors), by_chance(generator)
    gain = 0.7 + 0.6 * torch.rand(b, 1, 1, **on)
    shift = 0.1 * torch.randn(b, 1, 3, **on)
    colored = torch.rand(b, 1, 1, **on) >= how.grey
    return torch.where(colored, (colors * gain + shift).clamp(0, 1), GREY)


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
