"""What every suite over a public benchmark has in common: where it is found, what is asked of it, what must be there.

A suite measures the published set or says that it did not: counts that differ from the published ones are an error,
and with --partial every row's subset says how much was there. `encoding` makes the vectors, `blocks` the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.protocol import Row
from retriever.errors import UsageError
from retriever.spaces import Space
from retriever.types import Modality


@dataclass(frozen=True)
class Options:
    """How much of a set is measured.

    Attributes:
        partial: measure what is there, though the published set has more or less.
        per_class: draw this many things of each class, for a quick look; None for all.
        seed: of that draw.
        cache: folder that keeps vectors between runs; None keeps none.
    """

    partial: bool = False
    per_class: int | None = None
    seed: int = 0
    cache: Path | None = None


@dataclass(frozen=True)
class Suite:
    """A public benchmark and how a space is measured on it.

    Attributes:
        name: as it is asked for: "modelnet40".
        title: as it is printed: "ModelNet40".
        folders: names that its folder goes by inside a data folder, in the order in which they are looked for.
        needs: encoders without which there is nothing to measure; more of them give more rows.
        counts: what the published set has: "test shapes" -> 2468.
        holds: whether a folder is laid out as the set is, by a quick look.
        measure: the rows, given the suite's folder; they keep the keys of `benchmarks.retrieval.protocol`.
    """

    name: str
    title: str
    folders: tuple[str, ...]
    needs: frozenset[Modality]
    counts: Mapping[str, int]
    holds: Callable[[Path], bool]
    measure: Callable[[Path, Space, Options], Iterator[Row]]

    def find(self, data: Path) -> Path | None:
        """The set's folder: `data` itself, or one of `folders` in it; None where neither is laid out so."""
        places = (data, *(data / name for name in self.folders))
        return next((place for place in places if place.is_dir() and self.holds(place)), None)

    def rows(self, data: Path, space: Space, options: Options) -> list[Row]:
        """All rows of the set that `data` is or holds.

        Raises:
            UsageError: it is not there, or not the published one and partial sets were not asked for.
        """
        folder = self.find(data)
        if folder is None:
            raise UsageError(
                f"--data {data} holds no {self.title}: give the folder that was unpacked, or one with it as "
                f"{' or '.join(self.folders)} inside (see docs/benchmarks.md for its layout)."
            )
        if missing := sorted(self.needs - space.modalities):
            raise UsageError(
                f"The space {space.identity.name!r} has no {' and no '.join(missing)} encoder, which {self.title} "
                "needs; choose another with --space."
            )
        return list(self.measure(folder, space, options))


def checked(suite: str, found: Mapping[str, int], expected: Mapping[str, int], options: Options) -> str:
    """What a subset has to say about completeness: nothing, or such as "partial: 37 of 2,468 test shapes".

    Args:
        suite: its title.
        found: what -> how many are there.
        expected: what -> how many the published set has; only what is in `found` is compared.
        options: with `partial`, a difference is stated and not an error.

    Raises:
        UsageError: names the counts that differ and the cure.
    """
    differing = {what: count for what, count in found.items() if count != expected[what]}
    if not differing:
        return ""
    if options.partial:
        counts = (f"{count:,} of {expected[what]:,} {what}" for what, count in differing.items())
        return f"partial: {', '.join(counts)}"
    counts = (f"{count:,} {what} where {expected[what]:,} are published" for what, count in differing.items())
    raise UsageError(f"{suite} has {', '.join(counts)}: complete it, or measure what is there: `suite NAME --partial`.")


def drawn(labels: NDArray[np.int64], options: Options) -> NDArray[np.int64]:
    """Ascending positions of the things to measure: all, or `per_class` of each class, by `seed`.

    Args:
        labels: (n,) class of each thing.
        options: as given.
    """
    if options.per_class is None or not len(labels):
        return np.arange(len(labels))
    rng = np.random.Generator(np.random.PCG64(options.seed))
    order = rng.permutation(len(labels))
    chosen = [order[labels[order] == label][: options.per_class] for label in np.unique(labels)]
    return np.sort(np.concatenate(chosen))


def draw_note(options: Options) -> str:
    """What a subset has to say about a draw: nothing, or such as "5 a class"."""
    return "" if options.per_class is None else f"drawn: {options.per_class} a class, seed {options.seed}"


def subset(*parts: str) -> str:
    """The parts that are not empty, with commas between them, as the table's column says it."""
    return ", ".join(part for part in parts if part)
