"""``ann/NNNNNN/``: what an approximate search of an index needs, as data.

- ``ann.json``: the segments covered, and for each modality its sizes, checksum, efforts and measured recall
- ``MODALITY.faiss``: inverted lists of codes; the rows of the covered segments, numbered through, are its ids
- ``MODALITY.npy``: (d, dims) float32 projection of a query
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from retriever.ann.base import SUM
from retriever.ann.plan import Effort, IvfPq, Recipe
from retriever.errors import IndexCorrupt
from retriever.files import crc32, json_crc32, read_json
from retriever.store import layout
from retriever.types import Modality

DESCRIPTION = "ann.json"
OVERFETCH = 0.3
"""From this share of allowed rows on, fetching more and dropping the others costs less than looking each row up."""

ABOUT = 1.1
"""A trial at one density speaks for filters down to a tenth below it: random ones do not hit it exactly."""
FORMAT = 1

_CRC = "crc"
"""CRC-32 of the rest of the description: a digit that changed would only show as fewer hits found."""


@dataclass(frozen=True)
class Tuned:
    """The least effort that reaches the wanted recall for one kind of query, and what it reached.

    Attributes:
        pair: such as "text>shape": what is asked with, and what is looked for.
        density: share of the rows that a filter allows, in the trials; 1 without one.
        effort: no probes where no effort was enough.
        recall: recall@10 over queries that the effort was not chosen on.
        queries: how many those were.
    """

    pair: str
    density: float
    effort: Effort
    recall: float
    queries: int

    @property
    def crosses(self) -> bool:
        """Whether the pair is of two modalities."""
        asked, _, target = self.pair.partition(">")
        return asked not in (target, SUM)


@dataclass(frozen=True)
class Part:
    """The approximate index of one modality.

    Attributes:
        modality: of all rows in it.
        rows: in it.
        sizes: of its inverted file.
        files: name -> (bytes, CRC-32).
        tuned: by pair and density.
    """

    modality: str
    rows: int
    sizes: IvfPq
    files: dict[str, tuple[int, int]]
    tuned: tuple[Tuned, ...]


@dataclass(frozen=True)
class AnnFile:
    """One ``ann`` folder's description.

    Attributes:
        folder: its path.
        recall: wanted.
        memory: bytes that it was allowed to take, None where that was left open.
        segments: (name, rows) of the segments covered, in the order in which their rows are numbered.
        parts: one a modality with enough rows.
    """

    folder: Path
    recall: float
    memory: int | None
    segments: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...]

    def codes(self, part: Part) -> Path:
        """Its ``.faiss`` file."""
        return self.folder / f"{part.modality}.faiss"

    def projection(self, part: Part) -> Path:
        """Its ``.npy`` file."""
        return self.folder / f"{part.modality}.npy"

    def recipe(self, dim: int) -> Recipe:
        """As a plan, with what was measured when it was built."""
        rows = sum(part.rows for part in self.parts)
        tuned = [one for part in self.parts for one in part.tuned if one.density == 1]
        found = ", ".join(f"{one.recall:.3f} for {one.pair}" for one in tuned if one.effort.probes)
        exactly = ", ".join(one.pair for one in tuned if not one.effort.probes)
        reason = (
            f"{rows:,} vectors of length {dim} are shortlisted by 4-bit codes and re-ranked by their full vectors: "
            f"recall@10 measured as {found or 'nothing'} (wanted: {self.recall:g})"
            f"{f'; {exactly} are searched exactly, as no effort was enough' if exactly else ''}; "
            "rows added since are searched exactly beside them."
        )
        taken = sum(part.sizes.bytes(part.rows, dim) for part in self.parts)
        seconds = max(
            (part.sizes.seconds(part.rows, dim, one.effort) for part in self.parts for one in part.tuned), default=0
        )
        return Recipe("ivf-pq", reason, taken, seconds)

    def verify(self, *, wholly: bool = True) -> None:
        """Raise IndexCorrupt where a file is missing or not as it was written.

        Args:
            wholly: read it all for its checksum; else only its size is looked at, which costs nothing.
        """
        for part in self.parts:
            for path in (self.codes(part), self.projection(part)):
                size, crc = part.files.get(path.name, (-1, -1))
                try:
                    if path.stat().st_size != size:
                        raise damaged(path, f"it should have {size:,} bytes")
                    if wholly and crc32(path) != crc:
                        raise damaged(path, "its checksum differs from the one written down")
                except OSError as error:
                    raise damaged(path, error.strerror or str(error)) from error

    def to_json(self) -> str:
        """The text of ``ann.json``."""
        data = {name: value for name, value in asdict(self).items() if name != "folder"}
        return json.dumps({"format": FORMAT, _CRC: json_crc32(data), **data}, indent=1) + "\n"

    @classmethod
    def read(cls, index: Path, name: str) -> AnnFile:
        """The folder `name` of the index at `index`.

        Raises:
            IndexCorrupt: it is missing, damaged or of a newer version.
        """
        folder = index / layout.ANN / name
        try:
            data = read_json(folder / DESCRIPTION)
            if data.pop("format") > FORMAT:
                raise ValueError("it is of a newer version of retriever")
            if data.pop(_CRC, None) not in (None, json_crc32(data)):
                raise ValueError("its checksum differs from the one written down")
            segments = tuple((str(name), int(rows)) for name, rows in data["segments"])
            memory = None if data["memory"] is None else int(data["memory"])
            return cls(folder, float(data["recall"]), memory, segments, tuple(map(_part, data["parts"])))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise damaged(folder / DESCRIPTION, str(error)) from error


def damaged(path: Path, reason: str) -> IndexCorrupt:
    """The error of a file that cannot be used; searches go on exactly without it."""
    return IndexCorrupt(
        f"The file {path} of the approximate search is damaged ({reason}): `retriever optimize` builds it again."
    )


def tuned_for(part: Part, pairs: Sequence[str], density: float) -> Tuned:
    """The trials that say most about queries of these pairs under a filter of this density.

    A filter is searched as hard as the trial at the next lower density, and exactly below the lowest. Between two, the
    lists are those of the sparser, and the pool is the larger of both.
    Where most rows are allowed, more is fetched than without a filter, and in more lists, in proportion.
    Of several pairs the hardest counts. For one that was not tried stand the others between two modalities, and where
    none of those was tried either, nothing is known: no probes, so that it is searched exactly.

    Args:
        part: what is searched.
        pairs: of the query; without any, it may be of every pair that was tried.
        density: share of the rows that the filter allows, 0..1.
    """
    found = [_nearest(part, pair, density) for pair in pairs or dict.fromkeys(one.pair for one in part.tuned)]
    return max(found, key=_hardness, default=Tuned("", density, Effort(0, 0), 0.0, 0))


def _nearest(part: Part, pair: str, density: float) -> Tuned:
    """Of a pair's trials the one at the next lower density, with the pool of the next denser where it is larger."""
    known = [one for one in part.tuned if one.pair == pair] or [one for one in part.tuned if one.crosses]
    whole = [one for one in known if one.density == 1]
    if density >= OVERFETCH and whole:
        one = max(whole, key=_hardness)
        return replace(one, effort=Effort(math.ceil(one.effort.probes / density), one.effort.pool))
    lower = [one for one in known if one.density <= density * ABOUT]
    if not lower:
        return Tuned(pair, density, Effort(0, 0), 0.0, 0)
    one = max(lower, key=lambda one: (one.density, _hardness(one)))
    if density <= one.density * ABOUT or not one.effort.probes:
        return one
    # Of more allowed rows, more come before the true nearest by their codes.
    denser = [other for other in known if other.density > density and other.effort.probes]
    pool = min(denser, key=lambda other: (other.density, -other.effort.pool), default=one).effort.pool
    return replace(one, effort=replace(one.effort, pool=max(one.effort.pool, pool)))


def _hardness(tuned: Tuned) -> tuple[bool, int, int]:
    return tuned.effort.probes == 0, tuned.effort.probes, tuned.effort.pool


def _part(data: dict[str, Any]) -> Part:
    tuned = tuple(Tuned(**{**one, "effort": Effort(**one["effort"])}) for one in data["tuned"])
    part = Part(
        Modality(data["modality"]).value,
        int(data["rows"]),
        IvfPq(int(data["sizes"]["lists"]), int(data["sizes"]["dims"])),
        {name: (int(size), int(crc)) for name, (size, crc) in data["files"].items()},
        tuned,
    )
    if min(part.rows, part.sizes.lists, part.sizes.dims) < 1 or any(
        min(asdict(one.effort).values()) < 0 for one in tuned
    ):
        raise ValueError("a size is below 1")
    return part
