"""Teaches the network that looks at drawn surfaces: ``python -m indexer.align.shapes.views --data FOLDER ...``.

Its teacher is the image tower of the same space, which sees the meshes themselves, well lit and in colour, from several
sides: the network is to say the same of a few thousand points of the surface, with or without normals and colours, from
one side. So what a shape looks like lies where pictures of it do; and, less strictly, where its captions do. The
network starts from the image tower's weights.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from indexer import vocabulary
from indexer.align import publish
from indexer.align.captions import label_vectors
from indexer.align.command import run
from indexer.align.draws import CaptionDeck, Deck, generator_of, widened
from indexer.align.loop import Alignment, Drawn, Recipe
from indexer.align.objective import alignment_loss
from indexer.align.shapes.surfaces import Material, gathered
from retriever import metrics
from retriever.drawing.render import GREY
from retriever.spaces import folders
from retriever.spaces.views import Surfaces, ViewConfig, ViewTower, camera
from retriever.types import Modality

SEEN = ((1024, 0.8), (2048, 0.5), (4096, 0.5), (4096, 0.1))
"""Points that a step sees, and the share of its surfaces whose normals are not known."""
COLOURLESS, NOISY, CUT = 0.5, 0.25, 0.15
"""Shares of a step's surfaces without colours, with noise, and of which a part is missing."""
LYING = 0.2
"""Share that lies on another axis: which way is up is a guess."""
SCALE, PULL = 20.0, 3.0
"""As of the bridges of pictures: inverse temperature of the contrast, and weight of the cosine beside it."""
SAID = 1.0
"""Weight of the contrast with the captions, where that with the teacher's pictures is 1."""
SURFACE = 4096
"""Points that the tower is given to draw."""


class ViewExamples:
    """`indexer.align.loop.Examples` of surfaces; their companions are `Material.targets`.

    Args:
        material: what to draw from.
        own: chance that a shape's caption is one of its own and not one that the vocabulary adds.
    """

    def __init__(self, material: Material, own: float = 0.6) -> None:
        self.material = material
        self.phrases, captions, added = widened(material.captions, vocabulary.widen)
        self._captions = CaptionDeck(captions, added, chance=own)
        self._rows = Deck((~material.held_out).astype(float))

    def draw(self, rng: np.random.Generator, count: int) -> Drawn:
        """Surfaces, varied, each before a camera of its own; a caption of each, and what the teacher saw."""
        rows = self._rows.draw(rng, count)
        seen, bare = SEEN[rng.integers(len(SEEN))]
        generator = generator_of(rng, "cpu")
        some = partial(_some, count, generator)
        surfaces = self._surfaces(rows, seen)
        points = surfaces.points + some(NOISY) * 0.012 * torch.randn(surfaces.points.shape, generator=generator)
        normals = surfaces.normals.masked_fill(some(bare), 0)
        colors = torch.where(some(COLOURLESS), torch.tensor(GREY), surfaces.colors)
        surfaces = _cut(Surfaces(points, normals, colors, surfaces.count), some(CUT), generator)
        turns = torch.stack([_anyhow(rng) for _ in range(count)])[:, None]
        return Drawn((surfaces, turns), self._captions.draw(rng, rows), companions=rows)

    def _surfaces(self, rows: NDArray[np.int64], seen: int) -> Surfaces:
        kept = self.material
        points, normals, colors = (
            torch.from_numpy(array[rows, :seen]).float() for array in (kept.points, kept.normals, kept.colors)
        )
        return Surfaces(points, normals / 100, colors / 255, torch.full((len(rows),), seen))

    @torch.inference_mode()
    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """On the held-out shapes, seen from all around: how near they come to the teacher, and what finds them."""
        rows = np.flatnonzero(self.material.held_out)
        if not len(rows):
            return {}
        assert isinstance(tower, ViewTower)
        device, captions = phrase_vectors.device.type, [self.material.captions[row] for row in rows]
        upright = torch.eye(3).expand(32, 3, 3)
        parts = [self._surfaces(rows[i : i + 32], SURFACE).to(device) for i in range(0, len(rows), 32)]
        seen = torch.cat([tower(part, tower.around(upright[: len(part.points)])) for part in parts]).float().cpu()
        targets, names = torch.from_numpy(self.material.targets[rows]), sorted({each[0] for each in captions})
        called = np.array([[name in each for each in captions] for name in names])
        alike = np.array([[mine[0] == other[0] for other in captions] for mine in captions])
        words = phrase_vectors.cpu()[[self.phrases.index(name) for name in names]]
        ranked = {"text_to_3d_map": (words @ seen.T, called), "picture_to_3d_map": (targets @ seen.T, alike)}
        found = {
            name: float(metrics.average_precision(metrics.judge(scores.numpy(), relevant)[0]).mean())
            for name, (scores, relevant) in ranked.items()
        }
        return found | {"cosine": float((seen * targets).sum(dim=1).mean())}


class ViewTraining(Alignment):
    """The loop, with captions and what the teacher sees, to which alone the cosine is pulled."""

    def loss(self, drawn: Drawn, rng: np.random.Generator) -> Tensor:
        """Contrast with what the teacher saw and the cosine to it, and contrast with the captions."""
        assert self.companions is not None and drawn.companions is not None
        recipe, seen = self.recipe, self.outputs(drawn)
        targets, text = self.companions[drawn.companions], self.phrases[drawn.captions]
        shown, said = (
            alignment_loss(
                seen, right, torch.cat([right, self._contrast(all_of_them, rng)]), scale=recipe.scale, among=among
            )
            for right, all_of_them, among in ((targets, self.companions, recipe.among), (text, self.phrases, 0.0))
        )
        return shown + PULL * (1 - (seen * targets).sum(dim=1).mean()) + SAID * said


def _some(count: int, generator: torch.Generator, share: float) -> Tensor:
    return torch.rand(count, 1, 1, generator=generator) < share


def _cut(surfaces: Surfaces, chosen: Tensor, generator: torch.Generator) -> Surfaces:
    """Without what lies on the far side of some plane, up to half; its points are replaced by others."""
    b, m, _ = surfaces.points.shape
    away = (surfaces.points @ F.normalize(torch.randn(b, 3, 1, generator=generator), dim=1)).squeeze(-1)
    share = 0.5 + 0.5 * torch.rand(b, 1, generator=generator)
    kept = away.argsort(dim=1)
    places = (torch.arange(m) % (share * m).long().clamp(min=1)).clamp(max=m - 1)
    rows = torch.where(chosen[..., 0], kept.gather(1, places.expand(b, m)), torch.arange(m))[..., None].expand(b, m, 3)
    points, normals, colors = (each.gather(1, rows) for each in (surfaces.points, surfaces.normals, surfaces.colors))
    return Surfaces(points, normals, colors, surfaces.count)


def _anyhow(rng: np.random.Generator) -> Tensor:
    """(3, 3) A camera somewhere around and above, before a shape that leans a little or lies, and may be mirrored."""
    lying = camera(*(90.0 * rng.integers([0, 1], 4))) if rng.random() < LYING else torch.eye(3).double()
    turn = camera(rng.uniform(0, 360), rng.uniform(-5, 45)) @ camera(0, rng.normal(0, 5)) @ lying
    return turn * torch.tensor([rng.choice([-1.0, 1.0]), 1.0, 1.0], dtype=torch.float64)


def build_in(folder: Path, weights: Mapping[str, Tensor], config: ViewConfig, surface: int = SURFACE) -> None:
    """Lets the 3D tower of the space in `folder` see with such a network.

    Args:
        folder: of a space with a 3D tower; changed.
        weights: of a `ViewTower`.
        config: its sizes.
        surface: points that are drawn of each shape.
    """
    publish.build_in(folder, "views", weights, {"views": asdict(config)}, {"surface": surface})


def _say(line: str) -> None:
    typer.echo(line, err=True)


def main(
    data: Annotated[Path, typer.Option(help="Folder with shapes_named.")],
    space: Annotated[Path, typer.Option(help="Folder of a space, which is changed; its image tower is the teacher.")],
    out: Annotated[Path, typer.Option(help="Folder for the material, checkpoint, curve and tower.safetensors.")],
    start: Annotated[
        Path | None, typer.Option("--from", help="Weights to start from; the image tower's by default.")
    ] = None,
    per_kind: Annotated[int, typer.Option(help="Parametric shapes of each kind.")] = 12,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 5000,
    batch: Annotated[int, typer.Option(help="Surfaces a step.")] = 96,
    rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 1e-3,
    validate_every: Annotated[int, typer.Option(help="Steps between validations.")] = 250,
    workers: Annotated[int, typer.Option(help="Processes that make the material.")] = 1,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Teach a network to see in drawn points what a space sees in pictures; run again to go on."""
    material = gathered(data, space, per_kind, workers, out / "material.npz")
    config = ViewConfig()
    tower = ViewTower(config).requires_grad_(True)
    if start is not None:
        tower.load_state_dict(load_file(start))
    else:
        ready = load_file(space / folders.read(space)["towers"][Modality.IMAGE]["file"])
        tower.pictures.load_state_dict({name: ready[name] for name in tower.pictures.state_dict()})
    examples = ViewExamples(material)
    phrases = label_vectors(examples.phrases, folders.open_space(space).encoder(Modality.TEXT))
    recipe = Recipe(
        steps=steps, batch=batch, rate=rate, warmup=100, decay=0.6, scale=SCALE, seed=seed, device=device,
        validate_every=validate_every,
    )  # fmt: skip
    kept = ViewTraining(examples, phrases, tower, recipe, out, material.targets).train(_say)
    build_in(space, kept.state_dict(), config)
    _say(f"written: {space}; place its names again (indexer.align.prototypes), and measure its spreads and backgrounds")


if __name__ == "__main__":
    run(lambda: typer.run(main))
