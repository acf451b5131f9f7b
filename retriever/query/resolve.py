"""Terms become vectors: the items of the index looked up, texts and files encoded, each once however often asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem, SpaceError, UsageError
from retriever.query.request import Query
from retriever.spaces.base import Space, SpaceIdentity
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Payload, Term, Text, Vectors

_Key = tuple[str, str, str]
"""Kind, source and, of a shape, the up axis."""

_Firsts = dict[_Key, tuple[Query, Term]]
"""What is to be encoded, and the query and term that asked for it first."""


@dataclass(frozen=True)
class Resolved:
    """The terms of one query.

    Attributes:
        vectors: (t, d) float32 unit vectors.
        asked: rows of the items of the index among them, each once.
        kinds: (t) modality of each term, of an item its own.
    """

    vectors: Vectors
    asked: NDArray[np.int64]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class _Stored:
    row: int
    kind: str
    vector: NDArray[np.float32]


def resolve(snapshot: Snapshot, space: Callable[[], Space], queries: Sequence[Query]) -> list[Resolved]:
    """The vectors of all terms of all queries.

    Args:
        snapshot: where items are looked up.
        space: gives the space of the index; asked only where a term must be encoded.
        queries: checked.

    Raises:
        SpaceError: the space has no encoder for a term.
        UsageError: an item that the index does not hold, or a file that is missing, of another kind, or of no use.
    """
    stored, encoded = _stored(snapshot, queries), _encoded(space, queries)
    out = []
    for query in queries:
        items = [stored[term.source] if term.kind == "id" else None for term in query.terms]
        pairs = list(zip(query.terms, items, strict=True))
        vectors = [item.vector if item else encoded[_key(term, query.up)] for term, item in pairs]
        asked = np.array(sorted({item.row for item in items if item}), np.int64)
        out.append(Resolved(np.stack(vectors), asked, tuple(item.kind if item else term.kind for term, item in pairs)))
    return out


def _stored(snapshot: Snapshot, queries: Sequence[Query]) -> dict[str, _Stored]:
    """Each item that is asked for by its id."""
    first: dict[str, Query] = {}
    for query in queries:
        for term in query.terms:
            if term.kind == "id":
                first.setdefault(term.source, query)
    if not first:
        return {}
    rows = snapshot.locate(list(first))
    for (id, query), row in zip(first.items(), rows.tolist(), strict=True):
        if row < 0:
            with query.blamed():
                snapshot.rows_of([id])  # raises, and names it
    kinds = snapshot.take(rows, ["modality"]).column("modality").to_pylist()
    return {
        id: _Stored(row, kind, vector)
        for id, row, kind, vector in zip(first, rows.tolist(), kinds, snapshot.vectors(rows), strict=True)
    }


def _encoded(space: Callable[[], Space], queries: Sequence[Query]) -> dict[_Key, NDArray[np.float32]]:
    """The vector of each text and file."""
    wanted: dict[Modality, _Firsts] = {}
    for query in queries:
        for term in query.terms:
            if term.kind != "id":
                firsts = wanted.setdefault(Modality(term.kind), {})
                firsts.setdefault(_key(term, query.up), (query, term))
    return {
        key: vector
        for modality, firsts in wanted.items()
        for key, vector in zip(firsts, _encode(space(), modality, firsts), strict=True)
    }


def _encode(space: Space, modality: Modality, firsts: _Firsts) -> Vectors:
    """(n, d), a batch at a time; a file at fault is told before the encoder's weights are read."""
    if modality not in space.modalities:
        with next(iter(firsts.values()))[0].blamed():
            space.encoder(modality)  # raises, and names what the space has
    if modality is Modality.TEXT:  # which an encoder cuts into batches of one length itself
        return space.encoder(modality).encode([Text(term.source) for _, term in firsts.values()])
    payloads = _payloads(space, modality, firsts)
    waiting = chain([next(payloads)], payloads)
    encoder, parts = space.encoder(modality), []
    while batch := list(islice(waiting, encoder.batch)):
        parts.append(encoder.encode(batch))
    return np.concatenate(parts)


def _payloads(space: Space, modality: Modality, firsts: _Firsts) -> Iterator[Payload]:
    for query, term in firsts.values():
        with query.blamed():
            payload = _payload(space, modality, term, query.up)
        yield payload


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


def _key(term: Term, up: str) -> _Key:
    return term.kind, term.source, up if term.kind == Modality.SHAPE else ""


def same_space(index: SpaceIdentity, installed: SpaceIdentity) -> None:
    """Raise SpaceError where an index's vectors were not made by the installed space."""
    if index == installed:
        return
    raise SpaceError(
        f"The index was made with {index}, but installed is {installed}: index the corpus again "
        "into a new folder, or install the version of any3d-retriever that made it."
    )
