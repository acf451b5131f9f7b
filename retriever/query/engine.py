"""`Engine`: what answers queries, each part made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retriever.ann.base import NearestNeighbours
from retriever.query.calibrate import Calibration
from retriever.query.candidates import Candidates
from retriever.query.explain import Labels
from retriever.query.stored import Means
from retriever.spaces.base import Space
from retriever.store.snapshot import Snapshot

if TYPE_CHECKING:
    from retriever.store.lexicon import Lexicon


@dataclass(frozen=True)
class Engine:
    """What answers queries.

    Attributes:
        snapshot: what is searched.
        candidates: of the same snapshot.
        neighbours: gives the backend over its rows; asked only when the arguments have been found sound.
        space: gives the space of the index; asked only where a term must be encoded.
        calibration: gives what cosines mean, None where nobody has worked it out.
        lexicon: gives the search by names, None where there is none.
        means: of its modalities; None to work them out anew.
        labels: mean vectors of its labels, likewise.
    """

    snapshot: Snapshot
    candidates: Candidates
    neighbours: Callable[[], NearestNeighbours]
    space: Callable[[], Space]
    calibration: Callable[[], Calibration | None] = lambda: None
    lexicon: Callable[[], Lexicon | None] = lambda: None
    means: Means | None = None
    labels: Labels | None = None
