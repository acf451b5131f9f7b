"""What is said of a space of published checkpoints; `retriever.spaces.catalogue` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from retriever.types import AudioInput, ImageInput, Modality, ShapeInput


@dataclass(frozen=True)
class Layout:
    """How a published file names the tensors of one tower.

    Attributes:
        wrapper: key of the file under which the tensors are; "" where they are the file itself.
        prefix: of every tensor of the tower.
        renamed: start of a key of the tower -> what the file has in its place.
        absent: scalars of the tower that the file lacks, with their value: they serve training only.
    """

    wrapper: str = ""
    prefix: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, float] = field(default_factory=dict)

    def key(self, key: str) -> str:
        """The file's name of a tensor of the tower."""
        for start, other in self.renamed.items():
            if key.startswith(start):
                return self.prefix + other + key.removeprefix(start)
        return self.prefix + key


@dataclass(frozen=True)
class Part:
    """One tower of a published space.

    Attributes:
        architecture: one of `retriever.spaces.folders.ARCHITECTURES`.
        config: for it.
        license: of the weights, as a phrase.
        layouts: of the files that may hold it.
        gigabytes: of its weights in float32.
    """

    architecture: str
    config: Mapping[str, Any]
    license: str
    layouts: tuple[Layout, ...]
    gigabytes: float


@dataclass(frozen=True)
class Download:
    """A file that a plain address gives.

    Attributes:
        url: of the file.
        sha256: its digest, where its publishers state one.
    """

    url: str
    sha256: str | None = None

    @property
    def file(self) -> str:
        """What it is called."""
        return self.url.rpartition("/")[2]

    @property
    def repository(self) -> str:
        """Whose it is, as its host has it."""
        return "/".join(self.url.split("/")[3:5])


@dataclass(frozen=True)
class Published:
    """A space of published checkpoints.

    Attributes:
        name: for ``--space``.
        about: what it is, as a phrase.
        dim: length of its vectors.
        parts: its towers.
        shape: how shapes are sampled for it; None where it has no such tower.
        image: how pictures are fitted.
        audio: how sounds are cut.
        where: where its files are, as a sentence for people.
        commercial: whether its licences permit commercial use: "yes", "no", or "no statement".
        downloads: those that have a plain address, enough for all towers together; empty where there is none.
        unused: regular expression of keys that its files hold beside its towers.
        confirmed: whether outputs were compared with those of the authors' own code (under made-up weights).
    """

    name: str
    about: str
    dim: int
    parts: Mapping[Modality, Part]
    where: str
    commercial: str = "no"
    shape: ShapeInput | None = None
    image: ImageInput | None = None
    audio: AudioInput | None = None
    downloads: tuple[Download, ...] = ()
    unused: str = r"$^"
    confirmed: bool = False

    @property
    def bytes(self) -> int:
        """Of all weights, in float32; about."""
        return int(sum(part.gigabytes for part in self.parts.values()) * 1e9)

    @property
    def license(self) -> str:
        """Of all towers together, as one line."""
        lines: dict[str, list[str]] = {}
        for modality, part in self.parts.items():
            lines.setdefault(part.license, []).append(str(modality))
        return "; ".join(f"{', '.join(of)}: {license}" for license, of in lines.items())
