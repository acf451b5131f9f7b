"""The 3D towers of OpenShape (Liu et al. 2023, arXiv 2305.10764): clouds with colours into the spaces of CLIP models.

One set abstraction of PointNet++ makes patches of a cloud into tokens, which a transformer mixes with a class token;
the texts and pictures of the spaces are those of `retriever.spaces.openclip`, unchanged:

| variant    | texts and pictures                     | dim  | up |
|------------|----------------------------------------|------|----|
| vitg14-rgb | ViT-bigG-14 of OpenCLIP (LAION-2B)     | 1280 | z  |
| vitl14-rgb | ViT-L-14-quickgelu (OpenAI's CLIP)     | 768  | y  |
| vitb32-rgb | ViT-B-32-quickgelu (OpenAI's CLIP)     | 512  | y  |

All were trained on 10,000 points in the unit sphere. The axis that points up is a matter of the space's `ShapeInput`.

Unconfirmed: where farthest point sampling starts. The authors' library draws the first point at random unless it is
told, and they report that vectors of one cloud then agree to a cosine of about 0.97 to 0.99; here it is the first
point of the cloud. Inferred: that the file of vitl14-rgb tells its trunk (``ppat.``) from its projection (``proj.``) as
that of vitg14-rgb does. Neither arithmetic nor names could be compared with the authors' own code: they follow a
description of it, and the sizes of the published files agree with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.spaces.base import Encoder
from retriever.spaces.parts.encoders import ColoredCloudEncoder
from retriever.spaces.parts.pointnet import folded, within
from retriever.spaces.parts.variants import chosen_shape
from retriever.spaces.tokens import farthest_points, gather
from retriever.types import Modality

_TRUNK = {"width": 512, "depth": 12, "heads": 8, "head_width": 64, "mixed": 64}
_SMALL = {**_TRUNK, "hidden": 1024, "local": 128, "patches": 64, "radius": 0.4, "neighbors": 256, "mirrored": False}
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "vitg14-rgb": {
        **_TRUNK,
        "hidden": 1536,
        "local": 256,
        "patches": 384,
        "radius": 0.2,
        "neighbors": 64,
        "dim": 1280,
        "mirrored": True,
    },
    "vitl14-rgb": {**_SMALL, "dim": 768},
    "vitb32-rgb": {**_SMALL, "dim": None},
}
"""Sizes as published: those of `Trunk`; ``dim``, of the projection, None where there is none; ``mirrored``, whether the
authors made clouds z up by exchanging y and z, so that the tower knows mirrored shapes only."""

_CHANNELS = 9
"""Numbers of a point in a patch: its place from the centre, its place in the cloud, its colour."""
_MEMBERS = {"cpu": 1 << 13, "cuda": 1 << 19}
"""Points of patches that go through their network at once."""


def tower(modality: Modality, config: Mapping[str, Any]) -> Trunk | Projected:
    """The unfilled 3D tower.

    Args:
        modality: `Modality.SHAPE`.
        config: ``variant``, one of `VARIANTS`; whatever else it has takes the place of a size of the variant.

    Raises:
        SpaceError: another modality, or an unknown variant.
        TypeError: a size that the tower does not know.
    """
    sizes = chosen_shape("OpenShape", modality, VARIANTS, config)
    dim = sizes.pop("dim")
    trunk = Trunk(**sizes)
    return trunk if dim is None else Projected(trunk, dim)


def encoder(modality: Modality, tower: Trunk | Projected, device: str) -> Encoder:
    """The filled 3D tower as an encoder of `PointCloud` payloads.

    These are to have 10,000 points. Of a mirrored variant they are to be z up, turned and not mirrored, as any cloud
    is here: the encoder mirrors them.
    """
    return ColoredCloudEncoder(tower, device, mirrored=tower.mirrored)


class Trunk(nn.Module):
    """Clouds in, features out; the names of its weights are those of the published checkpoints.

    Args:
        width: of a token.
        depth: transformer blocks.
        heads: of each block.
        head_width: of each head.
        hidden: width inside the MLP of a block.
        mixed: width of the first two layers of the patches' network.
        local: width of its last layer.
        patches: tokens of a cloud.
        radius: of a patch.
        neighbors: points of a patch.
        mirrored: whether it was trained on clouds that are mirrored along y.
    """

    def __init__(
        self,
        *,
        width: int,
        depth: int,
        heads: int,
        head_width: int,
        hidden: int,
        mixed: int,
        local: int,
        patches: int,
        radius: float,
        neighbors: int,
        mirrored: bool,
    ) -> None:
        super().__init__()
        self.mirrored = mirrored
        self.width = width
        self.cls_token = nn.Parameter(torch.zeros(width))
        self.sa = _Patches(patches, radius, neighbors, (_CHANNELS, mixed, mixed, local))
        self.lift = nn.Sequential(nn.Conv1d(local + 3, width, 1), nn.Identity(), nn.LayerNorm(width))
        blocks = (_Block(width, heads, head_width, hidden) for _ in range(depth))
        self.transformer = nn.ModuleDict({"layers": nn.Sequential(*blocks)})

    def forward(self, points: Tensor, colors: Tensor) -> Tensor:
        """(b, n, 3) clouds in the unit sphere and (b, n, 3) RGB in 0..1 -> (b, width): the class token."""
        centers, patches = self.sa(points, colors)
        _, _, norm = self.lift
        tokens = norm(_linear(torch.cat([centers, patches], dim=-1), self.lift[0]))
        tokens = torch.cat([self.cls_token.expand(len(points), 1, -1), tokens], dim=1)
        features: Tensor = self.transformer["layers"](tokens)[:, 0]
        return features


class Projected(nn.Module):
    """A trunk and the linear layer that follows it in the larger variants."""

    def __init__(self, trunk: Trunk, dim: int) -> None:
        super().__init__()
        self.mirrored = trunk.mirrored
        self.ppat = trunk
        self.proj = nn.Linear(trunk.width, dim)

    def forward(self, points: Tensor, colors: Tensor) -> Tensor:
        """(b, n, 3) clouds in the unit sphere and (b, n, 3) RGB in 0..1 -> (b, dim), not of unit length."""
        projected: Tensor = self.proj(self.ppat(points, colors))
        return projected


class _Patches(nn.Module):
    """The set abstraction: a network of each point of a patch, and the maximum over them."""

    def __init__(self, patches: int, radius: float, neighbors: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.patches = patches
        self.radius = radius
        self.neighbors = neighbors
        self.mlp_convs = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in pairwise(widths))
        self.mlp_bns = nn.ModuleList(nn.BatchNorm2d(width) for width in widths[1:])

    def forward(self, points: Tensor, colors: Tensor) -> tuple[Tensor, Tensor]:
        """(b, n, 3) points and colours -> (b, patches, 3) centres and (b, patches, local) features around them."""
        centers = gather(points, farthest_points(points, self.patches))
        near = within(centers, points, self.radius, self.neighbors)
        members = gather(torch.cat([points, colors], dim=-1), near)
        members = torch.cat([members[..., :3] - centers[:, :, None], members], dim=-1)
        layers = [folded(*layer) for layer in zip(self.mlp_convs, self.mlp_bns, strict=True)]
        at_once = max(1, _MEMBERS[points.device.type] // self.neighbors)
        features = [_maximum(some, layers) for some in members.flatten(0, 1).split(at_once)]
        return centers, torch.cat(features).unflatten(0, centers.shape[:2])


def _maximum(patches: Tensor, layers: list[tuple[Tensor, Tensor]]) -> Tensor:
    """(some, neighbors, channels) -> (some, local)."""
    for weight, bias in layers:
        patches = F.linear(patches, weight, bias).relu_()
    return patches.amax(dim=1)


def _linear(x: Tensor, convolution: Any) -> Tensor:
    return F.linear(x, convolution.weight[:, :, 0], convolution.bias)


class _Block(nn.ModuleList):
    def __init__(self, width: int, heads: int, head_width: int, hidden: int) -> None:
        attention, mlp = _Attention(width, heads, head_width), _FeedForward(width, hidden)
        super().__init__([_Normed(width, attention), _Normed(width, mlp)])

    def forward(self, x: Tensor) -> Tensor:
        for part in self:
            x = x + part(x)
        return x


class _Normed(nn.Module):
    def __init__(self, width: int, after: nn.Module) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fn = after

    def forward(self, x: Tensor) -> Tensor:
        moved: Tensor = self.fn(self.norm(x))
        return moved


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, head_width: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_qkv = nn.Linear(width, 3 * heads * head_width, bias=False)
        self.to_out = nn.Sequential(nn.Linear(heads * head_width, width))

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.to_qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed: Tensor = self.to_out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return mixed


class _FeedForward(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(width, hidden), nn.GELU(), nn.Identity(), nn.Linear(hidden, width), nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:
        moved: Tensor = self.net(x)
        return moved
