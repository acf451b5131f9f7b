"""Near-duplicates by cosine among named meshes, beside the groups that came with them; and a mesh sampled again.

Groups were made by an automatic rule, so precision is a lower bound: not all that are one mesh in two sets are marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import every_mesh
from retriever.types import Modality, Vectors

Row = dict[str, Any]

LIMITS = (0.9, 0.93, 0.95, 0.97, 0.98)
AGAIN = 400
"""Meshes that are sampled a second time."""
SHARES = (1.0, 0.75, 0.5, 0.25, 0.05)
_BLOCK = 512


def tables(material: Material) -> Iterator[tuple[str, list[Row]]]:
    """Title and rows of both tables; nothing without named meshes."""
    if not (material.folder / "shapes_named" / "items.csv").is_file() or not material.reads(Modality.SHAPE):
        return
    meshes, rows = every_mesh(material.folder / "shapes_named")
    groups = np.unique([row["group"] for row in rows], return_inverse=True)[1]
    vectors = material.encode_meshes("named meshes", meshes)
    yield "Near-duplicates by cosine", list(by_limit(vectors, groups))
    some = np.sort(np.random.default_rng(0).permutation(len(meshes))[:AGAIN])
    # the second time a mesh has another place, and so another seed
    again = material.encode_meshes("sampled again", [meshes[0], *(meshes[place] for place in some)])[1:]
    yield "A mesh and itself, sampled again", list(by_share((again * vectors[some]).sum(axis=1)))


def by_limit(vectors: Vectors, groups: NDArray[np.int64], limits: tuple[float, ...] = LIMITS) -> Iterator[Row]:
    """Pairs of a cosine from each limit on: how many are of one group, and how many of such pairs they are.

    Args:
        vectors: (n, d) unit vectors.
        groups: (n,) numbers of their groups.
        limits: cosines.
    """
    found, right = np.zeros(len(limits), np.int64), np.zeros(len(limits), np.int64)
    for start in range(0, len(vectors), _BLOCK):
        cosines = vectors[start : start + _BLOCK] @ vectors.T
        later = np.arange(start, start + len(cosines))[:, None] < np.arange(len(vectors))
        same = groups[start : start + _BLOCK, None] == groups
        for place, limit in enumerate(limits):
            near = (cosines >= limit) & later
            found[place] += np.count_nonzero(near)
            right[place] += np.count_nonzero(near & same)
    sizes = np.bincount(groups)
    marked = int((sizes * (sizes - 1) // 2).sum())
    for limit, pairs, true in zip(limits, found.tolist(), right.tolist(), strict=True):
        precision, recall = true / max(pairs, 1), true / max(marked, 1)
        yield {
            "cosine from": limit, "pairs": pairs, "marked": marked, "precision": precision, "recall": recall,
            "F1": 2 * true / max(pairs + marked, 1),
        }  # fmt: skip


def by_share(cosines: NDArray[np.floating]) -> Iterator[Row]:
    """The cosine that each share of the meshes has at least."""
    for share in SHARES:
        yield {"share": share, "meshes": len(cosines), "cosine at least": float(np.quantile(cosines, 1 - share))}
