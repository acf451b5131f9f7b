"""Sample queries of the kinds that will be asked, to tune an approximate index on.

Vectors of another modality lie far from all of an index's own, and an index that is quick and right on queries like its
own items can lose a quarter of the answers to them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import SUM
from retriever.spaces import Space
from retriever.store import Snapshot
from retriever.types import Modality, Vectors

COUNT = 600
"""Queries of a kind."""

_TEXTS = ("caption", "label", "name")
_LOOKED_THROUGH = 4_000
"""Rows whose texts are considered."""


def sample_queries(
    snapshot: Snapshot, target: Modality, space: Space | None, *, count: int = COUNT, seed: int = 0
) -> tuple[dict[str, Vectors], NDArray[np.int64]]:
    """Pair -> (<= count, d) queries for items of modality `target`, and the rows that are themselves queries.

    Args:
        snapshot: its items are the queries of their own modality.
        target: what is looked for.
        space: encodes texts, taken from the items' captions, labels and names, and from everyday words where these are
            few; None leaves them out.
        count: of a kind.
        seed: of the choice.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    own = np.zeros(0, np.int64)
    found: dict[str, Vectors] = {}
    for modality in snapshot.modalities():
        rows = np.flatnonzero(snapshot.live & snapshot.modality_rows(modality))
        chosen = np.sort(random.choice(rows, min(count, len(rows)), replace=False))
        found[f"{modality}>{target}"] = snapshot.vectors(chosen)
        if modality is target:
            own = chosen
    if space is not None and Modality.TEXT in space.modalities:
        texts = _texts(snapshot, target, count, random)
        # No more at once than a query has: a batch may import torch where a single text does not.
        vectors = np.concatenate([space.encode(texts=texts[start : start + 32]) for start in range(0, len(texts), 32)])
        stored = found.get(f"{Modality.TEXT}>{target}", vectors[:0]) if target is not Modality.TEXT else vectors[:0]
        found[f"{Modality.TEXT}>{target}"] = np.concatenate([vectors, stored])[:count]
    if len(found) > 1:  # of the target's own items alone, sums would say nothing of those that people ask
        found[f"{SUM}>{target}"] = sums(np.concatenate(list(found.values())), count, random)
    return found, own


def sums(vectors: Vectors, count: int, random: np.random.Generator) -> Vectors:
    """(count, d): a third sums of two of the vectors, a third differences, and a third single ones with a minus."""
    first, second = vectors[random.integers(0, len(vectors), (2, count))]
    weights = np.array([[1.0, 1.0], [1.0, -0.5], [0.0, -1.0]])[np.arange(count) % 3]
    sums = weights[:, :1] * first + weights[:, 1:] * second
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), np.float32)


def _texts(snapshot: Snapshot, target: Modality, count: int, random: np.random.Generator) -> list[str]:
    """Up to `count` different texts, half of them from the items at least, where these have as many."""
    rows = np.flatnonzero(snapshot.live & snapshot.modality_rows(target))
    rows = np.sort(random.choice(rows, min(_LOOKED_THROUGH, len(rows)), replace=False))
    table = snapshot.take(rows, [name for name in _TEXTS if name in snapshot.columns()])
    own = dict.fromkeys(text for column in table.columns for text in column.to_pylist() if text and text.strip())
    chosen = _some(list(own), count, random)
    if len(chosen) < count:
        chosen += _some([word for word in _words() if word not in own], count - len(chosen), random)
    return chosen


def _words() -> Iterator[str]:
    from indexer.vocabulary.outline import load

    yield from (term.name for term in load().terms)


def _some(texts: list[str], count: int, random: np.random.Generator) -> list[str]:
    return [texts[place] for place in random.permutation(len(texts))[:count]]
