"""What makes two vectors comparable: a joint embedding space and its encoders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from retriever.errors import FileProblem, SpaceError, UsageError
from retriever.types import AudioInput, ImageInput, Inputs, Modality, Payload, ShapeInput, Text, Vectors, is_utf8

if TYPE_CHECKING:
    from retriever.query.background import Background

Given = Any
"""A path, a thing in memory that `retriever.loaders.memory` knows, or a sequence of them."""


@dataclass(frozen=True)
class SpaceIdentity:
    """What an index remembers of the space that made its vectors; two that differ must not be mixed.

    Attributes:
        name: as given to ``--space``.
        dim: length of every vector.
        weights: one hex digest over all weight files, in the order of `Modality`.
        shape: how shapes are sampled.
        image: how pictures are fitted; None where the space has no encoder for them.
        audio: how sounds are sampled; None likewise.
    """

    name: str
    dim: int
    weights: str
    shape: ShapeInput
    image: ImageInput | None = None
    audio: AudioInput | None = None

    @property
    def inputs(self) -> Inputs:
        """How files are read for it."""
        return Inputs(self.shape, self.image, self.audio)

    def __str__(self) -> str:
        shape, image, audio = self.shape, self.image, self.audio
        rules = [f"{shape.points} points, {shape.up} up, colour {shape.color}, sampling {shape.sampling}"]
        rules += [f"{shape.surface} points to look at"] if shape.surface else []
        fit = "cropped to " if image and image.fit == "crop" else ""
        clips = f"{audio.clips} x " if audio and audio.clips else ""
        rules += [f"pictures {fit}{image.side}x{image.side} on {image.background}"] if image else []
        rules += [f"sounds {clips}{audio.seconds:g} s at {audio.rate} Hz"] if audio else []
        return f"the space {self.name!r} (weights {self.weights[:12]}, {self.dim}-d, {', '.join(rules)})"

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SpaceIdentity:
        """Back from `to_json`; what was written before there were pictures and sounds has none."""
        image, audio = data.get("image"), data.get("audio")
        return cls(
            **{
                **data,
                "shape": ShapeInput(**data["shape"]),
                "image": None if image is None else ImageInput(**image),
                "audio": None if audio is None else AudioInput(**audio),
            }
        )


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
        licenses: the same of each tower, where they differ.
        spreads: modality -> standard deviation of the cosines of its vectors with those of shapes, where it is known:
            a sum of terms is balanced by it.
        backgrounds: reads, for each pair such as "text>shape", how cosines are usually spread in it.
    """

    def __init__(
        self,
        identity: SpaceIdentity,
        towers: Mapping[Modality, Callable[[], Encoder]],
        license: str,
        licenses: Mapping[Modality, str] | None = None,
        spreads: Mapping[Modality, float] | None = None,
        backgrounds: Callable[[], Mapping[str, Background]] | None = None,
    ) -> None:
        self.identity = identity
        self.license = license
        self.licenses = dict(licenses or {})
        self.spreads = dict(spreads or {})
        if not all(isinstance(spread, int | float) and 0 < spread <= 1 for spread in self.spreads.values()):
            raise SpaceError(f"The spreads of {identity} are {self.spreads}; give numbers above 0, and 1 at most.")
        self._backgrounds = backgrounds
        self._towers = dict(towers)
        self._built: dict[Modality, Encoder] = {}

    @property
    def modalities(self) -> frozenset[Modality]:
        """Those it has an encoder for."""
        return frozenset(self._towers)

    @cached_property
    def backgrounds(self) -> Mapping[str, Background]:
        """Pair, such as "text>shape" -> how cosines are usually spread; empty where it was not measured.

        Raises:
            SpaceError: the file that says so is damaged.
        """
        return self._backgrounds() if self._backgrounds else {}

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
        self,
        *,
        texts: str | Sequence[str] = (),
        images: Given = (),
        audio: Given = (),
        shapes: Given = (),
        up: str = "auto",
    ) -> Vectors:
        """Unit vectors of texts, pictures, sounds and shapes, in that order, one of each or several.

        Args:
            texts: strings.
            images: paths of files, pictures of Pillow, or (h, w, 3) or (h, w, 4) arrays, uint8 or floats of 0..1.
            audio: paths of files, pairs of an (n,) or (n, channels) array of floats, about -1..1, and their rate, or
                (n,) arrays at the space's rate (``identity.audio.rate``).
            shapes: paths of files, (n, 3) or (n, 6) clouds, or meshes, clouds and scenes of trimesh and Open3D; any
                scale; points are drawn with a seed from their bytes.
            up: the axis of shapes that points up: "y", "z", or "auto" to go by the format of a file; y in memory.

        Returns:
            (all of them, d) float32, unit norm.

        Raises:
            FileProblem: names a file, or a thing in memory, that cannot be used.
            SpaceError: the space has no encoder for one of the kinds.
            UsageError: a text that is no string, or that is no text but stray bytes.
        """
        parts = [np.zeros((0, self.identity.dim), np.float32)]
        if wanted := _texts(texts):
            parts.append(self.encoder(Modality.TEXT).encode([Text(text) for text in wanted]))
        for modality, given in ((Modality.IMAGE, images), (Modality.AUDIO, audio), (Modality.SHAPE, shapes)):
            parts += _encoded(self, modality, given, up)
        return np.concatenate(parts)


def _texts(given: Any) -> list[str]:
    """The texts, of which one may have been given bare."""
    texts = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if wrong := [text for text in texts if not isinstance(text, str)]:
        raise UsageError(f"texts takes a string, or a sequence of them, not {type(wrong[0]).__name__}.")
    if stray := [text for text in texts if not is_utf8(text)]:
        raise UsageError(f"The text {stray[0]!r} is not valid UTF-8; type it again.")
    return texts


def _encoded(space: Space, modality: Modality, given: Given, up: str) -> Iterator[Vectors]:
    """(n, d) vectors in parts; a batch at a time is read and encoded, so that memory does not grow with n."""
    from retriever.loaders import memory

    if not (sources := memory.listed(modality, given)):
        return
    encoder = space.encoder(modality)
    for start in range(0, len(sources), encoder.batch):
        yield encoder.encode([_payload(space, modality, one, up) for one in sources[start : start + encoder.batch]])


def _payload(space: Space, modality: Modality, source: Any, up: str) -> Payload:
    from retriever import loaders

    try:
        return loaders.load_given(modality, source, space.identity.inputs, up=up).payload
    except FileProblem as problem:
        in_memory = "The array" if isinstance(source, np.ndarray) else f"The {type(source).__name__}"
        named = source if isinstance(source, str | Path) else in_memory
        raise FileProblem(problem.kind, f"{named} {problem}") from problem
