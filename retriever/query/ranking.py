"""From what searches found to one order: by cosine, by a late fusion, by names too, by what scores mean, by variety."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import SUM, best
from retriever.query.calibrate import Calibration
from retriever.query.compose import Composed, relative, unit_rows
from retriever.query.fusion import HALFWAY, by_least, by_rank, by_score, log_odds, reciprocal_rank
from retriever.query.request import LATE, Query
from retriever.query.resolve import shared
from retriever.query.stored import modalities
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

NAMES = 1.0
"""Weight of the names' ranking beside that of the vectors, times how much of the query a name has."""

WHOLE = 2.0
"""Weight for an item that has all of several words: no other is before it, whatever it looks like."""

NAMED = 200
"""How deep both are looked into, whatever k is: so that the best hits stay the best where more are asked for."""

_ALIKE = 1e-9
"""Coverages that differ by less are equal but for rounding."""

_ROUNDING = 1e-9
"""Confidences of one hit, worked out among different others, differ by less."""

_LEAST = 1e-16
"""Next to a share of 0 or 1."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Ready:
    """A query whose terms are vectors.

    Attributes:
        place: in the order asked.
        composed: what cosines and shares are of.
        asked: rows that are left out of its hits.
        kinds: (t) modality of each term.
        words: what names are searched for; empty for no such search.
        depth: how many the searches look for.
        fair: whether kinds of items are searched each for themselves, and merged by what their scores mean.
        moved: (d,) float64 of unit length, what is searched for in place of `composed`: that, moved towards its first
            hits; None where it was not.
    """

    place: int
    query: Query
    composed: Composed
    asked: Rows
    kinds: tuple[str, ...]
    words: str
    depth: int
    fair: bool
    moved: NDArray[np.float64] | None = None

    @property
    def kind(self) -> str:
        """What the query as a whole is of: the modality of what it looks for, or a sum of several."""
        return shared(self.query.terms, self.kinds)


@dataclass(frozen=True)
class Named:
    """What a search by names found.

    Attributes:
        rows: (n,) best first.
        coverage: (n,) how much of the query each has, above 0 to 1.
        several: whether more words than one are looked for.
    """

    rows: Rows
    coverage: NDArray[np.float64]
    several: bool


@dataclass(frozen=True)
class Ranked:
    """The order of some hits.

    Attributes:
        rows: (n,) best first.
        fused: (n,) float64, the numbers that order them; None where these are the cosines.
        repeats: (n,) near-duplicates folded under each; None where none were looked for.
    """

    rows: Rows
    fused: NDArray[np.float64] | None = None
    repeats: NDArray[np.int64] | None = None

    def at(self, places: NDArray[np.int64]) -> Ranked:
        """Those at some places, in that order; places past the end are left out."""
        there = places[places < len(self.rows)]
        fused, repeats = self.fused, self.repeats
        return Ranked(
            self.rows[there], None if fused is None else fused[there], None if repeats is None else repeats[there]
        )


def merged(
    ready: Ready, lists: Sequence[Rows], named: Named | None, snapshot: Snapshot, calibration: Calibration | None
) -> Ranked:
    """All that the searches of one query found, in one order.

    Args:
        ready: the query.
        lists: rows, best first, of each search by vector.
        named: of the search by names; None where there was none.
        snapshot: what the rows are of.
        calibration: what cosines mean, where that is known.
    """
    if ready.query.combine in LATE:
        pool = np.unique(np.concatenate(lists))
        return _ordered(pool, _late(ready, pool, snapshot, calibration).sum(axis=1))
    if ready.fair and calibration is not None:
        pool = np.concatenate(lists)
        scores = unit_rows(snapshot.vectors(pool)) @ ready.composed.vector if len(pool) else np.zeros(0)
        kinds = modalities(snapshot, pool)
        by_meaning = _ordered(pool, calibration.fair([f"{pair_kind(ready.kind)}>{kind}" for kind in kinds], scores))
        lists = [by_meaning.rows]
        if named is None or not len(named.rows):
            return by_meaning
    if named is None or not len(named.rows):
        if ready.moved is None:
            return Ranked(lists[0])
        return _ordered(lists[0], unit_rows(snapshot.vectors(lists[0])) @ ready.moved)
    # Names that say as much of the query share a rank, so that among them the vectors decide.
    place = np.arange(len(named.rows))
    above = len(place) - np.searchsorted(np.sort(named.coverage), named.coverage + _ALIKE, side="right")
    whole = np.where(named.several & (named.coverage > 1 - _ALIKE), WHOLE, NAMES)
    worth = whole * named.coverage * (HALFWAY + 1 + place) / (HALFWAY + 1 + above)
    scores, rows = reciprocal_rank([lists[0], named.rows], [1.0, worth])
    return Ranked(rows, scores)


def varied(ready: Ready, fetch: Callable[[int], Ranked], snapshot: Snapshot) -> Ranked:
    """The k best in the order asked for: repeats folded, then different ones first.

    Args:
        ready: the query.
        fetch: gives the best hits down to a depth.
        snapshot: what their rows are of.
    """
    query = ready.query
    if not query.unique and query.diverse is None:
        return fetch(ready.depth).at(np.arange(query.k))
    from retriever.query.bodies import same_geometry
    from retriever.query.diversity import Pool, depth, folded, mmr, unique

    if query.unique:
        last: list[Ranked] = []
        further = ready.depth - depth(query.k)  # where names are looked at, all is looked into deeper

        def pool(deep: int) -> Pool:
            last.append(fetch(deep + further))
            rows = last[-1].rows
            # files of the same bytes have the same vector
            return Pool(rows, snapshot.vectors(rows), same_geometry(snapshot, rows))

        deepest, folds = unique(pool, query.k)
        if query.diverse is not None:
            folds = folded(deepest.vectors, contents=deepest.contents)
        repeats = np.array([len(fold.folded) for fold in folds], np.int64)
        kept = last[-1].at(np.array([fold.place for fold in folds], np.int64))
        ranked = Ranked(kept.rows, kept.fused, repeats)
    else:
        ranked = fetch(ready.depth)
    if query.diverse is not None and len(ranked.rows):
        ranked = ranked.at(np.arange(depth(query.k)))  # more were looked at where words may be names
        vectors = snapshot.vectors(ranked.rows)
        scores = ranked.fused if ranked.fused is not None else unit_rows(vectors) @ ready.composed.vector
        return ranked.at(mmr(vectors, scores, query.k, query.diverse))
    return ranked.at(np.arange(query.k))


def confidences(
    ready: Ready, rows: Rows, scores: NDArray[np.float64], snapshot: Snapshot, by: Calibration
) -> NDArray[np.float64]:
    """(n,) probability of each row's cosine that it is a match, 0..1."""
    out, kinds = np.zeros(len(rows)), np.array(modalities(snapshot, rows), object)
    for kind in dict.fromkeys(kinds.tolist()):
        out[kinds == kind] = by.confidence(f"{pair_kind(ready.kind)}>{kind}", scores[kinds == kind])
    return out


def is_sure(ready: Ready, rows: Rows, snapshot: Snapshot, by: Calibration | None) -> NDArray[np.bool_]:
    """(n,) whether each row is as likely a match as its query wants."""
    least = ready.query.min_confidence
    if least is None or by is None or not len(rows):
        return np.ones(len(rows), np.bool_)
    scores = ready.composed.shares(snapshot.vectors(rows)).sum(axis=1)
    return confidences(ready, rows, scores, snapshot, by) >= least - _ROUNDING


def pair_kind(kind: str) -> str:
    """What a term of a kind is called in a modality pair; one of no known modality counts as a sum."""
    return str(kind) if kind in list(Modality) else SUM


def _late(ready: Ready, pool: Rows, snapshot: Snapshot, calibration: Calibration | None) -> NDArray[np.float64]:
    """(n, t) shares of the fused score of each row of a pool."""
    weights = relative([term.weight for term in ready.query.terms])
    if not len(pool):
        return np.zeros((0, len(weights)))
    scores = unit_rows(snapshot.vectors(pool)) @ ready.composed.units.T
    if ready.query.combine == "match":
        if calibration is None:
            return by_least(log_odds(scores), weights)
        return by_least(_odds(_meant(ready, pool, scores, snapshot, calibration.percentile)), weights)
    if ready.fair and calibration is not None:
        scores = _meant(ready, pool, scores, snapshot, calibration.fair)
    return (by_rank if ready.query.combine == "rank" else by_score)(scores, weights)


def _meant(
    ready: Ready,
    pool: Rows,
    scores: NDArray[np.float64],
    snapshot: Snapshot,
    by: Callable[[str, NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """(n, t) what the cosine of each row with each term means in the pair of their modalities."""
    out, kinds = np.zeros(scores.shape), np.array(modalities(snapshot, pool), object)
    for kind in dict.fromkeys(kinds.tolist()):
        mine = kinds == kind
        for number, term in enumerate(ready.kinds):
            out[mine, number] = by(f"{pair_kind(term)}>{kind}", scores[mine, number])
    return out


def _odds(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of shares; of 0 and 1 those of what is next to them."""
    inside = np.clip(shares, _LEAST, 1 - _LEAST)
    return np.log(inside) - np.log1p(-inside)


def _ordered(rows: Rows, values: NDArray[np.float64]) -> Ranked:
    order = best(values, rows, len(rows))
    return Ranked(rows[order], values[order])
