"""Who names items: a list of yours, of which each item takes the nearest, or the vocabulary, a taxonomy."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.progress import Progress
from indexer.vocabulary import hedging, kinds
from retriever.query.calibrate import Calibration
from retriever.query.stored import modalities
from retriever.query.zeroshot import Assigned, Names, assign, name_vectors
from retriever.spaces import Space, SpaceIdentity
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Vectors

_ENCODED = 64  # names, between which it is told how far that is
_AT_ONCE = 2_048  # items; each has a share of every name of the vocabulary


_kept: dict[tuple[SpaceIdentity, tuple[str, ...]], Vectors] = {}
"""Of the space and the prompts that were asked for last, the vectors of the vocabulary: they take seconds."""


class Namer(Protocol):
    """Gives items a name each.

    Attributes:
        names: that it chooses from.
        kinds: of each of them, the name and what it is a kind of, nearest first.
        least: confidence below which a name is left out, if nothing is said.
    """

    names: tuple[str, ...]
    kinds: tuple[tuple[str, ...], ...]
    least: float

    def assign(self, snapshot: Snapshot, rows: NDArray[np.int64], least: float) -> Assigned:
        """A name for each of `rows` (n,); a confidence below `least` says that none is sure enough."""


class Listed:
    """Of a list: the nearest, no surer than a query for it would be, where the index is calibrated.

    Args:
        names: of the list.
        space: of the index.

    Raises:
        SpaceError: the space has no text encoder.
    """

    least = 0.0

    def __init__(self, names: Names, space: Space) -> None:
        self.names = names.names
        self.kinds = tuple(map(kinds, names.names))
        self._vectors = name_vectors(names, space)

    def assign(self, snapshot: Snapshot, rows: NDArray[np.int64], least: float) -> Assigned:
        """As `Namer` says."""
        return _capped(snapshot, assign(snapshot, rows, self._vectors))


class Vocabulary:
    """Of the vocabulary: the most specific name that is sure enough; encoded where there is something to name.

    Args:
        space: of the index.
        templates: prompts, each with ``{}`` where a name goes; none for the usual ones.
        progress: told ("name", names encoded, names in all).

    Raises:
        SpaceError: the space has no text encoder.
    """

    least = hedging.LEAST

    def __init__(self, space: Space, templates: tuple[str, ...] = (), progress: Progress | None = None) -> None:
        self._taxonomy = hedging.taxonomy()
        self.names, self.kinds = self._taxonomy.names, self._taxonomy.kinds
        space.encoder(Modality.TEXT)
        self._space, self._templates, self._progress = space, templates or hedging.TEMPLATES, progress

    @cached_property
    def _vectors(self) -> Vectors:
        asked = self._space.identity, self._templates
        if asked not in _kept:
            _kept.clear()
            _kept[asked] = _encoded(Names(self.names, self._templates), self._space, self._progress)
        return _kept[asked]

    def assign(self, snapshot: Snapshot, rows: NDArray[np.int64], least: float) -> Assigned:
        """As `Namer` says; a calibration does not count, as a name may stand for all its kinds."""
        if not len(rows):
            return Assigned(rows, np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
        starts = range(0, len(rows), _AT_ONCE)
        parts = [self.named(snapshot.vectors(rows[start : start + _AT_ONCE]), least) for start in starts]
        places, scores, confidences = (np.concatenate(several) for several in zip(*parts, strict=True))
        return Assigned(rows, places, scores, confidences)

    def named(
        self, vectors: Vectors, least: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Of (m, d) unit vectors the positions of their names, cosines with these, and confidences: (m,) each."""
        cosines = vectors @ self._vectors.T
        places, confidences = self._taxonomy.hedged(cosines, least)
        return places, np.take_along_axis(cosines, places[:, None], axis=1)[:, 0].astype(np.float64), confidences


def _encoded(names: Names, space: Space, progress: Progress | None) -> Vectors:
    parts = []
    for start in range(0, len(names.names), _ENCODED):
        some = replace(names, names=names.names[start : start + _ENCODED])
        parts.append(name_vectors(some, space))
        if progress is not None:
            progress("name", start + len(some.names), len(names.names))
    return np.concatenate(parts)


def _capped(snapshot: Snapshot, found: Assigned) -> Assigned:
    """No surer of a name than a query for it would be, where the index is calibrated.

    A share among the names is large also where none of them fits.
    """
    known = Calibration.read(snapshot.folder, snapshot.identity)
    if known is None:
        return found
    modality, most = np.array(modalities(snapshot, found.rows), object), np.ones(len(found))
    for each in dict.fromkeys(modality.tolist()):
        most[modality == each] = known.confidence(f"{Modality.TEXT}>{each}", found.scores[modality == each])
    return replace(found, confidences=np.minimum(found.confidences, most))
