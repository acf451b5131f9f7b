"""Measures by their names, as people and other programs write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.metrics.judged import Judged, Values
from retriever.metrics.values import (
    E_MEASURE,
    average_precision,
    f1_at,
    first_rank,
    hit_at,
    linear_ndcg,
    ndcg,
    precision_at,
    r_precision,
    recall_at,
    reciprocal_rank,
    second_tier,
)  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A measure of every query, and how the queries' values are made into one.

    Attributes:
        name: as it is printed: "mAP", "recall@10".
        rule: gives the value of each query.
        middle: the mean of the queries, or their median.
        k: length of the list it looks at; None for all of it.
    """

    name: str
    rule: Callable[..., Values]
    middle: Callable[..., NDArray] = np.mean
    k: int | None = None

    def values(self, judged: Judged) -> Values:
        """(q,) one a query."""
        return self.rule(judged, self.k)


_WITHOUT_K: dict[str, tuple[Callable[..., Values], Callable[..., NDArray]]] = {
    "mAP": (average_precision, np.mean),
    "R-precision": (r_precision, np.mean),
    "nDCG": (ndcg, np.mean),
    "nDCG-linear": (linear_ndcg, np.mean),
    "MRR": (reciprocal_rank, np.mean),
    "median rank": (first_rank, np.median),
    "NN": (lambda judged, _: precision_at(judged, 1), np.mean),
    "first tier": (r_precision, np.mean),
    "second tier": (second_tier, np.mean),
    "E-measure": (lambda judged, _: f1_at(judged, E_MEASURE), np.mean),
}
_WITH_K: dict[str, Callable[..., Values]] = {
    "hit": hit_at,
    "recall": recall_at,
    "precision": precision_at,
    "F1": f1_at,
    "mAP": average_precision,
    "nDCG": ndcg,
    "nDCG-linear": linear_ndcg,
    "MRR": reciprocal_rank,
}
NAMES = (*(f"{name}@K" for name in _WITH_K), *_WITHOUT_K)
"""What `measure` understands, K being a number."""


_OTHERS = {
    **{"p": "precision", "success": "hit", "hitrate": "hit", "top": "hit", "accuracy": "hit", "rprec": "R-precision"},
    **{"reciprank": "MRR", "ndcgcut": "nDCG-linear"},
}
"""What other programs call them, trec_eval for one: "P_10", "ndcg_cut_10", "success_1"."""
_MOST_K = 10**6


def measure(name: str) -> Measure:
    """The measure of a name, in whatever case: "mAP", "recall@10", "median rank" or "median-rank", "P_10".

    Raises:
        UsageError: there is none; lists those that are.
    """
    text = re.sub(r"(?<!@)[\s_-]", "", name).lower()
    found = re.fullmatch(r"(.*?)(?:@?([1-9]\d*))?", text, re.ASCII)
    assert found
    stem, k = _OTHERS.get(found[1], found[1]), found[2]
    for known, (rule, middle) in _WITHOUT_K.items():
        if k is None and _plain(known) == _plain(stem):
            return Measure(known, rule, middle)
    for known, rule in _WITH_K.items():
        if k is not None and _plain(known) == _plain(stem) and ("@" in text or found[1] in (*_OTHERS, "recall")):
            if int(k) > _MOST_K:
                raise UsageError(f"The measure {name!r} looks too deep: K goes from 1 to {_MOST_K:,}.")
            return Measure(f"{known}@{int(k)}", rule, k=int(k))
    if stem == "mapcut":
        raise UsageError(f"The measure {name!r} divides by all relevant items, mAP@K by K at most: write mAP@K.")
    if _plain(name).startswith("r@"):
        raise UsageError(f"The measure {name!r} means hit@K in some papers and recall@K in others: write which.")
    raise UsageError(f"There is no measure {name!r}; choose among {', '.join(NAMES)}, such as recall@10.")


def _plain(name: str) -> str:
    return re.sub(r"[\s-]", "", name).lower()
