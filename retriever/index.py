"""`Index`: one opened snapshot of an index, and everything that can be asked of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from retriever.ann.backends import Backends
from retriever.ann.plan import Recipe
from retriever.devices import check_device
from retriever.query.browse import Items, browse
from retriever.query.calibrate import Latest
from retriever.query.candidates import Candidates
from retriever.query.counts import Counts, counted_values
from retriever.query.engine import Engine
from retriever.query.explain import Labels
from retriever.query.hits import Hits
from retriever.query.listing import ids_of, listed
from retriever.query.naming import rows_named
from retriever.query.nearest import Neighbourhood, nearest
from retriever.query.request import DEFAULT_COMBINE, DEFAULT_MINUS, Asked, Query, queries_of, query_of
from retriever.query.resolve import resolve, same_space
from retriever.query.search import search
from retriever.query.stored import Means
from retriever.query.term import Term
from retriever.query.terms import Sources, Things
from retriever.spaces.base import Space
from retriever.store import layout
from retriever.store.snapshot import Snapshot
from retriever.types import Vectors
from retriever.wording import counted

if TYPE_CHECKING:
    import pyarrow as pa

    from retriever.status import Status
    from retriever.store.lexicon import Lexicon

log = logging.getLogger(__name__)


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
    """One version of an index; items written later are seen by opening it again, how sure hits are at once.

    Args:
        snapshot: that version.
        device: "auto", "cpu" or "cuda", for the search.
    """

    def __init__(self, snapshot: Snapshot, *, device: str = "auto") -> None:
        check_device(device)
        self.snapshot = snapshot
        self._device = device

    def __getstate__(self) -> dict[str, Any]:
        """What another process gets; it opens the same version there, as long as it is kept."""
        return {"snapshot": self.snapshot, "_device": self._device}

    def __len__(self) -> int:
        """Items, deleted ones not counted."""
        return len(self.snapshot)

    def __repr__(self) -> str:
        return (
            f"<Index {self.snapshot.folder}: {counted(len(self), 'item')} in the space {self.snapshot.identity.name!r}>"
        )

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
        image: Things = None,
        audio: Things = None,
        shape: Things = None,
        id: Sources = None,
        vector: Things = None,
        minus_text: Sources = None,
        minus_image: Things = None,
        minus_audio: Things = None,
        minus_shape: Things = None,
        minus_id: Sources = None,
        minus_vector: Things = None,
        like: Sources = None,
        unlike: Sources = None,
        terms: Sequence[Term] = (),
        k: int = 10,
        to: str | None = None,
        where: str | None = None,
        up: str = "auto",
        minus: str = DEFAULT_MINUS,
        combine: str = DEFAULT_COMBINE,
        center: bool = False,
        unbalanced: bool = False,
        geometry_only: bool = False,
        min_confidence: float | None = None,
        diverse: float | None = None,
        unique: bool = False,
        expand: int = 0,
        exact: bool = False,
    ) -> Hits:
        """The items nearest to a sum of terms.

        Args:
            expression: weighted terms, ``'shape:car.obj - 0.5*text:"red"'``, or plain text; what is nothing but the
                path of a file, or the id or path of an item, asks with that.
            text: words to look for, one string or several; as the next ones, added with weight 1.
            image: picture files, pictures of Pillow, or (h, w, 3) or (h, w, 4) arrays, uint8 or floats of 0..1.
            audio: sound files, or pairs of samples, (n,) or (n, channels) floats of about -1..1, and their rate.
            shape: 3D files, (n, 3) points or (n, 6) with colours, or meshes, clouds and scenes of trimesh and Open3D.
            id: items of this index, by ids or by paths as hits have them; they are left out of the hits.
            vector: ``.npy`` files, each with one vector of the index's space, or (d,) arrays of any length above 0.
            minus_text: words to get away from; as the next ones, added with weight -1.
            minus_image: pictures, as `image`; likewise the next ones.
            minus_audio: sounds.
            minus_shape: shapes.
            minus_id: items of this index, left out likewise.
            minus_vector: vectors.
            like: ids or files, whose mean is looked for.
            unlike: ids or files, whose mean is kept away from.
            terms: further terms, made by hand.
            k: hits wanted, 1 to 10,000; fewer come only where fewer items qualify.
            to: what to find: "shape", "image", "audio", "text" or "any"; shapes where the index holds any.
            where: SQL condition over the items' columns: ``"label = 'chair' and faces < 5000"``.
            up: the up axis of the query's shapes: "y", "z", or "auto" to go by the index's files of the same format; y
                in memory.
            minus: what a term with a minus does: "subtract" it from the sum, or "project" its direction out of it.
            combine: "sum" the terms into one vector, take a point between two ("slerp"), or search for each of them
                and fuse the answers by "rank", by "score", or by the one that an item must "match" worst.
            center: take the mean of a term's modality off it first.
            unbalanced: take weights as they stand; else each is divided by how widely the cosines of its term's
                modality are spread in this space, where terms of several modalities are summed and shapes
                alone are looked for.
            geometry_only: rank texts by vectors alone, without the items' names, captions and labels.
            min_confidence: leave out hits that are less likely to be a match, 0 to 1.
            diverse: rank different items first: 1 for relevance alone, 0 for variety alone; True for 0.7.
            unique: fold near-duplicates under the best of them.
            expand: move the query towards so many of its first hits and ask again, 0 to 1,000; such as 5. The hits are
                ordered by the cosine with what comes out, `Hit.fused`; their score stays that with the query.
            exact: look at every vector, also where an approximate search was built.

        Raises:
            UsageError: an argument, file or filter at fault.
            SpaceError: a term that the space cannot encode.
        """
        keywords = {name: value for name, value in locals().items() if name not in ("self", "exact")}
        return search(self._engine(exact), [query_of(keywords)])[0]

    def search_many(
        self,
        queries: Sequence[Asked],
        k: int = 10,
        *,
        to: str | None = None,
        where: str | None = None,
        up: str = "auto",
        exact: bool = False,
        **usual: Any,
    ) -> list[Hits]:
        """The hits of many queries, as `search` finds them for each, sooner than one by one.

        Every text and file is encoded once and every item looked up once, however many queries name it; queries that
        look in the same place are searched together. Scores may differ from those of `search` where an encoder's do
        that was given several texts or files at once: in float32's last digits.

        Args:
            queries: each an expression, a sequence of terms, or a mapping of the keywords of `search`.
            k: hits wanted for a query that does not say.
            to: what such a query finds.
            where: its condition.
            up: its shape files' up axis.
            exact: look at every vector, also where an approximate search was built.
            usual: further keywords of `search` for queries that do not say, such as ``minus`` and ``geometry_only``.

        Returns:
            In the order of `queries`.

        Raises:
            UsageError: an argument, file or filter at fault, after the number of its query, from 1.
            SpaceError: a term that the space cannot encode, likewise.
        """
        return search(self._engine(exact), queries_of(queries, {**usual, "k": k, "to": to, "where": where, "up": up}))

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

    def items(
        self, columns: Sequence[str] | None = None, *, to: str | None = "any", where: str | None = None
    ) -> pa.Table:
        """The items without a search, one row each, in the order of the index; deleted ones are not among them.

        Args:
            columns: names, as ``where`` has them; None for all.
            to: modality of the items, as in `search`; "any" for all of them.
            where: as in `search`.

        Raises:
            UsageError: there is no such column, or another argument or filter at fault.
        """
        return listed(self.snapshot, self._candidates, columns, to, where)

    def browse(
        self,
        *,
        to: str | None = "any",
        where: str | None = None,
        k: int | None = None,
        offset: int = 0,
        sort: str | Sequence[str] | None = None,
    ) -> Items:
        """The items without a search, in order, read when they are looked at; to show them, or for a file.

        Args:
            to: as in `items`.
            where: as in `search`.
            k: how many at most; None for all.
            offset: how many to pass over first.
            sort: columns to order them by, ``"faces"``, ``"-surface_area"`` for descending, or several; what has no
                value comes last, and what is equal by root and path, as all is without.

        Raises:
            UsageError: an argument or filter at fault.
        """
        return browse(self.snapshot, self._candidates, to, where, k, offset, sort)

    def counts(self, column: str, *, to: str | None = "any", where: str | None = None, k: int | None = None) -> Counts:
        """How many items there are of each value of a column, the commonest first; of a list, of each element.

        Args:
            column: as ``where`` has it, such as "label".
            to: as in `items`.
            where: as in `search`.
            k: how many values at most; None for all. How many items have none is told beside them.

        Raises:
            UsageError: an argument or filter at fault.
        """
        return counted_values(self.snapshot, self._candidates, column, to, where, k)

    def vectors(self, ids: str | PurePath | Iterable[str | PurePath]) -> Vectors:
        """(n, d) float32 unit vectors of n items, in their order; of one, which may be given without a list, (1, d).

        Args:
            ids: of the items, or their paths as hits have them; also a column of Arrow, NumPy or pandas.

        Raises:
            UnknownItem: names the id or path.
            UsageError: a path that several items have, lists their ids; or what is no text.
        """
        return self.snapshot.vectors(rows_named(self.snapshot, ids_of(ids)))

    @property
    def plan(self) -> Recipe:
        """How this index is searched, and why."""
        return self._backends.recipe

    def status(self) -> Status:
        """What the index holds and how it is searched."""
        from retriever.status import status_of

        return status_of(self.snapshot, self.plan)

    @cached_property
    def _candidates(self) -> Candidates:
        return Candidates(self.snapshot)

    @cached_property
    def _backends(self) -> Backends:
        return Backends(self.snapshot, self._device)

    @cached_property
    def _calibration(self) -> Latest:
        return Latest(self.snapshot.folder, self.snapshot.identity)

    @cached_property
    def _lexicon(self) -> Lexicon:
        from retriever.store.lexicon import Lexicon

        return Lexicon(self.snapshot)

    @cached_property
    def _means(self) -> Means:
        return Means(self.snapshot)

    @cached_property
    def _labels(self) -> Labels:
        return Labels(self.snapshot)

    def _engine(self, exact: bool) -> Engine:
        backends = self._backends
        return Engine(
            self.snapshot,
            self._candidates,
            lambda: backends.exact if exact else backends.planned,
            lambda: self.space,
            cache(self._calibration.now),  # one and the same for all of a search
            lambda: self._lexicon,
            self._means,
            self._labels,
        )
