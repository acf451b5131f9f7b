"""Zero-shot quality of a space on labelled clouds that it was never trained on; geometry only, no file names.

Protocol: class vectors are means over `TEMPLATES`; top-1 over the class names; mAP over the full ranked list, micro
average over queries (a text query is a class name; a 3D query is left out of its own gallery). 95 % intervals by
bootstrap over queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.align.captions import label_vectors
from indexer.align.sources import LabelledClouds, labelled_clouds
from retriever import metrics, spaces
from retriever.types import Modality


def rows(data: Path, space: spaces.Space) -> Iterator[dict[str, Any]]:
    """One row a measure and pose: value, 95 % interval, queries."""
    clouds = labelled_clouds(data)
    names = label_vectors(clouds.names, space.encoder(Modality.TEXT))
    shapes = space.encode(shapes=list(clouds.points))
    poses = {"all": np.ones(len(shapes), bool), "upright": clouds.upright, "any pose": ~clouds.upright}
    for pose, mask in poses.items():
        for measure, values in _measures(clouds, names, shapes, mask).items():
            value, low, high = metrics.bootstrap(values)
            yield {"measure": measure, "pose": pose, "value": value, "low": low, "high": high, "queries": len(values)}


def _measures(
    clouds: LabelledClouds, names: NDArray, shapes: NDArray, mask: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    labels, shapes = clouds.labels[mask], shapes[mask]
    is_class = labels[:, None] == np.arange(len(clouds.names))
    by_text = shapes @ names.T
    among = shapes @ shapes.T
    np.fill_diagonal(among, -np.inf)
    same = labels[:, None] == labels
    np.fill_diagonal(same, False)
    return {
        "top-1": metrics.hit_at(1, by_text, is_class),
        "top-5": metrics.hit_at(5, by_text, is_class),
        "text->3D mAP": metrics.average_precision(by_text.T, is_class.T),
        "3D->3D mAP": metrics.average_precision(among, same),
    }
