"""Which way is up: a small network that stands a cloud upright before the 3D tower looks at it.

Most shapes have one way in which people draw and name them, and files do not always come in it. As in Fu et al. 2008,
"Upright orientation of man-made objects" (ACM Transactions on Graphics 27:3), candidate directions are judged, here
all of `directions` at once. Its training showed it shapes upright more often than not, so that one without an evident
up stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.spaces.tokens import Grouping, PatchTransformer

COUNT = 252
SNAP = math.radians(15)
"""Estimates this near to one of the six axes are taken for it: files are turned by right angles, if at all."""
_AROUND = math.radians(25)
_APART = math.radians(35)
HYPOTHESES = 4
LEAST = 0.1
"""Directions with less than this share of the best one's chance are not looked at."""
FIRM = 0.4
"""The same, of the shares that are left, where a look takes longer."""
_GRID = 512  # steps to the unit that directions are rounded to where pictures are made
_SHARPNESS = 50.0  # of the target around the true direction: a von Mises-Fisher density of about 8 degrees


def directions(count: int = COUNT) -> Tensor:
    """(count, 3) unit vectors, evenly on the sphere: the golden spiral around y, poles included, +y first."""
    height = torch.linspace(1, -1, count)
    turn = math.pi * (3 - math.sqrt(5)) * torch.arange(count)
    radius = (1 - height.square()).clamp(min=0).sqrt()
    return torch.stack([radius * turn.cos(), height, radius * turn.sin()], dim=-1)


class UpEstimator(PatchTransformer):
    """Clouds in, a score of each of `directions` out: how likely it is up. It does not learn with the tower.

    Args:
        width: of a token.
        layers: of the transformer.
        patches: tokens.
    """

    directions: Tensor

    def __init__(self, width: int, layers: int, patches: int) -> None:
        super().__init__(local=48, paint=0, width=width, layers=layers, heads=max(1, width // 32), patches=patches)
        self.register_buffer("directions", directions(), persistent=False)
        self.score = nn.Linear(2 * width, COUNT)

    def forward(self, points: Tensor, grouping: Grouping) -> Tensor:
        """(b, n, 3) clouds in the unit sphere -> (b, COUNT) logits."""
        scores: Tensor = self.score(self.pooled(points, grouping))
        return scores

    def chances(self, points: Tensor, grouping: Grouping, towards: Tensor) -> Tensor:
        """(b, k) how likely up is near each of (k, 3) unit vectors."""
        near = towards @ self.directions.T > math.cos(_AROUND)
        return self(points, grouping).float().softmax(dim=-1) @ near.float().T

    @torch.no_grad()
    def up(self, points: Tensor, grouping: Grouping) -> Tensor:
        """(b, 3) unit vectors, the likeliest up of each cloud."""
        return likeliest(self(points, grouping), self.directions)

    def upright(self, points: Tensor, grouping: Grouping) -> Tensor:
        """(b, n, 3) clouds turned so that what is likely up points along y."""
        return points @ standing(self.up(points, grouping)).transpose(1, 2)


def likeliest(scores: Tensor, of: Tensor) -> Tensor:
    """(b, count) logits of (count, 3) directions -> (b, 3) unit vectors, the mean around the best direction."""
    return hypotheses(scores, of, 1)[0][:, 0]


def hypotheses(scores: Tensor, of: Tensor, most: int = HYPOTHESES) -> tuple[Tensor, Tensor]:
    """Directions that may well be up, the likeliest first, none within `_APART` of another.

    Args:
        scores: (b, count) logits.
        of: (count, 3) directions that they speak of.
        most: directions for each cloud.

    Returns:
        (b, most, 3) unit vectors, and (b, most) shares: of what each one's chance has above `LEAST` of the first one's.
        So a direction comes in gradually, and rounding, which differs between machines, cannot switch it on or off.
    """
    left = scores.float().softmax(dim=-1)
    closeness = of @ of.T
    near, around = (closeness > math.cos(_AROUND)).float(), closeness > math.cos(_APART)
    ups, chances = [], []
    for _ in range(most):
        best = (left @ near).argmax(dim=-1)
        here = left * near[best]
        ups.append(snapped(F.normalize(here @ of, dim=-1)))
        chances.append(here.sum(dim=-1))
        left = left.masked_fill(around[best], 0)
    chance = torch.stack(chances, dim=1)
    chance = (chance - LEAST * chance[:, :1]).clamp(min=0)
    return torch.stack(ups, dim=1), chance / chance.sum(dim=1, keepdim=True)


@dataclass(frozen=True)
class Ways:
    """In which ways b clouds may stand, and how likely each is.

    Attributes:
        ups: (b, most, 3) unit vectors.
        shares: (b, most), 1 in all; 0 for those not to be looked at.
    """

    ups: Tensor
    shares: Tensor

    @classmethod
    def as_they_are(cls, points: Tensor) -> Ways:
        """That of (b, n, 3) clouds of which nothing else is known."""
        up = points.new_tensor([0.0, 1.0, 0.0]).expand(len(points), 1, 3)
        return cls(up, points.new_ones(len(points), 1))

    def firm(self) -> Ways:
        """Those that are nearly as likely as the best; one comes in gradually, as in `hypotheses`.

        Directions are rounded, in double precision: what rounding leaves of them differs between machines, and would
        move points to other pixels.
        """
        shares = (self.shares - FIRM * self.shares.amax(dim=1, keepdim=True)).clamp(min=0)
        ups = F.normalize((self.ups.double() * _GRID).round(), dim=-1)
        return Ways(ups, shares / shares.sum(dim=1, keepdim=True))

    def verified(self, scores: Tensor) -> Ways:
        """The same, each as likely as (b, most) scores, natural logarithms of odds, say beside what was known."""
        known = self.shares > 0
        odds = scores.masked_fill(~known, -torch.inf)
        shares = self.shares * (odds - odds.amax(dim=1, keepdim=True)).exp()
        return Ways(self.ups, shares / shares.sum(dim=1, keepdim=True))

    def looks(self, look: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """(b, most, d): what is seen in each way; zeros for those not to be looked at.

        Parts are of one size, the last one filled up: each new size would cost new kernels and buffers for good.

        Args:
            look: (k,) rows of the clouds and (k, 3, 3) rotations that stand them up -> (k, d) unit vectors.
        """
        rows, which = self.shares.nonzero(as_tuple=True)
        turns = standing(self.ups[rows, which])
        size = -(-len(self.shares) // 4)
        filled = F.pad(rows, (0, -len(rows) % size))
        turns = torch.cat([turns, turns[:1].expand(len(filled) - len(rows), 3, 3)])
        parts = [look(some, turn) for some, turn in zip(filled.split(size), turns.split(size), strict=True)]
        seen = torch.cat(parts)[: len(rows)]
        return seen.new_zeros(*self.shares.shape, seen.shape[1]).index_put((rows, which), seen)

    def mean(self, looks: Tensor) -> Tensor:
        """(b, d) unit vectors: the mean of (b, most, d) `looks`, by the shares."""
        return F.normalize((self.shares[..., None] * looks).sum(dim=1), dim=-1)


class PoseVerifier(nn.Module):
    """What the points of a shape say in some way of standing in, how likely it stands that way out.

    A thing that stands looks like something. It does not learn with the tower, and knows the vectors of one alone:
    `indexer.align.shapes.verifying` makes it.

    Args:
        dim: of the vectors.
        width: of the hidden layer.
        dropout: in training.
    """

    def __init__(self, dim: int, width: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.hidden, self.score = nn.Linear(dim, width), nn.Linear(width, 1)
        self.dropout, self.scale = nn.Dropout(dropout), math.sqrt(dim)

    def forward(self, vectors: Tensor) -> Tensor:
        """(..., dim) unit vectors -> (...) scores, natural logarithms of odds up to a constant."""
        hidden = F.gelu(self.hidden(self.dropout(vectors.float() * self.scale)))
        scores: Tensor = self.score(self.dropout(hidden)).squeeze(-1)
        return scores


def snapped(up: Tensor) -> Tensor:
    """(b, 3) unit vectors; those within `SNAP` of an axis become that axis."""
    largest = up.abs().argmax(dim=-1, keepdim=True)
    axis = torch.zeros_like(up).scatter(-1, largest, up.gather(-1, largest).sign())
    return torch.where((axis * up).sum(-1, keepdim=True) > math.cos(SNAP), axis, up)


def standing(up: Tensor) -> Tensor:
    """(b, 3) unit vectors -> (b, 3, 3) the shortest rotations that bring them to y."""
    x, y, z = up.unbind(-1)
    over = 1 / (1 + y).clamp(min=1e-6)
    rows = [[1 - x * x * over, -x, -x * z * over], [x, y, z], [-x * z * over, -z, 1 - z * z * over]]
    shortest = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
    about_x = torch.diag(torch.tensor([1.0, -1.0, -1.0], device=up.device, dtype=up.dtype))
    return torch.where((y < -0.9999)[:, None, None], about_x, shortest)


def pose_loss(scores: Tensor, up: Tensor, of: Tensor) -> Tensor:
    """Cross-entropy of (b, count) logits against a soft target around the true (b, 3) directions; 0 at best."""
    target = torch.softmax(_SHARPNESS * up @ of.T, dim=-1)
    return F.kl_div(F.log_softmax(scores.float(), dim=-1), target, reduction="batchmean")
