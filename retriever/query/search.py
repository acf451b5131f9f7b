"""A query from terms to hits: resolve -> compose -> filter -> search -> explain."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import NearestNeighbours, RowSet, best
from retriever.errors import FileProblem, IndexMissing, SpaceError, UsageError
from retriever.query.compose import Composed, compose
from retriever.query.expression import KINDS, format
from retriever.query.hits import Hits
from retriever.spaces.base import Space, SpaceIdentity
from retriever.store.layout import has_unfinished_run
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Payload, Term, Text, Vectors, is_utf8

MOST = 10_000
"""The largest k."""


def search(
    snapshot: Snapshot,
    neighbours: Callable[[], NearestNeighbours],
    space: Callable[[], Space],
    terms: Sequence[Term],
    *,
    k: int = 10,
    to: str | None = None,
    where: str | None = None,
    up: str = "auto",
) -> Hits:
    """The k best items for the sum of `terms`; fewer only where fewer qualify.

    Args:
        snapshot: what is searched.
        neighbours: gives the backend over the snapshot's rows; asked only when the arguments have been found sound.
        space: gives the space of the index; asked only where a term must be encoded.
        terms: one or more.
        k: 1 to MOST.
        to: a modality, "any", or None for shapes where the index holds any.
        where: SQL condition over the items' columns.
        up: the up axis of shape files in the query.

    Raises:
        UsageError: an argument, file or filter at fault.
        SpaceError: a term that the space has no encoder for.
    """
    check(terms, k)
    allowed = candidates(snapshot, to=to, where=where)
    vectors, asked = resolve(snapshot, space, terms, up=up)
    query = compose(vectors, [term.weight for term in terms], [format([term]) for term in terms])
    allowed[asked] = False
    _, rows = neighbours().search(query.vector.astype(np.float32)[None], k, None if allowed.all() else RowSet(allowed))
    return _hits(snapshot, query, terms, rows[0][rows[0] >= 0])


def check(terms: Sequence[Term], k: int) -> None:
    """Raise UsageError for terms or a k that make no query."""
    if not terms:
        raise UsageError('There is nothing to look for: give an expression, or a term such as text="a chair".')
    for term in terms:
        if not isinstance(term, Term):
            raise UsageError(f"The term {term!r} is no retriever.Term; write Term('text', 'a chair'), for example.")
        if term.kind not in KINDS:
            raise UsageError(f"There are no terms of kind {term.kind!r}; the kinds are {', '.join(KINDS)}.")
        if not term.source.strip():
            raise UsageError(f"The {term.kind} term is empty; give it a value or leave it out.")
        if term.kind in (Modality.TEXT, "id") and not is_utf8(term.source):
            raise UsageError(f"The {term.kind} term {term.source!r} is not valid UTF-8; type it again.")
        if term.weight == 0 or not math.isfinite(term.weight):
            raise UsageError(f"The weight {term.weight} of {term.kind} {term.source!r} must be finite and not zero.")
    if not (isinstance(k, int | np.integer) and 1 <= k <= MOST):
        raise UsageError(f"k is {k}: ask for 1 to {MOST:,} hits.")


def candidates(snapshot: Snapshot, *, to: str | None = None, where: str | None = None) -> NDArray[np.bool_]:
    """(rows,) True for the live rows of the modality that fulfil the filter.

    Raises:
        IndexMissing: the index is empty.
        UsageError: it holds nothing of that modality, or there is no such modality.
        FilterError: a filter that DuckDB does not accept.
    """
    held = snapshot.modalities()
    if not held:
        if has_unfinished_run(snapshot.folder):
            raise IndexMissing(
                f"The index {snapshot.folder} has a first run that is under way or was interrupted: wait for it, or "
                "repeat the same `retriever index PATH`, which goes on from there."
            )
        raise IndexMissing(f"The index {snapshot.folder} is empty: fill it with `retriever index PATH`.")
    modality = _target(to, Modality.SHAPE in held)
    allowed = snapshot.live.copy()
    if modality is not None:
        if modality not in held:
            holds = ", ".join(f"{count:,} {name}" for name, count in held.items())
            raise UsageError(
                f"The index {snapshot.folder} holds no {modality} (it holds: {holds}); ask --to one of those."
            )
        if len(held) > 1:
            allowed &= snapshot.modality_rows(modality)
    if where is not None:
        from retriever.store.catalog import rows_where

        allowed &= rows_where(snapshot, where)
    return allowed


def _target(to: str | None, has_shapes: bool) -> Modality | None:
    """The modality asked for; None for any."""
    if to is None:
        return Modality.SHAPE if has_shapes else None
    if to == "any":
        return None
    try:
        return Modality(to)
    except ValueError:
        raise UsageError(f"--to {to}: choose one of {', '.join(Modality)}, any.") from None


def resolve(
    snapshot: Snapshot, space: Callable[[], Space], terms: Sequence[Term], *, up: str = "auto"
) -> tuple[Vectors, NDArray[np.int64]]:
    """(t, d) vectors of the terms, and the rows of those that are items of the index."""
    ids = [term.source for term in terms if term.kind == "id"]
    asked = snapshot.rows_of(ids) if ids else np.empty(0, np.int64)
    stored = iter(snapshot.vectors(asked))
    vectors = [next(stored) if term.kind == "id" else encode(space(), term, up=up) for term in terms]
    return np.stack(vectors), asked


def encode(space: Space, term: Term, *, up: str = "auto") -> NDArray[np.float32]:
    """(d,) vector of a text or a file.

    Raises:
        SpaceError: the space has no encoder for it.
        UsageError: the file is missing, of another kind, or cannot be used.
    """
    modality = Modality(term.kind)
    if modality not in space.modalities:
        space.encoder(modality)  # raises, and names what the space has
    payload = Text(term.source) if modality is Modality.TEXT else _payload(space, modality, term, up)
    return space.encoder(modality).encode([payload])[0]


def _payload(space: Space, modality: Modality, term: Term, up: str) -> Payload:
    from retriever import loaders

    option = f"--{'minus-' if term.weight < 0 else ''}{term.kind} {term.source}"
    path = Path(term.source).expanduser()
    if not path.is_file():
        problem = "is a folder" if path.is_dir() else "is no regular file" if path.exists() else "does not exist"
        raise UsageError(f"{option}: {path.absolute()} {problem}; give the path of one {modality} file.")
    found = loaders.modality_of(path)
    if found not in (modality, None):
        raise UsageError(f"{option}: this is a file of kind {found}; ask with {found}: or --{found} instead.")
    try:
        return loaders.load(path, space.identity.inputs, up=up).payload
    except FileProblem as problem:
        raise UsageError(f"{option}: the file {problem}") from problem


def same_space(index: SpaceIdentity, installed: SpaceIdentity) -> None:
    """Raise SpaceError where an index's vectors were not made by the installed space."""
    if index == installed:
        return
    raise SpaceError(
        f"The index was made with {index}, but installed is {installed}: index the corpus again "
        "into a new folder, or install the version of any3d-retriever that made it."
    )


def _hits(snapshot: Snapshot, query: Composed, terms: Sequence[Term], rows: NDArray[np.int64]) -> Hits:
    """Hits for rows, ordered by the float64 cosines that their shares sum to."""
    shares = query.shares(snapshot.vectors(rows))
    order = best(shares.sum(axis=1), rows, len(rows))
    items = snapshot.take(rows[order])
    return Hits(terms, snapshot.identity.name, items, snapshot.manifest.roots, shares[order])
