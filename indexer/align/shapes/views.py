"""Teaches the network that looks at drawn surfaces: ``python -m indexer.align.shapes.views --data FOLDER ...``.

Its teacher is the image tower of the same space, which sees the meshes themselves, well lit and in colour, from several
sides: the network is to say the same of a few thousand points of the surface, with or without normals and colours, from
one side. So what a shape looks like lies where pictures of it do. The network starts from the image tower's weights.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

import copy
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from safetensors.torch import load_file, save, save_file
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from indexer import parametric
from indexer.align.bridges import unit
from indexer.align.command import run
from indexer.align.crew import PARTS, shared
from indexer.align.objective import alignment_loss
from indexer.align.publish import revise
from indexer.align.shapes.sources import LabelledShape, named_meshes, parametric_shapes
from indexer.align.split import is_held_out
from retriever.drawing.render import GREY, View, render
from retriever.errors import FileProblem
from retriever.files import whole_file
from retriever.loaders.sampling import sample
from retriever.spaces import folders
from retriever.spaces.views import Surfaces, ViewConfig, ViewTower, camera, draw, reach
from retriever.types import Modality, ShapeInput, Vectors

POINTS = 8192
"""Points that are kept of a surface; a step sees fewer of them, see `SEEN`."""
PICTURES = 6
"""Pictures of a mesh that the teacher sees."""
SEED = 11_000
"""Of the parametric shapes."""
SEEN = ((1024, 0.65), (2048, 0.3), (4096, 0.1), (8192, 0.1), (4096, 0.1))
"""Points that a step sees, and the share of its surfaces whose normals are not known."""
COLOURLESS, NOISY, CUT = 0.4, 0.25, 0.15
"""Shares of a step's surfaces without colours, with noise, and of which a part is missing."""
SCALE, PULL = 20.0, 3.0
"""As of the bridges of pictures: inverse temperature of the contrast, and weight of the cosine beside it."""
AVERAGE = 0.998
SURFACE = 4096
"""Points that the tower is given to draw."""


@dataclass(frozen=True)
class Material:
    """s shapes.

    Attributes:
        points: (s, m, 3) float16.
        normals: (s, m, 3) int8, a hundred to the unit.
        colors: (s, m, 3) uint8 RGB.
        targets: (s, d) unit vectors: what the teacher says of their pictures.
        made_by: what it all depends on.
    """

    points: NDArray[np.float16]
    normals: NDArray[np.int8]
    colors: NDArray[np.uint8]
    targets: Vectors
    made_by: str

    def save(self, path: Path) -> None:
        """As an npz of these arrays, whole or not at all."""
        arrays: dict[str, Any] = {each.name: np.asarray(getattr(self, each.name)) for each in fields(self)}
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            np.savez(file, **arrays)

    @classmethod
    def kept(cls, path: Path, made_by: str) -> Material | None:
        """Back from `save`; None where there is none, or one that was made otherwise."""
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as packed:
            if str(packed["made_by"]) != made_by:
                return None
            return cls(**{name: packed[name] for name in packed.files if name != "made_by"}, made_by=made_by)

    def batch(self, rng: np.random.Generator, count: int, step: int) -> tuple[Surfaces, Tensor]:
        """Surfaces of a step, varied, and their targets."""
        rows = np.sort(rng.choice(len(self.points), count, replace=False))
        seen, bare = SEEN[step % len(SEEN)]
        points, normals, colors = (
            torch.from_numpy(array[rows, :seen]).float() for array in (self.points, self.normals, self.colors)
        )
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        some = partial(_some, count, generator)
        points = torch.where(some(NOISY), points + 0.012 * torch.randn(points.shape, generator=generator), points)
        normals, colors = normals.masked_fill(some(bare), 0) / 100, colors / 255
        colors = torch.where(some(COLOURLESS), torch.tensor(GREY), colors)
        reached = torch.full((count,), reach(seen))
        surfaces = _cut(Surfaces(points, normals, colors, reached), some(CUT), generator)
        return surfaces, torch.from_numpy(self.targets[rows])


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
    return Surfaces(points, normals, colors, surfaces.reach)


def gathered(data: Path, folder: Path, per_kind: int, workers: int, path: Path) -> Material:
    """Named meshes that are not held out, and parametric shapes, as the teacher sees them; kept in an npz.

    Args:
        data: folder with shapes_named.
        folder: of the space whose image tower is the teacher.
        per_kind: parametric shapes of each kind.
        workers: processes.
        path: of the npz; what lies there is taken where teacher and settings are the same.
    """
    space, named = folders.open_space(folder), data / "shapes_named"
    teacher = folders.read(folder)["towers"][Modality.IMAGE]["sha256"]
    made_by = f"{teacher} {sha256((named / 'items.csv').read_bytes()).hexdigest()} {per_kind}"
    if found := Material.kept(path, made_by):
        return found
    columns: list[list[NDArray]] = [[], [], [], []]
    for part in shared(partial(_part, named, per_kind), workers):
        for *arrays, pictures in part:
            seen = space.encode(images=list(pictures)).mean(axis=0, keepdims=True)
            for column, array in zip(columns, [*arrays, unit(seen)[0]], strict=True):
                column.append(array)
        _say(f"{len(columns[0])} shapes seen by the teacher")
    points, normals, colors, targets = (np.stack(column) for column in columns)
    fresh = Material(points, normals, colors, targets, made_by)
    fresh.save(path)
    return fresh


def _part(named: Path, per_kind: int, part: int) -> list[tuple[NDArray, ...]]:
    meshes = (shape for shape in islice(named_meshes(named), part, None, PARTS) if not is_held_out(shape.group))
    made: Iterator[LabelledShape] = iter(())
    if kinds := parametric.names()[part::PARTS]:
        made = parametric_shapes(per_kind, SEED, kinds)
    rng = np.random.default_rng((SEED, part))
    return [found for shape in chain(meshes, made) if (found := _seen(shape, rng))]


def _seen(shape: LabelledShape, rng: np.random.Generator) -> tuple[NDArray, ...]:
    """Points, normals and colours of a surface, and pictures of the mesh; nothing where it has no surface."""
    geometry = shape.geometry
    try:
        surface = sample(geometry, ShapeInput(points=64, color=GREY[0], surface=POINTS), "y", 0).surface
    except FileProblem:
        return ()
    assert surface is not None and surface.normals is not None
    colors = np.full_like(surface.points, GREY[0]) if surface.colors is None else surface.colors
    views = [View(yaw=rng.uniform(0, 360), elevation=rng.uniform(0, 40)) for _ in range(PICTURES)]
    return (
        surface.points.astype(np.float16),
        np.round(surface.normals * 100).astype(np.int8),
        np.round(colors * 255).astype(np.uint8),
        np.stack([render(geometry, view) for view in views]),
    )


def train(
    tower: ViewTower,
    material: Material,
    keep: Path,
    *,
    steps: int,
    batch: int,
    rate: float = 1e-3,
    seed: int = 0,
    device: str = "cpu",
) -> dict[str, Tensor]:
    """Trains the tower in place, and returns the running average of its weights; kept in `keep` now and then."""
    rng = np.random.default_rng(seed)
    tower.to(device).requires_grad_(True).train()
    parameters = [each for each in tower.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.05)
    average = copy.deepcopy(tower.state_dict())
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min((step + 1) / 100, 0.01 + 0.99 * (steps - step) / (0.6 * steps), 1.0)
        surfaces, targets = material.batch(rng, batch, step)
        surfaces, targets = surfaces.to(device), targets.to(device)
        turns = torch.stack([_anyhow(rng) for _ in range(batch)])[:, None]
        pictures = draw(surfaces, turns, tower.config.side).flatten(0, 1)
        with torch.autocast(device, torch.bfloat16):
            seen = tower.pictures.look(pictures)
        seen = F.normalize(seen.float(), dim=-1)
        contrast = alignment_loss(seen, targets, targets, scale=SCALE, among=0.25)
        cosine = (seen * targets).sum(dim=1).mean()
        optimizer.zero_grad()
        (contrast + PULL * (1 - cosine)).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        for name, value in tower.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - min(AVERAGE, (step + 1) / (step + 10)))
        if step % 50 == 49:
            _say(f"step {step + 1}: contrast {contrast.item():.3f}, cosine {cosine.item():.3f}")
        if step % 250 == 249 or step + 1 == steps:
            save_file({name: value.cpu().contiguous() for name, value in average.items()}, keep)
    return average


def _anyhow(rng: np.random.Generator) -> Tensor:
    """(3, 3) A camera somewhere around and above, before a shape that leans a little, and may be mirrored."""
    turn = camera(rng.uniform(0, 360), rng.uniform(-5, 45)) @ camera(0, rng.normal(0, 5))
    return turn * torch.tensor([rng.choice([-1.0, 1.0]), 1.0, 1.0], dtype=torch.float64)


def build_in(folder: Path, weights: Mapping[str, Tensor], config: ViewConfig, surface: int = SURFACE) -> None:
    """Lets the 3D tower of the space in `folder` see with such a network.

    Args:
        folder: of a space with a 3D tower; changed.
        weights: of a `ViewTower`.
        config: its sizes.
        surface: points that are drawn of each shape.
    """
    card = folders.read(folder)
    tower = card["towers"][Modality.SHAPE]
    file = folder / tower["file"]
    kept = {name: value for name, value in load_file(file).items() if not name.startswith("views.")}
    seeing = {
        f"views.{name}": (value.half() if value.is_floating_point() else value).cpu().contiguous()
        for name, value in weights.items()
    }
    with whole_file(file) as out:
        out.write(save(kept | seeing))
    tower["config"] = tower["config"] | {"views": asdict(config)}
    revise(folder, towers=card["towers"], shape_input=card["shape_input"] | {"surface": surface})


def _say(line: str) -> None:
    typer.echo(line, err=True)


def main(
    data: Annotated[Path, typer.Option(help="Folder with shapes_named.")],
    space: Annotated[Path, typer.Option(help="Folder of a space, which is changed; its image tower is the teacher.")],
    out: Annotated[Path, typer.Option(help="Folder for the material and views.safetensors.")],
    per_kind: Annotated[int, typer.Option(help="Parametric shapes of each kind.")] = 12,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 3600,
    batch: Annotated[int, typer.Option(help="Surfaces a step.")] = 96,
    rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 1e-3,
    workers: Annotated[int, typer.Option(help="Processes that make the material.")] = 1,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Teach a network to see in drawn points what a space sees in pictures, and add it to the 3D tower."""
    material = gathered(data, space, per_kind, workers, out / "material.npz")
    config = ViewConfig()
    tower = ViewTower(config)
    ready = load_file(space / folders.read(space)["towers"][Modality.IMAGE]["file"])
    tower.pictures.load_state_dict({name: ready[name] for name in tower.pictures.state_dict()})
    kept_in = out / "views.safetensors"
    build_in(
        space, train(tower, material, kept_in, steps=steps, batch=batch, rate=rate, seed=seed, device=device), config
    )
    _say(f"written: {space}; place its names again (indexer.align.prototypes), and measure its spreads and backgrounds")


if __name__ == "__main__":
    run(lambda: typer.run(main))
