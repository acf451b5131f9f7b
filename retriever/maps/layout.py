"""Vectors -> places on a plane: what lies together in the space lies together there.

It is t-SNE (van der Maaten and Hinton, 2008) in the manner that its later authors settled on: it begins with two
principal components, so that the whole keeps its shape (Kobak and Berens, Nature Communications 10, 2019), the push
among all points is exact but for a grid (see `repulsion`), and in the end attraction is a little stronger than t-SNE
has it, which leaves room between groups as UMAP does (McInnes et al., 2018; Böhm et al., JMLR 23, 2022), while it fades
among the nearest, which are not to lie on one spot. Nothing is drawn by chance: the same vectors get the same places on
the same machine with as many threads (one and several differ in the last bits of sums, which do not stay small).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from retriever.maps.affinities import Edges, edges, islands, nearest
from retriever.maps.repulsion import Repulsion
from retriever.types import Vectors

Progress = Callable[[str, int, int | None], None]
Places = NDArray[np.float32]

LAID_OUT = 30_000
"""Vectors that are laid out at most: of more, so many at even distances, and the rest is placed among these."""

FEW = 8
"""Up to so many different vectors stay where two principal components put them."""

AMONG = 5
"""Laid-out neighbours that say where another vector belongs."""

_CHANNEL = 0.15  # between islands, as a share of the radius of the largest
_COPY = 1 - 1e-6  # cosine of what has the place of its neighbour

_EARLY, _LATE = 100, 200
_GATHERED, _SETTLED = 12.0, 1.5
"""How much attraction is strengthened while groups form, and then."""
_ROOM = 1.0
"""Below about this distance attraction fades: what is all but equal is not to lie on one spot."""
_FARTHEST = 5.0  # that a point goes in a step, where it pushes half as hard at a distance of 1
_BATCH = 16_384


def lay_out(vectors: Vectors, progress: Progress = lambda phase, done, total: None) -> Places:
    """(n, 2) float32 places of (n, d) float32 unit vectors, within -1 and 1; equal vectors have equal places.

    Args:
        vectors: any number of them, none too; of more than `LAID_OUT` a sample is laid out.
        progress: told ("map", steps done, steps in all), then ("place", vectors, vectors in all) of the others.
    """
    if len(vectors) > LAID_OUT:
        rows = sample(len(vectors))
        some = lay_out(vectors[rows], progress)
        out = place(vectors, vectors[rows], some, progress)
        out[rows] = some
        return out
    different, which = _different(vectors)
    if len(different) <= FEW:
        return _fitted(_components(different))[which]
    return _fitted(_settled(different, progress))[which]


def sample(count: int) -> NDArray[np.int64]:
    """Numbers below `count` of those that are laid out, ascending."""
    return np.arange(count) if count <= LAID_OUT else np.arange(LAID_OUT) * count // LAID_OUT


def place(
    vectors: Vectors, laid_out: Vectors, places: Places, progress: Progress = lambda phase, done, total: None
) -> Places:
    """(n, 2) float32 places of vectors among those that are laid out: in the midst of the nearest, or on a copy.

    Args:
        vectors: (n, d) float32 unit vectors.
        laid_out: (m, d) others, one at least.
        places: (m, 2) of these.
        progress: as in `lay_out`.
    """
    out = np.empty((len(vectors), 2), np.float32)
    for start in range(0, len(vectors), _BATCH):
        progress("place", start, len(vectors))
        part = vectors[start : start + _BATCH]
        cosines, near = nearest(laid_out, part, min(AMONG, len(laid_out)))
        midst = np.median(places[near], axis=1)  # one neighbour in another region moves it less than by a mean
        out[start : start + len(part)] = np.where(cosines[:, :1] > _COPY, places[near[:, 0]], midst)
    return out


def components(vectors: Vectors) -> Places:
    """(n, 2) float32 places by two principal components alone, within -1 and 1: what `lay_out` begins with."""
    return _fitted(_components(vectors))


def _different(vectors: Vectors) -> tuple[Vectors, NDArray[np.int64]]:
    """Each vector once, in the order of their first ones, and which of them each is."""
    if not len(vectors):
        return vectors, np.zeros(0, np.int64)
    plain = np.ascontiguousarray(vectors + np.float32(0))  # no minus zero
    keys = plain.view(np.dtype((np.void, plain.itemsize * plain.shape[1]))).ravel()
    _, firsts, which = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(firsts)
    place_of = np.empty_like(order)
    place_of[order] = np.arange(len(order))
    return plain[firsts[order]], place_of[which]


def _components(vectors: Vectors) -> NDArray[np.float64]:
    """(n, 2) the two principal components; their signs are such that the largest weight of each is positive."""
    if len(vectors) < 2:
        return np.zeros((len(vectors), 2))
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]
    if axes.shape[1] < 2:
        axes = np.pad(axes, ((0, 0), (0, 1)))
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return np.asarray(centred @ (axes * signs))


def _settled(vectors: Vectors, progress: Progress) -> NDArray[np.float64]:
    """(n, 2) where attraction along edges and the push of all others leave (n, d) different vectors."""
    steps = _EARLY + _LATE
    progress("map", 0, steps)
    pulls, repulsion = edges(vectors), Repulsion()
    places = _components(vectors)
    places /= max(float(places[:, 0].std()), 1e-12) * 10
    speed, gain = np.zeros_like(places), np.ones_like(places)
    for step in range(steps):
        progress("map", step, steps)
        strength, kept = (_GATHERED, 0.5) if step < _EARLY else (_SETTLED, 0.8)
        force = strength * _attraction(places, pulls) - repulsion(places)
        gain = np.clip(np.where(force * speed > 0, gain * 0.8, gain + 0.2), 0.01, None)
        speed = kept * speed - max(len(places) / _GATHERED, 50) * 4 * gain * force
        speed *= np.minimum(1, _FARTHEST / np.maximum(np.hypot(speed[:, 0], speed[:, 1]), 1e-12))[:, None]
        places = places + speed
        places -= places.mean(axis=0)
    progress("map", steps, steps)
    return _moored(places, islands(pulls))


def _moored(places: NDArray[np.float64], island: NDArray[np.int64]) -> NDArray[np.float64]:
    """The places with islands, which drift apart with nothing to hold them, as near as the circles around them let.

    All of them come nearer to the middle by the same share.
    """
    count = int(island.max()) + 1
    if count == 1:
        return places
    sizes = np.bincount(island)
    middles = np.stack([np.bincount(island, axis) / sizes for axis in places.T], axis=1)
    radii = np.zeros(count)
    np.maximum.at(radii, island, np.hypot(*(places - middles[island]).T))
    apart = np.hypot(*(middles[:, None] - middles).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    share = float(((radii[:, None] + radii + _CHANNEL * radii.max()) / np.maximum(apart, 1e-12)).max())
    return places - middles[island] * max(0.0, 1 - share)


def _attraction(places: NDArray[np.float64], pulls: Edges) -> NDArray[np.float64]:
    """(n, 2) how each place is drawn away from its neighbours, negated: towards them is downhill."""
    apart = [axis[pulls.starts] - axis[pulls.ends] for axis in np.ascontiguousarray(places.T)]
    squares = apart[0] * apart[0] + apart[1] * apart[1]
    pull = pulls.weights / (1 + squares) * (squares / (squares + _ROOM**2))
    return np.stack([np.bincount(pulls.starts, pull * along, len(places)) for along in apart], axis=1)


def _fitted(places: NDArray[np.float64]) -> Places:
    """Around the middle of their box, the longer edge of which is from -1 to 1."""
    if not len(places):
        return np.zeros((0, 2), np.float32)
    low, high = places.min(axis=0), places.max(axis=0)
    half = float((high - low).max()) / 2
    return ((places - (low + high) / 2) / (half if half > 1e-9 else 1)).astype(np.float32)
