"""The shapes that are searched and the shapes, sounds and pictures that are asked with, all made by rule, and vectors.

Every kind is in the gallery; of kinds that have facets, so many that every value is there often enough. Nothing that
is asked with is in the gallery, and none of either is a shape, picture or sound that `mini` was trained on: the seeds
are others. They come from the same generators as a part of its training, though.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.arithmetic.attributes import FACETS, PLAIN, attributes, of_kind
from benchmarks.retrieval.encoding import say
from indexer.parametric.kinds import Shape, generate
from retriever.loaders.sampling import sample
from retriever.spaces.base import Space
from retriever.types import Geometry, Modality, Vectors

_FIRST_SEED = 2_000_000_000
"""Beyond those of training."""
_APART = 1_000_000
_TRIES = 160
"""Shapes of a kind that are made at most, in the hope of rare values."""
_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Items:
    """n shapes and what is known of them.

    Attributes:
        shapes: as made.
        attributes: of each, facet -> value.
    """

    shapes: tuple[Shape, ...]
    attributes: tuple[dict[str, str], ...]

    def __len__(self) -> int:
        return len(self.shapes)

    @cached_property
    def kinds(self) -> NDArray[np.str_]:
        """(n,) names of kinds."""
        return np.array([shape.kind for shape in self.shapes], str)

    def having(self, facet: str, value: str) -> NDArray[np.bool_]:
        """(n,) which have that value."""
        return np.array([mine.get(facet) == value for mine in self.attributes], bool)

    def part(self, chosen: Sequence[int]) -> Items:
        """Some of them, in the order given."""
        return Items(tuple(self.shapes[i] for i in chosen), tuple(self.attributes[i] for i in chosen))


def gallery(per_value: int, others: int, seed: int, kinds: Sequence[str]) -> Items:
    """What is searched: `per_value` shapes of each value of each facet where tries suffice, `others` of other kinds."""
    varied, first = {facet.kind for facet in FACETS}, _FIRST_SEED + seed * 10 * _APART
    found = list(_sought(per_value, first, kinds))
    for kind in kinds:
        if kind not in varied:
            found += [(generate(kind, first + number), {}) for number in range(others)]
    return _items(found)


def bases(per_value: int, seed: int, half: int, kinds: Sequence[str]) -> Items:
    """What is asked with: likewise, other shapes; half 1 is for choosing weights and half 2 for reporting."""
    first = _FIRST_SEED + (seed * 10 + half) * _APART
    found = list(_sought(per_value, first, kinds))
    for kind in PLAIN:
        if kind in kinds:
            found += [(generate(kind, first + number), {}) for number in range(4 * per_value)]
    return _items(found)


def _items(found: Sequence[tuple[Shape, dict[str, str]]]) -> Items:
    return Items(tuple(shape for shape, _ in found), tuple(known for _, known in found))


def _sought(per_value: int, first: int, kinds: Sequence[str]) -> Iterator[tuple[Shape, dict[str, str]]]:
    """Shapes made one after the other, kept where they have a value that is still wanted."""
    for kind in dict.fromkeys(facet.kind for facet in FACETS if facet.kind in kinds):
        lacking = Counter({(facet.name, value): per_value for facet in of_kind(kind) for value in facet.values})
        for number in range(_TRIES):
            shape = generate(kind, first + number)
            known = attributes(shape)
            wanted = [pair for pair in known.items() if lacking[pair] > 0]
            if wanted:
                lacking.subtract(known.items())
                yield shape, known
            if not any(count > 0 for count in lacking.values()):
                break


def shape_vectors(space: Space, shapes: Sequence[Shape], what: str) -> Vectors:
    """(n, d) unit vectors; the place is the seed of the sampling."""
    rule, encoder = space.identity.shape, space.encoder(Modality.SHAPE)
    parts = []
    for start in range(0, len(shapes), _AT_ONCE):
        block = enumerate(shapes[start : start + _AT_ONCE], start)
        parts.append(encoder.encode([sample(geometry(shape), rule, "y", number) for number, shape in block]))
        say(f"{what} {min(start + _AT_ONCE, len(shapes))}/{len(shapes)}")
    return np.concatenate(parts) if parts else np.zeros((0, space.identity.dim), np.float32)


def picture_vectors(space: Space, shapes: Sequence[Shape]) -> Vectors:
    """(n, d) unit vectors of renders."""
    from retriever.drawing.render import render

    return space.encode(images=[render(geometry(shape)) for shape in shapes])


def sound_vectors(space: Space, kinds: Sequence[str], each: int, seed: int) -> dict[str, Vectors]:
    """Rule of a sound -> (each, d) unit vectors of sounds made by it."""
    from indexer.align.sounds.synth import made
    from indexer.align.sounds.synth.parts import RATE

    rate = space.identity.inputs.audio.rate if space.identity.inputs.audio else RATE
    clips = made(each, _FIRST_SEED + seed, kinds)
    vectors = space.encode(audio=[_at_rate((clip.samples / 32768).astype(np.float32), RATE, rate) for clip in clips])
    return {kind: vectors[i * each : (i + 1) * each] for i, kind in enumerate(kinds)}


def _at_rate(samples: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    if rate == wanted:
        return samples
    length = len(samples) * wanted // rate
    return np.interp(np.arange(length) * rate / wanted, np.arange(len(samples)), samples).astype(np.float32)


def geometry(shape: Shape) -> Geometry:
    """Its surface as a file's would be."""
    return Geometry(shape.solid.vertices, shape.solid.faces, shape.solid.colors)
