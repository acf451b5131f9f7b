"""Recall of more neighbours than the search was tuned for, with and without a filter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.ann.contenders import TARGETS, Ours
from benchmarks.ann.data import PAIRS, K, Material, recall
from retriever.ann.base import RowSet
from retriever.ann.exact import ExactSearch

SHARES = (1.0, 0.5, 0.3, 0.11)
"""Of the rows, that a filter allows anywhere; of fewer the neighbours are looked for exactly."""
DEPTHS = (K, 50, 100, 1000)
QUERIES = 100


def rows(material: Material, ours: Ours) -> Iterator[dict[str, Any]]:
    """Recall at several depths of each kind of query, wanted recall@10 and share of the rows that is allowed."""
    ours.ladders()
    base, rng = material.base, np.random.default_rng(0)
    exact = ExactSearch([base], base.shape[1])
    filters = [RowSet(rng.random(len(base)) < share) for share in SHARES]
    for kind, wanted in ((kind, wanted) for kind in material.test for wanted in TARGETS):
        queries, pairs = material.test[kind][:QUERIES], (PAIRS[kind],)
        if not ours.effort(kind, wanted).probes:
            continue
        search = ours.opened(wanted)
        for share, allowed in zip(SHARES, filters, strict=True):
            found = {k: recall(*(one.search(queries, k, allowed, pairs)[1] for one in (search, exact))) for k in DEPTHS}
            yield {"queries": kind, "wanted": wanted, "allowed": share} | {f"@{k}": found[k] for k in DEPTHS}
