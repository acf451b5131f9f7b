"""`Index`: one opened snapshot of an index, and everything that can be asked of it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from retriever.ann.base import NearestNeighbours
from retriever.ann.plan import GPU_PAYS, Recipe, plan
from retriever.devices import check_device
from retriever.errors import UsageError
from retriever.query import expression as language
from retriever.query.hits import Hits
from retriever.query.search import resolve, same_space, search
from retriever.spaces.base import Space
from retriever.store import layout
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Term, Vectors

log = logging.getLogger(__name__)

Source = str | os.PathLike[str]
Sources = Source | Sequence[Source] | None
"""One value of a keyword, or several."""


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
    unfinished: bool


def open(folder: str | Path | None = None, *, device: str = "auto") -> Index:
    """The newest version of an index.

    Args:
        folder: of the index; None for ``$RETRIEVER_INDEX``, else the nearest ``.retriever`` upward from here.
        device: "auto", "cpu" or "cuda", for the search.

    Raises:
        IndexMissing: there is none.
    """
    return Index(Snapshot.open(layout.find(folder)), device=device)


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

        Raises:
            UsageError: an argument, file or filter at fault.
            SpaceError: a term that the space cannot encode.
        """
        plus = {"text": text, "image": image, "audio": audio, "shape": shape, "id": id}
        minus = {"text": minus_text, "image": minus_image, "audio": minus_audio, "shape": minus_shape, "id": minus_id}
        every = [
            *_parsed(expression),
            *_terms(plus, 1.0),
            *_terms(minus, -1.0),
            *terms,
        ]
        return search(
            self.snapshot, lambda: self._neighbours, lambda: self.space, every, k=k, to=to, where=where, up=up
        )

    def encode_terms(self, terms: Sequence[Term], *, up: str = "auto") -> Vectors:
        """(t, d) float32 unit vectors of the terms, without their weights."""
        return resolve(self.snapshot, lambda: self.space, terms, up=up)[0]

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """(n, d) float32 unit vectors of n items.

        Raises:
            UnknownItem: names the id.
        """
        return self.snapshot.vectors(self.snapshot.rows_of(ids))

    @cached_property
    def plan(self) -> Recipe:
        """How this index is searched, and why."""
        rows = self.snapshot.rows
        return plan(rows, self.snapshot.identity.dim, device=self._device, gpus=_gpus(self._device, rows))

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
            unfinished=layout.has_unfinished_run(snapshot.folder),
        )

    @cached_property
    def _neighbours(self) -> NearestNeighbours:
        blocks, dim = [block for _, block in self.snapshot.blocks()], self.snapshot.identity.dim
        if self.plan.backend == "faiss-flat":
            from retriever.ann.faiss_flat import FaissFlat

            return FaissFlat(blocks, dim, device=self._device)
        if self._device == "cuda":
            log.warning(self.plan.reason)
        from retriever.ann.exact import ExactSearch

        return ExactSearch(blocks, dim)


def _gpus(device: str, rows: int) -> int:
    """GPUs that faiss can use; faiss is imported only where the answer can change the plan."""
    if device == "cpu" or (device == "auto" and rows < GPU_PAYS):
        return 0
    from retriever.ann.faiss_flat import gpu_count

    return gpu_count()


def _parsed(expression: str | None) -> tuple[Term, ...]:
    if not isinstance(expression, str | None):
        raise UsageError(f"The expression must be a string, not {type(expression).__name__}; files go in shape=.")
    if expression is None:
        return ()
    terms = language.parse(expression)
    name = expression.strip()
    if terms == (Term(Modality.TEXT.value, name),) and _is_file(name):  # typed by many, and found by its words by none
        raise UsageError(f'{name} is a file: ask with --shape "{name}", or with text:"{name}" for the words.')
    return terms


def _is_file(name: str) -> bool:
    try:
        return bool(Path(name).suffix) and Path(name).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):  # too long for a name, or none at all
        return False


def _terms(keywords: dict[str, Sources], weight: float) -> list[Term]:
    """The keywords' values as terms, in the order of the keywords."""
    terms = []
    for kind, sources in keywords.items():
        if isinstance(sources, str | os.PathLike) or not isinstance(sources, Iterable | None):
            sources = [sources]
        for source in () if sources is None else sources:
            if not isinstance(source, str | os.PathLike):
                raise UsageError(f"{kind} takes a string, a path, or a sequence of them, not {type(source).__name__}.")
            terms.append(Term(kind, os.fspath(source), weight))
    return terms


def _distinct(snapshot: Snapshot, column: str) -> int:
    """Different strings of a column among the live rows, nulls not counted."""
    from retriever.store.schema import positions

    values = snapshot.column(column)
    codes = positions(values, [value for value in values.unique().to_pylist() if value is not None])
    return len(np.unique(codes[snapshot.live & (codes >= 0)]))
