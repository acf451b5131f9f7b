"""Queries from terms to hits: check, filter, resolve, compose, expand, search, rank, explain; many as one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import SUM
from retriever.errors import SpaceError, UsageError
from retriever.query.calibrate import why_not
from retriever.query.compose import Composed, balanced, compose, slerp
from retriever.query.engine import Engine
from retriever.query.expansion import expanded
from retriever.query.expression import format
from retriever.query.hits import Hits
from retriever.query.likeness import by_item
from retriever.query.naming import taken
from retriever.query.ranking import NAMED, Named, Ranked, Ready, is_sure, merged, varied
from retriever.query.request import LATE, MOST, Query
from retriever.query.resolve import UNKNOWN, Resolved, resolve
from retriever.query.stored import Means
from retriever.query.told import told
from retriever.store.words import stems_of
from retriever.types import Modality

log = logging.getLogger(__name__)

Spreads = Callable[[], Mapping[str, float]]

_DEEPER = 4  # times as deep a search, where too few of its hits are sure enough


@dataclass(frozen=True)
class _Probe:
    """One search by vector.

    Attributes:
        owner: number of the query among those asked.
        vector: (d,) of unit length.
        depth: neighbours wanted.
        place: what it looks in: the modality, and the filter.
        pairs: the modality pairs it is of.
    """

    owner: int
    vector: NDArray[np.float32]
    depth: int
    place: tuple[str | None, str | None]
    pairs: tuple[str, ...]


def search(engine: Engine, queries: Sequence[Query]) -> list[Hits]:
    """The hits of each query, as if it had been asked alone: the k best, fewer only where fewer qualify.

    Raises:
        UsageError: an argument, file or filter at fault.
        SpaceError: a term that the space has no encoder for.
    """
    for query in queries:
        with query.blamed():
            query.check()
            engine.candidates.rows(query.to, query.where)
            _check_kinds(engine, query)
            if query.min_confidence is not None and engine.calibration() is None:
                raise UsageError(why_not(engine.snapshot))
    queries = by_item(engine.snapshot, taken(engine.snapshot, queries))
    resolved = resolve(engine.snapshot, engine.space, queries)
    spreads = cache(partial(_spreads, engine))
    asked = [_ready(engine, spreads, *one) for one in zip(range(len(queries)), queries, resolved, strict=True)]
    asked = _expanded(engine, asked)
    lists = _found(engine, asked)
    ranked = [_ranked(engine, ready, found) for ready, found in zip(asked, lists, strict=True)]
    return list(told(engine, asked, ranked, [one.parts for one in resolved]))


def _check_kinds(engine: Engine, query: Query) -> None:
    """Raise UsageError where a query would be moved towards items of several kinds, whose cosines differ."""
    if query.expand and len(targets := engine.candidates.targets(query.to)) > 1:
        raise UsageError(
            f"--expand {query.expand} moves a query towards items of one kind: choose one with --to, of "
            f"{', '.join(targets)}."
        )


def _ready(engine: Engine, spreads: Spreads, place: int, query: Query, terms: Resolved) -> Ready:
    with query.blamed():
        composed = _composed(engine, spreads, query, terms)
        fair = len(engine.candidates.targets(query.to)) > 1 and engine.calibration() is not None
    words = _words(query)
    words = words if words and engine.lexicon() is not None else ""
    deep = query.combine in LATE or query.unique or query.diverse is not None
    depth = max(_depth(query.k) if deep else query.k, NAMED if words else 0)
    return Ready(place, query, composed, terms.asked, terms.kinds, words, depth, fair)


def _composed(engine: Engine, spreads: Spreads, query: Query, terms: Resolved) -> Composed:
    """The vector of a query; of a late fusion only scores are cosines with it."""
    vectors, names = terms.vectors, [format([term]) for term in query.terms]
    weights = np.array([term.weight for term in query.terms], np.float64)
    means = None
    if query.center:
        known = engine.means or Means(engine.snapshot)
        means = np.stack([known.of(kind) for kind in terms.kinds])
    if query.combine == "slerp":  # as far along as the weights say
        return slerp(vectors if means is None else vectors - means, weights, names)
    # The spreads are of cosines with shapes.
    if not query.unbalanced and engine.candidates.targets(query.to) == (Modality.SHAPE,):
        weights = balanced(weights, terms.kinds, spreads)
    try:
        return compose(vectors, weights, names, minus=query.minus, means=means)
    except UsageError:
        if query.combine not in LATE:
            raise
        return compose(vectors, np.maximum(weights, 0), names, means=means)


def _spreads(engine: Engine) -> Mapping[str, float]:
    """Those of the index's space; none, which is said, where it cannot be opened, as stored items do not need it."""
    try:
        return {str(modality): spread for modality, spread in engine.space().spreads.items()}
    except SpaceError as error:
        log.warning(f"Weights are taken as they stand, not balanced by the modality of their terms: {error}")
        return {}


def _words(query: Query) -> str:
    """What names are searched for: the words of a query of nothing but texts, all looked for alike, and summed."""
    plain = query.combine == "sum" and all(term.kind == Modality.TEXT and term.weight > 0 for term in query.terms)
    plain = plain and len({float(term.weight) for term in query.terms}) == 1  # else some words count more than others
    return " ".join(_without_suffix(term.source) for term in query.terms) if plain and not query.geometry_only else ""


def _without_suffix(words: str) -> str:
    """A file's name as names are kept; other words as they are."""
    name, dot, suffix = words.strip().rpartition(".")
    if not name or not suffix.isalnum():
        return words
    from retriever.loaders import modality_of

    return words if modality_of(Path(f"a{dot}{suffix}")) is None else name


def _depth(k: int) -> int:
    """How deep a search is that is ranked anew."""
    from retriever.query.diversity import depth

    return depth(k)


def _expanded(engine: Engine, asked: list[Ready]) -> list[Ready]:
    """The queries, those to be expanded moved towards what a first search finds for them."""
    some = [ready for ready in asked if ready.query.expand]
    found = _found(engine, [replace(ready, depth=ready.query.expand) for ready in some])
    moved = {
        ready.place: replace(ready, moved=expanded(ready.composed.vector, engine.snapshot.vectors(rows)))
        for ready, (rows,) in zip(some, found, strict=True)
    }
    return [moved.get(ready.place, ready) for ready in asked]


def _probes(engine: Engine, ready: Ready) -> Iterator[_Probe]:
    """The searches of a query: one, or one a term or a modality."""
    query, targets = ready.query, engine.candidates.targets(ready.query.to)
    asked = [(ready.composed.vector, ready.kind)]
    if ready.moved is not None:  # with its hits added it is a sum, which an approximate search is tuned for
        asked = [(ready.moved, SUM)]
    if query.combine in LATE:
        terms = zip(ready.composed.units, ready.kinds, query.terms, strict=True)
        asked = [(unit, kind) for unit, kind, term in terms if term.weight > 0]
    # One more neighbour for each item that is left out, so that its set of candidates is that of other queries.
    depth = ready.depth + len(ready.asked)
    for vector, kind in asked:
        places = [(target.value, (target,)) for target in targets] if ready.fair else [(query.to, targets)]
        for to, found in places:
            # Nothing is known of how hard it is to find what a vector of unknown origin is near to.
            pairs = () if kind == UNKNOWN else tuple(sorted({f"{kind}>{target}" for target in found}))
            yield _Probe(ready.place, vector.astype(np.float32), depth, (to, query.where), pairs)


def _found(engine: Engine, asked: Sequence[Ready]) -> list[list[NDArray[np.int64]]]:
    """What each search of each query finds, best first; those that have all but their vectors in common go together."""
    probes = [probe for ready in asked for probe in _probes(engine, ready)]
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, probe in enumerate(probes):
        groups.setdefault((probe.depth, probe.place, probe.pairs), []).append(number)
    rows: dict[int, NDArray[np.int64]] = {}
    for numbers in groups.values():
        first = probes[numbers[0]]
        vectors, allowed = np.stack([probes[number].vector for number in numbers]), engine.candidates.rows(*first.place)
        _, found = engine.neighbours().search(vectors, first.depth, allowed, first.pairs)
        rows.update(zip(numbers, found, strict=True))
    out: dict[int, list[NDArray[np.int64]]] = {ready.place: [] for ready in asked}
    left_out = {ready.place: (ready.asked, ready.depth) for ready in asked}
    for number, probe in enumerate(probes):
        without, depth = left_out[probe.owner]
        out[probe.owner].append(_without(without, rows[number][rows[number] >= 0])[:depth])
    return list(out.values())


def _without(asked: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows[~np.isin(rows, asked)] if len(asked) else rows


def _ranked(engine: Engine, ready: Ready, lists: list[NDArray[np.int64]]) -> Ranked:
    """The hits of one query, in order; its searches are repeated where they did not go deep enough."""

    def fetch(depth: int) -> Ranked:
        wanted = depth
        while True:
            deeper = replace(ready, depth=depth)
            found = lists if depth == ready.depth else _found(engine, [deeper])[0]
            named = _named(engine, deeper, found)
            ranked = merged(deeper, found, named, engine.snapshot, engine.calibration())
            ranked = ranked.at(np.flatnonzero(is_sure(ready, ranked.rows, engine.snapshot, engine.calibration())))
            # A query's own vector finds what it is surest of first; others what is near to a term, or to first hits.
            others = ready.query.combine in LATE or ready.moved is not None
            going_on = others and any(len(rows) >= depth for rows in found)
            if len(ranked.rows) >= wanted or depth >= MOST or not going_on:
                return ranked
            depth = min(_DEEPER * depth, MOST)

    with ready.query.blamed():
        return varied(ready, fetch, engine.snapshot)


def _named(engine: Engine, ready: Ready, lists: Sequence[NDArray[np.int64]]) -> Named | None:
    """What names say of a query of words: those that say it best, and those of what was found by vectors."""
    if not ready.words or (lexicon := engine.lexicon()) is None:
        return None
    allowed = engine.candidates.rows(ready.query.to, ready.query.where)
    _, rows, coverage = lexicon.covering(ready.words, allowed, ready.depth)
    if len(rows) == ready.depth:  # there may be more names that say as much
        others = np.setdiff1d(np.concatenate(lists), rows)
        more = lexicon.coverage(ready.words, others)
        rows, coverage = np.concatenate([rows, others[more > 0]]), np.concatenate([coverage, more[more > 0]])
    return Named(rows, coverage, several=len(stems_of(ready.words)) > 1)
