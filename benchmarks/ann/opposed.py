"""Filters that forbid what is near to the query, beside filters that know nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.ann.contenders import TARGETS, Ours
from benchmarks.ann.data import PAIRS, K, Material, recall
from retriever.ann.base import Neighbours, RowSet
from retriever.ann.exact import ExactSearch
from retriever.ann.ivf_pq import IvfPqSearch
from retriever.types import Vectors

GROUPS, NEAR = 200, 20
"""Groups of rows, each about one row; a query's own filter forbids so many of those that are nearest to it."""
SHARES = (0.1, 0.3, 0.5)
QUERIES = 50

_BLOCK = 65_536


class Unchecked(IvfPqSearch):
    """The same search, which takes every filter for one that knows nothing of the query."""

    def _found(self, number: int, mine: Any, queries: Vectors, k: int, effort: Any) -> Neighbours:
        return self._ranked(self._shortlists(number, mine, queries, effort), queries, k)


def rows(material: Material, ours: Ours) -> Iterator[dict[str, Any]]:
    """Recall@10 of each kind of query, wanted recall and share of the groups that each query's own filter allows."""
    ours.ladders()
    base, rng = material.base, np.random.default_rng(0)
    middles = base[np.linspace(0, len(base) - 1, GROUPS).astype(int)]
    group = np.concatenate(
        [(base[start : start + _BLOCK] @ middles.T).argmax(1) for start in range(0, len(base), _BLOCK)]
    )
    exact = ExactSearch([base], base.shape[1])
    for kind, wanted in ((kind, wanted) for kind in material.test for wanted in TARGETS):
        queries, pairs = material.test[kind][:QUERIES], (PAIRS[kind],)
        if not ours.effort(kind, wanted).probes:
            continue
        checked, unchecked = ours.opened(wanted), ours.opened(wanted, Unchecked)
        for share in SHARES:
            far = [_far(query, middles, round(share * GROUPS), rng) for query in queries]
            opposed = [RowSet(np.isin(group, groups)) for groups in far]
            blind = [RowSet(rng.random(len(base)) < share) for _ in queries]
            yield {
                "queries": kind,
                "wanted": wanted,
                "allowed": share,
                "opposed": _recall(checked, exact, queries, opposed, pairs),
                "opposed, unchecked": _recall(unchecked, exact, queries, opposed, pairs),
                "at random": _recall(checked, exact, queries, blind, pairs),
            }


def _far(query: NDArray[np.float32], middles: Vectors, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Any groups but those that are nearest to the query."""
    return rng.choice(np.argsort(-(middles @ query))[NEAR:], count, replace=False)


def _recall(
    search: IvfPqSearch, exact: ExactSearch, queries: Vectors, filters: list[RowSet], pairs: tuple[str, ...]
) -> float:
    def found(ask: Callable[..., Neighbours]) -> NDArray[np.int64]:
        asked = zip(queries[:, None], filters, strict=True)
        return np.concatenate([ask(query, K, allowed, pairs)[1] for query, allowed in asked])

    return recall(found(search.search), found(exact.search))
