"""Shapes of named classes: what ModelNet40, ShapeNetCore and ScanObjectNN are asked in common.

A class name stands for the mean over prompts; a shape that is a query is no candidate of its own, or the row says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.protocol import Row
from benchmarks.suites.blocks import BlockRanking, same
from benchmarks.suites.encoding import Source, encoded
from benchmarks.suites.prompts import TEMPLATES
from benchmarks.suites.suite import Options, draw_note, drawn, subset
from retriever.query.zeroshot import Names, name_vectors
from retriever.spaces import Space
from retriever.types import Modality, Vectors

ZERO_SHOT = {"top-1": "hit@1", "top-3": "hit@3", "top-5": "hit@5"}
ZERO_SHOT_MEAN = {"top-1, class mean": "hit@1"}
BY_NAME = {"text->3D mAP": "mAP"}
AMONG = {
    "3D->3D mAP": "mAP",
    "3D->3D NN": "NN",
    "3D->3D first tier": "first tier",
    "3D->3D second tier": "second tier",
    "3D->3D nDCG": "nDCG",
}
AMONG_MEAN = {"3D->3D mAP, class mean": "mAP"}


@dataclass(frozen=True, eq=False)
class Listed:
    """Shapes of a set, not read yet.

    Attributes:
        sources: where each is.
        labels: (n,) int64, the class of each.
    """

    sources: Sequence[Source]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """How many."""
        return len(self.sources)

    def of(self, places: NDArray[np.int64]) -> Listed:
        """Some of them."""
        return Listed([self.sources[i] for i in places], self.labels[places])


@dataclass(frozen=True, eq=False)
class Classed:
    """Shapes as the space sees them.

    Attributes:
        vectors: (n, d) unit vectors.
        labels: (n,) int64, the class of each.
        places: (n,) int64, of each in what was listed and drawn.
        note: what a subset has to say: how they were drawn, how many are unreadable.
    """

    vectors: Vectors
    labels: NDArray[np.int64]
    places: NDArray[np.int64]
    note: str


def chosen(listed: Listed, options: Options) -> Listed:
    """Those to measure: all, or as many of each class as the options say."""
    return listed.of(drawn(listed.labels, options))


def classed(what: str, listed: Listed, space: Space, options: Options) -> Classed:
    """The vectors of what was `chosen`; `what` names it in messages and in the cache."""
    found = encoded(what, listed.sources, Modality.SHAPE, space, options)
    note = subset(draw_note(options), found.note)
    return Classed(found.vectors, listed.labels[found.owners], found.owners, note)


def named(names: Sequence[str], space: Space) -> dict[str, Vectors]:
    """How many templates, in words -> (c, d) unit vectors of the class names; nothing without a text encoder."""
    if Modality.TEXT not in space.modalities:
        return {}
    return {told: name_vectors(Names(tuple(names), templates), space) for told, templates in TEMPLATES.items()}


def zero_shot(told: str, shapes: Classed, names: Mapping[str, Vectors]) -> Iterator[Row]:
    """Each shape among the names of all classes; the subset is `told` and how many templates there were."""
    for count, vectors in names.items():
        to_names = BlockRanking(shapes.vectors, vectors, same(shapes.labels, np.arange(len(vectors))))
        yield from to_names.rows(subset(told, count), ZERO_SHOT)
        yield from to_names.rows(subset(told, count), ZERO_SHOT_MEAN, classes=shapes.labels)


def by_name(told: str, gallery: Classed, names: Mapping[str, Vectors]) -> Iterator[Row]:
    """Each class name among the shapes."""
    for count, vectors in names.items():
        from_names = BlockRanking(vectors, gallery.vectors, same(np.arange(len(vectors)), gallery.labels))
        yield from from_names.rows(subset(told, count), BY_NAME)


def among(told: str, shapes: Classed, gallery: Classed | None = None) -> Iterator[Row]:
    """Each shape among the gallery, or, where there is none, among the others."""
    if gallery is None:
        places = np.arange(len(shapes.labels))
        found = BlockRanking(shapes.vectors, shapes.vectors, same(shapes.labels, shapes.labels), same(places, places))
    else:
        found = BlockRanking(shapes.vectors, gallery.vectors, same(shapes.labels, gallery.labels))
    yield from found.rows(told, AMONG)
    yield from found.rows(told, AMONG_MEAN, classes=shapes.labels)
