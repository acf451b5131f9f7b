"""Retrieval metrics as the field defines them, each from nothing but the ranks at which relevant items came.

Let a ranking of n items answer a query for which R of them are relevant. hit@k and recall@k are kept apart: many
cross-modal papers print hit@k as "R@k"; the two agree only where one item is relevant. Queries without a relevant item
have no value and are left out (`judge`). Definitions follow TREC (trec_eval) where it has them, SHREC for the tiers.
"""

from __future__ import annotations

from retriever.metrics.chance import by_chance
from retriever.metrics.intervals import bootstrap, class_means
from retriever.metrics.judged import Judged, Values, judge
from retriever.metrics.named import NAMES, Measure, measure
from retriever.metrics.paired import Difference, difference
from retriever.metrics.values import average_precision, hit_at, interpolated_precision

__all__ = [
    "NAMES",
    "Difference",
    "Judged",
    "Measure",
    "Values",
    "average_precision",
    "bootstrap",
    "by_chance",
    "class_means",
    "difference",
    "hit_at",
    "interpolated_precision",
    "judge",
    "measure",
]
