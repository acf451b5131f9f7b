"""Vectors of a public set: read and encoded a batch at a time, what cannot be read named, and kept between runs.

A cloud is drawn with the space's own rule, by a seed that comes from the file's place in the set and not from its
bytes: a run repeats, and the same shape has the same vector however much of the set is measured.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.encoding import say
from benchmarks.suites.cache import Kept, keep, kept
from benchmarks.suites.suite import Options
from retriever.errors import FileProblem, UsageError
from retriever.loaders.geometry import cleaned
from retriever.loaders.sampling import sample
from retriever.spaces import Space
from retriever.types import Geometry, Modality, Payload, PointCloud, Text, Vectors

_AT_ONCE = 64
_SAID_EVERY = 1024
_NAMED = 3


@dataclass(frozen=True)
class Source:
    """One thing of a set, not read yet.

    Attributes:
        key: its place in the set, such as "chair/test/chair_0890.off"; the same on every machine.
        load: reads it into what the encoder is given; several where one file gives several, such as views.
        file: where it lies, so that vectors that were kept are not used for a file that changed; None for none.
        how: what else its vectors depend on, such as the views of its pictures.
    """

    key: str
    load: Callable[[], Sequence[Payload]]
    file: Path | None = None
    how: str = ""


@dataclass(frozen=True, eq=False)
class Encoded:
    """Vectors of those things that could be read.

    Attributes:
        vectors: (v, d) unit vectors, in the order of the sources.
        owners: (v,) int64, the source that each is of.
        note: what a subset has to say: nothing, or such as "2 unreadable".
    """

    vectors: Vectors
    owners: NDArray[np.int64]
    note: str = ""


def encoded(what: str, sources: Sequence[Source], modality: Modality, space: Space, options: Options) -> Encoded:
    """The vectors of all sources, from --cache where they are kept there.

    Args:
        what: suite and part, for messages and the name of the cache file: "modelnet40 test".
        sources: one at least.
        modality: of their payloads.
        space: the space to judge.
        options: whose `cache` is looked at.

    Raises:
        UsageError: there is no source, or none could be read.
    """
    if not sources:
        raise UsageError(f"There is nothing to measure of {what}: see docs/benchmarks.md for the layout of its folder.")
    place = Kept.of(what, sources, modality, space.identity) if options.cache else None
    known = kept(options.cache, place) if options.cache and place else None
    if known is None:
        known = _encoded(what, sources, space.encoder(modality).encode)
        if options.cache and place:
            keep(options.cache, place, *known)
    vectors, owners = known
    lost = len(sources) - len(np.unique(owners))
    return Encoded(vectors, owners, f"{lost:,} unreadable" if lost else "")


def shape_source(key: str, file: Path, geometry: Callable[[], Geometry], space: Space, up: str) -> Source:
    """A shape, to be sampled as the space asks.

    Args:
        key: its place in the set.
        file: that holds it.
        geometry: reads it.
        space: the space to judge.
        up: the axis of the file that points up, "y" or "z".
    """
    return Source(key, lambda: [cloud(geometry(), key, space, up)], file, f"{up} up")


def cloud(geometry: Geometry, key: str, space: Space, up: str) -> PointCloud:
    """What the 3D encoder is given of a shape, by a seed that is the hash of its key."""
    seed = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little")
    with np.errstate(all="ignore"):  # damaged numbers are found by `cleaned`, not by a warning
        return sample(cleaned(geometry), space.identity.shape, up, seed)


def text_vectors(what: str, texts: Sequence[str], space: Space, options: Options) -> Vectors:
    """(n, d) unit vectors of texts as they are; those that repeat are encoded once."""
    places = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    sources = [Source(text, lambda text=text: [Text(text)]) for text in places]  # type: ignore[misc]
    vectors = encoded(what, sources, Modality.TEXT, space, options).vectors
    return vectors[[places[text] for text in texts]]


def _encoded(
    what: str, sources: Sequence[Source], encode: Callable[[Sequence[Payload]], Vectors]
) -> tuple[Vectors, NDArray[np.int64]]:
    """Vectors and their owners; a batch of payloads is in memory at a time."""
    problems: list[str] = []
    payloads = _loaded(sources, problems)
    vectors, owners = [], []
    started, said = time.perf_counter(), 0
    while batch := list(islice(payloads, _AT_ONCE)):
        owners += [owner for owner, _ in batch]
        vectors.append(encode([payload for _, payload in batch]))
        done = owners[-1] + 1
        if done == len(sources) or done >= said + _SAID_EVERY:
            said = done
            say(f"{what} {done:,}/{len(sources):,}, {done / (time.perf_counter() - started):.0f} a second")
    if problems:
        more = f" and {len(problems) - _NAMED:,} more" if len(problems) > _NAMED else ""
        say(f"{what}: left out {len(problems):,} of {len(sources):,}: {'; '.join(problems[:_NAMED])}{more}")
    if not vectors:
        raise UsageError(f"Nothing of {what} can be read: {problems[0]}")
    return np.concatenate(vectors), np.array(owners, np.int64)


def _loaded(sources: Sequence[Source], problems: list[str]) -> Iterator[tuple[int, Payload]]:
    """Every payload with the number of its source; a sentence for each that cannot be read."""
    for number, source in enumerate(sources):
        try:
            loaded = source.load()
        except FileProblem as problem:
            problems.append(f"{source.key} {problem}")
        else:
            yield from ((number, payload) for payload in loaded)
