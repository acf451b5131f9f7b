"""From points to tokens: whose neighbours the points of a cloud are, and what mixes them afterwards.

Neighbourhoods are those of PointNet++ (Qi et al. 2017, arXiv 1706.02413). They do not change when a cloud is turned,
so that one `Grouping` serves every network that looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

if TYPE_CHECKING:
    from retriever.spaces.shape_tower import TowerConfig


NEAR_ORIGIN = 1e-3
"""Squared norm up to which ``pointnet2_ops`` takes a point for padding, and never samples it."""

_TILE = 128
"""Points whose maximum is taken at once: torch finds a maximum many times faster than the place of one."""


@dataclass(frozen=True)
class Grouping:
    """Who is whose neighbour in b clouds; it does not change when a cloud is turned or scaled.

    Attributes:
        centers: (b, centers) int64 into the points; the first `patches` of them are the patch centres.
        near: (b, centers, neighbors) int64 into the points.
        patch_near: (b, patches, patch_neighbors) int64 into the centres.
    """

    centers: Tensor
    near: Tensor
    patch_near: Tensor

    def take(self, rows: Tensor) -> Grouping:
        """Those of some clouds, which may repeat."""
        return Grouping(self.centers[rows], self.near[rows], self.patch_near[rows])

    def to(self, device: str) -> Grouping:
        """The same on another device."""
        return Grouping(self.centers.to(device), self.near.to(device), self.patch_near.to(device))


def group(points: Tensor, config: TowerConfig) -> Grouping:
    """Neighbourhoods of (b, n, 3) clouds; the first centre is the point farthest from the origin."""
    centers = farthest_points(points, config.centers, start=points.square().sum(-1).argmax(-1))
    at = gather(points, centers)
    near = _nearest(at, points, config.neighbors)
    patch_near = _nearest(at[:, : config.patches], at, config.patch_neighbors)
    return Grouping(centers, near, patch_near)


def _nearest(centers: Tensor, points: Tensor, count: int) -> Tensor:
    """(b, m, 3) and (b, n, 3) -> (b, m, count) int64, in no particular order."""
    return torch.cdist(centers, points).topk(count, dim=-1, largest=False, sorted=False).indices


def farthest_points(points: Tensor, count: int, *, start: Tensor | int = 0, skip_origin: bool = False) -> Tensor:
    """Samples each cloud evenly: again and again the point farthest from all that were picked.

    Args:
        points: (b, n, 3) float32.
        count: how many are picked; beyond the number of different points some are picked again.
        start: index of the first, of all clouds or (b,) of each.
        skip_origin: never pick a point within `NEAR_ORIGIN` of the origin, except as the first, as ``pointnet2_ops``.

    Returns:
        (b, count) int64 into the points, in the order in which they were picked.
    """
    b, n, _ = points.shape
    planes = F.pad(points, (0, 0, 0, -n % _TILE)).movedim(-1, 0).contiguous()
    x, y, z = planes
    distance = torch.full_like(x, 1e10)  # to the nearest point picked so far
    distance[:, n:] = -1  # stays below all others for good, and so is never the farthest
    if skip_origin:
        distance[(x * x + y * y + z * z) <= NEAR_ORIGIN] = -1
    tiles = distance.view(b, -1, _TILE)
    rows = torch.arange(b, device=points.device)
    away, difference = torch.empty_like(x), torch.empty_like(x)
    picked = torch.empty(b, count, dtype=torch.int64, device=points.device)
    last = torch.zeros_like(rows) + start
    for i in range(count):
        picked[:, i] = last
        at_x, at_y, at_z = planes[:, rows, last, None]
        torch.sub(x, at_x, out=away).square_()
        for plane, at in ((y, at_y), (z, at_z)):
            torch.sub(plane, at, out=difference)
            away.addcmul_(difference, difference)
        torch.minimum(distance, away, out=distance)
        tile = tiles.amax(dim=2).argmax(dim=1)
        last = tile * _TILE + tiles[rows, tile].argmax(dim=1)
    return picked


def gather(values: Tensor, index: Tensor) -> Tensor:
    """Values (b, n, c) at index (b, ...) -> (b, ..., c)."""
    b, _, c = values.shape
    flat = index.reshape(b, -1, 1).expand(-1, -1, c)
    return values.gather(1, flat).reshape(*index.shape, c)


class PatchTransformer(nn.Module):
    """Local patches of a cloud by two set abstractions, mixed by a small transformer, pooled by mean and maximum.

    Args:
        local: width of what is said about a point beside its centre.
        paint: numbers of a point beside its place, such as a colour.
        width: of a token.
        layers: of the transformer.
        heads: of each layer.
        patches: tokens.
    """

    def __init__(self, *, local: int, paint: int, width: int, layers: int, heads: int, patches: int) -> None:
        super().__init__()
        self.patches = patches
        self.local = nn.Sequential(nn.Linear(7 + paint, local), nn.GELU(), nn.Linear(local, local))
        self.patch = nn.Sequential(nn.Linear(local + 3, 2 * local), nn.GELU(), nn.Linear(2 * local, width))
        self.position = nn.Sequential(nn.Linear(3, local), nn.GELU(), nn.Linear(local, width))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(2 * width)

    def pooled(self, points: Tensor, grouping: Grouping, paint: Tensor | None = None) -> Tensor:
        """(b, n, 3) clouds in the unit sphere, and (b, n, paint) -> (b, 2 * width)."""
        centers = gather(points, grouping.centers)
        offsets = gather(points, grouping.near) - centers[:, :, None]
        length = offsets.norm(dim=-1, keepdim=True)
        said = [offsets * 8, length * 8, centers[:, :, None].expand_as(offsets)]
        if paint is not None:
            said.append(gather(paint, grouping.near))
        features = F.gelu(self.local(torch.cat(said, dim=-1)).amax(dim=2))
        at = centers[:, : self.patches]
        offsets = gather(centers, grouping.patch_near) - at[:, :, None]
        tokens = self.patch(torch.cat([gather(features, grouping.patch_near), offsets * 4], dim=-1)).amax(dim=2)
        x = tokens + self.position(at)
        for block in self.blocks:
            x = block(x)
        pooled: Tensor = self.norm(torch.cat([x.mean(dim=1), x.amax(dim=1)], dim=-1))
        return pooled


class Block(nn.Module):
    """One pre-norm transformer layer."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """(b, t, width) tokens -> the same, mixed."""
        b, t, c = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        # Written out: for this few tokens the fused kernel's backward pass is twice as slow on a CPU.
        weights = (q * q.shape[-1] ** -0.5 @ k.transpose(-1, -2)).softmax(dim=-1).to(v.dtype)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(b, t, c))
        return x + self.mlp(self.norm2(x))
