"""Clouds made like scans: parts unseen, foreign points among them, few points in all.

What is cut away, added or thinned changes neighbourhoods, so that a `Grouping` has to be made anew.

Everything is done for a whole batch at once, where the `generator` is: the only source of chance.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from indexer.align.draws import by_chance
from indexer.align.shapes.augment import Augmentation, rotations
from retriever.spaces.tokens import gather

FEWEST = 64
"""Points that a sparse scan keeps, at least."""


def scanned(points: Tensor, colors: Tensor, how: Augmentation, generator: torch.Generator) -> int:
    """Makes the first of (b, n, 3) clouds, y up, like scans, in place.

    Args:
        points: in the unit sphere; those that are changed are no longer.
        colors: (b, n, 3) RGB in 0..1, changed alike; foreign points get those of another cloud.
        how: the shares of clouds to be changed.
        generator: of all that is random.

    Returns:
        how many clouds were changed.
    """
    count = len(points)
    cut_off, crowded, sparse = (round(count * share) for share in (how.partial, how.foreign, how.sparse))
    crowd = slice(cut_off // 2, min(count, cut_off // 2 + crowded))
    few = slice((crowd.start + crowd.stop) // 2, min(count, (crowd.start + crowd.stop) // 2 + sparse))
    if cut_off:
        points[:cut_off], kept = cut(points[:cut_off], generator)
        colors[:cut_off] = gather(colors[:cut_off], kept)
    if crowded:
        points[crowd], foreign = cluttered(points[crowd], generator)
        colors[crowd] = torch.where(foreign[..., None], colors[crowd].roll(1, dims=0), colors[crowd])
    if sparse:
        points[few], kept = thinned(points[few], generator)
        colors[few] = gather(colors[few], kept)
    return max(cut_off, crowd.stop if crowded else 0, few.stop if sparse else 0)


def cut(points: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(b, n, 3) clouds that lost a part; what is left is thinned and repeated to n points.

    The first half loses one side, up to 40 %; of the others only what is seen from one direction is left, as in a
    scan from one place.

    Returns:
        the points, and (b, n) which of the given ones they are.
    """
    b, n, _ = points.shape
    half = b // 2
    left = torch.cat([_one_side(points[:half], generator), _in_sight(points[half:], generator)])
    chosen = left.multinomial(n, replacement=True, generator=generator)
    return gather(points, chosen), chosen


def _one_side(points: Tensor, generator: torch.Generator) -> Tensor:
    """(b, n) 1.0 for the points before a random plane, at least 60 % of them, else 0.0."""
    (b, n, _), on = points.shape, by_chance(generator)
    direction = F.normalize(torch.randn(b, 3, 1, **on), dim=1)
    rank = (points @ direction).squeeze(-1).argsort(dim=1).argsort(dim=1)
    return (rank < torch.randint(n * 6 // 10, n + 1, (b, 1), **on)).float()


def _in_sight(points: Tensor, generator: torch.Generator, *, cells: int = 14, depth: float = 0.12) -> Tensor:
    """(b, n) 1.0 for points that no other hides from a random direction, by a coarse z-buffer, else 0.0."""
    b = len(points)
    turned = points @ rotations(b, Augmentation(tumble=1.0), generator).transpose(1, 2)
    column, row = ((turned[..., :2] + 1) / 2 * cells).long().clamp(0, cells - 1).unbind(-1)
    cell = row * cells + column
    nearest = torch.full((b, cells * cells), torch.inf, device=points.device).scatter_reduce(
        1, cell, turned[..., 2], "amin"
    )
    return (turned[..., 2] <= nearest.gather(1, cell) + depth).float()


def cluttered(points: Tensor, generator: torch.Generator, *, most: float = 0.4) -> tuple[Tensor, Tensor]:
    """(b, n, 3) clouds, y up -> the same with some of their points replaced by foreign ones.

    A third of the clouds get floor, a third a piece of another cloud of the batch beside them, a third points strewn
    about, mostly few of them: since a cloud is scaled by its farthest point, one is enough to make the rest small.

    Args:
        points: in the unit sphere.
        generator: of what, where and how much.
        most: share of foreign points, at most.

    Returns:
        the points, no longer in the unit sphere, and (b, n) which are foreign.
    """
    b, n, _ = points.shape
    on = by_chance(generator)
    kind = torch.arange(b, device=points.device) % 3
    choices = torch.stack([_floor(points, generator), _neighbour(points, generator), _strays(points, generator)])
    strangers = choices[kind, torch.arange(b, device=points.device)]
    share = torch.rand(b, 1, **on) * most
    share = torch.where(kind[:, None] == 2, share * torch.rand(b, 1, **on).pow(3), share)
    foreign = torch.rand(b, n, **on) < share
    return torch.where(foreign[..., None], strangers, points), foreign


def thinned(points: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(b, n, 3) clouds -> some of their points, `FEWEST` to n of them, repeated to n; fewer are as likely as more.

    Returns:
        the points, and (b, n) which of the given ones they are.
    """
    b, n, _ = points.shape
    on = by_chance(generator)
    fewest = min(FEWEST, n)
    left = (fewest * (n / fewest) ** torch.rand(b, 1, **on)).long().clamp(1, n)
    order = torch.rand(b, n, **on).argsort(dim=1)
    chosen = order.gather(1, torch.arange(n, device=points.device).expand(b, n) % left)
    return gather(points, chosen), chosen


def _floor(points: Tensor, generator: torch.Generator) -> Tensor:
    """(b, n, 3) points of a round piece of floor under each cloud."""
    b, n, _ = points.shape
    on = by_chance(generator)
    way = torch.rand(b, n, **on) * 2 * torch.pi
    out = torch.rand(b, n, **on).sqrt() * (0.4 + 1.2 * torch.rand(b, 1, **on))
    height = points[..., 1].amin(dim=1, keepdim=True).expand(b, n)
    middle = 0.4 * torch.randn(b, 1, 3, **on) * torch.tensor([1.0, 0.0, 1.0], device=points.device)
    return torch.stack([out * way.cos(), height, out * way.sin()], dim=-1) + middle


def _neighbour(points: Tensor, generator: torch.Generator) -> Tensor:
    """(b, n, 3) points of another cloud each, on the same floor, beside it, of which only what is near is kept."""
    b, _, _ = points.shape
    on = by_chance(generator)
    other = points.roll(1, dims=0) * (0.3 + torch.rand(b, 1, 1, **on))
    way = torch.rand(b, **on) * 2 * torch.pi
    out = 0.8 + 0.8 * torch.rand(b, **on)
    lift = points[..., 1].amin(dim=1) - other[..., 1].amin(dim=1)
    other = other + torch.stack([out * way.cos(), lift, out * way.sin()], dim=-1)[:, None]
    reach = 1.0 + 0.8 * torch.rand(b, 1, **on)
    near = other.norm(dim=-1) <= torch.maximum(reach, other.norm(dim=-1).amin(dim=1, keepdim=True))
    chosen = near.float().multinomial(points.shape[1], replacement=True, generator=generator)
    return gather(other, chosen)


def _strays(points: Tensor, generator: torch.Generator) -> Tensor:
    """(b, n, 3) points anywhere within one to two and a half radii."""
    b, n, _ = points.shape
    on = by_chance(generator)
    direction = F.normalize(torch.randn(b, n, 3, **on), dim=-1)
    radius = torch.rand(b, n, 1, **on).pow(1 / 3) * (1 + 1.5 * torch.rand(b, 1, 1, **on))
    return direction * radius
