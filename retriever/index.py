"""`Index`: one opened snapshot of an index, and everything that can be asked of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from retriever.ann.backends import Backends
from retriever.ann.plan import Recipe
from retriever.devices import check_device
from retriever.query.candidates import Candidates
from retriever.query.hits import Hits
from retriever.query.nearest import Neighbourhood, nearest
from retriever.query.request import Asked, Query, Sources, queries_of, query_of
from retriever.query.resolve import resolve, same_space
from retriever.query.search import Engine, search
from retriever.spaces.base import Space
from retriever.store import layout
from retriever.store.snapshot import Snapshot
from retriever.store.versions import Version, kept
from retriever.types import Modality, Term, Vectors

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Status:
    """What an index holds.

    Attributes:
        folder: of the index.
        space: name of the space that made its vectors.
        version: counts the commits.
        items: live rows of each modality.
        labels: different labels among them.
        segments: batches of rows on disk.
        deleted: rows that are deleted and still on disk, until the next compaction.
        bytes: size of the folder.
        failures: files that could not be indexed.
        roots: short name of a corpus root -> its absolute path.
        updated: UTC, ISO 8601.
        plan: how it is searched, and why.
        versions: that can be opened, oldest first.
        unfinished: whether rows of a run that is under way or was interrupted wait to be taken in.
    """

    folder: Path
    space: str
    version: int
    items: dict[Modality, int]
    labels: int
    segments: int
    deleted: int
    bytes: int
    failures: int
    roots: dict[str, str]
    updated: str
    plan: Recipe
    versions: list[Version]
    unfinished: bool


def open(folder: str | Path | None = None, *, device: str = "auto", as_of: int | None = None) -> Index:
    """A version of an index, the newest if none is named.

    Args:
        folder: of the index; None for ``$RETRIEVER_INDEX``, else the nearest ``.retriever`` upward from here.
        device: "auto", "cpu" or "cuda", for the search.
        as_of: number of an earlier version that is still kept.

    Raises:
        IndexMissing: there is none.
        UsageError: that version is not kept; names those that are.
    """
    return Index(Snapshot.open(layout.find(folder), as_of), device=device)


class Index:
    """One version of an index; what is written later is seen by opening it again.

    Args:
        snapshot: that version.
        device: "auto", "cpu" or "cuda", for the search.
    """

    def __init__(self, snapshot: Snapshot, *, device: str = "auto") -> None:
        check_device(device)
        self.snapshot = snapshot
        self._device = device

    def __len__(self) -> int:
        """Items, deleted ones not counted."""
        return len(self.snapshot)

    def __repr__(self) -> str:
        return f"<Index {self.snapshot.folder}: {len(self):,} items in the space {self.snapshot.identity.name!r}>"

    @cached_property
    def space(self) -> Space:
        """The joint space of the index, opened at first use; on the CPU, where a query's few terms are done soonest.

        Raises:
            SpaceError: it is not installed, or its weights are others than those that made the index.
        """
        from retriever import spaces

        space = spaces.get(self.snapshot.identity.name)
        same_space(self.snapshot.identity, space.identity)
        return space

    def search(
        self,
        expression: str | None = None,
        *,
        text: Sources = None,
        image: Sources = None,
        audio: Sources = None,
        shape: Sources = None,
        id: Sources = None,
        minus_text: Sources = None,
        minus_image: Sources = None,
        minus_audio: Sources = None,
        minus_shape: Sources = None,
        minus_id: Sources = None,
        terms: Sequence[Term] = (),
        k: int = 10,
        to: str | None = None,
        where: str | None = None,
        up: str = "auto",
        exact: bool = False,
    ) -> Hits:
        """The items nearest to a sum of terms.

        Args:
            expression: weighted terms, ``'shape:car.obj - 0.5*text:"red"'``, or plain text.
            text: words to look for, one string or several; as the next ones, added with weight 1.
            image: picture files.
            audio: sound files.
            shape: 3D files.
            id: items of this index, which are left out of the hits.
            minus_text: words to get away from; as the next ones, added with weight -1.
            minus_image: picture files.
            minus_audio: sound files.
            minus_shape: 3D files.
            minus_id: items of this index, left out likewise.
            terms: further terms, made by hand.
            k: hits wanted, 1 to 10,000; fewer come only where fewer items qualify.
            to: what to find: "shape", "image", "audio", "text" or "any"; shapes where the index holds any.
            where: SQL condition over the items' columns: ``"label = 'chair' and faces < 5000"``.
            up: the up axis of shape files in the query: "y", "z", or "auto" to go by their format.
            exact: look at every vector, also where an approximate search was built.

        Raises:
            UsageError: an argument, file or filter at fault.
            SpaceError: a term that the space cannot encode.
        """
        keywords = dict(
            expression=expression,
            text=text,
            image=image,
            audio=audio,
            shape=shape,
            id=id,
            minus_text=minus_text,
            minus_image=minus_image,
            minus_audio=minus_audio,
            minus_shape=minus_shape,
            minus_id=minus_id,
            terms=terms,
        )
        return search(self._engine(exact), [query_of({**keywords, "k": k, "to": to, "where": where, "up": up})])[0]

    def search_many(
        self,
        queries: Sequence[Asked],
        k: int = 10,
        *,
        to: str | None = None,
        where: str | None = None,
        up: str = "auto",
        exact: bool = False,
    ) -> list[Hits]:
        """The hits of many queries, as `search` finds them for each, sooner than one by one.

        Every text and file is encoded once and every item looked up once, however many queries name it; queries that
        look in the same place are searched together. Scores may differ from those of `search` where an encoder's do
        that was given several texts or files at once: in float32's last digits.

        Args:
            queries: each an expression, a sequence of terms, or a mapping of the keywords of `search`, ``k``, ``to``,
                ``where`` and ``up`` among them.
            k: hits wanted for a query that does not say.
            to: what such a query finds.
            where: its condition.
            up: its shape files' up axis.
            exact: look at every vector, also where an approximate search was built.

        Returns:
            In the order of `queries`.

        Raises:
            UsageError: an argument, file or filter at fault, after the number of its query, from 1.
            SpaceError: a term that the space cannot encode, likewise.
        """
        return search(self._engine(exact), queries_of(queries, {"k": k, "to": to, "where": where, "up": up}))

    def nearest(
        self,
        vectors: ArrayLike,
        k: int = 10,
        *,
        to: str | None = None,
        where: str | None = None,
        pairs: Sequence[str] | None = (),
        exact: bool = False,
    ) -> Neighbourhood:
        """The items nearest to vectors of the index's space, as arrays.

        Args:
            vectors: (q, d) or (d,) numbers, of any length above zero.
            k: neighbours wanted, 1 to 10,000; may be more than there are.
            to: as in `search`.
            where: as in `search`.
            pairs: modality pairs that the vectors are of, such as "text>shape" ("sum>shape" for sums of terms), by
                which an approximate search knows how hard to look; without any, as hard as its hardest pair needs.
            exact: look at every vector, also where an approximate search was built.

        Raises:
            UsageError: vectors of another shape, not finite or all zeros, or another argument or filter at fault.
        """
        return nearest(self._engine(exact), vectors, k, to=to, where=where, pairs=pairs)

    def encode_terms(self, terms: Sequence[Term], *, up: str = "auto") -> Vectors:
        """(t, d) float32 unit vectors of the terms, without their weights."""
        query = Query(tuple(terms), up=up)
        query.check()
        return resolve(self.snapshot, lambda: self.space, [query])[0].vectors

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """(n, d) float32 unit vectors of n items.

        Raises:
            UnknownItem: names the id.
        """
        return self.snapshot.vectors(self.snapshot.rows_of(ids))

    @property
    def plan(self) -> Recipe:
        """How this index is searched, and why."""
        return self._backends.recipe

    def status(self) -> Status:
        """What the index holds and how it is searched."""
        from retriever.store.failures import read_failures

        snapshot, manifest = self.snapshot, self.snapshot.manifest
        return Status(
            folder=snapshot.folder,
            space=snapshot.identity.name,
            version=manifest.version,
            items=snapshot.modalities(),
            labels=_distinct(snapshot, "label"),
            segments=len(manifest.segments),
            deleted=snapshot.rows - len(snapshot),
            bytes=layout.bytes_on_disk(snapshot.folder),
            failures=len(read_failures(snapshot.folder)),
            roots=dict(manifest.roots),
            updated=manifest.updated,
            plan=self.plan,
            versions=kept(snapshot.folder),
            unfinished=layout.has_unfinished_run(snapshot.folder),
        )

    @cached_property
    def _candidates(self) -> Candidates:
        return Candidates(self.snapshot)

    @cached_property
    def _backends(self) -> Backends:
        return Backends(self.snapshot, self._device)

    def _engine(self, exact: bool) -> Engine:
        backends = self._backends
        return Engine(
            self.snapshot, self._candidates, lambda: backends.exact if exact else backends.planned, lambda: self.space
        )


def _distinct(snapshot: Snapshot, column: str) -> int:
    """Different strings of a column among the live rows, nulls not counted."""
    from retriever.store.schema import positions

    values = snapshot.column(column)
    codes = positions(values, [value for value in values.unique().to_pylist() if value is not None])
    return len(np.unique(codes[snapshot.live & (codes >= 0)]))
