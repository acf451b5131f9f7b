"""Why a hit is one: what each term adds, which label it is nearest to, and what it holds of the filter's columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.query.compose import Composed, unit_rows
from retriever.query.expression import format
from retriever.query.stored import modalities, spread
from retriever.query.term import Term
from retriever.query.written import plain
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Vectors

_SAMPLE = 32_768
"""Labelled items of a modality that the labels' centroids are worked out from, at most."""

_OF_ONE = 16
"""Items of one label, at most: with more, a mean hardly moves, and the first explanation would take longer."""

_CHUNK = 4096

Parts = tuple[tuple[str, ...], Composed] | None
"""The members of a mean, by name, and their sum; None for other terms."""


@dataclass(frozen=True)
class Share:
    """What one term adds to a score.

    Attributes:
        term: as an expression.
        share: its part of the score.
        members: of a mean, the same for each member; their shares sum to `share`.
    """

    term: str
    share: float
    members: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Why a hit is one.

    Attributes:
        shares: of each term; they sum to the score.
        nearest: the label whose items' mean vector is nearest to the hit, among those of its modality; None where no
            item has a label.
        nearness: the cosine with that mean; 0 where there is none.
        passed: the columns that the filter names, with the hit's values of them.
    """

    shares: tuple[Share, ...]
    nearest: str | None
    nearness: float
    passed: Mapping[str, object]

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "terms": [
                {
                    "term": share.term,
                    "share": round(share.share, 6),
                    **({"members": [[name, round(part, 6)] for name, part in share.members]} if share.members else {}),
                }
                for share in self.shares
            ],
            "nearest_label": self.nearest,
            "nearest_cosine": round(self.nearness, 6),
            "passed": {name: plain(value) for name, value in self.passed.items()},
        }


class Labels:
    """The mean vector of each label's items, for each modality of one snapshot; worked out at first use.

    Args:
        snapshot: whose live items are looked at.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._known: dict[str, tuple[list[str], Vectors]] = {}

    def nearest(self, modality: str, vectors: Vectors) -> tuple[list[str | None], NDArray[np.float64]]:
        """The nearest label of each of n vectors, and its cosine; None and 0 where no item has a label."""
        if modality not in self._known:
            self._known[modality] = self._centroids(Modality(modality))
        names, centroids = self._known[modality]
        if not names:
            return [None] * len(vectors), np.zeros(len(vectors))
        cosines = unit_rows(vectors).astype(np.float32) @ centroids.T
        first = cosines.argmax(axis=1)
        nearness = np.minimum(cosines[np.arange(len(first)), first], 1).astype(np.float64)
        return [names[place] for place in first.tolist()], nearness

    def _centroids(self, modality: Modality) -> tuple[list[str], Vectors]:
        snapshot, (codes, labels) = self.snapshot, self._labels
        rows = np.flatnonzero(snapshot.live & snapshot.modality_rows(modality) & (codes >= 0))
        rows = spread(rows, _SAMPLE)
        rows = rows[np.argsort(codes[rows], kind="stable")]  # by label, so that each is summed in one go
        held, firsts, counts = np.unique(codes[rows], return_index=True, return_counts=True)
        places = np.repeat(np.arange(len(held)), counts)  # there may be as many labels as items
        nth, count = np.arange(len(rows)) - firsts[places], counts[places]
        some = nth * _OF_ONE // count != (nth - 1) * _OF_ONE // count  # at even distances; all where there are few
        rows, places = rows[some], places[some]
        sums = np.zeros((len(held), snapshot.identity.dim), np.float32)
        for start in range(0, len(rows), _CHUNK):
            part = places[start : start + _CHUNK]
            begins = np.flatnonzero(np.diff(part, prepend=-1))
            sums[part[begins]] += np.add.reduceat(snapshot.vectors(rows[start : start + _CHUNK]), begins, axis=0)
        lengths = np.linalg.norm(sums, axis=1)
        there = np.flatnonzero(lengths > 1e-6)
        return [labels[code] for code in held[there].tolist()], sums[there] / lengths[there, None]

    @cached_property
    def _labels(self) -> tuple[NDArray[np.int32], list[str]]:
        """(rows,) number of each row's label, -1 for none, and the labels."""
        from retriever.store.schema import positions

        values = self.snapshot.column("label")
        labels = [label for label in values.unique().to_pylist() if label is not None]
        return positions(values, labels), labels


def explained(
    terms: Sequence[Term],
    composed: Composed,
    parts: Sequence[Parts],
    where: str | None,
    rows: NDArray[np.int64],
    labels: Labels,
) -> list[Explanation]:
    """An explanation of each hit of one query.

    Args:
        terms: of the query.
        composed: from them.
        parts: (t) of each term.
        where: the filter.
        rows: (n,) of the hits.
        labels: of the index that holds them.
    """
    snapshot = labels.snapshot
    if not len(rows):
        return []
    vectors = snapshot.vectors(rows)
    whole, names = composed.shares(vectors), [format([term]) for term in terms]
    inner = [
        _members(part, weight, column, vectors)
        for part, weight, column in zip(parts, composed.weights.tolist(), whole.T, strict=True)
    ]
    kinds, passed = np.array(modalities(snapshot, rows), object), _passed(snapshot, rows, where)
    nearest: list[tuple[str | None, float]] = [(None, 0.0)] * len(rows)
    for kind in dict.fromkeys(kinds.tolist()):
        places = np.flatnonzero(kinds == kind)
        found, cosines = labels.nearest(kind, vectors[places])
        for place, label, cosine in zip(places.tolist(), found, cosines.tolist(), strict=True):
            nearest[place] = label, cosine
    return [
        Explanation(
            tuple(
                Share(name, share, part[place])
                for name, share, part in zip(names, whole[place].tolist(), inner, strict=True)
            ),
            *nearest[place],
            passed[place],
        )
        for place in range(len(rows))
    ]


def _passed(snapshot: Snapshot, rows: NDArray[np.int64], where: str | None) -> list[dict[str, object]]:
    """What each row holds of the columns that a filter names."""
    from retriever.store.kept import named

    columns = sorted(named(where, snapshot.columns())) if where is not None else []
    return snapshot.take(rows, columns).to_pylist() if columns else [{} for _ in rows]


def _members(
    part: Parts, weight: float, share: NDArray[np.float64], vectors: Vectors
) -> list[tuple[tuple[str, float], ...]]:
    """What each member of a mean adds to each of n hits; nothing for other terms."""
    if part is None:
        return [()] * len(vectors)
    names, mean = part
    inner = weight * mean.shares(vectors)
    # Rounding, and what centring took off the mean: of all members alike.
    inner += ((share - inner.sum(axis=1)) / len(names))[:, None]
    return [tuple(zip(names, row, strict=True)) for row in inner.tolist()]
