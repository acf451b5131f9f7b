"""Top-1 over the class names of ready clouds as the clouds get sparser, noisier and one-sided.

Each variant is of all clouds, but for the numbers of points, which are of those with a mesh where there are meshes.
Points: clouds of each size are drawn anew from the meshes, where there are any, or thinned; the space then samples
them as it does any file. Noise is normal, its standard deviation in radii of the unit sphere. A one-sided view keeps
what a depth camera in a random direction would see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import unpacked
from benchmarks.retrieval.protocol import Ranking, Row, hit_rate
from retriever.loaders.sampling import sample
from retriever.types import Modality, ShapeInput, Vectors

SIZES = (500, 1024, 2048, 8192)
NOISE = (0.01, 0.02, 0.05)
CELLS = 12
"""Side of the depth image that decides what a one-sided view sees."""
_BEHIND = 0.2

Cloud = NDArray[np.float32]


def rows(material: Material) -> Iterator[Row]:
    """Top-1 of every variant; all poses."""
    if material.clouds_folder is None or not material.reads(Modality.SHAPE, Modality.TEXT):
        return
    labels, clouds = material.clouds.labels, list(material.clouds.points)
    names = material.labels(material.clouds.names)

    def row(subset: str, vectors: Vectors, of: NDArray[np.int64]) -> Iterator[Row]:
        right = of[:, None] == np.arange(len(names))
        yield from hit_rate("top-1", subset, 1, Ranking(vectors @ names.T, right))

    def top_1(subset: str, variant: Sequence[Cloud], of: NDArray[np.int64]) -> Iterator[Row]:
        yield from row(subset, material.encode(subset, shapes=variant), of)

    for points, (variant, chosen) in sizes(material).items():
        yield from top_1(f"{points} points", variant, labels[chosen])
    rng = np.random.default_rng(0)
    yield from row("as they are", material.cloud_vectors, labels)
    for sigma in NOISE:
        yield from top_1(f"noise {sigma}", [noisy(cloud, sigma, rng) for cloud in clouds], labels)
    yield from top_1("one-sided view", [one_sided(cloud, rng) for cloud in clouds], labels)


def sizes(material: Material) -> dict[int, tuple[list[Cloud], NDArray[np.int64]]]:
    """Number of points -> clouds of that many, and the rows of the clouds that they stand for."""
    assert material.clouds_folder
    packed = material.clouds_folder / "meshes.npz"
    if not packed.is_file():
        whole = material.clouds.points
        return {size: (list(whole[:, :size]), np.arange(len(whole))) for size in SIZES if size <= whole.shape[1]}
    with np.load(packed, allow_pickle=False) as arrays:
        of = arrays["row"].astype(np.int64)
    meshes = list(unpacked(packed, list(range(len(of)))))
    return {
        size: ([sample(mesh, ShapeInput(size), "y", seed).points for seed, mesh in enumerate(meshes)], of)
        for size in SIZES
    }


def noisy(cloud: Cloud, sigma: float, rng: np.random.Generator) -> Cloud:
    """(n, 3) points with normal noise of deviation `sigma` on every coordinate."""
    return (cloud + rng.normal(0, sigma, cloud.shape)).astype(np.float32)


def one_sided(cloud: Cloud, rng: np.random.Generator) -> Cloud:
    """The points of (n, 3) that are seen from one random direction.

    The view is cut into `CELLS` x `CELLS` cells; in each, points further behind than a fifth of the radius are hidden.
    """
    axes = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    u, v, depth = (cloud @ axes).T
    cell = np.clip(((np.stack([u, v]) + 1) / 2 * CELLS).astype(int), 0, CELLS - 1)
    cell = cell[0] * CELLS + cell[1]
    front = np.full(CELLS * CELLS, np.inf)
    np.minimum.at(front, cell, depth)
    return cloud[depth <= front[cell] + _BEHIND]
