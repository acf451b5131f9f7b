"""Captions and the very shapes that they were written for, asked for both ways.

A caption has one right shape, so RR@k of the literature is hit@k. A shape may have several captions, each of which is
right; NDCG@k is over all of them. Another shape that fits the words as well counts as wrong, as in the papers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.protocol import Row
from benchmarks.suites.blocks import BlockRanking, same
from retriever.types import Vectors


@dataclass(frozen=True, eq=False)
class Paired:
    """c captions of n shapes.

    Attributes:
        captions: (c, d) unit vectors.
        owners: (c,) int64, the shape that each is of.
        shapes: (n, d) unit vectors.
    """

    captions: Vectors
    owners: NDArray[np.int64]
    shapes: Vectors

    def to_shapes(self, subset: str, measures: Mapping[str, str]) -> Iterator[Row]:
        """Rows of every caption's search for its shape; measures as for `BlockRanking.rows`."""
        yield from BlockRanking(self.captions, self.shapes, same(self.owners, self._places)).rows(subset, measures)

    def to_captions(self, subset: str, measures: Mapping[str, str]) -> Iterator[Row]:
        """Rows of the search of every shape that has captions for any of them."""
        yield from BlockRanking(self.shapes, self.captions, same(self._places, self.owners)).rows(subset, measures)

    @property
    def _places(self) -> NDArray[np.int64]:
        return np.arange(len(self.shapes))
