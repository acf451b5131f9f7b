"""Zero-shot classification and retrieval on ready clouds of classes that the space was never trained on.

Class vectors are means over the prompt templates, as `retriever label` takes them; in one row the names alone, as they
are typed for `retriever query`. A 3D query is left out of its own gallery. The gallery of a pose is
the shapes in that pose.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.retrieval.material import Material
from benchmarks.retrieval.protocol import Mask, Ranking, Row, hit_rate, mean_precision
from indexer.align.shapes.sources import LabelledClouds
from retriever.types import Modality, Vectors


def rows(material: Material) -> Iterator[Row]:
    """Top-1, top-5, text->3D and 3D->3D mAP: all shapes, upright ones, those in any pose; names as they are typed."""
    if material.clouds_folder is None or not material.reads(Modality.SHAPE, Modality.TEXT):
        return
    clouds, vectors = material.clouds, material.cloud_vectors
    yield from measures(clouds, vectors, material.labels(clouds.names))
    typed = material.encode("class names", texts=list(clouds.names))
    is_class = np.arange(len(clouds.names))[:, None] == clouds.labels
    yield from mean_precision("text->3D mAP", "all, names as typed", Ranking(typed @ vectors.T, is_class))


def poses(clouds: LabelledClouds) -> dict[str, Mask]:
    """The subsets that every measure over ready clouds is given for."""
    return {"all": np.ones(len(clouds.labels), bool), "upright": clouds.upright, "any pose": ~clouds.upright}


def measures(clouds: LabelledClouds, vectors: Vectors, names: Vectors) -> Iterator[Row]:
    """The rows for given vectors of the clouds and of their class names."""
    is_class = clouds.labels[:, None] == np.arange(len(clouds.names))
    to_text = Ranking(vectors @ names.T, is_class)
    from_text = Ranking(names @ vectors.T, is_class.T)
    itself = np.eye(len(vectors), dtype=bool)
    among = Ranking(vectors @ vectors.T, clouds.labels[:, None] == clouds.labels, itself)
    every_name = np.ones(len(clouds.names), bool)
    for pose, shapes in poses(clouds).items():
        yield from hit_rate("top-1", pose, 1, to_text.of(shapes))
        yield from hit_rate("top-5", pose, 5, to_text.of(shapes))
        yield from mean_precision("text->3D mAP", pose, from_text.of(every_name, shapes))
        yield from mean_precision("3D->3D mAP", pose, among.of(shapes, shapes))
