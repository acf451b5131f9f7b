"""What a map keeps of the neighbourhoods of the space, beside two principal components, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.ann.data import Source
from benchmarks.retrieval.encoding import Encoding
from benchmarks.retrieval.made import made_shapes
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import every_mesh
from retriever.maps.affinities import others
from retriever.maps.layout import components, lay_out
from retriever.types import Vectors

Row = dict[str, Any]

NEAR, WIDE = 10, 50
"""Neighbours whose places are looked at, and among how many on the map they are looked for."""

COUNTS = (1_000, 5_000, 20_000, 100_000)
"""Vectors that are timed."""

_BLOCK = 512


def of_data(material: Material) -> Iterator[tuple[str, Vectors, NDArray[np.str_]]]:
    """Title, vectors and labels of the named meshes and the ready clouds, as far as they are there."""
    if (material.folder / "shapes_named" / "items.csv").is_file():
        meshes, rows = every_mesh(material.folder / "shapes_named")
        vectors = material.encode_meshes("named meshes", meshes)
        yield "named meshes", vectors, np.array([row["label"] for row in rows])
    if material.clouds_folder is not None:
        clouds = material.clouds
        yield "ready clouds", material.cloud_vectors, np.array(clouds.names)[clouds.labels]


def of_kinds(encoding: Encoding, per_kind: int) -> Iterator[tuple[str, Vectors, NDArray[np.str_]]]:
    """The same of parametric shapes."""
    shapes = made_shapes(per_kind)
    vectors = encoding.encode_meshes("parametric shapes", shapes.meshes)
    yield "parametric shapes", vectors, np.array(shapes.kinds)[shapes.labels]


def kept(title: str, vectors: Vectors, labels: NDArray[np.str_]) -> Iterator[Row]:
    """What the map, two principal components and the space itself have of the nearest in the space, and of labels."""
    true, _ = others(vectors, NEAR)
    for where, places in (("the map", lay_out(vectors)), ("two principal components", components(vectors))):
        shown = on_plane(places, WIDE)
        yield {
            "over": title, "items": len(vectors), "where": where,
            f"of the {NEAR} nearest, among {NEAR}": _found(true, shown[:, :NEAR]),
            f"among {WIDE}": _found(true, shown), f"of the label, of {NEAR}": _alike(labels, shown[:, :NEAR]),
        }  # fmt: skip
    yield {
        "over": title, "items": len(vectors), "where": "the space", f"of the {NEAR} nearest, among {NEAR}": 1.0,
        f"among {WIDE}": 1.0, f"of the label, of {NEAR}": _alike(labels, true),
    }  # fmt: skip


def timed(counts: Sequence[int], dim: int) -> Iterator[Row]:
    """Seconds of a layout by the number of made-up vectors."""
    for count in counts:
        vectors = np.concatenate(list(Source(dim).blocks(count)))
        start = time.perf_counter()
        lay_out(vectors)
        yield {"vectors": count, "dim": dim, "seconds": time.perf_counter() - start}


def on_plane(places: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """(n, k) the nearest others on a map, best first; equal ones by number."""
    out = np.empty((len(places), k), np.int64)
    wide = places.astype(np.float64)
    for start in range(0, len(places), _BLOCK):
        squares = ((wide[start : start + _BLOCK, None] - wide) ** 2).sum(axis=2)
        squares[np.arange(len(squares)), np.arange(start, start + len(squares))] = np.inf
        out[start : start + len(squares)] = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return out


def _found(true: NDArray[np.int64], shown: NDArray[np.int64]) -> float:
    """Share of the true neighbours that are among those shown."""
    return float((true[:, :, None] == shown[:, None]).any(axis=2).mean())


def _alike(labels: NDArray[np.str_], shown: NDArray[np.int64]) -> float:
    """Share of those shown that have the label, of items with a label that another has, too."""
    names, which, counts = np.unique(labels, return_inverse=True, return_counts=True)
    asked = (counts[which] > 1) & (names[which] != "")
    return float((labels[shown] == labels[:, None])[asked].mean())
