"""What a shape looks like from around: its surface drawn as pictures, and a network that points them into the hub.

Points say where things are; a picture also says what hides what, and a network for pictures has seen far more of the
world than one for points. Looking at a shape from several sides and averaging what is seen is as old as MVCNN (Su et
al. 2015, arXiv 1505.00880); drawing clouds so that such a network can see them is that of PointCLIP (Zhang et al. 2021,
arXiv 2112.02413). Here points of the surface are drawn with their normals and colours, lit as
`retriever.drawing.render` lights meshes, so that a cloud, a mesh and what a network guesses of their pose go the same
way, in one batch, on any device.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.drawing.render import GREY, PLAIN, View, rotation
from retriever.spaces.image_tower import ImageTower, ImageTowerConfig
from retriever.types import Surface

FINER = 2
"""Pixels are the mean of this many squared."""
FULL = 0.21, 0.09
"""Points to a fine pixel from which they are drawn as squares of 3 and of 5; of 7, where there are fewer."""
FAR = 0.35
"""Brightness of a point without a normal where it is farthest from the camera; 1 where it is nearest."""


@dataclass(frozen=True)
class ViewConfig:
    """How shapes are looked at, and the sizes of the network that looks; stored beside its weights.

    Attributes:
        side: edge length of the pictures in pixels.
        count: pictures of a shape, evenly around it.
        elevation: of the camera, in degrees.
        weight: of what is seen, where the points have 1.
        stem, widths, depths, gated: of `ImageTowerConfig`.
        dim: of the output.
    """

    side: int = 48
    count: int = 6
    elevation: float = 20.0
    weight: float = 0.6
    stem: int = 24
    widths: Sequence[int] = (48, 96, 192, 320)
    depths: Sequence[int] = (2, 2, 3, 2)
    gated: int = 2
    dim: int = 384

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> ViewConfig:
        """From plain JSON values."""
        plain: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in config.items()}
        return cls(**plain)


@dataclass(frozen=True)
class Surfaces:
    """b surfaces as tensors, those of fewer points filled up with some of them again.

    Attributes:
        points: (b, m, 3) float32.
        normals: (b, m, 3) float32; 0 where they are not known.
        colors: (b, m, 3) float32 in 0..1.
        count: (b,) int64, how many points each has.
    """

    points: Tensor
    normals: Tensor
    colors: Tensor
    count: Tensor

    @classmethod
    def of(cls, surfaces: Sequence[Surface], device: str = "cpu") -> Surfaces:
        """Of (m, 3) arrays, m being that of the largest."""
        most = max(len(each.points) for each in surfaces)
        parts = []
        for each in surfaces:
            places = np.arange(most) % len(each.points)
            normals = np.zeros_like(each.points) if each.normals is None else each.normals
            colors = np.full_like(each.points, GREY[0]) if each.colors is None else each.colors
            parts.append([*(array[places] for array in (each.points, normals, colors)), np.int64(len(each.points))])
        return cls(*(torch.from_numpy(np.stack(column)).to(device) for column in zip(*parts, strict=True)))

    def to(self, device: str) -> Surfaces:
        """The same on another device."""
        return Surfaces(*(getattr(self, each.name).to(device) for each in fields(self)))

    def take(self, rows: Tensor) -> Surfaces:
        """Some of them, which may repeat."""
        return Surfaces(*(getattr(self, each.name)[rows] for each in fields(self)))


def reach(count: Tensor, side: int) -> Tensor:
    """(b,) how far each of so many points reaches, in fine pixels, so that no gaps are seen between them."""
    dense = count / (side * FINER) ** 2
    return 3 - (dense >= FULL[0]).long() - (dense >= FULL[1]).long()


def camera(yaw: float, elevation: float) -> Tensor:
    """(3, 3) float64: y up -> the camera's frame (x right, y up, z to the camera); angles in degrees as of `View`."""
    return torch.from_numpy(rotation(View(yaw=yaw, elevation=elevation)))


def around(count: int, elevation: float) -> Tensor:
    """(count, 3, 3) cameras evenly around a shape, the first in front of it."""
    return torch.stack([camera(360 * i / count, elevation) for i in range(count)])


def draw(surfaces: Surfaces, turns: Tensor, side: int) -> Tensor:
    """Pictures of surfaces before white.

    Where a point falls is worked out in double precision: rounding, which differs between machines, must not move one
    to the next pixel.

    Args:
        surfaces: b of them, of m points.
        turns: (b, v, 3, 3) rotations into the frames of v cameras each.
        side: edge length in pixels.

    Returns:
        (b, v, side, side, 3) float32 sRGB, 0..255.
    """
    b, v = turns.shape[:2]
    fine = side * FINER
    turns = turns.to(surfaces.points.device)
    at, near = _projected(surfaces.points, turns, fine)
    nearest = near.new_zeros(b * v, fine * fine).scatter_reduce_(1, at, near, "amax")
    numbers = torch.arange(at.shape[1], device=at.device).expand_as(at)
    numbers = numbers.where(near >= nearest.gather(1, at), -1)
    whose = torch.full_like(nearest, -1, dtype=torch.int64).scatter_reduce_(1, at, numbers, "amax")
    reached = reach(surfaces.count, side).repeat_interleave(v)
    places, covered = _nearest_around(nearest.view(b * v, 1, fine, fine).float(), reached)
    seen = whose.gather(1, places).where(covered, at.shape[1])
    level = _level(surfaces.normals, turns, near.view(b, v, -1))
    shaded = (surfaces.colors[:, None] * level[..., None]).clamp(0, 1).flatten(0, 1)
    return 255 * _blended(shaded, seen, side).view(b, v, side, side, 3)


def _nearest_around(depth: Tensor, reach: Tensor) -> tuple[Tensor, Tensor]:
    """(k, pixels) int64 the nearest pixel that reaches each of (k, 1, h, w), and (k, pixels) whether any does."""
    places = torch.empty_like(depth.flatten(1), dtype=torch.int64)
    covered = torch.empty_like(places, dtype=torch.bool)
    for far in reach.unique().tolist():
        rows = (reach == far).nonzero().flatten()
        nearest, at = F.max_pool2d(depth[rows], 2 * far + 1, 1, far, return_indices=True)
        places[rows], covered[rows] = at.flatten(1), nearest.flatten(1) > 0
    return places, covered


def _blended(shaded: Tensor, seen: Tensor, side: int) -> Tensor:
    """(k * side * side, 3) pixels, each the mean of its fine ones.

    Rows of one table are looked up: many times faster than gathering, or than a mean over the fine pixels' axes.

    Args:
        shaded: (k, m, 3) colours of points.
        seen: (k, fine * fine) which of them a fine pixel shows, m for none, which is white.
        side: edge length of the pictures in pixels.
    """
    k, m = shaded.shape[:2]
    table = F.pad(shaded, (0, 0, 0, 1), value=1.0).flatten(0, 1)
    rows = (seen + (m + 1) * torch.arange(k, device=seen.device)[:, None]).view(k, side, FINER, side, FINER)
    fine = [table.index_select(0, rows[:, :, y, :, x].flatten()) for y in range(FINER) for x in range(FINER)]
    return torch.stack(fine).mean(dim=0)


def _projected(points: Tensor, turns: Tensor, fine: int) -> tuple[Tensor, Tensor]:
    """(b * v, m) int64 pixels that points fall on, and how near they are, above 0; as `render.projected`."""
    view = View()
    points = points.double()
    points = points - (points.amax(dim=1, keepdim=True) + points.amin(dim=1, keepdim=True)) / 2
    points = points / points.norm(dim=-1).amax(dim=1)[:, None, None].clamp(min=1e-12)
    placed = points[:, None] @ turns.transpose(-1, -2)
    near = 1 / (1.05 / math.sin(math.radians(view.field / 2)) - placed[..., 2])
    flat = placed[..., :2] * near[..., None]
    low, high = flat.amin(dim=2, keepdim=True), flat.amax(dim=2, keepdim=True)
    zoom = view.fill * fine / (high - low).amax(dim=-1, keepdim=True).clamp(min=1e-9)
    screen = (flat - (low + high) / 2) * zoom * flat.new_tensor([1.0, -1.0]) + fine / 2
    x, y = screen.long().clamp(0, fine - 1).unbind(-1)
    return (y * fine + x).flatten(0, 1), near.flatten(0, 1)


def _level(normals: Tensor, turns: Tensor, near: Tensor) -> Tensor:
    """(b, v, m) float32 brightness: lit by the lamps of `PLAIN`, or by nearness where the normal is not known."""
    towards = normals[:, None] @ turns.transpose(-1, -2).to(normals)
    towards = towards * torch.where(towards[..., 2:] < 0, -1.0, 1.0)
    level = torch.full_like(towards[..., 0], PLAIN.ambient)
    for *lamp, strength in PLAIN.lamps:
        level += strength * (towards @ F.normalize(towards.new_tensor(lamp), dim=0)).clamp(min=0)
    low, high = near.amin(dim=-1, keepdim=True), near.amax(dim=-1, keepdim=True)
    nearness = ((near - low) / (high - low).clamp(min=1e-9)).to(level)
    return torch.where((normals == 0).all(dim=-1)[:, None], FAR + (1 - FAR) * nearness, level)


class ViewTower(nn.Module):
    """Surfaces in, unit vectors out; it does not learn with the 3D tower."""

    cameras: Tensor

    def __init__(self, config: ViewConfig) -> None:
        super().__init__()
        self.config = config
        sizes = ImageTowerConfig(config.side, config.stem, config.widths, config.depths, config.gated, dim=config.dim)
        self.pictures = ImageTower(sizes)
        del self.pictures.bridge, self.pictures.expectation  # it was taught what comes after them
        self.register_buffer("cameras", around(config.count, config.elevation), persistent=False)
        self.requires_grad_(False)

    def around(self, stand: Tensor) -> Tensor:
        """(b, count, 3, 3) cameras around shapes that (b, 3, 3) rotations stand up."""
        return self.cameras @ stand.to(self.cameras)[:, None]

    def forward(self, surfaces: Surfaces, turns: Tensor) -> Tensor:
        """(b, dim) unit vectors: the mean of what some cameras see of each.

        Args:
            surfaces: b of them.
            turns: (b, v, 3, 3) rotations into the frames of v cameras each, `around` them say.
        """
        with torch.autocast(surfaces.points.device.type, enabled=False):  # a pixel is hit or missed: no rounding
            pictures = draw(surfaces, turns, self.config.side)
        seen = F.normalize(self.pictures.look(pictures.flatten(0, 1)).float(), dim=-1)
        return F.normalize(seen.view(*turns.shape[:2], -1).mean(dim=1), dim=-1)
