"""How specific a name may be: a taxonomy over names, and the most specific one that is sure enough.

A shape may well be a chair where it is not clear whether it is an armchair. So the share of a name is its own and that
of all its kinds, and the most specific name whose share is large enough is taken ("Hedging your bets", Deng et al.,
CVPR 2012, where accuracy is guaranteed by the least share in the same way).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexer.vocabulary.outline import load

SCALE = 20.0
"""Inverse temperature of the softmax over all names of the vocabulary.

Lower than over a short list: with the 30 of training, shares of 0.77 on average held for 0.64 of 304 named meshes that
nothing was trained on; with 20, shares of 0.71 for 0.72.
"""

TEMPLATES = ("{}", "a 3d model of a {}")
"""How a name of the vocabulary is asked: two ways name those meshes as well as four do, in half the time."""

LEAST = 0.5
"""Share from which a name is taken, if nothing is said: it is more likely right than not."""


@dataclass(frozen=True, eq=False)
class Taxonomy:
    """Names of which some are kinds of others.

    Attributes:
        names: n of them; a word of two senses is there twice.
        kinds: of each, the name itself and what it is a kind of, nearest first.
        within: (n, n) float32, 1 at [i, j] where name i is j or a kind of it, else 0.
    """

    names: tuple[str, ...]
    kinds: tuple[tuple[str, ...], ...]
    within: NDArray[np.float32]

    def hedged(
        self, cosines: NDArray[np.floating], least: float, scale: float = SCALE
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Of each of m items the most specific name whose share is `least` or more, and that share.

        A name is the more specific, the fewer kinds it has; of equally specific ones it is that of the largest share.
        Where no share is large enough, the largest counts.

        Args:
            cosines: (m, n) of items with names.
            least: share, 0..1.
            scale: inverse temperature of the softmax over the names.

        Returns:
            (m,) positions among the names, and (m,) shares, 0..1.
        """
        shares = np.exp(scale * (cosines - cosines.max(axis=1, keepdims=True)))
        shares /= shares.sum(axis=1, keepdims=True)
        sizes = self.within.sum(axis=0)
        general = np.flatnonzero(sizes > 1)  # one in eleven: the share of any other is its own
        summed = np.asarray(shares, np.float32)
        summed[:, general] = np.minimum(summed @ self.within[:, general], 1)
        specific = np.where(summed >= least, summed - sizes, -np.inf)
        places = np.where(np.isfinite(specific).any(axis=1), specific.argmax(axis=1), summed.argmax(axis=1))
        return places.astype(np.int64), np.take_along_axis(summed, places[:, None], axis=1)[:, 0].astype(np.float64)


@lru_cache(maxsize=1)
def taxonomy() -> Taxonomy:
    """That of the vocabulary which the package brings along."""
    terms = load().terms
    place = {term: number for number, term in enumerate(terms)}
    within = np.eye(len(terms), dtype=np.float32)
    for term, number in place.items():
        within[number, [place[above] for above in term.ancestors()]] = 1
    kinds = tuple(tuple(dict.fromkeys(each.name for each in (term, *term.ancestors()))) for term in terms)
    return Taxonomy(tuple(term.name for term in terms), kinds, within)
