"""What the published point encoders share: sampling, neighbourhoods and their network, transformer blocks.

Sampling and neighbourhoods follow PointNet++ (Qi et al. 2017, arXiv 1706.02413), with the rules of the extension
``pointnet2_ops`` that the authors of the encoders ran; the network of a neighbourhood is that of Point-BERT (Yu et al.
2022, arXiv 2111.14819). Distances are sums of squared differences in float32: the form with a matrix product is
quicker, but cancels, and may then find other neighbours. Everything here is for inference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.spaces.tokens import farthest_points, gather

_DISTANCES = {"cpu": 1 << 20, "cuda": 1 << 26}
"""Distances that are held at once; what stays in a CPU's cache is quickest there."""
_MEMBERS = {"cpu": 1 << 11, "cuda": 1 << 18}
"""Points of neighbourhoods that go through their network at once, likewise."""


def nearest(centers: Tensor, points: Tensor, count: int) -> Tensor:
    """The nearest points of each centre, itself included where it is one of them.

    Args:
        centers: (b, m, 3) float32.
        points: (b, n, 3) float32, at least `count` of them.
        count: of neighbours.

    Returns:
        (b, m, count) int64 into the points, in no particular order.
    """
    blocks = _blocks_of_squares(centers, points)
    return torch.cat([squares.topk(count, dim=-1, largest=False, sorted=False).indices for squares in blocks], dim=1)


def within(centers: Tensor, points: Tensor, radius: float, count: int) -> Tensor:
    """The ball query of PointNet++: the first points, in the order of the cloud, within a radius of each centre.

    Args:
        centers: (b, m, 3) float32.
        points: (b, n, 3) float32.
        radius: points at that distance are inside.
        count: of neighbours.

    Returns:
        (b, m, count) int64 into the points, ascending; a ball with fewer repeats its first one, an empty one names
        point 0.
    """
    n = points.shape[1]
    order = torch.arange(n, dtype=torch.int32, device=points.device)
    found = []
    for squares in _blocks_of_squares(centers, points):
        inside = order.where(squares <= radius**2, n)
        first = inside.topk(min(count, n), dim=-1, largest=False).values
        first = F.pad(first, (0, count - first.shape[-1]), value=n)
        found.append(torch.where(first == n, first[..., :1] % n, first).long())  # n stands for none
    return torch.cat(found, dim=1)


def neighborhoods(points: Tensor, groups: int, neighbors: int, *, skip_origin: bool = False) -> tuple[Tensor, Tensor]:
    """Evenly spread centres and the points around each of them, sampled from point 0 on.

    Args:
        points: (b, n, 3) float32.
        groups: how many centres.
        neighbors: points around each.
        skip_origin: as in `farthest_points`.

    Returns:
        (b, groups, 3) centres and (b, groups, neighbors) int64 into the points.
    """
    centers = gather(points, farthest_points(points, groups, skip_origin=skip_origin))
    return centers, nearest(centers, points, neighbors)


def squared_distances(one: Tensor, other: Tensor) -> Tensor:
    """(b, m, 3) and (b, n, 3) -> (b, m, n) float32, without cancellation."""
    squares = (one[:, :, None, 0] - other[:, None, :, 0]).square_()
    for axis in (1, 2):
        difference = one[:, :, None, axis] - other[:, None, :, axis]
        squares.addcmul_(difference, difference)
    return squares


def _blocks_of_squares(centers: Tensor, points: Tensor) -> Iterator[Tensor]:
    """The squared distances of a few centres at a time, (b, block, n) each."""
    planes = points.mT.contiguous().mT  # the same shape, a coordinate of all points together
    size = max(1, _DISTANCES[points.device.type] // (points.shape[0] * points.shape[1]))
    for some in centers.split(size, dim=1):
        yield squared_distances(some, planes)


class MiniPointNet(nn.Module):
    """A neighbourhood -> one token: a network of each point, the maximum, a network of both, and again the maximum.

    Args:
        channels: numbers of a point.
        first: widths of the first network's two layers.
        second: widths of the second network's two layers; the last is a token's.
    """

    def __init__(self, channels: int, first: tuple[int, int], second: tuple[int, int]) -> None:
        super().__init__()
        self.first_conv = _two_layers(channels, *first)
        self.second_conv = _two_layers(2 * first[1], *second)

    def forward(self, groups: Tensor) -> Tensor:
        """(b, groups, neighbours, channels) -> (b, groups, width)."""
        size = max(1, _MEMBERS[groups.device.type] // groups.shape[2])
        first, second = folded(self.first_conv[0], self.first_conv[1]), folded(self.second_conv[0], self.second_conv[1])
        tokens = [self._tokens(some, first, second) for some in groups.flatten(0, 1).split(size)]
        return torch.cat(tokens).unflatten(0, groups.shape[:2])

    def _tokens(self, groups: Tensor, first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor]) -> Tensor:
        """(some, neighbours, channels) -> (some, width)."""
        points = _linear(self.first_conv[3], F.linear(groups, *first).relu_())
        # The second network sees the maximum beside each point: its part of the product is the same for all of them.
        weight, bias = second
        half = points.shape[-1]
        common = F.linear(points.amax(dim=1, keepdim=True), weight[:, :half], bias)
        hidden = F.linear(points, weight[:, half:]).add_(common).relu_()
        return _linear(self.second_conv[3], hidden).amax(dim=1)


def _two_layers(channels: int, hidden: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(channels, hidden, 1), nn.BatchNorm1d(hidden), nn.ReLU(inplace=True), nn.Conv1d(hidden, width, 1)
    )


def folded(convolution: Any, norm: Any) -> tuple[Tensor, Tensor]:
    """Weight (out, in) and bias of a 1x1 convolution with the norm after it, whose statistics are the running ones."""
    scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
    return convolution.weight.flatten(1) * scale[:, None], (convolution.bias - norm.running_mean) * scale + norm.bias


def _linear(convolution: Any, x: Tensor) -> Tensor:
    return F.linear(x, convolution.weight[:, :, 0], convolution.bias)


def position_code(hidden: int, width: int) -> nn.Sequential:
    """(..., 3) coordinates -> (..., width)."""
    return nn.Sequential(nn.Linear(3, hidden), nn.GELU(), nn.Linear(hidden, width))


class Blocks(nn.Module):
    """Transformer blocks, before each of which the code of the positions is added again."""

    def __init__(self, depth: int, width: int, heads: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(depth))

    def forward(self, x: Tensor, position: Tensor, seen: Tensor | None = None) -> Tensor:
        """Mixes tokens.

        Args:
            x: (b, t, width) tokens.
            position: (b, t, width).
            seen: (b, t, t) bool, which tokens (last axis) each attends to; None for all.

        Returns:
            (b, t, width).
        """
        mask = None if seen is None else seen[:, None]
        for block in self.blocks:
            x = block(x + position, mask)
        return x


class _Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = _Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = _Mlp(width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        x = x + self.attn(self.norm1(x), mask)
        return x + self.mlp(self.norm2(x))


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed: Tensor = self.proj(F.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2))
        return mixed


class _Mlp(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        moved: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return moved
