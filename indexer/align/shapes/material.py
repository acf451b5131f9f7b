"""What the 3D tower of `mini` learns from: clouds of named meshes and of shapes made by rule, drawn once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path

import numpy as np

from indexer import parametric
from indexer.align.crew import PARTS, shared
from indexer.align.shapes import sources
from indexer.align.shapes.dataset import Clouds, build
from indexer.align.shapes.wear import roughen
from retriever.spaces.shape_tower import TowerConfig
from retriever.types import Geometry


def gathered(
    out: Path, named: Path, views: int, per_kind: int, seed: int, config: TowerConfig, workers: int, device: str = "cpu"
) -> Clouds:
    """All of them, kept in `out`.

    Args:
        out: folder for ``named.npz`` and ``parametric.npz``; one that is there is taken as it is.
        named: folder of packed meshes.
        views: clouds of each mesh, the second half of them worn.
        per_kind: shapes made by rule of each kind, two clouds each, one of them worn.
        seed: of the shapes made by rule.
        config: of the tower.
        workers: processes that make them.
        device: where each of these finds neighbourhoods.
    """
    meshes = _kept(out / "named.npz", partial(_of_meshes, named, views, config, device), workers)
    made = _kept(out / "parametric.npz", partial(_of_kinds, per_kind, seed, config, device), workers)
    return Clouds.joined([meshes, made])


def _kept(path: Path, part: Callable[[int], Clouds | None], workers: int) -> Clouds:
    """Clouds of all parts, from `path` where they were made before."""
    if path.is_file():
        return Clouds.load(path)
    clouds = Clouds.joined([made for made in shared(part, workers) if made])
    clouds.save(path)
    return clouds


def _of_meshes(named: Path, views: int, config: TowerConfig, device: str, part: int) -> Clouds | None:
    """A part of the named meshes, `views` clouds each."""
    return _drawn(islice(sources.named_meshes(named), part, None, PARTS), config, views, device)


def _of_kinds(per_kind: int, seed: int, config: TowerConfig, device: str, part: int) -> Clouds | None:
    """`per_kind` shapes of a part of the kinds, two clouds each."""
    kinds = parametric.names()[part::PARTS]
    return _drawn(sources.parametric_shapes(per_kind, seed, kinds), config, 2, device) if kinds else None


def _drawn(shapes: Iterable[sources.LabelledShape], config: TowerConfig, views: int, device: str) -> Clouds | None:
    """Clouds of the shapes, the second half of each one's worn; None where there are no shapes."""

    def draw(shape: sources.LabelledShape) -> Iterable[Geometry]:
        rng = np.random.default_rng(int.from_bytes(blake2b(shape.group.encode(), digest_size=8).digest(), "big"))
        for view in range(views):
            yield shape.geometry if view < views / 2 else roughen(shape.geometry, rng)

    shapes = iter(shapes)
    first = next(shapes, None)
    return build(chain([first], shapes), config, draw=draw, device=device) if first else None
