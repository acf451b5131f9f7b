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
    """Neighbourhoods of (b, n, 3) clouds."""
    centers = farthest_points(points, config.centers)
    at = gather(points, centers)
    near = torch.cdist(at, points).topk(config.neighbors, dim=-1, largest=False).indices
    patch_near = torch.cdist(at[:, : config.patches], at).topk(config.patch_neighbors, dim=-1, largest=False).indices
    return Grouping(centers, near, patch_near)


def farthest_points(points: Tensor, count: int) -> Tensor:
    """(b, count) int64: the point farthest from the origin, then again and again the one farthest from all picked."""
    b = points.shape[0]
    picked = torch.empty(b, count, dtype=torch.int64, device=points.device)
    distance = torch.full(points.shape[:2], torch.inf, device=points.device)
    last = points.square().sum(-1).argmax(-1)
    rows = torch.arange(b, device=points.device)
    for i in range(count):
        picked[:, i] = last
        distance = torch.minimum(distance, (points - points[rows, last, None]).square().sum(-1))
        last = distance.argmax(-1)
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
        features = F.gelu(self.local(torch.cat(said, dim=-1)).max(dim=2).values)
        at = centers[:, : self.patches]
        offsets = gather(centers, grouping.patch_near) - at[:, :, None]
        tokens = self.patch(torch.cat([gather(features, grouping.patch_near), offsets * 4], dim=-1)).max(dim=2).values
        x = tokens + self.position(at)
        for block in self.blocks:
            x = block(x)
        pooled: Tensor = self.norm(torch.cat([x.mean(dim=1), x.max(dim=1).values], dim=-1))
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
