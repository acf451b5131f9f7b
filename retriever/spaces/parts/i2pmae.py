"""The trunk of I2P-MAE (Zhang et al. 2023, arXiv 2212.06785), an encoder of three scales, as Point-Bind uses it.

The centres of one scale are the points of the next: neighbourhoods of points become tokens, and neighbourhoods of
tokens become fewer and wider ones. At each scale a transformer mixes the tokens that are close to one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from retriever.spaces.parts.pointnet import (
    Blocks,
    MiniPointNet,
    neighborhoods,
    position_code,
    squared_distances,
)
from retriever.spaces.tokens import gather


class I2PMAE(nn.Module):
    """Clouds in, features out; the names of its weights are those of the published checkpoints.

    Args:
        groups: neighbourhoods at each scale.
        neighbors: points, or tokens of the scale before, of each.
        widths: of a token.
        radii: tokens attend to others that are nearer than this.
        depth: transformer blocks of each scale.
        heads: of each block.
    """

    def __init__(
        self,
        *,
        groups: Sequence[int] = (512, 256, 64),
        neighbors: Sequence[int] = (48, 24, 24),
        widths: Sequence[int] = (96, 192, 384),
        radii: Sequence[float] = (0.24, 0.48, 0.96),
        depth: int = 5,
        heads: int = 6,
    ) -> None:
        super().__init__()
        self.width = widths[-1]
        """Length of a feature."""
        self.h_encoder = _Scales(groups, neighbors, widths, radii, depth, heads)
        self.norm = nn.LayerNorm(self.width)

    def forward(self, points: Tensor) -> Tensor:
        """(b, n, 3) clouds -> (b, width): the mean of the last scale's tokens plus their maximum."""
        tokens = self.norm(self.h_encoder(points))
        feature: Tensor = tokens.mean(dim=1) + tokens.amax(dim=1)
        return feature


class _Scales(nn.Module):
    def __init__(
        self,
        groups: Sequence[int],
        neighbors: Sequence[int],
        widths: Sequence[int],
        radii: Sequence[float],
        depth: int,
        heads: int,
    ) -> None:
        super().__init__()
        self.scales = list(zip(groups, neighbors, radii, strict=True))
        first = MiniPointNet(3, first=(128, 256), second=(512, widths[0]))
        wider = [MiniPointNet(n, first=(n, n), second=(w, w)) for n, w in pairwise(widths)]
        self.token_embed = nn.ModuleList([first, *wider])
        self.encoder_pos_embeds = nn.ModuleList(position_code(width, width) for width in widths)
        self.encoder_blocks = nn.ModuleList(Blocks(depth, width, heads) for width in widths)

    def forward(self, points: Tensor) -> Tensor:
        """(b, n, 3) clouds -> (b, groups, width) tokens of the last scale."""
        tokens = places = points
        parts = zip(self.scales, self.token_embed, self.encoder_pos_embeds, self.encoder_blocks, strict=True)
        for (groups, neighbors, radius), embed, position, blocks in parts:
            centers, near = neighborhoods(places, groups, neighbors, skip_origin=True)
            members = gather(tokens, near)
            if tokens is points:  # only the first scale sees where its members are
                members -= centers[:, :, None]
            seen = squared_distances(centers, centers).sqrt_() < radius
            places, tokens = centers, blocks(embed(members), position(centers), seen)
        return tokens
