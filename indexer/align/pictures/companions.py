"""What the pictures of a pack show, as vectors of a 3D tower: renders are bound to the very shapes that they show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer import parametric
from indexer.align.crew import PARTS, shared
from indexer.align.pictures.pack import Pack
from indexer.align.pictures.sources import PARAMETRIC_SEED
from indexer.align.shapes import sources
from indexer.align.shapes.sources import LabelledShape
from retriever.errors import FileProblem
from retriever.loaders.sampling import sample
from retriever.spaces.base import Encoder
from retriever.spaces.shape_tower import GREY, MINI, ShapeEncoder
from retriever.types import Payload, ShapeInput, Vectors

_BLOCK = 512
Key = tuple[str, str]
"""A shape's group and name. Near-duplicates of one name share a vector, their mean."""


@dataclass(frozen=True)
class Companions:
    """3D vectors beside pictures.

    Attributes:
        vectors: (m, d) unit vectors of shapes; none of a shape that is held out.
        shows: (n,) which of them a picture shows, -1 for photos and for what is held out.
    """

    vectors: Vectors
    shows: NDArray[np.int64]

    @classmethod
    def of(cls, pack: Pack, keys: Iterable[Key], vectors: Vectors) -> Companions:
        """From (k, d) vectors of shapes and the shapes' keys; the mean, which tells nothing apart, is taken off."""
        wanted = {
            (group, captions[0])
            for group, captions, out in zip(pack.groups, pack.captions, pack.held_out, strict=True)
            if not out
        }
        places: dict[Key, int] = {}
        place = np.array([places.setdefault(key, len(places)) if key in wanted else -1 for key in keys], np.int64)
        sums = np.zeros((len(places), vectors.shape[1]), np.float32)
        np.add.at(sums, place[place >= 0], (vectors - vectors.mean(axis=0))[place >= 0])
        sums /= np.linalg.norm(sums, axis=1, keepdims=True)
        pictures = zip(pack.groups, pack.captions, pack.held_out, strict=True)
        shows = [-1 if out else places.get((group, captions[0]), -1) for group, captions, out in pictures]
        return cls(sums, np.array(shows, np.int64))


def kept_companions(
    pack: Pack, folders: Sequence[Path], per_kind: int, seed: int, weights: Path, device: str, workers: int, path: Path
) -> Companions:
    """Those of a pack that `indexer.align.pictures.sources.everything` filled with the same settings.

    Kept in an npz file, for they take minutes; made anew for other weights of the 3D tower, and for another pack.
    """
    digest = np.array([sha256(weights.read_bytes()).hexdigest(), str(len(pack.groups))])
    if path.is_file():
        with np.load(path, allow_pickle=False) as kept:
            if np.array_equal(kept["digest"], digest):
                return Companions(kept["vectors"], kept["shows"])
    encoder, entry = ShapeEncoder(weights, MINI, device), ShapeInput(points=MINI.points, color=GREY)
    tables = [folder / "shapes_named" for folder in folders if (folder / "shapes_named" / "items.csv").is_file()]
    parts = shared(partial(_part, tables, per_kind, seed + PARAMETRIC_SEED, entry), workers)
    fresh = Companions.of(pack, *embedded(chain.from_iterable(parts), encoder))
    np.savez(path, digest=digest, vectors=fresh.vectors, shows=fresh.shows)
    return fresh


def embedded(clouds: Iterable[tuple[Key, Payload]], encoder: Encoder) -> tuple[list[Key], Vectors]:
    """Keys and (k, d) vectors of shapes, each from one cloud."""
    keys: list[Key] = []
    blocks: list[Vectors] = []
    clouds = iter(clouds)
    while block := list(islice(clouds, _BLOCK)):
        keys += [key for key, _ in block]
        blocks.append(encoder.encode([cloud for _, cloud in block]))
    return keys, np.concatenate(blocks)


def sampled(shapes: Iterable[LabelledShape], entry: ShapeInput) -> Iterator[tuple[Key, Payload]]:
    """A cloud of each shape that has a surface."""
    for shape in shapes:
        try:
            yield (shape.group, shape.captions[0]), sample(shape.geometry, entry, "y", 0)
        except FileProblem:
            continue


def _part(tables: Sequence[Path], per_kind: int, seed: int, entry: ShapeInput, part: int) -> list[tuple[Key, Payload]]:
    shapes: list[Iterator[LabelledShape]] = [islice(sources.named_meshes(table), part, None, PARTS) for table in tables]
    if kinds := parametric.names()[part::PARTS]:
        shapes.append(sources.parametric_shapes(per_kind, seed, kinds))
    return list(sampled(chain.from_iterable(shapes), entry))
