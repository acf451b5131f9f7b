"""Terms become vectors: items looked up, texts and files encoded, each once however often asked; then their means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever import archives
from retriever.ann.base import SUM
from retriever.errors import FileProblem, SpaceError, UsageError
from retriever.query.compose import Composed, compose
from retriever.query.expression import format, members
from retriever.query.naming import item_rows, the_row
from retriever.query.request import Query
from retriever.query.stored import centroid, option_of, read_vector
from retriever.query.term import Term
from retriever.query.terms import leaves
from retriever.query.upright import usual_up
from retriever.spaces.base import Space, SpaceIdentity
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Payload, Text, Vectors

_ADDRESS = re.compile(r"(https?|ftp|s3)://", re.IGNORECASE)
_NAMED = 8  # objects of a scene, where another is asked for

_Key = tuple[str, str, str, int]
"""Kind, source, of a shape the up axis, and of a thing in memory the number that tells it from others."""

_Firsts = dict[_Key, tuple[Query, Term]]
"""What is to be encoded, and the query and term that asked for it first."""

UNKNOWN = ""
"""Stands for the modality of a vector that nobody knows the origin of."""


@dataclass(frozen=True)
class Resolved:
    """The terms of one query.

    Attributes:
        vectors: (t, d) float32 unit vectors.
        asked: rows of the items of the index among them, each once.
        kinds: (t) modality of each term: of an item its own, of a mean or a centroid that of all it is made of, `SUM`
            where they differ; `UNKNOWN` for a vector.
        parts: (t) what a mean is made of: its members' names and sum; None for other terms.
    """

    vectors: Vectors
    asked: NDArray[np.int64]
    kinds: tuple[str, ...]
    parts: tuple[tuple[tuple[str, ...], Composed] | None, ...]


@dataclass(frozen=True)
class _Leaf:
    """A term that is no mean.

    Attributes:
        row: of an item of the index; -1 for others.
    """

    kind: str
    vector: NDArray[np.float32]
    row: int = -1


def resolve(snapshot: Snapshot, space: Callable[[], Space], queries: Sequence[Query]) -> list[Resolved]:
    """The vectors of all terms of all queries.

    Args:
        snapshot: where items are looked up.
        space: gives the space of the index; asked only where a term must be encoded.
        queries: checked.

    Raises:
        SpaceError: the space has no encoder for a term.
        UsageError: an item that the index does not hold, a file that is missing, of another kind, or of no use, a
            condition that nothing fulfils, or a mean whose members cancel each other.
    """
    firsts: _Firsts = {}
    for query in queries:
        for term in leaves(query.terms):
            firsts.setdefault(_key(term, query.up), (query, term))
    found = {**_stored(snapshot, firsts), **_encoded(snapshot, space, firsts)}
    out = []
    for query in queries:
        with query.blamed():
            vectors, parts = zip(*(_vector(term, query.up, found) for term in query.terms), strict=True)
        kinds = tuple(kind_of(term, partial(_leaf_kind, query.up, found)) for term in query.terms)
        rows = {found[_key(leaf, query.up)].row for leaf in leaves(query.terms)} - {-1}
        out.append(Resolved(np.stack(vectors), np.array(sorted(rows), np.int64), kinds, parts))
    return out


def shared(terms: Sequence[Term], kinds: Sequence[str]) -> str:
    """What a sum of terms is of: the modality of all terms with a plus, `SUM` where they differ or there are none."""
    plus = {kind for term, kind in zip(terms, kinds, strict=True) if term.weight > 0}
    return plus.pop() if len(plus) == 1 else SUM


def kind_of(term: Term, leaf: Callable[[Term], str]) -> str:
    """What a term is of: a mean what all it is made of are of, `SUM` where they differ; `leaf` says it of others."""
    if term.kind != "mean":
        return leaf(term)
    sums = [shared(member, [kind_of(part, leaf) for part in member]) for member in members(term.source)]
    return sums[0] if len(set(sums)) == 1 else SUM


def _leaf_kind(up: str, found: Mapping[_Key, _Leaf], term: Term) -> str:
    return found[_key(term, up)].kind


def _vector(
    term: Term, up: str, found: Mapping[_Key, _Leaf]
) -> tuple[NDArray[np.float32], tuple[tuple[str, ...], Composed] | None]:
    """The unit vector of a term, and of a mean what it is made of."""
    if term.kind != "mean":
        return found[_key(term, up)].vector, None
    vectors, names = [], []
    for member in members(term.source):
        units = np.stack([_vector(part, up, found)[0] for part in member])
        one = compose(units, [part.weight for part in member], [format([part]) for part in member])
        vectors.append(one.vector)
        names.append(format(member))
    mean = compose(np.stack(vectors).astype(np.float32), np.ones(len(vectors)), names)
    return mean.vector.astype(np.float32), (tuple(names), mean)


def _stored(snapshot: Snapshot, firsts: _Firsts) -> dict[_Key, _Leaf]:
    """What needs no encoder: items asked for by their ids or paths, vectors of files, and centroids."""
    out: dict[_Key, _Leaf] = {}
    ids = {key[1]: query for key, (query, term) in firsts.items() if term.kind == "id"}
    found = []
    for (id, query), places in zip(ids.items(), item_rows(snapshot, list(ids)), strict=True):
        with query.blamed():
            found.append(the_row(snapshot, id, places))
    rows = np.array(found, np.int64)
    if ids:
        kinds = snapshot.take(rows, ["modality"]).column("modality").to_pylist()
        for id, row, kind, vector in zip(ids, rows.tolist(), kinds, snapshot.vectors(rows), strict=True):
            out["id", id, "", 0] = _Leaf(kind, vector, row)
    for key, (query, term) in firsts.items():
        with query.blamed():
            if term.kind == "vector":
                out[key] = _Leaf(UNKNOWN, read_vector(term, snapshot.identity.dim, query.place(term)))
            elif term.kind == "where":
                vector, kind = centroid(snapshot, term)
                out[key] = _Leaf(kind, vector)
    return out


def _encoded(snapshot: Snapshot, space: Callable[[], Space], firsts: _Firsts) -> dict[_Key, _Leaf]:
    """The vector of each text and file."""
    wanted: dict[Modality, _Firsts] = {}
    for key, first in firsts.items():
        if key[0] in list(Modality):
            wanted.setdefault(Modality(key[0]), {})[key] = first
    return {
        key: _Leaf(modality, vector)
        for modality, some in wanted.items()
        for key, vector in zip(some, _encode(snapshot, space(), modality, some), strict=True)
    }


def _encode(snapshot: Snapshot, space: Space, modality: Modality, firsts: _Firsts) -> Vectors:
    """(n, d), a batch at a time; a file at fault is told before the encoder's weights are read."""
    if modality not in space.modalities:
        with next(iter(firsts.values()))[0].blamed():
            space.encoder(modality)  # raises, and names what the space has
    if modality is Modality.TEXT:  # which an encoder cuts into batches of one length itself
        return space.encoder(modality).encode([Text(term.source) for _, term in firsts.values()])
    payloads = _payloads(snapshot, space, modality, firsts)
    waiting = chain([next(payloads)], payloads)
    encoder, parts = space.encoder(modality), []
    while batch := list(islice(waiting, encoder.batch)):
        parts.append(encoder.encode(batch))
    return np.concatenate(parts)


def _payloads(snapshot: Snapshot, space: Space, modality: Modality, firsts: _Firsts) -> Iterator[Payload]:
    for query, term in firsts.values():
        with query.blamed():
            payload = _payload(snapshot, space, modality, term, query)
        yield payload


def _payload(snapshot: Snapshot, space: Space, modality: Modality, term: Term, query: Query) -> Payload:
    from retriever import loaders

    option = option_of(term)
    if term.held is not None:
        try:
            return loaders.load_given(modality, term.held.value, space.identity.inputs, up=query.up).payload
        except FileProblem as fault:
            raise UsageError(f"{option} {fault}") from fault
    if _ADDRESS.match(term.source):
        raise UsageError(f"{option} is an address, and only files are read: download it first, and give its path.")
    path = query.place(term)
    if (problem := _no_file(path)) is not None:
        shown = term.source if term.source in query.files else path.absolute()
        raise UsageError(
            f"{option}: {shown} {problem}; give the path of one {modality} file, or an item with "
            f"--{'minus-' if term.weight < 0 else ''}id."
        )
    found = loaders.kind_of(path)
    if found not in (modality, None):
        raise UsageError(f"{option}: this is a file of kind {found}; ask with {found}: or --{found} instead.")
    try:
        usual = usual_up(snapshot, path) if modality is Modality.SHAPE and query.up == "auto" else None
        return loaders.load_given(modality, path, space.identity.inputs, up=query.up, usual=usual).payload
    except FileProblem as problem:
        raise UsageError(f"{option}: the file {problem}") from problem


def _no_file(path: Path) -> str | None:
    """What is wrong with a path that is to be that of one file; None where it may be read."""
    pack = archives.holder(path)
    if pack == path:
        inside = f"{path.name}/{archives.first(path) or 'NAME'}"
        return f"is a {_kind_of(pack)}, whose files have paths such as {inside}"
    if archives.is_file(path):
        return None
    if pack and pack.suffix.lower() in archives.SCENES:
        return _no_object(pack)
    if pack and archives.is_damaged(pack):
        return f"cannot be looked for, as {pack.name} is a damaged {_kind_of(pack)}"
    return "is a folder" if path.is_dir() else "is no regular file" if path.exists() else "does not exist"


def _no_object(scene: Path) -> str:
    try:
        names = sorted(archives.objects(scene))
    except (OSError, FileProblem) as problem:
        return f"cannot be looked for: {scene.name} {problem}"
    held = f"{', '.join(names[:_NAMED])}{' and others' if len(names) > _NAMED else ''}" if names else "a single object"
    return f"does not exist: {scene.name} holds {held}"


def _kind_of(pack: Path) -> str:
    return "zip archive" if pack.suffix.lower() == archives.ZIP else "stack of clouds"


def _key(term: Term, up: str) -> _Key:
    held = 0 if term.held is None else id(term.held.value)  # the term keeps it alive
    return term.kind, term.source, up if term.kind == Modality.SHAPE else "", held


def same_space(index: SpaceIdentity, installed: SpaceIdentity) -> None:
    """Raise SpaceError where an index's vectors were not made by the installed space."""
    if index == installed:
        return
    raise SpaceError(
        f"The index was made with {index}, but installed is {installed}: index the corpus again "
        "into a new folder, or install the version of any3d-retriever that made it."
    )
