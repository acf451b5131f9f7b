"""Names of the vocabulary for shapes and photos: how often they are right, and how specific they are.

A name is right where it is what the shape is called, something that this is a kind of, or a kind of it: whether a car
is a sedan its label does not say. Shapes that the vocabulary has no word for are left out, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.made import made_shapes
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import held_out_meshes
from benchmarks.retrieval.photos import asked as photos_asked
from indexer.align.captions import clean
from indexer.namers import Vocabulary
from indexer.vocabulary import meant
from indexer.vocabulary.hedging import taxonomy
from indexer.vocabulary.outline import load
from retriever.types import Modality, Vectors

Row = dict[str, Any]

LEAST = (0.0, 0.3, 0.5, 0.7, 0.9)
"""Confidences that are asked for."""


@dataclass(frozen=True, eq=False)
class Called:
    """Things and what they are called.

    Attributes:
        title: of the table.
        vectors: (n, d).
        captions: of each, what it is called.
    """

    title: str
    vectors: Vectors
    captions: Sequence[Sequence[str]]


def tables(
    material: Material, per_kind: int, *, has_data: bool, kinds: Sequence[str] = ()
) -> Iterator[tuple[str, list[Row]]]:
    """Title and rows of each table: with data held-back meshes, clouds and photos; parametric shapes with new seeds.

    Args:
        material: with the space to judge.
        per_kind: parametric shapes of each kind.
        has_data: whether there is a folder of data.
        kinds: of parametric shapes; none for all.
    """
    if not material.reads(Modality.SHAPE, Modality.TEXT):
        return
    vocabulary = Vocabulary(material.space)
    for called in (*(_of_data(material) if has_data else ()), _made(material, per_kind, kinds)):
        yield called.title, list(rows(called, vocabulary))


def rows(called: Called, vocabulary: Vocabulary) -> Iterator[Row]:
    """For each confidence that is asked for: how many get a name, how many of these are right, and what was said."""
    terms = [meant(captions) for captions in called.captions]
    known = np.array([bool(some) for some in terms])
    right, specific = _fits([some for some in terms if some])
    vectors, each = called.vectors[known], np.arange(int(known.sum()))
    sizes = taxonomy().within.sum(axis=0)
    for least in LEAST:
        places, _, confidences = vocabulary.named(vectors, least)
        named = confidences >= least
        yield {
            "confidence": least, "shapes": len(each), "without a word": int((~known).sum()),
            "named": float(named.mean()),
            "said": _mean(confidences[named]), "right": _mean(right[each, places][named]),
            "named as specifically": float((specific[each, places] & named).mean()),
            "kinds of a name": float(np.median(sizes[places[named]])) if named.any() else None,
        }  # fmt: skip


def _mean(values: NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None


def _fits(terms: Sequence[Sequence[object]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(n, names) which names are right for each, and which of these are the name itself or a kind of it."""
    within, place = taxonomy().within > 0, {term: number for number, term in enumerate(load().terms)}
    own = np.zeros((len(terms), len(within)), bool)
    for row, some in enumerate(terms):
        own[row, [place[term] for term in some]] = True  # type: ignore[index]
    specific = own @ within.T
    return specific | (own @ within), specific


def _of_data(material: Material) -> Iterator[Called]:
    folder = material.folder / "shapes_named"
    if meshes := held_out_meshes(folder) if (folder / "items.csv").is_file() else []:
        vectors = material.encode_meshes("held-back meshes", [mesh.geometry for mesh in meshes])
        yield Called("Held-back named shapes", vectors, [(mesh.label, mesh.words) for mesh in meshes])
    if material.clouds_folder is not None:
        names = [clean(name) for name in material.clouds.names]
        captions = [(names[label],) for label in material.clouds.labels.tolist()]
        yield Called("Shapes of classes never trained on", material.cloud_vectors, captions)
    if photos := photos_asked(material):
        yield Called("Held-out photos", photos.vectors, [(photos.called[shown],) for shown in photos.classes])


def _made(material: Material, per_kind: int, kinds: Sequence[str]) -> Called:
    made = made_shapes(per_kind, kinds)
    vectors = material.encode_meshes("parametric shapes", made.meshes)
    return Called("Parametric shapes", vectors, [(made.kinds[label],) for label in made.labels.tolist()])
