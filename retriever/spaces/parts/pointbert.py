"""The trunk of Point-BERT (Yu et al. 2022, arXiv 2111.14819), as Point-Bind and ULIP use it.

Neighbourhoods of evenly spread centres become tokens, which a transformer mixes with a class token.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from retriever.spaces.parts.pointnet import Blocks, MiniPointNet, neighborhoods, position_code
from retriever.spaces.tokens import gather


class PointBert(nn.Module):
    """Clouds in, features out; the names of its weights are those of the published checkpoints.

    Args:
        channels: numbers of a point: its place, and a colour where there are 6.
        depth: transformer blocks.
        width: of a token.
        heads: of each block.
        groups: neighbourhoods of a cloud.
        neighbors: points of each.
    """

    def __init__(
        self,
        *,
        channels: int = 3,
        depth: int = 12,
        width: int = 384,
        heads: int = 6,
        groups: int = 512,
        neighbors: int = 32,
    ) -> None:
        super().__init__()
        self.groups = groups
        self.neighbors = neighbors
        self.width = 2 * width
        """Length of a feature."""
        self.encoder = MiniPointNet(channels, first=(128, 256), second=(512, 256))
        self.reduce_dim = nn.Linear(256, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.cls_pos = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = position_code(128, width)
        self.blocks = Blocks(depth, width, heads)
        self.norm = nn.LayerNorm(width)

    def forward(self, points: Tensor) -> Tensor:
        """(b, n, channels) clouds, the place first -> (b, 2 * width): the class token beside the others' maximum."""
        centers, members = self._grouped(points)
        b = len(points)
        tokens = torch.cat([self.cls_token.expand(b, -1, -1), self.reduce_dim(self.encoder(members))], dim=1)
        position = torch.cat([self.cls_pos.expand(b, -1, -1), self.pos_embed(centers)], dim=1)
        tokens = self.norm(self.blocks(tokens, position))
        return torch.cat([tokens[:, 0], tokens[:, 1:].amax(dim=1)], dim=-1)

    def _grouped(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """(b, groups, 3) centres, and (b, groups, neighbors, channels) points around them, places relative to these."""
        # The authors start sampling at a random point of each cloud, and so get slightly other vectors every time.
        centers, near = neighborhoods(points[..., :3], self.groups, self.neighbors)
        members = gather(points, near)
        members[..., :3] -= centers[:, :, None]
        return centers, members
