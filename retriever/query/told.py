"""From ranked rows to hits: their columns read together, with shares, confidences and explanations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import best
from retriever.query.about import about
from retriever.query.engine import Engine
from retriever.query.explain import Labels, Parts, explained
from retriever.query.hits import Hits
from retriever.query.metadata import FIXED, Later
from retriever.query.ranking import Ranked, Ready, confidences

if TYPE_CHECKING:
    import pyarrow as pa

TOGETHER = 4096
"""Hits whose columns are read at once, if several queries have so many."""


def told(
    engine: Engine, asked: Sequence[Ready], ranked: Sequence[Ranked], parts: Sequence[Sequence[Parts]]
) -> Iterator[Hits]:
    """Hits of each query, the columns of a few thousand read together."""
    start = 0
    while start < len(asked):
        end, count = start + 1, len(ranked[start].rows)
        while end < len(asked) and count + len(ranked[end].rows) <= TOGETHER:
            count += len(ranked[end].rows)
            end += 1
        yield from _read(engine, asked[start:end], ranked[start:end], parts[start:end])
        start = end


def _read(
    engine: Engine, asked: Sequence[Ready], ranked: Sequence[Ranked], parts: Sequence[Sequence[Parts]]
) -> Iterator[Hits]:
    """The same for some queries, whose hits are read together."""
    snapshot, labels = engine.snapshot, engine.labels or Labels(engine.snapshot)
    settled = [_settled(engine, ready, one) for ready, one in zip(asked, ranked, strict=True)]
    nearest = np.concatenate([one.rows for one, *_ in settled])
    items, whole = snapshot.take(nearest, FIXED), Later(lambda: snapshot.take(nearest))
    start = 0
    for ready, (one, shares, sure), part in zip(asked, settled, parts, strict=True):
        span, query = (start, len(one.rows)), ready.query
        terms = [term.told() for term in query.terms]  # hits need no array to be looked at, or sent elsewhere
        why = partial(explained, terms, ready.composed, part, query.where, one.rows, labels)
        yield Hits(
            terms,
            snapshot.identity.name,
            items.slice(*span),
            snapshot.roots,
            shares,
            partial(_slice, whole, *span),
            one.fused,
            sure,
            one.repeats,
            why,
            partial(about, snapshot, replace(query, terms=tuple(terms)), ready.composed),
        )
        start += len(one.rows)


def _settled(
    engine: Engine, ready: Ready, ranked: Ranked
) -> tuple[Ranked, NDArray[np.float64], NDArray[np.float64] | None]:
    """The hits with their shares and confidences; ordered by the float64 cosines of the shares, if by cosine at all."""
    rows, shares = ranked.rows, ready.composed.shares(engine.snapshot.vectors(ranked.rows))
    if ranked.fused is None and ready.query.diverse is None:
        order = best(shares.sum(axis=1), rows, len(rows))
        ranked = Ranked(rows[order], None, None if ranked.repeats is None else ranked.repeats[order])
        shares = shares[order]
    if (calibration := engine.calibration()) is None:
        return ranked, shares, None
    return ranked, shares, confidences(ready, ranked.rows, shares.sum(axis=1), engine.snapshot, calibration)


def _slice(whole: Later, start: int, length: int) -> pa.Table:
    return whole.table.slice(start, length)
