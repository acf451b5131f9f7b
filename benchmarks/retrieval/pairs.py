"""Which shapes of the ready clouds belong to a photo or a sound: by ``class_map.json``, class to class."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from benchmarks.retrieval.classes import poses
from benchmarks.retrieval.protocol import Mask, Ranking, Row, hit_rate, mean_precision
from indexer.align.shapes.sources import LabelledClouds
from retriever.types import Vectors

Pairs = dict[str, set[str]]
"""A class of photos or sounds -> the names of the classes of shapes that go with it."""


def paired(class_map: Mapping[str, Collection[str]], known: Collection[str]) -> Pairs:
    """The other way round: class of shapes -> classes of photos becomes `Pairs`, of the classes `known`."""
    found: Pairs = {}
    for shape_class, others in class_map.items():
        for other in others:
            if other in known:
                found.setdefault(other, set()).add(shape_class)
    return found


def to_shapes(
    measure: str, queries: Vectors, classes: Sequence[str], pairs: Pairs, clouds: LabelledClouds, vectors: Vectors
) -> Iterator[Row]:
    """MAP of things of `classes` against the clouds: all, upright ones, those in any pose. Unpaired things ask not."""
    shape_classes = np.array(clouds.names)[clouds.labels]
    wanted = {name: np.isin(shape_classes, sorted(pairs.get(name, ()))) for name in set(classes)}
    relevant = np.array([wanted[name] for name in classes])
    ranking = Ranking(queries @ vectors.T, relevant)
    everything = np.ones(len(classes), bool)
    for pose, shapes in poses(clouds).items():
        yield from mean_precision(measure, pose, ranking.of(everything, shapes))


def to_names(
    measure: str, subset: str, queries: Vectors, classes: Sequence[str], known: Sequence[str], names: Vectors
) -> Iterator[Row]:
    """Top-1 of things of `classes` over the classes `known`, whose vectors are `names`."""
    right: Mask = np.array(classes)[:, None] == np.array(known)
    yield from hit_rate(measure, subset, 1, Ranking(queries @ names.T, right))
