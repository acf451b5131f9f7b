"""What makes two vectors comparable: a joint embedding space and its encoders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from retriever.errors import FileProblem, SpaceError
from retriever.types import Modality, Payload, ShapeInput, Text, Vectors


@dataclass(frozen=True)
class SpaceIdentity:
    """What an index remembers of the space that made its vectors; two that differ must not be mixed.

    Attributes:
        name: as given to ``--space``.
        dim: length of every vector.
        weights: one hex digest over all weight files, in the order of `Modality`.
        shape: how shapes are sampled.
    """

    name: str
    dim: int
    weights: str
    shape: ShapeInput

    def __str__(self) -> str:
        shape = self.shape
        rule = f"{shape.points} points, {shape.up} up, colour {shape.color}, sampling {shape.sampling}"
        return f"the space {self.name!r} (weights {self.weights[:12]}, {self.dim}-d, {rule})"

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SpaceIdentity:
        """Back from `to_json`."""
        return cls(**{**data, "shape": ShapeInput(**data["shape"])})


@runtime_checkable
class Encoder(Protocol):
    """One modality's tower, projection included.

    Attributes:
        modality: what it reads.
        batch: how many payloads it likes at once.
    """

    modality: Modality
    batch: int

    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, d) float32 unit vectors of n payloads; a vector does not depend on its neighbours in the batch."""
        ...


class Space:
    """A joint embedding space: encoders whose unit vectors are compared by cosine.

    A family of models makes one by handing over a factory per modality; a tower is built, and its weights are
    read, at its first use only.

    Args:
        identity: what an index records.
        towers: modality -> function that builds its encoder.
        license: of the weights, as a sentence.
    """

    def __init__(self, identity: SpaceIdentity, towers: Mapping[Modality, Callable[[], Encoder]], license: str) -> None:
        self.identity = identity
        self.license = license
        self._towers = dict(towers)
        self._built: dict[Modality, Encoder] = {}

    @property
    def modalities(self) -> frozenset[Modality]:
        """Those it has an encoder for."""
        return frozenset(self._towers)

    def encoder(self, modality: Modality) -> Encoder:
        """The tower for `modality`.

        Raises:
            SpaceError: the space has no such encoder.
        """
        if modality not in self._towers:
            known = ", ".join(sorted(self._towers))
            raise SpaceError(
                f"The space {self.identity.name!r} has no {modality} encoder (it has: {known}); "
                f"ask with one of those, or index with a space that reads {modality}."
            )
        if modality not in self._built:
            self._built[modality] = self._towers[modality]()
        return self._built[modality]

    def encode(
        self, *, texts: str | Sequence[str] = (), shapes: str | Path | Sequence[str | Path | np.ndarray] = ()
    ) -> Vectors:
        """Unit vectors of texts and shapes, texts first.

        Args:
            texts: strings, or one.
            shapes: paths of files, or one, or (n, 3) clouds (y up, any scale; the first points of the space's count are
                drawn with a seed from their bytes).

        Returns:
            (len(texts) + len(shapes), d) float32, unit norm.

        Raises:
            FileProblem: names a file that cannot be read.
        """
        texts = [texts] if isinstance(texts, str) else texts
        shapes = [shapes] if isinstance(shapes, str | Path) else shapes
        parts = [np.zeros((0, self.identity.dim), np.float32)]
        if texts:
            parts.append(self.encoder(Modality.TEXT).encode([Text(text) for text in texts]))
        if len(shapes):
            parts.append(self.encoder(Modality.SHAPE).encode([self._cloud(shape) for shape in shapes]))
        return np.concatenate(parts)

    def _cloud(self, shape: str | Path | np.ndarray) -> Payload:
        from retriever import loaders

        try:
            return loaders.load_shape(shape, self.identity.shape).payload
        except FileProblem as problem:
            named = "The array" if isinstance(shape, np.ndarray) else shape
            raise FileProblem(problem.kind, f"{named} {problem}") from problem
