"""Teaches what verifies in which way a shape stands: ``python -m indexer.align.shapes.verifying --data FOLDER ...``.

The network that stands clouds upright names up to four ways. What the 3D tower says of a shape tells more: in the right
way it looks like something people make. So surfaces are turned anyhow, the tower looks at each in all ways named, and
`retriever.spaces.pose.PoseVerifier` learns by which of the vectors the true one is known.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from torch import Tensor

from indexer.align import publish
from indexer.align.command import run
from indexer.align.draws import generator_of
from indexer.align.shapes.augment import Augmentation, rotations, to_unit_sphere
from indexer.align.shapes.poses import RIGHT
from indexer.align.shapes.surfaces import Material, gathered
from retriever.errors import SpaceError
from retriever.spaces import folders
from retriever.spaces.pose import PoseVerifier, Ways
from retriever.spaces.shape_tower import GREY, ShapeTower, TowerConfig
from retriever.spaces.tokens import group
from retriever.types import Modality

WIDTH = 64
LYING = Augmentation(tumble=0.5, flip=0.25, tilt=0.0)
"""How surfaces lie, as `rotations` has it: half of them anyhow, a quarter on another axis."""
COLOURLESS = 0.4
STEPS, BATCH, RATE, DECAY = 2000, 128, 2e-3, 0.05
TRUST = 0.7
"""Its scores count for less than it learnt to give: it saw far fewer shapes than there are."""


@dataclass(frozen=True)
class Stances:
    """r shapes, each in the ways that it may stand in.

    Attributes:
        said: (r, most, d) what the tower says of each.
        shares: (r, most) how likely each was before; 0 for those that are not looked at.
        right: (r, most) whether it is the true one.
    """

    said: Tensor
    shares: Tensor
    right: Tensor

    def open(self) -> Stances:
        """Those where there is something to tell apart: a true way and another one."""
        known = self.shares > 0
        rows = (known & self.right).any(dim=1) & (known.sum(dim=1) > 1)
        return Stances(self.said[rows], self.shares[rows], self.right[rows])

    def found(self, verifier: PoseVerifier | None = None) -> float:
        """Share of the shapes whose true way is the likeliest."""
        shares = self.shares
        if verifier is not None:
            with torch.inference_mode():
                shares = Ways(shares, shares).verified(verifier(self.said)).shares
        return float(self.right.gather(1, shares.argmax(dim=1, keepdim=True)).float().mean())


@torch.inference_mode()
def stances(tower: ShapeTower, material: Material, rows: Iterator[np.ndarray], rng: np.random.Generator) -> Stances:
    """What `tower` says of surfaces that lie anyhow.

    Args:
        tower: with a network that tells which way is up.
        material: surfaces.
        rows: of them, in parts.
        rng: how they lie, and which lack colours.
    """
    parts = [_stances(tower, material, part, rng) for part in rows]
    return Stances(*(torch.cat(column) for column in zip(*parts, strict=True)))


def _stances(
    tower: ShapeTower, material: Material, rows: np.ndarray, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    generator, count = generator_of(rng, "cpu"), tower.config.points
    points, colors = (torch.from_numpy(each[rows, :count]).float() for each in (material.points, material.colors))
    turns = rotations(len(rows), LYING, generator)
    points = to_unit_sphere(points @ turns.transpose(1, 2))
    bare = torch.rand(len(rows), 1, 1, generator=generator) < COLOURLESS
    colors = torch.where(bare, torch.tensor(GREY), colors / 255)
    grouping = group(points, tower.config)
    ways = tower.ways(points, grouping)
    right = (ways.ups * turns[:, None, :, 1]).sum(dim=-1) > math.cos(RIGHT)
    return tower.said(points, colors, grouping, ways), ways.shares, right


def taught(seen: Stances, rng: np.random.Generator, steps: int) -> PoseVerifier:
    """A verifier that has learnt from what is open in `seen`: cross-entropy over the ways, on top of their shares."""
    torch.manual_seed(int(rng.integers(2**31)))
    some = seen.open()
    verifier = PoseVerifier(some.said.shape[-1], WIDTH)
    optimiser = torch.optim.AdamW(verifier.parameters(), lr=RATE, weight_decay=DECAY)
    log_shares = some.shares.clamp(min=1e-9).log()
    for step in range(steps):
        for each in optimiser.param_groups:
            each["lr"] = RATE * min(1, (step + 1) / 50, 2 * (1 - step / steps))
        rows = torch.from_numpy(rng.integers(len(some.said), size=BATCH))
        chances = (log_shares[rows] + verifier(some.said[rows])).log_softmax(dim=1)
        loss = -chances.masked_fill(~some.right[rows], -torch.inf).logsumexp(dim=1).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        for weights in verifier.score.parameters():
            weights.mul_(TRUST)
    return verifier.eval().requires_grad_(False)


def build_in(folder: Path, verifier: PoseVerifier) -> None:
    """Gives the 3D tower of the space in `folder`, which is changed, this verifier."""
    publish.build_in(folder, "verifier", verifier.state_dict(), {"verifier_width": verifier.hidden.out_features}, {})


def build(folder: Path, material: Material, rounds: int = 2, seed: int = 0) -> None:
    """Teaches a verifier for a space, and builds it in.

    Args:
        folder: of the space; changed.
        material: surfaces.
        rounds: how often each is turned.
        seed: of everything random.

    Raises:
        SpaceError: the space's 3D tower takes shapes as they are.
    """
    card = folders.read(folder)["towers"][Modality.SHAPE]
    tower = ShapeTower(TowerConfig.of(card["config"] | {"views": None, "verifier_width": 0}))
    if tower.pose is None:
        raise SpaceError(f"The 3D tower of {folder} has no network that tells which way is up; take another space.")
    tower.load(folder / card["file"]).eval()
    rng = np.random.default_rng(seed)

    def drawn(held_out: bool, times: int) -> Stances:
        rows = np.tile(np.flatnonzero(material.held_out == held_out), times)
        return stances(tower, material, iter(np.array_split(rows, -(-len(rows) // 64))), rng)

    learnt, asked = drawn(False, rounds), drawn(True, 4)
    verifier = taught(learnt, rng, STEPS)
    for name, each in (("training", learnt), ("held-out", asked)):
        typer.echo(f"{name} shapes whose up is found: {each.found():.3f} -> {each.found(verifier):.3f}", err=True)
    build_in(folder, verifier)


def main(
    data: Annotated[Path, typer.Option(help="Folder with shapes_named.")],
    space: Annotated[Path, typer.Option(help="Folder of a space, which is changed.")],
    out: Annotated[Path, typer.Option(help="Folder for the material, that of indexer.align.shapes.views.")],
    per_kind: Annotated[int, typer.Option(help="Parametric shapes of each kind.")] = 12,
    rounds: Annotated[int, typer.Option(help="How often each shape is turned.")] = 2,
    workers: Annotated[int, typer.Option(help="Processes that make the material.")] = 1,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Teach a network to tell by what a space's 3D tower says in which way a shape stands."""
    build(space, gathered(data, space, per_kind, workers, out / "material.npz"), rounds, seed)
    typer.echo(f"written: {space}; place its names again (indexer.align.prototypes), and measure its spreads", err=True)


if __name__ == "__main__":
    run(lambda: typer.run(main))
