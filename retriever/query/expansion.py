"""Query expansion: a query moves towards what it finds first, and is asked again.

Alpha query expansion (Radenovic, Tolias and Chum, "Fine-tuning CNN Image Retrieval with No Human Annotation", TPAMI
2019): the nearest items are added to the query, each weighted by a power of its cosine. The first hits of
words, pictures and sounds lie on the shapes' side of whatever still parts the modalities, and so does the new query.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.query.compose import unit_rows
from retriever.types import Vectors

ALPHA = 3.0
"""The power: what is half as near counts an eighth."""

MOST = 1000
"""The most neighbours that a query is moved towards."""


def expanded(vector: NDArray[np.floating], neighbours: NDArray[np.floating]) -> NDArray[np.float64]:
    """(d,) unit vector half way between a query and the weighted mean of its neighbours.

    Args:
        vector: (d,) of unit length.
        neighbours: (n, d) unit vectors of the nearest items. One whose cosine is not above 0 adds nothing, and without
            any other the query stays where it is.
    """
    query, wide = np.asarray(vector, np.float64), np.asarray(neighbours, np.float64)
    # Not by BLAS, whose sums may depend on what lies beside them.
    cosines = np.einsum("nd,d->n", wide, query)
    total = np.einsum("n,nd->d", np.maximum(cosines, 0) ** ALPHA, wide)
    length = float(np.linalg.norm(total))
    return unit_rows((query + total / length)[None])[0] if length > 0 else query


def expanded_among(
    vectors: Vectors, scores: NDArray[np.floating], read: Callable[[NDArray[np.int64]], Vectors], count: int
) -> Vectors:
    """(q, d) float32: each query moved towards the best of its candidates.

    Args:
        vectors: (q, d) unit vectors.
        scores: (q, n) cosines with every candidate; -inf for one that is none for a query, such as itself.
        read: gives the (m, d) vectors of m candidates.
        count: how many of the best, from 1; those there are, of fewer.
    """
    out = np.empty(vectors.shape, np.float32)
    for place, (vector, line) in enumerate(zip(vectors, scores, strict=True)):
        best = np.argpartition(line, -count)[-count:] if count < len(line) else np.arange(len(line))
        out[place] = expanded(vector, read(best[line[best] > -np.inf]))
    return out


def check_expand(count: object) -> None:
    """Raise UsageError where `count` is no number of neighbours.

    Raises:
        UsageError: not a whole number from 0 to `MOST`.
    """
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 0 <= count <= MOST:
        raise UsageError(f"--expand {count}: give how many of its first hits a query is moved towards, 0 to {MOST:,}.")
