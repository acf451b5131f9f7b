"""What query expansion brings: mAP by the number of neighbours that a query is moved towards. See docs/query.md.

The galleries are those of `benchmarks.retrieval`: the ready clouds, all of them, for the names of their classes, for
photos and for the clouds themselves; the held-back meshes for their names and for their labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.retrieval import photos
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import held_out_meshes
from benchmarks.retrieval.pairs import paired
from benchmarks.retrieval.protocol import Mask
from retriever import metrics
from retriever.query.expansion import expanded_among
from retriever.types import Modality, Vectors

NEIGHBOURS = (0, 3, 5, 10, 20)


@dataclass(frozen=True)
class Asked:
    """Queries with what they ought to find.

    Attributes:
        title: what the table calls them.
        queries: (q, d) unit vectors.
        gallery: (n, d) unit vectors.
        relevant: (q, n).
        hidden: (q, n), candidates that are none for a query, such as itself; None hides nothing.
    """

    title: str
    queries: Vectors
    gallery: Vectors
    relevant: Mask
    hidden: Mask | None = None

    def precision(self, neighbours: int) -> float:
        """MAP of the queries moved towards so many of their first hits."""
        queries, scores = self.queries, self._scores(self.queries)
        if neighbours:
            queries = expanded_among(queries, scores, lambda places: self.gallery[places], neighbours)
            scores = self._scores(queries)
        judged, _ = metrics.judge(scores, self.relevant, self.hidden)
        return float(metrics.measure("mAP").values(judged).mean())

    def _scores(self, queries: Vectors) -> Vectors:
        scores = queries @ self.gallery.T
        if self.hidden is not None:
            scores[self.hidden] = -np.inf
        return scores


def tables(material: Material) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Title and rows of the one table; nothing where there is no data for it."""
    if not material.reads(Modality.SHAPE, Modality.TEXT):
        return
    asked = [*of_clouds(material), *of_meshes(material)]
    if asked:
        yield (
            "mAP by neighbours",
            [{"neighbours": count, **{one.title: one.precision(count) for one in asked}} for count in NEIGHBOURS],
        )


def of_clouds(material: Material) -> Iterator[Asked]:
    """Class names, photos and shapes, each for the ready clouds."""
    if material.clouds_folder is None:
        return
    clouds, vectors = material.clouds, material.cloud_vectors
    is_class = np.arange(len(clouds.names))[:, None] == clouds.labels
    yield Asked("text->3D", material.labels(clouds.names), vectors, is_class)
    found = photos.asked(material) if material.class_map else None
    if found is not None:
        pairs = paired({name: goes.photos for name, goes in material.class_map.items()}, found.called)
        paired_with = np.array([[name in pairs.get(shown, ()) for name in clouds.names] for shown in found.classes])
        asks = paired_with.any(axis=1)
        yield Asked("photo->3D", found.vectors[asks], vectors, paired_with[asks][:, clouds.labels])
    same = clouds.labels[:, None] == clouds.labels
    yield Asked("3D->3D", vectors, vectors, same, np.eye(len(vectors), dtype=bool))


def of_meshes(material: Material) -> Iterator[Asked]:
    """Names, and labels that two or more have, each for the held-back meshes."""
    folder = material.folder / "shapes_named"
    meshes = held_out_meshes(folder) if (folder / "items.csv").is_file() else []
    if not meshes:
        return
    vectors = material.encode_meshes("held-back meshes", [mesh.geometry for mesh in meshes])
    names = sorted({mesh.words for mesh in meshes})
    called = np.array([[name in (mesh.words, mesh.label) for mesh in meshes] for name in names])
    yield Asked("held-back names", material.labels(names), vectors, called)
    counts = Counter(mesh.label for mesh in meshes if mesh.label)
    if labels := sorted(label for label, count in counts.items() if count > 1):
        labelled = np.array([[mesh.label == label for mesh in meshes] for label in labels])
        yield Asked("held-back labels", material.labels(labels), vectors, labelled)
